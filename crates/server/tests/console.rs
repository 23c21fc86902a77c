//! The console by everybody who might look at it: who may, as tables, on the same catalog and as the same people as the
//! calls of the API. What the API refuses, its pages refuse.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod everybody;
mod stand;

use std::collections::{BTreeMap, BTreeSet};

use everybody::{PEOPLE, Row, changed, restore, rows, state};
use reqwest::{Method, StatusCode, header};
use stand::Service;

/// Who may look at what, and do what there; `matrix.txt` says how it is written. What is sent is a form.
const TABLES: &[&str] = &[
    include_str!("console/own.txt"),
    include_str!("console/data_sources.txt"),
    include_str!("console/people.txt"),
    include_str!("console/policies.txt"),
    include_str!("console/running.txt"),
];

/// Forms that change no document, account or token in this catalog: sessions, themes and news are none, and some have nothing
/// to do, such as enabling somebody who is enabled.
const NOWHERE: &[&str] = &[
    "POST /sign-in",
    "POST /set-up",
    "POST /sign-out",
    "POST /theme",
    "POST /current-project",
    "POST /news/read",
    "POST /data-sources/{name}/confirm",
    "POST /people/users/{name}/attributes/remove",
    "POST /people/users/{name}/enable",
    "POST /people/users/{name}/tokens/{id}/revoke",
    "POST /people/groups/{name}/attributes/remove",
    "POST /projects/{name}/request",
    "POST /webhooks/{name}/deliveries/{number}/redeliver",
];

fn table() -> Vec<Row> {
    TABLES.iter().flat_map(|table| rows(table)).collect()
}

/// What somebody is answered.
struct Shown {
    status: StatusCode,
    to: String,
    policy: String,
    text: String,
}

/// Has somebody look at a page, or send a form.
async fn look(service: &Service, who: &str, row: &Row) -> Shown {
    let method: Method = row.method.parse().unwrap();
    let mut request = service
        .client
        .request(method.clone(), format!("http://{}{}", service.address, row.concrete()))
        .header(header::ACCEPT, "text/html");
    if !who.is_empty() {
        request = request.header(header::COOKIE, format!("scrim_session={who}-session"));
    }
    if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(row.sent.clone());
    }
    let response = request.send().await.unwrap();
    let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (to, policy) = (header(header::LOCATION), header(header::CONTENT_SECURITY_POLICY));
    Shown { status: response.status(), to, policy, text: response.text().await.unwrap() }
}

#[test]
fn the_tables_have_every_address_once() {
    let mut addresses: BTreeMap<String, usize> =
        scrim_console::addresses().iter().map(|(method, path)| (format!("{method} {path}"), 0)).collect();
    for row in table() {
        let address = format!("{} {}", row.method, row.path);
        *addresses.get_mut(&address).unwrap_or_else(|| panic!("the console has no `{address}`")) += 1;
    }
    let wrong: Vec<_> = addresses.iter().filter(|(_, rows)| **rows != 1).collect();
    assert!(wrong.is_empty(), "who may look at these? Write it into a table, once: {wrong:#?}");
}

#[test]
fn the_benchmark_looks_at_every_page() {
    let table = include_str!("../benches/console/pages.txt").lines().filter(|line| !line.starts_with('#'));
    let known: BTreeSet<&str> = table.map(|line| line.split_once('|').unwrap().0.trim()).collect();
    let pages = scrim_console::addresses().into_iter().filter(|(method, _)| *method == Method::GET);
    assert_eq!(known, pages.map(|(_, path)| path).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_shown_what_the_tables_say_and_nothing_else() {
    let service = Service::start().await;
    restore(&service).await;
    service.token_for("anna").await;
    service.app.store().enqueue("hook", &[1], 1, chrono::Utc::now()).await.unwrap();
    let mut wrong = vec![];
    let mut idle = vec![];
    for row in table() {
        let mut done = row.method == "GET";
        for (letter, name, _) in PEOPLE {
            // Who was signed out, or disabled, by what was done before is so no more.
            if letter != '0' {
                service.session_for(name).await;
            }
            let before = state(&service).await;
            let shown = look(&service, name, &row).await;
            let status = shown.status.as_u16();
            let mut tell = |what: &str| {
                let text = shown.text.split_once("<main").map_or(shown.text.as_str(), |(_, main)| main);
                let text: String = text.chars().take(600).collect();
                wrong.push(format!(
                    "{} {} by {name:?}: {status} {:?}, {what}: {text}",
                    row.method,
                    row.concrete(),
                    shown.to
                ));
            };
            let to_sign_in = shown.status.is_redirection() && shown.to.starts_with("/sign-in?to=");
            // What somebody wrote stays with the browser.
            let unknown = if row.method == "GET" { to_sign_in } else { status == 401 };
            // A page may lead on to another, as one does after something was done.
            let good = row.is_good(status) || shown.status.is_redirection() && !to_sign_in;
            let changed = changed(&service, before).await;
            done |= row.allows(letter) && (changed || status == 200 || status == 201);
            match row.allows(letter) {
                true if !good => tell("and it is allowed"),
                // They are asked for something else than who they are.
                false if row.who == "!" && (![401, 403, 404].contains(&status) || changed) => {
                    tell("and it is not allowed")
                }
                false if row.who == "!" => {}
                false if letter == '0' && !unknown => tell("and nobody is signed in"),
                false if letter != '0' && ![403, 404].contains(&status) => tell("and it is not allowed"),
                false if changed => tell("and something was changed"),
                _ => {}
            }
            if !shown.text.is_empty() && !shown.policy.starts_with("default-src 'none'; script-src 'self'") {
                tell("and it is under no strict policy of content");
            }
            if changed {
                restore(&service).await;
            }
        }
        // Nobody may do some here, and for some no warehouse can be reached.
        if !done && !row.who.is_empty() && !row.who.starts_with('~') {
            idle.push(format!("{} {}", row.method, row.path));
        }
    }
    assert_eq!(idle, NOWHERE, "of which forms nothing comes for anybody");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wrote_is_shown_where_nothing_comes_of_it_and_secrets_are_not() {
    let service = Service::start().await;
    restore(&service).await;
    service.session_for("root").await;
    let post = async |path: &str, session: &str, body: String| {
        let request = service.client.post(format!("http://{}{path}", service.address)).body(body);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.header(header::COOKIE, format!("scrim_session={session}-session")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let written = "version=7&owners=anna&description=%3Cb%3Ewritten%3C%2Fb%3E".to_owned();
    let (status, text) = post("/data-sources/gone/edit", "root", written).await;
    assert_eq!(status, 404);
    assert!(text.contains("What you sent") && text.contains("&lt;b&gt;written&lt;/b&gt;"), "{text}");
    assert!(!text.contains("version"), "{text}");
    let (status, text) = post("/integrations/gone/install", "root", "admin_url=hunter2".to_owned()).await;
    assert!(status == 404 && !text.contains("hunter2"), "{text}");
    let (status, text) = post("/people/users/gone/password", "root", "password=hunter2".to_owned()).await;
    assert!(status == 404 && !text.contains("hunter2"), "{text}");
    // Nobody is sent away from what they wrote: the browser sends it once more when they are signed in again.
    let (status, text) = post("/data-sources/people/edit", "nobody", "description=x".to_owned()).await;
    assert!(status == 401 && text.contains("You are signed out") && text.contains("target=\"_blank\""), "{text}");
    let (status, text) = post("/data-sources/people/edit", "root", "x".repeat((2 << 20) + 100)).await;
    assert!(status == 413 && text.contains("The form is too long"), "{status}: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_to_a_version_that_nobody_read() {
    let service = Service::start().await;
    restore(&service).await;
    service.session_for("root").await;
    service.person("gina", &["GOVERNANCE"]).await;
    let at = |path: &str| format!("http://{}{path}", service.address);
    let cookie = "scrim_session=root-session";
    let policy = "/policies/data-policy/optional";
    let page = async |path: &str| {
        let shown = service.client.get(at(path)).header(header::COOKIE, cookie).send().await.unwrap();
        (shown.status().as_u16(), shown.text().await.unwrap())
    };
    let (_, read) = page(policy).await;
    let version = read.split("name=\"version\" value=\"").nth(1).unwrap().split("\">").next().unwrap();
    let version = version.replace("&quot;", "%22");
    let mut document = service.get("gina", "/api/v1/data-policies/optional").await.good();
    document["description"] = serde_json::json!("written meanwhile");
    service.put("gina", "/api/v1/data-policies/optional", document).await.good();
    let post = service.client.post(at(&format!("{policy}/status"))).header(header::COOKIE, cookie);
    let post = post.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let refused = post.body(format!("status=disabled&confirm=true&version={version}")).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::PRECONDITION_FAILED);
    // What was deleted can be compared, and come back by the review.
    service.delete("gina", "/api/v1/data-policies/optional").await.good();
    let (status, compared) = page(&format!("{policy}/compare?from=1&to=2")).await;
    assert!(status == 200 && compared.contains("action=\"/policies/review\""), "{status}: {compared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_do_nothing() {
    let service = Service::start().await;
    restore(&service).await;
    service.session_for("root").await;
    let post = |headers: &[(&'static str, &'static str)]| {
        let mut request = service
            .client
            .post(format!("http://{}/account/tokens", service.address))
            .header(header::COOKIE, "scrim_session=root-session")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("name=x&days=1&scope=read");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send()
    };
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://example.com")],
        &[("origin", "null")],
    ] {
        let refused = post(headers).await.unwrap();
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{headers:?}");
        assert!(refused.text().await.unwrap().contains("by a page of another site"), "{headers:?}");
    }
    let tokens = || async { service.app.store().tokens(Some("root")).await.unwrap().len() };
    let before = tokens().await;
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await.unwrap().status(), StatusCode::CREATED);
    assert_eq!(tokens().await, before + 1);
}
