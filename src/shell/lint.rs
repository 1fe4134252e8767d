//! ShellCheck's findings in a script, at their places in the Dockerfile.
//!
//! A back end looks at the script's text and gives [`Raw`] findings on ranges of it; what is
//! known of the Dockerfile around it, and the way back to the file's bytes, are the same for
//! every back end and stand here.

#[cfg(feature = "shell-lint")]
mod brackets;
#[cfg(feature = "shell-lint")]
mod ends;
mod external;
#[cfg(feature = "shell-lint")]
mod flow;
#[cfg(feature = "shell-lint")]
mod native;
#[cfg(feature = "shell-lint")]
mod own;
#[cfg_attr(not(feature = "shell-lint"), allow(dead_code))]
mod pieces;
#[cfg(feature = "shell-lint")]
mod usage;

use std::ops::Range;

pub use external::{External, ExternalError};

use self::pieces::PieceKind;
use super::{
    Assignment, AssignmentKind, Command, Dialect, Redirect, RedirectKind, Script, ShellOptions,
    Word, WordPart,
};
use crate::span::{MappedText, Span};

/// How bad ShellCheck calls what one of its codes stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintLevel {
    /// A matter of taste.
    Style,
    /// Worth knowing.
    Info,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

/// A finding in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFinding {
    /// ShellCheck's code: `SC2086`.
    pub code: String,
    /// How bad it is.
    pub level: LintLevel,
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// How to mend it, if that can be done without touching a continuation.
    pub fix: Option<LintFix>,
}

/// A way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFix {
    /// What it does.
    pub title: String,
    /// Whether the script does the same in all else.
    pub safe: bool,
    /// What is replaced by what.
    pub edits: Vec<(Span, String)>,
}

/// What surrounds a script.
pub struct Surroundings<'s> {
    /// The shell that runs it.
    pub dialect: &'s Dialect,
    /// The options that shell was started with.
    pub options: ShellOptions,
    /// Whether a variable is set before the script starts.
    pub is_set: &'s dyn Fn(&str) -> bool,
    /// Whether a variable is known to be set, and not to nothing.
    pub is_filled: &'s dyn Fn(&str) -> bool,
}

/// Who looks at the scripts.
pub enum Backend<'b> {
    /// The checks of this program.
    Native(&'b Checks),
    /// The program `shellcheck`, and the codes that are wanted of it.
    External(&'b External, &'b dyn Fn(&str, LintLevel) -> bool),
}

/// A finding as a back end gives it.
#[derive(Debug, Clone)]
struct Raw {
    code: String,
    level: LintLevel,
    range: Range<usize>,
    message: String,
    fix: Option<RawFix>,
}

/// A fix on ranges of the script's text.
#[derive(Debug, Clone)]
struct RawFix {
    title: Option<String>,
    edits: Vec<(Range<usize>, String)>,
}

/// The codes to look for.
pub struct Checks {
    #[cfg(feature = "shell-lint")]
    native: native::Checks,
    /// The codes found here that are looked for.
    #[cfg(feature = "shell-lint")]
    own: Vec<&'static str>,
}

/// Codes that say nothing of a Dockerfile: the file has no `#!` line that could be missing, a
/// `sourced` file is one of the image, and that ash is taken for a POSIX shell is no finding.
const NEVER: [&str; 9] = [
    "SC1008", "SC1071", "SC1090", "SC1091", "SC2096", "SC2148", "SC2187", "SC2239", "SC1128",
];

/// Checks that ShellCheck itself does only when asked to.
#[cfg_attr(not(feature = "shell-lint"), allow(dead_code))]
const OPTIONAL: [&str; 10] = [
    "SC2002", "SC2230", "SC2244", "SC2248", "SC2249", "SC2250", "SC2292", "SC2310", "SC2311",
    "SC2312",
];

/// What BusyBox's shell has though POSIX has not, with the options that Alpine builds it with:
/// `<( )`, `$' '`, `[[ ]]` with `==` and `=~`, `++` and `**`, `&>`, flags of `echo`, `let`,
/// `source`, `set -o pipefail`, names like SIGTERM, `${x:1:2}`, `${x/a/b}`.
const BUSYBOX_HAS: [&str; 16] = [
    "SC3001", "SC3003", "SC3010", "SC3014", "SC3015", "SC3018", "SC3019", "SC3020", "SC3036",
    "SC3037", "SC3039", "SC3040", "SC3046", "SC3048", "SC3057", "SC3060",
];

/// What Debian's shell has though POSIX has not: `local`, and `ulimit` with most flags.
const DASH_HAS: [&str; 1] = ["SC3043"];

/// Flags of `echo` in Debian's shell and in any `sh`. They are reported as the second, which is what
/// hadolint's users have in their comments.
const DASH_ECHO: &str = "SC3036";
const SH_ECHO: &str = "SC3037";

/// A script of more commands is not looked at: the checks take quadratic time and memory, a second
/// and 400 MB for 2,000 commands. Of 3,000 public Dockerfiles none has more than about 110.
const MOST_COMMANDS: usize = 1_000;

/// The variables that a build has without a declaration, in small letters as ShellCheck asks for
/// these only.
const PREDEFINED: [&str; 5] = [
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The codes whose fixes say what was meant; of the others some only silence the finding.
const MENDS: [&str; 18] = [
    "SC2006", "SC2021", "SC2035", "SC2038", "SC2046", "SC2048", "SC2061", "SC2068", "SC2086",
    "SC2102", "SC2162", "SC2164", "SC2196", "SC2197", "SC2231", "SC3014", "SC3020", "SC3046",
];

/// Those of them that change nothing else.
const MENDS_SAFELY: [&str; 2] = ["SC2196", "SC2197"];

impl Checks {
    /// The codes for which `wants` says so.
    #[cfg_attr(not(feature = "shell-lint"), allow(unused))]
    pub fn of(mut wants: impl FnMut(&'static str, LintLevel) -> bool) -> Self {
        Self {
            #[cfg(feature = "shell-lint")]
            native: native::Checks::of(|code, level| {
                !NEVER.contains(&code) && !OPTIONAL.contains(&code) && wants(code, level)
            }),
            #[cfg(feature = "shell-lint")]
            own: own::codes()
                .filter(|(code, level)| wants(code, *level))
                .map(|(code, _)| code)
                .collect(),
        }
    }

    /// Whether a code is looked for.
    #[cfg_attr(not(feature = "shell-lint"), allow(unused))]
    pub fn has(&self, code: &str) -> bool {
        #[cfg(feature = "shell-lint")]
        return self.native.has(code) || self.own.iter().any(|c| c.eq_ignore_ascii_case(code));
        #[cfg(not(feature = "shell-lint"))]
        false
    }
}

/// Whether this build can find anything.
pub fn is_available() -> bool {
    cfg!(feature = "shell-lint")
}

/// The findings in a script. A script in no POSIX shell's language has none.
pub fn lint(
    text: &MappedText,
    script: &Script,
    around: &Surroundings<'_>,
    backend: &Backend<'_>,
) -> Vec<LintFinding> {
    let is_too_much = || {
        script.commands.len() > MOST_COMMANDS || super::read::beyond_limits(text.text()).is_some()
    };
    if !around.dialect.is_posix() || is_too_much() {
        return Vec::new();
    }
    let raw = match backend {
        Backend::Native(checks) => raw(text, around, checks),
        Backend::External(program, wants) => {
            let mut raw = program.lint(text.text(), around);
            for raw in raw.iter_mut().filter(|r| r.code == DASH_ECHO) {
                raw.code = SH_ECHO.to_owned();
            }
            raw.retain(|r| !NEVER.contains(&r.code.as_str()) && wants(&r.code, r.level));
            raw
        }
    };
    let raw = raw
        .into_iter()
        .filter(|raw| !is_beside_the_point(raw, text, script, around));
    let raw = raw.map(|raw| match may_be_list(&raw, text, script) {
        true => Raw { fix: None, ..raw },
        false => raw,
    });
    let mut found: Vec<LintFinding> = raw.map(|raw| placed(raw, text)).collect();
    if let Backend::Native(checks) = backend {
        add_own(&mut found, text, script, around, checks);
    }
    // In POSIX terms the meaning is open; in a shell that is known it is an error.
    if matches!(around.dialect, Dialect::Dash | Dialect::Ash) {
        let portability = found.iter_mut().filter(|f| f.code.starts_with("SC3"));
        portability.for_each(|f| f.level = LintLevel::Error);
    }
    found
}

/// Adds what the back end in this process does not find.
#[cfg(feature = "shell-lint")]
fn add_own(
    found: &mut Vec<LintFinding>,
    text: &MappedText,
    script: &Script,
    around: &Surroundings<'_>,
    checks: &Checks,
) {
    if own::may_be_foreign(text, script, found) {
        found.clear();
        return;
    }
    let mut own = own::lint(text, script, around, found);
    // Of a script that cannot be read, the rest is a guess.
    if own.iter().any(|f| own::ENDS.contains(&f.code.as_str())) {
        found.retain(|f| f.code.starts_with("SC1"));
        own.retain(|f| f.code.starts_with("SC1"));
    }
    own.retain(|f| checks.own.contains(&f.code.as_str()));
    found.extend(own);
}

#[cfg(not(feature = "shell-lint"))]
fn add_own(_: &mut Vec<LintFinding>, _: &MappedText, _: &Script, _: &Surroundings<'_>, _: &Checks) {
}

#[cfg(feature = "shell-lint")]
fn raw(text: &MappedText, around: &Surroundings<'_>, checks: &Checks) -> Vec<Raw> {
    native::lint(text, around, &checks.native)
}

#[cfg(not(feature = "shell-lint"))]
fn raw(_: &MappedText, _: &Surroundings<'_>, _: &Checks) -> Vec<Raw> {
    Vec::new()
}

/// Whether the Dockerfile around the script answers a finding.
fn is_beside_the_point(
    raw: &Raw,
    text: &MappedText,
    script: &Script,
    around: &Surroundings<'_>,
) -> bool {
    let written = text.text().get(raw.range.clone()).unwrap_or_default();
    match raw.code.as_str() {
        "SC2153" | "SC2154" | "SC3028" => variables(written)
            .next()
            .is_some_and(|name| PREDEFINED.contains(&name) || (around.is_set)(name)),
        "SC2115" => {
            variables(written).next().is_some()
                && variables(written).all(|name| {
                    let assigned = || format!("{name}=");
                    (around.is_filled)(name) && !text.text().contains(&assigned())
                })
        }
        // All shells but the oldest split nothing in `export X=$Y`; the standard has it so since 2024.
        "SC2046" | "SC2086" if *around.dialect != Dialect::Sh => {
            let commands = script.commands.iter();
            let declared = commands
                .flat_map(|c| &c.assignments)
                .filter(|a| a.kind == AssignmentKind::Declared);
            let place = text.span(raw.range.clone());
            declared
                .flat_map(|a| &a.value.parts)
                .any(|part| match part {
                    WordPart::Variable { span, .. }
                    | WordPart::CommandSubstitution { span, .. } => *span == place,
                    _ => false,
                })
        }
        // What the build has set is handed to every command, and so is its new value. What is added
        // to was used.
        "SC2034" => {
            let behind = text.text().get(raw.range.end..).unwrap_or_default();
            behind.starts_with("+=")
                || identifier(written).is_some_and(|name| (around.is_set)(name))
        }
        // A script for another shell expands there, also where that has a path (`/bin/bash -c '…'`).
        "SC2016" => {
            let at = text.span(raw.range.clone()).start;
            let mut commands = script.commands.iter();
            commands.any(|c| {
                c.span.contains(at)
                    && c.words
                        .first()
                        .is_some_and(|w| w.is("/bin/bash") || w.is("/bin/sh"))
            })
        }
        // Conditions have codes of their own for that.
        "SC2035" | "SC2210" => script.commands.iter().any(|c| {
            let at = raw.range.start;
            let nests = |w: &Word| {
                w.range.contains(&at)
                    && pieces::pieces(&w.raw, w.range.start)
                        .iter()
                        .any(|p| p.kind == PieceKind::Command && p.range.contains(&at))
            };
            c.name == "["
                && c.wrappers.is_empty()
                && c.range.contains(&at)
                && c.words.last().is_some_and(|w| at < w.range.start)
                && !c.words.iter().any(nests)
        }),
        // Not quoted, they are patterns for files, and SC2060.
        "SC2021" => !written.starts_with(['"', '\'']),
        // Both go on to where a later redirection points.
        "SC2261" => script.commands.iter().any(|c| {
            let points = |r: &Redirect| r.kind == RedirectKind::DupOutput;
            c.range.contains(&raw.range.start) && c.redirects.iter().any(points)
        }),
        // With a variable before it, it is no condition to ShellCheck.
        "SC2166" | "SC3014" if is_behind_variable(raw, script) => true,
        // What the shell puts there is not known.
        "SC2194" => {
            written.starts_with('~')
                || pieces::pieces(written, 0)
                    .iter()
                    .any(|p| matches!(p.kind, PieceKind::Glob | PieceKind::Braces))
        }
        // `echo` is not the command that is run.
        "SC2116" => written
            .trim_start_matches(['$', '(', '`', ' '])
            .starts_with("sudo "),
        // The function was defined before, perhaps otherwise.
        "SC2218" => {
            let before = text.text().get(..raw.range.start).unwrap_or_default();
            before.contains(&format!("{written}()"))
        }
        // The name of a program is what these variables hold.
        "SC2209" => {
            let holds = ["BROWSER", "EDITOR", "PAGER", "SHELL", "VISUAL"];
            let name = identifier(written).unwrap_or_default();
            holds.contains(&name.rsplit('_').next().unwrap_or_default())
        }
        // Modes may begin so, and `sed` numbers lines with it.
        "SC2283" => script
            .commands
            .iter()
            .any(|c| takes_equals(c) && c.range.contains(&raw.range.start)),
        // Redirections come after the variable is set.
        "SC2097" | "SC2098" => script.commands.iter().any(|c| {
            let name = variables(written).next().unwrap_or(written);
            let uses = |w: &Word| variables(&w.raw).any(|v| v == name);
            c.range.contains(&raw.range.start)
                && c.redirects.iter().any(|r| uses(&r.target))
                && !c.words.iter().any(uses)
        }),
        // A comma means something to the shell, in braces.
        "SC1001" => text
            .text()
            .get(raw.range.start..)
            .is_some_and(|t| t.starts_with("\\,")),
        // An extended pattern, which is SC3002.
        "SC1036" => written.starts_with(['@', '?', '*', '+', '!']),
        // The checks of this program do not see brackets around alternatives.
        "SC2146" => script.commands.iter().any(|c| {
            c.name == "find"
                && c.range.contains(&raw.range.start)
                && c.literal_args().any(|w| w == "(")
        }),
        // `\x` is an escape with the digits only.
        "SC2028" => {
            let quoted = |p: &pieces::Piece| {
                let raw = text.text().get(p.range.clone()).unwrap_or_default();
                matches!(p.kind, PieceKind::Single | PieceKind::Double) && raw.contains('\\')
            };
            let found = pieces::pieces(written, raw.range.start);
            !found.iter().any(quoted)
                || written.split('\\').skip(1).all(|escape| {
                    let digits = escape.strip_prefix('x');
                    digits.is_some_and(|d| !d.starts_with(|c: char| c.is_ascii_hexdigit()))
                })
        }
        // Debian's shell has `-n`.
        "SC3037" if *around.dialect == Dialect::Dash => written == "-n",
        code => match around.dialect {
            Dialect::Ash => BUSYBOX_HAS.contains(&code) || DASH_HAS.contains(&code),
            Dialect::Dash => DASH_HAS.contains(&code),
            _ => false,
        },
    }
}

/// Whether a command takes words that begin with `=`.
fn takes_equals(command: &Command) -> bool {
    matches!(command.name.as_str(), "chmod" | "sed")
}

/// Whether a finding is in brackets with a variable set before them.
fn is_behind_variable(raw: &Raw, script: &Script) -> bool {
    let before = |a: &Assignment| a.kind == AssignmentKind::Prefix;
    let mut commands = script.commands.iter();
    commands.any(|c| {
        c.name == "[" && c.range.contains(&raw.range.start) && c.assignments.iter().any(before)
    })
}

/// Whether an unquoted expansion is a whole word, so that it may be a list that is meant to be split
/// (`apk add $PACKAGES`) and quoting it would break the build.
fn may_be_list(raw: &Raw, text: &MappedText, script: &Script) -> bool {
    let before = text.text().get(..raw.range.start).unwrap_or_default();
    let after = text.text().get(raw.range.end..).unwrap_or_default();
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || ";&|()<>".contains(c));
    let is_word = ends(before.chars().next_back()) && ends(after.chars().next());
    let takes_one = |c: &Command| {
        matches!(c.name.as_str(), "cd" | "[" | "test")
            && c.range.start <= raw.range.start
            && raw.range.end <= c.range.end
    };
    matches!(raw.code.as_str(), "SC2046" | "SC2086")
        && is_word
        && !script.commands.iter().any(takes_one)
}

/// The names behind the `$` of a piece of a script.
fn variables(written: &str) -> impl Iterator<Item = &str> {
    let behind = written.split('$').skip(1);
    behind.filter_map(|rest| identifier(rest.trim_start_matches('{')))
}

/// The name that a text begins with.
fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    text.get(..end.unwrap_or(text.len()))
}

fn placed(raw: Raw, text: &MappedText) -> LintFinding {
    let fix = raw.fix.filter(|_| MENDS.contains(&raw.code.as_str()));
    let fix = fix.and_then(|fix| {
        let whole = fix
            .edits
            .iter()
            .all(|(range, content)| text.is_contiguous(range.clone()) && !content.contains('\n'));
        let edits = fix.edits.into_iter();
        (whole && edits.len() > 0).then(|| LintFix {
            safe: MENDS_SAFELY.contains(&raw.code.as_str()),
            title: fix.title.unwrap_or_else(|| "rewrite it".to_owned()),
            edits: edits
                .map(|(range, content)| (text.span(range), content))
                .collect(),
        })
    });
    LintFinding {
        code: raw.code,
        level: raw.level,
        span: text.span(raw.range),
        message: raw.message,
        fix,
    }
}

#[cfg(test)]
#[cfg(feature = "shell-lint")]
mod tests {
    use crate::context::Build;
    use crate::engine::{self, ActiveRule, Settings};
    use crate::rule::{CodeChoice, OtherCodes};
    use crate::rules;
    use crate::span::Source;

    /// `line:column code text` of every finding.
    fn found(text: &str) -> Vec<String> {
        let mut rule = ActiveRule::new(rules::by_id(rules::SHELLCHECK).unwrap());
        rule.codes = CodeChoice {
            others: OtherCodes::All,
            ..CodeChoice::default()
        };
        let settings = Settings {
            rules: vec![rule],
            build: Build::default(),
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| {
            let at = report.source.position(d.span.start);
            let code = d.code.as_deref().unwrap();
            let text = report.source.slice(d.span);
            format!("{}:{} {code} {text}", at.line, at.column)
        };
        report.diagnostics.iter().map(show).collect()
    }

    #[test]
    fn a_finding_stands_at_its_bytes_behind_tabs_comments_and_continuations() {
        let text = "FROM x\r\nRUN true \\\r\n# c\r\n\n\té=1; echo é $X\\\r\nY z\r\n";
        assert_eq!(found(text), ["5:14 SC2086 $X\\\r\nY"]);
        let text = "FROM x\nRUN <<-E\n\ttrue\n\t\techo $X\n\tE\nONBUILD RUN echo $Y\n";
        assert_eq!(found(text), ["4:8 SC2086 $X", "6:18 SC2086 $Y"]);
    }

    #[test]
    fn the_shell_that_runs_the_script_decides() {
        let test = |head: &str| found(&format!("{head}\nRUN [[ -e /x ]]\n"));
        assert_eq!(test("FROM debian:12"), ["2:5 SC3010 [[ -e /x ]]"]);
        for head in [
            "FROM alpine:3",
            "FROM fedora:40",
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-c\"]",
            "FROM debian:12 AS a\nSHELL [\"bash\", \"-c\"]\nFROM a",
            "# hadolint shell=bash\nFROM debian:12",
            "FROM debian:12\n# hadolint shell=/bin/bash",
            "FROM debian:12\nSHELL [\"pwsh\", \"-c\"]",
        ] {
            assert_eq!(test(head), Vec::<String>::new(), "{head}");
        }
        let heredoc = |first: &str| found(&format!("FROM debian\nRUN <<E\n{first}\n[[ -e x ]]\nE"));
        assert_eq!(heredoc("#!/bin/bash"), Vec::<String>::new());
        assert_eq!(heredoc("#!/bin/sh"), ["4:1 SC3010 [[ -e x ]]"]);
        assert_eq!(heredoc("#!/usr/bin/python"), Vec::<String>::new());
        // A comment holds for its stage only, and one before the first FROM not for a heir.
        let text =
            "FROM debian AS a\n# hadolint shell=bash\nRUN [[ x ]]\nFROM debian\nRUN [[ -e x ]]";
        let last = found(text);
        assert_eq!(
            last.last().map(String::as_str),
            Some("5:5 SC3010 [[ -e x ]]")
        );
    }

    #[test]
    fn what_the_dockerfile_sets_is_set() {
        let text = "ARG global\nFROM debian\nARG a\nENV b=1\nRUN echo \"$a$b$http_proxy$c$global\"";
        assert_eq!(found(text), ["5:26 SC2154 $c", "5:28 SC2154 $global"]);
        let text = "FROM debian\nENV A=/a\nARG B\nRUN rm -rf \"$A\"/* \"$B\"/*";
        assert_eq!(found(text), ["4:19 SC2115 \"$B\"/*"]);
        assert_eq!(
            found("FROM debian\nARG UID\nRUN echo \"$UID $EUID\""),
            ["3:16 SC3028 $EUID"]
        );
    }

    #[test]
    fn comments_of_shellcheck_work_where_dockerfiles_have_them() {
        let inside =
            "FROM debian\nRUN true; \\\n # shellcheck disable=SC2086 # x\n echo $X; \\\n echo $Y";
        assert_eq!(found(inside), ["5:7 SC2086 $Y"]);
        let heredoc = "FROM debian\nRUN <<E\ntrue\n# shellcheck disable=2086\necho $X\necho $Y\n\
                       # shellcheck disable=SC2226\nln x\nE";
        assert_eq!(found(heredoc), ["6:6 SC2086 $Y"]);
    }

    #[test]
    fn echo_with_backslashes_means_different_things() {
        let run = |echo: &str| found(&format!("FROM fedora:41\nRUN {echo}"));
        for echo in [
            r#"echo 'a\\ b'"#,
            r#"echo 'PS1="\w]\\$ "' > x"#,
            r"echo 'a\x41'",
            r"echo -n '\\;'",
        ] {
            assert_eq!(run(echo).len(), 1, "{echo}");
        }
        for echo in [
            r"echo 'a\x'",
            r"echo -e 'a\\ b'",
            r"echo -ne '\\;'",
            r#"echo "a\\ b""#,
            r"printf 'a\\ b'",
        ] {
            assert_eq!(run(echo), Vec::<String>::new(), "{echo}");
        }
        assert_eq!(found("FROM debian:12\nRUN echo 'a\\\\ b'"), [""; 0]);
    }

    #[test]
    fn a_failure_behind_a_bang_is_lost_unless_someone_asks() {
        let text = "FROM debian\nRUN set -e; ! a | b; ! { c; }; d\n";
        let places = found(text);
        let places: Vec<&str> = places.iter().map(String::as_str).collect();
        assert_eq!(places, ["2:13 SC2251 ! a | b", "2:22 SC2251 ! { c; }"]);
        let lost = |script: &str| {
            let all = found(&format!("FROM debian\nRUN {script}\n"));
            all.iter().any(|f| f.contains("SC2251"))
        };
        for script in [
            "set -e; ! a; b",
            "set -ex; ! a | b; c",
            "set -e; ! { a; b | c; }; d",
            "set -o errexit; for i in 1 2; do ! a; done",
            "set -e; if a; then ! b; fi",
        ] {
            assert!(lost(script), "{script}");
        }
        for script in [
            "! a; b",
            "set -e; a; ! b",
            "set -e; ! a && b; c",
            "set -e; ! a || b; c",
            "set -e; if ! a; then b; fi",
            "set -e; while ! a; do b; done",
            "set -e; sh -c '! a; b'",
            "set -e; a | { ! b; }; c",
        ] {
            assert!(!lost(script), "{script}");
        }
    }

    #[test]
    fn a_condition_of_operators_runs_both_ways_unless_its_result_is_asked_for() {
        let places = |script: &str| -> Vec<String> {
            let all = found(&format!("FROM fedora\nRUN {script}\n"));
            let of = |f: &String| Some(f.strip_suffix(" SC2015 &&")?.to_owned());
            all.iter().filter_map(of).collect()
        };
        for (script, place) in [
            ("a && b || c", "2:7"),
            ("a || b && c || { d; exit 1; }", "2:12"),
            ("a && b || { c; exit 1; } && d || { e; exit 1; }", "2:30"),
            ("x=$(a && { b; } || c); d", "2:11"),
            ("if a && b || c; d; then e; fi", "2:10"),
            ("if d; then a && ! b || sudo true; fi", "2:18"),
        ] {
            assert_eq!(places(script), [place], "{script}");
        }
        for script in [
            "a && b || exit 1",
            "a && b || c && d",
            "a && b || c || d",
            "a && [ b ] || c",
            "a && b || x=1",
            "a && b || echo c",
            "if a && b || c; then d; fi",
            "(a; b && c || d) && e",
            "echo $(a && b || c) && d",
            "for i in 1; do a && b || c; done || exit",
            "sh -c 'a && b || c'",
        ] {
            assert_eq!(places(script), Vec::<String>::new(), "{script}");
        }
    }

    #[test]
    fn arguments_that_are_missing_or_mean_less() {
        let code = |script: &str| {
            let all = found(&format!("FROM debian\nRUN {script}\n"));
            all.join(", ")
        };
        assert_eq!(code("ln -s /x/y"), "2:5 SC2226 ln -s /x/y");
        assert_eq!(code("ln -s /x/y z; ln -t a b; ln /x/*"), "");
        assert_eq!(
            code("find -name x; find -L -name y"),
            "2:5 SC2185 find, 2:19 SC2185 find"
        );
        assert_eq!(code("find . -name x; find -L . ; find \"$D\""), "");
        assert_eq!(code("mkdir -p -m 700 a/b"), "2:14 SC2174 -m");
        assert_eq!(
            code("mkdir -p -m 700 a; mkdir -m 700 a/b; mkdir -p ../a"),
            ""
        );
    }

    #[test]
    fn functions_that_call_each_other_over_and_over_are_soon_done() {
        for open in ["f{}() {", "function f{} {"] {
            let mut script = String::new();
            for number in 0..80 {
                let next = format!("f{}", number + 1);
                let head = open.replace("{}", &number.to_string());
                script += &format!("{head} {next}; {next}; }}; ");
            }
            let all = found(&format!("FROM fedora\nRUN {script}f0; echo $1\n"));
            assert!(all.iter().any(|f| f.contains("SC2086")), "{all:?}");
        }
    }

    #[test]
    fn a_script_that_cannot_be_read_says_where_and_nothing_that_is_a_guess() {
        let code = |script: &str| {
            let all = found(&format!("FROM debian\nRUN {script}\n"));
            all.join(", ")
        };
        assert_eq!(code("echo $X; if x; then"), "2:20 SC1072 then");
        assert_eq!(code("echo \"a"), "2:10 SC1072 \"a");
        assert_eq!(code("a &&"), "2:7 SC1072 &&");
        assert_eq!(code("a || { b }"), "2:14 SC1072 }");
        assert_eq!(code("a; \\\n  done # x"), "3:3 SC1089 done");
        assert_eq!(code("a )"), "2:7 SC1089 )");
        // A keyword is one where a command begins, and `in` not even there.
        for read in ["a && in b", "in", "X=1 done", "X=' a ' esac && b"] {
            let codes = code(read);
            assert!(!codes.contains("SC1"), "{read}: {codes}");
        }
        for damaged in ["X=1 a \"b", "X=1 a &&", "X=1 a | ( b", "for in in a; b"] {
            let codes = code(damaged);
            assert!(codes.contains("SC1072"), "{damaged}: {codes}");
        }
        assert_eq!(code("[ a]"), "2:5 SC1073 [, 2:5 SC1072 [, 2:9 SC1020 ");
        assert_eq!(code("if a; b; fi"), "2:5 SC1049 , 2:14 SC1072 fi");
        // Not for a shell, or not the shell of this script.
        for script in [
            "{{ if .x ( }} a",
            "iex ((New-Object Net.WebClient).DownloadString('x')); [Net.X]::Y",
            "bash -c 'if a'",
        ] {
            assert!(!code(script).contains("SC10"), "{script}");
        }
        let heredoc = "FROM debian\nRUN <<E\n# shellcheck disable=SC1072\n( a\nE";
        assert_eq!(found(heredoc), Vec::<String>::new());
    }

    #[test]
    fn codes_mean_what_they_mean_to_shellcheck() {
        let test = |script: &str| found(&format!("FROM fedora\nRUN {script}\n")).join(", ");
        assert_eq!(test("<<E; a\n\nE"), "2:5 SC2188 <<E");
        assert_eq!(
            found("FROM x\nRUN let x=1; a |& b\n"),
            ["2:5 SC3039 let", "2:9 SC2034 x", "2:16 SC3029 |&"]
        );
        let heredoc = "FROM x\nRUN <<E\n# shellcheck disable=SC3029\na |& b\nE";
        assert_eq!(found(heredoc), Vec::<String>::new());
        assert_eq!(test("export a =b"), "2:14 SC2290 =b");
        assert_eq!(
            test("/bin/bash -c 'echo $X'; bash -c 'echo $X'; echo '$X'"),
            "2:53 SC2016 '$X'"
        );
        assert_eq!(
            found("FROM x\nRUN case a in @(a|b)) c;; esac; [[ a == @(a|b) ]]\n")
                .iter()
                .filter(|f| f.contains("SC1"))
                .count(),
            0
        );
        assert_eq!(
            test("find / -type f -a \\( -name a -o -name b \\) -exec rm {} +"),
            ""
        );
    }

    #[test]
    fn a_variable_that_commands_are_handed_is_used() {
        assert_eq!(
            found("FROM debian\nENV A=1\nRUN A=2; b"),
            Vec::<String>::new()
        );
        assert_eq!(
            found("FROM golang:1\nRUN GOPATH=/go && go get x"),
            Vec::<String>::new()
        );
        assert_eq!(found("FROM debian\nRUN A=2; b"), ["2:5 SC2034 A"]);
    }

    #[test]
    fn a_comment_names_the_shell_for_its_script() {
        let text = "FROM debian\n# shellcheck shell=bash\nRUN [[ -e x ]]\nRUN [[ -e x ]]\n";
        assert_eq!(found(text), ["4:5 SC3010 [[ -e x ]]"]);
    }

    /// `code text` of what is found in a script of Bash.
    fn in_bash(script: &str) -> Vec<String> {
        let all = found(&format!(
            "FROM debian\nSHELL [\"/bin/bash\", \"-c\"]\nRUN {script}\n"
        ));
        let bare = |f: &String| Some(f.split_once(' ')?.1.to_owned());
        all.iter().filter_map(bare).collect()
    }

    #[test]
    fn conditions_are_told_by_what_their_words_can_be() {
        for (script, expected) in [
            ("true; [ a ]", "SC2078 a"),
            ("true; [ ! a ]", "SC2078 a"),
            ("true; [ 0 ]", "SC2159 0"),
            ("[[ false ]]", "SC2158 false"),
            ("[[ \"a$b\" ]]", "SC2157 a"),
            ("true; [ -z ~ ]", "SC2157 ~"),
            ("true; [ -n \"$b\"$c ]", "SC2070 \"$b\"$c"),
            ("true; [ -f *.a ]", "SC2144 *.a"),
            ("true; [ *.a -nt b ]", "SC2202 *.a"),
            ("[[ [a-z] == b ]]", "SC2203 [a-z]"),
            ("true; [ -v a* ]", "SC2208 a*"),
            ("true; [ -f {a,b} ]", "SC2200 {a,b}"),
            ("[[ $b == {a,b} ]]", "SC2201 {a,b}"),
            ("true; [ \"$@\" = a ]", "SC2198 \"$@\""),
            ("[[ -n ${a[@]} ]]", "SC2199 ${a[@]}"),
            ("true; [ a -eq \"$b\" ]", "SC2170 a"),
            ("true; [ 1.5 -eq \"$b\" ]", "SC2072 1.5"),
            ("[[ $b -lt c.d ]]", "SC2309 c.d"),
            ("true; [ \"$b\" \\< 3 ]", "SC2071 \\<"),
            ("true; [ \"$b\" < c ]", "SC2073 <"),
            ("[[ $b < 3 ]]", "SC2071 <"),
            ("true; [ \"$b\" =~ c ]", "SC2074 =~"),
            ("[[ $b =~ *c ]]", "SC2049 *c"),
            ("true; [ a = b ]", "SC2050 ="),
            ("true; [ \"a$b\" = c ]", "SC2193 ="),
            ("true; [ \"$b \" = c ]", "SC2193 ="),
            ("true; [ '' = ? ]", "SC2193 ="),
            ("true; [ \"$b\"=c ]", "SC2077 =c"),
            ("true; [ -y a ]", "SC2058 -y"),
        ] {
            let all = in_bash(script);
            assert!(all.iter().any(|f| f == expected), "{script}: {all:?}");
        }
        for script in [
            "true; [ \"$a\" ]",
            "true; [ -n \"$a\" -o -z \"$b\" ]",
            "true; [ -f a ]",
            "true; [ \"$a\" = b ]",
            "true; [ \"a$b\" = ac ]",
            "true; [ \"$a.b\" = c.b ]",
            "true; [ ~ = \"$a\" ]",
            "true; [ \"$a\" -eq -1 ]",
            "true; [ \"$a\" \\< b ]",
            "true; [ a -nt b ]",
            "[[ $a == *.b ]]",
            "[[ $a =~ ab* ]]",
            "[[ -n $a ]]",
            "test a",
        ] {
            let all = in_bash(script);
            let mut told = all.iter().filter(|f| !f.contains("SC2154"));
            let known = ["SC2166", "SC2034"];
            assert!(
                told.all(|f| known.iter().any(|c| f.starts_with(c))),
                "{script}: {all:?}"
            );
        }
    }

    #[test]
    fn pipelines_are_found_whatever_ends_them() {
        for end in ["", "; true", " && true", " || true", "\ntrue"] {
            let text = format!("FROM debian\nRUN <<E\nls | grep x{end}\nE\n");
            assert_eq!(found(&text), ["3:1 SC2010 ls"], "{end:?}");
        }
        let nested = in_bash("echo \"$(ls | grep x; true)\"; { ls | grep y; true; }");
        assert_eq!(nested, ["SC2010 ls", "SC2010 ls"]);
    }

    #[test]
    fn an_expansion_may_be_split_if_some_path_leaves_it_so() {
        let splits = |script: &str| in_bash(script).iter().any(|f| f.starts_with("SC2086"));
        for script in [
            "if a; then b=c; fi; d ${b:-}; e",
            "case $1 in a) b=c ;; *) d ;; esac; f ${b:-}; g",
            "a && case $1 in b) d=e ;; *) d=f ;; esac && g $d",
            "a && d=e && g $d",
            "a=b; while c; do d $a; a=$(e); done",
            "for i in a 'b c'; do d $i; done",
            "a() { b || return; c=d; }; a; e $c",
            "a() { local b=c; }; a; d $b",
            "a=b; read -r a; c $a",
        ] {
            assert!(splits(script), "{script}");
        }
        for script in [
            "if a; then b=c; else b=d; fi; e $b; f",
            "case $1 in a) b=c ;; *) exit 1 ;; esac; f ${b}; g",
            "a; d=e && g $d",
            "a || exit; b=c; d $b",
            "a=b; (a=$(c)); d $a",
            "for i in ~ b/c; do d $i; done",
            "a=; while b; do a=c; done; d $a",
            "a() { b=c; }; a; d $b",
            "a=b; a+=c; d $a",
            "((a++)); b $a",
        ] {
            assert!(!splits(script), "{script}");
        }
    }

    #[test]
    fn commands_are_told_by_how_they_are_called() {
        for (script, expected) in [
            ("tr [a-z] b", "SC2060 [a-z]"),
            ("tr aab c", "SC2020 aab"),
            ("grep x* f", "SC2063 x*"),
            ("echo a | rm b", "SC2216 rm b"),
            ("rm a < b", "SC2217 rm a < b"),
            ("a | b < c", "SC2259 <"),
            ("a=b | c", "SC2036 a"),
            ("test a | b", "SC2266 |"),
            ("a | ! b", "SC2326 !"),
            ("printf a b", "SC2182 a"),
            ("printf '%s %s' a", "SC2183 '%s %s'"),
            ("mv a", "SC2224 mv a"),
            ("cp \"$a\"", "SC2225 cp \"$a\""),
            ("PATH=/x; a", "SC2123 PATH"),
            ("a=\"$a\"", "SC2269 a"),
            ("test a > b", "SC2065 > b"),
            ("$a = b", "SC2283 ="),
            ("a == b", "SC2284 a == b"),
            ("a += b", "SC2285 a += b"),
            ("echo abcd\tb", "SC2291 echo abcd\tb"),
            ("for i in \"$a/b\"; do c \"$i\"; done", "SC2066 \"$a/b\""),
            (".\\a b", "SC1001 "),
            ("exec a; b", "SC2093 exec a"),
            ("( [ \"$a\" ] ); b", "SC2234 ( [ \"$a\" ] )"),
        ] {
            let all = in_bash(script);
            assert!(all.iter().any(|f| f == expected), "{script}: {all:?}");
        }
        for (script, code) in [
            ("tr '[:upper:]' b", "SC202"),
            ("tr 11 b", "SC2020"),
            ("grep 'a=*' f", "SC20"),
            ("echo a | cp -i b c", "SC2216"),
            ("echo a | rm \"$(b)\"", "SC2216"),
            ("a | b 3< c", "SC2259"),
            ("printf '%s' \"$@\"", "SC218"),
            ("printf '%d%%' a b", "SC218"),
            ("mv \"$@\"; cp -t a b; mv -- a", "SC222"),
            ("PATH=/x/bin; PATH=$a; PATH=b:c", "SC2123"),
            // Modes of `chmod`, and what `sed` numbers lines with.
            ("chmod =2775 a; sed = b; c \"=d\"", "SC2283"),
            ("echo a\tb", "SC2291"),
            ("\\ls; echo a\\,b", "SC1001"),
            ("exec a; exit; exec > b", "SC2093 exec >"),
            ("echo a > b >&2; c > d >/dev/null 2>&1", "SC2261"),
            ("a && b || ! c", "SC2015"),
            ("f() { a; }; f; f() { b; }; f", "SC2218"),
            ("case *.a in b) c;; esac", "SC2194"),
            ("a=$(sudo echo b); c \"$a\"", "SC2116"),
            ("declare a+=b", "SC2034"),
        ] {
            let all = in_bash(script);
            assert!(
                !all.iter().any(|f| f.starts_with(code)),
                "{script}: {all:?}"
            );
        }
    }

    #[test]
    fn what_stands_behind_a_bracket_or_a_keyword_ends_the_script() {
        for script in [
            "{ a; } b",
            "( a ) b",
            "if a; then b; fi c",
            "while a; do b; done c",
        ] {
            let word = script.split(' ').next_back().unwrap();
            assert_eq!(
                in_bash(script),
                ["SC1070 ".to_owned(), format!("SC1141 {word}")]
            );
        }
        for script in [
            "{ a; } > b",
            "( a ) 2>&1 | b",
            "{ a; } && b",
            "if a; then { b; } fi",
            "( a ) # b",
            "{ a; } \\\n  && b",
            "a() { b; }; a",
        ] {
            assert!(
                !in_bash(script).iter().any(|f| f.contains("SC1")),
                "{script}"
            );
        }
    }

    #[test]
    fn hostile_scripts_are_survived() {
        let deep = format!("FROM x\nRUN {}", "( ".repeat(5_000));
        let wide = format!("FROM x\nRUN {}", "echo $x; ".repeat(2_000));
        let quotes = format!("FROM x\nRUN {}", "\"$(\"".repeat(150));
        for text in [
            deep,
            wide,
            quotes,
            "FROM x\nRUN \\".into(),
            "FROM x\nRUN é$\u{feff}`".into(),
        ] {
            found(&text);
        }
    }
}
