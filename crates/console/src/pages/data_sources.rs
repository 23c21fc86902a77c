//! Data sources: the list of them, and everything about one, a tab for each.

mod access;
mod change;
mod choosing;
mod columns;
mod history;
mod list;
mod overview;
mod policy;
mod see_as;
mod source;
mod sql;
mod subscribers;
mod sync;
mod tagging;
mod why;

pub(super) use change::{owner_fields, owners_of};

use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        list::routes(),
        overview::routes(),
        tagging::routes(),
        policy::routes(),
        choosing::routes(),
        subscribers::routes(),
        access::routes(),
        change::routes(),
        sql::routes(),
        sync::routes(),
        history::routes(),
        why::routes(),
        see_as::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
