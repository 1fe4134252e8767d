//! `untagged-image`: neither tag nor digest.

use super::images_shared::{images, is_local_name, means_latest, name_place, report_moving, shown};
use crate::rule::{Context, Rule, rule};

rule!(UntaggedImage);

impl Rule for UntaggedImage {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for used in images(facts) {
            let image = &used.image;
            // A variable in a name of one word may choose a stage.
            let may_be_stage = image.is_hidden() && !image.text.contains('/');
            // A name without a namespace that no registry has is built beside this file.
            let decided = may_be_stage || is_local_name(image) || means_latest(image);
            if !image.is_untagged() || decided {
                continue;
            }
            let place = name_place(facts, used);
            let name = shown(image);
            let message = format!("`{name}` has neither tag nor digest, so it means `latest`");
            report_moving(cx, image, place, message);
        }
    }
}
