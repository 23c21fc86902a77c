//! What is asked of Amazon Redshift. Each statement reads views of the catalog alone, and none joins two of the `svv_` ones:
//! what belongs together is put together by who asks. Privileges are told of the database of the connection only.

use std::fmt::Write as _;

use scrim_catalog::documents::Integration;

use crate::quote::literal;

/// Users: name, whether it is a superuser (1 or 0), settings of their sessions.
pub const USERS: &str = "SELECT u.usename, CASE WHEN u.usesuper THEN 1 ELSE 0 END, ARRAY_TO_STRING(u.useconfig, ',') \
     FROM pg_catalog.pg_user AS u ORDER BY u.usename";

/// Who asks: name, whether it is a superuser (1 or 0).
pub const ASKER: &str = "SELECT u.usename, CASE WHEN u.usesuper THEN 1 ELSE 0 END FROM pg_catalog.pg_user AS u \
     WHERE u.usename = current_user";

/// Roles of users: user, role.
pub const USER_ROLES: &str = "SELECT g.user_name, g.role_name FROM svv_user_grants AS g ORDER BY 1, 2";

/// Roles of roles: role, the role that it has.
pub const ROLE_ROLES: &str = "SELECT g.role_name, g.granted_role_name FROM svv_role_grants AS g ORDER BY 1, 2";

/// What may be made in schemas, or read by a right on all that a schema holds: schema, privilege, grantee, what that is.
pub const SCHEMAS: &str = "SELECT p.namespace_name, p.privilege_type, p.identity_name, p.identity_type \
     FROM svv_schema_privileges AS p WHERE p.privilege_type IN ('CREATE', 'SELECT') ORDER BY 1, 2, 4, 3";

/// What may be read by a right on all that a database holds: database, grantee, what that is.
pub const DATABASES: &str = "SELECT p.database_name, p.identity_name, p.identity_type \
     FROM svv_database_privileges AS p WHERE p.privilege_type = 'SELECT' ORDER BY 1, 3, 2";

/// Privileges that new tables come with: whose tables, in which schema (none for any), grantee, what that is.
pub const DEFAULTS: &str = "SELECT p.owner_name, p.schema_name, p.grantee_name, p.grantee_type \
     FROM svv_default_privileges AS p WHERE p.privilege_type = 'SELECT' ORDER BY 1, 2, 4, 3";

/// Lets a session have the setting that it would have had by itself.
pub const RESET_CASE: &str = "RESET enable_case_sensitive_identifier";

/// Whether names keep their capitals: one row, one text.
pub const CASE: &str = "SHOW enable_case_sensitive_identifier";

/// Privileges on Scrim's own objects that are not as intended: grantee, privilege, object.
pub fn unintended(integration: &Integration) -> String {
    crate::system::redshift::unintended(integration)
}

/// A name as Redshift keeps it: capitals of ASCII in lower case, and no others.
fn folded(name: &str) -> String {
    format!("TRANSLATE({name}::VARCHAR(128), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')")
}

fn among(name: &str, schemas: &[String]) -> String {
    let mut list = String::new();
    for schema in schemas {
        let _ = write!(list, "{}{}", if list.is_empty() { "" } else { ", " }, literal(schema));
    }
    format!("{} IN ({list})", folded(name))
}

/// The relations of some schemas, those with capitals included: schema, name, owner.
pub fn relations(schemas: &[String]) -> String {
    format!(
        "SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c \
         INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
         WHERE c.relkind IN ('r', 'v', 'm') AND {} ORDER BY 1, 2",
        among("n.nspname", schemas)
    )
}

/// The columns of some schemas whose names have capitals: schema, table, column.
pub fn capitals(schemas: &[String]) -> String {
    format!(
        "SELECT n.nspname, c.relname, a.attname FROM pg_catalog.pg_class AS c \
         INNER JOIN pg_catalog.pg_namespace AS n ON n.\"oid\" = c.relnamespace \
         INNER JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.\"oid\" AND a.attnum > 0 AND NOT a.attisdropped \
         WHERE c.relkind IN ('r', 'v', 'm') AND {} AND a.attname::VARCHAR(128) <> {} ORDER BY 1, 2, 3",
        among("n.nspname", schemas),
        folded("a.attname")
    )
}

/// Who may read relations of some schemas: schema, relation, column (none for all), grantee, what that is.
pub fn grants(schemas: &[String]) -> String {
    let among = among("p.namespace_name", schemas);
    format!(
        "SELECT p.namespace_name::VARCHAR(128), p.relation_name::VARCHAR(128), CAST(NULL AS VARCHAR(128)), \
         p.identity_name::VARCHAR(128), p.identity_type::VARCHAR(32) FROM svv_relation_privileges AS p \
         WHERE p.privilege_type = 'SELECT' AND {among} UNION ALL \
         SELECT p.namespace_name::VARCHAR(128), p.relation_name::VARCHAR(128), p.column_name::VARCHAR(128), \
         p.identity_name::VARCHAR(128), p.identity_type::VARCHAR(32) FROM svv_column_privileges AS p \
         WHERE p.privilege_type = 'SELECT' AND {among} ORDER BY 1, 2, 5, 4, 3"
    )
}
