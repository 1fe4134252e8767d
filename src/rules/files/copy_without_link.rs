//! `copy-without-link`: a copy from another stage is built again whenever a layer below changes.

use crate::facts::mount::MountKind;
use crate::facts::{Base, Copied, CopyOrigin, Facts, Node, RunUser, Stage, absence};
use crate::fix::{Edit, Fix};
use crate::images::{BaseUser, OsFamily};
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::syntax::{Keyword, Kind};
use crate::text::has_wildcard;

rule!(CopyWithoutLink);

impl Rule for CopyWithoutLink {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let Some(last) = facts.product() else {
            return;
        };
        if !has_link(facts) || facts.is_windows(last.index) {
            return;
        }
        // What runs on top of a copy has to run again anyway.
        let last_run = facts
            .chain_nodes(last.index)
            .filter(|n| n.is(Keyword::Run))
            .map(|n| n.index)
            .max();
        let is_above = |node: usize| last_run.is_none_or(|run| node > run);
        let places = Places::of(facts, last);
        let mut below: Option<CopyOrigin> = match facts.root_base(last.index) {
            Base::Scratch => None,
            // A base changes, and the layers on it are then all new.
            _ => Some(CopyOrigin::Context),
        };
        let mut found: Vec<&Copied> = Vec::new();
        let on_scratch = below.is_none();
        for node in facts.chain_nodes(last.index) {
            let Some(copied) = facts.copied(node).filter(|_| !node.onbuild) else {
                continue;
            };
            // On `scratch` nothing lies below the first copy, and copies of one origin change
            // together.
            let helps = match below {
                None => false,
                Some(other) => !on_scratch || other != copied.origin,
            };
            below.get_or_insert(copied.origin);
            if helps && is_above(node.index) && is_plain(node) && places.allow(facts, node, copied)
            {
                found.push(copied);
            }
        }
        // Copies of the context alone win a new base, and little else.
        if found.iter().all(|c| c.origin == CopyOrigin::Context) {
            return;
        }
        let Some(first) = found.first() else {
            return;
        };
        let Some(keyword) = keyword_of(facts, first) else {
            return;
        };
        let edits: Vec<Edit> = found
            .iter()
            .filter_map(|c| Some(Edit::insert(keyword_of(facts, c)?.end, " --link")))
            .collect();
        let mut report = cx
            .report(
                keyword,
                "without `--link` this copy is made again whenever a layer below it changes",
            )
            .help("add `--link`: the layer then stands on its own and is reused on a new base");
        for other in found.iter().skip(1) {
            if let Some(span) = keyword_of(facts, other) {
                report = report.label(span, "this one too");
            }
        }
        report.fix(Fix::unsafe_("add `--link`", edits));
    }
}

fn keyword_of(facts: &Facts<'_>, copied: &Copied) -> Option<crate::span::Span> {
    let node = facts.nodes.get(copied.node)?;
    let name = &node.instruction.name;
    name.text
        .is_contiguous(0..name.as_str().len())
        .then_some(name.span)
}

/// Whether the file is read by a frontend with `--link`: its `syntax` line says so, or, without
/// one, it uses what only BuildKit has.
fn has_link(facts: &Facts<'_>) -> bool {
    facts.frontend_has(4, 4).unwrap_or_else(|| {
        facts.file.instructions.iter().any(|i| {
            !i.heredocs.is_empty()
                || i.flags.iter().any(|f| {
                    matches!(
                        f.name.as_str(),
                        "mount" | "link" | "parents" | "exclude" | "chmod"
                    )
                })
        })
    })
}

/// Whether nothing about the copy needs the files below it.
fn is_plain(node: &Node<'_>) -> bool {
    let flags = &node.instruction.flags;
    node.shell.is_posix()
        && node.instruction.flag("link").is_none()
        // Ownership by name is looked up in the base; given by number, it would also be given to
        // the directories that lead to the destination.
        && node.instruction.flag("chown").is_none()
        && flags.iter().all(|f| matches!(f.name.as_str(), "from" | "chmod" | "exclude"))
}

/// What the stage's chain shows of the directories of the image.
struct Places {
    /// Paths that links were made at, or whose owner or mode was changed, or that a user owns.
    touched: Vec<String>,
    /// Directories that exist.
    directories: Vec<String>,
    /// Whether `/usr/sbin` and `/usr/local/sbin` may be links, as on Fedora from 42 and Arch.
    merged_sbin: bool,
}

impl Places {
    fn of(facts: &Facts<'_>, stage: &Stage<'_>) -> Self {
        let mut places = Places {
            touched: Vec::new(),
            directories: Vec::new(),
            merged_sbin: !matches!(
                absence::family(facts, stage.index),
                OsFamily::Debian | OsFamily::Alpine
            ),
        };
        // A base may have made its working directory for its user.
        if let Some(path) = facts.base_workdir(stage.index)
            && matches!(facts.base_user(stage.index), BaseUser::NonRoot(_))
        {
            places.touched.push(clean(path));
        }
        for stage in facts.chain(stage.index) {
            for workdir in &stage.workdirs {
                let Some(path) = workdir.path.as_deref().map(clean) else {
                    continue;
                };
                // WORKDIR makes directories for the user in force, who may come from the base.
                let user = facts.nodes.get(workdir.node).map(|n| facts.user_at(n));
                if matches!(user, Some(RunUser::Other(_) | RunUser::OfBase(_))) {
                    places.touched.push(path.clone());
                }
                places.directories.push(path);
            }
            for node in facts.nodes_of(stage) {
                match &node.instruction.kind {
                    Kind::Run(_) => {
                        for command in node.commands() {
                            let changes = matches!(
                                command.name.as_str(),
                                "ln" | "chown"
                                    | "chmod"
                                    | "chgrp"
                                    | "setfacl"
                                    | "install"
                                    | "mkdir"
                                    | "mv"
                                    | "useradd"
                                    | "adduser"
                                    | "usermod"
                            );
                            if changes {
                                let words = command.literal_args().filter(|w| w.starts_with('/'));
                                places.touched.extend(words.map(clean));
                            }
                        }
                        let caches = node.mounts.iter().filter(|m| m.kind == MountKind::Cache);
                        let targets = caches.filter_map(|m| m.target.as_ref());
                        places
                            .directories
                            .extend(targets.map(|t| clean(t.as_str())));
                    }
                    Kind::Volume(volume) => {
                        let paths = volume.paths.iter().map(|p| clean(p.as_str()));
                        places.directories.extend(paths);
                    }
                    _ => {}
                }
            }
        }
        places
    }

    /// Whether the copy gives the same files with `--link`: no link and no special directory leads
    /// to its destination, and whether that is a file or a directory is not decided by the image.
    fn allow(&self, facts: &Facts<'_>, node: &Node<'_>, copied: &Copied) -> bool {
        let Some(target) = copied.target.as_deref() else {
            return false;
        };
        let sbin = ["/usr/sbin", "/usr/local/sbin"];
        if target == "/"
            || has_special_parent(target)
            || self.merged_sbin && sbin.iter().any(|p| is_in(target, p))
        {
            return false;
        }
        let leads =
            |path: &str| path != "/" && (target == path || target.starts_with(&format!("{path}/")));
        if self.touched.iter().any(|p| leads(p)) {
            return false;
        }
        if copied.into_directory {
            return true;
        }
        let Kind::Copy(_) = &node.instruction.kind else {
            return false;
        };
        // One source and no slash: a directory's content, or a file under a new name. Were the
        // destination a directory, a file would be put into it.
        let Some(path) = copied.sources.first().and_then(|s| s.path()) else {
            return false;
        };
        if has_wildcard(&path) {
            return false;
        }
        if self.directories.iter().any(|d| d == target) {
            // What a directory holds is put into the destination either way.
            let context = facts.context();
            return copied.origin == CopyOrigin::Context
                && context.is_some_and(|c| c.is_directory(&path));
        }
        // Nobody has a directory of that name, or it is one that is copied as such.
        let in_bin = target
            .rsplit_once('/')
            .is_some_and(|(folder, _)| folder.ends_with("/bin"));
        let has_ending = file_name(target)
            .rsplit_once('.')
            .is_some_and(|(name, end)| {
                !name.is_empty() && end.len() <= 5 && end.chars().all(|c| c.is_ascii_alphabetic())
            });
        file_name(&path) == file_name(target) || in_bin || has_ending && !target.ends_with(".d")
    }
}

/// Directories that are links on many distributions, or whose mode or owner is not root's 0755:
/// the layer of a linked copy brings its own.
fn has_special_parent(target: &str) -> bool {
    const PLACES: [&str; 17] = [
        "/bin",
        "/sbin",
        "/lib",
        "/lib32",
        "/lib64",
        "/libx32",
        "/var",
        "/tmp",
        "/root",
        "/home",
        "/run",
        "/proc",
        "/sys",
        "/dev",
        "/usr/tmp",
        "/usr/lib64",
        "/mnt",
    ];
    PLACES
        .iter()
        .any(|p| target == *p || target.starts_with(&format!("{p}/")))
}

#[cfg(test)]
mod tests {
    use crate::engine::{ActiveRule, Settings, lint};
    use crate::rules::by_id;
    use crate::span::Source;

    fn reports(head: &str, stage: &str) -> bool {
        let text = format!("{head}FROM golang:1.24 AS b\nRUN make\nFROM debian:12\n{stage}\n");
        let settings = Settings {
            rules: by_id("copy-without-link")
                .map(ActiveRule::new)
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        !lint(Source::new("t", text), &settings)
            .diagnostics
            .is_empty()
    }

    const COPY: &str = "COPY --from=b /x /usr/local/bin/";

    #[test]
    fn the_frontend_decides() {
        for (syntax, wanted) in [
            ("docker/dockerfile:1", true),
            ("docker/dockerfile", true),
            ("docker.io/docker/dockerfile:1.4", true),
            ("docker/dockerfile:1.10@sha256:abc", true),
            ("docker/dockerfile-upstream:master", true),
            ("docker/dockerfile:1.3", false),
            ("docker/dockerfile:1.0-experimental", false),
            ("example.com/own:1", false),
        ] {
            let head = format!("# syntax={syntax}\n");
            assert_eq!(reports(&head, COPY), wanted, "{syntax}");
        }
        assert!(!reports("", COPY));
    }

    #[test]
    fn what_the_stage_shows_of_the_destination_decides() {
        for (stage, wanted) in [
            ("COPY --from=b /x /usr/local/bin/x", true),
            ("WORKDIR /app\nCOPY --from=b /out .", true),
            ("WORKDIR /app\nCOPY --from=b /x /app", false),
            ("USER 1000\nWORKDIR /app\nCOPY --from=b /out .", false),
            ("WORKDIR /app\nCOPY --from=b /out .\nUSER 1000", true),
            ("USER 1000\nCOPY --from=b /x /usr/local/bin/y", true),
            ("COPY --from=b /out .", false),
            ("ARG D\nCOPY --from=b /x $D/", false),
            ("COPY --from=b /x* /opt/y", false),
            ("COPY --from=b --chown=1:1 /x /opt/x", false),
            ("COPY --from=b --link=false /x /opt/x", false),
            ("COPY --from=b /x /opt/x\nRUN /opt/x", false),
            ("RUN mkdir -m 700 /opt/y\nCOPY --from=b /x /opt/y/", false),
            ("COPY --from=b /x /srv/y", false),
            ("COPY --from=b /x /usr/sbin/x", true),
            ("COPY x /opt/x", false),
        ] {
            assert_eq!(
                reports("# syntax=docker/dockerfile:1\n", stage),
                wanted,
                "{stage}"
            );
        }
    }
}
