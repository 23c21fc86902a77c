//! `POST /api/v1/data-sources/<name>/see-as`: how somebody sees a data source, by its policies; and some rows as they see them, where
//! that shows whoever asks no more than they see themselves, or they may act as others.

mod look;
mod sample;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::Project;
use scrim_catalog::{Catalog, Kind, Name};
use scrim_policy::{Cell, Sight};
use scrim_store::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::look::Look;
use self::sample::taken;
use crate::actions::objects::change::name;
use crate::actions::objects::known::project;
use crate::actor::Actor;
use crate::caller::{Caller, note, refuse};
use crate::compute::compute;
use crate::json::{Body, InPath};
use crate::rights::{Action, may, may_read};
use crate::{App, Problem};

/// The most rows that are shown.
const MOST: usize = 100;

/// As whom: a `user`, or somebody who has these groups, attributes and purposes and nothing else.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SeeAs")]
pub(crate) struct Wanted {
    /// A user.
    user: Option<Name>,
    /// Groups of somebody who is made up, with the attributes that they carry.
    groups: Option<Vec<Name>>,
    /// Attributes of somebody who is made up, each with its values.
    attributes: Option<BTreeMap<Name, Vec<Name>>>,
    /// Purposes that somebody who is made up acts for.
    purposes: Option<Vec<Name>>,
    /// The project under which they act; by default the current one of the user, and of somebody who is made up none.
    project: Option<Name>,
    /// So many rows at most, as they see them; none by default.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    rows: usize,
}

/// How somebody sees a data source.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "SeenAs")]
pub(crate) struct Seen {
    #[serde(flatten)]
    sight: Sight,
    /// Rows as they see them, each with its cells in the order of `columns`. A row that cannot be judged is left out: a value that
    /// decides on it is longer than 1,024 characters, or no number or day that can be computed with.
    rows: Vec<Vec<Cell>>,
    /// What somebody should know of the rows: why there are none, if none can be shown.
    notes: Vec<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
struct Wish {
    source: Name,
    person: Person,
    /// The project that is said.
    project: Option<Name>,
    rows: usize,
}

/// As whom somebody looks.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Person {
    User { user: Name },
    MadeUp { groups: Vec<Name>, attributes: BTreeMap<Name, Vec<Name>>, purposes: Vec<Name> },
}

impl Wanted {
    fn person(self) -> Result<Person, Problem> {
        match (self.user, self.groups, self.attributes, self.purposes) {
            (Some(user), None, None, None) => Ok(Person::User { user }),
            (Some(_), ..) => Err(Problem::malformed("say `user`, or what somebody who is made up has, not both")),
            (None, None, None, None) => Err(Problem::malformed(
                "say `user`, or `groups`, `attributes` or `purposes` of somebody who is made up",
            )),
            (None, groups, attributes, purposes) => Ok(Person::MadeUp {
                groups: groups.unwrap_or_default(),
                attributes: attributes.unwrap_or_default(),
                purposes: purposes.unwrap_or_default(),
            }),
        }
    }
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    InPath(text): InPath<String>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Seen>, Problem> {
    let (source, project, rows) = (name(&text)?, wanted.project.clone(), wanted.rows);
    let wish = Wish { source, person: wanted.person()?, project, rows };
    if rows > MOST {
        return Err(Problem::malformed(format!("`rows` must be 0 to {MOST}")));
    }
    let asked = caller.about("data-source.see-as", Kind::DataSource, &wish.source);
    let world = app.registry().world();
    let (by, under) = match allowed(&caller.actor, &world.catalog, &wish, app.now()) {
        Ok(allowed) => allowed,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    if rows == 0 {
        let project = under.as_ref().map(|project| project.name.to_string());
        note(&app, &asked, by, json!({ "as": wish.person, "project": project, "rows": 0 })).await;
        let (actor, now) = (caller.actor, app.now());
        let seen = move || Look::of(&world.catalog, &actor, &wish, under.as_ref(), None, now)?.sight();
        return Ok(Json(Seen { sight: compute(seen).await??, rows: vec![], notes: vec![] }));
    }
    let (wish, before) = (Arc::new(wish), Arc::clone(&world));
    let taken = match taken(&caller.actor, world, Arc::clone(&wish), under, app.now()).await {
        Ok(taken) => taken,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    // Looking took its time: what is shown goes by who may see what now.
    let (after, now) = (app.registry().world(), app.now());
    let nobody = || Problem::unauthenticated("this user was disabled, or deleted");
    let again = caller.actor.again(&after.catalog).ok_or_else(nobody);
    let again = again.and_then(|actor| Ok((allowed(&actor, &after.catalog, &wish, now)?, actor)));
    let ((by, under), actor) = match again {
        Ok(again) => again,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let project = under.as_ref().map(|project| project.name.to_string());
    let shown = {
        let wish = Arc::clone(&wish);
        compute(move || taken.shown(&before.catalog, &after.catalog, &actor, &wish, under.as_ref(), now)).await?
    };
    let (seen, sight) = match shown {
        Ok(shown) => shown,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    // Before anybody is told: how many rows, and by whose sight, never what is in them.
    let details =
        json!({ "as": wish.person, "project": project, "asked": rows, "rows": seen.rows.len(), "sight": sight });
    app.store().audit(asked.audit(Outcome::Allowed, Some(by.to_owned()), details)).await?;
    Ok(Json(seen))
}

/// What allows it, and under which project the person acts.
fn allowed(
    actor: &Actor,
    catalog: &Catalog,
    wish: &Wish,
    now: DateTime<Utc>,
) -> Result<(&'static str, Option<Project>), Problem> {
    let made_up = matches!(wish.person, Person::MadeUp { .. });
    let by = may(actor, catalog, Action::SeeAs { made_up, source: &wish.source }).required()?;
    // Whoever may see as others is not told for it what there is.
    may_read(actor, catalog, Kind::DataSource, &wish.source, now).required()?;
    let under = wish.project.as_ref().map(|name| project(actor, catalog, name, now)).transpose()?;
    Ok((by, under))
}
