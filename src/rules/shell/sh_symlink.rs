//! `sh-symlink`: `/bin/sh` is replaced by a link.

use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};

rule!(ShSymlink);

impl Rule for ShSymlink {
    fn check_command(&self, cx: &mut Context<'_>, _node: &Node<'_>, command: &Command) {
        if command.name != "ln" {
            return;
        }
        let valued = ["-S", "--suffix", "-t", "--target-directory"];
        let operands: Vec<_> = command.operands(&valued).collect();
        let Some((link, targets)) = operands.split_last() else {
            return;
        };
        let is_sh = |text: &str| matches!(text, "/bin/sh" | "/usr/bin/sh");
        let in_bin = matches!(
            link.literal(),
            Some("/bin" | "/bin/" | "/usr/bin" | "/usr/bin/")
        );
        let named_sh = targets.iter().any(|t| t.suffix().ends_with("/sh"));
        // In an image with BusyBox alone there is no `/bin/sh` to replace.
        let busybox = targets.iter().any(|t| t.raw.contains("busybox"));
        if targets.is_empty()
            || busybox
            || !(link.literal().is_some_and(is_sh) || in_bin && named_sh)
        {
            return;
        }
        cx.report(
            command.span,
            "`/bin/sh` is replaced for every script of the image",
        )
        .help("set the shell of the build with `SHELL [\"/bin/bash\", \"-c\"]`");
    }
}
