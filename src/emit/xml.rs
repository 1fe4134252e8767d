//! The formats in XML: Checkstyle and JUnit.

use std::io::{self, Write};

use super::root::Root;
use super::{Linted, Outcome, code, start};
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::escape_markup;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// Checkstyle: a `file` for every file, an `error` for every finding.
pub(super) fn checkstyle(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = Root::find();
    writeln!(out, "{HEAD}\n<checkstyle version=\"4.3\">")?;
    for file in outcome.files {
        writeln!(
            out,
            "<file name=\"{}\">",
            escape(&outcome.path(file, &root))
        )?;
        for diagnostic in &file.report.diagnostics {
            let (line, column) = start(file, diagnostic);
            // Checkstyle has no level of taste.
            let severity = match diagnostic.severity {
                Severity::Style => Severity::Info,
                other => other,
            };
            writeln!(
                out,
                "<error column=\"{column}\" line=\"{line}\" message=\"{}\" severity=\"{severity}\" \
                 source=\"{}\"/>",
                escape(&diagnostic.message),
                escape(code(diagnostic, file.perspective)),
            )?;
        }
        writeln!(out, "</file>")?;
    }
    writeln!(out, "</checkstyle>")
}

/// JUnit: a suite for every file, a case for every finding, which failed if the finding makes the
/// run fail; a file without findings is one case that passed.
pub(super) fn junit(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = Root::find();
    let failed = |file: &Linted| {
        (0..file.report.diagnostics.len())
            .filter(|i| file.fails(*i))
            .count()
    };
    let findings = outcome.findings().count();
    let failures: usize = outcome.files.iter().map(failed).sum();
    let clean = outcome.files.iter();
    let clean = clean.filter(|f| f.report.diagnostics.is_empty()).count();
    writeln!(
        out,
        "{HEAD}\n<testsuites id=\"dlint\" name=\"dlint {}\" tests=\"{}\" failures=\"{failures}\" \
         errors=\"{}\" time=\"0\">",
        env!("CARGO_PKG_VERSION"),
        findings + clean + outcome.failures.len(),
        outcome.failures.len(),
    )?;
    for file in outcome.files {
        let number = file.report.diagnostics.len();
        let path = escape(&outcome.path(file, &root));
        writeln!(
            out,
            "<testsuite id=\"dlint\" name=\"{path}\" tests=\"{}\" failures=\"{}\" \
             errors=\"0\" time=\"0\">",
            number.max(1),
            failed(file),
        )?;
        if number == 0 {
            writeln!(
                out,
                "<testcase id=\"dlint.clean\" name=\"no findings\" classname=\"{path}\" time=\"0\"/>"
            )?;
        }
        for (index, diagnostic) in file.report.diagnostics.iter().enumerate() {
            case(&path, file, (diagnostic, file.fails(index)), out)?;
        }
        writeln!(out, "</testsuite>")?;
    }
    for failure in outcome.failures {
        let path = escape(&root.shown(&failure.path));
        let message = escape(&failure.message);
        writeln!(
            out,
            "<testsuite id=\"dlint\" name=\"{path}\" tests=\"1\" failures=\"0\" errors=\"1\" \
             time=\"0\">\n<testcase id=\"dlint.error\" name=\"not linted\" classname=\"{path}\" \
             time=\"0\"><error message=\"{message}\" type=\"error\"/></testcase>\n</testsuite>"
        )?;
    }
    writeln!(out, "</testsuites>")
}

/// One finding, and whether it makes the run fail.
fn case(
    path: &str,
    file: &Linted,
    (diagnostic, fails): (&Diagnostic, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    let (line, _) = start(file, diagnostic);
    let code = escape(code(diagnostic, file.perspective));
    let message = escape(&diagnostic.message);
    let severity = diagnostic.severity;
    write!(
        out,
        "<testcase id=\"dlint.rule.{code}\" name=\"{code} at line {line}\" classname=\"{path}\" \
         file=\"{path}\" line=\"{line}\" time=\"0\">"
    )?;
    if fails {
        write!(
            out,
            "<failure id=\"{code}\" message=\"{message}\" type=\"{severity}\">"
        )?;
    } else {
        write!(out, "<system-out>")?;
    }
    writeln!(
        out,
        "File: {path}\nLine: {line}\nCategory: dlint\n{severity}: {message}"
    )?;
    if let Some(help) = &diagnostic.help {
        writeln!(out, "Help: {}", escape(help))?;
    }
    let end = if fails { "failure" } else { "system-out" };
    writeln!(out, "</{end}></testcase>")
}

/// Text for an element or an attribute.
fn escape(text: &str) -> String {
    let text = text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    escape_markup(&text, |c, out| match c {
        '\n' => out.push_str("&#10;"),
        '\r' => out.push_str("&#13;"),
        '\t' => out.push_str("&#9;"),
        // XML 1.0 has no way to write the others.
        _ => out.push('\u{fffd}'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_xml_is_escaped() {
        assert_eq!(
            escape("<a b=\"c\">&'"),
            "&lt;a b=&quot;c&quot;&gt;&amp;&apos;"
        );
        assert_eq!(
            escape("a\nb\u{1b}[0m\u{ffff}"),
            "a&#10;b\u{fffd}[0m\u{fffd}"
        );
    }
}
