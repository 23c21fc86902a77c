//! Provisioning over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use reqwest::Method;
use serde_json::{Value, json};
use stand::{Answered, Service};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[track_caller]
fn refused(answered: Answered, status: u16, word: &str) -> String {
    assert_eq!(answered.status.as_u16(), status, "{:#}", answered.body);
    assert_eq!(answered.headers["content-type"], "application/scim+json");
    assert_eq!(answered.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(answered.body["status"], status.to_string());
    assert_eq!(answered.body["scimType"].as_str().unwrap_or(""), word, "{:#}", answered.body);
    answered.body["detail"].as_str().unwrap().to_owned()
}

/// A service with a provisioner `idp`, who manages users.
async fn start() -> Service {
    let service = Service::start().await;
    service.person("idp", &["USER_ADMIN"]).await;
    service
}

async fn make(service: &Service, body: Value) -> Value {
    service.post("idp", "/scim/v2/Users", body).await.good()
}

async fn patch(service: &Service, path: &str, operations: Value) -> Answered {
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    service.call("idp", Method::PATCH, path, Some(body)).await
}

fn at(resource: &Value) -> String {
    resource["meta"]["location"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_comes_changes_and_goes() {
    let service = start().await;
    let made = service.post("idp", "/scim/v2/Users", json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "userName": "anna", "externalId": "x-1", "displayName": "Anna Ö. \"true\"", "active": true,
        "emails": [{ "value": "anna@example.com", "type": "work", "primary": true }, { "value": "null", "type": "home" }],
        ENTERPRISE: { "department": "hr", "employeeNumber": "0017" }
    }));
    let made = made.await;
    assert_eq!(made.status.as_u16(), 201, "{:#}", made.body);
    assert_eq!(made.headers["content-type"], "application/scim+json");
    let (etag, place) = (made.etag(), at(&made.body));
    assert_eq!(made.headers["location"], place.as_str());
    let read = service.get("idp", &place).await;
    assert_eq!((read.etag(), &read.body), (etag.clone(), &made.body));
    assert_eq!(read.body["emails"][1]["value"], "null");
    assert_eq!(read.body[ENTERPRISE]["employeeNumber"], "0017");
    let same = service.call_with("idp", Method::GET, &place, None, &[("if-none-match", &etag)]).await;
    assert_eq!(same.status.as_u16(), 304);

    let document = service.get("root", "/api/v1/users/anna").await.good();
    assert_eq!(document["external"]["external_id"], "x-1");
    assert!(document.get("permissions").is_none());
    // A document that does not say it leaves it as it is.
    service.put("root", "/api/v1/users/anna", json!({ "description": "x" })).await.good();
    assert_eq!(service.get("idp", &place).await.body["externalId"], "x-1");

    let changed = patch(&service, &place, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
    assert_eq!(changed.body["active"], false, "{:#}", changed.body);
    assert_eq!(service.get("root", "/api/v1/users/anna").await.good()["disabled"], true);
    let body = Some(json!({ "userName": "anna" }));
    let stale = service.call_with("idp", Method::PUT, &place, body, &[("if-match", &etag)]).await;
    refused(stale, 412, "");
    let etag = changed.etag();
    let body = json!({ "userName": "anna", "title": "Dr." });
    let put = service.call_with("idp", Method::PUT, &place, Some(body), &[("if-match", &etag)]).await.good();
    // What is not said is gone, but who is disabled stays disabled until it is said otherwise.
    assert_eq!((put["title"].as_str(), put.get("emails"), &put["active"]), (Some("Dr."), None, &json!(false)));

    assert_eq!(service.delete("idp", &place).await.status.as_u16(), 204);
    refused(service.get("idp", &place).await, 404, "");
    refused(service.delete("idp", &place).await, 404, "");
    let again = make(&service, json!({ "userName": "anna" })).await;
    assert_ne!(at(&again), place, "an id is never given to another");

    // What is not kept is not written down either: some send passwords.
    let place = at(&again);
    let hidden = json!({ "userName": "anna", "password": "hunter2-hunter2", "x": "a\u{0}b", "title": "T" });
    service.call("idp", Method::PUT, &place, Some(hidden)).await.good();
    let add = json!([{ "op": "add", "value": { "password": "hunter2-hunter2", "nickName": "n" } }]);
    patch(&service, &place, add).await.good();
    let audit =
        service.app.store().audit_search(&scrim_store::AuditQuery { limit: 100, ..Default::default() }).await.unwrap();
    let mine: Vec<_> = audit.entries.iter().filter(|entry| entry.entry.actor == "idp").collect();
    assert!(!mine.iter().any(|one| one.entry.details.to_string().contains("hunter2")));
    assert!(mine.iter().any(|one| one.entry.action == "scim.user.patch" && one.entry.via == scrim_store::Via::Scim));
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_have_members() {
    let service = start().await;
    let (anna, ben) =
        (make(&service, json!({ "userName": "anna" })).await, make(&service, json!({ "userName": "ben" })).await);
    let body = json!({ "displayName": "hr", "externalId": "g", "members": [{ "value": anna["id"] }] });
    let made = service.post("idp", "/scim/v2/Groups", body).await;
    assert_eq!(made.status.as_u16(), 201, "{:#}", made.body);
    let (place, etag) = (at(&made.body), made.etag());
    assert_eq!(made.body["members"][0]["value"], anna["id"]);
    assert_eq!(service.get("root", "/api/v1/users/anna").await.good()["groups"], json!(["hr"]));
    assert_eq!(service.get("idp", &at(&anna)).await.body["groups"][0]["display"], "hr");

    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ben["id"] }, { "value": anna["id"] }] }]);
    let changed = patch(&service, &place, add).await;
    assert_ne!(changed.etag(), etag);
    assert_eq!(changed.body["members"].as_array().unwrap().len(), 2, "{:#}", changed.body);
    let one = format!("members[value eq \"{}\"]", anna["id"].as_str().unwrap());
    let changed = patch(&service, &place, json!([{ "op": "remove", "path": one }])).await.good();
    assert_eq!(changed["members"][0]["value"], ben["id"]);
    let remove = json!([{ "op": "Remove", "path": "members", "value": [{ "value": ben["id"] }] }]);
    assert!(patch(&service, &place, remove).await.good().get("members").is_none());
    let stranger = json!([{ "op": "add", "path": "members", "value": [{ "value": "nobody" }] }]);
    assert!(refused(patch(&service, &place, stranger).await, 400, "invalidValue").contains("no user of the id"));
    let other = json!([{ "op": "replace", "value": { "displayName": "other" } }]);
    refused(patch(&service, &place, other).await, 400, "mutability");
    let all = json!([{ "op": "replace", "value": { "members": [{ "value": ben["id"], "type": "User" }] } }]);
    patch(&service, &place, all).await.good();
    let without = service.get("idp", "/scim/v2/Groups?excludedAttributes=members").await.good();
    assert!(without["Resources"][0].get("members").is_none());
    let found = service.get("idp", &format!("/scim/v2/Groups?filter=members%20eq%20{}", ben["id"])).await.good();
    assert_eq!(found["totalResults"], 1, "{found:#}");

    // A policy that names the group would mean something else without it.
    let policy = json!({ "where": "all", "access": { "conditions": { "group": "hr" } } });
    service.put("root", "/api/v1/subscription-policies/p", policy).await.good();
    assert!(refused(service.delete("idp", &place).await, 409, "").contains("subscription-policies/p"));
    service.delete("root", "/api/v1/subscription-policies/p").await.good();
    assert_eq!(service.delete("idp", &place).await.status.as_u16(), 204);
    assert!(service.get("root", "/api/v1/users/ben").await.good().get("groups").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_pages_and_order() {
    let service = start().await;
    for (name, title) in [("anna", "Boss"), ("ben", "clerk"), ("carl", "Clerk")] {
        make(&service, json!({ "userName": name, "title": title, "externalId": format!("X-{name}"),
            "emails": [{ "value": format!("{name}@example.com"), "type": "work" }, { "value": "a@b.c", "type": "home" }] })).await;
    }
    make(&service, json!({ "userName": "dora", "active": false, ENTERPRISE: { "department": "a\"b\\)" } })).await;
    let names = async |query: &str| -> Vec<String> {
        let query: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let found = service.get("idp", &format!("/scim/v2/Users?sortBy=userName&filter={query}")).await.good();
        let names =
            found["Resources"].as_array().unwrap().iter().map(|one| one["userName"].as_str().unwrap().to_owned());
        names.filter(|name| !["idp", "root"].contains(&name.as_str())).collect()
    };
    for (query, expected) in [
        ("userName eq \"ANNA\"", vec!["anna"]),
        ("externalId eq \"x-anna\"", vec![]),
        ("externalId eq \"X-anna\"", vec!["anna"]),
        ("title eq \"clerk\"", vec!["ben", "carl"]),
        ("title pr and not (title eq \"clerk\")", vec!["anna"]),
        ("title sw \"c\" and userName ew \"N\" or userName co \"or\"", vec!["ben", "dora"]),
        ("title SW \"c\" AND (userName ew \"n\" OR userName co \"ar\")", vec!["ben", "carl"]),
        ("active eq false", vec!["dora"]),
        ("(active eq \"False\")", vec!["dora"]),
        ("emails[type eq \"work\" and value sw \"ben\"]", vec!["ben"]),
        ("emails[type eq \"home\" and value sw \"ben\"]", vec![]),
        ("emails co \"carl@\"", vec!["carl"]),
        ("emails.type eq \"work\" and userName gt \"b\"", vec!["ben", "carl"]),
        ("userName ge \"ben\" and userName lt \"carl\"", vec!["ben"]),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"a\\\"b\\\\)\"", vec!["dora"]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:title eq \"boss\"", vec!["anna"]),
        ("title eq null and meta.resourceType eq \"User\"", vec!["dora"]),
    ] {
        assert_eq!(names(query).await, expected, "{query}");
    }
    let page =
        service.get("idp", "/scim/v2/Users?startIndex=2&count=2&sortBy=userName&sortOrder=descending").await.good();
    let told: Vec<_> = page["Resources"].as_array().unwrap().iter().map(|one| &one["userName"]).collect();
    assert_eq!(told, ["idp", "dora"]);
    assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(6), &json!(2), &json!(2)));
    let none = service.get("idp", "/scim/v2/Users?count=0").await.good();
    assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(6), &json!([])));
    let far = service.get("idp", "/scim/v2/Users?startIndex=9223372036854775807&count=-4").await.good();
    assert_eq!(far["Resources"], json!([]));
    let some = service
        .get("idp", "/scim/v2/Users?attributes=emails.value,userName&filter=userName%20eq%20%22ben%22")
        .await
        .good();
    assert_eq!(some["Resources"][0]["emails"], json!([{ "value": "ben@example.com" }, { "value": "a@b.c" }]));
    assert!(some["Resources"][0].get("title").is_none() && some["Resources"][0].get("id").is_some());
    let search = json!({ "filter": "userName eq \"ben\"", "attributes": ["userName"] });
    let found = service.post("idp", "/scim/v2/Users/.search", search).await.good();
    assert_eq!(found["totalResults"], 1);
    service.post("idp", "/scim/v2/Groups", json!({ "displayName": "ben" })).await.good();
    let search = json!({ "filter": "displayName eq \"ben\" or id eq \"x\"", "attributes": "displayName" });
    let found = service.post("idp", "/scim/v2/.search", search).await.good();
    assert_eq!(
        (&found["totalResults"], &found["Resources"][0]["displayName"]),
        (&json!(1), &json!("ben")),
        "{found:#}"
    );
    let search = json!({ "filter": "userName sw \"b\"", "sortBy": "userName" });
    assert_eq!(service.post("idp", "/scim/v2/.search", search).await.good()["totalResults"], 1);
    refused(service.post("idp", "/scim/v2/.search", json!({ "filter": "nothing pr" })).await, 400, "invalidFilter");
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_are_bombs_are_refused() {
    let service = start().await;
    let deep = format!("{}userName pr{}", "(".repeat(5000), ")".repeat(2000));
    let nots = format!("{}userName pr{}", "not (".repeat(20), ")".repeat(20));
    let many = vec!["a eq 1"; 300].join(" or ").replace('a', "id");
    let long = format!("userName eq \"{}\"", "x".repeat(9000));
    let nested = format!("userName eq {}", "[".repeat(4000));
    for filter in [
        deep.as_str(),
        &nots,
        &many,
        &long,
        &nested,
        "userName",
        "userName eq",
        "userName eq \"x",
        "userName xx \"x\"",
        "eq",
        "passwordHash pr",
        "emails[type eq \"work\"",
        "emails[password eq \"x\"]",
        "userName[value eq \"x\"]",
        "active gt true",
        "userName eq \"x\" garbage",
        "not userName eq \"x\"",
        "()",
        "userName eq \"\\ud800\"",
        "emails[emails[type pr]]",
        "emails.value.x eq \"x\"",
        "a:b:c eq 1",
        "ü eq 1",
    ] {
        let found = service.post("idp", "/scim/v2/Users/.search", json!({ "filter": filter })).await;
        let detail = refused(found, 400, "invalidFilter");
        assert!(detail.len() < 400, "{detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_user_are_changed() {
    let service = start().await;
    let place =
        at(&make(&service, json!({ "userName": "anna", "name": { "givenName": "A", "familyName": "B" } })).await);
    let good = async |operations: Value| patch(&service, &place, operations).await.good();
    // As one large provisioner does: what is not there is made.
    let made = good(json!([{ "op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@b.c" }])).await;
    assert_eq!(made["emails"], json!([{ "type": "work", "value": "a@b.c" }]));
    let dotted = good(json!([{ "op": "replace", "value": { "name.familyName": "C", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "d" } }])).await;
    assert_eq!(dotted["name"], json!({ "givenName": "A", "familyName": "C" }));
    assert_eq!(dotted[ENTERPRISE]["department"], "d");
    let more = good(json!([
        { "op": "add", "path": "emails", "value": { "value": "p@b.c", "primary": true } },
        { "op": "replace", "path": "emails[type eq \"work\"]", "value": { "display": "D" } },
        { "op": "remove", "path": "name.givenName" },
        { "op": "add", "path": format!("{ENTERPRISE}:manager"), "value": { "value": "boss" } },
    ]))
    .await;
    assert_eq!(more["emails"][0], json!({ "type": "work", "value": "a@b.c", "display": "D" }));
    assert_eq!(more["name"], json!({ "familyName": "C" }));
    assert_eq!(more[ENTERPRISE]["manager"]["value"], "boss");
    let gone =
        good(json!([{ "op": "remove", "path": ENTERPRISE }, { "op": "remove", "path": "emails[value ew \"b.c\"]" }]))
            .await;
    assert!(gone.get(ENTERPRISE).is_none() && gone.get("emails").is_none());

    for (operation, word) in [
        (json!({ "op": "replace", "path": "userName", "value": "ben" }), "mutability"),
        (json!({ "op": "remove", "path": "userName" }), "mutability"),
        (json!({ "op": "remove", "path": "active" }), "mutability"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "mutability"),
        (json!({ "op": "add", "path": "groups", "value": [{ "value": "x" }] }), "mutability"),
        (json!({ "op": "replace", "path": "permissions", "value": ["APPLICATION_ADMIN"] }), "invalidPath"),
        (json!({ "op": "replace", "path": "external.claims", "value": {} }), "invalidPath"),
        (json!({ "op": "replace", "path": "/disabled", "value": false }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq \"none\"].value", "value": "x" }), "noTarget"),
        (json!({ "op": "replace", "path": "emails[", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails]type[", "value": "x" }), "invalidPath"),
        (json!({ "op": "replace", "path": "emails[type eq \"x\"].nothing", "value": "x" }), "invalidPath"),
        (json!({ "op": "remove" }), "noTarget"),
        (json!({ "op": "test", "path": "title" }), "invalidSyntax"),
        (json!({ "op": "add", "path": "title" }), "invalidValue"),
        (json!({ "op": "add", "path": "title", "value": { "a": 1 } }), "invalidValue"),
        (json!({ "op": "add", "path": "title", "value": "a\u{0}b" }), "invalidValue"),
        (json!({ "op": "replace", "path": "active", "value": "perhaps" }), "invalidValue"),
    ] {
        let answered = patch(&service, &place, json!([operation])).await;
        refused(answered, 400, word);
    }
    let title = json!({ "op": "replace", "path": "title", "value": "x" });
    refused(patch(&service, &place, json!(vec![title; 1001])).await, 400, "tooMany");
    refused(service.call("idp", Method::PATCH, &place, Some(json!({ "x": 1 }))).await, 400, "invalidSyntax");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_and_values_are_refused_or_kept_as_they_are() {
    let service = start().await;
    let long = "x".repeat(128);
    for name in ["", " anna", "anna ", "an\u{0}na", "an\nna", &long] {
        let detail =
            refused(service.post("idp", "/scim/v2/Users", json!({ "userName": name })).await, 400, "invalidValue");
        assert!(detail.contains("userName"), "{detail}");
        let group = json!({ "displayName": name });
        refused(service.post("idp", "/scim/v2/Groups", group).await, 400, "invalidValue");
    }
    for name in [
        "'; drop table users; --",
        "a/../b",
        "%2e%2e",
        "ü😀",
        "null",
        "true",
        "17",
        "- x",
        "a: b",
        "\\",
        "\"",
        "name.YQ",
    ] {
        let made =
            make(&service, json!({ "userName": name, "displayName": name, "nickName": name, "externalId": name }))
                .await;
        let read = service.get("idp", &at(&made)).await.good();
        for field in ["userName", "displayName", "nickName", "externalId"] {
            assert_eq!(read[field], name);
        }
    }
    // Somebody who only looks like somebody else is not made.
    refused(service.post("idp", "/scim/v2/Users", json!({ "userName": "ROOT" })).await, 409, "uniqueness");
    let large: Vec<_> = (0..100).map(|n| json!({ "value": "x".repeat(200 + n) })).collect();
    let body = json!({ "userName": "large", "emails": large });
    refused(service.post("idp", "/scim/v2/Users", body).await, 400, "invalidValue");
    let twice = json!({ "userName": "anna", "username": "ben" });
    refused(service.post("idp", "/scim/v2/Users", twice).await, 400, "invalidSyntax");
    refused(service.post("idp", "/scim/v2/Users", json!([])).await, 400, "invalidSyntax");
    refused(service.post("idp", "/scim/v2/Users", json!({ "userName": ["anna"] })).await, 400, "invalidValue");
}

#[tokio::test(flavor = "multi_thread")]
async fn provisioning_gives_and_takes_no_permission() {
    let service = start().await;
    let body = json!({
        "userName": "mallory", "permissions": ["APPLICATION_ADMIN"], "warehouse_user": "root", "disabled": false,
        "roles": [{ "value": "APPLICATION_ADMIN" }], "entitlements": ["GOVERNANCE"], "id": "name.cm9vdA", "kind": "group",
        "groups": [{ "value": "x" }], "attributes": { "clearance": ["high"] }, "password": "x",
        "external": { "claims": { "p": { "permissions": ["AUDIT"] } } }, "current_project": "p", "meta": { "version": "1" }
    });
    let made = make(&service, body).await;
    assert_ne!(made["id"], "name.cm9vdA");
    let document = service.get("root", "/api/v1/users/mallory").await.good();
    let fields: Vec<_> = document.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["external", "kind", "name"]);
    assert_eq!(document["external"], json!({ "id": made["id"] }));

    let root = service.get("idp", "/scim/v2/Users?filter=userName%20eq%20%22root%22").await.good();
    let place = at(&root["Resources"][0]);
    refused(patch(&service, &place, json!([{ "op": "replace", "path": "active", "value": false }])).await, 403, "");
    refused(service.delete("idp", &place).await, 403, "");
    // What changes no permission is changed, and they stay.
    patch(&service, &place, json!([{ "op": "replace", "path": "title", "value": "Root" }])).await.good();
    assert_eq!(service.get("root", "/api/v1/users/root").await.good()["permissions"].as_array().unwrap().len(), 8);
    // The last administrator stays, whoever asks.
    let root = service.call("root", Method::DELETE, &place, None).await;
    assert!(refused(root, 403, "").contains("last"));

    // Who may not manage users may not provision; a token that only reads does not write; a session is no token.
    service.person("eve", &["GOVERNANCE", "AUDIT"]).await;
    refused(service.get("eve", "/scim/v2/Users").await, 403, "");
    refused(service.get("", "/scim/v2/Users").await, 401, "");
    refused(service.get("nobody", "/scim/v2/Schemas").await, 401, "");
    // `external` is not written by hand by whoever only manages users.
    let body = json!({ "external": { "id": "x" } });
    service.put("idp", "/api/v1/users/mallory", body.clone()).await.problem(403);
    service.put("idp", "/api/v1/groups/g", body.clone()).await.problem(403);
    service.put("root", "/api/v1/users/mallory", body.clone()).await.good();
    service.put("root", "/api/v1/users/eve", body).await.problem(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_is_disabled_and_who_is_gone_is_forgotten() {
    let service = start().await;
    let place = at(&make(&service, json!({ "userName": "anna" })).await);
    service.token_for("anna").await;
    service.get("anna", "/api/v1/me").await.good();
    let policy = json!({ "where": "all", "access": { "conditions": { "user": "anna" } } });
    service.put("root", "/api/v1/subscription-policies/p", policy).await.good();
    let detail = refused(service.delete("idp", &place).await, 409, "");
    assert!(detail.contains("disabled and not deleted") && detail.contains("subscription-policies/p"), "{detail}");
    assert_eq!(service.get("idp", &place).await.good()["active"], false);
    service.get("anna", "/api/v1/me").await.problem(401);
    service.delete("root", "/api/v1/subscription-policies/p").await.good();
    assert_eq!(service.delete("idp", &place).await.status.as_u16(), 204);
    // Whoever has the name next is somebody else.
    make(&service, json!({ "userName": "anna" })).await;
    service.get("anna", "/api/v1/me").await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_come_by_the_settings() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings: scrim_server::ScimSettings = serde_json::from_value(json!({
        "attributes": { "department": format!("{ENTERPRISE}:department"), "mail": "emails.value" }
    }))
    .unwrap();
    serde_json::from_value::<scrim_server::ScimSettings>(json!({ "attribute": {} })).unwrap_err();
    let directory = tempfile::tempdir().unwrap();
    let store = scrim_store::Location::file(directory.path().join("scrim.db"));
    let settings = scrim_server::Settings { scim: settings, ..Default::default() };
    let service = Service::over(store, directory, settings).await;
    service.person("idp", &["USER_ADMIN"]).await;
    let body = json!({ "userName": "anna", "emails": ["a@b.c", "d@e.f"], ENTERPRISE: { "department": "hr" } });
    let place = at(&make(&service, body).await);
    let attributes = service.get("root", "/api/v1/users/anna").await.good()["attributes"].clone();
    assert_eq!(attributes, json!({ "department": ["hr"], "mail": ["a@b.c", "d@e.f"] }));
    patch(&service, &place, json!([{ "op": "remove", "path": "emails" }])).await.good();
    let attributes = service.get("root", "/api/v1/users/anna").await.good()["attributes"].clone();
    assert_eq!(attributes, json!({ "department": ["hr"] }));
    let padded = json!([{ "op": "replace", "path": format!("{ENTERPRISE}:department"), "value": " hr" }]);
    refused(patch(&service, &place, padded).await, 400, "invalidValue");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_describes_itself() {
    let service = start().await;
    for path in ["ServiceProviderConfig", "ResourceTypes", "Schemas"] {
        let path = format!("/scim/v2/{path}");
        service.get("idp", &path).await.good();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            refused(service.call("idp", method, &path, None).await, 405, "");
        }
    }
    let schemas = service.get("idp", "/scim/v2/Schemas").await.good();
    for schema in schemas["Resources"].as_array().unwrap() {
        assert_eq!(service.get("idp", &at(schema)).await.good(), *schema);
    }
    refused(service.get("idp", "/scim/v2/Schemas/nothing").await, 404, "");
    refused(service.get("idp", "/scim/v2/nothing").await, 404, "");
}

/// `scim2 test`, where it is installed: <https://pypi.org/project/scim2-cli/>, or its path in `SCIM2_CLI`.
#[tokio::test(flavor = "multi_thread")]
async fn it_passes_the_tests_of_scim2_cli() {
    let program = std::env::var("SCIM2_CLI").unwrap_or_else(|_| "scim2".to_owned());
    if std::process::Command::new(&program).arg("--help").output().is_err() {
        // Not by `eprintln!`, which the test runner keeps to itself.
        let told = format!("\nSKIPPED: `{program}` is not installed; `pip install scim2-cli`, or set SCIM2_CLI\n");
        std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
        return;
    }
    let service = start().await;
    let url = format!("http://{}/scim/v2", service.address);
    let run = tokio::task::spawn_blocking(move || {
        let mut command = std::process::Command::new(program);
        command.args(["--url", &url, "test", "--verbose"]).env("SCIM_CLI_HEADERS", "Authorization: Bearer idp-token");
        command.output().unwrap()
    });
    let output = run.await.unwrap();
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !told.contains("ERROR"), "{told}\n{errors}");
}
