//! What BuildKit refuses when it turns readable instructions into a build: words it cannot
//! expand, values that are none. Unlike BuildKit this goes on after the first.

use crate::facts::mount::{Mount, MountKind};
use crate::facts::platform::{self, Platform};
use crate::facts::{
    Base, ExpandError, Facts, FromTarget, Node, Remote, Stage, UseTarget, refused_on_windows,
};
use crate::images::{self, ImageRef};
use crate::span::Span;
use crate::syntax::check::{CHECK_ARGUMENT, CheckOptions};
use crate::syntax::{Instruction, Keyword, Kind, Transfer, Word};

/// Something BuildKit refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<&'static str>,
}

/// What BuildKit refuses beyond what it cannot read. Triggers are left out, unless it is
/// asked what a builder says: they run elsewhere.
pub fn errors(facts: &Facts<'_>) -> Vec<BuildError> {
    let mut found = Found(Vec::new());
    let (uses, numbered) = facts.numbered_uses();
    for node in &facts.nodes {
        if node.onbuild {
            check_trigger(facts, node, numbered, &mut found);
            continue;
        }
        // A builder does not come to what stands in a stage that it does not need.
        let stage = node.stage.and_then(|s| facts.stages.get(s));
        let is_built = stage.is_none_or(|s| facts.is_built(s) || s.from_node == node.index);
        if is_built || !facts.assumes_builder_defaults() {
            check_node(facts, node, &mut found);
        }
    }
    check_source_date(facts, &mut found);
    check_options(facts, &mut found);
    for used in uses {
        if used.target == UseTarget::Variable {
            let flag = if used.is_mount { "from" } else { "--from" };
            found
                .add(
                    used.word.span,
                    format!(
                        "`{}` in `{flag}`, where variables are not expanded",
                        used.word
                    ),
                )
                .help("define a stage `FROM image AS name` with the variable, and name that");
        }
    }
    found.0.sort_by_key(|e| (e.span.start, e.span.end));
    found.0.dedup();
    found.0
}

/// A trigger runs in the stages that are built on its own: BuildKit says so there. By then
/// `numbered` stages and images have a number.
fn check_trigger(facts: &Facts<'_>, node: &Node<'_>, numbered: usize, found: &mut Found) {
    let children = node.stage.into_iter().flat_map(|s| facts.child_stages(s));
    let mut children = children.peekable();
    if !facts.assumes_builder_defaults() || children.peek().is_none() {
        return;
    }
    let mut own = Found(Vec::new());
    check_node(facts, node, &mut own);
    if let Kind::Copy(_) = node.instruction.kind
        && let Some(word) = node.instruction.flag_value("from")
        && let Ok(number) = word.as_str().parse::<i64>()
        && !usize::try_from(number).is_ok_and(|n| n < numbered)
    {
        own.add(word.span, format!("there is no stage number `{word}`"));
    }
    for child in children {
        let place = child.from.name.span;
        found
            .0
            .extend(own.0.iter().cloned().map(|error| BuildError {
                span: place,
                ..error
            }));
        for target in facts.froms_in(node, child.index) {
            if let FromTarget::Later(later) = target
                && later > child.index
                && later < facts.stages.len()
            {
                let message = "a trigger of the base takes files from a stage that stands \
                               further down";
                found.add(place, message.to_owned());
            }
        }
    }
}

fn check_node(facts: &Facts<'_>, node: &Node<'_>, found: &mut Found) {
    facts.expansion_errors(node, &mut |word, error| {
        // `${NAME:?pass it}` demands an argument: that the build stops without it is meant so, if
        // an ARG lets anybody pass it.
        let is_demand = error.kind.demands().is_some_and(|name| {
            let declares = |i: &Instruction| match &i.kind {
                Kind::Arg(arguments) => arguments.iter().any(|a| a.name.as_str() == name),
                _ => false,
            };
            facts.file.instructions.iter().any(declares)
        });
        if !is_demand || facts.assumes_builder_defaults() {
            found.expansion(word, error);
        }
    });
    match &node.instruction.kind {
        Kind::From(_) => check_from(facts, node, found),
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            check_transfer(facts, node, transfer, found);
        }
        Kind::Run(_) => {
            for mount in &node.mounts {
                check_mount(facts, node, mount, found);
            }
            check_devices(facts, node, found);
        }
        Kind::Workdir(word) => check_windows_path(facts, node, word, found),
        Kind::Volume(volume) => {
            for path in &volume.paths {
                // An empty path as written has been refused already.
                if !path.as_str().trim().is_empty()
                    && facts.text(node.index, path).is_some_and(|t| t.is_empty())
                {
                    found.add(path.span, format!("`{path}` is empty: VOLUME needs a path"));
                }
            }
        }
        Kind::Stopsignal(word) => {
            if let Some(text) = facts.text(node.index, word)
                && !is_signal(&text)
            {
                found
                    .add(word.span, format!("`{text}` is no signal"))
                    .help("name a signal such as `SIGTERM` or `SIGRTMIN+3`, or its number");
            }
        }
        _ => {}
    }
}

fn check_from(facts: &Facts<'_>, node: &Node<'_>, found: &mut Found) {
    if let (true, Kind::From(from)) = (facts.assumes_builder_defaults(), &node.instruction.kind) {
        check_base(facts, node, &from.image, found);
    }
    let platform = node.instruction.flag_value("platform");
    let Some(platform) = platform.filter(|word| !word.as_str().is_empty()) else {
        return;
    };
    let Some(text) = facts.text(node.index, platform) else {
        return;
    };
    if text.is_empty() {
        found.add(platform.span, format!("`{platform}` is empty: no platform"));
    } else if Platform::parse(&text).is_none() {
        found
            .add(platform.span, format!("`{text}` is no platform"))
            .help(platform::SPELLING);
    }
}

/// A name that is neither that of a stage nor one of an image. Otherwise a rule of its own
/// says so; BuildKit says it besides its check, which may be skipped.
fn check_base(facts: &Facts<'_>, node: &Node<'_>, word: &Word, found: &mut Found) {
    let is_stage = |s: &Stage<'_>| matches!(s.base, Base::Stage(_));
    let stage = node.stage.and_then(|s| facts.stages.get(s));
    if stage.is_none_or(is_stage) {
        return;
    }
    match facts.text(node.index, word) {
        Some(text) if text.is_empty() => {
            found.add(word.span, format!("`{word}` is empty: FROM names no image"));
        }
        Some(text) => {
            if let Err(error) = ImageRef::parse(&text).validity {
                let message = format!("`{text}` is no image name: {}", error.reason);
                found.add(word.span, message);
            }
        }
        None => {}
    }
}

fn check_windows_path(facts: &Facts<'_>, node: &Node<'_>, word: &Word, found: &mut Found) {
    let is_windows = || node.stage.is_some_and(|s| facts.has_windows_paths(s));
    if facts.assumes_builder_defaults()
        && is_windows()
        && let Some(text) = facts.text(node.index, word)
        && let Some(reason) = refused_on_windows(&text)
    {
        found.add(
            word.span,
            format!("`{text}` is no path of this image: {reason}"),
        );
    }
}

/// Check options that come as a build argument.
fn check_options(facts: &Facts<'_>, found: &mut Found) {
    let arguments = facts.build.arguments.iter();
    let given = arguments.rev().find(|(name, _)| name == CHECK_ARGUMENT);
    if let Some((name, value)) = given
        && let Err(error) = CheckOptions::parse(value)
    {
        let message = format!(
            "BuildKit refuses the build argument `{name}`: {}",
            error.message
        );
        found.add(Span::at(0), message);
    }
}

/// `SOURCE_DATE_EPOCH`: a number of seconds, `context`, or a named context or stage that
/// holds nothing but a download.
fn check_source_date(facts: &Facts<'_>, found: &mut Found) {
    const NAME: &str = "SOURCE_DATE_EPOCH";
    let given = facts.build.arguments.iter().rev().find(|(n, _)| n == NAME);
    let globals = facts.nodes.iter().take_while(|n| n.stage.is_none());
    let declared = globals.clone().count();
    let variable = facts.variable(declared, NAME);
    let (text, span) = match (given, variable) {
        (Some((_, value)), _) => (value.clone(), Span::at(0)),
        (None, Some(variable)) => match variable.known_value() {
            Some(text) => (text.to_owned(), variable.value_span),
            None => return,
        },
        _ => return,
    };
    let contexts = &facts.build.contexts;
    if text.is_empty()
        || text.parse::<i64>().is_ok()
        || text == "context"
        || contexts.contains(&text)
    {
        return;
    }
    let lower = text.to_lowercase();
    let stage = facts
        .stages
        .iter()
        .find(|s| s.name.as_deref() == Some(&*lower));
    let Some(stage) = stage else {
        found
            .add(span, format!("`{text}` is no `{NAME}`"))
            .help("give it the seconds since 1970, `context`, or the name of a stage");
        return;
    };
    let mut downloads = 0;
    let mut fits = matches!(stage.base, Base::Scratch);
    for node in facts.nodes_of(stage).iter().skip(1).filter(|n| !n.onbuild) {
        match &node.instruction.kind {
            Kind::Arg(_) => {}
            Kind::Add(transfer) => {
                downloads += 1;
                let source = match transfer.sources.as_slice() {
                    [source] if source.heredoc.is_none() => Some(&source.word),
                    _ => None,
                };
                fits &= source.is_some_and(|word| {
                    let text = facts.text(node.index, word);
                    text.is_none_or(|t| Remote::of(&t).is_some())
                });
            }
            _ => fits = false,
        }
    }
    if !fits || downloads != 1 {
        let place = stage.from.head;
        found
            .add(place, format!("this stage gives no time for `{NAME}`"))
            .help("it must stand on `scratch` and hold one ADD from the web or git, and ARGs");
    }
}

fn check_transfer(facts: &Facts<'_>, node: &Node<'_>, transfer: &Transfer, found: &mut Found) {
    let instruction = node.instruction;
    let is_add = instruction.keyword == Some(Keyword::Add);
    let known = |word: &Word| facts.text(node.index, word);
    if let Some(word) = instruction.flag_value("chmod")
        && let Some(mode) = known(word)
        && !mode.is_empty()
        && !is_mode(&mode)
    {
        found
            .add(word.span, format!("`{mode}` is no file mode"))
            .help("write an octal number up to `7777`, or symbols such as `u+x,go-w`");
    }
    let sources: Vec<&Word> = transfer
        .sources
        .iter()
        .filter(|s| s.heredoc.is_none())
        .map(|s| &s.word)
        .collect();
    let checksum = instruction.flag_value("checksum").filter(|_| is_add);
    if let Some(word) = checksum
        && let Some(text) = known(word).filter(|t| !t.is_empty())
    {
        match sources.as_slice() {
            [source] => {
                if let Some(source) = known(source) {
                    let is_github = source.starts_with("github.com/");
                    if Remote::of(&source).is_none() && !is_github {
                        found.add(
                            word.span,
                            "a checksum needs a source on the web or in git".to_owned(),
                        );
                    } else if Remote::of(&source) == Some(Remote::Web) && !is_digest(&text) {
                        found
                            .add(word.span, format!("`{text}` is no checksum"))
                            .help("write `sha256:` and 64 hexadecimal digits");
                    }
                }
            }
            _ => {
                let message = "a checksum fits only one source".to_owned();
                found.add(word.span, message);
            }
        }
    }
    check_windows_path(facts, node, &transfer.destination, found);
    let mut settings = GitSettings::by_flags(instruction, checksum.and_then(known));
    for source in sources {
        let Some(text) = known(source) else { continue };
        let remote = Remote::of(&text);
        let what = match remote {
            Some(Remote::Git) => "a git repository",
            Some(Remote::Web) => "a URL",
            None => {
                check_windows_path(facts, node, source, found);
                continue;
            }
        };
        if !is_add {
            found
                .add(source.span, format!("COPY cannot read {what}: `{text}`"))
                .help("use ADD, with `--checksum` if you can");
            continue;
        }
        if remote == Some(Remote::Web) {
            settings.check_download(source, found);
            continue;
        }
        match refused_query(&text) {
            Some(message) => {
                found.add(source.span, message);
            }
            None => settings.check_git(source, &text, found),
        }
    }
}

fn check_devices(facts: &Facts<'_>, node: &Node<'_>, found: &mut Found) {
    let labs = facts.file.syntax.as_ref();
    // Another frontend than the stable one decides for itfacts.
    if labs.is_some_and(|s| s.image.contains("labs") || !s.image.contains("docker/dockerfile")) {
        return;
    }
    let flags = &node.instruction.flags;
    for flag in flags.iter().filter(|f| f.name == "device") {
        found
            .add(
                flag.span,
                "`--device` is not in the stable syntax".to_owned(),
            )
            .help("begin the file with `# syntax=docker/dockerfile:1-labs`");
    }
}

fn check_mount(facts: &Facts<'_>, node: &Node<'_>, mount: &Mount, found: &mut Found) {
    let mut kind = MountKind::Bind;
    let mut kind_text = "bind".to_owned();
    let mut hidden = false;
    let (mut from, mut source, mut id) = (false, false, false);
    let mut target: Option<Option<String>> = None;
    let mut sharing = None;
    let mut owner = None;
    for (key, value) in &mount.options {
        let place = value.as_ref().map_or(mount.span, |v| v.span);
        let Some(word) = value else {
            match key.as_str() {
                "readonly" | "ro" | "readwrite" | "rw" => {}
                "required" if matches!(kind, MountKind::Secret | MountKind::Ssh) || hidden => {}
                "required" => {
                    found.add(
                        place,
                        format!("`required` does not fit a {kind_text} mount"),
                    );
                }
                _ => {
                    found.add(place, format!("mount option `{key}` needs a value"));
                }
            }
            continue;
        };
        let text = facts.text(node.index, word);
        let mut wrong = |ok: bool, reason: &str| {
            if !ok && let Some(text) = &text {
                found.add(place, format!("`{text}` is no value of `{key}`: {reason}"));
            }
        };
        let shown = text.as_deref().unwrap_or_default();
        match key.as_str() {
            "type" => {
                kind = MountKind::of(shown);
                hidden = text.is_none() || kind == MountKind::Unknown;
                kind_text = shown.to_ascii_lowercase();
                wrong(
                    kind != MountKind::Unknown,
                    "it is `bind`, `cache`, `tmpfs`, `secret` or `ssh`",
                );
            }
            "from" => from = !shown.is_empty(),
            "source" | "src" => source = text.as_ref().is_none_or(|t| !t.is_empty()),
            "target" | "dst" | "destination" => target = Some(text.clone()),
            "id" => id = text.as_ref().is_none_or(|t| !t.is_empty()),
            "readonly" | "ro" | "readwrite" | "rw" => {
                wrong(is_bool(shown), "it is `true` or `false`");
            }
            "required" if hidden || matches!(kind, MountKind::Secret | MountKind::Ssh) => {
                wrong(is_bool(shown), "it is `true` or `false`");
            }
            "size" if hidden || kind == MountKind::Tmpfs => {
                wrong(is_size(shown), "it is a number of bytes such as `64m`");
            }
            "required" | "size" => {
                found.add(place, format!("`{key}` does not fit a {kind_text} mount"));
            }
            "sharing" => {
                sharing = Some(place);
                wrong(
                    matches!(
                        shown.to_ascii_lowercase().as_str(),
                        "shared" | "private" | "locked"
                    ),
                    "it is `shared`, `private` or `locked`",
                );
            }
            "mode" => {
                owner = Some((key, place));
                wrong(is_octal(shown), "it is an octal number");
            }
            "uid" | "gid" => {
                owner = Some((key, place));
                let number = !shown.starts_with('+') && shown.parse::<u32>().is_ok();
                wrong(number, "it is a number");
            }
            "env" => {}
            _ => {
                found.add(place, format!("unknown mount option `{key}`"));
            }
        }
    }
    if hidden {
        return;
    }
    if let Some((key, place)) = owner
        && matches!(kind, MountKind::Bind | MountKind::Tmpfs)
    {
        found.add(place, format!("`{key}` does not fit a {kind_text} mount"));
    }
    if let Some(place) = sharing
        && kind != MountKind::Cache
    {
        found.add(place, format!("`sharing` does not fit a {kind_text} mount"));
    }
    match kind {
        MountKind::Secret => {
            if from {
                let place = mount.from.as_ref().map_or(mount.span, |w| w.span);
                found.add(
                    place,
                    "a secret comes from the build, not `from` a stage".into(),
                );
            }
            if source && id {
                found.add(mount.span, "a secret has `id` or `source`, not both".into());
            }
            let named = target.as_ref().is_some_and(|t| t.as_deref() != Some(""));
            if !source && !id && !named {
                found.add(mount.span, "a secret mount needs an `id`".into());
            }
        }
        MountKind::Ssh if source => {
            let place = mount.source.as_ref().map_or(mount.span, |w| w.span);
            found.add(place, "an ssh mount has no `source`".into());
        }
        MountKind::Ssh => {}
        _ => check_mount_target(facts, node, mount, target, found),
    }
}

fn check_mount_target(
    facts: &Facts<'_>,
    node: &Node<'_>,
    mount: &Mount,
    target: Option<Option<String>>,
    found: &mut Found,
) {
    let text = match target {
        None => String::new(),
        Some(Some(text)) => text,
        Some(None) => return,
    };
    if text.starts_with('/') {
        if lands_on_root("/", &text) {
            let place = mount.target.as_ref().map_or(mount.span, |w| w.span);
            found.add(place, "a mount cannot cover `/`".into());
        }
        return;
    }
    // A relative target begins at the working directory, which the base image may set.
    let Some(stage) = node.stage.and_then(|s| facts.stages.get(s)) else {
        return;
    };
    let directory = match stage.workdir_before(node.index) {
        Some(workdir) => workdir.path.clone(),
        None => match facts.root_base(stage.index) {
            Base::Scratch => Some("/".to_owned()),
            Base::Image(image) => match images::default_workdir(image) {
                None if facts.assumes_builder_defaults() => Some("/".to_owned()),
                known => known.map(str::to_owned),
            },
            _ => None,
        },
    };
    if directory.is_some_and(|d| lands_on_root(&d, &text)) {
        let message = if text.is_empty() {
            "the mount has no `target`"
        } else {
            "a mount cannot cover `/`"
        };
        found
            .add(mount.span, message.to_owned())
            .help("say where it goes: `target=/path`");
    }
}

struct Found(Vec<BuildError>);

/// What the flags of an ADD and the addresses before say of a git repository: BuildKit lets what
/// the query of one address says count for those behind it too.
struct GitSettings {
    checksum: Option<String>,
    /// Whether an address says the checksum: of a flag it has been looked at already.
    in_address: bool,
    keep: Option<bool>,
}

impl GitSettings {
    fn by_flags(instruction: &Instruction, checksum: Option<String>) -> Self {
        let keep = instruction.flag("keep-git-dir").map(|flag| {
            let value = flag.value.as_ref().map(Word::as_str);
            value.is_none_or(|v| v.eq_ignore_ascii_case("true"))
        });
        GitSettings {
            checksum: checksum.filter(|text| !text.is_empty()),
            in_address: false,
            keep,
        }
    }

    fn check_git(&mut self, source: &Word, text: &str, found: &mut Found) {
        let query = |wanted: &str| {
            let query = text.split('#').next()?.split_once('?')?.1;
            let mut pairs = query
                .split('&')
                .map(|p| p.split_once('=').unwrap_or((p, "")));
            pairs.find(|(name, _)| *name == wanted).map(|(_, v)| v)
        };
        // `commit` is another name for it. With both BuildKit takes one of them, any one.
        let checksum = match (query("checksum"), query("commit")) {
            (Some(a), Some(b)) if a != b => {
                self.checksum = None;
                None
            }
            (a, b) => a.or(b),
        };
        if let Some(checksum) = checksum {
            if let Some(before) = self.checksum.as_deref().filter(|c| *c != checksum) {
                let who = if self.in_address {
                    "another address"
                } else {
                    "the flag"
                };
                let message = format!("{who} says `{before}`, this address `{checksum}`");
                found.add(source.span, message);
            }
            self.checksum = Some(checksum.to_owned());
            self.in_address = true;
        }
        let is_true = |v: &str| v.is_empty() || v.starts_with(['1', 't', 'T']);
        if let Some(keep) = query("keep-git-dir").map(is_true) {
            if self.keep.is_some_and(|before| before != keep) {
                let message = format!("`keep-git-dir` is `{keep}` here, but was `{}`", !keep);
                found.add(source.span, message);
            }
            self.keep = Some(keep);
        }
    }

    fn check_download(&self, source: &Word, found: &mut Found) {
        if let Some(checksum) = self.checksum.as_deref()
            && self.in_address
            && !is_digest(checksum)
        {
            let message = format!(
                "the checksum `{checksum}` of the git source before counts here too, and is no digest"
            );
            found
                .add(source.span, message)
                .help("give each source an ADD of its own");
        }
    }
}

/// An error that may get its help.
struct Added<'f>(Option<&'f mut BuildError>);

impl Added<'_> {
    fn help(self, help: &'static str) {
        if let Some(error) = self.0 {
            error.help = Some(help);
        }
    }
}

impl Found {
    fn add(&mut self, span: Span, message: String) -> Added<'_> {
        self.0.push(BuildError {
            span,
            message,
            help: None,
        });
        Added(self.0.last_mut())
    }

    fn expansion(&mut self, word: &Word, error: &ExpandError) {
        let span = if error.range.is_empty() {
            word.span
        } else {
            word.span_of(error.range.clone())
        };
        let help = error.kind.is_unclosed_quote().then_some(
            "close the quote; a path with blanks needs the JSON form `[\"a b\", \"/c\"]`",
        );
        let text = error.kind.to_string().replace('`', "'");
        self.0.push(BuildError {
            span,
            message: format!("BuildKit cannot expand this: {text}"),
            help,
        });
    }
}

/// Whether `directory/path` is the root.
fn lands_on_root(directory: &str, path: &str) -> bool {
    let mut depth = 0usize;
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    depth == 0
}

fn is_bool(text: &str) -> bool {
    matches!(
        text,
        "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
    )
}

fn is_octal(text: &str) -> bool {
    !text.is_empty() && text.len() <= 11 && text.bytes().all(|b| (b'0'..=b'7').contains(&b))
}

/// `64m`, `1.5GiB`, `10`: a number and perhaps a unit.
fn is_size(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let unit = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit);
    let unit = unit.trim_start_matches(' ');
    let unit = unit.strip_suffix('b').unwrap_or(unit);
    let unit = unit.strip_suffix('i').unwrap_or(unit);
    number.parse::<f64>().is_ok() && matches!(unit, "" | "k" | "m" | "g" | "t" | "p")
}

/// `0755`, `u+x,g-w`: what `--chmod` takes.
fn is_mode(text: &str) -> bool {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return is_octal(text) && u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= 0o7777);
    }
    text.split(',').all(is_symbolic_mode)
}

fn is_symbolic_mode(part: &str) -> bool {
    let rest = part.trim_start_matches(['u', 'g', 'o', 'a']);
    let is_operator = |c: char| matches!(c, '+' | '-' | '=');
    if !rest.starts_with(is_operator) {
        return false;
    }
    rest.split(is_operator).skip(1).all(|permissions| {
        let symbols = permissions.bytes().all(|b| b"rwxXst".contains(&b));
        symbols || matches!(permissions, "u" | "g" | "o")
    })
}

/// What ADD refuses in the query of a git URL.
fn refused_query(text: &str) -> Option<String> {
    let (address, fragment) = match text.split_once('#') {
        Some((address, fragment)) => (address, fragment),
        None => (text, ""),
    };
    let query = address.split_once('?')?.1;
    let (mut reference, mut folder) = match fragment.split_once(':') {
        Some((reference, folder)) => (reference.to_owned(), folder.to_owned()),
        None => (fragment.to_owned(), String::new()),
    };
    let (mut tag, mut branch) = (String::new(), String::new());
    let mut seen: Vec<&str> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if seen.contains(&key) {
            return Some(format!("the query `{key}` stands twice"));
        }
        seen.push(key);
        let conflict = |old: &str| !old.is_empty() && old != value;
        let refused = match key {
            "keep-git-dir" | "submodules" | "fetch-by-commit" => {
                !value.is_empty() && !is_bool(value)
            }
            "ref" | "tag" | "branch" | "subdir" | "checksum" | "commit" | "mtime"
                if value.is_empty() =>
            {
                return Some(format!("the query `{key}` has no value"));
            }
            "mtime" => !matches!(value, "checkout" | "commit"),
            "checksum" | "commit" => false,
            "ref" => conflict(&std::mem::replace(&mut reference, value.to_owned())),
            "subdir" => conflict(&std::mem::replace(&mut folder, value.to_owned())),
            "tag" => {
                tag = value.to_owned();
                false
            }
            "branch" => {
                branch = value.to_owned();
                false
            }
            _ => return Some(format!("git repositories have no query `{key}` in ADD")),
        };
        if refused {
            return Some(format!("the query `{key}` cannot be `{value}`"));
        }
    }
    let long = |name: &str, prefix: &str| {
        if name.starts_with(prefix) {
            name.to_owned()
        } else {
            format!("{prefix}{name}")
        }
    };
    let both = !tag.is_empty() && !branch.is_empty();
    let against = |name: &str, prefix: &str| {
        !name.is_empty() && !reference.is_empty() && reference != long(name, prefix)
    };
    (both || against(&tag, "refs/tags/") || against(&branch, "refs/heads/"))
        .then(|| "the address names two revisions".to_owned())
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// A signal's number, or its name in any case with or without `SIG`.
fn is_signal(text: &str) -> bool {
    const NAMES: [&str; 36] = [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT",
        "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM",
        "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
        "RTMIN", "RTMAX",
    ];
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let offset = |rest: &str, most: u32| {
        let number = rest.parse::<u32>().ok();
        !rest.starts_with(['0', '+']) && number.is_some_and(|n| (1..=most).contains(&n))
    };
    NAMES.contains(&name)
        || name.strip_prefix("RTMIN+").is_some_and(|n| offset(n, 15))
        || name.strip_prefix("RTMAX-").is_some_and(|n| offset(n, 14))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax;

    fn errors(text: &str) -> Vec<(String, String)> {
        let source = Source::new("Dockerfile", text);
        let file = syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let errors = super::errors(&facts);
        errors
            .into_iter()
            .map(|e| (source.slice(e.span).to_owned(), e.message))
            .collect()
    }

    fn places(text: &str) -> Vec<String> {
        errors(text).into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn one_error_does_not_hide_the_rest() {
        let text = "FROM alpine\nSTOPSIGNAL SIGFOO\nCOPY --chmod=888 a b\nENV a=${}\n";
        assert_eq!(places(text), ["SIGFOO", "888", "${}"]);
    }

    #[test]
    fn a_quote_in_a_copy_word_is_open() {
        assert_eq!(places("FROM a\nCOPY \"a b\" c"), ["\"a", "\""]);
    }

    #[test]
    fn modes_are_octal_or_symbolic() {
        for mode in [
            "0",
            "755",
            "07777",
            "u+x",
            "u=rwX,go=rX",
            "+x",
            "a=u",
            "u+x-w",
        ] {
            assert!(is_mode(mode), "{mode}");
        }
        for mode in ["888", "10000", "foo", "u", "u+q", "0o755"] {
            assert!(!is_mode(mode), "{mode}");
        }
    }

    #[test]
    fn queries_of_repositories_are_checked() {
        for refused in [
            "https://x/y.git?ref=a&foo=b#c",
            "https://x/y.git?ref=a#b",
            "https://x/y.git?tag=a&branch=b",
            "https://x/y.git?tag=a#a",
            "https://x/y.git?submodules=maybe",
            "https://x/y.git?ref=",
            "https://x/y.git?ref=a&ref=a",
            "https://x/y.git?mtime=now",
        ] {
            assert!(refused_query(refused).is_some(), "{refused}");
        }
        for taken in [
            "https://x/y.git?ref=a#a:sub",
            "https://x/y.git?submodules",
            "https://x/y.git?keep-git-dir=1&checksum=abc",
            "https://x/y.git?tag=v1#refs/tags/v1",
            "https://x/y.git",
        ] {
            assert_eq!(refused_query(taken), None, "{taken}");
        }
    }

    #[test]
    fn mounts_are_checked_once_their_values_are_known() {
        let run = |mount: &str| places(&format!("FROM alpine\nARG t\nRUN --mount={mount} x"));
        assert_eq!(run("type=bind,target=/x"), [""; 0]);
        assert_eq!(run("type=bnd,target=/x"), ["bnd"]);
        assert_eq!(run("target=/"), ["/"]);
        assert_eq!(run("type=cache"), ["--mount=type=cache"]);
        assert_eq!(run("type=tmpfs,target=/x,size=10q"), ["10q"]);
        assert_eq!(run("size=1m,type=tmpfs,target=/x"), ["1m"]);
        assert_eq!(run("type=secret,id=a,required"), [""; 0]);
        assert_eq!(
            run("type=secret,id=a,source=b"),
            ["--mount=type=secret,id=a,source=b"]
        );
        assert_eq!(run("type=ssh,source=x"), ["x"]);
        assert_eq!(run("type=cache,target=/x,sharing=lock"), ["lock"]);
        assert_eq!(run("type=$t,target=/"), ["/"; 0]);
        assert_eq!(run("typ=cache,target=/x"), ["cache"]);
        assert_eq!(run("from=$x,target=/x"), ["$x"]);
    }

    #[test]
    fn a_relative_mount_target_begins_at_the_working_directory() {
        assert_eq!(
            places("FROM alpine\nWORKDIR /a\nRUN --mount=type=cache x"),
            [""; 0]
        );
        assert_eq!(
            places("FROM example.com/x\nRUN --mount=type=cache x"),
            [""; 0]
        );
        assert_eq!(places("FROM scratch\nRUN --mount=target=. x").len(), 1);
    }
}
