//! Documents put together into a catalog, with every problem found on the way.

use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::{Catalog, DataPolicy, Named, Stored};
use crate::check;
use crate::documents::DataPolicyForm;
use crate::read::{Document, SourceFile, read};
use crate::rule_reading;
use crate::{At, Name, Problem, Severity};

/// What came of a directory of documents.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The catalog; to be used only when there is no error.
    catalog: Catalog,
    /// Everything that is wrong or odd, in the order of files and lines.
    pub problems: Vec<Problem>,
}

impl Assembled {
    /// The catalog, unless there is an error.
    ///
    /// # Errors
    /// All problems, when one of them is an error.
    pub fn into_result(self) -> Result<(Catalog, Vec<Problem>), Vec<Problem>> {
        if self.problems.iter().any(|p| p.severity == Severity::Error) {
            Err(self.problems)
        } else {
            Ok((self.catalog, self.problems))
        }
    }
}

/// Reads files and puts their documents together. Names are unique per kind, references must be good; all
/// problems of all files come in one go.
pub fn assemble(files: &[SourceFile]) -> Assembled {
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for file in files {
        read(file, &mut documents, &mut problems);
    }
    // A document that cannot be read may be what others refer to: their references are then left unchecked,
    // so that one mistake is one problem.
    let complete = problems.is_empty();
    let mut catalog = Catalog::default();
    for (file, document) in documents {
        add(&mut catalog, &file, document, &mut problems);
    }
    if complete {
        check::all(&catalog, &mut problems);
    }
    problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    Assembled { catalog, problems }
}

fn add(catalog: &mut Catalog, file: &Arc<PathBuf>, document: Document, problems: &mut Vec<Problem>) {
    match document {
        Document::Integration(d) => insert(&mut catalog.integrations, file, d.name.clone(), *d, problems),
        Document::DataSource(d) => insert(&mut catalog.data_sources, file, d.name.clone(), *d, problems),
        Document::Tag(d) => insert(&mut catalog.tags, file, d.name.clone(), *d, problems),
        Document::User(d) => insert(&mut catalog.users, file, d.name.clone(), *d, problems),
        Document::Group(d) => insert(&mut catalog.groups, file, d.name.clone(), *d, problems),
        Document::Attribute(d) => insert(&mut catalog.attributes, file, d.name.clone(), *d, problems),
        Document::Purpose(d) => insert(&mut catalog.purposes, file, d.name.clone(), *d, problems),
        Document::Project(d) => insert(&mut catalog.projects, file, d.name.clone(), *d, problems),
        Document::Grant(d) => insert(&mut catalog.grants, file, d.name.clone(), *d, problems),
        Document::SubscriptionPolicy(d) => {
            insert(&mut catalog.subscription_policies, file, d.name.clone(), *d, problems)
        }
        Document::DataPolicy(d) => {
            let policy = data_policy(file, *d, problems);
            insert(&mut catalog.data_policies, file, policy.form.name.clone(), policy, problems);
        }
        Document::PolicyTest(d) => insert(&mut catalog.policy_tests, file, d.name.clone(), *d, problems),
        Document::Identifier(d) => {
            if !d.looks() {
                let message = format!("the identifier `{}` looks at nothing", d.name);
                let help = "give it `column_name`, `value`, `checksum` or `dictionary`";
                problems.push(Problem::error(file, d.name.mark(), message).help(help));
            }
            insert(&mut catalog.identifiers, file, d.name.clone(), *d, problems);
        }
    }
}

fn insert<T>(into: &mut Named<T>, file: &Arc<PathBuf>, name: At<Name>, item: T, problems: &mut Vec<Problem>) {
    if let Some(other) = into.get(name.value()) {
        let message = format!("`{name}` is defined twice");
        let place = format!("the other one is in {}:{}", other.file.display(), other.mark.line);
        problems.push(Problem::error(file, name.mark(), message).help(place));
        return;
    }
    into.insert(name.value().clone(), Stored { item, file: Arc::clone(file), mark: name.mark() });
}

fn data_policy(file: &Arc<PathBuf>, form: DataPolicyForm, problems: &mut Vec<Problem>) -> DataPolicy {
    let mut rules = Vec::new();
    if form.rules.is_empty() {
        problems.push(Problem::error(file, form.name.mark(), format!("the policy `{}` has no rule", form.name)));
    }
    for rule in &form.rules {
        match rule_reading::rule(rule) {
            Ok(rule) => rules.push(rule),
            Err(fault) => {
                let mut problem = Problem::error(file, fault.mark, fault.message);
                problem.help = fault.help;
                problems.push(problem);
            }
        }
    }
    DataPolicy { form, rules }
}
