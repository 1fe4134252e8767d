//! `cd-in-run`: a directory change that ends with its RUN.

use crate::edits::delete_instruction;
use crate::facts::{Command, Node};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};
use crate::shell::Script;
use crate::syntax::{CommandLine, Keyword, Kind};

rule! {
    CdInRun {
        /// Whether every `cd` is reported, those that serve the rest of their RUN too.
        pub every: bool,
    }
}

impl Rule for CdInRun {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let (Kind::Run(line), Some(script)) = (&node.instruction.kind, &node.script) else {
            return;
        };
        let main = MainShell::of(script);
        for (index, command) in script.commands.iter().enumerate() {
            if !matches!(command.name.as_str(), "cd" | "chdir" | "pushd") {
                continue;
            }
            if main.loses(script, index, command) {
                report_lost(cx, node, line, script, command);
            } else if self.every && command.name == "cd" {
                cx.report(command.span, "`cd` inside `RUN`")
                    .help("set the directory with `WORKDIR`, or name it in the command");
            }
        }
    }
}

/// What a directory change in the shell that runs the script depends on.
struct MainShell {
    /// The first command that changes its directory.
    first_move: Option<usize>,
    /// The last command that sees it.
    last_seen: Option<usize>,
}

impl MainShell {
    fn of(script: &Script) -> Self {
        let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "chdir" | "pushd");
        let mut commands = script.commands.iter().enumerate();
        let first_move = commands
            .find(|(index, c)| moves(c) && script.in_main_shell(*index))
            .map(|(index, _)| index);
        let mut later = (0..script.commands.len()).rev();
        Self {
            first_move,
            last_seen: first_move.and_then(|first| later.find(|l| script.reaches(first, *l))),
        }
    }

    /// Whether nothing in the RUN is left to see the directory, though it was meant to last.
    fn loses(&self, script: &Script, index: usize, command: &Command) -> bool {
        let seen = self.last_seen.is_some_and(|last| last > index);
        // Going back at the end of the work does no harm.
        let back = match command.args() {
            [] => true,
            [target, ..] => {
                matches!(target.literal(), Some("-" | "/")) || target.prefix().starts_with("..")
            }
        };
        let returns = self.first_move.is_some_and(|first| first < index);
        let harmless = seen || returns || (back && script.commands.len() > 1);
        let loose = command.pipeline.is_none() && script.in_main_shell(index);
        loose && !harmless && !command.args().is_empty()
    }
}

fn report_lost(
    cx: &mut Context<'_>,
    node: &Node<'_>,
    line: &CommandLine,
    script: &Script,
    command: &Command,
) {
    let target = command.args().first();
    let literal = target
        .and_then(|w| w.literal())
        .filter(|t| !t.contains(char::is_whitespace));
    let (facts, source) = (cx.facts, cx.source());
    let report = cx
        .report(command.span, "this `cd` is forgotten when the `RUN` ends")
        .help(match literal {
            Some(dir) => format!("set the directory for what follows with `WORKDIR {dir}`"),
            None => "set the directory for what follows with `WORKDIR`".to_owned(),
        });
    let alone = script.commands.len() == 1 && node.is(Keyword::Run);
    let instruction = node.instruction;
    let plain = instruction.flags.is_empty() && instruction.heredocs.is_empty();
    // What it ran had no effect, so the image stays the same without it.
    if let CommandLine::Shell(word) = line
        && alone
        && plain
        && literal.is_some()
        && word.as_str().trim() == source.slice(command.span)
        && command.redirects.is_empty()
        && let Some(fix) = delete_instruction(facts, instruction, "remove it".to_owned())
    {
        // Unsafe for what was meant: it may have to become a `WORKDIR`.
        report.fix(Fix::unsafe_(fix.title, fix.edits));
    }
}
