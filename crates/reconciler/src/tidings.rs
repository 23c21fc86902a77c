//! What others are told of how it stands with a warehouse: only when that changes, not of each push.

use std::convert::Infallible;

use chrono::{DateTime, Utc};
use scrim_catalog::{Kind, Name};
use scrim_registry::{Asked, Registry, origin};
use scrim_store::{ActorKind, NewEvent, Store, StoreError, SyncState, SyncWord, Via};
use serde_json::json;

/// How it stood before the push that is going on; nothing when it never stood in any way.
pub(crate) fn before(whole: &SyncState) -> Option<SyncWord> {
    match (whole.state, &whole.reason, whole.pushed_sequence) {
        (SyncWord::Pushing, None, None) => None,
        (SyncWord::Pushing, None, Some(_)) => Some(SyncWord::InSync),
        (SyncWord::Pushing, Some(_), _) => Some(SyncWord::Retrying),
        (state, ..) => Some(state),
    }
}

/// The event of something that stands in another way than before. Why is not in it, as messages of a warehouse may quote
/// rows: it is in the state of what is pushed.
pub(crate) fn of(kind: Kind, name: &str, before: Option<SyncWord>, state: SyncWord) -> Option<NewEvent> {
    let verb = |state: SyncWord| match (kind, state) {
        (_, SyncWord::InSync) => "in_sync",
        (_, SyncWord::Closed) => "closed",
        (Kind::Integration, _) => "failed",
        (_, _) => "sync_failed",
    };
    let verb_now = verb(state);
    (before.map(verb) != Some(verb_now)).then(|| NewEvent {
        kind: format!("{}.{verb_now}", origin(kind)),
        object_kind: kind.as_str().to_owned(),
        object_name: name.to_owned(),
        payload: json!({ "state": state.as_str() }),
    })
}

/// What tells whoever drives a warehouse to compare everything now.
const ASKED: &str = "asked_to_reconcile";

/// The event by which somebody asks for a push of an integration. `allow_drop`: however many views and users go by it.
pub fn asked_to_reconcile(integration: &Name, allow_drop: bool) -> NewEvent {
    NewEvent {
        kind: format!("{}.{ASKED}", origin(Kind::Integration)),
        object_kind: Kind::Integration.as_str().to_owned(),
        object_name: integration.to_string(),
        payload: json!({ "allow_drop": allow_drop }),
    }
}

/// Whether somebody asked for a push in the events after the first number up to the second; if so, whether everything may go.
pub(crate) async fn asked(store: &Store, integration: &Name, between: (u64, u64)) -> Result<Option<bool>, StoreError> {
    if between.0 >= between.1 {
        return Ok(None);
    }
    let event = asked_to_reconcile(integration, false);
    let events = store.events_about((&event.object_kind, &event.object_name), &event.kind, between).await?;
    let allows = |event: &scrim_store::Event| event.payload.get("allow_drop") == Some(&json!(true));
    Ok((!events.is_empty()).then(|| events.iter().any(allows)))
}

/// Has events written. How it stands is noted already: should they be lost, a later one tells as much.
pub(crate) async fn tell(registry: &Registry, integration: &Name, events: Vec<NewEvent>, now: DateTime<Utc>) {
    if events.is_empty() {
        return;
    }
    let asked = Asked {
        at: now,
        actor: "scrim".to_owned(),
        actor_kind: ActorKind::System,
        via: Via::System,
        request: String::new(),
        address: None,
        action: "integration.stand".to_owned(),
        object: Some((Kind::Integration, integration.to_string())),
    };
    if let Err(error) = registry.tell::<Infallible>(&asked, &events, None).await {
        tracing::error!(%integration, %error, "how it stands cannot be told");
    }
}
