//! `secret-mount-leak`: a mounted secret is written into the layer.

use crate::diagnostic::Severity;
use crate::facts::{Node, SecretSource};
use crate::rule::{Context, Rule, rule};

rule!(SecretMountLeak);

impl Rule for SecretMountLeak {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let facts = cx.facts;
        for write in facts.secret_writes(node) {
            let SecretSource::Mount(id) = &write.source else {
                continue;
            };
            let path = write.path.as_deref();
            if !facts.is_shipped(node, path) {
                continue;
            }
            // `secret-removed-later` says it.
            if path.is_some_and(|p| facts.removed_later(node, p).is_some()) {
                continue;
            }
            let file = &write.shown;
            cx.report(
                write.span,
                format!("the secret `{id}` is written into the layer, to `{file}`"),
            )
            .help(
                "let the program read the mount (`target=` puts it where it is looked for), or \
                 remove the file in this RUN",
            );
        }
        if let Some((span, id)) = facts.traced_secret(node) {
            cx.report(
                span,
                format!("the log of the build shows the secret `{id}`"),
            )
            .help("do without `set -x` where a secret is used")
            .severity(Severity::Info);
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
            rules: rules::by_id("secret-mount-leak")
                .map(ActiveRule::new)
                .into_iter()
                .collect(),
            ..Settings::default()
        };
        let report = engine::lint(Source::new("Dockerfile", text), &settings);
        let show = |d: &crate::diagnostic::Diagnostic| report.source.slice(d.span).to_owned();
        report.diagnostics.iter().map(show).collect()
    }

    const FILE: &str = "FROM a\nRUN --mount=type=secret,id=x ";
    const VARIABLE: &str = "FROM a\nRUN --mount=type=secret,id=x,env=TOKEN ";

    #[test]
    fn what_is_written() {
        for (head, script, at) in [
            (
                FILE,
                "cat /run/secrets/x > /root/.npmrc && npm ci",
                "/root/.npmrc",
            ),
            (FILE, "cp /run/secrets/x ~/.netrc", "~/.netrc"),
            (FILE, "install -m 600 /run/secrets/x /etc/key", "/etc/key"),
            (FILE, "echo \"t=$(cat /run/secrets/x)\" >> .env", ".env"),
            (FILE, "cat /run/secrets/x | base64 -d > key.pem", "key.pem"),
            (
                FILE,
                "cat /run/secrets/x | tee /etc/key >/dev/null",
                "/etc/key",
            ),
            (FILE, "T=$(cat /run/secrets/x) && echo $T > f && make", "f"),
            (FILE, "T=$(< /run/secrets/x); printf '%s' \"$T\" > f", "f"),
            (
                FILE,
                "sed -i \"s/@/$(cat /run/secrets/x)/\" app.conf",
                "app.conf",
            ),
            (
                VARIABLE,
                "echo \"//r/:_authToken=$TOKEN\" > .npmrc",
                ".npmrc",
            ),
            (
                VARIABLE,
                "cat > .npmrc <<E\n_authToken=${TOKEN}\nE",
                ".npmrc",
            ),
            (VARIABLE, "npm config set //r/:_authToken $TOKEN", "$TOKEN"),
            (
                VARIABLE,
                "git config --global url.\"https://$TOKEN@github.com\".insteadOf https://github.com",
                "url.\"https://$TOKEN@github.com\".insteadOf",
            ),
            (
                VARIABLE,
                "git clone https://x:$TOKEN@github.com/a/b",
                "https://x:$TOKEN@github.com/a/b",
            ),
            (
                VARIABLE,
                "set -x; curl -H \"Authorization: $TOKEN\" h",
                "set -x",
            ),
        ] {
            let script = if script.contains("<<E") {
                format!("<<EOF\n{script}\nEOF")
            } else {
                script.to_owned()
            };
            let text = format!("{head}{script}\n");
            assert_eq!(findings(&text), [at], "{text}");
        }
    }

    #[test]
    fn what_is_not() {
        for (head, script) in [
            (FILE, "npm ci --userconfig /run/secrets/x"),
            (FILE, "cat /run/secrets/x > .npmrc && npm ci && rm .npmrc"),
            (FILE, "cp /run/secrets/x ~/.netrc; go build; rm -f ~/.netrc"),
            (FILE, "cat /run/secrets/x > /dev/shm/x"),
            (FILE, "cat /run/secrets/x | docker login --password-stdin"),
            (FILE, "ln -s /run/secrets/x ~/.netrc && go build"),
            (
                FILE,
                "curl -H \"Authorization: $(cat /run/secrets/x)\" h > out",
            ),
            (FILE, "[ -f /run/secrets/x ] && make > log"),
            (
                FILE,
                "--mount=type=tmpfs,target=/root cp /run/secrets/x /root/.netrc",
            ),
            (VARIABLE, "npm ci > log"),
            (
                VARIABLE,
                "git -c http.extraHeader=\"Authorization: $TOKEN\" clone https://github.com/a/b",
            ),
            (
                VARIABLE,
                "git config --global a.b $TOKEN && git clone x && git config --global --unset a.b",
            ),
            (VARIABLE, "set -x; npm ci"),
            (VARIABLE, "set -x; make; set +x; curl -H \"A: $TOKEN\" h"),
        ] {
            let text = format!("{head}{script}\n");
            assert_eq!(findings(&text), [] as [&str; 0], "{text}");
        }
        let text = "FROM a AS b\nRUN --mount=type=secret,id=x cp /run/secrets/x /key\nFROM c\nCOPY --from=b /app /\n";
        assert_eq!(findings(text), [] as [&str; 0]);
        let text = "FROM a AS b\nRUN --mount=type=secret,id=x cp /run/secrets/x /app/key\nFROM c\nCOPY --from=b /app /\n";
        assert_eq!(findings(text), ["/app/key"]);
    }
}
