//! Why somebody sees what they see of a data source: each policy that applied, what it did, and what would change it.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::parts::{badge, empty, hidden, prose, section, sentences, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/why", show)]
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    user: String,
    column: String,
}

#[derive(Deserialize)]
struct Explanation {
    user: String,
    subscribed: bool,
    because: Vec<String>,
    columns: Vec<Column>,
    row_rules: Vec<RowRule>,
    needs: Vec<String>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    sees: String,
    mask: Option<String>,
    policy: Option<String>,
    because: Vec<String>,
}

#[derive(Deserialize)]
struct RowRule {
    policy: String,
    number: u64,
    rule: String,
    applies: bool,
    because: String,
}

/// What would change something, told by what it begins with.
struct Needs<'a>(&'a [String]);

impl Needs<'_> {
    /// What it takes to see a column without its masks.
    fn of_column(&self, column: &str) -> Vec<String> {
        let about = format!("to see `{column}` ");
        self.0.iter().filter_map(|need| need.strip_prefix(&about)).map(str::to_owned).collect()
    }

    /// What it takes to see rows without a rule.
    fn of_rule(&self, rule: &RowRule) -> Vec<String> {
        let about = format!("to see rows without rule {} of `{}`", rule.number, rule.policy);
        let exactly = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_digit());
        let rest = self.0.iter().filter_map(|need| need.strip_prefix(&about)).filter(|rest| exactly(rest));
        rest.filter_map(|rest| rest.split_once(": ")).map(|(_, need)| need.to_owned()).collect()
    }

    /// What it takes to read the data source at all.
    fn of_access(&self) -> Vec<String> {
        self.0.iter().filter(|need| !need.starts_with("to see ")).cloned().collect()
    }
}

async fn show(visit: Visit, Path(name): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let user = if asked.user.is_empty() { visit.me.user.as_str() } else { asked.user.trim() };
    let source = Source::find(&visit, &name).await?;
    let query = [("user", user), ("column", asked.column.as_str())];
    let why = visit.api.get::<Explanation>(with_query(&to!("/api/v1/data-sources/{}/explain", name), &query));
    let why = match why.await {
        Ok(why) => why,
        // A mistyped name is corrected where it was typed.
        Err(problem) if problem.status == 404 && source.watched_by(&visit) => {
            let main =
                html! { (source.heading(&visit, Tab::Why)) (chooser(&source, user, &asked.column)) (problem.told()) };
            return Ok(visit.answer(http::StatusCode::NOT_FOUND, &format!("Why: {name}"), main));
        }
        Err(problem) => return Err(problem),
    };
    let main = html! {
        (source.heading(&visit, Tab::Why))
        @if source.watched_by(&visit) { (chooser(&source, user, &asked.column)) }
        @if !asked.column.is_empty() { p { "Only the column " code { (asked.column) } ". " a href=(with_query(&to!("/data-sources/{}/why", name), &[("user", user)])) { "All columns" } } }
        (access(&visit, &source, &why))
        (section(&format!("Columns, as {} {}", who(&visit, &why), if why.subscribed { sees(&visit, &why) } else { "would see them" }), columns(&source, &why, who(&visit, &why))))
        (section("Rows", rows(&why)))
    };
    Ok(visit.page(&format!("Why {user} sees what of {name}"), main))
}

fn who<'a>(visit: &Visit, why: &'a Explanation) -> &'a str {
    if why.user == visit.me.user { "you" } else { &why.user }
}

fn sees(visit: &Visit, why: &Explanation) -> &'static str {
    if why.user == visit.me.user { "see them" } else { "sees them" }
}

/// About whom it is asked.
fn chooser(source: &Source, user: &str, column: &str) -> Markup {
    html! {
        form.filters method="get" action=(to!("/data-sources/{}/why", source.name())) {
            label { "Why does " input name="user" value=(user) aria-label="User" autocomplete="off" spellcheck="false"; " see what they see" }
            @if !column.is_empty() { (hidden("column", column)) }
            button { "Explain" }
        }
    }
}

/// Whether the user reads the data source, and what decided that.
fn access(visit: &Visit, source: &Source, why: &Explanation) -> Markup {
    let mine = why.user == visit.me.user;
    let needs = Needs(&why.needs).of_access();
    section(
        "Access",
        html! {
            p {
                @if why.subscribed { (badge("good", "reads it")) " " } @else { (badge("bad", "does not read it")) " " }
                @if mine { "You" } @else { a href=(to!("/people/users/{}", why.user)) { (why.user) } }
                @match (why.subscribed, mine) {
                    (true, true) => { " may query the view" }
                    (true, false) => { " may query the view" }
                    (false, true) => { " may not query it" }
                    (false, false) => { " may not query it" }
                }
                @if why.subscribed { @if let Some(view) = &source.glance.view { " " code { (view) } } }
                ", because:"
            }
            ul { @for reason in &why.because { li { (prose(reason)) } } }
            @if !needs.is_empty() {
                h3 { "To change that" }
                ul { @for need in &needs { li { (prose(need)) } } }
            }
            @if !why.subscribed && mine { p { a href=(to!("/data-sources/{}", source.name())) { "Ask for access" } } }
        },
    )
}

fn columns(source: &Source, why: &Explanation, who: &str) -> Markup {
    if why.columns.is_empty() {
        return empty("No column", html! { "The data source has no column of this name, or none yet." });
    }
    // What is masked is what people come for.
    let (masked, clear): (Vec<_>, Vec<_>) = why.columns.iter().partition(|column| column.sees != "clear");
    html! {
        @if !masked.is_empty() {
            (table(&["Column", "Seen", "Why", "To see it"], &masked.iter().map(|one| row(source, why, one, who)).collect::<Vec<_>>()))
        }
        @if !clear.is_empty() {
            h3 { @if masked.is_empty() { "Every column is seen as it is" } @else { "Seen as they are" } }
            (table(&["Column", "Why"], &clear.iter().map(|one| vec![name_of(source, why, one), html! { (sentences(&one.because)) }]).collect::<Vec<_>>()))
        }
    }
}

fn name_of(source: &Source, why: &Explanation, column: &Column) -> Markup {
    let to = with_query(&to!("/data-sources/{}/why", source.name()), &[("user", &why.user), ("column", &column.name)]);
    html! { div.roomy { a href=(to) { code { (column.name) } } } }
}

fn row(source: &Source, why: &Explanation, column: &Column, who: &str) -> Vec<Markup> {
    let needs = Needs(&why.needs).of_column(&column.name);
    // A rule that spares the user is told after those that show something else instead of the value.
    let (spared, did): (Vec<String>, Vec<String>) =
        column.because.iter().cloned().partition(|reason| reason.contains("does not cover the user"));
    vec![
        name_of(source, why, column),
        html! {
            @if column.sees == "mixed" { (badge("warn", "masked in some rows")) } @else { (badge("warn", "masked")) }
            @if let Some(mask) = &column.mask { " with " code { (mask) } }
        },
        html! {
            @if let Some(policy) = &column.policy {
                p { "Because of the data policy " a href=(to!("/policies/data-policy/{}", policy)) { (policy) } ":" }
            }
            (sentences(&did))
            @if !spared.is_empty() {
                details { summary { "Rules that spare " (who) } (sentences(&spared)) }
            }
        },
        html! {
            @if needs.is_empty() { span.muted { "Nothing that a user can be given: the policy would have to change." } }
            @else { (sentences(&needs)) }
        },
    ]
}

fn rows(why: &Explanation) -> Markup {
    if why.row_rules.is_empty() {
        return html! { p { "Every row: no policy takes any away." } };
    }
    let row = |one: &RowRule| {
        let needs = Needs(&why.needs).of_rule(one);
        vec![
            html! {
                @if one.applies { (badge("warn", "hides rows")) } @else { (badge("good", "hides none")) }
                " rule " (one.number) ", " code { (one.rule) } ", of "
                a href=(to!("/policies/data-policy/{}", one.policy)) { (one.policy) }
            },
            prose(&one.because),
            html! {
                @if !one.applies { span.muted { "–" } }
                @else if needs.is_empty() { span.muted { "Nothing that a user can be given: the policy would have to change." } }
                @else { (sentences(&needs)) }
            },
        ]
    };
    html! {
        p.muted { "A row is seen if no rule hides it." }
        (table(&["Rule", "Why", "To see the rows without it"], &why.row_rules.iter().map(row).collect::<Vec<_>>()))
    }
}
