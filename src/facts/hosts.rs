//! Addresses in words, and the servers that are known to be gone.

use std::ops::Range;

use crate::date::Date;

/// A server that no longer gives what files fetch from it.
#[derive(Debug)]
pub struct DeadHost {
    host: &'static str,
    /// Whether the names below it are not meant.
    exact: bool,
    /// Only what lies below this path.
    path: &'static str,
    /// Only this way to ask.
    scheme: Option<&'static str>,
    /// Only what this program fetches.
    program: Option<&'static str>,
    /// Whether what names it goes well, and only what needs it later fails.
    pub later: bool,
    since: Date,
    /// What happened, as the end of a message.
    pub what: &'static str,
    /// What to use instead, in words.
    pub instead: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/hosts.rs"));

/// A dead server that a text names, and where.
#[derive(Debug)]
pub struct Found {
    /// What is known of it.
    pub host: &'static DeadHost,
    /// The name in the text.
    pub range: Range<usize>,
}

/// The servers in a text that are gone by a day, for a program that fetches from them.
pub fn dead_hosts(text: &str, program: &str, as_of: Date) -> Vec<Found> {
    let mut found = Vec::new();
    if !text.contains('.') && !text.starts_with("ppa:") {
        return found;
    }
    for (start, end) in names(text) {
        let name = text.get(start..end).unwrap_or_default();
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        // `ppa:owner/name` stands for a path of its server.
        let ppa = before.is_empty() && name.starts_with("ppa:");
        let found_here = HOSTS.iter().find(|dead| {
            let named = if ppa {
                let path = dead.path.strip_prefix('/').unwrap_or_default();
                let rest = name.get(4..).unwrap_or_default();
                return dead.host == "ppa.launchpad.net"
                    && dead.since <= as_of
                    && format!("{rest}{after}") == path;
            } else {
                let below = name.strip_suffix(dead.host);
                below.is_some_and(|b| b.is_empty() || !dead.exact && b.ends_with('.'))
            };
            named
                && dead.since <= as_of
                && rest_of_host(after).starts_with(dead.path)
                && dead.program.is_none_or(|only| only == program)
                && dead.scheme.is_none_or(|scheme| has_scheme(before, scheme))
        });
        if let Some(host) = found_here {
            let end = if ppa { text.len() } else { end };
            found.push(Found {
                host,
                range: start..end,
            });
        }
    }
    found
}

/// What follows the host in an address, without a port.
fn rest_of_host(after: &str) -> &str {
    match after.strip_prefix(':') {
        Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => after,
    }
}

/// Whether an address of that scheme begins before its host: `git+https://` is one of `https`.
fn has_scheme(before: &str, scheme: &str) -> bool {
    let Some(before) = before.strip_suffix("://") else {
        return false;
    };
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric());
    before.get(start.map_or(0, |at| at + 1)..) == Some(scheme)
}

/// The runs of a text that may be host names, or `ppa:` with an owner.
fn names(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            let start = at + rest.find(is_part)?;
            let tail = text.get(start..)?;
            let mut length = tail.find(|c| !is_part(c)).unwrap_or(tail.len());
            if start == 0 && tail.starts_with("ppa:") {
                let owner = tail.get(4..)?;
                length = 4 + owner.find('/').unwrap_or(owner.len());
            }
            at = start + length;
            let name = tail.get(..length)?;
            if name.contains('.') || name.starts_with("ppa:") {
                return Some((start, at));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(text: &str, program: &str, day: Date) -> Vec<String> {
        dead_hosts(text, program, day)
            .into_iter()
            .map(|found| text[found.range].to_owned())
            .collect()
    }

    #[test]
    fn servers_are_found_by_name_path_scheme_and_day() {
        let today = Date::new(2026, 11, 21);
        for (text, program, expected) in [
            (
                "https://dl.bintray.com/sbt/debian",
                "curl",
                "dl.bintray.com",
            ),
            (
                "ha.pool.sks-keyservers.net",
                "gpg",
                "ha.pool.sks-keyservers.net",
            ),
            (
                "hkp://p80.pool.sks-keyservers.net:80",
                "gpg",
                "p80.pool.sks-keyservers.net",
            ),
            ("git://github.com/a/b.git", "git", "github.com"),
            ("git+git://github.com/a/b.git#egg=b", "pip", "github.com"),
            ("https://github.com/a/b.git", "git", ""),
            ("git+https://github.com/a/b.git", "pip", ""),
            (
                "http://repo1.maven.org:80/maven2/x",
                "wget",
                "repo1.maven.org",
            ),
            ("https://repo1.maven.org/maven2/x", "wget", ""),
            ("https://bitbucket.org/a/b", "hg", "bitbucket.org"),
            ("https://bitbucket.org/a/b", "git", ""),
            ("https://jcenter.bintray.com/x", "curl", ""),
            (
                "http://geolite.maxmind.com/download/x.gz",
                "wget",
                "geolite.maxmind.com",
            ),
            ("http://geolite.maxmind.com/app", "wget", ""),
            (
                "ppa:webupd8team/java",
                "add-apt-repository",
                "ppa:webupd8team/java",
            ),
            ("ppa:webupd8team/atom", "add-apt-repository", ""),
            (
                "deb http://ppa.launchpad.net/webupd8team/java/ubuntu trusty main",
                "echo",
                "ppa.launchpad.net",
            ),
            ("notdl.bintray.com", "curl", ""),
        ] {
            assert_eq!(dead(text, program, today).join(" "), expected, "{text}");
        }
        let before = Date::new(2021, 4, 30);
        assert!(dead("https://dl.bintray.com/x", "curl", before).is_empty());
    }
}
