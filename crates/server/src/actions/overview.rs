//! What a home page shows: many data sources at a glance, and what changed lately.

mod changes;
mod facets;
mod seen;
mod sources;
mod wanted;

use http::StatusCode;

use crate::endpoint::Endpoint;
use crate::page::Page;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/source-overview", "source_overview", sources::run)
            .about(
                "Data sources",
                "Lists each data source that the caller may know of, with how it is protected and how far the warehouse is, \
                 and counts those that fit by what they have in common; what the caller may not know is left out",
            )
            .query::<wanted::Wanted>()
            .answers::<sources::Overview>(StatusCode::OK, "A page of them, and the counts."),
        Endpoint::get("/api/v1/changes", "list_changes", changes::run)
            .about(
                "Many documents",
                "Lists which documents were made, changed or deleted, newest first: those that the caller may know of, and \
                 of deleted ones those of kinds of which the caller sees all. A page may have fewer entries than are asked \
                 for, or none: as long as it has `next`, there may be more",
            )
            .query::<changes::Wanted>()
            .answers::<Page<changes::Change>>(StatusCode::OK, "A page of changes."),
    ]
}
