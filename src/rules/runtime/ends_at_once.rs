//! `ends-at-once`: a container that starts something in the background and ends.

use crate::facts::{Command, Facts, Stage};
use crate::rule::{Context, Rule, rule};
use crate::shell::{FrameKind, Script};

rule!(EndsAtOnce);

impl Rule for EndsAtOnce {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(stage) = facts.product() else {
            return;
        };
        let launch = facts.launch(stage.index);
        // Behind an entrypoint, the CMD is its affair.
        let starts = match (launch.entrypoint, launch.cmd) {
            (Some(_), None) => true,
            (None, Some(_)) => facts.is_plain_base(stage.index),
            _ => false,
        };
        let script = launch.script;
        if !starts || script.unread || !script.errors.is_empty() {
            return;
        }
        let Some(index) = script.commands.len().checked_sub(1) else {
            return;
        };
        let Some(command) = script.commands.get(index) else {
            return;
        };
        let (Some(first), Some(last)) = (command.words.first(), command.words.last()) else {
            return;
        };
        let text: Vec<&str> = command.words.iter().map(|w| w.raw.as_str()).collect();
        let text = text.join(" ");
        let span = first.span.to(last.span);
        if in_background(script, index) {
            cx.report(
                span,
                format!("`{text}` runs in the background, and the container ends before it"),
            )
            .help("leave the last `&` out");
        } else if is_alone(script, index)
            && let Some(help) = daemon(facts, stage, command)
        {
            cx.report(
                span,
                format!("`{text}` comes back at once, and the container ends with it"),
            )
            .help(help);
        }
    }
}

/// Whether the last command runs behind the others, and nothing waits for it.
fn in_background(script: &Script, index: usize) -> bool {
    let waits = script.commands.iter().any(|c| c.name == "wait");
    let mut frames = script.frames_of(index);
    !waits && frames.any(|(_, frame)| matches!(frame.kind, FrameKind::Background))
}

/// Whether the container ends with a command.
fn is_alone(script: &Script, index: usize) -> bool {
    let known = |kind: &FrameKind| {
        matches!(
            kind,
            FrameKind::Top | FrameKind::Group | FrameKind::Script { .. }
        )
    };
    let background = script
        .frames
        .iter()
        .any(|f| matches!(f.kind, FrameKind::Background));
    !background && script.frames_of(index).all(|(_, frame)| known(&frame.kind))
}

/// What to do about a command that starts a daemon and comes back.
fn daemon(facts: &Facts<'_>, stage: &Stage<'_>, command: &Command) -> Option<String> {
    const SERVICE: &str =
        "start the program itself in the foreground, such as `nginx -g \"daemon off;\"`";
    let keeps =
        |option: &str| format!("start it with `{option}`, which keeps it in the foreground");
    let arguments: Vec<&str> = command.literal_args().collect();
    if arguments.len() != command.args().len() {
        return None;
    }
    let has = |word: &str| arguments.contains(&word);
    let starts = has("start") || has("restart");
    let is_plain = |letters: &[char]| {
        !arguments
            .iter()
            .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains(letters))
    };
    let script = command.words.first()?.literal()?;
    if script.starts_with("/etc/init.d/") {
        return starts.then(|| SERVICE.to_owned());
    }
    match command.name.as_str() {
        "service" | "rc-service" => starts.then(|| SERVICE.to_owned()),
        "apachectl" | "apache2ctl" => {
            (has("start") && !has("-D") && !has("-DFOREGROUND")).then(|| keeps("-D FOREGROUND"))
        }
        "sshd" => is_plain(&['D', 'd', 't', 'T', 'G', 'V']).then(|| keeps("-D")),
        "cron" => is_plain(&['f']).then(|| keeps("-f")),
        "crond" => is_plain(&['f', 'n', 'd', 'x']).then(|| keeps("-f")),
        "redis-server" => {
            let at = arguments.iter().position(|a| *a == "--daemonize")?;
            let yes = arguments.get(at + 1) == Some(&"yes");
            yes.then(|| "leave `--daemonize yes` out".to_owned())
        }
        "nginx" => {
            // Its configuration may keep it in the foreground.
            let mut words = facts.chain_nodes(stage.index);
            let is_configured = words.any(|n| {
                let text = facts.source.slice(facts.whole_span(n));
                text.contains("/etc/nginx")
                    || text.contains("nginx.conf")
                    || text.contains("daemon")
            });
            (arguments.is_empty() && !is_configured).then(|| SERVICE.to_owned())
        }
        _ => None,
    }
}
