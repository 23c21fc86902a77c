//! What nobody told the service of is found in time, however much it is told of meanwhile.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::time::{Duration, Instant};

use scrim_server::Settings;
use scrim_store::Location;
use scrim_testkit::{Governed, Target};
use serde_json::json;
use stand::Service;

#[test]
fn a_view_dropped_by_hand_comes_back_during_a_storm_of_events() {
    let governed = Governed::on(Target::Postgresql);
    governed.run("CREATE TABLE t (id integer); CREATE ROLE anna LOGIN");
    let catalog = governed.catalog("{ kind: data-source, name: t, integration: w, table: public.t }");
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let every = Duration::from_secs(2);
    let service = runtime.block_on(Service::paced(&location, Settings::default(), every));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        let source =
            json!({ "integration": "w", "table": "public.t", "columns": [{ "name": "id", "type": "integer" }] });
        service.plant("data-source", "t", source).await;
        service.enforced("w").await;
    });
    let there = || governed.seen("anna", "SELECT * FROM governed.t").is_ok();
    assert!(there());
    governed.run("DROP VIEW governed.t");
    let begun = Instant::now();
    let mut n = 0;
    while !there() {
        // Never so long without an event that the timer runs out after the last one.
        n += 1;
        runtime.block_on(service.plant("group", "g", json!({ "description": n.to_string() })));
        std::thread::sleep(Duration::from_millis(100));
        assert!(begun.elapsed() < Duration::from_secs(20), "{n} events, and the view is not back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_has_nothing_read_but_passwords() {
    let service = Service::start().await;
    let integration =
        |password: serde_json::Value| json!({ "engine": "postgresql", "database": "d", "password": password });
    let path = "/api/v1/integrations/w";
    for secret in [json!({ "file": "/etc/hostname" }), json!({ "file": "../x" }), json!({ "env": "PATH" })] {
        let problem = service.put("root", path, integration(secret.clone())).await.problem(422);
        assert_eq!(problem["errors"][0]["pointer"], "/password", "{problem:#}");
        let listed = json!({ "documents": [{ "kind": "integration", "name": "w", "engine": "postgresql", "database": "d", "password": secret }] });
        service.post("root", "/api/v1/apply", listed).await.problem(422);
    }
    service.get("root", path).await.problem(404);
    let allowed = std::env::temp_dir().join("of-w");
    service.put("root", path, integration(json!({ "file": allowed }))).await.good();
}

/// Whoever owns a table says how long reading it takes: nothing else waits for that, also after a new start.
#[test]
fn a_count_that_never_ends_holds_up_nothing() {
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE TABLE t (id integer); INSERT INTO t VALUES (1); CREATE ROLE anna LOGIN; CREATE ROLE eve LOGIN;
         CREATE SCHEMA eve AUTHORIZATION eve; GRANT USAGE ON SCHEMA eve TO PUBLIC;
         CREATE TABLE eve.k (id integer, a text); INSERT INTO eve.k VALUES (1, 'a'), (2, 'a'); ALTER TABLE eve.k OWNER TO eve",
    );
    let sources = [("t", "public.t"), ("k", "eve.k")];
    let text =
        sources.map(|(name, table)| format!("{{ kind: data-source, name: {name}, integration: w, table: {table} }}"));
    let catalog = governed.catalog(&text.join("\n---\n"));
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut service = runtime.block_on(Service::started(&location));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        service.plant("user", "anna", json!({})).await;
        service.plant("subscription-policy", "all", json!({ "where": "all", "access": "anyone" })).await;
        for (name, table) in sources {
            let columns = json!([{ "name": "id" }, { "name": "a" }]);
            let columns = if name == "t" { json!([{ "name": "id" }]) } else { columns };
            service.plant("data-source", name, json!({ "integration": "w", "table": table, "columns": columns })).await;
        }
        let mask = json!({ "mask": { "columns": { "name": "a" }, "with": { "k_anonymous": { "k": 2 } } } });
        service.plant("data-policy", "k", json!({ "where": { "data_source": "k" }, "rules": [mask] })).await;
        service.enforced("w").await;
    });
    let seen = |sql: &str| governed.seen("anna", sql).unwrap();
    let counted = || seen("SELECT a FROM governed.k").iter().filter(|row| row[0].is_some()).count();
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let begun = Instant::now();
        while !holds() {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until("nothing was counted", &|| counted() == 2);
    // Eve has the next count sleep for ever, and wake up from nothing.
    governed
        .seen(
            "eve",
            "CREATE FUNCTION eve.f(integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
               WHILE current_user = 'scrim_owner_scan' LOOP
                 BEGIN PERFORM pg_catalog.pg_sleep(1000); EXCEPTION WHEN query_canceled THEN NULL; END;
               END LOOP; RETURN true; END $$;
             CREATE INDEX ON eve.k (id) WHERE eve.f(1); INSERT INTO eve.k VALUES (3, 'b')",
        )
        .unwrap();
    let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE '%refresh%'";
    let asked = || runtime.block_on(service.post("root", "/api/v1/integrations/w/reconcile", json!(null))).good();
    asked();
    until("nothing is counted", &|| {
        asked();
        governed.cell(sleeps).is_some_and(|count| count != "0")
    });
    for open in [false, true, false] {
        let access = if open { json!("anyone") } else { json!("individuals") };
        runtime.block_on(service.plant("subscription-policy", "all", json!({ "where": "all", "access": access })));
        until("the policy did not come", &|| seen("SELECT * FROM governed.t").is_empty() != open);
    }
    // Nor does what it left behind hold up the next process.
    drop(service);
    service = runtime.block_on(Service::started(&location));
    runtime.block_on(service.plant("subscription-policy", "all", json!({ "where": "all", "access": "anyone" })));
    until("the policy did not come", &|| seen("SELECT * FROM governed.t").len() == 1);
}

/// A moment that comes while something else is pushed is not lost.
#[test]
fn moments_in_a_storm_of_events_come() {
    let governed = Governed::on(Target::Postgresql);
    governed.run("CREATE TABLE t (id integer); INSERT INTO t VALUES (1); CREATE ROLE anna LOGIN");
    let catalog = governed.catalog("{ kind: data-source, name: t, integration: w, table: public.t }");
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(Service::started(&location));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        let columns = json!([{ "name": "id" }]);
        service.plant("data-source", "t", json!({ "integration": "w", "table": "public.t", "columns": columns })).await;
        service.plant("user", "anna", json!({})).await;
    });
    let open = || !governed.seen("anna", "SELECT * FROM governed.t").unwrap().is_empty();
    for _ in 0..8 {
        let from = chrono::Utc::now() + chrono::TimeDelta::milliseconds(700);
        runtime.block_on(async {
            let policy = json!({ "where": "all", "access": "anyone", "valid": { "from": from } });
            service.plant("subscription-policy", "all", policy).await;
            service.enforced("w").await;
        });
        assert!(!open() || chrono::Utc::now() > from);
        runtime.block_on(async {
            let mut n = 0;
            while chrono::Utc::now() < from + chrono::TimeDelta::milliseconds(300) {
                n += 1;
                let body = json!({ "attributes": { "n": [n.to_string()] } });
                service.put("root", "/api/v1/users/bob", body).await.good();
            }
            service.enforced("w").await;
        });
        let begun = Instant::now();
        while !open() {
            assert!(begun.elapsed() < Duration::from_secs(3), "the moment was passed over");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A policy that looks up in a table that nothing looked at before closes nothing on its way.
#[test]
fn a_new_look_up_is_there_at_once() {
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE TABLE t (id integer); INSERT INTO t VALUES (1), (2); CREATE TABLE l (id integer, login text);
         INSERT INTO l VALUES (1, 'anna'); CREATE ROLE anna LOGIN",
    );
    let rule =
        json!({ "rows": { "lookup": { "table": "public.l", "user": "login", "on": { "id": { "name": "id" } } } } });
    let catalog = governed.catalog(&format!(
        "{{ kind: data-source, name: t, integration: w, table: public.t }}\n---\n\
         {{ kind: data-policy, name: l, where: all, rules: [ {rule} ] }}"
    ));
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(Service::started(&location));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        service
            .plant(
                "data-source",
                "t",
                json!({ "integration": "w", "table": "public.t", "columns": [{ "name": "id" }] }),
            )
            .await;
        service.plant("subscription-policy", "all", json!({ "where": "all", "access": "anyone" })).await;
        service.plant("user", "anna", json!({})).await;
        service.enforced("w").await;
        service.plant("data-policy", "l", json!({ "where": "all", "rules": [rule] })).await;
        service.enforced("w").await;
        let state = service.get("root", "/api/v1/data-sources/t/sync").await.good();
        assert_eq!(state["state"], "in_sync", "{state:#}");
    });
    assert_eq!(governed.seen("anna", "SELECT * FROM governed.t").unwrap().len(), 1);
}

/// A table that gets, renames and loses columns that nobody named keeps its rows all the while.
#[test]
fn new_columns_take_no_rows_away() {
    let governed = Governed::on(Target::Postgresql);
    governed.run("CREATE SCHEMA s; CREATE TABLE s.t (id integer, a text); INSERT INTO s.t VALUES (1, 'a'); CREATE ROLE anna LOGIN");
    let catalog =
        governed.catalog("{ kind: data-source, name: t, integration: w, table: s.t, columns: [ { name: id } ] }");
    governed.install(&catalog);
    let home = tempfile::tempdir().unwrap();
    let location = Location::file(home.path().join("scrim.db"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = runtime.block_on(Service::started(&location));
    runtime.block_on(async {
        service.plant("integration", "w", catalog.json(scrim_catalog::Kind::Integration, "w").unwrap()).await;
        let columns = json!([{ "name": "id" }]);
        service.plant("data-source", "t", json!({ "integration": "w", "table": "s.t", "columns": columns })).await;
        service.plant("subscription-policy", "all", json!({ "where": "all", "access": "anyone" })).await;
        service.plant("user", "anna", json!({})).await;
        service.enforced("w").await;
    });
    let columns = || {
        let source = runtime.block_on(service.get("root", "/api/v1/data-sources/t")).good();
        source["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for (change, name) in [("ADD COLUMN b integer", "b"), ("ADD COLUMN c text", "c"), ("RENAME COLUMN c TO d", "d")] {
        governed.run(&format!("ALTER TABLE s.t {change}"));
        let begun = Instant::now();
        let mut noticed: Option<Instant> = None;
        while noticed.is_none_or(|noticed| noticed.elapsed() < Duration::from_secs(2)) {
            assert_eq!(governed.seen("anna", "SELECT id FROM governed.t").unwrap().len(), 1, "{change}");
            if noticed.is_none() && columns().contains(&name.to_owned()) {
                noticed = Some(Instant::now());
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{change} was not noticed: {:?}", columns());
        }
    }
    let state = runtime.block_on(service.get("root", "/api/v1/data-sources/t/sync")).good();
    assert_eq!(state["state"], "in_sync", "{state:#}");
}
