//! `bash-script-in-sh`: a script that is written for Bash and given to dash.

use crate::diagnostic::Severity;
use crate::facts::{Facts, Node, RunBy, RunScript, absence};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::shell::{Command, Dialect, Script, parse};
use crate::span::MappedText;
use crate::syntax::{Keyword, Kind};

rule!(BashScriptInSh);

/// Commands of Bash that dash has not.
const OF_BASH: [&str; 11] = [
    "((",
    "[[",
    "declare",
    "let",
    "mapfile",
    "popd",
    "pushd",
    "readarray",
    "shopt",
    "source",
    "typeset",
];

impl Rule for BashScriptInSh {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut told = Vec::new();
        for script in facts.run_scripts() {
            let place = (script.copy, script.source);
            let node = facts.nodes.get(script.node);
            let Some(node) = node.filter(|_| script.by == RunBy::Shell) else {
                continue;
            };
            if told.contains(&place) || !is_given_to_sh(node, script) {
                continue;
            }
            // `ln -sf bash /bin/sh`; and a script that looks for Bash itself knows what to do.
            if !facts.programs_for(script).sh_is_dash()
                || facts.is_mentioned_before(node, "bin/sh")
                || script.text.contains("BASH_VERSION")
            {
                continue;
            }
            let Some((word, ends)) = bashism(facts, node, script) else {
                continue;
            };
            told.push(place);
            let name = file_name(&script.path);
            let report = cx
                .report(
                    script.run,
                    format!("`sh` is dash here, which does not know the `{word}` of `{name}`"),
                )
                .label(script.source, "it comes from here")
                .help("give it to `bash`, or write it for `sh`");
            if ends {
                report.severity(Severity::Error);
            }
        }
    }
}

/// Whether the program that is given the script is called `sh`.
fn is_given_to_sh(node: &Node<'_>, script: &RunScript) -> bool {
    let mut commands = node.commands().iter();
    let found = commands.find(|c| c.words.iter().any(|w| w.span == script.run));
    found.is_some_and(|c| c.name == "sh" && !only_checks(c))
}

/// Whether the script is only read: `sh -n`.
fn only_checks(command: &Command) -> bool {
    command.has_flag("-n")
}

/// What dash does not know of a script, and whether the script ends there.
fn bashism(facts: &Facts<'_>, node: &Node<'_>, script: &RunScript) -> Option<(String, bool)> {
    let text = MappedText::verbatim(&script.text, 0);
    let read: Script = parse(&text, &Dialect::Bash);
    if read.unread || !read.errors.is_empty() {
        return None;
    }
    let lacks_pipefail = match node.instruction.kind {
        Kind::Run(_) => facts.sh_lacks_pipefail(node),
        _ => {
            let last = node.stage.and_then(|s| facts.stages.get(s));
            let last = last.and_then(|s| facts.nodes_of(s).last());
            node.keyword() != Some(Keyword::Run)
                && last.is_some_and(|last| facts.sh_lacks_pipefail(last))
        }
    };
    read.commands
        .iter()
        .enumerate()
        .find_map(|(index, command)| {
            let name = command.name.as_str();
            let sets = name == "set" && command.args().iter().any(|w| w.is("pipefail"));
            if sets && lacks_pipefail && !absence::is_guarded(&read, index, name) {
                return Some(("pipefail".to_owned(), true));
            }
            let is_own = read.function_of(index).is_some_and(|f| f == name)
                || absence::is_asked_for(&read, index, name);
            (OF_BASH.contains(&name) && !is_own).then(|| (name.to_owned(), false))
        })
}
