//! A part of a long list.

/// Some entries of a list, newest first, and where the next ones begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// What to ask for to be told of older entries; nothing when there are none.
    pub next: Option<u64>,
}

impl<T> Page<T> {
    /// Cuts to `limit` entries what was asked for with one more, which tells whether there are others.
    pub(crate) fn cut(mut entries: Vec<T>, limit: usize, number: impl Fn(&T) -> u64) -> Self {
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = if more { entries.last().map(number) } else { None };
        Self { entries, next }
    }
}
