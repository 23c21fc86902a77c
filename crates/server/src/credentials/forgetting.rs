//! Forgetting how somebody signed in who is not there any more.

use crate::{App, Problem};

/// Forgets the account, the sessions, the tokens and the outside identities of a user who was deleted: whoever gets the
/// name next is somebody else.
///
/// # Errors
/// When they cannot be removed.
pub(crate) async fn forget(app: &App, user: &str) -> Result<(), Problem> {
    let store = app.store();
    store.delete_sessions_of(user).await?;
    store.delete_account(user).await?;
    for token in store.tokens(Some(user)).await?.iter().filter(|token| token.revoked.is_none()) {
        store.revoke_token(&token.id, app.now()).await?;
    }
    for identity in store.identities_of(user).await? {
        store.unlink_identity(&identity.issuer, &identity.subject).await?;
    }
    Ok(())
}
