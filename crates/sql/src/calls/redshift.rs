//! For Amazon Redshift: whole statements, with values as quoted literals, for the simple-query protocol. Redshift
//! promises nothing about binary results and looks at statements twice when they are prepared; text it always speaks.

mod listing;

use std::fmt::Write as _;

use scrim_catalog::TableName;
use scrim_catalog::documents::Integration;
use scrim_policy::ProfileRow;

pub use listing::COLUMNS;

use crate::quote::{ident, literal};
use crate::system::redshift::{folded, parts};
use crate::view::{Rendered, Statistic};

/// Rows of one INSERT.
const ROWS: usize = 500;
/// Tables that one statement asks for.
const TABLES: usize = 200;
/// Characters of a definition that are hashed at a time, as the procedure `fingerprint` does.
pub const PART: usize = 16_000;
/// How many of them are asked for at once; longer definitions are asked for one by one.
pub const PARTS: usize = 4;
/// The most bytes of a text that is handed to a procedure.
const MOST_TEXT: usize = 65_535;

/// The databases of a cluster: name, and whether it is `local` or `shared` by another cluster.
pub const DATABASES: &str = "SELECT d.database_name, d.database_type FROM svv_redshift_databases AS d";

/// What is too long to be sent.
#[derive(Debug, thiserror::Error)]
pub enum TooLong {
    /// The view.
    #[error(
        "the statement of the view is longer than the 524,280 bytes that Redshift takes: let fewer rules or columns be in it"
    )]
    View,
    /// A count of `k_anonymous`.
    #[error("the statement that counts the combinations of a `k_anonymous` mask is longer than 65,535 bytes")]
    Statistic,
    /// Something that is recorded with the view.
    #[error(
        "the record of the view is longer than 65,535 bytes: it has too many columns, or its rules read too many facts"
    )]
    Record,
}

/// A view as it is handed to the procedure that applies it.
#[derive(Clone, Copy, Debug)]
pub struct ViewCall<'a> {
    /// The number of the push, which is the version of the view.
    pub epoch: i64,
    /// The data source's key.
    pub key: &'a str,
    /// The data source.
    pub data_source: &'a str,
    /// The view, in the schema of views.
    pub view: &'a str,
    /// Its parts.
    pub rendered: &'a Rendered,
    /// The definition, by its hash.
    pub hash: &'a str,
    /// The audience under which it is listed.
    pub audience: Option<&'a str>,
    /// The tables below, as JSON.
    pub base: &'a str,
    /// The columns of the table below, as JSON.
    pub base_columns: &'a str,
    /// The columns of the view with what their types come from, by a hash: a view with others is not replaced but made anew.
    pub shape: &'a str,
    /// The facts that it asks for, as JSON.
    pub reads: &'a str,
}

/// The statements of one integration.
#[derive(Clone, Debug)]
pub struct Calls {
    system: String,
    procedures: String,
    views: String,
    owner: String,
    /// The schemas of Scrim's own.
    own: String,
}

impl Calls {
    /// The statements for an integration.
    pub fn of(integration: &Integration) -> Self {
        let integration = folded(integration);
        Self {
            system: ident(&integration.system_schema()),
            procedures: ident(&integration.procedures_schema()),
            views: literal(&integration.views.schema),
            own: [
                integration.system_schema(),
                integration.functions_schema(),
                integration.procedures_schema(),
                integration.views.schema.to_string(),
            ]
            .map(|schema| literal(&schema))
            .join(", "),
            owner: literal(&integration.owner_role),
        }
    }

    /// Settings of a session: names are resolved as the rest of Scrim expects, and times are printed in one form.
    /// Redshift has no time-out for locks; one for statements keeps a change from queueing up its readers.
    pub fn settings() -> [&'static str; 4] {
        [
            "SET search_path TO pg_catalog",
            "SET datestyle TO 'ISO'",
            "SET enable_case_sensitive_identifier TO off",
            "SET statement_timeout TO 30000",
        ]
    }

    /// Takes the time-out of statements away, for counting, which reads whole tables.
    pub const UNHURRIED: &'static str = "SET statement_timeout TO 0";
    /// Puts it back.
    pub const HURRIED: &'static str = "SET statement_timeout TO 30000";

    /// Which installation is there: one row, one text. See [`crate::system::redshift::installation`].
    pub fn installed(&self) -> String {
        format!("CALL {}.installed('')", self.procedures)
    }

    /// Takes the next epoch: one row, one number.
    pub fn claim(&self, leads_since: Option<i64>) -> String {
        format!("CALL {}.claim({})", self.procedures, leads_since.unwrap_or(0))
    }

    /// Refuses whoever does not hold the last epoch: the first statement of a transaction.
    pub fn hold(&self, epoch: i64) -> String {
        format!("CALL {}.hold({epoch})", self.procedures)
    }

    /// Stages changes of profiles, some hundred rows a statement: whether the row comes, the user, the row.
    pub fn stage_profiles(&self, epoch: i64, rows: &[(bool, &str, &ProfileRow)]) -> Vec<String> {
        let row = |(added, user, row): &(bool, &str, &ProfileRow)| {
            let expires = row.expires.map_or_else(
                || "NULL".to_owned(),
                |at| literal(&at.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string()),
            );
            let texts = [*user, &*row.kind, &*row.key, &*row.value].map(literal).join(", ");
            format!("({epoch}, {added}, {texts}, {expires})")
        };
        let statement = |rows: &[(bool, &str, &ProfileRow)]| {
            let rows: Vec<String> = rows.iter().map(row).collect();
            format!(
                "INSERT INTO {}.profile_stage (batch, added, immuta__userid, kind, key, value, expires) VALUES {}",
                self.system,
                rows.join(", ")
            )
        };
        rows.chunks(ROWS).map(statement).collect()
    }

    /// Applies a staged batch.
    pub fn apply_profiles(&self, epoch: i64) -> String {
        format!("CALL {}.apply_profiles({epoch}, {epoch})", self.procedures)
    }

    /// Closes a source.
    pub fn close_source(&self, epoch: i64, key: &str, reason: &str) -> String {
        let reason = reason.get(..reason.floor_char_boundary(MOST_TEXT)).unwrap_or_default();
        format!("CALL {}.close_source({epoch}, {}, {})", self.procedures, literal(key), literal(reason))
    }

    /// Stages a salt for a column that may need one; `key` is the source whose view is applied, `scope` and `name` say
    /// whose salt it is.
    pub fn stage_salt(&self, epoch: i64, scope: &str, name: &str, salt: &str) -> String {
        format!(
            "INSERT INTO {}.salt_stage (batch, source, column_name, salt) VALUES ({epoch}, {}, {}, {})",
            self.system,
            literal(scope),
            literal(name),
            literal(salt)
        )
    }

    /// Creates or replaces a view, and says what is counted for it: statements of one transaction.
    ///
    /// # Errors
    /// When something is longer than Redshift takes.
    pub fn apply_view(&self, call: &ViewCall<'_>) -> Result<Vec<String>, TooLong> {
        let ViewCall { epoch, rendered, .. } = *call;
        let columns: Vec<&str> = rendered.columns.iter().map(|name| name.as_str()).collect();
        let columns = columns.join("\n");
        if [&columns, call.base, call.base_columns, call.reads].iter().any(|text| text.len() > MOST_TEXT) {
            return Err(TooLong::Record);
        }
        let query = parts(&rendered.query).ok_or(TooLong::View)?.map(literal).join(", ");
        let texts = [call.key, call.data_source, call.view, &columns].map(literal).join(", ");
        let audience = call.audience.map_or_else(|| "NULL".to_owned(), literal);
        let records = [call.base, call.base_columns, call.reads].map(literal).join(", ");
        let mut statements = vec![format!(
            "CALL {}.apply_view({epoch}, {texts}, {query}, {epoch}, {}, {}, {audience}, {records})",
            self.procedures,
            literal(call.hash),
            literal(call.shape)
        )];
        for statistic in &rendered.statistics {
            statements.push(self.define(epoch, call.key, statistic)?);
        }
        Ok(statements)
    }

    fn define(&self, epoch: i64, key: &str, statistic: &Statistic) -> Result<String, TooLong> {
        if statistic.query.len() > MOST_TEXT {
            return Err(TooLong::Statistic);
        }
        let texts = [key, &statistic.key, &statistic.query, &statistic.rows].map(literal).join(", ");
        Ok(format!("CALL {}.define_statistic({epoch}, {texts})", self.procedures))
    }

    /// Counts no more what is counted under a key.
    pub fn forget_statistic(&self, epoch: i64, key: &str, statistic: &str) -> String {
        let texts = [key, statistic].map(literal).join(", ");
        format!("CALL {}.define_statistic({epoch}, {texts}, NULL, NULL)", self.procedures)
    }

    /// Whether a statistic must be counted again: one row, 0 or 1.
    pub fn stale(&self, statistic: &str) -> String {
        format!("CALL {}.stale({}, 0)", self.procedures, literal(statistic))
    }

    /// Counts again.
    pub fn refresh(&self, epoch: i64, statistic: &str) -> String {
        format!("CALL {}.refresh({epoch}, {})", self.procedures, literal(statistic))
    }

    /// Finds the value of a token: one row, the value.
    #[expect(clippy::too_many_arguments, reason = "those of the procedure")]
    pub fn resolve(
        &self,
        key: &str,
        table: &TableName,
        column: &str,
        token: &str,
        requested_by: &str,
        approved_by: &str,
        reason: &str,
    ) -> String {
        let database = table.database.as_ref().map_or("", |name| name.as_str());
        let texts = [key, database, &table.schema, &table.table, column, token, requested_by, approved_by, reason];
        format!("CALL {}.resolve({}, NULL)", self.procedures, texts.map(literal).join(", "))
    }

    /// Drops a view.
    pub fn drop_view(&self, epoch: i64, key: &str) -> String {
        format!("CALL {}.drop_view({epoch}, {})", self.procedures, literal(key))
    }

    /// What was pushed, a row per data source.
    pub fn state(&self) -> String {
        format!(
            "SELECT s.source, s.data_source, s.view_name, s.view_oid, s.version, s.hash, s.fingerprint, s.base, s.base_columns, \
             s.reads, s.closed, s.min_version, s.audience, s.listed_as FROM {}.state AS s ORDER BY s.source",
            self.system
        )
    }

    /// The views that are there: name, identity, a hash of owner and privileges, length of the definition, hashes of its
    /// first [`PARTS`] parts.
    pub fn views(&self) -> String {
        let mut parts = String::new();
        for part in 0..PARTS {
            let _ = write!(parts, ", SHA2(SUBSTRING(v.definition, {}, {PART}), 256)", part * PART + 1);
        }
        format!(
            "SELECT c.relname, c.\"oid\", SHA2(u.usename::VARCHAR(128) || ' ' || COALESCE(ARRAY_TO_STRING(c.relacl, ','), ''), 256), \
             LENGTH(v.definition){parts} FROM pg_catalog.pg_class AS c \
             INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
             INNER JOIN pg_catalog.pg_user AS u ON u.usesysid = c.relowner \
             INNER JOIN pg_catalog.pg_views AS v ON v.schemaname = n.nspname AND v.viewname = c.relname \
             WHERE n.nspname = {} AND c.relkind = 'v'",
            self.views
        )
    }

    /// The hash of one view as the procedure makes it: one row.
    pub fn fingerprint(&self, view: &str) -> String {
        format!("CALL {}.fingerprint({}, '')", self.procedures, literal(view))
    }

    /// Which salts there are: scope and name.
    pub fn salted(&self) -> String {
        format!("SELECT k.source, k.column_name FROM {}.salted AS k", self.system)
    }

    /// What is counted: key, source, and a hash of it: see [`Statistic::definition`].
    pub fn counted(&self) -> String {
        format!("SELECT k.key, k.source, k.definition FROM {}.counted AS k", self.system)
    }

    /// Every profile row, ordered by user; of the users behind one, where one is named.
    pub fn profiles(&self, behind: Option<&str>) -> String {
        let behind = behind.map_or_else(String::new, |user| format!(" WHERE p.immuta__userid > {}", literal(user)));
        format!(
            "SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM {}.profile AS p{behind} ORDER BY p.immuta__userid",
            self.system
        )
    }

    /// Privileges that are not as intended: one row, one text.
    pub fn unintended(&self) -> String {
        format!("CALL {}.unintended('')", self.procedures)
    }

    /// Tables and their columns, in the database of the connection, a row per column: schema, table, identity, kind,
    /// owner, whether the owner of the views may read it (1 or 0), column, type, position.
    pub fn tables(&self, wanted: &[TableName]) -> Vec<String> {
        let one = |table: &TableName| {
            format!("(n.nspname = {} AND c.relname = {})", literal(&table.schema), literal(&table.table))
        };
        let statement = |tables: &[TableName]| {
            let names: Vec<String> = tables.iter().map(one).collect();
            self.columns(&format!("({})", names.join(" OR ")))
        };
        wanted.chunks(TABLES).map(statement).collect()
    }

    /// The columns of the relations for which a condition holds.
    fn columns(&self, condition: &str) -> String {
        format!(
            "SELECT n.nspname, c.relname, c.\"oid\", c.relkind, pg_get_userbyid(c.relowner), \
                 CASE WHEN has_schema_privilege({owner}, n.nspname, 'USAGE') AND has_table_privilege({owner}, c.\"oid\", 'SELECT') THEN 1 ELSE 0 END, \
                 a.attname, format_type(a.atttypid, a.atttypmod), a.attnum FROM pg_catalog.pg_class AS c \
                 INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
                 LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\" AND a.attnum > 0 AND NOT a.attisdropped \
                 WHERE c.relkind IN ('r', 'v', 'm') AND {condition} ORDER BY c.\"oid\", a.attnum",
            owner = self.owner,
        )
    }

    /// A table that no connection can look at: one row, kind and columns.
    pub fn look(&self, database: &str, table: &TableName) -> String {
        let texts = [database, &table.schema, &table.table].map(literal).join(", ");
        format!("CALL {}.look({texts}, '', '')", self.procedures)
    }
}
