//! `missing-manifest`: an installation reads a file that is not in the image yet.

use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Facts, Node, Placed};
use crate::images::HIDDEN;
use crate::path::{clean, file_name};
use crate::rule::{Context, Rule, rule};
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
        let Some(need) = need_of(facts, node, install) else {
            return;
        };
        // Any of several names will do.
        let mut left_out = None;
        let mut first = None;
        for name in &need.names {
            let Some(path) = facts.absolute(node, name).map(|p| clean(&p)) else {
                return;
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
        let message = format!(
            "`{}` needs `{name}`, which is not in `{folder}`",
            install.call()
        );
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
}

/// A file that an installation does not run without.
struct Need {
    /// Its path, or those of which one is enough.
    names: Vec<String>,
    span: Span,
}

fn need_of(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Need> {
    let plain = |names: &[&str]| {
        Some(Need {
            names: names.iter().map(|n| (*n).to_owned()).collect(),
            span: facts.call_span(install),
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
            })
        }
        Manager::Bundler if facts.is_mentioned_before(node, "BUNDLE_GEMFILE") => None,
        Manager::Bundler if install.verb == "install" => plain(&["Gemfile", "gems.rb"]),
        Manager::Composer if install.verb == "install" => plain(&["composer.json"]),
        Manager::Go if install.verb == "mod download" => plain(&["go.mod"]),
        Manager::Poetry if install.verb == "install" => plain(&["pyproject.toml"]),
        Manager::Uv if install.verb == "sync" => plain(&["pyproject.toml"]),
        _ => None,
    }
}
