//! The project of Node.js in which an instruction works: its `package.json` in the build context,
//! what its scripts call, and what an installation without development dependencies lacks.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

use super::packages::{Install, Manager, Setting};
use super::{Facts, Node};
use crate::context::BuildContext;
use crate::path::{clean, file_name};
use crate::shell::{self, Dialect};
use crate::span::{MappedText, Span};
use crate::text::Rows;

include!(concat!(env!("OUT_DIR"), "/javascript.rs"));

/// How much of a manifest, and of a lock file, is read.
const MOST_READ: u64 = 1 << 20;
const MOST_LOCK: u64 = 1 << 24;

/// To how many instructions that are looked at a lock file comes that is read.
const LOCK_COSTS: usize = 20_000;

/// How deep scripts call scripts.
const DEPTH: usize = 4;

const MANIFEST: &str = "package.json";

/// A project of Node.js.
#[derive(Debug)]
pub struct NodeProject {
    /// Its folder in the build context, empty or with a slash at the end.
    folder: String,
    manifest: Value,
}

/// A program that a script calls and no installed package brings.
#[derive(Debug, PartialEq, Eq)]
pub struct LackingTool {
    /// The program.
    pub program: String,
    /// The development dependency that brings it.
    pub package: &'static str,
}

/// Where a tool puts what it builds.
#[derive(Debug)]
pub struct Output {
    /// The program.
    pub program: &'static str,
    /// The folder, from that of the project.
    pub folder: &'static str,
    /// The files that may say otherwise.
    settings: &'static [&'static str],
    /// What says otherwise there, and in the script.
    unless: &'static [&'static str],
    /// Packages that say otherwise.
    packages: &'static [&'static str],
}

/// Why an installation leaves development dependencies out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeavesOut {
    /// An option says so.
    Option(Span),
    /// `NODE_ENV` says so; where it is set, if that is one of the file's instructions.
    Environment(Option<Span>),
}

impl Facts<'_> {
    /// The project in the working directory of an instruction.
    pub fn node_project(&self, node: &Node<'_>) -> Option<Rc<NodeProject>> {
        let path = clean(&format!("{}/{MANIFEST}", self.directory_at(node)?));
        let path = match self.context() {
            Some(context) => self.brought_from(context, node, &path)?,
            None if self.build.context.is_some() => return None,
            None => {
                let beside = BuildContext::beside(self.source.path(), self.shared_files())?;
                self.brought_from(&beside, node, &path)?
            }
        };
        let mut known = self.node_projects.borrow_mut();
        let project = known.entry(path).or_insert_with_key(|path| {
            let text = self.read_from_context(path, MOST_READ)?;
            let manifest = serde_json::from_str(&text).ok()?;
            let folder = path.strip_suffix(MANIFEST)?.to_owned();
            Some(Rc::new(NodeProject { folder, manifest }))
        });
        project.clone()
    }

    /// Why an installation of a project leaves development dependencies out, if it does for sure.
    pub fn leaves_out_development(&self, node: &Node<'_>, install: &Install) -> Option<LeavesOut> {
        let named = |names: &[&str]| {
            let flag = install.flag(names)?;
            let yes = flag.value.as_deref().is_none_or(|value| value == "true");
            yes.then_some(flag.span)
        };
        let valued = |name: &str, values: &[&str]| {
            let flag = install.flag(&[name])?;
            let value = flag.value.as_deref()?;
            values.contains(&value).then_some(flag.span)
        };
        let flag = match install.manager {
            Manager::Npm if install.has_flag(&["--include", "--also", "--dev"]) => return None,
            Manager::Npm => valued("--omit", &["dev"])
                .or_else(|| valued("--only", &["prod", "production"]))
                .or_else(|| named(&["--production", "--prod"])),
            Manager::Yarn => named(&["--production", "--prod"]),
            Manager::Pnpm if install.has_flag(&["--dev", "-D"]) => return None,
            Manager::Pnpm => named(&["--prod", "--production", "-P"]),
            _ => return None,
        };
        if let Some(span) = flag {
            return Some(LeavesOut::Option(span));
        }
        let says_otherwise = install.has_flag(&["--omit", "--only", "--production", "--prod"])
            || [
                "NPM_CONFIG_PRODUCTION",
                "npm_config_production",
                "NPM_CONFIG_INCLUDE",
                "npm_config_include",
                "NPM_CONFIG_OMIT",
                "npm_config_omit",
                "NPM_CONFIG_ONLY",
                "YARN_PRODUCTION",
            ]
            .iter()
            .any(|name| self.setting(node, install, name) != Setting::Unset);
        let is_production =
            self.setting(node, install, "NODE_ENV") == Setting::Known("production".to_owned());
        if says_otherwise || !is_production {
            return None;
        }
        let set = self.variable(node.index, "NODE_ENV");
        let set = set.filter(|v| v.known_value() == Some("production"));
        Some(LeavesOut::Environment(set.map(|v| v.name_span)))
    }
}

impl NodeProject {
    /// The path in the context of a file of it.
    pub fn path_of(&self, file: &str) -> String {
        format!("{}{file}", self.folder)
    }

    /// Whether it names dependencies that only development needs, or has parts that may.
    pub fn may_have_development_dependencies(&self) -> bool {
        let development = self.manifest.get("devDependencies");
        let development = development.and_then(|d| d.as_object());
        development.is_some_and(|d| !d.is_empty()) || self.manifest.get("workspaces").is_some()
    }

    /// Whether its manifest names a package among what it needs at run time.
    pub fn depends_on(&self, package: &str) -> bool {
        self.lists("dependencies", package)
    }

    /// The text of a script of it.
    fn script(&self, name: &str) -> Option<&str> {
        self.manifest.get("scripts")?.get(name)?.as_str()
    }

    fn lists(&self, list: &str, package: &str) -> bool {
        let list = self.manifest.get(list);
        list.is_some_and(|l| l.get(package).is_some())
    }

    /// The first program that a script needs and that only a development dependency brings, if the
    /// lock file shows that nothing else does.
    pub fn lacking_tool(
        &self,
        facts: &Facts<'_>,
        manager: Manager,
        script: &str,
    ) -> Option<LackingTool> {
        // Parts of a workspace share what they install.
        if self.manifest.get("workspaces").is_some() {
            return None;
        }
        let mut calls = Vec::new();
        for name in [format!("pre{script}"), script.to_owned()] {
            self.programs_of(&name, DEPTH, &mut calls);
        }
        let tool = calls.into_iter().find_map(|program| {
            let mut packages = PROGRAMS.get(&program)?.split('\t');
            let lists = ["dependencies", "optionalDependencies", "peerDependencies"];
            let is_kept = |package: &str| lists.iter().any(|list| self.lists(list, package));
            if packages.clone().any(is_kept) {
                return None;
            }
            let package = packages.find(|package| self.lists("devDependencies", package))?;
            Some(LackingTool { program, package })
        })?;
        let packages = PROGRAMS.get(&tool.program)?;
        if !facts.may_search(LOCK_COSTS) {
            return None;
        }
        let lock = Lock::of(self, facts, manager)?;
        let is_left_out = packages.split('\t').all(|p| lock.leaves_out(self, p));
        is_left_out.then_some(tool)
    }

    /// The programs that a script calls whatever else happens, and that must succeed.
    fn programs_of(&self, name: &str, depth: usize, found: &mut Vec<String>) {
        let Some(text) = self.script(name).filter(|_| depth > 0) else {
            return;
        };
        let script = shell::parse(&MappedText::verbatim(text, 0), &Dialect::Sh);
        if script.unread || !script.errors.is_empty() {
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            if command.or_follows || command.negated || script.is_conditional(index) {
                return;
            }
            let mut words = command.words.iter();
            if command.name == "cd" {
                return;
            }
            if command.name == "cross-env" {
                found.push(command.name.clone());
                let mut program = words.skip(1).filter_map(|w| w.literal());
                let program = program.find(|w| !w.contains('=') && !w.starts_with('-'));
                found.extend(program.map(|p| file_name(p).to_owned()));
                continue;
            }
            let literals: Vec<&str> = words.by_ref().filter_map(|w| w.literal()).collect();
            match literals.as_slice() {
                ["npm" | "yarn" | "pnpm", "run", called, ..] => {
                    self.programs_of(called, depth - 1, found);
                }
                ["yarn", called, ..] if self.script(called).is_some() => {
                    self.programs_of(called, depth - 1, found);
                }
                _ => found.push(command.name.clone()),
            }
        }
    }

    /// Where a script puts what it builds, if it is one tool that does so and nothing says otherwise.
    pub fn output(&self, facts: &Facts<'_>, script: &str) -> Option<&'static Output> {
        const CHECKS: [&str; 5] = ["cross-env", "eslint", "tsc", "vue-tsc", "vitest"];
        let mut calls = Vec::new();
        self.programs_of(script, DEPTH, &mut calls);
        let (last, before) = calls.split_last()?;
        let output = OUTPUTS.iter().find(|o| o.program == last.as_str())?;
        let checks = before.iter().all(|p| CHECKS.contains(&p.as_str()));
        let is_called_otherwise = |text: &str| output.unless.iter().any(|word| text.contains(word));
        let mut scripts = self.manifest.get("scripts")?.as_object()?.iter();
        // What a script moves is elsewhere in the end.
        let moves = scripts.any(|(name, text)| {
            let text = text.as_str().unwrap_or_default();
            let is_near = name.contains(script) || text.contains(output.program);
            let words = ["--outDir", "mv ", "cp ", "move", "copy", "ln "];
            is_near && (is_called_otherwise(text) || words.iter().any(|word| text.contains(word)))
        });
        let lists = ["dependencies", "devDependencies"];
        let has = |package: &str| lists.iter().any(|list| self.lists(list, package));
        if !checks || moves || output.packages.iter().copied().any(has) {
            return None;
        }
        let mut settings = output.settings.iter();
        let says_otherwise = settings.any(|name| {
            let text = facts.read_from_context(&self.path_of(name), MOST_READ);
            text.is_some_and(|text| is_called_otherwise(&text))
        });
        (!says_otherwise).then_some(output)
    }

    /// The first file of the project that a script runs: its path from the project's folder.
    pub fn file_of_script(&self, name: &str) -> Option<String> {
        let script = shell::parse(&MappedText::verbatim(self.script(name)?, 0), &Dialect::Sh);
        let command = script.commands.first().filter(|_| !script.unread)?;
        let runs = matches!(command.name.as_str(), "node" | "sh" | "bash");
        if command.or_follows || command.negated || script.is_conditional(0) {
            return None;
        }
        let word = match runs {
            true => command.args().first()?,
            false => command.words.first().filter(|w| w.raw.starts_with("./"))?,
        };
        let path = clean(word.literal().filter(|t| !t.starts_with(['-', '/']))?);
        let is_file = file_name(&path).contains('.') && !path.starts_with("..");
        (is_file && !path.starts_with("node_modules/")).then_some(path)
    }

    /// A dependency that the manifest names and the lock file does not have, for a manager that then
    /// installs nothing: its name, and the lock file.
    pub fn unlocked_dependency(
        &self,
        facts: &Facts<'_>,
        manager: Manager,
    ) -> Option<(String, &'static str)> {
        if self.manifest.get("workspaces").is_some() {
            return None;
        }
        let name = match manager {
            Manager::Npm => "package-lock.json",
            Manager::Yarn => "yarn.lock",
            Manager::Pnpm => "pnpm-lock.yaml",
            _ => return None,
        };
        if !facts.may_search(LOCK_COSTS) {
            return None;
        }
        let lock = facts.read_from_context(&format!("{}{name}", self.folder), MOST_LOCK)?;
        let json: Value = match manager {
            Manager::Npm => serde_json::from_str(&lock).ok()?,
            _ => Value::Null,
        };
        let is_known = match manager {
            Manager::Npm => json.get("packages").is_some_and(Value::is_object),
            Manager::Yarn => {
                lock.contains("# yarn lockfile v1") && self.manifest.get("resolutions").is_none()
            }
            _ => lock.contains("lockfileVersion"),
        };
        if !is_known {
            return None;
        }
        let has = |package: &str, range: &str| match manager {
            Manager::Npm => {
                let packages = json.get("packages");
                packages.is_some_and(|p| p.get(format!("node_modules/{package}")).is_some())
            }
            Manager::Yarn => {
                // What is no version may be written otherwise.
                let first = range.chars().next();
                let is_version = first.is_some_and(|c| "^~0123456789*".contains(c));
                !is_version || range.contains(['|', ' ']) || lock.contains(&format!("{package}@"))
            }
            _ => [format!("  {package}:"), format!("  '{package}':")]
                .iter()
                .any(|key| lock.contains(key)),
        };
        let lists = ["dependencies", "devDependencies"];
        let lists = lists
            .iter()
            .filter_map(|list| self.manifest.get(list)?.as_object());
        let optional = self.manifest.get("optionalDependencies");
        let is_optional = |package: &str| optional.is_some_and(|o| o.get(package).is_some());
        let mut named = lists.flat_map(|list| list.iter());
        let (missing, _) = named.find(|(package, range)| {
            let range = range.as_str().unwrap_or_default();
            !is_optional(package) && !has(package, range)
        })?;
        Some((missing.clone(), name))
    }

    /// Whether its manager is set up otherwise than it usually is.
    pub fn has_own_settings(&self, facts: &Facts<'_>) -> bool {
        let text =
            |name: &str| facts.read_from_context(&format!("{}{name}", self.folder), MOST_READ);
        let settings = text(".npmrc").is_some_and(|npmrc| {
            [
                "production",
                "omit",
                "include",
                "only",
                "ignore-scripts",
                "script-shell",
                "hoist",
            ]
            .iter()
            .any(|key| npmrc.contains(key))
        });
        let manager = self.manifest.get("packageManager").and_then(Value::as_str);
        let is_berry = manager.is_some_and(|m| m.starts_with("yarn@") && !m.starts_with("yarn@1"));
        settings
            || is_berry
            || text(".yarnrc.yml").is_some()
            || text("pnpm-workspace.yaml").is_some()
    }

    /// Whether `node_modules` of the context may come along with a copy.
    pub fn may_bring_modules(&self, facts: &Facts<'_>) -> bool {
        let path = format!("{}node_modules", self.folder);
        facts.context().is_none_or(|c| !c.is_ignored(&path))
    }
}

/// What a lock file says of the packages that are installed.
enum Lock {
    /// Packages of npm in the project's own `node_modules`, and whether only development needs
    /// them.
    Npm(Value),
    /// Packages that what is needed at run time leads to, by Yarn's lock file.
    Yarn(HashSet<String>),
    /// pnpm gives the project the programs of its own dependencies alone.
    Pnpm,
}

impl Lock {
    fn of(project: &NodeProject, facts: &Facts<'_>, manager: Manager) -> Option<Self> {
        let text =
            |name: &str| facts.read_from_context(&format!("{}{name}", project.folder), MOST_LOCK);
        match manager {
            Manager::Npm => {
                let lock: Value = serde_json::from_str(&text("package-lock.json")?).ok()?;
                lock.get("packages")?.as_object()?;
                Some(Self::Npm(lock))
            }
            Manager::Yarn => Some(Self::Yarn(reached(&text("yarn.lock")?, project)?)),
            Manager::Pnpm => Some(Self::Pnpm),
            _ => None,
        }
    }

    /// Whether an installation without development dependencies lacks a package.
    fn leaves_out(&self, project: &NodeProject, package: &str) -> bool {
        match self {
            Self::Npm(lock) => {
                let entry = lock.get("packages");
                let entry = entry.and_then(|p| p.get(format!("node_modules/{package}")));
                // Another package may bring it below itself only.
                entry.is_none_or(|e| e.get("dev") == Some(&Value::Bool(true)))
            }
            Self::Yarn(reached) => !reached.contains(package),
            Self::Pnpm => !project.lists("dependencies", package),
        }
    }
}

/// The packages that the dependencies of a project lead to, by a lock file of Yarn 1.
fn reached(lock: &str, project: &NodeProject) -> Option<HashSet<String>> {
    if !lock.contains("# yarn lockfile v1") {
        return None;
    }
    let name_of = |entry: &str| {
        let entry = entry.trim().trim_matches('"');
        let end = entry.get(1..)?.find('@')? + 1;
        entry.get(..end).map(str::to_owned)
    };
    let mut needs: HashMap<String, Vec<String>> = HashMap::new();
    let mut of = Vec::new();
    let mut in_list = false;
    for line in lock.lines() {
        if let Some(head) = line
            .strip_suffix(':')
            .filter(|l| !l.starts_with([' ', '#']))
        {
            of = head.split(',').filter_map(name_of).collect();
            in_list = false;
        } else if let Some(rest) = line.strip_prefix("    ").filter(|_| in_list) {
            let name = rest.split(' ').next().unwrap_or_default().trim_matches('"');
            for owner in &of {
                needs
                    .entry(owner.clone())
                    .or_default()
                    .push(name.to_owned());
            }
        } else {
            in_list = matches!(line.trim(), "dependencies:" | "optionalDependencies:");
        }
    }
    let lists = ["dependencies", "optionalDependencies"];
    let lists = lists
        .iter()
        .filter_map(|list| project.manifest.get(list)?.as_object());
    let mut open: Vec<String> = lists.flat_map(|list| list.keys().cloned()).collect();
    let mut reached = HashSet::new();
    while let Some(package) = open.pop() {
        if let Some(more) = needs.get(&package)
            && !reached.contains(&package)
        {
            open.extend(more.iter().cloned());
        }
        reached.insert(package);
    }
    Some(reached)
}
