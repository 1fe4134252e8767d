//! `spaced-equals`: `ENV NAME = value`.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(SpacedEquals);

impl Rule for SpacedEquals {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        match &node.instruction.kind {
            Kind::Env(pairs) | Kind::Label(pairs) if pairs.legacy => {
                let Some(pair) = pairs.pairs.first() else {
                    return;
                };
                let Some(rest) = pair.value.as_str().strip_prefix('=') else {
                    return;
                };
                let equals = pair.value.span_of(0..1);
                let value = rest.trim_start();
                let message = format!("the value of `{}` begins with this `=`", pair.name);
                let gap = Span::new(pair.name.span.end, equals.end);
                let start = pair.value.as_str().len() - value.len();
                let value_span = pair.value.span_of(start..pair.value.as_str().len());
                // One plain word: nothing needs quotes.
                let plain = !value.is_empty() && !value.contains([' ', '\t', '"', '\'', '\\', '`']);
                let whole = gap.to(Span::new(equals.end, value_span.start));
                let blank = cx.source().slice(whole);
                let fits = blank.chars().all(|c| matches!(c, ' ' | '\t' | '='));
                let report = cx
                    .report(equals, message)
                    .help(format!("write `{}=…` without blanks around `=`", pair.name));
                if plain && fits {
                    let edit = Edit::replace(whole, "=");
                    report.fix(Fix::unsafe_("remove the blanks around `=`", vec![edit]));
                }
            }
            Kind::Arg(arguments) => {
                for (argument, next) in arguments.iter().zip(arguments.iter().skip(1)) {
                    let ends = argument
                        .value
                        .as_ref()
                        .is_some_and(|v| v.as_str().is_empty());
                    if ends && next.value.is_none() && !next.word.as_str().starts_with('#') {
                        let span = argument.word.span;
                        let equals = Span::new(span.end.saturating_sub(1), span.end);
                        let message = format!(
                            "`{}` is empty, and `{}` an argument of its own",
                            argument.name, next.word
                        );
                        cx.report(equals, message)
                            .help(format!("write `{}={}`", argument.name, next.word));
                    }
                }
            }
            _ => {}
        }
    }
}
