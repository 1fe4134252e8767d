//! Our reader against BuildKit's recorded answers (`testdata/probes/buildkit.json`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use dlint::span::Source;
use dlint::syntax::{self, Instruction, Kind};
use serde_json::{Value, json};

/// Where we differ on purpose, and why.
const DEVIATIONS: &[(&str, &str)] = &[];

fn probes(op: &str) -> Vec<Value> {
    let text = std::fs::read_to_string("testdata/probes/buildkit.json").unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let probes: Vec<Value> = all["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|v| v["op"] == op)
        .cloned()
        .collect();
    assert!(!probes.is_empty(), "no probe of op {op}");
    probes
}

fn input(probe: &Value) -> Option<Source> {
    // Bytes that are not UTF-8 come in base64; `invalid_bytes_*` covers them.
    Some(Source::new("Dockerfile", probe["input"].as_str()?))
}

fn node(source: &Source, file: &syntax::File, i: &Instruction) -> Value {
    let mut out = json!({
        "value": i.name.as_str(),
        "original": i.logical.text(),
        "start": i.start_line,
        "end": i.end_line,
    });
    out["args"] = match &i.kind {
        Kind::Onbuild(inner) => {
            let mut child = node(source, file, inner);
            for key in ["start", "end", "heredocs", "prev_comment"] {
                child.as_object_mut().unwrap().remove(key);
            }
            json!([{ "args": [], "children": [child], "value": "" }])
        }
        _ => json!(i.words()),
    };
    if i.is_exec_form() {
        out["attributes"] = json!({ "json": true });
    }
    if !i.flags.is_empty() {
        out["flags"] = i.flags.iter().map(|f| f.buildkit_text()).collect();
    }
    if !i.heredocs.is_empty() {
        out["heredocs"] = i
            .heredocs
            .iter()
            .map(|h| {
                json!({
                    "name": h.name,
                    "fd": h.descriptor,
                    "chomp": h.chomp,
                    "expand": h.expand,
                    "content": source.slice(h.body),
                })
            })
            .collect();
    }
    if !i.comment_block.is_empty() {
        out["prev_comment"] = i
            .comment_block
            .iter()
            .map(|&c| Value::from(file.comments[c].buildkit_text(source)))
            .collect();
    }
    out
}

#[test]
fn lines_become_the_nodes_of_buildkits_parser() {
    let mut wrong = Vec::new();
    for probe in probes("ast") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let id = probe["id"].as_str().unwrap();
        if DEVIATIONS.iter().any(|(d, _)| *d == id) {
            continue;
        }
        let expected = &probe["output"];
        if !expected["error"].is_null() {
            if file.errors.is_empty() {
                wrong.push(format!(
                    "{id}: no error, but BuildKit says {}",
                    expected["error"]
                ));
            }
            continue;
        }
        let nodes: Value = file
            .instructions
            .iter()
            .map(|i| node(&source, &file, i))
            .collect();
        if nodes != expected["nodes"] {
            wrong.push(format!(
                "{id}: {:?}\n  ours {nodes}\n  them {}",
                source.text(),
                expected["nodes"]
            ));
        }
        if file.escape.char().to_string() != expected["escape"] {
            wrong.push(format!("{id}: escape"));
        }
        let warnings: Vec<u32> = file
            .instructions
            .iter()
            .filter_map(|i| Some(source.line(i.empty_continuation?.start)))
            .collect();
        let theirs = expected["warnings"].as_array().map_or(0, Vec::len);
        if warnings.len() != theirs {
            wrong.push(format!(
                "{id}: warnings {warnings:?} {}",
                expected["warnings"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_syntax_image_is_found_where_buildkit_finds_it() {
    for probe in probes("syntax") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let expected = &probe["output"];
        let ours = match &file.syntax {
            None => json!({"cmdline": "", "lines": [], "ok": false, "value": ""}),
            Some(s) => json!({
                "cmdline": s.command_line,
                "lines": [s.line],
                "ok": true,
                "value": s.image,
            }),
        };
        assert_eq!(&ours, expected, "{} {:?}", probe["id"], source.text());
    }
}

#[test]
fn what_buildkit_refuses_is_an_error_and_nothing_else() {
    let mut wrong = Vec::new();
    for probe in probes("instr") {
        let Some(source) = input(&probe) else {
            continue;
        };
        let file = syntax::parse(&source);
        let refused = probe["output"].get("error").is_some_and(|e| !e.is_null());
        if refused != file.errors.iter().any(|e| !e.deferred) {
            wrong.push(format!(
                "{} {:?}\n   them {}\n   ours {:?}",
                probe["id"],
                source.text(),
                probe["output"]["error"],
                file.errors
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn invalid_bytes_keep_their_place() {
    let source = Source::from_bytes("f", b"FROM a\nRUN \xff\xfe x\nENV a=\xff\n".to_vec());
    let file = syntax::parse(&source);
    assert!(file.errors.is_empty());
    assert_eq!(file.instructions.len(), 3);
    assert_eq!(file.instructions[1].words(), ["?? x"]);
}
