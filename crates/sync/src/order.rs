//! When a view and profiles change in one push, the moments in between show the old view with the new profiles, or
//! the new view with the old profiles. Such a moment is safe when the changed facts are none that the view of that
//! moment asks for: then it shows what it showed before, or what it will show after.

use std::collections::{BTreeSet, HashSet};

use scrim_policy::ProfileRow;
use scrim_sql::Read;
use scrim_warehouse::UserChange;

/// Changes of profiles, parted by when they may be applied.
#[derive(Debug, Default)]
pub(crate) struct Parted {
    /// Subscriptions under keys that no standing view asks for: nobody sees them come.
    pub(crate) early: Vec<UserChange>,
    /// Everything else, each user's in one transaction.
    pub(crate) main: Vec<UserChange>,
    /// Subscriptions under keys that no new view asks for: nobody sees them go.
    pub(crate) late: Vec<UserChange>,
}

/// Parts changes, so that a source which gets another audience is subscribed to under both keys while its view is
/// replaced, and is neither closed nor empty meanwhile.
pub(crate) fn part(changes: Vec<UserChange>, standing: &BTreeSet<&str>, wanted: &BTreeSet<&str>) -> Parted {
    let mut parted = Parted::default();
    for change in changes {
        let UserChange { login, removed, added, emptied } = change;
        let same = |one: &ProfileRow, other: &ProfileRow| {
            one.kind == other.kind && one.key == other.key && one.value == other.value
        };
        let unseen = |row: &ProfileRow, keys: &BTreeSet<&str>, others: &BTreeSet<ProfileRow>| {
            row.kind == "table" && !keys.contains(&*row.value) && !others.iter().any(|other| same(row, other))
        };
        let (early, come): (BTreeSet<_>, BTreeSet<_>) =
            added.iter().cloned().partition(|row| unseen(row, standing, &removed));
        let (late, go): (BTreeSet<_>, BTreeSet<_>) =
            removed.iter().cloned().partition(|row| unseen(row, wanted, &added));
        let mut add = |into: fn(&mut Parted) -> &mut Vec<UserChange>,
                       removed: BTreeSet<ProfileRow>,
                       added: BTreeSet<ProfileRow>| {
            if !removed.is_empty() || !added.is_empty() {
                into(&mut parted).push(UserChange { login: login.clone(), removed, added, emptied });
            }
        };
        add(|parted| &mut parted.early, BTreeSet::new(), early);
        add(|parted| &mut parted.main, go, come);
        add(|parted| &mut parted.late, late, BTreeSet::new());
    }
    parted
}

/// The facts that change for anybody, by what a view may ask: of a kind, of a key, of a value, of both.
#[derive(Default)]
pub(crate) struct Changed<'a> {
    kinds: HashSet<&'a str>,
    keys: HashSet<(&'a str, &'a str)>,
    values: HashSet<(&'a str, &'a str)>,
    facts: HashSet<(&'a str, &'a str, &'a str)>,
}

/// When to replace a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before the profiles: the new view asks for none of the changed facts.
    Before,
    /// After the profiles: the old view asks for none of the changed facts.
    After,
    /// After the profiles, and closed meanwhile: both ask.
    Closed,
}

impl<'a> Changed<'a> {
    pub(crate) fn of(changes: &'a [UserChange]) -> Self {
        let mut changed = Self::default();
        for row in changes.iter().flat_map(|change| change.removed.iter().chain(&change.added)) {
            let (kind, key, value) = (row.kind.as_ref(), &*row.key, &*row.value);
            changed.kinds.insert(kind);
            changed.keys.insert((kind, key));
            changed.values.insert((kind, value));
            changed.facts.insert((kind, key, value));
        }
        changed
    }

    fn touches(&self, reads: &BTreeSet<Read>) -> bool {
        reads.iter().any(|read| match (read.kind.as_str(), read.key.as_deref(), read.value.as_deref()) {
            (kind, None, None) => self.kinds.contains(kind),
            (kind, Some(key), None) => self.keys.contains(&(kind, key)),
            (kind, None, Some(value)) => self.values.contains(&(kind, value)),
            (kind, Some(key), Some(value)) => self.facts.contains(&(kind, key, value)),
        })
    }

    pub(crate) fn moment(&self, old: &BTreeSet<Read>, new: &BTreeSet<Read>) -> Moment {
        if !self.touches(old) {
            Moment::After
        } else if !self.touches(new) {
            Moment::Before
        } else {
            Moment::Closed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_under_another_key_comes_early_and_goes_late() {
        let row = |kind: &'static str, value: &str, expires| ProfileRow {
            kind: kind.into(),
            key: "".into(),
            value: value.into(),
            expires,
        };
        let end = Some("2026-12-01T00:00:00Z".parse().unwrap());
        let change = UserChange {
            login: "u".to_owned(),
            removed: BTreeSet::from([row("table", "a_old", None), row("table", "s_1", None), row("group", "g", None)]),
            added: BTreeSet::from([row("table", "a_new", None), row("table", "s_1", end)]),
            emptied: false,
        };
        let parted = part(vec![change], &BTreeSet::from(["a_old"]), &BTreeSet::from(["a_new"]));
        let values = |rows: &BTreeSet<ProfileRow>| rows.iter().map(|row| row.value.to_string()).collect::<Vec<_>>();
        assert_eq!(values(&parted.early[0].added), ["a_new"]);
        assert_eq!(
            (values(&parted.main[0].removed), values(&parted.main[0].added)),
            (vec!["g".to_owned(), "s_1".to_owned()], vec!["s_1".to_owned()])
        );
        assert_eq!(values(&parted.late[0].removed), ["a_old"]);
    }

    #[test]
    fn a_moment_in_between_shows_no_more_than_before_or_after() {
        let row = |kind: &'static str, value: &str| ProfileRow {
            kind: kind.into(),
            key: "".into(),
            value: value.into(),
            expires: None,
        };
        let read = |kind: &str, value: Option<&str>| Read {
            kind: kind.to_owned(),
            key: None,
            value: value.map(str::to_owned),
        };
        let changes = [UserChange {
            login: "u".to_owned(),
            removed: BTreeSet::new(),
            added: BTreeSet::from([row("group", "g")]),
            emptied: false,
        }];
        let changed = Changed::of(&changes);
        let (g, h, any) = (read("group", Some("g")), read("group", Some("h")), read("group", None));
        let set = |read: &Read| BTreeSet::from([read.clone()]);
        assert_eq!(changed.moment(&set(&h), &set(&g)), Moment::After);
        assert_eq!(changed.moment(&set(&g), &set(&h)), Moment::Before);
        assert_eq!(changed.moment(&set(&g), &set(&any)), Moment::Closed);
    }
}
