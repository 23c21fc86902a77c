//! The routes, made of the table, and what every request passes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::Value;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use tracing::info_span;

use crate::caller::REQUEST_ID;
use crate::measuring::measured;
use crate::openapi::{document, query_names};
use crate::{App, Problem, actions, reference};

/// The OpenAPI document.
pub fn openapi() -> Value {
    document(&actions::endpoints())
}

/// The service without pages for people.
pub fn router(app: App) -> Router {
    router_with(app, |_| Router::new())
}

/// The service, with pages that are made by calling the API in this process, as whoever asks for them: `pages` are given
/// the API, and have no other way to anything.
pub fn router_with(app: App, pages: impl FnOnce(Router) -> Router) -> Router {
    let settings = app.settings().clone();
    let api = api(app);
    // What the pages do not have either is told as the API tells it.
    let nothing = || async { Problem::not_found("there is nothing at this address") };
    let pages = pages(api.clone().fallback(nothing));
    let routes = if pages.has_routes() { api.merge(pages) } else { api.fallback(nothing) };
    routes
        .layer(RequestBodyLimitLayer::new(settings.largest_request))
        .layer(axum::middleware::from_fn(move |request, next| sized(settings.largest_request, request, next)))
        // Requests of other sites' pages carry the cookie of the session; those of programs carry a token.
        .layer(CsrfLayer::new())
        .layer(axum::middleware::map_response(told))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(whole)))
        .layer(CatchPanicLayer::custom(|_| {
            Problem::internal(&std::io::Error::other("a request broke")).into_response()
        }))
        .layer(axum::middleware::map_response(with_headers))
        .layer(axum::middleware::from_fn(measured))
        .layer(PropagateRequestIdLayer::new(HeaderName::from_static(REQUEST_ID)))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("");
            // Without the query: it may hold what somebody searched for.
            info_span!("request", id, method = %request.method(), path = request.uri().path())
        }))
        .layer(SetRequestIdLayer::new(HeaderName::from_static(REQUEST_ID), MakeRequestUuid))
        .layer(axum::middleware::map_request(own_id))
}

/// Every call of the API, each within its time.
fn api(app: App) -> Router {
    let endpoints = actions::endpoints();
    let document = document(&endpoints);
    let (page, policy) = reference::page(&document);
    let text = document.to_string();
    let mut router = Router::new();
    for endpoint in endpoints {
        let read = Arc::new(query_names(&endpoint));
        let handler = match endpoint.any_query {
            true => endpoint.handler,
            false => endpoint.handler.route_layer(axum::middleware::from_fn(move |request, next| {
                read_only(Arc::clone(&read), request, next)
            })),
        };
        router = router.route(&endpoint.path, handler);
    }
    let longest = app.settings().longest_request;
    router
        .merge(crate::scim::routes())
        .route("/api/v1/openapi.json", axum::routing::get(move || async move { json(text) }))
        .route("/api/v1/docs", axum::routing::get(move || async move { html(page, &policy) }))
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "This method is not for this address")
        })
        .with_state(app)
        .layer(axum::middleware::from_fn(move |request, next| timed(longest, request, next)))
}

/// A request of another site's page is refused without a word: it is told as all problems are.
async fn told(response: Response) -> Response {
    let wordless = response.status() == StatusCode::FORBIDDEN && !response.headers().contains_key(header::CONTENT_TYPE);
    match wordless {
        true => Problem::forbidden("it was sent by a page of another site").into_response(),
        false => response,
    }
}

/// What comes whole is worth compressing; what comes piece by piece would wait in the compressor.
fn whole(_: StatusCode, _: http::Version, headers: &HeaderMap, _: &http::Extensions) -> bool {
    headers.get("x-accel-buffering").is_none()
}

fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}

fn html(page: String, policy: &str) -> Response {
    let mut response = axum::response::Html(page).into_response();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Ids of requests that are no short words are not taken over: they go into the log and into the audit trail.
async fn own_id(mut request: Request) -> Request {
    let good = |id: &HeaderValue| {
        let id = id.as_bytes();
        (1..=64).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    if request.headers().get(REQUEST_ID).is_some_and(|id| !good(id)) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// Refuses what is not read after the question mark: whoever misspells `dry_run` must not do it in earnest.
async fn read_only(read: Arc<BTreeSet<String>>, request: Request, next: Next) -> Response {
    let given = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let unread = match &given {
        Ok(given) => given.iter().map(|(name, _)| name).find(|name| !read.contains(*name)),
        // Whoever reads it says what is wrong with it.
        Err(_) => None,
    };
    match unread {
        None => next.run(request).await,
        Some(name) => {
            let known: Vec<&str> = read.iter().map(String::as_str).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            Problem::malformed(format!("after the question mark `{name}` is not read here, but {known}"))
                .into_response()
        }
    }
}

/// Refuses what says that it is too large, in the form of all problems; what does not say so is cut off where it is read.
async fn sized(largest: usize, request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    match length {
        Some(length) if length > largest => Problem::too_large(largest).into_response(),
        _ => next.run(request).await,
    }
}

async fn timed(longest: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("this took too long, and was given up").into_response(),
    }
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let defaults = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
