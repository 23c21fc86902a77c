//! The web console. Every page is made of answers of the API, which is called in this process as whoever looks at the
//! page: the console has no right and no knowledge of its own, so it can show and do what the API can, and nothing else.
//!
//! A request passes, in this order: who it is ([`visit`]), what the page asks the API ([`api`]), and what is made of the
//! answers ([`pages`], one file each, of the parts in [`parts`]), within what all pages have ([`frame`]).

mod api;
mod assets;
mod form;
mod frame;
mod pages;
mod parts;
mod problem;
mod route;
mod time;
mod visit;

use axum::Router;

/// The pages, over the API that they call.
pub fn pages(api: Router) -> Router {
    pages::routes(api::Service::new(api))
}

/// Every address of a page, and of what can be done on one, with the method; in braces stand names.
pub fn addresses() -> Vec<(http::Method, &'static str)> {
    pages::all().into_iter().map(|route| (route.method, route.path)).collect()
}
