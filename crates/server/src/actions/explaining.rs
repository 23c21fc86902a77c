//! Why people see what they see: of one user, of one data source, and in SQL.

mod explain;
mod policies;
mod reach;
mod see_as;
mod sql;
mod who_sees;

use http::StatusCode;

use crate::endpoint::Endpoint;

const TAG: &str = "Explaining";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/data-sources/{name}/explain", "explain", explain::run)
            .about(TAG, "Tells why a user sees what they see of a data source, and what would change it")
            .needs("to be that user, to own the data source, or GOVERNANCE or AUDIT")
            .query::<explain::Wanted>()
            .answers::<scrim_policy::Explanation>(StatusCode::OK, "The explanation."),
        Endpoint::get("/api/v1/data-sources/{name}/who-sees", "who_sees", who_sees::run)
            .about(TAG, "Tells who sees what of a data source")
            .needs("to own the data source, or GOVERNANCE or AUDIT")
            .query::<who_sees::Wanted>()
            .answers::<scrim_policy::Viewers>(StatusCode::OK, "Everybody, and how they see each column."),
        Endpoint::get("/api/v1/data-sources/{name}/policies", "source_policies", policies::run)
            .about(TAG, "Tells the policies of a data source in plain English: each of them, and what they come to")
            .needs("to own the data source, or GOVERNANCE or AUDIT")
            .answers::<scrim_policy::SourcePolicies>(StatusCode::OK, "The policies, and what they come to."),
        Endpoint::get("/api/v1/data-sources/{name}/sql", "view_sql", sql::run)
            .about(TAG, "Shows the SQL of the view of a data source")
            .needs("to own the data source, or GOVERNANCE, AUDIT or APPLICATION_ADMIN")
            .query::<sql::Wanted>()
            .answers::<sql::View>(StatusCode::OK, "The view."),
        Endpoint::post("/api/v1/data-sources/{name}/see-as", "see_as", see_as::run)
            .about(TAG, "Tells how a user, or somebody who is made up, sees a data source, and shows rows of it as they see them")
            .needs("to own the data source, or GOVERNANCE or AUDIT; for somebody who is made up GOVERNANCE or IMPERSONATE_USER, or to own it; rows only as far as one sees them oneself, or, of a user, with IMPERSONATE_USER")
            .body::<see_as::Wanted>()
            .answers::<see_as::Seen>(StatusCode::OK, "How they see it."),
        Endpoint::get("/api/v1/users/{name}/reach", "reach", reach::run)
            .about(
                TAG,
                "Tells which data sources a user can read and why, and what they lack of those they may know of",
            )
            .needs("to be that user, or GOVERNANCE or AUDIT")
            .query::<reach::Wanted>()
            .answers::<reach::Reach>(StatusCode::OK, "The data sources."),
    ]
}
