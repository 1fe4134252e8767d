//! `dlint explain RULE…`: the page, drawn on a terminal, as it is in a pipe.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{ExplainArgs, TextFormat};
use super::rules::RuleJson;
use super::{Status, Trouble, markdown, output};
use crate::compat::scanners::{self, Declined, Scanner};
use crate::config::UnknownRule;
use crate::diagnostic::Severity;
use crate::emit;
use crate::emit::terminal::{Color, Style, Terminal};
use crate::fix::Applicability;
use crate::rule::{Level, RuleMeta};
use crate::rules;

pub(super) fn run(args: &ExplainArgs, color: Color) -> Result<Status, Trouble> {
    let mut metas: Vec<&'static RuleMeta> = Vec::new();
    let mut declined: Vec<&'static Declined> = Vec::new();
    let mut families: Vec<String> = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for name in &args.rules {
        if let Some(check) = scanners::declined(name) {
            if !declined.iter().any(|d| std::ptr::eq(*d, check)) {
                declined.push(check);
            }
            continue;
        }
        let of_family = rules::RULES.iter().filter(|e| e.meta.family == name);
        let mut is_family = false;
        // A rule may be called as a family is; it is the narrower one.
        for entry in of_family.filter(|_| rules::by_id(name).is_none()) {
            is_family = true;
            if !metas.iter().any(|m| m.id == entry.meta.id) {
                metas.push(&entry.meta);
            }
        }
        if is_family {
            families.push(name.clone());
            continue;
        }
        if rules::is_code(name) {
            codes.push(name.to_ascii_uppercase());
        }
        UnknownRule::check(name).map_err(|unknown| Trouble::Usage {
            message: unknown.to_string(),
            help: Some(unknown.help()),
        })?;
        for entry in rules::by_name(name) {
            if !metas.iter().any(|m| m.id == entry.meta.id) {
                metas.push(&entry.meta);
            }
        }
    }
    let terminal = Terminal::stdout(color);
    let write = |out: &mut dyn Write| match args.format {
        TextFormat::Json => {
            let rules = metas.iter().map(|m| Explained::Rule(RuleJson::of(m, true)));
            let others = declined.iter().map(|d| Explained::Declined {
                names: d.names,
                what: d.what,
                declined: d.reason,
            });
            let all: Vec<Explained> = rules.chain(others).collect();
            // The examples of `bidi-control` are part of its page.
            let text = serde_json::to_string_pretty(&all)?;
            writeln!(out, "{}", emit::escaped(&text))
        }
        TextFormat::Text => {
            for code in &codes {
                let address = format!("https://www.shellcheck.net/wiki/{code}");
                let code = terminal.paint(Style::Bold, code);
                let text = format!(
                    "A code of ShellCheck, explained [there]({address}). dlint looks for what it \
                     stands for with the rule `shellcheck`."
                );
                let text = markdown::render(&text, &terminal);
                writeln!(out, "{code}\n\n{}\n", text.trim_end())?;
            }
            for (i, meta) in metas.iter().enumerate() {
                // A family is a list.
                if families.iter().any(|family| *family == meta.family) {
                    let is_first =
                        i == 0 || metas.get(i - 1).is_some_and(|m| m.family != meta.family);
                    if is_first {
                        let gap = if i > 0 { "\n" } else { "" };
                        writeln!(out, "{gap}{}\n", terminal.paint(Style::Bold, meta.family))?;
                        let about = rules::about_family(meta.family).unwrap_or_default();
                        writeln!(out, "{}", markdown::render(&format!("{about}."), &terminal))?;
                    }
                    let text = format!("- `{}`: {}", meta.id, meta.summary);
                    write!(out, "{}", markdown::render(&text, &terminal))?;
                    continue;
                }
                if i > 0 {
                    writeln!(out)?;
                }
                page(meta, &terminal, out)?;
            }
            for (i, check) in declined.iter().enumerate() {
                if i > 0 || !metas.is_empty() {
                    writeln!(out)?;
                }
                let names = check.names.join(", ");
                writeln!(out, "{}\n", terminal.paint(Style::Bold, &names))?;
                let text = format!("No rule of dlint reports {}. {}", check.what, check.reason);
                writeln!(out, "{}", markdown::render(&text, &terminal).trim_end())?;
            }
            Ok(())
        }
    };
    if !terminal.is_tty || args.no_pager {
        output::stdout(write)?;
        return Ok(Status::Clean);
    }
    let mut text = Vec::new();
    write(&mut text).map_err(|error| Trouble::Output {
        place: "standard output".to_owned(),
        error,
    })?;
    let lines = text.iter().filter(|b| **b == b'\n').count();
    let is_long = terminal.height.is_some_and(|height| lines >= height);
    if !is_long || !paged(&text) {
        output::stdout(|out| out.write_all(&text))?;
    }
    Ok(Status::Clean)
}

/// Shows a text in the pager of the user; whether there is one.
fn paged(text: &[u8]) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next().filter(|p| *p != "cat") else {
        return false;
    };
    let child = std::process::Command::new(program)
        .args(words)
        // It ends where the text does, and keeps colours.
        .env(
            "LESS",
            std::env::var("LESS").unwrap_or_else(|_| "FRX".to_owned()),
        )
        .env("LESSCHARSET", "utf-8")
        .stdin(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return false;
    };
    if let Some(mut input) = child.stdin.take() {
        // Who quits early has read enough.
        let _ = input.write_all(text);
    }
    child.wait().is_ok()
}

/// What a name means, as JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Explained {
    Rule(RuleJson),
    Declined {
        names: &'static [&'static str],
        what: &'static str,
        /// Why no rule reports it.
        declined: &'static str,
    },
}

fn page(meta: &RuleMeta, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let page = emit::numbered(meta.page);
    let (title, body) = page.split_once('\n').unwrap_or((&page, ""));
    let facts = facts(meta);
    if !terminal.is_tty && !terminal.color {
        writeln!(out, "{title}\n")?;
        for (name, value) in facts {
            writeln!(out, "- {name}: {value}")?;
        }
        return writeln!(out, "\n{}", body.trim());
    }
    writeln!(out, "{}\n", terminal.paint(Style::Bold, meta.id))?;
    for (name, value) in facts {
        let name = terminal.paint(Style::Dim, &format!("{name:>8}"));
        writeln!(out, "{name}  {value}")?;
    }
    writeln!(
        out,
        "\n{}",
        markdown::render(body.trim(), terminal).trim_end()
    )
}

/// The names of a rule in other tools, each tool before its own.
fn aliases(meta: &RuleMeta) -> String {
    let tool_of = |alias: &str| {
        if meta.hadolint.is_some_and(|h| h.code == alias) {
            return "hadolint";
        }
        if meta.buildkit.is_some_and(|b| b.name == Some(alias)) {
            return "BuildKit";
        }
        match Scanner::of_name(alias) {
            Some(Scanner::Trivy) => "trivy",
            Some(Scanner::Checkov) => "checkov",
            Some(Scanner::Kics) => "KICS",
            Some(Scanner::Sonar) => "Sonar",
            Some(Scanner::Semgrep) => "Semgrep",
            Some(Scanner::Droast) => "droast",
            None => "",
        }
    };
    let mut by_tool: Vec<(&str, Vec<&str>)> = Vec::new();
    for alias in meta.aliases {
        let tool = tool_of(alias);
        match by_tool.iter_mut().find(|(known, _)| *known == tool) {
            Some((_, names)) => names.push(alias),
            None => by_tool.push((tool, vec![alias])),
        }
    }
    let parts = by_tool.into_iter().map(|(tool, names)| match tool {
        "" => names.join(", "),
        tool => format!("{tool} {}", names.join(", ")),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// What the front matter says.
fn facts(meta: &RuleMeta) -> Vec<(&'static str, String)> {
    let severity = meta.level.severity();
    let level = match meta.level {
        Level::On(_) => severity.to_string(),
        Level::Off(_) => format!("{severity}, only on demand"),
        Level::Configured(_) => format!("{severity}, silent until configured"),
    };
    let level = if meta.yields() && severity > Severity::Info {
        format!("{level}; at most info in tests and examples")
    } else if meta.is_for_shipped_images() {
        format!("{level}; silent in tests and examples")
    } else {
        level
    };
    let fix = match meta.fix {
        Some(Applicability::Safe) => "with --fix",
        Some(Applicability::Unsafe) => "with --fix --unsafe-fixes",
        Some(Applicability::DisplayOnly) => "a sketch, not applied",
        None => "none",
    };
    let impact: Vec<&str> = meta.impact.iter().map(|i| i.as_str()).collect();
    let mut facts = vec![
        ("level", level),
        ("family", meta.family.to_owned()),
        ("impact", impact.join(", ")),
        ("fix", fix.to_owned()),
    ];
    if !meta.aliases.is_empty() {
        facts.push(("aliases", aliases(meta)));
    }
    if !meta.cwe.is_empty() {
        let numbers: Vec<String> = meta.cwe.iter().map(|n| format!("CWE-{n}")).collect();
        facts.push(("CWE", numbers.join(", ")));
    }
    if !meta.cis.is_empty() {
        facts.push(("CIS", format!("Docker Benchmark {}", meta.cis.join(", "))));
    }
    if let Some(precision) = meta.precision {
        let text = format!(
            "{} % of {} labelled findings",
            precision.percent(),
            precision.labelled
        );
        facts.push(("precision", text));
    }
    facts.push(("since", meta.since.to_owned()));
    facts.extend(meta.url.map(|url| ("page", url.to_owned())));
    facts
}
