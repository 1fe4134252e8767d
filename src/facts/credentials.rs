//! The secrets that are written in the file, but for values of ENV and ARG whose name says so.

use std::cmp::Reverse;

use super::{Base, Facts, Node};
use crate::secrets::assignment::{self, Language};
use crate::secrets::name::{self, Noun};
use crate::secrets::position::{self, Positioned};
use crate::secrets::scan::{self, Hit, HitKind};
use crate::secrets::value::ValueKind;
use crate::span::{MappedText, Span};
use crate::syntax::{CommandLine, Kind, Word};

/// A secret that is written in the file.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Where it stands; the variable, if its value is part of it.
    pub span: Span,
    /// The secret.
    pub secret: String,
    /// How it is known.
    pub evidence: Evidence,
    /// Whether it is one of those everybody tries first.
    pub is_default: bool,
    /// The instruction; none for a comment.
    pub node: Option<usize>,
    /// What it is written for.
    pub whereabouts: Whereabouts,
}

/// What reading the file for secrets has told.
#[derive(Debug, Default)]
pub(super) struct Reading {
    credentials: Vec<Credential>,
    positions: Vec<WrittenSecret>,
}

/// What a program takes for a credential, judged by nothing but its place.
#[derive(Debug, Clone)]
pub struct WrittenSecret {
    /// Where it stands.
    pub span: Span,
    /// The credential.
    pub secret: String,
}

/// How a secret is known.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// By its own shape, and whether nothing speaks against it.
    Shape(HitKind, bool),
    /// By the program that takes it there; empty if an option says so by its name.
    Position(String),
    /// By the name in front of it.
    Name(String, Noun),
}

/// What a secret is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// What the build needs.
    Build,
    /// What the image keeps for the container.
    Container,
    /// Nothing: it stands in a comment.
    Comment,
}

/// The longest value of a variable that is put into a command.
const LONG: usize = 1024;

impl Facts<'_> {
    /// The secrets that are written in the file, in order, none inside another. Those that are the
    /// value of an ENV or ARG whose name says so are left out.
    pub fn credentials(&self) -> &[Credential] {
        let reading = self.credentials.get_or_init(|| {
            let mut all = Vec::new();
            let mut positions = Vec::new();
            for node in &self.nodes {
                if !matches!(node.instruction.kind, Kind::Onbuild(_)) {
                    self.credentials_of(node, &mut all, &mut positions);
                }
            }
            for comment in &self.file.comments {
                let span = comment.span;
                let text = MappedText::verbatim(self.source.slice(span), span.start);
                let mut found = Gathered::default();
                found.hits(&text, scan::scan(text.text()));
                found.positions(&text, commented(text.text()));
                found.names(&text, Language::Shell);
                positions.append(&mut found.positions);
                let found = found.all.into_iter().filter(|f| !f.is_default);
                all.extend(found.map(|f| f.into_credential(None, Whereabouts::Comment)));
            }
            all.sort_by_key(|c| c.span);
            Reading {
                credentials: all,
                positions,
            }
        });
        &reading.credentials
    }

    /// What reports have to hide, whichever rules are on: the credentials that are no defaults, and
    /// those on command lines, whatever else is known of them.
    pub fn written_secrets(&self) -> Vec<WrittenSecret> {
        let credentials = self.credentials().iter().filter(|c| !c.is_default);
        let mut all: Vec<WrittenSecret> = credentials
            .map(|c| WrittenSecret {
                span: c.span,
                secret: c.secret.clone(),
            })
            .collect();
        let positions = self.credentials.get().map(|r| r.positions.iter().cloned());
        all.extend(positions.into_iter().flatten());
        all
    }

    /// Whether a text is what the project calls itself: the folder of the file, or a part of a path
    /// or an address in it. Nobody keeps such a password.
    pub fn is_own_name(&self, text: &str) -> bool {
        let is_name = (4..=32).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        if !is_name {
            return false;
        }
        let path = std::path::Path::new(self.source.path());
        let mut folders = path.parent().into_iter().flat_map(|p| p.components());
        if folders.any(|f| f.as_os_str().eq_ignore_ascii_case(text)) {
            return true;
        }
        let images = self.stages.iter().filter_map(|s| match &s.base {
            Base::Image(image) => Some(image.text.as_str()),
            _ => None,
        });
        if images
            .flat_map(|i| i.split(['/', ':', '@']))
            .any(|part| part == text)
        {
            return true;
        }
        let whole = self.source.text();
        // As if each instruction were so long.
        if !self.may_search(whole.len() / 64) {
            return false;
        }
        let is_end = |c: char| c.is_whitespace() || "\"'=,;".contains(c);
        whole.match_indices(text).any(|(at, _)| {
            let before = whole.get(..at).unwrap_or_default();
            let start = before.rfind(is_end).map_or(0, |i| i + 1);
            let ahead = before.get(start..).unwrap_or_default();
            let is_path = ahead.starts_with('/') || ahead.contains("://");
            let after = whole.as_bytes().get(at + text.len());
            // The name in an address of mail: `acme@example.com`.
            if ahead.is_empty() && after == Some(&b'@') {
                return true;
            }
            let ends = after.is_none_or(|b| !b.is_ascii_alphanumeric() && !b"@:".contains(b));
            is_path && ahead.ends_with('/') && !ahead.ends_with("://") && ends
        })
    }

    fn credentials_of(
        &self,
        node: &Node<'_>,
        all: &mut Vec<Credential>,
        positions: &mut Vec<WrittenSecret>,
    ) {
        let instruction = node.instruction;
        let whereabouts = match &instruction.kind {
            Kind::Env(_)
            | Kind::Label(_)
            | Kind::Cmd(_)
            | Kind::Entrypoint(_)
            | Kind::Healthcheck(_) => Whereabouts::Container,
            _ => Whereabouts::Build,
        };
        let lookup = |name: &str| {
            // A variable that is a secret by its own name speaks for itself.
            if name::classify(name).is_some_and(|n| n.strong) {
                return None;
            }
            let value = self.value_of(node.index, name)?;
            let is_known = crate::secrets::is_secret_of(name, &value);
            (value.len() <= LONG && !value.is_empty() && !is_known).then(|| value.into_owned())
        };
        let mut found = Gathered::default();
        found.hits(&instruction.logical, scan::scan(instruction.logical.text()));
        let heredocs = self.heredocs_of(node);
        let bodies: Vec<MappedText> = heredocs.iter().map(|h| h.content(self.source)).collect();
        for body in &bodies {
            found.hits(body, scan::scan(body.text()));
        }
        let line = match &instruction.kind {
            Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => Some(line),
            Kind::Healthcheck(check) => check.command.as_ref(),
            _ => None,
        };
        match line {
            Some(CommandLine::Shell(word)) => {
                let script = self.script_text(node);
                let text = script.as_ref().map_or(&word.text, |s| &*s.text);
                found.commands(text, &instruction.logical, &lookup);
                if !heredocs.is_empty() && script.as_ref().is_some_and(|s| s.heredoc.is_none()) {
                    bodies
                        .iter()
                        .for_each(|body| found.commands(body, &instruction.logical, &lookup));
                }
                found.password_files(&instruction.logical, text);
                for body in &bodies {
                    found.password_files(&instruction.logical, body);
                }
                found.names(&word.text, Language::Shell);
            }
            Some(CommandLine::Exec(words, _)) => {
                found.words(words, &lookup);
                found.names(&instruction.logical, Language::Any);
            }
            _ => {}
        }
        match &instruction.kind {
            Kind::Env(pairs) | Kind::Label(pairs) => {
                let is_label = matches!(instruction.kind, Kind::Label(_));
                for pair in &pairs.pairs {
                    let (name, value) = (pair.name.as_str(), &pair.value);
                    self.value_credentials(node, name, value, &lookup, &mut found);
                    if is_label {
                        found.pair(self, &pair.name, &pair.value);
                    }
                }
            }
            Kind::Arg(arguments) => {
                for argument in arguments {
                    if let Some(value) = &argument.value {
                        let name = argument.name.as_str();
                        self.value_credentials(node, name, value, &lookup, &mut found);
                    }
                }
            }
            Kind::Copy(_) | Kind::Add(_) => {
                bodies
                    .iter()
                    .for_each(|body| found.commands(body, &instruction.logical, &lookup));
                for body in &bodies {
                    found.password_files(&instruction.logical, body);
                }
                found.names(&instruction.logical, Language::Any);
            }
            _ => {}
        }
        for body in &bodies {
            found.names(body, Language::Any);
        }
        if line.is_none() {
            // No command line, and yet reports hide what would be a credential on one.
            let text = &instruction.logical;
            found.note(text, &position::find(text.text(), &|_| None));
        }
        positions.append(&mut found.positions);
        let others = found
            .all
            .into_iter()
            .filter(|f| !self.is_named(node, f.span));
        all.extend(others.map(|mut f| {
            f.is_default |=
                !matches!(f.evidence, Evidence::Shape(..)) && self.is_own_name(&f.secret);
            f.into_credential(Some(node.index), whereabouts)
        }));
    }

    /// The credentials within a value that is more than one: `JAVA_OPTS="-Dx.password=…"`.
    fn value_credentials(
        &self,
        node: &Node<'_>,
        name: &str,
        word: &Word,
        lookup: position::Lookup<'_>,
        found: &mut Gathered,
    ) {
        let text = word.as_str();
        // What stands behind a secret's name is judged as a whole.
        if name::classify(name).is_some_and(|n| n.strong)
            && !text.trim_start_matches(['"', '\'']).starts_with(['{', '['])
        {
            return;
        }
        if text.contains('$')
            && let Some(known) = self.text(node.index, word)
        {
            // `$FIRST_HALF$SECOND_HALF`
            let secrets = scan::scan(&known).into_iter().filter(|h| h.certain);
            for hit in secrets {
                let secret = known.get(hit.range.clone()).unwrap_or_default();
                found.push(word.span, secret, Evidence::Shape(hit.kind, true), false);
            }
        }
        if text.len() >= 8 && text.contains(['=', ':', ' ']) {
            let span = self.literal_span(word, None);
            let inner = MappedText::verbatim(self.source.slice(span), span.start);
            // A value over several lines is mapped piece by piece.
            let inner = if inner.text().contains('\n') {
                &word.text
            } else {
                &inner
            };
            found.commands(inner, &node.instruction.logical, lookup);
            found.names(inner, Language::Any);
        }
    }

    /// Whether a place is in the value of an ENV or ARG whose name promises a secret.
    fn is_named(&self, node: &Node<'_>, span: Span) -> bool {
        let is = |name: &str, value: &Word| {
            if !value.span.covers(span) {
                return false;
            }
            let literal = self.literal(value);
            // What BuildKit refuses is no value.
            if literal.is_none() && self.references(value).is_empty() {
                return false;
            }
            crate::secrets::is_secret_of(name, literal.as_deref().unwrap_or(value.as_str()))
        };
        match &node.instruction.kind {
            Kind::Env(pairs) => pairs.pairs.iter().any(|p| is(p.name.as_str(), &p.value)),
            Kind::Arg(arguments) => arguments
                .iter()
                .any(|a| a.value.as_ref().is_some_and(|v| is(a.name.as_str(), v))),
            _ => false,
        }
    }
}

/// The commands in a comment that was an instruction or a line of a script.
fn commented(text: &str) -> Vec<Positioned> {
    let start = text.len() - text.trim_start_matches(['#', ' ', '\t']).len();
    let code = text.get(start..).unwrap_or_default();
    let mut found = position::find(code, &|_| None);
    for positioned in &mut found {
        positioned.range = positioned.range.start + start..positioned.range.end + start;
    }
    found
}

/// Whether a secret stands where a program takes one, and no variable that has it.
fn is_written(position: &Positioned) -> bool {
    position.kind.is_secret() && !position.expanded
}

/// What was found in one instruction.
#[derive(Default)]
struct Gathered {
    all: Vec<Found>,
    positions: Vec<WrittenSecret>,
}

struct Found {
    span: Span,
    secret: String,
    evidence: Evidence,
    is_default: bool,
}

impl Found {
    fn into_credential(self, node: Option<usize>, whereabouts: Whereabouts) -> Credential {
        Credential {
            span: self.span,
            secret: self.secret,
            evidence: self.evidence,
            is_default: self.is_default,
            node,
            whereabouts,
        }
    }
}

impl Gathered {
    /// Adds a secret unless it touches one that is known better.
    fn push(&mut self, span: Span, secret: &str, evidence: Evidence, is_default: bool) {
        let apart = |f: &Found| f.span.end <= span.start || span.end <= f.span.start;
        if self.all.iter().all(apart) && !span.is_empty() {
            self.all.push(Found {
                span,
                secret: secret.to_owned(),
                evidence,
                is_default,
            });
        }
    }

    fn hits(&mut self, text: &MappedText, mut hits: Vec<Hit>) {
        // What is doubtful gives way.
        hits.sort_by_key(|h| Reverse(h.certain));
        for hit in hits {
            let secret = text.text().get(hit.range.clone()).unwrap_or_default();
            let span = text.span(hit.range);
            self.push(span, secret, Evidence::Shape(hit.kind, hit.certain), false);
        }
    }

    /// Notes what reports have to hide.
    fn note(&mut self, text: &MappedText, positions: &[Positioned]) {
        let secrets = positions.iter().filter(|p| is_written(p));
        self.positions.extend(secrets.map(|p| WrittenSecret {
            span: text.span(p.range.clone()),
            secret: p.secret.clone(),
        }));
    }

    fn positions(&mut self, text: &MappedText, positions: Vec<Positioned>) {
        self.note(text, &positions);
        for position in positions {
            let span = text.span(position.range);
            let is_default = position.kind == ValueKind::Default;
            let evidence = Evidence::Position(position.program);
            self.push(span, &position.secret, evidence, is_default);
        }
    }

    fn commands(&mut self, text: &MappedText, around: &MappedText, lookup: position::Lookup<'_>) {
        let told = position::tell(text.text(), around.text(), lookup);
        self.hits(text, told.hits);
        self.positions(text, told.positions);
        for written in told.written {
            // A weak password is worth a remark where something is set.
            if written.named.kind != ValueKind::Default {
                let named = written.named;
                let evidence = Evidence::Name(named.name, named.noun);
                self.push(text.span(named.range), &written.secret, evidence, false);
            }
        }
    }

    fn words(&mut self, words: &[Word], lookup: position::Lookup<'_>) {
        let texts: Vec<&str> = words.iter().map(Word::as_str).collect();
        for (index, position) in position::find_in_words(&texts, lookup) {
            let Some(word) = words.get(index) else {
                continue;
            };
            let is_default = position.kind == ValueKind::Default;
            let is_written = is_written(&position);
            let evidence = Evidence::Position(position.program);
            let span = word.span_of(position.range);
            if is_written {
                self.positions.push(WrittenSecret {
                    span,
                    secret: position.secret.clone(),
                });
            }
            self.push(span, &position.secret, evidence, is_default);
        }
    }

    fn names(&mut self, text: &MappedText, language: Language) {
        for named in assignment::find(text.text(), language) {
            let secret = text.text().get(named.range.clone()).unwrap_or_default();
            let is_default = named.kind == ValueKind::Default;
            // A weak password is worth a remark where something is set, not where text is changed.
            if is_default && !(language == Language::Shell && named.is_bare) {
                continue;
            }
            let evidence = Evidence::Name(named.name, named.noun);
            self.push(text.span(named.range), secret, evidence, is_default);
        }
    }

    /// The lines of files that name nothing, if an instruction writes one.
    fn password_files(&mut self, instruction: &MappedText, text: &MappedText) {
        for named in assignment::in_password_files(text.text(), instruction.text()) {
            let secret = text.text().get(named.range.clone()).unwrap_or_default();
            let is_default = named.kind == ValueKind::Default;
            let evidence = Evidence::Name(named.name, named.noun);
            self.push(text.span(named.range), secret, evidence, is_default);
        }
    }

    /// A label.
    fn pair(&mut self, facts: &Facts<'_>, name: &Word, value: &Word) {
        let name = name.as_str().trim_matches(['"', '\'']);
        let (Some(class), Some(text)) = (name::classify(name), facts.literal(value)) else {
            return;
        };
        let kind = crate::secrets::value::classify(&text, &class);
        let is_default = kind == ValueKind::Default && class.strong;
        if class.strong && kind.is_secret() || kind == ValueKind::Random || is_default {
            let evidence = Evidence::Name(name.to_owned(), class.noun);
            self.push(facts.literal_span(value, None), &text, evidence, is_default);
        }
    }
}
