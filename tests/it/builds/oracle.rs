//! `dlint cache` against the builder: pairs of a Dockerfile with its context and a change. The steps
//! that dlint says run again are those that the builder does not take from its cache.
//!
//! Written pairs stand in `testdata/cache/`, others are made. `DLINT_SOAK=300` makes so many, and
//! `DLINT_ORACLE_FOLDER=FOLDER` takes so many out of the Dockerfiles below a folder instead.

mod real;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use dlint::rebuild::log::Log;
use serde::Deserialize;

use super::builder::Builder;
use super::each;

/// How many pairs are made where nobody asks for more.
const MADE: usize = 6;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    pair: Vec<Pair>,
}

/// A build and the next one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Pair {
    name: String,
    /// `@` stands for a text that no build before had.
    dockerfile: String,
    /// The Dockerfile of the next build.
    after: Option<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Files that get another content, or come.
    #[serde(default)]
    write: BTreeMap<String, String>,
    #[serde(default)]
    remove: Vec<String>,
    /// Files that get the time of last year.
    #[serde(default)]
    touch: Vec<String>,
    /// Files that get another mode.
    #[serde(default)]
    mode: BTreeMap<String, u32>,
    /// `link = "place"`.
    #[serde(default)]
    links: BTreeMap<String, String>,
    /// Arguments with their values in both builds.
    #[serde(default)]
    args: BTreeMap<String, [String; 2]>,
    target: Option<String>,
    /// Further contexts: names and folders.
    #[serde(default)]
    contexts: BTreeMap<String, String>,
    /// Whether dlint is told the paths; else it asks git.
    #[serde(default)]
    told: bool,
}

/// What came of a pair.
#[derive(Default)]
struct Tally {
    steps: usize,
    agreed: usize,
    /// dlint says "may", and the builder ran or did not.
    may: [usize; 2],
    wrong: Vec<String>,
}

impl Pair {
    fn salted(&self, text: &str, salt: &str) -> String {
        text.replace('@', salt)
    }

    fn write_file(&self, folder: &Path, name: &str, text: &str, salt: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = match name.ends_with(".dockerignore") {
            true => text.to_owned(),
            false => format!("{text} {salt}\n"),
        };
        std::fs::write(path, text).unwrap();
    }

    fn options(&self, folder: &Path, which: usize) -> Vec<String> {
        let mut options: Vec<String> = Vec::new();
        for (name, values) in &self.args {
            options.push(format!("--build-arg={name}={}", values[which]));
        }
        if let Some(target) = &self.target {
            options.push(format!("--target={target}"));
        }
        for (name, place) in &self.contexts {
            options.push(format!(
                "--build-context={name}={}",
                folder.join(place).display()
            ));
        }
        options
    }

    fn check(&self, builder: &Builder, salt: &str) -> Result<Tally, String> {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path();
        let dockerfile = self.salted(&self.dockerfile, salt);
        std::fs::write(folder.join("Dockerfile"), &dockerfile).unwrap();
        for (name, text) in &self.files {
            self.write_file(folder, name, text, salt);
        }
        #[cfg(unix)]
        for (link, place) in &self.links {
            std::os::unix::fs::symlink(place, folder.join(link)).unwrap();
        }
        let git = |arguments: &[&str]| {
            let identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
            let mut git = Command::new("git");
            let output = git
                .arg("-C")
                .arg(folder)
                .args(identity)
                .args(arguments)
                .output();
            let output = output.unwrap();
            assert!(output.status.success(), "{output:?}");
        };
        git(&["init", "-q"]);
        git(&["add", "-A"]);
        git(&["commit", "-qm", "x"]);
        // Git's own files are no part of it.
        let ignore = folder.join(".dockerignore");
        let own = std::fs::read_to_string(&ignore).unwrap_or_default();
        if !own.contains(".git") {
            std::fs::write(&ignore, format!(".git\n.dockerignore\n{own}")).unwrap();
            git(&["add", "-A"]);
            git(&["commit", "-qm", "x"]);
        }
        builder
            .log(folder, &self.options(folder, 0))
            .map_err(|said| format!("the first build fails: {said}"))?;

        // The change.
        for (name, text) in &self.write {
            let text = match name.as_str() {
                ".dockerignore" => format!(".git\n.dockerignore\n{text}"),
                _ => text.clone(),
            };
            self.write_file(folder, name, &text, salt);
        }
        for name in &self.remove {
            std::fs::remove_file(folder.join(name)).unwrap();
        }
        let last_year = SystemTime::now() - Duration::from_secs(365 * 24 * 3600);
        for name in &self.touch {
            let file = std::fs::File::options()
                .append(true)
                .open(folder.join(name));
            file.unwrap().set_modified(last_year).unwrap();
        }
        #[cfg(unix)]
        for (name, mode) in &self.mode {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::Permissions::from_mode(*mode);
            std::fs::set_permissions(folder.join(name), mode).unwrap();
        }
        if let Some(after) = &self.after {
            std::fs::write(folder.join("Dockerfile"), self.salted(after, salt)).unwrap();
        }
        let log = builder
            .log(folder, &self.options(folder, 1))
            .map_err(|said| format!("the second build fails: {said}"))?;
        let log = Log::read(&log).unwrap();

        // What dlint says.
        let mut dlint = Command::new(env!("CARGO_BIN_EXE_dlint"));
        dlint.args([
            "cache",
            "--isolated",
            "--format=json",
            "Dockerfile",
            "--context=.",
        ]);
        let changed = self
            .write
            .keys()
            .chain(&self.remove)
            .chain(self.mode.keys());
        match self.told {
            true => dlint.arg("--changed").args(changed),
            false => dlint.arg("--since=HEAD"),
        };
        for (name, [before, after]) in &self.args {
            if before != after {
                dlint.arg(format!("--changed-arg={name}"));
            }
        }
        let output = dlint
            .args(self.options(folder, 1))
            .current_dir(folder)
            .output()
            .unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("dlint: {}", String::from_utf8_lossy(&output.stderr)))?;
        let steps = answer[0]["steps"].as_array().unwrap();
        let stages = steps.iter().map(|step| step["stage"].as_str().unwrap());
        let mut tally = Tally::default();
        for (step, ran) in steps.iter().zip(log.of(stages)) {
            // What no other step needs any more is not in the log.
            let ran = ran.is_some_and(|ran| !ran.cached);
            tally.steps += 1;
            match (step["verdict"].as_str().unwrap(), ran) {
                ("reruns", true) | ("cached", false) => tally.agreed += 1,
                ("may", ran) => {
                    tally.agreed += 1;
                    tally.may[usize::from(ran)] += 1;
                }
                (said, ran) => tally.wrong.push(format!(
                    "{} (stage {}): dlint says {said}, the builder {}: {}",
                    step["text"],
                    step["stage"],
                    if ran {
                        "ran it"
                    } else {
                        "took it from the cache"
                    },
                    step["reasons"],
                )),
            }
        }
        Ok(tally)
    }
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % most
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }
}

const FILES: [&str; 8] = [
    "package.json",
    "package-lock.json",
    "src/a.js",
    "src/b.js",
    "src/lib/c.js",
    "conf/app.conf",
    "README.md",
    "run.sh",
];

const SOURCES: [&str; 10] = [
    ".",
    "src",
    "src/",
    "package*.json",
    "src/a.js",
    "src/*.js",
    "conf src/lib",
    "./conf/",
    "run.sh README.md",
    "*.md",
];

/// A pair out of a number.
fn made(seed: u64) -> Pair {
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..8 {
        numbers.below(2);
    }
    let mut lines: Vec<String> = Vec::new();
    let stages = 1 + numbers.below(3);
    let mut count = 0;
    // Paths that each stage holds.
    let mut holds: Vec<Vec<String>> = Vec::new();
    if numbers.chance(30) {
        lines.push("ARG GLOBAL=one".to_owned());
    }
    let mut triggers = false;
    for stage in 0..stages {
        let base = if stage > 0 && numbers.chance(30) {
            let base = numbers.below(stage);
            holds.push(holds[base].clone());
            format!("s{base}")
        } else {
            holds.push(Vec::new());
            "alpine:3.22".to_owned()
        };
        lines.push(format!("FROM {base} AS s{stage}"));
        if base.starts_with("alpine") {
            lines.push(format!("RUN : @ {stage}"));
        }
        for _ in 0..2 + numbers.below(5) {
            count += 1;
            match numbers.below(14) {
                0..=3 => {
                    let mut flags = String::new();
                    if numbers.chance(35) {
                        flags.push_str(" --link");
                    }
                    if numbers.chance(15) {
                        flags.push_str(numbers.of(&[" --chmod=755", " --chown=1:1"]));
                    }
                    let source = numbers.of(&SOURCES);
                    let target = match numbers.chance(20) {
                        true => format!("d{count}/"),
                        false => format!("/d{count}/"),
                    };
                    let keyword = if numbers.chance(15) { "ADD" } else { "COPY" };
                    lines.push(format!("{keyword}{flags} {source} {target}"));
                    if target.starts_with('/') {
                        holds[stage].push(format!("/d{count}"));
                    }
                }
                4 | 5 => {
                    lines.push(format!("RUN echo {count} @ > /r{count}"));
                    holds[stage].push(format!("/r{count}"));
                }
                6 => {
                    // What it writes depends on what was copied.
                    lines.push(format!("RUN cat /d*/a.js > /o{count} || true; : @"));
                    holds[stage].push(format!("/o{count}"));
                }
                7 => {
                    let source = numbers.of(&["src", "package.json", "conf", "."]);
                    lines.push(format!(
                        "RUN --mount=type=bind,source={source},target=/m ls /m > /b{count}; : @"
                    ));
                    holds[stage].push(format!("/b{count}"));
                }
                8 => lines.push(format!(
                    "RUN --mount=type=cache,target=/cache echo {count} @ > /cache/x"
                )),
                9 => lines.push(format!("ENV E{count}=one")),
                10 => {
                    lines.push(match numbers.chance(50) {
                        true => "ARG VERSION=1".to_owned(),
                        false => "ARG GLOBAL".to_owned(),
                    });
                    if numbers.chance(50) {
                        lines.push("LABEL version=$VERSION".to_owned());
                    }
                }
                11 => lines.push(format!("WORKDIR /w@{count}")),
                12 if stage > 0 => {
                    let from = numbers.below(stage);
                    let paths = holds[from].clone();
                    if paths.is_empty() {
                        continue;
                    }
                    let path = &paths[numbers.below(paths.len())];
                    let link = if numbers.chance(30) { " --link" } else { "" };
                    if numbers.chance(30) {
                        lines.push(format!(
                            "RUN --mount=type=bind,from=s{from},source={path},target=/m ls /m > /n{count}; : @"
                        ));
                    } else {
                        lines.push(format!("COPY{link} --from=s{from} {path} /c{count}"));
                        holds[stage].push(format!("/c{count}"));
                    }
                }
                12 => lines.push("SHELL [\"/bin/sh\", \"-ec\"]".to_owned()),
                _ if stage + 1 < stages && !triggers && numbers.chance(40) => {
                    triggers = true;
                    lines.push(format!("ONBUILD COPY package.json /t{count}/"));
                }
                _ => lines.push(format!(
                    "COPY <<EOF /h{count}\nbody @ {count} $VERSION\nEOF"
                )),
            }
        }
    }
    let files: BTreeMap<String, String> = FILES
        .iter()
        .map(|name| ((*name).to_owned(), format!("{name} {seed}")))
        .chain(numbers.chance(40).then(|| {
            let text = numbers.of(&["*.md\n", "conf\n!conf/app.conf\n", "src/lib\n", "**/*.sh\n"]);
            (".dockerignore".to_owned(), text.to_owned())
        }))
        .collect();
    let mut pair = Pair {
        name: format!("made {seed}"),
        dockerfile: lines.join("\n") + "\n",
        after: None,
        files,
        write: BTreeMap::new(),
        remove: Vec::new(),
        touch: Vec::new(),
        mode: BTreeMap::new(),
        links: BTreeMap::new(),
        args: BTreeMap::new(),
        target: None,
        contexts: BTreeMap::new(),
        told: false,
    };
    match numbers.below(12) {
        0..=4 => {
            for _ in 0..1 + numbers.below(2) {
                pair.write
                    .insert(numbers.of(&FILES).to_owned(), "changed".to_owned());
            }
        }
        5 => {
            let new = numbers.of(&[
                "src/new.js",
                "new.txt",
                "conf/new.conf",
                "src/lib/deep/x.js",
            ]);
            pair.write.insert(new.to_owned(), "new".to_owned());
        }
        6 => pair
            .remove
            .push(numbers.of(&["src/b.js", "src/lib/c.js"]).to_owned()),
        7 => {
            let file = numbers.of(&FILES).to_owned();
            match numbers.chance(50) {
                true => pair.touch.push(file),
                false => {
                    pair.mode.insert(file, 0o755);
                }
            }
        }
        8 => {
            let both = ["2".to_owned(), "3".to_owned()];
            if pair.dockerfile.contains("ARG VERSION") {
                pair.args.insert("VERSION".to_owned(), both);
            } else if pair.dockerfile.contains("ARG GLOBAL=") {
                pair.args.insert("GLOBAL".to_owned(), both);
            }
        }
        // The Dockerfile itself.
        _ => {
            let at = numbers.below(lines.len());
            let mut lines = lines.clone();
            let line = lines[at].clone();
            let changed = match line.split(' ').next().unwrap() {
                "RUN" => format!("{line} # x"),
                "ENV" => line.replace("=one", "=two"),
                "ARG" => format!("{line}\nARG MORE=1"),
                "COPY" | "ADD" if !line.contains("<<") => line.replace(" /d", " /e/d"),
                "WORKDIR" => format!("{line}/x"),
                _ => format!("# a comment\n{line}\nLABEL x=1"),
            };
            lines[at] = changed;
            pair.after = Some(lines.join("\n") + "\n");
        }
    }
    pair
}

fn written() -> Vec<Pair> {
    let text = std::fs::read_to_string("testdata/cache/pairs.toml").unwrap();
    let pairs: Pairs = toml::from_str(&text).unwrap();
    pairs.pair
}

/// Whether nobody wrote it, so that it may be one that cannot be built.
fn is_tried(pair: &Pair) -> bool {
    pair.name.starts_with("made") || pair.name.starts_with("real")
}

#[test]
fn dlint_cache_names_the_steps_that_the_builder_runs_again() {
    let Some(builder) = Builder::found() else {
        return;
    };
    let soak = std::env::var("DLINT_SOAK").ok();
    let wanted = soak.and_then(|n| n.parse().ok()).unwrap_or(MADE);
    let mut pairs = written();
    match std::env::var_os("DLINT_ORACLE_FOLDER") {
        Some(folder) => pairs = real::pairs(Path::new(&folder), wanted),
        None => pairs.extend((1..=wanted as u64).map(made)),
    }
    pairs.retain(|pair| super::is_wanted(&pair.name));
    // No build before had this text.
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    let salt_of = |pair: &Pair, again: &str| {
        let name = pair.name.bytes();
        let name = name.fold(7u64, |sum, b| {
            sum.wrapping_mul(31).wrapping_add(u64::from(b))
        });
        format!("x{:x}n{name:x}{again}", now.as_nanos())
    };
    let sum = std::sync::Mutex::new((Tally::default(), 0usize));
    let complaints = each(
        &pairs,
        |pair| &pair.name,
        |pair| match pair.check(builder, &salt_of(pair, "")) {
            // One that was made may be none: a file that is removed was all a pattern took. So may
            // be a real one, which copies what lies elsewhere.
            Err(said) if !said.starts_with("dlint") && is_tried(pair) => {
                sum.lock().unwrap().1 += 1;
                let errors = said.lines().filter(|line| line.starts_with("ERROR"));
                errors.for_each(|line| eprintln!("{}: {line}", pair.name));
                None
            }
            Err(said) => Some(said),
            Ok(tally) => {
                let mut sum = sum.lock().unwrap();
                let sum = &mut sum.0;
                sum.steps += tally.steps;
                sum.agreed += tally.agreed;
                sum.may[0] += tally.may[0];
                sum.may[1] += tally.may[1];
                if tally.wrong.is_empty() {
                    return None;
                }
                // Where it was built beside others the builder now and then misses that a file is
                // gone; what dlint says wrong stays wrong.
                eprintln!("{}: once more: {}", pair.name, tally.wrong.join("\n"));
                let again = pair.check(builder, &salt_of(pair, "b"));
                let wrong = match again {
                    Ok(again) => again.wrong.join("\n"),
                    Err(said) => said,
                };
                (!wrong.is_empty()).then(|| {
                    let mut text = wrong;
                    let _ = write!(text, "\n{pair:#?}");
                    text
                })
            }
        },
    );
    let (tally, none) = sum.into_inner().unwrap();
    eprintln!(
        "{} pairs, {none} of them none; {} of {} steps agree, {} that may run again did and {} did not",
        pairs.len(),
        tally.agreed,
        tally.steps,
        tally.may[1],
        tally.may[0],
    );
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
    let made = pairs.iter().filter(|p| p.name.starts_with("made")).count();
    assert!(
        made == 0 || none * 10 <= pairs.len(),
        "{none} pairs cannot be built"
    );
}
