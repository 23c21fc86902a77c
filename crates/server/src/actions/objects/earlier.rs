//! What a document was, for whoever might know of what it was: who has its name now does not count.

use scrim_catalog::{Kind, Name, from_json};
use scrim_store::Version;
use serde_json::Value;

use crate::actor::Actor;
use crate::rights::{Decision, Reader, sees_all};

/// Whether a reader may know what this was.
pub(crate) fn known(reader: &Reader<'_>, actor: &Actor, kind: Kind, name: &Name, body: &Value) -> Decision {
    if sees_all(actor, kind) {
        return Decision::Allowed("a permission to see all of them");
    }
    // What is nothing to this version says of nobody that they might read it.
    from_json(kind, name, body).map_or(Decision::Hidden, |document| reader.might(&document))
}

/// Of the versions of a document, the newest first, those that a reader may know of. What was before its last deletion was
/// another document of that name.
pub(crate) fn told<'a>(
    reader: &'a Reader<'_>,
    actor: &'a Actor,
    kind: Kind,
    name: &'a Name,
    versions: impl Iterator<Item = Version> + 'a,
) -> impl Iterator<Item = Version> + 'a {
    let all = sees_all(actor, kind);
    versions.take_while(move |version| all || version.body.is_some()).filter(move |version| {
        all || version.body.as_ref().is_some_and(|body| known(reader, actor, kind, name, body).is_allowed())
    })
}
