//! What the data sources of an overview have in common, and how many of them.

use std::cmp::Reverse;
use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::seen::Seen;

/// So many values are told of each.
const MOST: usize = 50;

/// How many have what, of those that fit; the most frequent values of each first, and at most 50 of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Facets {
    /// Of each integration.
    integration: Vec<FacetValue>,
    /// In each schema of a warehouse.
    schema: Vec<FacetValue>,
    /// With each tag, or one below it, on themselves or a column.
    tag: Vec<FacetValue>,
    /// Of each owner, users and groups by their names.
    owner: Vec<FacetValue>,
    /// On how many policies of both kinds are in force (`true`) and on how many not; those of which the caller may know.
    protected: Vec<FacetValue>,
    /// In each state of the warehouse, of those of which the caller may know.
    state: Vec<FacetValue>,
}

/// A value, and how many have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FacetValue {
    /// As the filter of that name takes it.
    value: String,
    /// How many have it.
    count: usize,
}

/// The counts of one facet: of each value also who had it last, so that nobody counts twice.
#[derive(Default)]
struct Counts<'a>(HashMap<&'a str, (usize, usize)>);

/// Counts data sources.
#[derive(Default)]
pub(super) struct Tally<'a> {
    total: usize,
    integration: Counts<'a>,
    schema: Counts<'a>,
    tag: Counts<'a>,
    owner: Counts<'a>,
    protected: Counts<'a>,
    state: Counts<'a>,
}

impl<'a> Counts<'a> {
    fn add(&mut self, value: &'a str, who: usize) {
        let (count, last) = self.0.entry(value).or_insert((0, 0));
        if *last != who {
            (*count, *last) = (*count + 1, who);
        }
    }

    fn ranked(self) -> Vec<FacetValue> {
        let mut ranked: Vec<(&str, usize)> = self.0.into_iter().map(|(value, (count, _))| (value, count)).collect();
        ranked.sort_unstable_by_key(|(value, count)| (Reverse(*count), *value));
        ranked.truncate(MOST);
        ranked.into_iter().map(|(value, count)| FacetValue { value: value.to_owned(), count }).collect()
    }
}

impl<'a> Tally<'a> {
    /// Counts one that fits.
    pub(super) fn add(&mut self, seen: &Seen<'a>) {
        self.total += 1;
        let (source, who) = (seen.source, self.total);
        self.integration.add(source.integration.as_str(), who);
        self.schema.add(source.table.schema.as_str(), who);
        for carried in source.tags.iter().chain(source.columns.iter().flat_map(|column| &column.tags)) {
            // As the filter finds it: by the tag, and by each above it.
            let carried = carried.as_str();
            let above = carried.match_indices('.').filter_map(|(at, _)| carried.get(..at));
            above.chain([carried]).for_each(|tag| self.tag.add(tag, who));
        }
        for owner in &source.owners {
            self.owner.add(super::seen::named(owner), who);
        }
        if let Some(in_force) = seen.in_force {
            self.protected.add(if in_force.protects() { "true" } else { "false" }, who);
        }
        if let Some(state) = seen.state {
            self.state.add(state.as_str(), who);
        }
    }

    /// How many there are, and what they have.
    pub(super) fn counted(self) -> (usize, Facets) {
        let facets = Facets {
            integration: self.integration.ranked(),
            schema: self.schema.ranked(),
            tag: self.tag.ranked(),
            owner: self.owner.ranked(),
            protected: self.protected.ranked(),
            state: self.state.ranked(),
        };
        (self.total, facets)
    }
}
