//! The system objects in the warehouse, for PostgreSQL: what the bootstrap script creates, readable and safe to
//! run twice.
//!
//! Everything belongs to a role that cannot log in and owns no table of data. What readers may touch is
//! `user_profile`, `user_tables` and the views; everything is revoked from PUBLIC first, because an
//! administrator's default privileges may have opened it.

use std::fmt::Write as _;

use scrim_catalog::documents::Integration;

use crate::quote::{ident, literal};

/// The statements that create the system objects, in order, as an administrator of the database runs them.
pub fn postgresql(integration: &Integration) -> Vec<String> {
    let owner = ident(&integration.owner_role);
    let system = ident(&integration.system_schema());
    let views = ident(&integration.views.schema);
    let readers = readers(integration);
    let mut all = vec![
        create_role(&integration.owner_role, "NOLOGIN"),
        // A role that somebody made before must not be more than what Scrim needs.
        format!("ALTER ROLE {owner} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"),
    ];
    for schema in [&system, &views] {
        all.push(format!("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}"));
        all.push(format!("REVOKE ALL ON SCHEMA {schema} FROM PUBLIC"));
        all.push(format!("GRANT USAGE ON SCHEMA {schema} TO {readers}"));
    }
    // PostgreSQL compares current_user (type name, collation "C") by index only with a column of that collation.
    all.push(format!(
        "CREATE TABLE IF NOT EXISTS {system}.profile (\n  immuta__userid text COLLATE \"C\" NOT NULL,\n  \
         kind text COLLATE \"C\" NOT NULL,\n  key text COLLATE \"C\" NOT NULL,\n  value text COLLATE \"C\" NOT NULL,\n  \
         expires timestamptz,\n  PRIMARY KEY (immuta__userid, kind, key, value)\n) WITH (fillfactor = 90)"
    ));
    all.push(format!(
        "CREATE TABLE IF NOT EXISTS {system}.gate (\n  source text COLLATE \"C\" PRIMARY KEY,\n  min_version bigint NOT NULL\n)"
    ));
    all.push(format!(
        "CREATE TABLE IF NOT EXISTS {system}.salt (\n  source text COLLATE \"C\" NOT NULL,\n  \
         column_name text COLLATE \"C\" NOT NULL,\n  salt text COLLATE \"C\" NOT NULL,\n  PRIMARY KEY (source, column_name)\n)"
    ));
    all.push(format!(
        "CREATE TABLE IF NOT EXISTS {system}.tables (\n  source text COLLATE \"C\" PRIMARY KEY,\n  \
         audience text COLLATE \"C\",\n  schema_name text COLLATE \"C\" NOT NULL,\n  view_name text COLLATE \"C\" NOT NULL\n)"
    ));
    // The barrier keeps a reader's own cheap function from being asked before the row is known to be the
    // reader's.
    all.push(format!(
        "CREATE OR REPLACE VIEW {system}.user_profile WITH (security_barrier = true) AS\n\
         SELECT p.immuta__userid, p.kind, p.key, p.value, p.expires FROM {system}.profile AS p\n\
         WHERE p.immuta__userid = current_user AND (p.expires IS NULL OR p.expires > statement_timestamp())"
    ));
    all.push(format!(
        "CREATE OR REPLACE VIEW {system}.user_tables WITH (security_barrier = true) AS\n\
         SELECT t.schema_name, t.view_name FROM {system}.tables AS t WHERE EXISTS (\n  \
         SELECT 1 FROM {system}.user_profile AS p WHERE p.kind = 'table' AND p.value IN (t.source, t.audience))"
    ));
    for relation in ["profile", "gate", "salt", "tables", "user_profile", "user_tables"] {
        all.push(format!("ALTER TABLE {system}.{relation} OWNER TO {owner}"));
        all.push(format!("REVOKE ALL ON {system}.{relation} FROM PUBLIC"));
    }
    all.push(format!("GRANT SELECT ON {system}.user_profile, {system}.user_tables TO {readers}"));
    all
}

/// The readers of the integration as a grantee.
pub(crate) fn readers(integration: &Integration) -> String {
    if integration.readers.eq_ignore_ascii_case("public") { "PUBLIC".to_owned() } else { ident(&integration.readers) }
}

/// Roles have no `IF NOT EXISTS`.
fn create_role(name: &str, options: &str) -> String {
    let mut sql = String::from("DO $scrim$ BEGIN\n");
    let _ = write!(
        sql,
        "  IF NOT EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = {}) THEN CREATE ROLE {} {options}; END IF;\nEND $scrim$",
        // The body is delimited by dollar quotes; the catalog refuses roles with a `$`.
        literal(name),
        ident(name)
    );
    sql
}

/// The statements that let the owner role read what a view reads.
pub fn postgresql_reads(integration: &Integration, table: &scrim_catalog::TableName) -> Vec<String> {
    let owner = ident(&integration.owner_role);
    vec![
        format!("GRANT USAGE ON SCHEMA {} TO {owner}", ident(&table.schema)),
        format!("GRANT SELECT ON {}.{} TO {owner}", ident(&table.schema), ident(&table.table)),
    ]
}

/// The statements that make a fresh view readable, and its salts: run as the owner role, after the view.
pub fn postgresql_grants(integration: &Integration, view: &scrim_catalog::TableName) -> Vec<String> {
    let view = format!("{}.{}", ident(&view.schema), ident(&view.table));
    vec![format!("REVOKE ALL ON {view} FROM PUBLIC"), format!("GRANT SELECT ON {view} TO {}", readers(integration))]
}
