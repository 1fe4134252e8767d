//! COPY and ADD: where the files come from and where they go, variables resolved; and the build
//! context they come from.

use super::mount::{Mount, MountKind};
use super::{Facts, FromTarget, Node, Stage};
use crate::context::{BuildContext, any_ignore_file};
use crate::path::clean;
use crate::path::file_name;
use crate::span::Span;
use crate::syntax::{Keyword, Kind};
use crate::text::has_wildcard;

/// A COPY or an ADD.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The index of its node.
    pub node: usize,
    /// Where the files come from.
    pub origin: CopyOrigin,
    /// The sources, in order.
    pub sources: Vec<CopiedSource>,
    /// The destination with variables resolved.
    pub destination: Option<String>,
    /// The same as an absolute path without a slash at its end; `None` if it is not known.
    pub target: Option<String>,
    /// Whether the destination can only be a directory: it ends with a slash or is `.`, or there
    /// are several sources.
    pub into_directory: bool,
    /// From the first source to the destination.
    pub span: Span,
}

/// Where the files of a COPY come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyOrigin {
    /// The build context.
    Context,
    /// An earlier stage, an image or a named context.
    From(FromTarget),
}

/// One source of a COPY.
#[derive(Debug, Clone)]
pub struct CopiedSource {
    /// The text with variables resolved; `None` if it is not known.
    pub text: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether it is a file written out in the Dockerfile.
    pub is_heredoc: bool,
}

impl CopiedSource {
    /// The path in the context or stage: cleaned, without the slash it begins with; `.` for all
    /// of it.
    pub fn path(&self) -> Option<String> {
        let text = self.text.as_deref()?;
        if self.is_heredoc || self.is_remote() {
            return None;
        }
        let path = clean(text);
        let path = path.trim_start_matches('/');
        Some(match path {
            "" => ".".to_owned(),
            path => path.to_owned(),
        })
    }

    /// Whether ADD downloads it.
    pub fn is_remote(&self) -> bool {
        self.text
            .as_deref()
            .is_some_and(|t| t.contains("://") || t.starts_with("git@"))
    }

    /// Whether it is all there is: `.`, `/`, `*`.
    pub fn is_whole(&self) -> bool {
        self.path()
            .is_some_and(|p| matches!(p.as_str(), "." | "*" | "**"))
    }
}

/// Whether a file is an archive of tar, by its name.
pub fn is_tar_archive(name: &str) -> bool {
    const ENDINGS: [&str; 13] = [
        ".tar",
        ".tar.gz",
        ".tgz",
        ".tar.bz2",
        ".tbz",
        ".tbz2",
        ".tb2",
        ".tar.xz",
        ".txz",
        ".tar.lzma",
        ".tlz",
        ".tar.zst",
        ".tzst",
    ];
    let name = name.to_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a file is a script, a key, a list or configuration, by its name: too small to matter in
/// a layer.
pub fn is_small_file(path: &str) -> bool {
    const ENDINGS: [&str; 35] = [
        "asc",
        "cfg",
        "cnf",
        "conf",
        "crt",
        "diff",
        "env",
        "gpg",
        "ini",
        "json",
        "key",
        "list",
        "loc",
        "lock",
        "md",
        "patch",
        "pem",
        "php",
        "pl",
        "properties",
        "pub",
        "py",
        "rb",
        "repo",
        "rsp",
        "sh",
        "sha256",
        "sig",
        "sql",
        "template",
        "toml",
        "txt",
        "xml",
        "yaml",
        "yml",
    ];
    let name = file_name(path);
    // `.bashrc.conda`, and `setup_20.x`, which NodeSource calls its script.
    name.rsplit_once('.').is_some_and(|(before, ending)| {
        ENDINGS.contains(&ending) || before.ends_with("rc") || before.starts_with("setup_")
    })
}

impl Copied {
    /// The source that is the whole build context, if one is.
    pub fn whole_context(&self) -> Option<&CopiedSource> {
        match self.origin {
            CopyOrigin::Context => self.sources.iter().find(|s| s.is_whole()),
            CopyOrigin::From(_) => None,
        }
    }

    /// Where a source ends up: the target, or its place in it.
    pub fn target_of(&self, source: &CopiedSource) -> Option<String> {
        let target = self.target.as_deref()?;
        let path = source.path()?;
        if path == "." || has_wildcard(&path) || !self.into_directory {
            return Some(target.to_owned());
        }
        let name = path.rsplit('/').next()?;
        Some(format!("{}/{name}", target.trim_end_matches('/')))
    }
}

impl<'a> Facts<'a> {
    /// What a COPY or ADD copies; ADD from an address too. Many rules ask: it is worked out once.
    pub fn copied(&self, node: &Node<'_>) -> Option<&Copied> {
        let copied = self.copies.get(node.index)?;
        copied.get_or_init(|| self.read_copy(node)).as_ref()
    }

    fn read_copy(&self, node: &Node<'_>) -> Option<Copied> {
        let transfer = match &node.instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => transfer,
            _ => return None,
        };
        let from = match node.keyword() {
            Some(Keyword::Copy) => node.instruction.flag_value("from"),
            _ => None,
        };
        let origin = match from {
            Some(value) => {
                let stage = node.stage.unwrap_or(0);
                CopyOrigin::From(self.resolve_from(stage, value.as_str(), true))
            }
            None => CopyOrigin::Context,
        };
        let sources: Vec<CopiedSource> = transfer
            .sources
            .iter()
            .map(|s| CopiedSource {
                text: self.text(node.index, &s.word),
                span: s.word.span,
                is_heredoc: s.heredoc.is_some(),
            })
            .collect();
        let destination = self.text(node.index, &transfer.destination);
        let target = destination
            .as_deref()
            .and_then(|d| self.absolute(node, d))
            .map(|d| clean(&d));
        let ends_open = destination
            .as_deref()
            .is_some_and(|d| d.ends_with('/') || d == "." || d.ends_with("/."));
        let span = sources
            .first()
            .map_or(transfer.destination.span, |s| s.span)
            .to(transfer.destination.span);
        Some(Copied {
            node: node.index,
            origin,
            into_directory: ends_open || sources.len() > 1,
            sources,
            destination,
            target,
            span,
        })
    }

    /// The paths that the stages of the final image copy out of a stage, or out of one that is
    /// built on it.
    pub fn taken_from(&self, stage: &Stage<'_>) -> &[String] {
        let taken = self.taken.get_or_init(|| {
            let mut taken = vec![Vec::new(); self.stages.len()];
            let finals = self.stages.iter().filter(|s| s.in_final);
            for copied in finals.flat_map(|s| self.copies_of(s)) {
                let CopyOrigin::From(FromTarget::Stage(from)) = copied.origin else {
                    continue;
                };
                for stage in self.chain(from) {
                    if let Some(paths) = taken.get_mut(stage.index) {
                        paths.extend(copied.sources.iter().filter_map(|s| s.path()));
                    }
                }
            }
            taken
        });
        taken.get(stage.index).map_or(&[], Vec::as_slice)
    }

    /// What a RUN mounts from the build context.
    pub fn mounted<'f>(&'f self, node: &'f Node<'_>) -> impl Iterator<Item = CopiedSource> {
        let is_bind = |m: &&Mount| m.kind == MountKind::Bind;
        let binds = node.mounts.iter().filter(is_bind);
        let own = binds.filter(|m| m.from.as_ref().is_none_or(|f| f.as_str().is_empty()));
        own.filter_map(|m| m.source.as_ref())
            .map(|word| CopiedSource {
                text: self.text(node.index, word),
                span: word.span,
                is_heredoc: false,
            })
    }

    /// The copies of a stage, those behind ONBUILD left out.
    pub fn copies_of(&self, stage: &Stage<'_>) -> impl Iterator<Item = &Copied> {
        self.nodes_of(stage)
            .iter()
            .filter(|n| !n.onbuild)
            .filter_map(|n| self.copied(n))
    }

    /// A path at a node as an absolute one, if the working directory it depends on is known.
    pub fn absolute(&self, node: &Node<'_>, path: &str) -> Option<String> {
        if path.starts_with('/') {
            return Some(path.to_owned());
        }
        let directory = self.directory_at(node)?;
        Some(format!("{}/{path}", directory.trim_end_matches('/')))
    }

    /// The working directory before a node, if the file shows it.
    pub fn workdir_at(&self, node: &Node<'_>) -> Option<&str> {
        self.stage_of(node)?
            .workdir_before(node.index)?
            .path
            .as_deref()
            .filter(|p| p.starts_with('/'))
    }

    /// The same, or that of the base image where the file sets none.
    pub fn directory_at(&self, node: &Node<'_>) -> Option<&str> {
        let stage = self.stage_of(node)?;
        match stage.workdir_before(node.index) {
            Some(_) => self.workdir_at(node),
            None => self.base_workdir(stage.index),
        }
    }

    /// The build context: the one that is stated, else a directory in which everything lies that
    /// the file copies from its context. `None` if there is none to believe in.
    pub fn context(&self) -> Option<&BuildContext> {
        self.context
            .get_or_init(|| {
                let mut sources: Vec<String> = self
                    .nodes
                    .iter()
                    .filter(|n| !n.onbuild)
                    .filter_map(|n| self.copied(n))
                    .filter(|c| c.origin == CopyOrigin::Context)
                    .flat_map(|c| &c.sources)
                    .filter(|s| !s.is_whole())
                    .filter_map(|s| s.path())
                    .collect();
                let mounted = self.nodes.iter().filter(|n| !n.onbuild);
                sources.extend(
                    mounted
                        .flat_map(|n| self.mounted(n))
                        .filter_map(|s| s.path()),
                );
                sources.retain(|path| path != ".");
                sources.sort();
                sources.dedup();
                let path = self.source.path();
                let context = BuildContext::of(path, self.build, &sources, &self.files);
                // `docker build --check` has some context, whatever is in it.
                let takes_any = self.assumes_builder_defaults() && self.build.context.is_none();
                context.or_else(|| takes_any.then(|| BuildContext::beside(path, &self.files))?)
            })
            .as_ref()
    }

    /// The text of a file of the build context, as a COPY at some place of this file takes it; at
    /// most `limit` bytes. Where no context is known, the Dockerfile's directory stands for it.
    pub fn read_from_context(&self, path: &str, limit: u64) -> Option<String> {
        match self.context() {
            Some(context) => context.read(path, limit),
            None if self.build.context.is_some() => None,
            None => BuildContext::beside(self.source.path(), &self.files)?.read(path, limit),
        }
    }

    /// Whether an ignore file lies where one for this file may lie, though the context is not
    /// known.
    pub fn has_some_ignore_file(&self) -> bool {
        any_ignore_file(self.source.path(), &*self.files).is_some()
    }

    /// Whether a path leads somewhere from the Dockerfile's own directory.
    pub fn is_beside(&self, path: &str) -> bool {
        let directory = self.source.path().parent();
        directory.is_some_and(|d| self.files.kind(&d.join(path)).is_some())
    }
}

#[cfg(test)]
mod tests {
    use crate::context::Build;
    use crate::facts::{CopyOrigin, Facts, FromTarget};
    use crate::span::Source;

    #[test]
    fn scripts_and_configuration_are_small() {
        for name in [
            "/x/run.sh",
            "a.conf",
            "*.sql",
            ".bashrc.conda",
            "/tmp/setup_20.x",
        ] {
            assert!(super::is_small_file(name), "{name}");
        }
        for name in [
            "/x/app.deb",
            "src",
            "a.tar.gz",
            "/usr/lib/x86.d/lib",
            "setup.exe",
            ".",
        ] {
            assert!(!super::is_small_file(name), "{name}");
        }
    }

    #[test]
    fn copies_are_resolved() {
        let text = "FROM a AS b\nFROM scratch\nARG D=/srv\nWORKDIR /app\n\
            COPY ./ .\nCOPY a* b ${D}/x/\nCOPY --from=b /o /o\nCOPY f $UNKNOWN\nADD https://x/y ./\n\
            COPY x/../. sub\n";
        let source = Source::new("no such file", text);
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let copies: Vec<_> = facts.copies_of(&facts.stages[1]).collect();
        let targets: Vec<_> = copies.iter().map(|c| c.target.as_deref()).collect();
        let wanted = [
            Some("/app"),
            Some("/srv/x"),
            Some("/o"),
            None,
            Some("/app"),
            Some("/app/sub"),
        ];
        // On `scratch` a variable that is not declared is empty.
        assert_eq!(targets[..3], wanted[..3]);
        assert_eq!(targets[4..], wanted[4..]);
        let whole: Vec<bool> = copies.iter().map(|c| c.whole_context().is_some()).collect();
        assert_eq!(whole, [true, false, false, false, false, true]);
        assert_eq!(copies[2].origin, CopyOrigin::From(FromTarget::Stage(0)));
        assert_eq!(
            copies[1].target_of(&copies[1].sources[1]).as_deref(),
            Some("/srv/x/b")
        );
        assert!(copies[4].sources[0].is_remote());
        assert!(facts.context().is_none());
    }
}
