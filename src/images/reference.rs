//! Image references, `registry/repository:tag@digest`.
//!
//! A reference is read as the engine reads it: `ParseNormalizedNamed` and `splitDockerDomain` of
//! <https://github.com/distribution/reference> decide what is a registry and what `python` is
//! short for. A part that a variable hides is said to be hidden, never guessed. Crates that read
//! references know no hidden parts; two of them are witnesses in the tests.

use std::fmt;
use std::ops::Range;

use super::publishers::official_name;
use super::registry;
use super::table::Entry;
use super::tag::{Precision, Tag};

/// Stands in the text of a reference for one variable whose value is not known.
///
/// It is a private-use character, which no valid reference has.
pub const HIDDEN: char = '\u{E000}';

/// The registry that a reference without one means (`defaultDomain` of distribution/reference).
pub const DOCKER_HUB: &str = "docker.io";

/// The older name of Docker Hub (`legacyDefaultDomain` of distribution/reference).
const LEGACY_HUB: &str = "index.docker.io";

/// The namespace of Docker Hub that a one-word name means.
pub(super) const LIBRARY: &str = "library/";

/// One part of a reference.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// The part is known in full.
    Known(String),
    /// A variable hides some or all of it. The string is what can be seen, [`HIDDEN`] for each
    /// variable; it is empty if the whole part, even whether there is one, is up to a variable.
    Hidden(String),
}

impl Part {
    fn of(text: &str) -> Self {
        if text.contains(HIDDEN) {
            Self::Hidden(text.to_owned())
        } else {
            Self::Known(text.to_owned())
        }
    }

    /// The part, if no variable hides any of it.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Hidden(_) => None,
        }
    }

    /// Whether a variable hides some or all of it.
    pub fn is_hidden(&self) -> bool {
        matches!(self, Self::Hidden(_))
    }

    /// What can be seen of it, [`HIDDEN`] for each variable.
    pub fn visible(&self) -> &str {
        match self {
            Self::Known(text) | Self::Hidden(text) => text,
        }
    }
}

/// Where the parts stand: byte ranges into [`ImageRef::text`], without the `/`, `:` and `@`
/// between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ranges {
    /// The registry, if the text has one.
    pub registry: Option<Range<usize>>,
    /// The repository as written, so without an implied `library/`.
    pub repository: Range<usize>,
    /// The tag, if the text has one.
    pub tag: Option<Range<usize>>,
    /// The digest with its algorithm, if the text has one.
    pub digest: Option<Range<usize>>,
}

/// Why a reference is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct InvalidReference {
    /// Byte offset into the text of the first byte that does not fit.
    pub at: usize,
    /// What does not fit, as a phrase.
    pub reason: &'static str,
}

/// A reference to an image: `registry/repository:tag@digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageRef {
    /// The text it was read from, [`HIDDEN`] for each unknown variable.
    pub text: String,
    /// The registry with its port. `docker.io` where the text has none, and for its older name
    /// `index.docker.io`.
    pub registry: Part,
    /// Whether the text itself names a registry; `false` if only a variable might.
    pub registry_explicit: bool,
    /// The repository; on Docker Hub with the `library/` that a one-word name implies.
    pub repository: Part,
    /// The tag. `None` means surely none; hidden and without a range means that a variable may
    /// bring one (`python${SUFFIX}`).
    pub tag: Option<Part>,
    /// The digest with its algorithm. `None` means surely none; hidden and without a range means
    /// that a variable may bring one (`python:${VERSION}`).
    pub digest: Option<Part>,
    /// Whether the engine accepts the reference; not judged while a variable hides any of it.
    pub validity: Result<(), InvalidReference>,
    /// Where the parts stand in the text.
    pub ranges: Ranges,
    /// What is known of the image.
    pub(super) entry: Entry,
}

impl ImageRef {
    /// Whether the name is one word that no image on Docker Hub can have: only official images
    /// stand there without a namespace.
    pub fn is_local_name(&self) -> bool {
        !self.text.contains('/') && official_name(self).is_none()
    }

    /// The reference as people read it: variables resolved, `…` for one that is not known.
    pub fn shown(&self) -> String {
        self.text.replace(HIDDEN, "…")
    }

    /// Reads a reference in which each unknown variable is one [`HIDDEN`]. Never fails:
    /// [`validity`](Self::validity) says whether the engine would take it.
    pub fn parse(text: &str) -> Self {
        let first = text.split_once('/').map(|(first, _)| first);
        let registry = first.filter(|first| names_registry(first));
        let start = registry.map_or(0, |r| r.len() + 1);
        let named = text.get(start..).unwrap_or_default();
        let (named, digest_range) = match named.split_once('@') {
            Some((named, digest)) => (named, Some(text.len() - digest.len()..text.len())),
            None => (named, None),
        };
        let (name, tag_range) = match named.split_once(':') {
            Some((name, _)) => (name, Some(start + name.len() + 1..start + named.len())),
            None => (named, None),
        };
        let ranges = Ranges {
            registry: registry.map(|r| 0..r.len()),
            repository: start..start + name.len(),
            tag: tag_range,
            digest: digest_range,
        };
        let part = |range: &Range<usize>| Part::of(text.get(range.clone()).unwrap_or_default());

        let registry_explicit = registry.is_some();
        let (registry, repository, ranges) = match registry {
            Some(LEGACY_HUB | DOCKER_HUB) => (Part::Known(DOCKER_HUB.into()), on_hub(name), ranges),
            Some(other) => (Part::of(other), Part::of(name), ranges),
            None => without_registry(name, ranges),
        };

        let may_bring_tag = ranges.tag.is_none() && ranges.digest.is_none() && hides_end(name);
        let tag = match &ranges.tag {
            Some(range) => Some(part(range)),
            None if may_bring_tag => Some(Part::Hidden(String::new())),
            None => None,
        };
        let digest = match &ranges.digest {
            Some(range) => Some(part(range)),
            None if text.ends_with(HIDDEN) => Some(Part::Hidden(String::new())),
            None => None,
        };
        let validity = if text.contains(HIDDEN) {
            Ok(())
        } else {
            validate(text, &ranges)
        };
        Self {
            text: text.to_owned(),
            registry,
            registry_explicit,
            repository,
            tag,
            digest,
            validity,
            ranges,
            entry: Entry::default(),
        }
    }

    /// Whether a variable hides which image this is: its registry or its repository.
    pub fn is_hidden(&self) -> bool {
        self.registry.is_hidden() || self.repository.is_hidden()
    }

    /// Whether this is the empty image: exactly `scratch`, which the builder reserves
    /// (`FROM scratch:latest` is an image of that name).
    pub fn is_scratch(&self) -> bool {
        self.text == "scratch"
    }

    /// Whether the text has a digest, so that the reference means the same bits for ever.
    pub fn is_pinned_by_digest(&self) -> bool {
        self.ranges.digest.is_some()
    }

    /// Whether there is surely neither tag nor digest, so that the engine takes `latest`.
    pub fn is_untagged(&self) -> bool {
        self.tag.is_none() && self.digest.is_none()
    }

    /// The tag that the engine asks for: the one given, `latest` if there is neither tag nor
    /// digest (`TagNameOnly` of distribution/reference). `None` if a variable hides it or only a
    /// digest is given.
    pub fn effective_tag(&self) -> Option<&str> {
        match &self.tag {
            Some(tag) => tag.known(),
            None if self.digest.is_none() => Some("latest"),
            None => None,
        }
    }

    /// How exactly the reference names its bits. `None` if a variable hides the answer.
    pub fn precision(&self) -> Option<Precision> {
        if self.is_pinned_by_digest() {
            return Some(Precision::Digest);
        }
        Tag::of(self).map(|tag| tag.precision)
    }

    /// The short name that people write: `python` for `docker.io/library/python`
    /// (`FamiliarName` of distribution/reference). A hidden variable shows as `…`.
    pub fn familiar_name(&self) -> String {
        let name = match (self.registry.known(), self.repository.known()) {
            (Some(DOCKER_HUB), Some(path)) => match path.strip_prefix(LIBRARY) {
                Some(short) if !short.contains('/') => short.to_owned(),
                _ => path.to_owned(),
            },
            (Some(registry), Some(path)) => format!("{registry}/{path}"),
            _ => self
                .text
                .get(..self.ranges.repository.end)
                .unwrap_or_default()
                .to_owned(),
        };
        name.replace(HIDDEN, "…")
    }

    /// The full name without tag and digest, `docker.io/library/python`. `None` if a variable
    /// hides some of it.
    pub fn canonical_name(&self) -> Option<String> {
        Some(format!(
            "{}/{}",
            self.registry.known()?,
            self.repository.known()?
        ))
    }

    /// Whether both surely name the same repository of the same registry, whatever their tags.
    pub fn same_repository(&self, other: &ImageRef) -> bool {
        !self.is_hidden() && self.registry == other.registry && self.repository == other.repository
    }

    /// The registry's host and port. An IPv6 address keeps its brackets. `None` if a variable
    /// hides the registry; no port if there is none or it is no number.
    pub fn host_and_port(&self) -> Option<(&str, Option<u16>)> {
        self.registry.known().map(registry::host_and_port)
    }

    /// The same image, as it was written, under another tag and without its digest, which names
    /// the bits of the old one.
    #[must_use]
    pub fn with_tag(&self, tag: &str) -> ImageRef {
        let name = self
            .text
            .get(..self.ranges.repository.end)
            .unwrap_or_default();
        ImageRef::parse(&format!("{name}:{tag}"))
    }

    /// The known repository on one registry, for tables of facts.
    pub(super) fn path_on(&self, registry: &str) -> Option<&str> {
        if self.registry.known() == Some(registry) {
            self.repository.known()
        } else {
            None
        }
    }
}

/// The full canonical form, `docker.io/library/golang:latest`. A hidden variable shows as `…`,
/// and what a hidden registry makes of the name is left open.
impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.canonical_name() {
            Some(name) => f.write_str(&name)?,
            None if self.registry.is_hidden() => f.write_str(&self.familiar_name())?,
            None => write!(
                f,
                "{}/{}",
                self.registry.visible(),
                self.repository.visible().replace(HIDDEN, "…")
            )?,
        }
        if self.is_untagged() {
            return f.write_str(":latest");
        }
        if let (Some(tag), true) = (&self.tag, self.ranges.tag.is_some()) {
            write!(f, ":{}", tag.visible().replace(HIDDEN, "…"))?;
        }
        if let (Some(digest), true) = (&self.digest, self.ranges.digest.is_some()) {
            write!(f, "@{}", digest.visible().replace(HIDDEN, "…"))?;
        }
        Ok(())
    }
}

/// Whether the part before the first slash is a registry: `splitDockerDomain`. A namespace has no
/// upper-case letters.
fn names_registry(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':'])
        || (first.chars().any(char::is_uppercase) && !first.contains('@'))
}

/// A repository of Docker Hub with its implied namespace.
fn on_hub(name: &str) -> Part {
    if name.contains('/') {
        Part::of(name)
    } else {
        Part::of(&format!("{LIBRARY}{name}"))
    }
}

/// The parts of a name whose text shows no registry: Docker Hub's, unless a variable in its first
/// part may bring one.
fn without_registry(name: &str, mut ranges: Ranges) -> (Part, Part, Ranges) {
    match name.split_once('/') {
        // `${A}/python`: a registry, a namespace or both.
        Some((first, rest)) if first.contains(HIDDEN) => {
            let start = ranges.repository.start + first.len() + 1;
            ranges.registry = Some(ranges.repository.start..start - 1);
            ranges.repository.start = start;
            (
                Part::Hidden(first.to_owned()),
                Part::Hidden(rest.to_owned()),
                ranges,
            )
        }
        // `${PREFIX}python`, `${IMAGE}`
        None if name.starts_with(HIDDEN) => (
            Part::Hidden(String::new()),
            Part::Hidden(name.to_owned()),
            ranges,
        ),
        _ => (Part::Known(DOCKER_HUB.into()), on_hub(name), ranges),
    }
}

/// Whether a variable may bring the end of the name and a tag with it: `python${SUFFIX}`,
/// `${IMAGE}-slim`, but not `${PREFIX}python`.
fn hides_end(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or_default();
    match last.rsplit_once(HIDDEN) {
        Some((_, rest)) => !rest.starts_with(|c: char| c.is_ascii_alphabetic()),
        None => false,
    }
}

/// Longest text worth reading: name, tag and digest at their longest, with room to spare.
const MAX_TEXT: usize = 2048;

/// `RepositoryNameTotalLengthMax` of distribution/reference.
const MAX_REPOSITORY: usize = 255;

/// Whether `ParseNormalizedNamed` accepts the text.
fn validate(text: &str, ranges: &Ranges) -> Result<(), InvalidReference> {
    let fail = |at: usize, reason: &'static str| Err(InvalidReference { at, reason });
    if let Some(at) = text.bytes().position(|b| !b.is_ascii()) {
        return fail(at, "a reference has only ASCII characters");
    }
    if text.len() > MAX_TEXT {
        return fail(MAX_TEXT, "the reference is too long");
    }
    if text.is_empty() {
        return fail(0, "the reference is empty");
    }
    let slice = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    if let Some((at, reason)) = bad_name(slice(&ranges.repository)) {
        return fail(ranges.repository.start + at, reason);
    }
    if let Some(range) = &ranges.tag
        && let Some((at, reason)) = bad_tag(slice(range))
    {
        return fail(range.start + at, reason);
    }
    if ranges.repository.len() > MAX_REPOSITORY {
        let at = ranges.repository.start + MAX_REPOSITORY;
        return fail(at, "the repository name is longer than 255 characters");
    }
    if let Some(range) = &ranges.registry
        && let Some((at, reason)) = bad_registry(slice(range))
    {
        return fail(range.start + at, reason);
    }
    if text.len() == 64 && text.bytes().all(is_lower_hex) {
        return fail(0, "64 hexadecimal digits are an image id, not a name");
    }
    if let Some(range) = &ranges.digest {
        return validate_digest(slice(range), range.start);
    }
    Ok(())
}

/// What is wrong with a registry, and where: `domain-and-port` of the reference grammar.
fn bad_registry(registry: &str) -> Option<(usize, &'static str)> {
    // What is no domain may still be the first part of a path: `foo_bar.com/x`.
    bad_name(registry)?;
    let (host_end, is_host) = match registry.strip_prefix('[') {
        Some(rest) => {
            let Some(end) = rest.find(']') else {
                return Some((0, "this is not an IPv6 address"));
            };
            let (address, _) = rest.split_at(end);
            let fits = |b: u8| b.is_ascii_hexdigit() || b == b':';
            if address.is_empty() || !address.bytes().all(fits) {
                return Some((1, "this is not an IPv6 address"));
            }
            (end + 2, true)
        }
        None => {
            let end = registry.find(':').unwrap_or(registry.len());
            let (host, _) = registry.split_at(end);
            (end, host.split('.').all(is_domain_component))
        }
    };
    if !is_host {
        return Some((0, "this is not a registry"));
    }
    let (_, rest) = registry.split_at(host_end);
    if rest.is_empty() {
        return None;
    }
    let port = rest.strip_prefix(':').unwrap_or_default();
    if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
        return Some((host_end, "this is not a port"));
    }
    None
}

/// Letters, digits and, between them, hyphens.
fn is_domain_component(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !text.is_empty() && text.bytes().all(fits) && !text.starts_with('-') && !text.ends_with('-')
}

/// What is wrong with a repository name, and where: `path` of the reference grammar.
fn bad_name(name: &str) -> Option<(usize, &'static str)> {
    let mut start = 0;
    for component in name.split('/') {
        if component.is_empty() {
            return Some((start, "a part of the repository name is missing"));
        }
        // Letters and digits, with `.`, `_`, `__` or hyphens between them.
        let mut separator = "";
        for (i, c) in component.char_indices() {
            let run = component.get(i - separator.len()..=i).unwrap_or_default();
            match c {
                'a'..='z' | '0'..='9' => separator = "",
                'A'..='Z' => return Some((start + i, "the repository name must be lower case")),
                '.' | '_' | '-' => {
                    let fits = matches!(run, "." | "_" | "__") || run.bytes().all(|b| b == b'-');
                    if i == 0 || !fits {
                        return Some((start + i, SEPARATORS));
                    }
                    separator = run;
                }
                _ => {
                    let reason = "this character is not allowed in a repository name";
                    return Some((start + i, reason));
                }
            }
        }
        if !separator.is_empty() {
            return Some((start + component.len() - 1, SEPARATORS));
        }
        start += component.len() + 1;
    }
    None
}

const SEPARATORS: &str = "between letters and digits a repository name has `.`, `_`, `__` or `-`";

/// What is wrong with a tag, and where: `tag` of the reference grammar.
fn bad_tag(tag: &str) -> Option<(usize, &'static str)> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if tag.is_empty() {
        return Some((0, "the tag is missing"));
    }
    if tag.len() > 128 {
        return Some((128, "the tag is longer than 128 characters"));
    }
    tag.bytes()
        .enumerate()
        .find(|&(i, b)| !word(b) && (i == 0 || !matches!(b, b'.' | b'-')))
        .map(|(i, _)| (i, "this character is not allowed here in a tag"))
}

fn is_lower_hex(b: u8) -> bool {
    matches!(b, b'0'..=b'9' | b'a'..=b'f')
}

/// `digest.Parse` of opencontainers/go-digest takes the algorithms of the SHA-2 family only.
fn validate_digest(digest: &str, start: usize) -> Result<(), InvalidReference> {
    let fail = |at: usize, reason: &'static str| Err(InvalidReference { at, reason });
    let (algorithm, hex) = digest.split_once(':').unwrap_or((digest, ""));
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => {
            return fail(
                start,
                "the digest's algorithm must be sha256, sha384 or sha512",
            );
        }
    };
    let at = start + algorithm.len() + 1;
    if let Some(bad) = hex.bytes().position(|b| !is_lower_hex(b)) {
        return fail(at + bad, "a digest has only lower-case hexadecimal digits");
    }
    if hex.len() != length {
        return fail(at, "the digest has the wrong length for its algorithm");
    }
    Ok(())
}
