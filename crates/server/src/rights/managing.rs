//! Who may change projects.

use scrim_catalog::documents::{Acknowledged, Member, Permission as P, Project};
use scrim_catalog::{At, Catalog, Name};

use super::Decision;
use super::writing::is_own;
use crate::actor::Actor;

pub(super) fn project(actor: &Actor, before: &Catalog, after: &Catalog, name: &Name) -> Decision {
    let manages = actor.has_any(&[P::ProjectManagement, P::Governance]);
    let old = before.projects.get(name).map(|project| &project.item);
    let new = after.projects.get(name).map(|project| &project.item);
    let owner = old.is_some_and(|project| actor.is_among(&project.owners));
    let creates = old.is_none() && actor.has(P::CreateProject);
    if !manages && !owner && !creates {
        return Decision::needs(
            "to own the project, or the permission PROJECT_MANAGEMENT (CREATE_PROJECT for a new one)",
        );
    }
    let Some(new) = new else {
        return Decision::Allowed(if owner { "owner of the project" } else { "PROJECT_MANAGEMENT" });
    };
    // Both have the views of all their data sources made anew.
    let begins =
        |set: fn(&Project) -> bool| set(new) && old.is_none_or(|old| !set(old) || old.data_sources != new.data_sources);
    let owns_all = new.data_sources.iter().all(|source| actor.owns(after, source));
    if !owns_all && !actor.has(P::Governance) {
        if begins(|project| project.masked_joins) {
            return Decision::needs(
                "the permission GOVERNANCE, or to own every data source: `masked_joins` makes their hashes join",
            );
        }
        if begins(|project| project.equalized) {
            return Decision::needs(
                "the permission GOVERNANCE, or to own every data source: `equalized` changes what their views show",
            );
        }
    }
    // One that is made anew may come from an export, with what it was refused.
    let mut refused =
        new.refused_purposes.iter().filter(|one| old.is_some_and(|old| !old.refused_purposes.contains(one)));
    if refused.any(|one| *one.refused_by.value() != actor.name || *one.by.value() == actor.name) {
        return Decision::needs("to be oneself: nobody says no in somebody else's name, or to themselves");
    }
    let mut own = old.into_iter().flat_map(|old| &old.requested_purposes).filter(|one| *one.by.value() == actor.name);
    // As somebody else's request it would be theirs to decide about.
    let others = |purpose: &Name| {
        new.requested_purposes.iter().any(|one| one.purpose.value() == purpose && *one.by.value() != actor.name)
    };
    if own.any(|request| new.purposes.contains(&request.purpose) || others(request.purpose.value())) {
        return Decision::needs("somebody else: nobody approves their own request");
    }
    let mut added = new.purposes.iter().filter(|one| old.is_none_or(|old| !old.purposes.contains(one)));
    if manages {
        let asked = |purpose: &At<Name>| {
            let mut requests = old.into_iter().flat_map(|old| &old.requested_purposes);
            requests.any(|one| one.purpose == *purpose && *one.by.value() != actor.name)
        };
        // Whoever has it from there has approved it for themselves.
        let has_it = old.into_iter().chain([new]).any(|project| takes_part(actor, after, project));
        if has_it && added.any(|purpose| !asked(purpose)) {
            return Decision::needs(
                "somebody else to ask for the purpose (`requested-purposes`), or a manager who is neither owner nor member: nobody approves their own request",
            );
        }
        let mut members = new.members.iter().filter(|member| *member.user.value() == actor.name);
        if members.any(|member| acknowledges(old, member)) {
            return Decision::needs(ACKNOWLEDGE);
        }
        return Decision::Allowed("PROJECT_MANAGEMENT or GOVERNANCE");
    }
    if added.next().is_some() {
        return Decision::needs(
            "to be approved: ask for the purpose (`requested-purposes`), or have PROJECT_MANAGEMENT",
        );
    }
    if new.requested_purposes.iter().any(|one| old.is_none_or(|old| !old.requested_purposes.contains(one))) {
        return Decision::needs("to be asked for by itself: `POST /api/v1/projects/{name}/requested-purposes`");
    }
    if new.refused_purposes.iter().any(|one| old.is_none_or(|old| !old.refused_purposes.contains(one))) {
        return Decision::needs(
            "PROJECT_MANAGEMENT or GOVERNANCE: `POST /api/v1/projects/{name}/requested-purposes/{purpose}/deny`",
        );
    }
    if new.members.iter().any(|member| acknowledges(old, member)) {
        return Decision::needs(ACKNOWLEDGE);
    }
    Decision::Allowed(if owner { "owner of the project" } else { "CREATE_PROJECT" })
}

const ACKNOWLEDGE: &str = "each member to acknowledge by themselves (`acknowledgements`)";

/// Whether somebody is an owner or a member, also by a group that they come into by the same change.
fn takes_part(actor: &Actor, after: &Catalog, project: &Project) -> bool {
    project.owners.iter().any(|owner| is_own(actor, after, owner))
        || project.members.iter().any(|member| *member.user.value() == actor.name)
}

/// Whether a member acknowledges by a document what they had not acknowledged.
fn acknowledges(old: Option<&Project>, member: &Member) -> bool {
    let known = old.and_then(|old| old.members.iter().find(|known| known.user == member.user));
    let before = known.map_or(Acknowledged::All(false), |known| known.acknowledged.clone());
    member.acknowledged != before && !nothing(&member.acknowledged)
}

fn nothing(acknowledged: &Acknowledged) -> bool {
    match acknowledged {
        Acknowledged::All(all) => !all,
        Acknowledged::Purposes(purposes) => purposes.is_empty(),
    }
}
