//! The scanners and linters whose names dlint knows and whose checks it does not copy one by one: which tool a name is of, and which of their checks
//! no rule of dlint makes.

use crate::diagnostic::meta::{RuleMeta, same_name};

/// A scanner or linter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Scanner {
    Trivy,
    Checkov,
    Kics,
    Sonar,
    Semgrep,
    Droast,
}

impl Scanner {
    /// The scanner that a name is of, by its form.
    pub fn of_name(name: &str) -> Option<Self> {
        let rest = |prefix: &str| name.strip_prefix(prefix).unwrap_or_default();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if digits(rest("DS-")) || !rest("docker-").is_empty() {
            return Some(Self::Trivy);
        }
        if name.starts_with("CKV") {
            return Some(Self::Checkov);
        }
        if digits(rest("S")) {
            return Some(Self::Sonar);
        }
        if digits(rest("DF")) {
            return Some(Self::Droast);
        }
        let hex = |c: char| c.is_ascii_hexdigit() || c == '-';
        if name.len() == 36 && name.chars().all(hex) {
            return Some(Self::Kics);
        }
        name.contains('.').then_some(Self::Semgrep)
    }

    /// Whether it makes the check that a rule makes.
    pub fn has(self, rule: &RuleMeta) -> bool {
        let mut names = rule.aliases.iter();
        names.any(|name| Self::of_name(name) == Some(self))
    }
}

/// A check of other tools that no rule of dlint makes.
#[derive(Debug)]
pub struct Declined {
    /// What the tools call it.
    pub names: &'static [&'static str],
    /// What they report.
    pub what: &'static str,
    /// Why dlint does not.
    pub reason: &'static str,
}

// From `data/declined.toml`.
include!(concat!(env!("OUT_DIR"), "/declined.rs"));

/// The check that dlint does not make of which a tool has this name.
pub fn declined(name: &str) -> Option<&'static Declined> {
    let named = |d: &&Declined| d.names.iter().any(|own| same_name(own, name));
    DECLINED.iter().find(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn names_tell_their_tools() {
        for (name, tool) in [
            ("DS-0002", Some(Scanner::Trivy)),
            ("docker-no-ssh-port", Some(Scanner::Trivy)),
            ("CKV2_DOCKER_1", Some(Scanner::Checkov)),
            ("S6471", Some(Scanner::Sonar)),
            ("67fd0c4a-68cf-46d7-8c41-bc9fba7e40ae", Some(Scanner::Kics)),
            ("security.missing-user", Some(Scanner::Semgrep)),
            ("DF001", Some(Scanner::Droast)),
            ("DL3002", None),
            ("JSONArgsRecommended", None),
        ] {
            assert_eq!(Scanner::of_name(name), tool, "{name}");
        }
    }

    #[test]
    fn every_alias_is_of_a_known_tool() {
        for entry in &RULES {
            let meta = &entry.meta;
            let typed = [
                meta.hadolint.map(|h| h.code),
                meta.buildkit.and_then(|b| b.name),
            ];
            for alias in meta.aliases.iter().filter(|a| !typed.contains(&Some(a))) {
                assert!(Scanner::of_name(alias).is_some(), "{}: {alias}", meta.id);
            }
        }
    }

    #[test]
    fn what_is_declined_is_no_name_of_a_rule() {
        for name in DECLINED.iter().flat_map(|d| d.names) {
            assert!(crate::rules::by_name(name).is_empty(), "{name}");
            assert!(Scanner::of_name(name).is_some(), "{name}");
        }
    }
}
