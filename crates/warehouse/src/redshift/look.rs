//! What is there: tables and their columns, what was pushed, who may touch it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use scrim_catalog::{FoundColumn, Name, TableName};
use scrim_sql::ProfileRow;
use scrim_sql::calls::redshift::{DATABASES, PART, PARTS};
use scrim_sql::system::redshift::{EXTERNAL_SCHEMAS, Home};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::session::{Row, Session};
use super::{Redshift, while_doing};
use crate::error::WarehouseError;
use crate::found::{FoundTable, Identity, Login, LoginKind, Privilege, Pushed};

/// The cells of a row, by place.
pub(super) struct Cells<'a> {
    pub(super) row: &'a Row,
    pub(super) what: &'static str,
}

impl<'a> Cells<'a> {
    pub(super) fn maybe(&self, at: usize) -> Option<&'a str> {
        self.row.get(at).and_then(Option::as_deref)
    }

    pub(super) fn text(&self, at: usize) -> Result<&'a str, WarehouseError> {
        self.maybe(at).ok_or_else(|| WarehouseError::unread(self.what))
    }

    pub(super) fn number<T: std::str::FromStr>(&self, at: usize) -> Result<T, WarehouseError> {
        self.text(at)?.parse().map_err(|_| WarehouseError::unread(self.what))
    }

    /// A number that may be missing.
    fn maybe_number<T: std::str::FromStr>(&self, at: usize) -> Result<Option<T>, WarehouseError> {
        self.maybe(at).map(|text| text.parse().map_err(|_| WarehouseError::unread(self.what))).transpose()
    }

    fn json<T: DeserializeOwned>(&self, at: usize, source: &str) -> Result<T, WarehouseError> {
        serde_json::from_str(self.text(at)?)
            .map_err(|error| WarehouseError::Record { source_name: source.to_owned(), reason: error.to_string() })
    }
}

/// A table name as Redshift keeps it.
fn folded(table: &TableName) -> (String, String) {
    (table.schema.to_ascii_lowercase(), table.table.to_ascii_lowercase())
}

impl Redshift {
    pub(crate) async fn tables(&self, wanted: &[TableName]) -> Result<BTreeMap<TableName, FoundTable>, WarehouseError> {
        let mut by_database: BTreeMap<String, Vec<&TableName>> = BTreeMap::new();
        for table in wanted {
            let database = table.database.as_ref().unwrap_or_else(|| self.integration.home());
            by_database.entry(database.to_ascii_lowercase()).or_default().push(table);
        }
        let databases = self.databases().await?;
        let mut found = BTreeMap::new();
        for (database, tables) in by_database {
            let local = match databases.get(&database).map(String::as_str) {
                None => continue,
                Some("local") => self.local(&database, &tables).await?,
                // Nobody connects to a database that another cluster shares.
                Some(_) => BTreeMap::new(),
            };
            for table in tables {
                match local.get(&folded(table)) {
                    Some(known) => found.insert(table.clone(), known.clone()),
                    None => {
                        self.elsewhere(&database, table).await?.and_then(|known| found.insert(table.clone(), known))
                    }
                };
            }
        }
        Ok(found)
    }

    /// The databases: local ones, and those that other clusters share.
    pub(super) async fn databases(&self) -> Result<BTreeMap<String, String>, WarehouseError> {
        let rows = self.home.rows(DATABASES).await.map_err(while_doing("looking at the databases"))?;
        let cells = |row: &Row| {
            let cells = Cells { row, what: "the list of databases" };
            Ok((cells.text(0)?.trim_end().to_owned(), cells.text(1)?.trim_end().to_owned()))
        };
        rows.iter().map(cells).collect()
    }

    /// The tables of a database that one can connect to, by schema and name.
    async fn local(
        &self,
        database: &str,
        wanted: &[&TableName],
    ) -> Result<BTreeMap<(String, String), FoundTable>, WarehouseError> {
        let names = wanted.iter().filter_map(|table| {
            let (schema, table) = folded(table);
            Some(TableName { database: None, schema: Name::new(schema).ok()?, table: Name::new(table).ok()? })
        });
        let names: Vec<TableName> = names.collect();
        let other: std::sync::Arc<Session>;
        let session = if database == self.integration.home().to_ascii_lowercase() {
            &self.home
        } else {
            other = self.session(database).await;
            &other
        };
        let failed = while_doing("looking at the tables");
        let external: BTreeSet<String> = session
            .rows(EXTERNAL_SCHEMAS)
            .await
            .map_err(&failed)?
            .into_iter()
            .filter_map(|row| row.into_iter().next()?)
            .collect();
        let mut found: BTreeMap<(String, String), FoundTable> = BTreeMap::new();
        for statement in self.calls.tables(&names) {
            for row in session.rows(&statement).await.map_err(&failed)? {
                let cells = Cells { row: &row, what: "the list of columns" };
                let name = (cells.text(0)?.to_owned(), cells.text(1)?.to_owned());
                if external.contains(&name.0) {
                    continue;
                }
                let table = match found.entry(name) {
                    std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
                    std::collections::btree_map::Entry::Vacant(new) => new.insert(FoundTable {
                        home: Home::Local,
                        identity: Identity { oid: Some(cells.number(2)?), owner: Some(cells.text(4)?.to_owned()) },
                        readable: cells.text(5)? == "1",
                        columns: vec![],
                        positions: BTreeMap::new(),
                        // Redshift enforces no key.
                        unique: vec![],
                        counted: true,
                    }),
                };
                // A late-binding view tells no columns.
                if let (Some(column), Some(column_type)) = (cells.maybe(6), cells.maybe(7)) {
                    table.positions.insert(column.to_owned(), cells.number(8)?);
                    table.columns.push(FoundColumn { name: column.to_owned(), column_type: column_type.to_owned() });
                }
            }
        }
        Ok(found)
    }

    /// A table of an external schema or of a datashare, as the owner of the views is told of it.
    async fn elsewhere(&self, database: &str, table: &TableName) -> Result<Option<FoundTable>, WarehouseError> {
        let (schema, name) = folded(table);
        let (Ok(schema), Ok(name)) = (Name::new(schema), Name::new(name)) else { return Ok(None) };
        let table = TableName { database: None, schema, table: name };
        let statement = self.calls.look(database, &table);
        let rows = self.home.rows(&statement).await.map_err(while_doing("looking at a table"))?;
        let Some(row) = rows.first() else { return Ok(None) };
        let cells = Cells { row, what: "the columns of a table" };
        let home = match cells.maybe(0).map(str::trim_end) {
            Some("EXTERNAL TABLE") => Home::External,
            Some("SHARED TABLE") => Home::Shared,
            _ => return Ok(None),
        };
        let lines: Vec<(&str, String)> = cells.text(1)?.lines().filter_map(described).collect();
        Ok(Some(FoundTable {
            home,
            identity: Identity::default(),
            readable: true,
            positions: lines.iter().zip(1..).map(|((name, _), at)| ((*name).to_owned(), at)).collect(),
            columns: lines
                .into_iter()
                .map(|(name, column_type)| FoundColumn { name: name.to_owned(), column_type })
                .collect(),
            unique: vec![],
            counted: true,
        }))
    }

    pub(crate) async fn pushed(&self) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        let failed = while_doing("looking at what was pushed");
        let state = self.home.rows(&self.calls.state()).await.map_err(&failed)?;
        let views = self.views().await?;
        let mut statistics: BTreeMap<String, BTreeMap<String, Option<String>>> = BTreeMap::new();
        let mut stale: BTreeSet<String> = BTreeSet::new();
        for row in self.home.rows(&self.calls.counted()).await.map_err(&failed)? {
            let cells = Cells { row: &row, what: "what is counted" };
            let (key, source) = (cells.text(0)?.to_owned(), cells.text(1)?.to_owned());
            let answer = self.home.rows(&self.calls.stale(&key)).await.map_err(&failed)?;
            // What cannot be told is counted again.
            if answer.first().and_then(|row| row.first()).and_then(Option::as_deref) != Some("0") {
                stale.insert(source.clone());
            }
            statistics.entry(source).or_default().insert(key, Some(cells.text(2)?.to_owned()));
        }
        let one = |row: &Row| {
            let cells = Cells { row, what: "what was pushed" };
            let (key, data_source) = (cells.text(0)?.to_owned(), cells.text(1)?.to_owned());
            let view = cells.text(2)?.to_owned();
            let (base, lookups) = cells.json(7, &data_source)?;
            let there = views.get(&view).filter(|there| Some(there.oid.as_str()) == cells.maybe(3));
            let pushed = Pushed {
                version: cells.number(4)?,
                hash: cells.text(5)?.to_owned(),
                base,
                base_columns: cells.json(8, &data_source)?,
                lookups,
                reads: cells.json(9, &data_source)?,
                closed: cells.maybe(10).map(str::to_owned),
                present: there.is_some(),
                untouched: there.is_some_and(|there| Some(there.fingerprint.as_str()) == cells.maybe(6)),
                min_version: cells.maybe_number(11)?,
                audience: cells.maybe(12).map(str::to_owned),
                listed_as: cells.maybe(13).map(str::to_owned),
                statistics: statistics.get(&key).cloned().unwrap_or_default(),
                stale: stale.contains(&key),
                view,
                data_source,
                key: key.clone(),
            };
            Ok((key, pushed))
        };
        state.iter().map(one).collect()
    }

    /// The views that are there, by name.
    async fn views(&self) -> Result<BTreeMap<String, There>, WarehouseError> {
        let failed = while_doing("looking at the views");
        let mut views = BTreeMap::new();
        for row in self.home.rows(&self.calls.views()).await.map_err(&failed)? {
            let cells = Cells { row: &row, what: "the list of views" };
            let (name, length) = (cells.text(0)?.to_owned(), cells.number::<usize>(3)?);
            let fingerprint = if length > PART * PARTS {
                let rows = self.home.rows(&self.calls.fingerprint(&name)).await.map_err(&failed)?;
                rows.into_iter().next().and_then(|row| row.into_iter().next()).flatten().unwrap_or_default()
            } else {
                let mut hash = cells.text(2)?.to_owned();
                for part in 0..length.div_ceil(PART) {
                    hash = hex::encode(Sha256::digest(format!("{hash}{}", cells.text(4 + part)?)));
                }
                hash
            };
            views.insert(name, There { oid: cells.text(1)?.to_owned(), fingerprint });
        }
        Ok(views)
    }

    /// As [`Self::pushed`], of the data sources with these keys. A list of views by their names would be no quicker there: most
    /// of it is reading catalogs that only the leader has.
    pub(crate) async fn pushed_of(&self, keys: &[&str]) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        let mut pushed = self.pushed().await?;
        pushed.retain(|key, _| keys.contains(&key.as_str()));
        Ok(pushed)
    }

    pub(crate) async fn salted(&self) -> Result<BTreeSet<(String, String)>, WarehouseError> {
        let rows = self.home.rows(&self.calls.salted()).await.map_err(while_doing("looking at what was pushed"))?;
        let cells = |row: &Row| {
            let cells = Cells { row, what: "the list of salts" };
            Ok((cells.text(0)?.to_owned(), cells.text(1)?.to_owned()))
        };
        rows.iter().map(cells).collect()
    }

    pub(crate) async fn unintended(&self) -> Result<Vec<Privilege>, WarehouseError> {
        let rows = self.home.rows(&self.calls.unintended()).await.map_err(while_doing("looking at the privileges"))?;
        let text = rows.first().and_then(|row| row.first()).and_then(Option::as_deref);
        let text = text.ok_or_else(|| WarehouseError::unread("the list of privileges"))?;
        let privilege = |line: &str| {
            let mut parts = line.splitn(3, '\t').map(str::to_owned);
            Some(Privilege { grantee: parts.next()?, privilege: parts.next()?, object: parts.next()? })
        };
        Ok(text.lines().filter_map(privilege).collect())
    }

    pub(crate) async fn profiles(
        &self,
        mut each: impl FnMut(String, BTreeSet<ProfileRow>),
    ) -> Result<(), WarehouseError> {
        let mut current: Option<(String, BTreeSet<ProfileRow>)> = None;
        let mut wrong = None;
        // When the connection breaks it goes on behind the last user who is complete.
        let mut behind: Option<String> = None;
        for _ in 0..crate::change::ATTEMPTS {
            let done = self
                .home
                .stream(&self.calls.profiles(behind.as_deref()), |row| match profile_row(&row) {
                    Ok((user, fact)) => match &mut current {
                        Some((known, facts)) if *known == user => {
                            facts.insert(fact);
                        }
                        _ => {
                            if let Some((known, facts)) = current.replace((user, BTreeSet::from([fact]))) {
                                behind = Some(known.clone());
                                each(known, facts);
                            }
                        }
                    },
                    Err(error) => wrong = Some(error),
                })
                .await
                .map_err(while_doing("looking at the profiles"))?;
            if let Some(error) = wrong {
                return Err(error);
            }
            if done {
                if let Some((known, facts)) = current {
                    each(known, facts);
                }
                return Ok(());
            }
            current = None;
        }
        Err(WarehouseError::Lost)
    }
}

impl Redshift {
    pub(crate) async fn profiles_of(
        &self,
        logins: &[&str],
    ) -> Result<BTreeMap<String, BTreeSet<ProfileRow>>, WarehouseError> {
        let mut profiles: BTreeMap<String, BTreeSet<ProfileRow>> = BTreeMap::new();
        for logins in logins.chunks(LOGINS) {
            let statement = self.calls.profiles_of(logins);
            for row in self.home.rows(&statement).await.map_err(while_doing("looking at the profiles"))? {
                let (user, fact) = profile_row(&row)?;
                profiles.entry(user).or_default().insert(fact);
            }
        }
        Ok(profiles)
    }

    pub(crate) async fn logins(&self, of: Option<&[&str]>) -> Result<BTreeMap<String, Login>, WarehouseError> {
        let statements = match of {
            None => vec![self.calls.logins(None)],
            Some(logins) => logins.chunks(LOGINS).map(|logins| self.calls.logins(Some(logins))).collect(),
        };
        let mut found = BTreeMap::new();
        for statement in statements {
            for row in self.home.rows(&statement).await.map_err(while_doing("looking at the logins"))? {
                let cells = Cells { row: &row, what: "the list of logins" };
                let id: i64 = cells.number(1)?;
                let kind = if id < FIRST_USER { LoginKind::System } else { LoginKind::Person };
                found.insert(cells.text(0)?.to_owned(), Login { id: id.to_string(), kind });
            }
        }
        Ok(found)
    }
}

/// The id of the first user that a cluster was made with; those below are Amazon's.
const FIRST_USER: i64 = 100;

/// Users that one statement asks for.
const LOGINS: usize = 1000;

/// A view that is there.
struct There {
    oid: String,
    fingerprint: String,
}

/// A line of the procedure `look`: name, type, length, precision, scale.
fn described(line: &str) -> Option<(&str, String)> {
    let mut parts = line.split('\t');
    let (name, base) = (parts.next()?, parts.next()?);
    let (length, digits, scale) = (parts.next()?, parts.next()?, parts.next()?);
    let column_type = match base {
        "character varying" | "varchar" | "character" | "char" if !length.is_empty() => format!("{base}({length})"),
        "numeric" | "decimal" if !digits.is_empty() && !scale.is_empty() => format!("{base}({digits},{scale})"),
        _ => base.to_owned(),
    };
    Some((name, column_type))
}

fn profile_row(row: &Row) -> Result<(String, ProfileRow), WarehouseError> {
    let cells = Cells { row, what: "the profiles" };
    let expires = cells
        .maybe(4)
        .map(|text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map(|at| at.and_utc()))
        .transpose()
        .map_err(|_| WarehouseError::unread("the profiles"))?;
    let fact = ProfileRow {
        kind: cells.text(1)?.to_owned().into(),
        key: cells.text(2)?.into(),
        value: cells.text(3)?.into(),
        expires: expires.map(|at: DateTime<Utc>| at),
    };
    Ok((cells.text(0)?.to_owned(), fact))
}
