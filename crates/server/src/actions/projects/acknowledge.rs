//! `PUT /api/v1/projects/<name>/acknowledgements/<purpose>`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::Acknowledged;
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, project};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::{App, Problem};

/// What was read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Read {
    /// The text as it was shown to the member: nobody acknowledges another one. Nothing where the purpose has none.
    text: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath((text, purpose)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
    Body(read): Body<Read>,
) -> Result<Response, Problem> {
    let (whose, purpose) = (name(&text)?, name(&purpose)?);
    let asked = caller.about("project.acknowledge", Kind::Project, &whose);
    let (own, now) = (&caller.actor.name, app.now());
    let decide = |world: &World| {
        let mut project = project(&caller.actor, &world.catalog, &whose, now)?;
        let has = project.purposes.iter().any(|one| *one.value() == purpose);
        let Some(member) = project.members.iter_mut().find(|member| member.user.value() == own) else {
            return Err(Problem::forbidden(format!("you are not a member of the project `{whose}`: join it first")));
        };
        if !has {
            return Err(Problem::not_found(format!("the project `{whose}` has no purpose `{purpose}`")));
        }
        let shown = world.catalog.purposes.get(&purpose).and_then(|purpose| purpose.acknowledgement.clone());
        if shown != read.text {
            return Err(Problem::conflict(
                "`text` is not what the purpose wants acknowledged: read it again, and send it as it is",
            ));
        }
        match &mut member.acknowledged {
            Acknowledged::All(true) => {}
            Acknowledged::Purposes(purposes) if purposes.iter().any(|one| *one.value() == purpose) => {}
            Acknowledged::Purposes(purposes) => purposes.push(At::nowhere(purpose.clone())),
            none @ Acknowledged::All(false) => *none = Acknowledged::Purposes(vec![At::nowhere(purpose.clone())]),
        }
        let details = json!({ "purpose": purpose, "text": shown, "at": now });
        Ok(allowed(Document::Project(Box::new(project)), "the member's own", details))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
