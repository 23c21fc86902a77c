//! Tags where they stand, one by one.

mod carried;
mod used;

use http::StatusCode;

use super::objects::opening::Confirming;
use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;
use crate::page::Page;

const TAG: &str = "Tags";
const DONE: &str = "What was done, or would be.";
const NEEDS: &str = "to own the data source, or GOVERNANCE";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let source = "/api/v1/data-sources/{name}/tags/{tag}";
    let column = "/api/v1/data-sources/{name}/columns/{column}/tags/{tag}";
    vec![
        Endpoint::get("/api/v1/used-tags", "list_used_tags", used::run)
            .about(
                TAG,
                "Lists every tag, also those that no document describes, with where the caller knows it is used",
            )
            .query::<used::Wanted>()
            .answers::<Page<used::Used>>(StatusCode::OK, "A page of them."),
        Endpoint::put(source, "tag_data_source", carried::tag_source)
            .about(TAG, "Tags a data source")
            .needs(NEEDS)
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete(source, "untag_data_source", carried::untag_source)
            .about(TAG, "Takes a tag from a data source; what that opens has to be confirmed")
            .needs(NEEDS)
            .query::<Confirming>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::put(column, "tag_column", carried::tag_column)
            .about(TAG, "Tags a column")
            .needs(NEEDS)
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete(column, "untag_column", carried::untag_column)
            .about(TAG, "Takes a tag from a column; what that opens has to be confirmed")
            .needs(NEEDS)
            .query::<Confirming>()
            .answers::<Done>(StatusCode::OK, DONE),
    ]
}
