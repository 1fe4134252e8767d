//! `lost-shell-state`: a change of the shell that ends with its RUN.

use crate::edits::keyword_like;
use crate::facts::{Command, Node};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Connector, Dialect};
use crate::syntax::{CommandLine, Keyword, Kind};

rule!(LostShellState);

impl Rule for LostShellState {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Run)
            || matches!(node.shell, Dialect::Cmd | Dialect::PowerShell)
        {
            return;
        }
        let Some(script) = &node.script else { return };
        let Some((index, last)) = script.commands.iter().enumerate().next_back() else {
            return;
        };
        // In a condition, a function or a part of a pipeline it is for something else.
        if last.frame != 0
            || last.pipeline.is_some()
            || last.or_follows
            || matches!(last.connector, Connector::OrOr)
            || !last.wrappers.is_empty()
            || !script.errors.is_empty()
        {
            return;
        }
        // `nvm install` makes its release the default, which the next shell takes.
        let installs_default = script
            .named("nvm")
            .any(|(_, c)| c.subcommand() != Some("use"));
        let Some((what, help)) = lost(last, installs_default) else {
            return;
        };
        let facts = cx.facts;
        let mut off = facts.switched_off().iter();
        let switches_off = off.any(|off| off.node == node.index);
        let report = cx
            .report(last.span, format!("{what} ends with this RUN"))
            .help(help);
        // The whole RUN does nothing else: say it where it lasts, unless it had better not.
        let shell_form = matches!(node.instruction.kind, Kind::Run(CommandLine::Shell(_)));
        if index == 0
            && shell_form
            && !node.onbuild
            && node.instruction.flags.is_empty()
            && node.instruction.heredocs.is_empty()
            && !switches_off
            && let Some(fix) = to_env(node, last)
        {
            report.fix(fix);
        }
    }
}

/// `RUN export A=1` as `ENV A=1`, where the value is plain.
fn to_env(node: &Node<'_>, command: &Command) -> Option<Fix> {
    if command.name != "export" || command.assignments.is_empty() {
        return None;
    }
    let plain = |text: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "_-./:+,@%".contains(c);
        !text.is_empty() && text.chars().all(fits)
    };
    let mut pairs = Vec::new();
    for assignment in &command.assignments {
        let value = assignment.value.literal()?;
        if !plain(value) || assignment.append {
            return None;
        }
        pairs.push(format!("{}={value}", assignment.name));
    }
    // `export A` without a value, and options.
    if command.args().iter().any(|w| !w.raw.contains('=')) {
        return None;
    }
    let env = keyword_like(node.instruction, Keyword::Env);
    let edit = Edit::replace(node.instruction.head, format!("{env} {}", pairs.join(" ")));
    Some(Fix::unsafe_("set it with ENV", vec![edit]))
}

/// What a command changes in the shell that runs it, and nowhere else; and where to say it instead.
fn lost(command: &Command, installs_default: bool) -> Option<(String, &'static str)> {
    const ENV: &str = "set it with ENV";
    let argument = command.args().first().and_then(|w| w.literal());
    match command.name.as_str() {
        "export" if !command.assignments.is_empty() => {
            let name = &command.assignments.first()?.name;
            Some((format!("the variable `{name}`"), ENV))
        }
        "alias" if argument.is_some() => Some((
            "the alias".to_owned(),
            "put a script on the PATH, or write the alias into the file that the shell reads at its start",
        )),
        "umask" if argument.is_some_and(|a| a != "-S") => Some((
            "the mask".to_owned(),
            "set it in the RUN that writes the files, or in the entrypoint",
        )),
        "ulimit" if command.args().len() > 1 => Some((
            "the limit".to_owned(),
            "give it to `docker run --ulimit` or set it in the entrypoint",
        )),
        "." | "source" => {
            let file = argument?.rsplit('/').next()?;
            match file {
                "activate" => Some((
                    "the virtual environment".to_owned(),
                    "put its `bin` first: `ENV PATH=/opt/venv/bin:$PATH`",
                )),
                ".bashrc" | ".profile" | ".bash_profile" | "profile" | "bash.bashrc" | "nvm.sh"
                | "conda.sh" | "setup.bash" | "local_setup.bash" => Some((
                    format!("what `{file}` sets"),
                    "set the variables with ENV, or read the file in the RUN that needs it",
                )),
                _ => None,
            }
        }
        "nvm" if argument == Some("use") && !installs_default => Some((
            "the choice of `nvm use`".to_owned(),
            "put the directory of the release on the PATH with ENV",
        )),
        "conda" | "mamba" | "micromamba" if argument == Some("activate") => Some((
            "the environment of `activate`".to_owned(),
            "put its `bin` first with `ENV PATH=…`, or use `conda run`",
        )),
        _ => None,
    }
}
