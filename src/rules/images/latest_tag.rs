//! `latest-tag`: the tag `latest`.

use super::moving::{behind_prefix, is_settled, report_moving};
use crate::facts::ImageUse;
use crate::images::{Precision, Tag, newest_release};
use crate::rule::{Context, Rule, rule};

rule!(LatestTag);

impl Rule for LatestTag {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        if image.is_pinned_by_digest() || image.is_untagged() {
            return;
        }
        let (Some(tag), Some(range)) = (Tag::of(image), image.ranges.tag.clone()) else {
            return;
        };
        // `latest-rust-1.92` holds something still.
        let moves =
            tag.precision == Precision::Latest && !tag.text.contains(|c: char| c.is_ascii_digit());
        let is_local = image.is_local_name() && !behind_prefix(facts, image);
        if !moves || is_local || is_settled(cx, used) {
            return;
        }
        let place = facts.place(used, range);
        let message = format!("`{}` moves with every release", image.shown());
        let newest = newest_release(image, facts.as_of).filter(|_| tag.text == "latest");
        report_moving(cx, image, place, message, newest);
    }
}
