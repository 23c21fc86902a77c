//! Many data sources at a glance.

mod facets;
mod seen;
mod sources;
mod wanted;

use http::StatusCode;

use crate::endpoint::Endpoint;

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
    ]
}
