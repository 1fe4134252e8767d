//! `platform-argument-default`: a default that beats the platform the builder says.

use crate::diagnostic::Severity;
use crate::facts::{Node, PLATFORM_ARGUMENTS};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(PlatformArgumentDefault);

impl Rule for PlatformArgumentDefault {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Arg(arguments) = &node.instruction.kind else {
            return;
        };
        for argument in arguments {
            let (name, Some(value)) = (argument.name.as_str(), &argument.value) else {
                continue;
            };
            // Whoever passes a value knows better than both.
            if !PLATFORM_ARGUMENTS.contains(&name) || cx.facts.build.gives(name) {
                continue;
            }
            // `${TARGETARCH/amd64/x64}` makes another value of the builder's.
            let references = cx.facts.references(value);
            if references.iter().any(|r| r.name == name) {
                continue;
            }
            let default = Span::new(argument.name.span.end, value.span.end);
            let message = format!("the default of `{name}` beats the value the builder sets");
            let report = cx
                .report(default, message)
                .help(format!("write `ARG {name}`: BuildKit fills it in"))
                .fix(Fix::unsafe_(
                    "leave the value to the builder",
                    vec![Edit::delete(default)],
                ));
            // Where the build runs changes how long it takes, not what it makes.
            if name.starts_with("BUILD") {
                report.severity(Severity::Info);
            }
        }
    }
}
