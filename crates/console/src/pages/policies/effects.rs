//! What a change means for people, as a page tells it.

use maud::{Markup, html};
use serde::Deserialize;

use crate::api::to;
use crate::parts::{badge, empty, sentences, table};

/// How many data sources are told one by one.
const SHOWN: usize = 100;

/// What a change means for one data source.
#[derive(Deserialize)]
pub(super) struct Effect {
    data_source: String,
    closed: Vec<String>,
    gain: u64,
    lose: u64,
    columns: Vec<ColumnEffect>,
    other_rows: u64,
    gaining: Vec<String>,
    losing: Vec<String>,
    seeing_other_rows: Vec<String>,
}

#[derive(Deserialize)]
struct ColumnEffect {
    name: String,
    more: u64,
    less: u64,
    otherwise: u64,
    seeing_more: Vec<String>,
    seeing_less: Vec<String>,
    seeing_otherwise: Vec<String>,
}

/// A table of them: how many gain or lose what, with some names.
pub(super) fn effects(effects: &[Effect]) -> Markup {
    if effects.is_empty() {
        return empty(
            "Nobody sees anything else",
            html! { "As far as you may know, no data source, row or column changes for anybody. Who may know of a data source, and ask for it, is not counted here." },
        );
    }
    let row = |one: &Effect| {
        vec![
            html! {
                a href=(to!("/data-sources/{}", one.data_source)) { (one.data_source) }
                @if !one.closed.is_empty() { br; (badge("bad", "closed")) " " small { (sentences(&one.closed)) } }
            },
            people(one.gain, &one.gaining, "+", "added"),
            people(one.lose, &one.losing, "−", "removed"),
            columns(&one.columns),
            html! {
                @if one.other_rows > 0 { "for " (users(one.other_rows)) " " (some(one.other_rows, &one.seeing_other_rows)) }
                @else { span.muted { "–" } }
            },
        ]
    };
    let more = effects.len().saturating_sub(SHOWN);
    let closed = effects.iter().filter(|one| !one.closed.is_empty()).count();
    html! {
        @if closed > 0 { div.notice.bad { "It closes " (sources(closed)) " to everybody, owners too: a rule cannot be applied there." } }
        p { (sources(effects.len())) " with a difference." }
        (table(&["Data source", "Gain access", "Lose access", "Columns seen otherwise", "Other row rules"],
            &effects.iter().take(SHOWN).map(row).collect::<Vec<_>>()))
        @if more > 0 { p.muted { "and " (sources(more)) " more" } }
    }
}

fn people(count: u64, names: &[String], sign: &str, class: &str) -> Markup {
    html! {
        @if count == 0 { span.muted { "–" } }
        @else { span class=(class) { (sign) (users(count)) } " " (some(count, names)) }
    }
}

/// Some of them by name, and how many more there are.
fn some(count: u64, names: &[String]) -> Markup {
    let more = count.saturating_sub(names.len() as u64);
    html! { span.muted { (names.join(", ")) @if more > 0 { " and " (more) " more" } } }
}

fn columns(columns: &[ColumnEffect]) -> Markup {
    html! {
        @if columns.is_empty() { span.muted { "–" } }
        @else {
            ul.plain {
                @for column in columns {
                    li { code { (column.name) } ": "
                        @if column.more > 0 { span.added { (users(column.more)) (sees(column.more)) "more" } " " (some(column.more, &column.seeing_more)) " " }
                        @if column.less > 0 { span.removed { (users(column.less)) (sees(column.less)) "less" } " " (some(column.less, &column.seeing_less)) " " }
                        @if column.otherwise > 0 { span.muted { "at most " (users(column.otherwise)) (sees(column.otherwise)) "it by a mask of the same kind that is written otherwise, and may show more or less:" } " " (some(column.otherwise, &column.seeing_otherwise)) }
                    }
                }
            }
        }
    }
}

fn sees(count: u64) -> &'static str {
    if count == 1 { " sees " } else { " see " }
}

fn users(count: u64) -> String {
    if count == 1 { "1 user".to_owned() } else { format!("{count} users") }
}

fn sources(count: usize) -> String {
    if count == 1 { "1 data source".to_owned() } else { format!("{count} data sources") }
}
