//! `debug-setting`: the image starts in debug mode.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(DebugSetting);

impl Rule for DebugSetting {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Env(pairs) = &node.instruction.kind else {
            return;
        };
        let facts = cx.facts;
        if node.onbuild
            || !facts.stage_of(node).is_some_and(|s| s.in_final)
            || is_development(cx, node)
        {
            return;
        }
        for pair in &pairs.pairs {
            let (Some(name), Some(value)) = (
                facts.text(node.index, &pair.name),
                facts.text(node.index, &pair.value),
            ) else {
                continue;
            };
            if is_debug(&name, &value) && !is_overridden(cx, node, &name) {
                cx.report(
                    pair.span,
                    format!("`{name}={value}`: the container starts in debug or development mode"),
                )
                .help("leave it out, and set it where somebody debugs");
            }
        }
    }
}

/// Whether a variable makes a framework show errors, source or a console to whoever connects.
fn is_debug(name: &str, value: &str) -> bool {
    let value = value.to_lowercase();
    let on = matches!(value.as_str(), "1" | "true" | "yes" | "on");
    let development = matches!(value.as_str(), "development" | "dev" | "debug" | "local");
    match name {
        "DEBUG"
        | "APP_DEBUG"
        | "DJANGO_DEBUG"
        | "FLASK_DEBUG"
        | "WERKZEUG_DEBUG_PIN"
        | "SYMFONY_DEBUG"
        | "LARAVEL_DEBUG"
        | "SPRING_DEVTOOLS_RESTART_ENABLED" => on,
        "FLASK_ENV"
        | "NODE_ENV"
        | "RAILS_ENV"
        | "RACK_ENV"
        | "APP_ENV"
        | "SYMFONY_ENV"
        | "ASPNETCORE_ENVIRONMENT"
        | "DOTNET_ENVIRONMENT"
        | "DJANGO_ENV"
        | "CI_ENVIRONMENT" => development,
        "XDEBUG_MODE" => value
            .split(',')
            .any(|m| matches!(m.trim(), "debug" | "develop")),
        "JAVA_TOOL_OPTIONS" | "JAVA_OPTS" | "JAVA_OPTIONS" => {
            value.contains("jdwp")
                && !value.contains("address=127.")
                && !value.contains("address=localhost")
        }
        "PYTHONBREAKPOINT" => false,
        _ => false,
    }
}

/// Whether the file or stage says that it is for development.
fn is_development(cx: &Context<'_>, node: &Node<'_>) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        ["dev", "debug", "test", "local", "ci"].iter().any(|w| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|part| part == *w || part.starts_with("devel") || part == "devcontainer")
        })
    };
    let path = cx.facts.source.path().to_string_lossy();
    let stage = cx.facts.stage_of(node).and_then(|s| s.name.as_deref());
    let file = path.rsplit(['/', '\\']).take(2).any(says);
    file || stage.is_some_and(says)
}

/// Whether a later ENV of the same image sets it again.
fn is_overridden(cx: &Context<'_>, node: &Node<'_>, name: &str) -> bool {
    let Some(last) = cx.facts.product() else {
        return false;
    };
    cx.facts
        .chain_nodes(last.index)
        .filter(|n| n.index > node.index)
        .any(|n| match &n.instruction.kind {
            Kind::Env(pairs) => pairs.pairs.iter().any(|p| p.name.as_str() == name),
            _ => false,
        })
}
