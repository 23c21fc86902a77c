//! What an analyst comes for: what they can read, what they asked for, under which project they act.

use maud::{Markup, html};
use serde::Deserialize;

use crate::api::to;
use crate::parts::{Page, copied, empty, facts};
use crate::problem::Problem;
use crate::visit::Visit;

/// So many views are shown.
const SHOWN: usize = 5;

/// Something that waits to be decided.
#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) what: String,
    pub(super) of: String,
    pub(super) user: String,
    waits_for: Vec<String>,
}

/// What somebody can read.
#[derive(Deserialize)]
pub(super) struct Reach {
    readable: Vec<Readable>,
}

#[derive(Deserialize)]
struct Readable {
    data_source: String,
    view: String,
}

impl Reach {
    /// Whether they can read anything.
    pub(super) fn reads(&self) -> bool {
        !self.readable.is_empty()
    }
}

/// What whoever looks can read.
pub(super) async fn reach(visit: &Visit) -> Result<Option<Reach>, Problem> {
    visit.api.maybe(to!("/api/v1/users/{}/reach", visit.me.user)).await
}

pub(super) fn readable(reach: &Reach) -> Markup {
    if reach.readable.is_empty() {
        return empty("Nothing yet", html! { a href="/my-data" { "See what you could ask for" } "." });
    }
    html! {
        p { a href="/my-data" { (reach.readable.len()) @if reach.readable.len() == 1 { " view" } @else { " views" } } }
        ul.plain {
            @for one in reach.readable.iter().take(SHOWN) {
                li { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } " " (copied(&one.view)) }
            }
        }
    }
}

pub(super) fn yours(visit: &Visit, mine: &Page<Request>) -> Markup {
    let project = html! { @match &visit.me.current_project {
        Some(name) => { a href=(to!("/projects/{}", name)) { (name) } }
        None => "none",
    } };
    let asked = html! {
        @if mine.items.is_empty() { "none open" }
        @for one in mine.items.iter().take(SHOWN) { div { (one.what) " of " (one.of) ", waits for " (one.waits_for.join(", ")) } }
        @if mine.items.len() > SHOWN { a href="/requests" { "and " (mine.count(mine.items.len() - SHOWN)) " more" } }
    };
    facts(&[("Project", project), ("Requests", asked)])
}
