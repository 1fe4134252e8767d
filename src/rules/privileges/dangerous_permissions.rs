//! `dangerous-permissions`: programs that everybody may change, or that make whoever starts them root.

use crate::diagnostic::Severity;
use crate::facts::{Command, Node};
use crate::images::HIDDEN;
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(DangerousPermissions);

impl Rule for DangerousPermissions {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        if !facts.stage_of(node).is_some_and(|s| s.in_final) {
            return;
        }
        match &node.instruction.kind {
            Kind::Copy(_) | Kind::Add(_) => check_copy(cx, node),
            Kind::Run(_) if node.keyword() == Some(Keyword::Run) => {
                for command in node.commands() {
                    check_command(cx, node, command);
                }
            }
            _ => {}
        }
    }
}

/// What a mode allows that is dangerous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Danger {
    /// Everybody may write, and delete what is others'.
    world: bool,
    /// Whoever starts it is its owner.
    setuid: bool,
    /// Whoever starts it is of its group.
    setgid: bool,
}

impl Danger {
    /// Reads a mode of `chmod`.
    fn of(mode: &str) -> Danger {
        let mut danger = Danger::default();
        if !mode.is_empty() && mode.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
            let digits = mode.trim_start_matches('0').as_bytes();
            let digit = |from_end: usize| {
                let at = digits.len().checked_sub(from_end);
                at.and_then(|i| digits.get(i)).map_or(0, |d| d - b'0')
            };
            danger.world = digit(1) & 2 != 0 && digit(4) & 1 == 0;
            danger.setuid = digit(4) & 4 != 0;
            danger.setgid = digit(4) & 2 != 0;
            return danger;
        }
        let mut sticky = false;
        for clause in mode.split(',') {
            let Some(at) = clause.find(['+', '=', '-']) else {
                return Danger::default();
            };
            let (who, rest) = clause.split_at(at);
            let is_mode = |c: char| "rwxXstugo+=-".contains(c);
            if !who.chars().all(|c| "ugoa".contains(c)) || !rest.chars().all(is_mode) {
                return Danger::default();
            }
            if rest.starts_with('-') {
                continue;
            }
            // Without a name the umask takes writing from others.
            danger.world |= who.contains(['o', 'a']) && rest.contains('w');
            sticky |= rest.contains('t');
            danger.setuid |= rest.contains('s') && (who.is_empty() || who.contains(['u', 'a']));
            danger.setgid |= rest.contains('s') && (who.is_empty() || who.contains(['g', 'a']));
        }
        danger.world &= !sticky;
        danger
    }
}

/// How bad it is that everybody may write to a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Harm {
    /// It is for data, or nobody knows.
    None,
    /// It holds the application.
    Application,
    /// It is a program, or the system reads it.
    Program,
}

fn check_command(cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
    let facts = cx.facts;
    let (mode, paths): (_, Vec<_>) = match command.name.as_str() {
        "chmod" => {
            let mut operands = command.operands(&[]);
            let Some(mode) = operands.next() else {
                return;
            };
            (mode, operands.collect())
        }
        "install" => {
            let flagged = command.args().windows(2).find_map(|pair| match pair {
                [flag, mode] if flag.is("-m") || flag.is("--mode") => Some(mode),
                _ => None,
            });
            let Some(mode) = flagged else {
                return;
            };
            const VALUED: &[&str] = &["-m", "--mode", "-o", "--owner", "-g", "--group", "-S", "-t"];
            let is_directory = command.has_any_flag(&["-d", "--directory"]);
            let operands: Vec<_> = command.operands(VALUED).collect();
            (
                mode,
                if is_directory {
                    operands
                } else {
                    operands.into_iter().rev().take(1).collect()
                },
            )
        }
        _ => return,
    };
    let Some(text) = mode.literal() else {
        return;
    };
    let danger = Danger::of(text);
    if danger == Danger::default() {
        return;
    }
    let recursive = command.has_any_flag(&["-R", "--recursive"]);
    let mut worst = Harm::None;
    let mut elevated = None;
    for path in paths {
        let path_text = facts.shell_word(node, path);
        let absolute = facts.absolute(node, &path_text);
        let harm = harm_of(&path_text, absolute.as_deref(), recursive);
        worst = worst.max(harm);
        let full = absolute.unwrap_or(path_text);
        let setuid = danger.setuid && !needs_setuid(&full);
        let setgid = danger.setgid && !recursive && is_binary_directory(&full);
        if setuid || setgid {
            elevated.get_or_insert(full);
        }
    }
    report(cx, mode.span, text, danger, worst, elevated);
}

fn check_copy(cx: &mut Context<'_>, node: &Node<'_>) {
    let facts = cx.facts;
    let Some(flag) = node.instruction.flag("chmod") else {
        return;
    };
    let Some(mode) = flag.value.as_ref().and_then(|v| facts.text(node.index, v)) else {
        return;
    };
    let danger = Danger::of(&mode);
    if danger == Danger::default() {
        return;
    }
    let Some(copied) = facts.copied(node) else {
        return;
    };
    let targets: Vec<String> = copied
        .sources
        .iter()
        .filter_map(|s| {
            let known = copied.target_of(s).or_else(|| copied.target.clone());
            // Below a working directory that only the base image knows.
            let relative = || copied.destination.as_ref().map(|d| format!("/{d}"));
            known.or_else(relative)
        })
        .collect();
    let harm = targets.iter().map(|t| harm_of(t, Some(t), true)).max();
    let elevated = danger
        .setuid
        .then(|| targets.into_iter().find(|t| !needs_setuid(t)));
    report(
        cx,
        flag.span,
        &mode,
        danger,
        harm.unwrap_or(Harm::None),
        elevated.flatten(),
    );
}

fn report(
    cx: &mut Context<'_>,
    span: Span,
    mode: &str,
    danger: Danger,
    harm: Harm,
    elevated: Option<String>,
) {
    if let Some(path) = elevated {
        let name = file_name(&path);
        let whose = if danger.setuid {
            "its owner"
        } else {
            "its group"
        };
        cx.report(
            span,
            format!("`{mode}`: whoever starts `{name}` gets the rights of {whose}"),
        )
        .help("do what needs root before `USER`, or give the program the one capability it needs (`setcap`)");
        return;
    }
    if !danger.world || harm == Harm::None {
        return;
    }
    // Below a folder of the application there may be programs, and there may be data.
    let what = match harm {
        Harm::Application => "these files",
        _ => "what others run",
    };
    let report = cx
        .report(
            span,
            format!("`{mode}` lets every user of the container change {what}"),
        )
        .help(
            "give the files to the user that has to write them, and let others read: `755`, `644`",
        );
    if harm == Harm::Application {
        report.severity(Severity::Info);
    }
}

/// What everybody may change at a path.
fn harm_of(text: &str, absolute: Option<&str>, recursive: bool) -> Harm {
    if text.contains(HIDDEN) && !file_name(text).contains('.') {
        return Harm::None;
    }
    let name = file_name(text.trim_end_matches(['/', '*']));
    let lower = name.to_ascii_lowercase();
    const SCRIPTS: [&str; 9] = ["sh", "bash", "py", "pl", "rb", "jar", "bin", "exe", "so"];
    let ending = lower.rsplit_once('.').map_or("", |(_, e)| e);
    if SCRIPTS.contains(&ending) || lower.contains("entrypoint") {
        return Harm::Program;
    }
    let Some(path) = absolute.map(clean) else {
        return Harm::None;
    };
    if path.contains(HIDDEN) {
        return Harm::None;
    }
    if is_for_data(&path) {
        return Harm::None;
    }
    const SYSTEM: [&str; 9] = [
        "/etc",
        "/usr",
        "/bin",
        "/sbin",
        "/lib",
        "/lib64",
        "/boot",
        "/root",
        "/var/lib/dpkg",
    ];
    let own = [
        "/usr/src",
        "/usr/app",
        "/usr/share",
        "/usr/local/tomcat/webapps",
    ];
    let is_own = own.iter().any(|d| is_in(&path, d));
    if path == "/" && recursive
        || is_binary_directory(&path)
        || SYSTEM.iter().any(|d| is_in(&path, d)) && !is_own
    {
        return Harm::Program;
    }
    if recursive {
        Harm::Application
    } else {
        Harm::None
    }
}

/// Whether a path lies where programs are.
fn is_binary_directory(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "bin" | "sbin"))
}

/// Whether the name of a path says that an application writes there.
fn is_for_data(path: &str) -> bool {
    const WORDS: [&str; 34] = [
        "archive",
        "backup",
        "backups",
        "cache",
        "caches",
        "config",
        "conf",
        "data",
        "database",
        "db",
        "download",
        "downloads",
        "dump",
        "home",
        "lib",
        "lock",
        "log",
        "logs",
        "media",
        "mnt",
        "out",
        "output",
        "public",
        "results",
        "run",
        "sessions",
        "share",
        "shared",
        "spool",
        "srv",
        "state",
        "storage",
        "tmp",
        "work",
    ];
    let writable = [
        "/tmp", "/var", "/run", "/home", "/dev", "/mnt", "/media", "/srv",
    ];
    let own = ["/var/www", "/var/task"];
    // Where the images of Go and Ruby keep what is downloaded, so that any user may build.
    if ["/go", "/usr/local/bundle"].iter().any(|d| is_in(path, d)) {
        return true;
    }
    if writable.iter().any(|d| is_in(path, d)) && !own.iter().any(|d| is_in(path, d)) {
        return true;
    }
    let system = ["/etc", "/usr/lib", "/lib", "/usr/share"];
    let last = file_name(path).to_ascii_lowercase();
    let parts = last.split(|c: char| !c.is_ascii_alphanumeric());
    let names_data = parts.into_iter().any(|part| {
        let plain = WORDS.binary_search(&part).is_ok();
        plain
            || part.starts_with("upload")
            || part.starts_with("cache")
            || part.starts_with("temp")
            || part.ends_with("data")
            || part.ends_with("logs")
    });
    names_data && !system.contains(&path)
}

/// Programs that exist to be started with the rights of root.
fn needs_setuid(path: &str) -> bool {
    let name = file_name(path);
    matches!(
        name,
        "sudo"
            | "su"
            | "ping"
            | "ping6"
            | "bwrap"
            | "fusermount"
            | "fusermount3"
            | "newuidmap"
            | "newgidmap"
            | "passwd"
            | "mount"
            | "umount"
            | "gosu"
            | "chsh"
            | "chfn"
            | "doas"
            | "dumpcap"
            | "fixuid"
    ) || name.contains("sandbox")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_chmod_reads_them() {
        let danger = |world, setuid, setgid| Danger {
            world,
            setuid,
            setgid,
        };
        for (mode, expected) in [
            ("777", danger(true, false, false)),
            ("0777", danger(true, false, false)),
            ("666", danger(true, false, false)),
            ("1777", Danger::default()),
            ("755", Danger::default()),
            ("2775", danger(false, false, true)),
            ("4755", danger(false, true, false)),
            ("6755", danger(false, true, true)),
            ("06777", danger(true, true, true)),
            ("a+rwx", danger(true, false, false)),
            ("ugo+rwX", danger(true, false, false)),
            ("o=rw", danger(true, false, false)),
            ("a+rwxt", Danger::default()),
            ("+w", Danger::default()),
            ("+x", Danger::default()),
            ("o-w", Danger::default()),
            ("u+s", danger(false, true, false)),
            ("g+rwxs", danger(false, false, true)),
            ("+s", danger(false, true, true)),
            ("u=rwx,go=rx", Danger::default()),
            ("--reference", Danger::default()),
        ] {
            assert_eq!(Danger::of(mode), expected, "{mode}");
        }
    }
}
