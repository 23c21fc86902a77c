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
    let reason = match said("reason") {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    let purpose = || quoted(said("purpose"));
    let governors = || having(catalog, "GOVERNANCE");
    let one = |user: &str| catalog.users.get(user).map(|user| user.name.value().clone()).into_iter().collect();
    let admins_and_owners = || admins(catalog).into_iter().chain(owners(catalog, name)).collect::<BTreeSet<_>>();
    let (whom, text): (BTreeSet<Name>, String) = match event.kind.as_str() {
        "subscription.requested" => {
            let mut whom = approvers(catalog, source, event.at);
            // Nobody approves their own request.
            whom.remove(user);
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
        "project.purpose_requested" => {
            let whom = having(catalog, "PROJECT_MANAGEMENT").into_iter().chain(governors()).collect();
            (whom, format!("{} asks for the purpose {} for the project {named}{reason}", quoted(user), purpose()))
        }
        "project.purpose_approved" => {
            (one(user), format!("The project {named} has the purpose {}, as you asked", purpose()))
        }
        "project.purpose_denied" => {
            (one(user), format!("The project {named} does not get the purpose {}{answer}", purpose()))
        }
        "project.purpose_withdrawn" => (
            one(user),
            format!("Your request for the purpose {} of the project {named} is not open any more", purpose()),
        ),
        "unmask_request.created" | "unmask_request.updated" => match of_value(catalog, event) {
            Some(told) => told,
            None => return vec![],
        },
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

/// Of a value behind a mask: that somebody asks to see it, or what became of that. The document is as it was with the event.
fn of_value(catalog: &Catalog, event: &Event) -> Option<(BTreeSet<Name>, String)> {
    let changed = event.payload.get("changed").and_then(Value::as_array);
    let decided = changed.is_some_and(|changed| changed.iter().any(|field| field == "state"));
    if !decided && event.kind != "unmask_request.created" {
        return None;
    }
    let request = event.payload.get("object")?;
    let said = |field: &str| request.get(field).and_then(Value::as_str).unwrap_or_default();
    let (user, value) =
        (said("user"), format!("a value of {} in {}", quoted(said("column")), quoted(said("data_source"))));
    let answer = request.get("answer").and_then(Value::as_str).map_or_else(String::new, |answer| format!(": {answer}"));
    let whoever_asked = || catalog.users.get(user).map(|user| user.name.value().clone()).into_iter().collect();
    match said("state") {
        // As documents say that it waits.
        "" | "requested" => {
            let mut whom = owners(catalog, said("data_source"));
            whom.extend(having(catalog, "GOVERNANCE"));
            whom.remove(user);
            Some((whom, format!("{} asks to see {value}: {}", quoted(user), said("reason"))))
        }
        "approved" => Some((whoever_asked(), format!("You may fetch {value}, once{answer}"))),
        "denied" => Some((whoever_asked(), format!("Your request to see {value} was denied{answer}"))),
        _ => None,
    }
}

/// What somebody lacks to read a data source; nothing where they do read it.
fn lacking(catalog: &Catalog, user: &str, source: &str, now: DateTime<Utc>) -> Vec<String> {
    let (Some(user), Some(source)) = (catalog.users.get(user), catalog.data_sources.get(source)) else { return vec![] };
    let decision = decide(catalog, source, user, now);
    if decision.granted { vec![] } else { decision.needs }
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
