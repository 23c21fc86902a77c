//! A small provider of OpenID Connect, honest or not.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CLIENT: &str = "scrim";
pub const SECRET: &str = "the-secret-of-the-client";

/// How the next token lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    Nothing,
    Nonce,
    NoNonce,
    Issuer,
    Audience,
    SecondAudience,
    Expired,
    NoSignature,
    NoneSigned,
    HmacSigned,
    OtherKey,
    OtherClaims,
    NoToken,
    NoAnswer,
    Garbage,
    Huge,
    Redirect,
}

pub const LIES: [Lie; 16] = [
    Lie::Nonce,
    Lie::NoNonce,
    Lie::Issuer,
    Lie::Audience,
    Lie::SecondAudience,
    Lie::Expired,
    Lie::NoSignature,
    Lie::NoneSigned,
    Lie::HmacSigned,
    Lie::OtherKey,
    Lie::OtherClaims,
    Lie::NoToken,
    Lie::NoAnswer,
    Lie::Garbage,
    Lie::Huge,
    Lie::Redirect,
];

struct Inner {
    issuer: String,
    key: EcdsaKeyPair,
    kid: String,
    claims: Value,
    lie: Lie,
    /// By code: the challenge and the nonce.
    codes: HashMap<String, (String, String)>,
}

#[derive(Clone)]
pub struct Voucher(Arc<Mutex<Inner>>);

/// What stands in a form, or behind a question mark.
fn pairs(text: &str) -> HashMap<String, String> {
    axum::extract::Query::try_from_uri(&format!("/?{text}").parse().unwrap()).unwrap().0
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
}

impl Voucher {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let voucher = Self(Arc::new(Mutex::new(Inner {
            issuer: format!("http://{address}"),
            key: key(),
            kid: "k1".to_owned(),
            claims: json!({}),
            lie: Lie::Nothing,
            codes: HashMap::new(),
        })));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .with_state(voucher.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        voucher
    }

    pub fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    pub fn says(&self, claims: Value) {
        self.0.lock().unwrap().claims = claims;
    }

    pub fn lies(&self, lie: Lie) {
        self.0.lock().unwrap().lie = lie;
    }

    pub fn has_a_new_key(&self) {
        let mut inner = self.0.lock().unwrap();
        inner.key = key();
        inner.kid = format!("{}x", inner.kid);
    }

    /// Signs somebody in who came with this address; answers the code and the state.
    pub fn authorize(&self, address: &str) -> (String, String) {
        let query = address.split_once('?').unwrap().1;
        let parameters = pairs(query);
        assert_eq!(parameters["response_type"], "code");
        assert_eq!(parameters["client_id"], CLIENT);
        assert_eq!(parameters["code_challenge_method"], "S256");
        assert!(parameters["scope"].split(' ').any(|scope| scope == "openid"));
        let mut inner = self.0.lock().unwrap();
        let code = format!("code {}&=", inner.codes.len());
        inner.codes.insert(code.clone(), (parameters["code_challenge"].clone(), parameters["nonce"].clone()));
        (code, parameters["state"].clone())
    }
}

async fn metadata(State(voucher): State<Voucher>) -> Json<Value> {
    let issuer = voucher.issuer();
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        // It would like to sign with anything.
        "id_token_signing_alg_values_supported": ["ES256", "none", "HS256"],
    }))
}

async fn keys(State(voucher): State<Voucher>) -> Json<Value> {
    let inner = voucher.0.lock().unwrap();
    let point = inner.key.public_key().as_ref();
    let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
    Json(json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": inner.kid, "x": part(1..33), "y": part(33..65),
    }] }))
}

async fn token(
    State(voucher): State<Voucher>,
    headers: axum::http::HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 2], String) {
    const JSON: [(&str, &str); 2] = [("content-type", "application/json"), ("location", "/token")];
    let no = || (StatusCode::BAD_REQUEST, JSON, json!({ "error": "invalid_grant" }).to_string());
    let form = pairs(&body);
    let mut inner = voucher.0.lock().unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    if headers.get("authorization").is_none_or(|value| value != format!("Basic {basic}").as_str()) {
        return no();
    }
    let Some((challenge, nonce)) = form.get("code").and_then(|code| inner.codes.remove(code)) else { return no() };
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != challenge {
        return no();
    }
    match inner.lie {
        Lie::NoAnswer => return (StatusCode::INTERNAL_SERVER_ERROR, JSON, String::new()),
        Lie::Garbage => return (StatusCode::OK, JSON, "{".to_owned()),
        Lie::Huge => return (StatusCode::OK, JSON, " ".repeat(3 << 20)),
        Lie::Redirect => return (StatusCode::TEMPORARY_REDIRECT, JSON, String::new()),
        _ => {}
    }
    let mut answer = json!({ "access_token": "x", "token_type": "Bearer" });
    if inner.lie != Lie::NoToken {
        answer["id_token"] = id_token(&inner, &nonce).into();
    }
    (StatusCode::OK, JSON, answer.to_string())
}

fn id_token(inner: &Inner, nonce: &str) -> String {
    let now = chrono::Utc::now().timestamp();
    let mut claims =
        json!({ "iss": inner.issuer, "aud": CLIENT, "sub": "s-1", "iat": now, "exp": now + 300, "nonce": nonce });
    claims.as_object_mut().unwrap().extend(inner.claims.as_object().unwrap().clone());
    match inner.lie {
        Lie::Nonce => claims["nonce"] = "another".into(),
        Lie::NoNonce => drop(claims.as_object_mut().unwrap().remove("nonce")),
        Lie::Issuer => claims["iss"] = "http://127.0.0.1:1".into(),
        Lie::Audience => claims["aud"] = "another".into(),
        Lie::SecondAudience => claims["aud"] = json!([CLIENT, "another"]),
        Lie::Expired => claims["exp"] = (now - 10).into(),
        _ => {}
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let algorithm = match inner.lie {
        Lie::NoneSigned => "none",
        Lie::HmacSigned => "HS256",
        _ => "ES256",
    };
    let text = format!("{}.{}", part(&json!({ "alg": algorithm, "typ": "JWT", "kid": inner.kid })), part(&claims));
    let random = SystemRandom::new();
    let sign = |key: &EcdsaKeyPair| URL_SAFE_NO_PAD.encode(key.sign(&random, text.as_bytes()).unwrap());
    let signature = match inner.lie {
        Lie::NoSignature | Lie::NoneSigned => String::new(),
        Lie::HmacSigned => {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
            URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes()))
        }
        Lie::OtherKey => sign(&key()),
        _ => sign(&inner.key),
    };
    if inner.lie == Lie::OtherClaims {
        claims["preferred_username"] = "root".into();
        let (header, _) = text.split_once('.').unwrap();
        return format!("{header}.{}.{signature}", part(&claims));
    }
    format!("{text}.{signature}")
}
