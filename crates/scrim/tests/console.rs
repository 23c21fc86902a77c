//! The console in a real browser: each page opens, in both themes and on a narrow screen, and nothing complains.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod service;

use browser::{Browser, driver};

const WIDE: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (390, 844);

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_signs_in() {
    let Some(driver) = driver() else { return };
    let data = tempfile::tempdir().unwrap();
    let service = service::Service::start(data.path(), &[("SCRIM_SESSION_SECURE_COOKIES", "false")]);
    let browser = Browser::start(&driver, WIDE, false).await;
    browser.open(&service.url).await;
    browser.reads("The first administrator").await;
    let token = std::fs::read_to_string(data.path().join("setup-token")).unwrap();
    browser.fill("[name=token]", token.trim()).await;
    browser.fill("[name=user]", "root").await;
    browser.fill("[name=password]", "correct horse battery").await;
    browser.press("Make the account").await;
    browser.reads("Home").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.size(NARROW, true).await;
    browser.open(&format!("{}/account", service.url)).await;
    browser.reads("Tokens of the API").await;
    assert!(!browser.is_too_wide().await);

    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
