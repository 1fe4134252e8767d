//! `undigested-image`: no digest.

use super::images_shared::{fits_any, images, may_be_context, shown};
use crate::rule::{Context, Rule, rule};

rule! {
    UndigestedImage {
        /// Images that need no digest; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for UndigestedImage {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for used in images(facts) {
            let image = &used.image;
            let may_be_stage = image.is_hidden() && !image.text.contains('/');
            let allowed = fits_any(&self.allow, image);
            if image.digest.is_some() || may_be_stage || may_be_context(used) || allowed {
                continue;
            }
            let place = facts.place(used, 0..image.text.len());
            let report = cx
                .report(place.span, format!("`{}` has no digest", shown(image)))
                .help("pin the bits, `@sha256:…`, and let a bot propose newer ones");
            if let Some((_, here)) = place.variable {
                report.label(here, "used here");
            }
        }
    }
}
