//! What a draft means before it is saved, and saving it.

use axum::response::Response;
use futures_util::future::join;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::{Done, after};
use super::document::{Policy, status};
use super::draft::{Draft, told};
use super::editor::{DRAFT, shown};
use super::effects::{Effect, effects};
use super::kind::{Of, PolicyKind};
use super::yaml;
use crate::api::{Api, Expected};
use crate::form::Form;
use crate::frame::{later, waiting};
use crate::parts::{difference, head, hidden, prose, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/policies/review", review), Route::post("/policies/save", save)]
}

#[derive(Deserialize)]
struct Plan {
    warnings: Vec<String>,
    effects: Vec<Effect>,
}

/// A document with another status.
fn with_status(document: &Value, word: &str) -> Value {
    let mut document = document.clone();
    if let Some(fields) = document.as_object_mut() {
        fields.insert("status".to_owned(), json!(word));
    }
    document
}

async fn review(visit: Visit, form: Form) -> Result<Response, Problem> {
    let draft = Draft::of(&form)?;
    let read = draft.read(&visit.api).await?;
    let Some(document) = read.document.clone().filter(|_| !read.is_wrong()) else {
        let above =
            html! { div.notice.bad role="alert" { "It cannot be saved as it is: what is wrong stands beside it." } };
        return shown(&visit, StatusCode::UNPROCESSABLE_ENTITY, &draft, above).await;
    };
    let name = document.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
    let before = match draft.of.as_str() {
        "" => None,
        name => Some(Policy::get(&visit.api, draft.kind, name).await?),
    };
    let first = html! {
        (head(&format!("Review {name}"), "Nothing is saved yet.", again(&draft)))
        (section("What it says", told(&read)))
        @if let Some(before) = &before {
            (section("What changes in it", difference(&yaml::write(&before.document), &yaml::write(&document))))
        }
        (waiting("Asking what it means for people"))
    };
    let api = visit.api.clone();
    let in_force = before.as_ref().is_some_and(|before| status(&before.document) == "active");
    let means = later(async move {
        let (active, staged) = (with_status(&document, "active"), with_status(&document, "staged"));
        // Of one that is in force, to be saved and not in force is a change, too.
        let idle = async { if in_force { Some(means(&api, draft.kind, &staged).await) } else { None } };
        let (active, idle) = join(means(&api, draft.kind, &active), idle).await;
        let title =
            if in_force { "What it means, saved and kept in force" } else { "What it means once it is in force" };
        Ok(html! {
            (section(title, html! { (active) (save_as(&draft, "active", if in_force { "Save, and keep it in force" } else { "Save and activate" }, "main")) }))
            @match idle {
                Some(idle) => (section("What it means, saved and taken out of force", html! { (idle) (save_as(&draft, "staged", "Save as staged: take it out of force", "danger")) })),
                None => (save_as(&draft, "staged", "Save as staged: not in force yet", "")),
            }
            @if status(&document) == "disabled" { (save_as(&draft, "disabled", "Save as disabled, as it says", "")) }
        })
    });
    Ok(visit.streamed(&format!("Review {name}"), first, vec![means]))
}

/// What a policy that is saved so means for people.
async fn means(api: &Api, kind: PolicyKind, document: &Value) -> Markup {
    match api.post::<Plan>("/api/v1/plan", &json!({ "documents": [document] })).await {
        Ok(plan) => {
            let name = document.get("name").and_then(Value::as_str).unwrap_or("");
            let own = format!("{}/{name}:", kind.plural());
            let (about, others): (Vec<_>, Vec<_>) = plan.warnings.iter().partition(|warning| warning.starts_with(&own));
            html! {
                @for warning in about { div.notice.warn { (prose(warning)) } }
                (effects(&plan.effects))
                @if !others.is_empty() { details { summary { "Warnings about other documents" } ul.plain { @for warning in others { li { (prose(warning)) } } } } }
            }
        }
        // What it means need not be known to save it: whether it may be saved, the API says then.
        Err(problem) => problem.told(),
    }
}

/// The way back into the editor, with everything that was written.
fn again(draft: &Draft) -> Markup {
    html! { form.inline method="post" action=(DRAFT) { (draft.whole()) button { "Go on editing" } } }
}

fn save_as(draft: &Draft, status: &str, label: &str, class: &str) -> Markup {
    html! {
        form.inline method="post" action="/policies/save" {
            (draft.whole()) (hidden("status", status))
            button class=(class) { (label) }
        }
    }
}

async fn save(visit: Visit, form: Form) -> Result<Response, Problem> {
    let draft = Draft::of(&form)?;
    let read = draft.read(&visit.api).await?;
    let word = form.text("status");
    if !["active", "staged", "disabled"].contains(&word) {
        return Err(Problem::malformed("a policy is `active`, `staged` or `disabled`"));
    }
    let Some(document) = read.document.as_ref().filter(|_| !read.is_wrong()).map(|one| with_status(one, word)) else {
        let above =
            html! { div.notice.bad role="alert" { "It cannot be saved as it is: what is wrong stands beside it." } };
        return shown(&visit, StatusCode::UNPROCESSABLE_ENTITY, &draft, above).await;
    };
    let name = document.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
    // A new one replaces nobody's, a changed one only what the editor began from.
    let expected = match draft.version.as_str() {
        "" => Expected::Absent,
        version => Expected::Version(version),
    };
    match visit.api.put(draft.kind.one(&name), &document, expected).await {
        Ok(answer) => {
            let saved = answer.read::<Done>()?;
            let of = Of { kind: draft.kind, name };
            let told = format!("{} is saved, and {word} (event {}).", of.name, saved.sequence);
            Ok(done(&after(&of, saved.sequence), &told))
        }
        Err(problem) => refused(&visit, draft, &name, &document, &problem).await,
    }
}

/// The editor again, with everything that was written, and with what somebody else wrote meanwhile.
async fn refused(
    visit: &Visit,
    mut draft: Draft,
    name: &str,
    document: &Value,
    problem: &Problem,
) -> Result<Response, Problem> {
    let status = problem.code();
    let meanwhile = match problem.status {
        409 | 412 => Policy::get(&visit.api, draft.kind, name).await.ok(),
        _ => None,
    };
    let above = html! {
        (problem.told())
        @if let Some(theirs) = &meanwhile {
            (section("What is there now, and what you wrote", html! {
                p { "Lines with − are there now, lines with + are yours. Take over what you want to keep: saving replaces what is there now, and nothing newer." }
                (difference(&yaml::write(&theirs.document), &yaml::write(document)))
            }))
        }
    };
    if let (Some(theirs), false) = (meanwhile, draft.of.is_empty()) {
        draft.version = theirs.version;
    }
    shown(visit, status, &draft, above).await
}
