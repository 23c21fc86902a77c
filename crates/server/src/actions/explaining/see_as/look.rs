//! How somebody sees a data source at a moment, and by what whoever asks is bound.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scrim_catalog::documents::{Column, DataSource, Permission, Project, User, Values};
use scrim_catalog::{At, Catalog, Name};
use scrim_policy::{
    Cell, Decision, Facts, Merged, Onlooker, SampledRow, Showing, Sight, decide, decide_for, merge, sight,
};

use super::{Person, Wish};
use crate::Problem;
use crate::actor::Actor;

/// A person who looks at a data source.
pub(super) struct Look<'a> {
    catalog: &'a Catalog,
    source: DataSource,
    facts: Facts,
    login: Option<Name>,
    decision: Decision,
    bound: Bound,
    now: DateTime<Utc>,
}

/// By what whoever asks for rows is bound.
pub(super) enum Bound {
    /// By nothing: they may act as others.
    Lifted,
    /// By their own sight.
    Own {
        /// What is true of them.
        facts: Box<Facts>,
        /// Their login.
        login: Name,
    },
    /// They see no row themselves, for this reason.
    Nothing(String),
}

impl<'a> Look<'a> {
    /// A data source as it is seen by policies; `columns` are those of its view, where they are known.
    pub(super) fn of(
        catalog: &'a Catalog,
        actor: &Actor,
        wish: &Wish,
        under: Option<&Project>,
        columns: Option<&[Column]>,
        now: DateTime<Utc>,
    ) -> Result<Self, Problem> {
        let found = catalog.data_sources.get(&wish.source);
        let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{}`", wish.source)))?;
        let mut source = found.item.clone();
        if let Some(columns) = columns {
            source.columns = columns.to_vec();
        }
        let (facts, decision, login) = match &wish.person {
            Person::User { user } => {
                let known = catalog.users.get(user);
                let known = known.ok_or_else(|| Problem::not_found(format!("there is no user `{user}`")))?;
                let user = acting(known, under)?;
                (
                    Facts::of(catalog, &user),
                    decide(catalog, &source, &user, now),
                    user.login(source.integration.value()),
                )
            }
            Person::MadeUp { groups, attributes, purposes } => {
                let mut facts = made_up(catalog, groups, attributes, purposes);
                if let Some(project) = under {
                    if project.equalized {
                        let why = "under an equalized project its members are judged together, and somebody who is made up is none";
                        return Err(Problem::conflict(why));
                    }
                    facts.project = Some(project.name.value().clone());
                }
                let decision = decide_for(catalog, &source, &facts, now);
                (facts, decision, None)
            }
        };
        let bound = Bound::of(catalog, &source, actor, &wish.person, under, now);
        Ok(Self { catalog, source, facts, login, decision, bound, now })
    }

    /// How they see it.
    pub(super) fn sight(&self) -> Result<Sight, Problem> {
        let sight = sight(self.catalog, &self.source, &self.facts, self.decision.clone(), self.now);
        sight.map_err(|error| Problem::conflict(error.to_string()))
    }

    /// The login by whose sight rows are bound, if they are.
    pub(super) fn bound(&self) -> &Bound {
        &self.bound
    }

    /// Why no row can be shown, if so.
    pub(super) fn obstacles(&self) -> Result<Vec<String>, Problem> {
        if !self.decision.granted {
            return Ok(vec!["they may not read the data source, and so see no row".to_owned()]);
        }
        if let Bound::Nothing(why) = &self.bound {
            return Ok(vec![why.clone()]);
        }
        Ok(self.showing(&self.merged()?).obstacles())
    }

    /// Some of the rows of a sample, as they see them.
    pub(super) fn rows(&self, sample: &[SampledRow], most: usize) -> Result<Vec<Vec<Cell>>, Problem> {
        Ok(self.showing(&self.merged()?).rows(sample, most))
    }

    fn merged(&self) -> Result<Merged, Problem> {
        merge(self.catalog, &self.source).map_err(|error| Problem::conflict(error.to_string()))
    }

    fn showing<'b>(&'b self, merged: &'b Merged) -> Showing<'b> {
        let bound = match &self.bound {
            Bound::Own { facts, login } => Some(Onlooker { facts, login: Some(login.as_str()) }),
            Bound::Lifted | Bound::Nothing(_) => None,
        };
        let person = Onlooker { facts: &self.facts, login: self.login.as_deref() };
        Showing { merged, person, bound, now: self.now }
    }
}

impl Bound {
    /// Whoever may act as others may see what a user sees as they are now: neither what somebody sees who is made up, nor what a
    /// user would see under another project.
    fn of(
        catalog: &Catalog,
        source: &DataSource,
        actor: &Actor,
        person: &Person,
        under: Option<&Project>,
        now: DateTime<Utc>,
    ) -> Self {
        let as_they_are = |user: &User| {
            under.is_none_or(|under| user.current_project.as_ref().is_some_and(|now| now.value() == under.name.value()))
        };
        let real =
            matches!(person, Person::User { user } if catalog.users.get(user).is_some_and(|user| as_they_are(user)));
        if real && actor.has(Permission::ImpersonateUser) {
            return Self::Lifted;
        }
        let instead = match person {
            Person::User { .. } => "; the permission IMPERSONATE_USER shows rows as a user sees them now",
            Person::MadeUp { .. } => "",
        };
        let Some(user) = catalog.users.get(&actor.name) else {
            return Self::Nothing(format!("you see no row yourself{instead}"));
        };
        let Some(login) = user.login(source.integration.value()) else {
            let integration = &source.integration;
            return Self::Nothing(format!(
                "you have no warehouse user in `{integration}`, and so see no row yourself{instead}"
            ));
        };
        if !decide(catalog, source, user, now).granted {
            return Self::Nothing(format!("you may not read the data source, and so see no row yourself{instead}"));
        }
        Self::Own { facts: Box::new(Facts::of(catalog, user)), login }
    }
}

/// The user, acting under a project where one is said.
fn acting(user: &User, under: Option<&Project>) -> Result<User, Problem> {
    let Some(project) = under else { return Ok(user.clone()) };
    if !project.members.iter().any(|member| member.user.value() == user.name.value()) {
        let detail = format!("the user `{}` is no member of the project `{}`", user.name, project.name);
        return Err(Problem::conflict(detail));
    }
    Ok(User { current_project: Some(At::nowhere(project.name.value().clone())), ..user.clone() })
}

fn made_up(catalog: &Catalog, groups: &[Name], attributes: &BTreeMap<Name, Vec<Name>>, purposes: &[Name]) -> Facts {
    let all = |names: &[Name]| names.iter().cloned().map(At::nowhere).collect::<Vec<_>>();
    let attributes = attributes.iter().map(|(key, values)| (At::nowhere(key.clone()), Values(all(values)))).collect();
    Facts::somebody(catalog, &all(groups), &attributes, &all(purposes))
}
