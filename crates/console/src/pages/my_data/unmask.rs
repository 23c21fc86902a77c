//! Asking for the value behind a token, and fetching it once somebody has allowed that.

use axum::extract::Path;
use axum::response::Response;
use http::{HeaderValue, Method, header};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::to;
use crate::form::Form;
use crate::parts::{copied, head, input, lookup, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/my-data/unmask", ask), Route::post("/unmask-requests/{name}/value", fetch)]
}

#[derive(Deserialize)]
struct Found {
    value: Option<String>,
}

/// The form, with what stands in it: the data source, the column, the token, the reason.
pub(super) fn form([source, column, token, reason]: &[&str; 4]) -> Markup {
    html! {
        form.row #unmask method="post" action="/my-data/unmask" {
            (lookup("data_source", "Data source", "data-sources", source, ""))
            (input("column", "Column", column, ""))
            (input("token", "Token", token, "as the view shows it"))
            (input("reason", "Why", reason, "who decides reads it"))
            button { "Ask for the value" }
        }
    }
}

async fn ask(visit: Visit, sent: Form) -> Result<Response, Problem> {
    let [source, column, token, reason] = ["data_source", "column", "token", "reason"].map(|field| sent.text(field));
    let wish = json!({ "column": column, "token": token, "reason": reason });
    let asked = match source {
        "" => Err(Problem::malformed("no data source is named: write its name")),
        source => visit.api.send(Method::POST, to!("/api/v1/data-sources/{}/unmask-requests", source), &wish).await,
    };
    match asked {
        Ok(_) => Ok(done("/my-data", "You asked for the value. Its owner or GOVERNANCE decides, and you are told.")),
        Err(problem) => {
            let main = html! {
                (head("A value behind a token", "", html! { a.button href="/my-data" { "My data" } }))
                (problem.told())
                (section("Ask once more", form(&[source, column, token, reason])))
            };
            let status = problem.code();
            Ok(visit.answer(status, "A value behind a token", main))
        }
    }
}

/// The value stands in this answer and nowhere else: in no address, no cookie, and no cache.
async fn fetch(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let found = visit.api.post::<Found>(to!("/api/v1/unmask-requests/{}/value", name), &Value::Null).await?;
    let main = html! {
        (head("The value behind the token", "", html! { a.button href="/my-data" { "My data" } }))
        @match &found.value {
            Some(value) => {
                div.notice.good role="status" { (copied(value)) }
                p { "It is shown now, and never again: ask once more if you need it later." }
            },
            None => div.notice.warn role="alert" { "No row has the token any more: there is no value to show." },
        }
    };
    let mut response = visit.page("The value behind a token", main);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
