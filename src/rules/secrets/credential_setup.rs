//! `credential-setup`: a client is given credentials, which it writes into the layer.

use crate::facts::mount::MountKind;
use crate::facts::{Command, Node};
use crate::rule::{Context, Rule, rule};
use crate::span::Span;
use crate::syntax::Keyword;

rule!(CredentialSetup);

/// A command that stores what it is given.
struct Setup {
    program: &'static str,
    /// The words that follow, in order, options among them left out.
    words: &'static [&'static str],
    /// It counts only with one of these options; with any if there are none.
    with: &'static [&'static str],
    /// Where the credentials end up.
    file: &'static str,
}

const fn setup(
    program: &'static str,
    words: &'static [&'static str],
    with: &'static [&'static str],
    file: &'static str,
) -> Setup {
    Setup {
        program,
        words,
        with,
        file,
    }
}

/// From the manuals of the programs.
const SETUPS: &[Setup] = &[
    setup(
        "aws",
        &["configure", "set", "aws_access_key_id"],
        &[],
        "~/.aws/credentials",
    ),
    setup(
        "aws",
        &["configure", "set", "aws_secret_access_key"],
        &[],
        "~/.aws/credentials",
    ),
    setup(
        "aws",
        &["configure", "set", "aws_session_token"],
        &[],
        "~/.aws/credentials",
    ),
    setup("aws", &["configure", "import"], &[], "~/.aws/credentials"),
    setup(
        "gcloud",
        &["auth", "activate-service-account"],
        &[],
        "~/.config/gcloud",
    ),
    setup(
        "gcloud",
        &["auth", "login"],
        &["--cred-file"],
        "~/.config/gcloud",
    ),
    setup(
        "az",
        &["login"],
        &["-p", "--password", "--federated-token"],
        "~/.azure",
    ),
    setup(
        "doctl",
        &["auth", "init"],
        &["-t", "--access-token"],
        "~/.config/doctl/config.yaml",
    ),
    setup("oci", &["setup", "config"], &[], "~/.oci/config"),
    setup("heroku", &["login"], &[], "~/.netrc"),
    setup("docker", &["login"], &[], "~/.docker/config.json"),
    setup("podman", &["login"], &[], "the authentication file"),
    setup("buildah", &["login"], &[], "the authentication file"),
    setup("crane", &["auth", "login"], &[], "~/.docker/config.json"),
    setup("oras", &["login"], &[], "~/.docker/config.json"),
    setup(
        "helm",
        &["registry", "login"],
        &[],
        "~/.config/helm/registry/config.json",
    ),
    setup(
        "helm",
        &["repo", "add"],
        &["--password"],
        "~/.config/helm/repositories.yaml",
    ),
    setup(
        "gh",
        &["auth", "login"],
        &["--with-token"],
        "~/.config/gh/hosts.yml",
    ),
    setup(
        "glab",
        &["auth", "login"],
        &["-t", "--token", "--stdin"],
        "~/.config/glab-cli/config.yml",
    ),
    setup("npm", &["login"], &[], "~/.npmrc"),
    setup("npm", &["adduser"], &[], "~/.npmrc"),
    setup("cargo", &["login"], &[], "~/.cargo/credentials.toml"),
    setup("vault", &["login"], &[], "~/.vault-token"),
    setup("bw", &["login"], &[], "the data file of Bitwarden"),
    setup("snyk", &["auth"], &[], "~/.config/configstore/snyk.json"),
    setup(
        "huggingface-cli",
        &["login"],
        &["--token"],
        "~/.cache/huggingface/token",
    ),
    setup(
        "hf",
        &["auth", "login"],
        &["--token"],
        "~/.cache/huggingface/token",
    ),
    setup("wandb", &["login"], &[], "~/.netrc"),
    setup("kaggle", &["config", "set"], &[], "~/.kaggle"),
    setup(
        "databricks",
        &["configure"],
        &["--token"],
        "~/.databrickscfg",
    ),
    setup(
        "dotnet",
        &["nuget", "add", "source"],
        &["-p", "--password"],
        "NuGet.Config",
    ),
    setup(
        "dotnet",
        &["nuget", "update", "source"],
        &["-p", "--password"],
        "NuGet.Config",
    ),
    setup("nuget", &["sources", "add"], &["-Password"], "NuGet.Config"),
    setup("jf", &["config", "add"], &[], "~/.jfrog"),
    setup("jfrog", &["config", "add"], &[], "~/.jfrog"),
    setup("poetry", &["config"], &[], "~/.config/pypoetry/auth.toml"),
    setup("composer", &["config"], &["--auth"], "auth.json"),
    setup(
        "subscription-manager",
        &["register"],
        &["--password"],
        "/etc/pki/consumer",
    ),
];

impl Rule for CredentialSetup {
    fn check_command(&self, cx: &mut Context<'_>, node: &Node<'_>, command: &Command) {
        if node.keyword() != Some(Keyword::Run) {
            return;
        }
        let Some((setup, span)) = setup_of(command) else {
            return;
        };
        let home = cx.facts.stage_of(node).is_some_and(|s| s.in_final);
        let mounted = node.mounts.iter().any(|m| {
            matches!(
                m.kind,
                MountKind::Tmpfs | MountKind::Cache | MountKind::Secret
            )
        });
        if mounted {
            return;
        }
        let report = cx
            .report(
                span,
                format!("the credentials stay in the layer, in `{}`", setup.file),
            )
            .help("mount the file they are stored in for this RUN: `--mount=type=secret,id=…,target=…`");
        // The layers of a builder stage stay where the image is built.
        if !home {
            report.severity(crate::diagnostic::Severity::Info);
        }
    }
}

/// What a command sets up, and the words that ask for it.
fn setup_of(command: &Command) -> Option<(&'static Setup, Span)> {
    let mut own = SETUPS
        .iter()
        .filter(|s| s.program == command.name)
        .peekable();
    own.peek()?;
    let first = command.words.first()?;
    own.find_map(|setup| {
        let operands: Vec<_> = command.operands(&[]).take(setup.words.len()).collect();
        let fits = operands.len() == setup.words.len()
            && operands.iter().zip(setup.words).all(|(w, s)| w.is(s));
        let asks = setup.with.is_empty() || command.has_any_flag(setup.with);
        let last = operands.last().map_or(first.span, |w| w.span);
        let stores = match (setup.program, setup.words) {
            ("poetry", _) => command.operands(&[]).nth(1).is_some_and(|w| {
                ["http-basic.", "pypi-token."]
                    .iter()
                    .any(|p| w.prefix().starts_with(p))
            }),
            _ => !command.has_any_flag(&["--help", "-h"]),
        };
        (fits && asks && stores).then(|| (setup, first.span.to(last)))
    })
}
