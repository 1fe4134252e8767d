//! What hadolint reports for a file, for `--profile hadolint`.
//!
//! dlint's rules judge the image that is built; hadolint's judge the words of each instruction.
//! A team that moves from one to the other wants the second, to the line, until it chooses the
//! first. So that no rule has to know two readings, hadolint's stands here as a whole: for every
//! code the places where hadolint speaks, from its documented and observed behaviour.
//! [`lay_over`] puts it on top of the findings of the rules: a rule's finding keeps its exact place,
//! message and fix where hadolint speaks too, what hadolint does not say goes, and what no rule
//! said is said in the words of the rule's page.
//!
//! Two things are not copied: that a file which cannot be read hides its other findings, and
//! that some input ends the program. `docs/hadolint.md` lists what differs.

mod extent;
mod file;
mod labels;
mod run;
mod shell;
mod stages;

use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::Facts;
use crate::policy::Policy;
use crate::rule::HadolintCode;
use crate::rules;
use crate::span::Span;
use crate::syntax::SyntaxErrorKind::{NoInstructions, NoStage};
use crate::syntax::linter_comment::{self, HadolintComment, Reach};

/// A place where hadolint speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its code.
    pub code: &'static str,
    /// The instruction it speaks of.
    pub span: Span,
    /// The 1-based line it gives.
    pub line: u32,
}

/// Whether a name is a code of hadolint's own: `DL3006`.
pub fn is_code(name: &str) -> bool {
    name.strip_prefix("DL")
        .is_some_and(|n| n.len() == 4 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Codes whose places are left to dlint's rules: they speak of what cannot be read, and of
/// comments.
const WITHOUT_READING: [&str; 2] = ["DL1000", "DL1001"];

/// The rule of DL1000.
const SYNTAX_ERROR: &str = "syntax-error";

/// Codes it had once; to ignore one is no mistake.
const RETIRED: [&str; 5] = ["DL3005", "DL3017", "DL3031", "DL3039", "DL4002"];

/// Whether a name is or was one of its codes.
pub fn is_known(name: &str) -> bool {
    let mut codes = rules::RULES.iter().filter_map(|e| e.meta.hadolint);
    codes.any(|c| c.code == name) || RETIRED.contains(&name)
}

/// Everywhere hadolint speaks, in the order of the lines.
pub fn read(facts: &Facts<'_>, policy: &Policy) -> Vec<Reading> {
    let runs = shell::runs(facts);
    let mut out = Out {
        facts,
        found: Vec::new(),
    };
    file::check(&mut out);
    stages::check(&mut out, policy);
    run::check(&mut out, &runs);
    labels::check(&mut out, policy);
    let mut found = out.found;
    found.sort_by(|a, b| (a.line, a.code).cmp(&(b.line, b.code)));
    found.dedup();
    found
}

/// Collects readings.
struct Out<'f, 'a> {
    facts: &'f Facts<'a>,
    found: Vec<Reading>,
}

impl Out<'_, '_> {
    /// hadolint speaks of the instruction of a node.
    fn say(&mut self, code: &'static str, node: usize) {
        let Some(instruction) = owner(self.facts, node) else {
            return;
        };
        self.found.push(Reading {
            code,
            span: instruction.head,
            line: self.facts.source.line(instruction.span.start),
        });
    }
}

/// The instruction a node stands in: for one behind ONBUILD, the ONBUILD.
fn owner<'a>(facts: &Facts<'a>, node: usize) -> Option<&'a crate::syntax::Instruction> {
    let node = facts.nodes.get(node)?;
    if node.onbuild {
        facts.file.instruction_at(node.instruction.span.start)
    } else {
        Some(node.instruction)
    }
}

/// Makes findings hadolint's. `active` gives the severity a rule reports at, if it is on.
pub fn lay_over(
    facts: &Facts<'_>,
    policy: &Policy,
    found: Vec<Diagnostic>,
    active: impl Fn(&str) -> Option<Severity>,
) -> Vec<Diagnostic> {
    let readings = read(facts, policy);
    let mut reported = vec![false; readings.len()];
    // They are sorted so.
    let at = |line: u32, code: &'static str| {
        let from = readings.partition_point(|r| (r.line, r.code) < (line, code));
        let to = readings.partition_point(|r| (r.line, r.code) <= (line, code));
        from..to
    };
    let mut out = Vec::with_capacity(found.len());
    for mut diagnostic in found {
        let is_constant = diagnostic.code.as_deref() == Some("SC2086")
            && shell::is_constant(facts, diagnostic.span);
        if is_constant || is_unsaid(facts, &diagnostic) {
            continue;
        }
        let line = facts
            .file
            .instruction_at(diagnostic.span.start)
            .map(|i| facts.source.line(i.span.start));
        let code = diagnostic.rule.hadolint;
        diagnostic.line = line;
        let mut stays = code.is_none();
        if let Some(HadolintCode { code, .. }) = code {
            stays = WITHOUT_READING.contains(&code);
            for index in line.into_iter().flat_map(|line| at(line, code)) {
                stays = true;
                if let Some(reported) = reported.get_mut(index) {
                    *reported = true;
                }
            }
        }
        if stays {
            out.push(diagnostic);
        }
    }
    let silent = readings
        .into_iter()
        .zip(reported)
        .filter(|(_, reported)| !reported);
    for (reading, _) in silent {
        // A code may belong to several rules: the one that is on speaks.
        let rules = rules::by_name(reading.code);
        let speaker = rules
            .into_iter()
            .find_map(|e| Some((e, active(e.meta.id)?)));
        let Some((entry, severity)) = speaker else {
            continue;
        };
        let mut diagnostic = Diagnostic::new(
            &entry.meta,
            severity,
            reading.span,
            own_words(reading.code).map_or_else(|| words(entry.meta.summary), str::to_owned),
        );
        diagnostic.line = Some(reading.line);
        out.push(diagnostic);
    }
    out
}

/// Whether this is only dlint's: that there is no stage. hadolint reads what there is, and DL3061
/// tells of it.
fn is_unsaid(facts: &Facts<'_>, diagnostic: &Diagnostic) -> bool {
    let errors = facts.file.errors.iter();
    diagnostic.rule.id == SYNTAX_ERROR
        && errors
            .filter(|e| e.span == diagnostic.span)
            .any(|e| matches!(e.kind, NoStage | NoInstructions))
}

/// Whether a comment is what DL1001 speaks of: a plain `ignore=` that counts, neither for the
/// stage nor for the file.
pub fn is_pragma(comment: &str) -> bool {
    let Some(HadolintComment::Ignore {
        reach: Reach::Next,
        codes,
        ..
    }) = linter_comment::hadolint(comment)
    else {
        return false;
    };
    let mut words = codes.split([' ', '\t', ',']);
    words.find(|w| !w.is_empty()).is_some_and(is_ignorable)
}

/// Whether something may be ignored by this name: letters of a code, or a rule of dlint.
fn is_ignorable(name: &str) -> bool {
    let code = ["DL", "SC"].iter().any(|p| name.starts_with(p));
    let digits = name
        .get(2..)
        .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
    code && digits || !rules::by_name(name).is_empty()
}

/// What is said where the page of the rule says more than hadolint knows.
fn own_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "DL1000" => "this is no image name",
        "DL3000" => "the path is relative",
        "DL3002" => "the last `USER` of this stage is root",
        "DL3003" => "`cd` inside `RUN`",
        "DL3006" => "the image has neither tag nor digest",
        "DL3022" => "`--from` names no stage that stands before",
        "DL3025" => "the command is not a JSON array",
        "DL3045" => "the destination is relative, and no `WORKDIR` stands before",
        "DL3057" => "no `HEALTHCHECK` in this stage",
        "DL3064" => "the name of the variable is that of a secret",
        "DL4006" => "a pipe without `pipefail`",
        _ => return None,
    })
}

/// A page's first sentence as a message.
fn words(summary: &str) -> String {
    let sentence = summary.split(". ").next().unwrap_or(summary);
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if letters.as_str().starts_with(char::is_lowercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => sentence.to_owned(),
    }
}
