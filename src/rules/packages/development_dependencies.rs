//! `development-dependencies`: what only development needs gets into the image.

use super::cache::is_too_old;
use crate::facts::packages::{Action, Install, Manager, Setting};
use crate::facts::{Command, Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(DevelopmentDependencies);

impl Rule for DevelopmentDependencies {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        if is_development(facts) {
            return;
        }
        let nodes: Vec<&Node<'_>> = facts.chain_nodes(last.index).collect();
        for node in &nodes {
            for install in node.run_installs() {
                let Some(option) = missing(facts, node, install) else {
                    continue;
                };
                // A build that needs them may still remove them in the same layer.
                let pruned = node.commands().iter().skip(install.command + 1).any(|c| {
                    let removes = matches!(c.name.as_str(), "npm" | "yarn" | "pnpm")
                        && c.literal_args()
                            .any(|a| a == "prune" || a.starts_with("--prod"));
                    removes
                        || c.name == "rm"
                            && c.args()
                                .iter()
                                .any(|w| w.raw.contains("node_modules") || w.raw.contains("vendor"))
                });
                let again = node.run_installs().iter().any(|i| {
                    i.command > install.command
                        && i.manager == install.manager
                        && i.action == install.action
                });
                if pruned || again {
                    continue;
                }
                cx.report(
                    facts.call_span(install),
                    format!(
                        "`{}` also installs what only development needs",
                        install.call()
                    ),
                )
                .help(if nodes.iter().any(|n| builds(n)) {
                    format!("build in a stage of its own; in the last one add `{option}`")
                } else {
                    format!("add `{option}`")
                });
            }
        }
    }
}

/// The option that leaves development dependencies out of a call that has them.
fn missing(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<&'static str> {
    if install.action != Action::Restore || install.is_global() || !install.packages.is_empty() {
        return None;
    }
    // `uv sync $OPTIONS`
    let command = node.commands().get(install.command);
    if command.is_some_and(Command::hides_options) {
        return None;
    }
    let env = |name: &str| facts.setting(node, install, name);
    let is = |name: &str, value: &str| match env(name) {
        Setting::Known(text) => text == value,
        Setting::Hidden => true,
        Setting::Unset => false,
    };
    let has = |names: &[&str]| install.has_flag(names);
    // A build for development wants them, and some projects have none.
    let is_javascript = matches!(
        install.manager,
        Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bun
    );
    if is_javascript && (is("NODE_ENV", "development") || has_none(facts, node)) {
        return None;
    }
    match install.manager {
        Manager::Npm => {
            let left_out = has(&["--omit", "--production", "--only", "--prod"])
                || is("NODE_ENV", "production")
                || is("NPM_CONFIG_OMIT", "dev")
                || env("NPM_CONFIG_PRODUCTION").is_true()
                || env("npm_config_production").is_true();
            let is_old = is_too_old(facts, node, "npm", "--omit")
                && !facts.is_mentioned_before(node, "npm@");
            let option = if is_old { "--production" } else { "--omit=dev" };
            (!left_out).then_some(option)
        }
        Manager::Yarn => {
            let left_out = has(&["--production", "--prod", "--immutable"])
                || install.verb == "workspaces focus"
                || is("NODE_ENV", "production")
                || env("NPM_CONFIG_PRODUCTION").is_true();
            (!left_out).then_some("--production")
        }
        Manager::Pnpm => {
            let left_out = has(&["--prod", "--production", "-P"])
                || install.verb == "fetch"
                || is("NODE_ENV", "production");
            (!left_out).then_some("--prod")
        }
        Manager::Bun => {
            let left_out = has(&["--production", "-p", "--omit"]) || is("NODE_ENV", "production");
            (!left_out).then_some("--production")
        }
        Manager::Composer => {
            let left_out = has(&["--no-dev"]) || env("COMPOSER_NO_DEV").is_true();
            (!left_out && install.verb != "global require").then_some("--no-dev")
        }
        Manager::Poetry => {
            let left_out = has(&["--no-dev", "--only", "--without", "--only-root"])
                || env("POETRY_WITHOUT").is_set();
            (!left_out).then_some("--only main")
        }
        Manager::Uv if install.verb == "sync" => {
            let left_out = has(&[
                "--no-dev",
                "--only-group",
                "--no-default-groups",
                "--no-group",
            ]) || env("UV_NO_DEV").is_true();
            (!left_out).then_some("--no-dev")
        }
        Manager::Pipenv => has(&["--dev", "-d"]).then_some("no `--dev`"),
        _ => None,
    }
}

/// Whether the manifest that the build context has for an instruction names no development
/// dependencies.
fn has_none(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let project = facts.node_project(node);
    project.is_some_and(|project| !project.may_have_development_dependencies())
}

/// Whether a RUN builds the project, for which development dependencies are needed.
fn builds(node: &Node<'_>) -> bool {
    let builds = |a: &str| a.contains("build") || a == "compile" || a.contains("webpack");
    node.is(Keyword::Run)
        && node.commands().iter().any(|c| {
            matches!(
                c.name.as_str(),
                "npm" | "yarn" | "pnpm" | "bun" | "npx" | "ng" | "vite" | "tsc" | "webpack"
            ) && c.literal_args().any(builds)
        })
}

/// Whether the image is for development or tests: by the name of the file, of the last stage, or
/// by what it starts.
fn is_development(facts: &Facts<'_>) -> bool {
    let Some(last) = facts.product() else {
        return true;
    };
    let launch = facts.launch(last.index);
    let mut started = launch.commands().peekable();
    // Without a command of its own the image is a tool or a base for others.
    let starts_nothing = started.peek().is_none();
    let develops = started.any(|c| {
        let words = || c.words.iter().filter_map(|w| w.literal());
        let watches = words().any(|w| {
            matches!(
                w,
                "dev"
                    | "test"
                    | "watch"
                    | "serve"
                    | "lint"
                    | "nodemon"
                    | "ng"
                    | "vite"
                    | "webpack-dev-server"
                    | "react-scripts"
                    | "vue-cli-service"
                    | "gulp"
                    | "grunt"
                    | "ts-node"
                    | "tsx"
                    | "jest"
                    | "mocha"
                    | "cypress"
                    | "playwright"
                    | "storybook"
                    | "pytest"
                    | "next"
                    | "nuxt"
                    | "bash"
                    | "sh"
            ) || w.contains(":dev")
                || w.contains("dev:")
                || w.contains("start:")
                || w.contains("test:")
        });
        watches
            || matches!(
                (c.name.as_str(), c.subcommand()),
                ("npm" | "yarn" | "pnpm", Some("start" | "run"))
            )
    });
    facts.is_for_development() || starts_nothing || develops
}
