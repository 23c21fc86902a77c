//! `POST /api/v1/data-sources/<name>/see-as`: how somebody sees a data source, by its policies. No row is read for it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::documents::{Project, User, Values};
use scrim_catalog::{At, Catalog, Kind, Name};
use scrim_policy::{Facts, Sight, decide, decide_for, sight};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::actions::objects::change::name;
use crate::actions::objects::known::project;
use crate::caller::{Caller, note, permit, refuse};
use crate::compute::compute;
use crate::json::{Body, InPath};
use crate::rights::{Action, may_read};
use crate::{App, Problem};

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
) -> Result<Json<Sight>, Problem> {
    let source = name(&text)?;
    let under = wanted.project.clone();
    let person = wanted.person()?;
    let asked = caller.about("data-source.see-as", Kind::DataSource, &source);
    let made_up = matches!(person, Person::MadeUp { .. });
    let by = permit(&app, &caller, &asked, Action::SeeAs { made_up, source: &source }).await?;
    let (world, now) = (app.registry().world(), app.now());
    // Whoever may see as others is not told for it what there is.
    if let Err(problem) = may_read(&caller.actor, &world.catalog, Kind::DataSource, &source, now).required() {
        return Err(refuse(&app, &asked, problem).await);
    }
    let under = match under.map(|name| project(&caller.actor, &world.catalog, &name, now)).transpose() {
        Ok(under) => under,
        Err(problem) => return Err(refuse(&app, &asked, problem).await),
    };
    let project = under.as_ref().map(|project| project.name.to_string());
    note(&app, &asked, by, json!({ "as": person, "project": project, "rows": 0 })).await;
    Ok(Json(compute(move || seen(&world.catalog, &source, &person, under.as_ref(), now)).await??))
}

fn seen(
    catalog: &Catalog,
    source: &Name,
    person: &Person,
    under: Option<&Project>,
    now: DateTime<Utc>,
) -> Result<Sight, Problem> {
    let found = catalog.data_sources.get(source);
    let found = found.ok_or_else(|| Problem::not_found(format!("there is no data source `{source}`")))?;
    let (facts, decision) = match person {
        Person::User { user } => {
            let known = catalog.users.get(user);
            let known = known.ok_or_else(|| Problem::not_found(format!("there is no user `{user}`")))?;
            let user = acting(known, under)?;
            (Facts::of(catalog, &user), decide(catalog, found, &user, now))
        }
        Person::MadeUp { groups, attributes, purposes } => {
            let mut facts = made_up(catalog, groups, attributes, purposes);
            if let Some(project) = under {
                if project.equalized {
                    let why = "under an equalized project its members are judged together, and somebody who is made up is none";
                    return Err(Problem::conflict(why));
                }
                facts.project = Some(project.name.value().clone());
            }
            let decision = decide_for(catalog, found, &facts, now);
            (facts, decision)
        }
    };
    sight(catalog, found, &facts, decision, now).map_err(|error| Problem::conflict(error.to_string()))
}

/// The user, acting under a project where one is said.
fn acting(user: &User, under: Option<&Project>) -> Result<User, Problem> {
    let Some(project) = under else { return Ok(user.clone()) };
    if !project.members.iter().any(|member| member.user.value() == user.name.value()) {
        let detail = format!("the user `{}` is no member of the project `{}`", user.name, project.name);
        return Err(Problem::conflict(detail));
    }
    Ok(User { current_project: Some(At::nowhere(project.name.value().clone())), ..user.clone() })
}

fn made_up(catalog: &Catalog, groups: &[Name], attributes: &BTreeMap<Name, Vec<Name>>, purposes: &[Name]) -> Facts {
    let all = |names: &[Name]| names.iter().cloned().map(At::nowhere).collect::<Vec<_>>();
    let attributes = attributes.iter().map(|(key, values)| (At::nowhere(key.clone()), Values(all(values)))).collect();
    Facts::somebody(catalog, &all(groups), &attributes, &all(purposes))
}
