//! What well-known images set themselves: user, working directory, ports, system and shell.

use super::table::{Image, NoTag, SYSTEMS, tag_has};
use super::{ImageRef, Publisher, publisher};

/// The user that a container of an image runs as, and that a build on it begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BaseUser {
    /// The superuser, on Windows the container's administrator. The entrypoint may still drop to another one (`gosu`, `su-exec`).
    Root,
    /// Another user, by the name or number that the image gives it.
    NonRoot(&'static str),
    /// Not in the table, or it depends on something that cannot be seen.
    Unknown,
}

/// The system an image is built on, as far as package manager and shell go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OsFamily {
    /// Debian, Ubuntu and their kin: apt.
    Debian,
    /// Alpine: apk, BusyBox.
    Alpine,
    /// Wolfi and Chainguard OS: apk, glibc.
    Wolfi,
    /// Red Hat, Fedora, CentOS, Rocky, Alma, Oracle, Amazon Linux: dnf, microdnf or yum.
    RedHat,
    /// SUSE and openSUSE: zypper.
    Suse,
    /// Azure Linux and its forerunner Mariner: tdnf.
    AzureLinux,
    /// Photon OS: tdnf.
    Photon,
    /// Arch Linux: pacman.
    Arch,
    /// BusyBox alone, without a package manager.
    BusyBox,
    /// Neither shell nor package manager: distroless, chiselled.
    Distroless,
    /// Nothing at all: `scratch`.
    Scratch,
    /// Windows.
    Windows,
    /// Not in the table.
    Unknown,
}

/// The program behind `/bin/sh`, which runs RUN, CMD and ENTRYPOINT in shell form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefaultShell {
    /// BusyBox `ash`: Alpine, Wolfi.
    Ash,
    /// `dash`: Debian (since 6, <https://wiki.debian.org/Shell>) and Ubuntu.
    Dash,
    /// `bash` as `sh`: Red Hat, SUSE, Arch and kin.
    Bash,
    /// `cmd`, the default on Windows (<https://docs.docker.com/reference/dockerfile/#shell>).
    Cmd,
    /// There is none: shell form fails.
    None,
    /// Not known.
    Unknown,
}

/// The user a well-known image ends with. A build that sets no `USER` runs as this one.
pub fn default_user(image: &ImageRef) -> BaseUser {
    use BaseUser::{NonRoot, Root, Unknown};
    if image.is_scratch() {
        return Root;
    }
    // Nano Server has an unprivileged user, Server Core the administrator
    // (learn.microsoft.com/virtualization/windowscontainers/manage-containers/container-base-images).
    if is_windows(image) {
        return match publisher(image) {
            Publisher::Unknown => Unknown,
            _ if image.text.contains("nanoserver") => NonRoot("ContainerUser"),
            _ => Root,
        };
    }
    let Some(entry) = Image::of(image) else {
        return Unknown;
    };
    match entry.variant(image, |variant| variant.user) {
        Ok(user) => user.unwrap_or(entry.user),
        Err(NoTag) => Unknown,
    }
}

/// The working directory a well-known image leaves to a build on it; `/` if it sets none.
pub fn default_workdir(image: &ImageRef) -> Option<&'static str> {
    if image.is_scratch() {
        return Some("/");
    }
    if is_windows(image) {
        return None;
    }
    let entry = Image::of(image)?;
    match entry.variant(image, |variant| variant.directory) {
        Ok(directory) => directory.or(entry.directory),
        Err(NoTag) => None,
    }
}

/// The TCP ports that a well-known image declares itself, so that a build on it need not.
pub fn default_ports(image: &ImageRef) -> &'static [u16] {
    let Some(entry) = Image::of(image) else {
        return &[];
    };
    match entry.variant(image, |variant| variant.ports) {
        Ok(Some(ports)) => ports,
        Ok(None) | Err(NoTag) => entry.ports,
    }
}

/// Whether the image holds Windows, by Microsoft's names
/// (<https://mcr.microsoft.com/catalog?search=windows>) and the variants of the Docker Official
/// Images.
pub fn is_windows(image: &ImageRef) -> bool {
    const NAMES: [&str; 4] = [
        "nanoserver",
        "windowsservercore",
        "servercore",
        "windowsserver",
    ];
    let path = image.repository.visible();
    let microsoft = image.registry.known() == Some("mcr.microsoft.com")
        && (path == "windows"
            || path.starts_with("windows/")
            || path.starts_with("dotnet/framework/"));
    let tag = image.tag.as_ref().map_or("", |tag| tag.visible());
    // Few names have this in them.
    let may_name = |text: &str| text.contains("server");
    microsoft
        || may_name(tag) && NAMES.iter().any(|n| tag.contains(n))
        || may_name(path) && path.split('/').any(|part| NAMES.contains(&part))
        || path.contains("windows")
            && path
                .split(['/', '-', '_'])
                .any(|word| word == "windows" || word == "dockerfiles-windows")
        || tag.contains("ltsc20") && tag.split(['-', '_']).any(|word| word.starts_with("ltsc20"))
}

/// The system an image is built on, from the words of its tag, else from its name. A tag word such
/// as `alpine3.19` or `bookworm` is believed whatever the image is called.
pub fn os_family(image: &ImageRef) -> OsFamily {
    if image.is_scratch() {
        return OsFamily::Scratch;
    }
    if is_windows(image) {
        return OsFamily::Windows;
    }
    let tag = image.effective_tag();
    if let Some(tag) = tag {
        let named = SYSTEMS.iter().find(|system| {
            tag.split(['-', '_']).any(|part| {
                let first = part.as_bytes().first();
                let words = system.words.iter();
                let words = words.filter(|word| word.as_bytes().first() == first);
                let mut rests = words.filter_map(|word| part.strip_prefix(word));
                rests.any(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
            })
        });
        if let Some(system) = named {
            return system.family;
        }
    }
    let Some(entry) = Image::of(image) else {
        return OsFamily::Unknown;
    };
    match entry.variant(image, |variant| variant.system) {
        Ok(Some(family)) => family,
        // With a digest alone, or a variable that may bring `-alpine`, the variant is open.
        Ok(None) if tag.is_some() || entry.every_variant => entry.system,
        _ => OsFamily::Unknown,
    }
}

/// The words of the SHELL that an image sets, which a build on it inherits; none if it sets none, or
/// that is not known.
pub fn inherited_shell(image: &ImageRef) -> &'static [&'static str] {
    Image::of(image).map_or(&[], |entry| entry.runs_with)
}

/// The shell behind shell-form instructions, as far as the system is known: `/bin/sh` on Linux,
/// `cmd` on Windows (<https://docs.docker.com/reference/dockerfile/#shell>).
pub fn default_shell(image: &ImageRef) -> DefaultShell {
    let family = os_family(image);
    match family {
        OsFamily::Scratch => DefaultShell::None,
        OsFamily::Windows => DefaultShell::Cmd,
        _ => {
            let own = || {
                Image::of(image)
                    .filter(|entry| entry.system == family)?
                    .shell
            };
            let Some(system) = SYSTEMS.iter().find(|system| system.family == family) else {
                return DefaultShell::Unknown;
            };
            let variant = system.shells.iter().find(|(tag, _)| tag_has(image, tag));
            own()
                .or(variant.map(|(_, shell)| *shell))
                .unwrap_or(system.shell)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    #[test]
    fn well_known_images_start_as_their_user() {
        use BaseUser::{NonRoot, Root, Unknown};
        for (image, expected) in [
            ("scratch", Root),
            ("debian:12", Root),
            ("python:3.12-slim", Root),
            ("docker.io/library/node:20", Root),
            ("public.ecr.aws/docker/library/golang:1.22", Root),
            ("nginx:1.25", Root),
            ("gradle:8.5-jdk17", Root),
            ("redis:7", Root),
            ("elasticsearch:7.17.0", Root),
            ("elasticsearch:8.12.0", NonRoot("1000")),
            ("kibana:8.12.0", NonRoot("kibana")),
            ("solr:9", NonRoot("8983")),
            ("sonarqube:10-community", NonRoot("sonarqube")),
            ("sonarqube:7.9", Unknown),
            ("haproxy:3.0", NonRoot("haproxy")),
            ("haproxy:2.2", Root),
            ("haproxy", NonRoot("haproxy")),
            ("influxdb:2.7", Root),
            ("influxdb:1", NonRoot("influxdb")),
            ("influxdb:3-core", NonRoot("influxdb3")),
            ("influxdb", Unknown),
            ("flink:1.20", Root),
            ("flink:2.2", NonRoot("flink")),
            ("mariadb:11.4", Root),
            ("mariadb:11.4-ubi", NonRoot("mysql")),
            ("wordpress:cli", NonRoot("www-data")),
            ("wordpress:6", Root),
            ("docker:27-dind", Root),
            ("docker:27-dind-rootless", NonRoot("rootless")),
            ("jetty:12", NonRoot("jetty")),
            ("memcached", NonRoot("memcache")),
            ("jenkins/jenkins:lts-jdk17", NonRoot("jenkins")),
            ("grafana/grafana:11.0.0", NonRoot("472")),
            ("prom/prometheus:v2.50.0", NonRoot("nobody")),
            ("bitnami/redis:7.2", NonRoot("1001")),
            ("bitnami/python:3.12", Root),
            ("bitnami/other", Unknown),
            ("cimg/node:20.11", NonRoot("circleci")),
            ("selenium/standalone-chrome:120.0", NonRoot("1200")),
            ("quay.io/jupyter/base-notebook", NonRoot("jovyan")),
            ("nginxinc/nginx-unprivileged:1.25", NonRoot("101")),
            ("cgr.dev/chainguard/python:latest-dev", NonRoot("65532")),
            ("cgr.dev/chainguard/wolfi-base", Root),
            ("cgr.dev/chainguard/go", Root),
            ("gcr.io/distroless/static:nonroot", NonRoot("65532")),
            (
                "gcr.io/distroless/base-debian12:debug-nonroot",
                NonRoot("65532"),
            ),
            ("gcr.io/distroless/static", Root),
            ("mcr.microsoft.com/dotnet/aspnet:8.0", Root),
            ("mcr.microsoft.com/dotnet/core/sdk:3.0.100", Root),
            (
                "mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled",
                NonRoot("1654"),
            ),
            (
                "mcr.microsoft.com/dotnet/runtime:8.0-nanoserver-ltsc2022",
                NonRoot("ContainerUser"),
            ),
            ("mcr.microsoft.com/windows/servercore:ltsc2022", Root),
            ("golang:1.22-nanoserver-ltsc2022", NonRoot("ContainerUser")),
            ("someone/app:ltsc2022", Unknown),
            ("registry.access.redhat.com/ubi9/ubi:9.3", Root),
            ("registry.access.redhat.com/ubi9-minimal", Root),
            ("registry.access.redhat.com/ubi9/ubi-minimal", Root),
            ("registry.access.redhat.com/ubi9/nodejs-20", NonRoot("1001")),
            ("registry.redhat.io/ubi8/openjdk-17", NonRoot("185")),
            ("registry.access.redhat.com/rhel7", Unknown),
            ("redhat/ubi9", Root),
            ("someone/app", Unknown),
            ("example.com/python", Unknown),
            ("\u{E000}/python", Unknown),
            ("python\u{E000}", Unknown),
        ] {
            assert_eq!(default_user(&ImageRef::parse(image)), expected, "{image}");
        }
    }

    #[test]
    fn a_digest_alone_does_not_say_the_variant() {
        for (image, expected) in [
            ("python", BaseUser::Root),
            ("wordpress", BaseUser::Unknown),
            ("gcr.io/distroless/static", BaseUser::Unknown),
            ("mcr.microsoft.com/dotnet/aspnet", BaseUser::Unknown),
        ] {
            let image = ImageRef::parse(&format!("{image}@{DIGEST}"));
            assert_eq!(default_user(&image), expected, "{image}");
        }
    }

    #[test]
    fn ports_and_directories_come_from_the_image() {
        for (image, ports, dir) in [
            ("nginx:1.25", &[80][..], Some("/")),
            ("httpd", &[80], Some("/usr/local/apache2")),
            ("postgres:16", &[5432], Some("/")),
            ("redis:7-alpine", &[6379], Some("/data")),
            ("tomcat:10", &[8080], Some("/usr/local/tomcat")),
            ("golang:1.22", &[], Some("/go")),
            ("php:8.3-apache", &[80], Some("/var/www/html")),
            ("php:8.3-fpm-alpine", &[9000], Some("/var/www/html")),
            ("php:8.3-cli", &[], Some("/")),
            ("wordpress:6-fpm", &[9000], Some("/var/www/html")),
            ("node:20", &[], Some("/")),
            ("docker:27-dind", &[2375, 2376], Some("/")),
            ("docker:27-cli", &[], Some("/")),
            ("scratch", &[], Some("/")),
            ("someone/app", &[], None),
            ("golang:1.22-nanoserver-ltsc2022", &[], None),
            ("bitnami/node", &[3000], Some("/app")),
        ] {
            let image = ImageRef::parse(image);
            assert_eq!(default_ports(&image), ports, "{image}");
            assert_eq!(default_workdir(&image), dir, "{image}");
        }
    }

    #[test]
    fn the_system_and_its_shell_follow_from_tag_and_name() {
        use DefaultShell as S;
        use OsFamily as O;
        for (image, family, shell) in [
            ("alpine:3.19", O::Alpine, S::Ash),
            ("node:20-alpine3.19", O::Alpine, S::Ash),
            ("node:20", O::Debian, S::Dash),
            ("python:3.12-slim-bookworm", O::Debian, S::Dash),
            ("openjdk:8-jdk-slim", O::Debian, S::Dash),
            ("openjdk:11.0.3", O::Debian, S::Dash),
            ("openjdk:17", O::RedHat, S::Bash),
            ("openjdk:17-jdk-slim", O::Debian, S::Dash),
            ("ubuntu:22.04", O::Debian, S::Dash),
            ("someone/app:1-bookworm", O::Debian, S::Dash),
            ("nvidia/cuda:12.3.1-base-ubuntu22.04", O::Debian, S::Dash),
            ("nvidia/cuda:12.3.1-base-ubi9", O::RedHat, S::Bash),
            ("fedora:39", O::RedHat, S::Bash),
            ("registry.access.redhat.com/ubi9/ubi", O::RedHat, S::Bash),
            ("amazonlinux:2023", O::RedHat, S::Bash),
            ("opensuse/leap:15.5", O::Suse, S::Bash),
            ("archlinux", O::Arch, S::Bash),
            ("busybox:1.36", O::BusyBox, S::Ash),
            ("bash:5", O::Alpine, S::Ash),
            ("gcr.io/distroless/static", O::Distroless, S::None),
            ("gcr.io/distroless/static:debug", O::Distroless, S::Ash),
            ("scratch", O::Scratch, S::None),
            ("cgr.dev/chainguard/wolfi-base", O::Wolfi, S::Ash),
            ("cgr.dev/chainguard/python:latest-dev", O::Wolfi, S::Ash),
            ("cgr.dev/chainguard/python", O::Wolfi, S::Unknown),
            ("mcr.microsoft.com/dotnet/sdk:8.0", O::Debian, S::Dash),
            (
                "mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled",
                O::Distroless,
                S::None,
            ),
            (
                "mcr.microsoft.com/dotnet/aspnet:8.0-alpine",
                O::Alpine,
                S::Ash,
            ),
            (
                "mcr.microsoft.com/windows/nanoserver:ltsc2022",
                O::Windows,
                S::Cmd,
            ),
            ("golang:1.22-windowsservercore-1809", O::Windows, S::Cmd),
            (
                "mcr.microsoft.com/dotnet/framework/sdk:4.8",
                O::Windows,
                S::Cmd,
            ),
            ("someone/app:ltsc2022", O::Windows, S::Cmd),
            ("someone/app", O::Unknown, S::Unknown),
            ("node:\u{E000}", O::Unknown, S::Unknown),
            ("node:20-\u{E000}", O::Unknown, S::Unknown),
            ("alpine:\u{E000}", O::Alpine, S::Ash),
            (
                "mcr.microsoft.com/dotnet/sdk:\u{E000}",
                O::Unknown,
                S::Unknown,
            ),
            ("\u{E000}alpine:3", O::Unknown, S::Unknown),
        ] {
            let image = ImageRef::parse(image);
            assert_eq!(os_family(&image), family, "{image}");
            assert_eq!(default_shell(&image), shell, "{image}");
        }
        let pinned = |name: &str| ImageRef::parse(&format!("{name}@{DIGEST}"));
        assert_eq!(os_family(&pinned("alpine")), OsFamily::Alpine);
        assert_eq!(os_family(&pinned("node")), OsFamily::Unknown);
    }
}
