//! Configuration that lies elsewhere: at an address, pinned by its digest, or in a git repository, at
//! a revision. Both are fetched by the programs that the machine has for it, `curl` and `git`: they
//! know its proxies, certificates and credentials, and dlint stays without a TLS stack of its own.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::error::{Problem, reason};
use super::load::MAX_BYTES;
use crate::context::disk;
use crate::digest;

/// How long a program may take to fetch a file.
const LIMIT: Duration = Duration::from_secs(120);
/// The environment of a git hook speaks of the repository that dlint is run in, not of this one.
const HOOK_VARIABLES: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// What a text in `extends` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// A path.
    Path,
    /// An address and the digest of what it gives.
    Address {
        /// Without the digest.
        url: String,
        /// In lower case.
        sha256: String,
    },
    /// A file of a git repository.
    Git(GitFile),
}

/// A file of a git repository at a revision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct GitFile {
    /// An address, or the path of a checkout.
    pub repository: String,
    /// The file, from the root of the repository.
    pub path: String,
    /// A branch, a tag or a commit; of a repository at an address, a commit.
    pub revision: String,
}

impl fmt::Display for GitFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (repository, path, revision) = (&self.repository, &self.path, &self.revision);
        write!(f, "git::{repository}//{path}?ref={revision}")
    }
}

impl GitFile {
    /// Whether it has to be fetched.
    pub fn is_remote(&self) -> bool {
        self.repository.contains("://")
    }

    /// Another file of the same repository at the same revision, named from beside this one.
    pub fn beside(&self, name: &str) -> Option<Self> {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let joined = Path::new(folder).join(name);
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.components() {
            match part {
                Component::Normal(name) => parts.push(name.to_str()?),
                Component::CurDir => {}
                Component::ParentDir => drop(parts.pop()?),
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(Self {
            path: parts.join("/"),
            ..self.clone()
        })
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Path => Ok(()),
            Location::Address { url, .. } => f.write_str(url),
            Location::Git(file) => file.fmt(f),
        }
    }
}

/// Why a text names nothing: the reason and what to write.
type Wrong = (String, Option<String>);

fn wrong(reason: &str, help: &str) -> Wrong {
    (reason.to_owned(), Some(help.to_owned()))
}

fn is_digits(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether an address is on the machine itself, where nobody listens in between.
fn is_loopback(url: &str) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or_default();
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    ["localhost", "127.0.0.1", "::1"].contains(&host)
}

fn has_credentials(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    // `ssh://git@host` has a user and no password.
    user.is_some_and(|user| user.contains(':') || !url.starts_with("ssh://"))
}

impl Location {
    /// Reads what stands in `extends`.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        if let Some(rest) = text.strip_prefix("git::") {
            return Self::git(rest);
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Location::Path);
        };
        match scheme {
            "oci" => Err(wrong(
                "policies in registries come with the registry client, which this version lacks",
                "publish the file at `https://…#sha256=…`, or in a git repository: \
                 `git::https://…//policy.toml?ref=<commit>`",
            )),
            "https" | "http" => Self::address(text),
            _ => Err(wrong(
                &format!("`{scheme}://` is no way to fetch a configuration"),
                "write a path, `https://…#sha256=…` or `git::…//policy.toml?ref=…`",
            )),
        }
    }

    fn address(text: &str) -> Result<Self, Wrong> {
        let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
        if has_credentials(url) {
            return Err(wrong(
                "an address in a configuration has no place for credentials",
                "put them into `~/.netrc`, which curl reads",
            ));
        }
        if !url.starts_with("https://") && !is_loopback(url) {
            return Err(wrong(
                "it is not fetched over plain HTTP",
                "write `https://…`",
            ));
        }
        let digest = fragment.strip_prefix("sha256=").unwrap_or_default();
        if !is_digits(digest, &[64]) {
            return Err(wrong(
                "what an address gives may change: it has to be pinned by its digest",
                "write `https://…#sha256=` and the 64 digits that `sha256sum` prints for the file",
            ));
        }
        Ok(Location::Address {
            url: url.to_owned(),
            sha256: digest.to_ascii_lowercase(),
        })
    }

    fn git(text: &str) -> Result<Self, Wrong> {
        const SPELLING: &str = "write `git::<repository>//<path of the file>?ref=<revision>`";
        let (rest, query) = text.split_once('?').unwrap_or((text, ""));
        let start = rest.find("://").map_or(0, |at| at + 3);
        let split = rest.get(start..).and_then(|rest| rest.find("//"));
        let parts = split.and_then(|at| {
            let (repository, path) = rest.split_at_checked(start + at)?;
            Some((repository, path.trim_start_matches('/')))
        });
        let revision = query.split('&').find_map(|q| q.strip_prefix("ref="));
        let (Some((repository, path)), Some(revision)) = (parts, revision) else {
            return Err(wrong("repository, path and revision are needed", SPELLING));
        };
        let is_revision = !revision.is_empty()
            && !revision.starts_with('-')
            && !revision.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':');
        if !is_revision || path.is_empty() || repository.is_empty() || repository.starts_with('-') {
            return Err(wrong("repository, path and revision are needed", SPELLING));
        }
        if has_credentials(repository) {
            return Err(wrong(
                "an address in a configuration has no place for credentials",
                "leave them to git's credential helper",
            ));
        }
        let file = GitFile {
            repository: repository.to_owned(),
            path: path.to_owned(),
            revision: revision.to_owned(),
        };
        if let Some((scheme, _)) = repository.split_once("://") {
            if !matches!(scheme, "https" | "ssh") && !is_loopback(repository) {
                return Err(wrong(
                    &format!("nothing is fetched over `{scheme}://`"),
                    "write `git::https://…` or `git::ssh://…`, or the path of a checkout",
                ));
            }
            if !is_digits(revision, &[40, 64]) {
                return Err(wrong(
                    "a branch or a tag may move: it has to be pinned by a commit",
                    "write `?ref=` and all digits of the commit",
                ));
            }
        }
        Ok(Location::Git(file))
    }
}

/// How what lies elsewhere is got.
#[derive(Debug, Clone, Default)]
pub struct Remote {
    /// Whether the network may be used.
    online: bool,
    /// Where what was fetched is kept.
    cache: Option<PathBuf>,
}

impl Remote {
    /// As the user of this machine has it.
    pub fn of_user(online: bool) -> Self {
        Self {
            online,
            cache: cache_folder().map(|folder| folder.join("policies")),
        }
    }

    /// The bytes of a file that is not on this machine, or not as a file.
    pub(super) fn read(&self, location: &Location) -> Result<Vec<u8>, Wrong> {
        match location {
            Location::Path => Err(("it is a path".to_owned(), None)),
            Location::Address { url, sha256 } => self.address(url, sha256),
            Location::Git(file) if file.is_remote() => {
                let key = sha256_of(file.to_string().as_bytes());
                self.cached(
                    &format!("git-{key}"),
                    |_| true,
                    || {
                        let cache = self.cache.as_deref();
                        fetch_git(file, cache.unwrap_or(&std::env::temp_dir()))
                    },
                )
            }
            Location::Git(file) => {
                let folder = Path::new(&file.repository);
                git_blob(folder, file, "none").map_err(|e| (e, None))
            }
        }
    }

    fn address(&self, url: &str, sha256: &str) -> Result<Vec<u8>, Wrong> {
        let fits = |bytes: &[u8]| sha256_of(bytes) == sha256;
        self.cached(&format!("sha256-{sha256}"), fits, || {
            let bytes = curl(url)?;
            match sha256_of(&bytes) {
                found if found == sha256 => Ok(bytes),
                found => Err(wrong(
                    "what it gives has another digest",
                    &format!("look at what changed; now it is `#sha256={found}`"),
                )),
            }
        })
    }

    /// What is kept under a name, else what `fetch` brings, which is kept then.
    fn cached(
        &self,
        name: &str,
        fits: impl Fn(&[u8]) -> bool,
        fetch: impl Fn() -> Result<Vec<u8>, Wrong>,
    ) -> Result<Vec<u8>, Wrong> {
        let place = self.cache.as_ref().map(|cache| cache.join(name));
        let kept = place
            .as_ref()
            .and_then(|place| disk::read_regular(place, MAX_BYTES).ok());
        if let Some(bytes) = kept.filter(|bytes| fits(bytes)) {
            return Ok(bytes);
        }
        if !self.online {
            let help = match &self.cache {
                Some(cache) => {
                    let cache = cache.display();
                    format!("run dlint once with `--online`; the file is kept in {cache}")
                }
                None => "run dlint with `--online`".to_owned(),
            };
            let reason = "it was not fetched yet, and nothing is without `--online`";
            return Err(wrong(reason, &help));
        }
        let bytes = fetch()?;
        // A cache that cannot be written costs time only.
        if let Some(place) = place {
            let _ = keep(&place, &bytes);
        }
        Ok(bytes)
    }
}

/// Writes a file of the cache, whole or not at all.
fn keep(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let new = place.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&new, bytes)?;
    std::fs::rename(&new, place).inspect_err(|_| drop(std::fs::remove_file(&new)))
}

/// The folder in which dlint keeps what can be fetched or worked out again.
pub fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| {
        let value = std::env::var_os(name).filter(|v| !v.is_empty())?;
        Some(PathBuf::from(value)).filter(|path| path.is_absolute())
    };
    let home = |below: &str| variable("HOME").map(|home| home.join(below));
    variable("DLINT_CACHE_DIR").or_else(|| {
        let all = if cfg!(windows) {
            variable("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home("Library/Caches")
        } else {
            variable("XDG_CACHE_HOME").or_else(|| home(".cache"))
        };
        all.map(|all| all.join("dlint"))
    })
}

/// The SHA-256 of bytes in lower case.
fn sha256_of(bytes: &[u8]) -> String {
    digest::hexadecimal(&digest::of(bytes))
}

/// Fetches a file over HTTPS.
fn curl(url: &str) -> Result<Vec<u8>, Wrong> {
    let protocols = if is_loopback(url) {
        "=http,https"
    } else {
        "=https"
    };
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--fail",
        "--location",
        "--netrc-optional",
    ])
    .args([
        "--max-redirs",
        "5",
        "--connect-timeout",
        "15",
        "--max-time",
        "60",
    ])
    .args(["--proto", protocols, "--proto-redir", protocols])
    .args(["--max-filesize", &MAX_BYTES.to_string()])
    .args(["--user-agent", concat!("dlint/", env!("CARGO_PKG_VERSION"))])
    .args(["--", url]);
    let failed = |text: String| {
        // `curl: (6) Could not resolve host: …`
        let said = text
            .strip_prefix("curl: (")
            .and_then(|rest| rest.split_once(") "));
        let number = said.map(|(number, _)| number.to_owned());
        let said = said.map_or(text.clone(), |(_, said)| said.to_owned());
        let help = match number.as_deref() {
            // An unknown issuer, and a file of certificates that cannot be read.
            Some("60" | "77") => Some(
                "if your network has a certificate authority of its own, name its file in \
                 `CURL_CA_BUNDLE`",
            ),
            Some("5" | "6" | "7" | "28") => {
                Some("if your network has a proxy, name it in `HTTPS_PROXY`")
            }
            _ => None,
        };
        (said, help.map(str::to_owned))
    };
    output(&mut curl).map_err(failed)
}

/// A command of git that asks nobody, speaks only over `protocols` and changes nothing here.
fn git(folder: &Path, protocols: &str) -> Command {
    let mut git = Command::new("git");
    for variable in HOOK_VARIABLES {
        git.env_remove(variable);
    }
    git.arg("-C")
        .arg(folder)
        .env("GIT_ALLOW_PROTOCOL", protocols)
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
        .env("GIT_HTTP_LOW_SPEED_TIME", "30");
    git
}

/// The content of a file at a revision of a repository on this machine.
fn git_blob(folder: &Path, file: &GitFile, protocols: &str) -> Result<Vec<u8>, String> {
    let object = format!("{}:{}", file.revision, file.path);
    output(git(folder, protocols).args(["cat-file", "blob", &object])).map_err(|said| {
        let said = said.strip_prefix("fatal: ").unwrap_or(&said);
        said.to_owned()
    })
}

/// Fetches one commit of a repository and reads a file of it.
fn fetch_git(file: &GitFile, cache: &Path) -> Result<Vec<u8>, Wrong> {
    const PROTOCOLS: &str = "http:https:ssh";
    let without_help = |said: String| {
        let said = said.strip_prefix("fatal: ").unwrap_or(&said).to_owned();
        (said, None)
    };
    let folder = cache.join(format!("fetch-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|e| (reason(&e), None))?;
    let fetched = output(git(&folder, PROTOCOLS).args(["init", "--quiet", "--bare", "."]))
        .and_then(|_| {
            let mut fetch = git(&folder, PROTOCOLS);
            let fetch = fetch.args(["fetch", "--quiet", "--depth", "1", "--no-tags"]);
            // What a redirect leads to is not what was named.
            output(fetch.args(["--", &file.repository, &file.revision]))
        })
        .and_then(|_| git_blob(&folder, file, "none"));
    let _ = std::fs::remove_dir_all(&folder);
    fetched.map_err(without_help)
}

/// What a program prints, or the last line of what it says is wrong.
fn output(command: &mut Command) -> Result<Vec<u8>, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let streams = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let child = streams.stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}`, which fetches it, is not installed"),
        _ => format!("`{program}`: {}", reason(&e)),
    })?;
    let out = in_background(child.stdout.take());
    let err = in_background(child.stderr.take());
    let end = |child: &mut Child| {
        let _ = child.kill();
        let _ = child.wait();
    };
    let Ok(bytes) = out.recv_timeout(LIMIT) else {
        end(&mut child);
        return Err(format!(
            "`{program}` takes more than {} seconds",
            LIMIT.as_secs()
        ));
    };
    if bytes.len() as u64 > MAX_BYTES {
        end(&mut child);
        return Err(disk::Refused::TooBig.to_string());
    }
    let status = child.wait().map_err(|e| reason(&e))?;
    if status.success() {
        return Ok(bytes);
    }
    let said = err.recv_timeout(LIMIT).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let last = said.lines().map(str::trim).rfind(|l| !l.is_empty());
    Err(last.map_or_else(|| format!("`{program}` failed"), str::to_owned))
}

/// Reads a stream to its end or one byte further than is wanted.
fn in_background(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stream) = stream {
            let _ = stream.take(MAX_BYTES + 1).read_to_end(&mut bytes);
        }
        let _ = send.send(bytes);
    });
    receive
}

/// A problem with what stands in `extends`.
pub(super) fn problem(location: &str, (reason, help): Wrong) -> Problem {
    Problem::Remote {
        location: location.to_owned(),
        reason,
        help,
    }
}

/// What names a configuration on the command line or in the environment, if it is no path.
pub(super) fn named(path: &OsStr) -> Option<&str> {
    let text = path.to_str()?;
    (text.starts_with("git::") || text.contains("://")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_says_how_it_is_got() {
        let sha = "A".repeat(64);
        let commit = "0".repeat(40);
        assert_eq!(Location::parse("../policy.toml"), Ok(Location::Path));
        assert_eq!(Location::parse("C:\\policy.toml"), Ok(Location::Path));
        assert_eq!(
            Location::parse(&format!("https://example.com/p.toml#sha256={sha}")),
            Ok(Location::Address {
                url: "https://example.com/p.toml".to_owned(),
                sha256: "a".repeat(64),
            })
        );
        let git = |text: &str| match Location::parse(text) {
            Ok(Location::Git(file)) => (file.repository, file.path, file.revision),
            other => panic!("{text}: {other:?}"),
        };
        let three = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            git(&format!(
                "git::https://example.com/a/p.git//x/p.toml?ref={commit}"
            )),
            three("https://example.com/a/p.git", "x/p.toml", &commit)
        );
        assert_eq!(
            git("git::../p//p.toml?ref=v1"),
            three("../p", "p.toml", "v1")
        );
        assert_eq!(
            git("git::/srv/p.git//p.toml?ref=v1"),
            three("/srv/p.git", "p.toml", "v1")
        );
    }

    #[test]
    fn what_may_change_or_be_read_on_its_way_is_refused() {
        for (text, reason) in [
            ("https://example.com/p.toml", "pinned by its digest"),
            (
                "https://example.com/p.toml#sha256=12",
                "pinned by its digest",
            ),
            ("http://example.com/p.toml#sha256=12", "plain HTTP"),
            (
                "https://a:b@example.com/p.toml#sha256=12",
                "no place for credentials",
            ),
            ("oci://example.com/p@sha256:12", "the registry client"),
            ("ftp://example.com/p.toml", "no way to fetch"),
            (
                "git::https://example.com/p.git//p.toml?ref=main",
                "pinned by a commit",
            ),
            (
                "git::https://example.com/p.git//p.toml",
                "revision are needed",
            ),
            (
                "git::https://example.com/p.git?ref=main",
                "revision are needed",
            ),
            ("git::ext::sh -c x//p?ref=1", "revision are needed"),
            (
                "git::git://example.com/p//p?ref=1",
                "nothing is fetched over `git://`",
            ),
            ("git::.//p.toml?ref=--output=x", "revision are needed"),
            ("git::-x//p.toml?ref=x", "revision are needed"),
        ] {
            match Location::parse(text) {
                Err((said, Some(_))) => assert!(said.contains(reason), "{text}: {said}"),
                // A transport that runs a program is a folder of that name, which is not there.
                Ok(Location::Git(file)) => assert!(!file.is_remote(), "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn files_beside_a_file_of_git_are_of_the_same_commit() {
        let file = GitFile {
            repository: "r".to_owned(),
            path: "a/b.toml".to_owned(),
            revision: "v".to_owned(),
        };
        let beside = |name: &str| file.beside(name).map(|f| f.path);
        assert_eq!(beside("c.toml").as_deref(), Some("a/c.toml"));
        assert_eq!(beside("../c.toml").as_deref(), Some("c.toml"));
        assert_eq!(beside("../../c.toml"), None);
        assert_eq!(beside("/etc/passwd"), None);
    }

    #[test]
    fn a_digest_is_the_one_that_sha256sum_prints() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256_of(b""), empty);
    }
}
