//! Tables of the warehouse as data sources.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Column, DataSource, Engine, Integration, NewColumns, Owner, SourceStatus};
use scrim_catalog::{At, Catalog, FoundColumn, Name, TableName, view_of};
use scrim_warehouse::ListedTable;

/// PostgreSQL cuts names behind so many bytes.
const LONGEST: usize = 63;

/// What all data sources that are registered together have.
#[derive(Clone, Debug, Default)]
pub struct Registered {
    /// Their owners.
    pub owners: Vec<Owner>,
    /// Their tags.
    pub tags: Vec<Name>,
    /// What becomes of columns that come later.
    pub new_columns: NewColumns,
}

/// Makes documents of tables, under names that nobody has.
#[derive(Debug)]
pub struct Registrar<'a> {
    integration: &'a Integration,
    names: BTreeSet<Name>,
    views: BTreeSet<String>,
    tables: BTreeMap<String, Name>,
}

impl<'a> Registrar<'a> {
    /// One that knows what is registered.
    pub fn new(catalog: &Catalog, integration: &'a Integration) -> Self {
        let mut registrar = Self {
            integration,
            names: catalog.data_sources.keys().cloned().collect(),
            views: BTreeSet::new(),
            tables: BTreeMap::new(),
        };
        for source in catalog.data_sources.values().filter(|source| source.integration == integration.name) {
            registrar.tables.insert(registrar.key(&source.table), source.name.value().clone());
            let view = view_of(integration, source.view.as_ref().map(At::value), &source.table);
            registrar.views.extend(view.map(|view| view.table.to_lowercase()));
        }
        registrar
    }

    /// Under which name a table is registered, if it is.
    pub fn registered(&self, table: &TableName) -> Option<&Name> {
        self.tables.get(&self.key(table))
    }

    /// The document of a table, with what somebody should know of it.
    ///
    /// # Errors
    /// Why it cannot be a data source.
    pub fn register(
        &mut self,
        table: &ListedTable,
        with: &Registered,
        now: DateTime<Utc>,
    ) -> Result<(DataSource, Vec<String>), String> {
        if let Some(name) = self.registered(&table.name) {
            return Err(format!("the table is registered already, as `{name}`"));
        }
        let mut remarks = Vec::new();
        let columns = columns(self.integration, &table.columns, &mut remarks);
        if columns.is_empty() {
            return Err("the warehouse tells no columns of it that a view could have".to_owned());
        }
        if !table.readable {
            remarks.push(format!(
                "the role `{}` may not read the table yet: run `scrim integration install` again, or the statements for it that \
                 `scrim integration bootstrap-script` prints",
                self.integration.owner_role
            ));
        }
        let written = self.written(&table.name);
        let name =
            self.name(&written).ok_or("no data source can have such a name: register it under one of its own")?;
        let view = self.view(&written).ok_or("no view can have such a name: register it with a `view` of its own")?;
        self.tables.insert(self.key(&written), name.clone());
        let source = DataSource {
            kind: "data-source".to_owned(),
            name: At::nowhere(name),
            description: None,
            integration: At::nowhere(self.integration.name.value().clone()),
            table: At::nowhere(written),
            view,
            owners: with.owners.clone(),
            tags: with.tags.iter().cloned().map(At::nowhere).collect(),
            origins: BTreeMap::new(),
            status: SourceStatus::Active,
            gone: None,
            confirmed: vec![],
            new_columns: with.new_columns,
            policies: vec![],
            without_policies: vec![],
            created: Some(now),
            columns,
        };
        Ok((source, remarks))
    }

    /// The table as a document writes it: with its database where that is not the integration's own.
    fn written(&self, table: &TableName) -> TableName {
        let own = |database: &Name| database.eq_ignore_ascii_case(&self.integration.database);
        TableName { database: table.database.clone().filter(|database| !own(database)), ..table.clone() }
    }

    fn key(&self, table: &TableName) -> String {
        let database = table.database.as_ref().unwrap_or(self.integration.database.value());
        TableName { database: Some(database.clone()), ..table.clone() }.to_string().to_lowercase()
    }

    fn name(&mut self, table: &TableName) -> Option<Name> {
        let plain = table.to_string();
        let longer = format!("{}.{plain}", self.integration.name);
        let numbered = (2..1000).map(|number| format!("{plain} ({number})"));
        let mut free = [plain.clone(), longer].into_iter().chain(numbered).filter_map(|name| Name::new(name).ok());
        let name = free.find(|name| !self.names.contains(name))?;
        self.names.insert(name.clone());
        Some(name)
    }

    /// The name of the view, where the one that the integration's pattern gives is taken or too long.
    fn view(&mut self, table: &TableName) -> Option<Option<At<TableName>>> {
        let mut take = |view: &Name| view.len() <= LONGEST && self.views.insert(view.to_lowercase());
        if view_of(self.integration, None, table).is_some_and(|view| take(&view.table)) {
            return Some(None);
        }
        let schema = self.integration.views.schema.value();
        let long = format!("{}_{}", table.schema, table.table);
        let short: String = table.table.chars().take(14).collect();
        let numbered = (2..10_000).map(|number| format!("{} {number}", short.trim_end()));
        let mut free = std::iter::once(long).chain(numbered).filter_map(|name| Name::new(name).ok());
        let view = free.find(|name| take(name))?;
        Some(Some(At::nowhere(TableName { database: None, schema: schema.clone(), table: view })))
    }
}

/// The columns of a table that a view can have.
fn columns(integration: &Integration, found: &[FoundColumn], remarks: &mut Vec<String>) -> Vec<Column> {
    let mut taken = BTreeSet::new();
    let mut columns = Vec::new();
    for column in found {
        match possible(integration, column) {
            Some(written) if taken.insert(written.name.to_lowercase()) => columns.push(written),
            _ => remarks.push(format!(
                "the column `{}` stays out of the view: its name or its type `{}` is not supported",
                column.name.escape_debug(),
                column.column_type
            )),
        }
    }
    columns
}

/// A column as a document writes it, if a view can have it.
pub(crate) fn possible(integration: &Integration, column: &FoundColumn) -> Option<Column> {
    let name = Name::new(&column.name).ok().filter(|name| name.len() <= LONGEST)?;
    if integration.engine == Engine::Redshift && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    Some(Column {
        name: At::nowhere(name),
        column_type: Some(column.column_type.parse().ok()?),
        tags: vec![],
        origins: BTreeMap::new(),
        description: None,
        discovery: None,
        unconfirmed: false,
    })
}
