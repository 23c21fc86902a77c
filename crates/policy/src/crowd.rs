//! Many people at once: who has a fact is a set, and who meets a condition is made of such sets, so that a condition is
//! not asked of everybody one by one.

use std::collections::HashMap;

use scrim_catalog::{Name, Who};

use crate::Facts;
use crate::bits::Bits;
use crate::facts::Bound;

/// People by number, and who of them has what.
pub(crate) struct Crowd<'a> {
    people: &'a [Option<Facts>],
    active: Bits,
    /// Members of equalized projects, who are asked one by one: what holds of every member is not what holds of any.
    shared: Vec<usize>,
    users: HashMap<&'a Name, usize>,
    groups: HashMap<&'a Name, Bits>,
    purposes: HashMap<&'a Name, Bits>,
    attributes: HashMap<(&'a Name, &'a Name), Bits>,
    /// The people under each project.
    pub(crate) projects: HashMap<&'a Name, Bits>,
}

impl<'a> Crowd<'a> {
    pub(crate) fn of(people: &'a [Option<Facts>]) -> Self {
        let mut crowd = Self {
            people,
            active: Bits::default(),
            shared: vec![],
            users: HashMap::new(),
            groups: HashMap::new(),
            purposes: HashMap::new(),
            attributes: HashMap::new(),
            projects: HashMap::new(),
        };
        for (at, facts) in people.iter().enumerate() {
            let Some(facts) = facts else { continue };
            crowd.active.insert(at);
            let held = facts.held(Bound::Every);
            crowd.users.extend(held.users.iter().map(|user| (user, at)));
            held.groups.iter().for_each(|group| crowd.groups.entry(group).or_default().insert(at));
            held.purposes.iter().for_each(|purpose| crowd.purposes.entry(purpose).or_default().insert(at));
            for (key, values) in &held.attributes {
                values.iter().for_each(|value| crowd.attributes.entry((key, value)).or_default().insert(at));
            }
            facts.project.iter().for_each(|project| crowd.projects.entry(project).or_default().insert(at));
            if facts.shared() {
                crowd.shared.push(at);
            }
        }
        crowd
    }

    /// Everybody who is active.
    pub(crate) fn everybody(&self) -> Bits {
        self.active.clone()
    }

    /// Members of equalized projects.
    pub(crate) fn shared(&self) -> &[usize] {
        &self.shared
    }

    pub(crate) fn facts(&self, at: usize) -> Option<&'a Facts> {
        self.people.get(at).and_then(Option::as_ref)
    }

    /// Who surely or possibly meets a condition.
    pub(crate) fn meet(&self, who: &Who, bound: Bound) -> Bits {
        let mut met = self.plainly(who);
        for at in &self.shared {
            match self.facts(*at).is_some_and(|facts| facts.meet(who, bound)) {
                true => met.insert(*at),
                false => met.remove(*at),
            }
        }
        met
    }

    fn plainly(&self, who: &Who) -> Bits {
        match who {
            Who::Everyone => self.everybody(),
            Who::Group(name) => self.groups.get(name.value()).cloned().unwrap_or_default(),
            Who::Purpose(name) => self.purposes.get(name.value()).cloned().unwrap_or_default(),
            Who::User(name) => self.users.get(name.value()).copied().into_iter().collect(),
            Who::Attribute(values) => {
                let mut all = self.everybody();
                for (key, value) in values {
                    all.keep(self.attributes.get(&(key.value(), value.value())).unwrap_or(&Bits::default()));
                }
                all
            }
            Who::All(parts) => {
                let mut all = self.everybody();
                parts.iter().for_each(|part| all.keep(&self.plainly(part)));
                all
            }
            Who::Any(parts) => {
                let mut any = Bits::default();
                parts.iter().for_each(|part| any.join(&self.plainly(part)));
                any
            }
            Who::Not(part) => {
                let mut rest = self.everybody();
                rest.take(&self.plainly(part));
                rest
            }
        }
    }
}
