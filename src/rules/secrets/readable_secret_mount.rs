//! `readable-secret-mount`: others than the owner may read a mounted secret.

use crate::facts::Node;
use crate::facts::mount::MountKind;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};

rule!(ReadableSecretMount);

impl Rule for ReadableSecretMount {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        for mount in &node.mounts {
            if !matches!(mount.kind, MountKind::Secret | MountKind::Ssh) {
                continue;
            }
            let Some(mode) = mount.option("mode") else {
                continue;
            };
            let text = mode.as_str();
            let Ok(bits) = u32::from_str_radix(text.trim_start_matches("0o"), 8) else {
                continue;
            };
            if bits & 0o7 == 0 {
                continue;
            }
            let what = match mount.kind {
                MountKind::Ssh => "the agent's socket",
                _ => "the secret",
            };
            let closed = format!("{:04o}", bits & 0o770);
            let fix = Fix::unsafe_(
                format!("use `{closed}`"),
                vec![Edit::replace(mode.span, closed.clone())],
            );
            cx.report(
                mode.span,
                format!("every user of the build may use {what}: `mode={text}`"),
            )
            .help("give it to the user who needs it, `uid=…,mode=0400`")
            .fix(fix);
        }
    }
}
