//! Looking for sensitive data, and what owners say of what was found.

mod built_in;
mod discover;
mod list;
mod refuse;

use http::StatusCode;

use crate::endpoint::Endpoint;
use crate::page::Page;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const TAG: &str = "Tags and discovery";
    const NEEDS: &str = "to own the data source, or the permission GOVERNANCE";
    vec![
        Endpoint::post("/api/v1/data-sources/{name}/discover", "discover", discover::run)
            .about(
                TAG,
                "Looks for sensitive data in a sample of a data source, taken inside the warehouse; answers no value",
            )
            .needs(NEEDS)
            .query::<discover::How>()
            .answers::<discover::Found>(StatusCode::OK, "What each column seems to hold."),
        Endpoint::post("/api/v1/data-sources/{name}/discover/refuse", "refuse_discovery", refuse::run)
            .about(TAG, "Refuses a tag for a column: it is not proposed again")
            .needs(NEEDS)
            .query::<super::objects::Writing>()
            .body::<refuse::Wanted>()
            .answers::<super::objects::Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::get("/api/v1/built-in-identifiers", "list_built_in_identifiers", built_in::run)
            .about(TAG, "Lists the identifiers that everybody has: by what sensitive data is known without a document")
            .answers::<Vec<built_in::BuiltIn>>(StatusCode::OK, "Each of them, the more specific before the others."),
        Endpoint::get("/api/v1/discoveries", "list_discoveries", list::run)
            .about(TAG, "Lists the tags that are proposed: of all data sources, or of those that the caller owns")
            .query::<list::Wanted>()
            .answers::<Page<list::Discovery>>(StatusCode::OK, "A page of them, by data source, column and tag."),
    ]
}
