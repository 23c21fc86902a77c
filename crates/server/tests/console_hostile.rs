//! The console with hostile names and texts in all documents, and hostile addresses and forms: what is data stays data, nobody
//! is sent elsewhere, and what cannot be read is told as a page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use stand::Service;

/// Names that would be markup, a script, another part of an address, or another order of the text around them.
const NAMES: [&str; 5] = [
    "\"><img src=x onerror=alert(1)>",
    "</textarea></option></select></script><script>alert(1)</script>",
    "it's \"q\" \\ `b` {{7*7}} ${7*7} <!-- &lt; %00",
    "a/../b?c=1#d%2e%2e&x=y;z+w",
    "\u{202e}javascript:alert(1)//",
];
/// A text of many lines, with an end for whatever it may stand in.
const TEXT: &str = "</textarea></title></option></script>\n<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\n<svg/onload=alert(1)>\n`<b>` --> ]]>";
/// What stands in no page, as each of these would be markup out of data.
const NEVER: [&str; 6] = ["<img", "<svg/", "<b>", "<script>", "</select></script>", "-->"];

/// A document of every kind by each name, that name and the text in all their fields.
fn documents() -> Vec<(scrim_catalog::Kind, String, Value)> {
    let mut all = vec![];
    for name in NAMES {
        let mut add = |kind: &str, body: Value| all.push((kind.parse().unwrap(), name.to_owned(), body));
        add("attribute", json!({ "description": TEXT, "values": [name] }));
        add("group", json!({ "description": TEXT, "attributes": { name: [name] } }));
        add("tag", json!({ "description": TEXT }));
        add("purpose", json!({ "description": TEXT, "acknowledgement": TEXT }));
        add("user", json!({ "description": TEXT, "groups": [name], "attributes": { name: [name] } }));
        add("webhook", json!({ "description": TEXT, "url": "https://example.com/\"><img src=x>", "disabled": true }));
        add("identifier", json!({ "description": TEXT, "tag": name, "dictionary": [name, TEXT] }));
        add(
            "integration",
            json!({ "description": TEXT, "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "e" }),
        );
        add(
            "data-source",
            json!({
                "description": TEXT, "integration": name, "table": "s.t", "owners": [name, { "group": name }], "tags": [name],
                "columns": [{ "name": name, "type": "text", "description": TEXT, "tags": [name] }]
            }),
        );
        add(
            "project",
            json!({
                "description": TEXT, "data_sources": [name], "members": [{ "user": name }], "owners": [name], "purposes": [name]
            }),
        );
        add(
            "data-policy",
            json!({
                "description": TEXT, "where": { "source_tag": name },
                "rules": [{
                    "because": TEXT, "for": { "any": [{ "group": name }, { "attribute": { name: name } }] }, "otherwise": "clear",
                    "mask": { "columns": { "tag": name }, "with": { "constant": TEXT } }
                }]
            }),
        );
        add(
            "subscription-policy",
            json!({ "description": TEXT, "where": { "source_tag": name }, "access": { "conditions": { "group": name } } }),
        );
        add("grant", json!({ "description": TEXT, "user": "root", "data_source": name }));
        add(
            "subscription",
            json!({ "description": TEXT, "user": name, "data_source": name, "state": "requested", "reason": TEXT }),
        );
        add(
            "unmask-request",
            json!({
                "user": name, "data_source": name, "column": name, "token": TEXT, "reason": TEXT,
                "requested": "2026-01-01T00:00:00Z"
            }),
        );
    }
    all
}

/// Each part in braces as a name; policies are of both kinds.
fn concrete(path: &str, name: &str, kind: &str) -> String {
    let part = |part: &str| match part {
        "{kind}" => kind.to_owned(),
        "{id}" | "{number}" => "1".to_owned(),
        part if part.starts_with('{') => encoded(name),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02x}") })
        .collect()
}

/// What is answered to `root`.
struct Shown {
    status: StatusCode,
    to: String,
    policy: String,
    kind: String,
    text: String,
}

async fn look(service: &Service, method: &Method, path: &str, form: Option<&str>) -> Shown {
    let mut request = service
        .client
        .request(method.clone(), format!("http://{}{path}", service.address))
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, "scrim_session=root-session; scrim_flash=%3Cscript%3Ealert(1)%3C/script%3E");
    if let Some(form) = form {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.to_owned());
    }
    let response = request.send().await.unwrap();
    let header = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap_or("?")).to_owned();
    Shown {
        status: response.status(),
        to: header(header::LOCATION),
        policy: header(header::CONTENT_SECURITY_POLICY),
        kind: header(header::CONTENT_TYPE),
        text: response.text().await.unwrap(),
    }
}

/// What a fault of the program is called, also where it stands on a page that had begun well.
const FAULTS: [&str; 2] = ["The page could not be made", "The service could not do this"];

/// What is wrong with an answer, whatever was asked.
fn wrong(shown: &Shown) -> Option<String> {
    if shown.status.is_server_error() && shown.status != StatusCode::SERVICE_UNAVAILABLE {
        return Some("broken".to_owned());
    }
    if !shown.to.is_empty() && (!shown.to.starts_with('/') || shown.to.starts_with("//")) {
        return Some(format!("leads to {:?}", shown.to));
    }
    if shown.text.is_empty() || shown.kind.starts_with("application/sql") {
        return None;
    }
    if !shown.kind.starts_with("text/html") || !shown.policy.starts_with("default-src 'none'; script-src 'self'") {
        return Some(format!("is {:?} under {:?}", shown.kind, shown.policy));
    }
    if let Some(fault) = FAULTS.iter().find(|fault| shown.text.contains(**fault)) {
        return Some(format!("says {fault:?}"));
    }
    let markup = NEVER.iter().find(|markup| shown.text.contains(**markup));
    markup.map(|markup| format!("has {markup:?} in it"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_data_stays_data_in_every_page() {
    let service = Service::start().await;
    service.session_for("root").await;
    service.plant_all(documents()).await;
    let (mut told, mut shown_well) = (vec![], 0);
    for (_, path) in scrim_console::addresses().into_iter().filter(|(method, _)| method == Method::GET) {
        for name in NAMES {
            for kind in ["data-policy", "subscription-policy"] {
                if kind != "data-policy" && !path.contains("{kind}") {
                    continue;
                }
                let mut path = concrete(path, name, kind);
                if path == "/suggest" {
                    path = format!("/suggest?kind=users&user={}", encoded(&name.chars().take(1).collect::<String>()));
                } else if !path.contains("/search") {
                    // What narrows a list, or is asked about.
                    path = format!("{path}?tag={0}&user={0}", encoded(name));
                } else {
                    path = format!("{path}?q={}", encoded(name));
                }
                let shown = look(&service, &Method::GET, &path, None).await;
                shown_well += usize::from(shown.status == StatusCode::OK);
                if let Some(wrong) = wrong(&shown) {
                    told.push(format!("{path} ({}) {wrong}", shown.status));
                }
            }
        }
    }
    assert!(told.is_empty(), "{} wrong:\n{}", told.len(), told.join("\n"));
    assert!(shown_well > 250, "only {shown_well} pages were shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_breaks_the_console_or_leads_elsewhere() {
    let service = Service::start().await;
    let twice = "name=a&name=b&kind=data-policy&kind=zz&version=%22x%22&confirm=true";
    let elsewhere = "to=%2F%2Fexample.com&user=x&group=x&key=x&value=x&name=..&theme=dark";
    let bad = "%ff=%fe&to=%00&&=&name=%0d%0aset-cookie:x&reason=%00&document=%00&yaml=a:+%26a+[*a]&kind=data-policy";
    let deep = format!("kind=data-policy&name=x&yaml={}&document={0}", encoded(&"[".repeat(5_000)));
    let mut told = vec![];
    let posts = scrim_console::addresses().into_iter().filter(|(method, _)| method == Method::POST);
    for (_, path) in posts {
        for (form, name) in ["", twice, elsewhere, bad, deep.as_str()].into_iter().zip(NAMES) {
            // Signing out, and a new password, end it.
            service.session_for("root").await;
            let path = concrete(path, name, "data-policy");
            let shown = look(&service, &Method::POST, &path, Some(form)).await;
            if let Some(wrong) = wrong(&shown) {
                told.push(format!("{path} <- {:.60} ({}) {wrong}: {:.200}", form, shown.status, shown.text));
            }
        }
    }
    assert!(told.is_empty(), "{} wrong:\n{}", told.len(), told.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_makes_no_more_work_than_it_is_long() {
    let service = Service::start().await;
    service.person("nobody", &[]).await;
    service.session_for("root").await;
    let field = |name: &str, value: &str| format!("&{}={}", encoded(name), encoded(value));
    let begun = "kind=data-policy&yaml=k&was=k&built=%7B%7D&p.name=x".to_owned();
    let deep = |levels: usize| {
        let levels = (0..levels).map(|level| field(&format!("p.where{}", ".~".repeat(level)), "not:"));
        begun.clone() + &levels.collect::<String>()
    };
    let long = begun.clone() + &field("p.rules#", "100000000") + &field("p.rules.0", "mask:");
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (before, step) in ('a'..='h').zip('b'..='i') {
        bomb.push_str(&format!("{step}: &{step} [{}]\n", vec![format!("*{before}"); 10].join(",")));
    }
    let bombs = begun.clone() + &(0..50).map(|at| field(&format!("p.x{at}="), &bomb)).collect::<String>();
    let many = begun.clone() + &(0..100_000).map(|at| field(&format!("x{at}"), "")).collect::<String>();
    for (form, status) in
        [(deep(50), [200, 422]), (deep(600), [400; 2]), (long, [400; 2]), (bombs, [200, 422]), (many, [400; 2])]
    {
        for path in ["/policies/draft", "/policies/review"] {
            let shown = look(&service, &Method::POST, path, Some(&form)).await;
            assert!(
                status.contains(&shown.status.as_u16()),
                "{} {path} <- {:.200}: {:.300}",
                shown.status,
                form,
                shown.text
            );
            assert!(shown.text.len() < 1 << 20, "{path} <- {:.200}: {} bytes", form, shown.text.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_cannot_be_read_are_told_as_pages() {
    let service = Service::start().await;
    service.session_for("root").await;
    for (path, status) in [
        ("/data-sources/%ff", 400),
        ("/data-sources/%00", 400),
        ("/data-sources/%2e%2e%2fx", 404),
        ("/data-sources?search=a&search=b", 400),
        ("/data-sources?cursor=nonsense", 400),
        ("/audit?from=nonsense", 400),
        ("/nothing", 404),
        ("/tags/nothing/at/all", 404),
    ] {
        let shown = look(&service, &Method::GET, path, None).await;
        assert_eq!(shown.status.as_u16(), status, "{path}: {}", shown.text);
        assert_eq!(wrong(&shown), None, "{path}");
        assert!(shown.text.contains("<h1>"), "{path}: {}", shown.text);
    }
    for to in [
        "%2F%2Fexample.com",
        "%2F%5Cexample.com",
        "https:%2F%2Fexample.com",
        "%2F%00",
        "%2F%0d%0ax:y",
        "%2F%09%2Fx",
        "%2F%c2%85",
    ] {
        let shown = look(&service, &Method::GET, &format!("/sign-in?to={to}"), None).await;
        assert_eq!((shown.status, shown.to.as_str()), (StatusCode::SEE_OTHER, "/"), "{to}");
        let shown = look(&service, &Method::POST, "/theme", Some(&format!("theme=dark&to={to}"))).await;
        assert_eq!((shown.status, shown.to.as_str()), (StatusCode::SEE_OTHER, "/"), "{to}");
    }
}
