//! Who: a boolean tree over what a user has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{At, Name};

/// A condition on a user. A user who lacks a fact is plain false: there is no unknown here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Every active user.
    Everyone,
    /// Members of a group.
    Group(At<Name>),
    /// Users who have a value of an attribute, their own or a group's. Several keys: all of them.
    Attribute(BTreeMap<At<Name>, At<Name>>),
    /// Users who hold a purpose: their current project has it or a sub-purpose of it, it is approved there
    /// and the user has acknowledged it.
    Purpose(At<Name>),
    /// One user, by name.
    User(At<Name>),
    /// Every one of these.
    All(Vec<Who>),
    /// At least one of these.
    Any(Vec<Who>),
    /// Not this.
    Not(Box<Who>),
}

impl Who {
    /// Calls `visit` on every condition of the tree, this one first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Who)) {
        visit(self);
        match self {
            Who::All(parts) | Who::Any(parts) => parts.iter().for_each(|part| part.walk(visit)),
            Who::Not(part) => part.walk(visit),
            Who::Everyone | Who::Group(_) | Who::Attribute(_) | Who::Purpose(_) | Who::User(_) => {}
        }
    }
}
