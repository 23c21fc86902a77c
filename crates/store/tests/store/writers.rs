//! Several at once, and some who fail.

use scrim_store::{Store, StoreError};
use serde_json::json;

use crate::stand::{Stand, audit, commit, on_both, put};

on_both!(
    numbers_have_no_gaps_among_many_writers,
    nothing_is_half_written,
    a_writer_who_is_dropped_has_written_nothing,
    what_is_written_once_stays
);

/// Commits, and when others were quicker, again.
async fn persistently(store: &Store, name: &str, body: usize) {
    loop {
        let last = store.last_sequence().await.unwrap();
        match store
            .commit(&commit(last, vec![put("user", name, json!(body)), put("all", "counter", json!([name, body]))]))
            .await
        {
            Ok(_) => return,
            Err(StoreError::Behind { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

pub(crate) async fn assert_whole(store: &Store) {
    let last = store.last_sequence().await.unwrap();
    let events = store.events(0, usize::MAX / 2).await.unwrap();
    assert!(events.iter().map(|event| event.sequence).eq(1..=last));
    let verdict = store.verify_audit().await.unwrap();
    assert_eq!(verdict.broken, None);
    assert_eq!(verdict.head, store.audit_head().await.unwrap());
    let snapshot = store.objects().await.unwrap();
    assert_eq!(snapshot.last_sequence, last);
    for object in snapshot.all().await.unwrap() {
        let versions = store.versions(&object.kind, &object.name).await.unwrap();
        assert!(versions.iter().rev().map(|version| version.version).eq(1..=object.version));
        assert_eq!(versions[0].body.as_ref(), Some(&object.body));
    }
}

async fn numbers_have_no_gaps_among_many_writers(stand: Stand) {
    let (one, other) = (stand.store.clone(), stand.another().await);
    let writers = (0..8).map(|writer| {
        let store = if writer % 2 == 0 { one.clone() } else { other.clone() };
        tokio::spawn(async move {
            for body in 0..12 {
                persistently(&store, &format!("writer{writer}"), body).await;
                store.audit(audit("looked")).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(one.last_sequence().await.unwrap(), 8 * 12 * 2);
    assert_eq!(one.audit_head().await.unwrap().number, 8 * 12 * 2);
    assert_eq!(one.object("all", "counter").await.unwrap().unwrap().version, 8 * 12);
    assert_whole(&other).await;
}

async fn counts(stand: &Stand) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in ["objects", "object_versions", "events", "audit"] {
        counts.push(stand.count(&format!("SELECT count(*) FROM {table}")).await);
    }
    counts
}

async fn nothing_is_half_written(stand: Stand) {
    let store = &stand.store;
    store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    let before = counts(&stand).await;
    // Each fails after something else was written.
    let mut wrong = commit(1, vec![put("a", "x", json!(2)), put("a", "y", json!(2))]);
    wrong.events[1].object_name = "a\0b".to_owned();
    assert!(matches!(store.commit(&wrong).await, Err(StoreError::Nul(_))));
    let mut wrong = commit(1, vec![put("a", "x", json!(2))]);
    wrong.audit.address = Some("\0".to_owned());
    assert!(matches!(store.commit(&wrong).await, Err(StoreError::Nul("the address of an audit entry"))));
    // The database itself refuses the last thing that is written.
    let check = if stand.is_sqlite() {
        "CREATE TRIGGER no BEFORE UPDATE ON audit_head BEGIN SELECT RAISE(ABORT, 'no'); END"
    } else {
        "ALTER TABLE audit_head ADD CONSTRAINT no CHECK (number < 2)"
    };
    stand.sql(check).await.unwrap();
    let error = store.commit(&commit(1, vec![put("a", "x", json!(2))])).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { what: "write the end of the audit trail", .. }), "{error}");
    assert_eq!(counts(&stand).await, before);
    assert_eq!(store.last_sequence().await.unwrap(), 1);
    stand
        .sql(if stand.is_sqlite() { "DROP TRIGGER no" } else { "ALTER TABLE audit_head DROP CONSTRAINT no" })
        .await
        .unwrap();
    store.commit(&commit(1, vec![put("a", "x", json!(2))])).await.unwrap();
    assert_whole(store).await;
}

/// SQLite takes back the whole transaction by itself where the disk is full: what follows it is as good as ever.
#[tokio::test]
async fn a_full_disk_is_survived() {
    let stand = Stand::sqlite().await;
    let (store, before) = (&stand.store, counts(&stand).await);
    stand.sql("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ROLLBACK, 'full'); END").await.unwrap();
    for _ in 0..20 {
        store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap_err();
        assert_eq!(store.last_sequence().await.unwrap(), 0);
    }
    assert_eq!(counts(&stand).await, before);
    stand.sql("DROP TRIGGER full").await.unwrap();
    // Whoever gives up, or reads, leaves nothing open either.
    assert!(matches!(store.commit(&commit(7, vec![])).await, Err(StoreError::Behind { .. })));
    assert_eq!(store.objects().await.unwrap().all().await.unwrap().len(), 0);
    let other = stand.another().await;
    for last in 0..20 {
        let store = if last % 2 == 0 { &other } else { store };
        store.commit(&commit(last, vec![put("a", "x", json!(last))])).await.unwrap();
    }
    assert_eq!(other.last_sequence().await.unwrap(), 20);
    assert_whole(store).await;
}

async fn a_writer_who_is_dropped_has_written_nothing(stand: Stand) {
    let store = &stand.store;
    for patience in 0..40 {
        let last = store.last_sequence().await.unwrap();
        let changes = (0..50).map(|number| put("a", &format!("{patience}-{number}"), json!(patience))).collect();
        let commit = commit(last, changes);
        // Cut off somewhere in between.
        let patience = std::time::Duration::from_micros(patience * 250);
        let _ = tokio::time::timeout(patience, store.commit(&commit)).await;
    }
    // The last one may be on its way to the disk.
    persistently(store, "last", 1).await;
    assert_eq!((store.last_sequence().await.unwrap() - 2) % 50, 0, "each commit is there or not");
    assert_whole(store).await;
}

async fn what_is_written_once_stays(stand: Stand) {
    stand.store.commit(&commit(0, vec![put("a", "x", json!(1))])).await.unwrap();
    for (table, column) in [("object_versions", "actor"), ("events", "actor"), ("audit", "actor")] {
        let mut statements = vec![
            format!("UPDATE {table} SET {column} = 'mallory'"),
            format!("DELETE FROM {table}"),
            format!("DELETE FROM {table} WHERE {column} = 'olivia'"),
        ];
        if stand.is_sqlite() {
            statements.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}"));
            statements.push(format!("UPDATE OR REPLACE {table} SET {column} = 'mallory'"));
        } else {
            statements.push(format!("TRUNCATE {table} CASCADE"));
        }
        for statement in statements {
            let error = stand.sql(&statement).await.unwrap_err();
            assert!(error.contains("is append-only"), "{statement}: {error}");
        }
    }
    assert_whole(&stand.store).await;
}
