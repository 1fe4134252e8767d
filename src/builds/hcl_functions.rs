//! The functions of bake files that turn up in arguments, names and targets.

use super::hcl::{Value, element, exact};
use crate::context::ignore_file::clean;

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
        "chomp" => changed(&|t| t.trim_end_matches(['\r', '\n']).to_owned()),
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
        "strlen" | "substr" | "reverse" if !text(0)?.is_ascii() => None,
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
        "title" => changed(&|t| {
            let mut before = ' ';
            let capital = |c: char| {
                let is_first = !(before.is_alphanumeric() || before == '_' || before == '\'');
                before = c;
                match is_first {
                    true => c.to_uppercase().next().unwrap_or(c),
                    false => c,
                }
            };
            t.chars().map(capital).collect()
        }),
        "indent" => {
            let blanks = " ".repeat(usize::try_from(number(0)? as i64).ok()?.min(MAX_RANGE));
            let text = text(1)?;
            Some(Value::Text(text.replace('\n', &format!("\n{blanks}"))))
        }
        "reverse" => changed(&|t| t.chars().rev().collect()),
        "dirname" => changed(&|t| match t.rsplit_once('/') {
            Some((folder, _)) => clean(&format!("{folder}/")),
            None => ".".to_owned(),
        }),
        "regex_replace" | "regex" | "regexall" => regular(name, arguments),
        "jsonencode" => Some(Value::Text(json(arguments.first()?)?.to_string())),
        "jsondecode" => from_json(&serde_json::from_str(&text(0)?).ok()?, 16),
        "base64encode" => changed(&|t| base64(t.as_bytes())),
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
        "setunion" | "setintersection" | "setsubtract" => {
            let mut sets = arguments.iter().map(|argument| match argument {
                Value::List(items) => items.iter().map(Value::text).collect(),
                _ => None,
            });
            let mut out: Vec<String> = sets.next()??;
            for set in sets {
                let set: Vec<String> = set?;
                match name {
                    "setunion" => out.extend(set),
                    "setintersection" => out.retain(|t| set.contains(t)),
                    _ => out.retain(|t| !set.contains(t)),
                }
            }
            out.sort();
            out.dedup();
            Some(Value::List(out.into_iter().map(Value::Text).collect()))
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
        "chunklist" => {
            let size = usize::try_from(number(1)? as i64).ok()?;
            let items = list(0)?;
            let size = match size {
                0 => items.len().max(1),
                size => size,
            };
            let chunks = items.chunks(size).map(|c| Value::List(c.to_vec()));
            Some(Value::List(chunks.collect()))
        }
        "zipmap" => {
            let (Some(Value::List(values)), keys) = (arguments.get(1), list(0)?) else {
                return None;
            };
            let keys: Option<Vec<String>> = keys.iter().map(Value::text).collect();
            let keys = keys.filter(|k| k.len() == values.len())?;
            Some(Value::Map(
                keys.into_iter().zip(values.iter().cloned()).collect(),
            ))
        }
        "hasindex" => match (arguments.first()?, arguments.get(1)?) {
            (Value::List(items), at) => {
                let there = at.number()?;
                Some(Value::Bool(there >= 0.0 && there < items.len() as f64))
            }
            (map @ Value::Map(_), at) => Some(Value::Bool(map.get(&at.text()?).is_some())),
            _ => None,
        },
        "indexof" => {
            let wanted = arguments.get(1)?;
            let at = list(0)?.iter().position(|item| item == wanted)?;
            Some(Value::Number(at as f64))
        }
        "coalescelist" => {
            let mut lists = arguments.iter();
            lists
                .find(|l| matches!(l, Value::List(items) if !items.is_empty()))
                .cloned()
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
                let item = match texts {
                    true => Value::Text(item.text()?),
                    false => item.clone(),
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
        "divide" => counted(&|a, b| (b != 0.0).then(|| a / b)),
        "modulo" => counted(&|a, b| (b != 0.0).then(|| a % b)),
        "max" | "min" => {
            let numbers: Option<Vec<f64>> = arguments.iter().map(Value::number).collect();
            let numbers = numbers?.into_iter();
            let found = match name {
                "max" => numbers.reduce(f64::max),
                _ => numbers.reduce(f64::min),
            };
            found.map(Value::Number)
        }
        "pow" => counted(&|a, b| Some(a.powf(b)).filter(|n| n.is_finite())),
        "negate" => Some(Value::Number(-number(0)?)),
        "absolute" => Some(Value::Number(number(0)?.abs())),
        "ceil" => Some(Value::Number(number(0)?.ceil())),
        "floor" => Some(Value::Number(number(0)?.floor())),
        "int" => Some(Value::Number(number(0)?.trunc())),
        "signum" => {
            let number = number(0)?;
            Some(Value::Number(match number == 0.0 {
                true => 0.0,
                false => number.signum(),
            }))
        }
        "parseint" => {
            let base = number(1).filter(|b| (2.0..=36.0).contains(b))?;
            let number = i64::from_str_radix(&text(0)?, base as u32).ok()?;
            Some(Value::Number(number as f64))
        }
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

/// `format` with `%s`, `%q`, `%d`, `%f`, `%v`, `%t` and `%%`, widths and precisions.
fn format(arguments: &[Value]) -> Option<Value> {
    let (pattern, rest) = arguments.split_first()?;
    let pattern = pattern.text()?;
    let mut rest = rest.iter();
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let (mut left, mut zeros) = (false, false);
        while let Some(flag) = chars.next_if(|c| matches!(c, '-' | '0')) {
            match flag {
                '-' => left = true,
                _ => zeros = true,
            }
        }
        let mut number = || {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            digits.parse::<usize>().ok().map(|n| n.min(MAX_RANGE))
        };
        let width = number();
        let mut precision = None;
        if chars.next_if_eq(&'.').is_some() {
            let mut digits = String::new();
            while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                digits.push(digit);
            }
            precision = Some(digits.parse::<usize>().ok()?.min(MAX_RANGE));
        }
        let text = match chars.next()? {
            '%' => {
                out.push('%');
                continue;
            }
            's' | 'v' if precision.is_none() => rest.next()?.text()?,
            's' => rest.next()?.text()?.chars().take(precision?).collect(),
            't' => rest.next()?.truth()?.to_string(),
            'd' if precision.is_none() => {
                let number = rest.next()?.number()?;
                Value::Number(number.trunc()).text()?
            }
            'f' => format!("{:.*}", precision.unwrap_or(6), rest.next()?.number()?),
            'q' if precision.is_none() => {
                let text = rest.next()?.text()?;
                let plain = text.chars().all(|c| matches!(c, ' '..='~') && c != '\\');
                plain.then(|| format!("\"{}\"", text.replace('"', "\\\"")))?
            }
            _ => return None,
        };
        let missing = width
            .unwrap_or_default()
            .saturating_sub(text.chars().count());
        match (left, zeros) {
            (true, _) => {
                out.push_str(&text);
                out.push_str(&" ".repeat(missing));
            }
            (false, true) => {
                let (sign, digits) = match text.strip_prefix('-') {
                    Some(digits) => ("-", digits),
                    None => ("", text.as_str()),
                };
                out.push_str(sign);
                out.push_str(&"0".repeat(missing));
                out.push_str(digits);
            }
            (false, false) => {
                out.push_str(&" ".repeat(missing));
                out.push_str(&text);
            }
        }
    }
    // Bake refuses arguments that are left over.
    rest.next().is_none().then_some(Value::Text(out))
}

/// The functions with regular expressions, for plain text: there Go's and these agree.
fn regular(name: &str, arguments: &[Value]) -> Option<Value> {
    let texts: Option<Vec<String>> = arguments.iter().map(Value::text).collect();
    let texts = texts.filter(|texts| texts.iter().all(|t| t.is_ascii()))?;
    let expression = |text: &str| {
        let mut builder = regex::bytes::RegexBuilder::new(text);
        builder.unicode(false).size_limit(1 << 18).build().ok()
    };
    let text = |bytes: &[u8]| Value::Text(String::from_utf8_lossy(bytes).into_owned());
    match (name, texts.as_slice()) {
        ("regex_replace", [subject, pattern, new]) => {
            let pattern = expression(pattern)?;
            let replaced = pattern.replace_all(subject.as_bytes(), new.as_bytes());
            (replaced.len() <= 1 << 16).then(|| text(&replaced))
        }
        (_, [pattern, subject]) => {
            let pattern = expression(pattern)?;
            let named = pattern.capture_names().flatten().next().is_some();
            if named {
                return None;
            }
            let value = |found: regex::bytes::Captures<'_>| match found.len() {
                1 => found.get(0).map(|m| text(m.as_bytes())),
                _ => {
                    let groups = found.iter().skip(1);
                    let groups = groups.map(|g| g.map_or(Value::Null, |m| text(m.as_bytes())));
                    Some(Value::List(groups.collect()))
                }
            };
            match name {
                "regex" => value(pattern.captures(subject.as_bytes())?),
                _ => {
                    let all = pattern.captures_iter(subject.as_bytes()).map(value);
                    Some(Value::List(all.collect::<Option<_>>()?))
                }
            }
        }
        _ => None,
    }
}

fn json(value: &Value) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) if number.fract() == 0.0 => {
            Json::Number(value.text()?.parse::<i64>().ok()?.into())
        }
        Value::Number(_) | Value::Unknown => return None,
        // These are written as escapes there.
        Value::Text(text) if text.contains(['<', '>', '&', '\u{2028}', '\u{2029}']) => return None,
        Value::Text(text) => Json::String(text.clone()),
        Value::List(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let pairs = pairs.iter().map(|(k, v)| Some((k.clone(), json(v)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
    })
}

fn from_json(value: &serde_json::Value, depth: usize) -> Option<Value> {
    use serde_json::Value as Json;
    let depth = depth.checked_sub(1)?;
    Some(match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => Value::Number(number.as_f64()?),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => {
            let items = items.iter().map(|v| from_json(v, depth));
            Value::List(items.collect::<Option<_>>()?)
        }
        Json::Object(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(k, v)| Some((k.clone(), from_json(v, depth)?)));
            Value::Map(pairs.collect::<Option<_>>()?)
        }
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |i: usize| chunk.get(i).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for i in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * i) & 63) as usize);
            match digit.filter(|_| i <= chunk.len()) {
                Some(digit) => out.push(char::from(*digit)),
                None => out.push('='),
            }
        }
    }
    out
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
        let cases: [(&str, &[Value], &str); 22] = [
            ("title", &[text("hello world")], "Hello World"),
            ("substr", &[text("hello"), number(-3.0), number(2.0)], "ll"),
            (
                "format",
                &[
                    text("%03d|%5s|%-3s|%.2f|%q"),
                    number(5.0),
                    text("a"),
                    text("b"),
                    number(1.5),
                    text("q"),
                ],
                "005|    a|b  |1.50|\"q\"",
            ),
            (
                "regex_replace",
                &[text("v1.2"), text("^v(\\d+).*"), text("$1")],
                "1",
            ),
            ("regex", &[text("[a-z]+"), text("12ab34")], "ab"),
            (
                "jsonencode",
                &[Value::Map(vec![("a".into(), list(&["x"]))])],
                "{\"a\":[\"x\"]}",
            ),
            ("base64encode", &[text("hi")], "aGk="),
            ("basename", &[text("/a/b/")], "b"),
            ("dirname", &[text("/a/b/c.txt")], "/a/b"),
            ("dirname", &[text("c")], "."),
            ("indent", &[number(2.0), text("a\nb")], "a\n  b"),
            ("reverse", &[text("abc")], "cba"),
            ("max", &[number(1.0), number(3.0), number(2.0)], "3"),
            ("parseint", &[text("ff"), number(16.0)], "255"),
            ("pow", &[number(2.0), number(3.0)], "8"),
            ("signum", &[number(-3.0)], "-1"),
            ("floor", &[number(1.8)], "1"),
            ("indexof", &[list(&["a", "b"]), text("b")], "1"),
            ("hasindex", &[list(&["a"]), number(1.0)], "false"),
            ("divide", &[number(9.0), number(4.0)], "2.25"),
            ("add", &[text("1"), number(2.0)], "3"),
            ("int", &[number(1.9)], "1"),
        ];
        for (name, arguments, wanted) in cases {
            let got = call(name, arguments).and_then(|v| v.text());
            assert_eq!(got.as_deref(), Some(wanted), "{name}");
        }
        let lists: [(&str, &[Value], &[&str]); 6] = [
            ("setunion", &[list(&["b"]), list(&["a", "b"])], &["a", "b"]),
            ("regexall", &[text("[a-z]"), text("1a2b")], &["a", "b"]),
            (
                "formatlist",
                &[text("x%s"), list(&["a", "b"])],
                &["xa", "xb"],
            ),
            ("reverselist", &[list(&["a", "b"])], &["b", "a"]),
            ("coalescelist", &[list(&[]), list(&["c"])], &["c"]),
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
        assert_eq!(call("divide", &[number(1.0), number(3.0)]), None);
        assert_eq!(call("add", &[number(0.1), number(0.2)]), None);
        assert_eq!(call("strlen", &[text("e\u{301}")]), None);
    }
}
