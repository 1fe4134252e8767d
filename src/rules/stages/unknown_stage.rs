//! `unknown-stage`: a `--from` that names nothing there is.

use super::producer::is_producer;
use crate::facts::{StageUse, UseTarget};
use crate::images::{self, ImageRef};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::text::edit_distance;

rule!(UnknownStage);

impl Rule for UnknownStage {
    fn check_file(&self, cx: &mut Context<'_>) {
        check_uses(cx, |cx, used| match used.target {
            UseTarget::Stage { index, .. } => report_later(cx, used, index),
            _ => external(cx, used),
        });
        check_target(cx);
    }
}

/// Reports the numbers that no stage has, and hands on what names a stage further down or no
/// stage at all.
pub(crate) fn check_uses<'a>(
    cx: &mut Context<'a>,
    judge: impl Fn(&mut Context<'a>, &StageUse<'_>),
) {
    let facts = cx.facts;
    let uses = facts.stage_uses();
    let circles = facts.circles(&uses);
    for used in &uses {
        let word = used.word;
        match used.target {
            UseTarget::NoStage => {
                let count = facts.stages.len();
                let message = format!("there is no stage number `{word}`");
                let help = format!("the {count} stages of this file are numbered from 0");
                cx.report(word.span, message).help(help);
            }
            // A circle cannot be broken by moving a stage: another rule says so.
            UseTarget::Stage { index, .. }
                if index > used.stage && circles.get(index) != circles.get(used.stage) =>
            {
                judge(cx, used);
            }
            UseTarget::External => judge(cx, used),
            _ => {}
        }
    }
}

/// Reports the use of a stage that stands further down.
pub(crate) fn report_later(cx: &mut Context<'_>, used: &StageUse<'_>, index: usize) {
    let from = cx.facts.stages.get(index).map(|s| s.from.head);
    let report = cx
        .report(
            used.word.span,
            format!("stage `{}` stands further down", used.word),
        )
        .help("move the stage above the one that uses it");
    if let Some(from) = from {
        report.label(from, "the stage");
    }
}

/// Reports a name that is neither a stage nor a context and can be no image. Gives the image back
/// if it can be one.
pub(crate) fn report_no_image(cx: &mut Context<'_>, used: &StageUse<'_>) -> Option<ImageRef> {
    let name = used.word.as_str();
    let contexts = &cx.facts.build.contexts;
    if contexts.iter().any(|c| c.eq_ignore_ascii_case(name)) || name.eq_ignore_ascii_case("scratch")
    {
        return None;
    }
    let image = ImageRef::parse(name);
    if let Err(error) = &image.validity {
        let message = format!("`{name}` is neither a stage nor an image: {}", error.reason);
        cx.report(used.word.span, message);
        return None;
    }
    Some(image)
}

/// A name that is no stage is an image; one word that is no official image is none.
fn external(cx: &mut Context<'_>, used: &StageUse<'_>) {
    let name = used.word.as_str();
    let Some(image) = report_no_image(cx, used) else {
        return;
    };
    let is_word = !name.contains(['/', ':', '@', '.']);
    if !is_word || images::official_name(&image).is_some() {
        return;
    }
    let lower = name.to_lowercase();
    let names = cx.facts.stages.iter().filter_map(|s| s.name.as_deref());
    let part = |known: &str| {
        let rest = known.strip_suffix(&lower);
        rest.is_some_and(|r| r.ends_with(['-', '_']))
    };
    let near = names
        .take_while(|_| cx.facts.may_compare(1))
        .map(|known| (edit_distance(&lower, known), known))
        .filter(|(d, known)| (*d <= 2 && *d * 3 <= known.len()) || part(known))
        .min();
    let number = name.bytes().all(|b| b.is_ascii_digit());
    let help = match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None if number => "a mount names a stage by its name only".to_owned(),
        // Any other word may be a context that `--build-context` brings.
        None if is_producer(&lower) => "name an earlier stage, or an image with its tag".to_owned(),
        None => return,
    };
    cx.report(used.word.span, format!("no stage is called `{name}`"))
        .help(help);
}

/// Reports a `--target` that is no stage.
pub(crate) fn check_target(cx: &mut Context<'_>) {
    let Some(target) = &cx.facts.build.target else {
        return;
    };
    let lower = target.to_lowercase();
    let stages = &cx.facts.stages;
    if stages.iter().any(|s| s.name.as_deref() == Some(&*lower)) {
        return;
    }
    let names = stages.iter().filter_map(|s| s.name.as_deref());
    let near = names
        .map(|known| (edit_distance(&lower, known), known))
        .filter(|(d, _)| *d <= 2)
        .min();
    let help = near.map(|(_, near)| format!("did you mean `{near}`?"));
    let report = cx.report(
        Span::at(0),
        format!("the target `{target}` is no stage of this file"),
    );
    if let Some(help) = help {
        report.help(help);
    }
}
