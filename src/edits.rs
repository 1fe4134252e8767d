//! Edits that fixes of several rules make: a word behind a verb, a command at the end of a RUN,
//! an instruction that goes or moves.

use crate::facts::packages::{Action, Install};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::shell::{Connector, FrameKind, Script};
use crate::span::Span;
use crate::syntax::{CommandLine, Instruction, Keyword, Kind};

/// An edit that puts words right behind the verb; none where a place in the file may not be one
/// in the script.
pub fn after_verb(
    facts: &Facts<'_>,
    node: &Node<'_>,
    install: &Install,
    words: &str,
) -> Option<Edit> {
    if node.instruction.is_exec_form() {
        return None;
    }
    let written = facts.source.slice(install.verb_span);
    let last = match install.verb.as_str() {
        "" => return None,
        verb => verb.split(' ').next_back()?,
    };
    let fits = written
        .strip_suffix(last)
        .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace));
    fits.then(|| Edit::insert(install.verb_span.end, format!(" {words}")))
}

/// A keyword as an instruction writes its own: in small letters if that has no capitals.
pub fn keyword_like(like: &Instruction, keyword: Keyword) -> String {
    let written = like.name.as_str();
    if written.contains(|c: char| c.is_ascii_uppercase()) {
        keyword.as_str().to_owned()
    } else {
        keyword.as_str().to_ascii_lowercase()
    }
}

/// A fix that makes `command` the last one of a RUN.
pub fn append(facts: &Facts<'_>, node: &Node<'_>, like: &Install, command: &str) -> Option<Fix> {
    let (Kind::Run(CommandLine::Shell(_)), Some(script)) = (&node.instruction.kind, &node.script)
    else {
        return None;
    };
    let heredocs = facts.heredocs_of(node);
    if !heredocs.is_empty() || !script.errors.is_empty() || script.unread {
        return None;
    }
    let head = node.instruction.head;
    let ends = script.commands.iter().map(|c| c.span.end);
    let frames = script.frames.iter().skip(1).map(|f| f.span.end);
    let last = ends.chain(frames).max()?;
    // A comment, a `;` or an `&` at the end.
    if last != head.end {
        return None;
    }
    let leaves = |c: &Command| matches!(c.name.as_str(), "exit" | "exec");
    if script.commands.iter().any(leaves) {
        return None;
    }
    let found = script.commands.get(like.command)?;
    // In a function, a branch or another root directory it is not known where it ran.
    if script.is_conditional(like.command) || script.function_of(like.command).is_some() {
        return None;
    }
    if found
        .wrappers
        .iter()
        .any(|w| matches!(w.name.as_str(), "chroot" | "fakeroot" | "su" | "gosu"))
    {
        return None;
    }
    let sudo = found.wrappers.iter().any(|w| w.name == "sudo");
    let command = if sudo {
        format!("sudo {command}")
    } else {
        command.to_owned()
    };
    if is_gone(node, like, &command) || !takes_at_the_end(facts, node, &command) {
        return None;
    }
    let text = facts.source.slice(head);
    let added = if text.contains('\n') {
        let escape = facts.file.escape.char();
        let newline = facts.source.newline();
        let (joint, indent) = layout(text, escape, stops_on_failure(script));
        match joint {
            Joint::Before => format!(" {escape}{newline}{indent}&& {command}"),
            Joint::Behind => format!(" && {escape}{newline}{indent}{command}"),
            Joint::Semicolon => format!("; {escape}{newline}{indent}{command}"),
        }
    } else {
        format!(" && {command}")
    };
    Some(Fix::safe(
        format!("run `{command}` at the end"),
        vec![Edit::insert(head.end, added)],
    ))
}

/// How the commands of a RUN are joined from line to line.
enum Joint {
    /// A line begins with `&&`.
    Before,
    /// A line ends with `&& \`.
    Behind,
    /// A line ends with `; \`, and a failure ends the script.
    Semicolon,
}

/// How one more command is written under those of a RUN, and how far it is indented.
fn layout(text: &str, escape: char, stops_on_failure: bool) -> (Joint, String) {
    let indent =
        |line: &str| -> String { line.chars().take_while(|c| c.is_whitespace()).collect() };
    if let Some(line) = text
        .lines()
        .rev()
        .find(|l| l.trim_start().starts_with("&&"))
    {
        return (Joint::Before, indent(line));
    }
    // Comments stand where they like.
    let is_code = |line: &&str| !line.trim_start().starts_with('#');
    let lines: Vec<&str> = text.lines().filter(is_code).collect();
    // The line that follows one with this end.
    let behind = |end: &str| {
        let ends = |line: &str| {
            let line = line.trim_end().strip_suffix(escape);
            line.is_some_and(|l| l.trim_end().ends_with(end))
        };
        lines.windows(2).rev().find_map(|pair| match pair {
            [before, line] if ends(before) => Some(indent(line)),
            _ => None,
        })
    };
    if let Some(indent) = behind("&&") {
        return (Joint::Behind, indent);
    }
    if stops_on_failure && let Some(indent) = behind(";") {
        return (Joint::Semicolon, indent);
    }
    (
        Joint::Before,
        lines.last().map_or(String::new(), |l| indent(l)),
    )
}

/// Whether a script begins with `set -e`.
fn stops_on_failure(script: &Script) -> bool {
    script.commands.first().is_some_and(|c| {
        let short = |a: &str| a.starts_with('-') && !a.starts_with("--") && a.contains('e');
        c.name == "set" && c.literal_args().any(short)
    })
}

/// Whether the program that a command calls is uninstalled before the RUN ends.
fn is_gone(node: &Node<'_>, like: &Install, command: &str) -> bool {
    let program = like.manager.as_str();
    command.split(' ').any(|word| word == program)
        && node
            .run_installs()
            .iter()
            .filter(|i| i.command > like.command && i.action == Action::Remove)
            .flat_map(|i| &i.packages)
            // A name with a dot in front stands for a set of packages of apk.
            .any(|p| p.name == program || p.name.starts_with('.') || p.is_hidden())
}

/// Whether a command put behind the shell form of a RUN would be read as one that follows all
/// others. It is not where the script is damaged and its end part of something else.
fn takes_at_the_end(facts: &Facts<'_>, node: &Node<'_>, command: &str) -> bool {
    let (Some(text), Some(script)) = (facts.script_text(node), &node.script) else {
        return false;
    };
    let start = text.text.text().len();
    let mut text = text.text.into_owned();
    text.push(" && ", node.instruction.head.end);
    text.push(command, node.instruction.head.end);
    let again = crate::shell::parse(&text, &node.shell);
    again.commands.len() == script.commands.len() + 1
        && again.errors.is_empty()
        && again
            .commands
            .last()
            .is_some_and(|c| c.frame == 0 && c.range.start > start)
}

/// A fix that deletes the lines of an instruction; none if they hold a comment, or stand below
/// one, which would then seem to be about what follows.
pub fn delete_instruction(
    facts: &Facts<'_>,
    instruction: &Instruction,
    title: String,
) -> Option<Fix> {
    let start = facts.source.line_start(instruction.start_line);
    let end = facts.source.line_start(instruction.end_line + 1);
    let lines = Span::new(start, end);
    let comments = &facts.file.comments;
    if comments.iter().any(|c| lines.covers(c.span)) || is_below_comment(facts, instruction) {
        return None;
    }
    Some(Fix::safe(title, vec![delete_lines(facts, lines)]))
}

/// Whether a comment stands directly above an instruction, so that it is about it.
pub fn is_below_comment(facts: &Facts<'_>, instruction: &Instruction) -> bool {
    let comments = &facts.file.comments;
    let at = comments.partition_point(|c| c.line < instruction.start_line);
    at.checked_sub(1)
        .and_then(|at| comments.get(at))
        .is_some_and(|c| c.line + 1 == instruction.start_line)
}

/// An edit that deletes lines, with the blank line behind them if one stands in front as well.
pub fn delete_lines(facts: &Facts<'_>, lines: Span) -> Edit {
    let newline = facts.source.newline();
    let rest = Span::new(lines.end, facts.source.text().len() as u32);
    let mut deleted = lines;
    if is_below_blank_line(facts, lines.start) && facts.source.slice(rest).starts_with(newline) {
        deleted.end += newline.len() as u32;
    }
    Edit::delete(deleted)
}

/// An edit that puts lines above an instruction and the comments that stand directly above it.
pub fn insert_above(facts: &Facts<'_>, instruction: &Instruction, text: String) -> Edit {
    let mut line = instruction.start_line;
    let comments = &facts.file.comments;
    let above = comments.partition_point(|c| c.line < line);
    let above = comments.get(..above).unwrap_or_default();
    for comment in above.iter().rev().filter(|c| !c.inside) {
        if comment.line + 1 != line {
            break;
        }
        line = comment.line;
    }
    Edit::insert(facts.source.line_start(line), text)
}

/// An edit that puts lines below an instruction, behind a blank line if one stands above it.
pub fn insert_below(facts: &Facts<'_>, node: &Node<'_>, mut text: String) -> Option<Edit> {
    let newline = facts.source.newline();
    let lines = lines_of(facts, node)?;
    if !facts.source.slice(lines).ends_with('\n') {
        text.insert_str(0, newline);
        text.truncate(text.trim_end().len());
    } else if is_below_blank_line(facts, lines.start) {
        text.insert_str(0, newline);
    }
    Some(Edit::insert(lines.end, text))
}

/// Whether a blank line stands in front of a place.
fn is_below_blank_line(facts: &Facts<'_>, place: u32) -> bool {
    let newline = facts.source.newline();
    let before = facts.source.slice(Span::new(0, place));
    before
        .strip_suffix(newline)
        .is_some_and(|b| b.ends_with('\n'))
}

/// The lines of an instruction, their last line break included, if nothing else stands on them.
pub fn lines_of(facts: &Facts<'_>, node: &Node<'_>) -> Option<Span> {
    let source = facts.source;
    let span = node.instruction.span;
    let first = source.line(span.start);
    let start = source.line_start(first);
    let end = source.line_start(source.line(span.end.saturating_sub(1).max(span.start)) + 1);
    let before = source.slice(Span::new(start, span.start));
    let after = source.slice(Span::new(span.end, end));
    (before.trim().is_empty() && after.trim().is_empty()).then(|| Span::new(start, end))
}

/// Whether a comment stands inside an instruction.
pub fn has_comment_inside(facts: &Facts<'_>, span: Span) -> bool {
    let comments = &facts.file.comments;
    let from = comments.partition_point(|c| c.span.start < span.start);
    comments.get(from).is_some_and(|c| c.span.start < span.end)
}

/// Whether `x && ` can be put in front of a command without changing when it runs.
pub fn takes_prefix(node: &Node<'_>, command: usize) -> bool {
    let Some(script) = &node.script else {
        return false;
    };
    let Some(found) = script.commands.get(command) else {
        return false;
    };
    let joined = |connector| {
        matches!(
            connector,
            Connector::Start | Connector::AndAnd | Connector::Semicolon | Connector::Newline
        )
    };
    let top = script
        .frames
        .get(found.frame)
        .is_some_and(|f| f.kind == FrameKind::Top);
    top && joined(found.connector) && found.pipeline.is_none() && !found.negated
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    /// What `ask` says of the instruction behind the FROM.
    fn with<T>(text: &str, ask: impl FnOnce(&Facts<'_>, &Node<'_>) -> T) -> T {
        let source = Source::new("Dockerfile", format!("FROM a\n{text}"));
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        ask(&facts, facts.nodes.get(1).unwrap())
    }

    fn inserted(edit: &Edit) -> String {
        edit.content.clone()
    }

    fn appended(text: &str) -> Option<String> {
        with(text, |facts, node| {
            let like = node.installs.first().unwrap();
            let fix = append(facts, node, like, "rm -rf /x")?;
            fix.edits.first().map(inserted)
        })
    }

    #[test]
    fn a_command_is_appended_as_its_neighbours_are_written() {
        for (text, expected) in [
            ("RUN apt-get update\n", " && rm -rf /x"),
            ("RUN sudo apt-get update\n", " && sudo rm -rf /x"),
            ("RUN a \\\n  && apt-get update\n", " \\\n  && rm -rf /x"),
            ("RUN a && \\\n  apt-get update\n", " && \\\n  rm -rf /x"),
            ("RUN set -e; \\\n\tapt-get update\n", "; \\\n\trm -rf /x"),
            ("RUN a; \\\n  apt-get update\n", " \\\n  && rm -rf /x"),
        ] {
            assert_eq!(appended(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn nothing_is_appended_where_it_would_not_run() {
        for text in [
            "RUN apt-get update; exit 0\n",
            "RUN apt-get update # why\n",
            "RUN if a; then apt-get update; fi\n",
            "RUN chroot /r apt-get update\n",
            "RUN [\"apt-get\", \"update\"]\n",
            "RUN <<E\napt-get update\nE\n",
        ] {
            assert_eq!(appended(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_put_behind_a_verb_that_is_written_out() {
        let edit = |text: &str| {
            with(text, |facts, node| {
                let install = node.installs.first().unwrap();
                after_verb(facts, node, install, "-y").map(|e| (e.span.start, inserted(&e)))
            })
        };
        assert_eq!(edit("RUN apt install x\n"), Some((22, " -y".to_owned())));
        assert_eq!(edit("RUN [\"apt\", \"install\", \"x\"]\n"), None);
        assert_eq!(edit("RUN apt 'install' x\n"), None);
    }

    #[test]
    fn an_instruction_goes_with_its_lines_but_not_with_a_comment_in_it() {
        let deleted = |text: &str| {
            with(text, |facts, node| {
                let fix = delete_instruction(facts, node.instruction, "x".to_owned())?;
                let span = fix.edits.first()?.span;
                Some(facts.source.slice(span).to_owned())
            })
        };
        assert_eq!(deleted("CMD a\nCMD b\n").as_deref(), Some("CMD a\n"));
        assert_eq!(deleted("# c\nCMD a\n"), None);
        assert_eq!(
            deleted("# c\n\nCMD a\n").as_deref(),
            Some("CMD a\n"),
            "a comment further up is about something else"
        );
        assert_eq!(deleted("CMD a \\\n# c\n b\n"), None);
    }

    #[test]
    fn lines_and_comments_of_an_instruction_are_known() {
        let lines = |text: &str| {
            with(text, |facts, node| {
                lines_of(facts, node).map(|span| facts.source.slice(span).to_owned())
            })
        };
        assert_eq!(lines("RUN a \\\n  b\nRUN c\n").unwrap(), "RUN a \\\n  b\n");
        let inside = |text: &str| with(text, |f, n| has_comment_inside(f, n.instruction.span));
        assert!(inside("RUN a \\\n# c\n b\n"));
        assert!(!inside("RUN a\n# c\n"));
    }

    #[test]
    fn a_prefix_fits_where_a_list_begins_or_goes_on() {
        let takes = |text: &str| {
            with(text, |_, node| {
                takes_prefix(node, node.commands().len() - 1)
            })
        };
        assert!(takes("RUN a\n") && takes("RUN a && b\n") && takes("RUN a; b\n"));
        assert!(!takes("RUN a || b\n") && !takes("RUN a | b\n") && !takes("RUN (a)\n"));
    }

    /// The file with an edit made.
    fn edited(facts: &Facts<'_>, edit: &Edit) -> String {
        let text = facts.source.text();
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        format!("{}{}{}", &text[..start], edit.content, &text[end..])
    }

    #[test]
    fn lines_go_above_an_instruction_and_its_comments() {
        let above = |text| {
            with(text, |facts, node| {
                edited(
                    facts,
                    &insert_above(facts, node.instruction, "X\n".to_owned()),
                )
            })
        };
        assert_eq!(above("RUN a\n"), "FROM a\nX\nRUN a\n");
        assert_eq!(
            above("# other\n\n# one\n#\n# two\nRUN a\n"),
            "FROM a\n# other\n\nX\n# one\n#\n# two\nRUN a\n"
        );
    }

    #[test]
    fn lines_go_below_an_instruction_as_it_is_set_off() {
        let below = |text| {
            with(text, |facts, node| {
                insert_below(facts, node, "X\n".to_owned()).map(|e| edited(facts, &e))
            })
        };
        assert_eq!(below("RUN a\n").unwrap(), "FROM a\nRUN a\nX\n");
        assert_eq!(below("RUN a").unwrap(), "FROM a\nRUN a\nX");
        assert_eq!(below("\nRUN a\n").unwrap(), "FROM a\n\nRUN a\n\nX\n");
    }

    #[test]
    fn one_of_two_blank_lines_goes_with_the_lines_between() {
        let deleted = |text| {
            with(text, |facts, node| {
                let lines = lines_of(facts, node).unwrap();
                edited(facts, &delete_lines(facts, lines))
            })
        };
        assert_eq!(deleted("\nRUN a\n\nRUN b\n"), "FROM a\n\nRUN b\n");
        assert_eq!(deleted("RUN a\n\nRUN b\n"), "FROM a\n\nRUN b\n");
    }
}
