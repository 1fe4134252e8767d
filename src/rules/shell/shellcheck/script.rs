//! A script of RUN, what the Dockerfile around it says, and the findings in it.

use std::ops::Range;

use super::answered::{is_answered, may_be_list};
use super::codes::{Checks, NEVER};
use super::external::{Answers, ExternalScript};
use super::{META, code_of};
#[cfg(feature = "shell-lint")]
use super::{native, own};
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Definition, Dialect, Facts, Node, Script};
use crate::fix::{Applicability, Edit, Fix};
use crate::shell::{self, ShellError, ShellErrorKind, ShellOptions};
use crate::span::{MappedText, Span};

/// Flags of `echo` in Debian's shell and in any `sh`. They are reported as the second, which is what
/// hadolint's users have in their comments.
const DASH_ECHO: &str = "SC3036";
const SH_ECHO: &str = "SC3037";

/// Where dash and BusyBox's shell end a script that has what they have not: a syntax error, a bad
/// substitution, an option or a command that they do not know. What else they have not means
/// something else to them, and the script goes on: `echo -e`, `{a,b}`, `&>`, `$RANDOM`.
const REFUSED: [&str; 19] = [
    "SC3001", "SC3011", "SC3016", "SC3024", "SC3030", "SC3040", "SC3044", "SC3046", "SC3047",
    "SC3048", "SC3049", "SC3051", "SC3053", "SC3054", "SC3055", "SC3056", "SC3057", "SC3059",
    "SC3060",
];

/// The codes whose fixes say what was meant; of the others some only silence the finding.
const FIXED: [&str; 18] = [
    "SC2006", "SC2021", "SC2035", "SC2038", "SC2046", "SC2048", "SC2061", "SC2068", "SC2086",
    "SC2102", "SC2162", "SC2164", "SC2196", "SC2197", "SC2231", "SC3014", "SC3020", "SC3046",
];

/// Those of them whose fixes change nothing else.
const FIXED_SAFELY: [&str; 2] = ["SC2196", "SC2197"];

/// A script and what surrounds it.
pub(super) struct RunScript<'a> {
    facts: &'a Facts<'a>,
    /// The instruction that runs it.
    node: usize,
    /// Its text.
    pub text: &'a MappedText,
    /// Its commands.
    pub script: &'a Script,
    /// The shell that runs it, or that a comment names.
    pub dialect: Dialect,
    /// The options that shell was started with.
    pub options: ShellOptions,
}

impl<'a> RunScript<'a> {
    /// The script of an instruction, given its text.
    pub fn new(
        facts: &'a Facts<'a>,
        node: &'a Node<'a>,
        text: &'a MappedText,
        script: &'a Script,
        dialect: Dialect,
    ) -> Self {
        Self {
            facts,
            node: node.index,
            text,
            script,
            dialect,
            options: facts.shell_options(node),
        }
    }

    /// Whether it is looked at: not one in another language than that of a POSIX shell, and not one
    /// that is too big.
    pub fn is_checked(&self) -> bool {
        let is_limit = |e: &ShellError| e.kind == ShellErrorKind::Limit;
        self.dialect.is_posix()
            && shell::beyond_checks(self.script).is_none()
            && !self.script.errors.iter().any(is_limit)
            // Where a script was read, that has been asked.
            && (!self.script.unread || shell::beyond_limits(self.text.text()).is_none())
    }

    /// Whether a variable is set before it starts.
    pub fn is_set(&self, name: &str) -> bool {
        let definition = self.facts.definition(self.node, name);
        matches!(definition, Definition::File | Definition::Base)
    }

    /// Whether a variable is known to be set before it starts, and not to nothing.
    pub fn is_filled(&self, name: &str) -> bool {
        let value = self.facts.value_of(self.node, name);
        value.is_some_and(|value| !value.is_empty())
    }

    /// What dlint's own checks find, at its place in the Dockerfile.
    pub fn check(&self, checks: &Checks) -> Vec<Diagnostic> {
        if !self.is_checked() {
            return Vec::new();
        }
        let mut found = self.placed(native_findings(self, checks));
        add_own(&mut found, self, checks);
        self.settle_severities(&mut found);
        found
    }

    /// What the program ShellCheck found, at its place in the Dockerfile.
    pub fn answered(
        &self,
        answers: &Answers,
        wants: impl Fn(&str, Severity) -> bool,
    ) -> Vec<Diagnostic> {
        let script = ExternalScript::of(self).filter(|_| self.is_checked());
        let answer = script.and_then(|script| answers.get(&script));
        let mut answer = answer.unwrap_or_default().to_vec();
        for finding in answer.iter_mut().filter(|f| code_of(f) == DASH_ECHO) {
            finding.code = Some(SH_ECHO.to_owned());
        }
        answer.retain(|f| !NEVER.contains(&code_of(f)) && wants(code_of(f), f.severity));
        let mut found = self.placed(answer);
        self.settle_severities(&mut found);
        found
    }

    /// Findings on the bytes of the script as findings on those of the Dockerfile, but for those
    /// that it answers.
    fn placed(&self, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut found = found;
        found.retain(|f| !is_answered(f, self));
        self.join_sets(&mut found);
        for finding in &mut found {
            let fix = finding.fix.take().filter(|_| !may_be_list(finding, self));
            finding.fix = fix.and_then(|fix| self.placed_fix(fix));
            finding.span = self.text.span(finding.span.range());
        }
        found
    }

    /// Both sets of a `tr` lose their brackets, or none does: one alone would put `[` in the place of
    /// `A`.
    fn join_sets(&self, found: &mut [Diagnostic]) {
        let sets = found.iter().filter(|f| code_of(f) == "SC2021");
        let edits = sets.filter_map(|f| f.fix.as_ref()).flat_map(|f| &f.edits);
        let edits: Vec<Edit> = edits.cloned().collect();
        for finding in found.iter_mut().filter(|f| code_of(f) == "SC2021") {
            let at = finding.span.range().start;
            let commands = self.script.commands.iter();
            let commands = commands.filter(|c| c.name == "tr" && c.range.contains(&at));
            let command = commands.min_by_key(|c| c.range.len());
            if let (Some(command), Some(fix)) = (command, &mut finding.fix) {
                let is_own = |e: &&Edit| command.range.contains(&e.span.range().start);
                fix.edits = edits.iter().filter(is_own).cloned().collect();
                fix.edits.dedup();
            }
        }
    }

    /// A fix in the Dockerfile, if it can be made without touching a continuation.
    fn placed_fix(&self, mut fix: Fix) -> Option<Fix> {
        for edit in &mut fix.edits {
            let range = edit.span.range();
            if !self.text.is_contiguous(range.clone()) || edit.content.contains('\n') {
                return None;
            }
            edit.span = self.text.span(range);
        }
        (!fix.edits.is_empty()).then_some(fix)
    }

    /// In POSIX terms the meaning of what only some shells have is open; where a shell that is known
    /// ends the script there, it is an error.
    fn settle_severities(&self, found: &mut [Diagnostic]) {
        if matches!(self.dialect, Dialect::Dash | Dialect::Ash) {
            let refused = found.iter_mut().filter(|f| REFUSED.contains(&code_of(f)));
            refused.for_each(|f| f.severity = Severity::Error);
        }
    }
}

/// A finding on bytes of a script.
pub(super) fn finding(
    code: &str,
    severity: Severity,
    range: Range<usize>,
    message: impl Into<String>,
) -> Diagnostic {
    let mut finding = Diagnostic::new(META, severity, span_of(range), message);
    finding.code = Some(code.to_owned());
    finding
}

/// Bytes of a script as a span.
pub(super) fn span_of(range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

/// The fix of a finding, if those of its code say what was meant.
pub(super) fn fix_of(
    code: &str,
    title: Option<String>,
    edits: impl Iterator<Item = (Range<usize>, String)>,
) -> Option<Fix> {
    let applicability = match code {
        code if FIXED_SAFELY.contains(&code) => Applicability::Safe,
        code if FIXED.contains(&code) => Applicability::Unsafe,
        _ => return None,
    };
    let title = title.unwrap_or_else(|| "rewrite it".to_owned());
    let edits = edits.map(|(range, content)| Edit::replace(span_of(range), content));
    let edits: Vec<Edit> = edits.collect();
    // Quotes around quotes end those inside.
    let quotes = |e: &Edit| e.content.matches(['"', '\'']).count();
    if code == "SC2102" && edits.iter().any(|e| quotes(e) > 2) {
        return None;
    }
    Some(Fix::new(title, edits, applicability))
}

/// Adds what is told from the commands of the script.
#[cfg(feature = "shell-lint")]
fn add_own(found: &mut Vec<Diagnostic>, script: &RunScript<'_>, checks: &Checks) {
    if own::may_be_foreign(script, found) {
        found.clear();
        return;
    }
    let mut own = own::findings(script, found);
    // Of a script that cannot be read, the rest is a guess.
    if own.iter().any(|f| own::ENDS.contains(&code_of(f))) {
        found.retain(|f| code_of(f).starts_with("SC1"));
        own.retain(|f| code_of(f).starts_with("SC1"));
    }
    own.retain(|f| checks.own.contains(&code_of(f)));
    found.extend(own);
}

#[cfg(not(feature = "shell-lint"))]
fn add_own(_: &mut Vec<Diagnostic>, _: &RunScript<'_>, _: &Checks) {}

#[cfg(feature = "shell-lint")]
fn native_findings(script: &RunScript<'_>, checks: &Checks) -> Vec<Diagnostic> {
    native::findings(script, &checks.native)
}

#[cfg(not(feature = "shell-lint"))]
fn native_findings(_: &RunScript<'_>, _: &Checks) -> Vec<Diagnostic> {
    Vec::new()
}
