//! What could be governed. No database tells of another's tables what they are, so that each is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scrim_catalog::{FoundColumn, Name, TableName};
use scrim_sql::system;

use super::look::Cells;
use super::session::{Failed, Row};
use super::{Redshift, while_doing};
use crate::error::WarehouseError;
use crate::found::{FoundSchema, Identity, ListedTable, Relation, SchemaName};

/// Tables of which one statement asks whether somebody may read them.
const AT_ONCE: usize = 200;

impl Redshift {
    pub(crate) async fn schemas(&self) -> Result<Vec<FoundSchema>, WarehouseError> {
        let local = self.databases().await?;
        let mut found = Vec::new();
        for database in system::databases(&self.integration) {
            // Nobody connects to a database that another cluster shares.
            if database.as_ref().is_some_and(|name| local.get(name).is_none_or(|kind| kind != "local")) {
                continue;
            }
            let database = database.and_then(|name| Name::new(name).ok());
            let rows = self.rows_of(database.as_ref(), &self.calls.schemas()).await;
            for row in rows.map_err(while_doing("looking at the schemas"))? {
                let cells = Cells { row: &row, what: "the list of schemas" };
                if let Ok(schema) = Name::new(cells.text(0)?) {
                    let name = SchemaName { database: database.clone(), schema };
                    found.push(FoundSchema { name, owner: cells.maybe(1).unwrap_or_default().to_owned() });
                }
            }
        }
        Ok(found)
    }

    pub(crate) async fn listed(&self, schemas: &[SchemaName]) -> Result<Vec<ListedTable>, WarehouseError> {
        let mut listed = Vec::new();
        for (database, schemas) in by_database(schemas) {
            let rows = self.rows_of(database, &self.calls.listed(&schemas)).await;
            // The rows of a table stand one after the other.
            let mut before: Option<u32> = None;
            for row in rows.map_err(while_doing("listing the tables"))? {
                let cells = Cells { row: &row, what: "the list of columns" };
                let oid = cells.number(2)?;
                if before != Some(oid) {
                    before = None;
                    let (Ok(schema), Ok(table)) = (Name::new(cells.text(0)?), Name::new(cells.text(1)?)) else {
                        continue;
                    };
                    before = Some(oid);
                    listed.push(ListedTable {
                        name: TableName { database: database.cloned(), schema, table },
                        relation: Relation::of(cells.text(3)?),
                        identity: Identity { oid: Some(oid), owner: Some(cells.text(4)?.to_owned()) },
                        readable: cells.text(5)? == "1",
                        columns: vec![],
                        positions: BTreeMap::new(),
                    });
                }
                let (Some(table), Some(name), Some(column_type)) = (listed.last_mut(), cells.maybe(6), cells.maybe(7))
                else {
                    continue;
                };
                table.positions.insert(name.to_owned(), cells.number(8)?);
                table.columns.push(FoundColumn { name: name.to_owned(), column_type: column_type.to_owned() });
            }
        }
        listed.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(listed)
    }

    pub(crate) async fn marks(&self, schemas: &[SchemaName]) -> Result<BTreeMap<SchemaName, String>, WarehouseError> {
        let mut marks = BTreeMap::new();
        for (database, schemas) in by_database(schemas) {
            let rows = self.rows_of(database, &self.calls.marks(&schemas)).await;
            for row in rows.map_err(while_doing("looking whether tables changed"))? {
                let cells = Cells { row: &row, what: "the marks of schemas" };
                if let Ok(schema) = Name::new(cells.text(0)?) {
                    marks.insert(SchemaName { database: database.cloned(), schema }, cells.text(1)?.to_owned());
                }
            }
        }
        Ok(marks)
    }

    pub(crate) async fn may_select(
        &self,
        login: &str,
        tables: &[TableName],
    ) -> Result<BTreeSet<TableName>, WarehouseError> {
        let failed = while_doing("looking at what a user may read");
        let lower = |name: &Name| name.to_ascii_lowercase();
        // As it is spelled: profiles are for the exact name, and `Bob` is not to be answered for `bob`. Asking for the rights of
        // nobody is an error.
        if self.home.rows(&self.calls.known_user(login)).await.map_err(&failed)?.is_empty() {
            return Ok(BTreeSet::new());
        }
        let local = self.databases().await?;
        let mut by_database: BTreeMap<Option<&Name>, Vec<&TableName>> = BTreeMap::new();
        for table in tables {
            by_database.entry(table.database.as_ref()).or_default().push(table);
        }
        let mut readable = BTreeSet::new();
        for (database, tables) in by_database {
            // What another cluster shares tells no rights.
            if database.is_some_and(|name| local.get(&lower(name)).is_none_or(|kind| kind != "local")) {
                continue;
            }
            for tables in tables.chunks(AT_ONCE) {
                let names: Vec<_> = tables.iter().map(|table| (lower(&table.schema), lower(&table.table))).collect();
                let rows = self.rows_of(database, &self.calls.may_select(login, &names)).await.map_err(&failed)?;
                for row in rows {
                    let cells = Cells { row: &row, what: "what a user may read" };
                    let found = (cells.text(0)?.to_owned(), cells.text(1)?.to_owned());
                    let known = names.iter().zip(tables).filter(|(name, _)| **name == found);
                    readable.extend(known.map(|(_, table)| (*table).clone()));
                }
            }
        }
        Ok(readable)
    }

    /// The rows of a statement in a database; none named is the one of the views.
    async fn rows_of(&self, database: Option<&Name>, statement: &str) -> Result<Vec<Row>, Failed> {
        let home = self.integration.home().to_ascii_lowercase();
        match database.map(|name| name.to_ascii_lowercase()).filter(|name| *name != home) {
            None => self.home.rows(statement).await,
            Some(name) => {
                let session: Arc<_> = self.session(&name).await;
                session.rows(statement).await
            }
        }
    }
}

fn by_database(schemas: &[SchemaName]) -> BTreeMap<Option<&Name>, Vec<&str>> {
    let mut all: BTreeMap<Option<&Name>, Vec<&str>> = BTreeMap::new();
    for name in schemas {
        all.entry(name.database.as_ref()).or_default().push(&name.schema);
    }
    all
}
