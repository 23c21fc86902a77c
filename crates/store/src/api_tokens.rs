//! Tokens for the API: kept by their hash, so that the database cannot be used to sign in.

use chrono::{DateTime, TimeDelta, Utc};

use crate::ask::Ask;
use crate::row::{Row, unreadable};
use crate::{SecretHash, Store, StoreError};

const COLUMNS: &str = "id, hash, user_name, name, scopes, created, expires, last_used, revoked";

/// How much later a use must be to be written down: reading must not mean writing.
const USE: TimeDelta = TimeDelta::minutes(1);

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id, by which it is shown and revoked.
    pub id: String,
    /// The hash of its secret.
    pub hash: SecretHash,
    /// Whose it is.
    pub user: String,
    /// What its user calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// From when on it is not valid.
    pub expires: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked: Option<DateTime<Utc>>,
}

impl ApiToken {
    /// Whether it may be used at this moment.
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

impl Store {
    /// Keeps a new token.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is one of this id or hash.
    pub async fn add_token(&self, token: &ApiToken) -> Result<(), StoreError> {
        let scopes = token.scopes.iter().map(String::as_str).collect::<serde_json::Value>();
        let ask = format!(
            "INSERT INTO api_tokens ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
        );
        let ask = Ask::to("keep a token", ask)
            .key("the id of a token", &token.id)
            .bytes(token.hash.bytes())
            .key("the name of a user", &token.user)
            .text("the name of a token", &token.name)
            .json("the scopes of a token", &scopes)
            .moment("the creation of a token", token.created)
            .maybe_moment("the expiry of a token", token.expires)
            .maybe_moment("the last use of a token", token.last_used)
            .maybe_moment("the revocation of a token", token.revoked);
        if self.write(ask).await? == 0 {
            return Err(StoreError::Taken { what: "token", name: token.id.clone() });
        }
        Ok(())
    }

    /// The token whose secret has this hash, valid or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn token(&self, hash: &SecretHash) -> Result<Option<ApiToken>, StoreError> {
        let ask = Ask::to("read a token", format!("SELECT {COLUMNS} FROM api_tokens WHERE hash = $1"));
        ask.bytes(hash.bytes()).one(self.connection()).await?.as_ref().map(token).transpose()
    }

    /// The tokens of a user, or of all, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tokens(&self, user: Option<&str>) -> Result<Vec<ApiToken>, StoreError> {
        let mut ask = Ask::to("list tokens", format!("SELECT {COLUMNS} FROM api_tokens"));
        if let Some(user) = user {
            ask = ask.and(" WHERE user_name = ").and_place().key("the name of a user", user);
        }
        ask.and(" ORDER BY created, id").each(self.connection(), token).await
    }

    /// Notes that a token was used, unless that was noted within the last minute.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn token_used(&self, token: &ApiToken, now: DateTime<Utc>) -> Result<(), StoreError> {
        let before = now - USE;
        if token.last_used.is_some_and(|used| used > before) {
            return Ok(());
        }
        let ask = "UPDATE api_tokens SET last_used = $1 WHERE id = $2 AND (last_used IS NULL OR last_used <= $3)";
        let ask = Ask::to("note the use of a token", ask)
            .moment("the use of a token", now)
            .key("the id of a token", &token.id)
            .moment("the use of a token", before);
        self.write(ask).await?;
        Ok(())
    }

    /// Revokes a token; a token stays revoked from the first time on.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such token.
    pub async fn revoke_token(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let ask = Ask::to("revoke a token", "UPDATE api_tokens SET revoked = coalesce(revoked, $1) WHERE id = $2");
        let ask = ask.moment("the revocation of a token", at).key("the id of a token", id);
        if self.write(ask).await? == 0 {
            return Err(StoreError::Missing { what: "token", name: id.to_owned() });
        }
        Ok(())
    }

    /// Revokes all tokens of a user, and tells how many were not revoked before.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn revoke_tokens_of(&self, user: &str, at: DateTime<Utc>) -> Result<u64, StoreError> {
        let ask = "UPDATE api_tokens SET revoked = $1 WHERE user_name = $2 AND revoked IS NULL";
        let ask = Ask::to("revoke tokens", ask).moment("the revocation of a token", at);
        self.write(ask.key("the name of a user", user)).await
    }
}

fn token(row: &Row) -> Result<ApiToken, StoreError> {
    let scopes = serde_json::from_value(row.json("scopes")?);
    Ok(ApiToken {
        id: row.text("id")?,
        hash: row.word_of_bytes("hash", SecretHash::from_bytes)?,
        user: row.text("user_name")?,
        name: row.text("name")?,
        scopes: scopes.map_err(|error| unreadable("scopes", &error.to_string()))?,
        created: row.moment("created")?,
        expires: row.maybe_moment("expires")?,
        last_used: row.maybe_moment("last_used")?,
        revoked: row.maybe_moment("revoked")?,
    })
}
