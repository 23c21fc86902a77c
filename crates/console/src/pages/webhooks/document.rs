//! The document of a webhook: made, changed, switched off and on, deleted.

use axum::extract::Path;
use axum::response::Response;
use http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::one;
use crate::api::{Expected, Versioned, to};
use crate::form::Form;
use crate::parts::{area, choice, head, hidden, input, meanwhile, section};
use crate::problem::Problem;
use crate::visit::{Visit, done};

/// What stands in the fields of the form.
#[derive(Default)]
pub(super) struct Written {
    /// The version of the document that the form began from; empty for a new one.
    version: String,
    name: String,
    url: String,
    description: String,
    events: String,
    format: String,
}

impl Written {
    pub(super) fn of(Versioned { body: document, version }: &Versioned) -> Self {
        let text = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or("").to_owned();
        let events = document.get("events").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let events = events.collect::<Vec<_>>().join("\n");
        Self {
            version: version.clone(),
            name: text("name"),
            url: text("url"),
            description: text("description"),
            events,
            format: text("format"),
        }
    }

    fn sent(form: &Form) -> Self {
        let text = |field: &str| form.text(field).to_owned();
        Self {
            version: text("version"),
            name: text("name"),
            url: text("url"),
            description: text("description"),
            events: text("events"),
            format: text("format"),
        }
    }

    /// What stands in each field, as people know it.
    fn fields(&self) -> [(&str, &str); 4] {
        [
            ("Address", &self.url),
            ("Description", &self.description),
            ("Events", &self.events),
            ("Written", &self.format),
        ]
    }

    /// The document that stands, with what is written.
    fn onto(&self, mut document: Value) -> Value {
        if let Value::Object(fields) = &mut document {
            let events = self.events.split(['\n', ',']).map(str::trim).filter(|event| !event.is_empty());
            let events: Vec<_> = events.collect();
            fields.insert("url".to_owned(), json!(self.url));
            fields.insert("events".to_owned(), json!(events));
            fields.insert("format".to_owned(), json!(if self.format == "slack" { "slack" } else { "standard" }));
            match self.description.as_str() {
                "" => drop(fields.remove("description")),
                text => drop(fields.insert("description".to_owned(), json!(text))),
            }
        }
        document
    }
}

pub(super) fn fields(written: &Written) -> Markup {
    html! {
        (hidden("version", &written.version))
        (input("url", "Address", &written.url, "https, on the public internet unless the service allows others"))
        (input("description", "Description", &written.description, ""))
        (area("events", "Events", &written.events, 3, "one a line, as data_policy.* or *.deleted; empty: all"))
        (choice("format", "Written", &written.format, &[("standard", "as Standard Webhooks says, signed"), ("slack", "for Slack")]))
    }
}

fn form_of(visit: &Visit, written: &Written, told: Markup) -> Markup {
    html! {
        (head("Add a webhook", "After that, make a secret: messages are signed with it.", html! {}))
        (told)
        @if !visit.me.has(&["APPLICATION_ADMIN"]) { p.muted { "Somebody with APPLICATION_ADMIN can add it." } }
        form.stacked method="post" action="/new-webhook" {
            (section("The webhook", html! { (input("name", "Name", &written.name, "what people call it here")) (fields(written)) }))
            div { button.main { "Add it" } }
        }
    }
}

pub(super) async fn new(visit: Visit) -> Result<Response, Problem> {
    Ok(visit.page("Add a webhook", form_of(&visit, &Written::default(), html! {})))
}

pub(super) async fn make(visit: Visit, form: Form) -> Result<Response, Problem> {
    let written = Written::sent(&form);
    let made = async {
        if written.name.is_empty() {
            return Err(Problem::malformed("the webhook has no name: give it one"));
        }
        let document = written.onto(json!({ "kind": "webhook", "name": written.name }));
        // What has this name already is not written over.
        visit.api.put(to!("/api/v1/webhooks/{}", written.name), &document, Expected::Absent).await
    };
    match made.await {
        Ok(_) => Ok(done(&to!("/webhooks/{}", written.name), "The webhook is added. Make its secret now.")),
        Err(problem) if matches!(problem.status, 401 | 403) => Err(problem),
        Err(problem) => Ok(visit.answer(status(&problem), "Add a webhook", form_of(&visit, &written, problem.told()))),
    }
}

fn status(problem: &Problem) -> StatusCode {
    problem.code()
}

pub(super) async fn change(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let path = to!("/api/v1/webhooks/{}", name);
    let document = visit.api.versioned(&path).await?;
    let (mut written, stands) = (Written::sent(&form), Written::of(&document));
    let version = if written.version.is_empty() { &document.version } else { &written.version };
    match visit.api.put(path, &written.onto(Value::Object(document.body)), Expected::Version(version)).await {
        Ok(_) => Ok(done(&to!("/webhooks/{}", name), "The settings are saved.")),
        Err(problem) if matches!(problem.status, 401 | 403 | 404) => Err(problem),
        Err(problem) => {
            let overtaken = problem.status == 412;
            let told = html! { (problem.told()) @if overtaken { (meanwhile(&stands.fields())) } };
            if overtaken {
                written.version = stands.version;
            }
            let main = one::content(&visit, &name, &one::Asked::default(), Some(&written), told).await?;
            Ok(visit.answer(status(&problem), &name, main))
        }
    }
}

pub(super) async fn switch(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let path = to!("/api/v1/webhooks/{}", name);
    let mut document = visit.api.versioned(&path).await?;
    let disabled = form.text("disabled") == "true";
    document.body.insert("disabled".to_owned(), json!(disabled));
    visit.api.put(path, &document.body, Expected::Version(&document.version)).await?;
    let told = if disabled { "Nothing is sent to it any more." } else { "It is told of what happens from now on." };
    Ok(done(&to!("/webhooks/{}", name), told))
}

pub(super) async fn delete(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    visit.api.send(Method::DELETE, to!("/api/v1/webhooks/{}", name), &Value::Null).await?;
    Ok(done("/webhooks", "The webhook is deleted."))
}
