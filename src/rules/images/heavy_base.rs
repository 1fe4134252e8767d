//! `heavy-base`: the final image is built on the full variant of a base that has a slim one.

use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Facts, ImageUseKind, Stage};
use crate::images::{ImageRef, Slim, SlimWord, Tag, is_code_name_since, slim};
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
        let Some(last) = facts.product() else {
            return;
        };
        let Some(root) = facts.chain(last.index).last() else {
            return;
        };
        let mut stages = facts.chain(last.index);
        if facts.is_for_development() || stages.any(|stage| builds(facts, stage)) {
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
        if what != COMPILERS && installs_java(facts, last.index) {
            return;
        }
        // What starts nothing of its own is a base for others, which may well compile; and a slim
        // variant lacks programs that the file calls.
        if what == COMPILERS
            && (facts.launch(last.index).node().is_none() || takes_more(facts, last.index))
        {
            return;
        }
        let place = facts.version_place(used);
        let message = format!(
            "`{}` has {what}, `{name}:{slim}` has not",
            used.image.shown()
        );
        cx.report_at(&place, message)
            .help(format!("build on `{name}:{slim}`"));
    }
}

/// What the slim variants of language images leave out.
const COMPILERS: &str = "compilers";

/// Before that year there were no slim variants.
const FIRST_YEAR: u16 = 2017;

/// The name, the tag of the slim variant, and what it leaves out.
fn lighter(image: &ImageRef) -> Option<(String, String, &'static str)> {
    let Slim { word, without } = slim(image)?;
    if image.is_hidden() || image.digest.is_some() || image.is_untagged() {
        return None;
    }
    let tag = Tag::of(image)?;
    let system = |word: &str| is_code_name_since(word, FIRST_YEAR);
    let slim = match (tag.version, tag.prefix, tag.suffix, word) {
        // `bookworm`, `latest` have no version.
        ("", _, _, SlimWord::Behind) if system(tag.text) => format!("{}-slim", tag.text),
        ("", _, _, SlimWord::Before) if system(tag.text) => format!("slim-{}", tag.text),
        (_, "", "", _) if !tag.version.is_empty() => format!("{}-slim", tag.text),
        (_, "", suffix, word) => {
            let code = suffix.strip_prefix('-').filter(|code| system(code))?;
            let head = tag.text.strip_suffix(suffix)?;
            match word {
                SlimWord::Before => format!("{head}-slim-{code}"),
                SlimWord::Behind => format!("{head}-{code}-slim"),
            }
        }
        _ => return None,
    };
    Some((image.familiar_name(), slim, without))
}

/// Whether Debian's Java is installed: its packages fail to where the folders of manual pages are
/// missing, as in slim variants.
fn installs_java(facts: &Facts<'_>, stage: usize) -> bool {
    let mut installs = facts.chain_nodes(stage).flat_map(|n| n.run_installs());
    installs.any(|i| {
        i.packages.iter().any(|p| {
            p.name.starts_with("openjdk-")
                || p.name.starts_with("default-jre")
                || p.name.starts_with("default-jdk")
        })
    })
}

/// Whether a stage or one below calls what full variants bring along and slim ones do not.
fn takes_more(facts: &Facts<'_>, stage: usize) -> bool {
    const ONLY_FULL: [&str; 14] = [
        "bzr",
        "curl",
        "file",
        "git",
        "hg",
        "mysql_config",
        "patch",
        "pg_config",
        "pkg-config",
        "ssh",
        "svn",
        "unzip",
        "wget",
        "xz",
    ];
    let installed = |name: &str| {
        let mut installs = facts.chain_nodes(stage).flat_map(|n| n.run_installs());
        installs.any(|i| i.packages.iter().any(|p| p.name == name))
    };
    facts
        .chain_nodes(stage)
        .flat_map(|n| n.commands())
        .any(|c| ONLY_FULL.contains(&c.name.as_str()) && !installed(&c.name))
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
    // PyPI has these as sources only, or had for long: pip compiles them.
    const SOURCES: [&str; 13] = [
        "dbus-python",
        "m2crypto",
        "mariadb",
        "mysqlclient",
        "psycopg2",
        "pycairo",
        "pycrypto",
        "pycurl",
        "pygobject",
        "pygraphviz",
        "pyodbc",
        "python-ldap",
        "uwsgi",
    ];
    let is_source = |name: &str| SOURCES.contains(&name.to_ascii_lowercase().as_str());
    let compiles = |c: &Command| TOOLS.contains(&c.name.as_str());
    let installs = |i: &Install| {
        // What a project depends on may have to be compiled.
        matches!(i.action, Action::Restore | Action::Build)
            || i.action == Action::Install && matches!(i.manager, Manager::Cargo | Manager::Gem)
            || i.action == Action::Install && i.packages.iter().any(|p| is_source(&p.name))
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
