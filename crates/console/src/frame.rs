//! What every page has around it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::Service;
use crate::assets;
use crate::form::{Form, Sent};
use crate::parts::section;
use crate::problem::Problem;
use crate::visit::{Look, Me};

/// Under which policy of content a page is shown: everything is the program's own, and no script stands in a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A part of a page that comes later.
pub(crate) type Later = Pin<Box<dyn Future<Output = Markup> + Send>>;

/// A way to a page: what it is called, where it leads, and who is shown it (everybody, if nobody in particular).
type Way = (&'static str, &'static str, &'static [&'static str]);

/// The ways, each under its heading.
const WAYS: &[(&str, &[Way])] = &[
    ("", &[("Home", "/", &[]), ("My data", "/my-data", &[]), ("Requests", "/requests", &[])]),
    (
        "Govern",
        &[
            ("Data sources", "/data-sources", &[]),
            ("Policies", "/policies", &[]),
            ("Tags", "/tags", &[]),
            ("Projects", "/projects", &[]),
            ("People", "/people", &["APPLICATION_ADMIN", "USER_ADMIN", "GOVERNANCE", "AUDIT"]),
        ],
    ),
    (
        "Run",
        &[
            ("Integrations", "/integrations", &["APPLICATION_ADMIN", "GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE"]),
            ("Webhooks", "/webhooks", &["APPLICATION_ADMIN", "AUDIT"]),
            ("Reports", "/reports", &["GOVERNANCE", "AUDIT"]),
            ("Audit", "/audit", &["AUDIT"]),
        ],
    ),
];

/// A whole page.
pub(crate) fn page(me: Option<&Me>, look: &Look, title: &str, main: Markup) -> Response {
    let text = format!("{}{}{END}", beginning(me, look, title), main.into_string());
    axum::response::Html(text).into_response()
}

/// A page that is sent piece by piece.
pub(crate) fn streamed(me: &Me, look: &Look, title: &str, main: Markup, later: Vec<Later>) -> Response {
    let first = format!("{}{}", beginning(Some(me), look, title), main.into_string());
    let pieces = stream::iter(later).then(|piece| async { piece.await.into_string() });
    let whole = stream::iter([first]).chain(pieces).chain(stream::iter([END.to_owned()]));
    let body = Body::from_stream(whole.map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // Neither the service nor a proxy before it waits until there is more.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// A problem, as all there is on a page. What a form sent stands there, too: it may be about something that is not there any
/// more, and then no page shows it again.
fn problem(problem: &Problem, form: Option<&Form>) -> Markup {
    let carried = ["version", "confirm"];
    let written = form.into_iter().flat_map(Form::fields);
    let written: Vec<_> = written.filter(|(name, text)| !carried.contains(name) && !text.trim().is_empty()).collect();
    html! {
        header.head { h1 { (problem.title) } }
        (problem.told_below_title())
        p {
            @if problem.status == 401 { a.button.main href="/sign-in" target="_blank" { "Sign in on another page" } " " }
            a href="/" { "Home" }
        }
        @if !written.is_empty() {
            (section("What you sent", html! { dl.facts { @for (name, text) in &written { dt { (name) } dd { pre { (text) } } } } }))
        }
    }
}

/// Makes a page of what is answered with a problem and nothing else.
pub(crate) async fn framed(State(service): State<Service>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (api, look, sent) = (service.by(&parts), Look::of(&parts), Sent::default());
    parts.extensions.insert(sent.clone());
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let found = match response.extensions_mut().remove::<Problem>() {
        Some(found) => found,
        None if is_unread(&response) => Problem::unread(response.into_body()).await,
        None => return with_policy(response),
    };
    let me = api.get::<Me>("/api/v1/me").await.ok();
    let mut page = page(me.as_ref(), &look, &found.title, problem(&found, sent.form()));
    *page.status_mut() = found.code();
    look.told(&mut page);
    with_policy(page)
}

/// Whether an address could not be read before there was a page to say so: that is told as plain text.
fn is_unread(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    response.status() == StatusCode::BAD_REQUEST && kind.is_some_and(|kind| kind.starts_with("text/plain"))
}

/// Whatever the console answers, a part of a page too, is under the policy.
fn with_policy(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// Everything up to what is the page's own.
fn beginning(me: Option<&Me>, look: &Look, title: &str) -> String {
    let page = html! {
        (DOCTYPE)
        (PreEscaped(match look.theme {
            Some("light") => "<html lang=\"en\" data-theme=\"light\">",
            Some("dark") => "<html lang=\"en\" data-theme=\"dark\">",
            _ => "<html lang=\"en\">",
        }))
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"allowScriptTags":false,"historyCacheSize":0}"#;
            title { (title) " · Scrim" }
            link rel="icon" href=(assets::address("icon.svg")) type="image/svg+xml";
            link rel="stylesheet" href=(assets::address("console.css"));
            script src=(assets::address("htmx.min.js")) defer {}
            script src=(assets::address("console.js")) defer {}
        }
        (PreEscaped("<body>"))
        a.skip href="#main" { "To the content" }
        @if let Some(me) = me { (top(me, look)) (ways(me, look)) }
        (PreEscaped(if me.is_some() { "<main id=\"main\" tabindex=\"-1\">" } else { "<main id=\"main\" class=\"alone\" tabindex=\"-1\">" }))
        @if let Some(flash) = &look.flash { div.notice.good role="status" { (flash) } }
    };
    page.into_string()
}

/// What every page ends with.
const END: &str = "</main></body></html>";

/// The bar at the top.
fn top(me: &Me, look: &Look) -> Markup {
    html! {
        header.top {
            a.brand href="/" { span.mark aria-hidden="true" {} "Scrim" }
            form.find action="/search" method="get" role="search" {
                input type="search" name="q" placeholder="Search  ( / )" aria-label="Search everything" accesskey="/";
            }
            (project(me, look))
            a.bell href="/news" aria-label=(format!("News {} unread", me.unread)) {
                "News " @if me.unread > 0 { span.count { (me.unread) } }
            }
            details.menu {
                summary { (me.user) }
                div {
                    a href="/account" { "Account and tokens" }
                    form method="post" action="/theme" {
                        input type="hidden" name="to" value=(look.address);
                        @for (name, label) in [("light", "Light"), ("dark", "Dark"), ("auto", "As the system")] {
                            button.plain name="theme" value=(name) { (label) }
                        }
                    }
                    form method="post" action="/sign-out" { button.plain { "Sign out" } }
                }
            }
        }
    }
}

/// Under which project somebody acts, and how to change that.
fn project(me: &Me, look: &Look) -> Markup {
    html! {
        @if !me.projects.is_empty() || me.current_project.is_some() {
            form.project method="post" action="/current-project" {
                input type="hidden" name="to" value=(look.address);
                label for="current-project" { "Project" }
                select id="current-project" name="project" data-submits {
                    option value="" selected[me.current_project.is_none()] { "none" }
                    @for name in &me.projects {
                        option value=(name) selected[me.current_project.as_ref() == Some(name)] { (name) }
                    }
                }
                button.small { "Switch" }
            }
        }
    }
}

/// The ways to the pages.
fn ways(me: &Me, look: &Look) -> Markup {
    html! {
        details.ways open[true] data-folds {
            summary { "Menu" }
            nav aria-label="Pages" {
                @for (heading, links) in WAYS {
                    @let shown: Vec<_> = links.iter().filter(|(_, _, who)| who.is_empty() || me.has(who)).collect();
                    @if !shown.is_empty() {
                        @if !heading.is_empty() { h2 { (heading) } }
                        ul {
                            @for (label, to, _) in shown {
                                li { a href=(to) aria-current=[within(look, to).then_some("page")] { (label) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Whether a page stands below another.
fn within(look: &Look, to: &str) -> bool {
    let below = |to: &str| look.path.strip_prefix(to).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match to {
        "/" => look.path == "/",
        // Purposes are listed beside the projects that have them.
        "/projects" => below(to) || below("/purposes"),
        to => below(to),
    }
}

/// What is shown while a later part of a page is waited for; it hides itself once that is there.
pub(crate) fn waiting(what: &str) -> Markup {
    html! { p.waiting role="status" { (what) " …" } }
}

/// A later part of a page, of what the API answers.
pub(crate) fn later<F>(part: F) -> Later
where
    F: Future<Output = Result<Markup, Problem>> + Send + 'static,
{
    Box::pin(async { part.await.unwrap_or_else(|problem| problem.told()) })
}
