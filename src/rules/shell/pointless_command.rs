//! `pointless-command`: a command that does nothing useful in a build.

use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};
use crate::shell::Connector;

rule! {
    PointlessCommand {
        /// More commands to report wherever they are called.
        pub commands: Vec<String>,
    }
}

impl Rule for PointlessCommand {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let name = command.name.as_str();
        let more = self.commands.iter().any(|c| c == name);
        let span = command.words.first().map_or(command.span, |w| w.span);
        if more {
            cx.report(span, format!("`{name}` has no use in a build"))
                .help("leave it out");
        } else if is_interactive(command) {
            cx.report(
                span,
                format!("`{name}` waits for a person, and a build has none"),
            )
            .help("leave it out");
        } else if is_about_machine(name) {
            cx.report(
                span,
                format!("`{name}` is about the machine, not about the image"),
            )
            .help("leave it out");
        } else if starts_last(node, command) {
            cx.report(command.span, "the service ends with this RUN")
                .help("start it from `CMD` or `ENTRYPOINT`");
        }
    }
}

/// Whether a program wants a terminal; with a script of its own an editor needs none.
fn is_interactive(command: &Command) -> bool {
    let asks_version = command
        .literal_args()
        .any(|a| matches!(a, "--version" | "-V" | "-v" | "--help" | "-h"));
    if asks_version {
        return false;
    }
    match command.name.as_str() {
        "vi" | "vim" | "nvim" => !command
            .literal_args()
            .any(|a| matches!(a, "-c" | "-es" | "-Es" | "-s" | "--headless") || a.starts_with('+')),
        "nano" | "htop" | "man" => command.pipeline.is_none(),
        "top" => !command.has_flag("-b"),
        "emacs" => !command
            .literal_args()
            .any(|a| a.starts_with("--batch") || a == "-batch"),
        _ => false,
    }
}

/// Whether a command shows or changes the state of the machine that happens to build.
fn is_about_machine(name: &str) -> bool {
    matches!(name, "shutdown" | "reboot" | "halt" | "poweroff" | "free")
}

/// Whether a command starts a service at the end of a RUN, where nothing can use it any more.
fn starts_last(node: &Node<'_>, command: &Command) -> bool {
    let starts = match command.name.as_str() {
        "service" => matches!(
            command.args().get(1).and_then(|w| w.literal()),
            Some("start" | "restart" | "reload")
        ),
        "systemctl" => matches!(command.subcommand(), Some("start" | "restart")),
        _ => false,
    };
    let commands = node.commands();
    let last = commands.last().is_some_and(|c| c.span == command.span);
    let run = node.keyword() == Some(crate::syntax::Keyword::Run);
    starts && run && last && command.connector != Connector::OrOr && !command.or_follows
}
