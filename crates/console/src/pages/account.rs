//! One's own account: what one may do, the password, tokens of the API.

use axum::extract::Path;
use axum::response::Response;
use chrono::{TimeDelta, Utc};
use http::{HeaderValue, Method, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::to;
use crate::form::{Form, Secret};
use crate::parts::{Token, check, choice, copied, empty, facts, head, input, password, section, tokens};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/account", show),
        Route::post("/account/password", change_password),
        Route::post("/account/tokens", make_token),
        Route::post("/account/tokens/{id}/revoke", revoke_token),
    ]
}

#[derive(Deserialize)]
struct Made {
    token: String,
}

/// What became of what was sent, where it is told on the page itself.
#[derive(Default)]
struct Outcome<'a> {
    made: Option<&'a Made>,
    token: Option<(&'a Form, &'a Problem)>,
    password: Option<&'a Problem>,
}

async fn show(visit: Visit) -> Result<Response, Problem> {
    let main = content(&visit, &Outcome::default()).await?;
    Ok(visit.page("Account", main))
}

async fn content(visit: &Visit, outcome: &Outcome<'_>) -> Result<Markup, Problem> {
    let all = visit.api.get::<Vec<Token>>(to!("/api/v1/users/{}/tokens", visit.me.user)).await?;
    let written = outcome.token.map(|(form, _)| form);
    let ticked = |scope: &str, usual: bool| written.map_or(usual, |form| form.all("scope").contains(&scope));
    let valid: Vec<_> = all.iter().filter(|token| token.revoked.is_none()).collect();
    Ok(html! {
        (head("Account", "", html! {}))
        @if let Some(made) = outcome.made {
            div.notice.good role="status" {
                strong { "The token is made. It is shown now, and never again:" } " " (copied(&made.token))
            }
        }
        (section("You", facts(&[
            ("User", html! { code { (visit.me.user) } }),
            ("Permissions", html! { @if visit.me.permissions().is_empty() { "none: you read data, and ask for it" } @else { (visit.me.permissions().join(", ")) } }),
            ("Project", html! { (visit.me.current_project.as_deref().unwrap_or("none")) }),
        ])))
        (section("Tokens of the API", html! {
            p.muted { "A token lets a program act as you, within its scopes, until it expires." }
            @if valid.is_empty() { (empty("No token", html! { "Make one below for the command line, or for a program." })) }
            @else {
                (tokens(valid.iter().copied(), |token| to!("/account/tokens/{}/revoke", token.id)))
            }
            @if let Some((_, problem)) = outcome.token { (problem.told()) }
            form.row method="post" action="/account/tokens" {
                (input("name", "Name", written.map_or("", |form| form.text("name")), "what it is for"))
                (choice("days", "Valid for", written.map_or("30", |form| form.text("days")), &[("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year")]))
                fieldset {
                    legend { "Scopes" }
                    (check("scope", "read", "read", ticked("read", true))) (check("scope", "write", "write", ticked("write", false)))
                    (check("scope", "all", "all my permissions", ticked("all", false)))
                    @for permission in visit.me.permissions() { (check("scope", permission, permission, ticked(permission, false))) }
                }
                button.main { "Make a token" }
            }
        }))
        (section("Password", html! {
            p.muted { "For a local account: whoever signs in by a provider has none here. All your sessions end, and you sign in with the new one." }
            @if let Some(problem) = outcome.password {
                div.notice.bad role="alert" {
                    @if problem.status == 403 { "That is not your password until now. Nothing was changed." }
                    @else { (problem.detail.as_deref().unwrap_or(&problem.title)) }
                }
            }
            form.row method="post" action="/account/password" {
                (password(Secret::CurrentPassword, "Password until now", "current-password"))
                (password(Secret::Password, "New password, of at least 12 characters", "new-password"))
                button { "Change the password" }
            }
        }))
    })
}

async fn make_token(visit: Visit, form: Form) -> Result<Response, Problem> {
    let days = form.text("days").parse().map_err(|_| Problem::malformed("for how many days is no number"))?;
    let end = TimeDelta::try_days(days).and_then(|days| (Utc::now() - TimeDelta::minutes(1)).checked_add_signed(days));
    let expires = end.ok_or_else(|| Problem::malformed("that many days is too long"))?;
    let wanted = json!({ "name": form.text("name"), "scopes": form.all("scope"), "expires": expires });
    let problem = match visit.api.post::<Made>(to!("/api/v1/users/{}/tokens", visit.me.user), &wanted).await {
        Ok(made) => {
            return shown(&visit, &Outcome { made: Some(&made), ..Outcome::default() }, StatusCode::CREATED).await;
        }
        Err(problem) => problem,
    };
    let status = problem.code();
    shown(&visit, &Outcome { token: Some((&form, &problem)), ..Outcome::default() }, status).await
}

async fn revoke_token(visit: Visit, Path(id): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/users/{}/tokens/{}", visit.me.user, id), &Value::Null).await?;
    Ok(done("/account", "The token is revoked."))
}

async fn change_password(visit: Visit, form: Form) -> Result<Response, Problem> {
    let new =
        json!({ "password": form.secret(Secret::Password), "current_password": form.secret(Secret::CurrentPassword) });
    match visit.api.send(Method::PUT, to!("/api/v1/users/{}/password", visit.me.user), &new).await {
        Ok(_) => Ok(done("/account", "The password is changed: sign in with the new one.")),
        Err(problem) => {
            let status = problem.code();
            shown(&visit, &Outcome { password: Some(&problem), ..Outcome::default() }, status).await
        }
    }
}

async fn shown(visit: &Visit, outcome: &Outcome<'_>, status: StatusCode) -> Result<Response, Problem> {
    let main = content(visit, outcome).await?;
    let mut response = visit.answer(status, "Account", main);
    // A token that was made stands on the page.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
