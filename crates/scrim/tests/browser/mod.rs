//! A real browser without a window: Chromium, driven by WebDriver.

#![allow(dead_code, unreachable_pub, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long something may take to be shown.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one page open.
pub struct Browser {
    driver: Child,
    address: String,
    pub client: Client,
    profile: tempfile::TempDir,
}

/// The driver, where this machine has one. A machine without is told of, and not passed over in silence.
pub fn driver() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths).map(|path| path.join("chromedriver")).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("SCRIM_NEEDS_BROWSER").is_none(), "there is no chromedriver");
        // Around what the test harness keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no chromedriver on this machine, so the console was not tried in a browser \
             (on Debian: apt-get install chromium chromium-driver)"
        );
    }
    found
}

impl Browser {
    /// Starts a browser of that size, in light or in dark.
    pub async fn start(driver: &Path, (width, height): (u32, u32), dark: bool) -> Self {
        let mut process =
            Command::new(driver).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("the driver tells its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let address = format!("http://127.0.0.1:{port}");
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
            format!("--window-size={width},{height}"),
        ];
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        capabilities.insert("goog:loggingPrefs".to_owned(), json!({ "browser": "ALL" }));
        let client =
            ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&address).await.unwrap();
        let browser = Self { driver: process, address, client, profile };
        browser.size((width, height), dark).await;
        browser
    }

    /// Shows pages in another size, in light or in dark.
    pub async fn size(&self, (width, height): (u32, u32), dark: bool) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await;
        let theme = if dark { "dark" } else { "light" };
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.tell("Emulation.setEmulatedMedia", media).await;
    }

    /// A command of the browser's own protocol.
    async fn tell(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", &json!({ "cmd": command, "params": parameters })).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let answer = reqwest::Client::new().post(format!("{}/session/{session}/{path}", self.address)).json(body);
        let answer: Value = answer.send().await.unwrap().json().await.unwrap();
        assert!(answer["value"]["error"].is_null(), "{path}: {answer:#}");
        answer["value"].clone()
    }

    /// What pages have complained of since this was asked last.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({ "type": "browser" })).await;
        let entries = log.as_array().unwrap().iter();
        entries
            .filter(|entry| entry["level"] == "WARNING" || entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Opens a page.
    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// What is found by a selector, once it is there.
    pub async fn find(&self, selector: &str) -> fantoccini::elements::Element {
        let wait = self.client.wait().at_most(PATIENCE);
        match wait.for_element(Locator::Css(selector)).await {
            Ok(found) => found,
            Err(error) => panic!("no `{selector}`: {error}\n{}", self.text().await),
        }
    }

    /// Writes into a field, in place of what is there.
    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Writes a text into a field as a whole, as somebody pastes it.
    pub async fn write(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        let script =
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        let arguments = vec![serde_json::to_value(&field).unwrap(), json!(text)];
        self.client.execute(script, arguments).await.unwrap();
    }

    /// Sets a field that is not written letter by letter, such as a moment.
    pub async fn set(&self, selector: &str, value: &str) {
        let field = self.find(selector).await;
        let arguments = vec![serde_json::to_value(&field).unwrap(), json!(value)];
        self.client.execute("arguments[0].value = arguments[1]", arguments).await.unwrap();
    }

    /// Chooses a value of a list.
    pub async fn choose(&self, selector: &str, value: &str) {
        let begun = Instant::now();
        // A page that is about to be another one loses what was found on it.
        while let Err(error) = self.find(selector).await.select_by_value(value).await {
            assert!(begun.elapsed() < PATIENCE, "`{selector}` cannot be `{value}`: {error}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks.
    pub async fn click(&self, selector: &str) {
        let found = self.find(selector).await;
        self.show(&found).await;
        found.click().await.unwrap();
    }

    /// Clicks what has this text: a button, or else a link.
    pub async fn press(&self, text: &str) {
        let called = |element: &str| format!("//{element}[normalize-space()=\"{text}\"]");
        let begun = Instant::now();
        let found = loop {
            let paths = [called("button"), called("a")];
            let mut found = None;
            for path in &paths {
                found = found.or(self.client.find(Locator::XPath(path)).await.ok());
            }
            if let Some(found) = found {
                break found;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing to press is called `{text}`:\n{}", self.text().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.show(&found).await;
        found.click().await.unwrap();
    }

    /// Has something stand where it can be clicked.
    async fn show(&self, element: &fantoccini::elements::Element) {
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        self.client.execute(script, vec![serde_json::to_value(element).unwrap()]).await.unwrap();
    }

    /// What somebody reads on the page.
    pub async fn text(&self) -> String {
        let text = self.client.execute("return document.querySelector('main').innerText", vec![]).await.unwrap();
        text.as_str().unwrap_or("").to_owned()
    }

    /// Waits until the page says something.
    pub async fn reads(&self, wanted: &str) {
        let begun = Instant::now();
        loop {
            let text = self.text().await;
            if text.contains(wanted) {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "the page does not say `{wanted}`:\n{text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The heading of the page.
    pub async fn heading(&self) -> Option<String> {
        let script = "return document.querySelector('h1')?.innerText ?? null";
        self.client.execute(script, vec![]).await.unwrap().as_str().map(str::to_owned)
    }

    /// Whether the page is wider than the window.
    pub async fn is_too_wide(&self) -> bool {
        let script = "const root = document.documentElement; return root.scrollWidth > root.clientWidth + 1";
        self.client.execute(script, vec![]).await.unwrap() == json!(true)
    }

    /// Takes a picture of the page.
    pub async fn picture(&self) -> Vec<u8> {
        self.client.screenshot().await.unwrap()
    }

    /// Goes on to the page that a link has just opened beside, does something there, closes it, and loads the one before again.
    pub async fn beside(&self, act: impl Future<Output = ()>) {
        let before = self.client.window().await.unwrap();
        let begun = Instant::now();
        let other = loop {
            let windows = self.client.windows().await.unwrap();
            if let Some(other) = windows.into_iter().find(|window| *window != before) {
                break other;
            }
            assert!(begun.elapsed() < PATIENCE, "no other page was opened");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.client.switch_to_window(other).await.unwrap();
        act.await;
        self.client.close_window().await.unwrap();
        self.client.switch_to_window(before).await.unwrap();
        self.client.refresh().await.unwrap();
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, url: &str, user: &str, password: &str) {
        self.open(&format!("{url}/sign-in")).await;
        self.sign_in_here(user, password).await;
    }

    /// Signs somebody in on the page that is open.
    pub async fn sign_in_here(&self, user: &str, password: &str) {
        self.fill("[name=user]", user).await;
        self.fill("[name=password]", password).await;
        self.press("Sign in").await;
        self.find("nav[aria-label=Pages]").await;
    }

    /// Signs out whoever is signed in.
    pub async fn sign_out(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser lives on without its driver: the lock of its profile says which process it is.
        let lock = std::fs::read_link(self.profile.path().join("SingletonLock")).unwrap_or_default();
        if let Some((_, process)) = lock.to_string_lossy().rsplit_once('-') {
            let _ = Command::new("sh").args(["-c", "kill \"$0\"", process]).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
