//! What is written in fields is read as the same document, whatever form it has.

use serde_json::{Value, json};

use super::*;
use crate::pages::policies::yaml;

/// Every form of both kinds, a document each.
const EVERY_FORM: &str = include_str!("every_form.yaml");

fn documents() -> Vec<(PolicyKind, Value)> {
    let texts = EVERY_FORM.split("\n---\n");
    texts
        .map(|text| {
            let document = yaml::read(text).unwrap_or_else(|| panic!("no YAML:\n{text}"));
            (PolicyKind::of(document["kind"].as_str().unwrap()).unwrap(), document)
        })
        .collect()
}

fn form(kind: PolicyKind, document: &Value, others: &[(&str, &str)]) -> Form {
    let mut fields = Vec::new();
    control::document(grammar::of(kind), document, ROOT).sent(&mut fields);
    for (name, value) in others {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    Form::from(fields)
}

#[test]
fn every_form_is_shown_in_fields_and_read_from_them_as_it_was() {
    for (kind, document) in documents() {
        let form = form(kind, &document, &[]);
        let unknown: Vec<_> = form.fields().filter(|(name, _)| name.ends_with('=')).collect();
        assert!(unknown.is_empty(), "{} has no fields for {unknown:?}", document["name"]);
        let kept = form.fields().filter(|(name, _)| name.ends_with('?') && *name != "p?");
        assert_eq!(kept.collect::<Vec<_>>(), [], "{}", document["name"]);
        assert_eq!(read(kind, &form), Some(document));
    }
}

#[test]
fn what_no_field_is_for_stays() {
    let odd = json!({ "kind": "data-policy", "name": "x", "where": { "unheard": [1] }, "rules": [{ "mask": 7, "later": true }, "odd"], "more": null, "description": "two\nlines" });
    assert_eq!(read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &odd, &[])), Some(odd));
}

#[test]
fn buttons_add_remove_and_move() {
    let two = json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": [{ "rows": "never" }, { "rows": "all_rows" }] });
    let after = |does: &str| {
        read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &two, &[("do", does)])).unwrap()["rules"].clone()
    };
    assert_eq!(after("remove p.rules.0"), json!([{ "rows": "all_rows" }]));
    assert_eq!(after("up p.rules.1"), json!([{ "rows": "all_rows" }, { "rows": "never" }]));
    assert_eq!(after("add p.rules")[2], json!({ "mask": { "columns": { "tag": "" }, "with": "nullify" } }));
}

#[test]
fn another_choice_keeps_what_was_written() {
    let one = json!({ "kind": "subscription-policy", "name": "x", "where": { "source_tag": "HR" }, "access": { "conditions": { "group": "staff" } } });
    let chosen = |name: &str, id: &str| {
        read(PolicyKind::SubscriptionPolicy, &form(PolicyKind::SubscriptionPolicy, &one, &[(name, id)])).unwrap()
    };
    assert_eq!(chosen("p.where", "column_tag:")["where"], json!({ "column_tag": "HR" }));
    assert_eq!(chosen("p.access.~", "any:")["access"], json!({ "conditions": { "any": [{ "group": "staff" }] } }));
    assert_eq!(chosen("p.access.~", "not:")["access"], json!({ "conditions": { "not": { "group": "staff" } } }));
}
