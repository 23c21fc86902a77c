//! What a change of the catalog means for people: who gains or loses which data sources, who sees which columns more or
//! less clearly, for whom other row rules hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, Name, Named, Stored, Who};
use serde::Serialize;

use crate::bits::Bits;
use crate::crowd::Crowd;
use crate::facts::Bound;
use crate::merged::{Application, MergedColumn, Test};
use crate::readers::Readers;
use crate::{Audiences, Facts, Merged, Merger};

/// What a change means for one data source. Sources for which it means nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceEffect {
    /// The data source.
    pub data_source: Name,
    /// How many people may read it now, and could not.
    pub gain: usize,
    /// How many people could read it, and may not now.
    pub lose: usize,
    /// Columns that somebody who reads it before and after sees otherwise.
    pub columns: Vec<ColumnEffect>,
    /// For how many who read it before and after other row rules hold.
    pub other_rows: usize,
    /// Some of the people who gain it, at most ten.
    pub gaining: Vec<Name>,
    /// Some of the people who lose it, at most ten.
    pub losing: Vec<Name>,
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

/// How many people are named as examples.
const EXAMPLES: usize = 10;

/// One of two states of the world, and everybody in it.
struct Side<'a> {
    catalog: &'a Catalog,
    merger: Merger<'a>,
    readers: BTreeMap<&'a Name, Readers<'a, 'a>>,
    crowd: &'a Crowd<'a>,
    conditions: HashMap<(Who, bool), Bits>,
    now: DateTime<Utc>,
}

/// Tells what the change from one catalog to another means for people at a moment.
pub fn effect(before: &Catalog, after: &Catalog, now: DateTime<Utc>) -> Vec<SourceEffect> {
    let names: BTreeSet<&Name> = before.users.keys().chain(after.users.keys()).collect();
    let names: Vec<&Name> = names.into_iter().collect();
    let (audiences, others) = (audiences(before), audiences(after));
    let (old_people, new_people) = (people(before, &audiences, &names), people(after, &others, &names));
    let (old_crowd, new_crowd) = (Crowd::of(&old_people), Crowd::of(&new_people));
    let mut old = Side::new(before, &audiences, &old_crowd, now);
    let mut new = Side::new(after, &others, &new_crowd, now);
    let projects = |catalog: &Catalog| catalog.projects.values().map(|p| p.item.clone()).collect::<Vec<_>>();
    let grants = |catalog: &Catalog| catalog.grants.values().map(|grant| grant.item.clone()).collect::<Vec<_>>();
    let mut touched: BTreeSet<&Name> = other(&before.data_policies, &after.data_policies, |a, b| a == b);
    touched.extend(other(&before.subscription_policies, &after.subscription_policies, |a, b| a == b));
    let change = Change {
        names,
        touched,
        same_people: old_people == new_people && projects(before) == projects(after),
        same_grants: grants(before) == grants(after),
    };
    let mut known = Known::default();
    let sources: BTreeSet<&Name> = before.data_sources.keys().chain(after.data_sources.keys()).collect();
    sources.into_iter().filter_map(|name| change.source(name, &mut old, &mut new, &mut known)).collect()
}

fn audiences(catalog: &Catalog) -> BTreeMap<&Name, Audiences<'_>> {
    catalog.integrations.keys().map(|name| (name, Audiences::of(catalog, name))).collect()
}

/// Everybody's facts; none of people who are not there or disabled.
fn people(catalog: &Catalog, audiences: &BTreeMap<&Name, Audiences<'_>>, names: &[&Name]) -> Vec<Option<Facts>> {
    let facts = |user: &Stored<User>| match audiences.values().next() {
        Some(audiences) => audiences.facts(user),
        None => Facts::of(catalog, user),
    };
    names.iter().map(|name| catalog.users.get(*name).filter(|user| !user.disabled).map(facts)).collect()
}

/// The names of what is not the same before and after.
fn other<'a, T>(before: &'a Named<T>, after: &'a Named<T>, same: impl Fn(&T, &T) -> bool) -> BTreeSet<&'a Name> {
    let differs = |one: &'a Named<T>, two: &'a Named<T>| {
        let same = &same;
        let differing =
            one.iter().filter(move |(name, item)| two.get(*name).is_none_or(|other| !same(&item.item, &other.item)));
        differing.map(|(name, _)| name).collect::<Vec<_>>()
    };
    differs(before, after).into_iter().chain(differs(after, before)).collect()
}

impl<'a> Side<'a> {
    fn new(
        catalog: &'a Catalog,
        audiences: &'a BTreeMap<&'a Name, Audiences<'a>>,
        crowd: &'a Crowd<'a>,
        now: DateTime<Utc>,
    ) -> Self {
        let readers = audiences.iter().map(|(name, audiences)| (*name, Readers::new(audiences, crowd, now))).collect();
        Self { catalog, merger: Merger::new(catalog), readers, crowd, conditions: HashMap::new(), now }
    }

    fn source(&self, name: &Name) -> Option<&'a DataSource> {
        self.catalog.data_sources.get(name).map(|stored| &stored.item)
    }

    fn readers(&mut self, source: Option<&DataSource>) -> Bits {
        let readers = source.and_then(|source| Some((self.readers.get_mut(source.integration.value())?, source)));
        readers.map_or_else(Bits::default, |(readers, source)| readers.of(source))
    }

    /// The names of the policies on access to a source, and of those on its data.
    fn policies(&self, source: &DataSource) -> BTreeSet<&'a Name> {
        let access = crate::AccessRules::indexed(self.catalog, self.merger.access(), source);
        let mut names = access.decided_by().0;
        names.extend(self.merger.policies(source).into_iter().map(|policy| policy.name.value()));
        names
    }

    fn meet(&mut self, who: &Who, bound: Bound) -> Bits {
        let crowd = self.crowd;
        self.conditions.entry((who.clone(), bound == Bound::Any)).or_insert_with(|| crowd.meet(who, bound)).clone()
    }

    /// How clearly everybody sees a column: by class of the strongest mask that covers any row; the last are those who
    /// see it in the clear.
    fn levels(&mut self, column: &MergedColumn) -> [Bits; 7] {
        let mut levels: [Bits; 7] = Default::default();
        let mut rest = self.crowd.everybody();
        for at in 0..column.masks.len() {
            let Some(mask) = column.masks.get(at) else { continue };
            let mut covered = self.covered(column, mask, Bound::Any);
            covered.keep(&rest);
            rest.take(&covered);
            if let Some(level) = levels.get_mut(usize::from(mask.mask.strength())) {
                level.join(&covered);
            }
        }
        levels[6] = rest;
        levels
    }

    /// Whom a mask covers in some row; with [`Bound::Every`], whom it covers in every row.
    fn covered(&mut self, column: &MergedColumn, mask: &Application, bound: Bound) -> Bits {
        let sometimes = mask.when.is_some() || matches!(mask.mask, crate::Masking::KAnonymous(_));
        if !mask.source.counts(self.now) || (bound == Bound::Every && sometimes) {
            return Bits::default();
        }
        let (now, mut covered) = (self.now, self.meet(&mask.covers, bound));
        for lift in mask.lifted.iter().filter(|lift| lift.source.counts(now)) {
            let lifted = self.meet(&lift.only, bound.flip());
            covered.take(&lifted);
        }
        if mask.yields {
            for deeper in column.masks.iter().filter(|other| other.depth > mask.depth) {
                let stands_in = self.covered(column, deeper, bound.flip());
                covered.take(&stands_in);
            }
        }
        covered
    }

    /// Whom each branch of each row rule concerns, but for those that let every row through.
    fn rows(&mut self, merged: &Merged) -> HashMap<u64, Bits> {
        let (now, mut concerned) = (self.now, HashMap::new());
        for rule in merged.rows.iter().filter(|rule| rule.source.counts(now)) {
            let mut left = self.crowd.everybody();
            for (at, (who, test)) in rule.branches.cases.iter().enumerate() {
                let mut people = self.meet(who, Bound::Any);
                people.keep(&left);
                left.take(&self.meet(who, Bound::Every));
                if *test != Test::All {
                    concerned.insert(hashed(&(&rule.source.policy, rule.source.rule, at, format!("{test:?}"))), people);
                }
            }
            if rule.branches.otherwise != Test::All {
                let test = format!("{:?}", rule.branches.otherwise);
                concerned.insert(hashed(&(&rule.source.policy, rule.source.rule, usize::MAX, test)), left);
            }
        }
        concerned
    }
}

fn hashed(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// All of a column's masks that decides who is covered, and how strongly.
fn fingerprint(masks: &[Application]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for mask in masks {
        (mask.mask.name(), mask.depth, &mask.covers, mask.when.is_some(), mask.yields).hash(&mut hasher);
        let windows = mask.lifted.iter().map(|lift| (Some(&lift.only), &lift.source)).chain([(None, &mask.source)]);
        for (only, source) in windows {
            (only, source.valid.as_ref().map(|window| (window.from, window.until))).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// What was found out for other sources and holds for more.
#[derive(Default)]
struct Known {
    /// By the masks of a column before and after: who sees more, and who less.
    columns: HashMap<(u64, u64), (Bits, Bits)>,
}

/// What is different between two catalogs.
struct Change<'a> {
    names: Vec<&'a Name>,
    /// Policies that are not the same.
    touched: BTreeSet<&'a Name>,
    /// Whether everybody has the same facts before and after, and the same projects.
    same_people: bool,
    same_grants: bool,
}

impl Change<'_> {
    fn source(
        &self,
        name: &Name,
        before: &mut Side<'_>,
        after: &mut Side<'_>,
        known: &mut Known,
    ) -> Option<SourceEffect> {
        let (old, new) = (before.source(name), after.source(name));
        let untouched = |one: &BTreeSet<&Name>, other: &BTreeSet<&Name>| {
            one == other && !one.iter().any(|name| self.touched.contains(name))
        };
        if let (Some(old), Some(new)) = (old, new)
            && self.same_people
            && self.same_grants
            && old == new
            && untouched(&before.policies(old), &after.policies(new))
        {
            return None;
        }
        let (could, can) = (before.readers(old), after.readers(new));
        let (mut gain, mut lose, mut both) = (can.clone(), could.clone(), could.clone());
        gain.take(&could);
        lose.take(&can);
        both.keep(&can);
        let examples = |people: &Bits| {
            people.iter().take(EXAMPLES).filter_map(|at| self.names.get(at)).map(|name| (*name).clone()).collect()
        };
        let mut effect = SourceEffect {
            data_source: name.clone(),
            gain: gain.count(),
            lose: lose.count(),
            columns: vec![],
            other_rows: 0,
            gaining: examples(&gain),
            losing: examples(&lose),
        };
        if let (Some(old), Some(new)) = (old, new)
            && let (Ok(old), Ok(new)) = (before.merger.merge(old), after.merger.merge(new))
        {
            effect.columns = self.columns(&old, &new, &both, before, after, known);
            effect.other_rows = rows(&before.rows(&old), &after.rows(&new)).common(&both);
        }
        let nothing = effect.gain + effect.lose + effect.other_rows == 0 && effect.columns.is_empty();
        (!nothing).then_some(effect)
    }

    fn columns(
        &self,
        old: &Merged,
        new: &Merged,
        both: &Bits,
        before: &mut Side<'_>,
        after: &mut Side<'_>,
        known: &mut Known,
    ) -> Vec<ColumnEffect> {
        let mut effects = Vec::new();
        for column in &new.columns {
            let Some(earlier) = old.columns.iter().find(|earlier| earlier.name == column.name) else { continue };
            let key = (fingerprint(&earlier.masks), fingerprint(&column.masks));
            if key.0 == key.1 && self.same_people {
                continue;
            }
            let (more, less) =
                known.columns.entry(key).or_insert_with(|| compared(&before.levels(earlier), &after.levels(column)));
            let (more, less) = (more.common(both), less.common(both));
            if more + less > 0 {
                effects.push(ColumnEffect { name: column.name.clone(), more, less });
            }
        }
        effects
    }
}

/// Who is on a higher level than before, and who on a lower one.
fn compared(before: &[Bits; 7], after: &[Bits; 7]) -> (Bits, Bits) {
    let (mut more, mut less) = (Bits::default(), Bits::default());
    for (at, was) in before.iter().enumerate() {
        for (level, is) in after.iter().enumerate().filter(|(level, _)| *level != at) {
            let mut moved = was.clone();
            moved.keep(is);
            if level > at { more.join(&moved) } else { less.join(&moved) }
        }
    }
    (more, less)
}

/// For whom other row rules hold.
fn rows(before: &HashMap<u64, Bits>, after: &HashMap<u64, Bits>) -> Bits {
    let mut other = Bits::default();
    let none = Bits::default();
    for key in before.keys().chain(after.keys()) {
        let (was, is) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        for (mut one, two) in [(was.clone(), is), (is.clone(), was)] {
            one.take(two);
            other.join(&one);
        }
    }
    other
}
