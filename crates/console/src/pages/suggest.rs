//! Names that fit what somebody has typed so far.

use axum::extract::Query;
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use serde::Deserialize;

use crate::api::with_query;
use crate::parts::Page;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

/// How many are proposed.
const PROPOSED: &str = "20";
/// What can be looked up, and where the API has it.
const KINDS: [(&str, &str); 8] = [
    ("attributes", "/api/v1/attributes"),
    ("data-sources", "/api/v1/data-sources"),
    ("groups", "/api/v1/groups"),
    ("integrations", "/api/v1/integrations"),
    ("projects", "/api/v1/projects"),
    ("purposes", "/api/v1/purposes"),
    ("tags", "/api/v1/used-tags"),
    ("users", "/api/v1/users"),
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/suggest", show)]
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "tag")]
    name: String,
}

/// The field is sent under its own name: only what is in it matters.
async fn show(visit: Visit, Query(fields): Query<Vec<(String, String)>>) -> Result<Response, Problem> {
    let kind = fields.iter().find(|(name, _)| name == "kind").map_or("", |(_, kind)| kind);
    let (_, list) = KINDS
        .iter()
        .find(|(known, _)| *known == kind)
        .ok_or_else(|| Problem::malformed(format!("there are no names of `{kind}` to look up")))?;
    let text = fields.iter().find(|(name, _)| name != "kind").map_or("", |(_, text)| text.trim());
    let list = with_query(list, &[("search", text), ("limit", PROPOSED)]);
    let found = visit.api.get::<Page<Named>>(list).await?;
    let names = html! { @for one in &found.items { option value=(one.name) {} } };
    Ok(Html(names.into_string()).into_response())
}
