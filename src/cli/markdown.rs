//! A rule's page on a terminal: just the Markdown that pages use.

use crate::emit::terminal::{Style, Terminal};

/// The widest that text is easy to read at.
const WIDEST: usize = 100;

/// Renders Markdown.
pub(super) fn render(page: &str, terminal: &Terminal) -> String {
    let mut out = String::new();
    let width = terminal.width.min(WIDEST);
    let mut paragraph = String::new();
    let mut fence: Option<&str> = None;
    let mut style = Style::Code;
    for line in page.lines() {
        if let Some(mark) = fence {
            if line.trim_end() == mark {
                fence = None;
                out.push('\n');
            } else {
                out.push_str("    ");
                out.push_str(&terminal.paint(style, line));
                out.push('\n');
            }
            continue;
        }
        let ticks = line.bytes().take_while(|b| *b == b'`').count();
        let is_item = line.trim_start().starts_with("- ");
        if ticks >= 3 || line.is_empty() || is_item || line.starts_with(['#', '|']) {
            flush(&mut paragraph, width, terminal, &mut out);
        }
        if ticks >= 3 {
            fence = line.get(..ticks);
            let mut words = line.get(ticks..).unwrap_or_default().split_whitespace();
            let kind = words.nth(1);
            style = match kind {
                Some("bad") => Style::Removed,
                Some("good" | "fixed") => Style::Added,
                Some("output") => Style::Dim,
                _ => Style::Code,
            };
            let named = kind.into_iter().chain(words);
            let mut named = named.filter_map(|w| w.split_once('='));
            let file = named.find(|(key, _)| matches!(*key, "file" | "name"));
            let heading = match (kind, file) {
                (_, Some((_, file))) => format!("{file}:"),
                (Some("output"), _) => "dlint says:".to_owned(),
                (Some("fixed"), _) => "fixed:".to_owned(),
                _ => String::new(),
            };
            if !heading.is_empty() {
                out.push_str(&format!("  {}\n", terminal.paint(Style::Dim, &heading)));
            }
        } else if line.is_empty() {
            if !out.ends_with("\n\n") && !out.is_empty() {
                out.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            out.push_str(&terminal.paint(Style::Bold, heading));
            out.push('\n');
        } else if line.starts_with('|') {
            out.push_str(&inline(line, terminal));
            out.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            let text = if paragraph.is_empty() {
                line
            } else {
                line.trim()
            };
            paragraph.push_str(text);
        }
    }
    flush(&mut paragraph, width, terminal, &mut out);
    out
}

fn flush(paragraph: &mut String, width: usize, terminal: &Terminal, out: &mut String) {
    if paragraph.is_empty() {
        return;
    }
    let indent = paragraph.len() - paragraph.trim_start().len();
    let hanging = if paragraph.trim_start().starts_with("- ") {
        indent + 2
    } else {
        indent
    };
    let hanging = " ".repeat(hanging);
    let options = textwrap::Options::new(width)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    // Code keeps its blanks together while lines are broken, marks go on afterwards.
    let joined = spaces(paragraph, ' ', BLANK);
    let filled = textwrap::fill(&joined, options);
    out.push_str(&inline(&filled, terminal).replace(BLANK, " "));
    out.push('\n');
    paragraph.clear();
}

/// Stands for a blank that must not be broken at.
const BLANK: char = '\u{a0}';

fn spaces(text: &str, from: char, to: char) -> String {
    let mut code = false;
    text.chars()
        .map(|c| {
            code ^= c == '`';
            if code && c == from { to } else { c }
        })
        .collect()
}

/// Code, links and emphasis within a line.
fn inline(text: &str, terminal: &Terminal) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '[', '*']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (taken, shown) = code(from, terminal)
            .or_else(|| link(from, terminal))
            .or_else(|| strong(from, terminal))
            .unwrap_or_else(|| (1, from.chars().take(1).collect()));
        out.push_str(&shown);
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn code(text: &str, terminal: &Terminal) -> Option<(usize, String)> {
    let ticks = text.bytes().take_while(|b| *b == b'`').count();
    let mark = text.get(..ticks).filter(|m| !m.is_empty())?;
    let inner = text.get(ticks..)?;
    let end = inner.find(mark)?;
    let body = inner.get(..end)?;
    // Blanks inside long marks are there for a backtick at the edge.
    let body = match ticks {
        1 => body,
        _ => body.trim_matches([' ', BLANK]),
    };
    let shown = if terminal.color {
        terminal.paint(Style::Code, body)
    } else {
        format!("`{body}`")
    };
    Some((ticks + end + ticks, shown))
}

fn link(text: &str, terminal: &Terminal) -> Option<(usize, String)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, _) = rest.split_once(')')?;
    if label.contains(['[', ']']) {
        return None;
    }
    let taken = label.len() + address.len() + 4;
    let label = inline(label, terminal);
    let shown = if terminal.links {
        // It may have been broken into lines; what stands before each is no part of the link.
        let parts = label.split('\n').map(|line| {
            let part = line.trim_start();
            let (indent, _) = line.split_at(line.len() - part.len());
            let part = terminal.link(address, &terminal.paint(Style::Underline, part));
            format!("{indent}{part}")
        });
        parts.collect::<Vec<_>>().join("\n")
    } else {
        format!("{label} <{address}>")
    };
    Some((taken, shown))
}

fn strong(text: &str, terminal: &Terminal) -> Option<(usize, String)> {
    let (body, _) = text.strip_prefix("**")?.split_once("**")?;
    Some((body.len() + 4, terminal.paint(Style::Bold, body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# some-rule\n\nA `first  line` that\ngoes on.\n\n## Why\n\n- one [link](https://x.y)\n  goes on\n- two\n\n```dockerfile bad\nFROM a\n\nRUN `b`\n```\n```text output\n1:1 x\n```\n";

    #[test]
    fn a_page_without_colour_stays_readable() {
        assert_eq!(
            render(PAGE, &Terminal::plain()),
            "some-rule\n\nA `first  line` that goes on.\n\nWhy\n\n- one link <https://x.y> goes on\n- two\n\n    FROM a\n    \n    RUN `b`\n\n  dlint says:\n    1:1 x\n\n"
        );
    }

    #[test]
    fn lines_are_broken_at_the_width_but_not_in_code() {
        let narrow = Terminal {
            width: 30,
            ..Terminal::plain()
        };
        let text = "- use `apt-get install --no-install-recommends` here and there always\n";
        assert_eq!(
            render(text, &narrow),
            "- use\n  `apt-get install --no-install-recommends`\n  here and there always\n"
        );
    }

    #[test]
    fn marks_that_end_nowhere_are_text() {
        assert_eq!(
            render("a * b ` c [d\n", &Terminal::plain()),
            "a * b ` c [d\n"
        );
    }
}
