//! `kind: data-source`: one governed table.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Share;
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
    /// Where tags come from that nobody set by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origins: BTreeMap<Name, Origin>,
    /// For people.
    pub description: Option<String>,
    /// What looking for sensitive data proposed, and what was refused. A document that says nothing of it leaves it as it is.
    pub discovery: Option<Discovery>,
    /// It appeared in the warehouse after the source was registered, and nobody has named it: always NULL. Never
    /// written in files; set when a document meets its table.
    #[serde(skip)]
    pub unconfirmed: bool,
}

/// The tag of columns that appeared or changed in the warehouse, and that no owner has looked at: they are as `new_columns`
/// says, although the document names them.
pub const NEW: &str = "New";

impl Column {
    /// Whether no owner has looked at it.
    pub fn is_new(&self) -> bool {
        self.tags.iter().any(|tag| tag.as_str() == NEW)
    }
}

impl DataSource {
    /// Whether a column is not in the view, because nobody has looked at it yet.
    pub fn hides(&self, column: &Column) -> bool {
        column.is_new() && self.new_columns == NewColumns::Hide
    }

    /// The data source with the columns that are in its view: those that nobody has looked at yet are as `new_columns` says.
    pub fn in_view(&self) -> Cow<'_, Self> {
        let masked = |column: &Column| column.unconfirmed || column.is_new() && self.new_columns == NewColumns::Mask;
        if self.columns.iter().all(|column| !self.hides(column) && masked(column) == column.unconfirmed) {
            return Cow::Borrowed(self);
        }
        let kept = self.columns.iter().filter(|column| !self.hides(column));
        let columns = kept.map(|column| Column { unconfirmed: masked(column), ..column.clone() }).collect();
        Cow::Owned(Self { columns, ..self.clone() })
    }
}

/// Where the assignment of a tag comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Somebody set it.
    Manual,
    /// It was found to be so, by looking for sensitive data or at changes of the warehouse.
    Discovered,
    /// Another catalog says so.
    Catalog,
    /// The data comes from where it was so.
    Lineage,
}

/// What came of looking for sensitive data in a column.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// Tags that it seems to deserve.
    #[serde(default, skip_serializing_if = "is_default")]
    pub proposed: Vec<Proposed>,
    /// Tags that an owner refused: they are never proposed again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refused: Vec<Name>,
}

/// A tag that a column seems to deserve.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// The tag.
    pub tag: Name,
    /// The identifier that found it.
    pub identifier: Name,
    /// How sure it is.
    pub confidence: Share,
    /// Why, without any value of the column.
    pub why: String,
}

/// The table is not there any more, or another one is in its place: the data source was disabled for that.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why, and what to do.
    pub reason: String,
    /// Which table it was: when the very same one comes back, the data source is active again.
    pub oid: Option<u32>,
    /// The owner of the table.
    pub owner: Option<String>,
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
    /// Where tags come from that nobody set by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub origins: BTreeMap<Name, Origin>,
    /// Whether it is offered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: SourceStatus,
    /// The table is gone: set, and taken away, by whatever watches the warehouse. Making the data source active forgets it.
    pub gone: Option<Gone>,
    /// Marks of the tables below as an owner confirmed them: when one of them takes the place of another, that is meant.
    #[serde(default, skip_serializing_if = "is_default")]
    pub confirmed: Vec<String>,
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
