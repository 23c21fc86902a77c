//! What a provisioner can find out: `/scim/v2/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::answer::content;
use super::error::Refused;
use super::provisioner::Provisioner;
use super::schema::{GROUPS, Shape, TOLD, USERS};
use crate::json::InPath;
use crate::{App, Problem};

pub(crate) async fn config(State(app): State<App>, _: Provisioner) -> Result<Response, Refused> {
    Ok(content(
        StatusCode::OK,
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": true },
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": true, "maxResults": app.settings().scim.largest_page },
            "changePassword": { "supported": false },
            "sort": { "supported": true },
            "etag": { "supported": true },
            "authenticationSchemes": [{
                "type": "oauthbearertoken", "name": "Token", "primary": true,
                "description": "A token of the API, of a user with the permission USER_ADMIN.",
            }],
            "meta": {
                "resourceType": "ServiceProviderConfig", "location": "/scim/v2/ServiceProviderConfig",
            },
        }),
    ))
}

fn kind(shape: &Shape) -> Value {
    let extensions: Vec<Value> =
        shape.extension.iter().map(|(schema, _)| json!({ "schema": schema, "required": false })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": shape.name,
        "name": shape.name,
        "endpoint": shape.endpoint.trim_start_matches("/scim/v2"),
        "schema": shape.schema,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": format!("/scim/v2/ResourceTypes/{}", shape.name) },
    })
}

fn list(all: &[Value]) -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": all.len(), "startIndex": 1, "itemsPerPage": all.len(), "Resources": all,
    });
    content(StatusCode::OK, &body)
}

fn one(all: Vec<Value>, id: &str) -> Result<Response, Refused> {
    let found = all.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id));
    match found {
        Some(found) => Ok(content(StatusCode::OK, &found)),
        None => Err(Problem::not_found("there is nothing of this id").into()),
    }
}

fn kinds() -> Vec<Value> {
    vec![kind(&USERS), kind(&GROUPS)]
}

/// The schemas, each with where it is.
fn schemas() -> Vec<Value> {
    let with_place = |schema: &Value| {
        let mut schema = schema.clone();
        let id = schema.get("id").and_then(Value::as_str).unwrap_or("").to_owned();
        if let Some(fields) = schema.as_object_mut() {
            let at = format!("/scim/v2/Schemas/{id}");
            fields.insert("meta".to_owned(), json!({ "resourceType": "Schema", "location": at }));
        }
        schema
    };
    TOLD.iter().map(with_place).collect()
}

pub(crate) async fn resource_types(_: Provisioner) -> Response {
    list(&kinds())
}

pub(crate) async fn resource_type(_: Provisioner, path: Result<InPath<String>, Problem>) -> Result<Response, Refused> {
    one(kinds(), &path?.0)
}

pub(crate) async fn all_schemas(_: Provisioner) -> Response {
    list(&schemas())
}

pub(crate) async fn schema(_: Provisioner, path: Result<InPath<String>, Problem>) -> Result<Response, Refused> {
    one(schemas(), &path?.0)
}
