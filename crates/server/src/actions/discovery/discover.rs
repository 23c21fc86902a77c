//! `POST /api/v1/data-sources/<name>/discover`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::Proposed;
use scrim_catalog::{Change, Document, Kind};
use scrim_reconciler::discovering::{LookError, ROWS, SURE, look, own_identifiers, proposed};
use scrim_registry::World;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::objects::change::{Wanted, make, name};
use crate::caller::{Caller, note, refuse};
use crate::deputy::{connect, may_read, silent};
use crate::json::{InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// How to look.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct How {
    /// Set the tags that are sure enough, instead of proposing them.
    #[serde(default)]
    apply: bool,
    /// So sure they must be, from 0 to 1; 0.8 by default.
    #[schemars(range(min = 0, max = 1))]
    confidence: Option<f64>,
    /// How many rows are sampled, 1 to 10,000; 1,000 by default.
    #[schemars(range(min = 1, max = 10_000))]
    rows: Option<u32>,
    /// Keep nothing, and answer what was found.
    #[serde(default)]
    dry_run: bool,
}

/// What was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Discovered")]
pub(crate) struct Found {
    /// The number of the last event.
    sequence: u64,
    /// Every column for which something was found.
    columns: Vec<Column>,
    /// Identifiers of the catalog that were not looked for: by one that somebody writes they would ask the table, which takes
    /// owning the data source, or a warehouse user of theirs that may read it. The built-in ones always are.
    left_out: Vec<String>,
}

/// What was found in a column.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "DiscoveredColumn")]
pub(crate) struct Column {
    /// The column.
    column: String,
    /// What it seems to hold, the surest first.
    findings: Vec<Proposed>,
    /// The tags that were set, or would be.
    applied: Vec<String>,
    /// Tags that an owner refused earlier.
    refused: Vec<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(how): Query<How>,
) -> Result<Json<Found>, Problem> {
    let name = name(&text)?;
    let asked = caller.about("data-source.discover", Kind::DataSource, &name);
    let sure = how.confidence.unwrap_or(SURE);
    let rows = how.rows.unwrap_or(ROWS);
    if !(0.0..=1.0).contains(&sure) {
        return Err(Problem::malformed("`confidence` must be a number from 0 to 1"));
    }
    if !(1..=10_000).contains(&rows) {
        return Err(Problem::malformed("`rows` must be 1 to 10000"));
    }
    let world = app.registry().world();
    let by = match may(&caller.actor, &world.catalog, Action::Discover(&name)).required() {
        Ok(by) => by,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let missing = || Problem::not_found(format!("there is no data source `{name}`"));
    let source = world.catalog.data_sources.get(&name).ok_or_else(missing)?;
    let integration = world.catalog.integrations.get(source.integration.value()).ok_or_else(missing)?;
    let mut warehouse = connect(integration).await?;
    let mut identifiers = own_identifiers(&world.catalog);
    let mut left_out = Vec::new();
    if !identifiers.is_empty() && !caller.actor.owns(&world.catalog, &name) {
        let table = BTreeSet::from([source.table.value().clone()]);
        if may_read(&world.catalog, &caller.actor, integration, &warehouse, &table).await?.is_empty() {
            left_out = identifiers.drain(..).map(|identifier| identifier.name.to_string()).collect();
        }
    }
    let names: Vec<&str> = identifiers.iter().map(|identifier| identifier.name.as_str()).collect();
    let findings =
        look(&mut warehouse, &identifiers, integration, source, rows).await.map_err(|error| match error {
            LookError::Nothing(_) | LookError::Identifiers(_) => Problem::conflict(error.to_string()),
            LookError::Warehouse(error) => silent(integration, &error),
        })?;
    let apply = how.apply.then_some(sure);
    let decide = |world: &World| {
        let before = world.catalog.data_sources.get(&name).ok_or_else(missing)?;
        let after = findings.taken_into(before, apply);
        Ok(Wanted {
            changes: vec![Change::Put(Document::DataSource(Box::new(after)))],
            // Looking took its time: whoever may not any more changes nothing.
            allowed_by: Some(may(&caller.actor, &world.catalog, Action::Discover(&name)).required()?),
            details: json!({ "apply": apply, "rows": rows, "identifiers": names, "left_out": left_out }),
            ..Wanted::default()
        })
    };
    let planned = make(&app, &caller, &asked, how.dry_run, decide).await?;
    if how.dry_run {
        note(&app, &asked, by, json!({ "dry_run": true, "rows": rows, "identifiers": names, "left_out": left_out }))
            .await;
    }
    let tags = |world: &scrim_catalog::Catalog, column: &str| -> Vec<String> {
        let source = world.data_sources.get(&name);
        let column = source.and_then(|source| source.columns.iter().find(|one| one.name.as_str() == column));
        column.map_or_else(Vec::new, |column| column.tags.iter().map(ToString::to_string).collect())
    };
    let columns = findings.columns.iter().filter(|(_, found)| !found.is_empty()).map(|(column, found)| {
        let (before, after) = (tags(&planned.before.catalog, column), tags(&planned.applied.catalog, column));
        let written = planned.applied.catalog.data_sources.get(&name);
        let written = written.and_then(|source| source.columns.iter().find(|one| one.name.value() == column));
        let known = written.and_then(|column| column.discovery.as_ref());
        Column {
            column: column.to_string(),
            findings: found.iter().map(proposed).collect(),
            applied: after.into_iter().filter(|tag| !before.contains(tag)).collect(),
            refused: known.iter().flat_map(|known| &known.refused).map(ToString::to_string).collect(),
        }
    });
    Ok(Json(Found { sequence: planned.sequence, columns: columns.collect(), left_out }))
}
