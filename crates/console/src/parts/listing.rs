//! Long lists, a page at a time.

use maud::{Markup, html};
use serde::Deserialize;

use crate::api::with_query;

/// A page of a list, as the API answers it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    #[serde(default)]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// So many of them, or more where the list goes on.
    pub(crate) fn count(&self, many: usize) -> Markup {
        html! { @if self.next.is_some() { "more than " } (many) }
    }
}

/// A table: its columns, and its rows of as many cells. Narrow screens show each row as a card.
pub(crate) fn table(columns: &[&str], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scrolls tabindex="0" {
            table {
                thead { tr { @for column in columns { @if column.is_empty() { td {} } @else { th scope="col" { (column) } } } } }
                tbody {
                    @for row in rows {
                        // On a narrow screen the cell is what stands beside its label: all of it together.
                        tr { @for (column, cell) in columns.iter().zip(row) { td data-label=(column) { div { (cell) } } } }
                    }
                }
            }
        }
    }
}

/// What is shown where a list has nothing: why, and what to do.
pub(crate) fn empty(what: &str, todo: Markup) -> Markup {
    html! { div.empty { p { strong { (what) } } p { (todo) } } }
}

/// A form that narrows a list: what is typed is looked for at once where there are scripts, and by the button elsewhere. The
/// list has the id `list`.
pub(crate) fn filters(path: &str, content: Markup) -> Markup {
    html! {
        form.filters method="get" action=(path) hx-get=(path) hx-select="#list" hx-target="#list" hx-swap="outerHTML"
            hx-push-url="true" hx-trigger="input changed delay:250ms from:find input[type=search], change, submit" {
            (content)
            button { "Filter" }
        }
    }
}

/// The way to the next page of a list, with the same filters; `cursor` is where this page begins, nothing on the first.
pub(crate) fn pager(path: &str, filters: &[(&str, &str)], cursor: &str, next: Option<&str>) -> Markup {
    pager_of("cursor", path, filters, cursor, next)
}

/// The same of one of several lists on a page, whose cursor is called otherwise.
pub(crate) fn pager_of(called: &str, path: &str, filters: &[(&str, &str)], cursor: &str, next: Option<&str>) -> Markup {
    html! {
        @if !cursor.is_empty() || next.is_some() {
            nav.pager aria-label="Pages of the list" {
                @if !cursor.is_empty() { a href=(with_query(path, filters)) { "« First page" } }
                @if let Some(next) = next {
                    @let to = with_query(path, &[filters, &[(called, next)]].concat());
                    a href=(to) rel="next" { "Next page »" }
                }
            }
        }
    }
}
