//! Who of many people may read each data source, by the same formula as [`crate::decide`].

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scrim_catalog::Who;
use scrim_catalog::documents::{DataSource, Grant, Owner, Subscription};

use crate::Audiences;
use crate::access::{AccessRule, AccessRules, Meets};
use crate::bits::Bits;
use crate::crowd::Crowd;
use crate::facts::Bound;

/// The readers of the data sources of one integration at one moment.
pub(crate) struct Readers<'a, 'c> {
    audiences: &'a Audiences<'c>,
    crowd: &'a Crowd<'a>,
    now: DateTime<Utc>,
    conditions: HashMap<&'a Who, Bits>,
    /// By audience: who is in it and acts under no project.
    known: HashMap<Option<usize>, Bits>,
}

/// Who has something of their own to a data source.
#[derive(Default)]
struct Singly<'c> {
    owners: Bits,
    granted: Bits,
    subscribed: Vec<(Bits, &'c Subscription)>,
}

impl<'a, 'c> Readers<'a, 'c> {
    pub(crate) fn new(audiences: &'a Audiences<'c>, crowd: &'a Crowd<'a>, now: DateTime<Utc>) -> Self {
        Self { audiences, crowd, now, conditions: HashMap::new(), known: HashMap::new() }
    }

    /// Who may read a data source; nobody when it is no active one.
    pub(crate) fn of(&mut self, source: &DataSource) -> Bits {
        let Some((audience, own_terms)) = self.audiences.listed(source) else { return Bits::default() };
        if !own_terms && let Some(known) = self.known.get(&audience) {
            return known.clone();
        }
        let Singly { owners, granted, subscribed } = if own_terms { self.singly(source) } else { Singly::default() };
        let mut readers = match audience.and_then(|at| self.audiences.rules(at)) {
            Some(rules) => self.formula(rules, owners, &granted, &subscribed),
            None => {
                let mut either = owners;
                either.join(&granted);
                either
            }
        };
        for (project, people) in &self.crowd.projects {
            let has = self
                .audiences
                .catalog()
                .projects
                .get(*project)
                .is_some_and(|project| project.data_sources.iter().any(|name| name.value() == source.name.value()));
            if !has {
                readers.take(people);
            }
        }
        for at in self.crowd.shared() {
            match self.crowd.facts(*at).is_some_and(|facts| self.audiences.admits_to(source, facts, self.now)) {
                true => readers.insert(*at),
                false => readers.remove(*at),
            }
        }
        if !own_terms {
            self.known.insert(audience, readers.clone());
        }
        readers
    }

    fn formula(
        &mut self,
        rules: &'a AccessRules<'c>,
        owners: Bits,
        granted: &Bits,
        subscribed: &[(Bits, &Subscription)],
    ) -> Bits {
        let now = self.now;
        let counting = || rules.rules().iter().filter(move |rule| rule.counts(now));
        for rule in counting() {
            if let Meets::Condition(who) = &rule.meets {
                let crowd = self.crowd;
                self.conditions.entry(who).or_insert_with(|| crowd.meet(who, Bound::Every));
            }
        }
        let none = Bits::default();
        let mut all = self.crowd.everybody();
        let mut any = None::<Bits>;
        let mut giving = false;
        for rule in counting() {
            // Policies alone know of no grants.
            let met = self.meets(rule, &none, subscribed);
            giving |= !rule.is_guardrail();
            if rule.is_shared() {
                any.get_or_insert_default().join(&met);
            } else {
                all.keep(&met);
            }
        }
        if let Some(any) = any {
            all.keep(&any);
        }
        if !giving {
            all = Bits::default();
        }
        let mut singly = owners;
        singly.join(granted);
        for rule in counting().filter(|rule| rule.is_guardrail()) {
            singly.keep(&self.meets(rule, granted, subscribed));
        }
        all.join(&singly);
        all
    }

    /// Who meets a rule; its condition was asked before.
    fn meets<'b>(
        &'b self,
        rule: &AccessRule<'_>,
        granted: &'b Bits,
        subscribed: &[(Bits, &Subscription)],
    ) -> Cow<'b, Bits> {
        let those = |counts: &dyn Fn(&Subscription) -> bool| {
            let mut all = Bits::default();
            subscribed.iter().filter(|(_, one)| counts(one)).for_each(|(who, _)| all.join(who));
            all
        };
        let met = match &rule.meets {
            Meets::Anyone => Cow::Owned(self.crowd.everybody()),
            Meets::Granted => Cow::Borrowed(granted),
            Meets::Approved(approvers) => Cow::Owned(those(&|one| one.approved_by(approvers))),
            Meets::Condition(who) => {
                self.conditions.get(who).map_or_else(|| Cow::Owned(Bits::default()), Cow::Borrowed)
            }
        };
        if !rule.requires_action() {
            return met;
        }
        let mut met = met.into_owned();
        met.keep(&those(&|_| true));
        Cow::Owned(met)
    }

    /// Who owns a data source, who has an unexpired grant to it, and whose own subscription to it stands.
    fn singly(&self, source: &DataSource) -> Singly<'c> {
        let mut owners = Bits::default();
        for owner in &source.owners {
            let who = match owner {
                Owner::User(name) => Who::User(name.clone()),
                Owner::Group(name) => Who::Group(name.clone()),
            };
            owners.join(&self.crowd.meet(&who, Bound::Every));
        }
        let mut granted = Bits::default();
        let to = |grant: &&Grant| grant.expires.is_none_or(|expires| expires > self.now);
        for grant in self.audiences.grants_to(source).iter().copied().filter(to) {
            let user = grant.user.as_ref().map(|name| Who::User(name.clone()));
            let group = grant.group.as_ref().map(|name| Who::Group(name.clone()));
            for who in user.into_iter().chain(group) {
                granted.join(&self.crowd.meet(&who, Bound::Every));
            }
        }
        let standing = self.audiences.subscriptions_to(source).iter().copied().filter(|one| one.stands(self.now));
        let subscribed = standing.map(|one| (self.crowd.meet(&Who::User(one.user.clone()), Bound::Every), one));
        Singly { owners, granted, subscribed: subscribed.collect() }
    }
}
