//! `POST /scim/v2/Groups`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::{External, Group};
use scrim_catalog::{At, Kind, Name};
use scrim_registry::World;
use scrim_store::Expected;
use serde_json::{Value, json};
use uuid::Uuid;

use super::membership::changes;
use crate::App;
use crate::actions::objects::change::{Wanted, make};
use crate::scim::answer::{Asked, one};
use crate::scim::content::clean;
use crate::scim::error::{Refused, wrong};
use crate::scim::provisioner::{Provisioner, Sent};
use crate::scim::schema::GROUPS;

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let said = clean(&GROUPS, &body)?;
    let name = said.get("displayName").and_then(Value::as_str).unwrap_or("");
    let name = Name::new(name).map_err(|error| wrong("invalidValue", format!("`displayName`: {error}")))?;
    let asked = provisioner.caller.about("scim.group.create", Kind::Group, &name);
    let id = Uuid::new_v4().to_string();
    let decide = |world: &World| {
        let folded = name.to_lowercase();
        if let Some(known) = world.catalog.groups.keys().find(|known| known.to_lowercase() == folded) {
            return Err(wrong("uniqueness", format!("there is a group `{known}`")));
        }
        let id = Name::new(id.clone()).map_err(|error| crate::Problem::internal(&error))?;
        let group = Group {
            kind: Kind::Group.as_str().to_owned(),
            name: At::nowhere(name.clone()),
            description: None,
            attributes: Default::default(),
            external: Some(External { id: Some(id), ..External::default() }),
        };
        let changes = changes(&world.catalog, group, &said)?;
        let details = json!({ "changed_members": changes.len().saturating_sub(1) });
        let expected = vec![(Kind::Group, name.clone(), Expected::Absent)];
        Ok(Wanted { changes, expected, allowed_by: Some(provisioner.by), details, ..Wanted::default() })
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    let resource = super::after(&planned.applied.catalog, &name)?;
    Ok(one(StatusCode::CREATED, &GROUPS, &Asked::default(), resource))
}
