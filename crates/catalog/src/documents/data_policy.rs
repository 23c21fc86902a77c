//! `kind: data-policy`: what subscribed users see. These are the forms as written; [`crate::Rule`] is what
//! they mean.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{PolicyStatus, Validity};
use crate::word_or_form::word_or_form;
use crate::{Age, At, CheckDigits, Columns, Name, TableName, Where, Who, is_default};

/// A data policy as written.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataPolicyForm {
    /// `data-policy`.
    pub kind: String,
    /// The name.
    pub name: At<Name>,
    /// For people.
    pub description: Option<String>,
    /// Whether it counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: PolicyStatus,
    /// When it counts.
    pub valid: Option<Validity>,
    /// Which data sources it covers.
    #[serde(rename = "where")]
    pub scope: Where,
    /// Higher goes first among masks of equal strength and depth.
    #[serde(default, skip_serializing_if = "is_default")]
    pub priority: i64,
    /// When it was written; among equals the older goes first.
    pub created: Option<DateTime<Utc>>,
    /// Whether a mask selected by a deeper tag may stand in for these.
    #[serde(default, skip_serializing_if = "is_default")]
    pub yields: bool,
    /// Whether reveal rules may lift these masks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub revealable: bool,
    /// Whether owners may switch it off for their source.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners_may_disable: bool,
    /// Its rules, independent of each other.
    pub rules: Vec<At<RuleForm>>,
}

/// One rule: exactly one of `mask`, `rows`, `purpose`, `reveal`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleForm {
    /// Hides or changes values.
    pub mask: Option<MaskRuleForm>,
    /// Hides rows.
    pub rows: Option<RowsRuleForm>,
    /// Shows rows only to users who hold one of these purposes.
    pub purpose: Option<PurposeForm>,
    /// Lifts masks.
    pub reveal: Option<RevealForm>,
    /// Whom the rule covers; then `otherwise` is required.
    #[serde(rename = "for")]
    pub only: Option<Who>,
    /// Whom the rule does not cover.
    pub except: Option<Who>,
    /// What holds for users outside `for`.
    pub otherwise: Option<OtherwiseForm>,
    /// Why the rule exists, for people.
    pub because: Option<String>,
}

/// The `reveal:` of a rule.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealForm {
    /// On which columns masks are lifted.
    pub columns: Columns,
}

/// The `mask:` of a rule.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskRuleForm {
    /// Which columns.
    pub columns: Columns,
    /// The mask.
    pub with: Option<At<MaskForm>>,
    /// The cell is covered unless this is definitely false.
    pub when: Option<At<String>>,
    /// Masks by user, tried in order.
    pub cases: Option<Vec<MaskCaseForm>>,
    /// The mask of users whom no case covers.
    pub otherwise: Option<At<MaskForm>>,
}

/// One case of a mask.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskCaseForm {
    /// Whom it covers.
    #[serde(rename = "for")]
    pub only: Who,
    /// The mask, or `clear`.
    pub with: At<MaskForm>,
}

/// A mask as written.
#[derive(Clone, Debug, PartialEq)]
pub enum MaskForm {
    /// No mask: this rule does not cover the user.
    Clear,
    /// NULL.
    Nullify,
    /// SHA-256 with a secret salt.
    Hash,
    /// A token that can be resolved back.
    Reversible,
    /// A value of the same shape.
    FormatPreserving,
    /// A mask with parameters.
    Form(MaskParameters),
}
word_or_form!(MaskForm, MaskParameters, "Mask", "a map with one mask", {
    "clear" => MaskForm::Clear,
    "nullify" => MaskForm::Nullify,
    "hash" => MaskForm::Hash,
    "reversible" => MaskForm::Reversible,
    "format_preserving" => MaskForm::FormatPreserving
});

/// A mask with parameters.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MaskParameters {
    /// The same value for every row, NULL or not.
    Constant(Scalar),
    /// Every match of a pattern replaced.
    Regex(RegexForm),
    /// The first or last characters kept.
    Partial(PartialForm),
    /// Rounded down to a multiple.
    Round(Scalar),
    /// Cut down to the start of its hour, day, month, quarter or year.
    Truncate(Truncation),
    /// A value of the same shape.
    FormatPreserving(FormatForm),
    /// An SQL expression over `@column`.
    Custom(At<String>),
    /// A value drawn at random, the same every time.
    Randomize(RandomizeForm),
    /// Suppressed where fewer than k rows share it.
    KAnonymous(KAnonymousForm),
}

/// The parameters of `format_preserving`, all of which may be left out.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormatForm {
    /// The check digits that are kept right.
    pub check: Option<CheckDigits>,
}

/// The parameters of `randomize`: `domain` with `rate`, or `noise`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RandomizeForm {
    /// The values that may be drawn.
    pub domain: Option<Vec<Scalar>>,
    /// How often one is drawn, above 0 and at most 1.
    pub rate: Option<Scalar>,
    /// What is added.
    pub noise: Option<NoiseForm>,
    /// The column that tells rows apart.
    pub by: Columns,
}

/// The parameters of `noise`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoiseForm {
    /// The standard deviation; of days and times, in days.
    pub stddev: Scalar,
    /// What is shown is not below this.
    pub low: Option<Scalar>,
    /// What is shown is not above this.
    pub high: Option<Scalar>,
}

/// The parameters of `k_anonymous`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KAnonymousForm {
    /// How many rows must share the values of the rule's columns, at least 2.
    pub k: u32,
}

/// Text, or a number or truth value that is taken as its text as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

/// The parameters of `regex`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegexForm {
    /// What is replaced.
    pub pattern: At<String>,
    /// By what.
    pub replacement: At<String>,
    /// `sensitive` (default) or `insensitive`.
    pub case: Option<LetterCase>,
}

/// Whether upper and lower case differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LetterCase {
    /// They differ.
    Sensitive,
    /// ASCII letters match in either case.
    Insensitive,
}

/// The parameters of `partial`: exactly one of `first` and `last`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartialForm {
    /// How many characters are kept at the start.
    pub first: Option<u32>,
    /// How many characters are kept at the end.
    pub last: Option<u32>,
    /// The character that stands for the others; `*` by default.
    pub fill: Option<At<String>>,
}

/// Which end of a value `partial` keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The start.
    First,
    /// The end.
    Last,
}

/// To what `truncate` cuts, finest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Truncation {
    /// The hour.
    Hour,
    /// The day.
    Day,
    /// The first of the month.
    Month,
    /// The first of the quarter.
    Quarter,
    /// The first of January.
    Year,
}

/// The `rows:` of a rule: `never`, or one row rule, or cases.
#[derive(Clone, Debug, PartialEq)]
pub enum RowsRuleForm {
    /// No row.
    Never,
    /// Every row; only as a branch.
    AllRows,
    /// A row rule with parameters.
    Rows(Box<RowsForm>),
}

/// A row rule: exactly one of its first eight fields, or `cases`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowsForm {
    /// The user's values contain the column's.
    #[serde(rename = "match")]
    pub matching: Option<MatchForm>,
    /// An SQL predicate.
    pub filter: Option<At<String>>,
    /// The column's time is less than this ago.
    pub newer_than: Option<Age>,
    /// The column's time is more than this ago.
    pub older_than: Option<Age>,
    /// A stable percentage.
    pub sample: Option<Scalar>,
    /// The rows that stand beside the user in another table.
    pub lookup: Option<LookupForm>,
    /// Every row.
    pub all_rows: Option<bool>,
    /// No row.
    pub never: Option<bool>,
    /// The event-time column of `newer_than` and `older_than`.
    pub column: Option<Columns>,
    /// The column whose hash `sample` uses.
    pub by: Option<Columns>,
    /// Row rules by user, tried in order.
    pub cases: Option<Vec<RowCaseForm>>,
    /// The row rule of users whom no case covers.
    pub otherwise: Option<Box<RowsRuleForm>>,
}

/// One case of a row rule: `for` and one row rule.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowCaseForm {
    /// Whom it covers.
    #[serde(rename = "for")]
    pub only: Who,
    /// As in [`RowsForm`].
    #[serde(rename = "match")]
    pub matching: Option<MatchForm>,
    /// As in [`RowsForm`].
    pub filter: Option<At<String>>,
    /// As in [`RowsForm`].
    pub newer_than: Option<Age>,
    /// As in [`RowsForm`].
    pub older_than: Option<Age>,
    /// As in [`RowsForm`].
    pub sample: Option<Scalar>,
    /// As in [`RowsForm`].
    pub lookup: Option<LookupForm>,
    /// As in [`RowsForm`].
    pub all_rows: Option<bool>,
    /// As in [`RowsForm`].
    pub never: Option<bool>,
    /// As in [`RowsForm`].
    pub column: Option<Columns>,
    /// As in [`RowsForm`].
    pub by: Option<Columns>,
}

/// The parameters of `match`: exactly one of `attribute`, `groups`, `purposes`.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchForm {
    /// The attribute whose values are compared.
    pub attribute: Option<At<Name>>,
    /// The user's groups are compared.
    pub groups: Option<bool>,
    /// The purposes the user holds are compared.
    pub purposes: Option<bool>,
    /// With which column.
    pub column: Columns,
}

/// The parameters of `lookup`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LookupForm {
    /// The warehouse table.
    pub table: At<TableName>,
    /// Columns of that table, each with the column of the data source that it must equal.
    pub on: BTreeMap<At<Name>, Columns>,
    /// The column of that table that holds the warehouse user.
    pub user: At<Name>,
}

/// A purpose rule.
#[derive(Clone, Debug, PartialEq)]
pub struct PurposeForm(pub Vec<At<Name>>);

/// What holds for users outside `for`: a mask or a row rule.
#[derive(Clone, Debug, PartialEq)]
pub enum OtherwiseForm {
    /// A bare word: `clear`, `nullify`, `hash`, `never`, `all_rows`, …
    Word(String),
    /// A form with parameters.
    Form(Box<BranchForm>),
}

/// A mask or row rule with parameters, as a branch: the fields of one of them.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BranchForm {
    /// As in [`MaskParameters`].
    pub constant: Option<Scalar>,
    /// As in [`MaskParameters`].
    pub regex: Option<RegexForm>,
    /// As in [`MaskParameters`].
    pub partial: Option<PartialForm>,
    /// As in [`MaskParameters`].
    pub round: Option<Scalar>,
    /// As in [`MaskParameters`].
    pub truncate: Option<Truncation>,
    /// As in [`MaskParameters`].
    pub format_preserving: Option<FormatForm>,
    /// As in [`MaskParameters`].
    pub custom: Option<At<String>>,
    /// As in [`MaskParameters`].
    pub randomize: Option<RandomizeForm>,
    /// As in [`MaskParameters`].
    pub k_anonymous: Option<KAnonymousForm>,
    /// As in [`RowsForm`].
    #[serde(rename = "match")]
    pub matching: Option<MatchForm>,
    /// As in [`RowsForm`].
    pub filter: Option<At<String>>,
    /// As in [`RowsForm`].
    pub newer_than: Option<Age>,
    /// As in [`RowsForm`].
    pub older_than: Option<Age>,
    /// As in [`RowsForm`].
    pub sample: Option<Scalar>,
    /// As in [`RowsForm`].
    pub lookup: Option<LookupForm>,
    /// As in [`RowsForm`].
    pub all_rows: Option<bool>,
    /// As in [`RowsForm`].
    pub never: Option<bool>,
    /// As in [`RowsForm`].
    pub column: Option<Columns>,
    /// As in [`RowsForm`].
    pub by: Option<Columns>,
}

mod words {
    use super::{At, BranchForm, Name, OtherwiseForm, PurposeForm, RowsForm, RowsRuleForm, Scalar};
    use crate::text_or::TextOr;
    use schemars::{JsonSchema, Schema, SchemaGenerator};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    impl Serialize for RowsRuleForm {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Never => serializer.serialize_str("never"),
                Self::AllRows => serializer.serialize_str("all_rows"),
                Self::Rows(rows) => rows.serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for RowsRuleForm {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match TextOr::deserialize(deserializer)? {
                TextOr::Text(word) if word == "never" => Ok(Self::Never),
                TextOr::Text(word) if word == "all_rows" => Ok(Self::AllRows),
                TextOr::Text(word) => Err(D::Error::unknown_variant(&word, &["never", "all_rows"])),
                TextOr::Null => Err(D::Error::custom("expected a row rule")),
                TextOr::Other(rows) => Ok(Self::Rows(Box::new(rows))),
            }
        }
    }

    impl JsonSchema for RowsRuleForm {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "RowsRule".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let rows = generator.subschema_for::<RowsForm>();
            schemars::json_schema!({ "anyOf": [{ "enum": ["never", "all_rows"] }, rows] })
        }
    }

    #[derive(Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    impl Serialize for Scalar {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Scalar {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match TextOr::<Nothing>::deserialize(deserializer)? {
                TextOr::Text(text) => Ok(Self(text)),
                TextOr::Null | TextOr::Other(_) => Err(D::Error::custom("expected a text or a number")),
            }
        }
    }

    impl JsonSchema for Scalar {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Scalar".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            schemars::json_schema!({ "type": ["string", "number", "boolean"] })
        }
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct AnyOf {
        any: Vec<At<Name>>,
    }

    impl Serialize for PurposeForm {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([("any", &self.0)])
        }
    }

    impl<'de> Deserialize<'de> for PurposeForm {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match TextOr::<AnyOf>::deserialize(deserializer)? {
                TextOr::Text(text) => Ok(Self(vec![At::nowhere(Name::new(text).map_err(D::Error::custom)?)])),
                TextOr::Null => Err(D::Error::custom("expected a purpose or `{ any: […] }`")),
                TextOr::Other(form) => Ok(Self(form.any)),
            }
        }
    }

    impl JsonSchema for PurposeForm {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "PurposeRule".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let (one, any) = (generator.subschema_for::<Name>(), generator.subschema_for::<AnyOf>());
            schemars::json_schema!({ "anyOf": [one, any] })
        }
    }

    impl Serialize for OtherwiseForm {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Word(word) => word.serialize(serializer),
                Self::Form(form) => form.serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for OtherwiseForm {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match TextOr::deserialize(deserializer)? {
                TextOr::Text(word) => Ok(Self::Word(word)),
                TextOr::Null => Err(D::Error::custom("expected a mask, `clear`, a row rule, `never` or `all_rows`")),
                TextOr::Other(form) => Ok(Self::Form(Box::new(form))),
            }
        }
    }

    impl JsonSchema for OtherwiseForm {
        fn schema_name() -> std::borrow::Cow<'static, str> {
            "Otherwise".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let form = generator.subschema_for::<BranchForm>();
            schemars::json_schema!({
                "anyOf": [
                    { "enum": ["clear", "nullify", "hash", "reversible", "format_preserving", "never", "all_rows"] }, form
                ]
            })
        }
    }
}
