//! Fixtures that a builder builds, and an engine starts, for real: what dlint calls a fault is one,
//! and what it would have written instead works; and safe fixes change nothing in the image but what
//! their rule names.
//!
//! The fixtures stand in `testdata/builds/`. That dlint says of them what they say is tested
//! everywhere; the rest takes a `docker` with buildx whose engine answers. `.ci/builder` starts one
//! where there is none. Without it the tests are skipped and say so, unless `DLINT_REQUIRE_TOOLS`
//! makes that a failure.

mod builder;
mod image;
mod oracle;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use builder::{Builder, Outcome};
use dlint::fix::Applicability;
use image::Image;
use serde::Deserialize;

/// The files of fixtures.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    #[serde(default)]
    fault: Vec<Fault>,
    #[serde(default)]
    safe: Vec<Safe>,
}

/// A Dockerfile that does not do what it should, and its twin that does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Fault {
    name: String,
    /// The rule, or the code of ShellCheck, that speaks of it.
    says: String,
    /// The level of the finding.
    #[serde(default = "error")]
    level: String,
    dockerfile: String,
    /// The twin; else what dlint's fixes make of it.
    fixed: Option<String>,
    /// The files beside it; `+x` at the end of a name makes one executable.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    build_args: Vec<String>,
    /// The arguments of `docker run` behind the image.
    #[serde(default)]
    arguments: Vec<String>,
    /// The build fails and says this.
    build: Option<String>,
    /// The container fails and says this.
    start: Option<String>,
    /// The container prints this, which is wrong.
    prints: Option<String>,
    /// The container of the twin prints this.
    fixed_prints: Option<String>,
}

fn error() -> String {
    "error".to_owned()
}

/// A Dockerfile that a fix changes: a safe one, or an unsafe one that is said to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Safe {
    name: String,
    rule: String,
    /// A rule that is on beside it.
    with: Option<String>,
    /// Whether the fix is unsafe: its page says how the image differs, and so does `may`.
    #[serde(default, rename = "unsafe")]
    is_unsafe: bool,
    dockerfile: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// How each difference between the images may begin.
    #[serde(default)]
    may: Vec<String>,
}

fn fixtures() -> Fixtures {
    let mut all = Fixtures {
        fault: Vec::new(),
        safe: Vec::new(),
    };
    let mut paths: Vec<_> = std::fs::read_dir("testdata/builds")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let more: Fixtures =
            toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        all.fault.extend(more.fault);
        all.safe.extend(more.safe);
    }
    all
}

/// Whether a fixture is wanted: `DLINT_FIXTURE` names a part of those that are.
fn is_wanted(name: &str) -> bool {
    std::env::var("DLINT_FIXTURE").map_or(true, |part| name.contains(&part))
}

/// A folder with a Dockerfile and the files beside it.
fn folder(dockerfile: &str, files: &BTreeMap<String, String>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Dockerfile"), dockerfile).unwrap();
    for (name, text) in files {
        let (name, executable) = match name.strip_suffix("+x") {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        if executable {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        #[cfg(not(unix))]
        let _ = executable;
    }
    folder
}

/// The level of each rule and code that dlint names for a folder; some rules are off by default.
fn findings(folder: &Path, rule: &str) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
        .args([
            "--isolated",
            "--exit-zero",
            "--format=json",
            "--context=.",
            "--extend-select",
        ])
        .args([rule, "Dockerfile"])
        .current_dir(folder)
        .output()
        .unwrap();
    let found: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    found
        .iter()
        .map(|f| {
            let name = match text(&f["code"]) {
                code if code.starts_with("SC") => code,
                _ => text(&f["rule"]),
            };
            (name, text(&f["level"]))
        })
        .collect()
}

/// What dlint's fixes of a rule make of a folder's Dockerfile.
fn fixed_by_dlint(folder: &Path, rule: &str, trust: &[&str]) -> String {
    let rule = if rule.starts_with("SC") {
        "shellcheck"
    } else {
        rule
    };
    let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
        .args([
            "--isolated",
            "--exit-zero",
            "--quiet",
            "--fix",
            "--select",
            rule,
        ])
        .args(trust)
        .arg("Dockerfile")
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(folder.join("Dockerfile")).unwrap()
}

impl Safe {
    /// What dlint makes of the Dockerfile in a folder.
    fn fix(&self, folder: &Path) -> String {
        let mut trust = vec!["--context=.", "--extend-select", &self.rule];
        if let Some(with) = &self.with {
            trust.extend(["--extend-select", with]);
        }
        if self.is_unsafe {
            trust.push("--unsafe-fixes");
        }
        fixed_by_dlint(folder, &self.rule, &trust)
    }
}

impl Fault {
    /// The twin of the Dockerfile.
    fn twin(&self) -> String {
        self.fixed.clone().unwrap_or_else(|| {
            let folder = folder(&self.dockerfile, &self.files);
            fixed_by_dlint(folder.path(), &self.says, &["--unsafe-fixes"])
        })
    }

    /// What is wrong with what was built and started, if it is not what the fixture says.
    fn complaint(&self, builder: &Builder) -> Option<String> {
        let before = self.outcome(builder, &self.dockerfile);
        let after = self.outcome(builder, &self.twin());
        let expected = match (&self.build, &self.start, &self.prints) {
            (Some(words), None, None) => Outcome::NotBuilt(words.clone()),
            (None, Some(words), None) => Outcome::Failed(words.clone()),
            (None, None, Some(text)) => Outcome::Printed(text.clone()),
            _ => panic!("{}: one of `build`, `start` and `prints`", self.name),
        };
        let mut complaint = String::new();
        if !before.fits(&expected) {
            write!(complaint, "expected {expected:?}, got {before:?}").unwrap();
        }
        let works = match (&self.fixed_prints, &after) {
            (Some(text), Outcome::Printed(printed)) => text.trim() == printed.trim(),
            (Some(_), _) => false,
            (None, after) => matches!(after, Outcome::Built | Outcome::Printed(_)),
        };
        if !works {
            write!(complaint, "\nthe twin: {after:?}").unwrap();
        }
        (!complaint.is_empty()).then_some(complaint)
    }

    fn outcome(&self, builder: &Builder, dockerfile: &str) -> Outcome {
        let folder = folder(dockerfile, &self.files);
        let runs = self.start.is_some() || self.prints.is_some() || self.fixed_prints.is_some();
        builder.outcome(
            folder.path(),
            &self.build_args,
            runs.then_some(&self.arguments),
        )
    }
}

#[test]
fn dlint_says_of_the_fixtures_what_they_say() {
    let Fixtures { fault, safe } = fixtures();
    let mut wrong = Vec::new();
    for fault in &fault {
        let said =
            |dockerfile: &str| findings(folder(dockerfile, &fault.files).path(), &fault.says);
        let found = said(&fault.dockerfile);
        if !found.contains(&(fault.says.clone(), fault.level.clone())) {
            wrong.push(format!("{}: dlint says {found:?}", fault.name));
            continue;
        }
        let twin = fault.twin();
        if twin == fault.dockerfile {
            wrong.push(format!("{}: dlint fixes nothing", fault.name));
        }
        let left = said(&twin);
        if left.iter().any(|(rule, _)| *rule == fault.says) {
            wrong.push(format!("{}: dlint says of the twin {left:?}", fault.name));
        }
    }
    for safe in &safe {
        let folder = folder(&safe.dockerfile, &safe.files);
        let fixed = safe.fix(folder.path());
        if fixed == safe.dockerfile {
            wrong.push(format!("{}: dlint fixes nothing", safe.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fault.len() >= 60, "{} fixtures", fault.len());
}

#[test]
fn each_rule_with_a_safe_fix_has_a_fixture() {
    let Fixtures { fault, safe } = fixtures();
    let safe = safe.iter().filter(|safe| !safe.is_unsafe);
    // The twin of a fault is what dlint makes of it, if the fixture writes none.
    let faults = fault.iter().filter(|fault| fault.fixed.is_none());
    let names = safe.map(|safe| safe.rule.as_str());
    let mut proved: BTreeSet<&str> = names.chain(faults.map(|f| f.says.as_str())).collect();
    if proved.iter().any(|name| name.starts_with("SC")) {
        proved.insert("shellcheck");
    }
    let rules = dlint::rules::RULES.iter();
    let fixed = rules.filter(|rule| rule.meta.fix == Some(Applicability::Safe));
    let fixed: BTreeSet<&str> = fixed.map(|rule| rule.meta.id).collect();
    let missing: Vec<_> = fixed.difference(&proved).collect();
    assert!(
        missing.is_empty(),
        "no fixture proves the fixes of {missing:?}"
    );
}

/// Does something for each fixture, a few at a time, and gives the complaints.
fn each<T: Sync>(
    all: &[T],
    name: impl Fn(&T) -> &str + Sync,
    check: impl Fn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while let Some(fixture) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(complaint) = check(fixture) {
                        let complaint = format!("{}: {complaint}", name(fixture));
                        complaints.lock().unwrap().push(complaint);
                    }
                }
            });
        }
    });
    complaints.into_inner().unwrap()
}

#[test]
fn what_dlint_calls_a_fault_fails_and_its_twin_works() {
    let Some(builder) = Builder::found() else {
        return;
    };
    let mut faults = fixtures().fault;
    faults.retain(|fault| is_wanted(&fault.name));
    let complaints = each(&faults, |f| &f.name, |f| f.complaint(builder));
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn safe_fixes_change_nothing_but_what_their_rule_names() {
    let Some(builder) = Builder::found() else {
        return;
    };
    let mut safe = fixtures().safe;
    safe.retain(|safe| is_wanted(&safe.name));
    let complaints = each(
        &safe,
        |s| &s.name,
        |safe| {
            let before = folder(&safe.dockerfile, &safe.files);
            let after = folder(&safe.dockerfile, &safe.files);
            safe.fix(after.path());
            let image = |folder: &Path| -> Result<Image, String> {
                let archive = builder.exported(folder)?;
                Ok(Image::read(&archive))
            };
            let built = (
                image(before.path()),
                image(before.path()),
                image(after.path()),
            );
            let (Ok(one), Ok(two), Ok(after)) = &built else {
                let said = [built.0.err(), built.1.err(), built.2.err()];
                return Some(said.into_iter().flatten().collect::<Vec<_>>().join("\n"));
            };
            // What two builds of one file do not agree on proves nothing.
            let noise = one.differences(two);
            let mut found = one.differences(after);
            found.retain(|difference| !noise.contains(difference));
            let begins = |difference: &String| safe.may.iter().any(|m| difference.starts_with(m));
            let unnamed: Vec<&String> = found.iter().filter(|d| !begins(d)).collect();
            let mut missing = safe.may.iter();
            let missing = missing.find(|m| !found.iter().any(|d| d.starts_with(*m)));
            (!unnamed.is_empty() || missing.is_some())
                .then(|| format!("{unnamed:#?}, not seen: {missing:?}, all: {found:#?}"))
        },
    );
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}
