//! The functions of bake files that turn up in arguments, names and targets.
//!
//! Those that real bake files and Bake's own manual use there. Of the others (dates, hashes,
//! JSON, sets, most of the mathematics) the value is not known.

use super::hcl::{Value, element, exact};

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
        let (a, b) = (number(0)?, number(1)?);
        exact(a, b, count(a, b)?).map(Value::Number)
    };
    let compared =
        |compare: &dyn Fn(f64, f64) -> bool| Some(Value::Bool(compare(number(0)?, number(1)?)));
    match name {
        "upper" => changed(&str::to_uppercase),
        "lower" => changed(&str::to_lowercase),
        "trimspace" => changed(&|t| t.trim().to_owned()),
        "sanitize" => changed(&|t| {
            let keep = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            t.chars().map(|c| if keep(c) { c } else { '_' }).collect()
        }),
        "basename" => changed(&|t| match t.trim_end_matches('/') {
            "" if t.is_empty() => ".".to_owned(),
            "" => "/".to_owned(),
            t => t.rsplit('/').next().unwrap_or_default().to_owned(),
        }),
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
        // Bake counts what a reader takes for one character.
        "strlen" | "substr" if !text(0)?.is_ascii() => None,
        "substr" => {
            let (from, length) = (number(1)? as i64, number(2)? as i64);
            let take = usize::try_from(length).unwrap_or(usize::MAX);
            changed(&|t| {
                // A negative offset counts from the end.
                let all = t.chars().count();
                let skip = match usize::try_from(from) {
                    Ok(from) => from,
                    Err(_) => all.saturating_sub(from.unsigned_abs() as usize),
                };
                t.chars().skip(skip).take(take).collect()
            })
        }
        "regex_replace" => regex_replace(arguments),
        "strlen" => Some(Value::Number(text(0)?.len() as f64)),
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
        "formatlist" => {
            let mut count = 1;
            for argument in arguments.iter().skip(1) {
                if let Value::List(items) = argument {
                    count = items.len();
                }
            }
            let row = |i: usize| {
                let row = arguments.iter().map(|argument| match argument {
                    Value::List(items) => items.get(i).cloned(),
                    one => Some(one.clone()),
                });
                format(&row.collect::<Option<Vec<_>>>()?)
            };
            Some(Value::List((0..count).map(row).collect::<Option<_>>()?))
        }
        "setproduct" => {
            let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
            for list in arguments {
                let Value::List(items) = list else {
                    return None;
                };
                if rows.len().saturating_mul(items.len()) > MAX_RANGE {
                    return None;
                }
                let next = rows.iter().flat_map(|row| {
                    items.iter().map(move |item| {
                        let mut row = row.clone();
                        row.push(item.clone());
                        row
                    })
                });
                rows = next.collect();
            }
            Some(Value::List(rows.into_iter().map(Value::List).collect()))
        }
        "concat" | "flatten" => {
            let lists = match name {
                "concat" => arguments,
                _ => list(0)?,
            };
            Some(Value::List(flat(lists, name == "flatten", 8)))
        }
        "distinct" | "toset" => {
            let items = list(0)?;
            // They have one type: beside a text everything is one.
            let texts = items.iter().any(|item| matches!(item, Value::Text(_)));
            let mut out: Vec<Value> = Vec::new();
            for item in items {
                let item = if texts {
                    Value::Text(item.text()?)
                } else {
                    item.clone()
                };
                if !out.contains(&item) {
                    out.push(item);
                }
            }
            Some(Value::List(out))
        }
        "compact" => {
            let items = list(0)?.iter();
            let empty = |v: &Value| matches!(v, Value::Null) || v.text().as_deref() == Some("");
            Some(Value::List(items.filter(|v| !empty(v)).cloned().collect()))
        }
        "reverselist" => Some(Value::List(list(0)?.iter().rev().cloned().collect())),
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
                _ => (number(0)?, number(1)?),
            };
            let step = match arguments.get(2) {
                Some(step) => step.number().filter(|s| (*s > 0.0) == (to > from))?,
                None if to < from => -1.0,
                None => 1.0,
            };
            let count = ((to - from) / step).ceil().max(0.0) as usize;
            (count <= MAX_RANGE).then(|| {
                let numbers = (0..count).map(|i| Value::Number(from + i as f64 * step));
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
                let pairs = match map {
                    Value::Map(pairs) => pairs.as_slice(),
                    Value::Null => &[],
                    _ => return None,
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

/// `format` with `%s`, `%d`, `%v`, `%t` and `%%`, without widths.
fn format(arguments: &[Value]) -> Option<Value> {
    let (pattern, rest) = arguments.split_first()?;
    let pattern = pattern.text()?;
    let mut rest = rest.iter();
    let mut out = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            '%' => out.push('%'),
            's' | 'v' => out.push_str(&rest.next()?.text()?),
            't' => out.push_str(&rest.next()?.truth()?.to_string()),
            'd' => out.push_str(&Value::Number(rest.next()?.number()?.trunc()).text()?),
            _ => return None,
        }
    }
    // Bake refuses arguments that are left over.
    rest.next().is_none().then_some(Value::Text(out))
}

/// `regex_replace` in plain text: there Go's expressions and these agree.
fn regex_replace(arguments: &[Value]) -> Option<Value> {
    let texts: Option<Vec<String>> = arguments.iter().map(Value::text).collect();
    let texts = texts.filter(|texts| texts.iter().all(|t| t.is_ascii()))?;
    let [subject, pattern, new] = texts.as_slice() else {
        return None;
    };
    let mut builder = regex::bytes::RegexBuilder::new(pattern);
    let pattern = builder.unicode(false).size_limit(1 << 18).build().ok()?;
    let replaced = pattern.replace_all(subject.as_bytes(), new.as_bytes());
    let text = String::from_utf8_lossy(&replaced).into_owned();
    (text.len() <= 1 << 16).then_some(Value::Text(text))
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

    #[test]
    fn functions_give_what_bake_gives() {
        let list = |items: &[&str]| Value::List(items.iter().map(|t| text(t)).collect());
        let number = Value::Number;
        let cases: [(&str, &[Value], &str); 4] = [
            ("substr", &[text("hello"), number(-3.0), number(2.0)], "ll"),
            (
                "regex_replace",
                &[text("v1.2"), text("^v(\\d+).*"), text("$1")],
                "1",
            ),
            ("basename", &[text("/a/b/")], "b"),
            ("add", &[text("1"), number(2.0)], "3"),
        ];
        for (name, arguments, wanted) in cases {
            let got = call(name, arguments).and_then(|v| v.text());
            assert_eq!(got.as_deref(), Some(wanted), "{name}");
        }
        let lists: [(&str, &[Value], &[&str]); 3] = [
            (
                "formatlist",
                &[text("x%s"), list(&["a", "b"])],
                &["xa", "xb"],
            ),
            ("reverselist", &[list(&["a", "b"])], &["b", "a"]),
            (
                "distinct",
                &[Value::List(vec![text("1"), number(1.0)])],
                &["1"],
            ),
        ];
        for (name, arguments, wanted) in lists {
            assert_eq!(call(name, arguments), Some(list(wanted)), "{name}");
        }
        // With more digits it is not the same.
        assert_eq!(call("add", &[number(0.1), number(0.2)]), None);
        assert_eq!(call("strlen", &[text("e\u{301}")]), None);
        for (name, arguments) in [
            ("format", vec![text("%03d"), number(5.0)]),
            ("sha256", vec![text("a")]),
            ("timestamp", vec![]),
        ] {
            assert_eq!(call(name, &arguments), None, "{name}");
        }
    }
}
