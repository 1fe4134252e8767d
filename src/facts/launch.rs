//! What a container of an image starts, and what its base image brings along.

use super::platform::Platform;
use super::{Base, Dialect, Facts, Node, Stage};
use crate::images::{self, BaseUser};
use crate::shell::{self, Command, ExecWord, FrameKind, Script};
use crate::syntax::{CommandLine, Kind};

/// What a container starts of which the file says nothing.
static NOTHING: Script = Script::EMPTY;

/// Names of stages that people develop in.
const WORKPLACES: [&str; 4] = [
    "dev-container",
    "devcontainer",
    "development-container",
    "vscode",
];

/// Words in the names of files, folders and stages that are for those who work on the project.
const DEVELOPMENT: [&str; 18] = [
    "build",
    "builder",
    "ci",
    "debug",
    "demo",
    "dev",
    "devcontainer",
    "docs",
    "e2e",
    "editable",
    "example",
    "examples",
    "lint",
    "local",
    "sandbox",
    "test",
    "testing",
    "tests",
];

/// What a container starts: ENTRYPOINT with CMD behind it, as the engine joins them.
pub struct Launch<'f, 'a> {
    /// The ENTRYPOINT in force, if the file sets one.
    pub entrypoint: Option<&'f Node<'a>>,
    /// The CMD in force, if the file sets one.
    pub cmd: Option<&'f Node<'a>>,
    /// The whole command line, read as shell commands.
    pub script: &'f Script,
}

impl<'f, 'a> Launch<'f, 'a> {
    /// The commands of the command line without those in substitutions and without shells whose
    /// script was read; the commands of the CMD by itself follow, for an entrypoint that runs its
    /// arguments.
    pub fn commands(&self) -> impl Iterator<Item = &'f Command> + use<'f, 'a> {
        let script = self.script;
        let main = script.commands.iter().enumerate();
        let main = main.filter(move |(index, command)| {
            let substituted = script
                .frames_of(*index)
                .any(|(_, frame)| matches!(frame.kind, FrameKind::CommandSubstitution));
            !substituted && command.script.is_none() && !command.words.is_empty()
        });
        let behind = match (self.entrypoint, self.cmd) {
            (Some(_), Some(cmd)) => cmd.commands(),
            _ => &[],
        };
        let behind = behind.iter().filter(|c| c.script.is_none());
        main.map(|(_, command)| command).chain(behind)
    }

    /// The instruction that says what is started: the ENTRYPOINT, else the CMD.
    pub fn node(&self) -> Option<&'f Node<'a>> {
        self.entrypoint.or(self.cmd)
    }
}

impl<'a> Facts<'a> {
    /// What a container of a stage's image starts, as far as the file says.
    pub fn launch(&self, stage: usize) -> Launch<'_, 'a> {
        let entrypoint = self.effective_entrypoint(stage);
        let cmd = self.effective_cmd(stage);
        let script = match (line_of(entrypoint), line_of(cmd)) {
            (Some(CommandLine::Exec(words, _)), Some(cmd_line)) => {
                let join = || {
                    let mut words: Vec<ExecWord<'_>> = words.iter().map(exec_word).collect();
                    match cmd_line {
                        CommandLine::Exec(more, _) => words.extend(more.iter().map(exec_word)),
                        CommandLine::Shell(text) => {
                            let shell = |text| ExecWord {
                                text,
                                span: cmd_line.span(),
                                mapped: None,
                            };
                            words.extend([shell("/bin/sh"), shell("-c"), exec_word(text)]);
                        }
                        CommandLine::Empty(_) => {}
                    }
                    shell::parse_exec(&words)
                };
                let joined = self.launch_scripts.get(stage);
                joined.map(|script| script.get_or_init(join))
            }
            // The shell form of ENTRYPOINT takes no arguments.
            (Some(_), _) => script_of(entrypoint),
            (None, _) => script_of(cmd),
        };
        Launch {
            entrypoint,
            cmd,
            script: script.unwrap_or(&NOTHING),
        }
    }

    /// The stage that is built, unless it is a place to build or to develop in: its image is
    /// thrown away, or stays with those who work in it.
    pub fn product(&self) -> Option<&Stage<'a>> {
        let last = self.final_stage()?;
        let is_workplace = last
            .name
            .as_deref()
            .is_some_and(|name| WORKPLACES.contains(&name))
            || matches!(self.root_base(last.index), Base::Image(image) if images::is_for_builds(image));
        (!is_workplace).then_some(last)
    }

    /// Whether the image is for development or tests, by the names of the file, of its folder and the
    /// one above, and of the last stage.
    pub fn is_for_development(&self) -> bool {
        let says = |text: &str| {
            let text = text.to_lowercase();
            let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
            parts.any(|part| DEVELOPMENT.contains(&part) || part.starts_with("devel"))
        };
        let path = self.source.path().to_string_lossy();
        let mut places = path.rsplit(['/', '\\']).take(3);
        let stage = self.final_stage().and_then(|stage| stage.name.as_deref());
        places.any(says) || stage.is_some_and(says)
    }

    /// The user a stage begins with: that of the image its chain stands on.
    pub fn base_user(&self, stage: usize) -> BaseUser {
        match self.root_base(stage) {
            Base::Image(image) if !image.is_hidden() => images::default_user(image),
            Base::Scratch => BaseUser::Root,
            _ => BaseUser::Unknown,
        }
    }

    /// The working directory a stage begins with: that of the image its chain stands on.
    pub fn base_workdir(&self, stage: usize) -> Option<&'static str> {
        match self.root_base(stage) {
            Base::Image(image) if !image.is_hidden() => images::default_workdir(image),
            Base::Scratch => Some("/"),
            _ => None,
        }
    }

    /// The ports that the image exposes that a stage's chain stands on.
    pub fn base_ports(&self, stage: usize) -> &'static [u16] {
        match self.root_base(stage) {
            Base::Image(image) if !image.is_hidden() => images::default_ports(image),
            _ => &[],
        }
    }

    /// Whether a stage makes a Windows image.
    pub fn is_windows(&self, stage: usize) -> bool {
        let is_windows = || {
            // The shell before any SHELL is `cmd` on Windows alone.
            let root = self.chain(stage).last();
            root.and_then(|s| self.nodes.get(s.from_node))
                .is_some_and(|n| matches!(n.shell, Dialect::Cmd | Dialect::PowerShell))
                || matches!(self.root_base(stage), Base::Image(i) if images::is_windows(i))
                || self.is_named_for_windows()
        };
        match self.windows.get(stage) {
            Some(known) => *known.get_or_init(is_windows),
            None => is_windows(),
        }
    }

    /// Whether paths of a stage have drives and backslashes. A builder knows it from the platform;
    /// without one the base image tells.
    pub fn has_windows_paths(&self, stage: usize) -> bool {
        let is_windows = |text: &str| {
            let os = Platform::parse(text).and_then(|p| p.os);
            os.as_deref() == Some("windows")
        };
        let root = self.chain(stage).last();
        let flag = root
            .filter(|root| !matches!(root.base, Base::Scratch))
            .and_then(|root| Some((root.from_node, root.from.flag_value("platform")?)))
            .and_then(|(node, word)| self.text(node, word))
            .filter(|text| !text.is_empty());
        match (flag, self.build.platforms.as_slice()) {
            (Some(platform), _) => is_windows(&platform),
            (None, [platform]) => is_windows(platform),
            _ => !self.assumes_builder_defaults() && self.is_windows(stage),
        }
    }

    /// Whether the file's name says so, as where the base image comes for several systems.
    fn is_named_for_windows(&self) -> bool {
        let name = self.source.path().file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        name.contains("windows") || name.contains("nanoserver")
    }

    /// The nodes of a stage and of the stages it is built on, in the order in which they take
    /// effect; those behind ONBUILD not.
    pub fn chain_nodes(&self, stage: usize) -> impl Iterator<Item = &Node<'a>> {
        let mut chain: Vec<&Stage<'a>> = self.chain(stage).collect();
        chain.reverse();
        chain
            .into_iter()
            .flat_map(|stage| self.nodes_of(stage))
            .filter(|node| !node.onbuild)
    }

    /// The same from the last to the first.
    pub fn chain_nodes_back(&self, stage: usize) -> impl Iterator<Item = &Node<'a>> {
        self.chain(stage)
            .flat_map(|stage| self.nodes_of(stage).iter().rev())
            .filter(|node| !node.onbuild)
    }

    /// The users that the commands of a stage's chain create.
    pub fn created_users(&self, stage: usize) -> Vec<String> {
        let mut users = Vec::new();
        for command in self.chain_nodes(stage).flat_map(Node::commands) {
            users.extend(created_user(command));
        }
        users
    }
}

fn line_of<'f>(node: Option<&'f Node<'_>>) -> Option<&'f CommandLine> {
    match &node?.instruction.kind {
        Kind::Cmd(line) | Kind::Entrypoint(line) => Some(line),
        _ => None,
    }
}

fn script_of<'f>(node: Option<&'f Node<'_>>) -> Option<&'f Script> {
    node?.script.as_ref()
}

fn exec_word(word: &crate::syntax::Word) -> ExecWord<'_> {
    ExecWord {
        text: word.as_str(),
        span: word.span,
        mapped: Some(word.text.clone()),
    }
}

/// The user that `useradd` or `adduser` creates.
fn created_user(command: &Command) -> Option<String> {
    const USERADD: &[&str] = &[
        "-b",
        "--base-dir",
        "-c",
        "--comment",
        "-d",
        "--home-dir",
        "--home",
        "-e",
        "--expiredate",
        "-f",
        "--inactive",
        "-g",
        "--gid",
        "-G",
        "--groups",
        "-k",
        "--skel",
        "-K",
        "--key",
        "-p",
        "--password",
        "-R",
        "--root",
        "-s",
        "--shell",
        "-u",
        "--uid",
        "-Z",
    ];
    const ADDUSER: &[&str] = &[
        "-h",
        "-g",
        "-s",
        "-G",
        "-u",
        "-k",
        "--home",
        "--shell",
        "--uid",
        "--gid",
        "--gecos",
        "--ingroup",
        "--firstuid",
        "--lastuid",
        "--conf",
        "--comment",
    ];
    // Shadow's and BusyBox's programs share names but not options; clustered options
    // (`-rm -s /bin/sh`) take their value with the last letter.
    let valued = match command.name.as_str() {
        "useradd" => USERADD,
        "adduser" if command.has_any_flag(&["-r", "-m", "-M", "--system"]) => USERADD,
        "adduser" => ADDUSER,
        _ => return None,
    };
    let mut operands = command.operands(valued).filter_map(|w| w.literal());
    let name = match command.name.as_str() {
        "useradd" => operands.last(),
        _ => operands.next(),
    }?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(plain)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn with<T>(text: &str, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let build = Build::default();
        ask(&Facts::of(&source, &file, &build))
    }

    fn started(text: &str) -> Vec<String> {
        with(text, |facts| {
            let last = facts.final_stage().unwrap().index;
            let launch = facts.launch(last);
            let words = |c: &Command| c.words.iter().map(|w| w.raw.clone()).collect::<Vec<_>>();
            launch.commands().map(|c| words(c).join(" ")).collect()
        })
    }

    #[test]
    fn entrypoint_and_cmd_make_one_command_line() {
        let text = "FROM a\nENTRYPOINT [\"tini\", \"--\"]\nCMD [\"node\", \"x.js\"]\n";
        assert_eq!(started(text).first().unwrap(), "node x.js");
        let text = "FROM a\nENTRYPOINT [\"python\"]\nCMD [\"x.py\"]\n";
        assert_eq!(started(text).first().unwrap(), "python x.py");
        let text = "FROM a\nENTRYPOINT run it\nCMD [\"ignored\"]\n";
        assert_eq!(started(text).first().unwrap(), "run it");
    }

    #[test]
    fn shells_are_seen_through_and_substitutions_left_out() {
        let text = "FROM a\nCMD [\"sh\", \"-c\", \"cd /x && exec serve $(nproc)\"]\n";
        assert_eq!(started(text), ["cd /x", "serve $(nproc)"]);
        assert_eq!(
            started("FROM a\nCMD serve --port 80\n"),
            ["serve --port 80"]
        );
        assert!(started("FROM a\n").is_empty());
    }

    #[test]
    fn the_users_of_the_whole_chain_are_known() {
        let text = "FROM a AS b\nRUN groupadd g && useradd -r -g g -s /bin/false one\n\
                    FROM x\nRUN useradd no\nFROM b\nRUN adduser -D -h /home/x two\n\
                    RUN adduser --system --group three && useradd \"$U\"\n";
        let users = with(text, |f| f.created_users(f.final_stage().unwrap().index));
        assert_eq!(users, ["one", "two", "three"]);
    }
}
