//! `debug-setting`: the image starts in debug mode.

use crate::facts::Node;
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(DebugSetting);

impl Rule for DebugSetting {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let keywords = [Keyword::Cmd, Keyword::Entrypoint, Keyword::Env];
        if node.onbuild
            || !node.keyword().is_some_and(|k| keywords.contains(&k))
            || !facts.stage_of(node).is_some_and(|s| s.in_final)
            || is_development(cx, node)
        {
            return;
        }
        if matches!(node.keyword(), Some(Keyword::Cmd | Keyword::Entrypoint)) {
            check_launch(cx, node);
            return;
        }
        let Kind::Env(pairs) = &node.instruction.kind else {
            return;
        };
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

/// Looks at what the container starts.
fn check_launch(cx: &mut Context<'_>, node: &Node<'_>) {
    let facts = cx.facts;
    let Some(last) = facts.final_stage() else {
        return;
    };
    // Only the last of several counts.
    let launch = facts.launch(last.index);
    let in_force = [launch.entrypoint, launch.cmd];
    if !in_force.iter().flatten().any(|n| n.index == node.index) {
        return;
    }
    let words = node.commands().iter().flat_map(|command| {
        // Development servers with a console for whoever makes an error happen.
        let flask = command.name == "flask"
            || command.name.starts_with("python") && command.literal_args().any(|a| a == "flask");
        let words = command.words.iter();
        words.filter_map(move |word| {
            let text = word.prefix();
            let on = is_debugger(text) || flask && text == "--debug";
            on.then(|| (word.span, text.to_owned()))
        })
    });
    let found: Vec<_> = words.collect();
    for (span, text) in found {
        let name = text.split(['=', ':', ',']).next().unwrap_or_default();
        cx.report(
            span,
            format!("`{name}`: the container waits for a debugger, or shows what goes on inside"),
        )
        .help("leave it out, and start it this way where somebody debugs");
    }
}

/// Whether an argument opens a port to a debugger: who connects runs what they like.
fn is_debugger(word: &str) -> bool {
    let near = ["127.0.0.1", "localhost", "[::1]"];
    if near.iter().any(|host| word.contains(host)) {
        return false;
    }
    // Without a host Node.js listens for this machine alone.
    let inspects = word.strip_prefix("--inspect").is_some_and(|rest| {
        let rest = rest.strip_prefix("-brk").unwrap_or(rest);
        rest.starts_with('=') && rest.contains(['.', ':'])
    });
    word.contains("jdwp")
        || matches!(word, "-Xdebug" | "debugpy" | "ptvsd" | "rdebug-ide" | "dlv")
        || inspects
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
        // By itself it opens a port to this machine only.
        "NODE_OPTIONS" => value
            .split_ascii_whitespace()
            .any(|w| w.starts_with("--inspect") && is_debugger(w)),
        "JAVA_TOOL_OPTIONS" | "JAVA_OPTS" | "JAVA_OPTIONS" | "JDK_JAVA_OPTIONS"
        | "CATALINA_OPTS" | "JAVA_DEBUG" | "MAVEN_OPTS" => {
            value.contains("jdwp")
                && !value.contains("address=127.")
                && !value.contains("address=localhost")
        }
        "CONDA_DEFAULT_ENV" | "VIRTUAL_ENV" => false,
        // As frameworks and applications call their own.
        _ => {
            let name = name.to_ascii_uppercase();
            let words = |last: &str| {
                let rest = name.strip_suffix(last);
                rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('_'))
            };
            let stage = matches!(value.as_str(), "dev" | "devel" | "develop" | "development");
            // Xdebug takes a mode that it does not know for `develop`.
            words("XDEBUG_MODE") && !matches!(value.as_str(), "" | "off" | "0" | "no" | "false")
                || words("DEBUG") && on
                || (words("ENV") || words("ENVIRONMENT")) && stage
        }
    }
}

/// Whether the file or stage says that it is for development.
fn is_development(cx: &Context<'_>, node: &Node<'_>) -> bool {
    let says = |text: &str| {
        let text = text.to_lowercase();
        let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
        parts.any(|part| {
            let words = ["dev", "debug", "test", "local", "ci", "devcontainer"];
            words.contains(&part) || part.starts_with("devel")
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
