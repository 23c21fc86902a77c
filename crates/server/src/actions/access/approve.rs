//! `POST /api/v1/subscriptions/<name>/approve`.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Approval, SubscriptionState};
use scrim_catalog::{At, Document, Kind};
use scrim_registry::World;
use serde::Deserialize;
use serde_json::json;

use super::answering::{about, answered};
use super::standing;
use crate::actions::objects::Writing;
use crate::actions::objects::change::{make, name};
use crate::actions::objects::known::allowed;
use crate::caller::Caller;
use crate::json::{Body, InPath, Query};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// Somebody's yes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Yes {
    /// As which approver of the policy: `OWNER` or a permission.
    #[serde(rename = "as")]
    #[schemars(with = "crate::forms::Approver")]
    role: String,
    /// Until when the subscription stands; of several answers the earliest counts.
    expires: Option<DateTime<Utc>>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
    Body(yes): Body<Yes>,
) -> Result<Response, Problem> {
    let (decided, role) = (name(&text)?, name(&yes.role)?);
    let asked = caller.about("subscription.approve", Kind::Subscription, &decided);
    let (actor, now) = (&caller.actor, app.now());
    if yes.expires.is_some_and(|expires| expires <= now) {
        return Err(Problem::malformed("`expires` must be later than now"));
    }
    let decide = |world: &World| {
        let catalog = &world.catalog;
        let decides = |subscription: &_, source: &_| {
            !standing::roles(actor, catalog, subscription, standing::deciders(catalog, source, now)).is_empty()
        };
        let (subscription, source) = about(actor, catalog, &decided, decides, now)?;
        let (of, user) = (subscription.data_source.as_str(), subscription.user.as_str());
        let by = may(actor, catalog, Action::Approve { source: of, role: &role, user }).required()?;
        let deciders = standing::deciders(catalog, source, now);
        if !deciders.contains(&role) {
            let names: Vec<&str> = deciders.iter().map(|name| name.as_str()).collect();
            let names = names.join(", ");
            return Err(Problem::forbidden(format!("the yes of `{role}` is not asked for here, but that of {names}")));
        }
        let mut subscription = subscription.clone();
        if subscription.state != SubscriptionState::Requested {
            return Err(Problem::conflict(
                "this is no open request: somebody has decided, or the user has to ask again",
            ));
        }
        subscription.approvals.retain(|approval| *approval.role.value() != role);
        let (role, by_whom) = (At::nowhere(role.clone()), At::nowhere(actor.name.clone()));
        subscription.approvals.push(Approval { role, by: by_whom, at: now });
        subscription.expires = subscription.expires.into_iter().chain(yes.expires).min();
        if standing::missing(catalog, source, &subscription, now).is_empty() {
            subscription.revoked = None;
        }
        subscription.state = standing::state(catalog, source, &subscription, now);
        let details = json!({ "as": yes.role, "user": subscription.user, "data_source": subscription.data_source });
        Ok(allowed(Document::Subscription(Box::new(subscription)), by, details))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    answered(&planned, &decided, writing.dry_run, now)
}
