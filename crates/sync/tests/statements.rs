//! Every statement that reaches Redshift is one that the gate lets through, in the forms that Scrim keeps to; and all of
//! them stand, by their form, in a file for people and other parsers to read.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::Utc;
use scrim_redshift_gate::{Shape, check_own, tokens};
use scrim_sync::Options;
use scrim_testkit::{Governed, Target};
use scrim_warehouse::{SchemaName, Subjects, Unmask};

/// A catalog in which every kind of rule and mask is, and every kind of profile row.
const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: attribute, name: region }
---
{ kind: purpose, name: Audit }
---
{ kind: project, name: j, purposes: [ Audit ], data_sources: [ staff ], masked_joins: true, equalized: true, members: [ { user: ann, acknowledged: true }, { user: bob } ] }
---
{ kind: user, name: ann, groups: [ hr ], attributes: { region: [ north, \"it's\" ] }, current_project: j }
---
{ kind: user, name: bob }
---
{ kind: grant, name: g, user: bob, data_source: staff, expires: 2090-01-01T00:00:00Z }
---
{ kind: subscription-policy, name: everybody, where: all, access: { conditions: { group: hr } } }
---
kind: data-source
name: staff
integration: w
table: hr.staff
columns:
  - { name: id }
  - { name: ssn, tags: [ T.Hash ] }
  - { name: mail, tags: [ T.Token ] }
  - { name: phone, tags: [ T.Format ] }
  - { name: city, tags: [ T.Domain ] }
  - { name: zip, tags: [ T.Rare ] }
  - { name: born, tags: [ T.Year ] }
  - { name: pay, tags: [ T.Noise ] }
  - { name: age, tags: [ T.Round ] }
  - { name: note, tags: [ T.Regex ] }
  - { name: card, tags: [ T.Partial ] }
  - { name: region, tags: [ T.Custom ] }
  - { name: seen, tags: [ Event ] }
---
kind: data-policy
name: masks
where: all
rules:
  - { mask: { columns: { tag: T.Hash }, with: hash }, except: { group: hr } }
  - { mask: { columns: { tag: T.Token }, with: reversible } }
  - { mask: { columns: { tag: T.Format }, with: format_preserving }, except: { attribute: { region: north } } }
  - { mask: { columns: { tag: T.Domain }, with: { randomize: { domain: [ a, b ], rate: 0.5, by: { name: id } } } } }
  - { mask: { columns: { tag: T.Rare }, with: { k_anonymous: { k: 2 } } } }
  - { mask: { columns: { tag: T.Year }, with: { truncate: year } } }
  - { mask: { columns: { tag: T.Noise }, with: { randomize: { noise: { stddev: 5 }, by: { name: id } } } } }
  - { mask: { columns: { tag: T.Round }, with: { round: 10 } } }
  - { mask: { columns: { tag: T.Regex }, with: { regex: { pattern: '[0-9]', replacement: X } } } }
  - { mask: { columns: { tag: T.Partial }, with: { partial: { last: 4 } } }, except: { purpose: Audit } }
  - { mask: { columns: { tag: T.Custom }, with: { custom: \"upper(@column)\" }, when: \"id > 3\" } }
---
kind: data-policy
name: rows
where: all
rules:
  - { rows: { match: { attribute: region, column: { name: region } } }, except: { group: hr } }
  - { rows: { filter: \"id > 0 AND @username <> 'x'\" } }
  - { rows: { lookup: { table: hr.desk, on: { k: { name: id } }, user: login } }, except: { group: hr } }
  - { rows: { newer_than: 10 years, column: { name: seen } } }
  - { rows: { sample: 90, by: { name: id } }, except: { group: hr } }
";

/// All that a person can do with an integration.
fn everything(target: Target) -> Governed {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN;
         CREATE TABLE hr.staff (id integer, ssn varchar(11), mail varchar(40), phone varchar(20), city varchar(20), zip varchar(9), born date,
           pay numeric(12,2), age integer, note varchar(99), card varchar(20), region varchar(9), seen timestamp);
         CREATE TABLE hr.desk (k integer, login varchar(128))",
    );
    let monitored = ", monitored: [ { schema: 'h*' }, { schema: shop } ]";
    let document = |text: &str| scrim_testkit::catalog(&format!("{}{text}", governed.integration(monitored)));
    let catalog = document(CATALOG);
    let integration = &catalog.integrations.values().next().unwrap().item;
    governed.install(&catalog);
    governed.push(&catalog);
    let mut warehouse = governed.connect(&catalog);
    governed.wait(scrim_sync::differences(&warehouse, &catalog, integration, Utc::now())).unwrap();
    governed.wait(scrim_sync::refresh(&mut warehouse, None)).unwrap();
    let key = scrim_policy::source_key(catalog.data_sources.keys().next().unwrap());
    let table = governed.table("hr.staff").parse().unwrap();
    let unmask = Unmask {
        key: &key,
        table: &table,
        column: "mail",
        token: "t",
        requested_by: "ann",
        approved_by: "bob",
        reason: "needed",
    };
    governed.wait(warehouse.resolve(&unmask)).unwrap();
    governed.wait(warehouse.profiles_of(&["ann", "bob"])).unwrap();
    governed.wait(warehouse.logins(Some(&["ann", "bob"]))).unwrap();
    assert_eq!(governed.wait(warehouse.may_select("ann", std::slice::from_ref(&table))).unwrap().len(), 0);
    let schemas: Vec<SchemaName> = governed
        .wait(warehouse.schemas())
        .unwrap()
        .into_iter()
        .map(|found| found.name)
        .filter(|name| ["hr", "public"].contains(&name.schema.as_str()))
        .collect();
    governed.wait(warehouse.marks(&schemas)).unwrap();
    let listed = governed.wait(warehouse.listed(&schemas)).unwrap();
    let staff = listed.iter().find(|listed| listed.name.table.as_str() == "staff").unwrap();
    governed.wait(warehouse.sample(&staff.name, &staff.columns, 1000)).unwrap();
    // Another shape, a rule that closes, another name, none at all.
    let allow_drop = Options { allow_drop: true, ..Options::default() };
    for text in [
        CATALOG.replace("  - { name: id }\n", "").replace("where: all\nrules:", "where: { source_tag: None }\nrules:"),
        CATALOG.replace("id > 0 AND", "nosuch > 0 AND"),
        CATALOG.replace("table: hr.staff", "table: hr.staff\nview: governed.people"),
        CATALOG.replace("table: hr.staff", "table: hr.nowhere"),
        CATALOG.replace("table: hr.staff", "table: hr.staff\nstatus: disabled"),
    ] {
        governed.try_push(&document(&text), &allow_drop, Utc::now()).unwrap();
    }
    let (tables, url) = (scrim_sync::tables(&catalog, integration), governed.admin_url());
    let people = [("ann".to_owned(), Some("ann".to_owned()))];
    let subjects = Subjects { tables: &tables, sources: &["staff".to_owned()], people: &people };
    governed.run("GRANT SELECT ON hr.staff TO bob; GRANT SELECT (k) ON hr.desk TO PUBLIC");
    governed.wait(scrim_warehouse::check(integration, &subjects, &url)).unwrap();
    governed.run("REVOKE ALL ON hr.staff FROM bob; REVOKE ALL (k) ON hr.desk FROM PUBLIC");
    // What probes try is a test of its own: their statements are data, and have random names in them.
    for really in [false, true] {
        governed.wait(scrim_warehouse::uninstall(integration, &tables, &url, really)).unwrap();
    }
    governed
}

/// The form of a statement: what differs from run to run is left out.
fn form(sql: &str) -> String {
    let mut form = String::new();
    let mut end = 0;
    for token in tokens(sql).unwrap() {
        if end > 0 && token.start > end {
            form.push(' ');
        }
        end = token.start + token.text.len();
        match token.shape {
            Shape::Literal => form += "'x'",
            Shape::Number => form.push('0'),
            Shape::Body => form += "$$ ... $$",
            _ => form += token.text,
        }
    }
    // However many rows, values or names there are.
    for part in [
        "(0, true, 'x', 'x', 'x', 'x', NULL)",
        "(0, false, 'x', 'x', 'x', 'x', NULL)",
        "(0, true, 'x', 'x', 'x', 'x', 'x')",
    ] {
        while form.contains(&format!("{part}, {part}")) {
            form = form.replace(&format!("{part}, {part}"), part);
        }
    }
    form
}

#[test]
fn every_statement_is_in_the_corpus_and_passes_the_gate() {
    let mut forms = BTreeSet::new();
    for target in Target::REDSHIFT {
        let governed = everything(target);
        for sql in governed.double().seen() {
            assert_eq!(check_own(&sql).err(), None, "{sql}");
            forms.insert(form(&sql));
        }
    }
    let corpus = forms.into_iter().collect::<Vec<_>>().join(";\n\n") + ";\n";
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/statements/redshift.sql");
    if std::env::var_os("SCRIM_WRITE_CORPUS").is_some() {
        std::fs::write(&file, &corpus).unwrap();
    }
    let stands = std::fs::read_to_string(&file).unwrap();
    let known: BTreeSet<&str> = stands.split(";\n\n").map(|form| form.trim_end_matches(";\n")).collect();
    for form in corpus.split(";\n\n").map(|form| form.trim_end_matches(";\n")) {
        assert!(known.contains(form), "not in the corpus, which SCRIM_WRITE_CORPUS=1 writes anew:\n{form}");
    }
    assert!(stands == corpus, "the corpus has statements that nobody sends: SCRIM_WRITE_CORPUS=1 writes it anew");
}
