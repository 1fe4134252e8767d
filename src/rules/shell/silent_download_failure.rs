//! `silent-download-failure`: an error page is kept as the file that was asked for.

use crate::diagnostic::Severity;
use crate::facts::{Command, Facts, Node};
use crate::fix::{Edit, Fix};
use crate::path::file_name;
use crate::rule::{Context, Rule, rule};
use crate::shell::{RedirectKind, Script};
use crate::syntax::Keyword;

rule!(SilentDownloadFailure);

/// Programs that say so if they are given something else than they expect.
const READERS: [&str; 38] = [
    "apk", "apt", "apt-get", "apt-key", "bash", "bsdtar", "bunzip2", "bzip2", "conda", "dash",
    "dnf", "dpkg", "gdebi", "git", "gpg", "gpg2", "gpgv", "gunzip", "gzip", "jar", "java", "jq",
    "microdnf", "npm", "patch", "perl", "php", "pip", "pip3", "rpm", "ruby", "sh", "tar", "unzip",
    "xz", "yum", "zstd", "7z",
];

impl Rule for SilentDownloadFailure {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(script) = node.script.as_ref().filter(|_| node.is(Keyword::Run)) else {
            return;
        };
        let mut first = None;
        let mut more = Vec::new();
        for (index, command) in script.named("curl") {
            if !keeps_errors(command) || command.or_follows || command.negated {
                continue;
            }
            let Some(file) = file_of(script, index, command) else {
                continue;
            };
            if is_read(facts, node, index, &file) {
                continue;
            }
            let is_run = is_made_executable(node, index, &file);
            match first {
                None => first = Some((command, is_run)),
                Some(_) => more.push(command),
            }
        }
        let Some((command, is_run)) = first else {
            return;
        };
        let Some(word) = command.words.first() else {
            return;
        };
        let mut report = cx
            .report(
                word.span,
                "`curl` without `-f` takes an error page for the file and goes on",
            )
            .help("pass `-f`, so that the build stops where the server answers with an error");
        for other in &more {
            if let Some(word) = other.words.first() {
                report = report.label(word.span, "here too");
            }
        }
        if is_run {
            report = report.severity(Severity::Warning);
        }
        let all = std::iter::once(command).chain(more);
        let edits: Vec<Edit> = all.filter_map(fail).collect();
        if !edits.is_empty() {
            report.fix(Fix::safe("stop at errors of the server", edits));
        }
    }
}

/// Adds `-f`: to short options that are there already, as in `-fsSL`, else by itself.
fn fail(curl: &Command) -> Option<Edit> {
    const SWITCHES: &str = "#0246BGLNRSZagijklnpqsv";
    let is_switches = |w: &&crate::shell::Word| {
        let mut letters = w.raw.strip_prefix('-').unwrap_or_default().chars();
        w.contiguous && letters.next().is_some_and(|c| SWITCHES.contains(c))
    };
    match curl.args().iter().find(is_switches) {
        Some(word) => Some(Edit::insert(word.span.start + 1, "f")),
        None => {
            let name = curl.words.first().filter(|w| w.contiguous)?;
            Some(Edit::insert(name.span.end, " -f"))
        }
    }
}

/// Whether curl ends well though the server answers with an error.
fn keeps_errors(curl: &Command) -> bool {
    const OTHERWISE: [&str; 10] = [
        "-f",
        "--fail",
        "--fail-with-body",
        "-w",
        "--write-out",
        "-I",
        "--head",
        "-K",
        "--config",
        "--version",
    ];
    let urls = curl
        .args()
        .iter()
        .filter(|w| w.prefix().starts_with("http"));
    // A file of options may say it.
    urls.count() > 0
        && !curl.has_any_flag(&OTHERWISE)
        && curl.words.iter().all(|w| !w.parts.is_empty() || w.literal().is_some())
        // A list of options in a variable.
        && !curl.args().iter().any(|w| w.prefix().is_empty() && w.literal().is_none() && !w.raw.contains('/'))
}

/// The name of the file that curl writes; empty where that is not known.
fn file_of(script: &Script, index: usize, curl: &Command) -> Option<String> {
    for redirect in &curl.redirects {
        if matches!(redirect.kind, RedirectKind::Output | RedirectKind::Append)
            && redirect.fd != Some(2)
        {
            let target = &redirect.target;
            if target.is("/dev/null") || target.is("/dev/stdout") {
                return None;
            }
            return Some(file_name(target.literal().unwrap_or_default()).to_owned());
        }
    }
    let mut words = curl.args().iter();
    while let Some(word) = words.next() {
        let raw = word.raw.as_str();
        let short = raw.starts_with('-') && !raw.starts_with("--");
        if raw == "--output" || short && raw.ends_with('o') {
            let target = words.next()?;
            let text = target.literal().unwrap_or_default();
            return (text != "/dev/null" && text != "-").then(|| file_name(text).to_owned());
        }
        if let Some(text) = raw
            .strip_prefix("--output=")
            .or_else(|| raw.strip_prefix("-o"))
        {
            return (text != "/dev/null" && text != "-").then(|| file_name(text).to_owned());
        }
        if raw.starts_with("--remote-name") || short && raw.contains('O') {
            let url = curl.args().iter().find(|w| w.prefix().starts_with("http"));
            let name = url.and_then(|w| w.literal()).map(file_name);
            return Some(name.unwrap_or_default().to_owned());
        }
    }
    // `curl … | tee /etc/apt/sources.list.d/x.list`
    let (pipeline, part) = script.commands.get(index)?.pipeline?;
    let next = script.pipelines.get(pipeline)?.parts.get(part + 1)?;
    let tee = script.commands.get(next.commands.start)?;
    let target = tee
        .args()
        .iter()
        .find(|w| !w.is_flag())
        .filter(|_| tee.name == "tee")?;
    Some(file_name(target.literal().unwrap_or_default()).to_owned())
}

/// Whether something later in the stage compares or reads the file, and would say that it is no
/// such file.
fn is_read(facts: &Facts<'_>, node: &Node<'_>, index: usize, file: &str) -> bool {
    let later = node.commands().iter().skip(index + 1);
    let reads = |c: &Command, here: bool| {
        let by_name = READERS.contains(&c.name.as_str())
            || c.name.starts_with("python")
            || c.name.starts_with("sha") && c.name.ends_with("sum")
            || c.name == "md5sum"
            || c.verifies();
        // Without a name anything may be meant.
        let names = |w: &crate::shell::Word| !file.is_empty() && w.raw.contains(file);
        let mentions = c.words.iter().any(names) || c.redirects.iter().any(|r| names(&r.target));
        by_name && (mentions || here && (file.is_empty() || c.verifies() || opaque(c)))
            // It is run as a program, or read as a script.
            || !file.is_empty() && c.name == file
            || c.name == "." && mentions
    };
    if later.clone().any(|c| reads(c, true)) {
        return true;
    }
    let Some(stage) = node.stage else {
        return false;
    };
    // What is not looked for is taken for read.
    if !facts.may_search(facts.nodes.len().saturating_sub(node.index)) {
        return true;
    }
    let mut nodes = facts.chain_nodes(stage).filter(|n| n.index > node.index);
    nodes.any(|n| n.commands().iter().any(|c| reads(c, false)))
}

/// Whether the words of a command hide what it reads: a variable, a pattern, standard input.
fn opaque(command: &Command) -> bool {
    command
        .args()
        .iter()
        .any(|w| w.glob || w.literal().is_none())
        || command.args().is_empty()
}

/// Whether the file becomes a program.
fn is_made_executable(node: &Node<'_>, index: usize, file: &str) -> bool {
    let later = node.commands().iter().skip(index + 1);
    !file.is_empty()
        && later.into_iter().any(|c| {
            let sets = c.name == "install"
                || c.name == "chmod"
                    && c.literal_args()
                        .any(|a| a.contains('x') || a.starts_with(['7', '0', '5']));
            sets && c.words.iter().any(|w| w.raw.contains(file))
        })
}
