//! `dangerous-workdir`: a working directory that belongs to the system.

use crate::facts::Stage;
use crate::path::normal_parts;
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(DangerousWorkdir);

/// Directories that are mounted over when a container runs, or belong to the boot loader.
const SYSTEM: [&str; 4] = ["boot", "dev", "proc", "sys"];

impl Rule for DangerousWorkdir {
    fn check_stage(&self, cx: &mut Context<'_>, stage: &Stage<'_>) {
        let facts = cx.facts;
        if facts.is_windows(stage.index) {
            return;
        }
        for workdir in &stage.workdirs {
            let Some(path) = &workdir.path else { continue };
            let parts = normal_parts(path);
            // Shared memory is a place to work in.
            let shared = parts.get(1) == Some(&"shm");
            let Some(system) = parts.first().filter(|p| SYSTEM.contains(p) && !shared) else {
                continue;
            };
            let node = facts.nodes.get(workdir.node);
            let Some(Kind::Workdir(word)) = node.map(|n| &n.instruction.kind) else {
                continue;
            };
            let message = format!("the working directory lies in `/{system}`");
            cx.report(word.span, message)
                .help("choose a directory of your own, such as `/app`");
        }
    }
}
