//! What a change of the catalog can reach: whose profiles, and which views.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use scrim_catalog::documents::{Integration, Project, User};
use scrim_catalog::{Catalog, Name, Named, Stored, TableName};

/// Whose profiles may be other than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// These users'.
    Some(BTreeSet<Name>),
    /// Anybody's.
    Everybody,
}

/// Which views may be other than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Views {
    /// Those that data policies of these names cover, or covered.
    Under(BTreeSet<Name>),
    /// Any.
    All,
}

/// What a change may reach. More than it does reach is no mistake; less would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) views: Views,
    pub(crate) whose: Whose,
}

impl Reach {
    pub(crate) fn of(before: &Catalog, after: &Catalog) -> Self {
        // Who may read which source is decided by these, for anybody.
        let access = !same(&before.subscription_policies, &after.subscription_policies)
            || !same(&before.data_sources, &after.data_sources);
        let policies = differing(&before.data_policies, &after.data_policies).into_iter().cloned().collect();
        let any = access || joined(before, after) || named(before, after);
        let whose = if access { Whose::Everybody } else { Whose::Some(people(before, after)) };
        Self { views: if any { Views::All } else { Views::Under(policies) }, whose }
    }
}

/// The tables of the data sources of an integration that came, or are other than before.
pub(crate) fn changed(before: &Catalog, after: &Catalog, integration: &Integration) -> BTreeSet<TableName> {
    let sources = differing(&before.data_sources, &after.data_sources);
    let sources = sources.into_iter().filter_map(|name| after.data_sources.get(name));
    let ours = sources.filter(|source| source.integration == integration.name);
    ours.map(|source| scrim_sql::located(integration, &source.table)).collect()
}

/// Whether the same documents stand there. What is shared is the same; what is not may still be equal.
fn same<T: PartialEq>(before: &Named<T>, after: &Named<T>) -> bool {
    before.len() == after.len() && differing(before, after).is_empty()
}

/// The names of what is other than before. Both are in the order of names, and share what did not change: nearly always
/// the next of one is the very next of the other.
fn differing<'a, T: PartialEq>(before: &'a Named<T>, after: &'a Named<T>) -> Vec<&'a Name> {
    let mut names = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return names,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((_, one)), Some((_, other))) if Arc::ptr_eq(one, other) => Ordering::Equal,
            (Some((one, _)), Some((other, _))) => one.cmp(other),
        };
        let (one, other) = match order {
            Ordering::Less => (old.next(), None),
            Ordering::Equal => (old.next(), new.next()),
            Ordering::Greater => (None, new.next()),
        };
        let equal = |one: &Arc<Stored<T>>, other: &Arc<Stored<T>>| Arc::ptr_eq(one, other) || one.item == other.item;
        match (one, other) {
            (Some((_, one)), Some((_, other))) if equal(one, other) => {}
            (one, other) => names.extend(other.or(one).map(|(name, _)| name)),
        }
    }
}

/// Whether projects change of which views know: those that let hashes join, and those that equalize.
fn joined(before: &Catalog, after: &Catalog) -> bool {
    let known = |project: Option<&Arc<Stored<Project>>>| {
        project.is_some_and(|project| project.masked_joins || project.equalized)
    };
    differing(&before.projects, &after.projects)
        .into_iter()
        .any(|name| known(before.projects.get(name)) || known(after.projects.get(name)))
}

/// Whether names come or go that predicates may ask for.
fn named(before: &Catalog, after: &Catalog) -> bool {
    let keys = |catalog: &Catalog| -> BTreeSet<Name> { catalog.attribute_keys().into_iter().cloned().collect() };
    let carried = |user: &User| user.attributes.keys().map(|key| key.value().clone()).collect::<BTreeSet<_>>();
    let moved = differing(&before.users, &after.users).into_iter().any(|name| {
        let of = |catalog: &Catalog| catalog.users.get(name).map(|user| carried(user));
        of(before) != of(after)
    });
    !before.groups.keys().eq(after.groups.keys())
        || !before.purposes.keys().eq(after.purposes.keys())
        || ((moved || !same(&before.groups, &after.groups) || !same(&before.attributes, &after.attributes))
            && keys(before) != keys(after))
}

/// The users whose facts, grants, subscriptions or projects are other than before.
fn people(before: &Catalog, after: &Catalog) -> BTreeSet<Name> {
    let mut people: BTreeSet<Name> = differing(&before.users, &after.users).into_iter().cloned().collect();
    let mut groups: BTreeSet<&Name> = differing(&before.groups, &after.groups).into_iter().collect();
    for name in differing(&before.grants, &after.grants) {
        for grant in [before.grants.get(name), after.grants.get(name)].into_iter().flatten() {
            people.extend(grant.user.iter().map(|user| user.value().clone()));
            groups.extend(grant.group.iter().map(|group| group.value()));
        }
    }
    for name in differing(&before.subscriptions, &after.subscriptions) {
        for one in [before.subscriptions.get(name), after.subscriptions.get(name)].into_iter().flatten() {
            people.insert(one.user.value().clone());
        }
    }
    let projects: BTreeSet<&Name> = differing(&before.projects, &after.projects).into_iter().collect();
    for name in &projects {
        for project in [before.projects.get(*name), after.projects.get(*name)].into_iter().flatten() {
            people.extend(project.members.iter().map(|member| member.user.value().clone()));
        }
    }
    for catalog in [before, after] {
        let concerned = catalog.users.iter().filter(|(_, user)| {
            user.groups.iter().any(|group| groups.contains(group.value()))
                || user.current_project.as_ref().is_some_and(|project| projects.contains(project.value()))
        });
        if !groups.is_empty() || !projects.is_empty() {
            people.extend(concerned.map(|(name, _)| name.clone()));
        }
    }
    // Under an equalized project each member sees what all of them may.
    let equalized =
        || [before, after].into_iter().flat_map(|catalog| catalog.projects.values()).filter(|p| p.equalized);
    let fellows: Vec<Name> = equalized()
        .filter(|project| project.members.iter().any(|member| people.contains(member.user.value())))
        .flat_map(|project| project.members.iter().map(|member| member.user.value().clone()))
        .collect();
    people.extend(fellows);
    people
}
