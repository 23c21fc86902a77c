//! News of people: who is told what, once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::convert::Infallible;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use scrim_catalog::{Change, Kind, from_json};
use scrim_registry::Proposal;
use scrim_store::NewEvent;
use serde_json::{Value, json};
use stand::{Stand, asked, eventually, settings};

async fn peopled() -> Stand {
    let stand = Stand::new().await;
    stand.put(Kind::Group, "owners", json!({})).await;
    for (name, body) in [
        ("root", json!({ "permissions": ["APPLICATION_ADMIN"] })),
        ("gova", json!({ "permissions": ["GOVERNANCE"] })),
        ("olivia", json!({})),
        ("otto", json!({ "groups": ["owners"] })),
        ("gone", json!({ "groups": ["owners"], "disabled": true })),
        ("anna", json!({})),
    ] {
        stand.put(Kind::User, name, body).await;
    }
    let warehouse = json!({ "engine": "postgresql", "host": "localhost", "database": "d", "user": "u" });
    stand.put(Kind::Integration, "warehouse", warehouse).await;
    stand.put(Kind::DataSource, "hr.employees", source(&["id"])).await;
    let policy = json!({ "where": "all", "access": { "approval": ["OWNER", "GOVERNANCE"] } });
    stand.put(Kind::SubscriptionPolicy, "ask", policy).await;
    stand
}

fn source(columns: &[&str]) -> Value {
    let column = |name: &&str| match name.strip_prefix('+') {
        Some(new) => json!({ "name": new, "type": "varchar(10)", "tags": ["New"] }),
        None => json!({ "name": name, "type": "varchar(10)" }),
    };
    json!({
        "integration": "warehouse", "table": "hr.employees", "owners": ["olivia", { "group": "owners" }],
        "columns": columns.iter().map(column).collect::<Vec<_>>()
    })
}

async fn begun(stand: &Stand) {
    eventually(async || stand.store.setting("notifications/ending").await.unwrap().is_some()).await;
}

async fn as_somebody(stand: &Stand, actor: &str, kind: Kind, name: &str, body: Value) {
    stand.change(actor, Change::Put(from_json(kind, name, &body).unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_are_concerned_are_told_once() {
    let mut stand = peopled().await;
    stand.start(settings());
    // As another replica: news are not written twice.
    stand.start(settings());
    begun(&stand).await;
    let request = |state: &str, answer: Option<&str>| {
        let mut body = json!({ "user": "anna", "data_source": "hr.employees", "state": state, "reason": "to count" });
        if let Some(answer) = answer {
            body["answer"] = answer.into();
        }
        body
    };
    as_somebody(&stand, "anna", Kind::Subscription, "s", request("requested", None)).await;
    for user in ["olivia", "otto", "gova"] {
        eventually(async || !stand.texts(user).await.is_empty()).await;
        assert_eq!(stand.texts(user).await, ["`anna` asks for access to `hr.employees`: to count"], "{user}");
    }
    as_somebody(&stand, "olivia", Kind::Subscription, "s", request("denied", Some("no need"))).await;
    as_somebody(&stand, "olivia", Kind::Subscription, "s", request("active", None)).await;
    eventually(async || stand.texts("anna").await.len() == 2).await;
    let told = stand.texts("anna").await;
    // Nobody is told that they read what a policy still keeps from them.
    let lacks = "Your request for access to `hr.employees` was approved. You cannot read it yet: ";
    assert!(told[0].starts_with(lacks), "{told:?}");
    assert_eq!(told[1], "Your request for access to `hr.employees` was denied: no need");
    as_somebody(&stand, "olivia", Kind::Subscription, "s", request("denied", Some("no need"))).await;
    let approved = |role: &str, by: &str| json!({ "as": role, "by": by, "at": "2026-01-01T00:00:00Z" });
    let mut active = request("active", None);
    active["approvals"] = json!([approved("OWNER", "olivia"), approved("GOVERNANCE", "gova")]);
    as_somebody(&stand, "olivia", Kind::Subscription, "s", active).await;
    eventually(async || stand.texts("anna").await.len() == 4).await;
    assert_eq!(stand.texts("anna").await[0], "You have access to `hr.employees`");

    as_somebody(&stand, "system", Kind::DataSource, "hr.employees", source(&["id", "+phone", "+iban"])).await;
    as_somebody(&stand, "system", Kind::DataSource, "hr.employees", source(&["id", "phone", "+iban"])).await;
    eventually(async || stand.texts("otto").await.len() == 2).await;
    assert_eq!(stand.texts("otto").await[0], "The data source `hr.employees` has new columns: `phone`, `iban`");

    let failed = |kind: &str, object_kind: &str, name: &str| NewEvent {
        kind: kind.to_owned(),
        object_kind: object_kind.to_owned(),
        object_name: name.to_owned(),
        payload: json!({ "state": "failed" }),
    };
    let events = [
        failed("integration.failed", "integration", "warehouse"),
        failed("data_source.closed", "data-source", "hr.employees"),
    ];
    stand.registry.tell::<std::convert::Infallible>(&asked("scrim"), &events, None).await.unwrap();
    eventually(async || stand.texts("root").await.len() == 2).await;
    assert_eq!(stand.texts("root").await[1], "The integration `warehouse` cannot be brought up to date");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(stand.texts("olivia").await.len(), 3);
    assert_eq!(stand.texts("gone").await.len(), 0);
    assert_eq!(stand.texts("gova").await.len(), 1);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn purposes_and_values_are_asked_for_and_decided_about() {
    let mut stand = peopled().await;
    for purpose in ["Fraud", "Ads"] {
        stand.put(Kind::Purpose, purpose, json!({})).await;
    }
    let project = |purposes: &[&str], asked: &[&str]| {
        let wish = |purpose: &&str| json!({ "purpose": purpose, "by": "anna", "at": "2026-01-01T00:00:00Z", "reason": "two cases" });
        let asked: Vec<_> = asked.iter().map(wish).collect();
        json!({ "owners": ["anna"], "purposes": purposes, "requested_purposes": asked })
    };
    let refused = |purposes: &[&str], refused: &str| {
        let mut body = project(purposes, &[]);
        body["refused_purposes"] = json!([{ "purpose": refused, "by": "anna", "refused_by": "gova",
            "at": "2026-01-01T00:00:00Z", "answer": "nobody sells" }]);
        body
    };
    stand.put(Kind::Project, "study", project(&[], &[])).await;
    stand.start(settings());
    begun(&stand).await;
    as_somebody(&stand, "anna", Kind::Project, "study", project(&[], &["Fraud", "Ads"])).await;
    as_somebody(&stand, "gova", Kind::Project, "study", refused(&["Fraud"], "Ads")).await;
    let value = |state: &str| {
        json!({ "user": "anna", "data_source": "hr.employees", "column": "id", "token": "hunter2", "reason": "a case",
            "requested": "2026-01-01T00:00:00Z", "state": state })
    };
    as_somebody(&stand, "anna", Kind::UnmaskRequest, "v", value("requested")).await;
    eventually(async || stand.texts("olivia").await.len() == 1).await;
    as_somebody(&stand, "olivia", Kind::UnmaskRequest, "v", value("approved")).await;
    eventually(async || stand.texts("anna").await.len() == 3).await;
    as_somebody(&stand, "anna", Kind::UnmaskRequest, "v", value("used")).await;
    let mut denied = value("denied");
    denied["answer"] = json!("ask for the totals");
    as_somebody(&stand, "olivia", Kind::UnmaskRequest, "v", denied.clone()).await;
    denied["description"] = json!("told once");
    as_somebody(&stand, "olivia", Kind::UnmaskRequest, "v", denied).await;
    // Events are told of in their order: before this one there is nothing else.
    as_somebody(&stand, "anna", Kind::Project, "study", project(&["Fraud"], &["Ads"])).await;
    as_somebody(&stand, "olivia", Kind::Project, "study", project(&["Fraud"], &[])).await;
    eventually(async || stand.texts("anna").await.len() == 5).await;
    assert_eq!(
        stand.texts("anna").await,
        [
            "Your request for the purpose `Ads` of the project `study` is not open any more",
            "Your request to see a value of `id` in `hr.employees` was denied: ask for the totals",
            "You may fetch a value of `id` in `hr.employees`, once",
            "The project `study` does not get the purpose `Ads`: nobody sells",
            "The project `study` has the purpose `Fraud`, as you asked",
        ]
    );
    let asks = "`anna` asks to see a value of `id` in `hr.employees`: a case";
    assert_eq!(stand.texts("olivia").await, [asks]);
    let purpose = |name: &str| format!("`anna` asks for the purpose `{name}` for the project `study`: two cases");
    assert_eq!(stand.texts("gova").await, [purpose("Ads"), asks.to_owned(), purpose("Ads"), purpose("Fraud")]);
    stand.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endings_are_told_a_week_before() {
    let mut stand = peopled().await;
    let grant = |days: i64| json!({ "user": "anna", "data_source": "hr.employees", "expires": Utc::now() + TimeDelta::days(days) });
    for (name, days) in [("soon", 3), ("later", 20), ("past", -1)] {
        let change = Change::Put(from_json(Kind::Grant, name, &grant(days)).unwrap());
        let decide = |_: &_| Ok::<_, Infallible>(Proposal { changes: vec![change.clone()], ..Proposal::default() });
        stand.registry.change(&asked("olivia"), decide).await.unwrap();
    }
    for _ in 0..3 {
        stand.start(settings());
        begun(&stand).await;
        eventually(async || !stand.texts("anna").await.is_empty()).await;
        stand.stop().await;
    }
    let told = stand.texts("anna").await;
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("Your access to `hr.employees` ends at "), "{told:?}");
    assert!(stand.texts("otto").await[0].starts_with("The access of `anna` to `hr.employees` ends at "));
}
