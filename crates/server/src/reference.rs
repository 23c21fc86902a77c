//! `GET /api/v1/docs`: the OpenAPI document as a page for people, made here, without scripts and without anything from
//! elsewhere.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}\
    h2{margin-top:2.5rem;border-bottom:1px solid #8888}code{font:13px ui-monospace,monospace}details{margin:.4rem 0}\
    summary{cursor:pointer}summary b{display:inline-block;min-width:4.5rem}table{border-collapse:collapse;margin:.5rem 0 .5rem 1rem}\
    td{padding:.1rem 1rem .1rem 0;vertical-align:top}p{margin:.3rem 0 .3rem 1rem}";

/// The classes of problems, as `type` names them.
const PROBLEMS: &[(&str, &str)] = &[
    ("unauthenticated", "Nobody is signed in, or with what is not valid any more."),
    ("forbidden", "The caller may not do this; the detail says what it needs."),
    ("not-found", "There is no such thing, or the caller may not know of it."),
    ("malformed", "The request cannot be read: its body, a parameter, a header."),
    ("invalid", "The catalog would not be valid: `errors` names each field and why."),
    ("conflict", "It makes no sense as things stand."),
    ("changed", "The document is in another version than `If-Match` or `If-None-Match` says."),
    ("opens", "People would see more: repeat it with `confirm=true` if that is meant."),
    ("media-type", "The body is not JSON."),
    ("too-large", "The body is larger than the service reads."),
    ("method", "The address has no such method."),
    ("too-many", "Too many requests."),
    ("unavailable", "Something that the service needs does not answer."),
    ("internal", "The fault is the service's; its log has it under the id of the request."),
];

/// The page, and the policy of content that it is to be shown under.
pub(crate) fn page(document: &Value) -> (String, String) {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Scrim: the API</title><style>{STYLE}</style><h1>Scrim: the API</h1><p>{}</p>\
         <p><a href=\"/api/v1/openapi.json\">OpenAPI 3.1 document</a>, for programs</p>",
        escaped(text(document, "/info/description"))
    );
    let mut headings: Vec<&str> = vec![];
    let calls: Vec<(&String, &String, &Value)> = document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |(method, call)| (path, method, call)))
        .collect();
    for (_, _, call) in &calls {
        let heading = text(call, "/tags/0");
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let _ = write!(page, "<h2>{}</h2>", escaped(heading));
        for (path, method, call) in calls.iter().filter(|(_, _, call)| text(call, "/tags/0") == heading) {
            self::call(&mut page, path, method, call);
        }
    }
    page.push_str("<h2>Problems</h2><table>");
    for (class, about) in PROBLEMS {
        let _ = write!(page, "<tr id=\"problem-{class}\"><td><code>{class}</code><td>{}", escaped(about));
    }
    page.push_str("</table>");
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    (page, format!("default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'"))
}

fn call(page: &mut String, path: &str, method: &str, call: &Value) {
    let _ = write!(
        page,
        "<details id=\"{}\"><summary><b>{}</b> <code>{}</code> {}</summary>",
        escaped(text(call, "/operationId")),
        escaped(&method.to_uppercase()),
        escaped(path),
        escaped(text(call, "/summary"))
    );
    if let Some(needs) = call.get("description").and_then(Value::as_str) {
        let _ = write!(page, "<p>{}</p>", escaped(needs));
    }
    page.push_str("<table>");
    for parameter in call.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let _ = write!(
            page,
            "<tr><td><code>{}</code><td>{}<td>{}",
            escaped(text(parameter, "/name")),
            escaped(text(parameter, "/in")),
            escaped(text(parameter, "/description"))
        );
    }
    if let Some(body) = call.pointer("/requestBody/content/application~1json/schema") {
        let _ = write!(page, "<tr><td>body<td><td>{}", schema(body));
    }
    for (status, answer) in call.get("responses").and_then(Value::as_object).into_iter().flatten() {
        if answer.pointer("/content/application~1problem+json").is_some() || status == "414" {
            continue;
        }
        let shape = answer.pointer("/content/application~1json/schema").map_or_else(String::new, schema);
        let _ = write!(page, "<tr><td>{}<td>{}<td>{shape}", escaped(status), escaped(text(answer, "/description")));
    }
    page.push_str("</table></details>");
}

/// The name of a schema, or what it is.
fn schema(schema: &Value) -> String {
    match schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next()) {
        Some(name) => format!("<code>{}</code>", escaped(name)),
        None => format!("<code>{}</code>", escaped(schema.get("type").and_then(Value::as_str).unwrap_or("JSON"))),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
