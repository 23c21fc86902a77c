//! `POST /api/v1/plan` and `POST /api/v1/apply`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Change, Document, Kind};
use scrim_policy::SourceEffect;
use scrim_registry::{Planned, World};
use serde::Serialize;
use serde_json::{Value, json};

use super::listed::{Listed, changes, read};
use crate::actions::objects::change::{Wanted, done, make};
use crate::actions::objects::opening::{loosens, unopened};
use crate::actions::objects::{Done, Writing};
use crate::caller::{Caller, note, refuse};
use crate::compute::compute;
use crate::json::{Body, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// What would be done, and what it means.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Plan {
    #[serde(flatten)]
    done: Done,
    /// Who would gain or lose what, of the data sources that the caller may ask about.
    effects: Vec<SourceEffect>,
}

pub(crate) async fn plan(
    State(app): State<App>,
    caller: Caller,
    Body(listed): Body<Listed>,
) -> Result<Json<Plan>, Problem> {
    let (planned, warnings) = documents(&app, &caller, "documents.plan", listed, true).await?;
    let effects = effects(&app, &caller, &planned).await?;
    note(&app, &caller.doing("documents.plan"), "what each of the changes allows", Value::Null).await;
    Ok(Json(Plan { done: with(&planned, true, warnings), effects }))
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(writing): Query<Writing>,
    Body(listed): Body<Listed>,
) -> Result<Json<Done>, Problem> {
    let (planned, warnings) = documents(&app, &caller, "documents.apply", listed, writing.dry_run).await?;
    Ok(Json(with(&planned, writing.dry_run, warnings)))
}

/// Makes the catalog what a list says, or tells what that would change.
pub(super) async fn documents(
    app: &App,
    caller: &Caller,
    action: &str,
    listed: Listed,
    dry_run: bool,
) -> Result<(Planned, Vec<String>), Problem> {
    let asked = caller.doing(action);
    let listed = Arc::new(listed);
    let bodies = Arc::clone(&listed);
    let documents = match compute(move || read(&bodies.documents)).await? {
        Ok(documents) => documents,
        Err(problem) => return Err(refuse(app, &asked, problem).await),
    };
    let (now, mut warnings) = (app.now(), Vec::new());
    // Tags go where a data source has fewer than before, or where some are listed, and what is not listed goes.
    let world = app.registry().world();
    let loosens = documents.iter().any(|document| loosens(&world.catalog, document))
        || (listed.prune
            && (documents.iter().any(|one| one.kind() == Kind::Tag) || unlisted(&world.catalog, &documents)));
    let puts: Vec<Change> = documents.iter().cloned().map(Change::Put).collect();
    let readable = crate::deputy::readable(app, &caller.actor, &puts).await?;
    let mut decide = |world: &World| {
        let wanted = changes(&caller.actor, &world.catalog, &documents, &listed, now)?;
        warnings = wanted.warnings;
        let details = changed(&wanted.changes, listed.prune);
        Ok(Wanted { changes: wanted.changes, details, readable: readable.clone(), ..Wanted::default() })
    };
    if loosens && !dry_run && !listed.confirm {
        unopened(app, caller, &asked, "this", &mut decide).await?;
    }
    let planned = make(app, caller, &asked, dry_run, decide).await?;
    Ok((planned, warnings))
}

/// Whether integrations are listed, and not all there are.
fn unlisted(catalog: &Catalog, documents: &[Document]) -> bool {
    let listed: Vec<_> = documents.iter().filter(|one| one.kind() == Kind::Integration).map(Document::name).collect();
    !listed.is_empty() && catalog.integrations.keys().any(|name| !listed.iter().any(|one| one.value() == name))
}

/// What the audit trail says of changes: what each of them wrote stands in the versions.
pub(super) fn changed(changes: &[Change], prune: bool) -> Value {
    let named = |put: bool| -> Vec<String> {
        let those = changes.iter().filter(|change| matches!(change, Change::Put(_)) == put);
        those.map(|change| format!("{}/{}", change.of().0.plural(), change.of().1)).collect()
    };
    json!({ "put": named(true), "deleted": named(false), "prune": prune })
}

pub(super) fn with(planned: &Planned, dry_run: bool, warnings: Vec<String>) -> Done {
    let mut done = done(planned, dry_run);
    done.warnings.splice(0..0, warnings);
    done
}

/// What a change means for people, of the data sources that the caller may ask about.
pub(super) async fn effects(app: &App, caller: &Caller, planned: &Planned) -> Result<Vec<SourceEffect>, Problem> {
    let (before, after, now) = (Arc::clone(&planned.before.catalog), planned.applied.catalog.clone(), app.now());
    let actor = caller.actor.clone();
    compute(move || {
        let asks = |catalog: &Catalog, source: &str| may(&actor, catalog, Action::WhoSees(source)).is_allowed();
        let mut effects = scrim_policy::effect(&before, &after, now);
        // Of what is new, whoever owns it then.
        effects.retain(|effect| {
            let known = if before.data_sources.contains_key(&effect.data_source) { &*before } else { &after };
            asks(known, &effect.data_source)
        });
        effects
    })
    .await
}
