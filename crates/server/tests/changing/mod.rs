//! Random changes through the API, out of one number: of policies, people, projects, access, tags and data sources, one at a
//! time or several in one change.

#![allow(unreachable_pub, reason = "a module of a test")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use reqwest::Method;
use scrim_catalog::{Catalog, Kind};
use scrim_testkit::random::Choice;
use serde_json::{Value, json};

use crate::stand::Service;

/// People with a login, of whom one owns the data sources.
pub const READERS: [&str; 4] = ["anna", "bert", "cleo", "olivia"];
const GROUPS: [&str; 3] = ["hr", "eu", "ops"];
const COUNTRIES: [&str; 3] = ["FR", "US", "DE"];
const PURPOSES: [&str; 2] = ["Fraud", "Ads"];
const PROJECTS: [&str; 2] = ["study", "team"];
const SOURCES: [&str; 2] = ["people", "orders"];

/// Whoever changes things.
pub struct Changer<'a> {
    service: &'a Service,
    pub choice: Choice,
    /// How often a change of each kind was made.
    pub made: BTreeMap<&'static str, usize>,
    pub versions: Versions,
    /// The group that the last of several changes asked for.
    asked: &'static str,
}

/// The catalog after each change, by the number of its last event.
#[derive(Default)]
pub struct Versions(pub BTreeMap<u64, Arc<Catalog>>);

impl Versions {
    /// The versions between two numbers, of which the first is the one that stood at the first number.
    pub fn between(&self, from: u64, until: u64) -> Vec<u64> {
        let first = self.0.range(..=from).next_back().map(|(at, _)| *at);
        let later = self.0.range((Bound::Excluded(from), Bound::Included(until))).map(|(at, _)| *at);
        first.into_iter().chain(later).collect()
    }
}

/// The documents that are there before anything is changed, but for the integration, whose text columns are of this type.
pub fn first(text: &str) -> Vec<(Kind, String, Value)> {
    let of = |kind: Kind, name: &str, body: Value| (kind, name.to_owned(), body);
    let column =
        |name: &str, column_type: &str, tags: Value| json!({ "name": name, "type": column_type, "tags": tags });
    let mut all = vec![of(Kind::Attribute, "country", json!({}))];
    all.extend(GROUPS.map(|name| of(Kind::Group, name, json!({}))));
    all.extend(PURPOSES.map(|name| of(Kind::Purpose, name, json!({ "acknowledgement": "words" }))));
    all.extend(
        READERS.map(|name| of(Kind::User, name, json!({ "groups": ["hr"], "attributes": { "country": ["FR"] } }))),
    );
    all.push(of(
        Kind::DataSource,
        "people",
        json!({ "integration": "w", "table": "raw.people", "owners": ["olivia"], "tags": ["HR"], "columns": [
            column("id", "integer", json!([])), column("name", text, json!(["PII.Name"])),
            column("salary", "integer", json!(["Pay"])), column("country", text, json!([])), column("note", text, json!([])),
        ] }),
    ));
    all.push(of(
        Kind::DataSource,
        "orders",
        json!({ "integration": "w", "table": "raw.orders", "owners": ["olivia"], "columns": [
            column("id", "integer", json!([])), column("buyer", text, json!(["PII.Name"])),
            column("amount", "integer", json!(["Pay"])), column("country", text, json!([])),
        ] }),
    ));
    let member = |name: &str| json!({ "user": name, "acknowledged": true });
    all.push(of(
        Kind::Project,
        "study",
        json!({ "access": "anyone", "purposes": ["Fraud"], "data_sources": ["people"], "members": [member("anna"), member("bert")] }),
    ));
    all.push(of(
        Kind::Project,
        "team",
        json!({ "access": "anyone", "purposes": ["Ads"], "data_sources": ["people", "orders"], "equalized": true,
            "members": [member("bert"), member("cleo")] }),
    ));
    all.push(of(
        Kind::SubscriptionPolicy,
        "a0",
        json!({ "where": "all", "access": { "conditions": { "group": "hr" } } }),
    ));
    let asked = json!({ "where": { "data_source": "orders" }, "access": { "approval": ["OWNER"] }, "combine": "shared", "discoverable": true });
    all.push(of(Kind::SubscriptionPolicy, "a3", asked));
    all.push(of(Kind::DataPolicy, "m0", mask_of("PII", json!("hash"), &json!({ "group": "hr" }))));
    all
}

fn mask_of(tag: &str, with: Value, except: &Value) -> Value {
    json!({ "where": "all", "rules": [{ "mask": { "columns": { "tag": tag }, "with": with }, "except": except }] })
}

/// One of a list of texts.
fn of(choice: &mut Choice, list: &[&'static str]) -> &'static str {
    choice.of(list)
}

/// A condition on people.
fn who(choice: &mut Choice, depth: usize) -> Value {
    if depth == 0 || choice.odds(2) {
        return match choice.below(6) {
            0..=2 => json!({ "group": of(choice, &GROUPS) }),
            3 => json!({ "attribute": { "country": of(choice, &COUNTRIES) } }),
            4 => json!({ "purpose": of(choice, &PURPOSES) }),
            _ => json!({ "user": of(choice, &READERS) }),
        };
    }
    match choice.below(3) {
        0 => json!({ "not": who(choice, depth - 1) }),
        1 => json!({ "all": [who(choice, depth - 1), who(choice, depth - 1)] }),
        _ => json!({ "any": [who(choice, depth - 1), who(choice, depth - 1)] }),
    }
}

fn mask(choice: &mut Choice) -> Value {
    let (tag, masks) = if choice.odds(2) {
        ("Pay", vec![json!("nullify"), json!({ "round": 1000 }), json!({ "constant": "7" })])
    } else {
        let first =
            vec![json!("hash"), json!("reversible"), json!("format_preserving"), json!({ "constant": "hidden" })];
        let more = [json!({ "partial": { "last": 2 } }), json!({ "k_anonymous": { "k": 2 } }), json!("nullify")];
        (of(choice, &["PII", "PII.Name"]), [first, more.to_vec()].concat())
    };
    let with = masks[choice.below(masks.len())].clone();
    let mut rule = json!({ "mask": { "columns": { "tag": tag }, "with": with } });
    if choice.odds(4) {
        rule["mask"]["when"] = json!("country <> 'US'");
    }
    if choice.odds(3) {
        rule["for"] = who(choice, 1);
        rule["otherwise"] = json!("clear");
    } else {
        rule["except"] = who(choice, 1);
    }
    rule
}

fn rows(choice: &mut Choice) -> Value {
    match choice.below(5) {
        0 if choice.odds(2) => json!({ "rows": "never", "for": who(choice, 1) }),
        1 if choice.odds(2) => json!({ "purpose": { "any": [of(choice, &PURPOSES)] }, "except": who(choice, 1) }),
        2 => {
            json!({ "rows": { "filter": of(choice, &["id > 2", "country <> 'FR'", "@isInGroups('eu') OR id = 1"]) }, "except": who(choice, 1) })
        }
        _ => {
            json!({ "rows": { "match": { "attribute": "country", "column": { "name": "country" } } }, "except": who(choice, 1) })
        }
    }
}

fn scope(choice: &mut Choice) -> Value {
    match choice.below(4) {
        0 => json!({ "data_source": of(choice, &SOURCES) }),
        1 => json!({ "column_tag": "Pay" }),
        2 => json!({ "source_tag": "HR" }),
        _ => json!("all"),
    }
}

fn data_policy(choice: &mut Choice) -> Value {
    let rules: Vec<Value> =
        (0..1 + choice.below(2)).map(|_| if choice.odds(4) { rows(choice) } else { mask(choice) }).collect();
    let status = if choice.odds(6) { "staged" } else { "active" };
    json!({ "where": scope(choice), "status": status, "rules": rules })
}

fn subscription_policy(choice: &mut Choice) -> Value {
    let access = match choice.below(5) {
        0 => json!("anyone"),
        1 => json!({ "approval": ["OWNER"] }),
        2 => json!("individuals"),
        _ => json!({ "conditions": who(choice, 1) }),
    };
    let status = if choice.odds(6) { "staged" } else { "active" };
    let combine = of(choice, &["required", "shared"]);
    json!({ "where": scope(choice), "status": status, "access": access, "combine": combine, "discoverable": true })
}

/// In how long something ends.
fn soon(choice: &mut Choice) -> Value {
    json!(chrono::Utc::now() + chrono::TimeDelta::milliseconds(300 + 100 * i64::try_from(choice.below(12)).unwrap()))
}

impl<'a> Changer<'a> {
    pub fn new(service: &'a Service, choice: Choice) -> Self {
        let world = service.app.registry().world();
        let versions = Versions(BTreeMap::from([(world.sequence, Arc::clone(&world.catalog))]));
        Self { service, choice, made: BTreeMap::new(), versions, asked: GROUPS[0] }
    }

    /// Makes a change, of whichever kind; not all that are tried can be made.
    pub async fn change(&mut self) {
        match self.choice.below(26) {
            0..=2 => self.policy().await,
            3..=9 => self.several_at_once().await,
            10..=12 => self.person().await,
            13..=16 => self.project().await,
            17..=20 => self.access().await,
            21 => self.tag().await,
            22 => self.column().await,
            23 => self.activity().await,
            _ => self.everything_anew().await,
        }
    }

    async fn call(&mut self, what: &'static str, who: &str, method: Method, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let answer = self.service.call(who, method, &format!("/api/v1/{path}"), body).await;
        assert!(!answer.status.is_server_error(), "{what}: {path}: {answer:#?}");
        assert_ne!(answer.status.as_u16(), 400, "{what}: {path}: {answer:#?}");
        if answer.status.is_success() {
            *self.made.entry(what).or_default() += 1;
            // Nobody else writes, but for events that change no document: the number is that of the answer.
            let catalog = Arc::clone(&self.service.app.registry().world().catalog);
            self.versions.0.entry(answer.body["sequence"].as_u64().unwrap()).or_insert(catalog);
        }
        answer.body
    }

    /// A document as it stands.
    fn document(&self, kind: Kind, name: &str) -> Value {
        self.service.app.registry().world().catalog.json(kind, name).unwrap()
    }

    async fn policy(&mut self) {
        let (data, name) = (self.choice.odds(2), self.choice.below(3));
        let path = if data { format!("data-policies/m{name}") } else { format!("subscription-policies/a{name}") };
        if self.choice.odds(4) {
            self.call("delete a policy", "root", Method::DELETE, &path, Value::Null).await;
        } else if data {
            let body = data_policy(&mut self.choice);
            self.call("put a data policy", "root", Method::PUT, &path, body).await;
        } else {
            let body = subscription_policy(&mut self.choice);
            self.call("put a subscription policy", "root", Method::PUT, &path, body).await;
        }
    }

    /// A policy, and whoever it speaks of: in no order of theirs is the moment between always safe.
    async fn several_at_once(&mut self) {
        let mut operations = Vec::new();
        // The policy asks for the group whose members change, or did so until now.
        let before = std::mem::replace(&mut self.asked, of(&mut self.choice, &GROUPS));
        let asked = self.asked;
        let group = if self.choice.odds(2) { asked } else { before };
        let clear = if self.choice.odds(2) { json!({ "group": asked }) } else { json!({ "not": { "group": asked } }) };
        let mut put = |kind: &str, name: &str, mut body: Value| {
            body["kind"] = json!(kind);
            body["name"] = json!(name);
            operations.push(json!({ "put": body }));
        };
        match self.choice.below(8) {
            0 => put("subscription-policy", "a0", json!({ "where": "all", "access": { "conditions": clear } })),
            1 => {
                let rule = json!({ "rows": "never", "for": { "not": clear } });
                put("data-policy", "m1", json!({ "where": "all", "rules": [rule] }));
            }
            _ => put(
                "data-policy",
                "m0",
                mask_of(of(&mut self.choice, &["PII", "PII", "PII", "Pay"]), json!("nullify"), &clear),
            ),
        }
        for user in READERS {
            let mut body = self.document(Kind::User, user);
            let mut groups: Vec<Value> = body["groups"].as_array().cloned().unwrap_or_default();
            let had = groups.len();
            groups.retain(|one| one != group);
            if groups.len() == had {
                groups.push(json!(group));
            }
            if !self.choice.odds(3) {
                body["groups"] = json!(groups);
                put("user", user, body);
            }
        }
        let body = json!({ "operations": operations, "confirm": true });
        self.call("several at once", "root", Method::POST, "bulk", body).await;
    }

    /// People and policies as they were at first, in one change: random ones let less and less through.
    async fn everything_anew(&mut self) {
        let kinds = [Kind::User, Kind::DataPolicy, Kind::SubscriptionPolicy];
        let first = first("").into_iter().filter(|(kind, ..)| kinds.contains(kind));
        let mut operations = Vec::new();
        for (kind, name, mut body) in first {
            body["kind"] = json!(kind.as_str());
            body["name"] = json!(name);
            operations.push(json!({ "put": body }));
        }
        let world = self.service.app.registry().world();
        for (kind, name) in
            [("data-policy", "m1"), ("data-policy", "m2"), ("subscription-policy", "a1"), ("subscription-policy", "a2")]
        {
            if world.catalog.has(kind.parse().unwrap(), name) {
                operations.push(json!({ "delete": { "kind": kind, "name": name } }));
            }
        }
        let body = json!({ "operations": operations, "confirm": true });
        self.call("everything anew", "root", Method::POST, "bulk", body).await;
    }

    async fn person(&mut self) {
        let user = of(&mut self.choice, &READERS);
        let method = if self.choice.odds(3) { Method::DELETE } else { Method::PUT };
        let (group, country) = (of(&mut self.choice, &GROUPS), of(&mut self.choice, &COUNTRIES));
        match self.choice.below(3) {
            0 => self.call("a group", "root", method, &format!("users/{user}/groups/{group}"), Value::Null).await,
            1 => {
                let path = format!("users/{user}/attributes/country/{country}");
                self.call("an attribute", "root", method, &path, Value::Null).await
            }
            _ => {
                let path = format!("groups/{group}/attributes/country/{country}");
                self.call("an attribute of a group", "root", method, &path, Value::Null).await
            }
        };
    }

    async fn project(&mut self) {
        let user = of(&mut self.choice, &READERS);
        let (project, at) = (of(&mut self.choice, &PROJECTS), "me/current-project");
        let purpose = if project == "study" { "Fraud" } else { "Ads" };
        let membership = format!("projects/{project}/membership");
        match self.choice.below(8) {
            0..=2 => {
                self.call("join a project", user, Method::PUT, &membership, Value::Null).await;
                self.call("switch to a project", user, Method::PUT, at, json!({ "project": project })).await
            }
            3 => self.call("act under no project", user, Method::DELETE, at, Value::Null).await,
            4 => self.call("leave a project", user, Method::DELETE, &membership, Value::Null).await,
            5 => {
                let words = json!({ "acknowledgement": of(&mut self.choice, &["words", "other words"]) });
                self.call("another text", "root", Method::PUT, &format!("purposes/{purpose}"), words).await
            }
            _ => {
                let text = self.document(Kind::Purpose, purpose)["acknowledgement"].clone();
                let path = format!("projects/{project}/acknowledgements/{purpose}");
                self.call("acknowledge", user, Method::PUT, &path, json!({ "text": text })).await
            }
        };
    }

    async fn access(&mut self) {
        let (user, source) = (of(&mut self.choice, &READERS), of(&mut self.choice, &SOURCES));
        let ends = if self.choice.odds(2) { soon(&mut self.choice) } else { Value::Null };
        match self.choice.below(3) {
            0 => {
                let mut grant = json!({ "user": user, "data_source": source });
                if !ends.is_null() {
                    grant["expires"] = ends;
                }
                self.call("a grant", "root", Method::PUT, &format!("grants/{user}"), grant).await;
            }
            1 => drop(self.call("no grant", "root", Method::DELETE, &format!("grants/{user}"), Value::Null).await),
            _ => {
                let source = if self.choice.odds(4) { source } else { "orders" };
                let path = format!("data-sources/{source}/subscription");
                let asked = self.call("ask", user, Method::PUT, &path, json!({})).await;
                let Some(name) = asked["name"].as_str() else { return };
                let path = format!("subscriptions/{name}");
                let mut yes = json!({ "as": "OWNER" });
                if !ends.is_null() {
                    yes["expires"] = ends;
                }
                self.call("approve", "olivia", Method::POST, &format!("{path}/approve"), yes).await;
                if self.choice.odds(3) {
                    let no = json!({ "reason": "no more" });
                    self.call("revoke", "root", Method::POST, &format!("{path}/revoke"), no).await;
                }
            }
        }
    }

    async fn tag(&mut self) {
        let (column, tag) = if self.choice.odds(2) { ("salary", "Pay") } else { ("note", "PII.Name") };
        let path = format!("data-sources/people/columns/{column}/tags/{tag}");
        let (method, how) = if self.choice.odds(2) { (Method::PUT, "") } else { (Method::DELETE, "?confirm=true") };
        self.call("a tag", "root", method, &format!("{path}{how}"), Value::Null).await;
    }

    /// A column goes from a view, and comes back.
    async fn column(&mut self) {
        let mut body = self.document(Kind::DataSource, "people");
        let columns = body["columns"].as_array_mut().unwrap();
        let had = columns.len();
        let note = json!({ "name": "note", "type": columns[1]["type"] });
        columns.retain(|column| column["name"] != "note");
        let path = "data-sources/people?confirm=true";
        let gone = columns.len() == had;
        if !gone {
            self.call("a column goes", "root", Method::PUT, path, body.clone()).await;
        }
        if gone || !self.choice.odds(6) {
            body["columns"].as_array_mut().unwrap().push(note);
            self.call("a column comes", "root", Method::PUT, path, body).await;
        }
    }

    /// People and data sources are switched off and on.
    async fn activity(&mut self) {
        if self.choice.odds(2) {
            let user = of(&mut self.choice, &READERS);
            self.call("a user off", "root", Method::POST, &format!("users/{user}/disable"), Value::Null).await;
            if !self.choice.odds(3) {
                self.service.enforced("w").await;
            }
            self.call("a user on", "root", Method::POST, &format!("users/{user}/enable"), Value::Null).await;
        } else {
            let source = of(&mut self.choice, &SOURCES);
            let mut body = self.document(Kind::DataSource, source);
            let path = format!("data-sources/{source}?confirm=true");
            let off = body["status"] == "disabled";
            if !off {
                body["status"] = json!("disabled");
                self.call("a data source off", "root", Method::PUT, &path, body.clone()).await;
            }
            // Most of the time it is on.
            if off || !self.choice.odds(6) {
                body["status"] = json!("active");
                self.call("a data source on", "root", Method::PUT, &path, body).await;
            }
        }
    }
}
