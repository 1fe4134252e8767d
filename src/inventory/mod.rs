//! The base images of a tree of Dockerfiles: what they are, who vets them, who uses them, and what
//! is built from what.

pub mod graph;
pub mod page;
pub mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::context::{Build, Nothing};
use crate::date::Date;
use crate::engine::Settings;
use crate::facts::{self, Facts, ImageUseKind};
use crate::images::{self, ImageRef, Precision, Publisher, publisher};
use crate::policy::Policy;
use crate::policy::images::is_listed;
use crate::span::Source;
use crate::syntax;

/// One use of an image by a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUse {
    /// The Dockerfile.
    pub file: String,
    /// Where the image stands: 1-based line and column, in characters.
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// The same as a byte offset, for who holds the text.
    #[serde(skip)]
    pub offset: u32,
    /// The stage that uses it: its name, else its number from 0.
    pub stage: String,
    /// Whether the final image is made of that stage.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// What uses it.
    pub by: By,
    /// The image.
    pub image: Anatomy,
    /// Who vets it.
    pub tier: Tier,
    /// How exactly it is named.
    pub precision: String,
    /// When its release ends or ended: the day, and what of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end_of_life: Option<EndOfLife>,
    /// The day that its tag names, or the first day of the month that it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dated: Option<Date>,
    /// The images that the Dockerfile makes, as far as compose and bake files say.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub makes: Vec<String>,
    /// The repository that the Dockerfile lies in, where several are looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub repository: Option<String>,
}

/// What uses an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// `FROM`.
    From,
    /// `COPY --from`.
    Copy,
    /// `RUN --mount=from=`.
    Mount,
    /// `# syntax=`.
    Syntax,
}

/// The four parts of a reference, what is left out filled in, and the digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Anatomy {
    /// As it is written, variables resolved; `…` stands for one that is not known.
    pub written: String,
    /// `docker.io` if none is written.
    pub registry: String,
    /// `library` on Docker Hub if none is written; empty for a repository at the top of another
    /// registry.
    pub account: String,
    /// The last part of the name.
    pub name: String,
    /// `latest` if neither tag nor digest is written.
    pub tag: Option<String>,
    /// With its algorithm.
    pub digest: Option<String>,
}

impl Anatomy {
    /// Takes a reference apart.
    pub fn of(image: &ImageRef) -> Self {
        let shown = |part: &images::Part| match part.known() {
            Some(text) => text.to_owned(),
            None => format!("{}…", part.visible().trim_end_matches(images::HIDDEN)),
        };
        let repository = shown(&image.repository);
        let (account, name) = match repository.rsplit_once('/') {
            Some((account, name)) => (account.to_owned(), name.to_owned()),
            None => (String::new(), repository),
        };
        Self {
            written: image.shown(),
            registry: shown(&image.registry),
            account,
            name,
            tag: match &image.tag {
                Some(tag) => Some(shown(tag)),
                None => image.effective_tag().map(str::to_owned),
            },
            digest: image.digest.as_ref().map(shown),
        }
    }

    /// All but tag and digest, in full.
    pub fn repository(&self) -> String {
        if self.account.is_empty() {
            format!("{}/{}", self.registry, self.name)
        } else {
            format!("{}/{}/{}", self.registry, self.account, self.name)
        }
    }

    /// The repository as people write it, without what may be left out.
    pub fn familiar(&self) -> String {
        match (self.registry.as_str(), self.account.as_str()) {
            (images::DOCKER_HUB, "library") => self.name.clone(),
            (images::DOCKER_HUB, account) => format!("{account}/{}", self.name),
            _ => self.repository(),
        }
    }

    /// The whole reference as people write it, its tag said.
    pub fn reference(&self) -> String {
        // A variable is all there is.
        if self.name == "…" && self.registry == "…" {
            return self.written.clone();
        }
        let mut text = self.familiar();
        if let Some(tag) = &self.tag {
            text.push(':');
            text.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            text.push('@');
            text.push_str(digest);
        }
        text
    }
}

/// Who vets an image, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The organisation: it is in the policy's list.
    Golden,
    /// Built by this tree.
    Own,
    /// Docker: an official image.
    Official,
    /// A verified publisher, or a vendor in its own registry.
    Verified,
    /// A registry that the policy trusts.
    Trusted,
    /// Nobody that is known.
    Community,
    /// A variable hides which it is.
    Unknown,
}

impl Tier {
    /// All of them.
    pub const ALL: [Tier; 7] = [
        Tier::Golden,
        Tier::Own,
        Tier::Official,
        Tier::Verified,
        Tier::Trusted,
        Tier::Community,
        Tier::Unknown,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Tier::Golden => "golden",
            Tier::Own => "own",
            Tier::Official => "official",
            Tier::Verified => "verified",
            Tier::Trusted => "trusted",
            Tier::Community => "community",
            Tier::Unknown => "unknown",
        }
    }

    /// The tier of an image. `own` are the images that the tree builds.
    pub fn of(image: &ImageRef, policy: &Policy, own: &BTreeSet<String>) -> Self {
        if image.registry.is_hidden() || image.repository.is_hidden() {
            return Tier::Unknown;
        }
        if policy.is_golden(image) == Some(true) {
            return Tier::Golden;
        }
        if own.contains(&name_of(image)) {
            return Tier::Own;
        }
        match publisher(image) {
            Publisher::Official => Tier::Official,
            Publisher::Verified(_) => Tier::Verified,
            Publisher::Unknown => {
                let trusted = &policy.trusted_registries;
                if !trusted.is_empty() && is_listed(trusted, image) == Some(true) {
                    Tier::Trusted
                } else {
                    Tier::Community
                }
            }
        }
    }
}

/// The end of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndOfLife {
    /// What has ended: `Debian 10`.
    pub release: String,
    /// The last day of its updates; none if the image as a whole was given up.
    pub date: Option<Date>,
}

/// An image's name without tag and digest, in full.
pub fn name_of(image: &ImageRef) -> String {
    image
        .canonical_name()
        .unwrap_or_else(|| image.familiar_name())
}

/// How exactly an image is named, in a word.
fn precision_of(image: &ImageRef) -> &'static str {
    match image.precision() {
        None => "unknown",
        Some(Precision::Latest) => "latest",
        Some(Precision::Named) => "named",
        Some(Precision::Major) => "major",
        Some(Precision::Minor) => "minor",
        Some(Precision::Patch) => "patch",
        Some(Precision::Date) => "date",
        Some(Precision::Digest) => "digest",
        Some(Precision::Other) => "other",
    }
}

/// The labels that a Dockerfile gives its image; a value that a variable hides is `None`.
pub fn labels(
    source: &Source,
    settings: &Settings,
    build: &Build,
) -> BTreeMap<String, Option<String>> {
    let file = syntax::parse(source);
    let (files, as_of) = (Arc::new(Nothing), settings.as_of());
    let facts = Facts::seen_by(settings.perspective, source, &file, build, files, as_of);
    let set = facts.final_stage().map(|stage| facts.labels(stage.index));
    let set = set.into_iter().flatten();
    set.filter_map(|label| Some((label.key.clone()?, label.value.clone())))
        .collect()
}

/// The images that a Dockerfile takes, in the order of the file, those of several builds once.
/// `makes` are the images that come of it, `own` all that the tree makes.
pub fn of_file(
    source: &Source,
    settings: &Settings,
    makes: &[String],
    own: &BTreeSet<String>,
) -> Vec<BaseUse> {
    let file = syntax::parse(source);
    let mut all: Vec<BaseUse> = Vec::new();
    let mut add = |used: BaseUse| {
        if !all.contains(&used) {
            all.push(used);
        }
    };
    let as_of = settings.as_of();
    let used = |image: &ImageRef, by: By, stage: String, is_final: bool, offset: u32| {
        let place = source.position(offset);
        BaseUse {
            file: source.path().to_string_lossy().replace('\\', "/"),
            line: place.line,
            column: place.column,
            offset,
            stage,
            is_final,
            by,
            image: Anatomy::of(image),
            tier: Tier::of(image, &settings.policy, own),
            precision: precision_of(image).to_owned(),
            end_of_life: images::end_of_life(image, as_of).map(|end| EndOfLife {
                release: end.release,
                date: end.date,
            }),
            dated: images::tag_date(image).filter(|day| *day <= as_of),
            makes: makes.to_vec(),
            repository: None,
        }
    };
    if let Some(syntax) = &file.syntax {
        let image = ImageRef::parse(&syntax.image);
        add(used(
            &image,
            By::Syntax,
            String::new(),
            false,
            syntax.span.start,
        ));
    }
    let one = [&settings.build];
    let several: Vec<&Build> = settings.builds.iter().map(|b| &b.build).collect();
    let builds = if several.is_empty() {
        &one[..]
    } else {
        &several
    };
    for build in builds {
        let files = Arc::new(Nothing);
        let facts = Facts::seen_by(settings.perspective, source, &file, build, files, as_of);
        for taken in facts.own_images() {
            let stage = match taken.kind {
                ImageUseKind::From(stage) => Some(stage),
                _ => facts.nodes.get(taken.node).and_then(|n| n.stage),
            };
            let stage = stage.and_then(|s| facts.stages.get(s));
            let name = stage.map(facts::Stage::label);
            let by = match taken.kind {
                ImageUseKind::From(_) => By::From,
                ImageUseKind::CopyFrom => By::Copy,
                ImageUseKind::MountFrom => By::Mount,
            };
            if by != By::From && taken.may_be_context() {
                continue;
            }
            let is_final = stage.is_some_and(|s| s.in_final) && by == By::From;
            let name = name.unwrap_or_default();
            add(used(&taken.image, by, name, is_final, taken.span.start));
        }
    }
    all
}
