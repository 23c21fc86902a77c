//! A directory of policy files, as a service is sent it, and what the service says of it at its place in the files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrim_catalog::{Kind, Mark, SourceFile};
use scrim_server::{FieldError, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use super::places::place;
use super::{Client, ServiceError};
use crate::failure::Failure;
use crate::{Output, files, report};

/// A directory, and what is to be done with it.
#[derive(clap::Args)]
pub(crate) struct Directory {
    /// The directory of policy files.
    dir: PathBuf,
    /// Delete what the service has and the files have not, of the kinds that are in the files.
    #[arg(long)]
    prune: bool,
    /// Delete however many; without it more than a tenth of those kinds is refused.
    #[arg(long)]
    allow_drop: bool,
    /// Delete tags although people see more afterwards; without it that is refused, and it is said what opens.
    #[arg(long)]
    confirm: bool,
}

/// What a service did, or would do.
#[derive(Deserialize, serde::Serialize)]
pub(crate) struct Done {
    /// The number of the last event.
    pub(crate) sequence: u64,
    /// Whether nothing was done.
    pub(crate) dry_run: bool,
    /// Every document that changes.
    pub(crate) changes: Vec<Changed>,
    /// What somebody should know.
    pub(crate) warnings: Vec<String>,
    /// Who gains or loses what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) effects: Option<Vec<Value>>,
}

/// A document that changes.
#[derive(Deserialize, serde::Serialize)]
pub(crate) struct Changed {
    /// Its kind.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// What becomes of it.
    pub(crate) action: String,
}

impl Directory {
    /// What is sent.
    fn body(&self, documents: Vec<Value>) -> Value {
        json!({
            "documents": documents, "prune": self.prune, "allow_drop": self.allow_drop, "confirm": self.confirm,
        })
    }

    /// Sends the documents there; what is wrong with them is printed at its place.
    pub(crate) async fn send(&self, client: &Client, path: &str, output: Output) -> Result<Done, Failure> {
        let files = files::read(&self.dir)?;
        let documents = documents(&files, output)?;
        let body = self.body(documents);
        match client.post::<Done>(path, &body).await {
            Ok(done) => Ok(done),
            Err(ServiceError::Refused(problem)) if problem.status == 422 && !problem.errors.is_empty() => {
                report::print(&files, &problems(&files, &self.dir, &problem), output)?;
                Err(Failure::Refused)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The documents of files. What they refer to may be in the service, which checks it.
pub(crate) fn documents(files: &[SourceFile], output: Output) -> Result<Vec<Value>, Failure> {
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    files.iter().for_each(|file| scrim_catalog::read(file, &mut documents, &mut problems));
    let mut known = std::collections::BTreeSet::new();
    for (file, document) in &documents {
        let name = document.name();
        if !known.insert((document.kind(), name.value())) {
            problems.push(scrim_catalog::Problem::error(file, name.mark(), format!("`{name}` is defined twice")));
        }
    }
    if !problems.is_empty() {
        report::print(files, &problems, output)?;
        return Err(Failure::Refused);
    }
    documents.iter().map(|(_, document)| document.to_json().map_err(Failure::from)).collect()
}

/// What a service says, at its place in the files; of what is in none of them, at its name in the service.
fn problems(files: &[SourceFile], dir: &Path, problem: &Problem) -> Vec<scrim_catalog::Problem> {
    let whole = Arc::new(dir.to_owned());
    let one = |error: &FieldError| {
        let found = error.document.as_ref().and_then(|document| {
            let (plural, name) = document.split_once('/')?;
            let kind = Kind::from_plural(plural)?;
            files.iter().find_map(|file| {
                let (line, column) = place(&file.text, kind.as_str(), name, &error.pointer)?;
                Some((Arc::clone(&file.path), Mark { line, column }))
            })
        });
        let elsewhere =
            || error.document.as_ref().map_or_else(|| Arc::clone(&whole), |name| Arc::new(PathBuf::from(name)));
        let (file, mark) = found.unwrap_or_else(|| (elsewhere(), Mark::default()));
        let mut told = scrim_catalog::Problem::error(&file, mark, error.detail.clone());
        told.help.clone_from(&error.help);
        told
    };
    problem.errors.iter().map(one).collect()
}
