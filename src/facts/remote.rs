//! Sources of COPY and ADD that are no files of the build context.

/// What BuildKit fetches for a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// A git repository.
    Git,
    /// What a web address gives.
    Web,
}

impl Remote {
    /// What a source fetches; none if it names a file.
    pub fn of(text: &str) -> Option<Remote> {
        if is_git(text) {
            return Some(Remote::Git);
        }
        is_web(text).then_some(Remote::Web)
    }
}

fn is_web(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_git(text: &str) -> bool {
    if text.starts_with("git://") || text.starts_with("ssh://") {
        return true;
    }
    if is_web(text) {
        let path = text.split(['?', '#']).next().unwrap_or_default();
        return path.ends_with(".git");
    }
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let host = |c: char| name(c) || c == '.';
    let Some((user, rest)) = text.split_once('@') else {
        return false;
    };
    let at = rest.find(':').and_then(|colon| rest.get(..colon));
    !user.is_empty()
        && user.chars().all(name)
        && at.is_some_and(|h| !h.is_empty() && h.chars().all(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_files_web_pages_or_repositories() {
        for git in [
            "git://x/y",
            "ssh://x/y",
            "git@github.com:a/b",
            "https://x/y.git#main:dir",
        ] {
            assert_eq!(Remote::of(git), Some(Remote::Git), "{git}");
        }
        assert_eq!(Remote::of("https://x/y"), Some(Remote::Web));
        for file in ["github.com/a/b", "a.git", "user@host", "a/b@c:d"] {
            assert_eq!(Remote::of(file), None, "{file}");
        }
    }
}
