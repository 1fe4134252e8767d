//! What several rules on files ask.

use crate::context::BuildContext;
use crate::facts::{Copied, Facts, Stage};
use crate::path::is_in;
use crate::secrets::files::is_example;
use crate::secrets::files::{FOLDER_PATTERNS, PROJECT_FILES};
use crate::syntax::Keyword;

/// The copies of the whole build context, those behind ONBUILD left out, with their stages.
pub(super) fn whole_copies<'f, 'a>(
    facts: &'f Facts<'a>,
) -> impl Iterator<Item = (&'f Stage<'a>, &'f Copied)> {
    facts.stages.iter().flat_map(move |stage| {
        facts
            .copies_of(stage)
            .filter(|c| c.whole_context().is_some())
            .map(move |c| (stage, c))
    })
}

/// Whether what is copied ends up in the final image: the stage is in it, or the directory is
/// copied on as a whole.
pub(super) fn reaches_final(facts: &Facts<'_>, stage: &Stage<'_>, copied: &Copied) -> bool {
    if stage.in_final {
        return true;
    }
    let Some(place) = copied.target.as_deref() else {
        return false;
    };
    facts
        .taken_from(stage)
        .iter()
        .any(|path| path == "." || is_in(place.trim_start_matches('/'), path))
}

/// What should not get into a context, and does.
pub(super) struct Leaks {
    /// The paths, the worst first.
    pub paths: Vec<String>,
    /// Whether one of them may hold secrets.
    pub secret: bool,
    /// Whether they are there only once somebody works with the project.
    pub expected: bool,
}

/// What lies in the directory of a context, is not left out and has no place in an image.
pub(super) fn leaks(facts: &Facts<'_>, context: &BuildContext) -> Leaks {
    const OTHERS: [&str; 11] = [
        ".git",
        ".hg",
        ".svn",
        "node_modules",
        ".venv",
        "venv",
        "__pycache__",
        ".terraform",
        ".gradle",
        "bower_components",
        ".tox",
    ];
    let there = |patterns: &[&str]| -> Vec<String> {
        patterns
            .iter()
            .flat_map(|p| context.find(p))
            .filter(|p| !context.is_ignored(p))
            .collect()
    };
    let (nested_secrets, nested): (Vec<String>, Vec<String>) = nested(context)
        .into_iter()
        .partition(|path| !MADE_BY_TOOLS.iter().any(|name| path.ends_with(name)));
    let mut paths = there(&PROJECT_FILES);
    // The bundlers of JavaScript read it while they build.
    if context.exists("package.json") {
        paths.retain(|path| path != ".env.production");
    }
    paths.extend(there(&FOLDER_PATTERNS));
    paths.extend(nested_secrets);
    let secret = !paths.is_empty();
    let mut others = there(&OTHERS);
    others.extend(nested);
    if uses_git(facts) {
        others.retain(|p| p != ".git");
    }
    if context.exists("Cargo.toml")
        && context.is_directory("target")
        && !context.is_ignored("target")
    {
        others.push("target".to_owned());
    }
    paths.extend(others);
    let mut expected = false;
    if paths.is_empty() && context.ignore_path.is_none() {
        const MADE: [(&str, &str); 5] = [
            ("package.json", "node_modules"),
            ("pyproject.toml", ".venv"),
            ("requirements.txt", ".venv"),
            ("Cargo.toml", "target"),
            ("build.gradle", ".gradle"),
        ];
        let made = MADE.iter().find(|(manifest, _)| context.exists(manifest));
        paths.extend(made.map(|(_, name)| (*name).to_owned()));
        expected = !paths.is_empty();
    }
    Leaks {
        paths,
        secret,
        expected,
    }
}

/// Directories that package managers fill, wherever in the tree.
const MADE_BY_TOOLS: [&str; 3] = ["node_modules", ".venv", ".terraform"];

/// What does so further down in the tree, but for examples and material of tests.
fn nested(context: &BuildContext) -> Vec<String> {
    const DEPTH: usize = 4;
    const ENTRIES: usize = 10_000;
    let names: Vec<&str> = PROJECT_FILES
        .iter()
        .chain(&MADE_BY_TOOLS)
        .copied()
        .collect();
    let mut found = context.named(&names, DEPTH, ENTRIES);
    found.retain(|path| path.contains('/') && !is_example(path));
    found
}

/// Whether a RUN reads the repository: `git describe`, or a tool known to.
fn uses_git(facts: &Facts<'_>) -> bool {
    facts.nodes.iter().filter(|n| n.is(Keyword::Run)).any(|n| {
        let asks = n.commands().iter().any(|c| {
            c.name == "git" && !matches!(c.subcommand(), Some("clone" | "config"))
                || matches!(c.name.as_str(), "goreleaser" | "make" | "versioneer")
        });
        asks || n.mounts.iter().any(|m| {
            m.source
                .as_ref()
                .is_some_and(|s| s.as_str().contains(".git"))
        })
    })
}
