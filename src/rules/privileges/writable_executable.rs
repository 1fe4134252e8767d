//! `writable-executable`: programs belong to the user that runs them.

use crate::facts::program::is_root;
use crate::facts::{Facts, Node};
use crate::path::{file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::syntax::Kind;

rule!(WritableExecutable);

impl Rule for WritableExecutable {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let in_final = facts.stage_of(node).is_some_and(|s| s.in_final);
        if !in_final || !matches!(node.instruction.kind, Kind::Copy(_) | Kind::Add(_)) {
            return;
        }
        let Some(flag) = node.instruction.flag("chown") else {
            return;
        };
        let Some(owner) = flag.value.as_ref().and_then(|v| facts.text(node.index, v)) else {
            return;
        };
        let name = owner.split(':').next().unwrap_or_default();
        // Without write permission of the owner nothing can be changed.
        let mode = node.instruction.flag_value("chmod");
        let mode = mode
            .and_then(|m| facts.text(node.index, m))
            .unwrap_or_default();
        let kept = mode.trim_start_matches('0').starts_with('5');
        if name.is_empty() || is_root(name) || kept {
            return;
        }
        if let Some(path) = program(facts, node) {
            let message = if is_runtime_user(facts, name) {
                format!("the user `{name}` that the container runs as may change `{path}`")
            } else {
                format!("the user `{name}` may change `{path}`")
            };
            cx.report(flag.span, message).help(
                "leave programs to root: without `--chown` everybody may read and start them",
            );
        }
    }
}

/// Whether the container runs as this user.
fn is_runtime_user(facts: &Facts<'_>, name: &str) -> bool {
    let Some(last) = facts.final_stage() else {
        return false;
    };
    let user = facts
        .effective_user(last.index)
        .and_then(|u| u.value.as_deref());
    user.is_some_and(|user| user.split(':').next() == Some(name))
}

/// A program among what is copied: by its ending, or by the place where it goes.
fn program(facts: &Facts<'_>, node: &Node<'_>) -> Option<String> {
    const ENDINGS: [&str; 20] = [
        "bash", "bin", "dll", "elf", "exe", "fish", "jar", "php", "pl", "py", "pyc", "rb",
        "service", "sh", "so", "socket", "timer", "war", "wasm", "zsh",
    ];
    const PLACES: [&str; 12] = [
        "/bin", "/sbin", "/usr", "/lib", "/lib32", "/lib64", "/etc", "/boot", "/root", "/dev",
        "/proc", "/sys",
    ];
    let own = ["/usr/src", "/usr/app", "/usr/share/nginx"];
    let copied = facts.copied(node)?;
    let target = copied.target.as_deref().unwrap_or_default();
    let system = PLACES.iter().any(|p| is_in(target, p)) && !own.iter().any(|p| is_in(target, p));
    let bin = target
        .split('/')
        .any(|part| part == "bin" || part == "sbin");
    if system || bin {
        return Some(target.to_owned());
    }
    copied
        .sources
        .iter()
        .filter(|s| !s.is_heredoc)
        .find_map(|source| {
            let text = source.text.as_deref()?;
            let name = file_name(text);
            let ending = name
                .rsplit_once('.')
                .map_or("", |(_, e)| e)
                .to_ascii_lowercase();
            let is_program = ENDINGS.contains(&ending.as_str()) || name.contains("entrypoint");
            is_program.then(|| name.to_owned())
        })
}
