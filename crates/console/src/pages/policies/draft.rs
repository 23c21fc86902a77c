//! A policy that somebody is writing: the text is the truth, everything else on the page follows from it.

use maud::{Markup, html};
use serde_json::Value;

use super::builder;
use super::document::{Read, Wrong};
use super::kind::PolicyKind;
use super::yaml;
use crate::api::Api;
use crate::form::Form;
use crate::parts::{hidden, sentences};
use crate::problem::Problem;

/// What is being written.
pub(super) struct Draft {
    pub(super) kind: PolicyKind,
    /// The policy that it becomes; empty while it has no name to keep.
    pub(super) of: String,
    /// The version that the editor began from; empty for a new one.
    pub(super) version: String,
    pub(super) yaml: String,
}

impl Draft {
    /// What a form has. Where the text is as it was shown, the fields beside it count: somebody changed these, or nothing.
    ///
    /// # Errors
    /// When it is no form of the editor.
    pub(super) fn of(form: &Form) -> Result<Self, Problem> {
        let kind =
            PolicyKind::of(form.text("kind")).ok_or_else(|| Problem::malformed("there is no such kind of policy"))?;
        let text = |name: &str| form.exact(name).replace("\r\n", "\n");
        let mut yaml = text("yaml");
        let built = serde_json::from_str::<Value>(form.exact("built")).ok().filter(|_| yaml == text("was"));
        if let Some(before) = built
            && let Some(after) = builder::read(kind, form)?.filter(|after| *after != before)
        {
            yaml = yaml::write(&after);
        }
        Ok(Self { kind, of: form.text("of").to_owned(), version: form.text("version").to_owned(), yaml })
    }

    /// What a form carries along besides the text.
    pub(super) fn carried(&self) -> Markup {
        html! { (hidden("kind", self.kind.word())) (hidden("of", &self.of)) (hidden("version", &self.version)) }
    }

    /// What the API makes of the text; what it is read as shows what can be shown of one that does not hold yet.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(super) async fn read(&self, api: &Api) -> Result<Read, Problem> {
        let mut read = Read::text(api, &self.yaml).await?;
        let field = |name: &str| read.document.as_ref().and_then(|one| one.get(name)).and_then(Value::as_str);
        let mut wrong = Vec::new();
        if field("kind").is_some_and(|kind| kind != self.kind.word()) {
            wrong.push(format!("this is no {}: begin another document for another kind", self.kind.called()));
        }
        if !self.of.is_empty() && field("name").is_some_and(|name| name != self.of) {
            wrong.push(format!("the name of a policy stays: this one is `{}`; clone it to have another", self.of));
        }
        read.problems.extend(wrong.into_iter().map(Wrong::error));
        Ok(read)
    }

    /// The document as far as it is one, for the builder.
    pub(super) fn document(&self, read: &Read) -> Option<Value> {
        read.document.clone().or_else(|| yaml::read(&self.yaml)).filter(Value::is_object)
    }
}

/// What a text says, and what is wrong with it.
pub(super) fn told(read: &Read) -> Markup {
    let (errors, warnings): (Vec<_>, Vec<_>) = read.problems.iter().partition(|one| one.severity == "error");
    html! {
        @if !errors.is_empty() { div.notice.bad role="status" { (problems(&errors)) } }
        @if !warnings.is_empty() { div.notice.warn { (problems(&warnings)) } }
        (sentences(&read.sentences))
        @if read.sentences.is_empty() && errors.is_empty() { p.muted { "It says nothing yet." } }
    }
}

fn problems(problems: &[&Wrong]) -> Markup {
    html! {
        ul.plain {
            @for one in problems {
                li {
                    @if let Some(line) = one.line { strong { "Line " (line) ": " } }
                    @if let Some(document) = &one.document { code { (document) } " " }
                    @if !one.pointer.is_empty() { code { (one.pointer) } " " }
                    (crate::parts::prose(&one.detail))
                    @if let Some(help) = &one.help { " " span.muted { "(" (crate::parts::prose(help)) ")" } }
                }
            }
        }
    }
}
