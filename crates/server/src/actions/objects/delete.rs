//! `DELETE /api/v1/<kind>/<name>`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use scrim_catalog::{Change, Kind, Name};
use scrim_reconciler::WHOLE;
use scrim_registry::World;

use super::change::{Wanted, answer, expected, make, name};
use super::opening::{Confirming, make_confirmed};
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(how): Query<Confirming>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about(&format!("{kind}.delete"), kind, &name);
    let expected = expected(&headers)?;
    let decide = |world: &World| {
        if !stands(world, kind, &name) {
            return Err(Problem::not_found(format!("there is no {kind} `{name}`")));
        }
        Ok(Wanted {
            changes: vec![Change::Delete(kind, name.clone())],
            expected: if world.catalog.has(kind, &name) { vec![(kind, name.clone(), expected)] } else { vec![] },
            ..Wanted::default()
        })
    };
    if kind == Kind::Integration && !how.confirm && !how.dry_run {
        taken_away(&app, &name).await?;
    }
    // Other kinds cannot be deleted while a policy restricts by them.
    let planned = if kind == Kind::Tag {
        let what = format!("deleting the {kind} `{name}`");
        make_confirmed(&app, &caller, &asked, how, &what, decide).await?
    } else {
        make(&app, &caller, &asked, how.dry_run, decide).await?
    };
    Ok(answer(&planned, how.dry_run, StatusCode::OK, None))
}

/// A tag stands also where no document describes it: wherever something carries it.
fn stands(world: &World, kind: Kind, name: &Name) -> bool {
    world.catalog.has(kind, name) || (kind == Kind::Tag && world.catalog.known_tags().contains(name))
}

/// Whether all that was pushed is taken away again.
async fn taken_away(app: &App, integration: &Name) -> Result<(), Problem> {
    let world = app.registry().world();
    let states = app.store().sync_states(integration).await?;
    let pushed = states.iter().filter(|state| state.pushed_sequence.is_some());
    let left = pushed.filter(|state| state.subject != WHOLE || state.pushed_sequence < Some(world.changed));
    if left.count() == 0 {
        return Ok(());
    }
    Err(Problem::conflict(format!(
        "what was pushed to `{integration}` is not taken away yet, and nobody would: wait until it is in sync, or repeat it with \
         `confirm=true` where the warehouse is gone or was uninstalled"
    )))
}
