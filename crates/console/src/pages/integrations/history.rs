//! What the settings of a warehouse were, and who changed them.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::frame::beginning;
use crate::api::{to, with_query};
use crate::parts::{Page, Version, history, pager, section};
use crate::problem::Problem;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    cursor: String,
}

pub(super) async fn show(
    visit: Visit,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let list =
        with_query(&to!("/api/v1/integrations/{}/versions", name), &[("cursor", &asked.cursor), ("limit", "50")]);
    let versions = visit.api.get::<Page<Version>>(list).await?;
    let cursor = &asked.cursor;
    let main = html! {
        (beginning(&visit, &name, "History"))
        (section("Versions", history(&visit.me, &versions.items)))
        (pager(&to!("/integrations/{}/history", name), &[], cursor, versions.next.as_deref()))
    };
    Ok(visit.page(&format!("History of {name}"), main))
}
