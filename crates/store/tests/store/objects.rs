//! Objects as they are and as they were.

use scrim_store::{AsOf, Expected, Store, StoreError};
use serde_json::{Value, json};

use crate::stand::{Stand, at, commit, delete, kept, on_both, put};

on_both!(
    every_version_is_kept,
    what_was_is_found_again,
    one_object_is_found_as_it_was,
    what_changed_is_told_to_who_missed_it,
    a_writer_who_knows_less_is_refused,
    an_object_that_is_not_as_expected_is_left_alone,
    pages_make_no_difference,
    a_snapshot_stays_as_it_was
);

async fn names(store: &Store, as_of: AsOf) -> Vec<(String, Value)> {
    let objects = store.objects_as_of(as_of).await.unwrap().all().await.unwrap();
    objects.into_iter().map(|object| (object.name, object.body)).collect()
}

async fn every_version_is_kept(stand: Stand) {
    let store = &stand.store;
    assert_eq!(store.last_sequence().await.unwrap(), 0);
    let first =
        store.commit(&commit(0, vec![put("tag", "PII", json!({ "a": 0.1 })), put("user", "ana", json!(1))])).await;
    let first = first.unwrap();
    assert_eq!((first.last_sequence, first.versions), (2, vec![1, 1]));

    let same = store.commit(&commit(2, vec![put("tag", "PII", json!({ "a": 0.1 }))])).await.unwrap();
    assert_eq!((same.last_sequence, same.versions), (3, vec![1]), "an equal body is no new version");

    store.commit(&commit(3, vec![delete("tag", "PII"), delete("tag", "never")])).await.unwrap();
    assert_eq!(store.object("tag", "PII").await.unwrap(), None);
    let again = store.commit(&commit(5, vec![put("tag", "PII", json!({ "a": 2 }))])).await.unwrap();
    assert_eq!(again.versions, [3], "a deletion counts");

    let versions = store.versions("tag", "PII").await.unwrap();
    let told: Vec<_> =
        versions.iter().map(|version| (version.version, version.sequence, version.body.clone())).collect();
    assert_eq!(told, [(3, 6, Some(json!({ "a": 2 }))), (2, 5, None), (1, 2, Some(json!({ "a": 0.1 })))]);
    assert_eq!((versions[0].at, versions[0].actor.as_str()), (kept(5), "olivia"));

    let events = store.events(1, 3).await.unwrap();
    let told: Vec<_> =
        events.iter().map(|event| (event.sequence, event.kind.as_str(), event.object_name.as_str())).collect();
    assert_eq!(told, [(2, "user.changed", "ana"), (3, "tag.changed", "PII"), (4, "tag.changed", "PII")]);
    assert_eq!((events[2].at, events[2].payload.clone()), (kept(3), json!({ "deleted": true })));
    let headlines = store.headlines(5, 2).await.unwrap();
    let told: Vec<_> =
        headlines.iter().map(|one| (one.sequence, one.kind.as_str(), one.object_name.as_str())).collect();
    assert_eq!(told, [(4, "tag.changed", "PII"), (3, "tag.changed", "PII")]);
    assert_eq!((headlines[0].at, headlines[0].actor.as_str()), (kept(3), "olivia"));
    assert!(store.headlines(1, 9).await.unwrap().is_empty());
    let payloads = store.payloads(&[3, 4, 99]).await.unwrap();
    assert_eq!((payloads.len(), &payloads[&3], &payloads[&4]), (2, &json!({ "deleted": false }), &events[2].payload));
    let objects =
        [("tag", "PII"), ("user", "ana"), ("none", "x")].map(|(kind, name)| (kind.to_owned(), name.to_owned()));
    let deletions = store.last_deletions(&objects).await.unwrap();
    assert_eq!(deletions.into_iter().collect::<Vec<_>>(), [(objects[0].clone(), 5)]);

    let objects = store.objects().await.unwrap();
    assert_eq!(objects.last_sequence, 6);
    let objects = objects.all().await.unwrap();
    assert_eq!(objects.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["PII", "ana"]);
    assert_eq!(store.object("tag", "PII").await.unwrap().as_ref(), objects.first());
    assert_eq!(store.audit_head().await.unwrap().number, 4);
}

async fn what_was_is_found_again(stand: Stand) {
    let store = &stand.store;
    store.commit(&commit(0, vec![put("a", "x", json!(1)), put("a", "y", json!(1))])).await.unwrap();
    store.commit(&commit(2, vec![put("a", "x", json!(2)), delete("a", "y")])).await.unwrap();
    store.commit(&commit(4, vec![put("a", "y", json!(3))])).await.unwrap();
    let told = |found: &[(&str, i32)]| -> Vec<(String, Value)> {
        found.iter().map(|(name, body)| ((*name).to_owned(), json!(body))).collect()
    };
    for (sequence, found) in [
        (0, vec![]),
        (1, vec![]),
        (2, vec![("x", 1), ("y", 1)]),
        (3, vec![("x", 1), ("y", 1)]),
        (4, vec![("x", 2)]),
        (99, vec![("x", 2), ("y", 3)]),
    ] {
        assert_eq!(names(store, AsOf::Sequence(sequence)).await, told(&found), "{sequence}");
    }
    // A commit is at the second of the event it is based on.
    for (moment, found) in [
        (at(-1), vec![]),
        (at(0), vec![("x", 1), ("y", 1)]),
        (at(3), vec![("x", 2)]),
        (at(4), vec![("x", 2), ("y", 3)]),
    ] {
        assert_eq!(names(store, AsOf::Moment(moment)).await, told(&found), "{moment}");
    }
}

async fn one_object_is_found_as_it_was(stand: Stand) {
    let store = &stand.store;
    store.commit(&commit(0, vec![put("a", "x", json!(1)), put("a", "y", json!(1))])).await.unwrap();
    store.commit(&commit(2, vec![put("a", "x", json!(2)), delete("a", "y")])).await.unwrap();
    store.commit(&commit(4, vec![put("a", "y", json!(3))])).await.unwrap();
    for (moment, sequence) in [(at(-1), 0), (at(0), 2), (at(3), 4), (at(99), 5)] {
        assert_eq!(store.sequence_at(moment).await.unwrap(), sequence, "{moment}");
    }
    let y = async |second| store.version_as_of("a", "y", at(second)).await.unwrap().map(|found| found.body);
    // A commit is at the second of the event it is based on.
    assert_eq!((y(-1).await, y(0).await, y(1).await), (None, Some(Some(json!(1))), Some(Some(json!(1)))));
    assert_eq!((y(2).await, y(3).await, y(4).await), (Some(None), Some(None), Some(Some(json!(3)))));
    let deleted = async |name, sequence| store.deleted_since("a", name, sequence).await.unwrap();
    assert_eq!((deleted("y", 2).await, deleted("y", 4).await, deleted("x", 0).await), (true, false, false));
}

async fn what_changed_is_told_to_who_missed_it(stand: Stand) {
    let store = &stand.store;
    store
        .commit(&commit(0, vec![put("a", "x", json!(1)), put("a", "y", json!(1)), put("a", "z", json!(1))]))
        .await
        .unwrap();
    store.commit(&commit(3, vec![delete("a", "y"), put("a", "z", json!(2))])).await.unwrap();
    store.commit(&commit(5, vec![put("a", "z", json!(3))])).await.unwrap();
    let since = store.objects_since(3).await.unwrap();
    assert_eq!(since.last_sequence, 6);
    let told: Vec<_> = since.all().await.unwrap().into_iter().map(|version| (version.name, version.body)).collect();
    assert_eq!(told, [("y".to_owned(), None), ("z".to_owned(), Some(json!(3)))]);
    assert!(store.objects_since(6).await.unwrap().all().await.unwrap().is_empty());
}

async fn a_writer_who_knows_less_is_refused(stand: Stand) {
    let store = &stand.store;
    store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    for known in [0, 2] {
        let error = store.commit(&commit(known, vec![put("a", "x", json!(2))])).await.unwrap_err();
        assert!(matches!(error, StoreError::Behind { last: 1, known: told } if told == known), "{error}");
    }
    assert_eq!(store.versions("a", "x").await.unwrap().len(), 1);
    assert_eq!(store.audit_head().await.unwrap().number, 1);
}

async fn an_object_that_is_not_as_expected_is_left_alone(stand: Stand) {
    let store = &stand.store;
    store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    let expecting = |name: &str, expected| {
        let mut change = put("a", name, json!(2));
        change.expected = expected;
        commit(1, vec![put("a", "other", json!(1)), change])
    };
    for (name, expected, has) in
        [("x", Expected::Absent, Some(1)), ("x", Expected::Version(2), Some(1)), ("y", Expected::Version(1), None)]
    {
        let error = store.commit(&expecting(name, expected)).await.unwrap_err();
        assert!(matches!(&error, StoreError::Changed { version, .. } if *version == has), "{error}");
    }
    assert_eq!(store.object("a", "other").await.unwrap(), None, "all or nothing");
    store.commit(&expecting("x", Expected::Version(1))).await.unwrap();

    let twice = commit(3, vec![put("a", "x", json!(1)), delete("a", "x")]);
    assert!(matches!(store.commit(&twice).await, Err(StoreError::Repeated { .. })));
    let mut silent = commit(3, vec![put("a", "x", json!(7))]);
    silent.events.clear();
    assert!(matches!(store.commit(&silent).await, Err(StoreError::NoEvent)));
    // Nothing changes: nobody needs to be told.
    silent.changes = vec![put("a", "x", json!(2))];
    assert_eq!(store.commit(&silent).await.unwrap().last_sequence, 3);
}

async fn pages_make_no_difference(stand: Stand) {
    let store = &stand.store;
    let changes = (0..4100).map(|number| put("kind", &format!("{number:05}"), json!({ "number": number }))).collect();
    let written = store.commit(&commit(0, changes)).await.unwrap();
    assert_eq!(written.last_sequence, 4100);
    store.commit(&commit(4100, vec![delete("kind", "00000"), delete("kind", "02000")])).await.unwrap();
    let objects = store.objects().await.unwrap().all().await.unwrap();
    assert_eq!(objects.len(), 4098);
    assert!(objects.is_sorted_by_key(|object| object.name.clone()));
    assert_eq!(store.objects_as_of(AsOf::Sequence(4100)).await.unwrap().all().await.unwrap().len(), 4100);
    assert_eq!(store.objects_since(0).await.unwrap().all().await.unwrap().len(), 4100);
}

async fn a_snapshot_stays_as_it_was(stand: Stand) {
    let store = &stand.store;
    let changes = (0..2100).map(|number| put("kind", &format!("{number:05}"), json!(1))).collect();
    store.commit(&commit(0, changes)).await.unwrap();
    let snapshot = store.objects().await.unwrap();
    store.commit(&commit(2100, vec![put("kind", "02099", json!(2)), delete("kind", "02098")])).await.unwrap();
    let objects = snapshot.all().await.unwrap();
    assert_eq!(objects.len(), 2100);
    assert!(objects.iter().all(|object| object.body == json!(1)));
}
