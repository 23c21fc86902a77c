//! A scalar, taken as the text that was written, or something with structure.
//!
//! YAML readers guess the type of a plain scalar (`007`, `1e3`, `NO`). Where policy files expect text, the text
//! as written is what counts, so it is cut out of the document by its span.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::Mark;

/// The document that is being read.
struct Reading {
    text: String,
    /// How many lines of its file stand before it.
    before: usize,
}

thread_local! {
    static READING: RefCell<Reading> = const { RefCell::new(Reading { text: String::new(), before: 0 }) };
}

/// Runs `read` with `document` as the text that spans refer to, `before` lines down its file.
pub(crate) fn with_document<R>(before: usize, document: &str, read: impl FnOnce() -> R) -> R {
    READING.with_borrow_mut(|reading| {
        document.clone_into(&mut reading.text);
        reading.before = before;
    });
    let result = read();
    READING.with_borrow_mut(|reading| reading.text.clear());
    result
}

/// A place in the document that is being read, as a place in its file.
pub(crate) fn mark(line: usize, column: usize) -> Mark {
    Mark { line: READING.with_borrow(|reading| reading.before) + line, column }
}

/// Text, or a value that is written as a map or a list.
#[derive(Debug)]
pub(crate) enum TextOr<T> {
    /// A scalar, as written.
    Text(String),
    /// Null, or nothing after the colon.
    Null,
    /// A map or a list.
    Other(T),
}

enum Probe<T> {
    Text(String),
    /// A scalar that the reader took for a number or a truth value.
    Guessed,
    Null,
    Other(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Probe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Any<T> {
            type Value = Probe<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a map or a list")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Probe<T>, E> {
                Ok(Probe::Text(text.to_owned()))
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_i128<E: Error>(self, _: i128) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_u128<E: Error>(self, _: u128) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Probe<T>, E> {
                Ok(Probe::Guessed)
            }
            fn visit_unit<E: Error>(self) -> Result<Probe<T>, E> {
                Ok(Probe::Null)
            }
            fn visit_none<E: Error>(self) -> Result<Probe<T>, E> {
                Ok(Probe::Null)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Probe<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Probe::Other)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Probe<T>, A::Error> {
                T::deserialize(SeqAccessDeserializer::new(seq)).map(Probe::Other)
            }
        }
        deserializer.deserialize_any(Any(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<Probe<T>>::deserialize(deserializer)?;
        Ok(match spanned.value {
            Probe::Text(text) => Self::Text(text),
            Probe::Null => Self::Null,
            Probe::Other(value) => Self::Other(value),
            Probe::Guessed => {
                let span = spanned.defined.span();
                let text = READING.with_borrow(|reading| {
                    reading.text.chars().skip(span.offset() as usize).take(span.len() as usize).collect::<String>()
                });
                if text.is_empty() {
                    return Err(D::Error::custom("put this value in quotes: its text cannot be told from a number"));
                }
                Self::Text(text)
            }
        })
    }
}
