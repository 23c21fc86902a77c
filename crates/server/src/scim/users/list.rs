//! Reading users.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use scrim_catalog::Kind;
use scrim_catalog::documents::User;
use serde_json::{Value, json};

use crate::App;
use crate::caller::note;
use crate::json::{InPath, Query};
use crate::scim::answer::{Asked, content, names, one};
use crate::scim::error::Refused;
use crate::scim::list::Wanted;
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::resource::of_user;
use crate::scim::schema::USERS;

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    query: Result<Query<Wanted>, crate::Problem>,
) -> Result<Response, Refused> {
    let Query(wanted) = query?;
    answer(app, provisioner, wanted).await
}

/// The same, with what is wanted in the content: names stay out of logs of addresses.
pub(crate) async fn search(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Refused> {
    answer(app, provisioner, wanted).await
}

async fn answer(app: App, provisioner: Provisioner, wanted: Wanted) -> Result<Response, Refused> {
    let world = app.registry().world();
    let filter = wanted.filter(&USERS)?;
    let users = world.catalog.users.values().map(|user| &user.item);
    // Provisioners ask for one user before each change: not everybody is told for that.
    let candidates: Vec<&User> = match filter.as_ref().and_then(|filter| filter.equals()) {
        Some(("userName", name)) => {
            let name = name.to_lowercase();
            users.filter(|user| user.name.to_lowercase() == name).collect()
        }
        Some(("externalId", id)) => users
            .filter(|user| user.external.as_ref().is_some_and(|known| known.external_id.as_deref() == Some(id)))
            .collect(),
        _ => users.collect(),
    };
    let largest = app.settings().scim.largest_page;
    let page = wanted.page(&USERS, filter.as_ref(), largest, candidates, |user| of_user(&world.catalog, user))?;
    let asked = provisioner.caller.doing("scim.user.list");
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
    let user = super::found(&world, &id)?;
    let asked = provisioner.caller.about("scim.user.get", Kind::User, &user.name);
    note(&app, &asked, provisioner.by, Value::Null).await;
    let resource = of_user(&world.catalog, user);
    if names(&headers, header::IF_NONE_MATCH, &resource) == Some(true) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(one(StatusCode::OK, &USERS, &wanted, resource))
}
