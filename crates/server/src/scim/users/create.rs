//! `POST /scim/v2/Users`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::{External, User};
use scrim_catalog::{At, Change, Document, Kind, Name};
use scrim_registry::World;
use scrim_store::Expected;
use serde_json::{Value, json};
use uuid::Uuid;

use super::document::{document, name};
use crate::App;
use crate::actions::objects::change::{Wanted, make};
use crate::scim::answer::{Asked, one};
use crate::scim::content::clean;
use crate::scim::error::{Refused, wrong};
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::schema::USERS;

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let said = clean(&USERS, &body)?;
    let name = name(&said)?;
    let asked = provisioner.caller.about("scim.user.create", Kind::User, &name);
    let id = Uuid::new_v4().to_string();
    let decide = |world: &World| {
        let folded = name.to_lowercase();
        if let Some(known) = world.catalog.users.keys().find(|known| known.to_lowercase() == folded) {
            return Err(wrong("uniqueness", format!("there is a user `{known}`")));
        }
        let id = Name::new(id.clone()).map_err(|error| crate::Problem::internal(&error))?;
        let user = document(new(&name, id), said.clone(), &app.settings().scim)?;
        Ok(Wanted {
            changes: vec![Change::Put(Document::User(Box::new(user)))],
            expected: vec![(Kind::User, name.clone(), Expected::Absent)],
            // Somebody new has no permission, and takes none away.
            allowed_by: Some(provisioner.by),
            details: json!({ "body": said }),
            ..Wanted::default()
        })
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    Ok(one(StatusCode::CREATED, &USERS, &Asked::default(), super::after(&planned, &name)?))
}

/// A user of whom only the name and the id are known.
fn new(name: &Name, id: Name) -> User {
    User {
        kind: Kind::User.as_str().to_owned(),
        name: At::nowhere(name.clone()),
        description: None,
        warehouse_user: None,
        groups: vec![],
        attributes: Default::default(),
        permissions: vec![],
        current_project: None,
        disabled: false,
        external: Some(External { id: Some(id), ..External::default() }),
        confirmed: Default::default(),
    }
}
