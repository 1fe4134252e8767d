//! `stale-base-label`: a label that names another base than the final `FROM`.

use crate::facts::Base;
use crate::fix::{Edit, Fix};
use crate::images::ImageRef;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Kind;

rule!(StaleBaseLabel);

/// The base's reference: <https://github.com/opencontainers/image-spec/blob/main/annotations.md>.
const NAME: &str = "org.opencontainers.image.base.name";
/// The base's digest.
const DIGEST: &str = "org.opencontainers.image.base.digest";

impl Rule for StaleBaseLabel {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.final_stage() else {
            return;
        };
        let Some(Base::Image(base)) = facts.chain(last.index).last().map(|stage| &stage.base)
        else {
            return;
        };
        if base.is_hidden() || base.validity.is_err() {
            return;
        }
        if let Some((value, place)) = value(cx, last.index, NAME)
            && !is_same(&ImageRef::parse(&value), base)
        {
            let written = in_full(base);
            let message = format!(
                "the label says the base is `{value}`, and it is `{}`",
                base.shown()
            );
            report(cx, place, message, &written);
        }
        let digest = base.digest.as_ref().and_then(|digest| digest.known());
        if let (Some((value, place)), Some(digest)) = (value(cx, last.index, DIGEST), digest)
            && value != digest
        {
            let message =
                format!("the label says the base has the digest `{value}`, and it is another");
            report(cx, place, message, digest);
        }
    }
}

fn report(cx: &mut Context<'_>, place: Span, message: String, written: &str) {
    let edit = Edit::replace(place, written);
    cx.report(place, message)
        .help(format!("write `{written}`"))
        .fix(Fix::safe("name the base that the image has", vec![edit]));
}

/// The value of a label that the chain of a stage itself sets, and where it is written.
fn value(cx: &Context<'_>, stage: usize, key: &str) -> Option<(String, Span)> {
    let facts = cx.facts;
    let last = facts
        .labels(stage)
        .iter()
        .rfind(|l| l.key.as_deref() == Some(key))?;
    let value = last.value.clone().filter(|v| !v.is_empty())?;
    let Kind::Label(pairs) = &facts.nodes.get(last.node)?.instruction.kind else {
        return None;
    };
    // `LABEL key the rest` has no word that could be put in its place safely.
    let pair = pairs
        .pairs
        .iter()
        .filter(|_| !pairs.legacy)
        .find(|p| p.span == last.span)?;
    // What a variable says is its business.
    let is_plain = cx.source().slice(pair.value.span).trim_matches(['"', '\'']) == value;
    is_plain.then_some((value, pair.value.span))
}

/// Whether two references name the same image, as far as both say.
fn is_same(label: &ImageRef, base: &ImageRef) -> bool {
    let same_digest = match (&label.digest, &base.digest) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    // With a digest on one side and a tag on the other nobody can tell.
    let tags_differ = match (&label.tag, &base.tag) {
        (Some(a), Some(b)) => a != b,
        (None, None) => false,
        (Some(_), None) => base.digest.is_none() && label.effective_tag() != base.effective_tag(),
        (None, Some(_)) => label.digest.is_none() && label.effective_tag() != base.effective_tag(),
    };
    label.same_repository(base) && same_digest && !tags_differ
}

/// A reference with its registry, as the label wants it.
fn in_full(base: &ImageRef) -> String {
    let mut text = base
        .canonical_name()
        .unwrap_or_else(|| base.familiar_name());
    match base.tag.as_ref().and_then(|tag| tag.known()) {
        Some(tag) => {
            text.push(':');
            text.push_str(tag);
        }
        None if base.digest.is_none() => text.push_str(":latest"),
        None => {}
    }
    if let Some(digest) = base.digest.as_ref().and_then(|d| d.known()) {
        text.push('@');
        text.push_str(digest);
    }
    text
}
