//! `cache-mount-conflict`: a RUN works against its own cache mount.

use super::caches::cache;
use crate::facts::mount::{Mount, MountKind};
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Command, Facts, Node, RunUser};
use crate::path::is_in;
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(CacheMountConflict);

impl Rule for CacheMountConflict {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let caches = || node.mounts.iter().filter(|m| m.kind == MountKind::Cache);
        for install in &node.installs {
            let mount = caches().find(|m| serves(m, install.manager));
            let Some(mount) = mount else {
                continue;
            };
            if let Some(span) = disabled(install) {
                let what = cx.facts.source.slice(span).to_owned();
                cx.report(span, format!("`{what}` leaves the cache mount unused"))
                    .help("remove it: what is in the mount never gets into the image")
                    .label(mount.span, "the cache mount");
            } else if install.action == Action::Clean && empties(install) {
                cx.report(
                    install.span,
                    "this empties the cache that the mount is to keep",
                )
                .help("remove it: what is in the mount never gets into the image")
                .label(mount.span, "the cache mount");
            }
        }
        for install in &node.installs {
            if let Some((mount, what, help)) = beside(cx.facts, node, install) {
                let span = mount.target.as_ref().map_or(mount.span, |t| t.span);
                cx.report(span, what)
                    .help(help)
                    .label(install.verb_span, "this call");
            }
        }
        for command in node.commands().iter().filter(|c| c.name == "rm") {
            let hit = caches().find_map(|m| Some((m, removed(command, m)?)));
            if let Some((mount, span)) = hit {
                cx.report(span, "this empties the cache that the mount is to keep")
                    .help("remove it: what is in the mount never gets into the image")
                    .label(mount.span, "the cache mount");
            }
        }
        if let Some(mount) = caches().find(|m| is_archives(m))
            && let Some(install) = apt_install(node)
            && !keeps_archives(cx.facts, node)
        {
            cx.report(
                mount.span,
                "the cache stays empty: the image's `docker-clean` deletes each package",
            )
            .help("remove `/etc/apt/apt.conf.d/docker-clean` before the install")
            .label(install.verb_span, "deletes what it downloaded");
        }
    }
}

fn target(mount: &Mount) -> Option<&str> {
    let text = mount.target.as_ref()?.as_str().trim_end_matches('/');
    (!text.contains('$')).then_some(text)
}

/// Whether a mount holds the cache of a manager.
fn serves(mount: &Mount, manager: Manager) -> bool {
    let Some(target) = target(mount) else {
        return false;
    };
    match manager {
        Manager::Pip => target.ends_with(".cache/pip") || target.ends_with("/.cache"),
        Manager::Uv => target.ends_with(".cache/uv") || target.ends_with("/.cache"),
        Manager::Apk => target == "/var/cache/apk" || target == "/etc/apk/cache",
        Manager::Npm => target.ends_with("/.npm"),
        Manager::Yarn => target.ends_with("/yarn") || target.ends_with(".cache/yarn"),
        Manager::Dnf | Manager::Microdnf => {
            matches!(
                target,
                "/var/cache/dnf" | "/var/cache/libdnf5" | "/var/cache/yum"
            )
        }
        Manager::Yum => matches!(target, "/var/cache/yum" | "/var/cache/dnf"),
        Manager::Zypper => target == "/var/cache/zypp",
        Manager::AptGet | Manager::Apt => is_archives(mount),
        _ => false,
    }
}

/// How the place of a manager's cache ends, wherever the home is.
fn endings(manager: Manager) -> &'static [&'static str] {
    match manager {
        Manager::Pip => &["/.cache/pip"],
        Manager::Uv => &["/.cache/uv"],
        Manager::Npm => &["/.npm"],
        Manager::Yarn => &["/.cache/yarn"],
        Manager::Poetry => &["/.cache/pypoetry"],
        Manager::Go => &["/.cache/go-build", "/go/pkg/mod"],
        Manager::Cargo => &["/.cargo/registry", "/cargo/registry"],
        Manager::Maven => &["/.m2", "/.m2/repository"],
        Manager::Composer => &["/.composer/cache"],
        _ => &[],
    }
}

/// A mount for the cache of a manager that keeps it elsewhere or keeps none, and what to say.
fn beside<'n>(
    facts: &Facts<'_>,
    node: &'n Node<'_>,
    install: &Install,
) -> Option<(&'n Mount, String, String)> {
    let caches = || node.mounts.iter().filter(|m| m.kind == MountKind::Cache);
    let active = matches!(
        install.action,
        Action::Install | Action::Restore | Action::Build
    );
    let looks = |m: &&Mount| {
        target(m).is_some_and(|t| endings(install.manager).iter().any(|e| t.ends_with(e)))
    };
    let mount = caches().find(looks).filter(|_| active)?;
    let plain = node
        .commands()
        .get(install.command)
        .is_some_and(|c| c.wrappers.is_empty());
    // Who calls it and what configures it decides where the cache is.
    let moved = [
        ".npmrc",
        "pip.conf",
        "settings.xml",
        "GOCACHE",
        "GOMODCACHE",
        "export ",
    ];
    let told =
        |text: &&str| facts.is_mentioned_before(node, text) || facts.is_copied_before(node, text);
    let knows_user = !matches!(facts.user_at(node), RunUser::Unknown);
    if !plain || !knows_user || moved.iter().any(told) {
        return None;
    }
    let call = install.call();
    if install.manager == Manager::Pip
        && facts.setting(node, install, "PIP_NO_CACHE_DIR").is_true()
        && disabled(install).is_none()
    {
        return Some((
            mount,
            "`PIP_NO_CACHE_DIR` leaves the cache mount unused".to_owned(),
            "set it elsewhere: what is in the mount never gets into the image".to_owned(),
        ));
    }
    let cache = cache(facts, node, install)?;
    let covers = |wanted: &String| {
        caches().any(|m| {
            // A variable may hide the place.
            target(m).is_none_or(|t| is_in(wanted, t) || is_in(t, wanted))
        })
    };
    let of_kind = |wanted: &&String| {
        let ending = endings(install.manager)
            .iter()
            .find(|e| target(mount).is_some_and(|t| t.ends_with(**e)));
        let last = ending
            .and_then(|e| e.rsplit('/').next())
            .unwrap_or_default();
        cache.targets().len() == 1 || wanted.ends_with(last)
    };
    let wanted = cache.targets().iter().find(of_kind)?;
    // A part of what is kept may be all that matters.
    if cache.targets().iter().any(covers) {
        return None;
    }
    let what = format!("`{call}` keeps its cache in `{wanted}`, not here");
    Some((mount, what, format!("mount `{wanted}`")))
}

fn is_archives(mount: &Mount) -> bool {
    matches!(
        target(mount),
        Some("/var/cache/apt" | "/var/cache/apt/archives")
    )
}

/// The option that turns the cache off.
fn disabled(install: &Install) -> Option<Span> {
    let names: &[&str] = match install.manager {
        Manager::Pip => &["--no-cache-dir"],
        Manager::Uv => &["--no-cache", "-n", "--no-cache-dir"],
        Manager::Apk => &["--no-cache"],
        _ => return None,
    };
    let active = matches!(install.action, Action::Install | Action::Restore);
    install.flag(names).filter(|_| active).map(|f| f.span)
}

/// Whether a call empties the whole cache; apt's `autoclean` and the like do not.
fn empties(install: &Install) -> bool {
    match install.manager {
        Manager::AptGet | Manager::Apt => install.verb == "clean",
        Manager::Dnf | Manager::Yum | Manager::Microdnf => install.verb == "clean",
        Manager::Uv => install.verb == "cache clean",
        Manager::Pip | Manager::Npm | Manager::Yarn | Manager::Zypper | Manager::Apk => true,
        _ => false,
    }
}

/// The operand by which `rm` empties a cache mount.
fn removed(command: &Command, mount: &Mount) -> Option<Span> {
    let target = target(mount)?;
    // A mount point cannot be removed, only what is in it; other mounts may be meant to be emptied.
    let known = target.contains("/cache")
        || target.contains("/.cache")
        || target.starts_with("/var/lib/apt");
    command
        .operands(&[])
        .find(|w| {
            let text = w.literal().unwrap_or_default();
            let text = text.trim_end_matches('*').trim_end_matches('/');
            known
                && text.len() > 4
                && (text == target
                    || text
                        .strip_prefix(target)
                        .is_some_and(|r| r.starts_with("/lists") || r == "/archives"))
        })
        .map(|w| w.span)
}

fn apt_install<'n>(node: &'n Node<'_>) -> Option<&'n Install> {
    node.installs.iter().find(|i| {
        matches!(i.manager, Manager::AptGet | Manager::Apt)
            && i.action == Action::Install
            && !i.has_flag(&["-d", "--download-only"])
    })
}

/// Whether something is done about `docker-clean`, or the base image is not one that has it.
fn keeps_archives(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let Some(stage) = node.stage else {
        return true;
    };
    let crate::facts::Base::Image(image) = facts.root_base(stage) else {
        return true;
    };
    let bare = matches!(
        image.familiar_name().split([':', '@']).next(),
        Some("debian" | "ubuntu")
    );
    let is_set = ["docker-clean", "eep-Downloaded", "apt.conf"]
        .iter()
        .any(|text| facts.is_mentioned_before(node, text));
    !bare || is_set
}
