//! The back end in this process: the checks of `shuck-linter`.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use shuck_linter::{
    AmbientShellOptions, AnalysisRequest, LinterSettings, RuleSet, ShellCheckCodeMap, ShellDialect,
};
use shuck_parser::parser::Parser;

use super::flow::{self, Value};
use super::own::is_disabled;
use super::pieces::{PieceKind, pieces};
use super::script::{RunScript, finding, fix_of};
use super::table::{self, CODES};
use super::{code_of, ends, needs};
use crate::diagnostic::{Diagnostic, Severity};
use crate::shell::{self, Command, Connector, Dialect, ShellOptions};

/// An expansion that may be split.
const SPLITS: &str = "SC2086";

/// A function that is called before it is defined.
const EARLY_CALL: &str = "SC2218";

/// In scripts with more functions it is not looked for.
const MOST_FUNCTIONS: usize = 12;

/// The codes that comments in a script may name.
static MAP: LazyLock<ShellCheckCodeMap> = LazyLock::new(ShellCheckCodeMap::default);

/// The rules to run.
pub(super) struct Checks {
    rules: RuleSet,
    /// Whether expansions that may be split are looked for.
    splits: bool,
    seen: Seen,
}

/// How many bytes of text and findings are kept at most.
const MOST_SEEN: usize = 4 << 20;

/// What decides about the findings in a text, besides the rules.
type Shell = (ShellDialect, ShellOptions);

/// What was found in scripts, so that equal ones are checked once: in the builds of a file, in the
/// rounds of fixing it, and in files that resemble each other. Findings depend on nothing but what
/// they are kept under.
#[derive(Default)]
struct Seen {
    state: Mutex<SeenState>,
}

#[derive(Default)]
struct SeenState {
    found: HashMap<Shell, HashMap<String, Arc<[Diagnostic]>>>,
    size: usize,
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, SeenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, shell: Shell, text: &str) -> Option<Arc<[Diagnostic]>> {
        self.state().found.get(&shell)?.get(text).cloned()
    }

    fn add(&self, shell: Shell, text: &str, found: Arc<[Diagnostic]>) {
        let mut state = self.state();
        let size = text.len() + found.len() * size_of::<Diagnostic>();
        if state.size + size <= MOST_SEEN {
            state.size += size;
            let texts = state.found.entry(shell).or_default();
            texts.insert(text.to_owned(), found);
        }
    }
}

impl Checks {
    pub(super) fn of(mut wants: impl FnMut(&str, Severity) -> bool) -> Self {
        let codes = CODES.iter().filter(|c| wants(c.name(), c.severity));
        let rules: RuleSet = codes.map(|c| c.rule).collect();
        let mut splits = CODES.iter().filter(|c| c.name() == SPLITS);
        Self {
            splits: splits.any(|c| rules.contains(c.rule)),
            seen: Seen::default(),
            rules,
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        CODES
            .iter()
            .any(|c| c.name().eq_ignore_ascii_case(code) && self.rules.contains(c.rule))
    }
}

/// The code that ShellCheck gives to what a rule finds, by what is written there.
fn told_apart<'c>(code: &'c str, written: &str) -> Option<&'c str> {
    match code {
        // `x*` is a pattern for files, `foo*` repeats the last letter, and what repeats something
        // else may be meant.
        "SC2022" => {
            let pattern = written.trim_matches(['"', '\'']);
            let (before, behind) = pattern.split_once('*')?;
            let last = before.chars().next_back()?;
            match last.is_ascii_alphanumeric() {
                true if behind.is_empty() && before.len() == 1 => Some("SC2063"),
                repeats => repeats.then_some(code),
            }
        }
        // A list in one word: quoted, or with commas.
        "SC2043" => match pieces(written, 0).as_slice() {
            [only] if only.kind == PieceKind::Single => Some("SC2041"),
            [only] if only.kind == PieceKind::Double && !only.is_constant() => Some("SC2066"),
            [only] if only.kind == PieceKind::Literal && only.text.contains(',') => Some("SC2042"),
            _ => Some(code),
        },
        _ => Some(code),
    }
}

/// The findings in a script, on its bytes.
pub(super) fn findings(script: &RunScript<'_>, checks: &Checks) -> Vec<Diagnostic> {
    if checks.rules.is_empty() || is_plain(script) {
        return Vec::new();
    }
    let dialect = dialect_of(&script.dialect);
    let shell = (dialect, script.options);
    let text = script.text.text();
    let rules = match dialect {
        ShellDialect::Zsh => checks.rules,
        _ => needs::prospects(checks.rules, &shell::plain(text), script.script),
    };
    if rules.is_empty() {
        return Vec::new();
    }
    if let Some(known) = checks.seen.get(shell, text) {
        return known.to_vec();
    }
    let found = findings_in(text, shell, rules, checks.splits);
    checks.seen.add(shell, text, found.as_slice().into());
    found
}

fn dialect_of(dialect: &Dialect) -> ShellDialect {
    match dialect {
        Dialect::Bash => ShellDialect::Bash,
        Dialect::Ksh => ShellDialect::Ksh,
        Dialect::Zsh => ShellDialect::Zsh,
        Dialect::Dash => ShellDialect::Dash,
        _ => ShellDialect::Sh,
    }
}

/// Commands whose arguments no check looks at, where these are plain words.
const UNSUSPECTED: [&str; 31] = [
    "add-apt-repository",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "bundle",
    "bun",
    "cargo",
    "cmake",
    "composer",
    "dnf",
    "dotnet",
    "gem",
    "go",
    "gradle",
    "groupadd",
    "make",
    "mvn",
    "node",
    "npm",
    "pip",
    "pip3",
    "pnpm",
    "poetry",
    "python",
    "python3",
    "useradd",
    "uv",
    "yarn",
    "yum",
];

/// Whether a script is so plain that no rule has anything to look at: nothing but words of letters
/// given to commands that none of them knows, joined by `&&`.
fn is_plain(script: &RunScript<'_>) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"/._-+:@% \n\t&".contains(&b);
    let keywords = [
        "if", "then", "else", "elif", "fi", "for", "do", "done", "while", "until", "case", "esac",
        "in", "select", "function", "time", "coproc",
    ];
    let is_known = |c: &Command| {
        UNSUSPECTED.contains(&c.name.as_str())
            && c.wrappers.is_empty()
            && matches!(c.connector, Connector::Start | Connector::AndAnd)
            && c.words.iter().all(|w| !keywords.contains(&w.raw.as_str()))
            && c.words.first().is_some_and(|w| w.raw == c.name)
    };
    script.text.text().bytes().all(is_letter)
        && script.script.frames.len() == 1
        && script.script.errors.is_empty()
        && script.script.commands.iter().all(is_known)
}

/// Whether a comment in a script may switch checks off.
fn has_directive(text: &str) -> bool {
    let has = |word: &str| {
        let mut windows = text.as_bytes().windows(word.len());
        windows.any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
    };
    text.contains('#') && (has("shellcheck") || has("shuck"))
}

/// The findings in a text.
fn findings_in(text: &str, shell: Shell, rules: RuleSet, splits: bool) -> Vec<Diagnostic> {
    let (shell, options) = shell;
    let mut settings = LinterSettings::default().with_shell(shell);
    settings.rules = rules;
    // It asks again for each way on which functions call each other.
    let functions = ["()", "function "].map(|word| text.matches(word).count());
    if functions.iter().sum::<usize>() > MOST_FUNCTIONS {
        let early = CODES.iter().find(|c| c.name() == EARLY_CALL);
        early.iter().for_each(|c| settings.rules.remove(c.rule));
    }
    settings.resolve_source_closure = false;
    let options = AmbientShellOptions {
        errexit: options.errexit,
        pipefail: options.pipefail,
    };
    let settings = settings.with_ambient_shell_options(options);
    let source: &str = &shell::plain(text);
    let wants_uses = splits && text.contains('$');
    // One script that the checks fail on must not cost the findings of the rest.
    let found = catch_unwind(AssertUnwindSafe(|| {
        let mut parsed = Parser::with_dialect(source, shell.parser_dialect()).parse();
        ends::forget(&mut parsed.file.body);
        let uses = if wants_uses && parsed.diagnostics.is_empty() {
            flow::uses(&parsed.file, source)
        } else {
            Vec::new()
        };
        let request = AnalysisRequest::from_parse_result(&parsed, source, &settings);
        let request = if has_directive(source) {
            request.with_shellcheck_map(&MAP)
        } else {
            request.without_suppressions()
        };
        let found = request.lint();
        (found, uses)
    }));
    let (found, uses) = found.unwrap_or_default();
    let mut found: Vec<Diagnostic> = found
        .into_iter()
        .filter_map(|d| {
            let code = table::code_of(d.rule)?;
            let end = source.len();
            let start = d.span.start.offset().min(end);
            let range = start..d.span.end.offset().clamp(start, end);
            if code.is_renamed && is_disabled(text, code.name(), |line| line <= start) {
                return None;
            }
            let written = source.get(range.clone()).unwrap_or_default();
            let name = told_apart(code.name(), written)?;
            let severity = match name {
                "SC2066" => Severity::Error,
                "SC2063" | "SC2041" | "SC2042" => Severity::Warning,
                _ => code.severity,
            };
            let mut finding = finding(name, severity, range, d.message);
            finding.fix = d.fix.and_then(|fix| {
                let edits = fix.edits().iter().map(|e| {
                    let range = e.range();
                    let range = usize::from(range.start())..usize::from(range.end());
                    (range, e.content().to_owned())
                });
                fix_of(name, d.fix_title, edits)
            });
            Some(finding)
        })
        .collect();
    found.retain(|f| {
        let whole = |u: &flow::Use| u.plain && u.value == Value::Whole && u.range == f.span.range();
        code_of(f) != SPLITS || !uses.iter().any(whole)
    });
    for u in uses.into_iter().filter(|u| u.value != Value::Whole) {
        let is_it = |f: &Diagnostic| f.span.range() == u.range && code_of(f) == SPLITS;
        if !found.iter().any(is_it) && !is_disabled(text, SPLITS, |line| line <= u.range.start) {
            let written = source.get(u.range.clone()).unwrap_or_default();
            let quoted = (u.range.clone(), format!("\"{written}\""));
            let title = "quote the parameter expansion".to_owned();
            let message = "quote parameter expansions to avoid word splitting and globbing";
            let mut finding = finding(SPLITS, Severity::Info, u.range, message);
            finding.fix = fix_of(SPLITS, Some(title), std::iter::once(quoted));
            found.push(finding);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::codes::{NEVER, is_recommended};
    use super::*;
    use crate::span::MappedText;

    /// The script, in a shell without options.
    fn found(text: &str, checks: &Checks) -> Vec<Diagnostic> {
        let shell = (ShellDialect::Bash, ShellOptions::default());
        findings_in(text, shell, checks.rules, checks.splits)
    }

    #[test]
    fn no_rule_finds_anything_in_what_is_plain() {
        let checks = Checks::of(|_, _| true);
        for name in UNSUSPECTED {
            for arguments in [
                "",
                " install -y --no-install-recommends a1 b-c d.e /f",
                " -r a@1.2 ../b ./c d:e %f +g && apt-get update",
                " update\n",
                " -c -e -i - -- 1 0 true false echo a/b/ && make",
            ] {
                let text = format!("{name}{arguments}");
                let codes: Vec<_> = found(&text, &checks).into_iter().map(|f| f.code).collect();
                assert!(codes.is_empty(), "{text}: {codes:?}");
            }
        }
    }

    /// A finding for each code that is known: most from the examples of `shuck-linter`.
    const FRAGMENTS: &str = include_str!("../../../../testdata/shellcheck/fragments.json");

    #[test]
    fn a_rule_that_is_not_asked_would_have_found_nothing() {
        let fragments: Vec<String> = serde_json::from_str(FRAGMENTS).unwrap();
        let next = fragments.iter().cycle().skip(61);
        let pairs = fragments.iter().zip(next).map(|(a, b)| format!("{a}\n{b}"));
        let checks = Checks::of(|_, _| true);
        let mut codes = BTreeSet::new();
        let pairs = pairs.map(|text| (text, Dialect::Dash));
        let singles = fragments.iter().map(|text| (text.clone(), Dialect::Bash));
        for (text, dialect) in pairs.chain(singles) {
            let mapped = MappedText::verbatim(&text, 0);
            let script = shell::parse(&mapped, &dialect);
            let shell = (dialect_of(&dialect), ShellOptions::default());
            let all = findings_in(&text, shell, checks.rules, true);
            let rules = needs::prospects(checks.rules, &shell::plain(&text), &script);
            let asked = findings_in(&text, shell, rules, true);
            assert_eq!(format!("{asked:?}"), format!("{all:?}"), "{text}");
            codes.extend(all.into_iter().filter_map(|f| f.code));
        }
        assert!(codes.len() > 200, "{}: {codes:?}", codes.len());
    }

    #[test]
    fn scripts_without_anything_to_find_are_not_checked() {
        let checks =
            Checks::of(|code, severity| !NEVER.contains(&code) && is_recommended(code, severity));
        for text in [
            "apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*",
            "set -eux; x=\"$(uname -m)\"; curl -fsSL \"https://a/$x\" | tar -xz; rm -r /tmp/*",
            "if test -e /etc/x; then echo a >> /etc/x; else cp /a /b; fi",
        ] {
            let script = shell::parse(&MappedText::verbatim(text, 0), &Dialect::Dash);
            let prospects = needs::prospects(checks.rules, text, &script);
            assert!(prospects.is_empty(), "{text}: {prospects:?}");
        }
    }

    #[test]
    fn equal_scripts_are_checked_once_and_what_is_kept_has_a_bound() {
        let seen = Seen::default();
        let shell = (ShellDialect::Sh, ShellOptions::default());
        let checks = Checks::of(|_, _| true);
        let known: Arc<[Diagnostic]> = found("cd x", &checks).into();
        assert_eq!(known.len(), 1);
        seen.add(shell, "cd x", Arc::clone(&known));
        let again = seen.get(shell, "cd x").unwrap();
        assert!(Arc::ptr_eq(&again, &known));
        let errexit = ShellOptions {
            errexit: true,
            ..ShellOptions::default()
        };
        for other in [(ShellDialect::Bash, shell.1), (shell.0, errexit)] {
            assert!(seen.get(other, "cd x").is_none());
        }
        for number in 0..100 {
            let text = format!("{number}{}", "a".repeat(MOST_SEEN / 50));
            seen.add(shell, &text, Arc::default());
        }
        assert!(seen.state().size <= MOST_SEEN);
        assert!(seen.get(shell, "cd x").is_some());
    }
}
