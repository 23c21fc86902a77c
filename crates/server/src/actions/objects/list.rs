//! `GET /api/v1/<kind>`.

use axum::Json;
use axum::extract::State;
use scrim_catalog::{Kind, Name};
use serde_json::{Value, json};

use super::wanted::Wanted;
use crate::caller::{Caller, note};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::{Reader, sees_all};
use crate::{App, Problem};

pub(crate) async fn run(
    kind: Kind,
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Value>>, Problem> {
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let (limit, after) = (paging.limit()?, paging.after()?);
    let world = app.registry().world();
    let catalog = &world.catalog;
    let page = {
        let reader = Reader::new(&caller.actor, catalog, app.now());
        let (fits, may) =
            (|name: &&Name| wanted.fits(catalog, kind, name), |name: &&Name| reader.may(kind, name).is_allowed());
        // Whoever may not know of everything is asked about first: else the time would tell whether something fits that is hidden.
        let all = sees_all(&caller.actor, kind);
        let found = catalog.names_after(kind, &after).filter(|name| all || may(name)).filter(fits);
        let items = found.filter_map(|name| catalog.json(kind, name)).take(limit + 1).collect();
        Page::cut(items, limit, |document: &Value| document["name"].as_str().map_or_else(String::new, str::to_owned))
    };
    note(
        &app,
        &caller.doing(&format!("{kind}.list")),
        "what each of them allows",
        json!({ "count": page.items.len() }),
    )
    .await;
    Ok(Json(page))
}
