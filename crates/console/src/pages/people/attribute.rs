//! An attribute: which values people have, and which policies read it.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use super::attributes::{Attribute, DECLARING, fill};
use crate::api::{Api, Expected, encoded, to};
use crate::form::Form;
use crate::frame;
use crate::pages::deleting::deleted;
use crate::parts::{Again, Kept, area, deleting, empty, head, input, meanwhile, section, table};
use crate::problem::Problem;
use crate::route::Route;
use crate::visit::{Visit, done};

/// How many values are shown.
const SHOWN: usize = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/people/attributes/{name}", show),
        Route::post("/people/attributes/{name}", change),
        Route::post("/people/attributes/{name}/delete", delete),
    ]
}

/// A value that somebody has.
#[derive(Deserialize)]
struct InUse {
    attribute: String,
    value: Option<String>,
    users: u64,
    groups: u64,
    policies: Vec<String>,
}

#[derive(Deserialize)]
struct Report {
    items: Vec<InUse>,
}

fn page(name: &str) -> String {
    to!("/people/attributes/{}", name)
}

async fn show(visit: Visit, Path(name): Path<String>) -> Result<Response, Problem> {
    attribute_page(&visit, name, &Kept::default()).await
}

/// Its page; a form that was refused stands there as it was sent.
async fn attribute_page(visit: &Visit, name: String, kept: &Kept) -> Result<Response, Problem> {
    let (declared, version) = match visit.api.versioned(to!("/api/v1/attributes/{}", name)).await {
        Ok(document) => {
            let declared = serde_json::from_value::<Attribute>(Value::Object(document.body));
            let declared = declared.map_err(|error| Problem::broken(format!("an attribute of the API: {error}")))?;
            (Some(declared), document.version)
        }
        // People may have what nobody has declared.
        Err(problem) if problem.status == 404 => (None, String::new()),
        Err(problem) => return Err(problem),
    };
    let used = used(visit.api.clone(), name.clone());
    if declared.is_none() {
        let found = used.await?.ok_or_else(Problem::nowhere)?;
        let main = html! {
            (head(&name, "Not declared: people have it all the same.", html! {}))
            (found)
        };
        return Ok(visit.page("Attribute", main));
    }
    let about = declared.as_ref().and_then(|one| one.description.as_deref()).unwrap_or("");
    let values = declared.as_ref().and_then(|one| one.values.as_deref());
    let main = html! {
        (head(&name, about, html! {}))
        @if visit.me.has(DECLARING) { (editor(&page(&name), &version, about, &values.unwrap_or_default().join("\n"), kept.form("change"))) }
        @else { (section("Values allowed", html! {
            @match values { Some(values) => @for value in values { code { (value) } " " }, None => "any" }
        })) }
        h2 { "In use" }
        (frame::waiting("Counting who has it"))
    };
    let later = async move {
        Ok(used.await?.unwrap_or_else(|| html! { p.muted { "Nobody has it and no policy reads it, as far as you may know: GOVERNANCE and AUDIT are told of everybody." } }))
    };
    Ok(visit.streamed("Attribute", main, vec![frame::later(later)]))
}

fn editor(page: &str, version: &str, about: &str, values: &str, form: Again<'_>) -> Markup {
    section(
        "Declaration",
        html! {
            (form.told())
            @if form.overtaken() { (meanwhile(&[("About", about), ("Values allowed", values)])) }
            form.row method="post" action=(page) {
                (form.version(version))
                (input("description", "About", form.text("description", about), "for people"))
                (area("values", "Values allowed", form.text("values", values), 3, "one a line; empty: any"))
                button { "Save" }
            }
            (deleting(&format!("{page}/delete"), "this declaration", "Values that people have stay with them. A policy that reads it is told of in the answer, and nothing is deleted then."))
        },
    )
}

/// Who has which value, and what reads it; nothing where whoever looks is told nothing.
async fn used(api: Api, name: String) -> Result<Option<Markup>, Problem> {
    let Some(report) = api.maybe::<Report>("/api/v1/reports/attributes-in-use").await? else { return Ok(None) };
    let own: Vec<_> = report.items.iter().filter(|one| one.attribute == name).collect();
    let Some(first) = own.first() else { return Ok(None) };
    let had: Vec<_> = own.iter().filter(|one| one.value.is_some()).collect();
    let row = |one: &&&InUse| {
        vec![html! { code { (one.value.as_deref().unwrap_or("")) } }, html! { (one.users) }, html! { (one.groups) }]
    };
    Ok(Some(html! {
        div.cards {
            (section("Values that people have", html! {
                @if had.is_empty() { (empty("Nobody has it", html! { "Give it to a user or a group on their page." })) }
                @else { (table(&["Value", "Active users", "Groups"], &had.iter().take(SHOWN).map(row).collect::<Vec<_>>())) }
                @if had.len() > SHOWN { p.muted { "The first " (SHOWN) " of " (had.len()) "." } }
            }))
            (section("Policies that read it", html! {
                @if first.policies.is_empty() { p.muted { "None." } }
                ul.plain { @for policy in &first.policies { li { (way(policy)) } } }
            }))
        }
    }))
}

/// A policy, as reports name it: its kind and its name.
fn way(policy: &str) -> Markup {
    let ways = [("data-policies/", "data-policy"), ("subscription-policies/", "subscription-policy")];
    let found = ways.iter().find_map(|(kind, page)| Some((page, policy.strip_prefix(kind)?)));
    html! {
        @match found {
            Some((page, name)) => { a href=(format!("/policies/{page}/{}", encoded(name))) { (name) } " " span.muted { (page.replace('-', " ")) } },
            None => (policy),
        }
    }
}

async fn change(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    let path = to!("/api/v1/attributes/{}", name);
    let mut document = visit.api.versioned(&path).await?;
    fill(&mut document.body, &form);
    let version = form.some("version").unwrap_or(&document.version);
    match visit.api.put(path, &document.body, Expected::Version(version)).await {
        Ok(_) => Ok(done(&page(&name), "The declaration is saved.")),
        Err(problem) => {
            let kept = Kept::of("change", form, problem)?;
            let page = attribute_page(&visit, name, &kept).await;
            kept.answer(page)
        }
    }
}

async fn delete(visit: Visit, Path(name): Path<String>, form: Form) -> Result<Response, Problem> {
    deleted(&visit, &to!("/api/v1/attributes/{}", name), &form, &page(&name), "/people/attributes").await
}
