//! Differences between what should be there and what is, in words.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::Catalog;
use scrim_catalog::documents::Integration;
use scrim_warehouse::Warehouse;
use serde::Serialize;

use crate::logins::only_known;
use crate::plan::{Action, Options, Step};
use crate::push::{SyncError, plan};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Difference {
    /// The data source, the warehouse user, or the object.
    pub object: String,
    /// What is different, and what mends it.
    pub difference: String,
}

/// Compares a warehouse with what the catalog says, and changes nothing.
///
/// # Errors
/// When the warehouse cannot be asked.
pub async fn differences(
    warehouse: &Warehouse,
    catalog: &Catalog,
    integration: &Integration,
    now: DateTime<Utc>,
) -> Result<Vec<Difference>, SyncError> {
    let options = Options { allow_drop: true, ..Options::default() };
    let plan = plan(warehouse, catalog, integration, &options, 0, now).await?;
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut profiles: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut unknown: BTreeSet<String> = BTreeSet::new();
    for step in &plan.steps {
        match step {
            Step::Close { source, reason, .. } => {
                found.insert(source.clone(), reason.clone());
            }
            Step::Drop { source, .. } => {
                found.insert(source.clone(), "has a view, and the files have no such active data source".to_owned());
            }
            // Tables change: that a count is old is no difference to what the files say.
            Step::MakeRoom { .. } | Step::Refresh { .. } => {}
            Step::View { change, action } => {
                found.insert(change.data_source.clone(), what(*action).to_owned());
            }
            Step::Profiles(changes) => {
                for change in changes {
                    if only_known(&change.added, &change.removed) {
                        unknown.insert(change.login.clone());
                        continue;
                    }
                    let (more, less) = profiles.entry(change.login.clone()).or_default();
                    *more += change.removed.len();
                    *less += change.added.len();
                }
            }
        }
    }
    for login in unknown {
        found.insert(login, "who has this login is not written down yet: a push does".to_owned());
    }
    for (login, (more, less)) in profiles {
        found.insert(login, format!("the profile of this user has {more} rows too many, and {less} are missing"));
    }
    for failed in plan.failed {
        found.insert(failed.data_source, failed.reason);
    }
    for withdrawn in plan.withdrawn {
        found.insert(withdrawn.login, withdrawn.reason);
    }
    let mut found: Vec<Difference> =
        found.into_iter().map(|(object, difference)| Difference { object, difference }).collect();
    found.extend(warehouse.unintended().await?.into_iter().map(|p| Difference {
        difference: format!("{} has {}, which is not intended", p.grantee, p.privilege),
        object: p.object,
    }));
    Ok(found)
}

fn what(action: Action) -> &'static str {
    match action {
        Action::Create => "has no view yet",
        Action::Restore => "its view is gone from the warehouse",
        Action::Replace => "its view is not what the files say",
        Action::Repair => "its view, its privileges or what belongs to it were changed in the warehouse",
        Action::Reopen => "is closed in the warehouse, and what closed it is over",
    }
}
