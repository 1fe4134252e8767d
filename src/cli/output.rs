//! Where output goes.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::Trouble;
use crate::diagnostic::Severity;
use crate::emit::terminal::{Style, Terminal};
use crate::emit::{self, Secrets};

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

/// A line on standard error; if nobody reads it, so be it. Names and texts of others may be in it.
pub(super) fn note(text: &str) {
    let _ = writeln!(
        io::stderr().lock(),
        "{}",
        emit::one_line(&Secrets::default().mask(text))
    );
}

/// An error in one line on standard error.
pub(super) fn error(text: &str, terminal: &Terminal) {
    let error = terminal.paint(Style::Severity(Severity::Error), "error");
    let _ = writeln!(
        io::stderr().lock(),
        "{error}: {}",
        emit::one_line(&Secrets::default().mask(text))
    );
}

/// Whether standard output goes to a file, whose readers want every byte as it is.
pub(super) fn is_file() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let own = io::stdout().as_fd().try_clone_to_owned();
        let meta = own.and_then(|own| std::fs::File::from(own).metadata());
        meta.is_ok_and(|meta| meta.is_file())
    }
    #[cfg(windows)]
    {
        use std::os::windows::io::AsHandle;
        let own = io::stdout().as_handle().try_clone_to_owned();
        let meta = own.and_then(|own| std::fs::File::from(own).metadata());
        meta.is_ok_and(|meta| meta.is_file())
    }
    #[cfg(not(any(unix, windows)))]
    false
}

/// A panic on a file becomes a finding; of the panic itself one line is enough.
pub(super) fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map(|l| format!(" at {}:{}", l.file(), l.line()))
            .unwrap_or_default();
        // What it says may quote the file, secrets included: the finding says it without them.
        note(&format!("dlint: internal error{place}"));
    }));
}
