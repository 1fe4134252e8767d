//! The codes that read FROM, and what a stage inherits.

use std::collections::{HashMap, HashSet};

use super::Out;
use super::shell::unquoted;
use crate::facts::Facts;
use crate::facts::mount::MountKind;
use crate::policy::Policy;
use crate::syntax::{From, Instruction, Kind};

/// An image's name without registry, tag and digest.
pub(super) fn image_name(text: &str) -> &str {
    let text = without_registry(text.split('@').next().unwrap_or(text));
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => text,
    }
}

fn without_registry(text: &str) -> &str {
    match registry(text) {
        Some(_) => text.split_once('/').map_or(text, |(_, rest)| rest),
        None => text,
    }
}

fn registry(text: &str) -> Option<&str> {
    let (host, _) = text.split_once('/')?;
    host.contains('.').then_some(host)
}

fn tag(text: &str) -> Option<&str> {
    let text = text.split('@').next().unwrap_or(text);
    text.rsplit_once(':')
        .map(|(_, tag)| tag)
        .filter(|tag| !tag.contains('/'))
}

pub(super) fn alias(from: &From) -> Option<&str> {
    from.alias.as_ref().map(|(_, name)| name.as_str())
}

pub(super) fn from_of<'a>(facts: &Facts<'a>, stage: usize) -> Option<&'a From> {
    match &facts.stages.get(stage)?.from.kind {
        Kind::From(from) => Some(from),
        _ => None,
    }
}

/// How many base stages are followed.
const MAX_CHAIN: usize = 200;

/// The stages of each alias, in order.
pub(super) struct Aliases<'a>(HashMap<&'a str, Vec<usize>>);

impl<'a> Aliases<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Self {
        let mut stages: HashMap<&str, Vec<usize>> = HashMap::new();
        for stage in 0..facts.stages.len() {
            if let Some(name) = from_of(facts, stage).and_then(alias) {
                stages.entry(name).or_default().push(stage);
            }
        }
        Self(stages)
    }

    /// The first one of a name.
    fn first(&self, name: &str) -> Option<usize> {
        self.0.get(name)?.first().copied()
    }

    /// The last one of a name before a stage.
    fn last_before(&self, name: &str, stage: usize) -> Option<usize> {
        let same = self.0.get(name)?;
        let before = same.partition_point(|s| *s < stage).checked_sub(1)?;
        same.get(before).copied()
    }
}

/// The stages a stage is built on, itself first, by the names as written.
pub(super) fn chain(facts: &Facts<'_>, aliases: &Aliases<'_>, stage: usize) -> Vec<usize> {
    let base = |at: &usize| {
        let from = from_of(facts, *at)?;
        aliases.last_before(image_name(from.image.as_str()), *at)
    };
    std::iter::successors(Some(stage), base)
        .take(MAX_CHAIN)
        .collect()
}

/// For each stage whether it is the last one, or one that a FROM names.
pub(super) fn shipping(facts: &Facts<'_>) -> Vec<bool> {
    let froms = (0..facts.stages.len()).map(|stage| from_of(facts, stage));
    let froms: Vec<Option<&From>> = froms.collect();
    let named = froms.iter().flatten().map(|f| image_name(f.image.as_str()));
    let named: HashSet<&str> = named.collect();
    let last = froms.last().copied().flatten();
    let ships = |from: &Option<&From>| {
        let Some(own) = from else {
            return true;
        };
        let is_last = last.is_some_and(|last| {
            last.image.as_str() == own.image.as_str() && alias(last) == alias(own)
        });
        is_last || alias(own).is_some_and(|name| named.contains(name))
    };
    froms.iter().map(ships).collect()
}

/// The value of a flag with the quotes that BuildKit takes off.
fn written_flag<'a>(facts: &Facts<'a>, instruction: &Instruction, name: &str) -> Option<&'a str> {
    let flag = instruction.flag(name)?;
    let text = facts.source.slice(flag.span);
    text.split_once('=').map(|(_, value)| value)
}

pub(super) fn check(out: &mut Out<'_, '_>, policy: &Policy) {
    bases(out);
    users(out);
    copies(out);
    registries(out, policy);
    workdirs(out);
    healthchecks(out);
}

fn bases(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    let mut aliases: HashSet<&str> = HashSet::new();
    for stage in &facts.stages {
        let Some(from) = from_of(facts, stage.index) else {
            continue;
        };
        let node = stage.from_node;
        let image = from.image.as_str();
        // What is no image name; others that are none it takes.
        if image.ends_with(':') || image.starts_with(['@', ':']) {
            out.say("DL1000", node);
        }
        let digest = image.contains('@');
        let known = image_name(image) == "scratch"
            || image.starts_with("${")
            || image_name(image).starts_with('$')
            || aliases.contains(image_name(image));
        if tag(image).is_none() && !digest && !known {
            out.say("DL3006", node);
        }
        if tag(image) == Some("latest") && !digest {
            out.say("DL3007", node);
        }
        if let Some(platform) = written_flag(facts, stage.from, "platform") {
            if !platform.contains("BUILDPLATFORM") && !platform.contains("TARGETPLATFORM") {
                out.say("DL3029", node);
            }
            if matches!(platform, "$TARGETPLATFORM" | "${TARGETPLATFORM}") {
                out.say("DL3065", node);
            }
        }
        if let Some(name) = alias(from) {
            if matches!(name, "scratch" | "context") {
                out.say("DL3063", node);
            }
            if !aliases.insert(name) {
                out.say("DL3024", node);
            }
        }
    }
}

/// DL3002.
fn users(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    for stage in &facts.stages {
        let users = facts.nodes_of(stage).iter();
        let last = users
            .filter(|n| !n.onbuild)
            .filter_map(|n| match &n.instruction.kind {
                Kind::User(user) => Some((n.index, user.as_str())),
                _ => None,
            })
            .next_back();
        let is_root = |user: &str| matches!(user.split(':').next(), Some("root" | "0"));
        if let Some((node, user)) = last
            && is_root(user)
        {
            out.say("DL3002", node);
        }
    }
}

/// DL3022 and DL3023.
fn copies(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    let aliases = Aliases::of(facts);
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        let (Kind::Copy(_), Some(value)) = (
            &node.instruction.kind,
            written_flag(facts, node.instruction, "from"),
        ) else {
            continue;
        };
        let seen = node.stage.map_or(0, |s| s + 1);
        let own = node.stage.and_then(|s| from_of(facts, s)).and_then(alias);
        let known = aliases.first(value).is_some_and(|first| first < seen);
        let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let index = value.get(..digits).and_then(|d| d.parse::<usize>().ok());
        if !value.contains(':') && !known && index.is_none_or(|i| i >= seen) {
            out.say("DL3022", node.index);
        }
        if own == Some(value) {
            out.say("DL3023", node.index);
        }
    }
}

/// DL3026.
fn registries(out: &mut Out<'_, '_>, policy: &Policy) {
    let allowed = &policy.trusted_registries;
    if allowed.is_empty() {
        return;
    }
    let listed = |registry: &str| {
        allowed.iter().any(
            |pattern| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                (Some(suffix), _) => registry.ends_with(suffix),
                (_, Some(prefix)) => registry.starts_with(prefix),
                _ => pattern == registry,
            },
        )
    };
    let trusted = |image: &str| match registry(image) {
        Some(registry) => listed(registry),
        None => listed("docker.io") || listed("hub.docker.com"),
    };
    let facts = out.facts;
    let mut aliases: HashSet<&str> = HashSet::new();
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        // Each with the name it is compared by: where it is no FROM, the tag is a part of it.
        let mut images: Vec<(&str, &str)> = Vec::new();
        let mut name = None;
        match &node.instruction.kind {
            Kind::From(from) => {
                let image = from.image.as_str();
                images.push((image, image_name(image)));
                name = alias(from);
            }
            Kind::Copy(_) => {
                let from = written_flag(facts, node.instruction, "from");
                images.extend(from.map(|f| (f, without_registry(f))));
            }
            Kind::Run(_) => {
                let mounts = node.mounts.iter();
                let mounts =
                    mounts.filter(|m| matches!(m.kind, MountKind::Bind | MountKind::Cache));
                let images_of = mounts.filter_map(|m| Some(m.from.as_ref()?.as_str()));
                images.extend(images_of.map(|i| (i, without_registry(i))));
            }
            _ => {}
        }
        let bad = |(image, name): &(&str, &str)| {
            *image != "scratch" && !aliases.contains(name) && !trusted(image)
        };
        if images.iter().any(bad) {
            out.say("DL3026", node.index);
        }
        aliases.extend(name);
    }
}

/// The name a stage goes by: its alias, else its image's.
pub(super) fn key(from: &From) -> &str {
    alias(from).unwrap_or_else(|| image_name(from.image.as_str()))
}

/// DL3045.
fn workdirs(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    // What stands before the first FROM is a stage without a name.
    let mut set: HashSet<Option<&str>> = HashSet::new();
    let mut current = None;
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        match &node.instruction.kind {
            Kind::From(from) => {
                current = Some(key(from));
                if set.contains(&Some(image_name(from.image.as_str()))) {
                    set.insert(current);
                }
            }
            Kind::Workdir(_) => drop(set.insert(current)),
            Kind::Copy(copy) => {
                let target = unquoted(copy.destination.as_str());
                let mut letters = target.chars();
                let drive =
                    letters.next().is_some_and(char::is_alphabetic) && letters.next() == Some(':');
                if !target.starts_with(['/', '$']) && !drive && !set.contains(&current) {
                    out.say("DL3045", node.index);
                }
            }
            _ => {}
        }
    }
}

/// DL3057: what is built on a stage with one inherits it, and what such a stage is built on is
/// excused. Stages of one image without an alias are one.
fn healthchecks(out: &mut Out<'_, '_>) {
    let facts = out.facts;
    let stages: Vec<&From> = (0..facts.stages.len())
        .filter_map(|i| from_of(facts, i))
        .collect();
    let id = |stage: usize| {
        let from = stages.get(stage);
        let bare = from.filter(|f| f.alias.is_none());
        match bare {
            Some(from) => Err(image_name(from.image.as_str())),
            None => Ok(stage),
        }
    };
    let mut keys: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, from) in stages.iter().enumerate() {
        keys.entry(key(from)).or_default().push(i);
    }
    let base_of = |i: usize| {
        let name = stages.get(i).map(|f| image_name(f.image.as_str()))?;
        let same = keys.get(name)?;
        let before = same.partition_point(|s| *s < i).checked_sub(1)?;
        same.get(before).copied()
    };
    let mut good: HashSet<Result<usize, &str>> = HashSet::new();
    for stage in 0..stages.len() {
        let own = facts.stages.get(stage);
        let mut nodes = own.map_or(&[][..], |s| facts.nodes_of(s)).iter();
        let checked =
            nodes.any(|n| !n.onbuild && matches!(n.instruction.kind, Kind::Healthcheck(_)));
        if checked || base_of(stage).is_some_and(|b| good.contains(&id(b))) {
            good.insert(id(stage));
        }
    }
    for stage in (0..stages.len()).rev() {
        if let Some(base) = base_of(stage)
            && good.contains(&id(stage))
        {
            good.insert(id(base));
        }
    }
    for stage in &facts.stages {
        if !good.contains(&id(stage.index)) {
            out.say("DL3057", stage.from_node);
        }
    }
}
