//! `shellcheck`: what ShellCheck says of the scripts.
//!
//! The checks look at one script: those of `shuck-linter` (`native`) and those told from the
//! script's commands (`own`, `brackets`, `usage`), or the program ShellCheck, whose answers somebody
//! else asks for (`external`). What they find stands on bytes of the script. What the Dockerfile
//! around it answers is taken out (`answered`), and the rest moved to its bytes (`script`), for all
//! of them alike.

mod answered;
#[cfg(feature = "shell-lint")]
mod brackets;
mod codes;
#[cfg(feature = "shell-lint")]
mod ends;
mod external;
#[cfg(feature = "shell-lint")]
mod flow;
#[cfg(feature = "shell-lint")]
mod native;
#[cfg(feature = "shell-lint")]
mod needs;
#[cfg(feature = "shell-lint")]
mod own;
#[cfg_attr(not(feature = "shell-lint"), allow(dead_code))]
mod pieces;
mod script;
#[cfg(feature = "shell-lint")]
mod table;
#[cfg(test)]
#[cfg(feature = "shell-lint")]
mod tests;
#[cfg(feature = "shell-lint")]
mod usage;

use std::any::Any;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use self::codes::Checks;
pub use self::external::{Answers, ExternalScript, ReportError};
use self::script::RunScript;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Base, Command, Definition, Dialect, Facts, Node, Script};
use crate::images::{self, Publisher};
use crate::rule::{CodeChoice, Context, OtherCodes, Rule, RuleMeta};
use crate::rules::{self, SHELLCHECK};
use crate::shell::{FrameKind, WordPart};
use crate::span::Span;

/// What the page says.
const META: &RuleMeta = rules::meta(SHELLCHECK);

/// See `rules/shell/shellcheck.md`.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shellcheck {
    /// The least of ShellCheck's levels at which a code is on; without it a chosen set is.
    pub minimum_level: Option<Severity>,
    /// The codes that are on, worked out once.
    #[serde(skip)]
    #[cfg_attr(test, schemars(skip))]
    checks: OnceLock<Checks>,
    /// What the program ShellCheck says, if it is asked instead of dlint's own checks.
    #[serde(skip)]
    #[cfg_attr(test, schemars(skip))]
    answers: Option<Arc<Answers>>,
}

/// Whether this build has checks of its own.
pub fn is_available() -> bool {
    cfg!(feature = "shell-lint")
}

/// The scripts of a file that the program ShellCheck has to be asked about.
pub fn scripts(facts: &Facts<'_>) -> Vec<ExternalScript> {
    let mut scripts = Vec::new();
    for node in &facts.nodes {
        let (Some(text), Some(script)) = (facts.script_text(node), &node.script) else {
            continue;
        };
        let dialect = facts.asked_shell(node).unwrap_or(text.dialect);
        let script = RunScript::new(facts, node, &text.text, script, dialect);
        if script.is_checked() {
            scripts.extend(ExternalScript::of(&script));
        }
    }
    scripts
}

/// The rule `shellcheck`, with what the program ShellCheck says in place of dlint's own checks;
/// nothing for another rule.
pub fn with_answers(rule: &dyn Rule, answers: Arc<Answers>) -> Option<Shellcheck> {
    let rule: &dyn Any = rule;
    let rule = rule.downcast_ref::<Shellcheck>()?;
    Some(Shellcheck {
        minimum_level: rule.minimum_level,
        checks: OnceLock::new(),
        answers: Some(answers),
    })
}

/// The codes of the keyword `function`, which are about the shell's dialect as SC3xxx are.
const FUNCTION_KEYWORD: [&str; 2] = ["SC2112", "SC2113"];

impl Rule for Shellcheck {
    fn has_code(&self, codes: &CodeChoice, code: &str) -> bool {
        self.checks(codes).has(code)
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let (Some(text), Some(script)) = (facts.script_text(node), &node.script) else {
            return;
        };
        let dialect = facts.asked_shell(node).unwrap_or(text.dialect);
        let picks = self.minimum_level.is_none() && cx.codes.others == OtherCodes::Recommended;
        // What a shell that is not known lacks is a guess, and so is what a script does not set or
        // use that reads more from elsewhere.
        let no_sh = picks && (dialect == Dialect::Sh || may_be_another_sh(facts, node, &dialect));
        let sets_more = || picks && script.commands.iter().any(Command::sets_unseen);
        let last_unseen = || script.commands.iter().rfind(|c| c.runs_unseen());
        let codes = cx.codes;
        let dialect_is = dialect.clone();
        let run = RunScript::new(facts, node, &text.text, script, dialect);
        let found = match &self.answers {
            Some(answers) => {
                run.answered(answers, |code, severity| self.wants(codes, code, severity))
            }
            None => run.check(self.checks(codes)),
        };
        for span in lost_pipefail(facts, node, &dialect_is, script) {
            if self.wants(codes, "SC3040", Severity::Error) {
                let message =
                    "`set -o pipefail` ends the script: this dash does not know the option";
                cx.report(span, message).code("SC3040", Severity::Error);
            }
        }
        for finding in found {
            let code = code_of(&finding);
            let is_guess = match code {
                // The rule about syntax has said so.
                "SC1044" => {
                    let is_open = || {
                        let mut heredocs = facts.heredocs_of(node).iter();
                        heredocs.any(|h| h.terminator.is_none())
                    };
                    picks && (is_open() || has_blank_heredoc(facts, node))
                }
                "SC2053" => picks && is_pattern(facts, node, &finding),
                "SC2188" if picks && has_blank_heredoc(facts, node) => true,
                "SC2154" => sets_more() || picks && is_out_of_sight(facts, &finding),
                "SC2034" => {
                    picks && last_unseen().is_some_and(|c| c.span.start > finding.span.start)
                }
                code => no_sh && (code.starts_with("SC3") || FUNCTION_KEYWORD.contains(&code)),
            };
            let is_named = codes.named.contains_key(code);
            let is_left_out = || is_guess || picks && is_harmless(facts, node, script, &finding);
            if is_named || !is_left_out() {
                report(cx, finding);
            }
        }
    }
}

impl Shellcheck {
    fn checks(&self, codes: &CodeChoice) -> &Checks {
        self.checks
            .get_or_init(|| Checks::of(|code, severity| self.wants(codes, code, severity)))
    }

    fn wants(&self, codes: &CodeChoice, code: &str, severity: Severity) -> bool {
        let recommended = match self.minimum_level {
            Some(least) => severity >= least,
            None => codes::is_recommended(code, severity),
        };
        codes.has(code, recommended)
    }
}

/// Whether a RUN was to begin a here-document with `<<- EOF`, which the builder takes for none.
fn has_blank_heredoc(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let text = facts.source.slice(node.instruction.span);
    node.instruction.heredocs.is_empty() && (text.contains("<<- ") || text.contains("<<-\t"))
}

/// Whether what a comparison takes for a pattern is one: `[[ $VERSION == $WANTED ]]`, where the file sets
/// `WANTED=1.5.*`.
fn is_pattern(facts: &Facts<'_>, node: &Node<'_>, finding: &Diagnostic) -> bool {
    let text = facts.source.slice(finding.span);
    let name = text.trim_matches(['$', '{', '}']);
    let value = facts
        .variable(node.index, name)
        .and_then(|v| v.known_value());
    value.is_some_and(|value| value.contains(['*', '?', '[']))
}

/// The code of a finding.
fn code_of(finding: &Diagnostic) -> &str {
    finding.code.as_deref().unwrap_or_default()
}

/// Whether the `/bin/sh` that runs a script may well not be the one of its system: an image of
/// somebody else of which no more than the system is known, or a link that was made before.
fn may_be_another_sh(facts: &Facts<'_>, node: &Node<'_>, dialect: &Dialect) -> bool {
    if !matches!(dialect, Dialect::Dash | Dialect::Ash) || node.shell_node.is_some() {
        return false;
    }
    let Some(Base::Image(image)) = node.stage.map(|stage| facts.root_base(stage)) else {
        return false;
    };
    images::publisher(image) == Publisher::Unknown || !facts.programs_before(node).is_plain("sh")
}

/// Where `set` is given the option `pipefail` that the image's dash has not. ShellCheck's dash is
/// one that has it.
fn lost_pipefail(
    facts: &Facts<'_>,
    node: &Node<'_>,
    dialect: &Dialect,
    script: &Script,
) -> Vec<Span> {
    if *dialect != Dialect::Dash || node.shell != Dialect::Dash || node.onbuild {
        return Vec::new();
    }
    let is_own = |index: usize| {
        let mut frames = script.frames_of(index);
        !frames.any(|(_, f)| matches!(f.kind, FrameKind::Script { process: true, .. }))
    };
    let words: Vec<Span> = script
        .named("set")
        .filter(|(index, _)| is_own(*index))
        .flat_map(|(_, command)| command.args())
        .filter(|word| word.is("pipefail"))
        .map(|word| word.span)
        .collect();
    if words.is_empty() || node.shell_node.is_some() || !facts.sh_lacks_pipefail(node) {
        return Vec::new();
    }
    words
}

/// Whether the variable that is found is an argument that the stage does not see, of which the rule
/// about variables speaks.
fn is_out_of_sight(facts: &Facts<'_>, finding: &Diagnostic) -> bool {
    let written = facts.source.slice(finding.span);
    let name = written.trim_matches(['$', '{', '}', '"']);
    facts.declarations_of(None, name).next().is_some()
}

/// Whether what is found does no harm in a RUN:
///
/// - SC2034: the base image may export the variable, or the value is a command run for its effect;
/// - SC2188: a lone redirection makes an empty file, but a here-document that no command reads is lost;
/// - SC2164: the status of a `cd` that ends the script is that of the RUN, `cd -` only goes back,
///   some folders are always there, and some are made just before;
/// - SC2154: some shells keep what is assigned before `set` and its like;
/// - SC3037: `/bin/echo` is no part of the shell.
fn is_harmless(facts: &Facts<'_>, node: &Node<'_>, script: &Script, finding: &Diagnostic) -> bool {
    let commands = script.commands.iter();
    let holds = |span: Span| span.start <= finding.span.start && finding.span.end <= span.end;
    match code_of(finding) {
        // The counter of a loop that tries again.
        "SC2034" if facts.source.slice(finding.span).split(' ').next() == Some("for") => true,
        "SC2034" => commands
            .flat_map(|c| &c.assignments)
            .filter(|a| holds(a.span))
            .any(|a| {
                let is_run = |p: &WordPart| matches!(p, WordPart::CommandSubstitution { .. });
                let shouts = !a.name.contains(|c: char| c.is_ascii_lowercase());
                a.value.parts.iter().any(is_run)
                    || shouts && facts.definition(node.index, &a.name) != Definition::Nothing
            }),
        "SC2164" => {
            let ends = script.commands.last().is_some_and(|c| {
                let top = script.frames.get(c.frame);
                let is_top = top.is_some_and(|f| f.kind == FrameKind::Top);
                holds(c.span) && c.pipeline.is_none() && is_top
            });
            let mut changes = script.commands.iter().filter(|c| holds(c.span));
            ends || changes.any(|c| is_made_before(script, c) || is_surely_there(facts, node, c))
        }
        // But for bash, shells keep what is assigned before a special builtin.
        "SC2154" if !matches!(node.shell, Dialect::Bash) => {
            let written = facts.source.slice(finding.span);
            let name = written.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            script.commands.iter().any(|c| {
                SPECIAL_BUILTINS.contains(&c.name.as_str())
                    && c.span.start < finding.span.start
                    && c.assignments.iter().any(|a| a.name == name)
            })
        }
        "SC2188" => !facts.source.slice(finding.span).contains("<<"),
        "SC3037" => commands
            .filter(|c| holds(c.span))
            .any(|c| c.words.first().is_some_and(|w| w.raw.contains('/'))),
        _ => false,
    }
}

/// The commands that POSIX calls special builtins.
const SPECIAL_BUILTINS: [&str; 15] = [
    ".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set",
    "shift", "times", "trap", "unset",
];

/// Whether a `cd` goes to a folder that a `mkdir` before it names in the same way.
fn is_made_before(script: &Script, change: &Command) -> bool {
    let name = |raw: &str| {
        raw.trim_matches(['"', '\''])
            .trim_end_matches('/')
            .to_owned()
    };
    let Some(wanted) = change.operands(&[]).next().map(|w| name(&w.raw)) else {
        return false;
    };
    let before = script.commands.iter();
    let mut before = before.take_while(|c| c.span.start < change.span.start);
    before.any(|c| c.name == "mkdir" && c.operands(&["-m"]).any(|w| name(&w.raw) == wanted))
}

/// Whether a `cd` goes to a folder that is surely there.
fn is_surely_there(facts: &Facts<'_>, node: &Node<'_>, command: &Command) -> bool {
    let Some(word) = command.operands(&[]).next() else {
        return true;
    };
    let Some(path) = word.literal().filter(|t| t.starts_with('/')) else {
        return word.raw == "~";
    };
    let path = crate::path::clean(path);
    // What is copied to a place and entered there is a folder.
    let is_copied = || {
        let before = node.stage.into_iter().flat_map(|s| facts.chain_nodes(s));
        let mut before = before.take_while(|n| n.index < node.index);
        before.any(|n| {
            facts
                .copied(n)
                .is_some_and(|c| c.target.as_deref() == Some(&*path))
        })
    };
    // So is what was cloned to a place.
    let is_cloned = || {
        let before = node.stage.into_iter().flat_map(|s| facts.chain_nodes(s));
        let mut before = before.take_while(|n| n.index < node.index);
        before.any(|n| {
            n.commands().iter().enumerate().any(|(index, c)| {
                let into = c.literal_args().last().filter(|_| c.name == "git");
                into.is_some_and(|into| crate::path::clean(into) == path)
                    && c.literal_args().any(|a| a == "clone")
                    && n.must_succeed(index)
            })
        })
    };
    facts.has_folder(node, &path) || is_copied() || is_cloned()
}

fn report(cx: &mut Context<'_>, finding: Diagnostic) {
    let code = finding.code.unwrap_or_default();
    let report = cx
        .report(finding.span, finding.message)
        .code(&code, finding.severity)
        .help(format!("see https://www.shellcheck.net/wiki/{code}"));
    if let Some(fix) = finding.fix {
        report.fix(fix);
    }
}
