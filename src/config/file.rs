//! `dlint.toml` as written.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Format;
#[cfg(test)]
use super::schema;
use crate::date::Date;
use crate::diagnostic::Severity;
use crate::facts::platform::{Platform, SPELLING};
use crate::policy::sources::PolicySource;
use crate::policy::{Bases, Exception, Golden, LabelFormat, Mode, Policy};
use crate::values::Located;

/// A set of rules to start from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What a senior reviewer would say.
    #[default]
    Recommended,
    /// Every rule.
    Strict,
    /// The rules that serve security.
    Security,
    /// The rules hadolint has, under its codes.
    Hadolint,
    /// The rules `docker build --check` has, under its names.
    Buildkit,
}

/// The least level that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Any finding.
    Style,
    /// What is worth knowing.
    Info,
    /// What a reviewer would stop.
    Warning,
    /// What breaks or leaks.
    Error,
    /// No finding at all.
    Never,
}

impl FailOn {
    /// Reads a name; hadolint's `ignore` and `none` are its ways to say `style`.
    pub fn parse(name: &str) -> Option<FailOn> {
        Some(match name {
            "style" | "ignore" | "none" => FailOn::Style,
            "info" => FailOn::Info,
            "warning" => FailOn::Warning,
            "error" => FailOn::Error,
            "never" => FailOn::Never,
            _ => return None,
        })
    }

    /// Whether a finding of that level makes a run fail.
    pub fn fails(self, severity: Severity) -> bool {
        severity
            >= match self {
                FailOn::Style => Severity::Style,
                FailOn::Info => Severity::Info,
                FailOn::Warning => Severity::Warning,
                FailOn::Error => Severity::Error,
                FailOn::Never => return false,
            }
    }
}

/// The level of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum LevelSetting {
    /// The rule is off.
    Off,
    /// A matter of taste.
    Style,
    /// Worth knowing.
    Info,
    /// A reviewer would stop it.
    Warning,
    /// It breaks or leaks.
    Error,
}

impl LevelSetting {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            LevelSetting::Off,
            LevelSetting::Style,
            LevelSetting::Info,
            LevelSetting::Warning,
            LevelSetting::Error,
        ];
        all.into_iter().find(|level| level.as_str() == name)
    }

    /// The name that stands in configuration.
    pub fn as_str(self) -> &'static str {
        self.severity().map_or("off", Severity::as_str)
    }

    /// The severity; nothing for `off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            LevelSetting::Off => None,
            LevelSetting::Style => Some(Severity::Style),
            LevelSetting::Info => Some(Severity::Info),
            LevelSetting::Warning => Some(Severity::Warning),
            LevelSetting::Error => Some(Severity::Error),
        }
    }
}

/// Who looks at the shell scripts of `RUN` for the rule `shellcheck`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum ScriptChecker {
    /// dlint itself.
    #[default]
    Native,
    /// The program `shellcheck`, which has to be installed.
    External,
}

/// The configuration of dlint: `dlint.toml`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    /// A configuration file to start from, or a list of them, of which later ones win: paths
    /// relative to this file, `https://…#sha256=…`, or `git::<repository>//<path>?ref=<revision>`.
    #[cfg_attr(test, schemars(with = "schema::OneOrMany"))]
    pub extends: Extends,
    /// The set of rules to start from; `recommended` if none is named.
    pub profile: Option<Profile>,
    /// The rules that are on, instead of those of the profile: ids, aliases, families, impacts or `all`.
    #[cfg_attr(test, schemars(with = "Option<Vec<schema::Selector>>"))]
    pub select: Option<Vec<Located<String>>>,
    /// Rules that are on besides.
    #[cfg_attr(test, schemars(with = "Vec<schema::Selector>"))]
    pub extend_select: Vec<Located<String>>,
    /// Rules that are off. A narrower name wins over a wider one.
    #[cfg_attr(test, schemars(with = "Vec<schema::Selector>"))]
    pub ignore: Vec<Located<String>>,
    /// The least level that makes a run fail; `warning` if none is named.
    pub fail_on: Option<FailOn>,
    /// How findings are written, unless the command line says; in the file nearest to the folder
    /// dlint runs in.
    pub format: Option<Format>,
    /// Whether ignore comments count; they do if nothing is said.
    pub ignore_comments: Option<bool>,
    /// Who looks at shell scripts: dlint itself, or the program `shellcheck`.
    pub shellcheck: Option<ScriptChecker>,
    /// The day that the files are judged for, `YYYY-MM-DD`: what is out of support by then, and
    /// what is gone; today if none is named.
    pub as_of: Option<Date>,
    /// Files and folders that are not searched; patterns relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub exclude: Vec<Located<String>>,
    /// Files that are Dockerfiles though their name does not say so; patterns relative to this file.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub include: Vec<Located<String>>,
    /// The levels of rules.
    #[cfg_attr(test, schemars(with = "schema::Levels"))]
    pub levels: BTreeMap<Located<String>, LevelSetting>,
    /// The rules that no repository, comment or option can lift, and `exclude` if no repository
    /// may leave files out. It counts in the file that `--policy` names and in those it extends.
    #[cfg_attr(test, schemars(with = "Vec<schema::Selector>"))]
    pub locked: Vec<Located<String>>,
    /// Whether a baseline may hide findings of the locked rules. It counts where `locked` does.
    pub allow_baseline: Option<bool>,
    /// The list of known findings, which are not shown: what `dlint baseline` writes. The path is
    /// relative to this file.
    pub baseline: Option<String>,
    /// What the organisation demands of images.
    #[cfg_attr(test, schemars(with = "Policy"))]
    pub policy: PolicyKeys,
    /// How the files are built.
    pub build: BuildOptions,
    /// The options of rules.
    #[cfg_attr(test, schemars(with = "schema::Rules"))]
    pub rules: BTreeMap<Located<String>, RuleTable>,
    /// Files whose image nobody ships, and how much is said of them.
    pub tests_and_examples: TestsAndExamples,
    /// What applies to some files only. Later ones win.
    pub overrides: Vec<Override>,
}

/// Files whose image nobody ships: the rules about pinning, size, speed, users and the like say
/// less of them, what breaks or leaks is said as everywhere.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestsAndExamples {
    /// The files, instead of those that dlint takes for such: patterns relative to this file.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub files: Option<Vec<Located<String>>>,
    /// The most that those rules report there; `info` if nothing is said, `error` for as much as
    /// everywhere.
    pub level: Option<Severity>,
}

/// The files that a file extends, the lowest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Extends(pub Vec<Located<String>>);

impl<'de> Deserialize<'de> for Extends {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        enum OneOrMany {
            One(String),
            Many(Vec<Located<String>>),
        }

        struct Either;

        impl<'de> serde::de::Visitor<'de> for Either {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a path or a list of paths")
            }

            fn visit_str<E: serde::de::Error>(self, path: &str) -> Result<Self::Value, E> {
                Ok(OneOrMany::One(path.to_owned()))
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut elements: A,
            ) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(path) = elements.next_element()? {
                    all.push(path);
                }
                Ok(OneOrMany::Many(all))
            }
        }

        impl<'de> Deserialize<'de> for OneOrMany {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                input.deserialize_any(Either)
            }
        }

        let located = Located::<OneOrMany>::deserialize(input)?;
        Ok(match located.value {
            OneOrMany::One(value) => {
                let span = located.span;
                Self(vec![Located { value, span }])
            }
            OneOrMany::Many(all) => Self(all),
        })
    }
}

/// What applies to some files only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// The files: patterns relative to the configuration file.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub files: Vec<Located<String>>,
    /// The set of rules to start from.
    #[serde(default)]
    pub profile: Option<Profile>,
    /// The rules that are on, instead of those of the profile.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Option<Vec<schema::Selector>>"))]
    pub select: Option<Vec<Located<String>>>,
    /// Rules that are on besides.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<schema::Selector>"))]
    pub extend_select: Vec<Located<String>>,
    /// Rules that are off.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<schema::Selector>"))]
    pub ignore: Vec<Located<String>>,
    /// The least level that makes a run fail.
    #[serde(default)]
    pub fail_on: Option<FailOn>,
    /// The levels of rules.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "schema::Levels"))]
    pub levels: BTreeMap<Located<String>, LevelSetting>,
    /// What the organisation demands of images.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Policy"))]
    pub policy: PolicyKeys,
    /// How the files are built.
    #[serde(default)]
    pub build: BuildOptions,
    /// The options of rules.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "schema::Rules"))]
    pub rules: BTreeMap<Located<String>, RuleTable>,
}

/// The keys of [`Policy`] that a file sets; what it leaves out stays as the files below have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyKeys {
    /// See [`Policy::golden`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub golden: Option<Vec<Golden>>,
    /// See [`Policy::defines_golden`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defines_golden: Option<bool>,
    /// See [`Policy::build_stages`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_stages: Option<Bases>,
    /// See [`Policy::final_digest`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_digest: Option<bool>,
    /// See [`Policy::final_runtime`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_runtime: Option<bool>,
    /// See [`Policy::mode`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// See [`Policy::effective`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// See [`Policy::exceptions`]; those of every file count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// See [`Policy::trusted_registries`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_registries: Option<Vec<String>>,
    /// See [`Policy::sources`]; those of every file count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What these say.
    #[serde(skip)]
    pub read: Vec<Arc<PolicySource>>,
    /// See [`Policy::insecure_registries`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure_registries: Option<Vec<String>>,
    /// See [`Policy::label_schema`]; labels come from every file.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub label_schema: BTreeMap<String, LabelFormat>,
    /// See [`Policy::strict_labels`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strict_labels: Option<bool>,
}

impl PolicyKeys {
    /// Lays these keys over a policy.
    pub fn lay_over(&self, policy: &mut Policy) {
        let Self {
            golden,
            defines_golden,
            build_stages,
            final_digest,
            final_runtime,
            mode,
            effective,
            exceptions,
            trusted_registries,
            insecure_registries,
            label_schema,
            strict_labels,
            sources,
            read,
        } = self;
        policy.sources.extend(sources.iter().cloned());
        policy.read.extend(read.iter().cloned());
        replace(&mut policy.build_stages, build_stages.as_ref());
        replace(&mut policy.final_digest, final_digest.as_ref());
        replace(&mut policy.final_runtime, final_runtime.as_ref());
        replace(&mut policy.mode, mode.as_ref());
        if effective.is_some() {
            policy.effective = *effective;
        }
        policy.exceptions.extend(exceptions.iter().cloned());
        replace(&mut policy.golden, golden.as_ref());
        replace(&mut policy.defines_golden, defines_golden.as_ref());
        replace(&mut policy.trusted_registries, trusted_registries.as_ref());
        replace(
            &mut policy.insecure_registries,
            insecure_registries.as_ref(),
        );
        let labels = label_schema
            .iter()
            .map(|(name, format)| (name.clone(), *format));
        policy.label_schema.extend(labels);
        replace(&mut policy.strict_labels, strict_labels.as_ref());
    }
}

fn replace<T: Clone>(setting: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        setting.clone_from(value);
    }
}

/// The options of a rule: a table that the rule itself reads.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RuleTable;

impl Serialize for RuleTable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(std::iter::empty::<(&str, &str)>())
    }
}

impl<'de> Deserialize<'de> for RuleTable {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let _ = BTreeMap::<String, serde::de::IgnoredAny>::deserialize(input)?;
        Ok(Self)
    }
}

fn platforms<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    /// Read one by one, so that the wrong one is pointed at.
    struct Checked(String);

    impl<'de> Deserialize<'de> for Checked {
        fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
            let platform = String::deserialize(input)?;
            if Platform::parse(&platform).is_none() {
                let problem = format!("`{platform}` is no platform: {SPELLING}");
                return Err(serde::de::Error::custom(problem));
            }
            Ok(Self(platform))
        }
    }

    let platforms = Vec::<Checked>::deserialize(input)?;
    Ok(platforms.into_iter().map(|p| p.0).collect())
}

/// How files are built.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuildOptions {
    /// Build arguments.
    pub args: BTreeMap<String, String>,
    /// The stage that is built.
    pub target: Option<String>,
    /// The names of further build contexts.
    pub contexts: Vec<String>,
    /// The platforms that are built for, `os/architecture`.
    #[serde(deserialize_with = "platforms")]
    pub platforms: Vec<String>,
    /// The directory of the build context; of the command line only.
    #[serde(skip)]
    pub context: Option<std::path::PathBuf>,
}
