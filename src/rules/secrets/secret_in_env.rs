//! `secret-in-env`: secrets that ENV keeps in the image's configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secrets_shared::{ROTATE, Written, copied_argument, is_final, level, written};
use crate::diagnostic::Severity;
use crate::facts::{Facts, Node};
use crate::rule::{Context, Rule};
use crate::secrets::excerpt;
use crate::syntax::Kind;

/// See `rules/secrets/secret-in-env.md`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretInEnv {}

impl Rule for SecretInEnv {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Env(pairs) = &node.instruction.kind else {
            return;
        };
        let facts = cx.facts;
        for pair in &pairs.pairs {
            let Some(name) = facts.text(node.index, &pair.name) else {
                continue;
            };
            if let Some((argument, span)) = copied_argument(facts, node, &name, &pair.value) {
                let place = place(facts, node);
                let message = format!("`{name}` keeps the build argument `{argument}` in {place}");
                cx.report(span, message)
                    .help(format!(
                        "drop this line; mount the secret where it is needed, \
                         `RUN --mount=type=secret,id={argument},env={argument} …`, \
                         or give it to the container when it starts"
                    ))
                    .severity(level(facts, node, Severity::Error));
                continue;
            }
            let Written::Secret(found, span) = written(facts, node, &name, &pair.value) else {
                continue;
            };
            let shown = excerpt(&found.secret);
            if found.is_default {
                // A container that is thrown away may have any password.
                if is_final(facts, node) {
                    let message = format!("`{name}` has a value that is easily guessed: {shown}");
                    cx.report(span, message)
                        .help("leave it unset and let whoever starts the container choose one")
                        .severity(Severity::Info);
                }
                continue;
            }
            let (what, place) = (&found.what, place(facts, node));
            cx.report(span, format!("`{name}` keeps {what} in {place}: {shown}"))
                .help(format!(
                    "{ROTATE} give it to the container when it starts; \
                     unsetting it later in this file does not remove it"
                ))
                .severity(level(facts, node, Severity::Error));
        }
    }
}

fn place(facts: &Facts<'_>, node: &Node<'_>) -> &'static str {
    match is_final(facts, node) {
        true => "the image",
        false => "a stage of the build",
    }
}

#[cfg(test)]
mod tests {
    use super::super::secrets_shared::testing::findings;
    use crate::secrets::testing::Random;
    use crate::secrets::token::PROVIDERS;

    #[test]
    fn one_value_is_one_finding() {
        let token = Random(21).token(&PROVIDERS[0]);
        let found = |text: &str| findings(&format!("FROM scratch\n{text}"));
        assert_eq!(
            found(&format!("ENV GH_TOKEN={token}\n")),
            [format!("error secret-in-env {token}")]
        );
        assert_eq!(
            found(&format!("ENV THING='{token}'\n")),
            [format!("error hard-coded-secret {token}")]
        );
        assert_eq!(
            found(&format!("ENV GH_TOKEN \"Bearer {token}\"\n")),
            [format!("error secret-in-env {token}")]
        );
        assert_eq!(
            found(&format!("ONBUILD ENV GH_TOKEN={token}\n")),
            [format!("error secret-in-env {token}")]
        );
    }

    #[test]
    fn a_value_in_pieces_is_put_together() {
        let token = Random(22).token(&PROVIDERS[0]);
        let (a, b) = token.split_at(20);
        let text = format!("FROM scratch\nENV GH_TOKEN={a}\\\r\n{b}\r\n");
        assert_eq!(
            findings(&text),
            [format!("error secret-in-env {a}\\\r\n{b}")]
        );
        let text = format!("FROM scratch\nARG A={a}\nARG B={b}\nENV GH_TOKEN=$A$B\n");
        assert_eq!(findings(&text), ["error secret-in-env $A$B"]);
    }

    #[test]
    fn a_default_in_braces_is_written_here() {
        let text = "FROM alpine\nENV DB_PASSWORD=${DB_PASSWORD:-violet-umbrella}\n";
        assert_eq!(findings(text), ["error secret-in-env violet-umbrella"]);
        let text = "FROM alpine\nENV DB_PASSWORD=${DB_PASSWORD:-changeme}\n";
        assert_eq!(findings(text), ["info secret-in-env changeme"]);
    }

    #[test]
    fn an_argument_that_names_something_else_is_no_secret() {
        let text = "FROM alpine\nARG TOKEN_URL\nENV AUTH_TOKEN=$TOKEN_URL\n";
        assert!(findings(text).is_empty());
    }

    #[test]
    fn backticks_escape_and_stages_inherit() {
        let text = "# escape=`\nFROM a AS x\nENV DB_PASSWORD=violet`\n-umbrella\nFROM x\n";
        assert_eq!(findings(text), ["error secret-in-env violet`\n-umbrella"]);
    }
}
