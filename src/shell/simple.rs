//! Simple commands, and the scripts they are given.

use std::ops::Range;

use shuck_ast as ast;

use super::ExecWord;
use super::command::{Assignment, AssignmentKind, Quoting, Value, Word, WordPart, Wrapper};
use super::limits::{MAX_DEPTH, TOO_DEEP};
use super::read::{Join, Reader};
use super::redirect::is_input;
use super::script::{FrameKind, ShellError, ShellErrorKind, ShellOptions};
use super::word::{self, Escapes, Place, Text};
use super::wrappers::{self, Source};
use crate::span::{MappedText, Span};

/// How deep scripts may be given to scripts.
const MAX_SCRIPTS: usize = 8;

/// A word of a simple command, wherever the tree keeps it.
pub(super) enum Piece<'t> {
    Word(&'t ast::Word),
    Assignment(&'t ast::Assignment),
    /// Something without words inside.
    Text(Range<usize>),
    Exec(&'t ExecWord<'t>),
}

impl Reader<'_> {
    /// Reads a simple command.
    pub(super) fn simple(
        &mut self,
        pieces: Vec<Piece>,
        assignments: &[ast::Assignment],
        redirects: &[ast::Redirect],
        join: Join,
    ) -> Range<usize> {
        let index = self.placeholder(join);
        let timed = self.timed.take();
        let mut nested = Vec::with_capacity(pieces.len());
        let mut words = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            if let Piece::Word(tree) = piece {
                self.unclosed(tree);
            }
            let (word, has_nested) = self.piece(piece);
            words.push(word);
            nested.push(has_nested);
        }
        let mut plan = wrappers::plan(&words);
        if self.depth + plan.wrappers.len() > MAX_DEPTH {
            self.script.errors.push(ShellError {
                span: words.first().map(|w| w.span).unwrap_or_default(),
                message: TOO_DEEP.to_owned(),
                kind: ShellErrorKind::Limit,
            });
            plan = wrappers::Plan::default();
        }
        let input = redirects.iter().rposition(is_input);
        let script = self.script_of(&plan.script, &pieces, &words, redirects, input);
        let given = match (&script, &plan.script) {
            (Some(_), Source::Word(at, _)) => *at..*at + 1,
            (Some(_), Source::Eval(range)) => range.clone(),
            _ => 0..0,
        };
        let body = match (&script, &plan.script) {
            (Some(_), Source::Input(_)) => input,
            _ => None,
        };

        let kind = if pieces.is_empty() {
            AssignmentKind::Alone
        } else {
            AssignmentKind::Prefix
        };
        let mut range = None;
        let mut assigned = Vec::with_capacity(assignments.len());
        for assignment in assignments {
            let at = self.assignment_range(assignment);
            extend(&mut range, at);
            assigned.push(self.assignment(assignment, kind));
        }
        let mut inner = None;
        let mut script = script;
        for (i, piece) in pieces.iter().enumerate() {
            if given.contains(&i) {
                if let Some(script) = script.take() {
                    inner = Some(self.script(script, index));
                }
                continue;
            }
            if let Piece::Assignment(assignment) = piece {
                assigned.push(self.assignment(assignment, AssignmentKind::Declared));
                continue;
            }
            if nested.get(i) == Some(&true)
                && let (Piece::Word(tree), Some(word)) = (piece, words.get_mut(i))
            {
                let mut found = Vec::new();
                self.nested(tree, &mut found);
                note(word, found);
            }
        }
        for word in &words {
            extend(&mut range, word.range.clone());
        }
        for redirect in redirects {
            extend(&mut range, self.text.range(redirect.span));
        }
        let redirects = self.redirects(redirects, body);
        if let Some(script) = script.take() {
            inner = Some(self.script(script, index));
        }

        let range = range.unwrap_or_default();
        let span = match self.text.place {
            Place::Mapped(_) => self.text.span(range.clone()),
            Place::Within(within) => words
                .iter()
                .map(|w| w.span)
                .reduce(Span::to)
                .unwrap_or(within),
        };
        for at in &plan.assignments {
            if let Some(word) = words.get(*at)
                && let Some(name) = wrappers::assignment_name(word)
            {
                assigned.push(Assignment {
                    name: name.to_string(),
                    value: word::without_prefix(&self.text, word, name.len() + 1),
                    span: word.span,
                    append: false,
                    kind: AssignmentKind::Wrapper,
                });
            }
        }
        let mut all = words.into_iter().enumerate();
        let mut outside = Vec::with_capacity(plan.wrappers.len() + usize::from(timed.is_some()));
        outside.extend(timed);
        for (name, at) in plan.wrappers {
            let own: Vec<Word> = all
                .by_ref()
                .take(at.len())
                .filter(|(i, _)| !plan.assignments.contains(i))
                .map(|(_, word)| word)
                .collect();
            outside.push(Wrapper {
                name,
                span: own.first().map(|w| w.span).unwrap_or_default(),
                whole: own
                    .iter()
                    .map(|w| w.span)
                    .reduce(Span::to)
                    .unwrap_or_default(),
                words: own,
            });
        }
        let words: Vec<Word> = all.map(|(_, word)| word).collect();
        if let Some(command) = self.script.commands.get_mut(index) {
            command.name = words
                .first()
                .map(|w| w.program().to_string())
                .unwrap_or_default();
            command.words = words;
            command.wrappers = outside;
            command.assignments = assigned;
            command.redirects = redirects;
            command.span = span;
            command.range = range.clone();
            command.script = inner;
        }
        range
    }

    fn piece(&self, piece: &Piece) -> (Word, bool) {
        match piece {
            Piece::Word(tree) => {
                let converted = word::convert(&self.text, tree);
                (converted.word, converted.nested)
            }
            Piece::Assignment(assignment) => {
                let range = self.assignment_range(assignment);
                let value = self.value(assignment);
                (word::joined(&self.text, range, &value), false)
            }
            Piece::Text(range) => (word::bare(&self.text, range.clone()), false),
            Piece::Exec(word) => (exec_word(word), false),
        }
    }

    /// Where an assignment stands; the tree ends some before a value with escapes.
    fn assignment_range(&self, assignment: &ast::Assignment) -> Range<usize> {
        let range = self.text.range(assignment.span);
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(word) => self.text.range(word.span),
            ast::AssignmentValue::Compound(_) => return range,
        };
        range.start..range.end.max(value.end.max(range.start))
    }

    /// The value of an assignment, its substitutions not read.
    fn value(&self, assignment: &ast::Assignment) -> Word {
        match &assignment.value {
            ast::AssignmentValue::Scalar(tree) => {
                let at = self.text.range(tree.span);
                let own = self.text.range(assignment.span);
                if at.is_empty() && at.start < own.start {
                    return word::bare(&self.text, own.end..own.end);
                }
                word::convert(&self.text, tree).word
            }
            ast::AssignmentValue::Compound(_) => {
                let range = self.text.range(assignment.span);
                let open = self
                    .text
                    .slice(range.clone())
                    .find('(')
                    .map_or(range.end, |i| range.start + i);
                let mut word = word::bare(&self.text, open..range.end);
                word.value = Value::Dynamic;
                word.parts = vec![WordPart::Other {
                    span: word.span,
                    quoted: false,
                }];
                word
            }
        }
    }

    fn assignment(&mut self, assignment: &ast::Assignment, kind: AssignmentKind) -> Assignment {
        let mut value = self.value(assignment);
        let mut found = Vec::new();
        match &assignment.value {
            ast::AssignmentValue::Scalar(tree) => self.nested(tree, &mut found),
            ast::AssignmentValue::Compound(list) => {
                for element in &list.elements {
                    self.nested(&element.value().word, &mut Vec::new());
                }
            }
        }
        note(&mut value, found);
        Assignment {
            name: assignment.target.name.to_string(),
            value,
            span: self.text.span(self.assignment_range(assignment)),
            append: assignment.append,
            kind,
        }
    }

    /// The script a command is given, if it can be read.
    fn script_of<'t>(
        &self,
        source: &Source,
        pieces: &[Piece<'t>],
        words: &[Word],
        redirects: &[ast::Redirect],
        input: Option<usize>,
    ) -> Option<Given> {
        if self.scripts >= MAX_SCRIPTS {
            return None;
        }
        let (text, exact, process, options) = match source {
            Source::None => return None,
            Source::Word(at, options) => {
                let word = words.get(*at)?;
                let text = self.given(pieces.get(*at)?, word)?;
                (text, word.literal().is_some(), true, *options)
            }
            Source::Eval(range) => {
                let mut all = MappedText::default();
                let mut within: Option<GivenText> = None;
                for i in range.clone() {
                    match self.given(pieces.get(i)?, words.get(i)?)? {
                        GivenText::Mapped(text) => {
                            if !all.text().is_empty() {
                                let end = text.offset(0);
                                all.push(" ", end.saturating_sub(1));
                            }
                            all.append(&text);
                        }
                        other if range.len() == 1 => within = Some(other),
                        GivenText::Within(..) => return None,
                    }
                }
                let text = match within {
                    Some(text) => text,
                    None if all.text().is_empty() => return None,
                    None => GivenText::Mapped(all),
                };
                let exact = words
                    .get(range.clone())
                    .is_some_and(|words| words.iter().all(|w| w.literal().is_some()));
                (text, exact, false, ShellOptions::default())
            }
            Source::Input(options) => {
                let redirect = redirects.get(input?)?;
                let (text, exact) = match &redirect.target {
                    ast::RedirectTarget::Word(tree) => {
                        let word = word::convert(&self.text, tree).word;
                        let exact = word.literal().is_some();
                        (self.given(&Piece::Word(tree), &word)?, exact)
                    }
                    ast::RedirectTarget::Heredoc(heredoc) => {
                        let Place::Mapped(_) = self.text.place else {
                            return None;
                        };
                        let text = self.heredoc(heredoc);
                        if text.quoted {
                            (GivenText::Mapped(text.body), true)
                        } else {
                            let mut out = MappedText::default();
                            let len = text.body.text().len();
                            let escapes = Escapes::Heredoc;
                            word::push_unescaped(&text.body, 0..len, escapes, &mut out);
                            let exact = !text.body.text().contains(['$', '`']);
                            (GivenText::Mapped(out), exact)
                        }
                    }
                };
                (text, exact, true, *options)
            }
        };
        Some(Given {
            text,
            exact,
            process,
            options,
        })
    }

    fn given(&self, piece: &Piece, word: &Word) -> Option<GivenText> {
        match piece {
            Piece::Word(tree) => match word::script_text(&self.text, tree) {
                Some(text) => Some(GivenText::Mapped(text)),
                None => word
                    .literal()
                    .filter(|text| !text.trim().is_empty())
                    .map(|text| GivenText::Within(text.to_string(), word.span)),
            },
            Piece::Exec(exec) => Some(match &exec.mapped {
                Some(mapped) => GivenText::Mapped(mapped.clone()),
                None => GivenText::Within(exec.text.to_string(), exec.span),
            }),
            Piece::Assignment(_) | Piece::Text(_) => {
                Some(GivenText::Within(word.raw.clone(), word.span))
            }
        }
    }

    /// Reads the script that a command is given.
    fn script(&mut self, given: Given, by: usize) -> Range<usize> {
        let start = self.script.commands.len();
        let text = match &given.text {
            GivenText::Mapped(text) => Text::mapped(text),
            GivenText::Within(text, span) => Text {
                text,
                place: Place::Within(*span),
                base: 0,
                backticks: false,
            },
        };
        let kind = FrameKind::Script {
            by,
            process: given.process,
            options: given.options,
        };
        self.within(kind, 0..0, Join::START, |outer| {
            let mut reader = Reader {
                script: &mut *outer.script,
                bounds: 0..text.text.len(),
                text,
                dialect: outer.dialect,
                frame: outer.frame,
                depth: outer.depth,
                scripts: outer.scripts + 1,
                heredoc_end: 0,
                timed: None,
            };
            let errors = reader.script.errors.len();
            reader.read();
            if !given.exact {
                reader.script.errors.truncate(errors);
            }
        });
        start..self.script.commands.len()
    }
}

/// A script a command is given.
pub(super) struct Given {
    text: GivenText,
    /// Whether the shell gets it as it is read here, without expansions before.
    exact: bool,
    process: bool,
    options: ShellOptions,
}

enum GivenText {
    /// Each byte has its place in the file.
    Mapped(MappedText),
    /// All of it stands somewhere in here.
    Within(String, Span),
}

fn exec_word(exec: &ExecWord) -> Word {
    Word {
        span: exec.span,
        range: 0..0,
        raw: exec.text.to_string(),
        parts: Vec::new(),
        quoting: Quoting::Wholly,
        glob: false,
        braces: false,
        contiguous: true,
        value: Value::AsWritten,
    }
}

/// Puts the commands found in a word's substitutions into its parts.
pub(super) fn note(word: &mut Word, found: Vec<Range<usize>>) {
    let mut found = found.into_iter();
    for part in &mut word.parts {
        if let WordPart::CommandSubstitution { commands, .. } = part
            && let Some(range) = found.next()
        {
            *commands = range;
        }
    }
}

fn extend(range: &mut Option<Range<usize>>, by: Range<usize>) {
    *range = Some(match range.take() {
        Some(r) => r.start.min(by.start)..r.end.max(by.end),
        None => by,
    });
}
