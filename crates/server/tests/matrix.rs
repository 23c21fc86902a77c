//! Every call of the API by everybody who might make it: who may, as a table. A call that the table does not have fails the
//! test.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use scrim_catalog::{Change, Kind, Name, from_json};
use scrim_store::{AuditQuery, Outcome};
use serde_json::{Value, json};
use stand::Service;

/// Who may call what; the file says how it is written.
const TABLE: &str = include_str!("matrix.txt");

/// Who calls.
const PEOPLE: [(char, &str, &[&str]); 12] = [
    ('0', "", &[]),
    ('n', "nadia", &[]),
    ('o', "olivia", &[]),
    ('p', "petra", &[]),
    ('A', "adam", &["APPLICATION_ADMIN"]),
    ('U', "ursula", &["USER_ADMIN"]),
    ('G', "gina", &["GOVERNANCE"]),
    ('D', "aude", &["AUDIT"]),
    ('S', "sara", &["CREATE_DATA_SOURCE"]),
    ('P', "paul", &["CREATE_PROJECT"]),
    ('M', "mona", &["PROJECT_MANAGEMENT"]),
    ('I', "iris", &["IMPERSONATE_USER"]),
];

/// What there is, beside the people who call: nothing of it is about them, but that two of them own something.
fn world() -> Vec<(&'static str, &'static str, Value)> {
    let mut all = company::documents();
    let mut set = |kind: &'static str, name: &'static str, body: Value| {
        all.retain(|(k, n, _)| (*k, *n) != (kind, name));
        all.push((kind, name, body));
    };
    set("integration", "spare", json!({ "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "e" }));
    set("webhook", "hook", json!({ "url": "https://example.com/hook" }));
    set("group", "insiders", json!({}));
    set("tag", "Described", json!({}));
    set("identifier", "badge", json!({ "tag": "PII.Badge", "column_name": "badge" }));
    set("attribute", "level", json!({}));
    set("purpose", "Spare", json!({}));
    set(
        "data-source",
        "people",
        json!({
            "integration": "w", "table": "s.people", "owners": ["olivia"], "tags": ["HR", "Plain"],
            "columns": [
                { "name": "id", "type": "integer", "tags": ["Plain"] },
                { "name": "passport", "type": "varchar(11)", "tags": ["PII.Passport"] },
            ]
        }),
    );
    let other = json!({ "integration": "w", "table": "s.other", "owners": ["olivia"], "columns": [{ "name": "id", "type": "integer" }] });
    set("data-source", "other", other);
    set(
        "project",
        "study",
        json!({
            "owners": ["petra"], "access": "individuals", "data_sources": ["people"], "purposes": ["Fraud"],
            "members": [{ "user": "anna" }],
            "requested_purposes": [{ "purpose": "Ads", "by": "anna", "at": "2026-01-01T00:00:00Z" }]
        }),
    );
    set(
        "subscription-policy",
        "asking",
        json!({
            "where": { "source_tag": "HR" }, "access": { "conditions": { "group": "insiders" } }
        }),
    );
    set(
        "policy-test",
        "test",
        json!({
            "data_source": "other", "rows": [{ "id": 1 }], "expect": [{ "as": { "groups": ["staff"] }, "rows": [{ "id": 1 }] }]
        }),
    );
    set("grant", "grant", json!({ "user": "anna", "data_source": "people" }));
    set("user", "ben", json!({}));
    let waits = json!({ "user": "anna", "data_source": "people", "state": "requested" });
    set("subscription", "waiting", waits);
    set("subscription", "standing", json!({ "user": "ben", "data_source": "people" }));
    set(
        "unmask-request",
        "unmask",
        json!({
            "user": "anna", "data_source": "people", "column": "passport", "token": "t", "reason": "r",
            "requested": "2026-01-01T00:00:00Z"
        }),
    );
    all
}

/// What a name in a path stands for.
fn named(path: &str, part: &str) -> String {
    let many = path.split('/').nth(3).unwrap_or("");
    let action = path.rsplit('/').next().unwrap_or("");
    let name = match (part, many) {
        ("{tag}", _) => "Plain",
        ("{column}", _) => "id",
        ("{group}", _) => "staff",
        ("{key}", _) => "level",
        ("{value}", _) => "high",
        ("{number}", _) => "1",
        ("{id}", _) => "anna-token",
        ("{purpose}", _) if path.contains("acknowledgements") => "Fraud",
        ("{purpose}", _) => "Ads",
        (_, "integrations") => "spare",
        (_, "webhooks") => "hook",
        (_, "data-sources") => "people",
        (_, "tags") => "Described",
        (_, "identifiers") => "badge",
        (_, "users") => "anna",
        (_, "groups") => "hr",
        (_, "attributes") => "level",
        (_, "purposes") => "Spare",
        (_, "projects") => "study",
        (_, "grants") => "grant",
        (_, "subscriptions") if action == "revoke" => "standing",
        (_, "subscriptions") => "waiting",
        (_, "subscription-policies") => "asking",
        (_, "data-policies") => "tokens",
        (_, "policy-tests") => "test",
        (_, "unmask-requests") => "unmask",
        _ => "nothing",
    };
    name.to_owned()
}

struct Row {
    method: String,
    path: String,
    who: String,
    sent: String,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, '|').map(str::trim);
            let (method, path) = parts.next().unwrap().split_once(' ').unwrap();
            let (who, sent) = (parts.next().unwrap().to_owned(), parts.next().unwrap().to_owned());
            Row { method: method.to_owned(), path: path.trim().to_owned(), who, sent }
        })
        .collect()
}

impl Row {
    fn allows(&self, letter: char) -> bool {
        self.who.contains(letter) || self.who == "*" || self.who == "+" && letter != '0'
    }

    fn concrete(&self) -> String {
        let part = |part: &str| if part.starts_with('{') { named(&self.path, part) } else { part.to_owned() };
        let path = self.path.split('/').map(part).collect::<Vec<_>>().join("/");
        if self.sent.starts_with('?') { path + &self.sent } else { path }
    }

    /// Whether this answers a call that is allowed.
    fn is_good(&self, status: u16) -> bool {
        (200..300).contains(&status) || self.who.starts_with('~') && [409, 422, 503].contains(&status)
    }

    fn body(&self, service: &Service) -> Option<Value> {
        match (self.sent.as_str(), self.method.as_str()) {
            ("document", _) => {
                let kind = Kind::from_plural(self.path.split('/').nth(3).unwrap()).unwrap();
                let world = service.app.registry().world();
                let mut body = world.catalog.json(kind, &named(&self.path, "{name}")).unwrap();
                body["description"] = json!("another one");
                Some(body)
            }
            ("", "PUT" | "POST") => Some(Value::Null),
            ("", _) => None,
            (text, _) if text.starts_with('?') => None,
            (text, _) => Some(serde_json::from_str(text).unwrap()),
        }
    }
}

/// Makes everything as it was.
async fn restore(service: &Service) {
    let asked = scrim_registry::Asked {
        at: chrono::Utc::now(),
        actor: "test".to_owned(),
        actor_kind: scrim_store::ActorKind::System,
        via: scrim_store::Via::System,
        request: String::new(),
        address: None,
        action: "restore".to_owned(),
        object: None,
    };
    let mut wanted: Vec<(Kind, Name, Value)> = vec![];
    let mut add =
        |kind: &str, name: &str, body: Value| wanted.push((kind.parse().unwrap(), Name::new(name).unwrap(), body));
    for (kind, name, body) in world() {
        add(kind, name, body);
    }
    for (_, name, permissions) in
        PEOPLE.iter().filter(|(_, name, permissions)| !name.is_empty() && !permissions.is_empty())
    {
        add("user", name, json!({ "permissions": permissions }));
    }
    add("user", "root", json!({ "permissions": scrim_catalog::documents::Permission::NAMES }));
    let changed = service.app.registry().change(&asked, |world| {
        // What is not to be there goes first: there is one subscription of each user to a data source.
        let kept: BTreeSet<(Kind, &Name)> = wanted.iter().map(|(kind, name, _)| (*kind, name)).collect();
        let there =
            Kind::ALL.iter().flat_map(|kind| world.catalog.names_after(*kind, "").map(move |name| (*kind, name)));
        let extra = there.filter(|(kind, name)| !kept.contains(&(*kind, *name)));
        let mut changes: Vec<Change> = extra.map(|(kind, name)| Change::Delete(kind, name.clone())).collect();
        changes.extend(wanted.iter().map(|(kind, name, body)| Change::Put(from_json(*kind, name, body).unwrap())));
        Ok::<_, std::convert::Infallible>(scrim_registry::Proposal { changes, ..Default::default() })
    });
    changed.await.unwrap();
}

/// What there is: the catalog by its last event, who can sign in, and the tokens that were not revoked.
async fn state(service: &Service) -> (u64, Vec<String>, Vec<String>) {
    let store = service.app.store();
    let tokens = store.tokens(None).await.unwrap();
    let good = tokens.into_iter().filter(|token| token.revoked.is_none()).map(|token| token.id);
    (service.app.registry().world().sequence, store.account_users().await.unwrap(), good.collect())
}

#[test]
fn the_table_has_every_call_once() {
    let document = scrim_server::openapi();
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            calls.insert(format!("{} {path}", method.to_uppercase()), 0);
        }
    }
    for row in rows() {
        let call = format!("{} {}", row.method, row.path);
        *calls.get_mut(&call).unwrap_or_else(|| panic!("the API has no `{call}`")) += 1;
    }
    let wrong: Vec<_> = calls.iter().filter(|(_, rows)| **rows != 1).collect();
    assert!(wrong.is_empty(), "who may call these? Write it into matrix.txt, once: {wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_what_the_table_says_and_nothing_else() {
    let service = Service::start().await;
    restore(&service).await;
    for (_, name, _) in PEOPLE.iter().filter(|(_, name, _)| !name.is_empty()) {
        service.token_for(name).await;
    }
    service.token_for("anna").await;
    service.app.store().enqueue("hook", &[1], 1, chrono::Utc::now()).await.unwrap();
    let (mut wrong, mut refusals) = (vec![], BTreeMap::new());
    for (number, row) in rows().iter().enumerate() {
        for (letter, name, _) in PEOPLE {
            let before = state(&service).await;
            let request = format!("row-{number}-{letter}");
            let method: Method = row.method.parse().unwrap();
            let headers = [("x-request-id", request.as_str())];
            let answer = service.call_with(name, method, &row.concrete(), row.body(&service), &headers).await;
            let status = answer.status.as_u16();
            let tell =
                |what: &str| format!("{} {} by {name:?}: {status}, {what}: {}", row.method, row.path, answer.body);
            let changed = state(&service).await != before;
            if row.allows(letter) {
                if !row.is_good(status) {
                    wrong.push(tell("and it is allowed"));
                }
                if changed {
                    restore(&service).await;
                }
                continue;
            }
            let refused =
                if letter == '0' && row.who != "!" { status == 401 } else { [401, 403, 404].contains(&status) };
            if !refused {
                wrong.push(tell("and it is not allowed"));
            }
            if changed {
                wrong.push(tell("and something was changed"));
                restore(&service).await;
            }
            if letter != '0' && row.who != "!" {
                refusals.insert(request, tell("and it is not in the audit trail"));
            }
        }
    }
    // What only reads is audited a moment later.
    let start = std::time::Instant::now();
    while !refusals.is_empty() && start.elapsed() < std::time::Duration::from_secs(10) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let mut before = None;
        loop {
            let query = AuditQuery { outcome: Some(Outcome::Refused), before, limit: 1000, ..AuditQuery::default() };
            let page = service.app.store().audit_search(&query).await.unwrap();
            page.entries.iter().for_each(|entry| drop(refusals.remove(&entry.entry.request)));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
    }
    wrong.extend(refusals.into_values());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
