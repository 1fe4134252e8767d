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

/// A test for each target, by its name.
macro_rules! targets {
    ($($target:ident)*) => {
        $(
            #[test]
            fn $target() {
                run(stringify!($target), checks::$target);
            }
        )*

        #[test]
        fn every_target_is_tested_and_built() {
            let tested = [$(stringify!($target)),*];
            let names = |folder: &str| -> Vec<String> {
                let entries = std::fs::read_dir(folder).unwrap();
                let mut names: Vec<String> = entries
                    .map(|e| e.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                    .collect();
                names.sort();
                names
            };
            assert_eq!(names("fuzz/fuzz_targets"), tested);
            assert_eq!(names("testdata/fuzz"), tested);
            let manifest = std::fs::read_to_string("fuzz/Cargo.toml").unwrap();
            let nightly = std::fs::read_to_string(".github/workflows/nightly.yml").unwrap();
            let listed = nightly.lines().find(|l| l.contains("target: [")).unwrap();
            for target in tested {
                assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
                assert!(listed.split([' ', ',', '[', ']']).any(|t| t == target), "{target}");
            }
        }
    };
}

targets! {
    bake callers compose configuration expand fix ignore lint lists policy read rego shell suppressions
}
