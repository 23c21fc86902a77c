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
mod create;
mod discovery;
mod error;
mod filter;
mod groups;
mod list;
mod patch;
mod path;
mod provisioned;
mod provisioner;
mod reading;
mod replace;
mod resource;
mod schema;
mod search;
mod settings;
mod users;

pub use settings::ScimSettings;

use axum::Router;
use axum::routing::{MethodRouter, any, get, post};
use http::StatusCode;

use scrim_catalog::documents::{Group, User};

use crate::{App, Problem};
use create::create;
use error::Refused;
use reading::{list, show};
use replace::{patch, put};

/// The routes.
pub(crate) fn routes() -> Router<App> {
    let user = get(show::<User>).put(put::<User>).patch(patch::<User>).delete(users::delete);
    let group = get(show::<Group>).put(put::<Group>).patch(patch::<Group>).delete(groups::delete);
    let routes: [(&str, MethodRouter<App>); 12] = [
        (".search", post(search::run)),
        ("Users", get(list::<User>).post(create::<User>)),
        ("Users/.search", post(reading::search::<User>)),
        ("Users/{id}", user),
        ("Groups", get(list::<Group>).post(create::<Group>)),
        ("Groups/.search", post(reading::search::<Group>)),
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
