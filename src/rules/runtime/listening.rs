//! What shows that a container listens, as the rules on ports and users read it.

use crate::facts::program::{is_client, port_of};
use crate::facts::{Command, Facts};
use crate::path::file_name;
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::Kind;

/// What shows that the container listens.
pub(super) struct Evidence {
    pub(super) span: Span,
    pub(super) what: String,
    pub(super) port: Option<u16>,
}

/// Whether what a stage's container starts is a server on a port that can be told.
pub(super) fn listens(facts: &Facts<'_>, stage: usize) -> bool {
    let mut commands = facts.launch(stage).commands();
    commands.any(|c| of_command(facts, stage, c).is_some_and(|e| e.port.is_some()))
        || of_environment(facts, stage).is_some()
}

/// A variable that tells the program its port.
pub(super) fn of_environment(facts: &Facts<'_>, stage: usize) -> Option<Evidence> {
    const NAMES: &[&str] = &[
        "PORT",
        "HTTP_PORT",
        "APP_PORT",
        "LISTEN_PORT",
        "WEB_PORT",
        "FLASK_RUN_PORT",
        "UVICORN_PORT",
        "ASPNETCORE_HTTP_PORTS",
        "GRADIO_SERVER_PORT",
        "STREAMLIT_SERVER_PORT",
    ];
    let mut found = None;
    for node in facts.chain_nodes(stage) {
        let Kind::Env(pairs) = &node.instruction.kind else {
            continue;
        };
        for pair in &pairs.pairs {
            let Some(name) = facts.text(node.index, &pair.name) else {
                continue;
            };
            let value = facts.text(node.index, &pair.value);
            let Some(port) = value.and_then(|v| v.trim().parse::<u16>().ok()) else {
                continue;
            };
            if NAMES.contains(&name.as_str()) && port > 0 {
                found = Some(Evidence {
                    span: pair.span,
                    what: format!("`{name}` tells the program to listen"),
                    port: Some(port),
                });
            }
        }
    }
    found
}

/// Options that give the port, of programs that have it for nothing else.
const PORT_OPTIONS: &[&str] = &[
    "--port",
    "--http-port",
    "--server.port",
    "--server-port",
    "--http.port",
    "--web.port",
    "--httpPort",
];

/// Options that give address and port.
const BIND_OPTIONS: &[&str] = &[
    "--bind",
    "--listen",
    "--listen-address",
    "--web.listen-address",
    "--addr",
    "--http",
    "--http-socket",
    "-addr",
    "-listen",
    "--address",
];

pub(super) fn of_command(facts: &Facts<'_>, stage: usize, command: &Command) -> Option<Evidence> {
    let name = command.name.as_str();
    if is_client(name) || name.is_empty() {
        return None;
    }
    let program = command.words.first()?;
    let told = told_port(command);
    if let Some((word, port)) = told {
        let shown = shown(program);
        return Some(Evidence {
            span: word.span,
            what: format!("`{shown}` listens"),
            port: Some(port),
        });
    }
    // `--port $PORT`: only who starts the container knows.
    let hides = |word: &Word| word.literal().is_none() && word.raw.contains('$');
    let args = command.args();
    let is_open = args.iter().enumerate().any(|(i, word)| {
        let name = word.prefix().split('=').next().unwrap_or_default();
        let names_port = PORT_OPTIONS.contains(&name)
            || BIND_OPTIONS.contains(&name)
            || matches!(name, "-b" | "-p");
        names_port && (hides(word) || args.get(i + 1).is_some_and(hides))
    });
    if is_open {
        return None;
    }
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let known = port_of(name).or_else(|| port_of(bare));
    let asks = command
        .literal_args()
        .any(|a| matches!(a, "-v" | "-t" | "--version" | "--help" | "-h"));
    if asks {
        return None;
    }
    let default = known.or_else(|| framework(command));
    let told = configured(command) || (known.is_some() && brings_configuration(facts, stage));
    default.map(|port| Evidence {
        span: program.span,
        what: format!("`{}` listens", shown(program)),
        port: (!told).then_some(port),
    })
}

pub(super) fn shown(word: &Word) -> String {
    let text = word.literal().unwrap_or(&word.raw);
    file_name(text).to_owned()
}

/// Whether the arguments name a configuration, which may choose another port.
fn configured(command: &Command) -> bool {
    command
        .literal_args()
        .any(|a| a.ends_with(".conf") || a.contains(".cfg") || a.contains("config"))
}

/// Whether the file copies or writes configuration, which may choose another port.
fn brings_configuration(facts: &Facts<'_>, stage: usize) -> bool {
    facts
        .chain_nodes(stage)
        .any(|node| match &node.instruction.kind {
            Kind::Copy(t) | Kind::Add(t) => {
                let destination = t.destination.as_str();
                destination.contains("etc") || destination.contains("conf")
            }
            Kind::Run(_) => node
                .commands()
                .iter()
                .flat_map(|c| &c.words)
                .any(|w| w.raw.contains("conf")),
            _ => false,
        })
}

/// The port a web framework's server opens to the world by default.
fn framework(command: &Command) -> Option<u16> {
    let arg = |text: &str| command.literal_args().any(|a| a == text);
    let open = command
        .literal_args()
        .any(|a| a.contains("0.0.0.0") || a == "::" || a == "*");
    match command.name.as_str() {
        "uvicorn" | "gunicorn" if open => Some(8000),
        "fastapi" if arg("run") => Some(8000),
        "flask" if arg("run") && open => Some(5000),
        "streamlit" if arg("run") => Some(8501),
        "jupyter" | "jupyter-lab" | "jupyter-notebook" if open => Some(8888),
        "mlflow" if (arg("server") || arg("ui")) && open => Some(5000),
        "rails" if (arg("s") || arg("server")) && open => Some(3000),
        "puma" => Some(9292),
        "http-server" => Some(8080),
        "next" if arg("start") => Some(3000),
        "python" | "python3" if arg("http.server") => Some(8000),
        "ng" if arg("serve") && open => Some(4200),
        _ => None,
    }
}

/// The port a command is told to listen on, and the word that says so.
fn told_port(command: &Command) -> Option<(&Word, u16)> {
    // A host other than the wildcards is another machine's or this one's own.
    let args = command.args();
    let value_of = |index: usize, name: &str| -> Option<(&Word, &str)> {
        let word = args.get(index)?;
        let text = word.literal()?;
        if text == name {
            let next = args.get(index + 1)?;
            return Some((next, next.literal()?));
        }
        let rest = text.strip_prefix(name)?.strip_prefix('=')?;
        Some((word, rest))
    };
    let find = |names: &[&str]| -> Option<(&Word, &str)> {
        (0..args.len()).find_map(|i| names.iter().find_map(|n| value_of(i, n)))
    };
    let host = find(&[
        "--host",
        "--ip",
        "--hostname",
        "--server.address",
        "--http_host",
    ]);
    let is_open = |h: &str| matches!(h, "0.0.0.0" | "::" | "*" | "" | "[::]" | "+");
    if host.is_some_and(|(_, h)| !is_open(h)) {
        return None;
    }
    let number = |text: &str| text.parse::<u16>().ok().filter(|p| *p > 0);
    let address = |text: &str| -> Option<u16> {
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let (host, port) = text.rsplit_once(':')?;
        is_open(host).then(|| number(port))?
    };
    let name = command.name.as_str();
    if let Some((word, text)) = find(PORT_OPTIONS)
        && let Some(port) = number(text)
    {
        return Some((word, port));
    }
    if let Some((word, text)) = find(BIND_OPTIONS)
        && let Some(port) = address(text)
    {
        return Some((word, port));
    }
    let short = match name {
        "gunicorn" | "hypercorn" | "daphne" => find(&["-b", "--bind"]),
        "php" => find(&["-S"]),
        _ => None,
    };
    if let Some((word, text)) = short
        && let Some(port) = address(text)
    {
        return Some((word, port));
    }
    let short = match name {
        "flask" | "rails" | "puma" | "rackup" | "thin" | "serve" | "http-server" | "daphne"
        | "mlflow" | "unicorn" | "hugo" | "mkdocs" | "next" | "json-server" => find(&["-p"]),
        _ => None,
    };
    if let Some((word, text)) = short
        && let Some(port) = number(text)
    {
        return Some((word, port));
    }
    // `manage.py runserver 0.0.0.0:8000`, `-Dserver.port=8080`
    let mut after = args.iter().skip_while(|w| !w.is("runserver"));
    if after.next().is_some()
        && let Some(word) = after.find(|w| !w.is_flag())
        && let Some(port) = address(word.literal()?)
    {
        return Some((word, port));
    }
    args.iter().find_map(|w| {
        let rest = w.literal()?.strip_prefix("-Dserver.port=")?;
        Some((w, number(rest)?))
    })
}
