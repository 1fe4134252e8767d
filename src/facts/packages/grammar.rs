//! What each package manager's words mean: its names, verbs, and the options that take a value.

use super::{Action, Manager, Operand, ReadFlag};

/// The manager that a program is.
pub(super) fn manager(name: &str) -> Option<Manager> {
    use Manager::*;
    Some(match name {
        "apt-get" => AptGet,
        "apt" => Apt,
        "aptitude" => Aptitude,
        "apk" => Apk,
        "yum" => Yum,
        "dnf" | "dnf5" | "dnf-3" | "dnf4" => Dnf,
        "microdnf" => Microdnf,
        "tdnf" => Tdnf,
        "zypper" => Zypper,
        "pacman" | "yay" | "paru" => Pacman,
        "pipx" => Pipx,
        "uv" => Uv,
        "poetry" => Poetry,
        "pdm" => Pdm,
        "pipenv" => Pipenv,
        "conda" | "mamba" | "micromamba" => Conda,
        "npm" => Npm,
        "yarn" | "yarnpkg" => Yarn,
        "pnpm" => Pnpm,
        "bun" => Bun,
        "bower" => Bower,
        "gem" => Gem,
        "bundle" | "bundler" => Bundler,
        "go" => Go,
        "cargo" => Cargo,
        "composer" | "composer.phar" => Composer,
        "mvn" | "mvnw" | "mvnd" => Maven,
        "gradle" | "gradlew" => Gradle,
        "dotnet" => Dotnet,
        "nuget" | "nuget.exe" => Nuget,
        "mix" => Mix,
        "dart" => Dart,
        "swift" => Swift,
        "lein" => Leiningen,
        "cpanm" => Cpanm,
        name if is_versioned(name, "pip") || is_versioned(name, "pip-") => Pip,
        _ => return None,
    })
}

/// The manager that `python -m` runs.
pub(super) fn python_module(name: &str) -> Option<Manager> {
    manager(name).filter(|m| {
        use Manager::*;
        matches!(m, Pip | Pipx | Uv | Poetry | Pdm | Pipenv)
    })
}

/// `pip`, `pip3`, `pip3.11`.
fn is_versioned(name: &str, program: &str) -> bool {
    name.strip_prefix(program)
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// What the verb of a call means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Verb {
    pub action: Action,
    /// How many operands it takes.
    pub words: usize,
    /// Whether the operands behind it are packages.
    pub packages: bool,
    /// Whether it installs from the manifest if no package is named.
    pub restores: bool,
}

impl Verb {
    fn new(action: Action, words: usize) -> Self {
        Self {
            action,
            words,
            packages: matches!(action, Action::Install | Action::Remove),
            restores: false,
        }
    }

    /// Installs packages, or what the manifest lists if none is named.
    fn either(words: usize) -> Self {
        Self {
            restores: true,
            ..Self::new(Action::Install, words)
        }
    }
}

/// Reads the verb of a call.
pub(super) fn verb(manager: Manager, operands: &[Operand], flags: &[ReadFlag]) -> Verb {
    use Action::*;
    let word = |i: usize| operands.get(i).map_or("", |o| o.text.as_str());
    let (first, second) = (word(0), word(1));
    let has = |names: &[&str]| flags.iter().any(|f| names.contains(&f.flag.name.as_str()));
    if has(&["--help", "--version"]) && operands.is_empty() {
        return Verb::new(Other, 0);
    }
    let one = |action| Verb::new(action, 1);
    let two = |action| Verb::new(action, 2);
    match manager {
        Manager::AptGet | Manager::Apt | Manager::Aptitude => match first {
            "update" => one(Update),
            "install" | "reinstall" | "satisfy" | "build-dep" => one(Install),
            "upgrade" | "dist-upgrade" | "full-upgrade" | "safe-upgrade" => one(Upgrade),
            "clean" | "autoclean" | "distclean" | "dist-clean" => one(Clean),
            "remove" | "purge" | "autoremove" | "autopurge" => one(Remove),
            _ => one(Other),
        },
        Manager::Apk => match (first, second) {
            ("update", _) => one(Update),
            ("add", _) => one(Install),
            ("upgrade" | "fix", _) => one(Upgrade),
            ("del", _) => one(Remove),
            ("cache", "clean" | "purge") => two(Clean),
            _ => one(Other),
        },
        Manager::Yum | Manager::Dnf | Manager::Microdnf | Manager::Tdnf => match (first, second) {
            ("makecache" | "check-update" | "check-upgrade", _) => one(Update),
            (
                "install" | "in" | "localinstall" | "reinstall" | "rei" | "groupinstall"
                | "builddep" | "install-n" | "install-na" | "install-nevra",
                _,
            ) => one(Install),
            ("group" | "groups" | "module", "install") => two(Install),
            (
                "update"
                | "upgrade"
                | "up"
                | "update-minimal"
                | "upgrade-minimal"
                | "up-min"
                | "distro-sync"
                | "dsync"
                | "distribution-synchronization",
                _,
            ) => one(Upgrade),
            ("clean", _) => one(Clean),
            ("remove" | "rm" | "erase" | "autoremove", _) => one(Remove),
            _ => one(Other),
        },
        Manager::Zypper => match first {
            "refresh" | "ref" => one(Update),
            "install" | "in" | "source-install" | "si" => one(Install),
            "update" | "up" | "dist-upgrade" | "dup" | "patch" => one(Upgrade),
            "clean" | "cc" => one(Clean),
            "remove" | "rm" => one(Remove),
            _ => one(Other),
        },
        Manager::Pacman => {
            let mut verb = Verb::new(Other, 0);
            verb.action = match () {
                () if has(&["-R", "--remove"]) => Remove,
                () if has(&["-U", "--upgrade"]) => Install,
                () if !has(&["-S", "--sync"]) => Other,
                () if has(&["-c", "--clean"]) => Clean,
                () if !operands.is_empty() => Install,
                () if has(&["-u", "--sysupgrade"]) => Upgrade,
                () if has(&["-y", "--refresh"]) => Update,
                () => Other,
            };
            verb.packages = matches!(verb.action, Install | Remove);
            verb
        }
        Manager::Pip => match (first, second) {
            ("install" | "download" | "wheel", _) => one(Install),
            ("uninstall", _) => one(Remove),
            ("cache", "purge" | "remove") => two(Clean),
            _ => one(Other),
        },
        Manager::Pipx => match first {
            "install" | "inject" => one(Install),
            "upgrade" | "upgrade-all" => one(Upgrade),
            _ => one(Other),
        },
        Manager::Uv => match (first, second) {
            ("pip", "install") => two(Install),
            ("pip", "sync") => Verb {
                packages: false,
                ..two(Restore)
            },
            ("pip", "uninstall") => two(Remove),
            ("tool", "install") => two(Install),
            ("sync", _) => one(Restore),
            ("add", _) => one(Install),
            ("cache", "clean" | "prune") => two(Clean),
            _ => one(Other),
        },
        Manager::Poetry => match (first, second) {
            ("install" | "sync", _) => one(Restore),
            ("add", _) => one(Install),
            ("self", "add") => two(Install),
            ("update", _) => one(Upgrade),
            ("cache", "clear") => two(Clean),
            ("remove", _) => one(Remove),
            ("build", _) => one(Build),
            _ => one(Other),
        },
        Manager::Pdm => match first {
            "install" | "sync" => one(Restore),
            "add" => one(Install),
            "update" => one(Upgrade),
            "remove" => one(Remove),
            "build" => one(Build),
            _ => one(Other),
        },
        Manager::Pipenv => match first {
            "install" => Verb::either(1),
            "sync" => one(Restore),
            "update" | "upgrade" => one(Upgrade),
            "uninstall" => one(Remove),
            _ => one(Other),
        },
        Manager::Conda => match (first, second) {
            ("install" | "create", _) => one(Install),
            ("env", "create" | "update") => Verb {
                restores: true,
                ..two(Install)
            },
            ("update" | "upgrade", _) => one(Upgrade),
            ("clean", _) => one(Clean),
            ("remove" | "uninstall", _) => one(Remove),
            _ => one(Other),
        },
        Manager::Npm => match (first, second) {
            ("ci" | "clean-install" | "ic" | "install-clean" | "install-ci-test" | "cit", _) => {
                one(Restore)
            }
            ("install" | "i" | "add" | "in" | "isntall" | "install-test" | "it", _) => {
                Verb::either(1)
            }
            ("update" | "up" | "upgrade", _) => one(Upgrade),
            ("cache", "clean" | "clear" | "rm") => two(Clean),
            ("uninstall" | "remove" | "rm" | "un" | "r", _) => one(Remove),
            _ => one(Other),
        },
        Manager::Yarn => match (first, second) {
            ("", _) if !has(&["-v", "-h"]) => Verb::new(Restore, 0),
            ("install", _) => one(Restore),
            ("workspaces", "focus") => two(Restore),
            ("add", _) => one(Install),
            ("global", "add") => two(Install),
            ("upgrade" | "up", _) => one(Upgrade),
            ("cache", "clean" | "clear") => two(Clean),
            ("remove", _) => one(Remove),
            _ => one(Other),
        },
        Manager::Pnpm => match (first, second) {
            ("install" | "i", _) => Verb::either(1),
            ("ci" | "clean-install" | "fetch", _) => one(Restore),
            ("add", _) => one(Install),
            ("update" | "up" | "upgrade", _) => one(Upgrade),
            ("store", "prune") | ("cache", "delete") => two(Clean),
            ("remove" | "rm" | "uninstall" | "un", _) => one(Remove),
            ("recursive" | "multi" | "m", "install" | "i") => Verb::either(2),
            _ => one(Other),
        },
        Manager::Bun => match (first, second) {
            ("install" | "i", _) => Verb::either(1),
            ("ci", _) => one(Restore),
            ("add" | "a", _) => one(Install),
            ("update", _) => one(Upgrade),
            ("remove" | "rm", _) => one(Remove),
            ("pm", "cache") => two(Clean),
            _ => one(Other),
        },
        Manager::Bower => match first {
            "install" | "i" => Verb::either(1),
            "update" => one(Upgrade),
            "uninstall" => one(Remove),
            _ => one(Other),
        },
        Manager::Gem => match first {
            "install" | "i" => one(Install),
            "update" => one(Upgrade),
            "cleanup" | "clean" => one(Clean),
            "uninstall" => one(Remove),
            _ => one(Other),
        },
        Manager::Bundler => match first {
            "" if !has(&["-v", "-h"]) => Verb::new(Restore, 0),
            "install" | "package" | "cache" => one(Restore),
            "add" => one(Install),
            "update" => one(Upgrade),
            "clean" => one(Clean),
            "remove" => one(Remove),
            _ => one(Other),
        },
        Manager::Go => match (first, second) {
            ("mod", "download" | "vendor") => Verb {
                packages: false,
                ..two(Restore)
            },
            ("get", "" | "." | "./...") => one(Restore),
            ("install", package) if !package.contains('@') => one(Build),
            ("install" | "get", _) => one(Install),
            ("clean", _) => one(Clean),
            ("build" | "run" | "test" | "generate", _) => one(Build),
            _ => one(Other),
        },
        Manager::Cargo => {
            // `cargo +nightly build`
            let skip = usize::from(first.starts_with('+'));
            let verb = |action, words| Verb::new(action, words + skip);
            match (word(skip), word(skip + 1)) {
                ("fetch" | "vendor", _) => verb(Restore, 1),
                ("chef", "cook") => verb(Restore, 2),
                ("install", "") if has(&["--path"]) => verb(Build, 1),
                ("install" | "binstall", _) => verb(Install, 1),
                ("build" | "b" | "run" | "r" | "test" | "t" | "check" | "c" | "auditable", _) => {
                    verb(Build, 1)
                }
                _ => verb(Other, 1),
            }
        }
        Manager::Composer => match (first, second) {
            ("install" | "i", _) => one(Restore),
            ("require" | "r" | "create-project", _) => one(Install),
            ("global", "require") => two(Install),
            ("update" | "u" | "upgrade", _) => one(Upgrade),
            ("clear-cache" | "clearcache" | "cc", _) => one(Clean),
            ("remove", _) => one(Remove),
            _ => one(Other),
        },
        Manager::Maven => {
            let goals = || operands.iter().map(|o| o.text.as_str());
            let resolves = |goal: &str| {
                goal.starts_with("dependency:")
                    || goal.contains("maven-dependency-plugin")
                    || goal.starts_with("de.qaware.maven:go-offline")
                    || goal == "validate"
            };
            match operands.is_empty() {
                true => Verb::new(Other, 0),
                false if goals().all(|g| resolves(g) || g == "clean") => {
                    Verb::new(Restore, operands.len())
                }
                false => Verb::new(Build, operands.len()),
            }
        }
        Manager::Gradle => {
            let tasks = || operands.iter().map(|o| o.text.as_str());
            let resolves = |task: &str| {
                let task = task.rsplit(':').next().unwrap_or(task).to_lowercase();
                task.contains("dependencies")
            };
            match operands.is_empty() {
                true => Verb::new(Other, 0),
                false if tasks().all(resolves) => Verb::new(Restore, operands.len()),
                false => Verb::new(Build, operands.len()),
            }
        }
        Manager::Dotnet => match (first, second) {
            ("restore", _) => Verb {
                packages: false,
                ..one(Restore)
            },
            ("tool", "install") | ("add", "package") => two(Install),
            ("tool", "restore") => two(Restore),
            ("build" | "publish" | "pack" | "test" | "run", _) => one(Build),
            ("nuget", "locals") => two(Clean),
            _ => one(Other),
        },
        Manager::Nuget => match first {
            "restore" => one(Restore),
            "install" => one(Install),
            _ => one(Other),
        },
        Manager::Mix => match first {
            // `mix do deps.get, compile`
            "do" => match operands.iter().any(|o| o.text.starts_with("deps.get")) {
                true => one(Restore),
                false => one(Other),
            },
            "deps.get" => one(Restore),
            "compile" | "release" | "phx.digest" => one(Build),
            "deps.update" => one(Upgrade),
            _ => one(Other),
        },
        Manager::Dart => match (first, second) {
            ("pub", "get") => two(Restore),
            ("pub", "add" | "global") => two(Install),
            ("pub", "upgrade") => two(Upgrade),
            ("compile" | "build", _) => one(Build),
            _ => one(Other),
        },
        Manager::Swift => match (first, second) {
            ("package", "resolve") => two(Restore),
            ("build", _) => one(Build),
            _ => one(Other),
        },
        Manager::Leiningen => match first {
            "deps" => one(Restore),
            "uberjar" | "compile" | "jar" => one(Build),
            _ => one(Other),
        },
        Manager::Cpanm => match has(&["--installdeps"]) {
            true => Verb::new(Restore, 0),
            false => Verb::new(Install, 0),
        },
    }
}

/// The options that name a file of packages, and whether it only limits versions.
pub(super) fn list_flags(manager: Manager) -> &'static [(&'static str, bool)] {
    match manager {
        Manager::Pip | Manager::Uv => &[
            ("-r", false),
            ("--requirement", false),
            ("--requirements", false),
            ("-c", true),
            ("--constraint", true),
            ("--constraints", true),
        ],
        Manager::Pipenv => &[("-r", false), ("--requirements", false)],
        Manager::Conda => &[("-f", false), ("--file", false)],
        Manager::Gem => &[("-g", false), ("--file", false)],
        _ => &[],
    }
}

/// Whether an option's value is a package in editable mode.
pub(super) fn is_editable(manager: Manager, name: &str) -> bool {
    let manager = matches!(
        manager,
        Manager::Pip | Manager::Uv | Manager::Pipenv | Manager::Pdm
    );
    manager && matches!(name, "-e" | "--editable")
}

/// Whether options with one dash are words (`-modfile`) and not letters.
pub(super) fn has_long_single_dash(manager: Manager) -> bool {
    use Manager::*;
    matches!(manager, Go | Maven | Gradle | Nuget)
}

/// The options that take the next word as their value.
pub(super) fn valued(manager: Manager) -> &'static [&'static str] {
    use Manager::*;
    match manager {
        AptGet | Apt | Aptitude => &[
            "-t",
            "--target-release",
            "--default-release",
            "-o",
            "--option",
            "-c",
            "--config-file",
            "-a",
            "--host-architecture",
            "-P",
            "--build-profiles",
        ],
        Apk => &[
            "-t",
            "--virtual",
            "-X",
            "--repository",
            "-p",
            "--root",
            "--keys-dir",
            "--repositories-file",
            "--cache-dir",
            "--cache-max-age",
            "--arch",
            "--wait",
            "--progress-fd",
            "--timeout",
        ],
        Yum | Dnf | Microdnf | Tdnf => &[
            "-c",
            "--config",
            "-d",
            "--debuglevel",
            "-e",
            "--errorlevel",
            "-x",
            "--exclude",
            "--excludepkgs",
            "--enablerepo",
            "--disablerepo",
            "--repo",
            "--repoid",
            "--repofrompath",
            "--installroot",
            "--releasever",
            "--setopt",
            "--enableplugin",
            "--disableplugin",
            "--disableexcludes",
            "--comment",
            "--forcearch",
            "--color",
            "-R",
            "--randomwait",
            "--downloaddir",
            "--destdir",
            "--advisory",
        ],
        Zypper => &[
            "-R",
            "--root",
            "--installroot",
            "-c",
            "--config",
            "-t",
            "--type",
            "-r",
            "--repo",
            "--from",
            "-p",
            "--plus-repo",
            "--plus-content",
            "-D",
            "--reposd-dir",
            "-C",
            "--cache-dir",
            "--download",
            "--solver-focus",
        ],
        Pacman => &[
            "-b",
            "--dbpath",
            "-r",
            "--root",
            "--cachedir",
            "--config",
            "--arch",
            "--gpgdir",
            "--hookdir",
            "--logfile",
            "--ignore",
            "--ignoregroup",
            "--overwrite",
            "--assume-installed",
            "--color",
        ],
        Pip => &[
            "-r",
            "--requirement",
            "-c",
            "--constraint",
            "-b",
            "--build-constraint",
            "--build",
            "-e",
            "--editable",
            "-t",
            "--target",
            "-d",
            "--dest",
            "--download",
            "-w",
            "--wheel-dir",
            "--platform",
            "--python-version",
            "--implementation",
            "--abi",
            "--root",
            "--prefix",
            "--src",
            "--upgrade-strategy",
            "-C",
            "--config-settings",
            "--config-setting",
            "--global-option",
            "--install-option",
            "--build-option",
            "--no-binary",
            "--only-binary",
            "--progress-bar",
            "--root-user-action",
            "-i",
            "--index-url",
            "--pypi-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--report",
            "--group",
            "--uploaded-prior-to",
            "--python",
            "--log",
            "--log-file",
            "--keyring-provider",
            "--proxy",
            "--retries",
            "--timeout",
            "--default-timeout",
            "--exists-action",
            "--trusted-host",
            "--cert",
            "--client-cert",
            "--cache-dir",
            "--use-feature",
            "--use-deprecated",
            "--resume-retries",
        ],
        Pipx => &[
            "--python",
            "--spec",
            "--pip-args",
            "-i",
            "--index-url",
            "--suffix",
            "--preinstall",
            "--backend",
        ],
        Uv => &[
            "-r",
            "--requirement",
            "--requirements",
            "-c",
            "--constraint",
            "--constraints",
            "-b",
            "--build-constraint",
            "--override",
            "--overrides",
            "-e",
            "--editable",
            "-t",
            "--target",
            "--prefix",
            "-p",
            "--python",
            "-i",
            "--index-url",
            "--index",
            "--default-index",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--index-strategy",
            "--keyring-provider",
            "--resolution",
            "--prerelease",
            "--exclude-newer",
            "--link-mode",
            "--no-binary",
            "--only-binary",
            "--no-binary-package",
            "--no-build-package",
            "--no-install-package",
            "--refresh-package",
            "--reinstall-package",
            "-P",
            "--upgrade-package",
            "-C",
            "--config-setting",
            "--config-settings",
            "--extra",
            "--no-extra",
            "--group",
            "--no-group",
            "--only-group",
            "--package",
            "--cache-dir",
            "--directory",
            "--project",
            "--config-file",
            "--allow-insecure-host",
            "--python-preference",
            "--python-platform",
            "--python-version",
            "--torch-backend",
            "--with",
            "--with-requirements",
            "--color",
            "--branch",
            "--tag",
            "--rev",
        ],
        Poetry => &[
            "-C",
            "--directory",
            "-P",
            "--project",
            "-E",
            "--extras",
            "--with",
            "--without",
            "--only",
            "-G",
            "--group",
            "--python",
            "--platform",
            "--source",
            "--markers",
        ],
        Pdm => &[
            "-p",
            "--project",
            "-G",
            "--group",
            "--with",
            "--without",
            "-L",
            "--lockfile",
            "-c",
            "--config",
            "-e",
            "--editable",
            "-k",
            "--skip",
            "--venv",
            "--override",
        ],
        Pipenv => &[
            "-r",
            "--requirements",
            "-e",
            "--editable",
            "-i",
            "--index",
            "--python",
            "--pypi-mirror",
            "--extra-pip-args",
            "--categories",
        ],
        Conda => &[
            "-n",
            "--name",
            "-p",
            "--prefix",
            "-c",
            "--channel",
            "-f",
            "--file",
            "--solver",
            "--experimental-solver",
            "-r",
            "--root-prefix",
            "--platform",
            "--subdir",
            "--repodata-fn",
            "--clone",
            "--revision",
        ],
        Npm => &[
            "--prefix",
            "-C",
            "--registry",
            "--loglevel",
            "--cache",
            "--omit",
            "--include",
            "--only",
            "--userconfig",
            "--globalconfig",
            "-w",
            "--workspace",
            "--install-strategy",
            "--network-timeout",
            "--fetch-retries",
            "--fetch-timeout",
            "--fetch-retry-mintimeout",
            "--fetch-retry-maxtimeout",
            "--maxsockets",
            "--script-shell",
            "--target",
            "--arch",
            "--os",
            "--cpu",
            "--libc",
            "--tag",
            "--before",
            "--jobs",
            "--python",
            "--target_arch",
            "--target_platform",
        ],
        Yarn => &[
            "--cwd",
            "--modules-folder",
            "--cache-folder",
            "--global-folder",
            "--prefix",
            "--registry",
            "--network-timeout",
            "--network-concurrency",
            "--mutex",
            "--use-yarnrc",
            "--preferred-cache-folder",
            "--link-folder",
            "--https-proxy",
            "--proxy",
            "--mode",
        ],
        Pnpm => &[
            "-C",
            "--dir",
            "-F",
            "--filter",
            "--filter-prod",
            "--registry",
            "--store-dir",
            "--virtual-store-dir",
            "--modules-dir",
            "--lockfile-dir",
            "--loglevel",
            "--reporter",
            "--network-concurrency",
            "--child-concurrency",
            "--workspace-concurrency",
            "--package-import-method",
            "--node-linker",
            "--cpu",
            "--os",
            "--libc",
        ],
        Bun => &[
            "--cwd",
            "-c",
            "--config",
            "--registry",
            "--cache-dir",
            "--backend",
            "--filter",
            "--omit",
            "--network-concurrency",
            "--concurrent-scripts",
            "--linker",
        ],
        Bower => &["--config.cwd"],
        Gem => &[
            "-v",
            "--version",
            "-i",
            "--install-dir",
            "-n",
            "--bindir",
            "--platform",
            "-s",
            "--source",
            "-P",
            "--trust-policy",
            "-g",
            "--file",
            "--build-root",
            "-p",
            "--http-proxy",
            "--config-file",
            "--document",
            "--without",
        ],
        Bundler => &[
            "-j",
            "--jobs",
            "--retry",
            "--path",
            "--without",
            "--with",
            "--gemfile",
            "--binstubs",
            "--shebang",
            "--trust-policy",
            "--target-rbconfig",
            "-v",
            "--version",
            "-g",
            "--group",
            "-s",
            "--source",
        ],
        Go => &[
            "-C",
            "-o",
            "-p",
            "-mod",
            "-modfile",
            "-tags",
            "-ldflags",
            "-gcflags",
            "-asmflags",
            "-buildmode",
            "-compiler",
            "-pkgdir",
            "-overlay",
            "-toolexec",
            "-installsuffix",
            "-run",
            "-timeout",
            "-reuse",
        ],
        Cargo => &[
            "--version",
            "--vers",
            "--git",
            "--branch",
            "--tag",
            "--rev",
            "--path",
            "--root",
            "--index",
            "--registry",
            "-F",
            "--features",
            "--profile",
            "-j",
            "--jobs",
            "--target",
            "--target-dir",
            "--manifest-path",
            "--bin",
            "--example",
            "-p",
            "--package",
            "--exclude",
            "--config",
            "-Z",
            "-C",
            "--color",
            "--recipe-path",
            "--message-format",
            "--lockfile-path",
        ],
        Composer => &[
            "-d",
            "--working-dir",
            "--prefer-install",
            "--ignore-platform-req",
            "--apcu-autoloader-prefix",
            "--repository",
            "--repository-url",
            "--stability",
            "-s",
        ],
        Maven => &[
            "-f",
            "--file",
            "-s",
            "--settings",
            "-gs",
            "--global-settings",
            "-pl",
            "--projects",
            "-P",
            "--activate-profiles",
            "-T",
            "--threads",
            "-l",
            "--log-file",
            "-t",
            "--toolchains",
            "-rf",
            "--resume-from",
            "-D",
            "-b",
            "--builder",
            "--color",
        ],
        Gradle => &[
            "-x",
            "--exclude-task",
            "-p",
            "--project-dir",
            "-b",
            "--build-file",
            "-c",
            "--settings-file",
            "-g",
            "--gradle-user-home",
            "-I",
            "--init-script",
            "--console",
            "--max-workers",
            "--include-build",
            "--project-cache-dir",
            "--warning-mode",
            "--configuration",
            "-F",
            "--dependency-verification",
            "-M",
            "--write-verification-metadata",
        ],
        Dotnet => &[
            "-r",
            "--runtime",
            "-c",
            "--configuration",
            "-f",
            "--framework",
            "-o",
            "--output",
            "-a",
            "--arch",
            "--os",
            "-s",
            "--source",
            "-v",
            "--verbosity",
            "--version",
            "--configfile",
            "--packages",
            "--lock-file-path",
            "--tool-path",
            "--add-source",
            "--version-suffix",
            "--logger",
            "--tool-manifest",
        ],
        Nuget => &[
            "-ConfigFile",
            "-OutputDirectory",
            "-PackagesDirectory",
            "-SolutionDirectory",
            "-Source",
            "-Version",
            "-Verbosity",
            "-MSBuildVersion",
            "-MSBuildPath",
            "-Framework",
        ],
        Mix => &["--only"],
        Dart => &["-C", "--directory", "-o", "--output"],
        Swift => &[
            "-c",
            "--configuration",
            "--package-path",
            "--scratch-path",
            "--build-path",
            "--cache-path",
            "--product",
            "--target",
            "--triple",
            "--swift-sdk",
            "-j",
            "--jobs",
            "-X",
        ],
        Leiningen => &[],
        Cpanm => &[
            "-l",
            "-L",
            "--local-lib",
            "--local-lib-contained",
            "--mirror",
            "-M",
            "--from",
            "--cpanfile",
            "--save-dists",
            "--perl",
        ],
    }
}
