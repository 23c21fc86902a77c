//! What happened, in the words that webhooks use.

mod project;

use scrim_catalog::documents::{Column, Subscription, SubscriptionState};
use scrim_catalog::{Catalog, Change, Document, Kind, Name};
use scrim_store::NewEvent;
use serde_json::{Value, json};

/// The tag of columns that nobody has looked at yet.
const NEW: &str = "New";

/// The words of one kind in the names of events: `data_source`, `subscription_policy` and the others.
pub fn origin(kind: Kind) -> String {
    kind.as_str().replace('-', "_")
}

/// What happens to documents of some kinds beside being made, changed and deleted: also what others than the registry tell.
const MORE: &[(Kind, &[&str])] = &[
    (Kind::Integration, &["in_sync", "failed", "asked_to_reconcile"]),
    (Kind::DataSource, &["in_sync", "sync_failed", "closed", "new_columns"]),
    (Kind::User, &["switched_project"]),
    (
        Kind::Project,
        &["purpose_requested", "purpose_approved", "purpose_denied", "purpose_withdrawn", "purpose_acknowledged"],
    ),
    (Kind::Subscription, &["requested", "approved", "denied", "revoked"]),
    (Kind::Webhook, &["test"]),
];

/// The name of every event there is.
pub fn event_names() -> impl Iterator<Item = String> {
    let each = Kind::ALL.iter().map(|kind| (*kind, &["created", "updated", "deleted"][..]));
    let named = |(kind, verbs): (Kind, &'static [&'static str])| {
        verbs.iter().map(move |verb| format!("{}.{verb}", origin(kind)))
    };
    each.chain(MORE.iter().copied()).flat_map(named)
}

/// The events of one change: what happened to the document, with the fields that are other than before, and beside it what
/// people wait for.
pub fn happened(before: &Catalog, change: &Change) -> Vec<NewEvent> {
    let (kind, name) = change.of();
    let old = before.json(kind, name);
    let new = match change {
        Change::Put(document) => document.to_json().ok(),
        Change::Delete(..) => None,
    };
    let verb = match (&old, &new) {
        (None, _) => "created",
        (Some(_), Some(_)) => "updated",
        (Some(_), None) => "deleted",
    };
    let changed = fields(old.as_ref(), new.as_ref());
    let was = old.filter(|_| new.is_none() && is_told_by_what_it_is_about(kind)).map(|old| about(&old));
    let mut payload = json!({ "changed": changed, "object": new.map(|new| told(kind, new)) });
    if let (Some(was), Some(payload)) = (was, payload.as_object_mut()) {
        payload.insert("was".to_owned(), was);
    }
    let mut events = vec![event(kind, name, verb, payload)];
    if let Change::Put(Document::Subscription(subscription)) = change {
        events.extend(decided(before.subscriptions.get(name).map(|stored| &stored.item), subscription));
    }
    if let Change::Put(Document::Project(after)) = change
        && let Some(earlier) = before.projects.get(name)
    {
        events.extend(project::happened(before, earlier, after));
    }
    if let Change::Put(Document::DataSource(source)) = change
        && let Some(earlier) = before.data_sources.get(name)
    {
        let marked = |column: &Column| column.tags.iter().any(|tag| tag.as_str() == NEW);
        let known = |column: &Column| earlier.columns.iter().any(|known| known.name == column.name && marked(known));
        let new = source.columns.iter().filter(|column| marked(column) && !known(column));
        let columns: Vec<&str> = new.map(|column| column.name.as_str()).collect();
        if !columns.is_empty() {
            events.push(event(kind, name, "new_columns", json!({ "columns": columns })));
        }
    }
    if let Change::Put(Document::User(user)) = change
        && let Some(earlier) = before.users.get(name)
        && earlier.current_project != user.current_project
    {
        let payload = json!({ "from": earlier.current_project, "to": user.current_project });
        events.push(event(kind, name, "switched_project", payload));
    }
    events
}

/// Whether the name of a document is made by whoever made it, for nobody to read: people know it by what it is about.
pub fn is_told_by_what_it_is_about(kind: Kind) -> bool {
    matches!(kind, Kind::Grant | Kind::Subscription | Kind::UnmaskRequest)
}

/// What such a document is about.
fn about(document: &Value) -> Value {
    let fields = ["user", "group", "data_source"];
    let said = fields.into_iter().filter_map(|field| Some((field.to_owned(), document.get(field)?.clone())));
    Value::Object(said.collect())
}

/// What others are told of a document: nothing that stands in a row of the warehouse.
fn told(kind: Kind, mut document: Value) -> Value {
    if let (Kind::UnmaskRequest, Value::Object(fields)) = (kind, &mut document) {
        fields.remove("token");
    }
    document
}

fn event(kind: Kind, name: &Name, verb: &str, payload: Value) -> NewEvent {
    NewEvent {
        kind: format!("{}.{verb}", origin(kind)),
        object_kind: kind.as_str().to_owned(),
        object_name: name.to_string(),
        payload,
    }
}

/// What became of a subscription.
fn decided(before: Option<&Subscription>, after: &Subscription) -> Option<NewEvent> {
    if before.is_some_and(|before| before.state == after.state) {
        return None;
    }
    let verb = match after.state {
        SubscriptionState::Requested => "requested",
        SubscriptionState::Active => "approved",
        SubscriptionState::Denied => "denied",
        SubscriptionState::Revoked => "revoked",
    };
    let payload = json!({
        "user": after.user, "data_source": after.data_source, "reason": after.reason, "answer": after.answer,
        "expires": after.expires
    });
    Some(event(Kind::Subscription, after.name.value(), verb, payload))
}

/// The fields at the top that are not the same.
fn fields(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let empty = serde_json::Map::new();
    let of = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (old, new) = (of(old), of(new));
    let mut changed: Vec<String> =
        old.keys().chain(new.keys()).filter(|field| old.get(*field) != new.get(*field)).cloned().collect();
    changed.sort();
    changed.dedup();
    changed
}
