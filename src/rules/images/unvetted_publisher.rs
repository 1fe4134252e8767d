//! `unvetted-publisher`: an image of nobody known.

use crate::facts::ImageUse;
use crate::images::{Publisher, publisher};
use crate::policy::images::{fits_any, is_listed};
use crate::rule::{Context, Rule, rule};

rule! {
    UnvettedPublisher {
        /// Images that were looked at; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for UnvettedPublisher {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let policy = cx.policy;
        let image = &used.image;
        let known = image.is_hidden()
            || image.is_local_name()
            || publisher(image) != Publisher::Unknown
            || policy.is_golden(image) == Some(true)
            || is_listed(&policy.trusted_registries, image) != Some(false)
            || fits_any(&self.allow, image);
        if known {
            return;
        }
        let place = facts.name_place(used);
        let name = image.familiar_name();
        let message = format!("`{name}` is neither an official image nor a verified publisher's");
        cx.report_at(&place, message)
            .help("look at how it is made, then list it under `allow`, or build it yourself");
    }
}
