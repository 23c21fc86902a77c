//! A small company: one governed table, its owner, a project, and people who want something.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]

use serde_json::{Value, json};

use crate::stand::Service;

/// The documents, each after those that it names.
pub fn documents() -> Vec<(&'static str, &'static str, Value)> {
    let port_of_nobody = 1;
    vec![
        (
            "integration",
            "w",
            json!({ "engine": "postgresql", "host": "127.0.0.1", "port": port_of_nobody, "database": "d" }),
        ),
        ("group", "staff", json!({})),
        ("group", "hr", json!({})),
        ("purpose", "Fraud", json!({ "acknowledgement": "I look for fraud only." })),
        ("purpose", "Ads", json!({ "acknowledgement": "I only sell." })),
        ("user", "olivia", json!({ "groups": ["staff"] })),
        ("user", "petra", json!({ "groups": ["staff"] })),
        ("user", "anna", json!({ "groups": ["staff"] })),
        ("user", "nadia", json!({})),
        (
            "data-source",
            "people",
            json!({
                "integration": "w", "table": "s.people", "owners": ["olivia"], "tags": ["HR"],
                "columns": [
                    { "name": "id", "type": "integer" },
                    { "name": "ssn", "type": "varchar(11)", "tags": ["PII.SSN"] },
                    { "name": "passport", "type": "varchar(11)", "tags": ["PII.Passport"] },
                ]
            }),
        ),
        (
            "project",
            "study",
            json!({
                "owners": ["petra"], "access": "anyone", "data_sources": ["people"], "purposes": ["Fraud"],
                "members": [{ "user": "anna" }, { "user": "olivia", "acknowledged": true }]
            }),
        ),
        (
            "subscription-policy",
            "asking",
            json!({
                "where": { "data_source": "people" }, "discoverable": true, "access": { "approval": ["OWNER"] }
            }),
        ),
        (
            "data-policy",
            "mask-ssn",
            json!({
                "where": "all", "rules": [{ "mask": { "columns": { "tag": "PII.SSN" }, "with": "nullify" } }]
            }),
        ),
        (
            "data-policy",
            "tokens",
            json!({
                "where": "all", "rules": [{ "mask": { "columns": { "tag": "PII.Passport" }, "with": "reversible" } }]
            }),
        ),
    ]
}

/// A service with the company, and a token for each of its people.
pub async fn start() -> Service {
    let service = Service::start().await;
    for (kind, name, body) in documents() {
        service.plant(kind, name, body).await;
    }
    for user in ["olivia", "petra", "anna", "nadia"] {
        service.token_for(user).await;
    }
    service
}

/// A name as it stands in a path.
pub fn encoded(name: &str) -> String {
    name.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
