//! How the rules of this family judge a name with its value.

use std::ops::Range;

use crate::diagnostic::Severity;
use crate::facts::{Credential, Facts, Modifier, Node, Origin, Whereabouts};
use crate::secrets::name::{self, Noun, SecretName};
use crate::secrets::scan;
use crate::secrets::value::{self, ValueKind};
use crate::span::Span;
use crate::syntax::Word;

/// A value that is a secret under its name.
pub(super) struct Named {
    /// What it is, with its article.
    pub what: String,
    /// The secret within the value.
    pub secret: String,
    /// The same as bytes of the value; nothing if the value is all of it.
    pub range: Option<Range<usize>>,
    /// Whether it is one of those everybody tries first.
    pub is_default: bool,
}

/// What a value is under a name that may promise a secret; nothing if there is no secret.
fn judge(class: &SecretName, value: &str) -> Option<Named> {
    if let Some(hit) = scan::scan(value).into_iter().find(|h| h.certain) {
        let secret = value.get(hit.range.clone()).unwrap_or(value).to_owned();
        let whole = hit.range == (0..value.len());
        return Some(Named {
            what: hit.kind.with_article(),
            secret,
            range: (!whole).then_some(hit.range),
            is_default: false,
        });
    }
    // Neo4j's has the user in front.
    if let Some(secret) = value.strip_prefix("neo4j/")
        && class.words == ["neo4j", "auth"]
    {
        let kind = value::classify_password(secret, "neo4j");
        let start = value.len() - secret.len();
        return (kind.is_secret() || kind == ValueKind::Default).then(|| Named {
            what: "a password".to_owned(),
            secret: secret.to_owned(),
            range: Some(start..value.len()),
            is_default: !kind.is_secret(),
        });
    }
    // `GIT_CREDENTIALS=bob:x`, `BASIC_AUTH=bob:x`
    let is_pair = class.noun == Noun::Credentials
        || class
            .words
            .last()
            .is_some_and(|w| matches!(w.as_str(), "auth" | "login" | "users"));
    if is_pair
        && let Some((user, secret)) = value.split_once(':')
        && is_apparent_pair(user, secret)
        && value::classify_password(secret, user).is_secret()
    {
        return Some(Named {
            what: "a password".to_owned(),
            secret: secret.to_owned(),
            range: Some(user.len() + 1..value.len()),
            is_default: false,
        });
    }
    let kind = value::classify(value, class);
    let is_default = kind == ValueKind::Default;
    let speaks = if class.strong {
        kind.is_secret() || is_default
    } else {
        kind == ValueKind::Random
    };
    speaks.then(|| Named {
        what: class.noun.with_article().to_owned(),
        secret: value.to_owned(),
        range: None,
        is_default,
    })
}

/// Whether a text is a user and a password, and no port, image or address.
fn is_apparent_pair(user: &str, secret: &str) -> bool {
    let is_user = |b: u8| b.is_ascii_alphanumeric() || b"._-@".contains(&b);
    !user.is_empty()
        && user.bytes().all(is_user)
        && secret.len() >= 6
        && secret.bytes().any(|b| b.is_ascii_digit())
        && secret.bytes().any(|b| b.is_ascii_alphabetic())
        && !secret.contains([':', '/', '$', '{', '<', ' '])
}

/// What the file says of the value of an ENV or ARG.
pub(super) enum Written {
    /// A secret, and where it stands.
    Secret(Named, Span),
    /// Nothing, or an empty text.
    Nothing,
    /// Something else.
    Other,
}

/// Judges the value written for a variable.
pub(super) fn written(facts: &Facts<'_>, node: &Node<'_>, name: &str, word: &Word) -> Written {
    let Some(class) = name::classify(name) else {
        return Written::Other;
    };
    if let Some(text) = facts.literal(word) {
        if text.trim().is_empty() {
            return Written::Nothing;
        }
        return match judge(&class, &text) {
            Some(mut found) => {
                // Nobody keeps a password that is a user's name too.
                found.is_default |= facts.is_user_name(node.stage, &text);
                found.is_default |= facts.is_own_name(&text);
                let span = facts.literal_span(word, found.range.as_ref());
                Written::Secret(found, span)
            }
            None => Written::Other,
        };
    }
    let references = facts.references(word);
    // What BuildKit refuses is no value.
    if references.is_empty() {
        return Written::Other;
    }
    // `${NAME:-default}`: the default is written here.
    if let Some(reference) = facts.sole_reference(word)
        && let Some(Modifier::Default { text, span }) = reference.modifier
        && let Some(text) = text
        && let Some(found) = judge(&class, &text)
    {
        return Written::Secret(found, span);
    }
    if let Some(hit) = scan::scan(word.as_str()).into_iter().find(|h| h.certain)
        && let Some(found) = judge(&class, word.as_str())
    {
        return Written::Secret(found, word.span_of(hit.range));
    }
    // A variable that is a secret by its own name speaks for itself.
    let own = references
        .iter()
        .any(|r| name::classify(&r.name).is_some_and(|n| n.strong));
    if own {
        return Written::Other;
    }
    match facts.text(node.index, word) {
        Some(text) => match judge(&class, &text) {
            Some(found) => Written::Secret(found, word.span),
            None => Written::Other,
        },
        None => Written::Other,
    }
}

/// A build argument that the value of an ENV takes over, with the place of the reference.
pub(super) fn copied_argument(
    facts: &Facts<'_>,
    node: &Node<'_>,
    name: &str,
    word: &Word,
) -> Option<(String, Span)> {
    let sole = facts.sole_reference(word).is_some();
    let promised = name::classify(name).is_some_and(|n| n.exact);
    let mut references = facts.references(word).into_iter();
    let found = references.find(|r| {
        let variable = facts.variable(node.index, &r.name);
        let open = variable.is_some_and(|v| v.origin == Origin::Argument && v.is_open());
        let secret = name::classify(&r.name).is_some_and(|n| n.exact);
        open && (secret || promised && sole && !says_other(&r.name))
    })?;
    Some((found.name, found.span))
}

/// Whether a name says that it is something else than a secret: `TOKEN_URL`, `PUBLIC_KEY`.
fn says_other(name: &str) -> bool {
    let hints = [
        "url", "uri", "file", "path", "dir", "name", "id", "version", "public",
    ];
    name::words(name)
        .iter()
        .any(|w| hints.contains(&w.as_str()))
}

/// The level of a finding about an image: what a later image does not inherit is worth a remark
/// only.
pub(super) fn level(facts: &Facts<'_>, node: &Node<'_>, wanted: Severity) -> Severity {
    match facts.stage_of(node) {
        Some(stage) if stage.in_final => wanted,
        _ => wanted.min(Severity::Info),
    }
}

/// Whether the node's stage is the final image or below it.
pub(super) fn is_final(facts: &Facts<'_>, node: &Node<'_>) -> bool {
    facts.stage_of(node).is_some_and(|s| s.in_final)
}

/// What to do about a secret that is written down.
pub(super) const ROTATE: &str = "replace the secret, since whoever has this file has it, and";

/// Whether the instruction of a secret is part of the final image, or runs in the builds of others.
pub(super) fn is_kept(facts: &Facts<'_>, credential: &Credential) -> bool {
    let node = credential.node.and_then(|n| facts.nodes.get(n));
    node.is_some_and(|n| n.onbuild || n.stage.is_none() || is_final(facts, n))
}

/// The level of a secret that is known by its name or by its place.
pub(super) fn written_level(facts: &Facts<'_>, credential: &Credential) -> Severity {
    if is_kept(facts, credential) {
        Severity::Error
    } else {
        Severity::Info
    }
}

/// What to do about a secret that is written down, by what it is written for.
pub(super) fn help(place: Whereabouts) -> String {
    let help = match place {
        Whereabouts::Build => "mount it where it is needed: `RUN --mount=type=secret,id=… …`",
        Whereabouts::Container => "give it to the container when it starts",
        Whereabouts::Comment => "delete it here",
    };
    format!("{ROTATE} {help}")
}

#[cfg(test)]
pub(super) mod testing {
    use crate::engine::{self, ActiveRule, Settings};
    use crate::rules;
    use crate::span::Source;

    /// `severity "underlined text"` of each finding of the family's rules.
    pub(crate) fn findings(text: &str) -> Vec<String> {
        let ids = [
            "secret-in-env",
            "secret-in-arg",
            "hard-coded-secret",
            "credential-on-command-line",
            "copied-key-file",
        ];
        let rules = ids.iter().filter_map(|id| rules::by_id(id));
        let settings = Settings {
            rules: rules.map(ActiveRule::new).collect(),
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| {
            let (rule, at) = (d.rule.id, report.source.slice(d.span));
            format!("{} {rule} {at}", d.severity)
        };
        report.diagnostics.iter().map(show).collect()
    }
}
