//! Changes, as whoever plans them says them.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use scrim_catalog::TableName;
use scrim_sql::{ProfileRow, Rendered};

use crate::error::WarehouseError;
use crate::found::Identity;

/// How often a change is tried before it is given up.
pub(crate) const ATTEMPTS: u32 = 8;
/// The first pause between attempts; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(25);

/// One user's change: applied whole, or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserChange {
    /// The warehouse user.
    pub login: String,
    /// Rows that go.
    pub removed: BTreeSet<ProfileRow>,
    /// Rows that come.
    pub added: BTreeSet<ProfileRow>,
    /// Whether no row is left.
    pub emptied: bool,
}

/// A token that somebody was allowed to have resolved.
#[derive(Clone, Copy, Debug)]
pub struct Unmask<'a> {
    /// The data source's key.
    pub key: &'a str,
    /// Its table, as views name it.
    pub table: &'a TableName,
    /// The column.
    pub column: &'a str,
    /// The token, as the view shows it.
    pub token: &'a str,
    /// Who asks.
    pub requested_by: &'a str,
    /// Who allowed it.
    pub approved_by: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// A view to be created or replaced.
#[derive(Clone, Debug)]
pub struct ViewChange {
    /// The data source's key.
    pub key: String,
    /// The data source.
    pub data_source: String,
    /// The view, in the schema of views.
    pub view: String,
    /// Its parts; the version in it is the epoch of the push.
    pub rendered: Rendered,
    /// The definition, by its hash.
    pub hash: String,
    /// The audience under which it is listed.
    pub audience: Option<String>,
    /// The table below.
    pub base: Identity,
    /// The columns of the view by name: type and place in the table below.
    pub base_columns: BTreeMap<String, (String, i64)>,
    /// The tables that rules look up in, by name.
    pub lookups: BTreeMap<String, Identity>,
    /// What was counted for it before, and is not any more, by key.
    pub forgotten: BTreeSet<String>,
}

/// Why a view could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Sessions hold locks on it.
    #[error("sessions hold locks on the view, and it was tried {ATTEMPTS} times")]
    Locked,
    /// It took too long.
    #[error("the view could not be changed in half a minute: sessions may hold locks on it")]
    TimedOut,
    /// Something else is built on it.
    #[error("other views are built on it, and nothing is dropped that Scrim did not make: {0}")]
    Blocked(String),
    /// The statement was refused.
    #[error("{0}")]
    Statement(String),
    /// The whole push cannot go on.
    #[error(transparent)]
    Stop(#[from] WarehouseError),
}

/// Waits longer each time, and never as long as another who waits.
pub(crate) async fn pause(attempt: u32) {
    let longest = PAUSE.saturating_mul(2_u32.saturating_pow(attempt));
    let part = u32::try_from(RandomState::new().hash_one(attempt) % 512).unwrap_or(0);
    tokio::time::sleep(longest / 2 + longest * part / 1024).await;
}

/// Lists and maps of text always have a form in JSON.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::json!(value).to_string()
}
