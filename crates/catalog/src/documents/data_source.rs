//! `kind: data-source`: one governed table.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, ColumnType, Name, TableName, is_default};

/// Whether a data source is offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceStatus {
    /// It has a view.
    #[default]
    Active,
    /// Its view is dropped until it is active again.
    Disabled,
}

/// What becomes of columns that appear after the source was registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NewColumns {
    /// They stay out of the view until somebody names them.
    #[default]
    Hide,
    /// They are in the view, always NULL.
    Mask,
    /// They are in the view.
    Show,
}

/// Who is responsible for a data source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// One user.
    User(At<Name>),
    /// Every member of a group.
    Group(At<Name>),
}

/// A column and its tags.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the warehouse.
    pub name: At<Name>,
    /// Its type in the warehouse; asked there when not written.
    #[serde(rename = "type")]
    pub column_type: Option<ColumnType>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Vec<At<Name>>,
    /// For people.
    pub description: Option<String>,
    /// It appeared in the warehouse after the source was registered, and nobody has named it: always NULL. Never
    /// written in files; set when a document meets its table.
    #[serde(skip)]
    pub unconfirmed: bool,
}

/// A policy that the owner switched off for this source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptedOut {
    /// The policy.
    pub name: At<Name>,
    /// Why.
    pub reason: String,
}

/// One governed table.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// `data-source`.
    pub kind: String,
    /// Its name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// The integration it belongs to.
    pub integration: At<Name>,
    /// The table: `[database.]schema.table`.
    pub table: At<TableName>,
    /// The view: `schema.view`; else from the integration.
    pub view: Option<At<TableName>>,
    /// Its owners.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners: Vec<Owner>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Vec<At<Name>>,
    /// Whether it is offered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: SourceStatus,
    /// What becomes of new columns.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_columns: NewColumns,
    /// The `chosen_by_owner` policies that the owner chose.
    #[serde(default, skip_serializing_if = "is_default")]
    pub policies: Vec<At<Name>>,
    /// The policies that the owner switched off.
    #[serde(default, skip_serializing_if = "is_default")]
    pub without_policies: Vec<OptedOut>,
    /// When it was registered; only policies that select by `created` need it.
    pub created: Option<DateTime<Utc>>,
    /// Its columns; asked in the warehouse when none is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: Vec<Column>,
}

mod owner_form {
    use super::{At, Name, Owner};
    use crate::text_or::TextOr;
    use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Form {
        User(At<Name>),
        Group(At<Name>),
    }

    impl Serialize for Owner {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Owner::User(name) => name.serialize(serializer),
                Owner::Group(name) => serializer.collect_map([("group", name)]),
            }
        }
    }

    impl<'de> Deserialize<'de> for Owner {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match TextOr::deserialize(deserializer)? {
                TextOr::Text(text) => Ok(Owner::User(At::nowhere(Name::new(text).map_err(D::Error::custom)?))),
                TextOr::Null => Err(D::Error::custom("expected a user's name or `{ group: … }`")),
                TextOr::Other(Form::User(name)) => Ok(Owner::User(name)),
                TextOr::Other(Form::Group(name)) => Ok(Owner::Group(name)),
            }
        }
    }

    impl JsonSchema for Owner {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Owner".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let (name, form) = (generator.subschema_for::<Name>(), generator.subschema_for::<Form>());
            schemars::json_schema!({ "anyOf": [name, form] })
        }
    }
}
