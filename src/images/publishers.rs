//! Who publishes an image: the Docker Official Images, verified publishers, vendors' registries.

use super::reference::LIBRARY;
use super::{DOCKER_HUB, ImageRef};

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

/// The Docker Official Images: the files of `library/` in
/// <https://github.com/docker-library/official-images> at commit 37079fb of 2026-08-21, sorted.
pub static OFFICIAL_IMAGES: &[&str] = &[
    "adminer",
    "aerospike",
    "almalinux",
    "alpine",
    "alt",
    "amazoncorretto",
    "amazonlinux",
    "api-firewall",
    "arangodb",
    "archlinux",
    "azul-zulu",
    "backdrop",
    "bash",
    "bonita",
    "buildpack-deps",
    "busybox",
    "caddy",
    "cassandra",
    "chronograf",
    "cirros",
    "clearlinux",
    "clefos",
    "clickhouse",
    "clojure",
    "composer",
    "convertigo",
    "couchbase",
    "couchdb",
    "crate",
    "dart",
    "debian",
    "docker",
    "drupal",
    "eclipse-mosquitto",
    "eclipse-temurin",
    "eggdrop",
    "elasticsearch",
    "elixir",
    "emqx",
    "erlang",
    "espocrm",
    "fedora",
    "flink",
    "fluentd",
    "friendica",
    "gazebo",
    "gcc",
    "geonetwork",
    "ghost",
    "golang",
    "gradle",
    "groovy",
    "haproxy",
    "haskell",
    "haxe",
    "hello-world",
    "hitch",
    "httpd",
    "hylang",
    "ibm-semeru-runtimes",
    "ibmjava",
    "influxdb",
    "irssi",
    "jetty",
    "joomla",
    "jruby",
    "julia",
    "kapacitor",
    "kibana",
    "kong",
    "krakend",
    "lightstreamer",
    "liquibase",
    "logstash",
    "mageia",
    "mariadb",
    "matomo",
    "maven",
    "mediawiki",
    "memcached",
    "mongo",
    "mongo-express",
    "monica",
    "mysql",
    "nats",
    "neo4j",
    "neurodebian",
    "nextcloud",
    "nginx",
    "nim",
    "node",
    "notary",
    "odoo",
    "open-liberty",
    "openjdk",
    "oraclelinux",
    "orientdb",
    "percona",
    "perl",
    "photon",
    "php",
    "php-zendserver",
    "phpmyadmin",
    "plone",
    "postfixadmin",
    "postgres",
    "pypy",
    "python",
    "r-base",
    "rabbitmq",
    "rakudo-star",
    "redis",
    "redmine",
    "registry",
    "rethinkdb",
    "rocket.chat",
    "rockylinux",
    "ros",
    "ruby",
    "rust",
    "sapmachine",
    "satosa",
    "silverpeas",
    "solr",
    "sonarqube",
    "spark",
    "spiped",
    "storm",
    "swift",
    "swipl",
    "teamspeak",
    "telegraf",
    "tomcat",
    "tomee",
    "traefik",
    "ubuntu",
    "unit",
    "varnish",
    "websphere-liberty",
    "wordpress",
    "xwiki",
    "yourls",
    "znc",
    "zookeeper",
];

/// Names that were Docker Official Images and get no updates: files that the history of the same
/// folder removed, without those that were renamed or only parts of another, sorted.
pub static RETIRED_OFFICIAL_IMAGES: &[&str] = &[
    "adoptopenjdk",
    "celery",
    "centos",
    "consul",
    "crux",
    "django",
    "euleros",
    "express-gateway",
    "fsharp",
    "glassfish",
    "hello-seattle",
    "hipache",
    "hola-mundo",
    "iojs",
    "java",
    "jenkins",
    "jobber",
    "kaazing-gateway",
    "known",
    "mono",
    "nats-streaming",
    "nuxeo",
    "opensuse",
    "owncloud",
    "piwik",
    "rails",
    "rapidoid",
    "sentry",
    "sl",
    "sourcemage",
    "swarm",
    "thrift",
    "ubuntu-debootstrap",
    "ubuntu-upstart",
    "vault",
];

/// Namespaces on Docker Hub of companies that are in the Docker Verified Publisher programme
/// (<https://docs.docker.com/docker-hub/repos/manage/trusted-content/dvp-program/>), sorted. The
/// programme publishes no list, only a badge on each page of the Hub, which was not read here:
/// these are namespaces that the vendors' own documentation tells people to pull from, as of
/// 2026-08. A namespace in doubt is left out, and its images are unknown.
static HUB_PUBLISHERS: &[(&str, &str)] = &[
    ("amazon", "Amazon Web Services"),
    ("atlassian", "Atlassian"),
    ("azul", "Azul"),
    ("bitnami", "Bitnami"),
    ("bitnamisecure", "Bitnami"),
    ("chainguard", "Chainguard"),
    ("cimg", "CircleCI"),
    ("circleci", "CircleCI"),
    ("datadog", "Datadog"),
    ("docker", "Docker"),
    ("dynatrace", "Dynatrace"),
    ("elastic", "Elastic"),
    ("gitlab", "GitLab"),
    ("grafana", "Grafana Labs"),
    ("hashicorp", "HashiCorp"),
    ("jetbrains", "JetBrains"),
    ("kong", "Kong"),
    ("microsoft", "Microsoft"),
    ("mirantis", "Mirantis"),
    ("newrelic", "New Relic"),
    ("nginx", "NGINX"),
    ("nginxinc", "NGINX"),
    ("nvidia", "NVIDIA"),
    ("percona", "Percona"),
    ("portainer", "Portainer"),
    ("pulumi", "Pulumi"),
    ("rancher", "SUSE"),
    ("redhat", "Red Hat"),
    ("redis", "Redis"),
    ("snyk", "Snyk"),
    ("splunk", "Splunk"),
    ("ubuntu", "Canonical"),
];

/// Registries and parts of registries where one vendor alone publishes; the comments name the
/// page of the vendor that speaks of it. A path covers everything below it. Registries open to everybody (`ghcr.io`, `quay.io`,
/// `registry.gitlab.com`, most of `gcr.io` and `public.ecr.aws`) are in it only by namespace.
static VENDOR_REGISTRIES: &[(&str, &str, &str)] = &[
    // https://learn.chainguard.dev/chainguard/chainguard-images/
    ("cgr.dev", "chainguard", "Chainguard"),
    ("cgr.dev", "chainguard-private", "Chainguard"),
    // https://container-registry.oracle.com: Oracle's own products
    ("container-registry.oracle.com", "", "Oracle"),
    // https://docs.docker.com/dhi/
    ("dhi.io", "", "Docker"),
    // https://www.docker.elastic.co
    ("docker.elastic.co", "", "Elastic"),
    // https://cloud.google.com/sdk/docs/downloads-docker, https://cloud.google.com/build/docs/cloud-builders
    // and https://github.com/GoogleContainerTools
    ("gcr.io", "cloud-builders", "Google"),
    ("gcr.io", "distroless", "Google"),
    ("gcr.io", "google-appengine", "Google"),
    ("gcr.io", "google-containers", "Google"),
    ("gcr.io", "google.com/cloudsdktool", "Google"),
    ("gcr.io", "kaniko-project", "Google"),
    // https://docs.datadoghq.com/containers/guide/container-images/
    ("gcr.io", "datadoghq", "Datadog"),
    // https://openliberty.io/docs/latest/container-images.html
    ("icr.io", "appcafe", "IBM"),
    // https://github.com/microsoft/containerregistry: Microsoft alone publishes here
    ("mcr.microsoft.com", "", "Microsoft"),
    // https://docs.nvidia.com/ngc/gpu-cloud/ngc-catalog-user-guide/
    ("nvcr.io", "nvidia", "NVIDIA"),
    ("nvcr.io", "nim", "NVIDIA"),
    // https://docs.aws.amazon.com/lambda/latest/dg/images-create.html and the gallery's
    // verified accounts, https://docs.aws.amazon.com/AmazonECR/latest/public/public-gallery.html
    ("public.ecr.aws", "amazonlinux", "Amazon Web Services"),
    ("public.ecr.aws", "aws-cli", "Amazon Web Services"),
    ("public.ecr.aws", "bitnami", "Bitnami"),
    ("public.ecr.aws", "datadog", "Datadog"),
    ("public.ecr.aws", "lambda", "Amazon Web Services"),
    ("public.ecr.aws", "sam", "Amazon Web Services"),
    ("public.ecr.aws", "ubuntu", "Canonical"),
    // https://catalog.redhat.com/software/containers/explore: both hold Red Hat's own images
    ("registry.access.redhat.com", "", "Red Hat"),
    ("registry.redhat.io", "", "Red Hat"),
    // https://docs.fedoraproject.org/en-US/containers/
    ("registry.fedoraproject.org", "", "Fedora"),
    // https://github.com/kubernetes/registry.k8s.io
    ("registry.k8s.io", "", "Kubernetes"),
    // https://documentation.suse.com/container/
    ("registry.suse.com", "", "SUSE"),
];

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

/// The name of a Docker Official Image, `python`, whether it is pulled from Docker Hub or from a
/// mirror; retired ones too.
pub fn official_name(image: &ImageRef) -> Option<&str> {
    let name = std::iter::once(&(DOCKER_HUB, LIBRARY))
        .chain(OFFICIAL_MIRRORS)
        .find_map(|(registry, folder)| image.path_on(registry)?.strip_prefix(folder))
        .or_else(|| {
            let (namespace, name) = image.path_on(DOCKER_HUB)?.split_once('/')?;
            ARCHITECTURES.contains(&namespace).then_some(name)
        })?;
    let listed = |names: &[&str]| names.binary_search(&name).is_ok();
    (listed(OFFICIAL_IMAGES) || listed(RETIRED_OFFICIAL_IMAGES)).then_some(name)
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
        .find(|(host, folder, _)| *host == registry && is_below(path, folder))
        .map_or(Publisher::Unknown, |(_, _, who)| Publisher::Verified(who))
}

fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_do_not_overlap() {
        assert!(OFFICIAL_IMAGES.is_sorted_by(|a, b| a < b));
        assert!(RETIRED_OFFICIAL_IMAGES.is_sorted_by(|a, b| a < b));
        assert!(HUB_PUBLISHERS.is_sorted_by(|a, b| a.0 < b.0));
        for name in RETIRED_OFFICIAL_IMAGES {
            assert!(OFFICIAL_IMAGES.binary_search(name).is_err(), "{name}");
        }
    }

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
