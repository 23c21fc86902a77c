//! Many documents at once: a directory's worth planned and applied, bulk writes, and all of them written out.

mod apply;
mod bulk;
mod export;
mod impact;
mod listed;
mod read;

pub(crate) use listed::completed;

use http::StatusCode;

use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;

const TAG: &str = "Many documents";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/plan", "plan", apply::plan)
            .about(TAG, "Tells what applying these documents would change, and what it means for people")
            .needs("what each of the changes needs")
            .body::<listed::Listed>()
            .answers::<apply::Plan>(StatusCode::OK, "What would be done."),
        Endpoint::post("/api/v1/apply", "apply", apply::run)
            .about(TAG, "Makes and replaces these documents, all or none; with `prune` deletes what is not among them")
            .needs("what each of the changes needs")
            .query::<Writing>()
            .body::<listed::Listed>()
            .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::post("/api/v1/impact", "impact", impact::run)
            .about(TAG, "Tells who would gain or lose what by these documents, of the data sources that the caller may ask about")
            .needs("what each of the changes needs")
            .body::<listed::Listed>()
            .answers::<Vec<scrim_policy::SourceEffect>>(StatusCode::OK, "What it means for people."),
        Endpoint::post("/api/v1/bulk", "bulk", bulk::run)
            .about(TAG, "Puts and deletes documents in one transaction")
            .needs("what each of the changes needs")
            .query::<Writing>()
            .body::<bulk::Bulk>()
            .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::post("/api/v1/read-document", "read_document", read::run)
            .about(TAG, "Reads one document that somebody is writing: how it is written out, what it says in plain English, and what is wrong with it")
            .body::<read::Written>()
            .answers::<read::Read>(StatusCode::OK, "What was read, and everything that is wrong."),
        Endpoint::get("/api/v1/export", "export", export::run)
            .about(TAG, "Writes every document that the caller may read as a policy file")
            .answers_text(StatusCode::OK, "The documents.", "application/yaml"),
    ]
}
