//! Values behind the tokens of `reversible` masks: asked for, allowed by somebody else, fetched once.
//!
//! Requests are documents: whether a value was fetched is decided with the request, its event and its audit entry in one
//! transaction, and they go when their user or data source does. The value itself is kept nowhere.

mod decide;
mod fetch;
mod request;

use http::StatusCode;

use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;

const TAG: &str = "Access";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let one = "/api/v1/unmask-requests/{name}";
    vec![
        Endpoint::post("/api/v1/data-sources/{name}/unmask-requests", "request_unmask", request::run)
            .about(TAG, "Asks for the value behind one token of a `reversible` mask")
            .needs("to be allowed to read the data source")
            .body::<request::Wish>()
            .answers::<request::Requested>(StatusCode::OK, "The same is asked for already.")
            .answers::<request::Requested>(StatusCode::CREATED, "It waits for an owner or a governor."),
        Endpoint::post(format!("{one}/approve"), "approve_unmask", decide::approve)
            .about(TAG, "Allows who asked to fetch the value once, within a day")
            .needs("to own the data source, or GOVERNANCE, and not to be who asked")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::post(format!("{one}/deny"), "deny_unmask", decide::deny)
            .about(TAG, "Says no")
            .needs("to own the data source, or GOVERNANCE, and not to be who asked")
            .query::<Writing>()
            .body::<decide::No>()
            .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::post(format!("{one}/value"), "fetch_unmasked", fetch::run)
            .about(TAG, "Fetches the value, this once")
            .needs("to be who asked, and that it was approved")
            .answers::<fetch::Found>(StatusCode::OK, "The value."),
    ]
}
