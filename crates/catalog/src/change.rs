//! Changes of a catalog: what is put and deleted, what follows from it in other documents, and the catalog afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::documents::{Acknowledged, Attribute, DataSource, Project, Purpose, SourceStatus, User, Values};
use crate::{At, Document, Kind, Name, Problem, Severity, check, misplaced};

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A document is made, or takes the place of the one of its kind and name.
    Put(Document),
    /// A document goes.
    Delete(Kind, Name),
}

impl Change {
    /// Of which document.
    pub fn of(&self) -> (Kind, &Name) {
        match self {
            Self::Put(document) => (document.kind(), document.name().value()),
            Self::Delete(kind, name) => (*kind, name),
        }
    }
}

/// A catalog after changes.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// Every document that was changed, also those that only followed, once each.
    pub changes: Vec<Change>,
    /// What somebody should know.
    pub warnings: Vec<Problem>,
}

/// By which name problems call a document that stands in no file: as the API does.
pub fn place(kind: Kind, name: &str) -> Arc<PathBuf> {
    Arc::new(PathBuf::from(format!("{}/{name}", kind.plural())))
}

impl Catalog {
    /// A catalog of one document, and what is wrong with it by itself: whether what it names is there is another question.
    pub fn alone(document: Document) -> (Self, Vec<Problem>) {
        let (mut catalog, mut problems) = (Self::default(), Vec::new());
        catalog.put(&place(document.kind(), document.name()), document, &mut problems);
        problems.extend(catalog.integrations.values().filter_map(|one| misplaced(one)));
        (catalog, problems)
    }

    /// The catalog of these documents, which stand in no file.
    ///
    /// # Errors
    /// Every problem, when one of them is an error.
    pub fn of(documents: impl IntoIterator<Item = Document>) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (mut catalog, mut problems) = (Self::default(), Vec::new());
        documents.into_iter().for_each(|document| catalog.make(Change::Put(document), &mut problems));
        let warnings = catalog.checked(problems)?;
        Ok((catalog, warnings))
    }

    /// The catalog after these changes and what follows from them: who leaves a project acts under it no longer; what is
    /// deleted is taken out of the lists it stands in, with the grants and subscriptions that are about it; a purpose whose
    /// text changes must be acknowledged again. What a policy or an owner's list names cannot be deleted: those would
    /// mean something else without it.
    ///
    /// # Errors
    /// Every problem, when one of them is an error; this catalog stays as it is.
    pub fn apply(&self, changes: Vec<Change>) -> Result<Applied, Vec<Problem>> {
        let mut catalog = self.clone();
        let mut problems = Vec::new();
        let mut touched: BTreeSet<(Kind, Name)> = BTreeSet::new();
        for mut change in changes {
            catalog.carry(&mut change);
            let mut all = catalog.following(&change);
            all.extend(catalog.last_carried(&change));
            all.push(change);
            for change in all {
                let (kind, name) = change.of();
                touched.insert((kind, name.clone()));
                catalog.make(change, &mut problems);
            }
        }
        let warnings = catalog.checked(problems)?;
        let changes = touched.into_iter().map(|(kind, name)| match catalog.document(kind, &name) {
            Some(document) => Change::Put(document),
            None => Change::Delete(kind, name),
        });
        let changes = changes.collect();
        Ok(Applied { catalog: Arc::new(catalog), changes, warnings })
    }

    /// Everything that is wrong with a document beside all others, or with those, were it put there.
    pub fn beside(&self, document: Document) -> Vec<Problem> {
        match document.kind() {
            // What one of them says makes no other document wrong: large catalogs are not gone through for one that is written.
            Kind::SubscriptionPolicy | Kind::DataPolicy | Kind::PolicyTest => {
                let (alone, mut problems) = Self::alone(document);
                check::beside(self, &alone, &mut problems);
                problems
            }
            _ => self.apply(vec![Change::Put(document)]).map_or_else(|problems| problems, |applied| applied.warnings),
        }
    }

    /// The catalog after exactly these changes, which were made of another catalog with all that follows from them.
    ///
    /// # Errors
    /// Every problem, when one of them is an error.
    pub fn replay(&self, changes: impl IntoIterator<Item = Change>) -> Result<Self, Vec<Problem>> {
        let (mut catalog, mut problems) = (self.clone(), Vec::new());
        changes.into_iter().for_each(|change| catalog.make(change, &mut problems));
        catalog.checked(problems)?;
        Ok(catalog)
    }

    fn make(&mut self, change: Change, problems: &mut Vec<Problem>) {
        match change {
            Change::Put(document) => self.put(&place(document.kind(), document.name()), document, problems),
            Change::Delete(kind, name) => self.take(kind, &name),
        }
    }

    /// The warnings of a catalog without errors, beside the problems that reading it had.
    fn checked(&self, mut problems: Vec<Problem>) -> Result<Vec<Problem>, Vec<Problem>> {
        check::all(self, &mut problems);
        let errors = problems.iter().any(|problem| problem.severity == Severity::Error);
        if errors { Err(problems) } else { Ok(problems) }
    }

    /// What a document need not say stays as it is known: files know nothing of it, and people write none. Who somebody is
    /// elsewhere; what was proposed for a column, and refused; that a project was refused a purpose, until it has it.
    fn carry(&self, change: &mut Change) {
        match change {
            Change::Put(Document::User(user)) if user.external.is_none() => {
                user.external = self.users.get(user.name.value()).and_then(|known| known.external.clone());
            }
            Change::Put(Document::Group(group)) if group.external.is_none() => {
                group.external = self.groups.get(group.name.value()).and_then(|known| known.external.clone());
            }
            Change::Put(Document::DataSource(source)) => {
                if source.status == SourceStatus::Active {
                    source.gone = None;
                }
                let Some(before) = self.data_sources.get(source.name.value()) else { return };
                for column in source.columns.iter_mut().filter(|column| column.discovery.is_none()) {
                    let known = before.columns.iter().find(|known| known.name == column.name);
                    column.discovery = known.and_then(|known| known.discovery.clone());
                }
            }
            Change::Put(Document::Project(project)) => {
                let known = self.projects.get(project.name.value());
                for refused in known.into_iter().flat_map(|known| &known.refused_purposes) {
                    if !project.refused_purposes.iter().any(|one| one.purpose == refused.purpose) {
                        project.refused_purposes.push(refused.clone());
                    }
                }
                let Project { purposes, refused_purposes, .. } = &mut **project;
                refused_purposes.retain(|refused| !purposes.contains(&refused.purpose));
            }
            _ => {}
        }
    }

    /// What follows from a change in other documents.
    fn following(&self, change: &Change) -> Vec<Change> {
        match change {
            Change::Put(Document::Project(project)) => self.left(project),
            Change::Put(Document::Purpose(purpose)) => self.lapsed(purpose),
            Change::Put(_) => vec![],
            Change::Delete(Kind::Group, name) => self.without_group(name),
            Change::Delete(Kind::User, name) => self.without_user(name),
            Change::Delete(Kind::DataSource, name) => self.without_source(name),
            Change::Delete(Kind::Tag, name) => self.sources(|source| untag(source, name)),
            Change::Delete(Kind::Purpose, name) => self.projects(|project| forget(project, name, true)),
            Change::Delete(Kind::Project, name) => self.users(|user| acts_under(user, name).then(|| none(user))),
            Change::Delete(..) => vec![],
        }
    }

    /// Keys of attributes that only this document carries, and will not any more, where a document may ask for them: they are
    /// declared. Else nobody could have the last one taken away.
    fn last_carried(&self, change: &Change) -> Vec<Change> {
        type Carried = BTreeMap<At<Name>, Values>;
        let (kind, name) = change.of();
        let keys = |carried: &Carried| carried.keys().map(|key| key.value().clone()).collect::<BTreeSet<Name>>();
        let (before, after) = match (kind, change) {
            (Kind::User, Change::Put(Document::User(user))) => {
                (self.users.get(name).map(|known| keys(&known.attributes)), keys(&user.attributes))
            }
            (Kind::User, _) => (self.users.get(name).map(|known| keys(&known.attributes)), BTreeSet::new()),
            (Kind::Group, Change::Put(Document::Group(group))) => {
                (self.groups.get(name).map(|known| keys(&known.attributes)), keys(&group.attributes))
            }
            (Kind::Group, _) => (self.groups.get(name).map(|known| keys(&known.attributes)), BTreeSet::new()),
            _ => return vec![],
        };
        let gone = before.iter().flat_map(|before| before.difference(&after));
        let undeclared = gone.filter(|key| !self.attributes.contains_key(*key));
        let others = |key: &Name| {
            let has = |carried: &Carried| carried.keys().any(|one| one.value() == key);
            self.users.iter().any(|(other, user)| (kind, name) != (Kind::User, other) && has(&user.attributes))
                || self
                    .groups
                    .iter()
                    .any(|(other, group)| (kind, name) != (Kind::Group, other) && has(&group.attributes))
        };
        let asked = |key: &Name| {
            let kinds = [Kind::SubscriptionPolicy, Kind::DataPolicy, Kind::Project, Kind::PolicyTest];
            let documents = kinds.into_iter().flat_map(|kind| self.names_after(kind, "").map(move |name| (kind, name)));
            // Wherever the word stands: what is declared for nothing does no harm.
            let mut texts = documents.filter_map(|(kind, name)| Some(self.json(kind, name)?.to_string()));
            texts.any(|text| text.contains(key.as_str()))
        };
        let last = undeclared.filter(|key| !others(key) && asked(key));
        last.map(|key| Change::Put(Document::Attribute(Box::new(Attribute::named(key.clone()))))).collect()
    }

    /// Whoever is no member any more does not act under the project.
    fn left(&self, project: &Project) -> Vec<Change> {
        let members: BTreeSet<&Name> = project.members.iter().map(|member| member.user.value()).collect();
        self.users(|user| {
            (acts_under(user, project.name.value()) && !members.contains(user.name.value())).then(|| none(user))
        })
    }

    /// Nobody has acknowledged another text.
    fn lapsed(&self, purpose: &Purpose) -> Vec<Change> {
        let before = self.purposes.get(purpose.name.value());
        if before.is_none_or(|before| before.acknowledgement == purpose.acknowledgement) {
            return vec![];
        }
        self.projects(|project| forget(project, purpose.name.value(), false))
    }

    fn without_group(&self, name: &Name) -> Vec<Change> {
        let mut changes = self.users(|user| {
            let mut user = user.clone();
            remove(&mut user.groups, name).then_some(user)
        });
        let granted = self.grants.values().filter(|grant| grant.group.as_ref().is_some_and(|g| g.value() == name));
        changes.extend(granted.map(|grant| Change::Delete(Kind::Grant, grant.name.value().clone())));
        changes
    }

    fn without_user(&self, name: &Name) -> Vec<Change> {
        let mut changes = self.projects(|project| {
            let mut project = project.clone();
            let before = project.members.len();
            project.members.retain(|member| member.user.value() != name);
            (project.members.len() < before).then_some(project)
        });
        let granted = self.grants.values().filter(|grant| grant.user.as_ref().is_some_and(|user| user.value() == name));
        changes.extend(granted.map(|grant| Change::Delete(Kind::Grant, grant.name.value().clone())));
        let subscribed = self.subscriptions.values().filter(|subscription| subscription.user.value() == name);
        changes.extend(subscribed.map(|one| Change::Delete(Kind::Subscription, one.name.value().clone())));
        let asked = self.unmask_requests.values().filter(|request| request.user.value() == name);
        changes.extend(asked.map(|one| Change::Delete(Kind::UnmaskRequest, one.name.value().clone())));
        changes
    }

    fn without_source(&self, name: &Name) -> Vec<Change> {
        let mut changes = self.projects(|project| {
            let mut project = project.clone();
            remove(&mut project.data_sources, name).then_some(project)
        });
        let granted = self.grants.values().filter(|grant| grant.data_source.value() == name);
        changes.extend(granted.map(|grant| Change::Delete(Kind::Grant, grant.name.value().clone())));
        let subscribed = self.subscriptions.values().filter(|subscription| subscription.data_source.value() == name);
        changes.extend(subscribed.map(|one| Change::Delete(Kind::Subscription, one.name.value().clone())));
        let asked = self.unmask_requests.values().filter(|request| request.data_source.value() == name);
        changes.extend(asked.map(|one| Change::Delete(Kind::UnmaskRequest, one.name.value().clone())));
        changes
    }

    fn users(&self, changed: impl Fn(&User) -> Option<User>) -> Vec<Change> {
        let users = self.users.values().filter_map(|user| changed(&user.item));
        users.map(|user| Change::Put(Document::User(Box::new(user)))).collect()
    }

    fn projects(&self, changed: impl Fn(&Project) -> Option<Project>) -> Vec<Change> {
        let projects = self.projects.values().filter_map(|project| changed(&project.item));
        projects.map(|project| Change::Put(Document::Project(Box::new(project)))).collect()
    }

    fn sources(&self, changed: impl Fn(&DataSource) -> Option<DataSource>) -> Vec<Change> {
        let sources = self.data_sources.values().filter_map(|source| changed(&source.item));
        sources.map(|source| Change::Put(Document::DataSource(Box::new(source)))).collect()
    }
}

fn acts_under(user: &User, project: &Name) -> bool {
    user.current_project.as_ref().is_some_and(|current| current.value() == project)
}

fn none(user: &User) -> User {
    User { current_project: None, ..user.clone() }
}

/// Takes a name out of a list; tells whether it stood there.
fn remove(list: &mut Vec<At<Name>>, name: &Name) -> bool {
    let before = list.len();
    list.retain(|one| one.value() != name);
    list.len() < before
}

fn untag(source: &DataSource, tag: &Name) -> Option<DataSource> {
    let mut source = source.clone();
    let mut changed = remove(&mut source.tags, tag);
    for column in &mut source.columns {
        changed |= remove(&mut column.tags, tag);
    }
    changed.then_some(source)
}

/// Nobody has acknowledged the purpose; `gone`: nor does the project have it.
fn forget(project: &Project, purpose: &Name, gone: bool) -> Option<Project> {
    let requested = project.requested_purposes.iter().map(|request| &request.purpose);
    let named = project.purposes.iter().chain(requested).any(|one| one.value() == purpose);
    // A no is no acknowledgement: of a purpose that stays it stays, too, and of members it says nothing.
    let refused = gone && project.refused_purposes.iter().any(|refused| refused.purpose.value() == purpose);
    if !named && !refused {
        return None;
    }
    let mut project = project.clone();
    if refused {
        project.refused_purposes.retain(|refused| refused.purpose.value() != purpose);
    }
    if !named {
        return Some(project);
    }
    let mut others = project.purposes.clone();
    remove(&mut others, purpose);
    for member in &mut project.members {
        match &mut member.acknowledged {
            Acknowledged::All(true) => member.acknowledged = Acknowledged::Purposes(others.clone()),
            Acknowledged::All(false) => {}
            Acknowledged::Purposes(purposes) => drop(remove(purposes, purpose)),
        }
    }
    if gone {
        project.purposes = others;
        project.requested_purposes.retain(|request| request.purpose.value() != purpose);
    }
    Some(project)
}
