//! `GET` of `/scim/v2/Users` and `/scim/v2/Groups`, as lists and one by one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::answer::{Asked, content, names, one};
use super::error::Refused;
use super::list::Wanted;
use super::provisioned::{Provisioned, candidates, found};
use super::provisioner::{Provisioner, Sent};
use crate::caller::note;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn list<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    query: Result<Query<Wanted>, Problem>,
) -> Result<Response, Refused> {
    let Query(wanted) = query?;
    answer::<R>(app, provisioner, wanted).await
}

/// The same, with what is wanted in the content: names stay out of logs of addresses.
pub(crate) async fn search<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Refused> {
    answer::<R>(app, provisioner, wanted).await
}

async fn answer<R: Provisioned>(app: App, provisioner: Provisioner, wanted: Wanted) -> Result<Response, Refused> {
    let world = app.registry().world();
    let filter = wanted.filter(R::shape())?;
    let page = {
        let candidates = candidates::<R>(&world.catalog, filter.as_ref());
        let tell = R::telling(&world.catalog, &candidates, &wanted);
        let largest = app.settings().scim.largest_page;
        wanted.page(R::shape(), filter.as_ref(), largest, candidates, |one| tell(one))?
    };
    let asked = provisioner.caller.doing(&format!("scim.{}.list", R::KIND));
    note(&app, &asked, provisioner.by, json!({ "filter": wanted.filter, "count": page.get("itemsPerPage") })).await;
    Ok(content(StatusCode::OK, &page))
}

pub(crate) async fn show<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    query: Result<Query<Asked>, Problem>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let (InPath(id), Query(wanted)) = (path?, query?);
    let world = app.registry().world();
    let known = found::<R>(&world.catalog, &id)?;
    let asked = provisioner.caller.about(&format!("scim.{}.get", R::KIND), R::KIND, known.name());
    note(&app, &asked, provisioner.by, Value::Null).await;
    let resource = known.told(&world.catalog);
    if names(&headers, header::IF_NONE_MATCH, &resource) == Some(true) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    Ok(one(StatusCode::OK, R::shape(), &wanted, resource))
}
