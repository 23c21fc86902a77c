//! Where: which data sources a policy covers, and which of their columns a rule means.

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_with::skip_serializing_none;

use crate::word_or_form::word_or_form;
use crate::{At, Name};

/// A regular expression over names, in the syntax of Rust's `regex` crate, searched anywhere in the name.
#[derive(Clone, Debug)]
pub struct NamePattern(regex::Regex);

impl NamePattern {
    /// Whether the expression is found in the name.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
    /// The text of the expression.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
    /// The exact name, when the expression is nothing but one.
    pub fn literal(&self) -> Option<&str> {
        (regex::escape(self.as_str()) == self.as_str()).then_some(self.as_str())
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for NamePattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for NamePattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let compiled = regex::RegexBuilder::new(&text).size_limit(1 << 20).build();
        compiled.map(Self).map_err(|_| serde::de::Error::custom(format!("`{text}` is not a regular expression")))
    }
}

/// A glob over one name: `*` any characters, `?` one, `[ab]` one of these.
#[derive(Clone, Debug)]
pub struct Glob(globset::GlobMatcher);

impl Glob {
    /// Whether the whole name fits.
    pub fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
    /// Whether a name in lower case fits the glob as it would be in lower case.
    pub fn is_match_of_folded(&self, name: &str) -> bool {
        let text = self.as_str().to_ascii_lowercase();
        let folded = globset::GlobBuilder::new(&text).backslash_escape(false).build();
        folded.is_ok_and(|glob| glob.compile_matcher().is_match(name))
    }
    /// The text of the glob.
    pub fn as_str(&self) -> &str {
        self.0.glob().glob()
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Glob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Glob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Names are not paths: a backslash is a character like any other.
        let glob = globset::GlobBuilder::new(&text).backslash_escape(false).build();
        glob.map(|g| Self(g.compile_matcher()))
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not a glob; `*` stands for any characters")))
    }
}

macro_rules! text_schema {
    ($type:ty, $name:literal, $description:literal) => {
        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schemars::json_schema!({ "type": "string", "description": $description })
            }
        }
    };
}
text_schema!(NamePattern, "NamePattern", "A regular expression, searched anywhere in the name");
text_schema!(Glob, "Glob", "A glob: * stands for any characters");

/// A window of creation times; `from` is inside, `until` is not.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// Not before this moment.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// Which data sources a policy covers.
#[derive(Clone, Debug, PartialEq)]
pub enum Where {
    /// Every data source.
    All,
    /// Data sources whose owner chose the policy.
    ChosenByOwner,
    /// A form with a parameter.
    Form(WhereForm),
}

/// The forms of [`Where`] that have a parameter.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhereForm {
    /// One data source, by name. A policy with nothing but this is local.
    DataSource(At<Name>),
    /// Sources with this tag or one below it.
    SourceTag(At<Name>),
    /// Sources with a column that has this tag or one below it.
    ColumnTag(At<Name>),
    /// Sources with any tag at all, on themselves or a column (`true`), or with none (`false`).
    AnyTag(bool),
    /// Sources without any tag on themselves or a column (`true`), or with one (`false`).
    NoTags(bool),
    /// Sources with a column of such a name.
    ColumnName(NamePattern),
    /// Sources of integrations of such a name.
    Integration(Glob),
    /// Sources in databases of such a name.
    Database(Glob),
    /// Sources in schemas of such a name.
    Schema(Glob),
    /// Sources on tables of such a name.
    Table(Glob),
    /// Sources created in a window of time.
    Created(Created),
    /// Every one of these.
    All(Vec<Where>),
    /// At least one of these.
    Any(Vec<Where>),
    /// Not this.
    Not(Box<Where>),
}

/// Which columns of a data source a rule means.
#[derive(Clone, Debug, PartialEq)]
pub enum Columns {
    /// Every column.
    All,
    /// A form with a parameter.
    Form(ColumnsForm),
}

/// The forms of [`Columns`] that have a parameter.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnsForm {
    /// Columns with this tag or one below it.
    Tag(At<Name>),
    /// Columns of such a name. Where one column is wanted (`column`, `by`, `on`), a plain name means exactly
    /// the column of that name.
    Name(NamePattern),
    /// Columns with any tag (`true`), or with none (`false`).
    AnyTag(bool),
    /// Columns without any tag (`true`), or with one (`false`).
    NoTags(bool),
    /// Every one of these.
    All(Vec<Columns>),
    /// At least one of these.
    Any(Vec<Columns>),
    /// Not this.
    Not(Box<Columns>),
}

word_or_form!(Where, WhereForm, "Where", "a map with one condition", { "all" => Where::All, "chosen_by_owner" => Where::ChosenByOwner });
word_or_form!(Columns, ColumnsForm, "Columns", "a map with one condition", { "all" => Columns::All });

impl Where {
    /// The data source that a local policy is written for.
    pub fn local(&self) -> Option<&At<Name>> {
        match self {
            Where::Form(WhereForm::DataSource(name)) => Some(name),
            _ => None,
        }
    }

    /// Calls `visit` on every condition of the tree, this one first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Where)) {
        visit(self);
        match self {
            Where::Form(WhereForm::All(parts) | WhereForm::Any(parts)) => parts.iter().for_each(|p| p.walk(visit)),
            Where::Form(WhereForm::Not(part)) => part.walk(visit),
            _ => {}
        }
    }
}
