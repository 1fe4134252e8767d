//! Values behind the names of secrets, in any text: `export TOKEN=x`, `password: x`,
//! `{"password": "x"}`, `<password>x</password>`, lines of a `.netrc`.

use std::ops::Range;

use super::listed;
use super::name::{self, Noun, SecretName};
use super::value::{self, ValueKind};
use crate::keywords::{Keywords, links};

/// What a text is, as far as it decides where a value ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Commands for a shell.
    Shell,
    /// A file of settings, a label, whatever else.
    Any,
}

/// A value behind the name of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What it promises.
    pub noun: Noun,
    /// Where the value stands.
    pub range: Range<usize>,
    /// What it is: a secret, or what everybody tries first.
    pub kind: ValueKind,
    /// Whether the name begins a word outside quotes, as in `export X=y`.
    pub is_bare: bool,
}

impl Named {
    /// A password that its place gives away: nothing names it.
    fn password(range: Range<usize>, kind: ValueKind) -> Self {
        Self {
            name: "password".to_owned(),
            noun: Noun::Password,
            range,
            kind,
            is_bare: false,
        }
    }
}

/// The most of a name and of a value that is looked at.
const REACH: usize = 1024;

/// The values behind the names of secrets in a text.
pub fn find(text: &str, language: Language) -> Vec<Named> {
    let mut found = Vec::new();
    if !name::may_name(text) {
        return found;
    }
    let is_netrc = text.contains("machine ")
        || text.contains("default login ")
        || begins_line(text, "user ") && begins_line(text, "password ");
    let mut start = 0;
    let mut called = None;
    // NuGet's keys stand behind addresses.
    let mut are_keys = false;
    for line in text.split_inclusive('\n') {
        let first = found.len();
        are_keys = (are_keys || line.contains("<apikeys>")) && !line.contains("</apikeys>");
        if are_keys && line.contains("<add ") {
            called = Some(Called {
                class: password(),
                name: "apikeys".to_owned(),
                lines: LINES + 1,
                way: Way::Attribute,
            });
        }
        if called.is_some() || name::may_name(line) {
            in_line(line.trim_end(), language, is_netrc, &mut called, &mut found);
        }
        for named in found.iter_mut().skip(first) {
            named.range = named.range.start + start..named.range.end + start;
        }
        start += line.len();
    }
    in_dialogues(text, &mut found);
    found
}

/// What `expect` is told to answer where a password is asked for: `send "x\r"`.
fn in_dialogues(text: &str, found: &mut Vec<Named>) {
    if !text.contains("expect") {
        return;
    }
    for (at, _) in text.match_indices("send ") {
        let from = text.floor_char_boundary(at.saturating_sub(160));
        let before = text.get(from..at).unwrap_or_default();
        let question = before.rfind("expect").and_then(|i| before.get(i..));
        let asks = question.is_some_and(|q| q.contains("assword") || q.contains("assphrase"));
        let start = at + "send ".len();
        let rest = text.get(start..).unwrap_or_default();
        let bare = rest.trim_start().trim_start_matches("-- ").trim_start();
        let Some(inner) = bare.trim_start_matches('\\').strip_prefix('"') else {
            continue;
        };
        let Some(end) = inner.find(['\\', '"', '\n']) else {
            continue;
        };
        let start = start + (rest.len() - inner.len());
        let value = inner.get(..end).unwrap_or_default();
        if asks && let Some(kind) = judged(&password(), value) {
            found.push(Named::password(start..start + value.len(), kind));
        }
    }
}

fn begins_line(text: &str, word: &str) -> bool {
    text.lines().any(|line| line.starts_with(word))
}

/// What the name of another value says: `name="password"` in front of `value="x"`.
struct Called {
    class: SecretName,
    name: String,
    /// How many more lines it speaks for.
    lines: u8,
    way: Way,
}

/// Where the value of a name on another line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In the attribute `value` or in the text of the element.
    Attribute,
    /// On the next line, between the tags.
    Element,
    /// Behind `default`, in a block of Terraform.
    Default,
    /// Behind a host, in the JSON of composer.
    Host,
}

fn in_line(
    line: &str,
    language: Language,
    is_netrc: bool,
    called: &mut Option<Called>,
    found: &mut Vec<Named>,
) {
    *called = called.take().and_then(|c| {
        let lines = c.lines.checked_sub(1)?;
        Some(Called { lines, ..c })
    });
    on_next_line(line, called, found);
    // Up to here everything was looked at.
    let mut seen = 0;
    for (at, separator) in line.match_indices(['=', ':', '>']) {
        if at < seen {
            continue;
        }
        if separator == ">"
            && let Some(text) = element(line, at)
            && let Some(c) = called.take_if(|c| c.lines == LINES && c.way == Way::Attribute)
        {
            push_called(line, text, c, found);
            continue;
        }
        if separator == ":"
            && let Some(name) = host_keyed(line, at)
            && let Some(value) = behind_host(line, at)
        {
            let text = line.get(value.clone()).unwrap_or_default();
            if let Some(kind) = judged(&password(), text) {
                seen = value.end;
                found.push(Named {
                    name: name.to_owned(),
                    noun: Noun::Token,
                    range: value,
                    kind,
                    is_bare: false,
                });
            }
            continue;
        }
        let Some(place) = named(line, at, separator) else {
            continue;
        };
        let name = line.get(place.name.clone()).unwrap_or_default();
        // A property that Java or Gradle is given.
        let property = name.strip_prefix("-D").or_else(|| name.strip_prefix("-P"));
        let name = property.unwrap_or(name);
        if is_attribute(name) {
            let value = value_at(line, at, &place, language);
            let text = line.get(value.clone()).unwrap_or_default();
            let names = matches!(name, "value" | "Value" | "val");
            if names && let Some(c) = called.take_if(|c| c.way == Way::Attribute) {
                seen = value.end;
                push_called(line, value, c, found);
            } else if !names
                && !text.contains(char::is_whitespace)
                && let Some(class) = name::classify(text).filter(|c| c.exact)
            {
                seen = value.end;
                *called = Some(Called {
                    class,
                    name: text.to_owned(),
                    lines: LINES,
                    way: Way::Attribute,
                });
                continue;
            }
        }
        let Some(class) = in_its_place(line, &place, name).or_else(|| name::classify(name)) else {
            continue;
        };
        if place.quoted_only && !line.get(place.from..).is_some_and(is_quoted) {
            continue;
        }
        let value = value_at(line, at, &place, language);
        let text = line.get(value.clone()).unwrap_or_default();
        // The tag of an element that ends elsewhere.
        if place.ends == Ends::Tag && class.exact {
            let tag = line
                .trim()
                .strip_prefix('<')
                .and_then(|t| t.strip_suffix('>'));
            if tag == Some(name) {
                *called = Some(Called {
                    name: name.to_owned(),
                    class,
                    lines: LINES,
                    way: Way::Element,
                });
                continue;
            }
            // `<password>` in an example is no element.
            let closes = line.get(value.end..).is_some_and(|b| b.starts_with("</"));
            if !closes || text.contains(['>', '"']) {
                continue;
            }
        }
        let kind = judge(&class, text, &place).or_else(|| cookie(line, &place, &class, text));
        if let Some(kind) = kind {
            seen = value.end;
            let ahead = line.get(..place.name.start).unwrap_or_default();
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: value,
                kind,
                is_bare: ahead.is_empty()
                    || ahead.ends_with([' ', '\t', ';'])
                    || ahead.ends_with("&&"),
            });
        } else if value.len() > REACH {
            // Whoever nests that much hides nothing there that a person could read.
            seen = value.end;
        }
    }
    in_words(line, language, is_netrc, found);
    in_calls(line, found);
    in_single_calls(line, found);
    in_access_lists(line, found);
    in_substitutions(line, found);
}

/// A value whose name stands on the line before, and the names that wait for the next line.
fn on_next_line(line: &str, called: &mut Option<Called>, found: &mut Vec<Named>) {
    let text = line.trim_start();
    let start = line.len() - text.len();
    if let Some(c) = called.take_if(|c| c.way == Way::Element && c.lines < LINES) {
        let end = text.find('<').unwrap_or(text.len());
        let value = text.get(..end).unwrap_or_default().trim_end();
        if !value.is_empty() {
            push_called(line, start..start + value.len(), c, found);
        }
    }
    if let Some(c) = called.take_if(|c| c.way == Way::Host && c.lines < LINES)
        && let Some(colon) = line.find("\":")
        && let Some((value, _)) = string_behind(line, colon + 2)
    {
        push_called(line, value, c, found);
    }
    if let Some(rest) = text.strip_prefix("default")
        && rest.trim_start().starts_with('=')
        && let Some(equals) = line.find('=')
        && let Some((value, _)) = string_behind(line, equals + 1)
        && let Some(c) = called.take_if(|c| c.way == Way::Default)
    {
        push_called(line, value, c, found);
    }
    if let Some((name, _)) = text
        .strip_prefix("variable \"")
        .and_then(|t| t.split_once('"'))
        && let Some(class) = name::classify(name).filter(|c| c.exact)
    {
        *called = Some(Called {
            class,
            name: name.to_owned(),
            lines: 6,
            way: Way::Default,
        });
    }
    if let Some(head) = line.trim_end().strip_suffix('{')
        && let Some(colon) = head.trim_end().strip_suffix(':')
        && let Some(name) = host_keyed(line, colon.len())
    {
        *called = Some(Called {
            class: password(),
            name: name.to_owned(),
            lines: LINES,
            way: Way::Host,
        });
    }
}

/// The text of a string behind blanks.
fn string_behind(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    string(line, from + (rest.len() - rest.trim_start().len()))
}

/// A name that promises a secret only where it stands: `pwd: 'x'` in a program, `user=a,pass=x`
/// among the options of a mount.
fn in_its_place(line: &str, place: &Place, name: &str) -> Option<SecretName> {
    let before = line.get(..place.name.start)?;
    let is_quoted = line.get(place.from..).is_some_and(is_quoted);
    let behind = line
        .get(place.name.end..)?
        .trim_start_matches(['"', '\'', '\\']);
    let is_member = name == "pwd" && behind.starts_with(':') && is_quoted;
    let is_option = name == "pass" && before.ends_with(',') && before.contains("user");
    (is_member || is_option).then(password)
}

/// The session of a cookie may be a number of many digits.
fn cookie(line: &str, place: &Place, class: &SecretName, text: &str) -> Option<ValueKind> {
    let before = line.get(..place.name.start)?;
    let is_cookie = ["ookie", " -b "].iter().any(|w| before.contains(w));
    let is_session = matches!(
        class.words.last()?.as_str(),
        "session" | "sessionid" | "jsessionid" | "phpsessid"
    );
    let is_number = text.len() >= 24 && text.bytes().all(|b| b.is_ascii_hexdigit());
    (is_cookie && is_session && is_number && value::distinct(text) > 6).then_some(ValueKind::Random)
}

/// Calls that take a password first: `make_password('x')`.
const FIRST: [&str; 7] = [
    "set_password(",
    "make_password(",
    "generate_password_hash(",
    "password_hash(",
    "crypt(",
    "hashpw(",
    "passwd(",
];

/// Calls that take one behind other arguments, what its number is, and whether an address stands before
/// it: `create_superuser('a', 'a@b.c', 'x')`.
const LATER: [(&str, usize, bool); 9] = [
    ("create_superuser(", 2, false),
    ("create_user(", 2, true),
    ("db.auth(", 1, false),
    ("NetworkCredential(", 1, false),
    ("new PDO(", 2, false),
    ("DBI->connect(", 2, false),
    ("new mysqli(", 2, false),
    ("mysqli_connect(", 2, false),
    ("mysql_connect(", 2, false),
];

/// The names of both.
const SINGLE: [&str; FIRST.len() + LATER.len()] = single();

#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const fn single() -> [&'static str; FIRST.len() + LATER.len()] {
    let mut names = [""; FIRST.len() + LATER.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = if at < FIRST.len() {
            FIRST[at]
        } else {
            LATER[at - FIRST.len()].0
        };
        at += 1;
    }
    names
}

static SINGLE_CALLS: Keywords<{ links(&SINGLE) }> = Keywords::new(&SINGLE, true);

fn in_single_calls(line: &str, found: &mut Vec<Named>) {
    if !line.contains('(') || !SINGLE_CALLS.is_match(line) {
        return;
    }
    let mut push = |value: Range<usize>| {
        let text = line.get(value.clone()).unwrap_or_default();
        if let Some(kind) = judged(&password(), text) {
            found.push(Named::password(value, kind));
        }
    };
    for call in FIRST {
        for (at, _) in line.match_indices(call) {
            let before = line.get(..at).and_then(|b| b.chars().next_back());
            let start = at + call.len();
            let rest = line.get(start..).unwrap_or_default();
            let start = start + usize::from(rest.starts_with("b'") || rest.starts_with("b\""));
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' || call == "crypt(")
                && let Some((value, _)) = string(line, start)
            {
                push(value);
            }
        }
    }
    for (call, number, mailed) in LATER {
        for (at, _) in line.match_indices(call) {
            let mut strings = Vec::new();
            let mut from = at + call.len();
            while let Some((text, behind)) = string_behind(line, from) {
                strings.push(text);
                let rest = line.get(behind..).unwrap_or_default();
                let Some(next) = rest.trim_start().strip_prefix(',') else {
                    break;
                };
                from = line.len() - next.len();
            }
            let is_address =
                |r: &Range<usize>| line.get(r.clone()).is_some_and(|t| t.contains('@'));
            let is_known = !mailed || strings.get(1).is_some_and(is_address);
            if let Some(last) = strings.get(number).filter(|_| is_known) {
                push(last.clone());
            }
        }
    }
}

/// Redis has the password of a user behind a `>`: `user bob on >x ~* +@all`.
fn in_access_lists(line: &str, found: &mut Vec<Named>) {
    let is_list = || {
        ["user ", "SETUSER ", "setuser "]
            .iter()
            .any(|w| line.contains(w))
    };
    if !line.contains(" >") || !line.contains(" on ") || !is_list() {
        return;
    }
    for (at, _) in line.match_indices(" >") {
        let start = at + 2;
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

/// What composer calls tokens that stand behind a host.
const HOST_KEYED: [&str; 4] = ["github-oauth", "gitlab-oauth", "gitlab-token", "bearer"];

fn host_keyed(line: &str, at: usize) -> Option<&'static str> {
    let before = line.get(..at)?.trim_end_matches(['"', '\'', '\\']);
    HOST_KEYED.into_iter().find(|name| before.ends_with(name))
}

/// For how many lines a name speaks: its own and the next.
const LINES: u8 = 1;

fn is_attribute(name: &str) -> bool {
    matches!(
        name,
        "name" | "key" | "Name" | "Key" | "value" | "Value" | "val"
    )
}

fn is_quoted(text: &str) -> bool {
    text.trim_start_matches('\\').starts_with(['"', '\''])
}

/// The text of an element whose tag ends at `at`.
fn element(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at + 1..)?;
    let end = rest.find('<')?;
    let is_tag = line.get(..at)?.rfind('<').is_some();
    (is_tag && end > 0).then_some(at + 1..at + 1 + end)
}

/// The value behind a host: `"github-oauth": {"github.com": "x"}`.
fn behind_host(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at + 1..)?;
    let inner = rest.trim_start_matches([' ', '\\']).strip_prefix('{')?;
    let colon = inner.find(':')?;
    let value = inner.get(colon + 1..)?;
    let value = value.trim_start_matches([' ', '\\', '"', '\'']);
    let start = line.len() - value.len();
    let end = value.find(['"', '\'', '\\', '}', ','])?;
    Some(start..start + end)
}

fn push_called(line: &str, value: Range<usize>, called: Called, found: &mut Vec<Named>) {
    let text = line.get(value.clone()).unwrap_or_default();
    if let Some(kind) = judged(&called.class, text) {
        found.push(Named {
            name: called.name,
            noun: called.class.noun,
            range: value,
            kind,
            is_bare: false,
        });
    }
}

/// Calls that give a name a value: `define('DB_PASSWORD', 'x')`.
const CALLS: [&str; 6] = [
    "define(",
    "setenv(",
    "putenv(",
    "Variable(",
    "setProperty(",
    "SetValue(",
];

static GIVING_CALLS: Keywords<{ links(&CALLS) }> = Keywords::new(&CALLS, true);

fn in_calls(line: &str, found: &mut Vec<Named>) {
    if !line.contains('(') || !GIVING_CALLS.is_match(line) {
        return;
    }
    for call in CALLS {
        for (at, _) in line.match_indices(call) {
            let start = at + call.len();
            let Some((name, rest)) = string(line, start) else {
                continue;
            };
            let after = line.get(rest..).unwrap_or_default();
            let Some(value) = after.trim_start().strip_prefix(',') else {
                continue;
            };
            let from = line.len() - value.trim_start().len();
            let (Some((value, _)), Some(class)) = (
                string(line, from),
                line.get(name.clone()).and_then(name::classify),
            ) else {
                continue;
            };
            let text = line.get(value.clone()).unwrap_or_default();
            if let Some(kind) = judged(&class, text) {
                found.push(Named {
                    name: line.get(name).unwrap_or_default().to_owned(),
                    noun: class.noun,
                    range: value,
                    kind,
                    is_bare: false,
                });
            }
        }
    }
}

/// The text of a string that begins at `from`, perhaps with `\"`, and what is behind it.
fn string(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    let bare = rest.trim_start_matches(['\\', ' ']);
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let start = from + (rest.len() - bare.len()) + 1;
    let inner = line.get(start..)?;
    let close = inner.find(quote)?;
    let text = inner.get(..close)?.trim_end_matches('\\');
    Some((start..start + text.len(), start + close + 1))
}

/// What `sed` puts in the place of a name that stands for it: `s/__DB_PASSWORD__/x/`.
fn in_substitutions(line: &str, found: &mut Vec<Named>) {
    const FRAMES: [&str; 4] = ["__", "{{", "@", "%"];
    for (at, _) in line.match_indices('s') {
        let before = line.get(..at).unwrap_or_default();
        if !before.ends_with(['\'', '"', ' ', ';']) {
            continue;
        }
        let Some(delimiter) = sed_delimiter(line, at) else {
            continue;
        };
        let start = at + 1 + delimiter.len_utf8();
        let rest = line.get(start..).unwrap_or_default();
        let Some((pattern, rest)) = rest.split_once(delimiter) else {
            continue;
        };
        let Some((value, _)) = rest.split_once(delimiter) else {
            continue;
        };
        // `s/^\(password:\).*/\1 x/` keeps the name.
        if let Some(kept) = value.strip_prefix("\\1") {
            let group = pattern.split_once('(').and_then(|(_, g)| g.split_once(')'));
            let name = group.map_or("", |(g, _)| g);
            let name = name.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let text = kept.trim_matches([' ', '"', '\'']);
            if let Some(class) = name::classify(name).filter(|c| c.exact)
                && let Some(kind) = judged(&class, text).filter(|k| k.is_secret())
            {
                let from = text.as_ptr() as usize - line.as_ptr() as usize;
                found.push(Named {
                    name: name.to_owned(),
                    noun: class.noun,
                    range: from..from + text.len(),
                    kind,
                    is_bare: false,
                });
            }
            continue;
        }
        let bare = pattern.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let stem = bare
            .strip_suffix("_here")
            .or_else(|| bare.strip_suffix("_HERE"));
        let is_framed = FRAMES.iter().any(|f| pattern.starts_with(f)) || stem.is_some();
        let name = stem.unwrap_or(bare);
        let Some(class) = name::classify(name).filter(|c| is_framed && c.exact) else {
            continue;
        };
        if let Some(kind) = judged(&class, value).filter(|k| k.is_secret()) {
            let from = start + pattern.len() + delimiter.len_utf8();
            found.push(Named {
                name: name.to_owned(),
                noun: class.noun,
                range: from..from + value.len(),
                kind,
                is_bare: false,
            });
        }
    }
}

/// The passwords in the lines of files that name nothing, if the text or what it stands in tells
/// of one.
pub fn in_password_files(text: &str, around: &str) -> Vec<Named> {
    type Reader = fn(&str) -> Vec<Named>;
    const READERS: [(&str, Reader); 3] = [
        ("pgpass", in_pgpass),
        ("curlrc", in_curlrc),
        ("sasl_passwd", in_sasl_passwd),
    ];
    let tells = |file: &str| around.contains(file) || text.contains(file);
    let readers = READERS.iter().filter(|(file, _)| tells(file));
    readers.flat_map(|(_, read)| read(text)).collect()
}

/// The passwords in the lines of a `.pgpass`: `host:port:database:user:password`.
fn in_pgpass(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')) {
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

/// The password in a `.curlrc`: `user = "bob:x"`.
fn in_curlrc(text: &str) -> Vec<Named> {
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
fn in_sasl_passwd(text: &str) -> Vec<Named> {
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
fn push_password(text: &str, secret: &str, found: &mut Vec<Named>) {
    if let Some(kind) = judged(&password(), secret) {
        let start = secret.as_ptr() as usize - text.as_ptr() as usize;
        found.push(Named::password(start..start + secret.len(), kind));
    }
}

/// Names and values with a blank between them.
fn in_words(line: &str, language: Language, is_netrc: bool, found: &mut Vec<Named>) {
    const DIRECTIVES: &str = "requirepass masterauth rootpw bindpw AuthLDAPBindPassword";
    // What begins it, or one of the words below has in it.
    const PARTS: [&str; 7] = [
        "ENV",
        "LABEL",
        "password",
        "requirepass",
        "masterauth",
        "rootpw",
        "bindpw",
    ];
    static WORDS: Keywords<{ links(&PARTS) }> = Keywords::new(&PARTS, false);
    if !WORDS.is_match(line) {
        return;
    }
    let mut words = words(line).peekable();
    let mut push = |name: &str, class: &SecretName, value: Range<usize>| {
        let text = line.get(value.clone()).unwrap_or_default();
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
    let mut login = None;
    while let Some(word) = words.next() {
        let text = line.get(word.clone()).unwrap_or_default();
        let last = std::mem::replace(&mut before, text);
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
        // What debconf is told: `mysql-server/root_password password x`.
        let answers = || last.contains('/') && name::classify(last).is_some_and(|c| c.strong);
        // `password x` is a line of many files, and the start of many sentences.
        let alone = || {
            let mut all = line.split_ascii_whitespace();
            let value = all.nth(1).unwrap_or_default();
            let is_word = value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            language == Language::Any && first && all.next().is_none() && !is_word
        };
        let is_password = bare == "password" && (is_netrc || answers() || alone());
        if is_netrc && bare == "login" {
            login = words.peek().cloned();
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

/// The word behind a directive and its options; nothing if they say that it is no plain text.
fn operand(
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

fn password() -> SecretName {
    SecretName {
        noun: Noun::Password,
        strong: true,
        exact: true,
        words: vec!["password".to_owned()],
    }
}

/// The words between blanks and `\n`.
fn words(line: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = line.as_ptr() as usize;
    let words = line.split_ascii_whitespace().flat_map(|w| w.split("\\n"));
    words.filter(|w| !w.is_empty()).map(move |word| {
        let at = word.as_ptr() as usize - start;
        at..at + word.len()
    })
}

fn has_equals(line: &str, word: &Range<usize>) -> bool {
    line.get(word.clone()).is_some_and(|w| w.contains('='))
}

/// A name in front of a `=`, `:` or `>`.
struct Place {
    name: Range<usize>,
    /// Where the value begins.
    from: usize,
    ends: Ends,
    /// Whether blanks stand around the `=`, as in a program.
    spaced: bool,
    /// Whether only a text in quotes is meant, since else it is a variable's.
    quoted_only: bool,
}

/// What ends a value, besides its quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// A blank.
    Word,
    /// `}`
    Brace,
    /// What ends a parameter of a URL.
    Parameter,
    /// `<`
    Tag,
}

/// The name in front of a separator, where its value begins and what ends it.
fn named(line: &str, at: usize, separator: &str) -> Option<Place> {
    let before = line.get(..at)?;
    let after = line.get(at + 1..)?;
    let bare = before.trim_end_matches(['"', '\'', ' ', '\\']);
    // `os.environ["NAME"] = `
    let index = bare.strip_suffix(']').filter(|b| b.ends_with(['"', '\'']));
    let bare = match index {
        Some(index) => index.trim_end_matches(['"', '\'', '\\']),
        None => bare,
    };
    // `:=`, `?=`
    let bare = match separator {
        "=" => bare.trim_end_matches([':', '?']).trim_end(),
        _ => bare,
    };
    let name_start = bare
        .char_indices()
        .rev()
        .take(REACH)
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .last()?
        .0;
    // `\n` ends the line before.
    let breaks = bare.get(..name_start)?.ends_with('\\')
        && bare.get(name_start..)?.starts_with(['n', 'r', 't']);
    let name_start = name_start + usize::from(breaks);
    let name = name_start..bare.len();
    let ahead = if breaks {
        ""
    } else {
        before.get(..name_start)?
    };
    let place = |from, ends| Place {
        name: name.clone(),
        from,
        ends,
        spaced: false,
        quoted_only: false,
    };
    if separator == ">" {
        return (bare.len() == at && ahead.ends_with('<')).then(|| place(at + 1, Ends::Tag));
    }
    if separator == ":" {
        // `${NAME:-default}`
        if bare.len() == at && after.starts_with(['-', '=']) && ahead.ends_with("${") {
            return Some(place(at + 2, Ends::Brace));
        }
        // A line of YAML or of JSON, a header.
        // A symbol of Ruby begins with a colon too.
        let starts = ahead
            .trim_start_matches([' ', '\t', '-', '#', '{', ':'])
            .is_empty();
        let is_quoted = bare.len() < at && !before.ends_with(' ');
        let flag = ahead.trim_end_matches(['"', '\'', ' ', '=']);
        let is_header = bare.len() == at
            && (ahead.ends_with(['"', '\'']) || flag.ends_with("-H") || flag.ends_with("--header"));
        // A prompt ends with the quote: `'Password: '`.
        let ends = |c: char| ahead.ends_with(c) && after.trim_start().starts_with(c);
        if is_header && (ends('"') || ends('\'')) {
            return None;
        }
        // `{ user: "x", password: "y" }`, `f(password: 'y')`
        let is_member = bare.len() == at
            && ahead.trim_end().ends_with([',', '{', '('])
            && is_quoted_text(after);
        // `'/Password:x'`
        let is_windows = bare.len() == at
            && [" /", "'/", "\"/"].iter().any(|end| ahead.ends_with(end))
            && !after.starts_with('/');
        if is_windows {
            return Some(place(at + 1, Ends::Word));
        }
        let is_key =
            starts || is_quoted || is_header || is_member || is_replacement(line, name_start);
        let is_key = is_key && (after.starts_with([' ', '"', '\'', '\\']) || is_header);
        let blanks = after.len() - after.trim_start().len();
        return (is_key && !ahead.ends_with(['$', '{']))
            .then(|| place(at + 1 + blanks, Ends::Word));
    }
    // Comparisons, and what is taken from a variable.
    if after.starts_with(['=', '~']) || ahead.ends_with('@') || ahead.ends_with("${") {
        return None;
    }
    // `'password' => 'x'`
    if let Some(value) = after.strip_prefix('>') {
        let from = line.len() - value.trim_start().len();
        return Some(Place {
            quoted_only: true,
            ..place(from, Ends::Word)
        });
    }
    // A variable of PHP or PowerShell is set to a text; that of a shell is compared with one.
    let scoped = ["env:", "Env:", "ENV:", "global:", "script:"];
    let scope = scoped.iter().find_map(|s| ahead.strip_suffix(s));
    let sigil = scope.unwrap_or(ahead).strip_suffix('$');
    if let Some(lead) = sigil {
        let lead = lead.trim_end_matches(['"', '\'']).trim_end();
        let compares = ["[", "test", "if", "!", "("]
            .iter()
            .any(|w| lead.ends_with(w));
        if compares || lead.contains('[') {
            return None;
        }
    }
    let is_field = ahead.ends_with(';') && ahead.contains('=');
    if is_field || ahead.ends_with(['?', '&']) && ahead.contains(['=', '/']) {
        return Some(place(at + 1, Ends::Parameter));
    }
    // Blanks stand on both sides or on none.
    let blanks = after.len() - after.trim_start_matches(' ').len();
    let is_spaced = before.ends_with(' ');
    // `[ "$x" = y ]`, `if x = y`
    let tests = ahead.contains("[ ") || ahead.contains("[[") || ahead.contains('$');
    let compares = is_spaced && tests && sigil.is_none() && index.is_none();
    (is_spaced == (blanks > 0) && !compares).then(|| Place {
        spaced: is_spaced,
        quoted_only: sigil.is_some() || index.is_some(),
        ..place(at + 1 + blanks, Ends::Word)
    })
}

fn is_quoted_text(text: &str) -> bool {
    text.trim_start_matches([' ', '\\'])
        .starts_with(['"', '\''])
}

/// Whether a place begins what `sed` writes: `s|password: .*|password: x|`.
fn is_replacement(line: &str, at: usize) -> bool {
    let ahead = line.get(..at).unwrap_or_default();
    let start = match open_quote(line, at) {
        Some((quote, _)) => quote + 1,
        None => ahead.rfind(' ').map_or(0, |i| i + 1),
    };
    sed_delimiter(line, start).is_some_and(|d| ahead.len() > start + 2 && ahead.ends_with(d))
}

/// The value of a place, without its quotes.
fn value_at(line: &str, at: usize, place: &Place, language: Language) -> Range<usize> {
    let from = place.from;
    let rest = line.get(from..).unwrap_or_default();
    match place.ends {
        Ends::Brace => {
            let end = rest.find('}').unwrap_or(rest.len());
            return unquoted(line, from..from + end);
        }
        Ends::Tag => return from..from + rest.find('<').unwrap_or(0),
        Ends::Parameter => {
            let end = rest.find(|c: char| c.is_whitespace() || "&#\"'`<>|;)\\".contains(c));
            return from..from + end.unwrap_or(rest.len());
        }
        Ends::Word => {}
    }
    // `\"` in a quoted text.
    if let Some(inner) = rest.strip_prefix("\\\"") {
        let end = inner.find("\\\"").unwrap_or(inner.len());
        return from + 2..from + 2 + end;
    }
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let mut escaped = false;
        let inner = rest.get(1..).unwrap_or_default();
        let end = inner.find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or(inner.len());
        // `"'x'"`
        let other = if quote == '"' { '\'' } else { '"' };
        let text = inner.get(..end).unwrap_or_default();
        let is_quoted = end > 2 && text.starts_with(other) && text.ends_with(other);
        let inset = usize::from(is_quoted);
        return from + 1 + inset..from + 1 + end - inset;
    }
    // Inside a quoted word, as in JSON, its end is the value's.
    let opening = line.get(..at).and_then(|b| b.rfind([' ', '"', '\'', ',']));
    let start = opening.map_or(0, |i| i + 1);
    let opening = opening.and_then(|i| line.get(i..=i)).unwrap_or(" ");
    let outer = opening.chars().next().filter(|c| !matches!(c, ' ' | ','));
    // A quote that was opened before: `echo "export X=y"`, `sed 's/x = .*/x = y/'`.
    let open = match outer {
        Some(_) => None,
        None => open_quote(line, place.name.start).filter(|(_, quote)| rest.contains(*quote)),
    };
    let outer = outer.or(open.map(|(_, quote)| quote));
    let delimiter =
        sed_delimiter(line, start).or_else(|| open.and_then(|(i, _)| sed_delimiter(line, i + 1)));
    let is_shell = language == Language::Shell && outer.is_none();
    let mut before = ' ';
    let mut escaped = false;
    let end = rest.find(|c: char| {
        let ends = !escaped
            && (c.is_whitespace()
                || Some(c) == outer
                || Some(c) == delimiter
                || is_shell && matches!(c, ';' | '&' | '|' | ')' | '>' | '<' | '`'));
        // A line that `echo -e` and `printf` end.
        let ends = ends || before == '\\' && c == 'n' && outer.is_some();
        escaped = c == '\\' && !escaped;
        before = c;
        ends
    });
    let mut end = end.unwrap_or(rest.len());
    let text = rest.get(..end).unwrap_or_default();
    // `password=x,ssl=True`, `secret=x&scope=y`
    let field = text.match_indices([',', '&']).find(|(i, _)| {
        let next = text.get(i + 1..).unwrap_or_default();
        let name = next.split('=').next().unwrap_or_default();
        next.len() > name.len()
            && !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
    });
    if let Some((field, _)) = field {
        end = field;
    }
    let text = rest.get(..end).unwrap_or_default();
    // The command ends, not the quoted script: `sh -c "export X=y; app"`.
    if open.is_some() {
        end = text.trim_end_matches(';').len();
        // `"X='host=h password=y'"`
        let inner = rest.get(..end).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(['"', '\''])
            && !bare.contains(['"', '\''])
        {
            end = bare.len();
        }
        // `'SCRAM-SHA-256=[password=y]'`
        let inner = rest.get(..end).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(']')
            && !bare.contains('[')
            && line.get(..at).is_some_and(|b| b.contains("=["))
        {
            end = bare.len();
        }
        // `"$(X=y)"`
        let inner = rest.get(..end).unwrap_or_default();
        let ahead = line.get(..at).unwrap_or_default();
        if let Some(bare) = inner.strip_suffix(')')
            && !bare.contains('(')
            && ahead.rfind("$(") > ahead.rfind(')')
            && ahead.contains("$(")
        {
            end = bare.len();
        }
    }
    if outer.is_some() && rest.get(end..).is_some_and(|r| r.starts_with('n')) {
        end = text.trim_end_matches('\\').len();
    }
    from..from + end
}

/// The quote that is open at a place, and where it was opened.
fn open_quote(line: &str, at: usize) -> Option<(usize, char)> {
    let mut open: Option<(usize, char)> = None;
    let mut escaped = false;
    for (i, byte) in line.get(..at)?.bytes().enumerate() {
        if matches!(byte, b'"' | b'\'') && !escaped {
            let mark = char::from(byte);
            open = match open {
                None => Some((i, mark)),
                Some((_, quote)) if quote == mark => None,
                other => other,
            };
        }
        escaped = byte == b'\\' && !escaped;
    }
    open
}

/// The `/` of `s/x/y/`, if the word is a command of sed.
fn sed_delimiter(line: &str, start: usize) -> Option<char> {
    let word = line.get(start..)?;
    let word = word.trim_start_matches(['"', '\'']);
    let word = word.strip_prefix('s')?;
    word.chars()
        .next()
        .filter(|c| matches!(c, '/' | '|' | '#' | '@' | ',' | '~' | '%' | '!'))
}

/// A value without what ends the quotes, the command or the expression around it.
fn without_end(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let bare = text.trim_end_matches([';', ')', '}']);
    let bare = match bare.strip_suffix(['"', '\'']) {
        Some(inner) => inner,
        None => text,
    };
    let bare = bare.trim_end_matches("/g").trim_end_matches('/');
    range.start..range.start + bare.len()
}

/// A range without the quotes around it.
fn unquoted(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_start_matches(['"', '\'']).len();
    let end = range.start + text.trim_end_matches(['"', '\'']).len();
    start..end.max(start)
}

fn judge(class: &SecretName, text: &str, place: &Place) -> Option<ValueKind> {
    let kind = judged(class, text)?;
    (!place.spaced || !is_code(text)).then_some(kind)
}

fn judged(class: &SecretName, text: &str) -> Option<ValueKind> {
    if text.starts_with("\\$") || text.starts_with("\\\\$") {
        return None;
    }
    // What a command prints.
    if text.trim_start_matches('\\').starts_with('`') {
        return None;
    }
    if text.is_empty() || text.starts_with(['$', '%', '!', '&', '*', '[']) {
        return None;
    }
    // `$(…)` within, a pattern, a call.
    if text.contains("$(")
        || text.contains(".*")
        || text.contains("[^")
        || text.contains("=/")
        || is_call(text)
    {
        return None;
    }
    let end = text.floor_char_boundary(REACH);
    let kind = value::classify(text.get(..end).unwrap_or(text), class);
    let speaks = if class.strong {
        kind.is_secret() || kind == ValueKind::Default
    } else {
        kind == ValueKind::Random
    };
    speaks.then_some(kind)
}

/// `getenv("X")`, `os.environ["X"]`, `config.get(`
fn is_call(text: &str) -> bool {
    let head = text.find(['(', '[']).and_then(|i| text.get(..i));
    head.is_some_and(|head| {
        !head.is_empty()
            && head
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
    })
}

/// A name of a program: `settings.password`, `user_input`.
fn is_code(text: &str) -> bool {
    let text = text.trim_end_matches([';', ',']);
    if matches!(text, "await" | "new" | "self" | "lambda") {
        return true;
    }
    text.bytes()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
        && text.contains(['_', '.'])
}
