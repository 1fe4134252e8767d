//! A logical line to an instruction: keyword, flags, and the arguments in the shape each of the
//! eighteen takes. After BuildKit's `line_parsers` and `instructions` packages.

use super::json::{self, Json, push_part};
use super::{
    Argument, CommandLine, Escape, From, Healthcheck, Instruction, Keyword, Kind, Pair, Pairs,
    SyntaxError, SyntaxErrorKind, Transfer, TransferSource, Volume, Word, flags, word,
};
use crate::span::{MappedText, Span};

/// How deep ONBUILD may stand in ONBUILD before the rest is left unread; one level is an error
/// already.
const MAX_ONBUILD: usize = 4;

/// Reads one logical line.
pub(super) fn read(
    logical: MappedText,
    escape: Escape,
    line: u32,
) -> (Instruction, Vec<SyntaxError>) {
    let mut reader = Reader {
        escape,
        line,
        errors: Vec::new(),
    };
    let instruction = reader.instruction(logical, 0);
    (instruction, reader.errors)
}

struct Reader {
    escape: Escape,
    line: u32,
    errors: Vec<SyntaxError>,
}

/// BuildKit's class between words, `[\t\v\f\r ]`: narrower than Unicode white space.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\x0b' | '\x0c' | '\r' | ' ')
}

fn trim_range(text: &str, from: usize) -> std::ops::Range<usize> {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + rest.len() - rest.trim_start().len();
    let end = from + rest.trim_end().len();
    start..end.max(start)
}

impl Reader {
    fn error(&mut self, kind: SyntaxErrorKind, span: Span) {
        let line = self.line;
        self.errors.push(SyntaxError {
            kind,
            span,
            line,
            deferred: false,
        });
    }

    fn instruction(&mut self, logical: MappedText, depth: usize) -> Instruction {
        let text = logical.text();
        let trimmed = trim_range(text, 0);
        let body = text.get(trimmed.clone()).unwrap_or_default();
        let name_end = trimmed.start + body.find(is_blank).unwrap_or(body.len());
        let name = Word::from_mapped(logical.part(trimmed.start..name_end));
        let keyword = Keyword::of(name.as_str());
        let (flags, rest_start) = if name_end < trimmed.end {
            flags::cut(&logical, name_end, self.escape)
        } else {
            (Vec::new(), text.len())
        };
        let rest = logical.part(trim_range(text, rest_start));
        let head = logical.span(trimmed);
        let kind = match keyword {
            Some(keyword) => self.arguments(keyword, &name, &flags, rest, depth),
            None => {
                let kind = SyntaxErrorKind::UnknownInstruction {
                    name: name.as_str().to_owned(),
                    suggestion: flags::nearest(
                        name.as_str(),
                        Keyword::ALL.iter().map(|k| k.as_str()),
                    ),
                };
                self.error(kind, name.span);
                Kind::Invalid(Vec::new())
            }
        };
        Instruction {
            keyword,
            name,
            flags,
            kind,
            span: head,
            head,
            logical,
            heredocs: Vec::new(),
            comment_block: Vec::new(),
            start_line: self.line,
            end_line: self.line,
            empty_continuation: None,
        }
    }

    fn arguments(
        &mut self,
        keyword: Keyword,
        name: &Word,
        flags: &[super::Flag],
        rest: MappedText,
        depth: usize,
    ) -> Kind {
        let label = keyword.as_str();
        // ARG, STOPSIGNAL and HEALTHCHECK NONE never look at their flags.
        let unchecked = matches!(keyword, Keyword::Arg | Keyword::Stopsignal)
            || (keyword == Keyword::Healthcheck && rest.text().trim().eq_ignore_ascii_case("none"));
        if !unchecked {
            flags::check(flags, keyword, self.line, &mut self.errors);
        }
        let empty = rest.text().is_empty();
        match keyword {
            Keyword::Run => {
                self.run_flags(flags);
                Kind::Run(self.command(rest))
            }
            Keyword::Cmd => Kind::Cmd(self.command(rest)),
            Keyword::Entrypoint => Kind::Entrypoint(self.command(rest)),
            Keyword::Onbuild if empty => self.missing(label, name),
            Keyword::Onbuild => self.onbuild(rest, depth),
            _ if empty && matches!(keyword, Keyword::Copy | Keyword::Add) => {
                self.error(SyntaxErrorKind::MissingDestination(label), name.span);
                Kind::Invalid(Vec::new())
            }
            Keyword::From if empty => {
                self.error(SyntaxErrorKind::FromArguments, name.span);
                Kind::Invalid(Vec::new())
            }
            _ if empty => self.missing(label, name),
            Keyword::From => self.from(&rest),
            Keyword::Copy | Keyword::Add => self.transfer(keyword, &rest),
            Keyword::Env => self
                .pairs(label, &rest)
                .map_or_else(Kind::Invalid, Kind::Env),
            Keyword::Label => self
                .pairs(label, &rest)
                .map_or_else(Kind::Invalid, Kind::Label),
            Keyword::Arg => self.arg(&rest),
            Keyword::Expose => Kind::Expose(words(&rest)),
            Keyword::Volume => self.volume(&rest),
            Keyword::Shell => self.shell(&rest),
            Keyword::Healthcheck => self.healthcheck(&rest, flags),
            Keyword::Workdir => Kind::Workdir(Word::from_mapped(rest)),
            Keyword::User => Kind::User(Word::from_mapped(rest)),
            Keyword::Stopsignal => Kind::Stopsignal(Word::from_mapped(rest)),
            Keyword::Maintainer => Kind::Maintainer(Word::from_mapped(rest)),
        }
    }

    fn run_flags(&mut self, flags: &[super::Flag]) {
        for flag in flags {
            let Some(value) = &flag.value else { continue };
            let (allowed, reason): (&[&str], _) = match flag.name.as_str() {
                "network" => (
                    &["default", "none", "host"],
                    "it must be `default`, `none` or `host`",
                ),
                "security" => (
                    &["sandbox", "insecure"],
                    "it must be `sandbox` or `insecure`",
                ),
                _ => continue,
            };
            if !allowed.contains(&value.as_str()) {
                let kind = SyntaxErrorKind::InvalidFlagValue {
                    name: flag.name.clone(),
                    value: value.as_str().to_owned(),
                    reason: reason.to_owned(),
                };
                self.error(kind, value.span);
            }
        }
    }

    fn missing(&mut self, label: &'static str, name: &Word) -> Kind {
        self.error(SyntaxErrorKind::MissingArgument(label), name.span);
        Kind::Invalid(Vec::new())
    }

    /// The array a text is, the text back if it is none; an array with other things than strings
    /// is an error and read as text.
    fn json(&mut self, rest: &MappedText) -> Option<Vec<Word>> {
        match json::read(rest) {
            Json::Strings(words) => Some(words),
            Json::NotStrings => {
                self.error(
                    SyntaxErrorKind::NotStringArray,
                    rest.span(0..rest.text().len()),
                );
                None
            }
            Json::No => None,
        }
    }

    fn command(&mut self, rest: MappedText) -> CommandLine {
        let span = rest.span(0..rest.text().len());
        if rest.text().is_empty() {
            return CommandLine::Empty(span);
        }
        match self.json(&rest) {
            Some(words) => CommandLine::Exec(words, span),
            None => CommandLine::Shell(Word::from_mapped(rest)),
        }
    }

    fn from(&mut self, rest: &MappedText) -> Kind {
        let mut words = words(rest);
        let fits = match words.as_slice() {
            [_] => true,
            [_, keyword, _] => keyword.as_str().eq_ignore_ascii_case("as"),
            _ => false,
        };
        if !fits {
            let span = words.get(1..).and_then(|extra| {
                let last = extra.last()?;
                Some(extra.first()?.span.to(last.span))
            });
            let span = span.unwrap_or_else(|| rest.span(0..rest.text().len()));
            self.error(SyntaxErrorKind::FromArguments, span);
            return Kind::Invalid(words);
        }
        let mut alias = None;
        if words.len() == 3 {
            alias = words
                .pop()
                .zip(words.pop())
                .map(|(name, keyword)| (keyword, name));
        }
        if let Some((_, name)) = &alias
            && !is_stage_name(name.as_str())
        {
            let kind = SyntaxErrorKind::InvalidStageName(name.as_str().to_owned());
            self.error(kind, name.span);
        }
        match words.pop() {
            Some(image) => Kind::From(From { image, alias }),
            None => Kind::Invalid(Vec::new()),
        }
    }

    fn transfer(&mut self, keyword: Keyword, rest: &MappedText) -> Kind {
        let array = self.json(rest);
        let json = array.is_some();
        let mut words = array.unwrap_or_else(|| words(rest));
        if words.len() < 2 {
            self.error(
                SyntaxErrorKind::MissingDestination(keyword.as_str()),
                rest.span(0..rest.text().len()),
            );
            return Kind::Invalid(words);
        }
        match words.pop() {
            Some(destination) => {
                if heredoc_word(destination.as_str()).is_some() {
                    self.error(
                        SyntaxErrorKind::HeredocDestination(keyword.as_str()),
                        destination.span,
                    );
                }
                let sources = words
                    .into_iter()
                    .map(|word| TransferSource {
                        word,
                        heredoc: None,
                    })
                    .collect();
                let transfer = Transfer {
                    sources,
                    destination,
                    json,
                };
                if keyword == Keyword::Copy {
                    Kind::Copy(transfer)
                } else {
                    Kind::Add(transfer)
                }
            }
            None => Kind::Invalid(words),
        }
    }

    fn pairs(&mut self, label: &'static str, rest: &MappedText) -> Result<Pairs, Vec<Word>> {
        let words = quoted_words(rest, self.escape);
        let Some(first) = words.first() else {
            return Err(words);
        };
        if !first.as_str().contains('=') {
            let text = rest.text();
            let Some(end) = text.find(is_blank) else {
                self.error(SyntaxErrorKind::MissingValue(label), first.span);
                return Err(words);
            };
            let value = text.get(end..).unwrap_or_default();
            let start = end + value.len() - value.trim_start_matches(is_blank).len();
            let name = Word::from_mapped(rest.part(0..end));
            let value = Word::from_mapped(rest.part(start..text.len()));
            let span = name.span.to(value.span);
            return Ok(Pairs {
                pairs: vec![Pair { name, value, span }],
                legacy: true,
            });
        }
        let mut pairs = Vec::with_capacity(words.len());
        for word in &words {
            let text = word.as_str();
            let Some(equals) = text.find('=') else {
                let kind = SyntaxErrorKind::MissingEquals {
                    word: text.to_owned(),
                    instruction: label,
                };
                self.error(kind, word.span);
                continue;
            };
            if equals == 0 {
                self.error(SyntaxErrorKind::BlankName(label), word.span);
                continue;
            }
            let (name, value) = split_pair(word, equals);
            let span = word.span;
            pairs.push(Pair { name, value, span });
        }
        if pairs.is_empty() {
            return Err(words);
        }
        Ok(Pairs {
            pairs,
            legacy: false,
        })
    }

    fn arg(&mut self, rest: &MappedText) -> Kind {
        let mut arguments = Vec::new();
        for word in quoted_words(rest, self.escape) {
            let (name, value) = match word.as_str().find('=') {
                Some(0) => {
                    self.error(SyntaxErrorKind::BlankName("ARG"), word.span);
                    continue;
                }
                Some(equals) => {
                    let (name, value) = split_pair(&word, equals);
                    (name, Some(value))
                }
                None => (word.clone(), None),
            };
            arguments.push(Argument { word, name, value });
        }
        if arguments.is_empty() {
            Kind::Invalid(Vec::new())
        } else {
            Kind::Arg(arguments)
        }
    }

    fn volume(&mut self, rest: &MappedText) -> Kind {
        let array = self.json(rest);
        let json = array.is_some();
        let paths = array.unwrap_or_else(|| words(rest));
        let span = rest.span(0..rest.text().len());
        if paths.is_empty() {
            self.error(SyntaxErrorKind::MissingArgument("VOLUME"), span);
            return Kind::Invalid(paths);
        }
        if let Some(blank) = paths.iter().find(|p| p.as_str().trim().is_empty()) {
            self.error(SyntaxErrorKind::BlankVolume, blank.span);
        }
        Kind::Volume(Volume { paths, json })
    }

    fn shell(&mut self, rest: &MappedText) -> Kind {
        let span = rest.span(0..rest.text().len());
        match json::read(rest) {
            Json::Strings(words) if words.is_empty() => {
                self.error(SyntaxErrorKind::MissingArgument("SHELL"), span);
                Kind::Invalid(words)
            }
            Json::Strings(words) => Kind::Shell(words),
            Json::NotStrings => {
                self.error(SyntaxErrorKind::NotStringArray, span);
                Kind::Invalid(words(rest))
            }
            Json::No => {
                self.error(SyntaxErrorKind::ShellNotJson, span);
                Kind::Invalid(vec![Word::from_mapped(rest.clone())])
            }
        }
    }

    fn healthcheck(&mut self, rest: &MappedText, flags: &[super::Flag]) -> Kind {
        let text = rest.text();
        // A no-break space ends no type: BuildKit looks at bytes.
        let is_blank = |c: char| c.is_ascii() && c.is_whitespace();
        let end = text.find(is_blank).unwrap_or(text.len());
        let kind = Word::from_mapped(rest.part(0..end));
        let rest = rest.part(trim_range(text, end));
        if kind.as_str().eq_ignore_ascii_case("none") {
            if !rest.text().is_empty() {
                let span = rest.span(0..rest.text().len());
                self.error(SyntaxErrorKind::HealthcheckNone, span);
            }
            return Kind::Healthcheck(Healthcheck {
                kind,
                command: None,
            });
        }
        if !kind.as_str().eq_ignore_ascii_case("cmd") {
            let name = kind.as_str().to_owned();
            self.error(SyntaxErrorKind::HealthcheckType(name), kind.span);
            return Kind::Invalid(vec![kind]);
        }
        let command = self.command(rest);
        if command.words().is_empty() {
            self.error(SyntaxErrorKind::HealthcheckCommand, kind.span);
        }
        for flag in flags {
            let Some(value) = &flag.value else { continue };
            let reason = match flag.name.as_str() {
                "retries" => retries_fault(value.as_str()),
                "interval" | "timeout" | "start-period" | "start-interval" => {
                    duration_fault(value.as_str())
                }
                _ => None,
            };
            if let Some(reason) = reason {
                let kind = SyntaxErrorKind::InvalidFlagValue {
                    name: flag.name.clone(),
                    value: value.as_str().to_owned(),
                    reason: reason.to_owned(),
                };
                self.error(kind, value.span);
            }
        }
        Kind::Healthcheck(Healthcheck {
            kind,
            command: Some(command),
        })
    }

    fn onbuild(&mut self, rest: MappedText, depth: usize) -> Kind {
        if depth >= MAX_ONBUILD {
            return Kind::Invalid(vec![Word::from_mapped(rest)]);
        }
        let before = self.errors.len();
        let inner = self.instruction(rest, depth + 1);
        for error in self.errors.iter_mut().skip(before) {
            error.deferred = !error.kind.is_line_parsers();
        }
        match inner.keyword {
            Some(Keyword::Onbuild) if depth == 0 => {
                self.error(SyntaxErrorKind::OnbuildChain, inner.name.span);
            }
            Some(k @ (Keyword::From | Keyword::Maintainer)) => {
                self.error(SyntaxErrorKind::OnbuildTrigger(k.as_str()), inner.name.span);
            }
            _ => {}
        }
        Kind::Onbuild(Box::new(inner))
    }
}

fn split_pair(word: &Word, equals: usize) -> (Word, Word) {
    let name = Word::from_mapped(word.text.part(0..equals));
    let text = word.text.part(equals + 1..word.as_str().len());
    let value = if text.text().is_empty() {
        Word {
            text,
            span: Span::at(word.span.end),
        }
    } else {
        Word::from_mapped(text)
    };
    (name, value)
}

/// `[a-z][a-z0-9_.-]*` after lowercasing.
fn is_stage_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
}

/// Words between blanks; quotes and escapes mean nothing.
fn words(text: &MappedText) -> Vec<Word> {
    let body = text.text();
    let mut words = Vec::new();
    let mut start = None;
    for (i, c) in body.char_indices() {
        match start {
            None if !is_blank(c) => start = Some(i),
            Some(from) if is_blank(c) => {
                words.push(Word::from_mapped(text.part(from..i)));
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        words.push(Word::from_mapped(text.part(from..body.len())));
    }
    words
}

/// Words of ENV, LABEL and ARG: quotes group, quotes and escapes are kept; an escape character
/// that ends the text is dropped.
fn quoted_words(text: &MappedText, escape: Escape) -> Vec<Word> {
    let body = text.text();
    let escape = escape.char();
    let mut words = Vec::new();
    let mut word: Option<std::ops::Range<usize>> = None;
    let mut quote = None;
    let mut chars = body.char_indices();
    while let Some((i, c)) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if let Some(range) = word.take() {
                words.push(range);
            }
            continue;
        }
        let mut end = i + c.len_utf8();
        if c == escape && quote != Some('\'') {
            match chars.next() {
                Some((j, next)) => end = j + next.len_utf8(),
                None => {
                    // Only the escape itself is dropped: an empty word stays none.
                    break;
                }
            }
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && (c == '\'' || c == '"') {
            quote = Some(c);
        }
        word = Some(word.map_or(i, |w| w.start)..end);
    }
    words.extend(word);
    words
        .into_iter()
        .map(|range| {
            let mut mapped = MappedText::default();
            push_part(&mut mapped, text, range);
            Word::from_mapped(mapped)
        })
        .collect()
}

/// The front of a heredoc word.
pub(super) struct HeredocHead {
    pub descriptor: u32,
    pub chomp: bool,
}

/// Reads a whole word as a heredoc operator, `^\d*<<-?\s*[^<]+$`: its front and the delimiter.
pub(super) fn heredoc_word(word: &str) -> Option<(HeredocHead, word::HeredocDelimiter)> {
    let (descriptor, rest) = word.split_once("<<")?;
    if !descriptor.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (chomp, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let blank = |c: char| matches!(c, '\t' | '\n' | '\x0c' | '\r' | ' ');
    let rest = rest.trim_start_matches(blank);
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let head = HeredocHead {
        descriptor: descriptor.parse().unwrap_or(0),
        chomp,
    };
    Some((head, word::heredoc_delimiter(rest)?))
}

/// Tells each COPY or ADD source that names a heredoc which one it is. Where a name is used
/// twice, BuildKit gives both sources the last body.
pub(super) fn attach_heredocs(instruction: &mut Instruction) {
    let names: Vec<String> = instruction
        .heredocs
        .iter()
        .map(|h| h.name.clone())
        .collect();
    attach(instruction, &names);
}

fn attach(instruction: &mut Instruction, names: &[String]) {
    match &mut instruction.kind {
        Kind::Onbuild(inner) => attach(inner, names),
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            for source in &mut transfer.sources {
                if let Some((_, delimiter)) = heredoc_word(source.word.as_str()) {
                    source.heredoc = names.iter().rposition(|n| *n == delimiter.name);
                }
            }
        }
        _ => {}
    }
}

/// What is wrong with a Go duration; zero and a millisecond or more are right.
fn duration_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    match duration_nanoseconds(text) {
        None => Some("it must be a duration such as `30s` or `1m30s`"),
        Some(ns) if ns != 0.0 && ns < 1e6 => Some("it must be 0 or at least `1ms`"),
        Some(_) => None,
    }
}

fn duration_nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit_len = tail
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_len);
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 6e10,
            "h" => 3.6e12,
            _ => return None,
        };
        if number == "." || number.matches('.').count() > 1 {
            return None;
        }
        let number = format!("0{}", number.trim_end_matches('.'));
        total += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    (total < 9.3e18).then_some(sign * total)
}

fn retries_fault(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    match text.parse::<i32>() {
        Ok(n) if n >= 0 => None,
        Ok(_) => Some("it must not be negative"),
        Err(_) => Some("it must be a whole number"),
    }
}
