//! Nobody approves what they asked for themselves, whatever they may do otherwise and by whichever way.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;
mod ways;

use reqwest::Method;
use scrim_catalog::Kind;
use scrim_catalog::documents::{Permission, SubscriptionState, UnmaskState};
use serde_json::{Value, json};
use stand::Service;
use ways::all_refused;

/// Of the company somebody with every permission, who owns these, too.
async fn mighty(owned: &[(Kind, &str)]) -> Service {
    let service = company::start().await;
    service.person("mia", &Permission::NAMES).await;
    let world = service.app.registry().world();
    for (kind, name) in owned {
        let mut body = world.catalog.json(*kind, name).unwrap();
        body["owners"].as_array_mut().unwrap().push(json!("mia"));
        service.plant(kind.as_str(), name, body).await;
    }
    service
}

/// A document as it stands, without what the address says.
fn document(service: &Service, kind: Kind, name: &str) -> Value {
    let mut body = service.app.registry().world().catalog.json(kind, name).unwrap();
    let fields = body.as_object_mut().unwrap();
    fields.remove("kind");
    fields.remove("name");
    body
}

/// What a provisioner may send of somebody: nothing of it decides about requests.
async fn provisioned(service: &Service, extra: Value) {
    let found = service.get("mia", "/scim/v2/Users?filter=userName%20eq%20%22mia%22").await.good();
    let id = found["Resources"][0]["id"].as_str().unwrap().to_owned();
    let mut resource = found["Resources"][0].clone();
    for (key, value) in extra.as_object().unwrap() {
        resource[key] = value.clone();
    }
    let path = format!("/scim/v2/Users/{id}");
    service.call("mia", Method::PUT, &path, Some(resource)).await;
    let operations: Vec<Value> = extra
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({ "op": "add", "path": key, "value": value }))
        .collect();
    let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    service.call("mia", Method::PATCH, &path, Some(patch)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_somebody_asked_for_is_approved_by_others() {
    // An owner needs no approval.
    let service = mighty(&[]).await;
    let approvers = json!({ "approval": ["OWNER", "GOVERNANCE", "AUDIT", "APPLICATION_ADMIN"] });
    let policy = json!({ "where": { "data_source": "people" }, "discoverable": true, "access": approvers });
    service.plant("subscription-policy", "asking", policy).await;
    let asked = service.put("mia", "/api/v1/data-sources/people/subscription", json!({ "reason": "r" })).await.good();
    let name = asked["name"].as_str().unwrap().to_owned();
    for role in ["OWNER", "GOVERNANCE", "AUDIT", "APPLICATION_ADMIN", "USER_ADMIN"] {
        for query in ["", "?dry_run=true"] {
            let path = format!("/api/v1/subscriptions/{name}/approve{query}");
            service.post("mia", &path, json!({ "as": role })).await.problem(403);
        }
    }
    // By the document: as its own approver, or in others' names, and under another name.
    for by in ["mia", "olivia", "root"] {
        let yes = |role: &str| json!({ "as": role, "by": by, "at": "2026-01-01T00:00:00Z" });
        let mut forged = document(&service, Kind::Subscription, &name);
        forged["state"] = json!("active");
        forged["approvals"] = json!(["OWNER", "GOVERNANCE", "AUDIT", "APPLICATION_ADMIN"].map(yes));
        all_refused(&service, "mia", Kind::Subscription, &name, &forged, &[403]).await;
        // Of one user and data source there is one.
        all_refused(&service, "mia", Kind::Subscription, "another", &forged, &[403, 422]).await;
    }
    provisioned(
        &service,
        json!({ "approvals": [{ "value": name }], "subscriptions": [name], "permissions": ["OWNER"] }),
    )
    .await;
    let world = service.app.registry().world();
    assert_eq!(world.catalog.subscriptions[name.as_str()].state, SubscriptionState::Requested);
    assert!(world.catalog.subscriptions[name.as_str()].approvals.is_empty());
}

/// Whoever governs does not own everything: what they may not have by a request they do not have by a grant.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_grants_to_themselves() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE", "USER_ADMIN"]).await;
    let own = json!({ "user": "gina", "data_source": "people" });
    all_refused(&service, "gina", Kind::Grant, "g", &own, &[403]).await;
    // To a group that they are in, or come into by the same change.
    let to_hr = json!({ "group": "hr", "data_source": "people" });
    let grant = json!({ "put": { "kind": "grant", "name": "g", "group": "hr", "data_source": "people" } });
    let member = json!({ "put": { "kind": "user", "name": "gina", "permissions": ["GOVERNANCE", "USER_ADMIN"], "groups": ["hr"] } });
    for operations in [json!([member, grant]), json!([grant, member])] {
        service.post("gina", "/api/v1/bulk", json!({ "operations": operations })).await.problem(403);
    }
    service.put("gina", "/api/v1/users/gina/groups/hr", json!(null)).await.good();
    all_refused(&service, "gina", Kind::Grant, "g", &to_hr, &[403]).await;
    assert!(service.app.registry().world().catalog.grants.is_empty());
}

/// Owners read what they own: making oneself one is granting to oneself.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_themselves_an_owner() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE", "USER_ADMIN"]).await;
    service.person("adam", &["APPLICATION_ADMIN", "USER_ADMIN"]).await;
    let owned = |owners: Value| {
        let mut body = document(&service, Kind::DataSource, "people");
        body["owners"] = owners;
        body
    };
    for who in ["gina", "adam"] {
        let named = owned(json!(["olivia", who]));
        all_refused(&service, who, Kind::DataSource, "people", &named, &[403]).await;
        // By a group that they are in, or come into by the same change.
        let shared = owned(json!(["olivia", { "group": "hr" }]));
        let mut whole = shared.clone();
        whole["kind"] = json!("data-source");
        whole["name"] = json!("people");
        let mut member = document(&service, Kind::User, who);
        member["groups"] = json!(["hr"]);
        member["kind"] = json!("user");
        member["name"] = json!(who);
        for operations in [json!([{ "put": member }, { "put": whole }]), json!([{ "put": whole }, { "put": member }])] {
            service.post(who, "/api/v1/bulk", json!({ "operations": operations })).await.problem(403);
        }
        service.put(who, &format!("/api/v1/users/{who}/groups/hr"), json!(null)).await.good();
        all_refused(&service, who, Kind::DataSource, "people", &shared, &[403]).await;
        // Others they make owners, and what they own they go on owning.
        service.put(who, "/api/v1/data-sources/people", owned(json!(["olivia", "petra"]))).await.good();
        service.put(who, "/api/v1/data-sources/people", owned(json!(["olivia"]))).await.good();
    }
    service.put("olivia", "/api/v1/data-sources/people", owned(json!(["olivia", { "group": "staff" }]))).await.good();
    // Whoever registers a table owns it.
    let new = json!({ "integration": "w", "table": "s.new", "columns": [{ "name": "id", "type": "integer" }] });
    service.put("adam", "/api/v1/data-sources/new", new).await.good();
    let world = service.app.registry().world();
    assert_eq!(world.catalog.json(Kind::DataSource, "new").unwrap()["owners"], json!(["adam"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_manages_projects_has_no_purpose_by_their_own_word() {
    let service = company::start().await;
    service.person("mona", &["PROJECT_MANAGEMENT"]).await;
    service.person("mark", &["PROJECT_MANAGEMENT"]).await;
    const ADS: &str = "/api/v1/projects/study/requested-purposes/Ads";
    let study = || document(&service, Kind::Project, "study");
    let with = |mut body: Value, purposes: Value, member: Option<Value>, owners: Value| {
        body["purposes"] = purposes;
        body["owners"] = owners;
        body["members"].as_array_mut().unwrap().extend(member);
        body["requested_purposes"] = json!([]);
        body
    };
    let mona = || Some(json!({ "user": "mona" }));
    // Without a request, and with one of their own that they deleted: as a member, as an owner, as both.
    service.put("mona", "/api/v1/projects/study/membership", json!(null)).await.good();
    service.put("mona", ADS, json!({ "reason": "r" })).await.good();
    service.delete("mona", ADS).await.good();
    service.delete("mona", "/api/v1/projects/study/membership").await.good();
    let both = json!(["Fraud", "Ads"]);
    for (member, owners) in [(mona(), json!(["petra"])), (None, json!(["petra", "mona"])), (mona(), json!(["mona"]))] {
        all_refused(
            &service,
            "mona",
            Kind::Project,
            "study",
            &with(study(), both.clone(), member.clone(), owners.clone()),
            &[403],
        )
        .await;
        let new = with(json!({ "access": "individuals", "members": [] }), json!(["Ads"]), member, owners);
        all_refused(&service, "mona", Kind::Project, "new", &new, &[403]).await;
    }
    // Nobody acknowledges for themselves by the document, under a purpose that was there, either.
    for acknowledged in [json!(true), json!(["Fraud"])] {
        let member = Some(json!({ "user": "mona", "acknowledged": acknowledged }));
        let body = with(study(), json!(["Fraud"]), member, json!(["petra"]));
        all_refused(&service, "mona", Kind::Project, "study", &body, &[403]).await;
    }
    // What somebody else asked for they approve, also as members and by the document; others' projects are theirs to manage.
    service
        .put("mona", "/api/v1/projects/study", with(study(), json!(["Fraud"]), mona(), json!(["petra"])))
        .await
        .good();
    service.put("anna", ADS, json!({ "reason": "to sell" })).await.good();
    service.put("mona", "/api/v1/projects/study", with(study(), both.clone(), None, json!(["petra"]))).await.good();
    service.put("mark", "/api/v1/projects/study", with(study(), json!(["Fraud"]), None, json!(["petra"]))).await.good();
    service.put("mark", "/api/v1/projects/study", with(study(), both, None, json!(["petra"]))).await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purpose_that_somebody_asked_for_is_approved_by_others() {
    let service = mighty(&[(Kind::Project, "study")]).await;
    const ADS: &str = "/api/v1/projects/study/requested-purposes/Ads";
    service.put("mia", ADS, json!({ "reason": "to sell" })).await.good();
    service.post("mia", &format!("{ADS}/approve"), json!(null)).await.problem(403);
    let mut forged = document(&service, Kind::Project, "study");
    forged["purposes"] = json!(["Fraud", "Ads"]);
    all_refused(&service, "mia", Kind::Project, "study", &forged, &[403]).await;
    forged["requested_purposes"] = json!([]);
    all_refused(&service, "mia", Kind::Project, "study", &forged, &[403]).await;
    // Nor does it become somebody else's request, about which one could decide.
    let mut forged = document(&service, Kind::Project, "study");
    forged["requested_purposes"][0]["by"] = json!("anna");
    all_refused(&service, "mia", Kind::Project, "study", &forged, &[403]).await;
    // Asked again by somebody else, it stays the request of who asked first.
    service.put("petra", ADS, json!({})).await.good();
    service.post("mia", &format!("{ADS}/approve"), json!(null)).await.problem(403);
    provisioned(&service, json!({ "purposes": ["Ads"], "roles": [{ "value": "PROJECT_MANAGEMENT" }] })).await;
    let world = service.app.registry().world();
    let project = &world.catalog.projects["study"];
    assert_eq!(project.purposes.iter().map(|one| one.as_str()).collect::<Vec<_>>(), ["Fraud"]);
    assert_eq!(project.requested_purposes[0].by.as_str(), "mia");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_somebody_asked_for_is_shown_by_the_yes_of_others() {
    let service = mighty(&[(Kind::DataSource, "people")]).await;
    let wish = json!({ "column": "passport", "token": "t", "reason": "r" });
    let asked = service.post("mia", "/api/v1/data-sources/people/unmask-requests", wish).await.good();
    let name = asked["name"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/unmask-requests/{name}");
    service.post("mia", &format!("{path}/approve"), json!(null)).await.problem(403);
    service.post("mia", &format!("{path}/approve?dry_run=true"), json!(null)).await.problem(403);
    service.post("mia", &format!("{path}/value"), json!(null)).await.problem(403);
    for by in ["mia", "olivia"] {
        let mut forged = document(&service, Kind::UnmaskRequest, &name);
        forged["state"] = json!("approved");
        forged["decided_by"] = json!(by);
        forged["expires"] = json!("2999-01-01T00:00:00Z");
        for name in [name.as_str(), "another"] {
            all_refused(&service, "mia", Kind::UnmaskRequest, name, &forged, &[403]).await;
        }
    }
    provisioned(&service, json!({ "unmaskRequests": [name], "decided_by": "olivia" })).await;
    let world = service.app.registry().world();
    assert_eq!(world.catalog.unmask_requests[name.as_str()].state, UnmaskState::Requested);
}
