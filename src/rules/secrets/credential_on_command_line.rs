//! `credential-on-command-line`: passwords and tokens where a program takes them as arguments.

use super::judgement::{ROTATE, help, is_kept, written_level};
use crate::diagnostic::Severity;
use crate::facts::{Credential, Evidence, Whereabouts};
use crate::rule::{Context, Rule, rule};
use crate::secrets::excerpt;

rule!(CredentialOnCommandLine);

impl Rule for CredentialOnCommandLine {
    fn check_file(&self, cx: &mut Context<'_>) {
        let facts = cx.facts;
        for credential in facts.credentials() {
            if let Evidence::Position(program) = &credential.evidence {
                report(cx, credential, program);
            }
        }
    }
}

fn report(cx: &mut Context<'_>, credential: &Credential, program: &str) {
    let shown = excerpt(&credential.secret);
    let place = credential.whereabouts;
    let guessed = if credential.is_default {
        " that is easily guessed"
    } else {
        ""
    };
    let message = match program {
        "" => format!("a secret{guessed} is given on the command line: {shown}"),
        program => format!("`{program}` is given a password{guessed} here: {shown}"),
    };
    if credential.is_default {
        if is_kept(cx.facts, credential) {
            cx.report(credential.span, message)
                .secret()
                .help("let whoever starts the container choose one")
                .severity(Severity::Info);
        }
        return;
    }
    let help = match place {
        Whereabouts::Build => format!(
            "{ROTATE} let the command read it from a mount: `RUN --mount=type=secret,id=… …`"
        ),
        other => help(other),
    };
    let severity = match place {
        Whereabouts::Comment => Severity::Info,
        _ => written_level(cx.facts, credential),
    };
    cx.report(credential.span, message)
        .secret()
        .help(help)
        .severity(severity);
}

#[cfg(test)]
mod tests {
    use super::super::judgement::testing::findings;

    #[test]
    fn commands_in_every_instruction() {
        for place in [
            "RUN mysql -u root -p@ db",
            "RUN <<EOF\nmysql -u root -p@ db\nEOF",
            "RUN [\"mysql\", \"-p@\"]",
            "CMD mysql -p@",
            "CMD [\"sh\", \"-c\", \"mysql -p@\"]",
            "ENTRYPOINT [\"redis-server\", \"--requirepass\", \"@\"]",
            "HEALTHCHECK CMD redis-cli -a @ ping",
            "ONBUILD RUN mysql -p@",
            "RUN chpasswd <<EOF\nroot:@\nEOF",
            "COPY <<EOF /x.sh\nmysql -p@\nEOF",
            "RUN true \\\n # why\n && echo \"root:@\" | chpasswd",
            "ENV COMMAND=\"mysql -p@\"",
            "SHELL [\"powershell\"]\nRUN net user bob @ /add",
            "ARG P=@\nRUN mysql -p$P",
        ] {
            let text = format!("FROM a\n{place}\n").replace('@', "violet-umbrella-9");
            let at = if place.contains("$P") {
                "$P"
            } else {
                "violet-umbrella-9"
            };
            assert_eq!(
                findings(&text),
                [format!("error credential-on-command-line {at}")],
                "{place}"
            );
        }
    }

    #[test]
    fn a_value_broken_by_a_continuation_is_put_together() {
        let text = "FROM a\nRUN mysql -pviolet-\\\numbrella-9 x\n";
        assert_eq!(
            findings(text),
            ["error credential-on-command-line violet-\\\numbrella-9"]
        );
    }

    #[test]
    fn levels() {
        let text = "FROM a AS b\nRUN mysql -pviolet-umbrella\nFROM c\nRUN mysql -proot\n\
                    # mysql -pviolet-umbrella\n";
        assert_eq!(
            findings(text),
            [
                "info credential-on-command-line violet-umbrella",
                "info credential-on-command-line root",
                "info credential-on-command-line violet-umbrella",
            ]
        );
    }
}
