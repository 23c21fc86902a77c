//! Policies: who may read, and what they see. The list, each of them with what it was, the editor, and what a change of one
//! means before it is made.

mod actions;
mod builder;
mod document;
mod draft;
mod editor;
mod effects;
mod history;
mod kind;
mod list;
mod review;
mod show;
mod sync;
mod yaml;

pub(super) use kind::PolicyKind;

use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [
        list::routes(),
        show::routes(),
        sync::routes(),
        actions::routes(),
        history::routes(),
        editor::routes(),
        review::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
