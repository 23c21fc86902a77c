//! `scrim integration check`: every way around a view that was opened is found, and what is as it should be is not told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;

use assert_cmd::Command;
use scrim_testkit::{Governed, Target, catalog, everywhere};
use secrecy::ExposeSecret;
use serde_json::Value;
use tempfile::TempDir;

const CATALOG: &str = "
{ kind: user, name: ann }
---
{ kind: user, name: bob }
---
{ kind: user, name: gone }
---
{ kind: user, name: robot, warehouse_user: { w: none } }
---
{ kind: user, name: left, disabled: true }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn } ] }
---
{ kind: data-source, name: pay, integration: w, table: hr.pay, columns: [ { name: id }, { name: amount } ] }
---
{ kind: data-policy, name: p, where: all, rules: [ { rows: { lookup: { table: hr.watch, on: { id: { name: id } }, user: login } } } ] }
";

/// A warehouse in which nothing is open.
fn site(target: Target) -> (Governed, TempDir) {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); CREATE TABLE hr.pay (id integer, amount integer);
         CREATE TABLE hr.watch (id integer, login varchar(40)); CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE gone LOGIN;
         CREATE ROLE analysts; GRANT USAGE ON SCHEMA hr TO PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    );
    let dir = TempDir::new().unwrap();
    let text = format!("{}{CATALOG}", governed.integration(""));
    fs::write(dir.path().join("all.yaml"), &text).unwrap();
    governed.install(&catalog(&text));
    if target == Target::Central {
        governed.run_at_home("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    }
    (governed, dir)
}

/// The exit code, and the findings but for those that are so by nature: `severity object: what [mend]`.
fn check((governed, dir): &(Governed, TempDir)) -> (i32, Vec<String>) {
    let mut scrim = Command::cargo_bin("scrim").unwrap();
    scrim.env("SCRIM_ADMIN_URL", governed.admin_url().expose_secret());
    scrim.args(["integration", "check", "--output", "json"]).arg(dir.path());
    let done = scrim.output().unwrap();
    let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
    let found: Vec<Value> = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| {
        // Where a statement mends something, it is said in which database.
        if text(&one["mend"]).contains(" ON TABLE \"hr\"") {
            assert_eq!(one["database"], if governed.target() == Target::Postgresql { "postgres" } else { "people" });
        }
        format!("{} {}: {} [{}]", text(&one["severity"]), text(&one["object"]), text(&one["what"]), text(&one["mend"]))
    };
    let mut found: Vec<String> = found.iter().map(line).collect();
    found.retain(|line| !line.contains("security barrier") && !line.contains("postgres: is a superuser"));
    (done.status.code().unwrap(), found)
}

#[track_caller]
fn has(found: &[String], parts: &[&str]) {
    assert!(found.iter().any(|line| parts.iter().all(|part| line.contains(part))), "{parts:?} in {found:#?}");
}

fn nothing_is_found_where_nothing_is_open(target: Target) {
    let site = site(target);
    let (code, found) = check(&site);
    assert_eq!(
        (code, found),
        (0, vec!["note user robot: has no login in this warehouse, and reads nothing there []".to_owned()])
    );
}

fn what_is_open_is_found_and_what_mends_it(target: Target) {
    let site = site(target);
    let table = |name: &str| site.0.table(name);
    site.0.run(
        "GRANT SELECT ON hr.staff TO PUBLIC; GRANT SELECT ON hr.pay TO analysts; GRANT SELECT (id) ON hr.watch TO ann;
         GRANT INSERT ON hr.staff TO bob; ALTER ROLE bob SUPERUSER; DROP ROLE gone; CREATE ROLE eve LOGIN;
         ALTER TABLE hr.pay OWNER TO eve; ALTER DEFAULT PRIVILEGES IN SCHEMA hr GRANT SELECT ON TABLES TO analysts;
         GRANT CREATE ON SCHEMA public TO PUBLIC",
    );
    let (code, found) = check(&site);
    assert_eq!(code, 1);
    let open: Vec<&String> = found.iter().filter(|line| line.starts_with("open")).collect();
    assert_eq!(open.len(), 3, "{found:#?}");
    let role = if target == Target::Postgresql { "\"analysts\"" } else { "ROLE \"analysts\"" };
    has(&found, &["open", &table("hr.staff"), "everybody", "[REVOKE SELECT ON TABLE \"hr\".\"staff\" FROM PUBLIC]"]);
    has(
        &found,
        &["open", &table("hr.pay"), "analysts", &format!("[REVOKE SELECT ON TABLE \"hr\".\"pay\" FROM {role}]")],
    );
    has(
        &found,
        &["open", &table("hr.watch"), "columns", "[REVOKE SELECT (\"id\") ON TABLE \"hr\".\"watch\" FROM \"ann\"]"],
    );
    has(&found, &["warning login bob: `bob` logs in as a superuser"]);
    has(&found, &["warning login gone: `gone` is to log in by this name, which nobody has"]);
    has(&found, &["bob: is a superuser"]);
    has(&found, &["note", "eve: owns"]);
    has(&found, &["warning default privileges of postgres", "IN SCHEMA \"hr\" REVOKE SELECT ON TABLES FROM", role]);
    has(&found, &["warning schema public", "[REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC]"]);
    assert!(!found.iter().any(|line| line.contains("left")), "{found:#?}");
    // What the administrator does about it, is done about it.
    site.0.run(
        "ALTER ROLE bob NOSUPERUSER; CREATE ROLE gone LOGIN; REVOKE SELECT ON hr.pay FROM analysts;
         REVOKE SELECT ON hr.staff FROM PUBLIC; REVOKE SELECT (id) ON hr.watch FROM ann;
         ALTER DEFAULT PRIVILEGES IN SCHEMA hr REVOKE SELECT ON TABLES FROM analysts; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    );
    let (code, found) = check(&site);
    assert_eq!(code, 0, "{found:#?}");
}

fn the_installation_is_looked_at(target: Target) {
    let site = site(target);
    site.0.run_at_home("GRANT SELECT ON immuta_system.profile TO ann; CREATE VIEW governed.other AS SELECT 1 AS one");
    site.0.run_at_home("ALTER VIEW governed.other OWNER TO scrim_owner; GRANT UPDATE ON governed.other TO ann");
    if target != Target::Postgresql {
        site.0.double().changed();
    }
    let (code, found) = check(&site);
    assert_eq!(code, 1);
    has(&found, &["open immuta_system.profile: `ann` has SELECT", "[scrim integration install]"]);
    has(&found, &["warning governed.other: `ann` has UPDATE", "[scrim push]"]);
    let file = site.1.path().join("all.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen("kind: integration,", "kind: integration, readers: analysts,", 1)).unwrap();
    has(&check(&site).1, &["warning", "another version of scrim, or for other settings"]);
    fs::write(&file, text.replacen("kind: integration,", "kind: integration, system_prefix: other,", 1)).unwrap();
    has(&check(&site).1, &["warning", "Scrim is not installed"]);
}

everywhere! { nothing_is_found_where_nothing_is_open what_is_open_is_found_and_what_mends_it the_installation_is_looked_at }

#[test]
fn what_only_postgresql_has() {
    let site = site(Target::Postgresql);
    site.0.run(
        "CREATE SCHEMA shut; CREATE TABLE shut.everything (id integer, ssn varchar(11)); ALTER TABLE hr.staff INHERIT shut.everything;
         GRANT SELECT ON shut.everything TO analysts; GRANT TRIGGER ON hr.pay TO ann; GRANT pg_read_all_data TO ann;
         ALTER ROLE analysts BYPASSRLS CREATEROLE; GRANT bob TO analysts; ALTER ROLE gone NOLOGIN;
         CREATE VIEW hr.shortcut AS SELECT ssn FROM hr.staff; GRANT SELECT ON hr.shortcut TO PUBLIC",
    );
    let (code, found) = check(&site);
    assert_eq!(code, 1);
    assert!(!found.iter().any(|line| line.starts_with("open")), "{found:#?}");
    has(&found, &["note shut.everything", "`analysts` may SELECT", "USAGE of the schema", "REVOKE"]);
    has(&found, &["warning hr.pay", "triggers", "[REVOKE TRIGGER ON TABLE \"hr\".\"pay\" FROM \"ann\"]"]);
    has(&found, &["note role ann: is a member of `pg_read_all_data`"]);
    has(&found, &["note role analysts: bypasses row security"]);
    has(&found, &["note role analysts", "CREATEROLE"]);
    has(&found, &["note role analysts: may become `bob`"]);
    has(&found, &["warning login gone", "nobody logs in by"]);
    has(&found, &["note hr.shortcut: is a view that `postgres` made over hr.staff"]);
    site.0.run("REVOKE bob FROM analysts; GRANT USAGE ON SCHEMA shut TO bob; GRANT analysts TO bob");
    has(&check(&site).1, &["open shut.everything: `analysts` may SELECT the table itself"]);
}

#[test]
fn a_right_that_reaches_by_way_of_another_role_is_open() {
    let site = site(Target::Postgresql);
    site.0.run(
        "CREATE ROLE may_enter; REVOKE USAGE ON SCHEMA hr FROM PUBLIC; GRANT USAGE ON SCHEMA hr TO may_enter;
         GRANT SELECT ON hr.staff TO analysts",
    );
    assert_eq!(check(&site).0, 0);
    site.0.run("GRANT analysts, may_enter TO bob");
    let (code, found) = check(&site);
    assert_eq!(code, 1);
    has(&found, &["open hr.staff: `analysts` may SELECT"]);
}

fn what_only_redshift_has(target: Target) {
    let site = site(target);
    site.0.run(
        "CREATE SCHEMA lake; CREATE TABLE lake.events (id integer); ALTER TABLE hr.pay RENAME TO \"Pay\";
         ALTER TABLE hr.staff RENAME COLUMN ssn TO \"SSN\"; CREATE ROLE \"sys:dba\"; CREATE ROLE deputies;
         GRANT \"sys:dba\" TO deputies; GRANT deputies TO ann; CREATE ROLE team CONNECTION LIMIT 0; GRANT SELECT ON hr.watch TO team;
         ALTER ROLE ann SET redshift.enable_case_sensitive_identifier = on",
    );
    site.0.double().declare_external("people", "lake").unwrap();
    let file = site.1.path().join("all.yaml");
    let mut text = fs::read_to_string(&file).unwrap();
    text += "---\n{ kind: data-source, name: events, integration: w, table: lake.events }\n";
    if target == Target::Central {
        site.0.double().create_database("lent").unwrap();
        site.0.double().declare_datashare("lent").unwrap();
        text = text.replacen("database: people,", "database: people, databases: [ people, lent ],", 1);
        text += "---\n{ kind: data-source, name: lent, integration: w, table: lent.pub.sales }\n";
    }
    fs::write(&file, text).unwrap();
    let (code, found) = check(&site);
    if target == Target::Central {
        has(&found, &["warning lent.pub.sales", "is shared by another cluster"]);
    }
    assert_eq!(code, 1);
    has(&found, &["warning", "lake.events", "external schema (Spectrum)"]);
    has(&found, &["warning", &site.0.table("hr.pay"), "`hr.Pay` is kept with capitals"]);
    has(&found, &["warning", &site.0.table("hr.staff"), "`SSN` is kept with capitals"]);
    has(&found, &["note user ann: has the role sys:dba by way of `deputies`"]);
    has(&found, &["open", &site.0.table("hr.watch"), "the group `team`", "FROM GROUP \"team\"]"]);
    has(&found, &["warning user ann", "enable_case_sensitive_identifier"]);
}

#[test]
fn what_only_redshift_has_beside_the_tables() {
    what_only_redshift_has(Target::PerDatabase);
}

#[test]
fn what_only_redshift_has_in_a_database_of_its_own() {
    what_only_redshift_has(Target::Central);
}
