//! `deprecated-base`: a golden image that is to be left.

use crate::diagnostic::Severity;
use crate::facts::ImageUse;
use crate::fix::{Edit, Fix};
use crate::policy::images::Fit;
use crate::rule::{Context, Rule, rule};

rule!(DeprecatedBase);

impl Rule for DeprecatedBase {
    fn check_image(&self, cx: &mut Context<'_>, used: &ImageUse) {
        let policy = cx.policy;
        let image = &used.image;
        let golden = policy
            .golden
            .iter()
            .find(|g| policy.fit(g, image) == Fit::Yes);
        let Some((golden, deprecated)) = golden.and_then(|g| Some((g, g.deprecated.as_ref()?)))
        else {
            return;
        };
        let name = image.shown();
        let as_of = cx.facts.as_of;
        let (message, severity) = match deprecated.until {
            Some(until) if until < as_of => (
                format!("`{name}` was to be left by {until}"),
                Severity::Error,
            ),
            Some(until) => (
                format!("`{name}` is to be left by {until}"),
                Severity::Warning,
            ),
            None => (format!("`{name}` is to be left"), Severity::Warning),
        };
        let place = cx.facts.place(used, 0..image.text.len());
        let mut help = match &deprecated.successor {
            Some(successor) => format!("build on `{successor}`"),
            None => "build on another golden image".to_owned(),
        };
        if let Some(owner) = &golden.owner {
            help.push_str(&format!(" (kept by {owner})"));
        }
        let report = cx.report_at(&place, message).severity(severity).help(help);
        let successor = deprecated.successor.as_deref();
        if let Some(successor) = successor.filter(|s| place.is_exact && !s.contains('*')) {
            let edit = Edit::replace(place.span, successor);
            report.fix(Fix::unsafe_(format!("build on `{successor}`"), vec![edit]));
        }
    }
}
