//! What a list has, counted, as ways to narrow it.

use maud::{Markup, html};
use serde::Deserialize;

use crate::api::with_query;

/// A value, and how many entries have it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Facet {
    pub(crate) value: String,
    pub(crate) count: u64,
}

/// The values of one filter. `filters` are those in force: a chosen value leads back to the list without it.
pub(crate) fn facets(path: &str, heading: &str, name: &str, values: &[Facet], filters: &[(&str, &str)]) -> Markup {
    let chosen = filters.iter().find(|(filter, _)| *filter == name).map_or("", |(_, value)| *value);
    let others: Vec<_> = filters.iter().copied().filter(|(filter, _)| *filter != name).collect();
    // States are words of the API, everything else is a name.
    let called = |value: &str| if name == "state" { value.replace('_', " ") } else { value.to_owned() };
    html! {
        @if !values.is_empty() || !chosen.is_empty() {
            details.facet open {
                summary { (heading) }
                ul {
                    @if !chosen.is_empty() {
                        li { a.chosen href=(with_query(path, &others)) { (called(chosen)) " " span aria-label="remove" { "×" } } }
                    }
                    @for facet in values.iter().filter(|facet| facet.value != chosen) {
                        @let to = with_query(path, &[&others[..], &[(name, facet.value.as_str())]].concat());
                        li { a href=(to) { (called(&facet.value)) } span.count { (facet.count) } }
                    }
                }
            }
        }
    }
}
