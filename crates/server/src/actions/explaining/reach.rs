//! `GET /api/v1/users/<name>/reach`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{DataSource, PolicyStatus, SubscriptionPolicy};
use scrim_catalog::{At, Catalog, Kind};
use scrim_policy::{AccessRules, Merger};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::objects::change::name;
use crate::caller::{Caller, note, permit, refuse};
use crate::compute::compute;
use crate::json::{InPath, Query};
use crate::past::{Then, at};
use crate::rights::Action;
use crate::{App, Problem};

/// When.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// As it was at this moment; as it is by default.
    as_of: Option<DateTime<Utc>>,
}

/// What a user can reach.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Reach {
    /// The user.
    user: String,
    /// What they can read.
    readable: Vec<Readable>,
    /// What they cannot read, and may know of.
    discoverable: Vec<Discoverable>,
}

/// A data source that can be read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Readable {
    /// The data source.
    data_source: String,
    /// The view that shows it, in its warehouse.
    view: String,
    /// Why.
    because: Vec<String>,
}

/// A data source that cannot be read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Discoverable {
    /// The data source.
    data_source: String,
    /// What the user lacks.
    needs: Vec<String>,
    /// Whether asking for access is of use: a policy wants somebody's yes, or that people subscribe.
    asking: bool,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Reach>, Problem> {
    let user = name(&text)?;
    let asked = caller.about("user.reach", Kind::User, &user);
    let by = permit(&app, &caller, &asked, Action::Reach(&user)).await?;
    let then = at(&app, &caller.actor.name, wanted.as_of).await?;
    if let Err(problem) = then.same(&app, &caller.actor, Kind::User, &user).await {
        return Err(refuse(&app, &asked, problem).await);
    }
    note(&app, &asked, by, json!({ "as_of": wanted.as_of })).await;
    Ok(Json(compute(move || reach(&then, &user)).await??))
}

fn reach(then: &Then, name: &str) -> Result<Reach, Problem> {
    let catalog = &*then.catalog;
    let user = catalog.users.get(name).ok_or_else(|| Problem::not_found(format!("there is no user `{name}`")))?;
    let (merger, decide) = (Merger::new(catalog), scrim_policy::decide_each(catalog, user, then.at));
    let rules = AccessRules::of_each(catalog);
    let offering: Vec<_> = catalog.subscription_policies.iter().filter(|(_, policy)| offers(policy)).collect();
    let mut reach = Reach { user: name.to_owned(), readable: vec![], discoverable: vec![] };
    for source in catalog.data_sources.values() {
        let data_source = source.name.to_string();
        let decision = decide(source);
        if decision.granted {
            let closed: Vec<String> = match merger.merge(source) {
                Ok(merged) => merged.closed.into_iter().map(|remark| remark.message).collect(),
                Err(error) => vec![error.to_string()],
            };
            match view(catalog, source) {
                Some(view) if closed.is_empty() => {
                    reach.readable.push(Readable { data_source, view, because: decision.because });
                }
                _ => reach.discoverable.push(Discoverable { data_source, needs: closed, asking: false }),
            }
        } else if offering.iter().any(|(name, policy)| scrim_policy::covers(catalog, name, &policy.scope, source)) {
            let asking = rules(source).asks(then.at);
            reach.discoverable.push(Discoverable { data_source, needs: decision.needs, asking });
        }
    }
    Ok(reach)
}

/// The view of a data source; none where it has no valid name, and so no view.
fn view(catalog: &Catalog, source: &DataSource) -> Option<String> {
    let integration = catalog.integrations.get(source.integration.value())?;
    scrim_catalog::view_of(integration, source.view.as_ref().map(At::value), &source.table).map(|view| view.to_string())
}

/// Whether a policy says that everybody may know of what it covers.
fn offers(policy: &SubscriptionPolicy) -> bool {
    policy.discoverable && policy.status == PolicyStatus::Active
}
