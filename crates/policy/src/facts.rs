//! What is true of users, and which conditions they meet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scrim_catalog::documents::{Acknowledged, Project, User, Values};
use scrim_catalog::{At, Catalog, Matched, Name, Who, tag};

/// Everything that conditions may ask about one user, or about several at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The names in the catalog; none for a person made up for a test.
    pub users: BTreeSet<Name>,
    /// The groups.
    pub groups: BTreeSet<Name>,
    /// The attributes, a user's own and those of the groups.
    pub attributes: BTreeMap<Name, BTreeSet<Name>>,
    /// The purposes held under the current project, and every purpose above them (a user holds a purpose
    /// when the project has it or a sub-purpose of it).
    pub purposes: BTreeSet<Name>,
}

/// Of which members of an equalized project a fact must hold to count. Of everybody else both mean the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Of every member: for what shows more.
    Every,
    /// Of any member: for what shows less.
    Any,
}

impl Bound {
    /// The other one: what is under a `not` works the other way.
    #[must_use]
    pub fn flip(self) -> Self {
        match self {
            Self::Every => Self::Any,
            Self::Any => Self::Every,
        }
    }
}

/// The facts by which a user is judged.
///
/// Under an equalized project of several members these are bounds: what holds of every member, and what holds of any.
/// A condition in positive position counts when all have what it asks for, in negative position when any has (SPEC 4.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The current project, when the user is a member of it.
    pub project: Option<Name>,
    sure: Held,
    /// What holds of any member of an equalized project; none when that is nothing but `sure`.
    possible: Option<Arc<Held>>,
    /// Every member of an equalized project, this user among them, each as if alone; empty otherwise.
    fellows: Arc<[Facts]>,
}

impl Held {
    /// What a user has under a project.
    fn of(catalog: &Catalog, user: &User, project: Option<&Project>) -> Self {
        let mut held = Self::somebody(catalog, &user.groups, &user.attributes);
        held.users.insert(user.name.value().clone());
        let purposes = project.and_then(|project| purposes(project, user.name.value())).into_iter().flatten();
        held.purposes = purposes.flat_map(|purpose| tag::with_ancestors(&purpose)).collect();
        held
    }

    fn somebody(catalog: &Catalog, groups: &[At<Name>], attributes: &BTreeMap<At<Name>, Values>) -> Self {
        let groups: BTreeSet<Name> = groups.iter().map(|group| group.value().clone()).collect();
        let mut held = Self::default();
        let inherited = groups.iter().filter_map(|name| catalog.groups.get(name)).map(|group| &group.attributes);
        for (key, values) in inherited.flatten().chain(attributes) {
            let values = values.0.iter().map(|value| value.value().clone());
            held.attributes.entry(key.value().clone()).or_default().extend(values);
        }
        held.groups = groups;
        held
    }

    /// What all of several people have.
    fn common(people: &[Facts]) -> Self {
        let mut all = people.iter().map(|facts| &facts.sure);
        let Some(mut common) = all.next().cloned() else { return Self::default() };
        for other in all {
            common.users.retain(|name| other.users.contains(name));
            common.groups.retain(|name| other.groups.contains(name));
            common.purposes.retain(|name| other.purposes.contains(name));
            for (key, values) in &mut common.attributes {
                values.retain(|value| other.attributes.get(key).is_some_and(|theirs| theirs.contains(value)));
            }
        }
        common.attributes.retain(|_, values| !values.is_empty());
        common
    }

    /// What any of several people has.
    fn union(people: &[Facts]) -> Self {
        let mut union = Self::default();
        for Facts { sure, .. } in people {
            union.users.extend(sure.users.iter().cloned());
            union.groups.extend(sure.groups.iter().cloned());
            union.purposes.extend(sure.purposes.iter().cloned());
            for (key, values) in &sure.attributes {
                union.attributes.entry(key.clone()).or_default().extend(values.iter().cloned());
            }
        }
        union
    }

    /// Whether there is this value of an attribute.
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

impl Facts {
    /// The facts of a user of the catalog.
    pub fn of(catalog: &Catalog, user: &User) -> Self {
        let project = current_project(catalog, user);
        match project.filter(|project| project.equalized) {
            Some(project) => Self::equalized(project, Self::members(catalog, project)),
            None => Self::alone(catalog, user, project),
        }
    }

    /// What a user holds, in no project: for what they do themselves, and not for what they read.
    pub fn personal(catalog: &Catalog, user: &User) -> Self {
        Self::alone(catalog, user, None)
    }

    /// A user as if nobody else were in the project.
    fn alone(catalog: &Catalog, user: &User, project: Option<&Project>) -> Self {
        Self {
            project: project.map(|project| project.name.value().clone()),
            sure: Held::of(catalog, user, project),
            ..Self::default()
        }
    }

    /// Every member of a project, each as if alone. A disabled one is judged like the others: to disable somebody must
    /// not show more to the rest.
    pub(crate) fn members(catalog: &Catalog, project: &Project) -> Arc<[Facts]> {
        let members = project.members.iter().filter_map(|member| catalog.users.get(member.user.value()));
        members.map(|user| Self::alone(catalog, user, Some(project))).collect()
    }

    /// A member of an equalized project.
    pub(crate) fn equalized(project: &Project, members: Arc<[Facts]>) -> Self {
        let project = Some(project.name.value().clone());
        match &*members {
            [one] => one.clone(),
            many => {
                let (sure, possible) = (Held::common(many), Some(Arc::new(Held::union(many))));
                Self { project, sure, possible, fellows: members }
            }
        }
    }

    /// A person who is in no project and has only these things; the groups bring their attributes.
    pub fn somebody(
        catalog: &Catalog,
        groups: &[At<Name>],
        attributes: &BTreeMap<At<Name>, Values>,
        purposes: &[At<Name>],
    ) -> Self {
        let mut sure = Held::somebody(catalog, groups, attributes);
        sure.purposes = purposes.iter().flat_map(|purpose| tag::with_ancestors(purpose)).collect();
        Self { sure, ..Self::default() }
    }

    /// What holds of every member, or of any.
    pub fn held(&self, bound: Bound) -> &Held {
        match (bound, &self.possible) {
            (Bound::Any, Some(possible)) => possible,
            _ => &self.sure,
        }
    }

    /// The members of the equalized project under which the user acts, when there are several.
    pub fn fellows(&self) -> &[Facts] {
        &self.fellows
    }

    /// Whether others are judged together with this user, so that what speaks of the user alone counts for nothing.
    pub fn shared(&self) -> bool {
        !self.fellows.is_empty()
    }

    /// Whether a condition holds of every member; of anybody else, whether it holds. Lacking a fact is plain false.
    pub fn surely(&self, who: &Who) -> bool {
        self.meet(who, Bound::Every)
    }

    /// Whether a condition may hold of some member; of anybody else, whether it holds.
    pub fn possibly(&self, who: &Who) -> bool {
        self.meet(who, Bound::Any)
    }

    /// Whether a condition holds, by the facts of every member or of any.
    pub fn meet(&self, who: &Who, bound: Bound) -> bool {
        let held = self.held(bound);
        match who {
            Who::Everyone => true,
            Who::Group(name) => held.groups.contains(name.value()),
            Who::Attribute(values) => values.iter().all(|(key, value)| held.has(key, value)),
            Who::Purpose(name) => held.purposes.contains(name.value()),
            Who::User(name) => held.users.contains(name.value()),
            Who::All(parts) => parts.iter().all(|part| self.meet(part, bound)),
            Who::Any(parts) => parts.iter().any(|part| self.meet(part, bound)),
            Who::Not(part) => !self.meet(part, bound.flip()),
        }
    }
}

/// The project that a user acts under: the current one, if the user is a member of it.
pub(crate) fn current_project<'a>(catalog: &'a Catalog, user: &User) -> Option<&'a Project> {
    let project = catalog.projects.get(user.current_project.as_ref()?.value())?;
    let member = project.members.iter().any(|member| member.user.value() == user.name.value());
    member.then_some(&project.item)
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
