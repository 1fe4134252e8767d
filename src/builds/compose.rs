//! Compose files: the builds of their services.
//!
//! Variables have the values that `.env` beside the file gives them, else the defaults written in
//! the file; the environment of the process is left out, so that a file means the same on every
//! machine. A variable with neither is not known.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::Fault;
use super::dotenv::{self, Variables};
use super::invocation::{Inline, Invocation, Reader, Recipe, align, is_local, join};
use super::yaml::{self, Mark, Node, Value};
use crate::context::{Build, Targets};
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
/// How many services may extend each other in a row, or files include each other.
const MAX_EXTENDED: usize = 64;
/// The most files that one includes, by way of others too.
const MAX_INCLUDED: usize = 1000;
/// How many services are looked at, each as often as another one extends it.
const MAX_LAYERS: usize = 20_000;
/// How much longer than its text a value may become, variables filled in.
const MAX_GROWTH: usize = 1 << 16;
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
/// says only what differs: what its builds leave out is the main file's. What is wrong with one
/// service only goes into `faults`.
pub fn read(
    path: &Path,
    text: &str,
    read: Reader<'_>,
    faults: &mut Vec<Fault>,
) -> Result<Vec<Invocation>, Fault> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let roots = yaml::parse(text)?;
    if roots.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(root) = roots.iter().find(|r| !matches!(r.value, Value::Map(_))) {
        return Err(Fault::new(root.span, "this is no compose file"));
    }
    let file = File::new(path, folder, roots);
    for services in file.roots.iter().filter_map(|root| root.get("services")) {
        if !matches!(services.value, Value::Map(_)) && !services.is_null() {
            return Err(Fault::new(services.span, "`services` is no mapping"));
        }
    }
    let shared = Shared {
        files: RefCell::default(),
        faults: RefCell::default(),
        included: Cell::new(0),
        layers: Cell::new(0),
    };
    let mut variables = Variables::new();
    if let Some(text) = read(&join(folder, ".env")) {
        dotenv::read(&text, &mut variables, &expand);
    }
    let project = Project {
        read,
        variables,
        folder: folder.to_path_buf(),
        shared: &shared,
    };
    let main = NAMES
        .iter()
        .map(|name| join(folder, name))
        .find(|main| same_name(main, path) || read(main).is_some())
        .filter(|main| !same_name(main, path))
        .and_then(|main| project.file(&main, folder));
    let lies_over = path
        .file_name()
        .is_some_and(|name| OVERRIDES.iter().any(|o| name == *o));
    let mut out = Vec::new();
    for name in &file.names {
        let Some(mut plan) = project.plan(&file, name, true) else {
            continue;
        };
        let is_part = plan.context.is_none() && plan.inline.is_none();
        if (is_part || lies_over)
            && let Some(main) = &main
            && let Some(below) = project.plan(main, name, false)
        {
            plan = plan.over(below);
        }
        if plan.dockerfile.is_some()
            && let Some((inline, true)) = &plan.inline
        {
            let message = format!("`{name}` has both a `dockerfile` and a `dockerfile_inline`");
            shared
                .faults
                .borrow_mut()
                .push(Fault::new(inline.span, message));
            continue;
        }
        out.extend(project.invocation(name, &plan, text));
    }
    for includes in file.roots.iter().filter_map(|root| root.get("include")) {
        let mut stack = vec![path.to_path_buf()];
        project.include(includes, true, &mut stack, &mut out);
    }
    faults.extend(shared.faults.into_inner());
    Ok(out)
}

fn same_name(a: &Path, b: &Path) -> bool {
    a.file_name() == b.file_name()
}

/// A compose file.
struct File {
    path: PathBuf,
    /// Where its paths start.
    folder: PathBuf,
    /// Its documents; each lies over the ones above it.
    roots: Vec<Rc<Node>>,
    /// Its services in order.
    names: Vec<String>,
    /// With the number of the document that each stands in.
    services: HashMap<String, Vec<(usize, Rc<Node>)>>,
}

impl File {
    fn new(path: &Path, folder: &Path, roots: Vec<Rc<Node>>) -> Self {
        let mut names = Vec::new();
        let mut services: HashMap<String, Vec<(usize, Rc<Node>)>> = HashMap::new();
        for (document, root) in roots.iter().enumerate() {
            let Some(found) = root.get("services") else {
                continue;
            };
            for (name, _, service) in found.pairs() {
                let same = services.entry(name.to_owned()).or_default();
                if same.is_empty() {
                    names.push(name.to_owned());
                }
                same.push((document, Rc::clone(service)));
            }
        }
        Self {
            path: path.to_path_buf(),
            folder: folder.to_path_buf(),
            roots,
            names,
            services,
        }
    }
}

/// A `build` as far as it is written, extended files below it.
#[derive(Clone, Default)]
struct Plan {
    /// Whether there is a `build` at all.
    is_build: bool,
    context: Option<(PathBuf, Rc<Node>)>,
    dockerfile: Option<Rc<Node>>,
    /// With whether it stands in the file that is being read.
    inline: Option<(Rc<Node>, bool)>,
    target: Option<Rc<Node>>,
    arguments: BTreeMap<String, Option<Rc<Node>>>,
    contexts: BTreeSet<String>,
    platforms: Vec<Rc<Node>>,
    /// Those that Bake adds.
    bake_platforms: Vec<Rc<Node>>,
    /// The service's own.
    platform: Option<Rc<Node>>,
    /// What the image is called.
    image: Option<Rc<Node>>,
    /// The keys under which what is below counts no more; `build` is all of them.
    cleared: Vec<&'static str>,
    span: Span,
}

impl Plan {
    fn over(mut self, mut base: Plan) -> Plan {
        for key in &self.cleared {
            match *key {
                "build" => {
                    base = Plan {
                        platform: base.platform,
                        image: base.image,
                        ..Plan::default()
                    };
                }
                "context" => base.context = None,
                "dockerfile" => base.dockerfile = None,
                "dockerfile_inline" => base.inline = None,
                "target" => base.target = None,
                "args" => base.arguments.clear(),
                "additional_contexts" => base.contexts.clear(),
                "platforms" => base.platforms.clear(),
                _ => {}
            }
        }
        let mut arguments = base.arguments;
        arguments.append(&mut self.arguments);
        self.contexts.extend(base.contexts);
        base.platforms.append(&mut self.platforms);
        base.bake_platforms.append(&mut self.bake_platforms);
        Plan {
            is_build: self.is_build || base.is_build,
            context: self.context.or(base.context),
            dockerfile: self.dockerfile.or(base.dockerfile),
            inline: self.inline.or(base.inline),
            target: self.target.or(base.target),
            arguments,
            contexts: self.contexts,
            platforms: base.platforms,
            bake_platforms: base.bake_platforms,
            platform: self.platform.or(base.platform),
            image: self.image.or(base.image),
            cleared: self.cleared,
            span: if self.is_build { self.span } else { base.span },
        }
    }
}

/// Files by their paths and the folders in which their paths start.
type Files = HashMap<(PathBuf, PathBuf), Option<Rc<File>>>;

/// What all files of a project share.
struct Shared {
    files: RefCell<Files>,
    faults: RefCell<Vec<Fault>>,
    /// How many files were included.
    included: Cell<usize>,
    /// How many services were looked at.
    layers: Cell<usize>,
}

struct Project<'p> {
    read: Reader<'p>,
    variables: Variables,
    /// Where a path starts that nobody wrote.
    folder: PathBuf,
    shared: &'p Shared,
}

impl Project<'_> {
    /// Another file whose paths start at `folder`; nothing if it cannot be read. What is wrong in
    /// it is said when it is linted itself.
    fn file(&self, path: &Path, folder: &Path) -> Option<Rc<File>> {
        let key = (path.to_path_buf(), folder.to_path_buf());
        if let Some(known) = self.shared.files.borrow().get(&key) {
            return known.clone();
        }
        let roots = (self.read)(path).and_then(|text| yaml::parse(&text).ok());
        let file = roots.map(|roots| Rc::new(File::new(path, folder, roots)));
        self.shared.files.borrow_mut().insert(key, file.clone());
        file
    }

    fn fault(&self, own: bool, span: Span, message: impl Into<String>) {
        if own {
            let mut faults = self.shared.faults.borrow_mut();
            faults.push(Fault::new(span, message));
        }
    }

    /// The build of a service; nothing if it has none. `own` says whether the file is the one
    /// that is being read.
    fn plan(&self, file: &File, name: &str, own: bool) -> Option<Plan> {
        self.plan_in(file, None, name, own, &mut Vec::new())
    }

    /// As [`plan`](Self::plan), of one document only if it is said which. `stack` has the services
    /// that extend this one.
    fn plan_in(
        &self,
        file: &File,
        document: Option<usize>,
        name: &str,
        own: bool,
        stack: &mut Vec<(PathBuf, String)>,
    ) -> Option<Plan> {
        let mut out: Option<Plan> = None;
        for (number, service) in file.services.get(name)? {
            if document.is_some_and(|document| document != *number) {
                continue;
            }
            if service.mark == Mark::Reset {
                out = None;
                continue;
            }
            if !matches!(service.value, Value::Map(_)) {
                if !service.is_null() {
                    self.fault(
                        own,
                        service.span,
                        format!("the service `{name}` is no mapping"),
                    );
                }
                continue;
            }
            let layers = self.shared.layers.get();
            self.shared.layers.set(layers + 1);
            if layers == MAX_LAYERS {
                self.fault(true, Span::at(0), "its services extend too many others");
            }
            if layers >= MAX_LAYERS {
                return None;
            }
            stack.push((file.path.clone(), name.to_owned()));
            let extends = service.get("extends").filter(|e| !e.is_null());
            let below = extends.and_then(|e| self.extended(file, *number, e, own, stack));
            stack.pop();
            let mut plan = self.layer(file, service, own);
            if let Some(below) = below {
                plan = plan.over(below);
            }
            out = Some(match out {
                Some(before) => plan.over(before),
                None => plan,
            });
        }
        out
    }

    /// What a service itself says of its build.
    fn layer(&self, file: &File, service: &Node, own: bool) -> Plan {
        let mut plan = Plan {
            platform: service.get("platform").filter(|n| !n.is_null()).cloned(),
            image: service.get("image").filter(|n| !n.is_null()).cloned(),
            ..Plan::default()
        };
        let Some(build) = service.get("build") else {
            return plan;
        };
        plan.span = build.span;
        if build.mark != Mark::None {
            plan.cleared.push("build");
        }
        if build.is_null() {
            return plan;
        }
        plan.is_build = true;
        match &build.value {
            Value::Scalar { .. } => {
                self.check(own, build);
                plan.context = Some((file.folder.clone(), Rc::clone(build)));
            }
            Value::Map(_) => {
                const KEYS: [&str; 7] = [
                    "context",
                    "dockerfile",
                    "dockerfile_inline",
                    "target",
                    "args",
                    "additional_contexts",
                    "platforms",
                ];
                for name in KEYS {
                    let Some(node) = build.get(name) else {
                        continue;
                    };
                    if matches!(node.mark, Mark::Reset | Mark::Override) {
                        plan.cleared.push(name);
                    }
                    if node.is_null() {
                        continue;
                    }
                    self.check(own, node);
                    let is_empty = node.text() == Some("");
                    match name {
                        "context" => plan.context = Some((file.folder.clone(), Rc::clone(node))),
                        "dockerfile" if !is_empty => plan.dockerfile = Some(Rc::clone(node)),
                        "dockerfile_inline" if !is_empty => {
                            plan.inline = Some((Rc::clone(node), own));
                        }
                        "target" => plan.target = Some(Rc::clone(node)),
                        "args" => {
                            plan.arguments = entries(node);
                            if matches!(node.value, Value::Scalar { .. }) {
                                self.fault(
                                    own,
                                    node.span,
                                    "`args` is neither a mapping nor a list",
                                );
                            }
                        }
                        "additional_contexts" => {
                            plan.contexts = entries(node).into_keys().collect()
                        }
                        "platforms" => plan.platforms = node.items().to_vec(),
                        _ => {}
                    }
                }
                if let Some(more) = build.get("x-bake") {
                    if let Some(contexts) = more.get("contexts") {
                        plan.contexts.extend(entries(contexts).into_keys());
                    }
                    if let Some(platforms) = more.get("platforms") {
                        plan.bake_platforms = platforms.items().to_vec();
                        let words = platforms.text().unwrap_or_default().split_whitespace();
                        let words = words.map(|word| Rc::new(Node::part(platforms.span, word)));
                        plan.bake_platforms.extend(words);
                    }
                }
            }
            Value::List(_) => {
                let message = "`build` is a directory or a mapping, not a list";
                self.fault(own, build.span, message);
                plan.is_build = false;
            }
        }
        plan
    }

    /// Says which variables are not written as Compose wants them.
    fn check(&self, own: bool, node: &Node) {
        if !own {
            return;
        }
        match &node.value {
            Value::Scalar { text, .. } => {
                if let Some(bad) = self.interpolate(text, MAX_DEFAULTS).invalid {
                    let message = format!("`{bad}` is no variable; write `$$` for a dollar sign");
                    self.fault(own, node.span, message);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.check(own, item)),
            Value::Map(_) => {
                for (_, _, value) in node.pairs() {
                    // What stands deeper is not read.
                    if matches!(value.value, Value::Scalar { .. }) {
                        self.check(own, value);
                    }
                }
            }
        }
    }

    fn extended(
        &self,
        file: &File,
        document: usize,
        extends: &Node,
        own: bool,
        stack: &mut Vec<(PathBuf, String)>,
    ) -> Option<Plan> {
        let service = extends.text().or_else(|| extends.get("service")?.text())?;
        let service = self.text(service)?;
        let from = extends.get("file").and_then(|f| f.text());
        let (other, is_own) = match from {
            None => (None, own),
            Some(from) => {
                let from = self.text(from)?;
                if !is_local(&from) {
                    return None;
                }
                let path = join(&file.folder, &from);
                let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
                let Some(other) = self.file(&path, &folder) else {
                    let message = format!("`{from}` cannot be read as a compose file");
                    self.fault(own, extends.span, message);
                    return None;
                };
                (Some(other), false)
            }
        };
        // Without a file it is a service of the same document.
        let document = other.is_none().then_some(document);
        let base = other.as_deref().unwrap_or(file);
        if stack
            .iter()
            .any(|(path, name)| *path == base.path && *name == service)
        {
            let message = format!("`{service}` extends itself");
            self.fault(own, extends.span, message);
            return None;
        }
        let same = base.services.get(&service).into_iter().flatten();
        let mut numbers = same.map(|(number, _)| *number);
        if !numbers.any(|number| document.is_none_or(|document| document == number)) {
            let message = format!("there is no service `{service}` to extend");
            self.fault(own, extends.span, message);
            return None;
        }
        if stack.len() > MAX_EXTENDED {
            return None;
        }
        self.plan_in(base, document, &service, is_own, stack)
    }

    /// Adds what the files build that are included. `stack` has the files that include them.
    fn include(
        &self,
        includes: &Node,
        own: bool,
        stack: &mut Vec<PathBuf>,
        out: &mut Vec<Invocation>,
    ) {
        for item in includes.items() {
            let listed = match &item.value {
                Value::Map(_) => item.get("path"),
                _ => Some(item),
            };
            let Some(listed) = listed else { continue };
            let nodes = match listed.items() {
                [] => std::slice::from_ref(listed),
                items => items,
            };
            // Those of one entry are laid over each other.
            let paths: Option<Vec<PathBuf>> = nodes
                .iter()
                .map(|node| {
                    let path = self.text(node.text()?)?;
                    is_local(&path).then(|| join(&self.folder, &path))
                })
                .collect();
            let Some(paths) = paths.filter(|paths| !paths.is_empty()) else {
                continue;
            };
            let Some(first) = paths.first() else { continue };
            if stack.contains(first) {
                self.fault(own, item.span, "it includes itself");
                continue;
            }
            let count = self.shared.included.get();
            if count >= MAX_INCLUDED {
                return;
            }
            self.shared.included.set(count + 1);
            let folder = match item.get("project_directory").and_then(|d| d.text()) {
                Some(directory) => match self.text(directory) {
                    Some(directory) => join(&self.folder, &directory),
                    None => continue,
                },
                None => first.parent().unwrap_or(Path::new("")).to_path_buf(),
            };
            let files: Vec<Option<Rc<File>>> =
                paths.iter().map(|path| self.file(path, &folder)).collect();
            let Some(files) = files.into_iter().collect::<Option<Vec<Rc<File>>>>() else {
                self.fault(
                    own,
                    item.span,
                    "what it includes cannot be read as a compose file",
                );
                continue;
            };
            let inner = Project {
                read: self.read,
                variables: self.included_variables(item, &folder),
                folder,
                shared: self.shared,
            };
            let mut names: Vec<&String> = Vec::new();
            let mut seen = BTreeSet::new();
            for name in files.iter().flat_map(|file| &file.names) {
                if seen.insert(name) {
                    names.push(name);
                }
            }
            for name in names {
                let layers = files.iter();
                let layers = layers.filter_map(|f| inner.plan(f, name, false));
                let plan = layers.reduce(|below, plan| plan.over(below));
                let found = plan.and_then(|plan| inner.invocation(name, &plan, ""));
                if let Some(mut found) = found
                    && matches!(found.recipe, Recipe::File(_))
                {
                    // The place is in another file.
                    found.span = item.span;
                    out.push(found);
                }
            }
            stack.push(first.clone());
            if stack.len() <= MAX_EXTENDED {
                for file in &files {
                    for more in file.roots.iter().filter_map(|root| root.get("include")) {
                        let before = out.len();
                        inner.include(more, false, stack, out);
                        out.iter_mut().skip(before).for_each(|i| i.span = item.span);
                    }
                }
            }
            stack.pop();
        }
    }

    /// The variables of files that are included: those of this project, and what their own `.env`
    /// or the ones that are named add.
    fn included_variables(&self, item: &Node, folder: &Path) -> Variables {
        let mut variables = self.variables.clone();
        let files: Vec<PathBuf> = match item.get("env_file") {
            None => vec![join(folder, ".env")],
            Some(named) => {
                let nodes = match named.items() {
                    [] => std::slice::from_ref(named),
                    items => items,
                };
                let paths = nodes.iter().filter_map(|node| self.text(node.text()?));
                paths.map(|path| join(&self.folder, &path)).collect()
            }
        };
        for file in files {
            if let Some(text) = (self.read)(&file) {
                dotenv::read(&text, &mut variables, &expand);
            }
        }
        variables
    }

    /// The build of a plan, if it is one of a directory here.
    fn invocation(&self, name: &str, plan: &Plan, text: &str) -> Option<Invocation> {
        if !plan.is_build {
            return None;
        }
        let context = match &plan.context {
            Some((folder, node)) => {
                let context = self.text(node.text()?)?;
                // Whose home that is nobody here knows.
                if context.starts_with('~') {
                    return None;
                }
                is_local(&context).then(|| join(folder, &context))
            }
            None => Some(self.folder.clone()),
        };
        let recipe = match (&plan.inline, &plan.dockerfile) {
            (Some((inline, true)), _) => Recipe::Inline(self.inline(inline, text)?),
            (Some((_, false)), _) => return None,
            (None, Some(dockerfile)) => {
                let path = self.text(dockerfile.text()?)?;
                if !is_local(&path) {
                    return None;
                }
                let path = match path.as_str() {
                    "" => "Dockerfile",
                    path => path,
                };
                Recipe::File(join(context.as_deref()?, path))
            }
            (None, None) => Recipe::File(join(context.as_deref()?, "Dockerfile")),
        };
        let mut build = Build {
            contexts: plan.contexts.iter().cloned().collect(),
            context: context.map(|context| {
                if context.as_os_str().is_empty() {
                    PathBuf::from(".")
                } else {
                    context
                }
            }),
            ..Build::default()
        };
        for (name, value) in &plan.arguments {
            let value = match value.as_deref() {
                // Without a value it is the environment's.
                None => self.variables.get(name).cloned().flatten(),
                Some(node) if node.is_null() => self.variables.get(name).cloned().flatten(),
                Some(node) => node.as_argument().and_then(|text| self.text(&text)),
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
        let listed = plan.platforms.iter().chain(&plan.bake_platforms);
        let platforms: Vec<&Rc<Node>> = match listed.clone().next() {
            Some(_) => listed.collect(),
            None => plan.platform.iter().collect(),
        };
        let platforms: Option<Vec<String>> = platforms
            .into_iter()
            .map(|p| self.text(p.text()?))
            .collect();
        for platform in platforms.unwrap_or_default() {
            if !platform.is_empty() && !build.platforms.contains(&platform) {
                build.platforms.push(platform);
            }
        }
        let image = plan.image.as_deref().and_then(|n| self.text(n.text()?));
        Some(Invocation {
            name: name.to_owned(),
            recipe,
            build,
            contexts: plan
                .contexts
                .iter()
                .map(|name| (name.clone(), None))
                .collect(),
            images: image.into_iter().filter(|i| !i.is_empty()).collect(),
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
        expand(text, &self.variables)
    }

    fn interpolate(&self, text: &str, depth: usize) -> Filled {
        interpolate(text, &self.variables, depth)
    }
}

fn expand(text: &str, variables: &Variables) -> Option<String> {
    let filled = interpolate(text, variables, MAX_DEFAULTS);
    filled.unknown.is_empty().then_some(filled.text)
}

fn interpolate(text: &str, variables: &Variables, depth: usize) -> Filled {
    let mut out = Filled::default();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let (before, after) = rest.split_at(dollar);
        out.text.push_str(before);
        let after = after.get(1..).unwrap_or_default();
        let (value, length) = match after.chars().next() {
            Some('$') => (Some("$".to_owned()), 1),
            Some('{') => {
                let end = closing(after);
                let inner = end.and_then(|end| after.get(1..end));
                match inner.map(|inner| braced(inner, variables, depth)) {
                    Some(Ok(value)) => (value, inner.map_or(0, str::len) + 2),
                    Some(Err(Invalid)) | None => {
                        let length = inner.map_or(after.len(), |inner| inner.len() + 2);
                        let bad = after.get(..length).unwrap_or_default();
                        let bad = bad.lines().next().unwrap_or_default();
                        out.invalid.get_or_insert_with(|| format!("${bad}"));
                        (None, length)
                    }
                }
            }
            _ => match name_length(after) {
                0 => (Some("$".to_owned()), 0),
                n => {
                    let name = after.get(..n).unwrap_or_default();
                    (variables.get(name).cloned().flatten(), n)
                }
            },
        };
        let fits = |value: &String| out.text.len() + value.len() <= text.len() + MAX_GROWTH;
        match value.filter(fits) {
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

/// What Compose does not take for a variable.
struct Invalid;

/// What stands between braces; nothing if it is not known.
fn braced(inner: &str, variables: &Variables, depth: usize) -> Result<Option<String>, Invalid> {
    let Some(depth) = depth.checked_sub(1) else {
        return Ok(None);
    };
    let (name, rest) = inner.split_at(name_length(inner));
    let value = variables.get(name);
    let (empty_counts, operation) = match rest.strip_prefix(':') {
        Some(rest) => (false, rest),
        None => (true, rest),
    };
    let operator = operation.chars().next();
    let is_valid = match operator {
        None => empty_counts,
        Some(operator) => "-+?".contains(operator) && !operation.contains('\n'),
    };
    if name.is_empty() || !is_valid {
        return Err(Invalid);
    }
    // Set to something, to nothing that counts, to what is not known, or not set here.
    let is_set = match value {
        None => None,
        Some(None) if empty_counts => Some(true),
        Some(None) => return Ok(None),
        Some(Some(value)) => Some(empty_counts || !value.is_empty()),
    };
    let word = || {
        let filled = interpolate(operation.get(1..).unwrap_or_default(), variables, depth);
        match filled.invalid {
            Some(_) => Err(Invalid),
            None => Ok(filled.unknown.is_empty().then_some(filled.text)),
        }
    };
    let value = value.cloned().flatten();
    match (operator, is_set) {
        (Some('-'), None | Some(false)) => word(),
        (Some('+'), Some(true)) => word(),
        (Some('?'), Some(false)) => Ok(None),
        // Whoever runs it may set the variable.
        _ => Ok(value),
    }
}

/// Text with variables filled in.
#[derive(Default)]
struct Filled {
    text: String,
    /// What stands as it was, since nobody knows its value.
    unknown: Vec<Span>,
    /// The first thing in braces that is no variable.
    invalid: Option<String>,
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
                        let value = Node::part(item.span, value);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn with(text: &str, files: &[(&str, &str)]) -> Result<Vec<Invocation>, Fault> {
        let files: BTreeMap<PathBuf, String> = files
            .iter()
            .map(|(p, t)| (PathBuf::from(p), (*t).to_owned()))
            .collect();
        let mut faults = Vec::new();
        let path = Path::new("compose.yaml");
        let found = read(path, text, &|path| files.get(path).cloned(), &mut faults)?;
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(found),
        }
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
        let fault = with(circle, &[]).unwrap_err();
        assert_eq!(fault.to_string(), "`a` extends itself");
    }

    #[test]
    fn a_file_laid_over_the_main_one_says_only_what_differs() {
        let main = "services:\n  web:\n    build: ./web\n";
        let text = "services:\n  web:\n    build:\n      target: prod\n";
        let path = Path::new("p/compose.prod.yaml");
        let reader = |path: &Path| (path == Path::new("p/compose.yaml")).then(|| main.to_owned());
        let found = read(path, text, &reader, &mut Vec::new()).unwrap();
        assert_eq!(file(&found[0]), "p/web/Dockerfile");
        assert_eq!(found[0].build.target.as_deref(), Some("prod"));
    }

    #[test]
    fn an_override_file_always_lies_over_the_main_one() {
        let main =
            "services:\n  web:\n    build:\n      context: ./web\n      args: {A: 1, B: 2}\n";
        let text = "services:\n  web:\n    build:\n      context: ./other\n      args: {B: 3}\n";
        let read_at = |path: &str| {
            let reader =
                |path: &Path| (path == Path::new("p/compose.yaml")).then(|| main.to_owned());
            let found = read(Path::new(path), text, &reader, &mut Vec::new());
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

    fn values(invocation: &Invocation) -> Vec<(&str, &str)> {
        let arguments = invocation.build.arguments.iter();
        arguments.map(|(n, v)| (n.as_str(), v.as_str())).collect()
    }

    #[test]
    fn an_override_may_reset_keys_and_take_their_place() {
        let main = "services:\n  a:\n    build: {context: a, target: t, dockerfile: D, args: {A: 1}, \
            platforms: [p]}\n  b:\n    build: {context: b, args: {A: 1}}\n  c: {build: c}\n";
        let over = "services:\n  a:\n    build:\n      target: !reset null\n      dockerfile: !reset \"\"\n      \
            args: !override {Z: 1}\n      platforms: [q, p]\n  b:\n    build: !override {context: bb}\n  \
            c:\n    build: !reset null\n";
        let reader = |path: &Path| (path == Path::new("compose.yaml")).then(|| main.to_owned());
        let path = Path::new("compose.override.yaml");
        let found = read(path, over, &reader, &mut Vec::new()).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(file(&found[0]), "a/Dockerfile");
        assert_eq!(found[0].build.target, None);
        assert_eq!(values(&found[0]), [("Z", "1")]);
        assert_eq!(found[0].build.platforms, ["p", "q"]);
        assert_eq!(file(&found[1]), "bb/Dockerfile");
        assert!(values(&found[1]).is_empty());
    }

    #[test]
    fn documents_of_a_file_lie_over_each_other() {
        let text = "services: {a: {build: {context: x, target: s}}}\n---\nservices:\n  a: {build: \
            {target: t}}\n  b: {build: y}\n";
        let found = with(text, &[]).unwrap();
        assert_eq!(file(&found[0]), "x/Dockerfile");
        assert_eq!(found[0].build.target.as_deref(), Some("t"));
        assert_eq!(file(&found[1]), "y/Dockerfile");
    }

    #[test]
    fn included_files_have_their_own_folder_and_variables() {
        let text = "include:\n  - a/x.yaml\n  - path: [b/y.yaml, b/z.yaml]\n    project_directory: \
            p\n    env_file: my.env\n  - ./compose.yaml\nservices: {}\n";
        let files = [
            (
                "a/x.yaml",
                "include: [deep/w.yaml]\nservices: {x: {build: {context: c, args: {V: $V}}}}",
            ),
            ("a/.env", "V=a"),
            ("a/deep/w.yaml", "services: {w: {build: .}}"),
            (
                "b/y.yaml",
                "services: {y: {build: {context: c, args: {V: $V, W: \"$W\"}}}}",
            ),
            ("b/z.yaml", "services: {y: {build: {target: t}}}"),
            ("my.env", "V=b\nW=w"),
            (".env", "V=main"),
        ];
        let mut found = Vec::new();
        let fault = with(text, &files).unwrap_err();
        assert_eq!(&text[fault.span.range()], "./compose.yaml");
        let text = text.replace("  - ./compose.yaml\n", "");
        found.extend(with(&text, &files).unwrap());
        let shown: Vec<String> = found.iter().map(file).collect();
        assert_eq!(
            shown,
            ["a/c/Dockerfile", "a/deep/Dockerfile", "p/c/Dockerfile"]
        );
        // What the project itself sets wins.
        assert_eq!(values(&found[0]), [("V", "main")]);
        assert_eq!(values(&found[2]), [("V", "main"), ("W", "w")]);
        assert_eq!(found[2].build.target.as_deref(), Some("t"));
    }

    #[test]
    fn a_build_that_only_extends_starts_in_the_projects_folder() {
        let base = "services:\n  base: {build: {dockerfile: D, platforms: [p], args: [A=1]}}\n";
        let text = "services:\n  a:\n    extends: {file: sub/base.yml, service: base}\n    build: \
            {platforms: [q], args: {A: 2}}\n";
        let found = with(text, &[("sub/base.yml", base)]).unwrap();
        assert_eq!(file(&found[0]), "D");
        assert_eq!(found[0].build.platforms, ["p", "q"]);
        assert_eq!(values(&found[0]), [("A", "2")]);
    }

    #[test]
    fn bakes_own_keys_count() {
        let text = "services:\n  a:\n    build:\n      context: .\n      additional_contexts: {k: ./k}\n      \
            x-bake: {contexts: {l: ./l}, platforms: a b}\n      platforms: [b]\n";
        let found = with(text, &[]).unwrap();
        assert_eq!(found[0].build.contexts, ["k", "l"]);
        assert_eq!(found[0].build.platforms, ["b", "a"]);
    }

    #[test]
    fn one_faulty_service_leaves_the_others() {
        for (text, place, message) in [
            (
                "services:\n  x: {build: {args: {A: '${q.r}'}}}\n",
                "'${q.r}'",
                "`${q.r}` is no variable; write `$$` for a dollar sign",
            ),
            (
                "services:\n  x: {build: {args: ['A=${']}}\n",
                "'A=${'",
                "`${` is no variable; write `$$` for a dollar sign",
            ),
            (
                "services:\n  x: {extends: no}\n",
                "no",
                "there is no service `no` to extend",
            ),
            (
                "services:\n  x: {extends: {file: f.yml, service: s}}\n",
                "{file: f.yml, service: s}",
                "`f.yml` cannot be read as a compose file",
            ),
            (
                "services:\n  x: {build: {dockerfile: D, dockerfile_inline: FROM a}}\n",
                "FROM a",
                "`x` has both a `dockerfile` and a `dockerfile_inline`",
            ),
            (
                "services:\n  x: [y]\n",
                "[y]",
                "the service `x` is no mapping",
            ),
            (
                "services:\n  x: {build: {args: 5}}\n",
                "5",
                "`args` is neither a mapping nor a list",
            ),
            (
                "include: [g.yml]\nservices:\n",
                "g.yml",
                "what it includes cannot be read as a compose file",
            ),
        ] {
            let text = format!("{text}  good: {{build: g}}\n");
            let mut faults = Vec::new();
            let found = read(Path::new("compose.yaml"), &text, &|_| None, &mut faults).unwrap();
            assert!(found.iter().any(|i| i.name == "good"), "{text}");
            assert_eq!(faults.len(), 1, "{text}");
            assert_eq!(faults[0].message, message);
            assert_eq!(&text[faults[0].span.range()], place);
        }
    }

    #[test]
    fn files_that_were_made_to_cost_time_cost_none() {
        let mut bomb = "x0: &x0 {a: 1}\n".to_owned();
        for i in 1..60 {
            let b = i - 1;
            bomb.push_str(&format!("x{i}: &x{i} {{<<: [*x{b}, *x{b}, *x{b}]}}\n"));
        }
        bomb.push_str("services: {a: {<<: *x59, build: .}}\n");
        let fault = with(&bomb, &[]).unwrap_err();
        assert_eq!(fault.message, "its aliases make it too big");
        let mut lists = "x0: &x0 [a]\n".to_owned();
        for i in 1..60 {
            lists.push_str(&format!("x{i}: &x{i} [*x{}, *x{}]\n", i - 1, i - 1));
        }
        assert!(with(&format!("{lists}services: {{}}\n"), &[]).is_err());
        // Values that double.
        let doubled: String = (0..40).map(|_| "A=$A$A\n").collect();
        let doubled = format!("A=x\n{doubled}B=b\n");
        let text = "services: {a: {build: {context: ., args: {A: $A, B: $B}}}}\n";
        let found = with(text, &[(".env", &doubled)]).unwrap();
        assert_eq!(values(&found[0]), [("B", "b")]);
        // Each document extends the next file, twice.
        let reader = |path: &Path| {
            let number: usize = path.to_str()?.strip_prefix('f')?.parse().ok()?;
            let next = format!(
                "services: {{a: {{extends: {{file: f{}, service: a}}}}}}\n",
                number + 1
            );
            Some(format!("{next}---\n{next}"))
        };
        let text = "services: {a: {build: ., extends: {file: f0, service: a}}}\n";
        let mut faults = Vec::new();
        read(Path::new("compose.yaml"), text, &reader, &mut faults).unwrap();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].message, "its services extend too many others");
        // Each of many files includes all of them.
        let many: String = (0..60).map(|i| format!("  - f{i}.yaml\n")).collect();
        let many = format!("include:\n{many}");
        let reader = |path: &Path| path.to_str()?.starts_with('f').then(|| many.clone());
        let path = Path::new("compose.yaml");
        assert!(
            read(path, &many, &reader, &mut Vec::new())
                .unwrap()
                .is_empty()
        );
        let chain: String = (0..20_000)
            .map(|i| format!("a{}: &a{} [*a{i}]\n", i + 1, i + 1))
            .collect();
        assert!(with(&format!("a0: &a0 [x]\n{chain}"), &[]).is_err());
    }
}
