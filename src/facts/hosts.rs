//! Addresses in words, and the servers that are known to be gone.

use std::ops::Range;

use crate::date::Date;
use crate::text::matches_wildcard;

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
    /// The releases of distributions for which it is gone, with all later ones; none: for all.
    pub releases: &'static [(&'static str, &'static str)],
    /// How the packages begin that came from it alone.
    pub packages: &'static [&'static str],
    since: Date,
    /// What happened, as the end of a message.
    pub what: &'static str,
    /// What to use instead, in words.
    pub instead: &'static str,
}

/// Addresses that a server answers with another one, which is to be asked instead.
#[derive(Debug)]
pub struct Redirect {
    /// The address, `*` for anything.
    address: &'static str,
    since: Option<Date>,
    /// Where it leads.
    pub to: &'static str,
}

/// Addresses of files that go when the next version comes.
#[derive(Debug)]
pub struct Vanishing {
    address: &'static str,
    /// What says in a file that another place is known too.
    pub unless: &'static [&'static str],
    /// What the server has, as the end of a message.
    pub keeps: &'static str,
    /// What to do, in words.
    pub instead: &'static str,
}

/// A repository of packages, or a server of scripts that set one up.
struct Repository {
    host: &'static str,
    /// How its packages begin.
    packages: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/hosts.rs"));

/// Where the answer to an address leads on a day, if it is known to be another address.
pub fn redirect(address: &str, as_of: Date) -> Option<&'static Redirect> {
    REDIRECTS.iter().find(|redirect| {
        redirect.since.is_none_or(|since| since <= as_of)
            && matches_wildcard(redirect.address, address)
    })
}

/// The first address in a text, without its scheme, whose file goes when the next version comes, and what
/// is known of its server.
pub fn vanishing(text: &str) -> Option<(&str, &'static Vanishing)> {
    let addresses = text.split("://").skip(1);
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | ';' | '|' | '`');
    addresses.into_iter().find_map(|rest| {
        let address = rest.split(ends).next().unwrap_or_default();
        let mut known = VANISHING.iter();
        let found = known.find(|v| matches_wildcard(v.address, address))?;
        Some((address, found))
    })
}

/// Whether all addresses in a text, of which there is one at least, are those of repositories that have
/// none of some packages.
pub(super) fn has_none_of(text: &str, packages: &[&str]) -> bool {
    let mut addresses = text.split("://").skip(1).peekable();
    addresses.peek().is_some()
        && addresses.all(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')));
            let host = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            let known = REPOSITORIES.iter().find(|known| known.host == host);
            let may_have = |package: &str| {
                known.is_some_and(|known| known.packages.iter().any(|p| package.starts_with(p)))
            };
            known.is_some() && !packages.iter().any(|p| may_have(p))
        })
}

/// Whether a text names sources without an address: a PPA, or a component of the distribution.
pub(super) fn is_of_ppa(text: &str) -> bool {
    let components = ["ppa:", "universe", "multiverse", "contrib", "non-free"];
    components.iter().any(|word| text.contains(word))
}

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
    fn repositories_have_packages_of_their_own() {
        let node = "curl -sL https://deb.nodesource.com/setup_22.x | bash -";
        for (text, packages, expected) in [
            (node, &["python"][..], true),
            (node, &["python", "nodejs"], false),
            (
                "curl https://example.com/setup.sh | bash",
                &["python"],
                false,
            ),
            (
                &format!("{node} && curl https://example.com/x | sh"),
                &["python"],
                false,
            ),
            ("sed -i s/a/b/ /etc/apt/sources.list", &["python"], false),
            ("curl https://$HOST/setup.sh | bash", &["python"], false),
        ] {
            assert_eq!(has_none_of(text, packages), expected, "{text}");
        }
        assert!(is_of_ppa("add-apt-repository ppa:a/b"));
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
