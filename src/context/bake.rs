//! Bake files: the builds of their targets.
//!
//! Variables have their defaults. One without a default, and whatever depends on it, is not
//! known; so is what a function makes that is not worked out here.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block as HclBlock, Body, Structure};
use serde_json::Value as Json;

use super::hcl::{Environment, Function, Locals, Raw, Value};
use super::invocation::{Fault, Inline, Invocation, Recipe, align, is_local, join};
use super::{Build, Targets};
use crate::span::{Source, Span};

/// The names Bake looks for, the strongest first.
pub const NAMES: [&str; 2] = ["docker-bake.hcl", "docker-bake.json"];
/// The most builds that a matrix stands for.
const MAX_MATRIX: usize = 256;
/// How many targets may inherit from each other in a row.
const MAX_PARENTS: usize = 16;

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

/// As [`read`], with the targets, groups and variables of other files laid over its own.
pub fn read_with(
    folder: &Path,
    path: &Path,
    text: &str,
    overlays: &[(PathBuf, String)],
) -> Result<Vec<Invocation>, Fault> {
    let parsed = Parsed::of(path, text)?;
    // What is wrong in them is said when they are linted themselves.
    let over: Vec<(Parsed, &str)> = overlays
        .iter()
        .filter_map(|(path, text)| Some((Parsed::of(path, text).ok()?, text.as_str())))
        .collect();
    let mut file = File::default();
    parsed.add_to(&mut file, text, true);
    for (parsed, text) in &over {
        parsed.add_to(&mut file, text, false);
    }
    Ok(file.invocations(folder, &parsed.text(text)))
}

/// The tree of a file.
enum Parsed {
    Json(Json),
    Hcl(Body),
}

impl Parsed {
    fn of(path: &Path, text: &str) -> Result<Self, Fault> {
        if path.extension().is_some_and(|e| e == "json") {
            let json = serde_json::from_str(text).map_err(|error| {
                let source = Source::new(path, text);
                let column = error.column().saturating_sub(1);
                let at = source.line_start(error.line() as u32) + column as u32;
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                Fault::new(Span::at(at.min(text.len() as u32)), message)
            })?;
            return Ok(Parsed::Json(json));
        }
        let body: Body = unmarked(text)
            .parse()
            .map_err(|error: hcl_edit::parser::Error| {
                let at = error.location().offset() as u32;
                Fault::new(Span::at(at), error.message())
            })?;
        Ok(Parsed::Hcl(body))
    }

    fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self {
            Parsed::Json(_) => Cow::Borrowed(text),
            Parsed::Hcl(_) => unmarked(text),
        }
    }

    fn add_to<'f>(&'f self, file: &mut File<'f>, text: &str, own: bool) {
        match self {
            Parsed::Json(json) => file.add_json(json, text, own),
            Parsed::Hcl(body) => file.add_hcl(body, own),
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
}

/// A target as written.
struct Target<'f> {
    label: String,
    attributes: Vec<(String, Raw<'f>)>,
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
    name: String,
    locals: Locals,
    target: &'t Target<'f>,
}

/// The attributes of a target with those it inherits.
#[derive(Clone, Default)]
struct Resolved<'f> {
    context: Option<Value>,
    dockerfile: Option<Value>,
    inline: Option<(Value, Option<Raw<'f>>, bool)>,
    target: Option<Value>,
    platforms: Option<Value>,
    arguments: BTreeMap<String, Value>,
    contexts: BTreeMap<String, ()>,
}

impl<'f> File<'f> {
    fn add_hcl(&mut self, body: &'f Body, own: bool) {
        let file = self;
        for structure in body {
            let block = match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str().to_owned();
                    let value = Some(Raw::Hcl(&attribute.value));
                    file.environment.variables.insert(name, value);
                    continue;
                }
                Structure::Block(block) => block,
            };
            let label = block.labels.first().map(|l| l.as_str().to_owned());
            let Some(label) = label else { continue };
            let get = |name: &str| block.body.get_attribute(name).map(|a| Raw::Hcl(&a.value));
            match block.ident.as_str() {
                "variable" => {
                    file.environment.variables.insert(label, get("default"));
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
                        file.environment.functions.insert(label, function);
                    }
                }
                "group" => file.groups.extend(get("targets")),
                "target" => file.targets.push(Target {
                    label,
                    attributes: attributes(block),
                    span: block.ident.span().map_or(Span::default(), span_of),
                    own,
                }),
                _ => {}
            }
        }
    }

    fn add_json(&mut self, json: &'f Json, text: &str, own: bool) {
        let file = self;
        let entries = |name: &str| {
            let object = json.get(name).and_then(Json::as_object);
            object.into_iter().flatten()
        };
        for (name, variable) in entries("variable") {
            let default = variable.get("default").map(Raw::Json);
            file.environment.variables.insert(name.clone(), default);
        }
        for (_, group) in entries("group") {
            file.groups.extend(group.get("targets").map(Raw::Json));
        }
        for (name, target) in entries("target") {
            let quoted = format!("\"{name}\"");
            let at = text.find(&quoted).unwrap_or_default();
            let attributes = target.as_object().into_iter().flatten();
            file.targets.push(Target {
                label: name.clone(),
                attributes: attributes.map(|(k, v)| (k.clone(), Raw::Json(v))).collect(),
                span: Span::new(at as u32, (at + quoted.len()) as u32),
                own,
            });
        }
    }

    fn instances(&self) -> Vec<Instance<'_, 'f>> {
        let mut out = Vec::new();
        for target in &self.targets {
            let matrix = target.get("matrix");
            let Some(matrix) = matrix else {
                out.push(Instance {
                    name: target.label.clone(),
                    locals: Locals::new(),
                    target,
                });
                continue;
            };
            let Value::Map(axes) = self.environment.evaluate(matrix, &Locals::new()) else {
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
                        let mut point = point.clone();
                        point.push((axis.clone(), value.clone()));
                        next.push(point);
                    }
                }
                next.truncate(MAX_MATRIX);
                points = next;
            }
            for locals in points {
                let name = target.get("name");
                let name = name.and_then(|n| self.environment.evaluate(n, &locals).text());
                out.push(Instance {
                    name: name.unwrap_or_else(|| target.label.clone()),
                    locals,
                    target,
                });
            }
        }
        out
    }

    /// An instance with all that it inherits.
    fn resolve(
        &self,
        instances: &[Instance<'_, 'f>],
        instance: &Instance<'_, 'f>,
        depth: usize,
    ) -> Resolved<'f> {
        let target = instance.target;
        let get = |name: &str| {
            let raw = target.get(name)?;
            let value = self.environment.evaluate(raw, &instance.locals);
            (value != Value::Null).then_some(value)
        };
        let mut out = Resolved::default();
        if let Some(depth) = depth.checked_sub(1) {
            for parent in names(get("inherits")) {
                // Targets of one name are one target: each adds to it.
                for parent in instances.iter().filter(|i| i.name == parent) {
                    out.lay(self.resolve(instances, parent, depth));
                }
            }
        }
        let inline = get("dockerfile-inline");
        let inline = inline.map(|v| (v, target.get("dockerfile-inline"), target.own));
        let pairs = |value: Option<Value>| match value {
            Some(Value::Map(pairs)) => pairs,
            _ => Vec::new(),
        };
        out.lay(Resolved {
            context: get("context"),
            dockerfile: get("dockerfile"),
            inline,
            target: get("target"),
            platforms: get("platforms"),
            arguments: pairs(get("args")).into_iter().collect(),
            contexts: pairs(get("contexts"))
                .into_iter()
                .map(|(name, _)| (name, ()))
                .collect(),
        });
        out
    }

    fn invocations(&self, folder: &Path, text: &str) -> Vec<Invocation> {
        let instances = self.instances();
        let mut parents: Vec<String> = Vec::new();
        for instance in &instances {
            let inherits = instance.target.get("inherits");
            let inherits = inherits.map(|raw| self.environment.evaluate(raw, &instance.locals));
            parents.extend(names(inherits));
        }
        let none = Locals::new();
        let groups = self.groups.iter();
        let grouped: Vec<String> = groups
            .flat_map(|raw| names(Some(self.environment.evaluate(*raw, &none))))
            .collect();
        let mut out: Vec<Invocation> = Vec::new();
        for (index, instance) in instances.iter().enumerate() {
            let is_same = |other: &&Instance<'_, 'f>| other.name == instance.name;
            // A later block of that name adds to this one.
            if instances.iter().skip(index + 1).any(|i| is_same(&i)) {
                continue;
            }
            // What is there only to inherit from is not built.
            let name = &instance.name;
            let label = &instance.target.label;
            if parents.contains(name)
                && !grouped.contains(name)
                && !grouped.contains(label)
                && name != "default"
            {
                continue;
            }
            let mut resolved = Resolved::default();
            let mut place = Span::at(0);
            for same in instances.iter().filter(is_same) {
                resolved.lay(self.resolve(&instances, same, MAX_PARENTS));
                if same.target.own {
                    place = same.target.span;
                }
            }
            out.extend(resolved.invocation(name, place, folder, text));
        }
        out
    }
}

impl<'f> Resolved<'f> {
    fn lay(&mut self, over: Resolved<'f>) {
        // Of a Dockerfile and one written out the nearer one counts.
        if over.inline.is_some() || over.dockerfile.is_some() {
            self.inline = over.inline;
            self.dockerfile = over.dockerfile;
        }
        self.context = over.context.or(self.context.take());
        self.target = over.target.or(self.target.take());
        self.platforms = over.platforms.or(self.platforms.take());
        self.arguments.extend(over.arguments);
        self.contexts.extend(over.contexts);
    }

    fn invocation(self, name: &str, place: Span, folder: &Path, text: &str) -> Option<Invocation> {
        let context = match &self.context {
            Some(context) => context.text()?,
            None => ".".to_owned(),
        };
        let context = context.strip_prefix("cwd://").unwrap_or(&context);
        if !is_local(context) {
            return None;
        }
        let context = join(folder, context);
        let recipe = match (self.inline, self.dockerfile) {
            // What another file writes out has no place in this one.
            (Some((_, _, false)), _) => return None,
            (Some((value, raw, true)), _) => {
                Recipe::Inline(inline(value.text()?, raw, place, text))
            }
            (None, Some(path)) => {
                let path = path.text()?;
                match path.strip_prefix("cwd://") {
                    Some(path) => Recipe::File(join(folder, path)),
                    None => Recipe::File(join(&context, &path)),
                }
            }
            (None, None) => Recipe::File(join(&context, "Dockerfile")),
        };
        let mut build = Build {
            contexts: self.contexts.into_keys().collect(),
            context: Some(match context.as_os_str().is_empty() {
                true => PathBuf::from("."),
                false => context,
            }),
            platforms: names(self.platforms),
            ..Build::default()
        };
        for (name, value) in self.arguments {
            match value {
                Value::Null => {}
                value => match value.text() {
                    Some(text) => build.arguments.push((name, text)),
                    None => build.unknown_arguments.push(name),
                },
            }
        }
        if let Some(target) = self.target {
            build.target = target.text().filter(|t| !t.is_empty());
            build.targets = Targets {
                names: build.target.iter().cloned().collect(),
                any: !target.is_known(),
            };
        }
        Some(Invocation {
            name: name.to_owned(),
            recipe,
            build,
            span: place,
        })
    }
}

/// A Dockerfile written out; a heredoc keeps its lines.
fn inline(value: String, raw: Option<Raw<'_>>, target: Span, text: &str) -> Inline {
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

fn attributes(block: &HclBlock) -> Vec<(String, Raw<'_>)> {
    block
        .body
        .attributes()
        .map(|a| (a.key.as_str().to_owned(), Raw::Hcl(&a.value)))
        .collect()
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
        let found = read_with(Path::new(""), path, main, &overlays).unwrap();
        assert_eq!(
            shown(&found),
            [
                "extra: extra.Dockerfile -",
                "app: Dockerfile dev A=a B=c V=2"
            ]
        );
        assert_eq!(&main[found[1].span.range()], "target");
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
}
