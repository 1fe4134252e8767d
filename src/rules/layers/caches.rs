//! Where package managers keep what they download: by their options, by environment variables, by
//! the home of who runs them, and by what official images set.

use crate::facts::packages::{Action, Install, Manager, Setting};
use crate::facts::{Base, Facts, Node, RunUser};
use crate::path::clean;

/// The directories of a cache.
pub(super) struct Cache {
    targets: Vec<String>,
    /// Whether two builds at once would spoil it.
    locked: bool,
    /// Whether only what is compiled is kept there.
    compiled_only: bool,
    owner: Owner,
}

/// To whom a mount must belong.
enum Owner {
    Root,
    /// A user with this number.
    Number(u32),
    /// A user whose number the file does not say.
    Other,
}

impl Cache {
    /// The directories.
    pub(super) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// The options of RUN.
    pub(super) fn mounts(&self) -> String {
        let sharing = if self.locked { ",sharing=locked" } else { "" };
        let owner = match self.owner {
            Owner::Number(number) => format!(",uid={number}"),
            Owner::Root | Owner::Other => String::new(),
        };
        let mounts: Vec<String> = self
            .targets
            .iter()
            .map(|target| format!("--mount=type=cache,target={target}{sharing}{owner}"))
            .collect();
        mounts.join(" ")
    }

    /// Whether it holds what is downloaded, and not only what is compiled.
    pub(super) fn holds_downloads(&self) -> bool {
        !self.compiled_only
    }

    /// Whether the mount takes a number of a user that the file does not say.
    pub(super) fn needs_owner(&self) -> bool {
        matches!(self.owner, Owner::Other)
    }
}

/// A call and where it stands.
struct Call<'f, 'a> {
    facts: &'f Facts<'a>,
    node: &'f Node<'a>,
    install: &'f Install,
}

/// The cache of a call; `None` where it has none, or nobody can say where.
pub(super) fn cache(facts: &Facts<'_>, node: &Node<'_>, install: &Install) -> Option<Cache> {
    use Manager::*;
    let call = Call {
        facts,
        node,
        install,
    };
    let one = |target: Option<String>| Some(vec![target?]);
    let targets = match install.manager {
        AptGet | Apt => {
            let system = call.is_on(&["debian", "ubuntu"]);
            return system.then(|| Cache {
                targets: vec!["/var/cache/apt".to_owned(), "/var/lib/apt".to_owned()],
                locked: true,
                compiled_only: false,
                owner: Owner::Root,
            });
        }
        Pip if call.is_yes("PIP_NO_CACHE_DIR") => None,
        Pip => one(call.place(&["--cache-dir"], &["PIP_CACHE_DIR"], "", ".cache/pip")),
        Uv if call.is_yes("UV_NO_CACHE") => None,
        Uv => one(call.place(&["--cache-dir"], &["UV_CACHE_DIR"], "", ".cache/uv")),
        Poetry => one(call.place(&[], &["POETRY_CACHE_DIR"], "", ".cache/pypoetry")),
        Pdm => one(call.place(&[], &["PDM_CACHE_DIR"], "", ".cache/pdm")),
        Pipenv => one(call.place(&[], &["PIPENV_CACHE_DIR"], "", ".cache/pipenv")),
        Npm => one(call.place(
            &["--cache"],
            &["npm_config_cache", "NPM_CONFIG_CACHE"],
            "",
            ".npm",
        )),
        Yarn => one(call.yarn()),
        Pnpm => one(call.pnpm()),
        Bun => one(call.place(&[], &["BUN_INSTALL_CACHE_DIR"], "", ".bun/install/cache")),
        Go => call.go(),
        Cargo => one(call.cargo()),
        Composer => one(call.composer()),
        Maven => one(call.maven()),
        Gradle => one(call.gradle()),
        Dotnet => one(call.place(&["--packages"], &["NUGET_PACKAGES"], "", ".nuget/packages")),
        Bundler => one(call.bundler()),
        Mix => one(call.place(&[], &["HEX_HOME"], "", ".hex")),
        Dart => one(call.place(&[], &["PUB_CACHE"], "", ".pub-cache")),
        Sbt => one(call.place(&[], &["COURSIER_CACHE"], "", ".cache/coursier")),
        Stack => one(call.place(&[], &["STACK_ROOT"], "", ".stack")),
        Cabal => one(call.place(&[], &["CABAL_DIR"], "packages", ".cabal/packages")),
        Deno => one(match call.is_on(&["denoland/deno"]) {
            true => Some("/deno-dir".to_owned()),
            false => call.place(&[], &["DENO_DIR"], "", ".cache/deno"),
        }),
        _ => None,
    }?;
    Some(Cache {
        targets,
        locked: matches!(install.manager, Gradle | Maven | Sbt),
        compiled_only: install.manager == Go && call.is_vendored(),
        owner: call.owner(),
    })
}

impl Call<'_, '_> {
    /// Whether a variable says yes.
    fn is_yes(&self, name: &str) -> bool {
        // Pip took `off` for no, and every other word for yes.
        self.facts.setting(self.node, self.install, name).is_true()
    }

    /// The value of a variable: `Some(None)` if nothing sets it, `None` if it is not known.
    fn variable(&self, name: &str) -> Option<Option<String>> {
        match self.facts.setting(self.node, self.install, name) {
            Setting::Known(text) if text.is_empty() => Some(None),
            Setting::Known(text) if text.starts_with('/') => Some(Some(clean(&text))),
            Setting::Known(_) | Setting::Hidden => None,
            Setting::Unset => Some(None),
        }
    }

    /// A directory that an option names, else the first variable that is set, with a path behind
    /// it, else one in the home of who runs the command.
    fn place(
        &self,
        options: &[&str],
        variables: &[&str],
        behind: &str,
        at_home: &str,
    ) -> Option<String> {
        if let Some(flag) = self.install.flag(options) {
            let value = flag.value.as_deref()?;
            return value.starts_with('/').then(|| clean(value));
        }
        for name in variables {
            if let Some(set) = self.variable(name)? {
                return Some(clean(&format!("{set}/{behind}")));
            }
        }
        if at_home.starts_with(".cache/")
            && let Some(set) = self.variable("XDG_CACHE_HOME")?
        {
            return Some(format!("{set}/{}", at_home.trim_start_matches(".cache/")));
        }
        Some(format!("{}/{at_home}", self.home()?))
    }

    /// The home of who runs the command.
    fn home(&self) -> Option<String> {
        if let Some(set) = self.variable("HOME")? {
            return Some(set);
        }
        match self.facts.user_at(self.node) {
            // An image that is not known may well end with another user; most do not.
            RunUser::Root | RunUser::Unknown if self.is_root_likely() => Some("/root".to_owned()),
            RunUser::Other(name) if name.parse::<u32>().is_err() => Some(format!("/home/{name}")),
            RunUser::OfBase(name) if name.parse::<u32>().is_err() => Some(format!("/home/{name}")),
            _ => None,
        }
    }

    fn is_root_likely(&self) -> bool {
        let user = self.facts.user_at(self.node);
        let sets = |n: &Node<'_>| n.keyword() == Some(crate::syntax::Keyword::User);
        let stage = self.node.stage.unwrap_or(0);
        let mut before = self.facts.chain_nodes(stage);
        user == RunUser::Root || !before.any(|n| n.index < self.node.index && sets(n))
    }

    fn owner(&self) -> Owner {
        let name = match self.facts.user_at(self.node) {
            RunUser::Root => return Owner::Root,
            RunUser::Unknown if self.is_root_likely() => return Owner::Root,
            RunUser::Other(name) => name,
            RunUser::OfBase(name) => name.to_owned(),
            RunUser::Unknown => return Owner::Other,
        };
        if let Ok(number) = name.parse() {
            return Owner::Number(number);
        }
        if name == "node" && self.is_on(&["node"]) || name == "gradle" && self.is_on(&["gradle"]) {
            return Owner::Number(1000);
        }
        // `useradd -u 1001 app`
        let stage = self.node.stage.unwrap_or(0);
        let creates = self.facts.chain_nodes(stage).flat_map(|n| n.commands());
        let number = creates
            .filter(|c| matches!(c.name.as_str(), "useradd" | "adduser"))
            .filter(|c| c.literal_args().any(|w| w == name))
            .find_map(|c| {
                let words: Vec<&str> = c.literal_args().collect();
                let at = words.iter().position(|w| matches!(*w, "-u" | "--uid"))?;
                words.get(at + 1)?.parse::<u32>().ok()
            });
        number.map_or(Owner::Other, Owner::Number)
    }

    /// Whether the stage stands on one of these images.
    fn is_on(&self, names: &[&str]) -> bool {
        let stage = self.node.stage.unwrap_or(0);
        match self.facts.root_base(stage) {
            Base::Image(image) => names.contains(&image.familiar_name().as_str()),
            _ => false,
        }
    }

    fn yarn(&self) -> Option<String> {
        let set = self.install.flag(&["--cache-folder"]).is_some()
            || self.variable("YARN_CACHE_FOLDER")?.is_some();
        if set {
            return self.place(&["--cache-folder"], &["YARN_CACHE_FOLDER"], "", "");
        }
        let is_berry = self.facts.is_mentioned_before(self.node, ".yarnrc.yml")
            || self.facts.is_mentioned_before(self.node, ".yarn/releases")
            || self.install.has_flag(&["--immutable"]);
        match (is_berry, self.owner()) {
            (true, _) => Some(format!("{}/.yarn/berry/cache", self.home()?)),
            // Yarn 1 keeps the cache of root elsewhere.
            (false, Owner::Root) => Some("/usr/local/share/.cache/yarn".to_owned()),
            (false, _) => Some(format!("{}/.cache/yarn", self.home()?)),
        }
    }

    fn pnpm(&self) -> Option<String> {
        let stores = ["npm_config_store_dir", "pnpm_config_store_dir"];
        let home = self.variable("PNPM_HOME")?;
        match home {
            Some(home) if !self.install.has_flag(&["--store-dir"]) => Some(format!("{home}/store")),
            _ => self.place(&["--store-dir"], &stores, "", ".local/share/pnpm/store"),
        }
    }

    /// Whether a build of Go takes its modules from a copied `vendor`, as it does from Go 1.14 on.
    fn is_vendored(&self) -> bool {
        match self.install.flag_value(&["-mod"]) {
            Some(mode) => mode == "vendor",
            None => {
                self.install.action == Action::Build
                    && self.facts.is_copied_before(self.node, "vendor")
            }
        }
    }

    /// The modules, and for a build the objects too.
    fn go(&self) -> Option<Vec<String>> {
        let modules = if let Some(set) = self.variable("GOMODCACHE")? {
            set
        } else if let Some(set) = self.variable("GOPATH")? {
            format!("{set}/pkg/mod")
        } else if self.is_on(&["golang"]) {
            "/go/pkg/mod".to_owned()
        } else {
            format!("{}/go/pkg/mod", self.home()?)
        };
        let mut targets = match self.is_vendored() {
            true => Vec::new(),
            false => vec![modules],
        };
        if self.install.action == Action::Build {
            targets.push(self.place(&[], &["GOCACHE"], "", ".cache/go-build")?);
        }
        (!targets.is_empty()).then_some(targets)
    }

    fn cargo(&self) -> Option<String> {
        let home = self.variable("CARGO_HOME")?;
        match home {
            Some(home) => Some(format!("{home}/registry")),
            None if self.is_on(&["rust"]) => Some("/usr/local/cargo/registry".to_owned()),
            None => Some(format!("{}/.cargo/registry", self.home()?)),
        }
    }

    fn composer(&self) -> Option<String> {
        if self.is_on(&["composer"]) && self.variable("COMPOSER_HOME")?.is_none() {
            let set = self.variable("COMPOSER_CACHE_DIR")?;
            return Some(set.unwrap_or_else(|| "/tmp/cache".to_owned()));
        }
        if let Some(home) = self.variable("COMPOSER_HOME")? {
            return Some(
                self.variable("COMPOSER_CACHE_DIR")?
                    .unwrap_or(format!("{home}/cache")),
            );
        }
        self.place(&[], &["COMPOSER_CACHE_DIR"], "", ".composer/cache")
    }

    fn maven(&self) -> Option<String> {
        let is_set = |f: &crate::facts::packages::Flag| {
            f.name.contains("maven.repo.local")
                || f.value
                    .as_deref()
                    .is_some_and(|v| v.contains("maven.repo.local"))
        };
        // The repository alone: settings lie beside it.
        match self.install.flags.iter().any(is_set) {
            true => None,
            false => Some(format!("{}/.m2/repository", self.home()?)),
        }
    }

    fn gradle(&self) -> Option<String> {
        if self.is_on(&["gradle"]) && self.variable("GRADLE_USER_HOME")?.is_none() {
            // `/root/.gradle` is a link to it there.
            return Some("/home/gradle/.gradle".to_owned());
        }
        self.place(
            &["-g", "--gradle-user-home"],
            &["GRADLE_USER_HOME"],
            "",
            ".gradle",
        )
    }

    fn bundler(&self) -> Option<String> {
        let is_moved = self.variable("BUNDLE_PATH")?.is_some()
            || self.install.has_flag(&["--path"])
            || self.facts.is_mentioned_before(self.node, "bundle config");
        let is_official = self.is_on(&["ruby"]);
        (!is_moved && is_official).then(|| "/usr/local/bundle/cache".to_owned())
    }
}
