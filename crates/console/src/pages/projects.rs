//! Projects: who works on which data for which purposes.

mod change;
mod joining;
mod list;
mod model;
mod show;

use maud::Markup;

use crate::parts::tabs;
use crate::route::Route;

pub(super) fn routes() -> Vec<Route> {
    [list::routes(), show::routes(), change::routes(), joining::routes()].into_iter().flatten().collect()
}

/// Projects, and the purposes that they have.
pub(super) fn lists(shown: &str) -> Markup {
    tabs(shown, &[("Projects", "/projects".to_owned()), ("Purposes", "/purposes".to_owned())])
}
