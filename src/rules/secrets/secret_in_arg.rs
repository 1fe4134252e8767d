//! `secret-in-arg`: secrets in build arguments, which the image's history keeps.

use super::judgement::{ROTATE, Written, is_final, written};
use crate::context::Caller;
use crate::diagnostic::{FlowStep, Severity};
use crate::facts::{Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::secrets::{excerpt, name, value};
use crate::syntax::{Argument, Kind};

rule!(SecretInArg);

impl Rule for SecretInArg {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Arg(arguments) = &node.instruction.kind else {
            return;
        };
        for argument in arguments {
            let name = argument.name.as_str();
            let value = match &argument.value {
                Some(word) => written(cx.facts, node, name, word),
                None => Written::Nothing,
            };
            if !matches!(value, Written::Secret(..)) && passed(cx, node, argument) {
                continue;
            }
            match value {
                Written::Secret(found, span) => {
                    let shown = excerpt(&found.secret);
                    let kept = reaches_final(cx.facts, node, name);
                    if found.is_default {
                        if kept {
                            let message = format!(
                                "the default of `{name}` is easily guessed: \
                                 {shown}"
                            );
                            cx.report(span, message)
                                .secret()
                                .help("leave the default out")
                                .severity(Severity::Info);
                        }
                        continue;
                    }
                    let what = &found.what;
                    let message = format!("the default of `{name}` is {what}: {shown}");
                    cx.report(span, message)
                        .secret()
                        .help(format!("{ROTATE} {}", mount(name)))
                        .severity(if kept {
                            Severity::Error
                        } else {
                            Severity::Info
                        });
                }
                Written::Nothing => {
                    // A default before the first FROM is judged there.
                    let variable = cx.facts.variable(node.index + 1, name);
                    if variable.is_none_or(|v| v.is_open()) {
                        without_value(cx, node, argument);
                    }
                }
                Written::Other if awaits_value(cx.facts, node, argument) => {
                    without_value(cx, node, argument);
                }
                Written::Other => {}
            }
        }
    }
}

/// Reports an argument for which another file passes a secret.
fn passed(cx: &mut Context<'_>, node: &Node<'_>, argument: &Argument) -> bool {
    let facts = cx.facts;
    let name = argument.name.as_str();
    let passed = || facts.build.passed.iter().filter(|p| p.name == name);
    // Before the first FROM it reaches no stage unless a stage declares it again.
    let Some(first) = passed().next().filter(|_| node.stage.is_some()) else {
        return false;
    };
    let file = &first.shown;
    let secret = match &first.secret {
        Some(secret) => format!("the secret `{secret}`"),
        None => "a secret".to_owned(),
    };
    let (ends, severity) = if is_final(facts, node) {
        ("in the image's history", Severity::Error)
    } else {
        ("in the provenance of the build", Severity::Warning)
    };
    let origin = match &first.set {
        Some(set) => format!("`{}` sets and ", set.shown),
        None => String::new(),
    };
    let message = format!("{secret}, which {origin}`{file}` passes as `{name}`, ends {ends}");
    let from = first.secret.as_deref().unwrap_or(name);
    let there = match first.by {
        Caller::Action => format!("`secrets: {name}=${{{{ secrets.{from} }}}}` for `build-args`"),
        Caller::Command => format!("`--secret id={name},env={from}` for `--build-arg`"),
        Caller::Compose => "`build.secrets` for `build.args`".to_owned(),
        Caller::Bake => format!("`secret = [\"id={name},env={from}\"]` for `args`"),
    };
    let mut report = cx.report(argument.name.span, message);
    for passed in passed() {
        if let Some(set) = &passed.set {
            report = report.step(FlowStep {
                path: set.path.clone(),
                line: set.line,
                column: set.column,
                message: "set here".to_owned(),
            });
        }
        report = report.step(FlowStep {
            path: passed.path.clone(),
            line: passed.line,
            column: passed.column,
            message: format!("passed here as the build argument `{name}`"),
        });
    }
    report
        .help(format!(
            "mount it here, `RUN --mount=type=secret,id={name},env={name} …`, write {there} in \
             `{file}`, and revoke the secret if an image was built with it"
        ))
        .severity(severity);
    true
}

/// An argument that waits for `--build-arg`.
fn without_value(cx: &mut Context<'_>, node: &Node<'_>, argument: &Argument) {
    let name = argument.name.as_str();
    // Before the first FROM it reaches no stage unless a stage declares it again.
    if node.stage.is_none() || !name::classify(name).is_some_and(|n| n.exact) {
        return;
    }
    let (message, severity) = if is_final(cx.facts, node) {
        (
            format!("the image's history shows what is passed for `{name}`"),
            Severity::Warning,
        )
    } else {
        (
            format!("the provenance of the build can show what is passed for `{name}`"),
            Severity::Info,
        )
    };
    cx.report(argument.name.span, message)
        .help(mount(name))
        .severity(severity);
}

/// Whether a default only says that a secret belongs there: `ARG TOKEN=$TOKEN`, `ARG TOKEN=replace-me`.
fn awaits_value(facts: &Facts<'_>, node: &Node<'_>, argument: &Argument) -> bool {
    let Some(word) = &argument.value else {
        return false;
    };
    match facts.literal(word) {
        Some(text) => value::asks_for_one(&text),
        None => facts
            .sole_reference(word)
            .is_some_and(|r| r.modifier.is_none() && facts.value_of(node.index, &r.name).is_none()),
    }
}

fn mount(name: &str) -> String {
    format!(
        "mount it where it is needed, `RUN --mount=type=secret,id={name},env={name} …`, \
         and build with `--secret id={name}`"
    )
}

/// Whether the final image's history shows the argument's default.
fn reaches_final(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> bool {
    if node.stage.is_some() {
        return is_final(facts, node);
    }
    facts
        .stages
        .iter()
        .filter(|s| s.in_final)
        .any(|s| facts.declarations_of(Some(s.index), name).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::super::judgement::testing::findings;

    #[test]
    fn a_default_is_reported_where_it_stands_and_once() {
        let text = "ARG DB_PASSWORD=violet-umbrella\nFROM a\nARG DB_PASSWORD\n\
                    ENV DB_PASSWORD=$DB_PASSWORD\n";
        assert_eq!(findings(text), ["error secret-in-arg violet-umbrella"]);
        let text = "ARG DB_PASSWORD=violet-umbrella\nFROM a\n";
        assert_eq!(findings(text), ["info secret-in-arg violet-umbrella"]);
    }

    #[test]
    fn a_default_that_stands_for_a_secret_is_none() {
        for default in ["$NPM_TOKEN", "placeholder", "<your-token>", "REPLACE_ME"] {
            let text = format!("FROM a\nARG NPM_TOKEN={default}\n");
            let wanted = ["warning secret-in-arg NPM_TOKEN"];
            assert_eq!(findings(&text), wanted, "{default}");
        }
        for default in ["dummy", "build-only", "/run/secrets/npm", "$HOME/x"] {
            let text = format!("FROM a\nARG NPM_TOKEN={default}\n");
            assert!(findings(&text).is_empty(), "{default}");
        }
        let text = "FROM a\nENV V=file\nARG NPM_TOKEN=$V\n";
        assert!(
            findings(text).iter().all(|f| !f.starts_with("warning")),
            "{text}"
        );
    }

    #[test]
    fn an_argument_kept_for_other_builds_counts() {
        let text = "FROM a\nONBUILD ARG NPM_TOKEN\n";
        assert_eq!(findings(text), ["warning secret-in-arg NPM_TOKEN"]);
    }

    #[test]
    fn what_other_files_pass_counts_whatever_it_is_called() {
        use crate::context::{Build, Caller, PassedArgument};
        use crate::engine::{self, ActiveRule, Settings};
        use crate::span::Source;
        let build = Build {
            passed: vec![PassedArgument {
                name: "NPM".to_owned(),
                secret: Some("NPM_TOKEN".to_owned()),
                by: Caller::Action,
                path: ".github/workflows/ci.yml".into(),
                shown: ".github/workflows/ci.yml".to_owned(),
                line: 7,
                column: 3,
                set: None,
            }],
            ..Build::default()
        };
        let settings = Settings {
            rules: crate::rules::by_id("secret-in-arg")
                .map(ActiveRule::new)
                .into_iter()
                .collect(),
            build,
            ..Settings::default()
        };
        let text = "ARG NPM\nFROM a AS b\nARG NPM OTHER\nFROM c\nARG NPM\n";
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| {
            format!("{} {} {}", d.severity, d.message, d.flow.len())
        };
        let found: Vec<String> = report.diagnostics.iter().map(show).collect();
        let start =
            "the secret `NPM_TOKEN`, which `.github/workflows/ci.yml` passes as `NPM`, ends";
        assert_eq!(
            found,
            [
                format!("warning {start} in the provenance of the build 1"),
                format!("error {start} in the image's history 1"),
            ]
        );
    }

    #[test]
    fn one_instruction_with_several_names() {
        let text = "FROM a\nARG USER DB_PASSWORD SIZE=3 API_KEY=\"\"\n";
        assert_eq!(
            findings(text),
            [
                "warning secret-in-arg DB_PASSWORD",
                "warning secret-in-arg API_KEY"
            ]
        );
    }
}
