//! Which words of an instruction BuildKit expands with the variables of the stage.

use super::{Facts, Node};
use crate::span::Span;
use crate::syntax::word::{self, ExpandError, Syntax};
use crate::syntax::{Heredoc, Kind, Word};

/// What an expanded word is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum WordUse {
    Chown,
    Chmod,
    Checksum,
    Source,
    Destination,
    /// The body of a here-document that becomes a file.
    Body,
    /// The name of an ENV or LABEL pair; the number of the pair.
    Name(usize),
    /// The value of an ENV or LABEL pair; the number of the pair.
    Value(usize),
    /// The default of an ARG; its number in the instruction.
    Default(usize),
    /// The value of an option of `RUN --mount`.
    Mount,
    /// The one argument of WORKDIR, USER or STOPSIGNAL, a path of VOLUME.
    Argument,
}

/// A word that BuildKit expands.
pub struct Expanded<'w> {
    /// The word.
    pub word: &'w Word,
    /// How it is read.
    pub syntax: Syntax,
    /// What it is for.
    pub used: WordUse,
}

impl Facts<'_> {
    /// The heredocs of an instruction; behind ONBUILD the outer one has them.
    pub fn heredocs_of(&self, node: &Node<'_>) -> &[Heredoc] {
        let owner = if node.onbuild {
            node.index.checked_sub(1).and_then(|i| self.nodes.get(i))
        } else {
            self.nodes.get(node.index)
        };
        owner.map_or(&[], |n| &n.instruction.heredocs)
    }

    /// Calls `each` with every word that BuildKit expands with the variables of the stage, in its
    /// order. EXPOSE is not among them: BuildKit splits what it expands there.
    pub fn expanded_words(&self, node: &Node<'_>, each: &mut dyn FnMut(Expanded<'_>)) {
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        let mut word = |word: &Word, used| each(Expanded { word, syntax, used });
        let instruction = node.instruction;
        match &instruction.kind {
            Kind::Copy(transfer) | Kind::Add(transfer) => {
                let flags = [
                    ("chown", WordUse::Chown),
                    ("chmod", WordUse::Chmod),
                    ("checksum", WordUse::Checksum),
                ];
                for (name, used) in flags {
                    if let Some(value) = instruction.flag_value(name) {
                        word(value, used);
                    }
                }
                let heredocs = self.heredocs_of(node);
                let mut bodies = Vec::new();
                for source in &transfer.sources {
                    match source.heredoc {
                        Some(index) => bodies.extend(heredocs.get(index)),
                        None => word(&source.word, WordUse::Source),
                    }
                }
                word(&transfer.destination, WordUse::Destination);
                for heredoc in bodies.into_iter().filter(|h| h.expand) {
                    let text = heredoc.content(self.source);
                    let span = Span::new(heredoc.body.start, heredoc.body.end);
                    each(Expanded {
                        word: &Word { text, span },
                        syntax: Syntax::HeredocBody,
                        used: WordUse::Body,
                    });
                }
            }
            Kind::Env(pairs) | Kind::Label(pairs) => {
                for (i, pair) in pairs.pairs.iter().enumerate() {
                    word(&pair.name, WordUse::Name(i));
                    word(&pair.value, WordUse::Value(i));
                }
            }
            Kind::Arg(arguments) => {
                for (i, argument) in arguments.iter().enumerate() {
                    if let Some(value) = &argument.value {
                        word(value, WordUse::Default(i));
                    }
                }
            }
            Kind::Run(_) => {
                for mount in &node.mounts {
                    for (_, value) in &mount.options {
                        if let Some(value) = value {
                            word(value, WordUse::Mount);
                        }
                    }
                }
            }
            Kind::Volume(volume) => {
                for path in &volume.paths {
                    word(path, WordUse::Argument);
                }
            }
            Kind::Workdir(argument) | Kind::User(argument) | Kind::Stopsignal(argument) => {
                word(argument, WordUse::Argument);
            }
            _ => {}
        }
    }

    /// Calls `each` with every word of an instruction that BuildKit cannot expand.
    pub fn expansion_errors(&self, node: &Node<'_>, each: &mut dyn FnMut(&Word, &ExpandError)) {
        let escape = self.file.escape.char();
        let mut lookup = |name: &str| self.lookup(node.index, name);
        self.expanded_words(node, &mut |expanded| {
            // A default that the build replaces is never expanded.
            if let (WordUse::Default(i), Kind::Arg(arguments)) =
                (expanded.used, &node.instruction.kind)
                && arguments
                    .get(i)
                    .is_some_and(|a| self.build.gives(a.name.as_str()))
            {
                return;
            }
            let text = expanded.word.as_str();
            if let Err(error) = word::expand(text, expanded.syntax, &mut lookup).result {
                each(expanded.word, &error);
            }
        });
        match &node.instruction.kind {
            Kind::Expose(words) => {
                for word in words {
                    let words = word::process_words(word.as_str(), escape, &mut lookup);
                    if let Err(error) = words.result {
                        each(word, &error);
                    }
                }
            }
            Kind::From(from) => {
                let platform = node.instruction.flag_value("platform");
                for word in std::iter::once(&from.image).chain(platform) {
                    if let Err(error) = self.expand(node.index, word).result {
                        each(word, &error);
                    }
                }
            }
            _ => {}
        }
    }
}
