//! Who is told.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Access, DataSource, Owner, Permission, PolicyStatus, User};
use scrim_catalog::{Catalog, Name};
use scrim_policy::covers;

/// Users who can sign in.
fn active(catalog: &Catalog) -> impl Iterator<Item = &User> {
    catalog.users.values().map(|user| &user.item).filter(|user| !user.disabled)
}

/// Those who have a permission.
pub(crate) fn having(catalog: &Catalog, permission: &str) -> BTreeSet<Name> {
    let has = |user: &&User| user.permissions.iter().any(|held| held.as_str() == permission);
    active(catalog).filter(has).map(|user| user.name.value().clone()).collect()
}

/// Those who run the service.
pub(crate) fn admins(catalog: &Catalog) -> BTreeSet<Name> {
    having(catalog, Permission::ApplicationAdmin.as_str())
}

/// Those who own a data source, by themselves or in a group.
pub(crate) fn owners(catalog: &Catalog, source: &str) -> BTreeSet<Name> {
    let Some(source) = catalog.data_sources.get(source) else { return BTreeSet::new() };
    let groups: BTreeSet<&Name> = source.owners.iter().filter_map(group).collect();
    let mut owners: BTreeSet<Name> = source.owners.iter().filter_map(user).cloned().collect();
    owners.retain(|owner| catalog.users.get(owner).is_some_and(|user| !user.disabled));
    if !groups.is_empty() {
        let member = |user: &&User| user.groups.iter().any(|group| groups.contains(group.value()));
        owners.extend(active(catalog).filter(member).map(|user| user.name.value().clone()));
    }
    owners
}

fn user(owner: &Owner) -> Option<&Name> {
    match owner {
        Owner::User(name) => Some(name.value()),
        Owner::Group(_) => None,
    }
}

fn group(owner: &Owner) -> Option<&Name> {
    match owner {
        Owner::Group(name) => Some(name.value()),
        Owner::User(_) => None,
    }
}

/// Those whom the policies ask about access to a data source; its owners where they ask nobody by name.
pub(crate) fn approvers(catalog: &Catalog, source: &str, now: DateTime<Utc>) -> BTreeSet<Name> {
    let Some(found) = catalog.data_sources.get(source) else { return BTreeSet::new() };
    let roles = roles(catalog, &found.item, now);
    if roles.is_empty() {
        return owners(catalog, source);
    }
    let of = |role: &String| if role == "OWNER" { owners(catalog, source) } else { having(catalog, role) };
    roles.iter().flat_map(of).collect()
}

fn roles(catalog: &Catalog, source: &DataSource, now: DateTime<Utc>) -> BTreeSet<String> {
    let counting = catalog.subscription_policies.iter().filter(|(name, policy)| {
        policy.status == PolicyStatus::Active
            && policy.valid.as_ref().is_none_or(|window| window.contains(now))
            && covers(catalog, name, &policy.scope, source)
    });
    let mut roles = BTreeSet::new();
    for (_, policy) in counting {
        if let Access::Approval(approvers) = policy.access.value() {
            roles.extend(approvers.iter().map(ToString::to_string));
        }
    }
    roles
}
