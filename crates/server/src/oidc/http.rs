//! The HTTP client of the service, as the library of OpenID Connect asks for one.

use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// How large an answer of a provider may be, in bytes.
const LARGEST: usize = 1 << 20;

/// A client that follows no redirects: where a provider points to is not where it should lead.
pub(super) struct Http(OnceLock<reqwest::Client>);

/// Why a provider did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    #[error(transparent)]
    Request(#[from] reqwest::Error),
    #[error(transparent)]
    Answer(#[from] ::http::Error),
    #[error("the answer is larger than {LARGEST} bytes")]
    Large,
}

impl Http {
    pub(super) fn new() -> Self {
        Self(OnceLock::new())
    }

    fn client(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(client) = self.0.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        Ok(self.0.get_or_init(|| client))
    }

    async fn run(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut response = self.client()?.execute(request.try_into()?).await?;
        let mut answer = ::http::Response::builder().status(response.status());
        for (name, value) in response.headers() {
            answer = answer.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > LARGEST {
                return Err(HttpError::Large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.run(request))
    }
}
