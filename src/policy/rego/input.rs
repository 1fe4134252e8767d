//! The documents that buildx hands to a policy: one for each source of a build.

use serde_json::{Map, Value, json};

use crate::images::ImageRef;

/// Something that a build fetches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An image, `docker.io/library/alpine:3.22`, in full.
    Image(String),
    /// What a web address gives.
    Http {
        /// The address.
        url: String,
        /// The digest that the Dockerfile demands of it.
        checksum: Option<String>,
    },
    /// A git repository, as the Dockerfile names it.
    Git(String),
    /// A folder of the machine that builds: `context`, `dockerfile`, or a named context.
    Local(String),
}

impl Source {
    /// The source that an image is, if no variable hides a part of it.
    pub fn image(image: &ImageRef) -> Option<Self> {
        if image.is_hidden() || image.is_scratch() || image.validity.is_err() {
            return None;
        }
        let mut text = image.canonical_name()?;
        if let Some(tag) = image.effective_tag() {
            text.push(':');
            text.push_str(tag);
        }
        if let Some(digest) = image.digest.as_ref().and_then(|d| d.known()) {
            text.push('@');
            text.push_str(digest);
        }
        Some(Source::Image(text))
    }

    /// The same image with a digest, whatever it is: what would be allowed if it were pinned.
    pub fn pinned(&self) -> Option<Self> {
        let Source::Image(text) = self else {
            return None;
        };
        if text.contains('@') {
            return None;
        }
        Some(Source::Image(format!("{text}@sha256:{}", "5".repeat(64))))
    }

    /// The source as people write it.
    pub fn shown(&self) -> String {
        match self {
            Source::Image(text) => ImageRef::parse(text).familiar_name() + version(text),
            Source::Http { url, .. } => url.clone(),
            Source::Git(address) => address.clone(),
            Source::Local(name) => format!("local://{name}"),
        }
    }
}

/// Tag and digest of a reference in full, with the signs before them.
fn version(reference: &str) -> &str {
    let name = reference.rfind('/').map_or(0, |slash| slash + 1);
    let rest = reference.get(name..).unwrap_or_default();
    let at = rest.find([':', '@']);
    at.and_then(|at| rest.get(at..)).unwrap_or_default()
}

/// What is said of a build as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Env {
    /// The name of the Dockerfile, without its folder.
    pub filename: String,
    /// `--target`.
    pub target: String,
    /// `--build-arg`.
    pub arguments: Vec<(String, String)>,
    /// Whether there may be further arguments, or values that nobody here knows.
    pub more_arguments: bool,
    /// Whether the build may have labels that nobody here knows.
    pub more_labels: bool,
    /// `--platform`; the builder's own if there is none.
    pub platforms: Vec<String>,
}

/// A document for a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The document.
    pub document: Value,
    /// The fields that are not known without asking a registry, a server or the user:
    /// `image.labels`.
    pub unknown: Vec<&'static str>,
}

/// What the configuration of an image and its attestations say.
const OF_IMAGE: [&str; 9] = [
    "image.labels",
    "image.user",
    "image.volumes",
    "image.workingDir",
    "image.env",
    "image.createdTime",
    "image.hasProvenance",
    "image.provenance",
    "image.signatures",
];

/// The platforms to judge for if nobody says which: those that builders commonly have.
const COMMON_PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm64"];

impl Env {
    fn document(&self) -> (Value, Vec<&'static str>) {
        let mut env = Map::new();
        let mut unknown = Vec::new();
        if !self.arguments.is_empty() {
            let arguments = self.arguments.iter();
            let arguments: Map<String, Value> = arguments
                .map(|(name, value)| (name.clone(), json!(value)))
                .collect();
            env.insert("args".to_owned(), Value::Object(arguments));
        }
        if self.more_arguments {
            unknown.push("env.args");
        }
        if self.more_labels {
            unknown.push("env.labels");
        }
        for (key, value) in [("filename", &self.filename), ("target", &self.target)] {
            if !value.is_empty() {
                env.insert(key.to_owned(), json!(value));
            }
        }
        env.insert("depth".to_owned(), json!(0));
        (Value::Object(env), unknown)
    }

    /// The document that asks for what a policy says of the build alone.
    pub fn without_source(&self) -> Input {
        let (mut env, unknown) = self.document();
        if let Some(env) = env.as_object_mut() {
            env.insert("capsRequest".to_owned(), json!(true));
        }
        Input {
            document: json!({ "env": env }),
            unknown,
        }
    }

    /// The documents for a source: more than one if it is fetched for several platforms.
    pub fn inputs(&self, source: &Source) -> Vec<Input> {
        let (env, unknown_env) = self.document();
        let finish = |kind: &str, document: Map<String, Value>, unknown: Vec<&'static str>| Input {
            document: json!({ "env": env, kind: document }),
            unknown: [unknown_env.clone(), unknown].concat(),
        };
        match source {
            Source::Image(reference) => {
                let platforms: Vec<&str> = if self.platforms.is_empty() {
                    COMMON_PLATFORMS.to_vec()
                } else {
                    self.platforms.iter().map(String::as_str).collect()
                };
                let documents = platforms.iter().map(|platform| {
                    let (document, unknown) = image(reference, platform);
                    finish("image", document, unknown)
                });
                documents.collect()
            }
            Source::Http { url, checksum } => {
                let (document, unknown) = http(url, checksum.as_deref());
                vec![finish("http", document, unknown)]
            }
            Source::Git(address) => {
                let (document, unknown) = git(address);
                vec![finish("git", document, unknown)]
            }
            Source::Local(name) => {
                let document = Map::from_iter([("name".to_owned(), json!(name))]);
                vec![finish("local", document, Vec::new())]
            }
        }
    }
}

/// Puts what is not empty into a document: as Go's `omitempty` does.
fn put(document: &mut Map<String, Value>, key: &str, value: &str) {
    if !value.is_empty() {
        document.insert(key.to_owned(), json!(value));
    }
}

fn image(reference: &str, platform: &str) -> (Map<String, Value>, Vec<&'static str>) {
    let parsed = ImageRef::parse(reference);
    let mut document = Map::new();
    let full = parsed.canonical_name().unwrap_or_default();
    let host = parsed.registry.known().unwrap_or_default();
    put(&mut document, "ref", reference);
    put(&mut document, "host", host);
    put(&mut document, "repo", &parsed.familiar_name());
    put(&mut document, "fullRepo", &full);
    put(
        &mut document,
        "tag",
        parsed.effective_tag().unwrap_or_default(),
    );
    let mut parts = platform.split('/');
    let (os, arch) = (parts.next().unwrap_or_default(), parts.next());
    let (arch, variant) = normal(arch.unwrap_or_default(), parts.next().unwrap_or_default());
    let mut platform = format!("{os}/{arch}");
    if !variant.is_empty() {
        platform = format!("{platform}/{variant}");
    }
    put(&mut document, "platform", &platform);
    put(&mut document, "os", os);
    put(&mut document, "arch", arch);
    put(&mut document, "variant", variant);
    let mut unknown = OF_IMAGE.to_vec();
    match parsed.digest.as_ref().and_then(|d| d.known()) {
        Some(digest) => {
            put(&mut document, "checksum", digest);
            document.insert("isCanonical".to_owned(), json!(true));
        }
        None => unknown.push("image.checksum"),
    }
    (document, unknown)
}

/// The architecture and variant under their usual names.
fn normal<'t>(arch: &'t str, variant: &'t str) -> (&'t str, &'t str) {
    match (arch, variant) {
        ("x86_64" | "x86-64", _) => ("amd64", variant),
        ("i386", _) => ("386", ""),
        ("aarch64" | "arm64", "8" | "v8") | ("aarch64", "") => ("arm64", ""),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        other => other,
    }
}

fn http(url: &str, checksum: Option<&str>) -> (Map<String, Value>, Vec<&'static str>) {
    let mut document = Map::new();
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let rest = rest.split('#').next().unwrap_or_default();
    let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match before.find('/') {
        Some(slash) => before.split_at(slash),
        None => (before, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    put(&mut document, "url", url);
    put(&mut document, "schema", scheme);
    put(&mut document, "host", host);
    put(&mut document, "path", &decoded(path, false));
    let mut pairs: Map<String, Value> = Map::new();
    for pair in query.split('&').filter(|p| !p.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let values = pairs.entry(decoded(name, true)).or_insert(json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(json!(decoded(value, true)));
        }
    }
    if !pairs.is_empty() {
        document.insert("query".to_owned(), Value::Object(pairs));
    }
    // The build fails if the answer has another digest, so that it is known before it is there.
    match checksum {
        Some(checksum) if !checksum.is_empty() => {
            put(&mut document, "checksum", checksum);
            (document, Vec::new())
        }
        _ => (document, vec!["http.checksum"]),
    }
}

/// A text with its `%41` decoded.
fn decoded(text: &str, is_query: bool) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = |b: u8| char::from(b).to_digit(16);
        let mut ahead = rest.clone();
        let digits = (ahead.next().and_then(hex), ahead.next().and_then(hex));
        bytes.push(match (byte, digits) {
            (b'%', (Some(high), Some(low))) => {
                rest = ahead;
                u8::try_from(high * 16 + low).unwrap_or_default()
            }
            (b'+', _) if is_query => b' ',
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A git address in its parts.
struct Repository {
    scheme: String,
    host: String,
    remote: String,
    reference: String,
    folder: String,
}

impl Repository {
    fn of(address: &str) -> Self {
        let (before, fragment) = address.split_once('#').unwrap_or((address, ""));
        let (mut reference, mut folder) = match fragment.split_once(':') {
            Some((reference, folder)) => (reference.to_owned(), folder.to_owned()),
            None => (fragment.to_owned(), String::new()),
        };
        let Some((scheme, rest)) = before.split_once("://") else {
            // user@host:path
            let host = before.split_once('@').map_or(before, |(_, rest)| rest);
            let host = host.split(':').next().unwrap_or_default();
            return Self {
                scheme: "ssh".to_owned(),
                host: host.to_owned(),
                remote: before.to_owned(),
                reference,
                folder,
            };
        };
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut is_known = !query.is_empty();
        let mut found = (reference.clone(), folder.clone());
        for pair in query.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decoded(value, true);
            match name {
                "ref" => found.0 = value,
                "tag" => found.0 = format!("refs/tags/{value}"),
                "branch" => found.0 = format!("refs/heads/{value}"),
                "subdir" => found.1 = value,
                "checksum" | "commit" | "keep-git-dir" | "submodules" | "fetch-by-commit"
                | "mtime" => {}
                _ => is_known = false,
            }
        }
        if is_known {
            (reference, folder) = found;
        }
        let place = if is_known || query.is_empty() {
            place
        } else {
            rest
        };
        let authority = place.split('/').next().unwrap_or_default();
        Self {
            scheme: scheme.to_owned(),
            host: authority.rsplit('@').next().unwrap_or_default().to_owned(),
            remote: format!("{scheme}://{place}"),
            reference,
            folder,
        }
    }
}

fn git(address: &str) -> (Map<String, Value>, Vec<&'static str>) {
    let repository = Repository::of(address);
    let mut document = Map::new();
    put(&mut document, "schema", &repository.scheme);
    put(&mut document, "host", &repository.host);
    put(&mut document, "remote", &repository.remote);
    put(&mut document, "fullURL", &repository.remote);
    let folder = repository
        .folder
        .trim_start_matches("./")
        .trim_end_matches('/');
    if folder != "." {
        put(&mut document, "subDir", folder);
    }
    let reference = repository.reference.as_str();
    let is_commit = matches!(reference.len(), 40 | 64)
        && reference
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let mut unknown = vec!["git.tag", "git.commit"];
    if let Some(tag) = reference.strip_prefix("refs/tags/") {
        put(&mut document, "tagName", tag);
    } else if let Some(branch) = reference.strip_prefix("refs/heads/") {
        put(&mut document, "branch", branch);
    } else if !is_commit {
        unknown.extend(["git.tagName", "git.branch", "git.ref"]);
    }
    if !unknown.contains(&"git.ref") {
        put(&mut document, "ref", reference);
    }
    if is_commit {
        document.insert("isCommitRef".to_owned(), json!(true));
        put(&mut document, "checksum", reference);
        put(&mut document, "commitChecksum", reference);
        if reference.len() == 64 {
            document.insert("isSHA256".to_owned(), json!(true));
        }
    } else {
        unknown.extend([
            "git.checksum",
            "git.isAnnotatedTag",
            "git.commitChecksum",
            "git.isSHA256",
        ]);
    }
    (document, unknown)
}
