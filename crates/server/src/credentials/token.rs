//! Tokens of the API: shown once, kept by their hash, no longer valid than their user wanted.

use http::{HeaderMap, header};
use scrim_store::{ApiToken, SecretHash};
use secrecy::SecretString;

use crate::{App, Problem};

/// What a token begins with, so that one that was left somewhere is recognised.
pub(crate) const PREFIX: &str = "scrim_";

/// What a request shows behind `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = text.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| SecretString::from(token.trim()))
}

/// The token of a request; nothing where there is none of that text, or it is not valid any more.
///
/// # Errors
/// When it cannot be read.
pub(crate) async fn of(app: &App, shown: &SecretString) -> Result<Option<ApiToken>, Problem> {
    let now = app.now();
    let found = app.store().token(&SecretHash::of(shown)).await?;
    let Some(token) = found.filter(|token| token.is_valid(now)) else { return Ok(None) };
    app.store().token_used(&token, now).await?;
    Ok(Some(token))
}
