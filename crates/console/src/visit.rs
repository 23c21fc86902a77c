//! Who looks at a page, and how.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::{Api, Service, encoded};
use crate::frame;
use crate::problem::Problem;

/// The cookie that says which theme somebody likes.
pub(crate) const THEME: &str = "scrim_theme";
/// The cookie in which the outcome of an action waits for the page that is shown after it.
const FLASH: &str = "scrim_flash";

/// Somebody who is signed in, looking at a page.
#[derive(Clone)]
pub(crate) struct Visit {
    pub(crate) api: Api,
    pub(crate) me: Me,
    pub(crate) look: Look,
}

/// Who is signed in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Me {
    /// The user.
    pub(crate) user: String,
    /// What they may do in Scrim.
    permissions: Vec<String>,
    /// The groups they are in.
    groups: Vec<String>,
    /// The project under which they act.
    pub(crate) current_project: Option<String>,
    /// The projects they are members of.
    pub(crate) projects: Vec<String>,
    /// Whether they own a data source, by name or by a group.
    pub(crate) owner: bool,
    /// How many notifications they have not read.
    pub(crate) unread: u64,
}

impl Me {
    /// What they may do in Scrim.
    pub(crate) fn permissions(&self) -> &[String] {
        &self.permissions
    }

    /// The groups they are in.
    pub(crate) fn groups(&self) -> &[String] {
        &self.groups
    }

    /// Whether they have one of these permissions: what they are shown a way to. What they may is the API's to say.
    pub(crate) fn has(&self, permissions: &[&str]) -> bool {
        self.permissions.iter().any(|held| permissions.contains(&held.as_str()))
    }
}

/// How a page is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The path.
    pub(crate) path: String,
    /// Where whoever looks is brought back to: the path, and what stands after the question mark. A page that answers a form is
    /// at no address: nothing is sent once more for them.
    pub(crate) address: String,
    /// `light` or `dark`, where somebody chose; the browser's own otherwise.
    pub(crate) theme: Option<&'static str>,
    /// What became of the action before.
    pub(crate) flash: Option<String>,
}

impl Look {
    /// How a request looks.
    pub(crate) fn of(parts: &Parts) -> Self {
        let theme = match cookie(&parts.headers, THEME).as_deref() {
            Some("light") => Some("light"),
            Some("dark") => Some("dark"),
            _ => None,
        };
        let uri = &parts.uri;
        let address = match parts.method {
            Method::GET => uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
            _ => "/".to_owned(),
        };
        Self { path: uri.path().to_owned(), address, theme, flash: cookie(&parts.headers, FLASH) }
    }

    /// Forgets what became of the action before: a page has told it.
    pub(crate) fn told(&self, response: &mut Response) {
        if self.flash.is_some() {
            set_cookie(response, FLASH, "", 0);
        }
    }
}

impl Visit {
    /// A page.
    pub(crate) fn page(&self, title: &str, main: Markup) -> Response {
        self.answer(StatusCode::OK, title, main)
    }

    /// A page with a status of its own.
    pub(crate) fn answer(&self, status: StatusCode, title: &str, main: Markup) -> Response {
        let mut response = (status, frame::page(Some(&self.me), &self.look, title, main)).into_response();
        self.look.told(&mut response);
        response
    }

    /// A page of which parts come as soon as they are known, one after the other: what takes long is asked for after the
    /// rest is shown.
    pub(crate) fn streamed(&self, title: &str, main: Markup, later: Vec<frame::Later>) -> Response {
        let mut response = frame::streamed(&self.me, &self.look, title, main, later);
        self.look.told(&mut response);
        response
    }

    /// A page whose other part the API tells whoever has one of these permissions: to them it comes later. Others are asked about
    /// first, so that a refusal is the answer and does not stand on a page.
    ///
    /// # Errors
    /// What the API refuses it with, to others.
    pub(crate) async fn told<F>(
        &self,
        needs: &[&str],
        title: &str,
        (main, what): (Markup, &str),
        part: F,
    ) -> Result<Response, Problem>
    where
        F: Future<Output = Result<Markup, Problem>> + Send + 'static,
    {
        if self.me.has(needs) {
            return Ok(self.streamed(title, html! { (main) (frame::waiting(what)) }, vec![frame::later(part)]));
        }
        let part = part.await?;
        Ok(self.page(title, html! { (main) (part) }))
    }
}

impl FromRequestParts<Service> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Response> {
        let (api, look) = (service.by(parts), Look::of(parts));
        match api.get::<Me>("/api/v1/me").await {
            Ok(me) => Ok(Self { api, me, look }),
            Err(problem) if problem.status == 401 => Err(to_sign_in(parts, &look)),
            Err(problem) => Err(problem.into_response()),
        }
    }
}

impl FromRequestParts<Service> for Look {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// Sends somebody who is not signed in to where that is done, and back afterwards.
fn to_sign_in(parts: &Parts, look: &Look) -> Response {
    // A part of a page is not replaced by a form to sign in, nor the page by it: something may be written there.
    if parts.headers.contains_key("hx-request") {
        return (StatusCode::UNAUTHORIZED, [(header::CACHE_CONTROL, "no-store")]).into_response();
    }
    // What a form sends is with the browser, as long as it stays where it is.
    if parts.method != Method::GET {
        return Problem::signed_out().into_response();
    }
    Redirect::to(&format!("/sign-in?to={}", encoded(&look.address))).into_response()
}

/// Goes to a page after something was done, and says there what.
pub(crate) fn done(to: &str, told: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    // A browser drops a cookie of over 4 KiB, and a character may take twelve bytes of it.
    let short: String = told.chars().take(300).collect();
    let told = if short.len() < told.len() { format!("{short}…") } else { short };
    set_cookie(&mut response, FLASH, &encoded(&told), 60);
    response
}

/// Where a page may send people: to another page of this console and nowhere else.
pub(crate) fn own(to: &str) -> &str {
    // Browsers read a backslash as a slash, and two slashes as another host.
    let elsewhere = to.starts_with("//") || to.contains('\\') || to.contains(char::is_control);
    if to.starts_with('/') && !elsewhere { to } else { "/" }
}

/// Sets a cookie of the console: nothing in it is a secret, or decides about anything.
pub(crate) fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: u64) {
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == wanted)?;
    let text = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
    (!text.is_empty()).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for to in ["/", "/policies?search=x", "/data-sources/a%2Fb"] {
            assert_eq!(own(to), to);
        }
        for to in [
            "",
            "https://example.com",
            "//example.com",
            "/\\example.com",
            "\\\\x",
            "javascript:x",
            "/\t/x",
            "/\0",
            "/\u{85}",
        ] {
            assert_eq!(own(to), "/", "{to:?}");
        }
    }
}
