//! Taking away what an installation and its pushes made. What is there is asked of the catalog, and not remembered: another
//! version may have made other objects, and somebody may have put something of their own among them.
//!
//! Privileges, and what somebody owns, are told by each database of itself alone; hence the questions that are asked in
//! every database. `home` says whether it is the one of the views, in which this installation's own schemas are left out.

use scrim_catalog::documents::Integration;

use super::{filled, folded, readers as grantee};
use crate::quote::{ident, literal};

/// Views that are dropped by one statement.
const VIEWS: usize = 100;

/// Whether the administrator is a superuser: one row, 0 or 1.
pub const SUPERUSER: &str =
    "SELECT COUNT(*) FROM pg_catalog.pg_user AS u WHERE u.usename = current_user AND u.usesuper";

/// Databases that nobody can connect to, or that are the cluster's own.
pub const NOT_OURS: [&str; 4] = ["template0", "template1", "padb_harvest", "sys:internal"];

/// Which of the schemas are there: name, owner.
pub fn schemas(integration: &Integration) -> String {
    filled(include_str!("uninstall/schemas.sql"), integration)
}

/// Which of the two users are there: name, why it is not to be dropped.
pub fn users(integration: &Integration) -> String {
    filled(include_str!("uninstall/users.sql"), integration)
}

/// What can be selected from in the schemas: schema, name, kind, identity, whether it is the owner's. The last one that was
/// made is the first.
pub fn relations(integration: &Integration) -> String {
    filled(include_str!("uninstall/relations.sql"), integration)
}

/// The identities of the views that were pushed; fails where [`relations`] has no table `object_state`.
pub fn recorded(integration: &Integration) -> String {
    filled(include_str!("uninstall/recorded.sql"), integration)
}

/// Routines of others in the schemas, and views of others on what is in them: what, on what.
pub fn strangers(integration: &Integration) -> String {
    filled(STRANGERS, integration)
}

const STRANGERS: &str = include_str!("uninstall/strangers.sql");

/// What the users own in a database: user, what.
pub fn owned(integration: &Integration, home: bool) -> String {
    of_database(include_str!("uninstall/owned.sql"), integration, home)
}

/// What the users may in a database: user, privilege, kind, schema, name.
pub fn granted(integration: &Integration, home: bool) -> String {
    of_database(include_str!("uninstall/granted.sql"), integration, home)
}

/// Installations in a database: owner, schema.
pub fn installations(integration: &Integration, home: bool) -> String {
    of_database(include_str!("uninstall/installations.sql"), integration, home)
}

/// The schemas of a database that `readers` may look into, and those that the owners of `others` may: who, schema.
pub fn readers(integration: &Integration, home: bool, others: &[String]) -> String {
    let others: Vec<String> = others.iter().map(|name| literal(name)).collect();
    let others = if others.is_empty() { "''".to_owned() } else { others.join(", ") };
    let text = include_str!("uninstall/readers.sql");
    let parts: Vec<String> = text.split("{others}").map(|part| of_database(part, integration, home)).collect();
    parts.join(&others)
}

/// What is in the database of the views that Scrim did not make.
pub fn foreign(integration: &Integration) -> String {
    of_database(include_str!("uninstall/foreign.sql"), integration, true)
}

fn of_database(text: &str, integration: &Integration, home: bool) -> String {
    let ours = if home { "{system:text}, {functions:text}, {procedures:text}, {views:text}" } else { "''" };
    filled(&text.replace("{ours}", ours), integration)
}

/// The statements that drop `governed` views, the `views` and `tables` of the system, and `schemas`, in one transaction.
/// Something that others built on it makes them fail; the schemas of routines are dropped with their routines, after it was
/// made sure that there is nothing else in them.
pub fn drop_objects(
    integration: &Integration,
    governed: &[String],
    views: &[String],
    tables: &[String],
    schemas: &[String],
) -> Vec<String> {
    let integration = folded(integration);
    let system = integration.system_schema();
    let named = |schema: &str, name: &String| format!("{}.{}", ident(schema), ident(name));
    let guard = include_str!("uninstall/guard.sql").replace("{strangers}", STRANGERS.trim_end());
    let mut all: Vec<String> =
        filled(&guard, &integration).split("\n;;\n").map(|statement| statement.trim_end().to_owned()).collect();
    for views in governed.chunks(VIEWS) {
        let views: Vec<String> = views.iter().map(|view| named(&integration.views.schema, view)).collect();
        all.push(format!("DROP VIEW IF EXISTS {}", views.join(", ")));
    }
    all.extend(views.iter().map(|view| format!("DROP VIEW IF EXISTS {}", named(&system, view))));
    all.extend(tables.iter().map(|table| format!("DROP TABLE IF EXISTS {}", named(&system, table))));
    let routines = [integration.functions_schema(), integration.procedures_schema()];
    all.extend(schemas.iter().map(|schema| {
        let how = if routines.contains(schema) { " CASCADE" } else { "" };
        format!("DROP SCHEMA IF EXISTS {}{how}", ident(schema))
    }));
    all
}

/// Takes back the languages of routines.
pub fn revoke_languages(integration: &Integration) -> String {
    format!("REVOKE USAGE ON LANGUAGE plpgsql, sql FROM {}", ident(&integration.owner_role))
}

/// Takes back from the owner what it was given to read a table.
pub fn revoke_table(integration: &Integration, schema: &str, table: &str) -> String {
    format!("REVOKE SELECT ON TABLE {}.{} FROM {}", ident(schema), ident(table), ident(&integration.owner_role))
}

/// Takes back from the owner that it may look into a schema.
pub fn revoke_schema(integration: &Integration, schema: &str) -> String {
    format!("REVOKE USAGE ON SCHEMA {} FROM {}", ident(schema), ident(&integration.owner_role))
}

/// Takes back from the owner what it was promised of tables that somebody will make.
pub fn revoke_promised(integration: &Integration, schema: &str, maker: &str) -> String {
    let (maker, schema, owner) = (ident(maker), ident(schema), ident(&integration.owner_role));
    format!("ALTER DEFAULT PRIVILEGES FOR USER {maker} IN SCHEMA {schema} REVOKE SELECT ON TABLES FROM {owner}")
}

/// Takes back from the readers that they may look into a schema.
pub fn revoke_readers(integration: &Integration, schema: &str) -> String {
    format!("REVOKE USAGE ON SCHEMA {} FROM {}", ident(schema), grantee(integration))
}

/// Takes back a database that another cluster shares: from the owner, and from the readers.
pub fn revoke_database(integration: &Integration, database: &str) -> [String; 2] {
    let database = ident(database);
    [ident(&integration.owner_role), grantee(integration)]
        .map(|who| format!("REVOKE USAGE ON DATABASE {database} FROM {who}"))
}

/// Drops the database of the views, from another one; no transaction takes it.
pub fn drop_database(integration: &Integration) -> String {
    format!("DROP DATABASE {}", ident(&integration.home().to_ascii_lowercase()))
}

/// Drops a user.
pub fn drop_user(name: &str) -> String {
    format!("DROP USER IF EXISTS {}", ident(name))
}
