//! The SQL that the view of a data source is made of.

use axum::extract::Path;
use axum::response::Response;
use futures_util::future::try_join;
use maud::{Markup, html};
use serde::Deserialize;

use super::source::{Source, Tab};
use crate::api::{to, with_query};
use crate::parts::{prose, section};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::Visit;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/data-sources/{name}/sql", show)]
}

#[derive(Deserialize)]
struct View {
    dialect: String,
    sql: String,
    closed: Vec<String>,
    warnings: Vec<String>,
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    let source = Source::find(&visit, &name).await?;
    let of = |dialect: &str| {
        let api = visit.api.clone();
        let path = with_query(&to!("/api/v1/data-sources/{}/sql", name), &[("dialect", dialect)]);
        async move { api.get::<View>(path).await }
    };
    let own = visit.api.get::<View>(to!("/api/v1/data-sources/{}/sql", name)).await?;
    let (postgresql, redshift) = try_join(of("postgresql"), of("redshift")).await?;
    let main = html! {
        (source.heading(&visit, Tab::Sql))
        @for view in [&postgresql, &redshift] { (dialect(view, view.dialect == own.dialect)) }
    };
    Ok(visit.page(&format!("SQL of {name}"), main))
}

fn dialect(view: &View, own: bool) -> Markup {
    let title = match view.dialect.as_str() {
        "redshift" => "Amazon Redshift",
        _ => "PostgreSQL",
    };
    let content = html! {
        @for closed in &view.closed { div.notice.bad { strong { "Nobody sees a row: " } (prose(closed)) } }
        @for warning in &view.warnings { div.notice.warn { (prose(warning)) } }
        p { button.small type="button" data-copy=(view.sql) hidden { "Copy" } }
        pre tabindex="0" { code { (view.sql) } }
    };
    if own {
        return section(&format!("{title}, as it is in the warehouse"), content);
    }
    html! { section.card { details { summary { (title) ", as it would be there" } (content) } } }
}
