//! `healthcheck-always-true`: a HEALTHCHECK that finds itself.

use crate::facts::{Command, Node, Script};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;
use crate::syntax::{CommandLine, Keyword, Kind};

rule!(HealthcheckAlwaysTrue);

impl Rule for HealthcheckAlwaysTrue {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let (Some(Keyword::Healthcheck), Some(script)) = (node.keyword(), &node.script) else {
            return;
        };
        let Kind::Healthcheck(check) = &node.instruction.kind else {
            return;
        };
        // Without a shell no other process has the pattern among its arguments.
        let is_shell = matches!(check.command, Some(CommandLine::Shell(_)))
            || script.commands.iter().any(|c| c.script.is_some());
        if !is_shell {
            return;
        }
        let Some((pattern, how)) = finds_itself(script) else {
            return;
        };
        let text = pattern.literal().unwrap_or_default();
        let bracketed: String = match text.chars().next() {
            Some(first) => format!("[{first}]{}", &text[first.len_utf8()..]),
            None => return,
        };
        cx.report(
            pattern.span,
            format!("{how} finds the shell of this check too, whose command has `{text}` in it"),
        )
        .help(format!(
            "ask the service itself, or write a pattern that does not match itself: `{bracketed}`"
        ));
    }
}

/// The pattern that the check's own processes match, and what looks for it.
fn finds_itself(script: &Script) -> Option<(&Word, &'static str)> {
    for pipeline in &script.pipelines {
        let command = |i: usize| {
            let part = pipeline.parts.get(i)?;
            script
                .commands
                .get(part.commands.start)
                .filter(|_| part.simple)
        };
        let ps = command(0).filter(|c| c.name == "ps" && shows_arguments(c));
        if ps.is_none() {
            continue;
        }
        let greps: Vec<&Command> = (1..pipeline.parts.len())
            .filter_map(command)
            .filter(|c| matches!(c.name.as_str(), "grep" | "egrep" | "fgrep"))
            .collect();
        if greps
            .iter()
            .any(|c| c.has_any_flag(&["-v", "--invert-match", "-x", "-c"]))
        {
            continue;
        }
        let pattern = greps.first().and_then(|c| pattern_of(c));
        if let Some(pattern) = pattern {
            return Some((pattern, "`ps | grep`"));
        }
    }
    // `pgrep` leaves out itself, not the shell that runs it; a lone command may be all of the shell.
    if script.commands.len() < 2 {
        return None;
    }
    let mut commands = script.commands.iter();
    let pgrep = commands.find(|c| {
        matches!(c.name.as_str(), "pgrep" | "pkill")
            && c.has_any_flag(&["-f", "--full"])
            && !c.has_any_flag(&["-x", "--exact", "-u", "-P", "-t"])
    })?;
    Some((pattern_of(pgrep)?, "`pgrep -f`"))
}

/// Whether `ps` shows the arguments of every process.
fn shows_arguments(ps: &Command) -> bool {
    let mut options = ps.literal_args().peekable();
    if options.peek().is_none() {
        return false;
    }
    let all: Vec<&str> = options.collect();
    let chooses = all.iter().any(|o| {
        matches!(*o, "-o" | "-O" | "-C" | "-p" | "--pid")
            || o.starts_with("-o")
            || o.starts_with("--format")
    });
    let names = |o: &&str| {
        let letters = o.trim_start_matches('-');
        letters.contains('x')
            || letters.contains('f')
            || letters.contains('e') && letters.contains('f')
    };
    !chooses && all.iter().any(names)
}

/// A pattern of plain text.
fn pattern_of(command: &Command) -> Option<&Word> {
    let pattern = command.operands(&["-A", "-B", "-m"]).next()?;
    let text = pattern.literal()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_./:".contains(c);
    (!text.is_empty() && text.chars().all(plain)).then_some(pattern)
}
