//! The hook in `.pre-commit-hooks.yaml`, run by pre-commit itself on a git repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program pre-commit: the one on the PATH, else one installed from PyPI below `target`.
/// Without either the tests are skipped, unless `DLINT_REQUIRE_TOOLS` is set.
fn pre_commit() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        if run(Path::new("pre-commit"), here, &["--version"]).is_some() {
            return Some("pre-commit".into());
        }
        let venv = here.join("target/pre-commit-venv");
        let program = venv.join("bin/pre-commit");
        if !program.exists() {
            let venv = venv.to_str()?;
            run(Path::new("python3"), here, &["-m", "venv", venv])?;
            let pip = Path::new(venv).join("bin/pip");
            run(&pip, here, &["install", "--quiet", "pre-commit==4.*"])?;
        }
        run(&program, here, &["--version"]).map(|_| program)
    });
    if found.is_none() {
        let required = std::env::var_os("DLINT_REQUIRE_TOOLS").is_some();
        assert!(!required, "pre-commit cannot be installed");
        eprintln!("SKIPPED: pre-commit is not installed and PyPI cannot be reached");
    }
    found.clone()
}

/// Runs a program; its output, if it could be started.
fn run(program: &Path, directory: &Path, arguments: &[&str]) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory);
    // The program under test stands first on the PATH.
    let own = Path::new(env!("CARGO_BIN_EXE_dlint")).parent().unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(own.to_owned()).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(paths).unwrap());
    // The hook is built from source with the dependencies that a release build left here.
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    command.env("CARGO_TARGET_DIR", target);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "NO_COLOR",
        "CI",
    ] {
        command.env_remove(name);
    }
    command.output().ok()
}

fn git(directory: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let all = [&identity[..], arguments].concat();
    let output = run(Path::new("git"), directory, &all).expect("git is needed to work on dlint");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {errors}");
}

/// A git repository with a good Dockerfile and something that is none.
struct Project {
    directory: tempfile::TempDir,
    pre_commit: PathBuf,
}

impl Project {
    fn new() -> Option<Self> {
        let pre_commit = pre_commit()?;
        let directory = tempfile::tempdir().unwrap();
        git(directory.path(), &["init", "-q"]);
        let project = Self {
            directory,
            pre_commit,
        };
        project.add("Dockerfile.good", "FROM debian:12.5\nUSER 1000\n");
        project.add("notes.txt", "FROM debian\nRUNN x\n");
        Some(project)
    }

    fn add(&self, name: &str, text: &str) {
        let path = self.directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        git(self.directory.path(), &["add", "-A"]);
    }

    /// Runs a hook of a repository; whether it passed, and what was printed.
    fn hook(&self, repository: &Path, id: &str) -> (bool, String) {
        let repository = repository.to_str().unwrap();
        let arguments = ["try-repo", repository, id, "--all-files", "--verbose"];
        let output = run(&self.pre_commit, self.directory.path(), &arguments).unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (output.status.success(), text)
    }

    /// The hook passes on the good file and stops the bad one.
    fn judge(&self, repository: &Path, id: &str) {
        let (passed, text) = self.hook(repository, id);
        assert!(passed, "{text}");
        self.add("Dockerfile", "FROM debian:latest\nRUNN x\n");
        let (passed, text) = self.hook(repository, id);
        assert!(!passed, "{text}");
        assert!(text.contains("syntax-error"), "{text}");
        assert!(!text.contains("notes.txt"), "{text}");
    }
}

/// The hooks as they are in the working tree, in a repository that pre-commit can clone.
fn hooks() -> tempfile::TempDir {
    let hooks = tempfile::tempdir().unwrap();
    let manifest = include_str!("../../.pre-commit-hooks.yaml");
    std::fs::write(hooks.path().join(".pre-commit-hooks.yaml"), manifest).unwrap();
    git(hooks.path(), &["init", "-q"]);
    git(hooks.path(), &["add", "-A"]);
    git(hooks.path(), &["commit", "-qm", "hooks"]);
    hooks
}

#[test]
fn the_hook_lets_a_good_dockerfile_pass_and_stops_a_bad_one() {
    let Some(project) = Project::new() else {
        return;
    };
    project.judge(hooks().path(), "dlint-system");
}

/// Takes many minutes, so only where it is asked for.
#[test]
fn the_hook_builds_dlint_from_source() {
    if std::env::var_os("DLINT_BUILD_HOOK").is_none() {
        eprintln!("SKIPPED: building the hook takes minutes (DLINT_BUILD_HOOK=1 runs it)");
        return;
    }
    let Some(project) = Project::new() else {
        return;
    };
    project.judge(Path::new(env!("CARGO_MANIFEST_DIR")), "dlint");
}

#[test]
fn the_hook_runs_for_all_that_says_how_an_image_is_built() {
    let Some(project) = Project::new() else {
        return;
    };
    let hooks = hooks();
    // None of these is a Dockerfile, and nothing is wrong with what they are about.
    project.add("Dockerfile.md", "RUNN\n");
    project.add("Dockerfile.j2", "RUNN\n");
    project.add("docs/compose.yaml", "services: {db: {image: postgres}}\n");
    project.add("docs/.dockerignore", "*.md\n");
    let (passed, text) = project.hook(hooks.path(), "dlint-system");
    assert!(passed, "{text}");
    project.add("odd/recipe", "FROM debian:12.5\nRUNN a\n");
    let build = "services: {app: {build: {context: odd, dockerfile: recipe}}}\n";
    project.add("docker-compose.dev.yml", build);
    project.add("deep/app.dockerfile", "FROM debian:12.5\nRUNN b\n");
    let (passed, text) = project.hook(hooks.path(), "dlint-system");
    assert!(!passed, "{text}");
    for place in ["odd/recipe:2:1", "deep/app.dockerfile:2:1"] {
        assert!(text.contains(place), "{text}");
    }
}
