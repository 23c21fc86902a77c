//! Who asks, as the catalog knows them now.

use std::collections::BTreeSet;
use std::sync::Arc;

use scrim_catalog::documents::{Owner, Permission, User};
use scrim_catalog::{Catalog, Name};

/// Somebody who is signed in. Made anew for every request: who was disabled, or lost a permission, has lost it at once.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) name: Name,
    groups: BTreeSet<Name>,
    permissions: BTreeSet<&'static str>,
    narrowed: Option<Arc<[String]>>,
}

impl Actor {
    /// A user of the catalog. `narrowed`: of the user's permissions only these, and which methods; nothing takes none away.
    pub(crate) fn of(catalog: &Catalog, user: &User, narrowed: Option<&[String]>) -> Self {
        let all = user.permissions.iter().map(|permission| permission.as_str());
        let kept =
            |name: &&str| narrowed.is_none_or(|scopes| scopes.iter().any(|scope| scope == "all" || scope == name));
        let known = user.groups.iter().filter(|group| catalog.groups.contains_key(group.value()));
        Self {
            name: user.name.value().clone(),
            groups: known.map(|group| group.value().clone()).collect(),
            permissions: all.filter(kept).collect(),
            narrowed: narrowed.map(Arc::from),
        }
    }

    /// The same, as another catalog knows them; nobody where the user is disabled there, or not there.
    pub(crate) fn again(&self, catalog: &Catalog) -> Option<Self> {
        let user = catalog.users.get(&self.name).filter(|user| !user.disabled)?;
        Some(Self::of(catalog, user, self.narrowed.as_deref()))
    }

    /// Whether the actor has a permission.
    pub(crate) fn has(&self, permission: Permission) -> bool {
        self.permissions.contains(permission.as_str())
    }

    /// Whether the actor has one of these permissions.
    pub(crate) fn has_any(&self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|permission| self.has(*permission))
    }

    /// Every permission the actor has.
    pub(crate) fn permissions(&self) -> impl Iterator<Item = &'static str> {
        self.permissions.iter().copied()
    }

    /// Whether the actor is one of these owners.
    pub(crate) fn is_among(&self, owners: &[Owner]) -> bool {
        owners.iter().any(|owner| match owner {
            Owner::User(name) => *name.value() == self.name,
            Owner::Group(name) => self.groups.contains(name.value()),
        })
    }

    /// Whether the actor owns a data source.
    pub(crate) fn owns(&self, catalog: &Catalog, source: &str) -> bool {
        catalog.data_sources.get(source).is_some_and(|source| self.is_among(&source.owners))
    }
}
