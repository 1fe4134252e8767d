//! A rule of one's own beside dlint's: its findings stand in SARIF like all others, and ignore
//! comments silence them.

use dlint::Linter;
use dlint::diagnostic::Severity;
use dlint::emit::terminal::Terminal;
use dlint::emit::{self, Format, Linted, Outcome};
use dlint::facts::{Command, Node};
use dlint::perspective::Perspective;
use dlint::rule::{Context, Impact, Level, Rule, RuleMeta};

static META: RuleMeta = RuleMeta::new(
    "acme-no-telnet",
    Level::On(Severity::Warning),
    "Nobody at Acme uses telnet.",
)
.with_impact(&[Impact::Security])
.with_url("https://wiki.example.com/acme-no-telnet");

struct NoTelnet;

impl Rule for NoTelnet {
    fn check_command(&self, cx: &mut Context<'_>, _: &Node<'_>, command: &Command) {
        if command.name == "telnet" {
            cx.report(command.span, "telnet sends everything in the clear")
                .help("use `ssh`");
        }
    }
}

/// What the rule says of a text, as SARIF.
pub fn run(text: &str) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let linter = Linter::from_toml("select = ['unused-ignore', 'unknown-ignore']")?;
    let linter = linter.with_rule(&META, NoTelnet);
    let report = linter.lint("Dockerfile", text);
    let files = [Linted::new(report, Perspective::Dlint, [])];
    let outcome = Outcome {
        files: &files,
        failures: &[],
        fixed: None,
        summary: false,
        path: None,
        worst_first: false,
    };
    let mut sarif = Vec::new();
    emit::write(Format::Sarif, &outcome, &Terminal::plain(), &mut sarif)?;
    Ok(sarif)
}

#[allow(
    clippy::print_stdout,
    dead_code,
    reason = "an example shows what it does"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sarif = run("FROM debian:13\nRUN telnet example.com 25\n")?;
    println!("{}", String::from_utf8(sarif)?);
    Ok(())
}
