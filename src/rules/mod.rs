//! The registry: every page of the catalogue with the code behind it. `build.rs` writes it.

pub mod downloads;
pub mod files;
pub mod images;
pub mod labels;
pub mod layers;
pub mod packages;
pub mod policy;
pub mod privileges;
pub mod runtime;
pub mod secrets;
pub mod shell;
pub mod stages;
pub mod suppressions;
pub mod syntax;
pub mod tool;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::de::DeserializeOwned;

use crate::diagnostic::Severity;
use crate::diagnostic::meta::canonical;
use crate::fix::Applicability;
use crate::rule::{
    BuildkitCheck, BuildkitKind, Checks, HadolintCode, Impact, Level, Rule, RuleMeta,
};
use crate::values::{self, Value};

/// A rule of the catalogue.
pub struct RuleEntry {
    /// What its page says.
    pub meta: RuleMeta,
    /// Which checks the rule has.
    pub checks: Checks,
    /// The rule with its default options.
    pub make: fn() -> Box<dyn Rule>,
    /// The rule with options from configuration.
    pub configure: fn(&Value) -> Result<Box<dyn Rule>, values::Error>,
    /// The schema of its options.
    #[cfg(test)]
    pub(crate) options: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

fn make<R: Rule + Default + 'static>() -> Box<dyn Rule> {
    Box::new(R::default())
}

fn configure<R: Rule + DeserializeOwned + 'static>(
    options: &Value,
) -> Result<Box<dyn Rule>, values::Error> {
    Ok(Box::new(R::deserialize(options)?))
}

#[cfg(test)]
fn options<R: schemars::JsonSchema + serde::Serialize>(
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    generator.subschema_for::<R>()
}

/// The rule of that id.
pub fn by_id(id: &str) -> Option<&'static RuleEntry> {
    RULES
        .binary_search_by(|entry| entry.meta.id.cmp(id))
        .ok()
        .and_then(|i| RULES.get(i))
}

/// What the rules of a family are about.
pub fn about_family(name: &str) -> Option<&'static str> {
    let at = FAMILIES
        .binary_search_by(|(family, _)| (*family).cmp(name))
        .ok()?;
    FAMILIES.get(at).map(|(_, about)| *about)
}

/// What is known of a rule that the code names; a name that no rule has does not compile.
#[allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "it runs in the compiler, for constants"
)]
pub(crate) const fn meta(id: &str) -> &'static RuleMeta {
    let id = id.as_bytes();
    let mut number = 0;
    while number < RULES.len() {
        let known = RULES[number].meta.id.as_bytes();
        let mut same = 0;
        while same < id.len() && same < known.len() && id[same] == known[same] {
            same += 1;
        }
        if same == id.len() && same == known.len() {
            return &RULES[number].meta;
        }
        number += 1;
    }
    panic!("no rule has that id")
}

/// The rule that reports under ShellCheck's codes.
pub const SHELLCHECK: &str = "shellcheck";

/// Rules of which one says enough of a place: whoever fixes what the first finds has nothing left of
/// what the second finds there.
pub const COVERING: [(&str, &str); 2] = [
    ("pipe-to-shell", "missing-pipefail"),
    ("clear-text-download", "remote-add-without-checksum"),
];

/// The rules whose findings are about a text that is not read as its author meant it: what others say of
/// that text is the same fault.
pub const COVERS_ITS_TEXT: [&str; 2] = ["redirected-version", "trailing-comment"];

/// Rules about calls that fail, and those about what such a call would leave behind or bring along:
/// that is of no account before it works.
pub const FAILING: [(&str, &[&str]); 2] = [
    (
        "missing-package-index",
        &["apt-in-script", "apt-recommends"],
    ),
    (
        "wrong-package-manager",
        &[
            "apk-cache-kept",
            "apt-in-script",
            "apt-lists-kept",
            "apt-missing-yes",
            "apt-recommends",
            "dnf-cache-kept",
            "dnf-missing-yes",
            "stale-package-index",
            "unpinned-apk",
            "unpinned-apt",
            "unpinned-dnf",
            "unpinned-yum",
            "yum-cache-kept",
            "yum-missing-yes",
            "zypper-cache-kept",
            "zypper-missing-yes",
        ],
    ),
];

/// The rule about bases that are not golden.
pub const NON_GOLDEN_BASE: &str = "non-golden-base";

/// The rules whose findings about a base [`NON_GOLDEN_BASE`] tells in its help.
pub const TOLD_OF_A_BASE: [&str; 9] = [
    "development-base",
    "end-of-life-base",
    "floating-tag",
    "heavy-base",
    "latest-tag",
    "undigested-image",
    "untagged-image",
    "untrusted-registry",
    "unvetted-publisher",
];

/// Whether a name is a code of ShellCheck, which stands for some findings of [`SHELLCHECK`].
pub fn is_code(name: &str) -> bool {
    let number = name.get(2..).unwrap_or_default().as_bytes();
    name.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("SC"))
        && number.len() == 4
        && matches!(number.first(), Some(b'1'..=b'3'))
        && number.iter().all(u8::is_ascii_digit)
}

/// What every name means, by the name in lower case.
static NAMES: LazyLock<HashMap<String, Vec<&'static RuleEntry>>> = LazyLock::new(|| {
    let mut names: HashMap<String, Vec<&'static RuleEntry>> = HashMap::new();
    for entry in &RULES {
        let own = std::iter::once(&entry.meta.id).chain(entry.meta.aliases);
        for name in own {
            for name in [name.to_ascii_lowercase(), canonical(name)] {
                let rules = names.entry(name).or_default();
                if !rules.iter().any(|e| e.meta.id == entry.meta.id) {
                    rules.push(entry);
                }
            }
        }
    }
    names
});

/// The rules a name means: the id, the rule of a code, or every rule with that alias. Aliases are compared without
/// regard to case.
pub fn by_name(name: &str) -> Vec<&'static RuleEntry> {
    if let Some(entry) = by_id(name) {
        return vec![entry];
    }
    if is_code(name) {
        return by_id(SHELLCHECK).into_iter().collect();
    }
    NAMES
        .get(&name.to_ascii_lowercase())
        .or_else(|| NAMES.get(&canonical(name)))
        .cloned()
        .unwrap_or_default()
}

/// The rule id, family or alias nearest to a name that does not exist.
pub fn nearest_name(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    RULES
        .iter()
        .flat_map(|e| {
            [e.meta.id, e.meta.family]
                .into_iter()
                .chain(e.meta.aliases.iter().copied())
        })
        .map(|known| {
            (
                crate::text::edit_distance(&lower, &known.to_lowercase()),
                known,
            )
        })
        .filter(|(d, known)| *d <= (known.len() / 3).max(2))
        .min()
        .map(|(_, known)| known)
}

/// One rule on one text, for the tests of rules.
#[cfg(test)]
pub(crate) mod testing {
    use super::by_id;
    use crate::engine::{self, ActiveRule, Settings, lint};
    use crate::fix::Applicability;
    use crate::span::Source;

    fn settings(rule: &str) -> Settings {
        Settings {
            rules: by_id(rule).map(ActiveRule::new).into_iter().collect(),
            ..Settings::default()
        }
    }

    /// How many findings a rule has.
    pub(crate) fn count(rule: &str, text: &str) -> usize {
        lint(Source::new("t", text), &settings(rule))
            .diagnostics
            .len()
    }

    /// The text with all fixes of a rule made.
    pub(crate) fn fixed(rule: &str, text: &str) -> String {
        let settings = settings(rule);
        let report = lint(Source::new("t", text), &settings);
        let fixed = engine::fix(report, &settings, Applicability::Unsafe);
        fixed.report.source.text().to_owned()
    }
}
