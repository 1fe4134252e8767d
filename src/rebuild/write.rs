//! A report as a graph for Mermaid and Graphviz, and as a page.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{ClassSummary, Report, StepReport, Word};
use crate::text::escape_markup;

/// Steps of one stage.
fn by_stage(report: &Report) -> Vec<(&str, Vec<&StepReport>)> {
    let mut stages: Vec<(&str, Vec<&StepReport>)> = Vec::new();
    for step in &report.steps {
        match stages.iter_mut().find(|(stage, _)| *stage == step.stage) {
            Some((_, steps)) => steps.push(step),
            None => stages.push((&step.stage, vec![step])),
        }
    }
    stages
}

/// A text of at most so many characters.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", start.trim_end())
}

fn class(word: Word) -> &'static str {
    match word {
        Word::Cached => "cached",
        Word::May => "may",
        Word::Reruns => "reruns",
    }
}

/// As a flowchart for Mermaid.
pub fn mermaid(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart TD")?;
    for (number, report) in reports.iter().enumerate() {
        for (at, (stage, steps)) in by_stage(report).into_iter().enumerate() {
            let title = quoted(&format!("stage {stage}"));
            writeln!(out, "  subgraph f{number}g{at}[\"{title}\"]")?;
            for step in steps {
                let id = step.number;
                let text = quoted(&cut(&step.text, 60));
                let class = class(step.verdict);
                writeln!(out, "    f{number}s{id}[\"{text}\"]:::{class}")?;
            }
            writeln!(out, "  end")?;
        }
        for step in &report.steps {
            for need in &step.needs {
                writeln!(out, "  f{number}s{need} --> f{number}s{}", step.number)?;
            }
        }
    }
    writeln!(
        out,
        "  classDef cached fill:#e6f4ea,stroke:#34a853,color:#0d2b16"
    )?;
    writeln!(
        out,
        "  classDef may fill:#fff4d6,stroke:#b58900,color:#3d2f00"
    )?;
    writeln!(
        out,
        "  classDef reruns fill:#fde2e1,stroke:#c5221f,color:#410e0b"
    )
}

/// Quotes and what else Mermaid would read.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// As a graph for Graphviz.
pub fn dot(reports: &[Report], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph cache {{")?;
    writeln!(
        out,
        "  node [shape=box, style=filled, fontname=\"sans-serif\"];"
    )?;
    let escaped = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        text.replace('\\', "\\\\").replace('"', "\\\"")
    };
    for (number, report) in reports.iter().enumerate() {
        for (at, (stage, steps)) in by_stage(report).into_iter().enumerate() {
            writeln!(out, "  subgraph cluster_{number}_{at} {{")?;
            writeln!(out, "    label=\"stage {}\";", escaped(stage))?;
            for step in steps {
                let (id, text) = (step.number, escaped(&cut(&step.text, 60)));
                let fill = match step.verdict {
                    Word::Cached => "#e6f4ea",
                    Word::May => "#fff4d6",
                    Word::Reruns => "#fde2e1",
                };
                writeln!(
                    out,
                    "    f{number}s{id} [label=\"{text}\", fillcolor=\"{fill}\"];"
                )?;
            }
            writeln!(out, "  }}")?;
        }
        for step in &report.steps {
            for need in &step.needs {
                writeln!(out, "  f{number}s{need} -> f{number}s{};", step.number)?;
            }
        }
    }
    writeln!(out, "}}")
}

const STYLE: &str = "
:root { color-scheme: light dark; --bg: #fff; --fg: #1b1f24; --dim: #57606a; --line: #d0d7de;
  --card: #f6f8fa; --cached: #1a7f37; --may: #9a6700; --reruns: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --bg: #0d1117; --fg: #e6edf3; --dim: #8b949e;
  --line: #30363d; --card: #161b22; --cached: #3fb950; --may: #d29922; --reruns: #ff7b72; } }
body { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; background: var(--bg);
  color: var(--fg); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
code, svg text { font-family: ui-monospace, monospace; }
.graph { overflow-x: auto; }
svg text { font-size: 12px; fill: var(--fg); } svg .dim { fill: var(--dim); }
svg rect { fill: var(--card); stroke-width: 1.5; }
svg path { fill: none; stroke: var(--dim); stroke-width: 1.3; }
svg .arrow { fill: var(--dim); stroke: none; }
rect.cached { stroke: var(--cached); } rect.may { stroke: var(--may); stroke-dasharray: 5 3; }
rect.reruns { stroke: var(--reruns); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
td code { overflow-wrap: anywhere; }
td.cached { color: var(--cached); } td.may { color: var(--may); }
td.reruns { color: var(--reruns); font-weight: 600; }
.dim { color: var(--dim); }
";

fn html_escaped(text: &str) -> String {
    escape_markup(text, |_, out| out.push(' '))
}

/// As a page that needs nothing else: the graph and a table.
pub fn html(
    reports: &[Report],
    summaries: &[Vec<ClassSummary>],
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "<!doctype html>\n<html lang=\"en\">\n<head>")?;
    writeln!(out, "<meta charset=\"utf-8\">")?;
    writeln!(
        out,
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
    )?;
    writeln!(out, "<title>What is built again</title>")?;
    writeln!(out, "<style>{STYLE}</style>\n</head>\n<body>")?;
    for (at, report) in reports.iter().enumerate() {
        let file = html_escaped(&report.file);
        writeln!(out, "<h1>{file}</h1>")?;
        let again = |word| report.steps.iter().filter(|s| s.verdict == word).count();
        let (reruns, may) = (again(Word::Reruns), again(Word::May));
        let all = report.steps.len();
        if report.changed.is_empty() && report.ignored.is_empty() && report.outside.is_empty() {
            for line in summaries.get(at).into_iter().flatten() {
                writeln!(out, "<p>{}</p>", html_escaped(&line.sentence()))?;
            }
        } else {
            let may = if may > 0 {
                format!(", {may} more may")
            } else {
                String::new()
            };
            writeln!(out, "<p>{} of {all} steps run again{may}.</p>", reruns)?;
            let first: Vec<String> = report
                .changed
                .iter()
                .take(10)
                .map(|p| format!("<code>{}</code>", html_escaped(p)))
                .collect();
            let more = report.changed.len().saturating_sub(10);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            if !first.is_empty() {
                writeln!(
                    out,
                    "<p class=\"dim\">Changed: {}{more}</p>",
                    first.join(", ")
                )?;
            }
        }
        graph(report, at, out)?;
        table(report, out)?;
    }
    writeln!(out, "</body>\n</html>")
}

const WIDTH: usize = 330;
const HEIGHT: usize = 46;
const GAP: usize = 26;
const BETWEEN: usize = 90;
const TOP: usize = 34;

fn graph(report: &Report, number: usize, out: &mut dyn Write) -> io::Result<()> {
    let stages = by_stage(report);
    let tallest = stages
        .iter()
        .map(|(_, steps)| steps.len())
        .max()
        .unwrap_or(0);
    let width = stages.len() * (WIDTH + BETWEEN) + 20;
    let height = TOP + tallest * (HEIGHT + GAP) + 10;
    let place = |wanted: usize| {
        stages.iter().enumerate().find_map(|(column, (_, steps))| {
            let row = steps.iter().position(|s| s.number == wanted)?;
            let x = 10 + column * (WIDTH + BETWEEN);
            Some((column, x, TOP + row * (HEIGHT + GAP)))
        })
    };
    writeln!(
        out,
        "<div class=\"graph\"><svg width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"The steps and what they depend on\">"
    )?;
    writeln!(
        out,
        "<defs><marker id=\"a{number}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"arrow\" \
         d=\"M0 0 8 4 0 8Z\"/></marker></defs>"
    )?;
    for (column, (stage, _)) in stages.iter().enumerate() {
        let x = 10 + column * (WIDTH + BETWEEN);
        let stage = html_escaped(&cut(stage, 40));
        writeln!(
            out,
            "<text class=\"dim\" x=\"{x}\" y=\"20\">stage {stage}</text>"
        )?;
    }
    for step in &report.steps {
        let Some((to_column, x, y)) = place(step.number) else {
            continue;
        };
        for need in &step.needs {
            let Some((from_column, from_x, from_y)) = place(*need) else {
                continue;
            };
            let path = if from_column == to_column {
                let middle = x + WIDTH / 2;
                // A linked copy does not stand on what is above it; what follows needs both.
                let dash = if step.linked {
                    " stroke-dasharray=\"3 4\""
                } else {
                    ""
                };
                format!(
                    "<path{dash} marker-end=\"url(#a{number})\" d=\"M{middle} {} {middle} {}\"/>",
                    from_y + HEIGHT,
                    y - 2
                )
            } else {
                let (start_x, start_y) = (from_x + WIDTH, from_y + HEIGHT / 2);
                let end_y = y + HEIGHT / 2;
                let bend = start_x + BETWEEN / 2;
                format!(
                    "<path marker-end=\"url(#a{number})\" d=\"M{start_x} {start_y} C{bend} {start_y} \
                     {} {end_y} {} {end_y}\"/>",
                    x.saturating_sub(BETWEEN / 2),
                    x.saturating_sub(2)
                )
            };
            writeln!(out, "{path}")?;
        }
    }
    for step in &report.steps {
        let Some((_, x, y)) = place(step.number) else {
            continue;
        };
        let word = class(step.verdict);
        let title = html_escaped(&step.text);
        let text = html_escaped(&cut(&step.text, 42));
        let below = match step.seconds {
            Some(seconds) => format!("{} · {seconds:.1} s", said(step)),
            None => said(step),
        };
        writeln!(
            out,
            "<g><title>{title}</title><rect class=\"{word}\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" rx=\"6\"/><text x=\"{}\" y=\"{}\">{text}</text><text class=\"dim\" \
             x=\"{}\" y=\"{}\">{}</text></g>",
            x + 10,
            y + 19,
            x + 10,
            y + 36,
            html_escaped(&below)
        )?;
    }
    writeln!(out, "</svg></div>")
}

fn said(step: &StepReport) -> String {
    let word = match step.verdict {
        Word::Cached => "cached",
        Word::May => "may run again",
        Word::Reruns => "runs again",
    };
    if step.cost.is_empty() {
        format!("line {} · {word}", step.line)
    } else {
        format!("line {} · {} · {word}", step.line, step.cost)
    }
}

fn table(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<table><thead><tr><th>Line</th><th>Step</th><th>Again?</th><th>Why</th></tr></thead><tbody>"
    )?;
    for step in &report.steps {
        let word = class(step.verdict);
        let chain: Vec<String> = step.chain.iter().map(|part| html_escaped(part)).collect();
        let again = match step.verdict {
            Word::Cached => "cached",
            Word::May => "perhaps",
            Word::Reruns => "yes",
        };
        writeln!(
            out,
            "<tr><td>{}</td><td><code>{}</code></td><td class=\"{word}\">{again}</td><td>{}</td></tr>",
            step.line,
            html_escaped(&step.text),
            chain.join(" → ")
        )?;
    }
    writeln!(out, "</tbody></table>")
}
