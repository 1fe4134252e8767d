//! `unvetted-publisher`: an image of nobody known.

use super::images_shared::{fits_any, images, is_golden, is_listed, is_local_name, name_place};
use crate::images::{Publisher, publisher};
use crate::rule::{Context, Rule, rule};

rule! {
    UnvettedPublisher {
        /// Images that were looked at; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for UnvettedPublisher {
    fn check_file(&self, cx: &mut Context<'_>) {
        let (facts, policy) = (cx.facts, cx.policy);
        for used in images(facts) {
            let image = &used.image;
            let known = image.is_hidden()
                || is_local_name(image)
                || publisher(image) != Publisher::Unknown
                || is_golden(policy, image) == Some(true)
                || is_listed(&policy.trusted_registries, image) != Some(false)
                || fits_any(&self.allow, image);
            if known {
                continue;
            }
            let place = name_place(facts, used);
            let name = image.familiar_name();
            let message =
                format!("`{name}` is neither an official image nor a verified publisher's");
            let report = cx
                .report(place.span, message)
                .help("look at how it is made, then list it under `allow`, or build it yourself");
            if let Some((_, here)) = place.variable {
                report.label(here, "used here");
            }
        }
    }
}
