//! What an uninstall takes away, and what it leaves: afterwards a server is what it was before.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use scrim_catalog::Catalog;
use scrim_testkit::{Governed, Target, catalog, everywhere};
use scrim_warehouse::{Removal, WarehouseError};

const POLICIES: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
kind: data-source
name: staff
integration: w
table: hr.staff
columns: [ { name: id }, { name: ssn, tags: [ SSN ] }, { name: city, tags: [ CITY ] } ]
---
kind: data-source
name: pay
integration: w
table: hr.pay
columns: [ { name: id }, { name: pay } ]
---
kind: data-policy
name: p
where: all
rules:
  - { mask: { columns: { tag: SSN }, with: hash }, except: { group: hr } }
  - { mask: { columns: { tag: CITY }, with: { k_anonymous: { k: 2 } } }, except: { group: hr } }
  - { rows: { lookup: { table: ref.desk, on: { id: { name: id } }, user: login } }, except: { group: hr } }
";

const DATA: &str = "CREATE SCHEMA hr; CREATE SCHEMA ref; CREATE SCHEMA other;
    CREATE TABLE hr.staff (id integer, ssn varchar(11), city varchar(20));
    INSERT INTO hr.staff VALUES (1, '123', 'a'), (2, '456', 'a'), (3, '789', 'b');
    CREATE TABLE hr.pay (id integer, pay integer); INSERT INTO hr.pay VALUES (1, 100), (2, 200);
    CREATE TABLE ref.desk (id integer, login varchar(20)); INSERT INTO ref.desk VALUES (1, 'bob');
    CREATE TABLE other.mine (id integer); CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; GRANT SELECT ON other.mine TO ann";

/// Everything that an installation could leave in the database of the tables, and on the server.
const CATALOG: &str = "
    SELECT 'relation ' || c.oid || ' ' || c.relname || ' ' || c.relowner FROM pg_class AS c WHERE c.relkind NOT IN ('i', 't') AND c.oid >= 16384
    UNION ALL SELECT 'schema ' || n.nspname || ' ' || n.nspowner FROM pg_namespace AS n WHERE n.nspname NOT LIKE 'pg@_%' ESCAPE '@'
    UNION ALL SELECT 'routine ' || p.oid FROM pg_proc AS p WHERE p.oid >= 16384
    UNION ALL SELECT 'type ' || t.oid FROM pg_type AS t WHERE t.oid >= 16384
    UNION ALL SELECT 'role ' || r.oid || ' ' || r.rolname FROM pg_roles AS r
    UNION ALL SELECT 'member ' || m.roleid || ' ' || m.member FROM pg_auth_members AS m
    UNION ALL SELECT 'database ' || d.datname FROM pg_database AS d
    UNION ALL SELECT 'of database ' || d.datname || ' ' || a.* FROM pg_database AS d CROSS JOIN aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) AS a
    UNION ALL SELECT 'of language ' || l.lanname || ' ' || a.* FROM pg_language AS l CROSS JOIN aclexplode(COALESCE(l.lanacl, acldefault('l', l.lanowner))) AS a
    UNION ALL SELECT 'of relation ' || c.relname || ' ' || a.* FROM pg_class AS c CROSS JOIN aclexplode(COALESCE(c.relacl, acldefault('r', c.relowner))) AS a WHERE c.oid >= 16384
    UNION ALL SELECT 'of schema ' || n.nspname || ' ' || a.* FROM pg_namespace AS n CROSS JOIN aclexplode(COALESCE(n.nspacl, acldefault('n', n.nspowner))) AS a
      WHERE n.nspname NOT LIKE 'pg@_%' ESCAPE '@'
    UNION ALL SELECT 'default ' || d.oid FROM pg_default_acl AS d";

fn look(governed: &Governed) -> BTreeSet<String> {
    let rows = governed.wait(governed.admin.query(CATALOG, &[])).unwrap();
    rows.into_iter().map(|row| row.get(0)).collect()
}

fn uninstall(governed: &Governed, catalog: &Catalog, really: bool) -> Result<Removal, WarehouseError> {
    let integration = &catalog.integrations.values().next().unwrap().item;
    let tables = scrim_sync::tables(catalog, integration);
    governed.wait(scrim_warehouse::uninstall(integration, &tables, &governed.admin_url(), really))
}

fn left(removal: &Removal) -> Vec<&str> {
    removal.kept.iter().filter(|kept| !kept.intended).map(|kept| kept.object.as_str()).collect()
}

/// A policy text with the tables as the layout names them, and more for its integration.
fn policies(governed: &Governed, more: &str) -> Catalog {
    let text = ["hr.staff", "hr.pay", "ref.desk"].iter().fold(POLICIES.to_owned(), |text, name| {
        text.replace(&format!("table: {name}"), &format!("table: {}", governed.table(name)))
    });
    catalog(&format!("{}{text}", governed.integration(more)))
}

fn installed(target: Target, more: &str) -> (Governed, Catalog, BTreeSet<String>) {
    let governed = Governed::on(target);
    governed.run(DATA);
    let before = look(&governed);
    let catalog = policies(&governed, more);
    governed.install(&catalog);
    governed.push(&catalog);
    (governed, catalog, before)
}

/// On Redshift readers may still look into the schemas of the data.
fn but_for_usage(governed: &Governed, after: BTreeSet<String>, before: &BTreeSet<String>) -> Vec<String> {
    let mut differ: Vec<String> = after.symmetric_difference(before).cloned().collect();
    if governed.target() != Target::Postgresql {
        differ.retain(|line| !(line.starts_with("of schema ") && line.contains(",USAGE,")));
    }
    differ
}

fn afterwards_the_server_is_what_it_was(target: Target) {
    let (governed, catalog, before) = installed(target, "");
    let would = uninstall(&governed, &catalog, false).unwrap();
    assert_eq!(left(&would), [] as [&str; 0]);
    governed.push(&catalog);
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(removal, would);
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
    for part in ["view governed.staff", "view governed.pay", "login scrim_system", "scrim_owner"] {
        assert!(removal.removed.iter().any(|object| object.contains(part)), "{part}: {removal:#?}");
    }
    let usage = removal.kept.iter().filter(|kept| kept.reason.contains("`REVOKE USAGE ON SCHEMA \"hr\" FROM PUBLIC`"));
    assert_eq!(usage.count(), usize::from(target != Target::Postgresql), "{removal:#?}");
    // Again there is nothing, and it can be installed anew.
    let again = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!((again.removed.as_slice(), left(&again)), ([].as_slice(), vec![]), "{again:#?}");
    governed.install(&catalog);
    governed.push(&catalog);
    assert_eq!(governed.seen("bob", "SELECT id FROM governed.pay").unwrap(), [[Some("1".to_owned())]]);
}

/// Runs statements as the administrator in a database, as everybody connects to it.
fn run_in(governed: &Governed, target: Target, sql: &str) {
    if target == Target::Central { governed.run_at_home(sql) } else { governed.run(sql) }
}

/// What somebody else made is named, and while it is there, nothing is dropped.
fn nothing_is_dropped_while_something_of_others_is_in_the_way(target: Target) {
    let (mut governed, catalog, before) = installed(target, "");
    let things = [
        ("CREATE VIEW public.mine AS SELECT id FROM governed.staff", "view public.mine", "DROP VIEW public.mine"),
        ("CREATE TABLE immuta_system.mine (id integer)", "table immuta_system.mine", "DROP TABLE immuta_system.mine"),
        ("CREATE VIEW governed.mine AS SELECT 1 AS id", "view governed.mine", "DROP VIEW governed.mine"),
        (
            "CREATE VIEW public.hashed AS SELECT immuta_functions.f_hash('a', 'b') AS h",
            "view public.hashed",
            "DROP VIEW public.hashed",
        ),
        (
            "CREATE TABLE immuta_functions.mine (id integer)",
            "table immuta_functions.mine",
            "DROP TABLE immuta_functions.mine",
        ),
        (
            "CREATE FUNCTION immuta_procedures.mine(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
            "immuta_procedures.mine",
            "DROP FUNCTION immuta_procedures.mine(integer)",
        ),
        // Also when the owner of all of it was made to make it.
        (
            "SET ROLE scrim_owner; CREATE TABLE governed.mine (id integer); RESET ROLE",
            "table governed.mine",
            "DROP TABLE governed.mine",
        ),
    ];
    for (make, named, take_away) in things {
        run_in(&governed, target, make);
        let there = look(&governed);
        for really in [false, true] {
            let removal = uninstall(&governed, &catalog, really).unwrap();
            assert_eq!(removal.removed, [] as [&str; 0]);
            assert!(left(&removal).len() == 1 && left(&removal)[0].contains(named), "{named}: {removal:#?}");
        }
        assert_eq!(look(&governed), there);
        assert_eq!(governed.seen("ann", "SELECT id FROM governed.staff").unwrap().len(), 3);
        run_in(&governed, target, take_away);
    }
    governed.leave();
    assert_eq!(left(&uninstall(&governed, &catalog, true).unwrap()), [] as [&str; 0]);
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
}

const HOSTILE: &str = ", system_prefix: 'Pre\"; DROP', user: 'sys\"; --', owner_role: 'own''er {user}', \
    readers: 'read\" er''s', views: { schema: 'Gov\"er''ned' }, system_database: 'cen\"tr''al'";

fn names_stay_names(target: Target) {
    let governed = Governed::on(target);
    governed.run(&format!(
        "{DATA}; CREATE ROLE \"read\"\" er's\"; CREATE SCHEMA \"d\"\"a't a\"; CREATE TABLE \"d\"\"a't a\".\"t\"\"'; x\" (id integer)"
    ));
    let before = look(&governed);
    let more = "\n---\nkind: data-source\nname: hostile\nintegration: w\ntable: 'hr.pay'\nview: v\ncolumns: [ { name: id } ]\n";
    let table = governed.table("\"d\"\"a't a\".\"t\"\"'; x\"").replace('\'', "''");
    let text = format!(
        "{}{POLICIES}{}",
        governed.integration(HOSTILE),
        more.replace("hr.pay", &table).replace("\nview: v", "")
    );
    let text = ["hr.staff", "hr.pay", "ref.desk"]
        .iter()
        .fold(text, |text, name| text.replace(&format!("table: {name}"), &format!("table: {}", governed.table(name))));
    let catalog = catalog(&text);
    governed.install(&catalog);
    governed.push(&catalog);
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
}

/// Another integration on the same server, which shares what it can share.
fn the_other_integration_goes_on(target: Target) {
    // In one database of PostgreSQL two integrations have owners of their own.
    let more = [
        ", owner_role: owner2, user: user2, system_prefix: two, views: { schema: seen2 }",
        ", owner_role: owner2, system_prefix: two, views: { schema: seen2 }",
        ", system_prefix: two, views: { schema: seen2 }, system_database: two",
    ];
    let central = target == Target::Central;
    for more in &more[..if central { 3 } else { 2 }] {
        let (mut governed, first, _) = installed(target, "");
        let second = policies(&governed, more);
        governed.install(&second);
        governed.push(&second);
        let removal = uninstall(&governed, &first, true).unwrap();
        let foreign: Vec<&str> = removal.kept.iter().map(|kept| kept.object.as_str()).collect();
        assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
        assert_eq!(foreign.contains(&"login scrim_system"), !more.contains("user2"), "{removal:#?}");
        let there = look(&governed);
        // It is no worse off: what is pushed stays, can be read, and can be pushed.
        let report = governed.push(&second);
        assert_eq!((report.changes.len(), report.views.unchanged), (0, 2), "{report:?}");
        if !more.contains("system_database") {
            assert_eq!(governed.seen("bob", "SELECT id FROM seen2.pay").unwrap(), [[Some("1".to_owned())]]);
        }
        let changed = policies(&governed, &format!("{more} }}\n---\n{{ kind: user, name: eve"));
        assert_eq!(governed.push(&changed).profiles.written, 1);
        assert_eq!(look(&governed), there);
        governed.leave();
        let removal = uninstall(&governed, &second, true).unwrap();
        assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
        assert!(removal.removed.iter().any(|object| object.starts_with("login ")), "{removal:#?}");
        let roles = "SELECT COUNT(*) FROM pg_roles WHERE rolname IN ('scrim_owner', 'scrim_system', 'owner2', 'user2')";
        let roles: i64 = governed.wait(governed.admin.query_one(roles, &[])).unwrap().get(0);
        assert_eq!(roles, 0, "{removal:#?}");
    }
}

/// An integration in another database, with the same names: owner and login stay, and what the owner may there.
fn the_same_names_in_another_database_go_on(target: Target) {
    if target == Target::Central {
        // There it is another database of views: see above.
        return;
    }
    let (governed, first, _) = installed(target, "");
    let text = "{ kind: user, name: ann }\n---\n{ kind: user, name: bob }\n---\n\
        { kind: subscription-policy, name: all, where: all, access: anyone }\n---\n\
        { kind: data-source, name: t, integration: w, table: public.t, columns: [ { name: id } ] }";
    let database = if target == Target::Postgresql { "postgres" } else { "people" };
    let integration = governed.integration("").replace(&format!("database: {database}"), "database: two");
    let second = catalog(&format!("{integration}{text}"));
    let integration = &second.integrations.values().next().unwrap().item;
    if target == Target::Postgresql {
        governed.run("CREATE DATABASE two");
    } else {
        governed.double().create_database("two").unwrap();
    }
    let url = governed.admin_url_of("two");
    let make = async {
        let (client, connection) =
            tokio_postgres::connect(secrecy::ExposeSecret::expose_secret(&url), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE public.t (id integer)").await.unwrap();
    };
    governed.wait(make);
    let tables = scrim_sync::tables(&second, integration);
    assert_eq!(governed.wait(scrim_warehouse::install(integration, &tables, &url)).unwrap(), [] as [&str; 0]);
    assert_eq!(governed.push(&second).views.created, 1);
    let removal = uninstall(&governed, &first, true).unwrap();
    assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
    for object in ["login scrim_system", "scrim_owner"] {
        let why = removal.kept.iter().find(|kept| kept.object.ends_with(object)).unwrap();
        assert!(why.reason.contains("database two"), "{removal:#?}");
    }
    let changed = catalog(&format!(
        "{}{text}\n---\n{{ kind: user, name: eve }}",
        governed.integration("").replace(&format!("database: {database}"), "database: two")
    ));
    let report = governed.push(&changed);
    assert_eq!((report.views.unchanged, report.profiles.written), (1, 1));
    let removal = governed.wait(scrim_warehouse::uninstall(integration, &tables, &url, true)).unwrap();
    assert!(removal.complete() && removal.removed.contains(&"login scrim_system".to_owned()), "{removal:#?}");
    assert!(removal.removed.iter().any(|object| object.ends_with(" scrim_owner")), "{removal:#?}");
}

/// An installation of which only some is there: of another version, or one that somebody took apart by hand.
fn what_is_half_there_goes_too(target: Target) {
    let (mut governed, catalog, before) = installed(target, "");
    run_in(
        &governed,
        target,
        "SET ROLE scrim_owner; CREATE TABLE immuta_system.of_another_version (id integer);
         CREATE VIEW immuta_system.of_another_version_too AS SELECT id FROM immuta_system.of_another_version; RESET ROLE;
         DROP SCHEMA immuta_procedures CASCADE; DROP VIEW governed.pay",
    );
    governed.leave();
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
    // Nothing but a role.
    governed.run("CREATE ROLE scrim_owner LOGIN; GRANT SELECT ON hr.staff TO scrim_owner");
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(removal.removed.len(), 2, "{removal:#?}");
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
}

/// Schemas by the names of the integration that are somebody else's, and nothing of Scrim's anywhere.
fn what_is_not_scrims_is_left_alone(target: Target) {
    let governed = Governed::on(target);
    governed.run(DATA);
    governed.run("CREATE SCHEMA governed; CREATE TABLE governed.staff (id integer); CREATE SCHEMA immuta_system; CREATE ROLE boss LOGIN SUPERUSER");
    let before = look(&governed);
    let catalog = policies(&governed, ", user: boss");
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!((removal.removed.len(), left(&removal).len()), (0, 0), "{removal:#?}");
    let mine = removal.kept.iter().any(|kept| kept.object == "schema governed" && kept.reason.contains("`postgres`"));
    assert_eq!(mine, target != Target::Central);
    assert!(removal.kept.iter().any(|kept| kept.object == "login boss"), "{removal:#?}");
    assert_eq!(look(&governed), before);
}

/// Files that name an owner which Scrim would not have made, and schemas of its own.
fn an_owner_that_is_more_keeps_what_it_has(target: Target) {
    let governed = Governed::on(target);
    governed.run(DATA);
    governed.run(
        "CREATE ROLE boss LOGIN SUPERUSER; CREATE SCHEMA governed AUTHORIZATION boss; CREATE SCHEMA immuta_system AUTHORIZATION boss;
         CREATE TABLE immuta_system.object_state (view_oid bigint); ALTER TABLE immuta_system.object_state OWNER TO boss;
         GRANT USAGE ON SCHEMA hr TO boss; GRANT SELECT ON hr.staff TO boss",
    );
    let before = look(&governed);
    let removal = uninstall(&governed, &policies(&governed, ", owner_role: boss"), true).unwrap();
    assert_eq!((removal.removed.len(), left(&removal).len()), (0, 0), "{removal:#?}");
    assert_eq!(look(&governed), before);
    // Or one that owns something else, where nothing was ever installed.
    governed.run("ALTER ROLE boss NOSUPERUSER; ALTER SCHEMA governed OWNER TO ann; DROP SCHEMA immuta_system CASCADE; CREATE TABLE other.boss (id integer); ALTER TABLE other.boss OWNER TO boss");
    let before = look(&governed);
    let removal = uninstall(&governed, &policies(&governed, ", owner_role: boss"), true).unwrap();
    assert_eq!((removal.removed.len(), left(&removal).len()), (0, 0), "{removal:#?}");
    assert_eq!(look(&governed), before);
}

/// By somebody who is no superuser; and what others granted.
#[test]
fn an_administrator_of_postgresql_need_not_be_a_superuser() {
    let governed = Governed::start();
    governed.run(DATA);
    governed.run(
        "CREATE ROLE dba LOGIN CREATEROLE NOINHERIT PASSWORD 'x'; GRANT CREATE ON DATABASE postgres TO dba;
         GRANT USAGE ON SCHEMA hr, ref TO dba WITH GRANT OPTION;
         GRANT SELECT ON hr.staff, hr.pay, ref.desk TO dba WITH GRANT OPTION",
    );
    let before = look(&governed);
    let catalog = policies(&governed, "");
    let integration = &catalog.integrations.values().next().unwrap().item;
    let tables = scrim_sync::tables(&catalog, integration);
    let dba = governed.user_url("dba", "x").into();
    governed.wait(scrim_warehouse::install(integration, &tables, &dba)).unwrap();
    governed.push(&catalog);
    governed.run("GRANT SELECT ON other.mine TO scrim_owner");
    let by_dba = |really| governed.wait(scrim_warehouse::uninstall(integration, &tables, &dba, really)).unwrap();
    let removal = by_dba(true);
    assert_eq!(left(&removal), ["SELECT of scrim_owner on table other.mine"], "{removal:#?}");
    assert!(removal.kept.iter().any(|kept| kept.object == "role scrim_owner"), "{removal:#?}");
    // A superuser may.
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(removal.removed, ["SELECT of scrim_owner on table other.mine", "role scrim_owner"], "{removal:#?}");
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
    // And so with what dba granted.
    governed.wait(scrim_warehouse::install(integration, &tables, &dba)).unwrap();
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!((left(&removal), look(&governed)), (vec![], before), "{removal:#?}");
}

/// Readers of an external schema may read its tables: that is taken back, unless another installation reads it, too.
fn readers_lose_external_schemas(target: Target) {
    for shared in [false, true] {
        let governed = Governed::on(target);
        governed.run(DATA);
        governed.double().declare_external("people", "ref").unwrap();
        let first = policies(&governed, "");
        governed.run("GRANT SELECT ON ref.desk TO PUBLIC");
        assert_ne!(governed.try_install(&first).unwrap(), [] as [&str; 0]);
        let more =
            ", owner_role: owner2, user: user2, system_prefix: two, views: { schema: seen2 }, system_database: two";
        if shared {
            governed.try_install(&policies(&governed, more)).unwrap();
        }
        let removal = uninstall(&governed, &first, true).unwrap();
        assert_eq!(left(&removal), [] as [&str; 0], "{removal:#?}");
        let usage = "USAGE of PUBLIC on schema people.ref".to_owned();
        assert_eq!(removal.removed.contains(&usage), !shared, "{removal:#?}");
        assert_eq!(removal.kept.iter().any(|kept| kept.object == usage), shared, "{removal:#?}");
    }
}

/// The database of the views is dropped when nothing else is in it and nobody is connected to it.
#[test]
fn the_database_of_the_views_is_dropped_when_it_is_scrims_alone() {
    let (mut governed, catalog, before) = installed(Target::Central, "");
    governed.run_at_home("CREATE TABLE public.mine (id integer)");
    let removal = uninstall(&governed, &catalog, false).unwrap();
    let kept = removal.kept.iter().find(|kept| kept.object == "database immuta").unwrap();
    assert!(kept.intended && kept.reason.contains("table public.mine"), "{removal:#?}");
    // Somebody is connected: this test.
    governed.run_at_home("DROP TABLE public.mine");
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(left(&removal), ["database immuta", "owner scrim_owner"], "{removal:#?}");
    governed.leave();
    let removal = uninstall(&governed, &catalog, true).unwrap();
    assert_eq!(removal.removed, ["database immuta", "owner scrim_owner"], "{removal:#?}");
    assert_eq!(but_for_usage(&governed, look(&governed), &before), [] as [&str; 0]);
}

#[test]
fn a_superuser_must_uninstall_from_redshift() {
    let (governed, catalog, _) = installed(Target::PerDatabase, "");
    governed.run("ALTER ROLE ann PASSWORD 'Secret1'");
    let integration = &catalog.integrations.values().next().unwrap().item;
    let ann = governed.user_url("ann", "Secret1").into();
    let error = governed.wait(scrim_warehouse::uninstall(integration, &[], &ann, true)).unwrap_err();
    assert!(error.to_string().contains("a superuser must uninstall Scrim"), "{error}");
}

everywhere! {
    afterwards_the_server_is_what_it_was
    nothing_is_dropped_while_something_of_others_is_in_the_way
    names_stay_names
    the_other_integration_goes_on
    the_same_names_in_another_database_go_on
    what_is_half_there_goes_too
    what_is_not_scrims_is_left_alone
    an_owner_that_is_more_keeps_what_it_has
}

mod external {
    scrim_testkit::on_redshift! { readers_lose_external_schemas }
    use super::readers_lose_external_schemas;
}
