//! Provisioning: SCIM 2.0 (RFC 7643 and 7644) under `/scim/v2`, for programs with a token of a user who manages users.
//!
//! A user's `userName` is the user's name, a group's `displayName` the group's: policies, grants, projects and warehouses
//! know them by it, so that it stays as it is. The id is made once, stands in the document (`external`) and is never given
//! to another; of what was not made by provisioning, it is made of the name. Provisioning gives no permission and takes
//! none away: a resource has nothing of the sort, and whoever has permissions is disabled and deleted by `APPLICATION_ADMIN`.
//!
//! It is not in the OpenAPI document: it describes itself (`/scim/v2/Schemas`), and its errors have a form of their own.

mod answer;
mod content;
mod discovery;
mod error;
mod filter;
mod groups;
mod list;
mod patch;
mod path;
mod provisioner;
mod resource;
mod schema;
mod search;
mod settings;
mod users;

pub use settings::ScimSettings;

use axum::Router;
use axum::routing::{MethodRouter, any, get, post};
use http::StatusCode;

use crate::{App, Problem};
use error::Refused;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    let user = get(users::show).put(users::put).patch(users::patch).delete(users::delete);
    let group = get(groups::show).put(groups::put).patch(groups::patch).delete(groups::delete);
    let routes: [(&str, MethodRouter<App>); 12] = [
        (".search", post(search::run)),
        ("Users", get(users::list).post(users::create)),
        ("Users/.search", post(users::search)),
        ("Users/{id}", user),
        ("Groups", get(groups::list).post(groups::create)),
        ("Groups/.search", post(groups::search)),
        ("Groups/{id}", group),
        ("ServiceProviderConfig", get(discovery::config)),
        ("ResourceTypes", get(discovery::resource_types)),
        ("ResourceTypes/{id}", get(discovery::resource_type)),
        ("Schemas", get(discovery::all_schemas)),
        ("Schemas/{id}", get(discovery::schema)),
    ];
    let mut router = Router::new().route("/scim/v2/{*rest}", any(nothing));
    for (path, methods) in routes {
        router = router.route(&format!("/scim/v2/{path}"), methods.fallback(method));
    }
    router
}

async fn nothing() -> Refused {
    Problem::not_found("there is nothing at this address").into()
}

async fn method() -> Refused {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This method is not for this address")
        .detail("this method is not for this address")
        .into()
}
