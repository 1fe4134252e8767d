//! `hard-coded-secret`: what is a secret by its own shape or by the name in front of it, anywhere
//! in the file.

use std::collections::BTreeMap;

use super::judgement::{help, is_kept, written_level};
use crate::diagnostic::Severity;
use crate::facts::{Credential, Evidence, Whereabouts};
use crate::rule::{Context, Rule, rule};
use crate::secrets::excerpt;
use crate::secrets::pattern::Pattern;
use crate::secrets::scan::HitKind;
use crate::span::{MappedText, Span};
use crate::syntax::{Instruction, Kind};

rule! {
    HardCodedSecret {
        /// The organisation's own secrets: what they are called, and the regular expression they
        /// match. Its first group, if it has one, is the secret.
        pub patterns: BTreeMap<String, Pattern>,
        /// Regular expressions for secrets that may stand in a file: the well-known key of a test.
        pub allow: Vec<Pattern>,
        /// Keyed fingerprints of secrets that may stand in a file, for all rules. They count where
        /// `DLINT_FINGERPRINT_KEY` holds the key they were made with.
        pub allow_fingerprints: Vec<String>,
    }
}

/// The most findings of one pattern in one text.
const MANY: usize = 200;

impl Rule for HardCodedSecret {
    fn allowed_fingerprints(&self) -> &[String] {
        &self.allow_fingerprints
    }

    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        let mut known = Vec::new();
        for credential in facts.credentials() {
            known.push(credential.span);
            let is_allowed = self.allow.iter().any(|p| p.is_in(&credential.secret));
            if is_allowed || matches!(credential.evidence, Evidence::Position(_)) {
                continue;
            }
            report(cx, credential);
        }
        if !self.patterns.is_empty() {
            self.check_patterns(cx, &known);
        }
    }
}

impl HardCodedSecret {
    /// Looks for the organisation's own secrets in every text.
    fn check_patterns(&self, cx: &mut Context<'_>, known: &[Span]) {
        let (file, source) = (cx.file(), cx.source());
        for instruction in &file.instructions {
            let place = place_of(instruction.unwrapped());
            self.check_text(cx, &instruction.logical, place, known);
            for heredoc in &instruction.heredocs {
                let body = MappedText::verbatim(source.slice(heredoc.body), heredoc.body.start);
                self.check_text(cx, &body, place, known);
            }
        }
        for comment in &file.comments {
            let text = MappedText::verbatim(source.slice(comment.span), comment.span.start);
            self.check_text(cx, &text, Whereabouts::Comment, known);
        }
    }

    fn check_text(
        &self,
        cx: &mut Context<'_>,
        text: &MappedText,
        place: Whereabouts,
        known: &[Span],
    ) {
        let mut seen: Vec<Span> = Vec::new();
        for (name, pattern) in &self.patterns {
            for range in pattern.find(text.text()).take(MANY) {
                let secret = text.text().get(range.clone()).unwrap_or_default();
                let span = text.span(range);
                let apart = |s: &Span| s.end <= span.start || span.end <= s.start;
                if self.allow.iter().any(|p| p.is_in(secret))
                    || !known.iter().chain(&seen).all(apart)
                {
                    continue;
                }
                seen.push(span);
                let shown = excerpt(secret);
                let message = format!("{name} stands {}: {shown}", here(place));
                report_at(cx, span, message, place, Severity::Error);
            }
        }
    }
}

fn place_of(instruction: &Instruction) -> Whereabouts {
    match &instruction.kind {
        Kind::Env(_) | Kind::Cmd(_) | Kind::Entrypoint(_) | Kind::Healthcheck(_) => {
            Whereabouts::Container
        }
        _ => Whereabouts::Build,
    }
}

fn here(place: Whereabouts) -> &'static str {
    match place {
        Whereabouts::Comment => "in this comment",
        _ => "in this file",
    }
}

fn report(cx: &mut Context<'_>, credential: &Credential) {
    let place = credential.whereabouts;
    let stands = here(place);
    let shown = excerpt(&credential.secret);
    let (message, severity) = match &credential.evidence {
        Evidence::Shape(kind, certain) => {
            let what = kind.with_article();
            let shown = if *kind == HitKind::PrivateKey {
                String::new()
            } else {
                format!(": {shown}")
            };
            let is_token = matches!(kind, HitKind::Token(_));
            match (certain, is_token) {
                (true, _) => (format!("{what} stands {stands}{shown}"), Severity::Error),
                (false, true) => (
                    format!("what looks like {what} stands {stands}{shown}"),
                    Severity::Warning,
                ),
                (false, false) => (format!("{what} stands {stands}{shown}"), Severity::Info),
            }
        }
        Evidence::Name(name, noun) => {
            let name = name.trim_start_matches('-');
            if credential.is_default {
                if !is_kept(cx.facts, credential) {
                    return;
                }
                let message = format!("the value of `{name}` is easily guessed: {shown}");
                (message, Severity::Info)
            } else {
                let message = format!("the value of `{name}` is {}: {shown}", noun.with_article());
                (message, written_level(cx.facts, credential))
            }
        }
        Evidence::Position(_) => return,
    };
    report_at(cx, credential.span, message, place, severity);
}

fn report_at(
    cx: &mut Context<'_>,
    span: Span,
    message: String,
    place: Whereabouts,
    severity: Severity,
) {
    let severity = if place == Whereabouts::Comment {
        severity.min(Severity::Info)
    } else {
        severity
    };
    cx.report(span, message)
        .secret()
        .help(help(place))
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
