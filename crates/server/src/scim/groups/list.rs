//! Reading groups.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use scrim_catalog::Kind;
use scrim_catalog::documents::Group;
use serde_json::{Value, json};

use crate::App;
use crate::caller::note;
use crate::json::{InPath, Query};
use crate::scim::answer::{Asked, content, names, one};
use crate::scim::error::Refused;
use crate::scim::list::Wanted;
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::resource::{members, of_group};
use crate::scim::schema::GROUPS;

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    query: Result<Query<Wanted>, crate::Problem>,
) -> Result<Response, Refused> {
    let Query(wanted) = query?;
    answer(app, provisioner, wanted).await
}

/// The same, with what is wanted in the content.
pub(crate) async fn search(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Refused> {
    answer(app, provisioner, wanted).await
}

async fn answer(app: App, provisioner: Provisioner, wanted: Wanted) -> Result<Response, Refused> {
    let world = app.registry().world();
    let filter = wanted.filter(&GROUPS)?;
    let groups = world.catalog.groups.values().map(|group| &group.item);
    let candidates: Vec<&Group> = match filter.as_ref().and_then(|filter| filter.equals()) {
        Some(("displayName", name)) => {
            let name = name.to_lowercase();
            groups.filter(|group| group.name.to_lowercase() == name).collect()
        }
        Some(("externalId", id)) => groups
            .filter(|group| group.external.as_ref().is_some_and(|known| known.external_id.as_deref() == Some(id)))
            .collect(),
        _ => groups.collect(),
    };
    // Everybody is looked at once for all groups, and not at all where nobody wants the members.
    let needed = wanted.filter.as_deref().is_some_and(|filter| filter.to_ascii_lowercase().contains("members"))
        || wanted.asked.tells(&GROUPS, "members");
    let names: BTreeSet<&str> =
        if needed { candidates.iter().map(|group| group.name.as_str()).collect() } else { BTreeSet::new() };
    let members = members(&world.catalog, &names);
    let largest = app.settings().scim.largest_page;
    let page = wanted.page(&GROUPS, filter.as_ref(), largest, candidates, |group| of_group(group, &members))?;
    let asked = provisioner.caller.doing("scim.group.list");
    note(&app, &asked, provisioner.by, json!({ "filter": wanted.filter, "count": page.get("itemsPerPage") })).await;
    Ok(content(StatusCode::OK, &page))
}

pub(crate) async fn show(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, crate::Problem>,
    query: Result<Query<Asked>, crate::Problem>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (InPath(id), Query(wanted)) = (path?, query?);
    let world = app.registry().world();
    let group = super::found(&world, &id)?;
    let asked = provisioner.caller.about("scim.group.get", Kind::Group, &group.name);
    note(&app, &asked, provisioner.by, Value::Null).await;
    let resource = super::told(&world.catalog, group);
    if names(&headers, header::IF_NONE_MATCH, &resource) == Some(true) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(one(StatusCode::OK, &GROUPS, &wanted, resource))
}
