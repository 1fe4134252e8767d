//! What a word is made of as ShellCheck sees it: literals end where a pattern begins, and quotes
//! are seen.

use std::ops::Range;

/// A piece of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub kind: PieceKind,
    /// Its bytes in the script, quotes included.
    pub range: Range<usize>,
    /// The pieces between double quotes.
    pub inner: Vec<Piece>,
    /// The text of a literal, backslashes resolved; `?` for a pattern of one character.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Literal,
    Single,
    /// `$'…'` and `$"…"`.
    Dollar,
    Double,
    /// `$x`, `${x}`, `${x…}`, `$1`.
    Variable,
    /// All elements of an array: `$@`, `${x[@]}`.
    Array,
    /// `$( )`, backticks, `<( )`.
    Command,
    Arithmetic,
    /// `*`, `?`, `[a-z]`, `@(a|b)`.
    Glob,
    /// `{a,b}`, `{1..3}`.
    Braces,
}

/// The pieces of a word that stands at an offset.
pub(super) fn pieces(raw: &str, at: usize) -> Vec<Piece> {
    let mut scan = Scan { raw, at, pos: 0 };
    scan.word(None)
}

struct Scan<'r> {
    raw: &'r str,
    at: usize,
    pos: usize,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.raw.get(self.pos..).unwrap_or_default()
    }

    fn word(&mut self, until: Option<char>) -> Vec<Piece> {
        let mut out: Vec<Piece> = Vec::new();
        let quoted = until.is_some();
        while let Some(c) = self.rest().chars().next() {
            if Some(c) == until {
                break;
            }
            let start = self.pos;
            if let Some((kind, len)) = self.special(c, quoted) {
                let len = len.min(self.raw.len() - start);
                self.pos = start + len;
                let (inner, text) = match kind {
                    PieceKind::Double => {
                        self.pos = start + 1;
                        let inner = self.word(Some('"'));
                        self.pos = (self.pos + 1).min(self.raw.len());
                        (inner, String::new())
                    }
                    PieceKind::Single => {
                        let end = (start + len).saturating_sub(1).max(start + 1);
                        let text = self.raw.get(start + 1..end).unwrap_or_default();
                        (Vec::new(), text.to_owned())
                    }
                    // What stands for one character.
                    PieceKind::Glob if c == '[' || (c == '?' && len == 1) => {
                        (Vec::new(), "?".to_owned())
                    }
                    _ => (Vec::new(), String::new()),
                };
                out.push(Piece {
                    kind,
                    range: self.at + start..self.at + self.pos,
                    inner,
                    text,
                });
                continue;
            }
            let escaped = c == '\\';
            self.pos += c.len_utf8();
            let mut text = String::from(c);
            if escaped && let Some(next) = self.rest().chars().next() {
                if !quoted || matches!(next, '$' | '`' | '"' | '\\' | '\n') {
                    text.clear();
                }
                self.pos += next.len_utf8();
                text.push(next);
            }
            let end = self.at + self.pos;
            match out.last_mut() {
                // A `$` that expands nothing is a literal of its own.
                Some(last) if last.kind == PieceKind::Literal && c != '$' && last.text != "$" => {
                    last.text.push_str(&text);
                    last.range.end = end;
                }
                _ => out.push(Piece {
                    kind: PieceKind::Literal,
                    range: self.at + start..end,
                    inner: Vec::new(),
                    text,
                }),
            }
        }
        out
    }

    /// What begins here besides a literal, and how long it is.
    fn special(&self, c: char, quoted: bool) -> Option<(PieceKind, usize)> {
        let rest = self.rest();
        let second = rest.chars().nth(1);
        Some(match c {
            '\'' if !quoted => (PieceKind::Single, closing(rest, 1, '\'', false)),
            '"' if !quoted => (PieceKind::Double, rest.len()),
            '`' => (PieceKind::Command, closing(rest, 1, '`', true)),
            '$' => match second? {
                '\'' if !quoted => (PieceKind::Dollar, closing(rest, 2, '\'', true)),
                '"' if !quoted => (PieceKind::Dollar, closing(rest, 2, '"', true)),
                '(' if rest.starts_with("$((") && balanced(rest, 1).ends_with("))") => {
                    (PieceKind::Arithmetic, 1 + balanced(rest, 1).len())
                }
                '(' => (PieceKind::Command, 1 + balanced(rest, 1).len()),
                '[' => (PieceKind::Arithmetic, 1 + balanced(rest, 1).len()),
                '{' => {
                    let body = balanced(rest, 1);
                    (of_braces(body), 1 + body.len())
                }
                '@' => (PieceKind::Array, 2),
                c if c.is_ascii_alphabetic() || c == '_' => {
                    let name = rest.get(1..).unwrap_or_default();
                    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                    (PieceKind::Variable, 1 + end.unwrap_or(name.len()))
                }
                c if c.is_ascii_digit() || "*#?-$!".contains(c) => (PieceKind::Variable, 2),
                _ => return None,
            },
            _ if quoted => return None,
            '<' | '>' if second == Some('(') => (PieceKind::Command, 1 + balanced(rest, 1).len()),
            '*' | '?' | '@' | '+' | '!' if second == Some('(') => {
                (PieceKind::Glob, 1 + balanced(rest, 1).len())
            }
            '*' | '?' => (PieceKind::Glob, 1),
            '[' => {
                let body = rest.get(1..).unwrap_or_default();
                let first = body.trim_start_matches(['!', '^']);
                let skipped = body.len() - first.len();
                let end = first.get(1..).and_then(|r| r.find(']'))?;
                let inside = first.get(..=end).unwrap_or_default();
                if inside.contains([' ', '/', '"', '\'', '$', '`']) {
                    return None;
                }
                (PieceKind::Glob, 1 + skipped + end + 2)
            }
            '{' => {
                let body = balanced(rest, 0);
                let inside = body.strip_prefix('{')?.strip_suffix('}')?;
                let expands = inside.contains(',') || inside.contains("..");
                if !expands || inside.contains([' ', '\t', '\n']) {
                    return None;
                }
                (PieceKind::Braces, body.len())
            }
            _ => return None,
        })
    }
}

/// How long a piece is that ends with a quote.
fn closing(rest: &str, from: usize, quote: char, escapes: bool) -> usize {
    let mut skip = false;
    for (i, c) in rest.char_indices().filter(|(i, _)| *i >= from) {
        if std::mem::take(&mut skip) {
            continue;
        }
        match c {
            '\\' if escapes => skip = true,
            c if c == quote => return i + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// The text from the bracket at an offset to the one that closes it, quotes skipped.
fn balanced(rest: &str, from: usize) -> &str {
    let body = rest.get(from..).unwrap_or_default();
    let (open, close) = match body.chars().next() {
        Some('(') => ('(', ')'),
        Some('[') => ('[', ']'),
        _ => ('{', '}'),
    };
    let mut depth = 0usize;
    let mut quote = None;
    let mut skip = false;
    for (i, c) in body.char_indices() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match (c, quote) {
            ('\\', None | Some('"')) => skip = true,
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (c, None) if c == open => depth += 1,
            (c, None) if c == close => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return body.get(..i + c.len_utf8()).unwrap_or_default();
                }
            }
            _ => {}
        }
    }
    body
}

/// What `${…}` is.
fn of_braces(body: &str) -> PieceKind {
    let inside = body.trim_start_matches('{');
    let name = inside.trim_start_matches('!');
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let behind = name.get(end.unwrap_or(name.len())..).unwrap_or_default();
    let elements = behind.strip_prefix("[@]").or(name.strip_prefix('@'));
    // What stands for a value that is there is one word.
    let replaces = |rest: &str| rest.trim_start_matches(':').starts_with('+');
    match elements {
        Some(rest) if !inside.starts_with('#') && !replaces(rest) => PieceKind::Array,
        _ => PieceKind::Variable,
    }
}

impl Piece {
    /// Whether it is the same whenever the script runs.
    pub(super) fn is_constant(&self) -> bool {
        match self.kind {
            PieceKind::Literal | PieceKind::Single => true,
            PieceKind::Double => self.inner.iter().all(Piece::is_constant),
            _ => false,
        }
    }

    /// The piece and those in its quotes.
    fn all<'p>(&'p self, out: &mut Vec<&'p Piece>) {
        out.push(self);
        self.inner.iter().for_each(|p| p.all(out));
    }
}

/// All pieces of a word, those in quotes among them.
pub(super) fn flat(pieces: &[Piece]) -> Vec<&Piece> {
    let mut out = Vec::new();
    pieces.iter().for_each(|p| p.all(&mut out));
    out
}

/// What is literal in a word.
pub(super) fn literal(pieces: &[Piece]) -> String {
    let flat = flat(pieces).into_iter();
    let literals = flat.filter(|p| p.kind != PieceKind::Glob);
    literals.map(|p| p.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(raw: &str) -> Vec<(PieceKind, &str)> {
        let pieces = pieces(raw, 0);
        let show = |p: &Piece| (p.kind, raw.get(p.range.clone()).unwrap_or_default());
        pieces.iter().map(show).collect()
    }

    #[test]
    fn a_word_falls_into_its_pieces() {
        use PieceKind as K;
        assert_eq!(
            kinds(r#"a\ b"c $x"'d'$y*.sh"#),
            [
                (K::Literal, r"a\ b"),
                (K::Double, r#""c $x""#),
                (K::Single, "'d'"),
                (K::Variable, "$y"),
                (K::Glob, "*"),
                (K::Literal, ".sh"),
            ]
        );
        assert_eq!(
            kinds("$(a ')' b)${x:-${y}}$((1+(2)))`c`$'\\''"),
            [
                (K::Command, "$(a ')' b)"),
                (K::Variable, "${x:-${y}}"),
                (K::Arithmetic, "$((1+(2)))"),
                (K::Command, "`c`"),
                (K::Dollar, "$'\\''"),
            ]
        );
        assert_eq!(
            kinds("{a,b}{c}[a-z][$x]@(a|b)a$"),
            [
                (K::Braces, "{a,b}"),
                (K::Literal, "{c}"),
                (K::Glob, "[a-z]"),
                (K::Literal, "["),
                (K::Variable, "$x"),
                (K::Literal, "]"),
                (K::Glob, "@(a|b)"),
                (K::Literal, "a"),
                (K::Literal, "$"),
            ]
        );
        for (raw, kind) in [
            ("$@", K::Array),
            ("${@:2}", K::Array),
            ("${x[@]%a}", K::Array),
            ("${!x[@]}", K::Array),
            ("${x[@]:1}", K::Array),
            ("${#x[@]}", K::Variable),
            ("${x[*]}", K::Variable),
            ("${x[@]+a}", K::Variable),
            ("$*", K::Variable),
        ] {
            assert_eq!(kinds(raw), [(kind, raw)]);
        }
    }

    #[test]
    fn what_is_not_closed_ends_with_the_word() {
        for raw in [
            "\"a", "'", "$(", "${x", "`", "$((1", "[", "{a,", "\\", "$", "\"\\",
        ] {
            let pieces = pieces(raw, 3);
            assert_eq!(
                pieces.last().map(|p| p.range.end),
                Some(3 + raw.len()),
                "{raw}"
            );
        }
    }
}
