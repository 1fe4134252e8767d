//! The answers as lists for people.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::history::StepHistory;
use super::{Answer, Compared};
use crate::diagnostic::Severity;
use crate::emit;
use crate::emit::terminal::{Style, Terminal};
use crate::facts::cache::StepKey;
use crate::rebuild::write::cut;
use crate::rebuild::{ClassSummary, Describer, StepReport, Word, edit};

/// The most paths that are listed by name.
const MAX_PATHS: usize = 5;

pub(super) fn write(
    answers: &[Answer],
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (number, answer) in answers.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        one(answer, terminal, out)?;
    }
    Ok(())
}

fn one(answer: &Answer, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let report = &answer.report;
    let is_question = answer.summary.is_empty() && answer.history.is_none();
    let all = report.steps.len();
    let file = terminal.paint(Style::Bold, &report.file);
    if is_question {
        let again = |word| report.steps.iter().filter(|s| s.verdict == word).count();
        let (reruns, may) = (again(Word::Reruns), again(Word::May));
        let steps = emit::count(all, "step");
        let may = match may {
            0 => String::new(),
            1 => ", 1 more may".to_owned(),
            more => format!(", {more} more may"),
        };
        let verb = if reruns == 1 { "runs" } else { "run" };
        writeln!(out, "{file}: {reruns} of {steps} {verb} again{may}")?;
        let list = |what: &str, paths: &[String], out: &mut dyn Write| {
            if paths.is_empty() {
                return Ok(());
            }
            let first: Vec<&str> = paths.iter().take(MAX_PATHS).map(String::as_str).collect();
            let more = paths.len().saturating_sub(MAX_PATHS);
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!("{what}: {}", first.join(", "));
            let width = terminal.width.saturating_sub(more.len());
            writeln!(out, "{}{more}", cut(&text, width))
        };
        list("changed", &report.changed, out)?;
        list("left out by the ignore file", &report.ignored, out)?;
        list("outside the context", &report.outside, out)?;
        if report.changed.is_empty() && !report.steps.iter().any(|s| s.verdict != Word::Cached) {
            writeln!(out, "nothing that a step takes in changed")?;
        }
    } else {
        writeln!(out, "{file}: {}", emit::count(all, "step"))?;
        summaries(answer, terminal, out)?;
        if let Some(history) = &answer.history {
            self::history(history, !answer.fixed.is_empty(), terminal, out)?;
        }
        if let Some(compared) = &answer.compared {
            self::compared(answer, compared, terminal, out)?;
            return Ok(());
        }
    }
    steps(&report.steps, is_question, terminal, out)
}

fn steps(
    steps: &[StepReport],
    is_question: bool,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let several = steps
        .iter()
        .any(|s| Some(&s.stage) != steps.first().map(|s| &s.stage));
    let mut stage = None;
    let digits = steps.iter().map(|s| s.line.to_string().len()).max();
    let digits = digits.unwrap_or(1);
    for step in steps {
        if stage != Some(&step.stage) {
            writeln!(out)?;
            if several {
                let label = terminal.paint(Style::Dim, &format!("stage {}", step.stage));
                writeln!(out, "{label}")?;
            }
            stage = Some(&step.stage);
        }
        let (word, style) = match (is_question, step.verdict) {
            (false, _) => (step.cost, Style::Dim),
            (true, Word::Cached) => ("cached", Style::Added),
            (true, Word::May) => ("may", Style::Severity(Severity::Warning)),
            (true, Word::Reruns) => ("reruns", Style::Severity(Severity::Error)),
        };
        let seconds = match step.seconds {
            Some(seconds) => format!("  {seconds:.1} s"),
            None => String::new(),
        };
        let word = terminal.paint(style, &format!("{word:<8}"));
        let line = format!("{:>digits$}", step.line);
        let line = terminal.paint(Style::Dim, &line);
        let width = terminal
            .width
            .saturating_sub(8 + digits + 2 + seconds.len());
        let text = cut(&step.text, width.max(20));
        writeln!(out, "{word}{line}  {text}{seconds}")?;
        if is_question && step.verdict != Word::Cached {
            let chain = chain(
                &step.chain,
                terminal,
                terminal.width.saturating_sub(10 + digits),
            );
            let indent = " ".repeat(10 + digits);
            writeln!(out, "{indent}{}", terminal.paint(Style::Dim, &chain))?;
        }
    }
    let known = steps.iter().any(|s| s.seconds.is_some());
    if is_question && known {
        let again = steps.iter().filter(|s| s.verdict != Word::Cached);
        let sum: f64 = again.filter_map(|s| s.seconds).sum();
        writeln!(out, "\nin the log these steps took {sum:.1} s")?;
    }
    Ok(())
}

/// A chain in one line: of a long one the middle is left out.
fn chain(parts: &[String], terminal: &Terminal, width: usize) -> String {
    let (arrow, dots) = if terminal.unicode {
        (" → ", "…")
    } else {
        (" -> ", "...")
    };
    let whole = parts.join(arrow);
    if whole.chars().count() <= width {
        return whole;
    }
    let mut shown: Vec<String> = match parts {
        [first, second, .., last] if parts.len() > 3 => {
            vec![first.clone(), second.clone(), dots.to_owned(), last.clone()]
        }
        parts => parts.to_vec(),
    };
    let length = |parts: &[String]| {
        let arrows = arrow.chars().count() * parts.len().saturating_sub(1);
        parts.iter().map(|p| p.chars().count()).sum::<usize>() + arrows
    };
    // The longest gives way first.
    while length(&shown) > width
        && let Some(longest) = shown.iter_mut().max_by_key(|p| p.chars().count())
        && longest.chars().count() > 8
    {
        *longest = cut(longest, longest.chars().count() - 1);
    }
    shown.join(arrow)
}

fn summaries(answer: &Answer, terminal: &Terminal, out: &mut dyn Write) -> io::Result<()> {
    let wrap = |text: &str, indent: usize, out: &mut dyn Write| {
        let mut line = String::new();
        let mut first = true;
        for word in text.split(' ') {
            let length = line.chars().count() + word.chars().count() + 1;
            if length > terminal.width && !line.trim().is_empty() {
                writeln!(out, "{}", line.trim_end())?;
                line = " ".repeat(indent);
                first = true;
            }
            if !first {
                line.push(' ');
            }
            line.push_str(word);
            first = false;
        }
        writeln!(out, "{line}")
    };
    if answer.summary.is_empty() {
        writeln!(out, "no file of a context goes into it")?;
    }
    for line in &answer.summary {
        wrap(&line.sentence(), 2, out)?;
    }
    // What no longer runs again, or how many fewer steps.
    let better = answer.fixed.iter().filter_map(|fixed| {
        let before = answer.summary.iter().find(|s| s.class == fixed.class)?;
        let spared: Vec<String> = before
            .among
            .iter()
            .filter(|step| !fixed.among.contains(step))
            .map(|step| format!("`{step}`"))
            .collect();
        if spared.is_empty() && fixed.again() >= before.again() {
            return None;
        }
        let (edit, again, steps) = (fixed.edit(), fixed.again(), fixed.steps);
        let spared = match spared.as_slice() {
            [] => String::new(),
            spared => format!(", no longer {}", crate::text::list(spared, "and")),
        };
        Some(format!("{edit} reruns {again} of {steps} steps{spared}"))
    });
    let better: Vec<String> = better.collect();
    if !better.is_empty() {
        let rules = crate::text::list(&answer.rules, "and");
        let text = format!("with the fixes of {rules}: {}", better.join("; "));
        wrap(&text, 2, out)?;
    }
    Ok(())
}

fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    format!("{:.0} %", part as f64 * 100.0 / whole as f64)
}

fn history(
    history: &StepHistory,
    has_fixes: bool,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    let commits = emit::count(history.commits, "commit");
    writeln!(out)?;
    writeln!(
        out,
        "of the last {commits} {} touched it; {:.1} steps ran again in the mean",
        history.touching, history.mean
    )?;
    for step in &history.steps {
        let mut text = format!(
            "`{}` ran again in {} of them",
            cut(&step.step, terminal.width.saturating_sub(30).max(20)),
            percent(step.reruns, history.commits)
        );
        if step.may > 0 {
            let _ = write!(
                text,
                ", perhaps in {} more",
                percent(step.may, history.commits)
            );
        }
        match step.fixed {
            Some((reruns, may)) if has_fixes && (reruns, may) != (step.reruns, step.may) => {
                let _ = write!(
                    text,
                    "; with the fixed order in {}",
                    percent(reruns + may, history.commits)
                );
            }
            _ => {}
        }
        writeln!(out, "  {text}")?;
    }
    Ok(())
}

/// For each class by how many steps more an edit runs again than before.
pub(super) fn differences(
    now: &[ClassSummary],
    then: &[ClassSummary],
) -> Vec<(&'static str, isize)> {
    let signed = |number: usize| isize::try_from(number).unwrap_or(isize::MAX);
    let again = |all: &[ClassSummary], class: &str| {
        let found = all.iter().find(|s| s.class == class);
        found.map_or(0, |s| signed(s.again()))
    };
    let classes = now.iter().chain(then).map(|s| s.class);
    let mut classes: Vec<&'static str> = classes.collect();
    classes.sort_unstable();
    classes.dedup();
    let each = classes.into_iter();
    each.map(|class| (class, again(now, class) - again(then, class)))
        .collect()
}

fn compared(
    answer: &Answer,
    compared: &Compared,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out)?;
    let base = &compared.base;
    for (class, more) in differences(&answer.summary, &compared.summary) {
        let edit = edit(class);
        let steps = |number: isize| match number {
            1 => "one step".to_owned(),
            2 => "two steps".to_owned(),
            number => format!("{number} steps"),
        };
        let (style, text) = match more {
            0 => (
                Style::Dim,
                format!("{edit} reruns as many steps as at {base}"),
            ),
            more if more > 0 => (
                Style::Severity(Severity::Warning),
                format!("{edit} reruns {} more than at {base}", steps(more)),
            ),
            less => (
                Style::Added,
                format!("{edit} reruns {} fewer than at {base}", steps(-less)),
            ),
        };
        writeln!(out, "{}", terminal.paint(style, &text))?;
    }
    if let (Some(now), Some(then)) = (&answer.history, &compared.history) {
        writeln!(
            out,
            "over the last commits {:.1} steps ran again in the mean, {:.1} at {base}",
            now.mean, then.mean
        )?;
    }
    Ok(())
}

/// All that is known of a step, as text.
pub(super) fn explanation(
    report: &StepReport,
    key: &StepKey,
    describer: &Describer<'_, '_>,
) -> String {
    let mut text = format!(
        "step {}, line {}, stage {}\n",
        report.number, report.line, report.stage
    );
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "  {name:<12} {value}");
        }
    };
    row("step", report.text.clone());
    let again = match report.verdict {
        Word::Cached => "no",
        Word::May => "perhaps",
        Word::Reruns => "yes",
    };
    row("runs again", again.to_owned());
    for (number, reason) in report.reasons.iter().enumerate() {
        row(if number == 0 { "because" } else { "" }, reason.clone());
    }
    row("chain", report.chain.join(" → "));
    for (number, input) in report.inputs.iter().enumerate() {
        row(if number == 0 { "takes in" } else { "" }, input.clone());
    }
    let needs: Vec<String> = report.needs.iter().map(|n| format!("step {n}")).collect();
    row(
        "depends on",
        match (report.linked, needs.as_slice()) {
            (true, [_]) => "no step: it is linked".to_owned(),
            (_, needs) => needs.join(", "),
        },
    );
    let names: Vec<&str> = key
        .environment
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    row("variables", (describer.mask)(&names.join(", ")));
    row("directory", (describer.mask)(&key.directory));
    row("user", key.user.clone());
    row("changes with", report.class.to_owned());
    row("costs", report.cost.to_owned());
    row("caches", report.caches.join(", "));
    if let Some(seconds) = report.seconds {
        row("took", format!("{seconds:.1} s in the log"));
    }
    text
}
