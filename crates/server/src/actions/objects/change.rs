//! Making changes of documents: may the caller, and what comes of it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use scrim_catalog::{Catalog, Change, Document, Kind, Name, misplaced};
use scrim_registry::{Asked, Planned, Proposal, World};
use scrim_store::Expected;
use serde_json::{Value, json};

use super::{Changed, Done, What};
use crate::actions::webhooks;
use crate::caller::{Caller, refuse};
use crate::credentials::session;
use crate::problem::{Told, refused};
use crate::rights::{Readable, may_change};
use crate::secrets;
use crate::{App, Problem};

/// What somebody wants to change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) changes: Vec<Change>,
    pub(crate) expected: Vec<(Kind, Name, Expected)>,
    /// Tables that the caller was seen to be allowed to read.
    pub(crate) readable: Readable,
    /// What else must hold, by rules of the action itself: what allows it. Nothing leaves it to the rights on documents.
    pub(crate) allowed_by: Option<&'static str>,
    /// More for the audit trail.
    pub(crate) details: Value,
}

/// Makes a change that `decide` makes of the catalog as it stands, or tells what it would do.
///
/// # Errors
/// When the caller may not, the catalog would not be valid, or nothing can be written.
pub(crate) async fn make(
    app: &App,
    caller: &Caller,
    asked: &Asked,
    dry_run: bool,
    mut decide: impl FnMut(&World) -> Result<Wanted, Problem>,
) -> Result<Planned, Problem> {
    let mut tried = Vec::new();
    let mut propose = |world: &World| {
        let wanted = decide(world)?;
        webhooks::check(app, &world.catalog, &wanted.changes)?;
        secrets::check(app, &world.catalog, &wanted.changes)?;
        tried.clone_from(&wanted.changes);
        propose(caller, world, wanted, asked)
    };
    let planned = if dry_run { app.registry().plan(propose) } else { app.registry().change(asked, &mut propose).await };
    match planned {
        Ok(planned) => {
            if !dry_run {
                session::end_of_disabled(app, &planned).await?;
            }
            Ok(planned)
        }
        Err(error) => {
            let about = asked.object.as_ref().map(|(kind, name)| (*kind, name.as_str()));
            Err(refuse(app, asked, refused(error, &tried, about, Told::Actor(&caller.actor))).await)
        }
    }
}

fn propose(caller: &Caller, world: &World, wanted: Wanted, asked: &Asked) -> Result<Proposal, Problem> {
    let Wanted { changes, expected, readable, allowed_by, details } = wanted;
    // As the catalog knows them that the change is made of: who was disabled meanwhile changes nothing.
    let actor = caller.actor.again(&world.catalog);
    let actor = actor.ok_or_else(|| Problem::unauthenticated("this user was disabled, or deleted"))?;
    let (decided_by, applied) = match allowed_by {
        Some(by) => (by.to_owned(), None),
        None => {
            // What the caller asks for is what must be allowed; what only follows is the catalog's own matter.
            let about = asked.object.as_ref().map(|(kind, name)| (*kind, name.as_str()));
            let after = world
                .catalog
                .apply(changes.clone())
                .map_err(|p| Problem::of_catalog(&p, &changes, about, Told::Actor(&actor)));
            let mut by = Vec::new();
            for change in &changes {
                // Whether somebody may comes before what is wrong with it: an error tells what there is.
                let after = after.as_ref().map_or(&*world.catalog, |after| &after.catalog);
                let decided = may_change(&actor, &world.catalog, after, change, &readable).required();
                let decided = decided.map_err(|problem| if about.is_none() { of(change, problem) } else { problem })?;
                if !by.contains(&decided) {
                    by.push(decided);
                }
            }
            (by.join("; "), Some(after?))
        }
    };
    let after = applied.as_ref().map(|applied| &applied.catalog);
    let unreadable: Vec<_> =
        changes.iter().flat_map(|change| after.map_or_else(Vec::new, |after| never(after, change))).collect();
    if !unreadable.is_empty() {
        let about = asked.object.as_ref().map(|(kind, name)| (*kind, name.as_str()));
        return Err(Problem::of_catalog(&unreadable, &changes, about, Told::Actor(&actor)));
    }
    Ok(Proposal { changes, applied, expected, decided_by, details })
}

/// What is wrong with a document that somebody writes, whatever else there is. What was kept before it was refused stays.
fn never(after: &Catalog, change: &Change) -> Vec<scrim_catalog::Problem> {
    match change {
        // Rules that fit no data source close it; what is no expression at all is told whoever wrote it.
        Change::Put(Document::DataPolicy(_)) => {
            after.data_policies.get(change.of().1).map_or_else(Vec::new, |policy| scrim_policy::unreadable(policy))
        }
        // A URL may have a password in it, which would stand in versions, events and the audit trail for ever.
        Change::Put(Document::Integration(_)) => {
            after.integrations.get(change.of().1).and_then(|one| misplaced(one)).into_iter().collect()
        }
        Change::Put(_) | Change::Delete(..) => vec![],
    }
}

/// Of many changes, which one it is about.
fn of(change: &Change, problem: Problem) -> Problem {
    let (kind, name) = change.of();
    let detail = problem.detail.clone().unwrap_or_default();
    problem.detail(format!("the {kind} `{name}`: {detail}"))
}

/// What was done, as it is answered.
pub(crate) fn done(planned: &Planned, dry_run: bool) -> Done {
    let changes = planned.applied.changes.iter().filter_map(|change| {
        let (kind, name) = change.of();
        let before = planned.before.catalog.has(kind, name);
        let action = match (before, change) {
            (false, Change::Put(_)) => What::Create,
            (true, Change::Put(document)) => {
                let same = planned.before.catalog.document(kind, name).as_ref() == Some(document);
                return (!same).then(|| Changed {
                    kind: kind.to_string(),
                    name: name.to_string(),
                    action: What::Update,
                });
            }
            (true, Change::Delete(..)) => What::Delete,
            (false, Change::Delete(..)) => return None,
        };
        Some(Changed { kind: kind.to_string(), name: name.to_string(), action })
    });
    Done {
        sequence: planned.sequence,
        dry_run,
        changes: changes.collect(),
        warnings: planned.applied.warnings.iter().map(ToString::to_string).collect(),
    }
}

/// Answers what was done; with the version of the document that was asked for, where there is one.
pub(crate) fn answer(planned: &Planned, dry_run: bool, status: StatusCode, version: Option<u64>) -> Response {
    let mut response = (status, Json(done(planned, dry_run))).into_response();
    if let Some(etag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// Which version a document must be in, by `If-Match` and `If-None-Match`.
///
/// # Errors
/// When a header is not understood.
pub(crate) fn expected(headers: &HeaderMap) -> Result<Expected, Problem> {
    if let Some(value) = headers.get(header::IF_NONE_MATCH) {
        return match value.as_bytes() {
            b"*" => Ok(Expected::Absent),
            _ => Err(Problem::malformed("of `If-None-Match` a write understands `*` only: there must be none yet")),
        };
    }
    match headers.get(header::IF_MATCH).map(HeaderValue::to_str) {
        None => Ok(Expected::Any),
        Some(Ok(etag)) => version(etag).map(Expected::Version),
        Some(Err(_)) => Err(unknown()),
    }
}

/// The version that an `ETag` says.
///
/// # Errors
/// When it is not one of this API.
pub(crate) fn version(etag: &str) -> Result<u64, Problem> {
    let text = etag.trim().trim_start_matches("W/");
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')?.parse().ok()).ok_or_else(unknown)
}

fn unknown() -> Problem {
    Problem::malformed("`If-Match` is not an `ETag` of this API: send it as it was received, with its quotes")
}

/// A name out of a path.
///
/// # Errors
/// When nothing can have it.
pub(crate) fn name(text: &str) -> Result<Name, Problem> {
    Name::new(text).map_err(|error| Problem::malformed(error.to_string()))
}

/// What the audit trail says of a document that was put.
pub(crate) fn body_of(body: &Value) -> Value {
    json!({ "body": body })
}
