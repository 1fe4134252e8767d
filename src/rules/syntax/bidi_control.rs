//! `bidi-control`: characters that turn the direction in which text is shown.

use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(BidiControl);

impl Rule for BidiControl {
    fn check_file(&self, cx: &mut Context<'_>) {
        let (file, source) = (cx.file(), cx.source());
        let text = source.text();
        if text.is_ascii() {
            return;
        }
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(start, start + line.len() as u32);
            start = span.end;
            let found = controls(line);
            let Some((at, name)) = found.first() else {
                continue;
            };
            let comments = &file.comments;
            let before = comments.partition_point(|c| c.span.end <= span.start);
            let comment = comments.get(before).filter(|c| span.covers(c.span));
            let is_comment = |at: u32| comment.is_some_and(|c| c.span.contains(at));
            let places = || found.iter().map(|(at, c)| (span.start + at, *c));
            let in_comment = places().all(|(at, _)| is_comment(at));
            let is_prose = in_comment
                || file
                    .instruction_at(span.start + at)
                    .is_some_and(|i| i.unwrapped().keyword == Some(Keyword::Label));
            if is_prose && is_harmless(line) {
                continue;
            }
            let edits = places()
                .map(|(at, c)| Edit::delete(Span::new(at, at + c.character.len_utf8() as u32)));
            let edits: Vec<Edit> = edits.collect();
            let title = if edits.len() == 1 {
                "delete the character"
            } else {
                "delete the characters"
            };
            let message = format!(
                "`U+{:04X}` ({}) makes this line look different from what is read",
                name.character as u32, name.name
            );
            let at = span.start + at;
            let span = Span::new(at, at + name.character.len_utf8() as u32);
            let report = cx
                .report(span, message)
                .help("delete it, or look at the line in an editor that shows such characters");
            // What a comment says is left to people.
            if !in_comment {
                report.fix(Fix::unsafe_(title, edits));
            }
        }
    }
}

/// A character of the bidirectional algorithm.
struct Control {
    character: char,
    /// As Unicode has it.
    name: &'static str,
    does: Does,
}

#[derive(PartialEq, Eq)]
enum Does {
    /// Begins a part with a direction of its own; whether it leaves what is around alone.
    Open { isolate: bool },
    /// Turns every letter.
    Override,
    /// Ends such a part.
    Close { isolate: bool },
}

const CONTROLS: [Control; 9] = [
    control(
        '\u{202a}',
        "left-to-right embedding",
        Does::Open { isolate: false },
    ),
    control(
        '\u{202b}',
        "right-to-left embedding",
        Does::Open { isolate: false },
    ),
    control(
        '\u{202c}',
        "pop directional formatting",
        Does::Close { isolate: false },
    ),
    control('\u{202d}', "left-to-right override", Does::Override),
    control('\u{202e}', "right-to-left override", Does::Override),
    control(
        '\u{2066}',
        "left-to-right isolate",
        Does::Open { isolate: true },
    ),
    control(
        '\u{2067}',
        "right-to-left isolate",
        Does::Open { isolate: true },
    ),
    control(
        '\u{2068}',
        "first strong isolate",
        Does::Open { isolate: true },
    ),
    control(
        '\u{2069}',
        "pop directional isolate",
        Does::Close { isolate: true },
    ),
];

const fn control(character: char, name: &'static str, does: Does) -> Control {
    Control {
        character,
        name,
        does,
    }
}

/// Those in a line, each with its place.
fn controls(line: &str) -> Vec<(u32, &'static Control)> {
    // Nearly every line has none, and all of them begin with the same byte.
    if !line.as_bytes().contains(&0xe2) {
        return Vec::new();
    }
    let found = line.char_indices().filter_map(|(at, c)| {
        let control = CONTROLS.iter().find(|known| known.character == c)?;
        Some((at as u32, control))
    });
    found.collect()
}

/// Whether a line that nobody runs is written in a script from right to left, and every part in
/// another direction ends where it says.
fn is_harmless(line: &str) -> bool {
    let mut open = Vec::new();
    for (_, control) in controls(line) {
        match control.does {
            Does::Open { isolate } => open.push(isolate),
            Does::Override => return false,
            Does::Close { isolate } => {
                if open.pop() != Some(isolate) {
                    return false;
                }
            }
        }
    }
    open.is_empty() && line.chars().any(is_right_to_left)
}

/// A letter of Hebrew, Arabic, Syriac, Thaana and other scripts that are written so.
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
        && c.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use crate::engine::{self, ActiveRule, Settings};
    use crate::rules;
    use crate::span::Source;

    /// The lines, and whether a fix is offered there.
    fn found(text: &str) -> Vec<(u32, bool)> {
        let entry = rules::by_id("bidi-control").unwrap();
        let settings = Settings {
            rules: vec![ActiveRule::new(entry)],
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let line = |d: &crate::diagnostic::Diagnostic| report.source.line(d.span.start);
        let all = report.diagnostics.iter();
        all.map(|d| (line(d), d.fix.is_some())).collect()
    }

    #[test]
    fn text_from_right_to_left_is_no_attack() {
        for text in [
            "FROM a\n# שלום \u{2066}nginx\u{2069} שלום\nLABEL a=\"مرحبا \u{202a}nginx\u{202c}\"\n",
            "FROM a\n# שלום nginx\nLABEL a=שלום\nRUN echo café – “x” …\n",
            "\u{feff}FROM a\n",
        ] {
            assert_eq!(found(text), [], "{text:?}");
        }
    }

    #[test]
    fn what_turns_other_text_is_reported_once_a_line() {
        let text = "FROM a\n# x \u{202e}y\u{202c}\nRUN a \u{2066}b\u{2069} \u{2067}c\n\
                    LABEL a=\"\u{2067}x\u{2069}\"\n";
        assert_eq!(found(text), [(2, false), (3, true), (4, true)]);
        // Letters of such a script excuse nothing that is run, left open or turned letter by letter.
        let text = "FROM a\nRUN echo \u{2067}שלום\u{2069}\n# שלום \u{2067}x\n# שלום \u{202e}x\u{202c}\n\
                    # שלום x\u{2069}\u{2067}\n# שלום \u{2067}x\u{202c}\n";
        let lines: Vec<u32> = found(text).iter().map(|f| f.0).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6]);
        assert_eq!(found("FROM a\nRUN <<E\nx\u{202e}y\nE\n"), [(3, true)]);
        assert_eq!(found("FROM a\nRUN a \\\n # \u{202e}y\n b\n"), [(3, false)]);
    }
}
