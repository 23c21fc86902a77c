//! A policy that somebody is writing: the text is the truth, everything else on the page follows from it.

use maud::{Markup, html};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::builder::{self, Does};
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
    /// Whether fields were changed together with the text, and so do not count.
    pub(super) passed_over: bool,
    /// What was done to the fields, so that whoever did it goes on there.
    pub(super) does: Option<Does>,
}

impl Draft {
    /// A text that nobody has changed yet.
    pub(super) fn begun(kind: PolicyKind, of: String, version: String, yaml: String) -> Self {
        Self { kind, of, version, yaml, passed_over: false, does: None }
    }

    /// What a form has. Where the text is as it was shown, the fields beside it count: somebody changed these, or nothing.
    ///
    /// # Errors
    /// When it is no form of the editor.
    pub(super) fn of(form: &Form) -> Result<Self, Problem> {
        let kind =
            PolicyKind::of(form.text("kind")).ok_or_else(|| Problem::malformed("there is no such kind of policy"))?;
        let (of, version) = (form.text("of").to_owned(), form.text("version").to_owned());
        let mut draft = Self::begun(kind, of, version, form.exact("yaml").to_owned());
        let Ok(before) = serde_json::from_str::<Value>(form.exact("built")) else { return Ok(draft) };
        if draft.yaml == form.exact("was") {
            draft.does = Does::of(form);
            if let Some(after) = builder::read(kind, form)?.filter(|after| *after != before) {
                draft.yaml = yaml::write(&after);
            }
        } else {
            // What the API made of the fields stands beside what they said.
            let known = [Some(before), yaml::read(form.exact("was")), yaml::read(&draft.yaml)];
            let fields = builder::read(kind, form).ok().flatten();
            draft.passed_over = fields.is_none() || !known.contains(&fields);
        }
        Ok(draft)
    }

    /// A form that sends it as it is.
    pub(super) fn whole(&self) -> Markup {
        html! { (self.carried()) (hidden("yaml", &self.yaml)) }
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
        self.place(api, &mut read).await?;
        let own = self.own(api, &read).await?;
        read.problems.extend(own);
        Ok(read)
    }

    /// Finds the fields that errors are about. Of a text the API tells their lines, of a document their pointers.
    async fn place(&self, api: &Api, read: &mut Read) -> Result<(), Problem> {
        let Some(document) = self.document(read).filter(|_| read.problems.iter().any(Wrong::is_error)) else {
            return Ok(());
        };
        let mut placed = Read::document(api, &document).await?.problems;
        for one in read.problems.iter_mut().filter(|one| one.is_error() && one.document.is_none()) {
            let same = |other: &Wrong| other.is_error() && other.document.is_none() && other.detail == one.detail;
            let Some(at) = placed.iter().position(same) else { continue };
            let pointer = placed.remove(at).pointer;
            one.field = builder::place(self.kind, &document, &pointer);
            one.empty = document.pointer(&pointer).is_some_and(|value| value == "");
        }
        Ok(())
    }

    /// What the page minds, beyond what the API says of the document alone.
    async fn own(&self, api: &Api, read: &Read) -> Result<Vec<Wrong>, Problem> {
        let field = |name: &str| read.document.as_ref().and_then(|one| one.get(name)).and_then(Value::as_str);
        let of_kind = field("kind").is_none_or(|kind| kind == self.kind.word());
        let mut own = Vec::new();
        if !of_kind {
            own.push(Wrong::error(format!(
                "this is no {}: begin another document for another kind",
                self.kind.called()
            )));
        }
        if let Some(name) = field("name").filter(|_| of_kind) {
            let told = if self.of.is_empty() {
                let taken = api.maybe::<IgnoredAny>(self.kind.one(name)).await?.is_some();
                taken.then(|| {
                    format!("there is a {} `{name}` already: choose another name, or edit that one", self.kind.called())
                })
            } else {
                (name != self.of)
                    .then(|| format!("the name of a policy stays: this one is `{}`; clone it to have another", self.of))
            };
            let place = || read.document.as_ref().and_then(|one| builder::place(self.kind, one, "/name"));
            own.extend(told.map(|told| Wrong::error(told).beside(place())));
        }
        if self.passed_over {
            own.push(Wrong::warning(
                "the text was changed together with the fields: the text counts, and the fields show it now. What was written into them is gone".to_owned(),
            ));
        }
        Ok(own)
    }

    /// The document as far as it is one, for the builder.
    pub(super) fn document(&self, read: &Read) -> Option<Value> {
        read.document.clone().or_else(|| yaml::read(&self.yaml)).filter(Value::is_object)
    }
}

/// What a text says, and what is wrong with it. What is only not written yet is said as such.
pub(super) fn told(read: &Read) -> Markup {
    let (errors, warnings): (Vec<_>, Vec<_>) = read.problems.iter().partition(|one| one.is_error());
    let (empty, errors): (Vec<_>, Vec<_>) = errors.into_iter().partition(|one| one.empty);
    html! {
        @if !errors.is_empty() { div.notice.bad role="status" { (problems(&errors)) } }
        @if !empty.is_empty() { div.notice { (problems(&empty)) } }
        @if !warnings.is_empty() { div.notice.warn { (problems(&warnings)) } }
        (sentences(&read.sentences))
        @if read.sentences.is_empty() && errors.is_empty() && empty.is_empty() { p.muted { "It says nothing yet." } }
    }
}

fn problems(problems: &[&Wrong]) -> Markup {
    html! {
        ul.plain {
            @for one in problems {
                li {
                    @if let Some(field) = &one.field { (builder::told(field, one)) }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drafted where the editor showed a text and fields, and these say something else now.
    fn drafted(yaml: &str, name: &str, more: &[(&str, &str)]) -> Draft {
        let was = "kind: data-policy\nname: x\nwhere: all\nrules: []\n";
        let built = r#"{"kind":"data-policy","name":"x","where":"all","rules":[]}"#;
        let sent = [
            ("kind", "data-policy"),
            ("was", was),
            ("built", built),
            ("p?", r#"{"kind":"data-policy"}"#),
            ("p.where", "all"),
            ("p.where!", "all"),
            ("p.rules#", "0"),
        ];
        let changed = [("yaml", yaml), ("p.name", name)];
        let sent = sent.iter().chain(more).chain(&changed);
        let fields = sent.map(|(name, value)| ((*name).to_owned(), value.replace('\n', "\r\n")));
        Draft::of(&Form::from(fields.collect::<Vec<_>>())).unwrap_or_else(|problem| panic!("{problem:?}"))
    }

    fn text(name: &str) -> String {
        format!("kind: data-policy\nname: {name}\nwhere: all\nrules: []\n")
    }

    #[test]
    fn the_text_counts_and_a_field_that_was_changed_with_it_is_told_of() {
        let said = |draft: &Draft| yaml::read(&draft.yaml).and_then(|one| Some(one.get("name")?.as_str()?.to_owned()));
        for (yaml, field, name, passed_over) in [
            ("x", "x", "x", false),
            ("x", "two", "two", false),
            ("two", "x", "two", false),
            ("two", "three", "two", true),
            ("two", "two", "two", false),
        ] {
            let draft = drafted(&text(yaml), field, &[]);
            assert_eq!((said(&draft).as_deref(), draft.passed_over), (Some(name), passed_over), "{yaml} {field}");
        }
        assert!(drafted(&text("x"), "x", &[("do", "add p.rules")]).does.is_some());
        assert!(drafted(&text("two"), "x", &[("do", "add p.rules")]).passed_over);
    }
}
