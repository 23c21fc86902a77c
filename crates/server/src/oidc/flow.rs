//! One sign-in, from the first redirect to the last: a secret in a cookie of the browser, of which everything else is made.
//! State, nonce and PKCE verifier are hashes of it, so that nothing is kept here, and none of them tells another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{App, Problem};

/// How long somebody may take to sign in, in seconds.
const LONGEST: i64 = 600;

/// A sign-in that was begun.
pub(crate) struct Flow {
    secret: SecretString,
    provider: String,
    expires: i64,
    /// Where to go afterwards: a path of this service.
    pub(crate) return_to: String,
}

/// As the cookie has it.
#[derive(Serialize, Deserialize)]
struct Kept {
    s: String,
    p: String,
    e: i64,
    r: String,
}

impl Flow {
    /// Begins one.
    ///
    /// # Errors
    /// When it should end elsewhere than at this service.
    pub(crate) fn begin(app: &App, provider: &str, return_to: &str) -> Result<Self, Problem> {
        if !is_local(return_to) {
            return Err(Problem::malformed("`return_to` must be a path of this service, such as `/`"));
        }
        let expires = app.now().timestamp() + LONGEST;
        let (provider, return_to) = (provider.to_owned(), return_to.to_owned());
        Ok(Self { secret: crate::credentials::secret(""), provider, expires, return_to })
    }

    /// The one that this browser began with this provider.
    ///
    /// # Errors
    /// When it began none, or too long ago.
    pub(crate) fn of(app: &App, headers: &HeaderMap, provider: &str) -> Result<Self, Problem> {
        let none = || Problem::malformed("this browser began no sign-in here, or it was too long ago: begin again");
        let name = cookie_name(app);
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, text) = pairs.find(|(found, _)| *found == name).ok_or_else(none)?;
        let kept: Kept =
            URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(none)?;
        if kept.p != provider || kept.e < app.now().timestamp() || !is_local(&kept.r) || kept.s.len() < 43 {
            return Err(none());
        }
        Ok(Self { secret: kept.s.into(), provider: kept.p, expires: kept.e, return_to: kept.r })
    }

    /// What the provider gives back, so that nobody else's answer is taken.
    pub(crate) fn state(&self) -> String {
        self.made("state")
    }

    /// What the token must name, so that it is one for this sign-in.
    pub(crate) fn nonce(&self) -> String {
        self.made("nonce")
    }

    /// What redeems the code, which only this service can say.
    pub(crate) fn verifier(&self) -> String {
        self.made("verifier")
    }

    /// Whether this is the state.
    pub(crate) fn is_of(&self, state: &str) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.state().as_bytes(), state.as_bytes()).into()
    }

    fn made(&self, purpose: &str) -> String {
        let mut hash = Sha256::new();
        let expires = self.expires.to_string();
        for part in [purpose, self.secret.expose_secret(), &self.provider, &expires, &self.return_to] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }

    /// The cookie that keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn cookie(&self, app: &App) -> Result<HeaderValue, Problem> {
        let kept = Kept {
            s: self.secret.expose_secret().to_owned(),
            p: self.provider.clone(),
            e: self.expires,
            r: self.return_to.clone(),
        };
        let text = serde_json::to_vec(&kept).map_err(|error| Problem::internal(&error))?;
        cookie(app, &URL_SAFE_NO_PAD.encode(text), LONGEST)
    }
}

/// The cookie that takes it away.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn over(app: &App) -> Result<HeaderValue, Problem> {
    cookie(app, "", 0)
}

/// With the prefix no other host of the domain can set it.
fn cookie_name(app: &App) -> &'static str {
    if app.settings().secure_cookies { "__Host-scrim_oidc" } else { "scrim_oidc" }
}

fn cookie(app: &App, text: &str, seconds: i64) -> Result<HeaderValue, Problem> {
    let secure = if app.settings().secure_cookies { "; Secure" } else { "" };
    let text = format!("{}={text}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", cookie_name(app));
    let mut value = HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether an address leads to this service, however a browser reads it: a backslash is a slash to some, and blanks and
/// control characters are nothing.
fn is_local(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    address.starts_with('/') && !address.starts_with("//") && plain && address.len() <= 1024
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_paths_of_this_service_are_local() {
        for good in ["/", "/a/b?c=d#e", "/%2F/evil.example", "/a//b", "/?next=https://evil.example"] {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/ /evil",
            "/\n/evil",
            "evil",
            "/ü",
            " /",
            "///evil",
        ] {
            assert!(!is_local(bad), "{bad}");
        }
    }
}
