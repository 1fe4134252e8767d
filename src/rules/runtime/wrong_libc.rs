//! `wrong-libc`: what is made for glibc, in an image that has musl or nothing.

use crate::diagnostic::Severity;
use crate::facts::packages::{Install, Manager, PackageOrigin, Setting};
use crate::facts::{Base, Command, CopyOrigin, Facts, FromTarget, Node, Remote, Stage, absence};
use crate::images::{
    OsFamily, bridges_glibc, is_glibc_download, needs_glibc, official_name, speaks_of_glibc,
};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(WrongLibc);

/// How much of a list of packages is read.
const MOST_READ: u64 = 1 << 20;

impl Rule for WrongLibc {
    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        let facts = cx.facts;
        let Some(stage) = node.stage.filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        let installs = matches!(install.manager, Manager::Pip) && install.verb == "install";
        if !installs || !has_musl(facts, stage) || finds_elsewhere(facts, node, install) {
            return;
        }
        let named = install
            .packages
            .iter()
            .filter(|p| p.origin == PackageOrigin::Registry)
            .find(|p| needs_glibc(&p.name.to_ascii_lowercase().replace('_', "-")))
            .map(|p| (p.span, p.name.clone(), None));
        let listed = || {
            install
                .files
                .iter()
                .filter(|f| !f.constraint)
                .find_map(|f| {
                    let path = f.path.strip_prefix("./").unwrap_or(&f.path);
                    let text = facts.read_from_context(path, MOST_READ)?;
                    let package = listed_package(&text)?;
                    Some((f.span, package, Some(f.path.as_str())))
                })
        };
        let Some((span, package, list)) = named.or_else(listed) else {
            return;
        };
        let list = list.map(|l| format!(" of `{l}`")).unwrap_or_default();
        let report = cx
            .report(
                span,
                format!(
                    "pip finds no `{package}`{list} for Alpine: there are wheels for glibc alone"
                ),
            )
            .help("build on the Debian variant of the image (`-slim`)");
        let script = node.script.as_ref();
        let is_fatal = script.is_some_and(|s| {
            s.is_fatal(install.command) && !absence::is_guarded(s, install.command, "")
        });
        if !is_fatal || !absence::is_written_out(facts, stage) {
            report.severity(Severity::Warning);
        }
    }

    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let facts = cx.facts;
        let Some(stage) = node.stage.filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        if !crate::facts::downloads::is_fetcher(command) {
            return;
        }
        let found = facts
            .addresses(node, command)
            .into_iter()
            .find(|address| is_glibc_download(&address.text));
        if let Some(address) = found {
            report_download(cx, stage, address.span);
        }
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Add(transfer) = &node.instruction.kind else {
            return;
        };
        let Some(stage) = node.stage.filter(|_| !node.onbuild) else {
            return;
        };
        for source in &transfer.sources {
            let text = cx.facts.text(node.index, &source.word).unwrap_or_default();
            if Remote::of(&text).is_some() && is_glibc_download(&text) {
                report_download(cx, stage, source.word.span);
            }
        }
    }

    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        if !stage.in_final || !lacks_glibc(facts, stage.index) {
            return;
        }
        for copied in facts.copies_of(stage) {
            let CopyOrigin::From(FromTarget::Stage(from)) = copied.origin else {
                continue;
            };
            let program = copied.sources.iter().find(|source| {
                let path = source.path().unwrap_or_default();
                path.contains("target/release/") || path.contains("target/debug/")
            });
            let Some(program) = program else { continue };
            let Some(call) = compiled_for_glibc(facts, from) else {
                continue;
            };
            let (has, help) = match facts.root_base(stage.index) {
                Base::Scratch => (
                    "`scratch` has no C library",
                    "compile with `--target x86_64-unknown-linux-musl`, or build the last stage on a Debian image",
                ),
                _ => (
                    "Alpine has musl",
                    "compile on the Alpine variant of the image too, or build the last stage on Debian",
                ),
            };
            let report = cx
                .report(
                    program.span,
                    format!("this program needs glibc, and {has}: it does not start"),
                )
                .label(call, "linked against the glibc of Debian here")
                .help(help);
            // A file of the project may choose another target.
            let is_told = facts
                .context()
                .is_none_or(|c| c.exists(".cargo") || !c.exists("Cargo.toml"));
            if is_told {
                report.severity(Severity::Warning);
            }
            return;
        }
    }
}

fn report_download(cx: &mut Context<'_>, stage: usize, span: Span) {
    let facts = cx.facts;
    if !has_musl(facts, stage) {
        return;
    }
    // What is fetched here may run in another image.
    let is_source = facts.nodes.iter().any(|node| {
        let copied = facts.copied(node);
        copied.is_some_and(|c| c.origin == CopyOrigin::From(FromTarget::Stage(stage)))
    });
    if is_source {
        return;
    }
    cx.report(span, "this program is made for glibc, and Alpine has musl")
        .help("take the one for musl or Alpine's package, or build on a Debian image")
        .severity(Severity::Warning);
}

/// Whether a stage is one of Alpine in which nothing stands in for glibc.
fn has_musl(facts: &Facts<'_>, stage: usize) -> bool {
    absence::family(facts, stage) == OsFamily::Alpine && !takes_care(facts, stage)
}

/// Whether programs that are linked against glibc find none in a stage.
fn lacks_glibc(facts: &Facts<'_>, stage: usize) -> bool {
    match facts.root_base(stage) {
        Base::Scratch => !takes_care(facts, stage) && !brings_libraries(facts, stage),
        Base::Image(image) => {
            let is_official = official_name(image).is_some();
            is_official && has_musl(facts, stage) && !brings_libraries(facts, stage)
        }
        _ => false,
    }
}

fn takes_care(facts: &Facts<'_>, stage: usize) -> bool {
    facts.chain_nodes(stage).any(|node| {
        let mut packages = node.run_installs().iter().flat_map(|i| &i.packages);
        packages.any(|p| bridges_glibc(&p.name))
            || speaks_of_glibc(facts.source.slice(node.instruction.span))
    })
}

/// Whether libraries are copied into a stage.
fn brings_libraries(facts: &Facts<'_>, stage: usize) -> bool {
    facts.chain(stage).any(|s| {
        facts.copies_of(s).any(|copied| {
            let mut paths = copied.sources.iter().filter_map(|source| source.path());
            copied.origin != CopyOrigin::Context
                && paths
                    .any(|path| path == "." || path.split('/').any(|part| part.starts_with("lib")))
        })
    })
}

/// Where a stage on Debian compiles with Cargo for its own system.
fn compiled_for_glibc(facts: &Facts<'_>, stage: usize) -> Option<Span> {
    let Base::Image(image) = facts.root_base(stage) else {
        return None;
    };
    let is_debian = crate::images::os_family(image) == OsFamily::Debian;
    if official_name(image) != Some("rust") || !is_debian {
        return None;
    }
    // Whatever names another target or another way of linking.
    let told = [
        "musl",
        "static",
        "--target ",
        "--target=",
        "CARGO_BUILD_TARGET",
        "zigbuild",
        "cross ",
    ];
    let mut call = None;
    for node in facts.chain_nodes(stage) {
        let text = facts.source.slice(node.instruction.span);
        if told.iter().any(|word| text.contains(word)) {
            return None;
        }
        let builds = |c: &&Command| c.name == "cargo" && c.subcommand() == Some("build");
        if let Some(command) = node.commands().iter().find(builds) {
            call = Some(command.span);
        }
    }
    call
}

/// Whether pip looks for packages elsewhere than in the index that everybody has.
fn finds_elsewhere(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> bool {
    let flags = [
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--no-index",
        "--platform",
        "--no-deps",
    ];
    let variables = [
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
        "PIP_FIND_LINKS",
        "PIP_CONFIG_FILE",
    ];
    install.has_flag(&flags)
        || variables
            .iter()
            .any(|name| facts.setting(node, install, name) != Setting::Unset)
        || facts.is_mentioned_before(node, "pip.conf")
        || facts.is_copied_before(node, "pip.conf")
}

/// The first package of a requirements file that has wheels for glibc alone.
fn listed_package(text: &str) -> Option<String> {
    let elsewhere = [
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "-i ",
        "-f ",
    ];
    if elsewhere.iter().any(|option| text.contains(option)) {
        return None;
    }
    text.lines().find_map(|line| {
        let line = line.trim();
        // A marker may leave it out here.
        if line.contains([';', '@']) {
            return None;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = line.find(|c| !is_name(c)).unwrap_or(line.len());
        let name = line.get(..end)?;
        needs_glibc(&name.to_ascii_lowercase().replace('_', "-")).then(|| name.to_owned())
    })
}
