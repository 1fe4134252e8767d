//! `unfollowed-redirect`: curl keeps the answer that the file lies elsewhere.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::facts::hosts::redirect;
use crate::fix::{Edit, Fix};
use crate::rule::{Context, Rule, rule};
use crate::shell::Command;
use crate::syntax::Keyword;

rule!(UnfollowedRedirect);

/// Options that follow, that ask for no file, or that may say anything.
const OTHERWISE: [&str; 14] = [
    "--location",
    "--location-trusted",
    "--head",
    "-I",
    "--config",
    "-K",
    "--write-out",
    "-w",
    "--dump-header",
    "-D",
    "--version",
    "--include",
    "-i",
    "--max-redirs",
];

impl Rule for UnfollowedRedirect {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        let facts = cx.facts;
        if command.name != "curl" || !node.is(Keyword::Run) || may_follow(command) {
            return;
        }
        let found = facts
            .addresses(node, command)
            .into_iter()
            .find_map(|address| {
                let redirect = redirect(&address.text, facts.as_of)?;
                Some((address, redirect))
            });
        let Some((address, redirect)) = found else {
            return;
        };
        if facts.is_copied_before(node, "curlrc") || facts.is_mentioned_before(node, "curlrc") {
            return;
        }
        let script = node.script.as_ref();
        let index = node.commands().iter().position(|c| c.span == command.span);
        let file = facts.fetched_file(node, command, &address);
        let is_used = script.zip(index).is_some_and(|(script, index)| {
            node.must_succeed(index)
                && facts.uses_download(node, script, Some((index, command)), file.as_deref())
        });
        let report = cx
            .report(
                address.span,
                format!(
                    "the answer leads to {}, where `curl` does not go without `-L`",
                    redirect.to
                ),
            )
            .help("pass `-L`: what is kept is not the file");
        let report = match command.words.first().filter(|word| word.contiguous) {
            Some(word) => {
                let edit = Edit::insert(word.span.end, " -L");
                report.fix(Fix::unsafe_("follow redirects", vec![edit]))
            }
            None => report,
        };
        if !is_used {
            report.severity(Severity::Warning);
        }
    }
}

/// Whether curl follows, or may: `-fsSL`, an option in a variable.
fn may_follow(curl: &Command) -> bool {
    // What takes a value ends a cluster.
    const VALUED: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";
    let clustered = curl.args().iter().any(|word| {
        let Some(letters) = word.raw.strip_prefix('-').filter(|l| !l.starts_with('-')) else {
            return false;
        };
        let mut letters = letters.chars().take_while(|c| !VALUED.contains(*c));
        letters.any(|c| matches!(c, 'L' | 'I' | 'i'))
    });
    clustered
        || curl.has_any_flag(&OTHERWISE)
        || curl.hides_options()
        || curl
            .args()
            .iter()
            .any(|w| w.literal().is_none() && w.prefix().is_empty() && !w.raw.contains('/'))
}
