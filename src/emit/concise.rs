//! One line per finding: `file:line:column level[rule] message`.

use std::io::{self, Write};

use super::terminal::{Style, Terminal};
use super::{Outcome, code, fix_mark, printable, shown_path, write_summary};

pub(super) fn write(
    outcome: &Outcome<'_>,
    terminal: &Terminal,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (file, diagnostic) in outcome.sorted() {
        let source = &file.report.source;
        let place = source.position(diagnostic.span.start);
        let path = shown_path(source.path());
        let severity = diagnostic.severity;
        let level = terminal.paint(Style::Severity(severity), severity.as_str());
        let message = diagnostic.message.replace('\n', " ");
        writeln!(
            out,
            "{}:{}:{} {level}[{}] {}{}",
            terminal.paint(Style::Bold, &path),
            place.line,
            place.column,
            code(diagnostic, file.perspective),
            if terminal.is_tty {
                fix_mark(diagnostic)
            } else {
                ""
            },
            printable(&message),
        )?;
    }
    // Who reads the lines by a program counts them.
    if terminal.is_tty {
        write_summary(outcome, terminal, out)?;
    }
    Ok(())
}
