//! Credentials at their place on a command line: where a program takes one, any value is.

mod documents;
mod input;
mod login;
mod named;
mod options;
mod substitution;

use super::listed;
use super::name;
use super::scan::Hit;
use super::value::ValueKind;
pub use super::words::Lookup;
use super::words::{HOLE, Line, RUNNERS, Word, base, commands};
pub use documents::Written;
use std::borrow::Cow;
use std::ops::Range;

use login::{by_login, by_option, by_reading, by_registration};
use named::{
    by_flag_names, by_input, by_password_file, by_printed, by_process, by_settings, by_value_flag,
    by_verb, prints,
};
use options::{apply, by_standard_input};

/// What a program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// A password.
    Password,
    /// Lines `user:password`.
    Pairs,
    /// Lines `user NAME PASSWORD`.
    Logins,
}

/// Where a program takes a credential; what the fields mean stands in `data/credentials.toml`.
struct Position {
    after: &'static [&'static str],
    with: &'static str,
    value: &'static [&'static str],
    joined: &'static [&'static str],
    pair: &'static [&'static str],
    separator: Option<char>,
    prefix: &'static str,
    operand: Option<i8>,
    least: usize,
    options: &'static [&'static str],
    key: &'static str,
    input: Option<Input>,
}

include!(concat!(env!("OUT_DIR"), "/credentials.rs"));

/// A credential on a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positioned {
    /// The program that takes it.
    pub program: String,
    /// Where it stands.
    pub range: Range<usize>,
    /// The credential.
    pub secret: String,
    /// What it is: a secret, or what everybody tries first.
    pub kind: ValueKind,
    /// Whether variables are part of it.
    pub expanded: bool,
}

impl Positioned {
    /// A part of a word that a program takes.
    fn of(program: &str, word: &Word, part: Range<usize>, kind: ValueKind) -> Self {
        Self {
            program: program.to_owned(),
            secret: word.text.get(part.clone()).unwrap_or_default().to_owned(),
            range: word.place(part),
            kind,
            expanded: word.expanded,
        }
    }
}

/// The credentials on the command lines of a text.
pub fn find(text: &str, lookup: Lookup<'_>) -> Vec<Positioned> {
    look_at(&commands(text, lookup))
}

/// What the commands of a text tell.
#[derive(Debug, Default)]
pub struct Told {
    /// The credentials on their command lines.
    pub positions: Vec<Positioned>,
    /// What the values of variables make a secret of: `$FIRST_HALF$SECOND_HALF`.
    pub hits: Vec<Hit>,
    /// The values behind names in the texts that the commands write and send.
    pub written: Vec<Written>,
}

/// What the commands of a text tell; `around` is the instruction they stand in.
pub fn tell(text: &str, around: &str, lookup: Lookup<'_>) -> Told {
    let lines = commands(text, lookup);
    Told {
        positions: look_at(&lines),
        hits: documents::hits(&lines),
        written: documents::find(&lines, text, around),
    }
}

/// The credentials among the words of one command: the number of the word, and the credential with
/// its place in that word.
pub fn find_in_words(words: &[&str], lookup: Lookup<'_>) -> Vec<(usize, Positioned)> {
    // As a shell would have to write them, so that quoted scripts are found.
    let mut text = String::new();
    let mut starts = Vec::new();
    for word in words {
        text.push('\'');
        starts.push(text.len());
        text.push_str(&word.replace('\'', "\""));
        text.push_str("' ");
    }
    let found = find(&text, lookup).into_iter();
    let place = |mut credential: Positioned| {
        let index = starts.partition_point(|s| *s <= credential.range.start);
        let index = index.checked_sub(1)?;
        let start = starts.get(index)?;
        credential.range = credential.range.start - start..credential.range.end - start;
        Some((index, credential))
    };
    found.filter_map(place).collect()
}

/// The words of each command of a text, without quotes.
pub fn arguments(text: &str, lookup: Lookup<'_>) -> Vec<Vec<String>> {
    let words = |line: Line| line.words.into_iter().map(|w| w.text).collect();
    commands(text, lookup).into_iter().map(words).collect()
}

fn look_at(lines: &[Line]) -> Vec<Positioned> {
    let mut found: Vec<Positioned> = Vec::new();
    let readers = readers(lines);
    for (line, reader) in lines.iter().zip(readers) {
        let reader = reader.and_then(|at| lines.get(at));
        for positioned in credentials(line, reader, lines) {
            add(&mut found, positioned);
        }
    }
    found
}

/// For each command the first that reads its output.
fn readers(lines: &[Line]) -> Vec<Option<usize>> {
    let mut readers = vec![None; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        if let Some(reader) = line.piped.and_then(|before| readers.get_mut(before)) {
            reader.get_or_insert(at);
        }
    }
    readers
}

/// Words that stand before the program that runs in the end, sorted.
const WRAPPERS: [&str; 77] = [
    "!",
    "-",
    "/c",
    "bash",
    "builtin",
    "bundle",
    "bunx",
    "busybox",
    "call",
    "chroot",
    "cmd",
    "cmd.exe",
    "command",
    "do",
    "doas",
    "docker",
    "docker-compose",
    "dockerize",
    "dotnet",
    "dumb-init",
    "eatmydata",
    "elif",
    "else",
    "entrypoint",
    "env",
    "eval",
    "exec",
    "exec-form",
    "faketime",
    "gosu",
    "hatch",
    "healthcheck",
    "if",
    "ionice",
    "java",
    "kubectl",
    "nice",
    "node",
    "nohup",
    "npx",
    "onbuild",
    "pdm",
    "php",
    "pipx",
    "podman",
    "poetry",
    "powershell",
    "proxychains",
    "pwsh",
    "python",
    "python3",
    "ruby",
    "run",
    "runuser",
    "setpriv",
    "sh",
    "shell",
    "sshpass",
    "start",
    "stdbuf",
    "su",
    "su-exec",
    "sudo",
    "then",
    "time",
    "timeout",
    "tini",
    "tsocks",
    "until",
    "uv",
    "uvx",
    "wait-for-it",
    "while",
    "wine",
    "winpty",
    "xargs",
    "{",
];

/// Those of them that are the shell's own, with no words that belong to them.
const KEYWORDS: &str = "! { do elif else if then time until while";

fn positions_of(lower: &str) -> &'static [usize] {
    let found = PROGRAMS.binary_search_by(|(name, _)| (*name).cmp(lower));
    let found = found.ok().or_else(|| {
        // `pip3.11`
        let bare = lower.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if bare.len() == lower.len() {
            return None;
        }
        let found = PROGRAMS.binary_search_by(|(name, _)| (*name).cmp(bare));
        found.ok()
    });
    found
        .and_then(|i| PROGRAMS.get(i))
        .map_or(&[], |(_, positions)| positions)
}

fn credentials(line: &Line, reader: Option<&Line>, lines: &[Line]) -> Vec<Positioned> {
    let mut found = Vec::new();
    // Words that a program takes for a credential, whatever they are.
    let mut taken = Vec::new();
    let mut before = 0;
    // Whether the first word is the program, and one that prints nothing.
    let mut is_silent = false;
    for (i, word) in line.words.iter().enumerate().take(16) {
        if word.text.contains(HOLE) && !word.text.contains('/') {
            if i == 0 {
                // `$secret = ConvertTo-SecureString x`
                if line.words.get(1).is_none_or(|w| w.text != "=") {
                    break;
                }
                before = 2;
            }
            continue;
        }
        if before == 2 && i == 1 {
            continue;
        }
        let program = base(&word.text);
        let lower = lower(program);
        let positions = positions_of(&lower);
        let arguments = line.words.get(i + 1..).unwrap_or_default();
        for position in positions.iter().filter_map(|p| POSITIONS.get(*p)) {
            apply(
                position, program, arguments, line, lines, &mut taken, &mut found,
            );
        }
        let is_wrapper = WRAPPERS.binary_search(&&*lower).is_ok();
        if i == 0 || is_wrapper {
            before = i;
        }
        let assigns = word.text.contains('=');
        if i == 0 {
            let is_number = lower.bytes().all(|b| b.is_ascii_digit());
            is_silent = !is_wrapper && !assigns && !is_number && !prints(program);
        }
        if !is_wrapper && i == before && !assigns && (i == 0 || !positions.is_empty()) {
            break;
        }
        // `then apt-get install curl`: what follows a keyword is the program.
        let follows = i == before + 1 && !word.text.starts_with('-') && !assigns;
        let keyword = || {
            let word = line.words.get(before);
            word.is_some_and(|w| listed(KEYWORDS, &w.text))
        };
        if !is_wrapper && follows && keyword() {
            break;
        }
        // A wrapper has few words of its own.
        if i > before + 4 {
            break;
        }
        if assigns && i == before {
            before = i + 1;
        }
    }
    // All that follows goes by names, which may stand in options.
    let begins_flag = |w: &Word| w.text.starts_with(FLAG_STARTS);
    let may_name = line.words.iter().any(|w| name::may_name(&w.text));
    if may_name {
        let has_flags = line.words.iter().any(begins_flag);
        if has_flags {
            by_flag_names(line, &taken, &mut found);
        }
        by_settings(line, &mut found);
        by_verb(line, &mut found);
        if has_flags {
            by_value_flag(line, &mut found);
        }
    }
    if !is_silent {
        by_printed(line, reader, may_name, &mut found);
    }
    by_login(line, &mut found);
    by_registration(line, &mut found);
    by_option(line, &mut found);
    by_reading(line, lines, &mut found);
    if may_name {
        by_input(line, lines, &mut found);
        by_process(line, lines, &mut found);
        by_password_file(line, lines, &mut found);
        by_standard_input(line, lines, &mut found);
    }
    found
}

/// What options begin with, in what is no command line too.
const FLAG_STARTS: [char; 6] = ['-', '/', '[', '"', '\'', ','];

/// Adds what touches nothing that is known.
fn add(found: &mut Vec<Positioned>, positioned: Positioned) {
    let apart = |f: &Positioned| {
        f.range.end <= positioned.range.start || positioned.range.end <= f.range.start
    };
    if found.iter().all(apart) {
        found.push(positioned);
    }
}

/// Programs that speak of options and settings and set none.
const SPEAKERS: &str = "grep egrep fgrep rg test [ [[ complete getopts read";

/// Whether a command runs one of its words as a script.
fn is_runner(line: &Line) -> bool {
    let mut words = line.words.iter().take(6);
    words.any(|w| RUNNERS.binary_search(&base(&w.text)).is_ok())
}

/// `-x`, `--long` or, for Windows, `/x`.
fn is_flag(word: &Word) -> bool {
    let bytes = word.text.as_bytes();
    bytes.len() > 1
        && (bytes.first() == Some(&b'-')
            || bytes.first() == Some(&b'/') && (bytes.len() < 5 || is_windows_flag(&word.text)))
}

/// `/user:bob`
fn is_windows_flag(text: &str) -> bool {
    let name = text.strip_prefix('/').and_then(|t| t.split_once(':'));
    name.is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// The words of a command from its program on.
fn own_words(line: &Line) -> impl Iterator<Item = &Word> + Clone {
    line.words.iter().skip_while(|w| {
        let text = lower(base(&w.text));
        let is_number = text.bytes().all(|b| b.is_ascii_digit());
        is_number || text.contains('=') || WRAPPERS.binary_search(&&*text).is_ok()
    })
}

/// A text in lower case.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let found = find(text, &|_| None);
        found
            .iter()
            .map(|f| format!("{} {}", f.program, &text[f.range.clone()]))
            .collect()
    }

    /// A password that nobody has.
    fn password() -> String {
        ["violet", "umbrella", "9"].join("-")
    }

    #[test]
    fn where_programs_take_passwords() {
        for (text, program) in [
            ("mysql -u root -p@ db", "mysql"),
            ("mysql -uroot --password=@ -e 'select 1'", "mysql"),
            ("mysqladmin -u root password @", "mysqladmin"),
            ("curl -fsSL -u bot:@ https://a", "curl"),
            ("curl -fsSLu bot:@ https://a", "curl"),
            ("curl -ubot:@ https://a", "curl"),
            ("wget --user=a --password=@ https://a", "wget"),
            ("wget --http-password @ https://a", "wget"),
            ("sshpass -p @ ssh a@b", "sshpass"),
            ("sshpass -p'@' ssh a@b", "sshpass"),
            ("docker login -u a -p @ registry", "docker"),
            ("sudo docker login --username a --password @ r", "docker"),
            ("useradd -m -p @ bob", "useradd"),
            ("echo 'root:@' | chpasswd", "chpasswd"),
            ("echo root:@|sudo chpasswd", "chpasswd"),
            ("printf 'bob:%s' x; chpasswd <<< \"bob:@\"", "chpasswd"),
            ("chpasswd <<E\nbob:@\nE\n", "chpasswd"),
            ("echo -e '@\\n@' | passwd root", "passwd"),
            ("echo @ | passwd --stdin root", "passwd"),
            ("echo @ | docker login --password-stdin r", "docker"),
            ("net user bob @ /add", "net"),
            ("redis-cli -a @ ping", "redis-cli"),
            ("unzip -P @ x.zip", "unzip"),
            ("7z x -p@ x.7z", "7z"),
            ("openssl rsa -passin pass:@ -in x", "openssl"),
            ("keytool -importcert -storepass @ -noprompt", "keytool"),
            ("htpasswd -cb /etc/htpasswd bob @", "htpasswd"),
            ("ssh-keygen -t rsa -N @ -f x", "ssh-keygen"),
            ("composer config http-basic.a.b user @", "composer"),
            ("rabbitmqctl add_user bob @", "rabbitmqctl"),
            ("mc alias set a https://b bob @", "mc"),
            ("sh -c \"mysql -p@ x\"", "mysql"),
            ("su - bob -c 'mysql -p@'", "mysql"),
            ("true && DEBIAN=1 sudo -E env X=1 mysql -p@", "mysql"),
            ("smbclient //a/b -U bob%@", "smbclient"),
            ("xfreerdp /u:bob /p:@ /v:a", "xfreerdp"),
            ("app --token @ --x", ""),
            ("app --api-key '@'", ""),
            ("[\"app\", \"--password\", \"@\"]", ""),
            ("sqlcmd -S a -U sa -P @", "sqlcmd"),
            ("python -m twine upload -u a -p @ dist/*", "twine"),
            ("vault login @", "vault"),
            ("ldapsearch -x -D cn=a -w @", "ldapsearch"),
            ("drush -y upwd bob @", "drush"),
            ("drush user:password bob '@'", "drush"),
            ("x11vnc -storepasswd @ /root/.vnc/passwd", "x11vnc"),
            ("printf 'root:%s' '@' | chpasswd", "chpasswd"),
            ("printf 'root:%s\\n' @ | chpasswd", "chpasswd"),
            (
                "pwsh -c \"New-Object PSCredential('x', (ConvertTo-SecureString '@' -AsPlainText))\"",
                "ConvertTo-SecureString",
            ),
            ("az sql server create -n s -u sa -p @", "az"),
            ("etcdctl user add root:x; influx setup -f -t @", "influx"),
            ("beeline -n bob -p @ -e 'show tables'", "beeline"),
            ("sc.exe config svc obj= bob password= @", "sc"),
            (
                "php createAndPromote.php --sysop bob @",
                "createAndPromote.php",
            ),
            ("qpdf --encrypt @ owner 256 -- a b", "qpdf"),
            ("dasel put -f c.toml -v @ .db.password", "dasel"),
            ("mix hex.config api_key @", "mix"),
            ("restic --password-command 'echo @' init", "restic"),
            ("jq --arg password '@' '.a=$password' x", "jq"),
            ("xmlstarlet ed -u //db/password -v '@' x", "xmlstarlet"),
            ("jq --arg p '@' '.db.password = $p' x", "jq"),
            ("read -r DB_PASSWORD <<< '@'", "read"),
            ("echo @ | npx tool secret put API_TOKEN", "npx"),
            ("gpg --passphrase-file <(echo @) -d x", "gpg"),
            ("sshfs -o password_stdin a@b:/ /m <<< '@'", "sshfs"),
            ("app set-db-password @", "app"),
            ("{ echo 'mysql -p@ x'; echo y; } > s.sh", "mysql"),
            ("echo 'mysql -p@ x' | sudo tee s.sh", "mysql"),
            ("cat > s.sh <<E\nmysql -p@ x\nE\n", "mysql"),
        ] {
            let text = text.replace('@', &password()).replace("a-9@b", "a@b");
            let all = found(&text);
            assert!(
                all.contains(&format!("{program} {}", password())),
                "{text}: {all:?}"
            );
        }
    }

    #[test]
    fn what_is_no_password() {
        for text in [
            "mkdir -p /var/lib/app",
            "mysql -p -u root",
            "mysqldump --password app2",
            "x11vnc -storepasswd /root/.vnc/passwd9",
            "mysql -p\"$PASSWORD\" -u root",
            "curl -u \"$USER:$PASS\" https://a",
            "curl -u bob https://a",
            "docker login -u bob --password-stdin registry < /run/secrets/x",
            "echo \"$PASSWORD\" | docker login -u bob --password-stdin",
            "echo root:$PASSWORD | chpasswd",
            "cat /run/secrets/x | chpasswd",
            "docker run -p 8080:80 image",
            "ssh -p 2222 host",
            "nc -p 1234",
            "grep --token x y",
            "useradd -r -s /bin/false -p '!' bob",
            "passwd -d root",
            "wget --password-file=/x",
            "openssl req -passin env:PASS -passout file:/x",
            "app --token-file token.txt --secret-name mysecret",
            "docker build --secret id=npm,src=.npmrc .",
            "apt-get install -y passwd sshpass mysql-client",
            "ssh-keygen -t rsa -N '' -f x",
        ] {
            assert_eq!(found(text), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn values_of_variables_are_put_in() {
        let lookup = |name: &str| (name == "P").then(password);
        let text = "mysql -p$P";
        let found = find(text, &lookup);
        assert_eq!(&text[found[0].range.clone()], "$P");
        assert!(found[0].expanded);
    }

    #[test]
    fn what_commands_write_is_read_as_it_is_written() {
        for text in [
            "echo \"{\\\"password\\\": \\\"@\\\"}\" > x.json",
            "echo -e \"[a]\\n  password: '@'\" > x.yml",
            "printf 'machine h\\n\\tlogin bob\\n\\tpassword %s\\n' @ > ~/.netrc",
            "sed -i '/x/c\\db_password=@' x",
            "sed -i '/^password/s/=.*/=@/' x",
            "sed -i 's/\\(password = \\).*/\\1@/' x",
            "sed -i \"s/REPLACE_DB_PASSWORD/@/\" x",
            "curl -d \"{\\\"password\\\":\\\"@\\\"}\" https://h",
        ] {
            let text = text.replace('@', &password());
            let told = tell(&text, &text, &|_| None);
            let places = told.written.iter().map(|w| w.named.range.clone());
            let places = places.chain(told.positions.iter().map(|p| p.range.clone()));
            let all: Vec<&str> = places.map(|r| &text[r]).collect();
            assert!(all.contains(&password().as_str()), "{text}: {all:?}");
        }
        for text in [
            "sed -i 's/password = dust9/password = {{PW}}/' x",
            "echo \"password=\" > x",
            "grep 'password: umbrella9' x",
        ] {
            assert_eq!(tell(text, text, &|_| None).written, [], "{text}");
        }
    }
}
