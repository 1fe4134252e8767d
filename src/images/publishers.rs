//! Who publishes an image: the Docker Official Images, verified publishers, vendors' registries.

use super::table::{HUB_PUBLISHERS, Image, VENDOR_REGISTRIES};
use super::{DOCKER_HUB, HIDDEN, ImageRef, LIBRARY};
use crate::path::is_in;

/// Who publishes an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Publisher {
    /// A Docker Official Image, from Docker Hub or one of its mirrors.
    Official,
    /// A company or project of this name, from its namespace on Docker Hub or its own registry.
    Verified(&'static str),
    /// Nobody that is known; which says nothing against the image.
    Unknown,
}

/// Registries that carry the Docker Official Images under the same names: Amazon's copy, pushed
/// by Docker itself (<https://gallery.ecr.aws/docker/>), and Google's cache of Docker Hub
/// (<https://cloud.google.com/artifact-registry/docs/pull-cached-dockerhub-images>).
static OFFICIAL_MIRRORS: &[(&str, &str)] = &[
    ("mirror.gcr.io", LIBRARY),
    ("public.ecr.aws", "docker/library/"),
];

/// Namespaces of Docker Hub with the Docker Official Images for one architecture each
/// (<https://github.com/docker-library/official-images#architectures-other-than-amd64>).
const ARCHITECTURES: [&str; 12] = [
    "amd64", "arm32v5", "arm32v6", "arm32v7", "arm64v8", "i386", "loong64", "mips64le", "ppc64le",
    "riscv64", "s390x", "winamd64",
];

/// The entry of a Docker Official Image, whether it is pulled from Docker Hub or from a mirror;
/// retired ones too.
pub(super) fn official(image: &ImageRef) -> Option<&'static Image> {
    let name = std::iter::once(&(DOCKER_HUB, LIBRARY))
        .chain(OFFICIAL_MIRRORS)
        .find_map(|(registry, folder)| image.path_on(registry)?.strip_prefix(folder))
        .or_else(|| {
            let (namespace, name) = image.path_on(DOCKER_HUB)?.split_once('/')?;
            ARCHITECTURES.contains(&namespace).then_some(name)
        })?;
    Image::official(name)
}

/// The name of a Docker Official Image, `python`, whether it is pulled from Docker Hub or from a
/// mirror; retired ones too.
pub fn official_name(image: &ImageRef) -> Option<&'static str> {
    official(image).map(|entry| entry.name)
}

/// The official image whose name stands behind a variable that nobody knows, as in `${PREFIX}node`:
/// whatever the prefix is, the tag and the digest are what is written.
pub fn prefixed_official(image: &ImageRef) -> Option<ImageRef> {
    let rest = image.text.strip_prefix(HIDDEN)?;
    if rest.contains(['/', HIDDEN]) {
        return None;
    }
    let rest = ImageRef::parse(rest);
    official_name(&rest).map(|_| rest)
}

/// Who publishes the image; unknown if a variable hides registry or repository.
pub fn publisher(image: &ImageRef) -> Publisher {
    if official_name(image).is_some() {
        return Publisher::Official;
    }
    let (Some(registry), Some(path)) = (image.registry.known(), image.repository.known()) else {
        return Publisher::Unknown;
    };
    if registry == DOCKER_HUB {
        let found = path.split_once('/').and_then(|(namespace, _)| {
            let at = HUB_PUBLISHERS
                .binary_search_by_key(&namespace, |(name, _)| name)
                .ok()?;
            HUB_PUBLISHERS.get(at)
        });
        return found.map_or(Publisher::Unknown, |(_, who)| Publisher::Verified(who));
    }
    VENDOR_REGISTRIES
        .iter()
        .find(|(host, folder, _)| *host == registry && (folder.is_empty() || is_in(path, folder)))
        .map_or(Publisher::Unknown, |(_, _, who)| Publisher::Verified(who))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_are_known_by_registry_and_namespace() {
        use Publisher::{Official, Unknown, Verified};
        for (image, expected) in [
            ("python:3.12", Official),
            ("docker.io/library/python", Official),
            ("index.docker.io/python", Official),
            ("public.ecr.aws/docker/library/python", Official),
            ("mirror.gcr.io/library/node:20", Official),
            ("arm64v8/python:3.12", Official),
            ("arm64v8/pyhton:3.12", Unknown),
            ("example.com/arm64v8/python:3.12", Unknown),
            ("centos:7", Official),
            ("pyhton:3.12", Unknown),
            ("example.com/library/python", Unknown),
            ("someone/python", Unknown),
            ("bitnami/redis", Verified("Bitnami")),
            ("grafana/grafana", Verified("Grafana Labs")),
            ("grafana-mirror/grafana", Unknown),
            (
                "mcr.microsoft.com/dotnet/core/sdk:3.0.100",
                Verified("Microsoft"),
            ),
            ("gcr.io/distroless/static:nonroot", Verified("Google")),
            ("gcr.io/distroless-fake/static", Unknown),
            ("gcr.io/my-project/app", Unknown),
            ("registry.access.redhat.com/ubi9/ubi", Verified("Red Hat")),
            (
                "public.ecr.aws/lambda/python:3.12",
                Verified("Amazon Web Services"),
            ),
            ("public.ecr.aws/x1y2/python", Unknown),
            ("nvcr.io/nvidia/pytorch:24.01-py3", Verified("NVIDIA")),
            ("cgr.dev/chainguard/static", Verified("Chainguard")),
            (
                "docker.elastic.co/elasticsearch/elasticsearch:8.1.0",
                Verified("Elastic"),
            ),
            ("quay.io/someone/app", Unknown),
            ("ghcr.io/astral-sh/uv", Unknown),
            ("golden/openjdk:1907", Unknown),
            ("\u{E000}/python", Unknown),
            ("registry.local:5000/gallery/ui:v1", Unknown),
        ] {
            assert_eq!(publisher(&ImageRef::parse(image)), expected, "{image}");
        }
    }
}
