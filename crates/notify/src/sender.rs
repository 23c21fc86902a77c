//! Sending one message.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::resolver::Checked;
use crate::{Message, NotifyError, Secrets, Settings, Targets};

/// How much of an answer is read, in bytes.
const READ: usize = 1024;

/// Sends messages to where they may be sent.
pub struct Sender {
    client: Client,
    targets: Targets,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it was not taken.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// How long the receiver wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Sender {
    /// A sender.
    ///
    /// # Errors
    /// When there are no certificates to know receivers by.
    pub fn new(settings: &Settings) -> Result<Self, NotifyError> {
        let wrong = |error: &dyn std::fmt::Display| NotifyError::Client(error.to_string());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = &settings.authorities {
            let unreadable = |error: &dyn std::fmt::Display| {
                NotifyError::Client(format!("the certificate authorities in {}: {error}", file.display()))
            };
            for authority in CertificateDer::pem_file_iter(file).map_err(|error| unreadable(&error))? {
                let authority = authority.map_err(|error| unreadable(&error))?;
                roots.add(authority).map_err(|error| unreadable(&error))?;
            }
        }
        if roots.is_empty() {
            tracing::warn!("there are no certificate authorities on this machine: no receiver can be known by https");
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(Checked { lookup: Arc::clone(&settings.lookup), targets: settings.targets.clone() }))
            // Where a proxy connects to is its own matter: none is asked.
            .no_proxy()
            .redirect(Policy::none())
            // A connection that is kept would be to an address that was checked long ago.
            .pool_max_idle_per_host(0)
            .connect_timeout(settings.pace.patience)
            .timeout(settings.pace.patience)
            .user_agent(concat!("Scrim/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(&error))?;
        Ok(Self { client, targets: settings.targets.clone() })
    }

    /// Sends a message, signed where there are secrets, and tells what came of it.
    pub async fn send(&self, url: &str, message: &Message, secrets: Option<&Secrets>) -> Answered {
        let (at, start) = (Utc::now(), Instant::now());
        let answered = match self.post(url, message, secrets, at).await {
            Ok(response) => Answered {
                status: Some(response.status().as_u16()),
                error: complaint(response.status()),
                retry_after: retry_after(&response),
                answer: Some(beginning(response).await),
                ..Answered::none(at, String::new())
            },
            Err(error) => Answered::none(at, error),
        };
        Answered { duration: start.elapsed(), ..answered }
    }

    async fn post(
        &self,
        url: &str,
        message: &Message,
        secrets: Option<&Secrets>,
        at: DateTime<Utc>,
    ) -> Result<Response, String> {
        let url = self.targets.check(url).map_err(|error| error.to_string())?;
        let mut request = self
            .client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", at.timestamp());
        if let Some(secrets) = secrets {
            let signature = secrets.sign(&message.id, at, &message.body).map_err(|error| error.to_string())?;
            request = request.header("webhook-signature", signature.0);
        }
        request.body(message.body.clone()).send().await.map_err(reason)
    }
}

impl Answered {
    /// Nobody answered.
    pub(crate) fn none(at: DateTime<Utc>, error: String) -> Self {
        Self { at, status: None, error: Some(error), answer: None, duration: Duration::ZERO, retry_after: None }
    }

    /// Whether the message was taken.
    pub fn is_good(&self) -> bool {
        self.error.is_none()
    }

    /// Whether the receiver wants no messages any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }
}

/// Why there was no answer, without the address: whoever knows that of a channel can write there.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "the receiver did not answer in time".to_owned();
    }
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        let text = inner.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        source = inner.source();
    }
    reason
}

/// What is wrong with a status. That of another address is not followed: nobody checked it.
fn complaint(status: StatusCode) -> Option<String> {
    match status {
        status if status.is_success() => None,
        StatusCode::GONE => Some("the receiver wants no messages any more".to_owned()),
        status if status.is_redirection() => {
            Some(format!("the receiver answered {status}: redirects are not followed"))
        }
        status => Some(format!("the receiver answered {status}")),
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    let said = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    said.trim().parse().ok().map(Duration::from_secs)
}

/// The beginning of an answer; the rest is never read.
async fn beginning(mut response: Response) -> String {
    let mut read = Vec::new();
    while read.len() < READ
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read.extend_from_slice(chunk.get(..chunk.len().min(READ - read.len())).unwrap_or_default());
    }
    String::from_utf8_lossy(&read).into_owned()
}
