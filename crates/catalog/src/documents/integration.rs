//! `kind: integration`: one configured warehouse.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Iam, NewColumns, Owner};
use crate::text_or::TextOr;
use crate::{At, Glob, Name, is_default};

/// Which warehouse speaks there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Amazon Redshift.
    Redshift,
    /// PostgreSQL 15 or later.
    Postgresql,
}

/// Where the views live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// In the database of the tables.
    PerDatabase,
    /// In a database of their own, reading the others by three-part names.
    Central,
}

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// Never encrypted.
    Disable,
    /// Encrypted when the server can; its certificate is not checked.
    Prefer,
    /// Always encrypted; the certificate is not checked.
    Require,
    /// Always encrypted, by a certificate from a known authority.
    VerifyCa,
    /// Always encrypted, by a certificate from a known authority for this host.
    VerifyFull,
}

/// Where a secret is found. Never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Secret {
    /// In an environment variable.
    Env(String),
    /// In a file; a newline at its end is not part of it.
    File(String),
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Form {
            Env(String),
            File(String),
        }
        match TextOr::deserialize(deserializer)? {
            TextOr::Other(Form::Env(name)) => Ok(Self::Env(name)),
            TextOr::Other(Form::File(path)) => Ok(Self::File(path)),
            // What was written is not repeated: it may be the secret.
            TextOr::Text(_) | TextOr::Null => Err(serde::de::Error::custom(
                "a password is never written in a file: name where it is found, `{ env: VARIABLE }` or `{ file: path }`",
            )),
        }
    }
}

/// Impersonation: a permitted user sees the warehouse as somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Impersonation {
    /// Whether it is possible at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub enabled: bool,
}

/// Where a data source's view is put unless the data source says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewPlacement {
    /// The schema of all views.
    #[serde(default = "governed")]
    pub schema: At<Name>,
    /// The view's name, from `{table}`, `{schema}` and `{database}`.
    #[serde(default = "table")]
    pub name: At<Name>,
}

impl Default for ViewPlacement {
    fn default() -> Self {
        Self { schema: governed(), name: table() }
    }
}

#[expect(clippy::expect_used, reason = "constant names that the tests of this module read")]
fn name(text: &str) -> At<Name> {
    At::nowhere(Name::new(text).expect("a constant name is valid"))
}
fn governed() -> At<Name> {
    name("governed")
}
fn table() -> At<Name> {
    name("{table}")
}
fn immuta() -> At<Name> {
    name("immuta")
}
fn public() -> At<Name> {
    name("PUBLIC")
}
fn scrim_system() -> At<Name> {
    name("scrim_system")
}
fn scrim_owner() -> At<Name> {
    name("scrim_owner")
}

/// What becomes of sensitive data that is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Discover {
    /// Tags are proposed to the owners.
    #[default]
    Propose,
    /// Tags that are sure enough are set, the others proposed.
    Apply,
    /// Nobody looks for any.
    Off,
}

/// Schemas whose tables are looked at as they come and go.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Monitored {
    /// Schemas of such a name, in every database of the integration: `*` any characters, `?` one.
    #[serde(deserialize_with = "plain_glob")]
    pub schema: At<Glob>,
    /// Who owns data sources that are registered from there.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Vec<Owner>,
    /// What becomes of columns that come later.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_columns: NewColumns,
}

/// A glob that the warehouse understands as well, as a pattern of `LIKE` in the text of a script.
fn plain_glob<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<At<Glob>, D::Error> {
    let glob = At::<Glob>::deserialize(deserializer)?;
    match glob.as_str().chars().find(|c| matches!(c, '[' | ']' | '{' | '}' | '$') || c.is_control()) {
        None => Ok(glob),
        Some(c) => Err(serde::de::Error::custom(format!(
            "`{}` cannot stand in the name of a monitored schema; `*` stands for any characters, `?` for one",
            c.escape_debug()
        ))),
    }
}

/// One configured warehouse.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// `integration`.
    pub kind: String,
    /// Its name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Which warehouse speaks there.
    pub engine: Engine,
    /// Host name, address, or path of a directory of sockets; nothing else, as a URL.
    #[serde(default = "localhost")]
    pub host: String,
    /// Port; the engine's own by default (5432, 5439).
    pub port: Option<u16>,
    /// The database to connect to.
    pub database: At<Name>,
    /// The databases whose tables may be governed; the one above by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub databases: Vec<At<Name>>,
    /// The service's login, made by the install when missing.
    #[serde(default = "scrim_system")]
    pub user: At<Name>,
    /// Where the login's password is found.
    pub password: Option<Secret>,
    /// Instead of a password, on Redshift: temporary credentials of AWS IAM.
    pub iam: Option<At<Iam>>,
    /// How the connection is protected: the engine's default is `verify-full` on Redshift, `prefer` on PostgreSQL.
    pub tls: Option<Tls>,
    /// Where the views live: the engine's default is `central` on Redshift, `per-database` on PostgreSQL.
    pub layout: Option<Layout>,
    /// With `layout: central`, the database of the views.
    #[serde(default = "immuta")]
    pub system_database: At<Name>,
    /// Prefix of the system schemas.
    #[serde(default = "immuta")]
    pub system_prefix: At<Name>,
    /// Who is granted SELECT on the views: `PUBLIC` or one role.
    #[serde(default = "public")]
    pub readers: At<Name>,
    /// The role that owns everything Scrim makes; it cannot log in.
    #[serde(default = "scrim_owner")]
    pub owner_role: At<Name>,
    /// Impersonation.
    #[serde(default, skip_serializing_if = "is_default")]
    pub impersonation: Impersonation,
    /// Where views are put.
    #[serde(default, skip_serializing_if = "is_default")]
    pub views: ViewPlacement,
    /// Schemas whose tables are looked at as they come and go; Scrim's owner role may read all that is in them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub monitored: Vec<Monitored>,
    /// What becomes of sensitive data that is found in tables as they are registered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discover: Discover,
}

fn localhost() -> String {
    "127.0.0.1".to_owned()
}

impl Integration {
    /// The role that reads tables of data for what is counted, sampled and looked for in them (PostgreSQL).
    pub fn scanner_role(&self) -> String {
        format!("{}_scan", self.owner_role)
    }

    /// The port, the engine's own unless one is written.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.engine {
            Engine::Redshift => 5439,
            Engine::Postgresql => 5432,
        })
    }
    /// The layout, the engine's default unless one is written.
    pub fn layout(&self) -> Layout {
        self.layout.unwrap_or(match self.engine {
            Engine::Redshift => Layout::Central,
            Engine::Postgresql => Layout::PerDatabase,
        })
    }
    /// How the connection is protected, the engine's default unless it is written. Redshift asks for passwords in ways that a
    /// listener on the line can use, and its certificates are from public authorities.
    pub fn tls(&self) -> Tls {
        self.tls.unwrap_or(match self.engine {
            Engine::Redshift => Tls::VerifyFull,
            Engine::Postgresql => Tls::Prefer,
        })
    }
    /// The database in which the views and Scrim's own objects are.
    pub fn home(&self) -> &Name {
        match self.layout() {
            Layout::Central => self.system_database.value(),
            Layout::PerDatabase => self.database.value(),
        }
    }
    /// The schema of the tables, secure views and state.
    pub fn system_schema(&self) -> String {
        format!("{}_system", self.system_prefix)
    }
    /// The schema of the mask functions.
    pub fn functions_schema(&self) -> String {
        format!("{}_functions", self.system_prefix)
    }
    /// The schema of the stored procedures.
    pub fn procedures_schema(&self) -> String {
        format!("{}_procedures", self.system_prefix)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn constant_names_are_valid() {
        let read: super::Integration =
            serde_saphyr::from_str("{kind: integration, name: w, engine: redshift, database: d}").unwrap();
        assert_eq!(read.views, super::ViewPlacement::default());
        assert_eq!(read.system_schema(), "immuta_system");
        assert_eq!((read.readers.as_str(), read.owner_role.as_str()), ("PUBLIC", "scrim_owner"));
        assert_eq!((read.port(), read.layout()), (5439, super::Layout::Central));
    }
}
