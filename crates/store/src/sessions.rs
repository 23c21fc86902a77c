//! Sessions of people who are signed in: kept by the hash of their id.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::ask::Ask;
use crate::row::Row;
use crate::{SecretHash, Store, StoreError};

const COLUMNS: &str = "hash, user_name, created, expires, last_seen, data";

/// A session, without its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The hash of its id.
    pub hash: SecretHash,
    /// Whose it is.
    pub user: String,
    /// When it began.
    pub created: DateTime<Utc>,
    /// When it ends.
    pub expires: DateTime<Utc>,
    /// When it was last used.
    pub last_seen: DateTime<Utc>,
    /// What else belongs to it.
    pub data: Value,
}

impl Store {
    /// Keeps a new session.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is one of this hash.
    pub async fn add_session(&self, session: &Session) -> Result<(), StoreError> {
        let ask = format!("INSERT INTO sessions ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING");
        let ask = Ask::to("keep a session", ask)
            .bytes(session.hash.bytes())
            .key("the name of a user", &session.user)
            .moment("the beginning of a session", session.created)
            .moment("the end of a session", session.expires)
            .moment("the last use of a session", session.last_seen)
            .json("the data of a session", &session.data);
        if self.write(ask).await? == 0 {
            return Err(StoreError::Taken { what: "session", name: format!("{:?}", session.hash) });
        }
        Ok(())
    }

    /// Keeps the end, the last use and the data of a session; whether there is one. One that was ended meanwhile stays ended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn update_session(&self, session: &Session) -> Result<bool, StoreError> {
        let ask = "UPDATE sessions SET expires = $1, last_seen = $2, data = $3 WHERE hash = $4 AND user_name = $5";
        let ask = Ask::to("keep a session", ask)
            .moment("the end of a session", session.expires)
            .moment("the last use of a session", session.last_seen)
            .json("the data of a session", &session.data)
            .bytes(session.hash.bytes())
            .key("the name of a user", &session.user);
        Ok(self.write(ask).await? > 0)
    }

    /// The session whose id has this hash, unless it has ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session(&self, hash: &SecretHash, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
        let ask = format!("SELECT {COLUMNS} FROM sessions WHERE hash = $1 AND expires > $2");
        let ask = Ask::to("read a session", ask).bytes(hash.bytes()).moment("the time", now);
        ask.one(self.connection()).await?.as_ref().map(session).transpose()
    }

    /// The sessions of a user that have not ended, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn sessions_of(&self, user: &str, now: DateTime<Utc>) -> Result<Vec<Session>, StoreError> {
        let ask =
            format!("SELECT {COLUMNS} FROM sessions WHERE user_name = $1 AND expires > $2 ORDER BY created DESC, hash");
        let ask = Ask::to("list sessions", ask).key("the name of a user", user).moment("the time", now);
        ask.each(self.connection(), session).await
    }

    /// Ends a session; whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_session(&self, hash: &SecretHash) -> Result<bool, StoreError> {
        let ask = Ask::to("end a session", "DELETE FROM sessions WHERE hash = $1").bytes(hash.bytes());
        Ok(self.write(ask).await? > 0)
    }

    /// Ends all sessions of a user, and tells how many there were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_sessions_of(&self, user: &str) -> Result<u64, StoreError> {
        let ask = Ask::to("end sessions", "DELETE FROM sessions WHERE user_name = $1").key("the name of a user", user);
        self.write(ask).await
    }

    /// Forgets sessions that have ended, and tells how many there were.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_expired_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let ask = Ask::to("forget sessions", "DELETE FROM sessions WHERE expires <= $1").moment("the time", now);
        self.write(ask).await
    }
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        hash: row.word_of_bytes("hash", SecretHash::from_bytes)?,
        user: row.text("user_name")?,
        created: row.moment("created")?,
        expires: row.moment("expires")?,
        last_seen: row.moment("last_seen")?,
        data: row.json("data")?,
    })
}
