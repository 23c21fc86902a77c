//! `GET /api/v1/me`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::{Catalog, Name};
use serde::Serialize;

use crate::caller::Caller;
use crate::{App, Problem};

/// Who is signed in.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Me {
    /// The user.
    user: String,
    /// What they may do in Scrim, as far as the token lets them.
    permissions: Vec<&'static str>,
    /// The groups they are in.
    groups: Vec<String>,
    /// The project under which they act.
    current_project: Option<String>,
    /// The projects they are members of, and can act under.
    projects: Vec<String>,
    /// Whether they own a data source, by name or by a group.
    owner: bool,
    /// How many notifications they have not read.
    unread: u64,
}

pub(crate) async fn run(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let world = app.registry().world();
    let user = world.catalog.users.get(&caller.actor.name);
    Ok(Json(Me {
        user: caller.actor.name.to_string(),
        permissions: caller.actor.permissions().collect(),
        groups: user.iter().flat_map(|user| &user.groups).map(ToString::to_string).collect(),
        current_project: user.and_then(|user| user.current_project.as_ref()).map(ToString::to_string),
        projects: projects(&world.catalog, &caller.actor.name),
        owner: world.catalog.data_sources.values().any(|source| caller.actor.is_among(&source.owners)),
        unread: app.store().unread(&caller.actor.name).await?,
    }))
}

fn projects(catalog: &Catalog, user: &Name) -> Vec<String> {
    let projects = catalog.projects.values();
    let own = projects.filter(|project| project.members.iter().any(|member| member.user.value() == user));
    own.map(|project| project.name.to_string()).collect()
}
