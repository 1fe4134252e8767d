//! What switches off the verification of certificates or signatures, or allows broken protocols:
//! options, environment variables and configuration (`data/verification.toml`).

use std::ops::Range;

use super::{Facts, Node, Stage};
use crate::keywords::{Keywords, links};
use crate::shell::{Command, FrameKind, Word};
use crate::span::{MappedText, Span};
use crate::syntax::{CommandLine, Kind};

/// What is verified no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The TLS certificates of servers.
    Certificates,
    /// The signatures or checksums of packages.
    Signatures,
    /// That a connection is not older than TLS 1.2.
    Protocols,
}

/// A place that switches a verification off.
#[derive(Debug, Clone)]
pub struct SwitchedOff {
    /// The index of its node.
    pub node: usize,
    /// What is verified no more.
    pub verified: Verified,
    /// The option, the variable with its value, or the key with its value.
    pub span: Span,
    /// The same as text for a message.
    pub text: String,
    /// The index of the command in the node's script whose option it is.
    pub command: Option<usize>,
    /// Whether it is a variable of the image that programs in the container read too.
    pub run_time: bool,
}

/// Options of one program.
struct ProgramOptions {
    program: &'static str,
    verified: Verified,
    options: &'static [&'static str],
    /// Letters of options that take a value.
    short: &'static str,
    /// It counts only together with one of these.
    with: &'static [&'static str],
}

/// An environment variable.
struct SwitchVariable {
    /// In capitals.
    name: &'static str,
    verified: Verified,
    /// In lower case; any value if there are none.
    values: &'static [&'static str],
    run_time: bool,
}

/// A key of a configuration.
struct Setting {
    key: &'static str,
    verified: Verified,
    /// In lower case; any value if there are none.
    values: &'static [&'static str],
    /// Whether the key alone does it.
    bare: bool,
}

// From `data/verification.toml`.
include!(concat!(env!("OUT_DIR"), "/verification.rs"));

const KEYS: [&str; SETTINGS.len()] = keys();

#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const fn keys() -> [&'static str; SETTINGS.len()] {
    let mut keys = [""; SETTINGS.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = SETTINGS[at].key;
        at += 1;
    }
    keys
}

static FINDER: Keywords<{ links(&KEYS) }> = Keywords::new(&KEYS, false);

/// Commands that look for a text and do not write it.
const READERS: [&str; 7] = ["grep", "egrep", "fgrep", "rg", "test", "[", "[["];

impl Facts<'_> {
    /// Every place that switches a verification off, in order.
    pub fn switched_off(&self) -> &[SwitchedOff] {
        self.switched_off.get_or_init(|| {
            let text = self.source.text();
            let has_settings = FINDER.is_match(text);
            let mut found = Vec::new();
            for node in &self.nodes {
                Finder {
                    facts: self,
                    node,
                    has_settings,
                    found: &mut found,
                }
                .read();
            }
            found
        })
    }

    /// Whether a script compares what it fetched with a digest that the Dockerfile names, or checks
    /// a signature.
    pub fn checks_download(&self, node: &Node<'_>) -> bool {
        let Some(script) = &node.script else {
            return false;
        };
        script.commands.iter().any(|command| {
            if !command.verifies() {
                return false;
            }
            !command.name.ends_with("sum") || self.checks_download_by_digest(node)
        })
    }

    /// Whether a stage checks a download ([`Facts::checks_download`]) at a node or later.
    pub fn checks_download_later(&self, node: &Node<'_>) -> bool {
        self.last_checks(node)
            .is_some_and(|last| last.of_download >= Some(node.index))
    }

    /// Whether a stage compares any digests or checks signatures at a node or later.
    pub fn verifies_later(&self, node: &Node<'_>) -> bool {
        self.last_checks(node)
            .is_some_and(|last| last.of_any >= Some(node.index))
    }

    /// The last checks of a node's stage: looked for once, however many downloads ask.
    fn last_checks(&self, node: &Node<'_>) -> Option<&LastChecks> {
        let all = self.last_checks.get_or_init(|| {
            let of = |stage: &Stage<'_>| {
                let last = |is_check: &dyn Fn(&Node<'_>) -> bool| {
                    let found = self.nodes_of(stage).iter().rfind(|n| is_check(n));
                    found.map(|n| n.index)
                };
                LastChecks {
                    of_download: last(&|n| self.checks_download(n)),
                    of_any: last(&|n| n.commands().iter().any(Command::verifies)),
                }
            };
            self.stages.iter().map(of).collect()
        });
        all.get(node.stage?)
    }

    fn checks_download_by_digest(&self, node: &Node<'_>) -> bool {
        let text = self.source.slice(node.instruction.span);
        let mut run = 0;
        for byte in text.bytes() {
            run = if byte.is_ascii_hexdigit() { run + 1 } else { 0 };
            if run >= 32 {
                return true;
            }
        }
        let names = node.commands().iter().flat_map(|c| &c.words);
        names.flat_map(Word::variables).any(|name| {
            let name = name.to_ascii_lowercase();
            ["sha", "sum", "digest", "md5", "hash"]
                .iter()
                .any(|part| name.contains(part))
        })
    }
}

/// The last instructions of a stage that check something.
pub(super) struct LastChecks {
    of_download: Option<usize>,
    of_any: Option<usize>,
}

struct Finder<'f, 'a> {
    facts: &'f Facts<'a>,
    node: &'f Node<'a>,
    has_settings: bool,
    found: &'f mut Vec<SwitchedOff>,
}

impl Finder<'_, '_> {
    fn read(mut self) {
        let facts = self.facts;
        let node = self.node;
        match &node.instruction.kind {
            Kind::Env(pairs) => {
                for pair in &pairs.pairs {
                    let value = facts.text(node.index, &pair.value);
                    self.variable(pair.name.as_str(), value.as_deref(), pair.span, true);
                    self.settings(&pair.value.text);
                }
            }
            Kind::Arg(arguments) => {
                for argument in arguments {
                    let Some(value) = &argument.value else {
                        continue;
                    };
                    let text = facts.text(node.index, value);
                    let span = argument.word.span;
                    self.variable(argument.name.as_str(), text.as_deref(), span, false);
                    self.settings(&value.text);
                }
            }
            Kind::Run(line) | Kind::Cmd(line) | Kind::Entrypoint(line) => self.line(line),
            Kind::Copy(_) | Kind::Add(_) if self.has_settings => {
                for heredoc in facts.heredocs_of(node) {
                    self.settings(&heredoc.content(facts.source));
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, line: &CommandLine) {
        let Some(script) = &self.node.script else {
            return;
        };
        if script.unread {
            if let CommandLine::Shell(word) = line {
                self.settings(&word.text);
            }
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            for assignment in &command.assignments {
                let value = assignment.value.literal();
                self.variable(&assignment.name, value, assignment.span, false);
            }
            self.options(index, command);
            self.written_variables(command);
            if self.has_settings && !READERS.contains(&command.name.as_str()) {
                self.words(index, command);
                for heredoc in command.redirects.iter().filter_map(|r| r.heredoc.as_ref()) {
                    if command.script.is_none() {
                        self.settings(&heredoc.body);
                    }
                }
            }
        }
    }

    /// A variable that is set; without a value it is not known.
    fn variable(&mut self, name: &str, value: Option<&str>, span: Span, image: bool) {
        let name = name.to_ascii_uppercase();
        let Ok(at) = VARIABLES.binary_search_by(|v| v.name.cmp(name.as_str())) else {
            return;
        };
        let Some(variable) = VARIABLES.get(at) else {
            return;
        };
        let value = match value {
            Some(value) => value.to_ascii_lowercase(),
            // `PIP_TRUSTED_HOST=$HOST` trusts some host.
            None if variable.values.is_empty() => "$".to_owned(),
            None => return,
        };
        let is_off = match variable.values {
            [] => !value.is_empty(),
            values => values.contains(&value.as_str()),
        };
        if is_off {
            self.push(variable.verified, span, None, variable.run_time && image);
        }
    }

    /// Variables that a command writes into the configuration of a tool, and curl's own file.
    fn written_variables(&mut self, command: &Command) {
        if command.name == "go" && command.subcommand() == Some("env") {
            for word in command.args() {
                if let Some((name, value)) = word.literal().and_then(|w| w.split_once('=')) {
                    self.variable(name, Some(value), word.span, false);
                }
            }
        }
        let mut files = command.redirects.iter().map(|r| r.target.suffix());
        if files.any(|file| file.ends_with("curlrc")) {
            for word in command.args() {
                let text = word.literal().unwrap_or_default();
                if text
                    .split_ascii_whitespace()
                    .any(|w| matches!(w.trim_start_matches('-'), "insecure" | "k"))
                {
                    self.push(Verified::Certificates, word.span, None, false);
                }
            }
        }
    }

    fn options(&mut self, index: usize, command: &Command) {
        let start = OPTIONS.partition_point(|o| o.program < command.name.as_str());
        let own = OPTIONS.get(start..).unwrap_or_default().iter();
        for options in own.take_while(|o| o.program == command.name) {
            const ASKS: [&str; 6] = ["-q", "--query", "-V", "--verify", "-e", "--erase"];
            // Options that it has to have, or verbs one of which it has to be.
            let verb = command.operands(&[]).next().and_then(|w| w.literal());
            let counts = options.with.is_empty()
                || command.has_any_flag(options.with) && !command.has_any_flag(&ASKS)
                || verb.is_some_and(|verb| options.with.contains(&verb));
            if !counts {
                continue;
            }
            let mut is_value = false;
            for word in command.args().iter().take_while(|w| !w.is("--")) {
                if word.literal().is_none() && self.gives_option(word, options) {
                    self.push(options.verified, word.span, Some(index), false);
                    is_value = false;
                    continue;
                }
                let text = word.prefix();
                if std::mem::take(&mut is_value) || !word.is_flag() {
                    continue;
                }
                let cluster = text.strip_prefix('-').filter(|t| !t.starts_with('-'));
                let takes = cluster.and_then(|t| t.find(|c| options.short.contains(c)));
                is_value = takes.is_some_and(|at| at + 2 == text.len());
                if let Some(span) = option_in(word, options) {
                    self.push(options.verified, span, Some(index), false);
                }
            }
        }
    }

    /// Whether the variables of a word make it an option that switches a check off.
    fn gives_option(&self, word: &Word, options: &ProgramOptions) -> bool {
        let text = self.facts.shell_word(self.node, word);
        let mut words = text.split_ascii_whitespace();
        words.any(|word| options.options.contains(&word))
    }

    /// Looks for settings whose value is that of a variable: `--tls-max $VERSION`. What a variable
    /// says by itself is found where it is set.
    fn expanded(&mut self, args: &[&Word]) {
        if args.iter().all(|w| w.literal().is_some()) {
            return;
        }
        let mut text = String::new();
        let mut ends = Vec::new();
        for word in args {
            text.push(' ');
            text.push_str(&self.facts.shell_word(self.node, word));
            ends.push(text.len());
        }
        for hit in FINDER.apart(&text) {
            let Some(setting) = SETTINGS.get(hit.keyword) else {
                continue;
            };
            let Some(end) = setting.ends(&text, hit.range.clone()) else {
                continue;
            };
            let first = ends.partition_point(|e| *e <= hit.range.start);
            let last = ends.partition_point(|e| *e < end);
            let (Some(first), Some(last)) = (args.get(first), args.get(last)) else {
                continue;
            };
            let key = text.get(hit.range).unwrap_or_default();
            let span = first.span.to(last.span);
            let known = |s: &SwitchedOff| s.verified == setting.verified && span.covers(s.span);
            if first.raw.contains(key) && !self.found.iter().rev().take(8).any(known) {
                self.push(setting.verified, span, None, false);
            }
        }
    }

    /// Looks for settings among the words of a command.
    fn words(&mut self, index: usize, command: &Command) {
        let args = command.args();
        let may = |w: &Word| FINDER.is_match(&w.raw);
        if !args.iter().any(may) {
            return;
        }
        // A script that was read speaks for itself, and what is only printed sets nothing.
        if command.script.is_some() || self.is_printed(index, command) {
            return;
        }
        // `npm install strict-ssl false` installs two packages.
        let configures = !matches!(command.name.as_str(), "npm" | "yarn" | "pnpm")
            || command
                .literal_args()
                .any(|a| matches!(a, "config" | "c" | "set" | "conf"));
        let mut text = MappedText::default();
        for word in args.iter().filter(|w| configures || w.is_flag()) {
            text.push(" ", word.span.start);
            match self.mapped(index, word) {
                Some(mapped) => text.append(&mapped),
                None => text.push(&word.raw, word.span.start),
            }
        }
        if command.name == "sed" {
            let replaced = without_searches(text.text());
            self.settings_in(&text, &replaced);
        } else {
            self.settings(&text);
            let args: Vec<&Word> = args.iter().filter(|w| configures || w.is_flag()).collect();
            self.expanded(&args);
        }
    }

    /// Whether a command only shows a text: nothing takes its output.
    fn is_printed(&self, index: usize, command: &Command) -> bool {
        if !matches!(command.name.as_str(), "echo" | "printf") || !command.redirects.is_empty() {
            return false;
        }
        let Some(script) = &self.node.script else {
            return false;
        };
        let is_last = |pipeline: Option<(usize, usize)>| {
            pipeline.is_none_or(|(id, part)| {
                let parts = script.pipelines.get(id).map_or(0, |p| p.parts.len());
                part + 1 >= parts
            })
        };
        is_last(command.pipeline)
            && script.frames_of(index).all(|(_, frame)| {
                let taken = matches!(
                    frame.kind,
                    FrameKind::CommandSubstitution | FrameKind::ProcessSubstitution
                );
                frame.redirects.is_empty() && is_last(frame.pipeline) && !taken
            })
    }

    /// The text of a word as it stands in the file.
    fn mapped(&self, index: usize, word: &Word) -> Option<MappedText> {
        if word.raw.len() == word.span.len() as usize {
            return Some(MappedText::verbatim(&word.raw, word.span.start));
        }
        let script = self.node.script.as_ref()?;
        let nested = script
            .frames_of(index)
            .any(|(_, f)| matches!(f.kind, FrameKind::Script { .. }));
        if nested {
            return None;
        }
        let text = self.facts.script_text(self.node)?;
        let part = text.text.part(word.range.clone());
        (part.text() == word.raw).then_some(part)
    }

    fn settings(&mut self, text: &MappedText) {
        if self.has_settings {
            self.settings_in(text, text.text());
        }
    }

    /// Looks for settings in a text; `read` is the text, perhaps with parts blanked.
    fn settings_in(&mut self, text: &MappedText, read: &str) {
        for hit in FINDER.apart(read) {
            let Some(setting) = SETTINGS.get(hit.keyword) else {
                continue;
            };
            if let Some(end) = setting.ends(read, hit.range.clone()) {
                let span = text.span(hit.range.start..end);
                self.push(setting.verified, span, None, false);
            }
        }
    }

    fn push(&mut self, verified: Verified, span: Span, command: Option<usize>, run_time: bool) {
        let text = one_line(self.facts.source.slice(span));
        // A letter of a cluster.
        let text = if command.is_some() && span.len() == 1 {
            format!("-{text}")
        } else {
            text
        };
        // `pip --trusted-host` is an option and a key.
        let known = |s: &SwitchedOff| s.verified == verified && s.span.covers(span);
        if self.found.iter().rev().take(8).any(known) {
            return;
        }
        self.found.push(SwitchedOff {
            node: self.node.index,
            verified,
            span,
            text,
            command,
            run_time,
        });
    }
}

impl Setting {
    /// Where its value ends if the key at this place has one that switches a check off.
    fn ends(&self, text: &str, key: Range<usize>) -> Option<usize> {
        let before = text.get(..key.start)?;
        let behind = text.get(key.end..)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with(['#', ';']) {
            return None;
        }
        let mut earlier = before.chars().rev();
        let (last, second) = (earlier.next(), earlier.next());
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        let escaped = matches!(last, Some('n' | 't')) && second == Some('\\');
        // `-Dkey=value` of Java.
        let defined = last == Some('D') && second == Some('-');
        let joined = is_word(last) && !escaped && !defined || last == Some('-') && is_word(second);
        let goes_on = behind.starts_with(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
        let is_option = self.key.starts_with('-');
        if joined && !is_option || is_option && is_word(last) || goes_on {
            return None;
        }
        if self.bare {
            return Some(key.end);
        }
        let value = behind.trim_start_matches([' ', '\t', '=', ':', '"', '\'', '\\']);
        let at = key.end + behind.len() - value.len();
        if at == key.end {
            return None;
        }
        let is_value = |c: char| c.is_ascii_alphanumeric() || "._$*-".contains(c);
        let length = value.find(|c| !is_value(c)).unwrap_or(value.len());
        let word = value.get(..length)?;
        let is_off = match self.values {
            [] => !word.is_empty(),
            values => values.contains(&word.to_ascii_lowercase().as_str()),
        };
        match self.key {
            "trusted" => {
                let option = behind.starts_with('=') && line.contains('[');
                let field = behind.starts_with(':') && line.trim().is_empty();
                // What lies on this machine was not sent over a network.
                let list = value.get(length..)?.split('\n').next()?;
                let address = list.split_once(']').map_or("", |(_, rest)| rest).trim();
                let local = [
                    "file:",
                    "copy:",
                    "cdrom:",
                    "http://localhost",
                    "http://127.",
                ]
                .iter()
                .any(|l| address.starts_with(l));
                (is_off && (option || field) && !local).then_some(at + length)
            }
            // `Optional TrustAll`
            "SigLevel" => {
                let list = value.split('\n').next()?;
                let mut words = list.split(|c: char| !c.is_ascii_alphanumeric());
                let off = words.find(|w| self.values.contains(&w.to_ascii_lowercase().as_str()))?;
                let from = off.as_ptr() as usize - value.as_ptr() as usize;
                Some(at + from + off.len())
            }
            _ => {
                // `Verify-Peer "false"` is shown with both quotes.
                let opened = behind
                    .get(..at - key.end)
                    .and_then(|b| b.chars().next_back());
                let closed = value.get(length..).and_then(|v| v.chars().next());
                let quoted = opened == closed && matches!(closed, Some('"' | '\''));
                is_off.then_some(at + length + usize::from(quoted))
            }
        }
    }
}

/// A text as a message shows it.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|w| *w != "\\").collect();
    words.join(" ")
}

/// The option in a word, or the letter of a cluster.
fn option_in(word: &Word, options: &ProgramOptions) -> Option<Span> {
    let text = word.prefix();
    if let Some(literal) = word.literal()
        && let Some((name, value)) = literal.split_once('=')
        && options.options.contains(&name)
    {
        let off = matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "no");
        return (!off).then_some(word.span);
    }
    if options.options.contains(&text) && word.literal().is_some() {
        return Some(word.span);
    }
    if !text.starts_with('-') || text.starts_with("--") {
        return None;
    }
    for (at, letter) in text.char_indices().skip(1) {
        let is_it = |o: &&str| o.len() == 2 && o.ends_with(letter) && !o.starts_with("--");
        if options.options.iter().any(is_it) {
            let whole = word.raw.len() != word.span.len() as usize || word.raw != text;
            let from = word.span.start + at as u32;
            return Some(if whole {
                word.span
            } else {
                Span::new(from, from + 1)
            });
        }
        if options.short.contains(letter) || !letter.is_ascii_alphanumeric() {
            return None;
        }
    }
    None
}

/// A script of `sed` with blanks for what it only looks for.
fn without_searches(text: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut previous = ' ';
    let blank = |out: &mut Vec<char>, c: char| {
        out.extend(std::iter::repeat_n(' ', c.len_utf8()));
    };
    while let Some(c) = chars.next() {
        let starts = !previous.is_ascii_alphabetic() || previous == 's';
        let delimiter = match (c, chars.peek().copied()) {
            ('s', Some(next)) if starts && "/|#,:@!%~^+".contains(next) => {
                out.push(c);
                chars.next();
                blank(&mut out, next);
                Some(next)
            }
            // An address.
            ('/', _) if matches!(previous, ' ' | '"' | '\'' | ';' | '{' | ',') => {
                blank(&mut out, c);
                Some('/')
            }
            _ => None,
        };
        previous = c;
        let Some(delimiter) = delimiter else {
            out.push(c);
            continue;
        };
        let mut quoted = false;
        for inner in chars.by_ref() {
            blank(&mut out, inner);
            if inner == delimiter && !quoted {
                break;
            }
            quoted = inner == '\\' && !quoted;
        }
        // Behind a search stands a replacement, behind an address a command.
        previous = 'x';
    }
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn found(text: &str) -> Vec<(Verified, String)> {
        let text = format!("FROM a\n{text}\n");
        let source = Source::new("Dockerfile", text.as_str());
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let all = facts.switched_off().iter();
        all.map(|s| (s.verified, source.slice(s.span).to_owned()))
            .collect()
    }

    #[test]
    fn options_variables_and_settings_are_found() {
        use Verified::{Certificates, Protocols, Signatures};
        for (text, verified, span) in [
            ("RUN go env -w GOINSECURE=*", Certificates, "GOINSECURE=*"),
            ("RUN echo insecure >> ~/.curlrc", Certificates, "insecure"),
            (
                "RUN aws --no-verify-ssl s3 ls",
                Certificates,
                "--no-verify-ssl",
            ),
            (
                "RUN npm install --strict-ssl=false x",
                Certificates,
                "strict-ssl=false",
            ),
            (
                "RUN { echo '[x]'; echo sslverify=0; } > /etc/x.repo",
                Certificates,
                "sslverify=0",
            ),
            (
                "RUN echo strict-ssl=false | tee .npmrc",
                Certificates,
                "strict-ssl=false",
            ),
            ("RUN curl -k https://x", Certificates, "-k"),
            ("RUN curl -fsSLko f https://x", Certificates, "k"),
            ("RUN curl --insecure https://x", Certificates, "--insecure"),
            (
                "RUN sudo wget --no-check-certificate x",
                Certificates,
                "--no-check-certificate",
            ),
            ("RUN sh -c 'curl -k https://x'", Certificates, "-k"),
            (
                "RUN npm config set strict-ssl false",
                Certificates,
                "strict-ssl false",
            ),
            (
                "RUN npm config set \"strict-ssl\" \"false\"",
                Certificates,
                "strict-ssl\" \"false\"",
            ),
            (
                "RUN git config --global http.sslVerify false",
                Certificates,
                "sslVerify false",
            ),
            (
                "RUN git -c http.sslverify=0 clone https://x",
                Certificates,
                "sslverify=0",
            ),
            (
                "RUN pip install --trusted-host pypi.org x",
                Certificates,
                "trusted-host pypi.org",
            ),
            (
                "RUN conda config --set ssl_verify no",
                Certificates,
                "ssl_verify no",
            ),
            (
                "RUN composer config -g disable-tls true",
                Certificates,
                "disable-tls true",
            ),
            (
                "RUN export GIT_SSL_NO_VERIFY=1",
                Certificates,
                "GIT_SSL_NO_VERIFY=1",
            ),
            (
                "ENV NODE_TLS_REJECT_UNAUTHORIZED=0",
                Certificates,
                "NODE_TLS_REJECT_UNAUTHORIZED=0",
            ),
            (
                "ENV NODE_TLS_REJECT_UNAUTHORIZED '0'",
                Certificates,
                "NODE_TLS_REJECT_UNAUTHORIZED '0'",
            ),
            (
                "ARG npm_config_strict_ssl=false",
                Certificates,
                "npm_config_strict_ssl=false",
            ),
            (
                "ENV MAVEN_OPTS=\"-Dmaven.wagon.http.ssl.insecure=true -X\"",
                Certificates,
                "maven.wagon.http.ssl.insecure=true",
            ),
            (
                "RUN echo 'Acquire::https::Verify-Peer \"false\";' > /etc/apt/apt.conf.d/9",
                Certificates,
                "Verify-Peer \"false\"",
            ),
            (
                "RUN echo \"deb [trusted=yes] https://x ./\" > /etc/apt/sources.list.d/x.list",
                Signatures,
                "trusted=yes",
            ),
            (
                "RUN printf '[x]\\ngpgcheck=0\\n' > /etc/yum.repos.d/x.repo",
                Signatures,
                "gpgcheck=0",
            ),
            (
                "RUN sed -i 's/gpgcheck=1/gpgcheck=0/' /etc/yum.conf",
                Signatures,
                "gpgcheck=0",
            ),
            (
                "RUN yum install -y --nogpgcheck x",
                Signatures,
                "--nogpgcheck",
            ),
            (
                "RUN rpm -ivh --nosignature x.rpm",
                Signatures,
                "--nosignature",
            ),
            (
                "RUN apt-get install -y --force-yes x",
                Signatures,
                "--force-yes",
            ),
            (
                "RUN apt-get -o APT::Get::AllowUnauthenticated=true install x",
                Signatures,
                "AllowUnauthenticated=true",
            ),
            (
                "RUN sed -i 's/SigLevel.*/SigLevel = Never/' /etc/pacman.conf",
                Signatures,
                "SigLevel = Never",
            ),
            (
                "COPY <<EOF /etc/yum.repos.d/x.repo\n[x]\ngpgcheck = 0\nEOF",
                Signatures,
                "gpgcheck = 0",
            ),
            (
                "RUN cat <<EOF > /etc/x.repo\n[x]\ngpgcheck=0\nEOF",
                Signatures,
                "gpgcheck=0",
            ),
            ("RUN curl --tlsv1.0 https://x", Protocols, "--tlsv1.0"),
            (
                "RUN sed -i 's/DEFAULT@SECLEVEL=2/DEFAULT@SECLEVEL=1/g' /etc/ssl/openssl.cnf",
                Protocols,
                "SECLEVEL=1",
            ),
        ] {
            assert_eq!(found(text), [(verified, span.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_one_is_not_found() {
        for text in [
            "RUN curl -o k -H -k: https://x",
            "RUN curl -ofk https://x",
            "RUN curl --tlsv1.2 https://x",
            "RUN grep -q gpgcheck=0 /etc/yum.conf",
            "RUN sed -i 's/gpgcheck=0/gpgcheck=1/' /etc/yum.conf",
            "RUN sed -i '/gpgcheck=0/d' /etc/yum.conf",
            "RUN echo localpkg_gpgcheck=0 > x",
            "RUN npm config set strict-ssl true",
            "RUN npm install strict-ssl false",
            "RUN echo sslverify=0",
            "RUN NODE_TLS_REJECT_UNAUTHORIZED=\"0\\\"\" node x",
            "RUN rpm -qa --nosignature",
            "RUN echo trusted=yes",
            "RUN echo 'deb [trusted=yes] file:/repo ./' > x",
            "RUN echo \"ssl_verify_client off;\" > nginx.conf",
            "ENV NODE_TLS_REJECT_UNAUTHORIZED=1 NPM_CONFIG_STRICT_SSL=true",
            "ARG PIP_TRUSTED_HOST",
            "HEALTHCHECK CMD curl -k https://localhost",
            "COPY <<EOF /x\n# gpgcheck=0\nEOF",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
