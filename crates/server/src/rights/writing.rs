//! Who may change which documents.

use std::collections::BTreeSet;

use scrim_catalog::documents::{DataSource, Grant, Owner, Permission as P, User};
use scrim_catalog::{At, Catalog, Change, DataPolicy, Kind, Name, RowRule, RuleBody, TableName, Where};

use super::{Decision, any, managing};
use crate::actor::Actor;

/// Tables that the actor's own warehouse user was seen to be allowed to read (HARDENING 23: Scrim's account reads
/// everything, and must not do so for somebody who may not).
pub(crate) type Readable = BTreeSet<(Name, TableName)>;

/// Whether somebody may make a change. `after` is the catalog with all of it, so that what a document means is known.
pub(crate) fn may_change(
    actor: &Actor,
    before: &Catalog,
    after: &Catalog,
    change: &Change,
    readable: &Readable,
) -> Decision {
    let (kind, name) = change.of();
    match kind {
        Kind::Integration | Kind::Webhook => {
            any(&[(actor.has(P::ApplicationAdmin), "APPLICATION_ADMIN")], "the permission APPLICATION_ADMIN")
        }
        Kind::Tag | Kind::Purpose | Kind::Identifier => {
            any(&[(actor.has(P::Governance), "GOVERNANCE")], "the permission GOVERNANCE")
        }
        Kind::Group => {
            let known = |catalog: &Catalog| catalog.groups.get(name).and_then(|group| group.external.clone());
            if after.groups.contains_key(name) && known(before) != known(after) && !actor.has(P::ApplicationAdmin) {
                return Decision::needs(EXTERNAL);
            }
            any(&[(actor.has(P::UserAdmin), "USER_ADMIN")], "the permission USER_ADMIN")
        }
        Kind::Attribute => any(
            &[(actor.has(P::UserAdmin), "USER_ADMIN"), (actor.has(P::Governance), "GOVERNANCE")],
            "the permission USER_ADMIN or GOVERNANCE",
        ),
        Kind::User => {
            let known = |catalog: &Catalog| catalog.users.get(name).and_then(|user| user.external.clone());
            if after.users.contains_key(name) && known(before) != known(after) && !actor.has(P::ApplicationAdmin) {
                return Decision::needs(EXTERNAL);
            }
            user(actor, before, after, name)
        }
        Kind::DataSource => source(actor, before, after, name, readable),
        Kind::Project => managing::project(actor, before, after, name),
        Kind::Grant => grant(actor, before, after, name),
        Kind::UnmaskRequest => {
            let same =
                before.unmask_requests.get(name).map(|r| &r.item) == after.unmask_requests.get(name).map(|r| &r.item);
            let ends = !after.unmask_requests.contains_key(name);
            let own = before.unmask_requests.get(name).is_some_and(|request| *request.user.value() == actor.name);
            any(
                &[(ends && own, "the user's own"), ((ends || same) && actor.has(P::Governance), "GOVERNANCE")],
                "to be asked for and decided (`/api/v1/data-sources/{name}/unmask-requests`)",
            )
        }
        Kind::Subscription => {
            let of = |catalog: &Catalog| catalog.subscriptions.get(name).map(|one| one.item.clone());
            let (old, new) = (of(before), of(after));
            if old != new && new.is_some_and(|new| *new.user.value() == actor.name) {
                return Decision::needs("somebody else: nobody decides about their own request");
            }
            let both = actor.has(P::ApplicationAdmin) && actor.has(P::Governance);
            any(
                &[(both, "APPLICATION_ADMIN and GOVERNANCE")],
                "to be asked for and decided (`/api/v1/data-sources/{name}/subscription`), or both APPLICATION_ADMIN and GOVERNANCE",
            )
        }
        Kind::SubscriptionPolicy => {
            let scope = |catalog: &Catalog| catalog.subscription_policies.get(name).map(|policy| policy.scope.clone());
            local(actor, before, scope(before), scope(after))
        }
        Kind::DataPolicy => {
            let scope = |catalog: &Catalog| catalog.data_policies.get(name).map(|policy| policy.scope.clone());
            let decision = local(actor, before, scope(before), scope(after));
            if !decision.is_allowed() || actor.has(P::ApplicationAdmin) {
                return decision;
            }
            match unread(&looks_up(before, name), &looks_up(after, name), readable) {
                None => decision,
                Some(needs) => needs,
            }
        }
        Kind::PolicyTest => {
            let source =
                |catalog: &Catalog| catalog.policy_tests.get(name).map(|test| test.data_source.value().clone());
            let owner = [source(before), source(after)].iter().flatten().all(|source| actor.owns(before, source));
            any(
                &[(actor.has(P::Governance), "GOVERNANCE"), (owner, "owner of the data source")],
                "the permission GOVERNANCE, or to own the data source",
            )
        }
    }
}

/// What stands in `external` decides whom provisioning and sign-in mean.
const EXTERNAL: &str = "the permission APPLICATION_ADMIN to change `external`: provisioning and sign-in keep it";

/// Whether a provisioner may make a change of a user: as anybody who manages users, and so without giving or taking
/// permissions. What it keeps in `external` is its own matter.
pub(crate) fn may_provision(actor: &Actor, before: &Catalog, after: &Catalog, name: &Name) -> Decision {
    let provisions = super::may(actor, before, super::Action::Provision);
    if provisions.is_allowed() { user(actor, before, after, name) } else { provisions }
}

/// Governors write policies; owners those that are written for one data source of theirs.
fn local(actor: &Actor, catalog: &Catalog, before: Option<Where>, after: Option<Where>) -> Decision {
    let owned = |scope: &Where| scope.local().is_some_and(|source| actor.owns(catalog, source));
    let owner = before.iter().chain(&after).all(owned) && (before.is_some() || after.is_some());
    any(
        &[(actor.has(P::Governance), "GOVERNANCE"), (owner, "owner of the data source that the policy is written for")],
        "the permission GOVERNANCE; owners write policies with `where: { data_source: … }` for their own",
    )
}

/// The tables that a policy looks up in, each in the integrations of the data sources that it covers.
pub(crate) fn looks_up(catalog: &Catalog, policy: &Name) -> BTreeSet<(Name, TableName)> {
    let Some(form) = catalog.data_policies.get(policy) else { return BTreeSet::new() };
    let tables = lookups(form);
    if tables.is_empty() {
        return BTreeSet::new();
    }
    let sources = catalog.data_sources.values();
    let covered = sources.filter(|source| scrim_policy::covers(catalog, policy, &form.scope, source));
    let integrations: BTreeSet<&Name> = covered.map(|source| source.integration.value()).collect();
    let pairs = integrations.into_iter().flat_map(|name| tables.iter().map(|table| (name.clone(), table.clone())));
    pairs.collect()
}

/// What the policies that are written for one data source look up in: they stay with it wherever it goes.
pub(crate) fn looks_up_for(catalog: &Catalog, source: &Name) -> BTreeSet<(Name, TableName)> {
    let local =
        catalog.data_policies.iter().filter(|(_, form)| form.scope.local().is_some_and(|of| of.value() == source));
    local.flat_map(|(policy, _)| looks_up(catalog, policy)).collect()
}

/// What keeps somebody from having tables looked up in that they may not read themselves; nothing that was looked up in before.
fn unread(
    known: &BTreeSet<(Name, TableName)>,
    asked: &BTreeSet<(Name, TableName)>,
    readable: &Readable,
) -> Option<Decision> {
    let (integration, table) = asked.difference(known).find(|pair| !readable.contains(pair))?;
    Some(Decision::needs(&format!(
        "a warehouse user of yours in `{integration}` that may read the look-up table `{table}`, or the permission APPLICATION_ADMIN"
    )))
}

fn lookups(policy: &DataPolicy) -> BTreeSet<TableName> {
    let rows = policy.rules.iter().filter_map(|rule| match &rule.body {
        RuleBody::Rows(rows) => Some(rows),
        _ => None,
    });
    let rules = rows.flat_map(|rows| rows.all());
    rules
        .filter_map(|rule| match rule {
            RowRule::Lookup(lookup) => Some(lookup.table.clone()),
            _ => None,
        })
        .collect()
}

fn user(actor: &Actor, before: &Catalog, after: &Catalog, name: &Name) -> Decision {
    let of = |catalog: &Catalog| catalog.users.get(name).map(|user| user.item.clone());
    let (old, new) = (of(before), of(after));
    let permissions = |user: &Option<User>| -> BTreeSet<&'static str> {
        user.iter().filter(|user| !user.disabled).flat_map(|user| &user.permissions).map(|p| p.as_str()).collect()
    };
    let is_admin = |user: &User| !user.disabled && user.permissions.contains(&P::ApplicationAdmin);
    if !after.users.values().any(|user| is_admin(user)) && before.users.values().any(|user| is_admin(user)) {
        return Decision::needs("another active user with APPLICATION_ADMIN: this is the last one");
    }
    if permissions(&old) != permissions(&new) {
        let admin = actor.has(P::ApplicationAdmin);
        return any(
            &[(admin, "APPLICATION_ADMIN")],
            "the permission APPLICATION_ADMIN, which gives and takes permissions",
        );
    }
    any(
        &[(actor.has(P::UserAdmin), "USER_ADMIN"), (actor.has(P::ApplicationAdmin), "APPLICATION_ADMIN")],
        "the permission USER_ADMIN",
    )
}

fn source(actor: &Actor, before: &Catalog, after: &Catalog, name: &Name, readable: &Readable) -> Decision {
    let old = before.data_sources.get(name);
    let new = after.data_sources.get(name);
    let owner = old.is_some_and(|source| actor.is_among(&source.owners));
    let stands_on = |source: &DataSource| (source.integration.value().clone(), source.table.value().clone());
    let (known, named) = (old.map_or(&[][..], |old| &old.owners), new.map_or(&[][..], |new| &new.owners));
    if old.is_some() && !owner && named.iter().any(|one| !known.contains(one) && is_own(actor, after, one)) {
        return Decision::needs("somebody else: owners read what they own, and nobody grants themselves access");
    }
    let moved = new.is_some_and(|new| old.is_none_or(|old| stands_on(old) != stands_on(new)));
    if moved {
        let may_register = actor.has(P::CreateDataSource) || owner;
        let reads = new.is_some_and(|new| readable.contains(&stands_on(new)));
        if !actor.has(P::ApplicationAdmin)
            && let Some(needs) = unread(&looks_up_for(before, name), &looks_up_for(after, name), readable)
        {
            return needs;
        }
        return any(
            &[
                (actor.has(P::ApplicationAdmin), "APPLICATION_ADMIN"),
                (may_register && reads, "CREATE_DATA_SOURCE, and the user's own right to read the table"),
            ],
            "the permission APPLICATION_ADMIN, or CREATE_DATA_SOURCE and a warehouse user of yours that may read the table",
        );
    }
    any(
        &[
            (owner, "owner of the data source"),
            (actor.has(P::Governance), "GOVERNANCE"),
            (actor.has(P::ApplicationAdmin), "APPLICATION_ADMIN"),
        ],
        "to own the data source, or the permission GOVERNANCE",
    )
}

/// Whether an owner is the actor, or a group of theirs, also one that they come into by the same change.
pub(super) fn is_own(actor: &Actor, after: &Catalog, owner: &Owner) -> bool {
    match owner {
        Owner::User(name) => *name.value() == actor.name,
        Owner::Group(group) => shares(actor, after, group),
    }
}

fn shares(actor: &Actor, after: &Catalog, group: &At<Name>) -> bool {
    after.users.get(&actor.name).is_some_and(|user| user.groups.contains(group))
}

fn grant(actor: &Actor, before: &Catalog, after: &Catalog, name: &Name) -> Decision {
    let of = |catalog: &Catalog| catalog.grants.get(name).map(|grant| grant.item.clone());
    let (old, new) = (of(before), of(after));
    let sources = || old.iter().chain(&new).map(|grant: &Grant| grant.data_source.value());
    if sources().all(|source| actor.owns(before, source)) {
        return Decision::Allowed("owner of the data source");
    }
    if !actor.has(P::Governance) {
        return Decision::needs("to own the data source, or the permission GOVERNANCE");
    }
    let own = new.as_ref().is_some_and(|grant| {
        let named = grant.user.as_ref().is_some_and(|user| *user.value() == actor.name);
        named || grant.group.as_ref().is_some_and(|group| shares(actor, after, group))
    });
    if own {
        return Decision::needs("somebody else: nobody grants themselves access");
    }
    Decision::Allowed("GOVERNANCE")
}
