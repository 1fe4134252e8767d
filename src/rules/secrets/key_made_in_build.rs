//! `key-made-in-build`: a private key that every container of the image shares.

use crate::diagnostic::Severity;
use crate::facts::Node;
use crate::rule::{Context, Rule, rule};

rule!(KeyMadeInBuild);

impl Rule for KeyMadeInBuild {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        let is_final = facts.stage_of(node).is_some_and(|s| s.in_final);
        let mut seen: Vec<String> = Vec::new();
        for key in facts.made_keys(node) {
            // The keys of a host are one matter.
            let place = if key.shown.starts_with("/etc/ssh/ssh_host_") {
                "/etc/ssh".to_owned()
            } else {
                key.shown.clone()
            };
            if seen.contains(&place) || facts.makes_key_at_start(key.program) {
                continue;
            }
            seen.push(place);
            let shown = &key.shown;
            let report = cx
                .report(
                    key.span,
                    format!("every container of the image shares the private key in `{shown}`"),
                )
                .help("make it when the container starts, or mount it: whoever has the image has the key");
            // A copy of a part of a builder stage.
            if !is_final && key.path.is_none() {
                report.severity(Severity::Info);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::{self, ActiveRule, Settings};
    use crate::rules;
    use crate::span::Source;

    fn findings(text: &str) -> Vec<String> {
        let settings = Settings {
            rules: rules::by_id("key-made-in-build")
                .map(ActiveRule::new)
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| report.source.slice(d.span).to_owned();
        report.diagnostics.iter().map(show).collect()
    }

    #[test]
    fn commands_that_make_a_key() {
        for (command, at) in [
            ("ssh-keygen -A", "ssh-keygen -A"),
            (
                "ssh-keygen -q -t rsa -N '' -f /root/.ssh/id_rsa",
                "ssh-keygen",
            ),
            ("ssh-keygen -P '' </dev/null", "ssh-keygen"),
            ("openssl genrsa -out k.pem 2048", "openssl genrsa"),
            ("openssl genrsa 2048 > k.pem", "openssl genrsa"),
            ("openssl genpkey -algorithm RSA -out k", "openssl genpkey"),
            (
                "openssl ecparam -name secp384r1 -genkey -out k",
                "openssl ecparam",
            ),
            (
                "openssl req -x509 -nodes -newkey rsa:2048 -keyout k -out c",
                "openssl req",
            ),
            (
                "openssl req -new -x509 -nodes -out c -keyout k",
                "openssl req",
            ),
            (
                "keytool -genkeypair -alias a -keystore k.jks",
                "keytool -genkeypair",
            ),
            ("gpg --batch --gen-key /k.conf", "gpg"),
            (
                "wg genkey | tee /etc/wireguard/k | wg pubkey > p",
                "wg genkey",
            ),
            ("wg genkey > k", "wg genkey"),
            ("age-keygen -o k", "age-keygen"),
            ("dropbearkey -t rsa -f /etc/dropbear/k", "dropbearkey"),
            ("make-ssl-cert generate-default-snakeoil", "make-ssl-cert"),
        ] {
            let text = format!("FROM a\nRUN {command}\n");
            assert_eq!(findings(&text), [at], "{text}");
        }
    }

    #[test]
    fn keys_that_nobody_shares() {
        for text in [
            "FROM a\nRUN ssh-keygen -y -f k > k.pub\n",
            "FROM a\nRUN ssh-keygen -R host && ssh-keygen -F host && ssh-keygen -lf k\n",
            "FROM a\nRUN openssl req -new -key k -out r\n",
            "FROM a\nRUN openssl genrsa 2048 | openssl rsa -pubout\n",
            "FROM a\nRUN ssh-keygen -A && rm -f /etc/ssh/ssh_host_*\n",
            "FROM a\nRUN ssh-keygen -A\nRUN rm /etc/ssh/ssh_host_*\n",
            "FROM a\nRUN openssl genrsa -out /tmp/k 2048 && use /tmp/k && rm /tmp/k\n",
            "FROM a\nRUN --mount=type=tmpfs,target=/k openssl genrsa -out /k/x\n",
            "FROM a AS b\nRUN ssh-keygen -f /k -N ''\nFROM c\nCOPY --from=b /app /app\n",
            "FROM a\nRUN ssh-keygen -A\nCMD ssh-keygen -A && exec sshd -D\n",
            "FROM a\nRUN ssh-keygen -A\nENTRYPOINT [\"/entrypoint.sh\"]\n",
            "FROM a\nRUN openssl genrsa -out /dev/null\n",
            "FROM a\nRUN ssh-keygen --help && openssl version\n",
            "FROM a\nCMD ssh-keygen -A && sshd -D\n",
        ] {
            assert_eq!(findings(text), [] as [&str; 0], "{text}");
        }
        let text = "FROM a AS b\nRUN ssh-keygen -f /k/id -N ''\nFROM c\nCOPY --from=b /k /k\n";
        assert_eq!(findings(text), ["ssh-keygen"]);
    }
}
