//! `wrong-package-manager`: the package manager of another distribution.

use std::collections::HashSet;

use crate::diagnostic::Severity;
use crate::facts::absence::{self, Found};
use crate::facts::{Base, Facts, Node, Programs};
use crate::images::{OsFamily, Presence};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(WrongPackageManager);

const MANAGERS: [&str; 8] = [
    "apk", "apt", "apt-get", "dnf", "microdnf", "pacman", "yum", "zypper",
];

impl Rule for WrongPackageManager {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut said = HashSet::new();
        let nodes = facts.nodes.iter().filter(|n| !n.onbuild);
        for node in nodes.filter(|n| matches!(n.instruction.kind, Kind::Run(_))) {
            let Some(stage) = node.stage else {
                continue;
            };
            for (manager, span, severity) in in_run(facts, node, stage) {
                if said.insert((absence::root(facts, stage), manager)) {
                    report(cx, stage, manager, span, severity);
                }
            }
        }
    }
}

fn in_run(facts: &Facts<'_>, node: &Node<'_>, stage: usize) -> Vec<(&'static str, Span, Severity)> {
    let mut found = Vec::new();
    let Some(script) = node.script.as_ref().filter(|s| absence::is_read(node, s)) else {
        return found;
    };
    let mut programs = facts.programs_before(node);
    for (index, command) in script.commands.iter().enumerate() {
        for Found { program, span } in absence::programs_of(command) {
            if !MANAGERS.contains(&program)
                || absence::is_guarded(script, index, program)
                || !is_wrong(facts, stage, &programs, program)
            {
                continue;
            }
            let is_certain = programs.presence(program) == Presence::Absent
                && script.is_fatal(index)
                && absence::is_written_out(facts, stage);
            let severity = if is_certain {
                Severity::Error
            } else {
                Severity::Warning
            };
            found.push((program, span, severity));
        }
        programs.run(node, index);
    }
    found
}

/// Whether a stage has not a package manager, by its table or by the family of its system.
fn is_wrong(facts: &Facts<'_>, stage: usize, programs: &Programs<'_>, manager: &str) -> bool {
    match programs.manager(manager) {
        Presence::Absent => true,
        Presence::Present => false,
        Presence::Unknown => {
            let family = absence::family(facts, stage);
            let own = managers(family);
            // What a table says of the image, or what was brought, counts more.
            let is_listed = programs.manager("sh") != Presence::Unknown;
            !is_listed
                && !own.is_empty()
                && !own.contains(&manager)
                && programs.is_plain(manager)
                && is_named(facts, stage, family)
        }
    }
}

/// Whether the tag itself says which system it is: what an image is mostly built on, some of its
/// releases were not.
fn is_named(facts: &Facts<'_>, stage: usize, family: OsFamily) -> bool {
    let Base::Image(image) = facts.root_base(stage) else {
        return false;
    };
    let says_alpine = |tag: &str| tag.split(['-', '_']).any(|word| word.starts_with("alpine"));
    match family {
        OsFamily::Alpine => image.effective_tag().is_some_and(says_alpine),
        OsFamily::Debian => facts.root_release(stage).is_some(),
        _ => false,
    }
}

/// The package managers of a family, the usual one first.
fn managers(family: OsFamily) -> &'static [&'static str] {
    match family {
        OsFamily::Debian => &["apt-get", "apt"],
        OsFamily::Alpine | OsFamily::Wolfi => &["apk"],
        OsFamily::RedHat => &["dnf", "yum", "microdnf"],
        OsFamily::Suse => &["zypper"],
        OsFamily::Arch => &["pacman"],
        _ => &[],
    }
}

fn report(cx: &mut Context<'_>, stage: usize, manager: &str, span: Span, severity: Severity) {
    let base = absence::base_name(cx.facts, stage);
    let image = match cx.facts.root_base(stage) {
        Base::Image(image) => Some(image),
        _ => None,
    };
    let own = managers(absence::family(cx.facts, stage));
    let release = cx.facts.root_release(stage);
    let has = |name: &&&str| {
        image.is_some_and(|image| crate::images::program(image, release, name) == Presence::Present)
    };
    let usual = own
        .iter()
        .find(has)
        .or(own.first().filter(|_| own.len() < 3));
    let message = match usual {
        Some(usual) => format!("`{manager}` is not in {base}, whose package manager is `{usual}`"),
        None => format!("`{manager}` is not in {base}"),
    };
    let help = match usual {
        Some(&"apk") => "install with `apk add --no-cache`".to_owned(),
        Some(&"pacman") => "install with `pacman -S`".to_owned(),
        Some(usual) => format!("install with `{usual} install`"),
        None => {
            "build on an image that has it, or use the package manager that this one has".to_owned()
        }
    };
    cx.report(span, message).help(help).severity(severity);
}
