//! The JSON (exec) form: an array of strings, with the place of each.

use super::Word;
use crate::span::MappedText;

/// What text in argument position is.
pub(super) enum Json {
    /// An array of strings.
    Strings(Vec<Word>),
    /// A JSON array with something else in it, which BuildKit refuses.
    NotStrings,
    /// Not JSON: read it as shell text or words.
    No,
}

/// Reads `text` as Go's `json.Unmarshal` does: the whole text must be one strict JSON array.
pub(super) fn read(text: &MappedText) -> Json {
    let body = text.text();
    let start = body.len() - body.trim_start().len();
    if !body[start..].starts_with('[') {
        return Json::No;
    }
    let mut reader = Reader {
        mapped: text,
        body,
        at: start + 1,
    };
    match reader.strings() {
        Some(words) => Json::Strings(words),
        None if is_array(body) => Json::NotStrings,
        None => Json::No,
    }
}

/// Whether the text is a JSON array of anything.
fn is_array(text: &str) -> bool {
    serde_json::from_str::<Vec<serde::de::IgnoredAny>>(text.trim()).is_ok()
}

struct Reader<'t> {
    mapped: &'t MappedText,
    body: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn strings(&mut self) -> Option<Vec<Word>> {
        let mut words = Vec::new();
        self.blanks();
        if self.eat(b']') {
            return self.end().then_some(words);
        }
        loop {
            self.blanks();
            words.push(self.string()?);
            self.blanks();
            if self.eat(b']') {
                return self.end().then_some(words);
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.body.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let hit = self.peek() == Some(byte);
        self.at += usize::from(hit);
        hit
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn end(&mut self) -> bool {
        self.blanks();
        self.peek().is_none()
    }

    fn string(&mut self) -> Option<Word> {
        let open = self.at;
        if !self.eat(b'"') {
            return None;
        }
        let mut text = MappedText::default();
        text.push("", self.mapped.offset(self.at as u32));
        loop {
            let run = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            push_part(&mut text, self.mapped, run..self.at);
            let here = self.at;
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    let decoded = self.escape()?;
                    text.push(
                        decoded.encode_utf8(&mut [0; 4]),
                        self.mapped.offset(here as u32),
                    );
                }
                _ => return None,
            }
        }
        self.at += 1;
        Some(Word {
            text,
            span: self.mapped.span(open..self.at),
        })
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                let mut code = u32::from(unit);
                if (0xd800..0xdc00).contains(&unit)
                    && self.body.get(self.at..self.at + 2) == Some("\\u")
                {
                    let back = self.at;
                    self.at += 2;
                    match self.hex()? {
                        low @ 0xdc00..0xe000 => {
                            code = 0x10000 + ((code - 0xd800) << 10) + (u32::from(low) - 0xdc00);
                        }
                        _ => self.at = back,
                    }
                }
                // A lone surrogate becomes U+FFFD, as in Go.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u16> {
        let digits = self.body.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }
}

/// Appends a range of one mapped text to another.
pub(super) fn push_part(to: &mut MappedText, from: &MappedText, range: std::ops::Range<usize>) {
    from.runs_in(range, |piece, at| to.push(piece, at));
}

/// Whether the shell form of CMD or ENTRYPOINT was meant as an array.
pub fn is_meant_as_array(text: &str) -> bool {
    // `[ "$x" = y ] && …` is a test of the shell.
    let joined = text.contains("&&") || text.contains("||");
    text.starts_with('[') && !is_shell_test(text) && (!joined || text.ends_with(']'))
}

/// `[ -f x ]`: a test of the shell.
pub fn is_shell_test(text: &str) -> bool {
    let rest = text.trim_start_matches('[');
    rest.starts_with([' ', '\t']) && !rest.trim_start().starts_with(['"', '\'', '“', '‘'])
}
