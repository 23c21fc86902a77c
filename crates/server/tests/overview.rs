//! Many data sources at a glance: what each caller is told of them, and what nobody is told who may not know it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod company;
mod stand;

use chrono::{SubsecRound, Utc};
use scrim_store::{SyncState, SyncWord};
use serde_json::{Value, json};
use stand::Service;

const OVERVIEW: &str = "/api/v1/source-overview";

/// The company, with a table that nobody is to know of, one of a group, and people who govern.
async fn opened() -> Service {
    let service = company::start().await;
    service
        .plant("integration", "v", json!({ "engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "e" }))
        .await;
    let secret = json!({
        "integration": "v", "table": "vault.secret", "owners": ["petra"], "tags": ["Vault.Deep"], "description": "for no one",
        "columns": [{ "name": "id", "type": "integer", "tags": ["New"] }]
    });
    service.plant("data-source", "secret", secret).await;
    let shared = json!({
        "integration": "w", "table": "t.shared", "owners": [{ "group": "staff" }], "tags": ["PII"],
        "columns": [{ "name": "id", "type": "integer", "tags": ["New", "PII.SSN"] }, { "name": "old", "type": "integer" }]
    });
    service.plant("data-source", "shared", shared).await;
    service.plant("grant", "anna", json!({ "user": "anna", "data_source": "people" })).await;
    for (name, permissions) in [("gina", "GOVERNANCE"), ("aude", "AUDIT"), ("adam", "APPLICATION_ADMIN")] {
        service.person(name, &[permissions]).await;
    }
    let state = |integration: &str, subject: &str, state: SyncWord| SyncState {
        integration: integration.to_owned(),
        subject: subject.to_owned(),
        state,
        reason: (state != SyncWord::InSync).then(|| format!("why {subject}")),
        attempts: 0,
        next_attempt: None,
        wanted_sequence: 1,
        pushed_sequence: None,
        since: Utc::now().trunc_subsecs(6),
        at: Utc::now().trunc_subsecs(6),
    };
    let states = [
        state("w", "people", SyncWord::Failed),
        state("v", "secret", SyncWord::InSync),
        state("w", "elsewhere", SyncWord::Closed),
    ];
    service.app.store().set_sync_states(&states).await.unwrap();
    service
}

async fn seen(service: &Service, who: &str, query: &str) -> Value {
    service.get(who, &format!("{OVERVIEW}{query}")).await.good()
}

fn names(overview: &Value) -> Vec<&str> {
    overview["items"].as_array().unwrap().iter().map(|row| row["data_source"].as_str().unwrap()).collect()
}

fn facet(overview: &Value, name: &str) -> Vec<(String, u64)> {
    let values = overview["facets"][name].as_array().unwrap().iter();
    values.map(|one| (one["value"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
}

fn counts(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_governor_sees_everything() {
    let service = opened().await;
    let all = seen(&service, "gina", "").await;
    assert_eq!((names(&all), &all["total"]), (vec!["people", "secret", "shared"], &json!(3)));
    let people = json!({
        "data_source": "people", "integration": "w", "schema": "s", "table": "s.people", "view": "governed.people",
        "status": "active", "access": "discoverable", "asking": true, "owners": [{ "name": "olivia", "group": false }],
        "tags": ["HR", "PII.Passport", "PII.SSN"], "columns": 3, "columns_to_confirm": 0, "data_policies": 2,
        "subscription_policies": 1, "protected": true, "state": "failed", "reason": "why people"
    });
    assert_eq!(all["items"][0], people);
    let secret = &all["items"][1];
    assert_eq!(
        (&secret["access"], &secret["state"], &secret["reason"]),
        (&Value::Null, &json!("in_sync"), &Value::Null)
    );
    assert_eq!((&secret["protected"], &secret["columns_to_confirm"]), (&json!(false), &json!(1)));
    let shared = &all["items"][2];
    assert_eq!(
        (&shared["owners"][0], &shared["state"]),
        (&json!({ "name": "staff", "group": true }), &json!("waiting"))
    );
    assert_eq!(facet(&all, "integration"), counts(&[("w", 2), ("v", 1)]));
    assert_eq!(facet(&all, "schema"), counts(&[("s", 1), ("t", 1), ("vault", 1)]));
    assert_eq!(facet(&all, "owner"), counts(&[("olivia", 1), ("petra", 1), ("staff", 1)]));
    assert_eq!(facet(&all, "protected"), counts(&[("false", 2), ("true", 1)]));
    assert_eq!(facet(&all, "state"), counts(&[("failed", 1), ("in_sync", 1), ("waiting", 1)]));
    let tags =
        [("New", 2), ("PII", 2), ("PII.SSN", 2), ("HR", 1), ("PII.Passport", 1), ("Vault", 1), ("Vault.Deep", 1)];
    assert_eq!(facet(&all, "tag"), counts(&tags));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_count_is_what_its_filter_finds() {
    let service = opened().await;
    for who in ["gina", "aude", "adam", "olivia", "petra", "anna", "nadia"] {
        let all = seen(&service, who, "").await;
        for name in ["integration", "schema", "tag", "owner", "protected", "state"] {
            for (value, count) in facet(&all, name) {
                let fit = seen(&service, who, &format!("?{name}={}", company::encoded(&value))).await;
                assert_eq!(fit["total"], count, "{who}: {name}={value}");
                assert_eq!(fit["items"].as_array().unwrap().len() as u64, count, "{who}: {name}={value}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_named_is_told_as_among_all() {
    let service = opened().await;
    for who in ["gina", "aude", "adam", "olivia", "petra", "anna", "nadia"] {
        let all = seen(&service, who, "").await;
        for name in ["people", "secret", "shared", "elsewhere", "peopl"] {
            let among: Vec<&Value> =
                all["items"].as_array().unwrap().iter().filter(|row| row["data_source"] == name).collect();
            let named = seen(&service, who, &format!("?name={name}")).await;
            assert_eq!(named["items"].as_array().unwrap().iter().collect::<Vec<_>>(), among, "{who}: {name}");
            assert_eq!((&named["total"], &named["next"]), (&json!(among.len()), &all["next"]), "{who}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_hold_together() {
    let service = opened().await;
    let over_tags = json!({
        "where": { "any": [{ "source_tag": "PII" }, { "column_tag": "PII.SSN" }] },
        "rules": [{ "mask": { "columns": "all", "with": "nullify" } }],
    });
    service.plant("data-policy", "over-tags", over_tags).await;
    let staged = json!({ "where": { "schema": "vault" }, "access": "anyone", "status": "staged" });
    service.plant("subscription-policy", "staged-one", staged).await;
    let found = |query: &'static str| {
        let service = &service;
        async move { names(&seen(service, "gina", query).await).join(" ") }
    };
    for (query, wanted) in [
        ("?search=FOR%20NO", "secret"),
        ("?search=s.PEOPLE", "people"),
        ("?tag=PII", "people shared"),
        ("?tag=PI", ""),
        ("?tag=PII&schema=t", "shared"),
        ("?owner=staff", "shared"),
        ("?waiting=true", "secret shared"),
        ("?waiting=false", "people"),
        ("?protected=false&waiting=true&integration=v", "secret"),
        ("?state=closed", ""),
        ("?state=failed,closed,waiting", "people shared"),
        ("?status=disabled", ""),
        ("?status=active&state=waiting", "shared"),
        ("?mine=true", ""),
        ("?policy=data-policies/over-tags", "people shared"),
        ("?policy=data-policies/over-tags&schema=t", "shared"),
        ("?policy=subscription-policies/staged-one", "secret"),
        ("?mine=false&limit=1", "people"),
    ] {
        assert_eq!(found(query).await, wanted, "{query}");
    }
    for wrong in [
        "?state=fine",
        "?state=failed,",
        "?state=failed%20",
        "?status=staged",
        "?protected=maybe",
        "?waiting=",
        "?limit=0",
        "?cursor=%00",
        "?tags=x",
        "?policy=over-tags",
        "?policy=users/anna",
    ] {
        service.get("gina", &format!("{OVERVIEW}{wrong}")).await.problem(400);
    }
    // What an owner may choose they know of, before they have chosen it.
    let chosen = json!({ "where": "chosen_by_owner", "rules": [{ "mask": { "columns": "all", "with": "nullify" } }] });
    service.plant("data-policy", "for-choosing", chosen).await;
    service.get("olivia", "/api/v1/data-policies/for-choosing").await.good();
    service.get("nadia", "/api/v1/data-policies/for-choosing").await.problem(404);
    // Of a policy that is hidden the same is told as of one that is not there.
    for (who, policy) in [("gina", "none"), ("nadia", "over-tags"), ("nadia", "none")] {
        service.get(who, &format!("{OVERVIEW}?policy=data-policies/{policy}")).await.problem(404);
    }
    // Pages, each with the counts of all.
    let first = seen(&service, "gina", "?limit=2").await;
    assert_eq!((names(&first), &first["total"]), (vec!["people", "secret"], &json!(3)));
    let next = first["next"].as_str().unwrap();
    let last = seen(&service, "gina", &format!("?limit=2&cursor={next}")).await;
    assert_eq!((names(&last), &last["next"], &last["total"]), (vec!["shared"], &Value::Null, &json!(3)));
    assert_eq!(first["facets"], last["facets"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_know_how_their_own_stand_and_of_nothing_else() {
    let service = opened().await;
    let own = seen(&service, "olivia", "?mine=true").await;
    assert_eq!(names(&own), ["people", "shared"]);
    for row in own["items"].as_array().unwrap() {
        assert_eq!((&row["access"], &row["data_policies"]), (&json!("owner"), &json!(2)), "{row}");
        assert!(row["state"].is_string() && row["view"].is_string(), "{row}");
    }
    assert_eq!(own["items"][0]["reason"], "why people");
    let waiting = seen(&service, "olivia", "?mine=true&waiting=true").await;
    assert_eq!(names(&waiting), ["shared"]);
    // Of what another owns, only that it is there to be asked for.
    let both = seen(&service, "petra", "").await;
    assert_eq!(names(&both), ["people", "secret", "shared"]);
    assert_eq!(facet(&both, "state"), counts(&[("in_sync", 1), ("waiting", 1)]));
    assert_eq!(facet(&both, "protected"), counts(&[("false", 2)]));
    assert_eq!(names(&seen(&service, "petra", "?state=failed").await), [""; 0]);
    assert_eq!(names(&seen(&service, "petra", "?protected=true").await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_finds_it_is_told_what_its_document_says() {
    let service = opened().await;
    let found = seen(&service, "nadia", "").await;
    let row = json!({
        "data_source": "people", "integration": "w", "schema": "s", "table": "s.people", "status": "active",
        "access": "discoverable", "asking": true, "owners": [{ "name": "olivia", "group": false }],
        "tags": ["HR", "PII.Passport", "PII.SSN"], "columns": 3, "columns_to_confirm": 0
    });
    assert_eq!((&found["items"], &found["total"]), (&json!([row]), &json!(1)));
    for hidden in ["protected", "state"] {
        assert_eq!(facet(&found, hidden), [], "{hidden}");
    }
    // Nothing by which to guess what is hidden.
    for query in [
        "?search=secret",
        "?integration=v",
        "?schema=vault",
        "?tag=Vault",
        "?owner=petra",
        "?protected=true",
        "?protected=false",
        "?state=failed",
        "?state=waiting",
        "?waiting=true",
        "?mine=true",
    ] {
        let none = seen(&service, "nadia", query).await;
        assert_eq!((&none["items"], &none["total"]), (&json!([]), &json!(0)), "{query}");
        assert!(none["facets"].as_object().unwrap().values().all(|values| *values == json!([])), "{query}: {none}");
    }
    // A grant lets anna read it, and a request stays one.
    let reads = &seen(&service, "anna", "").await["items"][0];
    assert_eq!((&reads["access"], &reads["view"]), (&json!("reader"), &json!("governed.people")));
    assert_eq!((&reads["state"], &reads["protected"]), (&Value::Null, &Value::Null));
    service.put("nadia", "/api/v1/data-sources/people/subscription", json!({})).await.good();
    assert_eq!(seen(&service, "nadia", "").await["items"][0]["access"], "asked");
    service.get("", OVERVIEW).await.problem(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_knows_how_far_it_is_and_not_by_which_policies() {
    let service = opened().await;
    let all = seen(&service, "adam", "").await;
    assert_eq!((names(&all), facet(&all, "protected")), (vec!["people", "secret", "shared"], vec![]));
    for row in all["items"].as_array().unwrap() {
        let told = ["data_policies", "subscription_policies", "protected"].map(|field| &row[field]);
        assert_eq!(told, [&Value::Null; 3], "{row}");
        assert!(row["state"].is_string() && row["view"].is_string(), "{row}");
    }
    assert_eq!(names(&seen(&service, "adam", "?protected=false").await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_what_is_in_force_now_and_as_the_report_does() {
    let service = opened().await;
    let agree = || async {
        let report = service.get("gina", "/api/v1/reports/unprotected-sources").await.good();
        let fields = ["data_source", "data_policies", "subscription_policies"];
        let of = |rows: &Value| -> Vec<Value> {
            rows["items"].as_array().unwrap().iter().map(|row| json!(fields.map(|field| &row[field]))).collect()
        };
        let overview = seen(&service, "gina", "?protected=false&status=active").await;
        assert_eq!(of(&report), of(&overview));
        names(&overview).join(" ")
    };
    assert_eq!(agree().await, "secret shared");
    let vault = json!({ "where": { "source_tag": "Vault" }, "access": "anyone" });
    service.put("gina", "/api/v1/subscription-policies/vault", vault).await.good();
    assert_eq!(agree().await, "shared");
    // A guardrail gives nothing, what is staged is not in force, and what an owner changes counts at once.
    let guard = json!({ "where": "all", "guardrail": true, "access": { "conditions": { "group": "staff" } } });
    service.put("gina", "/api/v1/subscription-policies/guard", guard).await.good();
    assert_eq!(agree().await, "shared");
    service.put("petra", "/api/v1/data-sources/shared/tags/Vault", Value::Null).await.good();
    assert_eq!(agree().await, "");
    let staged = json!({ "where": { "source_tag": "Vault" }, "access": "anyone", "status": "staged" });
    service.put("gina", "/api/v1/subscription-policies/vault", staged).await.good();
    assert_eq!(agree().await, "secret shared");
    service.put("gina", "/api/v1/users/zoe", json!({})).await.problem(403);
    service.plant("user", "zoe", json!({})).await;
    assert_eq!(agree().await, "secret shared");
}
