//! `insecure-registry`: a registry over plain HTTP.

use crate::facts::{ImageUse, Node};
use crate::images::is_plain_http_suspect;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;

rule! {
    InsecureRegistry {
        /// Registries with a certificate although their port looks like one without.
        pub secure: Vec<String>,
    }
}

/// The setting of `daemon.json` and the option of `dockerd`.
const SETTINGS: [&str; 2] = ["insecure-registries", "--insecure-registry"];

/// What both contain.
const COMMON: &str = "insecure-registr";

impl Rule for InsecureRegistry {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let insecure = &cx.policy.insecure_registries;
        let image = &used.image;
        let Some(registry) = image.registry.known() else {
            return;
        };
        let secure = self.secure.iter().any(|s| s.eq_ignore_ascii_case(registry));
        let said = cx.policy.read.iter().find_map(|s| s.plain_http(image));
        if secure || (said.is_none() && !is_plain_http_suspect(registry, insecure)) {
            return;
        }
        let place = match image.ranges.registry.clone() {
            Some(range) => facts.place(used, range),
            None => facts.name_place(used),
        };
        let message = if let Some(said) = said {
            said
        } else if is_plain_http_suspect(registry, &[]) {
            format!("`{registry}` looks like a registry over plain HTTP")
        } else {
            format!("`{registry}` is reached over plain HTTP")
        };
        cx.report_at(&place, message)
            .help("give the registry a certificate and pull over HTTPS");
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let source = cx.source();
        let mut found: Vec<Span> = Vec::new();
        // Few files say it at all.
        let says = |span: Span| source.slice(span).contains(COMMON);
        let commands = if says(node.instruction.span) {
            node.commands()
        } else {
            &[]
        };
        for command in commands {
            if command.name.ends_with("grep") {
                continue;
            }
            for (i, word) in command.words.iter().enumerate() {
                let own = source.slice(word.span);
                if !own.contains(COMMON) {
                    continue;
                }
                // The value of an option may be the next word.
                let next = command
                    .words
                    .get(i + 1)
                    .map_or("", |w| source.slice(w.span));
                let text = format!("{} {}", own.trim_end_matches('"'), next.trim_matches('"'));
                let at = setting(&text).filter(|at| at.end as usize <= own.len());
                found.extend(at.map(|at| moved(at, word.span.start)));
            }
        }
        for heredoc in &node.instruction.heredocs {
            let text = source.slice(heredoc.body);
            found.extend(setting(text).map(|at| moved(at, heredoc.body.start)));
        }
        // The words of a command may contain each other: `sh -c '…'`.
        found.sort();
        found.dedup();
        for span in found {
            cx.report(span, "the engine is told to use a registry over plain HTTP")
                .help("give the registry a certificate instead");
        }
    }
}

fn moved(at: Span, by: u32) -> Span {
    Span::new(at.start + by, at.end + by)
}

/// Where a text sets a registry insecure that is not the machine itself.
fn setting(text: &str) -> Option<Span> {
    let (at, name) = SETTINGS.iter().find_map(|s| Some((text.find(s)?, s)))?;
    let rest = text.get(at + name.len()..).unwrap_or_default();
    // `--insecure-registry=host`, `--insecure-registry host`, `"insecure-registries": [ … ]`
    let value = match rest.strip_prefix(['=', ' ']) {
        Some(rest) => rest.split_whitespace().next().unwrap_or_default(),
        None => {
            let list = rest.find('[')?;
            let end = rest.find(']').unwrap_or(rest.len());
            rest.get(list..end).unwrap_or_default()
        }
    };
    let mut hosts = value
        .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | ':' | '-' | '$' | '/'))
        .map(|host| host.trim_matches([':', '-']))
        .filter(|host| !host.is_empty());
    let remote = hosts.any(|host| is_plain_http_suspect(host, &[host.to_owned()]));
    remote.then(|| Span::new(at as u32, (at + name.len()) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_other_machines_count() {
        for (text, found) in [
            (r#"{"insecure-registries": ["registry.local:5000"]}"#, true),
            (
                r#"{"insecure-registries": ["127.0.0.1:5000", "localhost"]}"#,
                false,
            ),
            (
                r#"{"insecure-registries": ["localhost", "10.0.0.0/8"]}"#,
                true,
            ),
            (r#"{"insecure-registries": []}"#, false),
            ("--insecure-registry=registry.local", true),
            ("--insecure-registry=localhost:5000", false),
            (
                "--insecure-registry registry.local --host tcp://0.0.0.0",
                true,
            ),
            ("--insecure-registry localhost --host tcp://10.0.0.1", false),
            ("--insecure", false),
        ] {
            assert_eq!(setting(text).is_some(), found, "{text}");
        }
    }
}
