//! `script-not-executable`: a script that is run and may not be.

use crate::facts::{Facts, RunBy, RunScript};
use crate::fix::{Edit, Fix};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Instruction, Keyword};

rule!(ScriptNotExecutable);

impl Rule for ScriptNotExecutable {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut told = Vec::new();
        for script in facts.run_scripts() {
            let place = (script.copy, script.source);
            if script.by == RunBy::Shell
                || script.executable != Some(false)
                || told.contains(&place)
                || changes_mode(facts, script)
            {
                continue;
            }
            let Some(copy) = facts.nodes.get(script.copy) else {
                continue;
            };
            told.push(place);
            let message = format!("`{}` is run, and its mode does not allow that", script.path);
            let report = cx
                .report(script.source, message)
                .label(script.run, "run here");
            match copy.instruction.flag_value("chmod") {
                Some(mode) => {
                    let edit = Edit::replace(mode.span, "755");
                    report
                        .label(mode.span, "this mode has no `x`")
                        .help("give it a mode with `x`: `--chmod=755`")
                        .fix(Fix::unsafe_("copy it with `--chmod=755`", vec![edit]));
                }
                None => {
                    report
                        .help("copy it with `--chmod=755`, or make it executable: `chmod +x`, `git add --chmod=+x`")
                        .fix(with_mode(copy.instruction));
                }
            }
        }
    }
}

fn with_mode(copy: &Instruction) -> Fix {
    let edit = Edit::insert(copy.name.span.end, " --chmod=755");
    Fix::unsafe_("copy it with `--chmod=755`", vec![edit])
}

/// Whether a RUN may change the mode of the script, or what lies at its path.
fn changes_mode(facts: &Facts<'_>, script: &RunScript) -> bool {
    let Some(node) = facts.nodes.get(script.node) else {
        return true;
    };
    let Some(stage) = node.stage else { return true };
    let name = file_name(&script.path);
    let before = match node.keyword() {
        Some(Keyword::Run) => node.index,
        _ => usize::MAX,
    };
    let nodes = facts.chain_nodes(stage);
    let mut runs = nodes.filter(|n| n.is(Keyword::Run) && n.index <= before);
    runs.any(|run| {
        let text = facts.source.slice(facts.whole_span(run));
        let names_it = text.contains(name);
        let handles = |tool: &str| text.contains(tool);
        // `chmod +x *.sh`, `chmod -R 755 /app`, `find … -exec chmod`
        let broad = handles("chmod")
            && run.commands().iter().any(|c| {
                let of_chmod = c.words.iter().any(|w| w.raw.contains("chmod"))
                    || c.wrappers
                        .iter()
                        .any(|w| w.name == "xargs" || w.name == "find");
                of_chmod && c.words.iter().any(|w| reaches(w, &script.path)) || c.name == "find"
            });
        let opaque = run
            .script
            .as_ref()
            .is_none_or(|s| s.unread || !s.errors.is_empty());
        broad
            || handles("chmod") && opaque
            || names_it
                && [
                    "chmod", "install", "mv", "cp", "ln", ">", "rsync", "setfacl",
                ]
                .iter()
                .any(|tool| handles(tool))
    })
}

/// Whether a word of `chmod` may reach a path: a pattern, a variable, a folder above it.
fn reaches(word: &crate::shell::Word, path: &str) -> bool {
    let Some(text) = word.literal() else {
        return true;
    };
    let folder = text.trim_end_matches('/');
    word.glob
        || word.braces
        || matches!(text, "." | "./" | "/")
        || folder.starts_with('/') && path.starts_with(folder)
        || !folder.starts_with(['/', '-', '+']) && !folder.is_empty() && {
            let relative = folder.trim_start_matches("./");
            path.split('/')
                .any(|part| part == relative.split('/').next_back().unwrap_or_default())
        }
}
