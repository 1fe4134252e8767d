//! `.hadolint.yaml` and the variables `HADOLINT_*` → a layer of settings.
//!
//! Every key that hadolint knows means here what it means there. What hadolint drops silently, a
//! key it does not know or a value that does not fit, is an error at its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::layer::{Layer, check_rule};
use super::{ConfigError, FailOn, Format, LevelSetting, PolicyKeys, Problem};
use crate::builds::yaml::{self, Node, Value};
use crate::compat::hadolint;
use crate::context::{FileKind, Files};
use crate::policy::LabelFormat;
use crate::rules;
use crate::span::{Source, Span};
use crate::text::nearest;

/// What the file of a folder is called, the first that exists counts.
const NAMES: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// hadolint's file in a folder.
pub(super) fn in_folder(files: &dyn Files, folder: &Path) -> Option<PathBuf> {
    NAMES
        .iter()
        .map(|name| folder.join(name))
        .find(|path| files.kind(path) == Some(FileKind::File))
}

/// The file that hadolint reads wherever the Dockerfile is: that of the current folder, then
/// those of the user.
pub(super) fn elsewhere() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let current = crate::context::disk::absolute(Path::new(""));
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

const KEYS: [&str; 12] = [
    "ignored",
    "override",
    "trustedRegistries",
    "label-schema",
    "strict-labels",
    "disable-ignore-pragma",
    "no-fail",
    "no-color",
    "verbose",
    "failure-threshold",
    "format",
    "formats",
];

/// The levels that `override` knows; the worst one wins, and comes last.
const LEVELS: [(&str, LevelSetting); 4] = [
    ("style", LevelSetting::Style),
    ("info", LevelSetting::Info),
    ("warning", LevelSetting::Warning),
    ("error", LevelSetting::Error),
];

const THRESHOLDS: [(&str, FailOn); 6] = [
    ("error", FailOn::Error),
    ("warning", FailOn::Warning),
    ("info", FailOn::Info),
    // hadolint fails for a matter of taste under each of them.
    ("style", FailOn::Style),
    ("ignore", FailOn::Style),
    ("none", FailOn::Style),
];

const LABEL_FORMATS: [(&str, LabelFormat); 8] = [
    ("text", LabelFormat::Text),
    ("url", LabelFormat::Url),
    ("semver", LabelFormat::Semver),
    ("hash", LabelFormat::Hash),
    ("rfc3339", LabelFormat::Rfc3339),
    ("spdx", LabelFormat::Spdx),
    ("email", LabelFormat::Email),
    ("", LabelFormat::Text),
];

/// A label format by its name.
pub(super) fn label_format(name: &str) -> Option<LabelFormat> {
    let mut formats = LABEL_FORMATS.iter();
    formats.find(|f| f.0 == name).map(|f| f.1)
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
    let file = Document { source };
    let documents = yaml::parse(source.text())
        .map_err(|fault| ConfigError::at(Problem::Other(fault.message), source, fault.span))?;
    if let Some(second) = documents.get(1) {
        return Err(file.error(second, "a second document, where one is read"));
    }
    let mut dropped = Vec::new();
    let mut layer = Layer::default();
    let Some(root) = documents.first() else {
        return Ok(Read { layer, dropped });
    };
    let mut registries = Vec::new();
    let mut labels = BTreeMap::new();
    let mut strict = None;
    let mut no_fail = None;
    let mut formats = Vec::new();
    for (key, value) in file.pairs(root, &KEYS)? {
        match key {
            "ignored" => layer.ignore = file.codes(value, &mut dropped)?,
            "override" => {
                let levels = file.pairs(value, &LEVELS.map(|l| l.0))?;
                for (name, level) in LEVELS {
                    for (_, codes) in levels.iter().filter(|l| l.0 == name) {
                        let codes = file.codes(codes, &mut dropped)?;
                        layer.levels.extend(codes.into_iter().map(|c| (c, level)));
                    }
                }
            }
            // hadolint's documents allow a single one, though it refuses it.
            "trustedRegistries" => match value.text() {
                Some(one) => registries = vec![one.to_owned()],
                None => {
                    let items = file.items(value)?;
                    registries = items.into_iter().map(|r| r.0.to_owned()).collect();
                }
            },
            "label-schema" => {
                for (name, format) in file.pairs(value, &[])? {
                    let format = file.choice(format, &LABEL_FORMATS)?;
                    labels.insert(name.to_owned(), format.unwrap_or(LabelFormat::Text));
                }
            }
            "strict-labels" => strict = file.boolean(value)?,
            "disable-ignore-pragma" => {
                layer.ignore_comments = file.boolean(value)?.map(|off| !off);
            }
            "no-fail" => no_fail = file.boolean(value)?,
            "no-color" => layer.no_color = file.boolean(value)?,
            "verbose" => layer.verbose = file.boolean(value)?,
            "failure-threshold" => layer.fail_on = file.choice(value, &THRESHOLDS)?,
            "format" => formats.push(value),
            "formats" => formats.extend(file.list(value)?),
            _ => {}
        }
    }
    if no_fail == Some(true) {
        layer.fail_on = Some(FailOn::Never);
    }
    // Ignoring wins over levels.
    layer
        .levels
        .retain(|(name, _)| !layer.ignore.contains(name));
    let mut read = Vec::new();
    for node in formats {
        if let Some(format) = file.choice(node, &Format::ALL.map(|f| (f.as_str().to_owned(), f)))? {
            read.push((format, node));
        }
    }
    if let Some((_, second)) = read.get(1) {
        let problem = "a second report would go to standard output; ask for it on the command \
                       line, with a file for it";
        return Err(file.error(second, problem));
    }
    layer.format = read.first().map(|f| f.0);
    layer.policy = PolicyKeys {
        trusted_registries: (!registries.is_empty()).then_some(registries),
        label_schema: labels,
        strict_labels: strict,
        ..PolicyKeys::default()
    };
    Ok(Read { layer, dropped })
}

/// A file that is read.
struct Document<'s> {
    source: &'s Source,
}

impl Document<'_> {
    fn at(&self, node: &Node, problem: Problem) -> ConfigError {
        // Of what goes over several lines, the first.
        let text = self.source.slice(node.span);
        let line = text.lines().next().unwrap_or_default().trim_end();
        let span = Span::new(node.span.start, node.span.start + line.len() as u32);
        ConfigError::at(problem, self.source, span)
    }

    fn error(&self, node: &Node, problem: &str) -> ConfigError {
        self.at(node, Problem::Other(problem.to_owned()))
    }

    /// The keys and values of a map; if `known` has names, no others.
    fn pairs<'n>(
        &self,
        node: &'n Node,
        known: &[&str],
    ) -> Result<Vec<(&'n str, &'n Rc<Node>)>, ConfigError> {
        if !matches!(node.value, Value::Map(_)) && !node.is_null() {
            return Err(self.error(node, "keys and values are wanted here"));
        }
        let mut out = Vec::new();
        for (name, key, value) in node.pairs() {
            if !known.is_empty() && !known.contains(&name) {
                let problem = Problem::UnknownKey {
                    key: name.to_owned(),
                    nearest: nearest(name, known.iter().copied()).map(str::to_owned),
                    known: known.iter().map(|&k| k.to_owned()).collect(),
                };
                return Err(self.at(key, problem));
            }
            out.push((name, value));
        }
        Ok(out)
    }

    fn list<'n>(&self, node: &'n Node) -> Result<&'n [Rc<Node>], ConfigError> {
        match &node.value {
            Value::List(items) => Ok(items),
            _ if node.is_null() => Ok(&[]),
            _ => Err(self.error(node, "a list is wanted here")),
        }
    }

    /// The texts of a list.
    fn items<'n>(&self, node: &'n Node) -> Result<Vec<(&'n str, &'n Node)>, ConfigError> {
        let items = self.list(node)?.iter();
        let texts = items.map(|item| match item.text() {
            Some(text) => Ok((text, &**item)),
            None => Err(self.error(item, "a text is wanted here")),
        });
        texts.collect()
    }

    /// The codes of a list that mean a rule; the others go to `dropped`.
    fn codes(&self, node: &Node, dropped: &mut Vec<String>) -> Result<Vec<String>, ConfigError> {
        let mut out = Vec::new();
        for (code, place) in self.items(node)? {
            if check_code(code).map_err(|problem| self.at(place, problem))? {
                out.push(code.to_owned());
            } else {
                dropped.push(code.to_owned());
            }
        }
        Ok(out)
    }

    fn boolean(&self, node: &Node) -> Result<Option<bool>, ConfigError> {
        match (node.text(), &node.value) {
            (Some("true" | "True" | "TRUE"), Value::Scalar { plain: true, .. }) => Ok(Some(true)),
            (Some("false" | "False" | "FALSE"), Value::Scalar { plain: true, .. }) => {
                Ok(Some(false))
            }
            _ if node.is_null() => Ok(None),
            _ => Err(self.error(node, "it is `true` or `false`")),
        }
    }

    fn choice<S: AsRef<str>, T: Copy>(
        &self,
        node: &Node,
        known: &[(S, T)],
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = node.text() else {
            if node.is_null() {
                return Ok(None);
            }
            return Err(self.error(node, "one word is wanted here"));
        };
        if let Some((_, value)) = known.iter().find(|k| k.0.as_ref() == text) {
            return Ok(Some(*value));
        }
        let names = known
            .iter()
            .map(|k| k.0.as_ref())
            .filter(|name| !name.is_empty());
        let problem = Problem::UnknownValue {
            value: text.to_owned(),
            nearest: nearest(text, names.clone()).map(str::to_owned),
            known: names.map(str::to_owned).collect(),
        };
        Err(self.at(node, problem))
    }
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
        let read = Format::parse(&name);
        let read = read.ok_or_else(|| wrong("FORMAT", &name, "the name of a format"))?;
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
