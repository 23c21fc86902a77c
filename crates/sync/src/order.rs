//! When a view and profiles change in one push, the moments in between show the old view with the new profiles, or
//! the new view with the old profiles. Such a moment is safe when the changed facts are none that the view of that
//! moment asks for: then it shows what it showed before, or what it will show after.

use std::collections::BTreeSet;

use scrim_policy::ProfileRow;
use scrim_sql::Read;
use scrim_warehouse::UserChange;

/// The facts that change for anybody.
pub(crate) struct Changed<'a>(BTreeSet<(&'a str, &'a str, &'a str)>);

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
        let rows = changes.iter().flat_map(|change| change.removed.iter().chain(&change.added));
        Self(rows.map(|row: &ProfileRow| (row.kind.as_ref(), row.key.as_str(), row.value.as_str())).collect())
    }

    fn touches(&self, reads: &BTreeSet<Read>) -> bool {
        reads.iter().any(|read| {
            self.0.iter().any(|(kind, key, value)| {
                read.kind == *kind
                    && read.key.as_deref().is_none_or(|wanted| wanted == *key)
                    && read.value.as_deref().is_none_or(|wanted| wanted == *value)
            })
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
    fn a_moment_in_between_shows_no_more_than_before_or_after() {
        let row = |kind: &'static str, value: &str| ProfileRow {
            kind: kind.into(),
            key: String::new(),
            value: value.to_owned(),
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
