//! Names that people give to things, and the place where they wrote them.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A name or value as people write it: not empty, at most 127 bytes, no control characters, no blanks at
/// either end.
///
/// Blanks at the ends are refused because Redshift ignores them in comparisons and PostgreSQL does not;
/// 127 bytes is Redshift's limit for identifiers ("Names and identifiers" of its SQL reference).
///
/// Copies share their text: facts, conditions and profiles of many users name the same few things.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// Why a text cannot be a [`Name`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NameError {
    /// Nothing was written.
    #[error("a name cannot be empty")]
    Empty,
    /// More than 127 bytes.
    #[error("`{}…` is longer than 127 bytes, the limit of the warehouse", .0.chars().take(40).collect::<String>())]
    TooLong(String),
    /// Blanks at the start or the end.
    #[error("`{0}` starts or ends with a blank, which warehouses compare differently; remove it")]
    Padded(String),
    /// A control character, NUL among them.
    #[error("`{}` contains a control character; remove it", .0.escape_debug())]
    Control(String),
}

impl Name {
    /// Checks a text and makes it a name.
    ///
    /// # Errors
    /// When the text is empty, too long, padded with blanks or contains a control character.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if text.is_empty() {
            Err(NameError::Empty)
        } else if text.len() > 127 {
            Err(NameError::TooLong(text))
        } else if text.chars().any(char::is_control) {
            Err(NameError::Control(text))
        } else if text.trim() != text {
            Err(NameError::Padded(text))
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of the name, not copied.
    pub fn shared(&self) -> &Arc<str> {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// No control character anywhere, and no blank at either end, as [`Name::new`] has it.
const FORM: &str = "^[^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]\
                    ([^\\u0000-\\u001f\\u007f-\\u009f]*\
                    [^\\u0000-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000])?$";

impl JsonSchema for Name {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Name".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Bytes cannot be counted in a schema: it allows 127 characters of any.
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": 127, "pattern": FORM })
    }
}

/// A place in a file: line and column, counted from 1; zero when there is none (a value made by a program).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

/// A value and the place where it was written. Two of them are equal when their values are.
#[derive(Clone, Debug, Default)]
pub struct At<T> {
    value: T,
    mark: Mark,
}

impl<T> At<T> {
    /// A value that was written nowhere.
    pub fn nowhere(value: T) -> Self {
        Self { value, mark: Mark::default() }
    }
    /// The same value, said to be written there.
    #[must_use]
    pub fn placed(self, mark: Mark) -> Self {
        Self { mark, ..self }
    }
    /// Where it was written.
    pub fn mark(&self) -> Mark {
        self.mark
    }
    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }
}

impl<T> Deref for At<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl Borrow<Name> for At<Name> {
    fn borrow(&self) -> &Name {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for At<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<T: Eq> Eq for At<T> {}
impl<T: PartialOrd> PartialOrd for At<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<T: Ord> Ord for At<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<T: std::hash::Hash> std::hash::Hash for At<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        let place = spanned.referenced;
        let mark = crate::text_or::mark(place.line() as usize, place.column() as usize);
        Ok(Self { value: spanned.value, mark })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
