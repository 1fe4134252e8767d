//! What well-known images set themselves: user, working directory, ports, system and shell.
//!
//! Where an image has its own Dockerfile to go by, that is the source: those that
//! <https://github.com/docker-library/official-images> (commit 37079fb of 2026-08-21) links to,
//! and the repositories named beside the rows. Read for this table, as of 2026-08, were adminer,
//! caddy, composer, drupal, eclipse-mosquitto, elasticsearch, flink, ghost, golang, gradle, groovy,
//! haproxy, httpd, influxdb, jetty, kong, liquibase, mariadb, memcached, mongo, mysql, neo4j, node,
//! odoo, open-liberty, percona, php, postgres, rabbitmq, redis, rocket.chat, solr, sonarqube, spark,
//! tomcat, websphere-liberty and wordpress, the users of kibana and logstash, and of the others
//! those of Apache Kafka, Chainguard, .NET, Jenkins, Jupyter, MinIO, nginx-unprivileged, Prometheus,
//! Alertmanager, Selenium and Bitnami's node, python and redis. The remaining rows are common
//! knowledge that was not read anew.

use super::{DOCKER_HUB, ImageRef, Publisher, Tag, official_name, publisher};

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

/// One row: what the Dockerfile of an image ends with.
struct Known {
    name: &'static str,
    user: BaseUser,
    workdir: &'static str,
    ports: &'static [u16],
}

const fn root(name: &'static str) -> Known {
    root_at(name, "/", &[])
}

const fn root_at(name: &'static str, workdir: &'static str, ports: &'static [u16]) -> Known {
    Known {
        name,
        user: BaseUser::Root,
        workdir,
        ports,
    }
}

const fn user(
    name: &'static str,
    user: &'static str,
    workdir: &'static str,
    ports: &'static [u16],
) -> Known {
    Known {
        name,
        user: BaseUser::NonRoot(user),
        workdir,
        ports,
    }
}

/// Docker Official Images, sorted. `""` as working directory: it varies.
static OFFICIAL: &[Known] = &[
    user("adminer", "adminer", "/var/www/html", &[8080]),
    root("almalinux"),
    root("alpine"),
    root("amazoncorretto"),
    root("amazonlinux"),
    root("archlinux"),
    root("azul-zulu"),
    root("bash"),
    root("buildpack-deps"),
    root("busybox"),
    root_at("caddy", "/srv", &[80, 443, 2019]),
    root("centos"),
    root("clojure"),
    root_at("composer", "/app", &[]),
    root("debian"),
    root_at("docker", "/", &[]),
    root_at("drupal", "/opt/drupal", &[80]),
    root_at("eclipse-mosquitto", "/", &[1883]),
    root("eclipse-temurin"),
    root("elixir"),
    root("erlang"),
    root("fedora"),
    root("gcc"),
    root_at("ghost", "/var/lib/ghost", &[2368]),
    root_at("golang", "/go", &[]),
    root_at("gradle", "/home/gradle", &[]),
    user("groovy", "groovy", "/home/groovy", &[]),
    user("haproxy", "haproxy", "/var/lib/haproxy", &[]),
    root("haskell"),
    root_at("httpd", "/usr/local/apache2", &[80]),
    root("ibm-semeru-runtimes"),
    root("ibmjava"),
    root("java"),
    user("jetty", "jetty", "/var/lib/jetty", &[8080]),
    root("julia"),
    user("kibana", "kibana", "/usr/share/kibana", &[5601]),
    user("kong", "kong", "", &[8000, 8443, 8001, 8444]),
    user("liquibase", "liquibase", "/liquibase", &[]),
    user("logstash", "logstash", "/usr/share/logstash", &[9600, 5044]),
    root_at("mariadb", "/", &[3306]),
    root("maven"),
    user("memcached", "memcache", "/", &[11211]),
    root_at("mongo", "/", &[27017]),
    root_at("mysql", "/", &[3306, 33060]),
    root_at("neo4j", "/var/lib/neo4j", &[7474, 7473, 7687]),
    root_at("nginx", "/", &[80]),
    root("node"),
    user("odoo", "odoo", "/", &[8069, 8071, 8072]),
    user("open-liberty", "1001", "/", &[9080, 9443]),
    root("openjdk"),
    root("oraclelinux"),
    user("percona", "1001", "/", &[]),
    root("perl"),
    root("photon"),
    root("php"),
    root_at("postgres", "/", &[5432]),
    root("pypy"),
    root("python"),
    root_at("rabbitmq", "/", &[4369, 5671, 5672, 15691, 15692, 25672]),
    root_at("redis", "/data", &[6379]),
    root_at("registry", "/", &[5000]),
    user("rocket.chat", "rocketchat", "", &[3000]),
    root("rockylinux"),
    root("ruby"),
    root("rust"),
    root("sapmachine"),
    user("solr", "8983", "/opt/solr", &[8983]),
    user("sonarqube", "sonarqube", "/opt/sonarqube", &[9000]),
    user("spark", "spark", "/opt/spark/work-dir", &[]),
    root("swift"),
    root_at("tomcat", "/usr/local/tomcat", &[8080]),
    root_at("traefik", "/", &[80]),
    root("ubuntu"),
    user("websphere-liberty", "1001", "/", &[9080, 9443]),
    root_at("wordpress", "/var/www/html", &[80]),
];

/// Other images by full name, sorted. A name that ends in `/` stands for all below it.
static OTHERS: &[Known] = &[
    // github.com/chainguard-images/images, locked_config.json of each, 2026-08
    root_at("cgr.dev/chainguard/apko", "/work", &[]),
    root("cgr.dev/chainguard/bash"),
    user("cgr.dev/chainguard/busybox", "65532", "", &[]),
    user("cgr.dev/chainguard/curl", "65532", "", &[]),
    root_at("cgr.dev/chainguard/gcc-glibc", "/work", &[]),
    user("cgr.dev/chainguard/git", "65532", "/home/git", &[]),
    user("cgr.dev/chainguard/glibc-dynamic", "65532", "", &[]),
    root_at("cgr.dev/chainguard/go", "", &[]),
    user("cgr.dev/chainguard/gradle", "65532", "/home/build", &[]),
    user("cgr.dev/chainguard/jdk", "65532", "/home/build", &[]),
    user("cgr.dev/chainguard/jre", "65532", "/app", &[]),
    user("cgr.dev/chainguard/maven", "65532", "/home/build", &[]),
    root_at("cgr.dev/chainguard/melange", "/work", &[]),
    user("cgr.dev/chainguard/nginx", "65532", "", &[]),
    user("cgr.dev/chainguard/node", "65532", "/app", &[]),
    user("cgr.dev/chainguard/php", "65532", "/app", &[]),
    root_at("cgr.dev/chainguard/postgres", "/home/postgres", &[]),
    user("cgr.dev/chainguard/python", "65532", "", &[]),
    user("cgr.dev/chainguard/redis", "redis", "/data", &[]),
    user("cgr.dev/chainguard/ruby", "65532", "/work", &[]),
    user("cgr.dev/chainguard/rust", "65532", "/work", &[]),
    user("cgr.dev/chainguard/static", "65532", "", &[]),
    user(
        "cgr.dev/chainguard/tomcat",
        "65532",
        "/usr/local/tomcat",
        &[],
    ),
    root("cgr.dev/chainguard/wolfi-base"),
    // github.com/apache/kafka, docker/jvm/Dockerfile
    user("docker.io/apache/kafka", "appuser", "", &[9092]),
    // github.com/bitnami/containers: servers drop to 1001, language images stay root in /app
    user("docker.io/bitnami/apache", "1001", "", &[]),
    user("docker.io/bitnami/kafka", "1001", "", &[9092]),
    user("docker.io/bitnami/kubectl", "1001", "", &[]),
    user("docker.io/bitnami/mariadb", "1001", "", &[3306]),
    root("docker.io/bitnami/minideb"),
    user("docker.io/bitnami/mongodb", "1001", "", &[27017]),
    user("docker.io/bitnami/mysql", "1001", "", &[3306]),
    user("docker.io/bitnami/nginx", "1001", "/app", &[8080, 8443]),
    root_at("docker.io/bitnami/node", "/app", &[3000]),
    user("docker.io/bitnami/postgresql", "1001", "", &[5432]),
    root_at("docker.io/bitnami/python", "/app", &[8000]),
    user("docker.io/bitnami/rabbitmq", "1001", "", &[]),
    user("docker.io/bitnami/redis", "1001", "", &[6379]),
    user("docker.io/bitnami/zookeeper", "1001", "", &[]),
    // circleci.com/docs/building-docker-images and github.com/CircleCI-Public/cimg-base
    user("docker.io/cimg/", "circleci", "/home/circleci/project", &[]),
    // github.com/grafana/grafana, Dockerfile: GF_UID=472
    user(
        "docker.io/grafana/grafana",
        "472",
        "/usr/share/grafana",
        &[3000],
    ),
    user(
        "docker.io/grafana/grafana-enterprise",
        "472",
        "/usr/share/grafana",
        &[3000],
    ),
    user(
        "docker.io/grafana/grafana-oss",
        "472",
        "/usr/share/grafana",
        &[3000],
    ),
    // github.com/jenkinsci/docker and github.com/jenkinsci/docker-agents
    user("docker.io/jenkins/agent", "jenkins", "", &[]),
    user("docker.io/jenkins/inbound-agent", "jenkins", "", &[]),
    user("docker.io/jenkins/jenkins", "jenkins", "/", &[8080, 50000]),
    // github.com/jupyter/docker-stacks: NB_USER=jovyan, NB_UID=1000
    user("docker.io/jupyter/", "jovyan", "/home/jovyan", &[8888]),
    root_at("docker.io/minio/minio", "", &[9000]),
    // github.com/nginx/docker-nginx-unprivileged: UID=101
    user("docker.io/nginxinc/nginx-unprivileged", "101", "/", &[8080]),
    root("docker.io/nvidia/cuda"),
    // Dockerfile of each repository in github.com/prometheus
    user(
        "docker.io/prom/alertmanager",
        "nobody",
        "/alertmanager",
        &[9093],
    ),
    user("docker.io/prom/node-exporter", "nobody", "", &[9100]),
    user(
        "docker.io/prom/prometheus",
        "nobody",
        "/prometheus",
        &[9090],
    ),
    user("docker.io/prom/pushgateway", "nobody", "", &[9091]),
    root("docker.io/rockylinux/rockylinux"),
    // github.com/SeleniumHQ/docker-selenium: SEL_UID=1200
    user("docker.io/selenium/", "1200", "", &[]),
    user("ghcr.io/nginx/nginx-unprivileged", "101", "/", &[8080]),
    root("mcr.microsoft.com/azurelinux/base/core"),
    // github.com/dotnet/dotnet-docker: chiselled, distroless and Nano Server images set a user
    root("mcr.microsoft.com/dotnet/aspnet"),
    root("mcr.microsoft.com/dotnet/core/aspnet"),
    root("mcr.microsoft.com/dotnet/core/runtime"),
    root("mcr.microsoft.com/dotnet/core/runtime-deps"),
    root("mcr.microsoft.com/dotnet/core/sdk"),
    root("mcr.microsoft.com/dotnet/runtime"),
    root("mcr.microsoft.com/dotnet/runtime-deps"),
    root("mcr.microsoft.com/dotnet/sdk"),
    root("nvcr.io/nvidia/cuda"),
    root("public.ecr.aws/amazonlinux/amazonlinux"),
    root("quay.io/centos/centos"),
    root("quay.io/fedora/fedora"),
    user("quay.io/jupyter/", "jovyan", "/home/jovyan", &[8888]),
    user("quay.io/keycloak/keycloak", "1000", "", &[8080, 8443]),
    user(
        "quay.io/prometheus/alertmanager",
        "nobody",
        "/alertmanager",
        &[9093],
    ),
    user("quay.io/prometheus/node-exporter", "nobody", "", &[9100]),
    user(
        "quay.io/prometheus/prometheus",
        "nobody",
        "/prometheus",
        &[9090],
    ),
    root("registry.fedoraproject.org/fedora"),
];

fn known(image: &ImageRef) -> Option<&'static Known> {
    if let Some(name) = official_name(image) {
        return row(OFFICIAL, name);
    }
    let name = image.canonical_name()?;
    row(OTHERS, &name).or_else(|| {
        let (folder, _) = name.rsplit_once('/')?;
        row(OTHERS, &format!("{folder}/"))
    })
}

fn row(table: &'static [Known], name: &str) -> Option<&'static Known> {
    let at = table.binary_search_by_key(&name, |k| k.name).ok()?;
    table.get(at)
}

/// Whether any part of the tag's words, with the version's, is or begins with one of `parts`.
fn tag_has(image: &ImageRef, parts: &[&str]) -> bool {
    image.effective_tag().is_some_and(|tag| {
        tag.split(['-', '_'])
            .any(|word| parts.iter().any(|part| word.starts_with(part)))
    })
}

/// The first two numbers of the tag's version. A tag with one number is the newest of its line.
fn release(image: &ImageRef) -> Option<(u64, u64)> {
    let numbers = Tag::of(image)?.numbers();
    let mut numbers = numbers.into_iter();
    Some((numbers.next()?, numbers.next().unwrap_or(u64::MAX)))
}

/// The user a well-known image ends with. A build that sets no `USER` runs as this one.
///
/// From the tables above; the exceptions are in the same Dockerfiles.
pub fn default_user(image: &ImageRef) -> BaseUser {
    use BaseUser::{NonRoot, Root, Unknown};
    if image.is_scratch() {
        return Root;
    }
    if image.is_hidden() {
        return Unknown;
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
    // Without a tag to go by, the variant is open.
    let tag = image.effective_tag();
    let release = release(image);
    if let Some(name) = official_name(image) {
        match name {
            "docker" if tag_has(image, &["rootless"]) => return NonRoot("rootless"),
            // elastic/dockerfiles sets a user from 8.0 on.
            "elasticsearch" => {
                return match release {
                    Some(release) if release < (8, 0) => Root,
                    Some(_) => NonRoot("1000"),
                    None => Unknown,
                };
            }
            // apache/flink-docker: from 2.2 on.
            "flink" => {
                return match release {
                    Some(release) if release < (2, 2) => Root,
                    Some(_) => NonRoot("flink"),
                    None => Unknown,
                };
            }
            // docker-library/haproxy: from 2.4 on.
            "haproxy" if release.is_some_and(|release| release < (2, 4)) => return Root,
            // influxdata/influxdata-docker: 1.11 and 3 set a user, 2 does not.
            "influxdb" => {
                return match release {
                    Some((1, 11..)) => NonRoot("influxdb"),
                    Some((1 | 2, _)) => Root,
                    Some((3, _)) => NonRoot("influxdb3"),
                    _ => Unknown,
                };
            }
            "mariadb" if tag_has(image, &["ubi"]) => return NonRoot("mysql"),
            // SonarSource/docker-sonarqube sets a user since the end of 2020.
            "sonarqube" if release.is_some_and(|release| release < (9, 0)) => return Unknown,
            "wordpress" if tag_has(image, &["cli"]) => return NonRoot("www-data"),
            _ => {}
        }
    } else if let Some(name) = image
        .path_on("gcr.io")
        .and_then(|p| p.strip_prefix("distroless/"))
    {
        // GoogleContainerTools/distroless, common/variables.bzl: root and nonroot (65532).
        return match tag {
            _ if name.is_empty() => Unknown,
            Some(tag) if tag.contains("nonroot") => NonRoot("65532"),
            Some(_) => Root,
            None => Unknown,
        };
    } else if let Some(path) = image.path_on("mcr.microsoft.com") {
        if path.starts_with("dotnet/") && tag_has(image, &["chiseled", "distroless"]) {
            return NonRoot("1654");
        }
    } else if let Some(user) = ubi_user(image) {
        return user;
    }
    match known(image) {
        // With a digest alone, the variants that set a user cannot be told from the others.
        Some(k) if tag.is_none() && VARIED.contains(&k.name) => Unknown,
        Some(k) => k.user,
        None => Unknown,
    }
}

/// Images whose user depends on the tag.
const VARIED: [&str; 9] = [
    "docker",
    "haproxy",
    "mariadb",
    "sonarqube",
    "wordpress",
    "mcr.microsoft.com/dotnet/aspnet",
    "mcr.microsoft.com/dotnet/runtime",
    "mcr.microsoft.com/dotnet/runtime-deps",
    "mcr.microsoft.com/dotnet/sdk",
];

/// Red Hat's universal base images: the bases are root, the language images on them run as 1001
/// (github.com/sclorg/s2i-base-container), those with a JDK as 185 (github.com/rh-openjdk).
fn ubi_user(image: &ImageRef) -> Option<BaseUser> {
    let path = ["registry.access.redhat.com", "registry.redhat.io"]
        .iter()
        .find_map(|registry| image.path_on(registry))
        .or_else(|| image.path_on(DOCKER_HUB)?.strip_prefix("redhat/"))?;
    let (folder, name) = path.rsplit_once('/').unwrap_or((path, path));
    if !folder.starts_with("ubi") {
        return None;
    }
    let begins = |names: &[&str]| names.iter().any(|n| name.starts_with(n));
    Some(if begins(&["ubi"]) {
        BaseUser::Root
    } else if begins(&["openjdk-"]) {
        BaseUser::NonRoot("185")
    } else if begins(&[
        "dotnet-",
        "go-toolset",
        "httpd-",
        "nginx-",
        "nodejs-",
        "perl-",
        "php-",
        "python-",
        "ruby-",
        "s2i-",
    ]) {
        BaseUser::NonRoot("1001")
    } else {
        BaseUser::Unknown
    })
}

/// The working directory a well-known image leaves to a build on it, from the `WORKDIR` of the
/// Dockerfiles the tables above name; `/` if there is none.
pub fn default_workdir(image: &ImageRef) -> Option<&'static str> {
    if image.is_scratch() {
        return Some("/");
    }
    if is_windows(image) {
        return None;
    }
    match official_name(image) {
        // docker-library/php: only the variants with a server have one.
        Some("php") => Some(if tag_has(image, &["apache", "fpm"]) {
            "/var/www/html"
        } else {
            image.effective_tag().map(|_| "/")?
        }),
        _ => known(image)
            .map(|k| k.workdir)
            .filter(|dir| !dir.is_empty()),
    }
}

/// The TCP ports that a well-known image declares itself, from the `EXPOSE` of the Dockerfiles the
/// tables above name, so that a build on it need not.
pub fn default_ports(image: &ImageRef) -> &'static [u16] {
    let fpm = tag_has(image, &["fpm"]);
    match official_name(image) {
        Some("php") if tag_has(image, &["apache"]) => &[80],
        Some("php" | "wordpress" | "drupal" | "nextcloud") if fpm => &[9000],
        Some("wordpress") if tag_has(image, &["cli"]) => &[],
        // docker-library/docker: the daemon's, not the client's
        Some("docker") if tag_has(image, &["dind"]) => &[2375, 2376],
        Some("nextcloud") => &[80],
        Some("rabbitmq") if tag_has(image, &["management"]) => {
            &[4369, 5671, 5672, 15671, 15672, 15691, 15692, 25672]
        }
        Some("elasticsearch") => &[9200, 9300],
        _ => known(image).map_or(&[], |k| k.ports),
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
    microsoft
        || NAMES
            .iter()
            .any(|n| tag.contains(n) || path.split('/').any(|part| part == *n))
        || tag.split(['-', '_']).any(|word| {
            word.strip_prefix("ltsc")
                .is_some_and(|y| y.starts_with("20"))
        })
}

/// Tag words that name a system, most telling first.
static SYSTEM_WORDS: &[(&str, OsFamily)] = &[
    ("chiseled", OsFamily::Distroless),
    ("distroless", OsFamily::Distroless),
    ("alpine", OsFamily::Alpine),
    ("wolfi", OsFamily::Wolfi),
    ("azurelinux", OsFamily::AzureLinux),
    ("mariner", OsFamily::AzureLinux),
    ("photon", OsFamily::Photon),
    ("ubi", OsFamily::RedHat),
    ("oraclelinux", OsFamily::RedHat),
    ("oracle", OsFamily::RedHat),
    ("centos", OsFamily::RedHat),
    ("rockylinux", OsFamily::RedHat),
    ("fedora", OsFamily::RedHat),
    ("al2", OsFamily::RedHat),
    ("al2023", OsFamily::RedHat),
    ("amazonlinux", OsFamily::RedHat),
    // https://www.debian.org/releases/ and https://releases.ubuntu.com
    ("debian", OsFamily::Debian),
    ("ubuntu", OsFamily::Debian),
    ("wheezy", OsFamily::Debian),
    ("jessie", OsFamily::Debian),
    ("stretch", OsFamily::Debian),
    ("buster", OsFamily::Debian),
    ("bullseye", OsFamily::Debian),
    ("bookworm", OsFamily::Debian),
    ("trixie", OsFamily::Debian),
    ("forky", OsFamily::Debian),
    ("sid", OsFamily::Debian),
    ("trusty", OsFamily::Debian),
    ("xenial", OsFamily::Debian),
    ("bionic", OsFamily::Debian),
    ("focal", OsFamily::Debian),
    ("jammy", OsFamily::Debian),
    ("noble", OsFamily::Debian),
    ("resolute", OsFamily::Debian),
];

/// The system that a Docker Official Image has without a word in its tag: what the Dockerfile of
/// its default variant begins with. Sorted. Those that changed it over the years are left out.
static OFFICIAL_SYSTEMS: &[(&str, OsFamily)] = &[
    ("adminer", OsFamily::Alpine),
    ("almalinux", OsFamily::RedHat),
    ("alpine", OsFamily::Alpine),
    ("amazoncorretto", OsFamily::RedHat),
    ("amazonlinux", OsFamily::RedHat),
    ("archlinux", OsFamily::Arch),
    ("bash", OsFamily::Alpine),
    ("buildpack-deps", OsFamily::Debian),
    ("busybox", OsFamily::BusyBox),
    ("caddy", OsFamily::Alpine),
    ("centos", OsFamily::RedHat),
    ("composer", OsFamily::Alpine),
    ("dart", OsFamily::Debian),
    ("debian", OsFamily::Debian),
    ("docker", OsFamily::Alpine),
    ("drupal", OsFamily::Debian),
    ("eclipse-mosquitto", OsFamily::Alpine),
    ("eclipse-temurin", OsFamily::Debian),
    ("elixir", OsFamily::Debian),
    ("erlang", OsFamily::Debian),
    ("fedora", OsFamily::RedHat),
    ("gcc", OsFamily::Debian),
    ("ghost", OsFamily::Debian),
    ("golang", OsFamily::Debian),
    ("gradle", OsFamily::Debian),
    ("groovy", OsFamily::Debian),
    ("haproxy", OsFamily::Debian),
    ("haskell", OsFamily::Debian),
    ("hello-world", OsFamily::Distroless),
    ("httpd", OsFamily::Debian),
    ("jetty", OsFamily::Debian),
    ("julia", OsFamily::Debian),
    ("mariadb", OsFamily::Debian),
    ("maven", OsFamily::Debian),
    ("memcached", OsFamily::Debian),
    ("mongo", OsFamily::Debian),
    ("neo4j", OsFamily::Debian),
    ("nextcloud", OsFamily::Debian),
    ("nginx", OsFamily::Debian),
    ("node", OsFamily::Debian),
    ("odoo", OsFamily::Debian),
    ("opensuse", OsFamily::Suse),
    ("oraclelinux", OsFamily::RedHat),
    ("perl", OsFamily::Debian),
    ("photon", OsFamily::Photon),
    ("php", OsFamily::Debian),
    ("postgres", OsFamily::Debian),
    ("pypy", OsFamily::Debian),
    ("python", OsFamily::Debian),
    ("r-base", OsFamily::Debian),
    ("rabbitmq", OsFamily::Debian),
    ("redis", OsFamily::Debian),
    ("registry", OsFamily::Alpine),
    ("rockylinux", OsFamily::RedHat),
    ("ros", OsFamily::Debian),
    ("ruby", OsFamily::Debian),
    ("rust", OsFamily::Debian),
    ("solr", OsFamily::Debian),
    ("swift", OsFamily::Debian),
    ("tomcat", OsFamily::Debian),
    ("traefik", OsFamily::Alpine),
    ("ubuntu", OsFamily::Debian),
    ("wordpress", OsFamily::Debian),
];

/// Other images by the start of their full name.
static OTHER_SYSTEMS: &[(&str, OsFamily)] = &[
    ("cgr.dev/chainguard/wolfi-base", OsFamily::Wolfi),
    ("cgr.dev/chainguard/", OsFamily::Wolfi),
    ("docker.io/almalinux/", OsFamily::RedHat),
    ("docker.io/bitnami/minideb", OsFamily::Debian),
    ("docker.io/cimg/", OsFamily::Debian),
    ("docker.io/jenkins/jenkins", OsFamily::Debian),
    ("docker.io/jupyter/", OsFamily::Debian),
    ("docker.io/opensuse/", OsFamily::Suse),
    ("docker.io/redhat/ubi", OsFamily::RedHat),
    ("docker.io/rockylinux/", OsFamily::RedHat),
    ("docker.io/selenium/", OsFamily::Debian),
    ("gcr.io/distroless/", OsFamily::Distroless),
    ("mcr.microsoft.com/azurelinux/", OsFamily::AzureLinux),
    ("mcr.microsoft.com/cbl-mariner/", OsFamily::AzureLinux),
    ("mcr.microsoft.com/dotnet/aspnet", OsFamily::Debian),
    ("mcr.microsoft.com/dotnet/core/", OsFamily::Debian),
    ("mcr.microsoft.com/dotnet/runtime", OsFamily::Debian),
    ("mcr.microsoft.com/dotnet/sdk", OsFamily::Debian),
    ("public.ecr.aws/amazonlinux/", OsFamily::RedHat),
    ("public.ecr.aws/lambda/", OsFamily::RedHat),
    ("quay.io/centos/", OsFamily::RedHat),
    ("quay.io/fedora/", OsFamily::RedHat),
    ("quay.io/jupyter/", OsFamily::Debian),
    ("registry.access.redhat.com/", OsFamily::RedHat),
    ("registry.fedoraproject.org/fedora", OsFamily::RedHat),
    ("registry.redhat.io/", OsFamily::RedHat),
    ("registry.suse.com/", OsFamily::Suse),
];

/// The system an image is built on, from the words of its tag, else from its name. A tag word such
/// as `alpine3.19` or `bookworm` is believed whatever the image is called.
pub fn os_family(image: &ImageRef) -> OsFamily {
    if image.is_scratch() {
        return OsFamily::Scratch;
    }
    if is_windows(image) {
        return OsFamily::Windows;
    }
    // With a digest alone, or a variable that may bring `-alpine`, the variant is open.
    let tag = image.effective_tag();
    if let Some(tag) = tag {
        let said = SYSTEM_WORDS.iter().find(|(word, _)| {
            tag.split(['-', '_'])
                .filter_map(|w| w.strip_prefix(word))
                .any(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
        });
        if let Some((_, family)) = said {
            return *family;
        }
    }
    if let Some(name) = official_name(image) {
        // docker-library/openjdk moved its default from Debian to Oracle Linux with 12.
        if name == "openjdk" && tag.is_some() {
            return match release(image) {
                _ if tag_has(image, &["slim"]) => OsFamily::Debian,
                Some((..12, _)) => OsFamily::Debian,
                Some(_) => OsFamily::RedHat,
                None => OsFamily::Unknown,
            };
        }
        // A distribution is what it is.
        let varied = tag.is_none() && known(image).is_none_or(|k| !DISTRIBUTIONS.contains(&k.name));
        return match OFFICIAL_SYSTEMS.binary_search_by_key(&name, |(n, _)| n) {
            Ok(at) if !varied => OFFICIAL_SYSTEMS
                .get(at)
                .map_or(OsFamily::Unknown, |(_, family)| *family),
            _ => OsFamily::Unknown,
        };
    }
    let Some(name) = image.canonical_name() else {
        return OsFamily::Unknown;
    };
    let varied = name.starts_with("mcr.microsoft.com/dotnet/") || name.contains("/jenkins/");
    match OTHER_SYSTEMS
        .iter()
        .find(|(start, _)| name.starts_with(start))
    {
        Some((_, family)) if tag.is_some() || !varied => *family,
        _ => OsFamily::Unknown,
    }
}

/// Official images that are one system in every variant.
const DISTRIBUTIONS: [&str; 12] = [
    "almalinux",
    "alpine",
    "amazonlinux",
    "archlinux",
    "busybox",
    "centos",
    "debian",
    "fedora",
    "oraclelinux",
    "photon",
    "rockylinux",
    "ubuntu",
];

/// The shell behind shell-form instructions, as far as the system is known: `/bin/sh` on Linux,
/// `cmd` on Windows (<https://docs.docker.com/reference/dockerfile/#shell>).
pub fn default_shell(image: &ImageRef) -> DefaultShell {
    // Distroless has `:debug` variants with BusyBox; Chainguard's images have a shell in `-dev`.
    let family = os_family(image);
    match family {
        OsFamily::Debian => DefaultShell::Dash,
        OsFamily::Alpine | OsFamily::BusyBox => DefaultShell::Ash,
        OsFamily::RedHat
        | OsFamily::Suse
        | OsFamily::Arch
        | OsFamily::AzureLinux
        | OsFamily::Photon => DefaultShell::Bash,
        OsFamily::Distroless if tag_has(image, &["debug"]) => DefaultShell::Ash,
        OsFamily::Distroless | OsFamily::Scratch => DefaultShell::None,
        OsFamily::Wolfi => {
            let base = image.repository.known() == Some("chainguard/wolfi-base");
            if base || tag_has(image, &["dev"]) {
                DefaultShell::Ash
            } else {
                DefaultShell::Unknown
            }
        }
        OsFamily::Windows => DefaultShell::Cmd,
        OsFamily::Unknown => DefaultShell::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    #[test]
    fn the_tables_are_sorted() {
        assert!(OFFICIAL.is_sorted_by(|a, b| a.name < b.name));
        assert!(OTHERS.is_sorted_by(|a, b| a.name < b.name));
        assert!(OFFICIAL_SYSTEMS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn every_official_row_is_an_official_image() {
        for name in OFFICIAL
            .iter()
            .map(|k| k.name)
            .chain(OFFICIAL_SYSTEMS.iter().map(|s| s.0))
        {
            assert!(official_name(&ImageRef::parse(name)).is_some(), "{name}");
        }
    }

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
