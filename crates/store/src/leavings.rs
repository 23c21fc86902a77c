//! What is left of a user who is gone: forgotten in the transaction that gives the name to somebody else, or takes it away.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::ask::Ask;
use crate::batches::batches;
use crate::{Commit, NewAudit, Outcome, StoreError};

/// How somebody can sign in, and what takes that away. A token is kept, so that it can be told whose it was.
const WAYS: [(&str, &str, &str); 3] = [
    ("passwords", "accounts", "DELETE FROM accounts WHERE user_name = $1"),
    ("identities", "identities", "DELETE FROM identities WHERE user_name = $1"),
    ("sessions", "sessions", "DELETE FROM sessions WHERE user_name = $1"),
];

/// Forgets how these users signed in; for each of whom something was left, what the audit trail says of it.
pub(crate) async fn forget(on: &impl ConnectionTrait, commit: &Commit) -> Result<Vec<NewAudit>, StoreError> {
    let mut told = Vec::new();
    for user in left(on, &commit.forgotten).await? {
        let mut details = serde_json::Map::new();
        for (what, _, sql) in WAYS {
            let gone = Ask::to("forget how a user signed in", sql).key("the name of a user", &user).run(on).await?;
            details.insert(what.to_owned(), json!(gone));
        }
        let revoke = "UPDATE api_tokens SET revoked = $1 WHERE user_name = $2 AND revoked IS NULL";
        let revoke = Ask::to("revoke tokens", revoke).moment("the revocation of a token", commit.at);
        let revoked = revoke.key("the name of a user", &user).run(on).await?;
        details.insert("tokens".to_owned(), json!(revoked));
        told.push(NewAudit {
            action: "user.forget".to_owned(),
            object_kind: Some("user".to_owned()),
            object_name: Some(user),
            outcome: Outcome::Allowed,
            decided_by: Some("nobody signs in as whoever had the name before".to_owned()),
            details: details.into(),
            ..commit.audit.clone()
        });
    }
    Ok(told)
}

/// Those of whom something is left: of most there is nothing, and they may be many.
async fn left(on: &impl ConnectionTrait, users: &[String]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for users in batches(users) {
        // The places stand once, first: each table is asked for the same names.
        let mut ask = Ask::to("look for what is left of users", "WITH wanted (user_name) AS (VALUES ");
        ask = ask.and_rows(users.len(), 1).and(") SELECT w.user_name FROM wanted w WHERE false");
        for (_, table, _) in WAYS {
            ask = ask.and(&format!(" OR EXISTS (SELECT 1 FROM {table} t WHERE t.user_name = w.user_name)"));
        }
        let tokens = "SELECT 1 FROM api_tokens t WHERE t.user_name = w.user_name AND t.revoked IS NULL";
        ask = ask.and(&format!(" OR EXISTS ({tokens}) ORDER BY w.user_name"));
        for user in users {
            ask = ask.key("the name of a user", user);
        }
        found.extend(ask.each(on, |row| row.text("user_name")).await?);
    }
    Ok(found)
}
