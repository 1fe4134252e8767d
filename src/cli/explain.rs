//! `dlint explain RULE…`: the page, drawn on a terminal, as it is in a pipe.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{ExplainArgs, TextFormat};
use super::rules::RuleJson;
use super::{Status, Trouble, markdown, output};
use crate::compat::scanners::{self, Declined};
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
    for name in &args.rules {
        if let Some(check) = scanners::declined(name) {
            if !declined.iter().any(|d| std::ptr::eq(*d, check)) {
                declined.push(check);
            }
            continue;
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
    output::stdout(|out| match args.format {
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
            for (i, meta) in metas.iter().enumerate() {
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
    })?;
    Ok(Status::Clean)
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
        facts.push(("aliases", meta.aliases.join(", ")));
    }
    if !meta.cwe.is_empty() {
        let numbers: Vec<String> = meta.cwe.iter().map(|n| format!("CWE-{n}")).collect();
        facts.push(("CWE", numbers.join(", ")));
    }
    if !meta.cis.is_empty() {
        facts.push(("CIS Docker Benchmark", meta.cis.join(", ")));
    }
    facts.push(("since", meta.since.to_owned()));
    facts.extend(meta.url.map(|url| ("page", url.to_owned())));
    facts
}
