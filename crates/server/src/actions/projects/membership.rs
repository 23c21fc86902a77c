//! `PUT` and `DELETE /api/v1/projects/<name>/membership`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use scrim_catalog::documents::{Access, Acknowledged, Member, Permission, Project};
use scrim_catalog::{At, Catalog, Document, Kind};
use scrim_policy::Facts;
use scrim_registry::World;
use serde_json::Value;

use crate::actions::objects::Writing;
use crate::actions::objects::change::{answer, make, name};
use crate::actions::objects::known::{allowed, missing, project};
use crate::actor::Actor;
use crate::caller::Caller;
use crate::json::{InPath, Query};
use crate::{App, Problem};

pub(crate) async fn join(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let joined = name(&text)?;
    let asked = caller.about("project.join", Kind::Project, &joined);
    let actor = &caller.actor;
    let decide = |world: &World| {
        let mut project = project(actor, &world.catalog, &joined, app.now())?;
        if project.members.iter().any(|member| *member.user.value() == actor.name) {
            return Ok(allowed(Document::Project(Box::new(project)), "member already", Value::Null));
        }
        let by = may_join(actor, &world.catalog, &project)?;
        let user = At::nowhere(actor.name.clone());
        project.members.push(Member { user, acknowledged: Acknowledged::default() });
        Ok(allowed(Document::Project(Box::new(project)), by, Value::Null))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}

fn may_join(actor: &Actor, catalog: &Catalog, project: &Project) -> Result<&'static str, Problem> {
    // They make members of others, too.
    if actor.is_among(&project.owners) {
        return Ok("owner of the project");
    }
    if actor.has_any(&[Permission::ProjectManagement, Permission::Governance]) {
        return Ok("PROJECT_MANAGEMENT or GOVERNANCE");
    }
    let added = "an owner of the project adds its members";
    match &project.access {
        Access::Anyone => Ok("anyone may join the project"),
        Access::Conditions(conditions) => {
            let user = catalog.users.get(&actor.name).ok_or_else(missing)?;
            let who = conditions.on_tags(&|_| vec![], true);
            match Facts::personal(catalog, user).surely(&who) {
                true => Ok("the conditions of the project"),
                false => Err(Problem::forbidden("you do not meet the conditions of the project")),
            }
        }
        Access::Individuals => Err(Problem::forbidden(format!("nobody joins this project by themselves: {added}"))),
        Access::Approval(approvers) => {
            let names: Vec<&str> = approvers.iter().map(|name| name.as_str()).collect();
            Err(Problem::forbidden(format!("to join takes the approval of {}: ask them; {added}", names.join(" and "))))
        }
    }
}

pub(crate) async fn leave(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let left = name(&text)?;
    let asked = caller.about("project.leave", Kind::Project, &left);
    let actor = &caller.actor;
    let decide = |world: &World| {
        let mut project = project(actor, &world.catalog, &left, app.now())?;
        let before = project.members.len();
        project.members.retain(|member| *member.user.value() != actor.name);
        if project.members.len() == before {
            return Err(Problem::forbidden(format!("you are not a member of the project `{left}`")));
        }
        Ok(allowed(Document::Project(Box::new(project)), "the user's own", Value::Null))
    };
    let planned = make(&app, &caller, &asked, writing.dry_run, decide).await?;
    Ok(answer(&planned, writing.dry_run, StatusCode::OK, None))
}
