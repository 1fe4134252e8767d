//! What the name of a variable promises. Names are read word by word, never by substring:
//! `TOKENIZERS_PARALLELISM`, `KEYBOARD` and `MONKEY` hold no secret word.

use super::listed;
use crate::keywords::{Keywords, links};

/// What a secret is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Noun {
    Password,
    Token,
    Key,
    Secret,
    Credentials,
}

impl Noun {
    /// With its article, for messages.
    pub fn with_article(self) -> &'static str {
        match self {
            Noun::Password => "a password",
            Noun::Token => "a token",
            Noun::Key => "a key",
            Noun::Secret => "a secret",
            Noun::Credentials => "credentials",
        }
    }
}

/// A name that may stand for a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// What it calls the secret.
    pub noun: Noun,
    /// Whether the name alone is evidence: `DB_PASSWORD`, `API_KEY`; else the value must look
    /// random too: `APP_KEY`, `REDIS_AUTH`.
    pub strong: bool,
    /// Whether it says so at its end, so that it counts without any value.
    pub exact: bool,
    /// Its words in lower case.
    pub words: Vec<String>,
}

/// Words that are secrets by themselves.
const NOUNS: &[(&str, Noun)] = &[
    ("password", Noun::Password),
    ("passwords", Noun::Password),
    ("passwd", Noun::Password),
    ("pword", Noun::Password),
    ("psw", Noun::Password),
    ("passphrase", Noun::Password),
    ("passcode", Noun::Password),
    ("passwort", Noun::Password),
    ("psk", Noun::Password),
    ("authtok", Noun::Password),
    ("contraseña", Noun::Password),
    ("secret", Noun::Secret),
    ("secrets", Noun::Secret),
    ("token", Noun::Token),
    ("tokens", Noun::Token),
    ("credential", Noun::Credentials),
    ("credentials", Noun::Credentials),
    ("creds", Noun::Credentials),
    ("apikey", Noun::Key),
    ("apikeys", Noun::Key),
    ("privatekey", Noun::Key),
    ("secretkey", Noun::Key),
    ("accesskey", Noun::Key),
    ("sshpass", Noun::Password),
    ("dbpass", Noun::Password),
    ("userpass", Noun::Password),
    ("rootpass", Noun::Password),
    ("adminpass", Noun::Password),
    ("mysqlpass", Noun::Password),
    ("ftppass", Noun::Password),
    ("smtppass", Noun::Password),
    ("mailpass", Noun::Password),
    ("authpass", Noun::Password),
    ("keypass", Noun::Password),
    ("storepass", Noun::Password),
    ("sudopass", Noun::Password),
    ("remotepass", Noun::Password),
    ("localpass", Noun::Password),
    ("loginpass", Noun::Password),
    ("httppass", Noun::Password),
    ("ldappass", Noun::Password),
    ("bindpass", Noun::Password),
    ("vpnpass", Noun::Password),
    ("imappass", Noun::Password),
    ("poppass", Noun::Password),
    ("serverpass", Noun::Password),
    ("clientpass", Noun::Password),
    ("apipass", Noun::Password),
];

/// Words run together that end so: `PGPASSWORD`, `NPMTOKEN`.
const ENDINGS: &[(&str, Noun)] = &[
    ("password", Noun::Password),
    ("passwd", Noun::Password),
    ("passphrase", Noun::Password),
    ("secret", Noun::Secret),
    ("token", Noun::Token),
    ("apikey", Noun::Key),
    ("secretkey", Noun::Key),
    ("accesskey", Noun::Key),
    ("privatekey", Noun::Key),
    ("masterkey", Noun::Key),
    ("pwd", Noun::Password),
];

/// What makes a key a secret one.
const KEY_QUALIFIERS: &str = "\
    api access private secret master encryption encrypt crypto deploy auth account session ssh \
    cookie jwt admin root subscription";

/// Services whose keys are secrets, and who sign no packages with them.
const SERVICES: &str = "\
    airtable algolia anthropic asana assemblyai bittrex brevo cerebras coinbase cohere codecov \
    deepgram deepl deepseek elevenlabs etsy fastly finnhub fireworks firecrawl gemini groq heroku \
    hubspot intercom ipinfo jina kraken kucoin langchain langsmith launchdarkly lob mailchimp \
    mailgun mailjet maxmind meraki messagebird mistral newsapi okta openai openrouter openweather \
    opsgenie pagerduty perplexity pinecone plaid postmark rapidapi replicate sendbird sendgrid \
    shippo squarespace stripe tavily telnyx trello twilio voyage xai zendesk";

/// Words behind the secret word that make it something about a secret.
const ABOUT: &str = "\
    file files filename path paths dir dirs directory folder home location loc url urls uri uris \
    link endpoint host hostname port server address addr domain name names id ids uid arn alias \
    ref version ver rev revision commit hash hashes hasher hashers hashing encoder encoders validity checksum checksums sum digest \
    fingerprint fingerprints fpr keyid size length len bits bytes count limit max min ttl age \
    lifetime timeout interval duration rotation period type kind format encoding algorithm algo \
    alg cipher method mode header headers prefix suffix separator public pub enabled enable \
    disabled disable required optional policy rules regex pattern prompt message field param \
    parameter column scope scopes issuer audience provider backend manager store service driver \
    class encryption maps map reset validator strength command cmd script helper variable variables \
    var vars varname env envvar environ environment source src cookie cookies stdin label labels \
    placeholder property attribute claim claims query selector engine plugin support transport \
    storage through";

/// Words behind the secret word that change nothing.
const HARMLESS_TAIL: &str = "\
    prod production dev development test testing staging stage ci local base value val default \
    text plain string str base64 b64 encoded pem build old new";

/// Words in front that make a switch, a number or something public of it.
const FRONT: &str = "\
    public pub publishable anon anonymous no without allow disable disabled enable enabled skip \
    require required use uses is has with want empty random generate generated create existing print show \
    hide check validate verify reset rotate max min num number eos bos authorized vite csrf cancel \
    cancellation passwordless";

/// Words in front of KEY: what signs releases and packages is checked with a public key, and many
/// keys open nothing.
const KEY_FRONT: &str = "\
    gpg pgp gnupg signing signature release releases repo repository apt deb rpm yum dnf keyring \
    archive maintainer maintainers trusted ca host known site search primary foreign partition \
    sort cache index registry map object public author cosign";

/// What a name promises; nothing if it names no secret, or something about one.
pub fn classify(name: &str) -> Option<SecretName> {
    // Most names have no such letters at all.
    if name.len() < 3 || !may_name(name) || name.contains("$(") {
        return None;
    }
    let words = words(name);
    let bare: Vec<&str> = words
        .iter()
        .map(|w| w.trim_end_matches(|c: char| c.is_ascii_digit()))
        .collect();
    let word = |i: usize| bare.get(i).copied().unwrap_or_default();
    // (first word, last word, noun, strong)
    let mut found = None;
    for (i, text) in bare.iter().enumerate() {
        let before = i.checked_sub(1).map(word).unwrap_or_default();
        let last = i + 1 == bare.len();
        let noun = NOUNS.iter().find(|(n, _)| n == text).map(|(_, noun)| *noun);
        let glued = || {
            let negated =
                text.starts_with("no") && text.len() <= 10 || matches!(*text, "pwd" | "oldpwd");
            let ending = ENDINGS.iter().find(|(e, _)| text.ends_with(e) && !negated);
            ending.map(|(_, noun)| *noun)
        };
        if let Some(noun) = noun.or_else(glued) {
            found = Some((i, i, noun, true));
            continue;
        }
        found = match *text {
            "key" | "keys" if listed(KEY_QUALIFIERS, before) => {
                Some((i - 1, i, Noun::Key, *text == "key" || before == "api"))
            }
            "key" | "keys" if listed(SERVICES, before) => Some((i - 1, i, Noun::Key, true)),
            "key" if matches!(before, "license" | "licence") && i > 1 => {
                Some((i - 1, i, Noun::Key, true))
            }
            "word" if before == "pass" => Some((i - 1, i, Noun::Password, true)),
            "phrase" if before == "pass" => Some((i - 1, i, Noun::Password, true)),
            "pass" | "pw" if i > 0 => {
                let counted = [
                    "by", "first", "second", "one", "two", "single", "multi", "low",
                ];
                if counted.contains(&before) {
                    found
                } else {
                    Some((i, i, Noun::Password, true))
                }
            }
            "pwd" if i > 0 && before != "old" => Some((i, i, Noun::Password, true)),
            "pass" | "pw" => Some((i, i, Noun::Password, false)),
            // GitHub and Azure call their tokens so.
            "pat" if last && matches!(before, "github" | "gh" | "gitlab" | "azure" | "devops") => {
                Some((i, i, Noun::Token, true))
            }
            "pat" if last => Some((i, i, Noun::Token, false)),
            "key" if last || listed(HARMLESS_TAIL, word(i + 1)) => Some((i, i, Noun::Key, false)),
            // What its scanner takes for a user may be a token.
            "login" if last && before == "sonar" => Some((i, i, Noun::Token, false)),
            // What `redis-cli` reads.
            "auth" if last && before == "rediscli" => Some((i, i, Noun::Password, true)),
            // What npm keeps of a login.
            "auth" if last && is_npm_auth(name) => Some((i, i, Noun::Secret, true)),
            // `X-JFrog-Art-Api`
            "api" if last && before == "art" => Some((i, i, Noun::Key, true)),
            // What the agents of Consul share.
            "encrypt" if bare.len() == 1 => Some((i, i, Noun::Key, false)),
            "auth" | "jwt" | "salt" | "session" | "sessionid" | "jsessionid" | "phpsessid"
                if last =>
            {
                Some((i, i, Noun::Secret, false))
            }
            _ => found,
        };
    }
    let (first, last, noun, strong) = found?;
    let tail = words.get(last + 1..).unwrap_or_default();
    let about = |w: &String| {
        listed(ABOUT, w.as_str()) || is_hash_name(w) || w.starts_with("expir") || w == "asc"
    };
    if tail.iter().any(about) {
        return None;
    }
    let front = bare.get(..first).unwrap_or_default();
    if front.iter().any(|w| listed(FRONT, w)) {
        return None;
    }
    let qualified = strong && last > first && word(first) != "ssh";
    if noun == Noun::Key && !qualified && front.iter().any(|w| listed(KEY_FRONT, w)) {
        return None;
    }
    // The libraries of Google read a file's name from it.
    if name.eq_ignore_ascii_case("GOOGLE_APPLICATION_CREDENTIALS") {
        return None;
    }
    let harmless =
        |w: &String| w.bytes().all(|b| b.is_ascii_digit()) || listed(HARMLESS_TAIL, w.as_str());
    Some(SecretName {
        noun,
        strong,
        exact: strong && tail.iter().all(harmless),
        words,
    })
}

fn is_npm_auth(name: &str) -> bool {
    name.eq_ignore_ascii_case("_auth")
        || name.len() > 6 && name.to_ascii_lowercase().ends_with("__auth")
}

/// Every name of a secret has one of these in it, and so has the text around a value without one.
const HINTS: [&str; 36] = [
    "pass",
    "pw",
    "secret",
    "token",
    "cred",
    "key",
    "auth",
    "jwt",
    "salt",
    "pat",
    "psw",
    "psk",
    "sess",
    "art-api",
    "bearer",
    "sonar.login",
    "crypt",
    "pdo(",
    "login",
    "user=",
    "user =",
    "assword",
    "account(",
    "create_user(",
    "ftp(",
    "sequelize(",
    "keystore.",
    "hashsync(",
    "_crypt.hash(",
    "credentials(",
    "superuser(",
    "getconnection(",
    ">connect(",
    "mysqli",
    " on >",
    "setuser",
];

static HINTED: Keywords<{ links(&HINTS) }> = Keywords::new(&HINTS, false);

/// A cheap test of a name, or of a text with names in it, that lets few others through.
pub(super) fn may_name(text: &str) -> bool {
    HINTED.is_match(text) || !text.is_ascii()
}

fn is_hash_name(word: &str) -> bool {
    matches!(word, "sha" | "md5" | "sha1" | "crc32" | "blake2" | "blake3")
        || word
            .strip_prefix("sha")
            .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

/// The words of a name in lower case: split at everything but letters and digits, and where
/// camel case begins a word.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut before = ' ';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            open = false;
        } else {
            let next_is_lower = chars.peek().is_some_and(|n| n.is_lowercase());
            let camel = c.is_uppercase()
                && (before.is_lowercase()
                    || before.is_ascii_digit() && next_is_lower
                    || before.is_uppercase() && next_is_lower);
            if !open || camel {
                words.push(String::new());
                open = true;
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        before = c;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str) -> &'static str {
        match classify(name) {
            None => "-",
            Some(n) if n.exact => "exact",
            Some(n) if n.strong => "strong",
            Some(_) => "weak",
        }
    }

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("dbPassword"), ["db", "password"]);
        assert_eq!(words("AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words("npm.auth-token"), ["npm", "auth", "token"]);
        assert_eq!(words("S3Key2"), ["s3", "key2"]);
        assert_eq!(
            words("ConnectionStrings__Default"),
            ["connection", "strings", "default"]
        );
    }

    #[test]
    fn names_of_secrets() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "dbPassword",
            "PGPASSWORD",
            "MYSQL_ROOT_PASSWORD",
            "NPM_TOKEN",
            "NPMTOKEN",
            "GITHUB_TOKEN",
            "API_KEY",
            "apikey",
            "AWS_SECRET_ACCESS_KEY",
            "SSH_PRIVATE_KEY",
            "SSH_KEY",
            "GPG_PRIVATE_KEY",
            "GPG_PASSPHRASE",
            "SECRET_KEY_BASE",
            "CLIENT_SECRET",
            "DB_PASS",
            "SMTP_PWD",
            "PASSWORD_PROD",
            "TOKEN_1",
            "PASSWORD2",
            "KEYSTORE_PASSWORD",
            "FILE_PASSWORD",
            "HOST_TOKEN",
            "SLACK_SIGNING_SECRET",
            "PIP_CREDS",
            "GITHUB_PAT",
            "REDISCLI_AUTH",
            "SSHPASS",
        ] {
            assert_eq!(says(name), "exact", "{name}");
        }
        for name in [
            "APP_KEY",
            "REDIS_AUTH",
            "CI_PAT",
            "LICENSE_KEY",
            "PASS",
            "AUTH_SALT",
        ] {
            assert_eq!(says(name), "weak", "{name}");
        }
        assert_eq!(says("PASSWORD_ADMIN"), "strong");
    }

    #[test]
    fn names_of_other_things() {
        for name in [
            "PASSWORD_FILE",
            "MYSQL_PASSWORD_FILE",
            "TOKEN_URL",
            "SECRET_NAME",
            "AWS_ACCESS_KEY_ID",
            "GPG_KEY",
            "GPG_KEYS",
            "NGINX_SIGNING_KEY",
            "RELEASE_KEY",
            "PUBLIC_KEY",
            "KEY_SHA512",
            "TOKENIZERS_PARALLELISM",
            "KEYBOARD",
            "MONKEY",
            "COMPASS",
            "PWD",
            "OLD_PWD",
            "PATH",
            "MAX_TOKENS",
            "ALLOW_EMPTY_PASSWORD",
            "NOPASSWD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
            "PASSWORD_HASH",
            "TOKEN_TTL",
            "SECRETS_DIR",
            "NEXT_PUBLIC_API_KEY",
            "VITE_API_KEY",
            "KEY_FINGERPRINT",
            "TOKEN_EXPIRY",
            "SECRET_MANAGER",
            "PASSWORD_ENCRYPTION",
            "AUTHORIZED_KEYS",
            "SMTP_SASL_PASSWORD_MAPS",
            "KEYSTORE",
            "AUTHOR",
            "STRIPE_PUBLISHABLE_KEY",
            "SSH_HOST_KEY",
            "PASSWORD_PATH",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "SSH_PUBLIC_KEY",
            "API_KEY_VARIABLE",
            "API_KEY_VARNAME",
            "API_KEY_VAR",
            "API_KEY_ENV",
            "SECRET_SOURCE",
            "TOKEN_COOKIE",
            "password-stdin",
        ] {
            assert_eq!(says(name), "-", "{name}");
        }
    }
}
