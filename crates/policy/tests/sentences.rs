//! Policies in plain English: every form that a policy can have, as a page to read.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::sync::Arc;

use scrim_catalog::{Catalog, Document, SourceFile, read};
use scrim_policy::sentences::{data_policy, quoted, subscription_policy};

/// Each document, and its sentences below.
fn page(text: &str) -> String {
    let (mut documents, mut problems) = (vec![], vec![]);
    read(&SourceFile { path: Arc::default(), text: text.to_owned() }, &mut documents, &mut problems);
    assert!(problems.is_empty(), "{problems:#?}");
    let mut page = String::new();
    for (_, document) in documents {
        let name = document.name().to_string();
        let (catalog, problems) = Catalog::alone(document);
        assert!(problems.is_empty(), "{problems:#?}");
        let told = catalog.data_policies.values().flat_map(|policy| data_policy(policy));
        let told: Vec<String> =
            told.chain(catalog.subscription_policies.values().flat_map(|policy| subscription_policy(policy))).collect();
        writeln!(page, "{name}\n  {}", told.join("\n  ")).unwrap();
    }
    page
}

#[test]
fn what_data_policies_say() {
    insta::assert_snapshot!("data_policies", page(include_str!("sentences/data.yaml")));
}

#[test]
fn who_may_read() {
    insta::assert_snapshot!("subscription_policies", page(include_str!("sentences/subscription.yaml")));
}

/// What somebody wrote stands between backticks, and cannot end them.
#[test]
fn a_name_does_not_pretend_to_be_a_sentence() {
    assert_eq!(quoted("hr"), "`hr`");
    assert_eq!(quoted("hr` for everyone except `x"), "`` hr` for everyone except `x ``");
    assert_eq!(quoted("``"), "``` `` ```");
    assert_eq!(quoted("a\nb\u{202e}c"), "`a\\u{a}b\\u{202e}c`");
    let group = "{ kind: data-policy, name: p, where: all, rules: [ { rows: never, for: { group: \"a` or `b\" } } ] }";
    assert!(
        page(group).contains("Show no rows to members of group `` a` or `b ``; from everyone else"),
        "{}",
        page(group)
    );
    // Documents of other kinds have nothing to tell.
    let (catalog, problems) = Catalog::alone({
        let (mut documents, mut problems) = (vec![], vec![]);
        let text = "{ kind: group, name: g }".to_owned();
        read(&SourceFile { path: Arc::default(), text }, &mut documents, &mut problems);
        let Some((_, Document::Group(group))) = documents.pop() else { panic!() };
        Document::Group(group)
    });
    assert!(problems.is_empty() && catalog.data_policies.is_empty());
}
