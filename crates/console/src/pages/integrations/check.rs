//! Who gets around the views, and the statement that mends each way.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::frame::beginning;
use crate::api::to;
use crate::form::{Form, Secret};
use crate::pages::answering;
use crate::parts::{badge, copied, empty, first_name, installing, password, prose, section, table};
use crate::problem::Problem;
use crate::visit::{Me, Visit};

/// So many findings are shown.
const SHOWN: usize = 500;

#[derive(Deserialize)]
struct Finding {
    severity: String,
    object: String,
    what: String,
    mend: Option<String>,
    database: Option<String>,
}

pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    // Only who may operate it is shown the form.
    visit.api.get::<Value>(to!("/api/v1/integrations/{}/bootstrap-script", name)).await?;
    Ok(visit.page(&name, first(&visit, &name)))
}

fn first(visit: &Visit, name: &str) -> Markup {
    html! {
        (beginning(visit, name, "Check"))
        p { "Looks for ways around the views: rights on tables, other owners, settings. It changes nothing." }
        form.row method="post" action=(to!("/integrations/{}/check", name)) {
            (password(Secret::AdminUrl, "Administrator of the warehouse: postgresql://user:password@host/database", "off"))
            button.main { "Check" }
        }
        p.muted { "The address is used this once, and neither kept nor logged." }
    }
}

pub(super) async fn check(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let (api, path) = (visit.api.clone(), to!("/api/v1/integrations/{}/check", name));
    let administrator = json!({ "admin_url": form.secret(Secret::AdminUrl).trim() });
    let call = async move { api.post::<Vec<Finding>>(path, &administrator).await };
    let first = first(&visit, &name);
    let (title, me) = (name.clone(), visit.me.clone());
    answering::page(&visit, &title, first, "Asking the warehouse", call, move |found| {
        section("What was found", findings(&me, &name, &found))
    })
    .await
}

impl Finding {
    /// The user whose login it is about, where no statement mends it: their page does.
    fn user(&self) -> Option<&str> {
        if self.mend.is_some() {
            return None;
        }
        match self.object.split_once(' ') {
            Some(("user", name)) => Some(name),
            Some(("login", _)) => first_name(&self.what),
            _ => None,
        }
    }
}

fn findings(me: &Me, name: &str, found: &[Finding]) -> Markup {
    let next = html! { p { "Next: " a.button href=(to!("/register/{}", name)) { "Register tables" } } };
    if found.is_empty() {
        return html! { (empty("Nothing", html! { "Nobody gets around the views." })) (next) };
    }
    html! {
        (table(&["Severity", "Object", "What it means", "Statement that mends it"], &found.iter().take(SHOWN).map(|one| vec![
            badge(match one.severity.as_str() { "open" => "bad", "warning" => "warn", _ => "" }, &one.severity),
            html! { code { (one.object) } },
            prose(&one.what),
            html! {
                @if let Some(mend) = &one.mend { (copied(mend)) (installing(me, name, mend)) }
                @if let Some(user) = one.user() { a href=(to!("/people/users/{}", user)) { "The login of " (user) } }
                @if let Some(database) = &one.database { br; small { "in the database " code { (database) } } }
            },
        ]).collect::<Vec<_>>()))
        @if found.len() > SHOWN { p.muted { "The first " (SHOWN) " of " (found.len()) " are shown." } }
        (next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_login_a_finding_is_about() {
        let about = |object: &str, what: &str, mend: Option<&str>| {
            let texts = (object.to_owned(), what.to_owned(), mend.map(str::to_owned));
            let finding = Finding {
                severity: "warning".to_owned(),
                object: texts.0,
                what: texts.1,
                mend: texts.2,
                database: None,
            };
            finding.user().map(str::to_owned)
        };
        assert_eq!(about("login a_b", "`ann b` logs in as a superuser", None).as_deref(), Some("ann b"));
        assert_eq!(about("user ann b", "has no login in this warehouse", None).as_deref(), Some("ann b"));
        assert_eq!(about("schema user", "`x` may make objects", None), None);
        assert_eq!(about("login a", "`a` may read", Some("REVOKE …")), None);
    }
}
