//! Every view compiled for Redshift passes the Redshift gate.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::{Catalog, SourceFile, assemble};
use scrim_sql::{Dialect, ViewPlan, render};

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text: text.to_owned() };
    assemble(&[file]).into_result().map_err(|p| format!("{p:#?}")).unwrap().0
}

fn views(text: &str) -> Vec<String> {
    let catalog = catalog(text);
    let sources = catalog.data_sources.values();
    let view = |source| {
        let plan = ViewPlan::of(&catalog, source).unwrap();
        // A source that a rule closes would hide what the rule renders to.
        assert_eq!(plan.merged.closed, []);
        render(&plan, Dialect::Redshift, 1)
    };
    sources.map(|source| view(source)).collect()
}

const HEAD: &str = "
{ kind: integration, name: w, engine: redshift, database: dev }
---
{ kind: group, name: \"O'Brien's \\\"team\\\"\" }
---
{ kind: purpose, name: Fraud.Cards }
---
{ kind: attribute, name: region }
---
{ kind: subscription-policy, name: all, where: all, access: anyone }
---
kind: data-source
name: s
integration: w
table: hr.staff
tags: [ T ]
columns:
  - { name: c_small, type: smallint, tags: [ N ] }
  - { name: c_int, type: integer, tags: [ N ] }
  - { name: c_big, type: bigint, tags: [ N ] }
  - { name: c_num, type: 'numeric(12,2)', tags: [ N ] }
  - { name: c_real, type: real, tags: [ N ] }
  - { name: c_double, type: double precision, tags: [ N ] }
  - { name: c_bool, type: boolean, tags: [ B ] }
  - { name: c_char, type: char(2), tags: [ X ] }
  - { name: c_text, type: varchar(11), tags: [ X ] }
  - { name: c_date, type: date, tags: [ D ] }
  - { name: c_ts, type: timestamp, tags: [ D ] }
  - { name: c_tz, type: timestamptz, tags: [ D ] }
  - { name: c_super, type: super, tags: [ O ] }
  - { name: 'a \"b', type: varchar(20), tags: [ X ] }
---
";

/// Every mask on every type, every row rule on every type, exceptions with hostile names.
#[test]
fn every_mask_and_row_rule_on_every_type_passes() {
    let masks = [
        "nullify",
        "{ constant: '7' }",
        r#"{ constant: "O'B\\x" }"#,
        "hash",
        "{ regex: { pattern: '[0-9]+', replacement: \"'x\" } }",
        "{ partial: { last: 4 } }",
        "{ partial: { first: 2, fill: '#' } }",
        "{ round: 1000 }",
        "{ round: 0.5 }",
        "{ truncate: year }",
        "{ truncate: hour }",
    ];
    let rows = [
        "{ match: { attribute: region, column: { tag: N } } }",
        "{ match: { groups: true, column: { tag: X } } }",
        "{ match: { purposes: true, column: { tag: D } } }",
        "{ match: { attribute: region, column: { tag: B } } }",
        "{ newer_than: 90 days, column: { tag: D } }",
        "{ older_than: 2 years, column: { tag: D } }",
        "never",
        "{ lookup: { table: ref.desk, on: { a: { name: c_int }, b: { name: c_text } }, user: login } }",
        "{ filter: \"c_int > 5 OR @isInGroups('O''Brien''s \\\"team\\\"')\" }",
        "{ filter: \"@attributeValuesContains('region', c_text) AND NOT @groupsContains(LOWER(c_char)) AND c_tz > TIMESTAMP '2024-01-01 00:00:00'\" }",
        "{ filter: \"COALESCE(c_text, 'x') LIKE 'a%' AND (c_bool OR c_date IN ('2024-01-01')) AND @username <> c_text\" }",
    ];
    let mut texts = vec![HEAD.to_owned()];
    for (at, mask) in masks.iter().enumerate() {
        texts.push(format!(
            "{HEAD}kind: data-policy\nname: p{at}\nwhere: all\nyields: true\nrules:\n  - mask: {{ columns: all, with: {mask} }}\n    except: {{ all: [ {{ group: \"O'Brien's \\\"team\\\"\" }}, {{ not: {{ purpose: Fraud }} }} ] }}\n  - mask: {{ columns: {{ tag: X }}, with: nullify, when: \"c_int = 1\" }}\n"
        ));
    }
    for (at, row) in rows.iter().enumerate() {
        texts.push(format!(
            "{HEAD}kind: data-policy\nname: p{at}\nwhere: all\nvalid: {{ from: 2026-01-01T00:00:00Z, until: 2030-01-01T00:00:00Z }}\nrules:\n  - rows: {row}\n  - purpose: Fraud\n"
        ));
    }
    for text in texts {
        for sql in views(&text) {
            let kind = scrim_redshift_gate::check_own(&sql);
            assert!(kind.is_ok(), "{:?}\n{sql}", kind.err());
            assert!(!sql.contains('\\'), "{sql}");
        }
    }
}

/// Names and values of any content stay inside their quotes.
#[test]
fn hostile_names_and_values_pass_the_gate() {
    let hostile = [
        "x'; DROP TABLE canary; --",
        "x\"; DROP TABLE canary; --",
        "\\'; DROP TABLE canary; --",
        "$scrim$; DROP TABLE canary; --",
        "/* */ select * from t",
        "żółć 日本 🦀",
        "select",
    ];
    for name in hostile {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let yaml = quoted(name);
        let table = quoted(&format!("raw.\"{}\"", name.replace('"', "\"\"")));
        let text = format!(
            "{{ kind: integration, name: w, engine: redshift, database: dev }}\n---\n\
             {{ kind: group, name: {yaml} }}\n---\n{{ kind: attribute, name: {yaml} }}\n---\n\
             {{ kind: subscription-policy, name: {yaml}, where: all, access: {{ conditions: {{ group: {yaml} }} }} }}\n---\n\
             kind: data-source\nname: {yaml}\nintegration: w\ntable: {table}\nview: governed.v\ncolumns: [ {{ name: {yaml}, type: text }} ]\n---\n\
             kind: data-policy\nname: {yaml}\nwhere: all\nrules:\n  - mask: {{ columns: all, with: {{ constant: {yaml} }} }}\n    \
             except: {{ not: {{ attribute: {{ {yaml}: {yaml} }} }} }}\n  - rows: {{ match: {{ attribute: {yaml}, column: all }} }}\n"
        );
        for view in views(&text) {
            assert!(scrim_redshift_gate::check_own(&view).is_ok(), "{view}");
            // In a quoted name a backslash is a character like others; in a literal it would escape.
            let literals: String = view.split('"').step_by(2).collect();
            assert!(!literals.contains('\\'), "{view}");
        }
    }
}
