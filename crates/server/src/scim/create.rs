//! `POST` to `/scim/v2/Users` and `/scim/v2/Groups`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::Name;
use scrim_catalog::documents::External;
use scrim_registry::World;
use scrim_store::Expected;
use serde_json::Value;
use uuid::Uuid;

use super::answer::{Asked, one};
use super::content::clean;
use super::error::{Refused, wrong};
use super::provisioned::{Provisioned, after, name_said};
use super::provisioner::{Provisioner, Sent};
use crate::actions::objects::change::{Wanted, make};
use crate::{App, Problem};

pub(crate) async fn create<R: Provisioned>(
    State(app): State<App>,
    provisioner: Provisioner,
    Sent(body): Sent<Value>,
) -> Result<Response, Refused> {
    let said = clean(R::shape(), &body)?;
    let name = name_said::<R>(&said)?;
    let asked = provisioner.caller.about(&format!("scim.{}.create", R::KIND), R::KIND, &name);
    let id = Name::new(Uuid::new_v4().to_string()).map_err(|error| Problem::internal(&error))?;
    let decide = |world: &World| {
        let folded = name.to_lowercase();
        if let Some(known) = R::all(&world.catalog).find(|known| known.name().to_lowercase() == folded) {
            return Err(wrong("uniqueness", format!("there is a {} `{}`", R::KIND, known.name())));
        }
        let new = R::new(name.clone(), External { id: Some(id.clone()), ..External::default() });
        let wanted = new.said(&world.catalog, said.clone(), &app, &provisioner)?;
        Ok(Wanted { expected: vec![(R::KIND, name.clone(), Expected::Absent)], ..wanted })
    };
    let planned = make(&app, &provisioner.caller, &asked, false, decide).await?;
    Ok(one(StatusCode::CREATED, R::shape(), &Asked::default(), after::<R>(&planned, &name)?))
}
