//! Which programs images have, and which ones packages bring.

use super::lifetimes::numbers_of;
use super::table::tag_has;
use super::{BaseRelease, ImageRef, Tag, is_windows, official_name};
use crate::path::is_in;
use crate::text::Rows;

include!(concat!(env!("OUT_DIR"), "/bases.rs"));

/// Whether a program is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It is.
    Present,
    /// It is not.
    Absent,
    /// Not known.
    Unknown,
}

/// Whose packages they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PackageSystem {
    /// Debian's and Ubuntu's.
    Apt,
    /// Alpine's.
    Apk,
    /// Those of Red Hat and its kin.
    Rpm,
}

/// An image, or all whose full names begin alike, and the programs it has.
struct Base {
    /// The name as in `data/images.toml`.
    name: &'static str,
    /// The image it is built on.
    on: Option<&'static str>,
    /// The programs it has; not known if `None`.
    programs: Option<ProgramSet>,
    /// Those that some of its releases have.
    perhaps: ProgramSet,
    /// The users that some of its releases and variants have; not known if `None`.
    users: Option<&'static [&'static str]>,
    variants: &'static [Variant],
}

/// What holds instead for some of its tags.
struct Variant {
    tag: Option<&'static str>,
    /// Whether nothing is known of it.
    open: bool,
    from: Option<&'static str>,
    below: Option<&'static str>,
    since: Option<&'static str>,
    on: Option<&'static str>,
    programs: Option<ProgramSet>,
    perhaps: Option<ProgramSet>,
}

/// Whether the tables speak of a program: an image or package that is listed without it has it not.
pub fn is_known_program(name: &str) -> bool {
    known_program(name).is_some()
}

/// A set of programs that the tables speak of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgramSet(u128);

impl ProgramSet {
    /// Adds a program; one that the tables do not speak of is left out.
    pub fn insert(&mut self, name: &str) {
        if let Ok(at) = PROGRAMS.binary_search(&name) {
            self.0 |= 1 << at;
        }
    }

    /// Whether a program is in it.
    pub fn contains(self, name: &str) -> bool {
        let at = PROGRAMS.binary_search(&name);
        at.is_ok_and(|at| self.0 & 1 << at != 0)
    }
}

/// Whether images of Debian or Ubuntu alone may have a package.
pub fn may_be_in_base(package: &str) -> bool {
    IN_BASE.binary_search(&package).is_ok()
        || IN_BASE_STARTS
            .iter()
            .any(|start| package.starts_with(start))
}

/// The folder for an application that a path lies in and that no image of a system or a language has.
pub fn application_folder(path: &str) -> Option<&'static str> {
    let mut folders = APPLICATION_FOLDERS.iter().rev();
    folders.find(|folder| is_in(path, folder)).copied()
}

/// What installing a package brings of the known programs, at most, in a release if that is known;
/// `None` if it may bring anything.
pub fn package_brings(
    system: PackageSystem,
    package: &str,
    release: Option<BaseRelease>,
) -> Option<Vec<&'static str>> {
    let table = match system {
        PackageSystem::Apt => APT_PACKAGES,
        PackageSystem::Apk => APK_PACKAGES,
        PackageSystem::Rpm => RPM_PACKAGES,
    };
    let brings = table.get(package)?.split(' ').filter(|p| !p.is_empty());
    let is_over = |program: &&str| {
        ENDED
            .iter()
            .any(|(distribution, until, packages, programs)| {
                packages.contains(&package)
                    && programs.contains(program)
                    && release.is_some_and(|r| r.is_since(distribution, until))
            })
    };
    Some(brings.filter(|p| !is_over(p)).collect())
}

/// The package to install for a program, if one is known.
pub fn package_of(system: PackageSystem, program: &'static str) -> Option<&'static str> {
    let names = match system {
        PackageSystem::Apt => APT_NAMES,
        PackageSystem::Apk => APK_NAMES,
        PackageSystem::Rpm => RPM_NAMES,
    };
    let named = names.iter().find(|(name, _)| *name == program);
    named.map(|(_, package)| *package).or_else(|| {
        let own = package_brings(system, program, None)?;
        own.contains(&program).then_some(program)
    })
}

/// A program of the tables by its name.
pub fn known_program(name: &str) -> Option<&'static str> {
    let at = PROGRAMS.binary_search(&name).ok()?;
    PROGRAMS.get(at).copied()
}

/// Whether an image on a release of a distribution has a program.
pub fn program(image: &ImageRef, release: Option<BaseRelease>, program: &str) -> Presence {
    if !is_known_program(program) || is_windows(image) {
        return Presence::Unknown;
    }
    if image.is_scratch() {
        return Presence::Absent;
    }
    // With a digest alone, or a variable that may bring `-alpine`, the variant is open.
    let Some(base) = Base::of(image).filter(|_| image.effective_tag().is_some()) else {
        return Presence::Unknown;
    };
    base.presence(image, release, program, 0)
}

/// Whether an image surely has no user of a name.
pub fn lacks_user(image: &ImageRef, name: &str) -> bool {
    !is_windows(image)
        && Base::of(image).is_some_and(|base| base.may_have_user(name, 0) == Some(false))
}

/// How many images an image is built on one after another.
const MAX_DEPTH: u8 = 8;

impl Base {
    fn named(name: &str) -> Option<&'static Self> {
        let at = BASES.binary_search_by(|base| base.name.cmp(name)).ok()?;
        BASES.get(at)
    }

    fn of(image: &ImageRef) -> Option<&'static Self> {
        if let Some(name) = official_name(image) {
            return Self::named(name);
        }
        let full = format!("{}/{}", image.registry.known()?, image.repository.known()?);
        Self::named(&full).or_else(|| {
            BASES.iter().find(|base| {
                let start = base.name.strip_suffix('*');
                start.is_some_and(|start| full.starts_with(start))
            })
        })
    }

    /// Whether a release or variant may have a user, with those it is built on; `None` if that is
    /// not known.
    fn may_have_user(&self, name: &str, depth: u8) -> Option<bool> {
        if self.users?.contains(&name) {
            return Some(true);
        }
        let bases = self.variants.iter().filter_map(|v| v.on).chain(self.on);
        let mut may = false;
        for base in bases {
            let base = Self::named(base).filter(|_| depth < MAX_DEPTH)?;
            may |= base.may_have_user(name, depth + 1)?;
        }
        Some(may)
    }

    /// Whether the image has a program: what all variants say that may be meant.
    fn presence(
        &self,
        image: &ImageRef,
        release: Option<BaseRelease>,
        program: &str,
        depth: u8,
    ) -> Presence {
        let mut found = None;
        let mut is_settled = false;
        for variant in self.variants {
            let fits = variant.fits(image, release);
            if fits == Some(false) {
                continue;
            }
            let presence = self.with(Some(variant), image, release, program, depth);
            if found.is_some_and(|found| found != presence) {
                return Presence::Unknown;
            }
            found = Some(presence);
            if fits == Some(true) {
                is_settled = true;
                break;
            }
        }
        if is_settled {
            return found.unwrap_or(Presence::Unknown);
        }
        let presence = self.with(None, image, release, program, depth);
        if found.is_some_and(|found| found != presence) {
            return Presence::Unknown;
        }
        presence
    }

    fn with(
        &self,
        variant: Option<&Variant>,
        image: &ImageRef,
        release: Option<BaseRelease>,
        program: &str,
        depth: u8,
    ) -> Presence {
        let programs = variant.and_then(|v| v.programs).or(self.programs);
        let perhaps = variant.and_then(|v| v.perhaps).unwrap_or(self.perhaps);
        let on = variant.and_then(|v| v.on).or(self.on);
        let Some(programs) = programs.filter(|_| !variant.is_some_and(|v| v.open)) else {
            return Presence::Unknown;
        };
        let below = match on.filter(|_| depth < MAX_DEPTH) {
            Some(on) => Self::named(on).map_or(Presence::Unknown, |base| {
                base.presence(image, release, program, depth + 1)
            }),
            None => Presence::Absent,
        };
        if programs.contains(program) || below == Presence::Present {
            Presence::Present
        } else if perhaps.contains(program) {
            Presence::Unknown
        } else {
            below
        }
    }
}

impl Variant {
    /// Whether it is the one of an image; `None` if its release decides, and that is not known.
    fn fits(&self, image: &ImageRef, release: Option<BaseRelease>) -> Option<bool> {
        if self.tag.is_some_and(|tag| !tag_has(image, &[tag])) {
            return Some(false);
        }
        if let Some(since) = self.since {
            let numbers = Tag::of(image)?.numbers();
            // `node:lts`
            numbers.first()?;
            let since = numbers_of(since);
            if numbers.into_iter().lt(since) {
                return Some(false);
            }
        }
        if self.from.is_none() && self.below.is_none() {
            return Some(true);
        }
        let version = release?.version();
        let is_below = |limit: &str| numbers_of(version).lt(numbers_of(limit));
        Some(!self.from.is_some_and(is_below) && self.below.is_none_or(is_below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::table::Image;
    use crate::images::{DATA_DATE, base_release};

    fn has(image: &str, name: &str) -> Presence {
        let image = ImageRef::parse(image);
        program(&image, base_release(&image, DATA_DATE), name)
    }

    #[test]
    fn images_have_what_they_and_those_below_them_have() {
        use Presence::{Absent, Present, Unknown};
        for (image, name, presence) in [
            ("debian:12", "curl", Absent),
            ("debian:12", "bash", Present),
            ("debian:12", "apt-key", Present),
            ("debian:13", "apt-key", Absent),
            ("debian:testing", "apt-key", Unknown),
            ("debian:12", "gpg", Absent),
            ("debian:8", "gpg", Unknown),
            ("debian:testing", "gpg", Unknown),
            ("debian:testing", "curl", Absent),
            ("ubuntu:14.04", "sudo", Unknown),
            ("ubuntu:22.04", "sudo", Absent),
            ("alpine:3.20", "bash", Absent),
            ("alpine", "wget", Present),
            ("python:3.12", "git", Present),
            ("python:3.12-slim", "git", Absent),
            ("python:3.12-alpine3.20", "apt-get", Absent),
            ("python:3.12-slim", "npm", Absent),
            ("python:3.12-slim", "htop", Unknown),
            ("python@sha256:0123", "git", Unknown),
            ("node:20-slim", "npm", Present),
            ("openjdk:17", "apt-get", Absent),
            ("openjdk:17", "java", Present),
            ("openjdk:17-jdk-bullseye", "apt-get", Unknown),
            ("golang:1.9", "go-wrapper", Unknown),
            ("golang:1.22-alpine", "go-wrapper", Absent),
            (
                "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime",
                "git",
                Absent,
            ),
            (
                "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel",
                "git",
                Unknown,
            ),
            ("centos:7", "python", Present),
            ("centos:7", "wget", Absent),
            ("amazonlinux:2", "useradd", Absent),
            ("scratch", "bash", Absent),
            ("gcr.io/distroless/static-debian12", "bash", Absent),
            ("registry.access.redhat.com/ubi9/ubi-minimal", "dnf", Absent),
            ("example.com/app", "curl", Unknown),
            ("openjdk:8", "curl", Unknown),
            ("openjdk:8-jre-slim", "git", Absent),
            ("mcr.microsoft.com/dotnet/aspnet:8.0", "curl", Absent),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-alpine", "bash", Absent),
            (
                "mcr.microsoft.com/dotnet/aspnet:8.0-azurelinux3.0",
                "curl",
                Unknown,
            ),
            ("mcr.microsoft.com/dotnet/sdk:8.0", "git", Present),
            ("nvidia/cuda:12.4.1-base-ubuntu22.04", "git", Absent),
            ("python:3.9-windowsservercore", "apt-get", Unknown),
        ] {
            assert_eq!(has(image, name), presence, "{image} {name}");
        }
    }

    #[test]
    fn images_lack_users() {
        let lacks = |image: &str, name| lacks_user(&ImageRef::parse(image), name);
        assert!(lacks("debian:12", "app") && lacks("alpine:3.23", "app"));
        assert!(!lacks("debian:12", "www-data") && !lacks("node:24", "node"));
        assert!(lacks("python:3.14-slim", "node") && !lacks("ubuntu:24.04", "ubuntu"));
        // Its users are not listed.
        assert!(!lacks("docker:29", "app") && !lacks("example/app", "app"));
    }

    #[test]
    fn packages_bring_programs() {
        let brings = |package| package_brings(PackageSystem::Apt, package, None);
        assert_eq!(brings("curl"), Some(vec!["curl"]));
        assert!(brings("python3-pip").unwrap().contains(&"pip3"));
        assert_eq!(brings("tzdata"), Some(vec![]));
        assert_eq!(brings("acme-tools"), None);
        let on = |image: &str, package| {
            let release = base_release(&ImageRef::parse(image), DATA_DATE);
            package_brings(PackageSystem::Apk, package, release).unwrap()
        };
        assert!(on("alpine:3.11", "python3").contains(&"pip3"));
        assert!(!on("alpine:3.12", "python3").contains(&"pip3"));
        assert!(on("alpine:edge", "python3").contains(&"pip3"));
    }

    #[test]
    fn the_tables_hold_together() {
        assert!(PROGRAMS.len() <= 128);
        assert!(BASES.is_sorted_by(|a, b| a.name < b.name));
        for table in [APT_PACKAGES, APK_PACKAGES, RPM_PACKAGES] {
            assert!(table.iter().is_sorted_by(|a, b| a.0 < b.0));
        }
        for base in BASES {
            let is_official = Image::official(base.name).is_some();
            assert!(is_official || base.name.contains('/'), "{}", base.name);
        }
    }
}
