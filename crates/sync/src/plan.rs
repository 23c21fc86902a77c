//! The steps from what is to what should be.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::Name;
use scrim_sql::{Dialect, Read, Rendered, Statistic};
use scrim_warehouse::{Identity, Pushed, UserChange, ViewChange};
use serde::Serialize;

use crate::desired::{Desired, Wanted};
use crate::logins::Withdrawn;
use crate::order::{Changed, Moment, Parted, part};
use crate::profiles::Comparison;

/// Rows of profiles that go in one transaction, unless one user has more.
const BATCH: usize = 2000;

/// What a person decides about a push.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Drop however many views and users.
    pub allow_drop: bool,
    /// Data sources whose table was replaced with the owner's knowledge.
    pub confirmed: BTreeSet<Name>,
    /// Users whose login was made anew, and is theirs all the same.
    pub confirmed_users: BTreeSet<Name>,
}

/// One transaction.
#[derive(Clone, Debug)]
pub enum Step {
    /// Close a source.
    Close {
        /// Its key.
        key: String,
        /// Its name.
        source: String,
        /// Why.
        reason: String,
    },
    /// Drop a view.
    Drop {
        /// The key of its source.
        key: String,
        /// The name of its source.
        source: String,
    },
    /// Drop a view whose name another one takes; it is made again, under its own, in a step behind.
    MakeRoom {
        /// The key of its source.
        key: String,
        /// The name of its source.
        source: String,
    },
    /// Create or replace a view.
    View {
        /// The view.
        change: Box<ViewChange>,
        /// What it is to whoever reads the report.
        action: Action,
    },
    /// Change profiles.
    Profiles(Vec<UserChange>),
    /// Count again what `k_anonymous` masks ask for.
    Refresh {
        /// The key of the source.
        key: String,
        /// The name of the source.
        source: String,
    },
}

impl Step {
    /// The key of the source that it touches.
    fn key(&self) -> Option<&str> {
        match self {
            Self::View { change, .. } => Some(&change.key),
            Self::Close { key, .. }
            | Self::Drop { key, .. }
            | Self::MakeRoom { key, .. }
            | Self::Refresh { key, .. } => Some(key),
            Self::Profiles(_) => None,
        }
    }
}

/// Why a view is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The source is new.
    Create,
    /// The view is gone from the warehouse.
    Restore,
    /// The files say something else now.
    Replace,
    /// Somebody changed it, or its privileges, in the warehouse.
    Repair,
    /// It was closed, and what closed it is over.
    Reopen,
}

/// A source that is not as it should be, and stays so until somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The data source.
    pub data_source: String,
    /// Why, and what to do.
    pub reason: String,
    /// Whether its view shows nothing meanwhile.
    pub closed: bool,
}

/// Users, by what becomes of their profiles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserCounts {
    /// Written or changed.
    pub written: usize,
    /// Emptied.
    pub removed: usize,
    /// Left.
    pub unchanged: usize,
}

/// Why nothing is pushed at all.
#[derive(Debug, thiserror::Error)]
pub enum PlanRefused {
    /// Too much would go.
    #[error(
        "this would drop {dropped} of {of} {what}, more than a tenth; is it the right directory, or database? If it is meant, \
         say `--allow-drop`; to a service, `POST /api/v1/integrations/NAME/reconcile?allow_drop=true`"
    )]
    Drops {
        /// How many.
        dropped: usize,
        /// Of how many.
        of: usize,
        /// Views or users.
        what: &'static str,
    },
}

/// The steps, in order, and what there is to tell.
#[derive(Debug)]
pub struct Plan {
    /// The steps, each safe after those before it.
    pub steps: Vec<Step>,
    /// Views that are as they should be.
    pub unchanged_views: usize,
    /// Users, by what becomes of their profiles.
    pub users: UserCounts,
    /// Sources that cannot be pushed.
    pub failed: Vec<Failed>,
    /// People whose login is not, or may not be, theirs any more.
    pub withdrawn: Vec<Withdrawn>,
    /// What somebody should know.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Puts the steps in order.
    pub(crate) fn of(
        desired: &Desired,
        profiles: Comparison<'_>,
        pushed: &BTreeMap<String, Pushed>,
        salted: &BTreeSet<(String, String)>,
        options: &Options,
        epoch: i64,
    ) -> Result<Self, PlanRefused> {
        let Comparison { changes, unchanged, forgotten, known, withdrawn, .. } = profiles;
        let gone: Vec<&Pushed> = pushed.values().filter(|p| !desired.knows(&p.key)).collect();
        let forgotten_views = gone.iter().filter(|p| !desired.disabled.contains(&p.key)).count();
        if !options.allow_drop {
            for (dropped, of, what) in [(forgotten_views, pushed.len(), "views"), (forgotten, known, "users")] {
                if dropped * 10 > of {
                    return Err(PlanRefused::Drops { dropped, of, what });
                }
            }
        }
        let removed = changes.iter().filter(|change| change.emptied).count();
        let mut plan = Self {
            steps: vec![],
            unchanged_views: 0,
            users: UserCounts { written: changes.len() - removed, removed, unchanged },
            failed: vec![],
            withdrawn,
            warnings: desired.warnings.values().flatten().cloned().collect(),
        };
        let (mut before, mut after, mut counts) = (vec![], vec![], vec![]);
        let moving = moving(desired, pushed, options);
        let standing = pushed.values().flat_map(|known| tables(&known.reads)).collect();
        let asked = desired.views.values().flat_map(|wanted| tables(&wanted.unversioned.reads)).collect();
        let Parted { early, main, late } = part(changes, &standing, &asked);
        let changed = Changed::of(&main);
        for (key, (source, reason)) in &desired.failed {
            plan.fail(source, reason.clone(), pushed.get(key));
        }
        for (source, reason) in desired.closed.values() {
            plan.failed.push(Failed { data_source: source.to_string(), reason: reason.clone(), closed: true });
        }
        for (key, wanted) in &desired.views {
            let known = pushed.get(key);
            if let Some(reason) = known.and_then(|known| replaced(known, wanted))
                && !options.confirmed.contains(&wanted.plan.source)
            {
                plan.fail(&wanted.plan.source, reason, known);
                continue;
            }
            let action = action(known, wanted, salted);
            let counted = !wanted.unversioned.statistics.is_empty();
            if counted && (action.is_some() || known.is_some_and(|known| known.stale)) {
                counts.push(Step::Refresh { key: key.clone(), source: wanted.plan.source.to_string() });
            }
            let Some(action) = action else {
                plan.unchanged_views += 1;
                continue;
            };
            let step = Step::View { change: Box::new(change(epoch, desired.dialect, wanted, known)), action };
            let stays = !moving.contains(key.as_str());
            let open = known.filter(|known| stays && known.present && known.closed.is_none());
            let moment = open.map(|known| changed.moment(&known.reads, &wanted.unversioned.reads));
            match (moment, open) {
                (Some(Moment::Before), _) => before.push(step),
                (Some(Moment::Closed), Some(known)) => {
                    plan.steps.push(Step::Close {
                        key: key.clone(),
                        source: known.data_source.clone(),
                        reason: "the view and profiles that it asks for change together".to_owned(),
                    });
                    after.push(step);
                }
                _ => after.push(step),
            }
        }
        plan.steps.extend(
            gone.into_iter().map(|known| Step::Drop { key: known.key.clone(), source: known.data_source.clone() }),
        );
        plan.steps.extend(
            moving
                .iter()
                .filter_map(|key| pushed.get(*key))
                .map(|known| Step::MakeRoom { key: known.key.clone(), source: known.data_source.clone() }),
        );
        plan.steps.extend(batches(early).into_iter().map(Step::Profiles));
        plan.steps.extend(before);
        plan.steps.extend(batches(main).into_iter().map(Step::Profiles));
        plan.steps.extend(after);
        plan.steps.extend(batches(late).into_iter().map(Step::Profiles));
        // Last: until it is counted, nothing is released.
        plan.steps.extend(counts);
        Ok(plan)
    }

    /// Takes the counts out of it, which are its last steps.
    pub(crate) fn without_counts(&mut self) -> Vec<Step> {
        let at = self.steps.iter().position(|step| matches!(step, Step::Refresh { .. })).unwrap_or(self.steps.len());
        self.steps.split_off(at)
    }

    /// The data sources that its steps touch, by key.
    pub(crate) fn touched(&self) -> BTreeSet<&str> {
        self.steps.iter().filter_map(Step::key).collect()
    }

    /// A source that cannot be pushed is closed, if it has a view that shows anything.
    fn fail(&mut self, source: &Name, reason: String, known: Option<&Pushed>) {
        let closed = |known: &Pushed| known.closed.as_ref() == Some(&reason) && known.min_version == Some(i64::MAX);
        if let Some(known) = known.filter(|known| known.present && !closed(known)) {
            let (key, source) = (known.key.clone(), known.data_source.clone());
            self.steps.push(Step::Close { key, source, reason: reason.clone() });
        }
        self.failed.push(Failed { data_source: source.to_string(), reason, closed: known.is_some() });
    }
}

impl Desired {
    fn knows(&self, key: &str) -> bool {
        self.views.contains_key(key) || self.failed.contains_key(key)
    }
}

/// The keys under which a view asks whether a user is subscribed.
fn tables(reads: &BTreeSet<Read>) -> impl Iterator<Item = &str> {
    reads.iter().filter(|read| read.kind == "table").filter_map(|read| read.value.as_deref())
}

/// The sources whose view's name another source's view is to have: two may change names.
fn moving<'a>(desired: &Desired, pushed: &'a BTreeMap<String, Pushed>, options: &Options) -> BTreeSet<&'a str> {
    let wanted: BTreeMap<&str, &String> =
        desired.views.iter().map(|(key, wanted)| (wanted.plan.view.table.as_str(), key)).collect();
    let taken = |known: &&Pushed| wanted.get(known.view.as_str()).is_some_and(|key| **key != known.key);
    // What must be confirmed first keeps its view, and with it the record of what it was.
    let stays = |known: &&Pushed| {
        desired
            .views
            .get(&known.key)
            .is_some_and(|wanted| options.confirmed.contains(&wanted.plan.source) || replaced(known, wanted).is_none())
    };
    pushed.values().filter(stays).filter(taken).map(|known| known.key.as_str()).collect()
}

/// Whether the table below is another one than when the view was pushed: PostgreSQL's views stay on the old one.
fn replaced(known: &Pushed, wanted: &Wanted) -> Option<String> {
    let source = &wanted.plan.source;
    let table = &wanted.plan.table;
    let told = |what: String| {
        Some(format!("{what}; if this is meant, look at the policies of `{source}` and say `--confirm {source}`"))
    };
    let (base, lookup) = (&wanted.base.identity, |name: &str| format!("the table `{name}`, which a rule looks up in,"));
    let confirmed = wanted.confirmed.contains(&wanted.base.mark());
    if !confirmed && known.base.oid != base.oid {
        return told(format!("the table `{table}` is another one than the one that was pushed"));
    }
    if !confirmed && known.base.owner != base.owner {
        return told(format!(
            "the table `{table}` now belongs to `{}`, and did to `{}`",
            somebody(base),
            somebody(&known.base)
        ));
    }
    for (name, found) in wanted.lookups.iter().filter(|(name, found)| !wanted.confirmed.contains(&found.mark(name))) {
        match known.lookups.get(name) {
            Some(known) if known.oid != found.oid => {
                return told(format!("{} is another one than when it was pushed", lookup(name)));
            }
            Some(known) if known.owner != found.owner => {
                return told(format!(
                    "{} now belongs to `{}`, and did to `{}`",
                    lookup(name),
                    somebody(found),
                    somebody(known)
                ));
            }
            _ => {}
        }
    }
    for (name, (column_type, position)) in known.base_columns.iter().filter(|_| !confirmed) {
        // What is known to be new, or to be gone, is not in the view, or masked there.
        if wanted.new.contains(name) || (wanted.named && !wanted.base_columns.contains_key(name)) {
            continue;
        }
        let found = wanted.base.columns.iter().find(|column| column.name == *name);
        match found {
            None => return told(format!("the table `{table}` has lost its column `{name}`")),
            Some(found) if found.column_type != *column_type => {
                return told(format!(
                    "the column `{name}` of `{table}` is {} now, and was {column_type}",
                    found.column_type
                ));
            }
            Some(_) if wanted.base.positions.get(name) != Some(position) => {
                return told(format!("the column `{name}` of `{table}` is another one than the one that was pushed"));
            }
            Some(_) => {}
        }
    }
    None
}

fn somebody(identity: &Identity) -> &str {
    identity.owner.as_deref().unwrap_or("nobody that the warehouse tells of")
}

/// Why a view must be applied; none when it is as it should be.
fn action(known: Option<&Pushed>, wanted: &Wanted, salted: &BTreeSet<(String, String)>) -> Option<Action> {
    let Some(known) = known else { return Some(Action::Create) };
    let listed = known.audience == wanted.plan.audience && known.listed_as.as_deref() == Some(&*wanted.plan.view.table);
    let salted =
        wanted.unversioned.salted.iter().all(|salt| salted.contains(&(salt.scope.clone(), salt.name.to_string())));
    let statistics = &wanted.unversioned.statistics;
    let as_it_is_to_be = |one: &Statistic| {
        known.statistics.get(&one.key).is_some_and(|told| told.as_ref().is_none_or(|told| *told == one.definition()))
    };
    let keys: BTreeSet<&String> = statistics.iter().map(|one| &one.key).collect();
    let counted = keys.len() == known.statistics.len() && statistics.iter().all(as_it_is_to_be);
    let base = known.base == wanted.base.identity
        && known.base_columns == wanted.base_columns
        && known.lookups == wanted.lookups;
    if !known.present {
        Some(Action::Restore)
    } else if known.hash != wanted.hash || !base {
        Some(Action::Replace)
    } else if known.closed.is_some() {
        Some(Action::Reopen)
    } else if !known.untouched || known.min_version != Some(known.version) || !listed || !salted || !counted {
        Some(Action::Repair)
    } else {
        None
    }
}

/// The view, with the number of the push in it.
fn change(epoch: i64, dialect: Dialect, wanted: &Wanted, known: Option<&Pushed>) -> ViewChange {
    let counted: BTreeSet<&String> = wanted.unversioned.statistics.iter().map(|one| &one.key).collect();
    let before = known.iter().flat_map(|known| known.statistics.keys());
    ViewChange {
        key: wanted.plan.key.clone(),
        data_source: wanted.plan.source.to_string(),
        view: wanted.plan.view.table.to_string(),
        rendered: Rendered::of(&wanted.plan, dialect, epoch.unsigned_abs()),
        hash: wanted.hash.clone(),
        audience: wanted.plan.audience.clone(),
        base: wanted.base.identity.clone(),
        base_columns: wanted.base_columns.clone(),
        lookups: wanted.lookups.clone(),
        forgotten: before.filter(|key| !counted.contains(key)).cloned().collect(),
    }
}

/// Whole users, some thousand rows at a time.
fn batches(changes: Vec<UserChange>) -> Vec<Vec<UserChange>> {
    let mut batches: Vec<Vec<UserChange>> = Vec::new();
    let mut rows = BATCH;
    for change in changes {
        let size = change.removed.len() + change.added.len();
        rows += size;
        match batches.last_mut() {
            Some(batch) if rows <= BATCH => batch.push(change),
            _ => {
                rows = size;
                batches.push(vec![change]);
            }
        }
    }
    batches
}
