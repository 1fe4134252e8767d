//! What the reader refuses.

use crate::span::Span;

/// Something BuildKit would not read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// The smallest wrong place.
    pub span: Span,
    /// 1-based line of the instruction it belongs to, as BuildKit reports it.
    pub line: u32,
    /// Whether it only breaks the builds that use this image: it stands behind ONBUILD.
    pub deferred: bool,
}

/// The ways in which a Dockerfile can be unreadable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum SyntaxErrorKind {
    #[error("the file has no instructions")]
    NoInstructions,
    #[error("a line of {0} bytes is longer than the 65535 that BuildKit reads")]
    LineTooLong(usize),
    #[error("only one `{0}` parser directive can be used")]
    RepeatedDirective(String),
    #[error("`{0}` is no escape character: it must be `\\` or `` ` ``")]
    InvalidEscape(String),
    #[error("here-document `{0}` is never ended")]
    UnterminatedHeredoc(String),
    #[error("unknown instruction `{name}`")]
    UnknownInstruction {
        name: String,
        suggestion: Option<&'static str>,
    },
    #[error("unknown flag `--{name}` for {instruction}")]
    UnknownFlag {
        name: String,
        instruction: &'static str,
        suggestion: Option<&'static str>,
    },
    #[error("flag `--{0}` is given twice")]
    RepeatedFlag(String),
    #[error("flag `--{0}` has no value")]
    MissingFlagValue(String),
    #[error("flag `--{name}` must be `true` or `false`, not `{value}`")]
    NotBoolean { name: String, value: String },
    #[error("`{value}` is not a valid value of flag `--{name}`: {reason}")]
    InvalidFlagValue {
        name: String,
        value: String,
        reason: String,
    },
    #[error("an array in JSON form may hold only strings")]
    NotStringArray,
    #[error("{0} needs an argument")]
    MissingArgument(&'static str),
    #[error("{0} needs at least one source and a destination")]
    MissingDestination(&'static str),
    #[error("FROM takes an image and optionally `AS` and a name")]
    FromArguments,
    #[error("`{0}` is no valid stage name")]
    InvalidStageName(String),
    #[error("`{word}` has no `=`: the other variables of this {instruction} have one")]
    MissingEquals {
        word: String,
        instruction: &'static str,
    },
    #[error("{0} has a name but no value")]
    MissingValue(&'static str),
    #[error("{0} has a blank name")]
    BlankName(&'static str),
    #[error("{0} cannot have a here-document as its destination")]
    HeredocDestination(&'static str),
    #[error("SHELL must be in JSON form")]
    ShellNotJson,
    #[error("VOLUME has an empty path")]
    BlankVolume,
    #[error("`{0}` is no HEALTHCHECK type: it must be `CMD` or `NONE`")]
    HealthcheckType(String),
    #[error("HEALTHCHECK NONE takes no arguments")]
    HealthcheckNone,
    #[error("HEALTHCHECK CMD has no command")]
    HealthcheckCommand,
    #[error("ONBUILD cannot be chained")]
    OnbuildChain,
    #[error("{0} is not allowed behind ONBUILD")]
    OnbuildTrigger(&'static str),
    #[error("{0} stands before the first FROM")]
    BeforeFrom(String),
    #[error("the file has no FROM, so it builds nothing")]
    NoStage,
    #[error("BuildKit refuses these check options: {0}")]
    CheckOptions(String),
}

impl SyntaxErrorKind {
    /// Whether BuildKit's line parser refuses it; all else is refused when an instruction is
    /// given its type, which happens behind ONBUILD only once another image uses the trigger.
    pub(super) fn is_line_parsers(&self) -> bool {
        matches!(
            self,
            Self::MissingEquals { .. } | Self::MissingValue(_) | Self::NotStringArray
        )
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnknownInstruction {
                suggestion: Some(name),
                ..
            } => format!("did you mean `{name}`?"),
            Self::UnknownFlag {
                suggestion: Some(name),
                ..
            } => format!("did you mean `--{name}`?"),
            Self::UnterminatedHeredoc(name) => {
                format!("end it with a line that is exactly `{name}`")
            }
            Self::FromArguments => {
                "write `FROM image` or `FROM image AS name`; a comment needs a line of its own"
                    .into()
            }
            Self::InvalidStageName(_) => {
                "start it with a letter, then letters, digits, `-`, `_` or `.`".into()
            }
            Self::MissingEquals { word, .. } if word.starts_with('#') => {
                "a comment needs a line of its own".into()
            }
            Self::CheckOptions(_) => {
                "write `skip=Name,Name;error=true` without blanks; what follows a blank is a remark"
                    .into()
            }
            Self::MissingEquals { word, .. } => {
                format!("write `{word}=value`, or quote a value that holds blanks")
            }
            Self::BlankName(_) => "write `name=value` without blanks around `=`".into(),
            Self::HealthcheckType(word) if word.starts_with('-') && word.contains('=') => {
                format!("flags begin with two dashes: write `-{word}`")
            }
            Self::ShellNotJson => "write `SHELL [\"/bin/bash\", \"-c\"]`".into(),
            Self::BeforeFrom(_) => "only ARG may stand before the first FROM".into(),
            Self::LineTooLong(_) => "break the line with continuations".into(),
            Self::MissingDestination(name) => {
                format!("write `{name} source destination`")
            }
            Self::NotStringArray => "put every element in double quotes".into(),
            Self::NoStage => "start a stage with `FROM image`".into(),
            _ => return None,
        })
    }
}
