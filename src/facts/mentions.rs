//! What the words of a file say: a setting that a command writes, a file that is copied.

use super::{Facts, Node};
use crate::shell::{Command, Script};
use crate::span::Span;
use crate::syntax::Kind;

impl Facts<'_> {
    /// Whether an instruction of the stage's chain up to a node, itself included, has `text` in
    /// its words; comments and triggers do not count. A command's words have one blank between
    /// them and one behind the last.
    pub fn is_mentioned_before(&self, node: &Node<'_>, text: &str) -> bool {
        self.first_mention(node, text, false, |n| n.index <= node.index)
    }

    /// Whether a COPY or ADD of the stage's chain before a node brings a file with `text` in its
    /// path, or puts one there.
    pub fn is_copied_before(&self, node: &Node<'_>, text: &str) -> bool {
        self.first_mention(node, text, true, |n| n.index < node.index)
    }

    fn first_mention(
        &self,
        node: &Node<'_>,
        text: &str,
        copied: bool,
        is_before: impl Fn(&Node<'_>) -> bool,
    ) -> bool {
        let Some(stage) = node.stage else {
            return false;
        };
        self.chain(stage).any(|stage| {
            let key = (stage.index, copied, text.to_owned());
            let mut mentions = self.mentions.borrow_mut();
            let first = mentions.entry(key).or_insert_with(|| {
                let has = |n: &&Node<'_>| {
                    !n.onbuild
                        && if copied {
                            copies(n, text)
                        } else {
                            self.has_words(n, text)
                        }
                };
                self.nodes_of(stage).iter().find(has).map(|n| n.index)
            });
            first
                .and_then(|first| self.nodes.get(first))
                .is_some_and(&is_before)
        })
    }

    fn has_words(&self, node: &Node<'_>, text: &str) -> bool {
        match &node.script {
            Some(script) if !script.unread && script.errors.is_empty() => {
                let known = self.script_words.get(node.index);
                known.is_some_and(|w| w.get_or_init(|| words_of(script)).contains(text))
                    || script.commands.iter().any(|c| heredocs_have(c, text))
            }
            // In another language nothing is known but which lines are comments of the file.
            _ => self
                .without_comments(node.instruction.span)
                .any(|part| part.contains(text)),
        }
    }

    /// The text of an instruction between the comments of the file in it.
    fn without_comments(&self, span: Span) -> impl Iterator<Item = &str> {
        let comments = &self.file.comments;
        let first = comments.partition_point(|c| c.span.start < span.start);
        let inside = comments.iter().skip(first).map(|c| c.span);
        let mut inside = inside.take_while(move |c| c.start < span.end);
        let mut start = Some(span.start);
        std::iter::from_fn(move || {
            let from = start?;
            let comment = inside.next();
            start = comment.map(|c| c.end);
            let end = comment.map_or(span.end, |c| c.start);
            Some(self.source.slice(Span::new(from, end.max(from))))
        })
    }
}

/// The words of all commands of a script.
fn words_of(script: &Script) -> String {
    let mut words = String::new();
    for command in &script.commands {
        write_words(command, &mut words);
        // What nobody looks for in the words of one command.
        words.push('\0');
    }
    words
}

fn write_words(command: &Command, out: &mut String) {
    for assignment in &command.assignments {
        out.push_str(&assignment.name);
        out.push('=');
        out.push_str(&assignment.value.raw);
        out.push(' ');
    }
    let wrappers = command.wrappers.iter().flat_map(|w| &w.words);
    let targets = command.redirects.iter().map(|r| &r.target);
    for word in wrappers.chain(&command.words).chain(targets) {
        out.push_str(&word.raw);
        out.push(' ');
    }
}

/// Whether a here-document of a command has the text outside lines that begin with `#`.
fn heredocs_have(command: &Command, text: &str) -> bool {
    let heredocs = command.redirects.iter().filter_map(|r| r.heredoc.as_ref());
    heredocs
        .flat_map(|heredoc| heredoc.body.text().lines())
        .any(|line| !line.trim_start().starts_with('#') && line.contains(text))
}

fn copies(node: &Node<'_>, text: &str) -> bool {
    let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
        return false;
    };
    let sources = transfer.sources.iter().map(|s| &s.word);
    let mut words = sources.chain([&transfer.destination]);
    words.any(|word| word.as_str().contains(text))
}
