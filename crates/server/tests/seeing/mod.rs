//! A company over a real table, whose rows are seen as others see them.

#![allow(unreachable_pub, reason = "a test file uses it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_catalog::Kind;
use scrim_testkit::{Governed, catalog};
use serde_json::{Value, json};

use crate::stand::Service;

pub const STAFF: &str = "/api/v1/data-sources/staff/see-as";
/// A name of a column as nobody would give it.
pub const ODD: &str = r#"od"d '\ %s $1"#;

const TABLES: &str = r#"
CREATE SCHEMA hr;
CREATE TABLE hr.staff (id integer, name varchar(20), region varchar(2), salary numeric(12,2), born date, seen timestamptz,
  ssn varchar(11), active boolean, note text, code varchar(20), ratio real, "od""d '\ %s $1" text);
INSERT INTO hr.staff VALUES
  (1, 'Ann', 'eu', 1234.50, '1980-05-06', '2026-01-31 12:34:56.5+00', '123-45-6789', true, 'plain', 'ab-12', 0.1, 'o''d\'),
  (2, E'Ba''r"\\', 'us', 99.99, NULL, NULL, '1', false, repeat('x', 2000), 'zz', 1.5, NULL),
  (3, NULL, 'eu', -5, '2000-02-29', '2026-03-01 00:00:00+00', NULL, NULL, NULL, '7', NULL, '');
CREATE TABLE hr.late (id integer);
CREATE ROLE ann LOGIN; CREATE ROLE ollie LOGIN; CREATE ROLE gina LOGIN; CREATE ROLE gail LOGIN; CREATE ROLE eve LOGIN;
CREATE SCHEMA eve AUTHORIZATION eve; GRANT USAGE ON SCHEMA eve TO PUBLIC;
"#;

pub struct Company {
    pub governed: Governed,
    pub service: Service,
}

impl Company {
    /// Ollie owns the staff, and everybody of the staff may read it but Gail. Iris may act as others, and has no login.
    pub fn start() -> Self {
        let governed = Governed::start();
        governed.run(TABLES);
        let spied = "CREATE TABLE eve.mine (id integer, word text); INSERT INTO eve.mine VALUES (1, 'a-secret');
                     GRANT SELECT ON eve.mine TO PUBLIC";
        governed.seen("eve", spied).unwrap();
        let known = "{ kind: data-source, name: a, integration: w, table: hr.staff }\n---\n{ kind: data-source, name: b, integration: w, table: eve.mine }";
        governed.install(&governed.catalog(known));
        let integration = catalog(&governed.integration(", discover: 'off'")).json(Kind::Integration, "w").unwrap();
        let service = governed.wait(async {
            let service = Service::start().await;
            service.plant("integration", "w", integration).await;
            service.plant("group", "staff", json!({})).await;
            service.plant("group", "analysts", json!({})).await;
            service.plant("attribute", "known", json!({})).await;
            let person = async |name: &str, body: Value| {
                service.plant("user", name, body).await;
                service.token_for(name).await;
            };
            person("ann", json!({ "groups": ["staff", "analysts"], "attributes": { "region": "eu" } })).await;
            person("ollie", json!({ "groups": ["staff"], "attributes": { "region": ["eu", "us"] } })).await;
            person(
                "gina",
                json!({ "groups": ["staff"], "permissions": ["GOVERNANCE"], "attributes": { "region": ["eu", "us"] } }),
            )
            .await;
            person("gail", json!({ "permissions": ["GOVERNANCE"] })).await;
            person(
                "noel",
                json!({ "groups": ["staff"], "permissions": ["GOVERNANCE"], "warehouse_user": { "w": "none" } }),
            )
            .await;
            person("nick", json!({ "groups": ["staff"], "permissions": ["GOVERNANCE"] })).await;
            person("iris", json!({ "permissions": ["GOVERNANCE", "IMPERSONATE_USER"] })).await;
            let access =
                json!({ "where": "all", "discoverable": true, "access": { "conditions": { "group": "staff" } } });
            service.plant("subscription-policy", "staff", access).await;
            service
                .plant("data-source", "staff", json!({ "integration": "w", "table": "hr.staff", "owners": ["ollie"] }))
                .await;
            service.enforced("w").await;
            service
        });
        Self { governed, service }
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.governed.wait(future)
    }

    /// Has the data source `staff` follow these rules alone.
    pub fn rules(&self, rules: Value) {
        self.wait(async {
            self.service
                .plant("data-policy", "p", json!({ "where": { "data_source": "staff" }, "rules": rules }))
                .await;
            self.service.enforced("w").await;
        });
    }

    pub fn see(&self, who: &str, mut body: Value) -> Seen {
        if body.get("rows").is_none() {
            body["rows"] = json!(10);
        }
        Seen(self.wait(self.service.post(who, STAFF, body)).good())
    }

    /// No row, for a reason with this in it.
    #[track_caller]
    pub fn nothing(&self, who: &str, body: Value, because: &str) {
        let seen = self.see(who, body);
        assert_eq!(seen.0["rows"], json!([]));
        let notes = seen.0["notes"].as_array().unwrap();
        assert!(notes.iter().any(|note| note.as_str().unwrap().contains(because)), "{because}: {notes:#?}");
    }
}

pub struct Seen(pub Value);

impl Seen {
    /// A column of the rows, from above.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<Value> {
        let at = self.0["columns"].as_array().unwrap().iter().position(|column| column["name"] == name).unwrap();
        let rows = self.0["rows"].as_array().unwrap();
        assert!(!rows.is_empty(), "{:#}", self.0);
        rows.iter().map(|row| row[at].clone()).collect()
    }

    #[track_caller]
    pub fn ids(&self) -> Vec<Value> {
        self.column("id")
    }
}

pub fn mask(column: &str, with: &Value) -> Value {
    json!({ "mask": { "columns": { "name": column }, "with": with }, "except": { "user": "ollie" } })
}

pub fn is_hidden(cell: &Value) -> bool {
    cell["hidden"].as_str().is_some()
}
