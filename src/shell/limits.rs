//! What is too much to be read, told by one walk over the text before the parser gets it.
//!
//! The parser recurses, and takes quadratic time where much is open at once. Nobody writes such
//! scripts, so they are not handed to it.

use super::script::Script;

/// How deep compound commands and substitutions may nest, scripts in scripts included. A prefix word
/// like `time` or `coproc` is a level too.
pub(super) const MAX_DEPTH: usize = 100;

/// How many brackets of one kind may be open at once. Well beyond what anyone writes, and low
/// enough for the parser, which takes quadratic time for `{{{{…`.
const MAX_OPEN: usize = 200;

/// How often `<<` may stand on one line.
const MAX_HEREDOCS: usize = 500;

/// How many bytes the parser may look at again, as it does with the whole line for each
/// substitution. A second or two.
const MAX_COST: usize = 100_000_000_000;

/// How long a script may be: over ten times the longest of some 2,000 public Dockerfiles as a whole. Its
/// commands take up to 200 times its text in memory, so this keeps one script below 50 MiB.
const MAX_BYTES: usize = 1 << 18;

/// How many assignments may stand before one command, of which the parser looks at all for each.
const MAX_ASSIGNMENTS: usize = 500;

/// How many words may end what nothing began. At each the parser begins anew.
const MAX_STRAYS: usize = 100;

/// Scripts of more commands are read, but ShellCheck's findings are not looked for in them: that takes
/// quadratic time and memory, a second and 400 MB for 2,000 commands. Of 3,000 public Dockerfiles
/// none has more than about 110.
const MOST_CHECKED_COMMANDS: usize = 1_000;

/// How many words `eval` may be given where ShellCheck's findings are looked for: that takes quadratic
/// time, 17 seconds for 10,000 words.
const MOST_EVAL_WORDS: usize = 500;

/// Why ShellCheck's findings are not looked for in a script that is read.
pub(crate) fn beyond_checks(script: &Script) -> Option<String> {
    if script.commands.len() > MOST_CHECKED_COMMANDS {
        return Some(format!("it has more than {MOST_CHECKED_COMMANDS} commands"));
    }
    let mut evals = script.commands.iter().filter(|c| c.name == "eval");
    evals
        .any(|c| c.words.len() > MOST_EVAL_WORDS)
        .then(|| format!("`eval` is given more than {MOST_EVAL_WORDS} words"))
}

pub(super) const TOO_DEEP: &str = "nested too deeply to be read";

/// Where a text gets beyond what the parser can be given.
pub(crate) fn beyond_limits(text: &str) -> Option<(usize, &'static str)> {
    if text.len() > MAX_BYTES {
        return Some((0, "too long to be read"));
    }
    beyond_brackets(text).or_else(|| Nesting::of(text).beyond())
}

/// Where brackets, here-documents or substitutions are too many at once.
fn beyond_brackets(text: &str) -> Option<(usize, &'static str)> {
    let mut open = [0usize; 3];
    let (mut line, mut substitutions, mut heredocs, mut cost) = (0, 0usize, 0, 0usize);
    let mut last = 0;
    for (i, byte) in text.bytes().enumerate() {
        // Most bytes.
        if byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b'.' | b'/') {
            last = byte;
            continue;
        }
        let (kind, opens) = match byte {
            b'(' => (0, true),
            b'{' => (1, true),
            b'[' => (2, true),
            b')' => (0, false),
            b'}' => (1, false),
            b']' => (2, false),
            _ => (3, false),
        };
        if let Some(count) = open.get_mut(kind) {
            *count = if opens {
                *count + 1
            } else {
                count.saturating_sub(1)
            };
            if *count > MAX_OPEN {
                return Some((i, TOO_DEEP));
            }
        }
        match (last, byte) {
            (b'$' | b'<' | b'>', b'(') | (_, b'`') => substitutions += 1,
            (b'<', b'<') => heredocs += 1,
            (_, b'\n') => {
                cost += substitutions * (i - line);
                (line, substitutions, heredocs) = (i, 0, 0);
            }
            _ => {}
        }
        if heredocs > MAX_HEREDOCS {
            return Some((i, "too many here-documents on one line to be read"));
        }
        last = byte;
    }
    cost += substitutions * (text.len() - line);
    (cost > MAX_COST).then_some((0, "too many substitutions on one line to be read"))
}

/// What the place of a byte is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    /// A list of commands.
    Commands {
        close: Close,
        /// How many `case` are open in it: a `)` ends a pattern there.
        cases: usize,
        /// Whether a command may begin behind it.
        then_begins: bool,
    },
    /// `"…"`
    Quotes,
    /// `${…}`, and whether in quotes.
    Braces { quoted: bool },
    /// The body of a here-document.
    Heredoc,
}

/// What ends a list of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    End,
    Bracket,
    /// `((`, where `<<` moves bits.
    Arithmetic,
    Backtick,
}

/// A here-document whose body begins with the next line.
struct Heredoc {
    delimiter: String,
    strips_tabs: bool,
    is_literal: bool,
}

/// A walk that knows where commands begin, and so which words are keywords. It looks at every byte
/// once, but for the ends of here-documents in here-documents.
struct Nesting<'t> {
    text: &'t str,
    at: usize,
    around: Vec<Around>,
    /// Where the bodies end that are being read, and what they are in.
    bodies: Vec<(usize, usize)>,
    heredocs: Vec<Heredoc>,
    /// Whether the next word begins a command, or a word is being read.
    begins: bool,
    in_word: bool,
    /// Whether the next word is the name of a function, or a pattern of `case`.
    names: bool,
    pattern: bool,
    /// Compound commands that are open.
    open: usize,
    /// Prefix words and assignments before the command that begins here.
    prefixes: usize,
    assignments: usize,
    /// Words that end what nothing began.
    strays: usize,
}

impl<'t> Nesting<'t> {
    fn of(text: &'t str) -> Self {
        let top = Around::Commands {
            close: Close::End,
            cases: 0,
            then_begins: true,
        };
        Self {
            text,
            at: 0,
            around: vec![top],
            bodies: Vec::new(),
            heredocs: Vec::new(),
            begins: true,
            in_word: false,
            names: false,
            pattern: false,
            open: 0,
            prefixes: 0,
            assignments: 0,
            strays: 0,
        }
    }

    fn beyond(mut self) -> Option<(usize, &'static str)> {
        // Each level takes some bytes of its own.
        if self.text.len() <= 2 * MAX_DEPTH {
            return None;
        }
        loop {
            while let Some((end, depth)) = self.bodies.last().copied()
                && self.at >= end
            {
                self.bodies.pop();
                self.around.truncate(depth);
                self.begin();
            }
            let start = self.at;
            let byte = self.text.as_bytes().get(start).copied()?;
            match self.around.last().copied() {
                Some(Around::Commands { close, cases, .. }) => self.command(byte, close, cases),
                Some(Around::Quotes) if byte == b'"' => self.leave(),
                Some(Around::Braces { .. }) if byte == b'}' => self.leave(),
                Some(Around::Braces { quoted: false }) if byte == b'"' => self.enter_quotes(),
                Some(Around::Braces { quoted: false }) if byte == b'\'' => self.literal(false),
                Some(around) => self.expansion(byte, around != Around::Braces { quoted: false }),
                None => return None,
            }
            if self.open + self.prefixes > MAX_DEPTH || self.around.len() > MAX_OPEN {
                return Some((start, TOO_DEEP));
            }
            if self.assignments > MAX_ASSIGNMENTS {
                return Some((start, "too many assignments before a command to be read"));
            }
            if self.strays > MAX_STRAYS {
                return Some((start, "too many mistakes to be read"));
            }
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// From here a command may begin.
    fn begin(&mut self) {
        (self.begins, self.in_word, self.names) = (true, false, false);
    }

    fn leave(&mut self) {
        self.at += 1;
        self.around.pop();
        self.in_word = true;
    }

    fn enter(&mut self, len: usize, around: Around) {
        self.at += len;
        self.around.push(around);
        if let Around::Commands { .. } = around {
            self.begin();
        }
    }

    fn enter_quotes(&mut self) {
        self.enter(1, Around::Quotes);
    }

    fn enter_commands(&mut self, len: usize, close: Close, then_begins: bool) {
        self.enter(
            len,
            Around::Commands {
                close,
                cases: 0,
                then_begins,
            },
        );
    }

    /// A text in single quotes, in which a backslash may mean something.
    fn literal(&mut self, escapes: bool) {
        let mut escaped = false;
        let end = self.rest().iter().skip(1).position(|byte| {
            let ends = *byte == b'\'' && !escaped;
            escaped = escapes && *byte == b'\\' && !escaped;
            ends
        });
        self.at += end.map_or(self.rest().len(), |end| end + 2);
    }

    /// What is expanded inside of a word.
    fn expansion(&mut self, byte: u8, quoted: bool) {
        match (byte, self.rest().get(1)) {
            (b'\\', _) => self.at += 2,
            (b'`', _) => self.backtick(),
            (b'$', Some(b'(')) if self.rest().get(2) == Some(&b'(') => {
                self.enter_commands(2, Close::Bracket, false);
                self.enter_commands(1, Close::Arithmetic, false);
            }
            (b'$', Some(b'(')) => self.enter_commands(2, Close::Bracket, false),
            (b'$', Some(b'{')) => self.enter(2, Around::Braces { quoted }),
            _ => self.at += 1,
        }
    }

    /// The first backtick begins commands and the next ends them.
    fn backtick(&mut self) {
        let is_open = |a: &Around| {
            matches!(
                a,
                Around::Commands {
                    close: Close::Backtick,
                    ..
                }
            )
        };
        match self.around.iter().rposition(is_open) {
            Some(depth) => {
                self.at += 1;
                self.around.truncate(depth);
                (self.begins, self.in_word) = (false, true);
            }
            None => self.enter_commands(1, Close::Backtick, false),
        }
    }

    /// A byte where commands stand.
    fn command(&mut self, byte: u8, close: Close, cases: usize) {
        let next = self.rest().get(1).copied();
        match (byte, next) {
            (b' ' | b'\t' | b'\r', _) => {
                self.at += 1;
                self.in_word = false;
            }
            (b'\n', _) => {
                self.at += 1;
                self.begin();
                self.bodies();
            }
            (b';', Some(b';')) => {
                self.at += 2;
                self.begin();
                self.pattern = true;
                (self.prefixes, self.assignments) = (0, 0);
            }
            (b'(', _) if self.pattern && cases > 0 => {
                self.at += 1;
                self.pattern = false;
            }
            (b';' | b'&' | b'|', _) => {
                self.at += 1;
                self.begin();
                (self.prefixes, self.assignments) = (0, 0);
            }
            (b'(', Some(b'(')) if self.begins => {
                self.enter_commands(1, Close::Bracket, true);
                self.enter_commands(1, Close::Arithmetic, true);
            }
            (b'(', _) => self.enter_commands(1, Close::Bracket, self.begins || self.in_word),
            (b')', _) => self.close_bracket(close, cases),
            (b'<', Some(b'<')) if close != Close::Arithmetic => self.heredoc(),
            (b'<' | b'>', _) => {
                self.at += 1;
                self.in_word = false;
            }
            (b'#', _) if !self.in_word => {
                let end = self.rest().iter().position(|b| *b == b'\n');
                self.at += end.unwrap_or(self.rest().len());
            }
            // A command in backticks in backticks.
            (b'\\', Some(b'`')) if close == Close::Backtick => {
                self.at += 2;
                self.begin();
            }
            (b'\\', Some(b'\n')) => self.at += 2,
            (b'\'' | b'"' | b'`' | b'$' | b'\\', _) => self.part(byte, next),
            _ => self.word(cases),
        }
    }

    fn close_bracket(&mut self, close: Close, cases: usize) {
        self.at += 1;
        self.begin();
        if cases == 0
            && matches!(close, Close::Bracket | Close::Arithmetic)
            && let Some(Around::Commands { then_begins, .. }) = self.around.pop()
        {
            self.begins = then_begins;
            self.in_word = !then_begins;
        }
    }

    /// A part of a word that is more than letters.
    fn part(&mut self, byte: u8, next: Option<u8>) {
        let assigns = self.begins && self.in_word;
        if !assigns {
            self.begins = self.begins && self.names;
        }
        self.in_word = true;
        match (byte, next) {
            (b'\'', _) => self.literal(false),
            (b'$', Some(b'\'')) => {
                self.at += 1;
                self.literal(true);
            }
            (b'"', _) => self.enter_quotes(),
            _ => self.expansion(byte, false),
        }
    }

    /// Letters, up to what is something else.
    fn word(&mut self, cases: usize) {
        let is_end = |b: &u8| b" \t\r\n;&|()<>'\"`$\\".contains(b);
        let rest = self.rest();
        let len = rest.iter().position(is_end).unwrap_or(rest.len()).max(1);
        let word = rest.get(..len).unwrap_or_default();
        let behind = rest.get(len).copied();
        let continues = std::mem::replace(&mut self.in_word, true);
        self.at += len;
        self.pattern = cases > 0 && !self.begins && !continues && word == b"in";
        if continues || !self.begins {
            return;
        }
        if std::mem::take(&mut self.names) {
            return;
        }
        if is_assignment(word) {
            self.assignments += 1;
            return;
        }
        let is_pattern = cases > 0 && word != b"esac" && matches!(behind, Some(b')' | b'|'));
        let is_whole = behind.is_none_or(|b| b" \t\r\n;&|()<>".contains(&b)) && !is_pattern;
        match word {
            b"if" | b"while" | b"until" if is_whole => self.open += 1,
            b"for" | b"select" | b"case" if is_whole => {
                self.open += 1;
                self.begins = false;
                if word == b"case" {
                    self.count_case(1);
                }
            }
            b"fi" | b"done" | b"esac" if is_whole => {
                self.strays += usize::from(self.open == 0);
                self.open = self.open.saturating_sub(1);
                if word == b"esac" {
                    self.count_case(-1);
                }
            }
            b"then" | b"do" | b"else" | b"elif" | b"{" | b"}" if is_whole => {}
            b"!" | b"time" | b"coproc" if is_whole => self.prefixes += 1,
            b"-p" if is_whole && self.prefixes > 0 => {}
            b"function" if is_whole => {
                self.prefixes += 1;
                self.names = true;
            }
            // The name of a function, which is a level too.
            _ if behind == Some(b'(') => self.prefixes += 1,
            _ => {
                self.begins = false;
                (self.prefixes, self.assignments) = (0, 0);
            }
        }
    }

    fn count_case(&mut self, change: isize) {
        if let Some(Around::Commands { cases, .. }) = self.around.last_mut() {
            *cases = cases.saturating_add_signed(change);
        }
    }

    /// `<<WORD`, or `<<<`.
    fn heredoc(&mut self) {
        self.in_word = false;
        if self.rest().get(2) == Some(&b'<') {
            self.at += 3;
            return;
        }
        let behind = self.text.get(self.at + 2..).unwrap_or_default();
        let strips_tabs = behind.starts_with('-');
        let behind = behind.strip_prefix('-').unwrap_or(behind);
        let written = behind.trim_start_matches([' ', '\t']);
        let end = written.find(|c: char| c.is_whitespace() || ";&|<>()".contains(c));
        let raw = written
            .get(..end.unwrap_or(written.len()))
            .unwrap_or_default();
        let is_literal = raw.contains(['\'', '"', '\\']);
        self.at = self.text.len() - written.len() + raw.len();
        self.heredocs.push(Heredoc {
            delimiter: raw.replace(['\'', '"', '\\'], ""),
            strips_tabs,
            is_literal,
        });
    }

    /// The bodies of here-documents that begin here: skipped, or read for what is expanded in them.
    fn bodies(&mut self) {
        let limit = self.bodies.last().map_or(self.text.len(), |(end, _)| *end);
        let mut end = self.at;
        let mut is_literal = true;
        for heredoc in std::mem::take(&mut self.heredocs) {
            is_literal &= heredoc.is_literal;
            let rest = self.text.get(end..limit).unwrap_or_default();
            for line in rest.split_inclusive('\n') {
                end += line.len();
                let mut bare = line.trim_end_matches(['\n', '\r']);
                if heredoc.strips_tabs {
                    bare = bare.trim_start_matches('\t');
                }
                if bare == heredoc.delimiter {
                    break;
                }
            }
        }
        if is_literal {
            self.at = end;
        } else {
            self.bodies.push((end, self.around.len()));
            self.around.push(Around::Heredoc);
        }
    }
}

/// Whether a word begins with `NAME=`.
fn is_assignment(word: &[u8]) -> bool {
    let name = word.split(|b| *b == b'=').next().unwrap_or_default();
    let name = name.strip_suffix(b"+").unwrap_or(name);
    name.len() < word.len()
        && !name.first().is_none_or(u8::is_ascii_digit)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_beyond(text: &str) -> bool {
        beyond_limits(text).is_some()
    }

    #[test]
    fn what_nests_deeper_than_anyone_writes_is_beyond_the_limits() {
        for (open, close) in [
            ("for i in a; do ", "done; "),
            ("for i in a\ndo\n", "done\n"),
            ("select i in a; do ", "done; "),
            ("while a; do ", "done; "),
            ("until a; do ", "done; "),
            ("if a; then ", "fi; "),
            ("if a; then b; else ", "fi; "),
            ("case x in x) ", ";; esac; "),
            ("case x in (x) ", ";; esac; "),
            ("if ! time for i in a; do ", "done; then b; fi; "),
            ("( for i in a; do ", "done; ); "),
            ("x=$( for i in a; do ", "done; ); "),
            ("echo \"$(for i in a; do ", "done)\"; "),
            ("f() { for i in a; do ", "done; }; "),
            ("time ", ""),
            ("time -p ", ""),
            ("time\n", ""),
            ("time ! ", ""),
            ("coproc ", ""),
            ("f() ", ""),
            ("function f ", ""),
            ("echo `if a; then \\`if b; then ", ""),
        ] {
            let nested = |n: usize| format!("{}true; {}", open.repeat(n), close.repeat(n));
            assert!(is_beyond(&nested(MAX_DEPTH + 1)), "{open}");
            assert!(!is_beyond(&nested(MAX_DEPTH / 5)), "{open}");
        }
        let body = "if a; then ".repeat(MAX_DEPTH + 1);
        assert!(is_beyond(&format!("cat <<E\n$({body})\nE\n")));
        assert!(is_beyond(&format!("echo $((1<<2)); {body}")));
        assert!(is_beyond(&format!("cat <<'E'\nx\nE\n{body}")));
    }

    #[test]
    fn what_only_looks_deep_is_read() {
        let many = |text: &str| text.repeat(20 * MAX_DEPTH);
        for text in [
            many("for i in a; do b; done; "),
            many("if a; then b; elif c; then d; else e; fi; "),
            many("case x in if) a;; for|while) b;; time) c;; *) d;; esac\n"),
            many("x=$(case x in (a) b;; c) d;; esac); "),
            many("echo if for while case time; "),
            many("time a; coproc b; ! c; "),
            many("f() { a; }; function g { b; }; "),
            many("A=1 B=2 c; "),
            many("a[1]=2\n"),
            format!("echo {}", many("time ")),
            format!("echo {}", many("A=1 ")),
            format!("cat <<E\n{}\nE\n", many("if x:\n")),
            format!("cat <<-'E'\n{}\n\tE\necho a", many("for x\n")),
            format!("python3 -c '{}'", many("if x:\n")),
            format!("python3 -c \"{}\"", many("for x in y:\n")),
            format!("a # it's\n{}", many("# if x\n")),
            format!("echo $'\\'' {}", many("'if a'\n")),
            format!("echo ${{a:-\"if\"}} {}", many("\\\nif ")),
        ] {
            assert_eq!(beyond_limits(&text), None, "{text:.60}");
        }
    }

    #[test]
    fn what_is_too_much_for_the_parser_is_beyond_the_limits() {
        assert!(is_beyond(&"A=1 ".repeat(MAX_ASSIGNMENTS + 1)));
        assert!(is_beyond(&"done; ".repeat(MAX_STRAYS + 1)));
        assert!(is_beyond(&"a".repeat(MAX_BYTES + 1)));
        assert!(!is_beyond(&"a ".repeat(MAX_BYTES / 2)));
        assert!(is_beyond(&"(".repeat(MAX_OPEN + 1)));
    }
}
