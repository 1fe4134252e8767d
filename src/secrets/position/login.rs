//! Logins that any program takes: `-u bob -p X`, `user add bob X`, `register bob X`.

use super::input::{inputs, printed};
use super::{Input, Positioned, SPEAKERS, add, is_flag, own_words};
use crate::secrets::listed;
use crate::secrets::value::{self, ValueKind};
use crate::secrets::words::{HOLE, Line, Word, base};

/// Options with the name of a user.
fn names_user(option: &str) -> bool {
    matches!(
        option,
        "-u" | "-U" | "-user" | "-username" | "--user" | "--username" | "--login"
    )
}

/// Those with a password, of a program that has one of the others right beside.
fn takes_password(option: &str) -> bool {
    matches!(option, "-p" | "-P" | "-pw" | "-w")
}

/// The user that a command names, if it does.
pub(super) fn user(arguments: &[Word]) -> &str {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    let mut users = pairs.filter(|(flag, _)| names_user(&flag.text));
    users.next().map_or("", |(_, user)| &user.text)
}

/// The password of `app -u bob -p X`, whatever the program.
pub(super) fn by_login(line: &Line, found: &mut Vec<Positioned>) {
    let has_both = line.words.iter().any(|w| takes_password(&w.text))
        && line.words.iter().any(|w| names_user(&w.text));
    if !has_both {
        return;
    }
    for window in line.words.windows(4) {
        let [first, one, second, other] = window else {
            continue;
        };
        let password = match (first.text.as_str(), second.text.as_str()) {
            (a, b) if names_user(a) && takes_password(b) => other,
            (a, b) if takes_password(a) && names_user(b) => one,
            _ => continue,
        };
        push(line, password, 0, found);
    }
}

/// The password that a user is made with: `prosodyctl register bob acme.dev X`, `etcdctl user add bob:X`.
pub(super) fn by_registration(line: &Line, found: &mut Vec<Positioned>) {
    let makes = |text: &str| {
        matches!(
            text,
            "register"
                | "add_user"
                | "add-user"
                | "create_user"
                | "create-user"
                | "user:create"
                | "user:add"
                | "users:create"
                | "users:add"
                | "user-add"
                | "user-create"
                | "user_add"
                | "user_create"
        )
    };
    let is_noun = |text: &str| {
        matches!(
            text,
            "user" | "users" | "account" | "accounts" | "admin" | "admins"
        )
    };
    let is_verb = |text: &str| matches!(text, "add" | "create" | "register" | "new" | "passwd");
    let mut words = line.words.iter().enumerate().skip(1);
    let made = words.find(|(i, w)| {
        let before = line.words.get(i - 1).map_or("", |b| b.text.as_str());
        let command = w.text.split_once(':').map_or("", |(_, command)| command);
        makes(&w.text) || makes(command) || is_verb(&w.text) && is_noun(before)
    });
    let Some((at, _)) = made else {
        return;
    };
    let operands = line.words.get(at + 1..).unwrap_or_default();
    let Some((last, before)) = operands.split_last() else {
        return;
    };
    // The value of an option.
    if before.last().is_some_and(is_flag) || is_flag(last) {
        return;
    }
    match last.text.split_once(':') {
        Some((user, _)) if !user.is_empty() => push(line, last, user.len() + 1, found),
        _ if before.iter().any(|w| !is_flag(w)) => push(line, last, 0, found),
        _ => {}
    }
}

/// The password of `app --user bob:X`, and that of `app login … -t X`, whatever the program.
pub(super) fn by_option(line: &Line, found: &mut Vec<Positioned>) {
    let is_pair = |text: &str| {
        matches!(
            text,
            "-u" | "-U"
                | "--user"
                | "--auth"
                | "--creds"
                | "--credentials"
                | "--cred"
                | "--auth-cred"
                | "-id"
                | "--login"
                | "--proxy-user"
                | "--basic-auth"
                | "--auth-params"
                | "-auth"
                | "-credentials"
        )
    };
    let is_token = |text: &str| matches!(text, "-t" | "-k" | "-p" | "-w" | "-a");
    let is_login = |w: &Word| matches!(w.text.as_str(), "login" | "signin" | "authenticate");
    let at = line.words.iter().position(is_login);
    for (i, (flag, next)) in line.words.iter().zip(line.words.iter().skip(1)).enumerate() {
        if !flag.text.starts_with('-') {
            continue;
        }
        if let Some((name, value)) = flag.text.split_once('=') {
            if is_pair(name)
                && let Some((user, _)) = value.split_once(':')
            {
                push(line, flag, name.len() + 1 + user.len() + 1, found);
            }
        } else if is_pair(&flag.text) {
            if let Some((user, _)) = next.text.split_once(':') {
                push(line, next, user.len() + 1, found);
            }
        } else if at.is_some_and(|at| at < i) && is_token(&flag.text) {
            push(line, next, 0, found);
        }
    }
    if let Some(last) = line.words.last()
        && let Some((name, value)) = last.text.split_once('=')
        && is_pair(name)
        && let Some((user, _)) = value.split_once(':')
    {
        push(line, last, name.len() + 1 + user.len() + 1, found);
    }
}

/// The password that a program reads which says so by its name, a command or an option:
/// `vmq-passwd bob <<< X`, `echo X | app login bob`.
pub(super) fn by_reading(line: &Line, lines: &[Line], found: &mut Vec<Positioned>) {
    let asks = |w: &Word| {
        let text = w.text.to_ascii_lowercase();
        matches!(
            &*text,
            "su" | "login" | "signin" | "--password" | "-password"
        ) || text.ends_with("passwd") && !text.contains('/')
            || text.contains("password")
                && !text.starts_with('-')
                && !text.contains(['/', '.', '='])
    };
    let Some(before) = line
        .piped
        .and_then(|p| lines.get(p))
        .map(Some)
        .or_else(|| line.stdin.is_some().then_some(None))
    else {
        return;
    };
    let program = own_words(line).next().map_or("", |w| base(&w.text));
    let speaks = listed("cat tee grep sed awk cut tr sort sh bash", program);
    if speaks || !line.words.iter().take(6).any(asks) {
        return;
    }
    let given = match (before, &line.stdin) {
        (Some(before), _) => printed(before, lines),
        (None, stdin) => stdin.clone(),
    };
    let Some(text) = given.filter(|w| w.text.lines().count() <= 3) else {
        return;
    };
    inputs(Input::Password, false, &text, &mut |word, part, _| {
        push(line, &word.part(part), 0, found);
    });
}

/// Adds the rest of a word, if it looks like a password where nothing else says so.
fn push(line: &Line, word: &Word, start: usize, found: &mut Vec<Positioned>) {
    let program = own_words(line).find(|w| !is_flag(w));
    let program = program.map_or("", |w| base(&w.text));
    let secret = word.text.get(start..).unwrap_or_default();
    let has = |f: fn(&u8) -> bool| secret.bytes().any(|b| f(&b));
    let is_apparent = secret.len() >= 8
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && !secret.contains(['/', ':', '=', '.', ',', '@', ' ', HOLE]);
    if listed(SPEAKERS, program) || !is_apparent {
        return;
    }
    // `web-1`, `app2024`: names have numbers too.
    let is_name = secret
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .bytes()
        .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
    let kind = value::classify_password(secret, "");
    // `5b1e4c3e-…`: what a tenant is called.
    let is_id = secret.len() == 36 && secret.matches('-').count() == 4;
    if is_id || is_name || !matches!(kind, ValueKind::Human | ValueKind::Random) {
        return;
    }
    add(
        found,
        Positioned::of(program, word, start..word.text.len(), kind),
    );
}

#[cfg(test)]
mod tests {
    use super::super::find;

    /// A password that nobody has.
    fn password() -> String {
        ["Violet", "umbrella", "9"].concat()
    }

    #[test]
    fn logins_of_any_program() {
        for text in [
            "npx tool login -u bob -p @",
            "tool --user bob -pw @ run",
            "tool -p @ -u bob",
            "prosodyctl register bob acme.dev @",
            "tool user add bob:@",
            "bin/console user:create bob @",
            "tool admin user add main bob @",
            "tool --auth-cred=bob:@ x",
            "tool image pull --user bob:@ x",
            "tool cloud login -k @",
            "vmq-passwd -c /p bob <<< @",
            "echo '@' | tool login bob",
            "manage.py changepassword bob <<< '@'",
            "bin/console fos:user:create bob b@acme.dev @",
        ] {
            let text = text.replace('@', &password());
            let found = find(&text, &|_| None);
            let found: Vec<&str> = found.iter().map(|f| &text[f.range.clone()]).collect();
            assert_eq!(found, [password().as_str()], "{text}");
        }
    }

    #[test]
    fn what_is_no_login() {
        for text in [
            "docker run -u node -p 8080:80 image",
            "docker run -u 1000 -p 3000 image",
            "sudo -u bob mkdir -p Releases2024x",
            "install -d -u bob -p /srv/Data01x",
            "tool user add bob",
            "tool user add --role Admin2024x",
            "tool user add bob --role Admin2024x",
            "tool register web web-frontend2",
            "grep -u bob -p Violetumbrella9 x",
            "tool -u bob -p $PASSWORD9x",
            "docker run --user 1000:1000 image",
            "docker run --user app:app2024 image",
            "az login -t 5b1e4c3e-aaaa-4bbb-8ccc-0123456789ab",
            "tool login -p profile2024",
            "cat /run/x | tool login",
            "echo Violetumbrella9 | grep password",
            "echo 'psql -c x9' | su - postgres",
        ] {
            assert_eq!(find(text, &|_| None), [], "{text}");
        }
    }

    #[test]
    fn a_password_that_is_the_users_name_is_guessed() {
        let found = find("cypher-shell -u neo4j -p neo4j", &|_| None);
        assert!(found.iter().all(|f| !f.kind.is_secret()));
    }
}
