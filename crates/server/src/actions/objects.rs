//! Documents of every kind: listing, reading, writing, deleting, and what they were.

pub(crate) mod change;
mod delete;
pub(crate) mod earlier;
pub(crate) mod known;
mod list;
pub(crate) mod opening;
mod put;
mod show;
mod versions;
mod wanted;

use http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use scrim_catalog::Kind;
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::forms::at_its_address;

/// Whether only to tell what would be done.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Writing {
    /// Do nothing, and answer what would be done.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// What was done, or would be.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Done {
    /// The number of the last event: once the warehouse is there, everything up to it is enforced.
    pub(crate) sequence: u64,
    /// Whether anything was done.
    pub(crate) dry_run: bool,
    /// Every document that changes, also those that only follow.
    pub(crate) changes: Vec<Changed>,
    /// What somebody should know.
    pub(crate) warnings: Vec<String>,
}

/// A document that changes.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Changed {
    /// Its kind.
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// What becomes of it.
    pub(crate) action: What,
}

/// What becomes of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// It is made.
    Create,
    /// It changes.
    Update,
    /// It goes.
    Delete,
}

pub(crate) fn endpoints() -> Vec<Endpoint> {
    Kind::ALL.iter().flat_map(|kind| of(*kind)).collect()
}

/// The calls that every kind has.
fn of(kind: Kind) -> Vec<Endpoint> {
    let many = format!("/api/v1/{}", kind.plural());
    let one = format!("{many}/{{name}}");
    let words = kind.as_str().replace('-', " ");
    let id = |verb: &str| format!("{verb}_{}", kind.as_str().replace('-', "_"));
    let document = move |generator: &mut SchemaGenerator| kind.schema(generator);
    let tag = heading(kind);
    vec![
        Endpoint::get(&many, id("list"), move |app, caller, query| list::run(kind, app, caller, query))
            .about(tag, format!("Lists each {words} that the caller may know of, in the order of their names"))
            .query::<wanted::Wanted>()
            .answers_of(StatusCode::OK, "A page of them.", move |generator| page(document(generator))),
        Endpoint::get(&one, id("get"), move |app, caller, path, query| show::run(kind, app, caller, path, query))
            .about(tag, format!("Reads one {words}"))
            .query::<show::When>()
            .answers_of(StatusCode::OK, "The document; `ETag` is its version.", document)
            .answers_nothing(StatusCode::NOT_MODIFIED, "It is the one that `If-None-Match` says."),
        Endpoint::put(&one, id("put"), move |app, caller, path, query, headers, body| {
            put::run(kind, app, caller, path, query, headers, body)
        })
        .about(tag, format!("Makes a {words}, or replaces it; doing it again changes nothing"))
        .query::<opening::Confirming>()
        .body_of(move |generator| at_its_address(kind, generator))
        .answers::<Done>(StatusCode::OK, "What was done, or would be.")
        .answers::<Done>(StatusCode::CREATED, "It is new."),
        Endpoint::delete(&one, id("delete"), move |app, caller, path, query, headers| {
            delete::run(kind, app, caller, path, query, headers)
        })
        .about(tag, format!("Deletes one {words}, and takes it out of the lists it stands in"))
        .query::<opening::Confirming>()
        .answers::<Done>(StatusCode::OK, "What was done, or would be."),
        Endpoint::get(format!("{one}/versions"), id("list_versions_of"), move |app, caller, path, query| {
            versions::run(kind, app, caller, path, query)
        })
        .about(tag, format!("Tells what one {words} was, newest first"))
        .query::<crate::page::Paging>()
        .answers::<crate::page::Page<versions::Version>>(StatusCode::OK, "A page of its versions."),
    ]
}

fn page(document: Schema) -> Schema {
    schemars::json_schema!({
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": { "type": "array", "items": document },
            "next": { "type": "string", "description": "The `cursor` of the next page; nothing on the last one." },
        },
    })
}

/// Under which heading a kind stands.
fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Integration => "Integrations",
        Kind::DataSource => "Data sources",
        Kind::Tag | Kind::Identifier => "Tags and discovery",
        Kind::User | Kind::Group | Kind::Attribute => "People",
        Kind::Purpose | Kind::Project => "Projects and purposes",
        Kind::Grant | Kind::Subscription | Kind::UnmaskRequest => "Access",
        Kind::SubscriptionPolicy | Kind::DataPolicy | Kind::PolicyTest => "Policies",
        Kind::Webhook => "Webhooks",
    }
}
