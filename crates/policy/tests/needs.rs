//! What somebody is told that they lack.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use scrim_catalog::{SourceFile, assemble};

/// What a user lacks under some policies.
fn lacks(groups: &str, policies: &[(&str, &str, &str)]) -> Vec<String> {
    let mut text = format!(
        "{{ kind: integration, name: w, engine: postgresql, database: d }}\n---\n\
         {{ kind: data-source, name: people, integration: w, table: s.people, columns: [{{ name: id, type: int }}] }}\n---\n\
         {{ kind: group, name: one }}\n---\n{{ kind: group, name: two }}\n---\n{{ kind: group, name: all }}\n---\n\
         {{ kind: user, name: anna, groups: [{groups}] }}\n"
    );
    for (name, combine, group) in policies {
        text += &format!(
            "---\n{{ kind: subscription-policy, name: {name}, where: all, combine: {combine}, access: {{ conditions: {{ group: {group} }} }} }}\n"
        );
    }
    let (catalog, _) = assemble(&[SourceFile { path: Arc::default(), text }]).into_result().unwrap();
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    scrim_policy::decide(&catalog, &catalog.data_sources["people"], &catalog.users["anna"], now).needs
}

#[test]
fn of_shared_policies_one_is_enough() {
    let policies = [("a", "shared", "one"), ("b", "shared", "two"), ("c", "required", "all")];
    let shared = "meet the shared policy `a`: in group `one`; or meet the shared policy `b`: in group `two`";
    let required = "meet the required policy `c`: in group `all`";
    assert_eq!(lacks("", &policies), [required, shared, "or a grant to `people`"]);
    assert_eq!(lacks("all", &policies), [shared, "or a grant to `people`"]);
    assert_eq!(lacks("two", &policies), [required, "or a grant to `people`"]);
    assert_eq!(lacks("two, all", &policies), [""; 0]);
}
