//! `secret-in-env`: secrets that ENV keeps in the image's configuration.

use super::judgement::{ROTATE, Written, copied_argument, is_final, level, written};
use crate::diagnostic::Severity;
use crate::facts::{Facts, Node};
use crate::rule::{Context, Rule, rule};
use crate::secrets::excerpt;
use crate::syntax::Kind;

rule!(SecretInEnv);

impl Rule for SecretInEnv {
    fn check_node(&self, cx: &mut Context<'_>, node: &Node<'_>) {
        let Kind::Env(pairs) = &node.instruction.kind else {
            return;
        };
        let facts = cx.facts;
        for pair in &pairs.pairs {
            let Some(name) = facts.text(node.index, &pair.name) else {
                continue;
            };
            if let Some((argument, span)) = copied_argument(facts, node, &name, &pair.value) {
                let place = place(facts, node);
                let message = format!("`{name}` keeps the build argument `{argument}` in {place}");
                cx.report(span, message)
                    .help(format!(
                        "drop this line; mount the secret where it is needed, \
                         `RUN --mount=type=secret,id={argument},env={argument} …`, \
                         or give it to the container when it starts"
                    ))
                    .severity(level(facts, node, Severity::Error));
                continue;
            }
            let Written::Secret(found, span) = written(facts, node, &name, &pair.value) else {
                continue;
            };
            let shown = excerpt(&found.secret);
            if found.is_default {
                // A container that is thrown away may have any password.
                if is_final(facts, node) {
                    let message = format!("`{name}` has a value that is easily guessed: {shown}");
                    cx.report(span, message)
                        .secret()
                        .help("leave it unset and let whoever starts the container choose one")
                        .severity(Severity::Info);
                }
                continue;
            }
            let (what, place) = (&found.what, place(facts, node));
            cx.report(span, format!("`{name}` keeps {what} in {place}: {shown}"))
                .secret()
                .help(format!(
                    "{ROTATE} give it to the container when it starts; \
                     unsetting it later in this file does not remove it"
                ))
                .severity(level(facts, node, Severity::Error));
        }
    }
}

fn place(facts: &Facts<'_>, node: &Node<'_>) -> &'static str {
    if is_final(facts, node) {
        "the image"
    } else {
        "a stage of the build"
    }
}

#[cfg(test)]
mod tests {
    use super::super::judgement::testing::findings;
    use crate::secrets::testing::Random;
    use crate::secrets::token::PROVIDERS;

    #[test]
    fn one_value_is_one_finding() {
        let token = Random(21).token(&PROVIDERS[0]);
        let found = |text: &str| findings(&format!("FROM scratch\n{text}"));
        assert_eq!(
            found(&format!("ENV GH_TOKEN={token}\n")),
            [format!("error secret-in-env {token}")]
        );
        assert_eq!(
            found(&format!("ENV THING='{token}'\n")),
            [format!("error hard-coded-secret {token}")]
        );
        assert_eq!(
            found(&format!("ENV GH_TOKEN \"Bearer {token}\"\n")),
            [format!("error secret-in-env {token}")]
        );
        assert_eq!(
            found(&format!("ONBUILD ENV GH_TOKEN={token}\n")),
            [format!("error secret-in-env {token}")]
        );
    }

    #[test]
    fn a_value_in_pieces_is_put_together() {
        let token = Random(22).token(&PROVIDERS[0]);
        let (a, b) = token.split_at(20);
        let text = format!("FROM scratch\nENV GH_TOKEN={a}\\\r\n{b}\r\n");
        assert_eq!(
            findings(&text),
            [format!("error secret-in-env {a}\\\r\n{b}")]
        );
        let text = format!("FROM scratch\nARG A={a}\nARG B={b}\nENV GH_TOKEN=$A$B\n");
        assert_eq!(findings(&text), ["error secret-in-env $A$B"]);
    }

    #[test]
    fn a_token_in_braces_is_one_finding() {
        let token = Random(23).token(&PROVIDERS[0]);
        let text = format!("FROM a\nENV GH_TOKEN=${{GH_TOKEN:-{token}}}\n");
        assert_eq!(findings(&text), [format!("error secret-in-env {token}")]);
    }

    #[test]
    fn a_default_in_braces_is_written_here() {
        let text = "FROM alpine\nENV DB_PASSWORD=${DB_PASSWORD:-violet-umbrella}\n";
        assert_eq!(findings(text), ["error secret-in-env violet-umbrella"]);
        let text = "FROM alpine\nENV DB_PASSWORD=${DB_PASSWORD:-changeme}\n";
        assert_eq!(findings(text), ["info secret-in-env changeme"]);
    }

    #[test]
    fn an_argument_that_names_something_else_is_no_secret() {
        let text = "FROM alpine\nARG TOKEN_URL\nENV AUTH_TOKEN=$TOKEN_URL\n";
        assert!(findings(text).is_empty());
    }

    #[test]
    fn backticks_escape_and_stages_inherit() {
        let text = "# escape=`\nFROM a AS x\nENV DB_PASSWORD=violet`\n-umbrella\nFROM x\n";
        assert_eq!(findings(text), ["error secret-in-env violet`\n-umbrella"]);
    }

    #[test]
    fn what_only_looks_like_a_secret_is_silent() {
        let text = r##"FROM debian
ENV PYTHON_PIP_VERSION=23.0.1 PYTHON_GET_PIP_SHA256=96461deced5c2a487ddc65207ec5a9cffeca0d34e7af7ea1afc470ff0d746207
ENV GNUPGHOME=/tmp/x KEYS="B42F6819007F00F88E364FD4036A9C25BF357DD4 0xDEADBEEF"
ENV RABBITMQ_PGP_KEY_ID=0x0A9AF2115F4687BD29803A206B73A36E6026DFCA
ENV PGP_KEY=573BFD6B3D8FBC641079A6ABABF5BD827BD73A11
ENV HASHICORP_RELEASE_KEY=C874011F0AB405110D02105534365D9472D7468F
ENV API_KEY_FILE=/x API_KEY_HEADER=X-Api-Key TOKEN_HEADER_NAME=authorization
ENV SECRET_BACKEND=vault SECRETS_PROVIDER=aws SECRET_STORE_TYPE=env
ENV PASSWORD_MIN_LENGTH=12 PASSWORD_POLICY=strong PASSWORD_REGEX='^[a-z]+$'
ENV JWT_ALGORITHM=HS256 JWT_EXPIRES_IN=3600 JWT_ISSUER=https://issuer.example.com
ENV AUTH_METHOD=token AUTH_TYPE=basic AUTH=none AUTH_ENABLED=false
ENV SSH_KEY_PATH=/root/.ssh/id_rsa SSH_KEY_TYPE=ed25519 SSH_AUTH_SOCK=/tmp/agent
ENV KEY_VAULT_NAME=my-vault KEYCLOAK_URL=https://sso.example.com KEYMAP=us KEYBOARD_LAYOUT=de
ENV CREDENTIALS_DIR=/creds AWS_SHARED_CREDENTIALS_FILE=/root/.aws/credentials
ENV PASSWORD=$(cat /run/secrets/x) TOKEN=${TOKEN} SECRET={{secret}} DB_PASSWORD=%DB%
ENV ACCESS_TOKEN_LIFETIME=3600 REFRESH_TOKEN_ROTATION=true TOKEN_TYPE=Bearer
ENV PASSPHRASE= SECRET='' TOKEN="" NPM_CONFIG__AUTH_TOKEN=''
ENV MAX_NEW_TOKENS=20 NUM_TOKENS=512 HF_TOKENIZER=bert PAD_TOKEN="[PAD]" EOS_TOKEN='</s>'
ENV SECRET_KEY_BASE_DUMMY=1 SECRET_KEY_BASE=1 RAILS_MASTER_KEY=dummy
ENV DJANGO_SECRET_KEY=not-a-secret-only-for-collectstatic
ENV CERT_KEY=/etc/tls/tls.key TLS_KEY=tls.key SSL_KEY=server.key SSH_KEY=~/.ssh/id_rsa
ENV COMPOSER_AUTH='{"github-oauth":{}}' PASS_THROUGH=1 BYPASS=yes COMPASS=x PASSENGER_VERSION=6
ENV PASSENGER_APP_ENV=production TOKENS_PER_SECOND=10 SECRETARY=bob KEYSTORE_PATH=/x AUTHOR=me
ENV CACHE_KEY=v1-dependencies-2024-01-01 PARTITION_KEY=user_id S3_KEY=backups/db.tar.gz SORT_KEY=a
ENV IDEMPOTENCY_KEY=123e4567-e89b-12d3-a456-426614174000 BUILD_ID=123e4567-e89b-12d3-a456-426614174000
ARG GIT_COMMIT=573bfd6b3d8fbc641079a6ababf5bd827bd73a11
ARG KEY ARG_KEY AUTH SALT PUBLIC_KEY SSH_KNOWN_HOSTS SSH_HOST_KEY GPG_FINGERPRINT GPG_KEY
RUN echo 'user ALL=(ALL) NOPASSWD: ALL' && grep password /etc/x && mysql --password-file=x
RUN echo "deb [signed-by=/usr/share/keyrings/x.gpg] https://a b" && curl https://x:8080/a@b
RUN curl -fsSL "https://$USER:$PASS@host/" && git clone https://oauth2:${TOKEN}@gitlab.com/a/b && curl http://user:pass@host
RUN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN
RUN docker pull docker.io/library/alpine:3@sha256:573bfd6b3d8fbc641079a6ababf5bd827bd73a11573bfd6b3d8fbc641079a6ab
RUN sed -e 's/password=.*/password=secret/' -e "s;Server=x;Password=foo;g" && echo "jdbc:mysql://h/db?user=root&password=root"
RUN curl https://raw.githubusercontent.com/a/b/573bfd6b3d8fbc641079a6ababf5bd827bd73a11/x.sh -o /tmp/aiza.sh
ENV ELASTIC_URL=http://elastic:changeme@es:9200 AMQP=amqp://guest:guest@rabbit RABBIT=amqp://user:bitnami@x
"##;
        assert_eq!(findings(text), [] as [&str; 0]);
    }

    #[test]
    fn passwords_people_think_of_are_found() {
        let text = r##"FROM debian
ENV DB_PASSWORD Tr0ub4dor&3
ENV MYSQL_PASSWORD=zephyrine7
ENV POSTGRES_PASSWORD="kestrel lagoon 9"
ENV REDIS_PASSWORD=b1ueC4rrot!
ENV ADMIN_PASS=s3agull.moon
ENV RABBITMQ_DEFAULT_PASS=mulberry-77
ENV JWT_SECRET=walrus_tango_niner
ENV SECRET_KEY=jellybean-sunrise-42
ENV API_TOKEN=oatmeal-7-pine
ENV SMTP_PASSWORD=Wombat#Lantern
ENV PGPASSWORD=quokka2021
ENV VNC_PASSWORD=dolphin1
ENV ROOT_PASSWORD=fl1pper
ENV KEYSTORE_PASS=walnut-brittle
ENV ENCRYPTION_KEY=thisismybananakey
ENV accessKey=merlin-goose
ENV LDAP_BIND_PASSWORD=Sommer2023
ENV FTP_PASSWD=Katze77
ENV SPRING_DATASOURCE_PASSWORD=moonlight
ENV MONGO=mongodb://svc:velvet-otter@mongo.prod.acme.io/db
ENV http_proxy=http://jdoe:Sunflower7@proxy.corp.acme:3128
RUN git clone https://jdoe:Sunflower7@git.corp.acme/x.git
"##;
        let found = findings(text);
        assert_eq!(found.len(), text.lines().count() - 1, "{found:#?}");
        assert!(found.iter().all(|f| f.starts_with("error")), "{found:#?}");
    }
}
