//! `GET /api/v1/requests`.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Project, Subscription, SubscriptionState, UnmaskRequest, UnmaskState};
use scrim_catalog::{Catalog, Name};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answering::waits_for;
use super::standing;
use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::{Action, may};
use crate::{App, Problem};

/// Which of them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only those about this data source.
    data_source: Option<String>,
    /// Only what the caller asked for; with `false`, only what waits for the caller.
    mine: Option<bool>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// Access to a data source.
    Subscription,
    /// A purpose of a project.
    Purpose,
    /// A value of a `reversible` mask.
    Unmask,
}

/// What somebody asks for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Wish {
    /// What is asked for.
    pub(super) what: What,
    /// The subscription, the project or the unmask request.
    pub(super) name: String,
    /// The data source, or the purpose.
    pub(super) of: String,
    /// The column, of a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<String>,
    /// Who asks.
    pub(super) user: String,
    /// Why.
    pub(super) reason: Option<String>,
}

impl Wish {
    pub(super) fn access(one: &Subscription) -> Self {
        Self {
            what: What::Subscription,
            name: one.name.to_string(),
            of: one.data_source.to_string(),
            column: None,
            user: one.user.to_string(),
            reason: one.reason.clone(),
        }
    }

    pub(super) fn value(one: &UnmaskRequest) -> Self {
        Self {
            what: What::Unmask,
            name: one.name.to_string(),
            of: one.data_source.to_string(),
            column: Some(one.column.to_string()),
            user: one.user.to_string(),
            reason: Some(one.reason.clone()),
        }
    }

    pub(super) fn purpose(project: &Project, purpose: &Name, by: &Name, reason: Option<&String>) -> Self {
        Self {
            what: What::Purpose,
            name: project.name.to_string(),
            of: purpose.to_string(),
            column: None,
            user: by.to_string(),
            reason: reason.cloned(),
        }
    }
}

/// Something that waits to be decided.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Request {
    #[serde(flatten)]
    wish: Wish,
    /// Since when.
    requested: Option<DateTime<Utc>>,
    /// As which approvers the caller can say yes; nothing where it is the caller's own.
    #[serde(rename = "as")]
    roles: Vec<String>,
    /// Whose yes is missing.
    waits_for: Vec<String>,
}

impl Request {
    /// Where it stands in the list: who has waited longest comes first.
    fn key(&self) -> String {
        let what = match self.wish.what {
            What::Subscription => 's',
            What::Purpose => 'p',
            What::Unmask => 'u',
        };
        let since = self.requested.map_or(0, |at| at.timestamp_micros());
        // No name has a line feed.
        format!("{since:020}\n{what}\n{}\n{}", self.wish.name, self.wish.of)
    }
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Request>>, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let world = app.registry().world();
    let (actor, catalog) = (&caller.actor, &*world.catalog);
    let mut open = subscriptions(actor, catalog, app.now());
    open.extend(purposes(actor, catalog));
    open.extend(values(actor, catalog));
    let about = |request: &Request, source: &String| request.wish.what != What::Purpose && request.wish.of == *source;
    open.retain(|request| wanted.data_source.as_ref().is_none_or(|source| about(request, source)));
    open.retain(|request| wanted.mine.is_none_or(|mine| mine == request.roles.is_empty()) && request.key() > after);
    open.sort_by_cached_key(Request::key);
    let page = Page::cut(open, limit, Request::key);
    note(&app, &caller.doing("request.list"), "what each of them allows", json!({ "count": page.items.len() })).await;
    Ok(Json(page))
}

fn subscriptions(actor: &Actor, catalog: &Catalog, now: DateTime<Utc>) -> Vec<Request> {
    let open = catalog.subscriptions.values().filter(|one| one.state == SubscriptionState::Requested);
    let known = open.filter_map(|one| {
        let source = catalog.data_sources.get(one.data_source.value())?;
        let waits_for = waits_for(catalog, source, one, now);
        let missing = waits_for.iter().filter_map(|role| scrim_catalog::Name::new(role.as_str()).ok());
        let roles = standing::roles(actor, catalog, one, missing);
        let own = *one.user.value() == actor.name;
        (own || !roles.is_empty()).then(|| Request {
            wish: Wish::access(one),
            requested: one.requested,
            roles: roles.iter().map(ToString::to_string).collect(),
            waits_for,
        })
    });
    known.collect()
}

fn purposes(actor: &Actor, catalog: &Catalog) -> Vec<Request> {
    let mut open = Vec::new();
    for project in catalog.projects.values() {
        for request in &project.requested_purposes {
            let decides = may(actor, catalog, Action::ApprovePurpose { requester: &request.by }).is_allowed();
            if decides || *request.by.value() == actor.name {
                open.push(Request {
                    wish: Wish::purpose(project, &request.purpose, &request.by, request.reason.as_ref()),
                    requested: Some(request.at),
                    roles: held(actor, catalog, None, decides),
                    waits_for: ["PROJECT_MANAGEMENT", "GOVERNANCE"].map(str::to_owned).to_vec(),
                });
            }
        }
    }
    open
}

fn values(actor: &Actor, catalog: &Catalog) -> Vec<Request> {
    let mut open = Vec::new();
    for request in catalog.unmask_requests.values().filter(|request| request.state == UnmaskState::Requested) {
        let source = request.data_source.as_str();
        let decides = may(actor, catalog, Action::Unmask { source, requester: &request.user }).is_allowed();
        if decides || *request.user.value() == actor.name {
            open.push(Request {
                wish: Wish::value(request),
                requested: Some(request.requested),
                roles: held(actor, catalog, Some(source), decides),
                waits_for: [standing::OWNER, "GOVERNANCE"].map(str::to_owned).to_vec(),
            });
        }
    }
    open
}

/// As what somebody decides who may.
fn held(actor: &Actor, catalog: &Catalog, source: Option<&str>, decides: bool) -> Vec<String> {
    let owner = source.filter(|source| decides && actor.owns(catalog, source)).map(|_| standing::OWNER);
    let deciding = ["GOVERNANCE", "PROJECT_MANAGEMENT"].into_iter();
    let held = deciding.filter(|one| *one == "GOVERNANCE" || source.is_none());
    let held = held.filter(|one| decides && actor.permissions().any(|permission| permission == *one));
    owner.into_iter().chain(held).map(str::to_owned).collect()
}
