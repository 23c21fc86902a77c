//! What is asked of PostgreSQL.

/// The tables that are not there, of parallel arrays of schemas and names: their places in these, from 1.
pub const MISSING: &str = include_str!("postgresql/missing.sql");

/// Who but owners, superusers and the owner of the views (the third parameter) may read the tables, or what holds the
/// same rows: schema, table, grantee (NULL for everybody), privilege, columns, whether anybody who has it may use the
/// schema.
pub const GRANTS: &str = include_str!("postgresql/grants.sql");

/// Views of others over the tables (schemas, names, the owner of the views): the view, its owner, the table.
pub const VIEWS: &str = include_str!("postgresql/views.sql");

/// Who gets around everything (schemas, names, the logins of people): what it is by, who, and what more is to be said.
pub const PEOPLE: &str = include_str!("postgresql/people.sql");

/// Schemas on people's path where readers (a role, or `PUBLIC`) may make objects: schema, role (NULL for everybody).
pub const PATH: &str = include_str!("postgresql/path.sql");

/// Default privileges that open new tables beside the governed ones (schemas, the owner of the views): whose tables, in
/// which schema (NULL for any), to whom (NULL for everybody).
pub const DEFAULTS: &str = include_str!("postgresql/defaults.sql");

/// Which of these logins there are: name, whether it is a superuser, whether it can log in.
pub const LOGINS: &str = "SELECT r.rolname::text, r.rolsuper, r.rolcanlogin FROM pg_catalog.pg_roles AS r \
     WHERE r.rolname = ANY ($1::text[]::name[])";
