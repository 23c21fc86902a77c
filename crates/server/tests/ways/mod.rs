//! Every way in which somebody can have a document written.

#![allow(unreachable_pub, reason = "a module of a test")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use reqwest::Method;
use scrim_catalog::Kind;
use serde_json::{Value, json};

use crate::stand::Service;

/// Has a document written in every way there is: none is done, each is answered by one of these.
pub async fn all_refused(service: &Service, who: &str, kind: Kind, name: &str, body: &Value, statuses: &[u16]) {
    let stands = || service.app.registry().world().catalog.json(kind, name);
    let before = stands();
    let mut whole = body.clone();
    whole["kind"] = json!(kind.as_str());
    whole["name"] = json!(name);
    let path = format!("/api/v1/{}/{name}", kind.plural());
    let listed = json!({ "documents": [whole], "confirm": true });
    let bulk = json!({ "operations": [{ "put": whole }], "confirm": true });
    let mut ways = vec![
        (Method::PUT, path.clone(), body.clone()),
        (Method::PUT, format!("{path}?dry_run=true"), body.clone()),
        (Method::POST, "/api/v1/plan".to_owned(), listed.clone()),
        (Method::POST, "/api/v1/apply".to_owned(), listed),
        (Method::POST, "/api/v1/bulk".to_owned(), bulk),
    ];
    if before.is_some() {
        // As if it was a new one of that name.
        let gone = json!({ "delete": { "kind": kind.as_str(), "name": name } });
        let anew = json!({ "operations": [gone, { "put": whole }], "confirm": true });
        ways.push((Method::POST, "/api/v1/bulk".to_owned(), anew));
    }
    for (method, path, sent) in ways {
        let answer = service.call(who, method, &path, Some(sent)).await;
        assert!(statuses.contains(&answer.status.as_u16()), "{who}: {path}: {name} {body} {:#}", answer.body);
    }
    assert_eq!(stands(), before, "{name}");
}
