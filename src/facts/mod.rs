//! File to [`Facts`]: what follows from a Dockerfile, worked out once. Rules ask here and never
//! walk the tree, parse shell or resolve variables themselves.

pub mod absence;
pub mod cache;
mod copies;
mod credentials;
mod directive;
pub mod downloads;
mod environment;
mod folders;
mod frontend;
mod globals;
mod graph;
pub mod hosts;
mod images;
mod label;
mod launch;
mod made_keys;
pub mod manifests;
mod mentions;
pub mod mount;
pub mod node_project;
pub mod packages;
mod place;
mod placed;
pub mod platform;
pub mod port;
pub mod program;
mod programs;
mod reads;
mod references;
mod remote;
mod repositories;
pub mod runtimes;
mod scope;
mod scripts;
mod secret_flow;
mod sources;
mod stage;
mod swallowed;
mod user;
mod verification;
mod wheels;
mod words;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::context::{Build, BuildContext, Files, Nothing, is_repository, within_repository};
use crate::date::Date;
use crate::images::{BaseRelease, DATA_DATE, HIDDEN};
use crate::perspective::Perspective;
pub use crate::shell::{Command, Dialect, Script};
use crate::shell::{ExecWord, ShellOptions};
use crate::span::{MappedText, Source, Span};
pub use crate::syntax::word::ExpandError;
use crate::syntax::word::{self, Expansion, Syntax, Template, Value, Var};
use crate::syntax::{CommandLine, File, Instruction, Keyword, Kind, Word};
pub use copies::{Copied, CopiedSource, CopyOrigin, is_small_file, is_tar_archive};
pub use credentials::{Credential, Evidence, Whereabouts, WrittenSecret};
pub use environment::Definition;
pub use graph::{StageUse, UseTarget};
pub use images::{ImageUse, ImageUseKind};
pub use label::Label;
pub use launch::Launch;
use mount::Mount;
use packages::Install;
pub use place::Place;
pub use placed::Placed;
pub use program::{brings_files, needs_root};
pub use programs::{Programs, brings_nothing};
pub use reads::ShellRead;
pub use references::{Modifier, Reference, Undefined};
pub use remote::Remote;
use scope::Scopes;
pub use scope::{Origin, PLATFORM_ARGUMENTS, Variable};
pub use scripts::{RunBy, RunScript};
use secret_flow::SecretArgument;
pub use secret_flow::{SecretSource, SecretWrite};
pub use sources::{Fetched, FetchedKind};
pub use stage::{
    Base, Stage, UserSetting, Workdir, is_absolute as is_absolute_path, refused_on_windows,
};
pub use user::RunUser;
use verification::LastChecks;
pub use verification::{SwitchedOff, Verified};
pub use wheels::Wanted;
pub use words::{Expanded, WordUse};

/// Words of a variable's name that say that its value is a user's name.
const USER_WORDS: [&str; 3] = ["user", "username", "login"];

/// For each variable the commands that assign it, and which of their assignments does.
type Assignments = HashMap<String, Vec<(usize, usize)>>;

/// The read-only answer book for rules.
pub struct Facts<'a> {
    /// The file's text.
    pub source: &'a Source,
    /// The file's tree.
    pub file: &'a File,
    /// How the file is built, as far as the command line says.
    pub build: &'a Build,
    /// The day that it is judged for.
    pub as_of: Date,
    /// Every instruction in order; one behind ONBUILD follows its ONBUILD as a node of its own.
    pub nodes: Vec<Node<'a>>,
    /// The stages in order.
    pub stages: Vec<Stage<'a>>,
    /// Every image the file names, in order: FROM, `COPY --from`, `RUN --mount=from=`.
    pub images: Vec<ImageUse>,
    /// The tool whose view this is.
    perspective: Perspective,
    scopes: Scopes,
    /// The stages of each name in lower case, in order.
    names: HashMap<String, Vec<usize>>,
    /// The triggers of a stage that declare a variable, in order.
    triggers: HashMap<(usize, &'a str), Vec<usize>>,
    /// For each stage those that are built directly on it: see [`Facts::child_stages`].
    children: OnceCell<Vec<Vec<usize>>>,
    /// For each stage the last RUN of it or of one built on it that uses the lists of apt: see
    /// [`Facts::last_use_of_apt_lists`].
    apt_uses: OnceCell<Vec<Option<usize>>>,
    final_stage: Option<usize>,
    /// The first node of a stage that mentions a text: see [`Facts::is_mentioned_before`].
    mentions: RefCell<HashMap<(usize, bool, String), Option<usize>>>,
    /// For each stage what the final image takes from it: see [`Facts::taken_from`].
    taken: OnceCell<Vec<Vec<String>>>,
    /// For each node what it copies: see [`Facts::copied`].
    copies: Vec<OnceCell<Option<Copied>>>,
    /// What happened to the programs of the base before each node: see [`Facts::programs_before`].
    program_changes: OnceCell<programs::History>,
    /// The secrets written in the file: see [`Facts::credentials`].
    credentials: OnceCell<credentials::Reading>,
    /// For each stage the labels of its chain: see [`Facts::labels`].
    labels: Vec<OnceCell<Vec<Label>>>,
    /// For each stage the release of its distribution: see [`Facts::root_release`].
    releases: Vec<OnceCell<Option<BaseRelease>>>,
    /// For each stage whether it is one of Windows: see [`Facts::is_windows`].
    windows: Vec<OnceCell<bool>>,
    /// The words of each node's script: see [`Facts::is_mentioned_before`].
    script_words: Vec<OnceCell<String>>,
    /// For each node where its script assigns each variable, in order.
    assignments: Vec<OnceCell<Assignments>>,
    user_names: OnceCell<HashMap<Option<usize>, HashSet<String>>>,
    /// The projects of Node.js by the paths of their manifests: see [`Facts::node_project`].
    node_projects: RefCell<HashMap<String, Option<Rc<node_project::NodeProject>>>>,
    /// See [`Facts::secret_arguments`].
    secret_arguments: OnceCell<HashMap<Option<usize>, Vec<SecretArgument>>>,
    /// See [`Facts::checks_download_later`].
    last_checks: OnceCell<Vec<LastChecks>>,
    /// See [`Facts::switched_off`].
    switched_off: OnceCell<Vec<SwitchedOff>>,
    /// The files around the Dockerfile: see [`Facts::context`].
    files: Arc<dyn Files>,
    context: OnceCell<Option<BuildContext>>,
    /// The scripts that the file runs: see [`Facts::run_scripts`].
    run_scripts: OnceCell<Vec<RunScript>>,
    /// The build as steps: see [`Facts::steps`].
    steps: OnceCell<cache::Steps>,
    /// For each stage the command line that ENTRYPOINT and CMD make together, read as commands.
    launch_scripts: Vec<OnceCell<Script>>,
    /// How many names were compared so far: see [`Facts::may_compare`].
    compared: Cell<usize>,
    /// How many instructions were looked at for others so far: see [`Facts::may_search`].
    searched: Cell<usize>,
    /// How many bytes of scripts were read so far: see [`Facts::may_read`].
    read_bytes: Cell<usize>,
    /// The shell that a comment before the first FROM asks for.
    asked_shell: Option<Dialect>,
    /// For each stage, whether the builder leaves out the triggers of its base; may be shorter.
    without_triggers: Vec<bool>,
}

/// An instruction and what is known at its place.
pub struct Node<'a> {
    /// Its index in [`Facts::nodes`].
    pub index: usize,
    /// The instruction; for one behind ONBUILD the inner one.
    pub instruction: &'a Instruction,
    /// The index of its stage; none before the first FROM.
    pub stage: Option<usize>,
    /// Whether it stands behind ONBUILD: it runs in the builds of other images.
    pub onbuild: bool,
    /// The shell that runs its shell form.
    pub shell: Dialect,
    /// The words of the SHELL in force, if the file sets one in this stage's chain.
    pub shell_node: Option<usize>,
    /// What RUN, CMD, ENTRYPOINT and HEALTHCHECK run, read as shell commands.
    pub script: Option<Script>,
    /// The text of the script and the heredoc, if a whole heredoc is the script.
    pub script_heredoc: Option<usize>,
    /// The package installations in `script`.
    pub installs: Vec<Install>,
    /// The mounts of a RUN.
    pub mounts: Vec<Mount>,
}

impl Node<'_> {
    /// The keyword, if it is one.
    pub fn keyword(&self) -> Option<Keyword> {
        self.instruction.keyword
    }

    /// Whether this is `keyword` and not behind ONBUILD.
    pub fn is(&self, keyword: Keyword) -> bool {
        self.instruction.keyword == Some(keyword) && !self.onbuild
    }

    /// The commands of the script.
    pub fn commands(&self) -> &[Command] {
        self.script.as_ref().map_or(&[], |s| &s.commands)
    }

    /// Whether a command of the script runs whatever comes before it, and nothing is there to catch
    /// its failure; a `;` behind it may still go on without it.
    pub fn must_succeed(&self, command: usize) -> bool {
        self.script.as_ref().is_some_and(|script| {
            let found = script.commands.get(command);
            found.is_some_and(|c| !c.or_follows && !c.negated) && !script.is_conditional(command)
        })
    }
}

/// The text that a shell is given to run.
pub struct ScriptText<'t> {
    /// The text, without continuations and the tabs of `<<-`.
    pub text: Cow<'t, MappedText>,
    /// The language it is in.
    pub dialect: Dialect,
    /// The heredoc, if a whole heredoc is the script.
    pub heredoc: Option<usize>,
}

/// What a `--from` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FromTarget {
    /// An earlier stage.
    Stage(usize),
    /// The stage itself or a later one.
    Later(usize),
    /// Not a stage: an image or a named context.
    External,
}

impl<'a> Facts<'a> {
    /// Works out the facts of a file that stands alone.
    pub fn of(source: &'a Source, file: &'a File, build: &'a Build) -> Self {
        let files = Arc::new(Nothing);
        Self::seen_by(Perspective::Dlint, source, file, build, files, DATA_DATE)
    }

    /// Works out the facts of a file with others around it, as a tool sees it on a day.
    pub fn seen_by(
        perspective: Perspective,
        source: &'a Source,
        file: &'a File,
        build: &'a Build,
        files: Arc<dyn Files>,
        as_of: Date,
    ) -> Self {
        let around = Arc::clone(&files);
        let facts = Self::read(perspective, source, file, build, around, as_of, Vec::new());
        // What the target needs is known at the end only.
        let skips_triggers = |stage: &Stage<'_>| {
            let Base::Stage(base) = stage.base else {
                return false;
            };
            let base = facts.stages.get(base);
            !stage.is_needed && base.is_some_and(|b| facts.nodes_of(b).iter().any(|n| n.onbuild))
        };
        let without_triggers: Vec<bool> = facts.stages.iter().map(skips_triggers).collect();
        if facts.assumes_builder_defaults() && without_triggers.contains(&true) {
            Self::read(
                perspective,
                source,
                file,
                build,
                files,
                as_of,
                without_triggers,
            )
        } else {
            facts
        }
    }

    /// Whether the findings are to be dlint's own.
    pub(crate) fn is_read_by_dlint(&self) -> bool {
        self.perspective == Perspective::Dlint
    }

    /// Whether what only a builder knows is taken for what it mostly is.
    pub(crate) fn assumes_builder_defaults(&self) -> bool {
        self.perspective.assumes_builder_defaults()
    }

    fn read(
        perspective: Perspective,
        source: &'a Source,
        file: &'a File,
        build: &'a Build,
        files: Arc<dyn Files>,
        as_of: Date,
        without_triggers: Vec<bool>,
    ) -> Self {
        let mut facts = Facts {
            source,
            file,
            build,
            as_of,
            nodes: Vec::with_capacity(file.instructions.len()),
            stages: Vec::new(),
            images: Vec::new(),
            perspective,
            scopes: Scopes::new(build, last_stage(file).as_deref(), perspective),
            names: HashMap::new(),
            triggers: HashMap::new(),
            children: OnceCell::new(),
            apt_uses: OnceCell::new(),
            final_stage: None,
            mentions: RefCell::default(),
            taken: OnceCell::new(),
            copies: Vec::new(),
            program_changes: OnceCell::new(),
            credentials: OnceCell::new(),
            labels: Vec::new(),
            releases: Vec::new(),
            windows: Vec::new(),
            script_words: Vec::new(),
            assignments: Vec::new(),
            user_names: OnceCell::new(),
            node_projects: RefCell::default(),
            secret_arguments: OnceCell::new(),
            last_checks: OnceCell::new(),
            switched_off: OnceCell::new(),
            compared: Cell::new(0),
            searched: Cell::new(0),
            read_bytes: Cell::new(0),
            files,
            context: OnceCell::new(),
            run_scripts: OnceCell::new(),
            steps: OnceCell::new(),
            launch_scripts: Vec::new(),
            asked_shell: None,
            without_triggers,
        };
        let mut comments = file.comments.iter().peekable();
        for instruction in &file.instructions {
            while let Some(c) = comments.next_if(|c| c.span.start < instruction.span.start) {
                facts.read_shell_comment(c);
            }
            facts.visit(instruction);
        }
        // Now every stage has its name: what names a later one is no image either.
        let Facts { images, names, .. } = &mut facts;
        images.retain(|used| {
            let is_from = matches!(used.kind, ImageUseKind::From(_));
            is_from || !names.contains_key(&used.written.to_lowercase())
        });
        facts.find_final();
        facts.launch_scripts = vec![OnceCell::new(); facts.stages.len()];
        facts.copies = vec![OnceCell::new(); facts.nodes.len()];
        facts.assignments = vec![OnceCell::new(); facts.nodes.len()];
        facts.labels = vec![OnceCell::new(); facts.stages.len()];
        facts.releases = vec![OnceCell::new(); facts.stages.len()];
        facts.windows = vec![OnceCell::new(); facts.stages.len()];
        facts.script_words = vec![OnceCell::new(); facts.nodes.len()];
        facts
    }

    fn visit(&mut self, instruction: &'a Instruction) {
        let index = self.nodes.len();
        if instruction.keyword == Some(Keyword::From) {
            self.open_stage(instruction, index);
        }
        self.push_node(instruction, false);
        if instruction.keyword == Some(Keyword::From) {
            self.declare_triggers(index);
        }
        self.declare(instruction, index);
        self.apply_instruction(instruction, index);
        if let Kind::Onbuild(inner) = &instruction.kind {
            self.push_node(inner.unwrapped(), true);
        }
    }

    fn push_node(&mut self, instruction: &'a Instruction, onbuild: bool) {
        let index = self.nodes.len();
        let stage = self.stages.len().checked_sub(1);
        let (shell_node, shell) = match stage.and_then(|s| self.stages.get(s)) {
            Some(stage) => (stage.shell_node, stage.shell.clone()),
            None => (None, Dialect::default()),
        };
        let mut node = Node {
            index,
            instruction,
            stage,
            onbuild,
            shell,
            shell_node,
            script: None,
            script_heredoc: None,
            installs: Vec::new(),
            mounts: Vec::new(),
        };
        match &instruction.kind {
            Kind::Run(command) => {
                node.mounts = mount::of(instruction);
                self.read_script(&mut node, command);
            }
            Kind::Cmd(command) | Kind::Entrypoint(command) => self.read_script(&mut node, command),
            Kind::Healthcheck(check) => {
                if let Some(command) = &check.command {
                    self.read_script(&mut node, command);
                }
            }
            _ => {}
        }
        self.nodes.push(node);
        if let (true, Some(stage)) = (onbuild, stage) {
            let names: Vec<&str> = match &instruction.kind {
                Kind::Env(pairs) => pairs.pairs.iter().map(|p| p.name.as_str()).collect(),
                Kind::Arg(arguments) => arguments.iter().map(|a| a.name.as_str()).collect(),
                _ => Vec::new(),
            };
            for name in names {
                self.triggers.entry((stage, name)).or_default().push(index);
            }
        }
        if onbuild && let Some(stage) = self.stages.last_mut() {
            stage.nodes.end = index + 1;
        }
        if let Some(stage) = self.stages.last_mut() {
            stage.nodes.end = stage.nodes.end.max(index + 1);
        }
        self.find_images(index);
    }

    fn read_script(&self, node: &mut Node<'a>, command: &CommandLine) {
        let mut script = match command {
            CommandLine::Empty(_) => return,
            CommandLine::Exec(words, _) => {
                let words: Vec<ExecWord> = words
                    .iter()
                    .map(|w| ExecWord {
                        text: w.as_str(),
                        span: w.span,
                        mapped: Some(w.text.clone()),
                    })
                    .collect();
                crate::shell::parse_exec(&words)
            }
            CommandLine::Shell(word) => {
                let text = self.shell_text(node, word);
                node.script_heredoc = text.heredoc;
                if self.may_read(text.text.text().len()) {
                    crate::shell::parse(&text.text, &text.dialect)
                } else {
                    crate::shell::left_out(word.span)
                }
            }
        };
        if !command.is_exec() {
            script.set_options(self.shell_options(node));
        }
        node.installs = packages::of(&script);
        node.script = Some(script);
    }

    /// What the shell is given to run in the shell form.
    fn shell_text<'t>(&self, node: &Node<'a>, word: &'t Word) -> ScriptText<'t> {
        // Heredoc bodies stand behind the ONBUILD, not behind the instruction in it.
        let owner = if node.onbuild {
            let outer = node.index.checked_sub(1).and_then(|i| self.nodes.get(i));
            outer.map(|n| n.instruction)
        } else {
            Some(node.instruction)
        };
        let heredocs = owner.map_or(&[][..], |o| &o.heredocs);
        let whole = |text| ScriptText {
            text,
            dialect: node.shell.clone(),
            heredoc: None,
        };
        match heredocs {
            [] => whole(Cow::Borrowed(&word.text)),
            [only] if is_only(word.as_str(), self.source.slice(only.word_span)) => {
                let body = only.content(self.source);
                let dialect = if body.text().starts_with("#!") {
                    let line = body.text().lines().next().unwrap_or_default();
                    Dialect::of_shebang(line)
                } else {
                    node.shell.clone()
                };
                ScriptText {
                    text: Cow::Owned(body),
                    dialect,
                    heredoc: Some(0),
                }
            }
            heredocs => {
                let mut text = word.text.clone();
                // At the end of the file there is no line break, and no body.
                let line_break = if self.source.text().len() > word.span.end as usize {
                    "\n"
                } else {
                    ""
                };
                for heredoc in heredocs {
                    text.push(line_break, word.span.end);
                    let end = heredoc.terminator.map_or(heredoc.body.end, |t| t.end);
                    let span = Span::new(heredoc.body.start, end);
                    text.push(self.source.slice(span), span.start);
                }
                text.push(line_break, word.span.end);
                whole(Cow::Owned(text))
            }
        }
    }

    /// What a shell is given to run by a RUN in the shell form.
    pub fn script_text<'t>(&self, node: &'t Node<'a>) -> Option<ScriptText<'t>> {
        match &node.instruction.kind {
            Kind::Run(CommandLine::Shell(word)) => Some(self.shell_text(node, word)),
            _ => None,
        }
    }

    /// The options that the SHELL in force starts the shell with; a heredoc with a shebang of its
    /// own has none of them.
    pub fn shell_options(&self, node: &Node<'_>) -> ShellOptions {
        let shebang = node
            .script_heredoc
            .and_then(|h| node.instruction.heredocs.get(h))
            .is_some_and(|h| self.source.slice(h.body).trim_start().starts_with("#!"));
        match node.shell_node.and_then(|n| self.nodes.get(n)) {
            Some(shell) if !shebang => ShellOptions::of_words(&shell.instruction.words()),
            None if !shebang => match node.stage.map(|stage| self.root_base(stage)) {
                Some(Base::Image(image)) => {
                    ShellOptions::of_words(crate::images::inherited_shell(image))
                }
                _ => ShellOptions::default(),
            },
            _ => ShellOptions::default(),
        }
    }

    /// Counts comparisons of a name with others that may have been meant. Where there are too many
    /// for a file, whatever its size, it is better to suggest nothing.
    pub fn may_compare(&self, names: usize) -> bool {
        const MOST: usize = 100_000;
        let compared = self.compared.get();
        self.compared.set(compared.saturating_add(names));
        compared < MOST
    }

    /// Counts bytes of scripts. What is read of one takes up to 200 times its text in memory, so of a
    /// file that is made of them not all are.
    fn may_read(&self, bytes: usize) -> bool {
        const MOST: usize = 8 << 20;
        let read = self.read_bytes.get().saturating_add(bytes);
        self.read_bytes.set(read);
        read <= MOST
    }

    /// Counts instructions that are looked at on behalf of another: those before it, or behind it.
    /// Where that is done so often that a file takes long, whatever its size, what is asked is to be
    /// taken for unknown.
    pub fn may_search(&self, nodes: usize) -> bool {
        const MOST: usize = 1_000_000;
        let searched = self.searched.get().saturating_add(nodes);
        self.searched.set(searched);
        searched < MOST
    }

    /// The word's text at the place of a node, as far as it is known offline.
    pub fn expand(&self, node: usize, word: &Word) -> Expansion {
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        word::expand(word.as_str(), syntax, &mut |name| self.lookup(node, name))
    }

    /// The word's text if every variable that decides it is known.
    pub fn text(&self, node: usize, word: &Word) -> Option<String> {
        match self.expand(node, word).result {
            Ok(Value::Known(text)) => Some(text),
            _ => None,
        }
    }

    /// The word's text with [`HIDDEN`] where a variable that is not known stands.
    pub fn masked(&self, node: usize, word: &Word) -> String {
        match Template::parse(word.as_str(), self.file.escape.char()) {
            Ok(template) => self.masked_template(node, &template),
            Err(_) => HIDDEN.to_string(),
        }
    }

    /// As [`Facts::masked`], of a word that is read already.
    fn masked_template(&self, node: usize, template: &Template) -> String {
        let mut text = String::new();
        for part in &template.parts {
            match part {
                word::Part::Literal { text: literal, .. } => text.push_str(literal),
                word::Part::Reference(reference) => {
                    // `${X:-…}` of an argument without a value is the default of `ARG X=…`, written
                    // elsewhere; of another variable that is not known it can be anything.
                    let defaults = reference.modifier.as_ref().is_some_and(|modifier| {
                        matches!(modifier.kind, word::ModifierKind::Default { .. })
                    });
                    let mut lookup = |name: &str| {
                        if defaults && name == reference.name && self.is_argument_left(node, name) {
                            return Var::Unset;
                        }
                        self.lookup(node, name)
                    };
                    let alone = Template {
                        parts: vec![part.clone()],
                        range: reference.range.clone(),
                    };
                    match alone.evaluate(&mut lookup) {
                        Ok(Value::Known(value)) => text.push_str(&value),
                        Ok(Value::Unknown) => text.push(HIDDEN),
                        Err(_) => return HIDDEN.to_string(),
                    }
                }
            }
        }
        text
    }

    /// Whether a variable is an argument that has no default, and that the build is not known to give.
    fn is_argument_left(&self, node: usize, name: &str) -> bool {
        self.variable(node, name).is_some_and(|variable| {
            variable.value.is_none() && variable.origin != Origin::Environment
        })
    }

    /// What is known of a variable before the instruction at `node`. FROM and what stands before
    /// it see global arguments only.
    pub fn lookup(&self, node: usize, name: &str) -> Var<'_> {
        if let Some(value) = self.trigger_variable(node, name) {
            return value;
        }
        self.lookup_in(self.scope_of(node), self.declared_before(node), name)
    }

    /// As [`Facts::lookup`], in a stage or before the first.
    fn lookup_in(&self, scope: Option<usize>, declared_before: usize, name: &str) -> Var<'_> {
        let found = self
            .scopes
            .lookup(&self.stages, scope, declared_before, name);
        let variable = || {
            self.scopes
                .variable(&self.stages, scope, declared_before, name)
        };
        match (&found, scope) {
            // Not declared: then the base image decides, and some are known.
            (Var::Unknown, Some(stage)) if variable().is_none() => {
                match self.base_definition(stage, name) {
                    // What BuildKit sets where the image does not.
                    Definition::Base if name == "PATH" && self.assumes_builder_defaults() => {
                        Var::Set(
                            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into(),
                        )
                    }
                    Definition::Nothing => Var::Unset,
                    _ => found,
                }
            }
            _ => found,
        }
    }

    /// The variable of that name in force before the instruction at `node`, if the file declares
    /// it.
    pub fn variable(&self, node: usize, name: &str) -> Option<&Variable> {
        self.scopes.variable(
            &self.stages,
            self.scope_of(node),
            self.declared_before(node),
            name,
        )
    }

    /// The node before which a variable must be declared to be in force at `node`: a trigger runs
    /// when the whole stage around it is there.
    fn declared_before(&self, node: usize) -> usize {
        match self.nodes.get(node) {
            Some(trigger) if trigger.onbuild => usize::MAX,
            _ => node,
        }
    }

    /// Every declaration of a variable in a stage or, with `None`, before the first FROM.
    pub fn declarations(&self, stage: Option<usize>) -> impl Iterator<Item = &Variable> {
        self.scopes.declarations(stage)
    }

    /// The declarations of one variable there, in order.
    pub fn declarations_of(
        &self,
        stage: Option<usize>,
        name: &str,
    ) -> impl Iterator<Item = &Variable> {
        self.scopes.declarations_of(stage, name)
    }

    /// The indexes of the stages of a name, in order; names are compared in lower case.
    pub fn stages_named(&self, name: &str) -> &[usize] {
        self.names
            .get(&name.to_lowercase())
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a variable of the stage that names a user has this value.
    pub fn is_user_name(&self, stage: Option<usize>, value: &str) -> bool {
        let users = self.user_names.get_or_init(|| {
            let stages = (0..self.stages.len()).map(Some);
            let mut users: HashMap<Option<usize>, HashSet<String>> = HashMap::new();
            for stage in stages.chain([None]) {
                for variable in self.declarations(stage) {
                    let Some(value) = variable.known_value() else {
                        continue;
                    };
                    let words = crate::secrets::name::words(&variable.name);
                    let names_user = |w: &String| USER_WORDS.contains(&w.as_str());
                    // The password of a user is no user.
                    let is_password =
                        || crate::secrets::name::classify(&variable.name).is_some_and(|n| n.strong);
                    if words.iter().any(names_user) && !is_password() {
                        users.entry(stage).or_default().insert(value.to_owned());
                    }
                }
            }
            users
        });
        users.get(&stage).is_some_and(|users| users.contains(value))
    }

    fn scope_of(&self, node: usize) -> Option<usize> {
        match self.nodes.get(node) {
            Some(n) if n.is(Keyword::From) => None,
            Some(n) => n.stage,
            // A FROM that is being read has no node yet and sees global arguments.
            None => None,
        }
    }

    fn declare(&mut self, instruction: &'a Instruction, index: usize) {
        let stage = self.nodes.get(index).and_then(|n| n.stage);
        match &instruction.kind {
            Kind::Arg(arguments) => {
                for argument in arguments {
                    let value = argument.value.as_ref().map(|word| {
                        let syntax = Syntax::Word {
                            escape: self.file.escape.char(),
                        };
                        let lookup = &mut |name: &str| {
                            // Within one ARG the names before are visible already.
                            self.scopes.lookup(&self.stages, stage, usize::MAX, name)
                        };
                        match word::expand(word.as_str(), syntax, lookup).result {
                            Ok(value) => value,
                            Err(_) => Value::Unknown,
                        }
                    });
                    self.scopes
                        .declare_argument(&self.stages, stage, index, argument, value);
                }
            }
            Kind::Env(pairs) => {
                let values: Vec<_> = pairs
                    .pairs
                    .iter()
                    .map(|pair| (self.text(index, &pair.name), self.text(index, &pair.value)))
                    .collect();
                for (pair, (name, value)) in pairs.pairs.iter().zip(values) {
                    if let Some(name) = name {
                        self.scopes
                            .declare_environment(stage, index, pair, name, value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Declares what the triggers of a base stage in this file declare: they run right behind the
    /// FROM.
    fn declare_triggers(&mut self, from: usize) {
        let Some(base) = self.stages.last().and_then(|s| match s.base {
            Base::Stage(base) if !self.skips_triggers(s.index) => self.stages.get(base),
            _ => None,
        }) else {
            return;
        };
        let triggers: Vec<&Instruction> = self
            .nodes_of(base)
            .iter()
            .filter(|n| n.onbuild)
            .map(|n| n.instruction)
            .collect();
        let stage = self.stages.len().checked_sub(1);
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        for trigger in triggers {
            let value = |facts: &Self, word: &Word| {
                let lookup = &mut |name: &str| facts.lookup_in(stage, usize::MAX, name);
                match word::expand(word.as_str(), syntax, lookup).result {
                    Ok(value) => value,
                    Err(_) => Value::Unknown,
                }
            };
            match &trigger.kind {
                Kind::Arg(arguments) => {
                    for argument in arguments {
                        let default = argument.value.as_ref().map(|word| value(self, word));
                        self.scopes
                            .declare_argument(&self.stages, stage, from, argument, default);
                    }
                }
                Kind::Env(pairs) => {
                    let values: Vec<_> = pairs
                        .pairs
                        .iter()
                        .map(|pair| (value(self, &pair.name), value(self, &pair.value)))
                        .collect();
                    for (pair, (name, value)) in pairs.pairs.iter().zip(values) {
                        if let Value::Known(name) = name {
                            self.scopes
                                .declare_environment(stage, from, pair, name, value.known());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// The node's stage.
    pub fn stage_of(&self, node: &Node<'_>) -> Option<&Stage<'a>> {
        self.stages.get(node.stage?)
    }

    /// The stage that is built: the one `--target` names, else the last.
    pub fn final_stage(&self) -> Option<&Stage<'a>> {
        self.stages.get(self.final_stage?)
    }

    /// The root of the repository that the Dockerfile lies in, and its path from there, with
    /// slashes; nothing if nobody knows of a repository.
    pub fn in_repository(&self) -> Option<(PathBuf, String)> {
        let path = self.source.path();
        if !self.files.has_dockerfile(path) {
            return None;
        }
        let folder = self.files.resolve(path.parent().unwrap_or(Path::new("")))?;
        let root = within_repository(&folder, &*self.files).last()?;
        if !is_repository(&*self.files, root) {
            return None;
        }
        let file = folder.strip_prefix(root).ok()?.join(path.file_name()?);
        let parts: Option<Vec<&str>> = file.iter().map(|part| part.to_str()).collect();
        Some((root.to_path_buf(), parts?.join("/")))
    }

    /// The files around the Dockerfile.
    pub fn files(&self) -> &dyn Files {
        &*self.files
    }

    /// The nodes of a stage, those behind ONBUILD too.
    pub fn nodes_of(&self, stage: &Stage<'_>) -> &[Node<'a>] {
        self.nodes.get(stage.nodes.clone()).unwrap_or_default()
    }

    /// What a `--from` value means in a stage: earlier stages by name, for COPY by number too.
    pub fn resolve_from(&self, stage: usize, value: &str, numbers: bool) -> FromTarget {
        if numbers && let Ok(number) = value.parse::<usize>() {
            return match number {
                n if n < stage => FromTarget::Stage(n),
                n => FromTarget::Later(n),
            };
        }
        let same = self.names.get(&value.to_lowercase());
        // The last of several stages of one name wins, wherever the `--from` stands.
        match same.and_then(|same| same.last()) {
            Some(&found) if found < stage => FromTarget::Stage(found),
            Some(&found) => FromTarget::Later(found),
            None => FromTarget::External,
        }
    }
}

/// The name of the last stage in lower case.
fn last_stage(file: &File) -> Option<String> {
    let last = file.instructions.iter().rev().find_map(|i| match &i.kind {
        Kind::From(from) => Some(from),
        _ => None,
    })?;
    let (_, name) = last.alias.as_ref()?;
    Some(name.as_str().to_lowercase())
}

/// Whether a RUN consists of nothing but the heredoc word.
fn is_only(text: &str, word: &str) -> bool {
    text.trim() == word.trim()
}

#[cfg(test)]
mod tests;
