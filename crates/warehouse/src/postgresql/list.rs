//! What could be governed.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::{Name, TableName};
use scrim_sql::calls::postgresql::{LISTED, MARKS, MAY_SELECT, SCHEMAS};

use super::Postgresql;
use super::look::columns_of;
use crate::error::WarehouseError;
use crate::found::{FoundSchema, Identity, ListedTable, Relation, SchemaName};

impl Postgresql {
    pub(crate) async fn schemas(&self) -> Result<Vec<FoundSchema>, WarehouseError> {
        let failed = WarehouseError::statement("looking at the schemas");
        let own: Vec<&str> = self.own.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for row in self.client.query(SCHEMAS, &[&own]).await.map_err(&failed)? {
            if let Ok(schema) = Name::new(row.try_get::<_, String>(0).map_err(&failed)?) {
                let name = SchemaName { database: None, schema };
                found.push(FoundSchema { name, owner: row.try_get(1).map_err(&failed)? });
            }
        }
        Ok(found)
    }

    pub(crate) async fn listed(&self, schemas: &[SchemaName]) -> Result<Vec<ListedTable>, WarehouseError> {
        let failed = WarehouseError::statement("listing the tables");
        let mut listed = Vec::new();
        for row in self
            .client
            .query(LISTED, &[&names(schemas), &self.integration.owner_role.as_str()])
            .await
            .map_err(&failed)?
        {
            let text = |at: usize| row.try_get::<_, String>(at).map_err(&failed);
            let (Ok(schema), Ok(table)) = (Name::new(text(0)?), Name::new(text(1)?)) else { continue };
            let name = TableName { database: None, schema, table };
            let (columns, positions) = columns_of(&text(6)?, &name)?;
            listed.push(ListedTable {
                relation: Relation::of(&text(3)?),
                identity: Identity { oid: Some(row.try_get(2).map_err(&failed)?), owner: Some(text(4)?) },
                readable: row.try_get(5).map_err(&failed)?,
                columns,
                positions,
                name,
            });
        }
        Ok(listed)
    }

    pub(crate) async fn marks(&self, schemas: &[SchemaName]) -> Result<BTreeMap<SchemaName, String>, WarehouseError> {
        let failed = WarehouseError::statement("looking whether tables changed");
        let rows = self.client.query(MARKS, &[&names(schemas)]).await.map_err(&failed)?;
        let mut marks = BTreeMap::new();
        for row in rows {
            if let Ok(schema) = Name::new(row.try_get::<_, String>(0).map_err(&failed)?) {
                marks.insert(SchemaName { database: None, schema }, row.try_get(1).map_err(&failed)?);
            }
        }
        Ok(marks)
    }

    pub(crate) async fn may_select(
        &self,
        login: &str,
        tables: &[TableName],
    ) -> Result<BTreeSet<TableName>, WarehouseError> {
        let failed = WarehouseError::statement("looking at what a user may read");
        let schemas: Vec<&str> = tables.iter().map(|table| table.schema.as_str()).collect();
        let names: Vec<&str> = tables.iter().map(|table| table.table.as_str()).collect();
        let ours = [self.integration.owner_role.as_str(), self.integration.user.as_str()];
        let own: Vec<&str> = self.own.iter().map(String::as_str).collect();
        let rows = self
            .client
            .query(MAY_SELECT, &[&schemas, &names, &login, &ours.as_slice(), &own])
            .await
            .map_err(&failed)?;
        let mut readable = BTreeSet::new();
        for row in rows {
            let at: i64 = row.try_get(0).map_err(&failed)?;
            readable.extend(usize::try_from(at - 1).ok().and_then(|at| tables.get(at)).cloned());
        }
        Ok(readable)
    }
}

fn names(schemas: &[SchemaName]) -> Vec<&str> {
    schemas.iter().map(|name| name.schema.as_str()).collect()
}
