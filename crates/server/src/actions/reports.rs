//! Governance reports, each as JSON and as CSV.

mod answer;
mod attributes_in_use;
mod expiring_grants;
mod unprotected_sources;
mod unused_access;
mod who_reads_what;

use http::StatusCode;
use schemars::JsonSchema;

use crate::endpoint::Endpoint;
use crate::page::Page;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        described::<who_reads_what::Reader>(
            Endpoint::get("/api/v1/reports/who-reads-what", "report_who_reads_what", who_reads_what::run),
            "Who may read which data source, and why",
        )
        .query::<who_reads_what::Wanted>(),
        described::<unprotected_sources::Unprotected>(
            Endpoint::get(
                "/api/v1/reports/unprotected-sources",
                "report_unprotected_sources",
                unprotected_sources::run,
            ),
            "Active data sources on which no data policy or no subscription policy is in force",
        )
        .query::<answer::Wanted>(),
        described::<attributes_in_use::InUse>(
            Endpoint::get("/api/v1/reports/attributes-in-use", "report_attributes_in_use", attributes_in_use::run),
            "Each value of each attribute, how many people have it, and which policies read it",
        )
        .query::<answer::Wanted>(),
        described::<unused_access::Unused>(
            Endpoint::get("/api/v1/reports/unused-access", "report_unused_access", unused_access::run),
            "Grants and subscriptions by which nobody can read anything, and why; what people query is not looked at",
        )
        .query::<answer::Wanted>(),
        described::<expiring_grants::Expiring>(
            Endpoint::get("/api/v1/reports/expiring-grants", "report_expiring_grants", expiring_grants::run),
            "Grants and subscriptions that expire soon",
        )
        .query::<expiring_grants::Wanted>(),
    ]
}

fn described<T: JsonSchema>(endpoint: Endpoint, about: &str) -> Endpoint {
    endpoint
        .about("Reports", about)
        .needs("GOVERNANCE or AUDIT")
        .answers::<Page<T>>(StatusCode::OK, "The rows; as `text/csv` by `format=csv` or `Accept`.")
        .or_text("text/csv")
}
