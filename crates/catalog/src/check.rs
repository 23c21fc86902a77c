//! What must hold between documents: every reference names something that exists, and nothing clashes.

mod iam;
mod people;
mod policies;
mod sources;

pub use sources::view_of;

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::catalog::{Catalog, Named};
use crate::{At, Kind, Name, Problem, Who};

/// Checks a whole catalog.
pub(crate) fn all(catalog: &Catalog, problems: &mut Vec<Problem>) {
    let mut checker = Checker::of(catalog, problems);
    sources::integrations(&mut checker);
    sources::data_sources(&mut checker);
    people::users(&mut checker);
    people::groups(&mut checker);
    people::projects(&mut checker);
    people::grants(&mut checker);
    people::subscriptions(&mut checker);
    people::unmask_requests(&mut checker);
    policies(&mut checker, catalog);
}

/// Checks the policies and tests of one catalog beside all that stands in another.
pub(crate) fn beside(catalog: &Catalog, of: &Catalog, problems: &mut Vec<Problem>) {
    policies(&mut Checker::of(catalog, problems), of);
}

fn policies(checker: &mut Checker<'_>, of: &Catalog) {
    policies::subscription_policies(checker, of);
    policies::data_policies(checker, of);
    policies::tests(checker, of);
}

/// The catalog, and where problems go.
struct Checker<'a> {
    catalog: &'a Catalog,
    /// Every attribute key that exists: found out once somebody asks, of all people.
    keys: OnceCell<BTreeSet<&'a Name>>,
    /// Every tag that something carries or a document describes: likewise, of all data sources.
    tags: OnceCell<BTreeSet<&'a Name>>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn of(catalog: &'a Catalog, problems: &'a mut Vec<Problem>) -> Self {
        Self { catalog, keys: OnceCell::new(), tags: OnceCell::new(), problems }
    }

    fn error(&mut self, file: &Arc<PathBuf>, at: &At<Name>, message: String, help: &str) {
        self.problems.push(Problem::error(file, at.mark(), message).help(help));
    }

    /// Reports a name that does not exist. `known` are the names that do, to suggest one.
    fn must_exist<'n, I: Iterator<Item = &'n Name>>(
        &mut self,
        file: &Arc<PathBuf>,
        (what, kinds): (&str, &'static [Kind]),
        name: &At<Name>,
        exists: bool,
        known: impl FnOnce() -> I,
    ) {
        if exists {
            return;
        }
        let hint = format!("no {what} of that name is defined");
        let problem = Problem::error(file, name.mark(), format!("there is no {what} `{name}`")).help(hint);
        self.problems.push(problem.suggest(name, known().map(Name::as_str)).naming(kinds));
    }

    /// Reports a name that no document of a kind has.
    fn document<T>(&mut self, file: &Arc<PathBuf>, kinds: &'static [Kind; 1], name: &At<Name>, all: &Named<T>) {
        let [kind] = kinds;
        let what = kind.as_str().replace('-', " ");
        self.must_exist(file, (&what, kinds), name, all.contains_key(name.value()), || all.keys());
    }

    /// Reports a name that is not among a few.
    fn among(&mut self, file: &Arc<PathBuf>, what: &str, name: &At<Name>, known: &[&Name]) {
        self.must_exist(file, (what, &[]), name, known.contains(&name.value()), || known.iter().copied());
    }

    /// A policy of either kind.
    fn policy(&mut self, file: &Arc<PathBuf>, name: &At<Name>) {
        let Catalog { data_policies, subscription_policies, .. } = self.catalog;
        let exists = data_policies.contains_key(name.value()) || subscription_policies.contains_key(name.value());
        let kinds = &[Kind::DataPolicy, Kind::SubscriptionPolicy];
        self.must_exist(file, ("policy", kinds), name, exists, || {
            data_policies.keys().chain(subscription_policies.keys())
        });
    }

    fn user(&mut self, file: &Arc<PathBuf>, name: &At<Name>) {
        self.document(file, &[Kind::User], name, &self.catalog.users);
    }

    fn group(&mut self, file: &Arc<PathBuf>, name: &At<Name>) {
        self.document(file, &[Kind::Group], name, &self.catalog.groups);
    }

    /// A purpose exists when it is defined, or one below it is.
    fn purpose(&mut self, file: &Arc<PathBuf>, name: &At<Name>) {
        let known: BTreeSet<Name> = self.catalog.purposes.keys().flat_map(crate::tag::with_ancestors).collect();
        self.must_exist(file, ("purpose", &[Kind::Purpose]), name, known.contains(name.value()), || known.iter());
    }

    fn data_source(&mut self, file: &Arc<PathBuf>, name: &At<Name>) {
        self.document(file, &[Kind::DataSource], name, &self.catalog.data_sources);
    }

    fn attribute(&mut self, file: &Arc<PathBuf>, key: &At<Name>) {
        // One that is declared is there, whoever has it.
        if self.catalog.attributes.contains_key(key.value()) {
            return;
        }
        let keys = self.keys.get_or_init(|| self.catalog.attribute_keys());
        let (exists, known) = (keys.contains(key.value()), keys.iter().copied().collect::<Vec<_>>());
        self.must_exist(file, ("attribute", &[Kind::Attribute]), key, exists, || known.into_iter());
    }

    /// A value of a declared attribute must be one of its values, when they are listed.
    fn attribute_value(&mut self, file: &Arc<PathBuf>, key: &At<Name>, value: &At<Name>) {
        let Some(values) = self.catalog.attributes.get(key.value()).and_then(|a| a.values.as_ref()) else { return };
        if !values.iter().any(|v| v.value() == value.value()) {
            let mark = if value.mark().line > 0 { value.mark() } else { key.mark() };
            let problem = Problem::error(file, mark, format!("`{value}` is not a value of the attribute `{key}`"))
                .help(format!("its values are {}", values.iter().map(At::to_string).collect::<Vec<_>>().join(", ")));
            self.problems.push(problem);
        }
    }

    /// Every name in a condition on users.
    fn who(&mut self, file: &Arc<PathBuf>, who: &Who) {
        let mut parts = Vec::new();
        who.walk(&mut |part| parts.push(part));
        for part in parts {
            match part {
                Who::Group(name) => self.group(file, name),
                Who::User(name) => self.user(file, name),
                Who::Purpose(name) => self.purpose(file, name),
                Who::Attribute(values) => {
                    for (key, value) in values {
                        self.attribute(file, key);
                        self.attribute_value(file, key, value);
                    }
                }
                Who::Everyone | Who::All(_) | Who::Any(_) | Who::Not(_) => {}
            }
        }
    }
}
