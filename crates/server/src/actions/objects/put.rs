//! `PUT /api/v1/<kind>/<name>`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use scrim_catalog::documents::Owner;
use scrim_catalog::{At, Change, Document, Kind, from_json, pointer};
use scrim_registry::World;
use serde_json::Value;

use super::super::documents::completed;
use super::change::{Wanted, answer, body_of, expected, make, name};
use super::opening::{Confirming, loosens, make_confirmed};
use crate::actor::Actor;
use crate::caller::{Caller, refuse};
use crate::json::{Body, InPath, Query};
use crate::problem::FieldError;
use crate::{App, Problem};

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Confirming>,
    headers: HeaderMap,
    Body(body): Body<Value>,
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about(&format!("{kind}.put"), kind, &name);
    let document = match from_json(kind, &name, &body) {
        Ok(document) => document,
        Err(problem) => {
            let pointer = pointer(kind, &name, &body, problem.line);
            let error = FieldError { document: None, pointer, detail: problem.message, help: problem.help };
            return Err(refuse(&app, &asked, Problem::invalid(vec![error])).await);
        }
    };
    let (expected, now) = (expected(&headers)?, app.now());
    // Whether a tag goes, or a policy, is known before: what it opens takes longer to find out than to write.
    let loses = |world: &World| loosens(&world.catalog, &document);
    let checked = loses(&app.registry().world());
    let readable = crate::deputy::readable(&app, &caller.actor, &[Change::Put(document.clone())]).await?;
    let decide = |world: &World| {
        if !checked && loses(world) {
            return Err(Problem::conflict("somebody tagged it meanwhile: read it again, and decide again"));
        }
        let new = !world.catalog.has(kind, &name);
        let document = if new { owned(document.clone(), &caller.actor) } else { document.clone() };
        let before = world.catalog.document(kind, &name);
        let document = completed(document, before.as_ref(), now);
        // Where nothing changes there is nothing to tell: else anybody who may write something small could fill the trail.
        let details = if before.as_ref() == Some(&document) { Value::Null } else { body_of(&body) };
        Ok(Wanted {
            changes: vec![Change::Put(document)],
            expected: vec![(kind, name.clone(), expected)],
            details,
            readable: readable.clone(),
            ..Wanted::default()
        })
    };
    let planned = if checked {
        let how = Confirming { dry_run: writing.dry_run, confirm: writing.confirm };
        make_confirmed(
            &app,
            &caller,
            &asked,
            how,
            "putting it without a tag that it has, or with other policies",
            decide,
        )
        .await?
    } else {
        make(&app, &caller, &asked, writing.dry_run, decide).await?
    };
    let new = !planned.before.catalog.has(kind, &name);
    let at = planned.applied.changes.iter().position(|change| change.of() == (kind, &name));
    let version = at.or(planned.versions.len().checked_sub(1)).and_then(|at| planned.versions.get(at)).copied();
    let status = if new && !writing.dry_run { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(&planned, writing.dry_run, status, version))
}

/// Whoever makes a data source or a project owns it, unless it says who does.
fn owned(mut document: Document, actor: &Actor) -> Document {
    let own = || vec![Owner::User(At::nowhere(actor.name.clone()))];
    match &mut document {
        Document::DataSource(source) if source.owners.is_empty() => source.owners = own(),
        Document::Project(project) if project.owners.is_empty() => project.owners = own(),
        _ => {}
    }
    document
}
