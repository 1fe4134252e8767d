//! `noisy-wget`: `wget` fills the log with its progress.

use crate::facts::packages::{Action, Manager};
use crate::facts::{Base, Command, Facts, Node};
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
        let which = which(cx.facts, node);
        let option = match which {
            Wget::Gnu => "--progress=dot:giga",
            Wget::BusyBox => "-q",
            Wget::Unknown => "`--progress=dot:giga`, or `-q` for BusyBox's",
        };
        let plain =
            cx.facts.source.slice(word.span).ends_with("wget") && !node.instruction.is_exec_form();
        let report = cx
            .report(
                word.span,
                "`wget` writes its progress to the log of the build",
            )
            .help(match which {
                Wget::Unknown => format!("add {option}"),
                _ => format!("add `{option}`"),
            });
        if plain && which != Wget::Unknown {
            let edits = vec![Edit::insert(word.span.end, format!(" {option}"))];
            report.fix(Fix::safe(format!("add `{option}`"), edits));
        }
    }
}

/// Whose `wget` runs: BusyBox's refuses what GNU's offers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wget {
    Gnu,
    BusyBox,
    Unknown,
}

/// Whose it is, by the system below and by what installs packages in the chain of stages.
fn which(facts: &Facts<'_>, node: &Node<'_>) -> Wget {
    let Some(stage) = node.stage else {
        return Wget::Unknown;
    };
    if !facts.may_search(facts.nodes.len()) {
        return Wget::Unknown;
    }
    let before = facts
        .chain_nodes_back(stage)
        .filter(|n| n.index <= node.index);
    let installs = before.flat_map(|n| n.run_installs());
    let mut by_apk = false;
    let mut by_others = false;
    for install in installs {
        let gets = install.action == Action::Install
            && (install.more
                || install
                    .packages
                    .iter()
                    .any(|p| p.name == "wget" || p.is_hidden()));
        match install.manager {
            // BusyBox's gives way to GNU's, which may come from a list that cannot be seen.
            Manager::Apk if gets => return Wget::Unknown,
            Manager::Apk => by_apk = true,
            manager => by_others |= manager.is_apt() || manager.is_rpm(),
        }
    }
    let family = match facts.root_base(stage) {
        Base::Image(image) => os_family(image),
        _ => OsFamily::Unknown,
    };
    match family {
        OsFamily::Alpine | OsFamily::BusyBox | OsFamily::Wolfi => Wget::BusyBox,
        OsFamily::Debian | OsFamily::RedHat | OsFamily::Suse | OsFamily::Arch => Wget::Gnu,
        OsFamily::Unknown if by_apk && !by_others => Wget::BusyBox,
        OsFamily::Unknown if by_others && !by_apk => Wget::Gnu,
        _ => Wget::Unknown,
    }
}
