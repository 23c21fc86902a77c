//! `POST /scim/v2/.search`: users and groups at once.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::content;
use super::error::Refused;
use super::list::Wanted;
use super::provisioner::{Provisioner, Sent};
use super::resource::{members, of_group, of_user};
use super::schema::{GROUPS, Shape, USERS};
use crate::App;
use crate::caller::note;

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(wanted): Sent<Wanted>,
) -> Result<Response, Refused> {
    let world = app.registry().world();
    let catalog = &world.catalog;
    let mut all: Vec<(&'static Shape, Value)> = Vec::new();
    // An attribute may be one of users only, or of groups: the others are not meant then.
    let filters = (wanted.filter(&USERS), wanted.filter(&GROUPS));
    if let (Err(_), Err(problem)) = filters {
        return Err(problem.into());
    }
    if let Ok(filter) = filters.0 {
        let users = catalog.users.values().map(|user| of_user(catalog, user));
        let fit = users.filter(|user| filter.as_ref().is_none_or(|filter| filter.holds(user)));
        all.extend(fit.map(|user| (&*USERS, user)));
    }
    if let Ok(filter) = filters.1 {
        let names: BTreeSet<&str> = catalog.groups.keys().map(|name| name.as_str()).collect();
        let members = members(catalog, &names);
        let groups = catalog.groups.values().map(|group| of_group(group, &members));
        let fit = groups.filter(|group| filter.as_ref().is_none_or(|filter| filter.holds(group)));
        all.extend(fit.map(|group| (&*GROUPS, group)));
    }
    let page = wanted.mixed(app.settings().scim.largest_page, all)?;
    let asked = provisioner.caller.doing("scim.search");
    note(&app, &asked, provisioner.by, json!({ "filter": wanted.filter, "count": page.get("itemsPerPage") })).await;
    Ok(content(StatusCode::OK, &page))
}
