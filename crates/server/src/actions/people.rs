//! What people are, a piece at a time: their groups, attributes, whether they are active, and under which project they act.

mod activity;
mod attributes;
mod confirm;
mod current_project;
mod groups;
mod members;

use http::StatusCode;
use scrim_catalog::Kind;

use super::objects::{Done, Writing};
use crate::endpoint::Endpoint;
use crate::page::{Page, Paging};

const TAG: &str = "People";
const DONE: &str = "What was done, or would be.";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut all = vec![
        Endpoint::put("/api/v1/users/{name}/groups/{group}", "add_group_of_user", groups::add)
            .about(TAG, "Adds a user to a group")
            .needs("USER_ADMIN or APPLICATION_ADMIN")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete("/api/v1/users/{name}/groups/{group}", "remove_group_of_user", groups::remove)
            .about(TAG, "Removes a user from a group")
            .needs("USER_ADMIN or APPLICATION_ADMIN")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::get("/api/v1/groups/{name}/members", "list_members_of_group", members::run)
            .about(TAG, "Lists the members of a group that the caller may know of")
            .query::<Paging>()
            .answers::<Page<members::Member>>(StatusCode::OK, "A page of them."),
        Endpoint::post("/api/v1/users/{name}/disable", "disable_user", activity::disable)
            .about(TAG, "Disables a user, who sees nothing from then on, and ends their sessions")
            .needs("USER_ADMIN; APPLICATION_ADMIN for users with permissions")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::post("/api/v1/users/{name}/enable", "enable_user", activity::enable)
            .about(TAG, "Enables a user again")
            .needs("USER_ADMIN; APPLICATION_ADMIN for users with permissions")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::post("/api/v1/users/{name}/confirm", "confirm_user", confirm::run)
            .about(TAG, "Confirms that a login which was made anew in a warehouse is the user's all the same")
            .needs("USER_ADMIN or APPLICATION_ADMIN")
            .query::<Writing>()
            .body::<confirm::Wanted>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::put("/api/v1/me/current-project", "switch_project", current_project::switch)
            .about(TAG, "Acts under a project from now on")
            .needs("to be a member of it")
            .query::<Writing>()
            .body::<current_project::Switch>()
            .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete("/api/v1/me/current-project", "leave_current_project", current_project::none)
            .about(TAG, "Acts under no project from now on")
            .query::<Writing>()
            .answers::<Done>(StatusCode::OK, DONE),
    ];
    all.extend([Kind::User, Kind::Group].into_iter().flat_map(of_attributes));
    all
}

/// The calls that users and groups have alike.
fn of_attributes(kind: Kind) -> [Endpoint; 2] {
    let path = format!("/api/v1/{}/{{name}}/attributes/{{key}}/{{value}}", kind.plural());
    [
        Endpoint::put(&path, format!("add_attribute_of_{kind}"), move |app, caller, path, query| {
            attributes::add(kind, app, caller, path, query)
        })
        .about(TAG, format!("Gives a {kind} one value of an attribute, beside those it has"))
        .needs("USER_ADMIN")
        .query::<Writing>()
        .answers::<Done>(StatusCode::OK, DONE),
        Endpoint::delete(&path, format!("remove_attribute_of_{kind}"), move |app, caller, path, query| {
            attributes::remove(kind, app, caller, path, query)
        })
        .about(TAG, format!("Takes one value of an attribute from a {kind}"))
        .needs("USER_ADMIN")
        .query::<Writing>()
        .answers::<Done>(StatusCode::OK, DONE),
    ]
}
