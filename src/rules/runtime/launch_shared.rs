//! What a container starts: an application or a tool, and whether it gives up the superuser's
//! rights by itself.

use crate::context::ignore_file::clean;
use crate::facts::{Base, Command, Dialect, Facts, Launch};
use crate::images;
use crate::syntax::{Keyword, Kind, TransferSource};

/// What a container starts.
pub(super) enum Program<'c> {
    /// An interpreter or a framework with an application.
    Code(&'c Command),
    /// A program of which nothing else is known.
    Binary(&'c Command),
    /// A script.
    Script(&'c Command),
    /// A shell, an interpreter to talk to, a tool that people work with.
    Tool,
}

/// What a container starts, if the file says so: the first application, else the first script,
/// else a tool. The CMD decides behind an entrypoint script, which runs its arguments.
pub(super) fn program<'c>(launch: &'c Launch<'_, '_>) -> Option<Program<'c>> {
    let first = launch.commands().next()?;
    let behind = launch.cmd.filter(|_| launch.entrypoint.is_some());
    if let (Program::Script(_), Some(cmd)) = (sort_of(first), behind) {
        let only_options = cmd
            .commands()
            .first()
            .is_some_and(|c| c.name.starts_with('-'));
        if !only_options {
            return best(cmd.commands().iter());
        }
    }
    best(launch.script.commands.iter().filter(|c| c.script.is_none()))
}

fn best<'c>(commands: impl Iterator<Item = &'c Command>) -> Option<Program<'c>> {
    let mut found = None;
    for command in commands {
        match (sort_of(command), &found) {
            (Program::Tool, None) => found = Some(Program::Tool),
            (Program::Tool, _) => {}
            (Program::Script(c), None | Some(Program::Tool)) => found = Some(Program::Script(c)),
            (Program::Script(_), _) => {}
            (program, _) => return Some(program),
        }
    }
    found
}

/// What sort of program a command runs.
fn sort_of(command: &Command) -> Program<'_> {
    const TOOLS: &[&str] = &[
        "",
        "dlv",
        "vncserver",
        "x11vnc",
        "Xvfb",
        "tail",
        "sleep",
        "cat",
        "echo",
        "true",
        "false",
        "ls",
        "pwd",
        "date",
        "env",
        "printenv",
        "top",
        "htop",
        "make",
        "cmake",
        "ninja",
        "mvn",
        "mvnw",
        "gradle",
        "gradlew",
        "ant",
        "bazel",
        "bazelisk",
        "sbt",
        "lein",
        "mix",
        "cargo",
        "rustc",
        "gcc",
        "g++",
        "clang",
        "pytest",
        "tox",
        "nox",
        "py.test",
        "nosetests",
        "rspec",
        "rake",
        "phpunit",
        "composer",
        "git",
        "docker",
        "ansible",
        "ansible-playbook",
        "terraform",
        "kubectl",
        "helm",
        "aws",
        "az",
        "gcloud",
        "gdb",
        "vim",
        "tmux",
        "screen",
        "ghci",
        "jshell",
        "irb",
        "iex",
        "psql",
        "sqlite3",
        "ssh",
        "tree",
        "curl",
        "wget",
        "cd",
        "export",
        "set",
        "[",
        "test",
        "mkdir",
        "chmod",
        "chown",
        "cp",
        "mv",
        "ln",
        "rm",
        "service",
        "man",
        "which",
        "whoami",
        "id",
        "read",
        "wait",
        "ldconfig",
        "source",
        ".",
        "exit",
        "R",
        "radian",
        "printf",
        "bats",
        "goss",
        "cypress",
        "jest",
        "ctest",
        "meson",
        "swift",
        "dart",
        "flutter",
        "stack",
        "cabal",
        "sh",
        "tcl",
        "msbuild",
    ];
    const RUNTIMES: &[&str] = &[
        "python", "python2", "python3", "pypy", "pypy3", "node", "nodejs", "deno", "bun", "ruby",
        "perl", "php", "java", "lua", "luajit", "julia", "Rscript", "racket", "erl", "scala",
        "groovy", "guile", "ipython", "ts-node", "pwsh", "dotnet", "go", "crystal", "elixir",
    ];
    let name = command.name.as_str();
    if TOOLS.contains(&name) {
        return Program::Tool;
    }
    if Dialect::of_program(name).is_some() {
        return match script_file(command) {
            Some(_) => Program::Script(command),
            None => Program::Tool,
        };
    }
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if RUNTIMES.contains(&name) || RUNTIMES.contains(&bare) {
        let asks = [
            "--version",
            "-v",
            "-V",
            "--help",
            "-h",
            "-i",
            "-a",
            "test",
            "build",
            "version",
            "env",
            "help",
            "get",
            "mod",
            "list",
            "vet",
        ];
        let tested = ["pytest", "unittest", "tox", "pip", "venv", "build"];
        let runs = command.args().iter().any(|w| !w.is_flag())
            && !command
                .literal_args()
                .any(|a| asks.contains(&a) || tested.contains(&a));
        return match runs {
            true => Program::Code(command),
            false => Program::Tool,
        };
    }
    if matches!(name, "npm" | "yarn" | "pnpm" | "npx" | "bunx") {
        let tests = [
            "test",
            "build",
            "lint",
            "install",
            "ci",
            "run-tests",
            "t",
            "watch",
            "test:unit",
        ];
        let runs = !command
            .literal_args()
            .any(|a| tests.contains(&a) || a.starts_with("test"))
            && !command.args().is_empty();
        return match runs {
            true => Program::Code(command),
            false => Program::Tool,
        };
    }
    let servers = [
        "uvicorn",
        "gunicorn",
        "hypercorn",
        "daphne",
        "flask",
        "streamlit",
        "celery",
        "puma",
        "rails",
        "bundle",
        "nodemon",
        "pm2-runtime",
        "pm2",
        "next",
        "nest",
        "waitress-serve",
        "uwsgi",
        "rackup",
        "unicorn",
        "catalina.sh",
    ];
    match servers.contains(&name) {
        true => Program::Code(command),
        false if script_file(command).is_some() => Program::Script(command),
        false => Program::Binary(command),
    }
}

/// What is known of an entrypoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drop {
    /// It becomes another user, or starts programs that do.
    Yes,
    /// It stays the superuser, as far as can be seen.
    No,
    /// It is a script that cannot be read.
    Unseen,
}

/// Programs that run another one as another user.
const DROPPERS: &[&str] = &[
    "gosu",
    "su-exec",
    "setpriv",
    "runuser",
    "s6-setuidgid",
    "setuidgid",
    "s6-applyuidgid",
    "chpst",
    "su",
    "sudo",
    "doas",
    "setuser",
    "start-stop-daemon",
    "step-down",
    "fixuid",
    "drop-privs",
    "suexec",
    "capsh",
    "exec-as-user",
    "run-as-user",
    "dumb-su",
    "pressh-gosu",
];

/// Programs that are started by the superuser and run their work as another user, or that
/// supervise others and are told which user each one has.
const SERVERS: &[&str] = &[
    "apache2",
    "apache2ctl",
    "apache2-foreground",
    "apachectl",
    "httpd",
    "httpd-foreground",
    "nginx",
    "openresty",
    "php-fpm",
    "lighttpd",
    "haproxy",
    "varnishd",
    "squid",
    "sshd",
    "postfix",
    "dovecot",
    "exim",
    "exim4",
    "named",
    "unbound",
    "dnsmasq",
    "chronyd",
    "ntpd",
    "vsftpd",
    "proftpd",
    "pure-ftpd",
    "smbd",
    "nmbd",
    "cron",
    "crond",
    "supervisord",
    "supervisorctl",
    "s6-svscan",
    "init",
    "systemd",
    "runsvdir",
    "runsvdir-start",
    "runit",
    "my_init",
    "runsv",
    "cadvisor",
    "dockerd",
    "glusterd",
    "containerd",
    "kubelet",
    "rsyslogd",
    "openvpn",
    "wg-quick",
    "xinetd",
    "inetd",
    "slapd",
    "radiusd",
    "freeradius",
    "cupsd",
    "avahi-daemon",
    "dbus-daemon",
    "keepalived",
    "bird",
    "frr",
    "charon",
    "ipsec",
    "iptables",
    "tcpdump",
    "tinyproxy",
    "nslcd",
    "sssd",
    "krb5kdc",
    "rpcbind",
    "ganesha.nfsd",
    "udevd",
    "buildkitd",
    "buildah",
    "podman",
    "crio",
    "tailscaled",
    "mysqld_safe",
    "pg_ctlcluster",
    "opendkim",
    "passenger",
    "passenger-start",
    "unitd",
    "docker-init",
    "asterisk",
    "gitlab-runner",
    "monit",
    "kresd",
    "pdns_server",
    "pihole-FTL",
    "nsd",
    "knotd",
    "stunnel",
    "stunnel4",
    "memcached",
];

/// The bytes of a script that are looked at.
const MOST: u64 = 64 * 1024;

/// Whether what a stage's container starts gives up the superuser's rights.
pub(super) fn drops_privileges(facts: &Facts<'_>, stage: usize) -> Drop {
    let launch = facts.launch(stage);
    let mut unseen = false;
    // `su app -c '…'` is no command of its own among those started, since its script is.
    if launch.script.commands.iter().any(starts_other_user) {
        return Drop::Yes;
    }
    for command in launch.commands() {
        if starts_other_user(command) {
            return Drop::Yes;
        }
        // Any argument may be the script that a supervisor starts.
        let arguments = command.args().iter().filter_map(|w| w.literal());
        let scripts = script_file(command)
            .into_iter()
            .chain(arguments.filter(|a| a.ends_with(".sh")));
        for script in scripts {
            match script_text(facts, stage, script) {
                Some(text) if mentions_dropper(&text) => return Drop::Yes,
                Some(_) => {}
                None => unseen = true,
            }
        }
    }
    if installs_dropper(facts, stage) {
        return Drop::Yes;
    }
    // Without an ENTRYPOINT that of the base image runs the CMD.
    match unseen {
        true => Drop::Unseen,
        false => Drop::No,
    }
}

fn starts_other_user(command: &Command) -> bool {
    let known = |name: &str| DROPPERS.contains(&name) || is_server(name);
    let chroot = command.wrappers.iter().any(|w| {
        w.name == "chroot"
            && w.words
                .iter()
                .any(|word| word.prefix().starts_with("--userspec"))
    });
    chroot
        || known(&command.name)
        || command.wrappers.iter().any(|w| known(&w.name))
        || command
            .args()
            .iter()
            .any(|w| known(w.program()) || option_of_user(w.prefix()))
}

/// Options by which servers are told the user they become: `mysqld --user=mysql`.
fn option_of_user(text: &str) -> bool {
    ["--user=", "--uid=", "--setuid="]
        .iter()
        .any(|option| text.starts_with(option) && !text.ends_with("=root"))
}

fn is_server(name: &str) -> bool {
    let version = |c: char| c.is_ascii_digit() || c == '.';
    SERVERS.contains(&name) || SERVERS.contains(&name.trim_end_matches(version))
}

/// The script a command runs: its own file, or the one a shell is given.
pub(super) fn script_file(command: &Command) -> Option<&str> {
    let shell = Dialect::of_program(&command.name).is_some();
    if shell {
        let file = command.operands(&["-o", "-O"]).next()?.literal()?;
        return Some(file).filter(|_| !command.has_flag("-c"));
    }
    if matches!(command.name.as_str(), "." | "source") {
        return None;
    }
    let file = command.words.first()?.literal()?;
    let name = &command.name;
    let is_script = name.ends_with(".sh")
        || name.ends_with(".bash")
        || (!name.contains('.')
            && [
                "entrypoint",
                "entry-point",
                "docker-",
                "start",
                "run",
                "launch",
                "boot",
                "init",
            ]
            .iter()
            .any(|part| name.contains(part)));
    is_script.then_some(file)
}

/// The text of a script in the image: from a heredoc of this file, or from the file of the build
/// context that it is copied from.
fn script_text(facts: &Facts<'_>, stage: usize, script: &str) -> Option<String> {
    let name = script.rsplit('/').next().filter(|n| !n.is_empty())?;
    let mut found = None;
    for node in facts.chain_nodes(stage) {
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            continue;
        };
        let destination = transfer.destination.as_str().trim_end_matches(['"', '\'']);
        let renames = destination.rsplit('/').next() == Some(name);
        for source in &transfer.sources {
            if let Some(heredoc) = source.heredoc {
                let heredoc = node.instruction.heredocs.get(heredoc)?;
                if renames || heredoc.name == name {
                    return Some(facts.source.slice(heredoc.body).to_owned());
                }
                continue;
            }
            if node.is(Keyword::Copy) && node.instruction.flag("from").is_some() {
                continue;
            }
            found = read_source(facts, source, name, renames).or(found);
        }
    }
    found
}

/// Reads the file a COPY brings under this name.
fn read_source(
    facts: &Facts<'_>,
    source: &TransferSource,
    name: &str,
    renames: bool,
) -> Option<String> {
    let written = source.word.as_str().trim_matches(['"', '\'']);
    if written.contains(['$', '*', '?', '[']) {
        return None;
    }
    let path = clean(written);
    if renames || path.rsplit('/').next() == Some(name) {
        facts.read_from_context(&path, MOST)
    } else {
        // A directory is copied with all that is in it.
        facts.read_from_context(&format!("{path}/{name}"), MOST)
    }
}

fn mentions_dropper(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(|c| !is_name(c)))
        .any(|word| DROPPERS.contains(&word) || is_server(word))
}

/// Whether the file brings a program that runs others as another user.
fn installs_dropper(facts: &Facts<'_>, stage: usize) -> bool {
    const PARTS: &[&str] = &[
        "gosu",
        "su-exec",
        "s6-overlay",
        "fixuid",
        "setpriv",
        "setuidgid",
    ];
    facts
        .chain_nodes(stage)
        .any(|node| match &node.instruction.kind {
            Kind::Run(_) => node.commands().iter().any(|c| {
                c.words
                    .iter()
                    .any(|w| PARTS.iter().any(|part| w.raw.contains(part)))
            }),
            Kind::Copy(t) | Kind::Add(t) => t
                .sources
                .iter()
                .any(|s| PARTS.iter().any(|part| s.word.as_str().contains(part))),
            _ => false,
        })
}

/// Whether the base is a system or a language runtime, whose ENTRYPOINT, if there is one, runs
/// the CMD as it is.
pub(super) fn is_plain_base(facts: &Facts<'_>, stage: usize) -> bool {
    const PLAIN: &[&str] = &[
        "almalinux",
        "alpine",
        "amazoncorretto",
        "amazonlinux",
        "archlinux",
        "bash",
        "buildpack-deps",
        "busybox",
        "centos",
        "clearlinux",
        "clojure",
        "dart",
        "debian",
        "eclipse-temurin",
        "elixir",
        "erlang",
        "fedora",
        "gcc",
        "golang",
        "gradle",
        "haskell",
        "ibm-semeru-runtimes",
        "ibmjava",
        "java",
        "julia",
        "mageia",
        "maven",
        "node",
        "openjdk",
        "opensuse",
        "oraclelinux",
        "perl",
        "photon",
        "php",
        "pypy",
        "python",
        "r-base",
        "rockylinux",
        "ruby",
        "rust",
        "sapmachine",
        "swift",
        "tomcat",
        "ubuntu",
    ];
    match facts.root_base(stage) {
        Base::Scratch => true,
        Base::Image(image) => match images::official_name(image) {
            Some(name) => PLAIN.contains(&name),
            // Every other image in the table that runs as root is a system or a runtime.
            None => true,
        },
        _ => false,
    }
}

/// Whether a user is the superuser: `root`, a number that is zero, with or without a group.
pub(super) fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name == "root" || name.parse::<u64>() == Ok(0)
}
