//! Annotations of GitHub Actions: workflow commands on standard output.

use std::io::{self, Write};

use super::root::Root;
use super::{Outcome, code, printable};
use crate::diagnostic::Severity;

pub(super) fn write(outcome: &Outcome<'_>, out: &mut dyn Write) -> io::Result<()> {
    let root = Root::find();
    for (file, diagnostic) in outcome.findings() {
        let source = &file.report.source;
        let start = source.position(diagnostic.span.start);
        let end = source.position(diagnostic.span.end);
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Style => "notice",
        };
        write!(
            out,
            "::{command} file={},line={},endLine={}",
            property(&root.shown(source.path())),
            start.line,
            end.line
        )?;
        // GitHub refuses columns on an annotation of several lines.
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column)?;
        }
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push('\n');
            message.push_str(help);
        }
        let title = format!("dlint: {}", code(diagnostic, file.perspective));
        writeln!(out, ",title={}::{}", property(&title), data(&message))?;
    }
    for failure in outcome.failures {
        let path = root.shown(&failure.path);
        writeln!(
            out,
            "::error file={},title=dlint::{}",
            property(&path),
            data(&failure.message)
        )?;
    }
    Ok(())
}

/// Text behind the `::`.
fn data(text: &str) -> String {
    // The log shows it too.
    printable(&text.replace("\r\n", "\n"))
        .replace('%', "%25")
        .replace('\n', "%0A")
}

/// Text of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_the_runner_is_escaped() {
        assert_eq!(data("50%\r\nb: c, d"), "50%25%0Ab: c, d");
        assert_eq!(data("a\u{1b}[1m\u{202e}"), "a\u{fffd}[1m\u{fffd}");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
