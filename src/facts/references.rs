//! Words as they are written: the text without quotes, and the variables that they name.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::{Definition, Expanded, Facts, Node};
use crate::span::Span;
use crate::syntax::Word;
use crate::syntax::word::{self, ModifierKind, Part, Syntax, Template, Value, Var};

/// A variable that a word names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The variable.
    pub name: String,
    /// All of it, from the `$`.
    pub span: Span,
    /// What the word does with the variable.
    pub modifier: Option<Modifier>,
}

/// What stands behind the name in `${name…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modifier {
    /// `-` and `:-`: what to take where the variable is not set.
    Default {
        /// The text, if no variable is in it.
        text: Option<String>,
        /// Where it stands.
        span: Span,
    },
    /// `+` and `:+`.
    Alternative,
    /// `?` and `:?`.
    Required,
    /// What cuts or replaces, which BuildKit learned later.
    Pattern,
}

/// A variable that a word asks for and nothing surely defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    /// The variable.
    pub name: String,
    /// Whether something may define it.
    pub definition: Definition,
    /// Where the word names it first; none in a word that BuildKit refuses.
    pub reference: Option<Reference>,
}

impl Reference {
    fn of(word: &Word, reference: &word::Reference) -> Self {
        let modifier = reference.modifier.as_ref().map(|m| match m.kind {
            ModifierKind::Default { .. } => Modifier::Default {
                text: m.word.literal(),
                span: word.span_of(m.word.range.clone()),
            },
            ModifierKind::Alternative { .. } => Modifier::Alternative,
            ModifierKind::Required { .. } => Modifier::Required,
            ModifierKind::RemovePrefix { .. }
            | ModifierKind::RemoveSuffix { .. }
            | ModifierKind::Replace { .. }
            | ModifierKind::Unsupported(_) => Modifier::Pattern,
        });
        Reference {
            name: reference.name.clone(),
            span: word.span_of(reference.range.clone()),
            modifier,
        }
    }
}

impl Facts<'_> {
    /// The variables that a word names, in order, those inside of `${…}` too; none in a word that
    /// BuildKit refuses.
    pub fn references(&self, word: &Word) -> Vec<Reference> {
        if !word.as_str().contains('$') {
            return Vec::new();
        }
        let template = self.template(word);
        let references = template.iter().flat_map(Template::references);
        references.map(|r| Reference::of(word, r)).collect()
    }

    /// The one variable that is all of a word, quoted or not.
    pub fn sole_reference(&self, word: &Word) -> Option<Reference> {
        let template = self.template(word)?;
        Some(Reference::of(word, template.sole_reference()?))
    }

    /// Whether a word names a variable; one that BuildKit refuses is searched for the name.
    pub fn names_variable(&self, word: &Word, name: &str) -> bool {
        match self.template(word) {
            Some(template) => template.references().any(|r| r.name == name),
            None => word.as_str().contains(name),
        }
    }

    /// A word's text without quotes, if no variable is in it.
    pub fn literal(&self, word: &Word) -> Option<String> {
        self.template(word)?.literal()
    }

    /// The place of a word without its quotes; or of a part of its text, if the text stands there
    /// as it is.
    pub fn literal_span(&self, word: &Word, part: Option<&Range<usize>>) -> Span {
        let template = self.template(word).unwrap_or_default();
        let (Some(first), Some(last)) = (template.parts.first(), template.parts.last()) else {
            return word.span;
        };
        let exact = match (part, template.parts.as_slice()) {
            (Some(part), [Part::Literal { text, range, .. }]) if range.len() == text.len() => {
                range.start + part.start..range.start + part.end
            }
            _ => first.range().start..last.range().end,
        };
        word.span_of(exact)
    }

    /// Whether a word gives a variable's value and nothing else, whatever the value is.
    pub fn repeats(&self, word: &Word, name: &str) -> bool {
        let syntax = Syntax::Word {
            escape: self.file.escape.char(),
        };
        let value = "any";
        let found = word::expand(word.as_str(), syntax, &mut |asked| {
            if asked == name {
                Var::Set(value.into())
            } else {
                Var::Unset
            }
        });
        found.result == Ok(Value::Known(value.to_owned()))
            && found.usage.matched.contains(name)
            && found.usage.unmatched.is_empty()
    }

    /// The variables that a word of an instruction asks for and nothing surely defines, by name;
    /// those that `is_declared` knows are defined.
    pub fn undefined_in(
        &self,
        node: &Node<'_>,
        expanded: &Expanded<'_>,
        is_declared: &dyn Fn(&str) -> bool,
    ) -> Vec<Undefined> {
        let (text, syntax) = (expanded.word.as_str(), expanded.syntax);
        let mut undefined: BTreeSet<(String, Definition)> = BTreeSet::new();
        let lookup = &mut |name: &str| {
            let definition = if is_declared(name) {
                Definition::File
            } else {
                self.definition(node.index, name)
            };
            match definition {
                Definition::File | Definition::Base => match self.lookup(node.index, name) {
                    Var::Unset => Var::Unknown,
                    known => known,
                },
                Definition::Perhaps | Definition::Nothing => {
                    undefined.insert((name.to_owned(), definition));
                    if definition == Definition::Perhaps {
                        Var::Unknown
                    } else {
                        Var::Unset
                    }
                }
            }
        };
        // Only what it asks for matters here.
        let _ = word::expand(text, syntax, lookup);
        let template = Template::read(text, syntax).unwrap_or_default();
        let found = |(name, definition): (String, Definition)| {
            let reference = template.references().find(|r| r.name == name);
            Undefined {
                reference: reference.map(|r| Reference::of(expanded.word, r)),
                name,
                definition,
            }
        };
        undefined.into_iter().map(found).collect()
    }

    /// The value of a variable before the instruction at `node`, if it has one and that is known.
    pub fn value_of(&self, node: usize, name: &str) -> Option<Cow<'_, str>> {
        match self.lookup(node, name) {
            Var::Set(value) => Some(value),
            Var::Unset | Var::Unknown => None,
        }
    }

    /// Whether a variable surely has no value before the instruction at `node`.
    pub fn is_unset(&self, node: usize, name: &str) -> bool {
        matches!(self.lookup(node, name), Var::Unset)
    }

    fn template(&self, word: &Word) -> Option<Template> {
        Template::parse(word.as_str(), self.file.escape.char()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Build;
    use crate::span::Source;
    use crate::syntax::Kind;

    fn with_values<T>(text: &str, f: impl Fn(&Facts<'_>, &[&Word]) -> T) -> T {
        let source = Source::new("Dockerfile", text);
        let file = crate::syntax::parse(&source);
        let build = Build::default();
        let facts = Facts::of(&source, &file, &build);
        let Kind::Env(pairs) = &facts.nodes[1].instruction.kind else {
            panic!("no ENV");
        };
        let values: Vec<&Word> = pairs.pairs.iter().map(|p| &p.value).collect();
        f(&facts, &values)
    }

    #[test]
    fn variables_are_found_with_what_the_word_does_with_them() {
        let text = "FROM a\nENV a=\"x${b:-\"y\"}\" c=$d e=${f#${g}} h=plain i=${j\n";
        let found = with_values(text, |facts, values| {
            let one = |word: &&Word| -> Vec<String> {
                let references = facts.references(word);
                let shown = |r: &Reference| {
                    let span = facts.source.slice(r.span);
                    let modifier = match &r.modifier {
                        None => String::new(),
                        Some(Modifier::Default { text, span }) => {
                            format!(" or {text:?} at {}", facts.source.slice(*span))
                        }
                        Some(other) => format!(" {other:?}"),
                    };
                    format!("{} in {span}{modifier}", r.name)
                };
                references.iter().map(shown).collect()
            };
            values.iter().map(one).collect::<Vec<_>>()
        });
        let none: &[&str] = &[];
        let wanted = [
            &["b in ${b:-\"y\"} or Some(\"y\") at \"y\""][..],
            &["d in $d"],
            &["f in ${f#${g}} Pattern", "g in ${g}"],
            none,
            none,
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn literals_have_a_place_without_their_quotes() {
        let text = "FROM a\nENV a=\"pass word\" b=x\\ y c=$d\n";
        with_values(text, |facts, values| {
            let place = |i: usize, part: Option<&Range<usize>>| {
                facts.source.slice(facts.literal_span(values[i], part))
            };
            assert_eq!(facts.literal(values[0]).as_deref(), Some("pass word"));
            assert_eq!(place(0, None), "pass word");
            assert_eq!(place(0, Some(&(5..9))), "word");
            assert_eq!(facts.literal(values[1]).as_deref(), Some("x y"));
            assert_eq!(place(1, Some(&(2..3))), "x\\ y");
            assert_eq!(facts.literal(values[2]), None);
        });
    }

    #[test]
    fn a_word_repeats_a_variable_whatever_its_value() {
        let text = "FROM a\nENV a=\"$v\" b=${v:-x} c=${v}y d=$v$w e=any\n";
        let found = with_values(text, |facts, values| {
            values
                .iter()
                .map(|w| facts.repeats(w, "v"))
                .collect::<Vec<_>>()
        });
        assert_eq!(found, [true, true, false, false, false]);
    }
}
