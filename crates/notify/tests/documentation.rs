//! docs/webhooks.md names every event, each with an example as it is sent.
//!
//! `SCRIM_WRITE_DOCS=1 cargo test -p scrim-notify --test documentation` writes the examples anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::DateTime;
use scrim_catalog::{Catalog, Change, Kind, Name, from_json};
use scrim_notify::{payload, test_event};
use scrim_registry::{event_names, happened, origin};
use scrim_store::{Event, NewEvent};
use serde_json::{Value, json};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/webhooks.md");
const MARK: &str = "<!-- What follows is made by crates/notify/tests/documentation.rs. -->\n";

/// A document of each kind, before and after a change; those before make a catalog.
fn examples() -> Vec<(Kind, &'static str, Value, Value)> {
    let at = "2026-03-02T09:30:00Z";
    vec![
        (
            Kind::Integration,
            "warehouse",
            json!({ "engine": "redshift", "host": "dw.example.com", "database": "dev", "user": "scrim",
                    "password": { "file": "/run/secrets/dw" } }),
            json!({ "engine": "redshift", "host": "dw2.example.com", "database": "dev", "user": "scrim",
                    "password": { "file": "/run/secrets/dw" } }),
        ),
        (
            Kind::DataSource,
            "hr.employees",
            json!({ "integration": "warehouse", "table": "hr.employees", "owners": ["olivia"],
                    "columns": [{ "name": "ssn", "type": "varchar(11)" }] }),
            json!({ "integration": "warehouse", "table": "hr.employees", "owners": ["olivia"], "tags": ["HR"],
                    "columns": [{ "name": "ssn", "type": "varchar(11)", "tags": ["PII.SSN"] },
                                { "name": "phone", "type": "varchar(20)", "tags": ["New"] }] }),
        ),
        (Kind::Tag, "PII", json!({}), json!({ "description": "of one person" })),
        (
            Kind::User,
            "anna",
            json!({ "groups": ["staff"] }),
            json!({ "groups": ["staff", "hr"], "current_project": "audit" }),
        ),
        (Kind::User, "olivia", json!({}), json!({ "disabled": true })),
        (Kind::Group, "staff", json!({}), json!({ "attributes": { "clearance": ["low"] } })),
        (Kind::Group, "hr", json!({}), json!({ "description": "people" })),
        (Kind::Attribute, "clearance", json!({}), json!({ "description": "how much somebody may see" })),
        (
            Kind::Purpose,
            "Fraud",
            json!({}),
            json!({ "acknowledgement": "I use it to find fraud, and for nothing else." }),
        ),
        (
            Kind::Project,
            "audit",
            json!({ "owners": ["olivia"], "members": [{ "user": "anna" }] }),
            json!({ "owners": ["olivia"], "members": [{ "user": "anna" }], "purposes": ["Fraud"] }),
        ),
        (
            Kind::Grant,
            "anna-employees",
            json!({ "user": "anna", "data_source": "hr.employees" }),
            json!({ "user": "anna", "data_source": "hr.employees", "expires": at }),
        ),
        (
            Kind::Subscription,
            "anna-employees",
            json!({ "user": "anna", "data_source": "hr.employees", "state": "requested", "reason": "to count heads" }),
            json!({ "user": "anna", "data_source": "hr.employees", "state": "active", "reason": "to count heads",
                    "answer": "until spring", "expires": at }),
        ),
        (
            Kind::SubscriptionPolicy,
            "hr-data",
            json!({ "where": "all", "access": { "conditions": { "group": "staff" } } }),
            json!({ "where": "all", "access": { "conditions": { "group": "hr" } } }),
        ),
        (
            Kind::DataPolicy,
            "mask-ssn",
            json!({ "where": "all", "rules": [{ "mask": { "columns": { "tag": "PII.SSN" }, "with": "hash" } }] }),
            json!({ "where": "all", "status": "staged",
                    "rules": [{ "mask": { "columns": { "tag": "PII.SSN" }, "with": "hash" }, "except": { "group": "hr" } }] }),
        ),
        (
            Kind::PolicyTest,
            "ssn-is-masked",
            json!({ "data_source": "hr.employees", "rows": [{ "ssn": "123-45-6789" }],
                    "expect": [{ "as": "anna", "rows": [] }] }),
            json!({ "description": "rows are not sent", "data_source": "hr.employees", "rows": [{ "ssn": "123-45-6789" }],
                    "expect": [{ "as": "anna", "rows": [] }] }),
        ),
        (
            Kind::Identifier,
            "staff-number",
            json!({ "tag": "PII.Staff", "value": "S[0-9]{6}" }),
            json!({ "tag": "PII.Staff", "value": "S[0-9]{6}", "column_name": "staff" }),
        ),
        (
            Kind::UnmaskRequest,
            "anna-1",
            json!({ "user": "anna", "data_source": "hr.employees", "column": "ssn", "token": "t1", "reason": "a fraud case",
                    "requested": at }),
            json!({ "user": "anna", "data_source": "hr.employees", "column": "ssn", "token": "t1", "reason": "a fraud case", "requested": at,
                    "state": "denied" }),
        ),
        (
            Kind::Webhook,
            "siem",
            json!({ "url": "https://siem.example.com/scrim" }),
            json!({ "url": "https://siem.example.com/scrim", "events": ["*.deleted"] }),
        ),
    ]
}

fn put(kind: Kind, name: &str, body: &Value) -> Change {
    Change::Put(from_json(kind, name, body).unwrap_or_else(|problem| panic!("{kind} {name}: {problem}")))
}

fn document(change: Change) -> scrim_catalog::Document {
    match change {
        Change::Put(document) => document,
        Change::Delete(..) => panic!("nothing is deleted here"),
    }
}

/// Every event, once each.
fn every_event() -> Vec<NewEvent> {
    let (empty, _) = Catalog::of(vec![]).unwrap();
    let all = examples();
    let mut before = Catalog::of(all.iter().map(|(kind, name, old, _)| document(put(*kind, name, old))));
    let before = before.as_mut().map(|(catalog, _)| catalog).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut events: Vec<NewEvent> = vec![];
    for (kind, name, old, new) in &all {
        events.extend(happened(&empty, &put(*kind, name, old)));
        events.extend(happened(before, &put(*kind, name, new)));
        events.extend(happened(before, &Change::Delete(*kind, Name::new(*name).unwrap())));
    }
    for (state, answer) in [("denied", "ask for the totals"), ("revoked", "the project is over")] {
        let body = json!({ "user": "anna", "data_source": "hr.employees", "state": state, "answer": answer });
        events.extend(happened(before, &put(Kind::Subscription, "anna-employees", &body)));
    }
    // Purposes are asked for and decided about, and acknowledged.
    let project = |requested: Value, purposes: Value| {
        let members = json!([{ "user": "anna", "acknowledged": purposes }]);
        let body =
            json!({ "owners": ["olivia"], "requested_purposes": requested, "purposes": purposes, "members": members });
        put(Kind::Project, "audit", &body)
    };
    let wish = json!([{ "purpose": "Fraud", "by": "olivia", "at": "2026-03-02T09:30:00Z", "reason": "two cases" }]);
    let asked = project(wish, json!([]));
    events.extend(happened(before, &asked));
    let asked = before.apply(vec![asked]).unwrap().catalog;
    events.extend(happened(&asked, &project(json!([]), json!(["Fraud"]))));
    events.extend(happened(&asked, &project(json!([]), json!([]))));
    let no = json!([{ "purpose": "Fraud", "by": "olivia", "refused_by": "gina", "at": "2026-03-02T09:30:00Z",
                      "answer": "there is a team for it" }]);
    let refused = json!({ "owners": ["olivia"], "refused_purposes": no });
    events.extend(happened(&asked, &put(Kind::Project, "audit", &refused)));
    // What sync comes to is told by who drives it.
    for (kind, name, word, state) in [
        (Kind::Integration, "warehouse", "in_sync", "in_sync"),
        (Kind::Integration, "warehouse", "failed", "retrying"),
        (Kind::DataSource, "hr.employees", "in_sync", "in_sync"),
        (Kind::DataSource, "hr.employees", "sync_failed", "failed"),
        (Kind::DataSource, "hr.employees", "closed", "closed"),
    ] {
        events.push(NewEvent {
            kind: format!("{}.{word}", origin(kind)),
            object_kind: kind.as_str().to_owned(),
            object_name: name.to_owned(),
            payload: json!({ "state": state }),
        });
    }
    events.push(NewEvent {
        kind: "integration.asked_to_reconcile".to_owned(),
        object_kind: Kind::Integration.as_str().to_owned(),
        object_name: "warehouse".to_owned(),
        payload: json!({ "allow_drop": false }),
    });
    let test = test_event("siem", "root", DateTime::UNIX_EPOCH);
    events.push(NewEvent {
        kind: test.kind,
        object_kind: test.object_kind,
        object_name: test.object_name,
        payload: test.payload,
    });
    events.sort_by_key(|event| Kind::ALL.iter().position(|kind| kind.as_str() == event.object_kind));
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert(event.kind.clone()));
    events
}

fn examples_of(events: &[NewEvent]) -> String {
    let mut text = String::new();
    for event in events {
        let sync = matches!(event.kind.rsplit_once('.'), Some((_, "in_sync" | "failed" | "sync_failed" | "closed")));
        let sent = payload(&Event {
            sequence: if event.kind == "webhook.test" { 0 } else { 4711 },
            at: DateTime::parse_from_rfc3339("2026-03-01T08:15:30.25Z").unwrap().to_utc(),
            actor: if sync { "scrim" } else { "olivia" }.to_owned(),
            request: String::new(),
            kind: event.kind.clone(),
            object_kind: event.object_kind.clone(),
            object_name: event.object_name.clone(),
            payload: event.payload.clone(),
        });
        let sent = serde_json::to_string_pretty(&sent).unwrap();
        writeln!(text, "\n### `{}`\n\n```json\n{sent}\n```", event.kind).unwrap();
    }
    text
}

#[test]
fn every_event_is_documented_as_it_is_sent() {
    let events = every_event();
    let told: BTreeSet<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let all: Vec<String> = event_names().collect();
    assert_eq!(
        told,
        all.iter().map(String::as_str).collect(),
        "each event has an example, and each example is of an event"
    );
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (text, written) = page.split_once(MARK).expect("the mark of the examples is there");
    let examples = examples_of(&events);
    assert!(!examples.contains("123-45-6789") && !examples.contains("siem.example.com"), "rows or addresses are sent");
    if std::env::var_os("SCRIM_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, format!("{text}{MARK}{examples}")).unwrap();
    } else if written != examples {
        panic!(
            "docs/webhooks.md is not up to date: SCRIM_WRITE_DOCS=1 cargo test -p scrim-notify --test documentation"
        );
    }
}
