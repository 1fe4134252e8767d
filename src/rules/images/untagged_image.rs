//! `untagged-image`: neither tag nor digest.

use super::moving::{behind_prefix, is_settled, report_moving};
use crate::facts::ImageUse;
use crate::rule::{Context, Rule, rule};

rule!(UntaggedImage);

impl Rule for UntaggedImage {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        if !image.is_untagged() {
            return;
        }
        let is_prefixed = behind_prefix(facts, image);
        // A variable in a name of one word may choose a stage.
        let may_be_stage = image.is_hidden() && !image.text.contains('/') && !is_prefixed;
        // A name without a namespace that no registry has is built beside this file.
        let is_local = image.is_local_name() && !is_prefixed;
        let decided = may_be_stage || is_local || is_settled(cx, used);
        if decided {
            return;
        }
        let place = facts.name_place(used);
        let name = image.shown();
        let message = format!("`{name}` has neither tag nor digest, so it means `latest`");
        report_moving(cx, image, place, message, None);
    }
}
