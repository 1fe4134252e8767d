//! `hard-coded-secret`: what is a secret by its own shape, anywhere in the file.

use std::collections::BTreeMap;
use std::ops::Range;

use super::judgement::{ROTATE, named};
use crate::diagnostic::Severity;
use crate::facts::Facts;
use crate::rule::{Context, Rule, rule};
use crate::secrets::excerpt;
use crate::secrets::pattern::Pattern;
use crate::secrets::scan::{self, Hit, HitKind};
use crate::span::{MappedText, Span};
use crate::syntax::{Instruction, Kind};

rule! {
    HardCodedSecret {
        /// The organisation's own secrets: what they are called, and the regular expression they
        /// match. Its first group, if it has one, is the secret.
        pub patterns: BTreeMap<String, Pattern>,
        /// Regular expressions for secrets that may stand in a file: the well-known key of a test.
        pub allow: Vec<Pattern>,
    }
}

/// A secret in a text, and what it is.
struct Found {
    range: Range<usize>,
    what: String,
    certain: bool,
    is_key: bool,
    is_token: bool,
}

impl HardCodedSecret {
    fn find(&self, text: &str) -> Vec<Found> {
        let mut found: Vec<Found> = scan::scan(text).into_iter().map(Found::from).collect();
        for (name, pattern) in &self.patterns {
            for range in pattern.find(text).take(MANY) {
                let apart = |f: &Found| f.range.end <= range.start || range.end <= f.range.start;
                if found.iter().all(apart) {
                    found.push(Found {
                        range,
                        what: name.clone(),
                        certain: true,
                        is_key: false,
                        is_token: true,
                    });
                }
            }
        }
        found.retain(|f| {
            let secret = text.get(f.range.clone()).unwrap_or_default();
            !self.allow.iter().any(|p| p.is_in(secret))
        });
        found
    }
}

impl From<Hit> for Found {
    fn from(hit: Hit) -> Self {
        Self {
            what: hit.kind.with_article(),
            certain: hit.certain,
            is_key: hit.kind == HitKind::PrivateKey,
            is_token: matches!(hit.kind, HitKind::Token(_)),
            range: hit.range,
        }
    }
}

/// The most findings of one pattern in one text.
const MANY: usize = 200;

impl Rule for HardCodedSecret {
    fn check_file(&self, cx: &mut Context<'_>) {
        let (file, source) = (cx.file(), cx.source());
        for instruction in &file.instructions {
            let logical = &instruction.logical;
            let place = Place::of(instruction.unwrapped());
            for hit in self.find(logical.text()) {
                let span = logical.span(hit.range.clone());
                if !is_named(cx.facts, instruction.unwrapped(), span) {
                    report(cx, logical, &hit, place);
                }
            }
            for heredoc in &instruction.heredocs {
                let body = MappedText::verbatim(source.slice(heredoc.body), heredoc.body.start);
                for hit in self.find(body.text()) {
                    report(cx, &body, &hit, place);
                }
            }
        }
        for comment in &file.comments {
            let text = MappedText::verbatim(source.slice(comment.span), comment.span.start);
            for hit in self.find(text.text()) {
                report(cx, &text, &hit, Place::Comment);
            }
        }
    }
}

/// Whether the secret stands behind a name that says so, which `secret-in-env` and
/// `secret-in-arg` report.
fn is_named(facts: &Facts<'_>, instruction: &Instruction, span: Span) -> bool {
    let is = |name: &str, value: &crate::syntax::Word| {
        if !value.span.covers(span) {
            return false;
        }
        let literal = facts.literal(value);
        // What BuildKit refuses is no value.
        if literal.is_none() && facts.references(value).is_empty() {
            return false;
        }
        named(name, literal.as_deref().unwrap_or(value.as_str())).is_some()
    };
    match &instruction.kind {
        Kind::Env(pairs) => pairs.pairs.iter().any(|p| is(p.name.as_str(), &p.value)),
        Kind::Arg(arguments) => arguments
            .iter()
            .any(|a| a.value.as_ref().is_some_and(|v| is(a.name.as_str(), v))),
        _ => false,
    }
}

/// Where a secret stands, which says how to do without it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// What the build needs.
    Build,
    /// What the image keeps for the container.
    Container,
    Comment,
}

impl Place {
    fn of(instruction: &Instruction) -> Self {
        match &instruction.kind {
            Kind::Env(_) | Kind::Cmd(_) | Kind::Entrypoint(_) | Kind::Healthcheck(_) => {
                Self::Container
            }
            _ => Self::Build,
        }
    }
}

fn report(cx: &mut Context<'_>, text: &MappedText, hit: &Found, place: Place) {
    let in_comment = place == Place::Comment;
    let what = &hit.what;
    let secret = text.text().get(hit.range.clone()).unwrap_or_default();
    let stands = if in_comment {
        "in this comment"
    } else {
        "in this file"
    };
    let shown = if hit.is_key {
        String::new()
    } else {
        format!(": {}", excerpt(secret))
    };
    let (message, severity) = match (hit.certain, hit.is_token) {
        (true, _) => (format!("{what} stands {stands}{shown}"), Severity::Error),
        (false, true) => (
            format!("what looks like {what} stands {stands}{shown}"),
            Severity::Warning,
        ),
        (false, false) => (format!("{what} stands {stands}{shown}"), Severity::Info),
    };
    let severity = if in_comment {
        severity.min(Severity::Info)
    } else {
        severity
    };
    let help = match place {
        Place::Build => "mount it where it is needed: `RUN --mount=type=secret,id=… …`",
        Place::Container => "give it to the container when it starts",
        Place::Comment => "delete it here",
    };
    let help = format!("{ROTATE} {help}");
    cx.report(text.span(hit.range.clone()), message)
        .secret()
        .help(help)
        .severity(severity);
}

#[cfg(test)]
mod tests {
    use super::super::judgement::testing::findings;
    use crate::secrets::testing::Random;
    use crate::secrets::token::{Alphabet, PROVIDERS};

    #[test]
    fn tokens_in_every_place() {
        let token = Random(31).token(&PROVIDERS[0]);
        for place in [
            "RUN curl -H 'Authorization: token @' https://a",
            "RUN <<EOF\nexport X=@\nEOF",
            "COPY <<-'EOF' /x\n\ttoken: @\n\tEOF",
            "LABEL x=@",
            "CMD [\"app\", \"--token=@\"]",
            "ENTRYPOINT app --token=@",
            "HEALTHCHECK CMD curl -u x:@ https://a",
            "ADD https://@@github.com/a/b /b",
            "ONBUILD RUN use @",
            "FROM a AS last\nRUN use @",
        ] {
            let text = format!("FROM scratch\n{place}\n").replacen('@', &token, 1);
            assert_eq!(
                findings(&text),
                [format!("error hard-coded-secret {token}")],
                "{place}"
            );
        }
        let text = format!("FROM scratch\n# {token}\n");
        assert_eq!(findings(&text), [format!("info hard-coded-secret {token}")]);
    }

    #[test]
    fn a_token_with_a_wrong_checksum_is_doubtful() {
        let mut token = Random(32).token(&PROVIDERS[0]);
        let last = if token.ends_with('a') { "b" } else { "a" };
        token.replace_range(39.., last);
        let found = findings(&format!("FROM scratch\nRUN use {token}\n"));
        assert_eq!(found, [format!("warning hard-coded-secret {token}")]);
    }

    #[test]
    fn a_key_split_over_lines_is_one_finding() {
        let mut random = Random(33);
        let line = format!("MII1aA{}", random.text(Alphabet::Base64, 58));
        let (begin, end) = ("-----BEGIN PRIV", "ATE KEY-----");
        let text = format!(
            "FROM scratch\nRUN echo '{begin}{end}' >k \\\n && echo '{line}' >>k \\\n && echo '{line}' >>k\n"
        );
        assert_eq!(findings(&text).len(), 1);
    }

    #[test]
    fn a_password_under_a_name_without_a_hint() {
        let text = "FROM a\nARG MIRROR=https://ci:violet-umbrella@pypi.acme.dev\n";
        assert_eq!(findings(text), ["error hard-coded-secret violet-umbrella"]);
    }
}
