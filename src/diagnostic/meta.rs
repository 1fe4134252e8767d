//! What is known of a rule, and so of each of its findings.

use super::Severity;
use crate::fix::Applicability;
use crate::perspective::Perspective;

/// Whom a finding serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Impact {
    Security,
    Speed,
    Clarity,
    Size,
    Correctness,
}

impl Impact {
    /// All of them, in the order pages list them.
    pub const ALL: [Impact; 5] = [
        Impact::Security,
        Impact::Speed,
        Impact::Clarity,
        Impact::Size,
        Impact::Correctness,
    ];

    /// The name used in pages and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Impact::Security => "security",
            Impact::Speed => "speed",
            Impact::Clarity => "clarity",
            Impact::Size => "size",
            Impact::Correctness => "correctness",
        }
    }
}

/// What the recommended profile does with a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Reports at this severity.
    On(Severity),
    /// Silent; `strict` or a selection turns it on at this severity.
    Off(Severity),
    /// Silent until it is configured; then it reports at this severity.
    Configured(Severity),
}

impl Level {
    /// The severity it has once it is on.
    pub fn severity(self) -> Severity {
        match self {
            Level::On(s) | Level::Off(s) | Level::Configured(s) => s,
        }
    }
}

/// A code of hadolint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HadolintCode {
    /// The code: `DL3006`.
    pub code: &'static str,
    /// The severity hadolint gives it.
    pub severity: Severity,
    /// Whether hadolint reports it unless told otherwise.
    pub is_on: bool,
}

/// What BuildKit does when it finds what a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildkitCheck {
    /// The name of the check; an error has none.
    pub name: Option<&'static str>,
    /// When it runs, and so which check comments reach it.
    pub kind: BuildkitKind,
}

/// When BuildKit looks, and which check comments it asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuildkitKind {
    /// At the file as a whole: a comment above one instruction does not reach it.
    WholeFile,
    /// At each instruction while it reads the file.
    Instruction,
    /// At each instruction while it turns it into a build: a trigger in the builds that run it,
    /// and only the stages that are built.
    Conversion,
    /// Only where it is asked for; skipping does not touch it.
    Experimental,
}

/// How many of a rule's findings on public files were read, and how many of them are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Precision {
    /// Those that say what is so and matters there.
    pub right: u16,
    /// Those that were read.
    pub labelled: u16,
}

impl Precision {
    /// The share that is right, in per cent.
    pub fn percent(self) -> u16 {
        let percent = u32::from(self.right) * 100 / u32::from(self.labelled).max(1);
        u16::try_from(percent).unwrap_or(100)
    }
}

/// What is known of a rule: for one of dlint's what its page says, the front matter and the text.
#[non_exhaustive]
pub struct RuleMeta {
    /// The id in kebab-case.
    pub id: &'static str,
    /// The folder of its page: `images`, `packages`, …; `own` for a rule that is not dlint's.
    pub family: &'static str,
    /// What the recommended profile does with it.
    pub level: Level,
    /// The most trusted fix it offers, if it offers any.
    pub fix: Option<Applicability>,
    /// The version that brought it; empty if it is not dlint's.
    pub since: &'static str,
    /// hadolint's code for the same finding.
    pub hadolint: Option<HadolintCode>,
    /// BuildKit's check or error for the same finding.
    pub buildkit: Option<BuildkitCheck>,
    /// All names that other tools give the same finding, those two first.
    pub aliases: &'static [&'static str],
    /// Whom it serves.
    pub impact: &'static [Impact],
    /// The weaknesses it is an example of, by their numbers in the Common Weakness Enumeration.
    pub cwe: &'static [u16],
    /// The recommendations of the CIS Docker Benchmark it is about: `4.10`.
    pub cis: &'static [&'static str],
    /// How many of its findings on public files were right, if some were read.
    pub precision: Option<Precision>,
    /// The first paragraph of the page.
    pub summary: &'static str,
    /// The page without its front matter, Markdown; empty if there is none.
    pub page: &'static str,
    /// Where the page can be read.
    pub url: Option<&'static str>,
}

/// Families of rules that may say less in tests and examples.
const YIELDING: [&str; 8] = [
    "files",
    "images",
    "layers",
    "packages",
    "privileges",
    "runtime",
    "shell",
    "stages",
];

impl RuleMeta {
    /// A rule of one's own. Its id is what reports call it and what ignore comments name.
    ///
    /// ```
    /// use dlint::diagnostic::Severity;
    /// use dlint::rule::{Impact, Level, RuleMeta};
    ///
    /// static META: RuleMeta = RuleMeta::new(
    ///     "acme-proxy",
    ///     Level::On(Severity::Warning),
    ///     "Downloads go through the proxy.",
    /// )
    /// .with_impact(&[Impact::Security])
    /// .with_url("https://wiki.example.com/acme-proxy");
    /// assert_eq!(META.id, "acme-proxy");
    /// ```
    pub const fn new(id: &'static str, level: Level, summary: &'static str) -> Self {
        Self {
            id,
            family: "own",
            level,
            fix: None,
            since: "",
            hadolint: None,
            buildkit: None,
            aliases: &[],
            impact: &[],
            cwe: &[],
            cis: &[],
            precision: None,
            summary,
            page: "",
            url: None,
        }
    }

    /// With whom it serves. [`Impact::Security`] gives it a security severity in SARIF.
    #[must_use]
    pub const fn with_impact(mut self, impact: &'static [Impact]) -> Self {
        self.impact = impact;
        self
    }

    /// With other names for it, which ignore comments may use.
    #[must_use]
    pub const fn with_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// With the place where its page can be read.
    #[must_use]
    pub const fn with_url(mut self, url: &'static str) -> Self {
        self.url = Some(url);
        self
    }

    /// Whether it says less of an image that nobody ships, as tests and examples make them: it is
    /// about pinning, size, speed, users and the like. What breaks or leaks does so anywhere.
    pub fn yields(&self) -> bool {
        let warns = match self.level {
            Level::On(severity) | Level::Off(severity) => severity < Severity::Error,
            Level::Configured(_) => false,
        };
        warns
            && YIELDING.contains(&self.family)
            && self.impact.iter().any(|i| *i != Impact::Correctness)
    }

    /// Whether it is silent in tests and examples unless it is asked for: it informs of size, speed,
    /// clarity or what is not pinned, which matters where an image is built over and over and shipped.
    pub fn is_for_shipped_images(&self) -> bool {
        self.level == Level::On(Severity::Info)
            && YIELDING.contains(&self.family)
            && self.impact.iter().all(|impact| match impact {
                Impact::Size | Impact::Speed | Impact::Clarity => true,
                Impact::Correctness => self.family == "packages",
                // What is copied beside the program.
                Impact::Security => self.family == "files" && self.impact.contains(&Impact::Size),
            })
    }

    /// Whether a name is its id or one of its other names, without regard to case.
    pub fn is_called(&self, name: &str) -> bool {
        let mut names = self.aliases.iter().chain([&self.id]);
        names.any(|own| same_name(own, name))
    }

    /// The name that another tool has for it.
    pub fn name_in(&self, perspective: Perspective) -> Option<&'static str> {
        match perspective {
            Perspective::Dlint => None,
            Perspective::Hadolint => self.hadolint.map(|code| code.code),
            Perspective::Buildkit => self.buildkit.and_then(|check| check.name),
        }
    }
}

/// Whether two names are one: without regard to case, and whichever of its spellings a tool uses for
/// it.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    match (Stem::of(one), Stem::of(other)) {
        (Stem::Trivy(one), Stem::Trivy(other)) => one == other,
        (Stem::Text(short), Stem::Text(other)) => {
            short.eq_ignore_ascii_case(other) || one.eq_ignore_ascii_case(other)
        }
        _ => false,
    }
}

/// A name in the spelling that all others of it have in common, in lower case.
pub(crate) fn canonical(name: &str) -> String {
    match Stem::of(name) {
        Stem::Trivy(number) => format!("ds-{number:04}"),
        Stem::Text(text) => text.to_ascii_lowercase(),
    }
}

/// What the spellings of a name have in common.
enum Stem<'n> {
    /// `AVD-DS-0002`, `DS-0002` and `DS002`.
    Trivy(u16),
    /// Trivy's long names without `docker-`, Sonar's rules without the language, Semgrep's without
    /// their path; others as they are.
    Text(&'n str),
}

impl<'n> Stem<'n> {
    fn of(name: &'n str) -> Self {
        let without = |text: &'n str, prefix: &str| -> Option<&'n str> {
            let head = text.get(..prefix.len())?;
            let rest = text.get(prefix.len()..)?;
            head.eq_ignore_ascii_case(prefix).then_some(rest)
        };
        let trivy = without(name, "avd-").unwrap_or(name);
        if let Some(number) = without(trivy, "ds") {
            let number = number.strip_prefix('-').unwrap_or(number);
            let fits = matches!(number.len(), 3 | 4) && number.bytes().all(|b| b.is_ascii_digit());
            if let (true, Ok(number)) = (fits, number.parse()) {
                return Stem::Trivy(number);
            }
        }
        if let Some(sonar) = without(name, "docker:") {
            return Stem::Text(sonar);
        }
        // `docker-socket` is dlint's own.
        if let Some(long) = without(name, "docker-").filter(|long| long.contains('-')) {
            return Stem::Text(long);
        }
        match name.rsplit_once('.') {
            Some((path, id)) if is_semgrep_path(path, id) => Stem::Text(id),
            _ => Stem::Text(name),
        }
    }
}

/// Whether a path in front of an id is one that Semgrep's rules have.
fn is_semgrep_path(path: &str, id: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "dockerfile",
        "generic",
        "security",
        "best-practice",
        "correctness",
        "audit",
        "dockerd-socket-mount",
        "rules",
    ];
    path.split('.')
        .all(|part| part == id || FOLDERS.contains(&part))
}

/// The id alone: whoever prints a finding does not want the page.
impl std::fmt::Debug for RuleMeta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RuleMeta").field(&self.id).finish()
    }
}
