//! What somebody can read, and where; what they could ask for.

use axum::extract::Path;
use axum::response::Response;
use futures_util::future::try_join;
use http::Method;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::to;
use crate::form::Form;
use crate::parts::{copied, empty, head, section, sentences, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done, own};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/my-data", show),
        Route::post("/data-sources/{name}/subscribe", subscribe),
        Route::post("/data-sources/{name}/unsubscribe", unsubscribe),
    ]
}

#[derive(Deserialize)]
struct Reach {
    readable: Vec<Readable>,
    discoverable: Vec<Discoverable>,
}

#[derive(Deserialize)]
struct Readable {
    data_source: String,
    view: String,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct Discoverable {
    data_source: String,
    needs: Vec<String>,
}

/// What became of a wish.
#[derive(Deserialize)]
struct Subscribed {
    state: String,
    waits_for: Vec<String>,
}

/// What one asked for.
#[derive(Deserialize)]
struct Request {
    what: String,
    of: String,
    user: String,
    waits_for: Vec<String>,
}

#[derive(Deserialize)]
struct Requests {
    items: Vec<Request>,
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let reach = visit.api.get::<Reach>(to!("/api/v1/users/{}/reach", visit.me.user));
    let (reach, requests) = try_join(reach, visit.api.get::<Requests>("/api/v1/requests?limit=1000")).await?;
    let mine: Vec<_> = requests.items.iter().filter(|one| one.user == visit.me.user).collect();
    let main = html! {
        (head("My data", "Query these views with your own login of the warehouse: what you see there is already what you may see.", html! {}))
        (section("What I can read", readable(&visit, &reach.readable)))
        (section("What I could ask for", discoverable(&reach.discoverable, &mine)))
        @if !mine.is_empty() {
            (section("What I asked for", html! {
                (table(&["What", "Of", "Waits for"], &mine.iter().map(|one| vec![
                    html! { (one.what) }, html! { (one.of) }, html! { (one.waits_for.join(", ")) },
                ]).collect::<Vec<_>>()))
            }))
        }
    };
    Ok(visit.page("My data", main))
}

fn readable(visit: &Visit, sources: &[Readable]) -> Markup {
    if sources.is_empty() {
        return empty("Nothing yet", html! { "Ask for a data source below, or have its owner grant it to you." });
    }
    let row = |one: &Readable| {
        let why = to!("/data-sources/{}/why", one.data_source);
        vec![
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } },
            copied(&one.view),
            sentences(&one.because),
            html! { a href=(format!("{why}?user={}", crate::api::encoded(&visit.me.user))) { "Why do I see what I see?" } },
        ]
    };
    table(&["Data source", "Its view", "Because", ""], &sources.iter().map(row).collect::<Vec<_>>())
}

fn discoverable(sources: &[Discoverable], mine: &[&Request]) -> Markup {
    if sources.is_empty() {
        return empty("Nothing", html! { "There is nothing that you may know of, and cannot read." });
    }
    let row = |one: &Discoverable| {
        let asked = mine.iter().any(|request| request.what == "subscription" && request.of == one.data_source);
        vec![
            html! { a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) } },
            sentences(&one.needs),
            html! {
                @if asked {
                    form.inline method="post" action=(to!("/data-sources/{}/unsubscribe", one.data_source)) {
                        button.small { "Take the request back" }
                    }
                } @else {
                    form.inline method="post" action=(to!("/data-sources/{}/subscribe", one.data_source)) {
                        input name="reason" placeholder="Why you need it" aria-label=(format!("Why you need {}", one.data_source));
                        button.small { "Ask for it" }
                    }
                }
            },
        ]
    };
    table(&["Data source", "You lack", ""], &sources.iter().map(row).collect::<Vec<_>>())
}

async fn subscribe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let wish = json!({ "reason": form.some("reason") });
    let answer = visit.api.send(Method::PUT, to!("/api/v1/data-sources/{}/subscription", name), &wish).await?;
    let became = answer.read::<Subscribed>()?;
    let told = match became.state.as_str() {
        "active" => format!("You can read {name} as soon as the warehouse is told."),
        _ => format!("You asked for {name}. It waits for {}.", became.waits_for.join(" and ")),
    };
    Ok(done(back(&form), &told))
}

async fn unsubscribe(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/data-sources/{}/subscription", name), &Value::Null).await?;
    Ok(done(back(&form), &format!("Your subscription to {name} has ended.")))
}

/// The page that the form was on.
fn back(form: &Form) -> &str {
    form.some("to").map_or("/my-data", own)
}
