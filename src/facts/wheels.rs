//! What pip is asked for, by name or in a list of the build context.

use super::packages::{Install, PackageOrigin, Setting};
use super::{Facts, Node};
use crate::span::Span;

/// How much of a list of packages is read.
const MOST_READ: u64 = 1 << 20;

/// A package that pip is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Where it, or the list that names it, stands.
    pub span: Span,
    /// Its name as written.
    pub package: String,
    /// The list that names it.
    list: Option<String>,
}

impl Wanted {
    /// The list as messages say it behind the package.
    pub fn shown_list(&self) -> String {
        let list = self.list.as_ref();
        list.map(|list| format!(" of `{list}`")).unwrap_or_default()
    }
}

impl Facts<'_> {
    /// The first package of a kind that `pip install` takes from the index that everybody has. The
    /// kind is asked with the name as the index writes it and the version, if one is named exactly.
    pub fn wanted_by_pip(
        &self,
        node: &Node<'_>,
        install: &Install,
        is_kind: impl Fn(&str, Option<&str>) -> bool,
    ) -> Option<Wanted> {
        if install.verb != "install" || self.finds_elsewhere(node, install) {
            return None;
        }
        let own = install
            .packages
            .iter()
            .filter(|p| p.origin == PackageOrigin::Registry)
            .find(|p| {
                let version = p.version.as_ref().filter(|v| v.operator == "==");
                is_kind(&normal(&p.name), version.map(|v| v.text.as_str()))
            });
        if let Some(package) = own {
            return Some(Wanted {
                span: package.span,
                package: package.name.clone(),
                list: None,
            });
        }
        install
            .files
            .iter()
            .filter(|f| !f.constraint)
            .find_map(|f| {
                let path = f.path.strip_prefix("./").unwrap_or(&f.path);
                let text = self.read_from_context(path, MOST_READ)?;
                Some(Wanted {
                    span: f.span,
                    package: listed(&text, &is_kind)?,
                    list: Some(f.path.clone()),
                })
            })
    }

    /// Whether pip looks for packages elsewhere than in the index that everybody has.
    fn finds_elsewhere(&self, node: &Node<'_>, install: &Install) -> bool {
        const FLAGS: [&str; 8] = [
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "--no-index",
            "--platform",
            "--no-deps",
        ];
        const VARIABLES: [&str; 4] = [
            "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL",
            "PIP_FIND_LINKS",
            "PIP_CONFIG_FILE",
        ];
        let is_set = |name: &&str| self.setting(node, install, name) != Setting::Unset;
        install.has_flag(&FLAGS)
            || VARIABLES.iter().any(is_set)
            || self.is_mentioned_before(node, "pip.conf")
            || self.is_copied_before(node, "pip.conf")
    }
}

/// A name as the index writes it.
fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace(['_', '.'], "-")
}

/// The first package of a kind in a requirements file.
fn listed(text: &str, is_kind: impl Fn(&str, Option<&str>) -> bool) -> Option<String> {
    let elsewhere = [
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "-i ",
        "-f ",
    ];
    if elsewhere.iter().any(|option| text.contains(option)) {
        return None;
    }
    text.lines().find_map(|line| {
        let line = line.split('#').next().unwrap_or_default().trim();
        // A marker may leave it out here.
        if line.contains([';', '@']) {
            return None;
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let end = line.find(|c| !is_name(c)).unwrap_or(line.len());
        let (name, rest) = line.split_at_checked(end)?;
        let rest = rest.split_once(']').map_or(rest, |(_, rest)| rest).trim();
        let version = rest.strip_prefix("==").map(str::trim);
        is_kind(&normal(name), version).then(|| name.to_owned())
    })
}
