//! `POST /api/v1/data-sources/<name>/confirm`.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use scrim_catalog::documents::{Column, DataSource, Integration, NEW, SourceStatus};
use scrim_catalog::{Change, Document, Kind, Name, TableName};
use scrim_registry::World;
use scrim_sql::{located, system};
use scrim_warehouse::FoundTable;
use serde::Deserialize;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{Wanted as Changes, answer, make, name};
use crate::actions::objects::known;
use crate::caller::{Caller, refuse};
use crate::deputy::{connect, silent};
use crate::json::{Body, InPath, Query};
use crate::rights::may_change;
use crate::{App, Problem};

/// What an owner has looked at.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Confirmation")]
pub(crate) struct Wanted {
    /// These columns, which are tagged `New`. Without it everything: all columns as the table has them now, and the table itself
    /// where another one took its place.
    columns: Option<Vec<Name>>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(wanted): Body<Wanted>,
) -> Result<Response, Problem> {
    let name = name(&text)?;
    let asked = caller.about("data-source.confirm", Kind::DataSource, &name);
    let world = app.registry().world();
    let source = match known::source(&caller.actor, &world.catalog, &name, app.now()) {
        Ok(source) => source,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    // Before the warehouse is asked for somebody who may not.
    let same = Change::Put(Document::DataSource(Box::new(source.clone())));
    if let Err(problem) =
        may_change(&caller.actor, &world.catalog, &world.catalog, &same, &crate::rights::Readable::new()).required()
    {
        return Err(refuse(&app, &asked, problem).await);
    }
    let below = match (&wanted.columns, world.catalog.integrations.get(source.integration.value())) {
        (None, Some(integration)) => Some(Below::seen(&world, integration, &source).await?),
        _ => None,
    };
    let decide = |world: &World| {
        let before = world.catalog.data_sources.get(&name).ok_or_else(known::missing)?;
        let mut source = before.item.clone();
        match (&wanted.columns, &below) {
            (Some(columns), _) => {
                for wanted in columns {
                    let column = source.columns.iter_mut().find(|column| column.name.value() == wanted);
                    looked_at(column.ok_or_else(|| {
                        Problem::not_found(format!("the data source `{name}` has no column `{wanted}` in its document"))
                    })?);
                }
            }
            (None, Some(below)) => below.confirm(&mut source),
            (None, None) => source.columns.iter_mut().for_each(looked_at),
        }
        Ok(Changes {
            changes: vec![Change::Put(Document::DataSource(Box::new(source)))],
            details: json!({ "columns": wanted.columns }),
            ..Changes::default()
        })
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

fn looked_at(column: &mut Column) {
    column.tags.retain(|tag| tag.as_str() != NEW);
    column.origins.retain(|tag, _| tag.as_str() != NEW);
}

/// The tables below a data source as they are now.
struct Below {
    base: FoundTable,
    marks: Vec<String>,
}

impl Below {
    async fn seen(world: &World, integration: &Integration, source: &DataSource) -> Result<Self, Problem> {
        let base = located(integration, &source.table);
        let sources: std::collections::BTreeSet<TableName> =
            world.catalog.data_sources.values().map(|source| located(integration, &source.table)).collect();
        // The table, and those that rules look up in: few.
        let mut wanted = vec![base.clone()];
        let all = system::tables(&world.catalog, integration);
        wanted.extend(all.into_iter().filter(|table| *table != base && !sources.contains(table)));
        let warehouse = connect(integration).await?;
        let mut found: BTreeMap<TableName, FoundTable> =
            warehouse.tables(&wanted).await.map_err(|error| silent(integration, &error))?;
        let Some(table) = found.remove(&base) else {
            return Err(Problem::conflict(format!(
                "there is no table `{}` in the warehouse: nothing can be confirmed",
                source.table
            )));
        };
        let mut marks = vec![table.mark()];
        marks.extend(found.iter().map(|(name, found)| found.identity.mark(&name.to_string())));
        Ok(Self { base: table, marks })
    }

    /// Everything as it is now is meant.
    fn confirm(&self, source: &mut DataSource) {
        let found = |column: &Column| self.base.columns.iter().find(|found| found.name == column.name.as_str());
        source.columns.retain(|column| found(column).is_some());
        for column in &mut source.columns {
            looked_at(column);
            if column.column_type.is_some()
                && let Some(found) = found(column)
            {
                column.column_type = found.column_type.parse().ok().or(column.column_type.take());
            }
        }
        source.confirmed.clone_from(&self.marks);
        if source.gone.take().is_some() {
            source.status = SourceStatus::Active;
        }
    }
}
