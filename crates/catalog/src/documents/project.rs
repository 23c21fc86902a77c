//! `kind: purpose`, `kind: project`, `kind: grant`, `kind: tag`.

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::{Access, Owner};
use crate::text_or::TextOr;
use crate::{At, Name, is_default};

/// Describes or reserves a tag; tags spring into being when used.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagNote {
    /// `tag`.
    pub kind: String,
    /// The tag.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
}

/// Why data is used. Dotted names form a tree.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// `purpose`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// The text that members acknowledge.
    pub acknowledgement: Option<String>,
}

/// What a member has acknowledged: nothing, everything, or some purposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// `true`: every purpose of the project; `false`: none.
    All(bool),
    /// These purposes.
    Purposes(Vec<At<Name>>),
}

impl Default for Acknowledged {
    fn default() -> Self {
        Self::All(false)
    }
}

impl Serialize for Acknowledged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All(all) => serializer.serialize_bool(*all),
            Self::Purposes(purposes) => purposes.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Acknowledged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOr::deserialize(deserializer)? {
            TextOr::Text(text) if text == "true" => Ok(Self::All(true)),
            TextOr::Text(text) if text == "false" => Ok(Self::All(false)),
            TextOr::Other(purposes) => Ok(Self::Purposes(purposes)),
            TextOr::Text(_) | TextOr::Null => Err(D::Error::custom("expected `true`, `false` or a list of purposes")),
        }
    }
}

impl JsonSchema for Acknowledged {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Acknowledged".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<Name>>();
        schemars::json_schema!({ "anyOf": [{ "type": "boolean" }, list] })
    }
}

/// A member of a project.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The user.
    pub user: At<Name>,
    /// The purposes acknowledged.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acknowledged: Acknowledged,
}

/// A purpose that somebody asked for.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeRequest {
    /// The purpose.
    pub purpose: At<Name>,
    /// Who asked.
    pub by: At<Name>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
}

/// A purpose that was asked for and not given: the last no, until the project has it.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedPurpose {
    /// The purpose.
    pub purpose: At<Name>,
    /// Who asked.
    pub by: At<Name>,
    /// Who said no.
    pub refused_by: At<Name>,
    /// When.
    pub at: DateTime<Utc>,
    /// Why not.
    pub answer: Option<String>,
}

/// Members, data sources and purposes; a user acts under at most one at a time.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// `project`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Its purposes; in files they count as approved by whoever applies them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub purposes: Vec<At<Name>>,
    /// Purposes that somebody asked for, and that count once they are approved.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requested_purposes: Vec<PurposeRequest>,
    /// Purposes that it was refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refused_purposes: Vec<RefusedPurpose>,
    /// Its data sources. Membership never subscribes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub data_sources: Vec<At<Name>>,
    /// Its owners.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Vec<Owner>,
    /// Who may join.
    #[serde(default = "individuals")]
    pub access: Access,
    /// Its members.
    #[serde(default, skip_serializing_if = "is_default")]
    pub members: Vec<Member>,
    /// One salt for all its data sources, so that hashes join.
    #[serde(default, skip_serializing_if = "is_default")]
    pub masked_joins: bool,
    /// Every member sees only what all members may see.
    #[serde(default, skip_serializing_if = "is_default")]
    pub equalized: bool,
}

fn individuals() -> Access {
    Access::Individuals
}

/// An individual subscription, of a user or of every member of a group.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// `grant`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Who is subscribed: a user…
    pub user: Option<At<Name>>,
    /// … or a group.
    pub group: Option<At<Name>>,
    /// To what.
    pub data_source: At<Name>,
    /// Until when; for good when not written.
    pub expires: Option<DateTime<Utc>>,
}
