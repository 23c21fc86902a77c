//! Access to data sources: subscribing, asking, approving, denying, taking away.

mod answering;
mod approve;
mod decided;
mod deny;
mod requests;
mod revoke;
mod standing;
mod subscribe;
mod withdraw;

use http::StatusCode;

use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;
use crate::page::{Page, Paging};

const TAG: &str = "Access";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let own = "/api/v1/data-sources/{name}/subscription";
    let one = "/api/v1/subscriptions/{name}";
    vec![
        Endpoint::put(own, "subscribe", subscribe::run)
            .about(TAG, "Subscribes the caller to a data source, or asks for it where a policy wants an approval")
            .needs("to know of the data source")
            .query::<Writing>()
            .body::<subscribe::Wish>()
            .answers::<answering::Subscribed>(StatusCode::OK, "What became of it."),
        Endpoint::delete(own, "unsubscribe", withdraw::run)
            .about(TAG, "Ends the caller's subscription to a data source, or takes the request back")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::get("/api/v1/requests", "list_requests", requests::run)
            .about(TAG, "Lists what waits for the caller to decide, and what the caller asked for and others decide")
            .query::<requests::Wanted>()
            .answers::<Page<requests::Request>>(StatusCode::OK, "A page of them, who has waited longest first."),
        Endpoint::get("/api/v1/decided-requests", "list_decided_requests", decided::run)
            .about(TAG, "Lists what was decided of what people asked for, as far as the caller may know of it")
            .query::<Paging>()
            .answers::<Page<decided::Decided>>(StatusCode::OK, "A page of them, the last decision first."),
        Endpoint::post(format!("{one}/approve"), "approve_subscription", approve::run)
            .about(TAG, "Says yes to a request; it stands once everybody has whom a policy asks")
            .needs("to be an approver that a policy names, and not who asked")
            .query::<Writing>()
            .body::<approve::Yes>()
            .answers::<answering::Subscribed>(StatusCode::OK, "What became of it."),
        Endpoint::post(format!("{one}/deny"), "deny_subscription", deny::run)
            .about(TAG, "Says no to a request")
            .needs("to be an approver that a policy names, or who may revoke, and not who asked")
            .query::<Writing>()
            .body::<answering::Reason>()
            .answers::<answering::Subscribed>(StatusCode::OK, "What became of it."),
        Endpoint::post(format!("{one}/revoke"), "revoke_subscription", revoke::run)
            .about(TAG, "Takes a subscription away, until somebody other than its user gives it back")
            .needs("to own the data source, or GOVERNANCE")
            .query::<Writing>()
            .body::<answering::Reason>()
            .answers::<answering::Subscribed>(StatusCode::OK, "What became of it."),
    ]
}
