//! Which programs there are at an instruction: those of the base image, and those that the
//! instructions before it bring. What cannot be read brings anything.

use super::packages::{Action, Install, Manager, PackageOrigin};
use super::{Base, Copied, CopyOrigin, Facts, Node, RunScript};
use crate::images::{self, BaseRelease, DefaultShell, PackageSystem, Presence, ProgramSet};
use crate::path::{clean, file_name};
use crate::shell::{Command, FrameKind, RedirectKind, Script, Word};
use crate::syntax::Kind;
use crate::text::has_wildcard;

/// The programs at a place.
#[derive(Debug, Clone, Copy)]
pub struct Programs<'f> {
    base: &'f Base,
    release: Option<BaseRelease>,
    changes: Changes,
}

/// What happened to the programs of the base so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Programs that were brought, or may have been.
    brought: ProgramSet,
    /// Whether something ran that may have brought any program.
    anything: bool,
    /// Whether whole folders of programs may have been copied.
    tree: bool,
    /// Whether files whose names are not known were put where programs are not looked for.
    placed: bool,
    /// Whether programs are looked for in other places too.
    path: bool,
    /// Whether packages come from others than the distribution.
    foreign: bool,
}

impl Changes {
    fn bring(&mut self, names: &[&str]) {
        for name in names {
            self.brought.insert(name);
        }
    }
}

impl Programs<'_> {
    /// Whether a program is there.
    pub fn presence(&self, name: &str) -> Presence {
        let Changes {
            brought,
            anything,
            tree,
            placed,
            path,
            ..
        } = self.changes;
        if anything || tree || placed && path || brought.contains(name) {
            return Presence::Unknown;
        }
        match self.base {
            Base::Scratch if images::is_known_program(name) => Presence::Absent,
            Base::Image(image) => images::program(image, self.release, name),
            Base::Scratch | Base::Stage(_) | Base::Invalid => Presence::Unknown,
        }
    }

    /// Whether the package manager of another distribution is there: scripts do not install those.
    pub fn manager(&self, name: &str) -> Presence {
        let mut changes = self.changes;
        changes.anything = false;
        Programs { changes, ..*self }.presence(name)
    }

    /// Whether nothing that happened so far may have brought a program, scripts apart.
    pub fn is_plain(&self, name: &str) -> bool {
        !self.changes.tree && !self.changes.brought.contains(name)
    }

    /// Whether no script, unknown package or copied tree may have brought anything.
    pub fn is_untouched(&self) -> bool {
        !self.changes.anything && !self.changes.tree
    }

    /// Whether `/bin/sh` is dash.
    pub fn sh_is_dash(&self) -> bool {
        let Base::Image(image) = self.base else {
            return false;
        };
        images::default_shell(image) == DefaultShell::Dash
            && self.is_plain("sh")
            && !self.changes.anything
    }

    /// Takes in what a command of a script changes.
    pub fn run(&mut self, node: &Node<'_>, index: usize) {
        if let Some(script) = &node.script {
            run(&mut self.changes, node, script, index, self.release);
        }
    }
}

impl<'a> Facts<'a> {
    /// The programs before an instruction.
    pub fn programs_before(&self, node: &Node<'_>) -> Programs<'_> {
        let (changes, _) = self.program_changes.get_or_init(|| self.read_changes());
        self.programs(node.stage, changes.get(node.index))
    }

    /// The programs in the image that a stage becomes.
    pub fn programs_of(&self, stage: usize) -> Programs<'_> {
        let (_, changes) = self.program_changes.get_or_init(|| self.read_changes());
        self.programs(Some(stage), changes.get(stage))
    }

    /// The programs that a script finds which a node runs.
    pub fn programs_for(&self, script: &RunScript) -> Programs<'_> {
        let node = self.nodes.get(script.node);
        match node {
            Some(node) if matches!(node.instruction.kind, Kind::Run(_)) => {
                self.programs_before(node)
            }
            Some(Node {
                stage: Some(stage), ..
            }) => self.programs_of(*stage),
            _ => self.programs(None, None),
        }
    }

    /// Whether the `/bin/sh` that a node finds refuses `set -o pipefail`.
    pub fn sh_lacks_pipefail(&self, node: &Node<'_>) -> bool {
        let before = self.programs_before(node);
        let Base::Image(image) = before.base else {
            return false;
        };
        // `/bin/sh` may have become a link to another shell.
        images::sh_has_pipefail(image, self.as_of) == Some(false) && before.is_plain("sh")
    }

    fn programs(&self, stage: Option<usize>, changes: Option<&Changes>) -> Programs<'_> {
        Programs {
            base: stage.map_or(&Base::Invalid, |stage| self.root_base(stage)),
            release: stage.and_then(|stage| self.root_release(stage)),
            changes: changes.copied().unwrap_or(Changes {
                tree: true,
                ..Changes::default()
            }),
        }
    }

    /// The changes before each node, and those at the end of each stage.
    fn read_changes(&self) -> (Vec<Changes>, Vec<Changes>) {
        let mut before: Vec<Changes> = Vec::with_capacity(self.nodes.len());
        let mut at_end: Vec<Changes> = vec![Changes::default(); self.stages.len()];
        let mut current = Changes::default();
        let mut release = None;
        for node in &self.nodes {
            if let (Kind::From(_), false, Some(stage)) =
                (&node.instruction.kind, node.onbuild, node.stage)
            {
                let base = self.stages.get(stage).map(|s| &s.base);
                current = match base {
                    Some(Base::Stage(base)) => at_end.get(*base).copied().unwrap_or_default(),
                    _ => Changes::default(),
                };
                release = self.root_release(stage);
            }
            before.push(current);
            if node.onbuild {
                // It runs where a stage is built on this one.
                current.tree |= matches!(
                    node.instruction.kind,
                    Kind::Run(_) | Kind::Copy(_) | Kind::Add(_)
                );
            } else {
                self.apply(node, release, &mut current);
            }
            if let Some(end) = node.stage.and_then(|stage| at_end.get_mut(stage)) {
                *end = current;
            }
        }
        (before, at_end)
    }

    fn apply(&self, node: &Node<'_>, release: Option<BaseRelease>, changes: &mut Changes) {
        match &node.instruction.kind {
            Kind::Run(_) => match &node.script {
                Some(script) if !script.unread && script.errors.is_empty() => {
                    for index in 0..script.commands.len() {
                        run(changes, node, script, index, release);
                    }
                }
                Some(_) => changes.anything = true,
                None => {}
            },
            Kind::Copy(transfer) | Kind::Add(transfer) => match self.copied(node) {
                // Into a directory that the base sets: files of the context are no programs there.
                Some(copied)
                    if copied.target.is_none()
                        && !transfer.destination.as_str().starts_with(['/', '$'])
                        && brings_files(copied) => {}
                Some(copied) => copy(
                    changes,
                    copied,
                    matches!(node.instruction.kind, Kind::Add(_)),
                ),
                None => changes.tree = true,
            },
            Kind::Env(pairs) => {
                changes.path |= pairs.pairs.iter().any(|p| p.name.as_str() == "PATH");
            }
            _ => {}
        }
    }
}

/// Whether all that a copy brings are files of the context, by their names.
fn brings_files(copied: &Copied) -> bool {
    let is_file = |path: &str| {
        let name = file_name(path);
        name != "." && name != ".." && name.contains('.') && !has_wildcard(name)
    };
    copied.origin == CopyOrigin::Context
        && copied
            .sources
            .iter()
            .all(|source| source.path().is_some_and(|path| is_file(&path)))
}

/// Where programs are looked for.
const PROGRAM_FOLDERS: [&str; 6] = [
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/sbin",
];

/// Where files go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Where programs are looked for.
    Programs,
    /// A folder of such folders.
    Above,
    /// Somewhere else.
    Other,
}

impl Place {
    fn of(path: &str) -> Self {
        let path = clean(path);
        if PROGRAM_FOLDERS.contains(&path.as_str()) {
            Self::Programs
        } else if matches!(path.as_str(), "/" | "/usr" | "/usr/local") {
            Self::Above
        } else {
            Self::Other
        }
    }
}

fn copy(changes: &mut Changes, copied: &Copied, is_add: bool) {
    let Some(target) = &copied.target else {
        changes.tree = true;
        return;
    };
    let is_archive = |text: &str| {
        [".tar", ".tgz", ".tbz", ".txz", ".tzst"]
            .iter()
            .any(|e| text.contains(e))
    };
    let unpacks = is_add
        && copied
            .sources
            .iter()
            .any(|source| !source.is_remote() && source.text.as_deref().is_none_or(is_archive));
    if unpacks {
        changes.tree |= Place::of(target) != Place::Other;
        changes.placed = true;
        return;
    }
    let folder = target.rsplit_once('/').map_or("/", |(folder, _)| folder);
    let names = copied.sources.iter().map(|source| {
        let path = source.path()?;
        let name = file_name(&path);
        (name != "." && !has_wildcard(name)).then(|| name.to_owned())
    });
    // A name with an ending or of several words is a file's; `bin` and `rootfs` are folders.
    let is_file = |name: &str| name.contains(['.', '-', '_']);
    match (Place::of(target), Place::of(folder)) {
        (Place::Programs, _) => {
            for name in names {
                match name {
                    Some(name) if images::is_known_program(&name) => changes.bring(&[&name]),
                    Some(name) if is_file(&name) && copied.origin == CopyOrigin::Context => {}
                    _ => changes.tree = true,
                }
            }
        }
        (_, Place::Programs) => changes.bring(&[file_name(target)]),
        (Place::Above, _) => {
            let is_file = |name: &Option<String>| name.as_ref().is_some_and(|n| n.contains('.'));
            let is_context = copied.origin == CopyOrigin::Context;
            if !(is_context && names.into_iter().all(|name| is_file(&name))) {
                changes.tree = true;
            }
        }
        _ => changes.placed = true,
    }
}

/// Programs that bring no other: they write where they are told, work on what is there, or only
/// print.
const HARMLESS: [&str; 194] = [
    "((",
    ":",
    "[",
    "[[",
    "a2dismod",
    "a2dissite",
    "a2enconf",
    "a2enmod",
    "a2ensite",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-cache",
    "apt-config",
    "apt-get",
    "apt-key",
    "apt-mark",
    "arch",
    "awk",
    "base64",
    "basename",
    "break",
    "bunzip2",
    "bzip2",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "chpasswd",
    "cmp",
    "comm",
    "command",
    "continue",
    "cpio",
    "cut",
    "date",
    "dd",
    "debconf-set-selections",
    "declare",
    "deluser",
    "df",
    "diff",
    "dircolors",
    "dirname",
    "docker-php-ext-configure",
    "docker-php-ext-enable",
    "docker-php-ext-install",
    "docker-php-source",
    "dos2unix",
    "dpkg-divert",
    "dpkg-query",
    "dpkg-reconfigure",
    "du",
    "echo",
    "egrep",
    "env",
    "envsubst",
    "exec",
    "exit",
    "export",
    "expr",
    "false",
    "fc-cache",
    "fgrep",
    "file",
    "find",
    "fmtutil-sys",
    "free",
    "gawk",
    "getconf",
    "getent",
    "gosu",
    "gpasswd",
    "gpg",
    "gpg2",
    "gpgconf",
    "grep",
    "groupadd",
    "groupdel",
    "groupmod",
    "gunzip",
    "gzip",
    "hash",
    "head",
    "hostname",
    "htpasswd",
    "iconv",
    "id",
    "initdb",
    "install-info",
    "jq",
    "kill",
    "ldconfig",
    "ldd",
    "less",
    "let",
    "local",
    "locale",
    "locale-gen",
    "localedef",
    "ls",
    "lsb_release",
    "md5sum",
    "mkdir",
    "mkfifo",
    "mktemp",
    "mysql",
    "mysqladmin",
    "mysqld",
    "mysqld_safe",
    "nginx",
    "nl",
    "nproc",
    "od",
    "openssl",
    "passwd",
    "patch",
    "pecl",
    "perl",
    "phpenmod",
    "phpize",
    "pidof",
    "pkill",
    "printenv",
    "printf",
    "ps",
    "psql",
    "pwd",
    "read",
    "readlink",
    "readonly",
    "realpath",
    "return",
    "rev",
    "rm",
    "rmdir",
    "ruby",
    "sed",
    "seq",
    "service",
    "set",
    "setcap",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "shift",
    "shopt",
    "shuf",
    "sleep",
    "sort",
    "split",
    "sqlite3",
    "ssh-keygen",
    "ssh-keyscan",
    "stat",
    "strip",
    "stty",
    "su",
    "sudo",
    "svn",
    "sync",
    "sysctl",
    "systemctl",
    "tac",
    "tail",
    "test",
    "texhash",
    "time",
    "timeout",
    "touch",
    "tr",
    "trap",
    "true",
    "truncate",
    "type",
    "ulimit",
    "umask",
    "uname",
    "uniq",
    "unset",
    "update-ca-certificates",
    "update-locale",
    "update-rc.d",
    "useradd",
    "userdel",
    "usermod",
    "wait",
    "wc",
    "which",
    "whoami",
    "xargs",
    "yes",
];

/// Whether a program, called by its name, starts no other that could bring programs or packages.
pub fn brings_nothing(name: &str) -> bool {
    HARMLESS.binary_search(&name).is_ok()
}

/// What installations of Node.js's packages may bring.
const OF_NODE: [&str; 4] = ["corepack", "node", "npm", "yarn"];

/// What Python installs beside its packages.
const OF_PYTHON: [&str; 7] = [
    "cmake",
    "corepack",
    "easy_install",
    "node",
    "pip",
    "pip2",
    "pip3",
];

fn run(
    changes: &mut Changes,
    node: &Node<'_>,
    script: &Script,
    index: usize,
    release: Option<BaseRelease>,
) {
    let Some(command) = script.commands.get(index) else {
        return;
    };
    changes.path |= command.assignments.iter().any(|a| a.name == "PATH");
    for redirect in &command.redirects {
        use RedirectKind::{Append, AppendBoth, Clobber, Output, OutputBoth};
        if matches!(
            redirect.kind,
            Output | Append | Clobber | OutputBoth | AppendBoth
        ) {
            write(changes, &redirect.target);
        }
    }
    let install = node
        .installs
        .iter()
        .find(|install| install.command == index);
    if let Some(install) = install {
        packages(changes, install, release);
        return;
    }
    // What another shell is given as text was read as commands of their own.
    if command.words.is_empty() || command.script.is_some() {
        return;
    }
    let name = command.name.as_str();
    let is_defined = |script: &Script| {
        let mut frames = script.frames.iter();
        frames.any(|f| matches!(&f.kind, FrameKind::Function(function) if function == name))
    };
    match name {
        "" => changes.anything = true,
        "curl" | "wget" | "aria2c" => download(changes, command),
        "tar" | "bsdtar" | "unzip" | "7z" => unpack(changes, command),
        // `./install` is a script.
        "cp" | "mv" | "ln" | "install" | "rsync" if !is_path(command) => place(changes, command),
        "tee" => command.args().iter().for_each(|w| write(changes, w)),
        "git" => changes.placed = true,
        "add-apt-repository" | "apt-add-repository" | "yum-config-manager" | "dnf-3" => {
            changes.foreign = true;
        }
        "update-alternatives" | "alternatives" => {
            let words = command.literal_args().map(file_name);
            changes.bring(&words.collect::<Vec<_>>());
        }
        "dpkg-reconfigure" if command.literal_args().any(|a| a == "dash") => {
            changes.bring(&["sh"]);
        }
        "virtualenv" | "pyenv" | "nodeenv" => changes.placed = true,
        // `node bin/npm-cli.js install -g npm.tgz`
        "node"
            if command
                .literal_args()
                .any(|a| a.contains("npm") || a == "install") =>
        {
            changes.bring(&OF_NODE);
            changes.placed = true;
        }
        "node" => {}
        // `curl -sS https://getcomposer.org/installer | php`
        "php" => changes.bring(&["composer"]),
        "sh" | "bash" if adds_nodesource(script, command) => changes.foreign = true,
        "make" if builds_only(command) => {}
        "rpm" if command.has_any_flag(&["--import", "-e", "-q", "-qa"]) => {}
        "dpkg"
            if command.has_any_flag(&[
                "--print-architecture",
                "--add-architecture",
                "-l",
                "-s",
            ]) => {}
        _ if name.starts_with("python") || name.starts_with("pypy") => {
            changes.bring(&OF_PYTHON);
            changes.placed = true;
        }
        _ if is_path(command) && !is_service(command) => changes.anything = true,
        _ if brings_nothing(name) || is_service(command) || is_defined(script) => {}
        _ => changes.anything = true,
    }
}

/// Whether a shell is fed NodeSource's script, which adds a source of packages and no more.
fn adds_nodesource(script: &Script, command: &Command) -> bool {
    let Some((id, part)) = command.pipeline.filter(|(_, part)| *part > 0) else {
        return false;
    };
    let parts = script.pipelines.get(id).map(|p| p.parts.as_slice());
    let before = parts.and_then(|parts| parts.get(part - 1));
    before.is_some_and(|part| {
        let mut commands = script.slice(part.commands.clone()).iter();
        commands.any(|c| {
            c.literal_args()
                .any(|arg| arg.contains("deb.nodesource.com/setup"))
        })
    })
}

/// Whether a command is named by a path: `./install.sh`.
fn is_path(command: &Command) -> bool {
    let word = command.words.first();
    word.is_some_and(|w| {
        w.literal().is_none_or(|text| {
            let folder = text.rsplit_once('/').map(|(folder, _)| folder);
            folder.is_some_and(|folder| Place::of(folder) != Place::Programs)
        })
    })
}

/// Whether it starts or stops a service.
fn is_service(command: &Command) -> bool {
    let word = command.words.first().and_then(Word::literal);
    word.is_some_and(|text| text.starts_with("/etc/init.d/"))
}

/// Whether `make` builds and installs nothing.
fn builds_only(command: &Command) -> bool {
    const TARGETS: [&str; 5] = ["all", "build", "check", "clean", "test"];
    let mut operands = command.operands(&["-C", "-f", "-j"]);
    operands.all(|word| {
        word.literal()
            .is_some_and(|text| text.contains('=') || TARGETS.contains(&text))
    })
}

/// A file that is written.
fn write(changes: &mut Changes, target: &Word) {
    let Some(path) = target.literal() else {
        changes.placed = true;
        return;
    };
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    changes.foreign |= is_package_source(path);
    if Place::of(folder) == Place::Programs {
        changes.bring(&[name]);
    }
}

/// Whether a file says where packages come from.
fn is_package_source(path: &str) -> bool {
    [
        "/etc/apt/sources.list",
        "/etc/apk/repositories",
        "/etc/yum.repos.d",
        "/etc/zypp",
    ]
    .iter()
    .any(|place| path.starts_with(place))
}

fn packages(changes: &mut Changes, install: &Install, release: Option<BaseRelease>) {
    use Manager::*;
    let system = match install.manager {
        manager if manager.is_apt() => PackageSystem::Apt,
        Apk => PackageSystem::Apk,
        manager if manager.is_rpm() => PackageSystem::Rpm,
        Zypper | Pacman | Conda => {
            changes.anything |= install.action == Action::Install;
            return;
        }
        Pip | Pipx | Uv | Poetry | Pdm | Pipenv => {
            changes.bring(&OF_PYTHON);
            changes.placed = true;
            return;
        }
        Npm | Yarn | Pnpm | Bun => {
            changes.bring(&OF_NODE);
            changes.placed = true;
            return;
        }
        Gem | Bundler => {
            changes.bring(&["gem"]);
            return;
        }
        // `php -- --filename composer` is the installer.
        Composer => {
            changes.bring(&["composer"]);
            changes.placed = true;
            return;
        }
        _ => {
            changes.placed = true;
            return;
        }
    };
    if install.action == Action::Install
        && (install.more
            || matches!(
                install.verb.as_str(),
                "build-dep" | "groupinstall" | "satisfy"
            ))
        || install.verb.starts_with("group")
        || install.verb.starts_with("module")
    {
        changes.anything = true;
    }
    if install.action != Action::Install {
        return;
    }
    let root = ["--root", "-p", "--installroot"];
    if install.has_flag(&root) {
        changes.placed = true;
        return;
    }
    // `apk add -X https://…/edge/testing`
    changes.foreign |= install.has_flag(&["-X", "--repository", "--enablerepo", "--repofrompath"]);
    for package in &install.packages {
        let known = (package.origin == PackageOrigin::Registry && !package.is_hidden())
            .then(|| images::package_brings(system, &package.name, release))
            .flatten();
        match known {
            Some(programs) => programs.iter().for_each(|p| changes.brought.insert(p)),
            None => changes.anything = true,
        }
        // NodeSource's has npm in it.
        if changes.foreign && package.name.starts_with("nodejs") {
            changes.bring(&["corepack", "npm"]);
        }
        if package.name == "epel-release" {
            changes.foreign = true;
        }
    }
}

fn download(changes: &mut Changes, command: &Command) {
    let output = ["-o", "--output", "-O", "--output-document"];
    let named = output.iter().find_map(|flag| command.flag_value(flag));
    for path in named.into_iter().chain(command.literal_args()) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        changes.foreign |= is_package_source(path);
        if Place::of(folder) == Place::Programs || path.contains("://") {
            changes.bring(&[name]);
        }
        if matches!(Place::of(path), Place::Programs | Place::Above) && path.starts_with('/') {
            changes.anything = true;
        }
    }
    let is_hidden = |word: &Word| word.literal().is_none();
    if command.args().iter().any(is_hidden) {
        changes.placed = true;
    }
}

fn unpack(changes: &mut Changes, command: &Command) {
    changes.placed = true;
    let words = command.args().iter();
    // Any word may be the folder: `-C /usr/local`, `-d /usr/bin`, `--directory=/`.
    let mut folders = words.map(|w| w.literal().map(|t| t.rsplit('=').next().unwrap_or(t)));
    if folders
        .any(|folder| folder.is_some_and(|f| f.starts_with('/') && Place::of(f) != Place::Other))
    {
        changes.anything = true;
    }
}

fn place(changes: &mut Changes, command: &Command) {
    changes.placed = true;
    let Some(target) = command.args().last() else {
        return;
    };
    let Some(path) = target.literal() else {
        // `$PREFIX/bin`
        changes.anything |= target.suffix().ends_with("bin") || target.suffix().is_empty();
        return;
    };
    changes.foreign |= is_package_source(path);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_inside = path.starts_with('/') && Place::of(path) != Place::Other;
    if !is_inside && Place::of(folder) != Place::Programs {
        return;
    }
    for word in command.args() {
        match word.literal() {
            Some(text) if !has_wildcard(text) => changes.bring(&[file_name(text)]),
            _ => changes.anything = true,
        }
    }
    let is_tree = command.has_any_flag(&["-r", "-R", "-a", "--recursive", "--archive"]);
    changes.anything |= is_tree || Place::of(path) == Place::Above;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;

    #[test]
    fn the_table_is_sorted() {
        assert!(HARMLESS.is_sorted());
    }

    /// Whether a program is there where the RUN `here` stands.
    fn at_end(text: &str, name: &str) -> Presence {
        let source = Source::new("Dockerfile", format!("{text}\nRUN here\n"));
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        facts
            .programs_before(facts.nodes.last().unwrap())
            .presence(name)
    }

    #[test]
    fn what_is_installed_or_copied_is_there() {
        use Presence::{Absent, Unknown};
        for (text, name, presence) in [
            ("", "curl", Absent),
            (
                "RUN apt-get update && apt-get install -y git",
                "curl",
                Absent,
            ),
            (
                "RUN apt-get update && apt-get install -y git",
                "git",
                Unknown,
            ),
            ("RUN apt-get install -y acme-tools", "curl", Unknown),
            ("RUN apt-get install -y $PACKAGES", "curl", Unknown),
            ("RUN ./install.sh", "curl", Unknown),
            ("RUN /src/setup/install --host=a", "curl", Unknown),
            ("RUN install -m 755 a /opt/a", "curl", Absent),
            ("RUN mkdir -p /a && echo b > /a/b", "curl", Absent),
            ("RUN echo x > /usr/local/bin/curl", "curl", Unknown),
            (
                "RUN wget -qO- https://a.example/x.tgz | tar -xz -C /usr/local",
                "curl",
                Unknown,
            ),
            (
                "RUN wget -qO- https://a.example/x.tgz | tar -xz -C /opt",
                "curl",
                Absent,
            ),
            (
                "ENV PATH=/opt/bin:$PATH\nRUN tar -xf a.tar -C /opt",
                "curl",
                Unknown,
            ),
            ("RUN wget https://a.example/i.sh | sh", "curl", Unknown),
            ("COPY . /app", "curl", Absent),
            ("COPY curl /usr/bin/", "curl", Unknown),
            ("COPY rootfs /", "curl", Unknown),
            ("COPY a.conf /", "curl", Absent),
            ("COPY a.conf b.txt ./", "curl", Absent),
            ("ADD root.tar.gz /", "curl", Unknown),
            ("COPY --from=x / /", "curl", Unknown),
            ("COPY --from=x /usr/bin/curl /usr/bin/curl", "curl", Unknown),
            ("RUN apt-get install -y nodejs", "npm", Absent),
            (
                "RUN echo deb https://a.example > /etc/apt/sources.list.d/a.list && apt-get install -y nodejs",
                "npm",
                Unknown,
            ),
            (
                "RUN echo deb https://a.example | tee /etc/apt/sources.list.d/a.list\nRUN apt-get install -y nodejs=22.1",
                "npm",
                Unknown,
            ),
            (
                "RUN echo a | tee /var/log/a && apt-get install -y nodejs",
                "npm",
                Absent,
            ),
            ("RUN python3 get-pip.py", "pip", Unknown),
            ("RUN python3 get-pip.py", "curl", Absent),
            ("RUN node bin/npm-cli.js install -g npm.tgz", "npm", Unknown),
            ("RUN node build.js", "npm", Absent),
            ("RUN make", "curl", Absent),
            ("RUN make install", "curl", Unknown),
        ] {
            let text = format!("FROM debian:12\n{text}");
            assert_eq!(at_end(&text, name), presence, "{text}: {name}");
        }
    }

    #[test]
    fn stages_go_on_where_others_end() {
        let text = "FROM debian:12 AS a\nRUN apt-get install -y git\nFROM debian:12 AS b\nFROM a";
        assert_eq!(at_end(text, "git"), Presence::Unknown);
        assert_eq!(at_end(text, "curl"), Presence::Absent);
        let text = "FROM debian:12 AS a\nONBUILD RUN apt-get install -y curl\nFROM a";
        assert_eq!(at_end(text, "curl"), Presence::Unknown);
        assert_eq!(at_end("FROM scratch", "sh"), Presence::Absent);
        assert_eq!(at_end("FROM example.com/a", "curl"), Presence::Unknown);
    }
}
