//! No report, difference or error shows a secret, whatever finds fault with its line.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Where a secret may stand. `@` is a password somebody thought of; every name says that it is one.
const BY_NAME: &[&str] = &[
    "FROM a\nENV DB_PASSWORD=@\n",
    "FROM a\nENV DB_PASSWORD @\n",
    "FROM a\nENV X=1 DB_PASSWORD=\"@\" \\\n Y=2\n",
    "FROM a\nARG DB_PASSWORD=@\nRUN apt-get install curl\n",
    "ARG DB_PASSWORD=@\nFROM a\n",
    "ARG DB_PASSWORD=@\nFROM a:$DB_PASSWORD\nCOPY --from=$DB_PASSWORD /a /b\n",
    "FROM a\nARG X=${DB_PASSWORD:-@}\n",
    "FROM a\nLABEL db.password=@\nlabel db.password=@ x\n",
    "FROM a\nCMD app --password=@\n",
    "FROM a\nCMD app --password @ -v\n",
    "FROM a\nENTRYPOINT app --password=@ $HOME\n",
    "FROM a\nCMD ['app', '--password=@']\n",
    "FROM a\nCMD [\"app\", \"--password\", \"@\"]\nCMD [\"x\"]\n",
    "FROM a\nHEALTHCHECK CMD curl --token @ localhost\n",
    "FROM a\nRUN cd /x && DB_PASSWORD=@ sudo make | tee $x\n",
    "FROM a\nRUN export DB_PASSWORD='@'; apt-get update && apt-get install curl\n",
    "FROM a\nRUN <<E\nexport DB_PASSWORD=@\ncd x\napt-get install $x\nE\n",
    "FROM a\nRUN <<E cat > x\npassword: @\nE\n",
    "FROM a\nEVN DB_PASSWORD=@\n",
    "FROM a\nENV DB_PASSWORD=@ broken\n",
    "FROM a\nRUN --password=@ make\n",
    "FROM a\n# ENV DB_PASSWORD=@\nMAINTAINER x\n",
    "# dlint: ignore[no-such-rule]: DB_PASSWORD=@\nFROM a\n",
    "FROM a\nENV DB_PASSWORD=@ # dlint: ignore\nENV DB_PASSWORD=@\n",
    "FROM a\nONBUILD ENV DB_PASSWORD=@\nONBUILD MAINTAINER DB_PASSWORD=@\n",
    "FROM a\nSHELL sh -c DB_PASSWORD=@\n",
    "FROM a\nRUN mysql --password=@ && rm -rf /var/lib/apt/lists\n",
    "FROM a\nRUN curl http://jdoe:@@example.com/x | sh\nADD http://jdoe:@@example.com/x /\n",
    "FROM a\nRUN git clone https://jdoe:@@git.example.com/x && pip install x\n",
    "FROM a\nCOPY --from=https://jdoe:@@git.example.com/x / /\n",
    "FROM a\nCMD [\"redis-cli\", \"-a\", \"@\", \"ping\"]\nCMD [\"sh\", \"-c\", \"mysql -p@ x\"]\n",
    "FROM a\nRUN printf 'DB_PASSWORD=%s\\n' '@' > .env && cd /x\n",
    "FROM a\nRUN echo 'db:5432:*:bob:@' > ~/.pgpass; cd /x\n",
    "FROM a\nRUN echo 'user = \"bob:@\"' > ~/.curlrc; cd /x\n",
    "FROM a\nRUN echo '[mail.acme.dev]:587 bob:@' > /etc/postfix/sasl_passwd; cd /x\n",
    "FROM a\nRUN expect -c 'spawn su; expect \"Password:\"; send \"@\\r\"' && cd /x\n",
    "FROM a\nRUN ./manage.py shell -c \"u.set_password('@')\" | tee x\n",
    "FROM a\nCOPY <<E /x\n<password>\n  @\n</password>\nE\nRUN cd /x\n",
    "FROM jdoe:@@example.com/x\nENV PROXY=http://jdoe:@@example.com\nCOPY http://jdoe:@@e.com/x /\n",
];

/// Where it may stand once it is known.
const KNOWN: &[&str] = &[
    "FROM @\n",
    "FROM a AS @\nFROM b AS @\n",
    "FROM @:@\nCOPY --from=@ /a /b\nCOPY --from=@x /a /b\n",
    "FROM a\nCOPY @ /b\nADD @ /b\nWORKDIR @\nUSER @\nVOLUME @\nEXPOSE @\nSTOPSIGNAL @\n",
    "FROM a\n@ x\nRUN @\nMAINTAINER @\nLABEL @=@ @\nLABEL maintainer @\n",
    "FROM a\nRUN curl -u jdoe:@ example.com | sh\nRUN cd @ && apt-get install @\nRUN pip install @\n",
    "FROM a\nARG X=$@\nENV Y=$DB_PASSWORD\nCMD echo $@ @\nENTRYPOINT @\nHEALTHCHECK CMD @\n",
    "FROM a\nRUN --mount=type=@ x\nCOPY --@=1 a b\nRUN --network=@ x\nSHELL @\n",
    "FROM $DB_PASSWORD\nCOPY --from=$DB_PASSWORD $DB_PASSWORD ./\nWORKDIR $DB_PASSWORD\nUSER $DB_PASSWORD\n",
    "FROM a\nRUN <<@\ncd @\n@\n# dlint: ignore[@]\nRUN echo '@' > ~/.netrc; sudo @\n",
    "# escape=@\n# syntax=@\n# check=@\nFROM a\n",
];

const FORMATS: [&str; 16] = [
    "full",
    "compact",
    "rdjson",
    "rdjsonl",
    "concise",
    "tty",
    "gnu",
    "json",
    "sarif",
    "github",
    "checkstyle",
    "junit",
    "codeclimate",
    "gitlab-codeclimate",
    "codacy",
    "sonarqube",
];

/// A folder with a file for each place.
fn planted(secret: &str, other: &str) -> tempfile::TempDir {
    let at = tempfile::tempdir().unwrap();
    fs::create_dir(at.path().join(".git")).unwrap();
    for (i, text) in BY_NAME.iter().enumerate() {
        let text = text
            .replace('@', "\0")
            .replace("\0\0", &format!("{other}@"));
        let text = text.replace('\0', secret);
        fs::write(at.path().join(format!("Dockerfile.{i}")), text).unwrap();
    }
    for (i, text) in KNOWN.iter().enumerate() {
        let text = text.replace('@', secret);
        let first = if i % 2 == 0 { "ARG" } else { "ENV" };
        // The directives have to stay first.
        let text = if text.starts_with('#') {
            format!("{text}ENV DB_PASSWORD={secret}\n")
        } else if first == "ARG" {
            format!("ARG DB_PASSWORD={secret}\n{text}ARG DB_PASSWORD\n")
        } else {
            format!("{text}FROM a\n{first} DB_PASSWORD={secret}\n")
        };
        fs::write(at.path().join(format!("Dockerfile.known{i}")), text).unwrap();
    }
    at
}

fn dlint(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dlint"));
    let output = command
        .current_dir(folder)
        .args(["--as-of", "2026-11-21"])
        .args(arguments)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    (output.status.code(), format!("{out}{err}"))
}

/// The lines that show what no line may.
fn shown(text: &str, secrets: &[&str]) -> Vec<String> {
    let shows = |line: &&str| secrets.iter().any(|secret| line.contains(secret));
    text.lines().filter(shows).map(str::to_owned).collect()
}

/// Values that no scanner of this repository is to find.
fn made_up() -> [String; 2] {
    [
        ["violet", "umbrella", "9"].join("-"),
        ["Sun", "flower", "77"].concat(),
    ]
}

#[test]
fn no_report_shows_a_secret() {
    let [secret, other] = made_up();
    let secrets = [secret.as_str(), other.as_str()];
    let at = planted(&secret, &other);
    let everything = ["--extend-select", "all"];
    let without = ["--ignore", "secrets"];
    let cases: [&[&str]; 5] = [
        &everything,
        &without,
        &["--profile", "hadolint"],
        &["--profile", "buildkit"],
        &[
            "--select",
            "all",
            "--ignore",
            "secrets",
            "--disable-ignore-pragma",
        ],
    ];
    for case in cases {
        let mut arguments = vec!["--isolated"];
        arguments.extend(case);
        for format in FORMATS {
            arguments.extend(["-f", format, "-o", format]);
        }
        arguments.push(".");
        let (code, text) = dlint(at.path(), &arguments);
        assert_eq!(code, Some(1), "{case:?} {text}");
        assert_eq!(shown(&text, &secrets), [] as [&str; 0], "{case:?}");
        for format in FORMATS {
            let report = fs::read_to_string(at.path().join(format)).unwrap();
            assert!(!report.is_empty(), "{format}");
            assert_eq!(
                shown(&report, &secrets),
                [] as [&str; 0],
                "{format} {case:?}"
            );
        }
    }
    // A report that hides nothing proves that there is something to hide.
    let arguments = ["--isolated", "--show-secrets", "-f", "full", "."];
    let (_, text) = dlint(at.path(), &arguments);
    assert!(shown(&text, &secrets).len() > 50, "{text}");
}

/// What the commands beside `lint` print, and the files that they write.
#[test]
fn no_command_shows_a_secret() {
    let [secret, other] = made_up();
    let secrets = [secret.as_str(), other.as_str()];
    let at = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = at.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace('@', &secret)).unwrap();
    };
    write(".git/HEAD", "");
    write(
        "Dockerfile",
        "ARG DB_PASSWORD=@\nFROM a:1 AS b\nENV API_TOKEN=@\nRUN mysql -p@ && cd /x\n\
         COPY <<E /x\npassword: @\nE\nFROM b\nARG DB_PASSWORD\nWORKDIR $DB_PASSWORD\n\
         COPY --from=$DB_PASSWORD a b\nCMD app --password=@\n",
    );
    write(
        "compose.yaml",
        "services:\n  a:\n    build:\n      context: .\n      args:\n        DB_PASSWORD: @\n    \
         environment:\n      API_TOKEN: @\n",
    );
    write(
        "docker-bake.hcl",
        "target \"default\" {\n  args = { DB_PASSWORD = \"@\" }\n}\n",
    );
    write(".env", "DB_PASSWORD=@\n");
    write(
        "Makefile",
        "image:\n\tdocker build --build-arg DB_PASSWORD=@ .\n",
    );
    write(
        ".github/workflows/ci.yml",
        "jobs:\n  a:\n    steps:\n      - run: docker build --build-arg DB_PASSWORD=@ .\n",
    );
    write("old/.hadolint.yaml", "ignored: [DL3008]\npassword: @\n");
    write(
        "old/.checkov.yaml",
        "skip-check: [CKV_DOCKER_1]\npassword: @\n",
    );
    let commands: &[&[&str]] = &[
        &["."],
        &["--select", "all", "--statistics", "."],
        &["--select", "all", "--unsafe-fixes", "--diff", "."],
        &["--build-arg", "DB_PASSWORD=unseen", "--target", "b", "."],
        &["bases", "."],
        &["bases", "--format", "json", "."],
        &["bases", "--format", "csv", "."],
        &["baseline", "."],
        &["--baseline", ".env", "."],
        &["--config", "old/.hadolint.yaml", "."],
        &["--policy", "old/.hadolint.yaml", "."],
        &["cache", "."],
        &["cache", "--format", "json", "."],
        &["cache", "--changed", "Dockerfile", "."],
        &["config", "Dockerfile"],
        &["migrate", "old/.hadolint.yaml"],
        &["migrate", "old/.checkov.yaml"],
        &["policy", "show"],
        &["merge", "Makefile"],
        &["explain", "secret-in-env"],
        &["init"],
    ];
    for arguments in commands {
        let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
            .current_dir(at.path())
            .args(*arguments)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(!text.is_empty(), "{arguments:?}");
        assert_eq!(shown(&text, &secrets), [] as [&str; 0], "{arguments:?}");
    }
    // What the commands wrote: a baseline, a configuration.
    for entry in fs::read_dir(at.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let planted = [
            "Dockerfile",
            "Makefile",
            "compose.yaml",
            "docker-bake.hcl",
            ".env",
        ];
        if path.is_file() && !planted.contains(&name.as_str()) {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(shown(&text, &secrets), [] as [&str; 0], "{name}");
        }
    }
}

/// A file on a pipe is fixed on standard output, as it was but for the fix; nothing is said about
/// what it holds.
#[test]
fn standard_input_is_kept_and_not_shown() {
    use std::io::Write;
    use std::process::Stdio;
    let [secret, _] = made_up();
    let at = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dlint"))
            .current_dir(at.path())
            .env("TMPDIR", temporary.path())
            .args(["--isolated", "--extend-select", "all"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    };
    let file = format!("from a\nENV DB_PASSWORD={secret}\nRUN mysql -p{secret} && cd /x\n");
    let (out, err) = run(&["--fix", "-"], &file);
    assert!(
        out.starts_with("FROM a\n") && out.contains(&secret),
        "{out}"
    );
    assert!(!err.contains(&secret), "{err}");
    let (out, err) = run(&["--diff", "-"], &file);
    assert!(out.contains("+FROM a") && !out.contains(&secret), "{out}");
    assert!(!err.contains(&secret), "{err}");
    for line in [
        serde_json::json!({ "path": "Dockerfile", "text": file }).to_string(),
        // What cannot be read is not repeated.
        format!("{{\"path\": \"Dockerfile\", \"text\": \"ENV DB_PASSWORD={secret}\n"),
        format!("{{\"path\": 1, \"DB_PASSWORD\": \"{secret}\"}}"),
    ] {
        let (out, err) = run(&["--stdin-json"], &format!("{line}\n"));
        assert!(!out.is_empty() || !err.is_empty(), "{line}");
        assert!(
            !out.contains(&secret) && !err.contains(&secret),
            "{out}{err}"
        );
    }
    // Nothing is left behind.
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn no_difference_shows_a_secret_and_files_keep_theirs() {
    let [secret, other] = made_up();
    let secrets = [secret.as_str(), other.as_str()];
    let at = planted(&secret, &other);
    let arguments = [
        "--isolated",
        "--extend-select",
        "all",
        "--unsafe-fixes",
        "--diff",
        ".",
    ];
    let (_, text) = dlint(at.path(), &arguments);
    assert!(text.matches("+++").count() > 10, "{text}");
    assert_eq!(shown(&text, &secrets), [] as [&str; 0]);
    assert!(text.contains('*'));
    let (_, text) = dlint(at.path(), &[&arguments[..], &["--show-secrets"]].concat());
    assert!(shown(&text, &secrets).len() > 10, "{text}");
    // What fixing writes is not masked.
    let arguments = [
        "--isolated",
        "--extend-select",
        "all",
        "--unsafe-fixes",
        "--fix",
        ".",
    ];
    let (_, text) = dlint(at.path(), &arguments);
    assert_eq!(shown(&text, &secrets), [] as [&str; 0]);
    let fixed = fs::read_to_string(at.path().join("Dockerfile.8")).unwrap();
    assert!(fixed.contains(&secret) && !fixed.contains("**"), "{fixed}");
}

#[test]
fn a_fix_that_would_write_a_secret_has_no_edits_in_a_report() {
    let [secret, _] = made_up();
    let at = tempfile::tempdir().unwrap();
    let text = format!("FROM a\nCMD app --password={secret}\n");
    fs::write(at.path().join("f"), text).unwrap();
    let arguments = [
        "--isolated",
        "--select",
        "shell-form-command",
        "-f",
        "json",
        "f",
    ];
    let (_, report) = dlint(at.path(), &arguments);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report[0]["fix"]["edits"], serde_json::json!([]), "{report}");
    let arguments = [
        "--isolated",
        "--select",
        "shell-form-command",
        "-f",
        "sarif",
        "f",
    ];
    let (_, report) = dlint(at.path(), &arguments);
    assert!(!report.contains("\"fixes\""), "{report}");
}

#[test]
fn errors_in_configurations_and_builders_show_no_secret() {
    let [secret, _] = made_up();
    let at = tempfile::tempdir().unwrap();
    fs::create_dir(at.path().join(".git")).unwrap();
    let write = |name: &str, text: &str| {
        fs::write(at.path().join(name), text.replace('@', &secret)).unwrap();
    };
    write("Dockerfile", "FROM a\n");
    write(
        "dlint.toml",
        "[build.args]\nDB_PASSWORD = \"@\"\nX = 1\nDB_PASSWORD = \"@\"\n",
    );
    let (code, text) = dlint(at.path(), &["."]);
    assert_eq!(code, Some(2), "{text}");
    assert_eq!(shown(&text, &[&secret]), [] as [&str; 0]);
    write("dlint.toml", "[build.args]\nDB_PASSWORD = \"@\"\n");
    write("Dockerfile", "ARG DB_PASSWORD\nFROM $DB_PASSWORD\n");
    let arguments = ["--select", "undigested-image", "-f", "json", "Dockerfile"];
    let (_, text) = dlint(at.path(), &arguments);
    assert!(text.contains("****"), "{text}");
    assert_eq!(shown(&text, &[&secret]), [] as [&str; 0]);
    write(
        "compose.yaml",
        "services:\n  a:\n    build:\n      args:\n        DB_PASSWORD: @\n      \
         dockerfile_inline: |\n        FROM a\n        ARG DB_PASSWORD\n        \
         CMD app --password=@\n        WORKDIR $DB_PASSWORD\n        COPY --from=@ a b\n",
    );
    let (_, text) = dlint(at.path(), &["--isolated", "-f", "full", "compose.yaml"]);
    assert!(text.contains("compose.yaml:"), "{text}");
    assert_eq!(shown(&text, &[&secret]), [] as [&str; 0]);
}

#[test]
fn a_secret_is_allowed_by_its_keyed_fingerprint() {
    let [secret, _] = made_up();
    let at = tempfile::tempdir().unwrap();
    let text = format!(
        "FROM a\nENV DB_PASSWORD={secret}\nRUN mysql -p{secret} x\nCOPY <<E /x\npassword: {secret}\nE\n"
    );
    fs::write(at.path().join("Dockerfile"), text).unwrap();
    let run = |key: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_dlint"))
            .args(["--select", "secrets", "--format", "json", "Dockerfile"])
            .env("DLINT_FINGERPRINT_KEY", key)
            .current_dir(at.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(&secret), "{text}");
        serde_json::from_str::<Vec<serde_json::Value>>(&text).unwrap()
    };
    let found = run("a key");
    assert_eq!(found.len(), 3);
    let fingerprint = found[0]["fingerprint"].as_str().unwrap().to_owned();
    assert!(
        found
            .iter()
            .all(|f| f["fingerprint"] == fingerprint.as_str())
    );
    assert_ne!(run("another key")[0]["fingerprint"], fingerprint.as_str());
    assert!(run("")[0].get("fingerprint").is_none());
    let allow = format!("[rules.hard-coded-secret]\nallow-fingerprints = [\"{fingerprint}\"]\n");
    fs::write(at.path().join("dlint.toml"), allow).unwrap();
    assert!(run("a key").is_empty());
    assert_eq!(run("another key").len(), 3);
    assert_eq!(run("").len(), 3);
}

/// A rule that fails with the whole file in its message.
struct Fails;

impl dlint::rule::Rule for Fails {
    fn check_file(&self, cx: &mut dlint::rule::Context<'_>) {
        panic!("cannot read {:?}", cx.source().text());
    }
}

#[test]
fn a_panic_shows_no_secret() {
    use dlint::engine::{self, ActiveRule, Settings};
    let [secret, other] = made_up();
    for place in BY_NAME {
        let text = place
            .replace("@@", "\0")
            .replace('@', &secret)
            .replace('\0', &format!("{other}@"));
        let meta = dlint::rules::by_id("latest-tag").map(|e| &e.meta).unwrap();
        let settings = Settings::with_rules(vec![ActiveRule::own(meta, Fails)]);
        let source = dlint::span::Source::new("Dockerfile", text.as_str());
        let report = engine::lint_guarded(source, &settings);
        let said = &report.diagnostics[0].message;
        assert!(said.starts_with("dlint failed on this file"), "{said}");
        assert!(!said.contains(&secret) && !said.contains(&other), "{said}");
    }
}
