//! The pages: which addresses there are. Each file says what its pages show and what can be done there.

mod account;
mod home;
mod my_data;
mod news;
mod requests;
mod search;
mod sign_in;
mod switches;

use axum::Router;
use axum::routing::get;
use http::StatusCode;

use crate::api::Service;
use crate::assets;
use crate::frame::framed;
use crate::problem::Problem;

/// Every page, and the API for what is none.
pub(crate) fn routes(service: Service) -> Router {
    let api = service.clone();
    Router::new()
        .merge(home::routes())
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(switches::routes())
        .merge(search::routes())
        .merge(news::routes())
        .merge(my_data::routes())
        .merge(requests::routes())
        .route("/assets/{version}/{name}", get(assets::asset))
        .fallback(move |request: axum::extract::Request| async move {
            let path = request.uri().path();
            let accepts = request.headers().get(http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
            // Browsers are shown a page, programs what the API says.
            if path.starts_with("/api/")
                || path.starts_with("/scim/")
                || !accepts.is_some_and(|one| one.contains("text/html"))
            {
                return api.answer(request).await;
            }
            axum::response::IntoResponse::into_response(Problem::nowhere())
        })
        .method_not_allowed_fallback(|| async { Problem::of(StatusCode::METHOD_NOT_ALLOWED, b"") })
        .layer(axum::middleware::from_fn_with_state(service.clone(), framed))
        .with_state(service)
}
