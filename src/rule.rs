//! What a rule is: the checks it may do, and what a check may ask.

use std::any::Any;
use std::collections::BTreeMap;

use crate::date::Date;
pub use crate::diagnostic::meta::{
    BuildkitCheck, BuildkitKind, HadolintCode, Impact, Level, Precision, RuleMeta,
};
use crate::diagnostic::{Diagnostic, FlowStep, Severity};
use crate::facts::packages::Install;
use crate::facts::{Command, Facts, ImageUse, Node, Place, Stage};
use crate::policy::Policy;
use crate::span::{Source, Span};
use crate::syntax::File;

/// Which codes are on for a rule that speaks for another tool's catalogue (`SC2086`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeChoice {
    /// Those that are not named.
    pub others: OtherCodes,
    /// Whether those that are named, in capitals, are on.
    pub named: BTreeMap<String, bool>,
    /// The severities that the user set, by code in capitals.
    pub severities: BTreeMap<String, Severity>,
}

/// What holds for the codes that nobody names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OtherCodes {
    /// What the rule says.
    #[default]
    Recommended,
    /// All are on.
    All,
    /// None is on.
    Off,
}

impl CodeChoice {
    /// Turns a code on or off. One that is wanted turns the rule on, for itself alone.
    pub(crate) fn set(&mut self, code: &str, wanted: bool, on: &mut bool) {
        self.named.insert(code.to_ascii_uppercase(), wanted);
        if wanted && !*on {
            *on = true;
            self.others = OtherCodes::Off;
        }
    }

    /// Whether a code is on, given whether the rule recommends it.
    pub fn has(&self, code: &str, recommended: bool) -> bool {
        match (self.named.get(code), self.others) {
            (Some(wanted), _) => *wanted,
            (None, OtherCodes::Recommended) => recommended,
            (None, OtherCodes::All) => true,
            (None, OtherCodes::Off) => false,
        }
    }
}

/// A rule: its fields are its options, its methods the checks. Each method does nothing unless
/// the rule writes it; the engine calls them in one walk over the file.
#[allow(unused_variables)]
pub trait Rule: Any + Send + Sync {
    /// Once per file, before anything else.
    fn check_file(&self, cx: &mut Context<'_>) {}
    /// Each stage, after its instructions.
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {}
    /// Each instruction, those behind ONBUILD too (`node.onbuild` tells them).
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {}
    /// Each simple shell command of a RUN, those behind ONBUILD too.
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {}
    /// Each call of a package manager in a RUN, those behind ONBUILD too.
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {}
    /// Each image that the file's own build takes, invalid references left out.
    fn check_image(&self, cx: &mut Context<'_>, image: &ImageUse) {}
    /// Each ignore comment, and each comment that is almost one.
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {}
    /// Whether it looks for a code that stands for one of its findings.
    fn has_code(&self, codes: &CodeChoice, code: &str) -> bool {
        false
    }
    /// The keyed fingerprints of secrets that may stand in files, for all rules.
    fn allowed_fingerprints(&self) -> &[String] {
        &[]
    }
    /// Each rule in an ignore comment that would silence what a policy locks.
    fn check_refused_ignore(&self, cx: &mut Context<'_>, refused: &RefusedIgnore) {}
    /// Each ignore comment, or each rule in one, that silenced nothing.
    fn check_unused_ignore(&self, cx: &mut Context<'_>, unused: &UnusedIgnore) {}
}

/// Which checks a rule has, of those that are called more than once for a file: calling the others
/// takes as long as what some of them do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checks {
    /// [`Rule::check_image`]
    pub image: bool,
    /// [`Rule::check_node`]
    pub node: bool,
    /// [`Rule::check_command`]
    pub command: bool,
    /// [`Rule::check_install`]
    pub install: bool,
    /// [`Rule::check_stage`]
    pub stage: bool,
}

impl Checks {
    /// All of them, for a rule of which nothing is known.
    pub const ALL: Self = Self {
        image: true,
        node: true,
        command: true,
        install: true,
        stage: true,
    };
}

/// Declares the type of a rule, `rule!(NoisyWget)`, whose fields are its options if it has any:
/// `rule! { Sudo { /// Which programs may stay. pub allow: Vec<String> } }`. What is not
/// configured has the value that its type has by default.
macro_rules! rule {
    ($name:ident) => {
        #[doc = concat!("The rule `", stringify!($name), "`, described by the page of that name.")]
        #[derive(Debug, Default)]
        #[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
        #[cfg_attr(test, serde(default, deny_unknown_fields, rename_all = "kebab-case"))]
        pub struct $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(options: D) -> Result<Self, D::Error> {
                let none = <$crate::rule::NoOptions as serde::Deserialize>::deserialize(options);
                none.map(|_| Self {})
            }
        }
    };
    ($name:ident { $($options:tt)* }) => {
        #[doc = concat!("The rule `", stringify!($name), "`, described by the page of that name.")]
        #[derive(Debug, Default, serde::Deserialize)]
        #[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name { $($options)* }
    };
}
pub(crate) use rule;

/// What a rule without options is configured with: read by one piece of code for all of them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoOptions {}

/// A comment that silences findings, or was meant to.
#[derive(Debug, Clone)]
pub struct IgnoreComment {
    /// The whole comment.
    pub span: Span,
    /// The names that no rule has, with their places.
    pub unknown: Vec<(String, Span)>,
    /// The text behind the names.
    pub reason: String,
    /// Whether it is written for another tool.
    pub foreign: bool,
    /// How it ought to be written, if it is not one yet.
    pub meant: Option<String>,
    /// Whether it names no rule, so that nobody knows which is meant.
    pub lacks_name: bool,
}

/// A part of an ignore comment that would silence what a policy locks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusedIgnore {
    /// The place of the rule's name in the comment, or of the whole comment.
    pub span: Span,
    /// The rule that is locked.
    pub rule: &'static str,
}

/// A part of an ignore comment that silenced nothing.
#[derive(Debug, Clone)]
pub struct UnusedIgnore {
    /// The place of the rule's name in the comment, or of the whole comment.
    pub span: Span,
    /// The name as written.
    pub name: String,
    /// What to delete so that it is gone: the name with its comma, or the whole comment line;
    /// nothing for a directive, which may say more.
    pub removal: Option<Span>,
    /// Whether the comment is written for another tool, which may still need it.
    pub foreign: bool,
    /// The last day for which it was written, if that is past.
    pub ended: Option<Date>,
}

/// What a check may ask and do.
pub struct Context<'a> {
    /// What follows from the file.
    pub facts: &'a Facts<'a>,
    /// What the organisation demands.
    pub policy: &'a Policy,
    /// The rule that is running.
    pub(crate) rule: &'static RuleMeta,
    /// Which of its codes are on.
    pub codes: &'a CodeChoice,
    /// The severity it reports at.
    pub(crate) severity: Severity,
    /// Whether the user set that severity.
    pub(crate) severity_is_set: bool,
    /// What was reported so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Where the findings of the running rule begin in it.
    pub(crate) first: usize,
    /// How many findings of the running rule are beyond [`MOST_FINDINGS`], and where they begin.
    pub(crate) left_out: Option<(usize, Span)>,
}

/// How many findings of one rule are listed for a file: nobody reads more, and a file that is made
/// to have millions must not take all memory.
pub(crate) const MOST_FINDINGS: usize = 1_000;

impl<'a> Context<'a> {
    /// The file's text and lines.
    pub fn source(&self) -> &'a Source {
        self.facts.source
    }

    /// The tree.
    pub fn file(&self) -> &'a File {
        self.facts.file
    }

    /// The severity the running rule reports at unless it chooses another.
    pub fn default_severity(&self) -> Severity {
        self.severity
    }

    /// Reports a finding; the result takes help, labels and a fix.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let at = self.diagnostics.len();
        if at - self.first.min(at) >= MOST_FINDINGS {
            let (number, place) = self.left_out.unwrap_or((0, span));
            self.left_out = Some((number + 1, place));
        } else {
            self.diagnostics
                .push(Diagnostic::new(self.rule, self.severity, span, message));
        }
        Report {
            codes: self.codes,
            keeps_severity: self.severity_is_set,
            diagnostic: self.diagnostics.get_mut(at),
        }
    }

    /// As [`Context::report`], of a part of an image's name: where that stands in a variable's
    /// value, a label shows where the variable is used.
    pub fn report_at(&mut self, place: &Place, message: impl Into<String>) -> Report<'_> {
        let report = self.report(place.span, message);
        match &place.variable {
            Some((_, here)) => report.label(*here, "used here"),
            None => report,
        }
    }
}

/// A finding being written.
pub struct Report<'c> {
    codes: &'c CodeChoice,
    keeps_severity: bool,
    diagnostic: Option<&'c mut Diagnostic>,
}

impl Report<'_> {
    fn with(mut self, change: impl FnOnce(&mut Diagnostic)) -> Self {
        if let Some(diagnostic) = &mut self.diagnostic {
            change(diagnostic);
        }
        self
    }

    /// Says what to do.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.with(|d| {
            d.help(help);
        })
    }

    /// Points at a related place.
    pub fn label(self, span: Span, message: impl Into<String>) -> Self {
        self.with(|d| {
            d.label(span, message);
        })
    }

    /// Adds a step of the way into this file from another.
    pub fn step(self, step: FlowStep) -> Self {
        self.with(|d| {
            d.step(step);
        })
    }

    /// Says that the text at the span is a secret, so that no report shows it.
    pub fn secret(self) -> Self {
        self.with(|d| {
            d.secret();
        })
    }

    /// Offers a fix.
    pub fn fix(self, fix: crate::fix::Fix) -> Self {
        self.with(|d| {
            d.fix(fix);
        })
    }

    /// Says how bad this one is, where that differs from the rule's level; a level the user set
    /// stays.
    pub fn severity(self, severity: Severity) -> Self {
        if self.keeps_severity {
            return self;
        }
        self.with(|d| {
            d.severity(severity);
        })
    }

    /// Gives it a code of its own, with that code's severity; one that the user set for the code
    /// wins over one set for the rule.
    pub fn code(self, code: &str, severity: Severity) -> Self {
        let chosen = self.codes.severities.get(code).copied();
        let severity = chosen.or((!self.keeps_severity).then_some(severity));
        self.with(|d| {
            d.code = Some(code.to_owned());
            d.severity = severity.unwrap_or(d.severity);
        })
    }
}
