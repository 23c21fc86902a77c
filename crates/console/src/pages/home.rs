//! What waits for whoever looks, and how everything stands.

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use maud::html;

use crate::api::Service;
use crate::parts::head;
use crate::problem::Problem;
use crate::visit::Visit;

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/", get(show))
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let main = html! { (head("Home", "", html! {})) };
    Ok(visit.page("Home", main))
}
