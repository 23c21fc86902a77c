//! Data sources: the list of them, and everything about one, a tab for each.

mod columns;
mod history;
mod list;
mod overview;
mod policy;
mod source;
mod sql;
mod sync;
mod tagging;
mod why;

use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        list::routes(),
        overview::routes(),
        tagging::routes(),
        policy::routes(),
        sql::routes(),
        sync::routes(),
        history::routes(),
        why::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
