//! The functions of bake files that turn up in arguments, names and targets.

use super::hcl::{Value, element};

/// The longest list that `range` makes.
const MAX_RANGE: usize = 1000;

/// Calls a function; nothing if it is not known here or the arguments are not.
pub(super) fn call(name: &str, arguments: &[Value]) -> Option<Value> {
    // These look at what the others refuse.
    match name {
        "try" => return arguments.first().filter(|v| v.is_known()).cloned(),
        "and" | "or" => return logic(name == "and", arguments),
        _ => {}
    }
    if !arguments.iter().all(Value::is_known) {
        return None;
    }
    let text = |i: usize| arguments.get(i).and_then(Value::text);
    let number = |i: usize| arguments.get(i).and_then(Value::number);
    let list = |i: usize| match arguments.get(i) {
        Some(Value::List(items)) => Some(items.as_slice()),
        _ => None,
    };
    let changed = |change: &dyn Fn(&str) -> String| Some(Value::Text(change(&text(0)?)));
    let counted = |count: &dyn Fn(f64, f64) -> Option<f64>| {
        Some(Value::Number(count(number(0)?, number(1)?)?))
    };
    let compared =
        |compare: &dyn Fn(f64, f64) -> bool| Some(Value::Bool(compare(number(0)?, number(1)?)));
    match name {
        "upper" => changed(&str::to_uppercase),
        "lower" => changed(&str::to_lowercase),
        "trimspace" => changed(&|t| t.trim().to_owned()),
        "chomp" => changed(&|t| t.trim_end_matches(['\r', '\n']).to_owned()),
        "strrev" => changed(&|t| t.chars().rev().collect()),
        "sanitize" => changed(&|t| {
            let keep = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            t.chars().map(|c| if keep(c) { c } else { '_' }).collect()
        }),
        "basename" => changed(&|t| t.rsplit('/').next().unwrap_or_default().to_owned()),
        "trim" => {
            let cut = text(1)?;
            changed(&|t| t.trim_matches(|c| cut.contains(c)).to_owned())
        }
        "trimprefix" => {
            let cut = text(1)?;
            changed(&|t| t.strip_prefix(&cut).unwrap_or(t).to_owned())
        }
        "trimsuffix" => {
            let cut = text(1)?;
            changed(&|t| t.strip_suffix(&cut).unwrap_or(t).to_owned())
        }
        "replace" => {
            let (from, to) = (text(1)?, text(2)?);
            changed(&|t| t.replace(&from, &to))
        }
        "substr" => {
            let (from, length) = (number(1)?, number(2)?);
            let skip = usize::try_from(from as i64).ok()?;
            let take = usize::try_from(length as i64).unwrap_or(usize::MAX);
            changed(&|t| t.chars().skip(skip).take(take).collect())
        }
        "strlen" => Some(Value::Number(text(0)?.chars().count() as f64)),
        "tostring" => text(0).map(Value::Text),
        "tonumber" => number(0).map(Value::Number),
        "split" => {
            let (separator, text) = (text(0)?, text(1)?);
            let parts = text.split(separator.as_str());
            Some(Value::List(
                parts.map(|p| Value::Text(p.to_owned())).collect(),
            ))
        }
        "join" => {
            let lists = arguments.get(1..)?.iter();
            let mut parts = Vec::new();
            for list in lists {
                let Value::List(items) = list else {
                    return None;
                };
                for item in items {
                    parts.push(item.text()?);
                }
            }
            Some(Value::Text(parts.join(&text(0)?)))
        }
        "format" => format(arguments),
        "concat" | "flatten" => {
            let lists = match name {
                "concat" => arguments,
                _ => list(0)?,
            };
            Some(Value::List(flat(lists, name == "flatten", 8)))
        }
        "distinct" | "toset" => {
            let mut out: Vec<Value> = Vec::new();
            for item in list(0)? {
                if !out.contains(item) {
                    out.push(item.clone());
                }
            }
            Some(Value::List(out))
        }
        "compact" => {
            let items = list(0)?.iter();
            let empty = |v: &Value| matches!(v, Value::Null) || v.text().as_deref() == Some("");
            Some(Value::List(items.filter(|v| !empty(v)).cloned().collect()))
        }
        "reverse" | "reverselist" => Some(Value::List(list(0)?.iter().rev().cloned().collect())),
        "sort" => {
            let texts: Option<Vec<String>> = list(0)?.iter().map(Value::text).collect();
            let mut texts = texts?;
            texts.sort();
            Some(Value::List(texts.into_iter().map(Value::Text).collect()))
        }
        "slice" => {
            let (from, to) = (number(1)? as usize, number(2)? as usize);
            Some(Value::List(list(0)?.get(from..to)?.to_vec()))
        }
        "range" => {
            let (from, to) = match arguments.len() {
                1 => (0.0, number(0)?),
                2 => (number(0)?, number(1)?),
                _ => return None,
            };
            let count = (to - from).ceil().max(0.0) as usize;
            (count <= MAX_RANGE).then(|| {
                let numbers = (0..count).map(|i| Value::Number(from + i as f64));
                Value::List(numbers.collect())
            })
        }
        "length" => match arguments.first()? {
            Value::List(items) => Some(Value::Number(items.len() as f64)),
            Value::Map(pairs) => Some(Value::Number(pairs.len() as f64)),
            _ => None,
        },
        "element" => {
            let items = list(0)?;
            let index = usize::try_from(number(1)? as i64).ok()?;
            items.get(index.checked_rem(items.len())?).cloned()
        }
        "index" => element(arguments.first()?, arguments.get(1)?),
        "contains" => Some(Value::Bool(list(0)?.contains(arguments.get(1)?))),
        "keys" | "values" => match arguments.first()? {
            Value::Map(pairs) => {
                let mut pairs = pairs.clone();
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                let part = |(k, v): (String, Value)| match name {
                    "keys" => Value::Text(k),
                    _ => v,
                };
                Some(Value::List(pairs.into_iter().map(part).collect()))
            }
            _ => None,
        },
        "lookup" => match arguments.first()?.get(&text(1)?) {
            Some(found) => Some(found.clone()),
            None => arguments.get(2).cloned(),
        },
        "merge" => {
            let mut out: Vec<(String, Value)> = Vec::new();
            for map in arguments {
                let Value::Map(pairs) = map else {
                    return None;
                };
                for (key, value) in pairs {
                    match out.iter_mut().find(|(k, _)| k == key) {
                        Some(slot) => slot.1 = value.clone(),
                        None => out.push((key.clone(), value.clone())),
                    }
                }
            }
            Some(Value::Map(out))
        }
        "coalesce" => arguments.iter().find(|v| **v != Value::Null).cloned(),
        "equal" => Some(Value::Bool(arguments.first()? == arguments.get(1)?)),
        "notequal" => Some(Value::Bool(arguments.first()? != arguments.get(1)?)),
        "not" => Some(Value::Bool(!arguments.first()?.truth()?)),
        "greaterthan" => compared(&|a, b| a > b),
        "greaterthanorequalto" => compared(&|a, b| a >= b),
        "lessthan" => compared(&|a, b| a < b),
        "lessthanorequalto" => compared(&|a, b| a <= b),
        "add" => counted(&|a, b| Some(a + b)),
        "subtract" => counted(&|a, b| Some(a - b)),
        "multiply" => counted(&|a, b| Some(a * b)),
        "divide" => counted(&|a, b| (b != 0.0).then(|| a / b)),
        "modulo" => counted(&|a, b| (b != 0.0).then(|| a % b)),
        "max" => counted(&|a, b| Some(a.max(b))),
        "min" => counted(&|a, b| Some(a.min(b))),
        _ => None,
    }
}

/// One false argument decides `and`, one true one `or`, whatever is not known.
fn logic(and: bool, arguments: &[Value]) -> Option<Value> {
    let truths: Vec<Option<bool>> = arguments.iter().map(Value::truth).collect();
    if truths.contains(&Some(!and)) {
        return Some(Value::Bool(!and));
    }
    truths
        .iter()
        .all(Option::is_some)
        .then_some(Value::Bool(and))
}

fn flat(lists: &[Value], deep: bool, depth: usize) -> Vec<Value> {
    let mut out = Vec::new();
    for value in lists {
        match value {
            Value::List(items) if deep && depth > 0 => out.extend(flat(items, true, depth - 1)),
            Value::List(items) => out.extend(items.iter().cloned()),
            other => out.push(other.clone()),
        }
    }
    out
}

/// `format` with `%s`, `%d`, `%v` and `%%`.
fn format(arguments: &[Value]) -> Option<Value> {
    let (pattern, rest) = arguments.split_first()?;
    let pattern = pattern.text()?;
    let mut rest = rest.iter();
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => match chars.next()? {
                '%' => out.push('%'),
                's' | 'd' | 'v' => out.push_str(&rest.next()?.text()?),
                _ => return None,
            },
            c => out.push(c),
        }
    }
    Some(Value::Text(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn functions_do_what_their_names_say() {
        let list = Value::List(vec![text("a"), text(""), text("b")]);
        let is = |name: &str, arguments: &[Value], wanted: &Value| {
            assert_eq!(call(name, arguments).as_ref(), Some(wanted), "{name}");
        };
        is(
            "format",
            &[text("%s-%d%%"), text("a"), Value::Number(2.0)],
            &text("a-2%"),
        );
        is(
            "replace",
            &[text("1.2"), text("."), text("-")],
            &text("1-2"),
        );
        is("sanitize", &[text("3.12/x")], &text("3_12_x"));
        is("join", &[text(","), list.clone()], &text("a,,b"));
        is(
            "compact",
            std::slice::from_ref(&list),
            &Value::List(vec![text("a"), text("b")]),
        );
        is(
            "or",
            &[Value::Unknown, Value::Bool(true)],
            &Value::Bool(true),
        );
        is("element", &[list, Value::Number(5.0)], &text("b"));
        is(
            "substr",
            &[text("abc"), Value::Number(1.0), Value::Number(-1.0)],
            &text("bc"),
        );
        assert_eq!(call("upper", &[Value::Unknown]), None);
        assert_eq!(call("range", &[Value::Number(1e12)]), None);
    }
}
