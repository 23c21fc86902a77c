//! Taking away what an installation and its pushes made. What is there is asked of the catalog, and not remembered: another
//! version may have made other objects, and somebody may have put something of their own among them.
//!
//! All of it is one transaction, nothing is dropped with CASCADE, and all rows are text.

use scrim_catalog::documents::Integration;

use super::fill;
use crate::quote::ident;

/// Whether the administrator is a superuser: one row, `t` or `f`.
pub const SUPERUSER: &str = "SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user";

/// Gives way soon: readers queue behind whoever waits for one of them.
pub const HURRY: &str = "SET LOCAL lock_timeout = '2s'";

/// Ends being the owner.
pub const BE_ONESELF: &str = "RESET ROLE";

/// Which of the schemas are there: name, owner.
pub fn schemas(integration: &Integration) -> String {
    fill(include_str!("uninstall/schemas.sql"), integration)
}

/// Which of the two roles are there: name, why it is not to be dropped.
pub fn roles(integration: &Integration) -> String {
    fill(include_str!("uninstall/roles.sql"), integration)
}

/// Lets an administrator who is no superuser be the owner while this runs; it ends with the role, or with the transaction.
pub fn join(integration: &Integration) -> String {
    format!("GRANT {} TO CURRENT_USER", ident(&integration.owner_role))
}

/// The opposite of [`join`], for a role that stays.
pub fn leave(integration: &Integration) -> String {
    format!("REVOKE {} FROM CURRENT_USER", ident(&integration.owner_role))
}

/// Is the owner from here on.
pub fn be_owner(integration: &Integration) -> String {
    format!("SET LOCAL ROLE {}", ident(&integration.owner_role))
}

/// What stands in the schemas: schema, kind, name as SQL has it, identity, whether it is the owner's.
pub fn contents(integration: &Integration) -> String {
    fill(include_str!("uninstall/contents.sql"), integration)
}

/// What others built on it: what, on what.
pub fn dependents(integration: &Integration) -> String {
    fill(include_str!("uninstall/dependents.sql"), integration)
}

/// The identities of the views that were pushed; fails where [`contents`] has no table `object_state`.
pub fn recorded(integration: &Integration) -> String {
    fill(include_str!("uninstall/recorded.sql"), integration)
}

/// What the owner may read of the data: kind, privilege, object as SQL has it, who granted it.
pub fn held(integration: &Integration) -> String {
    fill(HELD, integration)
}

/// Takes that back.
pub fn revoke(integration: &Integration) -> String {
    fill(&include_str!("uninstall/revoke.sql").replace("{held}", HELD.trim_end()), integration)
}

const HELD: &str = include_str!("uninstall/held.sql");

/// What keeps the roles from being dropped: role, what it owns or may. `before` anything is dropped or revoked, what will
/// be is left out.
pub fn bars(integration: &Integration, before: bool) -> String {
    fill(&include_str!("uninstall/bars.sql").replace("{before}", if before { "true" } else { "false" }), integration)
}

/// Drops views, routines and tables, by their names as the server writes them, and schemas, so that nothing is dropped
/// before what is made of it. Something that others built on it makes it fail.
pub fn drop_objects(views: &[String], routines: &[String], tables: &[String], schemas: &[String]) -> Vec<String> {
    let schemas: Vec<String> = schemas.iter().map(|name| ident(name)).collect();
    [("VIEW", views), ("ROUTINE", routines), ("TABLE", tables), ("SCHEMA", schemas.as_slice())]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(kind, names)| format!("DROP {kind} {}", names.join(", ")))
        .collect()
}

/// Drops a role.
pub fn drop_role(name: &str) -> String {
    format!("DROP ROLE {}", ident(name))
}
