//! Paths with `/` between their parts, as Dockerfiles and images have them, as text.

/// Go's `path.Clean`: without `.`, `..`, doubled and trailing slashes.
pub fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(last) if *last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

/// The parts of a path, without `.` and `..`: never above the root.
pub fn normal_parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

/// What stands behind the last `/`.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path is a directory's own or lies in it. Both are clean.
pub fn is_in(path: &str, directory: &str) -> bool {
    let rest = path.strip_prefix(directory);
    directory == "/" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, wanted) in [
            ("", "."),
            ("./a//b/", "a/b"),
            ("a/../..", ".."),
            ("/../a/./b/..", "/a"),
            ("/", "/"),
        ] {
            assert_eq!(clean(path), wanted, "{path}");
        }
        assert_eq!(normal_parts("../a/./b/../c"), ["a", "c"]);
    }

    #[test]
    fn a_directory_holds_itself_and_what_lies_below() {
        for (path, directory) in [("/a", "/a"), ("/a/b", "/a"), ("/a", "/"), ("a/b", "a")] {
            assert!(is_in(path, directory), "{path} in {directory}");
        }
        for (path, directory) in [("/ab", "/a"), ("/a", "/a/b")] {
            assert!(!is_in(path, directory), "{path} in {directory}");
        }
    }
}
