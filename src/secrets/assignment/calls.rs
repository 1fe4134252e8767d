//! Calls that take a password: `define('DB_PASSWORD', 'x')`, `make_password('x')`, `send "x\r"`.

use std::ops::Range;

use super::place::marked;
use super::{Named, judged, password};
use crate::keywords::{Keywords, links};
use crate::secrets::listed;
use crate::secrets::name::{self, Noun};

/// What `expect` is told to answer where a password is asked for: `send "x\r"`.
pub(super) fn in_dialogues(text: &str, found: &mut Vec<Named>) {
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

/// The text of a string behind blanks.
pub(super) fn string_behind(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    string(line, from + (rest.len() - rest.trim_start().len()))
}

/// Calls that take a password first: `make_password('x')`.
const FIRST: [&str; 10] = [
    "hashSync(",
    "_crypt.hash(",
    "bcrypt.hash(",
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
const LATER: [(&str, usize, bool); 21] = [
    ("sp_addlogin ", 1, false),
    ("PlainAuth(", 2, false),
    ("new Sequelize(", 2, false),
    ("FTP(", 2, false),
    ("KeyStore.load(", 1, false),
    ("auth = [", 1, false),
    (" Credentials(", 3, false),
    ("createAccount(", 1, false),
    ("getConnection(", 2, false),
    ("BasicAuth(", 1, false),
    (".login(", 1, false),
    ("auth=(", 1, false),
    ("create_superuser(", 2, false),
    ("create_user(", 2, true),
    (".auth(", 1, false),
    ("NetworkCredential(", 1, false),
    ("new PDO(", 2, false),
    ("DBI->connect(", 2, false),
    ("new mysqli(", 2, false),
    ("mysqli_connect(", 2, false),
    ("mysql_connect(", 2, false),
];

/// What calls are called that take a login.
const LOGINS: [&str; 7] = [
    "Credentials(",
    "Credential(",
    "PasswordAuthentication(",
    "Authenticator(",
    "changePassword(",
    "UserPassword(",
    "set_user_password(",
];

/// How many there are.
const NUMBER: usize = FIRST.len() + LATER.len() + LOGINS.len();

/// The names of all.
const SINGLE: [&str; NUMBER] = single();

#[allow(
    clippy::indexing_slicing,
    reason = "it runs in the compiler, for a constant"
)]
const fn single() -> [&'static str; NUMBER] {
    let mut names = [""; NUMBER];
    let mut at = 0;
    while at < names.len() {
        names[at] = if at < FIRST.len() {
            FIRST[at]
        } else if at < FIRST.len() + LATER.len() {
            LATER[at - FIRST.len()].0
        } else {
            LOGINS[at - FIRST.len() - LATER.len()]
        };
        at += 1;
    }
    names
}

static SINGLE_CALLS: Keywords<{ links(&SINGLE) }> = Keywords::new(&SINGLE, true);

/// Calls that take a password alone, or as their last argument: `make_password('x')`,
/// `create_superuser('a', 'a@b.c', 'x')`.
pub(super) fn in_single_calls(line: &str, found: &mut Vec<Named>) {
    if !line.contains(['(', '[']) && !line.contains("sp_addlogin") || !SINGLE_CALLS.is_match(line) {
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
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' || call == "crypt(")
                && let Some((value, _)) = string(line, start)
            {
                // `keyring.set_password('acme', 'bob', 'x')`
                match arguments(line, start).as_slice() {
                    [_, _, Some(last)] if call == "set_password(" => push(last.clone()),
                    _ => push(value),
                }
            }
        }
    }
    for (call, number, mailed) in LATER {
        for (at, _) in line.match_indices(call) {
            let arguments = arguments(line, at + call.len());
            let is_known = !mailed
                || arguments
                    .get(1)
                    .and_then(|a| line.get(a.clone()?))
                    .is_some_and(|t| t.contains('@'));
            if let Some(Some(last)) = arguments.get(number).filter(|_| is_known) {
                push(last.clone());
            }
        }
    }
    by_called(line, found);
}

/// The password behind the user in calls that are called as a login is:
/// `UsernamePasswordCredentials("bob", "x")`, `changePassword("bob", "x")`.
fn by_called(line: &str, found: &mut Vec<Named>) {
    for end in LOGINS {
        for (at, _) in line.match_indices(end) {
            let arguments = arguments(line, at + end.len());
            if let [Some(user), Some(value)] = arguments.as_slice()
                && line
                    .get(user.clone())
                    .is_some_and(|u| !u.contains(char::is_whitespace))
                && let text = line.get(value.clone()).unwrap_or_default()
                && is_apparent(text)
                && let Some(kind) = judged(&password(), text)
            {
                found.push(Named::password(value.clone(), kind));
            }
        }
    }
}

/// The arguments of a call whose bracket is open before `from`: the strings among them.
fn arguments(line: &str, from: usize) -> Vec<Option<Range<usize>>> {
    /// The most that are looked at.
    const MANY: usize = 8;
    let mut arguments = Vec::new();
    let mut from = from;
    while arguments.len() < MANY {
        let (argument, behind) = match string_behind(line, from) {
            Some((text, behind)) => (Some(text), behind),
            None => (None, from),
        };
        let rest = line.get(behind..).unwrap_or_default();
        arguments.push(argument);
        let Some(end) = rest.find([',', ';', '{']) else {
            break;
        };
        if !rest.get(end..).is_some_and(|r| r.starts_with(',')) {
            break;
        }
        from = behind + end + 1;
    }
    arguments
}

/// Calls and lists that give a name a value: `define('DB_PASSWORD', 'x')`, `{password, "x"}`.
pub(super) fn in_calls(line: &str, found: &mut Vec<Named>) {
    // Whatever such a call is given as a value is one.
    const SETTERS: [&str; 12] = [
        "-replace",
        "put(",
        "set_var(",
        "define(",
        "setenv(",
        "putenv(",
        "Variable(",
        "setProperty(",
        "SetValue(",
        "setdefault(",
        "gsub(",
        "replace(",
    ];
    for (at, _) in line.match_indices(',') {
        let Some(name) = name_before(line, at) else {
            continue;
        };
        // `config('DB_PASSWORD', default='x')`
        let rest = line.get(at + 1..).unwrap_or_default();
        let default = [
            "default=",
            "default_value=",
            "defaultValue=",
            "defaultValue: ",
        ];
        let default = default.iter().find(|d| rest.trim_start().starts_with(*d));
        let from = line.len() - rest.trim_start().len() + default.map_or(0, |d| d.len());
        let Some((value, _)) = string_behind(line, from) else {
            continue;
        };
        let Some(class) = line.get(name.clone()).and_then(name::classify) else {
            continue;
        };
        let ahead = line.get(..name.start).unwrap_or_default();
        let ahead = ahead.trim_end_matches(['"', '\'', '\\', '<', ' ', '/', '@']);
        let sets = SETTERS.iter().any(|call| ahead.ends_with(call));
        let text = line.get(value.clone()).unwrap_or_default();
        let is_atom = line.get(..name.start).is_some_and(|a| a.ends_with('{'));
        let is_given = sets
            || default.is_some()
            || is_atom
            || ahead.ends_with(['(', '{', '[', ',']) && is_apparent(text);
        if is_given && let Some(kind) = judged(&class, text) {
            found.push(Named::new(
                line.get(name).unwrap_or_default(),
                class.noun,
                value,
                kind,
            ));
        }
    }
}

/// Methods that are called as what they take: `setPassword("x")`, `.withPassword("x")`.
pub(super) fn in_setters(line: &str, found: &mut Vec<Named>) {
    const ASKS: &str = "get read fetch load find has is check verify prompt ask require input \
        validate hash encode decode compare";
    for (at, _) in line.match_indices('(') {
        let before = line.get(..at).unwrap_or_default();
        let name = before
            .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
            .next()
            .unwrap_or_default();
        let bare = name.strip_prefix("with").unwrap_or(name);
        let Some(class) = name::classify(bare).filter(|c| c.exact) else {
            continue;
        };
        let is_method = before.len() > name.len() && before.ends_with(&format!(".{name}"));
        let sets = class
            .words
            .first()
            .is_some_and(|w| matches!(w.as_str(), "set" | "add"));
        let asks = class.words.first().is_some_and(|w| listed(ASKS, w));
        let Some((value, end)) = string(line, at + 1) else {
            continue;
        };
        let text = line.get(value.clone()).unwrap_or_default();
        let ends = line
            .get(end..)
            .is_some_and(|b| b.trim_start().starts_with(')'));
        if (is_method || sets)
            && !asks
            && ends
            && !text.contains(char::is_whitespace)
            && (class.noun == Noun::Password || is_apparent(text))
            && let Some(kind) = judged(&class, text)
        {
            found.push(Named::new(name, class.noun, value, kind));
        }
    }
}

/// Rows of SQL: `INSERT INTO users (name, password) VALUES ('bob', 'x')`.
pub(super) fn in_inserts(line: &str, found: &mut Vec<Named>) {
    let Some((at, values)) = line
        .find(" VALUES")
        .or_else(|| line.find(" values"))
        .and_then(|at| Some((at, at + line.get(at..)?.find('(')? + 1)))
    else {
        return;
    };
    let columns = line.get(..at).and_then(|b| b.rsplit_once('('));
    let Some((_, columns)) = columns else {
        return;
    };
    let columns = columns.trim_end().trim_end_matches(')').split(',');
    let arguments = arguments(line, values);
    for (column, argument) in columns.zip(arguments) {
        let name = column.trim_matches([' ', '`', '"', '\'', '\\']);
        let class = name::classify(name).filter(|c| c.exact);
        if let (Some(class), Some(value)) = (class, argument)
            && let text = line.get(value.clone()).unwrap_or_default()
            // What is kept of a password is often a hash.
            && text.len() < 32
            && is_apparent(text)
            && let Some(kind) = judged(&class, text)
        {
            found.push(Named::new(name, class.noun, value, kind));
        }
    }
}

/// The name that a comma ends: a string, or an atom of Erlang.
fn name_before(line: &str, at: usize) -> Option<Range<usize>> {
    let before = line.get(..at)?.trim_end();
    let bare = before.trim_end_matches(['"', '\'', '\\', '>', '/', '@']);
    let start = bare
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .last()?
        .0;
    let is_atom = bare.get(..start)?.ends_with('{');
    // `env.put(Context.SECURITY_CREDENTIALS, "x")`
    let constant = bare.get(start..)?.rsplit('.').next()?;
    let is_constant =
        constant.contains('_') && !constant.contains(|c: char| c.is_ascii_lowercase());
    (bare.len() < before.len() || is_atom || is_constant).then_some(start..bare.len())
}

/// Whether a value looks like a password even where a label might stand.
pub(super) fn is_apparent(text: &str) -> bool {
    let has = |f: fn(&u8) -> bool| text.bytes().any(|b| f(&b));
    !text.contains(char::is_whitespace) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

/// The text of a string that begins at `from`, perhaps with `\"`, and what is behind it.
pub(super) fn string(line: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(from..)?;
    let bare = rest.trim_start_matches(['\\', ' ', '<']);
    let bare = bare.get(marked(bare)..)?;
    let quote = bare.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let start = from + (rest.len() - bare.len()) + 1;
    let inner = line.get(start..)?;
    let close = inner.find(quote)?;
    let text = inner.get(..close)?.trim_end_matches('\\');
    Some((start..start + text.len(), start + close + 1))
}
