//! Credentials at their place on a command line: where a program takes one, any value is.

use std::borrow::Cow;
use std::ops::Range;

use super::name::{self, Noun, SecretName};
use super::scan::{self, Hit};
use super::value::{self, ValueKind};
use super::words::{HOLE, Line, Word, base, commands, lines_of};
use super::{base64, listed};

pub use super::words::Lookup;

/// What a program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// A password.
    Password,
    /// Lines `user:password`.
    Pairs,
    /// Lines `user NAME PASSWORD`.
    Logins,
}

/// Where a program takes a credential; what the fields mean stands in `data/credentials.toml`.
struct Position {
    after: &'static [&'static str],
    with: &'static str,
    value: &'static [&'static str],
    joined: &'static [&'static str],
    pair: &'static [&'static str],
    separator: Option<char>,
    prefix: &'static str,
    operand: Option<i8>,
    options: &'static [&'static str],
    key: &'static str,
    input: Option<Input>,
}

include!(concat!(env!("OUT_DIR"), "/credentials.rs"));

/// A credential on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positioned {
    /// The program that takes it.
    pub program: String,
    /// Where it stands.
    pub range: Range<usize>,
    /// The credential.
    pub secret: String,
    /// What it is: a secret, or what everybody tries first.
    pub kind: ValueKind,
    /// Whether variables are part of it.
    pub expanded: bool,
}

/// The credentials on the command lines of a text.
pub fn find(text: &str, lookup: Lookup<'_>) -> Vec<Positioned> {
    look_at(&commands(text, lookup))
}

/// The same, and what the values of variables make a secret of: `$FIRST_HALF$SECOND_HALF`.
pub fn find_with_values(text: &str, lookup: Lookup<'_>) -> (Vec<Positioned>, Vec<Hit>) {
    let lines = commands(text, lookup);
    let mut hits = Vec::new();
    let words = lines.iter().flat_map(|l| &l.words);
    for word in words.filter(|w| w.expanded) {
        let found = scan::scan(&word.text).into_iter().filter(|h| h.certain);
        hits.extend(found.map(|hit| Hit {
            range: word.place(hit.range),
            ..hit
        }));
    }
    (look_at(&lines), hits)
}

/// The credentials among the words of one command: the number of the word, and the credential with
/// its place in that word.
pub fn find_in_words(words: &[&str], lookup: Lookup<'_>) -> Vec<(usize, Positioned)> {
    // As a shell would have to write them, so that quoted scripts are found.
    let mut text = String::new();
    let mut starts = Vec::new();
    for word in words {
        text.push('\'');
        starts.push(text.len());
        text.push_str(&word.replace('\'', "\""));
        text.push_str("' ");
    }
    let found = find(&text, lookup).into_iter();
    let place = |mut credential: Positioned| {
        let index = starts.partition_point(|s| *s <= credential.range.start);
        let index = index.checked_sub(1)?;
        let start = starts.get(index)?;
        credential.range = credential.range.start - start..credential.range.end - start;
        Some((index, credential))
    };
    found.filter_map(place).collect()
}

/// The words of each command of a text, without quotes.
pub fn arguments(text: &str, lookup: Lookup<'_>) -> Vec<Vec<String>> {
    let words = |line: Line| line.words.into_iter().map(|w| w.text).collect();
    commands(text, lookup).into_iter().map(words).collect()
}

fn look_at(lines: &[Line]) -> Vec<Positioned> {
    let mut found: Vec<Positioned> = Vec::new();
    let readers = readers(lines);
    for (line, reader) in lines.iter().zip(readers) {
        let reader = reader.and_then(|at| lines.get(at));
        for positioned in credentials(line, reader, lines) {
            add(&mut found, positioned);
        }
    }
    found
}

/// For each command the first that reads its output.
fn readers(lines: &[Line]) -> Vec<Option<usize>> {
    let mut readers = vec![None; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if let Some(reader) = line.piped.and_then(|before| readers.get_mut(before)) {
            reader.get_or_insert(at);
        }
    }
    readers
}

/// Words that stand before the program that runs in the end, sorted.
const WRAPPERS: [&str; 77] = [
    "!",
    "-",
    "/c",
    "bash",
    "builtin",
    "bundle",
    "bunx",
    "busybox",
    "call",
    "chroot",
    "cmd",
    "cmd.exe",
    "command",
    "do",
    "doas",
    "docker",
    "docker-compose",
    "dockerize",
    "dotnet",
    "dumb-init",
    "eatmydata",
    "elif",
    "else",
    "entrypoint",
    "env",
    "eval",
    "exec",
    "exec-form",
    "faketime",
    "gosu",
    "hatch",
    "healthcheck",
    "if",
    "ionice",
    "java",
    "kubectl",
    "nice",
    "node",
    "nohup",
    "npx",
    "onbuild",
    "pdm",
    "php",
    "pipx",
    "podman",
    "poetry",
    "powershell",
    "proxychains",
    "pwsh",
    "python",
    "python3",
    "ruby",
    "run",
    "runuser",
    "setpriv",
    "sh",
    "shell",
    "sshpass",
    "start",
    "stdbuf",
    "su",
    "su-exec",
    "sudo",
    "then",
    "time",
    "timeout",
    "tini",
    "tsocks",
    "until",
    "uv",
    "uvx",
    "wait-for-it",
    "while",
    "wine",
    "winpty",
    "xargs",
    "{",
];

/// Those of them that are the shell's own, with no words that belong to them.
const KEYWORDS: &str = "! { do elif else if then time until while";

fn positions_of(lower: &str) -> &'static [usize] {
    let found = PROGRAMS.binary_search_by(|(name, _)| (*name).cmp(lower));
    let found = found.ok().or_else(|| {
        // `pip3.11`
        let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if bare.len() == lower.len() {
            return None;
        }
        let found = PROGRAMS.binary_search_by(|(name, _)| (*name).cmp(bare));
        found.ok()
    });
    found
        .and_then(|i| PROGRAMS.get(i))
        .map_or(&[], |(_, positions)| positions)
}

fn credentials(line: &Line, reader: Option<&Line>, lines: &[Line]) -> Vec<Positioned> {
    let mut found = Vec::new();
    // Words that a program takes for a credential, whatever they are.
    let mut taken = Vec::new();
    let mut before = 0;
    for (i, word) in line.words.iter().enumerate().take(16) {
        if word.text.contains(HOLE) && !word.text.contains('/') {
            if i == 0 {
                // `$secret = ConvertTo-SecureString x`
                if line.words.get(1).is_none_or(|w| w.text != "=") {
                    break;
                }
                before = 2;
            }
            continue;
        }
        if before == 2 && i == 1 {
            continue;
        }
        let program = base(&word.text);
        let lower = lower(program);
        let positions = positions_of(&lower);
        let arguments = line.words.get(i + 1..).unwrap_or_default();
        for position in positions.iter().filter_map(|p| POSITIONS.get(*p)) {
            apply(
                position, program, arguments, line, lines, &mut taken, &mut found,
            );
        }
        let is_wrapper = WRAPPERS.binary_search(&&*lower).is_ok();
        if i == 0 || is_wrapper {
            before = i;
        }
        let assigns = word.text.contains('=');
        if !is_wrapper && i == before && !assigns && (i == 0 || !positions.is_empty()) {
            break;
        }
        // `then apt-get install curl`: what follows a keyword is the program.
        let follows = i == before + 1 && !word.text.starts_with('-') && !assigns;
        let keyword = || {
            let word = line.words.get(before);
            word.is_some_and(|w| listed(KEYWORDS, &w.text))
        };
        if !is_wrapper && follows && keyword() {
            break;
        }
        // A wrapper has few words of its own.
        if i > before + 4 {
            break;
        }
        if assigns && i == before {
            before = i + 1;
        }
    }
    // All that follows goes by names, which may stand in options.
    let begins_flag = |w: &Word| w.text.starts_with(FLAG_STARTS);
    let may_name = line.words.iter().any(|w| name::may_name(&w.text));
    if may_name {
        let has_flags = line.words.iter().any(begins_flag);
        if has_flags {
            by_flag_names(line, &taken, &mut found);
        }
        by_settings(line, &mut found);
        if has_flags {
            by_value_flag(line, &mut found);
        }
    }
    by_printed(line, reader, may_name, &mut found);
    found
}

/// What options begin with, in what is no command line too.
const FLAG_STARTS: [char; 6] = ['-', '/', '[', '"', '\'', ','];

/// `--name NAME --value X` of any program.
fn by_value_flag(line: &Line, found: &mut Vec<Positioned>) {
    const FLAGS: &str = "--value --body --secret-string -Value -value /d";
    let is_gh = || line.words.iter().take(3).any(|w| base(&w.text) == "gh");
    let takes = |word: &Word| {
        if !word.text.starts_with(['-', '/']) {
            return false;
        }
        let flag = word.text.split('=').next().unwrap_or_default();
        listed(FLAGS, flag) || word.text.starts_with("-b") && word.text.len() != 3 && is_gh()
    };
    if !line.words.iter().any(takes) {
        return;
    }
    let mut class = None;
    let mut words = line.words.iter().peekable();
    while let Some(word) = words.next() {
        let flag = word.text.split('=').next().unwrap_or_default();
        if let Some(class) = &class
            && takes(word)
        {
            let start = match flag {
                f if f.len() < word.text.len() && f.starts_with("--") => f.len() + 1,
                _ if word.text.starts_with("-b") => 2,
                _ => 0,
            };
            let (word, start) = match words.peek() {
                Some(next) if start == 0 || start == word.text.len() => (*next, 0),
                _ => (word, start),
            };
            settle(word, start, class, line, found);
        }
        let name = word.text.rsplit([':', '/']).next().unwrap_or_default();
        if !is_flag(word)
            && !name.contains('=')
            && let Some(named) = name::classify(name).filter(|c| c.exact)
            // `gh secret` is no name yet.
            && named.words.len() > 1
        {
            class = Some(named);
        }
    }
}

/// Adds the rest of a word as the value of a name.
fn settle(word: &Word, start: usize, class: &SecretName, line: &Line, found: &mut Vec<Positioned>) {
    let secret = word.text.get(start..).unwrap_or_default();
    if secret.is_empty() || secret.contains(HOLE) {
        return;
    }
    let kind = value::classify(secret, class);
    if kind.is_secret() {
        let program = line.words.first().map_or("", |w| base(&w.text));
        add(
            found,
            Positioned {
                program: program.to_owned(),
                range: word.place(start..word.text.len()),
                secret: secret.to_owned(),
                kind,
                expanded: word.expanded,
            },
        );
    }
}

/// What `echo` and `printf` print.
fn by_printed(line: &Line, reader: Option<&Line>, may_name: bool, found: &mut Vec<Positioned>) {
    let mut words = own_words(line);
    let program = words.next().map_or("", |w| base(&w.text));
    if !matches!(program, "echo" | "printf") {
        return;
    }
    if may_name && program == "printf" {
        by_format(line, words.clone(), found);
    }
    by_file(line, words, reader, found);
}

/// `printf 'DB_PASSWORD=%s' X`.
fn by_format<'l>(
    line: &Line,
    mut words: impl Iterator<Item = &'l Word>,
    found: &mut Vec<Positioned>,
) {
    let Some(format) = words.next() else {
        return;
    };
    for (piece, word) in format.text.split("%s").zip(words) {
        let bare = piece.trim_end_matches(['"', '\'', ' ']);
        // A line of a `.netrc`.
        let is_netrc = piece.ends_with(' ') && bare.ends_with("password");
        let named = bare.strip_suffix(['=', ':']).or(is_netrc.then_some(bare));
        let Some(name) = named else {
            continue;
        };
        let piece = bare;
        let name = name.trim_end_matches(['"', '\'']);
        let start = name
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .map_or(0, |i| i + 1);
        let name = name.get(start..).unwrap_or_default();
        let broken = name.strip_prefix('n').filter(|_| {
            start > 0
                && piece
                    .get(..start)
                    .is_some_and(|before| before.ends_with('\\'))
        });
        if let Some(class) = name::classify(broken.unwrap_or(name)) {
            settle(word, 0, &class, line, found);
        }
    }
}

/// `echo X > /run/db_password`: what is written to a file that is called as a secret is.
fn by_file<'l>(
    line: &Line,
    words: impl Iterator<Item = &'l Word>,
    reader: Option<&Line>,
    found: &mut Vec<Positioned>,
) {
    // `echo X | tee FILE`, `echo X | base64 > FILE`
    let passed = || {
        let reader = reader?;
        let mut words = own_words(reader);
        match base(&words.next()?.text) {
            "tee" => Some(&words.find(|w| !is_flag(w))?.text),
            "base64" => reader.target.as_ref(),
            _ => None,
        }
    };
    let Some(target) = line.target.as_ref().or_else(passed) else {
        return;
    };
    let name = target.rsplit('/').next().unwrap_or_default();
    let name = name
        .strip_suffix(".txt")
        .unwrap_or(name)
        .trim_start_matches('.');
    let is_name = !name.contains('.') && !name.is_empty();
    let Some(class) = name::classify(name).filter(|c| is_name && c.exact) else {
        return;
    };
    let operands: Vec<&Word> = words
        .filter(|w| !w.text.starts_with(['-', '%']) && !w.text.is_empty())
        .collect();
    if let [word] = operands.as_slice()
        && !word.text.contains([' ', '=', ':'])
    {
        settle(word, 0, &class, line, found);
    }
}

/// `npm config set NAME X`, `git config NAME X` of any program.
fn by_settings(line: &Line, found: &mut Vec<Positioned>) {
    let mut words = line.words.iter();
    let sets = |w: &Word| {
        matches!(
            w.text.as_str(),
            "config"
                | "configure"
                | "config:set"
                | "setopt"
                | "setx"
                | "setenv"
                | "SetEnv"
                | "fastcgi_param"
                | "uwsgi_param"
                | "put"
                | "set"
                | "--set"
        )
    };
    if !words.any(sets) {
        return;
    }
    // The shell's own takes options and no names.
    if line.words.first().is_some_and(|w| w.text == "set") {
        return;
    }
    let operands: Vec<&Word> = words.filter(|w| !is_flag(w)).collect();
    for (name, value) in operands.iter().zip(operands.iter().skip(1)) {
        // Of a path the last part is the name.
        let bare = name.text.rsplit(['/', ':']).next().unwrap_or_default();
        let class = name::classify(bare).filter(|c| c.exact && !name.text.contains('='));
        let Some(class) = class else {
            continue;
        };
        if value.text.contains(HOLE) {
            continue;
        }
        let kind = value::classify(&value.text, &class);
        if kind.is_secret() {
            let program = line.words.first().map_or("", |w| base(&w.text));
            add(
                found,
                Positioned {
                    program: program.to_owned(),
                    range: value.place(0..value.text.len()),
                    secret: value.text.clone(),
                    kind,
                    expanded: value.expanded,
                },
            );
        }
    }
}

/// Adds what touches nothing that is known.
fn add(found: &mut Vec<Positioned>, positioned: Positioned) {
    let apart = |f: &Positioned| {
        f.range.end <= positioned.range.start || positioned.range.end <= f.range.start
    };
    if found.iter().all(apart) {
        found.push(positioned);
    }
}

/// `-x`, `--long` or, for Windows, `/x`.
fn is_flag(word: &Word) -> bool {
    let bytes = word.text.as_bytes();
    bytes.len() > 1
        && (bytes.first() == Some(&b'-')
            || bytes.first() == Some(&b'/') && (bytes.len() < 5 || is_windows_flag(&word.text)))
}

/// `/user:bob`
fn is_windows_flag(text: &str) -> bool {
    let name = text.strip_prefix('/').and_then(|t| t.split_once(':'));
    name.is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()))
}

fn apply(
    position: &Position,
    program: &str,
    arguments: &[Word],
    line: &Line,
    lines: &[Line],
    taken: &mut Vec<Range<usize>>,
    found: &mut Vec<Positioned>,
) {
    if !position.with.is_empty() && !arguments.iter().any(|w| has_flag(w, position.with)) {
        return;
    }
    let mut operands = arguments
        .iter()
        .enumerate()
        .filter(|(_, w)| !is_flag(w) || position.after.contains(&w.text.as_str()));
    let mut first = 0;
    if !position.after.is_empty() {
        let texts: Vec<(usize, &str)> = operands
            .by_ref()
            .map(|(i, w)| (i, w.text.trim_end_matches([',', '"'])))
            .collect();
        let sub = texts.windows(position.after.len()).find(|window| {
            window
                .iter()
                .zip(position.after)
                .all(|((_, text), wanted)| text.eq_ignore_ascii_case(wanted))
        });
        let Some((last, _)) = sub.and_then(<[_]>::last) else {
            return;
        };
        first = last + 1;
    }
    let mut push = |word: &Word, part: Range<usize>, user: &str| {
        taken.push(word.range.clone());
        found.extend(judge(position, program, word, part, user));
    };
    let mut i = 0;
    while let Some(word) = arguments.get(i) {
        i += 1;
        let flag = word.text.trim_end_matches([',', '"']);
        let flag = flag.trim_start_matches('"');
        let next = arguments.get(i);
        for wanted in position.value {
            if let Some(start) = behind_colon(&word.text, wanted) {
                push(word, start..word.text.len(), "");
            } else if flag.eq(*wanted) || bundles(flag, wanted) {
                if let Some(next) = next.filter(|n| !is_option(n)) {
                    push(next, 0..next.text.len(), "");
                }
            } else if let Some(start) = joined(&word.text, wanted) {
                // `-p=X`, which those who take `-p X` read so.
                let equals = word.text.get(start..).is_some_and(|t| t.starts_with('='));
                push(word, start + usize::from(equals)..word.text.len(), "");
            }
        }
        for wanted in position.joined {
            if let Some(start) = joined(&word.text, wanted) {
                push(word, start..word.text.len(), "");
            }
        }
        for wanted in position.pair {
            let separator = position.separator.unwrap_or(':');
            if flag.eq(*wanted) || bundles(flag, wanted) {
                if let Some(next) = next {
                    pair(next, 0, separator, &mut push);
                }
            } else if let Some(start) = joined(&word.text, wanted) {
                pair(word, start, separator, &mut push);
            }
        }
    }
    if let Some(number) = position.operand {
        operand(
            position,
            number,
            arguments.get(first..).unwrap_or_default(),
            &mut push,
        );
    }
    if let Some(input) = position.input {
        let given = line.stdin.clone().or_else(|| {
            let before = line.piped.and_then(|p| lines.get(p));
            printed(before.or_else(|| writer(line, lines))?, lines)
        });
        if let Some(text) = given {
            let fields = program == "newusers";
            inputs(input, fields, &text, &mut push);
        }
    }
}

/// Whether a word is an option and no value that begins with a dash.
fn is_option(word: &Word) -> bool {
    let text = &word.text;
    text.starts_with("--") || text.len() == 2 && text.starts_with('-') || text.is_empty()
}

fn has_flag(word: &Word, flag: &str) -> bool {
    let text = word.text.as_str();
    if flag.len() > 2 {
        return text.split('=').next() == Some(flag);
    }
    let letter = flag.chars().nth(1).unwrap_or('-');
    text.starts_with('-') && !text.starts_with("--") && text.contains(letter)
}

/// `-fsSu` ends with the option `-u`.
fn bundles(flag: &str, wanted: &str) -> bool {
    wanted.len() == 2
        && flag.len() > 2
        && flag.len() <= 8
        && flag.starts_with('-')
        && !flag.starts_with("--")
        && wanted.get(1..).is_some_and(|letter| flag.ends_with(letter))
        && flag.bytes().skip(1).all(|b| b.is_ascii_alphabetic())
        && flag.bytes().skip(1).all(|b| flag.bytes().filter(|c| *c == b).count() == 1)
        // `-pass` is a word.
        && !matches!(flag, "-pass" | "-user")
        && !super::name::classify(flag).is_some_and(|n| n.strong)
}

/// Where the value of `--option=X` or `-oX` begins.
fn joined(text: &str, flag: &str) -> Option<usize> {
    let rest = text.strip_prefix(flag)?;
    if rest.is_empty() {
        return None;
    }
    let is_letter = flag.len() == 2 && flag.starts_with('-') || flag == "-hp";
    // An option of its own that takes the next word.
    if is_letter && listed("-password -passwd -pass -Password -PASSWORD -kfile", text) {
        return None;
    }
    match rest.strip_prefix('=') {
        Some("") => None,
        Some(_) if !is_letter => Some(flag.len() + 1),
        _ if is_letter => Some(flag.len()),
        _ => None,
    }
}

fn behind_colon(text: &str, flag: &str) -> Option<usize> {
    let head = text.get(..flag.len())?;
    (flag.ends_with([':', '=']) && head.eq_ignore_ascii_case(flag) && text.len() > flag.len())
        .then_some(flag.len())
}

/// `user:password`, from `start` on.
fn pair(
    word: &Word,
    start: usize,
    separator: char,
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    let Some(text) = word.text.get(start..) else {
        return;
    };
    let Some((user, password)) = text.split_once(separator) else {
        return;
    };
    if password.is_empty() {
        // `token:` has it in the place of the user.
        if value::is_random(user) {
            push(word, start..start + user.len(), "");
        }
        return;
    }
    let end = password.find('@').filter(|_| separator == '/');
    let end = end.unwrap_or(password.len());
    let from = start + user.len() + separator.len_utf8();
    push(word, from..from + end, user);
}

fn operand(
    position: &Position,
    number: i8,
    arguments: &[Word],
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    let mut operands: Vec<&Word> = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if position.options.contains(&word.text.as_str()) {
            words.next();
        } else if !is_flag(word) {
            operands.push(word);
        }
    }
    let key = operands.first().map_or("", |w| w.text.as_str());
    if !key.starts_with(position.key) {
        return;
    }
    let chosen = match usize::try_from(number) {
        Ok(number) => operands.get(number),
        // What comes last is an operand and not the only one.
        Err(_) if operands.len() > 1 || position.with.is_empty() => operands.last(),
        Err(_) => None,
    };
    let Some(word) = chosen else {
        return;
    };
    // The next command of `steamcmd`.
    if word.text.starts_with('+') && position.after.iter().any(|a| a.starts_with('+')) {
        return;
    }
    match position.separator {
        Some(separator) => pair(word, 0, separator, push),
        None if word.text.contains('=') && !word.quoted && !word.text.ends_with('=') => {}
        None => push(word, 0..word.text.len(), ""),
    }
}

/// The command that wrote the file that another reads.
fn writer<'l>(line: &Line, lines: &'l [Line]) -> Option<&'l Line> {
    let source = line.source.as_ref()?;
    lines.iter().find(|l| l.target.as_ref() == Some(source))
}

/// The words of a command from its program on.
fn own_words(line: &Line) -> impl Iterator<Item = &Word> + Clone {
    line.words.iter().skip_while(|w| {
        let text = lower(base(&w.text));
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        is_number || text.contains('=') || WRAPPERS.binary_search(&&*text).is_ok()
    })
}

/// A text in lower case.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// What a command prints, as one word.
fn printed(line: &Line, lines: &[Line]) -> Option<Word> {
    let mut words = own_words(line);
    let program = words.next()?;
    match base(&program.text) {
        "echo" | "printf" | "write-output" => {}
        "yes" => {}
        "base64" => {
            // The password in the detour is the base64 itself.
            let before = line.piped.and_then(|p| lines.get(p))?;
            let text = printed(before, lines)?;
            let decoded = base64::text(&text.text)?;
            let end = text.text.trim_end().len();
            let place = text.part(0..end);
            return Some(place.stand_for(&decoded));
        }
        "cat" => return line.stdin.clone(),
        // It passes on what it gets.
        "tr" | "tee" | "head" | "tail" => {
            let before = line.piped.and_then(|p| lines.get(p))?;
            return printed(before, lines);
        }
        _ => return None,
    }
    let is_option = |w: &&Word| w.text.len() <= 3 && w.text.starts_with('-');
    let arguments: Vec<&Word> = words.skip_while(is_option).collect();
    if program.text.ends_with("printf") {
        let (format, values) = arguments.split_first()?;
        return Some(formatted(format, values));
    }
    match arguments.as_slice() {
        [] => None,
        [only] => Some((*only).clone()),
        many => Some(Word::joined(many)),
    }
}

/// What `printf` prints.
fn formatted(format: &Word, values: &[&Word]) -> Word {
    let mut pieces: Vec<Word> = Vec::new();
    let mut rest = values.iter();
    // The format is used again while there are values.
    loop {
        let before = rest.len();
        let mut from = 0;
        for (at, _) in format.text.match_indices('%') {
            let takes = format.text.as_bytes().get(at + 1);
            if !matches!(takes, Some(b's' | b'b')) {
                continue;
            }
            pieces.push(format.part(from..at));
            pieces.extend(rest.next().map(|w| (*w).clone()));
            from = at + 2;
        }
        pieces.push(format.part(from..format.text.len()));
        if rest.len() == 0 || rest.len() == before {
            break;
        }
    }
    let pieces: Vec<&Word> = pieces.iter().collect();
    Word::concatenated(&pieces)
}

/// The passwords in a text that a program reads.
fn inputs(
    input: Input,
    fields: bool,
    text: &Word,
    push: &mut dyn FnMut(&Word, Range<usize>, &str),
) {
    for range in lines_of(&text.text) {
        let line = text.text.get(range.clone()).unwrap_or_default();
        match input {
            Input::Pairs => {
                let Some((user, rest)) = line.split_once(':') else {
                    continue;
                };
                let start = range.start + user.len() + 1;
                let rest = rest.trim_end();
                // `newusers` has more fields; a hash is no password.
                let end = rest.find(':').filter(|_| fields).unwrap_or(rest.len());
                if !rest.starts_with('$') && end > 0 {
                    push(text, start..start + end, user.trim());
                }
            }
            Input::Logins => {
                let mut words = line.split_ascii_whitespace();
                let user = words.next().filter(|w| *w == "user").and(words.next());
                if let (Some(user), Some(password)) = (user, words.next()) {
                    let at = range.start + (password.as_ptr() as usize - line.as_ptr() as usize);
                    push(text, at..at + password.len(), user);
                }
            }
            Input::Password => {
                let password = line.trim_end();
                // What people are asked, no answer.
                if !password.is_empty() && !matches!(password, "y" | "yes" | "Y" | "n") {
                    push(text, range.start..range.start + password.len(), "");
                    return;
                }
            }
        }
    }
}

fn judge(
    position: &Position,
    program: &str,
    word: &Word,
    part: Range<usize>,
    user: &str,
) -> Option<Positioned> {
    let text = word.text.get(part.clone())?;
    // The quotes and commas of JSON that could not be read.
    let text = text.trim_end_matches([']', ',']);
    let text = text.strip_suffix('"').unwrap_or(text);
    let part = part.start..part.start + text.len();
    let secret = text.strip_prefix(position.prefix)?;
    let part = part.start + position.prefix.len()..part.end;
    let kind = positioned_kind(secret, user)?;
    Some(Positioned {
        program: program.to_owned(),
        range: word.place(part),
        secret: secret.to_owned(),
        kind,
        expanded: word.expanded,
    })
}

/// What stands where a program takes a password; nothing if that comes from elsewhere.
fn positioned_kind(secret: &str, user: &str) -> Option<ValueKind> {
    if secret.is_empty() || secret.contains(HOLE) || secret.starts_with("%") {
        return None;
    }
    // A connection string, in which only a part is secret.
    if secret.contains(';') && secret.matches('=').count() > 1 {
        return None;
    }
    let kind = value::classify_password(secret, user);
    match kind {
        ValueKind::Human | ValueKind::Random | ValueKind::Default => Some(kind),
        // A number is a password here.
        ValueKind::Setting if secret.len() > 3 && secret.bytes().all(|b| b.is_ascii_digit()) => {
            Some(ValueKind::Default)
        }
        ValueKind::Digest if secret.len() >= 20 && !secret.contains([':', ' ']) => {
            Some(ValueKind::Random)
        }
        _ => None,
    }
}

/// `--token X` of any program.
fn by_flag_names(line: &Line, taken: &[Range<usize>], found: &mut Vec<Positioned>) {
    const SPEAKERS: &str = "grep egrep rg test [ [[ complete getopts read";
    let program = line.words.first().map_or("", |w| base(&w.text));
    if listed(SPEAKERS, program) {
        return;
    }
    for word in line.words.iter().filter(|w| w.text.starts_with(['-', '/'])) {
        let bare = word.text.trim_start_matches(['-', '/']);
        let Some((name, value)) = bare
            .split_once('=')
            .filter(|_| bare.len() < word.text.len())
        else {
            continue;
        };
        // `/SAPWD=x`, `--with-password=x`
        let windows = word.text.starts_with('/') && !name.contains('/');
        let name = name.strip_prefix("with-").or(windows.then_some(name));
        if let Some(class) = name.and_then(name::classify).filter(|c| c.exact) {
            settle(word, word.text.len() - value.len(), &class, line, found);
        }
    }
    by_named_values(line, program, found);
    let begins_flag = |w: &Word| w.text.starts_with(FLAG_STARTS);
    let pairs = line.words.iter().zip(line.words.iter().skip(1));
    for (word, next) in pairs.filter(|(word, _)| begins_flag(word)) {
        let flag = word.text.trim_start_matches(['[', '"', '\'', ',']);
        let flag = flag.trim_end_matches(['"', '\'', ',']);
        let bare = flag.trim_start_matches(['-', '/']);
        if bare.len() == flag.len() || bare.len() < 4 || flag.contains(['=', ':', HOLE]) {
            continue;
        }
        // `-pPASSWORD` is no option, and what stands in a place is judged there.
        if taken.contains(&word.range) || taken.contains(&next.range) {
            continue;
        }
        // Of Windows.
        if flag.starts_with('/') && !matches!(bare, "password" | "pass" | "pwd" | "token") {
            continue;
        }
        let class = match bare {
            "pass" => Some(SecretName {
                noun: Noun::Password,
                strong: true,
                exact: true,
                words: vec!["pass".to_owned()],
            }),
            _ => name::classify(bare).filter(|c| c.exact),
        };
        let Some(class) = class else {
            continue;
        };
        let value = next.text.trim_end_matches([']', ',', ';', ')']);
        let value = value.strip_suffix('"').unwrap_or(value);
        if value.starts_with(['-', '<', '>', '|', '&', ';', '[', '{', '(', '/'])
            || value.contains([HOLE, '='])
            || value.contains("://")
        {
            continue;
        }
        let kind = value::classify(value, &class);
        if kind.is_secret() || kind == ValueKind::Default {
            add(
                found,
                Positioned {
                    program: String::new(),
                    range: next.place(0..value.len()),
                    secret: value.to_owned(),
                    kind,
                    expanded: next.expanded,
                },
            );
        }
    }
}

/// Values behind names that stand elsewhere: `jq --arg password X`, `xmlstarlet ed -u //password -v X`.
fn by_named_values(line: &Line, program: &str, found: &mut Vec<Positioned>) {
    let (names, values): (&[&str], &[&str]) = match program {
        "jq" | "yq" | "gojq" => (&["--arg"], &[]),
        "xmlstarlet" | "xml" => (&["-u", "--update", "-n", "--name"], &["-v", "--value"]),
        _ => return,
    };
    let mut class = None;
    let mut is_next = false;
    let mut words = line.words.iter();
    while let Some(word) = words.next() {
        if std::mem::take(&mut is_next) || values.contains(&word.text.as_str()) {
            let value = if values.is_empty() {
                Some(word)
            } else {
                words.next()
            };
            if let (Some(value), Some(class)) = (value, &class) {
                settle(value, 0, class, line, found);
            }
        } else if names.contains(&word.text.as_str()) {
            let name = words.next().map_or("", |w| w.text.as_str());
            let name = name.rsplit(['/', '@', ':']).next().unwrap_or(name);
            class = name::classify(name).filter(|c| c.exact);
            is_next = values.is_empty() && class.is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = find(text, &|_| None);
        found
            .iter()
            .map(|f| format!("{} {}", f.program, &text[f.range.clone()]))
            .collect()
    }

    /// A password that nobody has.
    fn password() -> String {
        ["violet", "umbrella", "9"].join("-")
    }

    #[test]
    fn where_programs_take_passwords() {
        for (text, program) in [
            ("mysql -u root -p@ db", "mysql"),
            ("mysql -uroot --password=@ -e 'select 1'", "mysql"),
            ("mysqladmin -u root password @", "mysqladmin"),
            ("curl -fsSL -u bot:@ https://a", "curl"),
            ("curl -fsSLu bot:@ https://a", "curl"),
            ("curl -ubot:@ https://a", "curl"),
            ("wget --user=a --password=@ https://a", "wget"),
            ("wget --http-password @ https://a", "wget"),
            ("sshpass -p @ ssh a@b", "sshpass"),
            ("sshpass -p'@' ssh a@b", "sshpass"),
            ("docker login -u a -p @ registry", "docker"),
            ("sudo docker login --username a --password @ r", "docker"),
            ("useradd -m -p @ bob", "useradd"),
            ("echo 'root:@' | chpasswd", "chpasswd"),
            ("echo root:@|sudo chpasswd", "chpasswd"),
            ("printf 'bob:%s' x; chpasswd <<< \"bob:@\"", "chpasswd"),
            ("chpasswd <<E\nbob:@\nE\n", "chpasswd"),
            ("echo -e '@\\n@' | passwd root", "passwd"),
            ("echo @ | passwd --stdin root", "passwd"),
            ("echo @ | docker login --password-stdin r", "docker"),
            ("net user bob @ /add", "net"),
            ("redis-cli -a @ ping", "redis-cli"),
            ("unzip -P @ x.zip", "unzip"),
            ("7z x -p@ x.7z", "7z"),
            ("openssl rsa -passin pass:@ -in x", "openssl"),
            ("keytool -importcert -storepass @ -noprompt", "keytool"),
            ("htpasswd -cb /etc/htpasswd bob @", "htpasswd"),
            ("ssh-keygen -t rsa -N @ -f x", "ssh-keygen"),
            ("composer config http-basic.a.b user @", "composer"),
            ("rabbitmqctl add_user bob @", "rabbitmqctl"),
            ("mc alias set a https://b bob @", "mc"),
            ("sh -c \"mysql -p@ x\"", "mysql"),
            ("su - bob -c 'mysql -p@'", "mysql"),
            ("true && DEBIAN=1 sudo -E env X=1 mysql -p@", "mysql"),
            ("smbclient //a/b -U bob%@", "smbclient"),
            ("xfreerdp /u:bob /p:@ /v:a", "xfreerdp"),
            ("app --token @ --x", ""),
            ("app --api-key '@'", ""),
            ("[\"app\", \"--password\", \"@\"]", ""),
            ("sqlcmd -S a -U sa -P @", "sqlcmd"),
            ("python -m twine upload -u a -p @ dist/*", "twine"),
            ("vault login @", "vault"),
            ("ldapsearch -x -D cn=a -w @", "ldapsearch"),
            ("drush -y upwd bob @", "drush"),
            ("drush user:password bob '@'", "drush"),
            ("printf 'root:%s' '@' | chpasswd", "chpasswd"),
            ("printf 'root:%s\\n' @ | chpasswd", "chpasswd"),
            ("jq --arg password '@' '.a=$password' x", "jq"),
            ("xmlstarlet ed -u //db/password -v '@' x", "xmlstarlet"),
        ] {
            let text = text.replace('@', &password()).replace("a-9@b", "a@b");
            let all = found(&text);
            assert!(
                all.contains(&format!("{program} {}", password())),
                "{text}: {all:?}"
            );
        }
    }

    #[test]
    fn what_is_no_password() {
        for text in [
            "mkdir -p /var/lib/app",
            "mysql -p -u root",
            "mysql -p\"$PASSWORD\" -u root",
            "curl -u \"$USER:$PASS\" https://a",
            "curl -u bob https://a",
            "docker login -u bob --password-stdin registry < /run/secrets/x",
            "echo \"$PASSWORD\" | docker login -u bob --password-stdin",
            "echo root:$PASSWORD | chpasswd",
            "cat /run/secrets/x | chpasswd",
            "docker run -p 8080:80 image",
            "ssh -p 2222 host",
            "nc -p 1234",
            "grep --token x y",
            "useradd -r -s /bin/false -p '!' bob",
            "passwd -d root",
            "wget --password-file=/x",
            "openssl req -passin env:PASS -passout file:/x",
            "app --token-file token.txt --secret-name mysecret",
            "docker build --secret id=npm,src=.npmrc .",
            "apt-get install -y passwd sshpass mysql-client",
            "ssh-keygen -t rsa -N '' -f x",
        ] {
            assert_eq!(found(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn values_of_variables_are_put_in() {
        let lookup = |name: &str| (name == "P").then(password);
        let text = "mysql -p$P";
        let found = find(text, &lookup);
        assert_eq!(&text[found[0].range.clone()], "$P");
        assert!(found[0].expanded);
    }
}
