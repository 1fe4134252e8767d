//! `undigested-image`: no digest.

use super::moving::is_passed;
use crate::builds::updaters::defines_official_image;
use crate::facts::ImageUse;
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    UndigestedImage {
        /// Images that need no digest; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for UndigestedImage {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        let may_be_stage = image.is_hidden() && !image.text.contains('/');
        let allowed = fits_any(&self.allow, image);
        if image.digest.is_some() || may_be_stage || used.may_be_context() || allowed {
            return;
        }
        if cx.policy.is_own(image) || is_passed(facts, used) {
            return;
        }
        let defines_official = || {
            let (root, _) = facts.in_repository()?;
            Some(defines_official_image(facts.files(), &root))
        };
        if defines_official().is_some_and(|defines| defines) {
            return;
        }
        let place = facts.place(used, 0..image.text.len());
        cx.report_at(&place, format!("`{}` has no digest", image.shown()))
            .help("pin the bits, `@sha256:…`, and let a bot propose newer ones");
    }
}
