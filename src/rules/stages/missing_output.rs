//! `missing-output`: COPY takes from a stage what the stage does not make.

use crate::diagnostic::Severity;
use crate::facts::node_project::Output;
use crate::facts::{Base, Command, Copied, CopyOrigin, Facts, FromTarget, Node, Stage};
use crate::images::{application_folder, official_name};
use crate::path::{clean, is_in};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};
use crate::text::has_wildcard;

rule!(MissingOutput);

/// What Next.js reads its settings from.
const NEXT: [&str; 5] = [
    "next.config.cjs",
    "next.config.js",
    "next.config.mjs",
    "next.config.mts",
    "next.config.ts",
];

/// Where Next.js puts what runs without the project.
const STANDALONE: &str = "/.next/standalone";

impl Rule for MissingOutput {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(copied) = facts.copied(node).filter(|_| node.is(Keyword::Copy)) else {
            return;
        };
        let CopyOrigin::From(FromTarget::Stage(from)) = copied.origin else {
            return;
        };
        let needed = facts.stage_of(node).is_some_and(|stage| stage.is_needed);
        let Some(stage) = facts.stages.get(from).filter(|_| needed) else {
            return;
        };
        for source in &copied.sources {
            let Some(path) = source.path().filter(|p| !has_wildcard(p) && p != ".") else {
                continue;
            };
            let path = clean(&format!("/{path}"));
            if let Some(file) = is_not_standalone(facts, stage, &path) {
                cx.report(
                    source.span,
                    format!(
                        "`{file}` does not ask Next.js for `standalone`, so there is no such folder"
                    ),
                )
                .help(format!("set `output: \"standalone\"` in `{file}`"))
                .severity(Severity::Error);
                continue;
            }
            if is_lacking_public(facts, stage, &path) {
                cx.report(
                    source.span,
                    "the project has no `public`, and Next.js makes none",
                )
                .help("add the folder with a file in it, or leave this out")
                .severity(Severity::Error);
                continue;
            }
            if let Some((output, wrong, right)) = other_folder(facts, stage, &path) {
                let (program, folder) = (output.program, output.folder);
                cx.report(
                    source.span,
                    format!(
                        "`{program}` puts what it builds into `{folder}`: there is no `{wrong}`"
                    ),
                )
                .help(format!("copy `{right}`"))
                .severity(Severity::Error);
                continue;
            }
            if let Some(folder) = unknown_folder(facts, stage, copied, &path) {
                cx.report(
                    source.span,
                    format!("nothing in the stage `{}` makes `{folder}`", stage.label()),
                )
                .help("name the folder that the stage works in");
            }
        }
    }
}

/// The configuration of Next.js that makes no `standalone`, if a path is in that.
fn is_not_standalone(facts: &Facts<'_>, stage: &Stage<'_>, path: &str) -> Option<String> {
    let (project, _) = path.split_once(STANDALONE)?;
    let last = facts.nodes_of(stage).last()?;
    let is_told = facts.chain_nodes(stage.index).any(|node| {
        let text = facts.source.slice(node.instruction.span);
        text.contains("standalone") || text.contains("next.config")
    });
    let found: Vec<String> = NEXT
        .iter()
        .filter_map(|name| facts.brought(last, &format!("{project}/{name}")))
        .collect();
    let ([file], false) = (found.as_slice(), is_told) else {
        return None;
    };
    let text = facts.read_from_context(file, 1 << 18)?;
    // It may come from another file, or from the environment.
    let hides = ["standalone", "output", "./", "../", "process.env"];
    (!hides.iter().any(|word| text.contains(word))).then(|| file.clone())
}

/// Whether a path is the `public` of a project of Next.js that has none.
fn is_lacking_public(facts: &Facts<'_>, stage: &Stage<'_>, path: &str) -> bool {
    let Some(project) = path.strip_suffix("/public") else {
        return false;
    };
    let (Some(last), Some(context)) = (facts.nodes_of(stage).last(), facts.context()) else {
        return false;
    };
    let is_told = facts
        .chain_nodes(stage.index)
        .any(|node| facts.source.slice(node.instruction.span).contains("public"));
    // All of the project is copied, not parts of it.
    let is_whole = facts.chain_nodes(stage.index).any(|node| {
        let copied = facts.copied(node);
        copied.is_some_and(|c| c.whole_context().is_some() && c.target.as_deref() == Some(project))
    });
    let is_next = || {
        let project = facts.node_project(last);
        project.is_some_and(|project| project.depends_on("next"))
    };
    is_whole && !is_told && !context.exists("public") && !context.is_made("public") && is_next()
}

/// Folders that tools of JavaScript build into.
const BUILT: [&str; 4] = ["build", "dist", "out", "output"];

/// Where the tool that a stage builds with puts its output, if a path asks for it elsewhere; that folder,
/// and the right one.
fn other_folder(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    path: &str,
) -> Option<(&'static Output, String, String)> {
    let builds = |command: &Command| {
        let mut words = command.words.iter().filter_map(|w| w.literal());
        let manager = words.next()?;
        let verb = words.next()?;
        let script = match (manager, verb) {
            ("npm" | "pnpm" | "yarn" | "bun", "run") => words.next()?,
            ("pnpm" | "yarn", script) => script,
            _ => return None,
        };
        (words.next().is_none() && script == "build").then_some(())
    };
    let build = facts
        .nodes_of(stage)
        .iter()
        .rfind(|n| n.commands().iter().any(|c| builds(c).is_some()))?;
    let project = facts.node_project(build)?;
    let folder = clean(facts.directory_at(build)?);
    let rest = path
        .strip_prefix(folder.trim_end_matches('/'))?
        .strip_prefix('/')?;
    let asked = rest.split('/').next().filter(|f| BUILT.contains(f))?;
    let context = facts.context()?;
    let file = project.path_of(asked);
    if context.exists(&file) || context.is_made(&file) {
        return None;
    }
    // Anything else may make the folder, or tell the tool of it.
    let speaks = facts.chain_nodes(stage.index).any(|node| {
        let text = facts.source.slice(node.instruction.span);
        let is_other = |c: &Command| {
            builds(c).is_none()
                && c.words.iter().any(|w| {
                    w.raw
                        .split('/')
                        .any(|part| part.trim_matches(['"', '\'']) == asked)
                })
        };
        let paths = ["outDir", "BUILD_PATH", "--dest"];
        node.commands().iter().any(is_other)
            || moves_far(node)
            || paths.iter().any(|p| text.contains(p))
            || facts
                .copied(node)
                .is_some_and(|c| c.origin != CopyOrigin::Context)
    });
    let output = project
        .output(facts, "build")
        .filter(|o| !speaks && o.folder != asked)?;
    let at = |name: &str| format!("{}/{name}", folder.trim_end_matches('/'));
    let right = path.replacen(&at(asked), &at(output.folder), 1);
    Some((output, at(asked), right))
}

/// The folder of a path that nothing in a stage speaks of.
fn unknown_folder(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    copied: &Copied,
    path: &str,
) -> Option<&'static str> {
    let folder = application_folder(path)?;
    let Base::Image(image) = facts.root_base(stage.index) else {
        return None;
    };
    let base = facts.base_workdir(stage.index);
    let is_plain = official_name(image).is_some()
        && facts.is_plain_base(stage.index)
        && base.is_some_and(|base| !is_in(base, folder));
    let tag = image.effective_tag().unwrap_or_default();
    if !is_plain || tag.contains("onbuild") || !facts.may_search(facts.nodes.len()) {
        return None;
    }
    // A relative path, a variable or a script of the project may lead there.
    let name = folder.trim_start_matches('/');
    let first = name.split('/').next().unwrap_or(name);
    let near = |path: &str| is_in(path, folder) || is_in(folder, path) && path != "/";
    let speaks = facts.chain_nodes(stage.index).any(|node| {
        let text = facts.source.slice(node.instruction.span);
        let is_hidden = match &node.instruction.kind {
            Kind::Run(_) => {
                let words = [format!(" {first}"), format!("{first}/")];
                node.script.as_ref().is_none_or(|s| s.unread)
                    || moves_far(node)
                    || words.iter().any(|word| text.contains(word))
            }
            Kind::Workdir(word) => {
                let path = facts.text(node.index, word);
                let path = path.and_then(|path| facts.absolute(node, &path));
                path.is_none_or(|path| near(&clean(&path)))
            }
            _ => facts
                .copied(node)
                .is_some_and(|c| c.target.as_deref().is_none_or(near)),
        };
        node.index != copied.node && (is_hidden || speaks_of(text, folder))
    });
    (!speaks).then_some(folder)
}

/// Whether a text has a folder's path in it, or a relative one that may mean it.
fn speaks_of(text: &str, folder: &str) -> bool {
    text.contains(folder)
        || text.contains("../")
        || folder == "/usr/src/app" && text.contains("/usr/src")
}

/// Whether a RUN may make anything anywhere: it runs a script of the project, or `make`.
fn moves_far(node: &Node<'_>) -> bool {
    node.commands().iter().any(|c| {
        matches!(
            c.name.as_str(),
            "sh" | "bash" | "make" | "git" | "tar" | "unzip" | ""
        ) && !c.words.is_empty()
            || c.name.ends_with(".sh")
            || c.name.ends_with(".py")
    })
}
