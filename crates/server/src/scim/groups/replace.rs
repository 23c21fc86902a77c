//! `PUT` and `PATCH /scim/v2/Groups/{id}`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use scrim_catalog::Kind;
use scrim_registry::World;
use serde_json::{Map, Value, json};

use super::membership::changes;
use crate::actions::objects::change::{Wanted, make};
use crate::caller::refuse;
use crate::json::InPath;
use crate::scim::answer::{Asked, expected, one};
use crate::scim::content::clean;
use crate::scim::error::{Refused, wrong};
use crate::scim::patch::Patch;
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::schema::GROUPS;
use crate::{App, Problem};

pub(crate) async fn put(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let said = clean(&GROUPS, &body)?;
    change(app, provisioner, "scim.group.replace", &id, &headers, |_| Ok(said.clone())).await
}

pub(crate) async fn patch(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let patch: Patch = serde_json::from_value(body).map_err(|error| wrong("invalidSyntax", error.to_string()))?;
    let patched = |mut resource: Value| {
        patch.apply(&GROUPS, &mut resource)?;
        clean(&GROUPS, &resource)
    };
    change(app, provisioner, "scim.group.patch", &id, &headers, patched).await
}

async fn change(
    app: App,
    provisioner: Provisioner,
    action: &str,
    id: &str,
    headers: &HeaderMap,
    say: impl Fn(Value) -> Result<Map<String, Value>, Problem>,
) -> Result<Response, Refused> {
    let world = app.registry().world();
    let name = match super::found(&world, id) {
        Ok(group) => group.name.value().clone(),
        Err(problem) => return Err(refuse(&app, &provisioner.caller.doing(action), problem).await.into()),
    };
    let asked = provisioner.caller.about(action, Kind::Group, &name);
    let decide = |world: &World| {
        let group = super::found(world, id)?;
        let resource = super::told(&world.catalog, group);
        expected(headers, &resource)?;
        let said = say(resource)?;
        let known = group.name.to_lowercase();
        let same = said.get("displayName").and_then(Value::as_str).is_none_or(|said| said.to_lowercase() == known);
        if !same {
            let detail = "`displayName` stays as it is: policies and grants name the group by it; make a new group, and move the members";
            return Err(wrong("mutability", detail));
        }
        let changes = changes(&world.catalog, group.clone(), &said)?;
        // Who came and who left is told by the events of the users: there may be many.
        let details = json!({ "changed_members": changes.len().saturating_sub(1) });
        Ok(Wanted { changes, allowed_by: Some(provisioner.by), details, ..Wanted::default() })
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    let resource = super::after(&planned.applied.catalog, &name)?;
    Ok(one(StatusCode::OK, &GROUPS, &Asked::default(), resource))
}
