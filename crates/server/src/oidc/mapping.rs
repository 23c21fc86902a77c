//! What claims make of a user. What came from claims is noted in the user's document (`external.claims`, by provider), in
//! the same change: so the next sign-in takes away only that, what was given in Scrim stays, and whoever reads the document
//! sees why somebody is in a group.

use std::collections::BTreeSet;

use scrim_catalog::documents::{Claimed, Permission, User, Values, WarehouseUser};
use scrim_catalog::{At, Catalog, Name};
use serde_json::{Map, Value};

use super::settings::OidcProvider;
use crate::Problem;

/// The claims of one token.
pub(super) struct Claims<'a>(pub(super) &'a Map<String, Value>);

impl Claims<'_> {
    /// The values of a claim, by its name or as a JSON pointer.
    pub(super) fn values(&self, claim: &str) -> Vec<String> {
        let found = match claim.strip_prefix('/') {
            None => self.0.get(claim),
            Some(rest) => {
                let (first, rest) = rest.split_once('/').map_or((rest, ""), |(first, rest)| (first, rest));
                let first = self.0.get(&first.replace("~1", "/").replace("~0", "~"));
                if rest.is_empty() { first } else { first.and_then(|first| first.pointer(&format!("/{rest}"))) }
            }
        };
        match found {
            Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => vec![],
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// A user as the claims make it.
///
/// # Errors
/// When a claim has a value that nobody can have.
pub(super) fn applied(
    catalog: &Catalog,
    user: &User,
    provider: &Name,
    settings: &OidcProvider,
    claims: &Claims<'_>,
) -> Result<User, Problem> {
    let mut user = user.clone();
    let mut external = user.external.take().unwrap_or_default();
    let before = external.claims.remove(provider).unwrap_or_default();
    let mut now = Claimed::default();

    let wanted = groups(catalog, settings, claims);
    user.groups.retain(|group| !before.groups.contains(group.value()));
    for group in wanted {
        if !user.groups.iter().any(|known| *known.value() == group) {
            user.groups.push(At::nowhere(group.clone()));
            now.groups.push(group);
        }
    }

    for key in &before.attributes {
        user.attributes.remove(key);
    }
    for (key, claim) in &settings.attributes {
        let values =
            claims.values(claim).into_iter().map(|value| named(claim, value)).collect::<Result<Vec<_>, _>>()?;
        let values: BTreeSet<Name> = values.into_iter().collect();
        if !values.is_empty() {
            user.attributes.insert(At::nowhere(key.clone()), Values(values.into_iter().map(At::nowhere).collect()));
            now.attributes.push(key.clone());
        }
    }

    permissions(catalog, &mut user, &before, &mut now, settings, claims);

    if let Some(claim) = &settings.warehouse_user
        && let Some(login) = claims.values(claim).into_iter().next()
    {
        user.warehouse_user = Some(WarehouseUser::Everywhere(At::nowhere(named(claim, login)?)));
    }

    if now != Claimed::default() {
        external.claims.insert(provider.clone(), now);
    }
    user.external = (external != Default::default()).then_some(external);
    Ok(user)
}

fn named(claim: &str, value: String) -> Result<Name, Problem> {
    Name::new(value).map_err(|error| Problem::forbidden(format!("the claim `{claim}` cannot be kept: {error}")))
}

/// The groups of the claim that there are in Scrim.
fn groups(catalog: &Catalog, settings: &OidcProvider, claims: &Claims<'_>) -> BTreeSet<Name> {
    let Some(wanted) = &settings.groups else { return BTreeSet::new() };
    let values = claims.values(&wanted.claim).into_iter();
    let counts = |value: &String| wanted.allow.as_ref().is_none_or(|allowed| allowed.contains(value));
    let names = values.filter(counts).filter_map(|value| Name::new(format!("{}{value}", wanted.prefix)).ok());
    names.filter(|name| catalog.groups.contains_key(name)).collect()
}

fn permissions(
    catalog: &Catalog,
    user: &mut User,
    before: &Claimed,
    now: &mut Claimed,
    settings: &OidcProvider,
    claims: &Claims<'_>,
) {
    const ADMIN: Permission = Permission::ApplicationAdmin;
    let was_admin = user.permissions.contains(&ADMIN);
    user.permissions.retain(|permission| !before.permissions.contains(permission));
    for one in &settings.permissions {
        let has = claims.values(&one.claim).contains(&one.value);
        if has && !user.permissions.contains(&one.permission) {
            user.permissions.push(one.permission);
            now.permissions.push(one.permission);
        }
    }
    let is_other_admin =
        |other: &User| other.name != user.name && !other.disabled && other.permissions.contains(&ADMIN);
    if was_admin && !user.permissions.contains(&ADMIN) && !catalog.users.values().any(|other| is_other_admin(other)) {
        tracing::warn!(user = %user.name, "claims would take APPLICATION_ADMIN from the last one who has it: it stays");
        user.permissions.push(ADMIN);
        now.permissions.push(ADMIN);
    }
}
