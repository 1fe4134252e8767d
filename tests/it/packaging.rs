//! What the packages bring besides the program: completions, a manual page, the plugin of Docker's
//! command line. `packaging/check` tries the packages themselves.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::{dlint, project};

/// Says that a test is skipped for want of a program, or fails where all of them must be there.
pub(crate) fn missing(program: &str) {
    let required = std::env::var_os("DLINT_REQUIRE_TOOLS").is_some();
    assert!(!required, "{program} is not installed");
    eprintln!("SKIPPED: {program} is not installed");
}

fn printed(arguments: &[&str]) -> Vec<u8> {
    let output = dlint(Path::new(".")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

/// What a shell prints that runs a script with the completions of dlint in a file.
fn shell(program: &str, arguments: &[&str], script: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("_dlint");
    std::fs::write(&file, printed(&["completions", program])).unwrap();
    let output = Command::new(program)
        .args(arguments)
        .arg(script.replace("FILE", file.to_str().unwrap()))
        .env("HOME", folder.path())
        .output();
    let Ok(output) = output else {
        missing(program);
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn bash_completes_options_and_their_values() {
    let script = "source FILE
        complete -p dlint >&2
        try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); COMP_LINE=\"$*\"
                _dlint dlint \"${@: -1}\" \"${@: -2:1}\"; echo \"${COMPREPLY[@]}\"; }
        try dlint --unsafe; try dlint --profile rec; try dlint expl";
    if let Some(out) = shell("bash", &["--norc", "-c"], script) {
        assert_eq!(out, "--unsafe-fixes\nrecommended\nexplain\n");
    }
}

#[test]
fn zsh_loads_the_completions() {
    let script = "autoload -U compinit && compinit -u -D && source FILE && whence -w _dlint";
    if let Some(out) = shell("zsh", &["-f", "-c"], script) {
        assert_eq!(out, "_dlint: function\n");
    }
}

#[test]
fn fish_completes_options_and_commands() {
    let script = "source FILE; complete -C 'dlint --unsafe'; complete -C 'dlint expl'";
    if let Some(out) = shell("fish", &["--no-config", "-c"], script) {
        let words: Vec<&str> = out.lines().filter_map(|l| l.split('\t').next()).collect();
        assert_eq!(words, ["--unsafe-fixes", "explain"]);
    }
}

#[test]
fn the_manual_page_is_rendered_without_a_warning() {
    let child = Command::new("groff")
        .args(["-man", "-Tutf8", "-ww", "-rLL=78n", "-P-cbou"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return missing("groff");
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&printed(&["man"])).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = String::from_utf8(output.stdout).unwrap();
    // Lines are filled with blanks.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "--unsafe-fixes",
        "DLINT EXPLAIN",
        "DLINT BASES WHY",
        "Exit codes",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[cfg(unix)]
#[test]
fn docker_runs_its_plugin() {
    let config = tempfile::tempdir().unwrap();
    let plugins = config.path().join("cli-plugins");
    std::fs::create_dir(&plugins).unwrap();
    let program = plugins.join("docker-dlint");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_dlint"), &program).unwrap();
    let files = project(&[("Dockerfile", "FROM scratch\nRUNN make\n")]);
    let docker = |arguments: &[&str]| {
        Command::new("docker")
            .args(arguments)
            .env("DOCKER_CONFIG", config.path())
            .current_dir(files.path())
            .output()
    };
    let Ok(help) = docker(&["--help"]) else {
        return missing("docker");
    };
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(
        help.contains("dlint*") && help.contains("Lint Dockerfiles"),
        "{help}"
    );
    let ran = docker(&[
        "--log-level",
        "info",
        "dlint",
        "--select",
        "syntax-error",
        "Dockerfile",
    ]);
    let ran = ran.unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(out.contains("Dockerfile:2:1"), "{out}");
}
