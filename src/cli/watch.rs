//! `--watch`: lint again whenever a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::args::LintArgs;
use super::{Status, Trouble, lint, output};
use crate::emit::terminal::Terminal;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(300);
/// A search for files takes longer than a look at known ones: how many looks for a search.
const LOOKS: u32 = 10;

/// When files were written, and how long they are.
type State = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs at once and after every change, until somebody interrupts it.
pub(super) fn run(
    args: &LintArgs,
    lint: impl Fn() -> Result<Status, Trouble>,
) -> Result<Status, Trouble> {
    if args.paths.iter().any(|p| p == Path::new("-")) {
        return Err(Trouble::usage("--watch cannot watch standard input"));
    }
    loop {
        let before = state(&watched(args)?);
        if Terminal::stdout(args.color).is_tty {
            output::stdout(|out| write!(out, "\u{1b}[2J\u{1b}[H"))?;
        }
        if let Err(trouble) = lint() {
            super::report(&trouble, args.color);
        }
        output::note("dlint: waiting for changes; Ctrl+C ends");
        let paths: Vec<PathBuf> = before.keys().cloned().collect();
        let mut looks = 0;
        loop {
            std::thread::sleep(PAUSE);
            looks += 1;
            let now = if looks % LOOKS == 0 {
                watched(args).map_or_else(|_| state(&paths), |paths| state(&paths))
            } else {
                state(&paths)
            };
            if now != before {
                break;
            }
        }
    }
}

/// The files that a run reads, and the folders they lie in.
fn watched(args: &LintArgs) -> Result<Vec<PathBuf>, Trouble> {
    let quiet = LintArgs {
        quiet: true,
        require_files: false,
        ..args.clone()
    };
    let mut configs = lint::configs(&quiet)?;
    let (tasks, _, _) = lint::tasks(&quiet, &mut configs)?;
    let mut paths: Vec<PathBuf> = args.paths.clone();
    paths.extend(args.baseline.clone());
    for task in tasks {
        let folder = task.name.parent().unwrap_or(Path::new(""));
        for beside in [
            ".dockerignore",
            ".containerignore",
            "compose.yaml",
            "docker-compose.yml",
        ] {
            paths.push(folder.join(beside));
        }
        paths.push(task.name);
    }
    paths.extend(configs.paths());
    paths.extend(configs.faults().map(|(path, _)| path.to_path_buf()));
    paths.push(PathBuf::from(crate::config::FILE_NAME));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn state(paths: &[PathBuf]) -> State {
    let of = |path: &PathBuf| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    };
    paths.iter().map(|path| (path.clone(), of(path))).collect()
}
