//! `development-base`: a final stage on an image that is for building, where the policy wants none.

use crate::facts::{ImageUse, ImageUseKind};
use crate::images::{Development, development};
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    DevelopmentBase {
        /// Further images that are for building; `*` stands for any text.
        pub images: Vec<String>,
        /// Images that may ship all the same; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for DevelopmentBase {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        // An SDK is defined on an SDK.
        if !cx.policy.final_runtime || cx.policy.defines_golden {
            return;
        }
        let ImageUseKind::From(stage) = used.kind else {
            return;
        };
        let image = &used.image;
        let ships = facts.stages.get(stage).is_some_and(|s| s.in_final);
        if !ships || fits_any(&self.allow, image) {
            return;
        }
        let (has, runs) = match development(image) {
            Some(Development { has, runs }) => (format!(": it has {has}"), runs),
            None if fits_any(&self.images, image) => {
                (String::new(), "an image that is for running".to_owned())
            }
            None => return,
        };
        let place = facts.place(used, 0..image.text.len());
        let name = image.shown();
        let message = format!("`{name}` is for building, and this stage ships{has}");
        cx.report_at(&place, message)
            .help(format!("build in a stage of its own, and ship on {runs}"));
    }
}
