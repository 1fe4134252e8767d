//! `heavy-base`: the final image is built on the full variant of a base that has a slim one.

use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Facts, ImageUseKind, Stage};
use crate::images::{ImageRef, Tag, official_name};
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    HeavyBase {
        /// Images that may be full; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for HeavyBase {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        let Some(root) = facts.chain(last.index).last() else {
            return;
        };
        let mut stages = facts.chain(last.index);
        if stages.any(|stage| builds(facts, stage)) {
            return;
        }
        let used = facts
            .own_images()
            .find(|i| i.kind == ImageUseKind::From(root.index));
        let Some(used) = used.filter(|i| !fits_any(&self.allow, &i.image)) else {
            return;
        };
        let Some((name, slim, what)) = lighter(&used.image) else {
            return;
        };
        let place = facts.version_place(used);
        let message = format!(
            "`{}` has {what}, `{name}:{slim}` has not",
            used.image.shown()
        );
        cx.report_at(&place, message)
            .help(format!("build on `{name}:{slim}`"));
    }
}

/// What the full variants have on top.
const COMPILERS: &str = "compilers";

/// Where the word `slim` goes in a tag.
enum Order {
    /// `3.13-slim-bookworm`
    Before,
    /// `22-bookworm-slim`
    Behind,
}

/// Docker Official Images that have a slim variant of every release.
const SLIM: [(&str, Order, &str); 9] = [
    ("debian", Order::Behind, "documentation and translations"),
    ("elixir", Order::Behind, COMPILERS),
    ("erlang", Order::Behind, COMPILERS),
    ("node", Order::Behind, COMPILERS),
    ("perl", Order::Before, COMPILERS),
    ("pypy", Order::Before, COMPILERS),
    ("python", Order::Before, COMPILERS),
    ("ruby", Order::Before, COMPILERS),
    ("swift", Order::Behind, "the whole toolchain"),
];

/// The code names that tags of these images have.
const SYSTEMS: [&str; 8] = [
    "bookworm", "bullseye", "buster", "focal", "jammy", "noble", "stretch", "trixie",
];

/// The name, the tag of the slim variant, and what it leaves out.
fn lighter(image: &ImageRef) -> Option<(String, String, &'static str)> {
    let official = official_name(image)?;
    let (_, order, what) = SLIM.iter().find(|(name, ..)| *name == official)?;
    if image.is_hidden() || image.digest.is_some() || image.is_untagged() {
        return None;
    }
    let tag = Tag::of(image)?;
    let system = |words: &str| SYSTEMS.contains(&words);
    let slim = match (tag.version, tag.prefix, tag.suffix, order) {
        // `bookworm`, `latest` have no version.
        ("", _, _, Order::Behind) if system(tag.text) => format!("{}-slim", tag.text),
        ("", _, _, Order::Before) if system(tag.text) => format!("slim-{}", tag.text),
        (_, "", "", _) if !tag.version.is_empty() => format!("{}-slim", tag.text),
        (_, "", suffix, order) => {
            let code = suffix.strip_prefix('-').filter(|code| system(code))?;
            let head = tag.text.strip_suffix(suffix)?;
            match order {
                Order::Before => format!("{head}-slim-{code}"),
                Order::Behind => format!("{head}-{code}-slim"),
            }
        }
        _ => return None,
    };
    Some((image.familiar_name(), slim, what))
}

/// Whether a stage compiles or installs what is compiled, so that it needs the tools.
fn builds(facts: &Facts<'_>, stage: &Stage<'_>) -> bool {
    const TOOLS: [&str; 22] = [
        "autoreconf",
        "bundle",
        "c++",
        "cabal",
        "cargo",
        "cc",
        "clang",
        "cmake",
        "configure",
        "cpanm",
        "g++",
        "gcc",
        "gem",
        "go",
        "make",
        "meson",
        "mix",
        "ninja",
        "rebar3",
        "rustc",
        "stack",
        "swift",
    ];
    let compiles = |c: &Command| TOOLS.contains(&c.name.as_str());
    let installs = |i: &Install| {
        // What a project depends on may have to be compiled.
        matches!(i.action, Action::Restore | Action::Build)
            || i.action == Action::Install && matches!(i.manager, Manager::Cargo | Manager::Gem)
    };
    facts
        .nodes_of(stage)
        .iter()
        .any(|n| n.commands().iter().any(compiles) || n.installs.iter().any(installs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slim_tag_is_written_as_the_image_writes_it() {
        let slim = |text: &str| lighter(&ImageRef::parse(text)).map(|(_, slim, _)| slim);
        for (image, tag) in [
            ("python:3.13", Some("3.13-slim")),
            ("python:3.13.5-bookworm", Some("3.13.5-slim-bookworm")),
            (
                "docker.io/library/node:22-bookworm",
                Some("22-bookworm-slim"),
            ),
            ("debian:trixie", Some("trixie-slim")),
            ("debian:12.5", Some("12.5-slim")),
            ("ruby:bookworm", Some("slim-bookworm")),
            ("swift:6.1-noble", Some("6.1-noble-slim")),
            ("python:3.13-slim", None),
            ("python:3.13-alpine3.22", None),
            ("python:3.13-windowsservercore", None),
            ("python:latest", None),
            ("python", None),
            ("someone/python:3.13", None),
            ("debian:unstable", None),
        ] {
            assert_eq!(slim(image).as_deref(), tag, "{image}");
        }
    }
}
