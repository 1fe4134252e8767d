//! `unknown-ignore`: an ignore comment that cannot work.

use crate::fix::{Edit, Fix};
use crate::rule::{Context, IgnoreComment, Rule, rule};
use crate::rules;

rule!(UnknownIgnore);

impl Rule for UnknownIgnore {
    fn check_ignore(&self, cx: &mut Context<'_>, ignore: &IgnoreComment) {
        for (name, span) in &ignore.unknown {
            // A family is no rule here.
            let may_compare = cx.facts.may_compare(rules::RULES.len());
            let nearest = may_compare.then(|| rules::nearest_name(name)).flatten();
            let nearest = nearest.filter(|n| !rules::by_name(n).is_empty());
            let report = cx.report(*span, format!("no rule is called `{name}`"));
            match nearest {
                Some(nearest) => {
                    let edits = vec![Edit::replace(*span, nearest)];
                    report
                        .help(format!("did you mean `{nearest}`?"))
                        .fix(Fix::unsafe_(format!("write `{nearest}`"), edits))
                }
                None => report.help("`dlint rules` lists them"),
            };
        }
        if let Some(meant) = &ignore.meant {
            if ignore.lacks_name {
                cx.report(
                    ignore.span,
                    "this comment names no rule and ignores nothing",
                )
                .help(format!("name the rules: `{meant}`"));
                return;
            }
            let edits = vec![Edit::replace(ignore.span, meant.as_str())];
            cx.report(ignore.span, "this comment ignores nothing")
                .help(format!("write `{meant}`"))
                .fix(Fix::unsafe_(format!("write `{meant}`"), edits));
        }
    }
}
