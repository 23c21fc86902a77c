//! Scrim's account reads every table: nobody has it read for them what they may not read themselves, by whichever way a table
//! gets into a document.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;
mod ways;

use scrim_catalog::Kind;
use scrim_testkit::{Governed, Target, catalog, everywhere};
use serde_json::{Value, json};
use stand::Service;
use ways::all_refused;

/// Two warehouses with the same tables. Rita may read `hr.staff` in both, and `hr.pay` in the second only.
struct Two {
    governed: Governed,
    other: Governed,
    service: Service,
}

impl Two {
    fn start(target: Target) -> Self {
        let tables =
            "CREATE SCHEMA hr; CREATE ROLE rita LOGIN; CREATE ROLE ann LOGIN; GRANT USAGE ON SCHEMA hr TO rita;
             CREATE TABLE hr.staff (id integer, name varchar(9)); CREATE TABLE hr.pay (id integer, login varchar(9));
             INSERT INTO hr.staff VALUES (1, 'x'), (2, 'y'); INSERT INTO hr.pay VALUES (1, 'rita'), (1, 'ann');
             GRANT SELECT ON hr.staff TO rita";
        let (governed, other) = (Governed::on(target), Governed::start());
        governed.run(tables);
        other.run(&format!("{tables}; GRANT SELECT ON hr.pay TO rita"));
        let everything = "{ kind: data-source, name: a, integration: w, table: hr.staff }\n---\n{ kind: data-source, name: b, integration: w, table: hr.pay }";
        for each in [&governed, &other] {
            each.install(&each.catalog(everything));
        }
        let service = governed.wait(async {
            let service = Service::start().await;
            service.person("rita", &["CREATE_DATA_SOURCE"]).await;
            service.person("gova", &["GOVERNANCE"]).await;
            service.person("ann", &[]).await;
            for (name, each) in [("w", &governed), ("v", &other)] {
                let mut body = catalog(&each.integration(", discover: 'off'")).json(Kind::Integration, "w").unwrap();
                body["name"] = json!(name);
                service.plant("integration", name, body).await;
            }
            let everybody = json!({ "where": "all", "access": "anyone" });
            service.plant("subscription-policy", "everybody", everybody).await;
            service.put("rita", "/api/v1/data-sources/staff", source("w", "hr.staff")).await.good();
            service.put("rita", "/api/v1/data-sources/there", source("v", "hr.staff")).await.good();
            service
        });
        Self { governed, other, service }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.governed.wait(future)
    }

    #[track_caller]
    fn refused(&self, who: &str, kind: Kind, name: &str, body: &Value, status: u16) {
        self.wait(all_refused(&self.service, who, kind, name, body, &[status]));
    }
}

fn source(integration: &str, table: &str) -> Value {
    let second = if table.to_lowercase().contains("pay") { "login" } else { "name" };
    let columns = json!([{ "name": "id", "type": "integer" }, { "name": second, "type": "varchar(9)" }]);
    json!({ "integration": integration, "table": table, "columns": columns })
}

fn lookup(source: &str, table: &str) -> Value {
    json!({ "where": { "data_source": source }, "rules": [{
        "rows": { "lookup": { "table": table, "on": { "id": { "name": "id" } }, "user": "login" } } }] })
}

fn nobody_registers_what_they_may_not_read(target: Target) {
    let two = Two::start(target);
    let same = if target == Target::Postgresql { "postgres.hr.pay" } else { "people.hr.pay" };
    // A new one, or one of theirs onto another table; under names that mean that table, or would mean it after folding.
    for table in ["hr.pay", same, "hr.nosuch", "hr.PAY", "\"hr\".\"pay\"", "HR.\"Pay\""] {
        two.refused("rita", Kind::DataSource, "new", &source("w", table), 403);
        two.refused("rita", Kind::DataSource, "staff", &source("w", table), 403);
    }
    // Into the other warehouse, and out of it.
    two.wait(two.service.put("rita", "/api/v1/data-sources/pay-there", source("v", "hr.pay"))).good();
    two.refused("rita", Kind::DataSource, "pay-there", &source("w", "hr.pay"), 403);
    // Whoever governs, and does not own it, may change a data source, and not what it stands on; nor may a stranger.
    two.refused("gova", Kind::DataSource, "staff", &source("w", "hr.pay"), 403);
    two.refused("gova", Kind::DataSource, "staff", &source("v", "hr.other"), 403);
    two.refused("ann", Kind::DataSource, "new", &source("w", "hr.staff"), 403);
    // What an administrator once had registered for them does not make it theirs to come back to.
    let mut pay = source("w", "hr.pay");
    pay["owners"] = json!(["rita"]);
    two.wait(two.service.put("root", "/api/v1/data-sources/moved", pay.clone())).good();
    two.wait(two.service.delete("root", "/api/v1/data-sources/staff")).good();
    let mut staff = source("w", "hr.staff");
    staff["owners"] = json!(["rita"]);
    two.wait(two.service.put("root", "/api/v1/data-sources/moved", staff)).good();
    let versions = two.wait(two.service.get("rita", "/api/v1/data-sources/moved/versions")).good();
    let mut earlier = versions["items"][1]["document"].clone();
    assert_eq!(earlier["table"], "hr.pay", "{versions:#}");
    let fields = earlier.as_object_mut().unwrap();
    fields.remove("kind");
    fields.remove("name");
    two.refused("rita", Kind::DataSource, "moved", &earlier, 403);
}

fn nobody_looks_up_in_what_they_may_not_read(target: Target) {
    let two = Two::start(target);
    two.refused("rita", Kind::DataPolicy, "look", &lookup("staff", "hr.pay"), 403);
    // In whichever branch it stands, and also while the policy is staged.
    let plain = lookup("staff", "hr.pay")["rules"][0]["rows"].clone();
    let staged = json!({ "where": { "data_source": "staff" }, "status": "staged", "rules": [{ "rows": plain }] });
    let branches = json!({ "where": { "data_source": "staff" }, "rules": [
        { "rows": { "cases": [{ "for": { "user": "ann" }, "all_rows": true }], "otherwise": plain } }] });
    for body in [staged, branches] {
        two.refused("rita", Kind::DataPolicy, "look", &body, 403);
    }
    // Rita may read the table of the same name in the other warehouse, which says nothing of this one.
    two.wait(two.service.put("rita", "/api/v1/data-policies/look", lookup("there", "hr.pay"))).good();
    two.refused("rita", Kind::DataPolicy, "look", &lookup("staff", "hr.pay"), 403);
    let of = |kind: &str, name: &str, mut body: Value| {
        body["kind"] = json!(kind);
        body["name"] = json!(name);
        json!({ "put": body })
    };
    let together = json!({ "operations": [
        of("data-source", "pay-there", source("v", "hr.pay")),
        of("data-policy", "new", lookup("staff", "hr.pay")),
    ] });
    two.wait(two.service.post("rita", "/api/v1/bulk", together)).problem(403);
    // Nor does the policy come along when its data source goes to the other warehouse.
    two.refused("rita", Kind::DataSource, "there", &source("w", "hr.staff"), 422);
    two.wait(two.service.delete("root", "/api/v1/data-sources/staff")).good();
    two.refused("rita", Kind::DataSource, "there", &source("w", "hr.staff"), 403);
    // Governors write policies for all, and look up in nothing that they may not read.
    for scope in [json!("all"), json!({ "data_source": "there" }), json!({ "integration": "*" })] {
        let mut body = lookup("there", "hr.pay");
        body["where"] = scope;
        two.refused("gova", Kind::DataPolicy, "wide", &body, 403);
    }
    // What is there stays, and can be edited; it reaches no further by that.
    let mut body = two.wait(two.service.get("gova", "/api/v1/data-policies/look")).good();
    let fields = body.as_object_mut().unwrap();
    fields.remove("kind");
    fields.remove("name");
    body["description"] = json!("looked at");
    two.wait(two.service.put("gova", "/api/v1/data-policies/look", body.clone())).good();
    two.wait(two.service.put("root", "/api/v1/data-sources/here", source("w", "hr.staff"))).good();
    for scope in [json!("all"), json!({ "any": [{ "data_source": "there" }, { "data_source": "here" }] })] {
        body["where"] = scope;
        two.refused("gova", Kind::DataPolicy, "look", &body, 403);
    }
}

fn nobody_registers_what_is_the_systems_or_registered_already(target: Target) {
    let two = Two::start(target);
    let schemas = [
        "pg_catalog",
        "PG_CATALOG",
        "information_schema",
        "immuta_system",
        "IMMUTA_system",
        "immuta_procedures",
        "Governed",
    ];
    for schema in schemas {
        two.refused("root", Kind::DataSource, "new", &source("w", &format!("{schema}.salt")), 422);
    }
    two.refused("rita", Kind::DataSource, "new", &source("w", "immuta_system.salt"), 403);
    let body = json!({ "tables": schemas.map(|schema| format!("{schema}.salt")) });
    let done = two.wait(two.service.post("root", "/api/v1/integrations/w/register", body)).good();
    for one in done["tables"].as_array().unwrap() {
        assert!(one.get("data_source").is_none(), "{done:#}");
    }
    // One data source for each table, under whichever spelling.
    let same = if target == Target::Postgresql { "postgres.hr.staff" } else { "people.hr.staff" };
    for table in ["hr.staff", same, "HR.STAFF", "\"hr\".\"staff\"", "hr.Staff"] {
        two.refused("root", Kind::DataSource, "again", &source("w", table), 422);
    }
    let done = two
        .wait(two.service.post("root", "/api/v1/integrations/w/register", json!({ "tables": ["hr.staff", same] })))
        .good();
    for one in done["tables"].as_array().unwrap() {
        assert!(one["reason"].as_str().unwrap().contains("registered already"), "{done:#}");
    }
    // One view for each, in the schema of views, and none of another name.
    two.wait(two.service.put("root", "/api/v1/data-sources/pay", source("w", "hr.pay"))).good();
    for view in [
        "governed.staff",
        "governed.STAFF",
        "Governed.pay",
        "hr.pay",
        "public.mine",
        "immuta_system.user_profile",
        "people.governed.pay",
    ] {
        let mut body = source("w", "hr.pay");
        body["view"] = json!(view);
        two.refused("root", Kind::DataSource, "pay", &body, 422);
    }
    // What stands under the name of a view, and was not made by Scrim, stays what it is.
    two.governed.run_at_home("CREATE VIEW governed.mine AS SELECT 'theirs' AS whose");
    let mut body = source("w", "hr.pay");
    body["view"] = json!("governed.mine");
    two.wait(two.service.put("root", "/api/v1/data-sources/pay", body)).good();
    two.wait(two.service.enforced("w"));
    assert_eq!(two.governed.cell("SELECT whose FROM governed.mine").as_deref(), Some("theirs"));
    let sync = two.wait(two.service.get("root", "/api/v1/data-sources/pay/sync")).good();
    assert!(sync["reason"].as_str().unwrap().contains("was not made by Scrim"), "{sync:#}");
    drop(two.other);
}

/// Views read what their owners may read, and those that read what the reader may read are not registered by others than
/// administrators; neither shows more than it would by itself.
#[test]
fn a_view_over_a_table_opens_nothing() {
    let two = Two::start(Target::Postgresql);
    two.governed.run(
        "CREATE SCHEMA mine AUTHORIZATION rita; SET ROLE rita; CREATE VIEW mine.v AS SELECT * FROM hr.pay;
         CREATE VIEW mine.i WITH (security_invoker = true) AS SELECT * FROM hr.pay; CREATE VIEW mine.t AS SELECT 1 AS id;
         GRANT USAGE ON SCHEMA mine TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA mine TO PUBLIC; RESET ROLE",
    );
    two.refused("rita", Kind::DataSource, "i", &source("w", "mine.i"), 403);
    for name in ["v", "t"] {
        let columns = json!([{ "name": "id", "type": "integer" }]);
        let body = json!({ "integration": "w", "table": format!("mine.{name}"), "columns": columns });
        two.wait(two.service.put("rita", &format!("/api/v1/data-sources/{name}"), body)).good();
    }
    two.wait(two.service.enforced("w"));
    assert_eq!(two.governed.refused("rita", "SELECT * FROM governed.v"), "42501");
    assert_eq!(two.governed.seen("rita", "SELECT id FROM governed.t").unwrap().len(), 1);
    // One that was harmless when it was registered.
    two.governed.run(
        "SET ROLE rita; CREATE OR REPLACE VIEW mine.t WITH (security_invoker = true) AS SELECT id FROM hr.pay; RESET ROLE",
    );
    assert_eq!(two.governed.refused("rita", "SELECT id FROM governed.t"), "42501");
    two.governed.run(
        "SET ROLE rita; CREATE OR REPLACE VIEW mine.t WITH (security_invoker = true) AS SELECT COUNT(*)::integer AS id FROM immuta_system.salt; RESET ROLE",
    );
    assert_eq!(two.governed.refused("rita", "SELECT id FROM governed.t"), "42501");
}

/// Whoever writes a pattern, and reads how many values it fits, asks the table: whoever may not read it does not.
fn nobody_asks_by_identifiers_of_their_own_what_they_may_not_read(target: Target) {
    let two = Two::start(target);
    let rows: Vec<String> = (3..60).map(|n| format!("({n}, 'x{n}')")).collect();
    two.governed.run(&format!("INSERT INTO hr.staff VALUES {}", rows.join(", ")));
    let mine = json!({ "tag": "Mine", "value": "x[0-9]+|y" });
    let put = |name: &str| format!("/api/v1/identifiers/{name}");
    two.wait(two.service.put("gova", &put("mine"), mine.clone())).good();
    two.wait(two.service.enforced("w"));
    let ask = |who: &str| {
        two.wait(two.service.post(who, "/api/v1/data-sources/staff/discover?dry_run=true", json!({}))).good()
    };
    let found = |answer: &Value| answer["columns"].to_string().contains("Mine");
    let audited = || {
        two.wait(two.service.app.written());
        let query = scrim_store::AuditQuery {
            action: Some("data-source.discover".into()),
            limit: 1,
            outcome: Some(scrim_store::Outcome::Allowed),
            ..Default::default()
        };
        let entry = two.wait(two.service.app.store().audit_search(&query)).unwrap().entries.remove(0).entry;
        entry.details["identifiers"].clone()
    };
    let answer = ask("gova");
    assert!(!found(&answer), "{answer:#}");
    assert_eq!(answer["left_out"], json!(["mine"]), "{answer:#}");
    assert_eq!(audited(), json!([]));
    // The owner is told, and whoever reads the table by themselves.
    let answer = ask("rita");
    assert!(found(&answer) && answer["left_out"] == json!([]), "{answer:#}");
    assert_eq!(audited(), json!(["mine"]));
    two.governed.run("CREATE ROLE gova LOGIN; GRANT USAGE ON SCHEMA hr TO gova; GRANT SELECT ON hr.staff TO gova");
    let answer = ask("gova");
    assert!(found(&answer) && answer["left_out"] == json!([]), "{answer:#}");
}

everywhere! {
    nobody_asks_by_identifiers_of_their_own_what_they_may_not_read
    nobody_registers_what_they_may_not_read
    nobody_looks_up_in_what_they_may_not_read
    nobody_registers_what_is_the_systems_or_registered_already
}
