//! Logins that any program takes: `-u bob -p X`, `user add bob X`, `register bob X`.

use super::{Positioned, SPEAKERS, add, is_flag, own_words};
use crate::secrets::listed;
use crate::secrets::value::{self, ValueKind};
use crate::secrets::words::{HOLE, Line, Word, base};

/// Options with the name of a user.
const USERS: &str = "-u -U -user -username --user --username --login";

/// Those with a password, of a program that has one of the others right beside.
const PASSWORDS: &str = "-p -P -pw -w";

/// The user that a command names, if it does.
pub(super) fn user(arguments: &[Word]) -> &str {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    let mut users = pairs.filter(|(flag, _)| listed(USERS, &flag.text));
    users.next().map_or("", |(_, user)| &user.text)
}

/// The password of `app -u bob -p X`, whatever the program.
pub(super) fn by_login(line: &Line, found: &mut Vec<Positioned>) {
    let has_both = line.words.iter().any(|w| listed(PASSWORDS, &w.text))
        && line.words.iter().any(|w| listed(USERS, &w.text));
    if !has_both {
        return;
    }
    for window in line.words.windows(4) {
        let [first, one, second, other] = window else {
            continue;
        };
        let password = match (first.text.as_str(), second.text.as_str()) {
            (a, b) if listed(USERS, a) && listed(PASSWORDS, b) => other,
            (a, b) if listed(PASSWORDS, a) && listed(USERS, b) => one,
            _ => continue,
        };
        push(line, password, 0, found);
    }
}

/// The password that a user is made with: `prosodyctl register bob acme.dev X`, `etcdctl user add bob:X`.
pub(super) fn by_registration(line: &Line, found: &mut Vec<Positioned>) {
    const MAKES: &str = "register add_user add-user create_user create-user user:create user:add \
        users:create users:add user-add user-create user_add user_create";
    const NOUNS: &str = "user users account accounts";
    const VERBS: &str = "add create register new passwd";
    let mut words = line.words.iter().enumerate().skip(1);
    let made = words.find(|(i, w)| {
        let before = line.words.get(i - 1).map_or("", |b| b.text.as_str());
        listed(MAKES, &w.text) || listed(VERBS, &w.text) && listed(NOUNS, before)
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

/// Adds the rest of a word, if it looks like a password where nothing else says so.
fn push(line: &Line, word: &Word, start: usize, found: &mut Vec<Positioned>) {
    let program = own_words(line).next().map_or("", |w| base(&w.text));
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
    if is_name || !matches!(kind, ValueKind::Human | ValueKind::Random) {
        return;
    }
    add(
        found,
        Positioned {
            program: program.to_owned(),
            range: word.place(start..word.text.len()),
            secret: secret.to_owned(),
            kind,
            expanded: word.expanded,
        },
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
