//! People: users, the groups they are in, and the attributes that users and groups have.

mod account;
mod attribute;
mod attributes;
mod change;
mod group;
mod groups;
mod user;
mod users;
mod values;

use maud::Markup;

use crate::parts::tabs;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        users::routes(),
        user::routes(),
        change::routes(),
        account::routes(),
        groups::routes(),
        group::routes(),
        attributes::routes(),
        attribute::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who may change users.
const ADMINS: &[&str] = &["USER_ADMIN", "APPLICATION_ADMIN"];

/// The lists of people.
fn lists(shown: &str) -> Markup {
    let to = |part: &str| format!("/people/{part}");
    tabs(shown, &[("Users", to("users")), ("Groups", to("groups")), ("Attributes", to("attributes"))])
}
