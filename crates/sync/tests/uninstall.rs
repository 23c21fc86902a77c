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
    let text = ["hr.staff", "hr.pay", "ref.desk"]
        .iter()
        .fold(POLICIES.to_owned(), |text, name| text.replace(&format!("table: {name}"), &format!("table: {}", governed.table(name))));
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

everywhere! {
    afterwards_the_server_is_what_it_was
}
