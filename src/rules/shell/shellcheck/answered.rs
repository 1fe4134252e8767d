//! Findings that the Dockerfile around a script answers, or another code tells better.

use super::code_of;
use super::pieces::{self, Piece, PieceKind};
use super::script::RunScript;
use crate::diagnostic::Diagnostic;
use crate::shell::{
    Assignment, AssignmentKind, Command, Dialect, Redirect, RedirectKind, Word, WordPart,
};

/// What BusyBox's shell has though POSIX has not, with the options that Alpine builds it with:
/// `<( )`, `$' '`, `[[ ]]` with `==` and `=~`, `++` and `**`, `&>`, flags of `echo`, `let`,
/// `source`, `set -o pipefail`, names like SIGTERM, `${x:1:2}`, `${x/a/b}`; `[^a]`, which musl's
/// `fnmatch` takes for `[!a]`; words behind the file that `.` reads.
const BUSYBOX_HAS: [&str; 18] = [
    "SC2240", "SC3001", "SC3003", "SC3010", "SC3014", "SC3015", "SC3018", "SC3019", "SC3020",
    "SC3026", "SC3036", "SC3037", "SC3039", "SC3040", "SC3046", "SC3048", "SC3057", "SC3060",
];

/// What Debian's shell has though POSIX has not: `local`, and `ulimit` with most flags.
const DASH_HAS: [&str; 1] = ["SC3043"];

/// The variables that a build has without a declaration, in small letters as ShellCheck asks for
/// these only.
const PREDEFINED: [&str; 5] = [
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Whether the Dockerfile around the script answers a finding.
pub(super) fn is_answered(finding: &Diagnostic, script: &RunScript<'_>) -> bool {
    let range = finding.span.range();
    let text = script.text.text();
    let commands = || script.script.commands.iter();
    let written = text.get(range.clone()).unwrap_or_default();
    match code_of(finding) {
        "SC2153" | "SC2154" | "SC3028" => variables(written)
            .next()
            .is_some_and(|name| PREDEFINED.contains(&name) || script.is_set(name)),
        "SC2115" => {
            variables(written).next().is_some()
                && variables(written).all(|name| {
                    let assigned = || format!("{name}=");
                    script.is_filled(name) && !text.contains(&assigned())
                })
        }
        // All shells but the oldest split nothing in `export X=$Y`; the standard has it so since 2024.
        "SC2046" | "SC2086" if script.dialect != Dialect::Sh => {
            let declared = commands()
                .flat_map(|c| &c.assignments)
                .filter(|a| a.kind == AssignmentKind::Declared);
            let place = script.text.span(range.clone());
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
            let behind = text.get(range.end..).unwrap_or_default();
            behind.starts_with("+=") || identifier(written).is_some_and(|name| script.is_set(name))
        }
        // A script for another shell expands there, also where that has a path (`/bin/bash -c '…'`).
        "SC2016" => {
            let at = script.text.span(range.clone()).start;
            commands().any(|c| {
                c.span.contains(at)
                    && c.words
                        .first()
                        .is_some_and(|w| w.is("/bin/bash") || w.is("/bin/sh"))
            })
        }
        // Conditions have codes of their own for that.
        "SC2035" | "SC2210" => commands().any(|c| {
            let at = range.start;
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
        "SC2261" => commands().any(|c| {
            let points = |r: &Redirect| r.kind == RedirectKind::DupOutput;
            c.range.contains(&range.start) && c.redirects.iter().any(points)
        }),
        // With a variable before it, it is no condition to ShellCheck.
        "SC2166" | "SC3014" if commands().any(|c| is_condition_with_prefix(c, range.start)) => true,
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
            let before = text.get(..range.start).unwrap_or_default();
            before.contains(&format!("{written}()"))
        }
        // The name of a program is what these variables hold.
        "SC2209" => {
            let holds = ["BROWSER", "EDITOR", "PAGER", "SHELL", "VISUAL"];
            let name = identifier(written).unwrap_or_default();
            holds.contains(&name.rsplit('_').next().unwrap_or_default())
        }
        // Modes may begin so, and `sed` numbers lines with it.
        "SC2283" => commands().any(|c| takes_equals(c) && c.range.contains(&range.start)),
        // Redirections come after the variable is set.
        "SC2097" | "SC2098" => commands().any(|c| {
            let name = variables(written).next().unwrap_or(written);
            let uses = |w: &Word| variables(&w.raw).any(|v| v == name);
            c.range.contains(&range.start)
                && c.redirects.iter().any(|r| uses(&r.target))
                && !c.words.iter().any(uses)
        }),
        // A comma means something to the shell, in braces.
        "SC1001" => text
            .get(range.start..)
            .is_some_and(|t| t.starts_with("\\,")),
        // An extended pattern, which is SC3002.
        "SC1036" => written.starts_with(['@', '?', '*', '+', '!']),
        // The checks of this program do not see brackets around alternatives.
        "SC2146" => commands().any(|c| {
            c.name == "find" && c.range.contains(&range.start) && c.literal_args().any(|w| w == "(")
        }),
        // `\x` is an escape with the digits only.
        "SC2028" => {
            let quoted = |p: &Piece| {
                let raw = text.get(p.range.clone()).unwrap_or_default();
                matches!(p.kind, PieceKind::Single | PieceKind::Double) && raw.contains('\\')
            };
            let found = pieces::pieces(written, range.start);
            !found.iter().any(quoted)
                || written.split('\\').skip(1).all(|escape| {
                    let digits = escape.strip_prefix('x');
                    digits.is_some_and(|d| !d.starts_with(|c: char| c.is_ascii_hexdigit()))
                })
        }
        // Options that both of these shells have: `ulimit -n`, `read -p`.
        "SC3045" if matches!(script.dialect, Dialect::Dash | Dialect::Ash) => {
            let at = script.text.span(range.clone()).start;
            let mut calls = commands().filter(|c| c.span.contains(at));
            calls.any(|c| match c.name.as_str() {
                "ulimit" => true,
                "read" => written.contains("-p") || script.dialect == Dialect::Ash,
                _ => false,
            })
        }
        // Debian's shell has `-n`.
        "SC3037" if script.dialect == Dialect::Dash => written == "-n",
        code => match script.dialect {
            Dialect::Ash => BUSYBOX_HAS.contains(&code) || DASH_HAS.contains(&code),
            Dialect::Dash => DASH_HAS.contains(&code),
            _ => false,
        },
    }
}

/// Whether a command takes words that begin with `=`.
pub(super) fn takes_equals(command: &Command) -> bool {
    matches!(command.name.as_str(), "chmod" | "sed")
}

/// Whether a command is a condition with a variable set before it, and holds a place.
fn is_condition_with_prefix(command: &Command, at: usize) -> bool {
    let before = |a: &Assignment| a.kind == AssignmentKind::Prefix;
    command.name == "[" && command.range.contains(&at) && command.assignments.iter().any(before)
}

/// Whether an unquoted expansion is a whole word, so that it may be a list that is meant to be split
/// (`apk add $PACKAGES`) and quoting it would break the build.
pub(super) fn may_be_list(finding: &Diagnostic, script: &RunScript<'_>) -> bool {
    if !matches!(code_of(finding), "SC2046" | "SC2086") {
        return false;
    }
    let range = finding.span.range();
    let text = script.text.text();
    let before = text.get(..range.start).unwrap_or_default();
    let after = text.get(range.end..).unwrap_or_default();
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || ";&|()<>".contains(c));
    let is_word = ends(before.chars().next_back()) && ends(after.chars().next());
    let takes_one = |c: &Command| {
        matches!(c.name.as_str(), "cd" | "[" | "test")
            && c.range.start <= range.start
            && range.end <= c.range.end
    };
    is_word && !script.script.commands.iter().any(takes_one)
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
