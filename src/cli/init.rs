//! `dlint init`: what a repository needs to begin.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::{Cli, InitArgs};
use super::{Status, Trouble, lint, output};
use crate::config::{self, import};
use crate::context::disk;
use crate::emit;

const PRE_COMMIT: &str = ".pre-commit-config.yaml";
const WORKFLOW: &str = ".github/workflows/dlint.yml";
const GITLAB: &str = ".gitlab-ci.yml";

/// A file that is wanted.
struct Wanted {
    path: PathBuf,
    text: String,
}

pub(super) fn run(args: &InitArgs) -> Result<Status, Trouble> {
    let folder = &args.folder;
    if !folder.is_dir() {
        let folder = folder.display();
        return Err(Trouble::usage(format!("{folder}: no such folder")));
    }
    let files = dockerfiles(folder)?;
    let said = match files.len() {
        0 => "no Dockerfiles were found".to_owned(),
        number => emit::count(number, "Dockerfile"),
    };
    let others = import::files_in(folder);
    let mut wanted = Vec::new();
    let mut snippets = Vec::new();
    let mut notes = vec![said];
    for other in &others {
        let path = other.display();
        notes.push(format!(
            "{path}: `dlint migrate {path}` says it in dlint's words"
        ));
    }
    wanted.push(Wanted {
        path: folder.join(config::FILE_NAME),
        text: configuration(),
    });
    let is_repository = disk::repository(&disk::absolute(folder)).is_some();
    if is_repository {
        let path = folder.join(PRE_COMMIT);
        if path.exists() {
            snippets.push((path, pre_commit(true)));
        } else {
            let text = pre_commit(false);
            wanted.push(Wanted { path, text });
        }
    }
    if folder.join(".github").is_dir() {
        wanted.push(Wanted {
            path: folder.join(WORKFLOW),
            text: WORKFLOW_TEXT.to_owned(),
        });
    }
    if folder.join(GITLAB).is_file() {
        snippets.push((folder.join(GITLAB), GITLAB_TEXT.to_owned()));
    }
    for wanted in wanted {
        if wanted.path.exists() {
            notes.push(format!("{}: is there and stays", wanted.path.display()));
        } else if args.dry_run {
            snippets.push((wanted.path, wanted.text));
        } else {
            create(&wanted)?;
            notes.push(format!("{}: written", wanted.path.display()));
        }
    }
    output::stdout(|out| {
        for note in &notes {
            writeln!(out, "{}", emit::one_line(note))?;
        }
        for (path, text) in &snippets {
            let verb = if args.dry_run {
                "to write to"
            } else {
                "to add to"
            };
            let path = path.display().to_string();
            writeln!(out, "\n# {verb} {}\n{text}", emit::one_line(&path))?;
        }
        let next = "next: `dlint`, and on old code `dlint baseline` first";
        writeln!(out, "{next}")
    })?;
    Ok(Status::Clean)
}

/// The Dockerfiles of a folder.
fn dockerfiles(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    use clap::Parser;

    let mut args = Cli::parse_from(["dlint", "--quiet", "--isolated"]).lint;
    args.paths = vec![folder.to_path_buf()];
    let mut configs = lint::configs(&args)?;
    let (tasks, _, _) = lint::tasks(&args, &mut configs)?;
    Ok(tasks.into_iter().map(|task| task.name).collect())
}

/// What someone wrote is not overwritten, even if it comes into being now.
fn create(wanted: &Wanted) -> Result<(), Trouble> {
    let folder = wanted.path.parent().unwrap_or(Path::new(""));
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&wanted.path)?;
        file.write_all(wanted.text.as_bytes())
    });
    written.map_err(|error| Trouble::Output {
        place: wanted.path.display().to_string(),
        error,
    })
}

/// The configuration with everything that is often set, as comments.
fn configuration() -> String {
    String::from(
        "# dlint's configuration: https://github.com/dockerfile-dlint/dlint\n\
         # What is behind a mark is not set; the values are examples, or the defaults.\n\
         \n\
         # The set of rules to start from: recommended, strict, security, hadolint or buildkit.\n\
         # profile = \"recommended\"\n\
         \n\
         # The least level that makes a run fail: style, info, warning, error or never.\n\
         # fail-on = \"warning\"\n\
         \n\
         # Rules that are off; `dlint rules` lists them, `dlint explain RULE` says what they are for.\n\
         # ignore = [\"missing-healthcheck\"]\n\
         \n\
         # Findings that are known and not shown; `dlint baseline` writes the file.\n\
         # baseline = \"dlint-baseline.txt\"\n\
         \n\
         # Files and folders that are not searched.\n\
         # exclude = [\"third_party/**\"]\n\
         \n\
         # [levels]\n\
         # latest-tag = \"error\"\n\
         \n\
         # [policy]\n\
         # trusted-registries = [\"registry.example.com\", \"docker.io\"]\n",
    )
}

/// The hook; a part of a file that is there, or the file.
fn pre_commit(is_part: bool) -> String {
    let head = if is_part { "" } else { "repos:\n" };
    format!(
        "{head}  - repo: https://github.com/dockerfile-dlint/dlint-pre-commit\n    rev: v{}\n    hooks:\n      \
         - id: dlint        # or dlint-fix\n",
        env!("CARGO_PKG_VERSION")
    )
}

const WORKFLOW_TEXT: &str = concat!(
    "\
name: dlint
on: [push, pull_request]
permissions:
  contents: read
  security-events: write   # code scanning takes the SARIF file
jobs:
  dlint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - id: dlint
        uses: dockerfile-dlint/dlint@v",
    env!("CARGO_PKG_VERSION"),
    "
        with:
          sarif: dlint.sarif
          fail-on: error
      - if: ${{ !cancelled() }}
        uses: github/codeql-action/upload-sarif@v4
        with:
          sarif_file: ${{ steps.dlint.outputs.sarif }}
"
);

const GITLAB_TEXT: &str = "\
dlint:
  image: python:3.13-slim
  script:
    - pip install --quiet dockerfile-dlint
    - dlint --format full --format gitlab_codeclimate --output gl-code-quality-report.json
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_the_page_about_ci_says() {
        let page = std::fs::read_to_string("docs/ci.md").unwrap();
        for text in [&pre_commit(false), WORKFLOW_TEXT, GITLAB_TEXT] {
            assert!(page.contains(text), "{text}");
        }
    }

    /// The same with its examples set.
    #[test]
    fn what_is_written_is_a_configuration() {
        let text = configuration();
        config::Config::parse(&text).unwrap();
        let set: String = text
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = ") || line.starts_with('['))
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(set.lines().count() > 6, "{set}");
        config::Config::parse(&set).unwrap();
    }
}
