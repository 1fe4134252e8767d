//! What FROM becomes when the build gives no arguments.

use std::collections::HashMap;

use super::scope::PLATFORM_ARGUMENTS;
use super::{Facts, Stage};
use crate::syntax::word::{self, Syntax, Value, Var};
use crate::syntax::{Kind, Word};

impl Facts<'_> {
    /// The image of every stage with nothing but the defaults of the global arguments, as a build
    /// for linux/amd64 sees it, or for the platform that a builder is asked for. Nothing if a default
    /// cannot be expanded: the build stops there.
    pub fn default_images(&self) -> Option<Vec<(&Stage<'_>, &Word, String)>> {
        let mut globals: HashMap<String, String> = HashMap::new();
        for name in PLATFORM_ARGUMENTS {
            let known = self
                .scopes
                .platform(name)
                .filter(|_| self.assumes_builder_defaults());
            let value = match (known, name) {
                (Some(value), _) => value,
                (None, "TARGETPLATFORM" | "BUILDPLATFORM") => "linux/amd64",
                (None, "TARGETOS" | "BUILDOS") => "linux",
                (None, "TARGETARCH" | "BUILDARCH") => "amd64",
                (None, "TARGETSTAGE") => self.scopes.target_stage(),
                _ => "",
            };
            globals.insert(name.to_owned(), value.to_owned());
        }
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        let expand = |word: &Word, globals: &HashMap<String, String>| {
            let lookup = &mut |name: &str| match globals.get(name) {
                Some(value) => Var::Set(value.clone().into()),
                None => Var::Unset,
            };
            match word::expand(word.as_str(), syntax, lookup).result {
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
        let images = self
            .stages
            .iter()
            .filter_map(|stage| match &stage.from.kind {
                Kind::From(from) => Some((stage, &from.image)),
                _ => None,
            })
            // BuildKit looks no further than the first that cannot be expanded.
            .map_while(|(stage, word)| Some((stage, word, expand(word, &globals)?)));
        Some(images.collect())
    }
}
