//! Looking, planning and applying.

use chrono::{DateTime, Utc};
use scrim_catalog::Catalog;
use scrim_catalog::documents::Integration;
use scrim_warehouse::{Refused, Warehouse, WarehouseError};
use serde::Serialize;

use crate::desired::{self, Desired};
use crate::logins::{Logins, Withdrawn};
use crate::plan::{Action, Failed, Options, Plan, PlanRefused, Step, UserCounts};
use crate::profiles::Comparison;

/// Why a push did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The plan.
    #[error(transparent)]
    Refused(#[from] PlanRefused),
}

/// Views, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ViewCounts {
    /// Made.
    pub created: usize,
    /// Made anew.
    pub replaced: usize,
    /// Dropped.
    pub dropped: usize,
    /// Left.
    pub unchanged: usize,
}

/// One thing that was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The data source.
    pub data_source: String,
    /// What was done: `create`, `replace`, `restore`, `repair`, `reopen`, `close`, `drop`.
    pub action: String,
}

/// What a push did, or would do.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Views.
    pub views: ViewCounts,
    /// Profiles.
    pub profiles: UserCounts,
    /// Sources whose `k_anonymous` statistics were counted again.
    pub refreshed: usize,
    /// What somebody should know.
    pub warnings: Vec<String>,
    /// Sources that are not as they should be.
    pub failed: Vec<Failed>,
    /// People whose login is not, or may not be, theirs any more: they see nothing.
    pub withdrawn: Vec<Withdrawn>,
    /// Each view that changed.
    pub changes: Vec<Changed>,
}

impl Report {
    /// Whether anything was, or would be, changed.
    pub fn changes_anything(&self) -> bool {
        !self.changes.is_empty() || self.profiles.written + self.profiles.removed + self.refreshed > 0
    }

    /// Adds the privileges that nobody meant to give; those on views were put right by applying the views.
    pub(crate) async fn unintended(&mut self, warehouse: &Warehouse) -> Result<(), WarehouseError> {
        self.warnings.extend(warehouse.unintended().await?.into_iter().map(|p| {
            format!(
                "{} has {} on {}, which is not intended: see `scrim integration install`",
                p.grantee, p.privilege, p.object
            )
        }));
        Ok(())
    }

    fn start(plan: &Plan) -> Self {
        let mut report = Self {
            warnings: plan.warnings.clone(),
            failed: plan.failed.clone(),
            withdrawn: plan.withdrawn.clone(),
            ..Self::default()
        };
        report.views.unchanged = plan.unchanged_views;
        report.profiles = plan.users;
        report
    }

    fn done(&mut self, step: &Step) {
        let mut note = |source: &str, action: &str| {
            self.changes.push(Changed { data_source: source.to_owned(), action: action.to_owned() });
        };
        match step {
            // Others are closed only while they change.
            Step::Close { source, .. } if self.failed.iter().any(|failed| failed.data_source == *source) => {
                note(source, "close");
            }
            Step::Close { .. } | Step::MakeRoom { .. } | Step::Profiles(_) => {}
            Step::Refresh { .. } => self.refreshed += 1,
            Step::Drop { source, .. } => {
                note(source, "drop");
                self.views.dropped += 1;
            }
            Step::View { change, action } => {
                let (word, count) = match action {
                    Action::Create => ("create", &mut self.views.created),
                    Action::Restore => ("restore", &mut self.views.created),
                    Action::Replace => ("replace", &mut self.views.replaced),
                    Action::Repair => ("repair", &mut self.views.replaced),
                    Action::Reopen => ("reopen", &mut self.views.replaced),
                };
                *count += 1;
                note(&change.data_source, word);
            }
        }
    }
}

/// What would have to be done; the views carry `epoch`, which is what [`Warehouse::claim`] answered.
///
/// # Errors
/// When the warehouse cannot be asked, or too much would be dropped.
pub async fn plan(
    warehouse: &Warehouse,
    catalog: &Catalog,
    integration: &Integration,
    options: &Options,
    epoch: i64,
    now: DateTime<Utc>,
) -> Result<Plan, SyncError> {
    let tables = warehouse.tables(&desired::tables(catalog, integration)).await?;
    let pushed = warehouse.pushed().await?;
    let salted = warehouse.salted().await?;
    let desired = Desired::of(catalog, integration, &tables, &pushed);
    let profiles = compared(warehouse, &desired, integration, options, now).await?;
    Ok(Plan::of(&desired, profiles, &pushed, &salted, options, epoch)?)
}

/// Every profile, compared with what it should be.
pub(crate) async fn compared<'a>(
    warehouse: &Warehouse,
    desired: &'a Desired,
    integration: &'a Integration,
    options: &'a Options,
    now: DateTime<Utc>,
) -> Result<Comparison<'a>, WarehouseError> {
    // Before the profiles: a login that is made anew meanwhile is not taken for the one that they are written for.
    let seen = warehouse.logins(None).await?;
    let logins = Logins { seen, integration: &integration.name, confirmed: &options.confirmed_users };
    let mut profiles = Comparison::new(desired, logins, now);
    warehouse.profiles(|login, rows| profiles.found(login, &rows)).await?;
    profiles.finish();
    Ok(profiles)
}

/// What [`push`] would report.
///
/// # Errors
/// As [`plan`].
pub async fn dry_run(
    warehouse: &Warehouse,
    catalog: &Catalog,
    integration: &Integration,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Report, SyncError> {
    let plan = plan(warehouse, catalog, integration, options, 0, now).await?;
    let mut report = Report::start(&plan);
    plan.steps.iter().for_each(|step| report.done(step));
    Ok(report)
}

/// Brings the warehouse to what the catalog says. A source that cannot be brought there is closed and reported, and
/// does not hold up the others.
///
/// # Errors
/// When the warehouse is lost, somebody else takes over, or too much would be dropped. What was applied by then is
/// whole, shows no more than the state before or after, and the next push goes on from there.
pub async fn push(
    warehouse: &mut Warehouse,
    catalog: &Catalog,
    integration: &Integration,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Report, SyncError> {
    // Before looking: whoever pushes at the same time must not change what was looked at.
    let epoch = warehouse.claim().await?;
    let plan = plan(warehouse, catalog, integration, options, epoch, now).await?;
    let mut report = apply(warehouse, epoch, &plan).await?;
    report.unintended(warehouse).await?;
    Ok(report)
}

/// Applies a plan.
pub(crate) async fn apply(warehouse: &mut Warehouse, epoch: i64, plan: &Plan) -> Result<Report, SyncError> {
    let mut report = Report::start(plan);
    for step in &plan.steps {
        match apply_step(warehouse, epoch, step).await? {
            None => report.done(step),
            Some(failed) => report.failed.push(failed),
        }
    }
    Ok(report)
}

/// Counts again what the `k_anonymous` masks of an integration's data sources ask for, where the table changed since; of
/// one data source, or of all. Answers those that were counted, and those that could not be.
///
/// # Errors
/// When the warehouse is lost, or somebody else takes over.
pub async fn refresh(
    warehouse: &mut Warehouse,
    source: Option<&str>,
) -> Result<(Vec<String>, Vec<Failed>), WarehouseError> {
    let epoch = warehouse.claim().await?;
    let (mut done, mut failed) = (vec![], vec![]);
    for known in warehouse.pushed().await?.into_values() {
        if !known.stale || source.is_some_and(|source| source != known.data_source) {
            continue;
        }
        let step = Step::Refresh { key: known.key, source: known.data_source.clone() };
        match apply_step(warehouse, epoch, &step).await? {
            None => done.push(known.data_source),
            Some(one) => failed.push(one),
        }
    }
    Ok((done, failed))
}

/// Applies one step; answers what could not be done, after closing the source.
///
/// # Errors
/// When the push cannot go on.
pub async fn apply_step(warehouse: &mut Warehouse, epoch: i64, step: &Step) -> Result<Option<Failed>, WarehouseError> {
    let (key, source, done) = match step {
        Step::Close { key, reason, .. } => {
            warehouse.close(epoch, key, reason).await?;
            return Ok(None);
        }
        Step::Profiles(changes) => {
            warehouse.apply_profiles(epoch, changes).await?;
            return Ok(None);
        }
        Step::Drop { key, source } | Step::MakeRoom { key, source } => {
            (key, source, warehouse.drop_view(epoch, key).await)
        }
        // Without a count nothing is released: there is nothing to close.
        Step::Refresh { key, source } => {
            return match warehouse.refresh(epoch, key).await {
                Ok(()) => Ok(None),
                Err(Refused::Stop(error)) => Err(error),
                Err(refused) => {
                    Ok(Some(Failed { data_source: source.clone(), reason: refused.to_string(), closed: false }))
                }
            };
        }
        Step::View { change, .. } => (&change.key, &change.data_source, warehouse.apply_view(epoch, change).await),
    };
    match done {
        Ok(()) => Ok(None),
        Err(Refused::Stop(error)) => Err(error),
        Err(refused) => {
            let reason = refused.to_string();
            warehouse.close(epoch, key, &reason).await?;
            let closed = !matches!(step, Step::View { action: Action::Create, .. });
            Ok(Some(Failed { data_source: source.clone(), reason, closed }))
        }
    }
}
