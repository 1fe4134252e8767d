//! Tests, examples and the like: files whose image nobody ships.

use std::path::Path;

use crate::context::{Files, disk, within_repository};

/// What such files and the folders around them are called.
const NAMES: [&str; 26] = [
    "test",
    "tests",
    "testdata",
    "testfiles",
    "fixture",
    "fixtures",
    "e2e",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "dev",
    "develop",
    "development",
    ".devcontainer",
    "archive",
    "archived",
    "deprecated",
    "eol",
    "obsolete",
    "retired",
    "unsupported",
    "vendor",
    "third_party",
];

/// What stands behind `Dockerfile` and a `.`, `_` or `-` in their names.
const ENDINGS: [&str; 11] = [
    "debug",
    "demo",
    "dev",
    "develop",
    "development",
    "devel",
    "e2e",
    "example",
    "sample",
    "test",
    "tests",
];

/// Whether one part of a path says so. Every run asks this: patterns would take longer to compile
/// than most files take to lint.
fn tells(part: &str) -> bool {
    let ending = part.strip_prefix("Dockerfile");
    let ending = ending.and_then(|rest| rest.strip_prefix(['.', '_', '-']));
    let start = part.strip_suffix(".Dockerfile");
    let start = start.or_else(|| part.strip_suffix(".dockerfile"));
    NAMES.contains(&part)
        || part.ends_with(".debug")
        || ending.is_some_and(|ending| ENDINGS.contains(&ending))
        || start.is_some_and(|start| ENDINGS.contains(&start))
        || ending.is_none() && start.is_none() && is_made_of(part)
}

/// Whether a name of several words begins or ends with one that says so: `integration-tests`,
/// `_archived`, `example-compose-files`.
fn is_made_of(part: &str) -> bool {
    let mut words = part.split(['-', '_', '.']).filter(|word| !word.is_empty());
    let first = words.next();
    let mut ends = first.into_iter().chain(words.next_back());
    part.len() != first.map_or(0, str::len)
        && ends.any(|word| {
            NAMES.contains(&word)
                && !matches!(
                    word,
                    "dev" | "develop" | "development" | "archive" | "vendor"
                )
        })
}

/// Whether the name of a file, or of a folder around it, says that its image is not shipped.
/// Folders count within the repository; without one, below the folder dlint runs in.
pub(super) fn is_likely(path: &Path, files: &dyn Files) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    let absolute = disk::absolute(folder);
    let root = within_repository(&absolute, files).last();
    let relative = root.and_then(|root| {
        // Without a repository these are all the folders there are.
        let is_root = crate::context::is_repository(files, root);
        let below = absolute.strip_prefix(root).ok().filter(|_| is_root)?;
        Some(below.join(path.file_name()?))
    });
    let name = match &relative {
        Some(relative) => Some(relative.as_path()),
        None if path.is_relative() => Some(path),
        None => path.file_name().map(Path::new),
    };
    let mut parts = name.into_iter().flat_map(Path::iter);
    parts.any(|part| {
        let part = part.to_string_lossy();
        tells(&part)
            || part.contains(|c: char| c.is_ascii_uppercase()) && {
                let lower = part.to_ascii_lowercase();
                NAMES.contains(&lower.as_str())
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Nothing;

    #[test]
    fn names_of_folders_and_files_tell() {
        let is = |path: &str| is_likely(Path::new(path), &Nothing);
        for path in [
            "tests/Dockerfile",
            "a/e2e/b/Dockerfile.web",
            "examples/web/Dockerfile",
            ".devcontainer/Dockerfile",
            "docker/Dockerfile.dev",
            "docker/Dockerfile-test",
            "docker/dev.Dockerfile",
            "integration-tests/Dockerfile",
            "_archived/web/Dockerfile",
            "Archive/web/Dockerfile",
            "eol/5.34/Dockerfile",
            "unsupported_images/java/Dockerfile",
            "example-compose-files/Dockerfile",
            "web.debug",
        ] {
            assert!(is(path), "{path}");
        }
        for path in [
            "Dockerfile",
            "latest/Dockerfile",
            "my-dev/Dockerfile",
            "attestation/Dockerfile",
            "contest-app/Dockerfile",
            "devices/Dockerfile",
            "Dockerfile.develop-tools",
            "/anywhere/tests/Dockerfile",
        ] {
            assert!(!is(path), "{path}");
        }
    }
}
