//! Where a container looks for what it starts.

use crate::facts::{Command, Facts, Stage};
use crate::path::{clean, is_in};
use crate::shell::RedirectKind;
use crate::span::Span;
use crate::text::has_wildcard;

/// A start in a directory that has nothing to start.
pub(super) struct Lost {
    /// The words that start it.
    pub span: Span,
    /// The file that it needs.
    pub file: String,
    /// The directory in which it looks.
    pub directory: String,
    /// Where the file is copied instead.
    pub copied: String,
    /// The copy.
    pub place: Span,
}

/// What a stage's container starts and will not find, if that is sure.
pub(super) fn lost(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<Lost> {
    let directory = match stage.workdir() {
        Some(workdir) => workdir.path.clone()?,
        None => facts.base_workdir(stage.index)?.to_owned(),
    };
    let launch = facts.launch(stage.index);
    // A script may go anywhere first.
    let command = launch.commands().next().filter(|c| c.name != "cd")?;
    let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "pushd");
    if launch.script.commands.iter().any(moves) {
        return None;
    }
    let (span, file) = needed(command)?;
    let path = clean(&format!("{directory}/{file}"));
    let mut elsewhere = None;
    for node in facts.chain_nodes(stage.index) {
        if node.commands().iter().any(makes_files) {
            return None;
        }
        let Some(copied) = facts.copied(node) else {
            continue;
        };
        let target = copied.target.as_deref()?;
        // It may come along with this.
        if is_in(&path, target) {
            return None;
        }
        let name = file.rsplit('/').next().unwrap_or(&file);
        for source in &copied.sources {
            let Some(from) = source.path() else {
                return None;
            };
            let brings = source.is_whole() || from.rsplit('/').next() == Some(name);
            if has_wildcard(&from) && !source.is_whole() && from.starts_with("package") {
                elsewhere = elsewhere.or(Some((target.to_owned(), source.span)));
            } else if brings {
                elsewhere = elsewhere.or(Some((target.to_owned(), source.span)));
            }
        }
    }
    let (copied, place) = elsewhere?;
    Some(Lost {
        span,
        file,
        directory,
        copied,
        place,
    })
}

/// The file that a command needs in the directory it runs in.
fn needed(command: &Command) -> Option<(Span, String)> {
    const ELSEWHERE: [&str; 5] = ["--prefix", "-C", "--cwd", "--dir", "-g"];
    let word = match command.name.as_str() {
        "npm" | "yarn" | "pnpm" => {
            let runs = matches!(command.subcommand(), Some("start" | "run" | "run-script"));
            let whole = command.words.iter().map(|w| w.span).reduce(Span::to)?;
            return (runs && !command.has_any_flag(&ELSEWHERE))
                .then(|| (whole, "package.json".to_owned()));
        }
        "node" | "nodejs" | "ruby" => command.args().first()?,
        name if name.starts_with("python") => command.args().iter().find(|w| !w.is("-u"))?,
        "java" => command.args().iter().skip_while(|w| !w.is("-jar")).nth(1)?,
        _ => return None,
    };
    let text = word.literal()?;
    let is_file = [".js", ".mjs", ".cjs", ".py", ".rb", ".jar"]
        .iter()
        .any(|ending| text.ends_with(ending));
    let is_relative = is_file && !text.starts_with(['/', '-', '~']) && !text.starts_with("..");
    is_relative.then(|| (word.span, clean(text)))
}

/// Whether a command may bring any file anywhere.
fn makes_files(command: &Command) -> bool {
    const MAKERS: [&str; 26] = [
        "bsdtar",
        "cargo",
        "cat",
        "composer",
        "cp",
        "curl",
        "django-admin",
        "dotnet",
        "git",
        "gradle",
        "gradlew",
        "install",
        "ln",
        "make",
        "mv",
        "mvn",
        "mvnw",
        "npx",
        "patch",
        "rails",
        "rsync",
        "svn",
        "tar",
        "tee",
        "unzip",
        "wget",
    ];
    let writes = |kind| matches!(kind, RedirectKind::Output | RedirectKind::Append);
    let makes = matches!(
        command.subcommand(),
        Some("init" | "create" | "build" | "run")
    );
    MAKERS.contains(&command.name.as_str())
        || command.name.is_empty() && !command.words.is_empty()
        || command.name.contains('.')
        || matches!(command.name.as_str(), "npm" | "yarn" | "pnpm") && makes
        || command
            .redirects
            .iter()
            .any(|r| writes(r.kind) && !r.target.is("/dev/null"))
}
