//! `DELETE /scim/v2/Groups/{id}`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use scrim_catalog::documents::Group;
use scrim_catalog::{Change, Kind};
use scrim_registry::World;

use crate::actions::objects::change::{Wanted, make};
use crate::json::InPath;
use crate::scim::answer::expected;
use crate::scim::error::Refused;
use crate::scim::provisioned::{Provisioned, found, name_of};
use crate::scim::provisioner::Provisioner;
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    provisioner: Provisioner,
    path: Result<InPath<String>, Problem>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let InPath(id) = path?;
    let name = name_of::<Group>(&app, &provisioner, "scim.group.delete", &id).await?;
    let asked = provisioner.caller.about("scim.group.delete", Kind::Group, &name);
    let decide = |world: &World| {
        expected(&headers, &found::<Group>(&world.catalog, &id)?.told(&world.catalog))?;
        let changes = vec![Change::Delete(Kind::Group, name.clone())];
        Ok(Wanted { changes, allowed_by: Some(provisioner.by), ..Wanted::default() })
    };
    match make(&app, &provisioner.caller, &asked, false, decide).await {
        Ok(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        // What a policy says of a group would mean something else without it; nor can its members be taken out instead.
        Err(problem) if problem.status == 422 => {
            let documents = problem.errors.iter().map(|error| {
                let document = error.document.as_deref().unwrap_or("a document");
                format!("{document}: {}", error.detail)
            });
            let by = documents.collect::<Vec<_>>().join("; ");
            let detail = format!("the group stays, because documents name it ({by}): take it out of them first");
            Err(Problem::conflict(detail).into())
        }
        Err(problem) => Err(problem.into()),
    }
}
