//! The policies of Rego that a build is told of: `--policy` of buildx, `policy` of Bake. Each entry
//! is a list of `key=value` behind commas.

use std::path::{Component, Path};

use super::invocation::join;
use crate::context::ToldPolicies;

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// The files that it names.
    files: Vec<String>,
    /// Whether what was told before does not count.
    reset: bool,
    /// Whether no policy counts.
    disabled: bool,
}

impl Entry {
    /// Reads an entry as it stands on a command line; nothing if buildx refuses it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let fields = text.split(',').map(|field| field.trim_matches('"'));
        Self::of(
            fields
                .map(|field| field.split_once('='))
                .collect::<Option<Vec<_>>>()?,
        )
    }

    /// Reads the fields of an entry.
    pub(super) fn of<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> Option<Self> {
        let mut entry = Self::default();
        for (key, value) in fields {
            match key.trim().to_ascii_lowercase().as_str() {
                "filename" if !value.is_empty() => entry.files.push(value.to_owned()),
                "reset" => entry.reset = boolean(value)?,
                "disabled" => entry.disabled = boolean(value)?,
                "strict" | "log-level" => {}
                _ => return None,
            }
        }
        Some(entry)
    }
}

/// What Go takes for a boolean.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// What entries come to. Files lie in the build context, and with `cwd://` where the build is
/// started.
pub(super) fn told(entries: &[Entry], context: Option<&Path>, started_in: &Path) -> ToldPolicies {
    let mut told = ToldPolicies::default();
    if entries.iter().any(|entry| entry.disabled) {
        told.without_beside = true;
        return told;
    }
    for entry in entries {
        if entry.reset {
            told.files.clear();
            told.without_beside = true;
        }
        for name in &entry.files {
            let (folder, name) = match name.strip_prefix("cwd://") {
                Some(name) => (Some(started_in), name),
                None => (context, name.as_str()),
            };
            let Some(folder) = folder else {
                continue;
            };
            // Nothing out of the folder is read.
            let inside = join(Path::new(""), name);
            let goes_out = |part: Component<'_>| !matches!(part, Component::Normal(_));
            if !inside.components().any(goes_out) {
                told.files.push(folder.join(inside));
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_add_reset_and_switch_off() {
        let of = |entries: &[&str]| {
            let entries: Vec<Entry> = entries.iter().flat_map(|e| Entry::parse(e)).collect();
            let told = told(&entries, Some(Path::new("app")), Path::new("ci"));
            let files = told.files.iter().map(|f| f.to_string_lossy().into_owned());
            let files: Vec<String> = files.map(|f| f.replace('\\', "/")).collect();
            (files.join(" "), told.without_beside)
        };
        assert_eq!(
            of(&["filename=extra.rego"]),
            ("app/extra.rego".to_owned(), false)
        );
        assert_eq!(
            of(&["filename=a.rego,strict=true", "filename=cwd://b.rego"]),
            ("app/a.rego ci/b.rego".to_owned(), false)
        );
        assert_eq!(
            of(&["filename=a.rego", "reset=true,filename=b.rego"]),
            ("app/b.rego".to_owned(), true)
        );
        assert_eq!(of(&["disabled=true"]), (String::new(), true));
        assert_eq!(of(&["filename=../a.rego"]), (String::new(), false));
        assert_eq!(of(&["a.rego"]), (String::new(), false));
    }
}
