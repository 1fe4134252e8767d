//! The commands that stand in words: in substitutions, expansions, arithmetic and tests.

use std::ops::Range;

use shuck_ast as ast;

use super::command::{Value, Word, WordPart};
use super::read::{Join, Reader};
use super::script::{FrameKind, ShellError, ShellErrorKind};
use super::simple::note;
use super::word;

impl Reader<'_> {
    /// Converts a word and reads the commands in it.
    pub(super) fn whole_word(&mut self, tree: &ast::Word) -> Word {
        let converted = word::convert(&self.text, tree);
        let mut word = converted.word;
        self.unclosed(tree);
        if converted.nested {
            let mut found = Vec::new();
            self.nested(tree, &mut found);
            note(&mut word, found);
        }
        word
    }

    /// Notes a word whose end the parser gets wrong: for `${` it takes the first brace, though that
    /// may be quoted, and for what is never closed the end of the text.
    pub(super) fn unclosed(&mut self, tree: &ast::Word) {
        let word = self.text.range(tree.span);
        let mut wrong = (word.end == self.text.text.len()
            && is_open(self.text.slice(word.clone())))
        .then_some(word);
        for part in &tree.parts {
            let range = self.text.range(part.span);
            let slice = self.text.slice(range.clone());
            let open = range.end == self.text.text.len() && !slice.ends_with('}');
            if slice.starts_with("${") && (open || is_open(slice)) {
                wrong = Some(range);
            }
        }
        if let Some(range) = wrong {
            self.script.errors.push(ShellError {
                span: self.text.span(range),
                message: "a word without a clear end".to_owned(),
                kind: ShellErrorKind::Unclear,
            });
        }
    }

    /// Reads the commands in the substitutions of a word, and says which commands those of
    /// each `$(…)` of the word itself are.
    pub(super) fn nested(&mut self, word: &ast::Word, found: &mut Vec<Range<usize>>) {
        self.nested_parts(&word.parts, found);
    }

    fn nested_parts(&mut self, parts: &[ast::WordPartNode], found: &mut Vec<Range<usize>>) {
        use ast::WordPart as P;
        for part in parts {
            let inside = &mut Vec::new();
            match &part.kind {
                P::Literal(_)
                | P::SingleQuoted { .. }
                | P::Variable(_)
                | P::PrefixMatch { .. }
                | P::ZshQualifiedGlob(_) => {}
                P::DoubleQuoted { parts, .. } => self.nested_parts(parts, found),
                P::CommandSubstitution { body, syntax } => {
                    let range = self.text.range(part.span);
                    let backticks = *syntax == ast::CommandSubstitutionSyntax::Backtick;
                    let outer = self.text.backticks;
                    self.text.backticks |= backticks;
                    let commands = if backticks && !self.text.slice(range.clone()).starts_with('`')
                    {
                        self.misplaced(range)
                    } else {
                        self.substitution(body, range, FrameKind::CommandSubstitution)
                    };
                    found.push(commands);
                    self.text.backticks = outer;
                }
                P::ProcessSubstitution { body, .. } => {
                    let range = self.text.range(part.span);
                    self.substitution(body, range, FrameKind::ProcessSubstitution);
                }
                P::ArithmeticExpansion {
                    expression_word_ast,
                    ..
                } => self.nested(expression_word_ast, inside),
                P::Parameter(parameter) => self.parameter(parameter, inside),
                P::ParameterExpansion {
                    reference,
                    operator,
                    operand_word_ast,
                    ..
                } => {
                    self.subscript(reference, inside);
                    self.operator(operator, inside);
                    if let Some(word) = operand_word_ast {
                        self.nested(word, inside);
                    }
                }
                P::Length(reference)
                | P::ArrayAccess(reference)
                | P::ArrayLength(reference)
                | P::ArrayIndices(reference)
                | P::Transformation { reference, .. } => self.subscript(reference, inside),
                P::Substring {
                    offset_word_ast,
                    length_word_ast,
                    ..
                }
                | P::ArraySlice {
                    offset_word_ast,
                    length_word_ast,
                    ..
                } => {
                    self.nested(offset_word_ast, inside);
                    if let Some(word) = length_word_ast {
                        self.nested(word, inside);
                    }
                }
                P::IndirectExpansion {
                    operator,
                    operand_word_ast,
                    ..
                } => {
                    if let Some(operator) = operator {
                        self.operator(operator, inside);
                    }
                    if let Some(word) = operand_word_ast {
                        self.nested(word, inside);
                    }
                }
            }
        }
    }

    pub(super) fn parameter(
        &mut self,
        parameter: &ast::ParameterExpansion,
        found: &mut Vec<Range<usize>>,
    ) {
        let ast::ParameterExpansionSyntax::Bourne(syntax) = &parameter.syntax else {
            return;
        };
        use ast::BourneParameterExpansion as E;
        match syntax {
            E::Access { reference } | E::Length { reference } => self.subscript(reference, found),
            E::Indices { .. } | E::PrefixMatch { .. } | E::Transformation { .. } => {}
            E::Indirect {
                operator,
                operand_word_ast,
                ..
            } => {
                if let Some(operator) = operator {
                    self.operator(operator, found);
                }
                if let Some(word) = operand_word_ast {
                    self.nested(word, found);
                }
            }
            E::Slice {
                offset_word_ast,
                length_word_ast,
                ..
            } => {
                self.nested(offset_word_ast, found);
                if let Some(word) = length_word_ast {
                    self.nested(word, found);
                }
            }
            E::Operation {
                reference,
                operator,
                operand_word_ast,
                ..
            } => {
                self.subscript(reference, found);
                self.operator(operator, found);
                if let Some(word) = operand_word_ast {
                    self.nested(word, found);
                }
            }
        }
    }

    fn subscript(&mut self, reference: &ast::VarRef, found: &mut Vec<Range<usize>>) {
        if let Some(word) = reference.subscript.as_ref().and_then(|s| s.word_ast()) {
            self.nested(word, found);
        }
    }

    fn operator(&mut self, operator: &ast::ParameterOp, found: &mut Vec<Range<usize>>) {
        use ast::ParameterOp as O;
        match operator {
            O::RemovePrefixShort { pattern }
            | O::RemovePrefixLong { pattern }
            | O::RemoveSuffixShort { pattern }
            | O::RemoveSuffixLong { pattern } => self.pattern(pattern, found),
            O::ReplaceFirst {
                pattern,
                replacement_word_ast,
                ..
            }
            | O::ReplaceAll {
                pattern,
                replacement_word_ast,
                ..
            } => {
                self.pattern(pattern, found);
                self.nested(replacement_word_ast, found);
            }
            _ => {}
        }
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, found: &mut Vec<Range<usize>>) {
        for part in &pattern.parts {
            match &part.kind {
                ast::PatternPart::Word(word) => self.nested(word, found),
                ast::PatternPart::Group { patterns, .. } => {
                    for pattern in patterns {
                        self.pattern(pattern, found);
                    }
                }
                _ => {}
            }
        }
    }

    /// Reads the commands in an arithmetic expression.
    pub(super) fn arithmetic(&mut self, expression: &ast::ArithmeticExprNode) {
        use ast::ArithmeticExpr as E;
        let mut todo = vec![expression];
        while let Some(node) = todo.pop() {
            match &node.kind {
                E::ShellWord(word) => self.nested(word, &mut Vec::new()),
                E::Number(_) | E::Variable(_) => {}
                E::Indexed { index, .. } => todo.push(index),
                E::Parenthesized { expression } => todo.push(expression),
                E::Unary { expr, .. } | E::Postfix { expr, .. } => todo.push(expr),
                E::Binary { left, right, .. } => todo.extend([&**right, &**left]),
                E::Conditional {
                    condition,
                    then_expr,
                    else_expr,
                } => todo.extend([&**else_expr, &**then_expr, &**condition]),
                E::Assignment { value, .. } => todo.push(value),
            }
        }
    }

    /// The operands and operators of `[[ … ]]`, in order.
    pub(super) fn conditional(&mut self, expression: &ast::ConditionalExpr, words: &mut Vec<Word>) {
        use ast::ConditionalExpr as E;
        enum Item<'t> {
            Expression(&'t E),
            Text(ast::Span),
        }
        let mut todo = vec![Item::Expression(expression)];
        while let Some(item) = todo.pop() {
            let node = match item {
                Item::Expression(node) => node,
                Item::Text(span) => {
                    words.push(word::bare(&self.text, self.text.range(span)));
                    continue;
                }
            };
            match node {
                E::Binary(e) => todo.extend([
                    Item::Expression(&e.right),
                    Item::Text(e.op_span),
                    Item::Expression(&e.left),
                ]),
                E::Unary(e) => todo.extend([Item::Expression(&e.expr), Item::Text(e.op_span)]),
                E::Parenthesized(e) => todo.extend([
                    Item::Text(e.right_paren_span),
                    Item::Expression(&e.expr),
                    Item::Text(e.left_paren_span),
                ]),
                E::Word(tree) | E::Regex(tree) => {
                    let word = self.whole_word(tree);
                    words.push(word);
                }
                E::Pattern(pattern) => {
                    let mut word = word::bare(&self.text, self.text.range(pattern.span));
                    word.value = Value::Dynamic;
                    word.parts = vec![WordPart::Other {
                        span: word.span,
                        quoted: false,
                    }];
                    words.push(word);
                    self.pattern(pattern, &mut Vec::new());
                }
                E::VarRef(reference) => {
                    words.push(word::bare(&self.text, self.text.range(reference.span)));
                }
            }
        }
    }

    /// Reads the commands of a substitution.
    pub(super) fn substitution(
        &mut self,
        body: &ast::StmtSeq,
        range: Range<usize>,
        kind: FrameKind,
    ) -> Range<usize> {
        let start = self.script.commands.len();
        let inside = self.text.range(body.span);
        if !body.stmts.is_empty()
            && self.bounds.start <= inside.start
            && inside.end <= self.bounds.end
        {
            let outer = std::mem::replace(&mut self.bounds, inside.clone());
            let whole = self.delimited(&inside).unwrap_or(range);
            self.within(kind, whole, Join::START, |r| r.list(&body.stmts));
            self.bounds = outer;
        }
        start..self.script.commands.len()
    }

    /// Reads the commands in backticks that the parser looked for a few bytes before their
    /// place, as it does after some escapes.
    fn misplaced(&mut self, given: Range<usize>) -> Range<usize> {
        let first = self.script.commands.len();
        let rest = self.text.slice(given.start..self.bounds.end);
        let mut escaped = false;
        let open = rest.bytes().position(|byte| {
            let found = byte == b'`' && !escaped;
            escaped = byte == b'\\' && !escaped;
            found
        });
        let Some(open) = open.map(|i| given.start + i) else {
            return first..first;
        };
        let whole = open..(open + given.len()).min(self.bounds.end);
        let inside = open + 1..whole.end.saturating_sub(1).max(open + 1);
        if self.text.slice(whole.clone()).ends_with('`') {
            let result = self.parse(inside.clone());
            if result.diagnostics.is_empty() {
                let outer = std::mem::replace(&mut self.text.base, inside.start);
                self.within(FrameKind::CommandSubstitution, whole, Join::START, |r| {
                    r.list(&result.file.body.stmts);
                });
                self.text.base = outer;
            }
        }
        first..self.script.commands.len()
    }

    /// The range of a substitution by what stands in it.
    fn delimited(&self, inside: &Range<usize>) -> Option<Range<usize>> {
        let before = self.text.slice(0..inside.start).trim_end();
        let (open, close) = match before.chars().next_back()? {
            '`' => (1, '`'),
            '(' => (2, ')'),
            _ => return None,
        };
        let body = self.text.slice(inside.clone()).trim_end();
        let end = if body.ends_with(close) {
            inside.start + body.len()
        } else {
            let after = self.text.slice(inside.end..self.text.text.len());
            let rest = after.trim_start();
            rest.starts_with(close)
                .then_some(inside.end + after.len() - rest.len() + 1)?
        };
        Some(before.len().checked_sub(open)?..end)
    }
}

/// Whether a text ends inside quotes or parentheses.
fn is_open(text: &str) -> bool {
    let (mut quote, mut escaped, mut depth) = (None, false, 0i64);
    for byte in text.bytes() {
        let now = std::mem::take(&mut escaped);
        match (byte, quote) {
            (b'\\', Some(b'"') | None) => escaped = !now,
            (b'"' | b'\'', None) if !now => quote = Some(byte),
            (b'(', None) if !now => depth += 1,
            (b')', None) if !now => depth -= 1,
            (_, Some(open)) if open == byte && !now => quote = None,
            _ => {}
        }
    }
    quote.is_some() || depth > 0
}
