//! Words: quotes, escapes and variables as BuildKit's lexer reads them.
//!
//! BuildKit expands while it reads. Here reading gives a [`Template`], which can be looked at
//! without any environment and evaluated as often as needed; [`expand`] puts both together and
//! reports what BuildKit would report first.
//!
//! Letters in names are Unicode's alphabetic characters that are not numbers. Go's letters are
//! slightly fewer: combining vowel signs are not among them.

use std::collections::BTreeSet;
use std::ops::Range;

use self::evaluate::{Evaluator, Stop};
use self::template::parse;

pub use self::evaluate::{Value, Var};
pub use self::split::{HeredocDelimiter, RawWord, heredoc_delimiter, process_words, raw_words};
pub use self::template::{Modifier, ModifierKind, Part, Reference, Syntax, Template};

mod evaluate;
mod split;
mod template;

/// Why BuildKit refuses a word; the text is BuildKit's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandErrorKind {
    /// `'` without its partner.
    #[error("unexpected end of statement while looking for matching single-quote")]
    UnclosedSingleQuote,
    /// `"` without its partner.
    #[error("unexpected end of statement while looking for matching double-quote")]
    UnclosedDoubleQuote,
    /// `${` without its `}`.
    #[error("syntax error: missing '}}'")]
    MissingBrace,
    /// `${name/pattern}`: the replacement's slash is missing.
    #[error("syntax error: missing '/' in ${{}}")]
    MissingSlash,
    /// `${}`, `${:…` or `${{…`.
    #[error("syntax error: bad substitution")]
    BadSubstitution,
    /// `${name^}`: what follows the name means nothing; U+FFFD stands for the end of the word.
    #[error("unsupported modifier ({0}) in substitution")]
    UnsupportedModifier(String),
    /// `${name?message}`: the variable is missing.
    #[error("{name}: {message}")]
    Refused {
        /// The variable.
        name: String,
        /// The word after the `?`, or BuildKit's own words.
        message: String,
    },
    /// A backslash in a pattern before something it cannot escape.
    #[error("invalid pattern ({pattern}) in substitution: invalid escape '\\{escaped}'")]
    InvalidPattern {
        /// The pattern; backwards for a suffix, as BuildKit shows it.
        pattern: String,
        /// What follows the backslash; U+FFFD stands for the end.
        escaped: char,
    },
    /// Substitutions in substitutions beyond reason. BuildKit has no such limit.
    #[error("substitutions nested too deeply")]
    TooDeep,
}

impl ExpandErrorKind {
    /// The variable that is not there and that the text itself demands: `${name:?message}`.
    pub fn demands(&self) -> Option<&str> {
        match self {
            Self::Refused { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether a quote has no partner.
    pub fn is_unclosed_quote(&self) -> bool {
        matches!(
            self,
            ExpandErrorKind::UnclosedSingleQuote | ExpandErrorKind::UnclosedDoubleQuote
        )
    }
}

/// Why BuildKit refuses a word, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ExpandError {
    /// What is wrong.
    pub kind: ExpandErrorKind,
    /// Where: bytes of the word.
    pub range: Range<usize>,
}

impl ExpandError {
    /// The message as BuildKit prints it, with the word it was reading.
    pub fn with_word(&self, word: &str) -> String {
        format!("failed to process {}: {}", quote(word), self.kind)
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.kind,
            ExpandErrorKind::MissingBrace | ExpandErrorKind::MissingSlash
        )
    }
}

/// The variables that a word asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Those that are set, or may be.
    pub matched: BTreeSet<String>,
    /// Those that are not.
    pub unmatched: BTreeSet<String>,
}

/// What [`expand`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion<T = String> {
    /// The text, or the error that BuildKit reports.
    pub result: Result<Value<T>, ExpandError>,
    /// The variables asked for up to the end or the error.
    pub usage: Usage,
}

/// Reads and evaluates a text, with the error that BuildKit reports: a variable refused early in
/// the word comes before a quote that is missing later.
pub fn expand<'v>(
    text: &str,
    syntax: Syntax,
    lookup: &mut dyn FnMut(&str) -> Var<'v>,
) -> Expansion {
    observed(text, syntax, lookup, |template, evaluator| {
        evaluator.template(template)
    })
}

fn observed<'v, T>(
    text: &str,
    syntax: Syntax,
    lookup: &mut dyn FnMut(&str) -> Var<'v>,
    evaluate: impl FnOnce(&Template, &mut Evaluator<'_, 'v>) -> Result<Option<T>, Stop>,
) -> Expansion<T> {
    let mut usage = Usage::default();
    let mut lookup = |name: &str| {
        let var = lookup(name);
        let names = match var {
            Var::Unset => &mut usage.unmatched,
            Var::Set(_) | Var::Unknown => &mut usage.matched,
        };
        if !names.contains(name) {
            names.insert(name.to_owned());
        }
        var
    };
    let (template, error) = parse(text, syntax.mode());
    let result = match (evaluate(&template, &mut Evaluator::new(&mut lookup)), error) {
        (Ok(value), None) => Ok(value.into()),
        (Ok(_), Some(error)) => Err(error),
        // An error inside an open brace where the word ends is reported as the open brace.
        (Err(stop), Some(error)) if stop.at == text.len() && error.is_open() => Err(error),
        (Err(stop), _) => Err(stop.error),
    };
    Expansion { result, usage }
}

/// Go's `%q`.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if is_printable(c) => out.push(c),
            c if u32::from(c) < 0x10000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

fn is_printable(c: char) -> bool {
    // Only at the start of a string are combining characters escaped although printable.
    let text = String::from_iter(['x', c]);
    text.escape_debug().nth(1) == Some(c)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::evaluate::MAX_WORK;
    use super::template::MAX_DEPTH;
    use super::*;

    fn value(text: &str, env: &[(&str, &str)]) -> Result<Value, ExpandError> {
        expand(text, Syntax::Word { escape: '\\' }, &mut lookup(env)).result
    }

    fn lookup<'v>(env: &'v [(&str, &'v str)]) -> impl FnMut(&str) -> Var<'v> {
        |name| match env.iter().find(|(n, _)| *n == name) {
            Some((_, "UNKNOWN")) => Var::Unknown,
            Some((_, value)) => Var::Set(Cow::Borrowed(value)),
            None => Var::Unset,
        }
    }

    fn known(text: &str, env: &[(&str, &str)]) -> String {
        value(text, env).unwrap().known().unwrap()
    }

    fn words(text: &str, env: &[(&str, &str)]) -> Vec<String> {
        let words = process_words(text, '\\', &mut lookup(env)).result;
        words.unwrap().known().unwrap()
    }

    fn error(text: &str) -> (String, &str) {
        let error = value(text, &[]).unwrap_err();
        (error.to_string(), &text[error.range])
    }

    #[test]
    fn parts_stand_where_they_say() {
        let text = r#"a\b"c$x"${y:-d'e'}"#;
        let template = Template::parse(text, '\\').unwrap();
        let pieces: Vec<_> = template.parts.iter().map(|p| &text[p.range()]).collect();
        assert_eq!(pieces, ["a", r"\b", "c", "$x", "${y:-d'e'}"]);
        let references: Vec<_> = template.references().collect();
        assert_eq!(references[0].double_quote, Some(3));
        assert!(!references[0].is_braced());
        assert!(references[1].is_braced());
        let modifier = references[1].modifier.as_ref().unwrap();
        assert_eq!(&text[modifier.range.clone()], ":-d'e'");
        assert_eq!(modifier.kind, ModifierKind::Default { or_empty: true });
        assert_eq!(modifier.word.literal().unwrap(), "de");
        assert_eq!(&text[modifier.word.range.clone()], "d'e'");
    }

    #[test]
    fn references_come_in_the_order_of_the_text() {
        let template = Template::parse("$a${b:-${c}$d}${e/$f/$g}$h", '\\').unwrap();
        let names: String = template.references().map(|r| r.name.as_str()).collect();
        assert_eq!(names, "abcdefgh");
    }

    #[test]
    fn a_word_without_references_is_its_text() {
        let literal = |text| Template::parse(text, '`').unwrap().literal();
        assert_eq!(literal(r#"C:\x"a b"'c'`d"#).unwrap(), r"C:\xa bcd");
        assert_eq!(literal("a$"), Some("a$".into()));
        assert_eq!(literal("$a"), None);
    }

    #[test]
    fn an_empty_value_is_not_a_missing_one() {
        let env = [("e", "")];
        assert_eq!(known("${e-w}|${e:-w}|${u-w}|${u:-w}", &env), "|w|w|w");
        assert_eq!(known("${e+w}|${e:+w}|${u+w}|${u:+w}", &env), "w|||");
        assert_eq!(known("${e?}", &env), "");
        let error = value("${e:?}", &env).unwrap_err();
        assert_eq!(error.to_string(), "e: is not allowed to be empty");
    }

    #[test]
    fn a_value_that_is_not_known_hides_only_what_depends_on_it() {
        let env = [("k", "v"), ("u", "UNKNOWN")];
        for text in [
            "$u",
            "${u:-x}",
            "${u+x}",
            "${u?}",
            "${k#$u}",
            "${k/v/$u}",
            "a$u",
        ] {
            assert_eq!(value(text, &env), Ok(Value::Unknown), "{text}");
        }
        for (text, is) in [("${u+}", ""), ("${k:-$u}", "v"), ("${k/x/$u}", "v")] {
            assert_eq!(known(text, &env), is, "{text}");
        }
        let error = value("$u${z?$u}", &env).unwrap_err();
        assert_eq!(error.to_string(), "z: is not allowed to be unset");
        assert_eq!(
            process_words("$u", '\\', &mut lookup(&env)).result,
            Ok(Value::Unknown)
        );
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        assert_eq!(error("ab'c").1, "'c");
        assert_eq!(error("ab\"c$x").1, "\"c$x");
        assert_eq!(
            error("a${x^}b"),
            ("unsupported modifier (^) in substitution".into(), "^")
        );
        assert_eq!(
            error("${x:é}b"),
            ("unsupported modifier (:é) in substitution".into(), ":é")
        );
        assert_eq!(
            error("${x:#a}"),
            ("unsupported modifier (:#) in substitution".into(), ":#")
        );
        assert_eq!(
            error("a${}b"),
            ("syntax error: bad substitution".into(), "${}")
        );
        assert_eq!(
            error("a${x:-b"),
            ("syntax error: missing '}'".into(), "${x:-b")
        );
        assert_eq!(
            error("a${x/b}"),
            ("syntax error: missing '/' in ${}".into(), "${x/b}")
        );
        assert_eq!(error("a${x?b}c"), ("x: b".into(), "${x?b}"));
        assert_eq!(error(r"a${x#\b}c").1, r"\b");
    }

    #[test]
    fn the_first_error_is_the_one_buildkit_meets_first() {
        assert_eq!(error("${x?e}'").0, "x: e");
        assert_eq!(error("'${x?e}").1, "'${x?e}");
        assert_eq!(error("\"${x?e}").0, "x: e");
        assert_eq!(error("${a:-${x?e}").0, "syntax error: missing '}'");
        assert_eq!(error("${a:-${x?e}b").0, "x: e");
        assert_eq!(error("${a:-'x").0, "syntax error: missing '}'");
        assert_eq!(error("${a/'x").0, "syntax error: missing '/' in ${}");
        assert_eq!(error("${a:1${x?e}}").0, "x: e");
        assert_eq!(error("${a/${x?e}/'").0, "x: e");
    }

    #[test]
    fn patterns_cut_and_replace() {
        let env = [
            ("p", "/usr/local/bin"),
            ("n", "ab\ncb"),
            ("h", "#*l"),
            ("e", ""),
        ];
        assert_eq!(
            known("${p%/*} ${p%%/*} ${p#*/} ${p##*/}", &env),
            "/usr/local  usr/local/bin bin"
        );
        assert_eq!(known("${n#*b} ${n##*b} ${n#?*c}", &env), "\ncb \ncb ab\ncb");
        assert_eq!(known("${p#$h}", &env), "/bin");
        assert_eq!(known("${p//?/x$0}", &env), "x".repeat(14));
        assert_eq!(known(r"${p//l*l/<\$0>}", &env), r"/usr/<\local>/bin");
        assert_eq!(known("${n///-}${e//*/x}${e///x}", &env), "-a-b-\n-c-b-xx");
        assert_eq!(known("${n//*/-}", &env), "-\n-");
        let error = value(r"${p%a\b}", &env).unwrap_err();
        assert_eq!(
            error.to_string(),
            r"invalid pattern (\ba) in substitution: invalid escape '\b'"
        );
    }

    #[test]
    fn words_split_after_expansion() {
        let env = [("s", " a b ")];
        assert_eq!(words("x$s\"$s\"y", &env), ["x", "a", "b", " a b y"]);
        assert_eq!(words(r"a\ b c", &env), ["a b", "c"]);
        assert_eq!(words("<< a <<- b", &env), ["<< a", "<<-", "b"]);
        assert_eq!(words(" ''", &env), Vec::<String>::new());
    }

    #[test]
    fn a_modifier_loses_the_word_before_it_as_in_buildkit() {
        assert_eq!(words("x ab${z:-w}c", &[]), ["x", "wc"]);
        assert_eq!(words(r#"ab\"'c'"d${z:-w}e${z:-v}"f"#, &[]), ["dwevf"]);
        assert_eq!(words("ab${z}c", &[]), ["abc"]);
        let raw = raw_words(r#"\a"c${z:-w}"d"#).unwrap();
        assert_eq!(
            (raw[0].text.as_str(), raw[0].range.clone()),
            (r#""c${z:-w}"d"#, 2..13)
        );
    }

    #[test]
    fn raw_words_keep_what_heredoc_detection_needs() {
        let raw = |text| -> Vec<String> {
            raw_words(text)
                .unwrap()
                .into_iter()
                .map(|w| w.text)
                .collect()
        };
        assert_eq!(
            raw(r#"RUN <<"A B" \'x y"#),
            ["RUN", r#"<<"A B""#, r"\'x", "y"]
        );
        assert_eq!(
            raw(r#"cat <<  E $x ${x:=y z}"#),
            ["cat", "<<  E", "$x", "${x:=y", "z}"]
        );
        assert_eq!(
            raw(r#"${x//a/b} ${x:-\c} "\d""#),
            ["${x/a/b}", "${x:-c}", r#""\\d""#]
        );
        for text in ["it's", "${x[@]}", "${#a}", "${x^^}", "${x", "${x:#y}"] {
            raw_words(text).unwrap_err();
        }
    }

    #[test]
    fn raw_words_say_where_they_stand() {
        let text = "é <<'A B'  ${x:-\\a b} x";
        let raw = raw_words(text).unwrap();
        let pieces: Vec<_> = raw.iter().map(|w| &text[w.range.clone()]).collect();
        assert_eq!(pieces, ["é", "<<'A B'", "${x:-\\a", "b}", "x"]);
        assert_eq!(raw[2].text, "${x:-a");
    }

    #[test]
    fn heredoc_delimiters_are_unquoted() {
        let unquoted = |raw| {
            let delimiter = heredoc_delimiter(raw)?;
            Some((delimiter.name, delimiter.quoted))
        };
        assert_eq!(unquoted("EOF"), Some(("EOF".into(), false)));
        assert_eq!(unquoted(r"\EOF"), Some(("EOF".into(), false)));
        assert_eq!(unquoted("'A B'"), Some(("A B".into(), true)));
        assert_eq!(unquoted("E\"O\"F;"), Some(("EOF;".into(), true)));
        assert_eq!(unquoted("$EOF"), Some(("$EOF".into(), false)));
        assert_eq!(unquoted(r#"A\"B"#), Some(("A\"B".into(), false)));
        assert_eq!(unquoted("''"), None);
        assert_eq!(unquoted("a b"), None);
        assert_eq!(unquoted("\"E"), None);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_as_by_gos_scanner() {
        assert_eq!(known("\u{feff}a\u{feff}", &[]), "a\u{feff}");
    }

    #[test]
    fn names_are_unicode_letters_and_decimal_digits() {
        let env = [("ünï", "1"), ("a", "2"), ("٣", "3"), ("x_9", "4")];
        assert_eq!(known("$ünï-$a²-$٣x-$x_9", &env), "1-2²-3x-4");
    }

    #[test]
    fn messages_quote_the_word_as_go_does() {
        assert_eq!(
            value("'\t\"\u{7f}\u{a0}é\u{10ffff}\\", &[])
                .unwrap_err()
                .with_word("'\t\"\u{7f}\u{a0}é\u{10ffff}\\"),
            r#"failed to process "'\t\"\x7f\u00a0é\U0010ffff\\": unexpected end of statement while looking for matching single-quote"#
        );
    }

    #[test]
    fn nesting_without_end_is_an_error() {
        let deep = "${a:-".repeat(100_000) + "x";
        assert_eq!(
            Template::parse(&deep, '\\').unwrap_err().kind,
            ExpandErrorKind::TooDeep
        );
        raw_words(&deep).unwrap_err();
        let fine = "${a:-".repeat(MAX_DEPTH) + "x" + &"}".repeat(MAX_DEPTH);
        assert_eq!(known(&fine, &[]), "x");
    }

    #[test]
    fn work_is_bounded() {
        let long = "x".repeat(MAX_WORK);
        let env = [("l", long.as_str()), ("s", "abc")];
        assert_eq!(known("$l", &env), long);
        assert_eq!(value("$l$l", &env), Ok(Value::Unknown));
        assert_eq!(value("${l##*y}", &env), Ok(Value::Unknown));
        let many = r"${s//?/".to_owned() + &r"\$0".repeat(MAX_WORK) + "}";
        assert_eq!(value(&many, &env), Ok(Value::Unknown));
    }

    #[test]
    fn long_words_are_read_in_linear_time() {
        for piece in [
            "a",
            "\\a",
            "'a'",
            "$a",
            "${a:-b}",
            "\"$a\"",
            "<< ",
            "\"${a:-b}\"",
            "a b\"${a/b/c}",
        ] {
            let text = piece.repeat((1 << 18) / piece.len());
            let _ = expand(&text, Syntax::Word { escape: '\\' }, &mut |_| Var::Unset);
            let _ = process_words(&text, '\\', &mut |_| Var::Unset);
            let _ = raw_words(&text);
        }
    }
}
