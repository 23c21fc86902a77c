//! The view of one data source, before any dialect: the contract that every rendering keeps.

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, Engine, Integration, Layout};
use scrim_catalog::{Catalog, Name, TableName};
use scrim_policy::{AccessRules, MergeError, Merged, MergedColumn, Merger, Test, audience_key, source_key};

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Amazon Redshift.
    Redshift,
    /// PostgreSQL 15 or later.
    Postgresql,
}

impl From<Engine> for Dialect {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Redshift => Self::Redshift,
            Engine::Postgresql => Self::Postgresql,
        }
    }
}

impl std::str::FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "redshift" => Ok(Self::Redshift),
            "postgresql" => Ok(Self::Postgresql),
            other => Err(format!("`{other}` is neither `redshift` nor `postgresql`")),
        }
    }
}

/// The view of one data source.
#[derive(Clone, Debug)]
pub struct ViewPlan {
    /// The data source.
    pub source: Name,
    /// Its key in the warehouse.
    pub key: String,
    /// The key of its audience; none when no policy decides on access.
    pub audience: Option<String>,
    /// The view.
    pub view: TableName,
    /// The table it reads; with a database only where the layout needs one.
    pub table: TableName,
    /// Where the layout needs databases, the one of tables that are written without.
    pub database: Option<Name>,
    /// The schema of the system objects.
    pub system_schema: String,
    /// The schema of the mask functions.
    pub functions_schema: String,
    /// What the policies say.
    pub merged: Merged,
    /// The time that the view goes by, in tests of policies, which have a time of their own; otherwise none, and it goes
    /// by the warehouse's clock.
    pub clock: Option<DateTime<Utc>>,
}

/// Why a data source has no view.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PlanError {
    /// Its integration is not in the catalog.
    #[error("the integration `{0}` is not defined")]
    NoIntegration(Name),
    /// Its view has no valid name.
    #[error("the view of `{0}` has no valid name; name it with `view:`")]
    NoViewName(Name),
    /// Masks that step back for each other would make too long a statement.
    #[error(
        "too many masks on the column `{column}` of `{data_source}` step back for deeper ones (`yields`): write fewer, or let fewer yield"
    )]
    Yields {
        /// The data source.
        data_source: Name,
        /// The column.
        column: Name,
    },
    /// Its columns are not known.
    #[error(transparent)]
    Merge(#[from] MergeError),
}

impl ViewPlan {
    /// Plans the view of a data source.
    ///
    /// # Errors
    /// When the columns or their types are not known.
    pub fn of(catalog: &Catalog, source: &DataSource) -> Result<Self, PlanError> {
        Self::merged(&Merger::new(catalog), source)
    }

    /// Plans the view of one of many data sources.
    ///
    /// # Errors
    /// As [`ViewPlan::of`].
    pub fn merged(merger: &Merger<'_>, source: &DataSource) -> Result<Self, PlanError> {
        let catalog = merger.catalog();
        let name = source.name.value();
        let integration = catalog
            .integrations
            .get(source.integration.value())
            .ok_or_else(|| PlanError::NoIntegration(source.integration.value().clone()))?;
        let view = scrim_catalog::view_of(integration, source.view.as_ref().map(|v| v.value()), &source.table)
            .ok_or_else(|| PlanError::NoViewName(name.clone()))?;
        let view = if integration.engine == Engine::Redshift { folded(view) } else { view };
        let merged = merger.merge(source)?;
        if let Some(column) = merged.columns.iter().find(|column| terms(column) > MOST_TERMS) {
            return Err(PlanError::Yields { data_source: name.clone(), column: column.name.clone() });
        }
        Ok(Self {
            source: name.clone(),
            key: source_key(name),
            audience: audience_key(&AccessRules::of(catalog, source)),
            view,
            table: located(integration, &source.table),
            database: located(integration, &source.table).database.map(|_| integration.database.value().clone()),
            system_schema: integration.system_schema(),
            functions_schema: integration.functions_schema(),
            merged,
            clock: None,
        })
    }

    /// The keys under which a user may be subscribed.
    pub(crate) fn keys(&self) -> Vec<&str> {
        self.audience.iter().map(String::as_str).chain([self.key.as_str()]).collect()
    }

    /// The tables that rules look up in, as they are written.
    pub fn lookups(&self) -> Vec<&TableName> {
        let tests = self.merged.rows.iter().flat_map(|rule| rule.branches.all());
        let tables = tests.filter_map(|test| match test {
            Test::Lookup { table, .. } => Some(table),
            _ => None,
        });
        tables.collect()
    }

    /// A table that a rule looks up in, as the view names it.
    pub(crate) fn located(&self, table: &TableName, dialect: Dialect) -> TableName {
        let database = self.database.as_ref().map(|usual| table.database.clone().unwrap_or_else(|| usual.clone()));
        let table = TableName { database, ..table.clone() };
        if dialect == Dialect::Redshift { folded(table) } else { table }
    }
}

/// A name as Redshift keeps it: ASCII letters in lower case, also quoted ones ("Names and identifiers").
fn folded(name: TableName) -> TableName {
    let lower = |name: Name| Name::new(name.to_ascii_lowercase()).unwrap_or(name);
    TableName { database: name.database.map(lower), schema: lower(name.schema), table: lower(name.table) }
}

/// The most terms of one column's conditions.
const MOST_TERMS: usize = 2000;

/// How many terms the conditions of a column's masks have: one that yields repeats those of every deeper one.
fn terms(column: &MergedColumn) -> usize {
    let mut masks: Vec<_> = column.masks.iter().collect();
    masks.sort_by_key(|mask| std::cmp::Reverse(mask.depth));
    let mut known: Vec<(usize, usize)> = Vec::new();
    for mask in masks {
        let deeper = known.iter().filter(|(depth, _)| mask.yields && *depth > mask.depth);
        let own = deeper.fold(1_usize, |sum, (_, terms)| sum.saturating_add(*terms));
        known.push((mask.depth, own));
    }
    known.iter().fold(0, |sum: usize, (_, terms)| sum.saturating_add(*terms))
}

/// A table as views name it: in the central layout tables are read across databases, elsewhere never; on Redshift in lower
/// case, so that it is the same one whatever `enable_case_sensitive_identifier` is for the reader.
pub fn located(integration: &Integration, table: &TableName) -> TableName {
    let database = match integration.layout() {
        Layout::Central => Some(table.database.clone().unwrap_or_else(|| integration.database.value().clone())),
        Layout::PerDatabase => None,
    };
    let table = TableName { database, ..table.clone() };
    if integration.engine == Engine::Redshift { folded(table) } else { table }
}
