//! Releases of well-known images that get no updates any more.
//!
//! The dates are those of <https://endoflife.date> (commit a70eca337 of 2026-08-22 of its data),
//! which goes by the vendors' pages named here. The table has what had ended on 2026-11-21, the
//! day of this release of dlint: a report does not depend on the day it is made.

use std::ops::Range;

use super::{
    ImageRef, Precision, Publisher, RETIRED_OFFICIAL_IMAGES, Tag, official_name, publisher,
};
use crate::text::list;

/// An end of support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndOfLife {
    /// What has ended: `Debian 10`, `Python 3.8`, `openjdk`.
    pub release: String,
    /// The day of the last updates, `2024-06-30`; `None` if the image as a whole was given up.
    pub date: Option<&'static str>,
    /// What gets updates instead, in words.
    pub successor: String,
    /// The part of the tag that says so; `None` if the image as a whole was given up.
    pub in_tag: Option<Range<usize>>,
}

/// The releases of one product.
struct Line {
    name: &'static str,
    /// Version, code name and last day of support of the releases that have ended.
    ended: &'static [(&'static str, &'static str, &'static str)],
    /// The newest releases that are supported, in order.
    supported: &'static [&'static str],
}

/// Docker Official Images and the releases that they package.
static OFFICIAL: &[(&str, &Line)] = &[
    ("alpine", &ALPINE_LINUX),
    ("amazonlinux", &AMAZON_LINUX),
    ("buildpack-deps", &DEBIAN),
    ("debian", &DEBIAN),
    ("eclipse-temurin", &ECLIPSE_TEMURIN),
    ("fedora", &FEDORA),
    ("golang", &GO),
    ("mariadb", &MARIADB),
    ("mongo", &MONGODB),
    ("mysql", &MYSQL),
    ("node", &NODEJS),
    ("oraclelinux", &ORACLE_LINUX),
    ("php", &PHP),
    ("postgres", &POSTGRESQL),
    ("python", &PYTHON),
    ("ruby", &RUBY),
    ("tomcat", &TOMCAT),
    ("ubuntu", &UBUNTU),
];

/// Other images, by full name; a name that ends in `/` stands for all below it.
static OTHERS: &[(&str, &Line)] = &[
    ("docker.io/opensuse/leap", &OPENSUSE),
    ("mcr.microsoft.com/dotnet/aspnet", &DOTNET),
    ("mcr.microsoft.com/dotnet/core/", &DOTNET),
    ("mcr.microsoft.com/dotnet/runtime", &DOTNET),
    ("mcr.microsoft.com/dotnet/runtime-deps", &DOTNET),
    ("mcr.microsoft.com/dotnet/sdk", &DOTNET),
    ("quay.io/fedora/fedora", &FEDORA),
    ("registry.fedoraproject.org/fedora", &FEDORA),
    ("registry.opensuse.org/opensuse/leap", &OPENSUSE),
];

/// Images that were given up as a whole, and what took their place, by full name.
static GIVEN_UP: &[(&str, &str)] = &[
    // https://hub.docker.com/_/adoptopenjdk and the pages of the other official images
    ("docker.io/library/adoptopenjdk", "`eclipse-temurin`"),
    ("docker.io/library/celery", "`python` with celery installed"),
    (
        "docker.io/library/centos",
        "`almalinux`, `rockylinux` or `quay.io/centos/centos:stream10`",
    ),
    ("docker.io/library/clearlinux", "another distribution"),
    ("docker.io/library/consul", "`hashicorp/consul`"),
    ("docker.io/library/django", "`python` with django installed"),
    ("docker.io/library/fsharp", "`mcr.microsoft.com/dotnet/sdk`"),
    ("docker.io/library/iojs", "`node`"),
    ("docker.io/library/java", "`eclipse-temurin`"),
    ("docker.io/library/jenkins", "`jenkins/jenkins`"),
    ("docker.io/library/nats-streaming", "`nats` with JetStream"),
    // https://github.com/docker-library/openjdk/issues/505
    (
        "docker.io/library/openjdk",
        "`eclipse-temurin` or another vendor's build",
    ),
    ("docker.io/library/opensuse", "`opensuse/leap`"),
    ("docker.io/library/owncloud", "`owncloud/server`"),
    ("docker.io/library/piwik", "`matomo`"),
    ("docker.io/library/rails", "`ruby` with rails installed"),
    ("docker.io/library/sentry", "`ghcr.io/getsentry/sentry`"),
    ("docker.io/library/ubuntu-debootstrap", "`ubuntu`"),
    ("docker.io/library/ubuntu-upstart", "`ubuntu`"),
    ("docker.io/library/vault", "`hashicorp/vault`"),
    // https://github.com/dotnet/announcements/issues/75
    (
        "docker.io/microsoft/aspnetcore",
        "`mcr.microsoft.com/dotnet/aspnet`",
    ),
    (
        "docker.io/microsoft/aspnetcore-build",
        "`mcr.microsoft.com/dotnet/sdk`",
    ),
    (
        "docker.io/microsoft/dotnet",
        "`mcr.microsoft.com/dotnet/sdk`",
    ),
    (
        "docker.io/microsoft/nanoserver",
        "`mcr.microsoft.com/windows/nanoserver`",
    ),
    (
        "docker.io/microsoft/windowsservercore",
        "`mcr.microsoft.com/windows/servercore`",
    ),
];

/// What is known of the end of an image's support. `None` also if it goes on, or if a variable
/// hides the answer.
pub fn end_of_life(image: &ImageRef) -> Option<EndOfLife> {
    let tag = Tag::of(image);
    given_up(image, tag.as_ref()).or_else(|| {
        let tag = tag?;
        ended_release(image, &tag).or_else(|| ended_system(image, &tag))
    })
}

fn given_up(image: &ImageRef, tag: Option<&Tag<'_>>) -> Option<EndOfLife> {
    let official = official_name(image);
    let name = match official {
        Some(name) => format!("docker.io/library/{name}"),
        None => image.canonical_name()?,
    };
    // Early builds of the next Java still come out as `openjdk`.
    if official == Some("openjdk") && tag.is_none_or(|t| t.is_pre_release() || t.text == "latest") {
        return None;
    }
    let known = GIVEN_UP.iter().find(|(n, _)| *n == name);
    let retired = official.is_some_and(|n| RETIRED_OFFICIAL_IMAGES.contains(&n));
    if known.is_none() && !retired {
        return None;
    }
    Some(EndOfLife {
        release: image.familiar_name(),
        date: None,
        successor: known
            .map_or("an image that is kept", |(_, to)| to)
            .to_owned(),
        in_tag: None,
    })
}

fn line_of(image: &ImageRef) -> Option<&'static Line> {
    if let Some(name) = official_name(image) {
        let found = OFFICIAL.iter().find(|(n, _)| *n == name);
        return found.map(|(_, line)| *line);
    }
    let name = image.canonical_name()?;
    let fits = |known: &str| match known.ends_with('/') {
        true => name.starts_with(known),
        false => name == known,
    };
    OTHERS
        .iter()
        .find(|(known, _)| fits(known))
        .map(|(_, line)| *line)
}

fn ended_release(image: &ImageRef, tag: &Tag<'_>) -> Option<EndOfLife> {
    let line = line_of(image)?;
    let numbers = match tag.precision {
        Precision::Latest | Precision::Named | Precision::Other => Vec::new(),
        _ => tag.numbers(),
    };
    let version = tag.prefix.len()..tag.prefix.len() + tag.version.len();
    let ended = |found| ended(line, found, version);
    if numbers.is_empty() {
        // `buster-slim`, `focal-20240110`
        let found = line
            .ended
            .iter()
            .find(|(_, code, _)| !code.is_empty() && tag.has_word(code))?;
        return Some(self::ended(line, found, word_in(tag, found.1)));
    }
    let within = |version: &&str| {
        let version = numbers_of(version);
        numbers.starts_with(&version)
    };
    if let Some(found) = line.ended.iter().find(|(version, ..)| within(version)) {
        return Some(ended(found));
    }
    // `python:2`: all that it may mean has ended.
    let means = |version: &&str| numbers_of(version).starts_with(&numbers);
    if line.supported.iter().any(means) {
        return None;
    }
    let last = line
        .ended
        .iter()
        .filter(|(version, ..)| means(version))
        .max_by_key(|(.., date)| date)?;
    Some(ended(last))
}

/// The system below an image that goes on itself: `python:3.12-buster`.
fn ended_system(image: &ImageRef, tag: &Tag<'_>) -> Option<EndOfLife> {
    if publisher(image) == Publisher::Unknown {
        return None;
    }
    // The first word is the release of ROS: `groovy`, `kinetic` and `lunar` are Ubuntu's names too.
    let own = usize::from(official_name(image) == Some("ros"));
    for word in tag.words().skip(own) {
        for line in [&DEBIAN, &UBUNTU] {
            let found = line.ended.iter().find(|(_, code, _)| *code == word);
            if let Some(found) = found {
                return Some(ended(line, found, word_in(tag, word)));
            }
        }
        if let Some(version) = word.strip_prefix("alpine")
            && let Some(found) = ALPINE_LINUX.ended.iter().find(|(v, ..)| *v == version)
        {
            return Some(ended(&ALPINE_LINUX, found, word_in(tag, word)));
        }
    }
    None
}

fn ended(
    line: &Line,
    (version, _, date): &(&str, &str, &'static str),
    in_tag: Range<usize>,
) -> EndOfLife {
    EndOfLife {
        release: format!("{} {version}", line.name),
        date: Some(date),
        successor: list(line.supported, "or"),
        in_tag: Some(in_tag),
    }
}

fn word_in(tag: &Tag<'_>, word: &str) -> Range<usize> {
    let at = tag.text.find(word).unwrap_or_default();
    at..at + word.len()
}

fn numbers_of(version: &str) -> Vec<u64> {
    version.split('.').map_while(|n| n.parse().ok()).collect()
}

/// <https://alpinelinux.org/releases/>
static ALPINE_LINUX: Line = Line {
    name: "Alpine",
    ended: &[
        ("3.21", "", "2026-11-01"),
        ("3.20", "", "2026-04-01"),
        ("3.19", "", "2025-11-01"),
        ("3.18", "", "2025-05-09"),
        ("3.17", "", "2024-11-22"),
        ("3.16", "", "2024-05-23"),
        ("3.15", "", "2023-11-01"),
        ("3.14", "", "2023-05-01"),
        ("3.13", "", "2022-11-01"),
        ("3.12", "", "2022-05-01"),
        ("3.11", "", "2021-11-01"),
        ("3.10", "", "2021-05-01"),
        ("3.9", "", "2020-11-01"),
        ("3.8", "", "2020-05-01"),
        ("3.7", "", "2019-11-01"),
        ("3.6", "", "2019-05-01"),
        ("3.5", "", "2018-11-01"),
        ("3.4", "", "2018-05-01"),
        ("3.3", "", "2017-11-01"),
        ("3.2", "", "2017-05-01"),
        ("3.1", "", "2016-11-01"),
        ("3.0", "", "2016-05-01"),
        ("2.7", "", "2015-11-01"),
        ("2.6", "", "2015-05-01"),
        ("2.5", "", "2014-11-01"),
        ("2.4", "", "2014-05-01"),
    ],
    supported: &["3.22", "3.23", "3.24"],
};

/// <https://aws.amazon.com/amazon-linux-2/faqs/>
static AMAZON_LINUX: Line = Line {
    name: "Amazon Linux",
    ended: &[
        ("2", "", "2026-06-30"),
        ("2018.03", "", "2023-12-31"),
        ("2017.09", "", "2023-12-31"),
        ("2017.03", "", "2023-12-31"),
        ("2016.09", "", "2023-12-31"),
        ("2016.03", "", "2023-12-31"),
        ("2015.09", "", "2023-12-31"),
        ("2015.03", "", "2023-12-31"),
        ("2014.09", "", "2023-12-31"),
        ("2014.03", "", "2023-12-31"),
        ("2013.09", "", "2023-12-31"),
        ("2013.03", "", "2023-12-31"),
        ("2012.09", "", "2023-12-31"),
        ("2012.03", "", "2023-12-31"),
        ("2011.09", "", "2023-12-31"),
        ("2010.11", "", "2023-12-31"),
    ],
    supported: &["2023"],
};

/// <https://wiki.debian.org/LTS>
static DEBIAN: Line = Line {
    name: "Debian",
    ended: &[
        ("11", "bullseye", "2026-08-31"),
        ("10", "buster", "2024-06-30"),
        ("9", "stretch", "2022-07-01"),
        ("8", "jessie", "2020-06-30"),
        ("7", "wheezy", "2018-05-31"),
        ("6", "squeeze", "2016-02-29"),
    ],
    supported: &["12", "13"],
};

/// <https://dotnet.microsoft.com/platform/support/policy/dotnet-core>
static DOTNET: Line = Line {
    name: ".NET",
    ended: &[
        ("9", "", "2026-11-10"),
        ("8", "", "2026-11-10"),
        ("7", "", "2024-05-14"),
        ("6", "", "2024-11-12"),
        ("5", "", "2022-05-10"),
        ("3.1", "", "2022-12-13"),
        ("3.0", "", "2020-03-03"),
        ("2.2", "", "2019-12-23"),
        ("2.1", "", "2021-08-21"),
        ("2.0", "", "2018-10-01"),
        ("1.1", "", "2019-06-27"),
        ("1.0", "", "2019-06-27"),
    ],
    supported: &["10"],
};

/// <https://adoptium.net/support/>
static ECLIPSE_TEMURIN: Line = Line {
    name: "Temurin",
    ended: &[
        ("26", "", "2026-09-15"),
        ("24", "", "2025-09-16"),
        ("23", "", "2025-03-18"),
        ("22", "", "2024-09-17"),
        ("20", "", "2023-09-19"),
        ("19", "", "2023-03-31"),
        ("18", "", "2022-09-30"),
        ("16", "", "2021-09-30"),
    ],
    supported: &["11", "17", "21", "25"],
};

/// <https://docs.fedoraproject.org/en-US/releases/lifecycle/>
static FEDORA: Line = Line {
    name: "Fedora",
    ended: &[
        ("42", "", "2026-05-27"),
        ("41", "", "2025-12-15"),
        ("40", "", "2025-05-13"),
        ("39", "", "2024-11-26"),
        ("38", "", "2024-05-21"),
        ("37", "", "2023-12-05"),
        ("36", "", "2023-05-16"),
        ("35", "", "2022-12-13"),
        ("34", "", "2022-06-07"),
        ("33", "", "2021-11-30"),
        ("32", "", "2021-05-25"),
        ("31", "", "2020-11-24"),
        ("30", "", "2020-05-26"),
        ("29", "", "2019-11-26"),
        ("28", "", "2019-05-28"),
        ("27", "", "2018-11-30"),
        ("26", "", "2018-05-29"),
        ("25", "", "2017-12-12"),
        ("24", "", "2017-08-08"),
        ("23", "", "2016-12-20"),
        ("22", "", "2016-07-19"),
        ("21", "", "2015-12-01"),
        ("20", "", "2015-06-23"),
        ("19", "", "2015-01-06"),
        ("18", "", "2014-01-14"),
    ],
    supported: &["43", "44"],
};

/// <https://go.dev/doc/devel/release>
static GO: Line = Line {
    name: "Go",
    ended: &[
        ("1.25", "", "2026-08-19"),
        ("1.24", "", "2026-02-10"),
        ("1.23", "", "2025-08-12"),
        ("1.22", "", "2025-02-11"),
        ("1.21", "", "2024-08-13"),
        ("1.20", "", "2024-02-06"),
        ("1.19", "", "2023-09-06"),
        ("1.18", "", "2023-02-01"),
        ("1.17", "", "2022-08-02"),
        ("1.16", "", "2022-03-15"),
        ("1.15", "", "2021-08-16"),
        ("1.14", "", "2021-02-16"),
        ("1.13", "", "2020-08-11"),
        ("1.12", "", "2020-02-25"),
        ("1.11", "", "2019-09-03"),
        ("1.10", "", "2019-02-25"),
    ],
    supported: &["1.26", "1.27"],
};

/// <https://mariadb.org/about/#maintenance-policy>
static MARIADB: Line = Line {
    name: "MariaDB",
    ended: &[
        ("12.2", "", "2026-05-28"),
        ("12.1", "", "2026-02-13"),
        ("12.0", "", "2025-11-18"),
        ("11.7", "", "2025-05-12"),
        ("11.6", "", "2025-02-13"),
        ("11.5", "", "2024-11-21"),
        ("11.3", "", "2024-05-29"),
        ("11.2", "", "2024-11-21"),
        ("11.1", "", "2024-08-21"),
        ("11.0", "", "2024-06-06"),
        ("10.10", "", "2023-11-17"),
        ("10.9", "", "2023-08-22"),
        ("10.8", "", "2023-05-20"),
        ("10.7", "", "2023-02-09"),
        ("10.6", "", "2026-07-06"),
        ("10.5", "", "2025-06-24"),
        ("10.4", "", "2024-06-18"),
        ("10.3", "", "2023-05-25"),
        ("10.2", "", "2022-05-23"),
        ("10.1", "", "2020-10-17"),
        ("10.0", "", "2019-03-31"),
        ("5.5", "", "2020-04-11"),
        ("5.3", "", "2017-03-01"),
        ("5.2", "", "2015-11-10"),
        ("5.1", "", "2015-02-01"),
    ],
    supported: &["10.11", "11.4", "11.8", "12.3"],
};

/// <https://www.mongodb.com/legal/support-policy/lifecycles>
static MONGODB: Line = Line {
    name: "MongoDB",
    ended: &[
        ("8.2", "", "2026-07-31"),
        ("8.1", "", "2025-09-30"),
        ("7.3", "", "2024-10-02"),
        ("7.2", "", "2024-03-27"),
        ("7.1", "", "2024-01-23"),
        ("6.3", "", "2023-08-31"),
        ("6.2", "", "2023-04-24"),
        ("6.1", "", "2023-02-09"),
        ("6.0", "", "2025-07-31"),
        ("5.3", "", "2022-07-19"),
        ("5.2", "", "2022-03-23"),
        ("5.1", "", "2022-01-19"),
        ("5.0", "", "2024-10-31"),
        ("4.4", "", "2024-02-29"),
        ("4.2", "", "2023-04-30"),
        ("4.0", "", "2022-04-30"),
        ("3.6", "", "2021-04-30"),
        ("3.4", "", "2020-01-31"),
        ("3.2", "", "2018-09-30"),
        ("3.0", "", "2018-02-28"),
        ("2.6", "", "2016-10-31"),
        ("2.2", "", "2014-02-28"),
    ],
    supported: &["7.0", "8.0", "8.3"],
};

/// <https://www.mysql.com/support/>
static MYSQL: Line = Line {
    name: "MySQL",
    ended: &[
        ("9.6", "", "2026-04-21"),
        ("9.5", "", "2026-01-20"),
        ("9.4", "", "2025-10-21"),
        ("9.3", "", "2025-07-22"),
        ("9.2", "", "2025-04-15"),
        ("9.1", "", "2025-01-21"),
        ("9.0", "", "2024-10-15"),
        ("8.3", "", "2024-04-10"),
        ("8.2", "", "2023-12-14"),
        ("8.1", "", "2023-10-25"),
        ("8.0", "", "2026-04-30"),
        ("5.7", "", "2023-10-31"),
        ("5.6", "", "2021-02-28"),
        ("5.5", "", "2018-12-31"),
    ],
    supported: &["8.4", "9.7"],
};

/// <https://nodejs.org/en/about/previous-releases>
static NODEJS: Line = Line {
    name: "Node.js",
    ended: &[
        ("25", "", "2026-06-01"),
        ("23", "", "2025-06-01"),
        ("21", "", "2024-06-01"),
        ("20", "", "2026-04-30"),
        ("19", "", "2023-06-01"),
        ("18", "", "2025-04-30"),
        ("17", "", "2022-06-01"),
        ("16", "", "2023-09-11"),
        ("15", "", "2021-06-01"),
        ("14", "", "2023-04-30"),
        ("13", "", "2020-06-01"),
        ("12", "", "2022-04-30"),
        ("11", "", "2019-06-30"),
        ("10", "", "2021-04-30"),
        ("9", "", "2018-06-30"),
        ("8", "", "2019-12-31"),
        ("7", "", "2017-06-30"),
        ("6", "", "2019-04-30"),
        ("5", "", "2016-06-30"),
        ("4", "", "2018-04-30"),
    ],
    supported: &["22", "24", "26"],
};

/// <https://en.opensuse.org/Lifetime>
static OPENSUSE: Line = Line {
    name: "openSUSE Leap",
    ended: &[
        ("15.6", "", "2026-04-30"),
        ("15.5", "", "2024-12-31"),
        ("15.4", "", "2023-12-07"),
        ("15.3", "", "2022-12-31"),
        ("15.2", "", "2022-01-04"),
        ("15.1", "", "2021-02-02"),
        ("15.0", "", "2019-12-03"),
        ("42.3", "", "2019-07-01"),
        ("42.2", "", "2018-01-26"),
        ("42.1", "", "2017-05-17"),
        ("13.2", "", "2017-01-17"),
        ("13.1", "", "2016-02-03"),
        ("12.3", "", "2015-01-29"),
        ("12.2", "", "2014-01-15"),
    ],
    supported: &["16.0"],
};

/// <https://www.oracle.com/a/ocom/docs/elsp-lifetime-069338.pdf>
static ORACLE_LINUX: Line = Line {
    name: "Oracle Linux",
    ended: &[("7", "", "2024-12-31"), ("6", "", "2021-03-31")],
    supported: &["8", "9", "10"],
};

/// <https://www.php.net/supported-versions.php>
static PHP: Line = Line {
    name: "PHP",
    ended: &[
        ("8.1", "", "2025-12-31"),
        ("8.0", "", "2023-11-26"),
        ("7.4", "", "2022-11-28"),
        ("7.3", "", "2021-12-06"),
        ("7.2", "", "2020-11-30"),
        ("7.1", "", "2019-12-01"),
        ("7.0", "", "2019-01-10"),
        ("5.6", "", "2018-12-31"),
        ("5.5", "", "2016-07-21"),
        ("5.4", "", "2015-09-14"),
        ("5.3", "", "2014-08-14"),
    ],
    supported: &["8.2", "8.3", "8.4", "8.5"],
};

/// <https://www.postgresql.org/support/versioning/>
static POSTGRESQL: Line = Line {
    name: "PostgreSQL",
    ended: &[
        ("14", "", "2026-11-12"),
        ("13", "", "2025-11-13"),
        ("12", "", "2024-11-21"),
        ("11", "", "2023-11-09"),
        ("10", "", "2022-11-10"),
        ("9.6", "", "2021-11-11"),
        ("9.5", "", "2021-02-11"),
        ("9.4", "", "2020-02-13"),
        ("9.3", "", "2018-11-08"),
        ("9.2", "", "2017-11-09"),
        ("9.1", "", "2016-10-27"),
        ("9.0", "", "2015-10-08"),
        ("8.4", "", "2014-07-24"),
    ],
    supported: &["15", "16", "17", "18"],
};

/// <https://devguide.python.org/versions/>
static PYTHON: Line = Line {
    name: "Python",
    ended: &[
        ("3.10", "", "2026-10-31"),
        ("3.9", "", "2025-10-31"),
        ("3.8", "", "2024-10-07"),
        ("3.7", "", "2023-06-27"),
        ("3.6", "", "2021-12-23"),
        ("3.5", "", "2020-09-30"),
        ("3.4", "", "2019-03-18"),
        ("3.3", "", "2017-09-29"),
        ("3.2", "", "2016-02-20"),
        ("2.7", "", "2020-01-01"),
    ],
    supported: &["3.11", "3.12", "3.13", "3.14"],
};

/// <https://www.ruby-lang.org/en/downloads/branches/>
static RUBY: Line = Line {
    name: "Ruby",
    ended: &[
        ("3.2", "", "2026-03-31"),
        ("3.1", "", "2025-03-26"),
        ("3.0", "", "2024-04-23"),
        ("2.7", "", "2023-03-31"),
        ("2.6", "", "2022-03-31"),
        ("2.5", "", "2021-03-31"),
        ("2.4", "", "2020-03-31"),
        ("2.3", "", "2019-03-31"),
        ("2.2", "", "2018-03-31"),
        ("2.1", "", "2017-03-31"),
        ("2.0.0", "", "2016-02-24"),
        ("1.9.3", "", "2015-02-23"),
    ],
    supported: &["3.3", "3.4", "4.0"],
};

/// <https://tomcat.apache.org/whichversion.html>
static TOMCAT: Line = Line {
    name: "Tomcat",
    ended: &[
        ("10.0", "", "2022-10-31"),
        ("8.5", "", "2024-03-31"),
        ("8.0", "", "2018-06-30"),
        ("7", "", "2021-03-31"),
        ("6", "", "2016-12-31"),
    ],
    supported: &["9.0", "10.1", "11.0"],
};

/// <https://ubuntu.com/about/release-cycle>
static UBUNTU: Line = Line {
    name: "Ubuntu",
    ended: &[
        ("25.10", "questing", "2026-07-01"),
        ("25.04", "plucky", "2026-01-17"),
        ("24.10", "oracular", "2025-07-10"),
        ("23.10", "mantic", "2024-07-12"),
        ("23.04", "lunar", "2024-01-20"),
        ("22.10", "kinetic", "2023-07-20"),
        ("21.10", "impish", "2022-07-14"),
        ("21.04", "hirsute", "2022-01-20"),
        ("20.10", "groovy", "2021-07-22"),
        ("20.04", "focal", "2025-05-31"),
        ("19.10", "eoan", "2020-07-06"),
        ("19.04", "disco", "2020-01-23"),
        ("18.10", "cosmic", "2019-07-18"),
        ("18.04", "bionic", "2023-05-31"),
        ("17.10", "artful", "2018-07-19"),
        ("17.04", "zesty", "2018-01-13"),
        ("16.10", "yakkety", "2017-07-20"),
        ("16.04", "xenial", "2021-04-02"),
        ("15.10", "wily", "2016-07-28"),
        ("15.04", "vivid", "2016-02-04"),
        ("14.10", "utopic", "2015-07-23"),
        ("14.04", "trusty", "2019-04-02"),
        ("13.10", "saucy", "2014-07-17"),
        ("13.04", "raring", "2014-01-27"),
        ("12.10", "quantal", "2014-05-16"),
        ("12.04", "precise", "2017-04-28"),
    ],
    supported: &["22.04", "24.04", "26.04"],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn date(image: &str) -> Option<&'static str> {
        end_of_life(&ImageRef::parse(image)).and_then(|e| e.date)
    }

    #[test]
    fn releases_end_by_version_and_by_code_name() {
        for (image, ended) in [
            ("python:3.8", Some("2024-10-07")),
            ("python:3.8.20-slim", Some("2024-10-07")),
            ("python:3.13", None),
            ("python:3", None),
            ("python:2", Some("2020-01-01")),
            ("python", None),
            ("node:14-alpine", Some("2023-04-30")),
            ("node:22", None),
            ("php:5-fpm", Some("2018-12-31")),
            ("php:7", Some("2022-11-28")),
            ("php:8", None),
            ("debian:buster-slim", Some("2024-06-30")),
            ("debian:10.13", Some("2024-06-30")),
            ("debian:12", None),
            ("debian:stable", None),
            ("ubuntu:18.04", Some("2023-05-31")),
            ("ubuntu:focal-20240110", Some("2025-05-31")),
            ("ubuntu:24.04", None),
            ("golang:1.23.1", Some("2025-08-12")),
            ("golang:1", None),
            (
                "mcr.microsoft.com/dotnet/core/sdk:3.0.100",
                Some("2020-03-03"),
            ),
            ("mcr.microsoft.com/dotnet/sdk:10.0", None),
            ("mcr.microsoft.com/dotnet/framework/sdk:4.8", None),
            ("registry.example.com/python:3.8", None),
            ("python:\u{E000}", None),
            ("\u{E000}/python:3.8", None),
        ] {
            assert_eq!(date(image), ended, "{image}");
        }
    }

    #[test]
    fn the_system_below_an_image_may_end_first() {
        assert_eq!(date("python:3.12-buster"), Some("2024-06-30"));
        assert_eq!(date("python:3.12-slim-bookworm"), None);
        assert_eq!(date("nginx:1.29-alpine3.15"), Some("2023-11-01"));
        assert_eq!(date("someone/thing:1-buster"), None);
        assert_eq!(date("ros:lunar-ros-core-stretch"), Some("2022-07-01"));
        assert_eq!(date("ros:kinetic-ros-core-xenial"), Some("2021-04-02"));
        assert_eq!(date("ros:kinetic"), None);
        assert_eq!(date("buildpack-deps:kinetic"), Some("2023-07-20"));
        assert_eq!(date("arm64v8/python:3.12-buster"), Some("2024-06-30"));
    }

    #[test]
    fn images_that_were_given_up_name_what_took_their_place() {
        let of = |image: &str| end_of_life(&ImageRef::parse(image)).map(|e| e.successor);
        assert_eq!(of("java:8").as_deref(), Some("`eclipse-temurin`"));
        assert_eq!(
            of("microsoft/dotnet").as_deref(),
            Some("`mcr.microsoft.com/dotnet/sdk`")
        );
        assert!(of("openjdk:11").is_some());
        assert_eq!(of("openjdk:26-ea-slim"), None);
        assert_eq!(of("openjdk:\u{E000}"), None);
        assert!(of("centos:\u{E000}").is_some());
        assert_eq!(of("eclipse-temurin:21"), None);
    }

    #[test]
    fn the_table_is_well_formed() {
        let lines = OFFICIAL.iter().chain(OTHERS).map(|(_, line)| line);
        for line in lines {
            assert!(!line.supported.is_empty() && !line.ended.is_empty());
            for (version, code, date) in line.ended {
                assert!(!numbers_of(version).is_empty(), "{version}");
                assert!(code.chars().all(|c| c.is_ascii_lowercase()), "{code}");
                assert!(
                    date.len() == 10 && *date <= "2026-11-21",
                    "{version} {date}"
                );
            }
        }
    }
}
