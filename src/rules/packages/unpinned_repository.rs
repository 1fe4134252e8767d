//! `unpinned-repository`: what a repository holds today.

use super::unpinned::is_branch;
use crate::facts::{Base, Command, Facts, Node, Remote};
use crate::rule::{Context, Rule, rule};
use crate::shell::Word;
use crate::span::Span;
use crate::syntax::{Kind, Transfer};

rule!(UnpinnedRepository);

/// How many clones of a RUN are labelled besides the first.
const LABELS: usize = 3;

/// Options of `git clone` that take the next word.
const CLONE: [&str; 16] = [
    "-b",
    "--branch",
    "--depth",
    "-o",
    "--origin",
    "-j",
    "--jobs",
    "-c",
    "--config",
    "--reference",
    "--separate-git-dir",
    "--template",
    "-u",
    "--shallow-since",
    "--filter",
    "--revision",
];

impl Rule for UnpinnedRepository {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        match &node.instruction.kind {
            Kind::Add(transfer) => added(cx, node, transfer),
            Kind::Run(_) => cloned(cx, node),
            _ => {}
        }
    }

    fn check_command(&self, cx: &mut Context<'_>, _node: &Node<'_>, command: &Command) {
        if command.name == "helm" {
            plugin(cx, command);
        }
        for word in command.args() {
            if let Some(text) = word.literal()
                && let Some(branch) = branch_of_archive(text)
            {
                report_archive(cx, word.span, text, branch);
                return;
            }
        }
    }
}

/// An ADD of a repository.
fn added(cx: &mut Context<'_>, node: &Node<'_>, transfer: &Transfer) {
    for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
        let Some(text) = cx.facts.text(node.index, &source.word) else {
            continue;
        };
        if Remote::of(&text) != Some(Remote::Git) {
            if let Some(branch) = branch_of_archive(&text) {
                report_archive(cx, source.word.span, &text, branch);
            }
            continue;
        }
        let (url, revision) = revision_of(&text);
        if let Some(what) = moves(revision) {
            cx.report(source.word.span, format!("`{url}` is taken {what}"))
                .help(format!("name a tag or a commit: `{url}#<commit>`"));
        }
    }
}

/// The branch that an address of GitHub or GitLab takes an archive of.
fn branch_of_archive(text: &str) -> Option<&str> {
    let path = text.split(['?', '#']).next()?.strip_prefix("https://")?;
    let (host, path) = path.trim_start_matches("www.").split_once('/')?;
    let without_ending = |name: &'_ str| {
        let endings = [".tar.gz", ".tgz", ".zip"];
        endings
            .iter()
            .find_map(|e| name.strip_suffix(e))
            .map(str::len)
    };
    let mut parts = path.splitn(3, '/');
    let rest = match host {
        "github.com" | "codeload.github.com" => parts.nth(2)?,
        _ => {
            let (_, rest) = path.split_once("/-/archive/")?;
            return rest.split('/').next().filter(|branch| is_branch(branch));
        }
    };
    let (kind, revision) = rest.split_once('/')?;
    let revision = match kind {
        "archive" => revision.get(..without_ending(revision)?)?,
        "tarball" | "zipball" | "tar.gz" | "zip" => revision,
        _ => return None,
    };
    is_branch(revision).then(|| revision.trim_start_matches("refs/heads/"))
}

fn report_archive(cx: &mut Context<'_>, span: Span, text: &str, branch: &str) {
    cx.report(
        span,
        format!("`{text}` is taken as `{branch}` is on the day"),
    )
    .help("name a tag or a commit: `archive/refs/tags/<tag>.tar.gz`, `archive/<commit>.tar.gz`");
}

/// The clones of a RUN that nothing behind them takes to a commit.
fn cloned(cx: &mut Context<'_>, node: &Node<'_>) {
    let clones = node.commands().iter().filter_map(clone);
    let found: Vec<(&Word, &str, String)> = clones.collect();
    let Some(((word, text, what), more)) = found.split_first() else {
        return;
    };
    // `git checkout`, `git reset --hard`: in this RUN or in a later one.
    let Some(stage) = node.stage else { return };
    let settles = |c: &Command| {
        const VERBS: [&str; 7] = [
            "checkout",
            "reset",
            "switch",
            "fetch",
            "rev-parse",
            "log",
            "describe",
        ];
        c.name == "git" && c.words.iter().any(|w| VERBS.iter().any(|verb| w.is(verb)))
    };
    let mut later = cx
        .facts
        .chain_nodes(stage)
        .filter(|n| n.index >= node.index);
    if makes_builds(cx.facts, stage) || later.any(|n| n.commands().iter().any(settles)) {
        return;
    }
    let mut report = cx
        .report(word.span, format!("`{text}` is cloned {what}"))
        .help("name a tag, `--branch <tag>`, or check a commit out: `git checkout <commit>`");
    for (word, ..) in more.iter().take(LABELS) {
        report = report.label(word.span, "this one too");
    }
}

/// Whether the base is there to build whatever is current: what fuzzers test.
fn makes_builds(facts: &Facts<'_>, stage: usize) -> bool {
    matches!(facts.root_base(stage), Base::Image(image) if image.text.contains("/oss-fuzz-base/"))
}

/// What a `git clone` clones, and how that moves, if it does.
fn clone(command: &Command) -> Option<(&Word, &str, String)> {
    if command.name != "git" || command.subcommand() != Some("clone") {
        return None;
    }
    let mut operands = command.operands(&CLONE);
    let url = operands.find(|word| !word.is("clone"))?;
    let text = url.literal().filter(|t| is_address(t))?;
    let named = command.has_any_flag(&["-b", "--branch"]);
    let branch = command.flag_value("-b").or(command.flag_value("--branch"));
    let what = match (branch, named) {
        // A variable.
        (None, true) => None,
        _ if command.has_flag("--revision") => None,
        (branch, _) => moves(branch),
    };
    Some((url, text, what?))
}

/// `helm plugin install` without a version.
fn plugin(cx: &mut Context<'_>, command: &Command) {
    let words: Vec<&Word> = command.operands(&["--version"]).collect();
    let [plugin, install, url, ..] = words.as_slice() else {
        return;
    };
    if !plugin.is("plugin") || !matches!(install.literal(), Some("install" | "add")) {
        return;
    }
    let Some(text) = url.literal().filter(|t| is_address(t)) else {
        return;
    };
    let is_archive = [".tgz", ".tar.gz", ".zip"]
        .iter()
        .any(|e| text.ends_with(e));
    if !is_archive && !command.has_flag("--version") {
        cx.report(
            url.span,
            format!("`{text}` is taken in whatever version is current"),
        )
        .help("name the version: `--version <version>`");
    }
}

fn is_address(text: &str) -> bool {
    text.contains("://") || text.starts_with("git@")
}

/// The address of a repository and what is asked for behind it: `#tag:folder`, `?ref=tag`.
fn revision_of(text: &str) -> (&str, Option<&str>) {
    let (url, fragment) = match text.split_once('#') {
        Some((url, fragment)) => (url, Some(fragment)),
        None => (text, None),
    };
    let (url, query) = match url.split_once('?') {
        Some((url, query)) => (url, Some(query)),
        None => (url, None),
    };
    let queried = query.and_then(|query| {
        let names = ["ref=", "tag=", "branch=", "commit=", "checksum="];
        query
            .split('&')
            .find_map(|part| names.iter().find_map(|name| part.strip_prefix(name)))
    });
    let named = fragment.and_then(|f| f.split(':').next());
    (url, queried.or(named).filter(|r| !r.is_empty()))
}

/// How a revision moves, if it does.
fn moves(revision: Option<&str>) -> Option<String> {
    match revision {
        None => Some("as its default branch is on the day".to_owned()),
        Some(name) if is_branch(name) => Some(format!("as `{name}` is on the day")),
        Some(_) => None,
    }
}
