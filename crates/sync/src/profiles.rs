//! The difference between the profiles that should be and those that are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::User;
use scrim_catalog::{Name, Stored};
use scrim_policy::{Audiences, ProfileRow};
use scrim_warehouse::UserChange;

use crate::desired::Desired;
use crate::logins::{Logins, Withdrawn};

/// Compares profiles one user at a time, so that no more than the differences is held in memory.
pub(crate) struct Comparison<'a> {
    audiences: Audiences<'a>,
    logins: Logins<'a>,
    pending: BTreeMap<&'a str, &'a User>,
    now: DateTime<Utc>,
    pub(crate) changes: Vec<UserChange>,
    pub(crate) unchanged: usize,
    /// Users whose rows all go, and whom nobody disabled: they are not in the catalog any more.
    pub(crate) forgotten: usize,
    pub(crate) known: usize,
    /// Those whose login is not, or may not be, theirs any more.
    pub(crate) withdrawn: Vec<Withdrawn>,
    /// The profiles that were compared, as policies give them, by login.
    pub(crate) marks: Marks,
}

/// Profiles by login, each as one number: two that differ have other numbers, but for one time in so many that the next
/// comparison of everything finds it.
pub(crate) type Marks = HashMap<String, u64>;

impl<'a> Comparison<'a> {
    /// Of everybody.
    pub(crate) fn new(desired: &'a Desired, logins: Logins<'a>, now: DateTime<Utc>) -> Self {
        let pending = desired.users.iter().map(|(login, user)| (login.as_str(), &user.item)).collect();
        Self::of(desired, logins, now, pending)
    }

    /// Of these logins only.
    pub(crate) fn some(desired: &'a Desired, logins: Logins<'a>, now: DateTime<Utc>, these: &BTreeSet<String>) -> Self {
        let users = these.iter().filter_map(|login| desired.users.get_key_value(login));
        let pending = users.map(|(login, user)| (login.as_str(), &user.item)).collect();
        Self::of(desired, logins, now, pending)
    }

    fn of(desired: &'a Desired, logins: Logins<'a>, now: DateTime<Utc>, pending: BTreeMap<&'a str, &'a User>) -> Self {
        Self {
            audiences: Audiences::of(&desired.catalog, logins.integration),
            logins,
            pending,
            now,
            changes: vec![],
            unchanged: 0,
            forgotten: 0,
            known: 0,
            withdrawn: vec![],
            marks: Marks::new(),
        }
    }

    /// Whose profile is to be another than when it was marked.
    pub(crate) fn moved(desired: &Desired, integration: &Name, now: DateTime<Utc>, marks: &Marks) -> BTreeSet<String> {
        let audiences = Audiences::of(&desired.catalog, integration);
        let moved = |(login, user): &(&String, &Arc<Stored<User>>)| {
            marks.get(*login) != Some(&mark(&audiences.profile(user, now)))
        };
        let gone = marks.keys().filter(|login| !desired.users.contains_key(*login)).cloned();
        gone.chain(desired.users.iter().filter(moved).map(|(login, _)| login.clone())).collect()
    }

    /// A profile as it is.
    pub(crate) fn found(&mut self, login: String, rows: &BTreeSet<ProfileRow>) {
        self.known += 1;
        let wanted = match self.pending.remove(login.as_str()) {
            Some(user) => self.wanted(&login, user, rows),
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

    /// The profile that somebody is to have who has these rows.
    fn wanted(&mut self, login: &str, user: &User, rows: &BTreeSet<ProfileRow>) -> BTreeSet<ProfileRow> {
        let given = self.audiences.profile(user, self.now);
        self.marks.insert(login.to_owned(), mark(&given));
        self.logins.keep(login, user, given, rows).unwrap_or_else(|(withdrawn, left)| {
            self.withdrawn.push(withdrawn);
            left
        })
    }

    /// Everybody who had no profile yet; then whoever only loses comes first, and whoever only gains last.
    pub(crate) fn finish(&mut self) {
        for (login, user) in std::mem::take(&mut self.pending) {
            let added = self.wanted(login, user, &BTreeSet::new());
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

fn mark(rows: &BTreeSet<ProfileRow>) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    hasher.finish()
}
