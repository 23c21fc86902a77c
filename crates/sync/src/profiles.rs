//! The difference between the profiles that should be and those that are.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use scrim_catalog::Name;
use scrim_catalog::documents::User;
use scrim_policy::{Audiences, ProfileRow};
use scrim_warehouse::UserChange;

use crate::desired::Desired;

/// Compares profiles one user at a time, so that no more than the differences is held in memory.
pub(crate) struct Comparison<'a> {
    audiences: Audiences<'a>,
    pending: BTreeMap<&'a str, &'a User>,
    now: DateTime<Utc>,
    pub(crate) changes: Vec<UserChange>,
    pub(crate) unchanged: usize,
    /// Users whose rows all go, and whom nobody disabled: they are not in the catalog any more.
    pub(crate) forgotten: usize,
    pub(crate) known: usize,
}

impl<'a> Comparison<'a> {
    pub(crate) fn new(desired: &'a Desired, integration: &Name, now: DateTime<Utc>) -> Self {
        Self {
            audiences: Audiences::of(&desired.catalog, integration),
            pending: desired.users.iter().map(|(login, user)| (login.as_str(), user)).collect(),
            now,
            changes: vec![],
            unchanged: 0,
            forgotten: 0,
            known: 0,
        }
    }

    /// A profile as it is.
    pub(crate) fn found(&mut self, login: String, rows: &BTreeSet<ProfileRow>) {
        self.known += 1;
        let wanted = match self.pending.remove(login.as_str()) {
            Some(user) => self.audiences.profile(user, self.now),
            None => {
                self.forgotten += 1;
                BTreeSet::new()
            }
        };
        if wanted == *rows {
            self.unchanged += 1;
            return;
        }
        self.changes.push(UserChange {
            login,
            removed: rows.difference(&wanted).cloned().collect(),
            added: wanted.difference(rows).cloned().collect(),
            emptied: wanted.is_empty(),
        });
    }

    /// Everybody who had no profile yet; then whoever only loses comes first, and whoever only gains last.
    pub(crate) fn finish(&mut self) {
        for (login, user) in std::mem::take(&mut self.pending) {
            let added = self.audiences.profile(user, self.now);
            if added.is_empty() {
                self.unchanged += 1;
            } else {
                self.changes.push(UserChange {
                    login: login.to_owned(),
                    removed: BTreeSet::new(),
                    added,
                    emptied: false,
                });
            }
        }
        self.changes.sort_by_key(|change| (!change.added.is_empty(), change.removed.is_empty()));
    }
}
