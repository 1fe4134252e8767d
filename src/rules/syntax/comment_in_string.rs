//! `comment-in-string`: a line inside quotes that begins with `#`, which the builder drops.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Keyword, Kind, Word};

rule!(CommentInString);

impl Rule for CommentInString {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Run) || node.onbuild || !node.shell.is_posix() {
            return;
        }
        let Kind::Run(CommandLine::Shell(word)) = &node.instruction.kind else {
            return;
        };
        let span = node.instruction.span;
        let comments = &cx.facts.file.comments;
        let from = comments.partition_point(|c| c.span.start < span.start);
        let inside = comments.iter().skip(from);
        let inside = inside
            .take_while(|c| c.span.start < span.end)
            .filter(|c| c.inside);
        // Where the text that the shell gets leaves out a line, the quotes that are open there.
        let mut quotes = Quotes::default();
        let mut opened = Opened::default();
        let text = word.as_str();
        let mut at = 0;
        // The place before which a command was looked at, and whether it writes.
        let mut written = (0, false);
        for comment in inside {
            let line_break = cx.source().text().get(..comment.span.start as usize);
            let start = line_break.map_or(0, |t| t.trim_end_matches([' ', '\t']).len());
            let gap = gap_at(word, at, start);
            let part = text.get(at..gap).unwrap_or_default();
            quotes.read(part);
            opened.read(part);
            at = gap;
            let Some(quote) = quotes.quote() else {
                continue;
            };
            if written.0 != opened.start {
                let before = text.get(..opened.start).unwrap_or_default();
                written = (opened.start, is_written_out(before));
            }
            if written.1 {
                cx.report(
                    comment.span,
                    "the builder drops this line: it is a comment, though a quote is open",
                )
                .help(format!(
                    "write the text as a heredoc, or do not begin the line of the `{quote}`-quoted text with `#`"
                ));
            }
        }
    }
}

/// Where the text from `at` on goes on behind a place in the file.
fn gap_at(word: &Word, at: usize, place: usize) -> usize {
    let text = word.as_str();
    let (mut low, mut high) = (at, text.len());
    while low < high {
        let middle = low.midpoint(high);
        if word.span_of(middle..middle + 1).start as usize >= place {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    text.ceil_char_boundary(low)
}

/// Where the quote begins that is open behind a text.
#[derive(Default)]
struct Opened {
    quotes: Quotes,
    start: usize,
    length: usize,
}

impl Opened {
    fn read(&mut self, text: &str) {
        for c in text.chars() {
            // Most characters open and close nothing.
            let is_mark = matches!(c, '\'' | '"' | '\\' | '(' | ')' | '`');
            if !is_mark && !self.quotes.escaped {
                self.length += c.len_utf8();
                continue;
            }
            let was_open = !self.quotes.open.is_empty();
            self.quotes.read(c.encode_utf8(&mut [0; 4]));
            if !was_open && !self.quotes.open.is_empty() {
                self.start = self.length;
            }
            self.length += c.len_utf8();
        }
    }
}

/// Whether the command at the end of a text writes what it is given, so that the line is missed. A
/// program that is read by an interpreter, or a list of settings, does not miss a comment.
fn is_written_out(before: &str) -> bool {
    let command = before
        .rsplit(['&', ';', '|', '('])
        .next()
        .unwrap_or_default();
    let name = command.split_whitespace().find(|word| *word != "sudo");
    matches!(name, Some("echo" | "printf" | "cat"))
}

/// What is open behind a text: quotes, and substitutions whose commands have quotes of their own.
#[derive(Default)]
struct Quotes {
    open: Vec<char>,
    escaped: bool,
}

impl Quotes {
    fn read(&mut self, text: &str) {
        let mut last = ' ';
        for c in text.chars() {
            let before = std::mem::replace(&mut last, c);
            if std::mem::take(&mut self.escaped) {
                continue;
            }
            let quote = self.quote();
            match c {
                '\'' if quote == Some('\'') => drop(self.open.pop()),
                _ if quote == Some('\'') => {}
                '\\' => self.escaped = true,
                '"' if quote.is_some() => drop(self.open.pop()),
                '"' => self.open.push('"'),
                '\'' if quote.is_none() => self.open.push('\''),
                '(' if before == '$' || quote.is_none() => self.open.push('('),
                ')' if self.open.last() == Some(&'(') => drop(self.open.pop()),
                '`' if self.open.last() == Some(&'`') => drop(self.open.pop()),
                '`' => self.open.push('`'),
                _ => {}
            }
        }
    }

    /// The quote that is open where the text ends, if the place is not that of a command.
    fn quote(&self) -> Option<char> {
        self.open
            .last()
            .copied()
            .filter(|c| matches!(c, '\'' | '"'))
    }
}
