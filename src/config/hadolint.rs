//! `.hadolint.yaml` and the variables `HADOLINT_*` → a layer of settings.
//!
//! Every key that hadolint knows means here what it means there. What hadolint drops silently, a
//! key it does not know or a value that does not fit, is an error at its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::error::nearest;
use super::layer::{Layer, check_rule};
use super::{ConfigError, FailOn, Format, LevelSetting, PolicyKeys, Problem};
use crate::compat::hadolint;
use crate::policy::LabelFormat;
use crate::rules;
use crate::span::{Source, Span};

/// What the file of a folder is called, the first that exists counts.
const NAMES: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// hadolint's file in a folder.
pub(super) fn in_folder(folder: &Path) -> Option<PathBuf> {
    NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.is_file())
}

/// The file that hadolint reads wherever the Dockerfile is: that of the current folder, then
/// those of the user.
pub(super) fn elsewhere() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let current = super::pattern::absolute(Path::new(""));
    let home = variable("HOME").map(PathBuf::from);
    let config = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| home.as_ref().map(|h| h.join(".config")));
    let two =
        |folder: &Path, stem: &str| ["yaml", "yml"].map(|e| folder.join(format!("{stem}.{e}")));
    let mut places: Vec<PathBuf> = two(&current, ".hadolint").into();
    if let Some(config) = config {
        places.extend(two(&config, "hadolint"));
    }
    if let Some(home) = home {
        let own = home.join(".hadolint");
        places.extend(two(&own, "hadolint"));
        places.extend(two(&own, "config"));
        places.extend(two(&home, ".hadolint"));
    }
    places.into_iter().find(|path| path.is_file())
}

/// Whether a configuration file is hadolint's, by its name.
pub(super) fn is_yaml(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str());
    extension.is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
}

/// The file as written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Yaml {
    ignored: Option<Vec<Spanned<String>>>,
    #[serde(rename = "override")]
    levels: Option<Levels>,
    #[serde(rename = "trustedRegistries")]
    trusted_registries: Option<Registries>,
    label_schema: Option<BTreeMap<String, Option<Label>>>,
    strict_labels: Option<bool>,
    disable_ignore_pragma: Option<bool>,
    no_fail: Option<bool>,
    no_color: Option<bool>,
    /// hadolint says more about itself; dlint has an option for that.
    #[allow(dead_code)]
    verbose: Option<bool>,
    failure_threshold: Option<Threshold>,
    format: Option<Spanned<Format>>,
    formats: Option<Vec<Spanned<Format>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Levels {
    error: Option<Vec<Spanned<String>>>,
    warning: Option<Vec<Spanned<String>>>,
    info: Option<Vec<Spanned<String>>>,
    style: Option<Vec<Spanned<String>>>,
}

/// hadolint's documents allow a single one, though it refuses it.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a list of registries")]
enum Registries {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Text,
    Url,
    Semver,
    Hash,
    Rfc3339,
    Spdx,
    Email,
    #[serde(rename = "")]
    Any,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Threshold {
    Error,
    Warning,
    Info,
    Style,
    Ignore,
    None,
}

impl From<Threshold> for FailOn {
    fn from(threshold: Threshold) -> Self {
        match threshold {
            Threshold::Error => FailOn::Error,
            Threshold::Warning => FailOn::Warning,
            Threshold::Info => FailOn::Info,
            // hadolint fails for a matter of taste under each of them.
            Threshold::Style | Threshold::Ignore | Threshold::None => FailOn::Style,
        }
    }
}

/// A label format by its name.
pub(super) fn label_format(name: &str) -> Option<LabelFormat> {
    Some(match name {
        "" | "text" => LabelFormat::Text,
        "url" => LabelFormat::Url,
        "semver" => LabelFormat::Semver,
        "hash" => LabelFormat::Hash,
        "rfc3339" => LabelFormat::Rfc3339,
        "spdx" => LabelFormat::Spdx,
        "email" => LabelFormat::Email,
        _ => return None,
    })
}

/// What a file says.
#[derive(Debug)]
pub(super) struct Read {
    pub layer: Layer,
    /// Codes that no rule stands for.
    pub dropped: Vec<String>,
}

/// Reads a file by its path.
pub(super) fn load(path: &Path) -> Result<Read, ConfigError> {
    read(&super::load::source(path, super::load::Trust::Named)?)
}

/// Reads a file.
pub(super) fn read(source: &Source) -> Result<Read, ConfigError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
    };
    let yaml: Yaml = serde_saphyr::from_str_with_options(source.text(), options).map_err(|e| {
        let at = e.location().map_or(Span::at(0), |l| span_of(source, &l));
        ConfigError::at(problem_of(&e), source, at)
    })?;
    layer(yaml, source)
}

fn layer(yaml: Yaml, source: &Source) -> Result<Read, ConfigError> {
    let mut dropped = Vec::new();
    let at = |place: &Location| span_of(source, place);
    let mut known = |names: Option<Vec<Spanned<String>>>| -> Result<Vec<String>, ConfigError> {
        let mut out = Vec::new();
        for name in names.unwrap_or_default() {
            let fits = check_code(&name.value);
            match fits.map_err(|e| ConfigError::at(e, source, at(&name.referenced)))? {
                true => out.push(name.value),
                false => dropped.push(name.value),
            }
        }
        Ok(out)
    };
    let ignore = known(yaml.ignored)?;
    let mut levels = Vec::new();
    if let Some(written) = yaml.levels {
        // The worst one wins, and comes last.
        for (names, level) in [
            (written.style, LevelSetting::Style),
            (written.info, LevelSetting::Info),
            (written.warning, LevelSetting::Warning),
            (written.error, LevelSetting::Error),
        ] {
            levels.extend(known(names)?.into_iter().map(|name| (name, level)));
        }
    }
    // Ignoring wins over levels.
    levels.retain(|(name, _)| !ignore.contains(name));
    let formats: Vec<Spanned<Format>> = yaml
        .formats
        .into_iter()
        .flatten()
        .chain(yaml.format)
        .collect();
    if let Some(second) = formats.get(1) {
        let problem = "a second report would go to standard output; ask for it on the command \
                       line, with a file for it";
        let problem = Problem::Other(problem.to_owned());
        return Err(ConfigError::at(problem, source, at(&second.referenced)));
    }
    let labels: BTreeMap<String, LabelFormat> = yaml
        .label_schema
        .into_iter()
        .flatten()
        .map(|(name, label)| {
            let format = match label {
                Some(Label::Text | Label::Any) | None => LabelFormat::Text,
                Some(Label::Url) => LabelFormat::Url,
                Some(Label::Semver) => LabelFormat::Semver,
                Some(Label::Hash) => LabelFormat::Hash,
                Some(Label::Rfc3339) => LabelFormat::Rfc3339,
                Some(Label::Spdx) => LabelFormat::Spdx,
                Some(Label::Email) => LabelFormat::Email,
            };
            (name, format)
        })
        .collect();
    let registries = match yaml.trusted_registries {
        Some(Registries::One(one)) => vec![one],
        Some(Registries::Many(many)) => many,
        None => Vec::new(),
    };
    let threshold = yaml.failure_threshold.map(FailOn::from);
    let layer = Layer {
        ignore,
        levels,
        fail_on: match yaml.no_fail {
            Some(true) => Some(FailOn::Never),
            _ => threshold,
        },
        policy: PolicyKeys {
            trusted_registries: (!registries.is_empty()).then_some(registries),
            label_schema: labels,
            strict_labels: yaml.strict_labels,
            ..PolicyKeys::default()
        },
        format: formats.first().map(|f| f.value),
        no_color: yaml.no_color,
        verbose: yaml.verbose,
        ignore_comments: yaml.disable_ignore_pragma.map(|off| !off),
        ..Layer::default()
    };
    Ok(Read { layer, dropped })
}

/// Whether a code means a rule. One that hadolint had once means none and is no mistake.
fn check_code(name: &str) -> Result<bool, Problem> {
    if !rules::by_name(name).is_empty() {
        return Ok(true);
    }
    if hadolint::is_code(name) {
        return Ok(false);
    }
    check_rule(name).map(|()| true).map_err(Problem::from)
}

/// What is wrong with a file.
fn problem_of(error: &serde_saphyr::Error) -> Problem {
    match error.without_snippet() {
        serde_saphyr::Error::SerdeUnknownField {
            field, expected, ..
        } => {
            let (nearest, known) = nearest(field, expected);
            Problem::UnknownKey {
                key: field.clone(),
                nearest,
                known,
            }
        }
        serde_saphyr::Error::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            let (nearest, known) = nearest(variant, expected);
            Problem::UnknownValue {
                value: variant.clone(),
                nearest,
                known,
            }
        }
        _ => Problem::Other(message(error)),
    }
}

/// The message of another error without its place.
fn message(error: &serde_saphyr::Error) -> String {
    if let serde_saphyr::Error::MultipleDocuments { .. } = error.without_snippet() {
        return "a second document, where one is read".to_owned();
    }
    let text = error.without_snippet().to_string();
    let text = text.lines().next().unwrap_or_default();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    let text = text.get(..end).unwrap_or(text);
    match text.trim_start_matches("error: ") {
        "expected sequence start" => "a list is wanted here".to_owned(),
        "expected mapping start" => "keys and values are wanted here".to_owned(),
        text if text.starts_with("invalid boolean") => "it is `true` or `false`".to_owned(),
        text => text.to_owned(),
    }
}

/// A place in a YAML file: the word there.
fn span_of(source: &Source, place: &Location) -> Span {
    let line = u32::try_from(place.line()).unwrap_or(1);
    let span = source.line_span(line);
    let text = source.slice(span);
    let skipped = usize::try_from(place.column().saturating_sub(1)).unwrap_or(0);
    let start = text
        .char_indices()
        .nth(skipped)
        .map_or(text.len(), |(i, _)| i);
    let rest = text.get(start..).unwrap_or_default();
    let end = rest
        .find([':', ',', ']', '}', '#', '\n', '\r'])
        .unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default().trim_end();
    let start = span.start + start as u32;
    Span::new(start, start + word.len() as u32)
}

/// What the variables `HADOLINT_*` say: below every file.
pub(super) fn environment() -> Result<Layer, ConfigError> {
    from_variables(|name| std::env::var(name).ok())
}

fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Layer, ConfigError> {
    let set = |name: &str| {
        let value = get(&format!("HADOLINT_{name}"))?;
        let yes = ["1", "y", "on", "true", "yes"];
        Some(yes.iter().any(|y| value.trim().eq_ignore_ascii_case(y)))
    };
    let list = |name: &str| -> Vec<String> {
        let value = get(&format!("HADOLINT_{name}")).unwrap_or_default();
        let parts = value.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(str::to_owned).collect()
    };
    let wrong = |name: &str, value: &str, known: &str| {
        let text = format!("`{value}` in HADOLINT_{name}: it is {known}");
        ConfigError::new(Problem::Other(text))
    };
    let codes = |name: &str| -> Result<Vec<String>, ConfigError> {
        let mut out = Vec::new();
        for code in list(name) {
            let known = check_code(&code).map_err(|problem| {
                ConfigError::new(Problem::Other(format!("{problem} in HADOLINT_{name}")))
            })?;
            if known {
                out.push(code);
            }
        }
        Ok(out)
    };
    let ignore = codes("IGNORE")?;
    let mut levels = Vec::new();
    for (name, level) in [
        ("OVERRIDE_STYLE", LevelSetting::Style),
        ("OVERRIDE_INFO", LevelSetting::Info),
        ("OVERRIDE_WARNING", LevelSetting::Warning),
        ("OVERRIDE_ERROR", LevelSetting::Error),
    ] {
        levels.extend(codes(name)?.into_iter().map(|code| (code, level)));
    }
    levels.retain(|(name, _)| !ignore.contains(name));
    let mut labels = BTreeMap::new();
    for label in list("REQUIRE_LABELS") {
        let (name, format) = label.split_once(':').unwrap_or((&label, ""));
        let known = "text, url, semver, hash, rfc3339, spdx or email";
        let format = label_format(format).ok_or_else(|| wrong("REQUIRE_LABELS", format, known))?;
        labels.insert(name.to_owned(), format);
    }
    let mut format = None;
    for name in list("FORMAT") {
        use clap::ValueEnum;
        let read = Format::from_str(&name, false);
        let read = read.map_err(|_| wrong("FORMAT", &name, "the name of a format"))?;
        format = format.or(Some(read));
    }
    let threshold = match list("FAILURE_THRESHOLD").first() {
        Some(name) => Some(FailOn::parse(name).ok_or_else(|| {
            wrong(
                "FAILURE_THRESHOLD",
                name,
                "error, warning, info, style or none",
            )
        })?),
        None => None,
    };
    Ok(Layer {
        ignore,
        levels,
        fail_on: match set("NOFAIL") {
            Some(true) => Some(FailOn::Never),
            _ => threshold,
        },
        policy: PolicyKeys {
            label_schema: labels,
            strict_labels: set("STRICT_LABELS"),
            ..PolicyKeys::default()
        },
        trusted_registries: list("TRUSTED_REGISTRIES"),
        format,
        verbose: set("VERBOSE"),
        ignore_comments: set("DISABLE_IGNORE_PRAGMA").map(|off| !off),
        ..Layer::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer_of(text: &str) -> Layer {
        read(&Source::new(".hadolint.yaml", text)).unwrap().layer
    }

    fn fault(text: &str) -> (String, u32, u32) {
        let error = read(&Source::new(".hadolint.yaml", text)).unwrap_err();
        let (source, span) = error.place().unwrap();
        let place = source.position(span.start);
        (error.to_string(), place.line, place.column)
    }

    #[test]
    fn every_key_means_what_it_means_to_hadolint() {
        let layer = layer_of(
            "ignored: [DL3000, DL3005, SC1234]\n\
             override:\n  error: [DL3002]\n  style: [DL3002, DL3000]\n\
             trustedRegistries:\n  - docker.io\n\
             label-schema:\n  author: text\n  url: url\n  any: ''\n\
             strict-labels: true\n\
             disable-ignore-pragma: true\n\
             no-fail: false\n\
             no-color: true\n\
             verbose: false\n\
             failure-threshold: error\n\
             format: tty\n",
        );
        assert_eq!(layer.ignore, ["DL3000", "SC1234"]);
        let level = |level| ("DL3002".to_owned(), level);
        assert_eq!(
            layer.levels,
            [level(LevelSetting::Style), level(LevelSetting::Error)]
        );
        let mut policy = crate::policy::Policy::default();
        layer.policy.lay_over(&mut policy);
        assert_eq!(policy.trusted_registries, ["docker.io"]);
        assert_eq!(policy.label_schema["url"], LabelFormat::Url);
        assert_eq!(policy.label_schema["any"], LabelFormat::Text);
        assert!(policy.strict_labels);
        assert_eq!(layer.ignore_comments, Some(false));
        assert_eq!(layer.no_color, Some(true));
        assert_eq!(layer.fail_on, Some(FailOn::Error));
        assert_eq!(layer.format, Some(Format::Tty));
    }

    #[test]
    fn a_file_that_says_nothing_is_a_file() {
        for text in ["", "# nothing\n", "---\n", "{}\n"] {
            assert_eq!(layer_of(text), Layer::default(), "{text:?}");
        }
        assert_eq!(layer_of("no-fail: true\n").fail_on, Some(FailOn::Never));
    }

    #[test]
    fn what_does_not_fit_is_an_error_at_its_place() {
        let (text, line, _) = fault("ignored:\n  - DL3006\nignore:\n  - DL3007\n");
        assert_eq!((text.as_str(), line), ("unknown key `ignore`", 3));
        let (text, line, _) = fault("override:\n  ignore: [DL3006]\n");
        assert_eq!((text.as_str(), line), ("unknown key `ignore`", 2));
        let (text, line, column) = fault("ignored:\n  - DL3006\n  - untaged-image\n");
        assert_eq!((line, column), (3, 5), "{text}");
        let (_, line, _) = fault("no-fail: yes\n");
        assert_eq!(line, 1);
        let (_, line, _) = fault("\nignored: DL3006\n");
        assert_eq!(line, 2);
        let (text, line, _) = fault("failure-threshold: warn\n");
        assert_eq!((text.as_str(), line), ("`warn` is no value of this key", 1));
        let (_, line, _) = fault("label-schema:\n  a: uri\n");
        assert_eq!(line, 2);
        assert!(fault("ignored:\n\t- DL3006\n").1 >= 1);
    }

    #[test]
    fn variables_are_lists_with_or_without_blanks() {
        let layer = from_variables(|name| {
            Some(
                match name {
                    "HADOLINT_IGNORE" => "DL3000, DL3002",
                    "HADOLINT_OVERRIDE_ERROR" => "DL3024",
                    "HADOLINT_NOFAIL" => "Yes",
                    "HADOLINT_FORMAT" => "json",
                    "HADOLINT_TRUSTED_REGISTRIES" => "docker.io,ghcr.io",
                    "HADOLINT_REQUIRE_LABELS" => "author,url:url",
                    _ => return None,
                }
                .to_owned(),
            )
        })
        .unwrap();
        assert_eq!(layer.ignore, ["DL3000", "DL3002"]);
        assert_eq!(layer.levels, [("DL3024".to_owned(), LevelSetting::Error)]);
        assert_eq!(layer.fail_on, Some(FailOn::Never));
        assert_eq!(layer.format, Some(Format::Json));
        assert!(from_variables(|n| (n == "HADOLINT_FORMAT").then(|| "nope".to_owned())).is_err());
    }
}
