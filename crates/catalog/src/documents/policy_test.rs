//! `kind: policy-test`: given rows and users, the cells that must be visible.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::Values;
use crate::text_or::TextOr;
use crate::{At, Name, is_default};

/// A value of a row: its text as written, or NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell(pub Option<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOr::<Nothing>::deserialize(deserializer)? {
            TextOr::Text(text) => Ok(Self(Some(text))),
            TextOr::Null => Ok(Self(None)),
            TextOr::Other(_) => Err(D::Error::custom("expected one value")),
        }
    }
}

/// What a cell must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedCell {
    /// Exactly this.
    Value(Cell),
    /// `{ masked: true }`: a mask covers the cell; `false`: none does.
    Masked(bool),
}

impl Serialize for ExpectedCell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(cell) => cell.serialize(serializer),
            Self::Masked(masked) => serializer.collect_map([("masked", masked)]),
        }
    }
}

impl<'de> Deserialize<'de> for ExpectedCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize, Serialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            masked: bool,
        }
        Ok(match TextOr::<Form>::deserialize(deserializer)? {
            TextOr::Text(text) => Self::Value(Cell(Some(text))),
            TextOr::Null => Self::Value(Cell(None)),
            TextOr::Other(form) => Self::Masked(form.masked),
        })
    }
}

impl JsonSchema for Cell {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cell".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": ["string", "number", "boolean", "null"] })
    }
}

impl JsonSchema for ExpectedCell {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExpectedCell".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "anyOf": [
                { "type": ["string", "number", "boolean", "null"] },
                { "type": "object", "required": ["masked"], "additionalProperties": false,
                  "properties": { "masked": { "type": "boolean" } } }
            ]
        })
    }
}

/// As whom a test looks: a user of the catalog, or a person made up for the test.
#[derive(Clone, Debug, PartialEq)]
pub enum As {
    /// A user of the catalog.
    User(Name),
    /// Somebody with these facts and no others.
    Somebody(Somebody),
}

/// A person made up for a test.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Somebody {
    /// Groups, with the attributes they carry.
    #[serde(default, skip_serializing_if = "is_default")]
    pub groups: Vec<At<Name>>,
    /// Attributes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: BTreeMap<At<Name>, Values>,
    /// Purposes held.
    #[serde(default, skip_serializing_if = "is_default")]
    pub purposes: Vec<At<Name>>,
}

impl Serialize for As {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::User(name) => name.serialize(serializer),
            Self::Somebody(somebody) => somebody.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for As {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match TextOr::deserialize(deserializer)? {
            TextOr::Text(text) => Ok(Self::User(Name::new(text).map_err(D::Error::custom)?)),
            TextOr::Null => Err(D::Error::custom("expected a user or `{ groups, attributes, purposes }`")),
            TextOr::Other(somebody) => Ok(Self::Somebody(somebody)),
        }
    }
}

impl JsonSchema for As {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "As".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (name, somebody) = (generator.subschema_for::<Name>(), generator.subschema_for::<Somebody>());
        schemars::json_schema!({ "anyOf": [name, somebody] })
    }
}

/// The rows that one person must see.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// As whom.
    #[serde(rename = "as")]
    pub who: At<As>,
    /// The rows, in any order; only the columns named are compared.
    pub rows: Vec<BTreeMap<At<Name>, ExpectedCell>>,
}

/// A test of policies, run by the reference evaluator.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyTest {
    /// `policy-test`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// The data source.
    pub data_source: At<Name>,
    /// The policies that count; all active ones when not written.
    pub policies: Option<Vec<At<Name>>>,
    /// The time of the test; the real time when not written.
    pub now: Option<DateTime<Utc>>,
    /// The rows of the table.
    pub rows: Vec<BTreeMap<At<Name>, Cell>>,
    /// The rows of the tables that `lookup` rules read, by table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lookups: BTreeMap<crate::TableName, Vec<BTreeMap<Name, Cell>>>,
    /// What must be seen.
    pub expect: Vec<Expectation>,
}
