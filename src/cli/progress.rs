//! How far a long run is, on a terminal.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::args::LintArgs;
use crate::emit::terminal::Terminal;

/// How long nothing is said: shorter runs are over before anybody wonders.
const START: Duration = Duration::from_millis(500);
/// How often something is said afterwards.
const PAUSE: Duration = Duration::from_millis(250);

/// How far a run is.
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    teller: Option<JoinHandle<()>>,
}

impl Progress {
    /// Of a run of so many files.
    pub(super) fn of(files: usize, args: &LintArgs) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicBool::new(false));
        let is_told = files > 1 && !args.quiet && Terminal::stderr(args.color).is_tty;
        let teller = is_told.then(|| {
            let (done, ended) = (Arc::clone(&done), Arc::clone(&ended));
            std::thread::spawn(move || {
                let mut is_shown = false;
                loop {
                    std::thread::park_timeout(if is_shown { PAUSE } else { START });
                    if ended.load(Ordering::Acquire) {
                        break;
                    }
                    let done = done.load(Ordering::Relaxed);
                    let _ = write!(io::stderr().lock(), "\r{done} of {files} files");
                    is_shown = true;
                }
                if is_shown {
                    let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
                }
            })
        });
        Self {
            done,
            ended,
            teller,
        }
    }

    /// A file is done.
    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// All are; the line is wiped.
    pub(super) fn end(self) {
        self.ended.store(true, Ordering::Release);
        if let Some(teller) = self.teller {
            teller.thread().unpark();
            let _ = teller.join();
        }
    }
}
