//! The options of BuildKit's checks: `skip=A,B;experimental=all;error=true`.
//! After `ParseLintOptions` of BuildKit's `linter` package.

use std::ops::Range;

/// Check options, as a `# check=` comment or the build argument sets them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// The checks to skip, with their places in the text.
    pub skip: Vec<CheckName>,
    /// `skip=all`.
    pub skip_all: bool,
    /// The place of `all` in `skip=all`.
    pub skip_all_range: Range<usize>,
    /// The experimental checks to run.
    pub experimental: Vec<CheckName>,
    /// `experimental=all`.
    pub experimental_all: bool,
    /// Whether warnings make the build fail.
    pub error: bool,
}

/// The name of a check in the options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckName {
    /// The name; it counts only in BuildKit's own spelling.
    pub name: String,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

/// Why options are refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CheckOptionError {
    /// What BuildKit says.
    pub message: String,
    /// Where it stands in the text.
    pub range: Range<usize>,
}

/// The build argument that replaces the `check` directive.
pub const CHECK_ARGUMENT: &str = "BUILDKIT_DOCKERFILE_CHECK";

impl CheckOptions {
    /// Reads options.
    ///
    /// # Errors
    ///
    /// When BuildKit refuses them: then it builds nothing.
    pub fn parse(text: &str) -> Result<Self, CheckOptionError> {
        let mut options = Self::default();
        if text.trim().is_empty() {
            return Ok(options);
        }
        let offset = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
        let range = |part: &str| offset(part)..offset(part) + part.len();
        // A fourth part belongs to the third.
        for part in text.trim().splitn(3, ';') {
            let refused = |what: &str| CheckOptionError {
                message: format!("invalid check option \"{what}\""),
                range: range(part),
            };
            let (key, value) = part.split_once('=').ok_or_else(|| refused(part))?;
            let value = value.trim();
            let names = || -> Vec<CheckName> {
                let names = value.split(',').map(str::trim);
                names
                    .map(|name| CheckName {
                        name: name.to_owned(),
                        range: range(name),
                    })
                    .collect()
            };
            match key.trim() {
                "skip" if value == "all" => {
                    options.skip_all = true;
                    options.skip_all_range = range(value);
                }
                "skip" => options.skip = names(),
                "experimental" if value == "all" => options.experimental_all = true,
                "experimental" => options.experimental = names(),
                "error" => {
                    options.error = match value {
                        "1" | "t" | "T" | "TRUE" | "true" | "True" => true,
                        "0" | "f" | "F" | "FALSE" | "false" | "False" => false,
                        _ => {
                            return Err(CheckOptionError {
                                message: format!("failed to parse check option \"{part}\""),
                                range: range(part),
                            });
                        }
                    };
                }
                key => return Err(refused(key)),
            }
        }
        Ok(options)
    }

    /// Whether an experimental check of this name is to run.
    pub fn runs_experimental(&self, name: &str) -> bool {
        self.experimental_all || self.experimental.iter().any(|n| n.name == name)
    }
}

/// The options in the text of a comment, as [`super::Comment::buildkit_text`] gives it:
/// `check=…`, of which the part up to the first space counts. The range is the options' place.
pub fn inline(comment: &str) -> Option<Range<usize>> {
    let value = super::directive::named(comment, "check")?;
    let text = comment.get(value.clone())?;
    let length = text.find(' ').unwrap_or(text.len());
    Some(value.start..value.start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[CheckName]) -> Vec<&str> {
        list.iter().map(|n| n.name.as_str()).collect()
    }

    #[test]
    fn a_later_list_replaces_an_earlier_one() {
        let options = CheckOptions::parse("skip=A, B;skip=C;error=T").unwrap();
        assert_eq!(names(&options.skip), ["C"]);
        assert!(options.error);
    }

    #[test]
    fn a_fourth_part_belongs_to_the_third() {
        let options = CheckOptions::parse("skip=A;error=0;skip=B;error=1").unwrap();
        assert_eq!(names(&options.skip), ["B;error=1"]);
        assert!(!options.error);
    }

    #[test]
    fn an_unknown_key_is_refused_at_its_place() {
        let error = CheckOptions::parse("skip=A;foo=1").unwrap_err();
        assert_eq!(error.message, "invalid check option \"foo\"");
        assert_eq!(error.range, 7..12);
        assert!(CheckOptions::parse("skip=A;").is_err());
        assert!(CheckOptions::parse("error=maybe").is_err());
        assert!(CheckOptions::parse("").is_ok());
    }

    #[test]
    fn a_comment_gives_its_options_up_to_a_space() {
        assert_eq!(inline("check=skip=A // why"), Some(6..12));
        assert_eq!(inline("Check = skip=A"), Some(8..14));
        assert_eq!(inline("# check=skip=A"), None);
        assert_eq!(inline("checked=skip=A"), None);
    }
}
