//! Files and folders that were made to stop a run, to lose what it found, or to make it touch and
//! show what is none of its business.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A Dockerfile with an error at 2:1.
const BAD: &str = "FROM scratch\nRUNN make\n";
/// A Dockerfile that `--fix` makes [`GOOD`].
const UNUSED: &str = "# dlint: ignore[syntax-error] because\nFROM scratch\n";
const GOOD: &str = "FROM scratch\n";

/// A repository with files in it.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).unwrap()
}

fn dlint(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlint"));
    command.current_dir(folder).stdin(Stdio::null());
    command
        .env_clear()
        .env("LANG", "C.UTF-8")
        .env("HOME", folder);
    command
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// With two rules only, so that new ones change nothing here.
fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    let rules = ["--select", "syntax-error,unused-ignore"];
    let mut command = dlint(folder);
    command.args(rules).args(arguments);
    command.output().unwrap().into()
}

#[cfg(unix)]
mod fixing {
    use super::*;

    use std::os::unix::fs::symlink;

    /// dlint where no file may grow beyond a size, as on a disk that is full.
    fn on_a_full_disk(folder: &Path, arguments: &str) -> Ran {
        let binary = env!("CARGO_BIN_EXE_dlint");
        let script = format!("trap '' XFSZ; ulimit -f 0; exec '{binary}' {arguments}");
        let mut command = Command::new("sh");
        command.current_dir(folder).args(["-c", &script]);
        command.output().unwrap().into()
    }

    #[test]
    fn a_full_disk_leaves_the_old_file() {
        let at = repository(&[("f", UNUSED), ("linked", UNUSED)]);
        std::fs::hard_link(at.path().join("linked"), at.path().join("linked2")).unwrap();
        let ran = on_a_full_disk(at.path(), "--fix --isolated f linked");
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains("error: f: "), "{}", ran.err);
        assert!(ran.err.contains("error: linked: "), "{}", ran.err);
        assert_eq!(read(at.path(), "f"), UNUSED);
        assert_eq!(read(at.path(), "linked2"), UNUSED);
        let left = std::fs::read_dir(at.path()).unwrap().count();
        assert_eq!(left, 4, "a temporary file is left");
    }

    #[test]
    fn extended_attributes_stay() {
        let at = repository(&[("f", UNUSED)]);
        let path = at.path().join("f");
        if xattr::set(&path, "user.note", b"keep").is_err() {
            eprintln!("skipped: the disk knows no extended attributes");
            return;
        }
        assert_eq!(lint(at.path(), &["--fix", "f"]).code, Some(0));
        assert_eq!(read(at.path(), "f"), GOOD);
        assert_eq!(
            xattr::get(&path, "user.note").unwrap().as_deref(),
            Some(b"keep".as_slice())
        );
    }

    #[test]
    fn a_pipe_that_is_named_is_read_and_one_that_is_found_is_not() {
        let at = repository(&[("f", BAD)]);
        let mut command = dlint(at.path());
        command.stdin(std::fs::File::open(at.path().join("f")).unwrap());
        let ran: Ran = command.arg("/dev/stdin").output().unwrap().into();
        assert!(ran.out.starts_with("/dev/stdin:2:1 error"), "{}", ran.out);
        symlink("/dev/zero", at.path().join(".env")).unwrap();
        symlink("/dev/zero", at.path().join("Dockerfile.zero")).unwrap();
        symlink("/dev/zero", at.path().join("docker-bake.override.hcl")).unwrap();
        write(
            at.path(),
            "docker-bake.hcl",
            "target \"a\" {\n  dockerfile = \"f\"\n}\n",
        );
        write(
            at.path(),
            "compose.yaml",
            "services:\n  a:\n    build:\n      context: .\n      dockerfile: f\n",
        );
        let ran = lint(at.path(), &["."]);
        assert!(
            ran.out.starts_with("f:2:1 error"),
            "{} {}",
            ran.out,
            ran.err
        );
        assert_eq!(ran.code, Some(1));
    }
}
