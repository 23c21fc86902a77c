//! Signing in and out, the first administrator, and a password that must be changed.

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{Method, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Answer, Service, to};
use crate::form::{Form, Secret};
use crate::frame;
use crate::parts::{hidden, input, password};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Look, own};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/sign-in", show),
        Route::post("/sign-in", sign_in),
        Route::get("/set-up", show_setup),
        Route::post("/set-up", set_up),
        Route::post("/sign-out", sign_out),
    ]
}

/// Where to go afterwards.
#[derive(Deserialize)]
struct To {
    #[serde(default)]
    to: String,
}

/// How somebody can sign in.
#[derive(Deserialize)]
struct WaysIn {
    oidc: Vec<String>,
    password: bool,
    setup: bool,
}

async fn show(
    State(service): State<Service>,
    look: Look,
    Query(to): Query<To>,
    parts: Parts,
) -> Result<Response, Problem> {
    let api = service.by(&parts);
    // Whoever is signed in has nothing to do here.
    if api.get::<Value>("/api/v1/me").await.is_ok() {
        return Ok(Redirect::to(own(&to.to)).into_response());
    }
    let ways = api.get::<WaysIn>("/api/v1/ways-in").await?;
    if ways.setup {
        return Ok(Redirect::to("/set-up").into_response());
    }
    Ok(page(&look, &ways, &Tried { to: &to.to, ..Tried::default() }, None, StatusCode::OK))
}

/// What somebody had written when the form is shown to them once more.
#[derive(Default)]
struct Tried<'a> {
    to: &'a str,
    user: &'a str,
    /// Whether they were asked for another password.
    changing: bool,
}

fn page(look: &Look, ways: &WaysIn, tried: &Tried<'_>, problem: Option<&Problem>, status: StatusCode) -> Response {
    // Set by an administrator: the person chooses their own, and is asked again where it is too short.
    let first = problem.is_some_and(|problem| problem.status == 403);
    let must_change = first || tried.changing;
    let main = html! {
        h1 { @if must_change { "Choose your password" } @else { "Sign in" } }
        @if must_change {
            div.notice.warn role="status" { "An administrator set the password that you were given. Write it once more, and one of your own, of at least 12 characters." }
        }
        @if let Some(problem) = problem.filter(|_| !first) {
            div.notice.bad role="alert" {
                (told(problem))
                @match problem.status {
                    401 => p { "A disabled user, or one without a password, cannot sign in here either: ask an administrator." },
                    _ => {},
                }
            }
        }
        @if ways.password || ways.oidc.is_empty() {
            form.stacked method="post" action="/sign-in" {
                (hidden("to", own(tried.to)))
                label.field { span { "User" } input name="user" value=(tried.user) autocomplete="username" autofocus[tried.user.is_empty()] required; }
                (password(Secret::Password, if must_change { "Password you were given" } else { "Password" }, "current-password"))
                @if must_change { (password(Secret::NewPassword, "New password", "new-password")) }
                button.main { @if must_change { "Change it and sign in" } @else { "Sign in" } }
            }
        }
        @for provider in &ways.oidc {
            p { a.button href=(to!("/api/v1/oidc/{}/start", provider)) { "Sign in with " (provider) } }
        }
        @if !must_change { p.muted { "No account yet, or the password forgotten? An administrator of Scrim makes or sets it." } }
    };
    answered(look, "Sign in", main, status)
}

/// A problem, for somebody who is not signed in.
fn told(problem: &Problem) -> &str {
    match problem.status {
        429 => "There were too many attempts from where you are. Wait a minute, and try again.",
        _ => problem.detail.as_deref().unwrap_or(&problem.title),
    }
}

async fn sign_in(State(service): State<Service>, look: Look, parts: Parts, form: Form) -> Result<Response, Problem> {
    let api = service.by(&parts);
    let (user, password) = (form.exact("user"), form.secret(Secret::Password));
    let login = match form.has(Secret::NewPassword.field()) {
        true => json!({ "user": user, "password": password, "new_password": form.secret(Secret::NewPassword) }),
        false => json!({ "user": user, "password": password }),
    };
    match api.send(Method::POST, "/api/v1/session", &login).await {
        Ok(answer) => Ok(with_cookies(Redirect::to(own(form.text("to"))).into_response(), &answer)),
        Err(problem) => {
            let ways = api.get::<WaysIn>("/api/v1/ways-in").await?;
            let status = problem.code();
            let tried =
                Tried { to: form.text("to"), user: form.text("user"), changing: form.has(Secret::NewPassword.field()) };
            Ok(page(&look, &ways, &tried, Some(&problem), status))
        }
    }
}

async fn sign_out(State(service): State<Service>, parts: Parts) -> Result<Response, Problem> {
    let answer = service.by(&parts).send(Method::DELETE, "/api/v1/session", &Value::Null).await?;
    Ok(with_cookies(Redirect::to("/sign-in").into_response(), &answer))
}

async fn show_setup(State(service): State<Service>, look: Look, parts: Parts) -> Result<Response, Problem> {
    let wanted = service.by(&parts).get::<WaysIn>("/api/v1/ways-in").await?.setup;
    Ok(if wanted { setup_page(&look, "", None) } else { Redirect::to("/sign-in").into_response() })
}

fn setup_page(look: &Look, user: &str, problem: Option<&Problem>) -> Response {
    let status = problem.map_or(StatusCode::OK, Problem::code);
    let main = html! {
        h1 { "The first administrator" }
        p { "Nobody can administer this service yet. It wrote a token to the file " code { "setup-token" }
            " in its data directory, and said where in its log: whoever can read that file makes the first account here, once." }
        @if let Some(problem) = problem {
            div.notice.bad role="alert" {
                (told(problem))
                @match problem.status {
                    403 => p { "Copy the whole line of the file. A service that was started again wrote a new one." },
                    _ => {},
                }
            }
        }
        form.stacked method="post" action="/set-up" {
            (password(Secret::SetUpToken, "The token in the file", "off"))
            (input("user", "User", user, "the name that you will sign in with"))
            (password(Secret::Password, "Password", "new-password"))
            p.muted { "At least 12 characters." }
            button.main { "Make the account" }
        }
    };
    answered(look, "Set up", main, status)
}

async fn set_up(State(service): State<Service>, look: Look, parts: Parts, form: Form) -> Result<Response, Problem> {
    let wanted = json!({ "token": form.secret(Secret::SetUpToken).trim(), "user": form.text("user"), "password": form.secret(Secret::Password) });
    match service.by(&parts).send(Method::POST, "/api/v1/setup", &wanted).await {
        Ok(answer) => Ok(with_cookies(Redirect::to("/").into_response(), &answer)),
        Err(problem) => Ok(setup_page(&look, form.text("user"), Some(&problem))),
    }
}

fn answered(look: &Look, title: &str, main: Markup, status: StatusCode) -> Response {
    let mut response = frame::page(None, look, title, main);
    *response.status_mut() = status;
    look.told(&mut response);
    response
}

/// Hands the cookies on that the API set.
fn with_cookies(mut response: Response, answer: &Answer) -> Response {
    for cookie in answer.headers.get_all(header::SET_COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie.clone());
    }
    response
}
