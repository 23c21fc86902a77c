//! Views, bound and late-binding.

use super::Late;
use super::text::Text;
use crate::answer::Answer;

/// `CREATE VIEW`, from behind VIEW.
pub(super) fn create(text: &mut Text<'_>, at: usize, to: usize) -> Result<(), Answer> {
    let end = text.name_end(at);
    let query = text.find(end, to, |at| text.word(at, "AS")).unwrap_or(end);
    let tail = to.saturating_sub(4);
    if text.phrase(tail, "WITH NO SCHEMA BINDING") {
        text.remove(tail, to);
        text.late_from = Some(query);
        text.found.late = Some(Late { view: text.name(end.saturating_sub(1)), schemas: Vec::new() });
        return Ok(());
    }
    let other = (query..to).find(|at| {
        let parts = text.name_end(*at);
        let first = text.name(*at);
        let starts = text.is_name(*at) && !at.checked_sub(1).is_some_and(|at| text.symbol(at, "."));
        starts && parts == at + 5 && first != text.place.database && text.place.databases.contains(&first)
    });
    match other {
        Some(_) => Err(Answer::new("0A000", "a view on a table of another database must be late-binding")
            .hint("Write WITH NO SCHEMA BINDING at the end of the statement.")),
        None => Ok(()),
    }
}
