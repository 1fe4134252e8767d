//! Evaluates a policy for the documents of a source, whatever the open fields hold.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once};
use std::time::{Duration, Instant};

use regorus::unstable::{Module, Parser};
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};
use regorus::{Engine, Value};

use super::rewrite::{self, CONDITION, FORMAT, Rewritten, SIZED, UNKNOWN, VALUE};
use super::{BuildPolicy, Input, Verdict};
use crate::context::Files;

/// How long one evaluation may take.
const MOST_TIME: Duration = Duration::from_secs(1);

/// How long all evaluations of a policy may take.
const MOST_TOGETHER: Duration = Duration::from_secs(5);

/// How many ways through the choices are gone.
const MOST_WAYS: usize = 256;

/// How many bytes a file that a policy reads may have.
const MOST_READ: u64 = 4 << 20;

/// How many modules a policy may import.
const MOST_MODULES: usize = 32;

/// What a policy's own files are read with, and the folder that they are read from.
pub(super) type Root = (Arc<dyn Files>, PathBuf);

/// Why a policy cannot be evaluated, and where that stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub message: String,
    pub at: u32,
}

/// What one evaluation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// What `decision` says.
    Decision {
        /// Whether the source is allowed.
        allow: bool,
        /// `deny_msg`.
        messages: Vec<String>,
        /// Whether `deny_msg` is there and no list, so that buildx drops it.
        is_dropped: bool,
    },
    /// There is no decision.
    Undefined,
    /// It is none that buildx takes.
    Malformed(String),
    /// The evaluator gave up.
    Failed(String),
}

/// All that came of a source.
#[derive(Debug, Clone, Default)]
pub(super) struct Outcomes {
    pub all: Vec<Outcome>,
    /// What was asked that is open.
    pub reasons: Vec<String>,
    /// Whether there were more ways than were gone.
    pub is_cut: bool,
}

impl Outcomes {
    /// What they come to.
    pub fn verdict(&self) -> Verdict {
        if let Some(Outcome::Failed(reason)) =
            self.all.iter().find(|o| matches!(o, Outcome::Failed(_)))
        {
            return Verdict::Unjudged(reason.clone());
        }
        let allows = |o: &Outcome| matches!(o, Outcome::Decision { allow: true, .. });
        let denies = |o: &Outcome| matches!(o, Outcome::Decision { allow: false, .. });
        if !self.is_cut && self.all.iter().all(allows) {
            return Verdict::Allowed;
        }
        if !self.is_cut && self.all.iter().all(denies) {
            let lists = self.all.iter().filter_map(|o| match o {
                Outcome::Decision { messages, .. } => Some(messages),
                _ => None,
            });
            let mut lists = lists.into_iter();
            let first = lists.next().cloned().unwrap_or_default();
            let rest: Vec<_> = lists.collect();
            let common = first
                .into_iter()
                .filter(|m| !m.contains(UNKNOWN) && rest.iter().all(|l| l.contains(m)));
            return Verdict::Refused(common.collect());
        }
        if !self.is_cut
            && let Some(first) = self.all.first()
            && self.all.iter().all(|o| o == first)
        {
            match first {
                Outcome::Undefined => return Verdict::Undecided,
                Outcome::Malformed(why) => return Verdict::Malformed(why.clone()),
                _ => {}
            }
        }
        Verdict::Asks(self.reasons.clone())
    }
}

/// The clock that evaluations are timed with.
struct Clock(Instant);

impl TimeSource for Clock {
    fn now(&self) -> Option<Duration> {
        Some(self.0.elapsed())
    }
}

/// The way through the choices.
#[derive(Debug, Default)]
struct Way {
    /// What is chosen beforehand.
    plan: Vec<(usize, usize)>,
    /// What was chosen, in order.
    taken: Vec<(usize, usize)>,
    /// How many ways each choice has.
    ways: Vec<usize>,
}

impl Way {
    fn choose(&mut self, number: usize) -> usize {
        if let Some((_, way)) = self.taken.iter().find(|(n, _)| *n == number) {
            return *way;
        }
        let planned = self.plan.iter().find(|(n, _)| *n == number);
        let way = planned.map_or(0, |(_, way)| *way);
        self.taken.push((number, way));
        way
    }

    /// Plans the next way; whether there is one.
    fn next(&mut self) -> bool {
        let mut plan = std::mem::take(&mut self.taken);
        while let Some((number, way)) = plan.pop() {
            if way + 1 < self.ways.get(number).copied().unwrap_or(1) {
                plan.push((number, way + 1));
                self.plan = plan;
                return true;
            }
        }
        false
    }
}

/// An evaluator of a version with choices, and the way through them.
type Prepared = (Engine, Rewritten, Arc<Mutex<Way>>);

/// A policy that was read, with what it imports.
pub(super) struct Policy {
    /// The names and texts of its modules, its own first.
    texts: Vec<(String, String)>,
    /// Their trees.
    pub modules: Vec<Module>,
    root: Root,
    /// The versions with choices, by kind of source and what is open.
    rewritten: BTreeMap<(String, Vec<&'static str>), Prepared>,
    /// When nothing more is evaluated.
    until: Instant,
    /// What is wrong with the pins of the last evaluation.
    pins: Arc<Mutex<Vec<String>>>,
}

/// How many brackets may be open at once: the parser tries each in two ways.
const MOST_NESTED: usize = 20;

/// Whether more brackets are open at once in a policy than the parser gets through in time; those of
/// texts and comments do not count.
pub(super) fn is_too_deep(text: &str) -> bool {
    let (mut open, mut most) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' | b'(' => open += 1,
            b']' | b'}' | b')' => open = open.saturating_sub(1),
            b'#' => {
                bytes.by_ref().find(|b| *b == b'\n');
            }
            b'`' => {
                bytes.by_ref().find(|b| *b == b'`');
            }
            b'"' => {
                while let Some(inner) = bytes.next() {
                    match inner {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' | b'\n' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        most = most.max(open);
    }
    most > MOST_NESTED
}

/// Parses a text of Rego.
pub(super) fn parse(name: &str, text: &str) -> Result<Module, Fault> {
    if is_too_deep(text) {
        return Err(Fault {
            at: 0,
            message: "the policy is nested too deeply".to_owned(),
        });
    }
    let read = || {
        let source = regorus::Source::from_contents(name.to_owned(), text.to_owned())?;
        let mut parser = Parser::new(&source)?;
        parser.enable_rego_v1()?;
        parser.parse()
    };
    read().map_err(|error| fault(name, text, &error.to_string()))
}

/// The evaluator's error with its place in the text, `--> name:line:column`.
pub(super) fn fault(name: &str, text: &str, error: &str) -> Fault {
    let at = error.find(&format!("--> {name}:"));
    let place = at.and_then(|at| error.get(at + name.len() + 5..));
    let mut numbers = place.unwrap_or_default().split([':', '\n']);
    let mut number = || numbers.next()?.trim().parse::<usize>().ok();
    let (line, column) = (number().unwrap_or(1), number().unwrap_or(1));
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = text.get(start..).unwrap_or_default();
    let column = rest
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(0, |(i, _)| i);
    let message = error
        .lines()
        .find_map(|l| l.strip_prefix("error: "))
        .unwrap_or(error.lines().next().unwrap_or_default());
    Fault {
        message: message.trim().to_owned(),
        at: u32::try_from(start + column).unwrap_or(0),
    }
}

impl Policy {
    /// Reads a policy and what it imports.
    pub fn read(policy: &BuildPolicy, root: Root) -> Result<Self, Fault> {
        let name = policy.path.to_string_lossy().into_owned();
        let own = parse(&name, &policy.text)?;
        let mut modules = vec![own];
        let mut texts = vec![(name, policy.text.clone())];
        let mut next = 0;
        while let Some(module) = modules.get(next) {
            let mut wanted = Vec::new();
            for import in &module.imports {
                let path = rewrite::Chain::of(import.refr.as_ref()).and_then(|c| c.dotted());
                let Some(path) = path.as_deref().and_then(|p| p.strip_prefix("data.")) else {
                    continue;
                };
                let file = format!("{}.rego", path.replace('.', "/"));
                if !texts.iter().any(|(known, _)| *known == file) {
                    wanted.push((file, import.refr.span().start));
                }
            }
            for (file, at) in wanted {
                let at = if next == 0 { at } else { 0 };
                if modules.len() >= MOST_MODULES {
                    let message = format!("more than {MOST_MODULES} modules are imported");
                    return Err(Fault { message, at });
                }
                let Some(text) = read(&root, &file, MOST_READ) else {
                    return Err(Fault {
                        message: format!("there is no `{file}` in the build context to import"),
                        at,
                    });
                };
                let module = parse(&file, &text).map_err(|fault| Fault {
                    message: format!("`{file}` cannot be read: {}", fault.message),
                    at,
                })?;
                texts.push((file, text));
                modules.push(module);
            }
            next += 1;
        }
        Ok(Self {
            texts,
            modules,
            root,
            rewritten: BTreeMap::new(),
            until: Instant::now() + MOST_TOGETHER,
            pins: Arc::default(),
        })
    }

    /// The policy's own tree.
    pub fn own(&self) -> Option<&Module> {
        self.modules.first()
    }

    /// Evaluates it for a document.
    pub fn evaluate(&mut self, input: &Input) -> Outcomes {
        if Instant::now() > self.until {
            return Outcomes {
                all: vec![Outcome::Failed("the policy takes too long".to_owned())],
                ..Outcomes::default()
            };
        }
        let kind = ["image", "http", "git", "local"];
        let kind = kind
            .into_iter()
            .find(|k| input.document.get(*k).is_some())
            .unwrap_or_default();
        let key = (kind.to_owned(), input.unknown.clone());
        if !self.rewritten.contains_key(&key) {
            match self.prepare(kind, &input.unknown) {
                Ok(prepared) => {
                    self.rewritten.insert(key.clone(), prepared);
                }
                Err(error) => {
                    return Outcomes {
                        all: vec![Outcome::Failed(error)],
                        ..Outcomes::default()
                    };
                }
            }
        }
        let Some((engine, rewritten, way)) = self.rewritten.get_mut(&key) else {
            return Outcomes::default();
        };
        let mut outcomes = Outcomes::default();
        let document = match Value::from_json_str(&input.document.to_string()) {
            Ok(document) => document,
            Err(error) => {
                outcomes.all.push(Outcome::Failed(error.to_string()));
                return outcomes;
            }
        };
        if let Ok(mut way) = way.lock() {
            *way = Way {
                ways: rewritten.choices.iter().map(|c| c.ways).collect(),
                ..Way::default()
            };
        }
        let until = Instant::now() + MOST_TIME;
        for round in 0.. {
            if round == MOST_WAYS || Instant::now() > until {
                outcomes.is_cut = true;
                break;
            }
            if let Ok(mut pins) = self.pins.lock() {
                pins.clear();
            }
            engine.set_input(document.clone());
            let result = engine.eval_rule("data.docker.decision".to_owned());
            let mut outcome = match result {
                Ok(value) => outcome(&value),
                Err(error) => Outcome::Failed(short(&error.to_string())),
            };
            if let (Outcome::Decision { allow: true, .. }, Ok(pins)) = (&outcome, self.pins.lock())
                && pins.len() > 1
            {
                outcome = Outcome::Malformed(format!(
                    "an image is pinned to several digests: {}",
                    pins.join(", ")
                ));
            }
            if !outcomes.all.contains(&outcome) {
                outcomes.all.push(outcome);
            }
            let Ok(mut way) = way.lock() else {
                break;
            };
            for (number, _) in &way.taken {
                let choice = rewritten.choices.get(*number);
                for reason in choice.into_iter().flat_map(|c| &c.reasons) {
                    if !outcomes.reasons.contains(reason) {
                        outcomes.reasons.push(reason.clone());
                    }
                }
            }
            if !way.next() {
                break;
            }
        }
        outcomes
    }

    /// Why buildx would not evaluate the policy at all, as far as the evaluator here says so too.
    pub fn rejected(&mut self, env: &super::Env) -> Option<Fault> {
        let (name, text) = self.texts.first()?;
        let (mut engine, _, _) = self.prepare("", &[]).ok()?;
        let document = env.without_source().document.to_string();
        engine.set_input(Value::from_json_str(&document).ok()?);
        let error = engine.eval_rule("data.docker.decision".to_owned()).err()?;
        let error = error.to_string();
        if !error.contains("is unsafe") {
            return None;
        }
        let mut found = fault(name, text, &error);
        // The text that was evaluated has more in its lines: the variable tells where it is.
        let line = text
            .get(..found.at as usize)?
            .rfind('\n')
            .map_or(0, |i| i + 1);
        let variable = found.message.split('`').nth(1)?;
        let column = text.get(line..)?.find(variable)?;
        found.at = u32::try_from(line + column).ok()?;
        Some(found)
    }

    fn prepare(&self, kind: &str, unknown: &[&'static str]) -> Result<Prepared, String> {
        let modules: Vec<&Module> = self.modules.iter().collect();
        let texts: Vec<&str> = self.texts.iter().map(|(_, text)| text.as_str()).collect();
        let mut rewritten = rewrite::rewrite(&modules, &texts, kind, unknown);
        let texts = std::mem::take(&mut rewritten.texts);
        let (engine, way) = self.engine(texts.into_iter())?;
        Ok((engine, rewritten, way))
    }

    /// An evaluator with these texts of the modules.
    fn engine(
        &self,
        texts: impl Iterator<Item = String>,
    ) -> Result<(Engine, Arc<Mutex<Way>>), String> {
        static CLOCK: Once = Once::new();
        CLOCK.call_once(|| {
            // Another user of the evaluator may have set one: that does as well.
            let clock: &'static Clock = Box::leak(Box::new(Clock(Instant::now())));
            let _ = set_time_source(clock);
        });
        let mut engine = Engine::new();
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: MOST_TIME,
            check_interval: NonZeroU32::MIN,
        });
        let way: Arc<Mutex<Way>> = Arc::default();
        for (number, ((name, _), text)) in self.texts.iter().zip(texts).enumerate() {
            let text = if number == 0 {
                text
            } else {
                placed(&text, name)
            };
            engine
                .add_policy(name.clone(), text)
                .map_err(|e| short(&e.to_string()))?;
        }
        self.add_functions(&mut engine, &way)
            .map_err(|e| short(&e.to_string()))?;
        Ok((engine, way))
    }

    /// The functions that buildx adds to those of Rego, and our own.
    fn add_functions(&self, engine: &mut Engine, way: &Arc<Mutex<Way>>) -> anyhow::Result<()> {
        let choose = |way: &Arc<Mutex<Way>>, arguments: &[Value]| {
            let number = arguments.first().and_then(|n| n.as_u64().ok());
            let number = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
            way.lock().map_or(0, |mut way| way.choose(number))
        };
        let shared = Arc::clone(way);
        let condition = move |arguments: Vec<Value>| {
            Ok(match choose(&shared, &arguments) {
                0 => Value::Undefined,
                _ => Value::from(true),
            })
        };
        engine.add_extension(CONDITION.to_owned(), 1, Box::new(condition))?;
        let shared = Arc::clone(way);
        let value = move |arguments: Vec<Value>| {
            let number = arguments.first().and_then(|n| n.as_u64().ok());
            let number = usize::try_from(number.unwrap_or_default()).unwrap_or_default();
            let (chosen, ways) = shared.lock().map_or((0, 1), |mut way| {
                (
                    way.choose(number),
                    way.ways.get(number).copied().unwrap_or(1),
                )
            });
            Ok(match chosen {
                0 if ways > 1 => Value::Undefined,
                2 => Value::from(true),
                3 => Value::from(false),
                _ => Value::from(UNKNOWN),
            })
        };
        engine.add_extension(VALUE.to_owned(), 1, Box::new(value))?;
        let sized = |arguments: Vec<Value>| {
            let mut arguments = arguments.into_iter();
            let most = arguments.next().and_then(|m| m.as_u32().ok());
            let value = arguments.next().unwrap_or(Value::Undefined);
            let most = most.unwrap_or_default();
            if is_small(&value, most) {
                Ok(value)
            } else {
                Err(anyhow::anyhow!("a value is too large"))
            }
        };
        engine.add_extension(SIZED.to_owned(), 2, Box::new(sized))?;
        let (files, folder) = self.root.clone();
        let load = move |arguments: Vec<Value>| {
            let path = arguments
                .first()
                .and_then(|p| p.as_string().ok())
                .map(|p| p.to_string());
            let path = path.ok_or_else(|| anyhow::anyhow!("load_json takes a path"))?;
            let root = (Arc::clone(&files), folder.clone());
            let text = read(&root, &path, MOST_READ)
                .ok_or_else(|| anyhow::anyhow!("`{path}` is not in the build context"))?;
            Value::from_json_str(&text)
        };
        engine.add_extension("load_json".to_owned(), 1, Box::new(load))?;
        let pins = Arc::clone(&self.pins);
        let pin = move |arguments: Vec<Value>| {
            let mut arguments = arguments.into_iter();
            let (image, digest) = (arguments.next(), arguments.next());
            let Some(image) = image.filter(|i| i.as_object().is_ok()) else {
                return Ok(Value::from(false));
            };
            let digest = digest.and_then(|d| d.as_string().map(|d| d.to_string()).ok());
            let digest = digest.unwrap_or_default();
            let is_digest = digest
                .split_once(':')
                .is_some_and(|(_, hex)| hex.len() >= 64);
            if !is_digest {
                return Err(anyhow::anyhow!("pin_image: `{digest}` is no digest"));
            }
            let is_it = image.as_object().is_ok_and(|o| {
                o.get(&Value::from("checksum")) == Some(&Value::from(digest.as_str()))
            });
            if let (false, Ok(mut pins)) = (is_it, pins.lock())
                && !pins.contains(&digest)
            {
                pins.push(digest);
            }
            Ok(Value::from(true))
        };
        engine.add_extension("pin_image".to_owned(), 2, Box::new(pin))?;
        // Where these are about what is open, a choice stands in their place.
        for (name, number) in [
            ("verify_git_signature", 2),
            ("verify_http_pgp_signature", 3),
            ("artifact_attestation", 2),
            ("github_attestation", 2),
            ("github_release_attestation", 1),
            ("docker_github_builder", 2),
            ("docker_github_builder_tag", 3),
            ("docker_github_builder_signature", 2),
            ("docker_github_builder_bundle", 3),
        ] {
            let nothing = |_: Vec<Value>| Ok(Value::Undefined);
            engine.add_extension(name.to_owned(), number, Box::new(nothing))?;
        }
        Ok(())
    }
}

/// A module under the package that its path says, as buildx imports it.
fn placed(text: &str, path: &str) -> String {
    let package = path.trim_end_matches(".rego").replace('/', ".");
    let mut out = String::new();
    let mut is_placed = false;
    for line in text.split_inclusive('\n') {
        let word = line.trim_start();
        if !is_placed
            && word
                .strip_prefix("package")
                .is_some_and(|r| r.starts_with([' ', '\t']))
        {
            is_placed = true;
            out.push_str(&format!("package {package}\n"));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Reads a file of a policy, as text.
fn read(root: &Root, path: &str, most: u64) -> Option<String> {
    let path = path.strip_prefix("cwd://").unwrap_or(path);
    let relative = Path::new(path);
    let is_inside = relative.components().all(|c| {
        matches!(
            c,
            std::path::Component::Normal(_) | std::path::Component::CurDir
        )
    });
    if !is_inside {
        return None;
    }
    let bytes = root.0.read(&root.1.join(relative), most)?;
    String::from_utf8(bytes).ok()
}

/// Whether a value has no more than so many bytes and parts, a number no more than that.
fn is_small(value: &Value, most: u32) -> bool {
    fn spend(value: &Value, left: &mut i64, is_format: bool) -> bool {
        *left -= 1;
        match value {
            Value::String(text) => {
                *left -= i64::try_from(text.len()).unwrap_or(i64::MAX / 2);
                if is_format && asks_width(text) {
                    return false;
                }
            }
            Value::Array(all) => {
                for value in all.iter() {
                    if !spend(value, left, false) {
                        return false;
                    }
                }
            }
            Value::Set(all) => {
                for value in all.iter() {
                    if !spend(value, left, false) {
                        return false;
                    }
                }
            }
            Value::Object(all) => {
                for (key, value) in all.iter() {
                    if !spend(key, left, false) || !spend(value, left, false) {
                        return false;
                    }
                }
            }
            _ => {}
        }
        *left >= 0
    }
    if let Ok(number) = value.as_f64() {
        return number.abs() <= f64::from(most);
    }
    if value.as_number().is_ok() {
        return false;
    }
    let mut left = i64::from(most);
    spend(value, &mut left, most == FORMAT)
}

/// Whether a format asks for more than a thousand columns.
fn asks_width(format: &str) -> bool {
    let mut pieces = format.split('%').skip(1);
    pieces.any(|piece| {
        let digits = piece.trim_start_matches(['-', '+', '#', ' ', '.']);
        let width = digits
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        width > 4
    })
}

/// An error's first words.
fn short(error: &str) -> String {
    let line = error
        .lines()
        .find_map(|l| l.strip_prefix("error: "))
        .or(error.lines().find(|l| !l.trim().is_empty()))
        .unwrap_or(error);
    line.chars().take(200).collect()
}

fn outcome(value: &Value) -> Outcome {
    if *value == Value::Undefined {
        return Outcome::Undefined;
    }
    let Ok(decision) = value.as_object() else {
        return Outcome::Malformed("`decision` is no object".to_owned());
    };
    let allow = match decision.get(&Value::from("allow")) {
        None => false,
        Some(allow) => match allow.as_bool() {
            Ok(allow) => *allow,
            // An open value would be one if it were known.
            Err(_) if *allow == Value::from(UNKNOWN) => false,
            Err(_) => return Outcome::Malformed("`allow` is no boolean".to_owned()),
        },
    };
    let said = decision.get(&Value::from("deny_msg"));
    let list = said.and_then(list);
    let is_dropped = said.is_some() && list.is_none() && said != Some(&Value::from(UNKNOWN));
    let messages = list.unwrap_or_default();
    if let Some(caps) = decision.get(&Value::from("caps")) {
        let Ok(caps) = caps.as_object() else {
            return Outcome::Malformed("`caps` is no object".to_owned());
        };
        for (name, value) in caps.iter() {
            if *name != Value::from("exec.proxy") {
                return Outcome::Malformed(format!("{name} is no capability that buildx knows"));
            }
            if value.as_bool().is_err() {
                return Outcome::Malformed(format!("{name} in `caps` is no boolean"));
            }
        }
    }
    Outcome::Decision {
        allow,
        messages,
        is_dropped,
    }
}

/// The texts in an array or a set.
fn list(value: &Value) -> Option<Vec<String>> {
    let text = |v: &Value| v.as_string().ok().map(|s| s.to_string());
    match value {
        Value::Array(all) => Some(all.iter().filter_map(text).collect()),
        Value::Set(all) => Some(all.iter().filter_map(text).collect()),
        _ => None,
    }
}
