//! What the value behind a secret's name is.

use super::listed;
use super::name::{self, Noun, SecretName};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing, or blanks.
    Empty,
    /// A variable, a command, a template: the value comes from elsewhere.
    Reference,
    /// A text that says that something else belongs there.
    Placeholder,
    /// `true`, `auto`, a number: a setting.
    Setting,
    /// A path or a file name.
    Path,
    /// A URL without credentials.
    Url,
    /// A checksum, a fingerprint, a key id.
    Digest,
    /// Something meant to be known: a public key, a publishable token.
    Public,
    /// A password everyone tries first.
    Default,
    /// A text somebody thought of.
    Human,
    /// A text nobody thought of.
    Random,
}

impl ValueKind {
    /// Whether it is a secret worth keeping.
    pub fn is_secret(self) -> bool {
        matches!(self, ValueKind::Human | ValueKind::Random)
    }
}

/// Words of texts that stand in for a secret.
const STAND_IN_WORDS: &str = "\
    your yours example examples sample placeholder replace replaced replaceme redacted dummy fake \
    encrypted mock mocked todo fixme tbd insert none null nil undefined unset unused ignored ignore na \
    notset notneeded needed invalid nothing empty blank build buildtime builder compile precompile \
    collectstatic assets temp temporary tmp throwaway unsafe insecure whatever irrelevant override \
    overridden overwrite overwritten provide provided specify set runtime bogus changed foo bar \
    foobar foobarbaz unknown";

/// Those of them that say so even in a text that could be a password.
const CLEAR_STAND_INS: &str = "\
    your yours example examples sample placeholder replace replaced replaceme redacted dummy fake \
    mock mocked todo fixme insert changed";

/// Words of passwords everyone tries first, and of names.
const COMMON_WORDS: &str = "\
    admin administrator root user username guest test tests testing tester dev devel develop \
    development developer prod production staging local localhost demo default public private \
    secret secrets secure password passwort passwd pass passw phrase word pw pwd token key api \
    auth access jwt session cookie salt change changeit changeme me it this that to a the in for \
    on is be not please now later my our very super top long strong some random string value at \
    least and or with use only real see from db database postgres postgresql mysql mariadb mongo mongodb redis \
    rabbitmq rabbit";

/// Words that everyone writes with digits too.
const LEET_WORDS: &str = "\
    password passwort passwd passw pass admin root secret test welcome letmein qwerty changeme guest \
    mypassword default user rootpassword adminpassword administrator dbpassword passwordpassword \
    pwd sa master";

/// More of them: products, keyboards, songs of old.
const COMMON_MORE: &str = "\
    docker container proxy app application web site server service client minio minioadmin elastic \
    kibana grafana keycloak oracle sa sql wordpress drupal django rails laravel symfony flask \
    ldap vault vagrant jenkins tomcat nexus qwerty letmein welcome hello abc abcd abcdef asdf weak";

/// What a value is under a name. The value is as Docker has it: quotes removed.
pub fn classify(value: &str, name: &SecretName) -> ValueKind {
    let value = value.trim();
    if value.is_empty() {
        return ValueKind::Empty;
    }
    if is_reference(value) {
        return ValueKind::Reference;
    }
    if is_public(value) {
        return ValueKind::Public;
    }
    if names_variable(value) && !is_placeholder(value) {
        return ValueKind::Reference;
    }
    if let Some(kind) = setting(value, name.noun) {
        return kind;
    }
    if value.contains("://") {
        return ValueKind::Url;
    }
    if is_path(value) {
        return ValueKind::Path;
    }
    if is_framed(value) {
        return ValueKind::Placeholder;
    }
    // A token of SonarQube stands where a user does.
    let is_login = name.words.last().is_some_and(|w| w == "login");
    if is_digest(value) || (!name.strong && !is_login && is_hex_id(value)) {
        return ValueKind::Digest;
    }
    // Capitals in every word look like disorder.
    if demands(value) {
        return ValueKind::Placeholder;
    }
    if is_random(value) {
        return ValueKind::Random;
    }
    if is_placeholder(value) {
        return ValueKind::Placeholder;
    }
    if is_common(value, &name.words) || is_sequence(value) || value.len() < 4 {
        return ValueKind::Default;
    }
    // Prose: a prompt, a description. Only what is called a pass phrase may be one.
    if value.split_whitespace().count() > 2 && name.noun != Noun::Password {
        return ValueKind::Placeholder;
    }
    ValueKind::Human
}

/// The same for what stands in the place of a password in a URL or a connection string.
/// `user` is the user it belongs to, if that is known.
pub fn classify_password(value: &str, user: &str) -> ValueKind {
    if !user.is_empty() && value.eq_ignore_ascii_case(user) {
        return ValueKind::Default;
    }
    // `appuser` with `apppass`.
    let user = user.to_ascii_lowercase();
    let stem = user.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-');
    let stem = stem.strip_suffix("user").unwrap_or(stem).to_owned();
    let name = SecretName {
        noun: Noun::Password,
        strong: true,
        exact: true,
        words: [user, stem].into_iter().filter(|w| w.len() > 1).collect(),
    };
    classify(value, &name)
}

/// Whether a text asks for a secret in its place: `<token>`, `replace-me`, `your-key-here`.
pub fn asks_for_one(value: &str) -> bool {
    const ASKING: &str = "your yours placeholder replace replaced replaceme insert";
    let value = value.trim();
    let is_frame = value.starts_with('<') && value.ends_with('>');
    is_frame || name::words(value).iter().any(|w| listed(ASKING, w))
}

/// Whether the value is taken from somewhere else.
fn is_reference(value: &str) -> bool {
    let whole = |open: &str, close: &str| {
        value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close)
    };
    // Where programs find the variables of their environment.
    const ENVIRONMENT: [&str; 6] = [
        "os.environ",
        "os.getenv",
        "process.env",
        "getenv",
        "System.getenv",
        "import.meta.env",
    ];
    if ENVIRONMENT.iter().any(|e| value.starts_with(e)) {
        return true;
    }
    ["${", "$(", "{{", "}}", "<%", "#{", "[["]
        .iter()
        .any(|m| value.contains(m))
        || value.trim_start_matches('\\').starts_with('$')
            && value.trim_start_matches('\\').get(1..).is_some_and(is_name)
        || whole("`", "`")
        || whole("%", "%")
        || whole("@", "@")
        || whole("__", "__")
        || whole("!", "!")
        || value
            .strip_prefix('$')
            .and_then(|rest| rest.split_once(':'))
            // `$env:NAME` of PowerShell.
            .is_some_and(|(scope, name)| is_name(scope) && is_name(name))
        // `.Values.password` of a template.
        || value.strip_prefix('.').is_some_and(|rest| rest.contains('.') && rest.split('.').all(is_name))
        || value.starts_with("vault:")
        || value.starts_with("op://")
        || value.starts_with("env:")
        || value.starts_with("file:")
        || value.starts_with("arn:")
        || value.starts_with("secret:")
}

fn is_name(text: &str) -> bool {
    text.bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// `OPENAI_API_KEY`: the variable that has the secret.
fn names_variable(value: &str) -> bool {
    value.contains('_')
        && value
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && name::classify(value).is_some_and(|n| n.exact)
}

/// `smtp_password`, `encryptionKey`: what a program calls its secret.
pub(super) fn is_identifier(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_lowercase())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
        && name::classify(value).is_some_and(|n| n.exact && n.words.len() > 1)
}

fn is_public(value: &str) -> bool {
    const STARTS: &[&str] = &[
        "ssh-rsa ",
        "ssh-dss ",
        "ssh-ed25519 ",
        "ecdsa-sha2-",
        "sk-ssh-",
        "sk-ecdsa-",
        "-----BEGIN PUBLIC KEY",
        "-----BEGIN CERTIFICATE",
        "-----BEGIN RSA PUBLIC KEY",
        "-----BEGIN PGP PUBLIC KEY",
        "pk_live_",
        "pk_test_",
        "pk.eyJ",
        "phc_",
        "sb_publishable_",
        "pub-",
    ];
    STARTS.iter().any(|s| value.starts_with(s))
}

fn setting(value: &str, noun: Noun) -> Option<ValueKind> {
    const WORDS: &str = "\
        true false yes no on off y n t f enabled disabled enable disable required optional auto \
        automatic always never basic bearer plain md5 trust prompt random generate generated \
        inherit x-oauth-basic x-access-token";
    if listed(WORDS, &value.to_ascii_lowercase()) {
        return Some(ValueKind::Setting);
    }
    if value.len() == 1 && value.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Some(ValueKind::Setting);
    }
    let number = value.strip_prefix('-').unwrap_or(value);
    if number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let short = value.len() < 3 || value.contains('.') || value.bytes().all(|b| b == b'0');
        return match noun {
            Noun::Password if !short && value.len() < 10 => Some(ValueKind::Default),
            _ if short || value.len() < 10 => Some(ValueKind::Setting),
            _ => None,
        };
    }
    None
}

fn is_path(value: &str) -> bool {
    const EXTENSIONS: &str = "\
        sh bash py rb js ts pl php json pem key txt crt cer der yml yaml conf cfg cnf env jks p12 \
        pfx pub properties ini toml xml db asc gpg keystore bin dat sql";
    let starts = ["./", "../", "~/", "$HOME", "\\\\"];
    if starts.iter().any(|s| value.starts_with(s)) {
        return true;
    }
    let bytes = value.as_bytes();
    if bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'\\' | b'/')) {
        return true;
    }
    if value.contains(char::is_whitespace) {
        return false;
    }
    // Base64 may begin with a slash, but then it goes on without another for long.
    if value.starts_with('/') {
        return value.split('/').all(|part| !is_random(part));
    }
    let extension = value
        .rsplit_once('.')
        .map(|(stem, e)| (stem, e.to_ascii_lowercase()));
    extension.is_some_and(|(stem, e)| {
        listed(EXTENSIONS, e.as_str())
            && !stem.is_empty()
            && stem
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-/@+".contains(&b))
    })
}

/// `<password>`, `**None**`.
fn is_framed(value: &str) -> bool {
    let whole = |open: char, close: char| value.starts_with(open) && value.ends_with(close);
    !value.bytes().any(|b| b.is_ascii_alphanumeric()) && value.is_ascii()
        || whole('<', '>')
        || whole('[', ']')
        || whole('{', '}')
        || whole('(', ')')
        || whole('*', '*')
}

fn is_placeholder(value: &str) -> bool {
    has_stand_in(value)
        || value.contains("...")
        || value.contains('…')
        || name::words(value).iter().any(|w| {
            let bare = w.trim_end_matches(|c: char| c.is_ascii_digit());
            let clear = listed(CLEAR_STAND_INS, bare);
            // Two letters come about by chance where capitals do.
            let is_apart = |p: &str| p.eq_ignore_ascii_case(w);
            let parts = &mut value.split(|c: char| !c.is_ascii_alphanumeric());
            if w.len() < 4 && !parts.any(is_apart) {
                return false;
            }
            clear || listed(STAND_IN_WORDS, bare) && !is_strong(value)
        })
}

/// Whether a text asks its reader to write another one: `ChangeMeIAmNotSecure`.
fn demands(value: &str) -> bool {
    const STARTS: [&str; 8] = [
        "changethis",
        "changemei",
        "changemeto",
        "changemeplease",
        "replaceme",
        "replacethis",
        "fillmein",
        "putyour",
    ];
    let letters = value.bytes().filter(u8::is_ascii_alphanumeric).take(16);
    let plain: String = letters
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    // `someReallyLongSecret`
    let vague = value.len() > 12
        && name::words(value)
            .first()
            .is_some_and(|word| word == "some");
    STARTS.iter().any(|s| plain.starts_with(s)) || vague
}

/// Whether a password follows the usual demands: long, with letters of both cases, digits and
/// something else.
fn is_strong(value: &str) -> bool {
    let has = |f: fn(&u8) -> bool| value.bytes().any(|b| f(&b));
    let signs = value.bytes().filter(u8::is_ascii_punctuation).count();
    let separators = value
        .bytes()
        .filter(|b| matches!(b, b'-' | b'_' | b'.'))
        .count();
    let kinds = [
        has(u8::is_ascii_lowercase),
        has(u8::is_ascii_uppercase),
        has(u8::is_ascii_digit),
        signs > separators,
    ];
    value.len() >= 8 && kinds.iter().filter(|k| **k).count() >= 3 && has(u8::is_ascii_digit)
}

/// Whether a text shows that it stands for another: `xxxx`, `****`, `EXAMPLE`.
pub(super) fn has_stand_in(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "example",
        "placeholder",
        "redacted",
        "changeme",
        "your_",
        "your-",
        "dummy",
        "xxxx",
    ];
    let holds = |mark: &str| {
        text.as_bytes()
            .windows(mark.len())
            .any(|w| w.eq_ignore_ascii_case(mark.as_bytes()))
    };
    MARKS.iter().any(|m| *m != "changeme" && holds(m)) || text.contains("***") || is_run(text)
}

/// Whether one character makes up most of the text.
fn is_run(text: &str) -> bool {
    let is_x = text.len() == 3 && text.bytes().all(|b| b.eq_ignore_ascii_case(&b'x'));
    is_x || text.len() >= 4 && distinct(text) == 1 || text.len() >= 16 && distinct(text) <= 3
}

/// Whether a text counts up, down or along the keyboard: `123456`, `abcdef`, `0123456789abcdef`.
pub(super) fn is_sequence(text: &str) -> bool {
    if text.len() < 4 {
        return false;
    }
    let steps = text.bytes().zip(text.bytes().skip(1));
    let along = steps
        .filter(|(a, b)| {
            b.wrapping_sub(*a) <= 1
                || a.wrapping_sub(*b) == 1
                || (*a == b'9' && matches!(b, b'0' | b'a' | b'A'))
        })
        .count();
    along * 10 >= (text.len() - 1) * 7
}

/// How many different bytes there are.
pub(super) fn distinct(text: &str) -> usize {
    let mut seen = [0u64; 4];
    for byte in text.bytes() {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|w| w.count_ones() as usize).sum()
}

/// `sha256:…`, and hexadecimal digits in groups.
fn is_digest(value: &str) -> bool {
    const ALGORITHMS: &[&str] = &["sha1", "sha224", "sha256", "sha384", "sha512", "md5"];
    if let Some((algorithm, _)) = value.split_once([':', '-'])
        && ALGORITHMS.iter().any(|a| algorithm.eq_ignore_ascii_case(a))
    {
        return true;
    }
    let groups = value
        .split([' ', ':', ',', '\t', '\n'])
        .filter(|g| !g.is_empty());
    let (mut count, mut hex) = (0, true);
    for group in groups {
        let digits = group.strip_prefix("0x").unwrap_or(group);
        count += 1;
        hex &= digits.len() >= 2 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    }
    hex && count >= 2
}

/// A hexadecimal number as long as a key id, a fingerprint or a digest, or a UUID.
fn is_hex_id(value: &str) -> bool {
    let digits = value.strip_prefix("0x").unwrap_or(value);
    let lengths = [8, 16, 32, 40, 48, 56, 64, 96, 128];
    lengths.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
        || digits.len() == 36
            && digits.bytes().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
}

/// Whether nobody thought of it: long, letters and digits mixed within its words.
pub fn is_random(value: &str) -> bool {
    if value.len() < 16 || value.len() > 4096 || !value.is_ascii() {
        return false;
    }
    if value.bytes().any(|b| b.is_ascii_whitespace()) || is_sequence(value) || has_stand_in(value) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let upper = value.bytes().filter(u8::is_ascii_uppercase).count();
    let lower = value.bytes().filter(u8::is_ascii_lowercase).count();
    let letters = upper + lower;
    if letters == 0 || letters + digits < value.len() / 2 {
        return false;
    }
    // Words and numbers apart: `my-app-v2-2024`.
    let wordy = value
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .all(|w| {
            let stem = w.trim_end_matches(|c: char| c.is_ascii_digit());
            let plain = |s: &str| s.bytes().all(|b| b.is_ascii_lowercase());
            let titled =
                stem.get(1..).is_some_and(plain) || stem.bytes().all(|b| b.is_ascii_uppercase());
            w.bytes().all(|b| b.is_ascii_digit()) || (stem.len() < 20 || digits == 0) && titled
        });
    if wordy {
        return false;
    }
    // Capitals that begin words are no disorder: `CorrectHorseBattery`.
    let changes = value
        .bytes()
        .zip(value.bytes().skip(1))
        .filter(|(a, b)| class(*a) != class(*b))
        .count();
    let mixed = digits >= 2 || (upper >= 3 && lower >= 3 && changes * 5 >= value.len() * 2);
    mixed && changes * 5 >= value.len() && entropy(value) >= 3.0
}

fn class(b: u8) -> u8 {
    match b {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    }
}

/// Bits per byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|c| **c > 0)
        .map(|c| f64::from(*c) / length)
        .map(|p| -p * p.log2())
        .sum()
}

/// Whether a value is made of common words and those of its name, with what people put behind
/// and between them: `P@ssw0rd123!`, `my-secret-pw`, `MYSQL_PASSWORD=mysql`.
fn is_common(value: &str, names: &[String]) -> bool {
    if value.len() > 64 {
        return false;
    }
    let plain = |leet: bool| -> Vec<u8> {
        let text = value.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let text = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.bytes()
            .map(|b| match b {
                b'@' | b'4' if leet => b'a',
                b'0' if leet => b'o',
                b'1' if leet => b'i',
                b'3' if leet => b'e',
                b'5' | b'$' if leet => b's',
                b'7' if leet => b't',
                _ => b.to_ascii_lowercase(),
            })
            .filter(u8::is_ascii_alphabetic)
            .collect()
    };
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if digits > 6 || !value.is_ascii() {
        return false;
    }
    if plain(false).is_empty() {
        return value.len() < 8;
    }
    // A hand on the keyboard: `asdfasdfasdf`.
    if value.len() >= 8 && distinct(value) <= 4 {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    let begins = |n: &String| lower.len() >= 4 && n.starts_with(&lower);
    if names.iter().any(begins) || is_word_and_count(value) {
        return true;
    }
    if is_made_of(&plain(false), names) {
        return true;
    }
    // With digits for letters one word is known, `P@ssw0rd`; two are thought of.
    let letters = plain(true);
    listed(
        LEET_WORDS,
        std::str::from_utf8(&letters).unwrap_or_default(),
    ) || names.iter().any(|n| n.as_bytes() == letters)
}

/// One word and what people put behind it when digits are demanded: `Harbor12345`.
fn is_word_and_count(value: &str) -> bool {
    let value = value.trim_end_matches(['!', '.', '?', '#', '@', '$', '*']);
    let stem = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let count = value.get(stem.len()..).unwrap_or_default();
    let stem = stem.trim_end_matches(['@', '_', '-', '#', '!']);
    let word = stem.bytes().all(|b| b.is_ascii_alphabetic())
        && stem.bytes().skip(1).all(|b| b.is_ascii_lowercase());
    word && (1..=12).contains(&stem.len()) && count.len() >= 3 && "1234567890".starts_with(count)
}

fn is_made_of(text: &[u8], names: &[String]) -> bool {
    if text.is_empty() {
        return false;
    }
    // Whether each prefix is made of words.
    let mut reached = vec![false; text.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    let words = || {
        let common = COMMON_WORDS.split(' ').chain(COMMON_MORE.split(' '));
        common.chain(names.iter().map(String::as_str))
    };
    for at in 0..text.len() {
        if reached.get(at) != Some(&true) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        for word in words() {
            if rest.starts_with(word.as_bytes())
                && let Some(end) = reached.get_mut(at + word.len())
            {
                *end = true;
            }
        }
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Random;
    use super::super::token::Alphabet;
    use super::*;

    fn kind(name: &str, value: &str) -> ValueKind {
        classify(value, &name::classify(name).unwrap())
    }

    #[test]
    fn what_people_write_under_a_secret_name() {
        use ValueKind::*;
        for (name, value, wanted) in [
            ("DB_PASSWORD", "", Empty),
            ("DB_PASSWORD", "$OTHER", Reference),
            ("DB_PASSWORD", "${X:-y}", Reference),
            ("DB_PASSWORD", "{{ password }}", Reference),
            ("DB_PASSWORD", "%PASSWORD%", Reference),
            ("DB_PASSWORD", "<password>", Placeholder),
            ("DB_PASSWORD", "**None**", Placeholder),
            ("DB_PASSWORD", "your-password-here", Placeholder),
            ("DB_PASSWORD", "xxxxxxxx", Placeholder),
            ("SECRET_KEY_BASE", "dummy", Placeholder),
            ("SECRET_KEY", "not-needed-at-build-time", Placeholder),
            ("API_KEY", "YOUR_API_KEY", Placeholder),
            ("DB_PASSWORD", "true", Setting),
            ("AUTH_TOKEN", "12345", Setting),
            ("DB_PASSWORD", "123456", Default),
            ("OS_PASSWORD2", "/run/secrets/x", Path),
            ("OS_PASSWORD", "resetOS.sh", Path),
            ("AUTH_TOKEN", "https://example.com/token", Url),
            ("SSH_KEY", "ssh-rsa AAAAB3Nza", Public),
            (
                "APP_KEY",
                "573BFD6B3D8FBC641079A6ABABF5BD827BD73A11",
                Digest,
            ),
            ("API_KEY", "0D96 DF4D 4110 E5C4", Digest),
            ("DB_PASSWORD", "root", Default),
            ("DB_PASSWORD", "changeit", Default),
            ("DB_PASSWORD", "P@ssw0rd123!", Default),
            ("MYSQL_PASSWORD", "mysql", Default),
            ("DB_PASSWORD", "Sup3rS3cret!", Human),
            ("DB_PASSWORD", "Build-The-Moon-7", Human),
            ("API_KEY", "OPENAI_API_KEY", Reference),
            ("ZABBIX_PASSWORD", "zabbix", Default),
            ("DB_PASSWORD", "my-secret-pw", Default),
            ("DB_PASSWORD", "correct-horse-battery", Human),
            ("DB_PASSWORD", "CorrectHorseBatteryStaple", Human),
            ("DB_PASSWORD", "hunter2hunter", Human),
            ("DB_PASSWORD", "Harbor12345", Default),
            ("DB_PASSWORD", "123", Default),
            ("NAGIOSADMIN_PASS", "nagios", Default),
            ("SA_PASSWORD", "_", Placeholder),
        ] {
            assert_eq!(kind(name, value), wanted, "{name}={value}");
        }
    }

    #[test]
    fn generated_secrets_are_random() {
        let mut random = Random(99);
        for _ in 0..500 {
            for (alphabet, length) in [
                (Alphabet::Alnum, 24),
                (Alphabet::Base64, 40),
                (Alphabet::Url, 32),
                (Alphabet::Hex, 32),
                (Alphabet::Hex, 64),
            ] {
                let text = random.text(alphabet, length);
                let found = kind("AUTH_TOKEN", &text);
                assert!(found.is_secret(), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn things_with_digits_are_not_random() {
        for value in [
            "my-app-v2-production-2024",
            "registry.example.org:5000",
            "application.properties.d",
            "abcdefghijklmnopqrstuvwxyz",
            "eu-central-1.compute.internal",
            "openjdk-21-jre-headless",
            "01234567890123456789",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }
}
