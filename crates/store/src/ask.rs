//! One statement and the values that are bound to it.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SubsecRound, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use serde_json::Value as Json;

use crate::StoreError;
use crate::row::Row;

/// How many bytes a key may have: two of them, and some more, fit into an entry of an index of PostgreSQL.
const KEY_LIMIT: usize = 1000;

/// A statement in the making. Values are bound in the order in which they are given, as `$1`, `$2`, …; one that cannot be
/// kept is remembered, and refused when the statement is to be sent.
pub(crate) struct Ask {
    what: &'static str,
    sql: Cow<'static, str>,
    values: Vec<Value>,
    rows: Option<Rows>,
    refused: Option<StoreError>,
}

/// Places for the values of several rows, at this byte of the statement.
#[derive(Clone, Copy)]
struct Rows {
    at: usize,
    rows: usize,
    columns: usize,
}

impl Rows {
    /// The places, each with its number or all without.
    fn places(self, numbered: bool) -> String {
        let mut sql = String::new();
        let mut number = 0;
        for row in 0..self.rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..self.columns {
                number += 1;
                sql.push_str(if column == 0 { "" } else { ", " });
                if numbered {
                    // Writing to a String cannot fail.
                    let _ = write!(sql, "${number}");
                } else {
                    sql.push('?');
                }
            }
            sql.push(')');
        }
        sql
    }
}

impl Ask {
    /// A statement, and what it does, as the end of "cannot …".
    pub(crate) fn to(what: &'static str, sql: impl Into<Cow<'static, str>>) -> Self {
        Self { what, sql: sql.into(), values: Vec::new(), rows: None, refused: None }
    }

    /// A text that may be long, and empty.
    pub(crate) fn text(mut self, field: &'static str, text: &str) -> Self {
        if text.contains('\0') {
            self.refuse(StoreError::Nul(field));
        }
        self.bind(text.to_owned())
    }

    pub(crate) fn maybe_text(self, field: &'static str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(field, text),
            None => self.bind(None::<String>),
        }
    }

    /// A text that something is found by.
    pub(crate) fn key(mut self, field: &'static str, key: &str) -> Self {
        if key.is_empty() {
            self.refuse(StoreError::Empty(field));
        } else if key.len() > KEY_LIMIT {
            self.refuse(StoreError::TooLong { field, bytes: key.len(), limit: KEY_LIMIT });
        }
        self.text(field, key)
    }

    pub(crate) fn json(mut self, field: &'static str, value: &Json) -> Self {
        // Written out it would be an escape, which fails only where the text is read as JSON by PostgreSQL.
        if holds_nul(value) {
            self.refuse(StoreError::Nul(field));
        }
        self.bind(value.to_string())
    }

    pub(crate) fn maybe_json(self, field: &'static str, value: Option<&Json>) -> Self {
        match value {
            Some(value) => self.json(field, value),
            None => self.bind(None::<String>),
        }
    }

    /// A moment, cut to the microsecond.
    pub(crate) fn moment(mut self, field: &'static str, at: DateTime<Utc>) -> Self {
        if !(1..=9999).contains(&at.year()) {
            self.refuse(StoreError::Moment(field));
        }
        self.bind(to_microseconds(at))
    }

    pub(crate) fn maybe_moment(self, field: &'static str, at: Option<DateTime<Utc>>) -> Self {
        match at {
            Some(at) => self.moment(field, at),
            None => self.bind(None::<DateTime<Utc>>),
        }
    }

    /// A number. One that is too large is the largest: numbers are counted from 1, and none gets there.
    pub(crate) fn number(self, number: u64) -> Self {
        self.bind(i64::try_from(number).unwrap_or(i64::MAX))
    }

    pub(crate) fn maybe_number(self, number: Option<u64>) -> Self {
        match number {
            Some(number) => self.number(number),
            None => self.bind(None::<i64>),
        }
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.bind(flag)
    }

    pub(crate) fn bytes(self, bytes: &[u8]) -> Self {
        self.bind(bytes.to_vec())
    }

    /// A value that was read from another database.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Appends to the statement.
    pub(crate) fn and(mut self, sql: &str) -> Self {
        self.sql.to_mut().push_str(sql);
        self
    }

    /// Appends the place of the value that is bound next.
    pub(crate) fn and_place(mut self) -> Self {
        let place = self.values.len() + 1;
        let _ = write!(self.sql.to_mut(), "${place}");
        self
    }

    /// Appends `rows` times `columns` places, for the values that are bound first.
    pub(crate) fn and_rows(mut self, rows: usize, columns: usize) -> Self {
        self.rows = Some(Rows { at: self.sql.len(), rows, columns });
        self
    }

    /// Sends it, and tells how many rows it changed.
    pub(crate) async fn run(self, on: &impl ConnectionTrait) -> Result<u64, StoreError> {
        let (what, statement) = self.statement(on)?;
        let done = on.execute_raw(statement).await.map_err(StoreError::database(what))?;
        Ok(done.rows_affected())
    }

    /// Sends it, and reads a row if there is one.
    pub(crate) async fn one(self, on: &impl ConnectionTrait) -> Result<Option<Row>, StoreError> {
        let (what, statement) = self.statement(on)?;
        let row = on.query_one_raw(statement).await.map_err(StoreError::database(what))?;
        Ok(row.map(Row))
    }

    /// Sends it, and reads the row there always is.
    pub(crate) async fn only(self, on: &impl ConnectionTrait) -> Result<Row, StoreError> {
        let what = self.what;
        let reason = || StoreError::Database { what, reason: "a row that is always there is missing".to_owned() };
        self.one(on).await?.ok_or_else(reason)
    }

    /// Sends it, and reads all rows.
    pub(crate) async fn all(self, on: &impl ConnectionTrait) -> Result<Vec<Row>, StoreError> {
        let (what, statement) = self.statement(on)?;
        let rows = on.query_all_raw(statement).await.map_err(StoreError::database(what))?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Sends it, and reads something from each row.
    pub(crate) async fn each<T>(
        self,
        on: &impl ConnectionTrait,
        read: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.all(on).await?.iter().map(read).collect()
    }

    fn statement(mut self, on: &impl ConnectionTrait) -> Result<(&'static str, Statement), StoreError> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let engine = on.get_database_backend();
        if let Some(rows) = self.rows {
            // SQLite goes through all names of places to find the name of one: with thousands of them that takes longer
            // than writing the rows. Places of both forms in one statement would be taken for one another.
            let alone = rows.rows * rows.columns == self.values.len();
            self.sql.to_mut().insert_str(rows.at, &rows.places(engine != DbBackend::Sqlite || !alone));
        }
        Ok((self.what, Statement::from_sql_and_values(engine, self.sql, self.values)))
    }

    fn refuse(&mut self, error: StoreError) {
        self.refused.get_or_insert(error);
    }
}

/// What is kept of a moment: PostgreSQL knows microseconds.
pub(crate) fn to_microseconds(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(6)
}

fn holds_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(values) => values.iter().any(holds_nul),
        Json::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}
