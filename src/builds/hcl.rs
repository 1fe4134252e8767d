//! The expressions of bake files. What cannot be worked out here is [`Value::Unknown`], and so is
//! whatever depends on it.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, ObjectKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::template::{Element, HeredocTemplate, Template};
use serde_json::Value as Json;

use super::hcl_functions;
use super::hcl_template::{self, Piece};

/// Steps after which nothing more is worked out: files can be written that never end.
const MAX_STEPS: u32 = 200_000;
/// The longest text, and the most elements of a list.
const MAX_LENGTH: usize = 1 << 16;
/// How deep functions and variables may lead into each other.
const MAX_DEPTH: usize = 32;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    Unknown,
}

impl Value {
    /// As text in a template; nothing for what is not known and what has no text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Number(number) => number_text(*number),
            _ => None,
        }
    }

    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            Value::Text(text) if text == "true" => Some(true),
            Value::Text(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether nothing in it is unknown.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Value::Unknown => false,
            Value::List(items) => items.iter().all(Value::is_known),
            Value::Map(pairs) => pairs.iter().all(|(_, v)| v.is_known()),
            _ => true,
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(pairs) => pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    /// As a variable of that type has it; types of collections change nothing here.
    fn converted(self, kind: &str) -> Self {
        match (kind, &self) {
            (_, Value::Null | Value::Unknown) => self,
            ("string", value) => value.text().map_or(Value::Unknown, Value::Text),
            ("number", value) => value.number().map_or(Value::Unknown, Value::Number),
            ("bool", value) => value.truth().map_or(Value::Unknown, Value::Bool),
            _ => self,
        }
    }

    /// What it costs to make it, in steps: values that hold each other several times grow much
    /// faster than the text they are written in.
    fn cost(&self) -> u32 {
        fn weight(value: &Value) -> usize {
            match value {
                Value::Text(text) => 1 + text.len() / 16,
                Value::List(items) => items.iter().map(weight).sum::<usize>() + 1,
                Value::Map(pairs) => pairs.iter().map(|(_, v)| 1 + weight(v)).sum::<usize>() + 1,
                _ => 1,
            }
        }
        u32::try_from(weight(self) / 4).unwrap_or(u32::MAX)
    }

    fn bounded(self) -> Self {
        match &self {
            Value::Text(text) if text.len() > MAX_LENGTH => Value::Unknown,
            Value::List(items) if items.len() > MAX_LENGTH => Value::Unknown,
            _ => self,
        }
    }
}

/// A number as Bake writes it, which reckons with more digits. Nothing where that makes a
/// difference.
fn number_text(number: f64) -> Option<String> {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if number.abs() > EXACT || number.is_nan() {
        return None;
    }
    if number.fract() == 0.0 {
        return Some((number as i64).to_string());
    }
    let text = number.to_string();
    (text.len() <= 14).then_some(text)
}

/// What comes of two numbers, if it is the same with more digits.
pub(super) fn exact(left: f64, right: f64, result: f64) -> Option<f64> {
    let is_exact = |n: f64| (n * f64::from(1 << 20)).fract() == 0.0;
    let all = is_exact(left) && is_exact(right) && is_exact(result);
    all.then_some(result)
}

/// An attribute's value as written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Raw<'e> {
    Hcl(&'e Expression),
    Json(&'e Json),
}

/// A function that the file defines.
pub(super) struct Function<'e> {
    pub(super) parameters: Vec<String>,
    pub(super) variadic: Option<String>,
    pub(super) result: Raw<'e>,
}

/// The attributes of a block by their names.
pub(super) type Attributes<'e> = Vec<(String, Raw<'e>)>;

/// A variable.
pub(super) struct Variable<'e> {
    pub(super) default: Option<Raw<'e>>,
    /// The name of its type.
    pub(super) kind: Option<String>,
    /// What must hold for its value.
    pub(super) conditions: Vec<Raw<'e>>,
}

/// What a file defines.
#[derive(Default)]
pub(super) struct Environment<'e> {
    pub(super) variables: HashMap<String, Variable<'e>>,
    /// Attributes outside of blocks; they win over variables.
    pub(super) attributes: HashMap<String, Raw<'e>>,
    /// The targets' own attributes, for `target.NAME.ATTRIBUTE`.
    pub(super) targets: HashMap<String, Attributes<'e>>,
    pub(super) functions: HashMap<String, Function<'e>>,
    /// The heredocs (`<<-`) of which the indent goes, by [`hcl_template::identity`].
    pub(super) flush: HashSet<usize>,
    known: RefCell<HashMap<String, Value>>,
    depth: Cell<usize>,
    steps: Cell<u32>,
}

/// Names that are in force at one place.
pub(super) type Locals = Vec<(String, Value)>;

impl<'e> Environment<'e> {
    /// The value of an attribute.
    pub(super) fn evaluate(&self, raw: Raw<'e>, locals: &Locals) -> Value {
        match raw {
            Raw::Hcl(expression) => self.expression(expression, locals),
            Raw::Json(json) => self.json(json, locals),
        }
    }

    fn json(&self, json: &Json, locals: &Locals) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => number.as_f64().map_or(Value::Unknown, Value::Number),
            Json::String(text) if !text.contains(['$', '%']) => Value::Text(text.clone()),
            Json::String(text) => match text.parse::<Template>() {
                Ok(template) => self.template(&template, locals),
                Err(_) => Value::Unknown,
            },
            Json::Array(items) => Value::List(items.iter().map(|v| self.json(v, locals)).collect()),
            Json::Object(pairs) => {
                let pair = |(key, value): (&String, &Json)| {
                    let key = self.json(&Json::String(key.clone()), locals).text()?;
                    Some((key, self.json(value, locals)))
                };
                let pairs: Option<Vec<_>> = pairs.iter().map(pair).collect();
                pairs.map_or(Value::Unknown, Value::Map)
            }
        }
    }

    /// Whether what an object has for a key is a variable that is empty unless the environment sets
    /// it.
    pub(super) fn is_left_open(&self, object: Raw<'_>, key: &str) -> bool {
        let Raw::Hcl(Expression::Object(object)) = object else {
            return false;
        };
        let value = object.iter().find_map(|(name, value)| {
            let name = match name {
                ObjectKey::Ident(name) => name.as_str(),
                ObjectKey::Expression(Expression::Variable(name)) => name.as_str(),
                ObjectKey::Expression(Expression::String(name)) => name.as_str(),
                ObjectKey::Expression(_) => return None,
            };
            (name == key).then(|| value.expr())
        });
        let Some(Expression::Variable(name)) = value else {
            return false;
        };
        let variable = self.variables.get(name.as_str());
        matches!(
            variable.and_then(|v| v.default),
            Some(Raw::Hcl(Expression::String(text))) if text.as_str().is_empty()
        )
    }

    /// Runs one step deeper, unless that is too deep or took too long.
    fn deeper(&self, run: impl FnOnce() -> Value) -> Value {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Value::Unknown;
        }
        self.depth.set(depth + 1);
        let value = run();
        self.depth.set(depth);
        value
    }

    fn variable(&self, name: &str, locals: &Locals) -> Value {
        if let Some((_, value)) = locals.iter().rev().find(|(n, _)| n == name) {
            return value.clone();
        }
        if let Some(value) = self.known.borrow().get(name) {
            return value.clone();
        }
        if name == "BAKE_CMD_CONTEXT" {
            return Value::Text("cwd://".to_owned());
        }
        let variable = self.variables.get(name);
        let attribute = self.attributes.get(name).copied();
        let Some(default) = attribute.or(variable.and_then(|v| v.default)) else {
            return Value::Unknown;
        };
        let keep = |value: &Value| {
            let mut known = self.known.borrow_mut();
            known.insert(name.to_owned(), value.clone());
        };
        // One that needs itself is not known.
        keep(&Value::Unknown);
        let mut value = self.deeper(|| self.evaluate(default, &Vec::new()));
        if let (None, Some(variable)) = (attribute, variable) {
            if let Some(kind) = &variable.kind {
                value = value.converted(kind);
            }
            keep(&value);
            let mut conditions = variable.conditions.iter();
            // Bake refuses it, so the environment gives another.
            let none = Vec::new();
            if conditions.any(|c| self.deeper(|| self.evaluate(*c, &none)).truth() == Some(false)) {
                value = Value::Unknown;
            }
        }
        keep(&value);
        value
    }

    /// An attribute of a target, as it is written there.
    fn of_target(&self, target: &str, attribute: &str) -> Value {
        let Some(attributes) = self.targets.get(target) else {
            return Value::Unknown;
        };
        // Each point of a matrix has its own.
        if attributes.iter().any(|(name, _)| name == "matrix") {
            return Value::Unknown;
        }
        let mut attributes = attributes.iter().rev();
        match attributes.find(|(name, _)| name == attribute) {
            Some((_, raw)) => match self.deeper(|| self.evaluate(*raw, &Vec::new())) {
                // What is written there is text.
                Value::Map(pairs) => Value::Map(
                    pairs
                        .into_iter()
                        .map(|(key, value)| match value.text() {
                            Some(text) => (key, Value::Text(text)),
                            None => (key, value),
                        })
                        .collect(),
                ),
                value => value,
            },
            None if attribute == "name" => Value::Text(target.to_owned()),
            None => Value::Null,
        }
    }

    fn expression(&self, expression: &Expression, locals: &Locals) -> Value {
        let steps = self.steps.get();
        if steps >= MAX_STEPS {
            return Value::Unknown;
        }
        self.steps.set(steps + 1);
        let eval = |e: &Expression| self.expression(e, locals);
        let value = match expression {
            Expression::Null(_) => Value::Null,
            Expression::Bool(value) => Value::Bool(*value.value()),
            Expression::Number(number) => number
                .value()
                .as_f64()
                .map_or(Value::Unknown, Value::Number),
            Expression::String(text) => Value::Text(text.value().clone()),
            Expression::Array(array) => Value::List(array.iter().map(eval).collect()),
            Expression::Object(object) => {
                let mut pairs = Vec::new();
                for (key, value) in object.iter() {
                    let key = match key {
                        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                        ObjectKey::Expression(Expression::Variable(name)) => {
                            Some(name.as_str().to_owned())
                        }
                        ObjectKey::Expression(key) => eval(key).text(),
                    };
                    let Some(key) = key else {
                        return Value::Unknown;
                    };
                    pairs.push((key, eval(value.expr())));
                }
                Value::Map(pairs)
            }
            Expression::StringTemplate(template) => self.template(template, locals),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, locals),
            Expression::Parenthesis(inner) => eval(inner.inner()),
            Expression::Variable(name) => self.variable(name.as_str(), locals),
            Expression::Conditional(conditional) => {
                let (yes, no) = (&conditional.true_expr, &conditional.false_expr);
                let (chosen, other) = match eval(&conditional.cond_expr).truth() {
                    Some(true) => (yes, no),
                    Some(false) => (no, yes),
                    None => return Value::Unknown,
                };
                let chosen = eval(chosen);
                // Both have one type: beside a text everything is one.
                if matches!(chosen, Value::Bool(_) | Value::Number(_))
                    && matches!(eval(other), Value::Text(_))
                {
                    chosen.text().map_or(Value::Unknown, Value::Text)
                } else {
                    chosen
                }
            }
            Expression::FuncCall(call) => {
                let mut arguments: Vec<Value> = call.args.iter().map(eval).collect();
                if call.args.expand_final() {
                    match arguments.pop() {
                        Some(Value::List(more)) => arguments.extend(more),
                        _ => return Value::Unknown,
                    }
                }
                if call.name.namespace.is_empty() {
                    self.call(call.name.name.as_str(), arguments)
                } else {
                    Value::Unknown
                }
            }
            Expression::Traversal(traversal) => {
                let mut operators = traversal.operators.iter().map(|o| o.value());
                let mut value = match &traversal.expr {
                    Expression::Variable(name) if name.as_str() == "target" => {
                        match (operators.next(), operators.next()) {
                            (
                                Some(TraversalOperator::GetAttr(target)),
                                Some(TraversalOperator::GetAttr(attribute)),
                            ) => self.of_target(target.as_str(), attribute.as_str()),
                            _ => Value::Unknown,
                        }
                    }
                    other => eval(other),
                };
                let operators: Vec<_> = operators.collect();
                if operators.len() > MAX_DEPTH {
                    return Value::Unknown;
                }
                value = self.traverse(value, &operators, locals);
                value
            }
            Expression::UnaryOp(operation) => {
                let value = eval(&operation.expr);
                match operation.operator.value() {
                    UnaryOperator::Neg => value.number().map(|n| Value::Number(-n)),
                    UnaryOperator::Not => value.truth().map(|t| Value::Bool(!t)),
                }
                .unwrap_or(Value::Unknown)
            }
            Expression::BinaryOp(operation) => {
                let (left, right) = (eval(&operation.lhs_expr), eval(&operation.rhs_expr));
                binary(*operation.operator.value(), &left, &right)
            }
            Expression::ForExpr(each) => self.each(each, locals),
        };
        let value = value.bounded();
        let steps = self.steps.get().saturating_add(value.cost());
        self.steps.set(steps);
        value
    }

    /// Follows attributes and indices into a value.
    fn traverse(&self, value: Value, operators: &[&TraversalOperator], locals: &Locals) -> Value {
        let Some((first, rest)) = operators.split_first() else {
            return value;
        };
        let next = match first {
            TraversalOperator::GetAttr(name) => value.get(name.as_str()).cloned(),
            TraversalOperator::Index(index) => element(&value, &self.expression(index, locals)),
            TraversalOperator::LegacyIndex(index) => {
                element(&value, &Value::Number(*index.value() as f64))
            }
            TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => {
                // Of the short form only the attributes behind it are taken from each element.
                let each = match first {
                    TraversalOperator::FullSplat(_) => rest.len(),
                    _ => {
                        let is_attribute =
                            |o: &&&TraversalOperator| matches!(o, TraversalOperator::GetAttr(_));
                        rest.iter().take_while(is_attribute).count()
                    }
                };
                let (each, rest) = rest.split_at(each);
                let items = match value {
                    Value::List(items) => items,
                    Value::Null => Vec::new(),
                    Value::Unknown => return Value::Unknown,
                    one => vec![one],
                };
                let items = items.into_iter();
                let items = items
                    .map(|item| self.traverse(item, each, locals))
                    .collect();
                return self.traverse(Value::List(items), rest, locals);
            }
        };
        self.traverse(next.unwrap_or(Value::Unknown), rest, locals)
    }

    fn template(&self, template: &Template, locals: &Locals) -> Value {
        // `"${list}"` is the list itself.
        if let Some(Element::Interpolation(piece)) = template.get(0)
            && template.len() == 1
        {
            return self.expression(&piece.expr, locals);
        }
        self.pieces(&hcl_template::pieces(template, false), locals)
    }

    fn heredoc(&self, heredoc: &HeredocTemplate, locals: &Locals) -> Value {
        let mut pieces = hcl_template::pieces(&heredoc.template, true);
        if self.flush.contains(&hcl_template::identity(heredoc)) {
            hcl_template::flush(&mut pieces);
        }
        self.pieces(&pieces, locals)
    }

    fn pieces(&self, pieces: &[Piece<'_>], locals: &Locals) -> Value {
        let mut out = String::new();
        match self.fill(pieces, locals, &mut out) {
            Some(()) => Value::Text(out),
            None => Value::Unknown,
        }
    }

    /// Writes out a template; nothing if a part of it is not known.
    fn fill(&self, pieces: &[Piece<'_>], locals: &Locals, out: &mut String) -> Option<()> {
        let mut at = 0;
        while let Some(piece) = pieces.get(at) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(value) => out.push_str(&self.expression(value, locals).text()?),
                Piece::If(condition) => {
                    let (other, end) = hcl_template::ends(pieces, at);
                    let chosen = if self.expression(condition, locals).truth()? {
                        pieces.get(at + 1..other)
                    } else {
                        pieces.get(other + 1..end)
                    };
                    self.fill(chosen.unwrap_or_default(), locals, out)?;
                    at = end;
                }
                Piece::For(each) => {
                    let (_, end) = hcl_template::ends(pieces, at);
                    let body = pieces.get(at + 1..end)?;
                    for (key, value) in items(self.expression(&each.collection_expr, locals))? {
                        let mut inner = locals.clone();
                        if let Some(name) = &each.key_var {
                            inner.push((name.as_str().to_owned(), key));
                        }
                        inner.push((each.value_var.as_str().to_owned(), value));
                        self.fill(body, &inner, out)?;
                    }
                    at = end;
                }
                Piece::Else | Piece::End => {}
            }
            at += 1;
            let steps = self.steps.get() + 1;
            self.steps.set(steps);
            if out.len() > MAX_LENGTH || steps > MAX_STEPS {
                return None;
            }
        }
        Some(())
    }

    fn each(&self, each: &ForExpr, locals: &Locals) -> Value {
        let Some(items) = items(self.expression(&each.intro.collection_expr, locals)) else {
            return Value::Unknown;
        };
        let mut list = Vec::new();
        let mut map = Vec::new();
        for (key, value) in items {
            let mut inner = locals.clone();
            if let Some(name) = &each.intro.key_var {
                inner.push((name.as_str().to_owned(), key));
            }
            inner.push((each.intro.value_var.as_str().to_owned(), value));
            if let Some(condition) = &each.cond {
                match self.expression(&condition.expr, &inner).truth() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Value::Unknown,
                }
            }
            let result = self.expression(&each.value_expr, &inner);
            match &each.key_expr {
                None => list.push(result),
                Some(key) => match self.expression(key, &inner).text() {
                    Some(key) if !each.grouping => map.push((key, result)),
                    Some(key) => match map.iter_mut().find(|(k, _)| *k == key) {
                        Some((_, Value::List(items))) => items.push(result),
                        _ => map.push((key, Value::List(vec![result]))),
                    },
                    None => return Value::Unknown,
                },
            }
        }
        match each.key_expr {
            None => Value::List(list),
            Some(_) => Value::Map(map),
        }
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Value {
        let Some(function) = self.functions.get(name) else {
            return hcl_functions::call(name, &arguments).unwrap_or(Value::Unknown);
        };
        if arguments.len() < function.parameters.len() {
            return Value::Unknown;
        }
        let mut arguments = arguments.into_iter();
        let mut locals: Locals = function
            .parameters
            .iter()
            .cloned()
            .zip(arguments.by_ref())
            .collect();
        if let Some(name) = &function.variadic {
            locals.push((name.clone(), Value::List(arguments.collect())));
        }
        self.deeper(|| self.evaluate(function.result, &locals))
    }
}

/// The keys and values of a list or map.
fn items(value: Value) -> Option<Vec<(Value, Value)>> {
    match value {
        Value::List(items) => {
            let numbered = items.into_iter().enumerate();
            Some(
                numbered
                    .map(|(i, v)| (Value::Number(i as f64), v))
                    .collect(),
            )
        }
        // Bake goes through the keys in order.
        Value::Map(mut pairs) => {
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
            let pairs = pairs.into_iter();
            Some(pairs.map(|(k, v)| (Value::Text(k), v)).collect())
        }
        _ => None,
    }
}

/// An element of a list or map.
pub(super) fn element(value: &Value, index: &Value) -> Option<Value> {
    match (value, index) {
        (Value::List(items), index) => {
            let index = index.number().filter(|n| *n >= 0.0)?;
            items.get(index as usize).cloned()
        }
        (map, Value::Text(key)) => map.get(key).cloned(),
        _ => None,
    }
}

fn binary(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    use BinaryOperator as Op;
    let value = match operator {
        // `false && …` is false whatever else is there.
        Op::And => match (left.truth(), right.truth()) {
            (Some(false), _) | (_, Some(false)) => Some(Value::Bool(false)),
            (Some(true), Some(true)) => Some(Value::Bool(true)),
            _ => None,
        },
        Op::Or => match (left.truth(), right.truth()) {
            (Some(true), _) | (_, Some(true)) => Some(Value::Bool(true)),
            (Some(false), Some(false)) => Some(Value::Bool(false)),
            _ => None,
        },
        Op::Eq | Op::NotEq => (left.is_known() && right.is_known())
            .then(|| Value::Bool((left == right) == (operator == Op::Eq))),
        _ => left.number().zip(right.number()).and_then(|(a, b)| {
            let result = match operator {
                Op::LessEq => return Some(Value::Bool(a <= b)),
                Op::GreaterEq => return Some(Value::Bool(a >= b)),
                Op::Less => return Some(Value::Bool(a < b)),
                Op::Greater => return Some(Value::Bool(a > b)),
                Op::Plus => a + b,
                Op::Minus => a - b,
                Op::Mul => a * b,
                Op::Div if b != 0.0 => a / b,
                Op::Mod if b != 0.0 => a % b,
                _ => return None,
            };
            exact(a, b, result).map(Value::Number)
        }),
    };
    value.unwrap_or(Value::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(text: &str) -> Value {
        let two: Expression = "1 + 1".parse().unwrap();
        let loops: Expression = "LOOP".parse().unwrap();
        let double: Expression = "\"${x}${x}\"".parse().unwrap();
        let endless: Expression = "endless(x)".parse().unwrap();
        let mut environment = Environment::default();
        for (name, default) in [
            ("TWO", Some(Raw::Hcl(&two))),
            ("LOOP", Some(Raw::Hcl(&loops))),
            ("NONE", None),
        ] {
            let variable = Variable {
                default,
                kind: None,
                conditions: Vec::new(),
            };
            environment.variables.insert(name.into(), variable);
        }
        for (name, result) in [("double", &double), ("endless", &endless)] {
            environment.functions.insert(
                name.into(),
                Function {
                    parameters: vec!["x".into()],
                    variadic: None,
                    result: Raw::Hcl(result),
                },
            );
        }
        let expression: Expression = text.parse().unwrap();
        environment.expression(&expression, &Vec::new())
    }

    #[test]
    fn expressions_give_what_bake_gives() {
        for (text, wanted) in [
            ("\"a${TWO}\"", "a2"),
            ("TWO == 2 ? \"y\" : \"n\"", "y"),
            ("(TWO == 2 ? true : \"n\") == true", "false"),
            ("(TWO == 2 ? true : false) == true", "true"),
            ("NONE == 2 || true ? \"y\" : NONE", "y"),
            ("double(\"ab\")", "abab"),
            ("[for x in [\"a\", \"b\"]: upper(x) if x != \"a\"][0]", "B"),
            ("{a = {b = \"c\"}}.a.b", "c"),
            ("join(\"-\", [\"a\", \"b\"])", "a-b"),
            ("-TWO * 3 + 7 % 4", "-3"),
        ] {
            assert_eq!(evaluate(text).text().as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_nobody_knows_stays_unknown_and_everything_ends() {
        for text in [
            "NONE",
            "\"a${NONE}\"",
            "NONE ? 1 : 2",
            "LOOP",
            "endless(1)",
            "timestamp()",
            "1 / 0",
            "[1][4]",
        ] {
            assert_eq!(evaluate(text), Value::Unknown, "{text}");
        }
        let big = format!("{}\"abcdefgh\"{}", "double(".repeat(24), ")".repeat(24));
        assert_eq!(evaluate(&big), Value::Unknown);
    }
}
