//! Which documents of a kind a list has.

use schemars::JsonSchema;
use scrim_catalog::documents::{Owner, PolicyStatus, SourceStatus};
use scrim_catalog::{Catalog, Kind, Name, Where, tag};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    pub(super) cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub(super) limit: Option<usize>,
    /// Only those whose name or description has this text, in either case.
    search: Option<String>,
    /// Only those with this tag or one below it, on themselves or a column (data sources).
    tag: Option<String>,
    /// Only those of this integration (data sources).
    integration: Option<String>,
    /// Only those that this user owns by name (data sources, projects), or that are about this user (grants, subscriptions, unmask requests).
    user: Option<String>,
    /// Only those in this group (users).
    group: Option<String>,
    /// Only those about this data source (grants, subscriptions, unmask requests, local policies, tests).
    data_source: Option<String>,
    /// Only those in this state: `active`, `staged`, `disabled`, `requested`, …
    status: Option<String>,
}

impl Wanted {
    /// Whether it has a document, if its reader may know of it.
    pub(super) fn fits(&self, catalog: &Catalog, kind: Kind, name: &Name) -> bool {
        let wanted = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(fits);
        wanted(&self.integration, &|one| integration(catalog, kind, name).is_some_and(|is| is.as_str() == one))
            && wanted(&self.tag, &|one| tagged(catalog, kind, name, one))
            && wanted(&self.group, &|one| in_group(catalog, kind, name, one))
            && wanted(&self.data_source, &|one| source(catalog, kind, name).is_some_and(|is| is.as_str() == one))
            && wanted(&self.user, &|one| whose(catalog, kind, name, one))
            && wanted(&self.status, &|one| in_state(catalog, kind, name, one))
            && wanted(&self.search, &|one| searched(catalog, kind, name, one))
    }
}

fn integration<'a>(catalog: &'a Catalog, kind: Kind, name: &Name) -> Option<&'a Name> {
    let source = catalog.data_sources.get(name).filter(|_| kind == Kind::DataSource);
    source.map(|source| source.integration.value())
}

fn tagged(catalog: &Catalog, kind: Kind, name: &Name, wanted: &str) -> bool {
    let Some(source) = catalog.data_sources.get(name).filter(|_| kind == Kind::DataSource) else { return false };
    let Ok(wanted) = Name::new(wanted) else { return false };
    let columns = source.columns.iter().flat_map(|column| &column.tags);
    source.tags.iter().chain(columns).any(|one| tag::covers(&wanted, one.value()))
}

fn in_group(catalog: &Catalog, kind: Kind, name: &Name, wanted: &str) -> bool {
    let user = catalog.users.get(name).filter(|_| kind == Kind::User);
    user.is_some_and(|user| user.groups.iter().any(|one| one.as_str() == wanted))
}

/// The data source that a document is about.
fn source<'a>(catalog: &'a Catalog, kind: Kind, name: &Name) -> Option<&'a Name> {
    let local = |scope: &'a Where| scope.local().map(|source| source.value());
    match kind {
        Kind::Grant => catalog.grants.get(name).map(|one| one.data_source.value()),
        Kind::Subscription => catalog.subscriptions.get(name).map(|one| one.data_source.value()),
        Kind::UnmaskRequest => catalog.unmask_requests.get(name).map(|one| one.data_source.value()),
        Kind::PolicyTest => catalog.policy_tests.get(name).map(|one| one.data_source.value()),
        Kind::SubscriptionPolicy => catalog.subscription_policies.get(name).and_then(|one| local(&one.scope)),
        Kind::DataPolicy => catalog.data_policies.get(name).and_then(|one| local(&one.form.scope)),
        _ => None,
    }
}

fn whose(catalog: &Catalog, kind: Kind, name: &Name, wanted: &str) -> bool {
    let owns =
        |owners: &[Owner]| owners.iter().any(|owner| matches!(owner, Owner::User(user) if user.as_str() == wanted));
    let user = match kind {
        Kind::DataSource => return catalog.data_sources.get(name).is_some_and(|one| owns(&one.owners)),
        Kind::Project => return catalog.projects.get(name).is_some_and(|one| owns(&one.owners)),
        Kind::Grant => catalog.grants.get(name).and_then(|one| one.user.as_ref()),
        Kind::Subscription => catalog.subscriptions.get(name).map(|one| &one.user),
        Kind::UnmaskRequest => catalog.unmask_requests.get(name).map(|one| &one.user),
        _ => None,
    };
    user.is_some_and(|user| user.as_str() == wanted)
}

fn in_state(catalog: &Catalog, kind: Kind, name: &Name, wanted: &str) -> bool {
    let disabled = |disabled: bool| is(&if disabled { SourceStatus::Disabled } else { SourceStatus::Active }, wanted);
    match kind {
        Kind::Subscription => catalog.subscriptions.get(name).is_some_and(|one| is(&one.state, wanted)),
        Kind::UnmaskRequest => catalog.unmask_requests.get(name).is_some_and(|one| is(&one.state, wanted)),
        Kind::User => catalog.users.get(name).is_some_and(|one| disabled(one.disabled)),
        Kind::Webhook => catalog.webhooks.get(name).is_some_and(|one| disabled(one.disabled)),
        Kind::DataSource => catalog.data_sources.get(name).is_some_and(|one| is(&one.status, wanted)),
        Kind::SubscriptionPolicy => catalog.subscription_policies.get(name).is_some_and(|one| is(&one.status, wanted)),
        Kind::DataPolicy => catalog.data_policies.get(name).is_some_and(|one| is(&one.form.status, wanted)),
        // What has no state is there.
        _ => is(&PolicyStatus::Active, wanted),
    }
}

/// Whether a state is written so.
fn is(state: &impl Serialize, wanted: &str) -> bool {
    serde_json::to_value(state).is_ok_and(|state| matches!(state, Value::String(text) if text == wanted))
}

fn searched(catalog: &Catalog, kind: Kind, name: &Name, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    has(name) || catalog.description(kind, name).is_some_and(has)
}
