//! `unknown-shell-option`: `SHELL` with an option that the shell refuses.

use crate::diagnostic::Severity;
use crate::facts::absence;
use crate::facts::{Base, Dialect, Node};
use crate::fix::{Edit, Fix};
use crate::images::Presence;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{CommandLine, Kind};

rule!(UnknownShellOption);

impl Rule for UnknownShellOption {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let (Kind::Shell(words), Some(stage)) = (&node.instruction.kind, node.stage) else {
            return;
        };
        let Base::Image(image) = facts.root_base(stage) else {
            return;
        };
        let mut rest = words.iter();
        let Some(program) = rest.next() else {
            return;
        };
        let is_sh = matches!(
            Dialect::of_program(program.as_str()),
            Some(Dialect::Sh | Dialect::Dash)
        );
        let Some(option) = rest.find(|word| word.as_str() == "pipefail") else {
            return;
        };
        if node.onbuild || !is_sh || !facts.sh_lacks_pipefail(node) {
            return;
        }
        let before = facts.programs_before(node);
        let is_used = facts.nodes.iter().any(|n| {
            matches!(n.instruction.kind, Kind::Run(CommandLine::Shell(_)))
                && n.shell_node == Some(node.index)
        });
        let message = format!(
            "`{}` of `{}` is a dash without `pipefail`: it refuses the option and runs nothing",
            program.as_str(),
            image.shown()
        );
        let report = cx
            .report(option.span, message)
            .help("name `/bin/bash`, which the image has");
        let report = if is_used && absence::is_written_out(facts, stage) {
            report
        } else {
            report.severity(Severity::Warning)
        };
        if before.presence("bash") == Presence::Present {
            let edit = Edit::replace(program.span, "\"/bin/bash\"");
            report.fix(Fix::unsafe_("run scripts by bash", vec![edit]));
        }
    }
}
