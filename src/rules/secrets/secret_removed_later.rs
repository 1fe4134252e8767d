//! `secret-removed-later`: a secret is written into one layer and removed in another.

use crate::facts::{Facts, Node, SecretSource};
use crate::rule::{Context, Rule, rule};
use crate::secrets::files::{self, Certainty};
use crate::shell::RedirectKind;
use crate::span::Span;
use crate::syntax::Keyword;

rule!(SecretRemovedLater);

impl Rule for SecretRemovedLater {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let facts = cx.facts;
        let mut seen: Vec<String> = Vec::new();
        let writes = facts.secret_writes(node).into_iter();
        let given = writes.filter_map(|w| {
            let what = match w.source {
                SecretSource::Mount(id) => format!("the secret `{id}`"),
                SecretSource::Argument(name) => format!("the build argument `{name}`"),
            };
            Some((w.path?, w.shown, w.span, what))
        });
        let by_name = key_files(facts, node).into_iter();
        let all: Vec<_> = given.chain(by_name).collect();
        for (path, shown, span, what) in all {
            if seen.contains(&path) || !facts.is_shipped(node, Some(&path)) {
                continue;
            }
            let Some(removal) = facts.removed_later(node, &path) else {
                continue;
            };
            cx.report(
                span,
                format!("the layer of this RUN keeps {what} in `{shown}`"),
            )
            .label(removal, "removed here, which only hides it")
            .help("remove the file in the RUN that writes it, or mount it: `RUN --mount=type=secret,id=…,target=… …`");
            seen.push(path);
        }
    }
}

/// The files that a RUN writes whose names say that they hold secrets.
fn key_files(facts: &Facts<'_>, node: &Node<'_>) -> Vec<(String, String, Span, String)> {
    let mut found = Vec::new();
    for command in node.commands() {
        let outputs = command.redirects.iter().filter(|r| {
            matches!(
                r.kind,
                RedirectKind::Output | RedirectKind::Append | RedirectKind::Clobber
            )
        });
        for redirect in outputs {
            let text = redirect.target.literal().unwrap_or(&redirect.target.raw);
            let text = text.replace(['"', '\''], "");
            let file = files::classify(&text).filter(|f| f.certainty == Certainty::Certain);
            if let (Some(file), Some(path)) = (file, facts.comparable(node, &text)) {
                found.push((path, text, redirect.target.span, file.holds.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::engine::{self, ActiveRule, Settings};
    use crate::rules;
    use crate::span::Source;

    fn findings(text: &str) -> Vec<String> {
        let settings = Settings {
            rules: rules::by_id("secret-removed-later")
                .map(ActiveRule::new)
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| {
            let labels = d.labels.iter().map(|l| report.source.slice(l.span));
            let removed: Vec<&str> = labels.collect();
            format!("{} {}", report.source.slice(d.span), removed.join(" "))
        };
        report.diagnostics.iter().map(show).collect()
    }

    #[test]
    fn what_another_layer_removes() {
        for (write, removal, wanted) in [
            (
                "ARG KEY_TOKEN\nRUN echo $KEY_TOKEN > /tmp/x",
                "rm /tmp/x",
                "/tmp/x /tmp/x",
            ),
            (
                "ARG SSH_PRIVATE_KEY\nRUN echo \"$SSH_PRIVATE_KEY\" > ~/.ssh/id_rsa",
                "rm -rf /root/.ssh",
                "~/.ssh/id_rsa /root/.ssh",
            ),
            (
                "RUN echo x > /root/.ssh/id_rsa",
                "rm ~/.ssh/id_rsa",
                "/root/.ssh/id_rsa ~/.ssh/id_rsa",
            ),
            (
                "RUN --mount=type=secret,id=n cp /run/secrets/n .npmrc",
                "rm -f .npmrc",
                ".npmrc .npmrc",
            ),
            (
                "ARG NPM_TOKEN\nWORKDIR /app\nRUN echo \"//r/:_authToken=${NPM_TOKEN}\" > .npmrc",
                "npm ci && rm /app/.npmrc",
                ".npmrc /app/.npmrc",
            ),
        ] {
            let text = format!("FROM a\n{write}\nRUN {removal}\n");
            assert_eq!(findings(&text), [wanted], "{text}");
        }
    }

    #[test]
    fn what_is_removed_at_once_or_elsewhere() {
        for text in [
            "FROM a\nARG KEY_TOKEN\nRUN echo $KEY_TOKEN > /tmp/x && make && rm /tmp/x\nRUN rm -f /tmp/x\n",
            "FROM a AS b\nARG KEY_TOKEN\nRUN echo $KEY_TOKEN > /tmp/x\nRUN rm /tmp/x\nFROM c\nCOPY --from=b /app /\n",
            "FROM a\nRUN echo x > /tmp/log\nRUN rm /tmp/log\n",
            "FROM a\nARG KEY_TOKEN\nRUN echo $KEY_TOKEN > /tmp/x\nRUN rm /tmp/y\n",
        ] {
            assert_eq!(findings(text), [] as [&str; 0], "{text}");
        }
    }
}
