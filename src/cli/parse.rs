//! `dlint parse FILE`: the tree as JSON, for tools and tests.

use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::args::ParseArgs;
use super::{Status, Trouble, output};
use crate::context::disk;
use crate::discover;
use crate::emit::Failure;
use crate::span::{Source, Span};
use crate::syntax::{self, File, Instruction, Kind, PieceKind};

pub(super) fn run(args: &ParseArgs) -> Result<Status, Trouble> {
    let most = Source::MAX_BYTES as u64;
    let bytes = if args.file == Path::new("-") {
        disk::read_to(io::stdin().lock(), 0, most)
    } else {
        disk::read_named(&args.file, most)
    };
    let bytes = bytes.map_err(|e| {
        let failure = Failure::new(&args.file, discover::reason(&e));
        Trouble::usage(failure.to_string())
    })?;
    let source = Source::from_bytes(&args.file, bytes);
    let file = syntax::parse(&source);
    let tree = tree(&source, &file);
    output::stdout(|out| {
        serde_json::to_writer_pretty(&mut *out, &tree)?;
        out.write_all(b"\n")
    })?;
    Ok(Status::Clean)
}

/// The whole file.
fn tree(source: &Source, file: &File) -> Value {
    let directives: Vec<Value> = file
        .directives
        .iter()
        .map(|d| {
            json!({
                "name": d.name,
                "value": d.value,
                "value_span": span(d.value_span),
                "span": span(d.span),
                "line": d.line,
            })
        })
        .collect();
    let frontend = file.syntax.as_ref().map(|s| {
        json!({
            "image": s.image,
            "command_line": s.command_line,
            "line": s.line,
            "span": span(s.span),
        })
    });
    let check = file
        .check
        .as_ref()
        .map(|c| json!({ "value": c.value, "span": span(c.span) }));
    let errors: Vec<Value> = file
        .errors
        .iter()
        .map(|e| {
            let place = source.position(e.span.start);
            json!({
                "message": e.kind.to_string(),
                "help": e.kind.help(),
                "line": place.line,
                "column": place.column,
                "instruction_line": e.line,
                "deferred": e.deferred,
                "span": span(e.span),
            })
        })
        .collect();
    let comments: Vec<Value> = file
        .comments
        .iter()
        .map(|c| {
            json!({
                "text": c.text(source),
                "line": c.line,
                "inside": c.inside,
                "span": span(c.span),
            })
        })
        .collect();
    let instructions: Vec<Value> = file
        .instructions
        .iter()
        .map(|i| instruction(source, i))
        .collect();
    let pieces: Vec<Value> = file
        .pieces
        .iter()
        .map(|p| json!({ "kind": piece(p.kind), "span": span(p.span) }))
        .collect();
    json!({
        "escape": file.escape.char().to_string(),
        "syntax": frontend,
        "check": check,
        "directives": directives,
        "errors": errors,
        "instructions": instructions,
        "comments": comments,
        "pieces": pieces,
    })
}

fn instruction(source: &Source, i: &Instruction) -> Value {
    let flags: Vec<String> = i.flags.iter().map(|f| f.buildkit_text()).collect();
    let flag_spans: Vec<Value> = i
        .flags
        .iter()
        .map(|f| {
            json!({
                "name": f.name,
                "value": f.value.as_ref().map(|v| v.as_str()),
                "span": span(f.span),
                "value_span": f.value.as_ref().map(|v| span(v.span)),
            })
        })
        .collect();
    let heredocs: Vec<Value> = i
        .heredocs
        .iter()
        .map(|h| {
            json!({
                "name": h.name,
                "expand": h.expand,
                "chomp": h.chomp,
                "fd": h.descriptor,
                "content": source.slice(h.body),
                "span": span(h.word_span),
                "body": span(h.body),
                "end": h.terminator.map(span),
            })
        })
        .collect();
    let mut out = Map::new();
    let keyword = match i.keyword {
        Some(keyword) => keyword.as_str().to_owned(),
        None => i.name.as_str().to_uppercase(),
    };
    out.insert("keyword".into(), keyword.into());
    out.insert("known".into(), i.keyword.is_some().into());
    out.insert("valid".into(), (!matches!(i.kind, Kind::Invalid(_))).into());
    out.insert("flags".into(), flags.into());
    out.insert("flag_spans".into(), flag_spans.into());
    out.insert("words".into(), i.words().into());
    out.insert("exec_form".into(), i.is_exec_form().into());
    out.insert("heredocs".into(), heredocs.into());
    out.insert("start_line".into(), i.start_line.into());
    out.insert("end_line".into(), i.end_line.into());
    out.insert("span".into(), span(i.span));
    out.insert("head".into(), span(i.head));
    out.insert("keyword_span".into(), span(i.name.span));
    out.insert("original".into(), i.logical.text().into());
    if let Kind::Onbuild(inner) = &i.kind {
        out.insert("onbuild".into(), instruction(source, inner));
    }
    out.into()
}

fn span(span: Span) -> Value {
    json!({ "start": span.start, "end": span.end })
}

fn piece(kind: PieceKind) -> &'static str {
    match kind {
        PieceKind::Bom => "bom",
        PieceKind::Blank => "blank",
        PieceKind::Comment => "comment",
        PieceKind::Directive => "directive",
        PieceKind::Code => "code",
        PieceKind::Continuation => "continuation",
        PieceKind::EmptyContinuation => "empty-continuation",
        PieceKind::HeredocBody => "heredoc-body",
        PieceKind::HeredocEnd => "heredoc-end",
    }
}
