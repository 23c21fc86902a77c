//! Long lists, a page at a time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Problem;

/// How many entries a page has unless the caller says.
const USUAL: usize = 100;
/// How many it has at most.
const MOST: usize = 1000;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Paging {
    /// Where the page begins: `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) limit: Option<usize>,
}

/// A page.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// The `cursor` of the next page; nothing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl Paging {
    /// How many entries.
    ///
    /// # Errors
    /// When it is none, or too many.
    pub(crate) fn limit(&self) -> Result<usize, Problem> {
        match self.limit {
            None => Ok(USUAL),
            Some(limit) if (1..=MOST).contains(&limit) => Ok(limit),
            Some(limit) => Err(Problem::malformed(format!("`limit` is {limit}, and must be 1 to {MOST}"))),
        }
    }

    /// After which entry the page begins; the empty text for the first page.
    ///
    /// # Errors
    /// When the cursor is not one that a page gave.
    pub(crate) fn after(&self) -> Result<String, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(String::new()) };
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(unknown)
    }
}

impl Paging {
    /// Below which number the page begins, of lists that have the newest entry first; nothing for the first page.
    ///
    /// # Errors
    /// When the cursor is not one that a page gave.
    pub(crate) fn before(&self) -> Result<Option<u64>, Problem> {
        match self.after()?.as_str() {
            "" if self.cursor.is_none() => Ok(None),
            text => text.parse().map(Some).map_err(|_| unknown()),
        }
    }
}

fn unknown() -> Problem {
    Problem::malformed("`cursor` is not one of this list: take `next` of the page before, as it is")
}

impl<T> Page<T> {
    /// A page of a list that has the newest entry first; `next` is the number that the next page begins below.
    pub(crate) fn before(items: Vec<T>, next: Option<u64>) -> Self {
        Self { items, next: next.map(|next| URL_SAFE_NO_PAD.encode(next.to_string())) }
    }

    /// Cuts one entry more than the page has; `key` tells after which one the next page begins.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| URL_SAFE_NO_PAD.encode(key(last))) } else { None };
        Self { items, next }
    }
}
