//! What a container starts: an application or a tool, and whether it gives up the superuser's
//! rights by itself.

use super::{Base, Facts, Launch};
use crate::images;
use crate::path::clean;
use crate::shell::{Command, Connector, Dialect, FrameKind};
use crate::syntax::{Keyword, Kind, TransferSource};

/// What a container starts.
#[derive(Debug)]
pub enum Program<'c> {
    /// An interpreter or a framework with an application.
    Code(&'c Command),
    /// A program of which nothing else is known.
    Binary(&'c Command),
    /// A script.
    Script(&'c Command),
    /// A shell, an interpreter to talk to, a tool that people work with.
    Tool,
}

impl<'f> Launch<'f, '_> {
    /// The program that a container is started for, if the file says so: the first application,
    /// else the first script, else a tool. The CMD decides behind an entrypoint script, which runs
    /// its arguments.
    pub fn program(&self) -> Option<Program<'f>> {
        let first = self.commands().next()?;
        let behind = self.cmd.filter(|_| self.entrypoint.is_some());
        if let (Program::Script(_), Some(cmd)) = (program_of(first), behind) {
            let only_options = cmd
                .commands()
                .first()
                .is_some_and(|c| c.name.starts_with('-'));
            if !only_options {
                return main_program(cmd.commands().iter());
            }
        }
        let script = self.script;
        let commands = script
            .commands
            .iter()
            .enumerate()
            .filter(|(index, command)| {
                // What `&` sends to the background is not what the container is for.
                let next = script.commands.get(index + 1);
                let is_behind = next.is_some_and(|n| {
                    n.connector == Connector::Background && n.frame == command.frame
                });
                let mut frames = script.frames_of(*index);
                let is_substituted =
                    frames.any(|(_, frame)| matches!(frame.kind, FrameKind::CommandSubstitution));
                command.script.is_none() && !is_behind && !is_substituted
            });
        main_program(commands.map(|(_, command)| command))
    }
}

/// The program of several that matters most.
fn main_program<'c>(commands: impl Iterator<Item = &'c Command>) -> Option<Program<'c>> {
    let mut found = None;
    for command in commands {
        match (program_of(command), &found) {
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
fn program_of(command: &Command) -> Program<'_> {
    let name = command.name.as_str();
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let is = |name: &str, kind: ProgramKind| known(name).is_some_and(|k| k.kind == Some(kind));
    if name.is_empty() || BUILTINS.contains(&name) || is(name, ProgramKind::Tool) {
        return Program::Tool;
    }
    if Dialect::of_program(name).is_some() {
        return if script_file(command).is_some() {
            Program::Script(command)
        } else {
            Program::Tool
        };
    }
    if is(name, ProgramKind::Runtime) || is(bare, ProgramKind::Runtime) {
        let runs = command.args().iter().any(|w| !w.is_flag())
            && !command
                .literal_args()
                .any(|a| RUNTIME_QUESTIONS.contains(&a) || RUNTIME_TOOLS.contains(&a));
        return if runs {
            Program::Code(command)
        } else {
            Program::Tool
        };
    }
    if is(name, ProgramKind::ScriptRunner) {
        let runs = !command
            .literal_args()
            .any(|a| TOOL_SCRIPTS.contains(&a) || a.starts_with("test"))
            && !command.args().is_empty();
        return if runs {
            Program::Code(command)
        } else {
            Program::Tool
        };
    }
    if is(name, ProgramKind::ApplicationServer) {
        Program::Code(command)
    } else if script_file(command).is_some() {
        Program::Script(command)
    } else {
        Program::Binary(command)
    }
}

/// What a shell does itself on the way to the program.
const BUILTINS: [&str; 14] = [
    ":", "cd", "eval", "export", "false", "read", "set", "shift", "test", "trap", "true", "ulimit",
    "umask", "wait",
];

/// What sort of program a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ProgramKind {
    /// A shell, an interpreter to talk to, a tool that people work with.
    Tool,
    /// An interpreter that is given an application.
    Runtime,
    /// It runs a script of a JavaScript package.
    ScriptRunner,
    /// It serves an application of the image.
    ApplicationServer,
}

/// What is known of a program, from `data/programs.toml`.
struct KnownProgram {
    name: &'static str,
    kind: Option<ProgramKind>,
    /// Started by the superuser, it runs its work as another user.
    daemon: bool,
    /// It runs another program as another user.
    switches_user: bool,
    port: Option<u16>,
    client: bool,
    /// It puts files where they were not.
    brings_files: bool,
    /// It changes what only the superuser may change.
    needs_root: bool,
}

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

fn known(name: &str) -> Option<&'static KnownProgram> {
    let at = PROGRAMS
        .binary_search_by(|program| program.name.cmp(name))
        .ok()?;
    PROGRAMS.get(at)
}

/// The port where a server listens for all the world unless it is told otherwise.
pub fn port_of(program: &str) -> Option<u16> {
    known(program)?.port
}

/// Whether a program talks to servers, so that ports among its arguments are not its own.
pub fn is_client(program: &str) -> bool {
    known(program).is_some_and(|k| k.client)
}

/// Whether a program puts files where they were not, from elsewhere.
pub fn brings_files(program: &str) -> bool {
    known(program).is_some_and(|k| k.brings_files)
}

/// Whether a program changes what only the superuser may change.
pub fn needs_root(program: &str) -> bool {
    known(program).is_some_and(|k| k.needs_root)
}

/// Whether what a container starts gives up the superuser's rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivilegeDrop {
    /// It becomes another user, or starts programs that do.
    Yes,
    /// It stays the superuser, as far as can be seen.
    No,
    /// It is a script that cannot be read.
    Unseen,
}

/// Arguments that make a runtime answer a question or build something.
const RUNTIME_QUESTIONS: &[&str] = &[
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

/// Modules of a runtime that test or build instead of serving.
const RUNTIME_TOOLS: &[&str] = &["pytest", "unittest", "tox", "pip", "venv", "build"];

/// Scripts of a package that test or build instead of serving.
const TOOL_SCRIPTS: &[&str] = &[
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

/// Parts of the names of packages and files that bring a program that switches users.
const USER_SWITCHER_FILES: &[&str] = &[
    "gosu",
    "su-exec",
    "s6-overlay",
    "fixuid",
    "setpriv",
    "setuidgid",
];

/// The bytes of a script that are looked at.
const MOST: u64 = 64 * 1024;

impl Facts<'_> {
    /// Whether what a stage's container starts gives up the superuser's rights.
    pub fn drops_privileges(&self, stage: usize) -> PrivilegeDrop {
        let launch = self.launch(stage);
        let mut unseen = false;
        // `su app -c '…'` is no command of its own among those started, since its script is.
        if launch.script.commands.iter().any(starts_other_user) {
            return PrivilegeDrop::Yes;
        }
        for command in launch.commands() {
            if starts_other_user(command) {
                return PrivilegeDrop::Yes;
            }
            // Any argument may be the script that a supervisor starts.
            let arguments = command.args().iter().filter_map(|w| w.literal());
            let scripts = script_file(command)
                .into_iter()
                .chain(arguments.filter(|a| a.ends_with(".sh")));
            for script in scripts {
                match self.script_file_text(stage, script) {
                    Some(text) if mentions_user_switcher(&text) => return PrivilegeDrop::Yes,
                    Some(_) => {}
                    None => unseen = true,
                }
            }
        }
        if self.installs_user_switcher(stage) || self.configures_user(stage) {
            return PrivilegeDrop::Yes;
        }
        // Without an ENTRYPOINT that of the base image runs the CMD.
        if unseen {
            PrivilegeDrop::Unseen
        } else {
            PrivilegeDrop::No
        }
    }

    /// Whether the base is a system or a language runtime, whose ENTRYPOINT, if there is one, runs
    /// the CMD as it is.
    pub fn is_plain_base(&self, stage: usize) -> bool {
        match self.root_base(stage) {
            Base::Scratch => true,
            // Every other image in the table that runs as root is a system or a runtime.
            Base::Image(image) => images::is_plain(image).unwrap_or(true),
            _ => false,
        }
    }

    /// The text of a script in the image: from a heredoc of this file, or from the file of the build
    /// context that it is copied from.
    fn script_file_text(&self, stage: usize, script: &str) -> Option<String> {
        let name = script.rsplit('/').next().filter(|n| !n.is_empty())?;
        let mut found = None;
        for node in self.chain_nodes(stage) {
            let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
                continue;
            };
            let destination = transfer.destination.as_str().trim_end_matches(['"', '\'']);
            let renames = destination.rsplit('/').next() == Some(name);
            for source in &transfer.sources {
                if let Some(heredoc) = source.heredoc {
                    let heredoc = node.instruction.heredocs.get(heredoc)?;
                    if renames || heredoc.name == name {
                        return Some(self.source.slice(heredoc.body).to_owned());
                    }
                    continue;
                }
                if node.is(Keyword::Copy) && node.instruction.flag("from").is_some() {
                    continue;
                }
                found = read_source(self, source, name, renames).or(found);
            }
        }
        found
    }

    /// Whether a configuration that is copied from the build context names a user to run as.
    fn configures_user(&self, stage: usize) -> bool {
        let is_configuration = |path: &str| {
            [".cfg", ".cnf", ".conf", ".ini"]
                .iter()
                .any(|end| path.ends_with(end))
        };
        self.chain_nodes(stage).any(|node| {
            let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
                return false;
            };
            let from_stage = node.instruction.flag("from").is_some();
            let mut sources = transfer.sources.iter();
            !from_stage
                && sources.any(|s| {
                    let path = clean(s.word.as_str().trim_matches(['"', '\'']));
                    let text = || self.read_from_context(&path, MOST);
                    is_configuration(&path) && text().is_some_and(|text| names_user(&text))
                })
        })
    }

    /// Whether the file brings a program that runs others as another user.
    fn installs_user_switcher(&self, stage: usize) -> bool {
        self.chain_nodes(stage)
            .any(|node| match &node.instruction.kind {
                Kind::Run(_) => node.commands().iter().any(|c| {
                    c.words
                        .iter()
                        .any(|w| USER_SWITCHER_FILES.iter().any(|part| w.raw.contains(part)))
                }),
                Kind::Copy(t) | Kind::Add(t) => t.sources.iter().any(|s| {
                    USER_SWITCHER_FILES
                        .iter()
                        .any(|part| s.word.as_str().contains(part))
                }),
                _ => false,
            })
    }
}

/// Whether a configuration says `user = name`, or `user name;` as that of nginx does.
fn names_user(text: &str) -> bool {
    text.lines().any(|line| {
        let rest = line.trim().strip_prefix("user").unwrap_or_default();
        let value = rest.trim_start();
        let is_nginx = rest.starts_with([' ', '\t']) && value.ends_with(';');
        let value = match value.strip_prefix('=') {
            Some(value) => value.trim(),
            None if is_nginx => value.trim_end_matches(';'),
            None => return false,
        };
        !value.is_empty() && !is_root(value)
    })
}

fn starts_other_user(command: &Command) -> bool {
    let known = |name: &str| is_user_switcher(name) || is_server(name);
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
    let is_daemon = |name: &str| known(name).is_some_and(|k| k.daemon);
    is_daemon(name) || is_daemon(name.trim_end_matches(version))
}

fn is_user_switcher(name: &str) -> bool {
    known(name).is_some_and(|k| k.switches_user)
}

/// The script a command runs: its own file, or the one a shell is given.
fn script_file(command: &Command) -> Option<&str> {
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

fn mentions_user_switcher(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .flat_map(|line| line.split(|c| !is_name(c)))
        // `chroot --userspec=app / "$@"`
        .any(|word| is_user_switcher(word) || is_server(word) || word == "--userspec")
}

/// Whether a user is the superuser: `root`, a number that is zero, with or without a group.
pub fn is_root(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default().trim();
    name == "root" || name.parse::<u64>() == Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn with<T>(text: &str, ask: impl FnOnce(&Facts<'_>, usize) -> T) -> T {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let last = facts.final_stage().unwrap().index;
        ask(&facts, last)
    }

    fn program(text: &str) -> String {
        with(text, |facts, stage| match facts.launch(stage).program() {
            Some(Program::Code(c)) => format!("code {}", c.name),
            Some(Program::Binary(c)) => format!("binary {}", c.name),
            Some(Program::Script(c)) => format!("script {}", c.name),
            Some(Program::Tool) => "tool".to_owned(),
            None => "nothing".to_owned(),
        })
    }

    #[test]
    fn a_program_is_told_by_its_name_and_its_arguments() {
        for (start, expected) in [
            ("CMD [\"python3.12\", \"app.py\"]", "code python3.12"),
            ("CMD [\"python\"]", "tool"),
            ("CMD [\"python\", \"-m\", \"pytest\"]", "tool"),
            ("CMD [\"npm\", \"start\"]", "code npm"),
            ("CMD [\"npm\", \"test\"]", "tool"),
            ("CMD [\"gunicorn\", \"app:app\"]", "code gunicorn"),
            ("CMD [\"/srv/api\"]", "binary api"),
            ("CMD [\"/start.sh\"]", "script start.sh"),
            ("CMD bash", "tool"),
            (
                "ENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"node\", \"x\"]",
                "code node",
            ),
            (
                "ENTRYPOINT [\"/entrypoint.sh\"]\nCMD [\"--port\"]",
                "script entrypoint.sh",
            ),
            ("CMD make && /srv/api", "binary api"),
            ("EXPOSE 80", "nothing"),
        ] {
            assert_eq!(program(&format!("FROM a\n{start}\n")), expected, "{start}");
        }
    }

    #[test]
    fn privileges_are_dropped_by_programs_that_do_so_or_switch_the_user() {
        let drop = |text: &str| with(text, |facts, stage| facts.drops_privileges(stage));
        let start = |cmd: &str| drop(&format!("FROM a\nCMD {cmd}\n"));
        assert_eq!(start("[\"nginx\"]"), PrivilegeDrop::Yes);
        assert_eq!(start("[\"php-fpm8.2\"]"), PrivilegeDrop::Yes);
        assert_eq!(start("[\"gosu\", \"app\", \"x\"]"), PrivilegeDrop::Yes);
        assert_eq!(start("[\"mysqld\", \"--user=mysql\"]"), PrivilegeDrop::Yes);
        assert_eq!(start("[\"mysqld\", \"--user=root\"]"), PrivilegeDrop::No);
        assert_eq!(start("[\"/run.sh\"]"), PrivilegeDrop::Unseen);
        let script =
            |line: &str| format!("FROM a\nCOPY <<run.sh /\n{line}\nrun.sh\nCMD [\"/run.sh\"]\n");
        assert_eq!(drop(&script("exec su-exec app x")), PrivilegeDrop::Yes);
        let chroot = script("exec chroot --userspec=1000 / x");
        assert_eq!(drop(&chroot), PrivilegeDrop::Yes);
        assert_eq!(drop(&script("# no su-exec here")), PrivilegeDrop::No);
        let installed = "FROM a\nRUN apk add su-exec\nCMD [\"/run.sh\"]\n";
        assert_eq!(drop(installed), PrivilegeDrop::Yes);
    }

    #[test]
    fn the_superuser_has_a_name_and_a_number() {
        for (user, root) in [("root", true), ("0:0", true), ("000", true), ("app", false)] {
            assert_eq!(is_root(user), root, "{user}");
        }
    }
}
