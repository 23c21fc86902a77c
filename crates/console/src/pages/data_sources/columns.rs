//! The columns of a data source: their tags, and what masks make of them.

use maud::{Markup, html};
use serde::Deserialize;

use super::overview::{Document, confirming};
use super::source::Source;
use super::tagging::tagging;
use crate::api::{to, with_query};
use crate::parts::{badge, empty, prose, table, tags};
use crate::visit::Visit;

/// The tag of columns that no owner has looked at.
const NEW: &str = "New";

/// A column of the document.
#[derive(Deserialize)]
pub(super) struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    description: Option<String>,
}

/// What whoever looks sees of the columns.
#[derive(Deserialize)]
pub(super) struct Seen {
    subscribed: bool,
    columns: Vec<SeenColumn>,
}

#[derive(Deserialize)]
struct SeenColumn {
    name: String,
    sees: String,
    mask: Option<String>,
}

/// What the policies come to.
#[derive(Deserialize)]
pub(super) struct Effective {
    pub(super) access: Vec<String>,
    pub(super) columns: Vec<EffectiveColumn>,
    pub(super) rows: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct EffectiveColumn {
    pub(super) name: String,
    pub(super) masked: bool,
    sentence: String,
}

impl EffectiveColumn {
    /// What readers see, where the name of the column stands beside it.
    pub(super) fn told(&self) -> &str {
        let rest = self.sentence.strip_prefix('`').and_then(|rest| rest.strip_prefix(self.name.as_str()));
        rest.and_then(|rest| rest.strip_prefix("`: ")).unwrap_or(&self.sentence)
    }
}

/// Columns that appeared or changed, and wait for an owner to look at them.
pub(super) fn to_confirm(source: &Source, visit: &Visit, columns: &[Column]) -> Markup {
    let waiting: Vec<_> = columns.iter().filter(|column| column.tags.iter().any(|tag| tag == NEW)).collect();
    html! {
        // Whoever may do nothing about it is not told to.
        @if !waiting.is_empty() && source.changed_by(visit) {
            div.notice.warn {
                strong { (waiting.len()) " new or changed " @if waiting.len() == 1 { "column waits" } @else { "columns wait" } " for an owner" }
                p { "Look at what is in them, tag what is sensitive, and confirm them: until then readers see them as the data source treats new columns." }
                ul.plain {
                    @for column in &waiting {
                        li {
                            code { (column.name) } " " span.muted { (column.kind.as_deref().unwrap_or("")) } " "
                            (confirming(source, Some(&column.name), "Confirm"))
                        }
                    }
                }
                (confirming(source, None, "Confirm all, as the table is now"))
            }
        }
    }
}

/// The columns, with what the looker may know of each.
pub(super) fn listed(
    visit: &Visit,
    source: &Source,
    document: Option<&Document>,
    seen: Option<&Seen>,
    effective: Option<&Effective>,
) -> Markup {
    let named = document.map(|document| &document.columns).filter(|columns| !columns.is_empty());
    match (named, seen) {
        (Some(columns), _) => of_document(visit, source, columns, seen, effective),
        (None, Some(seen)) if !seen.columns.is_empty() => {
            let row = |one: &SeenColumn| vec![html! { code { (one.name) } }, sight(visit, source, one)];
            html! {
                (how(seen))
                (table(&["Column", you(seen)], &seen.columns.iter().map(row).collect::<Vec<_>>()))
            }
        }
        _ => empty("No column is known", html! { "The document names none, or the columns are not for you to know." }),
    }
}

fn of_document(
    visit: &Visit,
    source: &Source,
    columns: &[Column],
    seen: Option<&Seen>,
    effective: Option<&Effective>,
) -> Markup {
    let mut heads = vec!["Column", "Type", "Tags"];
    if effective.is_some() {
        heads.push("What readers see");
    }
    if let Some(seen) = seen {
        heads.push(you(seen));
    }
    let row = |column: &Column| {
        let mut cells = vec![
            html! { code { (column.name) } @if let Some(about) = &column.description { br; small { (about) } } },
            html! { span.muted { (column.kind.as_deref().unwrap_or("")) } },
            html! {
                @if source.changed_by(visit) { (tagging(source, Some(&column.name), &column.tags)) } @else { (tags(&column.tags)) }
            },
        ];
        if let Some(effective) = effective {
            let found = effective.columns.iter().find(|one| one.name == column.name);
            cells.push(html! {
                @match found {
                    Some(one) if one.masked => { (prose(one.told())) }
                    Some(_) => { span.muted { "as it is" } }
                    None => { span.muted { "–" } }
                }
            });
        }
        if let Some(seen) = seen {
            let found = seen.columns.iter().find(|one| one.name == column.name);
            cells.push(html! {
                @if let Some(one) = found { (sight(visit, source, one)) } @else { span.muted { "not in the view" } }
            });
        }
        cells
    };
    html! {
        @if let Some(seen) = seen { (how(seen)) }
        (table(&heads, &columns.iter().map(row).collect::<Vec<_>>()))
    }
}

/// What the last column is about.
fn you(seen: &Seen) -> &'static str {
    if seen.subscribed { "You see" } else { "You would see" }
}

fn how(seen: &Seen) -> Markup {
    html! { @if !seen.subscribed { p.muted { "You do not read it now: what you would see is told as if you did." } } }
}

/// How whoever looks sees a column, with the way to why.
fn sight(visit: &Visit, source: &Source, column: &SeenColumn) -> Markup {
    let why =
        with_query(&to!("/data-sources/{}/why", source.name()), &[("user", &visit.me.user), ("column", &column.name)]);
    html! {
        @match column.sees.as_str() {
            "clear" => { span.muted { "as it is" } }
            "mixed" => { (badge("warn", "masked in some rows")) }
            _ => { (badge("warn", "masked")) }
        }
        @if column.sees != "clear" {
            @if let Some(mask) = &column.mask { " with " code { (mask) } }
            " " a href=(why) aria-label=(format!("Why? {}", column.name)) { "Why?" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_see_is_told_without_the_name_that_stands_beside_it() {
        let told = |name: &str, sentence: &str| {
            let (name, sentence) = (name.to_owned(), sentence.to_owned());
            EffectiveColumn { name, masked: true, sentence }.told().to_owned()
        };
        assert_eq!(told("ssn", "`ssn`: NULL, for everyone."), "NULL, for everyone.");
        assert_eq!(told("a`: b", "`a`: b`: NULL."), "NULL.");
        assert_eq!(told("ssn", "`name`: NULL."), "`name`: NULL.");
    }
}
