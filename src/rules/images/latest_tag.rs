//! `latest-tag`: the tag `latest`.

use super::images_shared::{images, is_local_name, means_latest, report_moving, shown};
use crate::images::{Precision, Tag};
use crate::rule::{Context, Rule, rule};

rule!(LatestTag);

impl Rule for LatestTag {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for used in images(facts) {
            let image = &used.image;
            if image.is_pinned_by_digest() || image.is_untagged() {
                continue;
            }
            let (Some(tag), Some(range)) = (Tag::of(image), image.ranges.tag.clone()) else {
                continue;
            };
            // `latest-rust-1.92` holds something still.
            let moves = tag.precision == Precision::Latest
                && !tag.text.contains(|c: char| c.is_ascii_digit());
            if !moves || is_local_name(image) || means_latest(image) {
                continue;
            }
            let place = facts.place(used, range);
            let message = format!("`{}` moves with every release", shown(image));
            report_moving(cx, image, place, message);
        }
    }
}
