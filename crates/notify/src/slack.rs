//! Events in sentences, as Slack takes them.

use scrim_store::Event;
use serde_json::Value;

/// What happened, in a sentence.
pub(crate) fn sentence(event: &Event) -> String {
    let object = format!("{} `{}`", words(&event.object_kind), escape(&event.object_name));
    let actor = escape(&event.actor);
    let said = |field: &str| event.payload.get(field).and_then(Value::as_str).map(escape);
    let list = |field: &str| {
        let all = event.payload.get(field).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(escape).collect::<Vec<_>>().join(", ")
    };
    let verb = event.kind.rsplit_once('.').map_or(event.kind.as_str(), |(_, verb)| verb);
    match (event.kind.as_str(), verb) {
        ("webhook.test", _) => format!("{actor} tries the {object}: it works."),
        ("integration.in_sync", _) => format!("The {object} is in sync."),
        ("integration.failed", _) => format!("The {object} cannot be brought up to date."),
        ("data_source.in_sync", _) => format!("The {object} is in sync again."),
        ("data_source.sync_failed", _) => format!("The {object} is not as it should be in the warehouse."),
        ("data_source.closed", _) => format!("The {object} was closed: what it should be could not be pushed."),
        ("data_source.new_columns", _) => format!("The {object} has new columns: {}.", list("columns")),
        ("user.switched_project", _) => match said("to") {
            Some(to) => format!("The {object} now works in the project `{to}`."),
            None => format!("The {object} works in no project any more."),
        },
        (_, "requested" | "approved" | "denied" | "revoked") => {
            let of = |field: &str| said(field).unwrap_or_default();
            format!("Access of `{}` to `{}` was {verb} by {actor}.", of("user"), of("data_source"))
        }
        (_, "updated") => match list("changed") {
            changed if changed.is_empty() => format!("The {object} was updated by {actor}."),
            changed => format!("The {object} was updated by {actor}: {changed}."),
        },
        (_, verb) => format!("The {object} was {} by {actor}.", escape(&words(verb))),
    }
}

fn words(text: &str) -> String {
    text.replace(['-', '_'], " ")
}

/// What Slack would take for its own signs.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_no_commands() {
        let event = Event {
            sequence: 1,
            at: chrono::DateTime::UNIX_EPOCH,
            actor: "<@U1> & co".to_owned(),
            request: String::new(),
            kind: "data_policy.updated".to_owned(),
            object_kind: "data-policy".to_owned(),
            object_name: "<!channel>".to_owned(),
            payload: json!({ "changed": ["rules", "status"] }),
        };
        assert_eq!(
            sentence(&event),
            "The data policy `&lt;!channel&gt;` was updated by &lt;@U1&gt; &amp; co: rules, status."
        );
    }
}
