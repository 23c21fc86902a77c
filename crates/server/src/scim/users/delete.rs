//! `DELETE /scim/v2/Users/{id}`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use scrim_catalog::documents::User;
use scrim_catalog::{Change, Document, Kind, Severity};
use scrim_registry::World;
use serde_json::json;

use crate::actions::objects::change::{Wanted, make};
use crate::json::InPath;
use crate::problem::Told;
use crate::rights::may_provision;
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
    let name = name_of::<User>(&app, &provisioner, "scim.user.delete", &id).await?;
    let asked = provisioner.caller.about("scim.user.delete", Kind::User, &name);
    // Where documents name the user, what they say would change: the user is disabled then, and sees nothing.
    let mut named_by = None;
    let decide = |world: &World| {
        let user = found::<User>(&world.catalog, &id)?;
        expected(&headers, &user.told(&world.catalog))?;
        let delete = vec![Change::Delete(Kind::User, name.clone())];
        let (changes, after) = match world.catalog.apply(delete.clone()) {
            Ok(after) => {
                named_by = None;
                (delete, after)
            }
            Err(problems) => {
                let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
                let texts: Vec<String> =
                    errors.map(|problem| format!("{}: {}", problem.file.display(), problem.message)).collect();
                named_by = Some(texts.join("; "));
                let disabled = User { disabled: true, ..user.clone() };
                let disable = vec![Change::Put(Document::User(Box::new(disabled)))];
                let after = world.catalog.apply(disable.clone());
                (
                    disable.clone(),
                    after.map_err(|problems| {
                        Problem::of_catalog(&problems, &disable, None, Told::Actor(&provisioner.caller.actor))
                    })?,
                )
            }
        };
        let by = may_provision(&provisioner.caller.actor, &world.catalog, &after.catalog, &name).required()?;
        let details = json!({ "disabled_because": named_by });
        Ok(Wanted { changes, allowed_by: Some(by), details, ..Wanted::default() })
    };
    make(&app, &provisioner.caller, &asked, false, decide).await?;
    match named_by {
        None => Ok(StatusCode::NO_CONTENT.into_response()),
        Some(by) => {
            let detail = format!(
                "the user was disabled and not deleted, because documents name it ({by}): take it out of them, and delete it again"
            );
            Err(Problem::conflict(detail).into())
        }
    }
}
