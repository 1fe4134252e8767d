//! Templates of bake files as Bake reads them: one piece after the other, of a heredoc line by
//! line, so that `~` takes the blanks of one line and `<<-` the indent that all lines share.

use std::collections::BTreeSet;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;
use hcl_edit::template::{Directive, Element, ForTemplateExpr, HeredocTemplate, Strip, Template};
use hcl_edit::visit::{Visit, visit_heredoc_template};

/// A piece of a template.
pub(super) enum Piece<'t> {
    Text(String),
    Value(&'t Expression),
    If(&'t Expression),
    Else,
    For(&'t ForTemplateExpr),
    /// Of an `if` or a `for`.
    End,
}

/// The pieces of a template, without the blanks that `~` takes away. With `lines` a text ends with
/// its line.
pub(super) fn pieces(template: &Template, lines: bool) -> Vec<Piece<'_>> {
    let mut out = Pieces {
        done: Vec::new(),
        strip_next: false,
        lines,
    };
    out.add(template);
    out.done
}

struct Pieces<'t> {
    done: Vec<Piece<'t>>,
    /// Whether the blanks at the start of the next piece go.
    strip_next: bool,
    lines: bool,
}

impl<'t> Pieces<'t> {
    fn add(&mut self, template: &'t Template) {
        for element in template {
            match element {
                Element::Literal(text) => {
                    let parts = text.split_inclusive('\n');
                    if self.lines {
                        parts.for_each(|line| self.text(line))
                    } else {
                        self.text(text)
                    }
                }
                Element::Interpolation(piece) => self.mark(piece.strip, Piece::Value(&piece.expr)),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(parts) => {
                        let condition = &parts.if_expr;
                        self.mark(condition.strip, Piece::If(&condition.cond_expr));
                        self.add(&condition.template);
                        if let Some(other) = &parts.else_expr {
                            self.mark(other.strip, Piece::Else);
                            self.add(&other.template);
                        }
                        self.mark(parts.endif_expr.strip, Piece::End);
                    }
                    Directive::For(parts) => {
                        let each = &parts.for_expr;
                        self.mark(each.strip, Piece::For(each));
                        self.add(&each.template);
                        self.mark(parts.endfor_expr.strip, Piece::End);
                    }
                },
            }
        }
    }

    fn text(&mut self, text: &str) {
        let text = if std::mem::take(&mut self.strip_next) {
            text.trim_start()
        } else {
            text
        };
        self.done.push(Piece::Text(text.to_owned()));
    }

    fn mark(&mut self, strip: Strip, piece: Piece<'t>) {
        if matches!(strip, Strip::Start | Strip::Both)
            && let Some(Piece::Text(before)) = self.done.last_mut()
        {
            before.truncate(before.trim_end().len());
        }
        self.strip_next = matches!(strip, Strip::End | Strip::Both);
        self.done.push(piece);
    }
}

/// Takes away the indent that all lines share, but of lines that are blank.
pub(super) fn flush(pieces: &mut [Piece<'_>]) {
    let mut least = usize::MAX;
    let mut starts = Vec::new();
    let mut is_start = true;
    for (at, piece) in pieces.iter().enumerate() {
        if is_start {
            is_start = false;
            let spaces = match piece {
                Piece::Text(text) if text.trim_start().is_empty() && text.ends_with('\n') => {
                    usize::MAX
                }
                Piece::Text(text) => {
                    starts.push(at);
                    text.chars().take_while(|c| c.is_whitespace()).count()
                }
                _ => 0,
            };
            least = least.min(spaces);
        }
        is_start |= matches!(piece, Piece::Text(text) if text.ends_with('\n'));
    }
    for at in starts {
        if let Some(Piece::Text(text)) = pieces.get_mut(at) {
            *text = text.chars().skip(least).collect();
        }
    }
}

/// Where the `else` and the end are of the `if` or `for` at a place; without `else` its place is
/// that of the end.
pub(super) fn ends(pieces: &[Piece<'_>], start: usize) -> (usize, usize) {
    let mut depth = 0_usize;
    let mut other = None;
    for (at, piece) in pieces.iter().enumerate().skip(start) {
        match piece {
            Piece::If(_) | Piece::For(_) => depth += 1,
            Piece::Else if depth == 1 => other = Some(at),
            Piece::End => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (other.unwrap_or(at), at);
                }
            }
            _ => {}
        }
    }
    (pieces.len(), pieces.len())
}

/// What tells a heredoc from all others, as long as none of them is moved.
pub(super) fn identity(heredoc: &HeredocTemplate) -> usize {
    std::ptr::from_ref(heredoc).addr()
}

/// The text in which heredocs that lose their indent are written as ones that keep it, each byte
/// at its place, and where those begin now. The parser would take away more than Bake does.
pub(super) fn unindented(text: &str, body: &Body) -> Option<(String, BTreeSet<usize>)> {
    let mut heredocs = Heredocs(Vec::new());
    heredocs.visit_body(body);
    let mut out = text.to_owned();
    let mut starts = BTreeSet::new();
    for (start, _) in heredocs.0 {
        if text.get(start..).is_some_and(|t| t.starts_with("<<-")) {
            out.replace_range(start..start + 3, " <<");
            starts.insert(start + 1);
        }
    }
    (!starts.is_empty()).then_some((out, starts))
}

/// The identities of the heredocs that begin at these places.
pub(super) fn identities(body: &Body, starts: &BTreeSet<usize>) -> Vec<usize> {
    let mut heredocs = Heredocs(Vec::new());
    if !starts.is_empty() {
        heredocs.visit_body(body);
    }
    let found = heredocs.0.into_iter();
    let found = found.filter(|(start, _)| starts.contains(start));
    found.map(|(_, identity)| identity).collect()
}

/// Where heredocs begin, and their identities.
struct Heredocs(Vec<(usize, usize)>);

impl Visit for Heredocs {
    fn visit_heredoc_template(&mut self, heredoc: &HeredocTemplate) {
        let start = heredoc.span().map(|s| s.start);
        self.0.extend(start.map(|start| (start, identity(heredoc))));
        visit_heredoc_template(self, heredoc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let body: Body = text.parse().unwrap();
        let (text, starts) = unindented(text, &body).unwrap();
        let body: Body = text.parse().unwrap();
        let value = &body.get_attribute("x").unwrap().value;
        let Expression::HeredocTemplate(heredoc) = value else {
            panic!("no heredoc in {text}");
        };
        assert_eq!(identities(&body, &starts), [identity(heredoc)]);
        let mut pieces = pieces(&heredoc.template, true);
        flush(&mut pieces);
        let shown = pieces.iter().map(|p| match p {
            Piece::Text(text) => text.clone(),
            _ => "|".to_owned(),
        });
        shown.collect()
    }

    #[test]
    fn the_indent_that_all_lines_share_goes_and_blanks_are_taken_line_by_line() {
        assert_eq!(
            texts(
                "x = <<-E\n    a\n  \n      b ${~ 1 ~}  \n\n    %{ if x ~}\n\n    c\n%{ endif }\n  E\n"
            ),
            [
                "    a\n", "  \n", "      b", "|", "", "\n", "    ", "|", "", "\n", "    c\n", "|",
                "\n"
            ]
        );
        assert_eq!(
            texts(
                "x = <<-E\n    a\n \n\t\t\t\t\tb\n    %{ for x in y }\n    c %{ endfor }\n    E\n"
            ),
            ["a\n", " \n", "\tb\n", "", "|", "\n", "c ", "|", "\n"]
        );
    }
}
