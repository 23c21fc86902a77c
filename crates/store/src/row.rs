//! Reading a row of an answer.

use chrono::{DateTime, Utc};
use sea_orm::{QueryResult, TryGetable};
use serde_json::Value as Json;

use crate::StoreError;

/// A row of an answer; its columns are known by name.
pub(crate) struct Row(pub(crate) QueryResult);

impl Row {
    pub(crate) fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn maybe_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn number(&self, column: &str) -> Result<u64, StoreError> {
        self.maybe_number(column)?.ok_or_else(|| unreadable(column, "there is none"))
    }

    pub(crate) fn maybe_number(&self, column: &str) -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = self.get(column)?;
        number.map(|number| u64::try_from(number).map_err(|_| unreadable(column, "it is below zero"))).transpose()
    }

    pub(crate) fn moment(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        self.get(column)
    }

    pub(crate) fn maybe_moment(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.get(column)
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool, StoreError> {
        self.get(column)
    }

    pub(crate) fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub(crate) fn json(&self, column: &str) -> Result<Json, StoreError> {
        self.maybe_json(column)?.ok_or_else(|| unreadable(column, "there is none"))
    }

    pub(crate) fn maybe_json(&self, column: &str) -> Result<Option<Json>, StoreError> {
        let text = self.maybe_text(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| unreadable(column, &error.to_string()))).transpose()
    }

    /// A word of an enumeration.
    pub(crate) fn word<T>(&self, column: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        let word = self.text(column)?;
        read(&word).ok_or_else(|| unreadable(column, &format!("`{word}` is not a word for it")))
    }

    /// Bytes of a fixed form.
    pub(crate) fn word_of_bytes<T>(&self, column: &str, read: impl Fn(&[u8]) -> Option<T>) -> Result<T, StoreError> {
        read(&self.bytes(column)?).ok_or_else(|| unreadable(column, "it has another length"))
    }

    pub(crate) fn get<T: TryGetable>(&self, column: &str) -> Result<T, StoreError> {
        self.0.try_get("", column).map_err(|error| unreadable(column, &error.to_string()))
    }
}

pub(crate) fn unreadable(column: &str, reason: &str) -> StoreError {
    StoreError::Unreadable { what: format!("`{column}`"), reason: reason.to_owned() }
}
