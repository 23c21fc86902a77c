//! Who may know of which documents.

use std::cell::OnceCell;
use std::collections::HashSet;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Access, DataSource, Permission as P, Project};
use scrim_catalog::{At, Catalog, Document, Kind, Name, Where};
use serde::Serialize;

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
    Reader::new(actor, catalog, now).may(kind, name)
}

/// Somebody who reads documents: what is not of one document alone is looked at once, and when it is needed.
pub(crate) struct Reader<'a> {
    actor: &'a Actor,
    catalog: &'a Catalog,
    now: DateTime<Utc>,
    person: OnceCell<Option<Person<'a>>>,
    owned: OnceCell<Vec<&'a DataSource>>,
}

/// How somebody stands to a data source, whatever their permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Standing {
    /// They own it.
    Owner,
    /// They may read it.
    Reader,
    /// They asked for it, and may not read it: not yet, not now, or not any more.
    Asked,
    /// A policy says that everybody may know of it.
    Discoverable,
}

impl Standing {
    /// What lets them know of the data source.
    fn by(self) -> &'static str {
        match self {
            Self::Owner => "owner of the data source",
            Self::Reader => "subscribed to the data source",
            Self::Asked => "asked for the data source",
            Self::Discoverable => "a policy that says `discoverable`",
        }
    }
}

/// What a user of the catalog may read, and asked for.
struct Person<'a> {
    reader: scrim_policy::Reader<'a>,
    asked: HashSet<&'a Name>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(actor: &'a Actor, catalog: &'a Catalog, now: DateTime<Utc>) -> Self {
        Self { actor, catalog, now, person: OnceCell::new(), owned: OnceCell::new() }
    }

    fn person(&self) -> Option<&Person<'a>> {
        let found = || {
            let user = self.catalog.users.get(&self.actor.name)?;
            let own = self.catalog.subscriptions.values().filter(|one| *one.user.value() == self.actor.name);
            let asked = own.map(|one| one.data_source.value()).collect();
            Some(Person { reader: scrim_policy::Reader::new(self.catalog, user), asked })
        };
        self.person.get_or_init(found).as_ref()
    }

    fn owned(&self) -> &[&'a DataSource] {
        let sources = || self.catalog.data_sources.values().map(|source| &source.item);
        self.owned.get_or_init(|| sources().filter(|source| self.actor.is_among(&source.owners)).collect())
    }

    /// Whether they may read a document.
    pub(crate) fn may(&self, kind: Kind, name: &str) -> Decision {
        if sees_all(self.actor, kind) {
            return Decision::Allowed("a permission to see all of them");
        }
        let (actor, catalog) = (self.actor, self.catalog);
        let own = match kind {
            Kind::User => (name == actor.name.as_str()).then_some("the user's own"),
            Kind::Group => in_group(actor, catalog, name).then_some("member of the group"),
            Kind::DataSource => catalog.data_sources.get(name).and_then(|source| self.source(source)),
            Kind::Project => catalog.projects.get(name).and_then(|project| self.project(project)),
            Kind::Grant => {
                catalog.grants.get(name).and_then(|grant| self.about(&grant.data_source, grant.user.as_ref()))
            }
            Kind::Subscription => {
                let found = catalog.subscriptions.get(name);
                found.and_then(|subscription| self.about(&subscription.data_source, Some(&subscription.user)))
            }
            Kind::UnmaskRequest => {
                let found = catalog.unmask_requests.get(name);
                found.and_then(|request| self.about(&request.data_source, Some(&request.user)))
            }
            Kind::SubscriptionPolicy => {
                let found = catalog.subscription_policies.get_key_value(name);
                found.and_then(|(name, policy)| self.scope(name, &policy.scope))
            }
            Kind::DataPolicy => {
                let found = catalog.data_policies.get_key_value(name);
                found.and_then(|(name, policy)| self.scope(name, &policy.scope))
            }
            Kind::PolicyTest => catalog.policy_tests.get(name).and_then(|test| self.about(&test.data_source, None)),
            Kind::Integration | Kind::Webhook | Kind::Tag | Kind::Purpose | Kind::Attribute | Kind::Identifier => None,
        };
        own.map_or(Decision::Hidden, Decision::Allowed)
    }

    /// Whether they might read a document that is not there any more, by what it was. What has its name now does not count, nor
    /// who had it before: whether it is the same one is another question.
    pub(crate) fn might(&self, document: &Document) -> Decision {
        let (kind, name) = (document.kind(), document.name().value());
        if sees_all(self.actor, kind) {
            return Decision::Allowed("a permission to see all of them");
        }
        let own = match document {
            Document::DataSource(source) => self.source(source),
            Document::Project(project) => self.project(project),
            Document::Grant(grant) => self.about(&grant.data_source, grant.user.as_ref()),
            Document::Subscription(subscription) => self.about(&subscription.data_source, Some(&subscription.user)),
            Document::UnmaskRequest(request) => self.about(&request.data_source, Some(&request.user)),
            Document::SubscriptionPolicy(policy) => self.scope(name, &policy.scope),
            Document::DataPolicy(policy) => self.scope(name, &policy.scope),
            Document::PolicyTest(test) => self.about(&test.data_source, None),
            // Whose these are is what their name says.
            Document::User(_)
            | Document::Group(_)
            | Document::Integration(_)
            | Document::Webhook(_)
            | Document::Tag(_)
            | Document::Purpose(_)
            | Document::Attribute(_)
            | Document::Identifier(_) => return self.may(kind, name),
        };
        own.map_or(Decision::Hidden, Decision::Allowed)
    }

    /// Owners know what is about their data source, and people what is about themselves.
    fn about(&self, source: &str, user: Option<&At<Name>>) -> Option<&'static str> {
        if user.is_some_and(|user| *user.value() == self.actor.name) {
            return Some("the user's own");
        }
        self.actor.owns(self.catalog, source).then_some("owner of the data source")
    }

    fn source(&self, source: &DataSource) -> Option<&'static str> {
        self.standing(source).map(Standing::by)
    }

    /// Owners know of their data source, whoever may read it does, and everybody where a policy says that it can be discovered.
    pub(crate) fn standing(&self, source: &DataSource) -> Option<Standing> {
        if self.actor.is_among(&source.owners) {
            return Some(Standing::Owner);
        }
        let person = self.person()?;
        if person.reader.admitted(source, self.now) {
            return Some(Standing::Reader);
        }
        if person.asked.contains(source.name.value()) {
            return Some(Standing::Asked);
        }
        let discoverable = person.reader.policies(source).any(|(_, policy)| policy.discoverable);
        discoverable.then_some(Standing::Discoverable)
    }

    /// Owners know the policies that cover a data source of theirs, and those that they may choose.
    fn scope(&self, policy: &Name, scope: &Where) -> Option<&'static str> {
        if *scope == Where::ChosenByOwner && !self.owned().is_empty() {
            return Some("owner of a data source for which it can be chosen");
        }
        let covered = self.owned().iter().any(|source| scrim_policy::covers(self.catalog, policy, scope, source));
        covered.then_some("owner of a data source that the policy covers")
    }

    /// Members and owners know of their project, and whoever may join it.
    fn project(&self, project: &Project) -> Option<&'static str> {
        if self.actor.is_among(&project.owners) {
            return Some("owner of the project");
        }
        if project.members.iter().any(|member| *member.user.value() == self.actor.name) {
            return Some("member of the project");
        }
        match &project.access {
            Access::Anyone => Some("anyone may join the project"),
            Access::Approval(_) => Some("anyone may ask to join the project"),
            Access::Conditions(conditions) => {
                let user = self.catalog.users.get(&self.actor.name)?;
                let who = conditions.on_tags(&|_| vec![], true);
                scrim_policy::Facts::personal(self.catalog, user).surely(&who).then_some("may join the project")
            }
            Access::Individuals => None,
        }
    }
}

fn in_group(actor: &Actor, catalog: &Catalog, group: &str) -> bool {
    catalog.users.get(&actor.name).is_some_and(|user| user.groups.iter().any(|one| one.as_str() == group))
}
