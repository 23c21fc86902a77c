//! The governed world as one immutable value.

use std::collections::{BTreeMap, HashSet};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use crate::documents::{
    Attribute, DataPolicyForm, DataSource, Grant, Group, Identifier, Integration, PolicyTest, Project, Purpose,
    Subscription, SubscriptionPolicy, TagNote, UnmaskRequest, User, Webhook,
};
use crate::{Mark, Name, Rule};

/// A document and the file it stands in.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// What the document says.
    pub item: T,
    /// The file.
    pub file: Arc<PathBuf>,
    /// Where the document's name stands in it.
    pub mark: Mark,
}

impl<T> Deref for Stored<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.item
    }
}

/// A data policy with its rules read.
#[derive(Clone, Debug, PartialEq)]
pub struct DataPolicy {
    /// The document; its `rules` are read in [`DataPolicy::rules`].
    pub form: DataPolicyForm,
    /// What the rules mean.
    pub rules: Vec<Rule>,
}

impl Deref for DataPolicy {
    type Target = DataPolicyForm;
    fn deref(&self) -> &DataPolicyForm {
        &self.form
    }
}

/// Documents by name, shared with the catalogs before and after.
pub type Named<T> = BTreeMap<Name, Arc<Stored<T>>>;

/// Everything that Scrim governs and by which rules. Made by [`crate::assemble`]; whoever holds one may rely
/// on every reference in it being good.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Warehouses.
    pub integrations: Named<Integration>,
    /// Governed tables.
    pub data_sources: Named<DataSource>,
    /// Descriptions of tags.
    pub tags: Named<TagNote>,
    /// People.
    pub users: Named<User>,
    /// Groups.
    pub groups: Named<Group>,
    /// Declared attribute keys.
    pub attributes: Named<Attribute>,
    /// Purposes.
    pub purposes: Named<Purpose>,
    /// Projects.
    pub projects: Named<Project>,
    /// Individual subscriptions.
    pub grants: Named<Grant>,
    /// Subscriptions that people asked for themselves.
    pub subscriptions: Named<Subscription>,
    /// Who may read.
    pub subscription_policies: Named<SubscriptionPolicy>,
    /// What they see.
    pub data_policies: Named<DataPolicy>,
    /// Tests of policies.
    pub policy_tests: Named<PolicyTest>,
    /// Who is told of events.
    pub webhooks: Named<Webhook>,
    /// How sensitive data is told, beyond what is built in.
    pub identifiers: Named<Identifier>,
    /// Values of `reversible` masks that people asked for.
    pub unmask_requests: Named<UnmaskRequest>,
}

impl Catalog {
    /// Whether nothing is governed at all.
    pub fn is_empty(&self) -> bool {
        self.integrations.is_empty() && self.data_sources.is_empty()
    }

    /// Every attribute key that exists: declared, or carried by somebody.
    pub fn attribute_keys(&self) -> std::collections::BTreeSet<&Name> {
        let users = self.users.values().flat_map(|user| user.attributes.keys());
        let groups = self.groups.values().flat_map(|group| group.attributes.keys());
        // Many people carry few keys: told apart before they are put in order.
        let keys: HashSet<&Name> = self.attributes.keys().chain(users.chain(groups).map(|key| key.value())).collect();
        keys.into_iter().collect()
    }

    /// Every tag that something carries or a document describes.
    pub fn known_tags(&self) -> std::collections::BTreeSet<&Name> {
        let sources = self.data_sources.values();
        let used = sources.flat_map(|s| s.tags.iter().chain(s.columns.iter().flat_map(|c| c.tags.iter())));
        let tags: HashSet<&Name> = self.tags.keys().chain(used.map(|tag| tag.value())).collect();
        tags.into_iter().collect()
    }
}
