//! `unpinned-cargo`: a Rust program without a version.

use super::unpinned::{report_unpinned, unpinned};
use crate::facts::Node;
use crate::facts::packages::{Action, Install, Manager};
use crate::images::HIDDEN;
use crate::rule::{Context, Rule, rule};

rule!(UnpinnedCargo);

impl Rule for UnpinnedCargo {
    fn check_install(&self, cx: &mut Context<'_>, _node: &Node<'_>, install: &Install) {
        let installs = matches!(install.manager, Manager::Cargo)
            && matches!(install.action, Action::Install | Action::Restore);
        const PINS: [&str; 2] = ["--rev", "--tag"];
        if let Some(git) = install.flag(&["--git"]).filter(|_| installs) {
            if !install.has_flag(&PINS)
                && let Some(url) = git.value.as_deref().filter(|url| !url.contains(HIDDEN))
            {
                let message = match install.flag(&["--branch"]).map(|f| f.value.as_deref()) {
                    Some(Some(branch)) if !branch.contains(HIDDEN) => {
                        format!("`{url}` is installed as `{branch}` is on the day")
                    }
                    Some(_) => return,
                    None => format!("`{url}` is installed as its default branch is on the day"),
                };
                cx.report(git.span, message)
                    .help("name a tag or a commit: `--tag <tag>`, `--rev <commit>`");
            }
        } else if installs {
            let packages = unpinned(install, |p| p.version.is_some());
            report_unpinned(cx, &packages, "name the version: `package@version`");
        }
    }
}
