//! The audit trail and the events, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use serde_json::{Value, json};
use stand::Service;

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_is_searched_written_out_and_examined() {
    let service = Service::start().await;
    service.person("eve", &["AUDIT"]).await;
    service.person("ann", &[]).await;
    for n in 0..5 {
        service.put("root", &format!("/api/v1/groups/g{n}"), json!({ "description": "=1+1, \"x\"" })).await.good();
    }
    service.get("ann", "/api/v1/groups/g0").await.problem(404);
    service.app.written().await;
    let page = service.get("eve", "/api/v1/audit?action=group.put&limit=2").await.good();
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|e| e["object_name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&page), ["g4", "g3"]);
    let next = page["next"].as_str().unwrap();
    let page = service.get("eve", &format!("/api/v1/audit?action=group.put&limit=9&cursor={next}")).await.good();
    assert_eq!((names(&page), &page["next"]), (["g2", "g1", "g0"].map(str::to_owned).to_vec(), &Value::Null));
    let refused = service.get("eve", "/api/v1/audit?actor=ann&outcome=refused").await.good();
    assert_eq!(refused["items"][0]["action"], "group.get");
    let changes = service.get("eve", "/api/v1/audit?changes=true&limit=1000").await.good();
    let actions: Vec<&str> =
        changes["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(actions.iter().filter(|action| **action == "group.put").count(), 5, "{actions:?}");
    assert!(!actions.iter().any(|action| action.ends_with(".get") || action.starts_with("audit.")), "{actions:?}");
    let lines = service.get("eve", "/api/v1/audit/export?changes=true").await.good().as_str().unwrap().to_owned();
    assert!(lines.contains("\"group.put\"") && !lines.contains("\"group.get\""), "{lines}");
    service.get("eve", "/api/v1/audit?changes=maybe").await.problem(400);
    service.get("eve", "/api/v1/audit?outcome=maybe").await.problem(400);
    service.get("eve", "/api/v1/audit?cursor=eA").await.problem(400);

    let lines = service.get("eve", "/api/v1/audit/export?action=group.put").await;
    assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    let text = lines.good().as_str().unwrap().to_owned();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 5);
    let csv = service.get("eve", "/api/v1/audit/export?action=group.put&format=csv").await.good();
    let csv = csv.as_str().unwrap();
    assert!(csv.starts_with("number,at,actor,") && csv.lines().count() == 6, "{csv}");

    let found = service.get("eve", "/api/v1/audit/verify").await.good();
    assert_eq!((&found["whole"], &found["broken"]), (&json!(true), &Value::Null));
    let head = found["head"].as_str().unwrap();
    let since = service.get("eve", &format!("/api/v1/audit/verify?head={head}")).await.good();
    assert_eq!(since["whole"], true);
    let (number, hash) = head.split_once(':').unwrap();
    let other = hash.replace(|char: char| char.is_ascii_digit(), "a");
    let since = service.get("eve", &format!("/api/v1/audit/verify?head={number}:{other}")).await.good();
    assert_eq!(since["whole"], false, "{since}");
    service.get("eve", "/api/v1/audit/verify?head=x").await.problem(400);

    let events = service.get("eve", "/api/v1/events?after=0&limit=1000").await.good();
    let items = events["items"].as_array().unwrap();
    assert_eq!(events["last"].as_u64().unwrap(), items.len() as u64);
    assert_eq!(items.last().unwrap()["kind"], "group.created");
    let after = events["last"].as_u64().unwrap() - 1;
    let last = service.get("eve", &format!("/api/v1/events?after={after}")).await.good();
    assert_eq!(last["items"].as_array().unwrap().len(), 1);
    let none = service.get("eve", "/api/v1/events?after=18446744073709551615").await.good();
    assert_eq!(none["items"], json!([]));
    for path in ["audit", "audit/activity", "audit/export", "audit/verify", "events"] {
        service.get("ann", &format!("/api/v1/{path}")).await.problem(403);
        service.get("", &format!("/api/v1/{path}")).await.problem(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_fills_the_trail() {
    let service = Service::start().await;
    service.person("ann", &[]).await;
    let long = "x".repeat(1 << 20);
    for user in [long.as_str(), "", "a\0b", &"n".repeat(128)] {
        let login = json!({ "user": user, "password": "whatever it is" });
        service.post("", "/api/v1/session", login).await.problem(401);
    }
    // Also what is a name, and is not known, is found by it.
    service.post("", "/api/v1/session", json!({ "user": "nobody", "password": "whatever it is" })).await.problem(401);
    // A document that stays as it is.
    let group = json!({ "description": long });
    for _ in 0..3 {
        service.put("root", "/api/v1/groups/g", group.clone()).await.good();
    }
    service.app.written().await;
    let found = service.get("root", "/api/v1/audit?action=session.begin").await.good();
    let actors: Vec<&str> = found["items"].as_array().unwrap().iter().map(|e| e["actor"].as_str().unwrap()).collect();
    assert_eq!(actors, ["nobody", "", "", "", ""]);
    assert!(found.to_string().len() < 10_000);
    let found = service.get("root", "/api/v1/audit?action=group.put").await.good();
    let bodies = found["items"].as_array().unwrap().iter().map(|entry| entry["details"].to_string().len());
    assert_eq!(bodies.map(|length| length > 1 << 20).collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn what_others_say_is_cut() {
    let asked = scrim_registry::Asked {
        at: chrono::Utc::now(),
        actor: "ä".repeat(1 << 20),
        actor_kind: scrim_store::ActorKind::User,
        via: scrim_store::Via::Session,
        request: "x".repeat(1 << 20),
        address: None,
        action: "y".repeat(1 << 20),
        object: Some((scrim_catalog::Kind::User, "z".repeat(1 << 20))),
    };
    let entry = asked.audit(scrim_store::Outcome::Refused, Some("u".repeat(1 << 20)), Value::Null);
    let texts = [&entry.actor, &entry.request, &entry.action, entry.object_name.as_ref().unwrap()];
    assert!(texts.into_iter().chain(&entry.decided_by).all(|text| text.len() < 2010 && text.ends_with('…')));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_longer_than_a_page() {
    let service = Service::start().await;
    let entry = scrim_store::NewAudit {
        at: chrono::Utc::now(),
        actor: "many".to_owned(),
        actor_kind: scrim_store::ActorKind::System,
        via: scrim_store::Via::System,
        request: String::new(),
        action: "test".to_owned(),
        object_kind: None,
        object_name: None,
        outcome: scrim_store::Outcome::Allowed,
        decided_by: None,
        details: Value::Null,
        address: None,
    };
    service.app.store().audit_many(vec![entry; 2500]).await.unwrap();
    let text = service.get("root", "/api/v1/audit/export?actor=many").await.good();
    let numbers: Vec<u64> = text
        .as_str()
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers.len(), 2500);
    assert!(numbers.windows(2).all(|two| two[0] == two[1] + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn activity_is_counted_hour_by_hour() {
    let service = Service::start().await;
    service.person("eve", &["AUDIT"]).await;
    let entry = |at: &str, actor: &str, outcome| scrim_store::NewAudit {
        at: at.parse().unwrap(),
        actor: actor.to_owned(),
        actor_kind: scrim_store::ActorKind::User,
        via: scrim_store::Via::Token,
        request: String::new(),
        action: "grant.put".to_owned(),
        object_kind: None,
        object_name: None,
        outcome,
        decided_by: None,
        details: Value::Null,
        address: None,
    };
    let entries = vec![
        entry("2026-03-01T10:00:00Z", "ann", scrim_store::Outcome::Allowed),
        entry("2026-03-01T10:59:59.999999Z", "ann", scrim_store::Outcome::Refused),
        entry("2026-03-01T12:30:00Z", "bob", scrim_store::Outcome::Failed),
        entry("2026-03-01T12:30:00Z", "bob", scrim_store::Outcome::Attempted),
        entry("2026-03-02T00:00:00Z", "ann", scrim_store::Outcome::Allowed),
    ];
    service.app.store().audit_many(entries).await.unwrap();
    let counted = |query: String| {
        let service = &service;
        async move {
            let all = service.get("eve", &format!("/api/v1/audit/activity?{query}")).await.good();
            let numbers =
                |one: &Value| ["allowed", "refused", "failed", "attempted"].map(|field| one[field].as_u64().unwrap());
            let told = |one: &Value| (one["from"].as_str().unwrap()[8..13].to_owned(), numbers(one));
            all.as_array().unwrap().iter().map(told).collect::<Vec<_>>()
        }
    };
    let row = |from: &str, numbers: [u64; 4]| (from.to_owned(), numbers);
    let hours = counted("from=2026-03-01T10:00:00Z&to=2026-03-01T13:00:00Z".to_owned()).await;
    assert_eq!(hours, [row("01T10", [1, 1, 0, 0]), row("01T11", [0; 4]), row("01T12", [0, 0, 1, 1])]);
    let days = counted("by=day&from=2026-03-01T10:30:00Z&to=2026-03-02T00:00:01Z".to_owned()).await;
    assert_eq!(days, [row("01T00", [0, 1, 1, 1]), row("02T00", [1, 0, 0, 0])]);
    let days =
        counted("by=day&from=2026-03-01T00:00:00Z&to=2026-03-03T00:00:00Z&actor=ann&outcome=allowed".to_owned()).await;
    assert_eq!(days, [row("01T00", [1, 0, 0, 0]), row("02T00", [1, 0, 0, 0])]);
    // The last seven days unless it is said: each of their hours, and what was done just now.
    service.app.written().await;
    let week = counted(String::new()).await;
    assert!((168..=169).contains(&week.len()), "{}", week.len());
    assert!(week.last().unwrap().1[0] + week[week.len() - 2].1[0] > 0, "{week:?}");
    assert_eq!(counted("by=day&to=2026-03-02T00:00:00Z".to_owned()).await.len(), 7);
    let problem = service
        .get("eve", "/api/v1/audit/activity?from=2026-01-01T00:00:00Z&to=2026-12-01T00:00:00Z")
        .await
        .problem(400);
    assert_eq!(
        problem["detail"],
        "between `from` and `to` are 8016 hours, and at most 1000 are counted: count `by=day`, or a shorter time"
    );
    for wrong in [
        "by=week",
        "by=",
        "outcome=maybe",
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from=yesterday",
        "by=day&from=0001-01-01T00:00:00Z",
        "to=-262143-01-01T00:00:00Z",
        "limit=5",
        "actor=%00",
    ] {
        service.get("eve", &format!("/api/v1/audit/activity?{wrong}")).await.problem(400);
    }
    // Counting is an entry itself.
    service.app.written().await;
    let found = service.get("eve", "/api/v1/audit?action=audit.activity&actor=eve").await.good();
    let details = found["items"].as_array().unwrap().iter().map(|entry| &entry["details"]);
    assert!(details.clone().any(|one| one["by"] == "day" && one["actor"] == "ann" && one["from"].is_string()));
}
