//! `redirected-version`: the shell takes the `>` or `<` of a version for a redirection.

use crate::diagnostic::Severity;
use crate::facts::packages::{Install, Package};
use crate::facts::{Command, Node, Script};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::{Dialect, FrameKind, Redirect, RedirectKind};
use crate::syntax::Keyword;

rule!(RedirectedVersion);

// The same for each package of a call, so that they are one finding.
const MESSAGE: &str = "the shell takes `>` for a redirection: any version is installed, and the output \
                       goes to a file";
const HELP: &str = "put the package and its version into quotes";

impl Rule for RedirectedVersion {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        if !node.is(Keyword::Run) || matches!(node.shell, Dialect::Cmd | Dialect::PowerShell) {
            return;
        }
        let Some(script) = &node.script else { return };
        let Some(command) = script.commands.get(install.command) else {
            return;
        };
        for package in &install.packages {
            let glued = glued(command, package);
            let Some(last) = glued.last() else {
                continue;
            };
            let span = package.span.to(last.span);
            let read = glued.iter().find(|r| r.kind == RedirectKind::Input);
            let (message, severity) = match read {
                // The shell opens the files before it starts the program.
                Some(read) => {
                    let file = unquoted(&read.target.raw);
                    let message = format!(
                        "the shell takes `<` for a redirection: `{}` fails for want of a file `{file}`",
                        install.call()
                    );
                    (message, Severity::Error)
                }
                None => (MESSAGE.to_owned(), Severity::Warning),
            };
            let text = cx.source().slice(span);
            let quoted = format!("\"{}\"", unquoted(text));
            let may_quote = !node.instruction.is_exec_form()
                && is_outside_quotes(script, command)
                && !text.contains(['\\', '`', '\n']);
            let report = cx.report(span, message).help(HELP).severity(severity);
            if may_quote {
                let edit = Edit::replace(span, quoted);
                report.fix(Fix::unsafe_("quote the version", vec![edit]));
            }
        }
    }
}

fn unquoted(text: &str) -> String {
    text.replace(['"', '\''], "")
}

/// The redirections that follow a package without a blank and look like its version: `>=2.0`, `<3`.
fn glued<'c>(command: &'c Command, package: &Package) -> Vec<&'c Redirect> {
    let mut end = package.span.end;
    let mut found: Vec<&Redirect> = Vec::new();
    for redirect in &command.redirects {
        if redirect.span.start != end || redirect.fd.is_some() {
            continue;
        }
        let may_be = matches!(redirect.kind, RedirectKind::Output | RedirectKind::Input);
        let bare = redirect.target.raw.trim_start_matches(['"', '\'']);
        if !may_be || !bare.starts_with(|c: char| c == '=' || c.is_ascii_digit()) {
            break;
        }
        found.push(redirect);
        end = redirect.span.end;
    }
    found
}

/// Whether a command stands in the script as it is written, and not in the quotes of another.
fn is_outside_quotes(script: &Script, command: &Command) -> bool {
    let mut frame = script.frames.get(command.frame);
    while let Some(found) = frame {
        let is_quoted = matches!(
            found.kind,
            FrameKind::CommandSubstitution
                | FrameKind::ProcessSubstitution
                | FrameKind::Script { .. }
                | FrameKind::Damaged
        );
        if is_quoted {
            return false;
        }
        frame = found.parent.and_then(|parent| script.frames.get(parent));
    }
    true
}
