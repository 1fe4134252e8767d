//! What a policy asks of what is not known, and the same policy with a choice in each such place.
//!
//! buildx evaluates a policy in part first, with the fields that it would have to fetch left open,
//! and fetches only those that the rest still asks for. Here each condition that reads an open
//! field becomes a choice between holding and not holding, each such value one between being there
//! and not. What all choices agree in needs nobody to be asked.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleAssign, RuleBody, RuleHead,
};

use super::functions;

/// The function that stands for a condition.
pub(super) const CONDITION: &str = "dlint_condition";

/// The function that stands for a value.
pub(super) const VALUE: &str = "dlint_value";

/// The value that stands for one that is not known.
pub(super) const UNKNOWN: &str = "dlint:unknown";

/// The fields that are always there once a source is fetched.
const ALWAYS: [&str; 5] = [
    "image.checksum",
    "http.checksum",
    "git.checksum",
    "git.commitChecksum",
    "git.ref",
];

/// The functions whose answers only a build knows, and the kind of source they are about.
const OF_BUILDS: [(&str, &str); 9] = [
    ("verify_git_signature", "git"),
    ("verify_http_pgp_signature", "http"),
    ("artifact_attestation", "http"),
    ("github_attestation", "http"),
    ("github_release_attestation", "http"),
    ("docker_github_builder", "image"),
    ("docker_github_builder_tag", "image"),
    ("docker_github_builder_signature", ""),
    ("docker_github_builder_bundle", "http"),
];

/// The function that lets a value through if it is small enough.
pub(super) const SIZED: &str = "dlint_sized";

/// How many bytes a format may have.
pub(super) const FORMAT: u32 = 1 << 12;

/// The functions that can make much of little, and how many bytes, or what number, each of their
/// arguments may have.
const GROWING: [(&str, &[u32]); 9] = [
    ("bits.lsh", &[1 << 20, 1 << 12]),
    ("concat", &[1 << 8, 1 << 18]),
    ("sprintf", &[FORMAT, 1 << 18]),
    ("replace", &[1 << 16, 1 << 10, 1 << 10]),
    ("json.marshal", &[1 << 18]),
    ("numbers.range", &[1 << 20, 1 << 20]),
    ("numbers.range_step", &[1 << 20, 1 << 20, 1 << 20]),
    ("regex.replace", &[1 << 16, 1 << 10, 1 << 10]),
    ("strings.replace_n", &[1 << 10, 1 << 16]),
];

/// Why something is open: the fields and functions that it asks.
type Reasons = BTreeSet<String>;

/// A place where an evaluation may go either way.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// How many ways there are.
    pub ways: usize,
    /// What it asks.
    pub reasons: Reasons,
}

/// A policy with choices.
#[derive(Debug, Clone, Default)]
pub(super) struct Rewritten {
    /// The text of each module, in their order.
    pub texts: Vec<String>,
    /// The choices, by number.
    pub choices: Vec<Choice>,
}

/// A reference in its parts: `input.image["labels"][x]`.
pub(super) struct Chain<'e> {
    /// The variable it starts with.
    pub root: &'e str,
    /// What follows.
    pub parts: Vec<Part<'e>>,
}

/// A part of a reference.
pub(super) enum Part<'e> {
    /// A name that stands there.
    Name(&'e str),
    /// What has to be evaluated.
    Other(&'e Expr),
}

impl<'e> Chain<'e> {
    /// The reference that an expression is, if it starts with a variable.
    pub fn of(expr: &'e Expr) -> Option<Self> {
        let mut parts = Vec::new();
        let mut at = expr;
        let root = loop {
            match at {
                Expr::Var { span, .. } => break span.text(),
                Expr::RefDot { refr, field, .. } => {
                    parts.push(Part::Name(field.0.text()));
                    at = refr.as_ref();
                }
                Expr::RefBrack { refr, index, .. } => {
                    let name = match index.as_ref() {
                        Expr::String { value, .. } | Expr::RawString { value, .. } => {
                            let text = value.as_string().ok().map(|_| index.span().text());
                            text.map(|t| t.trim_matches(['"', '`']))
                        }
                        _ => None,
                    };
                    parts.push(name.map_or(Part::Other(index.as_ref()), Part::Name));
                    at = refr.as_ref();
                }
                _ => return None,
            }
        };
        parts.reverse();
        Some(Self { root, parts })
    }

    /// The names at its head, the root with them.
    pub fn names(&self) -> Vec<&'e str> {
        let mut names = vec![self.root];
        for part in &self.parts {
            match part {
                Part::Name(name) => names.push(name),
                Part::Other(_) => break,
            }
        }
        names
    }

    /// Its names with dots between them, if it has nothing else.
    pub fn dotted(&self) -> Option<String> {
        let names = self.names();
        (names.len() == self.parts.len() + 1).then(|| names.join("."))
    }
}

/// The expressions directly below one.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().map(|e| e.as_ref()).collect()
        }
        Expr::Object { fields, .. } => fields
            .iter()
            .flat_map(|(_, key, value)| [key.as_ref(), value.as_ref()])
            .collect(),
        Expr::ArrayCompr { term, .. } | Expr::SetCompr { term, .. } => vec![term.as_ref()],
        Expr::ObjectCompr { key, value, .. } => vec![key.as_ref(), value.as_ref()],
        Expr::Call { params, .. } => params.iter().map(|e| e.as_ref()).collect(),
        Expr::UnaryExpr { expr, .. } => vec![expr.as_ref()],
        Expr::RefDot { refr, .. } => vec![refr.as_ref()],
        Expr::RefBrack { refr, index, .. } => vec![refr.as_ref(), index.as_ref()],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs.as_ref(), rhs.as_ref()],
        Expr::Membership {
            key,
            value,
            collection,
            ..
        } => {
            let key = key.iter().map(|k| k.as_ref());
            key.chain([value.as_ref(), collection.as_ref()]).collect()
        }
        _ => Vec::new(),
    }
}

/// The body of a comprehension.
pub(super) fn query_of(expr: &Expr) -> Option<&Query> {
    match expr {
        Expr::ArrayCompr { query, .. }
        | Expr::SetCompr { query, .. }
        | Expr::ObjectCompr { query, .. } => Some(query.as_ref()),
        _ => None,
    }
}

/// The expressions directly in a statement, those of its `with` among them, and the query in it.
pub(super) fn parts_of(stmt: &LiteralStmt) -> (Vec<&Expr>, Option<&Query>) {
    let (mut parts, query): (Vec<&Expr>, Option<&Query>) = match &stmt.literal {
        Literal::SomeVars { .. } => (Vec::new(), None),
        Literal::SomeIn {
            key,
            value,
            collection,
            ..
        } => {
            let key = key.iter().map(|k| k.as_ref());
            let parts = key.chain([value.as_ref(), collection.as_ref()]).collect();
            (parts, None)
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => (vec![expr.as_ref()], None),
        Literal::Every { domain, query, .. } => (vec![domain.as_ref()], Some(query.as_ref())),
    };
    parts.extend(stmt.with_mods.iter().map(|m| m.r#as.as_ref()));
    (parts, query)
}

/// Every expression in a query and below, to a callback.
pub(super) fn walk_query<'e>(query: &'e Query, each: &mut dyn FnMut(&'e Expr)) {
    for stmt in &query.stmts {
        let (parts, inner) = parts_of(stmt);
        for part in parts {
            walk(part, each);
        }
        if let Some(inner) = inner {
            walk_query(inner, each);
        }
    }
}

/// An expression and every one below, to a callback.
pub(super) fn walk<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    each(expr);
    if let Expr::Call { fcn, .. } = expr {
        each(fcn.as_ref());
    }
    for child in children(expr) {
        walk(child, each);
    }
    if let Some(query) = query_of(expr) {
        walk_query(query, each);
    }
}

/// The variables that a query declares, in it and below.
pub(super) fn declared<'e>(query: &'e Query, names: &mut Vec<&'e str>) {
    for stmt in &query.stmts {
        match &stmt.literal {
            Literal::SomeVars { vars, .. } => names.extend(vars.iter().map(|v| v.text())),
            Literal::SomeIn { key, value, .. } => {
                names.extend(key.iter().flat_map(|k| variables(k.as_ref())));
                names.extend(variables(value.as_ref()));
            }
            Literal::Every { key, value, .. } => {
                names.extend(key.iter().map(|k| k.text()));
                names.push(value.text());
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr {
                    op: AssignOp::ColEq,
                    lhs,
                    ..
                } = expr.as_ref()
                {
                    names.extend(variables(lhs.as_ref()));
                }
            }
            Literal::NotExpr { .. } => {}
        }
        let (parts, inner) = parts_of(stmt);
        for part in parts {
            walk(part, &mut |e| {
                if let Some(query) = query_of(e) {
                    for stmt in &query.stmts {
                        if let Literal::SomeIn { key, value, .. } = &stmt.literal {
                            names.extend(key.iter().flat_map(|k| variables(k.as_ref())));
                            names.extend(variables(value.as_ref()));
                        }
                        if let Literal::SomeVars { vars, .. } = &stmt.literal {
                            names.extend(vars.iter().map(|v| v.text()));
                        }
                    }
                }
            });
        }
        if let Some(inner) = inner {
            declared(inner, names);
        }
    }
}

/// The parts of a rule: its head's reference, the values it may have, its arguments, its bodies.
pub(super) struct Parts<'r> {
    pub head: &'r Expr,
    pub is_set: bool,
    pub key: Option<&'r Expr>,
    pub arguments: &'r [Ref<Expr>],
    pub values: Vec<&'r Expr>,
    pub bodies: &'r [RuleBody],
}

impl<'r> Parts<'r> {
    pub fn of(rule: &'r Rule) -> Self {
        let value = |assign: &'r Option<RuleAssign>| assign.as_ref().map(|a| a.value.as_ref());
        match rule {
            Rule::Default {
                refr, args, value, ..
            } => Self {
                head: refr.as_ref(),
                is_set: false,
                key: None,
                arguments: args,
                values: vec![value.as_ref()],
                bodies: &[],
            },
            Rule::Spec { head, bodies, .. } => {
                let (head, is_set, key, arguments, first): (_, _, _, &[Ref<Expr>], _) = match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        (refr.as_ref(), false, None, &[], value(assign))
                    }
                    RuleHead::Set { refr, key, .. } => {
                        let key = key.as_ref().map(|k| k.as_ref());
                        (refr.as_ref(), true, key, &[], None)
                    }
                    RuleHead::Func {
                        refr, args, assign, ..
                    } => (refr.as_ref(), false, None, args.as_slice(), value(assign)),
                };
                let others = bodies.iter().filter_map(|b| value(&b.assign));
                Self {
                    head,
                    is_set,
                    key,
                    arguments,
                    values: first.into_iter().chain(others).collect(),
                    bodies,
                }
            }
        }
    }

    /// The rule's name.
    pub fn name(&self) -> Option<&'r str> {
        Chain::of(self.head).map(|c| c.root)
    }
}

/// What is known while one rule is read.
#[derive(Debug, Clone, Default)]
struct Scope {
    /// The variables that have a value by what is known.
    bound: BTreeSet<String>,
    /// The variables whose value is open, and why.
    open: BTreeMap<String, Reasons>,
    /// The variables that may hold a part of the input.
    aliases: BTreeSet<String>,
}

/// The reading of some modules for one set of open fields.
struct Reader<'m> {
    unknown: &'m [&'static str],
    /// The kind of source: `image`.
    kind: &'m str,
    modules: &'m [&'m Module],
    /// The names of all rules.
    rules: BTreeSet<&'m str>,
    /// Whether a whole part of the input is handed to a function: its parameters may be that.
    hands_on: bool,
    /// The rules whose values are open, and why.
    open_rules: BTreeMap<String, Reasons>,
    /// The sets and objects some of whose elements are open.
    open_elements: BTreeMap<String, Reasons>,
    choices: Vec<Choice>,
    /// What is to stand in the place of what, by module.
    edits: Vec<(usize, u32, u32, String)>,
    /// Where texts stand in each module, their quotes with them.
    literals: Vec<Vec<(u32, u32)>>,
    /// Whether edits are wanted yet.
    writes: bool,
}

/// Puts choices into modules, for a kind of source and the fields that are open.
pub(super) fn rewrite(
    modules: &[&Module],
    texts: &[&str],
    kind: &str,
    unknown: &[&'static str],
) -> Rewritten {
    let rules = modules
        .iter()
        .flat_map(|m| m.policy.iter())
        .filter_map(|rule| Parts::of(rule.as_ref()).name())
        .collect();
    let mut reader = Reader {
        unknown,
        kind,
        modules,
        rules,
        hands_on: false,
        open_rules: BTreeMap::new(),
        open_elements: BTreeMap::new(),
        choices: Vec::new(),
        edits: Vec::new(),
        literals: texts.iter().map(|text| literals(text)).collect(),
        writes: false,
    };
    reader.hands_on = reader.finds_handing_on();
    // Each round finds the rules that depend on those of the round before.
    for _ in 0..32 {
        let before = (reader.open_rules.clone(), reader.open_elements.clone());
        reader.read();
        if before == (reader.open_rules.clone(), reader.open_elements.clone()) {
            break;
        }
    }
    reader.writes = true;
    reader.read();
    let mut edits = std::mem::take(&mut reader.edits);
    edits.sort_by_key(|e| (e.0, e.1));
    let texts = texts.iter().enumerate().map(|(number, text)| {
        let mut out = String::new();
        let mut at = 0;
        for (_, start, end, new) in edits.iter().filter(|e| e.0 == number) {
            let (start, end) = (*start as usize, *end as usize);
            // What lies within what is replaced goes with it.
            if start < at {
                continue;
            }
            out.push_str(text.get(at..start).unwrap_or_default());
            out.push_str(new);
            at = end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    });
    Rewritten {
        texts: texts.collect(),
        choices: reader.choices,
    }
}

impl<'m> Reader<'m> {
    /// See `hands_on`.
    fn finds_handing_on(&self) -> bool {
        let mut found = false;
        let mut look = |e: &Expr| {
            let handed: Vec<&Expr> = match e {
                Expr::Call { params, .. } => params.iter().map(|p| p.as_ref()).collect(),
                Expr::AssignExpr { lhs, rhs, .. } => vec![lhs.as_ref(), rhs.as_ref()],
                Expr::Array { items, .. } | Expr::Set { items, .. } => {
                    items.iter().map(|i| i.as_ref()).collect()
                }
                Expr::Object { fields, .. } => {
                    fields.iter().map(|(_, _, value)| value.as_ref()).collect()
                }
                _ => return,
            };
            found |= handed.into_iter().any(|e| self.is_bare(e));
        };
        for rule in self.modules.iter().flat_map(|m| &m.policy) {
            let parts = Parts::of(rule.as_ref());
            for value in parts.values.iter().copied().chain(parts.key) {
                walk(value, &mut look);
            }
            for body in parts.bodies {
                walk_query(body.query.as_ref(), &mut look);
            }
        }
        found
            || self.modules.iter().flat_map(|m| &m.policy).any(|rule| {
                let parts = Parts::of(rule.as_ref());
                parts.values.iter().any(|v| self.is_bare(v))
            })
    }

    fn read(&mut self) {
        let modules = self.modules;
        for (number, module) in modules.iter().enumerate() {
            for rule in &module.policy {
                self.rule(number, rule.as_ref());
            }
        }
    }

    fn edit(&mut self, module: usize, start: u32, end: u32, text: String) {
        if !self.writes {
            return;
        }
        // The tree leaves out the quotes of texts.
        let literals = self.literals.get(module);
        let around = |at: u32, is_end: bool| {
            let mut all = literals.into_iter().flatten();
            let found = all.find(|(open, close)| *open < at && at < *close);
            found.map_or(at, |(open, close)| if is_end { *close } else { *open })
        };
        let is_insertion = start == end;
        let (from, to) = (around(start, false), around(end, true));
        match is_insertion {
            // What is put behind something ends in a parenthesis.
            true if text == ")" => self.edits.push((module, to, to, text)),
            true => self.edits.push((module, from, from, text)),
            false => self.edits.push((module, from, to, text)),
        }
    }

    fn choice(&mut self, ways: usize, reasons: Reasons) -> usize {
        self.choices.push(Choice { ways, reasons });
        self.choices.len() - 1
    }

    fn rule(&mut self, module: usize, rule: &'m Rule) {
        let parts = Parts::of(rule);
        let Some(name) = parts.name() else {
            return;
        };
        let mut scope = Scope::default();
        for argument in parts.arguments {
            for variable in variables(argument.as_ref()) {
                scope.bound.insert(variable.to_owned());
                if self.hands_on {
                    scope.aliases.insert(variable.to_owned());
                }
            }
        }
        let mut last = scope.clone();
        for body in parts.bodies {
            let mut inner = scope.clone();
            self.query(module, body.query.as_ref(), &mut inner);
            // The value belongs to the body it stands before; all see what any of them opens.
            last.open.extend(inner.open.clone());
            last.bound.extend(inner.bound);
            last.aliases.extend(inner.aliases);
        }
        let has_key = parts.is_set || !matches!(parts.head, Expr::Var { .. });
        let mut open = Reasons::new();
        for value in &parts.values {
            open.extend(self.head_value(module, value, &last));
        }
        if let Some(key) = parts.key {
            open.extend(self.head_value(module, key, &last));
        }
        if has_key && let Some(chain) = Chain::of(parts.head) {
            for part in &chain.parts {
                if let Part::Other(index) = part {
                    open.extend(self.asks(index, &last));
                }
            }
        }
        if !open.is_empty() {
            let known = if has_key {
                &mut self.open_elements
            } else {
                &mut self.open_rules
            };
            known.entry(name.to_owned()).or_default().extend(open);
        }
    }

    /// A value in a rule's head: where it asks for what is open, a choice stands in its place.
    /// Gives what it asks.
    fn head_value(&mut self, module: usize, value: &'m Expr, scope: &Scope) -> Reasons {
        match value {
            Expr::Object { fields, .. } => {
                let mut all = Reasons::new();
                for (_, _, value) in fields {
                    all.extend(self.head_value(module, value.as_ref(), scope));
                }
                return all;
            }
            Expr::Array { items, .. } => {
                let mut all = Reasons::new();
                for item in items {
                    all.extend(self.head_value(module, item.as_ref(), scope));
                }
                return all;
            }
            // A whole set: its elements are choices already.
            Expr::Var { span, .. } if self.open_elements.contains_key(span.text()) => {
                return self
                    .open_elements
                    .get(span.text())
                    .cloned()
                    .unwrap_or_default();
            }
            Expr::Var { span, .. } if scope.open.contains_key(span.text()) => {
                return scope.open.get(span.text()).cloned().unwrap_or_default();
            }
            _ => {}
        }
        let reasons = self.asks(value, scope);
        if !reasons.is_empty() {
            let ways = if is_text(value) && always(&reasons) {
                1
            } else {
                4
            };
            let number = self.choice(ways, reasons.clone());
            let span = value.span();
            self.edit(module, span.start, span.end, format!("{VALUE}({number})"));
        } else {
            self.grown(module, value);
        }
        reasons
    }

    /// Puts functions that mind the size in the place of those that do not.
    fn grown(&mut self, module: usize, expr: &'m Expr) {
        let mut edits = Vec::new();
        walk(expr, &mut |e| {
            let Expr::Call { fcn, params, .. } = e else {
                return;
            };
            let name = Chain::of(fcn.as_ref()).and_then(|c| c.dotted());
            let known = GROWING
                .iter()
                .find(|(known, _)| name.as_deref() == Some(*known));
            for (param, most) in known
                .into_iter()
                .flat_map(|(_, most)| params.iter().zip(*most))
            {
                let span = param.span();
                // A text that stands there has the size it has, but a format may ask for more.
                let is_text =
                    matches!(param.as_ref(), Expr::String { .. } | Expr::RawString { .. });
                if !is_text || *most == FORMAT {
                    edits.push((span.start, span.start, format!("{SIZED}({most}, ")));
                    edits.push((span.end, span.end, ")".to_owned()));
                }
            }
        });
        for (start, end, text) in edits {
            self.edit(module, start, end, text);
        }
    }

    fn query(&mut self, module: usize, query: &'m Query, scope: &mut Scope) {
        // What statements that are known bind, wherever they stand: their order is free.
        loop {
            let mut new = false;
            for stmt in &query.stmts {
                if self.stmt_asks(stmt, scope).is_empty() {
                    for variable in bound_by(stmt) {
                        new |= scope.bound.insert(variable.to_owned());
                    }
                    if let Literal::Expr { expr, .. } = &stmt.literal
                        && let Expr::AssignExpr { lhs, rhs, .. } = expr.as_ref()
                        && let (Expr::Var { span, .. }, Some(chain)) =
                            (lhs.as_ref(), Chain::of(rhs.as_ref()))
                        && (chain.root == "input" || scope.aliases.contains(chain.root))
                    {
                        new |= scope.aliases.insert(span.text().to_owned());
                    }
                } else {
                    new |= self.open_by(stmt, scope);
                }
            }
            if !new {
                break;
            }
        }
        let is_braced = query.span.text().starts_with('{')
            && query
                .stmts
                .first()
                .is_none_or(|s| s.span.start > query.span.start);
        for stmt in &query.stmts {
            let reasons = self.stmt_asks(stmt, scope);
            if reasons.is_empty() {
                let (parts, inner) = parts_of(stmt);
                for part in parts {
                    self.grown(module, part);
                }
                if let Some(inner) = inner {
                    self.grown_query(module, inner);
                }
                continue;
            }
            self.replace(
                module,
                stmt,
                reasons,
                scope,
                is_braced || query.stmts.len() > 1,
            );
        }
    }

    fn grown_query(&mut self, module: usize, query: &'m Query) {
        for stmt in &query.stmts {
            let (parts, inner) = parts_of(stmt);
            for part in parts {
                self.grown(module, part);
            }
            if let Some(inner) = inner {
                self.grown_query(module, inner);
            }
        }
    }

    /// Notes the variables that an open statement gives a value; whether one of them is new.
    fn open_by(&self, stmt: &LiteralStmt, scope: &mut Scope) -> bool {
        let reasons = self.stmt_asks(stmt, scope);
        let mut new = false;
        for variable in self.outputs(stmt, scope) {
            scope.open.entry(variable).or_insert_with(|| {
                new = true;
                reasons.clone()
            });
        }
        new
    }

    /// The variables that nothing else gives a value.
    fn outputs(&self, stmt: &LiteralStmt, scope: &Scope) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        match &stmt.literal {
            Literal::NotExpr { .. } | Literal::Every { .. } | Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, .. } => {
                let key = key.iter().flat_map(|k| variables(k.as_ref()));
                let names = key.chain(variables(value.as_ref()));
                all.extend(names.map(str::to_owned));
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr {
                    op: AssignOp::ColEq,
                    lhs,
                    ..
                } = expr.as_ref()
                {
                    all.extend(variables(lhs.as_ref()).into_iter().map(str::to_owned));
                } else {
                    let mut names = Vec::new();
                    outputs_of(expr.as_ref(), &mut names);
                    let is_free = |name: &&str| {
                        !scope.bound.contains(*name)
                            && !self.rules.contains(*name)
                            && !self.is_import(name)
                            && !matches!(*name, "input" | "data" | "_")
                    };
                    let names = names.into_iter().filter(is_free);
                    all.extend(names.map(str::to_owned));
                }
            }
        }
        all.remove("_");
        all
    }

    fn is_import(&self, name: &str) -> bool {
        self.modules.iter().flat_map(|m| &m.imports).any(|import| {
            let last = Chain::of(import.refr.as_ref());
            let last = last.and_then(|c| c.names().last().copied());
            import
                .r#as
                .as_ref()
                .map_or(last == Some(name), |a| a.text() == name)
        })
    }

    fn replace(
        &mut self,
        module: usize,
        stmt: &'m LiteralStmt,
        reasons: Reasons,
        scope: &Scope,
        is_braced: bool,
    ) {
        let span = &stmt.span;
        if let Literal::Expr { expr, .. } = &stmt.literal
            && let Expr::AssignExpr { op, lhs, rhs, .. } = expr.as_ref()
            && let Expr::Var { span: name, .. } = lhs.as_ref()
            && (*op == AssignOp::ColEq || self.outputs(stmt, scope).contains(name.text()))
        {
            let ways = if is_text(rhs.as_ref()) && always(&reasons) {
                1
            } else {
                2
            };
            let number = self.choice(ways, reasons);
            let op = match op {
                AssignOp::ColEq => ":=",
                AssignOp::Eq => "=",
            };
            let text = format!("{} {op} {VALUE}({number})", name.text());
            self.edit(module, span.start, span.end, text);
            return;
        }
        let outputs = self.outputs(stmt, scope);
        let op = match &stmt.literal {
            Literal::SomeIn { .. } => ":=",
            Literal::Expr { expr, .. }
                if matches!(
                    expr.as_ref(),
                    Expr::AssignExpr {
                        op: AssignOp::ColEq,
                        ..
                    }
                ) =>
            {
                ":="
            }
            _ => "=",
        };
        let number = self.choice(2, reasons);
        let mut text = format!("{CONDITION}({number})");
        for output in &outputs {
            text.push_str(&format!("; {output} {op} \"{UNKNOWN}\""));
        }
        if !outputs.is_empty() && !is_braced {
            self.edit(module, span.start, span.end, format!("{{ {text} }}"));
        } else {
            self.edit(module, span.start, span.end, text);
        }
    }

    /// What a statement asks for that is open.
    fn stmt_asks(&self, stmt: &LiteralStmt, scope: &Scope) -> Reasons {
        let mut all = Reasons::new();
        let mut is_plain = false;
        match &stmt.literal {
            // Whether a whole part of the input is there is known.
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                is_plain = self.is_bare(expr.as_ref());
                if let Expr::AssignExpr { rhs, .. } = expr.as_ref()
                    && self.is_bare(rhs.as_ref())
                {
                    is_plain = true;
                }
                if let Expr::BoolExpr { lhs, rhs, .. } = expr.as_ref()
                    && (self.is_bare(lhs.as_ref()) && matches!(rhs.as_ref(), Expr::Null { .. })
                        || self.is_bare(rhs.as_ref()) && matches!(lhs.as_ref(), Expr::Null { .. }))
                {
                    is_plain = true;
                }
            }
            Literal::SomeIn { collection, .. } => {
                if let Expr::Var { span, .. } = collection.as_ref()
                    && self.open_elements.contains_key(span.text())
                {
                    is_plain = true;
                }
            }
            _ => {}
        }
        if !is_plain {
            let (parts, query) = parts_of(stmt);
            for part in parts {
                all.extend(self.asks(part, scope));
            }
            if let Some(query) = query {
                all.extend(self.query_asks(query, scope));
            }
        }
        for with in &stmt.with_mods {
            all.extend(self.asks(with.r#as.as_ref(), scope));
        }
        all
    }

    fn query_asks(&self, query: &Query, scope: &Scope) -> Reasons {
        let mut inner = scope.clone();
        // An alias may be made and read in the same body.
        for stmt in &query.stmts {
            if let Literal::Expr { expr, .. } = &stmt.literal
                && let Expr::AssignExpr { lhs, rhs, .. } = expr.as_ref()
                && self.is_bare(rhs.as_ref())
                && let Expr::Var { span, .. } = lhs.as_ref()
            {
                inner.aliases.insert(span.text().to_owned());
            }
        }
        let stmts = query.stmts.iter();
        stmts.flat_map(|s| self.stmt_asks(s, &inner)).collect()
    }

    /// Whether an expression is the input or a whole part of it.
    fn is_bare(&self, expr: &Expr) -> bool {
        Chain::of(expr).is_some_and(|chain| {
            let names = chain.names();
            chain.root == "input" && names.len() == chain.parts.len() + 1 && names.len() <= 2
        })
    }

    /// The open fields below a path.
    fn below(&self, path: &str) -> Reasons {
        let prefix = format!("{path}.");
        let all = self.unknown.iter();
        all.filter(|u| path.is_empty() || **u == path || u.starts_with(&prefix))
            .map(|u| format!("input.{u}"))
            .collect()
    }

    /// What an expression asks for that is open.
    fn asks(&self, expr: &Expr, scope: &Scope) -> Reasons {
        let mut all = Reasons::new();
        if let Some(chain) = Chain::of(expr) {
            for part in &chain.parts {
                if let Part::Other(index) = part {
                    all.extend(self.asks(index, scope));
                }
            }
            let names = chain.names();
            if let Some(reasons) = scope.open.get(chain.root) {
                all.extend(reasons.iter().cloned());
                return all;
            }
            if chain.root == "input" {
                // No field is open below its second part.
                let path = names
                    .get(1..names.len().min(3))
                    .unwrap_or_default()
                    .join(".");
                all.extend(self.below(&path));
                return all;
            }
            if scope.aliases.contains(chain.root) {
                let fields = self.unknown.iter();
                let asked = fields.filter(|u| {
                    let field = u.rsplit('.').next().unwrap_or_default();
                    let dynamic = matches!(chain.parts.first(), Some(Part::Other(_)));
                    dynamic || names.iter().skip(1).any(|n| *n == field)
                });
                all.extend(asked.map(|u| format!("input.{u}")));
                return all;
            }
            let is_elsewhere = chain.root == "data" || self.is_import(chain.root);
            let rule_names = if is_elsewhere {
                names.as_slice()
            } else {
                names.get(..1).unwrap_or_default()
            };
            if !scope.bound.contains(chain.root) {
                for name in rule_names {
                    all.extend(self.open_rules.get(*name).into_iter().flatten().cloned());
                    let elements = self.open_elements.get(*name);
                    all.extend(elements.into_iter().flatten().cloned());
                }
            }
            return all;
        }
        if let Expr::Call { fcn, params, .. } = expr {
            let name = Chain::of(fcn.as_ref()).and_then(|c| c.dotted());
            let name = name.unwrap_or_default();
            let own = OF_BUILDS.iter().find(|(known, _)| *known == name);
            if let Some((_, kind)) = own
                && (kind.is_empty() || *kind == self.kind)
            {
                all.insert(format!("{name}()"));
                return all;
            }
            let is_rule = {
                let last = name.rsplit('.').next().unwrap_or_default();
                self.rules.contains(last)
            };
            if functions::is_elsewhere(&name) && !is_rule {
                all.insert(format!("{name}()"));
            }
            if is_rule {
                let last = name.rsplit('.').next().unwrap_or_default();
                all.extend(self.open_rules.get(last).into_iter().flatten().cloned());
            }
            // A function reads of a part of the input what it reads; those of the policy are
            // looked into.
            let takes_bare = is_rule || matches!(name.as_str(), "pin_image" | "print");
            for param in params {
                let is_elements = matches!(param.as_ref(), Expr::Var { span, .. }
                    if name == "count" && self.open_elements.contains_key(span.text()));
                if takes_bare && self.is_bare(param.as_ref()) || is_elements {
                    continue;
                }
                all.extend(self.asks(param.as_ref(), scope));
            }
            if name == "print" {
                all.clear();
            }
            return all;
        }
        for child in children(expr) {
            all.extend(self.asks(child, scope));
        }
        if let Some(query) = query_of(expr) {
            all.extend(self.query_asks(query, scope));
        }
        all
    }
}

/// Where texts stand in Rego, their quotes with them.
pub(super) fn literals(text: &str) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut signs = text.char_indices();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '#' => {
                signs.by_ref().find(|(_, c)| *c == '\n');
            }
            '"' | '`' => {
                let mut end = text.len();
                while let Some((i, c)) = signs.next() {
                    if c == '\\' && sign == '"' {
                        signs.next();
                    } else if c == sign {
                        end = i + 1;
                        break;
                    }
                }
                let place = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
                found.push((place(at), place(end)));
            }
            _ => {}
        }
    }
    found
}

/// Whether all that is asked is there once a source is fetched.
fn always(reasons: &Reasons) -> bool {
    reasons.iter().all(|reason| {
        let field = reason.strip_prefix("input.");
        field.is_some_and(|field| ALWAYS.contains(&field))
    })
}

/// Whether an expression has a value as soon as its parts have: a field, a text made of some.
fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::Call { fcn, params, .. } => {
            let name = Chain::of(fcn.as_ref()).and_then(|c| c.dotted());
            let is_known = matches!(name.as_deref(), Some("sprintf" | "concat"));
            is_known && params.iter().all(|p| is_text(p.as_ref()))
        }
        Expr::Array { items, .. } => items.iter().all(|i| is_text(i.as_ref())),
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } => true,
        _ => Chain::of(expr).is_some_and(|c| c.dotted().is_some()),
    }
}

/// The variables in a pattern.
fn variables(expr: &Expr) -> Vec<&str> {
    let mut names = Vec::new();
    walk(expr, &mut |e| {
        if let Expr::Var { span, .. } = e {
            names.push(span.text());
        }
    });
    names
}

/// The variables that an expression may give values: as an index, or on a side of `=`.
fn outputs_of<'e>(expr: &'e Expr, names: &mut Vec<&'e str>) {
    match expr {
        Expr::RefBrack { refr, index, .. } => {
            outputs_of(refr.as_ref(), names);
            if let Expr::Var { span, .. } = index.as_ref() {
                names.push(span.text());
            } else {
                outputs_of(index.as_ref(), names);
            }
        }
        Expr::AssignExpr { lhs, rhs, .. } => {
            for side in [lhs.as_ref(), rhs.as_ref()] {
                match side {
                    Expr::Var { span, .. } => names.push(span.text()),
                    Expr::Array { .. } | Expr::Object { .. } => names.extend(variables(side)),
                    other => outputs_of(other, names),
                }
            }
        }
        _ => {
            for child in children(expr) {
                outputs_of(child, names);
            }
        }
    }
}

/// The variables that a statement gives values when it is known.
fn bound_by(stmt: &LiteralStmt) -> Vec<&str> {
    match &stmt.literal {
        Literal::SomeIn { key, value, .. } => {
            let key = key.iter().flat_map(|k| variables(k.as_ref()));
            key.chain(variables(value.as_ref())).collect()
        }
        Literal::Expr { expr, .. } => {
            let mut names = Vec::new();
            outputs_of(expr.as_ref(), &mut names);
            names
        }
        _ => Vec::new(),
    }
}
