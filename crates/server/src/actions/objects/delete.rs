//! `DELETE /api/v1/<kind>/<name>`.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use scrim_catalog::{Change, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;

use super::change::{Wanted, answer, expected, make, name};
use crate::caller::Caller;
use crate::credentials::forget;
use crate::json::{InPath, Query};
use crate::{App, FieldError, Problem};

/// How to delete.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Deleting {
    /// Do nothing, and answer what would be done.
    #[serde(default)]
    dry_run: bool,
    /// Delete although people see more afterwards. Without it such a deletion is refused, and the answer says what opens.
    #[serde(default)]
    confirm: bool,
}

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(deleting): Query<Deleting>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about(&format!("{kind}.delete"), kind, &name);
    let expected = expected(&headers)?;
    let now = app.now();
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
    let planned = if deleting.dry_run || deleting.confirm || kind != Kind::Tag {
        make(&app, &caller, &asked, deleting.dry_run, decide).await?
    } else {
        // First what it would do, then the same again: what opens by what others do meanwhile is their doing.
        let planned = make(&app, &caller, &asked, true, decide).await?;
        let opens = opened(&planned, now);
        if !opens.is_empty() {
            let title = "This opens what a policy restricts";
            let problem = Problem::new(StatusCode::PRECONDITION_REQUIRED, "opens", title);
            let detail = format!(
                "deleting the {kind} `{name}` shows more to somebody; repeat it with `confirm=true` if that is meant"
            );
            return Err(Problem { errors: opens, ..problem.detail(detail) });
        }
        make(&app, &caller, &asked, false, decide).await?
    };
    if kind == Kind::User && !deleting.dry_run {
        forget(&app, &name).await?;
    }
    Ok(answer(&planned, deleting.dry_run, StatusCode::OK, None))
}

/// A tag stands also where no document describes it: wherever something carries it.
fn stands(world: &World, kind: Kind, name: &Name) -> bool {
    world.catalog.has(kind, name) || (kind == Kind::Tag && world.catalog.known_tags().contains(name))
}

/// What people see more of afterwards.
fn opened(planned: &scrim_registry::Planned, now: chrono::DateTime<chrono::Utc>) -> Vec<FieldError> {
    let effects = scrim_policy::effect(&planned.before.catalog, &planned.applied.catalog, now);
    let mut opens = Vec::new();
    for effect in effects {
        let document = Some(format!("data-sources/{}", effect.data_source));
        let mut add = |what: String| {
            opens.push(FieldError { document: document.clone(), pointer: String::new(), detail: what, help: None });
        };
        if effect.gain > 0 {
            add(format!("{} more users may read it", effect.gain));
        }
        for column in &effect.columns {
            if column.more > 0 {
                add(format!("{} users see more of the column `{}`", column.more, column.name));
            }
        }
        if effect.other_rows > 0 {
            add(format!("other row rules hold for {} users", effect.other_rows));
        }
    }
    opens
}
