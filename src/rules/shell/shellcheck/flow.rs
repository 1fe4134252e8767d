//! What a variable may hold where it is expanded: whether its value may be split.
//!
//! The paths through a script are those ShellCheck sees: behind `a && b` both may have run or only
//! the first, a loop may run never, and a condition says nothing of what holds in its branches.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use shuck_ast as ast;

use super::pieces::{Piece, PieceKind, pieces};

/// What is known of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A text without blanks and patterns.
    Whole,
    /// No text.
    Empty,
    /// Any text, or not set.
    Any,
}

impl Value {
    /// What two paths leave together.
    fn or(self, other: Value) -> Value {
        match (self, other) {
            (a, b) if a == b => a,
            (Value::Any, _) | (_, Value::Any) => Value::Any,
            _ => Value::Whole,
        }
    }

    /// What two texts are, one behind the other.
    fn and(self, other: Value) -> Value {
        match (self, other) {
            (Value::Empty, other) => other,
            (own, Value::Empty) => own,
            (own, other) => own.or(other),
        }
    }
}

/// The values of the variables that have been set. No values: nothing gets here.
type State<'s> = Option<BTreeMap<&'s str, Value>>;

/// How many statements are looked at, as functions and loops are more than once.
const MOST_STEPS: usize = 4_000;

/// How deep statements may nest.
const MOST_DEPTH: usize = 60;

/// An unquoted expansion of a variable in an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub range: Range<usize>,
    pub value: Value,
    /// Whether it is `$x` or `${x}`.
    pub plain: bool,
}

/// The unquoted expansions in arguments, of variables that the script sets.
pub(super) fn uses(file: &ast::File, source: &str) -> Vec<Use> {
    let mut walk = Walk {
        source,
        functions: BTreeMap::new(),
        called: Vec::new(),
        loops: Vec::new(),
        returns: Vec::new(),
        locals: Vec::new(),
        set: BTreeSet::new(),
        uses: Vec::new(),
        steps: 0,
        depth: 0,
    };
    walk.list(&file.body, Some(BTreeMap::new()));
    if walk.steps >= MOST_STEPS || walk.depth >= MOST_DEPTH {
        return Vec::new();
    }
    let mut uses = Vec::new();
    for (name, found) in walk.uses {
        if walk.set.contains(name) {
            uses.push(found);
        }
    }
    uses
}

struct Walk<'s> {
    source: &'s str,
    functions: BTreeMap<&'s str, &'s ast::Stmt>,
    called: Vec<&'s str>,
    /// What leaves the loops that are being read.
    loops: Vec<State<'s>>,
    /// What returns from the functions that are being read.
    returns: Vec<State<'s>>,
    /// What the variables held that these functions keep to themselves.
    locals: Vec<Vec<(&'s str, Option<Value>)>>,
    /// The variables that are set anywhere.
    set: BTreeSet<&'s str>,
    uses: Vec<(&'s str, Use)>,
    steps: usize,
    depth: usize,
}

fn join<'s>(a: State<'s>, b: State<'s>) -> State<'s> {
    let (mut a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return a.or(b),
    };
    a.retain(|name, _| b.contains_key(name));
    for (name, value) in &mut a {
        *value = value.or(b.get(name).copied().unwrap_or(Value::Any));
    }
    Some(a)
}

impl<'s> Walk<'s> {
    fn slice(&self, span: ast::Span) -> &'s str {
        let range = span.start.offset()..span.end.offset();
        self.source.get(range).unwrap_or_default()
    }

    fn list(&mut self, list: &'s ast::StmtSeq, mut state: State<'s>) -> State<'s> {
        for stmt in &list.stmts {
            state = self.statement(stmt, state);
        }
        state
    }

    fn statement(&mut self, stmt: &'s ast::Stmt, state: State<'s>) -> State<'s> {
        self.steps += 1;
        if self.steps >= MOST_STEPS || self.depth >= MOST_DEPTH {
            self.steps = MOST_STEPS;
            return state;
        }
        self.depth += 1;
        for redirect in stmt.redirects.iter() {
            if let ast::RedirectTarget::Word(target) = &redirect.target {
                self.nested(&target.parts, &state);
            }
        }
        let after = match stmt.terminator {
            Some(ast::StmtTerminator::Background(_)) => {
                self.command(&stmt.command, state.clone());
                state
            }
            _ => self.command(&stmt.command, state),
        };
        self.depth -= 1;
        after
    }

    fn command(&mut self, command: &'s ast::Command, state: State<'s>) -> State<'s> {
        match command {
            ast::Command::Simple(c) => self.simple(c, state),
            ast::Command::Builtin(c) => self.builtin(c, state),
            ast::Command::Decl(c) => self.declaration(c, state),
            ast::Command::Binary(c) => {
                let and_or = matches!(c.op, ast::BinaryOp::And | ast::BinaryOp::Or);
                if and_or {
                    let left = self.statement(&c.left, state);
                    let both = self.statement(&c.right, left.clone());
                    return join(left, both);
                }
                self.statement(&c.left, state.clone());
                self.statement(&c.right, state.clone());
                state
            }
            ast::Command::Compound(c) => self.compound(c, state),
            ast::Command::Function(c) => {
                for (_, span) in c.static_name_entries() {
                    self.functions.insert(self.slice(span), &c.body);
                }
                state
            }
            ast::Command::AnonymousFunction(c) => self.statement(&c.body, state),
        }
    }

    fn simple(&mut self, c: &'s ast::SimpleCommand, mut state: State<'s>) -> State<'s> {
        self.nested(&c.name.parts, &state);
        let name = self.slice(c.name.span);
        for assignment in c.assignments.iter() {
            state = self.assignment(assignment, state, name.is_empty());
        }
        for word in &c.args {
            self.nested(&word.parts, &state);
            self.argument(word, &state);
        }
        let words: Vec<&'s str> = c.args.iter().map(|w| self.slice(w.span)).collect();
        let operands = words.iter().filter(|w| !w.starts_with('-')).copied();
        match name {
            "read" | "mapfile" | "readarray" => {
                for name in operands {
                    self.set(&mut state, name, Value::Any);
                }
            }
            "getopts" => {
                for name in operands.skip(1).take(1) {
                    self.set(&mut state, name, Value::Any);
                }
            }
            "printf" => {
                if let ["-v", name, ..] = words.as_slice() {
                    self.set(&mut state, name, Value::Any);
                }
            }
            "unset" => {
                if let Some(state) = &mut state {
                    state.retain(|name, _| !words.contains(name));
                }
            }
            "let" => words.iter().for_each(|w| self.counted(w, &mut state)),
            _ => {}
        }
        match self.functions.get(name).copied() {
            Some(body) if !self.called.contains(&name) => {
                self.called.push(name);
                self.returns.push(None);
                self.locals.push(Vec::new());
                let loops = std::mem::take(&mut self.loops);
                let ends = self.statement(body, state);
                self.loops = loops;
                self.called.pop();
                let mut after = join(ends, self.returns.pop().flatten());
                let locals = self.locals.pop().unwrap_or_default();
                if let Some(after) = &mut after {
                    for (name, before) in locals.into_iter().rev() {
                        match before {
                            Some(value) => after.insert(name, value),
                            None => after.remove(name),
                        };
                    }
                }
                after
            }
            _ => state,
        }
    }

    fn builtin(&mut self, c: &'s ast::BuiltinCommand, state: State<'s>) -> State<'s> {
        let leaves = match c {
            ast::BuiltinCommand::Break(_) | ast::BuiltinCommand::Continue(_) => {
                self.loops.last_mut()
            }
            ast::BuiltinCommand::Return(_) => self.returns.last_mut(),
            ast::BuiltinCommand::Exit(_) => None,
        };
        if let Some(leaves) = leaves {
            *leaves = join(leaves.take(), state);
        }
        None
    }

    fn declaration(&mut self, c: &'s ast::DeclClause, mut state: State<'s>) -> State<'s> {
        let counts = c.operands.iter().any(
            |o| matches!(o, ast::DeclOperand::Flag(w) if self.slice(w.span).contains(['i', 'n'])),
        );
        let own = !matches!(self.slice(c.variant_span), "export" | "readonly");
        for operand in &c.operands {
            let name = match operand {
                ast::DeclOperand::Assignment(a) => self.slice(a.target.name_span),
                ast::DeclOperand::Name(name) => self.slice(name.name_span),
                _ => continue,
            };
            let before = state.as_ref().and_then(|s| s.get(name)).copied();
            if let Some(locals) = self.locals.last_mut().filter(|_| own) {
                locals.push((name, before));
            }
            if let ast::DeclOperand::Assignment(assignment) = operand {
                state = self.assignment(assignment, state, true);
            }
            if counts {
                self.set(&mut state, name, Value::Whole);
            }
        }
        state
    }

    fn assignment(
        &mut self,
        assignment: &'s ast::Assignment,
        mut state: State<'s>,
        stays: bool,
    ) -> State<'s> {
        let name = self.slice(assignment.target.name_span);
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(word) if assignment.target.subscript.is_none() => {
                self.nested(&word.parts, &state);
                self.value(
                    &pieces(self.slice(word.span), word.span.start.offset()),
                    &state,
                )
            }
            _ => Value::Any,
        };
        if stays {
            let value = if assignment.append {
                self.value_of(name, &state).and(value)
            } else {
                value
            };
            self.set(&mut state, name, value);
        }
        state
    }

    fn set(&mut self, state: &mut State<'s>, name: &'s str, value: Value) {
        self.set.insert(name);
        if let Some(state) = state {
            state.insert(name, value);
        }
    }

    fn value_of(&self, name: &str, state: &State<'s>) -> Value {
        let known = state.as_ref().and_then(|s| s.get(name));
        known.copied().unwrap_or(Value::Any)
    }

    /// Names that something is calculated for.
    fn counted(&mut self, expression: &'s str, state: &mut State<'s>) {
        let names = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        for name in names.filter(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')) {
            self.set(state, name, Value::Whole);
        }
    }

    fn compound(&mut self, command: &'s ast::CompoundCommand, state: State<'s>) -> State<'s> {
        use ast::CompoundCommand as C;
        match command {
            C::If(c) => {
                let mut asked = self.list(&c.condition, state);
                let mut after = self.list(&c.then_branch, asked.clone());
                for (condition, branch) in &c.elif_branches {
                    asked = self.list(condition, asked);
                    let branch = self.list(branch, asked.clone());
                    after = join(after, branch);
                }
                let other = match &c.else_branch {
                    Some(branch) => self.list(branch, asked),
                    None => asked,
                };
                join(after, other)
            }
            C::For(c) => {
                let mut value: Option<Value> = None;
                for word in c.words.iter().flatten() {
                    self.nested(&word.parts, &state);
                    let parts = pieces(self.slice(word.span), word.span.start.offset());
                    let several = |p: &Piece| {
                        let raw = self.source.get(p.range.clone()).unwrap_or_default();
                        let unnamed = p.kind == PieceKind::Variable && named(raw).is_none();
                        p.kind == PieceKind::Braces || unnamed
                    };
                    let one = if parts.iter().any(several) {
                        Value::Any
                    } else {
                        self.value(&parts, &state)
                    };
                    value = Some(value.map_or(one, |v| v.or(one)));
                }
                let names: Vec<&'s str> = c
                    .targets
                    .iter()
                    .map(|t| self.slice(t.word.span).trim())
                    .collect();
                let value = value.unwrap_or(Value::Any);
                self.repeat(state, |walk, mut state| {
                    for name in &names {
                        walk.set(&mut state, name, value);
                    }
                    (state.clone(), walk.list(&c.body, state))
                })
            }
            C::While(c) => self.repeat(state, |walk, state| {
                let asked = walk.list(&c.condition, state);
                (asked.clone(), walk.list(&c.body, asked))
            }),
            C::Until(c) => self.repeat(state, |walk, state| {
                let asked = walk.list(&c.condition, state);
                (asked.clone(), walk.list(&c.body, asked))
            }),
            C::ArithmeticFor(c) => {
                let mut state = state;
                let spans = [c.init_span, c.condition_span, c.step_span];
                for span in spans.into_iter().flatten() {
                    self.counted(self.slice(span), &mut state);
                }
                self.repeat(state, |walk, state| {
                    (state.clone(), walk.list(&c.body, state))
                })
            }
            C::Select(c) => {
                let name = self.slice(c.variable_span);
                self.repeat(state, |walk, mut state| {
                    walk.set(&mut state, name, Value::Whole);
                    (state.clone(), walk.list(&c.body, state))
                })
            }
            C::Foreach(_) | C::Repeat(_) | C::Always(_) => {
                self.steps = MOST_STEPS;
                state
            }
            C::Case(c) => {
                self.nested(&c.word.parts, &state);
                let mut after = None;
                let mut always = false;
                for item in &c.cases {
                    always |= item.patterns.iter().any(|p| self.slice(p.span) == "*");
                    after = join(after, self.list(&item.body, state.clone()));
                }
                if always { after } else { join(after, state) }
            }
            C::Subshell(list) => {
                self.list(list, state.clone());
                state
            }
            C::BraceGroup(list) => self.list(list, state),
            C::Time(c) => match &c.command {
                Some(stmt) => self.statement(stmt, state),
                None => state,
            },
            C::Coproc(c) => {
                self.statement(&c.body, state.clone());
                state
            }
            C::Arithmetic(c) => {
                let mut state = state;
                if let Some(span) = c.expr_span {
                    self.counted(self.slice(span), &mut state);
                }
                state
            }
            C::Conditional(_) => state,
        }
    }

    /// A loop: what `once` gives is what holds when it ends, and behind its body.
    fn repeat(
        &mut self,
        before: State<'s>,
        mut once: impl FnMut(&mut Self, State<'s>) -> (State<'s>, State<'s>),
    ) -> State<'s> {
        let mut state = before.clone();
        self.loops.push(None);
        for _ in 0..3 {
            let (_, after) = once(self, state.clone());
            let left = self.loops.last().cloned().flatten();
            let next = join(join(before.clone(), after), left);
            if next == state {
                break;
            }
            state = next;
        }
        let left = self.loops.pop().flatten();
        join(state, left)
    }

    /// What a word is.
    fn value(&self, parts: &[Piece], state: &State<'s>) -> Value {
        let mut value = Value::Empty;
        for piece in parts {
            let one = match piece.kind {
                PieceKind::Literal | PieceKind::Single => of_text(&piece.text),
                PieceKind::Dollar => {
                    let raw = self.source.get(piece.range.clone()).unwrap_or_default();
                    if raw.contains(['\\', ' ', '*', '?', '[']) || raw.is_empty() {
                        Value::Any
                    } else {
                        Value::Whole
                    }
                }
                PieceKind::Double => self.value(&piece.inner, state),
                PieceKind::Arithmetic | PieceKind::Braces => Value::Whole,
                PieceKind::Variable => self.expanded(piece, state),
                PieceKind::Array | PieceKind::Command | PieceKind::Glob => Value::Any,
            };
            value = value.and(one);
        }
        value
    }

    fn expanded(&self, piece: &Piece, state: &State<'s>) -> Value {
        let raw = self.source.get(piece.range.clone()).unwrap_or_default();
        match named(raw) {
            Some((name, "")) => self.value_of(name, state),
            None if matches!(raw, "$?" | "$#" | "$$" | "$!" | "$-") => Value::Whole,
            _ => Value::Any,
        }
    }

    /// The expansions in an argument.
    fn argument(&mut self, word: &'s ast::Word, state: &State<'s>) {
        let written = self.slice(word.span);
        if state.is_none() || !written.contains('$') {
            return;
        }
        for piece in pieces(written, word.span.start.offset()) {
            let raw = self.source.get(piece.range.clone()).unwrap_or_default();
            if piece.kind != PieceKind::Variable {
                continue;
            }
            let Some((name, operation)) = named(raw) else {
                continue;
            };
            if operation.trim_start_matches(':').starts_with('+') || operation.starts_with('[') {
                continue;
            }
            let value = self.value_of(name, state);
            let known = self.uses.iter_mut().find(|(_, u)| u.range == piece.range);
            match known {
                Some((_, found)) => found.value = found.value.or(value),
                None => {
                    let found = Use {
                        range: piece.range,
                        value,
                        plain: operation.is_empty(),
                    };
                    self.uses.push((name, found));
                }
            }
        }
    }

    /// Commands in substitutions.
    fn nested(&mut self, parts: &'s [ast::WordPartNode], state: &State<'s>) {
        for node in parts {
            match &node.kind {
                ast::WordPart::DoubleQuoted { parts, .. } => self.nested(parts, state),
                ast::WordPart::CommandSubstitution { body, .. }
                | ast::WordPart::ProcessSubstitution { body, .. } => {
                    self.list(body, state.clone());
                }
                _ => {}
            }
        }
    }
}

/// What a literal text is.
fn of_text(text: &str) -> Value {
    match text {
        "" => Value::Empty,
        _ if text.contains([' ', '\t', '\n', '*', '?', '[']) => Value::Any,
        _ => Value::Whole,
    }
}

/// The name in `$x` or `${x…}`, and what stands behind it.
fn named(raw: &str) -> Option<(&str, &str)> {
    let rest = raw.strip_prefix('$')?;
    let inside = match rest.strip_prefix('{') {
        Some(inside) => inside.strip_suffix('}')?,
        None => rest,
    };
    if !inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Some(inside.split_at(end.unwrap_or(inside.len())))
}
