//! `source-before-dependencies`: the whole source is copied before dependencies are installed.

use super::paths::{directory_of, has_cache_mount, place};
use crate::edits::{has_comment_inside, lines_of};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Copied, CopyOrigin, Facts, Node, Stage};
use crate::fix::{Edit, Fix};
use crate::path::file_name;
use crate::path::is_in;
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
    let call = call(&first.install);
    let message = format!(
        "`{}` is copied before `{call}`: every change of a file installs all dependencies again",
        source_text(copy, facts),
    );
    let manifests = manifests(&first.install);
    let early = facts.nodes.get(copy.node).and_then(|node| {
        let stage = facts.stage_of(node)?;
        let names = first.install.manager.manifests();
        facts.copies_of(stage).find(|c| {
            c.node < copy.node
                && c.origin == CopyOrigin::Context
                && c.sources.iter().filter_map(|s| s.path()).any(|path| {
                    let name = file_name(&path);
                    names
                        .iter()
                        .any(|n| n == &name || name.starts_with("package*"))
                        || first.install.files.iter().any(|f| f.path.ends_with(name))
                })
        })
    });
    let help = match (&early, manifests.as_str()) {
        (Some(_), _) => format!("run `{call}` before this copy; its manifest is there already"),
        (None, "") => format!("copy only what `{call}` reads, run it, and copy the rest after it"),
        (None, files) => {
            // `go get` wants the source itself.
            let step = match first.install.verb.as_str() {
                "get" if first.install.manager == Manager::Go => "go mod download",
                _ => call.as_str(),
            };
            format!("copy {files} first, run `{step}`, and copy the rest after it")
        }
    };
    // Without these the project itself is installed too, and that needs its source.
    let extra = match first.install.manager {
        Manager::Uv if first.install.verb == "sync" => {
            "; `--no-install-project` leaves out the source"
        }
        Manager::Poetry => "; `--no-root` leaves out the source",
        Manager::Composer => "; `--no-scripts --no-autoloader` needs no source",
        _ => "",
    };
    let help = if first
        .install
        .has_flag(&["--no-root", "--no-install-project", "--no-scripts"])
    {
        help
    } else {
        help + extra
    };
    let fix = match (late.len(), early.is_some()) {
        (1, false) => fix(facts, first),
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
    !makes_manifest(facts, stage, copy, node, install)
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

/// The manifests by name, for a sentence.
fn manifests(install: &Install) -> String {
    let listed: Vec<&str> = install
        .files
        .iter()
        .filter(|f| !f.constraint)
        .map(|f| f.path.as_str())
        .collect();
    let names: &[&str] = match (listed.is_empty(), install.manager) {
        (false, _) => &listed,
        (true, Manager::Gradle) => &["build.gradle", "settings.gradle"],
        (true, Manager::Dotnet | Manager::Nuget) => &["*.sln", "*.csproj"],
        (true, manager) => manager.manifests(),
    };
    let names: Vec<String> = names.iter().take(2).map(|n| format!("`{n}`")).collect();
    names.join(" and ")
}

/// What to copy first, where the names are known well enough to write them down.
fn fixed_sources(install: &Install) -> Option<String> {
    use Manager::*;
    let by_name = match install.manager {
        Npm => "package*.json",
        Yarn => "package.json yarn.lock*",
        Pnpm => "package.json pnpm-lock.yaml*",
        Bun => "package.json bun.lock*",
        // `go get` wants the source itself.
        Go if install.verb == "mod download" => "go.mod go.sum*",
        Bundler => "Gemfile Gemfile.lock*",
        Pip => {
            let [file] = install.files.as_slice() else {
                return None;
            };
            let plain = file
                .path
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            return plain.then(|| file.path.clone());
        }
        _ => return None,
    };
    install.packages.is_empty().then(|| by_name.to_owned())
}

/// `COPY . .` + `RUN npm ci` → `COPY package*.json ./`, `RUN npm ci`, `COPY . .`
fn fix(facts: &Facts<'_>, late: &Late) -> Option<Fix> {
    let copy = facts.nodes.get(late.copy.node)?;
    let run = facts.nodes.get(late.run)?;
    let adjacent = late.run == late.copy.node + 1
        && run.instruction.comment_block.is_empty()
        && run.commands().len() == 1
        && run.instruction.heredocs.is_empty();
    let [source] = late.copy.sources.as_slice() else {
        return None;
    };
    let destination = late.copy.destination.as_deref()?;
    let directory = directory_of(facts, run, &late.install)?;
    let plain = copy.is(Keyword::Copy)
        && !copy.instruction.is_exec_form()
        && copy.instruction.flags.iter().all(|f| f.name == "chown")
        && source.is_whole()
        && directory == place(facts, copy, destination);
    if !adjacent || !plain || late.install.directory().is_some() {
        return None;
    }
    let (copy_lines, run_lines) = (lines_of(facts, copy)?, lines_of(facts, run)?);
    let between = Span::new(copy_lines.end, run_lines.start);
    if has_comment_inside(facts, copy_lines)
        || !facts.source.slice(between).trim().is_empty()
        || !facts.source.slice(copy_lines).ends_with('\n')
    {
        return None;
    }
    let sources = fixed_sources(&late.install)?;
    let head = Span::new(copy.instruction.span.start, source.span.start);
    let target = facts
        .source
        .slice(Span::new(source.span.end, copy.instruction.span.end))
        .trim();
    // A word in quotes or across lines is left to the user.
    if target.contains(['"', '\'', '\n', ' ', '\t']) {
        return None;
    }
    let slash = if target.ends_with('/') { "" } else { "/" };
    let newline = facts.source.newline();
    let first = format!(
        "{}{sources} {target}{slash}{newline}",
        facts.source.slice(head)
    );
    let mut run_text = facts.source.slice(run_lines).to_owned();
    if !run_text.ends_with('\n') {
        run_text.push_str(newline);
    }
    let edits = vec![
        Edit::insert(copy_lines.start, first + &run_text),
        Edit::delete(run_lines),
    ];
    Some(Fix::unsafe_(
        format!("copy `{sources}` first and install before the rest is copied"),
        edits,
    ))
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
