//! `GET /api/v1/groups/<name>/members`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::Kind;
use serde::Serialize;
use serde_json::json;

use crate::actions::objects::change::name;
use crate::actions::objects::known::group;
use crate::caller::{Caller, note, refuse};
use crate::json::{InPath, Query};
use crate::page::{Page, Paging};
use crate::rights::Reader;
use crate::{App, Problem};

/// A member of a group.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Member {
    /// The user.
    user: String,
    /// Whether the user is disabled, and sees nothing.
    disabled: bool,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Member>>, Problem> {
    let of = name(&text)?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let asked = caller.about("group.members", Kind::Group, &of);
    let world = app.registry().world();
    let (catalog, now) = (&world.catalog, app.now());
    if let Err(problem) = group(&caller.actor, catalog, &of, now) {
        return Err(refuse(&app, &asked, problem).await);
    }
    let reader = Reader::new(&caller.actor, catalog, now);
    let users = catalog.names_after(Kind::User, &after).filter_map(|name| catalog.users.get(name));
    let members = users.filter(|user| user.groups.iter().any(|one| *one.value() == of));
    let known = members.filter(|user| reader.may(Kind::User, &user.name).is_allowed());
    let shown = known.map(|user| Member { user: user.name.to_string(), disabled: user.disabled });
    let page = Page::cut(shown.take(limit + 1).collect(), limit, |member| member.user.clone());
    note(&app, &asked, "what each of them allows", json!({ "count": page.items.len() })).await;
    Ok(Json(page))
}
