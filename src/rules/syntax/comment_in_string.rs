//! `comment-in-string`: a line inside quotes that begins with `#`, which the builder drops.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Keyword, Kind};

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
        let text = word.as_str();
        let mut at = 0;
        for comment in inside {
            let line_break = cx.source().text().get(..comment.span.start as usize);
            let start = line_break.map_or(0, |t| t.trim_end_matches([' ', '\t']).len());
            let gap = text
                .char_indices()
                .map(|(i, _)| i)
                .skip_while(|i| *i < at)
                .find(|i| word.span_of(*i..*i + 1).start as usize >= start)
                .unwrap_or(text.len());
            quotes.read(text.get(at..gap).unwrap_or_default());
            at = gap;
            if let Some(quote) = quotes.quote() {
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
