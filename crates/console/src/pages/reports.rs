//! Governance reports, as tables; all of their rows are in the CSV.

use axum::extract::Query;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::api::{to, with_query};
use crate::parts::{Page, empty, head, prose, table, tabs};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

/// So many rows are shown.
const SHOWN: usize = 200;

/// A report: what the API calls it, what people do, what it tells, and its columns.
struct Report {
    name: &'static str,
    called: &'static str,
    about: &'static str,
    columns: &'static [&'static str],
}

const REPORTS: &[Report] = &[
    Report {
        name: "unprotected-sources",
        called: "Without a policy",
        about: "Active data sources on which no data policy or no subscription policy is in force.",
        columns: &["data_source", "integration", "data_policies", "subscription_policies", "tags", "lacks"],
    },
    Report {
        name: "who-reads-what",
        called: "Who reads what",
        about: "Who may read which data source, and why.",
        columns: &["data_source", "user", "login", "because"],
    },
    Report {
        name: "attributes-in-use",
        called: "Attributes in use",
        about: "Each value of each attribute, how many people have it, and which policies read it.",
        columns: &["attribute", "value", "users", "groups", "policies"],
    },
    Report {
        name: "unused-access",
        called: "Unused access",
        about: "Grants and subscriptions by which nobody can read anything, and why.",
        columns: &["kind", "name", "user", "group", "data_source", "because"],
    },
    Report {
        name: "expiring-grants",
        called: "Access that expires",
        about: "Grants and subscriptions that end within 30 days.",
        columns: &["kind", "name", "user", "group", "data_source", "expires"],
    },
];

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/reports", show)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    report: String,
    #[serde(default)]
    cursor: String,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let chosen =
        if asked.report.is_empty() { REPORTS.first() } else { REPORTS.iter().find(|one| one.name == asked.report) };
    let report = chosen.ok_or_else(Problem::nowhere)?;
    let path = to!("/api/v1/reports/{}", report.name);
    // Only one of them is paged by the API.
    let paged = report.name == "who-reads-what";
    let limits = [("limit", "200"), ("cursor", asked.cursor.as_str())];
    let list = if paged { with_query(&path, &limits) } else { path.clone() };
    let others = REPORTS.iter().map(|one| (one.called, with_query("/reports", &[("report", one.name)])));
    let ways: Vec<_> = others.chain([("Who saw what", "/audit/who-saw".to_owned())]).collect();
    let csv = html! { a.button href=(with_query(&path, &[("format", "csv")])) download=(format!("{}.csv", report.name)) { "CSV" } };
    let first = html! { (head("Reports", report.about, csv)) (tabs(report.called, &ways)) };
    let api = visit.api.clone();
    let found = async move {
        let found = api.get::<Page<Value>>(list).await?;
        Ok(rows(report, &asked.cursor, &found))
    };
    visit.told(&["GOVERNANCE", "AUDIT"], "Reports", (first, "Going through everything"), found).await
}

fn rows(report: &Report, cursor: &str, found: &Page<Value>) -> Markup {
    html! {
        @if found.items.is_empty() { (empty("Nothing to report", html! { "No row fits." })) }
        @else {
            (table(&report.columns.iter().map(|column| heading(column)).collect::<Vec<_>>(), &found.items.iter().take(SHOWN).map(|row| {
                report.columns.iter().map(|column| cell(column, row.get(column))).collect()
            }).collect::<Vec<_>>()))
            @if found.items.len() > SHOWN { p.muted { "The first " (SHOWN) " of " (found.items.len()) " rows: the CSV has all." } }
        }
        (crate::parts::pager("/reports", &[("report", report.name)], cursor, found.next.as_deref()))
    }
}

fn heading(column: &'static str) -> &'static str {
    match column {
        "data_source" => "Data source",
        "integration" => "Integration",
        "data_policies" => "Data policies",
        "subscription_policies" => "Subscription policies",
        "tags" => "Tags",
        "lacks" => "Lacks",
        "user" => "User",
        "users" => "Users",
        "group" => "Group",
        "groups" => "Groups",
        "login" => "Login",
        "because" => "Because",
        "attribute" => "Attribute",
        "value" => "Value",
        "policies" => "Policies",
        "kind" => "Kind",
        "name" => "Name",
        "expires" => "Expires",
        other => other,
    }
}

fn cell(column: &str, value: Option<&Value>) -> Markup {
    match (column, value) {
        ("data_source", Some(Value::String(name))) => html! { a href=(to!("/data-sources/{}", name)) { (name) } },
        ("user", Some(Value::String(name))) => html! { a href=(to!("/people/users/{}", name)) { (name) } },
        ("group", Some(Value::String(name))) => html! { a href=(to!("/people/groups/{}", name)) { (name) } },
        ("because", Some(Value::Array(parts))) => {
            html! { @for part in parts.iter().filter_map(Value::as_str) { div { (prose(part)) } } }
        }
        (_, Some(Value::Array(parts))) => {
            html! { (parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")) }
        }
        (_, Some(Value::String(text))) => html! { (text) },
        (_, Some(Value::Null) | None) => html! {},
        (_, Some(other)) => html! { (other.to_string()) },
    }
}
