//! How a user signs in, and the tokens that act as them.

use axum::extract::Path;
use axum::response::Response;
use http::Method;
use maud::html;
use serde_json::{Value, json};

use super::{ADMINS, user};
use crate::api::to;
use crate::form::{Form, Secret};
use crate::parts::{Token, button, empty, head, password, section, tokens};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/people/users/{name}/account", show),
        Route::post("/people/users/{name}/password", set_password),
        Route::post("/people/users/{name}/password/remove", remove_password),
        Route::post("/people/users/{name}/tokens/{id}/revoke", revoke),
    ]
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    // Whether there is such a user is said as on their page.
    visit.api.get::<Value>(to!("/api/v1/users/{}", name)).await?;
    let all = visit.api.maybe::<Vec<Token>>(to!("/api/v1/users/{}/tokens", name)).await?;
    let page = to!("/people/users/{}", name);
    let main = html! {
        (head(&name, "", html! {}))
        (user::parts("Sign-in and tokens", &name))
        (section("Local account", html! {
            p { "A password for whoever does not sign in by a provider. They choose another one when they first sign in with it; their sessions end, and their tokens are revoked." }
            @if visit.me.user == name { p { a href="/account" { "Change your own password" } } }
            @else if visit.me.has(ADMINS) {
                form.row method="post" action=(format!("{page}/password")) {
                    (password(Secret::Password, "Password, of at least 12 characters", "new-password"))
                    button { "Set the password" }
                }
                details.deleting {
                    summary { "Remove the local account" }
                    p { "They cannot sign in with a password any more, and their sessions end. The user, and what they can read, stay." }
                    (button(&format!("{page}/password/remove"), "Remove the local account", "danger"))
                }
            }
            @else { p.muted { "USER_ADMIN or APPLICATION_ADMIN set it." } }
        }))
        (section("Tokens of the API", html! {
            @match &all {
                None => p.muted { "APPLICATION_ADMIN sees the tokens of others." },
                Some(all) if all.is_empty() => (empty("No token", html! { "People make tokens for themselves, on their account page." })),
                Some(all) => (tokens(all.iter(), |token| to!("/people/users/{}/tokens/{}/revoke", name, token.id))),
            }
        }))
    };
    Ok(visit.page("Sign-in of a user", main))
}

fn back(name: &str) -> String {
    to!("/people/users/{}/account", name)
}

async fn set_password(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let new = json!({ "password": form.secret(Secret::Password) });
    visit.api.send(Method::PUT, to!("/api/v1/users/{}/password", name), &new).await?;
    Ok(done(&back(&name), &format!("The password is set. Tell it to {name}, who chooses another one when signing in.")))
}

async fn remove_password(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/users/{}/password", name), &Value::Null).await?;
    Ok(done(&back(&name), "The local account is removed."))
}

async fn revoke(visit: Visit, Path((name, id)): Path<(String, String)>) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/users/{}/tokens/{}", name, id), &Value::Null).await?;
    Ok(done(&back(&name), "The token is revoked."))
}
