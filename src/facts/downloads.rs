//! Addresses among the words of shell commands, and what a script does with what they give.

use super::{Facts, Node};
use crate::images::HIDDEN;
use crate::path::file_name;
use crate::shell::{Command, Script, Word, WordPart};
use crate::span::Span;

/// An address among the words of a command.
#[derive(Debug, Clone)]
pub struct Address {
    /// The scheme in lower case: `https`.
    pub scheme: String,
    /// The host; `None` if a variable hides it.
    pub host: Option<String>,
    /// The address, [`HIDDEN`] for what is not known.
    pub text: String,
    /// The word it stands in.
    pub span: Span,
}

impl Address {
    /// Reads an address that a text holds.
    pub fn in_text(text: &str, span: Span) -> Option<Self> {
        let at = text.find("://")?;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || c == '+';
        let from = text
            .get(..at)?
            .rfind(|c: char| !is_scheme(c))
            .map_or(0, |i| i + 1);
        let scheme = text.get(from..at)?.to_ascii_lowercase();
        let rest = text.get(at + 3..)?;
        let end = rest
            .find(['/', '?', '#', '"', '\'', ' '])
            .unwrap_or(rest.len());
        let host = rest.get(..end)?;
        let host = host.rsplit('@').next().unwrap_or(host);
        let host = host.split(':').next().unwrap_or(host);
        let known = !host.is_empty() && !host.contains(HIDDEN);
        Some(Self {
            scheme,
            host: known.then(|| host.to_ascii_lowercase()),
            text: text.get(from..)?.trim_matches(['"', '\'']).to_owned(),
            span,
        })
    }

    /// Whether it is this machine or one of a private network, where nobody else is on the way.
    pub fn is_near(&self) -> bool {
        let Some(host) = &self.host else {
            return false;
        };
        let private = host.split_once('.').is_some_and(|(first, rest)| {
            let second = rest.split('.').next().and_then(|n| n.parse::<u8>().ok());
            let numeric = host.split('.').all(|part| part.parse::<u8>().is_ok());
            numeric
                && match (first, second) {
                    ("10" | "127", _) | ("192", Some(168)) | ("169", Some(254)) => true,
                    ("172", Some(second)) => (16..32).contains(&second),
                    ("0", _) => true,
                    _ => false,
                }
        });
        let inner = [".local", ".localhost", ".internal", ".lan", ".svc"];
        private || !host.contains('.') || inner.iter().any(|end| host.ends_with(end))
    }

    /// The path behind the host, without query.
    pub fn path(&self) -> &str {
        let rest = self.text.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest
            .find('/')
            .and_then(|i| rest.get(i..))
            .unwrap_or_default();
        path.split(['?', '#']).next().unwrap_or_default()
    }
}

/// Whether a path names a program, a package or an archive, by its ending.
pub fn holds_code(path: &str) -> bool {
    const ENDINGS: [&str; 36] = [
        "7z", "apk", "appimage", "bash", "bin", "bz2", "cab", "cmd", "deb", "dll", "dmg", "egg",
        "exe", "gem", "gz", "jar", "js", "lz", "msi", "phar", "php", "pl", "ps1", "py", "rb",
        "rpm", "run", "sh", "so", "tar", "tbz", "tbz2", "tgz", "txz", "war", "whl",
    ];
    let name = file_name(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ENDINGS.contains(&ending) || matches!(ending, "xz" | "zip" | "zst" | "git")
}

/// Whether a command fetches what its addresses name.
pub fn is_fetcher(command: &Command) -> bool {
    matches!(
        command.name.as_str(),
        "curl" | "wget" | "wget2" | "aria2c" | "axel" | "fetch" | "lftp" | "http" | "lwp-download"
    )
}

/// Whether a command unpacks, installs or starts what it is given.
fn uses_code(command: &Command) -> bool {
    match command.name.as_str() {
        "tar" | "bsdtar" | "unzip" | "gunzip" | "gzip" | "bunzip2" | "unxz" | "xz" | "cpio"
        | "7z" | "dpkg" | "rpm" | "gdebi" | "install" | "sh" | "bash" | "dash" | "ash" | "zsh"
        | "java" | "php" | "perl" | "ruby" | "node" | "installer" | "msiexec" | "dpkg-deb"
        | "alien" | "patch" => true,
        "apt-get" | "apt" | "yum" | "dnf" | "microdnf" | "tdnf" | "zypper" | "apk" | "pip"
        | "pip3" | "gem" | "npm" => command
            .literal_args()
            .any(|a| matches!(a, "install" | "add" | "localinstall" | "in" | "-i")),
        "chmod" => command
            .literal_args()
            .any(|a| a.contains('x') || a.starts_with('7') || a.starts_with("07")),
        name => name.starts_with("python"),
    }
}

impl Facts<'_> {
    /// The text of a shell word with the variables that the build knows, [`HIDDEN`] for others.
    pub fn shell_word(&self, node: &Node<'_>, word: &Word) -> String {
        if let Some(text) = word.literal() {
            return text.to_owned();
        }
        let mut text = String::new();
        for part in &word.parts {
            match part {
                WordPart::Literal { text: piece, .. } => text.push_str(piece),
                WordPart::Variable {
                    name,
                    modified: false,
                    ..
                } => {
                    let set_here = node
                        .commands()
                        .iter()
                        .flat_map(|c| &c.assignments)
                        .any(|a| a.name == *name);
                    match self.value_of(node.index, name).filter(|_| !set_here) {
                        Some(value) => text.push_str(&value),
                        None => text.push(HIDDEN),
                    }
                }
                _ => text.push(HIDDEN),
            }
        }
        text
    }

    /// The addresses among the words of a command.
    pub fn addresses(&self, node: &Node<'_>, command: &Command) -> Vec<Address> {
        let may = |w: &&Word| w.raw.contains("://") || w.raw.contains('$');
        let words = command.args().iter().filter(may);
        words
            .filter_map(|word| Address::in_text(&self.shell_word(node, word), word.span))
            .collect()
    }

    /// The file that a fetching command writes, by its last part: what its options or a
    /// redirection say, else the last part of the address. Nothing if it writes to its output.
    pub fn fetched_file(
        &self,
        node: &Node<'_>,
        command: &Command,
        from: &Address,
    ) -> Option<String> {
        let redirected = command.redirects.iter().rev().find_map(|r| {
            use crate::shell::RedirectKind::{Append, Clobber, Output};
            let writes = matches!(r.kind, Output | Append | Clobber);
            (writes && r.fd.is_none_or(|fd| fd == 1)).then(|| self.shell_word(node, &r.target))
        });
        let names: &[&str] = match command.name.as_str() {
            "curl" => &["-o", "--output"],
            "wget" | "wget2" => &["-O", "--output-document"],
            "aria2c" | "axel" | "fetch" => &["-o", "--out", "--output"],
            _ => &[],
        };
        let mut words = command.args().iter();
        let mut named = None;
        while let Some(word) = words.next() {
            let text = self.shell_word(node, word);
            for name in names {
                let cluster = name.len() == 2
                    && text.starts_with('-')
                    && !text.starts_with("--")
                    && text.ends_with(name.trim_start_matches('-'));
                if text == *name || cluster {
                    named = words.clone().next().map(|w| self.shell_word(node, w));
                } else if let Some(value) = text.strip_prefix(name)
                    && (name.len() == 2 || value.starts_with('='))
                {
                    named = Some(value.trim_start_matches('=').to_owned());
                }
            }
        }
        let path = match (named, redirected) {
            (Some(dash), redirected) if dash == "-" || dash == "/dev/stdout" => redirected?,
            (Some(named), _) => named,
            (None, Some(redirected)) => redirected,
            (None, None) if command.name == "curl" => {
                if !command.has_any_flag(&["-O", "--remote-name", "--remote-name-all"]) {
                    return None;
                }
                from.path().to_owned()
            }
            (None, None) => from.path().to_owned(),
        };
        Some(path)
    }

    /// Whether a script unpacks, installs or runs what a command of it or of one before fetched:
    /// in the same pipeline, or the file by its name.
    pub fn uses_download(
        &self,
        node: &Node<'_>,
        script: &Script,
        fetched: Option<(usize, &Command)>,
        file: Option<&str>,
    ) -> bool {
        if let Some((_, command)) = fetched
            && let Some((pipeline, part)) = command.pipeline
        {
            let behind = script
                .pipelines
                .get(pipeline)
                .and_then(|p| p.parts.get(part + 1..))
                .unwrap_or_default();
            let mut commands = behind.iter().flat_map(|p| script.slice(p.commands.clone()));
            return commands.any(uses_code);
        }
        let Some(file) = file else {
            return false;
        };
        let name = file_name(file);
        if name.is_empty() {
            return false;
        }
        let first = fetched.map_or(0, |(index, _)| index + 1);
        let commands = script.commands.get(first..).unwrap_or_default();
        commands.iter().any(|command| {
            let names = |w: &Word| self.shell_word(node, w).contains(name);
            let started = command.words.first().is_some_and(names);
            started || uses_code(command) && command.args().iter().any(names)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_and_a_host() {
        let read = |text: &str| {
            let address = Address::in_text(text, Span::at(0)).unwrap();
            (
                address.scheme.clone(),
                address.host.clone(),
                address.is_near(),
            )
        };
        let host = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("http://a.org/x"),
            ("http".into(), host("a.org"), false)
        );
        assert_eq!(
            read("--url=FTP://u:p@A.org:21/x"),
            ("ftp".into(), host("a.org"), false)
        );
        assert_eq!(
            read("http://localhost:80"),
            ("http".into(), host("localhost"), true)
        );
        assert_eq!(
            read("http://10.0.0.1/x"),
            ("http".into(), host("10.0.0.1"), true)
        );
        assert_eq!(
            read("http://10.example.org/x"),
            ("http".into(), host("10.example.org"), false)
        );
        assert_eq!(
            read(&format!("http://{HIDDEN}/x")),
            ("http".into(), None, false)
        );
    }
}
