//! One word that names a package: name, version and where it comes from.

use super::{Manager, Package, PackageOrigin, Version};
use crate::images::HIDDEN;
use crate::span::Span;

/// Whether an operand is no package to install: `foo-` of apt, `!foo` of apk.
pub(super) fn is_no_package(manager: Manager, text: &str) -> bool {
    match manager {
        m if m.is_apt() => text.ends_with('-'),
        Manager::Apk | Manager::Zypper => text.starts_with('!'),
        _ => false,
    }
}

/// Reads a word that names a package.
pub(super) fn read(manager: Manager, text: &str, span: Span, word: usize) -> Package {
    let (origin, name, version) = parts(manager, text);
    Package {
        name,
        version,
        origin,
        editable: false,
        span,
        word,
    }
}

/// Takes a word without a slash as the version of the package before it, as Composer does
/// (`VersionParser::parseNameVersionPairs`): `composer require monolog/monolog 3.9`.
pub(super) fn join_versions(packages: &mut Vec<Package>) {
    let mut joined: Vec<Package> = Vec::with_capacity(packages.len());
    for package in packages.drain(..) {
        match joined.last_mut() {
            Some(last)
                if last.version.is_none()
                    && last.word + 1 == package.word
                    && package.version.is_none()
                    && !package.name.contains('/')
                    && !is_platform_package(&package.name) =>
            {
                last.version = version(" ", &package.name);
                last.span = last.span.to(package.span);
            }
            _ => joined.push(package),
        }
    }
    *packages = joined;
}

/// What Composer asks the machine for instead of a repository: `php`, `ext-intl`.
fn is_platform_package(name: &str) -> bool {
    matches!(name, "php" | "hhvm" | "composer")
        || ["php-", "ext-", "lib-", "composer-"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

type Parts = (PackageOrigin, String, Option<Version>);

fn version(operator: &str, text: &str) -> Option<Version> {
    Some(Version {
        operator: operator.to_owned(),
        text: text.to_owned(),
    })
}

fn parts(manager: Manager, text: &str) -> Parts {
    use Manager::*;
    let registry = |name: &str, version| (PackageOrigin::Registry, name.to_owned(), version);
    if text.starts_with(HIDDEN) && !text.contains(['=', '@', ':', '/', '<', '>', '~']) {
        return (PackageOrigin::Unknown, text.to_owned(), None);
    }
    if let Some(found) = elsewhere(manager, text) {
        return found;
    }
    match manager {
        AptGet | Apt | Aptitude => {
            if let Some((name, v)) = text.split_once('=') {
                return registry(without_arch(name), version("=", v));
            }
            match text.split_once('/') {
                Some((name, release)) => registry(without_arch(name), version("/", release)),
                None => registry(without_arch(text).trim_end_matches('+'), None),
            }
        }
        Apk => {
            let at = text.find(['=', '<', '>', '~']);
            let (name, v) = match at {
                Some(at) => {
                    let (name, rest) = text.split_at(at);
                    let v = rest.trim_start_matches(['=', '<', '>', '~']);
                    let operator = rest.strip_suffix(v).unwrap_or_default();
                    (name, version(operator, v))
                }
                None => (text, None),
            };
            registry(name.split('@').next().unwrap_or(name), v)
        }
        Yum | Dnf | Microdnf | Tdnf => match text.strip_prefix('@') {
            Some(group) => (PackageOrigin::Group, group.to_owned(), None),
            None => match rpm_version(text) {
                Some(at) => {
                    let (name, v) = text.split_at(at);
                    registry(name, version("-", v.trim_start_matches('-')))
                }
                None => match text.split_once(':') {
                    // A stream of a module: `nodejs:18`.
                    Some((name, stream)) => registry(name, version(":", stream)),
                    None => registry(text, None),
                },
            },
        },
        Zypper => match text.find(['=', '<', '>']) {
            Some(at) => {
                let (name, rest) = text.split_at(at);
                let v = rest.trim_start_matches(['=', '<', '>']);
                let operator = rest.strip_suffix(v).unwrap_or_default();
                registry(name, version(operator, v))
            }
            None => registry(text, None),
        },
        Pip | Pipx | Uv | Poetry | Pdm | Pipenv => python(manager, text),
        Conda => {
            let name = text.rsplit("::").next().unwrap_or(text);
            match name.find(['=', '<', '>', '!', ' ']) {
                Some(at) => {
                    let (name, rest) = name.split_at(at);
                    let v = rest.trim_start_matches(['=', '<', '>', '!', ' ']);
                    let operator = rest.strip_suffix(v).unwrap_or_default();
                    registry(name, version(operator.trim(), v))
                }
                None => registry(name, None),
            }
        }
        Npm | Yarn | Pnpm | Bun | Go | Cargo => {
            // A scope begins with `@`.
            match text.get(1..).and_then(|rest| rest.find('@')) {
                Some(at) => {
                    let (name, v) = text.split_at(at + 1);
                    registry(name, version("@", v.trim_start_matches('@')))
                }
                None => registry(text, None),
            }
        }
        Composer if text.contains(' ') => match text.split_once(' ') {
            Some((name, v)) => registry(name, version(" ", v.trim_start())),
            None => registry(text, None),
        },
        Gem | Composer | Bower => match text.split_once([':', '=', '#']) {
            Some((name, v)) => {
                let operator = text.get(name.len()..name.len() + 1).unwrap_or_default();
                registry(name, version(operator, v))
            }
            None => registry(text, None),
        },
        Cpanm => match text.split_once(['@', '~']) {
            Some((name, v)) => {
                let operator = text.get(name.len()..name.len() + 1).unwrap_or_default();
                registry(name, version(operator, v))
            }
            None => registry(text, None),
        },
        _ => registry(text, None),
    }
}

/// `foo:amd64`
fn without_arch(name: &str) -> &str {
    name.split(':').next().unwrap_or(name)
}

/// A file, an address or a repository instead of a package of the registry.
fn elsewhere(manager: Manager, text: &str) -> Option<Parts> {
    use Manager::*;
    let bare = text.split(['[', '#']).next().unwrap_or(text);
    let is_path = matches!(bare, "." | "..")
        || bare.starts_with("./")
        || bare.starts_with("../")
        || bare.starts_with('/')
        || bare.starts_with("~/")
        || bare.starts_with("file:");
    let ends = |suffixes: &[&str]| suffixes.iter().any(|s| bare.ends_with(s));
    let archive = match manager {
        AptGet | Apt | Aptitude => ends(&[".deb"]),
        Apk => ends(&[".apk"]),
        Yum | Dnf | Microdnf | Tdnf | Zypper => ends(&[".rpm"]),
        Pip | Pipx | Uv => ends(&[".whl", ".tar.gz", ".zip"]),
        Npm | Yarn | Pnpm => ends(&[".tgz", ".tar.gz", ".tar"]),
        Gem => ends(&[".gem"]),
        Pacman => bare.contains(".pkg.tar"),
        _ => false,
    };
    if text.contains("://") || text.starts_with("git@") {
        let scheme = text.split("://").next().unwrap_or_default();
        let python = matches!(manager, Pip | Pipx | Uv | Poetry | Pdm | Pipenv);
        let vcs = scheme.starts_with("git")
            || (python && ["hg+", "svn+", "bzr+"].iter().any(|s| text.contains(s)))
            || text.contains("git+")
            || (!python && bare.ends_with(".git"));
        if !vcs {
            return Some((PackageOrigin::Url, text.to_owned(), None));
        }
        let path = text.find("://").map_or(0, |i| i + 3);
        let rest = text.get(path..).unwrap_or_default();
        let revision = match python {
            // `user@host` comes before the first slash of the path.
            true => rest
                .split_once('/')
                .and_then(|(_, p)| p.split('#').next()?.rsplit_once('@'))
                .map(|(_, v)| ("@", v)),
            false => rest.split_once('#').map(|(_, v)| ("#", v)),
        };
        let revision = revision.and_then(|(operator, v)| version(operator, v));
        return Some((PackageOrigin::Vcs, text.to_owned(), revision));
    }
    if is_path || archive {
        return Some((PackageOrigin::Path, text.to_owned(), None));
    }
    let short = text.split_once(':').map(|(host, _)| host);
    let forge = matches!(short, Some("github" | "gitlab" | "bitbucket" | "gist"));
    let slashed = matches!(manager, Npm | Yarn | Pnpm | Bun)
        && !text.starts_with('@')
        && text.split('@').next().is_some_and(|n| n.contains('/'));
    if matches!(manager, Npm | Yarn | Pnpm | Bun) && (forge || slashed) {
        let revision = text.split_once('#').and_then(|(_, v)| version("#", v));
        return Some((PackageOrigin::Vcs, text.to_owned(), revision));
    }
    if matches!(manager, Pip | Uv) && bare.contains('/') && !text.contains('@') {
        return Some((PackageOrigin::Path, text.to_owned(), None));
    }
    None
}

/// PEP 508, and poetry's `name@^1`.
fn python(manager: Manager, text: &str) -> Parts {
    let requirement = text.split(';').next().unwrap_or(text).trim();
    let end = requirement
        .find(['=', '<', '>', '!', '~', '@', '['])
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let rest = rest.trim();
    let text = rest.trim_start_matches(['=', '<', '>', '!', '~', '@']);
    let operator = rest.strip_suffix(text).unwrap_or_default();
    let found = match operator {
        "" => None,
        "@" if manager == Manager::Pip => None,
        operator => version(operator, text.trim()),
    };
    (PackageOrigin::Registry, name.trim().to_owned(), found)
}

/// Where the version of `name-version[-release]` begins: at the dash before it. A lone number
/// (`gcc-toolset-11`) belongs to the name.
fn rpm_version(text: &str) -> Option<usize> {
    let is_version = |part: &str| {
        let part = part.split_once(':').map_or(part, |(_, rest)| rest);
        part.starts_with(|c: char| c.is_ascii_digit() || c == HIDDEN || c == '*')
    };
    let dashes: Vec<usize> = text.match_indices('-').map(|(i, _)| i).collect();
    let part = |from: usize, to: usize| text.get(from + 1..to).unwrap_or_default();
    let last = *dashes.last()?;
    if !is_version(part(last, text.len())) {
        return None;
    }
    if let Some(before) = dashes.len().checked_sub(2).and_then(|i| dashes.get(i))
        && is_version(part(*before, last))
    {
        return Some(*before);
    }
    let only = part(last, text.len());
    (only.contains(['.', ':', '*', HIDDEN])).then_some(last)
}
