//! `removed-option`: a tool no longer knows what it is asked for.

use crate::diagnostic::Severity;
use crate::facts::packages::{Install, Manager};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::images::{BaseRelease, ImageRef, Tag, official_name, removed_options};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};

rule!(RemovedOption);

impl Rule for RemovedOption {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let facts = cx.facts;
        let Some(about) = command.args().first().and_then(|w| w.literal()) else {
            return;
        };
        let image = node.stage.and_then(|stage| facts.root_image(stage));
        let found = image.filter(|_| !node.onbuild).and_then(|image| {
            let removed = removed_options(image, facts.as_of, &command.name, about)?;
            Some((image, removed))
        });
        let Some((image, removed)) = found else {
            return;
        };
        let named = command.args().iter().find_map(|word| {
            let name = word.raw.split('=').next().unwrap_or_default();
            let mut options = removed.options.iter();
            let (_, instead) = options.find(|(option, _)| *option == name)?;
            Some((word, name, *instead))
        });
        let Some((word, name, instead)) = named else {
            return;
        };
        let script = node.script.as_ref();
        let index = script.and_then(|s| s.commands.iter().position(|c| c.span == command.span));
        // A branch may be for another version.
        let is_certain = index.is_some_and(|i| {
            node.must_succeed(i) && script.is_some_and(|s| s.is_fatal(i) && !s.is_conditional(i))
        });
        let message = format!(
            "`{}` of `{}` no longer knows `{name}` for {about}, since {}",
            command.name,
            image.shown(),
            removed.since
        );
        let help = match instead {
            "" => "leave it out".to_owned(),
            instead => format!("write `{instead}`"),
        };
        let report = cx.report(word.span, message).help(help);
        if !is_certain {
            report.severity(Severity::Warning);
        }
    }

    fn check_install(&self, cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
        if node.onbuild {
            return;
        }
        match install.manager {
            Manager::Gem => check_gem(cx, node, install),
            Manager::Go => check_go_get(cx, node, install),
            _ => {}
        }
    }
}

/// `--no-ri` and `--no-rdoc` went with RubyGems 3.
fn check_gem(cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
    let facts = cx.facts;
    let old: Vec<_> = install
        .flags
        .iter()
        .filter(|f| matches!(f.name.as_str(), "--no-ri" | "--no-rdoc"))
        .collect();
    let (Some(first), Some(stage)) = (old.first(), node.stage) else {
        return;
    };
    let Some(image) = facts.root_image(stage) else {
        return;
    };
    if !has_rubygems_3(facts, image, facts.root_release(stage))
        || [
            "rvm",
            "rbenv",
            "ruby-build",
            "gem update --system",
            "brightbox",
            "rubygems-",
        ]
        .iter()
        .any(|text| facts.is_mentioned_before(node, text))
    {
        return;
    }
    let mut edits = vec![Edit::replace(first.span, "--no-document")];
    for flag in old.iter().skip(1) {
        // With the blank before it.
        let start = flag.span.start.saturating_sub(1);
        let span = crate::span::Span::new(start, flag.span.end);
        if facts.source.slice(span).starts_with(' ') {
            edits.push(Edit::delete(span));
        } else {
            edits.push(Edit::replace(flag.span, "--no-document"));
        }
    }
    let message = format!("RubyGems 3 no longer knows `{}`", first.name);
    let report = cx
        .report(first.span, message)
        .help("write `--no-document`")
        .fix(Fix::safe("write `--no-document`", edits));
    if !node.must_succeed(install.command) {
        report.severity(Severity::Warning);
    }
}

/// Whether the Ruby of an image has RubyGems 3: Ruby 2.6 and later, in `ruby` images and where the
/// distribution's is that new.
fn has_rubygems_3(facts: &Facts<'_>, image: &ImageRef, release: Option<BaseRelease>) -> bool {
    if official_name(image) == Some("ruby") {
        let Some(tag) = Tag::of(image) else {
            return false;
        };
        let numbers = tag.numbers();
        return match numbers.as_slice() {
            [] => tag.text == "latest" && facts.as_of.year() >= 2019,
            [major] => *major >= 3,
            [major, minor, ..] => (*major, *minor) >= (2, 6),
        };
    }
    release.is_some_and(|r| {
        r.is_since("debian", "11")
            || r.is_since("ubuntu", "20.04")
            || r.is_since("alpine-linux", "3.10")
    })
}

/// `go get` outside a module went with Go 1.18.
fn check_go_get(cx: &mut Context<'_>, node: &Node<'_>, install: &Install) {
    let facts = cx.facts;
    let Some(stage) = node.stage else {
        return;
    };
    if install.verb != "get" || install.packages.is_empty() {
        return;
    }
    let Some(image) = facts.root_image(stage) else {
        return;
    };
    if official_name(image) != Some("golang") || !has_go_1_18(facts, image) {
        return;
    }
    // A module may be there, or the old mode asked for.
    let copied = facts
        .chain_nodes(stage)
        .take_while(|n| n.index < node.index)
        .any(|n| matches!(n.instruction.kind, Kind::Copy(_) | Kind::Add(_)));
    let mounted = !node.mounts.is_empty();
    let made = [
        "go mod",
        "git clone",
        "GO111MODULE",
        "go.mod",
        "tar ",
        "unzip",
        "cd ",
    ]
    .iter()
    .any(|text| facts.is_mentioned_before(node, text));
    if copied || mounted || made || !node.is(Keyword::Run) {
        return;
    }
    let has_version = install.packages.iter().all(|p| p.version.is_some());
    let help = if has_version {
        "write `go install`"
    } else {
        "write `go install` with a version: `go install example.com/program@v1.2.3`"
    };
    let report = cx
        .report(
            facts.call_span(install),
            "`go get` fails outside a module: Go 1.18 and later install nothing with it",
        )
        .help(help);
    if !node.must_succeed(install.command) {
        report.severity(Severity::Warning);
    }
}

/// Whether a `golang` image has Go 1.18 or later, which came on 2022-03-15.
fn has_go_1_18(facts: &Facts<'_>, image: &ImageRef) -> bool {
    let Some(tag) = Tag::of(image) else {
        return false;
    };
    let today = facts.as_of >= crate::date::Date::new(2022, 3, 16);
    match tag.numbers().as_slice() {
        [] => tag.version.is_empty() && today,
        [1] => today,
        [1, minor, ..] => *minor >= 18,
        _ => false,
    }
}
