//! How quick the console is: each of its pages, as somebody who may do everything, an owner and an analyst look at it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, StatusCode, header};
use scrim_catalog::Kind;
use scrim_store::{ActorKind, NewAudit, Outcome, Via};
use serde_json::{Value, json};

use crate::stand::Service;
use crate::{Figures, policy};

/// Where each page is looked at.
const PAGES: &str = include_str!("pages.txt");
/// Who looks: an administrator with every permission, an owner of a hundred data sources, and who may read as many.
const PEOPLE: [&str; 3] = ["root", "owner", "u0"];
/// So often, or thrice where it takes longer than this.
const RUNS: usize = 20;
const LONGEST: Duration = Duration::from_secs(2);

/// What pages show, beside what a warehouse is driven by.
pub(crate) fn catalog(users: usize, sources: usize) -> Vec<(Kind, String, Value)> {
    let mut documents = vec![
        (Kind::User, "owner".to_owned(), json!({})),
        (Kind::Webhook, "hook".to_owned(), json!({ "url": "https://example.com/hook" })),
        (Kind::Identifier, "badge".to_owned(), json!({ "tag": "PII.Badge", "column_name": "badge" })),
    ];
    for n in 0..100 {
        let source = |at: usize| format!("s{}", (n * 10 + at) % sources);
        documents.push((Kind::Purpose, format!("Purpose{n}"), json!({ "acknowledgement": "For nothing else." })));
        documents.push((
            Kind::Project,
            format!("project{n}"),
            json!({
                "owners": ["owner"], "access": "individuals", "purposes": [format!("Purpose{n}")],
                "data_sources": (0..10.min(sources)).map(source).collect::<BTreeSet<_>>(),
                "members": (0..20).map(|at| (n * 20 + at) % users).collect::<BTreeSet<_>>().into_iter()
                    .map(|user| json!({ "user": format!("u{user}") })).collect::<Vec<_>>()
            }),
        ));
    }
    for n in 0..1000.min(users) {
        let source = format!("s{}", n * 7 % sources);
        documents.push((Kind::Grant, format!("grant{n}"), json!({ "user": format!("u{n}"), "data_source": source })));
    }
    documents
}

/// An audit trail of as many entries, of the last month.
async fn trail(service: &Service, entries: usize) {
    let now = chrono::Utc::now();
    let entry = |n: usize| NewAudit {
        at: now - chrono::TimeDelta::seconds((n * 25) as i64),
        actor: format!("u{}", n % 1000),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: format!("request-{n}"),
        action: ["data-source.get", "data-policy.put", "user.get"][n % 3].to_owned(),
        object_kind: Some(["data-source", "data-policy", "user"][n % 3].to_owned()),
        object_name: Some(format!("s{}", n % 100)),
        outcome: Outcome::Allowed,
        decided_by: None,
        details: Value::Null,
        address: None,
    };
    for from in (0..entries).step_by(1000).rev() {
        let entries = (from..entries.min(from + 1000)).rev().map(entry).collect();
        service.app.store().audit_many(entries).await.unwrap();
    }
}

/// When the first part of an answer was there, and when all of it was.
struct Shown {
    status: StatusCode,
    first: Duration,
    whole: Duration,
}

async fn look(request: RequestBuilder, who: &str) -> Shown {
    let request =
        request.header(header::ACCEPT, "text/html").header(header::COOKIE, format!("scrim_session={who}-session"));
    let start = Instant::now();
    let mut response = request.send().await.unwrap();
    let mut first = None;
    while response.chunk().await.unwrap().is_some() {
        first.get_or_insert_with(|| start.elapsed());
    }
    let whole = start.elapsed();
    Shown { status: response.status(), first: first.unwrap_or(whole), whole }
}

/// What is told of a page: when its first part was there, and all of it.
struct Told {
    what: String,
    first: Figures,
    whole: Figures,
}

impl Told {
    fn of(what: String, shown: &[Shown]) -> Self {
        let of = |time: fn(&Shown) -> Duration| Figures::of(shown.iter().map(time).collect());
        Self { what, first: of(|one| one.first), whole: of(|one| one.whole) }
    }

    fn tell(&self, base: &Figures) {
        let Self { what, first, whole } = self;
        let ratio = first.half.as_secs_f64() / base.half.as_secs_f64();
        println!("  {what}: first part {first} ({ratio:.1} of /api/v1/me), whole {whole}");
    }
}

/// Looks at every page.
pub(crate) async fn run(service: &Service, entries: usize) {
    let rows: Vec<(&str, &str)> = PAGES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('|').unwrap())
        .map(|(path, look)| (path.trim(), look.trim()))
        .collect();
    trail(service, entries).await;
    for who in PEOPLE {
        service.session_for(who).await;
    }
    let at = |path: &str| format!("http://{}{path}", service.address);
    let get = |path: &str| service.client.get(at(path));

    let mut base = Vec::new();
    for _ in 0..200 {
        base.push(look(get("/api/v1/me"), "root").await.whole);
    }
    let base = Figures::of(base);
    println!("GET /api/v1/me, which each page begins with: {base}");
    let mut told = Vec::new();
    for who in PEOPLE {
        for (_, path) in &rows {
            let (mut shown, begun) = (Vec::new(), Instant::now());
            for n in 0..RUNS {
                if n > 2 && begun.elapsed() > LONGEST {
                    break;
                }
                shown.push(look(get(&path.replace('#', &(n * 37 % 100).to_string())), who).await);
            }
            let status = shown[0].status;
            let refused = [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status) && who != "root";
            assert!(refused || status.is_success() || status.is_redirection(), "{path} as {who}: {status}");
            if !refused {
                let page = Told::of(format!("{path} as {who}"), &shown);
                // All of them take minutes: how far it is.
                eprintln!("{}: {}", page.what, page.first);
                told.push(page);
            }
        }
    }
    // The longest first.
    told.sort_by_key(|one| std::cmp::Reverse(one.first.half));
    let slow = told.iter().filter(|one| one.first.most > Duration::from_millis(200)).count();
    println!("{} pages, of which {slow} have nothing to show within 200 ms in each of {RUNS} runs:", told.len());
    told.iter().for_each(|one| one.tell(&base));
    let mut whole: Vec<&Told> = told.iter().collect();
    whole.sort_by_key(|one| std::cmp::Reverse(one.whole.half));
    println!("those that take the longest until all of them is there:");
    whole.iter().take(15).for_each(|one| one.tell(&base));

    println!("what is counted anew after a policy was changed, and what a change of one means:");
    for path in ["/", "/data-sources", "/reports"] {
        let mut shown = Vec::new();
        for n in 0..10 {
            let body = policy(0, if n % 2 == 0 { "nullify" } else { "hash" });
            service.put("root", "/api/v1/data-policies/p0", body).await.good();
            service.enforced("w").await;
            shown.push(look(get(path), "root").await);
        }
        Told::of(format!("{path} after a change"), &shown).tell(&base);
    }
    for (kind, name, yaml) in [
        (
            "data-policy",
            "p0",
            "kind: data-policy\nname: p0\nwhere: { source_tag: T0 }\nrules:\n- mask: { columns: { tag: PII }, with: nullify }\n",
        ),
        (
            "subscription-policy",
            "a0",
            "kind: subscription-policy\nname: a0\nwhere: { source_tag: T0 }\naccess: { conditions: { group: g1 } }\n",
        ),
    ] {
        let mut shown = Vec::new();
        for _ in 0..10 {
            let form = format!("kind={kind}&of={name}&version=1&yaml={}", encoded(yaml));
            let request = service.client.post(at("/policies/review")).body(form);
            shown.push(look(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), "root").await);
        }
        assert!(shown[0].status.is_success(), "{kind}: {}", shown[0].status);
        Told::of(format!("what a changed {kind} means"), &shown).tell(&base);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
