//! Where a container looks for what it starts.

use crate::facts::{Command, Copied, CopyOrigin, Definition, Facts, Stage};
use crate::path::{clean, file_name, is_in};
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
    /// The folder whose content was copied, where the folder itself is looked for.
    pub flattened: Option<String>,
}

/// What a stage's container starts and will not find, if that is sure.
pub(super) fn lost(facts: &Facts<'_>, stage: &Stage<'_>) -> Option<Lost> {
    let directory = match stage.workdir() {
        Some(workdir) => clean(workdir.path.as_deref()?),
        None => facts.base_workdir(stage.index)?.to_owned(),
    };
    let launch = facts.launch(stage.index);
    // A script may go anywhere first.
    let command = launch.commands().next().filter(|c| c.name != "cd")?;
    let moves = |c: &Command| matches!(c.name.as_str(), "cd" | "pushd");
    if launch.script.commands.iter().any(moves) {
        return None;
    }
    let (span, file, is_module) = match needed(command) {
        Some((span, file)) => (span, file, false),
        None => module(command).map(|(span, file)| (span, file, true))?,
    };
    let end = stage.nodes.end.saturating_sub(1);
    if is_module && facts.definition(end, "PYTHONPATH") != Definition::Nothing {
        return None;
    }
    let path = clean(&format!("{directory}/{file}"));
    let mut elsewhere = None;
    let mut flattened = None;
    for node in facts.chain_nodes(stage.index) {
        if node.commands().iter().any(makes_files) {
            return None;
        }
        let Some(copied) = facts.copied(node) else {
            continue;
        };
        let target = copied.target.as_deref()?;
        if is_in(&path, target) {
            let rest = path.strip_prefix(target).unwrap_or_default();
            match brought(facts, copied, rest.trim_start_matches('/')) {
                Brought::Perhaps => return None,
                Brought::Content(folder, place) => {
                    flattened = Some((folder, target.to_owned(), place));
                }
                Brought::Not => {}
            }
            continue;
        }
        let name = file.rsplit('/').next().unwrap_or(&file);
        for source in &copied.sources {
            let from = source.path()?;
            let brings = source.is_whole() || from.rsplit('/').next() == Some(name);
            let may_bring = has_wildcard(&from) && from.starts_with("package");
            if brings || may_bring {
                elsewhere = elsewhere.or(Some((target.to_owned(), source.span)));
            }
        }
    }
    let (folder, (copied, place)) = match flattened {
        Some((folder, copied, place)) => (Some(folder), (copied, place)),
        // A module may be installed as well.
        None => (None, elsewhere.filter(|_| !is_module)?),
    };
    Some(Lost {
        span,
        file,
        directory,
        copied,
        place,
        flattened: folder,
    })
}

/// Whether a copy to a folder above a file brings that file.
enum Brought {
    /// It may.
    Perhaps,
    /// It does not.
    Not,
    /// It brings what is in the folder that the file is looked for in, and not the folder.
    Content(String, Span),
}

/// Whether a copy of the context brings a file, by its path below the destination.
fn brought(facts: &Facts<'_>, copied: &Copied, rest: &str) -> Brought {
    let context = facts
        .context()
        .filter(|_| copied.origin == CopyOrigin::Context);
    let Some(context) = context else {
        return Brought::Perhaps;
    };
    let may_have = |path: &str| context.exists(path) || context.is_made(path);
    let mut found = Brought::Not;
    for source in &copied.sources {
        let Some(path) = source.path().filter(|p| !has_wildcard(p)) else {
            return Brought::Perhaps;
        };
        let name = file_name(&path);
        if name == rest {
            return Brought::Perhaps;
        }
        if !context.exists(&path) && !source.is_whole() {
            // What is called like a file brings none below it.
            match name.split_once('.') {
                Some((stem, _)) if !stem.is_empty() => continue,
                _ => return Brought::Perhaps,
            }
        }
        let file = clean(&format!("{path}/{rest}"));
        if may_have(&file) {
            return Brought::Perhaps;
        }
        let inner = rest.strip_prefix(name).and_then(|r| r.strip_prefix('/'));
        if let Some(inner) = inner
            && context.exists(&format!("{path}/{inner}"))
        {
            found = Brought::Content(name.to_owned(), source.span);
        }
    }
    found
}

/// The file of the module that Python is started with: `uvicorn app.main:app`, `python -m app.main`.
fn module(command: &Command) -> Option<(Span, String)> {
    const ELSEWHERE: [&str; 5] = ["--app-dir", "--chdir", "--pythonpath", "-c", "--config"];
    let is_server = matches!(command.name.as_str(), "gunicorn" | "hypercorn" | "uvicorn");
    let word = if is_server {
        if command.has_any_flag(&ELSEWHERE) {
            return None;
        }
        let mut arguments = command.args().iter();
        arguments.find(|w| {
            w.literal()
                .is_some_and(|t| t.contains(':') && !t.starts_with('-'))
        })?
    } else if command.name.starts_with("python") {
        let mut arguments = command.args().iter().skip_while(|w| w.is("-u"));
        arguments.next().filter(|w| w.is("-m"))?;
        arguments.next()?
    } else {
        return None;
    };
    let name = word.literal()?.split(':').next()?;
    let is_name = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let is_inner = name.contains('.') && name.split('.').all(is_name);
    is_inner.then(|| (word.span, format!("{}.py", name.replace('.', "/"))))
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
