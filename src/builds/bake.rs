//! Bake files: the builds of their targets.
//!
//! Variables have their defaults. One without a default, and whatever depends on it, is not
//! known; so is what a function makes that is not worked out here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block as HclBlock, Body, Structure};
use serde_json::Value as Json;

use super::Fault;
use super::hcl::{Attributes, Environment, Function, Locals, Raw, Value, Variable};
use super::hcl_template;
use super::invocation::{Inline, Invocation, Recipe, align, is_local, join};
use super::policies::{self, Entry};
use crate::context::{Build, Targets};
use crate::span::Span;

/// The names Bake looks for, the strongest first.
pub const NAMES: [&str; 2] = ["docker-bake.hcl", "docker-bake.json"];
/// The most builds that a matrix stands for.
const MAX_MATRIX: usize = 256;
/// The most targets of a file, each point of a matrix being one.
const MAX_INSTANCES: usize = 4096;
/// How many targets may inherit from each other in a row.
const MAX_PARENTS: usize = 64;

/// Whether a file's name says that it is a bake file.
pub fn is_bake_file(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str());
    let stem = name.and_then(|n| n.strip_suffix(".hcl").or_else(|| n.strip_suffix(".json")));
    stem.is_some_and(|s| s == "bake" || s.starts_with("docker-bake") && !s.ends_with(".override"))
}

/// The names of the files that Bake lays over the ones of [`NAMES`], in order.
pub const OVERRIDES: [&str; 2] = ["docker-bake.override.json", "docker-bake.override.hcl"];

/// Reads a bake file; the paths in it start at `folder`.
pub fn read(folder: &Path, path: &Path, text: &str) -> Result<Vec<Invocation>, Fault> {
    let parsed = Parsed::of(path, text)?;
    let mut file = File::default();
    parsed.add_to(&mut file, text, true);
    Ok(file.invocations(folder, &parsed.text(text)))
}

/// As [`read`], with the targets, groups and variables of other files laid over its own, and its
/// targets over the services of a compose file: Bake reads that too, if it is told no file.
pub fn read_with(
    folder: &Path,
    path: &Path,
    text: &str,
    overlays: &[(PathBuf, String)],
    services: &[Invocation],
) -> Result<Vec<Invocation>, Fault> {
    let parsed = Parsed::of(path, text)?;
    // What is wrong in them is said when they are linted themselves.
    let over: Vec<(Parsed, &str)> = overlays
        .iter()
        .filter_map(|(path, text)| Some((Parsed::of(path, text).ok()?, text.as_str())))
        .collect();
    let mut file = File::default();
    for service in services {
        // Names of targets have no dots.
        let name = service.name.replace('.', "_");
        file.services
            .extend(Resolved::of(service, folder).map(|r| (name, r)));
    }
    parsed.add_to(&mut file, text, true);
    for (parsed, text) in &over {
        parsed.add_to(&mut file, text, false);
    }
    Ok(file.invocations(folder, &parsed.text(text)))
}

/// The tree of a file.
enum Parsed {
    Json(Json),
    /// With the places of heredocs that lose their indent.
    Hcl(Body, BTreeSet<usize>),
}

impl Parsed {
    fn of(path: &Path, text: &str) -> Result<Self, Fault> {
        if path.extension().is_some_and(|e| e == "json") {
            let json = serde_json::from_str(text).map_err(|error| {
                let (at, message) = crate::text::json_fault(text, &error);
                Fault::new(Span::at(at), message)
            })?;
            return Ok(Parsed::Json(json));
        }
        let text = unmarked(text);
        let body: Body = text.parse().map_err(|error: hcl_edit::parser::Error| {
            let at = error.location().offset() as u32;
            Fault::new(Span::at(at), error.message())
        })?;
        if let Some((text, starts)) = hcl_template::unindented(&text, &body)
            && let Ok(body) = text.parse()
        {
            return Ok(Parsed::Hcl(body, starts));
        }
        Ok(Parsed::Hcl(body, BTreeSet::new()))
    }

    fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self {
            Parsed::Json(_) => Cow::Borrowed(text),
            Parsed::Hcl(..) => unmarked(text),
        }
    }

    fn add_to<'f>(&'f self, file: &mut File<'f>, text: &str, own: bool) {
        match self {
            Parsed::Json(json) => file.add_json(json, text, own),
            Parsed::Hcl(body, starts) => {
                let flush = hcl_template::identities(body, starts);
                file.environment.flush.extend(flush);
                file.add_hcl(body, own);
            }
        }
    }
}

/// As many blanks as a byte order mark has bytes: places stay what they are.
fn unmarked(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(format!("   {rest}")),
        None => Cow::Borrowed(text),
    }
}

/// What a bake file says.
#[derive(Default)]
struct File<'f> {
    environment: Environment<'f>,
    targets: Vec<Target<'f>>,
    /// The patterns in groups: what is built for its own sake.
    groups: Vec<Raw<'f>>,
    /// What a compose file says of the targets.
    services: HashMap<String, Resolved<'f>>,
}

/// A target as written.
struct Target<'f> {
    label: String,
    attributes: Attributes<'f>,
    span: Span,
    /// Whether it stands in the file itself, not in one that is laid over it.
    own: bool,
}

impl<'f> Target<'f> {
    fn get(&self, name: &str) -> Option<Raw<'f>> {
        let mut attributes = self.attributes.iter().rev();
        attributes.find(|(n, _)| n == name).map(|(_, raw)| *raw)
    }
}

/// A target, or one point of its matrix.
struct Instance<'t, 'f> {
    locals: Locals,
    target: &'t Target<'f>,
}

/// All targets by their names, in the order in which the names come up. Those of one name are
/// one: each adds to it.
struct Instances<'t, 'f> {
    names: Vec<String>,
    by_name: HashMap<String, Vec<Instance<'t, 'f>>>,
}

impl<'t, 'f> Instances<'t, 'f> {
    fn named(&self, name: &str) -> &[Instance<'t, 'f>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The attributes of a target with those it inherits.
#[derive(Clone, Default)]
struct Resolved<'f> {
    context: Option<Value>,
    dockerfile: Option<Value>,
    inline: Option<(Value, Option<Raw<'f>>, bool)>,
    target: Option<Value>,
    platforms: Option<Value>,
    tags: Option<Value>,
    arguments: BTreeMap<String, Value>,
    contexts: BTreeMap<String, Value>,
    policies: Vec<Entry>,
    /// Whether something that is not known can give any argument.
    any_argument: bool,
    /// Whether nobody knows what it inherits.
    unknown: bool,
}

impl<'f> File<'f> {
    fn add_hcl(&mut self, body: &'f Body, own: bool) {
        for structure in body {
            let block = match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str().to_owned();
                    let value = Raw::Hcl(&attribute.value);
                    self.environment.attributes.insert(name, value);
                    continue;
                }
                Structure::Block(block) => block,
            };
            let label = block.labels.first().map(|l| l.as_str().to_owned());
            let Some(label) = label else { continue };
            let get = |name: &str| block.body.get_attribute(name).map(|a| Raw::Hcl(&a.value));
            match block.ident.as_str() {
                "variable" => {
                    let validations = block.body.get_blocks("validation");
                    let conditions = validations
                        .filter_map(|b| Some(Raw::Hcl(&b.body.get_attribute("condition")?.value)));
                    let kind = match get("type") {
                        Some(Raw::Hcl(Expression::Variable(name))) => Some(name.as_str()),
                        _ => None,
                    };
                    let variable = Variable {
                        default: get("default"),
                        kind: kind.map(str::to_owned),
                        conditions: conditions.collect(),
                    };
                    self.environment.variables.insert(label, variable);
                }
                "function" => {
                    let names = |raw| match raw {
                        Some(Raw::Hcl(Expression::Array(array))) => array
                            .iter()
                            .filter_map(|e| match e {
                                Expression::Variable(name) => Some(name.as_str().to_owned()),
                                _ => None,
                            })
                            .collect(),
                        _ => Vec::new(),
                    };
                    let variadic = match get("variadic_params") {
                        Some(Raw::Hcl(Expression::Variable(name))) => {
                            Some(name.as_str().to_owned())
                        }
                        _ => None,
                    };
                    if let Some(result) = get("result") {
                        let function = Function {
                            parameters: names(get("params")),
                            variadic,
                            result,
                        };
                        self.environment.functions.insert(label, function);
                    }
                }
                "group" => self.groups.extend(get("targets")),
                "target" => {
                    let span = block.ident.span().map_or(Span::default(), span_of);
                    self.add_target(label, attributes(block), span, own);
                }
                _ => {}
            }
        }
    }

    fn add_target(&mut self, label: String, attributes: Attributes<'f>, span: Span, own: bool) {
        let blocks = &mut self.environment.targets;
        blocks.insert(label.clone(), attributes.clone());
        self.targets.push(Target {
            label,
            attributes,
            span,
            own,
        });
    }

    fn add_json(&mut self, json: &'f Json, text: &str, own: bool) {
        let spans = key_spans(text);
        for root in bodies(json) {
            for (name, value) in root {
                match name.as_str() {
                    "variable" | "function" | "group" | "target" | "//" => {}
                    name => {
                        let attributes = &mut self.environment.attributes;
                        attributes.insert(name.to_owned(), Raw::Json(value));
                    }
                }
            }
            let blocks = |kind: &str| {
                let labelled = bodies(root.get(kind).unwrap_or(&Json::Null)).into_iter();
                let labelled = labelled.flatten().filter(|(label, _)| *label != "//");
                labelled.flat_map(|(label, body)| bodies(body).into_iter().map(move |b| (label, b)))
            };
            for (label, body) in blocks("variable") {
                let conditions = bodies(body.get("validation").unwrap_or(&Json::Null)).into_iter();
                let variable = Variable {
                    default: body.get("default").map(Raw::Json),
                    kind: body.get("type").and_then(Json::as_str).map(str::to_owned),
                    conditions: conditions
                        .filter_map(|v| v.get("condition").map(Raw::Json))
                        .collect(),
                };
                let variables = &mut self.environment.variables;
                variables.insert(label.clone(), variable);
            }
            for (label, body) in blocks("function") {
                let text = |json: &Json| json.as_str().map(str::to_owned);
                let parameters = body.get("params").and_then(Json::as_array);
                if let Some(result) = body.get("result") {
                    let function = Function {
                        parameters: parameters.into_iter().flatten().filter_map(text).collect(),
                        variadic: body.get("variadic_params").and_then(text),
                        result: Raw::Json(result),
                    };
                    self.environment.functions.insert(label.clone(), function);
                }
            }
            for (_, group) in blocks("group") {
                self.groups.extend(group.get("targets").map(Raw::Json));
            }
            for (label, body) in blocks("target") {
                let attributes = body.iter().filter(|(name, _)| *name != "//");
                let attributes = attributes.map(|(k, v)| (k.clone(), Raw::Json(v))).collect();
                let span = spans.get(label.as_str()).copied().unwrap_or_default();
                self.add_target(label.clone(), attributes, span, own);
            }
        }
    }

    fn instances(&self) -> Instances<'_, 'f> {
        let mut out = Instances {
            names: Vec::new(),
            by_name: HashMap::new(),
        };
        let mut count = 0;
        let mut add = |name: String, locals: Locals, target| {
            count += 1;
            if count > MAX_INSTANCES {
                return;
            }
            let same = out.by_name.entry(name.clone()).or_default();
            if same.is_empty() {
                out.names.push(name.clone());
            }
            same.push(Instance { locals, target });
        };
        for target in &self.targets {
            let matrix = target.get("matrix");
            let matrix = matrix.map(|raw| self.environment.evaluate(raw, &Locals::new()));
            let Some(matrix) = matrix.filter(|m| *m != Value::Null) else {
                add(target.label.clone(), Locals::new(), target);
                continue;
            };
            let Value::Map(axes) = matrix else {
                continue;
            };
            let mut points: Vec<Locals> = vec![Locals::new()];
            for (axis, values) in axes {
                let Value::List(values) = values else {
                    continue;
                };
                let mut next = Vec::new();
                for point in &points {
                    for value in &values {
                        if next.len() >= MAX_MATRIX {
                            break;
                        }
                        let mut point = point.clone();
                        point.push((axis.clone(), value.clone()));
                        next.push(point);
                    }
                }
                points = next;
            }
            for locals in points {
                let name = match target.get("name") {
                    None => target.label.clone(),
                    Some(name) => match self.environment.evaluate(name, &locals).text() {
                        Some(name) => name,
                        // It has one of its own, which nobody here can work out.
                        None => {
                            let values = locals.iter().filter_map(|(_, value)| value.text());
                            let values: Vec<String> = values.collect();
                            format!("{}[{}]", target.label, values.join(", "))
                        }
                    },
                };
                add(name, locals, target);
            }
        }
        out
    }

    /// A target with all that it inherits. `done` has those that were met on the way; one that is
    /// still being looked at adds nothing to itself.
    fn resolve(
        &self,
        instances: &Instances<'_, 'f>,
        name: &str,
        done: &mut HashMap<String, Resolved<'f>>,
        depth: usize,
    ) -> Resolved<'f> {
        if let Some(known) = done.get(name) {
            return known.clone();
        }
        done.insert(name.to_owned(), Resolved::default());
        let mut out = Resolved::default();
        let same = instances.named(name);
        for instance in same {
            let parents = self.inherited(instance);
            out.unknown |= parents.is_none();
            for parent in parents.unwrap_or_default() {
                match depth.checked_sub(1) {
                    Some(depth) => out.lay(self.resolve(instances, &parent, done, depth)),
                    None => out.unknown = true,
                }
            }
        }
        if let Some(service) = self.services.get(name) {
            out.lay(service.clone());
        }
        for instance in same {
            out.lay(self.own(instance));
        }
        out.contexts.retain(|_, value| !is_empty(value));
        done.insert(name.to_owned(), out.clone());
        out
    }

    /// The names that a target inherits from, if they are known.
    fn inherited(&self, instance: &Instance<'_, 'f>) -> Option<Vec<String>> {
        let Some(inherits) = instance.target.get("inherits") else {
            return Some(Vec::new());
        };
        match self.environment.evaluate(inherits, &instance.locals) {
            Value::List(items) => items.iter().map(Value::text).collect(),
            Value::Null => Some(Vec::new()),
            _ => None,
        }
    }

    /// What a target says itself.
    fn own(&self, instance: &Instance<'_, 'f>) -> Resolved<'f> {
        let target = instance.target;
        let get = |name: &str| {
            let raw = target.get(name)?;
            let value = self.environment.evaluate(raw, &instance.locals);
            (value != Value::Null).then_some(value)
        };
        let inline = get("dockerfile-inline");
        let inline = inline.map(|v| (v, target.get("dockerfile-inline"), target.own));
        let pairs = |value: Option<Value>| {
            let pairs = match value {
                Some(Value::Map(pairs)) => pairs,
                _ => Vec::new(),
            };
            pairs.into_iter().filter(|(_, value)| *value != Value::Null)
        };
        let arguments = get("args");
        let unset = |name: &str| {
            let raw = target.get("args");
            raw.is_some_and(|raw| self.environment.is_left_open(raw, name))
        };
        let given = pairs(arguments.clone()).map(|(name, value)| {
            let is_open = is_empty(&value) && unset(&name);
            (name, if is_open { Value::Unknown } else { value })
        });
        Resolved {
            context: get("context"),
            dockerfile: get("dockerfile"),
            inline,
            target: get("target"),
            platforms: get("platforms"),
            tags: get("tags"),
            any_argument: arguments == Some(Value::Unknown),
            arguments: given.collect(),
            contexts: pairs(get("contexts")).collect(),
            policies: entries(get("policy")),
            unknown: false,
        }
    }

    fn invocations(&self, folder: &Path, text: &str) -> Vec<Invocation> {
        let instances = self.instances();
        let all = instances.by_name.values().flatten();
        let parents: BTreeSet<String> = all
            .flat_map(|instance| self.inherited(instance).unwrap_or_default())
            .collect();
        let none = Locals::new();
        let groups = self.groups.iter();
        let grouped: BTreeSet<String> = groups
            .flat_map(|raw| names(Some(self.environment.evaluate(*raw, &none))))
            .collect();
        let mut out: Vec<Invocation> = Vec::new();
        for name in &instances.names {
            let same = instances.named(name);
            let labels = same.iter().map(|i| &i.target.label);
            // What is there only to inherit from is not built.
            if parents.contains(name)
                && !grouped.contains(name)
                && !labels.clone().any(|label| grouped.contains(label))
                && name != "default"
            {
                continue;
            }
            let own = same.iter().rfind(|i| i.target.own);
            let place = own.map_or(Span::at(0), |i| i.target.span);
            let resolved = self.resolve(&instances, name, &mut HashMap::new(), MAX_PARENTS);
            out.extend(resolved.invocation(name, place, folder, text));
        }
        out
    }
}

impl<'f> Resolved<'f> {
    /// What a service says; nothing if its Dockerfile is written out elsewhere.
    fn of(service: &Invocation, folder: &Path) -> Option<Self> {
        let Recipe::File(file) = &service.recipe else {
            return None;
        };
        let text = |path: &Path| {
            let path = match path.strip_prefix(folder) {
                Ok(path) => path.to_path_buf(),
                Err(_) => std::path::absolute(path).ok()?,
            };
            Some(Value::Text(format!("cwd://{}", path.to_str()?)))
        };
        let texts = |items: &[String]| items.iter().cloned().map(Value::Text).collect();
        let build = &service.build;
        let known = build.arguments.iter();
        let known = known.map(|(name, value)| (name.clone(), Value::Text(value.clone())));
        let unknown = build.unknown_arguments.iter();
        let unknown = unknown.map(|name| (name.clone(), Value::Unknown));
        let contexts = build.contexts.iter();
        Some(Self {
            context: build.context.as_deref().and_then(text),
            dockerfile: Some(text(file)?),
            target: if build.targets.any {
                Some(Value::Unknown)
            } else {
                build.target.clone().map(Value::Text)
            },
            platforms: (!build.platforms.is_empty()).then(|| Value::List(texts(&build.platforms))),
            tags: (!service.images.is_empty()).then(|| Value::List(texts(&service.images))),
            arguments: known.chain(unknown).collect(),
            contexts: contexts
                .map(|name| (name.clone(), Value::Unknown))
                .collect(),
            ..Self::default()
        })
    }

    fn lay(&mut self, over: Resolved<'f>) {
        self.inline = over.inline.or(self.inline.take());
        self.dockerfile = over.dockerfile.or(self.dockerfile.take());
        self.context = over.context.or(self.context.take());
        self.target = over.target.or(self.target.take());
        self.platforms = over.platforms.or(self.platforms.take());
        self.tags = over.tags.or(self.tags.take());
        if over.any_argument {
            // It may say otherwise.
            let before = self.arguments.values_mut();
            before.for_each(|value| *value = Value::Unknown);
        }
        self.arguments.extend(over.arguments);
        self.contexts.extend(over.contexts);
        self.policies.extend(over.policies);
        self.any_argument |= over.any_argument;
        self.unknown |= over.unknown;
    }

    fn invocation(self, name: &str, place: Span, folder: &Path, text: &str) -> Option<Invocation> {
        if self.unknown {
            return None;
        }
        // A Dockerfile that is written out wins over one that is named, wherever each stands.
        let inline = self.inline.filter(|(value, ..)| !is_empty(value));
        let context = match &self.context {
            Some(context) => context.text()?,
            None => ".".to_owned(),
        };
        let context = context.strip_prefix("cwd://").unwrap_or(&context);
        let context = is_local(context).then(|| join(folder, context));
        let recipe = match (inline, self.dockerfile.filter(|v| !is_empty(v))) {
            // What another file writes out has no place in this one.
            (Some((_, _, false)), _) => return None,
            (Some((value, raw, true)), _) => {
                Recipe::Inline(inline_file(value.text()?, raw, place, text))
            }
            (None, Some(path)) => {
                let path = path.text()?;
                match path.strip_prefix("cwd://") {
                    Some(path) => Recipe::File(join(folder, path)),
                    None if !is_local(&path) => return None,
                    None => Recipe::File(join(context.as_deref()?, &path)),
                }
            }
            (None, None) => Recipe::File(join(context.as_deref()?, "Dockerfile")),
        };
        let mut platforms: Vec<String> = Vec::new();
        // If one of them is not known, nobody can say for which ones it is built.
        let listed: Option<Vec<String>> = match self.platforms {
            Some(Value::List(items)) => items.iter().map(Value::text).collect(),
            _ => None,
        };
        for platform in listed.unwrap_or_default() {
            if !platform.is_empty() && !platforms.contains(&platform) {
                platforms.push(platform);
            }
        }
        let contexts = self.contexts.iter();
        let contexts = contexts
            .map(|(name, value)| (name.clone(), value.text()))
            .collect();
        let mut build = Build {
            policies: policies::told(&self.policies, context.as_deref(), folder),
            contexts: self.contexts.into_keys().collect(),
            context: context.map(|context| {
                if context.as_os_str().is_empty() {
                    PathBuf::from(".")
                } else {
                    context
                }
            }),
            platforms,
            any_argument: self.any_argument,
            ..Build::default()
        };
        for (name, value) in self.arguments {
            match value.text() {
                Some(text) => build.arguments.push((name, text)),
                None => build.unknown_arguments.push(name),
            }
        }
        if let Some(target) = self.target {
            build.target = target.text().filter(|t| !t.is_empty());
            build.targets = Targets {
                names: build.target.iter().cloned().collect(),
                any: !target.is_known(),
            };
        }
        let tags = match self.tags {
            Some(Value::List(tags)) => tags.iter().filter_map(Value::text).collect(),
            _ => Vec::new(),
        };
        Some(Invocation {
            name: name.to_owned(),
            recipe,
            build,
            contexts,
            images: tags.into_iter().filter(|t| !t.is_empty()).collect(),
            span: place,
        })
    }
}

fn is_empty(value: &Value) -> bool {
    *value == Value::Text(String::new())
}

/// The objects that a JSON value stands for as a body: itself, or what it lists.
fn bodies(json: &Json) -> Vec<&serde_json::Map<String, Json>> {
    match json {
        Json::Array(items) => items.iter().filter_map(Json::as_object).collect(),
        json => json.as_object().into_iter().collect(),
    }
}

/// Where keys stand in a JSON file, from the one on that holds the targets.
fn key_spans(text: &str) -> HashMap<&str, Span> {
    let mut out = HashMap::new();
    let mut at = text.find("\"target\"").unwrap_or(text.len());
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        let start = at;
        at += 1;
        if *byte != b'"' {
            continue;
        }
        while let Some(byte) = bytes.get(at).filter(|b| **b != b'"') {
            at += if *byte == b'\\' { 2 } else { 1 };
        }
        let key = text.get(start + 1..at).unwrap_or_default();
        at += 1;
        let after = text.get(at..).unwrap_or_default();
        if after.trim_start().starts_with(':') {
            let span = Span::new(start as u32, at as u32);
            out.entry(key).or_insert(span);
        }
    }
    out
}

/// A Dockerfile written out; a heredoc keeps its lines.
fn inline_file(value: String, raw: Option<Raw<'_>>, target: Span, text: &str) -> Inline {
    let span = match raw {
        Some(Raw::Hcl(expression)) => expression.span().map_or(target, span_of),
        _ => target,
    };
    let map = match raw {
        Some(Raw::Hcl(Expression::HeredocTemplate(_))) => {
            let rest = text.get(span.start as usize..).unwrap_or_default();
            let body = rest.find('\n').map(|n| span.start as usize + n + 1);
            body.and_then(|body| align(&value, text, body))
        }
        _ => None,
    };
    Inline {
        text: value,
        span,
        map,
        unknown: Vec::new(),
    }
}

fn attributes(block: &HclBlock) -> Attributes<'_> {
    block
        .body
        .attributes()
        .map(|a| (a.key.as_str().to_owned(), Raw::Hcl(&a.value)))
        .collect()
}

/// The policies of a list, as far as they are known: texts as for `--policy`, or objects.
fn entries(value: Option<Value>) -> Vec<Entry> {
    let Some(Value::List(items)) = value else {
        return Vec::new();
    };
    let entry = |item: &Value| match item {
        Value::Map(pairs) => {
            let known = pairs.iter().filter(|(_, value)| *value != Value::Null);
            let fields = known.map(|(key, value)| Some((key.as_str(), value.text()?)));
            let fields: Vec<(&str, String)> = fields.collect::<Option<_>>()?;
            let set = fields.iter().filter(|(_, value)| !value.is_empty());
            Entry::of(set.map(|(key, value)| (*key, value.as_str())))
        }
        item => Entry::parse(&item.text()?),
    };
    items.iter().filter_map(entry).collect()
}

/// The texts of a list, as far as they are known.
fn names(value: Option<Value>) -> Vec<String> {
    match value {
        Some(Value::List(items)) => items.iter().filter_map(Value::text).collect(),
        _ => Vec::new(),
    }
}

fn span_of(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Invocation> {
        read(Path::new(""), Path::new("docker-bake.hcl"), text).unwrap()
    }

    fn shown(invocations: &[Invocation]) -> Vec<String> {
        invocations
            .iter()
            .map(|i| {
                let path = match &i.recipe {
                    Recipe::File(path) => path.to_string_lossy().replace('\\', "/"),
                    Recipe::Inline(inline) => inline.text.clone(),
                };
                let target = i.build.target.as_deref().unwrap_or("-");
                let arguments = i.build.arguments.iter().map(|(n, v)| format!(" {n}={v}"));
                let arguments: String = arguments.collect();
                format!("{}: {path} {target}{arguments}", i.name)
            })
            .collect()
    }

    #[test]
    fn a_variable_that_is_empty_is_left_to_the_environment() {
        let found = of(r#"
            variable "V" { default = "" }
            target "a" { args = { V = V, "W" = V, X = "", Y = "${V}-slim" } }
        "#);
        let [only] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(only.build.unknown_arguments, ["V", "W"]);
        let known = [("X", ""), ("Y", "-slim")];
        let known = known.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(only.build.arguments, known);
    }

    #[test]
    fn policies_are_told_by_objects_and_texts() {
        let found = of(r#"
            target "base" { policy = [{ filename = "a.rego", strict = true }] }
            target "a" {
              inherits = ["base"]
              context = "app"
              policy = ["filename=cwd://b.rego"]
            }
        "#);
        let files = found.iter().flat_map(|i| &i.build.policies.files);
        let files: Vec<String> = files.map(|f| f.display().to_string()).collect();
        assert_eq!(files.join(" ").replace('\\', "/"), "app/a.rego b.rego");
    }

    #[test]
    fn targets_inherit_and_variables_have_their_defaults() {
        let found = of(r#"
            variable "VERSION" { default = "3.${MINOR}" }
            variable "MINOR" { default = 12 }
            variable "REVISION" {}
            function "tagged" {
              params = [name]
              result = "${name}-${VERSION}"
            }
            group "default" { targets = ["app", "test"] }
            target "_common" {
              context = "./src"
              args = { VERSION = VERSION, REVISION = REVISION, NAME = tagged("x") }
            }
            target "app" {
              inherits = ["_common"]
              contexts = { base = "target:base" }
              platforms = ["linux/amd64", "linux/arm64"]
            }
            target "test" {
              inherits = ["app"]
              dockerfile = "../test.Dockerfile"
              target = "unit"
              args = { VERSION = "4" }
            }
        "#);
        assert_eq!(
            shown(&found),
            [
                "app: src/Dockerfile - NAME=x-3.12 VERSION=3.12",
                "test: test.Dockerfile unit NAME=x-3.12 VERSION=4"
            ]
        );
        assert_eq!(found[0].build.unknown_arguments, ["REVISION"]);
        assert_eq!(found[1].build.contexts, ["base"]);
        assert_eq!(found[1].build.platforms.len(), 2);
    }

    #[test]
    fn a_matrix_is_every_combination() {
        let found = of(r#"
            target "app" {
              name = "app-${tgt}-${replace(version, ".", "-")}"
              matrix = { tgt = ["web", "api"], version = ["1.0", "2.0"] }
              target = tgt
              args = { VERSION = version }
            }
        "#);
        assert_eq!(
            shown(&found),
            [
                "app-web-1-0: Dockerfile web VERSION=1.0",
                "app-web-2-0: Dockerfile web VERSION=2.0",
                "app-api-1-0: Dockerfile api VERSION=1.0",
                "app-api-2-0: Dockerfile api VERSION=2.0"
            ]
        );
        let hashed = of(r#"target "x" {
            name = "x-${md5(v)}"
            matrix = { v = ["a", "b"] }
            dockerfile = v
        }"#);
        assert_eq!(shown(&hashed), ["x[a]: a -", "x[b]: b -"]);
        let endless = of(r#"target "x" {
            matrix = { a = range(0, 900), b = range(0, 900), c = range(0, 900) }
        }"#);
        // They have one name, so they are one target.
        assert_eq!(endless.len(), 1);
    }

    #[test]
    fn files_laid_over_it_change_targets_groups_and_variables() {
        let main = r#"
            variable "V" { default = "1" }
            target "_base" {
              args = { V = V, A = "a" }
            }
            target "app" {
              inherits = ["_base"]
              target = "prod"
            }
        "#;
        let over = r#"
            variable "V" { default = "2" }
            target "app" {
              args = { B = "b" }
              target = "dev"
            }
            target "extra" { dockerfile = "extra.Dockerfile" }
        "#;
        let json = r#"{"target": {"app": {"args": {"B": "c"}}}}"#;
        let overlays = [
            (PathBuf::from("docker-bake.override.hcl"), over.to_owned()),
            (PathBuf::from("docker-bake.override.json"), json.to_owned()),
            (PathBuf::from("broken.hcl"), "target".to_owned()),
        ];
        let path = Path::new("docker-bake.hcl");
        let found = read_with(Path::new(""), path, main, &overlays, &[]).unwrap();
        assert_eq!(
            shown(&found),
            [
                "app: Dockerfile dev A=a B=c V=2",
                "extra: extra.Dockerfile -"
            ]
        );
        assert_eq!(&main[found[0].span.range()], "target");
    }

    #[test]
    fn json_says_the_same() {
        let text = r#"{"variable": {"T": {"default": "dev"}},
            "target": {"app": {"dockerfile": "a.Dockerfile", "target": "${T}"}}}"#;
        let found = read(Path::new("p"), Path::new("p/docker-bake.json"), text).unwrap();
        assert_eq!(shown(&found), ["app: p/a.Dockerfile dev"]);
        assert_eq!(&text[found[0].span.range()], "\"app\"");
        let fault = read(Path::new(""), Path::new("x.json"), "{\n  \"a\": }").unwrap_err();
        assert_eq!(fault.span.start, 9);
    }

    #[test]
    fn inline_dockerfiles_know_their_places() {
        let text = "variable \"V\" { default = \"3\" }\ntarget \"a\" {\n  dockerfile-inline = <<-EOT\n    \
            FROM alpine:${V}\n    RUN echo $${HOME}\n  EOT\n}\n";
        let found = of(text);
        let Recipe::Inline(inline) = &found[0].recipe else {
            panic!("no inline Dockerfile");
        };
        assert_eq!(inline.text, "FROM alpine:3\nRUN echo ${HOME}\n");
        let start = inline.text.find("RUN").unwrap() as u32;
        let place = inline.place(Span::new(start, start + 3));
        assert_eq!(&text[place.range()], "RUN");
    }

    #[test]
    fn a_target_nobody_knows_can_be_any_stage() {
        let found = of("variable \"T\" {}\ntarget \"a\" {\n  target = T\n}\n");
        assert!(found[0].build.targets.any && found[0].build.target.is_none());
    }

    #[test]
    fn faults_have_places() {
        let text = "target \"a\" {\n  context = \n}\n";
        let fault = read(Path::new(""), Path::new("docker-bake.hcl"), text).unwrap_err();
        assert!(fault.span.start > 12, "{fault:?}");
    }

    #[test]
    fn own_attributes_win_over_inherited_ones_wherever_they_stand() {
        let found = of(r#"
            target "p" {
              context = "p"
              args = { A = "p", B = "p" }
            }
            target "q" {
              args = { A = "q", C = "q" }
              target = "q"
            }
            target "default" {
              args = { A = "1", B = null }
              inherits = ["p"]
            }
            target "default" {
              inherits = ["q"]
              args = { D = "d" }
              dockerfile = ""
            }
        "#);
        assert_eq!(shown(&found), ["default: p/Dockerfile q A=1 B=p C=q D=d"]);
    }

    #[test]
    fn a_dockerfile_written_out_wins_over_one_that_is_named_later() {
        let found = of(r#"
            target "p" {
              dockerfile-inline = "FROM a"
              contexts = { x = "./x", y = "./y" }
            }
            target "default" {
              inherits = ["p"]
              dockerfile = "Dockerfile"
              contexts = { x = "" }
            }
            target "named" {
              inherits = ["p"]
              dockerfile-inline = ""
              dockerfile = "real"
            }
        "#);
        assert_eq!(shown(&found), ["default: FROM a -", "named: real -"]);
        assert_eq!(found[0].build.contexts, ["y"]);
    }

    #[test]
    fn attributes_of_other_targets_and_of_the_file_are_values() {
        let found = of(r#"
            variable "X" { default = "variable" }
            X = "attribute"
            target "base" {
              context = "dir"
              args = { V = 1.2, W = X }
              platforms = ["linux/arm64", "linux/arm64", ""]
            }
            target "default" {
              args = merge(target.base.args, { N = "${target.base.args.V}-n" })
              context = target.base.context
              platforms = target.base.platforms
              dockerfile = "${target.base.name}.Dockerfile"
            }
            target "cwd" { context = BAKE_CMD_CONTEXT }
        "#);
        assert_eq!(
            shown(&found),
            [
                "base: dir/Dockerfile - V=1.2 W=attribute",
                "default: dir/base.Dockerfile - N=1.2-n V=1.2 W=attribute",
                "cwd: Dockerfile -"
            ]
        );
        assert_eq!(found[1].build.platforms, ["linux/arm64"]);
    }

    #[test]
    fn variables_have_their_types_and_pass_their_checks() {
        let found = of(r#"
            variable "N" {
              type = number
              default = "05"
            }
            variable "TAG" {
              default = "latest"
              validation {
                condition = TAG != "latest"
                error_message = "say which"
              }
            }
            target "default" { args = { N = N, TAG = TAG } }
        "#);
        assert_eq!(shown(&found), ["default: Dockerfile - N=5"]);
        assert_eq!(found[0].build.unknown_arguments, ["TAG"]);
    }

    #[test]
    fn what_nobody_knows_is_not_taken_for_nothing() {
        let found = of(r#"
            variable "PARENT" {}
            target "a" {
              args = PARENT
              platforms = ["linux/amd64", PARENT]
            }
            target "b" { inherits = [PARENT] }
            target "c" {
              context = "https://example.com/x.git"
              dockerfile-inline = "FROM a"
            }
            target "d" { context = "me@example.com:x" }
            target "e" { dockerfile = "https://example.com/Dockerfile" }
        "#);
        assert_eq!(shown(&found), ["a: Dockerfile -", "c: FROM a -"]);
        assert!(found[0].build.gives("ANYTHING"));
        assert!(found[0].build.platforms.is_empty());
        assert_eq!(found[1].build.context, None);
    }

    #[test]
    fn targets_that_inherit_from_each_other_are_read_once() {
        let found = of(r#"
            target "a" {
              inherits = ["b"]
              args = { A = "a" }
            }
            target "b" {
              inherits = ["a"]
              args = { A = "b", B = "b" }
            }
            group "default" { targets = ["a", "b"] }
        "#);
        assert_eq!(
            shown(&found),
            ["a: Dockerfile - A=a B=b", "b: Dockerfile - A=b B=b"]
        );
        let chain: String = (0..3000)
            .map(|i| format!("target \"t{i}\" {{\n inherits = [\"t{}\"]\n}}\n", i + 1))
            .collect();
        // It goes on for longer than anyone follows.
        assert_eq!(of(&chain).len(), 0);
    }

    #[test]
    fn json_may_list_blocks_and_write_templates_as_keys() {
        let text = r#"{"//": "x", "TOP": "t",
            "function": {"inc": {"params": ["a"], "result": "${a + 1}"}},
            "target": [{"p": {"args": {"X": "1"}}},
              {"default": [{"inherits": ["p"]}, {"dockerfile": "d", "args": {"${TOP}2": "${inc(2)}"}}]}]}"#;
        let found = read(Path::new(""), Path::new("docker-bake.json"), text).unwrap();
        assert_eq!(shown(&found), ["default: d - X=1 t2=3"]);
        assert_eq!(&text[found[0].span.range()], "\"default\"");
    }

    #[test]
    fn templates_are_written_out() {
        let found = of(concat!(
            "target \"a\" {\n  dockerfile-inline = <<EOT\nFROM a\n%{ for p in [\"x\", \"y\"] ~}\n",
            "RUN ${p}\n%{ endfor ~}\n%{ if true }USER 1%{ else }USER 0%{ endif }\nEOT\n}\n",
        ));
        assert_eq!(shown(&found), ["a: FROM a\nRUN x\nRUN y\nUSER 1\n -"]);
    }

    #[test]
    fn targets_lie_over_services_of_their_name() {
        let compose = "services:\n  web.a:\n    build: {context: ../web, dockerfile: D, target: t, args: {A: 1, B: 2}}\n";
        let services = super::super::compose::read(
            Path::new("p/compose.yaml"),
            compose,
            &|_| None,
            &mut Vec::new(),
        );
        let text = r#"
            target "p" { target = "no" }
            target "web_a" {
              inherits = ["p"]
              args = { A = "3" }
            }
        "#;
        let path = Path::new("p/docker-bake.hcl");
        let found = read_with(Path::new("p"), path, text, &[], &services.unwrap()).unwrap();
        let [found] = found.as_slice() else {
            panic!("{found:?}");
        };
        let Recipe::File(file) = &found.recipe else {
            panic!("{found:?}");
        };
        assert!(file.ends_with("web/D"), "{file:?}");
        assert_eq!(found.build.target.as_deref(), Some("t"));
        let values: Vec<&str> = found.build.arguments.iter().map(|a| &*a.1).collect();
        assert_eq!(values, ["3", "2"]);
    }
}
