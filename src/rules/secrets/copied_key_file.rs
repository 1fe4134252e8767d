//! `copied-key-file`: COPY and ADD of files that hold secrets.

use super::judgement::is_final;
use crate::diagnostic::Severity;
use crate::facts::{CopyOrigin, Facts, FromTarget, Node};
use crate::path::clean;
use crate::rule::{Context, Rule, rule};
use crate::secrets::assignment::{self, Language};
use crate::secrets::files::{self, Certainty, KeyFile};
use crate::secrets::{name, scan};
use crate::span::Span;
use crate::syntax::{Keyword, Kind, Transfer, Word};

rule!(CopiedKeyFile);

impl Rule for CopiedKeyFile {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        named_by_variable(cx, node);
        let (Kind::Copy(transfer) | Kind::Add(transfer)) = &node.instruction.kind else {
            return;
        };
        let facts = cx.facts;
        if !is_from_context_or_stage(facts, node) {
            return;
        }
        let kept = is_final(facts, node) || is_taken(facts, node);
        let mut found: Vec<(Span, String, KeyFile)> = Vec::new();
        let mut judged = false;
        for source in transfer.sources.iter().filter(|s| s.heredoc.is_none()) {
            let path = path(facts, node, &source.word);
            if is_remote(&path) {
                continue;
            }
            let file = files::classify(&path).or_else(|| removed_secret(facts, node, &path));
            let Some(mut file) = file else {
                continue;
            };
            // A folder of that name may hold anything; `.ssh` and the like are folders.
            let is_folder = source.word.as_str().ends_with('/');
            if is_folder && !base(&path).starts_with('.') && file.certainty == Certainty::Certain {
                file.certainty = Certainty::Likely;
            }
            match content(facts, node, &path) {
                Content::Unknown => {}
                Content::Harmless if file.certainty == Certainty::Certain => {}
                Content::Harmless | Content::Public => {
                    judged = true;
                    continue;
                }
                Content::Secret => file.certainty = Certainty::Certain,
            }
            found.push((inner(&source.word), base(&path).to_owned(), file));
        }
        if found.is_empty() && !judged {
            found.extend(by_destination(facts, node, transfer));
        }
        for (span, base, file) in found {
            let severity = match (file.certainty, kept) {
                (Certainty::Certain, true) => Severity::Error,
                (Certainty::Likely, true) => Severity::Warning,
                (Certainty::Maybe, true) if has_evidence(facts, node, &base) => Severity::Warning,
                (Certainty::Certain, false) => Severity::Info,
                _ => continue,
            };
            let holds = file.holds;
            let message = match (file.certainty, kept) {
                (Certainty::Certain, true) => format!("`{base}` puts {holds} into the image"),
                (_, true) => format!("`{base}` may put {holds} into the image"),
                (_, false) => format!("`{base}` puts {holds} into a layer of the build cache"),
            };
            // An ignore file has no say over what comes out of a stage.
            let ignore = match node.instruction.flag_value("from") {
                None => ", and keep it out of the context with `.dockerignore`",
                Some(_) => "",
            };
            cx.report(span, message)
                .help(format!(
                    "mount it in the RUN that needs it, `RUN --mount=type=secret,id=…,target=… …`\
                     {ignore}; an `rm` in a later RUN leaves it in this layer"
                ))
                .severity(severity);
        }
    }
}

/// Variables that name the file from which a program reads credentials.
const CREDENTIAL_FILES: [&str; 13] = [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AZURE_AUTH_LOCATION",
    "BOTO_CONFIG",
    "HF_TOKEN_PATH",
    "KUBECONFIG",
    "NETRC",
    "NPM_CONFIG_USERCONFIG",
    "OCI_CLI_CONFIG_FILE",
    "PGPASSFILE",
];

/// A variable of the container that names a file which a COPY brings in.
fn named_by_variable(cx: &mut Context<'_>, node: &Node<'_>) {
    let facts = cx.facts;
    let given: Vec<(&str, &Word)> = match &node.instruction.kind {
        Kind::Env(pairs) => {
            let pairs = pairs.pairs.iter();
            pairs.map(|p| (p.name.as_str(), &p.value)).collect()
        }
        Kind::Arg(arguments) => {
            let given = arguments.iter();
            given
                .filter_map(|a| Some((a.name.as_str(), a.value.as_ref()?)))
                .collect()
        }
        Kind::Copy(transfer) | Kind::Add(transfer) => {
            copied_to_variable(cx, node, transfer);
            return;
        }
        _ => return,
    };
    for (name, word) in given {
        if !CREDENTIAL_FILES.contains(&name) || !is_final(facts, node) {
            continue;
        }
        let Some(value) = facts.text(node.index, word) else {
            continue;
        };
        if let Some(file) = brought_in(facts, node, &value) {
            let shown = base(&value);
            cx.report(
                inner(word),
                format!("`{name}` names `{shown}`, which the image has from the build context"),
            )
            .label(file, "copied here")
            .help(LEAVE_OUT)
            .severity(Severity::Warning);
        }
    }
}

/// What to do about a file of credentials.
const LEAVE_OUT: &str = "mount the file when the container starts, or give the container an identity \
                         of its own, and keep the file out of the context with `.dockerignore`";

/// `COPY config $AWS_CONFIG_FILE`: whatever it is called, it is read for credentials.
fn copied_to_variable(cx: &mut Context<'_>, node: &Node<'_>, transfer: &Transfer) {
    let facts = cx.facts;
    let [source] = transfer.sources.as_slice() else {
        return;
    };
    if node.instruction.flag_value("from").is_some()
        || source.heredoc.is_some()
        || is_remote(source.word.as_str())
        || !is_final(facts, node)
    {
        return;
    }
    let Some(target) = facts.sole_reference(&transfer.destination) else {
        return;
    };
    let name = target.name.as_str();
    if CREDENTIAL_FILES.contains(&name) {
        let shown = base(source.word.as_str());
        cx.report(
            inner(&source.word),
            format!("`{shown}` becomes the file of `{name}` in the image"),
        )
        .help(LEAVE_OUT)
        .severity(Severity::Warning);
    }
}

/// The COPY of the context that brings a file in, as far as anybody knows: with the context at hand
/// the file has to be there.
fn brought_in(facts: &Facts<'_>, node: &Node<'_>, path: &str) -> Option<Span> {
    let path = facts.comparable(node, path)?;
    // In a directory that nobody knows it is most likely the root.
    let rooted = path.strip_prefix("/?").unwrap_or(&path);
    let last = facts.final_stage()?;
    facts.chain_nodes(last.index).find_map(|copy| {
        let copied = facts.copied(copy)?;
        if !matches!(copied.origin, CopyOrigin::Context) {
            return None;
        }
        let source = copied.sources.iter().find(|source| {
            let Some(from) = source.path() else {
                return false;
            };
            // What a key file is called is judged where it is copied.
            if files::classify(&from).is_some() {
                return false;
            }
            let target = copied
                .target_of(source)
                .and_then(|t| facts.comparable(copy, &t));
            let within = |folder: &str| {
                let rest = path
                    .strip_prefix(folder)
                    .or_else(|| rooted.strip_prefix(folder))?;
                (rest.is_empty() || rest.starts_with('/') || folder == "/")
                    .then(|| rest.trim_start_matches('/').to_owned())
            };
            let content = match (copied.target.as_deref(), &copy.instruction.kind) {
                (Some(target), _) => facts.comparable(copy, target),
                // Below a directory that nobody knows, but the same.
                (None, Kind::Copy(transfer) | Kind::Add(transfer)) => facts
                    .text(copy.index, &transfer.destination)
                    .and_then(|t| facts.comparable(copy, &t)),
                _ => None,
            };
            let below = [target, content]
                .into_iter()
                .flatten()
                .find_map(|t| within(&t));
            let Some(rest) = below else {
                return false;
            };
            match facts.context() {
                Some(context) => {
                    let file = clean(&format!("{from}/{rest}"));
                    let file = file.trim_start_matches('/').trim_start_matches("./");
                    !context.is_ignored(file) && context.read(file, LARGE).is_some()
                }
                // A single file is what its name says.
                None => !rest.is_empty() || from.ends_with(base(&path)),
            }
        })?;
        Some(source.span)
    })
}

/// What a file of the context holds.
enum Content {
    /// It is not there, or cannot be read.
    Unknown,
    /// A secret.
    Secret,
    /// No secret that is seen.
    Harmless,
    /// A certificate, a public key, something encrypted; or the file is left out of the context.
    Public,
}

/// The largest file that is read.
const LARGE: u64 = 64 * 1024;

/// Looks into a file of the context.
fn content(facts: &Facts<'_>, node: &Node<'_>, path: &str) -> Content {
    if node.instruction.flag_value("from").is_some() {
        return Content::Unknown;
    }
    let Some(context) = facts.context() else {
        return Content::Unknown;
    };
    let path = clean(path);
    let path = path.trim_start_matches('/');
    if context.is_ignored(path) {
        return Content::Public;
    }
    let Some(text) = context.read(path, LARGE) else {
        return Content::Unknown;
    };
    let is_encrypted = ["$ANSIBLE_VAULT", "ENC[", "-----BEGIN PGP MESSAGE", "sops:"];
    if is_encrypted.iter().any(|mark| text.contains(mark)) {
        return Content::Public;
    }
    if text.contains("PRIVATE KEY") {
        return Content::Secret;
    }
    if text.starts_with("-----BEGIN ") || text.starts_with("ssh-") {
        return Content::Public;
    }
    let by_shape = scan::scan(&text).iter().any(|h| h.certain);
    let by_name = || {
        let named = assignment::find(&text, Language::Any);
        let is_own = |n: &assignment::Named| {
            let value = text.get(n.range.clone());
            value.is_some_and(|value| facts.is_own_name(value))
        };
        named.iter().any(|n| n.kind.is_secret() && !is_own(n))
    };
    if by_shape || by_name() {
        Content::Secret
    } else {
        Content::Harmless
    }
}

/// Whether the final image takes what is copied out of its stage.
fn is_taken(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    let target = facts.copied(node).and_then(|c| c.target.as_deref());
    let path = target.and_then(|t| facts.comparable(node, t));
    facts.is_shipped(node, path.as_deref())
}

/// A file that its name calls a secret, and that a later instruction removes.
fn removed_secret(facts: &Facts<'_>, node: &Node<'_>, path: &str) -> Option<KeyFile> {
    let name = base(path);
    let stem = name
        .split('.')
        .next()
        .filter(|s| !s.is_empty())
        .unwrap_or(name);
    let names_secret = name::classify(stem).is_some_and(|n| n.exact) || stem.ends_with("key");
    // Public keys, and what `gpg --import` and `apt-key add` are given.
    let is_public = [".pub", ".asc", ".gpg", ".crt", ".cer"]
        .iter()
        .any(|e| name.ends_with(e))
        || stem.contains("pubkey")
        || name::words(stem)
            .iter()
            .any(|w| w == "pub" || w == "public");
    if !names_secret || files::is_example(stem) || is_public {
        return None;
    }
    let copied = facts.copied(node)?;
    let source = copied
        .sources
        .iter()
        .find(|s| s.text.as_deref() == Some(path))?;
    let target = facts.comparable(node, &copied.target_of(source)?)?;
    facts.removed_later(node, &target).map(|_| KeyFile {
        certainty: Certainty::Certain,
        holds: "a secret",
    })
}

/// What comes out of another image is that image's business.
fn is_from_context_or_stage(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    match node.instruction.flag_value("from") {
        None => true,
        Some(value) => matches!(
            facts.resolve_from(node.stage.unwrap_or(0), value.as_str(), true),
            FromTarget::Stage(_)
        ),
    }
}

/// The path as far as it is known: a variable in its folder does not hide its name.
fn path(facts: &Facts<'_>, node: &Node<'_>, word: &Word) -> String {
    match facts.text(node.index, word) {
        Some(text) => text,
        None => {
            let text = word.as_str();
            let last = base(text);
            if last.contains('$') {
                String::new()
            } else {
                text.rsplit('$').next().unwrap_or_default().to_owned()
            }
        }
    }
}

/// The place of a word without the quotes of a JSON string.
fn inner(word: &Word) -> Span {
    word.span_of(0..word.as_str().len())
}

fn base(path: &str) -> &str {
    let path = path.strip_suffix("/.").unwrap_or(path);
    let path = path.trim_end_matches(['/', '\\']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn is_remote(path: &str) -> bool {
    path.contains("://") || path.starts_with("git@")
}

/// `COPY deploy /root/.ssh/id_rsa`: the new name says what it is.
fn by_destination(
    facts: &Facts<'_>,
    node: &Node<'_>,
    transfer: &Transfer,
) -> Option<(Span, String, KeyFile)> {
    let [source] = transfer.sources.as_slice() else {
        return None;
    };
    let from = path(facts, node, &source.word);
    if source.heredoc.is_some() || is_remote(&from) || files::is_example(&from) {
        return None;
    }
    let to = path(facts, node, &transfer.destination);
    let name = base(&to);
    let folders = [".ssh", ".aws", ".kube", ".gnupg", ".azure", ".git"];
    if to.ends_with(['/', '\\']) || folders.contains(&name) {
        return None;
    }
    let file = files::classify(&to).filter(|f| f.certainty == Certainty::Certain)?;
    // Its own name says nothing of a secret, so what it holds decides.
    if matches!(
        content(facts, node, &from),
        Content::Harmless | Content::Public
    ) {
        return None;
    }
    Some((inner(&transfer.destination), name.to_owned(), file))
}

/// Whether the file shows that this one holds a secret: it is removed later, or a token is at
/// hand for it.
fn has_evidence(facts: &Facts<'_>, node: &Node<'_>, file: &str) -> bool {
    let Some(stage) = facts.stage_of(node) else {
        return false;
    };
    facts.nodes_of(stage).iter().any(|other| {
        let removed = other.index > node.index
            && other.keyword() == Some(Keyword::Run)
            && other
                .commands()
                .iter()
                .any(|c| c.name == "rm" && c.operands(&[]).any(|w| base(w.suffix()) == file));
        let token = match &other.instruction.kind {
            Kind::Arg(arguments) => arguments.iter().any(|a| is_token(a.name.as_str())),
            Kind::Env(pairs) => pairs.pairs.iter().any(|p| is_token(p.name.as_str())),
            _ => false,
        };
        removed || token && file != ".git"
    })
}

/// A token for packages: `NPM_TOKEN`, `GITHUB_TOKEN`, or one without a qualifier.
fn is_token(name: &str) -> bool {
    const PACKAGES: [&str; 19] = [
        "npm",
        "node",
        "yarn",
        "pnpm",
        "registry",
        "github",
        "gh",
        "gitlab",
        "git",
        "package",
        "packages",
        "nexus",
        "composer",
        "maven",
        "repo",
        "repository",
        "auth",
        "access",
        "read",
    ];
    name::classify(name).is_some_and(|n| {
        let qualified = n.words.iter().any(|w| PACKAGES.contains(&w.as_str()));
        n.exact && n.noun == name::Noun::Token && (qualified || n.words.len() == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::judgement::testing::findings;

    #[test]
    fn variables_hide_a_name_only_where_they_stand() {
        let text = "FROM a\nARG DIR\nARG FILE\nCOPY $DIR/id_rsa $DIR/$FILE /x/\n";
        assert_eq!(findings(text), ["error copied-key-file $DIR/id_rsa"]);
        let text = "FROM a\nARG FILE=id_rsa\nCOPY $FILE /x/\n";
        assert_eq!(findings(text), ["error copied-key-file $FILE"]);
    }

    #[test]
    fn a_token_at_hand_speaks_against_settings() {
        let text = "FROM a\nARG NPM_TOKEN\nCOPY .npmrc ./\n";
        assert!(findings(text).contains(&"warning copied-key-file .npmrc".to_owned()));
        assert!(findings("FROM a\nCOPY .npmrc ./\n").is_empty());
    }

    #[test]
    fn what_is_removed_later_is_named_for_a_secret() {
        let text = "FROM a\nCOPY token.txt /tmp/token.txt\nRUN use && rm /tmp/token.txt\n";
        assert_eq!(findings(text), ["error copied-key-file token.txt"]);
        let text = "FROM a\nCOPY token.txt /tmp/token.txt\nRUN use\n";
        assert!(findings(text).is_empty());
    }

    #[test]
    fn what_the_image_takes_from_a_stage_counts() {
        let text =
            "FROM a AS b\nCOPY id_rsa /root/.ssh/id_rsa\nFROM c\nCOPY --from=b /root /root\n";
        assert_eq!(findings(text), ["error copied-key-file id_rsa"]);
        let text = "FROM a AS b\nCOPY id_rsa /root/.ssh/id_rsa\nFROM c\nCOPY --from=b /app /app\n";
        assert_eq!(findings(text), ["info copied-key-file id_rsa"]);
    }

    #[test]
    fn files_at_hand_are_read() {
        use crate::context::Memory;
        use crate::engine::{self, ActiveRule, Settings};
        use crate::span::Source;
        use std::sync::Arc;
        let secret = ["violet", "umbrella", "9"].join("-");
        let levels = |env: &str, npmrc: &str| {
            let files = Memory::new()
                .with("app/.git/HEAD", "")
                .with("app/.env", env)
                .with("app/.npmrc", npmrc)
                .with("app/package.json", "{}");
            let settings = Settings {
                rules: crate::rules::by_id("copied-key-file")
                    .map(ActiveRule::new)
                    .into_iter()
                    .collect(),
                files: Some(Arc::new(files)),
                ..Settings::default()
            };
            let text = "FROM a\nCOPY package.json .env .npmrc ./\n";
            let report = engine::lint(Source::new("app/Dockerfile", text), &settings);
            let show = |d: &crate::diagnostic::Diagnostic| {
                format!("{} {}", d.severity, report.source.slice(d.span))
            };
            report.diagnostics.iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(
            levels("LOG=debug\n", "registry=https://r.acme.dev\n"),
            [] as [&str; 0]
        );
        assert_eq!(
            levels(
                &format!("DB_PASSWORD={secret}\n"),
                &format!("//r.acme.dev/:_authToken={secret}\n")
            ),
            ["error .env", "error .npmrc"]
        );
    }

    #[test]
    fn files_that_variables_name() {
        for text in [
            "COPY . .\nENV GOOGLE_APPLICATION_CREDENTIALS=./key.json\n",
            "COPY /src /app/\nARG GOOGLE_APPLICATION_CREDENTIALS=./app/key.json\n",
            "WORKDIR /app\nCOPY . .\nENV GOOGLE_APPLICATION_CREDENTIALS=/app/key.json\n",
            "COPY config $AWS_CONFIG_FILE\n",
        ] {
            let found = findings(&format!("FROM a\n{text}"));
            assert_eq!(found.len(), 1, "{text}");
            assert!(found.iter().all(|f| f.starts_with("warning")), "{found:?}");
        }
        for text in [
            "COPY src /app/\nENV GOOGLE_APPLICATION_CREDENTIALS=/run/secrets/key.json\n",
            "COPY --from=b config $AWS_CONFIG_FILE\n",
            "COPY config $APP_CONFIG_FILE\n",
            "COPY aws-pubkey.asc /tmp/\nRUN gpg --import /tmp/aws-pubkey.asc && rm /tmp/aws-pubkey.asc\n",
        ] {
            assert!(findings(&format!("FROM a\n{text}")).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_message_names_the_folder() {
        assert_eq!(super::base("/ssh_keys/."), "ssh_keys");
        assert_eq!(super::base("./.ssh/"), ".ssh");
    }

    #[test]
    fn heredocs_and_downloads_are_no_key_files() {
        let text = "FROM a\nCOPY <<id_rsa /x\ntext\nid_rsa\nADD git@h:a/server.key /x/\n";
        assert!(findings(text).is_empty());
    }
}
