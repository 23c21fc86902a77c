//! What `scrim integration check` asks a warehouse, as its administrator, and the statements that mend what it finds.
//! Sets are asked for, a statement or few for a database, and nothing is changed.

pub mod postgresql;
pub mod redshift;

use std::fmt;

use scrim_catalog::documents::Engine;

use crate::quote::ident;

/// Who has a privilege.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    /// Everybody.
    Public,
    /// A user; in PostgreSQL any role.
    User(String),
    /// A role of Redshift.
    Role(String),
    /// A group of Redshift.
    Group(String),
}

impl Grantee {
    /// As Redshift's views tell it: a name and what it is the name of.
    pub fn told(name: &str, identity: &str) -> Self {
        match identity {
            "public" => Self::Public,
            "role" => Self::Role(name.to_owned()),
            "group" => Self::Group(name.to_owned()),
            _ => Self::User(name.to_owned()),
        }
    }

    /// As a statement names it.
    fn sql(&self) -> String {
        match self {
            Self::Public => "PUBLIC".to_owned(),
            Self::User(name) => ident(name),
            Self::Role(name) => format!("ROLE {}", role(name)),
            Self::Group(name) => format!("GROUP {}", ident(name)),
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("everybody (PUBLIC)"),
            Self::User(name) => write!(f, "`{name}`"),
            Self::Role(name) => write!(f, "the role `{name}`"),
            Self::Group(name) => write!(f, "the group `{name}`"),
        }
    }
}

/// Roles of the system are written as they are: `sys:dba`.
fn role(name: &str) -> String {
    let system = name.strip_prefix("sys:").filter(|rest| rest.bytes().all(|byte| byte.is_ascii_lowercase()));
    system.map_or_else(|| ident(name), |rest| format!("sys:{rest}"))
}

/// Takes a privilege on a table back, or on some of its columns.
pub fn revoke(privilege: &'static str, schema: &str, table: &str, columns: &[String], grantee: &Grantee) -> String {
    let columns: Vec<String> = columns.iter().map(|column| ident(column)).collect();
    let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
    format!("REVOKE {privilege}{columns} ON TABLE {}.{} FROM {}", ident(schema), ident(table), grantee.sql())
}

/// Takes the right to make objects in a schema back.
pub fn revoke_create(schema: &str, grantee: &Grantee) -> String {
    format!("REVOKE CREATE ON SCHEMA {} FROM {}", ident(schema), grantee.sql())
}

/// Takes back what somebody's new tables are opened by.
pub fn revoke_default(engine: Engine, maker: &str, schema: Option<&str>, grantee: &Grantee) -> String {
    let who = if engine == Engine::Postgresql { "ROLE" } else { "USER" };
    let schema = schema.map_or_else(String::new, |schema| format!(" IN SCHEMA {}", ident(schema)));
    format!(
        "ALTER DEFAULT PRIVILEGES FOR {who} {}{schema} REVOKE SELECT ON TABLES FROM {}",
        ident(maker),
        grantee.sql()
    )
}

/// Takes back the right to read all that a schema, or a database, of Redshift holds or will hold.
pub fn revoke_scoped(database: &str, schema: Option<&str>, grantee: &Grantee) -> String {
    let place =
        schema.map_or_else(|| format!("DATABASE {}", ident(database)), |name| format!("SCHEMA {}", ident(name)));
    format!("REVOKE SELECT FOR TABLES IN {place} FROM {}", grantee.sql())
}
