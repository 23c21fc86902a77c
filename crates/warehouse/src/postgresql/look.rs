//! What is there: tables and their columns, what was pushed, who may touch it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use scrim_catalog::{FoundColumn, TableName};
use scrim_sql::ProfileRow;
use scrim_sql::calls::postgresql::{LOGINS, LOGINS_OF, TABLES};
use scrim_sql::system::redshift::Home;
use serde_json::Value;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::Postgresql;
use crate::error::WarehouseError;
use crate::found::{FoundTable, Identity, Login, LoginKind, Privilege, Pushed};

impl Postgresql {
    /// The tables that are there, of these.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn tables(&self, wanted: &[TableName]) -> Result<BTreeMap<TableName, FoundTable>, WarehouseError> {
        let failed = WarehouseError::statement("looking at the tables");
        let schemas: Vec<&str> = wanted.iter().map(|table| table.schema.as_str()).collect();
        let names: Vec<&str> = wanted.iter().map(|table| table.table.as_str()).collect();
        let rows = self
            .client
            .query(TABLES, &[&schemas, &names, &self.integration.owner_role.as_str()])
            .await
            .map_err(&failed)?;
        let mut found = BTreeMap::new();
        for row in rows {
            let at: i64 = row.try_get(0).map_err(&failed)?;
            let Some(name) = usize::try_from(at - 1).ok().and_then(|at| wanted.get(at)) else { continue };
            let columns: Option<String> = row.try_get(5).map_err(&failed)?;
            let (columns, positions) = columns_of(columns.as_deref().unwrap_or("[]"), name)?;
            let table = FoundTable {
                home: Home::Local,
                identity: Identity {
                    oid: Some(row.try_get(1).map_err(&failed)?),
                    owner: Some(row.try_get(3).map_err(&failed)?),
                },
                readable: row.try_get(4).map_err(&failed)?,
                columns,
                positions,
                unique: unique_of(row.try_get::<_, Option<String>>(6).map_err(&failed)?.as_deref(), name)?,
                counted: ["r", "p", "m"].contains(&row.try_get::<_, &str>(2).map_err(&failed)?),
            };
            found.insert(name.clone(), table);
        }
        Ok(found)
    }

    /// What was pushed, by the key of the data source.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn pushed(&self) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        let failed = WarehouseError::statement("looking at what was pushed");
        let rows = self.client.query(&self.calls.state, &[]).await.map_err(&failed)?;
        rows.iter().map(|row| pushed(row).map(|pushed| (pushed.key.clone(), pushed))).collect()
    }

    /// As [`Self::pushed`], of the data sources with these keys.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn pushed_of(&self, keys: &[&str]) -> Result<BTreeMap<String, Pushed>, WarehouseError> {
        let failed = WarehouseError::statement("looking at what was pushed");
        let rows = self.client.query(&self.calls.state_of, &[&keys]).await.map_err(&failed)?;
        rows.iter().map(|row| pushed(row).map(|pushed| (pushed.key.clone(), pushed))).collect()
    }

    /// Which salts there are.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn salted(&self) -> Result<BTreeSet<(String, String)>, WarehouseError> {
        let failed = WarehouseError::statement("looking at what was pushed");
        let rows = self.client.query(&self.calls.salted, &[]).await.map_err(&failed)?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, _>>().map_err(&failed)
    }

    /// Privileges on Scrim's objects that are not as intended.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn unintended(&self) -> Result<Vec<Privilege>, WarehouseError> {
        let failed = WarehouseError::statement("looking at the privileges");
        let rows = self.client.query(&self.calls.unintended, &[]).await.map_err(&failed)?;
        let privilege =
            |row: Row| Ok(Privilege { grantee: row.try_get(0)?, privilege: row.try_get(1)?, object: row.try_get(2)? });
        rows.into_iter().map(privilege).collect::<Result<_, _>>().map_err(&failed)
    }

    /// Every profile, one user after the other in the order of their logins.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn profiles(
        &self,
        mut each: impl FnMut(String, BTreeSet<ProfileRow>),
    ) -> Result<(), WarehouseError> {
        let failed = WarehouseError::statement("looking at the profiles");
        let none: [&(dyn ToSql + Sync); 0] = [];
        let rows = self.client.query_raw(&self.calls.profiles, none).await.map_err(&failed)?;
        let mut rows = std::pin::pin!(rows);
        let mut current: Option<(String, BTreeSet<ProfileRow>)> = None;
        while let Some(row) = rows.try_next().await.map_err(&failed)? {
            let (user, fact) = profile_row(&row).map_err(&failed)?;
            match &mut current {
                Some((known, facts)) if *known == user => {
                    facts.insert(fact);
                }
                _ => {
                    if let Some((known, facts)) = current.replace((user, BTreeSet::from([fact]))) {
                        each(known, facts);
                    }
                }
            }
        }
        if let Some((known, facts)) = current {
            each(known, facts);
        }
        Ok(())
    }

    /// The profiles of these users.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn profiles_of(
        &self,
        logins: &[&str],
    ) -> Result<BTreeMap<String, BTreeSet<ProfileRow>>, WarehouseError> {
        let failed = WarehouseError::statement("looking at the profiles");
        let mut profiles: BTreeMap<String, BTreeSet<ProfileRow>> = BTreeMap::new();
        for row in self.client.query(&self.calls.profiles_of, &[&logins]).await.map_err(&failed)? {
            let (user, fact) = profile_row(&row).map_err(&failed)?;
            profiles.entry(user).or_default().insert(fact);
        }
        Ok(profiles)
    }

    /// The logins that there are, of everybody or of these.
    ///
    /// # Errors
    /// When the warehouse cannot be asked.
    pub(crate) async fn logins(&self, of: Option<&[&str]>) -> Result<BTreeMap<String, Login>, WarehouseError> {
        let failed = WarehouseError::statement("looking at the logins");
        let rows = match of {
            None => self.client.query(LOGINS, &[]).await,
            Some(logins) => self.client.query(LOGINS_OF, &[&logins]).await,
        };
        let login = |row: &Row| {
            let kind = match (row.try_get(2)?, row.try_get(3)?) {
                (_, true) => LoginKind::System,
                (true, false) => LoginKind::Person,
                (false, false) => LoginKind::Role,
            };
            Ok((row.try_get(0)?, Login { id: row.try_get(1)?, kind }))
        };
        rows.map_err(&failed)?.iter().map(login).collect::<Result<_, _>>().map_err(&failed)
    }
}

fn profile_row(row: &Row) -> Result<(String, ProfileRow), tokio_postgres::Error> {
    let kind: String = row.try_get(1)?;
    let expires: Option<DateTime<Utc>> = row.try_get(4)?;
    let (key, value) = (row.try_get::<_, &str>(2)?.into(), row.try_get::<_, &str>(3)?.into());
    Ok((row.try_get(0)?, ProfileRow { kind: kind.into(), key, value, expires }))
}

fn unique_of(json: Option<&str>, table: &TableName) -> Result<Vec<BTreeSet<String>>, WarehouseError> {
    let wrong =
        |error: serde_json::Error| WarehouseError::Record { source_name: table.to_string(), reason: error.to_string() };
    json.map_or(Ok(vec![]), |json| serde_json::from_str(json).map_err(wrong))
}

pub(super) type Columns = (Vec<FoundColumn>, BTreeMap<String, i64>);

pub(super) fn columns_of(json: &str, table: &TableName) -> Result<Columns, WarehouseError> {
    let wrong = |reason: String| WarehouseError::Record { source_name: table.to_string(), reason };
    let list: Vec<(String, String, i64)> = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
    let positions = list.iter().map(|(name, _, position)| (name.clone(), *position)).collect();
    Ok((list.into_iter().map(|(name, column_type, _)| FoundColumn { name, column_type }).collect(), positions))
}

fn pushed(row: &Row) -> Result<Pushed, WarehouseError> {
    let failed = WarehouseError::statement("looking at what was pushed");
    let data_source: String = row.try_get(1).map_err(&failed)?;
    let json = |at: usize| -> Result<Value, WarehouseError> {
        let text: String = row.try_get(at).map_err(&failed)?;
        serde_json::from_str(&text)
            .map_err(|error| WarehouseError::Record { source_name: data_source.clone(), reason: error.to_string() })
    };
    let wrong = |error: serde_json::Error| WarehouseError::Record {
        source_name: data_source.clone(),
        reason: error.to_string(),
    };
    let statistics: Vec<String> = row.try_get(15).map_err(&failed)?;
    Ok(Pushed {
        key: row.try_get(0).map_err(&failed)?,
        view: row.try_get(2).map_err(&failed)?,
        version: row.try_get(3).map_err(&failed)?,
        hash: row.try_get(4).map_err(&failed)?,
        base: Identity { oid: Some(row.try_get(5).map_err(&failed)?), owner: Some(row.try_get(6).map_err(&failed)?) },
        base_columns: serde_json::from_value(json(7)?).map_err(wrong)?,
        lookups: serde_json::from_value(json(16)?).map_err(wrong)?,
        reads: serde_json::from_value(json(8)?).map_err(wrong)?,
        closed: row.try_get(9).map_err(&failed)?,
        present: row.try_get(10).map_err(&failed)?,
        untouched: row.try_get(11).map_err(&failed)?,
        min_version: row.try_get(12).map_err(&failed)?,
        audience: row.try_get(13).map_err(&failed)?,
        listed_as: row.try_get(14).map_err(&failed)?,
        statistics: statistics.into_iter().map(|key| (key, None)).collect(),
        stale: row.try_get(17).map_err(&failed)?,
        data_source,
    })
}
