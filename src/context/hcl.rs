//! The expressions of bake files. What cannot be worked out here is [`Value::Unknown`], and so is
//! whatever depends on it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use hcl_edit::expr::{
    BinaryOperator, Expression, ForExpr, ObjectKey, TraversalOperator, UnaryOperator,
};
use hcl_edit::template::{Element, Strip, Template};
use serde_json::Value as Json;

use super::hcl_functions;

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
            Value::Number(number) => Some(number.to_string()),
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

    fn bounded(self) -> Self {
        match &self {
            Value::Text(text) if text.len() > MAX_LENGTH => Value::Unknown,
            Value::List(items) if items.len() > MAX_LENGTH => Value::Unknown,
            _ => self,
        }
    }
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

/// What a file defines.
#[derive(Default)]
pub(super) struct Environment<'e> {
    /// With the defaults; nothing for a variable without one.
    pub(super) variables: HashMap<String, Option<Raw<'e>>>,
    pub(super) functions: HashMap<String, Function<'e>>,
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
                let pairs = pairs.iter();
                Value::Map(
                    pairs
                        .map(|(k, v)| (k.clone(), self.json(v, locals)))
                        .collect(),
                )
            }
        }
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
        let Some(Some(default)) = self.variables.get(name) else {
            return Value::Unknown;
        };
        let default = *default;
        // One that needs itself is not known.
        self.known
            .borrow_mut()
            .insert(name.to_owned(), Value::Unknown);
        let value = self.deeper(|| self.evaluate(default, &Vec::new()));
        self.known
            .borrow_mut()
            .insert(name.to_owned(), value.clone());
        value
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
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template, locals),
            Expression::Parenthesis(inner) => eval(inner.inner()),
            Expression::Variable(name) => self.variable(name.as_str(), locals),
            Expression::Conditional(conditional) => match eval(&conditional.cond_expr).truth() {
                Some(true) => eval(&conditional.true_expr),
                Some(false) => eval(&conditional.false_expr),
                None => Value::Unknown,
            },
            Expression::FuncCall(call) => {
                let mut arguments: Vec<Value> = call.args.iter().map(eval).collect();
                if call.args.expand_final() {
                    match arguments.pop() {
                        Some(Value::List(more)) => arguments.extend(more),
                        _ => return Value::Unknown,
                    }
                }
                match call.name.namespace.is_empty() {
                    true => self.call(call.name.name.as_str(), arguments),
                    false => Value::Unknown,
                }
            }
            Expression::Traversal(traversal) => {
                let mut value = eval(&traversal.expr);
                for operator in &traversal.operators {
                    let next = match operator.value() {
                        TraversalOperator::GetAttr(name) => value.get(name.as_str()).cloned(),
                        TraversalOperator::Index(index) => element(&value, &eval(index)),
                        TraversalOperator::LegacyIndex(index) => {
                            element(&value, &Value::Number(*index.value() as f64))
                        }
                        _ => None,
                    };
                    value = next.unwrap_or(Value::Unknown);
                }
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
        value.bounded()
    }

    fn template(&self, template: &Template, locals: &Locals) -> Value {
        let mut out = String::new();
        for element in template {
            match element {
                Element::Literal(text) => out.push_str(text.value()),
                Element::Interpolation(piece) if piece.strip == Strip::None => {
                    let value = self.expression(&piece.expr, locals);
                    // `"${list}"` is the list itself.
                    if template.iter().count() == 1 {
                        return value;
                    }
                    match value.text() {
                        Some(text) => out.push_str(&text),
                        None => return Value::Unknown,
                    }
                }
                _ => return Value::Unknown,
            }
            if out.len() > MAX_LENGTH {
                return Value::Unknown;
            }
        }
        Value::Text(out)
    }

    fn each(&self, each: &ForExpr, locals: &Locals) -> Value {
        let items: Vec<(Value, Value)> = match self.expression(&each.intro.collection_expr, locals)
        {
            Value::List(items) => {
                let numbered = items.into_iter().enumerate();
                numbered
                    .map(|(i, v)| (Value::Number(i as f64), v))
                    .collect()
            }
            Value::Map(pairs) => {
                let pairs = pairs.into_iter();
                pairs.map(|(k, v)| (Value::Text(k), v)).collect()
            }
            _ => return Value::Unknown,
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
                    _ => return Value::Unknown,
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
            Some(match operator {
                Op::LessEq => Value::Bool(a <= b),
                Op::GreaterEq => Value::Bool(a >= b),
                Op::Less => Value::Bool(a < b),
                Op::Greater => Value::Bool(a > b),
                Op::Plus => Value::Number(a + b),
                Op::Minus => Value::Number(a - b),
                Op::Mul => Value::Number(a * b),
                Op::Div if b != 0.0 => Value::Number(a / b),
                Op::Mod if b != 0.0 => Value::Number(a % b),
                _ => return None,
            })
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
        environment
            .variables
            .insert("TWO".into(), Some(Raw::Hcl(&two)));
        environment
            .variables
            .insert("LOOP".into(), Some(Raw::Hcl(&loops)));
        environment.variables.insert("NONE".into(), None);
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
