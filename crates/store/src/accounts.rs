//! Who can sign in: local accounts, and the users that outside identities stand for.

use chrono::{DateTime, Utc};

use crate::ask::Ask;
use crate::row::Row;
use crate::{Store, StoreError};

/// An account with a password of its own. It cannot be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: String,
    /// The hash of the password, as the caller made it.
    pub password_hash: String,
    /// Whether the password must be changed at the next sign-in.
    pub must_change: bool,
    /// Since when there is the account.
    pub created: DateTime<Utc>,
}

/// Somebody as another system knows them, and the user they are here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Who issued the identity.
    pub issuer: String,
    /// Whom it means there.
    pub subject: String,
    /// The user here.
    pub user: String,
    /// Since when that is known.
    pub created: DateTime<Utc>,
}

impl Store {
    /// Makes an account, or replaces its password and flag; the time of its creation stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let ask = Ask::to(
            "write an account",
            "INSERT INTO accounts (user_name, password_hash, must_change, created) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_name) DO UPDATE SET
             password_hash = excluded.password_hash, must_change = excluded.must_change",
        )
        .key("the name of a user", &account.user)
        .text("the hash of a password", &account.password_hash)
        .flag(account.must_change)
        .moment("the creation of an account", account.created);
        self.write(ask).await?;
        Ok(())
    }

    /// The account of a user, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&self, user: &str) -> Result<Option<Account>, StoreError> {
        let ask = Ask::to(
            "read an account",
            "SELECT user_name, password_hash, must_change, created FROM accounts WHERE user_name = $1",
        );
        ask.key("the name of a user", user).one(self.connection()).await?.as_ref().map(account).transpose()
    }

    /// Removes the account of a user; whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn delete_account(&self, user: &str) -> Result<bool, StoreError> {
        let ask = Ask::to("remove an account", "DELETE FROM accounts WHERE user_name = $1");
        Ok(self.write(ask.key("the name of a user", user)).await? > 0)
    }

    /// The users who have an account, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account_users(&self) -> Result<Vec<String>, StoreError> {
        let ask = Ask::to("list accounts", "SELECT user_name FROM accounts ORDER BY user_name");
        ask.each(self.connection(), |row| row.text("user_name")).await
    }

    /// Notes whom an outside identity stands for. An identity stands for one user: to have it stand for another, remove it
    /// first.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when it stands for another user.
    pub async fn link_identity(&self, identity: &Identity) -> Result<(), StoreError> {
        let ask = Ask::to(
            "link an identity",
            "INSERT INTO identities (issuer, subject, user_name, created) VALUES ($1, $2, $3, $4)
             ON CONFLICT (issuer, subject) DO UPDATE SET created = identities.created
             WHERE identities.user_name = excluded.user_name",
        )
        .key("the issuer of an identity", &identity.issuer)
        .key("the subject of an identity", &identity.subject)
        .key("the name of a user", &identity.user)
        .moment("the creation of an identity", identity.created);
        if self.write(ask).await? == 0 {
            return Err(StoreError::Taken { what: "user of the identity", name: identity.subject.clone() });
        }
        Ok(())
    }

    /// The user that an outside identity stands for, if it is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn identity(&self, issuer: &str, subject: &str) -> Result<Option<Identity>, StoreError> {
        let ask = Ask::to(
            "read an identity",
            "SELECT issuer, subject, user_name, created FROM identities WHERE issuer = $1 AND subject = $2",
        );
        let ask = ask.key("the issuer of an identity", issuer).key("the subject of an identity", subject);
        ask.one(self.connection()).await?.as_ref().map(identity).transpose()
    }

    /// The outside identities of a user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn identities_of(&self, user: &str) -> Result<Vec<Identity>, StoreError> {
        let ask = Ask::to(
            "read identities",
            "SELECT issuer, subject, user_name, created FROM identities WHERE user_name = $1 ORDER BY issuer, subject",
        );
        ask.key("the name of a user", user).each(self.connection(), identity).await
    }

    /// Forgets whom an outside identity stands for; whether it was known.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn unlink_identity(&self, issuer: &str, subject: &str) -> Result<bool, StoreError> {
        let ask = Ask::to("unlink an identity", "DELETE FROM identities WHERE issuer = $1 AND subject = $2");
        let ask = ask.key("the issuer of an identity", issuer).key("the subject of an identity", subject);
        Ok(self.write(ask).await? > 0)
    }
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        user: row.text("user_name")?,
        password_hash: row.text("password_hash")?,
        must_change: row.flag("must_change")?,
        created: row.moment("created")?,
    })
}

fn identity(row: &Row) -> Result<Identity, StoreError> {
    Ok(Identity {
        issuer: row.text("issuer")?,
        subject: row.text("subject")?,
        user: row.text("user_name")?,
        created: row.moment("created")?,
    })
}
