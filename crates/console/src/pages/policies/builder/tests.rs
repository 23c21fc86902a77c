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
        assert_eq!(read(kind, &form).unwrap(), Some(document));
    }
}

#[test]
fn what_no_field_is_for_stays() {
    let odd = json!({ "kind": "data-policy", "name": "x", "where": { "unheard": [1] }, "rules": [{ "mask": 7, "later": true }, "odd"], "more": null, "description": "two\nlines" });
    assert_eq!(read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &odd, &[])).unwrap(), Some(odd));
}

#[test]
fn buttons_add_remove_and_move() {
    let two = json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": [{ "rows": "never" }, { "rows": "all_rows" }] });
    let after = |does: &str| {
        read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &two, &[("do", does)])).unwrap().unwrap()["rules"]
            .clone()
    };
    assert_eq!(after("remove p.rules.0"), json!([{ "rows": "all_rows" }]));
    assert_eq!(after("up p.rules.1"), json!([{ "rows": "all_rows" }, { "rows": "never" }]));
    assert_eq!(after("add p.rules")[2], json!({ "mask": { "columns": { "tag": "" }, "with": "nullify" } }));
}

#[test]
fn another_choice_keeps_what_was_written() {
    let one = json!({ "kind": "subscription-policy", "name": "x", "where": { "source_tag": "HR" }, "access": { "conditions": { "group": "staff" } } });
    let chosen = |name: &str, id: &str| {
        read(PolicyKind::SubscriptionPolicy, &form(PolicyKind::SubscriptionPolicy, &one, &[(name, id)]))
            .unwrap()
            .unwrap()
    };
    assert_eq!(chosen("p.where", "column_tag:")["where"], json!({ "column_tag": "HR" }));
    assert_eq!(chosen("p.access.~", "any:")["access"], json!({ "conditions": { "any": [{ "group": "staff" }] } }));
    assert_eq!(chosen("p.access.~", "not:")["access"], json!({ "conditions": { "not": { "group": "staff" } } }));
}

#[test]
fn what_is_too_long_for_fields_is_left_to_the_text() {
    let rules = |many: usize| json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": vec![json!({ "rows": "never" }); many] });
    assert!(fields(PolicyKind::DataPolicy, &rules(100), &Beside::default()).is_some());
    assert!(fields(PolicyKind::DataPolicy, &rules(1000), &Beside::default()).is_none());
}

#[test]
fn fields_say_no_more_than_there_are() {
    let refused =
        |fields: Vec<(String, String)>| read(PolicyKind::DataPolicy, &Form::from(fields)).unwrap_err().detail.unwrap();
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let deep = |levels: usize| field(&format!("p.where{}", ".~".repeat(levels)), "not:");
    assert!(refused(vec![deep(70)]).contains("deep"));
    assert!(read(PolicyKind::DataPolicy, &Form::from((0..60).map(deep).collect::<Vec<_>>())).is_ok());
    for count in ["4", "1000000", "-1", "x", "18446744073709551615"] {
        assert!(
            refused(vec![field("p.rules#", count), field("p.rules.0", "rows:"), field("p.name", "x")])
                .contains("entries")
        );
    }
    assert!(refused((0..5000).map(|at| field(&format!("p.x{at}"), "")).collect()).contains("written as a text"));
}

#[test]
fn a_name_that_stands_twice_is_told_and_not_dropped() {
    let one = json!({ "kind": "subscription-policy", "name": "x", "where": "all", "access": { "conditions": { "attribute": { "a": "1", "b": "2" } } } });
    let twice = form(PolicyKind::SubscriptionPolicy, &one, &[("p.access.~.~.1.key", "a")]);
    assert!(read(PolicyKind::SubscriptionPolicy, &twice).unwrap_err().detail.unwrap().contains("`a` stands twice"));
}

/// What a rule becomes by choosing something in the fields of one.
fn rule_after(rule: Value, name: &str, id: &str) -> Value {
    let one = json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": [rule] });
    read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &one, &[(name, id)])).unwrap().unwrap()["rules"][0]
        .clone()
}

#[test]
fn another_choice_takes_over_nothing_that_it_cannot_have() {
    let matching = json!({ "match": { "attribute": "country", "column": { "tag": "Geo" } } });
    let rows = |rows: &Value, id: &str| rule_after(json!({ "rows": rows }), "p.rules.0.~", id)["rows"].clone();
    let tagged = json!({ "tag": "" });
    assert_eq!(rows(&matching, "filter:"), json!({ "filter": "" }));
    assert_eq!(rows(&matching, "newer_than:"), json!({ "newer_than": "", "column": tagged }));
    assert_eq!(rows(&matching, "sample:"), json!({ "sample": "", "by": tagged }));
    assert_eq!(rows(&matching, "never"), json!("never"));
    assert_eq!(rows(&json!({ "never": true }), "filter:"), json!({ "filter": "" }));
    assert_eq!(rows(&json!({ "all_rows": true }), "sample:"), json!({ "sample": "", "by": tagged }));
    assert_eq!(
        rows(&json!({ "newer_than": "90 days", "column": { "name": "made" } }), "older_than:"),
        json!({ "older_than": "90 days", "column": { "name": "made" } })
    );
    // The mask of a rule is no row rule, whatever stands in its place.
    let masked = json!({ "mask": { "columns": { "tag": "PII" }, "with": "hash" }, "for": { "group": "g" }, "otherwise": "nullify", "because": "why" });
    assert_eq!(
        rule_after(masked, "p.rules.0", "rows:"),
        json!({ "rows": "never", "for": { "group": "g" }, "because": "why" })
    );
    let access = json!({ "kind": "subscription-policy", "name": "x", "where": { "any_tag": true }, "access": { "conditions": { "group": "staff" } } });
    let chosen = |name: &str, id: &str| {
        read(PolicyKind::SubscriptionPolicy, &form(PolicyKind::SubscriptionPolicy, &access, &[(name, id)]))
            .unwrap()
            .unwrap()
    };
    assert_eq!(chosen("p.access", "approval:")["access"], json!({ "approval": [] }));
    assert_eq!(chosen("p.where", "source_tag:")["where"], json!({ "source_tag": "" }));
    assert_eq!(chosen("p.access.~", "user:")["access"], json!({ "conditions": { "user": "" } }));
    assert_eq!(chosen("p.access.~", "attribute:")["access"], json!({ "conditions": { "attribute": { "": "" } } }));
}

/// Every choice of the controls of a document.
fn choices(control: &control::Control, found: &mut Vec<Vec<&'static str>>) {
    if let control::Looks::Choice(choices) = &control.looks {
        found.push(choices.iter().map(|(_, called)| *called).collect());
    }
    control.parts.iter().for_each(|part| choices(part, found));
}

#[test]
fn no_choice_is_there_twice() {
    let spellings = json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": [{ "rows": { "never": true } }, { "rows": "never" }, { "rows": { "filter": "a = 1" }, "for": { "group": "g" }, "otherwise": { "all_rows": true } }] });
    let both = documents().into_iter().chain([(PolicyKind::DataPolicy, spellings.clone())]);
    for (kind, document) in both {
        let mut found = Vec::new();
        choices(&control::document(grammar::of(kind), &document, ROOT), &mut found);
        for mut called in found {
            let all = called.len();
            called.sort_unstable();
            called.dedup();
            assert_eq!(called.len(), all, "{}: {called:?}", document["name"]);
        }
    }
    assert_eq!(read(PolicyKind::DataPolicy, &form(PolicyKind::DataPolicy, &spellings, &[])).unwrap(), Some(spellings));
}

#[test]
fn a_field_is_offered_where_the_language_allows_it_and_kept_where_it_stands() {
    let has = |rule: Value, name: &str| {
        let one = json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": [rule] });
        let form = form(PolicyKind::DataPolicy, &one, &[]);
        assert_eq!(read(PolicyKind::DataPolicy, &form).unwrap(), Some(one));
        form.has(&format!("p.rules.0.{name}"))
    };
    let mask = json!({ "columns": { "tag": "PII" }, "with": "hash" });
    let cases = json!({ "columns": { "tag": "PII" }, "cases": [{ "for": { "group": "g" }, "with": "hash" }], "otherwise": "nullify" });
    for (rule, offered) in [
        (json!({ "mask": mask }), ["except", "for"].as_slice()),
        (json!({ "mask": mask, "for": { "group": "g" } }), &["for", "otherwise"]),
        (json!({ "mask": mask, "except": { "group": "g" } }), &["except"]),
        (json!({ "mask": cases }), &[]),
        (json!({ "mask": cases, "for": { "group": "g" } }), &["for"]),
        (json!({ "rows": "never" }), &["except", "for"]),
        (json!({ "rows": { "cases": [{ "for": { "group": "g" }, "all_rows": true }], "otherwise": "never" } }), &[]),
    ] {
        let found = ["except", "for", "otherwise"].into_iter().filter(|name| has(rule.clone(), name));
        assert_eq!(found.collect::<Vec<_>>(), offered, "{rule}");
    }
    // Whoever wrote the rest beside the rule keeps it there.
    let outside = json!({ "mask": { "columns": { "tag": "PII" }, "cases": [{ "for": { "group": "g" }, "with": "hash" }] }, "otherwise": "nullify" });
    assert!(has(outside, "otherwise"));
    let begun = rule_after(json!({ "mask": mask }), "p.rules.0.~", "cases:");
    assert_eq!(begun["mask"]["otherwise"], json!("nullify"));
}

#[test]
fn a_pointer_is_a_field() {
    let one = json!({ "kind": "data-policy", "name": "x", "where": { "any": [{ "column_tag": "A" }, { "not": { "table": "t" } }] }, "rules": [{ "mask": { "columns": { "tag": "PII" }, "with": { "partial": { "last": "x" } } }, "for": { "attribute": { "a": "1", "b/c": "2" } } }, { "rows": { "match": { "groups": true, "column": { "tag": "T" } } } }, { "rows": 7 }] });
    let named = |pointer: &str| place(PolicyKind::DataPolicy, &one, pointer);
    let known = |pointer: &str| named(pointer).unwrap_or_else(|| panic!("no field of {pointer}"));
    assert_eq!(known("/name"), "p.name");
    assert_eq!(known("/where/any/0/column_tag"), "p.where.~.0.~");
    assert_eq!(known("/where/any/1/not/table"), "p.where.~.1.~.~");
    assert_eq!(known("/rules/0"), "p.rules.0");
    assert_eq!(known("/rules/0/mask/with/partial/last"), "p.rules.0.~.~.~.~");
    assert_eq!(known("/rules/0/for/attribute/b~1c"), "p.rules.0.for.~.1.key");
    assert_eq!(known("/rules/1/rows/match/groups"), "p.rules.1.~.~");
    assert_eq!(known("/rules/2/rows"), "p.rules.2.~=");
    assert_eq!(known("/rules/9"), "p.rules");
    assert_eq!(known("/rules/0/unheard"), "p.rules.0");
    assert_eq!([named(""), named("/unheard")], [None, None]);
    // Whatever is found is sent by the form.
    let form = form(PolicyKind::DataPolicy, &one, &[]);
    for pointer in [
        "/name",
        "/where/any/0/column_tag",
        "/rules/0/mask/with/partial/last",
        "/rules/2/rows",
        "/rules/1/rows/match/column/tag",
    ] {
        assert!(form.has(&known(pointer)), "{pointer}");
    }
}

#[test]
fn whoever_presses_a_button_goes_on_where_it_did_something() {
    let rules = |many: usize| json!({ "kind": "data-policy", "name": "x", "where": "all", "rules": vec![json!({ "rows": "never" }); many] });
    let after = |before: &Value, does: &str| {
        let form = form(PolicyKind::DataPolicy, before, &[("do", does)]);
        let after = read(PolicyKind::DataPolicy, &form).unwrap().unwrap();
        control::document(grammar::of(PolicyKind::DataPolicy), &after, ROOT).goes_on(&Does::of(&form)?)
    };
    let field = |name: &str| Some(name.to_owned());
    assert_eq!(after(&rules(2), "add p.rules"), field("p.rules.2"));
    assert_eq!(after(&rules(0), "add p.rules"), field("p.rules.0"));
    assert_eq!(after(&rules(3), "remove p.rules.1"), field("p.rules.1"));
    assert_eq!(after(&rules(3), "remove p.rules.2"), field("p.rules.1"));
    assert_eq!(after(&rules(1), "remove p.rules.0"), field("add p.rules"));
    assert_eq!(after(&rules(3), "up p.rules.2"), field("up p.rules.1"));
    assert_eq!(after(&rules(3), "up p.rules.1"), field("p.rules.0"));
    for other in ["up p.rules.0", "remove p.unheard.7", "add p.unheard", "add", "down p.rules.1"] {
        assert!(after(&rules(2), other).is_none_or(|name| name == "add p.unheard"), "{other}");
    }
}
