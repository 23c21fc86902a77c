//! Mail, taken by a small stand-in for a server of mail.

#![cfg(feature = "email")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod stand;

use std::sync::{Arc, Mutex};

use scrim_catalog::Kind;
use scrim_notify::{Notifier, NotifyError, Settings, Smtp, SmtpTls};
use scrim_store::NewEvent;
use serde_json::json;
use stand::{Stand, asked, eventually, settings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Speaks as much SMTP as it takes.
async fn serve(stream: TcpStream, messages: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 stand-in\r\n").await?;
    let mut line = String::new();
    let mut envelope = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let command = std::mem::take(&mut line);
        let word = command.split([' ', ':', '\r']).next().unwrap().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-stand-in\r\n250 AUTH PLAIN\r\n",
            "AUTH" if command.trim_end() == "AUTH PLAIN AHNjcmltAHBhc3N3b3Jk" => "235 welcome\r\n",
            "AUTH" => "535 no\r\n",
            "MAIL" | "RCPT" => {
                envelope.push_str(&command);
                "250 good\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut text = std::mem::take(&mut envelope);
                while stream.read_line(&mut line).await? > 0 && line != ".\r\n" {
                    text.push_str(&std::mem::take(&mut line));
                }
                line.clear();
                messages.lock().unwrap().push(text);
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 well\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_news_and_an_address_gets_mail() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let messages: Arc<Mutex<Vec<String>>> = Arc::default();
    let taken = Arc::clone(&messages);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&taken)));
        }
    });
    let mut stand = Stand::new().await;
    stand.put(Kind::Attribute, "email", json!({})).await;
    for (name, address) in
        [("root", "root@example.com"), ("rita", "root@example.com>, <y@example.com"), ("rolf", "no address")]
    {
        let body = json!({ "permissions": ["APPLICATION_ADMIN"], "attributes": { "email": [address] } });
        stand.put(Kind::User, name, body).await;
    }
    stand.put(Kind::User, "rosa", json!({ "permissions": ["APPLICATION_ADMIN"] })).await;
    let password = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(password.path(), "password\n").unwrap();
    let smtp = Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::None,
        user: Some("scrim".to_owned()),
        password_file: Some(password.path().to_owned()),
        from: "Scrim <scrim@example.com>".to_owned(),
        attribute: "email".to_owned(),
    };
    // A password is not sent in the clear to another machine.
    let far = Smtp { host: "mail.example.com".to_owned(), ..smtp.clone() };
    let refused = Notifier::start(Arc::clone(&stand.registry), Settings { smtp: Some(far), ..settings() });
    assert!(matches!(refused, Err(NotifyError::Mail(_))));

    stand.start(Settings { smtp: Some(smtp), ..settings() });
    eventually(async || stand.store.setting("notifications/ending").await.unwrap().is_some()).await;
    let event = NewEvent {
        kind: "integration.failed".to_owned(),
        object_kind: "integration".to_owned(),
        object_name: "warehouse".to_owned(),
        payload: json!({}),
    };
    stand.registry.tell::<std::convert::Infallible>(&asked("scrim"), &[event], None).await.unwrap();
    eventually(async || !messages.lock().unwrap().is_empty()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let messages = messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 1, "{messages:#?}");
    let message = &messages[0];
    assert!(message.starts_with("MAIL FROM:<scrim@example.com>"), "{message}");
    assert!(message.contains("RCPT TO:<root@example.com>\r\n"), "{message}");
    assert!(message.contains("Subject: Scrim: integration failed\r\n"), "{message}");
    assert!(message.contains("\r\n\r\nThe integration `warehouse` cannot be brought up to date\r\n"), "{message}");
    assert_eq!(stand.texts("rosa").await.len(), 1);
    stand.stop().await;
}
