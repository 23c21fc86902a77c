//! Clients who begin to ask and never end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod service;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use service::Service;

/// The beginnings of so many requests.
fn half(service: &Service, count: usize, beginning: &str) -> Vec<TcpStream> {
    let address = service.url.trim_start_matches("http://");
    let begin = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // One that was closed at once may say so already.
        let _ = stream.write_all(beginning.as_bytes());
        stream
    };
    (0..count).map(begin).collect()
}

/// How many of them are over after a while.
fn ended(streams: &mut [TcpStream], longest: Duration) -> usize {
    let start = Instant::now();
    let over = |stream: &mut TcpStream| {
        let rest = longest.saturating_sub(start.elapsed()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(rest)).unwrap();
        let mut text = Vec::new();
        !matches!(stream.read_to_end(&mut text), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    };
    streams.iter_mut().map(over).filter(|over| *over).count()
}

async fn answers(service: &Service, from: [u8; 4]) -> Result<u16, reqwest::Error> {
    let client = reqwest::Client::builder().local_address(std::net::IpAddr::from(from)).build()?;
    let asked = client.get(format!("{}/api/v1/openapi.json", service.url)).timeout(Duration::from_secs(10));
    Ok(asked.send().await?.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_connections_holds_up_nobody_else() {
    let data = tempfile::tempdir().unwrap();
    let settings = [("SCRIM_LIMITS_CONNECTIONS_PER_ADDRESS", "20"), ("SCRIM_LIMITS_CONNECTIONS", "30")];
    let mut service = Service::start(data.path(), &settings);
    let mut held = half(&service, 60, "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\nx-slow: ");
    // Which of them have room is left to chance: they are accepted side by side.
    assert_eq!(ended(&mut held, Duration::from_secs(3)), 40);
    answers(&service, [127, 0, 0, 1]).await.unwrap_err();
    assert_eq!(answers(&service, [127, 0, 0, 2]).await.unwrap(), 200);
    assert!(service.log().contains("there are as many as `limits` allow"));
    // Whoever lets go has room again.
    drop(held);
    let start = Instant::now();
    while answers(&service, [127, 0, 0, 1]).await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_begun_is_given_up() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &[("SCRIM_LIMITS_HEAD_SECONDS", "2")]);
    // Nothing, less than tells which HTTP it is, and a head without its end; also after a request that was answered.
    let whole = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    let http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let beginnings = ["", "GET", "GET / HTTP/1.1\r\nhost: x\r\n", &format!("{whole}GET / HTTP/1.1\r\n"), http2];
    for beginning in beginnings {
        let mut held = half(&service, 3, beginning);
        assert_eq!(ended(&mut held, Duration::from_secs(12)), 3, "{beginning}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_proxies_all_connections_are_theirs() {
    let data = tempfile::tempdir().unwrap();
    let settings = [("SCRIM_LIMITS_CONNECTIONS_PER_ADDRESS", "3"), ("SCRIM_PROXIES", "1")];
    let service = Service::start(data.path(), &settings);
    let held = half(&service, 10, "GET /");
    assert_eq!(answers(&service, [127, 0, 0, 1]).await.unwrap(), 200);
    drop(held);
}
