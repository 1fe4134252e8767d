//! Which codes are looked for, and how bad each is.

#[cfg(feature = "shell-lint")]
use super::{native, own};
use crate::diagnostic::Severity;

/// Codes that say nothing of a Dockerfile: the file has no `#!` line that could be missing, a
/// `sourced` file is one of the image, and that ash is taken for a POSIX shell is no finding.
pub(super) const NEVER: [&str; 9] = [
    "SC1008", "SC1071", "SC1090", "SC1091", "SC2096", "SC2148", "SC2187", "SC2239", "SC1128",
];

/// Checks that ShellCheck itself does only when asked to.
#[cfg_attr(not(feature = "shell-lint"), allow(dead_code))]
const OPTIONAL: [&str; 10] = [
    "SC2002", "SC2230", "SC2244", "SC2248", "SC2249", "SC2250", "SC2292", "SC2310", "SC2311",
    "SC2312",
];

/// The codes from a warning up that rarely tell of a mistake in a Dockerfile:
///
/// - SC1007: `X= Y=1` is there to empty `X`; SC1010: `mix do compile`.
/// - SC1075: `else if` cannot be broken where lines are joined.
/// - SC1083: `sed s/x/\${Y}/`, `--format {{.Id}}`: braces that are meant.
/// - SC1105: dash, BusyBox and bash all run `((a | b) && c || d)` as a group in a group.
/// - SC2010, SC2011, SC2038, SC2044, SC2045: the files of an image have tame names.
/// - SC2027: `"deb [arch="$arch"] …"` is one word in practice.
/// - SC2043: `for key in ONE` had or will have more; SC2046: `apk add $(…)` is split on purpose and
///   `make -j$(nproc)` is one word for sure.
/// - SC2050: `[ "apache" = "apache" ]` was written by a template.
/// - SC2114: an image may well do without `/boot` or `/media`.
/// - SC2115: `rm -rf "$DIR"/*` of a build would show at once if `DIR` were empty.
/// - SC2125: nothing expands in `url=…?x=y`.
/// - SC2155: what fails in `export GNUPGHOME="$(mktemp -d)"` is seen by the next command.
/// - SC2166: `[ a -o b ]` works in every shell that images have.
/// - SC2174: the parents of `mkdir -p -m 700 a/b` mostly are there.
/// - SC2189: a lone redirection makes an empty file. So may that of SC2188, unless a text is given to
///   no command.
/// - SC2211: `/tmp/app-*/install` runs the one program there is, whose version the name hides.
/// - SC2226: `ln -s /data` links into the working directory.
const RARELY_WRONG: [&str; 23] = [
    "SC1007", "SC1010", "SC1075", "SC1083", "SC1105", "SC2010", "SC2011", "SC2027", "SC2038",
    "SC2043", "SC2044", "SC2045", "SC2046", "SC2050", "SC2114", "SC2115", "SC2125", "SC2155",
    "SC2166", "SC2174", "SC2189", "SC2211", "SC2226",
];

/// Whether a code is on where nobody names it and no level is asked for.
pub(super) fn is_recommended(code: &str, severity: Severity) -> bool {
    severity >= Severity::Warning && !RARELY_WRONG.contains(&code)
}

/// The codes that dlint's own checks look for.
#[cfg_attr(not(feature = "shell-lint"), derive(Default))]
pub(super) struct Checks {
    #[cfg(feature = "shell-lint")]
    pub(super) native: native::Checks,
    /// The codes told from the commands of a script that are looked for.
    #[cfg(feature = "shell-lint")]
    pub(super) own: Vec<&'static str>,
}

impl Checks {
    /// The codes for which `wants` says so.
    #[cfg_attr(not(feature = "shell-lint"), allow(unused))]
    pub(super) fn of(mut wants: impl FnMut(&str, Severity) -> bool) -> Self {
        Self {
            #[cfg(feature = "shell-lint")]
            native: native::Checks::of(|code, severity| {
                !NEVER.contains(&code) && !OPTIONAL.contains(&code) && wants(code, severity)
            }),
            #[cfg(feature = "shell-lint")]
            own: own::codes()
                .filter(|(code, severity)| wants(code, *severity))
                .map(|(code, _)| code)
                .collect(),
        }
    }

    /// Whether a code is looked for.
    #[cfg_attr(not(feature = "shell-lint"), allow(unused))]
    pub(super) fn has(&self, code: &str) -> bool {
        #[cfg(feature = "shell-lint")]
        return self.native.has(code) || self.own.iter().any(|c| c.eq_ignore_ascii_case(code));
        #[cfg(not(feature = "shell-lint"))]
        false
    }
}
