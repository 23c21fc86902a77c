//! What is left of somebody who is gone: no password, session, token or outside identity of theirs is good for whoever
//! has the name next.

use scrim_catalog::{Catalog, Change, Kind};
use scrim_registry::Planned;

use crate::{App, Problem};

/// Forgets what is left of names that these changes give to somebody new: before they do, so that there is no moment, and no
/// death of the service, after which it is good for whoever has the name.
///
/// # Errors
/// When the metadata database does not do it.
pub(crate) async fn make_way(app: &App, catalog: &Catalog, changes: &[Change]) -> Result<(), Problem> {
    for change in changes {
        if let (Kind::User, name) = change.of()
            && !catalog.users.contains_key(name)
        {
            everything(app, name).await?;
        }
    }
    Ok(())
}

/// Forgets how users signed in whom a change deleted, and ends the sessions of those whom it disabled.
///
/// # Errors
/// When the metadata database does not do it. What was left is forgotten before somebody has the name.
pub(crate) async fn forget(app: &App, planned: &Planned) -> Result<(), Problem> {
    for change in &planned.applied.changes {
        let (Kind::User, name) = change.of() else { continue };
        let before = planned.before.catalog.users.get(name);
        let after = match change {
            Change::Put(_) => planned.applied.catalog.users.get(name),
            Change::Delete(..) => None,
        };
        match (before, after) {
            (Some(before), Some(after)) if !before.disabled && after.disabled => {
                app.store().delete_sessions_of(name).await?;
            }
            (Some(_), None) => everything(app, name).await?,
            _ => {}
        }
    }
    Ok(())
}

/// Forgets how a user signed in.
///
/// # Errors
/// When the metadata database does not do it.
pub(crate) async fn everything(app: &App, user: &str) -> Result<(), Problem> {
    let store = app.store();
    for token in store.tokens(Some(user)).await?.iter().filter(|token| token.revoked.is_none()) {
        store.revoke_token(&token.id, app.now()).await?;
    }
    for identity in store.identities_of(user).await? {
        store.unlink_identity(&identity.issuer, &identity.subject).await?;
    }
    store.delete_account(user).await?;
    store.delete_sessions_of(user).await?;
    Ok(())
}
