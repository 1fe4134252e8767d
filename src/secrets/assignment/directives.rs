//! Names and values with a blank between them.

use std::ops::Range;

use super::place::{unquoted, without_end};
use super::{Language, Named, is_apparent, judged, password};
use crate::keywords::{Keywords, links};
use crate::secrets::listed;
use crate::secrets::name::{self, SecretName};

pub(super) fn begins_line(text: &str, word: &str) -> bool {
    text.lines().any(|line| line.starts_with(word))
}

/// Names and values with a blank between them.
pub(super) fn in_words(line: &str, language: Language, is_netrc: bool, found: &mut Vec<Named>) {
    const DIRECTIVES: &str = "requirepass masterauth rootpw bindpw AuthLDAPBindPassword";
    // What begins it, or a directive has in it.
    const PARTS: [&str; 9] = [
        "ENV", "LABEL", "pass", "secret", "token", "key", "auth", "pw", "psk",
    ];
    static WORDS: Keywords<{ links(&PARTS) }> = Keywords::new(&PARTS, false);
    if !WORDS.is_match(line) {
        return;
    }
    let all: Vec<_> = words(line).collect();
    let mut words = all.iter().cloned().peekable();
    let mut push = |name: &str, class: &SecretName, value: Range<usize>| {
        let text = line.get(value.clone()).unwrap_or_default();
        let bare = text.trim_start_matches(['\\', '"', '\'']);
        let start = value.end - bare.len();
        let bare = bare.trim_end_matches(['\\', '"', '\'']);
        let (text, value) = (bare, start..start + bare.len());
        if let Some(kind) = judged(class, text) {
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: value,
                kind,
                is_bare: true,
            });
        }
    };
    let mut first = true;
    let mut before = "";
    let mut earlier = "";
    let mut login = None;
    while let Some(word) = words.next() {
        let text = line.get(word.clone()).unwrap_or_default();
        let last = std::mem::replace(&mut before, text);
        let second_last = std::mem::replace(&mut earlier, last);
        let text = if first {
            text.trim_start_matches('#')
        } else {
            text
        };
        if first && (text.is_empty() || text.eq_ignore_ascii_case("ONBUILD")) {
            continue;
        }
        let sets = first
            && ["ENV", "LABEL"]
                .iter()
                .any(|k| text.eq_ignore_ascii_case(k));
        if sets {
            first = false;
            let Some(name) = words.next_if(|w| !has_equals(line, w)) else {
                continue;
            };
            let Some(value) = words.peek() else {
                break;
            };
            let value = unquoted(line, value.start..line.len());
            let name = line.get(name).unwrap_or_default();
            if let Some(class) = name::classify(name) {
                push(name, &class, value);
            }
            continue;
        }
        let bare = text.trim_start_matches(['"', '\'']);
        // `s/requirepass .*/requirepass x/`
        let bare = bare.rsplit(['/', '|', '#']).next().unwrap_or(bare);
        // `stats auth bob:x` of HAProxy, `sentinel auth-pass main x` of Redis
        let is_pair = bare == "auth" && last == "stats";
        if bare == "auth-pass" {
            words.next();
        }
        if (is_pair || bare == "auth-pass")
            && let Some(next) = operand(line, &mut words)
        {
            let next = without_end(line, unquoted(line, next));
            let user = line.get(next.clone()).and_then(|w| w.find(':'));
            match user.filter(|_| is_pair) {
                Some(user) => push(bare, &password(), next.start + user + 1..next.end),
                None if is_pair => {}
                None => push(bare, &password(), next),
            }
            continue;
        }
        // What debconf is told: `mysql-server/root_password password x`.
        let answers = || last.contains('/') && name::classify(last).is_some_and(|c| c.strong);
        // `password x` is a line of many files, and the start of many sentences.
        let alone = || {
            let mut all = line.split_ascii_whitespace();
            let value = all.nth(1).unwrap_or_default();
            let value = value.trim_end_matches(';');
            let is_word = value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            language == Language::Any
                && first
                && all.next().is_none()
                && !is_word
                && !value.starts_with(['/', '-'])
        };
        let apparent = || {
            let value = words.clone().next().and_then(|w| line.get(w));
            value.is_some_and(is_apparent)
        };
        // `user bob insecure-password x`, `username bob password x`
        let of_user = || {
            language == Language::Any
                && matches!(bare, "password" | "insecure-password" | "pass" | "passwd")
                && matches!(second_last, "user" | "username" | "login" | "neighbor")
        };
        // Of routers.
        let enables = || {
            matches!(bare, "password" | "secret") && last == "enable" && language == Language::Any
        };
        let is_password = of_user()
            || enables()
            || bare == "password" && (is_netrc || answers() || alone())
            || matches!(bare, "Pass" | "Password" | "pass") && alone() && apparent();
        if is_netrc && bare == "login" {
            login = words.peek().cloned();
        }
        // `remote_password x` in a file of settings, `set $db_password "x"` in one of nginx.
        let setting = text.trim_matches(['"', '\'', ',']);
        let setting = setting.rsplit(['/', ':']).next().unwrap_or(setting);
        let setting = setting.trim_start_matches(['$', ':']);
        let named = || {
            let sets = matches!(
                last,
                "set"
                    | "SetEnv"
                    | "setenv"
                    | "env"
                    | "fastcgi_param"
                    | "proxy_set_header"
                    | "(setq"
                    | "-gx"
                    | "-Ux"
            ) || text.starts_with(':');
            let next = words.clone().next().and_then(|w| line.get(w));
            let quoted = next.is_some_and(|w| w.starts_with(['"', '\'', '\\']));
            if text.starts_with('<') {
                return None;
            }
            // `release { storePassword "x" }`, `algorithm y; secret "x";`
            let inside = quoted && last.ends_with(['{', ';']);
            if !(sets || inside || is_directive(setting, quoted) && alone()) {
                return None;
            }
            let class = name::classify(setting).filter(|c| c.exact)?;
            let value = words.clone().next()?;
            let value = line.get(value)?;
            (!sets || value.bytes().any(|b| b.is_ascii_digit())).then_some(class)
        };
        if !is_password
            && let Some(class) = named()
            && let Some(next) = operand(line, &mut words)
        {
            let value = unquoted(line, next);
            push(setting, &class, without_end(line, value));
            continue;
        }
        if (first || !bare.is_empty())
            && (is_password || listed(DIRECTIVES, bare))
            && let Some(next) = operand(line, &mut words)
        {
            // The pattern of `s/requirepass old/requirepass new/`.
            let operand = line.get(next.clone()).unwrap_or_default();
            let is_pattern = operand.ends_with(bare) && operand.len() > bare.len();
            // The token is the login then.
            let next = match login.take() {
                Some(login) if operand.starts_with("x-oauth-basic") => login,
                _ => next,
            };
            if is_pattern {
                continue;
            }
            let value = unquoted(line, next);
            push(bare, &password(), without_end(line, value));
        }
        first = false;
    }
}

/// Whether a name is one of a setting that can only be a secret: no `fastcgi_pass`.
fn is_directive(name: &str, is_quoted: bool) -> bool {
    const ENDS: [&str; 8] = [
        ".key",
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "_key",
        "_pass",
    ];
    // Where nginx passes requests on.
    const PASSES: [&str; 6] = ["fastcgi", "proxy", "uwsgi", "scgi", "grpc", "memcached"];
    let is_compound =
        name.contains(['_', '-', '.']) || name.bytes().any(|b| b.is_ascii_uppercase());
    let is_name = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let lower = name.to_ascii_lowercase();
    let is_quoted_noun = matches!(name, "secret" | "passphrase" | "psk") && is_quoted;
    is_quoted_noun
        || is_compound
            && is_name
            && !PASSES.iter().any(|p| lower.starts_with(p))
            && ENDS.iter().any(|e| lower.ends_with(e))
}

/// The word behind a directive and its options; nothing if they say that it is no plain text.
pub(super) fn operand(
    line: &str,
    words: &mut std::iter::Peekable<impl Iterator<Item = Range<usize>>>,
) -> Option<Range<usize>> {
    loop {
        let next = words.peek()?.clone();
        match line.get(next.clone())? {
            "--plaintext" | "--" => words.next(),
            option if option.starts_with("--") => return None,
            _ => return Some(next),
        };
    }
}

/// The words between blanks and `\n`.
pub(super) fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = line.as_ptr() as usize;
    let words = line.split_ascii_whitespace().flat_map(|w| w.split("\\n"));
    words.filter(|w| !w.is_empty()).map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

pub(super) fn has_equals(line: &str, word: &Range<usize>) -> bool {
    line.get(word.clone()).is_some_and(|w| w.contains('='))
}
