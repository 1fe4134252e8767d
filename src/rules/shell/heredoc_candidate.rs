//! `heredoc-candidate`: a long chain of `&&` that a heredoc would write as lines.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::shell::{Connector, FrameKind};
use crate::syntax::Keyword;

rule!(HeredocCandidate);

/// How many commands a chain may have, and lines it may take.
const MOST: usize = 5;

impl Rule for HeredocCandidate {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !node.is(Keyword::Run)
            || !node.shell.is_posix()
            || node.instruction.is_exec_form()
            || !node.instruction.heredocs.is_empty()
            || cx.facts.frontend_has(4, 4) == Some(false)
        {
            return;
        }
        let Some(script) = node.script.as_ref().filter(|s| !s.unread) else {
            return;
        };
        let top = |frame: usize| {
            let kind = script.frames.get(frame).map(|f| &f.kind);
            matches!(kind, Some(FrameKind::Top))
        };
        let links = script
            .commands
            .iter()
            .filter(|c| top(c.frame) && c.connector == Connector::AndAnd);
        let count = links.count() + 1;
        let lines = node.instruction.end_line - node.instruction.start_line;
        if count <= MOST || (lines as usize) < MOST {
            return;
        }
        cx.report(
            node.instruction.name.span,
            format!("{count} commands are chained with `&&`"),
        )
        .help("write them as lines: `RUN <<EOF`, `set -e`, the commands, `EOF`");
    }
}
