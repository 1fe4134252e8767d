//! Comments that speak to other linters: `# hadolint …` and `# shellcheck …`.

/// What a comment asks of hadolint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HadolintComment<'t> {
    /// `shell=/bin/bash -c`: the shell that scripts are for.
    Shell(&'t str),
    /// `ignore=DL3006,DL3008 # reason`.
    Ignore {
        /// What it is about.
        reach: Reach,
        /// The codes, with commas between them.
        codes: &'t str,
        /// The text behind them.
        reason: &'t str,
    },
}

/// What an ignore comment is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The next instruction, or the next line of the one it stands in.
    Next,
    /// The stage that the next instruction opens, or the rest of the one it stands in.
    Stage,
    /// The whole file.
    File,
}

/// Reads a comment for hadolint.
pub fn hadolint(comment: &str) -> Option<HadolintComment<'_>> {
    let rest = body(comment).strip_prefix("hadolint")?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let value = |rest: &'_ str| -> Option<usize> {
        let value = rest.trim_start().strip_prefix('=')?;
        Some(rest.len() - value.len())
    };
    if let Some(rest) = rest.strip_prefix("shell") {
        return Some(HadolintComment::Shell(rest.get(value(rest)?..)?));
    }
    let (reach, rest) = match (rest.strip_prefix("global"), rest.strip_prefix("stage")) {
        (Some(rest), _) => (Reach::File, rest.trim_start()),
        (_, Some(rest)) => (Reach::Stage, rest.trim_start()),
        _ => (Reach::Next, rest),
    };
    let rest = rest.strip_prefix("ignore")?;
    let rest = rest.get(value(rest)?..)?.trim_start();
    // Codes go on after a comma, blanks around it allowed; what follows is the reason.
    let mut end = 0;
    let mut wants_code = true;
    for (i, c) in rest.char_indices() {
        match c {
            ',' => wants_code = true,
            '#' => break,
            c if c.is_whitespace() => {}
            _ if wants_code || end == i => {
                wants_code = false;
                end = i + c.len_utf8();
            }
            _ => break,
        }
    }
    let (codes, reason) = rest.split_at(end);
    Some(HadolintComment::Ignore {
        reach,
        codes,
        reason: reason.trim().trim_start_matches('#').trim(),
    })
}

/// What a comment asks of ShellCheck: `disable=SC2086,SC2046 shell=bash # reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShellcheckComment<'t> {
    directives: &'t str,
    /// The text behind the directives.
    pub reason: &'t str,
}

impl<'t> ShellcheckComment<'t> {
    /// The values that are given for a key, in order.
    pub fn values(&self, key: &str) -> impl Iterator<Item = &'t str> {
        let words = self.directives.split_whitespace();
        words.filter_map(move |word| word.strip_prefix(key)?.strip_prefix('='))
    }
}

/// Reads a comment for ShellCheck.
pub fn shellcheck(comment: &str) -> Option<ShellcheckComment<'_>> {
    let rest = body(comment).strip_prefix("shellcheck")?;
    let rest = rest.strip_prefix(char::is_whitespace)?;
    let (directives, reason) = rest.split_once('#').unwrap_or((rest, ""));
    Some(ShellcheckComment {
        directives,
        reason: reason.trim(),
    })
}

/// A comment without what begins it.
fn body(comment: &str) -> &str {
    comment.trim_start().trim_start_matches('#').trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hadolints_comments_are_read_with_blanks_and_reasons() {
        let ignore = |reach, codes, reason| {
            Some(HadolintComment::Ignore {
                reach,
                codes,
                reason,
            })
        };
        for (text, expected) in [
            (
                "# hadolint ignore=DL3006",
                ignore(Reach::Next, "DL3006", ""),
            ),
            (
                "#hadolint  global ignore = DL3006 , SC2086 # why",
                ignore(Reach::File, "DL3006 , SC2086", "why"),
            ),
            (
                "# hadolint stage ignore=DL3006 why",
                ignore(Reach::Stage, "DL3006", "why"),
            ),
            (
                "# hadolint shell=/bin/bash -c",
                Some(HadolintComment::Shell("/bin/bash -c")),
            ),
            ("# hadolintignore=DL3006", None),
            ("# hadolint ignore DL3006", None),
            ("# hadolint shell bash", None),
        ] {
            assert_eq!(hadolint(text), expected, "{text}");
        }
    }

    #[test]
    fn shellchecks_comments_have_several_directives() {
        let text = "# shellcheck disable=SC2086,SC2046 shell=bash disable=SC1091 # why";
        let read = shellcheck(text).unwrap();
        let disabled: Vec<&str> = read.values("disable").collect();
        assert_eq!(disabled, ["SC2086,SC2046", "SC1091"]);
        assert_eq!(read.values("shell").next(), Some("bash"));
        assert_eq!(read.reason, "why");
        assert!(shellcheck("# shellcheckdisable=SC2086").is_none());
        assert_eq!(
            shellcheck("# shellcheck disable=SC2086#x").unwrap().reason,
            "x"
        );
    }
}
