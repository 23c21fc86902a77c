//! What a warehouse was seen to have.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::{FoundColumn, Name, TableName};
use scrim_sql::Read;
use scrim_sql::system::redshift::Home;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which table it is, as far as the warehouse tells: a table of an external schema or of a datashare has neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Option<u32>, Option<String>)", into = "(Option<u32>, Option<String>)")]
pub struct Identity {
    /// Another table under the same name has another.
    pub oid: Option<u32>,
    /// Its owner.
    pub owner: Option<String>,
}

impl From<(Option<u32>, Option<String>)> for Identity {
    fn from((oid, owner): (Option<u32>, Option<String>)) -> Self {
        Self { oid, owner }
    }
}

impl From<Identity> for (Option<u32>, Option<String>) {
    fn from(identity: Identity) -> Self {
        (identity.oid, identity.owner)
    }
}

/// A table as the warehouse has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTable {
    /// Where it is.
    pub home: Home,
    /// Which one it is.
    pub identity: Identity,
    /// Whether the role that owns the views may read it.
    pub readable: bool,
    /// Its columns.
    pub columns: Vec<FoundColumn>,
    /// The place of each column in the table, by name: a column that took another's name has another.
    pub positions: BTreeMap<String, i64>,
    /// Columns that no two rows have the same values in.
    pub unique: Vec<BTreeSet<String>>,
    /// Whether the warehouse counts its changes, so that statistics of it can be told to be old.
    pub counted: bool,
}

impl Identity {
    /// A text by which a table of this name is known again: another one has another.
    pub fn mark(&self, name: &str) -> String {
        hash(&serde_json::json!([name, self.oid, self.owner]))
    }
}

impl FoundTable {
    /// A text by which the table is known again, with its columns as they are: with others it has another.
    pub fn mark(&self) -> String {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|column| (&column.name, &column.column_type, self.positions.get(&column.name)))
            .collect();
        hash(&serde_json::json!([self.identity.oid, self.identity.owner, columns]))
    }
}

fn hash(parts: &serde_json::Value) -> String {
    hex::encode(Sha256::digest(parts.to_string()))
}

/// What somebody logs in by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The warehouse's own id of it: one that was made anew under the same name has another.
    pub id: String,
    /// What it is.
    pub kind: LoginKind,
}

/// What stands behind the name of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// Somebody can log in by it.
    Person,
    /// The warehouse's own.
    System,
    /// A role that nobody logs in by, and that others become.
    Role,
}

/// The name of a schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaName {
    /// Its database, where views read several.
    pub database: Option<Name>,
    /// Its name in it.
    pub schema: Name,
}

/// A schema that may hold tables to be governed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSchema {
    /// Its name.
    pub name: SchemaName,
    /// Its owner.
    pub owner: String,
}

/// What somebody selects from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A table.
    Table,
    /// A view; on Redshift a late-binding one tells no columns.
    View,
    /// A materialized view.
    MaterializedView,
    /// A table that is kept elsewhere.
    Foreign,
}

impl Relation {
    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "v" => Self::View,
            "m" => Self::MaterializedView,
            "f" => Self::Foreign,
            _ => Self::Table,
        }
    }
}

/// A table that could be governed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedTable {
    /// Its name.
    pub name: TableName,
    /// What it is.
    pub relation: Relation,
    /// Which one it is.
    pub identity: Identity,
    /// Whether the role that owns the views may read it; somebody has to grant it otherwise.
    pub readable: bool,
    /// Its columns, in their order.
    pub columns: Vec<FoundColumn>,
    /// The place of each column in the table, by name.
    pub positions: BTreeMap<String, i64>,
}

/// A sample of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampledColumn {
    /// How many rows were looked at.
    pub rows: u64,
    /// In how many of them it is NULL.
    pub nulls: u64,
    /// The most frequent values as text, each with the number of its rows: at most 1,000, each cut after 256 characters.
    pub values: Vec<(String, u64)>,
}

/// A row of a table: values as text, by column. Nothing is NULL.
pub type SampledRow = BTreeMap<String, Option<String>>;

/// What was pushed for a data source, beside what is there now.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The data source's key.
    pub key: String,
    /// The data source.
    pub data_source: String,
    /// Its view, in the schema of views.
    pub view: String,
    /// The version of the view.
    pub version: i64,
    /// The definition, by its hash.
    pub hash: String,
    /// The table below.
    pub base: Identity,
    /// The columns of the view by name: type and place in the table below.
    pub base_columns: BTreeMap<String, (String, i64)>,
    /// The tables that rules look up in, by name.
    pub lookups: BTreeMap<String, Identity>,
    /// The facts of the profile that the view asks for.
    pub reads: BTreeSet<Read>,
    /// Why the source is closed, if it is.
    pub closed: Option<String>,
    /// Whether the view is there.
    pub present: bool,
    /// Whether the view is as it was pushed: definition, owner, options and privileges.
    pub untouched: bool,
    /// The gate: versions below this one show nothing; none shows nothing at all.
    pub min_version: Option<i64>,
    /// The audience under which it is listed.
    pub audience: Option<String>,
    /// The name under which it is listed in `user_tables`.
    pub listed_as: Option<String>,
    /// What is counted for `k_anonymous` masks, by key, with a hash of it where the warehouse tells.
    pub statistics: BTreeMap<String, Option<String>>,
    /// Whether some of it was never counted, or the table changed since.
    pub stale: bool,
}

/// A privilege that is not as intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privilege {
    /// Who has it.
    pub grantee: String,
    /// What it is.
    pub privilege: String,
    /// On what.
    pub object: String,
}
