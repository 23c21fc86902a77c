//! What can be called, as it is documented: a change of it is seen.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use serde_json::Value;
use stand::Service;

/// Each call with its parameters, what is sent, and what is answered.
#[test]
fn the_calls_of_the_api() {
    let document = scrim_server::openapi();
    let mut calls = vec![];
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let parameters = call["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|parameter| parameter["in"] == "query").map(|p| p["name"].as_str().unwrap());
            let query: Vec<&str> = query.collect();
            let sent = call.pointer("/requestBody/content/application~1json/schema").map(shape);
            let good = |(status, answer): (&String, &Value)| {
                let problem = answer.pointer("/content/application~1problem+json").is_some();
                let shape = answer.pointer("/content/application~1json/schema").map(shape).unwrap_or_default();
                // That an address may be too long is the same everywhere.
                (!problem && status != "414").then(|| format!("{status} {shape}").trim().to_owned())
            };
            let answers: Vec<String> = call["responses"].as_object().unwrap().iter().filter_map(good).collect();
            let open = if call.get("security").is_some() { ", open" } else { "" };
            let sent = sent.map_or_else(String::new, |sent| format!(" <- {sent}"));
            let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
            calls.push(format!("{} {path}{query}{sent} -> {}{open}", method.to_uppercase(), answers.join(" | ")));
            assert!(!call["summary"].as_str().unwrap().is_empty() && !call["tags"][0].as_str().unwrap().is_empty());
        }
    }
    calls.sort();
    insta::assert_snapshot!("calls", calls.join("\n"));
    // Every reference leads somewhere, and no two operations have one name.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(document.pointer(reference).is_some(), "{reference} leads nowhere");
    }
    let ids: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|call| call["operationId"].as_str().unwrap())
        .collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len());
}

fn shape(schema: &Value) -> String {
    let name = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
    name.or(schema["type"].as_str()).unwrap_or("any").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_and_the_page_of_it_are_served() {
    let service = Service::start().await;
    let document = service.get("", "/api/v1/openapi.json").await.good();
    assert_eq!(document["openapi"], "3.1.0");
    let page = service.get("", "/api/v1/docs").await;
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("style-src 'sha256-"));
    let text = page.good();
    let text = text.as_str().unwrap();
    assert!(text.contains("/api/v1/data-policies/{name}") && text.contains("id=\"problem-forbidden\""));
}
