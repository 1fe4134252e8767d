//! `pin-without-updater`: a digest that nobody moves.

use crate::builds::updaters::{Coverage, Gap, coverage, defines_official_image};
use crate::facts::ImageUse;
use crate::policy::images::fits_any;
use crate::rule::{Context, Rule, rule};

rule! {
    PinWithoutUpdater {
        /// Images whose digests somebody moves in another way; `*` stands for any text.
        pub allow: Vec<String>,
    }
}

/// How many further pins are pointed at.
const MOST_LABELS: usize = 5;

impl Rule for PinWithoutUpdater {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let is_pinned = |used: &&ImageUse| {
            let digest = used.image.digest.as_ref();
            digest.is_some_and(|d| d.known().is_some()) && !fits_any(&self.allow, &used.image)
        };
        let pinned: Vec<&ImageUse> = facts.own_images().filter(is_pinned).collect();
        let Some((first, others)) = pinned.split_first() else {
            return;
        };
        let Some((root, path)) = facts.in_repository() else {
            return;
        };
        let files = facts.files();
        let Coverage::None(gap) = coverage(files, &root, &path) else {
            return;
        };
        if defines_official_image(files, &root) {
            return;
        }
        let (message, help) = match gap {
            Gap::NoBot => (
                "nobody moves this digest: the repository has no configuration of Renovate or \
                 Dependabot"
                    .to_owned(),
                "configure one of them, or the image never gets its security fixes".to_owned(),
            ),
            Gap::NoDocker(file) => (
                format!("nobody moves this digest: `{file}` has no entry for `docker`"),
                "add one: `package-ecosystem: docker` and the folder of this file".to_owned(),
            ),
            Gap::OtherFolders(file, folder) => (
                format!("nobody moves this digest: `{file}` is not for the folder `{folder}`"),
                format!("add `{folder}` to the `directories` of `package-ecosystem: docker`"),
            ),
            Gap::LeftOut(file, reason) => (
                format!("nobody moves this digest: `{file}` leaves the file out ({reason})"),
                "let Renovate update its images, or the image never gets its security fixes"
                    .to_owned(),
            ),
        };
        let place = |used: &ImageUse| {
            let range = used.image.ranges.digest.clone();
            let whole = 0..used.image.text.len();
            facts.place(used, range.unwrap_or(whole))
        };
        let mut report = cx.report_at(&place(first), message).help(help);
        for used in others.iter().take(MOST_LABELS) {
            report = report.label(place(used).span, "nor this one");
        }
    }
}
