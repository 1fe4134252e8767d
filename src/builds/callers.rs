//! The commands and workflows that build a Dockerfile, read for the build arguments that they pass:
//! workflows of GitHub, pipelines of GitLab, Makefiles and scripts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::invocation::join;
use super::policies::{self, Entry};
use super::yaml::{self, Node};
use crate::context::{Build, Caller};
use crate::secrets::name;
use crate::secrets::position::{Lookup, arguments};
use crate::span::Span;

/// A build argument that a file passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Its name.
    pub argument: String,
    /// What is passed, as written: `${{ secrets.NPM_TOKEN }}`, `$NPM_TOKEN`; nothing for a literal.
    pub value: String,
    /// The secret by its name: `NPM_TOKEN`; nothing if the value is written here.
    pub secret: Option<String>,
    /// Whether what is passed is a secret.
    pub is_secret: bool,
    /// The Dockerfile; nothing if a variable decides.
    pub dockerfile: Option<PathBuf>,
    /// Where the file says so.
    pub span: Span,
    /// Who passes it.
    pub by: Caller,
}

/// Variables and the secrets they are set to.
type Environment = BTreeMap<String, String>;

/// The name of a secret that an expression stands for: `${{ secrets.NPM_TOKEN }}`.
fn secret_in(text: &str) -> Option<&str> {
    let at = text.find("secrets.")? + "secrets.".len();
    let rest = text.get(at..)?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let name = rest.get(..end.unwrap_or(rest.len()))?;
    (!name.is_empty() && text.contains("${{")).then_some(name)
}

/// A workflow of GitHub. `root` is the root of its repository.
pub fn github(root: &Path, text: &str) -> Vec<Passed> {
    let Ok(documents) = yaml::parse(text) else {
        return Vec::new();
    };
    let mut passed = Vec::new();
    for document in &documents {
        let mut environment = Environment::new();
        read_environment(document.get("env"), &mut environment);
        let jobs = document.get("jobs").map(|j| j.pairs()).unwrap_or_default();
        let mut steps: Vec<(&Node, Environment)> = Vec::new();
        for (_, _, job) in &jobs {
            let mut environment = environment.clone();
            read_environment(job.get("env"), &mut environment);
            let of_job = job.get("steps").map(|s| s.items()).unwrap_or_default();
            steps.extend(of_job.iter().map(|s| (&**s, environment.clone())));
        }
        // A composite action.
        let runs = document.get("runs").and_then(|r| r.get("steps"));
        let of_action = runs.map(|s| s.items()).unwrap_or_default();
        steps.extend(of_action.iter().map(|s| (&**s, environment.clone())));
        for (step, mut environment) in steps {
            read_environment(step.get("env"), &mut environment);
            if let Some(run) = step.get("run") {
                let folder = step.get("working-directory").and_then(|w| w.text());
                let folder = join(root, folder.unwrap_or_default());
                passed.extend(script(&folder, run, text, &environment));
            }
            let uses = step.get("uses").and_then(|u| u.text()).unwrap_or_default();
            if let Some(with) = step.get("with")
                && uses.contains('/')
            {
                action(root, with, text, &environment, &mut passed);
            }
        }
    }
    passed
}

fn read_environment(node: Option<&std::rc::Rc<Node>>, environment: &mut Environment) {
    for (name, _, value) in node.map(|n| n.pairs()).unwrap_or_default() {
        if let Some(secret) = value.text().and_then(secret_in) {
            environment.insert(name.to_owned(), secret.to_owned());
        }
    }
}

/// Variables of GitLab that take a secret over: `TOKEN: $CI_JOB_TOKEN`.
fn read_variables(node: Option<&std::rc::Rc<Node>>, environment: &mut Environment) {
    for (name, _, value) in node.map(|n| n.pairs()).unwrap_or_default() {
        let variable = value.text().and_then(|v| v.trim().strip_prefix('$'));
        let variable = variable.map(|v| v.trim_matches(['{', '}']));
        if let Some(variable) = variable
            && name::classify(variable).is_some_and(|n| n.exact)
        {
            environment.insert(name.to_owned(), variable.to_owned());
        }
    }
}

/// An action that builds an image.
fn action(
    root: &Path,
    with: &Node,
    text: &str,
    environment: &Environment,
    passed: &mut Vec<Passed>,
) {
    let names = [
        "build-args",
        "build_args",
        "buildArgs",
        "build-arg",
        "buildargs",
    ];
    let Some(arguments) = names.iter().find_map(|name| with.get(name)) else {
        return;
    };
    let value = |key: &str| with.get(key).and_then(|n| n.text());
    let context = value("context").or_else(|| value("path")).unwrap_or(".");
    let context = context.trim_start_matches("./");
    let file = value("file").or_else(|| value("dockerfile"));
    let is_open = |path: &str| path.contains("${{") || path.contains("://");
    let dockerfile = match file {
        Some(file) if is_open(file) => None,
        Some(file) => Some(join(root, file)),
        None if is_open(context) => None,
        None => Some(join(root, &format!("{context}/Dockerfile"))),
    };
    let lines: Vec<&str> = match arguments.text() {
        Some(text) => text.split(['\n', ',']).collect(),
        None => arguments.items().iter().filter_map(|i| i.text()).collect(),
    };
    for line in lines {
        let Some((argument, value)) = line.trim().split_once('=') else {
            continue;
        };
        let value = value.trim();
        let variable = value.split_once("env.").map(|(_, rest)| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
        });
        let variable = variable.and_then(|name| environment.get(name));
        let secret = secret_in(value).or(variable.map(String::as_str));
        push(
            passed,
            text,
            arguments.span,
            argument.trim(),
            value,
            secret,
            dockerfile.clone(),
            Caller::Action,
        );
    }
}

#[allow(
    clippy::too_many_arguments,
    reason = "one place that fills in a `Passed`"
)]
fn push(
    passed: &mut Vec<Passed>,
    text: &str,
    area: Span,
    argument: &str,
    value: &str,
    secret: Option<&str>,
    dockerfile: Option<PathBuf>,
    by: Caller,
) {
    let is_literal = !value.contains(['$', '{', '%']);
    let is_secret = if is_literal {
        crate::secrets::is_secret_of(argument, value)
    } else {
        // Whatever it is called where it comes from, here it has a secret's name.
        secret.is_some() || name::classify(argument).is_some_and(|n| n.exact)
    };
    // The name, where it stands.
    let inside = text.get(area.range()).unwrap_or_default();
    let pattern = format!("{argument}=");
    let at = inside.find(&pattern).or_else(|| inside.find(argument));
    let start = area.start + at.unwrap_or_default() as u32;
    passed.push(Passed {
        argument: argument.to_owned(),
        value: if is_literal {
            String::new()
        } else {
            value.to_owned()
        },
        secret: secret.map(str::to_owned),
        is_secret,
        dockerfile,
        span: Span::new(start, start + argument.len() as u32),
        by,
    });
}

/// The commands of a block of a workflow.
fn script(folder: &Path, run: &Node, text: &str, environment: &Environment) -> Vec<Passed> {
    let Some(script) = run.text() else {
        return Vec::new();
    };
    commands(folder, script, text, run.span, environment)
}

/// A pipeline of GitLab.
pub fn gitlab(root: &Path, text: &str) -> Vec<Passed> {
    let Ok(documents) = yaml::parse(text) else {
        return Vec::new();
    };
    let mut passed = Vec::new();
    for document in &documents {
        let mut shared = Environment::new();
        read_variables(document.get("variables"), &mut shared);
        for (_, _, job) in document.pairs() {
            let mut environment = shared.clone();
            read_variables(job.get("variables"), &mut environment);
            for key in ["script", "before_script", "after_script"] {
                let Some(lines) = job.get(key) else {
                    continue;
                };
                let alone = lines.text().is_some().then_some(&**lines);
                let all = lines.items().iter().map(|l| &**l).chain(alone);
                for line in all {
                    passed.extend(script(root, line, text, &environment));
                }
            }
        }
    }
    passed
}

/// A Makefile or a script, in `folder`.
pub fn plain(folder: &Path, text: &str) -> Vec<Passed> {
    if !text.contains("build-arg") {
        return Vec::new();
    }
    // Make writes `$(X)` and `$${X}` for variables.
    let all = Span::new(0, text.len() as u32);
    commands(folder, text, text, all, &Environment::new())
}

/// What stands around the name of a variable in a word.
const MARK: char = '\u{1}';

/// The builds among the commands of a script.
fn commands(
    folder: &Path,
    script: &str,
    text: &str,
    area: Span,
    environment: &Environment,
) -> Vec<Passed> {
    if !script.contains("build-arg") {
        return Vec::new();
    }
    let lookup: Lookup<'_> = &|name: &str| Some(format!("{MARK}{name}{MARK}"));
    let mut passed = Vec::new();
    for words in arguments(&readable(script), lookup) {
        let Some(command) = Command::of(folder, &words) else {
            continue;
        };
        for (argument, value) in command.arguments {
            let variable = value.split(MARK).nth(1).unwrap_or_default();
            let secret = match variable.strip_prefix("secrets_") {
                Some(secret) => Some(secret),
                None => environment.get(variable).map(String::as_str).or_else(|| {
                    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
                    let named = variable.chars().all(is_name)
                        && name::classify(variable).is_some_and(|n| n.exact);
                    named.then_some(variable)
                }),
            };
            let value = value.replace(MARK, "$");
            push(
                &mut passed,
                text,
                area,
                &argument,
                &value,
                secret,
                command.dockerfile.clone(),
                Caller::Command,
            );
        }
    }
    passed
}

/// A script with the expressions of workflows and of Make as a shell would write them.
fn readable(script: &str) -> String {
    // Expressions have blanks and braces; Make has parentheses.
    let mut readable = String::with_capacity(script.len());
    let mut rest = script;
    while let Some(at) = rest.find("${{") {
        let (before, expression) = rest.split_at(at);
        readable.push_str(before);
        let end = expression.find("}}").map_or(expression.len(), |i| i + 2);
        let (expression, behind) = expression.split_at(end);
        let name = secret_in(expression).unwrap_or("expression");
        let kind = if secret_in(expression).is_some() {
            "secrets_"
        } else {
            "other_"
        };
        readable.push_str(&format!("${{{kind}{name}}}"));
        rest = behind;
    }
    readable.push_str(rest);
    readable
        .replace("$$", "$")
        .replace("$(", "${")
        .replace(")", "}")
}

/// A command that builds.
struct Command {
    /// The Dockerfile; nothing if a variable decides.
    dockerfile: Option<PathBuf>,
    /// The build context; nothing if a variable decides, or if it is no folder.
    context: Option<PathBuf>,
    /// What `--build-arg` says.
    arguments: Vec<(String, String)>,
    /// What `--policy` says.
    policies: Vec<String>,
    /// `--target`.
    target: Option<String>,
}

impl Command {
    fn of(folder: &Path, words: &[String]) -> Option<Self> {
        let builds = |w: &String| {
            matches!(w.as_str(), "build" | "bud") || w.ends_with("executor") || w == "buildx"
        };
        // `$(DOCKER_COMMAND) --build-arg X=y .`
        let by_variable = words.first().is_some_and(|w| w.contains(MARK));
        if !by_variable && !words.iter().any(builds) {
            return None;
        }
        let mut command = Self {
            dockerfile: None,
            context: None,
            arguments: Vec::new(),
            policies: Vec::new(),
            target: None,
        };
        let mut file = None;
        let mut iter = words.iter().peekable();
        while let Some(word) = iter.next() {
            let (flag, joined) = match word.split_once('=') {
                Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || joined.clone().or_else(|| iter.next().cloned());
            match flag {
                "--build-arg" => {
                    let Some(pair) = value() else {
                        continue;
                    };
                    command.arguments.push(match pair.split_once('=') {
                        Some((name, value)) => (name.to_owned(), value.to_owned()),
                        // Of the environment.
                        None => (pair.clone(), format!("{MARK}{pair}{MARK}")),
                    });
                }
                "-f" | "--file" | "--dockerfile" => file = value(),
                "--policy" => command.policies.extend(value()),
                "--target" => command.target = value(),
                _ => {}
            }
        }
        let context = words.last().filter(|w| !w.starts_with('-')).cloned();
        let context = context.filter(|context| !context.contains([MARK, ':']));
        command.dockerfile = match (file, &context) {
            (Some(file), _) if file.contains(MARK) => None,
            (Some(file), _) => Some(join(folder, &file)),
            (None, Some(context)) => Some(join(folder, &format!("{context}/Dockerfile"))),
            (None, None) => None,
        };
        command.context = context.map(|context| join(folder, &context));
        Some(command)
    }
}

/// A build that a command makes with policies of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyBuild {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// How it is built.
    pub build: Build,
}

/// The builds of a workflow, a pipeline, a Makefile or a script that have a `--policy`.
pub fn with_policies(folder: &Path, path: &Path, text: &str) -> Vec<PolicyBuild> {
    let mut builds = Vec::new();
    if !text.contains("--policy") {
        return builds;
    }
    let is_yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
    if !is_yaml {
        commands_with_policies(folder, text, &mut builds);
        return builds;
    }
    for document in yaml::parse(text).unwrap_or_default() {
        scripts_in(folder, &document, MOST_DEPTH, &mut builds);
    }
    builds
}

/// How deep scripts lie in a workflow, at most.
const MOST_DEPTH: usize = 8;

/// Reads the scripts anywhere in a workflow or a pipeline.
fn scripts_in(folder: &Path, node: &Node, depth: usize, builds: &mut Vec<PolicyBuild>) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for item in node.items() {
        scripts_in(folder, item, depth, builds);
    }
    let place = node.get("working-directory").and_then(|w| w.text());
    for (key, _, value) in node.pairs() {
        match key {
            "run" | "script" | "before_script" | "after_script" => {
                let folder = join(folder, place.unwrap_or_default());
                let alone = value.text().into_iter();
                let lines = value.items().iter().filter_map(|line| line.text());
                let lines: Vec<&str> = alone.chain(lines).collect();
                commands_with_policies(&folder, &lines.join("\n"), builds);
            }
            _ => scripts_in(folder, value, depth, builds),
        }
    }
}

fn commands_with_policies(folder: &Path, script: &str, builds: &mut Vec<PolicyBuild>) {
    if !script.contains("--policy") {
        return;
    }
    let lookup: Lookup<'_> = &|name: &str| Some(format!("{MARK}{name}{MARK}"));
    for words in arguments(&readable(script), lookup) {
        let Some(command) = Command::of(folder, &words) else {
            continue;
        };
        let Some(dockerfile) = command.dockerfile else {
            continue;
        };
        let entries = command
            .policies
            .iter()
            .filter(|entry| !entry.contains(MARK));
        let entries: Vec<Entry> = entries.filter_map(|entry| Entry::parse(entry)).collect();
        if entries.is_empty() {
            continue;
        }
        let mut build = Build {
            policies: policies::told(&entries, command.context.as_deref(), folder),
            context: command.context,
            ..Build::default()
        };
        match command.target {
            Some(target) if target.contains(MARK) => build.targets.any = true,
            target => {
                build.targets.names.extend(target.clone());
                build.target = target;
            }
        }
        for (name, value) in command.arguments {
            if value.contains(MARK) {
                build.unknown_arguments.push(name);
            } else {
                build.arguments.push((name, value));
            }
        }
        builds.push(PolicyBuild { dockerfile, build });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(passed: &[Passed], text: &str) -> Vec<String> {
        let show = |p: &Passed| {
            let file = p.dockerfile.as_ref().map(|f| f.display().to_string());
            format!(
                "{} {} {} {}",
                p.argument,
                p.secret.as_deref().unwrap_or("-"),
                file.as_deref().unwrap_or("?"),
                &text[p.span.range()]
            )
        };
        passed.iter().filter(|p| p.is_secret).map(show).collect()
    }

    #[test]
    fn workflows() {
        let text = "\
env:
  TOKEN: ${{ secrets.ROOT }}
jobs:
  build:
    env:
      OTHER: ${{ secrets.JOB }}
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ./app
          build-args: |
            NPM_TOKEN=${{ secrets.NPM }}
            VERSION=${{ github.sha }}
            GH=${{ env.OTHER }}
      - uses: docker/build-push-action@v6
        with:
          file: docker/Dockerfile.web
          build-args: A=${{ secrets.A_TOKEN }}
      - run: |
          docker build --build-arg X=${{ secrets.X }} \\
            --build-arg Y=\"$TOKEN\" --build-arg V=1 -f x/Dockerfile .
          docker build --build-arg OTHER ${{ matrix.folder }}
";
        let passed = github(Path::new("r"), text);
        assert_eq!(
            shown(&passed, text),
            [
                "NPM_TOKEN NPM r/app/Dockerfile NPM_TOKEN",
                "GH JOB r/app/Dockerfile GH",
                "A A_TOKEN r/docker/Dockerfile.web A",
                "X X r/x/Dockerfile X",
                "Y ROOT r/x/Dockerfile Y",
                "OTHER JOB ? OTHER",
            ]
        );
    }

    #[test]
    fn pipelines_makefiles_and_scripts() {
        let text =
            "build:\n  script:\n    - docker build --build-arg TOKEN=$CI_JOB_TOKEN -t x app\n";
        let passed = gitlab(Path::new(""), text);
        assert_eq!(
            shown(&passed, text),
            ["TOKEN CI_JOB_TOKEN app/Dockerfile TOKEN"]
        );
        let text = "image:\n\tdocker build --build-arg NPM=$(NPM_TOKEN) \\\n\t  --build-arg V=$(VERSION) .\n";
        let passed = plain(Path::new("a"), text);
        assert_eq!(shown(&passed, text), ["NPM NPM_TOKEN a/Dockerfile NPM"]);
    }

    #[test]
    fn builds_with_policies_of_their_own() {
        let shown = |path: &str, text: &str| -> Vec<String> {
            let builds = with_policies(Path::new("r"), Path::new(path), text);
            let show = |b: &PolicyBuild| {
                let files = b
                    .build
                    .policies
                    .files
                    .iter()
                    .map(|f| f.display().to_string());
                let files: Vec<String> = files.collect();
                let target = b.build.target.as_deref().unwrap_or("-");
                format!("{} {target} {}", b.dockerfile.display(), files.join(" "))
            };
            builds.iter().map(|b| show(b).replace('\\', "/")).collect()
        };
        let workflow = "\
jobs:
  build:
    steps:
      - run: |
          docker buildx build --policy filename=a.rego --target app \\
            --policy=filename=cwd://ci/b.rego -f x/Dockerfile --build-arg V=${{ inputs.v }} app
      - run: docker buildx build --policy filename=${{ inputs.policy }} .
      - working-directory: web
        run: docker buildx build --policy filename=w.rego .
";
        assert_eq!(
            shown("w.yml", workflow),
            [
                "r/x/Dockerfile app r/app/a.rego r/ci/b.rego",
                "r/web/Dockerfile - r/web/w.rego",
            ]
        );
        let pipeline = "build:\n  script:\n    - docker buildx build --policy disabled=true .\n";
        let builds = with_policies(Path::new("r"), Path::new(".gitlab-ci.yml"), pipeline);
        assert!(builds.iter().all(|b| b.build.policies.without_beside));
        assert_eq!(builds.len(), 1);
        let made = "image:\n\tdocker buildx build --policy filename=m.rego $(EXTRA) .\n";
        assert_eq!(shown("Makefile", made), ["r/Dockerfile - r/m.rego"]);
        assert!(shown("Makefile", "image:\n\tdocker build .\n").is_empty());
    }
}
