//! `missing-expose`: the file shows a server, and no port is exposed.

use super::listening::{Evidence, of_command, of_environment};
use crate::edits::insert_above;
use crate::facts::{Base, Command, Facts};
use crate::fix::Fix;
use crate::images::is_plain;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule!(MissingExpose);

impl Rule for MissingExpose {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        let exposed = facts.chain(last.index).any(|s| !s.exposes.is_empty());
        // An image that is not known may well expose the port itself.
        let may_expose = match facts.root_base(last.index) {
            Base::Image(image) => is_plain(image) != Some(true),
            _ => false,
        };
        if exposed || may_expose || !facts.base_ports(last.index).is_empty() {
            return;
        }
        let launch = facts.launch(last.index);
        let Some(node) = launch.node() else { return };
        let commands: Vec<&Command> = launch.commands().collect();
        let evidence = commands
            .iter()
            .find_map(|c| of_command(facts, last.index, c))
            .or_else(|| of_healthcheck(facts, last.index))
            .or_else(|| of_environment(facts, last.index));
        let Some(evidence) = evidence else { return };
        let (message, help) = match evidence.port {
            Some(port) => (
                format!("{} on port {port}, which is not exposed", evidence.what),
                format!("add `EXPOSE {port}`"),
            ),
            None => (
                format!("{}, and no port is exposed", evidence.what),
                "add `EXPOSE` with the port it listens on".to_owned(),
            ),
        };
        let report = cx.report(evidence.span, message).help(help);
        // A stage below the final one may serve other images too.
        let Some(port) = evidence.port else { return };
        let Some(node) = launch.cmd.filter(|c| c.index < node.index).or(Some(node)) else {
            return;
        };
        if node.stage == Some(last.index) {
            let source = facts.source;
            let line = source.line_start(node.instruction.start_line);
            let indent = source.slice(Span::new(line, node.instruction.head.start));
            let text = format!("{indent}EXPOSE {port}{}", source.newline());
            let edits = vec![insert_above(facts, node.instruction, text)];
            report.fix(Fix::unsafe_(format!("add `EXPOSE {port}`"), edits));
        }
    }
}

/// A health check that asks the container itself.
fn of_healthcheck(facts: &Facts<'_>, stage: usize) -> Option<Evidence> {
    let index = facts.chain(stage).find_map(|s| s.healthchecks.last())?;
    let node = facts.nodes.get(*index)?;
    node.commands().iter().find_map(|command| {
        let asks = matches!(command.name.as_str(), "curl" | "wget" | "http" | "httpie");
        command.args().iter().filter(|_| asks).find_map(|word| {
            let text = word.literal().unwrap_or(word.prefix());
            let rest = text
                .strip_prefix("http://")
                .or_else(|| text.strip_prefix("https://"))
                .unwrap_or(text);
            let rest = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"]
                .iter()
                .find_map(|host| rest.strip_prefix(host))?;
            let digits = rest.strip_prefix(':').unwrap_or_default();
            let end = digits
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(digits.len());
            let port = match digits.get(..end).unwrap_or_default() {
                "" if rest.starts_with(':') => return None,
                "" => {
                    if text.starts_with("https") {
                        443
                    } else {
                        80
                    }
                }
                digits => digits.parse().ok()?,
            };
            Some(Evidence {
                span: word.span,
                what: "the health check finds a server".to_owned(),
                port: Some(port),
            })
        })
    })
}
