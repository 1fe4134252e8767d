//! Files that already say what a policy could: how engines reach registries and which images they
//! take. `daemon.json` of the Docker engine, `registries.conf` and `policy.json` of Podman, Buildah
//! and Skopeo, `trustpolicy.json` of Notation.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::images::is_listed;
use crate::images::{DOCKER_HUB, ImageRef, is_listed_insecure};
use crate::path::is_in;
use crate::span::Span;
use crate::values::Value;

/// Such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// As the configuration names it.
    pub name: String,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Daemon(Daemon),
    Registries(Registries),
    Signatures(Signatures),
    Trust(Trust),
}

/// What is wrong with such a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
}

/// The engine's `daemon.json`, as far as it speaks of registries
/// (<https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file>).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Daemon {
    insecure_registries: Vec<String>,
    registry_mirrors: Vec<String>,
}

/// containers-registries.conf(5), version 2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Registries {
    unqualified_search_registries: Vec<String>,
    registry: Vec<Registry>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Registry {
    prefix: Option<String>,
    location: Option<String>,
    insecure: bool,
    blocked: bool,
    mirror: Vec<Mirror>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct Mirror {
    location: String,
    insecure: bool,
}

/// containers-policy.json(5).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Signatures {
    default: Vec<Requirement>,
    #[serde(default)]
    transports: BTreeMap<String, BTreeMap<String, Vec<Requirement>>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Requirement {
    r#type: String,
}

/// Notation's trust policy
/// (<https://github.com/notaryproject/specifications/blob/main/specs/trust-store-trust-policy.md>).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trust {
    trust_policies: Vec<TrustPolicy>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TrustPolicy {
    #[serde(default)]
    registry_scopes: Vec<String>,
}

/// What a file of TOML or JSON is, by the keys that it has.
fn json(text: &str) -> Result<Content, serde_json::Error> {
    let keys: BTreeMap<String, serde::de::IgnoredAny> = serde_json::from_str(text)?;
    Ok(if keys.contains_key("trustPolicies") {
        Content::Trust(serde_json::from_str(text)?)
    } else if keys.contains_key("default") || keys.contains_key("transports") {
        Content::Signatures(serde_json::from_str(text)?)
    } else {
        Content::Daemon(serde_json::from_str(text)?)
    })
}

fn toml(text: &str) -> Result<Content, SourceError> {
    let wrong = |e: crate::values::Error| SourceError {
        span: e.span,
        message: e.to_string(),
    };
    let root = Value::parse(text).map_err(wrong)?;
    if let Some(old) = root.get("registries") {
        return Err(SourceError {
            message: "version 1 of this format is not read: write `[[registry]]`".to_owned(),
            span: Some(old.span),
        });
    }
    Ok(Content::Registries(
        Registries::deserialize(&root).map_err(wrong)?,
    ))
}

impl PolicySource {
    /// Reads a text; the name says which way: JSON, or TOML of a `.conf` or `.toml`.
    pub fn read(name: &str, text: &str) -> Result<Self, SourceError> {
        let file = name.split(['?', '#']).next().unwrap_or(name);
        let content = if file.ends_with(".conf") || file.ends_with(".toml") {
            toml(text)?
        } else {
            json(text).map_err(|e| {
                let (at, message) = crate::text::json_fault(text, &e);
                SourceError {
                    message,
                    span: Some(Span::at(at)),
                }
            })?
        };
        let name = name.to_owned();
        Ok(Self { name, content })
    }

    /// Why nothing is pulled from where an image lies, if that is so.
    pub fn refusal(&self, image: &ImageRef) -> Option<String> {
        let full = image.canonical_name()?;
        match &self.content {
            Content::Daemon(_) => None,
            Content::Registries(registries) => {
                let registry = registries.of(&full)?;
                registry
                    .blocked
                    .then(|| format!("`{full}` is blocked by `{}`", self.name))
            }
            Content::Signatures(signatures) => signatures
                .rejects(image, &full)
                .then(|| format!("`{full}` is rejected by `{}`", self.name)),
            Content::Trust(trust) => {
                let mut scopes = trust.trust_policies.iter().flat_map(|p| &p.registry_scopes);
                (!scopes.any(|scope| scope == "*" || *scope == full))
                    .then(|| format!("no trust policy of `{}` is for `{full}`", self.name))
            }
        }
    }

    /// What says that an image comes over plain HTTP, or from a server whose certificate nobody
    /// looks at.
    pub fn plain_http(&self, image: &ImageRef) -> Option<String> {
        let name = &self.name;
        let registry = image.registry.known()?;
        match &self.content {
            Content::Daemon(daemon) => {
                if is_listed_insecure(registry, &daemon.insecure_registries) {
                    return Some(format!(
                        "`{registry}` is reached over plain HTTP: `{name}` lists it"
                    ));
                }
                let mut mirrors = daemon.registry_mirrors.iter();
                let mirror = mirrors.find(|m| {
                    let host = m.strip_prefix("http://").map(host);
                    host.is_some_and(|host| is_listed_insecure(host, &[host.to_owned()]))
                });
                // Mirrors are those of Docker Hub alone.
                let mirror = mirror.filter(|_| registry == DOCKER_HUB)?;
                Some(format!(
                    "images of Docker Hub come over plain HTTP: `{name}` has the mirror `{mirror}`"
                ))
            }
            Content::Registries(registries) => {
                let full = image.canonical_name()?;
                let found = registries.of(&full)?;
                if found.insecure {
                    let at = found.location.as_deref().map_or(registry, host);
                    return is_listed_insecure(at, &[at.to_owned()]).then(|| {
                        format!("`{at}` is reached without TLS being verified: `{name}` says so")
                    });
                }
                let mut mirrors = found.mirror.iter();
                let mirror = mirrors.find(|m| {
                    m.insecure && is_listed_insecure(host(&m.location), &[host(&m.location).into()])
                })?;
                let at = &mirror.location;
                Some(format!(
                    "`{full}` comes from the mirror `{at}` without TLS being verified: `{name}` \
                     says so"
                ))
            }
            Content::Signatures(_) | Content::Trust(_) => None,
        }
    }

    /// The first registry in which Podman looks for a short name and which is none of the trusted
    /// ones, where any are named.
    pub fn untrusted_search(&self, image: &ImageRef, trusted: &[String]) -> Option<String> {
        let Content::Registries(registries) = &self.content else {
            return None;
        };
        if image.ranges.registry.is_some() || trusted.is_empty() || image.is_hidden() {
            return None;
        }
        let path = image.familiar_name();
        let mut searched = registries.unqualified_search_registries.iter();
        searched
            .find(|registry| {
                let there = ImageRef::parse(&format!("{registry}/{path}"));
                is_listed(trusted, &there) == Some(false)
            })
            .map(|registry| {
                let name = &self.name;
                format!("Podman looks for `{path}` in `{registry}` too: `{name}` says so")
            })
    }

    /// What it says, in a line.
    pub fn summary(&self) -> String {
        let list = |what: &str, all: Vec<&str>| {
            (!all.is_empty()).then(|| format!("{what} {}", all.join(", ")))
        };
        let texts = |all: &'_ [String]| {
            all.iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let parts: Vec<String> = match &self.content {
            Content::Daemon(daemon) => {
                let (plain, mirrors) = (
                    texts(&daemon.insecure_registries),
                    texts(&daemon.registry_mirrors),
                );
                let plain = (!plain.is_empty()).then(|| format!("over plain HTTP: {plain}"));
                let mirrors =
                    (!mirrors.is_empty()).then(|| format!("mirrors of Docker Hub: {mirrors}"));
                plain.into_iter().chain(mirrors).collect()
            }
            Content::Registries(registries) => {
                let of = |wanted: &dyn Fn(&Registry) -> bool| -> Vec<&str> {
                    let registries = registries.registry.iter().filter(|r| wanted(r));
                    registries.filter_map(Registry::scope).collect()
                };
                let searched = texts(&registries.unqualified_search_registries);
                let searched = (!searched.is_empty())
                    .then(|| format!("short names are looked for in: {searched}"));
                list("blocked:", of(&|r| r.blocked))
                    .into_iter()
                    .chain(list("TLS not verified:", of(&|r| r.insecure)))
                    .chain(list("with mirrors:", of(&|r| !r.mirror.is_empty())))
                    .chain(searched)
                    .collect()
            }
            Content::Signatures(signatures) => {
                let docker = signatures.transports.get("docker");
                let rejected = docker.into_iter().flatten();
                let rejected = rejected.filter(|(_, r)| is_rejected(r));
                let rejected: Vec<&str> = rejected.map(|(scope, _)| scope.as_str()).collect();
                let rest = is_rejected(&signatures.default);
                let rest = rest.then(|| "rejected: what no scope is for".to_owned());
                list("rejected:", rejected)
                    .into_iter()
                    .chain(rest)
                    .collect()
            }
            Content::Trust(trust) => {
                let scopes = trust.trust_policies.iter().flat_map(|p| &p.registry_scopes);
                let scopes = scopes.map(String::as_str).collect();
                list("trust policies for:", scopes).into_iter().collect()
            }
        };
        if parts.is_empty() {
            "nothing about registries".to_owned()
        } else {
            parts.join("; ")
        }
    }
}

/// Host and port of a location: `http://mirror.example:5000/x`.
fn host(location: &str) -> &str {
    let rest = location
        .split_once("://")
        .map_or(location, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

impl Registry {
    /// What it is for.
    fn scope(&self) -> Option<&str> {
        self.prefix.as_deref().or(self.location.as_deref())
    }

    /// How long the part of a name is that it is for, if it is for that name.
    fn fits(&self, full: &str) -> Option<usize> {
        let scope = self.scope()?.trim_end_matches('/');
        if let Some(domain) = scope.strip_prefix("*.") {
            let host = full.split('/').next().unwrap_or_default();
            let below = host.strip_suffix(domain)?;
            return below.ends_with('.').then_some(domain.len());
        }
        is_in(full, scope).then_some(scope.len())
    }
}

impl Registries {
    /// The entry for a name in full: the one whose prefix is the longest.
    fn of(&self, full: &str) -> Option<&Registry> {
        let fitting = self
            .registry
            .iter()
            .filter_map(|r| Some((r.fits(full)?, r)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, r)| r)
    }
}

/// All requirements have to be met.
fn is_rejected(requirements: &[Requirement]) -> bool {
    requirements.iter().any(|r| r.r#type == "reject")
}

impl Signatures {
    /// Whether an image is refused whatever its signatures: the narrowest scope decides.
    fn rejects(&self, image: &ImageRef, full: &str) -> bool {
        let Some(docker) = self.transports.get("docker") else {
            return is_rejected(&self.default);
        };
        let tag = image.effective_tag().map(|tag| format!("{full}:{tag}"));
        let digest = image.digest.as_ref().and_then(|d| d.known());
        let digest = digest.map(|digest| format!("{full}@{digest}"));
        let parents = std::iter::successors(Some(full), |name| {
            name.rsplit_once('/').map(|(parent, _)| parent)
        });
        let host = full.split('/').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        let domains = std::iter::successors(host.split_once('.').map(|(_, rest)| rest), |name| {
            name.split_once('.').map(|(_, rest)| rest)
        });
        let scopes = digest
            .into_iter()
            .chain(tag)
            .chain(parents.map(str::to_owned))
            .chain(domains.map(|domain| format!("*.{domain}")))
            .chain([String::new()]);
        let found = scopes.filter_map(|scope| docker.get(&scope)).next();
        is_rejected(found.unwrap_or(&self.default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> PolicySource {
        PolicySource::read(name, text).unwrap()
    }

    #[test]
    fn the_engines_file_names_registries_without_a_certificate() {
        let text = r#"{"insecure-registries": ["old.example", "10.0.0.0/8"],
                       "registry-mirrors": ["http://mirror.example:5000"], "debug": true}"#;
        let source = read("daemon.json", text);
        let plain = |image: &str| source.plain_http(&ImageRef::parse(image));
        assert!(
            plain("old.example/a")
                .unwrap()
                .contains("`daemon.json` lists it")
        );
        assert!(plain("10.1.2.3/a").is_some() && plain("new.example/a").is_none());
        assert!(
            plain("python:3")
                .unwrap()
                .contains("`http://mirror.example:5000`")
        );
        assert!(source.refusal(&ImageRef::parse("old.example/a")).is_none());
        let local = r#"{"registry-mirrors": ["http://localhost:5000", "https://m.example"]}"#;
        let source = read("daemon.json", local);
        assert!(source.plain_http(&ImageRef::parse("python:3")).is_none());
    }

    #[test]
    fn of_podmans_registries_the_longest_prefix_decides() {
        let source = read(
            "registries.conf",
            "unqualified-search-registries = ['docker.io', 'quay.io']\n\
             [[registry]]\nlocation = 'docker.io'\nblocked = true\n\
             [[registry]]\nprefix = 'docker.io/library'\nlocation = 'mirror.example/hub'\n\
             insecure = true\n\
             [[registry]]\nprefix = '*.corp.example'\ninsecure = true\n\
             [[registry]]\nprefix = 'quay.io'\n\
             [[registry.mirror]]\nlocation = 'm.example:5000/quay'\ninsecure = true\n",
        );
        let refused = |image: &str| source.refusal(&ImageRef::parse(image)).is_some();
        assert!(refused("grafana/grafana") && !refused("python") && !refused("ghcr.io/a/b"));
        assert!(refused("docker.io/libraryx/y"));
        let plain = |image: &str| source.plain_http(&ImageRef::parse(image));
        assert!(
            plain("python")
                .unwrap()
                .contains("`mirror.example` is reached")
        );
        assert!(plain("a.corp.example/x").is_some() && plain("corp.example/x").is_none());
        assert!(
            plain("quay.io/a/b")
                .unwrap()
                .contains("`m.example:5000/quay`")
        );
        let trusted = ["docker.io".to_owned()];
        let searched = |image: &str| source.untrusted_search(&ImageRef::parse(image), &trusted);
        assert!(searched("python").unwrap().contains("in `quay.io` too"));
        assert!(searched("docker.io/library/python").is_none());
    }

    #[test]
    fn of_podmans_policy_the_narrowest_scope_decides() {
        let source = read(
            "policy.json",
            r#"{"default": [{"type": "reject"}], "transports": {"docker": {
                "docker.io/library": [{"type": "insecureAcceptAnything"}],
                "docker.io/library/python:2": [{"type": "reject"}],
                "*.corp.example": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k"}]
            }, "docker-daemon": {"": [{"type": "insecureAcceptAnything"}]}}}"#,
        );
        let refused = |image: &str| source.refusal(&ImageRef::parse(image)).is_some();
        assert!(!refused("python:3") && refused("python:2") && refused("ghcr.io/a/b"));
        assert!(!refused("r.corp.example:5000/a") && refused("corp.example/a"));
    }

    #[test]
    fn what_no_trust_policy_is_for_is_not_verified() {
        let source = read(
            "trustpolicy.json",
            r#"{"version": "1.0", "trustPolicies": [{"name": "a", "registryScopes":
                ["r.example/golden/java"], "signatureVerification": {"level": "strict"}}]}"#,
        );
        let refused = |image: &str| source.refusal(&ImageRef::parse(image)).is_some();
        assert!(!refused("r.example/golden/java:1907") && refused("r.example/golden/node"));
        let all = read(
            "t.json",
            r#"{"trustPolicies": [{"registryScopes": ["*"]}]}"#,
        );
        assert!(all.refusal(&ImageRef::parse("python")).is_none());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let at = |name: &str, text: &str| {
            let error = PolicySource::read(name, text).unwrap_err();
            (error.message, error.span.map(|s| s.start))
        };
        let (message, place) = at("daemon.json", "{\n  \"insecure-registries\": 3\n}");
        assert!(message.contains("expected a sequence"), "{message}");
        assert_eq!(place, Some(27));
        assert_eq!(at("r.conf", "[registries.search]\n").1, Some(1));
        assert!(
            at("policy.json", "{\"default\": 1, \"transports\": {}}")
                .0
                .contains("sequence")
        );
        assert!(at("registries.conf", "registry = 3\n").1.is_some());
    }
}
