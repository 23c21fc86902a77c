//! Whether the login of a person is still the one that the profile was written for. Names are given anew: the warehouse's own id
//! of a login is kept with the profile, and somebody else's profile is nobody's.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::Name;
use scrim_catalog::documents::User;
use scrim_policy::ProfileRow;
use scrim_warehouse::{Login, LoginKind};
use serde::Serialize;

/// The kind of the row that keeps the id.
const LOGIN: &str = "login";

/// Somebody whose profile is not in the warehouse, and stays away until somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    /// The user.
    pub user: String,
    /// The login.
    pub login: String,
    /// Why, and what to do.
    pub reason: String,
}

/// The logins that were seen, and what somebody decided about them.
pub(crate) struct Logins<'a> {
    pub(crate) seen: BTreeMap<String, Login>,
    pub(crate) integration: &'a Name,
    /// Users whose login was made anew and is theirs all the same.
    pub(crate) confirmed: &'a BTreeSet<Name>,
}

impl Logins<'_> {
    /// The profile that a login is to have, of what policies give its user and of the rows that it has; or why it is to have none,
    /// with the rows by which that is known the next time. A disabled user has nothing to be known by: whoever is enabled is who
    /// has the login then.
    pub(crate) fn keep(
        &self,
        login: &str,
        user: &User,
        mut given: BTreeSet<ProfileRow>,
        rows: &BTreeSet<ProfileRow>,
    ) -> Result<BTreeSet<ProfileRow>, (Withdrawn, BTreeSet<ProfileRow>)> {
        if given.is_empty() {
            return Ok(given);
        }
        let known: BTreeSet<ProfileRow> = rows.iter().filter(|row| row.kind == LOGIN).cloned().collect();
        // Nobody has the login: it may be gone, and it may come yet.
        let Some(found) = self.seen.get(login) else {
            given.extend(known);
            return Ok(given);
        };
        let another = known.iter().find(|row| *row.value != *found.id);
        let reason = match another {
            Some(known) if !self.is_confirmed(user, found) => anew(login, &user.name, &known.value, &found.id),
            _ => match found.kind {
                LoginKind::Person => {
                    given.insert(row(&found.id));
                    return Ok(given);
                }
                LoginKind::System => format!("the login `{login}` is the warehouse's own, and no person's; {OTHER}"),
                LoginKind::Role => {
                    format!(
                        "`{login}` is a role that nobody logs in by: whoever may become it would see the same; {OTHER}"
                    )
                }
            },
        };
        Err((Withdrawn { user: user.name.to_string(), login: login.to_owned(), reason }, known))
    }

    fn is_confirmed(&self, user: &User, found: &Login) -> bool {
        self.confirmed.contains(user.name.value()) || user.confirmed.get(self.integration) == Some(&found.id)
    }
}

const OTHER: &str = "give the user another one (`warehouse_user`)";

/// Whether all that a profile lacks is who its login is.
pub(crate) fn only_known(added: &BTreeSet<ProfileRow>, removed: &BTreeSet<ProfileRow>) -> bool {
    removed.is_empty() && added.iter().all(|row| row.kind == LOGIN)
}

fn row(id: &str) -> ProfileRow {
    ProfileRow { kind: LOGIN.into(), key: "".into(), value: id.into(), expires: None }
}

fn anew(login: &str, user: &Name, before: &str, now: &str) -> String {
    format!(
        "the login `{login}` was made anew since its profile was written (its id was {before}, and is {now}), and may be somebody \
         else's: it sees nothing. When it is certain that it is `{user}`'s, say `--confirm-user {user}`, or to a service \
         `POST /api/v1/users/{user}/confirm`; or disable the user, push, and enable the user again"
    )
}
