//! What is wrong with how a command is called: its operands, its redirections, its place in a
//! pipeline.

use std::ops::Range;

use super::answered::takes_equals;
use super::own::on_script;
use super::pieces::{Piece, PieceKind, flat, literal, pieces};
use crate::diagnostic::{Diagnostic, Severity};
use crate::shell::{
    Assignment, AssignmentKind, Command, PipelinePart, Redirect, RedirectKind, Script, Word,
};
use crate::span::MappedText;

/// The codes.
pub(super) const CODES: [(&str, Severity); 26] = [
    ("SC1001", Severity::Info),
    ("SC1012", Severity::Warning),
    (NO_BREAK_SPACE, Severity::Error),
    (CURLED, Severity::Warning),
    (CURLED_INSIDE, Severity::Warning),
    ("SC2020", Severity::Info),
    ("SC2036", Severity::Warning),
    ("SC2060", Severity::Warning),
    ("SC2065", Severity::Warning),
    ("SC2114", Severity::Warning),
    ("SC2123", Severity::Warning),
    ("SC2182", Severity::Error),
    ("SC2183", Severity::Warning),
    ("SC2216", Severity::Warning),
    ("SC2217", Severity::Warning),
    ("SC2224", Severity::Error),
    ("SC2225", Severity::Error),
    ("SC2226", Severity::Warning),
    ("SC2259", Severity::Error),
    ("SC2266", Severity::Warning),
    ("SC2269", Severity::Info),
    ("SC2283", Severity::Error),
    ("SC2284", Severity::Error),
    ("SC2285", Severity::Error),
    ("SC2291", Severity::Info),
    ("SC2326", Severity::Error),
];

/// Quotes of a text program where the shell wants its own, and the same between double quotes.
const CURLED: &str = "SC1110";
const CURLED_INSIDE: &str = "SC1111";

/// A blank that the shell takes for a letter.
const NO_BREAK_SPACE: &str = "SC1018";

/// Folders that a system does not live without, or that hold what is the user's.
const SYSTEM_FOLDERS: [&str; 15] = [
    "",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/usr/share",
    "/var",
];

/// Commands that read nothing from standard input.
const DEAF: [&str; 38] = [
    "alias", "basename", "bg", "cal", "cd", "chgrp", "chmod", "chown", "cp", "du", "echo",
    "export", "fg", "fuser", "getconf", "getopt", "getopts", "ipcrm", "ipcs", "jobs", "kill", "ln",
    "locale", "ls", "mv", "printf", "ps", "pwd", "renice", "rm", "rmdir", "set", "sleep", "touch",
    "trap", "ulimit", "unalias", "uname",
];

/// What asks before it acts, with `-i`.
const ASKS: [&str; 3] = ["cp", "mv", "rm"];

/// The findings in one command, on bytes of the script.
pub(super) fn findings(command: &Command, text: &MappedText) -> Vec<Diagnostic> {
    let mut check = Check {
        text: text.text(),
        found: Vec::new(),
    };
    check.assignments(command);
    check.curled(command);
    let is_there = |w: &Word| text.text().get(w.range.clone()) == Some(w.raw.as_str());
    if command.wrappers.is_empty() && command.words.iter().all(is_there) {
        match command.name.as_str() {
            "cp" => check.operands(command, "SC2225", "`cp` is given nowhere to copy to"),
            "ln" => check.operands(command, "SC2226", "`ln` is given no name for the link"),
            "mv" => check.operands(command, "SC2224", "`mv` is given nowhere to move to"),
            "printf" => check.format(command),
            "rm" => check.removed(command),
            "test" => check.comparison(command),
            "tr" => check.sets(command),
            _ => {}
        }
        check.input(command);
        check.name(command);
        check.assigned_apart(command);
        check.gaps(command);
    }
    check.found
}

/// The findings in the pipelines of a script.
pub(super) fn of_pipelines(script: &Script, text: &MappedText) -> Vec<Diagnostic> {
    let mut check = Check {
        text: text.text(),
        found: Vec::new(),
    };
    for (id, pipeline) in script.pipelines.iter().enumerate() {
        let first = pipeline.parts.first().and_then(|p| simple(p, script));
        let assigned = first.filter(|c| c.words.is_empty());
        if let Some(assignment) = assigned.and_then(|c| c.assignments.first())
            && let Some(range) = range_of(text, assignment.span.start, assignment.name.len())
        {
            let message = format!(
                "the value is piped on, and `{}` is empty afterwards",
                assignment.name
            );
            check.report("SC2036", range, message);
        }
        for (i, operator) in pipeline.operators.iter().enumerate() {
            let sides = [pipeline.parts.get(i), pipeline.parts.get(i + 1)];
            if sides.into_iter().flatten().any(|p| is_test(p, script))
                && let Some(range) = range_of(text, operator.start, 1)
            {
                let message = "a condition neither reads nor writes: `||` may be meant".to_owned();
                check.report("SC2266", range, message);
            }
        }
        for (i, part) in pipeline.parts.iter().enumerate().skip(1) {
            let first = simple(part, script).and_then(|c| c.words.first());
            if let Some(bang) = first.filter(|w| w.raw == "!") {
                let message = "`!` can stand before a pipeline only: use `{ ! …; }`".to_owned();
                check.report("SC2326", bang.range.clone(), message);
            }
            let whole = script.frames.iter().find(|f| f.pipeline == Some((id, i)));
            let redirects = match simple(part, script) {
                Some(command) => &command.redirects,
                None => match whole {
                    Some(frame) => &frame.redirects,
                    None => continue,
                },
            };
            for redirect in redirects.iter().filter(|r| is_input(r)) {
                if let Some(range) = check.sign(redirect) {
                    let message =
                        "this takes the place of what is piped in, which is lost".to_owned();
                    check.report("SC2259", range, message);
                }
            }
        }
    }
    check.found
}

/// The bytes of the script that stand at a place of the file.
pub(super) fn range_of(text: &MappedText, at: u32, len: usize) -> Option<Range<usize>> {
    let mut low = 0;
    let mut high = text.text().len();
    while low < high {
        let middle = low.midpoint(high);
        if text.offset(middle as u32) < at {
            low = middle + 1
        } else {
            high = middle
        }
    }
    (text.offset(low as u32) == at).then(|| low..low + len)
}

/// The command that is all of a part of a pipeline.
fn simple<'s>(part: &PipelinePart, script: &'s Script) -> Option<&'s Command> {
    let command = script.commands.get(part.commands.start);
    command.filter(|_| part.simple)
}

fn is_test(part: &PipelinePart, script: &Script) -> bool {
    simple(part, script).is_some_and(|c| {
        matches!(c.name.as_str(), "[" | "[[" | "test")
            && c.wrappers.is_empty()
            && c.assignments.is_empty()
    })
}

/// Whether standard input is redirected.
fn is_input(redirect: &Redirect) -> bool {
    matches!(redirect.fd, None | Some(0))
        && matches!(
            redirect.kind,
            RedirectKind::Input | RedirectKind::Heredoc | RedirectKind::HereString
        )
}

/// Whether a word is one word for sure.
fn is_one(pieces: &[Piece]) -> bool {
    let splits = |p: &Piece| {
        matches!(
            p.kind,
            PieceKind::Variable | PieceKind::Glob | PieceKind::Braces
        )
    };
    !pieces.iter().any(splits) && flat(pieces).iter().all(|p| p.kind != PieceKind::Array)
}

struct Check<'t> {
    text: &'t str,
    found: Vec<Diagnostic>,
}

impl Check<'_> {
    fn report(&mut self, code: &'static str, range: Range<usize>, message: String) {
        self.found.push(on_script(code, range, message));
    }

    /// The place of the sign of a redirection.
    fn sign(&self, redirect: &Redirect) -> Option<Range<usize>> {
        let before = self.text.get(..redirect.target.range.start)?.trim_end();
        let signs = ["<<<", "<<-", "<<", "<", "&>", ">"];
        let sign = signs.into_iter().find(|s| before.ends_with(s))?;
        Some(before.len() - sign.len()..before.len())
    }

    /// Curled quotes, which a text program or a web page put in the place of the shell's.
    fn curled(&mut self, command: &Command) {
        const QUOTES: [char; 4] = ['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}'];
        let values = command.assignments.iter().map(|a| &a.value);
        for word in command.words.iter().chain(values) {
            if word.raw.is_ascii() || self.text.get(word.range.clone()) != Some(&*word.raw) {
                continue;
            }
            for piece in pieces(&word.raw, word.range.start) {
                let (code, inside) = match piece.kind {
                    PieceKind::Literal => (CURLED, vec![piece]),
                    PieceKind::Double => (CURLED_INSIDE, piece.inner),
                    _ => continue,
                };
                for part in inside.iter().filter(|p| p.kind == PieceKind::Literal) {
                    let raw = self.text.get(part.range.clone()).unwrap_or_default();
                    if code == CURLED {
                        for (at, blank) in raw.match_indices('\u{a0}') {
                            let start = part.range.start + at;
                            let message = "this no-break space (U+00A0) is a letter for the shell";
                            self.report(
                                NO_BREAK_SPACE,
                                start..start + blank.len(),
                                message.to_owned(),
                            );
                        }
                    }
                    let double = |c: &char| code == CURLED || matches!(c, '\u{201c}' | '\u{201d}');
                    let found = raw
                        .char_indices()
                        .filter(|(_, c)| QUOTES.contains(c) && double(c));
                    for (at, c) in found.collect::<Vec<_>>() {
                        let start = part.range.start + at;
                        let message = format!("`{c}` is no quote of the shell, but a letter");
                        self.report(code, start..start + c.len_utf8(), message);
                    }
                }
            }
        }
    }

    /// Folders of the system that `rm` removes with all that is in them.
    fn removed(&mut self, command: &Command) {
        let recursive = command.flags().any(|w| match w.raw.strip_prefix("--") {
            Some(name) => name == "recursive",
            None => w.raw.contains(['r', 'R']),
        });
        if !recursive {
            return;
        }
        for word in command.args() {
            let parts = pieces(&word.raw, word.range.start);
            if !parts.iter().all(Piece::is_constant) {
                continue;
            }
            let text = literal(&parts);
            let path = text.trim_end_matches('/');
            if !text.starts_with('/') || !SYSTEM_FOLDERS.contains(&path) {
                continue;
            }
            let message = format!("`{text}` is a folder of the system");
            self.report("SC2114", word.range.clone(), message);
        }
    }

    /// Variables that are given a value.
    fn assignments(&mut self, command: &Command) {
        let alone = |a: &&Assignment| a.kind == AssignmentKind::Alone && !a.append;
        for assignment in command.assignments.iter().filter(alone) {
            let name = &assignment.name;
            let raw = assignment.value.raw.as_str();
            let value = pieces(raw, assignment.value.range.start);
            let before = assignment.value.range.start.checked_sub(name.len() + 1);
            let Some(at) = before.filter(|at| {
                let written = self.text.get(*at..).unwrap_or_default();
                written
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.starts_with('='))
            }) else {
                continue;
            };
            let bare = raw.trim_matches('"');
            if bare == format!("${name}") || bare == format!("${{{name}}}") {
                let message = format!("`{name}` is given the value it has");
                self.report("SC2269", at..at + name.len(), message);
            }
            let text = literal(&value);
            let keeps = text.contains(':') || text.contains("/bin") || text.contains("/sbin");
            let is_folder = value.iter().all(Piece::is_constant) || text.contains('/');
            if name == "PATH" && !keeps && is_folder {
                let message =
                    "`PATH` is where commands are looked for: none is found any more".to_owned();
                self.report("SC2123", at..at + name.len(), message);
            }
        }
    }

    /// Backslashes in the name of a command. One in front keeps an alias away.
    fn name(&mut self, command: &Command) {
        let Some(word) = command.words.first().filter(|w| w.raw.contains('\\')) else {
            return;
        };
        self.escapes(&pieces(&word.raw, word.range.start), word.range.start);
    }

    /// Backslashes before letters, but for one at the start.
    fn escapes(&mut self, parts: &[Piece], start: usize) {
        for part in parts.iter().filter(|p| p.kind == PieceKind::Literal) {
            let raw = self.text.get(part.range.clone()).unwrap_or_default();
            let mut chars = raw.char_indices().peekable();
            while let Some((i, c)) = chars.next() {
                if c != '\\' {
                    continue;
                }
                let Some((_, escaped)) = chars.next() else {
                    return;
                };
                let at = part.range.start + i;
                if at == start || !escaped.is_ascii_alphabetic() {
                    continue;
                }
                let code = match escaped {
                    'n' | 'r' | 't' => "SC1012",
                    _ => "SC1001",
                };
                let message = format!("`\\{escaped}` is `{escaped}` outside quotes");
                self.report(code, at..at, message);
            }
        }
    }

    /// `x = y`
    fn assigned_apart(&mut self, command: &Command) {
        let Some(word) = command.args().first().filter(|_| !is_declared(command)) else {
            return;
        };
        let range = &word.range;
        let unquoted = word.raw.starts_with(['=', '\\', '+']);
        let found = match word.raw.as_str() {
            "==" | "===" => Some(("SC2284", command.range.clone())),
            raw if raw.starts_with("+=") => Some(("SC2285", command.range.clone())),
            _ if word.prefix().starts_with('=') && unquoted && !word.prefix().starts_with("==") => {
                let first = pieces(&word.raw, range.start).into_iter().next();
                first.map(|p| ("SC2283", p.range))
            }
            _ => None,
        };
        if let Some((code, range)) = found {
            let message = "a variable is given a value without blanks around the sign".to_owned();
            self.report(code, range, message);
        }
    }

    /// Blanks between arguments of `echo` that look like columns. The back end counts no tabs.
    fn gaps(&mut self, command: &Command) {
        if command.name != "echo" {
            return;
        }
        let column = |at: usize| {
            let before = self.text.get(..at).unwrap_or_default();
            let line = before.rsplit('\n').next().unwrap_or_default();
            line.chars().fold(0, |column, c| match c {
                '\t' => column / 8 * 8 + 8,
                _ => column + 1,
            })
        };
        let wide = command.args().windows(2).any(|pair| {
            let [left, right] = pair else {
                return false;
            };
            let gap = self
                .text
                .get(left.range.end..right.range.start)
                .unwrap_or_default();
            gap.contains('\t')
                && gap.trim().is_empty()
                && column(right.range.start) - column(left.range.end) >= 4
        });
        if wide {
            let message = "`echo` joins its arguments with one blank: quote them".to_owned();
            self.report("SC2291", command.range.clone(), message);
        }
    }

    /// Commands that need two operands.
    fn operands(&mut self, command: &Command, code: &'static str, message: &str) {
        let args = command.args();
        let elsewhere = |w: &Word| {
            let text = w.prefix();
            match text.strip_prefix("--") {
                Some(name) => name.is_empty() || name.split('=').next() == Some("target-directory"),
                None => text.starts_with('-') && text.contains('t'),
            }
        };
        let mut operands = args.iter().filter(|w| !w.prefix().starts_with('-'));
        if let (Some(only), None) = (operands.next(), operands.next())
            && !args.iter().any(elsewhere)
            && is_one(&pieces(&only.raw, 0))
        {
            self.report(code, command.range.clone(), message.to_owned());
        }
    }

    /// The format of `printf` and what is put into it.
    fn format(&mut self, command: &Command) {
        let mut args = command.args();
        loop {
            args = match args {
                [flag, _, rest @ ..] if flag.is("-v") => rest,
                [flag, rest @ ..] if flag.is("--") => rest,
                _ => break,
            };
        }
        let Some((format, args)) = args.split_first() else {
            return;
        };
        let parts = pieces(&format.raw, format.range.start);
        if !parts.iter().all(Piece::is_constant) {
            return;
        }
        let wanted = wanted(&literal(&parts));
        if wanted == 0 {
            if !args.is_empty() {
                let message = format!(
                    "`printf {}` takes no arguments: `%s` may be missing",
                    format.raw
                );
                self.report("SC2182", format.range.clone(), message);
            }
            return;
        }
        let fits = !args.is_empty() && args.len().is_multiple_of(wanted);
        if !fits && args.iter().all(|w| is_one(&pieces(&w.raw, 0))) {
            let message = format!("the format takes {wanted}, and there are {}", args.len());
            self.report("SC2183", format.range.clone(), message);
        }
    }

    /// `test a > b`
    fn comparison(&mut self, command: &Command) {
        for redirect in &command.redirects {
            let writes = matches!(
                redirect.kind,
                RedirectKind::Output | RedirectKind::OutputBoth
            );
            let target = &redirect.target.range;
            let reads = redirect.kind == RedirectKind::Input;
            if redirect.fd.is_none()
                && (writes || reads)
                && let Some(sign) = self.sign(redirect)
            {
                let message = "this redirects: to compare, quote the sign".to_owned();
                self.report("SC2065", sign.start..target.end, message);
            }
        }
    }

    /// What `tr` is to replace.
    fn sets(&mut self, command: &Command) {
        for word in command
            .args()
            .iter()
            .filter(|w| !w.prefix().starts_with('-'))
        {
            let parts = pieces(&word.raw, word.range.start);
            if parts.iter().any(|p| p.kind == PieceKind::Glob) {
                let message = format!("`{}` is a pattern for files: quote it", word.raw);
                self.report("SC2060", word.range.clone(), message);
                continue;
            }
            let text = literal(&parts);
            let mut letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
            letters.sort_unstable();
            let twice = letters
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if a == b));
            if twice && parts.iter().all(Piece::is_constant) && !text.contains("[:") {
                let message = format!(
                    "`tr` replaces letters and no words: one of `{}` is there twice",
                    word.raw
                );
                self.report("SC2020", word.range.clone(), message);
            }
        }
    }

    /// Input for what reads none.
    fn input(&mut self, command: &Command) {
        let name = command.name.as_str();
        let pipeline = command.pipeline.filter(|(_, part)| *part > 0);
        let is_fed = command.redirects.iter().any(is_input);
        if (pipeline.is_none() && !is_fed) || !DEAF.contains(&name) {
            return;
        }
        let reads = |w: &Word| {
            let parts = pieces(&w.raw, 0);
            flat(&parts).iter().any(|p| p.kind == PieceKind::Command)
        };
        let asks = |w: &Word| {
            let text = w.prefix();
            text == "--interactive"
                || text.starts_with('-') && !text.starts_with("--") && text.contains('i')
        };
        let values = command.assignments.iter().map(|a| &a.value);
        if command.words.iter().chain(values).any(reads)
            || (ASKS.contains(&name) && command.args().iter().any(asks))
        {
            return;
        }
        if pipeline.is_some() {
            let message =
                format!("`{name}` reads nothing that is piped in: `xargs` may be missing");
            self.report("SC2216", command.range.clone(), message);
        }
        if is_fed {
            let message = format!("`{name}` reads no input: `cat` or `xargs` may be missing");
            self.report("SC2217", command.range.clone(), message);
        }
    }
}

/// Whether a sign apart is in place, or other codes tell of it: where variables are declared, and in
/// what looks like a condition.
fn is_declared(command: &Command) -> bool {
    let declares = [
        "((", "alias", "declare", "export", "let", "local", "readonly", "typeset",
    ];
    takes_equals(command)
        || declares.contains(&command.name.as_str())
        || command
            .words
            .first()
            .is_some_and(|w| w.raw.starts_with('['))
}

/// How many arguments a format takes.
fn wanted(format: &str) -> usize {
    let mut wanted = 0;
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        if chars.next_if_eq(&'%').is_some() {
            continue;
        }
        while let Some(c) = chars.next_if(|c| "-+ #'*.0123456789".contains(*c)) {
            wanted += usize::from(c == '*');
        }
        match chars.next() {
            Some('(') => {
                while chars.next().is_some_and(|c| c != ')') {}
                wanted += usize::from(chars.next() == Some('T'));
            }
            Some(_) => wanted += 1,
            None => {}
        }
    }
    wanted
}
