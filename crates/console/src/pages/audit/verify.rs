//! Whether the audit trail is what was written.

use axum::extract::Query;
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::ways;
use crate::api::with_query;
use crate::pages::answering;
use crate::parts::{copied, head, input, prose};
use crate::problem::Problem;
use crate::visit::Visit;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    head: String,
}

#[derive(Deserialize)]
struct Verdict {
    whole: bool,
    entries: u64,
    head: String,
    broken: Option<u64>,
    reason: Option<String>,
}

pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let (api, path) = (visit.api.clone(), with_query("/api/v1/audit/verify", &[("head", asked.head.trim())]));
    let first = html! {
        (head("Audit", "Each entry covers the one before it: what was changed or taken away afterwards shows.", html! {}))
        (ways("Verify"))
        form.row method="get" action="/audit/verify" {
            (input("head", "An end that you kept elsewhere", &asked.head, "NUMBER:HASH; empty: everything from the beginning"))
            button.main { "Verify" }
        }
    };
    let call = async move { api.get::<Verdict>(path).await };
    let shown = |found: Verdict| {
        html! {
            @if found.whole {
                div.notice.good role="status" { strong { "The audit trail is whole: " (found.entries) " entries." } }
            } @else {
                div.notice.bad role="alert" {
                    strong { "The audit trail is not what was written" @if let Some(number) = found.broken { ", from entry " (number) } "." }
                    @if let Some(reason) = &found.reason { p { (prose(reason)) } }
                }
            }
            p { "Its end: keep it elsewhere, to ask later from there. " (copied(&found.head)) }
        }
    };
    answering::page(&visit, "Verify the audit trail", first, "Reading the audit trail", call, shown).await
}
