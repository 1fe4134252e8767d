//! What hadolint reports for a file, for `--profile hadolint`.
//!
//! dlint's rules judge the image that is built; hadolint's judge the words of each instruction.
//! A team that moves from one to the other wants the second, to the line, until it chooses the
//! first. So that no rule has to know two readings, hadolint's stands here as a whole: for every
//! code the places where hadolint speaks, from its documented and observed behaviour.
//! [`settle`] lays it over the findings of the rules: a rule's finding keeps its exact place,
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
use crate::rules;
use crate::span::Span;
use crate::syntax::SyntaxErrorKind::{NoInstructions, NoStage};

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

/// hadolint's codes with the severity it gives them, whether they are on, and whether the places
/// come from here; a code without places is left to dlint's rules.
const CODES: [(&str, Severity, On, Places); 67] = {
    use On::{No, Yes};
    use Places::{Here, Rules};
    use Severity::{Error, Info, Style, Warning};
    [
        ("DL1000", Error, Yes, Rules),
        ("DL1001", Info, No, Rules),
        ("DL3000", Error, Yes, Here),
        ("DL3001", Info, Yes, Here),
        ("DL3002", Warning, Yes, Here),
        ("DL3003", Warning, Yes, Here),
        ("DL3004", Error, Yes, Here),
        ("DL3006", Warning, Yes, Here),
        ("DL3007", Warning, Yes, Here),
        ("DL3008", Warning, Yes, Here),
        ("DL3009", Info, Yes, Here),
        ("DL3010", Info, Yes, Here),
        ("DL3011", Error, Yes, Here),
        ("DL3012", Error, Yes, Here),
        ("DL3013", Warning, Yes, Here),
        ("DL3014", Warning, Yes, Here),
        ("DL3015", Info, Yes, Here),
        ("DL3016", Warning, Yes, Here),
        ("DL3018", Warning, Yes, Here),
        ("DL3019", Info, Yes, Here),
        ("DL3020", Error, Yes, Here),
        ("DL3021", Error, Yes, Here),
        ("DL3022", Warning, Yes, Here),
        ("DL3023", Error, Yes, Here),
        ("DL3024", Error, Yes, Here),
        ("DL3025", Warning, Yes, Here),
        ("DL3026", Error, Yes, Here),
        ("DL3027", Warning, Yes, Here),
        ("DL3028", Warning, Yes, Here),
        ("DL3029", Warning, Yes, Here),
        ("DL3030", Warning, Yes, Here),
        ("DL3032", Warning, Yes, Here),
        ("DL3033", Warning, Yes, Here),
        ("DL3034", Warning, Yes, Here),
        ("DL3035", Warning, Yes, Here),
        ("DL3036", Warning, Yes, Here),
        ("DL3037", Warning, Yes, Here),
        ("DL3038", Warning, Yes, Here),
        ("DL3040", Warning, Yes, Here),
        ("DL3041", Warning, Yes, Here),
        ("DL3042", Warning, Yes, Here),
        ("DL3043", Error, Yes, Here),
        ("DL3044", Error, Yes, Here),
        ("DL3045", Warning, Yes, Here),
        ("DL3046", Warning, Yes, Here),
        ("DL3047", Info, Yes, Here),
        ("DL3048", Style, Yes, Here),
        ("DL3049", Info, Yes, Here),
        ("DL3050", Info, Yes, Here),
        ("DL3051", Warning, Yes, Here),
        ("DL3052", Warning, Yes, Here),
        ("DL3053", Warning, Yes, Here),
        ("DL3054", Warning, Yes, Here),
        ("DL3055", Warning, Yes, Here),
        ("DL3056", Warning, Yes, Here),
        ("DL3057", Info, No, Here),
        ("DL3058", Warning, Yes, Here),
        ("DL3059", Info, Yes, Here),
        ("DL3060", Info, Yes, Here),
        ("DL3061", Error, Yes, Here),
        ("DL3062", Warning, Yes, Here),
        ("DL3063", Warning, Yes, Here),
        ("DL3064", Warning, Yes, Here),
        ("DL3065", Warning, Yes, Here),
        ("DL3066", Info, Yes, Here),
        ("DL3067", Warning, Yes, Here),
        ("DL4000", Error, Yes, Here),
    ]
};

/// The codes from DL4001 on.
const LATE_CODES: [(&str, Severity, On, Places); 5] = [
    ("DL4001", Severity::Warning, On::Yes, Places::Here),
    ("DL4003", Severity::Warning, On::Yes, Places::Here),
    ("DL4004", Severity::Error, On::Yes, Places::Here),
    ("DL4005", Severity::Warning, On::Yes, Places::Here),
    ("DL4006", Severity::Warning, On::Yes, Places::Here),
];

/// Whether a code is on unless something else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Yes,
    No,
}

/// Who knows where a code speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Places {
    Here,
    Rules,
}

/// The rule of DL1000.
const SYNTAX_ERROR: &str = "syntax-error";

/// Codes it had once; to ignore one is no mistake.
const RETIRED: [&str; 5] = ["DL3005", "DL3017", "DL3031", "DL3039", "DL4002"];

/// Whether a name is or was one of its codes.
pub fn is_known(name: &str) -> bool {
    entry(name).is_some() || RETIRED.contains(&name)
}

fn entry(code: &str) -> Option<&'static (&'static str, Severity, On, Places)> {
    CODES.iter().chain(&LATE_CODES).find(|e| e.0 == code)
}

/// The severity of a code.
pub fn severity(code: &str) -> Option<Severity> {
    entry(code).map(|e| e.1)
}

/// Whether a code is on unless something else is said.
pub fn is_on(code: &str) -> bool {
    entry(code).is_some_and(|e| e.2 == On::Yes)
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
    match node.onbuild {
        true => facts.file.instruction_at(node.instruction.span.start),
        false => Some(node.instruction),
    }
}

/// A code of a rule whose places stand here.
fn codes_of(rule: &str) -> impl Iterator<Item = &'static str> {
    rules::by_id(rule)
        .into_iter()
        .flat_map(|e| e.meta.aliases.iter().copied())
        .filter(|alias| is_code(alias))
}

/// Makes findings hadolint's. `active` gives the severity a rule reports at, if it is on.
pub fn settle(
    facts: &Facts<'_>,
    policy: &Policy,
    found: Vec<Diagnostic>,
    active: impl Fn(&str) -> Option<Severity>,
) -> Vec<Diagnostic> {
    let readings = read(facts, policy);
    let mut said = vec![false; readings.len()];
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
        let mut codes = codes_of(diagnostic.rule).peekable();
        let foreign = codes.peek().is_none();
        diagnostic.line = line;
        let mut stays = foreign;
        for code in codes {
            stays |= entry(code).is_none_or(|e| e.3 == Places::Rules);
            for (reading, said) in readings.iter().zip(&mut said) {
                if reading.code == code && Some(reading.line) == line {
                    stays = true;
                    *said = true;
                }
            }
        }
        if stays {
            out.push(diagnostic);
        }
    }
    let silent = readings.into_iter().zip(said).filter(|(_, said)| !said);
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
            entry.meta.id,
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
    diagnostic.rule == SYNTAX_ERROR
        && errors
            .filter(|e| e.span == diagnostic.span)
            .any(|e| matches!(e.kind, NoStage | NoInstructions))
}

/// Whether a comment is what DL1001 speaks of: a plain `ignore=` that counts, neither for the
/// stage nor for the file.
pub fn is_pragma(comment: &str) -> bool {
    let body = comment.trim_start_matches('#').trim_start();
    let body = body.strip_prefix("hadolint").unwrap_or_default();
    let codes = body.trim_start().strip_prefix("ignore").unwrap_or_default();
    let codes = codes.trim_start().strip_prefix('=').unwrap_or_default();
    let mut words = codes.split([' ', '\t', ',', '#']);
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
