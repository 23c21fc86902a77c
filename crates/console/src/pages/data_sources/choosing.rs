//! What owners decide about policies on their data source: which of those that are theirs to choose cover it, and which of
//! those that may be switched off do not.

use axum::extract::Path;
use axum::response::Response;
use futures_util::future::{join_all, try_join_all};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::source::Source;
use crate::api::{Api, Expected, to, with_query};
use crate::form::Form;
use crate::pages::deleting::opening;
use crate::pages::policies::PolicyKind;
use crate::parts::{Page, badge, empty, hidden, input, section, state, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

/// How many policies of a kind are looked through for those that owners choose.
const LOOKED_THROUGH: &str = "1000";

pub(super) fn routes() -> Vec<Route> {
    vec![Route::post("/data-sources/{name}/policy", change)]
}

/// What can be done about a policy.
#[derive(Clone, Copy)]
enum Decision {
    SwitchOff,
    SwitchOn,
    Choose,
    Drop,
}

impl Decision {
    const ALL: [Self; 4] = [Self::SwitchOff, Self::SwitchOn, Self::Choose, Self::Drop];

    fn word(self) -> &'static str {
        match self {
            Self::SwitchOff => "off",
            Self::SwitchOn => "on",
            Self::Choose => "choose",
            Self::Drop => "drop",
        }
    }

    fn asks(self, policy: &str, source: &str) -> String {
        match self {
            Self::SwitchOff => format!("Switch {policy} off for {source}?"),
            Self::SwitchOn => format!("Switch {policy} on for {source}?"),
            Self::Choose => format!("Choose {policy} for {source}?"),
            Self::Drop => format!("Choose {policy} for {source} no more?"),
        }
    }

    fn told(self, policy: &str, source: &str) -> String {
        match self {
            Self::SwitchOff => format!("{policy} is switched off for {source}."),
            Self::SwitchOn => format!("{policy} is on again for {source}."),
            Self::Choose => format!("{policy} is chosen for {source}."),
            Self::Drop => format!("{policy} is chosen for {source} no more."),
        }
    }

    /// Writes it into the document of a data source, and leaves the rest as it is.
    fn write(self, document: &mut Map<String, Value>, policy: &str, reason: &str) {
        let field = match self {
            Self::SwitchOff | Self::SwitchOn => "without_policies",
            Self::Choose | Self::Drop => "policies",
        };
        let mut entries = document.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
        entries.retain(|entry| entry != policy && entry["name"] != policy);
        match self {
            Self::SwitchOff => entries.push(json!({ "name": policy, "reason": reason })),
            Self::Choose => entries.push(json!(policy)),
            Self::SwitchOn | Self::Drop => {}
        }
        document.insert(field.to_owned(), Value::Array(entries));
    }
}

async fn change(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let decision = Decision::ALL.into_iter().find(|one| one.word() == form.text("does"));
    let decision = decision.ok_or_else(|| Problem::malformed("it does not say what to do with the policy"))?;
    let policy = form.some("policy").ok_or_else(|| Problem::malformed("no policy is named"))?;
    let reason = form.text("reason");
    if matches!(decision, Decision::SwitchOff) && reason.is_empty() {
        return Err(Problem::malformed("say why it is switched off: whoever looks at the data source reads it"));
    }
    let path = to!("/api/v1/data-sources/{}", name);
    let mut source = visit.api.versioned(&path).await?;
    decision.write(&mut source.body, policy, reason);
    let page = to!("/data-sources/{}/policy", name);
    let confirm = if form.has("confirm") { "true" } else { "" };
    let path = with_query(&path, &[("confirm", confirm)]);
    match visit.api.put(path, &source.body, Expected::Version(&source.version)).await {
        Ok(_) => Ok(done(&page, &decision.told(policy, &name))),
        Err(problem) => opening(&visit, &decision.asks(policy, &name), &page, &form, problem, &page),
    }
}

/// The form of something that is decided about a policy.
fn deciding(source: &str, decision: Decision, policy: &str, label: &str) -> Markup {
    html! {
        form.inline method="post" action=(to!("/data-sources/{}/policy", source)) {
            (hidden("does", decision.word())) (hidden("policy", policy))
            button.small aria-label=(format!("{label}: {policy}")) { (label) }
        }
    }
}

/// The policies that are switched off for a data source, each with the reason.
fn switched_off(source: &Source) -> impl Iterator<Item = (&str, &str)> {
    let entries = source.document.as_ref().and_then(|document| document.get("without_policies")?.as_array());
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some((entry.get("name")?.as_str()?, entry.get("reason")?.as_str()?)))
}

/// The document of a policy, as far as it says what owners may decide.
#[derive(Deserialize)]
struct Document {
    name: String,
    #[serde(default)]
    description: String,
    /// `active` where it says nothing.
    #[serde(default)]
    status: String,
    #[serde(rename = "where")]
    place: Value,
    #[serde(default)]
    owners_may_disable: bool,
}

/// Which of some policies owners may switch off, as far as whoever looks may know of them.
///
/// # Errors
/// What the API refuses to tell them with.
pub(super) async fn may_be_off(api: &Api, policies: &[(&str, &str)]) -> Result<Vec<bool>, Problem> {
    let one = async |kind: &str, name: &str| {
        let Some(kind) = PolicyKind::of(kind) else { return Ok(false) };
        let document = api.maybe::<Document>(kind.one(name)).await?;
        Ok::<_, Problem>(document.is_some_and(|document| document.owners_may_disable))
    };
    try_join_all(policies.iter().map(|(kind, name)| one(kind, name))).await
}

/// What an owner can do about a policy that covers the data source, and may be switched off there.
pub(super) fn switching(source: &Source, policy: &str) -> Markup {
    let name = source.name();
    match switched_off(source).find(|(off, _)| *off == policy) {
        Some((_, reason)) => html! {
            p { "Switched off here: " (reason) }
            (deciding(name, Decision::SwitchOn, policy, "Switch on again"))
        },
        None => html! {
            details.deciding {
                summary { "Switch it off here" }
                p.muted { "It covers this data source no more. The reason is kept in the data source, where everybody reads it who may know of it." }
                form.row method="post" action=(to!("/data-sources/{}/policy", name)) {
                    (hidden("does", Decision::SwitchOff.word())) (hidden("policy", policy))
                    label.field.wide { span { "Reason" } input name="reason" required maxlength="1000" autocomplete="off"; }
                    button { "Switch off" }
                }
            }
        },
    }
}

/// The policies that are switched off and stand nowhere else on the page: disabled ones, or such as do not cover it any more.
pub(super) fn others_off(source: &Source, shown: &[&str]) -> Markup {
    let others: Vec<_> = switched_off(source).filter(|(name, _)| !shown.contains(name)).collect();
    let row = |(name, reason): &(&str, &str)| {
        vec![html! { (name) }, html! { (reason) }, deciding(source.name(), Decision::SwitchOn, name, "Switch on again")]
    };
    html! {
        @if !others.is_empty() {
            (section("Also switched off here", table(&["Policy", "Reason", ""], &others.iter().map(row).collect::<Vec<_>>())))
        }
    }
}

/// A policy that owners choose, or chose.
struct Choosable {
    kind: Option<PolicyKind>,
    name: String,
    description: String,
    status: String,
    chosen: bool,
}

/// The policies that owners choose: those that are chosen here, and those of which whoever looks may know.
///
/// # Errors
/// What the API refuses to tell them with.
pub(super) async fn choosing(visit: &Visit, source: &Source) -> Result<Markup, Problem> {
    let lists = PolicyKind::ALL.map(|kind| async move {
        let list = with_query(&kind.list(), &[("limit", LOOKED_THROUGH)]);
        (kind, visit.api.get::<Page<Document>>(list).await)
    });
    let named = source.document.as_ref().and_then(|document| document.get("policies")?.as_array());
    let mut unseen: Vec<&str> = named.into_iter().flatten().filter_map(Value::as_str).collect();
    let chosen = unseen.clone();
    let (mut found, mut more) = (Vec::new(), false);
    for (kind, page) in join_all(lists).await {
        let page = page?;
        more |= page.next.is_some();
        for document in page.items {
            let Document { name, description, status, place, .. } = document;
            let is_chosen = chosen.contains(&name.as_str());
            if chosen_by_owner(&place) && (is_chosen || status != "disabled") {
                unseen.retain(|other| *other != name);
                found.push(Choosable { kind: Some(kind), name, description, status, chosen: is_chosen });
            }
        }
    }
    let alone = |name: &str| Choosable {
        kind: None,
        name: name.to_owned(),
        description: String::new(),
        status: String::new(),
        chosen: true,
    };
    found.extend(unseen.into_iter().map(alone));
    found.sort_by(|one, other| (!one.chosen, &one.name).cmp(&(!other.chosen, &other.name)));
    let sees_all = visit.me.has(&["GOVERNANCE", "AUDIT"]) && !more;
    Ok(section(
        "Policies that owners choose",
        html! {
            @if found.is_empty() {
                @if sees_all { (empty("There is none", html! { "One that says where: chosen_by_owner covers the data sources whose owners choose it." })) }
                @else { p.muted { "None is chosen here." } }
            } @else {
                (table(&["Policy", "What it is for", "", ""], &found.iter().map(|one| row(source.name(), one)).collect::<Vec<_>>()))
            }
            @if !sees_all {
                form.row method="post" action=(to!("/data-sources/{}/policy", source.name())) {
                    (hidden("does", Decision::Choose.word()))
                    (input("policy", "Choose another", "", "its name: you are not shown every policy that owners may choose"))
                    button { "Choose" }
                }
            }
        },
    ))
}

fn row(source: &str, one: &Choosable) -> Vec<Markup> {
    vec![
        html! {
            @match one.kind {
                Some(kind) => { a href=(kind.page(&one.name)) { (one.name) } " " span.muted { (kind.called()) } },
                None => (one.name),
            }
        },
        html! { (one.description) },
        html! { @if one.chosen { (badge("good", "chosen")) " " } @if !matches!(one.status.as_str(), "" | "active") { (state(&one.status)) } },
        if one.chosen {
            deciding(source, Decision::Drop, &one.name, "Choose it no more")
        } else {
            deciding(source, Decision::Choose, &one.name, "Choose")
        },
    ]
}

/// Whether where a policy applies depends on what owners choose.
fn chosen_by_owner(place: &Value) -> bool {
    let any = |places: &Value| places.as_array().is_some_and(|places| places.iter().any(chosen_by_owner));
    place == "chosen_by_owner"
        || any(&place["all"])
        || any(&place["any"])
        || !place["not"].is_null() && chosen_by_owner(&place["not"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_changes_its_own_entry_and_nothing_else() {
        let Value::Object(before) =
            json!({ "name": "x", "policies": ["a"], "without_policies": [{ "name": "b", "reason": "why" }] })
        else {
            panic!()
        };
        let after = |decision: Decision, policy: &str| {
            let mut document = before.clone();
            decision.write(&mut document, policy, "because");
            Value::Object(document)
        };
        let off = json!([{ "name": "b", "reason": "why" }, { "name": "a", "reason": "because" }]);
        assert_eq!(after(Decision::SwitchOff, "a"), json!({ "name": "x", "policies": ["a"], "without_policies": off }));
        assert_eq!(after(Decision::SwitchOff, "b")["without_policies"], json!([{ "name": "b", "reason": "because" }]));
        assert_eq!(after(Decision::SwitchOn, "b")["without_policies"], json!([]));
        assert_eq!(after(Decision::SwitchOn, "a"), Value::Object(before.clone()));
        assert_eq!(after(Decision::Choose, "c")["policies"], json!(["a", "c"]));
        assert_eq!(after(Decision::Choose, "a"), Value::Object(before.clone()));
        assert_eq!(after(Decision::Drop, "a")["policies"], json!([]));
    }

    #[test]
    fn what_owners_choose_is_told_by_where_it_applies() {
        for (place, chosen) in [
            (json!("chosen_by_owner"), true),
            (json!({ "all": [{ "not": { "any": ["chosen_by_owner"] } }, "all"] }), true),
            (json!({ "schema": "chosen_by_owner" }), false),
            (json!("all"), false),
            (Value::Null, false),
        ] {
            assert_eq!(chosen_by_owner(&place), chosen, "{place}");
        }
    }
}
