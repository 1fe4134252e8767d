//! Package installations, read from shell commands.
//!
//! A call such as `apt-get -qy install --no-install-recommends curl=8.*` becomes an [`Install`]:
//! which manager it is, what it does, with which options, which packages in which versions and
//! which files that list them. Values of options are never mistaken for packages.

mod calls;
mod grammar;
mod recommends;
mod spec;

#[cfg(test)]
mod tests;

use crate::images::HIDDEN;
use crate::path::file_name;
use crate::shell::{Command, Script, Word, WordPart};
use crate::span::Span;
pub use calls::Setting;
use grammar::Verb;
pub use recommends::{Extra, extra};

/// A package manager call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Who is called.
    pub manager: Manager,
    /// What it is asked to do.
    pub action: Action,
    /// The words that ask for it: `install`, `mod download`; empty if none is needed (`yarn`).
    pub verb: String,
    /// Where those words stand; the program's name if there are none.
    pub verb_span: Span,
    /// The index of the command in the script.
    pub command: usize,
    /// The whole command.
    pub span: Span,
    /// The program: `apt-get`, or all of `python3 -m pip`.
    pub program_span: Span,
    /// The packages named, editable ones too, in order.
    pub packages: Vec<Package>,
    /// The files named that list packages: `-r requirements.txt`, `--file environment.yml`.
    pub files: Vec<ListFile>,
    /// The options, in order; `-qy` counts as `-q` and `-y`.
    pub flags: Vec<Flag>,
    /// Whether more packages come from elsewhere: `xargs apt-get install`.
    pub more: bool,
    /// The first word behind the verb that is no option: `dotnet restore src/App.csproj`.
    pub operand: Option<String>,
}

/// The package managers that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Manager {
    AptGet,
    Apt,
    Aptitude,
    Apk,
    Yum,
    Dnf,
    Microdnf,
    Tdnf,
    Zypper,
    Pacman,
    Pip,
    Pipx,
    Uv,
    Poetry,
    Pdm,
    Pipenv,
    Conda,
    Npm,
    Yarn,
    Pnpm,
    Bun,
    Bower,
    Gem,
    Bundler,
    Go,
    Cargo,
    Composer,
    Maven,
    Gradle,
    Dotnet,
    Nuget,
    Mix,
    Dart,
    Swift,
    Leiningen,
    Cpanm,
    Sbt,
    Cabal,
    Stack,
    Deno,
}

/// What a package manager is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Fetches the index of packages: `apt-get update`.
    Update,
    /// Installs the packages named: `pip install flask`, `pip install .`.
    Install,
    /// Installs or downloads what a manifest or lock file lists: `npm ci`,
    /// `pip install -r requirements.txt`, `go mod download`. More packages may be named.
    Restore,
    /// Brings what is installed up to date.
    Upgrade,
    /// Builds the project; what it depends on is downloaded on the way: `mvn package`.
    Build,
    /// Empties caches.
    Clean,
    /// Uninstalls.
    Remove,
    /// Anything else.
    Other,
}

/// A package that a call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name without version, architecture, extras; the whole text of a path or an address.
    /// [`HIDDEN`] stands for what is known at build time only.
    pub name: String,
    /// The version asked for, if one is.
    pub version: Option<Version>,
    /// Where it comes from.
    pub origin: PackageOrigin,
    /// Whether it is installed in editable mode: `pip install -e .`.
    pub editable: bool,
    /// Where the word stands, quotes included.
    pub span: Span,
    /// Its index in the words of the command; for `--editable=.` that of the option.
    pub word: usize,
}

/// The version asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The operator: `=`, `==`, `>=`, `~`, `@`, `:`, `/` for a release of apt, `-` for an RPM; empty
    /// for an option such as `gem install --version`.
    pub operator: String,
    /// What follows it, further conditions too: `1.2`, `1.0,<2`.
    pub text: String,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageOrigin {
    /// The repositories or registries of the manager.
    Registry,
    /// A file or directory: `.`, `./x.deb`, `/tmp/x.whl`.
    Path,
    /// An archive at an address.
    Url,
    /// A version control repository; a version is the commit, tag or branch.
    Vcs,
    /// A group, pattern or module of RPM packages: `@development`.
    Group,
    /// A variable or a substitution hides it.
    Unknown,
}

/// A file that lists packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// The path; [`HIDDEN`] stands for what is known at build time only.
    pub path: String,
    /// Where it stands.
    pub span: Span,
    /// Whether it only limits versions: `pip install -c constraints.txt`.
    pub constraint: bool,
}

/// An option of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// Its name with its dashes: `-y`, `--no-cache`.
    pub name: String,
    /// Its value: behind `=`, glued on, or the next word for options that take one.
    pub value: Option<String>,
    /// The word that gives it; with the value if that is a word of its own.
    pub span: Span,
}

impl Manager {
    /// Every one of them.
    pub const ALL: [Manager; 36] = [
        Manager::AptGet,
        Manager::Apt,
        Manager::Aptitude,
        Manager::Apk,
        Manager::Yum,
        Manager::Dnf,
        Manager::Microdnf,
        Manager::Tdnf,
        Manager::Zypper,
        Manager::Pacman,
        Manager::Pip,
        Manager::Pipx,
        Manager::Uv,
        Manager::Poetry,
        Manager::Pdm,
        Manager::Pipenv,
        Manager::Conda,
        Manager::Npm,
        Manager::Yarn,
        Manager::Pnpm,
        Manager::Bun,
        Manager::Bower,
        Manager::Gem,
        Manager::Bundler,
        Manager::Go,
        Manager::Cargo,
        Manager::Composer,
        Manager::Maven,
        Manager::Gradle,
        Manager::Dotnet,
        Manager::Nuget,
        Manager::Mix,
        Manager::Dart,
        Manager::Swift,
        Manager::Leiningen,
        Manager::Cpanm,
    ];

    /// What people call it.
    pub fn as_str(self) -> &'static str {
        use Manager::*;
        match self {
            AptGet => "apt-get",
            Apt => "apt",
            Aptitude => "aptitude",
            Apk => "apk",
            Yum => "yum",
            Dnf => "dnf",
            Microdnf => "microdnf",
            Tdnf => "tdnf",
            Zypper => "zypper",
            Pacman => "pacman",
            Pip => "pip",
            Pipx => "pipx",
            Uv => "uv",
            Poetry => "poetry",
            Pdm => "pdm",
            Pipenv => "pipenv",
            Conda => "conda",
            Npm => "npm",
            Yarn => "yarn",
            Pnpm => "pnpm",
            Bun => "bun",
            Bower => "bower",
            Gem => "gem",
            Bundler => "bundle",
            Go => "go",
            Cargo => "cargo",
            Composer => "composer",
            Maven => "mvn",
            Gradle => "gradle",
            Dotnet => "dotnet",
            Nuget => "nuget",
            Mix => "mix",
            Dart => "dart",
            Swift => "swift",
            Leiningen => "lein",
            Cpanm => "cpanm",
            Sbt => "sbt",
            Cabal => "cabal",
            Stack => "stack",
            Deno => "deno",
        }
    }

    /// Whether it is one of apt's programs.
    pub fn is_apt(self) -> bool {
        matches!(self, Manager::AptGet | Manager::Apt | Manager::Aptitude)
    }

    /// Whether it installs RPM packages, zypper apart.
    pub fn is_rpm(self) -> bool {
        use Manager::*;
        matches!(self, Yum | Dnf | Microdnf | Tdnf)
    }

    /// Whether it installs packages of the operating system.
    pub fn is_system(self) -> bool {
        use Manager::*;
        self.is_apt() || self.is_rpm() || matches!(self, Apk | Zypper | Pacman)
    }

    /// The files in a project that say what it depends on, manifest first, locks behind it; a
    /// `*` stands for any name. Empty where no file has a name of its own.
    pub fn manifests(self) -> &'static [&'static str] {
        use Manager::*;
        match self {
            Pip => &["requirements.txt"],
            Uv => &["pyproject.toml", "uv.lock"],
            Poetry => &["pyproject.toml", "poetry.lock"],
            Pdm => &["pyproject.toml", "pdm.lock"],
            Pipenv => &["Pipfile", "Pipfile.lock"],
            Conda => &["environment.yml"],
            Npm => &["package.json", "package-lock.json", "npm-shrinkwrap.json"],
            Yarn => &["package.json", "yarn.lock"],
            Pnpm => &["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"],
            Bun => &["package.json", "bun.lock", "bun.lockb"],
            Bower => &["bower.json"],
            Gem | Bundler => &["Gemfile", "Gemfile.lock"],
            Go => &["go.mod", "go.sum"],
            Cargo => &["Cargo.toml", "Cargo.lock"],
            Composer => &["composer.json", "composer.lock"],
            Maven => &["pom.xml"],
            Gradle => &[
                "build.gradle",
                "build.gradle.kts",
                "settings.gradle",
                "settings.gradle.kts",
                "gradle.lockfile",
            ],
            Dotnet | Nuget => &["*.csproj", "*.fsproj", "*.sln", "packages.lock.json"],
            Mix => &["mix.exs", "mix.lock"],
            Dart => &["pubspec.yaml", "pubspec.lock"],
            Swift => &["Package.swift", "Package.resolved"],
            Leiningen => &["project.clj"],
            Cpanm => &["cpanfile"],
            Sbt => &["build.sbt", "project/build.properties"],
            Cabal => &["*.cabal", "cabal.project"],
            Stack => &["stack.yaml", "package.yaml"],
            Deno => &["deno.json", "deno.lock"],
            _ => &[],
        }
    }

    /// Where it keeps what it downloads: parts of paths that a cache mount for it would have.
    pub fn cache_paths(self) -> &'static [&'static str] {
        use Manager::*;
        match self {
            AptGet | Apt | Aptitude => &["/var/cache/apt", "/var/lib/apt"],
            Apk => &["/var/cache/apk", "/etc/apk/cache"],
            Yum | Tdnf => &["/var/cache/yum", "/var/cache/dnf", "/var/cache/tdnf"],
            Dnf | Microdnf => &["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/yum"],
            Zypper => &["/var/cache/zypp"],
            Pacman => &["/var/cache/pacman"],
            Pip | Pipx => &[".cache", "pip"],
            Uv => &[".cache", "uv"],
            Poetry => &[".cache", "pypoetry", "poetry"],
            Pdm => &[".cache", "pdm"],
            Pipenv => &[".cache", "pipenv"],
            Conda => &["conda", "pkgs"],
            Npm => &[".npm", "npm", "node_modules"],
            Yarn => &["yarn", ".cache", "node_modules"],
            Pnpm => &["pnpm", ".cache", "node_modules"],
            Bun => &["bun", "node_modules"],
            Bower => &["bower"],
            Gem | Bundler => &["bundle", "gem"],
            Go => &["/pkg/mod", "/go", "go-build"],
            Cargo => &["cargo", "target", "registry"],
            Composer => &["composer", "/tmp/cache"],
            Maven => &[".m2", "maven"],
            Gradle => &["gradle"],
            Dotnet | Nuget => &["nuget", "NuGet", "/root/.dotnet"],
            Mix => &["mix", "hex", "deps"],
            Dart => &["pub-cache"],
            Swift => &[".build", "swift"],
            Leiningen => &[".m2"],
            Cpanm => &[".cpanm"],
            Sbt => &[".ivy2", ".sbt", "coursier"],
            Cabal => &["cabal"],
            Stack => &[".stack"],
            Deno => &["deno"],
        }
    }
}

impl Install {
    /// The first option with any of these names.
    pub fn flag(&self, names: &[&str]) -> Option<&Flag> {
        self.flags.iter().find(|f| names.contains(&f.name.as_str()))
    }

    /// Whether an option with any of these names is there.
    pub fn has_flag(&self, names: &[&str]) -> bool {
        self.flag(names).is_some()
    }

    /// The value of the first option with any of these names.
    pub fn flag_value(&self, names: &[&str]) -> Option<&str> {
        self.flag(names)?.value.as_deref()
    }

    /// Whether it installs for the whole machine or user instead of for a project.
    pub fn is_global(&self) -> bool {
        self.verb.starts_with("global ")
            || self.has_flag(&["-g", "--global", "--location"])
                && matches!(
                    self.manager,
                    Manager::Npm | Manager::Pnpm | Manager::Yarn | Manager::Bun
                )
    }

    /// The directory or manifest an option names to work in: `npm --prefix web`, `mvn -f a/pom.xml`.
    pub fn directory(&self) -> Option<&str> {
        use Manager::*;
        let names: &[&str] = match self.manager {
            Npm => &["--prefix", "-C"],
            Yarn => &["--cwd"],
            Pnpm => &["-C", "--dir"],
            Bun => &["--cwd"],
            Composer => &["-d", "--working-dir"],
            Poetry | Uv => &["-C", "--directory", "-P", "--project"],
            Pdm => &["-p", "--project"],
            Bundler => &["--gemfile"],
            Go => &["-C"],
            Cargo => &["--manifest-path", "-C"],
            Maven => &["-f", "--file"],
            Gradle => &["-p", "--project-dir"],
            _ => return None,
        };
        let value = self.flag_value(names)?;
        let name = file_name(value);
        let is_file = name.ends_with(".toml") || name.ends_with(".xml") || name == "Gemfile";
        Some(if is_file {
            value.strip_suffix(name).unwrap_or(".")
        } else {
            value
        })
    }

    /// Whether it fetches the index of packages, alone or before it installs: `apt-get update`, since
    /// apt 2.9.14 `apt-get install --update` too.
    pub fn fetches_index(&self) -> bool {
        use Manager::*;
        let flags: &[&str] = match self.manager {
            AptGet | Apt => &["-U", "--update"],
            Apk => &["--no-cache", "-U", "--update-cache", "--update"],
            Pacman => &["-y", "--refresh"],
            _ => &[],
        };
        self.action == Action::Update || self.has_flag(flags)
    }

    /// Whether the source of the project itself is installed: `pip install .`, `-e .`.
    pub fn installs_source(&self) -> bool {
        self.packages
            .iter()
            .any(|p| p.origin == PackageOrigin::Path)
    }
}

impl Package {
    /// Whether a variable or a substitution hides a part of it.
    pub fn is_hidden(&self) -> bool {
        self.origin == PackageOrigin::Unknown
            || self.name.contains(HIDDEN)
            || self
                .version
                .as_ref()
                .is_some_and(|v| v.text.contains(HIDDEN))
    }
}

/// The installations of a script.
pub(super) fn of(script: &Script) -> Vec<Install> {
    script
        .commands
        .iter()
        .enumerate()
        .filter_map(|(index, command)| read(index, command))
        .collect()
}

/// The call of a manager that the words of a command from one on would be, were they a command.
pub fn call_within(command: &Command, at: usize) -> Option<Install> {
    let words = command.words.get(at..)?;
    let name = words.first()?.literal()?;
    grammar::manager(name)?;
    let inner = Command {
        name: name.to_owned(),
        words: words.to_vec(),
        wrappers: Vec::new(),
        ..command.clone()
    };
    read(0, &inner)
}

/// A word of a call that is no option.
struct Operand {
    word: usize,
    text: String,
    span: Span,
}

/// A call whose program is known.
struct Call<'c> {
    manager: Manager,
    /// Where the arguments begin in the words of the command.
    arguments: usize,
    program_span: Span,
    command: &'c Command,
}

fn read(index: usize, command: &Command) -> Option<Install> {
    let call = call(command)?;
    let manager = call.manager;
    let words = command.words.get(call.arguments..).unwrap_or_default();
    let (flags, operands) = split(manager, words, call.arguments);
    let verb = grammar::verb(manager, &operands, &flags);
    let verb_words = operands.get(..verb.words).unwrap_or_default();
    let rest = operands.get(verb.words..).unwrap_or_default();
    let verb_span = match (verb_words.first(), verb_words.last()) {
        (Some(first), Some(last)) => first.span.to(last.span),
        _ => call.program_span,
    };
    let mut install = Install {
        manager,
        action: verb.action,
        verb: verb_words
            .iter()
            .map(|o| o.text.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        verb_span,
        command: index,
        span: command.span,
        program_span: call.program_span,
        packages: Vec::new(),
        files: Vec::new(),
        flags: Vec::new(),
        more: command.wrappers.iter().any(|w| w.name == "xargs"),
        operand: rest.first().map(|o| o.text.clone()),
    };
    fill_in(&mut install, &verb, rest, &flags);
    install.flags = flags.into_iter().map(|f| f.flag).collect();
    Some(install)
}

/// Reads packages and list files, and from them whether a manifest is installed.
fn fill_in(install: &mut Install, verb: &Verb, rest: &[Operand], flags: &[ReadFlag]) {
    let manager = install.manager;
    let installs = matches!(
        install.action,
        Action::Install | Action::Restore | Action::Upgrade | Action::Remove
    );
    if !installs {
        return;
    }
    let lists = grammar::list_flags(manager);
    for read in flags {
        let Some(value) = &read.flag.value else {
            continue;
        };
        let name = read.flag.name.as_str();
        if let Some((_, constraint)) = lists.iter().find(|(n, _)| *n == name) {
            install.files.push(ListFile {
                path: value.clone(),
                span: read.value_span,
                constraint: *constraint,
            });
        } else if grammar::is_editable(manager, name) {
            let mut package = spec::read(manager, value, read.value_span, read.word);
            package.editable = true;
            install.packages.push(package);
        }
    }
    if verb.packages {
        let read = rest
            .iter()
            .filter(|o| !spec::is_no_package(manager, &o.text))
            .map(|o| spec::read(manager, &o.text, o.span, o.word));
        install.packages.extend(read);
        // `create-project` takes a folder behind the package.
        if manager == Manager::Composer && !install.verb.contains("create-project") {
            spec::join_versions(&mut install.packages);
        }
    }
    let version = match manager {
        Manager::Gem => install.flag_value_of(flags, &["-v", "--version"]),
        Manager::Cargo => install.flag_value_of(flags, &["--version", "--vers", "--tag", "--rev"]),
        Manager::Dotnet => install.flag_value_of(flags, &["--version", "-v"]),
        _ => None,
    };
    if let Some(text) = version {
        for package in &mut install.packages {
            package.version.get_or_insert_with(|| Version {
                operator: String::new(),
                text: text.clone(),
            });
        }
    }
    install.packages.sort_by_key(|p| p.word);
    let listed = install.files.iter().any(|f| !f.constraint);
    let global = install.manager == Manager::Npm
        && flags
            .iter()
            .any(|f| matches!(f.flag.name.as_str(), "-g" | "--global"));
    if install.action == Action::Install {
        let bare = verb.restores && install.packages.is_empty() && !install.more && !global;
        if listed || bare {
            install.action = Action::Restore;
        }
    }
}

impl Install {
    fn flag_value_of(&self, flags: &[ReadFlag], names: &[&str]) -> Option<String> {
        flags
            .iter()
            .find(|f| names.contains(&f.flag.name.as_str()))
            .and_then(|f| f.flag.value.clone())
    }
}

/// Which manager a command calls, through `python -m`, `npx`, `php composer.phar` and the like.
fn call(command: &Command) -> Option<Call<'_>> {
    let program = command.words.first()?;
    if let Some(manager) = grammar::manager(&command.name) {
        return Some(Call {
            manager,
            arguments: 1,
            program_span: program.span,
            command,
        });
    }
    let through = |at: usize, names: fn(&str) -> Option<Manager>| {
        let word = command.words.get(at)?;
        let name = word.literal()?;
        let name = file_name(name);
        Some(Call {
            manager: names(name)?,
            arguments: at + 1,
            program_span: program.span.to(word.span),
            command,
        })
    };
    let name = command.name.as_str();
    if name.starts_with("python") || name.starts_with("pypy") {
        let mut at = 1;
        loop {
            let word = command.words.get(at)?.literal()?;
            match word {
                "-m" => return through(at + 1, grammar::python_module),
                "-W" | "-X" => at += 2,
                flag if flag.starts_with('-') && flag.ends_with('m') && flag.len() > 2 => {
                    return through(at + 1, grammar::python_module);
                }
                flag if flag.starts_with('-') && flag != "-c" && flag != "-" => at += 1,
                _ => return None,
            }
        }
    }
    match name {
        "npx" | "corepack" | "bunx" => {
            let skip = command
                .args()
                .iter()
                .take_while(|w| w.is("--yes") || w.is("-y"))
                .count();
            through(1 + skip, |name| {
                let name = name.split('@').next().unwrap_or(name);
                grammar::manager(name).filter(|m| {
                    matches!(
                        m,
                        Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Bower
                    )
                })
            })
        }
        "php" => {
            let at = command
                .words
                .iter()
                .position(|w| w.program() == "composer.phar" || w.program() == "composer")?;
            through(at, grammar::manager)
        }
        "ruby" if command.words.get(1).is_some_and(|w| w.is("-S")) => through(2, grammar::manager),
        "flutter" => Some(Call {
            manager: Manager::Dart,
            arguments: 1,
            program_span: program.span,
            command,
        }),
        _ => None,
    }
    .filter(|c| c.command.words.len() >= c.arguments)
}

/// An option and where its value stands.
struct ReadFlag {
    flag: Flag,
    value_span: Span,
    word: usize,
}

/// Tells options with their values from operands.
fn split(manager: Manager, words: &[Word], first: usize) -> (Vec<ReadFlag>, Vec<Operand>) {
    let valued = grammar::valued(manager);
    let long_single = grammar::has_long_single_dash(manager);
    let mut flags: Vec<ReadFlag> = Vec::new();
    let mut operands = Vec::new();
    let mut words = words.iter().enumerate();
    let mut ended = false;
    while let Some((i, word)) = words.next() {
        let text = masked(word);
        let at = first + i;
        if !ended && text == "--" {
            ended = true;
            continue;
        }
        if ended || !word.is_flag() {
            operands.push(Operand {
                word: at,
                text,
                span: word.span,
            });
            continue;
        }
        let mut push = |name: String, value: Option<(String, Span)>| {
            let value_span = value.as_ref().map_or(word.span, |v| v.1);
            flags.push(ReadFlag {
                flag: Flag {
                    name,
                    span: word.span.to(value_span),
                    value: value.map(|v| v.0),
                },
                value_span,
                word: at,
            });
        };
        let mut next = || words.next().map(|(_, w)| (masked(w), w.span));
        if text.starts_with("--") || long_single {
            match text.split_once('=') {
                Some((name, value)) => {
                    push(name.to_owned(), Some((value.to_owned(), word.span)));
                }
                None => {
                    let value = valued.contains(&text.as_str()).then(&mut next).flatten();
                    push(text, value);
                }
            }
            continue;
        }
        let letters = text.get(1..).unwrap_or_default();
        for (offset, letter) in letters.char_indices() {
            let name = format!("-{letter}");
            if !valued.contains(&name.as_str()) {
                push(name, None);
                continue;
            }
            let glued = letters
                .get(offset + letter.len_utf8()..)
                .unwrap_or_default();
            let glued = glued.strip_prefix('=').unwrap_or(glued);
            let value = match glued {
                "" => next(),
                glued => Some((glued.to_owned(), word.span)),
            };
            push(name, value);
            break;
        }
    }
    (flags, operands)
}

/// The text of a word with [`HIDDEN`] for what is known at build time only.
fn masked(word: &Word) -> String {
    if let Some(text) = word.literal() {
        return text.to_owned();
    }
    let mut text = String::new();
    for part in &word.parts {
        match part {
            WordPart::Literal { text: piece, .. } => text.push_str(piece),
            _ => text.push(HIDDEN),
        }
    }
    text
}
