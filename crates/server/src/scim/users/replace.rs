//! `PUT` and `PATCH /scim/v2/Users/{id}`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use scrim_catalog::{Change, Document, Kind};
use scrim_registry::World;
use serde_json::{Map, Value, json};

use super::document::document;
use crate::actions::objects::change::{Wanted, make};
use crate::caller::refuse;
use crate::json::InPath;
use crate::rights::may_provision;
use crate::scim::answer::{Asked, expected, one};
use crate::scim::content::clean;
use crate::scim::error::{Refused, wrong};
use crate::scim::patch::Patch;
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::resource::of_user;
use crate::scim::schema::USERS;
use crate::{App, Problem};

pub(crate) async fn put(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let said = clean(&USERS, &body)?;
    change(app, provisioner, "scim.user.replace", &id, &headers, |_| Ok(said.clone())).await
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
        patch.apply(&USERS, &mut resource)?;
        clean(&USERS, &resource)
    };
    change(app, provisioner, "scim.user.patch", &id, &headers, patched).await
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
        Ok(user) => user.name.value().clone(),
        Err(problem) => return Err(refuse(&app, &provisioner.caller.doing(action), problem).await.into()),
    };
    let asked = provisioner.caller.about(action, Kind::User, &name);
    let decide = |world: &World| {
        let user = super::found(world, id)?;
        let resource = of_user(&world.catalog, user);
        expected(headers, &resource)?;
        let said = say(resource)?;
        // By it policies, grants, projects and warehouses know the user.
        let known = user.name.to_lowercase();
        let same = said.get("userName").and_then(Value::as_str).is_none_or(|said| said.to_lowercase() == known);
        if !same {
            let detail = "`userName` stays as it is: policies, grants and warehouses name the user by it; make a new user, and disable this one";
            return Err(wrong("mutability", detail));
        }
        // As it is kept, and not as it was sent: some send passwords, which nobody wants here.
        let details = json!({ "body": said });
        let user = document(user.clone(), said, &app.settings().scim)?;
        let changes = vec![Change::Put(Document::User(Box::new(user)))];
        let after = world.catalog.apply(changes.clone());
        let after = after.map_err(|problems| Problem::of_catalog(&problems, &changes, Some((Kind::User, &name))))?;
        let by = may_provision(&provisioner.caller.actor, &world.catalog, &after.catalog, &name).required()?;
        Ok(Wanted { changes, allowed_by: Some(by), details, ..Wanted::default() })
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    if planned.applied.catalog.users.get(&name).is_some_and(|user| user.disabled) {
        // Who is enabled again signs in again.
        app.store().delete_sessions_of(&name).await.map_err(Problem::from)?;
    }
    Ok(one(StatusCode::OK, &USERS, &Asked::default(), super::after(&planned, &name)?))
}
