//! Words against BuildKit's recorded answers, and properties that hold for every word.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use dlint::syntax::word::{
    ExpandError, Part, Syntax, Template, Value, Var, expand, heredoc_delimiter, process_words,
    raw_words,
};
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value as Json;

fn recorded(op: &str) -> Vec<Json> {
    let all: Json =
        serde_json::from_str(include_str!("../../testdata/probes/buildkit.json")).unwrap();
    let all = all["vectors"].as_array().unwrap();
    let some: Vec<_> = all.iter().filter(|v| v["op"] == op).cloned().collect();
    assert!(!some.is_empty(), "no recorded answers for {op}");
    some
}

fn environment(probe: &Json) -> HashMap<&str, &str> {
    let env = probe["options"]["env"].as_array().unwrap();
    env.iter()
        .map(|e| e.as_str().unwrap())
        .map(|e| e.split_once('=').unwrap_or((e, "")))
        .collect()
}

fn escape(probe: &Json) -> char {
    let escape = probe["options"]["escape"].as_str().unwrap_or("\\");
    escape.chars().next().unwrap()
}

fn lookup<'v>(env: &'v HashMap<&str, &'v str>) -> impl FnMut(&str) -> Var<'v> {
    |name| match env.get(name) {
        Some(value) => Var::Set(Cow::Borrowed(value)),
        None => Var::Unset,
    }
}

fn message(result: &Result<impl Sized, ExpandError>, word: &str) -> Json {
    match result {
        Ok(_) => Json::Null,
        Err(error) => serde_json::json!({ "message": error.with_word(word) }),
    }
}

#[test]
fn words_expand_as_buildkit_expands_them() {
    for probe in recorded("word") {
        let (id, input, output) = (
            &probe["id"],
            probe["input"].as_str().unwrap(),
            &probe["output"],
        );
        let env = environment(&probe);
        let syntax = if probe["options"]["skip_process_quotes"] == true {
            Syntax::HeredocBody
        } else {
            Syntax::Word {
                escape: escape(&probe),
            }
        };
        let got = expand(input, syntax, &mut lookup(&env));
        assert_eq!(message(&got.result, input), output["error"], "{id} {input}");
        let text = match got.result {
            Ok(value) => value.known().unwrap(),
            Err(_) => String::new(),
        };
        assert_eq!(text, output["result"], "{id} {input}");
        let names = |set: &BTreeSet<String>| Json::from_iter(set.iter().cloned());
        assert_eq!(names(&got.usage.matched), output["matched"], "{id} {input}");
        assert_eq!(
            names(&got.usage.unmatched),
            output["unmatched"],
            "{id} {input}"
        );
    }
}

#[test]
fn words_split_as_buildkit_splits_them() {
    for probe in recorded("words") {
        let (id, input, output) = (
            &probe["id"],
            probe["input"].as_str().unwrap(),
            &probe["output"],
        );
        let env = environment(&probe);
        let got = process_words(input, escape(&probe), &mut lookup(&env)).result;
        assert_eq!(message(&got, input), output["error"], "{id} {input}");
        let words = got.ok().and_then(Value::known).filter(|w| !w.is_empty());
        assert_eq!(serde_json::json!(words), output["words"], "{id} {input}");
    }
}

#[test]
fn heredocs_are_found_where_buildkit_finds_them() {
    let token = Regex::new(r"^([0-9]*)<<(-?)[ \t\n\f\r]*([^<]*)$").unwrap();
    let mut seen = 0;
    for probe in recorded("ast") {
        for node in probe["output"]["nodes"].as_array().into_iter().flatten() {
            let line = node["original"].as_str().unwrap();
            let keyword = node["value"].as_str().unwrap().to_ascii_uppercase();
            if !matches!(keyword.as_str(), "RUN" | "COPY" | "ADD")
                || node["attributes"]["json"] == true
                || !line.contains("<<")
            {
                continue;
            }
            let found: Vec<_> = raw_words(line)
                .unwrap_or_default()
                .iter()
                .filter_map(|word| {
                    let parts = token.captures(&word.text)?;
                    let delimiter = heredoc_delimiter(&parts[3])?;
                    Some((delimiter.name, !delimiter.quoted, &parts[2] == "-"))
                })
                .collect();
            let heredocs = node["heredocs"].as_array().into_iter().flatten();
            let expected: Vec<_> = heredocs
                .map(|h| {
                    let name = h["name"].as_str().unwrap().to_owned();
                    (name, h["expand"] == true, h["chomp"] == true)
                })
                .collect();
            assert_eq!(found, expected, "{} {line}", probe["id"]);
            seen += 1;
        }
    }
    assert!(seen > 10);
}

/// Characters that mean something, so that random words are not all plain text.
fn word() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => r#"[$\{\}:+\-?#%/'"\\`< a*=\t]"#.prop_map(String::from),
        2 => Just("${".to_owned()),
        2 => Just("${a:-".to_owned()),
        1 => Just("${b/".to_owned()),
        1 => ".".prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check_ranges(text: &str, template: &Template) {
    let mut at = template.range.start;
    for part in &template.parts {
        let range = part.range();
        assert!(range.start >= at && range.end <= template.range.end);
        at = range.end;
        let source = text.get(range.clone()).unwrap();
        match part {
            Part::Literal { text: literal, .. } => {
                assert!(literal == source || source.ends_with(literal.as_str()));
            }
            Part::Reference(reference) => {
                assert_eq!(
                    text.get(reference.name_range.clone()).unwrap(),
                    reference.name
                );
                if let Some(modifier) = &reference.modifier {
                    assert!(text.get(modifier.range.clone()).is_some());
                    check_ranges(text, &modifier.word);
                    if let Some(replacement) = &modifier.replacement {
                        check_ranges(text, replacement);
                    }
                }
            }
        }
    }
}

fn check(text: &str) {
    for syntax in [
        Syntax::Word { escape: '\\' },
        Syntax::Word { escape: '`' },
        Syntax::HeredocBody,
    ] {
        let read = Template::read(text, syntax);
        for set in [None, Some(""), Some("a/b a")] {
            let mut lookup = |_: &str| set.map_or(Var::Unset, |v| Var::Set(v.into()));
            let got = expand(text, syntax, &mut lookup).result;
            match &read {
                Ok(template) => {
                    check_ranges(text, template);
                    assert_eq!(template.evaluate(&mut lookup), got);
                    if let Some(literal) = template.literal() {
                        assert_eq!(got, Ok(Value::Known(literal)));
                    }
                }
                Err(error) => {
                    assert!(text.get(error.range.clone()).is_some());
                    assert!(got.is_err());
                }
            }
            if let Err(error) = got {
                assert!(text.get(error.range).is_some());
            }
            let _ = process_words(text, '\\', &mut lookup);
        }
        let _ = expand(text, syntax, &mut |_| Var::Unknown);
    }
    let mut at = 0;
    for word in raw_words(text).unwrap_or_default() {
        assert!(!word.text.is_empty());
        assert!(word.range.start >= at && text.get(word.range.clone()).is_some());
        at = word.range.end;
        let _ = heredoc_delimiter(&word.text);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_ranges_fit(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_word_is_read_and_ranges_fit(text in word()) {
        check(&text);
    }

    #[test]
    fn patterns_match_what_regular_expressions_match(
        pattern in r"[ab*?\n]{0,6}",
        value in r"[ab\n]{0,10}",
    ) {
        let regex = |prefix: &str, star: &str, suffix: &str| {
            let body = pattern.replace('?', ".").replace('*', star);
            Regex::new(&format!("{prefix}{body}{suffix}")).unwrap()
        };
        let text = |word: String| {
            let mut lookup = |name: &str| match name {
                "v" => Var::Set(value.as_str().into()),
                "p" => Var::Set(pattern.as_str().into()),
                _ => Var::Unset,
            };
            let template = Template::parse(&word, '\\').unwrap();
            template.evaluate(&mut lookup).unwrap().known().unwrap()
        };
        let short = regex("^", ".*?", "").replace(&value, "").into_owned();
        prop_assert_eq!(text("${v#$p}".into()), short);
        let long = regex("^", ".*", "").replace(&value, "").into_owned();
        prop_assert_eq!(text("${v##$p}".into()), long);
        let long = regex("", ".*", r"\z").replace(&value, "").into_owned();
        prop_assert_eq!(text("${v%%$p}".into()), long);
        let first = regex("", ".*", "").replace(&value, "<>").into_owned();
        prop_assert_eq!(text("${v/$p/<>}".into()), first);
        let all = regex("", ".*", "").replace_all(&value, "<$0>").into_owned();
        prop_assert_eq!(text("${v//$p/<'$0'>}".into()), all);
    }
}
