//! People who want more than they may, and names that want to be something else.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use company::encoded;
use scrim_store::{ApiToken, SecretHash};
use secrecy::SecretString;
use serde_json::{Value, json};
use stand::Service;

async fn company_with(people: &[(&str, &str)]) -> Service {
    let service = company::start().await;
    for (name, permission) in people {
        service.person(name, &[permission]).await;
    }
    service
}

fn permissions(service: &Service, user: &str) -> Vec<&'static str> {
    let world = service.app.registry().world();
    world.catalog.users.get(user).iter().flat_map(|user| &user.permissions).map(|one| one.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_manages_users_gets_no_permission() {
    let service = company_with(&[("ursula", "USER_ADMIN"), ("gina", "GOVERNANCE")]).await;
    let more = json!({ "permissions": ["USER_ADMIN", "APPLICATION_ADMIN"] });
    service.put("ursula", "/api/v1/users/ursula", more.clone()).await.problem(403);
    service.put("ursula", "/api/v1/users/friend", more).await.problem(403);
    service.put("ursula", "/api/v1/users/gina", json!({})).await.problem(403);
    service.delete("ursula", "/api/v1/users/gina").await.problem(403);
    // Signing in as somebody who has them.
    let password = json!({ "password": "correct horse battery" });
    service.put("ursula", "/api/v1/users/gina/password", password.clone()).await.problem(403);
    service.put("ursula", "/api/v1/users/root/password", password.clone()).await.problem(403);
    service.delete("ursula", "/api/v1/users/root/password").await.problem(403);
    service.get("ursula", "/api/v1/users/root/tokens").await.problem(403);
    service.post("ursula", "/api/v1/users/root/disable", json!(null)).await.problem(403);
    // Somebody with permissions who is disabled has none, and enabling would give them.
    service.post("root", "/api/v1/users/gina/disable", json!(null)).await.good();
    service.post("ursula", "/api/v1/users/gina/enable", json!(null)).await.problem(403);
    service.put("ursula", "/api/v1/users/gina/password", password).await.problem(403);
    assert_eq!(permissions(&service, "ursula"), ["USER_ADMIN"]);
    assert_eq!(permissions(&service, "friend"), [""; 0]);
}

/// Owners grant what they own, and read it: signing in as one is as good as a permission.
#[tokio::test(flavor = "multi_thread")]
async fn who_manages_users_does_not_sign_in_as_owners() {
    let service = company_with(&[("ursula", "USER_ADMIN"), ("adam", "APPLICATION_ADMIN")]).await;
    service.plant("user", "hanna", json!({ "groups": ["hr"] })).await;
    let mut shared = service.get("root", "/api/v1/data-sources/people").await.good();
    shared["owners"] = json!(["olivia", { "group": "hr" }]);
    service.plant("data-source", "people", shared).await;
    let password = json!({ "password": "correct horse battery" });
    // Of a data source by name and by a group, and of a project.
    for owner in ["olivia", "hanna", "petra"] {
        let path = format!("/api/v1/users/{owner}/password");
        service.put("ursula", &path, password.clone()).await.problem(403);
        service.delete("ursula", &path).await.problem(403);
        assert_eq!(service.put("adam", &path, password.clone()).await.status.as_u16(), 204);
    }
    assert_eq!(service.put("ursula", "/api/v1/users/anna/password", password).await.status.as_u16(), 204);
}

/// An equalized project has the views of its data sources made anew, as one of masked joins has.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_equalizes_what_they_do_not_own() {
    let service = company_with(&[("paul", "CREATE_PROJECT"), ("mona", "PROJECT_MANAGEMENT")]).await;
    for what in ["equalized", "masked_joins"] {
        let new =
            json!({ "access": "individuals", "data_sources": ["people"], "members": [{ "user": "paul" }], what: true });
        for who in ["paul", "mona"] {
            service.put(who, "/api/v1/projects/own", new.clone()).await.problem(403);
        }
        let mut body = service.get("petra", "/api/v1/projects/study").await.good();
        body[what] = json!(true);
        service.put("petra", "/api/v1/projects/study", body).await.problem(403);
        // One that has none yet gets one later.
        let empty = json!({ "access": "individuals", what: true });
        service.put("paul", "/api/v1/projects/own", empty).await.good();
        service.put("paul", "/api/v1/projects/own", new.clone()).await.problem(403);
        service.delete("paul", "/api/v1/projects/own").await.good();
        service.put("root", "/api/v1/projects/own", new).await.good();
        service.delete("root", "/api/v1/projects/own").await.good();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_name_next_has_nothing_of_who_had_it() {
    let service = company_with(&[("ursula", "USER_ADMIN")]).await;
    let password = "correct horse battery";
    service.put("ursula", "/api/v1/users/anna/password", json!({ "password": password })).await;
    service.get("anna", "/api/v1/me").await.problem(401);
    service.token_named("anna", "later").await;
    service.get("later", "/api/v1/me").await.good();
    service.delete("ursula", "/api/v1/users/anna").await.good();
    service.get("later", "/api/v1/me").await.problem(401);
    service.put("ursula", "/api/v1/users/anna", json!({})).await.good();
    service.get("later", "/api/v1/me").await.problem(401);
    let login = json!({ "user": "anna", "password": password, "new_password": "another horse battery" });
    service.post("", "/api/v1/session", login).await.problem(401);
    assert!(service.app.store().account("anna").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_own_what_they_own_and_no_more() {
    let service = company_with(&[("sara", "CREATE_DATA_SOURCE"), ("gina", "GOVERNANCE")]).await;
    let mut body = service.get("olivia", "/api/v1/data-sources/people").await.good();
    // Onto a table that only the service can read, under the same name or another one.
    body["table"] = json!("secret.salaries");
    let before = service.app.registry().world().changed;
    not_done(service.put("olivia", "/api/v1/data-sources/people", body.clone()).await);
    service.put("gina", "/api/v1/data-sources/people", body.clone()).await.problem(403);
    body.as_object_mut().unwrap().remove("name");
    not_done(service.put("sara", "/api/v1/data-sources/mine", body.clone()).await);
    service.put("nadia", "/api/v1/data-sources/mine", body.clone()).await.problem(403);
    // A look-up reads with the service's rights, too.
    let lookup = json!({ "where": { "data_source": "people" }, "rules": [{ "rows": {
        "lookup": { "table": "secret.salaries", "on": { "id": { "name": "id" } }, "user": "login" } } }] });
    not_done(service.put("olivia", "/api/v1/data-policies/look", lookup).await);
    // Policies for others' data, and for all.
    for scope in [json!("all"), json!({ "any": [{ "data_source": "people" }] })] {
        let body = json!({ "where": scope, "access": "anyone" });
        service.put("olivia", "/api/v1/subscription-policies/mine", body).await.problem(403);
    }
    service
        .put(
            "petra",
            "/api/v1/subscription-policies/asking",
            json!({ "where": { "data_source": "people" }, "access": "anyone" }),
        )
        .await
        .problem(403);
    // Grants: nobody with a permission grants to themselves, and owners only their own.
    service.put("gina", "/api/v1/grants/g", json!({ "user": "gina", "data_source": "people" })).await.problem(403);
    service.put("petra", "/api/v1/grants/g", json!({ "user": "petra", "data_source": "people" })).await.problem(403);
    assert_eq!(service.app.registry().world().changed, before);
}

/// Whoever has a right that depends on what the warehouse lets them read is refused as well when it cannot be asked.
#[track_caller]
fn not_done(answer: stand::Answered) {
    let unasked = answer.status.as_u16() == 503;
    answer.problem(if unasked { 503 } else { 403 });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_hidden_is_as_if_it_was_not_there() {
    let service = company_with(&[]).await;
    let body = json!({ "integration": "w", "table": "s.hidden", "owners": ["olivia"], "columns": [{ "name": "id", "type": "integer" }] });
    service.plant("data-source", "hidden", body).await;
    let calls = [
        ("GET", "explain?user=nadia", Value::Null),
        ("GET", "who-sees", Value::Null),
        ("GET", "sql", Value::Null),
        ("GET", "sync", Value::Null),
        ("POST", "confirm", json!({})),
        ("POST", "confirm", json!({ "columns": ["id"] })),
        ("POST", "discover", Value::Null),
        ("POST", "discover/refuse", json!({ "column": "id", "tag": "PII" })),
    ];
    for (method, path, body) in calls {
        let ask = async |name: &str| {
            let path = format!("/api/v1/data-sources/{name}/{path}");
            let sent = (method == "POST").then(|| body.clone());
            let answer = service.call("nadia", method.parse().unwrap(), &path, sent).await;
            (answer.status, answer.body)
        };
        let there = ask("hidden").await;
        assert_eq!(there, ask("nothing").await, "{path}");
        assert!([403, 404].contains(&there.0.as_u16()), "{path}");
    }
}

/// What is suggested for a name that nothing has is a name that something has.
#[tokio::test(flavor = "multi_thread")]
async fn names_of_what_is_hidden_are_not_suggested() {
    let service =
        company_with(&[("mona", "PROJECT_MANAGEMENT"), ("gina", "GOVERNANCE"), ("ursula", "USER_ADMIN")]).await;
    let body = json!({ "integration": "w", "table": "s.supplier", "owners": ["olivia"], "columns": [{ "name": "id", "type": "integer" }] });
    service.plant("data-source", "supplier", body).await;
    service.plant("user", "nathaniel", json!({})).await;
    let help = async |who: &str, path: &str, body: Value| {
        let mut whole = body.clone();
        let (kind, name) = path.split_once('/').unwrap();
        whole["kind"] = json!(kind.trim_end_matches('s'));
        whole["name"] = json!(name);
        let listed = json!({ "documents": [whole], "operations": [{ "put": whole }] });
        let only = |field: &str| json!({ field: listed[field] });
        let mut told = vec![];
        told.push(service.put(who, &format!("/api/v1/{path}?dry_run=true"), body.clone()).await.problem(422));
        told.push(service.put(who, &format!("/api/v1/{path}"), body).await.problem(422));
        told.push(service.post(who, "/api/v1/plan", only("documents")).await.problem(422));
        told.push(service.post(who, "/api/v1/apply", only("documents")).await.problem(422));
        told.push(service.post(who, "/api/v1/bulk", only("operations")).await.problem(422));
        let mut all: Vec<String> =
            told.iter().map(|one| one["errors"][0]["help"].as_str().unwrap().to_owned()).collect();
        all.dedup();
        assert_eq!(all.len(), 1, "{told:#?}");
        all.remove(0)
    };
    let sources = |name: &str| json!({ "access": "individuals", "data_sources": [name] });
    let (near, far) =
        (help("mona", "projects/pm2", sources("suppliers")).await, help("mona", "projects/pm2", sources("zzz")).await);
    assert_eq!(near, far);
    assert_eq!(help("gina", "projects/pm2", sources("suppliers")).await, "did you mean `supplier`?");
    let members = |name: &str| json!({ "access": "individuals", "members": [{ "user": name }] });
    let (near, far) =
        (help("mona", "projects/pm2", members("nathanael")).await, help("mona", "projects/pm2", members("zzz")).await);
    assert_eq!(near, far);
    assert_eq!(help("gina", "projects/pm2", members("nathanael")).await, "did you mean `nathaniel`?");
    // Purposes and what else everybody sees are suggested to everybody; groups to whoever manages them.
    let purposes = json!({ "owners": ["petra"], "access": "individuals", "purposes": ["Frau"] });
    assert_eq!(help("mona", "projects/pm2", purposes).await, "did you mean `Fraud`?");
    assert_eq!(help("ursula", "users/zoe", json!({ "groups": ["staf"] })).await, "did you mean `staff`?");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_acknowledges_or_approves_for_others() {
    let service = company_with(&[("paul", "CREATE_PROJECT")]).await;
    let body = service.get("petra", "/api/v1/projects/study").await.good();
    let changed = |pointer: &str, value: Value| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let forged = [
        changed("/members/0", json!({ "user": "anna", "acknowledged": true })),
        changed("/members/0", json!({ "user": "anna", "acknowledged": ["Fraud"] })),
        changed("/members/0", json!({ "user": "petra", "acknowledged": true })),
        changed("/purposes", json!(["Fraud", "Ads"])),
    ];
    for body in forged {
        service.put("petra", "/api/v1/projects/study", body).await.problem(403);
    }
    let mut body = body.clone();
    body["requested_purposes"] = json!([{ "purpose": "Ads", "by": "anna", "at": "2026-01-01T00:00:00Z" }]);
    service.put("petra", "/api/v1/projects/study", body).await.problem(403);
    let new = json!({ "purposes": ["Ads"], "members": [{ "user": "paul", "acknowledged": true }] });
    service.put("paul", "/api/v1/projects/own", new).await.problem(403);
    let new = json!({ "data_sources": ["people"], "masked_joins": true });
    service.put("paul", "/api/v1/projects/own", new).await.problem(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_about_themselves_by_another_role_or_document() {
    let service = company::start().await;
    service.person("gina", &["GOVERNANCE", "AUDIT", "APPLICATION_ADMIN"]).await;
    let policy = json!({ "where": { "data_source": "people" }, "access": { "approval": ["OWNER", "GOVERNANCE"] } });
    service.plant("subscription-policy", "asking", policy).await;
    let own = "/api/v1/data-sources/people/subscription";
    for who in ["gina", "olivia"] {
        let asked = service.put(who, own, json!({})).await.good();
        let path = format!("/api/v1/subscriptions/{}", asked["name"].as_str().unwrap());
        for role in ["OWNER", "GOVERNANCE", "AUDIT"] {
            service.post(who, &format!("{path}/approve"), json!({ "as": role })).await.problem(403);
        }
        service.post(who, &format!("{path}/deny"), json!({ "reason": "x" })).await;
        // By the document, as it is and as one of another name, in one's own name and in another's.
        let mut forged = service.get(who, &path).await.good();
        forged["state"] = json!("active");
        for by in [who, "olivia", "petra"] {
            let yes = |role: &str| json!({ "as": role, "by": by, "at": "2026-01-01T00:00:00Z" });
            forged["approvals"] = json!([yes("OWNER"), yes("GOVERNANCE")]);
            service.put(who, &path, forged.clone()).await.problem(403);
        }
        service.delete("nadia", &path).await.problem(403);
    }
    // Also where such a document got there somehow, a yes of one's own does not count.
    let yes = |role: &str| json!({ "as": role, "by": "anna", "at": "2026-01-01T00:00:00Z" });
    let forged = json!({ "user": "anna", "data_source": "people", "approvals": [yes("OWNER"), yes("GOVERNANCE")] });
    service.plant("subscription", "forged", forged).await;
    let world = service.app.registry().world();
    let (source, anna) = (&world.catalog.data_sources["people"], &world.catalog.users["anna"]);
    assert!(!scrim_policy::decide(&world.catalog, source, anna, chrono::Utc::now()).granted);
    // A tag on a path does not make another path of it.
    service.post("nadia", "/api/v1/subscriptions/forged%2Fapprove", json!({ "as": "OWNER" })).await.problem(405);
}

/// A token of a user with these scopes.
async fn token(service: &Service, user: &str, name: &str, scopes: &[&str]) {
    let token = ApiToken {
        id: name.to_owned(),
        hash: SecretHash::of(&SecretString::from(format!("{name}-token"))),
        user: user.to_owned(),
        name: name.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        created: chrono::Utc::now(),
        expires: None,
        last_used: None,
        revoked: None,
    };
    service.app.store().add_token(&token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_do_what_their_scopes_say() {
    let service = company::start().await;
    token(&service, "root", "reads", &["read", "all"]).await;
    token(&service, "root", "plain", &["read", "write"]).await;
    token(&service, "root", "governs", &["read", "write", "GOVERNANCE"]).await;
    token(&service, "anna", "claims", &["read", "write", "all", "GOVERNANCE", "USER_ADMIN"]).await;
    let hr = "/api/v1/users/anna/groups/hr";
    service.put("reads", hr, json!(null)).await.problem(403);
    service.get("reads", "/api/v1/users/anna").await.good();
    service.put("plain", hr, json!(null)).await.problem(404);
    service.put("governs", hr, json!(null)).await.problem(403);
    service.put("governs", "/api/v1/purposes/New", json!({})).await.good();
    service.put("claims", "/api/v1/purposes/Other", json!({})).await.problem(403);
    service.put("claims", hr, json!(null)).await.problem(403);
    // As which approver a token decides is what it may, not what its user may.
    let asked = service.put("anna", "/api/v1/data-sources/people/subscription", json!({})).await.good();
    let policy = json!({ "where": { "data_source": "people" }, "access": { "approval": ["AUDIT"] } });
    service.plant("subscription-policy", "asking", policy).await;
    let path = format!("/api/v1/subscriptions/{}/approve", asked["name"].as_str().unwrap());
    service.post("governs", &path, json!({ "as": "AUDIT" })).await.problem(403);
    service.post("root", &path, json!({ "as": "AUDIT" })).await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_who_is_disabled_are_over() {
    let service = company::start().await;
    let password = json!({ "password": "correct horse battery" });
    service.put("root", "/api/v1/users/anna/password", password).await;
    let login = json!({ "user": "anna", "password": "correct horse battery", "new_password": "another horse battery" });
    let signed_in = service.post("", "/api/v1/session", login).await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let me = || service.call_with("", reqwest::Method::GET, "/api/v1/me", None, &[]);
    me().await.problem(401);
    let headers = [("cookie", cookie.as_str())];
    let as_anna = || service.call_with("", reqwest::Method::GET, "/api/v1/me", None, &headers);
    as_anna().await.good();
    service.post("root", "/api/v1/users/anna/disable", json!(null)).await.good();
    as_anna().await.problem(401);
    // A session that was over stays so when the user is back.
    service.post("root", "/api/v1/users/anna/enable", json!(null)).await.good();
    as_anna().await.problem(401);
}

/// Names that mean something to a path (`.` and `..` aside: no client sends them as they are), to SQL, to JSON, to YAML, to HTML or to a shell; one of the greatest length.
fn hostile() -> Vec<String> {
    let mut names: Vec<String> = [
        "o'hara",
        "a\"b",
        "back\\slash",
        "a/b",
        "../..",
        "a%2Fb",
        "%00",
        "100%",
        "a?b=c",
        "a#b",
        "a;b",
        "a&b",
        "a+b",
        "a b",
        "{name}",
        "${x}",
        "<b>",
        "`id`",
        "$(id)",
        "-- x",
        "'; DROP TABLE users; --",
        "null",
        "true",
        "007",
        "1e3",
        "~",
        "*",
        "&a",
        "!t",
        "- a",
        "a: b",
        "[a]",
        "käse",
        "日本語",
        "😀",
        "e\u{301}",
        "\u{202e}abc",
        "\u{200b}",
        "\u{feff}x",
        "a\u{a0}b",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(127));
    names.push("ü".repeat(63));
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_any_content_are_names() {
    let service = company::start().await;
    for name in hostile() {
        let (at, about) = (encoded(&name), format!("{name:?}"));
        let good = |answer: stand::Answered| {
            assert!(answer.status.is_success(), "{about}: {} {:#}", answer.status, answer.body);
            answer.body
        };
        good(service.put("root", &format!("/api/v1/groups/{at}"), json!({ "description": name })).await);
        good(service.put("root", &format!("/api/v1/users/{at}"), json!({ "groups": [name] })).await);
        good(service.put("root", &format!("/api/v1/users/anna/groups/{at}"), json!(null)).await);
        good(service.put("root", &format!("/api/v1/users/{at}/attributes/{at}/{at}"), json!(null)).await);
        let user = good(service.get("root", &format!("/api/v1/users/{at}")).await);
        assert_eq!((&user["name"], &user["groups"]), (&json!(name), &json!([name])), "{about}");
        assert_eq!(user["attributes"][&name], json!([name]), "{about}");
        let members = good(service.get("root", &format!("/api/v1/groups/{at}/members")).await);
        let members: Vec<&str> =
            members["items"].as_array().unwrap().iter().map(|m| m["user"].as_str().unwrap()).collect();
        assert!(members.contains(&"anna") && members.contains(&name.as_str()), "{about}: {members:?}");
        good(service.put("olivia", &format!("/api/v1/data-sources/people/tags/{at}"), json!(null)).await);
        good(service.put("olivia", &format!("/api/v1/data-sources/people/columns/id/tags/{at}"), json!(null)).await);
        let used = good(service.get("olivia", &format!("/api/v1/used-tags?search={at}")).await);
        assert!(used["items"].as_array().unwrap().iter().any(|used| used["tag"] == json!(name)), "{about}");
        good(service.delete("root", &format!("/api/v1/users/anna/groups/{at}")).await);
        good(service.delete("root", &format!("/api/v1/users/{at}/attributes/{at}/{at}")).await);
        good(service.delete("olivia", &format!("/api/v1/data-sources/people/tags/{at}")).await);
        good(service.delete("olivia", &format!("/api/v1/data-sources/people/columns/id/tags/{at}")).await);
        good(service.put("root", &format!("/api/v1/purposes/{at}"), json!({ "acknowledgement": name })).await);
        good(
            service
                .put(
                    "root",
                    &format!("/api/v1/projects/{at}"),
                    json!({ "owners": ["petra"], "access": "anyone", "purposes": [name] }),
                )
                .await,
        );
        good(service.put("anna", &format!("/api/v1/projects/{at}/membership"), json!(null)).await);
        let acknowledged = format!("/api/v1/projects/{at}/acknowledgements/{at}");
        good(service.put("anna", &acknowledged, json!({ "text": name })).await);
        good(service.put("anna", "/api/v1/me/current-project", json!({ "project": name })).await);
        assert_eq!(good(service.get("anna", "/api/v1/me").await)["current_project"], json!(name), "{about}");
        good(service.put("anna", "/api/v1/data-sources/people/subscription", json!({ "reason": name })).await);
        good(service.delete("anna", "/api/v1/data-sources/people/subscription").await);
        good(service.delete("root", &format!("/api/v1/projects/{at}")).await);
        good(service.delete("root", &format!("/api/v1/purposes/{at}")).await);
        good(service.delete("root", &format!("/api/v1/users/{at}")).await);
        good(service.delete("root", &format!("/api/v1/groups/{at}")).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_name_is_refused() {
    let service = company::start().await;
    for name in ["%00", "a%00b", "%0A", "%20a", "a%20", "%C2%A0x", &"x".repeat(128), "%FF", "%C3%28"] {
        for path in
            ["users/anna/groups/{}", "users/{}/groups/hr", "data-sources/people/tags/{}", "users/anna/attributes/k/{}"]
        {
            let path = format!("/api/v1/{}", path.replace("{}", name));
            service.put("root", &path, json!(null)).await.problem(400);
        }
        service.put("anna", &format!("/api/v1/data-sources/{name}/subscription"), json!({})).await.problem(400);
        service
            .post("root", &format!("/api/v1/subscriptions/{name}/approve"), json!({ "as": "OWNER" }))
            .await
            .problem(400);
        service.post("root", &format!("/api/v1/unmask-requests/{name}/approve"), json!(null)).await.problem(400);
    }
    for bad in ["", " a", "a\n", "a\u{0}b"] {
        service.put("anna", "/api/v1/me/current-project", json!({ "project": bad })).await.problem(400);
    }
    let own = "/api/v1/data-sources/people/subscription";
    for bad in [
        json!([]),
        json!("x"),
        json!({ "reason": 1 }),
        json!({ "reason": "" }),
        json!({ "reason": "x".repeat(5000) }),
        json!({ "reason": "a\u{0}b" }),
    ] {
        let answer = service.put("anna", own, bad).await;
        assert_eq!(answer.status.as_u16(), 400, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_without_a_scope_is_good_for_nothing() {
    let service = company_with(&[]).await;
    let token = scrim_store::ApiToken {
        id: "bare".to_owned(),
        hash: scrim_store::SecretHash::of(&secrecy::SecretString::from("bare-token")),
        user: "root".to_owned(),
        name: "bare".to_owned(),
        scopes: vec!["all".to_owned()],
        created: chrono::Utc::now(),
        expires: None,
        last_used: None,
        revoked: None,
    };
    service.app.store().add_token(&token).await.unwrap();
    service.get("bare", "/api/v1/users/root").await.problem(403);
    service.put("bare", "/api/v1/groups/g", json!({})).await.problem(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn impersonation_is_refused_however_it_is_asked_for() {
    let service = company_with(&[("iris", "IMPERSONATE_USER")]).await;
    let changed = service.app.registry().world().changed;
    let refused = |answer: stand::Answered| {
        let problem = answer.problem(422);
        assert!(
            problem["errors"][0]["detail"].as_str().unwrap().contains("not supported by this version"),
            "{problem:#}"
        );
    };
    let mut integration = service.get("root", "/api/v1/integrations/w").await.good();
    integration["impersonation"] = json!({ "enabled": true });
    integration["kind"] = json!("integration");
    for name in ["w", "another"] {
        let body = json!({ "name": name, "impersonation": { "enabled": true }, "engine": "redshift", "database": "d", "kind": "integration" });
        let body = if name == "w" { integration.clone() } else { body };
        refused(service.put("root", &format!("/api/v1/integrations/{name}"), body.clone()).await);
        refused(service.put("root", &format!("/api/v1/integrations/{name}?dry_run=true"), body.clone()).await);
        let listed = json!({ "documents": [body] });
        refused(service.post("root", "/api/v1/plan", listed.clone()).await);
        refused(service.post("root", "/api/v1/apply", listed).await);
        refused(service.post("root", "/api/v1/bulk", json!({ "operations": [{ "put": body }] })).await);
    }
    assert_eq!(service.app.registry().world().changed, changed);
    // Whoever is said to be allowed to be somebody else is nobody else, whatever they send along.
    for header in ["x-impersonate-user", "x-scrim-user", "x-forwarded-user", "x-remote-user", "impersonate"] {
        let headers = [(header, "root")];
        let me = service.call_with("iris", reqwest::Method::GET, "/api/v1/me", None, &headers).await.good();
        assert_eq!(me["user"], "iris", "{me:#}");
    }
}
