//! How many leaks are found, and how often what only looks like one: Dockerfiles made here from
//! places of a secret and secrets made at run time, so that none stands in this repository.

use std::collections::BTreeMap;

use dlint::diagnostic::Severity;
use dlint::engine::{self, Settings};
use dlint::secrets::token::{Alphabet, Check, PROVIDERS, Part, Provider};
use dlint::secrets::value::is_random;
use dlint::span::Source;

/// A small xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    fn text(&mut self, alphabet: Alphabet, length: usize) -> String {
        let all: Vec<char> = (33u8..127)
            .filter(|b| alphabet.has(*b) && *b != b'=')
            .map(char::from)
            .collect();
        (0..length).map(|_| all[self.below(all.len())]).collect()
    }

    /// What people think of: words, capitals, digits, a sign.
    fn human(&mut self) -> String {
        const WORDS: [&str; 24] = [
            "walrus", "lantern", "kestrel", "pumpkin", "saffron", "glacier", "marble", "otter",
            "velvet", "thunder", "cobalt", "meadow", "falcon", "ginger", "harbour", "juniper",
            "Sommer", "Katze", "Berlin", "Montag", "dragon", "monkey", "shadow", "ninja",
        ];
        let (a, b) = (self.of(&WORDS), self.of(&WORDS));
        let title = |w: &str| format!("{}{}", w[..1].to_uppercase(), &w[1..]);
        let year = 1950 + self.below(80);
        let digit = self.below(10);
        match self.below(9) {
            0 => format!("{a}-{b}-{digit}"),
            1 => format!("{}{year}", title(a)),
            2 => format!("{}{}{digit}", title(a), title(b)),
            3 => format!("{a}{b}"),
            4 => format!("{}{year}!", title(a)),
            5 => format!("{a}.{b}{digit}"),
            6 => format!(
                "{}_{}{year}",
                title(a),
                b.replace('e', "3").replace('a', "4")
            ),
            7 => format!("Sup3r{}{digit}!", title(a)),
            _ => format!("{}#{}", title(a), title(b)),
        }
    }

    fn token(&mut self, provider: &Provider) -> String {
        loop {
            let token = self.shaped(provider);
            if provider.check != Check::Random || is_random(&token[provider.keyword.len()..]) {
                return token;
            }
        }
    }

    fn shaped(&mut self, provider: &Provider) -> String {
        let mut token = String::new();
        if let Some((alphabet, min, _)) = provider.before {
            token.push_str(provider.starts);
            token.push_str(&self.text(alphabet, usize::from(min) - provider.starts.len()));
        }
        token.push_str(provider.keyword);
        for part in provider.parts {
            match part {
                Part::Run(alphabet, min, _) => {
                    token.push_str(&self.text(*alphabet, usize::from(*min)));
                }
                Part::Text(text) => token.push_str(text),
            }
        }
        if provider.check == Check::Crc {
            let body = token.split_off(provider.keyword.len());
            token.push_str(&body[..30]);
            token.push_str(&crc(&body[..30]));
        }
        token
    }
}

/// CRC-32 in base 62, six digits.
fn crc(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    let digits: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    let mut rest = !crc;
    let mut out = ['0'; 6];
    for digit in out.iter_mut().rev() {
        *digit = digits[(rest % 62) as usize];
        rest /= 62;
    }
    out.iter().collect()
}

fn base64(text: &str) -> String {
    let all: Vec<char> = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/'])
        .collect();
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            if i <= chunk.len() {
                out.push(all[(bits >> (18 - 6 * i) & 63) as usize]);
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// A private key in PEM, as its lines.
fn key_block(random: &mut Random) -> [String; 4] {
    let edge = |word: &str| format!("-----{word} RSA PRIV{} KEY-----", "ATE");
    let line = |r: &mut Random| format!("MIIa1{}", r.text(Alphabet::Alnum, 59));
    [edge("BEGIN"), line(random), line(random), edge("END")]
}

/// A finding: its rule, its level, and the text it underlines.
type Finding = (&'static str, Severity, String, u32);

fn findings(text: &str) -> Vec<Finding> {
    let report = engine::lint(Source::new("Dockerfile", text), &Settings::recommended());
    let secrets = report
        .diagnostics
        .iter()
        .filter(|d| d.rule.family == "secrets");
    secrets
        .map(|d| {
            let text = report.source.slice(d.span).to_owned();
            (
                d.rule.id,
                d.severity,
                text,
                report.source.line(d.span.start),
            )
        })
        .collect()
}

#[derive(Default)]
struct Score {
    cases: usize,
    found: usize,
    exact: usize,
    errors: usize,
    /// By the place, an example.
    missed: BTreeMap<String, (usize, String)>,
}

#[derive(Default)]
struct Scores(BTreeMap<&'static str, Score>);

impl Scores {
    /// Counts a file in which `secret` stands as `written`.
    fn count(&mut self, kind: &'static str, text: &str, written: &str) {
        let findings = findings(text);
        let score = self.0.entry(kind).or_default();
        score.cases += 1;
        let touches = |f: &&Finding| f.2.contains(written) || written.contains(&f.2);
        let found: Vec<&Finding> = findings.iter().filter(touches).collect();
        score.found += usize::from(!found.is_empty());
        score.exact += usize::from(found.iter().any(|f| f.2 == written));
        score.errors += usize::from(found.iter().any(|f| f.1 == Severity::Error));
        if !found.iter().any(|f| f.2 == written) {
            let found: Vec<_> = findings.iter().map(|f| &f.2).collect();
            let place = text.replace(written, "@");
            let entry = score.missed.entry(place).or_default();
            entry.0 += 1;
            entry.1 = format!("{written:?} {found:?}");
        }
    }

    /// Asserts the least share of found and of exactly underlined secrets of every kind.
    #[allow(clippy::print_stdout, reason = "the shares are what the test measures")]
    fn hold(&self, floors: &[(&str, f64)]) {
        let mut low = Vec::new();
        for (kind, score) in &self.0 {
            let share = |n: usize| n as f64 / score.cases as f64;
            println!(
                "{kind:24} {:6} cases, found {:.3}, exact {:.3}, errors {:.3}",
                score.cases,
                share(score.found),
                share(score.exact),
                share(score.errors)
            );
            if std::env::var_os("DLINT_SHOW_MISSED").is_some() {
                score.missed.iter().for_each(|m| println!("  {m:?}"));
            }
            let floor = floors.iter().find(|(k, _)| k == kind);
            let floor = floor.unwrap_or_else(|| panic!("no floor for {kind}")).1;
            if share(score.found) < floor || share(score.exact) < floor - 0.02 {
                low.push(format!("{kind}: {:#?}", score.missed));
            }
        }
        assert!(low.is_empty(), "{}", low.join("\n"));
    }
}

/// Places of a token that needs no name. `@` is the token.
const ANYWHERE: &[&str] = &[
    "ENV THING=@",
    "ENV THING @",
    "ENV A=b THING=\"@\" C=d",
    "ARG THING=@",
    "LABEL x.y=@",
    "RUN use @",
    "RUN export A=b && use --x @ | tee y",
    "RUN echo '{\"x\":\"@\"}' > x.json",
    "RUN <<EOF\nuse @\nEOF",
    "COPY <<EOF /x\nx: @\nEOF",
    "CMD [\"app\", \"@\"]",
    "CMD app @",
    "ENTRYPOINT [\"app\", \"--x=@\"]",
    "HEALTHCHECK CMD app @",
    "ONBUILD RUN use @",
    "ONBUILD ENV THING=@",
    "# @",
    "RUN true \\\n  # @\n  && true",
    "RUN curl -H 'X: @' https://api.acme.dev",
    "RUN git clone https://x:@@github.com/a/b",
    "ADD https://@@github.com/a/b.git /b",
    "RUN curl https://api.acme.dev?x=@",
    "SHELL [\"sh\", \"-c\", \"@\"]",
    "VOLUME /@",
];

#[test]
fn provider_tokens() {
    let mut random = Random(0x51ED);
    let mut scores = Scores::default();
    for (number, provider) in PROVIDERS.iter().enumerate() {
        // Every place many times, every format in a quarter of them.
        for place in ANYWHERE.iter().skip(number % 4).step_by(4) {
            let token = random.token(provider);
            let text = format!("FROM a\n{}\n", place.replacen('@', &token, 1));
            scores.count("token", &text, &token);
        }
        // A continuation in its middle, two variables.
        let token = random.token(provider);
        let (a, b) = token.split_at(token.len() / 2);
        let text = format!("FROM a\nENV THING={a}\\\n{b}\n");
        scores.count("token continued", &text, &format!("{a}\\\n{b}"));
        let text = format!("FROM a\nRUN use {a}\\\n{b}\n");
        scores.count("token continued", &text, &format!("{a}\\\n{b}"));
        for place in [
            "ENV THING=@",
            "RUN use @",
            "LABEL x=@",
            "RUN curl -H \"X: @\" h",
        ] {
            let use_ = place.replace('@', "$A${B}");
            let text = format!("FROM a\nARG A={a}\nENV B={b}\n{use_}\n");
            scores.count("token joined", &text, "$A${B}");
        }
        for place in [
            "ENV THING_B64=@",
            "RUN echo @ | base64 -d > x",
            "COPY <<EOF /x\nx: @\nEOF",
        ] {
            let encoded = base64(&format!("token={token}\n"));
            let text = format!("FROM a\n{}\n", place.replace('@', &encoded));
            scores.count("token in base64", &text, &encoded);
        }
    }
    scores.hold(&[
        ("token", 0.995),
        ("token continued", 0.99),
        ("token joined", 0.97),
        ("token in base64", 0.95),
    ]);
}

#[test]
fn private_keys() {
    let mut random = Random(0x4E1);
    let mut scores = Scores::default();
    for _ in 0..40 {
        let [begin, a, b, end] = key_block(&mut random);
        let block = format!("{begin}\n{a}\n{b}\n{end}");
        let escaped = format!("{begin}\\n{a}\\n{b}\\n{end}");
        for place in ["RUN <<EOF\ncat > k <<X\n@\nX\nEOF", "COPY <<EOF /k\n@\nEOF"] {
            let text = format!("FROM a\n{}\n", place.replace('@', &block));
            scores.count("key block", &text, &block);
        }
        for place in [
            "ENV KEY=\"@\"",
            "ARG KEY='@'",
            "RUN printf '@' > k",
            "RUN echo -e \"@\" > k",
            "CMD [\"app\", \"@\"]",
            "LABEL key=\"@\"",
        ] {
            let text = format!("FROM a\n{}\n", place.replace('@', &escaped));
            scores.count("key block", &text, &escaped);
        }
        let encoded = base64(&block);
        for place in ["ENV KEY_B64=@", "RUN echo @ | base64 -d > k", "ARG K=@"] {
            let text = format!("FROM a\n{}\n", place.replace('@', &encoded));
            scores.count("key in base64", &text, &encoded);
        }
    }
    scores.hold(&[("key block", 0.99), ("key in base64", 0.99)]);
}

const NAMES: &[&str] = &[
    "DB_PASSWORD",
    "PASSWORD",
    "MYSQL_ROOT_PASSWORD",
    "POSTGRES_PASSWORD",
    "ADMIN_PASS",
    "SMTP_PASSWD",
    "REDIS_PASSWORD",
    "PGPASSWORD",
    "JWT_SECRET",
    "SECRET_KEY",
    "API_TOKEN",
    "GITHUB_TOKEN",
    "CLIENT_SECRET",
    "API_KEY",
    "AWS_SECRET_ACCESS_KEY",
    "ENCRYPTION_KEY",
    "dbPassword",
    "SA_PASSWORD",
    "LDAP_BIND_PW",
    "APP_SECRET_KEY_BASE",
];

/// Places behind a name. `#` is the name, `@` the value.
const NAMED: &[&str] = &[
    "ENV #=@",
    "ENV # @",
    "ENV #=\"@\"",
    "ENV #='@'",
    "ENV A=b #=@ C=d",
    "ENV A=b \\\n    #=@",
    "ENV #=${X:-@}",
    "ARG #=@",
    "ARG #=\"@\"",
    "ONBUILD ENV #=@",
    "LABEL #=@",
    "LABEL a.b=c #=\"@\"",
    "RUN export #=@",
    "RUN export #=\"@\" && make",
    "RUN #=@ make",
    "RUN make #='@'",
    "RUN a && #=@ sudo b && c",
    "RUN docker run -e #=@ x",
    "RUN echo \"#=@\" >> /etc/environment",
    "RUN echo '#: @' >> x.yml",
    "RUN printf '#=@\\n' > .env",
    "RUN sed -i 's/^#=.*/#=@/' x.conf",
    "RUN <<EOF\nexport #=@\nmake\nEOF",
    "RUN <<EOF\ncat > x.yml <<X\n  #: \"@\"\nX\nEOF",
    "COPY <<EOF /x.yml\na:\n  #: @\nEOF",
    "COPY <<EOF /x.ini\n[a]\n# = @\nEOF",
    "COPY <<EOF /x.json\n{\"a\": 1, \"#\": \"@\"}\nEOF",
    "COPY <<'EOF' /x.env\n#=@\nEOF",
    "COPY <<EOF /x.xml\n<a><#>@</#></a>\nEOF",
    "CMD #=@ app",
    "CMD [\"env\", \"#=@\", \"app\"]",
    "ENTRYPOINT [\"sh\", \"-c\", \"#=@ exec app\"]",
    "HEALTHCHECK CMD #=@ check",
    "ENV JAVA_OPTS=\"-Xmx1g -D#=@ -Dx=y\"",
    "RUN echo \"export #=@\" >> ~/.bashrc",
    "RUN echo 'ENV[\"#\"]=\"@\"' > x.rb",
    "RUN python -c \"import os; os.environ['#']='@'\"",
    "RUN printf 'x=1\\n#=%s\\n' '@' > .env",
    "RUN echo \"[a]\\nx = 1\\n# = @\" > x.ini",
    "RUN crudini --set x.ini a # @",
    "RUN gh secret set # --body @",
    "RUN aws ssm put-parameter --name /x/# --value @",
    "RUN consul kv put x/# @",
    "RUN setx # @ /M",
    "RUN ./configure --with-#=@",
    "RUN sed -i 's|__#__|@|' x",
    "RUN sed -i \"s/# = .*/# = @/\" x",
    "COPY <<EOF /x.yml\nenv:\n  - name: #\n    value: \"@\"\nEOF",
    "COPY <<EOF /x.xml\n<add key=\"#\" value=\"@\"/>\nEOF",
    "COPY <<EOF /x.xml\n<property name=\"#\">@</property>\nEOF",
    "COPY <<EOF /x.php\n<?php\n$# = '@';\nEOF",
    "COPY <<EOF /x.php\n<?php\ndefine('#', '@');\nEOF",
    "COPY <<EOF /x.rb\n'#' => '@',\nEOF",
    "COPY <<EOF /x.conf\nSetEnv # @\nEOF",
    "COPY <<EOF /x.conf\nfastcgi_param # \"@\";\nEOF",
    "SHELL [\"pwsh\"]\nRUN $# = '@'; x",
    "# ENV #=@",
    "#ENV # @",
    "# export #=@",
];

#[test]
fn values_behind_names() {
    let mut random = Random(0x7A11);
    let mut scores = Scores::default();
    for name in NAMES {
        for place in NAMED {
            for i in 0..3 {
                let value = if i == 2 {
                    random.text(Alphabet::Alnum, 24)
                } else {
                    random.human()
                };
                // `#` starts a comment too.
                let place = place.strip_prefix("# ").map_or_else(
                    || place.replace('#', name),
                    |rest| format!("# {}", rest.replace('#', name)),
                );
                let place = place.replace(&format!("{name}ENV"), "#ENV");
                let written = value.replace('#', "-");
                let text = format!("FROM a\n{}\n", place.replace('@', &written));
                let kind = if i == 2 {
                    "name, random"
                } else {
                    "name, human"
                };
                scores.count(kind, &text, &written);
            }
        }
    }
    scores.hold(&[("name, random", 0.97), ("name, human", 0.97)]);
}

/// Where programs take a credential.
const COMMANDS: &[&str] = &[
    "mysql -u root -p@ -e 'select 1'",
    "mysql -uroot --password=@",
    "mysqldump -p'@' shop > x",
    "mysqladmin -u root password '@'",
    "mariadb -p\"@\"",
    "curl -u bot:@ https://a.dev",
    "curl --user bot:@ https://a.dev",
    "curl -sSLu 'bot:@' https://a.dev",
    "curl -x http://p:1 --proxy-user a:@ https://a.dev",
    "curl --oauth2-bearer @ https://a.dev",
    "wget --user=a --password=@ https://a.dev",
    "wget --http-password=@ https://a.dev",
    "wget --ftp-password=@ ftp://a.dev",
    "sshpass -p @ ssh a.dev",
    "sshpass -p '@' scp a b:c",
    "useradd -m -p @ bob",
    "usermod -p '@' bob",
    "useradd --password @ bob",
    "echo 'root:@' | chpasswd",
    "echo \"bob:@\" | sudo chpasswd",
    "printf 'bob:@\\n' | chpasswd",
    "echo bob:@ | chpasswd -c SHA512",
    "chpasswd <<< 'bob:@'",
    "echo '@' | passwd --stdin bob",
    "echo -e \"@\\n@\" | passwd bob",
    "(echo @; echo @) | passwd bob",
    "docker login -u a -p @ r.dev",
    "docker login --username a --password @ r.dev",
    "echo @ | docker login -u a --password-stdin r.dev",
    "podman login -p @ -u a r.dev",
    "helm registry login r.dev -u a -p @",
    "helm repo add x https://a.dev --password @",
    "skopeo copy --src-creds=a:@ docker://a docker://b",
    "az login -u a -p @",
    "az login --service-principal -u a -p @ --tenant t",
    "aws configure set aws_secret_access_key @",
    "doctl auth init -t @",
    "gh auth login --with-token <<< @",
    "vault login @",
    "kubectl config set-credentials a --token=@",
    "kubectl create secret generic x --from-literal=password=@",
    "kubectl create secret docker-registry x --docker-password=@",
    "oc login -u a -p @ h",
    "psql postgresql://a:@@db.acme.dev/x",
    "PGPASSWORD=@ psql -h h",
    "psql -c \"ALTER USER a WITH PASSWORD '@'\"",
    "mysql -e \"CREATE USER a IDENTIFIED BY '@'\"",
    "redis-cli -a @ ping",
    "redis-server --requirepass @",
    "mongosh -u a -p @",
    "mongo admin -u a -p '@'",
    "mongorestore --password=@",
    "sqlcmd -S h -U sa -P '@'",
    "/opt/mssql-tools/bin/sqlcmd -U sa -P @ -Q x",
    "sqlplus a/@@h",
    "cqlsh -u a -p @ h",
    "cypher-shell -u a -p @",
    "neo4j-admin set-initial-password @",
    "rabbitmqctl add_user a @",
    "rabbitmqctl change_password a @",
    "ldapsearch -x -D cn=a -w @",
    "slappasswd -s @",
    "kadmin.local -q \"addprinc -pw @ a\"",
    "smbclient //h/s -U a%@",
    "lftp -u a,@ h",
    "svn co --username a --password @ https://a.dev",
    "unzip -P @ x.zip",
    "zip -P @ x.zip y",
    "7z x -p@ x.7z",
    "gpg --batch --passphrase @ -d x",
    "openssl enc -d -aes-256-cbc -k @ -in x",
    "openssl rsa -in k -passin pass:@",
    "openssl pkcs12 -export -passout pass:@ -in x",
    "keytool -importcert -storepass @ -file x",
    "keytool -genkeypair -keypass @ -alias a",
    "ssh-keygen -t rsa -N '@' -f k",
    "htpasswd -bc /etc/h a @",
    "htpasswd -nb a @",
    "mosquitto_passwd -b f a @",
    "twine upload -u a -p @ dist/x",
    "poetry config http-basic.x a @",
    "poetry config pypi-token.pypi @",
    "poetry publish -u a -p @",
    "pip config set global.index-url https://a:@@p.acme.dev/simple",
    "pip install --index-url https://a:@@p.acme.dev/simple x",
    "npm config set //r.dev/:_authToken @",
    "npm config set //r.dev/:_authToken=@",
    "yarn config set npmAuthToken @",
    "echo '//r.dev/:_authToken=@' > .npmrc",
    "composer config http-basic.a.dev a @",
    "composer config github-oauth.github.com @",
    "bundle config set a.dev a:@",
    "bundle config a.dev a:@",
    "gem push --key @ x",
    "nuget sources add -Name x -Password @",
    "dotnet nuget add source h -u a -p @ -n x",
    "dotnet nuget push x -k @",
    "cargo login @",
    "conan user -p @ a",
    "mvn deploy -Dpassword=@",
    "mvn sonar:sonar -Dsonar.token=@",
    "gradle publish -PnexusPassword=@",
    "git clone https://a:@@git.acme.dev/x.git",
    "git clone https://oauth2:@@gitlab.com/a/b",
    "git config --global url.\"https://a:@@git.acme.dev\".insteadOf https://git.acme.dev",
    "git config --global credential.x.password @",
    "echo 'machine a.dev login b password @' > ~/.netrc",
    "printf 'machine a.dev\\nlogin b\\npassword @\\n' > ~/.netrc",
    "echo 'https://a:@@github.com' > ~/.git-credentials",
    "mc alias set x https://a.dev a @",
    "s3cmd --secret_key=@ ls",
    "subscription-manager register --username a --password @",
    "net user bob @ /add",
    "ngrok authtoken @",
    "ngrok config add-authtoken @",
    "tailscale up --authkey=@",
    "snyk auth @",
    "wandb login @",
    "huggingface-cli login --token @",
    "vercel deploy --token @",
    "sentry-cli --auth-token @ x",
    "./config.sh --url u --token @",
    "gitlab-runner register --registration-token @",
    "x11vnc -storepasswd @ f",
    "echo @ | vncpasswd -f > f",
    "drush si --account-pass=@",
    "wp core install --admin_password=@",
    "app --token @",
    "app --api-key=@",
    "app --password '@' -v",
    "app --client-secret @",
    "sh -c 'mysql -p@ x'",
    "bash -lc \"export DB_PASSWORD=@; app\"",
    "su - bob -c \"mysql -p@\"",
    "sudo -u a sshpass -p @ ssh b",
    "expect -c 'spawn su; send \"x\\r\"' && app --passwd @",
    "echo @ | sudo -S apt-get update",
    "ansible-playbook -e ansible_password=@ x.yml",
    "terraform apply -var 'db_password=@'",
    "curl -d '{\"password\": \"@\"}' https://a.dev",
    "curl -d 'user=a&password=@' https://a.dev",
    "curl 'https://a.dev/x?access_token=@'",
    "http -a bot:@ https://a.dev",
    "rclone config create x ftp pass=@",
    "docker login -u=a -p=@ r.dev",
    "redis-cli AUTH @",
    "REDISCLI_AUTH=@ redis-cli ping",
    "export SSHPASS=@ && sshpass -e ssh a.dev",
    "printf '%s:%s' root '@' | chpasswd",
    "echo 'root:@' > /tmp/x && chpasswd < /tmp/x",
    "{ echo @; echo @; } | passwd bob",
    "usermod --password $(echo @ | openssl passwd -1 -stdin) root",
    "useradd --password $(perl -e 'print crypt(\"@\", \"sa\")') bob",
    "openssl aes-256-cbc -d -k @ -in x",
    "openssl dgst -sha256 -hmac @ x",
    "dotnet dev-certs https -ep x.pfx -p @",
    "nuget push x.nupkg @ -Source https://a.dev",
    "smbclient //h/s @ -U bot",
    "mount.cifs //h/s /m -o user=a,pass=@",
    "ansible-vault encrypt_string '@' --name db_password",
    "java -jar jenkins-cli.jar -s https://j.dev -auth a:@ x",
    "/opt/x/bin/add-user.sh admin @ --silent",
    "cargo login --registry acme @",
    "anaconda -t @ upload x",
    "echo @ | elasticsearch-keystore add -x bootstrap.password",
    "expect -c 'spawn su; expect \"Password:\"; send \"@\\r\"'",
    "echo @ | openconnect --passwd-on-stdin h",
    "steamcmd +login bot @ +quit",
    "ss-server -p 8388 -k @ -m x",
    "splunk add forward-server h:9997 -auth admin:@",
    "consul agent -encrypt @",
    "vault write auth/approle/login role_id=x secret_id=@",
    "cvs -d :pserver:bot:@@cvs.acme.dev:/x co y",
    "mongo admin --eval \"db.createUser({user:'a',pwd:'@',roles:[]})\"",
    "mongo admin --eval 'db.auth(\"a\", \"@\")'",
    "python manage.py shell -c \"User.objects.create_superuser('a', 'a@b.c', '@')\"",
    "choco install x --params \"'/Password:@'\"",
    "reg add HKLM/x /v DefaultPassword /t REG_SZ /d @",
    "curl -H X-Api-Key:@ https://a.dev",
    "conda config --add channels https://conda.anaconda.org/t/@/acme",
];

#[test]
fn command_lines() {
    let mut random = Random(0xC0);
    let mut scores = Scores::default();
    for command in COMMANDS {
        for form in [
            "RUN ##",
            "RUN true && ## || false",
            "RUN set -e; ##",
            "RUN <<EOF\nset -e\n##\nEOF",
            "ONBUILD RUN ##",
            "CMD ##",
            "RUN true \\\n # why\n && ##",
            "# RUN ##",
        ] {
            for _ in 0..2 {
                let password = random.human().replace(['#', '!'], "-");
                let command = command.replace("@@", "\0@").replace('@', "\u{1}");
                // `@@` is a password and the sign before a host.
                let command = command.replace("\0\u{1}", "\u{1}@");
                let command = command.replace("a\u{1}b.c", "a@b.c");
                let command = command.replace('\u{1}', &password);
                let head = form.replace("##", &command);
                let text = format!("FROM a\n{head}\n");
                scores.count("command line", &text, &password);
            }
        }
    }
    scores.hold(&[("command line", 0.97)]);
}

/// Lines that programs and servers read a credential from, and the commands that write them.
const WRITTEN: &[&str] = &[
    "RUN echo '//npm.acme.dev/:_authToken=@' > ~/.npmrc",
    "RUN echo \"_auth = @\" >> /root/.npmrc",
    "ENV NPM_CONFIG__AUTH=@",
    "RUN echo 'npmAuthToken: \"@\"' >> ~/.yarnrc.yml",
    "RUN { echo \"machine a.dev\"; echo \"login b\"; echo \"password @\"; } > ~/.netrc",
    "COPY <<EOF /root/.netrc\ndefault login b password @\nEOF",
    "RUN printf \"[x]\\nusername: b\\npassword: @\\n\" > ~/.pypirc",
    "COPY <<EOF /root/.m2/settings.xml\n<username>b</username><password>@</password>\nEOF",
    "COPY <<EOF /nuget.config\n<add key=\"ClearTextPassword\" value=\"@\" />\nEOF",
    "ENV NUGET_CREDENTIALS='{\"a\":[{\"endpoint\":\"https://x\",\"password\":\"@\"}]}'",
    "ENV COMPOSER_AUTH='{\"github-oauth\":{\"github.com\":\"@\"}}'",
    "RUN echo '{\"gitlab-token\": {\"gitlab.com\": \"@\"}}' > auth.json",
    "ENV BUNDLE_GEMS__ACME__DEV=b:@",
    "RUN echo \"db:5432:x:b:@\" > ~/.pgpass",
    "COPY <<EOF /root/.pgpass\n*:*:*:b:@\nEOF",
    "RUN printf \"[client]\\nuser=b\\npassword=@\\n\" > ~/.my.cnf",
    "COPY <<EOF /etc/msmtprc\naccount x\nuser b\npassword @\nEOF",
    "RUN echo '@' > /run/db_password",
    "RUN printf '%s' '@' > ~/.vault-token",
    "RUN echo \"mysql-server mysql-server/root_password password @\" | debconf-set-selections",
    "RUN debconf-set-selections <<< 'slapd slapd/password1 password @'",
    "RUN sed -i 's/^# requirepass .*/requirepass @/' redis.conf",
    "RUN sed -i '/x/a password=@' my.cnf",
    "RUN sed -i 's/password_here/@/' wp-config.php",
    "ENV X=redis.acme.dev:6380,password=@,ssl=True",
    "ENV X=b:@@tcp(db.acme.dev:3306)/x",
    "RUN curl -H 'X-JFrog-Art-Api: @' https://a.dev",
    "RUN curl -d 'client_secret=@&grant_type=x' https://a.dev",
    "RUN wget --header='Cookie: a=b; auth_token=@' https://a.dev",
    "RUN git config --global url.\"https://@:x-oauth-basic@github.com/\".insteadOf x",
    "SHELL [\"pwsh\"]\nRUN $p = ConvertTo-SecureString \"@\" -AsPlainText -Force",
    "SHELL [\"pwsh\"]\nRUN [Environment]::SetEnvironmentVariable('DB_PASSWORD', '@', 'Machine')",
    "RUN C:/x/setup.exe /Q /SAPWD=\"@\" /ACTION=Install",
    "RUN net use z: //h/s /user:b @",
    "RUN printf \"machine a.dev\\n login %s\\n password %s\\n\" b @ > ~/.netrc",
    "RUN echo 'machine a.dev login @ password x-oauth-basic' > ~/.netrc",
    "COPY <<EOF /root/.m2/settings.xml\n<server>\n <password>\n  @\n </password>\n</server>\nEOF",
    "COPY <<EOF /auth.json\n{\n \"github-oauth\": {\n  \"github.com\": \"@\"\n }\n}\nEOF",
    "COPY <<EOF /root/.gem/credentials\n---\n:rubygems_api_key: @\nEOF",
    "RUN Rscript -e 'Sys.setenv(GITHUB_PAT=\"@\")'",
    "RUN echo 'user = \"b:@\"' > ~/.curlrc",
    "RUN echo '[smtp.acme.dev]:587 b:@' > /etc/postfix/sasl_passwd",
    "COPY <<EOF /users.acl\nuser bot on >@ ~* +@all\nEOF",
    "COPY <<EOF /x.php\n<?php\ndefine( 'DB_PASSWORD', '@' );\nEOF",
    "COPY <<EOF /x.tf\nvariable \"db_password\" {\n  type = string\n  default = \"@\"\n}\nEOF",
    "COPY <<EOF /x.conf\nproxy_set_header Authorization \"Bearer @\";\nEOF",
    "RUN sed -i '/^\\[db\\]/a password = @' x.ini",
    "RUN echo 'alter user system identified by \"@\";' | sqlplus / as sysdba",
];

#[test]
fn files_that_commands_write() {
    let mut random = Random(0xF11E);
    let mut scores = Scores::default();
    for place in WRITTEN {
        for i in 0..8 {
            let secret = if i % 2 == 0 {
                random.human().replace(['#', '!'], "-")
            } else {
                random.text(Alphabet::Alnum, 32)
            };
            let text = place.replacen("@@", "\0@", 1);
            let text = if text.contains('\0') {
                text.replace('\0', &secret)
            } else {
                text.replacen('@', &secret, 1)
            };
            scores.count("written", &format!("FROM a\n{text}\n"), &secret);
        }
    }
    scores.hold(&[("written", 0.99)]);
}

const HEADERS: &[&str] = &[
    "-H 'Authorization: Bearer @'",
    "-H \"Authorization: token @\"",
    "--header 'Authorization: Token @'",
    "--header=\"Authorization: Bearer @\"",
    "-H 'X-Api-Key: @'",
    "-H \"PRIVATE-TOKEN: @\"",
    "-H 'X-Auth-Token: @'",
    "-H 'X-Vault-Token: @'",
    "-H 'Authorization: ApiKey @'",
    "-H authorization:\\ bearer\\ @",
    "-H 'JOB-TOKEN: @'",
    "-H \"Deploy-Token: @\"",
    "-H 'Api-Key: @'",
];

#[test]
fn headers_and_urls() {
    let mut random = Random(0x4EAD);
    let mut scores = Scores::default();
    for header in HEADERS {
        for program in [
            "RUN curl # https://a.acme.dev",
            "RUN wget # https://a.acme.dev",
            "HEALTHCHECK CMD curl # h",
        ] {
            for i in 0..6 {
                let secret = if i % 2 == 0 {
                    random.human().replace(['#', '!'], "-")
                } else {
                    random.text(Alphabet::Alnum, 32)
                };
                let text = format!(
                    "FROM a\n{}\n",
                    program.replace('#', &header.replace('@', &secret))
                );
                scores.count("header", &text, &secret);
            }
        }
    }
    for i in 0..40 {
        let password = random.human();
        let encoded = base64(&format!("bot:{password}"));
        let program = [
            "RUN curl -H 'Authorization: Basic @' h",
            "RUN wget --header=\"Authorization: Basic @\" h",
        ][i % 2];
        scores.count(
            "basic header",
            &format!("FROM a\n{}\n", program.replace('@', &encoded)),
            &encoded,
        );
    }
    let schemes = [
        "https",
        "http",
        "ftp",
        "postgres",
        "postgresql",
        "mysql",
        "mongodb",
        "mongodb+srv",
        "redis",
        "rediss",
        "amqp",
        "amqps",
        "smtp",
        "ldap",
        "git+https",
        "mssql",
        "clickhouse",
        "nats",
        "socks5",
    ];
    let places = [
        "ENV X=@",
        "ENV X \"@\"",
        "ARG X=@",
        "RUN use @",
        "RUN use --x='@'",
        "CMD [\"app\", \"@\"]",
        "LABEL x=@",
        "COPY <<EOF /x\nurl: @\nEOF",
        "RUN echo \"@\" > x",
        "ENTRYPOINT app @",
        "# @",
    ];
    for scheme in schemes {
        for place in places {
            for user in ["app", "user", "root", "bot@acme.dev", ""] {
                let password = random.human().replace(['#'], "-");
                let user = user.replace('@', "%40");
                if user.is_empty() && !scheme.starts_with("redis") {
                    continue;
                }
                let url = format!("{scheme}://{user}:{password}@db.acme.dev:5432/x");
                scores.count(
                    "url",
                    &format!("FROM a\n{}\n", place.replace('@', &url)),
                    &password,
                );
            }
        }
    }
    for string in [
        "Server=db;Database=x;User Id=sa;Password=@;",
        "Server=tcp:db,1433;Uid=a;Pwd=@;Encrypt=true",
        "Data Source=db;Initial Catalog=x;User ID=a;Password=@",
        "jdbc:mysql://db/x?user=a&password=@",
        "jdbc:postgresql://db/x?user=a&password=@&ssl=true",
        "Host=db;Username=a;Password=@;Database=x",
        "jdbc:sqlserver://db:1433;databaseName=x;user=sa;password=@;",
        "jdbc:oracle:thin:a/@@db:1521:x",
        "host=db port=5432 user=a password=@ dbname=x",
        "Driver={ODBC};Server=db;UID=a;PWD=@",
        "amqp://a:@@mq.acme.dev/v",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=@;EndpointSuffix=x",
    ] {
        for place in [
            "ENV X=\"#\"",
            "ENV X='#'",
            "ARG X=\"#\"",
            "RUN use '#'",
            "COPY <<EOF /x\nconn = \"#\"\nEOF",
            "CMD [\"app\", \"#\"]",
        ] {
            for _ in 0..4 {
                let password = random.human().replace(['#', '!'], "-");
                let string = string
                    .replace("@@", "\0")
                    .replace('@', &password)
                    .replace('\0', &format!("{password}@"));
                scores.count(
                    "connection string",
                    &format!("FROM a\n{}\n", place.replace('#', &string)),
                    &password,
                );
            }
        }
    }
    scores.hold(&[
        ("header", 0.97),
        ("basic header", 0.97),
        ("url", 0.97),
        ("connection string", 0.97),
    ]);
}

/// Files in which a secret takes a way: the rule and the line that have to be reported. `@` is a
/// password.
const WAYS: &[(&str, &str, u32)] = &[
    ("FROM a\nARG NPM_TOKEN\nRUN npm ci\n", "secret-in-arg", 2),
    (
        "ARG NPM_TOKEN\nFROM a\nARG NPM_TOKEN\nRUN npm ci\n",
        "secret-in-arg",
        3,
    ),
    ("FROM a AS b\nARG API_KEY\nFROM b\n", "secret-in-arg", 2),
    (
        "FROM a\nARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN\n",
        "secret-in-env",
        3,
    ),
    (
        "FROM a\nARG T_TOKEN\nENV X=\"a $T_TOKEN\"\n",
        "secret-in-env",
        3,
    ),
    ("FROM a\nONBUILD ARG DB_PASSWORD\n", "secret-in-arg", 2),
    (
        "FROM a\nCOPY id_rsa /root/.ssh/id_rsa\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nADD .ssh /root/.ssh\nRUN x\nRUN rm -rf /root/.ssh\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nCOPY .env .aws/credentials /app/\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nCOPY [\"server.key\", \"/etc/\"]\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nCOPY deploy /root/.ssh/id_ed25519\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a AS b\nCOPY id_rsa /k/id_rsa\nFROM c\nCOPY --from=b /k /k\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nCOPY token.txt /t\nRUN use /t\nRUN rm /t\n",
        "copied-key-file",
        2,
    ),
    (
        "FROM a\nRUN echo x > ~/.ssh/id_rsa\nRUN rm /root/.ssh/id_rsa\n",
        "secret-removed-later",
        2,
    ),
    (
        "FROM a\nARG A_TOKEN\nRUN echo $A_TOKEN > /t\nRUN a && rm -f /t\n",
        "secret-removed-later",
        3,
    ),
    (
        "FROM a\nARG SSH_KEY\nRUN printf '%s' \"$SSH_KEY\" | tee $HOME/.ssh/id_rsa\nRUN rm -rf ~/.ssh\n",
        "secret-removed-later",
        3,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t cat /run/secrets/t > /root/.npmrc\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t,target=/s cp /s /etc/t\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t,env=T echo \"$T\" >> .env\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t git clone https://x:$(cat /run/secrets/t)@h/r\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t,env=T git config --global url.\"https://$T@h\".insteadOf x\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t <<E\nT=$(cat /run/secrets/t)\necho \"//r/:_authToken=$T\" > .npmrc\nE\n",
        "secret-mount-leak",
        4,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t,env=T set -x && curl -H \"A: $T\" h\n",
        "secret-mount-leak",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=secret,id=t,mode=0644 use\n",
        "readable-secret-mount",
        2,
    ),
    (
        "FROM a\nRUN --mount=type=ssh,mode=666 use\n",
        "readable-secret-mount",
        2,
    ),
    (
        "FROM a\nARG P=@\nRUN mysql -p$P\n",
        "credential-on-command-line",
        3,
    ),
    (
        "FROM a\nENV P=@\nRUN echo root:${P} | chpasswd\n",
        "credential-on-command-line",
        3,
    ),
    (
        "FROM a\nRUN mysql -p@ \\\n -e x\n",
        "credential-on-command-line",
        2,
    ),
];

#[test]
fn ways_of_secrets() {
    let password = Random(0x3A7).human().replace(['#', '!'], "-");
    let mut missed = Vec::new();
    for (text, rule, line) in WAYS {
        let text = text
            .replace('@', &password)
            .replace(&format!("{password}h"), "@h");
        let text = text.replace(&format!(" /run/secrets/t){password}"), " /run/secrets/t)@");
        let found = findings(&text);
        if !found.iter().any(|f| f.0 == *rule && f.3 == *line) {
            missed.push(format!("{text} {rule} {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// What is no leak, whatever it looks like.
const TWINS: &[&str] = &[
    "FROM a\nRUN --mount=type=secret,id=t,target=/root/.npmrc npm ci\n",
    "FROM a\nRUN --mount=type=secret,id=t cat /run/secrets/t > .npmrc && npm ci && rm -f .npmrc\n",
    "FROM a\nRUN --mount=type=secret,id=t,env=NPM_TOKEN npm ci\n",
    "FROM a\nRUN --mount=type=secret,id=t docker login --password-stdin < /run/secrets/t\n",
    "FROM a\nRUN --mount=type=secret,id=t,mode=0400,uid=1000 use\n",
    "FROM a\nRUN --mount=type=secret,id=t cat /run/secrets/t > /dev/shm/x && use /dev/shm/x\n",
    "FROM a AS b\nRUN --mount=type=secret,id=t cp /run/secrets/t /t\nFROM c\nCOPY --from=b /app /app\n",
    "ARG NPM_TOKEN\nFROM a\nRUN npm ci\n",
    "FROM a\nARG GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305\nARG KEY_SHA256 TOKEN_URL\n",
    "FROM a\nCOPY .env.example id_rsa.pub server.crt ca.pem keyboard.conf ./\n",
    "FROM a\nENV DB_PASSWORD=\"\" API_KEY=<your-key> TOKEN=${TOKEN} SECRET_KEY=changeme-example\n",
    "FROM a\nENV API_KEY_ENV=MY_SERVICE_KEY API_KEY_VARIABLE=OPENAI_API_KEY TOKEN_HEADER=X-Auth-Token\n",
    "FROM a\nENV SECRET_SOURCE=kubernetes SESSION_COOKIE=session_token PASSWORD_FIELD=passwd\n",
    "FROM a\nRUN mysql -p\"$P\" && mkdir -p /x && ssh -p 22 h && docker run -p 80:80 i\n",
    "FROM a\nRUN curl -u \"$USER:$PASS\" h && curl -H \"Authorization: Bearer $TOKEN\" h\n",
    "FROM a\nRUN grep -q password= f && sed -i 's/password=.*/password=${P}/' f && echo 'a ALL=NOPASSWD: ALL'\n",
    "FROM a\nRUN echo \"$P\" | chpasswd && passwd -l root && useradd -p '!' x\n",
    "FROM a\nRUN read -p 'Password: ' P && test \"$PASSWORD\" = x && [ $TOKEN = y ]\n",
    "FROM a\nCOPY <<EOF /x.py\npassword = os.environ['P']\ntoken = get_token(settings.token)\nEOF\n",
    "FROM a\nCOPY <<EOF /x.yml\npassword: ${DB_PASSWORD}\nsecretName: my-app-secret\ntoken: {{ token }}\nEOF\n",
    "FROM a\n# the password: set it with -e\n# curl -u user:password h\nLABEL org.label-schema.usage=\"-e PASSWORD=...\"\n",
    "FROM a\nRUN curl https://h/573bfd6b3d8fbc641079a6ababf5bd827bd73a11/x && git clone https://x@h/y && pip install -i https://h:8080/s x\n",
    "FROM a\nRUN npm config set //r/:_authToken='${NPM_TOKEN}' && apt-get install passwd mysql-client\n",
];

#[test]
fn look_alikes_are_silent() {
    let mut wrong = Vec::new();
    for text in TWINS {
        let found = findings(text);
        if !found.is_empty() {
            wrong.push(format!("{text} {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // Checksums, commits, fingerprints and UUIDs under names that sound like secrets.
    let mut random = Random(0xD1);
    for _ in 0..300 {
        let hex = |r: &mut Random, n: usize| r.text(Alphabet::Hex, n);
        for text in [
            format!("ENV APP_SHA256={}", hex(&mut random, 64)),
            format!("ENV GPG_KEY={}", hex(&mut random, 40).to_uppercase()),
            format!(
                "ENV RELEASE_KEYS=\"{} {}\"",
                hex(&mut random, 40),
                hex(&mut random, 40)
            ),
            format!("ARG TOKEN_COMMIT={}", hex(&mut random, 40)),
            format!(
                "RUN echo \"{}  x.tar.gz\" | sha256sum -c -",
                hex(&mut random, 64)
            ),
            format!(
                "RUN gpg --recv-keys {}",
                hex(&mut random, 40).to_uppercase()
            ),
            format!("FROM a@sha256:{}", hex(&mut random, 64)),
            format!(
                "ADD --checksum=sha256:{} https://h/x /x",
                hex(&mut random, 64)
            ),
            format!(
                "LABEL org.opencontainers.image.revision={}",
                hex(&mut random, 40)
            ),
            format!("ENV SIGNING_KEY=0x{}", hex(&mut random, 16).to_uppercase()),
        ] {
            let found = findings(&format!("FROM a\n{text}\n"));
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }
}

#[test]
fn a_secret_is_followed_from_a_workflow_into_the_image() {
    let at = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = at.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(".git/HEAD", "");
    write(
        "app/Dockerfile",
        "FROM a AS b\nARG NPM\nRUN npm ci\nFROM b\nARG GH\nARG VERSION\n",
    );
    write("other/Dockerfile", "FROM a\nARG NPM\n");
    write(
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with:\n          \
         context: app\n          build-args: |\n            NPM=${{ secrets.NPM_TOKEN }}\n            \
         VERSION=${{ github.sha }}\n",
    );
    write(
        "Makefile",
        "image:\n\tdocker build --build-arg GH=$(GITHUB_TOKEN) app\n",
    );
    let run = |format: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dlint"))
            .current_dir(at.path())
            .args(["--isolated", "--select", "secret-in-arg", "-f", format, "."])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let json = run("json");
    let found: Vec<String> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            let step = &f["flow"][0];
            format!(
                "{}:{} {} {}:{}",
                f["file"].as_str().unwrap(),
                f["line"],
                f["level"].as_str().unwrap(),
                step["file"].as_str().unwrap().rsplit('/').next().unwrap(),
                step["line"]
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "app/Dockerfile:2 error ci.yml:8",
            "app/Dockerfile:5 error Makefile:2"
        ],
        "{json}"
    );
    let help = json[0]["help"].as_str().unwrap();
    assert!(
        help.contains("secrets: NPM=${{ secrets.NPM_TOKEN }}"),
        "{help}"
    );
    let sarif = run("sarif");
    let locations = &sarif["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let place = |i: usize| &locations[i]["location"]["physicalLocation"];
    assert_eq!(
        place(0)["artifactLocation"]["uri"],
        ".github/workflows/ci.yml"
    );
    assert_eq!(place(0)["region"]["startLine"], 8);
    assert_eq!(place(1)["artifactLocation"]["uri"], "app/Dockerfile");
}
