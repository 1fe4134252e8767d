//! `run-together`: a command that became an argument of the one before it.

use crate::facts::Node;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Word};
use crate::syntax::Keyword;

rule!(RunTogether);

/// What has the verbs of package managers.
struct Manager {
    names: &'static [&'static str],
    verbs: &'static [&'static str],
}

/// Package managers, and the verbs that their calls in a RUN begin with.
const MANAGERS: [Manager; 5] = [
    Manager {
        names: &["apt", "apt-get"],
        verbs: &[
            "autoclean",
            "autoremove",
            "clean",
            "dist-upgrade",
            "install",
            "purge",
            "remove",
            "update",
            "upgrade",
        ],
    },
    Manager {
        names: &["apk"],
        verbs: &["add", "del", "update", "upgrade"],
    },
    Manager {
        names: &["dnf", "microdnf", "yum"],
        verbs: &[
            "clean",
            "install",
            "makecache",
            "remove",
            "update",
            "upgrade",
        ],
    },
    Manager {
        names: &["pip", "pip3"],
        verbs: &["install", "uninstall"],
    },
    Manager {
        names: &["npm"],
        verbs: &["ci", "install"],
    },
];

impl Rule for RunTogether {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = node.script.as_ref().filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        for command in &script.commands {
            let Some((own, _)) = call(&command.words) else {
                continue;
            };
            let Some((at, verb)) = swallowed(command) else {
                continue;
            };
            let message = format!(
                "`{} {}` is an argument of `{own}` here, no command",
                at.raw, verb.raw
            );
            let text = cx.source().slice(at.span.to(verb.span));
            let is_plain = text.starts_with(&at.raw) && text.ends_with(&verb.raw);
            let report = cx
                .report(at.span.to(verb.span), message)
                .help("put `&&` before it");
            if is_plain && !node.instruction.is_exec_form() {
                let edit = Edit::insert(at.span.start, "&& ");
                report.fix(Fix::unsafe_("put `&&` before it", vec![edit]));
            }
        }
    }
}

/// A package manager and its verb at the beginning of words, as a message calls them.
fn call(words: &[Word]) -> Option<(String, &Word)> {
    let name = words.first()?.literal()?;
    let manager = MANAGERS.iter().find(|m| m.names.contains(&name))?;
    let mut rest = words.iter().skip(1).filter(|w| !w.is_flag());
    let verb = rest.next()?;
    let text = verb.literal().filter(|t| manager.verbs.contains(t))?;
    Some((format!("{name} {text}"), verb))
}

/// A call among the arguments of another: `apt-get update apt-get install curl`.
fn swallowed(command: &Command) -> Option<(&Word, &Word)> {
    let behind = command.words.get(2..)?;
    behind.iter().enumerate().find_map(|(i, word)| {
        let (_, verb) = call(behind.get(i..)?)?;
        Some((word, verb))
    })
}
