//! `unreleased-suite`: packages of no release.

use crate::facts::{ImageUse, Node};
use crate::images::unreleased;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Keyword;

rule!(UnreleasedSuite);

/// Programs whose words are looked for, or taken away.
const SEARCH: [&str; 5] = ["awk", "grep", "perl", "rm", "sed"];

impl Rule for UnreleasedSuite {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let image = &used.image;
        let (Some(word), Some(range)) = (unreleased(image), image.ranges.tag.clone()) else {
            return;
        };
        if image.is_pinned_by_digest() {
            return;
        }
        let place = cx.facts.place(used, range.start..range.start + word.len());
        let message = format!(
            "`{}` is no release: its packages change every day",
            image.shown()
        );
        cx.report_at(&place, message).help("build on a release");
    }

    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if !node.is(Keyword::Run) {
            return;
        }
        // Where the base is of that kind, it is told there.
        let image = node.stage.and_then(|stage| cx.facts.root_image(stage));
        if image.is_none_or(|image| unreleased(image).is_some()) {
            return;
        }
        let commands = node.commands().iter();
        let commands = commands.filter(|c| !SEARCH.contains(&c.name.as_str()));
        let found = commands.flat_map(|c| &c.words).find_map(|word| {
            let text = word.literal().unwrap_or(&word.raw);
            Some((suite(text)?, word.span))
        });
        if let Some((suite, span)) = found {
            let message = format!(
                "`{suite}` is no release: its packages change every day, and are built against \
                 newer libraries"
            );
            cx.report(span, message).help(
                "take the package from the release, or pin its version and expect to mend it",
            );
        }
    }
}

/// The suite that a source of packages names: in a line of apt's, in an address of apk's.
fn suite(text: &str) -> Option<&'static str> {
    if text.contains("/alpine/edge/") {
        return Some("edge");
    }
    text.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix("deb ")?;
        let mut words = rest.split_whitespace().skip_while(|w| !w.contains("://"));
        let address = words.next()?;
        let suite = words.next()?;
        let is_debian = address.contains("debian.org/debian");
        let known = ["experimental", "sid", "testing", "unstable"];
        known.into_iter().find(|s| is_debian && *s == suite)
    })
}
