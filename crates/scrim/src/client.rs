//! A service, as its clients see it.

pub(crate) mod documents;
mod error;
mod places;

use std::io::Write;
use std::path::PathBuf;

pub(crate) use error::ServiceError;
use reqwest::{Method, Response};
use scrim_server::Problem;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The variable of the service's address.
const URL: &str = "SCRIM_URL";
/// The variable of the token, and that of a file with it.
const TOKEN: [&str; 2] = ["SCRIM_TOKEN", "SCRIM_TOKEN_FILE"];
/// The variable of a file with certificates of authorities, beside those that the system knows.
const AUTHORITIES: &str = "SCRIM_CA_FILE";

/// What calls a service, as somebody.
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
    token: SecretString,
}

impl Client {
    /// By what stands in the environment; never on the command line, where others can read it.
    pub(crate) fn from_environment() -> Result<Self, ServiceError> {
        let url = std::env::var(URL).ok().filter(|url| !url.is_empty()).ok_or(ServiceError::NoUrl)?;
        Self::to(&url, token()?)
    }

    /// A service at this address, as whose token it is.
    pub(crate) fn to(url: &str, token: SecretString) -> Result<Self, ServiceError> {
        crate::crypto();
        let url = url.trim_end_matches('/').to_owned();
        if !url.starts_with("https://") && !local(&url) {
            // There may be nobody on the way; whoever runs this knows.
            let _ = writeln!(anstream::stderr(), "warning: the token is sent unencrypted, for {URL} is no `https://`");
        }
        let mut http = reqwest::Client::builder().user_agent(concat!("scrim/", env!("CARGO_PKG_VERSION")));
        if let Some(file) = std::env::var_os(AUTHORITIES) {
            let file = PathBuf::from(file);
            let pem = std::fs::read(&file).map_err(|cause| ServiceError::File { file: file.clone(), cause })?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem)
                .map_err(|error| ServiceError::Authorities { file, reason: error.to_string() })?;
            http = http.tls_certs_merge(authorities);
        }
        // A token goes where it is meant to go.
        let http = http.redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|error| ServiceError::unreachable(&url, &error))?;
        Ok(Self { http, url, token })
    }

    /// What `GET` answers.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ServiceError> {
        self.read(self.send(Method::GET, path, query, None).await?).await
    }

    /// What `POST` answers.
    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, ServiceError> {
        self.read(self.send(Method::POST, path, &[], Some(body)).await?).await
    }

    /// What `PUT` of nothing answers: the path says it all.
    pub(crate) async fn put<T: DeserializeOwned>(&self, path: &str) -> Result<T, ServiceError> {
        self.read(self.send(Method::PUT, path, &[], None).await?).await
    }

    /// What `DELETE` answers.
    pub(crate) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ServiceError> {
        self.read(self.send(Method::DELETE, path, &[], None).await?).await
    }

    /// Sends something with `PUT`; nothing is answered.
    pub(crate) async fn set(&self, path: &str, body: &Value) -> Result<(), ServiceError> {
        self.send(Method::PUT, path, &[], Some(body)).await.map(drop)
    }

    /// The text that `GET` answers.
    pub(crate) async fn text(&self, path: &str) -> Result<String, ServiceError> {
        let response = self.send(Method::GET, path, &[], None).await?;
        response.text().await.map_err(|error| ServiceError::unreachable(&self.url, &error))
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Response, ServiceError> {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).query(query);
        request = request.bearer_auth(self.token.expose_secret());
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| ServiceError::unreachable(&self.url, &error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = response.bytes().await.map_err(|error| ServiceError::unreachable(&self.url, &error))?;
        Err(match serde_json::from_slice::<Problem>(&bytes) {
            Ok(problem) => ServiceError::Refused(Box::new(problem)),
            Err(_) => ServiceError::NoService { url: self.url.clone(), status: status.as_u16() },
        })
    }

    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, ServiceError> {
        let status = response.status().as_u16();
        response.json().await.map_err(|_| ServiceError::NoService { url: self.url.clone(), status })
    }
}

/// Whether what is sent there stays on this machine.
fn local(url: &str) -> bool {
    let host = url.strip_prefix("http://").unwrap_or("").split(['/', ':']).next().unwrap_or("");
    host == "localhost" || host.starts_with("127.") || url.starts_with("http://[::1]")
}

fn token() -> Result<SecretString, ServiceError> {
    let [text, file] = TOKEN.map(std::env::var_os);
    if let Some(text) = text.and_then(|text| text.into_string().ok()).filter(|text| !text.is_empty()) {
        return Ok(SecretString::from(text));
    }
    let file = PathBuf::from(file.ok_or(ServiceError::NoToken)?);
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(SecretString::from(text.trim())),
        Err(cause) => Err(ServiceError::File { file, cause }),
    }
}
