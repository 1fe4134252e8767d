//! `end-of-life-base`: a release that gets no updates any more.

use super::images_shared::{fits_any, images, name_place, shown};
use crate::diagnostic::Severity;
use crate::facts::ImageUseKind;
use crate::images::end_of_life;
use crate::rule::{Context, Rule, rule};

rule! {
    EndOfLifeBase {
        /// Images that may be old; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for EndOfLifeBase {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for used in images(facts) {
            let image = &used.image;
            let Some(end) = end_of_life(image).filter(|_| !fits_any(&self.allow, image)) else {
                continue;
            };
            let place = match (&image.ranges.tag, &end.in_tag) {
                (Some(tag), Some(part)) => {
                    facts.place(used, tag.start + part.start..tag.start + part.end)
                }
                _ => name_place(facts, used),
            };
            let message = match end.date {
                Some(date) => format!(
                    "`{}` is out of support: {} got its last updates on {date}",
                    shown(image),
                    end.release
                ),
                None => format!("`{}` is given up and gets no updates", end.release),
            };
            let help = match end.date {
                Some(_) => format!("build on a release that gets updates: {}", end.successor),
                None => format!("build on {}", end.successor),
            };
            let mut report = cx.report(place.span, message).help(help);
            if let Some((_, here)) = place.variable {
                report = report.label(here, "used here");
            }
            let ships = match used.kind {
                ImageUseKind::From(stage) => facts.stages.get(stage).is_some_and(|s| s.in_final),
                ImageUseKind::CopyFrom | ImageUseKind::MountFrom => false,
            };
            if !ships {
                report.severity(Severity::Info);
            }
        }
    }
}
