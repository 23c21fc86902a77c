//! Watches the tables of an integration: those of monitored schemas become data sources as they appear, and data sources follow
//! what becomes of their tables. Whatever is changed is a change of the catalog like any other; the driver then pushes it.

mod compare;
mod status;
mod unlooked;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use scrim_catalog::documents::{DataSource, Engine, Integration};
use scrim_catalog::{Catalog, Change, Document, FoundColumn, Kind, Name, Problem, TableName};
use scrim_policy::source_key;
use scrim_registry::{Asked, ChangeError, Proposal, Registry, World};
use scrim_sql::located;
use scrim_store::{ActorKind, Via};
use scrim_sync::depends_on;
use scrim_warehouse::{ListedTable, Pushed, SchemaName, Warehouse, WarehouseError};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::registering::{Registered, Registrar};
use compare::Beside;
use status::Status;

pub use status::{Monitoring, Noticed};

/// Tables that are registered in one change.
const AT_ONCE: usize = 500;

/// Watches one integration, as long as its driver leads.
pub(crate) struct Monitor {
    pub(crate) registry: Arc<Registry>,
    pub(crate) integration: Name,
    pub(crate) every: Duration,
    /// Asks the driver for a push.
    pub(crate) bell: Arc<Notify>,
    /// The number of the last event that was pushed.
    pub(crate) pushed: watch::Receiver<u64>,
}

/// Why nothing could be looked at, or written down.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    #[error(transparent)]
    Store(#[from] scrim_store::StoreError),
    #[error(transparent)]
    Change(#[from] ChangeError<Infallible>),
}

/// What is kept between looks.
struct Watching {
    integration: Integration,
    warehouse: Warehouse,
    /// The mark of each schema when it was looked at last; none where it is empty, or not there.
    marks: BTreeMap<SchemaName, Option<String>>,
    /// Data sources that could not be sampled, and how often that was tried.
    failed: BTreeMap<Name, u32>,
}

/// What a look showed of some schemas.
struct Seen {
    schemas: BTreeSet<SchemaName>,
    tables: BTreeMap<TableName, ListedTable>,
    /// Tables of data sources that no listing tells of, although they are there.
    elsewhere: BTreeSet<TableName>,
    pushed: BTreeMap<String, Pushed>,
    at: DateTime<Utc>,
}

impl Monitor {
    /// Looks again and again.
    pub(crate) async fn run(self) -> Infallible {
        let status = Status::load(self.registry.store(), &self.integration).await;
        let mut watching: Option<Watching> = None;
        loop {
            let world = self.registry.world();
            if let Some(integration) = world.catalog.integrations.get(&self.integration)
                && concerned(&world.catalog, integration)
                && let Err(error) = self.turn(integration, &mut watching, &status).await
            {
                tracing::warn!(integration = %self.integration, %error, "the tables of the warehouse cannot be looked at");
                status.troubled(&error.to_string()).await;
                watching = None;
            }
            tokio::time::sleep(self.every).await;
        }
    }

    async fn turn(
        &self,
        integration: &Integration,
        watching: &mut Option<Watching>,
        status: &Arc<Status>,
    ) -> Result<(), Trouble> {
        let mut there = match watching.take().filter(|watching| watching.integration == *integration) {
            Some(there) => there,
            None => Watching {
                integration: integration.clone(),
                warehouse: Warehouse::connect(integration).await?,
                marks: BTreeMap::new(),
                failed: BTreeMap::new(),
            },
        };
        self.look(&mut there, status).await?;
        unlooked::look(self, &mut there).await?;
        *watching = Some(there);
        Ok(())
    }

    async fn look(&self, there: &mut Watching, status: &Arc<Status>) -> Result<(), Trouble> {
        let seen_at = Instant::now();
        let world = self.registry.world();
        let existing = there.warehouse.schemas().await?.into_iter().map(|schema| schema.name);
        let existing: BTreeSet<SchemaName> = existing.collect();
        let monitored = existing.iter().filter(|schema| monitored(&there.integration, schema).is_some()).cloned();
        let governed = ours(&world.catalog, &there.integration).map(|source| schema_of(&there.integration, source));
        let wanted: BTreeSet<SchemaName> = monitored.chain(governed).collect();
        let present: Vec<SchemaName> = wanted.intersection(&existing).cloned().collect();
        let mut found = there.warehouse.marks(&present).await?;
        let marks: BTreeMap<SchemaName, Option<String>> =
            wanted.into_iter().map(|schema| (schema.clone(), found.remove(&schema))).collect();
        let changed: BTreeSet<SchemaName> = marks
            .iter()
            .filter(|(schema, mark)| there.marks.get(schema) != Some(mark))
            .map(|(s, _)| s.clone())
            .collect();
        if changed.is_empty() {
            status.looked(marks.keys()).await?;
            return Ok(());
        }
        let listed: Vec<SchemaName> = changed.intersection(&existing).cloned().collect();
        let tables = there.warehouse.listed(&listed).await?.into_iter().map(|table| (table.name.clone(), table));
        let mut seen = Seen {
            schemas: changed,
            tables: tables.collect(),
            elsewhere: BTreeSet::new(),
            pushed: there.warehouse.pushed().await?,
            at: Utc::now().trunc_subsecs(6),
        };
        let unlisted: Vec<TableName> = ours(&world.catalog, &there.integration)
            .map(|source| located(&there.integration, &source.table))
            .filter(|table| seen.concerns(table) && !seen.tables.contains_key(table))
            .collect();
        if !unlisted.is_empty() {
            seen.elsewhere = there.warehouse.tables(&unlisted).await?.into_keys().collect();
        }
        let names = self.follow(&there.integration, &seen, status).await?;
        there.marks = marks;
        status.looked(there.marks.keys()).await?;
        if names.is_empty() {
            // Nothing to be said in documents; yet another table may stand in the place of one, also since the last push and
            // before this first look.
            self.bell.notify_one();
            return Ok(());
        }
        let sequence = self.registry.world().sequence;
        Arc::clone(status).protect((seen_at, seen.at), names, sequence, self.pushed.clone());
        Ok(())
    }

    /// Changes what documents say of what was seen. Answers the data sources that changed.
    async fn follow(&self, integration: &Integration, seen: &Seen, status: &Arc<Status>) -> Result<Vec<Name>, Trouble> {
        let mut all = Vec::new();
        loop {
            let (sources, refused) = self.changes(&self.registry.world(), integration, seen);
            for (table, reason) in refused {
                status.refused(&table.to_string(), &reason).await;
            }
            if sources.is_empty() {
                return Ok(all);
            }
            // One that cannot be made keeps no other one from being made.
            let done = match self.make(integration, seen, None).await {
                Ok(done) => done,
                Err(ChangeError::Problems(_)) => {
                    let mut done = Vec::new();
                    for source in &sources {
                        match self.make(integration, seen, Some(source.name.value())).await {
                            Ok(one) => done.extend(one),
                            Err(ChangeError::Problems(problems)) => {
                                status.refused(&source.table.to_string(), &told(&problems)).await;
                            }
                            Err(error) => return Err(error.into()),
                        }
                    }
                    all.extend(done);
                    return Ok(all);
                }
                Err(error) => return Err(error.into()),
            };
            if done.is_empty() {
                return Ok(all);
            }
            all.extend(done);
        }
    }

    async fn make(
        &self,
        integration: &Integration,
        seen: &Seen,
        only: Option<&Name>,
    ) -> Result<Vec<Name>, ChangeError<Infallible>> {
        let decide = |world: &World| {
            let sources = self.changes(world, integration, seen).0.into_iter();
            let sources = sources.filter(|source| only.is_none_or(|only| source.name.value() == only));
            let changes = sources.take(AT_ONCE).map(|source| Change::Put(Document::DataSource(Box::new(source))));
            Ok::<_, Infallible>(Proposal {
                changes: changes.collect(),
                decided_by: "what the warehouse holds".to_owned(),
                ..Proposal::default()
            })
        };
        let planned = self.registry.change(&self.asked("monitoring.follow", seen.at), decide).await?;
        let changes = planned.applied.changes.iter().map(Change::of);
        Ok(changes.filter(|(kind, _)| *kind == Kind::DataSource).map(|(_, name)| name.clone()).collect())
    }

    /// The documents as they are to be, and tables that cannot have one.
    fn changes(
        &self,
        world: &World,
        integration: &Integration,
        seen: &Seen,
    ) -> (Vec<DataSource>, Vec<(TableName, String)>) {
        let catalog = &world.catalog;
        let depends =
            |source: &DataSource, column: &Name, found: &[FoundColumn]| depends_on(catalog, source, column, found);
        let mut changes: Vec<DataSource> = ours(catalog, integration)
            .filter_map(|source| {
                let place = located(integration, &source.table);
                if !seen.concerns(&place) || seen.elsewhere.contains(&place) {
                    return None;
                }
                let beside = Beside {
                    integration,
                    source,
                    table: seen.tables.get(&place),
                    pushed: seen.pushed.get(&source_key(&source.name)),
                    depends: &depends,
                    now: seen.at,
                };
                beside.document()
            })
            .collect();
        let (mut registrar, mut refused) = (Registrar::new(catalog, integration), Vec::new());
        for table in seen.tables.values() {
            let schema = SchemaName { database: table.name.database.clone(), schema: table.name.schema.clone() };
            let Some(with) = monitored(integration, &schema) else { continue };
            if registrar.registered(&table.name).is_some() {
                continue;
            }
            match registrar.register(table, &with, seen.at) {
                Ok((source, _)) => changes.push(source),
                Err(reason) => refused.push((table.name.clone(), reason)),
            }
        }
        (changes, refused)
    }

    /// What the audit trail says of who changes something.
    fn asked(&self, action: &str, at: DateTime<Utc>) -> Asked {
        Asked {
            at,
            actor: "scrim".to_owned(),
            actor_kind: ActorKind::System,
            via: Via::System,
            request: Uuid::new_v4().to_string(),
            address: None,
            action: action.to_owned(),
            object: Some((Kind::Integration, self.integration.to_string())),
        }
    }
}

impl Seen {
    fn concerns(&self, table: &TableName) -> bool {
        self.schemas.contains(&SchemaName { database: table.database.clone(), schema: table.schema.clone() })
    }
}

/// Whether there is anything to look at.
fn concerned(catalog: &Catalog, integration: &Integration) -> bool {
    !integration.monitored.is_empty() || ours(catalog, integration).next().is_some()
}

fn ours<'a>(catalog: &'a Catalog, integration: &'a Integration) -> impl Iterator<Item = &'a DataSource> {
    let sources = catalog.data_sources.values().map(|source| &source.item);
    sources.filter(move |source| source.integration == integration.name)
}

fn schema_of(integration: &Integration, source: &DataSource) -> SchemaName {
    let table = located(integration, &source.table);
    SchemaName { database: table.database, schema: table.schema }
}

/// What tables of a schema are registered with, where it is monitored.
fn monitored(integration: &Integration, schema: &SchemaName) -> Option<Registered> {
    let fits = |glob: &scrim_catalog::Glob| match integration.engine {
        Engine::Redshift => glob.is_match_of_folded(&schema.schema),
        Engine::Postgresql => glob.is_match(&schema.schema),
    };
    let monitored = integration.monitored.iter().find(|monitored| fits(&monitored.schema))?;
    Some(Registered { owners: monitored.owners.clone(), tags: vec![], new_columns: monitored.new_columns })
}

fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}
