//! Every call of the API by everybody who might make it: who may, as a table. A call that the table does not have fails the
//! test.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod everybody;
mod stand;

use std::collections::BTreeMap;

use everybody::{PEOPLE, changed, restore, rows, state};
use reqwest::Method;
use scrim_store::{AuditQuery, Outcome};
use stand::Service;

/// Who may call what; the file says how it is written.
const TABLE: &str = include_str!("matrix.txt");

#[test]
fn the_table_has_every_call_once() {
    let document = scrim_server::openapi();
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            calls.insert(format!("{} {path}", method.to_uppercase()), 0);
        }
    }
    for row in rows(TABLE) {
        let call = format!("{} {}", row.method, row.path);
        *calls.get_mut(&call).unwrap_or_else(|| panic!("the API has no `{call}`")) += 1;
    }
    let wrong: Vec<_> = calls.iter().filter(|(_, rows)| **rows != 1).collect();
    assert!(wrong.is_empty(), "who may call these? Write it into matrix.txt, once: {wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_may_what_the_table_says_and_nothing_else() {
    let service = Service::start().await;
    restore(&service).await;
    for (_, name, _) in PEOPLE.iter().filter(|(_, name, _)| !name.is_empty()) {
        service.token_for(name).await;
    }
    service.token_for("anna").await;
    service.app.store().enqueue("hook", &[1], 1, chrono::Utc::now()).await.unwrap();
    let (mut wrong, mut refusals) = (vec![], BTreeMap::new());
    for (number, row) in rows(TABLE).iter().enumerate() {
        for (letter, name, _) in PEOPLE {
            let before = state(&service).await;
            let request = format!("row-{number}-{letter}");
            let method: Method = row.method.parse().unwrap();
            let headers = [("x-request-id", request.as_str())];
            let answer = service.call_with(name, method, &row.concrete(), row.body(&service), &headers).await;
            let status = answer.status.as_u16();
            let tell =
                |what: &str| format!("{} {} by {name:?}: {status}, {what}: {}", row.method, row.path, answer.body);
            let changed = changed(&service, before).await;
            if row.allows(letter) {
                if !row.is_good(status) {
                    wrong.push(tell("and it is allowed"));
                }
                if changed {
                    restore(&service).await;
                }
                continue;
            }
            let refused =
                if letter == '0' && row.who != "!" { status == 401 } else { [401, 403, 404].contains(&status) };
            if !refused {
                wrong.push(tell("and it is not allowed"));
            }
            if changed {
                wrong.push(tell("and something was changed"));
                restore(&service).await;
            }
            if letter != '0' && row.who != "!" {
                refusals.insert(request, tell("and it is not in the audit trail"));
            }
        }
    }
    // What only reads is audited a moment later.
    let start = std::time::Instant::now();
    while !refusals.is_empty() && start.elapsed() < std::time::Duration::from_secs(10) {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let mut before = None;
        loop {
            let query = AuditQuery { outcome: Some(Outcome::Refused), before, limit: 1000, ..AuditQuery::default() };
            let page = service.app.store().audit_search(&query).await.unwrap();
            page.entries.iter().for_each(|entry| drop(refusals.remove(&entry.entry.request)));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
    }
    wrong.extend(refusals.into_values());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
