//! Policies by what a data source must have for them to cover it, so that not every policy is held against every source.

use std::collections::{BTreeSet, HashMap};

use scrim_catalog::documents::DataSource;
use scrim_catalog::{Name, Where, WhereForm, tag};

/// Something a data source has.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mark {
    /// Its own name.
    Source(Name),
    /// A tag, or one above a tag, of its own or of a column.
    Tag(Name),
    /// A policy that its owner chose.
    Chosen(Name),
}

/// Policies, in the order in which they were given.
#[derive(Clone, Debug)]
pub(crate) struct Index<'a, P> {
    policies: Vec<(&'a Name, &'a P)>,
    marked: HashMap<Mark, Vec<usize>>,
    anywhere: Vec<usize>,
}

impl<'a, P> Index<'a, P> {
    /// Indexes policies by their scopes.
    pub(crate) fn new(policies: impl Iterator<Item = (&'a Name, &'a P)>, scope: impl Fn(&P) -> &Where) -> Self {
        let mut index = Self { policies: policies.collect(), marked: HashMap::new(), anywhere: vec![] };
        for (at, (name, policy)) in index.policies.iter().enumerate() {
            match needed(scope(policy), name) {
                None => index.anywhere.push(at),
                Some(marks) => marks.into_iter().for_each(|mark| index.marked.entry(mark).or_default().push(at)),
            }
        }
        index
    }

    /// The policies that may cover a source, in order; all others do not.
    pub(crate) fn candidates(&self, source: &DataSource) -> impl Iterator<Item = (&'a Name, &'a P)> {
        let mut found: BTreeSet<usize> = self.anywhere.iter().copied().collect();
        let mut add = |mark: Mark| found.extend(self.marked.get(&mark).into_iter().flatten().copied());
        add(Mark::Source(source.name.value().clone()));
        source.policies.iter().for_each(|chosen| add(Mark::Chosen(chosen.value().clone())));
        let tags: BTreeSet<&Name> = source
            .tags
            .iter()
            .chain(source.columns.iter().flat_map(|column| &column.tags))
            .map(|tag| tag.value())
            .collect();
        for tag in tags.into_iter().flat_map(tag::with_ancestors) {
            add(Mark::Tag(tag));
        }
        found.into_iter().filter_map(|at| self.policies.get(at).copied())
    }
}

/// Of these things a source must have one to be covered; none when that cannot be told.
fn needed(scope: &Where, policy: &Name) -> Option<Vec<Mark>> {
    match scope {
        Where::ChosenByOwner => Some(vec![Mark::Chosen(policy.clone())]),
        Where::Form(WhereForm::DataSource(name)) => Some(vec![Mark::Source(name.value().clone())]),
        Where::Form(WhereForm::SourceTag(name) | WhereForm::ColumnTag(name)) => {
            Some(vec![Mark::Tag(name.value().clone())])
        }
        Where::Form(WhereForm::All(parts)) => parts.iter().find_map(|part| needed(part, policy)),
        Where::Form(WhereForm::Any(parts)) => {
            let each: Option<Vec<Vec<Mark>>> = parts.iter().map(|part| needed(part, policy)).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    }
}
