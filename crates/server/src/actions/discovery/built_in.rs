//! `GET /api/v1/built-in-identifiers`.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use scrim_catalog::documents::{Checksum, Identifier};
use serde::Serialize;
use serde_json::Value;

use crate::caller::{Caller, note};
use crate::{App, Problem};

/// An identifier that everybody has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct BuiltIn {
    /// Its name: a document of the same name takes its place.
    name: String,
    /// What its values are.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The tag that it proposes.
    tag: String,
    /// What is found in the name of a column.
    #[serde(skip_serializing_if = "Option::is_none")]
    column_name: Option<String>,
    /// The whole value.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// What the value must be beyond that.
    #[serde(skip_serializing_if = "Option::is_none")]
    checksum: Option<Checksum>,
    /// How many words there are of which a value must have one; 0 where any may be in it.
    words: usize,
    /// Whether a document has taken its place.
    replaced: bool,
}

pub(crate) async fn run(State(app): State<App>, caller: Caller) -> Result<Json<Vec<BuiltIn>>, Problem> {
    let world = app.registry().world();
    let shown = |one: &Identifier| BuiltIn {
        name: one.name.to_string(),
        description: one.description.clone(),
        tag: one.tag.to_string(),
        column_name: one.column_name.as_ref().map(|expression| expression.as_str().to_owned()),
        value: one.value.as_ref().map(|expression| expression.as_str().to_owned()),
        checksum: one.checksum,
        words: one.dictionary.len(),
        replaced: world.catalog.identifiers.contains_key(one.name.value()),
    };
    let all = scrim_reconciler::built_in_identifiers().iter().map(shown).collect();
    note(&app, &caller.doing("identifier.built-in"), "everybody who is signed in", Value::Null).await;
    Ok(Json(all))
}
