//! Tables come and go in a warehouse, and the service follows: nothing new is shown by itself.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::time::{Duration, Instant};

use scrim_catalog::Kind;
use scrim_testkit::{Governed, Target, catalog, ident};
use serde_json::{Value, json};
use stand::Service;

const MONITORED: &str = ", monitored: [ { schema: 'shop*', owners: [ olivia ] } ]";

/// A warehouse with the schemas `shop` and `hr`, and a service that watches it.
fn started(target: Target, more: &str, prepared: &str) -> (Governed, Service) {
    let governed = Governed::on(target);
    governed.run(&format!(
        "CREATE SCHEMA shop; CREATE SCHEMA hr; CREATE ROLE ann LOGIN; CREATE ROLE rita LOGIN; CREATE ROLE col LOGIN; GRANT USAGE ON SCHEMA shop, hr TO PUBLIC; {prepared}"
    ));
    let text = governed.integration(more);
    let with_owner = catalog(&format!("{text}{{ kind: user, name: olivia }}\n"));
    governed.install(&with_owner);
    let service = governed.wait(Service::start());
    governed.wait(async {
        for user in ["olivia", "ann", "eve"] {
            service.person(user, &[]).await;
        }
        let everybody = json!({ "where": "all", "access": "anyone" });
        service.plant("subscription-policy", "everybody", everybody).await;
        service.plant("integration", "w", with_owner.json(Kind::Integration, "w").unwrap()).await;
    });
    (governed, service)
}

fn source(service: &Service, name: &str) -> Option<Value> {
    service.app.registry().world().catalog.json(Kind::DataSource, name)
}

/// Waits until a data source is as it should be.
#[track_caller]
fn until(governed: &Governed, service: &Service, name: &str, good: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let found = source(service, name);
        if let Some(found) = found.as_ref().filter(|found| good(found)) {
            governed.wait(service.enforced("w"));
            return found.clone();
        }
        if start.elapsed() > Duration::from_secs(30) {
            let kept = governed.wait(service.app.store().setting("monitoring/w")).unwrap();
            panic!("`{name}` is not as it should be: {found:#?} {kept:#?}");
        }
        governed.wait(async { tokio::time::sleep(Duration::from_millis(20)).await });
    }
}

/// Waits until a reader gets so many rows, or an error.
#[track_caller]
fn until_rows(governed: &Governed, sql: &str, rows: Option<usize>) {
    let start = Instant::now();
    loop {
        let seen = governed.seen("ann", sql);
        if seen.as_ref().ok().map(Vec::len) == rows {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{sql}: {seen:?}");
        governed.wait(async { tokio::time::sleep(Duration::from_millis(20)).await });
    }
}

fn tagged(document: &Value, column: &str, tag: &str) -> bool {
    let columns = document["columns"].as_array().unwrap();
    let column = columns.iter().find(|one| one["name"] == column);
    column.is_some_and(|column| column["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag))))
}

fn named(document: &Value, column: &str) -> bool {
    document["columns"].as_array().unwrap().iter().any(|one| one["name"] == column)
}

fn a_new_table_becomes_a_data_source_and_is_protected(target: Target) {
    let (governed, service) = started(target, MONITORED, "");
    let mask = json!({ "where": "all", "rules": [{ "mask": { "columns": { "name": "^mail$" }, "with": "nullify" } }] });
    governed.wait(service.plant("data-policy", "mails", mask));
    governed.run(
        "CREATE TABLE shop.orders (id integer, mail varchar(80)); INSERT INTO shop.orders VALUES (1, 'a@b.example')",
    );
    let document = until(&governed, &service, "shop.orders", |_| true);
    assert_eq!((&document["owners"], &document["table"]), (&json!(["olivia"]), &json!("shop.orders")));
    assert_eq!(document["columns"][0]["name"], "id");
    assert_eq!(governed.seen("ann", "SELECT id, mail FROM governed.orders").unwrap(), [[Some("1".to_owned()), None]]);
    assert_eq!(governed.refused("ann", &format!("SELECT 1 FROM {}", governed.table("shop.orders"))), "42501");
    // It is measured, and audited as Scrim's own doing.
    let start = Instant::now();
    let noticed = loop {
        let told = governed.wait(service.get("root", "/api/v1/integrations/w/monitoring")).good();
        if told["noticed"][0]["seconds"].is_number() {
            break told;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{told:#}");
        governed.wait(async { tokio::time::sleep(Duration::from_millis(50)).await });
    };
    assert_eq!(noticed["noticed"][0]["data_sources"], json!(["shop.orders"]));
    assert!(noticed["noticed"][0]["seconds"].as_f64().unwrap() < 20.0, "{noticed:#}");
    let versions = governed.wait(service.get("root", "/api/v1/data-sources/shop.orders/versions")).good();
    assert_eq!(versions["items"][0]["actor"], "scrim");
    governed.wait(service.get("eve", "/api/v1/integrations/w/monitoring")).problem(403);
}

fn a_new_column_stays_hidden_until_it_is_confirmed(target: Target) {
    let (governed, service) = started(target, MONITORED, "CREATE TABLE shop.orders (id integer)");
    until(&governed, &service, "shop.orders", |_| true);
    governed.run("ALTER TABLE shop.orders ADD COLUMN phone varchar(20); INSERT INTO shop.orders VALUES (1, '0123')");
    let document = until(&governed, &service, "shop.orders", |document| tagged(document, "phone", "New"));
    assert_eq!(document["columns"][1]["origins"], json!({ "New": "discovered" }));
    until_rows(&governed, "SELECT id FROM governed.orders", Some(1));
    until_rows(&governed, "SELECT phone FROM governed.orders", None);
    let path = "/api/v1/data-sources/shop.orders/confirm";
    governed.wait(service.post("eve", path, json!({}))).problem(403);
    governed.wait(service.post("olivia", path, json!({ "columns": ["nosuch"] }))).problem(404);
    governed.wait(service.post("olivia", path, json!({ "columns": ["phone"] }))).good();
    governed.wait(service.enforced("w"));
    assert_eq!(governed.seen("ann", "SELECT phone FROM governed.orders").unwrap(), [[Some("0123".to_owned())]]);
    // A column that nothing depends on goes, and the others stay.
    governed.run("ALTER TABLE shop.orders DROP COLUMN phone CASCADE");
    until(&governed, &service, "shop.orders", |document| !named(document, "phone"));
    until_rows(&governed, "SELECT id FROM governed.orders", Some(1));
}

fn a_column_that_rules_depend_on_closes_until_it_is_confirmed(target: Target) {
    let (governed, service) = started(
        target,
        MONITORED,
        "CREATE TABLE shop.orders (id integer, region varchar(9)); INSERT INTO shop.orders VALUES (1, 'n')",
    );
    let document = until(&governed, &service, "shop.orders", |_| true);
    let mut document = document.clone();
    document["columns"][1]["tags"] = json!(["Region"]);
    governed.wait(service.put("olivia", "/api/v1/data-sources/shop.orders", document)).good();
    let rule = json!({ "where": { "column_tag": "Region" }, "rules": [{ "rows": { "filter": "id < 0" } }] });
    governed.wait(service.plant("data-policy", "rows", rule));
    governed.wait(service.enforced("w"));
    until_rows(&governed, "SELECT id FROM governed.orders", Some(0));
    governed.run("ALTER TABLE shop.orders DROP COLUMN region CASCADE; ALTER TABLE shop.orders ADD COLUMN more integer");
    let document = until(&governed, &service, "shop.orders", |document| tagged(document, "more", "New"));
    assert!(tagged(&document, "region", "Region"), "the rule holds on: {document:#}");
    let rows = governed.seen("ann", "SELECT id FROM governed.orders");
    assert!(rows.as_ref().map_or(true, Vec::is_empty), "{rows:?}");
    governed.wait(service.post("olivia", "/api/v1/data-sources/shop.orders/confirm", json!({}))).good();
    governed.wait(service.enforced("w"));
    until_rows(&governed, "SELECT id, more FROM governed.orders", Some(1));
}

fn a_dropped_table_disables_its_data_source(target: Target) {
    let table = "CREATE TABLE shop.orders (id integer); INSERT INTO shop.orders VALUES (1)";
    let (governed, service) = started(target, MONITORED, table);
    until(&governed, &service, "shop.orders", |_| true);
    governed.run("ALTER TABLE shop.orders RENAME TO away");
    let document = until(&governed, &service, "shop.orders", |document| document["status"] == "disabled");
    assert!(document["gone"]["reason"].as_str().unwrap().contains("not in the warehouse"), "{document:#}");
    until_rows(&governed, "SELECT id FROM governed.orders", None);
    // The very same table comes back.
    governed.run("ALTER TABLE shop.away RENAME TO orders");
    let document = until(&governed, &service, "shop.orders", |document| document.get("status").is_none());
    assert_eq!(document.get("gone"), None);
    until_rows(&governed, "SELECT id FROM governed.orders", Some(1));
    // Another one under its name is not enough.
    governed.run("DROP TABLE shop.orders CASCADE");
    until(&governed, &service, "shop.orders", |document| document["status"] == "disabled");
    governed.run(table);
    let other = |document: &Value| document["gone"]["reason"].as_str().is_some_and(|why| why.contains("another table"));
    until(&governed, &service, "shop.orders", other);
    until_rows(&governed, "SELECT id FROM governed.orders", None);
    governed.wait(service.post("olivia", "/api/v1/data-sources/shop.orders/confirm", json!({}))).good();
    governed.wait(service.enforced("w"));
    until_rows(&governed, "SELECT id FROM governed.orders", Some(1));
}

fn a_table_in_the_place_of_another_is_closed_until_it_is_confirmed(target: Target) {
    let (governed, service) =
        started(target, "", "CREATE TABLE hr.staff (id integer); INSERT INTO hr.staff VALUES (1), (2)");
    // Not in a monitored schema: watched all the same.
    let staff = json!({ "integration": "w", "table": "hr.staff", "owners": ["olivia"] });
    governed.run("GRANT USAGE ON SCHEMA hr TO scrim_owner; GRANT SELECT ON hr.staff TO scrim_owner");
    governed.wait(service.put("root", "/api/v1/data-sources/staff", staff)).good();
    governed.wait(service.enforced("w"));
    until_rows(&governed, "SELECT id FROM governed.staff", Some(2));
    governed.run(
        "BEGIN; ALTER TABLE hr.staff RENAME TO old; CREATE TABLE hr.staff (id integer); INSERT INTO hr.staff VALUES (7);
         GRANT SELECT ON hr.staff TO scrim_owner; COMMIT",
    );
    until_rows(&governed, "SELECT id FROM governed.staff", Some(0));
    governed.wait(service.post("olivia", "/api/v1/data-sources/staff/confirm", json!({}))).good();
    until_rows(&governed, "SELECT id FROM governed.staff", Some(1));
    assert_eq!(governed.seen("ann", "SELECT id FROM governed.staff").unwrap(), [[Some("7".to_owned())]]);
}

fn hostile_names_are_registered_as_what_they_are(target: Target) {
    let (governed, service) = started(target, MONITORED, "");
    let hostile =
        ["it's", r#"a"b"#, r"back\slash'); --", "größe €", "$scrim$", "%s %i {owner}", "new. dot", "tab/../x"];
    for name in hostile {
        let columns: Vec<String> = hostile.iter().map(|column| format!("{} varchar(40)", ident(column))).collect();
        governed.run(&format!("CREATE TABLE shop.{} ({})", ident(name), columns.join(", ")));
        governed.run(&format!("INSERT INTO shop.{} ({}) VALUES ('x')", ident(name), ident(name)));
    }
    for name in hostile {
        let document = format!("shop.{}", if name.contains(['.', '"']) { ident(name) } else { name.to_owned() });
        let found = until(&governed, &service, &document, |_| true);
        assert_eq!(found["columns"].as_array().unwrap().len(), hostile.len(), "{found:#}");
        until_rows(&governed, &format!("SELECT {} FROM governed.{}", ident(name), ident(name)), Some(1));
    }
}

/// A German IBAN with its check digits.
fn iban(n: u128) -> String {
    let account = 370_400_440_532_013_000 + n * 7_919;
    format!("DE{:02}{account:018}", 98 - (account * 1_000_000 + 131_400) % 97)
}

fn sensitive_data_is_found_and_a_refusal_is_remembered(target: Target) {
    let row = |n: u128| format!("('person{n}@example.com', '{}', 'w{}', {n})", iban(n), n * 7919 % 1000);
    let rows: Vec<String> = (0..60).map(row).collect();
    let (governed, service) = started(
        target,
        MONITORED,
        &format!(
            "CREATE TABLE shop.people (contact varchar(80), account varchar(40), noise varchar(20), n integer);
             INSERT INTO shop.people VALUES {}",
            rows.join(", ")
        ),
    );
    // New tables are looked at by themselves.
    let looked = |document: &Value| {
        document["columns"].as_array().unwrap().iter().all(|column| column.get("discovery").is_some())
    };
    let document = until(&governed, &service, "shop.people", looked);
    assert!(document["columns"][0].get("tags").is_none(), "only proposed: {document:#}");
    let listed = governed.wait(service.get("olivia", "/api/v1/discoveries?data_source=shop.people")).good();
    let items = listed["items"].as_array().unwrap().clone();
    let of = |column: &str| items.iter().filter(|item| item["column"] == column).cloned().collect::<Vec<_>>();
    assert!(!of("contact").is_empty() && !of("account").is_empty(), "{listed:#}");
    assert!(of("noise").is_empty() && of("n").is_empty(), "{listed:#}");
    assert!(!listed.to_string().contains("person1@") && !listed.to_string().contains("DE8937"), "no value: {listed:#}");
    // Events are what webhooks are told.
    let events = governed.wait(service.app.store().events(0, 10_000)).unwrap();
    let told = |value: &str| events.iter().any(|event| event.payload.to_string().contains(value));
    assert!(told("contact") && !told("person1@") && !told("DE8937"), "no value in an event");
    assert_eq!(governed.wait(service.get("eve", "/api/v1/discoveries")).good()["items"], json!([]));
    let tag = of("contact")[0]["tag"].clone();
    let path = "/api/v1/data-sources/shop.people/discover";
    governed.wait(service.post("eve", path, json!({}))).problem(403);
    let refusal = json!({ "column": "contact", "tag": tag });
    governed.wait(service.post("olivia", &format!("{path}/refuse"), refusal)).good();
    // Also when the whole document is written again by somebody who knows nothing of it.
    let columns = ["contact", "account", "noise", "n"].map(|name| json!({ "name": name }));
    let plain = json!({ "integration": "w", "table": "shop.people", "owners": ["olivia"], "columns": columns });
    governed.wait(service.put("olivia", "/api/v1/data-sources/shop.people", plain)).good();
    let found = governed.wait(service.post("olivia", &format!("{path}?apply=true&confidence=0.5"), json!({}))).good();
    let document = source(&service, "shop.people").unwrap();
    assert!(!tagged(&document, "contact", tag.as_str().unwrap()), "{document:#} {found:#}");
    let account = of("account")[0]["tag"].clone();
    assert!(tagged(&document, "account", account.as_str().unwrap()), "{document:#} {found:#}");
    assert_eq!(document["columns"][1]["origins"][account.as_str().unwrap()], "discovered");
    assert!(!found.to_string().contains("person1@"), "{found:#}");
    let left = governed.wait(service.get("olivia", "/api/v1/discoveries?data_source=shop.people")).good();
    assert!(!left["items"].as_array().unwrap().iter().any(|item| item["column"] == "contact"), "{left:#}");
}

fn tables_are_registered_by_those_who_may_read_them(target: Target) {
    let (governed, service) = started(
        target,
        "",
        "CREATE TABLE hr.staff (id integer, name varchar(9)); CREATE TABLE hr.pay (id integer); CREATE TABLE hr.part (id integer, x integer);
         GRANT USAGE ON SCHEMA hr TO rita, col; GRANT SELECT ON hr.staff TO rita; GRANT SELECT (id) ON hr.part TO col, rita",
    );
    governed.wait(async {
        service.person("rita", &["CREATE_DATA_SOURCE"]).await;
        service.person("nobody", &["CREATE_DATA_SOURCE"]).await;
        service.person("col", &["CREATE_DATA_SOURCE"]).await;
    });
    let schemas = governed.wait(service.get("rita", "/api/v1/integrations/w/schemas")).good();
    let known: Vec<&str> =
        schemas["items"].as_array().unwrap().iter().filter_map(|schema| schema["schema"].as_str()).collect();
    assert!(known.contains(&"hr") && !known.contains(&"immuta_system") && !known.contains(&"pg_catalog"), "{known:?}");
    governed.wait(service.get("eve", "/api/v1/integrations/w/schemas")).problem(403);
    let tables = governed.wait(service.get("rita", "/api/v1/integrations/w/tables?schema=hr&limit=2")).good();
    assert_eq!(tables["items"].as_array().unwrap().len(), 2, "{tables:#}");
    let next = format!("/api/v1/integrations/w/tables?schema=hr&limit=2&cursor={}", tables["next"].as_str().unwrap());
    let staff = governed.wait(service.get("rita", &next)).good()["items"][0].clone();
    assert_eq!((&staff["allowed"], &staff["columns"][1]["name"]), (&json!(true), &json!("name")), "{staff:#}");
    for schema in ["pg_catalog", "immuta_system", "information_schema", "governed", "nosuch"] {
        let path = format!("/api/v1/integrations/w/tables?schema={schema}");
        governed.wait(service.get("root", &path)).problem(404);
    }

    let register = |who: &str, tables: &[&str]| {
        let body = json!({ "tables": tables, "tags": ["HR"] });
        governed.wait(service.post(who, "/api/v1/integrations/w/register", body))
    };
    register("eve", &["hr.staff"]).problem(403);
    for (who, table) in [("rita", "hr.pay"), ("rita", "hr.part"), ("col", "hr.part"), ("nobody", "hr.staff")] {
        let done = register(who, &[table]).good();
        assert!(done["tables"][0]["reason"].as_str().unwrap().contains("may not read"), "{who} {done:#}");
    }
    let done = register("rita", &["hr.staff", "hr.pay", "immuta_system.salt", "hr.nosuch"]).good();
    assert_eq!(done["tables"][0]["data_source"], "hr.staff", "{done:#}");
    assert!(done["tables"].as_array().unwrap().iter().skip(1).all(|one| one.get("data_source").is_none()), "{done:#}");
    let made = source(&service, "hr.staff").unwrap();
    assert_eq!((&made["owners"], &made["tags"]), (&json!(["rita"]), &json!(["HR"])));
    let again = register("root", &["hr.staff", "hr.part"]).good();
    assert!(again["tables"][0]["reason"].as_str().unwrap().contains("registered already"), "{again:#}");
    assert_eq!(again["tables"][1]["data_source"], "hr.part");
    // The same by a document, and for what a rule looks up in.
    let document = |table: &str| json!({ "integration": "w", "table": table });
    governed.wait(service.put("rita", "/api/v1/data-sources/pay", document("hr.pay"))).problem(403);
    governed.wait(service.put("rita", "/api/v1/data-sources/salt", document("immuta_system.salt"))).problem(403);
    let lookup = |table: &str| {
        json!({ "where": { "data_source": "hr.staff" },
            "rules": [{ "rows": { "lookup": { "table": table, "on": { "id": { "name": "id" } }, "user": "name" } } }] })
    };
    governed.wait(service.put("rita", "/api/v1/data-policies/look", lookup("hr.pay"))).problem(403);
    governed.wait(service.put("rita", "/api/v1/data-policies/look", lookup("hr.staff"))).good();
    governed.run("GRANT SELECT ON hr.pay TO rita");
    governed.wait(service.put("rita", "/api/v1/data-sources/pay", document("hr.pay"))).good();
    if target == Target::Postgresql {
        governed.run("CREATE TABLE hr.some (id integer); GRANT SELECT ON hr.some TO rita; ALTER TABLE hr.some ENABLE ROW LEVEL SECURITY");
        let done = register("rita", &["hr.some"]).good();
        assert!(done["tables"][0]["reason"].as_str().unwrap().contains("may not read"), "{done:#}");
    }
}

scrim_testkit::everywhere! {
    a_new_table_becomes_a_data_source_and_is_protected
    a_new_column_stays_hidden_until_it_is_confirmed
    a_column_that_rules_depend_on_closes_until_it_is_confirmed
    a_dropped_table_disables_its_data_source
    a_table_in_the_place_of_another_is_closed_until_it_is_confirmed
    hostile_names_are_registered_as_what_they_are
    sensitive_data_is_found_and_a_refusal_is_remembered
    tables_are_registered_by_those_who_may_read_them
}
