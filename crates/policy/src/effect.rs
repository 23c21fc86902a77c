//! What a change of the catalog means for people: who gains or loses which data sources, who sees which columns more or
//! less clearly, for whom other row rules hold.
//!
//! Whoever may read is decided by the same few policies for many sources, and columns are masked by the same few rules,
//! so that each such group is asked about all people once, and not each source.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, DataPolicy, Name, Named, Stored, Who};
use serde::Serialize;

use crate::explain::{column_level, rows_in_words};
use crate::merged::{Application, MergedColumn, RowTest};
use crate::{Audiences, Facts, Merged, Merger};

/// What a change means for one data source. Sources for which it means nothing are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceEffect {
    /// The data source.
    pub data_source: String,
    /// How many people may read it now, and could not.
    pub gain: usize,
    /// How many people could read it, and may not now.
    pub lose: usize,
    /// Columns that somebody who reads it before and after sees otherwise.
    pub columns: Vec<ColumnEffect>,
    /// For how many who read it before and after other row rules hold.
    pub other_rows: usize,
    /// Some of the people who gain or lose it, at most ten of each.
    pub examples: Examples,
}

/// Some people, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Examples {
    /// Who gains the data source.
    pub gain: Vec<Name>,
    /// Who loses it.
    pub lose: Vec<Name>,
}

/// What a change means for one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnEffect {
    /// The column.
    pub name: Name,
    /// How many people see it in the clear, or by a weaker mask, than before.
    pub more: usize,
    /// How many people see it by a stronger mask than before.
    pub less: usize,
}

/// How many examples are named.
const EXAMPLES: usize = 10;

/// One of two states of the world.
struct Side<'a> {
    catalog: &'a Catalog,
    merger: Merger<'a>,
    audiences: BTreeMap<Name, Audiences<'a>>,
    /// Everybody's facts; none of people who are not there or disabled.
    people: Vec<Option<Facts>>,
}

impl<'a> Side<'a> {
    fn of(catalog: &'a Catalog, names: &[&Name]) -> Self {
        let audiences: BTreeMap<Name, Audiences<'a>> =
            catalog.integrations.keys().map(|name| (name.clone(), Audiences::of(catalog, name))).collect();
        let active = |name: &&Name| catalog.users.get(*name).filter(|user| !user.disabled);
        let facts = |user: &Stored<User>| match audiences.values().next() {
            Some(audiences) => audiences.facts(user),
            None => Facts::of(catalog, user),
        };
        let people = names.iter().map(|name| active(name).map(facts)).collect();
        Self { catalog, merger: Merger::new(catalog), audiences, people }
    }

    fn source(&self, name: &Name) -> Option<&'a DataSource> {
        self.catalog.data_sources.get(name).map(|stored| &stored.item)
    }
}

/// Tells what the change from one catalog to another means for people at a moment.
pub fn effect(before: &Catalog, after: &Catalog, now: DateTime<Utc>) -> Vec<SourceEffect> {
    let names: Vec<&Name> =
        before.users.keys().chain(after.users.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    let (old, new) = (Side::of(before, &names), Side::of(after, &names));
    let mut asked = Asked::new(&names, &old, &new, now);
    let sources: BTreeSet<&Name> = before.data_sources.keys().chain(after.data_sources.keys()).collect();
    let touched = touched(before, after);
    sources.into_iter().filter_map(|name| asked.source(name, &touched)).collect()
}

/// The data policies that are not the same before and after.
fn touched<'a>(before: &'a Catalog, after: &'a Catalog) -> BTreeSet<&'a Name> {
    fn other<'n>(one: &'n Named<DataPolicy>, two: &'n Named<DataPolicy>) -> impl Iterator<Item = &'n Name> {
        one.iter()
            .filter(|(name, policy)| two.get(*name).is_none_or(|same| same.item != policy.item))
            .map(|(name, _)| name)
    }
    other(&before.data_policies, &after.data_policies)
        .chain(other(&after.data_policies, &before.data_policies))
        .collect()
}

/// Who may read, before and after, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Readers {
    gain: Vec<usize>,
    lose: Vec<usize>,
    both: Vec<usize>,
}

/// What was asked about all people once.
struct Asked<'a, 'c> {
    names: &'a [&'c Name],
    old: &'a Side<'c>,
    new: &'a Side<'c>,
    now: DateTime<Utc>,
    /// Whether everybody has the same facts before and after, and acts under the same projects.
    same_people: bool,
    /// By how access is decided before and after.
    readers: HashMap<(Option<String>, Option<String>), usize>,
    all_readers: Vec<Readers>,
    /// By readers, and the masks of a column before and after.
    columns: HashMap<(usize, String, String), (usize, usize)>,
    /// By readers, and the row rules before and after.
    rows: HashMap<(usize, String, String), usize>,
}

impl<'a, 'c> Asked<'a, 'c> {
    fn new(names: &'a [&'c Name], old: &'a Side<'c>, new: &'a Side<'c>, now: DateTime<Utc>) -> Self {
        let projects = |side: &Side<'_>| side.catalog.projects.values().map(|p| p.item.clone()).collect::<Vec<_>>();
        Self {
            names,
            old,
            new,
            now,
            same_people: old.people == new.people && projects(old) == projects(new),
            readers: HashMap::new(),
            all_readers: vec![],
            columns: HashMap::new(),
            rows: HashMap::new(),
        }
    }

    fn source(&mut self, name: &Name, touched: &BTreeSet<&Name>) -> Option<SourceEffect> {
        let (old, new) = (self.old.source(name), self.new.source(name));
        let at = self.readers(old, new);
        let readers = self.all_readers.get(at).cloned().unwrap_or_default();
        let mut effect = SourceEffect {
            data_source: name.to_string(),
            gain: readers.gain.len(),
            lose: readers.lose.len(),
            ..SourceEffect::default()
        };
        let examples = |numbers: &[usize]| {
            numbers.iter().take(EXAMPLES).filter_map(|at| self.names.get(*at)).map(|name| (*name).clone()).collect()
        };
        effect.examples = Examples { gain: examples(&readers.gain), lose: examples(&readers.lose) };
        if let (Some(old), Some(new)) = (old, new)
            && self.changed(old, new, touched)
            && let (Ok(before), Ok(after)) = (self.old.merger.merge(old), self.new.merger.merge(new))
        {
            effect.columns = self.columns(at, &before, &after);
            effect.other_rows = self.rows(at, &before, &after);
        }
        let nothing = effect.gain + effect.lose + effect.other_rows == 0 && effect.columns.is_empty();
        (!nothing).then_some(effect)
    }

    /// Whether what is seen of a source may have changed for anybody.
    fn changed(&self, old: &DataSource, new: &DataSource, touched: &BTreeSet<&Name>) -> bool {
        let policies = |side: &Side<'c>, source: &DataSource| -> BTreeSet<&'c Name> {
            side.merger.policies(source).into_iter().map(|policy| policy.name.value()).collect()
        };
        let (one, other) = (policies(self.old, old), policies(self.new, new));
        old != new || one != other || one.iter().any(|name| touched.contains(name)) || !self.same_people
    }

    /// Who may read a source before and after; sources on which the same decides share the answer.
    fn readers(&mut self, old: Option<&'c DataSource>, new: Option<&'c DataSource>) -> usize {
        let decided = |side: &Side<'c>, source: Option<&DataSource>| {
            source.and_then(|source| side.audiences.get(source.integration.value())?.decided_alike(source))
        };
        let key = (decided(self.old, old), decided(self.new, new));
        if let Some(at) = self.readers.get(&key) {
            return *at;
        }
        let mut readers = Readers::default();
        let may = |side: &Side<'c>, source: Option<&DataSource>, at: usize| {
            let audiences = source.and_then(|source| side.audiences.get(source.integration.value()));
            match (audiences, source, side.people.get(at).and_then(Option::as_ref)) {
                (Some(audiences), Some(source), Some(facts)) => audiences.admits_to(source, facts, self.now),
                _ => false,
            }
        };
        for at in 0..self.names.len() {
            match (may(self.old, old, at), may(self.new, new, at)) {
                (true, true) => readers.both.push(at),
                (true, false) => readers.lose.push(at),
                (false, true) => readers.gain.push(at),
                (false, false) => {}
            }
        }
        self.all_readers.push(readers);
        self.readers.insert(key, self.all_readers.len() - 1);
        self.all_readers.len() - 1
    }

    fn columns(&mut self, readers: usize, before: &Merged, after: &Merged) -> Vec<ColumnEffect> {
        let mut effects = Vec::new();
        for new in &after.columns {
            let Some(old) = before.columns.iter().find(|column| column.name == new.name) else { continue };
            let key = (readers, fingerprint(&old.masks), fingerprint(&new.masks));
            if key.1 == key.2 && self.same_people {
                continue;
            }
            let (more, less) = match self.columns.get(&key) {
                Some(known) => *known,
                None => {
                    let counted = self.levels(readers, old, new);
                    self.columns.insert(key, counted);
                    counted
                }
            };
            if more + less > 0 {
                effects.push(ColumnEffect { name: new.name.clone(), more, less });
            }
        }
        effects
    }

    fn levels(&self, readers: usize, old: &MergedColumn, new: &MergedColumn) -> (usize, usize) {
        let (mut more, mut less) = (0, 0);
        for at in self.both(readers) {
            let level = |side: &Side<'_>, column| {
                side.people.get(at).and_then(Option::as_ref).map(|facts| column_level(column, facts, self.now))
            };
            if let (Some(before), Some(after)) = (level(self.old, old), level(self.new, new)) {
                more += usize::from(after > before);
                less += usize::from(after < before);
            }
        }
        (more, less)
    }

    fn rows(&mut self, readers: usize, before: &Merged, after: &Merged) -> usize {
        let print = |rows: &[RowTest]| {
            format!("{:?}", rows.iter().map(|rule| (&rule.source, &rule.branches)).collect::<Vec<_>>())
        };
        let key = (readers, print(&before.rows), print(&after.rows));
        if key.1 == key.2 && self.same_people {
            return 0;
        }
        if let Some(known) = self.rows.get(&key) {
            return *known;
        }
        let words = |side: &Side<'_>, merged: &Merged, at: usize| {
            side.people.get(at).and_then(Option::as_ref).map(|facts| rows_in_words(merged, facts, self.now))
        };
        let other = self.both(readers).filter(|at| words(self.old, before, *at) != words(self.new, after, *at)).count();
        self.rows.insert(key, other);
        other
    }

    fn both(&self, readers: usize) -> impl Iterator<Item = usize> {
        self.all_readers.get(readers).into_iter().flat_map(|readers| readers.both.iter().copied())
    }
}

/// All of a column's masks that decides who is covered, and how strongly.
fn fingerprint(masks: &[Application]) -> String {
    let one = |mask: &Application| {
        let lifts: Vec<(&Who, bool)> =
            mask.lifted.iter().map(|lift| (&lift.only, lift.source.valid.is_some())).collect();
        format!(
            "{} {} {:?} {:?} {} {} {:?}",
            mask.mask.name(),
            mask.depth,
            mask.covers,
            lifts,
            mask.when.is_some(),
            mask.yields,
            mask.source.valid
        )
    };
    masks.iter().map(one).collect::<Vec<_>>().join("; ")
}
