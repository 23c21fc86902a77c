//! `DELETE /api/v1/data-sources/<name>/subscription`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::{Subscription, SubscriptionState};
use scrim_catalog::{Change, Document, Kind};
use scrim_registry::World;

use super::standing;
use crate::actions::objects::Writing;
use crate::actions::objects::change::{Wanted, answer, make, name};
use crate::actions::objects::known::source;
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let ended = name(&text)?;
    let asked = caller.about("data-source.unsubscribe", Kind::DataSource, &ended);
    let (own, now) = (&caller.actor.name, app.now());
    let decide = |world: &World| {
        source(&caller.actor, &world.catalog, &ended, now)?;
        let Some(subscription) = standing::of(&world.catalog, own, &ended) else {
            return Err(Problem::not_found(format!("you have no subscription to `{ended}`, and no request")));
        };
        let name = subscription.name.value().clone();
        // What was taken away is not forgotten by asking and taking that back.
        let change = if subscription.revoked.is_some() {
            Change::Put(Document::Subscription(Box::new(Subscription {
                state: SubscriptionState::Revoked,
                approvals: vec![],
                ..subscription.clone()
            })))
        } else {
            Change::Delete(Kind::Subscription, name)
        };
        Ok(Wanted { changes: vec![change], allowed_by: Some("the user's own"), ..Wanted::default() })
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
