//! `frontend-too-old`: the frontend that `# syntax=` asks for does not know what the file uses.

use crate::facts::mount::MountKind;
use crate::facts::{Facts, Modifier, Node, WordUse};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind, Word};

rule!(FrontendTooOld);

/// A version of the frontend.
type Version = (u32, u32);

/// What the file asks for.
struct Frontend {
    version: Version,
    /// Whether it is a channel of experimental features.
    labs: bool,
    /// The tag.
    tag: String,
    /// Where the tag stands, if it decides alone.
    tag_span: Option<Span>,
}

/// A feature: the version that brought it, and the one that did under `labs`.
struct Feature {
    floor: Version,
    labs: Version,
}

const fn since(minor: u32) -> Feature {
    Feature {
        floor: (1, minor),
        labs: (1, minor),
    }
}

const fn labs_since(minor: u32, labs: u32) -> Feature {
    Feature {
        floor: (1, minor),
        labs: (1, labs),
    }
}

impl Rule for FrontendTooOld {
    fn check_file(&self, cx: &mut Context<'_>) {
        let Some(directive) = &cx.file().syntax else {
            return;
        };
        let Some(frontend) = Frontend::of(&directive.image, directive.span) else {
            return;
        };
        let mut seen: Vec<String> = Vec::new();
        let facts = cx.facts;
        for node in &facts.nodes {
            features(facts, node, &mut |name, span, feature| {
                let needed = if frontend.labs {
                    feature.labs
                } else {
                    feature.floor
                };
                // Once per feature: one change fixes them all.
                if frontend.version >= needed || seen.contains(&name) {
                    return;
                }
                let (major, minor) = needed;
                let tag = &frontend.tag;
                let message = format!(
                    "{name} needs version {major}.{minor} of the frontend, the file asks for `{tag}`"
                );
                seen.push(name);
                let newest = if frontend.labs { "1-labs" } else { "1" };
                let mut report = cx
                    .report(span, message)
                    .help(format!("ask for `docker/dockerfile:{newest}`"))
                    .label(directive.span, "the frontend");
                if let Some(span) = frontend.tag_span {
                    let title = format!("ask for `docker/dockerfile:{newest}`");
                    let edit = Edit::replace(span, newest);
                    report = report.fix(Fix::unsafe_(title, vec![edit]));
                }
                let _ = report;
            });
        }
    }
}

impl Frontend {
    /// The frontend of an image, if it is Docker's in a version that says which.
    fn of(image: &str, span: Span) -> Option<Self> {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        let (repository, tag) = name.rsplit_once(':')?;
        let repository = repository
            .strip_prefix("index.docker.io/")
            .or_else(|| repository.strip_prefix("docker.io/"))
            .unwrap_or(repository);
        if !matches!(
            repository,
            "docker/dockerfile" | "docker/dockerfile-upstream"
        ) {
            return None;
        }
        let (number, suffix) = tag.split_once('-').unwrap_or((tag, ""));
        let mut parts = number.split('.').map(|p| p.parse::<u32>().ok());
        // `1` is the newest.
        let version = (parts.next()??, parts.next()??);
        let start = span.start + (image.len() - image.split_once(tag)?.1.len() - tag.len()) as u32;
        let end = start + tag.len() as u32;
        Some(Self {
            version,
            labs: suffix.contains("labs") || suffix.contains("experimental"),
            tag: tag.to_owned(),
            tag_span: (digest.is_none() && !span.is_empty()).then(|| Span::new(start, end)),
        })
    }
}

/// Calls `each` with what a node uses that not every version knows.
fn features(facts: &Facts<'_>, node: &Node<'_>, each: &mut dyn FnMut(String, Span, &Feature)) {
    let instruction = node.instruction;
    let keyword = node.keyword();
    for flag in &instruction.flags {
        let feature = match (keyword, flag.name.as_str()) {
            (Some(Keyword::Run), "mount") => labs_since(2, 0),
            (Some(Keyword::Run), "network") => labs_since(3, 1),
            (Some(Keyword::Run), "security") => labs_since(20, 1),
            (Some(Keyword::Copy | Keyword::Add), "chmod") => since(2),
            (Some(Keyword::Copy | Keyword::Add), "link") => since(4),
            (Some(Keyword::Copy | Keyword::Add), "exclude") => labs_since(19, 7),
            (Some(Keyword::Copy), "parents") => labs_since(20, 7),
            (Some(Keyword::Add), "keep-git-dir") => since(1),
            (Some(Keyword::Add), "checksum") => since(6),
            (Some(Keyword::Add), "unpack") => since(17),
            (Some(Keyword::Healthcheck), "start-interval") => since(6),
            _ => continue,
        };
        let name = match keyword {
            Some(keyword) => format!("`{} --{}`", keyword.as_str(), flag.name),
            None => continue,
        };
        each(name, flag.name_span, &feature);
        if flag.name == "chmod"
            && let Some(mode) = &flag.value
            && facts
                .text(node.index, mode)
                .is_some_and(|m| is_symbolic(&m))
        {
            each("a symbolic `--chmod`".to_owned(), mode.span, &since(14));
        }
    }
    if node.onbuild
        && keyword == Some(Keyword::Copy)
        && let Some(from) = instruction.flag("from")
    {
        each(
            "`ONBUILD COPY --from`".to_owned(),
            from.name_span,
            &since(11),
        );
    }
    for mount in &node.mounts {
        if mount.kind == MountKind::Secret
            && let Some(variable) = mount.option("env")
        {
            each(
                "a secret as a variable".to_owned(),
                variable.span,
                &since(10),
            );
        }
    }
    if matches!(
        instruction.kind,
        Kind::Run(_) | Kind::Copy(_) | Kind::Add(_)
    ) {
        for heredoc in facts.heredocs_of(node) {
            let name = "a here-document".to_owned();
            each(name, heredoc.word_span, &labs_since(4, 3));
        }
    }
    let mut patterns = |word: &Word| {
        for reference in facts.references(word) {
            if reference.modifier == Some(Modifier::Pattern) {
                let name = "a pattern in `${…}`".to_owned();
                each(name, reference.span, &since(7));
            }
        }
    };
    if let Kind::From(from) = &instruction.kind {
        patterns(&from.image);
    }
    facts.expanded_words(node, &mut |expanded| {
        if expanded.used != WordUse::Body {
            patterns(expanded.word);
        }
    });
}

/// Whether a mode is written in letters.
fn is_symbolic(mode: &str) -> bool {
    !mode.is_empty() && !mode.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_docker_s_own_images_with_a_version_say_which_they_are() {
        let of = |image: &str| {
            Frontend::of(image, Span::new(9, 9 + image.len() as u32)).map(|f| (f.version, f.labs))
        };
        assert_eq!(of("docker/dockerfile:1.3"), Some(((1, 3), false)));
        assert_eq!(
            of("docker.io/docker/dockerfile:1.7.0-labs"),
            Some(((1, 7), true))
        );
        assert_eq!(
            of("docker/dockerfile:1.0-experimental"),
            Some(((1, 0), true))
        );
        assert_eq!(
            of(
                "docker/dockerfile:1.2.1@sha256:e2a8561e419ab1ba6b2fe6cbdf49fd92b95912df1cf7d313c3e2230a333fdbcc"
            ),
            Some(((1, 2), false))
        );
        for image in [
            "docker/dockerfile",
            "docker/dockerfile:1",
            "docker/dockerfile:1-labs",
            "docker/dockerfile:labs",
            "docker/dockerfile-upstream:master",
            "example.com/docker/dockerfile:1.2",
            "me/dockerfile:1.2",
            "docker/dockerfile@sha256:e2a8",
        ] {
            assert_eq!(of(image), None, "{image}");
        }
        let image = "docker.io/docker/dockerfile:1.2";
        let span = Frontend::of(image, Span::new(9, 40)).unwrap().tag_span;
        assert_eq!(span, Some(Span::new(37, 40)));
    }
}
