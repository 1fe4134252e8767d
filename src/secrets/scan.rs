//! What is a secret by its own shape, wherever it stands.

use std::ops::Range;

use super::token::{self, Alphabet, PROVIDERS, Provider};
use super::url::{self, Credential};
use super::value::{self, ValueKind};
use super::{assignment, base64};
use crate::keywords::{Keywords, links};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HitKind {
    /// A token of a known format.
    Token(&'static Provider),
    /// A private key, or the base64 of one.
    PrivateKey,
    /// A signed JSON Web Token.
    Jwt,
    /// The password of a URL, or a token in its place.
    Url,
    /// The password of a connection string.
    Connection,
    /// What an HTTP header authorises with.
    Header,
    /// The password of a user of a database, in SQL.
    Sql,
    /// A secret in base64.
    Encoded,
}

impl HitKind {
    /// What it is, with its article.
    pub fn with_article(&self) -> String {
        match self {
            HitKind::Token(provider) => {
                let vowel = provider.what.starts_with(['A', 'E', 'I', 'O', 'a']);
                let npm = provider.what.starts_with("np");
                let article = if vowel || npm { "an" } else { "a" };
                format!("{article} {}", provider.what)
            }
            HitKind::PrivateKey => "a private key".to_owned(),
            HitKind::Jwt => "a JSON Web Token".to_owned(),
            HitKind::Url => "the password of a URL".to_owned(),
            HitKind::Connection => "the password of a connection string".to_owned(),
            HitKind::Header => "the credential of a header".to_owned(),
            HitKind::Sql => "the password of a database user".to_owned(),
            HitKind::Encoded => "a secret in base64".to_owned(),
        }
    }
}

/// A secret found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The secret itself.
    pub range: Range<usize>,
    /// What it is.
    pub kind: HitKind,
    /// Whether nothing speaks against it: a checksum that is right, a host that is not this
    /// machine.
    pub certain: bool,
}

/// The most that is looked at behind a keyword, so that no text takes long.
const REACH: usize = 16 * 1024;

/// The most findings in one text.
const MANY: usize = 200;

/// What a keyword leads to.
#[derive(Clone, Copy)]
enum Clue {
    Token(&'static Provider),
    Url,
    Key,
    EncodedKey,
    Jwt,
    Connection,
    Header,
    Bearer,
    Sql,
    Oracle,
    Pserver,
    GoDsn,
    Bundler,
}

const OTHERS: &[(&str, Clue)] = &[
    ("://", Clue::Url),
    ("PRIVATE KEY", Clue::Key),
    ("LS0tLS1CRUdJTi", Clue::EncodedKey),
    ("eyJ", Clue::Jwt),
    ("password=", Clue::Connection),
    ("Password=", Clue::Connection),
    ("PASSWORD=", Clue::Connection),
    ("pwd=", Clue::Connection),
    ("Pwd=", Clue::Connection),
    ("PWD=", Clue::Connection),
    ("AccountKey=", Clue::Connection),
    ("accountkey=", Clue::Connection),
    ("SharedAccessKey=", Clue::Connection),
    ("sharedaccesskey=", Clue::Connection),
    ("Password =", Clue::Connection),
    ("Pwd =", Clue::Connection),
    ("jdbc:oracle:thin:", Clue::Oracle),
    (":pserver:", Clue::Pserver),
    ("@tcp(", Clue::GoDsn),
    ("@unix(", Clue::GoDsn),
    ("BUNDLE_", Clue::Bundler),
    ("uthorization", Clue::Header),
    ("Bearer ", Clue::Bearer),
    ("UTHORIZATION", Clue::Header),
    ("IDENTIFIED BY", Clue::Sql),
    ("identified by", Clue::Sql),
    ("Identified by", Clue::Sql),
    ("_password BY", Clue::Sql),
    ("_password by", Clue::Sql),
    ("PASSWORD '", Clue::Sql),
    ("password '", Clue::Sql),
    ("PASSWORD \\'", Clue::Sql),
    ("PASSWORD \\\"", Clue::Sql),
    ("PASSWORD('", Clue::Sql),
    ("password('", Clue::Sql),
    ("' TO '", Clue::Sql),
    ("PASSWORD = '", Clue::Sql),
    ("PASSWORD='", Clue::Sql),
    ("PASSWORD = N'", Clue::Sql),
    ("PASSWORD=N'", Clue::Sql),
];

/// How many keywords there are.
const NUMBER: usize = PROVIDERS.len() + OTHERS.len();

/// Those of the providers, then the others.
const WORDS: [&str; NUMBER] = words();

#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const fn words() -> [&'static str; NUMBER] {
    let mut words = [""; NUMBER];
    let mut at = 0;
    while at < NUMBER {
        words[at] = if at < PROVIDERS.len() {
            PROVIDERS[at].keyword
        } else {
            OTHERS[at - PROVIDERS.len()].0
        };
        at += 1;
    }
    words
}

// One pass over the text for all keywords; a hit is then looked at by hand.
static KEYWORDS: Keywords<{ links(&WORDS) }> = Keywords::new(&WORDS, true);

fn clue(keyword: usize) -> Option<Clue> {
    match keyword.checked_sub(PROVIDERS.len()) {
        Some(other) => OTHERS.get(other).map(|(_, clue)| *clue),
        None => PROVIDERS.get(keyword).map(Clue::Token),
    }
}

fn shaped(text: &str) -> impl Iterator<Item = Hit> + '_ {
    let found = KEYWORDS.all(text).into_iter();
    found.filter_map(|f| look(text, f.range, clue(f.keyword)?))
}

/// All that looks like a secret in a text, as it is come upon; some may stand inside another.
pub fn hits(text: &str) -> Vec<Hit> {
    let mut hits: Vec<Hit> = shaped(text).collect();
    encoded(text, &mut hits);
    hits
}

/// What base64 hides: a token, a key, the password of a URL.
fn encoded(text: &str, hits: &mut Vec<Hit>) {
    /// The shortest that hides something.
    const SHORT: usize = 24;
    let bytes = text.as_bytes();
    let is_base64 = |b: &u8| Alphabet::Base64.has(*b);
    // Where a run may begin: what stands in front of it is no part of one.
    let mut at = 0;
    // Looked at from the end of the shortest, most bytes need not be looked at.
    while let Some(ahead) = bytes.get(at..at + SHORT) {
        if let Some(other) = ahead.iter().rposition(|b| !is_base64(b)) {
            at += other + 1;
            continue;
        }
        let rest = bytes.get(at + SHORT..).unwrap_or_default();
        let more = rest.iter().take_while(|b| is_base64(b)).count();
        let length = SHORT + more;
        let start = at;
        at += length + 1;
        if length > REACH {
            continue;
        }
        let Some(run) = text.get(start..start + length) else {
            continue;
        };
        // `NAME=dGV4dA==`
        let name = run.trim_end_matches('=').rfind('=').map_or(0, |i| i + 1);
        let start = start + name;
        let Some(run) = run.get(name..).filter(|r| r.len() >= SHORT) else {
            continue;
        };
        let Some(decoded) = base64::text(run) else {
            continue;
        };
        let hides = shaped(&decoded).next().is_some();
        let assigns = || {
            let named = assignment::find(&decoded, assignment::Language::Any);
            named.iter().any(|n| n.kind.is_secret())
        };
        if hides || assigns() {
            hits.push(Hit {
                range: start..start + run.len(),
                kind: HitKind::Encoded,
                certain: true,
            });
        }
    }
}

/// The secrets in a text, in order, none inside another.
pub fn scan(text: &str) -> Vec<Hit> {
    let mut hits = hits(text);
    // The longest at a place is the most exact one; a token in a URL is more than its password.
    let rank = |h: &Hit| !matches!(h.kind, HitKind::Token(_) | HitKind::PrivateKey);
    hits.sort_by_key(|h| (rank(h), h.range.start, usize::MAX - h.range.end));
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        let apart = |k: &Hit| k.range.end <= hit.range.start || hit.range.end <= k.range.start;
        if kept.iter().all(apart) {
            kept.push(hit);
        }
        if kept.len() >= MANY {
            break;
        }
    }
    kept.sort_by_key(|h| h.range.start);
    kept
}

fn look(text: &str, at: Range<usize>, clue: Clue) -> Option<Hit> {
    match clue {
        Clue::Token(provider) => {
            let found = token::match_at(provider, text, at.start)?;
            Some(Hit {
                range: found.range,
                kind: HitKind::Token(provider),
                certain: found.certain,
            })
        }
        Clue::Url => {
            let found = url::userinfo(text, at.start).or_else(|| url::conda(text, at.start));
            credential(found?, HitKind::Url)
        }
        Clue::Pserver => credential(url::pserver(text, at.end)?, HitKind::Url),
        Clue::Connection => credential(url::connection(text, at)?, HitKind::Connection),
        Clue::Header => header(text, at.end),
        Clue::Bearer => bearer(text, at.end),
        Clue::Sql => sql(text, at),
        Clue::Oracle => credential(url::oracle(text, at.end)?, HitKind::Connection),
        Clue::GoDsn => credential(url::go_dsn(text, at.start)?, HitKind::Connection),
        Clue::Bundler => credential(url::bundler(text, at.start)?, HitKind::Connection),
        Clue::Key => {
            let range = private_key(text, at)?;
            Some(Hit {
                range,
                kind: HitKind::PrivateKey,
                certain: true,
            })
        }
        Clue::EncodedKey => {
            let rest = text.get(at.start..)?;
            let length = run(rest, Alphabet::Base64);
            let head = base64::decode(rest.as_bytes(), 48);
            let is_key = head.windows(11).any(|w| w == b"PRIVATE KEY");
            (is_key && length >= 100).then_some(Hit {
                range: at.start..at.start + length,
                kind: HitKind::PrivateKey,
                certain: true,
            })
        }
        Clue::Jwt => {
            let range = jwt(text, at.start)?;
            Some(Hit {
                range,
                kind: HitKind::Jwt,
                certain: true,
            })
        }
    }
}

fn credential(found: Credential, kind: HitKind) -> Option<Hit> {
    found.kind.is_secret().then_some(Hit {
        range: found.range,
        kind,
        certain: !found.local || found.kind == ValueKind::Random,
    })
}

/// The credential of an `Authorization` header that ends its name at `at`.
fn header(text: &str, at: usize) -> Option<Hit> {
    let rest = text.get(at..)?;
    let rest = rest.get(..rest.floor_char_boundary(4096))?;
    let after = rest.trim_start_matches(['"', '\'', '\\', ']', ' ']);
    // `proxy_set_header Authorization "Bearer x"`
    let is_argument = rest
        .trim_start_matches([' ', '\'', '"', '\\'])
        .starts_with(['B', 'b'])
        && rest
            .trim_start_matches(['\'', '"'])
            .trim_start()
            .starts_with(['"', '\'', '\\']);
    let after = match after.strip_prefix([':', '=', ',']) {
        None if is_argument => after,
        // `authorization, which …` is a sentence.
        Some(behind) if after.starts_with(',') => behind
            .trim_start()
            .starts_with(['"', '\'', '\\'])
            .then_some(behind)?,
        behind => behind?,
    };
    let after = after.trim_start_matches([' ', '"', '\'', '\\', ':', '=', ',']);
    let is_end = |c: char| c.is_whitespace() || "\"'`\\,;&|<>){}".contains(c);
    let word = |text: &str| text.find(is_end).unwrap_or(text.len());
    let scheme = after.get(..word(after))?;
    let behind = after.get(scheme.len()..)?;
    let value = behind.trim_start_matches(['\\', ' ']);
    let is_scheme = behind.trim_start_matches('\\').starts_with(' ')
        && !scheme.is_empty()
        && scheme.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-');
    let (scheme, value) = if is_scheme {
        (scheme, value)
    } else {
        ("", after)
    };
    // `token=X`, `apikey:X`
    let value = ["token=", "auth=", "key=", "apikey=", "apiKey=", "api_key="]
        .iter()
        .find_map(|name| value.strip_prefix(name))
        .unwrap_or(value);
    let length = word(value);
    let secret = value.get(..length)?;
    // A call in a program.
    if matches!(scheme, "new" | "header" | "await") || secret.contains('(') {
        return None;
    }
    let start = at + (rest.len() - value.len());
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = base64::text(secret)?;
        let (user, password) = decoded.split_once(':')?;
        if !value::classify_password(password, user).is_secret() {
            return None;
        }
    } else {
        let kind = value::classify_password(secret, "");
        let speaks = match scheme {
            "" => kind == ValueKind::Random,
            // A key is no fingerprint here.
            _ => kind.is_secret() || kind == ValueKind::Digest && secret.len() >= 20,
        };
        if !speaks || secret.len() < 6 {
            return None;
        }
    }
    Some(Hit {
        range: start..start + length,
        kind: HitKind::Header,
        certain: true,
    })
}

/// The token behind `Bearer `, wherever that stands.
fn bearer(text: &str, at: usize) -> Option<Hit> {
    let rest = text.get(at..)?;
    let length = run(rest, Alphabet::Url);
    let token = rest.get(..length)?;
    value::is_random(token).then(|| Hit {
        range: at..at + length,
        kind: HitKind::Header,
        certain: true,
    })
}

/// The password in `IDENTIFIED BY 'x'`, `WITH PASSWORD 'x'`.
fn sql(text: &str, at: Range<usize>) -> Option<Hit> {
    let keyword = text.get(at.clone())?;
    let quoted = keyword.ends_with(['\'', '"']);
    if quoted {
        // `password '` is said in many places.
        let from = text.floor_char_boundary(at.start.saturating_sub(200));
        let before = text.get(from..at.start)?.to_ascii_lowercase();
        let speaks = [
            "user ",
            "role ",
            "login ",
            "encrypted ",
            "identified ",
            "set ",
        ];
        let renames = keyword == "' TO '" && !before.contains("password from");
        if renames || !speaks.iter().any(|word| before.contains(word)) {
            return None;
        }
    }
    let mut start = at.end;
    let mut quote = keyword.chars().last()?;
    if !quoted {
        let rest = text.get(start..)?;
        let value = rest.trim_start_matches([' ', '\\', '(']);
        let value = value.strip_prefix("PASSWORD ").unwrap_or(value);
        if !value.starts_with(['"', '\'']) {
            return unquoted_sql(text, text.len() - value.len());
        }
        quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        start += rest.len() - value.len() + 1;
    }
    let rest = text.get(start..)?;
    // `'"'"'` in a word in single quotes.
    let rest_start = rest
        .strip_prefix("\"'\"'")
        .map_or(0, |r| rest.len() - r.len());
    let rest = rest.get(rest_start..)?;
    let start = start + rest_start;
    let end = rest.find(['\n', quote]).unwrap_or(rest.len());
    let secret = rest.get(..end)?.trim_end_matches('\\');
    // What the quote closes is a sentence then: `echo 'login bob password ' > x`.
    if quoted && (secret.starts_with(' ') || !rest.get(end..)?.starts_with(quote)) {
        return None;
    }
    let kind = value::classify_password(secret, "");
    kind.is_secret().then(|| Hit {
        range: start..start + secret.len(),
        kind: HitKind::Sql,
        certain: true,
    })
}

/// Oracle's `IDENTIFIED BY x;`, whose password begins at `at`.
fn unquoted_sql(text: &str, at: usize) -> Option<Hit> {
    let from = text.floor_char_boundary(at.saturating_sub(200));
    let before = text.get(from..at)?.to_ascii_lowercase();
    let rest = text.get(at..)?;
    let end = rest.find(|c: char| c.is_whitespace() || ";\"'\\|<>)$`".contains(c))?;
    let secret = rest.get(..end)?;
    let is_end = rest.get(end..)?.starts_with([';', '"', '\'']);
    let is_password = secret.bytes().any(|b| b.is_ascii_digit())
        && value::classify_password(secret, "").is_secret();
    (before.contains("user ") && is_end && is_password).then(|| Hit {
        range: at..at + secret.len(),
        kind: HitKind::Sql,
        certain: true,
    })
}

fn run(text: &str, alphabet: Alphabet) -> usize {
    let bytes = text.bytes().take(REACH);
    bytes.take_while(|b| alphabet.has(*b)).count()
}

/// A key block that begins at `PRIVATE KEY`: the marker alone is text about keys. The key may
/// follow on the next line, behind `\n` or in the next `echo`.
fn private_key(text: &str, at: Range<usize>) -> Option<Range<usize>> {
    let near = text.floor_char_boundary(at.start.saturating_sub(30));
    let begin = near + text.get(near..at.start)?.rfind("-----BEGIN ")?;
    let area = text.get(at.end..)?;
    let area = area.get(..area.floor_char_boundary(REACH))?;
    let rest = area.strip_prefix(" BLOCK").unwrap_or(area);
    let rest = rest.strip_prefix("-----")?;
    let offset = at.end + (area.len() - rest.len());
    let end = rest.find("-----END").unwrap_or(rest.len());
    let body = rest.get(..end.min(rest.floor_char_boundary(600)))?;
    // The first line of the key's base64, perhaps with `\n` before it.
    let mut from = 0;
    while from < body.len() {
        let piece = body.get(from..)?;
        let piece = match piece
            .strip_prefix("\\n")
            .or_else(|| piece.strip_prefix("\\r"))
        {
            Some(after) => after,
            None => piece,
        };
        from = body.len() - piece.len();
        let length = run(piece, Alphabet::Base64);
        let base64 = piece.get(..length)?;
        if length >= 40 && token::is_plausible(base64) && has_all_cases(base64) {
            let end = match rest.find("-----END") {
                Some(i) => offset + i + run_to_line_end(rest.get(i..)?),
                None => offset + from + length,
            };
            return Some(begin..end);
        }
        from += length.max(piece.chars().next().map_or(1, char::len_utf8));
    }
    None
}

/// The length of `-----END … PRIVATE KEY-----`.
fn run_to_line_end(text: &str) -> usize {
    let after = "-----END".len();
    let tail = text.get(after..).unwrap_or_default();
    match tail.find("-----") {
        Some(i) if i < 40 => after + i + 5,
        _ => after,
    }
}

fn has_all_cases(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase())
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// A JSON Web Token that is signed and not meant to be public.
fn jwt(text: &str, at: usize) -> Option<Range<usize>> {
    if !token::starts_word(text.as_bytes(), at) {
        return None;
    }
    let head = run(text.get(at..)?, Alphabet::Url);
    let payload = text.get(at + head..)?.strip_prefix('.')?;
    let body = run(payload, Alphabet::Url);
    let signature = payload.get(body..)?.strip_prefix('.')?;
    let length = run(signature, Alphabet::Url);
    if head < 15 || body < 10 || length < 20 || !payload.starts_with("eyJ") {
        return None;
    }
    if !token::is_plausible(signature.get(..length)?) {
        return None;
    }
    // Supabase hands such a token to every browser.
    let claims = base64::decode(payload.as_bytes(), 600);
    let holds = |needle: &[u8]| claims.windows(needle.len()).any(|w| w == needle);
    if holds(b"\"anon\"") || holds(b"\"John Doe\"") {
        return None;
    }
    Some(at..at + head + 1 + body + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Random;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        scan(text).into_iter().map(|h| &text[h.range]).collect()
    }

    #[test]
    fn tokens_of_every_provider_in_text() {
        let mut random = Random(3);
        for provider in PROVIDERS {
            let token = random.token(provider);
            for text in [
                format!("curl -H 'Authorization: token {token}' https://x"),
                format!("{{\"key\":\"{token}\"}}"),
                format!("a\\n{token}"),
            ] {
                // Behind `\\n` the start of a token without a prefix cannot be told.
                if provider.before.is_none() || !text.starts_with("a\\n") {
                    assert_eq!(found(&text), [token.as_str()], "{}", provider.keyword);
                }
            }
        }
    }

    #[test]
    fn key_blocks_need_a_key() {
        let mut random = Random(11);
        let line = format!("MII1aA{}", random.text(Alphabet::Base64, 58));
        let begin = format!("-----BEGIN RSA PRIV{} KEY-----", "ATE");
        let end = format!("-----END RSA PRIV{} KEY-----", "ATE");
        let block = format!("{begin}\n{line}\n{line}\n{end}");
        assert_eq!(found(&format!("x {block} y")), [block.as_str()]);
        let echo = format!("echo \"{begin}\" > k && echo \"{line}\" >> k");
        assert_eq!(found(&echo).len(), 1);
        let escaped = format!("printf '{begin}\\n{line}\\n{end}'");
        assert_eq!(found(&escaped).len(), 1);
        for text in [
            format!("grep -q '{begin}' f"),
            format!("{begin}\n$KEY\n{end}"),
            format!("{begin}\nMIIE...\n{end}"),
            format!(
                "sed -n '/{begin}/,/{end}/p' /etc/ssl/private/a-very-long-file-name-for-a-key-0.pem"
            ),
        ] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_token_in_a_url_is_one_finding() {
        let token = Random(5).token(&PROVIDERS[0]);
        let text = format!("git clone https://{token}:x-oauth-basic@github.com/a/b");
        assert_eq!(found(&text), [token.as_str()]);
        let text = format!("git clone https://bot:{token}@github.com/a/b");
        assert_eq!(found(&text), [token.as_str()]);
    }
}
