//! hadolint's formats of one line per finding: `tty` and `gnu`.

use std::io::{self, Write};

use super::terminal::{Style, Terminal};
use super::{Outcome, code, printable, shown_path, start};

/// `file:line code level: message`
pub(super) fn tty(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(outcome, terminal, out, "", "")
}

/// `dlint:file:line: code level: message`, as the GNU coding standards have it.
pub(super) fn gnu(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    write(outcome, terminal, out, "dlint:", ":")
}

fn write(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
    program: &str,
    end: &str,
) -> io::Result<()> {
    for (file, diagnostic) in outcome.sorted() {
        let (line, _) = start(file, diagnostic);
        let path = shown_path(file.report.source.path());
        let severity = diagnostic.severity;
        let level = terminal.paint(Style::Severity(severity), severity.as_str());
        let message = diagnostic.message.replace('\n', " ");
        writeln!(
            out,
            "{program}{}:{line}{end} {} {level}: {}",
            path,
            code(diagnostic, file.perspective),
            printable(&message),
        )?;
    }
    Ok(())
}
