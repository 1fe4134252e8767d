//! The formats of reports: named in configuration, written by `emit`.

use serde::{Deserialize, Serialize};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The source line with the place underlined, for people.
    Full,
    /// One line per finding, below the name of its file, for people.
    Compact,
    /// One line per finding.
    Concise,
    /// One line per finding, as hadolint writes it.
    Tty,
    /// One line per finding, as the GNU coding standards have it.
    Gnu,
    /// An array of objects.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Checkstyle's XML.
    Checkstyle,
    /// JUnit's XML.
    Junit,
    /// Code Climate's issues, each ended by a zero byte.
    Codeclimate,
    /// GitLab's code quality report.
    #[serde(rename = "gitlab_codeclimate")]
    #[cfg_attr(
        feature = "cli",
        value(
            name = "gitlab_codeclimate",
            alias = "gitlab",
            alias = "gitlab-codeclimate"
        )
    )]
    GitlabCodeclimate,
    /// Codacy's objects.
    Codacy,
    /// SonarQube's generic issues.
    Sonarqube,
    /// reviewdog's object.
    Rdjson,
    /// reviewdog's objects, one per line.
    Rdjsonl,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 16] = [
        Format::Full,
        Format::Compact,
        Format::Concise,
        Format::Tty,
        Format::Gnu,
        Format::Json,
        Format::Sarif,
        Format::Github,
        Format::Checkstyle,
        Format::Junit,
        Format::Codeclimate,
        Format::GitlabCodeclimate,
        Format::Codacy,
        Format::Sonarqube,
        Format::Rdjson,
        Format::Rdjsonl,
    ];

    /// The name that stands in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Full => "full",
            Format::Compact => "compact",
            Format::Concise => "concise",
            Format::Tty => "tty",
            Format::Gnu => "gnu",
            Format::Json => "json",
            Format::Sarif => "sarif",
            Format::Github => "github",
            Format::Checkstyle => "checkstyle",
            Format::Junit => "junit",
            Format::Codeclimate => "codeclimate",
            Format::GitlabCodeclimate => "gitlab_codeclimate",
            Format::Codacy => "codacy",
            Format::Sonarqube => "sonarqube",
            Format::Rdjson => "rdjson",
            Format::Rdjsonl => "rdjsonl",
        }
    }

    /// The format that the command line knows by a name, hadolint's spellings included.
    pub fn parse(name: &str) -> Option<Format> {
        match name {
            "gitlab" | "gitlab-codeclimate" => Some(Format::GitlabCodeclimate),
            _ => Self::ALL.into_iter().find(|format| format.as_str() == name),
        }
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn the_command_line_and_the_configuration_have_the_same_names() {
        assert_eq!(Format::value_variants(), Format::ALL);
        for format in Format::ALL {
            let name = format.as_str();
            assert_eq!(serde_json::to_value(format).unwrap(), name);
            let possible = format.to_possible_value().unwrap();
            assert_eq!(possible.get_name(), name);
            for name in possible.get_name_and_aliases() {
                assert_eq!(Format::parse(name), Some(format), "{name}");
            }
        }
        assert_eq!(Format::parse("Full"), None);
    }
}
