//! Compose files: the builds of their services.
//!
//! Variables have the values that `.env` beside the file gives them, else the defaults written in
//! the file; the environment of the process is left out, so that a file means the same on every
//! machine. A variable with neither is not known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::invocation::{Fault, Inline, Invocation, Reader, Recipe, align, is_local, join};
use super::yaml::{self, Node, Value};
use super::{Build, Targets};
use crate::span::{MappedText, Span};

/// The names Compose looks for, the strongest first.
pub const NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];
/// The names of the files that Compose lays over the main one.
pub const OVERRIDES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
];
/// How many files may extend or include each other in a row.
const MAX_FILES: usize = 10;
/// How deep defaults of variables may hold variables.
const MAX_DEFAULTS: usize = 16;

/// Whether a file's name says that it is a compose file.
pub fn is_compose_file(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|n| n.to_str()) else {
        return false;
    };
    let stem = name
        .strip_suffix(".yaml")
        .or_else(|| name.strip_suffix(".yml"));
    let Some(stem) = stem else { return false };
    ["compose", "docker-compose"].into_iter().any(|prefix| {
        stem.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    })
}

/// Reads a compose file at `path`; `read` gives the files it extends, includes and takes
/// variables from. A file that is laid over the project's main one, as `compose.prod.yaml` is,
/// says only what differs: what its builds leave out is the main file's.
pub fn read(path: &Path, text: &str, read: Reader<'_>) -> Result<Vec<Invocation>, Fault> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let variables = read(&join(folder, ".env"))
        .map(|text| dotenv(&text))
        .unwrap_or_default();
    let project = Project {
        read,
        variables: &variables,
    };
    let Some(root) = yaml::parse(text)? else {
        return Ok(Vec::new());
    };
    if !matches!(root.value, Value::Map(_)) {
        return Err(Fault::new(root.span, "this is no compose file"));
    }
    let file = File {
        folder: folder.to_path_buf(),
        root,
        lies_over: path
            .file_name()
            .is_some_and(|name| OVERRIDES.iter().any(|o| name == *o)),
    };
    let main = NAMES
        .iter()
        .map(|name| join(folder, name))
        .find(|main| same_name(main, path) || read(main).is_some())
        .filter(|main| !same_name(main, path))
        .and_then(|main| File::parse(&main, &read(&main)?));
    let mut out = Vec::new();
    project.builds_of(&file, main.as_ref(), text, &mut out)?;
    if let Some(includes) = file.root.get("include") {
        project.include(includes, folder, MAX_FILES, &mut out);
    }
    Ok(out)
}

fn same_name(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name()
}

/// A compose file.
struct File {
    folder: PathBuf,
    root: Rc<Node>,
    /// Whether Compose reads it together with the main file only.
    lies_over: bool,
}

impl File {
    fn parse(path: &Path, text: &str) -> Option<Self> {
        Some(Self {
            folder: path.parent().unwrap_or(Path::new("")).to_path_buf(),
            root: yaml::parse(text).ok()??,
            lies_over: false,
        })
    }

    fn service(&self, name: &str) -> Option<&Rc<Node>> {
        self.root.get("services")?.get(name)
    }
}

/// A `build` as far as it is written, extended files below it.
#[derive(Clone, Default)]
struct Plan {
    context: Option<(PathBuf, Rc<Node>)>,
    dockerfile: Option<Rc<Node>>,
    /// With whether it stands in the file that is being read.
    inline: Option<(Rc<Node>, bool)>,
    target: Option<Rc<Node>>,
    arguments: BTreeMap<String, Option<Rc<Node>>>,
    contexts: Vec<String>,
    platforms: Vec<Rc<Node>>,
    folder: PathBuf,
    span: Span,
}

impl Plan {
    fn over(mut self, base: Plan) -> Plan {
        let mut arguments = base.arguments;
        arguments.append(&mut self.arguments);
        self.contexts.extend(base.contexts);
        // Of a Dockerfile and one written out the nearer one counts.
        let own_recipe = self.dockerfile.is_some() || self.inline.is_some();
        let (dockerfile, inline) = match own_recipe {
            true => (self.dockerfile, self.inline),
            false => (base.dockerfile, base.inline),
        };
        Plan {
            folder: match self.context.is_some() {
                true => self.folder,
                false => base.folder,
            },
            context: self.context.or(base.context),
            dockerfile,
            inline,
            target: self.target.or(base.target),
            arguments,
            contexts: self.contexts,
            platforms: match self.platforms.is_empty() {
                true => base.platforms,
                false => self.platforms,
            },
            span: self.span,
        }
    }
}

struct Project<'p> {
    read: Reader<'p>,
    variables: &'p BTreeMap<String, String>,
}

impl Project<'_> {
    fn builds_of(
        &self,
        file: &File,
        main: Option<&File>,
        text: &str,
        out: &mut Vec<Invocation>,
    ) -> Result<(), Fault> {
        let Some(services) = file.root.get("services") else {
            return Ok(());
        };
        if !matches!(services.value, Value::Map(_)) && !services.is_null() {
            return Err(Fault::new(services.span, "`services` is no mapping"));
        }
        for (name, _, service) in services.pairs() {
            let Some(mut plan) = self.plan(file, service, true, MAX_FILES)? else {
                continue;
            };
            let is_part = plan.context.is_none() && plan.inline.is_none();
            if (is_part || file.lies_over)
                && let Some(main) = main
                && let Some(below) = main.service(name)
                && let Ok(Some(below)) = self.plan(main, below, false, MAX_FILES)
            {
                plan = plan.over(below);
            }
            out.extend(self.invocation(name, &plan, text));
        }
        Ok(())
    }

    /// The build of a service; nothing if it has none.
    fn plan(
        &self,
        file: &File,
        service: &Node,
        own: bool,
        depth: usize,
    ) -> Result<Option<Plan>, Fault> {
        let below = match service.get("extends") {
            Some(extends) => self.extended(file, extends, own, depth),
            None => None,
        };
        let Some(build) = service.get("build").filter(|b| !b.is_null()) else {
            return Ok(below);
        };
        let mut plan = Plan {
            folder: file.folder.clone(),
            span: build.span,
            ..Plan::default()
        };
        match &build.value {
            Value::Scalar { .. } => plan.context = Some((file.folder.clone(), Rc::clone(build))),
            Value::Map(_) => {
                let key = |name| build.get(name).filter(|n| !n.is_null()).cloned();
                plan.context = key("context").map(|c| (file.folder.clone(), c));
                plan.dockerfile = key("dockerfile");
                plan.inline = key("dockerfile_inline").map(|n| (n, own));
                plan.target = key("target");
                plan.arguments = build.get("args").map(|a| entries(a)).unwrap_or_default();
                let contexts = build.get("additional_contexts");
                plan.contexts = contexts
                    .map(|c| entries(c).into_keys().collect())
                    .unwrap_or_default();
                plan.platforms = key("platforms")
                    .map(|p| p.items().to_vec())
                    .unwrap_or_default();
            }
            Value::List(_) => {
                let message = "`build` is a directory or a mapping, not a list";
                return Err(Fault::new(build.span, message));
            }
        }
        if plan.platforms.is_empty()
            && let Some(platform) = service.get("platform").filter(|n| !n.is_null())
        {
            plan.platforms.push(Rc::clone(platform));
        }
        Ok(Some(match below {
            Some(below) => plan.over(below),
            None => plan,
        }))
    }

    fn extended(&self, file: &File, extends: &Node, own: bool, depth: usize) -> Option<Plan> {
        let depth = depth.checked_sub(1)?;
        let (service, from) = match extends.text() {
            Some(name) => (name.to_owned(), None),
            None => (
                extends.get("service")?.text()?.to_owned(),
                extends.get("file").and_then(|f| f.text()),
            ),
        };
        let Some(from) = from else {
            let base = file.service(&service)?;
            return self.plan(file, base, own, depth).ok()?;
        };
        let path = join(&file.folder, &self.text(from)?);
        let other = File::parse(&path, &(self.read)(&path)?)?;
        let base = other.service(&service)?;
        self.plan(&other, base, false, depth).ok()?
    }

    fn include(&self, includes: &Node, folder: &Path, depth: usize, out: &mut Vec<Invocation>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        let paths = includes.items().iter().flat_map(|item| {
            let path = match &item.value {
                Value::Map(_) => item.get("path"),
                _ => Some(item),
            };
            match path.map(|p| (p, p.items())) {
                Some((path, [])) => vec![path],
                Some((_, items)) => items.iter().collect(),
                None => Vec::new(),
            }
        });
        for path in paths {
            let Some(path) = path.text().and_then(|p| self.text(p)) else {
                continue;
            };
            let path = join(folder, &path);
            let Some(text) = (self.read)(&path) else {
                continue;
            };
            let Some(file) = File::parse(&path, &text) else {
                continue;
            };
            let mut found = Vec::new();
            // What is wrong in that file is said when it is linted itself.
            if self.builds_of(&file, None, &text, &mut found).is_ok() {
                found.retain(|i| matches!(i.recipe, Recipe::File(_)));
                // The place is in another file.
                found.iter_mut().for_each(|i| i.span = includes.span);
                out.extend(found);
            }
            if let Some(more) = file.root.get("include") {
                self.include(more, &file.folder, depth, out);
            }
        }
    }

    /// The build of a plan, if it is one of a directory here.
    fn invocation(&self, name: &str, plan: &Plan, text: &str) -> Option<Invocation> {
        let context = match &plan.context {
            Some((folder, node)) => {
                let context = self.text(node.text()?)?;
                if !is_local(&context) {
                    return None;
                }
                join(folder, &context)
            }
            None => join(&plan.folder, "."),
        };
        let recipe = match (&plan.inline, &plan.dockerfile) {
            (Some((inline, true)), _) => Recipe::Inline(self.inline(inline, text)?),
            (Some((_, false)), _) => return None,
            (None, Some(dockerfile)) => {
                let path = self.text(dockerfile.text()?)?;
                Recipe::File(join(&context, &path))
            }
            (None, None) => Recipe::File(join(&context, "Dockerfile")),
        };
        let mut build = Build {
            contexts: plan.contexts.clone(),
            context: Some(match context.as_os_str().is_empty() {
                true => PathBuf::from("."),
                false => context,
            }),
            ..Build::default()
        };
        for (name, value) in &plan.arguments {
            let value = match value.as_deref() {
                // Without a value it is the environment's.
                None => self.variables.get(name).cloned(),
                Some(node) if node.is_null() => self.variables.get(name).cloned(),
                Some(node) => node.text().and_then(|t| self.text(t)),
            };
            match value {
                Some(value) => build.arguments.push((name.clone(), value)),
                None => build.unknown_arguments.push(name.clone()),
            }
        }
        if let Some(target) = plan.target.as_deref().and_then(Node::text) {
            let known = self.text(target);
            let any = known.is_none();
            build.target = known.filter(|t| !t.is_empty());
            build.targets = Targets {
                names: build.target.iter().cloned().collect(),
                any,
            };
        }
        let platforms = plan.platforms.iter();
        build.platforms = platforms
            .map(|p| self.text(p.text()?))
            .collect::<Option<_>>()
            .unwrap_or_default();
        Some(Invocation {
            name: name.to_owned(),
            recipe,
            build,
            span: plan.span,
        })
    }

    fn inline(&self, node: &Node, source: &str) -> Option<Inline> {
        let Value::Scalar {
            text: raw, literal, ..
        } = &node.value
        else {
            return None;
        };
        let filled = self.interpolate(raw, MAX_DEFAULTS);
        let written = source.get(node.span.range()).unwrap_or_default();
        let map = match literal {
            true => {
                // The place begins with the first line that is not blank.
                let blank = filled.text.bytes().take_while(|b| *b == b'\n').count();
                let before = source.get(..node.span.start as usize).unwrap_or_default();
                let mut starts = before.rmatch_indices('\n').map(|(n, _)| n + 1);
                let body = starts.nth(blank);
                body.and_then(|body| align(&filled.text, source, body))
            }
            false => {
                let at = written.find(filled.text.as_str());
                at.filter(|_| !filled.text.is_empty())
                    .map(|at| MappedText::verbatim(&filled.text, node.span.start + at as u32))
            }
        };
        Some(Inline {
            text: filled.text,
            span: node.span,
            map,
            unknown: filled.unknown,
        })
    }

    /// The text with its variables filled in, if all are known.
    fn text(&self, text: &str) -> Option<String> {
        let filled = self.interpolate(text, MAX_DEFAULTS);
        filled.unknown.is_empty().then_some(filled.text)
    }

    fn interpolate(&self, text: &str, depth: usize) -> Filled {
        let mut out = Filled::default();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            let (before, after) = rest.split_at(dollar);
            out.text.push_str(before);
            let after = after.get(1..).unwrap_or_default();
            let (value, length) = match after.chars().next() {
                Some('$') => (Some("$".to_owned()), 1),
                Some('{') => match closing(after) {
                    Some(end) => {
                        let inner = after.get(1..end).unwrap_or_default();
                        (self.braced(inner, depth), end + 1)
                    }
                    None => (Some("$".to_owned()), 0),
                },
                _ => match name_length(after) {
                    0 => (Some("$".to_owned()), 0),
                    n => {
                        let name = after.get(..n).unwrap_or_default();
                        (self.variables.get(name).cloned(), n)
                    }
                },
            };
            match value {
                Some(value) => out.text.push_str(&value),
                None => {
                    let start = out.text.len() as u32;
                    out.text.push('$');
                    out.text.push_str(after.get(..length).unwrap_or_default());
                    out.unknown.push(Span::new(start, out.text.len() as u32));
                }
            }
            rest = after.get(length..).unwrap_or_default();
        }
        out.text.push_str(rest);
        out
    }

    /// What stands between braces; nothing if it is not known.
    fn braced(&self, inner: &str, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let (name, rest) = inner.split_at(name_length(inner));
        let value = self.variables.get(name);
        let (operator, word) = match rest.strip_prefix(':') {
            Some(rest) => (rest.chars().next(), rest.get(1..)),
            None => (rest.chars().next(), rest.get(1..)),
        };
        let empty_counts = !rest.starts_with(':');
        let value = value.filter(|v| empty_counts || !v.is_empty());
        let word = || {
            let filled = self.interpolate(word.unwrap_or_default(), depth);
            filled.unknown.is_empty().then_some(filled.text)
        };
        match operator {
            Some('-') => value.cloned().or_else(word),
            Some('+') if value.is_some() => word(),
            // Whoever runs it may set the variable.
            _ => value.cloned(),
        }
    }
}

/// Text with variables filled in.
#[derive(Default)]
struct Filled {
    text: String,
    /// What stands as it was, since nobody knows its value.
    unknown: Vec<Span>,
}

fn name_length(text: &str) -> usize {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
        .count()
}

/// Where the brace that `text` begins with closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// A mapping, or a list of `KEY=VALUE`.
fn entries(node: &Node) -> BTreeMap<String, Option<Rc<Node>>> {
    match &node.value {
        Value::List(items) => items
            .iter()
            .filter_map(|item| {
                let text = item.text()?;
                Some(match text.split_once('=') {
                    Some((name, value)) => {
                        let value = Node {
                            span: item.span,
                            value: Value::Scalar {
                                text: value.to_owned(),
                                plain: false,
                                literal: false,
                            },
                        };
                        (name.to_owned(), Some(Rc::new(value)))
                    }
                    None => (text.to_owned(), None),
                })
            })
            .collect(),
        _ => node
            .pairs()
            .into_iter()
            .map(|(name, _, value)| (name.to_owned(), Some(Rc::clone(value))))
            .collect(),
    }
}

/// The variables of a `.env` file: simple assignments; what is more than that is left out.
fn dotenv(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name_length(name) != name.len() {
            continue;
        }
        let quoted = |quote: char| {
            let inner = value.strip_prefix(quote)?;
            inner.get(..inner.find(quote)?)
        };
        let plain = value.split(" #").next().unwrap_or_default().trim_end();
        let value = match value.chars().next() {
            Some('\'') => quoted('\''),
            Some('"') => quoted('"').filter(|v| !v.contains(['$', '\\'])),
            _ => Some(plain).filter(|v| !v.contains('$')),
        };
        if let Some(value) = value {
            out.insert(name.to_owned(), value.to_owned());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, files: &[(&str, &str)]) -> Result<Vec<Invocation>, Fault> {
        let files: BTreeMap<PathBuf, String> = files
            .iter()
            .map(|(p, t)| (PathBuf::from(p), (*t).to_owned()))
            .collect();
        read(Path::new("compose.yaml"), text, &|path| {
            files.get(path).cloned()
        })
    }

    fn file(invocation: &Invocation) -> String {
        match &invocation.recipe {
            Recipe::File(path) => path.to_string_lossy().replace('\\', "/"),
            Recipe::Inline(inline) => inline.text.clone(),
        }
    }

    #[test]
    fn both_forms_of_a_build_are_read() {
        let text = "services:\n  a:\n    build: ./x\n  b:\n    image: nginx\n  c:\n    build:\n      \
            context: ..\n      dockerfile: d/c.Dockerfile\n      target: dev\n      args:\n        \
            V: 3\n        W: ${W:-w}\n        X: $X\n        Y:\n      additional_contexts:\n        \
            - lib=../lib\n      platforms: [linux/arm64]\n  d:\n    build: https://github.com/a/b.git\n";
        let found = with(text, &[]).unwrap();
        let names: Vec<&str> = found.iter().map(|i| i.name.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
        assert_eq!(file(&found[0]), "x/Dockerfile");
        assert_eq!(file(&found[1]), "../d/c.Dockerfile");
        let build = &found[1].build;
        assert_eq!(build.target.as_deref(), Some("dev"));
        let known = [("V", "3"), ("W", "w")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(build.arguments, known);
        assert_eq!(build.unknown_arguments, ["X", "Y"]);
        assert_eq!(build.contexts, ["lib"]);
        assert_eq!(build.platforms, ["linux/arm64"]);
    }

    #[test]
    fn variables_come_from_the_env_file_and_from_defaults() {
        let env = "A=1\nexport B='two'\nE=\n# C=3\n";
        let values = [
            ("$A-$$A", Some("1-$A")),
            ("${B}", Some("two")),
            ("${C-${A}}", Some("1")),
            ("${E:-x}${E-y}", Some("x")),
            ("${A:+set}", Some("set")),
            ("${C}", None),
            ("${C:?say it}", None),
        ];
        let args: String = values
            .iter()
            .enumerate()
            .map(|(i, (v, _))| format!("        K{i}: '{v}'\n"))
            .collect();
        let text = format!("services:\n  a:\n    build:\n      args:\n{args}");
        let found = with(&text, &[(".env", env)]).unwrap();
        for (i, (written, wanted)) in values.iter().enumerate() {
            let name = format!("K{i}");
            let known = found[0].build.arguments.iter().find(|a| a.0 == name);
            assert_eq!(known.map(|a| a.1.as_str()), *wanted, "{written}");
        }
    }

    #[test]
    fn extended_services_keep_their_own_folder() {
        let base = "services:\n  base:\n    build:\n      context: app\n      target: base\n      \
            args: [A=1, B=2]\n";
        let text = "services:\n  web:\n    extends:\n      file: common/base.yml\n      service: \
            base\n    build:\n      target: web\n      args:\n        B: 3\n  same:\n    extends: web\n";
        let found = with(text, &[("common/base.yml", base)]).unwrap();
        for invocation in &found {
            assert_eq!(file(invocation), "common/app/Dockerfile");
            assert_eq!(invocation.build.target.as_deref(), Some("web"));
            let values: Vec<&str> = invocation.build.arguments.iter().map(|a| &*a.1).collect();
            assert_eq!(values, ["1", "3"]);
        }
        assert_eq!(found.len(), 2);
        let circle = "services:\n  a:\n    extends: b\n  b:\n    extends: a\n";
        assert!(with(circle, &[]).unwrap().is_empty());
    }

    #[test]
    fn a_file_laid_over_the_main_one_says_only_what_differs() {
        let main = "services:\n  web:\n    build: ./web\n";
        let text = "services:\n  web:\n    build:\n      target: prod\n";
        let found = read(Path::new("p/compose.prod.yaml"), text, &|path| {
            (path == Path::new("p/compose.yaml")).then(|| main.to_owned())
        })
        .unwrap();
        assert_eq!(file(&found[0]), "p/web/Dockerfile");
        assert_eq!(found[0].build.target.as_deref(), Some("prod"));
    }

    #[test]
    fn an_override_file_always_lies_over_the_main_one() {
        let main =
            "services:\n  web:\n    build:\n      context: ./web\n      args: {A: 1, B: 2}\n";
        let text = "services:\n  web:\n    build:\n      context: ./other\n      args: {B: 3}\n";
        let read_at = |path: &str| {
            let found = read(Path::new(path), text, &|path| {
                (path == Path::new("p/compose.yaml")).then(|| main.to_owned())
            });
            found.unwrap()[0].clone()
        };
        let over = read_at("p/compose.override.yaml");
        assert_eq!(file(&over), "p/other/Dockerfile");
        let values: Vec<&str> = over.build.arguments.iter().map(|a| &*a.1).collect();
        assert_eq!(values, ["1", "3"]);
        // Any other file may be meant to stand alone.
        let alone = read_at("p/compose.dev.yaml");
        assert_eq!(alone.build.arguments.len(), 1);
    }

    #[test]
    fn inline_dockerfiles_know_their_places() {
        let text = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM \
            alpine:${V:-3.22}\n\n        RUN echo $$HOME ${WHO}\n";
        let found = with(text, &[]).unwrap();
        let Recipe::Inline(inline) = &found[0].recipe else {
            panic!("no inline Dockerfile");
        };
        assert_eq!(inline.text, "FROM alpine:3.22\n\nRUN echo $HOME ${WHO}\n");
        let at = |part: &str| {
            let start = inline.text.find(part).unwrap() as u32;
            Span::new(start, start + part.len() as u32)
        };
        assert_eq!(&text[inline.place(at("RUN")).range()], "RUN");
        assert_eq!(&text[inline.place(at("HOME")).range()], "HOME");
        assert!(inline.is_unknown(at("${WHO}")) && !inline.is_unknown(at("echo")));
        // Blank lines above it count.
        let blank = "services:\n  a:\n    build:\n      dockerfile_inline: |-\n\n\n        FROM b";
        let found = with(blank, &[]).unwrap();
        let Recipe::Inline(inline) = &found[0].recipe else {
            panic!("no inline Dockerfile");
        };
        assert_eq!(inline.text, "\n\nFROM b");
        assert_eq!(&blank[inline.place(Span::new(2, 6)).range()], "FROM");
        // Folded, the lines are gone: the whole of it is the place.
        let folded = "services: {a: {build: {dockerfile_inline: \"FROM a\\nRUN b\"}}}";
        let found = with(folded, &[]).unwrap();
        let Recipe::Inline(inline) = &found[0].recipe else {
            panic!("no inline Dockerfile");
        };
        assert_eq!(inline.place(Span::new(7, 8)), inline.span);
    }

    #[test]
    fn names_of_compose_files() {
        for name in ["compose.yaml", "docker-compose.dev.yml", "compose-test.yml"] {
            assert!(is_compose_file(Path::new(name)), "{name}");
        }
        for name in [
            "composer.yaml",
            "compose.json",
            "my-compose.yml",
            "values.yaml",
        ] {
            assert!(!is_compose_file(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn what_is_no_compose_file_is_said_with_its_place() {
        assert_eq!(with("- a", &[]).unwrap_err().span.start, 0);
        let fault = with("services:\n  a:\n    build: [x]\n", &[]).unwrap_err();
        assert_eq!(fault.span.start, 26);
        assert!(with("x: 1", &[]).unwrap().is_empty());
    }
}
