//! `noisy-wget`: `wget` fills the log with its progress.

use crate::facts::{Base, Command, Node};
use crate::fix::{Edit, Fix};
use crate::images::{OsFamily, os_family};
use crate::rule::{Context, Rule, rule};

rule!(NoisyWget);

impl Rule for NoisyWget {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        if command.name != "wget" {
            return;
        }
        const QUIET: [&str; 10] = [
            "-q",
            "--quiet",
            "-nv",
            "--no-verbose",
            "--progress",
            "-o",
            "--output-file",
            "-a",
            "--append-output",
            "--version",
        ];
        let quiet = command.flags().any(|word| {
            let text = word.prefix();
            let name = text.split('=').next().unwrap_or(text);
            let clustered = |letters: &str| {
                !letters.starts_with('-')
                    && letters
                        .chars()
                        .take_while(|c| !matches!(c, 'O' | 'P' | 'T' | 'U' | 'e' | 'i' | 't' | 'w'))
                        .any(|c| c == 'q')
            };
            QUIET.contains(&name)
                || name.starts_with("-nv")
                || name.strip_prefix('-').is_some_and(clustered)
                || word.literal().is_none() && text.is_empty()
        });
        let log = command
            .redirects
            .iter()
            .any(|r| r.fd == Some(2) || r.target.is("/dev/null"));
        let Some(word) = command.words.first().filter(|_| !quiet && !log) else {
            return;
        };
        if command.args().is_empty() {
            return;
        }
        let busybox = node.stage.is_some_and(|stage| {
            matches!(cx.facts.root_base(stage), Base::Image(image)
                if matches!(os_family(image), OsFamily::Alpine | OsFamily::BusyBox | OsFamily::Wolfi))
        });
        let option = if busybox { "-q" } else { "--progress=dot:giga" };
        let plain =
            cx.facts.source.slice(word.span).ends_with("wget") && !node.instruction.is_exec_form();
        let report = cx
            .report(
                word.span,
                "`wget` writes its progress to the log of the build",
            )
            .help(format!("add `{option}`"));
        if plain {
            let edits = vec![Edit::insert(word.span.end, format!(" {option}"))];
            report.fix(Fix::safe(format!("add `{option}`"), edits));
        }
    }
}
