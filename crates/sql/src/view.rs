//! Renderings of [`ViewPlan`].

mod cell;
mod draw;
mod expression;
mod facts;
mod key;
mod rows;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use scrim_catalog::documents::Validity;
use scrim_catalog::{ColumnType, Name, TableName};
use scrim_policy::SaltKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::plan::{Dialect, ViewPlan};
use crate::qualify::qualified;
use crate::quote::{ident, literal};
use facts::Facts;

/// The alias of the governed table. Predicates are rendered from a checked tree in which every column is one of
/// the table's, so that nobody can write a name that meets it or any other alias.
const TABLE: &str = "scrim_t";

/// A fact of the user's profile that a view asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Read {
    /// The kind of profile row.
    pub kind: String,
    /// The attribute's key; none where the kind has no keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value; none where any value is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The parts of a view.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// Its columns, in order.
    pub columns: Vec<Name>,
    /// Whether readers' own predicates must be held off, so that neither hidden rows nor the planner's statistics
    /// of the table are shown to them (PostgreSQL).
    pub barrier: bool,
    /// What it selects.
    pub query: String,
    /// The facts of the profile that it asks for: a change of others does not change what it shows.
    pub reads: BTreeSet<Read>,
    /// The salts that it reads.
    pub salted: BTreeSet<SaltKey>,
    /// What is counted for `k_anonymous` masks.
    pub statistics: Vec<Statistic>,
}

/// The combinations of values that enough rows share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistic {
    /// Its key in the warehouse.
    pub key: String,
    /// What finds them: one column of hashes.
    pub query: String,
    /// What counts the rows of the table.
    pub rows: String,
}

impl Statistic {
    /// What is counted, in one hash.
    pub fn definition(&self) -> String {
        let query = hex::encode(Sha256::digest(&self.query));
        hex::encode(Sha256::digest(format!("{query}{}", self.rows)))
    }
}

impl Rendered {
    /// Renders this version of a view.
    ///
    /// The gate has one row per data source; the view shows nothing unless the gate names this very version. So a
    /// source is closed by one row and without a lock on the view, and whoever reads under an old snapshot, where
    /// definitions are new and rows are old, sees nothing rather than a new view over an old profile.
    pub fn of(plan: &ViewPlan, dialect: Dialect, version: u64) -> Self {
        let mut facts = Facts::new(plan, dialect);
        let columns: Vec<String> = plan.merged.columns.iter().map(|column| cell::render(column, &mut facts)).collect();
        let mut tests = vec![facts.subscribed(), facts.gate(version)];
        if plan.merged.closed.is_empty() {
            tests.extend(plan.merged.rows.iter().map(|rule| rows::render(rule, &mut facts)));
        } else {
            tests.push("1 = 0".to_owned());
        }
        let mut query = format!("SELECT {}\nFROM {} AS {TABLE}", columns.join(",\n       "), relation(&plan.table));
        for join in facts.joins() {
            let _ = write!(query, "\n{join}");
        }
        let _ = write!(query, "\nWHERE {}", tests.join("\n  AND "));
        let statistics = plan.merged.combinations().into_iter().map(|combination| {
            let digest = key::digest(&key::combination(combination, dialect), &facts);
            let counted = key::counted(combination, dialect).map_or_else(String::new, |test| format!(" WHERE {test}"));
            let query = format!(
                "SELECT {digest} AS combination FROM {} AS {TABLE}{counted} GROUP BY 1 HAVING COUNT(*) >= {}",
                relation(&plan.table),
                combination.k
            );
            Statistic {
                key: combination.key.clone(),
                query,
                rows: format!("SELECT COUNT(*) AS n FROM {} AS {TABLE}", relation(&plan.table)),
            }
        });
        let mut statistics: Vec<Statistic> = statistics.collect();
        if dialect == Dialect::Redshift {
            query = qualified(&query);
            for statistic in &mut statistics {
                statistic.query = qualified(&statistic.query);
                statistic.rows = qualified(&statistic.rows);
            }
        }
        Self {
            statistics,
            columns: plan.merged.columns.iter().map(|column| column.name.clone()).collect(),
            barrier: dialect == Dialect::Postgresql,
            query,
            salted: facts.salted(),
            reads: facts.reads(),
        }
    }
}

/// Renders the statement that makes or replaces the view, for this version of it.
pub fn render(plan: &ViewPlan, dialect: Dialect, version: u64) -> String {
    let parts = Rendered::of(plan, dialect, version);
    let names: Vec<String> = parts.columns.iter().map(|name| ident(name)).collect();
    let barrier = if parts.barrier { " WITH (security_barrier = true)" } else { "" };
    let binding = if dialect == Dialect::Redshift { "\nWITH NO SCHEMA BINDING" } else { "" };
    format!(
        "CREATE OR REPLACE VIEW {} ({}){barrier} AS\n{}{binding}",
        relation(&plan.view),
        names.join(", "),
        parts.query
    )
}

fn relation(name: &TableName) -> String {
    let parts = name.database.iter().chain([&name.schema, &name.table]);
    parts.map(|part| ident(part)).collect::<Vec<_>>().join(".")
}

fn column(name: &str) -> String {
    format!("{TABLE}.{}", ident(name))
}

/// A column's type as the dialect writes it.
fn type_name(column_type: &ColumnType, dialect: Dialect) -> String {
    match (column_type, dialect) {
        // Redshift's TEXT is VARCHAR(256) and would cut.
        (ColumnType::Text | ColumnType::Varchar(None), Dialect::Redshift) => "VARCHAR(65535)".to_owned(),
        (ColumnType::Numeric(None), Dialect::Redshift) => "DECIMAL(38,9)".to_owned(),
        (other, _) => other.to_string().to_uppercase(),
    }
}

/// Which of two clocks is on the strict side: one moves on within a statement, the other stands where the client's
/// last message came, for as long as that takes.
#[derive(Clone, Copy)]
enum Clock {
    /// Where a later time shows less.
    Late,
    /// Where an earlier time shows less.
    Early,
}

/// Now, in UTC, as a timestamp without zone: a reader's time zone has no say.
fn now(clock: Clock, facts: &Facts<'_>) -> String {
    if let Some(fixed) = &facts.plan.clock {
        return moment(fixed);
    }
    match (facts.dialect, clock) {
        // GETDATE() is in the session's zone ("GETDATE function"), which is a reader's to set.
        (Dialect::Redshift, _) => "(CAST(GETDATE() AS TIMESTAMPTZ) AT TIME ZONE 'UTC')".to_owned(),
        // As a value of its own, so that it is read once.
        (Dialect::Postgresql, Clock::Late) => "(SELECT clock_timestamp() AT TIME ZONE 'UTC')".to_owned(),
        (Dialect::Postgresql, Clock::Early) => "(statement_timestamp() AT TIME ZONE 'UTC')".to_owned(),
    }
}

fn moment(at: &chrono::DateTime<chrono::Utc>) -> String {
    format!("CAST({} AS TIMESTAMP)", literal(&at.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string()))
}

/// Whether a rule's time has come and not gone; none when it always counts.
fn within(valid: Option<&Validity>, facts: &mut Facts<'_>) -> Option<String> {
    let window = valid?;
    let from = window.from.as_ref().map(|from| format!("{} >= {}", now(Clock::Late, facts), moment(from)));
    let until = window.until.as_ref().map(|until| format!("{} < {}", now(Clock::Early, facts), moment(until)));
    let tests: Vec<String> = from.into_iter().chain(until).collect();
    Some(facts.window(format!("({})", tests.join(" AND "))))
}
