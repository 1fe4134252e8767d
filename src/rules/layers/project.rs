//! What the build context shows of the project that an installation is for.

use super::paths::{directory_of, place};
use crate::facts::manifests::Manifests;
use crate::facts::packages::Install;
use crate::facts::{Copied, CopyOrigin, Facts};
use crate::path::is_in;

/// What the build context shows of the project that is installed.
pub(super) struct Project {
    pub(super) manifests: Manifests,
    /// Those that no copy before the source brings.
    pub(super) missing: Vec<String>,
    /// What the copy copies of the context: `.` or a directory.
    pub(super) root: String,
}

impl Project {
    pub(super) fn of(
        facts: &Facts<'_>,
        copied: &Copied,
        run: usize,
        install: &Install,
    ) -> Option<Self> {
        let context = facts.context()?;
        let node = facts.nodes.get(run)?;
        let copying = facts.nodes.get(copied.node)?;
        let directory = directory_of(facts, node, install)?;
        let target = place(facts, copying, copied.destination.as_deref()?);
        let root = match copied.whole_context() {
            Some(_) => ".".to_owned(),
            None => copied.sources.first()?.path()?,
        };
        let in_context = |path: &str| {
            let rest = path.strip_prefix(&target)?;
            is_in(path, &target).then(|| crate::path::clean(&format!("{root}/{rest}")))
        };
        let mut install = install.clone();
        for file in &mut install.files {
            if file.path.starts_with('/') {
                file.path = in_context(&file.path)?;
            } else if file.path.contains(crate::images::HIDDEN) {
                return None;
            } else {
                let place = crate::path::clean(&format!("{directory}/{}", file.path));
                file.path = in_context(&place)?;
            }
        }
        // The files are seen from the root of the context then.
        let at = match install.files.is_empty() {
            true => in_context(&directory)?,
            false => ".".to_owned(),
        };
        let operand = install.operand.clone();
        let manifests = Manifests::of(context, &at, &install, operand.as_deref());
        if manifests.files.is_empty() {
            return None;
        }
        let stage = facts.stage_of(copying)?;
        let before: Vec<String> = facts
            .copies_of(stage)
            .filter(|c| c.node < copied.node && c.origin == CopyOrigin::Context)
            .flat_map(|c| c.sources.iter().filter_map(|s| s.path()))
            .collect();
        let is_there = |file: &String| {
            let file = file.trim_end_matches('/');
            before
                .iter()
                .any(|path| is_in(file, path) || crate::text::matches_wildcard(path, file))
        };
        let missing = manifests.files.iter().filter(|f| !is_there(f));
        Some(Self {
            missing: missing.cloned().collect(),
            root,
            manifests,
        })
    }
}
