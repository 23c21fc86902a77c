//! What happened in a project: purposes that were asked for and decided about, and acknowledged.

use scrim_catalog::documents::{Acknowledged, Project};
use scrim_catalog::{Catalog, Kind, Name};
use scrim_store::NewEvent;
use serde_json::json;

use super::event;

/// The events of a project that changes.
pub(super) fn happened(catalog: &Catalog, before: &Project, after: &Project) -> Vec<NewEvent> {
    let name = after.name.value();
    let mut events = Vec::new();
    for request in &after.requested_purposes {
        if !before.requested_purposes.contains(request) {
            let payload = json!({ "purpose": request.purpose, "user": request.by, "reason": request.reason });
            events.push(event(Kind::Project, name, "purpose_requested", payload));
        }
    }
    for request in &before.requested_purposes {
        if after.requested_purposes.iter().any(|other| other.purpose == request.purpose) {
            continue;
        }
        let refused = after.refused_purposes.iter().filter(|refused| !before.refused_purposes.contains(refused));
        let refused = refused.into_iter().find(|refused| refused.purpose == request.purpose);
        let (verb, answer) = match refused {
            _ if after.purposes.contains(&request.purpose) => ("purpose_approved", None),
            Some(refused) => ("purpose_denied", refused.answer.as_deref()),
            None => ("purpose_withdrawn", None),
        };
        let payload = json!({ "purpose": request.purpose, "user": request.by, "answer": answer });
        events.push(event(Kind::Project, name, verb, payload));
    }
    for member in &after.members {
        let earlier = before.members.iter().find(|earlier| earlier.user == member.user);
        let known = earlier.map_or_else(Vec::new, |earlier| acknowledged(before, &earlier.acknowledged));
        for purpose in acknowledged(after, &member.acknowledged) {
            if !known.contains(&purpose) {
                // The text as it stands: a change of it makes every acknowledgement lapse.
                let text = catalog.purposes.get(purpose).and_then(|purpose| purpose.acknowledgement.as_deref());
                let payload = json!({ "purpose": purpose, "user": member.user, "text": text });
                events.push(event(Kind::Project, name, "purpose_acknowledged", payload));
            }
        }
    }
    events
}

/// The purposes of a project that a member has acknowledged.
fn acknowledged<'a>(project: &'a Project, acknowledged: &'a Acknowledged) -> Vec<&'a Name> {
    match acknowledged {
        Acknowledged::All(true) => project.purposes.iter().map(|purpose| purpose.value()).collect(),
        Acknowledged::All(false) => vec![],
        Acknowledged::Purposes(purposes) => purposes.iter().map(|purpose| purpose.value()).collect(),
    }
}
