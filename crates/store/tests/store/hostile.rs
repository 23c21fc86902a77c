//! Texts of any content come back as they were, or are refused by both engines alike.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use scrim_store::{
    Account, ApiToken, AuditQuery, Identity, NewAttempt, NewAudit, NewNotification, SecretHash, Session, Store,
    StoreError, SyncState, SyncWord,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::stand::{Stand, at, audit, commit, kept, on_both, put};

on_both!(
    objects_and_events_hold_any_text,
    the_audit_trail_holds_any_text,
    everything_else_holds_any_text,
    what_cannot_be_kept_is_refused,
    numbers_come_back_as_they_were,
    moments_are_kept_to_the_microsecond
);

/// Of at most 1,000 bytes, and not empty: what may be a key.
fn keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "'",
        "''",
        "\"",
        "\\",
        "\\'",
        "'; DROP TABLE objects; --",
        "$1",
        "?",
        "?1",
        ":a",
        "@a",
        "%",
        "_",
        "{}",
        "\n\r\t",
        " padded ",
        "🦉👩‍👩‍👧",
        "e\u{301}",
        "é",
        "\u{202e}",
        "\u{feff}",
        "\u{1}\u{7f}",
        "ǅ",
        "A",
        "a",
        "NULL",
        "\\u0000",
        "\u{10ffff}",
    ]
    .map(str::to_owned)
    .into();
    keys.push("ü".repeat(500));
    keys
}

fn texts() -> Vec<String> {
    let mut texts = keys();
    texts.extend([String::new(), "'\\\"🦉\n".repeat(10_000), scattered(100_000)]);
    texts
}

/// A long text that cannot be made shorter.
fn scattered(length: u64) -> String {
    let mut state = 1_u64;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + (state >> 58) as u8)
        })
        .collect()
}

async fn objects_and_events_hold_any_text(stand: Stand) {
    let store = &stand.store;
    for (number, text) in texts().into_iter().enumerate() {
        let last = store.last_sequence().await.unwrap();
        let body = json!({ text.clone(): [text.clone()] });
        let mut commit = commit(last, vec![put("kind", &format!("n{number}"), body.clone())]);
        for field in [&mut commit.actor, &mut commit.request] {
            field.clone_from(&text);
        }
        let event = &mut commit.events[0];
        (event.kind, event.object_kind, event.object_name) = (text.clone(), text.clone(), text.clone());
        event.payload = body.clone();
        store.commit(&commit).await.unwrap();
        let object = store.object("kind", &format!("n{number}")).await.unwrap().unwrap();
        assert!(object.actor == text && object.body == body);
        let event = store.events(last, 1).await.unwrap().remove(0);
        for field in [&event.actor, &event.request, &event.kind, &event.object_kind, &event.object_name] {
            assert!(*field == text);
        }
        assert!(event.payload == body);
    }
    let last = store.last_sequence().await.unwrap();
    let changes: Vec<_> = keys().iter().map(|key| put(key, key, json!(key))).collect();
    store.commit(&commit(last, changes)).await.unwrap();
    for key in keys() {
        let object = store.object(&key, &key).await.unwrap().unwrap();
        assert_eq!((&object.kind, &object.name, &object.body), (&key, &key, &json!(key)));
        assert_eq!(store.versions(&key, &key).await.unwrap().len(), 1);
    }
    // Sorted by their bytes, whatever the engine and its locale.
    let names: Vec<_> =
        store.objects().await.unwrap().all().await.unwrap().into_iter().map(|object| object.kind).collect();
    assert!(names.is_sorted());
}

async fn the_audit_trail_holds_any_text(stand: Stand) {
    for text in texts() {
        let some = Some(text.clone());
        let entry = NewAudit {
            at: kept(0),
            actor: text.clone(),
            request: text.clone(),
            action: text.clone(),
            object_kind: some.clone(),
            object_name: some.clone(),
            decided_by: some.clone(),
            details: json!({ text.clone(): text.clone() }),
            address: some.clone(),
            ..audit("")
        };
        stand.store.audit(entry.clone()).await.unwrap();
        let query = AuditQuery {
            actor: some.clone(),
            action: some.clone(),
            object_kind: some.clone(),
            object_name: some.clone(),
            text: some.clone(),
            limit: 2,
            ..AuditQuery::default()
        };
        let found = stand.store.audit_search(&query).await.unwrap().entries;
        assert!(found.len() == 1 && found[0].entry == entry, "{}", text.chars().take(40).collect::<String>());
    }
    assert_eq!(stand.store.verify_audit().await.unwrap().broken, None);
}

async fn everything_else_holds_any_text(stand: Stand) {
    for key in keys() {
        keep(&stand.store, &key, &key).await;
    }
    for (number, text) in texts().iter().enumerate() {
        keep(&stand.store, &format!("k{number}"), text).await;
    }
}

async fn keep(store: &Store, key: &str, text: &str) {
    let (k, t) = (key.to_owned(), text.to_owned());
    store.put_secret(key, &SecretString::from(text)).await.unwrap();
    assert!(store.secret(key).await.unwrap().unwrap().expose_secret() == text);

    let account = Account { user: k.clone(), password_hash: t.clone(), must_change: true, created: kept(0) };
    store.put_account(&account).await.unwrap();
    assert!(store.account(key).await.unwrap() == Some(account));

    let identity = Identity { issuer: k.clone(), subject: k.clone(), user: k.clone(), created: kept(0) };
    store.link_identity(&identity).await.unwrap();
    assert!(store.identity(key, key).await.unwrap() == Some(identity));

    let token = ApiToken {
        id: k.clone(),
        hash: SecretHash::of(&SecretString::from(key)),
        user: k.clone(),
        name: t.clone(),
        scopes: vec![t.clone(), k.clone()],
        created: kept(0),
        expires: None,
        last_used: None,
        revoked: None,
    };
    store.add_token(&token).await.unwrap();
    assert!(store.token(&token.hash).await.unwrap() == Some(token.clone()));

    let session = Session {
        hash: token.hash,
        user: k.clone(),
        created: kept(0),
        expires: kept(1),
        last_seen: kept(0),
        data: json!(t),
    };
    store.add_session(&session).await.unwrap();
    assert!(store.session(&session.hash, kept(0)).await.unwrap() == Some(session));

    let lease = store.acquire(key, key, Duration::from_secs(60), at(0)).await.unwrap().unwrap();
    assert!(lease.name == key && lease.holder == key);

    let state = SyncState {
        integration: k.clone(),
        subject: k.clone(),
        state: SyncWord::Failed,
        reason: Some(t.clone()),
        attempts: 1,
        next_attempt: None,
        wanted_sequence: 1,
        pushed_sequence: None,
        since: kept(0),
        at: kept(0),
    };
    store.set_sync_states(std::slice::from_ref(&state)).await.unwrap();
    assert!(store.sync_states(key).await.unwrap() == [state]);

    store.enqueue(key, &[1], 1, at(0)).await.unwrap();
    let claimed = store.claim(at(0), 1, key, Duration::from_secs(60)).await.unwrap().remove(0);
    assert!(claimed.delivery.webhook == key && claimed.delivery.holder.as_deref() == Some(key));
    let tried =
        NewAttempt { at: kept(0), status: None, error: Some(t.clone()), duration: Duration::ZERO, answer: None };
    store.succeeded(&claimed, &tried).await.unwrap();
    assert!(store.attempts(claimed.delivery.id).await.unwrap()[0].tried == tried);

    let news = NewNotification {
        user: k.clone(),
        at: kept(0),
        kind: t.clone(),
        text: t.clone(),
        object: Some((t.clone(), t.clone())),
    };
    store.notify(std::slice::from_ref(&news)).await.unwrap();
    assert!(store.notifications(key, None, 1).await.unwrap().entries[0].told == news);

    store.set_setting(key, &json!({ text: text })).await.unwrap();
    assert!(store.setting(key).await.unwrap() == Some(json!({ text: text })));
}

async fn what_cannot_be_kept_is_refused(stand: Stand) {
    let store = &stand.store;
    for nul in ["\0", "a\0b"] {
        for value in [json!(nul), json!({ nul: 1 }), json!([[{ "a": nul }]])] {
            let error = store.set_setting("a", &value).await.unwrap_err();
            assert!(matches!(error, StoreError::Nul("the value of a setting")), "{error}");
            let error = store.commit(&commit(0, vec![put("a", "x", value)])).await.unwrap_err();
            assert!(matches!(error, StoreError::Nul("the body of an object")), "{error}");
        }
        for error in [
            store.commit(&commit(0, vec![put(nul, "x", json!(1))])).await.unwrap_err(),
            store.commit(&commit(0, vec![put("a", nul, json!(1))])).await.unwrap_err(),
            store.audit(NewAudit { actor: nul.to_owned(), ..audit("a") }).await.unwrap_err(),
            store.object("a", nul).await.unwrap_err(),
            store.setting(nul).await.unwrap_err(),
            store.acquire(nul, "a", Duration::ZERO, at(0)).await.unwrap_err(),
            store.put_secret(nul, &SecretString::from("a")).await.unwrap_err(),
            store.account(nul).await.err().unwrap(),
        ] {
            assert!(matches!(error, StoreError::Nul(_)), "{error}");
        }
    }
    let long = "x".repeat(1001);
    for (key, too_long) in [("", false), (long.as_str(), true)] {
        for error in [
            store.commit(&commit(0, vec![put("a", key, json!(1))])).await.unwrap_err(),
            store.set_setting(key, &Value::Null).await.unwrap_err(),
            store.enqueue(key, &[1], 1, at(0)).await.unwrap_err(),
        ] {
            let refused = if too_long {
                matches!(error, StoreError::TooLong { bytes: 1001, limit: 1000, .. })
            } else {
                matches!(error, StoreError::Empty(_))
            };
            assert!(refused, "{error}");
        }
    }
    assert_eq!((store.last_sequence().await.unwrap(), store.audit_head().await.unwrap().number), (0, 0));
}

async fn numbers_come_back_as_they_were(stand: Stand) {
    let store = &stand.store;
    let numbers =
        json!([0.1, 1e300, 5e-324, -0.0, 1.0, 1, u64::MAX, i64::MIN, 0.30000000000000004, 1.7976931348623157e308]);
    store.commit(&commit(0, vec![put("a", "x", numbers.clone())])).await.unwrap();
    let body = store.object("a", "x").await.unwrap().unwrap().body;
    assert_eq!(body.to_string(), numbers.to_string());
    let again = store.commit(&commit(1, vec![put("a", "x", numbers)])).await.unwrap();
    assert_eq!(again.versions, [1]);
}

async fn moments_are_kept_to_the_microsecond(stand: Stand) {
    let store = &stand.store;
    let whole: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let moments =
        [0, 1, 999, 1000, 500_000_000, 500_001_000, 999_999_999].map(|nanos| whole + TimeDelta::nanoseconds(nanos));
    let entries = moments.map(|at| NewAudit { at, ..audit("a") });
    store.audit_many(entries.to_vec()).await.unwrap();
    assert_eq!(store.verify_audit().await.unwrap().broken, None);
    // From a moment on means the same, with however many digits it is written.
    for (index, moment) in [(0, moments[0]), (3, moments[3]), (4, moments[4]), (5, moments[5]), (6, moments[6])] {
        let query = AuditQuery { from: Some(moment), limit: 100, ..AuditQuery::default() };
        let found = store.audit_search(&query).await.unwrap().entries;
        assert_eq!(found.len(), moments.len() - index, "{moment}");
    }
    for wrong in ["+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"] {
        let at = wrong.parse().unwrap();
        assert!(matches!(store.audit(NewAudit { at, ..audit("a") }).await, Err(StoreError::Moment(_))));
    }
    let first = NewAudit { at: "0001-01-01T00:00:00Z".parse().unwrap(), ..audit("first") };
    let last = NewAudit { at: "9999-12-31T23:59:59.999999Z".parse().unwrap(), ..audit("last") };
    store.audit_many(vec![first.clone(), last.clone()]).await.unwrap();
    let found = store.audit_search(&AuditQuery { limit: 2, ..AuditQuery::default() }).await.unwrap().entries;
    assert_eq!([&found[1].entry, &found[0].entry], [&first, &last]);
}
