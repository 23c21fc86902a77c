//! What waits for whoever looks, and how everything stands.

use axum::response::Response;
use maud::html;

use crate::parts::head;
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/", show)]
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let main = html! { (head("Home", "", html! {})) };
    Ok(visit.page("Home", main))
}
