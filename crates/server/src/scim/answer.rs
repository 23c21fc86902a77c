//! Answers, with the attributes that were asked for (RFC 7644, section 3.9), and the versions that a request expects.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::CONTENT;
use super::path::{Path, path};
use super::resource::version;
use super::schema::Shape;
use crate::Problem;

/// Which attributes are wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    /// Only these.
    pub(crate) attributes: Option<Names>,
    /// All but these.
    pub(crate) excluded_attributes: Option<Names>,
}

/// Names of attributes: with commas between them in an address, a list in a content.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Names {
    Text(String),
    List(Vec<String>),
}

impl Names {
    fn paths<'a>(&self, shape: &'a Shape) -> Vec<Path<'a>> {
        let names: Vec<&str> = match self {
            Self::Text(text) => text.split(',').collect(),
            Self::List(all) => all.iter().map(String::as_str).collect(),
        };
        // Unknown names ask for nothing.
        names.iter().take(MOST).filter_map(|name| path(shape, name.trim(), "invalidValue").ok()).collect()
    }
}

/// So many names are looked at.
const MOST: usize = 100;

/// What is always told.
const ALWAYS: [&str; 2] = ["schemas", "id"];

impl Asked {
    /// Whether an attribute is told.
    pub(crate) fn tells(&self, shape: &Shape, name: &str) -> bool {
        let names =
            |names: &Names| names.paths(shape).iter().any(|path| path.part.is_none() && path.attribute.name == name);
        match (&self.attributes, &self.excluded_attributes) {
            (Some(wanted), _) => wanted.paths(shape).iter().any(|path| path.attribute.name == name),
            (None, Some(excluded)) => !names(excluded),
            (None, None) => true,
        }
    }

    /// What is told of a resource.
    pub(crate) fn of(&self, shape: &Shape, mut resource: Value) -> Value {
        if let Some(wanted) = &self.attributes {
            return only(&resource, &wanted.paths(shape));
        }
        if let Some(excluded) = &self.excluded_attributes {
            excluded.paths(shape).iter().for_each(|path| drop_from(&mut resource, path));
        }
        resource
    }
}

fn only(resource: &Value, wanted: &[Path<'_>]) -> Value {
    let mut kept = Map::new();
    for name in ALWAYS {
        kept.extend(resource.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    for path in wanted {
        let holder = path.extension.map_or(Some(resource), |schema| resource.get(schema));
        let Some(value) = holder.and_then(|holder| holder.get(&path.attribute.name)) else { continue };
        let into = match path.extension {
            None => Some(&mut kept),
            Some(schema) => kept.entry(schema.to_owned()).or_insert_with(|| Value::Object(Map::new())).as_object_mut(),
        };
        let Some(into) = into else { continue };
        match path.part {
            None => drop(into.insert(path.attribute.name.clone(), value.clone())),
            Some(part) => merge(into, &path.attribute.name, value, &part.name),
        }
    }
    Value::Object(kept)
}

/// Adds one part of a value.
fn merge(into: &mut Map<String, Value>, name: &str, value: &Value, part: &str) {
    let of = |value: &Value| value.get(part).map(|value| (part.to_owned(), value.clone()));
    match value {
        Value::Array(all) => {
            let empty = || Value::Array(vec![Value::Object(Map::new()); all.len()]);
            let known = into.entry(name.to_owned()).or_insert_with(empty);
            let known = known.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
            known.zip(all).for_each(|(known, value)| known.extend(of(value)));
        }
        value => {
            let known = into.entry(name.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            known.as_object_mut().into_iter().for_each(|known| known.extend(of(value)));
        }
    }
}

fn drop_from(resource: &mut Value, path: &Path<'_>) {
    let name = &path.attribute.name;
    if ALWAYS.contains(&name.as_str()) {
        return;
    }
    let holder = match path.extension {
        None => Some(resource),
        Some(schema) => resource.get_mut(schema),
    };
    let Some(holder) = holder.and_then(Value::as_object_mut) else { return };
    match path.part {
        None => drop(holder.remove(name)),
        Some(part) => match holder.get_mut(name) {
            Some(Value::Array(all)) => {
                all.iter_mut().filter_map(Value::as_object_mut).for_each(|value| drop(value.remove(&part.name)));
            }
            Some(Value::Object(value)) => drop(value.remove(&part.name)),
            _ => {}
        },
    }
}

/// An answer in JSON.
pub(crate) fn content(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT));
    response
}

/// An answer with one resource.
pub(crate) fn one(status: StatusCode, shape: &Shape, asked: &Asked, resource: Value) -> Response {
    let version = version(&resource).to_owned();
    let at = resource.pointer("/meta/location").and_then(Value::as_str).unwrap_or("").to_owned();
    let mut response = content(status, &asked.of(shape, resource));
    for (name, value) in [(header::ETAG, version), (header::LOCATION, at)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whether a header of a request names this version.
pub(crate) fn names(headers: &HeaderMap, header: header::HeaderName, resource: &Value) -> Option<bool> {
    let version = version(resource).trim_start_matches("W/");
    let values: Vec<&str> = headers.get_all(header).iter().filter_map(|value| value.to_str().ok()).collect();
    let all = || values.iter().flat_map(|value| value.split(',')).map(str::trim);
    (!values.is_empty()).then(|| all().any(|one| one == "*" || one.trim_start_matches("W/") == version))
}

/// Refuses a change of a resource that is not in the version which the request expects.
///
/// # Errors
/// When it is in another one.
pub(crate) fn expected(headers: &HeaderMap, resource: &Value) -> Result<(), Problem> {
    match names(headers, header::IF_MATCH, resource) {
        Some(false) => Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed", "Somebody else changed it")
            .detail("it is in another version: read it again, and decide again")),
        _ => Ok(()),
    }
}
