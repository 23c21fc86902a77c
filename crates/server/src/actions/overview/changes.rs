//! `GET /api/v1/changes`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_catalog::{Kind, Name};
use scrim_registry::is_told_by_what_it_is_about;
use scrim_store::Headline;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::actions::objects::What;
use crate::actions::objects::earlier::known;
use crate::actor::Actor;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::{Reader, sees_all};
use crate::{App, Problem};

/// So many events are read at once, and so many for one page: whoever may know of little does not have all of the past read.
const BLOCK: usize = 250;
const MOST: usize = 2000;

/// Which changes.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// Only those of documents of this kind, such as `data-source`.
    kind: Option<String>,
}

/// A change of a document.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Change {
    /// The number of its event.
    sequence: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who made it, for those who may know of every user, and of one's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    /// The kind of the document.
    kind: String,
    /// The name of the document.
    name: String,
    /// What became of it.
    action: What,
    /// Whom and what a grant, a subscription or a wish to see a value is about: their names tell nobody anything.
    #[serde(flatten)]
    about: About,
}

/// What a document is about that people do not know by its name.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
struct About {
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// The group, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// The data source.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_source: Option<String>,
}

/// What somebody might be told of an event.
struct Candidate {
    headline: Headline,
    kind: Kind,
    name: Name,
    action: What,
    /// Whether the caller sees all documents of the kind.
    all: bool,
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Change>>, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, before) = (paging.limit()?, paging.before()?);
    let kind = wanted.kind.as_deref().map(|text| {
        text.parse::<Kind>()
            .map_err(|()| Problem::malformed("`kind` is none that there is: take one such as `data-source`"))
    });
    let kind = kind.transpose()?;
    // What is newer than the catalog by which it is decided comes with the next look.
    let newest = app.registry().world().sequence.saturating_add(1);
    let mut before = before.map_or(newest, |before| before.min(newest));
    let (mut items, mut read) = (Vec::new(), 0);
    while items.len() < limit && read < MOST && before > 1 {
        let block = app.store().headlines(before, BLOCK).await?;
        read += block.len();
        let Some(last) = block.last().map(|last| last.sequence) else { break };
        let told = told(&app, &caller.actor, block, kind).await?;
        let room = limit - items.len();
        let more = told.len() > room;
        items.extend(told.into_iter().take(room));
        before = items.last().filter(|_| more).map_or(last, |told: &Change| told.sequence);
    }
    // The first event has the number 1: below it there is nothing.
    let page = Page::before(items, (before > 1).then_some(before));
    note(&app, &caller.doing("change.list"), "what each of them allows", json!({ "count": page.items.len() })).await;
    Ok(Json(page))
}

/// Of these events, the changes of documents that somebody may know of: of what the document is now, and of what it was then.
/// What was before its last deletion was another document of that name.
async fn told(app: &App, actor: &Actor, block: Vec<Headline>, wanted: Option<Kind>) -> Result<Vec<Change>, Problem> {
    let world = app.registry().world();
    let mut candidates: Vec<Candidate> = block.into_iter().filter_map(|one| candidate(actor, one)).collect();
    candidates.retain(|one| wanted.is_none_or(|wanted| wanted == one.kind));
    {
        let reader = Reader::new(actor, &world.catalog, app.now());
        let mut may: HashMap<(Kind, Name), bool> = HashMap::new();
        candidates.retain(|one| {
            let asked = || world.catalog.has(one.kind, &one.name) && reader.may(one.kind, &one.name).is_allowed();
            one.all || *may.entry((one.kind, one.name.clone())).or_insert_with(asked)
        });
    }
    let narrow = || candidates.iter().filter(|one| !one.all);
    let mut objects: Vec<(String, String)> = narrow().map(Candidate::object).collect();
    objects.sort();
    objects.dedup();
    let deleted = app.store().last_deletions(&objects).await?;
    let read = candidates.iter().filter(|one| !one.all || is_told_by_what_it_is_about(one.kind));
    let sequences: Vec<u64> = read.map(|one| one.headline.sequence).collect();
    let payloads = app.store().payloads(&sequences).await?;
    let reader = Reader::new(actor, &world.catalog, app.now());
    let written = |one: &Candidate| payloads.get(&one.headline.sequence).and_then(|payload| payload.get("object"));
    let same = |one: &Candidate| {
        let document = written(one);
        let another = deleted.get(&one.object()).is_some_and(|deleted| *deleted >= one.headline.sequence);
        let was = |document: &Value| known(&reader, actor, one.kind, &one.name, document).is_allowed();
        one.all || !another && document.is_some_and(was)
    };
    let names_people = sees_all(actor, Kind::User);
    let change = |one: Candidate| {
        let was = payloads.get(&one.headline.sequence).and_then(|payload| payload.get("was"));
        let document = written(&one).filter(|document| !document.is_null()).or(was);
        let document = document.filter(|_| is_told_by_what_it_is_about(one.kind));
        // One that a caller may read names its user to them: also where that is who acted.
        let about = document.map_or_else(About::default, About::of);
        let known = |name: &String| names_people || name == actor.name.as_str() || about.user.as_ref() == Some(name);
        Change {
            sequence: one.headline.sequence,
            at: one.headline.at,
            actor: Some(one.headline.actor).filter(known),
            kind: one.headline.object_kind,
            name: one.headline.object_name,
            action: one.action,
            about,
        }
    };
    Ok(candidates.into_iter().filter(same).map(change).collect())
}

/// What an event says of a document, if it says that one was made, changed or deleted.
fn candidate(actor: &Actor, headline: Headline) -> Option<Candidate> {
    let action = match headline.kind.rsplit('.').next()? {
        "created" => What::Create,
        "updated" => What::Update,
        "deleted" => What::Delete,
        _ => return None,
    };
    let kind: Kind = headline.object_kind.parse().ok()?;
    let name = Name::new(headline.object_name.as_str()).ok()?;
    Some(Candidate { all: sees_all(actor, kind), headline, kind, name, action })
}

impl About {
    fn of(document: &Value) -> Self {
        let text = |field: &str| document.get(field).and_then(Value::as_str).map(str::to_owned);
        Self { user: text("user"), group: text("group"), data_source: text("data_source") }
    }
}

impl Candidate {
    fn object(&self) -> (String, String) {
        (self.headline.object_kind.clone(), self.headline.object_name.clone())
    }
}
