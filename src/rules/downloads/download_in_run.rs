//! `download-in-run`: a RUN fetches a file that `ADD` could fetch and check.

use super::installed::is_installed;
use crate::facts::downloads::Address;
use crate::facts::{Command, Node};
use crate::images::HIDDEN;
use crate::rule::{Context, Rule, rule};
use crate::shell::{FrameKind, WordPart};
use crate::syntax::Keyword;

rule!(DownloadInRun);

impl Rule for DownloadInRun {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let Some(script) = node.script.as_ref().filter(|s| !s.unread) else {
            return;
        };
        // With a mount the file may never reach a layer.
        if node.keyword() != Some(Keyword::Run) || node.instruction.flag_value("mount").is_some() {
            return;
        }
        // What is removed again, or compared with a digest, is better off here.
        let removed = |c: &Command| matches!(c.name.as_str(), "rm" | "mv" | "unlink" | "shred");
        if script.commands.iter().any(|c| removed(c) || c.verifies()) {
            return;
        }
        for (index, command) in script.commands.iter().enumerate() {
            let conditional = script.frames_of(index).any(|(_, f)| {
                !matches!(
                    f.kind,
                    FrameKind::Top | FrameKind::Group | FrameKind::Script { .. }
                )
            });
            if conditional || command.pipeline.is_some() || asks_for_more(command) {
                continue;
            }
            let addresses: Vec<Address> = facts.addresses(node, command);
            let [address] = addresses.as_slice() else {
                continue;
            };
            if !matches!(address.scheme.as_str(), "http" | "https")
                || address.is_near()
                || !is_known_to_docker(cx, node, command)
            {
                continue;
            }
            let Some(file) = facts.fetched_file(node, command, address) else {
                continue;
            };
            if matches!(file.as_str(), "" | "/" | "-" | "/dev/null" | "NUL")
                || is_installed(facts, node, script, (index, command), Some(&file)) != Some(false)
            {
                continue;
            }
            let name = &command.name;
            cx.report(
                address.span,
                format!("`{name}` fetches a file that `ADD --checksum` could fetch and check"),
            )
            .help("write `ADD --checksum=sha256:… URL PATH`: a changed file fails the build, and the layer is kept while it stays the same");
        }
    }
}

/// Whether a request has something that ADD cannot send: credentials, headers, a body.
fn asks_for_more(command: &Command) -> bool {
    match command.name.as_str() {
        "curl" => command.args().iter().any(|word| {
            let text = word.prefix();
            let Some(letters) = text.strip_prefix('-').filter(|t| !t.starts_with('-')) else {
                return is_option(text, CURL);
            };
            // Behind one of these letters stands its value.
            let own = letters.split(['o', 'm', 'w', 'C', 'r', 'y', 'Y']).next();
            own.unwrap_or_default()
                .contains(|c| "AbcdeEFHIKTuUXx".contains(c))
        }),
        "wget" | "wget2" => command.args().iter().any(|word| {
            let text = word.prefix();
            is_option(text, WGET)
                || text.starts_with("-U")
                || matches!(text, "-i" | "-r" | "-m" | "-c" | "-S" | "-P" | "-A")
        }),
        _ => true,
    }
}

fn is_option(text: &str, options: &[&str]) -> bool {
    text.strip_prefix("--").is_some_and(|t| {
        let name = t.split('=').next().unwrap_or(t);
        options.iter().any(|o| name.starts_with(o))
    })
}

/// The starts of options of curl(1).
const CURL: &[&str] = &[
    "anyauth",
    "basic",
    "cert",
    "config",
    "cookie",
    "data",
    "digest",
    "form",
    "head",
    "json",
    "key",
    "negotiate",
    "netrc",
    "ntlm",
    "oauth2",
    "proxy",
    "referer",
    "request",
    "tlsauth",
    "tlspass",
    "tlsuser",
    "upload",
    "user",
    "url",
    "pass",
    "continue",
    "range",
    "aws",
    "resolve",
    "connect-to",
];

/// The starts of options of wget(1).
const WGET: &[&str] = &[
    "auth",
    "body",
    "certificate",
    "content-on",
    "continue",
    "ftp",
    "header",
    "http",
    "input",
    "load-cookies",
    "mirror",
    "method",
    "password",
    "post",
    "private",
    "proxy",
    "recursive",
    "referer",
    "save-headers",
    "spider",
    "user",
    "accept",
    "directory-prefix",
    "timestamping",
];

/// Whether Docker knows the variables of a command's words too, and not its shell alone.
fn is_known_to_docker(cx: &Context<'_>, node: &Node<'_>, command: &Command) -> bool {
    let facts = cx.facts;
    let words = command.args().iter();
    let mut addresses = words.filter(|w| w.raw.contains("://") || w.raw.contains('$'));
    addresses.all(|word| {
        !facts.shell_word(node, word).contains(HIDDEN)
            || word.parts.iter().all(|part| match part {
                WordPart::Literal { .. } => true,
                WordPart::Variable { name, .. } => {
                    let mut set = node.commands().iter().flat_map(|c| &c.assignments);
                    facts.variable(node.index, name).is_some() && !set.any(|a| a.name == *name)
                }
                _ => false,
            })
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(run: &str) -> usize {
        let text = format!("FROM a\nARG V=1\nARG W\nRUN {run}\n");
        testing::count("download-in-run", &text)
    }

    #[test]
    fn files_that_add_could_fetch() {
        for run in [
            "curl -fsSLo /opt/x.dat https://example.com/x.dat",
            "curl -O https://example.com/x.dat",
            "curl https://example.com/x.dat > /opt/x.dat",
            "wget -q https://example.com/x.dat",
            "wget -qO /opt/x.dat https://example.com/$V/x.dat",
            "wget https://example.com/$W/x.dat && cat x.dat",
            "[\"wget\", \"https://example.com/x.dat\"]",
        ] {
            assert_eq!(count(run), 1, "{run}");
        }
    }

    #[test]
    fn what_add_cannot_do() {
        for run in [
            "curl https://example.com/x.dat",
            "curl -o x -H 'Accept: a/b' https://example.com/x.dat",
            "curl -o x -fsSu a https://example.com/x.dat",
            "curl -o x -X POST https://example.com/x.dat",
            "curl -fsSIo x https://example.com/x.dat",
            "curl -o /dev/null https://example.com/x.dat",
            "curl -o x https://example.com/a -o y https://example.com/b",
            "wget --header=A:b https://example.com/x.dat",
            "wget -O - https://example.com/x.dat | tar x",
            "v=1; wget https://example.com/$v/x.dat",
            "if a; then wget https://example.com/x.dat; fi",
            "wget https://example.com/x.dat && use x.dat && rm x.dat",
            "wget https://example.com/x.dat && echo \"$S x.dat\" | sha256sum -c",
            "wget http://localhost/x.dat",
            "--mount=type=tmpfs,target=/t wget https://example.com/x.dat",
        ] {
            assert_eq!(count(run), 0, "{run}");
        }
    }
}
