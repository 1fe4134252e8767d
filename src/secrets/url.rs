//! Credentials in URLs and connection strings.

use std::ops::Range;

use super::value::{self, ValueKind};

/// A secret in a URL or a connection string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Credential {
    /// The secret itself.
    pub range: Range<usize>,
    /// What it is.
    pub kind: ValueKind,
    /// Whether it opens something on this machine only.
    pub local: bool,
}

/// The password, or the token in the place of a user, of the URL whose `://` stands at `at`.
pub(super) fn userinfo(text: &str, at: usize) -> Option<Credential> {
    let bytes = text.as_bytes();
    let scheme = bytes.get(..at)?.iter().rev();
    let scheme = scheme
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'))
        .count();
    if scheme < 2 {
        return None;
    }
    let start = at + 3;
    let rest = bytes.get(start..)?;
    let end = rest
        .iter()
        .position(|b| b.is_ascii_whitespace() || b"/'\"`<>|)(\\;,{}^#?".contains(b))
        .unwrap_or(rest.len());
    let authority = text.get(start..start + end)?;
    let (authority, end) = if authority.contains('@') {
        (authority, end)
    } else {
        odd_authority(text.get(start..)?)?
    };
    let (info, host) = authority.rsplit_once('@')?;
    let (user, password) = match info.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (info, None),
    };
    if !is_host(host) || is_client_dsn(text, start + end, user, host) {
        return None;
    }
    let local = is_local(host);
    if let Some(password) = password
        && !password.is_empty()
        && password != "x-oauth-basic"
    {
        if user == "x-oauth-basic" || is_pattern(password) {
            return None;
        }
        let mut kind = value::classify_password(password, user);
        // An example of the syntax.
        let is_word = password.len() < 8 && password.bytes().all(|b| b.is_ascii_lowercase());
        let is_syntax = matches!(user, "user" | "username" | "login" | "usr");
        if kind == ValueKind::Human && is_syntax && is_word {
            kind = ValueKind::Default;
        }
        let from = start + user.len() + 1;
        return Some(Credential {
            range: from..from + password.len(),
            kind,
            local,
        });
    }
    // The token is the user when the password says so.
    if password == Some("x-oauth-basic") {
        return Some(Credential {
            range: start..start + user.len(),
            kind: value::classify_password(user, ""),
            local,
        });
    }
    // A token in the place of the user: nothing else is that random.
    let lone = user.len() >= 20 && value::is_random(user) && !user.contains('.');
    lone.then(|| Credential {
        range: start..start + user.len(),
        kind: ValueKind::Random,
        local,
    })
}

/// Login, password and host where the password has characters that a URL ought to escape, and how
/// much of the text that is.
fn odd_authority(text: &str) -> Option<(&str, usize)> {
    let end = text
        .find(|c: char| c.is_whitespace() || "\"'`<>|".contains(c))
        .unwrap_or(text.len());
    let word = text.get(..end.min(text.floor_char_boundary(512)))?;
    let colon = word
        .find([':', '/'])
        .filter(|i| word.get(*i..).is_some_and(|r| r.starts_with(':')))?;
    let at = word.rfind('@').filter(|at| *at > colon + 1)?;
    let password = word.get(colon + 1..at)?;
    // A second address, a program.
    if password.contains(['/', '{', '}', '(', ')', '$', '=']) || password.contains("://") {
        return None;
    }
    let host = word.get(at + 1..)?;
    let host = host
        .find(|c: char| !(c.is_ascii_alphanumeric() || b".-:_[]".contains(&(c as u8))))
        .unwrap_or(host.len());
    let end = at + 1 + host;
    Some((word.get(..end)?, end))
}

fn is_host(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._[]$*".contains(&b);
    !name.is_empty()
        && name.bytes().all(allowed)
        // `docker://image:tag@sha256:…` names an image.
        && !matches!(name, "sha256" | "sha512")
        // `npm://name:x@1.2` names a version, `127.0.0.1` an address.
        && (name.bytes().any(|b| b.is_ascii_alphabetic() || b == b'$' || b == b'*')
            || name.split('.').count() == 4 || name.starts_with('['))
}

fn is_local(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or(host);
    matches!(
        name,
        "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "host" | "hostname" | "server"
    ) || name.ends_with(".localhost")
        || name.ends_with(".local")
        || name.ends_with(".test")
        || name.ends_with(".invalid")
        || name.split('.').any(|part| part == "example")
}

/// Sentry's client keys are public.
fn is_client_dsn(text: &str, end: usize, user: &str, host: &str) -> bool {
    let path = text.get(end..).unwrap_or_default();
    let project = path.strip_prefix('/').is_some_and(|p| {
        let digits = p.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0
            && !p
                .as_bytes()
                .get(digits)
                .is_some_and(u8::is_ascii_alphanumeric)
    });
    host.contains("sentry")
        || project && user.len() == 32 && user.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A regular expression or a shell expansion, no password.
fn is_pattern(password: &str) -> bool {
    let names_variable = |text: &str| {
        let behind = text.split_once('$').map(|(_, behind)| behind);
        behind
            .is_some_and(|b| b.starts_with(|c: char| c.is_ascii_alphabetic() || "{(_".contains(c)))
    };
    // `%s`, but not `%24`
    let formats = |text: &str| {
        let mut pieces = text.split('%').skip(1);
        pieces.any(|p| {
            !p.as_bytes()
                .get(..2)
                .is_some_and(|p| p.iter().all(u8::is_ascii_hexdigit))
        })
    };
    ["[^", ".*", "[a-", "\\", "**"]
        .iter()
        .any(|m| password.contains(m))
        || password.bytes().all(|b| !b.is_ascii_alphanumeric())
        || names_variable(password)
        || formats(password)
        || password.starts_with(['+', '.', '['])
}

/// The password of a connection string, `key` being the range of `Password=` in it.
pub(super) fn connection(text: &str, key: Range<usize>) -> Option<Credential> {
    let bytes = text.as_bytes();
    let before = key.start.checked_sub(1).and_then(|i| bytes.get(i)).copied();
    let rest = text.get(key.end..)?;
    let end = rest
        .bytes()
        .position(|b| b.is_ascii_whitespace() || b";&'\"`<>|)#\\".contains(&b))
        .unwrap_or(rest.len());
    let secret = rest.get(..end)?;
    let word = around(text, key.start);
    let holds = |marks: &[&str]| {
        let lower = word.to_ascii_lowercase();
        marks.iter().any(|m| lower.contains(m))
    };
    let shaped = match before {
        Some(b';') | Some(b' ') => {
            rest.get(end..)
                .is_some_and(|r| r.is_empty() || r.starts_with([';', '"', '\'']))
                && holds(&[
                    "server=",
                    "data source=",
                    "host=",
                    "endpoint=",
                    "accountname=",
                    "sharedaccesskeyname=",
                ])
                && holds(&[";"])
        }
        Some(b'?' | b'&') => holds(&["jdbc:", "mongodb", "postgres", "mysql", "amqp", "redis"]),
        _ => false,
    };
    if !shaped || is_pattern(secret) || word.contains("devstoreaccount1") {
        return None;
    }
    Some(Credential {
        range: key.end..key.end + end,
        kind: value::classify_password(secret, user_in(word)),
        local: holds(&["localhost", "127.0.0.1", "(local)", "(localdb)"]),
    })
}

/// The token in the path of a channel of conda, `https://conda.anaconda.org/t/TOKEN/x`, whose `://`
/// stands at `at`.
pub(super) fn conda(text: &str, at: usize) -> Option<Credential> {
    let rest = text.get(at + 3..)?;
    let rest = rest.get(..rest.floor_char_boundary(512))?;
    let slash = rest.find('/')?;
    let host = rest.get(..slash)?;
    let path = rest.get(slash..)?.strip_prefix("/t/")?;
    let end = path.find(|c: char| !(c.is_ascii_alphanumeric() || b"-_.".contains(&(c as u8))))?;
    let token = path
        .get(..end)
        .filter(|_| path.get(end..).is_some_and(|p| p.starts_with('/')))?;
    let is_channel = host.contains("conda");
    let kind = match value::classify_password(token, "") {
        ValueKind::Digest if token.len() >= 20 => ValueKind::Random,
        kind => kind,
    };
    let start = at + 3 + slash + "/t/".len();
    (is_host(host) && (is_channel || kind == ValueKind::Random)).then(|| Credential {
        range: start..start + token.len(),
        kind,
        local: is_local(host),
    })
}

/// The password of `:pserver:user:password@host` of CVS, whose user begins at `at`.
pub(super) fn pserver(text: &str, at: usize) -> Option<Credential> {
    let rest = text.get(at..)?;
    let (info, host) = rest.get(..rest.floor_char_boundary(256))?.split_once('@')?;
    let (user, password) = info.split_once(':')?;
    if info.contains(|c: char| c.is_whitespace() || "\"'$".contains(c)) || is_pattern(password) {
        return None;
    }
    let start = at + user.len() + 1;
    Some(Credential {
        range: start..start + password.len(),
        kind: value::classify_password(password, user),
        local: is_local(host.split(['/', ' ']).next().unwrap_or_default()),
    })
}

/// The password of `jdbc:oracle:thin:user/password@host`, whose user begins at `at`.
pub(super) fn oracle(text: &str, at: usize) -> Option<Credential> {
    let rest = text.get(at..)?;
    let (user, rest) = rest.get(..rest.floor_char_boundary(512))?.split_once('/')?;
    let (password, host) = rest.split_once('@')?;
    let is_word = |text: &str| !text.contains(|c: char| c.is_whitespace() || "\"'".contains(c));
    if user.contains('@') || !is_word(user) || !is_word(password) || is_pattern(password) {
        return None;
    }
    let start = at + user.len() + 1;
    Some(Credential {
        range: start..start + password.len(),
        kind: value::classify_password(password, user),
        local: is_local(host.trim_start_matches('/')),
    })
}

/// The password of `user:password@tcp(host)`, whose `@` stands at `at`.
pub(super) fn go_dsn(text: &str, at: usize) -> Option<Credential> {
    let before = text.get(text.floor_char_boundary(at.saturating_sub(256))..at)?;
    let start = before.rfind(|c: char| c.is_whitespace() || "\"'=`".contains(c));
    let info = before.get(start.map_or(0, |i| i + 1)..)?;
    let (user, password) = info.split_once(':')?;
    if user.is_empty() || is_pattern(password) {
        return None;
    }
    let host = text.get(at..)?.split_once('(')?.1;
    Some(Credential {
        range: at - password.len()..at,
        kind: value::classify_password(password, user),
        local: is_local(host.split([')', ':']).next().unwrap_or_default()),
    })
}

/// The password of a gem server that Bundler reads: `BUNDLE_GEMS__ACME__DEV=user:password`, whose
/// name begins at `at`.
pub(super) fn bundler(text: &str, at: usize) -> Option<Credential> {
    let rest = text.get(at..)?;
    let name = rest
        .bytes()
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        .count();
    if !rest.get(..name)?.contains("__") {
        return None;
    }
    let value = rest.get(name..)?.trim_start_matches(['"', '\'']);
    let value = value.strip_prefix(['=', ' ', ':'])?;
    let value = value.trim_start_matches([' ', '"', '\'', '\\']);
    let end = value.find(|c: char| c.is_whitespace() || "\"'`\\;&|".contains(c));
    let value = value.get(..end.unwrap_or(value.len()))?;
    let (user, password) = value.split_once(':')?;
    if user.is_empty() || is_pattern(password) || password.starts_with("//") {
        return None;
    }
    let start = at + (value.as_ptr() as usize - rest.as_ptr() as usize) + user.len() + 1;
    let kind = value::classify_password(password, user);
    Some(Credential {
        range: start..start + password.len(),
        // Sidekiq's are two short hexadecimal numbers.
        kind: match kind {
            ValueKind::Digest if password.len() == 8 => ValueKind::Random,
            kind => kind,
        },
        local: false,
    })
}

/// The user a connection string names.
fn user_in(text: &str) -> &str {
    let fields = text.split([';', '&', '?', ' ']);
    let user = fields.filter_map(|f| f.split_once('=')).find(|(key, _)| {
        let key = key.trim();
        ["user", "id", "uid", "username", "userid"]
            .iter()
            .any(|k| key.eq_ignore_ascii_case(k))
    });
    user.map_or("", |(_, value)| value.trim())
}

/// The quoted text or the line around a place.
fn around(text: &str, at: usize) -> &str {
    const REACH: usize = 2048;
    let limit = |c: char| matches!(c, '\n' | '"' | '\'');
    let first = text.floor_char_boundary(at.saturating_sub(REACH));
    let last = text.floor_char_boundary(at + REACH);
    let before = text.get(first..at).unwrap_or_default();
    let behind = text.get(at..last).unwrap_or_default();
    let start = before.rfind(limit).map_or(first, |i| first + i + 1);
    let end = behind.find(limit).map_or(last, |i| at + i);
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<(&str, ValueKind, bool)> {
        let found = userinfo(text, text.find("://")?)?;
        Some((text.get(found.range)?, found.kind, found.local))
    }

    #[test]
    fn passwords_in_urls() {
        use ValueKind::*;
        assert_eq!(
            password("postgres://app:correct-horse@db.internal:5432/app"),
            Some(("correct-horse", Human, false))
        );
        assert_eq!(
            password("git clone https://bob:tr0ub4dor@git.acme.dev/x.git"),
            Some(("tr0ub4dor", Human, false))
        );
        assert_eq!(
            password("postgres://postgres:postgres@localhost/x"),
            Some(("postgres", Default, true))
        );
        assert_eq!(
            password("postgres://benchuser:benchpass@db/x"),
            Some(("benchpass", Default, false))
        );
        assert_eq!(
            password("amqp://guest:guest@mq:5672"),
            Some(("guest", Default, false))
        );
    }

    #[test]
    fn urls_without_a_password() {
        for text in [
            "https://example.org:8080/a@b",
            "ssh://git@github.com/a/b",
            "docker://alpine:3.18@sha256:0123",
            "https://0123456789abcdef0123456789abcdef@o1.ingest.sentry.io/42",
            "s#https://[^:]*:[^@]*@#https://#",
            "https://registry:5000",
            "https://user:$TOKEN@host/x",
        ] {
            let found = password(text).filter(|(_, kind, _)| kind.is_secret());
            assert_eq!(found, None, "{text}");
        }
    }

    #[test]
    fn connection_strings() {
        let text = "Server=db;Database=x;User Id=sa;Password=correct-horse;Encrypt=true";
        let key = text.find("Password=").unwrap();
        let found = connection(text, key..key + 9).unwrap();
        assert_eq!(&text[found.range], "correct-horse");
        let text = "read -p Password= x; Password=abcdefgh";
        let key = text.find("Password=").unwrap();
        assert_eq!(connection(text, key..key + 9), None);
    }
}
