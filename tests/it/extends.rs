//! Policies that lie elsewhere: at an address, in a git repository. A server on the loopback stands
//! for the network.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::cli::{Ran, dlint, project, ran};

const POLICY: &str = "locked = ['non-golden-base']\n[[policy.golden]]\nimage = 'golden/java'\n";
/// What `sha256sum` prints for it.
const DIGEST: &str = "834a7bf92e837c5b2e3d69f9d857ee8d77b7699d0dfbf8e50cc1585c089ef691";
const WRONG: &str = "FROM openjdk:11.0.3\nUSER 1000\n";

/// A server that gives these bodies by path, and counts how often it is asked.
fn server(files: Vec<(&'static str, String)>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|l| !l.unwrap().is_empty()) {}
            count.fetch_add(1, Ordering::SeqCst);
            let path = first.split(' ').nth(1).unwrap();
            let found = files.iter().find(|(name, _)| *name == path);
            let (status, body) = match found {
                Some((_, body)) if body.starts_with("http") => ("302 Found", body.as_str()),
                Some((_, body)) => ("200 OK", body.as_str()),
                None => ("404 Not Found", ""),
            };
            let to = if status.starts_with("302") { body } else { "" };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nLocation: {to}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            // Whoever is given too much goes away.
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        }
    });
    (address, asked)
}

fn sha256(text: &str) -> String {
    let mut command = Command::new("sha256sum");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    String::from_utf8(out).unwrap()[..64].to_owned()
}

/// Runs dlint with a cache of its own in the folder.
fn lint(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = dlint(folder);
    command.env("DLINT_CACHE_DIR", folder.join("cache"));
    command
        .env_remove("http_proxy")
        .env("no_proxy", "127.0.0.1");
    command.args(["--format", "concise", "-q"]).args(arguments);
    ran(command.output().unwrap())
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
    let out = command.args(arguments).output().unwrap();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

#[test]
fn an_address_is_fetched_once_and_only_when_asked_to() {
    let digest = sha256(POLICY);
    assert_eq!(digest, DIGEST);
    let (address, asked) = server(vec![("/p.toml", POLICY.to_owned())]);
    let extends = format!("extends = '{address}/p.toml#sha256={digest}'\n");
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", &extends)]);
    let with = ["--policy", "policy.toml"];
    let refused = lint(folder.path(), &with);
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("policy.toml:1:11"), "{}", refused.err);
    assert!(
        refused.err.contains("nothing is without `--online`"),
        "{}",
        refused.err
    );
    assert!(
        refused.err.contains("run dlint once with `--online`"),
        "{}",
        refused.err
    );
    assert_eq!(asked.load(Ordering::SeqCst), 0);

    let first = lint(folder.path(), &[&with[..], &["--online"]].concat());
    assert_eq!(first.code, 1, "{}", first.err);
    assert!(
        first.out.contains("error[non-golden-base]"),
        "{}",
        first.out
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    // From the cache: the network is not asked again, with or without the option.
    assert_eq!(lint(folder.path(), &with).out, first.out);
    lint(folder.path(), &[&with[..], &["--online"]].concat());
    assert_eq!(asked.load(Ordering::SeqCst), 1);

    // What somebody wrote into the cache is not taken for it.
    let kept = folder
        .path()
        .join("cache/policies")
        .join(format!("sha256-{digest}"));
    std::fs::write(&kept, "ignore = ['all']\n").unwrap();
    assert_eq!(lint(folder.path(), &with).code, 2);
    assert_eq!(
        lint(folder.path(), &[&with[..], &["--online"]].concat()).out,
        first.out
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2);

    // `--policy` names it as well.
    let named = format!("{address}/p.toml#sha256={digest}");
    assert_eq!(lint(folder.path(), &["--policy", &named]).out, first.out);
}

#[test]
fn what_is_fetched_has_to_be_what_was_pinned() {
    let (address, _) = server(vec![
        ("/p.toml", POLICY.to_owned()),
        ("/big.toml", "#".repeat(3 << 20)),
        ("/file.toml", "https://127.0.0.1:1/elsewhere".to_owned()),
        ("/local.toml", "extends = '/etc/hostname'\n".to_owned()),
    ]);
    let zeros = "0".repeat(64);
    let local = sha256("extends = '/etc/hostname'\n");
    for (path, digest, reason) in [
        ("p.toml", zeros.as_str(), "another digest"),
        ("p.toml", &zeros, DIGEST),
        ("none.toml", &zeros, "404"),
        ("big.toml", &zeros, "ile size"),
        ("file.toml", &zeros, "127.0.0.1"),
        ("local.toml", &local, "names nothing of"),
    ] {
        let extends = format!("extends = ['{address}/{path}#sha256={digest}']\n");
        let folder = project(&[("Dockerfile", WRONG), ("policy.toml", &extends)]);
        let ran = lint(folder.path(), &["--policy", "policy.toml", "--online"]);
        assert_eq!(ran.code, 2, "{path}");
        assert!(ran.err.contains(reason), "{path}: {}", ran.err);
    }
}

#[test]
fn a_file_of_a_checkout_is_read_at_its_revision() {
    let folder = project(&[
        ("policies/lint/policy.toml", "extends = '../base.toml'\n"),
        ("policies/base.toml", POLICY),
        ("app/Dockerfile", WRONG),
    ]);
    let policies = folder.path().join("policies");
    git(&policies, &["init", "-q", "-b", "main"]);
    git(&policies, &["add", "."]);
    git(&policies, &["commit", "-q", "-m", "one"]);
    git(&policies, &["tag", "v1"]);
    // The work tree says something else by now.
    std::fs::write(policies.join("base.toml"), "ignore = ['all']\n").unwrap();
    let app = folder.path().join("app");
    let policy = |text: &str| std::fs::write(app.join("org.toml"), text).unwrap();
    policy("extends = 'git::../policies//lint/policy.toml?ref=v1'\n");
    let found = lint(&app, &["--policy", "org.toml"]);
    assert!(
        found.out.contains("error[non-golden-base]"),
        "{}{}",
        found.out,
        found.err
    );
    // In a hook the environment speaks of another repository.
    let mut hook = dlint(&app);
    hook.env("GIT_DIR", "/nowhere")
        .args(["--policy", "org.toml", "--format", "concise", "-q"]);
    assert_eq!(ran(hook.output().unwrap()).out, found.out);

    for (wrong, reason) in [
        ("git::../policies//lint/none.toml?ref=v1", "none.toml"),
        ("git::../policies//base.toml?ref=v2", "v2"),
        ("git::../none//base.toml?ref=v1", "none"),
    ] {
        policy(&format!("extends = '{wrong}'\n"));
        let ran = lint(&app, &["--policy", "org.toml"]);
        assert_eq!(ran.code, 2, "{wrong}");
        assert!(
            ran.err.contains(reason) && ran.err.contains("org.toml:1:11"),
            "{}",
            ran.err
        );
    }

    // A circle within a commit.
    std::fs::write(policies.join("base.toml"), "extends = 'lint/policy.toml'\n").unwrap();
    git(&policies, &["commit", "-q", "-a", "-m", "two"]);
    policy("extends = 'git::../policies//lint/policy.toml?ref=main'\n");
    let circle = lint(&app, &["--policy", "org.toml"]);
    assert_eq!(circle.code, 2);
    assert!(
        circle.err.contains("the file extends itself"),
        "{}",
        circle.err
    );
}

#[test]
fn a_repository_that_is_not_here_is_not_asked_without_the_option() {
    let commit = "1".repeat(40);
    let extends = format!("extends = 'git::http://127.0.0.1:1/p.git//p.toml?ref={commit}'\n");
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", &extends)]);
    let offline = lint(folder.path(), &["--policy", "policy.toml"]);
    assert!(
        offline.err.contains("run dlint once with `--online`"),
        "{}",
        offline.err
    );
    let online = lint(folder.path(), &["--policy", "policy.toml", "--online"]);
    assert_eq!(online.code, 2);
    assert!(online.err.contains("127.0.0.1"), "{}", online.err);
    assert!(!folder.path().join("cache/policies").join("fetch").exists());
}

#[test]
fn a_repository_cannot_make_dlint_read_a_repository_beside_it() {
    let folder = project(&[
        ("secret/p.toml", "x = 'secret'\n"),
        ("app/Dockerfile", WRONG),
        (
            "app/dlint.toml",
            "extends = 'git::../secret//p.toml?ref=HEAD'\n",
        ),
        ("app/.git/HEAD", ""),
    ]);
    let secret = folder.path().join("secret");
    git(&secret, &["init", "-q"]);
    git(&secret, &["add", "."]);
    git(&secret, &["commit", "-q", "-m", "one"]);
    let ran = lint(&folder.path().join("app"), &["."]);
    assert_eq!(ran.code, 2);
    assert!(
        one_line(&ran.err).contains("leads out of the repository"),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains("'secret'"), "{}", ran.err);
}

#[test]
fn registries_are_said_to_come_later() {
    let extends = format!(
        "extends = ['oci://r.example/policy@sha256:{}']\n",
        "0".repeat(64)
    );
    let folder = project(&[("Dockerfile", WRONG), ("policy.toml", &extends)]);
    let ran = lint(folder.path(), &["--policy", "policy.toml", "--online"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("come with the registry client"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("policy.toml:1:12"), "{}", ran.err);
}

/// A message without the frame and the line breaks that a terminal's width gives it.
fn one_line(text: &str) -> String {
    text.replace('│', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
