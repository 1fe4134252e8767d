//! The configuration of other tools → what of it dlint can say: rules that are off, levels, files
//! that are left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::error::Problem;
use super::file::{FailOn, LevelSetting};
use super::load::{Trust, source};
use super::{ConfigError, hadolint};
use crate::builds::yaml::{self, Node};
use crate::compat;
use crate::compat::scanners::{self, Scanner};
use crate::rule::{Level, RuleMeta};
use crate::rules::{self, RULES};
use crate::span::Source;

/// A tool whose configuration is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Tool {
    Hadolint,
    Tally,
    Droast,
    Trivy,
    Checkov,
    Kics,
}

impl Tool {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Tool::Hadolint => "hadolint",
            Tool::Tally => "tally",
            Tool::Droast => "droast",
            Tool::Trivy => "trivy",
            Tool::Checkov => "checkov",
            Tool::Kics => "KICS",
        }
    }

    /// The tool that a file configures, by its name.
    pub fn of_file(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let has = |word: &str| name.contains(word);
        Some(match () {
            () if has("hadolint") => Tool::Hadolint,
            () if has("tally") => Tool::Tally,
            () if has("droast") => Tool::Droast,
            () if has("trivy") => Tool::Trivy,
            () if has("checkov") => Tool::Checkov,
            () if has("kics") => Tool::Kics,
            () => return None,
        })
    }

    /// Whether it has the check that a rule makes.
    fn has(self, meta: &RuleMeta) -> bool {
        match self {
            Tool::Hadolint => meta.id == rules::SHELLCHECK || meta.hadolint.is_some(),
            // It runs the checks of both, its own ones have no other name.
            Tool::Tally => {
                meta.hadolint.is_some() || meta.buildkit.is_some() || meta.id == rules::SHELLCHECK
            }
            Tool::Droast => Scanner::Droast.has(meta),
            Tool::Trivy => Scanner::Trivy.has(meta),
            Tool::Checkov => Scanner::Checkov.has(meta),
            Tool::Kics => Scanner::Kics.has(meta),
        }
    }
}

/// The files of other tools in a folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    const NAMES: [&str; 21] = [
        ".hadolint.yaml",
        ".hadolint.yml",
        ".tally.toml",
        "tally.toml",
        "droast.toml",
        ".droast.toml",
        ".trivyignore",
        ".trivyignore.yaml",
        ".trivyignore.yml",
        "trivy.yaml",
        "trivy.yml",
        ".checkov.yaml",
        ".checkov.yml",
        ".kics.config",
        "kics.config",
        "kics.yaml",
        "kics.yml",
        "kics.json",
        "kics.toml",
        ".kics.yaml",
        ".kics.yml",
    ];
    let paths = NAMES.iter().map(|name| folder.join(name));
    paths.filter(|path| path.is_file()).collect()
}

/// What other tools' files say.
#[derive(Debug, Default)]
pub struct Imported {
    /// The tools, in order.
    pub tools: Vec<Tool>,
    /// Rules that are off: the tool's names, and its reasons.
    pub off: Vec<(String, String)>,
    /// Levels, by the tool's names.
    pub levels: Vec<(String, LevelSetting)>,
    /// The only rules that are on, if the tool says so.
    pub only: Vec<String>,
    /// Files that are left out.
    pub exclude: Vec<String>,
    /// The least level that fails.
    pub fail_on: Option<FailOn>,
    /// What has no counterpart, in words.
    pub notes: Vec<String>,
}

/// What became of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The rules that stand for it, under other names.
    Renamed(Vec<&'static str>),
    /// It stays what it is.
    Kept,
    /// No rule stands for it.
    Lost(Option<&'static str>),
}

/// The rules that a name of another tool stands for.
pub fn fate(name: &str) -> Fate {
    let found = rules::by_name(name);
    if rules::is_code(name) && !found.is_empty() {
        return Fate::Kept;
    }
    let ids: Vec<&'static str> = found.iter().map(|e| e.meta.id).collect();
    match ids.as_slice() {
        [] => {
            let is_old = compat::hadolint::is_known(name);
            let reason = scanners::declined(name).map(|d| d.reason);
            Fate::Lost(reason.or(is_old.then_some("the tool itself gave it up")))
        }
        [id] if *id == name => Fate::Kept,
        _ => Fate::Renamed(ids),
    }
}

/// The rules that are on without a counterpart in any of the tools.
pub fn gained(tools: &[Tool]) -> Vec<&'static str> {
    let on = RULES
        .iter()
        .filter(|e| !matches!(e.meta.level, Level::Off(_)));
    on.filter(|e| !tools.iter().any(|tool| tool.has(&e.meta)))
        .map(|e| e.meta.id)
        .collect()
}

impl Imported {
    /// Reads a file.
    pub fn add(&mut self, path: &Path) -> Result<(), ConfigError> {
        let tool = Tool::of_file(path).ok_or_else(|| {
            let problem = format!(
                "{}: by its name this is the configuration of no tool that dlint knows",
                path.display()
            );
            ConfigError::new(Problem::Other(problem))
        })?;
        if !self.tools.contains(&tool) {
            self.tools.push(tool);
        }
        let file = source(path, Trust::Named)?;
        let is_ignore_list = path.extension().is_none_or(|e| e == "trivyignore");
        match tool {
            Tool::Hadolint => self.hadolint(&file),
            Tool::Tally | Tool::Droast => self.toml(tool, &file),
            Tool::Trivy if is_ignore_list => {
                self.trivyignore(&file);
                Ok(())
            }
            Tool::Trivy => self.trivy(path, &file),
            Tool::Checkov => self.checkov(&file),
            Tool::Kics => self.kics(&file),
        }
    }

    fn off(&mut self, name: &str, reason: &str) {
        let name = bare(name);
        if !name.is_empty() && !self.off.iter().any(|(known, _)| *known == name) {
            self.off.push((name, reason.trim().to_owned()));
        }
    }

    fn hadolint(&mut self, file: &Source) -> Result<(), ConfigError> {
        let read = hadolint::read(file)?;
        for name in read.layer.ignore.iter().chain(&read.dropped) {
            self.off(name, "");
        }
        self.levels.extend(read.layer.levels);
        self.fail_on = read.layer.fail_on.or(self.fail_on);
        Ok(())
    }

    /// tally's and droast's files.
    fn toml(&mut self, tool: Tool, file: &Source) -> Result<(), ConfigError> {
        let table: toml::Table = file.text().parse().map_err(|e: toml::de::Error| {
            let problem = Problem::Other(e.message().to_owned());
            let span = e
                .span()
                .map(|r| crate::span::Span::new(r.start as u32, r.end as u32));
            ConfigError::at(problem, file, span.unwrap_or_default())
        })?;
        let table = match table.get("tool").and_then(|t| t.get("droast")) {
            Some(toml::Value::Table(own)) => own,
            _ => &table,
        };
        if tool == Tool::Droast {
            for key in ["skip", "ignore", "disable"] {
                for name in strings(table.get(key)) {
                    self.off(&name, "");
                }
            }
            for (key, value) in table {
                match (key.as_str(), value) {
                    ("skip" | "ignore" | "disable", _) => {}
                    ("severity-overrides", toml::Value::Table(levels)) => {
                        let levels = levels.iter().filter_map(|(name, level)| {
                            let level = LevelSetting::parse(level.as_str()?)?;
                            Some((name.clone(), level))
                        });
                        self.levels.extend(levels);
                    }
                    ("fail-on", toml::Value::String(level)) if FailOn::parse(level).is_some() => {
                        self.fail_on = FailOn::parse(level);
                    }
                    _ => self
                        .notes
                        .push(format!("{}: `{key} = {value}`", tool.as_str())),
                }
            }
            return Ok(());
        }
        for (key, value) in table {
            match (key.as_str(), value) {
                ("rules", toml::Value::Table(rules)) => self.tally_rules(rules),
                ("output", toml::Value::Table(output)) => {
                    let level = output.get("fail-level").and_then(toml::Value::as_str);
                    self.fail_on = level
                        .and_then(|l| FailOn::parse(if l == "none" { "never" } else { l }))
                        .or(self.fail_on);
                }
                _ => self.notes.push(format!("tally: `{key}`")),
            }
        }
        Ok(())
    }

    fn tally_rules(&mut self, rules: &toml::Table) {
        for name in strings(rules.get("exclude")) {
            self.off(&name, "");
        }
        for family in ["hadolint", "buildkit", "shellcheck", "tally"] {
            let Some(toml::Value::Table(own)) = rules.get(family) else {
                continue;
            };
            for (name, options) in own {
                let severity = options.get("severity").and_then(toml::Value::as_str);
                match severity.map(|s| LevelSetting::parse(if s == "none" { "off" } else { s })) {
                    Some(Some(LevelSetting::Off)) => self.off(name, ""),
                    Some(Some(level)) => self.levels.push((bare(name), level)),
                    _ => {}
                }
                let others = options.as_table().into_iter().flatten();
                for (key, value) in others.filter(|(key, _)| *key != "severity") {
                    self.notes
                        .push(format!("tally: `{key} = {value}` of {family}/{name}"));
                }
            }
        }
    }

    /// One name a line, the reason in comments above or behind.
    fn trivyignore(&mut self, file: &Source) {
        let mut above = String::new();
        for line in file.text().lines() {
            let line = line.trim();
            if let Some(comment) = line.strip_prefix('#') {
                comment.trim().clone_into(&mut above);
                continue;
            }
            if line.is_empty() {
                above.clear();
                continue;
            }
            let (name, reason) = line.split_once('#').unwrap_or((line, &above));
            let name = name.split_whitespace().next().unwrap_or_default();
            // Vulnerabilities and secrets of images are not what a Dockerfile says.
            if name.starts_with("CVE-") || name.starts_with("GHSA-") {
                continue;
            }
            if name.starts_with("exp:") {
                continue;
            }
            self.off(name, reason);
        }
    }

    fn trivy(&mut self, path: &Path, file: &Source) -> Result<(), ConfigError> {
        let Some(root) = document(file)? else {
            return Ok(());
        };
        for entry in root.get("misconfigurations").map_or(&[][..], |n| n.items()) {
            let text = |key: &str| entry.get(key).and_then(|n| n.text()).unwrap_or_default();
            let paths = entry.get("paths").map_or(&[][..], |n| n.items());
            if paths.is_empty() {
                self.off(text("id"), text("statement"));
            } else {
                self.notes.push(format!(
                    "trivy: {} for some paths; write it as an override",
                    text("id")
                ));
            }
        }
        if root.get("exit-code").and_then(|n| n.text()) == Some("0") {
            self.fail_on = Some(FailOn::Never);
        }
        if let Some(severity) = root.get("severity") {
            let names: Vec<String> = texts(severity);
            self.notes
                .push(format!("trivy: `severity: {}`", names.join(", ")));
        }
        let scan = root.get("scan");
        for key in ["skip-dirs", "skip-files"] {
            let own = root.get(key).or_else(|| scan.and_then(|s| s.get(key)));
            self.exclude
                .extend(own.map(|n| texts(n)).unwrap_or_default());
        }
        if let Some(list) = root.get("ignorefile").and_then(|n| n.text()) {
            let list = path.with_file_name(list);
            if list.is_file() {
                let list = source(&list, Trust::Named)?;
                self.trivyignore(&list);
            }
        }
        Ok(())
    }

    fn checkov(&mut self, file: &Source) -> Result<(), ConfigError> {
        let Some(root) = document(file)? else {
            return Ok(());
        };
        let names = |key: &str| root.get(key).map(|n| texts(n)).unwrap_or_default();
        let is_of_files = |name: &String| {
            // Those of other kinds of files say nothing of Dockerfiles.
            !name.starts_with("CKV") || name.contains("DOCKER") || name.starts_with("CKV_SECRET")
        };
        for name in names("skip-check").iter().filter(|n| is_of_files(n)) {
            self.off(name, "");
        }
        let only = names("check").into_iter().filter(is_of_files);
        self.only.extend(only.map(|name| bare(&name)));
        let soft = names("soft-fail-on").into_iter().filter(is_of_files);
        self.levels
            .extend(soft.map(|n| (bare(&n), LevelSetting::Info)));
        let hard = names("hard-fail-on").into_iter().filter(is_of_files);
        self.levels
            .extend(hard.map(|n| (bare(&n), LevelSetting::Error)));
        if root.get("soft-fail").and_then(|n| n.text()) == Some("true") {
            self.fail_on = Some(FailOn::Never);
        }
        for pattern in names("skip-path") {
            self.notes
                .push(format!("checkov: `skip-path: {pattern}` is a regular expression; `exclude` takes patterns of paths"));
        }
        Ok(())
    }

    fn kics(&mut self, file: &Source) -> Result<(), ConfigError> {
        // KICS goes by the content, not by the name. HCL without blocks is written as TOML is, but
        // for comments; JSON is YAML too.
        let text = file.text();
        let lines = text.lines().filter(|l| !l.trim_start().starts_with("//"));
        let table = lines.collect::<Vec<_>>().join("\n").parse::<toml::Table>();
        let table = table.ok().filter(|table| !table.is_empty());
        let root = match table {
            Some(_) => None,
            None => document(file)?,
        };
        let names = |key: &str| match (&table, &root) {
            (Some(table), _) => {
                let all = strings(table.get(key));
                let parts = all.iter().flat_map(|text| text.split(','));
                let parts = parts.map(str::trim).filter(|part| !part.is_empty());
                parts.map(str::to_owned).collect()
            }
            (None, Some(root)) => root.get(key).map(|n| texts(n)).unwrap_or_default(),
            (None, None) => Vec::new(),
        };
        for name in names("exclude-queries") {
            self.off(&name, "");
        }
        self.exclude.extend(names("exclude-paths"));
        for key in [
            "exclude-severities",
            "exclude-categories",
            "exclude-results",
            "fail-on",
        ] {
            let given = names(key);
            if !given.is_empty() {
                self.notes
                    .push(format!("KICS: `{key}: {}`", given.join(", ")));
            }
        }
        Ok(())
    }
}

/// A name without the tool before it: `hadolint/DL3006`.
fn bare(name: &str) -> String {
    let name = name.trim();
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

fn document(file: &Source) -> Result<Option<Rc<Node>>, ConfigError> {
    let documents = yaml::parse(file.text())
        .map_err(|fault| ConfigError::at(Problem::Other(fault.message), file, fault.span))?;
    Ok(documents.into_iter().next())
}

/// A list of texts, or one with commas.
fn texts(node: &Node) -> Vec<String> {
    let split = |text: &str| -> Vec<String> {
        let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(str::to_owned).collect()
    };
    match node.text() {
        Some(text) => split(text),
        None => {
            let items = node.items().iter().filter_map(|item| item.text());
            items.map(str::to_owned).collect()
        }
    }
}

fn strings(value: Option<&toml::Value>) -> Vec<String> {
    match value {
        Some(toml::Value::String(one)) => vec![one.clone()],
        Some(toml::Value::Array(all)) => {
            let texts = all.iter().filter_map(toml::Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The text of a `dlint.toml` that says what was read.
pub fn text_of(imported: &Imported) -> String {
    let tools: BTreeSet<&str> = imported.tools.iter().map(|t| t.as_str()).collect();
    let tools: Vec<&str> = tools.into_iter().collect();
    let mut out = format!("# What the configuration of {} said.\n", tools.join(", "));
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let ids = |name: &str| -> Vec<String> {
        match fate(name) {
            Fate::Kept => vec![name.to_owned()],
            Fate::Renamed(ids) => ids.into_iter().map(str::to_owned).collect(),
            Fate::Lost(_) => Vec::new(),
        }
    };
    let mut seen = BTreeSet::new();
    if !imported.only.is_empty() {
        let names: BTreeSet<String> = imported.only.iter().flat_map(|n| ids(n)).collect();
        let names: Vec<String> = names.iter().map(|n| quoted(n)).collect();
        out.push_str(&format!("\nselect = [{}]\n", names.join(", ")));
    }
    let mut lines = String::new();
    for (name, reason) in &imported.off {
        for id in ids(name) {
            if seen.insert(id.clone()) {
                let mut line = format!("    {},", quoted(&id));
                let old = (id != *name).then_some(name.as_str());
                let words: Vec<&str> = old
                    .into_iter()
                    .chain([reason.as_str()])
                    .filter(|w| !w.is_empty())
                    .collect();
                if !words.is_empty() {
                    line.push_str(&format!(
                        " # {}",
                        words.join(": ").replace(['\n', '\r'], " ")
                    ));
                }
                lines.push_str(&line);
                lines.push('\n');
            }
        }
    }
    if !lines.is_empty() {
        out.push_str(&format!("\nignore = [\n{lines}]\n"));
    }
    if let Some(fail_on) = imported.fail_on {
        let name = toml::Value::try_from(fail_on).map_or_else(|_| String::new(), |v| v.to_string());
        out.push_str(&format!("\nfail-on = {name}\n"));
    }
    if !imported.exclude.is_empty() {
        let all: BTreeSet<&String> = imported.exclude.iter().collect();
        let all: Vec<String> = all.into_iter().map(|p| quoted(p)).collect();
        out.push_str(&format!("\nexclude = [{}]\n", all.join(", ")));
    }
    let mut levels = toml::Table::new();
    for (name, level) in &imported.levels {
        for id in ids(name).into_iter().filter(|id| !seen.contains(id)) {
            levels.insert(id, level.as_str().into());
        }
    }
    if !levels.is_empty() {
        let mut top = toml::Table::new();
        top.insert("levels".to_owned(), levels.into());
        out.push_str(&format!(
            "\n{}",
            toml::to_string_pretty(&top).unwrap_or_default()
        ));
    }
    out
}
