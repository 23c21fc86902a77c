//! What callers may read in the warehouse by themselves. Scrim's account reads everything, and must not do so for somebody who
//! may not (HARDENING 23).

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::documents::{Integration, Permission as P};
use scrim_catalog::{Catalog, Change, Document, Name, TableName};
use scrim_sql::located;
use scrim_warehouse::Warehouse;

use crate::actor::Actor;
use crate::rights::{Readable, looks_up, looks_up_for};
use crate::{App, Problem};

/// The warehouse of an integration, which must answer.
///
/// # Errors
/// When it does not.
pub(crate) async fn connect(integration: &Integration) -> Result<Warehouse, Problem> {
    Warehouse::connect(integration).await.map_err(|error| silent(integration, &error))
}

/// What is answered when a warehouse cannot be asked.
pub(crate) fn silent(integration: &Integration, error: &dyn std::error::Error) -> Problem {
    tracing::warn!(integration = %integration.name, %error, "the warehouse does not answer");
    Problem::unavailable(format!("the warehouse of the integration `{}` cannot be asked: {error}", integration.name))
}

/// Which of these tables, as they are written, the caller's own warehouse user may read.
///
/// # Errors
/// When the warehouse cannot be asked.
pub(crate) async fn may_read(
    catalog: &Catalog,
    actor: &Actor,
    integration: &Integration,
    warehouse: &Warehouse,
    tables: &BTreeSet<TableName>,
) -> Result<Readable, Problem> {
    let login = catalog.users.get(&actor.name).and_then(|user| user.login(integration.name.value()));
    let Some(login) = login.filter(|_| !tables.is_empty()) else { return Ok(Readable::new()) };
    let asked: Vec<TableName> = tables.iter().map(|table| located(integration, table)).collect();
    let found = warehouse.may_select(&login, &asked).await.map_err(|error| silent(integration, &error))?;
    let pairs = tables.iter().zip(&asked).filter(|(_, asked)| found.contains(asked));
    Ok(pairs.map(|(table, _)| (integration.name.value().clone(), table.clone())).collect())
}

/// What must be asked for these changes, and the answers. Nothing is asked for those who need no right of their own, and for those
/// whom none would help.
///
/// # Errors
/// When the warehouse cannot be asked.
pub(crate) async fn readable(app: &App, actor: &Actor, changes: &[Change]) -> Result<Readable, Problem> {
    let asks = |change: &Change| matches!(change, Change::Put(Document::DataSource(_) | Document::DataPolicy(_)));
    if actor.has(P::ApplicationAdmin) || !changes.iter().any(asks) {
        return Ok(Readable::new());
    }
    let world = app.registry().world();
    let mut wanted: Readable = Readable::new();
    // With all of them: a policy may come with the data sources that it covers.
    let after = world.catalog.apply(changes.to_vec()).ok().map(|applied| applied.catalog);
    for change in changes {
        match change {
            Change::Put(Document::DataSource(source)) => {
                let (name, old) = (source.name.value(), world.catalog.data_sources.get(source.name.value()));
                let same = old.is_some_and(|old| old.integration == source.integration && old.table == source.table);
                let may = actor.has(P::CreateDataSource) || old.is_some_and(|old| actor.is_among(&old.owners));
                if may && !same {
                    wanted.insert((source.integration.value().clone(), source.table.value().clone()));
                    let asked = after.iter().flat_map(|after| looks_up_for(after, name));
                    wanted.extend(asked.collect::<Readable>().difference(&looks_up_for(&world.catalog, name)).cloned());
                }
            }
            Change::Put(Document::DataPolicy(form)) => {
                let (name, Some(after)) = (form.name.value(), &after) else { continue };
                let owns = form.scope.local().is_some_and(|local| actor.owns(&world.catalog, local.value()));
                if owns || actor.has(P::Governance) {
                    wanted.extend(looks_up(after, name).difference(&looks_up(&world.catalog, name)).cloned());
                }
            }
            _ => {}
        }
    }
    let mut asked: BTreeMap<Name, BTreeSet<TableName>> = BTreeMap::new();
    for (integration, table) in wanted {
        asked.entry(integration).or_default().insert(table);
    }
    let mut readable = Readable::new();
    for (name, tables) in asked {
        let Some(integration) = world.catalog.integrations.get(&name) else { continue };
        let warehouse = connect(integration).await?;
        readable.extend(may_read(&world.catalog, actor, integration, &warehouse, &tables).await?);
    }
    Ok(readable)
}
