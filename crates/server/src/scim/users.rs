//! `/scim/v2/Users`.

mod create;
mod delete;
mod document;
mod list;
mod replace;

pub(crate) use create::run as create;
pub(crate) use delete::run as delete;
pub(in crate::scim) use document::external_id;
pub(crate) use list::{run as list, search, show};
pub(crate) use replace::{patch, put};

use scrim_catalog::documents::User;
use scrim_registry::{Planned, World};
use serde_json::Value;

use super::resource::{of_user, user};
use crate::Problem;

/// The user of an id.
///
/// # Errors
/// When there is none.
fn found<'w>(world: &'w World, id: &str) -> Result<&'w User, Problem> {
    user(&world.catalog, id).ok_or_else(|| Problem::not_found("there is no user of this id"))
}

/// The user as SCIM has it after a change.
fn after(planned: &Planned, name: &str) -> Result<Value, Problem> {
    let catalog = &planned.applied.catalog;
    let user = catalog.users.get(name).ok_or_else(|| Problem::not_found("there is no such user any more"))?;
    Ok(of_user(catalog, user))
}
