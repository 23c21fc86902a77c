//! Calling the API in this process, as whoever asked for the page.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::problem::Problem;

/// What of a request says whose it is: nothing else is handed on.
const CARRIED: [HeaderName; 4] = [
    header::COOKIE,
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-forwarded-for"),
    header::USER_AGENT,
];
/// How large an answer may be: the longest of them, a whole export, is no page.
const LARGEST: usize = 64 << 20;
/// How long an answer is waited for, where the API itself does not give up before.
const LONGEST: Duration = Duration::from_secs(120);
/// What a name is not written with in a path.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The API.
#[derive(Clone)]
pub(crate) struct Service(Router);

impl Service {
    /// The API that pages call.
    pub(crate) fn new(api: Router) -> Self {
        Self(api)
    }

    /// The same, called by whoever made a request.
    pub(crate) fn by(&self, parts: &Parts) -> Api {
        let mut headers = HeaderMap::new();
        for name in CARRIED {
            for value in parts.headers.get_all(&name) {
                headers.append(&name, value.clone());
            }
        }
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>().copied();
        Api { router: self.0.clone(), headers, from }
    }

    /// Has the API answer a request that no page is for.
    pub(crate) async fn answer(self, request: axum::extract::Request) -> Response {
        match self.0.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The API, called by somebody.
#[derive(Clone)]
pub(crate) struct Api {
    router: Router,
    headers: HeaderMap,
    from: Option<ConnectInfo<SocketAddr>>,
}

/// In which state a document has to be for it to be written.
#[derive(Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// There is none yet.
    Absent,
    /// The version that somebody has read.
    Version(&'a str),
}

/// A document, to be sent back with something changed.
pub(crate) struct Versioned {
    /// Its fields.
    pub(crate) body: Map<String, Value>,
    /// The version that it was read in.
    pub(crate) version: String,
}

/// What the API answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    body: bytes::Bytes,
}

impl Answer {
    /// What was answered, as what it is known to be.
    ///
    /// # Errors
    /// When it is something else: that is a fault of this program.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| Problem::broken(format!("an answer of the API: {error}")))
    }
}

impl Api {
    /// Reads something.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: impl AsRef<str>) -> Result<T, Problem> {
        self.call(Method::GET, path.as_ref(), None, None).await?.read()
    }

    /// Reads something that the caller may not be allowed to read, or that may not be there.
    ///
    /// # Errors
    /// Whatever else is wrong.
    pub(crate) async fn maybe<T: DeserializeOwned>(&self, path: impl AsRef<str>) -> Result<Option<T>, Problem> {
        match self.get(path).await {
            Ok(found) => Ok(Some(found)),
            Err(problem) if matches!(problem.status, 403 | 404) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Sends something, and reads what is answered.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: impl AsRef<str>,
        body: &impl Serialize,
    ) -> Result<T, Problem> {
        self.send(Method::POST, path, body).await?.read()
    }

    /// Sends something.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: impl AsRef<str>,
        body: &impl Serialize,
    ) -> Result<Answer, Problem> {
        self.send_where(method, path, body, None).await
    }

    /// Sends something that counts only where a condition holds, such as that of `If-Match`.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn send_where(
        &self,
        method: Method,
        path: impl AsRef<str>,
        body: &impl Serialize,
        condition: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Answer, Problem> {
        let body = serde_json::to_value(body).map_err(|error| Problem::broken(error.to_string()))?;
        self.call(method, path.as_ref(), Some(body), condition).await
    }

    /// Reads a document, to change something in it and leave the rest as it is.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn versioned(&self, path: impl AsRef<str>) -> Result<Versioned, Problem> {
        let answer = self.call(Method::GET, path.as_ref(), None, None).await?;
        let version = answer.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        let version = version.ok_or_else(|| Problem::broken("a document of the API has no version".to_owned()))?;
        Ok(Versioned { body: answer.read()?, version })
    }

    /// Writes a document, unless somebody else has written it meanwhile.
    ///
    /// # Errors
    /// What the API refuses it with.
    pub(crate) async fn put(
        &self,
        path: impl AsRef<str>,
        body: &impl Serialize,
        expected: Expected<'_>,
    ) -> Result<Answer, Problem> {
        let condition = match expected {
            Expected::Absent => (header::IF_NONE_MATCH, HeaderValue::from_static("*")),
            Expected::Version(version) => {
                let version = HeaderValue::from_str(version);
                (header::IF_MATCH, version.map_err(|_| Problem::malformed("that is no version of a document"))?)
            }
        };
        match (self.send_where(Method::PUT, path, body, Some(condition)).await, expected) {
            (Err(problem), Expected::Absent) if problem.status == 412 => Err(Problem::taken()),
            (answer, _) => answer,
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        condition: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Answer, Problem> {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).map_err(|error| Problem::broken(format!("`{path}`: {error}")))?;
        request.headers_mut().extend(self.headers.clone());
        if let Some((name, value)) = condition {
            request.headers_mut().insert(name, value);
        }
        if let Some(from) = self.from {
            request.extensions_mut().insert(from);
        }
        let answered = async {
            let response = match self.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, LARGEST).await.map_err(|error| Problem::broken(format!("`{path}`: {error}")))?;
            Ok::<_, Problem>(Answer { status: parts.status, headers: parts.headers, body })
        };
        let answer = tokio::time::timeout(LONGEST, answered).await.map_err(|_| Problem::late())??;
        if answer.status.is_client_error() || answer.status.is_server_error() {
            return Err(Problem::of(answer.status, &answer.body));
        }
        Ok(answer)
    }
}

/// A name as a part of a path, or a value after the question mark, whatever it is written with.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// An address, with names as its parts: `to!("/api/v1/users/{}/tokens", name)`.
macro_rules! to {
    ($form:literal $(, $part:expr)* $(,)?) => {
        format!($form $(, $crate::api::encoded(AsRef::<str>::as_ref(&$part)))*)
    };
}
pub(crate) use to;

/// An address with parameters after the question mark; those without a value are left out.
pub(crate) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    let given: Vec<String> = given.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if given.is_empty() { path.to_owned() } else { format!("{path}?{}", given.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path_whatever_is_in_it() {
        assert_eq!(to!("/x/{}/y", "a/../b?c#d%é"), "/x/a%2F..%2Fb%3Fc%23d%25%C3%A9/y");
        assert_eq!(with_query("/x", &[("a", ""), ("b", "1 & 2")]), "/x?b=1%20%26%202");
        assert_eq!(with_query("/x", &[("a", "")]), "/x");
    }
}
