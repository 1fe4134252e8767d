//! `missing-compiler`: a package that is compiled where it is installed, and no compiler.

use crate::diagnostic::Severity;
use crate::facts::packages::{Install, Manager};
use crate::facts::{Node, absence};
use crate::images::{Presence, compiled_package};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(MissingCompiler);

impl Rule for MissingCompiler {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let (Some(script), Some(stage)) = (script, node.stage) else {
            return;
        };
        if install.manager != Manager::Pip || !absence::is_read(node, script) {
            return;
        }
        let is_compiled = |package: &str, version: Option<&str>| {
            // Versions 2.7 had wheels.
            let had_wheels = package == "psycopg2" && version.is_some_and(|v| v.starts_with("2.7"));
            compiled_package(package).is_some() && !had_wheels
        };
        let Some(wanted) = facts.wanted_by_pip(node, install, is_compiled) else {
            return;
        };
        // What the commands before it in the RUN bring counts too.
        let mut programs = facts.programs_before(node);
        for index in 0..install.command {
            programs.run(node, index);
        }
        if programs.presence("gcc") != Presence::Absent {
            return;
        }
        let instead = compiled_package(&wanted.package.to_ascii_lowercase()).unwrap_or_default();
        let help = match instead {
            "" => {
                "install one and the headers that it needs first, or build a wheel in another stage"
                    .to_owned()
            }
            instead => {
                format!("take `{instead}`, or install one and the headers that it needs first")
            }
        };
        let message = format!(
            "`{}`{} is compiled here, and {} has no C compiler",
            wanted.package,
            wanted.shown_list(),
            absence::base_name(facts, stage)
        );
        let report = cx.report(wanted.span, message).help(help);
        let is_certain = script.is_fatal(install.command)
            && !absence::is_guarded(script, install.command, "")
            && absence::is_written_out(facts, stage);
        if !is_certain {
            report.severity(Severity::Warning);
        }
    }
}
