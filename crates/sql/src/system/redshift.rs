//! The system objects in Amazon Redshift: the same as in PostgreSQL, as far as Redshift has the means.
//!
//! What is otherwise, and why:
//!
//! - The owner is a user and no role: only users own schemas.
//! - The script runs as a superuser, in the database of the views, who acts as the owner for a while.
//! - Late-binding views have no tracked dependencies and are read by the names in them: there is no identity of the
//!   table below to check, and readers need USAGE of the schemas that a view names.
//! - Keys are not enforced, rows are not locked, the catalog cannot be joined with tables, and nothing is returned by
//!   an UPDATE: the procedures lock the lease, delete before they insert, and ask one thing after the other.
//! - There is no security barrier and no source of secret random numbers: salts come from whoever pushes.
//!
//! Redshift writes names in lower case, also quoted ones, but for those of users ("Names and identifiers",
//! "CREATE USER" in the Database Developer Guide); so does this module, for the catalog is asked for them.
//!
//! Texts passed to the procedures are parameters of the call, or literals in which `CHR(92)` stands for a backslash.

mod format;
pub mod probes;
pub mod uninstall;

use scrim_catalog::documents::Integration;
use scrim_catalog::{At, Name, TableName};
use sha2::{Digest, Sha256};

use super::{fill, monitored};
use crate::quote::{ident, literal};

const FILES: [&str; 9] = [
    include_str!("redshift/10_guard.sql"),
    include_str!("redshift/20_users.sql"),
    include_str!("redshift/30_schemas.sql"),
    include_str!("redshift/40_tables.sql"),
    include_str!("redshift/50_functions.sql"),
    include_str!("redshift/60_views.sql"),
    include_str!("redshift/70_procedures.sql"),
    include_str!("redshift/75_sample.sql"),
    include_str!("redshift/80_grants.sql"),
];

/// Grants that are not intended: read back by the installation, and asked for by drift.
const UNINTENDED: &str = include_str!("redshift/unintended.sql");

/// The files, with what is too long to be written by hand, or stands in two of them.
fn files() -> [String; 9] {
    let unintended = UNINTENDED.trim_end();
    FILES.map(|text| text.replace("{long functions}", &format::functions()).replace("{unintended}", unintended))
}

/// The most bytes of a VARCHAR, and so of an argument.
const MOST_TEXT: usize = 65_535;

/// The statements of an installation in Redshift, for a superuser to run in order, in one transaction, connected to
/// the database of the views. `tables` are recorded as those that may be sampled.
pub fn install(integration: &Integration, tables: &[TableName]) -> Vec<String> {
    let mut all = Vec::new();
    for (file, text) in files().iter().enumerate() {
        if file + 1 == FILES.len() {
            all.extend(installed(integration));
            all.extend(monitored::record(integration, &folded(integration).system_schema(), tables));
        }
        all.extend(filled(text, integration).split("\n;;\n").map(|statement| statement.trim_end().to_owned()));
    }
    all
}

/// What [`install`] makes, in one hash: another version of Scrim, or other settings, are another installation.
pub fn installation(integration: &Integration) -> String {
    let mut hash = Sha256::new();
    for text in files() {
        hash.update(filled(&text, integration));
    }
    for pattern in monitored::schemas(integration) {
        hash.update(literal(&pattern));
    }
    hex::encode(hash.finalize())
}

/// Privileges on Scrim's objects that are not as intended, as far as the one who asks is told.
pub(crate) fn unintended(integration: &Integration) -> String {
    filled(UNINTENDED.trim(), integration)
}

/// The external schemas (Redshift Spectrum) of a database, by name.
pub const EXTERNAL_SCHEMAS: &str = "SELECT s.schemaname FROM svv_external_schemas AS s";

/// Where a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// In the cluster.
    Local,
    /// In an external schema: privileges are those of the schema, and there are none on its tables.
    External,
    /// In a database that another cluster shares.
    Shared,
}

impl Home {
    /// How readers of a view get around it; what whoever registers such a table must know.
    pub fn bypass(self, table: &TableName) -> Option<String> {
        let way = match self {
            Self::Local => return None,
            Self::External => {
                "is in an external schema (Spectrum): readers of a late-binding view must be allowed to use the schema, and whoever \
                 may use it may read all of its tables"
            }
            Self::Shared => {
                "is shared by another cluster: readers of a late-binding view must be allowed to use the shared database, and \
                 whoever may use it may read all that is shared"
            }
        };
        Some(format!(
            "`{table}` {way}. The view masks and filters, but protects nothing, unless AWS Lake Formation or the producer does"
        ))
    }
}

/// Makes the database of the views; no transaction takes it.
pub fn create_database(integration: &Integration) -> String {
    format!("CREATE DATABASE {}", ident(&integration.home().to_ascii_lowercase()))
}

/// Sets the password of Scrim's login from its MD5 hash, which Redshift takes in the place of a password ("CREATE USER").
pub fn set_password(integration: &Integration, hash: &str) -> String {
    format!("ALTER USER {} PASSWORD {}", ident(&integration.user), literal(hash))
}

/// The statements that let the views read a table, for an administrator connected to the table's database, or, of a
/// shared database, to the one of the views. A grant on a table that is not there fails, and the others are to be run all
/// the same.
pub fn reads(integration: &Integration, table: &TableName, home: Home) -> Vec<String> {
    let schema = ident(&table.schema.to_ascii_lowercase());
    let (name, owner) = (ident(&table.table.to_ascii_lowercase()), ident(&integration.owner_role));
    let database = table.database.as_ref().map(|name| ident(&name.to_ascii_lowercase()));
    let readers = readers(integration);
    match (home, database) {
        (Home::Shared, Some(database)) => vec![
            format!("GRANT USAGE ON DATABASE {database} TO {owner}"),
            format!("GRANT USAGE ON DATABASE {database} TO {readers}"),
        ],
        (Home::External, _) => vec![
            format!("GRANT USAGE ON SCHEMA {schema} TO {owner}"),
            format!("GRANT USAGE ON SCHEMA {schema} TO {readers}"),
        ],
        _ => vec![
            format!("GRANT USAGE ON SCHEMA {schema} TO {owner}"),
            format!("GRANT SELECT ON TABLE {schema}.{name} TO {owner}"),
            // Late-binding views look up their names as the reader, who gets no right on the table by this.
            format!("GRANT USAGE ON SCHEMA {schema} TO {readers}"),
        ],
    }
}

/// Schemas of the database of the connection that are watched: name, owner of the schema or of a relation in it, who may so be
/// taken for somebody who makes tables there.
pub fn watched(integration: &Integration) -> Option<String> {
    let like = |pattern: &String| format!("n.nspname LIKE {} ESCAPE '@'", literal(pattern));
    let patterns: Vec<String> = monitored::schemas(integration).iter().map(like).collect();
    let text = include_str!("redshift/watched.sql");
    (!patterns.is_empty()).then(|| {
        let parts: Vec<String> = text.trim_end().split("{patterns}").map(|part| filled(part, integration)).collect();
        parts.join(&patterns.join(" OR "))
    })
}

/// The statements that let the owner read what is in a schema, and what these users will make there.
pub fn watch<'a>(integration: &Integration, schema: &str, makers: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let (schema, owner) = (ident(schema), ident(&integration.owner_role));
    let mut all = vec![
        format!("GRANT USAGE ON SCHEMA {schema} TO {owner}"),
        format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {owner}"),
    ];
    all.extend(makers.into_iter().map(|maker| {
        let maker = ident(maker);
        format!("ALTER DEFAULT PRIVILEGES FOR USER {maker} IN SCHEMA {schema} GRANT SELECT ON TABLES TO {owner}")
    }));
    all
}

/// The watched schemas that are named without a `*` or `?`: those that can be told without the warehouse.
pub(super) fn watched_by_name(integration: &Integration) -> Vec<String> {
    let named = integration.monitored.iter().map(|monitored| monitored.schema.as_str().to_ascii_lowercase());
    named.filter(|schema| !schema.contains(['*', '?'])).collect()
}

/// The eight parts in which the procedure `apply_view` takes a query; none when it is too long for them.
pub fn parts(query: &str) -> Option<[&str; 8]> {
    let mut rest = query;
    let parts = [(); 8].map(|()| {
        let (part, after) = rest.split_at(rest.floor_char_boundary(MOST_TEXT));
        rest = after;
        part
    });
    rest.is_empty().then_some(parts)
}

/// What `installed` answers when views or routines of Scrim were changed by hand.
pub const CHANGED: &str = "changed by hand";

/// Which installation this is, unless somebody changed it by hand: then it is none. And what records how it is now.
fn installed(integration: &Integration) -> [String; 2] {
    let integration = folded(integration);
    let (system, procedures) = (ident(&integration.system_schema()), ident(&integration.procedures_schema()));
    let tail = "$scrim$ LANGUAGE plpgsql\nSECURITY DEFINER\nSET search_path = pg_catalog, pg_temp";
    let ask = format!(
        "DECLARE\n  v_now VARCHAR(64);\n  v_then VARCHAR(64);\nBEGIN\n  CALL {procedures}.system_fingerprint(v_now);\n  \
         SELECT MAX(i.fingerprint) INTO v_then FROM {system}.installation AS i;"
    );
    [
        format!(
            "-- Which installation this is, unless somebody changed it by hand.\n\
             CREATE OR REPLACE PROCEDURE {procedures}.installed(p_installed INOUT VARCHAR(64))\nAS $scrim$\n{ask}\n  \
             p_installed := CASE WHEN v_now = v_then THEN {} ELSE {} END;\nEND;\n{tail}",
            literal(&self::installation(&integration)),
            literal(CHANGED)
        ),
        format!(
            "-- Records how everything is, at the end of the installation.\n\
             CREATE OR REPLACE PROCEDURE {procedures}.record()\nAS $scrim$\nDECLARE\n  v_now VARCHAR(64);\nBEGIN\n  \
             CALL {procedures}.system_fingerprint(v_now);\n  DELETE FROM {system}.installation;\n  INSERT INTO {system}.installation (fingerprint) VALUES (v_now);\nEND;\n{tail}"
        ),
    ]
}

/// The readers as a grantee: everybody, or one role.
fn readers(integration: &Integration) -> String {
    if public(integration) { "PUBLIC".to_owned() } else { format!("ROLE {}", ident(&integration.readers)) }
}

fn public(integration: &Integration) -> bool {
    integration.readers.eq_ignore_ascii_case("public")
}

/// Fills a text; what Redshift writes before a role, and calls a grantee in its views, goes in first, while the text
/// is still all our own.
fn filled(text: &str, integration: &Integration) -> String {
    let (role, identity) = if public(integration) { ("", "'public'") } else { ("ROLE ", "'role'") };
    let text = text.replace("{role}", role).replace("{identity_type}", identity);
    fill(&text, &folded(integration))
}

/// The integration with the names of schemas as Redshift keeps them: ASCII letters in lower case.
pub(crate) fn folded(integration: &Integration) -> Integration {
    let lower = |name: &At<Name>| Name::new(name.to_ascii_lowercase()).map_or_else(|_| name.clone(), At::nowhere);
    let mut folded = integration.clone();
    folded.system_prefix = lower(&integration.system_prefix);
    folded.views.schema = lower(&integration.views.schema);
    folded
}
