//! `foreign-option`: an option that only another implementation of a program knows.

use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::packages::Install;
use crate::facts::{Base, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::images::{Foreign, ImageRef, Presence, foreign_options};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Script, Word};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(ForeignOption);

impl Rule for ForeignOption {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let (Some(stage), Some(script)) = (node.stage, &node.script) else {
            return;
        };
        let Base::Image(image) = facts.root_base(stage) else {
            return;
        };
        if node.onbuild || !node.is(Keyword::Run) || !absence::is_read(node, script) {
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            for call in calls(image, command) {
                check(cx, node, script, index, image, &call);
            }
        }
    }
}

/// A call of a program whose options the tables know.
struct Call<'s> {
    program: &'s str,
    words: &'s [Word],
    foreign: &'static Foreign,
}

/// The call itself, and that of `xargs` before it.
fn calls<'s>(
    image: &'s ImageRef,
    command: &'s Command,
) -> impl Iterator<Item = Call<'s>> + use<'s> {
    let wrappers = command.wrappers.iter().map(|w| w.words.as_slice());
    wrappers
        .chain([command.words.as_slice()])
        .filter_map(|words| {
            let program = words.first()?.literal()?;
            let program = program.rsplit('/').next().unwrap_or(program);
            let foreign = foreign_options(image, program)?;
            Some(Call {
                program,
                words,
                foreign,
            })
        })
}

fn check(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    script: &Script,
    index: usize,
    image: &ImageRef,
    call: &Call<'_>,
) {
    let options = call.words.iter().skip(1).take_while(|w| !w.is("--"));
    let mut refused = options.filter_map(|word| Refused::of(call, word));
    let Some(first) = refused.next() else {
        return;
    };
    let facts = cx.facts;
    let stage = node.stage.unwrap_or_default();
    let is_missing = facts.programs_before(node).presence(call.program) == Presence::Absent;
    if is_missing
        || absence::is_guarded(script, index, call.program)
        || may_be_replaced(facts, node, stage, call.foreign)
    {
        return;
    }
    let rest: Vec<Refused<'_>> = refused.collect();
    let all = || std::iter::once(&first).chain(&rest);
    let edits: Option<Vec<Edit>> = all().map(|r| r.edit(facts)).collect();
    let message = format!(
        "`{}` of `{}` does not know `{}`",
        call.program,
        image.shown(),
        first.option
    );
    let package = call.foreign.packages.last();
    let help = match (first.instead.as_deref(), package) {
        (Some(instead), _) => format!("write `{instead}`"),
        (None, Some(package)) => format!("install `{package}`, which knows it, or do without it"),
        (None, None) => "do without it".to_owned(),
    };
    let report = cx.report(first.span, message).help(help);
    let report = if absence::is_written_out(facts, stage) && script.is_fatal(index) {
        report
    } else {
        report.severity(Severity::Warning)
    };
    if let Some(edits) = edits {
        report.fix(Fix::safe("write the option that it knows", edits));
    }
}

/// Whether packages, or what a script did, may have put another implementation in its place.
fn may_be_replaced(facts: &Facts<'_>, node: &Node<'_>, stage: usize, foreign: &Foreign) -> bool {
    if foreign.packages.is_empty() {
        return false;
    }
    if !facts.may_search(node.index) {
        return true;
    }
    let is_brought = |install: &Install| {
        let mut names = install.packages.iter().map(|p| p.name.as_str());
        names.any(|name| foreign.packages.contains(&name)) || install.more
    };
    let before = facts.chain_nodes(stage).filter(|n| n.index <= node.index);
    !facts.programs_before(node).is_untouched()
        || before.flat_map(Node::run_installs).any(is_brought)
}

/// An option that is refused.
struct Refused<'w> {
    word: &'w Word,
    /// As the table has it.
    option: &'static str,
    span: Span,
    /// The word with what does the same.
    instead: Option<String>,
}

impl<'w> Refused<'w> {
    fn of(call: &Call<'_>, word: &'w Word) -> Option<Self> {
        let text = word.prefix();
        if !text.starts_with('-') {
            return None;
        }
        let options = call.foreign.options;
        let find = |name: &str| options.iter().find(|(option, _)| *option == name);
        let (name, value) = match text.split_once('=') {
            Some((name, _)) if name.starts_with("--") => (name, text.get(name.len()..)),
            _ => (text, None),
        };
        let refused = |option, instead| Self {
            word,
            option,
            span: word.span,
            instead,
        };
        if let Some((option, same)) = find(name) {
            let instead = (!same.is_empty()).then(|| match value {
                // A letter takes its value without a sign.
                Some(value) if !same.starts_with("--") => {
                    format!("{same}{}", value.trim_start_matches('='))
                }
                Some(value) => format!("{same}{value}"),
                None => (*same).to_owned(),
            });
            return Some(refused(option, instead));
        }
        // `find` takes words behind one dash, others letters.
        if text.starts_with("--") || call.program == "find" {
            return None;
        }
        let letters: Vec<String> = text.chars().skip(1).map(|c| format!("-{c}")).collect();
        let is_cluster =
            letters.len() <= 4 && text.chars().skip(1).all(|c| c.is_ascii_alphabetic());
        // The value of an option may stand right behind it: what is not sure is not looked at.
        let takes_value = |letter: &str| matches!(letter, "-e" | "-f" | "-I" | "-n");
        let known = letters
            .iter()
            .take(if is_cluster { letters.len() } else { 1 });
        let mut known = known.take_while(|l| !takes_value(l));
        let (option, _) = known.find_map(|letter| find(letter))?;
        let same = letters
            .iter()
            .map(|letter| find(letter).map(|(_, same)| *same));
        let same: Option<Vec<&str>> = same.collect();
        let instead = same
            .filter(|all| is_cluster && all.iter().all(|s| !s.is_empty()))
            .map(|all| all.join(" "));
        Some(refused(option, instead))
    }

    fn edit(&self, facts: &Facts<'_>) -> Option<Edit> {
        let is_plain = self.word.literal() == Some(facts.source.slice(self.word.span));
        let instead = self.instead.as_ref().filter(|_| is_plain)?;
        Some(Edit::replace(self.word.span, instead.clone()))
    }
}
