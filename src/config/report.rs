//! The formats of reports: named in configuration, written by `emit`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How findings are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The source line with the place underlined, for people.
    Full,
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
    #[value(
        name = "gitlab_codeclimate",
        alias = "gitlab",
        alias = "gitlab-codeclimate"
    )]
    GitlabCodeclimate,
    /// Codacy's objects.
    Codacy,
    /// SonarQube's generic issues.
    Sonarqube,
}
