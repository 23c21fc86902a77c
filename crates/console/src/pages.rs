//! The pages: which addresses there are. Each file says what its pages show and what can be done there.

mod account;
mod answering;
mod audit;
mod data_sources;
mod deleting;
mod discovery;
mod home;
mod integrations;
mod my_data;
mod news;
mod people;
mod policies;
mod projects;
mod purposes;
mod register;
mod reports;
mod requests;
mod search;
mod sign_in;
mod suggest;
mod switches;
mod tags;
mod uses;
mod webhooks;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::api::Service;
use crate::assets;
use crate::frame::framed;
use crate::problem::Problem;
use crate::route::Route;

/// Every page.
pub(crate) fn all() -> Vec<Route> {
    [
        home::routes(),
        integrations::routes(),
        audit::routes(),
        reports::routes(),
        webhooks::routes(),
        my_data::routes(),
        requests::routes(),
        policies::routes(),
        search::routes(),
        news::routes(),
        account::routes(),
        switches::routes(),
        sign_in::routes(),
        data_sources::routes(),
        register::routes(),
        tags::routes(),
        discovery::routes(),
        people::routes(),
        projects::routes(),
        purposes::routes(),
        suggest::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Every page as routes, and the API for what is none.
pub(crate) fn routes(service: Service) -> Router {
    let api = service.clone();
    let pages = all().into_iter().fold(Router::new(), |router, page| router.route(page.path, page.handler));
    pages
        .route("/assets/{version}/{name}", get(assets::asset))
        // Where browsers look for it, whatever a page says.
        .route("/favicon.ico", get(assets::icon))
        .fallback(|request: Request| nowhere(api, request))
        .method_not_allowed_fallback(|| async { Problem::of(StatusCode::METHOD_NOT_ALLOWED, b"") })
        .layer(axum::middleware::from_fn_with_state(service.clone(), framed))
        .with_state(service)
}

/// Browsers are shown a page where there is none, programs what the API says.
async fn nowhere(api: Service, request: Request) -> Response {
    let path = request.uri().path();
    let programs = path.starts_with("/api/") || path.starts_with("/scim/");
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if programs || !accept.is_some_and(|accept| accept.contains("text/html")) {
        return api.answer(request).await;
    }
    Problem::nowhere().into_response()
}
