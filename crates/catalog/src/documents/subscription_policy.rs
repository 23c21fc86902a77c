//! `kind: subscription-policy`: who may read a data source at all.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{At, Name, Where, Who, is_default, tag};

/// Whether a policy counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyStatus {
    /// It counts.
    #[default]
    Active,
    /// Written, not in force yet.
    Staged,
    /// Switched off.
    Disabled,
}

/// When a policy counts: `from` is inside, `until` is not.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

impl Validity {
    /// Whether the window holds `now`.
    pub fn contains(&self, now: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// How a policy goes together with others on the same data source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// It must be met.
    #[default]
    Required,
    /// One of all shared ones must be met.
    Shared,
}

/// Who may read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Every active user.
    Anyone,
    /// Users named one by one, by grants.
    Individuals,
    /// Users who meet the conditions.
    Conditions(AccessWho),
    /// Users whose request was approved by every one of these.
    Approval(Vec<At<Name>>),
}

/// Conditions of access: those of [`Who`], and those that compare a user with the data source's tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessWho {
    /// Every active user.
    Everyone,
    /// As in [`Who::Group`].
    Group(At<Name>),
    /// As in [`Who::Attribute`].
    Attribute(std::collections::BTreeMap<At<Name>, At<Name>>),
    /// As in [`Who::Purpose`].
    Purpose(At<Name>),
    /// As in [`Who::User`].
    User(At<Name>),
    /// The user has a value of the attribute equal to, or a parent of, a tag.
    TagAsAttribute(TagAsAttribute),
    /// The user is in a group named as a tag, or as a parent of it.
    TagAsGroup(TagAsGroup),
    /// Every one of these.
    All(Vec<AccessWho>),
    /// At least one of these.
    Any(Vec<AccessWho>),
    /// Not this.
    Not(Box<AccessWho>),
}

/// Which tags of a data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagsOn {
    /// Those of the source itself.
    Source,
    /// Those of its columns.
    Column,
}

/// How many of the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TagMatch {
    /// At least one.
    Any,
    /// Every one.
    Every,
}

/// Compares an attribute of the user with tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagAsAttribute {
    /// The attribute.
    pub attribute: At<Name>,
    /// The tags of what.
    pub on: TagsOn,
    /// How many of them must be matched.
    #[serde(rename = "match")]
    pub matching: TagMatch,
}

/// Compares the groups of the user with tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TagAsGroup {
    /// The tags of what.
    pub on: TagsOn,
    /// How many of them must be matched.
    #[serde(rename = "match")]
    pub matching: TagMatch,
}

impl AccessWho {
    /// The same condition for a data source with these tags.
    ///
    /// Where there are no tags to compare users with, a condition that gives access (`giving`) is not met by the
    /// comparison, nor by its negation: a tag that was forgotten must not open a table. A guardrail has nothing to restrict
    /// by then, and takes the comparison as it stands: of none every one matches, and not any.
    pub fn on_tags(&self, tags: &dyn Fn(TagsOn) -> Vec<Name>, giving: bool) -> Who {
        self.compared(tags, giving, true)
    }

    fn compared(&self, tags: &dyn Fn(TagsOn) -> Vec<Name>, giving: bool, positive: bool) -> Who {
        let many =
            |parts: &[AccessWho]| parts.iter().map(|part| part.compared(tags, giving, positive)).collect::<Vec<_>>();
        let compared = |on: TagsOn, matching: TagMatch, one: &dyn Fn(At<Name>) -> Who| {
            let tags = tags(on);
            if tags.is_empty() && giving {
                return if positive { Who::Any(vec![]) } else { Who::All(vec![]) };
            }
            // A user who has the parent of a tag has the tag.
            let meets = |tag: Name| Who::Any(tag::with_ancestors(&tag).into_iter().map(At::nowhere).map(one).collect());
            let each = tags.into_iter().map(meets).collect();
            match matching {
                TagMatch::Any => Who::Any(each),
                TagMatch::Every => Who::All(each),
            }
        };
        match self {
            Self::Everyone => Who::Everyone,
            Self::Group(name) => Who::Group(name.clone()),
            Self::Attribute(values) => Who::Attribute(values.clone()),
            Self::Purpose(name) => Who::Purpose(name.clone()),
            Self::User(name) => Who::User(name.clone()),
            Self::All(parts) => Who::All(many(parts)),
            Self::Any(parts) => Who::Any(many(parts)),
            Self::Not(part) => Who::Not(Box::new(part.compared(tags, giving, !positive))),
            Self::TagAsAttribute(form) => compared(form.on, form.matching, &|tag| {
                Who::Attribute(std::collections::BTreeMap::from([(form.attribute.clone(), tag)]))
            }),
            Self::TagAsGroup(form) => compared(form.on, form.matching, &Who::Group),
        }
    }

    /// Calls `visit` on every condition of the tree, this one first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a AccessWho)) {
        visit(self);
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Self::Not(part) => part.walk(visit),
            _ => {}
        }
    }

    /// The tags that the condition reads.
    pub fn reads(&self) -> BTreeSet<TagsOn> {
        let mut read = BTreeSet::new();
        self.walk(&mut |part| match part {
            Self::TagAsAttribute(form) => drop(read.insert(form.on)),
            Self::TagAsGroup(form) => drop(read.insert(form.on)),
            _ => {}
        });
        read
    }
}

/// Who may read a data source at all.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionPolicy {
    /// `subscription-policy`.
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
    /// Who may read.
    pub access: At<Access>,
    /// How it goes together with others.
    #[serde(default, skip_serializing_if = "is_default")]
    pub combine: Combine,
    /// A guardrail never gives access, and nothing overrides it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub guardrail: bool,
    /// Whether users without access may know of the data sources.
    #[serde(default, skip_serializing_if = "is_default")]
    pub discoverable: bool,
    /// Whether users must subscribe themselves.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requires_action: bool,
    /// Whether owners may switch it off for their source.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners_may_disable: bool,
}
