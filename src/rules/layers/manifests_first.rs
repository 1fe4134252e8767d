//! The fix of `source-before-dependencies`: manifests, installation, then the source.

use super::paths::{directory_of, place};
use super::project::Project;
use crate::edits::{has_comment_inside, is_below_comment, lines_of};
use crate::facts::packages::{Install, Manager};
use crate::facts::{Copied, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::path::is_in;
use crate::shell::Connector;
use crate::span::Span;
use crate::syntax::Keyword;

/// How many lines of COPY a fix writes before it takes `--parents`.
const MOST_LINES: usize = 8;

/// What the fix is called where the manifests are there already.
const ALONE: &str = "install before the source is copied";

/// `COPY . .` + `RUN npm ci` → `COPY package*.json ./`, `RUN npm ci`, `COPY . .`
pub(super) fn fix(
    facts: &Facts<'_>,
    copied: &Copied,
    run: usize,
    install: &Install,
    project: Option<&Project>,
    is_there: bool,
) -> Option<Fix> {
    let copy = facts.nodes.get(copied.node)?;
    let run = facts.nodes.get(run)?;
    let plan = Plan::of(facts, copied, copy, run, install)?;
    let (first, title) = match project {
        Some(project) => from_context(facts, &plan, project)?,
        None if is_there => (String::new(), ALONE.to_owned()),
        None => by_name(facts, &plan, install)?,
    };
    let steps = Steps::of(facts, run, install, project)?;
    if first.is_empty() && is_below_comment(facts, copy.instruction) {
        return None;
    }
    let newline = facts.source.newline();
    let mut behind = String::new();
    if !facts.source.slice(plan.run_lines).ends_with('\n') {
        behind.push_str(newline);
    }
    // Steps that stood apart still do.
    let next = Span::new(plan.copy_lines.end, plan.run_lines.start);
    if facts.source.slice(next).starts_with(newline) {
        behind.push_str(newline);
    }
    behind.push_str(facts.source.slice(plan.copy_lines));
    for step in &steps.later {
        behind.push_str(step);
        behind.push_str(newline);
    }
    let mut edits = vec![Edit::replace(plan.copy_lines, first)];
    edits.extend(steps.edits);
    edits.push(Edit::insert(plan.run_lines.end, behind));
    Some(Fix::unsafe_(title, edits))
}

/// What can be moved.
struct Plan<'f> {
    copy_lines: Span,
    run_lines: Span,
    /// COPY with its options, up to the source.
    head: String,
    /// The destination as written.
    target: &'f str,
    /// Whether the installation runs in the destination itself.
    at_target: bool,
    /// What is copied: `.` or a directory of the context.
    root: String,
}

impl<'f> Plan<'f> {
    fn of(
        facts: &'f Facts<'_>,
        copied: &Copied,
        copy: &Node<'_>,
        run: &Node<'_>,
        install: &Install,
    ) -> Option<Self> {
        let [source] = copied.sources.as_slice() else {
            return None;
        };
        let instruction = &copy.instruction;
        let keyword = copy.keyword()?;
        let is_plain = matches!(keyword, Keyword::Copy | Keyword::Add)
            && !instruction.is_exec_form()
            && instruction
                .flags
                .iter()
                .all(|f| matches!(f.name.as_str(), "chown" | "chmod"))
            && run.instruction.heredocs.is_empty();
        let directory = directory_of(facts, run, install)?;
        let written = place(facts, copy, copied.destination.as_deref()?);
        if !is_plain || !is_in(&directory, &written) {
            return None;
        }
        let target = facts
            .source
            .slice(Span::new(source.span.end, instruction.span.end))
            .trim();
        // A word in quotes or across lines is left to the user.
        if target.contains(['"', '\'', '\n', ' ', '\t']) {
            return None;
        }
        let between = facts.nodes.get(copy.index + 1..run.index)?;
        let moves_past = |n: &Node<'_>| {
            matches!(
                n.keyword(),
                Some(
                    Keyword::Workdir
                        | Keyword::Env
                        | Keyword::Arg
                        | Keyword::Expose
                        | Keyword::Label
                        | Keyword::User
                        | Keyword::Cmd
                        | Keyword::Entrypoint
                )
            )
        };
        let is_fixed = target.starts_with('/') && !target.contains('$');
        let may_move = is_fixed && between.iter().all(moves_past);
        if !between.is_empty() && !may_move {
            return None;
        }
        let (copy_lines, run_lines) = (lines_of(facts, copy)?, lines_of(facts, run)?);
        if has_comment_inside(facts, copy_lines) || !facts.source.slice(copy_lines).ends_with('\n')
        {
            return None;
        }
        let options = Span::new(instruction.name.span.end, source.span.start);
        let name = match facts.source.slice(instruction.name.span) {
            name if keyword == Keyword::Copy => name,
            name if name.chars().all(char::is_lowercase) => "copy",
            _ => "COPY",
        };
        Some(Self {
            copy_lines,
            run_lines,
            head: format!("{name}{}", facts.source.slice(options)),
            target,
            at_target: directory == written,
            root: source
                .path()
                .filter(|_| !source.is_whole())
                .unwrap_or_else(|| ".".to_owned()),
        })
    }

    /// The destination as a directory.
    fn directory(&self, below: &str) -> String {
        let target = match self.target {
            "." | "./" if !below.is_empty() => "",
            "." => "./",
            target => target,
        };
        let slash = if target.is_empty() || target.ends_with('/') {
            ""
        } else {
            "/"
        };
        match below {
            "" => format!("{target}{slash}"),
            below => format!("{target}{slash}{below}/"),
        }
    }
}

/// The copies of the manifests that the context has, and what the fix is called.
fn from_context(facts: &Facts<'_>, plan: &Plan<'_>, project: &Project) -> Option<(String, String)> {
    let is_plain = |path: &String| {
        path.chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-+@~".contains(c))
    };
    let whole = project.root == ".";
    if project.manifests.needs.is_some() || !project.missing.iter().all(is_plain) {
        return None;
    }
    let newline = facts.source.newline();
    // In the order of the files; directories by themselves.
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for path in &project.missing {
        let inner = match whole {
            true => path.as_str(),
            false => path.strip_prefix(&project.root)?.strip_prefix('/')?,
        };
        let below = match inner.strip_suffix('/') {
            Some(folder) => folder,
            None => inner.rsplit_once('/').map_or("", |(folder, _)| folder),
        };
        let source = path.trim_end_matches('/');
        let listed = lines
            .iter_mut()
            .find(|(b, _)| b == below && !path.ends_with('/'));
        match listed {
            Some((_, sources)) => sources.push(source),
            None => lines.push((below.to_owned(), vec![source])),
        }
    }
    let title = match lines.as_slice() {
        [] => ALONE.to_owned(),
        [(_, sources)] if sources.len() <= 3 => format!(
            "copy `{}` first and install before the rest is copied",
            sources.join(" ")
        ),
        _ => "copy the manifests first and install before the rest is copied".to_owned(),
    };
    if lines.len() > MOST_LINES {
        // Below labs it is a feature of 1.20.
        if !whole || facts.frontend_has(20, 7) != Some(true) {
            return None;
        }
        let sources: Vec<&str> = project
            .missing
            .iter()
            .map(|p| p.trim_end_matches('/'))
            .collect();
        let head = plan.head.trim_end();
        let joined = sources.join(&format!(" \\{newline}    "));
        let text = format!("{head} --parents {joined} {}{newline}", plan.directory(""));
        return Some((text, title));
    }
    let mut text = String::new();
    for (below, sources) in &lines {
        let to = plan.directory(below);
        text += &format!("{}{} {to}{newline}", plan.head, sources.join(" "));
    }
    Some((text, title))
}

/// The copy of manifests whose names are known well enough to write them down without seeing them.
fn by_name(facts: &Facts<'_>, plan: &Plan<'_>, install: &Install) -> Option<(String, String)> {
    use Manager::*;
    let sources = match install.manager {
        // Without the context nobody knows whether there is a lock file.
        Npm => "package.json package-lock.json*",
        Yarn => "package.json yarn.lock*",
        Pnpm => "package.json pnpm-lock.yaml* pnpm-workspace.yaml*",
        Bun => "package.json bun.lock*",
        // `go get` wants the source itself.
        Go if install.verb == "mod download" => "go.mod go.sum*",
        Bundler => "Gemfile Gemfile.lock*",
        Pip => match install.files.as_slice() {
            [file] => file.path.as_str(),
            _ => return None,
        },
        _ => return None,
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.* ".contains(c);
    let fits = plan.at_target && sources.chars().all(is_plain) && install.packages.is_empty();
    if !fits || install.directory().is_some() {
        return None;
    }
    let sources = match plan.root.as_str() {
        "." => sources.to_owned(),
        root => {
            let named = sources.split(' ').map(|name| format!("{root}/{name}"));
            named.collect::<Vec<_>>().join(" ")
        }
    };
    let text = format!(
        "{}{sources} {}{}",
        plan.head,
        plan.directory(""),
        facts.source.newline()
    );
    let title = format!("copy `{sources}` first and install before the rest is copied");
    Some((text, title))
}

/// What becomes of the RUN.
struct Steps {
    edits: Vec<Edit>,
    /// The instructions behind the copy.
    later: Vec<String>,
}

impl Steps {
    fn of(
        facts: &Facts<'_>,
        run: &Node<'_>,
        install: &Install,
        project: Option<&Project>,
    ) -> Option<Self> {
        let commands = run.commands();
        let command = commands.get(install.command)?;
        if install.command != 0 {
            return None;
        }
        let source = facts.source;
        let end = run.instruction.span.end;
        let start = Span::new(run.instruction.span.start, command.span.start);
        let mut edits = Vec::new();
        let mut later = Vec::new();
        let option = option(install, project)?;
        if commands.len() == 1 {
            if option.is_some() {
                if run.instruction.is_exec_form() {
                    return None;
                }
                later.push(again(
                    source.slice(run.instruction.span),
                    facts,
                    run,
                    install,
                ));
            }
        } else {
            let next = commands.get(1)?;
            let splits = run.shell.is_posix()
                && !run.instruction.is_exec_form()
                && command.frame == 0
                && next.frame == 0
                && next.connector == Connector::AndAnd
                && command.pipeline.is_none()
                && next.pipeline.is_none_or(|(_, part)| part == 0)
                && !command.or_follows
                && command.wrappers.is_empty()
                && !has_comment_inside(facts, run.instruction.span)
                && source.slice(command.span).lines().count() == 1
                && !commands.iter().any(is_bound);
            if !splits {
                return None;
            }
            if option.is_some() {
                let own = Span::new(run.instruction.span.start, command.span.end);
                later.push(again(source.slice(own), facts, run, install));
            }
            let rest = source.slice(Span::new(next.span.start, end));
            later.push(format!("{}{rest}", source.slice(start)));
            edits.push(Edit::delete(Span::new(command.span.end, end)));
        }
        if let Some(option) = option {
            edits.push(Edit::insert(install.verb_span.end, format!(" {option}")));
        }
        Some(Self { edits, later })
    }
}

/// The option that the first installation takes, as it runs without the source; `None` if it
/// cannot.
fn option(install: &Install, project: Option<&Project>) -> Option<Option<&'static str>> {
    let installs_project = project.is_some_and(|p| p.manifests.installs_project);
    match install.manager {
        Manager::Uv if installs_project => {
            let members = project?.manifests.files.iter();
            let workspace = members.filter(|f| f.ends_with("pyproject.toml")).count() > 1;
            Some(Some(match workspace {
                true => "--no-install-workspace",
                false => "--no-install-project",
            }))
        }
        Manager::Poetry if installs_project => Some(Some("--no-root")),
        Manager::Pdm if installs_project => Some(Some("--no-self")),
        Manager::Composer if install.has_flag(&["--no-autoloader"]) => Some(None),
        Manager::Composer => project.map(|_| Some("--no-autoloader")),
        _ if installs_project => None,
        _ => Some(None),
    }
}

/// The installation behind the source: of the project itself, or what makes it loadable.
fn again(text: &str, facts: &Facts<'_>, run: &Node<'_>, install: &Install) -> String {
    if install.manager != Manager::Composer {
        return text.to_owned();
    }
    let start = Span::new(run.instruction.span.start, install.verb_span.start);
    let mut call = format!("{}dump-autoload", facts.source.slice(start));
    let options = [
        (["--no-dev", "--no-dev"], " --no-dev"),
        (["-o", "--optimize-autoloader"], " --optimize"),
        (
            ["-a", "--classmap-authoritative"],
            " --classmap-authoritative",
        ),
    ];
    for (names, option) in options {
        if install.has_flag(&names) {
            call.push_str(option);
        }
    }
    call
}

/// Whether a command belongs into the layer of the installation: it cleans up behind it.
fn is_bound(command: &crate::facts::Command) -> bool {
    let cleans = command
        .literal_args()
        .any(|w| matches!(w, "clean" | "prune" | "cache" | "purge" | "store"));
    matches!(
        command.name.as_str(),
        "rm" | "find" | "cd" | "export" | "set" | "apk" | "apt-get"
    ) || command.name.is_empty()
        || cleans
}
