//! `floating-tag`: a tag that moves sooner than asked.

use super::precision::{Asked, moves_with, precision};
use crate::facts::ImageUse;
use crate::images::Precision;
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    FloatingTag {
        /// How exact a tag must be.
        pub precision: Asked,
        /// Images that may float; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for FloatingTag {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        if image.is_untagged() {
            return;
        }
        let Some(found) = precision(image) else {
            return;
        };
        let allowed = fits_any(&self.allow, image);
        // `latest-tag` speaks of the others.
        if found == Precision::Latest || allowed || !found.floats_below(self.precision.precision())
        {
            return;
        }
        let place = facts.version_place(used);
        let message = format!("`{}` {}", image.shown(), moves_with(found));
        let help = match self.precision {
            Asked::Digest => "pin the digest behind the tag, `@sha256:…`",
            Asked::Patch => "name one release, down to its patch",
            Asked::Minor => "name the minor version",
            Asked::Major => "name the major version",
        };
        cx.report_at(&place, message).help(help);
    }
}
