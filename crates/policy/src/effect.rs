//! What a change of the catalog means for people: who gains or loses which data sources, who sees which columns more or
//! less clearly, for whom other row rules hold.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, User};
use scrim_catalog::{Catalog, Name, Named, Stored, Who};
use serde::Serialize;

use crate::bits::Bits;
use crate::crowd::Crowd;
use crate::facts::Bound;
use crate::merged::{Application, MergeError, MergedColumn, Remark, Test};
use crate::readers::Readers;
use crate::sentences::quoted;
use crate::{Audiences, Facts, Merged, Merger, covers};

/// What a change means for one data source. Sources for which it means nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceEffect {
    /// The data source.
    pub data_source: Name,
    /// Why nobody reads it afterwards, where that is so and was not before: the rules that cannot be applied to it.
    pub closed: Vec<String>,
    /// How many people read it now, and could not.
    pub gain: usize,
    /// How many people could read it, and cannot now.
    pub lose: usize,
    /// Columns that somebody who reads it before and after sees otherwise.
    pub columns: Vec<ColumnEffect>,
    /// For how many who read it before and after other row rules hold.
    pub other_rows: usize,
    /// Some of the people who gain it, at most ten.
    pub gaining: Vec<Name>,
    /// Some of the people who lose it, at most ten.
    pub losing: Vec<Name>,
    /// Some of the people for whom other row rules hold, at most ten.
    pub seeing_other_rows: Vec<Name>,
}

/// What a change means for one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnEffect {
    /// The column.
    pub name: Name,
    /// How many people see it in the clear, or by a weaker mask, than before; also where it was not in the view.
    pub more: usize,
    /// How many people see it by a stronger mask than before, or not any more.
    pub less: usize,
    /// How many people at most see it by a mask of the same class that is written otherwise: with other parameters, another
    /// `when`. Which of the two shows more is not told; of several masks of a class on the column, nor whom each covers.
    pub otherwise: usize,
    /// Some of the people who see more, at most ten.
    pub seeing_more: Vec<Name>,
    /// Some of the people who see less, at most ten.
    pub seeing_less: Vec<Name>,
    /// Some of the people who see it by a mask that is written otherwise, at most ten.
    pub seeing_otherwise: Vec<Name>,
}

impl ColumnEffect {
    /// One that says nothing yet.
    fn of(name: &Name) -> Self {
        Self {
            name: name.clone(),
            more: 0,
            less: 0,
            otherwise: 0,
            seeing_more: vec![],
            seeing_less: vec![],
            seeing_otherwise: vec![],
        }
    }
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
    let same_people = same_people(before, after);
    let (audiences, others) = at_once(|| audiences(before), || audiences(after));
    // Where nothing about people changes, they are looked at once.
    let old_people = people(before, &audiences, &names);
    let new_people = if same_people { vec![] } else { people(after, &others, &names) };
    let old_crowd = Crowd::of(&old_people);
    let new_crowd = if same_people { None } else { Some(Crowd::of(&new_people)) };
    let mut old = Side::new(before, &audiences, &old_crowd, now);
    let mut new = Side::new(after, &others, new_crowd.as_ref().unwrap_or(&old_crowd), now);
    let same_terms = same(&before.grants, &after.grants) && same(&before.subscriptions, &after.subscriptions);
    let access = other(&before.subscription_policies, &after.subscription_policies, |a, b| a == b);
    let same_access = access.is_empty();
    let mut touched = other(&before.data_policies, &after.data_policies, |a, b| a == b);
    touched.extend(access);
    let change = Change { names, touched, same_people, same_terms, same_access };
    let mut known = Known::default();
    let sources: BTreeSet<&Name> = before.data_sources.keys().chain(after.data_sources.keys()).collect();
    let changed: Vec<&Name> = sources.into_iter().filter(|name| change.changed(name, &old, &new)).collect();
    let mut effects = Vec::new();
    // Some at a time, so that no more than these are held.
    for block in changed.chunks(BLOCK) {
        let merge = |merger: &Merger<'_>| {
            let sources = block.iter().map(|name| merger.catalog().data_sources.get(*name));
            sources.map(|source| source.map(|source| merger.merge(source))).collect::<Vec<_>>()
        };
        let (earlier, later) = at_once(|| merge(&old.merger), || merge(&new.merger));
        for ((name, earlier), later) in block.iter().zip(earlier).zip(later) {
            effects.extend(change.source(name, (earlier, later), (&mut old, &mut new), &mut known));
        }
    }
    effects
}

/// How many sources are merged before they are looked at.
const BLOCK: usize = 512;

/// Two pieces of work, side by side.
fn at_once<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let running = scope.spawn(one);
        let other = other();
        match running.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Whether nothing that facts come from is different.
fn same_people(before: &Catalog, after: &Catalog) -> bool {
    same(&before.users, &after.users) && same(&before.groups, &after.groups) && same(&before.projects, &after.projects)
}

fn same<T: PartialEq>(one: &Named<T>, other: &Named<T>) -> bool {
    one.values().map(|stored| &stored.item).eq(other.values().map(|stored| &stored.item))
}

/// The audiences of each integration.
fn audiences(catalog: &Catalog) -> BTreeMap<&Name, Audiences<'_>> {
    catalog.integrations.keys().map(|name| (name, Audiences::of(catalog, name))).collect()
}

/// Everybody's facts; none of people who are not there or disabled.
fn people(catalog: &Catalog, audiences: &BTreeMap<&Name, Audiences<'_>>, names: &[&Name]) -> Vec<Option<Facts>> {
    let facts = |user: &Stored<User>| match audiences.values().next() {
        Some(audiences) => audiences.facts(user),
        None => Facts::of(catalog, user),
    };
    let all = |names: &[&Name]| -> Vec<Option<Facts>> {
        names
            .iter()
            .map(|name| catalog.users.get(*name).filter(|user| !user.disabled).map(|user| facts(user)))
            .collect()
    };
    let (one, other) = names.split_at(names.len() / 2);
    let (mut one, mut other) = at_once(|| all(one), || all(other));
    one.append(&mut other);
    one
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

    /// Which of some readers see anything of a column but NULL.
    fn seen(&mut self, column: &MergedColumn, readers: &Bits) -> Bits {
        let [nothing, ..] = self.levels(column);
        let mut seen = readers.clone();
        seen.take(&nothing);
        seen
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
    /// By the masks of a column before and after.
    columns: HashMap<(u64, u64), Levels>,
}

/// Who sees more of a column after a change, who less, and for whom it is masked by the same class.
struct Levels {
    more: Bits,
    less: Bits,
    same: Bits,
}

/// Whether the masks are the same in what the fingerprint leaves out.
fn written_alike(before: &[Application], after: &[Application]) -> bool {
    let alike = |one: &Application, other: &Application| {
        one.mask == other.mask && one.when.as_ref().map(|when| &when.expr) == other.when.as_ref().map(|when| &when.expr)
    };
    before.len() == after.len() && before.iter().zip(after).all(|(one, other)| alike(one, other))
}

/// What is different between two catalogs.
struct Change<'a> {
    names: Vec<&'a Name>,
    /// Policies that are not the same.
    touched: BTreeSet<&'a Name>,
    /// Whether everybody has the same facts before and after, and the same projects.
    same_people: bool,
    /// Whether every grant and subscription is the same.
    same_terms: bool,
    /// Whether every subscription policy is the same.
    same_access: bool,
}

impl Change<'_> {
    /// Whether anything may have changed for anybody on a source.
    fn changed(&self, name: &Name, before: &Side<'_>, after: &Side<'_>) -> bool {
        let (Some(old), Some(new)) = (before.source(name), after.source(name)) else { return true };
        let reached = |catalog: &Catalog, source: &DataSource| {
            self.touched.iter().any(|name| {
                let data = catalog.data_policies.get(*name).map(|policy| &policy.scope);
                let access = catalog.subscription_policies.get(*name).map(|policy| &policy.scope);
                data.into_iter().chain(access).any(|scope| covers(catalog, name, scope, source))
            })
        };
        let same = self.same_people && self.same_terms && old == new;
        !same || reached(before.catalog, old) || reached(after.catalog, new)
    }

    fn source(
        &self,
        name: &Name,
        (earlier, later): (Option<Merging>, Option<Merging>),
        (before, after): (&mut Side<'_>, &mut Side<'_>),
        known: &mut Known,
    ) -> Option<SourceEffect> {
        let (old, new) = (before.source(name), after.source(name));
        let (was_closed, closed) = (closed(earlier.as_ref()), closed(later.as_ref()));
        let admitted = before.readers(old);
        let same = self.same_people && self.same_terms && old == new && self.same_access;
        let admitted_now = if same { admitted.clone() } else { after.readers(new) };
        // Whoever may read what is closed reads nothing.
        let could = if was_closed.is_empty() { admitted } else { Bits::default() };
        let can = if closed.is_empty() { admitted_now } else { Bits::default() };
        let (mut gain, mut lose, mut both) = (can.clone(), could.clone(), could.clone());
        gain.take(&could);
        lose.take(&can);
        both.keep(&can);
        let mut effect = SourceEffect {
            data_source: name.clone(),
            closed: if was_closed.is_empty() { closed } else { vec![] },
            gain: gain.count(),
            lose: lose.count(),
            columns: vec![],
            other_rows: 0,
            gaining: self.examples(&gain),
            losing: self.examples(&lose),
            seeing_other_rows: vec![],
        };
        if let (Some(Ok(old)), Some(Ok(new))) = (earlier, later) {
            effect.columns = self.columns((&old, &new), &both, (before, after), known);
            let touched = |merged: &Merged| merged.rows.iter().any(|rule| self.touched.contains(&rule.source.policy));
            if !self.same_people || old.rows.len() != new.rows.len() || touched(&old) || touched(&new) {
                let mut others = rows(&before.rows(&old), &after.rows(&new));
                others.keep(&both);
                effect.other_rows = others.count();
                effect.seeing_other_rows = self.examples(&others);
            }
        }
        let nothing =
            effect.gain + effect.lose + effect.other_rows == 0 && effect.columns.is_empty() && effect.closed.is_empty();
        (!nothing).then_some(effect)
    }

    /// The names of some people.
    fn examples(&self, people: &Bits) -> Vec<Name> {
        people.iter().take(EXAMPLES).filter_map(|at| self.names.get(at)).map(|name| (*name).clone()).collect()
    }

    fn columns(
        &self,
        (old, new): (&Merged, &Merged),
        both: &Bits,
        (before, after): (&mut Side<'_>, &mut Side<'_>),
        known: &mut Known,
    ) -> Vec<ColumnEffect> {
        let mut effects = Vec::new();
        for gone in old.columns.iter().filter(|one| !new.columns.iter().any(|later| later.name == one.name)) {
            let seen = before.seen(gone, both);
            let (less, seeing_less) = (seen.count(), self.examples(&seen));
            effects.extend((less > 0).then(|| ColumnEffect { less, seeing_less, ..ColumnEffect::of(&gone.name) }));
        }
        for column in &new.columns {
            let Some(earlier) = old.columns.iter().find(|earlier| earlier.name == column.name) else {
                let seen = after.seen(column, both);
                let (more, seeing_more) = (seen.count(), self.examples(&seen));
                effects.extend((more > 0).then(|| ColumnEffect {
                    more,
                    seeing_more,
                    ..ColumnEffect::of(&column.name)
                }));
                continue;
            };
            let key = (fingerprint(&earlier.masks), fingerprint(&column.masks));
            let alike = written_alike(&earlier.masks, &column.masks);
            if key.0 == key.1 && alike && self.same_people {
                continue;
            }
            let levels =
                known.columns.entry(key).or_insert_with(|| compared(&before.levels(earlier), &after.levels(column)));
            let (more, less) = (levels.more.common(both), levels.less.common(both));
            let otherwise = if alike { 0 } else { levels.same.common(both) };
            if more + less + otherwise > 0 {
                let some = |people: &Bits| {
                    let mut readers = people.clone();
                    readers.keep(both);
                    self.examples(&readers)
                };
                effects.push(ColumnEffect {
                    name: column.name.clone(),
                    more,
                    less,
                    otherwise,
                    seeing_more: some(&levels.more),
                    seeing_less: some(&levels.less),
                    seeing_otherwise: if alike { vec![] } else { some(&levels.same) },
                });
            }
        }
        effects
    }
}

/// The rules of a data source, or why they cannot be told.
type Merging = Result<Merged, MergeError>;

/// Why a data source is closed to everybody, for people; nothing where it is open, or not there.
fn closed(merging: Option<&Merging>) -> Vec<String> {
    let told = |remark: &Remark| {
        let (rule, policy) = (remark.rule, quoted(&remark.policy));
        format!("rule {rule} of {policy} closes the data source to everybody: {}", remark.message)
    };
    match merging {
        None => vec![],
        Some(Ok(merged)) => merged.closed.iter().map(told).collect(),
        Some(Err(error)) => vec![format!("it is closed to everybody: {error}")],
    }
}

/// Who is on a higher level than before, who on a lower one, and who on the same but for the clear.
fn compared(before: &[Bits; 7], after: &[Bits; 7]) -> Levels {
    let mut levels = Levels { more: Bits::default(), less: Bits::default(), same: Bits::default() };
    for (at, was) in before.iter().enumerate() {
        for (level, is) in after.iter().enumerate() {
            let mut moved = was.clone();
            moved.keep(is);
            match level.cmp(&at) {
                Ordering::Greater => levels.more.join(&moved),
                Ordering::Less => levels.less.join(&moved),
                Ordering::Equal if at + 1 < before.len() => levels.same.join(&moved),
                Ordering::Equal => {}
            }
        }
    }
    levels
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
