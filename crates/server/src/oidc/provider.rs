//! Talking to a provider: what it says of itself, where people sign in, and what their code is worth.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreJwsSigningAlgorithm as Algorithm,
    CoreProviderMetadata,
};
use openidconnect::{
    AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::flow::Flow;
use super::http::Http;
use super::settings::OidcProvider;
use crate::Problem;

/// How long is believed what a provider said of itself.
const FRESH: Duration = Duration::from_secs(3600);
/// How often at most it is asked again because a signature is by a key that it did not name.
const AGAIN: Duration = Duration::from_secs(10);

/// The signatures that are believed: only those that need a key of the provider's own. With `none` everybody signs, and
/// with HMAC whoever has the secret of the client.
const SIGNATURES: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// A provider.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) settings: OidcProvider,
    http: Http,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Instant, Arc<CoreProviderMetadata>)>,
    /// When it was last asked again for its keys.
    again: Option<Instant>,
}

/// Somebody whom a provider vouches for.
pub(crate) struct Verified {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) claims: Map<String, Value>,
}

/// What went wrong, for the log; the browser is told less.
fn failed(name: &str, what: &str, error: &dyn std::error::Error) -> Problem {
    let mut reasons = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        reasons = format!("{reasons}: {inner}");
        cause = inner.source();
    }
    tracing::warn!(provider = name, reasons, "{what}");
    Problem::unavailable(format!("{what}; the reason is in the log of the service"))
}

impl Provider {
    pub(super) fn new(name: &str, settings: OidcProvider) -> Self {
        Self { name: name.to_owned(), settings, http: Http::new(), known: Mutex::default() }
    }

    /// Where the browser goes to sign in.
    ///
    /// # Errors
    /// When the provider does not say where.
    pub(crate) async fn begin(&self, flow: &Flow) -> Result<String, Problem> {
        let metadata = self.metadata(false).await?;
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id(), None)
            .set_redirect_uri(self.redirect_url()?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(flow.verifier()));
        let (state, nonce) = (flow.state(), flow.nonce());
        let code = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = client.authorize_url(code, || CsrfToken::new(state), || Nonce::new(nonce));
        for scope in self.settings.scopes.iter().filter(|scope| *scope != "openid") {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, _, _) = request.set_pkce_challenge(challenge).url();
        Ok(url.into())
    }

    /// Redeems a code, and believes the token that it is worth if it is the provider's, for this client and this flow.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) async fn redeem(&self, flow: &Flow, code: String) -> Result<Verified, Problem> {
        let metadata = self.metadata(false).await?;
        let secret = match &self.settings.client_secret {
            Some(source) => {
                let secret = source.read().await;
                let secret =
                    secret.map_err(|error| failed(&self.name, "the secret of the client is missing", &error))?;
                Some(ClientSecret::new(secret.expose_secret().to_owned()))
            }
            None => None,
        };
        let in_content = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
                && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
        });
        let client = CoreClient::from_provider_metadata((*metadata).clone(), self.client_id(), secret)
            .set_redirect_uri(self.redirect_url()?)
            .set_auth_type(if in_content { AuthType::RequestBody } else { AuthType::BasicAuth });
        let response = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| failed(&self.name, "the provider says no address for codes", &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier()))
            .request_async(&self.http)
            .await
            .map_err(|error| failed(&self.name, "the provider does not redeem the code", &error))?;
        let Some(token) = response.id_token() else {
            return Err(refused(&self.name, "the provider sends no ID token"));
        };
        let nonce = Nonce::new(flow.nonce());
        let verify = |metadata: &CoreProviderMetadata| {
            let client = CoreClient::from_provider_metadata(metadata.clone(), self.client_id(), None);
            let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES);
            token.claims(&verifier, &nonce).map(|claims| (claims.issuer().to_string(), claims.subject().to_string()))
        };
        let verified = match verify(&metadata) {
            // It may have new keys since.
            Err(ClaimsVerificationError::SignatureVerification(_)) => verify(&*self.metadata(true).await?),
            verified => verified,
        };
        let (issuer, subject) = verified.map_err(|error| {
            tracing::warn!(provider = self.name, %error, "an ID token is not believed");
            refused(&self.name, "the ID token is not one for this sign-in, or not of this provider")
        })?;
        // The claims that were signed: those of this very text.
        let text = token.to_string();
        let payload = text.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
        let claims = payload.and_then(|payload| serde_json::from_slice(&payload).ok());
        let claims = claims.ok_or_else(|| refused(&self.name, "the claims cannot be read"))?;
        Ok(Verified { issuer, subject, claims })
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn redirect_url(&self) -> Result<RedirectUrl, Problem> {
        let url = RedirectUrl::new(self.settings.redirect_url.clone());
        url.map_err(|error| failed(&self.name, "the settings have a `redirect_url` that is none", &error))
    }

    /// What the provider says of itself; `anew`: asked again, unless that was just done.
    async fn metadata(&self, anew: bool) -> Result<Arc<CoreProviderMetadata>, Problem> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &known.metadata {
            let just = known.again.is_some_and(|again| again.elapsed() < AGAIN);
            if at.elapsed() < FRESH && (!anew || just) {
                return Ok(Arc::clone(metadata));
            }
        }
        if anew {
            known.again = Some(Instant::now());
        }
        let unavailable = "the provider cannot be reached, or says what it should not";
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| failed(&self.name, "the settings have an `issuer` that is none", &error))?;
        if !is_safe(&self.settings.issuer) {
            let error = std::io::Error::other("it is neither https nor on this machine");
            return Err(failed(&self.name, "the settings have an `issuer` that anybody could answer for", &error));
        }
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let metadata = Arc::new(metadata.map_err(|error| failed(&self.name, unavailable, &error))?);
        let places = [Some(metadata.jwks_uri().as_str()), metadata.token_endpoint().map(|url| url.as_str())];
        if !places.into_iter().flatten().all(is_safe) {
            let error = std::io::Error::other("it names an address that is neither https nor on this machine");
            return Err(failed(&self.name, unavailable, &error));
        }
        known.metadata = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }
}

fn refused(name: &str, why: &str) -> Problem {
    tracing::warn!(provider = name, why, "a sign-in was refused");
    Problem::forbidden(format!("{why}: begin again"))
}

/// https, or this machine, where nobody listens in between.
fn is_safe(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else { return address.starts_with("https://") };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end).unwrap_or("");
    // With a name before it, the host is another one.
    let name = if host.contains('@') { "" } else { host.rsplit_once(':').map_or(host, |(name, _)| name) };
    host == "[::1]" || matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn nobody_listens_in_between() {
        for good in
            ["https://a.example", "http://localhost:80/x", "http://127.0.0.1", "http://[::1]:1/x", "http://[::1]"]
        {
            assert!(is_safe(good), "{good}");
        }
        for bad in
            ["http://a.example", "http://localhost@a.example", "http://localhost.a.example", "ftp://localhost", ""]
        {
            assert!(!is_safe(bad), "{bad}");
        }
    }
}
