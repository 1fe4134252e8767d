//! `source-before-dependencies`: the whole source is copied before dependencies are installed.

use super::manifests_first;
use super::paths::{directory_of, has_cache_mount, place};
use super::project::Project;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Copied, CopyOrigin, Facts, Node, Stage};
use crate::images::HIDDEN;
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(SourceBeforeDependencies);

/// An installation that comes too late.
struct Late<'f> {
    copy: &'f Copied,
    /// The node of the RUN.
    run: usize,
    install: Install,
}

impl Rule for SourceBeforeDependencies {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let copies: Vec<&Copied> = facts
            .copies_of(stage)
            .filter(|c| c.origin == CopyOrigin::Context)
            .collect();
        if copies.is_empty() {
            return;
        }
        let mut found: Vec<Late> = Vec::new();
        for node in facts.nodes_of(stage) {
            if !node.is(Keyword::Run) {
                continue;
            }
            for install in &node.installs {
                let same = |l: &Late| ecosystem(l.install.manager) == ecosystem(install.manager);
                if install.action != Action::Restore || found.iter().any(same) {
                    continue;
                }
                if let Some(copy) = source_copy(facts, &copies, node, install)
                    && is_avoidable(facts, stage, copy, node, install)
                {
                    found.push(Late {
                        copy,
                        run: node.index,
                        install: install.clone(),
                    });
                }
            }
        }
        while let Some(first) = found.first() {
            let copy = first.copy;
            let (these, others) = found.into_iter().partition(|l| l.copy.node == copy.node);
            found = others;
            report(cx, copy, these);
        }
    }
}

fn report(cx: &mut Context<'_>, copy: &Copied, late: Vec<Late<'_>>) {
    let facts = cx.facts;
    let Some(first) = late.first() else {
        return;
    };
    let project = Project::of(facts, first.copy, first.run, &first.install);
    if let Some(project) = &project
        && (project.manifests.is_part
            || project.manifests.installs_project && left_out(first.install.manager).is_none())
    {
        return;
    }
    let call = call(&first.install);
    let message = format!(
        "`{}` is copied before `{call}`: every change of a file installs all dependencies again",
        source_text(copy, facts),
    );
    let help = help(facts, first, project.as_ref());
    let fix = match late.as_slice() {
        [only] => {
            let is_there = is_manifest_there(facts, only);
            let (copy, install) = (only.copy, &only.install);
            manifests_first::fix(facts, copy, only.run, install, project.as_ref(), is_there)
        }
        _ => None,
    };
    let mut report = cx.report(copy.span, message).help(help);
    for late in &late {
        let text = if late.install.manager == first.install.manager {
            "installed here".to_owned()
        } else {
            format!("`{}` installs here", self::call(&late.install))
        };
        report = report.label(call_span(&late.install), text);
    }
    if let Some(fix) = fix {
        report.fix(fix);
    }
}

/// What to do instead.
fn help(facts: &Facts<'_>, late: &Late<'_>, project: Option<&Project>) -> String {
    let install = &late.install;
    let call = call(install);
    // `go get` wants the source itself.
    let step = match install.verb.as_str() {
        "get" if install.manager == Manager::Go => "go mod download",
        _ => call.as_str(),
    };
    if install.manager == Manager::Cargo {
        return "cargo wants a source file for every target: cook the dependencies with \
            `cargo chef`, or mount the sources and cargo's caches"
            .to_owned();
    }
    let files = match project {
        Some(project) if project.missing.is_empty() => None,
        Some(project) => Some(names(&project.missing)),
        None if is_manifest_there(facts, late) => None,
        None => Some(manifests(facts, late)),
    };
    let mut help = match files.as_deref() {
        None => format!("run `{call}` before this copy; its manifest is there already"),
        Some("") => format!("copy only what `{call}` reads, run it, and copy the rest after it"),
        Some(files) => format!("copy {files} first, run `{step}`, and copy the rest after it"),
    };
    // Without these the project itself is installed too, and that needs its source.
    if let Some(option) = left_out(install.manager)
        && project
            .is_none_or(|p| p.manifests.installs_project || install.manager == Manager::Composer)
        && !install.has_flag(&[
            "--no-root",
            "--no-install-project",
            "--no-self",
            "--no-scripts",
        ])
    {
        help += &match install.manager {
            Manager::Composer => format!("; `{option}` needs no source"),
            _ => format!("; `{option}` leaves out the source"),
        };
    }
    match project.and_then(|p| p.manifests.needs.as_deref()) {
        Some(needs) if install.manager != Manager::Composer => {
            help + "; " + needs + ": copy what that needs as well"
        }
        _ => help,
    }
}

/// The option that leaves out the project itself, which needs its source.
fn left_out(manager: Manager) -> Option<&'static str> {
    Some(match manager {
        Manager::Uv => "--no-install-project",
        Manager::Poetry => "--no-root",
        Manager::Pdm => "--no-self",
        Manager::Composer => "--no-scripts --no-autoloader",
        _ => return None,
    })
}

/// Whether the manifest was copied before the source, by its name.
fn is_manifest_there(facts: &Facts<'_>, late: &Late<'_>) -> bool {
    let copy = late.copy;
    let stage = facts.nodes.get(copy.node).and_then(|n| facts.stage_of(n));
    let Some(stage) = stage else {
        return false;
    };
    let names = late.install.manager.manifests();
    facts.copies_of(stage).any(|c| {
        c.node < copy.node
            && c.origin == CopyOrigin::Context
            && c.sources.iter().filter_map(|s| s.path()).any(|path| {
                let name = file_name(&path);
                names
                    .iter()
                    .any(|n| n == &name || name.starts_with("package*"))
                    || late.install.files.iter().any(|f| f.path.ends_with(name))
            })
    })
}

/// Files by name, for a sentence.
fn names(files: &[String]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = files.iter().take(NAMED).map(|f| format!("`{f}`")).collect();
    match files.len().saturating_sub(NAMED) {
        0 => crate::text::list(&named, "and"),
        1 => format!("{} and one more manifest", named.join(", ")),
        more => format!("{} and {more} more manifests", named.join(", ")),
    }
}

fn source_text<'f>(copy: &Copied, facts: &Facts<'f>) -> &'f str {
    let span = copy
        .whole_context()
        .or(copy.sources.first())
        .map_or(copy.span, |s| s.span);
    facts.source.slice(span)
}

/// The copy that brings the source in which the installation reads its manifest.
fn source_copy<'c>(
    facts: &Facts<'_>,
    copies: &[&'c Copied],
    node: &Node<'_>,
    install: &Install,
) -> Option<&'c Copied> {
    let directory = directory_of(facts, node, install)?;
    if !facts.may_search(copies.len()) {
        return None;
    }
    let listed = |path: &str| {
        if path.starts_with('/') {
            path.to_owned()
        } else {
            crate::path::clean(&format!("{directory}/{path}"))
        }
    };
    // Requirement files must lie in the copied tree; other managers look in their directory.
    let wanted: Vec<String> = if install.files.is_empty() {
        vec![directory.clone()]
    } else {
        install.files.iter().map(|f| listed(&f.path)).collect()
    };
    copies
        .iter()
        .copied()
        .filter(|c| c.node < node.index)
        .find(|copy| {
            let Some(copying) = facts.nodes.get(copy.node) else {
                return false;
            };
            let Some(destination) = &copy.destination else {
                return false;
            };
            let target = place(facts, copying, destination);
            if copy.whole_context().is_some() {
                return wanted.iter().all(|w| is_in(w, &target));
            }
            // `COPY web /app`: a directory of its own, in whose root the manifest lies.
            let [source] = copy.sources.as_slice() else {
                return false;
            };
            let path = source.path().filter(|p| looks_like_source(p));
            let parent = |w: &str| {
                if install.files.is_empty() {
                    w.to_owned()
                } else {
                    w.rsplit_once('/').map_or("", |(d, _)| d).to_owned()
                }
            };
            path.is_some() && wanted.iter().all(|w| parent(w) == target)
        })
}

/// Whether a source that is copied alone is a directory of source code, by its name.
fn looks_like_source(path: &str) -> bool {
    let name = file_name(path);
    const OTHERS: [&str; 12] = [
        "req", "dep", "conf", "docker", "script", "build", "etc", "root", "package", "tool", "pip",
        "lock",
    ];
    !name.contains(['.', '*', '?', '['])
        && name.chars().any(|c| c.is_ascii_lowercase())
        && !matches!(
            name,
            "Gemfile" | "Pipfile" | "cpanfile" | "mvnw" | "gradlew"
        )
        && !OTHERS.iter().any(|o| name.to_lowercase().contains(o))
}

/// Whether copying less would do.
fn is_avoidable(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    copy: &Copied,
    node: &Node<'_>,
    install: &Install,
) -> bool {
    const OFFLINE: [&str; 3] = ["--offline", "--local", "--no-index"];
    let manager = install.manager;
    if has_cache_mount(node, manager)
        || install.installs_source()
        || install.is_global()
        || install.has_flag(&OFFLINE)
        || (manager == Manager::Maven && install.has_flag(&["-o"]))
        || install.more
    {
        return false;
    }
    let group = ecosystem(manager);
    let restores = |n: &Node<'_>| {
        n.installs
            .iter()
            .any(|i| i.action == Action::Restore && ecosystem(i.manager) == group)
    };
    let installed_before = facts.chain(stage.index).any(|s| {
        facts
            .nodes_of(s)
            .iter()
            .any(|n| n.is(Keyword::Run) && n.index < copy.node && restores(n))
    });
    if installed_before || brings_dependencies(facts, stage, node) {
        return false;
    }
    !makes_manifest(facts, stage, copy, node, install) && !asks_for_manifest(node, install)
}

/// Whether an installation runs only if its manifest is there: a copy of a file that is not would
/// fail.
fn asks_for_manifest(node: &Node<'_>, install: &Install) -> bool {
    const ASKS: [&str; 4] = ["-e", "-f", "-r", "-s"];
    let Some(script) = &node.script else {
        return false;
    };
    let names = install.files.iter().map(|f| file_name(&f.path));
    let names: Vec<&str> = match install.files.is_empty() {
        true => install
            .manager
            .manifests()
            .iter()
            .take(1)
            .copied()
            .collect(),
        false => names.collect(),
    };
    let asks = |c: &Command| {
        matches!(c.name.as_str(), "[" | "[[" | "test")
            && c.has_any_flag(&ASKS)
            && c.literal_args().any(|w| names.contains(&file_name(w)))
    };
    script.commands.iter().take(install.command).any(asks)
}

/// Whether what is installed was already copied from elsewhere.
fn brings_dependencies(facts: &Facts<'_>, stage: &Stage<'_>, node: &Node<'_>) -> bool {
    const PLACES: [&str; 10] = [
        "node_modules",
        "vendor",
        "site-packages",
        "venv",
        "/pkg/mod",
        ".m2",
        ".nuget",
        "bundle",
        "wheel",
        ".gradle",
    ];
    facts
        .copies_of(stage)
        .filter(|c| c.node < node.index && c.origin != CopyOrigin::Context)
        .any(|c| {
            let texts = c.sources.iter().filter_map(|s| s.text.as_deref());
            texts
                .chain(c.destination.as_deref())
                .any(|t| PLACES.iter().any(|p| t.contains(p)))
        })
}

/// Whether the manifest, or the tree it lies in, is made by a command after the copy.
fn makes_manifest(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    copy: &Copied,
    node: &Node<'_>,
    install: &Install,
) -> bool {
    let names: Vec<&str> = if install.files.is_empty() {
        install.manager.manifests().to_vec()
    } else {
        install.files.iter().map(|f| file_name(&f.path)).collect()
    };
    let named = |text: &str| {
        let name = file_name(text);
        names.contains(&name)
    };
    let runs = facts
        .nodes_of(stage)
        .iter()
        .filter(|n| n.is(Keyword::Run) && n.index > copy.node && n.index <= node.index);
    for run in runs {
        let mut unpacked = false;
        for (index, command) in run.commands().iter().enumerate() {
            if run.index == node.index && index >= install.command {
                break;
            }
            let words = || command.args().iter().filter_map(|w| w.literal());
            let redirected = command
                .redirects
                .iter()
                .any(|r| r.target.literal().is_some_and(named) && r.heredoc.is_none());
            let moved = matches!(
                command.name.as_str(),
                "cp" | "mv" | "ln" | "curl" | "wget" | "pip-compile" | "pipreqs" | "rsync"
            ) && words().any(named);
            let exported = words().any(|w| w == "export" || w == "init")
                && (words().any(named) || command.name == "npm");
            if redirected || moved || exported {
                return true;
            }
            unpacked |= match command.name.as_str() {
                "git" => words().any(|w| w == "clone"),
                "tar" | "unzip" | "svn" | "hg" => true,
                _ => false,
            };
            if unpacked && command.name == "cd" {
                return true;
            }
        }
    }
    false
}

/// Managers that install the same kind of thing.
fn ecosystem(manager: Manager) -> u8 {
    use Manager::*;
    match manager {
        Pip | Pipx | Uv | Poetry | Pdm | Pipenv | Conda => 1,
        Npm | Yarn | Pnpm | Bun | Bower => 2,
        Gem | Bundler => 3,
        Maven | Gradle | Leiningen => 4,
        Dotnet | Nuget => 5,
        Go => 6,
        Cargo => 7,
        Composer => 8,
        Mix => 9,
        Dart => 10,
        Swift => 11,
        Cpanm => 12,
        Sbt => 13,
        Cabal | Stack => 14,
        Deno => 15,
        _ => 0,
    }
}

/// What people call the call: `npm ci`, `pip install -r requirements.txt`.
fn call(install: &Install) -> String {
    let mut text = install.manager.as_str().to_owned();
    // Goals and tasks can be many.
    let verb = install
        .verb
        .split(' ')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    if !verb.is_empty() {
        text.push(' ');
        text.push_str(&verb);
    }
    if matches!(install.manager, Manager::Pip | Manager::Uv) && !install.files.is_empty() {
        text.push_str(" -r");
    }
    text
}

fn call_span(install: &Install) -> Span {
    install.program_span.to(install.verb_span)
}

/// The manifests by name, for a sentence; those that the copy brings as the context has them.
fn manifests(facts: &Facts<'_>, late: &Late<'_>) -> String {
    let Late { copy, install, .. } = late;
    let copying = facts.nodes.get(copy.node);
    let target = copying.zip(copy.destination.as_ref());
    let target = target.map(|(node, destination)| place(facts, node, destination));
    let in_context = |path: &str| -> Option<String> {
        let rest = path.strip_prefix(target.as_deref()?)?;
        let root = match copy.whole_context() {
            Some(_) => ".".to_owned(),
            None => copy.sources.first()?.path()?,
        };
        let is_known = path.starts_with('/') && !rest.contains(HIDDEN);
        is_known.then(|| clean(&format!("{root}/{rest}")))
    };
    let run = facts.nodes.get(late.run);
    let directory = run.and_then(|run| directory_of(facts, run, install));
    let named = |name: &str| {
        let below = directory
            .as_deref()
            .and_then(|d| in_context(&format!("{d}/{name}")));
        below.unwrap_or_else(|| name.to_owned())
    };
    let listed = install.files.iter().filter(|f| !f.constraint);
    let listed: Vec<String> = listed
        .map(|f| in_context(&f.path).unwrap_or_else(|| f.path.clone()))
        .collect();
    let names: &[&str] = match install.manager {
        Manager::Gradle => &["build.gradle", "settings.gradle"],
        Manager::Dotnet | Manager::Nuget => &["*.sln", "*.csproj"],
        manager => manager.manifests(),
    };
    let names = if listed.is_empty() {
        names.iter().map(|name| named(name)).collect()
    } else {
        listed
    };
    let names: Vec<String> = names.iter().take(2).map(|n| format!("`{n}`")).collect();
    names.join(" and ")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(text: &str) -> usize {
        testing::count("source-before-dependencies", text)
    }

    #[test]
    fn the_installation_must_read_from_what_was_copied() {
        assert_eq!(count("FROM a\nWORKDIR /a\nCOPY . .\nRUN npm ci\n"), 1);
        assert_eq!(count("FROM a\nCOPY . .\nRUN npm ci\n"), 1);
        assert_eq!(count("FROM a\nCOPY . /a\nWORKDIR /b\nRUN npm ci\n"), 0);
        assert_eq!(count("FROM a\nCOPY . /a\nRUN cd /a/web && npm ci\n"), 1);
        assert_eq!(count("FROM a\nCOPY . /a\nRUN cd $X && npm ci\n"), 0);
        assert_eq!(count("FROM a\nCOPY . /a\nRUN npm --prefix /a/web ci\n"), 1);
        assert_eq!(
            count("FROM a\nCOPY . /a\nRUN pip install -r /tmp/r.txt\n"),
            0
        );
        assert_eq!(count("FROM a\nWORKDIR $X\nCOPY . .\nRUN npm ci\n"), 1);
        assert_eq!(count("FROM a\nCOPY . .\nWORKDIR $X\nRUN npm ci\n"), 0);
    }

    #[test]
    fn other_forms_are_read() {
        assert_eq!(
            count("FROM a\nADD . /a\nWORKDIR /a\nRUN [\"npm\", \"ci\"]\n"),
            1
        );
        assert_eq!(
            count("FROM a\nWORKDIR /a\nCOPY . .\nRUN <<E\nset -e\nnpm ci\nE\n"),
            1
        );
        assert_eq!(
            count("FROM a\nWORKDIR /a\nCOPY . .\nRUN sh -c 'npm ci'\n"),
            1
        );
        assert_eq!(
            count("FROM a\nWORKDIR /a\nONBUILD COPY . .\nONBUILD RUN npm ci\n"),
            0
        );
        assert_eq!(
            count("FROM a\nWORKDIR /a\nCOPY . .\nRUN npm ci --offline\n"),
            0
        );
    }

    #[test]
    fn what_came_before_counts_through_the_chain() {
        let base = "FROM a AS d\nWORKDIR /a\nCOPY package.json .\nRUN npm ci\n";
        assert_eq!(count(&format!("{base}FROM d\nCOPY . .\nRUN npm ci\n")), 0);
        assert_eq!(
            count(&format!("{base}FROM a\nWORKDIR /a\nCOPY . .\nRUN npm ci\n")),
            1
        );
        let copied = "FROM a\nWORKDIR /a\nCOPY . .\nCOPY --from=d /a/node_modules node_modules\n";
        assert_eq!(count(&format!("{base}{copied}RUN npm ci\n")), 0);
        let made = "FROM a\nWORKDIR /a\nCOPY . .\nRUN pip freeze > r.txt && pip install -r r.txt\n";
        assert_eq!(count(made), 0);
    }
}
