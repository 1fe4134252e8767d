//! What no report shows: logs are read by more people than files.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::diagnostic::Diagnostic;
use crate::engine::Report;
use crate::facts::WrittenSecret;
use crate::secrets::mask;
use crate::secrets::value;
use crate::span::{Source, Span};

/// What stands for a secret within a text.
const MASK: &str = "****";
/// Below this a value is looked for as a whole word only: it may be part of another word.
const LONG: usize = 8;
/// The shortest value that is looked for elsewhere.
const SHORT: usize = 4;
/// The most values that are looked for elsewhere.
const MOST: usize = 10_000;

/// The secrets of a file, whichever rules are on.
#[derive(Debug, Default)]
pub struct Secrets {
    /// Where they stand in the file: in order, none in another.
    spans: Vec<Span>,
    values: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Secrets {
    /// The secrets of texts of one file: as it is and as it was.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let found = texts.into_iter().flat_map(mask::find);
        let mut secrets = Self {
            values: found.map(|h| h.value).collect(),
            ..Self::default()
        };
        secrets.prepare();
        secrets
    }

    /// The secrets of a file with findings, those among them that only a rule knows included.
    fn of_report(report: &Report, given: Vec<String>) -> Self {
        let silenced = report.suppressed.iter().map(|s| &s.diagnostic);
        let all = report.diagnostics.iter().chain(silenced);
        let known = all.filter(|d| d.secret).map(|d| d.span);
        Self::of_source(&report.source, report.told.as_deref(), known, given)
    }

    /// The secrets of a file, more of which is known where they stand, and others. `told` is what reading
    /// its command lines has told, if they are read already.
    pub(super) fn of_source(
        source: &Source,
        told: Option<&[WrittenSecret]>,
        known: impl IntoIterator<Item = Span>,
        given: Vec<String>,
    ) -> Self {
        let text = source.text();
        let mut secrets = Self {
            values: given,
            ..Self::default()
        };
        let hidden = match told {
            Some(_) => mask::find_off_command_lines(text),
            None => mask::find(text),
        };
        for hidden in hidden {
            secrets.spans.push(span(&hidden.range));
            secrets.values.push(hidden.value);
        }
        for placed in told.unwrap_or_default() {
            secrets.spans.push(placed.span);
            secrets.values.push(placed.secret.clone());
        }
        for span in known {
            let value = source.slice(span);
            secrets.spans.push(span);
            // What everybody tries first is no secret elsewhere.
            if value::classify_password(value, "").is_secret() {
                secrets.values.push(value.to_owned());
            }
        }
        secrets.prepare();
        let elsewhere = secrets.known_in(text);
        secrets.spans.extend(elsewhere);
        secrets.spans.sort_unstable();
        secrets.spans = apart(std::mem::take(&mut secrets.spans));
        secrets
    }

    /// Secrets at places only.
    #[cfg(test)]
    pub(super) fn at(spans: Vec<Span>) -> Self {
        Self {
            spans,
            ..Self::default()
        }
    }

    fn prepare(&mut self) {
        let values = &mut self.values;
        for value in values.clone() {
            // As it stands in JSON.
            if value.contains(['"', '\\']) {
                values.push(value.replace('\\', "\\\\").replace('"', "\\\""));
            }
        }
        // A short word in small letters is as often the name of the project, all over the file.
        let is_word = |v: &str| v.len() < LONG && v.bytes().all(|b| b.is_ascii_lowercase());
        values.retain(|v| v.chars().count() >= SHORT && !is_word(v));
        values.sort_unstable();
        values.dedup();
        values.truncate(MOST);
        if !values.is_empty() {
            let builder = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(values);
            self.finder = builder.ok();
        }
    }

    /// Whether there are none, at places or elsewhere.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.values.is_empty()
    }

    /// Those that touch a span of the file.
    pub(super) fn within(&self, span: Span) -> &[Span] {
        let from = self.spans.partition_point(|s| s.end <= span.start);
        let to = self.spans.partition_point(|s| s.start < span.end);
        self.spans.get(from..to).unwrap_or_default()
    }

    /// Where known values stand in a text.
    fn known_in(&self, text: &str) -> Vec<Span> {
        let Some(finder) = &self.finder else {
            return Vec::new();
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let whole = |start: usize, end: usize| {
            let before = text.get(..start).is_some_and(|t| t.ends_with(is_word));
            let after = text.get(end..).is_some_and(|t| t.starts_with(is_word));
            !before && !after
        };
        finder
            .find_iter(text)
            .filter(|m| m.len() >= LONG || whole(m.start(), m.end()))
            .map(|m| Span::new(m.start() as u32, m.end() as u32))
            .collect()
    }

    /// Where secrets stand in any text: those of the file, and others.
    fn find_in(&self, text: &str) -> Vec<Span> {
        let mut spans = self.known_in(text);
        spans.extend(mask::find(text).iter().map(|h| span(&h.range)));
        spans.sort_unstable();
        apart(spans)
    }

    /// A text of a report without secrets.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let spans = self.find_in(text);
        if spans.is_empty() {
            return text.into();
        }
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for span in spans {
            out.push_str(text.get(at..span.start as usize).unwrap_or_default());
            out.push_str(MASK);
            at = span.end as usize;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out.into()
    }

    /// The bytes of a file without secrets; lines stay where they are.
    pub fn mask_bytes<'t>(&self, bytes: &'t [u8]) -> Cow<'t, [u8]> {
        // Of the same length, byte for byte.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => bytes
                .utf8_chunks()
                .fold(String::new(), |mut text, chunk| {
                    text.push_str(chunk.valid());
                    text.extend(chunk.invalid().iter().map(|_| '?'));
                    text
                })
                .into(),
        };
        let spans = self.find_in(&text);
        if spans.is_empty() {
            return bytes.into();
        }
        let mut out = bytes.to_vec();
        for span in spans {
            let hidden = out.get_mut(span.range()).unwrap_or_default();
            for byte in hidden.iter_mut().filter(|b| !b.is_ascii_whitespace()) {
                *byte = b'*';
            }
        }
        out.into()
    }

    /// Takes the secrets out of a finding. A fix that would write one has no edits left: half of
    /// them, or a mask in the file, would be worse.
    fn hide_in(&self, diagnostic: &mut Diagnostic, clean: &mut Clean) {
        let texts = std::iter::once(&mut diagnostic.message).chain(&mut diagnostic.help);
        let steps = diagnostic.flow.iter_mut().map(|s| &mut s.message);
        let labels = diagnostic.labels.iter_mut().map(|l| &mut l.message);
        let labels = labels.chain(steps);
        for text in texts.chain(labels) {
            self.hide(text, clean);
        }
        if let Some(fix) = &mut diagnostic.fix {
            self.hide(&mut fix.title, clean);
            let mut edits = fix.edits.iter();
            if edits.any(|e| !clean.has(self, &e.content)) {
                fix.edits.clear();
            }
        }
    }

    fn hide(&self, text: &mut String, clean: &mut Clean) {
        if !clean.has(self, text)
            && let Cow::Owned(masked) = self.mask(text)
        {
            *text = masked;
        }
    }
}

/// The texts of a report that hold no secret: findings of a rule say much alike.
#[derive(Default)]
struct Clean(HashSet<String>);

impl Clean {
    fn has(&mut self, secrets: &Secrets, text: &str) -> bool {
        if self.0.contains(text) {
            return true;
        }
        let is_clean = secrets.known_in(text).is_empty() && is_plain(text);
        if is_clean {
            self.0.insert(text.to_owned());
        }
        is_clean
    }
}

/// Whether a text holds no secret of its own. Rules say the same in one file after another, so what is
/// known of short texts is kept.
fn is_plain(text: &str) -> bool {
    /// The longest text that is kept, and the most of them.
    const LONGEST: usize = 256;
    const MOST: usize = 1_000;
    thread_local! {
        static PLAIN: RefCell<HashSet<String>> = RefCell::default();
    }
    if PLAIN.with_borrow(|plain| plain.contains(text)) {
        return true;
    }
    let is_plain = mask::find(text).is_empty();
    if is_plain && text.len() <= LONGEST {
        PLAIN.with_borrow_mut(|plain| {
            if plain.len() < MOST {
                plain.insert(text.to_owned());
            }
        });
    }
    is_plain
}

/// The secrets of a file with findings, and those of the build arguments.
pub(super) fn of<'a>(
    report: &Report,
    arguments: impl IntoIterator<Item = &'a (String, String)>,
) -> Secrets {
    let given = arguments.into_iter();
    let given = given.filter(|(name, value)| mask::is_named(name, value));
    let given = given.map(|(_, value)| value.clone()).collect();
    Secrets::of_report(report, given)
}

/// Takes the secrets out of what a report says; those in the text of the file come back.
/// Build arguments may hold further ones.
pub(super) fn hide<'a>(
    report: &mut Report,
    arguments: impl IntoIterator<Item = &'a (String, String)>,
) -> Secrets {
    if report.diagnostics.is_empty() && report.suppressed.is_empty() {
        return Secrets::default();
    }
    let secrets = of(report, arguments);
    let mut clean = Clean::default();
    let silenced = report.suppressed.iter_mut();
    for suppressed in silenced {
        secrets.hide_in(&mut suppressed.diagnostic, &mut clean);
        secrets.hide(&mut suppressed.reason, &mut clean);
    }
    for diagnostic in &mut report.diagnostics {
        secrets.hide_in(diagnostic, &mut clean);
    }
    secrets
}

fn span(range: &std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

/// Spans in order with those that touch made one.
fn apart(spans: Vec<Span>) -> Vec<Span> {
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start < last.end => *last = last.to(span),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secrets_of_a_place_are_found() {
        let spans = [Span::new(2, 4), Span::new(6, 8), Span::new(10, 12)];
        let all = Secrets::at(spans.to_vec());
        assert_eq!(all.within(Span::new(4, 6)), []);
        assert_eq!(all.within(Span::new(3, 7)), &spans[..2]);
        assert_eq!(all.within(Span::new(11, 20)), &spans[2..]);
    }

    #[test]
    fn a_known_value_is_masked_anywhere() {
        let secrets = Secrets::of(["ENV DB_PASSWORD=violet-umbrella PIN_PASSWORD=wren7\n"]);
        assert_eq!(
            secrets.mask("no image `violet-umbrella`"),
            "no image `****`"
        );
        assert_eq!(secrets.mask("`wren7` and `wren77`"), "`****` and `wren77`");
        let masked = secrets.mask_bytes(b"\xffFROM violet-umbrella\n");
        assert_eq!(masked, b"\xffFROM ***************\n".as_slice());
    }
}
