//! `volatile-early`: an argument that changes with every build stands before expensive steps.

use super::paths::has_cache_mount;
use crate::edits::{delete_lines, has_comment_inside, insert_above, insert_below, lines_of};
use crate::facts::cache::{is_build_metadata, is_placeholder};
use crate::facts::packages::Action;
use crate::facts::{Base, Facts, Node, Stage};
use crate::fix::Fix;
use crate::rule::{Context, Rule, rule};
use crate::shell::WordPart;
use crate::span::Span;
use crate::syntax::{Argument, Keyword, Kind, Word};

rule! {
    VolatileEarly {
        /// More names of arguments that change with every build.
        pub names: Vec<String>,
    }
}

/// An argument that changes with every build.
struct Volatile<'f> {
    node: usize,
    name: String,
    span: Span,
    /// The node that may use it first.
    used: Option<usize>,
    /// The first RUN that is repeated without need.
    costly: &'f Node<'f>,
}

impl Rule for VolatileEarly {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        let nodes = facts.nodes_of(stage);
        let mut found: Vec<Volatile<'_>> = Vec::new();
        let mut looked_at = 0;
        for node in nodes {
            let Kind::Arg(arguments) = &node.instruction.kind else {
                continue;
            };
            if node.onbuild {
                continue;
            }
            for argument in arguments {
                looked_at += usize::from(self.is_volatile(argument.name.as_str()));
                if looked_at > MOST {
                    break;
                }
                if let Some(volatile) = self.volatile(facts, nodes, node, argument) {
                    found.push(volatile);
                }
            }
        }
        let Some(first) = found.first() else {
            return;
        };
        let message = format!(
            "`{}` changes with every build: every RUN after it runs again",
            first.name
        );
        let inherited = facts
            .stages
            .iter()
            .any(|s| matches!(s.base, Base::Stage(base) if base == stage.index));
        let help = match found.iter().filter_map(|v| v.used).min() {
            Some(_) => "declare it right before the instruction that uses it",
            None if inherited => "declare it at the end of the stage",
            None => "nothing in this stage names it: remove it, or declare it at the end",
        };
        let fix = fix(facts, stage, &found);
        let install = first
            .costly
            .installs
            .iter()
            .find(|i| is_slow(i.action))
            .map_or(first.costly.instruction.head, |i| {
                i.program_span.to(i.verb_span)
            });
        let mut report = cx
            .report(first.span, message)
            .help(help)
            .label(install, "repeated without need");
        for other in found.iter().skip(1) {
            report = report.label(other.span, "the same here");
        }
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
}

/// How many arguments of a stage are looked at, as each asks every instruction behind it.
const MOST: usize = 100;

impl VolatileEarly {
    fn is_volatile(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name) || is_build_metadata(name)
    }

    fn volatile<'f>(
        &self,
        facts: &'f Facts<'f>,
        nodes: &'f [Node<'f>],
        node: &Node<'_>,
        argument: &Argument,
    ) -> Option<Volatile<'f>> {
        let name = argument.name.as_str();
        if !self.is_volatile(name) {
            return None;
        }
        // A default that says something is a pin: `ARG COMMIT=4f2c…` for a checkout.
        let variable = facts.variable(node.index + 1, name)?;
        if variable
            .known_value()
            .is_some_and(|text| !is_placeholder(text))
        {
            return None;
        }
        if facts.nodes.iter().any(|n| fetches_by(facts, n, name)) {
            return None;
        }
        let later = || nodes.iter().filter(|n| n.index > node.index && !n.onbuild);
        let used = later().find(|n| uses(facts, n, name)).map(|n| n.index);
        // LABEL does not run anything, so what it uses can be declared with it further down.
        let needed = later()
            .find(|n| !n.is(Keyword::Label) && (uses(facts, n, name) || may_use_environment(n)))
            .map_or(usize::MAX, |n| n.index);
        let costly = later().find(|n| n.index < needed && is_costly(n))?;
        Some(Volatile {
            node: node.index,
            name: name.to_owned(),
            span: argument.name.span,
            used,
            costly,
        })
    }
}

/// Whether an instruction downloads what the variable names: then it is a pin like any other.
fn fetches_by(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> bool {
    match &node.instruction.kind {
        Kind::Add(_) => uses(facts, node, name),
        Kind::Run(_) => node.commands().iter().any(|c| {
            matches!(
                c.name.as_str(),
                "git" | "curl" | "wget" | "aria2c" | "svn" | "hg"
            ) && c.words.iter().any(|w| w.variables().any(|v| v == name))
        }),
        _ => false,
    }
}

/// Whether a RUN takes long and does not depend on the argument: it installs packages.
fn is_costly(node: &Node<'_>) -> bool {
    node.is(Keyword::Run)
        && node
            .installs
            .iter()
            .any(|i| is_slow(i.action) && !has_cache_mount(node, i.manager))
}

fn is_slow(action: Action) -> bool {
    matches!(action, Action::Install | Action::Restore | Action::Upgrade)
}

/// Whether a RUN runs something that may read the argument from its environment: a build.
fn may_use_environment(node: &Node<'_>) -> bool {
    if !node.is(Keyword::Run) {
        return false;
    }
    let Some(script) = &node.script else {
        return true;
    };
    script.unread
        || node.installs.iter().any(|i| i.action == Action::Build)
        || script.commands.iter().enumerate().any(|(index, command)| {
            let installer = node.installs.iter().find(|i| i.command == index);
            match installer {
                // `npm run build`, `yarn build`
                Some(i) => i.action == Action::Other && !i.manager.is_system(),
                None => is_builder(&command.name, command.words.first().map(|w| w.raw.as_str())),
            }
        })
}

fn is_builder(name: &str, word: Option<&str>) -> bool {
    let local =
        word.is_some_and(|w| w.contains('/') && !w.starts_with("/usr/") && !w.starts_with("/bin/"));
    local
        || matches!(
            name,
            "make"
                | "cmake"
                | "ninja"
                | "bazel"
                | "env"
                | "printenv"
                | "node"
                | "ng"
                | "vite"
                | "webpack"
                | "tsc"
                | "next"
                | "just"
                | "task"
                | "sbt"
                | "ant"
                | "lerna"
                | "nx"
                | "turbo"
                | "hugo"
                | "rake"
                | "rails"
                | "meson"
                | "xcaddy"
                | "goreleaser"
                | "mage"
                | "envsubst"
        )
        || name.starts_with("python")
        || name.starts_with("gcc")
}

/// Whether an instruction names a variable.
fn uses(facts: &Facts<'_>, node: &Node<'_>, name: &str) -> bool {
    let in_word = |word: &Word| facts.names_variable(word, name);
    let instruction = node.instruction;
    if instruction
        .flags
        .iter()
        .filter_map(|f| f.value.as_ref())
        .any(in_word)
    {
        return true;
    }
    match &instruction.kind {
        Kind::Run(_) => match &node.script {
            Some(script) if !script.unread => {
                let written = instruction.logical.text().contains(name)
                    || instruction
                        .heredocs
                        .iter()
                        .any(|h| facts.source.slice(h.body).contains(name));
                written
                    || script.commands.iter().any(|c| {
                        c.words.iter().any(|w| {
                            w.parts.iter().any(
                                |p| matches!(p, WordPart::Variable { name: n, .. } if n == name),
                            )
                        })
                    })
            }
            _ => true,
        },
        Kind::Copy(t) | Kind::Add(t) => {
            t.sources.iter().any(|s| in_word(&s.word)) || in_word(&t.destination)
        }
        Kind::Env(pairs) | Kind::Label(pairs) => pairs
            .pairs
            .iter()
            .any(|p| in_word(&p.name) || in_word(&p.value)),
        Kind::Arg(arguments) => arguments
            .iter()
            .any(|a| a.value.as_ref().is_some_and(in_word)),
        Kind::Expose(words) => words.iter().any(in_word),
        Kind::Volume(volume) => volume.paths.iter().any(in_word),
        Kind::Workdir(word) | Kind::User(word) | Kind::Stopsignal(word) => in_word(word),
        _ => false,
    }
}

/// Moves the arguments, and the LABELs that use them, to the end of the stage or in front of the
/// first other instruction that uses them.
fn fix(facts: &Facts<'_>, stage: &Stage<'_>, found: &[Volatile<'_>]) -> Option<Fix> {
    let nodes = facts.nodes_of(stage);
    let names: Vec<&str> = found.iter().map(|v| v.name.as_str()).collect();
    let mut moved: Vec<usize> = found.iter().map(|v| v.node).collect();
    moved.dedup();
    let mut target = None;
    for node in nodes {
        let after = moved.first().is_some_and(|first| node.index > *first);
        if !after || node.onbuild {
            continue;
        }
        let uses_some = names.iter().any(|n| uses(facts, node, n));
        if uses_some && node.is(Keyword::Label) {
            moved.push(node.index)
        } else if uses_some || may_use_environment(node) {
            // A build may read the argument without a word of it here.
            target = Some(node.index);
            break;
        }
    }
    moved.sort_unstable();
    moved.dedup();
    let costly = found.iter().map(|v| v.costly.index).max()?;
    // A LABEL that is already behind what is costly stays.
    let target = target.unwrap_or(usize::MAX);
    if target <= costly {
        return None;
    }
    moved.retain(|m| *m < target);
    let mut text = String::new();
    let mut edits = Vec::new();
    let newline = facts.source.newline();
    for index in &moved {
        let node = facts.nodes.get(*index)?;
        // The comment above would stay behind, and other arguments would move along.
        let names_all = match &node.instruction.kind {
            Kind::Arg(arguments) => arguments.iter().all(|a| names.contains(&a.name.as_str())),
            _ => true,
        };
        let lines = lines_of(facts, node)?;
        if !names_all
            || has_comment_inside(facts, lines)
            || !node.instruction.comment_block.is_empty()
        {
            return None;
        }
        let line = facts.source.slice(lines);
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push_str(newline);
        }
        edits.push(delete_lines(facts, lines));
    }
    // Labels of one name are decided by the last: others must not be overtaken.
    let labels = nodes.iter().filter(|n| n.is(Keyword::Label));
    let moves_label = moved
        .iter()
        .any(|m| facts.nodes.get(*m).is_some_and(|n| n.is(Keyword::Label)));
    if moves_label && labels.clone().any(|n| !moved.contains(&n.index)) {
        return None;
    }
    edits.push(match facts.nodes.get(target) {
        Some(node) => insert_above(facts, node.instruction, text),
        None => {
            let last = nodes.iter().rev().find(|n| !n.onbuild)?;
            if moved.contains(&last.index) {
                return None;
            }
            insert_below(facts, last, text)?
        }
    });
    Some(Fix::unsafe_(
        "move it behind the steps that do not need it",
        edits,
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(text: &str) -> usize {
        testing::count("volatile-early", text)
    }

    fn fixed(text: &str) -> String {
        testing::fixed("volatile-early", text)
    }

    #[test]
    fn what_may_read_the_environment_ends_the_search() {
        assert_eq!(count("FROM a\nARG BUILD_ID\nRUN apt-get install -y x\n"), 1);
        assert_eq!(
            count("FROM a\nARG BUILD_ID\nRUN ./build\nRUN apt-get install -y x\n"),
            0
        );
        assert_eq!(
            count("FROM a\nARG BUILD_ID\nRUN npm run x\nRUN npm ci\n"),
            0
        );
        assert_eq!(
            count("FROM a\nARG BUILD_ID\nRUN apt-get install -y x=$BUILD_ID\n"),
            0
        );
        assert_eq!(
            count("FROM a\nONBUILD ARG BUILD_ID\nRUN apt-get install -y x\n"),
            0
        );
        assert_eq!(
            count("ARG BUILD_ID=7\nFROM a\nARG BUILD_ID\nRUN apt-get install -y x\n"),
            0
        );
    }

    #[test]
    fn a_fix_keeps_one_blank_line_between_instructions() {
        assert_eq!(
            fixed("FROM a\n\nARG BUILD_ID\n\nLABEL a=$BUILD_ID\n\nRUN apk add x\n\nCMD x\n"),
            "FROM a\n\nRUN apk add x\n\nCMD x\n\nARG BUILD_ID\nLABEL a=$BUILD_ID\n"
        );
    }

    #[test]
    fn a_fix_works_without_a_last_line_break() {
        assert_eq!(
            fixed("FROM a\nARG BUILD_ID\nRUN apk add x"),
            "FROM a\nRUN apk add x\nARG BUILD_ID"
        );
        let label = "FROM a\nARG BUILD_ID\nLABEL a=1\nLABEL b=$BUILD_ID\nRUN apk add x\n";
        assert_eq!(fixed(label), label, "labels are not reordered");
        let comment = "FROM a\n# why\nARG BUILD_ID\nRUN apk add x\n";
        assert_eq!(fixed(comment), comment);
    }
}
