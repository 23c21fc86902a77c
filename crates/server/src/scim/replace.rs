//! `PUT` and `PATCH` of `/scim/v2/Users/{id}` and `/scim/v2/Groups/{id}`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use scrim_catalog::{Change, Document};
use scrim_registry::{Planned, World};
use serde_json::{Map, Value};

use super::answer::{Asked, expected, one};
use super::content::clean;
use super::error::{Refused, wrong};
use super::patch::Patch;
use super::provisioned::{Provisioned, after, found, name_of};
use super::provisioner::{Provisioner, Sent};
use crate::actions::objects::change::make;
use crate::json::InPath;
use crate::{App, Problem};

pub(crate) async fn put<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let said = clean(R::shape(), &body)?;
    change::<R>(app, provisioner, "replace", &id, &headers, |_| Ok(said.clone())).await
}

pub(crate) async fn patch<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let patch: Patch = serde_json::from_value(body).map_err(|error| wrong("invalidSyntax", error.to_string()))?;
    let patched = |mut resource: Value| {
        patch.apply(R::shape(), &mut resource)?;
        clean(R::shape(), &resource)
    };
    change::<R>(app, provisioner, "patch", &id, &headers, patched).await
}

async fn change<R: Provisioned>(
    app: App,
    provisioner: Provisioner,
    verb: &str,
    id: &str,
    headers: &HeaderMap,
    say: impl Fn(Value) -> Result<Map<String, Value>, Problem>,
) -> Result<Response, Refused> {
    let (shape, action) = (R::shape(), format!("scim.{}.{verb}", R::KIND));
    let name = name_of::<R>(&app, &provisioner, &action, id).await?;
    let asked = provisioner.caller.about(&action, R::KIND, &name);
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let known = found::<R>(catalog, id)?;
        let resource = known.told(catalog);
        expected(headers, &resource)?;
        let said = say(resource)?;
        let name = known.name().to_lowercase();
        if said.get(shape.key).and_then(Value::as_str).is_some_and(|said| said.to_lowercase() != name) {
            return Err(wrong("mutability", format!("`{}` stays as it is: {}", shape.key, R::STAYS)));
        }
        known.clone().said(catalog, said, &app, &provisioner)
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    sign_out(&app, &planned).await?;
    Ok(one(StatusCode::OK, shape, &Asked::default(), after::<R>(&planned, &name)?))
}

/// Who was disabled is signed out: whoever is enabled again signs in again.
async fn sign_out(app: &App, planned: &Planned) -> Result<(), Problem> {
    for change in &planned.applied.changes {
        if let Change::Put(Document::User(user)) = change
            && user.disabled
        {
            app.store().delete_sessions_of(&user.name).await?;
        }
    }
    Ok(())
}
