//! A data source, as somebody knows it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, Owner, SourceStatus};
use scrim_catalog::{At, Catalog, Name, view_of};
use scrim_store::SyncWord;
use serde::Serialize;

use crate::protection::InForce;
use crate::rights::Standing;

/// A data source at a glance. What is left out the caller may not know.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Glance {
    /// The data source.
    pub(super) data_source: Name,
    /// The integration it belongs to.
    integration: Name,
    /// The schema of the table.
    schema: Name,
    /// The table: `[database.]schema.table`.
    table: String,
    /// What readers query: `schema.name`; of those who may not read it, only who sees all data sources is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    view: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Whether it is offered.
    status: SourceStatus,
    /// How the caller stands to it, whatever their permissions; nothing where they have nothing to do with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Standing>,
    /// Whether asking for access is of use: a policy wants somebody's yes, or that people subscribe.
    asking: bool,
    /// Its owners.
    owners: Vec<Owning>,
    /// Its tags, and those of its columns.
    tags: Vec<Name>,
    /// How many columns it has.
    columns: usize,
    /// How many of them are new or changed, and wait for an owner to look at them.
    columns_to_confirm: usize,
    /// How many data policies are in force on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_policies: Option<usize>,
    /// How many subscription policies in force give access to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_policies: Option<usize>,
    /// Whether there are policies of both kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    protected: Option<bool>,
    /// How far the warehouse is: `in_sync`, `pushing`, `retrying`, `failed`, `closed` (nobody sees it), or `waiting` (its turn
    /// has not come).
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    /// Why it is so, or why the table is gone, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// An owner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Owning {
    /// The user or the group.
    name: Name,
    /// Whether it is a group.
    group: bool,
}

/// A data source, with what its reader may know beside its document.
pub(super) struct Seen<'a> {
    pub(super) source: &'a DataSource,
    /// Whether the reader sees every data source.
    pub(super) all: bool,
    pub(super) standing: Option<Standing>,
    pub(super) in_force: Option<InForce>,
    pub(super) state: Option<SyncWord>,
}

impl Seen<'_> {
    /// The tags of the data source, and those of its columns; some may come twice.
    pub(super) fn tags(&self) -> impl Iterator<Item = &Name> {
        let columns = self.source.columns.iter().flat_map(|column| &column.tags);
        self.source.tags.iter().chain(columns).map(At::value)
    }

    /// The names of its owners.
    pub(super) fn owners(&self) -> impl Iterator<Item = &Name> {
        self.source.owners.iter().map(named)
    }

    /// How many columns no owner has looked at.
    pub(super) fn columns_to_confirm(&self) -> usize {
        self.source.columns.iter().filter(|column| column.is_new()).count()
    }

    /// The row of it. `reason`: what was written of its state. `asking`: whether asking for access is of use.
    pub(super) fn row(&self, catalog: &Catalog, reason: Option<String>, asking: bool) -> Glance {
        let source = self.source;
        let gone = || source.gone.as_ref().map(|gone| gone.reason.clone());
        let tags: BTreeSet<&Name> = self.tags().collect();
        let owning = |owner: &Owner| Owning { name: named(owner).clone(), group: matches!(owner, Owner::Group(_)) };
        Glance {
            data_source: source.name.value().clone(),
            integration: source.integration.value().clone(),
            schema: source.table.schema.clone(),
            table: source.table.to_string(),
            view: self.view(catalog),
            description: source.description.clone(),
            status: source.status,
            access: self.standing,
            asking,
            owners: source.owners.iter().map(owning).collect(),
            tags: tags.into_iter().cloned().collect(),
            columns: source.columns.len(),
            columns_to_confirm: self.columns_to_confirm(),
            data_policies: self.in_force.map(|in_force| in_force.data_policies),
            subscription_policies: self.in_force.map(|in_force| in_force.subscription_policies),
            protected: self.in_force.map(InForce::protects),
            state: self.state.map(SyncWord::as_str),
            reason: reason.or_else(gone),
        }
    }

    fn view(&self, catalog: &Catalog) -> Option<String> {
        let reads = matches!(self.standing, Some(Standing::Owner | Standing::Reader));
        let integration = catalog.integrations.get(self.source.integration.value()).filter(|_| reads || self.all)?;
        let view = view_of(integration, self.source.view.as_ref().map(At::value), &self.source.table)?;
        Some(view.to_string())
    }
}

/// The user or the group.
pub(super) fn named(owner: &Owner) -> &Name {
    match owner {
        Owner::User(name) | Owner::Group(name) => name.value(),
    }
}
