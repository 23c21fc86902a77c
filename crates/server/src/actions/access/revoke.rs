//! `POST /api/v1/subscriptions/<name>/revoke`.

use axum::extract::State;
use axum::response::Response;
use scrim_catalog::documents::{Subscription, SubscriptionState};
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde_json::json;

use super::answering::{Reason, about, answered};
use crate::actions::objects::Writing;
use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::{allowed, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(no): Body<Reason>,
) -> Result<Response, Problem> {
    let decided = name(&text)?;
    let reason = words(&no.reason, "reason")?;
    let asked = caller.about("subscription.revoke", Kind::Subscription, &decided);
    let (actor, now) = (&caller.actor, app.now());
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let (subscription, source) = about(actor, catalog, &decided, |_, _| false, now)?;
        let by = may(actor, catalog, Action::Revoke(&source.name)).required()?;
        if !matches!(subscription.state, SubscriptionState::Active | SubscriptionState::Revoked) {
            return Err(Problem::conflict("this does not stand; an open request can be denied"));
        }
        let revoked = Subscription {
            state: SubscriptionState::Revoked,
            answer: Some(reason.clone()),
            approvals: vec![],
            decided_by: Some(At::nowhere(actor.name.clone())),
            decided: Some(now),
            expires: None,
            revoked: subscription.revoked.or(Some(now)),
            ..subscription.clone()
        };
        Ok(allowed(Document::Subscription(Box::new(revoked)), by, json!({ "reason": reason })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    answered(&planned, &decided, writing.dry_run, now)
}
