//! `GET /api/v1/audit`.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use scrim_store::{AuditQuery, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};

use super::entry::Entry;
use super::reading::READING;
use crate::caller::{Caller, note, permit};
use crate::json::Query;
use crate::page::{Page, Paging};
use crate::rights::Action;
use crate::{App, Problem};

/// Which entries: those of which everything holds that is given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Wanted {
    /// Where the page begins: `next` of the page before.
    pub(super) cursor: Option<String>,
    /// How many entries at most; 1 to 1000.
    #[schemars(range(min = 1, max = 1000))]
    pub(super) limit: Option<usize>,
    /// Not before this moment.
    pub(super) from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub(super) to: Option<DateTime<Utc>>,
    /// By this actor.
    pub(super) actor: Option<String>,
    /// This action.
    pub(super) action: Option<String>,
    /// `true` for changes, made or tried, without what was merely read; everything unless it is said.
    pub(super) changes: Option<bool>,
    /// On an object of this kind.
    pub(super) object_kind: Option<String>,
    /// On an object of this name.
    pub(super) object_name: Option<String>,
    /// With this outcome: `allowed`, `refused`, `failed`, `attempted`.
    #[schemars(with = "Option<crate::forms::OutcomeName>")]
    pub(super) outcome: Option<String>,
    /// With this text in it, in either case.
    pub(super) text: Option<String>,
}

impl Wanted {
    /// What the metadata database is asked for.
    ///
    /// # Errors
    /// When the outcome is none.
    pub(super) fn query(&self) -> Result<AuditQuery, Problem> {
        let outcome = self.outcome.as_deref().map(|word| {
            Outcome::from_word(word).ok_or_else(|| {
                Problem::malformed(format!("`{word}` is no outcome: there are allowed, refused, failed and attempted"))
            })
        });
        Ok(AuditQuery {
            from: self.from,
            to: self.to,
            actor: self.actor.clone(),
            action: self.action.clone(),
            but_not: if self.changes == Some(true) { READING } else { &[] },
            object_kind: self.object_kind.clone(),
            object_name: self.object_name.clone(),
            outcome: outcome.transpose()?,
            text: self.text.clone(),
            before: None,
            limit: 0,
        })
    }

    /// What the audit trail says of the search itself.
    pub(super) fn details(&self) -> Value {
        json!({
            "from": self.from, "to": self.to, "actor": self.actor, "action": self.action,
            "changes": self.changes, "object_kind": self.object_kind, "object_name": self.object_name, "outcome": self.outcome, "text": self.text,
        })
    }
}

pub(crate) async fn run(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Page<Entry>>, Problem> {
    let asked = caller.doing("audit.search");
    let by = permit(&app, &caller, &asked, Action::ReadAudit).await?;
    let paging = Paging { cursor: wanted.cursor.clone(), limit: wanted.limit };
    let before = match paging.after()?.as_str() {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::malformed("`cursor` is not one of this list"))?),
    };
    let query = AuditQuery { before, limit: paging.limit()?, ..wanted.query()? };
    note(&app, &asked, by, wanted.details()).await;
    let found = app.store().audit_search(&query).await?;
    let next = found.next.map(|number| URL_SAFE_NO_PAD.encode(number.to_string()));
    Ok(Json(Page { items: found.entries.into_iter().map(Entry::from).collect(), next }))
}
