//! Two other readers as witnesses: where they can read a file, our tree agrees with theirs.
//!
//! `dockerfile-parser` knows neither heredocs nor many instructions, `parse-dockerfile` is close
//! to BuildKit; what either gets wrong is listed here, not copied.

use dlint::span::Source;
use dlint::syntax::{self, Kind};
use parse_dockerfile::Instruction;

fn inputs() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut roots = vec!["testdata".to_owned()];
    roots.extend(std::env::var("DLINT_CORPUS"));
    for root in roots {
        for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
            let Ok(entry) = entry else { continue };
            let name = entry.file_name().to_string_lossy().to_lowercase();
            if entry.file_type().is_file()
                && name.contains("dockerfile")
                && !name.ends_with("dockerignore")
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                files.push((entry.path().display().to_string(), text));
            }
        }
    }
    assert!(!files.is_empty());
    files
}

/// They agree on every file of the repository. On a corpus, where the witnesses are wrong here
/// and there, the disagreements are listed to be read.
fn judge(read: usize, wrong: &[String]) {
    assert!(read > 0, "it could read none of the files");
    let ours: Vec<_> = wrong.iter().filter(|w| w.starts_with("testdata")).collect();
    assert!(ours.is_empty(), "{ours:#?}");
    if !wrong.is_empty() {
        eprintln!("{} of {read} files differ:", wrong.len());
        wrong.iter().for_each(|w| eprintln!("{w}"));
    }
}

/// Which instruction it is and the byte at which its keyword begins.
fn place(instruction: &Instruction<'_>) -> (&'static str, usize) {
    match instruction {
        Instruction::Add(i) => ("ADD", i.add.span.start),
        Instruction::Arg(i) => ("ARG", i.arg.span.start),
        Instruction::Cmd(i) => ("CMD", i.cmd.span.start),
        Instruction::Copy(i) => ("COPY", i.copy.span.start),
        Instruction::Entrypoint(i) => ("ENTRYPOINT", i.entrypoint.span.start),
        Instruction::Env(i) => ("ENV", i.env.span.start),
        Instruction::Expose(i) => ("EXPOSE", i.expose.span.start),
        Instruction::From(i) => ("FROM", i.from.span.start),
        Instruction::Healthcheck(i) => ("HEALTHCHECK", i.healthcheck.span.start),
        Instruction::Label(i) => ("LABEL", i.label.span.start),
        Instruction::Maintainer(i) => ("MAINTAINER", i.maintainer.span.start),
        Instruction::Onbuild(i) => ("ONBUILD", i.onbuild.span.start),
        Instruction::Run(i) => ("RUN", i.run.span.start),
        Instruction::Shell(i) => ("SHELL", i.shell.span.start),
        Instruction::Stopsignal(i) => ("STOPSIGNAL", i.stopsignal.span.start),
        Instruction::User(i) => ("USER", i.user.span.start),
        Instruction::Volume(i) => ("VOLUME", i.volume.span.start),
        Instruction::Workdir(i) => ("WORKDIR", i.workdir.span.start),
        _ => ("", 0),
    }
}

#[test]
fn parse_dockerfile_sees_the_same_instructions() {
    let mut read = 0;
    let mut wrong = Vec::new();
    for (path, text) in inputs() {
        let ours = syntax::parse(&Source::new(&path, &*text));
        let Ok(theirs) = parse_dockerfile::parse(&text) else {
            continue;
        };
        // It skips a byte order mark without counting it, and refuses or misreads what follows:
        // JSON that is none, words behind a heredoc's delimiter, apostrophes that turn it off.
        if !ours.errors.is_empty() || text.starts_with('\u{feff}') || text.contains("<<") {
            continue;
        }
        read += 1;
        let theirs: Vec<_> = theirs.instructions.iter().map(place).collect();
        let ours: Vec<_> = ours
            .instructions
            .iter()
            .map(|i| (i.keyword.map_or("", |k| k.as_str()), i.span.start as usize))
            .collect();
        if ours != theirs {
            wrong.push(format!("{path}\n  ours {ours:?}\n  them {theirs:?}"));
        }
    }
    judge(read, &wrong);
}

#[test]
fn dockerfile_parser_sees_the_same_images_and_variables() {
    let mut read = 0;
    let mut wrong = Vec::new();
    for (path, text) in inputs() {
        let ours = syntax::parse(&Source::new(&path, &*text));
        // Heredocs, directives and long continuations (it overflows the stack) are beyond it.
        if text.contains("<<") || text.contains("escape=") || text.len() > 50_000 {
            continue;
        }
        let Ok(theirs) = dockerfile_parser::Dockerfile::parse(&text) else {
            continue;
        };
        if !ours.errors.is_empty() {
            continue;
        }
        read += 1;
        let images: Vec<&str> = theirs
            .instructions
            .iter()
            .filter_map(|i| Some(i.as_from()?.image.content.as_str()))
            .collect();
        let our_images: Vec<&str> = ours
            .instructions
            .iter()
            .filter_map(|i| match &i.kind {
                Kind::From(from) => Some(from.image.as_str()),
                _ => None,
            })
            .collect();
        if our_images != images {
            wrong.push(format!("{path}\n  ours {our_images:?}\n  them {images:?}"));
        }
        let variables: Vec<&str> = theirs
            .instructions
            .iter()
            .filter_map(|i| i.as_env())
            .flat_map(|e| e.vars.iter().map(|v| v.key.content.as_str()))
            .collect();
        let our_variables: Vec<&str> = ours
            .instructions
            .iter()
            .filter_map(|i| match &i.kind {
                Kind::Env(env) => Some(env.pairs.iter().map(|p| p.name.as_str())),
                _ => None,
            })
            .flatten()
            .collect();
        if our_variables != variables {
            wrong.push(format!(
                "{path}\n  ours {our_variables:?}\n  them {variables:?}"
            ));
        }
    }
    judge(read, &wrong);
}
