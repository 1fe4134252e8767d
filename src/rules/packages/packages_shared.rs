//! What several rules on packages ask.

use crate::facts::mount::MountKind;
use crate::facts::packages::{Action, Install, Manager, Package, PackageOrigin};
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::rule::Context;
use crate::shell::{FrameKind, RedirectKind, Script};
use crate::span::Span;
use crate::syntax::word::Var;
use crate::syntax::{CommandLine, Keyword, Kind};

/// The package manager calls of a RUN, one behind ONBUILD too.
pub(super) fn run_installs<'n>(node: &'n Node<'_>) -> &'n [Install] {
    match node.keyword() {
        Some(Keyword::Run) => &node.installs,
        _ => &[],
    }
}

/// Whether what a RUN leaves behind is in the image that is built.
pub(super) fn ships(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    facts.stage_of(node).is_some_and(|s| s.in_final)
}

/// The program and its verb: `apt-get install`.
pub(super) fn call_of(install: &Install) -> String {
    let program = install.manager.as_str();
    match install.verb.as_str() {
        "" => program.to_owned(),
        verb => format!("{program} {verb}"),
    }
}

/// Where the program and its verb stand, if that is in one piece; else the verb.
pub(super) fn call_span(facts: &Facts<'_>, install: &Install) -> Span {
    let span = install.program_span.to(install.verb_span);
    match facts.source.slice(span).contains('\n') {
        true => install.verb_span,
        false => span,
    }
}

/// An edit that puts words right behind the verb; none where a place in the file may not be one
/// in the script.
pub(super) fn after_verb(
    facts: &Facts<'_>,
    node: &Node<'_>,
    install: &Install,
    words: &str,
) -> Option<Edit> {
    if node.instruction.is_exec_form() {
        return None;
    }
    let written = facts.source.slice(install.verb_span);
    let last = match install.verb.as_str() {
        "" => return None,
        verb => verb.split(' ').next_back()?,
    };
    let fits = written
        .strip_suffix(last)
        .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace));
    fits.then(|| Edit::insert(install.verb_span.end, format!(" {words}")))
}

/// A fix that makes `command` the last one of a RUN.
pub(super) fn append(
    facts: &Facts<'_>,
    node: &Node<'_>,
    like: &Install,
    command: &str,
) -> Option<Fix> {
    let (Kind::Run(CommandLine::Shell(_)), Some(script)) = (&node.instruction.kind, &node.script)
    else {
        return None;
    };
    let heredocs = facts.heredocs_of(node);
    if !heredocs.is_empty() || !script.errors.is_empty() || script.unread {
        return None;
    }
    let head = node.instruction.head;
    let ends = script.commands.iter().map(|c| c.span.end);
    let frames = script.frames.iter().skip(1).map(|f| f.span.end);
    let last = ends.chain(frames).max()?;
    // A comment, a `;` or an `&` at the end.
    if last != head.end {
        return None;
    }
    let leaves = |c: &Command| matches!(c.name.as_str(), "exit" | "exec");
    if script.commands.iter().any(leaves) {
        return None;
    }
    let found = script.commands.get(like.command)?;
    // In a function, a branch or another root directory it is not known where it ran.
    if script.is_conditional(like.command) || script.function_of(like.command).is_some() {
        return None;
    }
    if found
        .wrappers
        .iter()
        .any(|w| matches!(w.name.as_str(), "chroot" | "fakeroot" | "su" | "gosu"))
    {
        return None;
    }
    let sudo = found.wrappers.iter().any(|w| w.name == "sudo");
    let command = match sudo {
        true => format!("sudo {command}"),
        false => command.to_owned(),
    };
    if is_gone(node, like, &command) || !facts.takes_at_the_end(node, &command) {
        return None;
    }
    let text = facts.source.slice(head);
    let added = match text.contains('\n') {
        true => {
            let escape = facts.file.escape.char();
            let newline = facts.source.newline();
            let (joint, indent) = layout(text, escape, stops_on_failure(script));
            match joint {
                Joint::Before => format!(" {escape}{newline}{indent}&& {command}"),
                Joint::Behind => format!(" && {escape}{newline}{indent}{command}"),
                Joint::Semicolon => format!("; {escape}{newline}{indent}{command}"),
            }
        }
        false => format!(" && {command}"),
    };
    Some(Fix::safe(
        format!("run `{command}` at the end"),
        vec![Edit::insert(head.end, added)],
    ))
}

/// How the commands of a RUN are joined from line to line.
enum Joint {
    /// A line begins with `&&`.
    Before,
    /// A line ends with `&& \`.
    Behind,
    /// A line ends with `; \`, and a failure ends the script.
    Semicolon,
}

/// How one more command is written under those of a RUN, and how far it is indented.
fn layout(text: &str, escape: char, stops_on_failure: bool) -> (Joint, String) {
    let indent =
        |line: &str| -> String { line.chars().take_while(|c| c.is_whitespace()).collect() };
    if let Some(line) = text
        .lines()
        .rev()
        .find(|l| l.trim_start().starts_with("&&"))
    {
        return (Joint::Before, indent(line));
    }
    let lines: Vec<&str> = text.lines().collect();
    // The line that follows one with this end.
    let behind = |end: &str| {
        let ends = |line: &str| {
            let line = line.trim_end().strip_suffix(escape);
            line.is_some_and(|l| l.trim_end().ends_with(end))
        };
        lines.windows(2).rev().find_map(|pair| match pair {
            [before, line] if ends(before) => Some(indent(line)),
            _ => None,
        })
    };
    if let Some(indent) = behind("&&") {
        return (Joint::Behind, indent);
    }
    if stops_on_failure && let Some(indent) = behind(";") {
        return (Joint::Semicolon, indent);
    }
    (
        Joint::Before,
        lines.last().map_or(String::new(), |l| indent(l)),
    )
}

/// Whether a script begins with `set -e`.
fn stops_on_failure(script: &Script) -> bool {
    script.commands.first().is_some_and(|c| {
        let short = |a: &str| a.starts_with('-') && !a.starts_with("--") && a.contains('e');
        c.name == "set" && c.literal_args().any(short)
    })
}

/// Whether the program that a command calls is uninstalled before the RUN ends.
fn is_gone(node: &Node<'_>, like: &Install, command: &str) -> bool {
    let program = like.manager.as_str();
    command.split(' ').any(|word| word == program)
        && run_installs(node)
            .iter()
            .filter(|i| i.command > like.command && i.action == Action::Remove)
            .flat_map(|i| &i.packages)
            // A name with a dot in front stands for a set of packages of apk.
            .any(|p| p.name == program || p.name.starts_with('.') || p.is_hidden())
}

/// Whether a mount of a RUN keeps these paths out of its layer.
pub(super) fn is_mounted(node: &Node<'_>, paths: &[&str]) -> bool {
    node.mounts.iter().any(|mount| {
        matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs)
            && mount.target.as_ref().is_some_and(|target| {
                let target = target.as_str();
                target.contains('$') || paths.iter().any(|p| target.contains(p))
            })
    })
}

/// Whether a command removes one of these directories, or what lies in it.
pub(super) fn removes(command: &Command, paths: &[&str]) -> bool {
    let deletes = match command.name.as_str() {
        "rm" => true,
        "find" => command
            .literal_args()
            .any(|a| matches!(a, "-delete" | "-exec" | "-execdir")),
        _ => return command.name.contains("clean") && !command.name.contains("apt-get"),
    };
    deletes
        && command.args().iter().any(|word| {
            let text = word.literal().unwrap_or(&word.raw);
            paths.iter().any(|path| covers(text, word.braces, path))
        })
}

/// Whether `text`, a path or pattern, names `path`, something in it or something around it.
fn covers(text: &str, braces: bool, path: &str) -> bool {
    if braces {
        let mut parts = path.trim_start_matches('/').split('/');
        return parts.all(|part| text.contains(part))
            || path.split('/').nth(3).is_some_and(|p| text.contains(p));
    }
    // `/home/x/.cache/pip` is there wherever home is.
    if !path.starts_with('/') {
        return text.contains(path);
    }
    let text = text.trim_end_matches('*').trim_end_matches('/');
    if text.len() < 4 {
        return false;
    }
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(text, path) || inside(path, text) || path.starts_with(text) && text.ends_with("/apt")
}

/// The first call of a RUN that fills a cache which nothing behind it in the RUN empties.
pub(super) fn kept<'n>(
    node: &'n Node<'_>,
    fills: impl Fn(&Install) -> bool,
    empties: impl Fn(&Command) -> bool,
    cleans: impl Fn(&Install) -> bool,
) -> Option<&'n Install> {
    let installs = run_installs(node);
    if !installs.iter().any(&fills) {
        return None;
    }
    let by_command = node
        .commands()
        .iter()
        .enumerate()
        .filter(|(_, c)| empties(c))
        .map(|(i, _)| i);
    let by_manager = installs
        .iter()
        .filter(|i| i.action == Action::Clean && cleans(i))
        .map(|i| i.command);
    let emptied = by_command.chain(by_manager).max();
    installs
        .iter()
        .filter(|i| fills(i))
        .find(|i| emptied.is_none_or(|e| e < i.command))
}

/// How many instructions are searched for what a later one may do.
const MOST_LATER: usize = 200;

/// Where a later RUN of the same image empties the cache, which does not make the image smaller.
pub(super) fn too_late(
    facts: &Facts<'_>,
    node: &Node<'_>,
    empties: impl Fn(&Command) -> bool,
    cleans: impl Fn(&Install) -> bool,
) -> Option<Span> {
    let last = facts.final_stage()?;
    if !facts.chain(last.index).any(|s| Some(s.index) == node.stage) {
        return None;
    }
    let later = facts.nodes.get(node.index + 1..).unwrap_or_default();
    later
        .iter()
        .filter(|n| {
            n.stage
                .and_then(|s| facts.stages.get(s))
                .is_some_and(|s| s.in_final)
        })
        .take(MOST_LATER)
        .filter(|n| n.is(Keyword::Run))
        .find_map(|n| {
            let by_manager = run_installs(n)
                .iter()
                .find(|i| i.action == Action::Clean && cleans(i))
                .map(|i| i.span);
            by_manager.or_else(|| {
                let fills = |c: &Command| run_installs(n).iter().any(|i| i.span == c.span);
                n.commands()
                    .iter()
                    .find(|c| empties(c) && !fills(c))
                    .map(|c| c.span)
            })
        })
}

/// Whether something answers the questions of a command: `yes | …`, `… < file`.
pub(super) fn is_answered(node: &Node<'_>, install: &Install) -> bool {
    let Some(script) = &node.script else {
        return false;
    };
    let Some(command) = script.commands.get(install.command) else {
        return false;
    };
    let behind = |pipeline: Option<(usize, usize)>| pipeline.is_some_and(|(_, part)| part > 0);
    let input = |kind: RedirectKind| {
        matches!(
            kind,
            RedirectKind::Input | RedirectKind::Heredoc | RedirectKind::HereString
        )
    };
    behind(command.pipeline)
        || command.redirects.iter().any(|r| input(r.kind))
        || script.frames_of(install.command).any(|(_, f)| {
            behind(f.pipeline)
                || f.redirects.iter().any(|r| input(r.kind))
                || matches!(f.kind, FrameKind::Damaged)
        })
}

/// Whether the stage's chain says `text` up to a node: a configuration written before.
pub(super) fn is_said_before(facts: &Facts<'_>, node: &Node<'_>, text: &str) -> bool {
    let Some(stage) = node.stage else {
        return false;
    };
    facts.is_said_before(stage, node.index + 1, text, false)
}

/// When a package manager asks before it acts.
pub(super) struct Confirmation {
    /// Whose calls they are.
    pub managers: &'static [Manager],
    /// What stands in a file that answers for every call, if there is such a setting.
    pub setting: Option<&'static str>,
    /// The end of that file's name.
    pub file: &'static str,
    /// Whether an option answers, or nothing is done at all.
    pub says_yes: fn(&Install) -> bool,
}

/// Reports the calls of a RUN that ask and get no answer.
pub(super) fn report_unanswered(cx: &mut Context<'_>, node: &Node<'_>, asks: &Confirmation) {
    let facts = cx.facts;
    let answered = |text: &str| is_said_before(facts, node, text);
    for install in run_installs(node) {
        let named = !install.packages.is_empty() || install.more;
        let acts = match install.action {
            Action::Remove => named || install.verb.starts_with("auto"),
            action => matches!(action, Action::Install | Action::Upgrade),
        };
        if !asks.managers.contains(&install.manager)
            || !acts
            || (asks.says_yes)(install)
            || is_answered(node, install)
            || asks.setting.is_some_and(answered)
            || is_copied_before(facts, node, asks.file)
        {
            continue;
        }
        let message = format!(
            "`{}` may ask for confirmation, and nobody answers",
            call_of(install)
        );
        let edit = after_verb(facts, node, install, "-y");
        let report = cx
            .report(call_span(facts, install), message)
            .help("add `-y`");
        if let Some(edit) = edit {
            report.fix(Fix::safe("add `-y`", vec![edit]));
        }
    }
}

/// Whether an option of dnf or yum answers.
pub(super) fn rpm_says_yes(install: &Install) -> bool {
    install.has_flag(&["-y", "--assumeyes", "--assumeno"])
        || install.flags.iter().any(|f| {
            f.name == "--setopt" && f.value.as_deref().is_some_and(|v| v.contains("assumeyes"))
        })
}

/// Whether a COPY or ADD before a node brings a file whose path holds `text`.
pub(super) fn is_copied_before(facts: &Facts<'_>, node: &Node<'_>, text: &str) -> bool {
    let Some(stage) = node.stage else {
        return false;
    };
    facts.is_said_before(stage, node.index, text, true)
}

/// What is known of an environment variable of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// It has this value.
    Known(String),
    /// It is set to something that cannot be seen.
    Hidden,
    /// Nothing in the file sets it.
    Unset,
}

impl Setting {
    /// Whether it is set to something.
    pub(super) fn is_set(&self) -> bool {
        match self {
            Setting::Known(text) => !text.is_empty(),
            Setting::Hidden => true,
            Setting::Unset => false,
        }
    }

    /// Whether it says yes, or may.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Setting::Known(text) => !matches!(
                text.to_lowercase().as_str(),
                "" | "0" | "false" | "no" | "off"
            ),
            Setting::Hidden => true,
            Setting::Unset => false,
        }
    }
}

/// An environment variable as a call sees it.
pub(super) fn setting(
    facts: &Facts<'_>,
    node: &Node<'_>,
    install: &Install,
    name: &str,
) -> Setting {
    let commands = node.commands().iter().take(install.command + 1);
    let assigned = commands
        .flat_map(|c| &c.assignments)
        .rfind(|a| a.name == name);
    if let Some(assignment) = assigned {
        return match assignment.value.literal() {
            Some(text) => Setting::Known(text.to_owned()),
            None => Setting::Hidden,
        };
    }
    if facts.variable(node.index, name).is_none() {
        return Setting::Unset;
    }
    match facts.lookup(node.index, name) {
        Var::Set(text) => Setting::Known(text.into_owned()),
        Var::Unset => Setting::Unset,
        Var::Unknown => Setting::Hidden,
    }
}

/// Packages of a registry that are asked for without a version.
pub(super) fn unpinned(install: &Install, pinned: impl Fn(&Package) -> bool) -> Vec<&Package> {
    install
        .packages
        .iter()
        .filter(|p| p.origin == PackageOrigin::Registry && !p.is_hidden() && !pinned(p))
        .collect()
}

/// Reports the packages of one call that have no version.
pub(super) fn report_unpinned(cx: &mut Context<'_>, packages: &[&Package], help: &str) {
    let Some((first, rest)) = packages.split_first() else {
        return;
    };
    let moving = first.version.as_ref().map(|v| v.text.clone());
    let name = &first.name;
    let message = match (rest, moving) {
        ([], Some(version)) if !version.is_empty() => {
            format!("`{name}` is installed in the version `{version}`, which moves")
        }
        ([], _) => format!("`{name}` is installed in whatever version is current"),
        ([second], _) => format!(
            "`{name}` and `{}` are installed in whatever version is current",
            second.name
        ),
        (rest, _) => format!(
            "`{name}` and {} more are installed in whatever version is current",
            rest.len()
        ),
    };
    cx.report(first.span, message).help(help);
}

/// Reports the RPM packages that managers install without a version.
pub(super) fn report_unpinned_rpm(cx: &mut Context<'_>, node: &Node<'_>, managers: &[Manager]) {
    for install in run_installs(node) {
        let installs = managers.contains(&install.manager)
            && matches!(install.action, Action::Install | Action::Restore)
            && !is_group(install);
        if installs {
            let packages = unpinned(install, is_pinned_rpm);
            report_unpinned(cx, &packages, "name the version: `package-version`");
        }
    }
}

/// Whether a version is named. A number at the end may be part of the name, as in
/// `gcc-toolset-11`, or a version.
fn is_pinned_rpm(package: &Package) -> bool {
    let last = package.name.rsplit_once('-').map(|(_, last)| last);
    package.version.is_some() || last.is_some_and(|l| l.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether groups or modules are installed, which have no versions.
fn is_group(install: &Install) -> bool {
    install.verb.contains("group") || install.verb.starts_with("module")
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(rule: &str, text: &str) -> usize {
        testing::count(rule, &format!("FROM debian:12\n{text}\n"))
    }

    fn fixed(rule: &str, text: &str) -> String {
        let text = testing::fixed(rule, &format!("FROM debian:12\n{text}\n"));
        text.strip_prefix("FROM debian:12\n")
            .unwrap_or(&text)
            .to_owned()
    }

    #[test]
    fn a_command_is_appended_where_the_chain_ends() {
        let fixed = |text: &str| fixed("apt-lists-kept", text);
        let rm = "rm -rf /var/lib/apt/lists/*";
        assert_eq!(
            fixed("RUN sudo apt-get update && sudo apt-get upgrade -y"),
            format!("RUN sudo apt-get update && sudo apt-get upgrade -y && sudo {rm}\n")
        );
        assert_eq!(
            fixed("RUN apt-get update \\\n  && apt-get install -y \\\n    a"),
            format!("RUN apt-get update \\\n  && apt-get install -y \\\n    a \\\n  && {rm}\n")
        );
        let fi = "RUN apt-get update; apt-get install -y a; if x; then y; fi";
        assert_eq!(fixed(fi), format!("{fi} && {rm}\n"));
    }

    #[test]
    fn what_is_appended_looks_like_its_neighbours() {
        let fixed = |text: &str| fixed("apt-lists-kept", text);
        let rm = "rm -rf /var/lib/apt/lists/*";
        assert_eq!(
            fixed("RUN apt-get update && \\\n    apt-get install -y a && \\\n    make"),
            format!(
                "RUN apt-get update && \\\n    apt-get install -y a && \\\n    make && \\\n    {rm}\n"
            )
        );
        assert_eq!(
            fixed("RUN set -eux; \\\n\tapt-get update; \\\n\tapt-get install -y \\\n\t\ta"),
            format!(
                "RUN set -eux; \\\n\tapt-get update; \\\n\tapt-get install -y \\\n\t\ta; \\\n\t{rm}\n"
            )
        );
        assert_eq!(
            fixed("RUN apt-get update; \\\n  apt-get install -y a"),
            format!("RUN apt-get update; \\\n  apt-get install -y a \\\n  && {rm}\n")
        );
    }

    #[test]
    fn a_program_that_is_uninstalled_is_not_called() {
        let kept = "RUN npm i -g yarn && yarn add x && npm uninstall -g yarn\n";
        assert_eq!(fixed("yarn-cache-kept", kept.trim_end()), kept);
        let kept = "RUN apk add yarn && yarn add x && apk del yarn\n";
        assert_eq!(fixed("yarn-cache-kept", kept.trim_end()), kept);
    }

    #[test]
    fn nothing_is_appended_where_it_would_not_run() {
        for text in [
            "RUN apt-get update && apt-get upgrade -y # why",
            "RUN apt-get update && apt-get upgrade -y;",
            "RUN apt-get update && apt-get upgrade -y && exit 0",
            "RUN if x; then apt-get update && apt-get upgrade -y; fi",
            "RUN [\"apt-get\", \"update\"]",
            "RUN <<EOF\napt-get update\napt-get upgrade -y\nEOF",
            "RUN apt-get update",
            "RUN apt-get update && apt-get upgrade -y\nRUN apt-get install -y a",
        ] {
            assert_eq!(count("apt-lists-kept", text), 1, "{text}");
            assert_eq!(fixed("apt-lists-kept", text), format!("{text}\n"));
        }
    }

    #[test]
    fn lists_are_gone_however_they_are_removed() {
        for text in [
            "RUN apt-get update && rm -fr /var/lib/apt/lists",
            "RUN apt-get update && rm -rf /var/lib/apt/*",
            "RUN apt-get update && rm -rf /var/lib/{cache,apt/lists}/",
            "RUN apt-get update && find /var/lib/apt/lists -type f -delete",
            "RUN apt-get update && apt-get distclean",
            "RUN apt-get update && ./cleanup.sh",
            "RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update",
        ] {
            assert_eq!(count("apt-lists-kept", text), 0, "{text}");
        }
        for text in [
            "RUN rm -rf /var/lib/apt/lists/* && apt-get update",
            "RUN apt-get update && rm -rf /tmp/* /var/tmp/*",
            "RUN apt-get update && rm -rf \"$GNUPGHOME\"",
        ] {
            assert_eq!(count("apt-lists-kept", text), 1, "{text}");
        }
    }

    #[test]
    fn a_variable_of_any_origin_turns_the_cache_off() {
        let count = |text: &str| count("pip-cache-kept", text);
        assert_eq!(count("ENV PIP_NO_CACHE_DIR=1\nRUN pip install a"), 0);
        assert_eq!(count("ARG PIP_NO_CACHE_DIR=1\nRUN pip install a"), 0);
        assert_eq!(count("RUN export PIP_NO_CACHE_DIR=1 && pip install a"), 0);
        assert_eq!(count("RUN pip install a && export PIP_NO_CACHE_DIR=1"), 1);
        assert_eq!(count("ENV PIP_NO_CACHE_DIR=\nRUN pip install a"), 1);
    }

    #[test]
    fn an_answer_may_come_from_a_pipe_or_a_file() {
        let count = |text: &str| count("apt-missing-yes", text);
        assert_eq!(count("RUN yes | apt-get install a"), 0);
        assert_eq!(count("RUN yes | (apt-get update; apt-get install a)"), 0);
        assert_eq!(count("RUN apt-get install a < answers"), 0);
        assert_eq!(count("RUN apt-get install a | tee log"), 1);
        assert_eq!(count("ONBUILD RUN apt-get install a"), 1);
        assert_eq!(count("CMD apt-get install a"), 0);
    }

    #[test]
    fn an_option_is_added_where_the_place_is_known() {
        let fixed = |text: &str| fixed("apt-missing-yes", text);
        assert_eq!(
            fixed("RUN bash -c 'apt-get install a'"),
            "RUN bash -c 'apt-get install -y a'\n"
        );
        let json = "RUN [\"apt-get\", \"install\", \"a\"]";
        assert_eq!(fixed(json), format!("{json}\n"));
    }
}
