//! `permission-denied`: a RUN changes what belongs to root, as another user.

use crate::diagnostic::Severity;
use crate::facts::packages::{Action, Install, Manager};
use crate::facts::{Base, Command, Facts, Node, RunUser, absence, needs_root};
use crate::images::official_name;
use crate::path::{clean, file_name, is_in};
use crate::rule::{Context, Rule, rule};
use crate::shell::RedirectKind;
use crate::span::Span;
use crate::syntax::{Keyword, Kind};

rule!(PermissionDenied);

/// Folders that others than root may write to in images, or own.
const OPEN: [&str; 6] = ["/dev/shm", "/go", "/home", "/tmp", "/var/tmp", "/var/www"];

impl Rule for PermissionDenied {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let script = node.script.as_ref().filter(|_| node.is(Keyword::Run));
        let (Some(script), Some(stage)) = (script, node.stage) else {
            return;
        };
        let (user, is_set) = match facts.user_at(node) {
            RunUser::Other(name) if !name.is_empty() => (name, true),
            RunUser::OfBase(name) => (name.to_owned(), false),
            _ => return,
        };
        if !absence::is_read(node, script) {
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            let wrapped = script.wrappers(index);
            if !wrapped.is_empty() || absence::is_guarded(script, index, &command.name) {
                if command.name == "cd" {
                    return;
                }
                continue;
            }
            let install = node.installs.iter().find(|i| i.command == index);
            let Some(denied) = denied(facts, node, command, install) else {
                if command.name == "cd" {
                    return;
                }
                continue;
            };
            if is_lifted(facts) {
                return;
            }
            let set = facts
                .chain_nodes_back(stage)
                .find_map(|n| match &n.instruction.kind {
                    Kind::User(word) if n.index < node.index => Some(word.span),
                    _ => None,
                });
            let mut report = cx
                .report(denied.span, denied.message(&user))
                .help(denied.help);
            if let Some(span) = denied.label {
                report = report.label(span, "belongs to root since here");
            }
            if let Some(span) = set {
                report = report.label(span, "the user is set here");
            }
            if !is_set || !script.is_fatal(index) {
                report.severity(Severity::Warning);
            }
            return;
        }
    }
}

/// Something that a user may not do.
struct Denied {
    span: Span,
    what: String,
    label: Option<Span>,
    help: String,
}

impl Denied {
    fn message(&self, user: &str) -> String {
        format!("{}, and this RUN is `{user}`", self.what)
    }
}

fn denied(
    facts: &Facts<'_>,
    node: &Node<'_>,
    command: &Command,
    install: Option<&Install>,
) -> Option<Denied> {
    let first = command.words.first()?;
    if needs_root(&command.name) && !command.has_any_flag(&["--help", "--version"]) {
        return Some(Denied {
            span: first.span,
            what: format!("`{}` needs root", command.name),
            label: None,
            help: "call it before `USER`, or switch with `USER root` and back".to_owned(),
        });
    }
    if matches!(command.name.as_str(), "chmod" | "chown") {
        return copied_file(facts, node, command);
    }
    let (span, name) = written(command, install)?;
    let (directory, label) = roots_directory(facts, node)?;
    let name = match name {
        Some(name) => format!("`{name}`"),
        None => format!("`{}`", file_name(&command.name)),
    };
    Some(Denied {
        span,
        what: format!("{name} writes to `{directory}`, which belongs to root"),
        label: Some(label),
        help: format!(
            "`RUN chown` it to the user before, or put `WORKDIR {directory}` below `USER`"
        ),
    })
}

/// A copied file whose mode or owner somebody else than root changes.
fn copied_file(facts: &Facts<'_>, node: &Node<'_>, command: &Command) -> Option<Denied> {
    let word = command.operands(&[]).nth(1)?;
    let text = word.literal().filter(|t| !t.contains(['*', '?', '~']))?;
    let directory = facts.directory_at(node)?;
    let path = match text.starts_with('/') {
        true => clean(text),
        false => clean(&format!("{directory}/{text}")),
    };
    if !facts.may_search(node.index) {
        return None;
    }
    let before = facts.chain_nodes_back(node.stage?);
    for other in before.filter(|n| n.index < node.index) {
        // Somebody may have changed it in between.
        if other.is(Keyword::Run) && other.commands().iter().any(changes_owners) {
            return None;
        }
        let Some(copied) = facts.copied(other) else {
            continue;
        };
        let target = copied.target.as_deref()?;
        if !is_in(&path, target) {
            continue;
        }
        let own =
            other.instruction.flag("chown").is_some() || other.instruction.flag("chmod").is_some();
        let source = copied
            .sources
            .iter()
            .find(|source| copied.target_of(source).as_deref() == Some(path.as_str()))?;
        let keyword = other.keyword().map_or("COPY", Keyword::as_str);
        let flag = &command.name;
        return (!own).then(|| Denied {
            span: word.span,
            what: format!("`{text}` belongs to root"),
            label: Some(source.span),
            help: format!("write `{keyword} --{flag}=…`, or do it before `USER`"),
        });
    }
    None
}

fn changes_owners(command: &Command) -> bool {
    matches!(
        command.name.as_str(),
        "chown"
            | "chmod"
            | "install"
            | "setfacl"
            | "cp"
            | "mv"
            | "rm"
            | "ln"
            | "useradd"
            | "adduser"
            | ""
    )
}

/// Where a command writes something into its working directory for sure, and the words that do.
fn written(command: &Command, install: Option<&Install>) -> Option<(Span, Option<String>)> {
    let is_plain = |text: &str| {
        !text.is_empty() && !text.contains(['/', '~', '*', '$']) && !text.starts_with('-')
    };
    if let Some(install) = install {
        let is_of_project = matches!(
            install.manager,
            Manager::Npm | Manager::Yarn | Manager::Pnpm | Manager::Composer
        ) && matches!(install.action, Action::Install | Action::Restore);
        let is_here = !install.is_global() && install.directory().is_none();
        return (is_of_project && is_here).then(|| {
            (
                install.program_span.to(install.verb_span),
                Some(install.call()),
            )
        });
    }
    if matches!(command.name.as_str(), "mkdir" | "touch") {
        let mut operands = command.operands(&["-m", "--mode", "-r", "-d", "-t"]);
        let word = operands.find(|w| w.literal().is_some_and(is_plain))?;
        return Some((word.span, None));
    }
    let redirect = command.redirects.iter().find(|r| {
        let writes = matches!(r.kind, RedirectKind::Output | RedirectKind::Clobber);
        writes && r.target.literal().is_some_and(is_plain)
    })?;
    Some((redirect.target.span, None))
}

/// The working directory of a RUN and where root made it, if nobody else may write to it.
fn roots_directory(facts: &Facts<'_>, node: &Node<'_>) -> Option<(String, Span)> {
    let stage = node.stage?;
    let Base::Image(image) = facts.root_base(stage) else {
        return None;
    };
    let directory = facts.workdir_at(node)?;
    let is_open = |folder: &str| match folder {
        // What lies in a home, somebody made.
        "/home" => is_in(directory, "/home") && directory.matches('/').count() < 3,
        folder => is_in(directory, folder),
    };
    if official_name(image).is_none()
        || !facts.is_plain_base(stage)
        || facts.base_workdir(stage) == Some(directory)
        || OPEN.iter().any(|folder| is_open(folder))
    {
        return None;
    }
    if !facts.may_search(node.index) {
        return None;
    }
    let mut made = None;
    for other in facts.chain_nodes(stage).filter(|n| n.index < node.index) {
        match &other.instruction.kind {
            Kind::Run(_) => {
                let text = facts.source.slice(other.instruction.span);
                let told = ["chown", "chmod", "install -d", "setfacl", "umask"];
                if told.iter().any(|word| text.contains(word))
                    || text.contains(directory) && made.is_none()
                    || other.script.as_ref().is_none_or(|s| s.unread)
                    || runs_script(other)
                {
                    return None;
                }
            }
            Kind::Workdir(word) if made.is_none() => {
                let path = facts.text(other.index, word)?;
                let path = clean(&facts.absolute(other, &path)?);
                if path == directory {
                    if facts.user_at(other) != RunUser::Root {
                        return None;
                    }
                    made = Some(word.span);
                } else if is_in(&path, directory) {
                    return None;
                }
            }
            _ if made.is_none() => {
                if let Some(copied) = facts.copied(other)
                    && copied.target.as_deref().is_none_or(|t| is_in(t, directory))
                {
                    return None;
                }
            }
            _ => {}
        }
    }
    Some((directory.to_owned(), made?))
}

/// Whether a RUN runs a script that may do anything.
fn runs_script(node: &Node<'_>) -> bool {
    node.commands().iter().any(|c| {
        c.words
            .first()
            .is_none_or(|w| w.literal().is_none_or(|t| t.contains('/')))
            && !c.words.is_empty()
            || matches!(c.name.as_str(), "sh" | "bash" | "make") && c.script.is_none()
    })
}

/// Whether the user may have root's rights by number: `useradd -o -u 0 me`.
fn is_lifted(facts: &Facts<'_>) -> bool {
    let text = facts.source.text();
    !facts.may_search(facts.nodes.len()) || text.contains("-u 0 ") || text.contains("--uid 0 ")
}
