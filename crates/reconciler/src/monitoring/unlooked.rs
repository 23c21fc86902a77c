//! Looks for sensitive data in what was registered lately, and in columns that came later.

use std::convert::Infallible;

use chrono::{SubsecRound, TimeDelta, Utc};
use scrim_catalog::documents::{DataSource, Discover, SourceStatus};
use scrim_catalog::{Change, Document, Kind};
use scrim_policy::source_key;
use scrim_registry::{Asked, Proposal, World};
use scrim_warehouse::WarehouseError as Refused;

use super::{Monitor, Trouble, Watching, ours};
use crate::discovering::{LookError, ROWS, SURE, look as look_at, own_identifiers};

/// So long after it was registered a data source is new.
const NEW: TimeDelta = TimeDelta::days(1);
/// Data sources that are sampled between two looks at the warehouse.
const FEW: usize = 5;
/// How often a data source is tried.
const ATTEMPTS: u32 = 3;

/// Looks at a few data sources that nobody looked at.
pub(super) async fn look(monitor: &Monitor, there: &mut Watching) -> Result<(), Trouble> {
    let apply = match there.integration.discover {
        Discover::Off => return Ok(()),
        Discover::Propose => None,
        Discover::Apply => Some(SURE),
    };
    let world = monitor.registry.world();
    let tried = |source: &&DataSource| there.failed.get(source.name.value()).is_none_or(|tried| *tried < ATTEMPTS);
    let waiting: Vec<DataSource> =
        ours(&world.catalog, &there.integration).filter(|source| unlooked(source)).filter(tried).cloned().collect();
    if waiting.is_empty() {
        return Ok(());
    }
    // Only what was pushed may be sampled.
    let pushed = there.warehouse.pushed().await?;
    let ready = waiting.into_iter().filter(|source| pushed.contains_key(&source_key(&source.name)));
    for source in ready.take(FEW).collect::<Vec<_>>() {
        let name = source.name.value().clone();
        let identifiers = own_identifiers(&world.catalog);
        let found = look_at(&mut there.warehouse, &identifiers, &there.integration, &source, ROWS).await;
        let findings = match found {
            Ok(findings) => findings,
            Err(LookError::Warehouse(error)) if !matches!(error, Refused::Statement { .. } | Refused::TooLong(_)) => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::warn!(integration = %monitor.integration, source = %name, %error, "a data source cannot be sampled");
                *there.failed.entry(name).or_default() += 1;
                continue;
            }
        };
        let asked = Asked {
            object: Some((Kind::DataSource, name.to_string())),
            ..monitor.asked("data-source.discover", Utc::now().trunc_subsecs(6))
        };
        let decide = |world: &World| {
            let before = world.catalog.data_sources.get(&name);
            let change = before.map(|before| findings.taken_into(before, apply));
            let change = change.map(|source| Change::Put(Document::DataSource(Box::new(source))));
            Ok::<_, Infallible>(Proposal {
                changes: change.into_iter().collect(),
                decided_by: "`discover` of the integration".to_owned(),
                ..Proposal::default()
            })
        };
        monitor.registry.change(&asked, decide).await?;
    }
    Ok(())
}

/// Whether nobody has looked at a data source that is new, or at a new column.
fn unlooked(source: &DataSource) -> bool {
    let lately = source.created.is_some_and(|created| Utc::now() - created < NEW);
    let nobody = source.columns.iter().all(|column| column.discovery.is_none());
    let column = source.columns.iter().any(|column| column.is_new() && column.discovery.is_none());
    source.status == SourceStatus::Active && ((lately && nobody) || column)
}
