//! Private keys that the commands of a RUN make.

use super::{Command, Facts, Node, SecretSource, SecretWrite};
use crate::shell::{RedirectKind, Script};
use crate::span::Span;
use crate::syntax::Keyword;

/// A private key that a command makes.
#[derive(Debug, Clone)]
pub struct MadeKey {
    /// The command's words that ask for it.
    pub span: Span,
    /// The program that makes it.
    pub program: &'static str,
    /// The file or directory that keeps it, as it is written.
    pub shown: String,
    /// The same as comparable text; nothing if it is not known.
    pub path: Option<String>,
}

/// A command that makes a key.
struct Maker {
    program: &'static str,
    /// What it is asked for: a subcommand or an option.
    asks: &'static [&'static str],
    /// With one of these it makes none.
    unless: &'static [&'static str],
    /// The options that name the file.
    file: &'static [&'static str],
    /// Where it puts the key by itself; nothing for the standard output.
    default: &'static str,
}

const fn maker(
    program: &'static str,
    asks: &'static [&'static str],
    unless: &'static [&'static str],
    file: &'static [&'static str],
    default: &'static str,
) -> Maker {
    Maker {
        program,
        asks,
        unless,
        file,
        default,
    }
}

/// From the manuals of the programs.
const MAKERS: &[Maker] = &[
    maker("ssh-keygen", &["-A"], &[], &[], "/etc/ssh"),
    maker(
        "ssh-keygen",
        &[],
        &[
            "-A", "-y", "-l", "-R", "-F", "-H", "-e", "-i", "-p", "-r", "-s", "-k", "-B", "-D",
            "-L", "-Q", "-Y", "-c",
        ],
        &["-f"],
        "~/.ssh/id_ed25519",
    ),
    maker("openssl", &["genrsa"], &[], &["-out"], ""),
    maker("openssl", &["genpkey"], &["-genparam"], &["-out"], ""),
    maker("openssl", &["gendsa"], &[], &["-out"], ""),
    maker("openssl", &["ecparam", "-genkey"], &[], &["-out"], ""),
    maker("openssl", &["dsaparam", "-genkey"], &[], &["-out"], ""),
    maker(
        "openssl",
        &["req", "-newkey"],
        &[],
        &["-keyout"],
        "privkey.pem",
    ),
    maker(
        "openssl",
        &["req", "-x509"],
        &["-key", "-newkey"],
        &["-keyout"],
        "privkey.pem",
    ),
    maker(
        "openssl",
        &["req", "-new"],
        &["-key", "-newkey", "-x509"],
        &["-keyout"],
        "privkey.pem",
    ),
    maker(
        "keytool",
        &["-genkeypair"],
        &[],
        &["-keystore"],
        "~/.keystore",
    ),
    maker("keytool", &["-genkey"], &[], &["-keystore"], "~/.keystore"),
    maker(
        "keytool",
        &["-genseckey"],
        &[],
        &["-keystore"],
        "~/.keystore",
    ),
    maker("gpg", &["--gen-key"], &[], &["--homedir"], "~/.gnupg"),
    maker("gpg", &["--generate-key"], &[], &["--homedir"], "~/.gnupg"),
    maker("gpg", &["--full-gen-key"], &[], &["--homedir"], "~/.gnupg"),
    maker(
        "gpg",
        &["--full-generate-key"],
        &[],
        &["--homedir"],
        "~/.gnupg",
    ),
    maker("gpg", &["--quick-gen-key"], &[], &["--homedir"], "~/.gnupg"),
    maker(
        "gpg",
        &["--quick-generate-key"],
        &[],
        &["--homedir"],
        "~/.gnupg",
    ),
    maker("wg", &["genkey"], &[], &[], ""),
    maker("wg", &["genpsk"], &[], &[], ""),
    maker("age-keygen", &[], &["-y"], &["-o", "--output"], ""),
    maker("certtool", &["--generate-privkey"], &[], &["--outfile"], ""),
    maker("dropbearkey", &[], &["-y"], &["-f"], ""),
    maker("openvpn", &["--genkey"], &[], &["--secret"], ""),
    maker("mkcert", &["-install"], &[], &[], "~/.local/share/mkcert"),
    maker("make-ssl-cert", &[], &[], &[], "/etc/ssl/private"),
    maker("easyrsa", &["build-ca"], &[], &[], "pki/private"),
    maker("easyrsa", &["build-server-full"], &[], &[], "pki/private"),
    maker("cosign", &["generate-key-pair"], &[], &[], "cosign.key"),
    maker(
        "dotnet",
        &["dev-certs", "https"],
        &["--check", "--clean"],
        &["-ep", "--export-path"],
        "~/.dotnet/corefx/cryptography",
    ),
];

impl Facts<'_> {
    /// The private keys that a RUN makes and its layer keeps: not those that the same RUN or a
    /// later instruction removes, that lie on a mount, or that do not reach the image.
    pub fn made_keys(&self, node: &Node<'_>) -> Vec<MadeKey> {
        let Some(script) = &node.script else {
            return Vec::new();
        };
        if node.keyword() != Some(Keyword::Run) {
            return Vec::new();
        }
        let made = script.commands.iter().filter_map(|command| {
            let maker = maker_of(command)?;
            let shown = file_of(maker, command, script)?;
            let written = SecretWrite {
                path: self.comparable(node, &shown),
                shown,
                span: command.span,
                source: SecretSource::Argument(String::new()),
            };
            // `rm /etc/ssh/ssh_host_*`
            let host_keys = |c: &Command| {
                c.name == "rm" && c.args().iter().any(|w| w.prefix().contains("ssh_host_"))
            };
            if maker.asks == ["-A"] && script.commands.iter().any(host_keys) {
                return None;
            }
            let is_kept = !self.is_off_layer(node, &written)
                && !super::secret_flow::removes(script, &written)
                && self.is_shipped(node, written.path.as_deref())
                && !self.is_undone_later(node, &written);
            is_kept.then(|| MadeKey {
                span: span_of(maker, command),
                program: maker.program,
                shown: written.shown,
                path: written.path,
            })
        });
        made.collect()
    }

    /// Whether a later instruction removes the key, or all of a kind: `rm /etc/ssh/ssh_host_*`.
    fn is_undone_later(&self, node: &Node<'_>, written: &SecretWrite) -> bool {
        let Some(path) = &written.path else {
            return false;
        };
        let below = || format!("{path}/ssh_host_rsa_key");
        self.removed_later(node, path).is_some() || self.removed_later(node, &below()).is_some()
    }

    /// Whether the container makes a key with the same program when it starts, or may do so in a
    /// script that cannot be read.
    pub fn makes_key_at_start(&self, program: &str) -> bool {
        let Some(stage) = self.final_stage() else {
            return false;
        };
        let launch = self.launch(stage.index);
        if launch.commands().any(|c| c.name == program) {
            return true;
        }
        let nodes = [launch.entrypoint, launch.cmd];
        let nodes = nodes.into_iter().flatten();
        let read = nodes.flat_map(|n| self.run_scripts().iter().filter(|s| s.node == n.index));
        let mut known = false;
        for script in read {
            known = true;
            if script.text.contains(program) {
                return true;
            }
        }
        let is_own = |c: &Command| c.name.ends_with(".sh") || c.name.contains("entrypoint");
        !known && launch.commands().any(is_own)
    }
}

fn maker_of(command: &Command) -> Option<&'static Maker> {
    let name = match command.name.as_str() {
        "gpg2" => "gpg",
        "ssh-keygen.exe" => "ssh-keygen",
        name => name,
    };
    if !MAKERS.iter().any(|m| m.program == name) {
        return None;
    }
    let has = |word: &&str| command.args().iter().any(|w| w.is(word));
    if command.has_any_flag(&["--help", "--version"]) || has(&"-?") {
        return None;
    }
    // `ssh-keygen -lf key` only looks at one.
    let looks = |w: &crate::shell::Word| {
        let flags = w.prefix();
        flags.len() > 2
            && flags.starts_with('-')
            && flags.bytes().skip(1).all(|b| b.is_ascii_alphabetic())
            && flags.contains(['l', 'y', 'R', 'F', 'H', 'e', 'i', 'p', 'r', 's', 'B', 'L'])
    };
    if name == "ssh-keygen" && command.args().iter().any(looks) {
        return None;
    }
    MAKERS.iter().find(|maker| {
        maker.program == name
            && maker.asks.iter().all(|w| has(&w))
            && !maker.unless.iter().any(|w| has(&w))
    })
}

/// The file that takes the key; nothing if it goes nowhere, or to another program.
fn file_of(maker: &Maker, command: &Command, script: &Script) -> Option<String> {
    let plain = |text: &str| text.replace(['"', '\''], "");
    let mut args = command.args().iter();
    while let Some(word) = args.next() {
        if maker.file.iter().any(|f| word.is(f)) {
            return args.next().map(|w| plain(w.literal().unwrap_or(&w.raw)));
        }
        let joined =
            |f: &&&str| f.len() == 2 && word.prefix().starts_with(**f) && word.prefix().len() > 2;
        if let Some(flag) = maker.file.iter().find(joined) {
            return word.raw.get(flag.len()..).map(plain);
        }
    }
    if !maker.default.is_empty() {
        return Some(maker.default.to_owned());
    }
    written_by(command).or_else(|| {
        // `wg genkey | tee key | wg pubkey`
        let (pipeline, part) = command.pipeline?;
        let parts = &script.pipelines.get(pipeline)?.parts;
        let next = parts.get(part + 1)?;
        let next = script.slice(next.commands.clone()).first()?;
        match next.name.as_str() {
            "tee" => next
                .operands(&[])
                .next()
                .map(|w| plain(w.literal().unwrap_or(&w.raw))),
            "openssl" | "cat" | "base64" => written_by(next),
            _ => None,
        }
    })
}

/// The file that the output of a command goes to.
fn written_by(command: &Command) -> Option<String> {
    let output = command.redirects.iter().find(|r| {
        matches!(
            r.kind,
            RedirectKind::Output | RedirectKind::Append | RedirectKind::Clobber
        ) && r.fd.is_none_or(|fd| fd == 1)
    })?;
    let target = &output.target;
    Some(
        target
            .literal()
            .unwrap_or(&target.raw)
            .replace(['"', '\''], ""),
    )
}

/// The program and the words that ask for a key.
fn span_of(maker: &Maker, command: &Command) -> Span {
    let Some(first) = command.words.first() else {
        return command.span;
    };
    let asked = command
        .args()
        .iter()
        .take_while(|w| maker.asks.iter().any(|a| w.is(a)))
        .last();
    first.span.to(asked.map_or(first.span, |w| w.span))
}
