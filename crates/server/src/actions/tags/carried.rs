//! `PUT` and `DELETE /api/v1/data-sources/<name>/[columns/<column>/]tags/<tag>`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::{Column, DataSource};
use scrim_catalog::{At, Document, Kind, Name};
use scrim_registry::World;
use serde_json::json;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{put, source};
use crate::actions::objects::opening::{Confirming, make_confirmed};
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

/// Where a tag stands.
struct Place {
    source: Name,
    /// The column; the data source itself when none.
    column: Option<Name>,
    tag: Name,
}

pub(crate) async fn tag_source(
    State(app): State<App>,
    caller: Caller,
    InPath((source, tag)): InPath<(String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    add(&app, &caller, Place::of(&source, None, &tag)?, writing).await
}

pub(crate) async fn tag_column(
    State(app): State<App>,
    caller: Caller,
    InPath((source, column, name)): InPath<(String, String, String)>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    add(&app, &caller, Place::of(&source, Some(&column), &name)?, writing).await
}

pub(crate) async fn untag_source(
    State(app): State<App>,
    caller: Caller,
    InPath((source, tag)): InPath<(String, String)>,
    Query(how): Query<Confirming>,
) -> Result<Response, Problem> {
    remove(&app, &caller, Place::of(&source, None, &tag)?, how).await
}

pub(crate) async fn untag_column(
    State(app): State<App>,
    caller: Caller,
    InPath((source, column, tag)): InPath<(String, String, String)>,
    Query(how): Query<Confirming>,
) -> Result<Response, Problem> {
    remove(&app, &caller, Place::of(&source, Some(&column), &tag)?, how).await
}

async fn add(app: &App, caller: &Caller, place: Place, writing: Writing) -> Result<Response, Problem> {
    let asked = caller.about("data-source.tag.add", Kind::DataSource, &place.source);
    let decide = |world: &World| {
        let mut source = source(&caller.actor, &world.catalog, &place.source, app.now())?;
        let tags = place.tags_of(&mut source, true)?;
        if !tags.iter().any(|one| *one.value() == place.tag) {
            tags.push(At::nowhere(place.tag.clone()));
        }
        Ok(put(Document::DataSource(Box::new(source)), place.details()))
    };
    let planned = make(app, caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

async fn remove(app: &App, caller: &Caller, place: Place, how: Confirming) -> Result<Response, Problem> {
    let asked = caller.about("data-source.tag.remove", Kind::DataSource, &place.source);
    let decide = |world: &World| {
        let mut source = source(&caller.actor, &world.catalog, &place.source, app.now())?;
        place.tags_of(&mut source, false)?.retain(|one| *one.value() != place.tag);
        Ok(put(Document::DataSource(Box::new(source)), place.details()))
    };
    let what = format!("taking the tag `{}` from `{}`", place.tag, place.source);
    let planned = make_confirmed(app, caller, &asked, how, &what, decide).await?;
    Ok(answer(&planned, how.dry_run, StatusCode::OK, None))
}

impl Place {
    fn of(source: &str, column: Option<&str>, tag: &str) -> Result<Self, Problem> {
        Ok(Self { source: name(source)?, column: column.map(name).transpose()?, tag: name(tag)? })
    }

    /// The list that the tag stands in. A source whose document names no column has those of its table: which these are
    /// is told by nobody here, so that none is named by tagging it.
    fn tags_of<'a>(&self, source: &'a mut DataSource, adding: bool) -> Result<&'a mut Vec<At<Name>>, Problem> {
        let Some(wanted) = &self.column else { return Ok(&mut source.tags) };
        let unnamed = source.columns.is_empty();
        let column = source.columns.iter_mut().find(|column: &&mut Column| column.name.value() == wanted);
        column.map(|column| &mut column.tags).ok_or_else(|| {
            if unnamed && adding {
                let help = "put the document with its columns first: to name one of them is to leave out the others";
                return Problem::conflict(format!("the document of `{}` names no column; {help}", self.source));
            }
            Problem::not_found(format!("`{}` has no column `{wanted}`", self.source))
        })
    }

    fn details(&self) -> serde_json::Value {
        json!({ "tag": self.tag, "column": self.column })
    }
}
