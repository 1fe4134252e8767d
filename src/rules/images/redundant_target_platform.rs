//! `redundant-target-platform`: the default, said again.

use crate::facts::Stage;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;
use crate::syntax::word::{self, Syntax, Value, Var};

rule!(RedundantTargetPlatform);

const NAME: &str = "TARGETPLATFORM";

impl Rule for RedundantTargetPlatform {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let Some(flag) = stage.from.flag("platform") else {
            return;
        };
        let Some(word) = &flag.value else { return };
        // Whatever it is: the word gives it back.
        let syntax = Syntax::Word {
            escape: cx.file().escape.char(),
        };
        let own = "own";
        let found = word::expand(word.as_str(), syntax, &mut |name| match name {
            NAME => Var::Set(own.into()),
            _ => Var::Unset,
        });
        let is_own = found.result == Ok(Value::Known(own.to_owned()))
            && found.usage.matched.contains(NAME)
            && found.usage.unmatched.is_empty();
        // BuildKit compares with what it builds for.
        let is_equal = || {
            let found = cx.facts.expand(stage.from_node, word);
            let target = cx.facts.lookup(stage.from_node, NAME);
            let target = match target {
                Var::Set(value) => Ok(Value::Known(value.into_owned())),
                _ => return false,
            };
            let only = found.usage.matched.len() == 1 && found.usage.unmatched.is_empty();
            found.usage.matched.contains(NAME) && only && found.result == target
        };
        if !(is_own || cx.buildkit && is_equal()) {
            return;
        }
        let overridden = cx.facts.variable(stage.from_node, NAME);
        let overridden = overridden.is_some_and(|v| v.value.is_some());
        let (span, word_span) = (flag.span, word.span);
        let gone = match (&stage.from.kind, stage.from.flags.as_slice()) {
            (Kind::From(from), [_]) => {
                let gap = Span::new(span.end, from.image.span.start);
                let mut blank = cx.source().slice(gap).bytes();
                blank
                    .all(|b| b == b' ' || b == b'\t')
                    .then_some(span.to(gap))
            }
            _ => None,
        };
        let report = cx
            .report(word_span, format!("`{word}` is the platform anyway"))
            .help("leave `--platform` out");
        if let Some(gone) = gone.filter(|_| !overridden) {
            let edits = vec![Edit::delete(gone)];
            report.fix(Fix::safe("remove `--platform`", edits));
        }
    }
}
