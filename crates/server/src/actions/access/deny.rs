//! `POST /api/v1/subscriptions/<name>/deny`.

use axum::extract::State;
use axum::response::Response;
use scrim_catalog::documents::{Subscription, SubscriptionState};
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde_json::json;

use super::answering::{Reason, about, answered};
use super::standing::may_deny;
use crate::actions::objects::Writing;
use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::{allowed, words};
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
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
    let asked = caller.about("subscription.deny", Kind::Subscription, &decided);
    let (actor, now) = (&caller.actor, app.now());
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let decides = |subscription: &_, source: &_| may_deny(actor, catalog, source, subscription, now).is_allowed();
        let (subscription, source) = about(actor, catalog, &decided, decides, now)?;
        let by = may_deny(actor, catalog, source, subscription, now).required()?;
        if subscription.state != SubscriptionState::Requested {
            return Err(Problem::conflict("this is no open request; what stands can be revoked"));
        }
        let denied = Subscription {
            state: SubscriptionState::Denied,
            answer: Some(reason.clone()),
            approvals: vec![],
            decided_by: Some(At::nowhere(actor.name.clone())),
            decided: Some(now),
            expires: None,
            ..subscription.clone()
        };
        Ok(allowed(Document::Subscription(Box::new(denied)), by, json!({ "reason": reason })))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    answered(&planned, &decided, writing.dry_run, now)
}
