//! `POST /api/v1/bulk`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Change, Document, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::Value;

use super::apply::changed;
use super::listed::{completed, read};
use crate::actions::objects::change::{Wanted, done, make, name};
use crate::actions::objects::opening::{loosens, unopened};
use crate::actions::objects::{Done, Writing};
use crate::caller::{Caller, refuse};
use crate::compute::compute;
use crate::json::{Body, Query};
use crate::{App, Problem};

/// Writes, in their order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bulk {
    /// All of them are done, or none.
    operations: Vec<Operation>,
    /// Delete tags although people see more afterwards. Without it that is refused, and the answer says what opens.
    #[serde(default)]
    confirm: bool,
}

/// One write.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Operation {
    /// Makes a document, or replaces it: with its `kind` and `name`, as in a file.
    Put(#[schemars(with = "crate::forms::AnyDocument")] Value),
    /// Deletes a document.
    Delete(Deleted),
}

/// A document to be deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Deleted {
    /// Its kind.
    #[schemars(with = "crate::forms::KindName")]
    kind: String,
    /// Its name.
    #[schemars(with = "Name")]
    name: String,
}

/// One write, read.
enum Read {
    Put(Document),
    Delete(Kind, Name),
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(writing): Query<Writing>,
    Body(bulk): Body<Bulk>,
) -> Result<Json<Done>, Problem> {
    let (asked, confirm) = (caller.doing("documents.bulk"), bulk.confirm);
    let operations = match compute(move || operations(bulk.operations)).await? {
        Ok(operations) => operations,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let now = app.now();
    let puts = operations.iter().filter_map(|operation| match operation {
        Read::Put(document) => Some(Change::Put(document.clone())),
        Read::Delete(..) => None,
    });
    let readable = crate::deputy::readable(&app, &caller.actor, &puts.collect::<Vec<_>>()).await?;
    let decide = |world: &World| {
        let mut changes = Vec::with_capacity(operations.len());
        for operation in &operations {
            changes.push(match operation {
                Read::Put(document) => {
                    let before = world.catalog.document(document.kind(), document.name());
                    Change::Put(completed(document.clone(), before.as_ref(), now))
                }
                Read::Delete(kind, name) if world.catalog.has(*kind, name) => Change::Delete(*kind, name.clone()),
                Read::Delete(kind, name) => {
                    return Err(Problem::not_found(format!("there is no {kind} `{name}`")));
                }
            });
        }
        let details = changed(&changes, false);
        Ok(Wanted { changes, details, readable: readable.clone(), ..Wanted::default() })
    };
    let loosens = operations.iter().any(|operation| match operation {
        Read::Put(document) => loosens(&app.registry().world().catalog, document),
        Read::Delete(kind, _) => matches!(kind, Kind::Tag | Kind::Integration),
    });
    if loosens && !writing.dry_run && !confirm {
        unopened(&app, &caller, &asked, "this", &decide).await?;
    }
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(Json(done(&planned, writing.dry_run)))
}

fn operations(operations: Vec<Operation>) -> Result<Vec<Read>, Problem> {
    let bodies: Vec<Value> = operations
        .iter()
        .filter_map(|operation| match operation {
            Operation::Put(body) => Some(body.clone()),
            Operation::Delete(_) => None,
        })
        .collect();
    // All at once, so that everything that is wrong is told.
    let mut documents = read(&bodies)?.into_iter();
    let mut all = Vec::with_capacity(operations.len());
    for operation in operations {
        all.push(match operation {
            Operation::Put(_) => match documents.next() {
                Some(document) => Read::Put(document),
                None => continue,
            },
            Operation::Delete(Deleted { kind, name: text }) => {
                let known =
                    kind.parse().map_err(|()| Problem::malformed(format!("`{kind}` is not a kind of document")));
                Read::Delete(known?, name(&text)?)
            }
        });
    }
    Ok(all)
}
