//! Where output goes.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::Trouble;

/// Writes to standard output. If the reader went away there is nothing more to do.
pub(super) fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Trouble> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Trouble::Output {
            place: "standard output".to_owned(),
            error,
        }),
        _ => Ok(()),
    }
}

/// Writes a file.
pub(super) fn file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Trouble> {
    let result = std::fs::File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.flush()
    });
    result.map_err(|error| Trouble::Output {
        place: path.display().to_string(),
        error,
    })
}

/// A line on standard error; if nobody reads it, so be it.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A panic on a file becomes a finding; of the panic itself one line is enough.
pub(super) fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|l| format!(" at {}:{}", l.file(), l.line()))
            .unwrap_or_default();
        let text = info.payload_as_str().unwrap_or("no message");
        let text = text.lines().next().unwrap_or_default();
        note(&format!("dlint: internal error{place}: {text}"));
    }));
}
