//! The system objects in PostgreSQL.

pub mod uninstall;

use scrim_catalog::TableName;
use scrim_catalog::documents::Integration;
use sha2::{Digest, Sha256};

use super::{fill, monitored};
use crate::quote::{dollar, ident, literal};

const FILES: [&str; 10] = [
    include_str!("postgresql/10_guard.sql"),
    include_str!("postgresql/20_roles.sql"),
    include_str!("postgresql/30_schemas.sql"),
    include_str!("postgresql/40_tables.sql"),
    include_str!("postgresql/50_functions.sql"),
    include_str!("postgresql/60_views.sql"),
    include_str!("postgresql/65_scan.sql"),
    include_str!("postgresql/70_procedures.sql"),
    include_str!("postgresql/75_sample.sql"),
    include_str!("postgresql/80_grants.sql"),
];

/// What is run last, as whoever installs.
const MONITORED: &str = include_str!("postgresql/monitored.sql");

/// The statements of an installation in PostgreSQL, for an administrator to run in order, in one transaction: all but those
/// for single `tables`, which are only recorded.
pub fn install(integration: &Integration, tables: &[TableName]) -> Vec<String> {
    let mut all = Vec::new();
    for (file, text) in FILES.iter().enumerate() {
        if file + 1 == FILES.len() {
            all.push(installed(integration));
            all.extend(monitored::record(integration, &integration.system_schema(), tables));
        }
        all.extend(text.split("\n;;\n").map(|statement| fill(statement.trim_end(), integration)));
    }
    all.extend(monitored::schemas(integration).iter().map(|pattern| watch(integration, pattern)));
    all
}

/// Lets the owner read the schemas of a pattern. It goes in at the places of the braces, so that a pattern that itself holds
/// some stays what it is.
fn watch(integration: &Integration, pattern: &str) -> String {
    let parts: Vec<String> = MONITORED.trim_end().split("{pattern}").map(|part| fill(part, integration)).collect();
    parts.join(&literal(pattern))
}

/// What [`install`] makes, in one hash: another version of Scrim, or other settings, are another installation.
pub fn installation(integration: &Integration) -> String {
    let mut hash = Sha256::new();
    for text in FILES {
        hash.update(fill(text, integration));
    }
    for pattern in monitored::schemas(integration) {
        hash.update(literal(&pattern));
    }
    hex::encode(hash.finalize())
}

/// Which installation this is, or that somebody changed it by hand: then it is none.
fn installed(integration: &Integration) -> String {
    let (system, procedures) = (ident(&integration.system_schema()), ident(&integration.procedures_schema()));
    format!(
        "-- Which installation this is, unless somebody changed it by hand.\n\
         CREATE OR REPLACE FUNCTION {procedures}.installed() RETURNS text\n\
         LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp\n\
         RETURN (SELECT CASE WHEN l.fingerprint = {procedures}.system_fingerprint() THEN {} ELSE {} END FROM {system}.lease AS l)",
        literal(&installation(integration)),
        literal(CHANGED)
    )
}

/// What `installed` answers when views or routines of Scrim were changed by hand.
pub const CHANGED: &str = "changed by hand";

/// The statement that lets the owner role read a table. A table that is not there yet is passed over with a
/// warning: one bad registration must not hold up the others.
pub fn reads(integration: &Integration, table: &TableName) -> String {
    let (schema, owner) = (ident(&table.schema), ident(&integration.owner_role));
    let name = format!("{schema}.{}", ident(&table.table));
    let body = format!(
        "BEGIN\n  IF pg_catalog.to_regclass({text}) IS NULL THEN\n    RAISE WARNING 'there is no table %', {text};\n  ELSE\n    \
         GRANT USAGE ON SCHEMA {schema} TO {owner};\n    GRANT SELECT ON TABLE {name} TO {owner};\n  END IF;\nEND",
        text = literal(&name)
    );
    format!("DO {}", dollar(&body))
}

/// The statement that sets the password of Scrim's login, from a verifier that the server stores as it is.
pub fn set_password(integration: &Integration, verifier: &str) -> String {
    format!("ALTER ROLE {} PASSWORD {}", ident(&integration.user), literal(verifier))
}
