//! `dlint rules`, and what programs are told of a rule.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{OtherTool, RulesArgs, TextFormat};
use super::{Status, Trouble, output};
use crate::compat::scanners::Scanner;
use crate::diagnostic::Severity;
use crate::emit::terminal::{Color, Style, Terminal};
use crate::fix::Applicability;
use crate::rule::{Level, Precision, RuleMeta};
use crate::rules::{RULES, about_family};

/// A rule as JSON.
#[derive(Debug, Serialize)]
pub(super) struct RuleJson {
    id: &'static str,
    family: &'static str,
    /// The severity once it is on.
    level: Severity,
    /// What the recommended profile does with it: `on`, `off` or `configured`.
    default: &'static str,
    fix: Option<Applicability>,
    since: &'static str,
    aliases: &'static [&'static str],
    impact: Vec<&'static str>,
    /// Numbers in the Common Weakness Enumeration.
    cwe: &'static [u16],
    /// Recommendations of the CIS Docker Benchmark.
    cis: &'static [&'static str],
    /// How many of its findings on public files were read, and how many are right.
    precision: Option<Precision>,
    summary: &'static str,
    url: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

impl RuleJson {
    pub(super) fn of(meta: &'static RuleMeta, page: bool) -> Self {
        Self {
            id: meta.id,
            family: meta.family,
            level: meta.level.severity(),
            default: default(meta),
            fix: meta.fix,
            since: meta.since,
            aliases: meta.aliases,
            impact: meta.impact.iter().map(|i| i.as_str()).collect(),
            cwe: meta.cwe,
            cis: meta.cis,
            precision: meta.precision,
            summary: meta.summary,
            url: meta.url,
            page: page.then_some(meta.page),
        }
    }
}

fn default(meta: &RuleMeta) -> &'static str {
    match meta.level {
        Level::On(_) => "on",
        Level::Off(_) => "off",
        Level::Configured(_) => "configured",
    }
}

pub(super) fn run(args: &RulesArgs, color: Color) -> Result<Status, Trouble> {
    let terminal = Terminal::stdout(color);
    let metas: Vec<&'static RuleMeta> = RULES
        .iter()
        .map(|e| &e.meta)
        .filter(|meta| fits(args, meta))
        .collect();
    output::stdout(|out| match args.format {
        TextFormat::Text => table(metas.clone(), &terminal, out),
        TextFormat::Json => {
            let rules: Vec<RuleJson> = metas.iter().map(|m| RuleJson::of(m, false)).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            out.write_all(b"\n")
        }
    })?;
    Ok(Status::Clean)
}

/// Whether a rule is asked for. Of values of one option any fits, of options all have to.
fn fits(args: &RulesArgs, meta: &RuleMeta) -> bool {
    let any = |wanted: &[String], has: &dyn Fn(&str) -> bool| {
        wanted.is_empty() || wanted.iter().any(|w| has(w))
    };
    let is_fixable = meta.fix.is_some_and(|f| f >= Applicability::Unsafe);
    any(&args.family, &|family| meta.family == family)
        && any(&args.impact, &|name| {
            meta.impact.iter().any(|i| i.as_str() == name)
        })
        && (args.level.is_empty() || args.level.contains(&meta.level.severity()))
        && (args.tool.is_empty() || args.tool.iter().any(|tool| has(*tool, meta)))
        && (!args.fixable || is_fixable)
}

/// Whether another tool makes the check that a rule makes.
fn has(tool: OtherTool, meta: &RuleMeta) -> bool {
    match tool {
        OtherTool::Hadolint => meta.hadolint.is_some(),
        OtherTool::Buildkit => meta.buildkit.is_some(),
        OtherTool::Shellcheck => meta.id == crate::rules::SHELLCHECK,
        OtherTool::Trivy => Scanner::Trivy.has(meta),
        OtherTool::Checkov => Scanner::Checkov.has(meta),
        OtherTool::Kics => Scanner::Kics.has(meta),
        OtherTool::Sonar => Scanner::Sonar.has(meta),
        OtherTool::Semgrep => Scanner::Semgrep.has(meta),
    }
}

/// The rules by family, one line each.
fn table(mut metas: Vec<&RuleMeta>, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    if metas.is_empty() {
        return writeln!(out, "no rule is all of that");
    }
    metas.sort_by_key(|m| (m.family, m.id));
    let widest = metas.iter().map(|m| m.id.len()).max().unwrap_or(0);
    let mut family = "";
    for meta in metas {
        if meta.family != family {
            let gap = if family.is_empty() { "" } else { "\n" };
            family = meta.family;
            let name = terminal.paint(Style::Bold, family);
            let about = about_family(family).unwrap_or_default();
            writeln!(out, "{gap}{name}: {about}")?;
        }
        let severity = meta.level.severity();
        let level = terminal.paint(
            Style::Severity(severity),
            &format!("{:<7}", severity.as_str()),
        );
        let state = match meta.level {
            Level::On(_) => "   ",
            Level::Off(_) => "off",
            Level::Configured(_) => "cfg",
        };
        let fix = match meta.fix {
            Some(Applicability::Safe) => "fix",
            Some(Applicability::Unsafe) => "fix?",
            _ => "",
        };
        let id = format!("{:<widest$}", meta.id);
        let id = match meta.url {
            Some(url) => terminal.link(url, &id),
            None => id,
        };
        let aliases = meta.aliases.join(", ");
        let line = format!("  {id}  {level}  {state}  {fix:<4}  {aliases}");
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)?;
    for (mark, meaning) in [
        ("off ", "only on demand"),
        ("cfg ", "silent until configured"),
        ("fix ", "fixed by --fix"),
        ("fix?", "fixed by --fix --unsafe-fixes"),
    ] {
        writeln!(out, "{mark}  {meaning}")?;
    }
    Ok(())
}
