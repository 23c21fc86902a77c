//! Projects: joining and leaving them, acknowledging what data is used for, asking for more.

mod acknowledge;
mod membership;
mod purpose_decision;
mod purpose_request;

use http::StatusCode;

use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;

const TAG: &str = "Projects and purposes";
const DONE: &str = "What was done, or would be.";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let one = "/api/v1/projects/{name}";
    let request = format!("{one}/requested-purposes/{{purpose}}");
    vec![
        Endpoint::put(format!("{one}/membership"), "join_project", membership::join)
            .about(TAG, "Joins a project")
            .needs("what the project's `access` says; its owners and PROJECT_MANAGEMENT join as they like")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete(format!("{one}/membership"), "leave_project", membership::leave)
            .about(TAG, "Leaves a project")
            .needs("to be a member")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::put(format!("{one}/acknowledgements/{{purpose}}"), "acknowledge_purpose", acknowledge::run)
            .about(TAG, "Acknowledges a purpose of a project, by the text that was read")
            .needs("to be a member")
            .query::<Writing>()
            .body::<acknowledge::Read>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::put(&request, "request_purpose", purpose_request::ask)
            .about(TAG, "Asks for a purpose on a project")
            .needs("to own the project, or to be a member")
            .query::<Writing>()
            .body::<purpose_request::Wish>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete(&request, "withdraw_purpose_request", purpose_request::withdraw)
            .about(TAG, "Takes a request for a purpose back")
            .needs("to be who asked, or to own the project")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::post(format!("{request}/approve"), "approve_purpose", purpose_decision::approve)
            .about(TAG, "Approves a purpose that somebody else asked for; each member has to acknowledge it")
            .needs("PROJECT_MANAGEMENT or GOVERNANCE, and not to be who asked")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::post(format!("{request}/deny"), "deny_purpose", purpose_decision::deny)
            .about(TAG, "Denies a purpose that somebody else asked for")
            .needs("PROJECT_MANAGEMENT or GOVERNANCE, and not to be who asked")
            .query::<Writing>()
            .body::<purpose_decision::No>()
            .answers::<Done>(StatusCode::OK, DONE),
    ]
}
