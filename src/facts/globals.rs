//! What FROM becomes when the build gives no arguments.

use std::collections::HashMap;

use super::{Facts, Stage};
use crate::syntax::expand::{self, Syntax, Value, Var};
use crate::syntax::{Kind, Word};

impl Facts<'_> {
    /// The image of every stage with nothing but the defaults of the global arguments, as a build
    /// for linux/amd64 sees it. Nothing if a default cannot be expanded: the build stops there.
    pub fn default_images(&self) -> Option<Vec<(&Stage<'_>, &Word, String)>> {
        let last = self.stages.last().and_then(|s| s.name.clone());
        let mut globals: HashMap<String, String> = [
            ("TARGETPLATFORM", "linux/amd64"),
            ("TARGETOS", "linux"),
            ("TARGETOSVERSION", ""),
            ("TARGETARCH", "amd64"),
            ("TARGETVARIANT", ""),
            ("BUILDPLATFORM", "linux/amd64"),
            ("BUILDOS", "linux"),
            ("BUILDOSVERSION", ""),
            ("BUILDARCH", "amd64"),
            ("BUILDVARIANT", ""),
            ("TARGETSTAGE", last.as_deref().unwrap_or("default")),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        let expand = |word: &Word, globals: &HashMap<String, String>| {
            let lookup = &mut |name: &str| match globals.get(name) {
                Some(value) => Var::Set(value.clone().into()),
                None => Var::Unset,
            };
            match expand::expand(word.as_str(), syntax, lookup).result {
                Ok(Value::Known(text)) => Some(text),
                _ => None,
            }
        };
        for node in self.nodes.iter().take_while(|n| n.stage.is_none()) {
            let Kind::Arg(arguments) = &node.instruction.kind else {
                continue;
            };
            for argument in arguments {
                if let Some(default) = &argument.value {
                    let value = expand(default, &globals)?;
                    globals.insert(argument.name.as_str().to_owned(), value);
                }
            }
        }
        self.stages
            .iter()
            .filter_map(|stage| match &stage.from.kind {
                Kind::From(from) => Some((stage, &from.image)),
                _ => None,
            })
            .map(|(stage, word)| Some((stage, word, expand(word, &globals)?)))
            .collect()
    }
}
