//! What can be done beside reading and changing documents, and who may.

use scrim_catalog::Catalog;
use scrim_catalog::documents::{Owner, Permission as P, User};

use super::{Decision, any};
use crate::actor::Actor;

/// Something to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Action<'a> {
    /// Why a user sees what they see of a data source.
    Explain {
        /// The user.
        user: &'a str,
        /// The data source.
        source: &'a str,
    },
    /// Who sees what of a data source.
    WhoSees(&'a str),
    /// What the policies of a data source say, and come to.
    ReadPolicies(&'a str),
    /// How a user, or somebody who is made up, sees a data source.
    SeeAs {
        /// Whether there is such a user.
        made_up: bool,
        /// The data source.
        source: &'a str,
    },
    /// What a user can reach.
    Reach(&'a str),
    /// The SQL that a data source's view is made of, with what its policies compare.
    ReadSql(&'a str),
    /// Reading the audit trail.
    ReadAudit,
    /// Reading reports about everybody.
    Report,
    /// Seeing how warehouses stand.
    SeeSync,
    /// Installing, checking and pushing an integration.
    Operate,
    /// Making and changing how somebody signs in.
    Accounts(&'a str),
    /// Seeing and revoking the tokens of a user.
    Tokens(&'a str),
    /// Deciding about access to a data source, as one of its approvers: `OWNER` or a permission.
    Approve {
        /// The data source.
        source: &'a str,
        /// As which approver.
        role: &'a str,
        /// Who asked.
        user: &'a str,
    },
    /// Taking a subscription away.
    Revoke(&'a str),
    /// Deciding about a purpose of a project.
    ApprovePurpose {
        /// Who asked for it.
        requester: &'a str,
    },
    /// Deciding about a value of a `reversible` mask that somebody asked for.
    Unmask {
        /// The data source.
        source: &'a str,
        /// Who asked.
        requester: &'a str,
    },
    /// Seeing and repeating what webhooks were sent.
    Webhooks,
    /// Looking for sensitive data in a data source.
    Discover(&'a str),
    /// Looking at what a warehouse has, and registering of it what the user may read.
    Register,
    /// Seeing the proposals of all data sources.
    SeeDiscoveries,
    /// Provisioning users and groups.
    Provision,
}

/// Whether somebody may do it.
pub(crate) fn may(actor: &Actor, catalog: &Catalog, action: Action<'_>) -> Decision {
    let admin = (actor.has(P::ApplicationAdmin), "APPLICATION_ADMIN");
    let governance = (actor.has(P::Governance), "GOVERNANCE");
    let audit = (actor.has(P::Audit), "AUDIT");
    let users = (actor.has(P::UserAdmin), "USER_ADMIN");
    let owner = |source: &str| (actor.owns(catalog, source), "owner of the data source");
    let own = |user: &str| (actor.name.as_str() == user, "the user's own");
    match action {
        Action::Explain { user, source } => any(
            &[own(user), owner(source), governance, audit],
            "to be that user, to own the data source, or the permission GOVERNANCE or AUDIT",
        ),
        Action::WhoSees(source) | Action::ReadPolicies(source) => {
            any(&[owner(source), governance, audit], "to own the data source, or the permission GOVERNANCE or AUDIT")
        }
        Action::SeeAs { made_up: false, source } => {
            any(&[owner(source), governance, audit], "to own the data source, or the permission GOVERNANCE or AUDIT")
        }
        Action::SeeAs { made_up: true, source } => any(
            &[owner(source), governance, (actor.has(P::ImpersonateUser), "IMPERSONATE_USER")],
            "to own the data source, or the permission GOVERNANCE or IMPERSONATE_USER",
        ),
        Action::Reach(user) => {
            any(&[own(user), governance, audit], "to be that user, or the permission GOVERNANCE or AUDIT")
        }
        Action::ReadSql(source) => any(
            &[owner(source), governance, audit, admin],
            "to own the data source, or the permission GOVERNANCE, AUDIT or APPLICATION_ADMIN",
        ),
        Action::ReadAudit => any(&[audit], "the permission AUDIT"),
        Action::Report => any(&[governance, audit], "the permission GOVERNANCE or AUDIT"),
        Action::SeeSync => any(&[admin, governance, audit], "the permission APPLICATION_ADMIN, GOVERNANCE or AUDIT"),
        Action::Operate | Action::Webhooks => any(&[admin], "the permission APPLICATION_ADMIN"),
        Action::Accounts(user) => accounts(actor, catalog, user),
        Action::Tokens(user) => any(&[own(user), admin], "to be that user, or the permission APPLICATION_ADMIN"),
        Action::Approve { source, role, user } => {
            if actor.name.as_str() == user {
                return Decision::needs("somebody else: nobody approves their own request");
            }
            let holds = match role {
                "OWNER" => actor.owns(catalog, source),
                permission => actor.permissions().any(|held| held == permission),
            };
            any(&[(holds, "the approver that the policy names")], "to be the approver that the policy names")
        }
        Action::Revoke(source) => {
            any(&[owner(source), governance], "to own the data source, or the permission GOVERNANCE")
        }
        Action::ApprovePurpose { requester } => {
            if actor.name.as_str() == requester {
                return Decision::needs("somebody else: nobody approves their own request");
            }
            let manages = (actor.has(P::ProjectManagement), "PROJECT_MANAGEMENT");
            any(&[manages, governance], "the permission PROJECT_MANAGEMENT or GOVERNANCE")
        }
        Action::Unmask { source, requester } => {
            if actor.name.as_str() == requester {
                return Decision::needs("somebody else: nobody approves their own request");
            }
            any(&[owner(source), governance], "to own the data source, or the permission GOVERNANCE")
        }
        Action::Discover(source) => {
            any(&[owner(source), governance], "to own the data source, or the permission GOVERNANCE")
        }
        Action::Register => any(
            &[admin, (actor.has(P::CreateDataSource), "CREATE_DATA_SOURCE")],
            "the permission CREATE_DATA_SOURCE or APPLICATION_ADMIN",
        ),
        Action::SeeDiscoveries => any(&[governance, audit], "the permission GOVERNANCE or AUDIT"),
        Action::Provision => any(&[users], "the permission USER_ADMIN"),
    }
}

/// Whoever sets the password of somebody can act as them: that takes every right which they have.
fn accounts(actor: &Actor, catalog: &Catalog, user: &str) -> Decision {
    if actor.has(P::ApplicationAdmin) {
        return Decision::Allowed("APPLICATION_ADMIN");
    }
    let powerless = catalog.users.get(user).is_some_and(|user| user.permissions.is_empty() && !owns(catalog, user));
    any(
        &[(actor.has(P::UserAdmin) && powerless, "USER_ADMIN, and the user has no permission and owns nothing")],
        "the permission APPLICATION_ADMIN; USER_ADMIN for users who have no permission, and own no data source and no project",
    )
}

/// Whether a user owns anything, by name or by a group: owners grant.
fn owns(catalog: &Catalog, user: &User) -> bool {
    let own = |owner: &Owner| match owner {
        Owner::User(name) => name == &user.name,
        Owner::Group(group) => user.groups.contains(group),
    };
    catalog.data_sources.values().any(|source| source.owners.iter().any(own))
        || catalog.projects.values().any(|project| project.owners.iter().any(own))
}
