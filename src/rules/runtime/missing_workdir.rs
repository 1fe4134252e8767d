//! `missing-workdir`: relative paths, and nobody said relative to what.

use std::collections::BTreeSet;

use super::start;
use crate::facts::{Base, Command, Facts, Node, Stage, is_absolute_path};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(MissingWorkdir);

/// How many places are labelled besides the first.
const LABELS: usize = 3;

impl Rule for MissingWorkdir {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        if facts.base_workdir(last.index) != Some("/") || facts.is_windows(last.index) {
            return;
        }
        let mut places: Vec<(Span, String)> = Vec::new();
        for node in facts.chain_nodes(last.index) {
            let Some(stage) = facts.stage_of(node) else {
                continue;
            };
            // In an empty image a file in `/` is in nobody's way.
            let empty = matches!(facts.root_base(last.index), Base::Scratch);
            if !empty && stage.workdir_before(node.index).is_none() {
                places.extend(relative(facts, node));
            }
        }
        // A start that fails is a fault of its own.
        if last.workdir().is_none() && start::lost(facts, last).is_none() {
            places.extend(relative_start(facts, last));
        }
        let Some(((span, what), more)) = places.split_first() else {
            return;
        };
        let mut report = cx
            .report(
                *span,
                format!("{what} relative to `/`: no `WORKDIR` is set"),
            )
            .help("set a directory of the application's own, such as `WORKDIR /app`, before this");
        for (span, what) in more.iter().take(LABELS) {
            report = report.label(*span, format!("{what} relative to `/` too"));
        }
    }
}

/// What an instruction writes relative to the working directory.
fn relative(facts: &Facts<'_>, node: &Node<'_>) -> Option<(Span, String)> {
    match &node.instruction.kind {
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            let text = facts.text(node.index, &transfer.destination)?;
            if is_absolute_path(&text) || text.is_empty() {
                return None;
            }
            let span = transfer.destination.span;
            Some((span, format!("`{text}` is")))
        }
        Kind::Run(_) => {
            let commands = node.commands();
            // What a `cd` follows is work of this RUN's own.
            let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "pushd");
            let moved = commands.iter().position(moves);
            let here = commands.get(..moved.unwrap_or(commands.len()))?;
            // Backwards, so that what is removed later is known.
            let mut removed: BTreeSet<&str> = BTreeSet::new();
            let mut first = None;
            for command in here.iter().rev() {
                if let Some((what, name)) = made_here(command) {
                    let mut from = removed.range(name.as_str()..);
                    let gone = moved.is_some() || from.next().is_some_and(|r| r.starts_with(&name));
                    if !gone || name.is_empty() {
                        first = Some((command.span, what));
                    }
                }
                if matches!(command.name.as_str(), "rm" | "rmdir" | "mv") {
                    let names = command.literal_args();
                    removed
                        .extend(names.map(|a| a.trim_start_matches("./").trim_start_matches('/')));
                }
            }
            first
        }
        _ => None,
    }
}

/// What a command makes in the directory it runs in, and its name if it has one.
fn made_here(command: &Command) -> Option<(String, String)> {
    let name = command.name.as_str();
    let sub = command.subcommand();
    let writes = |what: &str| Some((format!("`{what}` writes"), String::new()));
    let elsewhere = |flags: &[&str]| command.has_any_flag(flags);
    match (name, sub) {
        ("npm", Some("install" | "i" | "ci"))
            if !elsewhere(&["-g", "--global", "--prefix", "-C", "--location"]) =>
        {
            writes(&format!("npm {}", sub?))
        }
        ("yarn" | "pnpm", None | Some("install"))
            if !elsewhere(&[
                "--cwd",
                "--prefix",
                "-C",
                "--dir",
                "--version",
                "-v",
                "--help",
                "-g",
                "--global",
            ]) =>
        {
            writes(name)
        }
        ("composer", Some("install")) if !elsewhere(&["-d", "--working-dir"]) => {
            writes("composer install")
        }
        ("bundle", Some("install")) => None,
        ("mkdir", _) => {
            let target = command.operands(&["-m", "--mode"]).next()?.literal()?;
            let relative = !is_absolute_path(target) && !target.starts_with('~');
            relative.then(|| {
                (
                    format!("`mkdir {target}` is"),
                    target.trim_start_matches("./").to_owned(),
                )
            })
        }
        ("git", Some("clone")) => {
            let valued = [
                "-b",
                "--branch",
                "--depth",
                "-o",
                "-j",
                "--origin",
                "-c",
                "--config",
                "--reference",
            ];
            let mut operands = command.operands(&valued).skip(1);
            let url = operands.next()?.literal()?;
            let target = match operands.next() {
                Some(target) => target.literal()?,
                None => {
                    let url = url.trim_end_matches('/');
                    let name = url.rsplit(['/', ':']).next()?;
                    name.strip_suffix(".git").unwrap_or(name)
                }
            };
            let relative =
                !is_absolute_path(target) && !target.starts_with('~') && !target.is_empty();
            relative.then(|| ("`git clone` writes".to_owned(), target.to_owned()))
        }
        _ => None,
    }
}

/// The file that the container starts from a relative path.
fn relative_start(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<(Span, String)> {
    let launch = facts.launch(stage.index);
    let moved = launch.commands().any(|c| c.name == "cd");
    if moved {
        return None;
    }
    launch.commands().find_map(|command| {
        let word = command.words.first()?;
        let program = word.literal()?;
        if program.starts_with("./") {
            return Some((word.span, format!("`{program}` is")));
        }
        let word = match command.name.as_str() {
            "node" | "nodejs" | "ruby" | "perl" | "php" | "sh" | "bash" | "deno" | "Rscript" => {
                command.args().first()?
            }
            name if name.starts_with("python") || name.starts_with("pypy") => {
                command.args().iter().find(|w| !w.is("-u"))?
            }
            "java" => command.args().iter().skip_while(|w| !w.is("-jar")).nth(1)?,
            "dotnet" => command
                .args()
                .first()
                .filter(|w| w.suffix().ends_with(".dll"))?,
            _ => return None,
        };
        let file = word.literal()?;
        let is_file = file.contains('.') || file.contains('/');
        let relative = is_file && !is_absolute_path(file) && !file.starts_with(['-', '~']);
        relative.then(|| (word.span, format!("`{file}` is")))
    })
}
