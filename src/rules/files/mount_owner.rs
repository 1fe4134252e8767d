//! `mount-owner`: a mount that belongs to root in a RUN of somebody else.

use crate::facts::mount::{Mount, MountKind};
use crate::facts::{Node, RunUser};
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};

rule!(MountOwner);

impl Rule for MountOwner {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.mounts.is_empty() || node.onbuild {
            return;
        }
        let user = match cx.facts.user_at(node) {
            RunUser::Other(name) => name,
            RunUser::OfBase(name) => name.to_owned(),
            RunUser::Root | RunUser::Unknown => return,
        };
        // Whoever becomes root in the RUN can do both.
        let is_root = |name: &str| matches!(name, "sudo" | "doas");
        if node
            .commands()
            .iter()
            .any(|c| c.wrappers.iter().any(|w| is_root(&w.name)))
        {
            return;
        }
        for mount in &node.mounts {
            let Some((what, default)) = closed(mount) else {
                continue;
            };
            let message = format!("the {what} belongs to root: `{user}` cannot {default}");
            let number = user.chars().all(|c| c.is_ascii_digit()).then_some(&user);
            let uid = number.map_or("<number>", String::as_str);
            let report = cx
                .report(mount.span, message)
                .help(format!("give it to the user: `uid={uid}`"));
            if let Some(number) = number {
                let edit = Edit::insert(mount.span.end, format!(",uid={number}"));
                report.fix(Fix::safe("give the mount to the user", vec![edit]));
            }
        }
    }
}

/// What another user than root cannot use, and what not; nothing if the mount says who may.
fn closed(mount: &Mount) -> Option<(&'static str, &'static str)> {
    let (what, verb) = match mount.kind {
        MountKind::Cache => ("cache", "write to it"),
        MountKind::Secret => ("secret", "read it"),
        MountKind::Ssh => ("agent's socket", "use it"),
        _ => return None,
    };
    let says = |key: &str| mount.options.iter().any(|(k, _)| k == key);
    // A secret in a variable belongs to nobody; one from a stage or image has that one's owner.
    let other = says("uid") || says("gid") || says("mode") || says("env") || says("from");
    (!other).then_some((what, verb))
}
