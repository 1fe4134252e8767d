//! Values behind the names of secrets, in any text: `export TOKEN=x`, `password: x`,
//! `{"password": "x"}`, `<password>x</password>`, lines of a `.netrc`.

mod called;
mod calls;
mod directives;
mod files;
mod place;
mod substitution;

use std::ops::Range;

use super::listed;
use super::name::{self, Noun, SecretName};
use super::value::{self, ValueKind};
use super::words::HOLE;
use called::{
    Called, LINES, Way, behind_host, element, host_keyed, in_parameters, is_attribute,
    on_next_line, push_called,
};
use calls::{
    in_calls, in_dialogues, in_inserts, in_setters, in_single_calls, is_apparent, string_behind,
};
use directives::{begins_line, in_words};
use files::in_access_lists;
pub use files::{in_password_files, tells_of_passwords};
use place::{Ends, Place, is_pattern, is_quoted, marked, named, value_at};
use substitution::in_substitutions;
pub use substitution::stood_for;

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
    /// A value behind a name, wherever that begins.
    fn new(name: impl Into<String>, noun: Noun, range: Range<usize>, kind: ValueKind) -> Self {
        Self {
            name: name.into(),
            noun,
            range,
            kind,
            is_bare: false,
        }
    }

    /// A password that its place gives away: nothing names it.
    fn password(range: Range<usize>, kind: ValueKind) -> Self {
        Self::new("password", Noun::Password, range, kind)
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
                found.push(Named::new(name, Noun::Token, value, kind));
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
            let names = matches!(
                name.rsplit('-').next().unwrap_or(name),
                "value" | "Value" | "val" | "string"
            );
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
        if let Some(value) = pair(line, at, &place, name, language) {
            seen = value.end;
            found.push(Named::password(value, ValueKind::Human));
            continue;
        }
        let parent = || (place.ends == Ends::Tag).then(|| parent(line, &place, name))?;
        let printed = || teller(name).filter(|_| tells(line, &place));
        let class = in_its_place(line, &place, name)
            .or_else(|| name::classify(name))
            .or_else(parent)
            .or_else(printed);
        let Some(class) = class else {
            continue;
        };
        // `password: process.env.PASSWORD || 'x'`
        if class.exact
            && let Some(value) = fallback(line, place.from)
        {
            let text = line.get(value.clone()).unwrap_or_default();
            if let Some(kind) = judged(&class, text) {
                seen = value.end;
                found.push(Named::new(name, class.noun, value, kind));
            }
            continue;
        }
        if place.quoted_only && !line.get(place.from..).is_some_and(is_quoted) {
            continue;
        }
        let value = value_at(line, at, &place, language);
        let text = line.get(value.clone()).unwrap_or_default();
        // `token = "Bearer x"`, `PASSCOMMAND="echo x"`
        let scheme = ["Bearer ", "bearer ", "Token ", "token ", "echo "];
        let scheme = scheme.iter().find(|s| text.starts_with(*s));
        let value = value.start + scheme.map_or(0, |s| s.len())..value.end;
        let text = line.get(value.clone()).unwrap_or_default();
        // `name: str = "value"` is found at the `=`.
        if separator == ":"
            && line
                .get(value.end..)
                .is_some_and(|b| b.trim_start().starts_with("= "))
        {
            continue;
        }
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
            let behind = line.get(value.end..).unwrap_or_default();
            let closes = behind.trim_start_matches([']', '>']).starts_with("</");
            if !closes || text.contains(['>', '"']) {
                continue;
            }
        }
        let rest = line.get(place.from..).unwrap_or_default();
        let is_text = rest.get(marked(rest)..).is_some_and(is_quoted);
        // `connect(password=foreign_key)`
        let ahead = line.get(..place.name.start).unwrap_or_default();
        let in_call = ahead.matches('(').count() > ahead.matches(')').count();
        let is_variable = text.contains('_')
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'));
        if in_call && !is_text && is_variable {
            continue;
        }
        let kind =
            judge(&class, text, &place, is_text).or_else(|| cookie(line, &place, &class, text));
        // What `sed` looks for was somebody's choice elsewhere.
        let kind = kind.filter(|k| k.is_secret() || !is_pattern(line, place.name.start));
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
    in_setters(line, found);
    in_inserts(line, found);
    in_parameters(line, found);
    in_single_calls(line, found);
    in_access_lists(line, found);
    in_substitutions(line, found);
}

/// What a program takes if it finds no variable: `process.env.X || 'x'`, `os.getenv("X") or "x"`.
fn fallback(line: &str, from: usize) -> Option<Range<usize>> {
    const OPERATORS: [&str; 3] = ["|| ", "?? ", " or "];
    let rest = line.get(from..)?;
    let takes = ["env", "ENV"].iter().any(|e| {
        rest.get(..16.min(rest.len()))
            .is_some_and(|r| r.contains(e))
    });
    let end = OPERATORS
        .iter()
        .find_map(|o| Some(rest.find(o)? + o.len()))?;
    (takes && !is_quoted(rest))
        .then(|| string_behind(line, from + end))?
        .map(|(value, _)| value)
}

/// The password of `login=bob:x`, `auth: "bob:x"`.
fn pair(
    line: &str,
    at: usize,
    place: &Place,
    name: &str,
    language: Language,
) -> Option<Range<usize>> {
    const NAMES: &str = "login user auth npmauthident credentials creds userpwd basic_auth basicauth http_auth \
        proxy_auth httpauth userpass";
    let last = name.rsplit(['.', '-']).next().unwrap_or(name);
    if place.ends == Ends::Tag || !listed(NAMES, &last.to_ascii_lowercase()) {
        return None;
    }
    let value = value_at(line, at, place, language);
    let (user, secret) = line.get(value.clone())?.split_once(':')?;
    let is_user = !user.is_empty()
        && user
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-@".contains(&b));
    // An id of a group, an image, a port.
    let is_secret = secret.len() >= 6
        && secret.bytes().any(|b| b.is_ascii_digit())
        && secret.bytes().any(|b| b.is_ascii_alphabetic())
        && !secret.contains([':', '/', '$', '{', '<', HOLE])
        && matches!(
            value::classify_password(secret, user),
            ValueKind::Human | ValueKind::Random | ValueKind::Digest
        );
    (is_user && is_secret).then(|| value.end - secret.len()..value.end)
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
    let value = line.get(place.from..)?;
    let value = value
        .get(marked(value)..)?
        .trim_start_matches(['"', '\'', '\\']);
    let value = value.split(['"', '\'', ' ', '&', ';', '\\']).next()?;
    let in_tag = before.contains('<') && !before.contains('>') && is_quoted;
    // Of ODBC; a shell keeps its folder there.
    let is_setting = name.eq_ignore_ascii_case("pwd")
        && !before.ends_with(['$', '{'])
        && (in_tag || is_apparent(value) && !value.contains(['/', '$', '`']));
    // Of many files of settings, where a count may have the name.
    let is_pass = matches!(name.trim_start_matches('-'), "pass" | "pw")
        && (in_tag
            || is_apparent(value)
                && (behind.starts_with(':') && is_quoted
                    || before.is_empty()
                    || before.ends_with(['$', '&', '?', '\'', '"', '{', ' '])
                        && !before.contains("if ")
                        && !before.contains("[ ")));
    let is_option = name == "pass" && before.ends_with(',') && before.contains("user");
    // Of WildFly.
    let is_clear = name == "clear-text" && before.contains("credential");
    // Of Redis, where PHP keeps sessions.
    let is_auth = name == "auth" && before.ends_with(['?', '&']) && before.contains("tcp://");
    (is_member || is_option || is_setting || is_pass || is_clear || is_auth).then(password)
}

/// What the element around `<Value>` or the key before `<string>` calls what stands in it:
/// `<AdministratorPassword><Value>x`, `<key>password</key><string>x`.
fn parent(line: &str, place: &Place, name: &str) -> Option<SecretName> {
    if !matches!(name, "Value" | "value" | "string") {
        return None;
    }
    let before = line
        .get(..place.name.start)?
        .trim_end_matches('<')
        .trim_end();
    let called = match before.strip_suffix("</key>") {
        Some(key) => key.rsplit('>').next()?,
        None => before.strip_suffix('>')?.rsplit('<').next()?,
    };
    let called = called.split_whitespace().next()?.rsplit(':').next()?;
    (!called.starts_with('/'))
        .then(|| name::classify(called))?
        .filter(|c| c.exact)
}

/// A variable or a setting with a command that prints a secret: `RESTIC_PASSWORD_COMMAND`,
/// `BORG_PASSCOMMAND`.
pub fn teller(name: &str) -> Option<SecretName> {
    let lower = name.to_ascii_lowercase();
    let stem = ["command", "cmd"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))?;
    name::classify(stem.trim_end_matches(['_', '-', '.'])).filter(|c| c.exact)
}

/// Whether the command prints a text that stands there.
fn tells(line: &str, place: &Place) -> bool {
    let value = line.get(place.from..).unwrap_or_default();
    value
        .trim_start_matches(['"', '\'', '\\'])
        .starts_with("echo ")
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

fn password() -> SecretName {
    SecretName {
        noun: Noun::Password,
        strong: true,
        exact: true,
        words: vec!["password".to_owned()],
    }
}

fn judge(class: &SecretName, text: &str, place: &Place, is_text: bool) -> Option<ValueKind> {
    let kind = judged(class, text)?;
    (!place.spaced || is_text || !is_code(text)).then_some(kind)
}

fn judged(class: &SecretName, text: &str) -> Option<ValueKind> {
    if text.starts_with("\\$") || text.starts_with("\\\\$") {
        return None;
    }
    if text.ends_with(':') {
        return None;
    }
    // What a command prints.
    if text.trim_start_matches('\\').starts_with('`') {
        return None;
    }
    // `creds=bob:x`
    if class.noun == Noun::Credentials
        && let Some((user, secret)) = text.split_once(':')
        && !value::classify_password(secret, user).is_secret()
    {
        return None;
    }
    // A connection string, in which only a part is secret.
    let fields = text.matches('=').count();
    if text.contains(';') && fields > 1 || class.noun == Noun::Credentials && fields > 0 {
        return None;
    }
    if text.is_empty() || text.starts_with(['$', '%', '!', '&', '*', '[']) || text.contains(HOLE) {
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
    if kind == ValueKind::Human && value::is_identifier(text) {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let found = find(text, Language::Any);
        let found = found.iter().filter(|f| f.kind.is_secret());
        found.map(|f| &text[f.range.clone()]).collect()
    }

    /// A password that nobody has.
    fn password() -> String {
        ["violet", "umbrella", "9"].join("-")
    }

    #[test]
    fn where_a_value_stands_behind_its_name() {
        for text in [
            "db_password = @",
            "{\"user\": \"bob\", \"password\" : \"@\"}",
            "spring: {datasource: {password: @}}",
            "PASSWORD ||= '@'",
            "db_password := \"@\"",
            "c.App.password = u'@'",
            "export const DB_PASSWORD = `@`;",
            "db_password: str = \"@\"",
            "var dbPassword string = \"@\"",
            "password: process.env.PASSWORD || '@',",
            "db.password = ${DB_PASSWORD:@}",
            "connect(host=h, password=@)",
            "env[DB_PASSWORD] = @",
            "ds.setPassword(\"@\");",
            "builder.withPassword('@')",
            "os.environ.setdefault('DB_PASSWORD', '@')",
            "{default_pass, <<\"@\">>},",
            "<a:password type=\"text\">@</a:password>",
            "<Password><![CDATA[@]]></Password>",
            "variable \"db_password\" { default = \"@\" }",
            "remote_password @",
            "set $db_password \"@\";",
            "user bob insecure-password @",
            "login=bob:@",
            "stats auth bob:@",
            "sentinel auth-pass main @",
            "<AdministratorPassword><Value>@</Value>",
            "<AdministratorPassword>\n <Value>@</Value>",
            "<key>password</key><string>@</string>",
            "<credential-reference clear-text=\"@\"/>",
            "--set auth.password=@,image.tag=1",
            "smtp --user=bob --pass=@",
            "RESTIC_PASSWORD_COMMAND='echo @'",
            "php_admin_value[mysqli.default_pw] = @",
            "save_path = 'tcp://r:6379?auth=@'",
            "credential-reference={clear-text=@}",
            "--property user=bob:password=@:url=x",
            "enable password @",
            "neighbor 10.0.0.1 password @",
            "db::password: \"@\"",
            "remotepass = @",
            "signing { storePassword \"@\" }",
            "key k { algorithm x; secret \"@\"; };",
            "{\"password\": [\"@\"]}",
            "EXEC sp_addlogin 'bob', '@';",
            "keyring.set_password('acme', 'bob', '@')",
            "set -gx API_TOKEN @",
            "ParameterKey=DbPassword,ParameterValue=@",
            "gsub(/__DB_PASSWORD__/,\"@\")",
            "-replace 'DB_PASSWORD','@'",
            "db.getSiblingDB('admin').auth('bob','@')",
            "auth: {user: 'bob', pass: '@'}",
            "token = \"Bearer @\"",
            "new Credentials(\"a\", \"b\", \"bob\", \"@\")",
        ] {
            let text = text.replace('@', &password());
            assert!(found(&text).contains(&password().as_str()), "{text}");
            assert_eq!(found(&text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_stands_behind_a_name_and_is_no_secret() {
        for text in [
            "echo \"password=\" > /etc/app.conf",
            "conninfo = 'host=h password='\" > /etc/x",
            "connect(password=wiki_password)",
            "connect(password=foreign_key)",
            "config.pass_through = \"oauth2\"",
            "fastcgi_pass php-fpm7:9000;",
            "sed 's/admin_password = admin/admin_password = $X/'",
            "RESTIC_PASSWORD_COMMAND='pass show umbrella9'",
            "server_tokens off;",
            "$builder.getPassword(\"umbrella9\")",
            "password: process.env.PASSWORD || '',",
            "NuGetCredentials=\"Username=bob;Password=%PW%\"",
            "user=1000:1000",
            "auth: {user: 'bob', pass: true}",
            "type: show ? \"password\" : \"text9\"",
            "<db user='bob' password='true'/>",
        ] {
            assert_eq!(found(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn files_whose_lines_name_nothing() {
        for (file, text) in [
            (".pgpass", "db:5432:*:bob:@\\n"),
            ("chap-secrets", "bob * @ *"),
            ("ipsec.secrets", ": PSK \"@\""),
            ("davfs2/secrets", "https://h/dav bob @"),
            ("snmpd.conf", "createUser bob SHA \"@\" AES"),
            ("monitrc", "allow bob:@"),
            ("userlist.txt", "\"bob\" \"@\""),
            ("passwd.client", "*.acme.dev:bob:@"),
            ("jetty-realm.properties", "bob: @,admin"),
            ("local.ini", "[admins]\nbob = @"),
            ("/etc/rsyncd.secrets", "backup:@\n"),
            ("tinyproxy.conf", "Upstream http bob:@%40proxy:3128"),
            ("proxychains.conf", "socks5 10.0.0.1 1080 bob @"),
            ("nagios/resource.cfg", "$USER4$=@"),
            ("login.bteq", ".logon td/bob,@;"),
            ("/etc/openvpn/auth.txt", "bob\n@\n"),
            ("askpass.sh", "#!/bin/sh\necho \"@\""),
            ("user-data", "chpasswd:\n  list: |\n    root:@\n"),
            ("jaas.conf", "user_bob=\"@\""),
        ] {
            let text = text.replace('@', &password()).replace("%40", "@");
            let found = in_password_files(&text, file);
            let found: Vec<&str> = found.iter().map(|f| &text[f.range.clone()]).collect();
            assert_eq!(found, [password().as_str()], "{text}");
        }
    }
}
