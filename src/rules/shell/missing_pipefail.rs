//! `missing-pipefail`: a pipeline hides the failure of its first part.

use crate::facts::{Base, Command, Dialect, Node};
use crate::images::{DefaultShell, default_shell};
use crate::rule::{Context, Rule, rule};
use crate::shell::{FrameKind, Pipeline, RedirectKind, Script};
use crate::span::Span;
use crate::syntax::Keyword;

rule! {
    MissingPipefail {
        /// Whether every pipeline is reported, those whose parts can hardly fail too.
        pub every: bool,
    }
}

impl Rule for MissingPipefail {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Some(script) = &node.script else {
            return;
        };
        if node.keyword() != Some(Keyword::Run) || script.unread {
            return;
        }
        let mut found: Vec<(Span, &str)> = Vec::new();
        for (index, pipeline) in script.pipelines.iter().enumerate() {
            if script.has_pipefail(index) {
                continue;
            }
            if self.every {
                found.push((pipeline.span, ""));
                continue;
            }
            if is_decided_elsewhere(script, pipeline) || is_checked(script, pipeline) {
                continue;
            }
            if let Some(command) = lost(script, pipeline) {
                let span = command.words.first().map_or(command.span, |w| w.span);
                found.push((span, &command.name));
            }
        }
        let Some(((span, name), more)) = found.split_first() else {
            return;
        };
        let message = match *name {
            "" => "a failure in front of the pipe is lost: `pipefail` is not set".to_owned(),
            name => format!("if `{name}` fails, the RUN goes on: `pipefail` is not set"),
        };
        let help = help(cx, node);
        let mut report = cx.report(*span, message).help(help);
        for (span, _) in more.iter().take(3) {
            report = report.label(*span, "the same here");
        }
    }
}

/// Whether the exit status of a pipeline is of no interest, or is looked at where it stands.
fn is_decided_elsewhere(script: &Script, pipeline: &Pipeline) -> bool {
    if pipeline.negated || pipeline.or_follows {
        return true;
    }
    let Some(first) = pipeline.parts.first().map(|p| p.commands.start) else {
        return true;
    };
    let mut frames = script.frames_of(first);
    frames.any(|(_, frame)| match &frame.kind {
        FrameKind::Condition | FrameKind::ProcessSubstitution | FrameKind::Background => true,
        // Only what is assigned stops the script, and an empty value is mostly seen.
        FrameKind::CommandSubstitution => true,
        _ => frame.or_follows || frame.negated,
    })
}

/// Whether a digest or a signature is compared behind a pipeline that writes a file.
fn is_checked(script: &Script, pipeline: &Pipeline) -> bool {
    let Some(last) = pipeline.parts.last() else {
        return false;
    };
    let writes = |c: &Command| {
        matches!(c.name.as_str(), "tee" | "dd")
            || c.redirects.iter().any(|r| r.kind == RedirectKind::Output)
    };
    script.slice(last.commands.clone()).iter().any(writes)
        && script
            .commands
            .get(last.commands.end..)
            .is_some_and(|later| later.iter().any(Command::verifies))
}

/// The command in front of a pipe whose failure matters and would be lost.
fn lost<'s>(script: &'s Script, pipeline: &Pipeline) -> Option<&'s Command> {
    let (last, parts) = pipeline.parts.split_last()?;
    let end = script.slice(last.commands.clone()).first()?;
    if stops_early(end) || fails_on_nothing(end) {
        return None;
    }
    parts
        .iter()
        .flat_map(|part| part.commands.clone())
        .filter(|index| {
            // What only makes a word, or decides a branch, fails unseen with `pipefail` as well.
            !script.frames_of(*index).any(|(_, frame)| {
                matches!(
                    frame.kind,
                    FrameKind::CommandSubstitution
                        | FrameKind::ProcessSubstitution
                        | FrameKind::Condition
                )
            })
        })
        .filter_map(|index| script.commands.get(index))
        .find(|c| matters(c) && !c.or_follows)
}

/// Whether a program may stop reading, so that `pipefail` would make a failure of it.
fn stops_early(command: &Command) -> bool {
    match command.name.as_str() {
        "head" | "true" | ":" => true,
        "grep" | "egrep" | "fgrep" => command.has_any_flag(&["-q", "--quiet", "-m", "--silent"]),
        // What is printed for people only.
        "tee" | "cat" | "less" | "more" | "ts" | "indent" => false,
        _ => false,
    }
}

/// Whether a program fails by itself if what it reads is empty, cut off or an error page.
fn fails_on_nothing(command: &Command) -> bool {
    match command.name.as_str() {
        "tar" | "bsdtar" | "gtar" | "cpio" | "gunzip" | "unxz" | "bunzip2" | "unzstd"
        | "funzip" | "apt-key" | "gpg" | "gpg2" | "docker" | "podman" | "patch" => true,
        "gzip" | "xz" | "bzip2" | "zstd" => {
            command.has_any_flag(&["-d", "--decompress", "--uncompress"])
        }
        "rpm" => command.has_any_flag(&["--import"]),
        // A pattern that has to be there, and a list of digests.
        "grep" | "egrep" | "fgrep" => {
            let takes_nothing = ["-v", "--invert-match", "-L", "--files-without-match"];
            !command.has_any_flag(&takes_nothing)
        }
        "md5sum" | "sha1sum" | "sha224sum" | "sha256sum" | "sha384sum" | "sha512sum" | "shasum" => {
            command.has_any_flag(&["-c", "--check"])
        }
        _ => false,
    }
}

/// Whether a command does work that can go wrong: it downloads, builds, installs, unpacks or
/// decrypts. What only prints or filters does not.
fn matters(command: &Command) -> bool {
    const WORK: [&str; 62] = [
        "apk",
        "apt-get",
        "apt",
        "aria2c",
        "aws",
        "az",
        "base64",
        "bash",
        "bundle",
        "bunzip2",
        "bzcat",
        "bzip2",
        "cargo",
        "cmake",
        "composer",
        "conda",
        "cpio",
        "curl",
        "dnf",
        "docker",
        "dotnet",
        "fetch",
        "gcc",
        "gcloud",
        "git",
        "go",
        "gpg",
        "gpg2",
        "gradle",
        "gsutil",
        "gunzip",
        "gzip",
        "java",
        "kubectl",
        "lftp",
        "lynx",
        "make",
        "meson",
        "microdnf",
        "mvn",
        "mysql",
        "mysqldump",
        "ninja",
        "node",
        "npm",
        "openssl",
        "pg_dump",
        "php",
        "pip",
        "pip3",
        "psql",
        "python",
        "python3",
        "rpm2cpio",
        "sh",
        "tar",
        "unxz",
        "unzip",
        "wget",
        "xz",
        "xzcat",
        "zstd",
    ];
    let name = command.name.as_str();
    if !WORK.contains(&name) && !matches!(name, "yarn" | "pnpm" | "yum" | "zcat" | "7z") {
        return false;
    }
    let asks = command.literal_args().any(|a| {
        matches!(
            a,
            "--version" | "-V" | "-version" | "--help" | "list" | "-list"
        )
    });
    let one_line = command.has_any_flag(&["-c", "-e", "-r", "-p", "-m", "-i"]);
    let prints = match name {
        "php" | "node" | "python" | "python3" | "java" => one_line,
        "gpg" | "gpg2" => command.has_any_flag(&[
            "--show-keys",
            "--list-keys",
            "--list-packets",
            "--fingerprint",
        ]),
        "git" => !matches!(
            command.subcommand(),
            Some("clone" | "fetch" | "pull" | "archive" | "submodule")
        ),
        "apt-get" | "apt" => {
            command.has_any_flag(&["-s", "--simulate", "--dry-run", "--print-uris"])
        }
        _ => false,
    };
    !asks && !prints
}

/// What to write, for the shell that runs the RUN.
fn help(cx: &Context<'_>, node: &Node<'_>) -> String {
    let base = node.stage.map(|s| cx.facts.root_base(s));
    let shell = match base {
        Some(Base::Image(image)) => default_shell(image),
        _ => DefaultShell::Unknown,
    };
    match (&node.shell, shell) {
        (Dialect::Bash | Dialect::Ash | Dialect::Ksh | Dialect::Zsh, _) => {
            "begin the RUN with `set -o pipefail &&`, or put `-o pipefail` into `SHELL`".to_owned()
        }
        (Dialect::Sh, DefaultShell::Ash | DefaultShell::Bash) => {
            "begin the RUN with `set -o pipefail &&`".to_owned()
        }
        _ => "write `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]` before it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing;

    fn count(text: &str) -> usize {
        testing::count("missing-pipefail", &format!("FROM debian:12\n{text}\n"))
    }

    #[test]
    fn what_prints_or_filters_does_not_matter() {
        assert_eq!(count("RUN php -m | grep -c mongo; git log | sort"), 0);
        assert_eq!(count("RUN ldd \"$(php -r 'echo 1;')\" | sort -u"), 0);
        assert_eq!(count("RUN cat list | sort | xargs apt-get install -y"), 0);
        assert_eq!(count("RUN apt-get -s upgrade | grep Inst"), 0);
        assert_eq!(count("RUN gpg -n --show-keys k.asc | grep -c A"), 0);
        assert_eq!(count("RUN pip freeze | grep pytest"), 0);
        assert_eq!(count("RUN pip freeze | grep -v pytest"), 1);
        assert_eq!(
            count("RUN curl -fsSL https://a.example/a.md5 | md5sum -c"),
            0
        );
        assert_eq!(count("RUN curl -fsSL https://a.example/a | md5sum"), 1);
    }

    #[test]
    fn a_part_may_be_a_group() {
        assert_eq!(count("RUN (cd /x && make) | tee log"), 1);
        assert_eq!(count("RUN { make || true; } | tee log"), 0);
        assert_eq!(count("RUN if true; then curl x | sh; fi"), 1);
    }

    #[test]
    fn a_digest_that_is_compared_later_tells() {
        let key = "curl -fsSL https://a.example/k | sed /^V/d > k";
        assert_eq!(
            count(&format!("RUN {key} && echo 'abc  k' | sha256sum -c -")),
            0
        );
        assert_eq!(count(&format!("RUN {key} && sha256sum k")), 1);
        assert_eq!(
            count(&format!("RUN echo 'abc  k' | sha256sum -c - && {key}")),
            1
        );
    }

    #[test]
    fn a_later_set_does_not_help() {
        assert_eq!(count("RUN curl x | sh && set -o pipefail"), 1);
        assert_eq!(
            count("RUN set -o pipefail && set +o pipefail && curl x | sh"),
            1
        );
        assert_eq!(count("RUN bash -o pipefail -c 'curl x | sh'"), 0);
        assert_eq!(count("RUN bash -c 'curl x | sh'"), 1);
    }

    #[test]
    fn only_scripts_that_are_read_are_judged() {
        assert_eq!(count("SHELL [\"pwsh\", \"-c\"]\nRUN curl x | sh"), 0);
        assert_eq!(count("CMD curl x | sh"), 0);
        assert_eq!(
            count("RUN <<EOF\n#!/usr/bin/env python3\nx = 1 | 2\nEOF"),
            0
        );
    }
}
