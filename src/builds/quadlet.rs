//! Quadlet's `.build` units: how Podman builds an image that a service of systemd needs.

use std::path::Path;

use super::invocation::{Invocation, Recipe, is_local, join};
use crate::context::Build;
use crate::span::Span;

/// Whether a file may be called so; others are called so too, which have no section `[Build]`.
pub fn is_build_unit(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "build")
        && path.file_name().is_some_and(|n| n != "meson.build")
}

/// Whether a text has the section of a unit that builds.
pub fn has_build(text: &str) -> bool {
    text.lines().any(|line| line.trim() == "[Build]")
}

/// The build that a unit describes: none, if it describes none of a file here.
pub fn read(path: &Path, text: &str, is_file: &dyn Fn(&Path) -> bool) -> Vec<Invocation> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut unit = Unit::default();
    let mut inside = false;
    let mut at = 0;
    let mut lines = text.split_inclusive('\n');
    while let Some(first) = lines.next() {
        let start = at;
        at += first.len();
        let mut line = first.trim().to_owned();
        // Comments may stand between the lines of a value, as in systemd.
        while line.ends_with('\\') && !line.starts_with(['#', ';']) {
            line.pop();
            let Some(next) = lines.next() else {
                break;
            };
            at += next.len();
            let next = next.trim();
            if next.starts_with(['#', ';']) {
                line.push('\\');
            } else {
                line.push(' ');
                line.push_str(next);
            }
        }
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            inside = line == "[Build]";
            if inside {
                unit.span = Some(Span::new(
                    start as u32,
                    (start + first.trim_end().len()) as u32,
                ));
            }
            continue;
        }
        if let Some((key, value)) = line.split_once('=').filter(|_| inside) {
            unit.set(key.trim(), value.trim());
        }
    }
    unit.invocation(path, folder, is_file).into_iter().collect()
}

#[derive(Default)]
struct Unit {
    span: Option<Span>,
    file: Option<String>,
    working_directory: Option<String>,
    target: Option<String>,
    images: Vec<String>,
    arguments: Vec<String>,
    platform: Option<String>,
}

impl Unit {
    fn set(&mut self, key: &str, value: &str) {
        // What systemd fills in is not known.
        if value.contains('%') {
            return;
        }
        let text = || Some(value.to_owned()).filter(|v| !v.is_empty());
        match key {
            "File" => self.file = text(),
            "SetWorkingDirectory" => self.working_directory = text(),
            "Target" => self.target = text(),
            "ImageTag" => self.images.extend(text()),
            "Arch" => self.platform = text().map(|arch| format!("linux/{arch}")),
            "BuildArg" => self
                .arguments
                .extend(words(value).into_iter().filter(|w| !w.is_empty())),
            "PodmanArgs" => {
                let words = words(value);
                let mut words = words.iter();
                while let Some(word) = words.next() {
                    let given = match word.strip_prefix("--build-arg") {
                        Some("") => words.next().cloned(),
                        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
                        None => None,
                    };
                    self.arguments.extend(given);
                }
            }
            _ => {}
        }
    }

    fn invocation(
        self,
        path: &Path,
        folder: &Path,
        is_file: &dyn Fn(&Path) -> bool,
    ) -> Option<Invocation> {
        let span = self.span?;
        let file = self.file.as_deref().filter(|f| is_local(f));
        let context = match self.working_directory.as_deref() {
            Some("unit") | None => Some(folder.to_path_buf()),
            Some("file") => {
                let file = join(folder, file?);
                file.parent().map(Path::to_path_buf)
            }
            Some(context) if is_local(context) => Some(join(folder, context)),
            Some(_) => None,
        };
        let file = match file {
            Some(file) => join(folder, file),
            None => {
                let context = context.as_ref()?;
                let names = ["Containerfile", "Dockerfile"];
                let mut files = names.iter().map(|name| context.join(name));
                files.find(|file| is_file(file))?
            }
        };
        let mut build = Build {
            target: self.target,
            context: context.map(|context| {
                if context.as_os_str().is_empty() {
                    ".".into()
                } else {
                    context
                }
            }),
            platforms: self.platform.into_iter().collect(),
            ..Build::default()
        };
        for argument in self.arguments {
            match argument.split_once('=') {
                Some((name, value)) => build.arguments.push((name.to_owned(), value.to_owned())),
                None => build.unknown_arguments.push(argument),
            }
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Some(Invocation {
            name: name.into_owned(),
            recipe: Recipe::File(file),
            build,
            contexts: Vec::new(),
            images: self.images,
            span,
        })
    }
}

/// The words of a value, quotes taken away.
fn words(value: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in value.chars() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_a_build() {
        let text = "[Unit]\nDescription=x\n\n[Build]\nImageTag=localhost/app:1\n\
                    # a comment\nFile=./app/Containerfile\nSetWorkingDirectory=unit\nTarget=final\n\
                    BuildArg=VERSION=2\nPodmanArgs=--squash \\\n  --build-arg \"NAME=a b\"\n\
                    [Install]\nFile=no\n";
        let all = read(Path::new("units/app.build"), text, &|_| false);
        let [one] = all.as_slice() else {
            panic!("{all:?}");
        };
        assert_eq!(one.name, "app");
        assert!(
            matches!(&one.recipe, Recipe::File(f) if f == Path::new("units/app/Containerfile"))
        );
        let build = &one.build;
        assert_eq!(build.context.as_deref(), Some(Path::new("units")));
        assert_eq!(build.target.as_deref(), Some("final"));
        let pairs = [("VERSION", "2"), ("NAME", "a b")];
        assert_eq!(build.arguments, pairs.map(|(a, b)| (a.into(), b.into())));
        assert_eq!(one.images, ["localhost/app:1"]);
        assert_eq!(&text[one.span.range()], "[Build]");
    }

    #[test]
    fn other_files_of_that_name_are_none() {
        assert!(read(Path::new("x.build"), "project('x', 'c')\n", &|_| true).is_empty());
        assert!(
            read(
                Path::new("x.build"),
                "[Build]\nFile=%h/Containerfile\n",
                &|_| false
            )
            .is_empty()
        );
        assert!(is_build_unit(Path::new("a/app.build")));
        assert!(!is_build_unit(Path::new("meson.build")));
    }
}
