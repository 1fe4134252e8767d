//! `RUN --mount=type=…,key=value`.

use crate::span::Span;
use crate::syntax::{Instruction, Word};

/// A mount of a RUN; values are as written, variables unexpanded.
#[derive(Debug, Clone)]
pub struct Mount {
    /// What is mounted.
    pub kind: MountKind,
    /// The flag.
    pub span: Span,
    /// `from`.
    pub from: Option<Word>,
    /// `source`, `src`.
    pub source: Option<Word>,
    /// `target`, `dst`, `destination`.
    pub target: Option<Word>,
    /// `id`.
    pub id: Option<Word>,
    /// Every key in lower case with its value, in order; a key without `=` has no value.
    pub options: Vec<(String, Option<Word>)>,
}

/// What a mount mounts; bind is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum MountKind {
    Bind,
    Cache,
    Tmpfs,
    Secret,
    Ssh,
    /// Something BuildKit does not know, or a variable.
    Unknown,
}

impl MountKind {
    /// What the value of `type` says, in any case.
    pub fn of(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "bind" => MountKind::Bind,
            "cache" => MountKind::Cache,
            "tmpfs" => MountKind::Tmpfs,
            "secret" => MountKind::Secret,
            "ssh" => MountKind::Ssh,
            _ => MountKind::Unknown,
        }
    }
}

impl Mount {
    /// The value of an option.
    pub fn option(&self, key: &str) -> Option<&Word> {
        self.options
            .iter()
            .find(|(k, _)| k == key)
            .and_then(|(_, value)| value.as_ref())
    }
}

/// The mounts of a RUN.
pub(super) fn of(run: &Instruction) -> Vec<Mount> {
    run.flags
        .iter()
        .filter(|f| f.name == "mount")
        .filter_map(|f| Some(read(f.value.as_ref()?, f.span)))
        .collect()
}

fn read(value: &Word, span: Span) -> Mount {
    let mut mount = Mount {
        kind: MountKind::Bind,
        span,
        from: None,
        source: None,
        target: None,
        id: None,
        options: Vec::new(),
    };
    for range in fields(value.as_str()) {
        let field = value.as_str().get(range.clone()).unwrap_or_default();
        let equals = field.find('=');
        let key = field
            .get(..equals.unwrap_or(field.len()))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let word = equals.map(|i| {
            let text = value.text.part(range.start + i + 1..range.end);
            Word::from_mapped(text)
        });
        match key.as_str() {
            "type" => {
                let text = word.as_ref().map_or("", Word::as_str);
                mount.kind = MountKind::of(text);
            }
            "from" => mount.from.clone_from(&word),
            "source" | "src" => mount.source.clone_from(&word),
            "target" | "dst" | "destination" => mount.target.clone_from(&word),
            "id" => mount.id.clone_from(&word),
            _ => {}
        }
        mount.options.push((key, word));
    }
    mount
}

/// The fields of a line of comma-separated values; a field in double quotes may hold commas.
fn fields(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut fields = Vec::new();
    let mut start = 0;
    let mut quoted = false;
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if quoted || i == start => quoted = !quoted,
            b',' if !quoted => {
                fields.push(start..i);
                start = i + 1;
            }
            _ => {}
        }
    }
    fields.push(start..text.len());
    for field in &mut fields {
        let part = text.get(field.clone()).unwrap_or_default();
        if part.len() >= 2 && part.starts_with('"') && part.ends_with('"') {
            *field = field.start + 1..field.end - 1;
        }
    }
    fields
}
