//! `end-of-life-base`: a release that gets no updates any more.

use crate::diagnostic::Severity;
use crate::facts::{ImageUse, ImageUseKind};
use crate::fix::{Applicability, Edit, Fix};
use crate::images::end_of_life;
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    EndOfLifeBase {
        /// Images that may be old; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

impl Rule for EndOfLifeBase {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let facts = cx.facts;
        let image = &used.image;
        let Some(end) = end_of_life(image, facts.as_of).filter(|_| !fits_any(&self.allow, image))
        else {
            return;
        };
        let place = match (&image.ranges.tag, &end.in_tag) {
            (Some(tag), Some(part)) => {
                facts.place(used, tag.start + part.start..tag.start + part.end)
            }
            _ => facts.name_place(used),
        };
        let message = match end.date {
            Some(date) => format!(
                "`{}` is out of support: {} got its last updates on {date}",
                image.shown(),
                end.release
            ),
            None => format!("`{}` is given up and gets no updates", end.release),
        };
        let help = match end.date {
            Some(_) if end.successor.is_empty() => {
                "build on a release that gets updates".to_owned()
            }
            Some(_) => format!("build on a release that gets updates: {}", end.successor),
            None => format!("build on {}", end.successor),
        };
        let mut report = cx.report_at(&place, message).help(help);
        if let Some(next) = end.next.filter(|_| place.is_exact) {
            report = report.fix(Fix::new(
                format!("build on `{next}`, and try it"),
                vec![Edit::replace(place.span, next)],
                Applicability::DisplayOnly,
            ));
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
