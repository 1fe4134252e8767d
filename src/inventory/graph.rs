//! Which Dockerfile is built from which: what is rebuilt when an image changes, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use super::{BaseUse, By};
use crate::images::ImageRef;

/// The Dockerfiles of a tree and what they take from each other.
pub struct Graph<'u> {
    uses: &'u [BaseUse],
    /// By Dockerfile: those that make what it is built from.
    parents: BTreeMap<String, BTreeSet<String>>,
}

/// Dockerfiles that are built from each other, in a circle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these are built from each other: {}", .0.join(", "))]
pub struct Circle(pub Vec<String>);

/// Whether an image that is made goes by the name that is used.
fn is_named(made: &str, used: &str) -> bool {
    let (made, used) = (ImageRef::parse(made), ImageRef::parse(used));
    made.same_repository(&used)
        && (used.digest.is_some() || made.effective_tag() == used.effective_tag())
}

impl<'u> Graph<'u> {
    /// Works out what is built from what.
    pub fn of(uses: &'u [BaseUse]) -> Self {
        let mut parents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut makers: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
        for used in uses {
            parents.entry(file_of(used)).or_default();
            for made in &used.makes {
                let name = super::name_of(&ImageRef::parse(made));
                let makers = makers.entry(name).or_default();
                let maker = (made.as_str(), file_of(used));
                if !makers.contains(&maker) {
                    makers.push(maker);
                }
            }
        }
        for used in uses.iter().filter(|u| u.by != By::Syntax) {
            let makers = makers.get(&used.image.repository()).into_iter().flatten();
            let made = makers.filter(|(made, _)| is_named(made, &used.image.written));
            let own = file_of(used);
            for (_, maker) in made.filter(|(_, maker)| *maker != own) {
                parents
                    .entry(own.clone())
                    .or_default()
                    .insert(maker.clone());
            }
        }
        Self { uses, parents }
    }

    /// The Dockerfiles, each behind those that make what it is built from.
    pub fn order(&self) -> Result<Vec<String>, Circle> {
        let mut missing: BTreeMap<&String, usize> = self
            .parents
            .iter()
            .map(|(file, parents)| (file, parents.len()))
            .collect();
        let mut children: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for (file, parents) in &self.parents {
            for parent in parents {
                children.entry(parent).or_default().push(file);
            }
        }
        let mut ready: BTreeSet<&String> = missing
            .iter()
            .filter(|(_, n)| **n == 0)
            .map(|(file, _)| *file)
            .collect();
        let mut order = Vec::with_capacity(self.parents.len());
        while let Some(next) = ready.pop_first() {
            missing.remove(next);
            order.push(next.clone());
            for child in children.get(next).into_iter().flatten() {
                if let Some(number) = missing.get_mut(child) {
                    *number = number.saturating_sub(1);
                    if *number == 0 {
                        ready.insert(child);
                    }
                }
            }
        }
        if missing.is_empty() {
            Ok(order)
        } else {
            Err(Circle(missing.into_keys().cloned().collect()))
        }
    }

    /// The uses of an image: of all its tags if none is named, else of that one.
    pub fn uses_of(&self, image: &str) -> Vec<&'u BaseUse> {
        let wanted = ImageRef::parse(image);
        let any_tag = wanted.tag.is_none() && wanted.digest.is_none();
        let name = super::name_of(&wanted);
        let uses = self.uses.iter();
        uses.filter(|used| {
            used.image.repository() == name
                && (any_tag || {
                    let used = ImageRef::parse(&used.image.written);
                    used.effective_tag() == wanted.effective_tag()
                        && (wanted.digest.is_none() || wanted.digest == used.digest)
                })
        })
        .collect()
    }

    /// The Dockerfiles that a change of an image rebuilds, in an order in which they can be.
    pub fn impact(&self, image: &str) -> Result<Vec<String>, Circle> {
        let uses = self.uses_of(image);
        let taking = uses.iter().filter(|used| used.by != By::Syntax);
        let mut hit: BTreeSet<String> = taking.map(|used| file_of(used)).collect();
        let order = self.order()?;
        for file in &order {
            let parents = self.parents.get(file).into_iter().flatten();
            if parents.into_iter().any(|p| hit.contains(p)) {
                hit.insert(file.clone());
            }
        }
        Ok(order
            .into_iter()
            .filter(|file| hit.contains(file))
            .collect())
    }

    /// The Dockerfiles that make what a Dockerfile is built from.
    pub fn parents(&self, file: &str) -> impl Iterator<Item = &str> {
        self.parents
            .get(file)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// The Dockerfile of a use, with its repository where there are several.
pub fn file_of(used: &BaseUse) -> String {
    match &used.repository {
        Some(repository) => format!("{repository}:{}", used.file),
        None => used.file.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Anatomy, Tier};
    use super::*;

    fn used(file: &str, image: &str, makes: &[&str]) -> BaseUse {
        BaseUse {
            file: file.to_owned(),
            line: 1,
            column: 6,
            offset: 5,
            stage: "0".to_owned(),
            is_final: true,
            by: By::From,
            image: Anatomy::of(&ImageRef::parse(image)),
            tier: Tier::Community,
            precision: "latest".to_owned(),
            end_of_life: None,
            dated: None,
            makes: makes.iter().map(|m| (*m).to_owned()).collect(),
            repository: None,
        }
    }

    #[test]
    fn a_change_of_an_image_rebuilds_what_is_built_from_it() {
        let uses = [
            used("app", "golden/java:1907", &["project/app"]),
            used("base", "openjdk:11", &["golden/java:1907"]),
            used("other", "golden/java:1808", &[]),
            used("top", "project/app", &[]),
        ];
        let graph = Graph::of(&uses);
        assert_eq!(graph.order().unwrap(), ["base", "app", "other", "top"]);
        assert_eq!(graph.impact("openjdk").unwrap(), ["base", "app", "top"]);
        assert_eq!(graph.impact("golden/java:1907").unwrap(), ["app", "top"]);
        assert_eq!(
            graph.impact("golden/java").unwrap(),
            ["app", "other", "top"]
        );
        assert_eq!(
            graph.impact("docker.io/library/openjdk:11").unwrap(),
            ["base", "app", "top"]
        );
        assert_eq!(graph.impact("openjdk:8").unwrap(), [""; 0]);
    }

    #[test]
    fn a_circle_is_named() {
        let uses = [
            used("a", "y", &["x"]),
            used("b", "x", &["y"]),
            used("c", "z", &[]),
        ];
        let circle = Graph::of(&uses).order().unwrap_err();
        assert_eq!(circle.0, ["a", "b"]);
    }
}
