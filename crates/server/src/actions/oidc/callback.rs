//! `GET /api/v1/oidc/<provider>/callback`.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use scrim_registry::Asked;
use scrim_store::{ActorKind, Outcome, Via};
use serde::Deserialize;
use serde_json::json;

use crate::actions::signing_in::From;
use crate::caller::{refuse, request_id};
use crate::credentials::session;
use crate::json::{InPath, Query};
use crate::oidc::flow::{self, Flow};
use crate::oidc::provider::Provider;
use crate::oidc::sign_in::sign_in;
use crate::{App, Problem};

/// What a provider says.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct Answer {
    /// What somebody signed in for.
    code: Option<String>,
    /// What the sign-in began with.
    state: Option<String>,
    /// Why nobody signed in.
    error: Option<String>,
    /// Who says so (RFC 9207).
    iss: Option<String>,
}

pub(crate) async fn run(
    State(app): State<App>,
    From(from): From,
    InPath(name): InPath<String>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.throttle().sign_in(from)?;
    let asked = Asked {
        at: app.now(),
        actor: format!("oidc:{name}"),
        actor_kind: ActorKind::User,
        via: Via::Session,
        request: request_id(&headers),
        address: from.map(|address| address.to_string()),
        action: "session.begin".to_owned(),
        object: None,
    };
    let provider = super::provider(&app, &name)?;
    let done = finish(&app, provider, answer, &headers, asked.clone()).await;
    let mut response = match done {
        Ok(response) => response,
        Err(problem) => refuse(&app, &asked, problem).await.into_response(),
    };
    // It is used once, however it ended.
    response.headers_mut().append(header::SET_COOKIE, flow::over(&app)?);
    Ok(response)
}

async fn finish(
    app: &App,
    provider: &Provider,
    answer: Answer,
    headers: &HeaderMap,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let flow = Flow::of(app, headers, &provider.name)?;
    if !answer.state.as_deref().is_some_and(|state| flow.is_of(state)) {
        return Err(Problem::forbidden("this is no answer to a sign-in of this browser: begin again"));
    }
    if answer.iss.as_deref().is_some_and(|issuer| issuer != provider.settings.issuer) {
        return Err(Problem::forbidden("another provider answers than was asked: begin again"));
    }
    if let Some(error) = answer.error {
        let plain = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.');
        let error: String = error.chars().filter(plain).take(100).collect();
        return Err(Problem::forbidden(format!("the provider signed nobody in: {error}")));
    }
    let code = answer.code.ok_or_else(|| Problem::malformed("the provider sends no code"))?;
    let verified = provider.redeem(&flow, code).await?;
    let user = sign_in(app, provider, &verified, &asked).await?;
    let cookie = session::begin(app, headers, &user).await?;
    asked.actor = user.to_string();
    let details = json!({ "issuer": verified.issuer, "subject": verified.subject });
    let by = Some(format!("OpenID Connect: `{}`", provider.name));
    app.store().audit(asked.audit(Outcome::Allowed, by, details)).await?;
    let to = HeaderValue::from_str(&flow.return_to).map_err(|error| Problem::internal(&error))?;
    let cookies = AppendHeaders([(header::SET_COOKIE, cookie), (header::LOCATION, to)]);
    Ok((StatusCode::SEE_OTHER, cookies).into_response())
}
