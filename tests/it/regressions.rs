//! What fuzzing found stays mended: every input of `testdata/fuzz/<target>/` passes the checks of
//! its target.

use std::path::PathBuf;

use crate::checks;

fn run(target: &str, check: fn(&[u8])) {
    let folder = PathBuf::from("testdata/fuzz").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder:?} is empty");
    for path in paths {
        eprintln!("{}", path.display());
        check(&std::fs::read(&path).unwrap());
    }
}

#[test]
fn what_fuzzing_found_is_read() {
    run("read", checks::read);
}

#[test]
fn what_fuzzing_found_is_fixed() {
    run("fix", checks::fix);
}

#[test]
fn what_fuzzing_found_is_read_as_configuration() {
    run("configuration", checks::configuration);
}

#[test]
fn what_fuzzing_found_is_read_as_builds() {
    run("builds", checks::builds);
}

#[test]
fn what_fuzzing_found_is_read_as_a_script() {
    run("shell", checks::shell);
}
