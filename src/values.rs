//! The values of a configuration file with their places, and reading typed settings from them.
//!
//! serde's own errors are English sentences; this reader says in its own terms what is wrong
//! ([`Mismatch`]), with the keys that lead there and the place.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use toml::de::{DeTable, DeValue};

use crate::span::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Where.
    pub span: Span,
    /// What.
    pub data: Data,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    String(String),
    /// A date or a time, as written.
    Datetime(String),
    /// A list.
    Array(Vec<Value>),
    /// Keys and their values.
    Table(Table),
}

/// A key's place and its value, by key.
pub type Table = BTreeMap<String, (Span, Value)>;

impl Value {
    /// Reads a text of TOML.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = DeTable::parse(text).map_err(|e| {
            let span = e.span().map(span_of).unwrap_or_default();
            let written = text.get(span.range()).unwrap_or_default();
            Error::new(Mismatch::Other(syntax_error(e.message(), written))).at(span)
        })?;
        let span = span_of(document.span());
        let data = Data::Table(table_of(document.into_inner())?);
        Ok(Self { span, data })
    }

    /// A table without a place of its own, such as one put together from several files.
    pub fn of_table(table: Table) -> Self {
        Self {
            span: Span::default(),
            data: Data::Table(table),
        }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.data {
            Data::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        Some(&self.as_table()?.get(key)?.1)
    }

    /// The elements, if it is an array.
    pub fn elements(&self) -> &[Value] {
        match &self.data {
            Data::Array(elements) => elements,
            _ => &[],
        }
    }

    /// What the value is, in TOML's words.
    pub fn kind(&self) -> Kind {
        match &self.data {
            Data::Boolean(_) => Kind::Boolean,
            Data::Integer(_) => Kind::Integer,
            Data::Float(_) => Kind::Float,
            Data::String(_) => Kind::String,
            Data::Datetime(_) => Kind::Datetime,
            Data::Array(_) => Kind::Array,
            Data::Table(_) => Kind::Table,
        }
    }
}

/// What the parser complains of, in the words of those who write the file, and of what.
fn syntax_error(message: &str, written: &str) -> String {
    // The parser's hints at what it expects are no help to anybody else.
    let reason = message.split(", expected").next().unwrap_or(message);
    let is = |texts: &[&str]| texts.iter().any(|text| reason.starts_with(text));
    let words = if is(&["duplicate key"]) {
        return format!("the key `{written}` is set already");
    } else if is(&["string values must be quoted"]) && written.trim().is_empty() {
        "the value behind `=` is missing"
    } else if is(&["string values must be quoted"]) {
        return format!("a text stands in quotes: `\"{written}\"`");
    } else if is(&["unclosed table", "unclosed array table"]) {
        "the `]` at the end of the heading is missing"
    } else if is(&["unclosed array"]) {
        "the `]` at the end of the list is missing"
    } else if is(&["unclosed inline table"]) {
        "the `}` at the end is missing"
    } else if is(&["missing comma"]) {
        "a comma is missing before this"
    } else if is(&["extra comma"]) {
        "there is one comma too many"
    } else if is(&["missing value"]) {
        "the value behind `=` is missing"
    } else if is(&["key with no value", "missing assignment"]) {
        "`=` and a value belong behind a key"
    } else if is(&["extra `=`", "extra assignment", "unexpected `=`"]) {
        "there is one `=` too many"
    } else if is(&["missing key"]) {
        "the key before `=` is missing"
    } else if is(&["invalid unquoted key", "unquoted keys", "keys cannot"]) {
        "a key is made of letters, digits, `-` and `_`, or stands in quotes"
    } else if is(&["unexpected content", "unexpected key or value"]) {
        "this is too much here: each setting has a line of its own"
    } else if is(&[
        "missing escaped value",
        "too few unicode",
        "invalid unicode",
    ]) {
        "behind a backslash in `\"…\"` stands what TOML knows; in `'…'` a backslash is itself"
    } else if reason.contains("string") || is(&["missing opening quote"]) {
        "the quotes of this text do not fit together"
    } else if is(&["carriage return", "invalid comment character"]) {
        "no control characters may stand here"
    } else if is(&["cannot recurse", "recursion limit"]) {
        "this nests too deeply"
    } else if is(&["invalid date-time"]) {
        "this is no date"
    } else if is(&[
        "invalid float",
        "invalid integer",
        "invalid hexadecimal",
        "invalid octal",
        "invalid binary",
        "integers",
        "radix",
        "unexpected leading zero",
        "unexpected sign",
        "redundant",
        "`_` may",
    ]) {
        "this is no number; a text stands in quotes"
    } else if is(&["invalid boolean", "invalid value"]) {
        "this is no value; a text stands in quotes"
    } else {
        return format!("this is no TOML: {reason}");
    };
    words.to_owned()
}

fn span_of(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}

fn table_of(table: DeTable<'_>) -> Result<Table, Error> {
    table
        .into_iter()
        .map(|(key, value)| {
            let place = span_of(key.span());
            let key = key.into_inner().into_owned();
            let value = value_of(value).map_err(|e| e.below(Step::Key(key.clone())))?;
            Ok((key, (place, value)))
        })
        .collect()
}

fn value_of(value: toml::Spanned<DeValue<'_>>) -> Result<Value, Error> {
    let span = span_of(value.span());
    let too_large = || Error::new(Mismatch::TooLarge).at(span);
    let data = match value.into_inner() {
        DeValue::Boolean(b) => Data::Boolean(b),
        DeValue::Integer(n) => {
            let number = i64::from_str_radix(n.as_str(), n.radix());
            Data::Integer(number.map_err(|_| too_large())?)
        }
        DeValue::Float(n) => Data::Float(n.as_str().parse().map_err(|_| too_large())?),
        DeValue::String(text) => Data::String(text.into_owned()),
        DeValue::Datetime(date) => Data::Datetime(date.to_string()),
        DeValue::Array(array) => {
            let elements = array.into_iter().enumerate();
            let elements = elements.map(|(i, v)| value_of(v).map_err(|e| e.below(Step::Index(i))));
            Data::Array(elements.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => Data::Table(table_of(table)?),
    };
    Ok(Value { span, data })
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Boolean,
    Integer,
    Float,
    String,
    Datetime,
    Array,
    Table,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Boolean => "a boolean",
            Kind::Integer => "an integer",
            Kind::Float => "a number with a fraction",
            Kind::String => "a string",
            Kind::Datetime => "a date",
            Kind::Array => "an array",
            Kind::Table => "a table",
        })
    }
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a table.
    Key(String),
    /// Into an array.
    Index(usize),
}

impl Step {
    /// The key, if it leads into a table.
    pub fn as_key(&self) -> Option<&str> {
        match self {
            Step::Key(key) => Some(key),
            Step::Index(_) => None,
        }
    }
}

/// How a value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Mismatch {
    #[error("{wanted} is wanted, not {found}")]
    Type { wanted: Kind, found: Kind },
    #[error("it is not between {least} and {most}")]
    Range { least: i64, most: u64 },
    #[error("the number is too large")]
    TooLarge,
    #[error("unknown key `{key}`")]
    UnknownKey {
        key: String,
        known: &'static [&'static str],
    },
    #[error("unknown value `{value}`")]
    UnknownValue {
        value: String,
        known: &'static [&'static str],
    },
    #[error("missing key `{0}`")]
    MissingKey(&'static str),
    #[error("{0}")]
    Other(String),
}

/// A value that does not fit the setting it is for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{mismatch}")]
pub struct Error {
    /// In which way.
    pub mismatch: Box<Mismatch>,
    /// The keys and indexes that lead there, the outermost first.
    pub path: Vec<Step>,
    /// Where.
    pub span: Option<Span>,
}

impl Error {
    fn new(mismatch: Mismatch) -> Self {
        Self {
            mismatch: Box::new(mismatch),
            path: Vec::new(),
            span: None,
        }
    }

    /// Sets the place, if none is known that is nearer.
    fn at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    /// The same, seen from one step further out.
    pub fn below(mut self, step: Step) -> Self {
        self.path.insert(0, step);
        self
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Mismatch::Other(message.to_string()))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Mismatch::UnknownKey {
            key: field.to_owned(),
            known: expected,
        })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::new(Mismatch::UnknownValue {
            value: variant.to_owned(),
            known: expected,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Mismatch::MissingKey(field))
    }

    /// Where several kinds of values fit, the reader of them says which.
    fn invalid_type(_: serde::de::Unexpected<'_>, expected: &dyn serde::de::Expected) -> Self {
        Self::new(Mismatch::Other(format!("{expected} belongs here")))
    }
}

impl Value {
    fn mismatch(&self, wanted: Kind) -> Error {
        let found = self.kind();
        Error::new(Mismatch::Type { wanted, found }).at(self.span)
    }

    fn whole_number<'de, V: Visitor<'de>>(
        &self,
        visitor: V,
        least: i64,
        most: u64,
    ) -> Result<V::Value, Error> {
        let Data::Integer(number) = self.data else {
            return Err(self.mismatch(Kind::Integer));
        };
        if number < least || u64::try_from(number).is_ok_and(|n| n > most) {
            return Err(Error::new(Mismatch::Range { least, most }).at(self.span));
        }
        visitor
            .visit_i64(number)
            .map_err(|e: Error| e.at(self.span))
    }
}

/// The name under which [`Located`] asks for a place.
const LOCATED: &str = "$dlint::Located";

macro_rules! whole_numbers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.whole_number(visitor, <$type>::MIN as i64, <$type>::MAX as u64)
        }
    )*};
}

impl<'de> Deserializer<'de> for &'de Value {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.data {
            Data::Boolean(b) => visitor.visit_bool(*b),
            Data::Integer(n) => visitor.visit_i64(*n),
            Data::Float(n) => visitor.visit_f64(*n),
            Data::String(text) | Data::Datetime(text) => visitor.visit_borrowed_str(text),
            Data::Array(elements) => visitor.visit_seq(Elements::of(elements)),
            Data::Table(table) => visitor.visit_map(Entries::of(table)),
        }
        .map_err(|e: Error| e.at(self.span))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.data {
            Data::Boolean(_) => self.deserialize_any(visitor),
            _ => Err(self.mismatch(Kind::Boolean)),
        }
    }

    whole_numbers!(
        deserialize_i8: i8, deserialize_i16: i16, deserialize_i32: i32, deserialize_i64: i64,
        deserialize_u8: u8, deserialize_u16: u16, deserialize_u32: u32, deserialize_u64: u64
    );

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.data {
            Data::Integer(_) | Data::Float(_) => self.deserialize_any(visitor),
            _ => Err(self.mismatch(Kind::Float)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.data {
            Data::String(_) => self.deserialize_any(visitor),
            _ => Err(self.mismatch(Kind::String)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    /// A key that is left out is none; one that is there has a value.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.data {
            Data::Array(_) => self.deserialize_any(visitor),
            _ => Err(self.mismatch(Kind::Array)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.data {
            Data::Table(_) => self.deserialize_any(visitor),
            _ => Err(self.mismatch(Kind::Table)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == LOCATED {
            return visitor.visit_seq(PlaceThenValue::new(self.span, self));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.data {
            Data::String(name) => visitor
                .visit_enum(BorrowedStrDeserializer::new(name))
                .map_err(|e: Error| e.at(self.span)),
            _ => Err(self.mismatch(Kind::String)),
        }
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit unit_struct ignored_any }
}

/// The elements of an array, one after the other.
struct Elements<'de> {
    rest: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
}

impl<'de> Elements<'de> {
    fn of(elements: &'de [Value]) -> Self {
        let rest = elements.iter().enumerate();
        Self { rest }
    }
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some((index, element)) = self.rest.next() else {
            return Ok(None);
        };
        seed.deserialize(element)
            .map(Some)
            .map_err(|e| e.at(element.span).below(Step::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The entries of a table in the order of the file, so that its first mistake is reported.
struct Entries<'de> {
    rest: std::vec::IntoIter<(&'de str, Span, &'de Value)>,
    current: Option<(&'de str, &'de Value)>,
}

impl<'de> Entries<'de> {
    fn of(table: &'de Table) -> Self {
        let entries = table
            .iter()
            .map(|(key, (span, v))| (key.as_str(), *span, v));
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|(_, span, _)| span.start);
        Self {
            rest: entries.into_iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, span, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.current = Some((name, value));
        seed.deserialize(Key { name, span })
            .map(Some)
            .map_err(|e| e.at(span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, value)) = self.current.take() else {
            return Err(Error::new(Mismatch::Other(
                "a value without a key".to_owned(),
            )));
        };
        seed.deserialize(value)
            .map_err(|e| e.at(value.span).below(Step::Key(name.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key of a table.
struct Key<'de> {
    name: &'de str,
    span: Span,
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.name)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == LOCATED {
            return visitor.visit_seq(PlaceThenValue::new(self.span, self));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.name))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A setting and where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Located<T> {
    /// The setting.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T: Serialize> Serialize for Located<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Of<T> {
            type Value = Located<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value with its place")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
                let missing = || serde::de::Error::custom("a value without a place");
                let start = parts.next_element()?.ok_or_else(missing)?;
                let end = parts.next_element()?.ok_or_else(missing)?;
                let value = parts.next_element()?.ok_or_else(missing)?;
                Ok(Located {
                    value,
                    span: Span::new(start, end),
                })
            }
        }

        deserializer.deserialize_newtype_struct(LOCATED, Of(PhantomData))
    }
}

/// What [`Located`] is read from: where the place begins and ends, then the value.
struct PlaceThenValue<D> {
    place: std::array::IntoIter<u32, 2>,
    value: Option<D>,
}

impl<D> PlaceThenValue<D> {
    fn new(span: Span, value: D) -> Self {
        Self {
            place: [span.start, span.end].into_iter(),
            value: Some(value),
        }
    }
}

impl<'de, D: Deserializer<'de, Error = Error>> SeqAccess<'de> for PlaceThenValue<D> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if let Some(offset) = self.place.next() {
            let offset: serde::de::value::U32Deserializer<Error> = offset.into_deserializer();
            return seed.deserialize(offset).map(Some);
        }
        self.value.take().map(|v| seed.deserialize(v)).transpose()
    }
}
