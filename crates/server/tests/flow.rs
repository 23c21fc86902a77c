//! The whole flow: whatever is changed through the API changes what psql shows, and only that.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::collections::BTreeMap;

use scrim_testkit::{Governed, Target, everywhere};
use serde_json::{Value, json};
use stand::Service;
use tokio::runtime::Runtime;

const READERS: [&str; 3] = ["anna", "bert", "cleo"];
const VIEWS: [&str; 2] = ["people", "orders"];

/// What each of the readers sees of each view, by `reader.view`.
type Picture = BTreeMap<String, String>;

/// A warehouse and a service that drives it.
struct Flow {
    governed: Governed,
    runtime: Runtime,
    service: Service,
    picture: Picture,
}

impl Flow {
    fn start(target: Target) -> Self {
        let governed = Governed::on(target);
        governed.run(
            "CREATE SCHEMA raw;
             CREATE TABLE raw.people (id integer, name text, country text);
             CREATE TABLE raw.orders (id integer, amount integer);
             INSERT INTO raw.people VALUES (1, 'Ada', 'FR'), (2, 'Bob', 'US');
             INSERT INTO raw.orders VALUES (10, 100), (11, 200);",
        );
        let runtime = Runtime::new().unwrap();
        let service = runtime.block_on(Service::start());
        let mut flow = Self { governed, runtime, service, picture: Picture::new() };
        let catalog = flow.governed.catalog(
            "{ kind: data-source, name: people, integration: w, table: raw.people }
---
{ kind: data-source, name: orders, integration: w, table: raw.orders }",
        );
        flow.governed.install(&catalog);
        for reader in READERS {
            flow.governed.run(&format!("CREATE ROLE {reader} LOGIN"));
        }
        let integration = catalog.json(scrim_catalog::Kind::Integration, "w").unwrap();
        flow.put("integrations/w", integration);
        flow.picture = flow.look();
        flow
    }

    fn put(&mut self, path: &str, body: Value) {
        let path = format!("/api/v1/{path}");
        self.runtime.block_on(self.service.put("root", &path, body)).good();
        self.runtime.block_on(self.service.enforced("w"));
    }

    fn delete(&mut self, path: &str) {
        let path = format!("/api/v1/{path}");
        self.runtime.block_on(self.service.delete("root", &path)).good();
        self.runtime.block_on(self.service.enforced("w"));
    }

    fn look(&self) -> Picture {
        let mut picture = Picture::new();
        for reader in READERS {
            for view in VIEWS {
                let rows = self.governed.seen(reader, &format!("SELECT * FROM governed.{view} ORDER BY id"));
                let shown = match rows {
                    Err(_) => "closed".to_owned(),
                    Ok(rows) => {
                        let cell = |cell: Option<String>| match cell {
                            Some(text) if text.len() == 64 => "#".to_owned(),
                            Some(text) => text,
                            None => "-".to_owned(),
                        };
                        let row = |row: Vec<Option<String>>| row.into_iter().map(cell).collect::<Vec<_>>().join(" ");
                        rows.into_iter().map(row).collect::<Vec<_>>().join(", ")
                    }
                };
                picture.insert(format!("{reader}.{view}"), shown);
            }
        }
        picture
    }

    /// What is different from when it was looked at last.
    #[track_caller]
    fn differs(&mut self, expected: &[(&str, &str)]) {
        let now = self.look();
        let different: Vec<(String, String)> = now
            .iter()
            .filter(|(at, shown)| self.picture.get(*at) != Some(shown))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect();
        let different: Vec<(&str, &str)> = different.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(different, expected);
        self.picture = now;
    }
}

const CLEAR: &str = "1 Ada FR, 2 Bob US";
const MASKED: &str = "1 # FR, 2 # US";
const ORDERS: &str = "10 100, 11 200";

fn whatever_is_changed_changes_what_is_shown(target: Target) {
    let mut flow = Flow::start(target);
    // People, and what they are.
    flow.put("groups/hr", json!({}));
    flow.put("groups/sales", json!({}));
    flow.put("attributes/country", json!({}));
    flow.put("users/anna", json!({ "groups": ["hr"] }));
    flow.put("users/bert", json!({ "groups": ["sales"], "attributes": { "country": ["US"] } }));
    flow.put("users/cleo", json!({}));
    flow.differs(&[]);
    // A source is created: without a policy nobody but its owners reads it.
    let people = json!({
        "integration": "w", "table": "raw.people", "owners": ["cleo"], "tags": ["HR"],
        "columns": [
            { "name": "id", "type": "integer" }, { "name": "name", "type": "varchar(256)", "tags": ["PII.Name"] },
            { "name": "country", "type": "varchar(256)" }
        ]
    });
    let people = if target == Target::Postgresql {
        serde_json::from_str(&people.to_string().replace("varchar(256)", "text")).unwrap()
    } else {
        people
    };
    flow.put("data-sources/people", people.clone());
    flow.put(
        "data-sources/orders",
        json!({ "integration": "w", "table": "raw.orders", "owners": ["cleo"], "columns": [
        { "name": "id", "type": "integer" }, { "name": "amount", "type": "integer" }
    ] }),
    );
    flow.differs(&[
        ("anna.orders", ""),
        ("anna.people", ""),
        ("bert.orders", ""),
        ("bert.people", ""),
        ("cleo.orders", ORDERS),
        ("cleo.people", CLEAR),
    ]);
    // A subscription policy: by group.
    flow.put("subscription-policies/hr", json!({
        "where": { "source_tag": "HR" }, "access": { "conditions": { "any": [{ "group": "hr" }, { "attribute": { "country": "US" } }] } }
    }));
    flow.differs(&[("anna.people", CLEAR), ("bert.people", CLEAR)]);
    // A mask, which holds for owners, too.
    flow.put(
        "data-policies/names",
        json!({
            "where": { "column_tag": "PII" },
            "rules": [{ "mask": { "columns": { "tag": "PII" }, "with": "hash" }, "except": { "group": "hr" } }]
        }),
    );
    flow.differs(&[("bert.people", MASKED), ("cleo.people", MASKED)]);
    // Rows by attribute.
    flow.put("data-policies/countries", json!({
        "where": { "data_source": "people" },
        "rules": [{ "rows": { "match": { "attribute": "country", "column": { "name": "country" } } }, "except": { "group": "hr" } }]
    }));
    flow.differs(&[("bert.people", "2 # US"), ("cleo.people", "")]);
    // An attribute changes, a group changes.
    flow.put("users/bert", json!({ "groups": ["sales"], "attributes": { "country": ["US", "FR"] } }));
    flow.differs(&[("bert.people", MASKED)]);
    flow.put("users/bert", json!({ "groups": ["sales", "hr"], "attributes": { "country": ["US", "FR"] } }));
    flow.differs(&[("bert.people", CLEAR)]);
    flow.put("users/bert", json!({ "groups": ["sales"], "attributes": { "country": ["US"] } }));
    flow.differs(&[("bert.people", "2 # US")]);
    // A group carries an attribute.
    flow.put("groups/sales", json!({ "attributes": { "country": ["FR"] } }));
    flow.differs(&[("bert.people", MASKED)]);
    // A policy is staged, and active again.
    let rows = |status: &str| {
        json!({
            "where": { "data_source": "people" }, "status": status,
            "rules": [{ "rows": { "match": { "attribute": "country", "column": { "name": "country" } } }, "except": { "group": "hr" } }]
        })
    };
    flow.put("data-policies/countries", rows("staged"));
    flow.differs(&[("cleo.people", MASKED)]);
    flow.put("data-policies/countries", rows("active"));
    flow.differs(&[("cleo.people", "")]);
    // Access is asked for and approved, and revoked.
    flow.put(
        "subscription-policies/ask",
        json!({ "where": { "data_source": "orders" }, "access": { "approval": ["OWNER"] } }),
    );
    flow.differs(&[]);
    let asked = |state: &str| {
        json!({
            "user": "anna", "data_source": "orders", "state": state,
            "approvals": [{ "as": "OWNER", "by": "cleo", "at": "2026-01-01T00:00:00Z" }]
        })
    };
    flow.put("subscriptions/anna-orders", asked("requested"));
    flow.differs(&[]);
    flow.put("subscriptions/anna-orders", asked("active"));
    flow.differs(&[("anna.orders", ORDERS)]);
    flow.put("subscriptions/anna-orders", asked("revoked"));
    flow.differs(&[("anna.orders", "")]);
    // A grant ends by itself, in the warehouse, with nobody doing anything.
    let soon = chrono::Utc::now() + chrono::TimeDelta::seconds(4);
    flow.put("grants/bert-orders", json!({ "user": "bert", "data_source": "orders", "expires": soon }));
    flow.differs(&[("bert.orders", ORDERS)]);
    std::thread::sleep((soon - chrono::Utc::now()).to_std().unwrap_or_default() + std::time::Duration::from_millis(50));
    flow.differs(&[("bert.orders", "")]);
    // A project with a purpose: what is acknowledged counts while the user acts under it, and nothing else is seen then.
    flow.put("purposes/Fraud", json!({ "acknowledgement": "fraud only" }));
    flow.put("data-policies/names", json!({
        "where": { "column_tag": "PII" },
        "rules": [{ "mask": { "columns": { "tag": "PII" }, "with": "hash" }, "except": { "any": [{ "group": "hr" }, { "purpose": "Fraud" }] } }]
    }));
    let project = |acknowledged: bool| {
        json!({
            "owners": ["cleo"], "purposes": ["Fraud"], "data_sources": ["people"], "members": [{ "user": "bert", "acknowledged": acknowledged }]
        })
    };
    flow.put("projects/chargebacks", project(false));
    flow.differs(&[]);
    let bert = |project: Option<&str>| json!({ "groups": ["sales"], "attributes": { "country": ["US"] }, "current_project": project });
    flow.put("users/bert", bert(Some("chargebacks")));
    flow.differs(&[]);
    flow.put("projects/chargebacks", project(true));
    flow.differs(&[("bert.people", CLEAR)]);
    // Another text must be acknowledged again.
    flow.put("purposes/Fraud", json!({ "acknowledgement": "fraud, and nothing else" }));
    flow.differs(&[("bert.people", MASKED)]);
    flow.put("projects/chargebacks", project(true));
    flow.differs(&[("bert.people", CLEAR)]);
    flow.delete("projects/chargebacks");
    flow.differs(&[("bert.people", MASKED)]);
    // Owners go, users are disabled, sources are disabled and enabled.
    flow.put(
        "data-sources/orders",
        json!({ "integration": "w", "table": "raw.orders", "owners": ["anna"], "columns": [
        { "name": "id", "type": "integer" }, { "name": "amount", "type": "integer" }
    ] }),
    );
    flow.differs(&[("anna.orders", ORDERS), ("cleo.orders", "")]);
    flow.put("users/anna", json!({ "groups": ["hr"], "disabled": true }));
    flow.differs(&[("anna.orders", ""), ("anna.people", "")]);
    flow.put("users/anna", json!({ "groups": ["hr"] }));
    flow.differs(&[("anna.orders", ORDERS), ("anna.people", CLEAR)]);
    let mut disabled = people.clone();
    disabled["status"] = json!("disabled");
    flow.put("data-sources/people", disabled);
    flow.differs(&[("anna.people", "closed"), ("bert.people", "closed"), ("cleo.people", "closed")]);
    flow.put("data-sources/people", people);
    flow.differs(&[("anna.people", CLEAR), ("bert.people", MASKED), ("cleo.people", "")]);
    // A group is deleted once no policy names it; a tag that restricts, once somebody confirmed what opens.
    flow.delete("groups/sales");
    flow.differs(&[("bert.people", "2 # US")]);
    let refused = flow.runtime.block_on(flow.service.delete("root", "/api/v1/tags/PII.Name")).problem(428);
    assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("`name`"), "{refused:#}");
    flow.delete("tags/PII.Name?confirm=true");
    flow.differs(&[("bert.people", "2 Bob US")]);
    // A source is deleted once no policy names it.
    flow.runtime.block_on(flow.service.delete("root", "/api/v1/data-sources/orders")).problem(422);
    flow.delete("subscription-policies/ask");
    flow.differs(&[]);
    flow.delete("data-sources/orders");
    flow.differs(&[("anna.orders", "closed"), ("bert.orders", "closed"), ("cleo.orders", "closed")]);
    let verdict = flow.runtime.block_on(flow.service.app.store().verify_audit()).unwrap();
    assert!(verdict.broken.is_none());
}

everywhere! { whatever_is_changed_changes_what_is_shown }
