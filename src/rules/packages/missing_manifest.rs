//! `missing-manifest`: an installation reads a file that is not in the image yet.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Facts, Node, Placed};
use crate::images::HIDDEN;
use crate::path::{clean, file_name};
use crate::rule::{Context, Rule, rule};
use crate::shell::Script;
use crate::span::Span;
use crate::syntax::Keyword;

rule!(MissingManifest);

impl Rule for MissingManifest {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let Some(script) = node.script.as_ref().filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        if node.onbuild
            || install.action != Action::Restore
            || install.directory().is_some()
            || !absence::is_read(node, script)
            || absence::is_guarded(script, install.command, "")
        {
            return;
        }
        let needs = [
            need_of(facts, node, install),
            lifecycle(facts, node, install),
            readme(facts, node, install),
        ];
        for need in needs.into_iter().flatten() {
            report(cx, node, script, install, &need);
        }
    }
}

/// Reports a file that is not there.
fn report(cx: &mut Context<'_>, node: &Node<'_>, script: &Script, install: &Install, need: &Need) {
    let facts = cx.facts;
    // Any of several names will do.
    let mut left_out = None;
    let mut first = None;
    for name in &need.names {
        let Some(directory) = facts.directory_at(node) else {
            return;
        };
        let path = match name.starts_with('/') {
            true => clean(name),
            false => clean(&format!("{directory}/{name}")),
        };
        match facts.placed(node, install.command, &path) {
            Placed::Perhaps => return,
            Placed::Ignored(span) => left_out = Some(span),
            Placed::Never => {}
        }
        first = first.or(Some(path));
    }
    let Some(path) = first else { return };
    let name = file_name(&path);
    let folder = path.strip_suffix(name).unwrap_or_default();
    let folder = match folder.trim_end_matches('/') {
        "" => "/",
        folder => folder,
    };
    let message = format!("{} needs `{name}`, which is not in `{folder}`", need.who);
    let help = match left_out {
        Some(_) => "take it back in the ignore file with `!`".to_owned(),
        None => format!("copy `{name}` before"),
    };
    let mut report = cx.report(need.span, message).help(help);
    if let Some(copy) = left_out {
        report = report.label(copy, "the ignore file leaves it out here");
    }
    if !absence::is_written_out(facts, node.stage.unwrap_or_default())
        || !script.is_fatal(install.command)
    {
        report.severity(Severity::Warning);
    }
}

/// A file that an installation does not run without.
struct Need {
    /// Its path, or those of which one is enough.
    names: Vec<String>,
    span: Span,
    /// Who needs it, as messages say it.
    who: String,
}

fn need_of(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Need> {
    let plain = |names: &[&str]| {
        Some(Need {
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            span: facts.call_span(install),
            who: format!("`{}`", install.call()),
        })
    };
    match install.manager {
        Manager::Npm if install.verb == "ci" => {
            plain(&["package-lock.json", "npm-shrinkwrap.json"])
        }
        Manager::Pip => {
            let known = |path: &str| !path.contains(HIDDEN) && !path.contains("://");
            let list = install.files.iter().find(|f| known(&f.path))?;
            Some(Need {
                names: vec![list.path.clone()],
                span: list.span,
                who: format!("`{}`", install.call()),
            })
        }
        Manager::Bundler if facts.is_mentioned_before(node, "BUNDLE_GEMFILE") => None,
        Manager::Bundler if install.verb == "install" => plain(&["Gemfile", "gems.rb"]),
        Manager::Composer if install.verb == "install" => plain(&["composer.json"]),
        Manager::Go if install.verb == "mod download" => plain(&["go.mod"]),
        Manager::Poetry if install.verb == "install" => plain(&["pyproject.toml"]),
        Manager::Uv if install.verb == "sync" && install.has_flag(&["--frozen", "--locked"]) => {
            plain(&["uv.lock"])
        }
        Manager::Uv if install.verb == "sync" => plain(&["pyproject.toml"]),
        Manager::Pnpm if install.has_flag(&["--frozen-lockfile"]) => plain(&["pnpm-lock.yaml"]),
        _ => None,
    }
}

/// The file of the project that a script runs which npm and the like run themselves.
fn lifecycle(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Need> {
    let is_javascript = matches!(
        install.manager,
        Manager::Npm | Manager::Yarn | Manager::Pnpm
    );
    if !is_javascript
        || install.is_global()
        || !install.packages.is_empty()
        || install.has_flag(&["--ignore-scripts"])
    {
        return None;
    }
    let project = facts.node_project(node)?;
    if project.has_own_settings(facts) {
        return None;
    }
    // All of them prepare a project in full; without its development dependencies only npm does.
    let runtime = facts.runtime_of(node, install);
    let is_new = install.manager == Manager::Npm
        && runtime.is_some_and(|runtime| !runtime.version.is_before("16"));
    let scripts: &[&str] = match is_new {
        true => &["preinstall", "install", "postinstall", "prepare"],
        false => &["preinstall", "install", "postinstall"],
    };
    scripts.iter().find_map(|script| {
        let file = project.file_of_script(script)?;
        // What the project has not something else makes.
        let known = facts.context()?;
        known.exists(&project.path_of(&file)).then(|| Need {
            names: vec![file],
            span: facts.call_span(install),
            who: format!("`{script}`, which `{}` runs,", install.call()),
        })
    })
}

/// The readme without which Poetry 2 does not install a project.
fn readme(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Need> {
    const MOST: u64 = 1 << 18;
    let leaves_out = ["--no-root", "--no-directory", "--dry-run"];
    if install.manager != Manager::Poetry
        || install.verb != "install"
        || install.has_flag(&leaves_out)
        || facts.as_of < Date::new(2025, 1, 5)
    {
        return None;
    }
    // An older Poetry goes on.
    let told = [
        "poetry==",
        "POETRY_VERSION",
        "poetry<",
        "poetry~",
        "poetry-core",
        "--version",
    ];
    let mentioned = |text: &&str| facts.is_mentioned_before(node, text);
    if told.iter().any(mentioned) || !facts.is_mentioned_before(node, "install poetry ") {
        return None;
    }
    let directory = facts.directory_at(node)?;
    let path = facts.brought(node, &clean(&format!("{directory}/pyproject.toml")))?;
    let text = facts.read_from_context(&path, MOST)?;
    let project: toml::Table = text.parse().ok()?;
    let poetry = project.get("tool").and_then(|t| t.get("poetry"));
    if poetry
        .and_then(|p| p.get("package-mode"))
        .and_then(toml::Value::as_bool)
        == Some(false)
    {
        return None;
    }
    let own = project.get("project").and_then(|p| p.get("readme"));
    let readme = own.or_else(|| poetry?.get("readme"))?.as_str()?;
    Some(Need {
        names: vec![readme.to_owned()],
        span: facts.call_span(install),
        who: "`poetry install` without `--no-root`".to_owned(),
    })
}
