//! LABEL: what an image says of itself.

use super::Facts;
use crate::span::Span;
use crate::syntax::Kind;

/// A label that a file sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The node that sets it.
    pub node: usize,
    /// Its key; `None` if a variable hides some of it.
    pub key: Option<String>,
    /// Its value; `None` if a variable hides some of it.
    pub value: Option<String>,
    /// Where key and value stand.
    pub span: Span,
}

impl Facts<'_> {
    /// The labels that a stage's chain sets, those of the base stages first; of several with one
    /// key the last counts.
    pub fn labels(&self, stage: usize) -> &[Label] {
        let labels = self.labels.get(stage);
        labels.map_or(&[], |l| l.get_or_init(|| self.read_labels(stage)))
    }

    fn read_labels(&self, stage: usize) -> Vec<Label> {
        let mut labels = Vec::new();
        for node in self.chain_nodes(stage) {
            let Kind::Label(pairs) = &node.instruction.kind else {
                continue;
            };
            labels.extend(pairs.pairs.iter().map(|pair| Label {
                node: node.index,
                key: self.text(node.index, &pair.name),
                value: self.text(node.index, &pair.value),
                span: pair.span,
            }));
        }
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;

    #[test]
    fn labels_of_the_whole_chain_are_listed_in_order() {
        let source = Source::new(
            "Dockerfile",
            "FROM a:1 AS a\nLABEL x=1 y=\"\"\nONBUILD LABEL z=1\nFROM b:1 AS b\nLABEL w=1\n\
             FROM a\nARG V\nLABEL x=2 v=$V\nLABEL old way\n",
        );
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let labels: Vec<(String, Option<String>)> = facts
            .labels(2)
            .iter()
            .map(|l| (l.key.clone().unwrap_or_default(), l.value.clone()))
            .collect();
        let known = |k: &str, v: &str| (k.to_owned(), Some(v.to_owned()));
        assert_eq!(
            labels,
            [
                known("x", "1"),
                known("y", ""),
                known("x", "2"),
                ("v".to_owned(), None),
                known("old", "way"),
            ]
        );
    }
}
