//! `shellcheck`: what ShellCheck says of the scripts.

use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Severity;
use crate::facts::{Command, Definition, Dialect, Facts, Node, Script};
use crate::fix::{Applicability, Edit, Fix};
use crate::rule::{CodeChoice, Context, OtherCodes, Rule};
use crate::shell::lint::{self, Backend, Checks, LintFinding, LintLevel, Surroundings};
use crate::shell::{FrameKind, WordPart};
use crate::span::Span;
use crate::syntax::word::Var;

/// See `rules/shell/shellcheck.md`.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Shellcheck {
    /// The least of ShellCheck's levels at which a code is on; without it a chosen set is.
    pub minimum_level: Option<Severity>,
    /// The codes that are on, worked out once.
    #[serde(skip)]
    #[schemars(skip)]
    checks: OnceLock<Checks>,
}

/// The codes from a warning up that rarely tell of a mistake in a Dockerfile:
///
/// - SC1007: `X= Y=1` is there to empty `X`; SC1010: `mix do compile`.
/// - SC1075: `else if` cannot be broken where lines are joined.
/// - SC1083: `sed s/x/\${Y}/`, `--format {{.Id}}`: braces that are meant.
/// - SC2010, SC2011, SC2038, SC2044, SC2045: the files of an image have tame names.
/// - SC2027: `"deb [arch="$arch"] …"` is one word in practice.
/// - SC2043: `for key in ONE` had or will have more; SC2046: `apk add $(…)` is split on purpose and
///   `make -j$(nproc)` is one word for sure.
/// - SC2050: `[ "apache" = "apache" ]` was written by a template.
/// - SC2115: `rm -rf "$DIR"/*` of a build would show at once if `DIR` were empty.
/// - SC2125: nothing expands in `url=…?x=y`.
/// - SC2155: what fails in `export GNUPGHOME="$(mktemp -d)"` is seen by the next command.
/// - SC2166: `[ a -o b ]` works in every shell that images have.
/// - SC2174: the parents of `mkdir -p -m 700 a/b` mostly are there.
/// - SC2188, SC2189: a lone redirection makes an empty file.
/// - SC2211: `/tmp/app-*/install` runs the one program there is, whose version the name hides.
/// - SC2226: `ln -s /data` links into the working directory.
const NOT: [&str; 22] = [
    "SC1007", "SC1010", "SC1075", "SC1083", "SC2010", "SC2011", "SC2027", "SC2038", "SC2043",
    "SC2044", "SC2045", "SC2046", "SC2050", "SC2115", "SC2125", "SC2155", "SC2166", "SC2174",
    "SC2188", "SC2189", "SC2211", "SC2226",
];

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
        let around = Surroundings {
            dialect: &dialect,
            options: facts.shell_options(node),
            is_set: &|name| {
                let definition = facts.definition(node.index, name);
                matches!(definition, Definition::File | Definition::Base)
            },
            is_filled: &|name| match facts.lookup(node.index, name) {
                Var::Set(value) => !value.is_empty(),
                Var::Unset | Var::Unknown => false,
            },
        };
        let picks = self.minimum_level.is_none() && cx.codes.others == OtherCodes::Recommended;
        // What a shell that is not known lacks is a guess, and so is what a script does not set or
        // use that reads more from elsewhere.
        let no_sh = picks && dialect == Dialect::Sh;
        let sets_more = picks && script.commands.iter().any(sets_unseen);
        let last_unseen = script.commands.iter().rfind(|c| runs_unseen(c));
        let is_guess = |finding: &LintFinding| {
            !cx.codes.named.contains_key(&finding.code)
                && match finding.code.as_str() {
                    "SC2154" => sets_more,
                    "SC2034" => {
                        picks && last_unseen.is_some_and(|c| c.span.start > finding.span.start)
                    }
                    code => no_sh && code.starts_with("SC3"),
                }
        };
        let codes = cx.codes;
        let wants = |code: &str, level| self.wants(codes, code, level);
        let backend = match cx.shellcheck {
            Some(program) => Backend::External(program, &wants),
            None => Backend::Native(self.checks(codes)),
        };
        let findings = lint::lint(&text.text, script, &around, &backend);
        for finding in findings.into_iter().filter(|f| !is_guess(f)) {
            let asked = cx.codes.named.contains_key(&finding.code);
            if picks && !asked && is_harmless(cx.facts, node, script, &finding) {
                continue;
            }
            report(cx, finding);
        }
    }
}

impl Shellcheck {
    fn checks(&self, codes: &CodeChoice) -> &Checks {
        self.checks
            .get_or_init(|| Checks::of(|code, level| self.wants(codes, code, level)))
    }

    fn wants(&self, codes: &CodeChoice, code: &str, level: LintLevel) -> bool {
        let severity = severity_of(level);
        let recommended = match self.minimum_level {
            Some(least) => severity >= least,
            None => severity >= Severity::Warning && !NOT.contains(&code),
        };
        codes.has(code, recommended)
    }
}

/// Whether what is found does no harm in a RUN:
///
/// - SC2034: the base image may export the variable, or the value is a command run for its effect;
/// - SC2164: the status of a `cd` that ends the script is that of the RUN, and `cd -` only goes back;
/// - SC3037: `/bin/echo` is no part of the shell.
fn is_harmless(facts: &Facts<'_>, node: &Node<'_>, script: &Script, finding: &LintFinding) -> bool {
    let commands = script.commands.iter();
    let holds = |span: Span| span.start <= finding.span.start && finding.span.end <= span.end;
    match AsRef::<str>::as_ref(&finding.code) {
        "SC2034" => commands
            .flat_map(|c| &c.assignments)
            .filter(|a| holds(a.span))
            .any(|a| {
                let is_run = |p: &WordPart| matches!(p, WordPart::CommandSubstitution { .. });
                let shouts = !a.name.contains(|c: char| c.is_ascii_lowercase());
                a.value.parts.iter().any(is_run)
                    || shouts && facts.definition(node.index, &a.name) != Definition::Nothing
            }),
        "SC2164" => script.commands.last().is_some_and(|c| {
            let top = script.frames.get(c.frame);
            holds(c.span) && c.pipeline.is_none() && top.is_some_and(|f| f.kind == FrameKind::Top)
        }),
        "SC3037" => commands
            .filter(|c| holds(c.span))
            .any(|c| c.words.first().is_some_and(|w| w.raw.contains('/'))),
        _ => false,
    }
}

/// Whether a command may set variables that cannot be seen: `. file`, `eval`, `export $(…)`.
fn sets_unseen(command: &Command) -> bool {
    match command.name.as_str() {
        _ if runs_unseen(command) => true,
        "export" | "declare" | "typeset" | "local" | "readonly" | "read" => command
            .args()
            .iter()
            .any(|w| w.prefix().is_empty() && !w.parts.is_empty()),
        _ => false,
    }
}

/// Whether a command runs in the shell itself what cannot be seen.
fn runs_unseen(command: &Command) -> bool {
    matches!(command.name.as_str(), "." | "source" | "eval")
}

fn severity_of(level: LintLevel) -> Severity {
    match level {
        LintLevel::Style => Severity::Style,
        LintLevel::Info => Severity::Info,
        LintLevel::Warning => Severity::Warning,
        LintLevel::Error => Severity::Error,
    }
}

fn report(cx: &mut Context<'_>, finding: LintFinding) {
    let code = finding.code.as_str();
    let report = cx
        .report(finding.span, finding.message)
        .code(code, severity_of(finding.level))
        .help(format!("see https://www.shellcheck.net/wiki/{code}"));
    if let Some(fix) = finding.fix {
        let edits = fix.edits.into_iter();
        let edits = edits.map(|(span, content)| Edit::replace(span, content));
        let trust = match fix.safe {
            true => Applicability::Safe,
            false => Applicability::Unsafe,
        };
        report.fix(Fix::new(fix.title, edits.collect(), trust));
    }
}
