//! Whom somebody is here whom a provider vouches for.

use scrim_catalog::documents::User;
use scrim_catalog::{At, Catalog, Change, Document, Kind, Name};
use scrim_registry::{Asked, ChangeError, Proposal, World};
use scrim_store::Identity;
use serde_json::json;

use super::mapping::{Claims, applied};
use super::provider::{Provider, Verified};
use crate::problem::{Told, refused};
use crate::{App, Problem};

/// The user who somebody is: the one of the subject, whatever the claims name; at the first sign-in, the one that they name.
/// The user is made what the claims say.
///
/// # Errors
/// When it is nobody, or somebody whom another subject is.
pub(crate) async fn sign_in(
    app: &App,
    provider: &Provider,
    verified: &Verified,
    asked: &Asked,
) -> Result<Name, Problem> {
    let claims = Claims(&verified.claims);
    let known = app.store().identity(&verified.issuer, &verified.subject).await?;
    let known = match known {
        Some(identity) if of_somebody_gone(app, &identity).await? => {
            app.store().unlink_identity(&identity.issuer, &identity.subject).await?;
            None
        }
        known => known,
    };
    let (name, new) = match known {
        Some(identity) => (name(&identity.user)?, false),
        None => (first(app, provider, verified, &claims).await?, true),
    };
    let label = Name::new(provider.name.clone()).map_err(|error| Problem::internal(&error))?;
    let mut change = Vec::new();
    let decide = |world: &World| -> Result<Proposal, Problem> {
        let user = match world.catalog.users.get(&name) {
            Some(user) if user.disabled => return Err(Problem::forbidden("this user was disabled")),
            Some(_) if new && !provider.settings.link_existing => return Err(taken(&name)),
            Some(user) => user.item.clone(),
            None if provider.settings.create_users => made(&world.catalog, &name)?,
            None => return Err(nobody()),
        };
        let user = applied(&world.catalog, &user, &label, &provider.settings, &claims)?;
        change = vec![Change::Put(Document::User(Box::new(user)))];
        let decided_by = format!("claims of the provider `{}`", provider.name);
        let details = json!({ "issuer": verified.issuer, "subject": verified.subject });
        Ok(Proposal { changes: change.clone(), decided_by, details, ..Proposal::default() })
    };
    let about =
        Asked { action: "user.claims".to_owned(), object: Some((Kind::User, name.to_string())), ..asked.clone() };
    let planned = app.registry().change(&about, decide).await;
    planned.map_err(|error: ChangeError<Problem>| refused(error, &change, None, Told::Anybody))?;
    if new {
        link(app, verified, &name).await?;
    }
    Ok(name)
}

/// Whether the user whom the subject was is gone: whoever has the name since is somebody else.
async fn of_somebody_gone(app: &App, identity: &Identity) -> Result<bool, Problem> {
    let versions = app.store().versions(Kind::User.as_str(), &identity.user).await?;
    Ok(versions.iter().any(|version| version.body.is_none() && version.at >= identity.created))
}

/// The user whom the claims of a first sign-in name, if they may become it.
async fn first(app: &App, provider: &Provider, verified: &Verified, claims: &Claims<'_>) -> Result<Name, Problem> {
    let said = claims.values(&provider.settings.user_claim).into_iter().next();
    let name = name(said.as_deref().unwrap_or(&verified.subject))?;
    if !app.registry().world().catalog.has(Kind::User, &name) {
        return Ok(name);
    }
    if !provider.settings.link_existing || !app.store().identities_of(&name).await?.is_empty() {
        return Err(taken(&name));
    }
    Ok(name)
}

/// From now on the subject is the user. Two may have come at once: the first one it is.
async fn link(app: &App, verified: &Verified, name: &Name) -> Result<(), Problem> {
    let identity = Identity {
        issuer: verified.issuer.clone(),
        subject: verified.subject.clone(),
        user: name.to_string(),
        created: app.now(),
    };
    app.store().link_identity(&identity).await?;
    let mut all = app.store().identities_of(name).await?;
    all.sort_by(|one, other| {
        (one.created, &one.issuer, &one.subject).cmp(&(other.created, &other.issuer, &other.subject))
    });
    let own = all.first().is_some_and(|one| one.issuer == verified.issuer && one.subject == verified.subject);
    if !own {
        app.store().unlink_identity(&verified.issuer, &verified.subject).await?;
        return Err(taken(name));
    }
    Ok(())
}

fn name(text: &str) -> Result<Name, Problem> {
    Name::new(text).map_err(|error| Problem::forbidden(format!("nobody can be called what the provider says: {error}")))
}

fn taken(name: &Name) -> Problem {
    Problem::forbidden(format!(
        "there is a user `{name}` already, and you were not that user before: an administrator can link you, or rename one of you"
    ))
}

fn nobody() -> Problem {
    Problem::forbidden("there is no user for you here: an administrator makes one, or has users made (`create_users`)")
}

/// A new user. One who only looks like somebody else is not made.
fn made(catalog: &Catalog, name: &Name) -> Result<User, Problem> {
    let folded = name.to_lowercase();
    if let Some(known) = catalog.users.keys().find(|known| known.to_lowercase() == folded) {
        return Err(taken(known));
    }
    Ok(User {
        kind: Kind::User.as_str().to_owned(),
        name: At::nowhere(name.clone()),
        description: None,
        warehouse_user: None,
        groups: vec![],
        attributes: Default::default(),
        permissions: vec![],
        current_project: None,
        disabled: false,
        external: None,
        confirmed: Default::default(),
    })
}
