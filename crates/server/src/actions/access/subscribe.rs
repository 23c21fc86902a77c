//! `PUT /api/v1/data-sources/<name>/subscription`.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Subscription, SubscriptionState};
use scrim_catalog::{At, Document, Kind, Name};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use super::answering::answered;
use super::standing;
use crate::actions::objects::Writing;
use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::{allowed, source, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::{App, Problem};

/// What somebody asks for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// Why; whoever decides reads it.
    #[schemars(with = "Option<crate::forms::Words>")]
    reason: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(wish): Body<Wish>,
) -> Result<Response, Problem> {
    let wanted = name(&text)?;
    let reason = wish.reason.map(|reason| words(&reason, "reason")).transpose()?;
    let asked = caller.about("data-source.subscribe", Kind::DataSource, &wanted);
    let (own, now) = (&caller.actor.name, app.now());
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let source = source(&caller.actor, catalog, &wanted, now)?;
        let existing = standing::of(catalog, own, &wanted);
        let mut subscription = match existing {
            Some(kept) if goes_on(kept, now) => kept.clone(),
            Some(ended) => Subscription {
                // What was said of the one before does not count for this one; that it was taken away does.
                revoked: ended.revoked,
                description: ended.description.clone(),
                ..new(ended.name.value(), own, &wanted, now)
            },
            None => new(&standing::name(own, &wanted)?, own, &wanted, now),
        };
        if existing.is_none() && catalog.has(Kind::Subscription, &subscription.name) {
            let name = &subscription.name;
            return Err(Problem::conflict(format!("somebody else's subscription has the name `{name}`")));
        }
        if reason.is_some() {
            subscription.reason.clone_from(&reason);
        }
        if let Some(lacks) = standing::hopeless(catalog, &source, &subscription, now) {
            let lacks = lacks.join("; ");
            return Err(Problem::conflict(format!(
                "asking does not help here: nobody's yes is wanted. What you lack: {lacks}. Its owners can give you a grant"
            )));
        }
        subscription.state = standing::state(catalog, &source, &subscription, now);
        if subscription.state == SubscriptionState::Requested {
            subscription.requested.get_or_insert(now);
        }
        let document = Document::Subscription(Box::new(subscription));
        Ok(allowed(document, "to know of the data source", json!({ "reason": reason })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    let made = standing::of(&planned.applied.catalog, own, &wanted).map(|one| one.name.value().clone());
    let made = made.ok_or_else(crate::actions::objects::known::missing)?;
    answered(&planned, &made, writing.dry_run, now)
}

/// Whether what was said of a subscription still counts.
fn goes_on(subscription: &Subscription, now: DateTime<Utc>) -> bool {
    match subscription.state {
        SubscriptionState::Active => subscription.stands(now),
        SubscriptionState::Requested => true,
        SubscriptionState::Denied | SubscriptionState::Revoked => false,
    }
}

fn new(name: &Name, user: &Name, source: &Name, now: DateTime<Utc>) -> Subscription {
    Subscription {
        kind: Kind::Subscription.as_str().to_owned(),
        name: At::nowhere(name.clone()),
        description: None,
        user: At::nowhere(user.clone()),
        data_source: At::nowhere(source.clone()),
        state: SubscriptionState::Requested,
        reason: None,
        answer: None,
        approvals: vec![],
        requested: Some(now),
        decided_by: None,
        decided: None,
        expires: None,
        revoked: None,
    }
}
