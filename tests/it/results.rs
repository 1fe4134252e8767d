//! Results that are kept from one run to the next: the answer is that of a run without them, whatever
//! changed in between.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::{Ran, dlint, project, ran};

/// A project whose findings depend on much that lies around its Dockerfiles.
const FILES: [(&str, &str); 8] = [
    (
        "Dockerfile",
        "FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCOPY server.key /etc/\nCMD [\"npm\", \"start\"]\n",
    ),
    (
        "tools/Dockerfile",
        "FROM debian:12\n# dlint: ignore[apt-lists-kept] they are needed\nRUN apt-get update && apt-get install curl\nCOPY run.sh /\nENTRYPOINT [\"/run.sh\"]\n",
    ),
    ("tools/run.sh", "#!/bin/sh\nexec curl \"$@\"\n"),
    (
        "package.json",
        "{\"name\": \"a\", \"scripts\": {\"start\": \"node .\"}}\n",
    ),
    ("package-lock.json", "{\"lockfileVersion\": 3}\n"),
    (".dockerignore", "node_modules\n"),
    ("server.key", "x\n"),
    (
        "compose.yaml",
        "services:\n  tools:\n    build: {context: tools, args: {A: '1'}}\n",
    ),
];

/// A folder with a cache beside it.
struct Place {
    folder: TempDir,
    cache: TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        Self {
            folder: project(files),
            cache: TempDir::new().unwrap(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = dlint(self.path());
        command.env("DLINT_CACHE_DIR", self.cache.path());
        ran(command.args(arguments).output().unwrap())
    }

    /// Runs with the cache; the answer has to be that without it. Gives how many results held.
    fn held(&self, arguments: &[&str]) -> usize {
        let with = ["--result-cache", "--verbose"];
        let cached = self.run(&[&with[..], arguments].concat());
        let plain = self.run(arguments);
        assert_eq!(cached.out, plain.out, "{arguments:?}");
        assert_eq!(cached.code, plain.code, "{arguments:?}");
        let said = cached.err.lines().find_map(|line| {
            let rest = line.strip_prefix("dlint: ")?;
            rest.strip_suffix(" results are of earlier runs")
        });
        let said = said.unwrap_or_else(|| panic!("{}", cached.err));
        said.split(' ').next().unwrap().parse().unwrap()
    }

    /// The file that the results are kept in.
    fn kept(&self) -> PathBuf {
        let folder = self.cache.path().join("results");
        let mut files = std::fs::read_dir(folder).unwrap();
        let file = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none());
        file
    }
}

#[test]
fn a_second_run_says_the_same_in_every_format() {
    let place = Place::new(&FILES);
    let formats = [
        "full",
        "compact",
        "concise",
        "json",
        "sarif",
        "github",
        "junit",
        "gitlab_codeclimate",
        "rdjson",
    ];
    assert_eq!(place.held(&["-f", "json"]), 0);
    for format in formats {
        assert_eq!(place.held(&["-f", format]), 2, "{format}");
    }
    // No two of these settings share a result, and each finds its own again.
    for options in [
        &["--profile", "strict"][..],
        &["--profile", "hadolint"],
        &["--isolated", "--select", "security"],
        &["--ignore", "apt-lists-kept"],
        &["--error", "DL3008"],
        &["--as-of", "2020-02-02"],
        &["--build-arg", "A=2"],
        &["--platform", "windows/amd64"],
        &["--context", "tools"],
        &["--golden", "golden/node=node"],
        &["--disable-ignore-pragma"],
    ] {
        assert_eq!(place.held(options), 0, "{options:?}");
        assert_eq!(place.held(options), 2, "{options:?}");
    }
    assert_eq!(place.held(&[]), 2, "the first ones are still there");
}

#[test]
fn what_changes_around_a_file_is_seen() {
    let place = Place::new(&FILES);
    place.held(&[]);
    let change = |name: &str, text: &str, held: usize| {
        place.write(name, text);
        assert_eq!(place.held(&[]), held, "{name}");
        assert_eq!(place.held(&[]), 2, "{name}");
    };
    // One of the two copies whatever is there.
    change("new.txt", "", 1);
    change("Dockerfile", "FROM node:22\nCOPY . .\nRUN npm ci\n", 1);
    change("Dockerfile", FILES[0].1, 2);
    change("package.json", "{\"name\": \"a\"}", 1);
    change("package-lock.json", "{\"lockfileVersion\": 1}", 1);
    change(".dockerignore", "*.key\n", 1);
    change("tools/run.sh", "#!/bin/bash\r\nexec curl\r\n", 1);
    change("tools/.dockerignore", "run.sh\n", 0);
    change(
        "compose.yaml",
        "services:\n  tools:\n    build: {context: tools, args: {A: '2'}}\n",
        1,
    );
    change("dlint.toml", "ignore = ['missing-user']\n", 0);
    std::fs::remove_file(place.path().join("package-lock.json")).unwrap();
    assert_eq!(place.held(&[]), 1);
    std::fs::remove_file(place.path().join("tools/run.sh")).unwrap();
    assert_eq!(place.held(&[]), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;

        place.write("tools/run.sh", FILES[2].1);
        place.write("tools/.dockerignore", "");
        place.held(&[]);
        let script = place.path().join("tools/run.sh");
        for (mode, held) in [(0o755, 1), (0o755, 2), (0o644, 1)] {
            std::fs::set_permissions(&script, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(place.held(&[]), held, "{mode:o}");
        }
    }
}

#[test]
fn known_findings_are_hidden_as_ever() {
    let place = Place::new(&FILES);
    place.held(&[]);
    assert_eq!(place.run(&["baseline"]).code, 0);
    place.held(&[]);
    assert_eq!(place.held(&["--baseline", "dlint-baseline.txt"]), 2);
    // Fixes are worked out anew, and the text that they leave is another one.
    let fixed = place.run(&["--result-cache", "--fix", "-q"]);
    assert!(fixed.code < 2, "{}", fixed.err);
    assert!(place.held(&[]) < 2);
}

#[test]
fn secrets_are_not_kept() {
    let secret = "violet-Umbrella-4711";
    let text = format!("FROM debian:12\nENV DB_PASSWORD={secret}\nRUN echo {secret}\n");
    let place = Place::new(&[("Dockerfile", &text), ("a/Dockerfile", "FROM debian\n")]);
    place.held(&[]);
    assert_eq!(place.held(&[]), 1);
    assert_eq!(place.held(&["--ignore", "secrets"]), 0);
    place.held(&["--build-arg", &format!("DB_PASSWORD={secret}")]);
    let bytes = std::fs::read(place.kept()).unwrap();
    assert!(!bytes.is_empty());
    let holds = |part: &str| bytes.windows(part.len()).any(|w| w == part.as_bytes());
    assert!(!holds(secret) && !holds("Umbrella"));
    assert!(holds("latest"), "what is kept can be seen");
}

#[test]
fn what_a_policy_locks_is_looked_at_each_time() {
    let place = Place::new(&FILES);
    place.write("policy.toml", "locked = ['latest-tag']\n");
    let policy = ["--policy", "policy.toml"];
    assert_eq!(place.held(&policy), 0);
    assert_eq!(place.held(&policy), 0);
}

#[test]
fn a_broken_cache_counts_as_none() {
    let place = Place::new(&FILES);
    place.held(&[]);
    let kept = place.kept();
    let whole = std::fs::read(&kept).unwrap();
    let half = whole.len() / 2;
    let zeros = [&whole[..half], &vec![0; whole.len() - half]].concat();
    let mut flipped = whole.clone();
    flipped[half] ^= 1;
    for broken in [&whole[..half], &[], b"dlint", &zeros, &flipped] {
        std::fs::write(&kept, broken).unwrap();
        assert!(place.held(&[]) < 2);
        assert_eq!(place.held(&[]), 2);
    }
    // Nor does it matter where nothing can be kept.
    std::fs::remove_file(&kept).unwrap();
    let folder = place.cache.path().join("results");
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    assert_eq!(place.held(&[]), 0);
    let told = place.run(&["--result-cache", "--verbose"]).err;
    assert!(told.contains("dlint: results are not kept: "), "{told}");
    let quiet = place.run(&["--result-cache"]).err;
    assert!(!quiet.contains("kept"), "{quiet}");
}
