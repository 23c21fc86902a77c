//! The editor: a policy as a text, what it says and what is wrong with it beside it.

use axum::extract::Query;
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::builder::{self, Beside};
use super::document::{Policy, Read};
use super::draft::{Draft, told};
use super::kind::{Of, PolicyKind};
use super::yaml;
use crate::form::Form;
use crate::parts::{head, hidden, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

/// Where a draft is read, and everything that follows from it shown again.
pub(super) const DRAFT: &str = "/policies/draft";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/policies/new", new), Route::get("/policies/{kind}/{name}/edit", edit), Route::post(DRAFT, draft)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    kind: String,
    /// The policy that the new one begins as.
    #[serde(default)]
    clone: String,
}

async fn new(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let kind = match asked.kind.as_str() {
        "" => PolicyKind::DataPolicy,
        word => PolicyKind::of(word).ok_or_else(Problem::nowhere)?,
    };
    let document = if asked.clone.is_empty() {
        begun(kind)
    } else {
        let mut document = Policy::get(&visit.api, kind, &asked.clone).await?.document;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("name".to_owned(), json!(format!("{}-copy", asked.clone)));
            fields.insert("status".to_owned(), json!("staged"));
            fields.remove("created");
        }
        document
    };
    let draft = Draft::begun(kind, String::new(), String::new(), yaml::write(&document));
    shown(&visit, StatusCode::OK, &draft, html! {}).await
}

/// What a new policy begins as: something that holds, and restricts.
fn begun(kind: PolicyKind) -> Value {
    match kind {
        PolicyKind::DataPolicy => json!({
            "kind": "data-policy", "name": "new-policy", "where": { "column_tag": "PII" },
            "rules": [{ "mask": { "columns": { "tag": "PII" }, "with": "nullify" } }],
        }),
        PolicyKind::SubscriptionPolicy => json!({
            "kind": "subscription-policy", "name": "new-policy", "where": "all", "access": "individuals",
        }),
    }
}

async fn edit(visit: Visit, of: Of) -> Result<Response, Problem> {
    let policy = Policy::get(&visit.api, of.kind, &of.name).await?;
    let draft = Draft::begun(of.kind, of.name, policy.version, yaml::write(&policy.document));
    shown(&visit, StatusCode::OK, &draft, html! {}).await
}

async fn draft(visit: Visit, form: Form) -> Result<Response, Problem> {
    let draft = Draft::of(&form)?;
    shown(&visit, StatusCode::OK, &draft, html! {}).await
}

/// The editor, with whatever is to be said above it.
///
/// # Errors
/// What the API refuses to read it with.
pub(super) async fn shown(
    visit: &Visit,
    status: StatusCode,
    draft: &Draft,
    above: Markup,
) -> Result<Response, Problem> {
    let read = draft.read(&visit.api).await?;
    let title = if draft.of.is_empty() { format!("New {}", draft.kind.called()) } else { format!("Edit {}", draft.of) };
    let back = if draft.of.is_empty() { "/policies".to_owned() } else { draft.kind.page(&draft.of) };
    let main = html! {
        (head(&title, "Nothing changes before you have reviewed what it means, and saved it.", html! { a.button href=(back) { "Back" } }))
        (above)
        @if !visit.me.owner && !visit.me.has(&["GOVERNANCE"]) {
            div.notice.warn {
                "You can write a policy here and read what it says, but not save it: that takes the permission GOVERNANCE, or to own the data source that it is written for."
            }
        }
        form #editor method="post" action="/policies/review" {
            // Enter presses the first button of a form: it must be none that takes something away.
            button.skip formaction=(DRAFT) tabindex="-1" aria-hidden="true" { "Read again" }
            (draft.carried())
            div.halves.editor {
                div { (in_fields(draft, &read)) }
                div {
                    (section("As a file", text(draft)))
                    div #read { (section("What it says", told(&read))) }
                    div.row {
                        button.main { "Review" }
                        button formaction=(DRAFT) { "Read again" }
                    }
                }
            }
        }
    };
    Ok(visit.answer(status, &title, main))
}

/// The text. While somebody writes, the other half and what it says follow.
fn text(draft: &Draft) -> Markup {
    let rows = draft.yaml.lines().count().clamp(14, 40);
    html! {
        div hx-post=(DRAFT) hx-trigger="input delay:300ms" hx-include="closest form" hx-select="#read" hx-target="#read"
            hx-select-oob="#builder,#was" hx-swap="outerHTML" hx-sync="closest form:replace" {
            label.field.wide {
                span { "YAML" }
                // The first line feed after the tag is not part of the value.
                textarea #yaml name="yaml" rows=(rows) spellcheck="false" { "\n" (draft.yaml) }
                small {
                    "The text counts. Comments in it are not saved, and go once a field changes something: what is to stay belongs into "
                    code { "description" } " or " code { "because" } "."
                }
            }
        }
    }
}

/// The fields, which show the text in another way. What is typed there is read without touching them.
fn in_fields(draft: &Draft, read: &Read) -> Markup {
    let document = draft.document(read);
    let wrong = read.problems.iter().filter_map(|one| Some((one.field.as_deref()?, one)));
    // Of several at a field the first is told.
    let beside = Beside { wrong: wrong.rev().collect(), does: draft.does.as_ref() };
    let fields = document.as_ref().and_then(|document| builder::fields(draft.kind, document, &beside));
    html! {
        div.builder #builder hx-post=(DRAFT) hx-trigger="input target:input delay:300ms, input target:textarea delay:300ms"
            hx-include="closest form" hx-select="#read" hx-target="#read" hx-select-oob="#yaml,#was" hx-swap="outerHTML"
            hx-sync="closest form:replace" {
            (section("In fields", html! {
                @match (&fields, &document) {
                    (Some(fields), _) => div.parts { (fields) },
                    (None, Some(_)) => p.muted { "It is too long for fields: the text beside it says all of it." },
                    (None, None) => p.muted { "The text cannot be read yet: mend it, and the fields follow." },
                }
            }))
        }
        div #was {
            (hidden("was", &draft.yaml))
            @if let (Some(_), Some(document)) = (&fields, &document) { (hidden("built", &document.to_string())) }
        }
    }
}
