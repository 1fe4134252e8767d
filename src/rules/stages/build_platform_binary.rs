//! `build-platform-binary`: a program that is compiled for the builder and shipped for the target.

use crate::facts::{Command, CopyOrigin, Facts, FromTarget, Node, Stage};
use crate::path::clean;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(BuildPlatformBinary);

/// The argument that has the platform of the builder.
const BUILD_PLATFORM: &str = "BUILDPLATFORM";

/// What says that something is compiled for another platform.
const CROSS: [&str; 9] = [
    "TARGET",
    "GOARCH",
    "GOOS",
    "xx-",
    "--target",
    "zig",
    "goreleaser",
    "buildx",
    "-cross",
];

impl Rule for BuildPlatformBinary {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let Some((built, span, language)) = compiled(facts, stage) else {
            return;
        };
        // Each looks at the stages below, and at those that copy.
        if !facts.may_search(facts.nodes.len()) {
            return;
        }
        let Some(flag) = builders_platform(facts, stage.index) else {
            return;
        };
        let says_more = |n: &Node<'_>| {
            let text = facts.source.slice(n.instruction.span);
            !n.is(Keyword::From) && CROSS.iter().any(|word| text.contains(word))
        };
        if facts.chain_nodes(stage.index).any(says_more) {
            return;
        }
        let Some(copy) = shipped(facts, stage, &built) else {
            return;
        };
        let (call, help) = match language {
            Language::Go => (
                "go build",
                "declare `ARG TARGETOS TARGETARCH` and set `GOOS=$TARGETOS GOARCH=$TARGETARCH` for it, or leave `--platform` out",
            ),
            Language::Rust => (
                "cargo",
                "pass `--target` for the platform in `TARGETPLATFORM`, or leave `--platform` out",
            ),
        };
        cx.report(
            span,
            format!("`{call}` compiles for the builder's platform here, whatever the image is for"),
        )
        .label(flag, "the builder's platform")
        .label(copy, "copied into an image for the target's")
        .help(help);
    }
}

/// The flag that lets a stage's chain run on the builder's platform.
fn builders_platform(facts: &Facts<'_>, stage: usize) -> Option<Span> {
    let root = facts.chain(stage).last()?;
    let word = root.from.flag_value("platform")?;
    facts.repeats(word, BUILD_PLATFORM).then_some(word.span)
}

/// Whose compiler it is.
#[derive(Clone, Copy)]
enum Language {
    Go,
    Rust,
}

/// What a stage compiles: where it ends up, from the root without a slash, and the call.
fn compiled(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<(String, Span, Language)> {
    let nodes = facts.nodes_of(stage).iter();
    let runs = nodes.filter(|n| matches!(n.instruction.kind, Kind::Run(_)) && !n.onbuild);
    runs.flat_map(|n| n.commands().iter().map(move |c| (n, c)))
        .find_map(|(node, command)| {
            let verb = command.subcommand()?;
            let language = match (command.name.as_str(), verb) {
                ("go", "build" | "install") => Language::Go,
                ("cargo", "build" | "install") => Language::Rust,
                _ => return None,
            };
            let path = output(facts, node, command, verb, language)?;
            let words = command
                .words
                .first()?
                .span
                .to(command.operands(&[]).next()?.span);
            Some((path, words, language))
        })
}

fn output(
    facts: &Facts<'_>,
    node: &Node<'_>,
    command: &Command,
    verb: &str,
    language: Language,
) -> Option<String> {
    // A script that moves may be anywhere.
    let moves = node.commands().iter().any(|c| c.name == "cd");
    let path = match (language, verb) {
        (Language::Go, "install") => "/go/bin".to_owned(),
        (Language::Go, _) => match command.flag_value("-o") {
            Some(path) if path.starts_with('/') || !moves => facts.absolute(node, path)?,
            None if !moves => facts.workdir_at(node)?.to_owned(),
            _ => return None,
        },
        (Language::Rust, "install") => return None,
        (Language::Rust, _) if moves || command.has_flag("--target-dir") => return None,
        (Language::Rust, _) => facts.absolute(node, "target")?,
    };
    Some(clean(&path).trim_start_matches('/').to_owned())
}

/// The copy that takes it into a stage for the target's platform.
fn shipped(facts: &Facts<'_>, from: &Stage<'_>, built: &str) -> Option<Span> {
    let covers = |path: &str| {
        let inside = |outer: &str, inner: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        path == "." || inside(path, built) || inside(built, path)
    };
    let stages = facts.stages.iter().filter(|s| s.in_final);
    let targets = stages.filter(|s| builders_platform(facts, s.index).is_none());
    targets
        .flat_map(|s| facts.copies_of(s))
        .filter(|c| c.origin == CopyOrigin::From(FromTarget::Stage(from.index)))
        .flat_map(|c| &c.sources)
        .find(|s| s.path().is_some_and(|p| covers(&p)))
        .map(|s| s.span)
}
