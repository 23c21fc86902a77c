//! `kind: user`, `kind: group`, `kind: attribute`.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::External;
use crate::text_or::TextOr;
use crate::{At, Name, is_default};

/// One value or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values(pub Vec<At<Name>>);

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOr::<Vec<At<Name>>>::deserialize(deserializer)? {
            TextOr::Text(text) => Ok(Self(vec![At::nowhere(Name::new(text).map_err(D::Error::custom)?)])),
            TextOr::Null => Err(D::Error::custom("expected a value or a list of values")),
            TextOr::Other(values) => Ok(Self(values)),
        }
    }
}

impl JsonSchema for Values {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Values".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (one, many) = (generator.subschema_for::<Name>(), generator.subschema_for::<Vec<Name>>());
        schemars::json_schema!({ "anyOf": [one, many, { "type": ["number", "boolean"] }] })
    }
}

/// What a user may do in Scrim itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    /// Configures integrations.
    ApplicationAdmin,
    /// Manages users and groups.
    UserAdmin,
    /// Writes global policies.
    Governance,
    /// Reads the audit trail.
    Audit,
    /// Registers data sources.
    CreateDataSource,
    /// Makes projects.
    CreateProject,
    /// Manages every project.
    ProjectManagement,
    /// Sees as somebody else.
    ImpersonateUser,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 8] = [
        Self::ApplicationAdmin,
        Self::UserAdmin,
        Self::Governance,
        Self::Audit,
        Self::CreateDataSource,
        Self::CreateProject,
        Self::ProjectManagement,
        Self::ImpersonateUser,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationAdmin => "APPLICATION_ADMIN",
            Self::UserAdmin => "USER_ADMIN",
            Self::Governance => "GOVERNANCE",
            Self::Audit => "AUDIT",
            Self::CreateDataSource => "CREATE_DATA_SOURCE",
            Self::CreateProject => "CREATE_PROJECT",
            Self::ProjectManagement => "PROJECT_MANAGEMENT",
            Self::ImpersonateUser => "IMPERSONATE_USER",
        }
    }

    /// The permissions as they are written.
    pub const NAMES: [&'static str; 8] = [
        "APPLICATION_ADMIN",
        "USER_ADMIN",
        "GOVERNANCE",
        "AUDIT",
        "CREATE_DATA_SOURCE",
        "CREATE_PROJECT",
        "PROJECT_MANAGEMENT",
        "IMPERSONATE_USER",
    ];
}

/// The exact `current_user` of a person: everywhere the same, or by integration (`none`: no login there).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarehouseUser {
    /// The same login in every integration.
    Everywhere(At<Name>),
    /// A login by integration; without an entry, the user's own name.
    By(BTreeMap<At<Name>, At<Name>>),
}

impl Serialize for WarehouseUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everywhere(login) => login.serialize(serializer),
            Self::By(logins) => logins.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for WarehouseUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOr::deserialize(deserializer)? {
            TextOr::Text(text) => Ok(Self::Everywhere(At::nowhere(Name::new(text).map_err(D::Error::custom)?))),
            TextOr::Null => Err(D::Error::custom("expected a warehouse user; write `none` for no login")),
            TextOr::Other(map) => Ok(Self::By(map)),
        }
    }
}

impl JsonSchema for WarehouseUser {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "WarehouseUser".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (name, by) = (generator.subschema_for::<Name>(), generator.subschema_for::<BTreeMap<Name, Name>>());
        schemars::json_schema!({ "anyOf": [name, { "type": ["number", "boolean"] }, by] })
    }
}

/// A person.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// `user`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// The exact `current_user` in the warehouses; the name by default.
    pub warehouse_user: Option<WarehouseUser>,
    /// The groups the user is in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: Vec<At<Name>>,
    /// The user's own attributes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: BTreeMap<At<Name>, Values>,
    /// What the user may do in Scrim.
    #[serde(default, skip_serializing_if = "is_default")]
    pub permissions: Vec<Permission>,
    /// The project under which the user acts.
    pub current_project: Option<At<Name>>,
    /// A disabled user sees nothing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub disabled: bool,
    /// Who the user is elsewhere. Kept by provisioning and sign-in; a document that leaves it out leaves it as it is.
    pub external: Option<External>,
    /// The warehouse's own ids of logins that were made anew and are the user's all the same, by integration.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirmed: BTreeMap<Name, String>,
}

impl User {
    /// The user's login in a warehouse; none where the document says so.
    pub fn login(&self, integration: &Name) -> Option<Name> {
        match &self.warehouse_user {
            Some(WarehouseUser::Everywhere(login)) => Some(login.value().clone()),
            Some(WarehouseUser::By(logins)) => match logins.get(integration) {
                Some(login) if login.as_str() == "none" => None,
                Some(login) => Some(login.value().clone()),
                None => Some(self.name.value().clone()),
            },
            None => Some(self.name.value().clone()),
        }
    }
}

/// A group.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// `group`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Attributes that every member has.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: BTreeMap<At<Name>, Values>,
    /// What the group is elsewhere. Kept by provisioning; a document that leaves it out leaves it as it is.
    pub external: Option<External>,
}

/// Declares an attribute key, so that policies may name it before anybody has it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// `attribute`.
    pub kind: String,
    /// The key.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// The only values allowed.
    pub values: Option<Vec<At<Name>>>,
}

impl Attribute {
    /// A key of which nothing more is said.
    pub(crate) fn named(key: Name) -> Self {
        Self { kind: "attribute".to_owned(), name: At::nowhere(key), description: None, values: None }
    }
}
