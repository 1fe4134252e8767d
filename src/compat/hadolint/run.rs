//! The codes that read commands.

use std::collections::{HashMap, HashSet};

use super::Out;
use super::shell::{Command, Run};
use super::stages;
use crate::facts::Facts;
use crate::syntax::{Keyword, Kind};

/// A check of one RUN, alone.
type Check = fn(&Run) -> bool;

/// The codes that judge each RUN alone, those behind ONBUILD too if it says so.
const SIMPLE: [(&str, bool, Check); 24] = [
    ("DL3001", true, |r| {
        const POINTLESS: [&str; 9] = [
            "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim",
        ];
        r.any(|c| POINTLESS.contains(&c.name.as_str()))
    }),
    ("DL3003", false, |r| r.any(|c| c.is("cd"))),
    ("DL3004", true, |r| r.any(|c| c.is("sudo"))),
    ("DL3008", true, |r| {
        r.any(|c| {
            c.is("apt-get")
                && c.has("install")
                && c.plain_without(&["t", "target-release"])
                    .into_iter()
                    .filter(|a| *a != "install")
                    .any(|a| !a.contains(['=', '/']) && !a.ends_with(".deb"))
        })
    }),
    ("DL3013", true, |r| r.any(unpinned_pip)),
    ("DL3014", true, |r| {
        r.any(|c| {
            let count = |name: &str| c.flags().filter(|f| f == name).count();
            c.is("apt-get")
                && c.has("install")
                && !c.has_flag(&["y", "yes", "assume-yes"])
                && count("q") != 2
                && count("quiet") != 2
                && !c.has("-q=2")
        })
    }),
    ("DL3015", true, |r| {
        r.any(|c| {
            c.is("apt-get")
                && c.has("install")
                && !c.has_flag(&["no-install-recommends"])
                && !c.has("APT::Install-Recommends=false")
        })
    }),
    ("DL3016", true, |r| r.any(unpinned_npm)),
    ("DL3018", true, |r| {
        r.any(|c| {
            c.is("apk")
                && c.has("add")
                && c.plain_without(&["t", "virtual", "X", "repository"])
                    .into_iter()
                    .filter(|a| *a != "add")
                    .any(|a| !a.contains(['=', '~', '>', '<']) && !a.ends_with(".apk"))
        })
    }),
    ("DL3019", true, |r| {
        !r.mounts("/var/cache/apk")
            && r.any(|c| c.is("apk") && c.has("add") && !c.has_flag(&["no-cache"]))
    }),
    ("DL3027", true, |r| r.any(|c| c.is("apt"))),
    ("DL3028", true, |r| r.any(unpinned_gem)),
    ("DL3030", true, |r| {
        r.any(|c| c.is("yum") && c.has_any(&INSTALLS) && !c.has_flag(&["y", "assumeyes"]))
    }),
    ("DL3032", true, |r| {
        r.never_followed(
            |c| c.is("yum") && c.has("install"),
            |c| {
                c.is("yum") && c.has_any(&["clean", "all"])
                    || c.is("rm") && c.has_any(&["-rf", "/var/cache/yum/*"])
            },
        )
    }),
    ("DL3034", true, |r| {
        r.any(|c| {
            c.is("zypper")
                && c.has_any(&[
                    "install",
                    "in",
                    "remove",
                    "rm",
                    "source-install",
                    "si",
                    "patch",
                ])
                && !c.has_flag(&["n", "non-interactive", "y", "no-confirm"])
        })
    }),
    ("DL3035", true, |r| {
        r.any(|c| c.is("zypper") && c.has_any(&["dist-upgrade", "dup"]))
    }),
    ("DL3036", true, |r| {
        !r.mounts("/var/cache/zypp")
            && r.never_followed(
                |c| c.is("zypper") && c.has_any(&["install", "in"]),
                |c| c.is("zypper") && c.has_any(&["clean", "cc"]),
            )
    }),
    ("DL3037", true, |r| {
        r.any(|c| {
            c.is("zypper")
                && c.has_any(&["install", "in"])
                && c.plain()
                    .into_iter()
                    .filter(|a| !matches!(*a, "install" | "in"))
                    .any(|a| !a.contains(['=', '>', '<']) && !a.ends_with(".rpm"))
        })
    }),
    ("DL3038", true, |r| {
        r.any(|c| is_dnf(c) && c.has_any(&INSTALLS) && !c.has_flag(&["y", "assumeyes"]))
    }),
    ("DL3040", true, |r| {
        let kept = |tool: &str| {
            r.never_followed(
                |c| c.is(tool) && c.has_any(&DNF_FETCHES),
                |c| {
                    c.is(tool) && c.has_any(&["clean", "all"])
                        || c.is("rm") && c.has_any(&["-rf", "/var/cache/libdnf5*"])
                },
            )
        };
        let mounted = r.mounts("/var/cache/libdnf5") || r.mounts(".cache/libdnf5");
        !mounted && (kept("dnf") || kept("microdnf"))
    }),
    ("DL3046", true, |r| {
        r.any(|c| {
            let short = |a: &String| a.starts_with('-') && !a.starts_with("--") && a.contains('u');
            let mut pairs = c.args.iter().zip(c.args.iter().skip(1));
            c.is("useradd")
                && !c.has_flag(&["l", "no-log-init"])
                && pairs.any(|(flag, uid)| short(flag) && uid.chars().count() > 5)
        })
    }),
    ("DL3047", true, |r| {
        const QUIET: [&str; 8] = [
            "progress",
            "q",
            "quiet",
            "o",
            "output-file",
            "a",
            "append-output",
            "no-verbose",
        ];
        r.any(|c| c.is("wget") && !c.has_flag(&QUIET) && !c.has("-nv"))
    }),
    ("DL3062", true, unpinned_go),
    ("DL4005", true, |r| {
        r.any(|c| c.is("ln") && c.has("/bin/sh"))
    }),
];

const INSTALLS: [&str; 3] = ["install", "groupinstall", "localinstall"];
const DNF_FETCHES: [&str; 8] = [
    "install",
    "in",
    "upgrade",
    "up",
    "upgrade-minimal",
    "up-min",
    "reinstall",
    "rei",
];

fn is_dnf(c: &Command) -> bool {
    c.is("dnf") || c.is("microdnf")
}

pub(super) fn check(out: &mut Out<'_, '_>, runs: &[Run]) {
    for run in runs {
        for (code, onbuild, check) in SIMPLE {
            if (onbuild || !run.onbuild) && check(run) {
                out.say(code, run.node);
            }
        }
    }
    caches(out, runs);
    rpm_pins(out, runs);
    pip_caches(out, runs);
    downloads(out, runs);
    consecutive(out, runs);
    pipes(out, runs);
    archives(out, runs);
}

fn unpinned_pip(c: &Command) -> bool {
    if !is_pip_install(c) {
        return false;
    }
    let constraint = c.has_flag(&["constraint"])
        || c.args
            .iter()
            .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains('c'));
    if c.has_any(&["-r", "--requirement", "."]) || constraint {
        return false;
    }
    const VALUED: [&str; 27] = [
        "abi",
        "b",
        "build",
        "e",
        "editable",
        "extra-index-url",
        "f",
        "find-links",
        "i",
        "index-url",
        "implementation",
        "no-binary",
        "only-binary",
        "platform",
        "prefix",
        "progress-bar",
        "proxy",
        "python",
        "python-version",
        "root",
        "root-user-action",
        "src",
        "t",
        "target",
        "trusted-host",
        "upgrade-strategy",
        "",
    ];
    let args = c.plain_without(&VALUED);
    let packages = args.iter().skip_while(|a| **a != "install");
    let mut packages = packages.skip_while(|a| **a == "install");
    packages.any(|p| {
        let vcs = ["git", "hg", "svn", "bzr"].iter().any(|v| p.starts_with(v));
        let pinned = p.contains(['>', '<'])
            || p.contains("==")
            || p.contains("!=")
            || p.contains("~=")
            || vcs && p.contains('@')
            || p.ends_with(".whl")
            || p.ends_with(".tar.gz")
            || !vcs && p.contains('/');
        !pinned
    })
}

fn is_pip_install(c: &Command) -> bool {
    let module = || {
        c.name.starts_with("python")
            && c.args
                .windows(3)
                .any(|w| matches!(w, [m, p, i] if m == "-m" && p == "pip" && i == "install"))
    };
    c.name.starts_with("pip") && !c.name.starts_with("pipenv") && c.has("install") || module()
}

fn unpinned_npm(c: &Command) -> bool {
    if !c.is("npm") {
        return false;
    }
    let args = c.plain_without(&["loglevel", "registry"]);
    let Some((&"install", packages)) = args.split_first() else {
        return false;
    };
    let mut packages = packages.iter().skip_while(|p| **p == "install");
    packages.any(|p| {
        let git = ["git://", "git+ssh://", "git+http://", "git+https://"];
        if git.iter().any(|g| p.starts_with(g)) {
            return !p.contains('#');
        }
        let archive = [".tar", ".tar.gz", ".tgz"].iter().any(|s| p.ends_with(s));
        let folder = ["/", "./", "../", "~/"].iter().any(|s| p.starts_with(s));
        let name = match p.strip_prefix('@') {
            Some(scoped) => scoped.split_once('/').map_or("", |(_, name)| name),
            None => p,
        };
        !(archive || folder || name.contains('@'))
    })
}

fn unpinned_gem(c: &Command) -> bool {
    let versioned =
        c.has_any(&["-v", "--version"]) || c.args.iter().any(|a| a.starts_with("--version="));
    if !c.is("gem") || !c.has_any(&["install", "i"]) || versioned {
        return false;
    }
    let mut args = c.args.iter().take_while(|a| *a != "--");
    let mut words = Vec::new();
    while let Some(arg) = args.next() {
        if arg.starts_with('-') {
            args.next();
        } else {
            words.push(arg.as_str())
        }
    }
    words
        .into_iter()
        .any(|w| !matches!(w, "install" | "i") && !w.contains(':'))
}

fn unpinned_go(r: &Run) -> bool {
    let is = |c: &&Command, verb: &str| c.is("go") && c.has(verb);
    let pinned = |p: &str| {
        let local = p.starts_with(['/', '.']);
        let floating = p.ends_with("@latest") || p.ends_with("@none");
        local || p.contains('@') && !floating
    };
    let runs = r.commands.iter().filter(|c| is(c, "run"));
    // The first word of each is the program; the others are its own.
    let mut programs = runs
        .flat_map(|c| c.plain().into_iter().take(2))
        .filter(|w| *w != "run")
        .peekable();
    if programs.peek().is_some() {
        return programs.any(|p| !pinned(p));
    }
    let mut installs = r
        .commands
        .iter()
        .filter(|c| is(c, "install") || is(c, "get"));
    installs.any(|c| {
        let words = c.plain().into_iter();
        words
            .filter(|w| !matches!(*w, "install" | "get" | "tool"))
            .any(|w| !pinned(w))
    })
}

/// DL3009 and DL3060: what stays in the last stage or in one that another is built on.
fn caches(out: &mut Out<'_, '_>, runs: &[Run]) {
    let facts = out.facts;
    let shipping = stages::shipping(facts);
    for run in runs {
        let ships = run.onbuild
            || match run.stage {
                Some(stage) => shipping.get(stage).is_none_or(|ships| *ships),
                // What stands before the first FROM is in a stage of its own.
                None => facts.stages.is_empty(),
            };
        if !ships {
            continue;
        }
        let updates = run
            .any(|c| matches!(c.name.as_str(), "apt" | "apt-get" | "aptitude") && c.has("update"));
        let cleans = run.any(|c| c.is("rm") && c.has_any(&["-rf", "/var/lib/apt/lists/*"]));
        let mounted = run.mounts("/var/lib/apt/lists")
            || run.mounts("/var/lib/apt") && run.mounts("/var/cache/apt");
        if updates && !cleans && !mounted {
            out.say("DL3009", run.node);
        }
        let kept = run.never_followed(
            |c| c.is("yarn") && c.has("install"),
            |c| c.is("yarn") && c.has_any(&["cache", "clean"]),
        );
        if kept && !run.mounts(".cache/yarn") {
            out.say("DL3060", run.node);
        }
    }
}

/// DL3033 and DL3041.
fn rpm_pins(out: &mut Out<'_, '_>, runs: &[Run]) {
    let names = Names::of(out.facts);
    for run in runs {
        let known = |name: &str| names.has(out.facts, run, name);
        let unpinned = |c: &Command| {
            let module = c.has("module");
            c.plain()
                .into_iter()
                .filter(|w| !matches!(*w, "install" | "module"))
                .any(|w| {
                    if module {
                        !w.contains(':')
                    } else {
                        !is_pinned_rpm(w, known)
                    }
                })
        };
        if run.any(|c| c.is("yum") && c.has("install") && unpinned(c)) {
            out.say("DL3033", run.node);
        }
        if run.any(|c| {
            is_dnf(c) && c.has("install") && (c.has("module") || !c.has("group")) && unpinned(c)
        }) {
            out.say("DL3041", run.node);
        }
    }
}

fn is_pinned_rpm(word: &str, known: impl Fn(&str) -> bool) -> bool {
    let Some((_, rest)) = word.split_once('-') else {
        return false;
    };
    if word.ends_with(".rpm") {
        return true;
    }
    if word.contains('$') {
        return word.match_indices("${").any(|(at, open)| {
            let name = word.get(at + open.len()..).and_then(|r| r.split_once('}'));
            name.is_some_and(|(name, _)| known(name))
        });
    }
    let fits = |p: &str| {
        p.chars()
            .all(|c| c.is_ascii_alphanumeric() || ".~^_:+".contains(c))
    };
    rest.split('-').all(fits)
        && rest
            .split('-')
            .any(|p| p.starts_with(|c: char| c.is_ascii_digit()))
}

/// Where names are declared, apart for what stands behind ONBUILD.
struct Names<'a> {
    /// The first ARG of each name.
    arguments: HashMap<(bool, &'a str), usize>,
    /// For each stage the first ENV of each name.
    variables: HashMap<(bool, Option<usize>, &'a str), usize>,
    aliases: stages::Aliases<'a>,
}

impl<'a> Names<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        let mut names = Self {
            arguments: HashMap::new(),
            variables: HashMap::new(),
            aliases: stages::Aliases::of(facts),
        };
        for node in &facts.nodes {
            match &node.instruction.kind {
                Kind::Env(pairs) => {
                    for pair in &pairs.pairs {
                        let key = (node.onbuild, node.stage, pair.name.as_str());
                        names.variables.entry(key).or_insert(node.index);
                    }
                }
                Kind::Arg(args) => {
                    if let Some(argument) = args.first() {
                        let key = (node.onbuild, argument.name.as_str());
                        names.arguments.entry(key).or_insert(node.index);
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// Whether an ENV of the stage chain or any ARG above a RUN declares a name.
    fn has(&self, facts: &Facts<'_>, run: &Run, name: &str) -> bool {
        let is_above = |first: Option<&usize>| first.is_some_and(|first| *first < run.node);
        if is_above(self.arguments.get(&(run.onbuild, name))) {
            return true;
        }
        // What stands before the first FROM is a stage of its own.
        let chain: Vec<Option<usize>> = match run.stage {
            Some(stage) => {
                let chain = stages::chain(facts, &self.aliases, stage);
                chain.into_iter().map(Some).collect()
            }
            None => vec![None],
        };
        let mut chain = chain.into_iter();
        chain.any(|stage| is_above(self.variables.get(&(run.onbuild, stage, name))))
    }
}

/// DL3042: the variable that turns the cache off holds for the stage and those built on it.
fn pip_caches(out: &mut Out<'_, '_>, runs: &[Run]) {
    const TRUE: [&str; 10] = [
        "1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES",
    ];
    let facts = out.facts;
    let mut off: HashSet<String> = HashSet::new();
    let mut offs = vec![false; facts.nodes.len()];
    let mut current = String::new();
    for node in &facts.nodes {
        match &node.instruction.kind {
            Kind::From(from) if !node.onbuild => {
                let image = stages::image_name(from.image.as_str()).to_owned();
                current = match &from.alias {
                    Some((_, name)) => name.as_str().to_owned(),
                    None => image.clone(),
                };
                if off.contains(&image) {
                    off.insert(current.clone());
                }
            }
            Kind::Env(pairs) if !node.onbuild => {
                let sets = pairs.pairs.iter().any(|p| {
                    p.name.as_str() == "PIP_NO_CACHE_DIR"
                        && TRUE.contains(&super::shell::unquoted(p.value.as_str()))
                });
                if sets {
                    off.insert(current.clone());
                }
            }
            _ => {}
        }
        if let Some(slot) = offs.get_mut(node.index) {
            *slot = !node.onbuild && off.contains(&current);
        }
    }
    for run in runs {
        let value = run.text.split_once("PIP_NO_CACHE_DIR=");
        let set = value.is_some_and(|(_, value)| TRUE.iter().any(|t| value.starts_with(t)));
        let keeps = run.any(|c| {
            is_pip_install(c)
                && !c.name.contains("pipx")
                && !c.name.contains("pipenv")
                && !c.has("--no-cache-dir")
        });
        let is_off = offs.get(run.node).copied().unwrap_or_default();
        if keeps && !set && !is_off && !run.mounts(".cache/pip") {
            out.say("DL3042", run.node);
        }
    }
}

/// DL4001: both tools in one stage, from the RUN that completes the pair.
fn downloads(out: &mut Out<'_, '_>, runs: &[Run]) {
    for onbuild in [false, true] {
        let mut seen = (false, false);
        let mut stage = None;
        for run in runs.iter().filter(|r| r.onbuild == onbuild) {
            if run.stage != stage && !onbuild {
                seen = (false, false);
                stage = run.stage;
            }
            let curl = run.any(|c| c.is("curl"));
            let wget = run.any(|c| c.is("wget"));
            seen = (seen.0 || curl, seen.1 || wget);
            if (curl || wget) && seen == (true, true) {
                out.say("DL4001", run.node);
            }
        }
    }
}

/// DL3059: a RUN of one command behind a RUN of one command with the same flags.
fn consecutive(out: &mut Out<'_, '_>, runs: &[Run]) {
    let facts = out.facts;
    let mut reference: Option<&Run> = None;
    let flags = |run: &Run| -> Vec<String> {
        let node = facts.nodes.get(run.node);
        let flags = node.map_or(&[][..], |n| &n.instruction.flags);
        let mut flags: Vec<String> = flags.iter().map(|f| f.buildkit_text()).collect();
        flags.sort();
        flags
    };
    for node in &facts.nodes {
        if node.onbuild {
            reference = None;
            continue;
        }
        match node.keyword() {
            Some(Keyword::Run) => {}
            Some(Keyword::Onbuild) => continue,
            _ => {
                reference = None;
                continue;
            }
        }
        let Some(run) = run_at(runs, node.index) else {
            continue;
        };
        match reference {
            Some(before)
                if before.commands.len() <= 1
                    && run.commands.len() <= 1
                    && flags(before) == flags(run) =>
            {
                out.say("DL3059", run.node);
            }
            _ => reference = Some(run),
        }
    }
}

/// The RUN at a node; they are in order.
fn run_at(runs: &[Run], node: usize) -> Option<&Run> {
    let at = runs.binary_search_by_key(&node, |r| r.node).ok()?;
    runs.get(at)
}

/// DL4006.
fn pipes(out: &mut Out<'_, '_>, runs: &[Run]) {
    let facts = out.facts;
    let mut nodes = facts.nodes.iter().peekable();
    let mut silent = false;
    for run in runs.iter().filter(|r| r.has_pipe && !r.onbuild) {
        while let Some(node) = nodes.next_if(|n| n.index < run.node) {
            match &node.instruction.kind {
                Kind::From(_) => silent = false,
                // Without brackets it is no SHELL, but is read.
                Kind::Shell(words) | Kind::Invalid(words) if node.is(Keyword::Shell) => {
                    let words: Vec<&str> = words.iter().map(|w| w.as_str()).collect();
                    silent = needs_no_pipefail(&words);
                }
                _ => {}
            }
        }
        if !silent {
            out.say("DL4006", run.node);
        }
    }
}

/// Whether a SHELL sets `pipefail`, or is one that has none.
fn needs_no_pipefail(words: &[&str]) -> bool {
    let text = words.join(" ");
    let other = ["pwsh", "powershell", "cmd"];
    if other.iter().any(|o| text.starts_with(o)) {
        return true;
    }
    let names = text.split_whitespace().collect::<Vec<_>>();
    let program = names.first().map(|n| n.trim_start_matches("/bin/"));
    let known = matches!(program, Some("bash" | "zsh" | "ash"));
    let option = names
        .iter()
        .any(|n| n.starts_with('-') && !n.starts_with("--") && n.contains('o'));
    known && option && names.contains(&"pipefail")
}

/// DL3010: an archive that is copied and unpacked in one stage.
fn archives(out: &mut Out<'_, '_>, runs: &[Run]) {
    const EXTRACTORS: [&str; 8] = [
        "unzip",
        "gunzip",
        "bunzip2",
        "unlzma",
        "unxz",
        "zgz",
        "uncompress",
        "zcat",
    ];
    let facts = out.facts;
    let mut copies: HashMap<String, Vec<usize>> = HashMap::new();
    let mut hits: Vec<usize> = Vec::new();
    let mut stages: Vec<Vec<usize>> = Vec::new();
    for node in facts.nodes.iter().filter(|n| !n.onbuild) {
        match &node.instruction.kind {
            Kind::From(_) => {
                copies.clear();
                stages.push(std::mem::take(&mut hits));
            }
            Kind::Copy(copy) if node.instruction.flag("from").is_none() => {
                // A target with the name of an archive is what the sources become.
                let target = super::shell::unquoted(copy.destination.as_str());
                let sources = copy.sources.iter().map(|s| s.word.as_str());
                let names: Vec<&str> = if super::file::is_archive(target) {
                    vec![target]
                } else {
                    sources.map(super::shell::unquoted).collect()
                };
                let archives = names.into_iter().filter(|n| super::file::is_archive(n));
                for name in archives {
                    let same = copies.entry(base_name(name).to_owned()).or_default();
                    same.push(node.index);
                }
            }
            Kind::Run(_) => {
                let Some(run) = run_at(runs, node.index) else {
                    continue;
                };
                for command in &run.commands {
                    let unpacks = match command.name.as_str() {
                        "tar" => {
                            command.has_flag(&["extract", "get"])
                                || command.args.iter().any(|a| {
                                    a.starts_with('-') && !a.starts_with("--") && a.contains('x')
                                })
                        }
                        "gzcat" => true,
                        name => EXTRACTORS.contains(&name),
                    };
                    if !unpacks {
                        continue;
                    }
                    let names = command.args.iter().map(|a| base_name(a));
                    // One that is unpacked is known.
                    hits.extend(names.filter_map(|name| copies.remove(name)).flatten());
                }
            }
            _ => {}
        }
    }
    stages.push(hits);
    // An earlier stage's are no less wrong for another stage that follows.
    for node in stages.into_iter().flatten() {
        out.say("DL3010", node);
    }
}

fn base_name(path: &str) -> &str {
    let path = super::shell::unquoted(path);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
