//! Spans of requests, as a collector gets them.

#![cfg(feature = "otel")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod service;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use service::Service;

/// Takes requests one after the other, and tells the first line and the body of each.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut read, mut buffer) = (Vec::new(), [0; 65536]);
            let (line, body) = loop {
                let count = stream.read(&mut buffer).unwrap();
                read.extend_from_slice(&buffer[..count]);
                let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
                let head = String::from_utf8_lossy(&read[..end]).to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if count == 0 || read.len() >= end + 4 + length.unwrap_or(0) {
                    break (head.lines().next().unwrap_or_default().to_owned(), read[end + 4..].to_vec());
                }
            };
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if tell.send((line, body)).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}/v1/traces"), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_requests_are_sent_without_what_was_searched_for() {
    let (endpoint, told) = collector();
    let home = tempfile::tempdir().unwrap();
    let mut service = Service::start(home.path(), &[("SCRIM_TRACES_ENDPOINT", &endpoint), ("SCRIM_LOG_LEVEL", "info")]);
    let answer = reqwest::get(format!("{}/api/v1/users?name=hidden-words", service.url)).await.unwrap();
    assert!(answer.status().is_client_error());
    assert!(service.log().contains("listening"));
    let (code, log) = service.stop();
    assert_eq!(code, Some(0), "{log}");
    let (line, body) = told.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!(line.starts_with("post /v1/traces"), "{line}");
    let has = |text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("scrim") && has("request") && has("/api/v1/users"));
    assert!(!has("hidden-words"));
}
