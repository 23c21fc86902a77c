//! What people are told of an event.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use scrim_catalog::{Catalog, Kind, Name};
use scrim_policy::decide;
use scrim_policy::sentences::quoted;
use scrim_store::{Event, NewNotification};
use serde_json::Value;

use crate::people::{admins, approvers, having, owners};

/// The news of an event, one for each who is concerned. Nobody is told of what they did themselves.
pub(crate) fn of(catalog: &Catalog, event: &Event) -> Vec<NewNotification> {
    let said = |field: &str| event.payload.get(field).and_then(Value::as_str).unwrap_or_default();
    let name = event.object_name.as_str();
    let (user, source) = (said("user"), said("data_source"));
    // As texts say them: whatever a name has in it, it is a name.
    let (named, of) = (quoted(name), quoted(source));
    let answer = match said("answer") {
        "" => String::new(),
        answer => format!(": {answer}"),
    };
    let one = |user: &str| catalog.users.get(user).map(|user| user.name.value().clone()).into_iter().collect();
    let admins_and_owners = || admins(catalog).into_iter().chain(owners(catalog, name)).collect::<BTreeSet<_>>();
    let (whom, text): (BTreeSet<Name>, String) = match event.kind.as_str() {
        "subscription.requested" => {
            let mut whom = approvers(catalog, source, event.at);
            // Nobody approves their own request.
            whom.remove(user);
            let reason = if said("reason").is_empty() { String::new() } else { format!(": {}", said("reason")) };
            (whom, format!("{} asks for access to {of}{reason}", quoted(user)))
        }
        "subscription.approved" => {
            let until = match said("expires") {
                "" => String::new(),
                expires => format!(" until {expires}"),
            };
            match lacking(catalog, user, source, event.at) {
                lacks if lacks.is_empty() => (one(user), format!("You have access to {of}{until}{answer}")),
                lacks => {
                    let lacks = lacks.join("; ");
                    (
                        one(user),
                        format!(
                            "Your request for access to {of} was approved{until}{answer}. You cannot read it yet: {lacks}"
                        ),
                    )
                }
            }
        }
        "subscription.denied" => (one(user), format!("Your request for access to {of} was denied{answer}")),
        "subscription.revoked" => (one(user), format!("Your access to {of} was taken away{answer}")),
        "project.updated" if changed(event, "requested_purposes") => {
            let whom = having(catalog, "PROJECT_MANAGEMENT").into_iter().chain(having(catalog, "GOVERNANCE")).collect();
            let waits = catalog.projects.get(name).is_some_and(|project| !project.requested_purposes.is_empty());
            if !waits {
                return vec![];
            }
            (whom, format!("The project {named} asks for a purpose"))
        }
        "integration.failed" => (admins(catalog), format!("The integration {named} cannot be brought up to date")),
        "data_source.sync_failed" => {
            (admins_and_owners(), format!("The data source {named} is not as it should be in the warehouse"))
        }
        "data_source.closed" => {
            (admins_and_owners(), format!("The data source {named} was closed: what it should be could not be pushed"))
        }
        "data_source.new_columns" => {
            let columns = event.payload.get("columns").and_then(Value::as_array).into_iter().flatten();
            let columns: Vec<String> = columns.filter_map(Value::as_str).map(quoted).collect();
            (owners(catalog, name), format!("The data source {named} has new columns: {}", columns.join(", ")))
        }
        "webhook.updated" if event.actor == "scrim" => {
            (admins(catalog), format!("The webhook {named} was disabled: its receiver wants no messages any more"))
        }
        _ => return vec![],
    };
    let object = Some((event.object_kind.clone(), event.object_name.clone()));
    whom.into_iter()
        .filter(|user| user.as_str() != event.actor)
        .map(|user| NewNotification {
            user: user.to_string(),
            at: event.at,
            kind: event.kind.clone(),
            text: text.clone(),
            object: object.clone(),
        })
        .collect()
}

/// What somebody lacks to read a data source; nothing where they do read it.
fn lacking(catalog: &Catalog, user: &str, source: &str, now: DateTime<Utc>) -> Vec<String> {
    let (Some(user), Some(source)) = (catalog.users.get(user), catalog.data_sources.get(source)) else { return vec![] };
    let decision = decide(catalog, source, user, now);
    if decision.granted { vec![] } else { decision.needs }
}

fn changed(event: &Event, field: &str) -> bool {
    let changed = event.payload.get("changed").and_then(Value::as_array);
    changed.is_some_and(|changed| changed.iter().any(|one| one == field))
}

/// The news of what ends after `from`, and not after `to`.
pub(crate) fn ending(
    catalog: &Catalog,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<NewNotification> {
    let within = |expires: Option<DateTime<Utc>>| expires.filter(|expires| *expires > from && *expires <= to);
    let mut news = Vec::new();
    let mut tell = |holder: Option<&Name>, who: String, source: &str, until: DateTime<Utc>, what: &str| {
        let owners = owners(catalog, source);
        // It is the data source that people look at then.
        let object = Some((Kind::DataSource.as_str().to_owned(), source.to_owned()));
        let (source, until) = (quoted(source), until.format("%Y-%m-%d %H:%M UTC"));
        let mut add = |user: &Name, text: String| {
            news.push(NewNotification {
                user: user.to_string(),
                at: now,
                kind: format!("{what}.expiring"),
                text,
                object: object.clone(),
            });
        };
        if let Some(holder) = holder.filter(|holder| catalog.users.get(*holder).is_some_and(|user| !user.disabled)) {
            add(holder, format!("Your access to {source} ends at {until}"));
        }
        for owner in owners.iter().filter(|owner| Some(*owner) != holder) {
            add(owner, format!("The access of {who} to {source} ends at {until}"));
        }
    };
    for grant in catalog.grants.values() {
        let Some(until) = within(grant.expires) else { continue };
        let user = grant.user.as_ref().map(|user| user.value());
        let group = grant.group.as_ref().map(|group| format!("the group {}", quoted(group.as_str())));
        let who = user.map(|user| quoted(user.as_str())).or(group).unwrap_or_default();
        tell(user, who, grant.data_source.as_str(), until, "grant");
    }
    for subscription in catalog.subscriptions.values().filter(|subscription| subscription.stands(now)) {
        let Some(until) = within(subscription.expires) else { continue };
        let user = subscription.user.value();
        tell(Some(user), quoted(user), subscription.data_source.as_str(), until, "subscription");
    }
    news
}
