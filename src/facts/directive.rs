//! `# shellcheck shell=`: the shell that ShellCheck is told to take a script for.

use super::{Facts, Node};
use crate::shell::Dialect;
use crate::syntax::linter_comment;

impl Facts<'_> {
    /// The shell that a comment above a RUN, before its first command or at the top of its heredoc
    /// asks ShellCheck to expect.
    pub fn asked_shell(&self, node: &Node<'_>) -> Option<Dialect> {
        let owner = self.file.instruction_at(node.instruction.span.start)?;
        let first = node.commands().first()?.span.start;
        let all = &self.file.comments;
        let from = all.partition_point(|c| c.span.start <= owner.span.start);
        let end = first.min(owner.span.end);
        let inside = all.get(from..).unwrap_or_default().iter();
        let inside = inside
            .take_while(|c| c.span.start < end)
            .filter(|c| c.inside);
        let above = owner
            .comment_block
            .iter()
            .filter_map(|c| self.file.comments.get(*c));
        let comments = above.chain(inside).map(|c| self.source.slice(c.span));
        let text = self.script_text(node);
        let heredoc = text.as_ref().filter(|t| t.heredoc.is_some());
        let lines = heredoc.map_or("", |t| t.text.text()).lines();
        let lines = lines.take_while(|l| l.trim().is_empty() || l.trim_start().starts_with('#'));
        comments.chain(lines).filter_map(asked).last()
    }
}

/// The shell in `# shellcheck disable=SC2086 shell=bash # reason`.
fn asked(comment: &str) -> Option<Dialect> {
    Dialect::of_program(
        linter_comment::shellcheck(comment)?
            .values("shell")
            .next()?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn asked_for(text: &str) -> Option<Dialect> {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let node = facts.nodes.iter().rfind(|n| n.script.is_some()).unwrap();
        facts.asked_shell(node)
    }

    #[test]
    fn the_head_of_a_script_names_its_shell() {
        for text in [
            "FROM x\n# shellcheck shell=bash\nRUN a",
            "FROM x\n# shellcheck shell=bash\n# and why\nRUN a",
            "FROM x\nRUN \\\n  # shellcheck disable=SC2086 shell=bash # why\n a",
            "FROM x\nRUN <<E\n\n# shellcheck shell=bash\na\nE",
            "FROM x\n# shellcheck shell=bash\nONBUILD RUN a",
        ] {
            assert_eq!(asked_for(text), Some(Dialect::Bash), "{text}");
        }
    }

    #[test]
    fn a_comment_further_down_or_of_something_else_names_none() {
        for text in [
            "FROM x\n# shellcheck shell=bash\nRUN a\nRUN b",
            "FROM x\nRUN a; \\\n # shellcheck shell=bash\n b",
            "FROM x\nRUN <<E\na\n# shellcheck shell=bash\nE",
            "FROM x\n# shellcheck shell=\nRUN a",
            "FROM x\n# shellcheck disable=SC2086 # shell=bash\nRUN a",
        ] {
            assert_eq!(asked_for(text), None, "{text}");
        }
    }
}
