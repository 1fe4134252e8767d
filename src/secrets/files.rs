//! Files that hold secrets, known by their names.

use super::listed;

/// Names of files with secrets that lie in the folders of a project once somebody works with it.
pub const PROJECT_FILES: [&str; 7] = [
    ".env",
    ".env.local",
    ".env.production",
    ".netrc",
    "id_rsa",
    "id_ed25519",
    "terraform.tfstate",
];

/// Patterns of what holds secrets at the root of a project.
pub const FOLDER_PATTERNS: [&str; 4] = [".aws", ".ssh", ".kube", "*.pem"];

/// How sure a file's name makes it that it holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It often does, but may hold settings only.
    Maybe,
    /// It holds settings, secrets among them as a rule.
    Likely,
    /// It is made for nothing else.
    Certain,
}

/// A file that holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFile {
    /// How sure that is.
    pub certainty: Certainty,
    /// What it holds, for messages.
    pub holds: &'static str,
}

const fn file(certainty: Certainty, holds: &'static str) -> Option<KeyFile> {
    Some(KeyFile { certainty, holds })
}

/// What a path in a COPY or ADD is by its name; nothing for what is public, an example or a
/// fixture of tests. Patterns count as the names they begin or end with.
pub fn classify(path: &str) -> Option<KeyFile> {
    use Certainty::{Certain, Likely, Maybe};
    let lower = path.to_ascii_lowercase().replace('\\', "/");
    let trimmed = lower.trim_end_matches('/');
    let trimmed = trimmed.trim_end_matches("/.").trim_end_matches("/*");
    let (folder, base) = match trimmed.rsplit_once('/') {
        Some((folder, base)) => (folder, base),
        None => ("", trimmed),
    };
    let base = base.trim_end_matches('*');
    if base.is_empty() || is_harmless(folder, base) {
        return None;
    }
    let parent = folder.rsplit('/').next().unwrap_or_default();
    match (parent, base) {
        (".aws", "credentials") | (_, "aws_credentials" | ".aws-credentials") => {
            return file(Certain, "AWS credentials");
        }
        (".kube", "config") | (_, "kubeconfig" | ".kubeconfig" | "kubeconfig.yaml") => {
            return file(Certain, "cluster credentials");
        }
        (".docker", "config.json") | (_, ".dockercfg" | ".dockerconfigjson") => {
            return file(Likely, "registry credentials");
        }
        (".m2", "settings.xml") => return file(Maybe, "repository credentials"),
        (".gradle", "gradle.properties") => return file(Maybe, "repository credentials"),
        (".cargo", "credentials" | "credentials.toml") | (".gem", "credentials") => {
            return file(Certain, "registry credentials");
        }
        (".config", "gcloud") => return file(Certain, "Google Cloud credentials"),
        ("gh", "hosts.yml") => return file(Likely, "a GitHub token"),
        ("gcloud", "application_default_credentials.json")
        | (_, "application_default_credentials.json") => {
            return file(Certain, "Google Cloud credentials");
        }
        (".bundle", "config") | (".composer", "auth.json") => {
            return file(Maybe, "repository credentials");
        }
        _ => {}
    }
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let extension = base.rsplit_once('.').map_or("", |(_, extension)| extension);
    match base {
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" | "id_ecdsa_sk" | "id_ed25519_sk"
        | "identity.pem" => return file(Certain, "an SSH key"),
        ".netrc" | "_netrc" | "netrc" => return file(Certain, "passwords for hosts"),
        ".git-credentials" => return file(Certain, "Git passwords"),
        ".pgpass" | "pgpass.conf" => return file(Certain, "database passwords"),
        ".my.cnf" | ".mylogin.cnf" => return file(Likely, "database passwords"),
        ".vault-token" | "vault-token" => return file(Certain, "a Vault token"),
        ".htpasswd" | "htpasswd" => return file(Likely, "hashed passwords"),
        "settings-security.xml" => return file(Likely, "the password to Maven's others"),
        "rclone.conf" | ".rclone.conf" => return file(Likely, "cloud credentials"),
        "cwallet.sso" => return file(Likely, "an Oracle wallet"),
        ".vault_pass" | ".vault-pass" | ".vault_password" | "vault_pass" | "ansible_vault_pass" => {
            return file(Likely, "the password to encrypted variables");
        }
        "krb5.keytab" => return file(Certain, "Kerberos keys"),
        "wg0.conf" => return file(Likely, "the key of a VPN"),
        ".pypirc" => return file(Certain, "an upload token"),
        ".s3cfg" | ".boto" => return file(Certain, "cloud credentials"),
        ".ssh" => return file(Certain, "SSH keys"),
        "ssh_keys" | "ssh-keys" | "sshkeys" => return file(Likely, "SSH keys"),
        ".gnupg" => return file(Likely, "private keys"),
        ".aws" => return file(Certain, "AWS credentials"),
        ".kube" => return file(Certain, "cluster credentials"),
        ".azure" => return file(Certain, "Azure credentials"),
        "terraform.tfstate" | "terraform.tfstate.backup" => {
            return file(Certain, "the secrets of the infrastructure");
        }
        "terraform.tfvars" => return file(Maybe, "secrets of the infrastructure"),
        "master.key" => return file(Certain, "the key to the encrypted credentials"),
        ".env" | "dotenv" => return file(Likely, "secrets of the environment"),
        ".npmrc" | ".yarnrc.yml" => return file(Maybe, "a registry token"),
        "auth.json" => return file(Maybe, "repository credentials"),
        "secrets.yml" | "secrets.yaml" | "secrets.json" | "secret.yml" | "secret.yaml"
        | "secrets.toml" | "secrets.env" | "secret.env" | "credentials.json"
        | "credentials.yml" | "credentials.yaml" | "credentials" | "secret.key"
        | "secrets.properties" => return file(Likely, "secrets"),
        ".git" => return file(Maybe, "everything ever committed"),
        _ => {}
    }
    if let Some(rest) = base.strip_prefix(".env.") {
        let local =
            matches!(rest, "local" | "prod" | "production" | "staging") || rest.ends_with(".local");
        return if local {
            file(Likely, "secrets of the environment")
        } else {
            file(Maybe, "secrets of the environment")
        };
    }
    match extension {
        "p12" | "pfx" => file(Certain, "a private key"),
        "jks" | "keystore" | "bcfks" => file(Likely, "private keys"),
        "ppk" => file(Certain, "an SSH key"),
        "env" => file(Maybe, "secrets of the environment"),
        "kdbx" => file(Certain, "passwords"),
        "keytab" => file(Likely, "Kerberos keys"),
        "p8" => file(Likely, "a private key"),
        "ovpn" => file(Likely, "the key of a VPN"),
        "json" if base.starts_with("client_secret") => file(Likely, "the secret of a client"),
        "tfstate" => file(Certain, "the secrets of the infrastructure"),
        "key" if is_tls_stem(stem) => file(Certain, "a private key"),
        "pem" if is_key_stem(stem) => file(Certain, "a private key"),
        "json" if is_service_account(stem) => file(Certain, "Google Cloud credentials"),
        "" if base.starts_with("ssh_host_") && base.ends_with("_key") => {
            file(Certain, "the key of an SSH server")
        }
        "" if base.ends_with("_rsa") || base.ends_with("_ed25519") || base.ends_with("_ecdsa") => {
            file(Certain, "an SSH key")
        }
        _ => None,
    }
}

/// Whether a path names something public, an example or a fixture of tests.
pub fn is_example(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let (folder, base) = lower.rsplit_once('/').unwrap_or(("", &lower));
    is_harmless(folder, base)
}

/// Public by nature, or an example.
fn is_harmless(folder: &str, base: &str) -> bool {
    const PUBLIC_EXTENSIONS: &str = "\
        pub crt cer csr asc gpg md txt example sample template tmpl tpl dist j2 defaults";
    const EXAMPLE_WORDS: &str = "\
        example examples sample samples template templates dist dummy fake test tests testing \
        testdata fixture fixtures mock mocks demo snakeoil selfsigned self localhost insecure \
        public pub ci truststore cacerts ca bundle";
    let extension = base.rsplit_once('.').map_or("", |(_, e)| e);
    if listed(PUBLIC_EXTENSIONS, extension) {
        return true;
    }
    // The program `htpasswd`, the package `dotenv`.
    let mut folders = folder.split('/');
    if folders.any(|f| matches!(f, "bin" | "sbin" | "node_modules" | "site-packages")) {
        return true;
    }
    let words = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|w| listed(EXAMPLE_WORDS, w))
    };
    words(base) || words(folder) || folder.contains("__tests__")
}

/// `server.key`, `tls.key`, `private.key`, `example-key.key`: not every `.key` is private.
fn is_tls_stem(stem: &str) -> bool {
    const WORDS: &str = "\
        server client tls ssl private privkey priv host domain https nginx apache httpd wildcard";
    let foreign = [
        "gpg", "pgp", "apt", "rpm", "repo", "release", "signing", "archive", "keyring",
    ];
    let mut words = stem.split(|c: char| !c.is_ascii_alphanumeric());
    let any = words.clone().any(|w| listed(WORDS, w));
    any && !words.any(|w| foreign.contains(&w))
}

fn is_key_stem(stem: &str) -> bool {
    matches!(
        stem,
        "key" | "privkey" | "private" | "privatekey" | "server-key" | "id_rsa"
    ) || [
        "-key",
        "_key",
        ".key",
        "-privkey",
        "private_key",
        "private-key",
    ]
    .iter()
    .any(|end| stem.ends_with(end))
}

fn is_service_account(stem: &str) -> bool {
    let plain: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.contains("serviceaccount")
        || plain.contains("gcpkey")
        || plain.contains("gcloudkey")
        || plain.contains("firebaseadminsdk")
        || matches!(
            plain.as_str(),
            "gcpcredentials" | "googlecredentials" | "gcloudcredentials"
        )
        || plain == "keyfile"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_files() {
        for path in [
            "id_rsa",
            "./ssh/id_rsa*",
            "/root/.ssh/id_ed25519",
            ".netrc",
            ".aws/credentials",
            ".kube/config",
            ".ssh",
            ".ssh/",
            "certs/server.key",
            "tls.key",
            "privkey.pem",
            "keystore.p12",
            "*.pfx",
            "my-service-account.json",
            "terraform.tfstate",
            "deploy_rsa",
            "config/master.key",
            "secrets\\id_rsa",
        ] {
            let found = classify(path).map(|f| f.certainty);
            assert_eq!(found, Some(Certainty::Certain), "{path}");
        }
        for path in [
            ".env",
            "app/.env",
            ".env*",
            "keystore.jks",
            "config/secrets.yml",
            ".htpasswd",
        ] {
            let found = classify(path).map(|f| f.certainty);
            assert_eq!(found, Some(Certainty::Likely), "{path}");
        }
        for path in [".npmrc", ".env.development", "auth.json", ".git"] {
            let found = classify(path).map(|f| f.certainty);
            assert_eq!(found, Some(Certainty::Maybe), "{path}");
        }
    }

    #[test]
    fn other_files() {
        for path in [
            "id_rsa.pub",
            "server.crt",
            "ca.pem",
            "ca-bundle.pem",
            "truststore.jks",
            ".env.example",
            ".env.sample",
            ".env.dist",
            ".env.test",
            "keyboard.conf",
            ".gitignore",
            "key.go",
            "fullchain.pem",
            "nginx_signing.key",
            "docker-archive-keyring.gpg",
            "RPM-GPG-KEY-release",
            "test/server.key",
            "testdata/id_rsa",
            "apt.key",
            "known_hosts",
            ".ssh/known_hosts",
            "env",
            "src/.envrc.go",
            "tokens.json",
            "package.json",
            "keys",
            "ssl-cert-snakeoil.key",
            "/out/usr/bin/htpasswd",
            "/app/node_modules/dotenv",
            ".",
            "/",
            "*",
        ] {
            assert_eq!(classify(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_searched_for_in_projects_holds_secrets() {
        let folders = FOLDER_PATTERNS.iter().filter(|p| !p.contains('*'));
        for name in PROJECT_FILES.iter().chain(folders) {
            let found = classify(name).map(|f| f.certainty);
            assert!(found >= Some(Certainty::Likely), "{name}: {found:?}");
        }
    }
}
