//! What could be governed, and samples of it.

use super::Calls;
use crate::quote::literal;

/// Columns of which one call samples values: their expressions must fit into a variable.
pub const COLUMNS: usize = 60;

impl Calls {
    /// The schemas of the database of the connection that may hold data: name, owner.
    pub fn schemas(&self) -> String {
        format!(
            "SELECT n.nspname::VARCHAR(128), pg_get_userbyid(n.nspowner) FROM pg_catalog.pg_namespace AS n \
             WHERE LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_' AND n.nspname NOT IN ({}, 'information_schema', 'catalog_history') \
             ORDER BY 1",
            self.own
        )
    }

    /// Everything in these schemas that can be selected from, and its columns, in the database of the connection, a row per
    /// column: as [`Calls::tables`].
    pub fn listed(&self, schemas: &[&str]) -> String {
        self.columns(&format!("n.nspname IN ({})", list(schemas)))
    }

    /// How the relations of each schema are now, in one number: schema, number. All that a listing tells is in it.
    pub fn marks(&self, schemas: &[&str]) -> String {
        let schemas = list(schemas);
        let mark = |parts: &[&str]| {
            let parts: Vec<String> = parts.iter().map(|part| format!("COALESCE({part}, '')")).collect();
            format!("CAST(STRTOL(LEFT(MD5({}), 15), 16) AS NUMERIC(38, 0))", parts.join(" || ' ' || "))
        };
        let relation = mark(&[
            "c.\"oid\"::BIGINT::VARCHAR(20)",
            "c.relkind::VARCHAR(4)",
            "c.relowner::VARCHAR(16)",
            "c.relname::VARCHAR(128)",
            "ARRAY_TO_STRING(c.relacl, ',')",
        ]);
        let column = mark(&[
            "a.attrelid::BIGINT::VARCHAR(20)",
            "a.attnum::VARCHAR(16)",
            "a.atttypid::BIGINT::VARCHAR(20)",
            "a.atttypmod::VARCHAR(16)",
            "a.attname::VARCHAR(128)",
        ]);
        let of = format!("c.relkind IN ('r', 'v', 'm') AND n.nspname IN ({schemas})");
        format!(
            "SELECT r.name, SUM(r.mark) FROM (SELECT n.nspname::VARCHAR(128) AS name, {relation} AS mark FROM pg_catalog.pg_class AS c \
             INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace WHERE {of} UNION ALL \
             SELECT n.nspname::VARCHAR(128), {column} FROM pg_catalog.pg_class AS c \
             INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
             INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\" AND a.attnum > 0 AND NOT a.attisdropped \
             WHERE {of}) AS r GROUP BY r.name ORDER BY r.name"
        )
    }

    /// Which of these tables of the database of the connection a user may select from, whole: schema, table. Users that are not
    /// there may nothing; it is not asked of them, which would be an error.
    pub fn may_select(&self, user: &str, tables: &[(String, String)]) -> String {
        let user = literal(user);
        let pairs: Vec<String> = tables
            .iter()
            .map(|(schema, table)| format!("(n.nspname = {} AND c.relname = {})", literal(schema), literal(table)))
            .collect();
        format!(
            "SELECT n.nspname::VARCHAR(128), c.relname::VARCHAR(128) FROM pg_catalog.pg_class AS c \
             INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
             WHERE c.relkind IN ('r', 'v', 'm') AND ({}) AND LEFT(n.nspname::VARCHAR(128), 3) <> 'pg_' \
             AND n.nspname NOT IN ({}, 'information_schema', 'catalog_history') \
             AND has_schema_privilege({user}, n.nspname, 'USAGE') AND has_table_privilege({user}, c.\"oid\", 'SELECT') ORDER BY 1, 2",
            pairs.join(" OR "),
            self.own
        )
    }

    /// Whether there is a user of this name, other than Scrim's own: one row, or none.
    pub fn known_user(&self, user: &str) -> String {
        format!(
            "SELECT u.usename::VARCHAR(128) FROM pg_catalog.pg_user AS u WHERE u.usename = {} AND u.usename NOT IN ({}, current_user)",
            literal(user),
            self.owner
        )
    }

    /// Users and their ids, of everybody or of some. On the leader node alone, beside no table.
    pub fn logins(&self, of: Option<&[&str]>) -> String {
        let of = of.map_or_else(String::new, |logins| format!(" WHERE u.usename IN ({})", list(logins)));
        format!("SELECT u.usename::VARCHAR(128), u.usesysid FROM pg_catalog.pg_user AS u{of}")
    }

    /// The profile rows of these users, ordered by user.
    pub fn profiles_of(&self, logins: &[&str]) -> String {
        format!(
            "SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM {}.profile AS p WHERE p.immuta__userid IN ({}) \
             ORDER BY p.immuta__userid",
            self.system,
            list(logins)
        )
    }

    /// Takes a sample: of at most [`COLUMNS`] columns, each behind the letter that says how it becomes text.
    pub fn sample(
        &self,
        database: Option<&str>,
        schema: &str,
        table: &str,
        columns: &[(char, &str)],
        rows: u32,
    ) -> String {
        let columns: Vec<String> = columns.iter().map(|(form, name)| format!("{form}{name}")).collect();
        let texts = [database.unwrap_or_default(), schema, table, &columns.join("\n")].map(literal).join(", ");
        format!("CALL {}.sample({texts}, {rows})", self.procedures)
    }

    /// The sample that was taken in this transaction: place of the column, value, rows with it, rows of the sample.
    pub fn taken(&self) -> String {
        format!(
            "SELECT s.place, s.value, s.counted, s.total FROM {}.sample AS s ORDER BY s.place, s.counted DESC, s.value",
            self.system
        )
    }
}

fn list(texts: &[&str]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    texts.join(", ")
}
