//! `POST /api/v1/read-document`: a document on its way, for whoever writes it. What is wrong with it is no failure of the call.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Document, Kind, Severity, SourceFile, from_json, place, pointer};
use scrim_policy::sentences;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::export::yaml;
use super::listed::said;
use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::compute::compute;
use crate::json::Body;
use crate::problem::Told;
use crate::{App, Problem};

/// What somebody wrote: one of both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    /// The text of a policy file with one document.
    #[schemars(with = "String")]
    yaml: Option<String>,
    /// The document, with its `kind` and `name`.
    #[schemars(with = "crate::forms::AnyDocument")]
    document: Option<Value>,
}

/// What was read.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReadDocument")]
pub(crate) struct Read {
    /// The document, with nothing that is as it is anyway; nothing where it cannot be read.
    #[schemars(with = "Option<crate::forms::AnyDocument>")]
    document: Option<Value>,
    /// The same as `export` writes it.
    yaml: Option<String>,
    /// What a policy says: which data sources it covers, a sentence for each rule that can be read, and what holds of it as a whole.
    sentences: Vec<String>,
    /// Everything that is wrong with it, as far as the caller may know.
    problems: Vec<Wrong>,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Wrong {
    /// `error`, or `warning` where it does not keep the document from being taken.
    severity: &'static str,
    /// The document, where it is another one that does not go with this: `data-sources/people`.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// The field of `document`, as a JSON pointer; empty for the whole document, and for what stands in `yaml`.
    pointer: String,
    /// The line of `yaml`, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The character in that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// What is wrong.
    detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Body(written): Body<Written>,
) -> Result<Json<Read>, Problem> {
    let written = match (written.yaml, written.document) {
        (Some(yaml), None) => Text::Yaml(yaml),
        (None, Some(document)) => Text::Json(document),
        (None, None) => return Err(Problem::malformed("send what is to be read, as `yaml` or as `document`")),
        (Some(_), Some(_)) => return Err(Problem::malformed("send one of `yaml` and `document`, not both")),
    };
    let (actor, world) = (caller.actor.clone(), app.registry().world());
    let read = compute(move || read(&actor, &world.catalog, &written)).await?;
    let details = json!({ "readable": read.document.is_some(), "problems": read.problems.len() });
    note(&app, &caller.doing("document.read"), "everybody who is signed in", details).await;
    Ok(Json(read))
}

/// What was sent.
enum Text {
    Yaml(String),
    Json(Value),
}

impl Text {
    /// The document, and what is wrong with how it is written.
    fn parsed(&self) -> (Option<Document>, Vec<Wrong>) {
        match self {
            Self::Yaml(text) => {
                let (mut documents, mut problems) = (Vec::new(), Vec::new());
                let file = SourceFile { path: Arc::new(PathBuf::new()), text: text.clone() };
                scrim_catalog::read(&file, &mut documents, &mut problems);
                let mut wrong: Vec<Wrong> = problems.iter().map(|problem| self.wrong(None, problem)).collect();
                let mut documents = documents.into_iter().map(|(_, document)| document);
                let first = documents.next();
                if let Some(second) = documents.next() {
                    let problem =
                        scrim_catalog::Problem::error(&file.path, second.name().mark(), "here begins another document")
                            .help("read one at a time; `POST /api/v1/plan` takes many");
                    wrong.push(self.wrong(None, &problem));
                }
                if first.is_none() && wrong.is_empty() {
                    let nothing = scrim_catalog::Mark { line: 1, column: 1 };
                    let problem = scrim_catalog::Problem::error(&file.path, nothing, "there is no document")
                        .help(format!("start it with `kind:` and one of {}", scrim_catalog::KINDS.join(", ")));
                    wrong.push(self.wrong(None, &problem));
                }
                (first, wrong)
            }
            Self::Json(body) => match said(body) {
                Ok((kind, name)) => match from_json(kind, name, body) {
                    Ok(document) => (Some(document), vec![]),
                    Err(problem) => (None, vec![self.wrong(Some((kind, name)), &problem)]),
                },
                Err(error) => {
                    let (pointer, detail, help) = (error.pointer, error.detail, error.help);
                    let (document, line, column) = (None, None, None);
                    (None, vec![Wrong { severity: "error", document, pointer, line, column, detail, help }])
                }
            },
        }
    }

    /// A problem at its place in what was sent.
    fn wrong(&self, of: Option<(Kind, &str)>, problem: &scrim_catalog::Problem) -> Wrong {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let there = |number: usize| (number > 0).then_some(number);
        let (pointer, line, column) = match (self, of) {
            (Self::Json(body), Some((kind, name))) => (pointer(kind, name, body, problem.line), None, None),
            (Self::Json(_), None) => (String::new(), None, None),
            (Self::Yaml(_), _) => (String::new(), there(problem.line), there(problem.column)),
        };
        let (detail, help) = (problem.message.clone(), problem.help.clone());
        Wrong { severity, document: None, pointer, line, column, detail, help }
    }
}

fn read(actor: &Actor, catalog: &Catalog, written: &Text) -> Read {
    let (document, mut problems) = written.parsed();
    let Some(document) = document else {
        return Read { document: None, yaml: None, sentences: vec![], problems };
    };
    let of = Some((document.kind(), document.name().as_str()));
    let (alone, mut found) = Catalog::alone(document.clone());
    found.extend(alone.data_policies.values().flat_map(|policy| scrim_policy::unreadable(policy)));
    found.extend(beside(actor, catalog, &document));
    let file = place(document.kind(), document.name());
    for problem in &found {
        let mut wrong = written.wrong(of, problem);
        if problem.file != file {
            let document = Some(problem.file.display().to_string());
            wrong = Wrong { document, pointer: String::new(), line: None, column: None, ..wrong };
        }
        if !problems.contains(&wrong) {
            problems.push(wrong);
        }
    }
    let data = alone.data_policies.values().flat_map(|policy| sentences::data_policy(policy));
    let access = alone.subscription_policies.values().flat_map(|policy| sentences::subscription_policy(policy));
    Read {
        sentences: data.chain(access).collect(),
        yaml: Some(yaml::write(&document)),
        document: document.to_json().ok(),
        problems,
    }
}

/// What is wrong with a document beside all others. Nobody is told that something is missing of which they may not know that it
/// is there: either would tell the other.
fn beside(actor: &Actor, catalog: &Catalog, document: &Document) -> Vec<scrim_catalog::Problem> {
    let told = Told::Actor(actor);
    // No document names a webhook.
    let others: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Webhook).collect();
    let everything = told.sees(&others);
    // An attribute is there by whoever has it, too.
    let keys = told.sees(&[Kind::User, Kind::Group]);
    let knows = |problem: &scrim_catalog::Problem| {
        let names = problem.names;
        !names.is_empty() && told.sees(names) && (keys || !names.contains(&Kind::Attribute))
    };
    let file = place(document.kind(), document.name());
    let mut found = catalog.beside(document.clone());
    // Before it there was no error: one elsewhere is of this document, too.
    let own = |problem: &scrim_catalog::Problem| problem.file == file;
    found.retain(|problem| {
        if everything { own(problem) || problem.severity == Severity::Error } else { own(problem) && knows(problem) }
    });
    found
}
