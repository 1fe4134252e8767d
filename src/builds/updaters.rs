//! The bots that propose newer images: whether a repository's configuration of Renovate or Dependabot
//! is for one of its Dockerfiles.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};
use serde_json::Value;

use super::{json5, yaml};
use crate::context::Files;
use crate::path::is_in;

/// The largest configuration that is read.
const MAX_BYTES: u64 = 1 << 18;
/// How many entries of a folder are looked at.
const MAX_ENTRIES: usize = 200;

/// Where Renovate looks for its configuration, in its order
/// (<https://docs.renovatebot.com/configuration-options/>).
const RENOVATE: [&str; 16] = [
    "renovate.json",
    "renovate.jsonc",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.jsonc",
    ".github/renovate.json5",
    ".gitlab/renovate.json",
    ".gitlab/renovate.jsonc",
    ".gitlab/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".renovaterc.jsonc",
    ".renovaterc.json5",
    ".forgejo/renovate.json",
    ".gitea/renovate.json",
    "package.json",
];
const DEPENDABOT: [&str; 2] = [".github/dependabot.yml", ".github/dependabot.yaml"];

/// Presets that leave out the paths below
/// (<https://docs.renovatebot.com/presets-default/#ignoremodulesandtests>).
const IGNORING_PRESETS: [&str; 4] = [
    "config:recommended",
    "config:base",
    "config:best-practices",
    ":ignoreModulesAndTests",
];
const IGNORED_PATHS: [&str; 8] = [
    "**/node_modules/**",
    "**/bower_components/**",
    "**/vendor/**",
    "**/examples/**",
    "**/__tests__/**",
    "**/test/**",
    "**/tests/**",
    "**/__fixtures__/**",
];
/// Other programs that move digests, by words in the files of CI and in names.
const OTHERS: [&str; 7] = [
    "renovate",
    "updatecli",
    "digestabot",
    "frizbee",
    "dockpin",
    "depfu",
    "docker-update",
];
/// Files and folders of CI, in which such a program may be called.
const CI: [&str; 5] = [
    ".github/workflows",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "Jenkinsfile",
];

/// Whether a bot proposes newer digests for a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// One does, or may: something that is not read here could say so.
    Possible,
    /// None does.
    None(Gap),
}

/// Why no bot does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// There is no configuration of any.
    NoBot,
    /// Dependabot's has no entry for Docker: the file.
    NoDocker(String),
    /// It has some, but none for the folder: the file and the folder.
    OtherFolders(String, String),
    /// Renovate's leaves the file out, or images, or digests: the file and what says so.
    LeftOut(String, String),
}

/// Whether the configuration of a repository is for a Dockerfile: `path` is its path from `root`,
/// with slashes.
pub fn coverage(files: &dyn Files, root: &Path, path: &str) -> Coverage {
    let read = |name: &str| {
        let bytes = files.read(&root.join(name), MAX_BYTES)?;
        String::from_utf8(bytes).ok()
    };
    let exists = |name: &str| files.kind(&root.join(name)).is_some();
    let mut gaps: Vec<Gap> = Vec::new();
    for name in RENOVATE.iter().filter(|name| exists(name)) {
        let config = read(name).and_then(|text| json5::parse(&text));
        let config = match (*name, config) {
            // Without the key it is no configuration of Renovate.
            ("package.json", Some(package)) => match package.get("renovate") {
                Some(config) => Some(config.clone()),
                None => continue,
            },
            ("package.json", None) => continue,
            (_, config) => config,
        };
        match config.and_then(|config| renovate_gap(&config, path)) {
            Some(reason) => gaps.push(Gap::LeftOut((*name).to_owned(), reason)),
            None => return Coverage::Possible,
        }
        break;
    }
    for name in DEPENDABOT.iter().filter(|name| exists(name)) {
        match read(name).and_then(|text| dependabot_gap(name, &text, path)) {
            Some(gap) => gaps.push(gap),
            None => return Coverage::Possible,
        }
    }
    if is_updated_otherwise(files, root) {
        return Coverage::Possible;
    }
    // Of two the one that is nearest to being right.
    let nearest = gaps.into_iter().max_by_key(|gap| match gap {
        Gap::NoBot => 0,
        Gap::NoDocker(_) => 1,
        Gap::OtherFolders(..) => 2,
        Gap::LeftOut(..) => 3,
    });
    Coverage::None(nearest.unwrap_or(Gap::NoBot))
}

/// Whether something else may move digests: a program that CI calls, or one whose files lie here.
fn is_updated_otherwise(files: &dyn Files, root: &Path) -> bool {
    let says = |text: &str| {
        let text = text.to_ascii_lowercase();
        OTHERS.iter().any(|word| text.contains(word))
    };
    for folder in ["", ".github", ".gitlab"] {
        let entries = files.list(&root.join(folder), MAX_ENTRIES);
        let mut names = entries.iter().map(|e| e.name.as_str());
        if names
            .any(|name| says(name) && !RENOVATE.iter().any(|r| r.rsplit('/').next() == Some(name)))
        {
            return true;
        }
    }
    CI.iter().any(|place| {
        let place = root.join(place);
        let below = files.list(&place, MAX_ENTRIES).into_iter();
        let all = below.map(|e| place.join(e.name)).chain([place.clone()]);
        all.into_iter().any(|file| {
            let bytes = files.read(&file, MAX_BYTES);
            bytes.is_some_and(|bytes| says(&String::from_utf8_lossy(&bytes)))
        })
    })
}

/// Whether a repository defines a Docker Official Image. Its Dockerfiles name their bases by tag on
/// purpose: the images are built anew when a base is, and `library/` lists them by what a script
/// prints that all of these repositories have
/// (<https://github.com/docker-library/official-images#instruction-format>).
pub fn defines_official_image(files: &dyn Files, root: &Path) -> bool {
    let entries = files.list(root, MAX_ENTRIES);
    let mut names = entries.iter().map(|e| e.name.as_str());
    names.any(|name| name.contains("stackbrew")) || {
        let config = files.read(&root.join(".git/config"), MAX_BYTES);
        let config = config.unwrap_or_default();
        let config = String::from_utf8_lossy(&config);
        let mut urls = config.lines().filter_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == "url").then_some(value.trim())
        });
        urls.any(|url| {
            url.contains("github.com/docker-library/") || url.contains("github.com:docker-library/")
        })
    }
}

fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    let one = value.filter(|v| v.is_string()).into_iter();
    list.chain(one).filter_map(Value::as_str)
}

fn is_off(config: &Value, key: &str) -> bool {
    config.get(key).and_then(|c| c.get("enabled")) == Some(&Value::Bool(false))
}

/// What in Renovate's configuration leaves a Dockerfile out; nothing if it does not, or may not.
fn renovate_gap(config: &Value, path: &str) -> Option<String> {
    let mut managers = texts(config.get("enabledManagers")).peekable();
    if managers.peek().is_some()
        && !managers.any(|m| m == "dockerfile" || m.contains("regex") || m.contains("custom"))
    {
        return Some("`enabledManagers` has no `dockerfile`".to_owned());
    }
    // A rule for some packages may switch on again what is off for all.
    let is_on = |value: &Value| value.get("enabled") == Some(&Value::Bool(true));
    let rules = config.get("packageRules").and_then(Value::as_array);
    let any_rule = |on: &dyn Fn(&Value) -> bool| rules.is_some_and(|rules| rules.iter().any(on));
    if config.get("enabled") == Some(&Value::Bool(false)) && !any_rule(&is_on) {
        return Some("`enabled` is false".to_owned());
    }
    for key in ["dockerfile", "docker", "digest"] {
        let inner = |rule: &Value| is_on(rule) || rule.get(key).is_some_and(is_on);
        let in_manager = config.get("dockerfile").is_some_and(inner);
        if is_off(config, key) && !any_rule(&inner) && !(key != "dockerfile" && in_manager) {
            return Some(format!("`{key}` is not enabled"));
        }
    }
    let presets: Vec<&str> = texts(config.get("extends")).collect();
    for off in ["docker:disable", ":disableDigestUpdates"] {
        if presets.contains(&off) {
            return Some(format!("`{off}`"));
        }
    }
    // Others' presets may say anything about paths, but they rarely switch something off.
    let is_named = {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is = |name: &str| {
            let plain = ["Dockerfile", "dockerfile", "Containerfile", "containerfile"];
            plain.iter().any(|p| {
                name.starts_with(p) || name.strip_suffix(p).is_some_and(|rest| rest.ends_with('.'))
            })
        };
        is(name)
    };
    let own_patterns = config
        .get("dockerfile")
        .is_some_and(|d| d.get("fileMatch").is_some() || d.get("managerFilePatterns").is_some());
    let custom = ["regexManagers", "customManagers"];
    if custom.iter().any(|key| config.get(*key).is_some()) || own_patterns {
        return None;
    }
    if !is_named {
        return Some("the file's name is none that its manager `dockerfile` looks for".to_owned());
    }
    let mut included = texts(config.get("includePaths")).peekable();
    if included.peek().is_some() && !included.any(|glob| fits(glob, path)) {
        return Some("`includePaths`".to_owned());
    }
    if config.get("ignorePaths").is_some() {
        let mut ignored = texts(config.get("ignorePaths"));
        if let Some(glob) = ignored.find(|glob| fits(glob, path)) {
            return Some(format!("`{glob}` in `ignorePaths`"));
        }
    } else if let Some(preset) = presets.iter().find(|p| IGNORING_PRESETS.contains(p))
        && let Some(glob) = IGNORED_PATHS.iter().find(|glob| fits(glob, path))
    {
        return Some(format!("`{preset}` leaves out `{glob}`"));
    }
    let rules = config.get("packageRules").and_then(Value::as_array);
    rules.into_iter().flatten().find_map(|rule| {
        let rule = rule.as_object()?;
        if rule.get("enabled") != Some(&Value::Bool(false)) {
            return None;
        }
        let mut speaks_of_docker = false;
        for (key, value) in rule {
            let mut all = texts(Some(value));
            match key.as_str() {
                "enabled" | "description" => {}
                "matchManagers" if all.any(|m| m == "dockerfile") => speaks_of_docker = true,
                "matchDatasources" if all.any(|m| m == "docker") => speaks_of_docker = true,
                "matchUpdateTypes" if all.any(|m| m == "digest") => {}
                // It is narrower than all images of the file.
                _ => return None,
            }
        }
        speaks_of_docker.then(|| "a rule in `packageRules` switches it off".to_owned())
    })
}

/// Whether a pattern of Renovate's fits a path: a glob, or a part of the path.
fn fits(glob: &str, path: &str) -> bool {
    path.starts_with(glob) || matcher(glob).is_some_and(|glob| glob.is_match(path))
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    let glob = GlobBuilder::new(glob).literal_separator(true).build();
    glob.ok().map(|glob| glob.compile_matcher())
}

/// Why Dependabot is not for a Dockerfile; nothing if it is, or may be
/// (<https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference>).
fn dependabot_gap(name: &str, text: &str, path: &str) -> Option<Gap> {
    let documents = yaml::parse(text).ok()?;
    let updates = documents.first()?.get("updates")?;
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let file = file.to_ascii_lowercase();
    let is_looked_at = file.contains("dockerfile") || file.contains("containerfile");
    let mut has_docker = false;
    for update in updates.items() {
        let of = |key: &str| update.get(key).and_then(|v| v.text()).unwrap_or_default();
        if of("package-ecosystem") != "docker" || of("open-pull-requests-limit") == "0" {
            continue;
        }
        has_docker = true;
        let several = update.get("directories");
        let several = several.map_or(&[][..], |d| d.items()).iter();
        let folders = several.filter_map(|d| d.text()).chain([of("directory")]);
        let fits = |wanted: &str| {
            let wanted = wanted.trim().trim_start_matches("./").trim_matches('/');
            let wanted = if wanted == "." { "" } else { wanted };
            // Whether `/app/**` is for `/app` itself, people disagree.
            let below = ["/**", "/**/*"]
                .iter()
                .find_map(|all| wanted.strip_suffix(all));
            if let Some(base) = below {
                return is_in(folder, base);
            }
            wanted == folder
                || matches!(wanted, "**" | "**/*")
                || matcher(wanted).is_some_and(|glob| glob.is_match(folder))
        };
        let named = update.get("directory").is_some() || update.get("directories").is_some();
        if !named || (is_looked_at && folders.into_iter().any(fits)) {
            return None;
        }
    }
    Some(if has_docker {
        Gap::OtherFolders(name.to_owned(), format!("/{folder}"))
    } else {
        Gap::NoDocker(name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Memory;

    fn of(config: &[(&str, &str)], path: &str) -> Coverage {
        let mut files = Memory::new();
        for (name, text) in config {
            files.insert(name, *text);
        }
        coverage(&files, Path::new(""), path)
    }

    fn renovate(config: &str, path: &str) -> Option<String> {
        match of(&[("renovate.json5", config)], path) {
            Coverage::Possible => None,
            Coverage::None(Gap::LeftOut(_, reason)) => Some(reason),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn renovate_is_for_dockerfiles_unless_it_says_otherwise() {
        for config in [
            "{}",
            "{extends: ['config:recommended'], // all\n}",
            "{extends: ['local>org/renovate-config']}",
            "{enabledManagers: ['npm', 'dockerfile']}",
            "{packageRules: [{matchDatasources: ['docker'], matchPackageNames: ['node'], enabled: false}]}",
            "{packageRules: [{matchUpdateTypes: ['digest'], enabled: false}]}",
            "{digest: {enabled: false}, packageRules: [{matchManagers: ['dockerfile'], digest: {enabled: true}}]}",
            "{enabled: false, packageRules: [{matchManagers: ['dockerfile'], enabled: true}]}",
            "{ignorePaths: ['docs/**']}",
            "{includePaths: ['app/**']}",
            "this is no JSON",
        ] {
            assert_eq!(renovate(config, "app/Dockerfile"), None, "{config}");
        }
        for (config, reason) in [
            (
                "{enabledManagers: ['npm']}",
                "`enabledManagers` has no `dockerfile`",
            ),
            ("{enabled: false}", "`enabled` is false"),
            (
                "{dockerfile: {enabled: false}}",
                "`dockerfile` is not enabled",
            ),
            ("{extends: ['docker:disable']}", "`docker:disable`"),
            ("{ignorePaths: ['app/']}", "`app/` in `ignorePaths`"),
            (
                "{ignorePaths: ['**/Dockerfile']}",
                "`**/Dockerfile` in `ignorePaths`",
            ),
            ("{includePaths: ['web/**']}", "`includePaths`"),
            (
                "{packageRules: [{matchManagers: ['dockerfile'], matchUpdateTypes: ['digest'], enabled: false}]}",
                "a rule in `packageRules` switches it off",
            ),
        ] {
            assert_eq!(
                renovate(config, "app/Dockerfile").as_deref(),
                Some(reason),
                "{config}"
            );
        }
        let recommended = "{extends: ['config:recommended']}";
        assert!(renovate(recommended, "tests/Dockerfile").is_some());
        assert!(renovate(recommended, "a/Dockerfile.dev").is_none());
        assert!(renovate(recommended, "a/app.dockerfile").is_none());
        assert!(renovate(recommended, "a/build-image").is_some());
        assert!(renovate("{customManagers: []}", "a/build-image").is_none());
    }

    #[test]
    fn dependabot_is_for_the_folders_that_it_names() {
        let entry = |more: &str| {
            format!(
                "version: 2\nupdates:\n  - package-ecosystem: \"docker\"\n{more}\n  - package-ecosystem: npm\n    directory: /\n"
            )
        };
        let one = |more: &str, path: &str| of(&[(".github/dependabot.yml", &entry(more))], path);
        for (more, path) in [
            ("    directory: /", "Dockerfile"),
            ("    directory: /app/", "app/Dockerfile.dev"),
            ("    directories: ['/a', '/b/*']", "b/c/Containerfile"),
            ("    directories:\n      - \"**/*\"", "b/c/Dockerfile"),
            ("    directories: ['**/*']", "Dockerfile"),
            ("    directories: ['/src/**']", "src/Dockerfile"),
            ("    directories: ['/src/**']", "src/a/b/Dockerfile"),
        ] {
            assert_eq!(one(more, path), Coverage::Possible, "{more} {path}");
        }
        for (more, path, folder) in [
            ("    directory: /", "app/Dockerfile", "/app"),
            ("    directories: ['/a', '/b/*']", "b/Dockerfile", "/b"),
            ("    directory: /", "image", "/"),
        ] {
            let gap = Gap::OtherFolders(".github/dependabot.yml".to_owned(), folder.to_owned());
            assert_eq!(one(more, path), Coverage::None(gap), "{more} {path}");
        }
        let npm = "version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n";
        let gap = Gap::NoDocker(".github/dependabot.yml".to_owned());
        assert_eq!(
            of(&[(".github/dependabot.yml", npm)], "Dockerfile"),
            Coverage::None(gap)
        );
        assert_eq!(
            of(&[(".github/dependabot.yml", "a: [")], "Dockerfile"),
            Coverage::Possible
        );
    }

    #[test]
    fn any_of_them_is_enough_and_none_is_none() {
        let none = Coverage::None(Gap::NoBot);
        assert_eq!(of(&[("Dockerfile", "")], "Dockerfile"), none);
        assert_eq!(
            of(&[("package.json", "{\"name\": \"a\"}")], "Dockerfile"),
            none
        );
        let npm = "version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n";
        let both = [
            (".github/dependabot.yml", npm),
            ("package.json", "{\"renovate\": {}}"),
        ];
        assert_eq!(of(&both, "Dockerfile"), Coverage::Possible);
        for other in [
            (
                ".github/workflows/u.yml",
                "- uses: chainguard-dev/digestabot@v1",
            ),
            ("updatecli/a.yaml", ""),
            (".gitlab-ci.yml", "image: renovate/renovate"),
            ("renovate-config.js", ""),
        ] {
            assert_eq!(of(&[other], "Dockerfile"), Coverage::Possible, "{other:?}");
        }
        assert_eq!(
            of(&[(".github/workflows/u.yml", "on: push")], "Dockerfile"),
            none
        );
    }
}
