//! Accounts, identities, tokens and sessions.

use chrono::TimeDelta;
use scrim_store::{Account, ApiToken, AuditQuery, Commit, Identity, SecretHash, Session, StoreError};
use secrecy::SecretString;
use serde_json::json;

use crate::stand::{Stand, at, commit, kept, on_both, put};

on_both!(
    accounts_are_kept,
    identities_stand_for_one_user,
    tokens_are_found_by_their_secret,
    sessions_end,
    a_commit_forgets_how_users_signed_in_or_nothing
);

async fn accounts_are_kept(stand: Stand) {
    let store = &stand.store;
    let account = |hash: &str, must_change, created| Account {
        user: "ana".to_owned(),
        password_hash: hash.to_owned(),
        must_change,
        created,
    };
    store.put_account(&account("$argon2id$1", true, at(0))).await.unwrap();
    store.put_account(&account("$argon2id$2", false, at(9))).await.unwrap();
    assert!(store.account("ana").await.unwrap() == Some(account("$argon2id$2", false, kept(0))));
    assert!(store.account("bo").await.unwrap().is_none());
    assert_eq!(store.account_users().await.unwrap(), ["ana"]);
    assert!(store.delete_account("ana").await.unwrap());
    assert!(!store.delete_account("ana").await.unwrap());
}

async fn identities_stand_for_one_user(stand: Stand) {
    let store = &stand.store;
    let identity = |user: &str| Identity {
        issuer: "https://idp".to_owned(),
        subject: "42".to_owned(),
        user: user.to_owned(),
        created: kept(0),
    };
    store.link_identity(&identity("ana")).await.unwrap();
    store.link_identity(&identity("ana")).await.unwrap();
    assert!(matches!(store.link_identity(&identity("bo")).await, Err(StoreError::Taken { .. })));
    assert_eq!(store.identity("https://idp", "42").await.unwrap(), Some(identity("ana")));
    assert_eq!(store.identities_of("ana").await.unwrap(), [identity("ana")]);
    assert!(store.unlink_identity("https://idp", "42").await.unwrap());
    store.link_identity(&identity("bo")).await.unwrap();
    assert_eq!(store.identities_of("ana").await.unwrap(), []);
}

async fn tokens_are_found_by_their_secret(stand: Stand) {
    let store = &stand.store;
    let secret = SecretString::from("scrim_0123456789");
    let token = ApiToken {
        id: "t1".to_owned(),
        hash: SecretHash::of(&secret),
        user: "ana".to_owned(),
        name: "ci".to_owned(),
        scopes: vec!["policies:write".to_owned(), "audit".to_owned()],
        created: kept(0),
        expires: Some(kept(1000)),
        last_used: None,
        revoked: None,
    };
    store.add_token(&token).await.unwrap();
    assert!(matches!(store.add_token(&token).await, Err(StoreError::Taken { .. })));
    let found = store.token(&SecretHash::of(&secret)).await.unwrap().unwrap();
    assert_eq!(found, token);
    assert!(store.token(&SecretHash::of(&SecretString::from("scrim_"))).await.unwrap().is_none());
    assert!(found.is_valid(kept(999)) && !found.is_valid(kept(1000)));

    for (used, noted) in [(10, 10), (69, 10), (70, 70), (60, 70)] {
        // With what is known now, and with what was known at first: another replica may have noted a use.
        store.token_used(&store.token(&token.hash).await.unwrap().unwrap(), at(used)).await.unwrap();
        store.token_used(&found, at(used)).await.unwrap();
        assert_eq!(store.token(&token.hash).await.unwrap().unwrap().last_used, Some(kept(noted)), "{used}");
    }
    store.revoke_token("t1", at(100)).await.unwrap();
    store.revoke_token("t1", at(200)).await.unwrap();
    let revoked = store.tokens(Some("ana")).await.unwrap();
    assert_eq!(revoked[0].revoked, Some(kept(100)));
    assert!(!revoked[0].is_valid(kept(1)));
    assert_eq!(store.tokens(None).await.unwrap(), revoked);
    assert_eq!(store.tokens(Some("bo")).await.unwrap(), []);
    assert!(matches!(store.revoke_token("t2", at(0)).await, Err(StoreError::Missing { .. })));
}

async fn sessions_end(stand: Stand) {
    let store = &stand.store;
    let session = |id: &str, user: &str, from: i64| Session {
        hash: SecretHash::of(&SecretString::from(id)),
        user: user.to_owned(),
        created: kept(from),
        expires: kept(from + 100),
        last_seen: kept(from),
        data: json!({ "csrf": id }),
    };
    for (id, user, from) in [("1", "ana", 0), ("2", "ana", 50), ("3", "bo", 0), ("4", "cy", 0)] {
        store.add_session(&session(id, user, from)).await.unwrap();
    }
    assert!(matches!(store.add_session(&session("3", "ana", 0)).await, Err(StoreError::Taken { .. })));
    assert!(!store.update_session(&session("3", "ana", 0)).await.unwrap(), "it is somebody else's");
    let seen = Session { last_seen: kept(5), created: kept(4), ..session("1", "ana", 0) };
    assert!(store.update_session(&seen).await.unwrap());
    let found = store.session(&seen.hash, at(99)).await.unwrap();
    assert_eq!(found, Some(Session { created: kept(0), ..seen.clone() }));
    assert_eq!(store.session(&seen.hash, kept(100)).await.unwrap(), None);
    assert_eq!(store.sessions_of("ana", kept(0) + TimeDelta::seconds(1)).await.unwrap().len(), 2);
    assert_eq!(store.sessions_of("ana", kept(100)).await.unwrap().len(), 1);
    assert!(store.delete_session(&session("3", "bo", 0).hash).await.unwrap());
    assert!(!store.update_session(&session("3", "bo", 0)).await.unwrap(), "who has signed out stays so");
    assert_eq!(store.delete_expired_sessions(kept(100)).await.unwrap(), 2);
    assert_eq!(store.delete_sessions_of("ana").await.unwrap(), 1);
    assert_eq!(store.delete_sessions_of("ana").await.unwrap(), 0);
}

async fn a_commit_forgets_how_users_signed_in_or_nothing(stand: Stand) {
    let store = &stand.store;
    let account = |user: &str| Account {
        user: user.to_owned(),
        password_hash: "$argon2id$".to_owned(),
        must_change: false,
        created: at(0),
    };
    for user in ["ana", "bo"] {
        store.put_account(&account(user)).await.unwrap();
    }
    let many = (0..300).map(|number| format!("u{number}")).chain(["ana".to_owned()]).collect::<Vec<_>>();
    let wanted = |based_on| Commit { forgotten: many.clone(), ..commit(based_on, vec![put("user", "ana", json!({}))]) };
    assert!(matches!(store.commit(&wanted(7)).await, Err(StoreError::Behind { .. })));
    assert!(store.account("ana").await.unwrap().is_some());
    store.commit(&wanted(0)).await.unwrap();
    assert_eq!(store.account_users().await.unwrap(), ["bo"]);
    let query = AuditQuery { action: Some("user.forget".to_owned()), limit: 10, ..AuditQuery::default() };
    let told = store.audit_search(&query).await.unwrap().entries;
    assert_eq!((told.len(), told[0].entry.object_name.as_deref()), (1, Some("ana")));
    assert_eq!(told[0].entry.details["passwords"], 1);
    assert_eq!(store.verify_audit().await.unwrap().broken, None);
}
