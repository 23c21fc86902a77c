//! A data source as somebody else sees it: a user, or somebody who is made up.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;
use http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::frame;
use crate::parts::{area, badge, empty, input, lookup, prose, section, sentences, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/see-as", show)]
}

/// How many rows are shown at most.
const ROWS: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    user: String,
    groups: String,
    attributes: String,
    purposes: String,
    project: String,
}

impl Asked {
    /// As whom, as the API reads it; nothing where nobody was named yet.
    fn person(&self) -> Result<Option<Value>, Problem> {
        let made_up = [&self.groups, &self.attributes, &self.purposes].iter().any(|text| !text.trim().is_empty());
        let user = self.user.trim();
        if user.is_empty() && !made_up {
            return Ok(None);
        }
        let mut person = json!({});
        let mut set = |field: &str, value: Value| {
            drop(person.as_object_mut().map(|person| person.insert(field.to_owned(), value)))
        };
        if !user.is_empty() {
            set("user", json!(user));
        }
        // Of a user the API refuses these: it would be somebody else.
        if made_up {
            set("groups", json!(lines(&self.groups)));
            set("attributes", json!(self.values()?));
            set("purposes", json!(lines(&self.purposes)));
        }
        if !self.project.trim().is_empty() {
            set("project", json!(self.project.trim()));
        }
        Ok(Some(person))
    }

    /// The attributes: a line for each value, `country: US`.
    fn values(&self) -> Result<BTreeMap<&str, Vec<&str>>, Problem> {
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for line in lines(&self.attributes) {
            let (key, value) = line.split_once(':').ok_or_else(|| {
                Problem::malformed(format!("`{line}` is no attribute with a value, as `country: US`"))
            })?;
            values.entry(key.trim()).or_default().push(value.trim());
        }
        Ok(values)
    }
}

/// What is written one a line: a name may have whatever else in it.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[derive(Deserialize)]
struct Sight {
    granted: bool,
    because: Vec<String>,
    needs: Vec<String>,
    columns: Vec<Column>,
    row_rules: Vec<String>,
}

/// Some rows, as they see them.
#[derive(Deserialize)]
struct Sample {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
}

/// A cell that is shown, or what stands in its place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Cell {
    Shown(Option<String>),
    Masked { mask: String },
    Hidden { hidden: String },
}

#[derive(Deserialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    how: String,
    with: Option<String>,
    why: Vec<String>,
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let call = to!("/api/v1/data-sources/{}/see-as", name);
    let seen = match asked.person() {
        Ok(Some(person)) => visit.api.post::<Sight>(call, &person).await.map(Some),
        // Whoever may not look as others is told so before they have written something.
        Ok(None) if !source.impersonated_by(&visit) => {
            visit.api.post::<Sight>(call, &json!({ "user": visit.me.user })).await.map(Some)
        }
        Ok(None) => Ok(None),
        Err(problem) => Err(problem),
    };
    let (status, content) = match seen {
        Ok(Some(sight)) => {
            let main = html! {
                (source.heading(&visit, Tab::SeeAs))
                (choosing(&source, &asked))
                (shown(&source, &asked, &sight))
                (frame::waiting("Asking the warehouse for some rows"))
            };
            return Ok(visit.streamed(&format!("See {name} as"), main, vec![rows(&visit, &name, &asked)?]));
        }
        Ok(None) => (StatusCode::OK, html! {}),
        Err(problem) if !source.impersonated_by(&visit) => return Err(problem),
        Err(problem) => (problem.code(), problem.told()),
    };
    let main = html! {
        (source.heading(&visit, Tab::SeeAs))
        (choosing(&source, &asked))
        (content)
    };
    Ok(visit.answer(status, &format!("See {name} as"), main))
}

/// Some rows of the table, as they see them: those that whoever looks may see so.
fn rows(visit: &Visit, name: &str, asked: &Asked) -> Result<frame::Later, Problem> {
    let (api, call) = (visit.api.clone(), to!("/api/v1/data-sources/{}/see-as", name));
    let mut person = asked.person()?.unwrap_or_else(|| json!({ "user": visit.me.user }));
    if let Some(person) = person.as_object_mut() {
        person.insert("rows".to_owned(), json!(ROWS));
    }
    Ok(frame::later(async move {
        let sample = api.post::<Sample>(call, &person).await?;
        let columns: Vec<&str> = sample.columns.iter().map(|column| column.name.as_str()).collect();
        let rows: Vec<Vec<Markup>> = sample.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        Ok(section(
            "Some rows, as they see them",
            html! {
                @if !sample.notes.is_empty() { div.notice { (sentences(&sample.notes)) } }
                @if !rows.is_empty() { div.sample { (table(&columns, &rows)) } }
                @else if sample.notes.is_empty() { (empty("No rows to show", html! { "They see none of those that were looked at." })) }
            },
        ))
    }))
}

fn cell(cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Shown(Some(text)) => { (text) }
            Cell::Shown(None) => { span.muted { "NULL" } }
            Cell::Masked { mask } => { (badge("warn", mask)) }
            Cell::Hidden { hidden } => { span.hidden-cell title=(hidden) { "hidden from you" } }
        }
    }
}

fn choosing(source: &Source, asked: &Asked) -> Markup {
    let to = to!("/data-sources/{}/see-as", source.name());
    html! {
        div.cards {
            (section("As a user", html! {
                form.row method="get" action=(to) {
                    (lookup("user", "User", "users", &asked.user, ""))
                    (input("project", "Under the project", if asked.user.is_empty() { "" } else { &asked.project }, "empty: the one they act under now"))
                    button.main { "See as this user" }
                }
            }))
            (section("As somebody who is made up", html! {
                form.stacked method="get" action=(to) {
                    (area("groups", "Groups", &asked.groups, 2, "one a line"))
                    (area("attributes", "Attributes", &asked.attributes, 2, "a line for each value, as country: US"))
                    (area("purposes", "Purposes", &asked.purposes, 2, "one a line"))
                    (input("project", "Under the project", if asked.user.is_empty() { &asked.project } else { "" }, "empty: under none"))
                    div { button { "See as this person" } }
                }
            }))
        }
    }
}

fn shown(source: &Source, asked: &Asked, sight: &Sight) -> Markup {
    let row = |column: &Column| {
        vec![
            html! { div.roomy { code { (column.name) } } },
            html! { span.muted { (column.kind) } },
            html! {
                @match column.how.as_str() {
                    "clear" => { span.muted { "as it is" } }
                    "mixed" => { (badge("warn", "masked in some rows")) }
                    _ => { (badge("warn", "masked")) }
                }
                @if let Some(with) = &column.with { " " (prose(with)) }
            },
            sentences(&column.why),
        ]
    };
    html! {
        (section("Access", html! {
            p {
                @if sight.granted { (badge("good", "reads it")) } @else { (badge("bad", "does not read it")) }
                @if !asked.user.trim().is_empty() {
                    " " a href=(with_query(&to!("/data-sources/{}/why", source.name()), &[("user", asked.user.trim())])) { "Why, and what would change it" }
                }
            }
            (sentences(&sight.because))
            @if !sight.needs.is_empty() { h3 { "To change that" } (sentences(&sight.needs)) }
        }))
        (section(if sight.granted { "Rows" } else { "Rows, if they read it" }, html! {
            @if sight.row_rules.is_empty() { p { "Every row." } } @else { (sentences(&sight.row_rules)) }
        }))
        (section(if sight.granted { "Columns" } else { "Columns, if they read it" },
            table(&["Column", "Type", "Seen", "Why"], &sight.columns.iter().map(row).collect::<Vec<_>>())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_made_up_is_written_in_lines() -> Result<(), Problem> {
        let asked = Asked {
            groups: "hr, all\r\nstaff".to_owned(),
            attributes: "country: US\n\ncity: a:b\ncountry:GB".to_owned(),
            ..Asked::default()
        };
        let person = json!({
            "groups": ["hr, all", "staff"], "attributes": { "city": ["a:b"], "country": ["US", "GB"] }, "purposes": []
        });
        assert_eq!(asked.person()?, Some(person));
        // Nothing that was written is left out.
        let both = Asked { user: "anna".to_owned(), ..asked }.person()?.unwrap();
        assert_eq!((&both["user"], &both["groups"][1]), (&json!("anna"), &json!("staff")));
        assert!(Asked { attributes: "country".to_owned(), ..Asked::default() }.person().is_err());
        assert_eq!(Asked::default().person()?, None);
        Ok(())
    }
}
