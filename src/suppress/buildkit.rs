//! BuildKit's check options: `# check=skip=StageNameCasing;error=true`, for the file or above an
//! instruction.

use super::{Ignore, Name, Scope, Suppressions, line_of};
use crate::context::Build;
use crate::diagnostic::Diagnostic;
use crate::rule::{BuildkitCheck, BuildkitKind, RuleMeta};
use crate::rules;
use crate::span::{Source, Span};
use crate::syntax::check::{self, CHECK_ARGUMENT, CheckName, CheckOptions};
use crate::syntax::{File, Instruction};

/// The check that reports the earlier instruction but asks the comments above the later.
const REPEATED_CHECK: &str = "MultipleInstructionsDisallowed";

impl Suppressions {
    /// Reads the check options of the file or of the build.
    pub(super) fn read_check_options(&mut self, file: &File, build: &Build) {
        // The build argument replaces the directive, even when it is empty.
        let argument = build.arguments.iter().rev().find(|a| a.0 == CHECK_ARGUMENT);
        let (text, span) = match (argument, &file.check) {
            (Some((_, value)), _) => (value.as_str(), None),
            (None, Some(check)) => (check.value.as_str(), Some(check.span)),
            (None, None) => ("", None),
        };
        if let Ok(options) = CheckOptions::parse(text) {
            self.fails = options.error;
            if runs_experimental(&options) {
                self.experimental.push(Scope::File);
            }
            self.ignores.push(Ignore {
                scope: Scope::File,
                names: skipped(&options, span),
                span: span.unwrap_or(Span::at(0)),
                line: None,
                reason: String::new(),
                foreign: true,
                ended: None,
            });
        }
    }

    /// Reads the check comment above an instruction: the first one counts, and if BuildKit cannot
    /// read it, none.
    pub(super) fn read_checks(&mut self, source: &Source, file: &File, owner: &Instruction) {
        let block = owner.comment_block.iter();
        let found = block
            .filter_map(|&c| file.comments.get(c))
            .find_map(|c| Some((c, check::inline(c.buildkit_text(source))?)));
        let Some((comment, range)) = found else {
            return;
        };
        let text = comment.buildkit_text(source);
        let value = text.get(range.clone()).unwrap_or_default();
        let Ok(options) = CheckOptions::parse(value) else {
            return;
        };
        let offset = text.as_ptr() as usize - source.text().as_ptr() as usize + range.start;
        let span = Span::new(offset as u32, (offset + value.len()) as u32);
        if runs_experimental(&options) {
            self.experimental.push(Scope::Span(owner.span));
        }
        let reason = text.get(range.end..).unwrap_or_default().trim();
        self.ignores.push(Ignore {
            scope: Scope::Span(owner.span),
            names: skipped(&options, Some(span)),
            span: comment.span,
            // A comment that says more is not removed for its last name.
            line: (!value.contains(';')).then(|| line_of(source, comment)),
            reason: reason.trim_start_matches("//").trim().to_owned(),
            foreign: true,
            ended: None,
        });
    }
}

/// Whether options ask for an experimental check.
fn runs_experimental(options: &CheckOptions) -> bool {
    let checks = rules::RULES.iter().filter_map(|e| e.meta.buildkit);
    let mut experimental = checks.filter(|c| c.kind == BuildkitKind::Experimental);
    experimental.any(|c| c.name.is_some_and(|name| options.runs_experimental(name)))
}

/// Whether a name in check options is that of a rule. BuildKit's spelling counts; its experimental
/// check and, above an instruction, its checks of the whole file are not skipped.
pub(super) fn skips(name: &Name, meta: &RuleMeta, scope: &Scope) -> bool {
    let is_reached = |check: &BuildkitCheck| match check.kind {
        BuildkitKind::WholeFile => matches!(scope, Scope::File),
        BuildkitKind::Experimental => false,
        BuildkitKind::Instruction | BuildkitKind::Conversion => true,
    };
    let check = meta.buildkit.filter(is_reached).and_then(|c| c.name);
    check.is_some_and(|check| name.all || check == name.text) || name.text == meta.id
}

/// The place of the later of two instructions of which BuildKit reports the earlier.
pub(super) fn later_place(diagnostic: &Diagnostic) -> Option<u32> {
    let check = diagnostic.rule.buildkit?;
    if check.name != Some(REPEATED_CHECK) {
        return None;
    }
    diagnostic.labels.first().map(|later| later.span.start)
}

/// The names that check options skip; `span` is the place of the options, if they stand in the
/// file.
fn skipped(options: &CheckOptions, span: Option<Span>) -> Vec<Name> {
    let place = |range: &std::ops::Range<usize>| match span {
        Some(span) => Span::new(
            span.start + range.start as u32,
            span.start + range.end as u32,
        ),
        None => Span::at(0),
    };
    let all = options.skip_all.then(|| Name {
        text: "all".to_owned(),
        span: place(&options.skip_all_range),
        used: false,
        check: true,
        all: true,
        group: None,
    });
    let named = options.skip.iter().filter(|n| !n.name.is_empty());
    all.into_iter()
        .chain(named.map(|CheckName { name, range }| Name {
            text: name.clone(),
            span: place(range),
            // What stands in a build argument is nobody's comment.
            used: span.is_none(),
            check: true,
            all: false,
            group: None,
        }))
        .collect()
}
