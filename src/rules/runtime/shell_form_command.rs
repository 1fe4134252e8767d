//! `shell-form-command`: CMD or ENTRYPOINT as text for a shell.

use crate::diagnostic::Severity;
use crate::edits::insert_above;
use crate::facts::{Command, Dialect, Facts, Node, Stage};
use crate::fix::{Applicability, Edit, Fix};
use crate::images::BaseUser;
use crate::rule::{Context, Rule, rule};
use crate::shell::{Connector, Script};
use crate::syntax::{CommandLine, Keyword, Kind, Word, is_meant_as_array};

rule!(ShellFormCommand);

impl Rule for ShellFormCommand {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        // What a later one replaces has no effect in any form.
        for index in [stage.entrypoints.last(), stage.cmds.last()] {
            if let Some(node) = index.and_then(|i| facts.nodes.get(*i)) {
                check(cx, stage, node);
            }
        }
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.onbuild
            && let Some(stage) = cx.facts.stage_of(node)
        {
            check(cx, stage, node);
        }
    }
}

fn check(cx: &mut Context<'_>, stage: &Stage<'_>, node: &Node<'_>) {
    let (Kind::Cmd(CommandLine::Shell(word)) | Kind::Entrypoint(CommandLine::Shell(word))) =
        &node.instruction.kind
    else {
        return;
    };
    let facts = cx.facts;
    let name = node.instruction.name.as_str();
    let text = word.as_str();
    // An array that is none is another rule's.
    if is_meant_as_array(text) {
        return;
    }
    if node.shell_node.is_some() || facts.is_windows(stage.index) || !node.shell.is_posix() {
        return;
    }
    let Some(script) = &node.script else { return };
    if script.unread || ends_in_exec(script) {
        return;
    }
    let is_entrypoint = node.keyword() == Some(Keyword::Entrypoint);
    let message = if is_entrypoint {
        format!("this `{name}` is run by `/bin/sh -c`: it gets no arguments, and maybe no signals")
    } else {
        format!("this `{name}` is run by `/bin/sh -c`, which may keep signals from it")
    };
    let plain = plain_words(script);
    let Some(words) = plain else {
        let report = cx.report(word.span, message);
        let report = if is_entrypoint {
            report
                .help("put the work into a script that ends in `exec`, and name it in a JSON array")
        } else {
            report.help(
                "start the program with `exec`, or write `[\"/bin/sh\", \"-c\", \"… exec …\"]`",
            )
        };
        if !is_entrypoint {
            report.severity(Severity::Info);
        }
        return;
    };
    // An ENTRYPOINT for a shell gets no arguments, whatever it runs.
    if is_placeholder(&words) && !is_entrypoint {
        return;
    }
    let array = json(&words);
    let report = cx
        .report(word.span, message)
        .help(format!("write it as a JSON array: `{array}`"));
    // A shell is there for people, who stop it themselves.
    let interactive =
        words.len() == 1 && Dialect::of_program(words.first().map_or("", |w| w)).is_some();
    // Both let the last command take their place; dash does not.
    let execs = matches!(node.shell, Dialect::Ash | Dialect::Bash) && !is_entrypoint;
    let report = if interactive || execs {
        report.severity(Severity::Info)
    } else {
        report
    };
    if is_contiguous(word)
        && let Some(comment) = remark(script, word)
    {
        let trust = trust(facts, stage, node, &words);
        let mut edits = vec![Edit::replace(word.span, array)];
        if !comment.is_empty() {
            // The comment moves above the instruction.
            let line = format!("{comment}{}", facts.source.newline());
            edits.push(insert_above(facts, node.instruction, line));
        }
        report.fix(Fix::new("write it as a JSON array", edits, trust));
    }
}

/// Whether a command only keeps the container running: `tail -f /dev/null`, `sleep infinity`.
fn is_placeholder(words: &[String]) -> bool {
    match words.first().map(String::as_str) {
        Some("tail") => words.iter().any(|w| w == "/dev/null"),
        Some("sleep" | "true" | "false" | "echo") => true,
        _ => false,
    }
}

/// The comment behind the only command, perhaps none; `None` if something else stands there, or
/// more lines.
fn remark<'w>(script: &Script, word: &'w Word) -> Option<&'w str> {
    let end = script.commands.first()?.range.end;
    let rest = word.as_str().get(end..)?.trim();
    let fits = rest.is_empty() || rest.starts_with('#') && !rest.contains('\n');
    fits.then_some(rest)
}

fn is_contiguous(word: &Word) -> bool {
    word.text.is_contiguous(0..word.as_str().len())
}

/// Whether the shell replaces itself by the program in the end, so that signals reach it.
fn ends_in_exec(script: &Script) -> bool {
    script.commands.iter().enumerate().any(|(index, command)| {
        command.wrappers.first().is_some_and(|w| w.name == "exec") && script.in_main_shell(index)
    })
}

/// The words of the one command of a script, if no shell is needed to make them.
fn plain_words(script: &Script) -> Option<Vec<String>> {
    const BUILTINS: &[&str] = &[
        ".", ":", "alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit",
        "export", "fg", "getopts", "hash", "jobs", "local", "read", "readonly", "return", "set",
        "shift", "source", "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "wait",
        "builtin", "declare", "typeset", "pushd", "popd", "shopt", "[[", "((",
    ];
    let [command] = script.commands.as_slice() else {
        // `sh -c '…'` brings the commands of its own script along.
        let (first, rest) = script.commands.split_first()?;
        let own = first.script.as_ref()?;
        let inside = own.start <= 1 && own.end == rest.len() + 1;
        return inside.then(|| literal_words(first)).flatten();
    };
    let builtin = |name: &str| BUILTINS.contains(&name);
    if builtin(&command.name) || command.wrappers.iter().any(|w| builtin(&w.name)) {
        return None;
    }
    literal_words(command).filter(|_| script.frames.len() <= 1 && script.errors.is_empty())
}

fn literal_words(command: &Command) -> Option<Vec<String>> {
    let simple = command.assignments.is_empty()
        && command.redirects.is_empty()
        && command.pipeline.is_none()
        && !command.negated
        && command.connector == Connector::Start
        && !command.words.is_empty();
    if !simple {
        return None;
    }
    let wrapped = command.wrappers.iter().flat_map(|w| &w.words);
    wrapped
        .chain(&command.words)
        .map(|word| {
            let tilde = word.raw.starts_with('~');
            word.literal()
                .filter(|_| !word.glob && !word.braces && !tilde)
                .map(str::to_owned)
        })
        .collect()
}

fn json(words: &[String]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|w| serde_json::Value::from(w.as_str()).to_string())
        .collect();
    format!("[{}]", words.join(", "))
}

/// How far the exec form can be trusted to start the same program.
fn trust(facts: &Facts<'_>, stage: &Stage<'_>, node: &Node<'_>, words: &[String]) -> Applicability {
    let program = words.first().map_or("", String::as_str);
    // A shell runs a script without a `#!` line, the kernel does not.
    let system = ["/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/"];
    let directory = program
        .rfind('/')
        .map_or("", |at| program.get(..=at).unwrap_or_default());
    let script = !(directory.is_empty() || system.contains(&directory)) || program.contains('.');
    let joined = match node.keyword() {
        // The CMD becomes the arguments of an ENTRYPOINT in exec form.
        Some(Keyword::Entrypoint) => !stage.cmds.is_empty(),
        _ => {
            facts.effective_entrypoint(stage.index).is_some()
                || !facts.is_plain_base(stage.index)
                || facts.base_user(stage.index) == BaseUser::Unknown
        }
    };
    if script || joined || node.onbuild {
        Applicability::Unsafe
    } else {
        Applicability::Safe
    }
}
