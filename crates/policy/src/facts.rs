//! What is true of a user, and which conditions it meets.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::documents::{Acknowledged, Project, User};
use scrim_catalog::{At, Catalog, Matched, Name, Who, tag};

/// Everything that conditions may ask about one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The user's name in the catalog; none for a person made up for a test.
    pub user: Option<Name>,
    /// The groups.
    pub groups: BTreeSet<Name>,
    /// The attributes, the user's own and those of the groups.
    pub attributes: BTreeMap<Name, BTreeSet<Name>>,
    /// The purposes held under the current project, and every purpose above them (a user holds a purpose
    /// when the project has it or a sub-purpose of it).
    pub purposes: BTreeSet<Name>,
    /// The current project, when the user is a member of it.
    pub project: Option<Name>,
}

impl Facts {
    /// The facts of a user of the catalog.
    pub fn of(catalog: &Catalog, user: &User) -> Self {
        let groups: BTreeSet<Name> = user.groups.iter().map(|g| g.value().clone()).collect();
        let mut facts = Self { user: Some(user.name.value().clone()), ..Self::default() };
        let inherited = groups.iter().filter_map(|name| catalog.groups.get(name)).map(|group| &group.attributes);
        for (key, values) in inherited.flatten().chain(&user.attributes) {
            let values = values.0.iter().map(|value| value.value().clone());
            facts.attributes.entry(key.value().clone()).or_default().extend(values);
        }
        facts.groups = groups;
        let project = user.current_project.as_ref().and_then(|name| catalog.projects.get(name.value()));
        if let Some(project) = project
            && let Some(held) = purposes(project, user.name.value())
        {
            facts.project = Some(project.name.value().clone());
            facts.purposes = held.iter().flat_map(tag::with_ancestors).collect();
        }
        facts
    }

    /// Whether a condition holds. Lacking a fact is plain false.
    pub fn meet(&self, who: &Who) -> bool {
        match who {
            Who::Everyone => true,
            Who::Group(name) => self.groups.contains(name.value()),
            Who::Attribute(values) => values.iter().all(|(key, value)| self.has(key, value)),
            Who::Purpose(name) => self.purposes.contains(name.value()),
            Who::User(name) => self.user.as_ref() == Some(name.value()),
            Who::All(parts) => parts.iter().all(|part| self.meet(part)),
            Who::Any(parts) => parts.iter().any(|part| self.meet(part)),
            Who::Not(part) => !self.meet(part),
        }
    }

    /// Whether the user has this value of an attribute.
    pub fn has(&self, key: &str, value: &str) -> bool {
        self.attributes.get(key).is_some_and(|values| values.contains(value))
    }

    /// The values that `match` compares with a column.
    pub fn values(&self, matched: &Matched) -> BTreeSet<&Name> {
        match matched {
            Matched::Attribute(key) => self.attributes.get(key).into_iter().flatten().collect(),
            Matched::Groups => self.groups.iter().collect(),
            Matched::Purposes => self.purposes.iter().collect(),
        }
    }
}

/// The purposes of a project that a member has acknowledged; none when the user is no member.
fn purposes(project: &Project, user: &Name) -> Option<Vec<Name>> {
    let member = project.members.iter().find(|member| member.user.value() == user)?;
    let all = project.purposes.iter().map(At::value);
    Some(match &member.acknowledged {
        Acknowledged::All(true) => all.cloned().collect(),
        Acknowledged::All(false) => vec![],
        Acknowledged::Purposes(some) => all.filter(|p| some.iter().any(|s| s.value() == *p)).cloned().collect(),
    })
}
