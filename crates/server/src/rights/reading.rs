//! Who may know of which documents.

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Access, Permission as P, PolicyStatus};
use scrim_catalog::{Catalog, Kind, Where};

use super::Decision;
use crate::actor::Actor;

/// Whether somebody sees every document of a kind.
pub(crate) fn sees_all(actor: &Actor, kind: Kind) -> bool {
    match kind {
        Kind::Tag | Kind::Purpose | Kind::Attribute | Kind::Identifier => true,
        Kind::Integration => actor.has_any(&[P::ApplicationAdmin, P::Governance, P::Audit, P::CreateDataSource]),
        Kind::DataSource => actor.has_any(&[P::ApplicationAdmin, P::Governance, P::Audit]),
        Kind::User | Kind::Group => actor.has_any(&[P::ApplicationAdmin, P::UserAdmin, P::Governance, P::Audit]),
        Kind::Project => actor.has_any(&[P::ProjectManagement, P::Governance, P::Audit]),
        Kind::Grant | Kind::Subscription | Kind::SubscriptionPolicy | Kind::DataPolicy | Kind::PolicyTest => {
            actor.has_any(&[P::Governance, P::Audit])
        }
        Kind::UnmaskRequest => actor.has_any(&[P::Governance, P::Audit]),
        Kind::Webhook => actor.has_any(&[P::ApplicationAdmin, P::Audit]),
    }
}

/// Whether somebody may read a document.
pub(crate) fn may_read(actor: &Actor, catalog: &Catalog, kind: Kind, name: &str, now: DateTime<Utc>) -> Decision {
    if sees_all(actor, kind) {
        return Decision::Allowed("a permission to see all of them");
    }
    let own = match kind {
        Kind::User => (name == actor.name.as_str()).then_some("the user's own"),
        Kind::Group => in_group(actor, catalog, name).then_some("member of the group"),
        Kind::DataSource => source(actor, catalog, name, now),
        Kind::Project => project(actor, catalog, name, now),
        Kind::Grant => catalog.grants.get(name).and_then(|grant| {
            let theirs = grant.user.as_ref().is_some_and(|user| *user.value() == actor.name);
            about(actor, catalog, &grant.data_source, theirs)
        }),
        Kind::Subscription => catalog.subscriptions.get(name).and_then(|subscription| {
            about(actor, catalog, &subscription.data_source, *subscription.user.value() == actor.name)
        }),
        Kind::UnmaskRequest => catalog
            .unmask_requests
            .get(name)
            .and_then(|request| about(actor, catalog, &request.data_source, *request.user.value() == actor.name)),
        Kind::SubscriptionPolicy => {
            catalog.subscription_policies.get(name).and_then(|policy| scope(actor, catalog, name, &policy.scope))
        }
        Kind::DataPolicy => {
            catalog.data_policies.get(name).and_then(|policy| scope(actor, catalog, name, &policy.scope))
        }
        Kind::PolicyTest => {
            catalog.policy_tests.get(name).and_then(|test| about(actor, catalog, &test.data_source, false))
        }
        Kind::Integration | Kind::Webhook | Kind::Tag | Kind::Purpose | Kind::Attribute | Kind::Identifier => None,
    };
    own.map_or(Decision::Hidden, Decision::Allowed)
}

fn in_group(actor: &Actor, catalog: &Catalog, group: &str) -> bool {
    catalog.users.get(&actor.name).is_some_and(|user| user.groups.iter().any(|one| one.as_str() == group))
}

/// Owners know of their data source, whoever may read it does, and everybody where a policy says that it can be discovered.
fn source(actor: &Actor, catalog: &Catalog, name: &str, now: DateTime<Utc>) -> Option<&'static str> {
    let source = catalog.data_sources.get(name)?;
    if actor.is_among(&source.owners) {
        return Some("owner of the data source");
    }
    let user = catalog.users.get(&actor.name)?;
    if scrim_policy::decide(catalog, source, user, now).granted {
        return Some("subscribed to the data source");
    }
    let asked = |subscription: &scrim_catalog::documents::Subscription| {
        *subscription.user.value() == actor.name && subscription.data_source.as_str() == name
    };
    if catalog.subscriptions.values().any(|subscription| asked(subscription)) {
        return Some("asked for the data source");
    }
    let discoverable = catalog.subscription_policies.iter().any(|(policy, form)| {
        form.discoverable
            && form.status == PolicyStatus::Active
            && scrim_policy::covers(catalog, policy, &form.scope, source)
    });
    discoverable.then_some("a policy that says `discoverable`")
}

/// Members and owners know of their project, and whoever may join it.
fn project(actor: &Actor, catalog: &Catalog, name: &str, _: DateTime<Utc>) -> Option<&'static str> {
    let project = catalog.projects.get(name)?;
    if actor.is_among(&project.owners) {
        return Some("owner of the project");
    }
    if project.members.iter().any(|member| *member.user.value() == actor.name) {
        return Some("member of the project");
    }
    match &project.access {
        Access::Anyone => Some("anyone may join the project"),
        Access::Approval(_) => Some("anyone may ask to join the project"),
        Access::Conditions(conditions) => {
            let user = catalog.users.get(&actor.name)?;
            let who = conditions.on_tags(&|_| vec![], true);
            scrim_policy::Facts::personal(catalog, user).surely(&who).then_some("may join the project")
        }
        Access::Individuals => None,
    }
}

/// Owners know what is about their data source, and people what is about themselves.
fn about(actor: &Actor, catalog: &Catalog, source: &str, own: bool) -> Option<&'static str> {
    if own {
        return Some("the user's own");
    }
    actor.owns(catalog, source).then_some("owner of the data source")
}

/// Owners know the policies that cover a data source of theirs.
fn scope(actor: &Actor, catalog: &Catalog, policy: &str, scope: &Where) -> Option<&'static str> {
    let policy = catalog
        .data_policies
        .get_key_value(policy)
        .map(|(name, _)| name)
        .or_else(|| catalog.subscription_policies.get_key_value(policy).map(|(name, _)| name))?;
    let covered = catalog.data_sources.values().filter(|source| actor.is_among(&source.owners));
    let mut covered = covered.filter(|source| scrim_policy::covers(catalog, policy, scope, source));
    covered.next().map(|_| "owner of a data source that the policy covers")
}
