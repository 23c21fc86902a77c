//! The audit trail and the log of events: looked up, written out, examined.

mod activity;
mod entry;
mod events;
mod export;
mod reading;
mod search;
mod verify;

use http::StatusCode;

use crate::endpoint::Endpoint;
use crate::page::Page;

const TAG: &str = "Audit";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    const AUDIT: &str = "AUDIT";
    vec![
        Endpoint::get("/api/v1/audit", "search_audit", search::run)
            .about(TAG, "Looks up entries of the audit trail, newest first")
            .needs(AUDIT)
            .query::<search::Wanted>()
            .answers::<Page<entry::Entry>>(StatusCode::OK, "A page of entries."),
        Endpoint::get("/api/v1/audit/activity", "audit_activity", activity::run)
            .about(TAG, "Counts entries of the audit trail by outcome, hour by hour or day by day, oldest first")
            .needs(AUDIT)
            .query::<activity::Wanted>()
            .answers::<Vec<activity::Counted>>(StatusCode::OK, "Each hour or day, also those without entries."),
        Endpoint::get("/api/v1/audit/export", "export_audit", export::run)
            .about(TAG, "Writes out every entry that fits, newest first, as JSON lines or as CSV")
            .needs(AUDIT)
            .query::<export::Wanted>()
            .answers_text(
                StatusCode::OK,
                "The entries, one a line; `format=csv` answers `text/csv`.",
                "application/x-ndjson",
            )
            .or_text("text/csv"),
        Endpoint::get("/api/v1/audit/verify", "verify_audit", verify::run)
            .about(TAG, "Examines whether the audit trail is what was written")
            .needs(AUDIT)
            .query::<verify::Wanted>()
            .answers::<verify::Verdict>(StatusCode::OK, "What was found out."),
        Endpoint::get("/api/v1/events", "list_events", events::run)
            .about(TAG, "Lists what happened, oldest first, after the event of a number")
            .needs(AUDIT)
            .query::<events::Wanted>()
            .answers::<events::Happened>(StatusCode::OK, "The next events."),
    ]
}
