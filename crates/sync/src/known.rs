//! A warehouse that one pusher looks after: what it saw there, and what it pushed since, so that a change is compared with
//! that, and not with the whole warehouse. What others do to the warehouse meanwhile is found by the next full look.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, TableName};
use scrim_warehouse::{FoundTable, Pushed, Warehouse};

use crate::desired::{self, Desired};
use crate::logins::{Logins, Withdrawn};
use crate::plan::{Failed, Options, Plan, Step};
use crate::profiles::{Comparison, Marks};
use crate::push::{Report, SyncError, apply, compared};
use crate::reach::{self, Reach, Views, Whose};

/// What was seen, and what was pushed since.
pub struct Known {
    catalog: Arc<Catalog>,
    integration: Integration,
    tables: BTreeMap<TableName, FoundTable>,
    pushed: BTreeMap<String, Pushed>,
    salted: BTreeSet<(String, String)>,
    desired: Desired,
    marks: Marks,
    /// Those whose login was not theirs when it was looked at last, by login.
    withdrawn: BTreeMap<String, Withdrawn>,
    counting: Counting,
}

/// Brings the warehouse to what the catalog says, after looking at all of it. Answers what is known of it then.
///
/// # Errors
/// As [`crate::push`].
pub async fn push_all(
    warehouse: &mut Warehouse,
    catalog: &Arc<Catalog>,
    integration: &Integration,
    options: &Options,
    now: DateTime<Utc>,
) -> Result<(Report, Known), SyncError> {
    let epoch = warehouse.claim().await?;
    let tables = warehouse.tables(&desired::tables(catalog, integration)).await?;
    let pushed = warehouse.pushed().await?;
    let salted = warehouse.salted().await?;
    let desired = Desired::of(catalog, integration, &tables, &pushed);
    let mut profiles = compared(warehouse, &desired, integration, options, now).await?;
    let marks = std::mem::take(&mut profiles.marks);
    let mut plan = Plan::of(&desired, profiles, &pushed, &salted, options, epoch)?;
    let counting = Counting::of(warehouse, &mut plan);
    let mut report = apply(warehouse, epoch, &plan).await?;
    report.unintended(warehouse).await?;
    let (catalog, integration) = (Arc::clone(catalog), integration.clone());
    let withdrawn = by_login(&report.withdrawn);
    let mut known = Known { catalog, integration, tables, pushed, salted, desired, marks, withdrawn, counting };
    known.look_again(warehouse, &plan.touched()).await?;
    Ok((report, known))
}

impl Known {
    /// Brings the warehouse from what it was pushed to last to what the catalog says now, looking at nothing that the change
    /// cannot reach. `later`: time alone may have changed something. When it fails, what is known is not to be relied on.
    ///
    /// # Errors
    /// As [`crate::push`].
    pub async fn push(
        &mut self,
        warehouse: &mut Warehouse,
        catalog: &Arc<Catalog>,
        later: bool,
        now: DateTime<Utc>,
    ) -> Result<Report, SyncError> {
        let epoch = warehouse.claim().await?;
        let counted = std::mem::take(&mut self.counting.done);
        self.look_again(warehouse, &counted.iter().map(String::as_str).collect()).await?;
        let reach = Reach::of(&self.catalog, catalog);
        // What changed of a data source may be what its table has now; and a policy may look up where nothing did before.
        let wanted = match &reach.views {
            Views::Under(policies) if policies.is_empty() => vec![],
            _ => desired::tables(catalog, &self.integration),
        };
        let changed = reach::changed(&self.catalog, catalog, &self.integration);
        let look = |table: &TableName| !self.tables.contains_key(table) || changed.contains(table);
        let look: Vec<TableName> = wanted.into_iter().filter(look).collect();
        if !look.is_empty() {
            self.tables.retain(|table, _| !changed.contains(table));
            self.tables.extend(warehouse.tables(&look).await?);
        }
        if reach.views == Views::All {
            self.desired = Desired::of(catalog, &self.integration, &self.tables, &self.pushed);
        }
        if let Views::Under(policies) = &reach.views {
            let seen = (&self.tables, &self.pushed);
            self.desired.revise(catalog, &self.integration, policies, &reach.whose, seen);
        }
        let name = self.integration.name.value();
        let logins = match reach.whose {
            Whose::Some(_) if later => Comparison::moved(&self.desired, name, now, &self.marks),
            Whose::Everybody => Comparison::moved(&self.desired, name, now, &self.marks),
            Whose::Some(people) => {
                let login =
                    |catalog: &Catalog, user| catalog.users.get(user)?.login(name).map(|login| login.to_string());
                people.iter().flat_map(|user| [login(&self.catalog, user), login(catalog, user)]).flatten().collect()
            }
        };
        // What is asked for through the service is meant.
        let options = Options { allow_drop: true, ..Options::default() };
        let names: Vec<&str> = logins.iter().map(String::as_str).collect();
        let mut seen = BTreeMap::new();
        for some in names.chunks(LOGINS) {
            seen.extend(warehouse.logins(Some(some)).await?);
        }
        let found = Logins { seen, integration: name, confirmed: &options.confirmed_users };
        let mut profiles = Comparison::some(&self.desired, found, now, &logins);
        for some in names.chunks(LOGINS) {
            for (login, rows) in warehouse.profiles_of(some).await? {
                profiles.found(login, &rows);
            }
        }
        profiles.finish();
        let marks = std::mem::take(&mut profiles.marks);
        let mut plan = Plan::of(&self.desired, profiles, &self.pushed, &self.salted, &options, epoch)?;
        let Counting { failed, tried, .. } = std::mem::take(&mut self.counting);
        self.counting = Counting { failed, tried, ..Counting::of(warehouse, &mut plan) };
        let mut report = apply(warehouse, epoch, &plan).await?;
        report.failed.extend(self.counting.standing());
        self.marks.retain(|login, _| !logins.contains(login));
        self.marks.extend(marks);
        self.withdrawn.retain(|login, _| !logins.contains(login));
        self.withdrawn.extend(by_login(&report.withdrawn));
        report.withdrawn = self.withdrawn.values().cloned().collect();
        self.catalog = Arc::clone(catalog);
        self.look_again(warehouse, &plan.touched()).await?;
        Ok(report)
    }

    /// What waits to be counted, beside pushes. What could not be counted waits for the next look at everything.
    pub fn due(&self) -> Vec<Count> {
        self.counting.due.iter().filter(|count| !self.counting.tried.contains(&count.key)).cloned().collect()
    }

    /// What could not be counted, for who looks at everything anew: it is tried again, and stands so until it was counted.
    pub fn uncounted(self) -> Uncounted {
        Uncounted(self.counting.failed)
    }

    /// Takes that over.
    pub fn follows(&mut self, before: Uncounted, report: &mut Report) {
        self.counting.failed = before.0;
        report.failed.extend(self.counting.standing());
    }

    /// What came of counting; the next push looks at it.
    pub fn counted(&mut self, counted: Vec<(Count, Option<Failed>)>) {
        for (count, failed) in counted {
            match failed {
                Some(failed) => {
                    self.counting.tried.insert(count.key.clone());
                    self.counting.failed.insert(count.key, failed);
                }
                None => {
                    self.counting.failed.remove(&count.key);
                    self.counting.done.insert(count.key);
                }
            }
        }
    }

    /// Whether it is about this integration as it is configured now.
    pub fn is_of(&self, integration: &Integration) -> bool {
        self.integration == *integration
    }

    /// After data sources were touched: what they are now is the warehouse's to say.
    async fn look_again(&mut self, warehouse: &Warehouse, touched: &BTreeSet<&str>) -> Result<(), SyncError> {
        if touched.is_empty() {
            return Ok(());
        }
        self.pushed.retain(|key, _| !touched.contains(key.as_str()));
        self.pushed.extend(warehouse.pushed_of(&touched.iter().copied().collect::<Vec<_>>()).await?);
        let views = touched.iter().filter_map(|key| self.desired.views.get(*key));
        let mut salts = views.flat_map(|wanted| &wanted.unversioned.salted);
        if salts.any(|salt| !self.salted.contains(&(salt.scope.clone(), salt.name.to_string()))) {
            self.salted = warehouse.salted().await?;
        }
        Ok(())
    }
}

fn by_login(withdrawn: &[Withdrawn]) -> BTreeMap<String, Withdrawn> {
    withdrawn.iter().map(|one| (one.login.clone(), one.clone())).collect()
}

/// Of so many users profiles are asked for at a time.
const LOGINS: usize = 1000;

/// A data source whose `k_anonymous` masks wait for a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    key: String,
    source: String,
}

/// The counts of an integration. A table's owner says how long its count takes: nothing else waits for it.
#[derive(Default)]
struct Counting {
    due: Vec<Count>,
    /// Those that were counted since the last push, by key.
    done: BTreeSet<String>,
    /// Those that could not be, by key.
    failed: BTreeMap<String, Failed>,
    /// Those of them that were tried since everything was looked at.
    tried: BTreeSet<String>,
}

/// What could not be counted.
pub struct Uncounted(BTreeMap<String, Failed>);

impl Counting {
    /// What a plan would have counted, taken out of it where that can be done beside pushes.
    fn of(warehouse: &Warehouse, plan: &mut Plan) -> Self {
        let steps = if warehouse.counts_beside() { plan.without_counts() } else { vec![] };
        let due = steps.into_iter().filter_map(|step| match step {
            Step::Refresh { key, source } => Some(Count { key, source }),
            _ => None,
        });
        Self { due: due.collect(), ..Self::default() }
    }

    /// What still could not be counted.
    fn standing(&self) -> impl Iterator<Item = Failed> {
        self.due.iter().filter_map(|count| self.failed.get(&count.key).cloned())
    }
}

/// Counts, and tells what came of each.
pub async fn count(warehouse: &mut Warehouse, counts: Vec<Count>) -> Vec<(Count, Option<Failed>)> {
    let mut counted = Vec::with_capacity(counts.len());
    for count in counts {
        let done = warehouse.refresh(0, &count.key).await.err();
        let failed = done.map(|refused| Failed {
            data_source: count.source.clone(),
            reason: refused.to_string(),
            closed: false,
        });
        counted.push((count, failed));
    }
    counted
}
