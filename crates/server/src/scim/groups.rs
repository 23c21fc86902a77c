//! `/scim/v2/Groups`. Groups have users as members, and no groups.

mod create;
mod delete;
mod list;
mod membership;
mod replace;

pub(crate) use create::run as create;
pub(crate) use delete::run as delete;
pub(crate) use list::{run as list, search, show};
pub(crate) use replace::{patch, put};

use std::collections::BTreeSet;

use scrim_catalog::Catalog;
use scrim_catalog::documents::Group;
use scrim_registry::World;
use serde_json::Value;

use super::resource::{group, members, of_group};
use crate::Problem;

/// The group of an id.
///
/// # Errors
/// When there is none.
fn found<'w>(world: &'w World, id: &str) -> Result<&'w Group, Problem> {
    group(&world.catalog, id).ok_or_else(|| Problem::not_found("there is no group of this id"))
}

/// One group as SCIM has it, with its members.
fn told(catalog: &Catalog, group: &Group) -> Value {
    of_group(group, &members(catalog, &BTreeSet::from([group.name.as_str()])))
}

/// The group as SCIM has it after a change.
fn after(catalog: &Catalog, name: &str) -> Result<Value, Problem> {
    let group = catalog.groups.get(name).ok_or_else(|| Problem::not_found("there is no such group any more"))?;
    Ok(told(catalog, group))
}
