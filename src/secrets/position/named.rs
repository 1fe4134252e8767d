//! Values that an option, a setting or a file of any program names.

use std::ops::Range;

use super::input::printed;
use super::{FLAG_STARTS, Positioned, SPEAKERS, add, is_flag, own_words};
use crate::secrets::assignment;
use crate::secrets::listed;
use crate::secrets::name::{self, Noun, SecretName};
use crate::secrets::value::{self, ValueKind};
use crate::secrets::words::{HOLE, Line, Word, base, lines_of};

/// `--name NAME --value X` of any program.
pub(super) fn by_value_flag(line: &Line, found: &mut Vec<Positioned>) {
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
    // Whether `-Name` stands in front.
    let mut is_named = false;
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
        let names = std::mem::replace(&mut is_named, flag.eq_ignore_ascii_case("-name"));
        if !is_flag(word)
            && !name.contains('=')
            && let Some(named) = name::classify(name).filter(|c| c.exact)
            // `gh secret` is no name yet.
            && (named.words.len() > 1 || name.len() > 8 || names)
        {
            class = Some(named);
        }
    }
}

/// Adds the rest of a word as the value of a name.
pub(super) fn settle(
    word: &Word,
    start: usize,
    class: &SecretName,
    line: &Line,
    found: &mut Vec<Positioned>,
) {
    let secret = word.text.get(start..).unwrap_or_default();
    if secret.is_empty() || secret.contains(HOLE) {
        return;
    }
    let kind = value::classify(secret, class);
    if kind.is_secret() {
        let program = line.words.first().map_or("", |w| base(&w.text));
        add(
            found,
            Positioned::of(program, word, start..word.text.len(), kind),
        );
    }
}

/// Whether a program prints what it is given.
pub(super) fn prints(program: &str) -> bool {
    matches!(program, "echo" | "printf")
}

/// What `echo` and `printf` print.
pub(super) fn by_printed(
    line: &Line,
    reader: Option<&Line>,
    may_name: bool,
    found: &mut Vec<Positioned>,
) {
    let mut words = own_words(line);
    let program = words.next().map_or("", |w| base(&w.text));
    if !prints(program) {
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
pub(super) fn by_settings(line: &Line, found: &mut Vec<Positioned>) {
    let mut words = line.words.iter();
    let sets = |w: &Word| {
        w.text.ends_with(".config")
            || matches!(
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
                    | "iniset"
                    | "w"
                    | "write"
                    | "update"
                    | "modify"
                    | "Set-Item"
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
        let class = name::classify(bare).filter(|c| {
            let is_name = !name.text.contains('=') && !value::has_stand_in(bare);
            c.exact && c.noun != Noun::Credentials && is_name
        });
        let Some(class) = class else {
            continue;
        };
        if value.text.contains(HOLE) || value::is_identifier(&value.text) {
            continue;
        }
        let kind = value::classify(&value.text, &class);
        if kind.is_secret() {
            let program = line.words.first().map_or("", |w| base(&w.text));
            add(
                found,
                Positioned::of(program, value, 0..value.text.len(), kind),
            );
        }
    }
}

/// `--token X` of any program.
pub(super) fn by_flag_names(line: &Line, taken: &[Range<usize>], found: &mut Vec<Positioned>) {
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
        // It has no value there: `pulumi config set --secret NAME X`.
        if program == "pulumi" && bare == "secret" {
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
        // `--password-command 'echo X'`
        if let Some(class) = assignment::teller(bare)
            && let Some(secret) = next.text.strip_prefix("echo ")
            && !secret.contains(' ')
        {
            settle(next, "echo ".len(), &class, line, found);
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
        if value::is_identifier(value) {
            continue;
        }
        let kind = value::classify(value, &class);
        if kind.is_secret() || kind == ValueKind::Default {
            add(found, Positioned::of("", next, 0..value.len(), kind));
        }
    }
}

/// Values behind names that stand elsewhere: `jq --arg password X`, `xmlstarlet ed -u //password -v X`.
pub(super) fn by_named_values(line: &Line, program: &str, found: &mut Vec<Positioned>) {
    let (names, values): (&[&str], &[&str]) = match program {
        "jq" | "yq" | "gojq" => (&["--arg"], &[]),
        // The name is the operand behind.
        "dasel" => {
            let name = line.words.last().map_or("", |w| w.text.as_str());
            let class = name.starts_with('.').then(|| name.rsplit('.').next());
            let class = class.flatten().and_then(name::classify);
            let pairs = line.words.iter().zip(line.words.iter().skip(1));
            let mut values = pairs.filter(|(flag, _)| matches!(&*flag.text, "-v" | "--value"));
            if let (Some(class), Some((_, value))) = (class, values.next()) {
                settle(value, 0, &class, line, found);
            }
            return;
        }
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
            class = name::classify(name).filter(|c| c.exact).or_else(|| {
                // `.db.password = $p`
                let taken = values.is_empty().then(|| taker(line, name));
                taken.flatten()
            });
            is_next = values.is_empty() && class.is_some();
        }
    }
}

/// `--password-file FILE`, where another command writes it.
pub(super) fn by_password_file(line: &Line, lines: &[Line], found: &mut Vec<Positioned>) {
    let pairs = line
        .words
        .iter()
        .zip(line.words.iter().skip(1).map(Some).chain([None]));
    for (word, next) in pairs.filter(|(w, _)| w.text.starts_with("--")) {
        let (flag, file) = match word.text.split_once('=') {
            Some((flag, file)) => (flag, file),
            None => (word.text.as_str(), next.map_or("", |n| n.text.as_str())),
        };
        let name = flag.trim_start_matches('-');
        let stem = name
            .strip_suffix("-file")
            .or_else(|| name.strip_suffix("_file"));
        let is_file = name == "pwfile"
            || stem
                .and_then(name::classify)
                .is_some_and(|c| c.exact && c.noun == Noun::Password);
        if !is_file || file.is_empty() {
            continue;
        }
        let mut writers = lines.iter().filter(|l| l.target.as_deref() == Some(file));
        if let Some(text) = writers.find_map(|l| printed(l, lines))
            && let Some(class) = name::classify("password")
            && let Some(range) = lines_of(&text.text).pop()
            && !text.text.contains([' ', '=', ':'])
        {
            settle(&text.part(range), 0, &class, line, found);
        }
    }
}

/// `--password-file <(echo X)`: a file that is called as a secret is.
pub(super) fn by_process(line: &Line, lines: &[Line], found: &mut Vec<Positioned>) {
    let inner = line.fed.and_then(|fed| lines.get(fed));
    let (Some(inner), Some(flag)) = (inner, line.words.last()) else {
        return;
    };
    let name = flag.text.trim_start_matches('-').trim_end_matches('=');
    let stem = name
        .strip_suffix("-file")
        .or_else(|| name.strip_suffix("_file"));
    let class = match name {
        "auth-user-pass" | "pwfile" | "preshared-key" => name::classify("password"),
        _ => stem.and_then(name::classify).filter(|c| c.exact),
    };
    let (Some(class), Some(text)) = (class, printed(inner, lines)) else {
        return;
    };
    // The user may stand on a line of its own.
    if let Some(range) = lines_of(&text.text).pop()
        && !text.text.contains([' ', '=', ':'])
    {
        settle(&text.part(range), 0, &class, line, found);
    }
}

/// `/app/cli set-password X`
pub(super) fn by_verb(line: &Line, found: &mut Vec<Positioned>) {
    const VERBS: [&str; 5] = ["set-", "set_", "change-", "update-", "reset-"];
    let pairs = line.words.iter().zip(line.words.iter().skip(1));
    for (word, next) in pairs.skip(1) {
        let name = VERBS.iter().find_map(|v| word.text.strip_prefix(v));
        if let Some(class) = name.and_then(name::classify).filter(|c| c.exact)
            && !is_flag(next)
            && !next.text.contains(['=', '/', '@'])
            && next.text.bytes().any(|b| b.is_ascii_digit())
        {
            settle(next, 0, &class, line, found);
        }
    }
}

/// The name that a filter of `jq` gives the value of a variable to.
fn taker(line: &Line, variable: &str) -> Option<SecretName> {
    let variable = format!("${variable}");
    line.words.iter().find_map(|word| {
        let (before, _) = word.text.split_once(&variable)?;
        let before = before.trim_end_matches([' ', '=', ':', '|', '"']);
        let name = before
            .rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
            .next()?;
        name::classify(name).filter(|c| c.exact)
    })
}

/// What a command reads for a name that it is told: `read NAME <<< X`, `echo X | gh secret set NAME`.
pub(super) fn by_input(line: &Line, lines: &[Line], found: &mut Vec<Positioned>) {
    const SETS: &str = "set put create add write store read update";
    let at = line.words.iter().position(|w| listed(SETS, &w.text));
    let Some(at) = at else {
        return;
    };
    let behind = line.words.get(at + 1..).unwrap_or_default();
    let class = behind.iter().filter(|w| !is_flag(w)).find_map(|w| {
        let name = w.text.rsplit(['/', ':']).next().unwrap_or_default();
        name::classify(name).filter(|c| c.exact && !w.text.contains('='))
    });
    let Some(class) = class else {
        return;
    };
    let given = line.stdin.clone().or_else(|| {
        let before = line.piped.and_then(|p| lines.get(p))?;
        printed(before, lines)
    });
    if let Some(word) = given.filter(|w| !w.text.contains([' ', '\n', '=', ':'])) {
        settle(&word, 0, &class, line, found);
    }
}
