//! What package managers keep of their downloads, and whether it is in the image.

use crate::facts::mount::MountKind;
use crate::facts::packages::{Action, Install};
use crate::facts::{Base, Command, Facts, Node};
use crate::fix::Fix;
use crate::images;
use crate::path::{file_name, is_in};
use crate::rule::Context;
use crate::span::Span;
use crate::syntax::Keyword;

/// What a manager leaves in a layer, and how it is got rid of.
pub(super) struct Cache {
    /// Whether a call leaves something behind.
    pub fills: fn(&Install) -> bool,
    /// Whether a command removes it.
    pub empties: fn(&Command) -> bool,
    /// Whether a call of a manager that cleans up removes it.
    pub cleans: fn(&Install) -> bool,
    /// The paths of which a mount keeps it out of the layer.
    pub mounts: &'static [&'static str],
}

impl Cache {
    /// The first call of a RUN whose leavings end up in its layer, and that in the image unless
    /// every stage counts.
    pub(super) fn kept<'n>(
        &self,
        facts: &Facts<'_>,
        node: &'n Node<'_>,
        every_stage: bool,
    ) -> Option<&'n Install> {
        let install = node.unemptied(self.fills, self.empties, self.cleans)?;
        let counts = every_stage || ships(facts, node);
        (counts && !is_mounted(node, self.mounts)).then_some(install)
    }

    /// Reports it.
    pub(super) fn report(
        &self,
        cx: &mut Context<'_>,
        (node, install): (&Node<'_>, &Install),
        message: String,
        help: impl Into<String>,
        fix: Option<Fix>,
    ) {
        let facts = cx.facts;
        let late = too_late(facts, node, self.empties, self.cleans);
        let mut report = cx.report(facts.call_span(install), message).help(help);
        if let Some(span) = late {
            report = report.label(span, "too late: an earlier layer has it already");
        }
        if let Some(fix) = fix {
            report.fix(fix);
        }
    }
}

/// Whether what a RUN leaves behind is in the image that is built.
pub(super) fn ships(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    facts.stage_of(node).is_some_and(|s| s.in_final) && facts.product().is_some()
}

/// Whether the tool of the stage's base is too old to know a word.
pub(super) fn is_too_old(facts: &Facts<'_>, node: &Node<'_>, tool: &str, word: &str) -> bool {
    node.stage.is_some_and(|stage| {
        matches!(facts.root_base(stage), Base::Image(image)
            if images::is_too_old(image, facts.as_of, tool, word))
    })
}

/// Whether a mount of a RUN keeps these paths out of its layer.
fn is_mounted(node: &Node<'_>, paths: &[&str]) -> bool {
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
        // `curl …/clean_caches.sh | sh`
        "curl" | "wget" => {
            let script = |a: &str| a.contains("://") && file_name(a).contains("clean");
            return command.literal_args().any(script);
        }
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
    is_in(path, text) || is_in(text, path) || path.starts_with(text) && text.ends_with("/apt")
}

/// How many instructions are searched for what a later one may do.
const MOST_LATER: usize = 200;

/// Where a later RUN of the same image empties the cache, which does not make the image smaller.
fn too_late(
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
            let by_manager = n
                .run_installs()
                .iter()
                .find(|i| i.action == Action::Clean && cleans(i))
                .map(|i| i.span);
            by_manager.or_else(|| {
                let fills = |c: &Command| n.run_installs().iter().any(|i| i.span == c.span);
                n.commands()
                    .iter()
                    .find(|c| empties(c) && !fills(c))
                    .map(|c| c.span)
            })
        })
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
            "RUN apt-get update && curl -fsSL https://a.example/clean_up.sh | sh",
            "RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get update",
        ] {
            assert_eq!(count("apt-lists-kept", text), 0, "{text}");
        }
        let used = "RUN apt-get update && apt-get upgrade -y\nRUN apt-get install -y a";
        assert_eq!(
            count("apt-lists-kept", used),
            0,
            "what comes later needs them"
        );
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
