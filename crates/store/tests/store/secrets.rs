//! Secrets, and the key they are sealed with.

use scrim_store::{Location, SealingKey, Store, StoreError};
use secrecy::{ExposeSecret, SecretString};

use crate::stand::{Stand, on_both};

on_both!(
    a_secret_is_read_back_and_nowhere_to_be_seen,
    a_secret_under_another_name_does_not_open,
    another_key_opens_nothing,
    the_key_can_be_changed
);

async fn read(store: &Store, id: &str) -> Result<Option<String>, StoreError> {
    Ok(store.secret(id).await?.map(|secret| secret.expose_secret().to_owned()))
}

async fn a_secret_is_read_back_and_nowhere_to_be_seen(stand: Stand) {
    let store = &stand.store;
    store.put_secret("warehouse", &SecretString::from("hunter1")).await.unwrap();
    store.put_secret("warehouse", &SecretString::from("hunter2 \0 🦉")).await.unwrap();
    store.put_secret("oidc", &SecretString::from("")).await.unwrap();
    assert_eq!(read(store, "warehouse").await.unwrap().as_deref(), Some("hunter2 \0 🦉"));
    assert_eq!(read(store, "oidc").await.unwrap().as_deref(), Some(""));
    assert_eq!(read(store, "other").await.unwrap(), None);
    assert_eq!(store.secret_ids().await.unwrap(), ["oidc", "warehouse"]);
    if stand.is_sqlite() {
        for entry in std::fs::read_dir(stand.directory.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|window| window == b"hunter"));
        }
    }
    assert!(store.delete_secret("oidc").await.unwrap());
    assert!(!store.delete_secret("oidc").await.unwrap());
    assert!(matches!(store.put_secret("", &SecretString::from("x")).await, Err(StoreError::Empty(_))));
}

async fn a_secret_under_another_name_does_not_open(stand: Stand) {
    stand.store.put_secret("one", &SecretString::from("1")).await.unwrap();
    stand.store.put_secret("other", &SecretString::from("2")).await.unwrap();
    stand.sql("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE id = 'one')").await.unwrap();
    assert_eq!(read(&stand.store, "one").await.unwrap().as_deref(), Some("1"));
    let error = read(&stand.store, "other").await.unwrap_err();
    assert!(matches!(error, StoreError::Unsealed(_)), "{error}");
}

async fn another_key_opens_nothing(stand: Stand) {
    stand.store.put_secret("one", &SecretString::from("1")).await.unwrap();
    let location = Location::parse(&stand.url).unwrap();
    let error = Store::open(&location, SealingKey::generate().unwrap()).await.err().unwrap();
    assert!(matches!(error, StoreError::OtherKey { .. }), "{error}");
    let password = scrim_password();
    assert!(!error.to_string().contains(password.expose_secret()), "{error}");
}

fn scrim_password() -> SecretString {
    crate::stand::cluster().password().clone()
}

async fn the_key_can_be_changed(stand: Stand) {
    let replica = stand.another().await;
    stand.store.put_secret("one", &SecretString::from("1")).await.unwrap();
    stand.store.put_secret("other", &SecretString::from("2")).await.unwrap();
    let new = SealingKey::generate().unwrap();

    // All or nothing.
    stand.store.put_secret("zz", &SecretString::from("3")).await.unwrap();
    stand
        .sql("UPDATE secrets SET sealed = (SELECT sealed FROM secrets WHERE id = 'one') WHERE id = 'zz'")
        .await
        .unwrap();
    assert!(matches!(stand.store.rotate_key(&new).await, Err(StoreError::Unsealed(_))));
    assert_eq!(read(&stand.store, "one").await.unwrap().as_deref(), Some("1"));
    stand.store.delete_secret("zz").await.unwrap();

    stand.store.rotate_key(&new).await.unwrap();
    assert_eq!(read(&stand.store, "one").await.unwrap().as_deref(), Some("1"));
    stand.store.put_secret("three", &SecretString::from("3")).await.unwrap();
    // The replica that knows the old key reads nothing, and must not write with it.
    assert!(matches!(read(&replica, "one").await, Err(StoreError::OtherKey { .. })));
    let put = replica.put_secret("one", &SecretString::from("4")).await;
    assert!(matches!(put, Err(StoreError::OtherKey { .. })));

    let location = Location::parse(&stand.url).unwrap();
    assert!(matches!(Store::open(&location, stand.key.clone()).await, Err(StoreError::OtherKey { .. })));
    let again = Store::open(&location, new).await.unwrap();
    for (id, secret) in [("one", "1"), ("other", "2"), ("three", "3")] {
        assert_eq!(read(&again, id).await.unwrap().as_deref(), Some(secret));
    }
}
