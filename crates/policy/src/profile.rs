//! What the warehouse must know of each user: the rows of `profile`, and the audiences they name.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use scrim_catalog::documents::{DataSource, Grant, Owner, SourceStatus, Subscription, TagsOn, User};
use scrim_catalog::{Catalog, Name, Who};

use crate::access::{self, AccessRule, AccessRules, Meets, formula, in_project, owns};
use crate::bits::Bits;
use crate::facts::{Bound, Held, current_project};
use crate::key::digest;
use crate::terms::{Standing, Terms};
use crate::{Facts, source_key};

/// One row of `profile`, without the user it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileRow {
    /// `user`, `group`, `attribute`, `project`, `purpose` or `table`; with `any_` before the first four of those that
    /// conditions ask for, what holds of some member of an equalized project only. And `login`, which whoever pushes adds:
    /// the warehouse's own id of the login.
    pub kind: Cow<'static, str>,
    /// The attribute's key; empty for other kinds.
    pub key: Arc<str>,
    /// The name or value.
    pub value: Arc<str>,
    /// From when on the row does not count.
    pub expires: Option<DateTime<Utc>>,
}

/// The key of a data source's audience: a hash of the names of the policies that decide on access and of the tags that
/// they compare users with, so that editing a condition changes who is in it, and never a view. None when no policy
/// decides.
pub fn audience_key(rules: &AccessRules<'_>) -> Option<String> {
    let (names, tags) = rules.decided_by();
    let count = names.len().to_string();
    let tags = tags.iter().flat_map(|(on, tag)| {
        [if *on == TagsOn::Source { "tag of the source" } else { "tag of a column" }, tag.as_str()]
    });
    let names_first = [count.as_str()].into_iter().chain(names.iter().map(|name| name.as_str()));
    let parts: Vec<&str> = names_first.chain(tags).collect();
    (!names.is_empty()).then(|| format!("a_{}", digest(&parts)))
}

/// The data sources of an integration, grouped by audience: computed once for all users.
#[derive(Clone, Debug)]
pub struct Audiences<'a> {
    catalog: &'a Catalog,
    /// Every condition that a policy asks for, once.
    conditions: Vec<Who>,
    audiences: Vec<Audience<'a>>,
    sources: Vec<Listed<'a>>,
    by_name: HashMap<&'a Name, usize>,
    /// The sources that somebody owns, by owner.
    owned_by_user: HashMap<&'a Name, Vec<usize>>,
    owned_by_group: HashMap<&'a Name, Vec<usize>>,
    granted: HashMap<&'a Name, Vec<&'a Grant>>,
    granted_to_user: HashMap<&'a Name, Vec<&'a Grant>>,
    granted_to_group: HashMap<&'a Name, Vec<&'a Grant>>,
    subscribed: HashMap<&'a Name, Vec<&'a Subscription>>,
    subscribed_by: HashMap<&'a Name, Vec<&'a Subscription>>,
    /// The members of each equalized project, each as if alone.
    members: HashMap<&'a Name, Arc<[Facts]>>,
}

/// The sources that the same policies decide on, by the same tags.
#[derive(Clone, Debug)]
struct Audience<'a> {
    key: Arc<str>,
    rules: AccessRules<'a>,
    /// The number of each rule's condition.
    numbers: Vec<usize>,
    /// The rules as sets of conditions; none where some count only at times.
    sets: Option<Sets>,
}

/// The rules of an audience as sets of numbered conditions: whether somebody is in it is told by a few words.
#[derive(Clone, Debug)]
struct Sets {
    /// All of which must hold.
    needed: Bits,
    /// One of which must hold, unless there is none such.
    shared: Option<Bits>,
}

impl Sets {
    /// The sets of rules that always count; none when the rules admit nobody, or have times.
    fn of(rules: &AccessRules<'_>, numbers: &[usize]) -> Option<Self> {
        let mut sets = Self { needed: Bits::default(), shared: None };
        let mut open = false;
        let mut giving = false;
        for (rule, number) in rules.rules().iter().zip(numbers) {
            if rule.has_times() {
                return None;
            }
            giving |= !rule.is_guardrail();
            let into = if rule.is_shared() { sets.shared.get_or_insert_default() } else { &mut sets.needed };
            match &rule.meets {
                // Facts alone do not meet it: as one of several it is passed over.
                _ if rule.asks_for_terms() && rule.is_shared() => {}
                _ if rule.asks_for_terms() => return None,
                Meets::Condition(_) => into.insert(*number),
                _ => open |= rule.is_shared(),
            }
        }
        if open {
            sets.shared = None;
        }
        giving.then_some(sets)
    }

    fn admit(&self, truths: &Bits) -> bool {
        truths.contains_all(&self.needed) && self.shared.as_ref().is_none_or(|shared| truths.meets(shared))
    }
}

/// A data source among others.
#[derive(Clone, Debug)]
struct Listed<'a> {
    source: &'a DataSource,
    key: Arc<str>,
    /// Its audience, by number; none when no policy decides.
    audience: Option<usize>,
    /// Whether access depends on more than the audience: owners, grants, subscriptions, and the projects it is in.
    own_terms: bool,
}

/// What one person meets: each condition was asked once.
struct Met<'a> {
    facts: &'a Facts,
    truths: Bits,
    terms: Terms<'a>,
}

impl<'a> Audiences<'a> {
    /// Groups the active data sources of an integration.
    pub fn of(catalog: &'a Catalog, integration: &Name) -> Self {
        let index = access::index(catalog);
        let mut audiences = Self {
            catalog,
            conditions: vec![],
            audiences: vec![],
            sources: vec![],
            by_name: HashMap::new(),
            owned_by_user: HashMap::new(),
            owned_by_group: HashMap::new(),
            granted: HashMap::new(),
            granted_to_user: HashMap::new(),
            granted_to_group: HashMap::new(),
            subscribed: HashMap::new(),
            subscribed_by: HashMap::new(),
            members: HashMap::new(),
        };
        let mut numbered: HashMap<Who, usize> = HashMap::new();
        let mut by_key: HashMap<String, usize> = HashMap::new();
        let granted = catalog.grants.values().map(|grant| grant.data_source.value());
        let in_projects = catalog.projects.values().flat_map(|project| &project.data_sources).map(|name| name.value());
        let subscribed = catalog.subscriptions.values().map(|subscription| subscription.data_source.value());
        let own_terms: HashSet<&Name> = granted.chain(subscribed).chain(in_projects).collect();
        for source in catalog.data_sources.values() {
            if source.integration.value() != integration || source.status != SourceStatus::Active {
                continue;
            }
            let rules = AccessRules::indexed(catalog, &index, source);
            let audience = audience_key(&rules)
                .map(|key| *by_key.entry(key).or_insert_with_key(|key| audiences.audience(key, rules, &mut numbered)));
            let at = audiences.sources.len();
            audiences.by_name.insert(source.name.value(), at);
            for owner in &source.owners {
                let (owners, name) = match owner {
                    Owner::User(name) => (&mut audiences.owned_by_user, name),
                    Owner::Group(name) => (&mut audiences.owned_by_group, name),
                };
                owners.entry(name.value()).or_default().push(at);
            }
            let own_terms = !source.owners.is_empty() || own_terms.contains(source.name.value());
            let key = source_key(&source.name).into();
            audiences.sources.push(Listed { source: &source.item, key, audience, own_terms });
        }
        for grant in catalog.grants.values() {
            audiences.granted.entry(grant.data_source.value()).or_default().push(&grant.item);
            if let Some(user) = &grant.user {
                audiences.granted_to_user.entry(user.value()).or_default().push(&grant.item);
            }
            if let Some(group) = &grant.group {
                audiences.granted_to_group.entry(group.value()).or_default().push(&grant.item);
            }
        }
        for subscription in catalog.subscriptions.values() {
            audiences.subscribed.entry(subscription.data_source.value()).or_default().push(&subscription.item);
            audiences.subscribed_by.entry(subscription.user.value()).or_default().push(&subscription.item);
        }
        for project in catalog.projects.values().filter(|project| project.equalized) {
            audiences.members.insert(project.name.value(), Facts::members(catalog, project));
        }
        audiences
    }

    fn audience(&mut self, key: &str, rules: AccessRules<'a>, numbered: &mut HashMap<Who, usize>) -> usize {
        let number = |rule: &AccessRule<'_>| match &rule.meets {
            Meets::Condition(who) => *numbered.entry(who.clone()).or_insert_with(|| {
                self.conditions.push(who.clone());
                self.conditions.len() - 1
            }),
            _ => 0,
        };
        let numbers: Vec<usize> = rules.rules().iter().map(number).collect();
        let sets = Sets::of(&rules, &numbers);
        self.audiences.push(Audience { key: key.into(), rules, numbers, sets });
        self.audiences.len() - 1
    }

    /// The facts of a user, as [`Facts::of`] has them; members of equalized projects were looked at once.
    pub fn facts(&self, user: &User) -> Facts {
        match current_project(self.catalog, user).filter(|project| project.equalized) {
            Some(project) => match self.members.get(project.name.value()) {
                Some(members) => Facts::equalized(project, Arc::clone(members)),
                None => Facts::of(self.catalog, user),
            },
            None => Facts::of(self.catalog, user),
        }
    }

    /// The rows of one user; none for a disabled user.
    pub fn profile(&self, user: &User, now: DateTime<Utc>) -> BTreeSet<ProfileRow> {
        if user.disabled { BTreeSet::new() } else { self.rows(&self.facts(user), now) }
    }

    /// The rows of an active person with these facts.
    pub fn rows(&self, facts: &Facts, now: DateTime<Utc>) -> BTreeSet<ProfileRow> {
        let none: Arc<str> = "".into();
        let mut rows = held(facts, &none);
        let mut subscribe = |key: &Arc<str>, expires: Option<DateTime<Utc>>| {
            // Warehouses keep microseconds; what lies below them ends a little earlier.
            let expires = expires.map(|moment| moment.trunc_subsecs(6));
            rows.push(ProfileRow {
                kind: Cow::Borrowed("table"),
                key: Arc::clone(&none),
                value: Arc::clone(key),
                expires,
            });
        };
        let people: Vec<Met<'_>> = match facts.fellows() {
            [] => vec![self.met(facts)],
            fellows => fellows.iter().map(|fellow| self.met(fellow)).collect(),
        };
        // Under a project the audiences give way to its data sources, one by one: an audience has others too.
        let mut through: HashMap<usize, Option<DateTime<Utc>>> = HashMap::new();
        if facts.project.is_none() {
            for (at, audience) in self.audiences.iter().enumerate() {
                let admitted = |moment| people.iter().all(|met| audience.admits(met, moment));
                if admitted(now) {
                    let end = audience.rules.boundaries(now).into_iter().find(|moment| !admitted(*moment));
                    subscribe(&audience.key, end);
                    through.insert(at, end);
                }
            }
        }
        for at in self.singly(facts) {
            let Some(listed) = self.sources.get(at) else { continue };
            let admitted = |moment| {
                in_project(self.catalog, listed.source, facts)
                    && people.iter().all(|met| self.admits(listed, met, moment))
            };
            if !admitted(now) {
                continue;
            }
            let mut moments: BTreeSet<DateTime<Utc>> = listed
                .audience
                .and_then(|at| self.audiences.get(at))
                .map_or_else(BTreeSet::new, |audience| audience.rules.boundaries(now));
            moments.extend(people.iter().flat_map(|met| met.terms.ends(listed.source)).filter(|end| *end > now));
            let end = moments.into_iter().find(|moment| !admitted(*moment));
            // Through the audience already, and for as long: nothing to add.
            if listed.audience.and_then(|at| through.get(&at)) != Some(&end) {
                subscribe(&listed.key, end);
            }
        }
        rows.into_iter().collect()
    }

    /// The catalog.
    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// The audience of a source, by number, and whether access depends on more; none when it is no active source here.
    pub(crate) fn listed(&self, source: &DataSource) -> Option<(Option<usize>, bool)> {
        let listed = self.sources.get(*self.by_name.get(source.name.value())?)?;
        Some((listed.audience, listed.own_terms))
    }

    /// The rules of an audience.
    pub(crate) fn rules(&self, audience: usize) -> Option<&AccessRules<'a>> {
        self.audiences.get(audience).map(|audience| &audience.rules)
    }

    /// The grants to a source, expired ones among them.
    pub(crate) fn grants_to(&self, source: &DataSource) -> &[&'a Grant] {
        self.granted.get(source.name.value()).map_or(&[], Vec::as_slice)
    }

    /// The subscriptions to a source, whatever became of them.
    pub(crate) fn subscriptions_to(&self, source: &DataSource) -> &[&'a Subscription] {
        self.subscribed.get(source.name.value()).map_or(&[], Vec::as_slice)
    }

    /// Whether an active person may read a source.
    pub(crate) fn admits_to(&self, source: &DataSource, facts: &Facts, now: DateTime<Utc>) -> bool {
        let Some(listed) = self.by_name.get(source.name.value()).and_then(|at| self.sources.get(*at)) else {
            return false;
        };
        let one = |facts: &Facts| self.admits_fresh(listed, facts, now);
        let every = if facts.shared() { facts.fellows().iter().all(one) } else { one(facts) };
        every && in_project(self.catalog, source, facts)
    }

    /// As [`Audiences::admits`], asking only the conditions of this source.
    fn admits_fresh(&self, listed: &Listed<'_>, facts: &Facts, now: DateTime<Utc>) -> bool {
        let standing = self.terms(facts.held(Bound::Every)).standing(listed.source, now);
        let owner = owns(listed.source, facts);
        match listed.audience.and_then(|at| self.audiences.get(at)) {
            Some(audience) => formula(
                &audience.rules,
                owner,
                standing.granted,
                now,
                |_, rule| rule.met_by(facts, standing),
                |_, rule| rule.met_by(facts, standing.ungranted()),
            ),
            None => owner || standing.granted,
        }
    }

    /// The sources that a person may be subscribed to other than through an audience: under a project all of its own,
    /// elsewhere those that the person owns or has a grant to.
    fn singly(&self, facts: &Facts) -> BTreeSet<usize> {
        let project = facts.project.as_ref().and_then(|project| self.catalog.projects.get(project));
        if let Some(project) = project {
            return project.data_sources.iter().filter_map(|name| self.by_name.get(name.value()).copied()).collect();
        }
        let held = facts.held(Bound::Every);
        let mut found: BTreeSet<usize> = BTreeSet::new();
        found.extend(held.users.iter().flat_map(|user| self.owned_by_user.get(user).into_iter().flatten()));
        found.extend(held.groups.iter().flat_map(|group| self.owned_by_group.get(group).into_iter().flatten()));
        let terms = self.terms(held);
        let granted = terms.grants.iter().map(|grant| grant.data_source.value());
        let subscribed = terms.subscriptions.iter().map(|subscription| subscription.data_source.value());
        found.extend(granted.chain(subscribed).filter_map(|name| self.by_name.get(name)));
        found
    }

    fn terms(&self, held: &Held) -> Terms<'a> {
        let to_users = held.users.iter().flat_map(|user| self.granted_to_user.get(user).into_iter().flatten());
        let to_groups = held.groups.iter().flat_map(|group| self.granted_to_group.get(group).into_iter().flatten());
        let own = held.users.iter().flat_map(|user| self.subscribed_by.get(user).into_iter().flatten());
        Terms { grants: to_users.chain(to_groups).copied().collect(), subscriptions: own.copied().collect() }
    }

    /// Asks each condition once.
    fn met<'b>(&'b self, facts: &'b Facts) -> Met<'b> {
        Met {
            facts,
            truths: self.conditions.iter().enumerate().filter(|(_, who)| facts.surely(who)).map(|(at, _)| at).collect(),
            terms: self.terms(facts.held(Bound::Every)),
        }
    }

    fn admits(&self, listed: &Listed<'_>, met: &Met<'_>, moment: DateTime<Utc>) -> bool {
        let standing = met.terms.standing(listed.source, moment);
        let owner = owns(listed.source, met.facts);
        match listed.audience.and_then(|at| self.audiences.get(at)) {
            Some(audience) => formula(
                &audience.rules,
                owner,
                standing.granted,
                moment,
                |at, rule| audience.meets(met, standing, at, rule),
                |at, rule| audience.meets(met, standing.ungranted(), at, rule),
            ),
            None => owner || standing.granted,
        }
    }
}

impl Audience<'_> {
    fn admits(&self, met: &Met<'_>, moment: DateTime<Utc>) -> bool {
        match &self.sets {
            Some(sets) => sets.admit(&met.truths),
            None => self.rules.admit(moment, |at, rule| self.meets(met, Standing::default(), at, rule)),
        }
    }

    fn meets(&self, met: &Met<'_>, standing: Standing<'_>, at: usize, rule: &AccessRule<'_>) -> bool {
        rule.met(standing, |_| self.numbers.get(at).is_some_and(|number| met.truths.contains(*number)))
    }
}

/// The rows of what a person has. Under an equalized project of several members: what all have, and beside it what only
/// some have.
fn held(facts: &Facts, none: &Arc<str>) -> Vec<ProfileRow> {
    let mut rows = Vec::new();
    let mut add = |kind: &'static str, key: &Arc<str>, value: &Arc<str>| {
        let (kind, key, value) = (Cow::Borrowed(kind), Arc::clone(key), Arc::clone(value));
        rows.push(ProfileRow { kind, key, value, expires: None });
    };
    let sure = facts.held(Bound::Every);
    // One row for every active person, also for one without a name of their own.
    match sure.users.first() {
        Some(user) => add("user", none, user.shared()),
        None => add("user", none, none),
    }
    sure.groups.iter().for_each(|group| add("group", none, group.shared()));
    for (key, values) in &sure.attributes {
        values.iter().for_each(|value| add("attribute", key.shared(), value.shared()));
    }
    sure.purposes.iter().for_each(|purpose| add("purpose", none, purpose.shared()));
    facts.project.iter().for_each(|project| add("project", none, project.shared()));
    if facts.shared() {
        let possible = facts.held(Bound::Any);
        possible.users.iter().for_each(|user| add("any_user", none, user.shared()));
        possible.groups.difference(&sure.groups).for_each(|group| add("any_group", none, group.shared()));
        possible.purposes.difference(&sure.purposes).for_each(|purpose| add("any_purpose", none, purpose.shared()));
        for (key, values) in &possible.attributes {
            let others = values.iter().filter(|value| !sure.has(key, value));
            others.for_each(|value| add("any_attribute", key.shared(), value.shared()));
        }
    }
    rows
}
