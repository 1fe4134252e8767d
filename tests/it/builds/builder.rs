//! A `docker` with buildx whose engine answers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A builder, and the images that stand in for those that no registry is asked for.
pub(super) struct Builder {
    docker: PathBuf,
    /// Where fixtures find each base: `alpine:3.22=docker-image://…`.
    contexts: Vec<String>,
}

/// What came of a build, and of a start.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The build failed, and said this.
    NotBuilt(String),
    /// It was built, and not started.
    Built,
    /// The container failed, and said this.
    Failed(String),
    /// The container ended well, and printed this.
    Printed(String),
}

impl Outcome {
    /// Whether it is what was expected; of what is said when something fails, that is a part.
    pub(super) fn fits(&self, expected: &Outcome) -> bool {
        match (self, expected) {
            (Self::NotBuilt(said), Self::NotBuilt(words))
            | (Self::Failed(said), Self::Failed(words)) => said.contains(words.as_str()),
            (Self::Printed(text), Self::Printed(expected)) => text.trim() == expected.trim(),
            _ => false,
        }
    }
}

/// BusyBox under the name of Alpine, for what needs no package manager.
const ALPINE: &str = "FROM scratch
COPY busybox /bin/busybox
COPY etc /etc
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN [\"/bin/busybox\", \"mkdir\", \"-p\", \"/usr/bin\", \"/usr/sbin\", \"/sbin\", \"/root\", \"/home/app\"]
RUN [\"/bin/busybox\", \"mkdir\", \"-m\", \"1777\", \"/tmp\"]
RUN [\"/bin/busybox\", \"--install\", \"-s\"]
CMD [\"/bin/sh\"]
";

const DEBIAN: &str = "FROM scratch
ADD debian.tar /
CMD [\"bash\"]
";

impl Builder {
    /// The builder of this machine. Without one it is said why, and with `DLINT_REQUIRE_TOOLS` that
    /// is a failure.
    pub(super) fn found() -> Option<&'static Self> {
        static FOUND: OnceLock<Result<Builder, String>> = OnceLock::new();
        match FOUND.get_or_init(Self::look) {
            Ok(builder) => Some(builder),
            Err(why) => {
                let required = std::env::var_os("DLINT_REQUIRE_TOOLS").is_some();
                assert!(!required, "NO BUILDER: {why}");
                eprintln!("NO BUILDER: {why}: the build tests did NOT run");
                None
            }
        }
    }

    fn look() -> Result<Self, String> {
        let file = |name: &str, default: &str| -> Result<PathBuf, String> {
            let path = std::env::var_os(name).map_or_else(|| default.into(), PathBuf::from);
            if path.is_file() {
                Ok(path)
            } else {
                Err(format!(
                    "no {} (`.ci/builder` prints {name})",
                    path.display()
                ))
            }
        };
        let docker =
            std::env::var_os("DLINT_DOCKER").map_or_else(|| "docker".into(), PathBuf::from);
        let mut builder = Self {
            docker,
            contexts: Vec::new(),
        };
        for ask in [
            ["version", "--format={{.Server.Version}}"],
            ["buildx", "version"],
        ] {
            let answer = builder.command(&ask).output();
            let answer = answer.map_err(|e| format!("{}: {e}", builder.docker.display()))?;
            if !answer.status.success() {
                return Err(said(&answer)
                    .lines()
                    .next()
                    .unwrap_or("no answer")
                    .to_owned());
            }
        }
        let busybox = file("DLINT_BUSYBOX", "/bin/busybox")?;
        let debian = file("DLINT_DEBIAN", "target/builder/debian.tar")?;
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let at = |name: &str| folder.path().join(name);
        let copy = |from: &Path, to: &str| std::fs::copy(from, at(to)).map_err(|e| e.to_string());
        copy(&busybox, "busybox")?;
        copy(&debian, "debian.tar")?;
        let write = |name: &str, text: &str| {
            std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            std::fs::write(at(name), text).unwrap();
        };
        write(
            "etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n",
        );
        write("etc/group", "root:x:0:\napp:x:1000:\n");
        // Below a name of our own: nobody's `alpine` is replaced.
        for (name, text, fixtures) in [
            ("alpine", ALPINE, &["alpine:3.22"][..]),
            // Fixtures bring stand-ins for the programs that these would have.
            (
                "debian",
                DEBIAN,
                &[
                    "debian:12",
                    "debian:bookworm",
                    "python:3.12",
                    "node:20",
                    "ruby:3.2",
                    "fedora:41",
                    "centos:7",
                    "opensuse/leap:15.6",
                ],
            ),
        ] {
            write("Dockerfile", text);
            let tag = format!("dlint-test/{name}");
            let mut build = builder.command(&["build", "-q", "--network=none", "-t", &tag]);
            let output = build
                .arg(folder.path())
                .output()
                .map_err(|e| e.to_string())?;
            if !output.status.success() {
                return Err(format!("{tag} cannot be built: {}", said(&output)));
            }
            let context = |base: &&str| format!("--build-context={base}=docker-image://{tag}");
            builder.contexts.extend(fixtures.iter().map(context));
        }
        Ok(builder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.docker);
        command.args(arguments).env("DOCKER_BUILDKIT", "1");
        command
    }

    fn build(&self, folder: &Path, options: &[&str]) -> Output {
        self.command(&[
            "build",
            "--network=none",
            "--provenance=false",
            "--progress=plain",
        ])
        .args(&self.contexts)
        .args(options)
        .arg(folder)
        .output()
        .unwrap()
    }

    /// Builds a folder, and starts what came of it if arguments are given.
    pub(super) fn outcome(
        &self,
        folder: &Path,
        build_args: &[String],
        arguments: Option<&Vec<String>>,
    ) -> Outcome {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let tag = format!("dlint-test/fixture-{}-{number}", std::process::id());
        let build_args = build_args.iter().map(|a| format!("--build-arg={a}"));
        let build_args: Vec<String> = build_args.collect();
        let mut options: Vec<&str> = build_args.iter().map(String::as_str).collect();
        options.extend(["-t", tag.as_str()]);
        let built = self.build(folder, &options);
        if !built.status.success() {
            return Outcome::NotBuilt(said(&built));
        }
        let outcome = match arguments {
            None => Outcome::Built,
            Some(arguments) => {
                let mut run = self.command(&["run", "--rm", "--network=none", &tag]);
                let output = run.args(arguments).output().unwrap();
                if output.status.success() {
                    Outcome::Printed(String::from_utf8_lossy(&output.stdout).into_owned())
                } else {
                    Outcome::Failed(said(&output))
                }
            }
        };
        let removed = self.command(&["rmi", "-f", &tag]).output().unwrap();
        assert!(removed.status.success(), "{}", said(&removed));
        outcome
    }

    /// Builds a folder, and gives the builder's log as objects; what it said if it failed.
    pub(super) fn log(&self, folder: &Path, options: &[String]) -> Result<String, String> {
        let mut command = self.command(&["build", "--network=none", "--provenance=false"]);
        let built = command
            .arg("--progress=rawjson")
            .args(&self.contexts)
            .args(options)
            .arg(folder)
            .output()
            .unwrap();
        if built.status.success() {
            Ok(said(&built))
        } else {
            Err(said(&built))
        }
    }

    /// Builds a folder from nothing; the bytes of an OCI layout.
    pub(super) fn exported(&self, folder: &Path) -> Result<Vec<u8>, String> {
        let out = tempfile::tempdir().unwrap();
        let archive = out.path().join("image.tar");
        let output = format!(
            "type=oci,dest={},rewrite-timestamp=true,compression=uncompressed,force-compression=true",
            archive.display()
        );
        let options = [
            "--no-cache",
            "--build-arg=SOURCE_DATE_EPOCH=0",
            "-o",
            &output,
        ];
        let built = self.build(folder, &options);
        if !built.status.success() {
            return Err(said(&built));
        }
        std::fs::read(archive).map_err(|e| e.to_string())
    }
}

/// What a program wrote, errors last.
fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
