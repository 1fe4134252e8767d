//! Reads a policy of buildx as one of dlint, if it is a list: registries, images, tags.

use std::collections::BTreeSet;

use regorus::unstable::{BoolOp, Expr, Literal, LiteralStmt, Module, Rule};
use serde_json::Value;

use super::Imported;
use super::evaluate::parse;
use super::rewrite::{self, Chain, Parts};
use crate::policy::{Exception, Golden, Tags};

/// The images of `# syntax` lines: the golden list of dlint is not about them.
const FRONTENDS: &str = "docker.io/docker/dockerfile";

/// See [`super::import`].
pub(super) fn import(name: &str, text: &str) -> Result<Imported, String> {
    let module = parse(name, text).map_err(|fault| {
        let before = text.get(..fault.at as usize).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("{name}:{line}: {}", fault.message)
    })?;
    let package = Chain::of(module.package.refr.as_ref()).and_then(|c| c.dotted());
    if package.as_deref() != Some("docker") {
        return Err(format!(
            "{name} is no policy of buildx: its package is not `docker`"
        ));
    }
    let mut reader = Reader {
        text,
        module: &module,
        imported: Imported::default(),
        registries: BTreeSet::new(),
    };
    reader.read();
    let mut imported = reader.imported;
    let known = imported.policy.trusted_registries.clone();
    let more = reader.registries.into_iter().filter(|r| !known.contains(r));
    imported.policy.trusted_registries.extend(more);
    Ok(imported)
}

struct Reader<'m> {
    text: &'m str,
    module: &'m Module,
    imported: Imported,
    registries: BTreeSet<String>,
}

/// What the statements of a body say of an image.
#[derive(Default)]
struct Says {
    hosts: Vec<String>,
    names: Vec<String>,
    tags: Vec<String>,
}

/// The rules that `dlint policy export` writes around its lists.
const OURS: [&str; 2] = ["is_golden", "is_trusted"];

impl<'m> Reader<'m> {
    /// The value of a rule that is written out.
    fn constant(&self, name: &str) -> Option<Value> {
        let rules = self.module.policy.iter().map(|r| Parts::of(r.as_ref()));
        let parts = rules
            .into_iter()
            .find(|p| p.name() == Some(name) && p.arguments.is_empty() && p.bodies.is_empty())?;
        constant(parts.values.first()?)
    }

    fn read(&mut self) {
        let list = |value: Option<Value>| {
            let value = value.and_then(|v| v.as_array().cloned());
            value.unwrap_or_default()
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let texts = |value: Option<&Value>| -> Vec<String> {
            let all = value.and_then(Value::as_array).into_iter().flatten();
            all.filter_map(text).collect()
        };
        for entry in list(self.constant("golden")) {
            let Some(image) = entry.get("image").and_then(text) else {
                continue;
            };
            let tags = texts(entry.get("tags"));
            self.imported.policy.golden.push(Golden {
                image,
                tags: tags.iter().filter_map(|t| Tags::parse(t).ok()).collect(),
                replaces: texts(entry.get("replaces")),
                owner: entry.get("owner").and_then(text),
                docs: entry.get("docs").and_then(text),
                ..Golden::default()
            });
        }
        let trusted = list(self.constant("trusted_registries"));
        let trusted: Vec<String> = trusted.iter().filter_map(text).collect();
        self.imported.policy.trusted_registries = trusted;
        for entry in list(self.constant("exceptions")) {
            let part = |key: &str| entry.get(key).and_then(text).unwrap_or_default();
            self.imported.policy.exceptions.push(Exception {
                rule: part("rule"),
                images: texts(entry.get("images")),
                reason: part("reason"),
                ..Exception::default()
            });
        }
        let rules = &self.module.policy;
        for rule in rules {
            if let Rule::Spec { bodies, .. } = rule.as_ref()
                && Parts::of(rule.as_ref()).name() == Some("allow")
            {
                for body in bodies {
                    self.body(&body.query.stmts);
                }
                if bodies.is_empty() {
                    self.leave(rule.span().text());
                }
            }
        }
    }

    fn leave(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut text = words.join(" ");
        if let Some((at, _)) = text.char_indices().nth(100) {
            text.truncate(at);
            text.push('…');
        }
        self.imported.left_out.push(text);
    }

    /// Statements as they are written.
    fn text_of(&self, stmts: &[LiteralStmt]) -> String {
        let literals = rewrite::literals(self.text);
        let text = |stmt: &LiteralStmt| {
            let (start, end) = (stmt.span.start, stmt.span.end);
            let around = |at: u32| {
                literals
                    .iter()
                    .find(|(open, close)| *open < at && at < *close)
            };
            let start = around(start).map_or(start, |(open, _)| *open) as usize;
            let end = around(end).map_or(end, |(_, close)| *close) as usize;
            self.text.get(start..end).unwrap_or_default()
        };
        stmts.iter().map(text).collect::<Vec<_>>().join("; ")
    }

    /// One way to be allowed.
    fn body(&mut self, stmts: &'m [LiteralStmt]) {
        let is_exceptions = |stmt: &LiteralStmt| match &stmt.literal {
            Literal::SomeIn { collection, .. } => {
                let name = Chain::of(collection.as_ref()).and_then(|c| c.dotted());
                name.as_deref() == Some("exceptions")
            }
            _ => false,
        };
        // They are read as a list.
        if stmts.iter().any(is_exceptions) && self.constant("exceptions").is_some() {
            return;
        }
        let mut says = Says::default();
        for stmt in stmts {
            if !self.says(stmt, &mut says) {
                self.leave(&self.text_of(stmts));
                return;
            }
        }
        let names = says.names.iter().filter(|n| !n.starts_with(FRONTENDS));
        for name in names {
            let has_host = host_of(name).is_some();
            let images: Vec<String> = match says.hosts.as_slice() {
                hosts if !has_host && !hosts.is_empty() => hosts
                    .iter()
                    .map(|host| match host.as_str() {
                        "docker.io" => name.clone(),
                        host => format!("{host}/{name}"),
                    })
                    .collect(),
                _ => vec![name.clone()],
            };
            for image in images {
                self.imported.policy.golden.push(Golden {
                    image,
                    tags: says
                        .tags
                        .iter()
                        .filter_map(|t| Tags::parse(t).ok())
                        .collect(),
                    ..Golden::default()
                });
            }
        }
        if says.names.is_empty() {
            if says.tags.is_empty() {
                self.registries.extend(says.hosts);
            } else {
                self.leave(&self.text_of(stmts));
            }
        }
    }

    /// Notes what a statement says; whether that could be read.
    fn says(&self, stmt: &'m LiteralStmt, says: &mut Says) -> bool {
        let Literal::Expr { expr, .. } = &stmt.literal else {
            return false;
        };
        let names = |expr: &Expr| Chain::of(expr).and_then(|c| c.dotted());
        let (asked, values) = match expr.as_ref() {
            Expr::BoolExpr {
                op: BoolOp::Eq,
                lhs,
                rhs,
                ..
            } => (names(lhs.as_ref()), self.values(rhs.as_ref())),
            Expr::Membership {
                key: None,
                value,
                collection,
                ..
            } => (names(value.as_ref()), self.values(collection.as_ref())),
            other => {
                return match names(other).as_deref() {
                    // Sources of other kinds are all the same to dlint.
                    Some("input.local" | "input.http" | "input.git" | "input.image") => true,
                    Some(name) => OURS.contains(&name),
                    None => false,
                };
            }
        };
        let Some(values) = values else {
            return false;
        };
        match asked.as_deref() {
            Some("input.image.host") => says.hosts.extend(values),
            Some("input.image.repo" | "input.image.fullRepo") => says.names.extend(values),
            Some("input.image.tag") => says.tags.extend(values),
            _ => return false,
        }
        true
    }

    /// The texts that an expression stands for: one, a list, or the name of one.
    fn values(&self, expr: &Expr) -> Option<Vec<String>> {
        let value = match expr {
            Expr::Var { span, .. } => self.constant(span.text())?,
            other => constant(other)?,
        };
        match value {
            Value::String(text) => Some(vec![text]),
            Value::Array(all) => all
                .into_iter()
                .map(|v| v.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        }
    }
}

/// The host before a name, if it has one.
fn host_of(name: &str) -> Option<&str> {
    let (host, _) = name.split_once('/')?;
    let is_host = host.contains(['.', ':']) || host == "localhost";
    is_host.then_some(host)
}

/// An expression that is written out, as JSON; sets are arrays.
fn constant(expr: &Expr) -> Option<Value> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            let text = value.as_string().ok()?;
            Some(Value::String(text.to_string()))
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => items
            .iter()
            .map(|i| constant(i.as_ref()))
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
        Expr::Object { fields, .. } => {
            let pairs = fields.iter().map(|(_, key, value)| {
                let key = constant(key.as_ref())?;
                Some((key.as_str()?.to_owned(), constant(value.as_ref())?))
            });
            let pairs: Option<serde_json::Map<String, Value>> = pairs.collect();
            pairs.map(Value::Object)
        }
        _ => None,
    }
}
