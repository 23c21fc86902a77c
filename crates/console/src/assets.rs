//! Style, scripts and picture of the pages: a part of the program. Their addresses change with their content, so that
//! browsers keep them.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const ALL: &[(&str, &str, &[u8])] = &[
    ("console.css", "text/css; charset=utf-8", include_bytes!("../assets/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_bytes!("../assets/console.js")),
    ("htmx.min.js", "text/javascript; charset=utf-8", include_bytes!("../assets/htmx.min.js")),
    ("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")),
];

/// What of all contents together.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    ALL.iter().for_each(|(_, _, content)| hash.update(content));
    hash.finalize().iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
});

/// Where something is.
pub(crate) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", *VERSION)
}

/// `GET /assets/<version>/<name>`.
pub(crate) async fn asset(Path((version, name)): Path<(String, String)>) -> Response {
    // While another version of the program answers beside this one, its pages ask here too: what is here is not kept as theirs.
    content(&name, if version == *VERSION { "public, max-age=31536000, immutable" } else { "no-store" })
}

/// `GET /favicon.ico`.
pub(crate) async fn icon() -> Response {
    content("icon.svg", "public, max-age=86400")
}

fn content(name: &str, kept: &'static str) -> Response {
    let Some((_, kind, content)) = ALL.iter().find(|(known, ..)| *known == name) else {
        return Problem::nowhere().into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
    ];
    (headers, *content).into_response()
}
