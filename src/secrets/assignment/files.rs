//! Lines of files whose passwords nothing names: `.pgpass`, `.curlrc`, the users of Redis.

use super::{Named, is_apparent, judged, password};
use crate::keywords::{Keywords, links};

/// Redis has the password of a user behind a `>`: `user bob on >x ~* +@all`.
pub(super) fn in_access_lists(line: &str, found: &mut Vec<Named>) {
    let is_list = || {
        ["user ", "SETUSER ", "setuser "]
            .iter()
            .any(|w| line.contains(w))
    };
    if !line.contains('>') || !line.contains(" on ") || !is_list() {
        return;
    }
    for (at, _) in line.match_indices('>') {
        let start = at + 1;
        let before = line.get(..at).unwrap_or_default();
        if !before.trim_end_matches(['"', '\'']).ends_with(' ') {
            continue;
        }
        let rest = line.get(start..).unwrap_or_default();
        let end = rest.find(|c: char| c.is_whitespace() || "\"'\\".contains(c));
        let value = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        let has_rules =
            rest.contains(['~', '+']) || line.get(..at).is_some_and(|b| b.contains(['~', '+']));
        if has_rules && let Some(kind) = judged(&password(), value) {
            found.push(Named::password(start..start + value.len(), kind));
        }
    }
}

type Reader = fn(&str) -> Vec<Named>;

/// What tells of a file whose lines name nothing, and what reads one.
const READERS: [(&str, Reader); 27] = [
    ("pgpass", in_pgpass),
    ("curlrc", in_curlrc),
    ("sasl_passwd", in_sasl_passwd),
    ("chap-secrets", in_chap_secrets),
    ("pap-secrets", in_chap_secrets),
    ("ipsec.secrets", in_ipsec_secrets),
    ("davfs2", in_davfs_secrets),
    ("snmp", in_snmp),
    ("monit", in_monit),
    ("userlist", in_userlist),
    ("passwd.client", in_exim),
    ("{PLAIN}", in_dovecot),
    ("jaas", in_jaas),
    ("realm.properties", in_realm),
    ("[admins]", in_admins),
    ("passwd-s3fs", in_s3fs),
    (".logon ", in_logon),
    ("openvpn/", in_openvpn),
    ("askpass", in_askpass),
    ("chpasswd:", in_cloud_init),
    ("rsyncd.secrets", in_pairs),
    (".passwd", in_pairs),
    ("deluge/auth", in_pairs),
    ("tinyproxy", in_proxy),
    ("privoxy", in_proxy),
    ("proxychains", in_proxy),
    ("resource.cfg", in_nagios),
];

/// The names of them.
const NAMES: [&str; READERS.len()] = names();

#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const fn names() -> [&'static str; READERS.len()] {
    let mut names = [""; READERS.len()];
    let mut at = 0;
    while at < READERS.len() {
        names[at] = READERS[at].0;
        at += 1;
    }
    names
}

static NAMED: Keywords<{ links(&NAMES) }> = Keywords::new(&NAMES, true);

/// Whether a text tells of a file whose lines hold passwords and name nothing.
pub fn tells_of_passwords(text: &str) -> bool {
    NAMED.is_match(text)
}

/// The passwords in the lines of files that name nothing, if the text or what it stands in tells
/// of one.
pub fn in_password_files(text: &str, around: &str) -> Vec<Named> {
    if !tells_of_passwords(text) && !tells_of_passwords(around) {
        return Vec::new();
    }
    let tells = |file: &str| around.contains(file) || text.contains(file);
    let readers = READERS.iter().filter(|(file, _)| tells(file));
    readers.flat_map(|(_, read)| read(text)).collect()
}

/// The passwords in the lines of a `.pgpass`: `host:port:database:user:password`.
pub(super) fn in_pgpass(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\')) {
        let fields: Vec<&str> = word.split(':').collect();
        let [host, port, _, _, secret] = fields.as_slice() else {
            continue;
        };
        let is_port = *port == "*" || !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        if host.is_empty() || !is_port {
            continue;
        }
        push_password(text, secret, &mut found);
    }
    found
}

/// The secrets of PPP: `client server secret addresses`.
fn in_chap_secrets(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        if let (Some(client), Some(_), Some(secret)) = (words.next(), words.next(), words.next())
            && !client.starts_with('#')
            && words.next().is_none_or(is_address)
        {
            push_password(text, secret.trim_matches(['"', '\'']), &mut found);
        }
    }
    found
}

fn is_address(word: &str) -> bool {
    word.bytes()
        .all(|b| b.is_ascii_digit() || b".:*/\"'".contains(&b))
}

/// The shared keys of IPsec: `host : PSK "x"`.
fn in_ipsec_secrets(text: &str) -> Vec<Named> {
    const KINDS: [&str; 4] = ["PSK ", "XAUTH ", "EAP ", "NTLM "];
    let mut found = Vec::new();
    for kind in KINDS {
        for (at, _) in text.match_indices(kind) {
            let rest = text.get(at + kind.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches([' ', '\\']);
            let secret = match rest.strip_prefix('"') {
                Some(inner) => inner.split(['"', '\\']).next(),
                None => rest.split_whitespace().next(),
            };
            push_password(text, secret.unwrap_or_default(), &mut found);
        }
    }
    found
}

/// The passwords of WebDAV: `https://host/share user x`.
fn in_davfs_secrets(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [place, _, secret] = words.as_slice()
            && (place.contains("://") || place.starts_with('/'))
        {
            push_password(text, secret.trim_matches(['"', '\'']), &mut found);
        }
    }
    found
}

/// The pass phrases of SNMP: `createUser bob SHA "x" AES "y"`.
fn in_snmp(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines().filter(|l| l.contains("createUser ")) {
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            if matches!(
                word,
                "MD5" | "SHA" | "SHA-256" | "SHA-512" | "DES" | "AES" | "AES-256"
            ) && let Some(secret) = words.clone().next()
            {
                push_password(text, secret.trim_matches(['"', '\'', '\\']), &mut found);
            }
        }
    }
    found
}

/// The users of PgBouncer: `"bob" "x"`.
fn in_userlist(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('"').collect();
        if let ["", _, " ", secret, ..] = fields.as_slice() {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The passwords that Exim sends mail with: `*.acme.dev:bob:x`.
fn in_exim(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        if let [host, user, secret] = fields.as_slice()
            && host.contains(['.', '*'])
            && !user.contains(' ')
        {
            let secret = secret.split(['"', '\'', ' ', '\\']).next();
            push_password(text, secret.unwrap_or_default(), &mut found);
        }
    }
    found
}

/// The users of Dovecot: `bob:{PLAIN}x`.
fn in_dovecot(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, scheme) in text.match_indices("{PLAIN}") {
        let rest = text.get(at + scheme.len()..).unwrap_or_default();
        let secret = rest.split([':', '"', '\'', ' ', '\n', '\\']).next();
        push_password(text, secret.unwrap_or_default(), &mut found);
    }
    found
}

/// The users of ZooKeeper and Kafka: `user_bob="x"`.
fn in_jaas(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, name) in text.match_indices("user_") {
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let Some((user, rest)) = rest.split_once('=') else {
            continue;
        };
        let quoted = rest.trim_start_matches('\\').strip_prefix(['"', '\'']);
        if let Some(inner) = quoted.filter(|_| user.bytes().all(|b| b.is_ascii_alphanumeric())) {
            let secret = inner.split(['"', '\'', '\\']).next();
            push_password(text, secret.unwrap_or_default(), &mut found);
        }
    }
    found
}

/// The users of Jetty: `bob: x,admin`.
fn in_realm(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((user, rest)) = line.split_once(':') else {
            continue;
        };
        let secret = rest.trim_start().split(',').next().unwrap_or_default();
        let is_plain = !secret.contains([':', ' ', '"', '\'', '\\']);
        if is_plain
            && user
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
        {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The administrators of CouchDB: `bob = x` below `[admins]`.
fn in_admins(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let section = text.split_once("[admins]").map_or("", |(_, s)| s);
    let section = section.split('[').next().unwrap_or_default();
    for line in section.lines().flat_map(|l| l.split("\\n")) {
        let Some((user, secret)) = line.split_once('=') else {
            continue;
        };
        let secret = secret.trim().trim_matches(['"', '\'', '\\']);
        let secret = secret.split(['"', '\'', ' ']).next().unwrap_or_default();
        let is_user = |u: &str| u.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_user(user.trim())
            && !secret.starts_with("-hashed-")
            && !secret.starts_with("-pbkdf2-")
        {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The login of Teradata: `.logon host/bob,x;`.
fn in_logon(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, logon) in text.match_indices(".logon ") {
        let rest = text.get(at + logon.len()..).unwrap_or_default();
        let word = rest
            .split([' ', ';', '\n', '"', '\'', '\\'])
            .next()
            .unwrap_or_default();
        if let Some((_, secret)) = word.split_once(',') {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The file with a login for OpenVPN: the user and the password on a line of each.
fn in_openvpn(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().flat_map(|l| l.split("\\n")).collect();
    let is_word = |l: &&str| {
        l.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._@-!#+".contains(&b))
            && l.len() > 2
    };
    let lines: Vec<&str> = lines.into_iter().filter(|l| !l.is_empty()).collect();
    if let [user, secret] = lines.as_slice()
        && is_word(user)
        && is_word(secret)
        && is_apparent(secret)
    {
        push_password(text, secret, &mut found);
    }
    found
}

/// A program that answers whoever asks for a password: `echo x`.
fn in_askpass(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines().flat_map(|l| l.split("\\n")) {
        let Some(rest) = line.trim().strip_prefix("echo ") else {
            continue;
        };
        let secret = rest.trim_matches(['"', '\'', '\\', ' ']);
        if is_apparent(secret) && !secret.contains(['$', '`', '"', '\'', '/']) {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The passwords of users that cloud-init sets: `root:x` below `chpasswd:`.
fn in_cloud_init(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let list = text.split_once("chpasswd:").map_or("", |(_, list)| list);
    for line in list.lines().skip(1).take_while(|l| l.starts_with(' ')) {
        let pair = line.trim().trim_start_matches("- ");
        if let Some((user, secret)) = pair.split_once(':')
            && !user.is_empty()
            && !user.contains(' ')
            && !secret.starts_with([' ', '$'])
            && secret != "RANDOM"
            && secret != "R"
        {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// Lines of a user and a password: `bob:x`, `bob:x:10`.
fn in_pairs(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "\"'\\".contains(c)) {
        let mut fields = word.split(':');
        if let (Some(user), Some(secret)) = (fields.next(), fields.next())
            && !user.is_empty()
            && user
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
            && is_apparent(secret)
            && !secret.contains(['/', '$', '@'])
            && fields
                .next()
                .is_none_or(|f| f.bytes().all(|b| b.is_ascii_digit()))
        {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The logins of proxies: `Upstream http bob:x@host:80`, `BasicAuth bob x`, `socks5 host 1080 bob x`.
fn in_proxy(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for line in text.lines().flat_map(|l| l.split("\\n")) {
        let words: Vec<&str> = line
            .split(|c: char| c.is_whitespace() || "\"'".contains(c))
            .filter(|w| !w.is_empty())
            .collect();
        for word in &words {
            if let Some((login, _)) = word.rsplit_once('@')
                && !login.contains('/')
                && let Some((_, secret)) = login.split_once(':')
            {
                push_password(text, secret, &mut found);
            }
        }
        let is_login = match words.as_slice() {
            ["BasicAuth", _, _] => true,
            [kind, _, port, _, _] => {
                matches!(*kind, "socks4" | "socks5" | "http" | "raw")
                    && port.bytes().all(|b| b.is_ascii_digit())
            }
            _ => false,
        };
        if let Some(secret) = words.last().filter(|_| is_login) {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The variables of Nagios, which have no name: `$USER4$=x`.
fn in_nagios(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("$USER") {
        let rest = text.get(at..).unwrap_or_default();
        let value = rest.split_once("$=").map_or("", |(_, value)| value);
        let end = value.find(|c: char| c.is_whitespace() || "\"'\\".contains(c));
        let secret = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
        if is_apparent(secret) && !secret.contains('/') {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The keys of s3fs: `id:secret`, `bucket:id:secret`.
fn in_s3fs(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "\"'\\".contains(c)) {
        if let Some((id, secret)) = word.rsplit_once(':')
            && !id.is_empty()
            && !secret.contains(['/', '$'])
            && secret.len() >= 16
        {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The passwords of Monit: `allow bob:x`.
fn in_monit(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, allow) in text.match_indices("allow ") {
        let rest = text.get(at + allow.len()..).unwrap_or_default();
        let pair = rest.split(|c: char| c.is_whitespace() || "\"'\\".contains(c));
        if let Some((_, secret)) = pair.into_iter().next().and_then(|p| p.split_once(':')) {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The password in a `.curlrc`: `user = "bob:x"`.
pub(super) fn in_curlrc(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for (at, name) in text.match_indices("user").chain(text.match_indices("-u")) {
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let value = rest.trim_start_matches([' ', '=', ':', '\\', '"']);
        if value.len() == rest.len() {
            continue;
        }
        let end = value.find(|c: char| c.is_whitespace() || "\"'\\".contains(c));
        let pair = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
        if let Some((_, secret)) = pair.split_once(':') {
            push_password(text, secret, &mut found);
        }
    }
    found
}

/// The passwords that Postfix sends mail with: `[smtp.acme.dev]:587 bob:x`.
pub(super) fn in_sasl_passwd(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut before = "";
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
        let host = std::mem::replace(&mut before, word);
        let is_host = host.starts_with('[') || host.contains('.');
        let word = word.split('\\').next().unwrap_or(word);
        if let Some((_, secret)) = word.split_once(':').filter(|_| is_host) {
            let is_port = secret.bytes().all(|b| b.is_ascii_digit());
            if !is_port && !word.starts_with('[') {
                push_password(text, secret, &mut found);
            }
        }
    }
    found
}

/// Adds a part of a text as a password.
pub(super) fn push_password(text: &str, secret: &str, found: &mut Vec<Named>) {
    if let Some(kind) = judged(&password(), secret) {
        let start = secret.as_ptr() as usize - text.as_ptr() as usize;
        found.push(Named::password(start..start + secret.len(), kind));
    }
}
