//! Everybody who might make a call, everything that there is for it, and how a table says who may.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use scrim_catalog::{Change, Kind, Name, from_json};
use serde_json::{Value, json};

use crate::company;
use crate::stand::Service;

/// Who calls.
pub const PEOPLE: [(char, &str, &[&str]); 12] = [
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
pub fn world() -> Vec<(&'static str, &'static str, Value)> {
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
    let optional =
        json!({ "where": "all", "status": "staged", "owners_may_disable": true, "rules": [{ "rows": "never" }] });
    set("data-policy", "optional", optional);
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
pub fn named(path: &str, part: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    // Calls of the API have the kind at one place, pages before the name.
    let before = parts.iter().position(|one| *one == part).and_then(|at| parts.get(at - 1));
    let many = if path.starts_with("/api/") { parts.get(3) } else { before }.copied().unwrap_or("");
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
        ("{kind}", _) => "data-policy",
        ("{name}", "{kind}") => "tokens",
        (_, "integrations" | "register") => "spare",
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

/// A call, and who may make it.
pub struct Row {
    pub method: String,
    pub path: String,
    pub who: String,
    pub sent: String,
}

/// What a table says.
pub fn rows(table: &str) -> Vec<Row> {
    let lines = table.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
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
    /// Whether somebody may make it.
    pub fn allows(&self, letter: char) -> bool {
        self.who.contains(letter) || self.who == "*" || self.who == "+" && letter != '0'
    }

    /// The path, with names.
    pub fn concrete(&self) -> String {
        let part = |part: &str| if part.starts_with('{') { named(&self.path, part) } else { part.to_owned() };
        let path = self.path.split('/').map(part).collect::<Vec<_>>().join("/");
        if self.sent.starts_with('?') { path + &self.sent } else { path }
    }

    /// Whether this answers a call that is allowed.
    pub fn is_good(&self, status: u16) -> bool {
        (200..300).contains(&status) || self.who.starts_with('~') && [409, 422, 503].contains(&status)
    }

    /// What is sent.
    pub fn body(&self, service: &Service) -> Option<Value> {
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
pub async fn restore(service: &Service) {
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
pub type State = (u64, Vec<String>, Vec<String>);

/// What there is now.
pub async fn state(service: &Service) -> State {
    let store = service.app.store();
    let tokens = store.tokens(None).await.unwrap();
    let good = tokens.into_iter().filter(|token| token.revoked.is_none()).map(|token| token.id);
    (service.app.registry().world().sequence, store.account_users().await.unwrap(), good.collect())
}

/// Whether somebody has changed what there was. What the service does by itself meanwhile, such as looking at a warehouse, is
/// nobody's.
pub async fn changed(service: &Service, (sequence, accounts, tokens): State) -> bool {
    let now = state(service).await;
    let events = service.app.store().events(sequence, 1000).await.unwrap();
    events.iter().any(|event| event.actor != "scrim") || (accounts, tokens) != (now.1, now.2)
}
