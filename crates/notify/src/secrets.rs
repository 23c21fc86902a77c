//! What messages are signed with.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use scrim_store::Store;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{NotifyError, life};

/// How a secret begins, so that whoever finds one knows what it is.
const PREFIX: &str = "whsec_";

/// The secrets of a webhook: the one that counts, and the one before it until receivers know the new one.
#[derive(Clone, Debug)]
pub struct Secrets {
    current: SecretString,
    earlier: Option<(SecretString, DateTime<Utc>)>,
}

/// A signature, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature(pub String);

/// As they are kept, sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    current: String,
    earlier: Option<(String, DateTime<Utc>)>,
}

impl Secrets {
    /// A new secret in place of those before, of which the last one is used beside it until `earlier_until`.
    pub fn rotated(before: Option<Self>, earlier_until: DateTime<Utc>) -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let current = SecretString::from(format!("{PREFIX}{}", STANDARD.encode(bytes)));
        Self { current, earlier: before.map(|before| (before.current, earlier_until)) }
    }

    /// One secret, as a receiver was given it.
    pub fn of(secret: SecretString) -> Self {
        Self { current: secret, earlier: None }
    }

    /// The secret that counts, to be shown once.
    pub fn current(&self) -> &SecretString {
        &self.current
    }

    /// The secrets of a webhook that was made by an event, if it has any.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn load(store: &Store, webhook: &str, life: u64) -> Result<Option<Self>, NotifyError> {
        let Some(kept) = store.secret(&id(webhook, life)).await? else { return Ok(None) };
        let unreadable = |_| NotifyError::Secrets(webhook.to_owned());
        let Kept { current, earlier } = serde_json::from_str(kept.expose_secret()).map_err(unreadable)?;
        let earlier = earlier.map(|(secret, until)| (SecretString::from(secret), until));
        Ok(Some(Self { current: SecretString::from(current), earlier }))
    }

    /// Keeps them, sealed.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn keep(&self, store: &Store, webhook: &str, life: u64) -> Result<(), NotifyError> {
        let kept = Kept {
            current: self.current.expose_secret().to_owned(),
            earlier: self.earlier.as_ref().map(|(secret, until)| (secret.expose_secret().to_owned(), *until)),
        };
        let text = serde_json::to_string(&kept).map_err(|_| NotifyError::Secrets(webhook.to_owned()))?;
        Ok(store.put_secret(&id(webhook, life), &SecretString::from(text)).await?)
    }

    /// Forgets the secrets of webhooks that are not there any more, also of earlier ones of the same name.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub(crate) async fn forget_stale(store: &Store) -> Result<(), NotifyError> {
        for kept in store.secret_ids().await? {
            let of = kept.strip_prefix("webhook/").and_then(|rest| rest.split_once('/'));
            let Some((made, webhook)) = of.and_then(|(made, name)| Some((made.parse::<u64>().ok()?, name))) else {
                continue;
            };
            if life(store, webhook).await? != Some(made) {
                store.delete_secret(&kept).await?;
            }
        }
        Ok(())
    }

    /// The signatures of a message, one for each secret: `v1,… v1,…`.
    ///
    /// # Errors
    /// When a secret is none.
    pub fn sign(&self, id: &str, at: DateTime<Utc>, body: &str) -> Result<Signature, NotifyError> {
        let earlier = self.earlier.iter().filter(|(_, until)| *until > at).map(|(secret, _)| secret);
        let signed = std::iter::once(&self.current).chain(earlier).map(|secret| one(secret, id, at, body));
        let signatures: Option<Vec<String>> = signed.collect();
        signatures
            .map(|each| Signature(each.join(" ")))
            .ok_or_else(|| NotifyError::Secrets("of this message".to_owned()))
    }
}

fn id(webhook: &str, life: u64) -> String {
    format!("webhook/{life}/{webhook}")
}

fn one(secret: &SecretString, id: &str, at: DateTime<Utc>, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.expose_secret().strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{}.{body}", at.timestamp()).as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_does() {
        // The vector that the libraries of the specification are tested with.
        let secrets = Secrets::of(SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let signed = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed.0, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_rotated_both_sign() {
        let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
        let first = Secrets::rotated(None, at);
        let alone = first.sign("m", at, "{}").unwrap().0;
        let second = Secrets::rotated(Some(first), at + chrono::TimeDelta::hours(1));
        let both = second.sign("m", at, "{}").unwrap().0;
        let each: Vec<&str> = both.split(' ').collect();
        assert_eq!((each.len(), each[1]), (2, alone.as_str()));
        assert_ne!(each[0], each[1]);
        let later = second.sign("m", at + chrono::TimeDelta::hours(1), "{}").unwrap().0;
        assert_eq!(later.split(' ').count(), 1);
        assert!(!format!("{second:?}").contains("whsec_"));
    }
}
