//! The face for other programs: settings at hand, a text goes in, a report comes out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Config, ConfigError};
use crate::context::{Build, Files};
use crate::date::Date;
use crate::engine::{self, ActiveRule, Report, Settings};
use crate::fix::{Applicability, Fixed};
use crate::rule::{Rule, RuleMeta};
use crate::span::Source;

/// A linter: what it says of a text depends on nothing but the text, its name, the configuration
/// and the files it was given.
///
/// ```
/// use dlint::Linter;
/// use dlint::fix::Applicability;
///
/// let linter = Linter::from_toml("select = ['apt-missing-yes']")?;
/// let report = linter.lint("Dockerfile", "FROM debian:13\nRUN apt-get install curl\n");
/// let finding = &report.diagnostics[0];
/// assert_eq!(finding.rule.id, "apt-missing-yes");
/// assert_eq!(report.source.slice(finding.span), "apt-get install");
///
/// let fixed = linter.fix(report, Applicability::Safe);
/// assert_eq!(
///     fixed.report.source.text(),
///     "FROM debian:13\nRUN apt-get install -y curl\n",
/// );
/// # Ok::<(), dlint::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Linter {
    config: Arc<Config>,
    files: Option<Arc<dyn Files>>,
    build: Option<Build>,
    as_of: Option<Date>,
    own: Vec<ActiveRule>,
    /// Those whose levels the configuration sets.
    configured: Vec<ActiveRule>,
}

impl Linter {
    /// Every rule that is on by its page, at its page's level.
    pub fn recommended() -> Self {
        Self {
            config: Arc::default(),
            files: None,
            build: None,
            as_of: None,
            own: Vec::new(),
            configured: Vec::new(),
        }
    }

    /// What a `dlint.toml` says. Its patterns start where the names of files start; it cannot
    /// extend another file.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config = Config::parse(text)?;
        // What does not fit together shows now, for all files and not for the first one.
        config.effective(Path::new(""), true)?;
        Ok(Self {
            config: Arc::new(config),
            ..Self::recommended()
        })
    }

    /// As [`Linter::from_toml`], with rules that are not dlint's: the text may select and ignore them
    /// by their ids and set their levels.
    ///
    /// ```
    /// use dlint::Linter;
    /// use dlint::diagnostic::Severity;
    /// use dlint::engine::ActiveRule;
    /// use dlint::rule::{Context, Level, Rule, RuleMeta};
    ///
    /// static META: RuleMeta =
    ///     RuleMeta::new("acme-short", Level::On(Severity::Info), "Files have more lines.");
    /// struct Short;
    /// impl Rule for Short {
    ///     fn check_file(&self, cx: &mut Context<'_>) {
    ///         cx.report(cx.file().instructions[0].head, "this file is short");
    ///     }
    /// }
    ///
    /// let toml = "select = ['acme-short']\n[levels]\nacme-short = 'error'\n";
    /// let linter = Linter::from_toml_with(toml, [ActiveRule::own(&META, Short)])?;
    /// let report = linter.lint("Dockerfile", "FROM scratch\n");
    /// assert_eq!(report.diagnostics[0].severity, Severity::Error);
    ///
    /// let linter = Linter::from_toml_with("ignore = ['acme-short']", [ActiveRule::own(&META, Short)])?;
    /// let report = linter.lint("Dockerfile", "FROM scratch\n");
    /// assert!(report.diagnostics.iter().all(|d| d.rule.id != "acme-short"));
    /// # Ok::<(), dlint::config::ConfigError>(())
    /// ```
    pub fn from_toml_with(
        text: &str,
        rules: impl IntoIterator<Item = ActiveRule>,
    ) -> Result<Self, ConfigError> {
        let configured: Vec<ActiveRule> = rules.into_iter().collect();
        let ids: Vec<&str> = configured.iter().map(|r| r.meta.id).collect();
        let config = Config::parse_with(text, &ids)?;
        config.effective(Path::new(""), true)?;
        Ok(Self {
            config: Arc::new(config),
            configured,
            ..Self::recommended()
        })
    }

    /// With the files that the build context and its ignore files are read from:
    /// [`Memory`](crate::context::Memory), [`Disk`](crate::context::Disk) or your own. Without
    /// them a Dockerfile is judged by its text.
    ///
    /// ```
    /// use dlint::Linter;
    /// use dlint::context::Memory;
    ///
    /// let files = Memory::new().with(".dockerignore", "*.key\n");
    /// let linter = Linter::from_toml("select = ['ignored-copy']")?.with_files(files);
    /// let report = linter.lint("Dockerfile", "FROM scratch\nCOPY server.key /\n");
    /// assert_eq!(report.diagnostics.len(), 0, "no context has that file");
    ///
    /// let files = Memory::new().with(".dockerignore", "*.key\n").with("server.key", "");
    /// let report = linter.with_files(files).lint("Dockerfile", "FROM scratch\nCOPY server.key /\n");
    /// assert_eq!(report.diagnostics[0].rule.id, "ignored-copy");
    /// # Ok::<(), dlint::config::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_files(self, files: impl Files + 'static) -> Self {
        Self {
            files: Some(Arc::new(files)),
            ..self
        }
    }

    /// With a way to build: arguments, target, context. It replaces what the configuration says.
    #[must_use]
    pub fn with_build(self, build: Build) -> Self {
        Self {
            build: Some(build),
            ..self
        }
    }

    /// With the day that files are judged for. It replaces what the configuration says; without
    /// either it is [`DATA_DATE`](crate::images::DATA_DATE), never the day of the call.
    ///
    /// ```
    /// use dlint::Linter;
    /// use dlint::date::Date;
    ///
    /// let linter = Linter::from_toml("select = ['end-of-life-base']")?;
    /// let then = linter.clone().with_as_of(Date::parse("2020-07-01").expect("a day"));
    /// let text = "FROM debian:10\n";
    /// assert_eq!(then.lint("Dockerfile", text).diagnostics.len(), 0);
    /// assert_eq!(linter.lint("Dockerfile", text).diagnostics.len(), 1);
    /// # Ok::<(), dlint::config::ConfigError>(())
    /// ```
    #[must_use]
    pub fn with_as_of(self, day: Date) -> Self {
        Self {
            as_of: Some(day),
            ..self
        }
    }

    /// With a rule that is not dlint's, which runs after dlint's own. Reports and ignore comments
    /// treat its findings like all others; configuration does not know it: see
    /// [`Linter::from_toml_with`].
    #[must_use]
    pub fn with_rule(mut self, meta: &'static RuleMeta, rule: impl Rule) -> Self {
        self.own.push(ActiveRule::own(meta, rule));
        self
    }

    /// Lints a text. The name is the place of the file among the files given, and what reports
    /// call it; nothing of that name is opened. A fault of dlint is the finding `internal-error`.
    pub fn lint(&self, name: impl Into<PathBuf>, text: impl Into<String>) -> Report {
        let source = Source::new(name, text);
        let settings = self.settings(source.path());
        engine::lint_guarded(source, &settings)
    }

    /// What is wrong with the policies that buildx evaluates when it builds this text: the
    /// `Dockerfile.rego` beside it among the files given, and those the settings name. Each report
    /// is about one policy; a policy of several Dockerfiles is reported for each of them.
    ///
    /// ```
    /// use dlint::Linter;
    /// use dlint::context::Memory;
    ///
    /// let files = Memory::new().with("Dockerfile.rego", "package docker\n\nallow := true\n");
    /// let linter = Linter::recommended().with_files(files);
    /// let reports = linter.lint_policies("Dockerfile", "FROM scratch\n");
    /// # if cfg!(feature = "rego") {
    /// assert_eq!(reports[0].source.path().to_str(), Some("Dockerfile.rego"));
    /// assert_eq!(reports[0].diagnostics[0].rule.id, "policy-without-decision");
    /// # }
    /// ```
    pub fn lint_policies(&self, name: impl Into<PathBuf>, text: impl Into<String>) -> Vec<Report> {
        let source = Source::new(name, text);
        let settings = self.settings(source.path());
        engine::policy_faults(&source, &settings)
    }

    /// Applies the fixes of a report that are trusted at least so far, and lints again, until
    /// nothing changes.
    pub fn fix(&self, report: Report, least: Applicability) -> Fixed<Report> {
        let settings = self.settings(report.source.path());
        engine::fix(report, &settings, least)
    }

    /// What applies to a file of that name, for calls to the engine itself.
    pub fn settings(&self, name: &Path) -> Settings {
        // Every override was read when the configuration was.
        let effective = self.config.effective(name, false);
        let mut settings = effective.map_or_else(|_| Settings::recommended(), |e| e.settings);
        settings.files.clone_from(&self.files);
        if let Some(build) = &self.build {
            settings.build.clone_from(build);
        }
        settings.as_of = self.as_of.or(settings.as_of);
        for rule in &self.configured {
            let (on, severity) = self.config.own_rule(name, rule.meta);
            if on {
                settings.rules.push(ActiveRule {
                    severity: severity.unwrap_or(rule.severity),
                    severity_is_set: severity.is_some(),
                    ..rule.clone()
                });
            }
        }
        settings.rules.extend(self.own.iter().cloned());
        settings
    }
}
