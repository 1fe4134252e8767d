//! The back end in this process: the checks of `shuck-linter`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use shuck_linter::{
    AmbientShellOptions, AnalysisRequest, LinterSettings, Rule, RuleSet, ShellCheckCodeMap,
    ShellCheckLevel, ShellDialect, rule_metadata,
};
use shuck_parser::parser::Parser;

use super::{Dialect, LintLevel, Raw, RawFix, Surroundings};

/// A code and the rule that finds it.
struct Code {
    rule: Rule,
    name: String,
    level: LintLevel,
}

/// Every code that has a rule, by rule. Made when the first script is looked at.
static CODES: LazyLock<Vec<Code>> = LazyLock::new(|| {
    let mut codes: Vec<Code> = MAP
        .mappings()
        .map(|(number, rule)| Code {
            rule,
            name: format!("SC{number:04}"),
            level: match rule_metadata(rule).and_then(|m| m.shellcheck_level) {
                Some(ShellCheckLevel::Style) => LintLevel::Style,
                Some(ShellCheckLevel::Info) => LintLevel::Info,
                Some(ShellCheckLevel::Error) => LintLevel::Error,
                Some(ShellCheckLevel::Warning) | None => LintLevel::Warning,
            },
        })
        .collect();
    codes.sort_by_key(|c| c.rule.code());
    codes
});

static MAP: LazyLock<ShellCheckCodeMap> = LazyLock::new(ShellCheckCodeMap::default);

/// The rules to run.
pub(super) struct Checks {
    rules: RuleSet,
}

impl Checks {
    pub(super) fn of(mut wants: impl FnMut(&'static str, LintLevel) -> bool) -> Self {
        let codes = CODES.iter().filter(|c| wants(&c.name, c.level));
        Self {
            rules: codes.map(|c| c.rule).collect(),
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        MAP.resolve(&code.to_ascii_uppercase())
            .is_some_and(|rule| self.rules.contains(rule))
    }
}

/// The findings in a script.
pub(super) fn lint(text: &str, around: &Surroundings<'_>, checks: &Checks) -> Vec<Raw> {
    if checks.rules.is_empty() {
        return Vec::new();
    }
    let shell = match around.dialect {
        Dialect::Bash => ShellDialect::Bash,
        Dialect::Ksh => ShellDialect::Ksh,
        Dialect::Zsh => ShellDialect::Zsh,
        Dialect::Dash => ShellDialect::Dash,
        _ => ShellDialect::Sh,
    };
    let mut settings = LinterSettings::default().with_shell(shell);
    settings.rules = checks.rules;
    settings.resolve_source_closure = false;
    let options = AmbientShellOptions {
        errexit: around.options.errexit,
        pipefail: around.options.pipefail,
    };
    let settings = settings.with_ambient_shell_options(options);
    let text = crate::shell::read::plain(text);
    let source: &str = &text;
    // One script that the checks fail on must not cost the findings of the rest.
    let found = catch_unwind(AssertUnwindSafe(|| {
        let parsed = Parser::with_dialect(source, shell.parser_dialect()).parse();
        AnalysisRequest::from_parse_result(&parsed, source, &settings)
            .with_shellcheck_map(&MAP)
            .lint()
    }));
    let found = found.unwrap_or_default().into_iter();
    found
        .filter_map(|d| {
            let at = CODES
                .binary_search_by_key(&d.code(), |c| c.rule.code())
                .ok()?;
            let code = CODES.get(at)?;
            let end = source.len();
            let start = d.span.start.offset().min(end);
            Some(Raw {
                code: code.name.clone(),
                level: code.level,
                range: start..d.span.end.offset().clamp(start, end),
                message: d.message,
                fix: d.fix.map(|fix| RawFix {
                    title: d.fix_title,
                    edits: fix
                        .edits()
                        .iter()
                        .map(|e| {
                            let range = e.range();
                            let range = usize::from(range.start())..usize::from(range.end());
                            (range, e.content().to_owned())
                        })
                        .collect(),
                }),
            })
        })
        .collect()
}
