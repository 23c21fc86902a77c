//! Which data sources an overview has.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::SourceStatus;
use scrim_catalog::{Catalog, Kind, Name, Where, tag};
use scrim_store::SyncWord;
use serde::Deserialize;

use super::seen::Seen;
use crate::Problem;
use crate::actions::objects::known::{known, missing};
use crate::actor::Actor;
use crate::page::Paging;

/// Which of them: those of which everything holds that is given. What the caller may not know of a data source never does.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only the one of this name.
    pub(super) name: Option<String>,
    /// Only those whose name, table or description has this text, in either case.
    search: Option<String>,
    /// Only those of this integration.
    integration: Option<String>,
    /// Only those whose table is in this schema.
    schema: Option<String>,
    /// Only those with this tag or one below it, on themselves or a column.
    tag: Option<String>,
    /// Only those that this policy covers, whether or not it is in force: `data-policies/` or `subscription-policies/` and its name.
    policy: Option<String>,
    /// Only those with an owner of this name, a user or a group.
    owner: Option<String>,
    /// Only those that the caller owns, by name or by a group; `false` for the others.
    mine: Option<bool>,
    /// Only those on which policies of both kinds are in force; `false` for those that lack one.
    protected: Option<bool>,
    /// Only those in this state of the warehouse, or in one of several with commas between: `in_sync`, `pushing`, `retrying`,
    /// `failed`, `closed`, `waiting`.
    state: Option<String>,
    /// Only those that are offered, or are not.
    status: Option<SourceStatus>,
    /// Only those with columns that wait for an owner to look at them; `false` for the others.
    waiting: Option<bool>,
}

/// The same, read once.
pub(super) struct Filter<'a> {
    wanted: &'a Wanted,
    search: Option<String>,
    /// A text that is no name is carried by nothing.
    tag: Option<Option<Name>>,
    states: Option<Vec<SyncWord>>,
    policy: Option<Covering<'a>>,
}

/// A policy, as far as which data sources it covers.
struct Covering<'a> {
    catalog: &'a Catalog,
    name: &'a Name,
    scope: &'a Where,
}

impl<'a> Covering<'a> {
    /// # Errors
    /// When it is no policy, or none that the caller may know of.
    fn read(text: &str, actor: &Actor, catalog: &'a Catalog, now: DateTime<Utc>) -> Result<Self, Problem> {
        let kinds = [Kind::DataPolicy, Kind::SubscriptionPolicy];
        let found =
            kinds.into_iter().find_map(|kind| Some((kind, text.strip_prefix(kind.plural())?.strip_prefix('/')?)));
        let (kind, name) = found.ok_or_else(|| {
            Problem::malformed("`policy` is `data-policies/` or `subscription-policies/`, and the name of the policy")
        })?;
        known(actor, catalog, kind, name, now)?;
        let policy = match kind {
            Kind::DataPolicy => catalog.data_policies.get(name).map(|one| (one.form.name.value(), &one.form.scope)),
            _ => catalog.subscription_policies.get(name).map(|one| (one.name.value(), &one.scope)),
        };
        let (name, scope) = policy.ok_or_else(missing)?;
        Ok(Self { catalog, name, scope })
    }
}

impl Wanted {
    pub(super) fn paging(&self) -> Paging {
        Paging { cursor: self.cursor.clone(), limit: self.limit }
    }

    /// What every data source is held against.
    ///
    /// # Errors
    /// When the state is none, or the policy none that the caller may know of.
    pub(super) fn filter<'a>(
        &'a self,
        actor: &Actor,
        catalog: &'a Catalog,
        now: DateTime<Utc>,
    ) -> Result<Filter<'a>, Problem> {
        let known = || SyncWord::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
        let state = |word: &str| {
            SyncWord::from_word(word)
                .ok_or_else(|| Problem::malformed(format!("`state` has none that there is: take of {}", known())))
        };
        let states = self.state.as_deref().map(|words| words.split(',').map(state).collect::<Result<_, _>>());
        Ok(Filter {
            wanted: self,
            search: self.search.as_ref().map(|text| text.to_lowercase()),
            tag: self.tag.as_ref().map(|text| Name::new(text.as_str()).ok()),
            states: states.transpose()?,
            policy: self.policy.as_ref().map(|text| Covering::read(text, actor, catalog, now)).transpose()?,
        })
    }
}

impl Filter<'_> {
    /// Whether a data source fits, which its reader may know of.
    pub(super) fn fits(&self, actor: &Actor, seen: &Seen<'_>) -> bool {
        let (wanted, source) = (self.wanted, seen.source);
        let is = |wanted: &Option<String>, has: &Name| wanted.as_deref().is_none_or(|wanted| wanted == has.as_str());
        is(&wanted.integration, &source.integration)
            && is(&wanted.schema, &source.table.schema)
            && wanted.status.is_none_or(|status| status == source.status)
            && self.states.as_ref().is_none_or(|states| seen.state.is_some_and(|state| states.contains(&state)))
            && wanted.protected.is_none_or(|wanted| seen.in_force.is_some_and(|one| one.protects() == wanted))
            && wanted.mine.is_none_or(|wanted| actor.is_among(&source.owners) == wanted)
            && wanted.owner.as_deref().is_none_or(|wanted| seen.owners().any(|owner| owner.as_str() == wanted))
            && wanted.waiting.is_none_or(|wanted| (seen.columns_to_confirm() > 0) == wanted)
            && self.tag.as_ref().is_none_or(|wanted| {
                wanted.as_ref().is_some_and(|wanted| seen.tags().any(|carried| tag::covers(wanted, carried)))
            })
            && self
                .policy
                .as_ref()
                .is_none_or(|policy| scrim_policy::covers(policy.catalog, policy.name, policy.scope, source))
            && self.search.as_deref().is_none_or(|wanted| searched(seen, wanted))
    }
}

fn searched(seen: &Seen<'_>, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let source = seen.source;
    has(&source.name) || has(&source.table.to_string()) || source.description.as_deref().is_some_and(has)
}
