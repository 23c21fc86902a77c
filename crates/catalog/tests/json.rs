//! Documents and changes as the API has them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::Acknowledged;
use scrim_catalog::{Applied, Catalog, Change, Document, Kind, Name, SourceFile, from_json, read};
use serde_json::json;

const BASE: &str = include_str!("base.yaml");

fn catalog(text: &str) -> Catalog {
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text: text.to_owned() };
    let (mut documents, mut problems) = (vec![], vec![]);
    read(&file, &mut documents, &mut problems);
    assert_eq!(problems, []);
    Catalog::of(documents.into_iter().map(|(_, document)| document)).map_err(|p| format!("{p:#?}")).unwrap().0
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn put(kind: Kind, name: &str, body: &serde_json::Value) -> Change {
    Change::Put(from_json(kind, name, body).unwrap())
}

fn errors(result: Result<Applied, Vec<scrim_catalog::Problem>>) -> Vec<String> {
    result.unwrap_err().iter().map(|problem| format!("{}: {}", problem.file.display(), problem.message)).collect()
}

#[test]
fn every_document_is_the_same_in_json() {
    let file = SourceFile { path: Arc::new(PathBuf::from("base.yaml")), text: BASE.to_owned() };
    let (mut documents, mut problems) = (vec![], vec![]);
    read(&file, &mut documents, &mut problems);
    assert_eq!(problems, []);
    for (_, document) in documents {
        let json = document.to_json().unwrap();
        let again = from_json(document.kind(), document.name(), &json).map_err(|p| format!("{p}\n{json:#}")).unwrap();
        assert_eq!(again, document, "{json:#}");
    }
}

const PEOPLE: &str = "
{ kind: integration, name: w, engine: postgresql, database: d }
---
{ kind: group, name: g }
---
{ kind: group, name: h }
---
{ kind: purpose, name: P, acknowledgement: as agreed }
---
{ kind: purpose, name: Q }
---
{ kind: user, name: a, groups: [ g, h ], current_project: j }
---
{ kind: user, name: b, groups: [ h ] }
---
{ kind: data-source, name: s, integration: w, table: t.s, owners: [ b ], tags: [ T, U ], columns: [ { name: c, type: integer, tags: [ T ] } ] }
---
{ kind: data-source, name: r, integration: w, table: t.r }
---
{ kind: project, name: j, purposes: [ P, Q ], data_sources: [ s, r ], members: [ { user: a, acknowledged: true }, { user: b } ] }
---
{ kind: grant, name: ga, user: a, data_source: r }
---
{ kind: grant, name: gg, group: g, data_source: s }
---
{ kind: subscription, name: ua, user: a, data_source: r }
---
{ kind: data-policy, name: p, where: all, rules: [ { mask: { columns: { tag: U }, with: hash }, except: { group: h } } ] }
";

/// The kinds and names of what changed.
fn changed(applied: &Applied) -> Vec<String> {
    applied
        .changes
        .iter()
        .map(|change| {
            let (kind, name) = change.of();
            let sign = if matches!(change, Change::Put(_)) { "" } else { "-" };
            format!("{sign}{kind} {name}")
        })
        .collect()
}

#[test]
fn what_is_deleted_leaves_the_lists_it_stands_in() {
    let catalog = catalog(PEOPLE);
    let delete = |kind, text: &str| catalog.apply(vec![Change::Delete(kind, name(text))]);

    let applied = delete(Kind::Group, "g").unwrap();
    assert_eq!(changed(&applied), ["user a", "-group g", "-grant gg"]);
    assert_eq!(errors(delete(Kind::Group, "h")), ["data-policies/p: there is no group `h`"]);

    let applied = delete(Kind::User, "a").unwrap();
    assert_eq!(changed(&applied), ["-user a", "project j", "-grant ga", "-subscription ua"]);
    assert_eq!(errors(delete(Kind::User, "b")), ["data-sources/s: there is no user `b`"]);

    let applied = delete(Kind::DataSource, "r").unwrap();
    assert_eq!(changed(&applied), ["-data-source r", "project j", "-grant ga", "-subscription ua"]);

    let applied = delete(Kind::Purpose, "P").unwrap();
    assert_eq!(changed(&applied), ["-purpose P", "project j"]);
    let project = &applied.catalog.projects["j"];
    assert_eq!(project.members[0].acknowledged, Acknowledged::Purposes(project.purposes.clone()));

    let applied = delete(Kind::Project, "j").unwrap();
    assert_eq!(changed(&applied), ["user a", "-project j"]);
    assert_eq!(applied.catalog.users["a"].current_project, None);

    let applied = delete(Kind::Tag, "T").unwrap();
    assert_eq!(changed(&applied), ["data-source s", "-tag T"]);
    assert_eq!(
        (applied.catalog.data_sources["s"].tags.len(), applied.catalog.data_sources["s"].columns[0].tags.len()),
        (1, 0)
    );

    assert_eq!(errors(delete(Kind::Integration, "w")).len(), 2);
    assert_eq!(delete(Kind::Group, "nobody").unwrap().changes.len(), 1);
}

#[test]
fn another_text_must_be_acknowledged_again() {
    let catalog = catalog(PEOPLE);
    let text = |text: &str| catalog.apply(vec![put(Kind::Purpose, "P", &json!({ "acknowledgement": text }))]).unwrap();
    assert_eq!(changed(&text("as agreed")), ["purpose P"]);
    let applied = text("otherwise");
    assert_eq!(changed(&applied), ["purpose P", "project j"]);
    let acknowledged = &applied.catalog.projects["j"].members[0].acknowledged;
    assert!(matches!(acknowledged, Acknowledged::Purposes(left) if left.len() == 1 && left[0].as_str() == "Q"));
}

#[test]
fn who_left_a_project_does_not_act_under_it() {
    let catalog = catalog(PEOPLE);
    let body = json!({ "purposes": ["P"], "data_sources": ["s"], "members": [{ "user": "b" }] });
    let applied = catalog.apply(vec![put(Kind::Project, "j", &body)]).unwrap();
    assert_eq!(changed(&applied), ["user a", "project j"]);
    assert_eq!(applied.catalog.users["a"].current_project, None);
}

#[test]
fn a_change_is_whole_or_not_at_all() {
    let catalog = catalog(PEOPLE);
    let good = put(Kind::Group, "new", &json!({}));
    let bad = put(Kind::User, "c", &json!({ "groups": ["nowhere"] }));
    assert_eq!(errors(catalog.apply(vec![good.clone(), bad.clone()])), ["users/c: there is no group `nowhere`"]);
    let after = put(Kind::Group, "nowhere", &json!({}));
    let applied = catalog.apply(vec![good, bad, after]).unwrap();
    assert!(applied.catalog.has(Kind::User, "c") && !catalog.has(Kind::User, "c"));
    assert!(matches!(applied.catalog.document(Kind::User, "c"), Some(Document::User(_))));
}

#[test]
fn requests_go_with_what_they_are_about() {
    let request = json!({ "user": "a", "data_source": "q", "column": "c", "token": "t", "reason": "r", "requested": "2026-01-01T00:00:00Z" });
    let source = json!({ "integration": "w", "table": "t.q" });
    let base = catalog(PEOPLE);
    let changes = vec![
        put(Kind::DataSource, "q", &source),
        put(Kind::UnmaskRequest, "u", &request),
        put(Kind::Subscription, "x", &json!({ "user": "a", "data_source": "q" })),
    ];
    let base = base.apply(changes).unwrap().catalog;
    for (kind, gone) in [(Kind::User, "a"), (Kind::DataSource, "q")] {
        let after = base.apply(vec![Change::Delete(kind, name(gone))]).unwrap().catalog;
        assert!(after.unmask_requests.is_empty() && !after.subscriptions.contains_key("x"));
    }
    let nobody = json!({ "user": "nobody", "data_source": "q", "column": "c", "token": "t", "reason": "r", "requested": "2026-01-01T00:00:00Z" });
    assert_eq!(
        errors(base.apply(vec![put(Kind::UnmaskRequest, "v", &nobody)])),
        ["unmask-requests/v: there is no user `nobody`"]
    );
}
