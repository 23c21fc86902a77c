//! One table of everything the pages can do: what is routed is what tests go through.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use crate::api::Service;

/// A page, or something that can be done on one.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) handler: MethodRouter<Service>,
}

impl Route {
    /// A page.
    pub(crate) fn get<H: Handler<T, Service>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self { method: Method::GET, path, handler: on(MethodFilter::GET, handler) }
    }

    /// What a form does.
    pub(crate) fn post<H: Handler<T, Service>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self { method: Method::POST, path, handler: on(MethodFilter::POST, handler) }
    }
}
