//! Mail over SMTP.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use scrim_catalog::{Catalog, Name};
use scrim_store::NewNotification;
use tokio::sync::mpsc;

use crate::{NotifyError, Smtp, SmtpTls};

/// How much mail waits at most.
const WAITING: usize = 1000;
/// How often a message is tried.
const ATTEMPTS: u32 = 4;
/// The pause after the first failure.
const PAUSE: Duration = Duration::from_secs(5);

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// What takes messages.
pub(crate) struct Post {
    from: Mailbox,
    attribute: Name,
    waiting: mpsc::Sender<Message>,
}

impl Post {
    /// Starts what sends, until this is gone.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub(crate) fn start(smtp: &Smtp) -> Result<Self, NotifyError> {
        let from =
            smtp.from.parse().map_err(|error| NotifyError::Mail(format!("`{}` as sender: {error}", smtp.from)))?;
        let attribute = Name::new(smtp.attribute.as_str())
            .map_err(|error| NotifyError::Mail(format!("the attribute with addresses: {error}")))?;
        let (waiting, messages) = mpsc::channel(WAITING);
        tokio::spawn(run(transport(smtp)?, messages));
        Ok(Self { from, attribute, waiting })
    }

    /// Has a message sent to somebody, if their address is known.
    pub(crate) fn send(&self, catalog: &Catalog, told: &NewNotification) {
        let Some(user) = catalog.users.get(told.user.as_str()) else { return };
        let Some(address) = user.attributes.get(&self.attribute).and_then(|values| values.0.first()) else {
            return;
        };
        let message = address.parse().map_err(|_| "the address cannot be read").and_then(|address| {
            Message::builder()
                .from(self.from.clone())
                .to(Mailbox::new(None, address))
                .subject(format!("Scrim: {}", told.kind.replace(['.', '_'], " ")))
                .header(ContentType::TEXT_PLAIN)
                .body(format!("{}\n", told.text))
                .map_err(|_| "the message cannot be written")
        });
        match message {
            Ok(message) => {
                if self.waiting.try_send(message).is_err() {
                    tracing::warn!(user = told.user, "mail was left out: too much of it waits");
                }
            }
            Err(error) => tracing::warn!(user = told.user, error, "mail was left out"),
        }
    }
}

fn transport(smtp: &Smtp) -> Result<Transport, NotifyError> {
    let wrong = |error: &dyn std::fmt::Display| NotifyError::Mail(error.to_string());
    let builder = match smtp.tls {
        SmtpTls::Always => Transport::relay(&smtp.host).map_err(|error| wrong(&error))?,
        SmtpTls::StartTls => Transport::starttls_relay(&smtp.host).map_err(|error| wrong(&error))?,
        SmtpTls::None => Transport::builder_dangerous(&smtp.host),
    };
    let builder = builder.port(smtp.port).timeout(Some(Duration::from_secs(20)));
    let Some(user) = &smtp.user else { return Ok(builder.build()) };
    if smtp.tls == SmtpTls::None && !matches!(smtp.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
        return Err(NotifyError::Mail("a password is not sent over a connection without TLS".to_owned()));
    }
    let Some(file) = &smtp.password_file else {
        return Err(NotifyError::Mail(format!("`{user}` signs in, and no file with a password is named")));
    };
    let password = std::fs::read_to_string(file)
        .map_err(|error| NotifyError::Mail(format!("the password in {}: {error}", file.display())))?;
    Ok(builder.credentials(Credentials::new(user.clone(), password.trim_end_matches(['\r', '\n']).to_owned())).build())
}

/// Sends one message after the other.
async fn run(transport: Transport, mut messages: mpsc::Receiver<Message>) {
    while let Some(message) = messages.recv().await {
        let mut attempt = 1;
        while let Err(error) = transport.send(message.clone()).await {
            if error.is_permanent() || attempt == ATTEMPTS {
                tracing::warn!(%error, "mail could not be sent");
                break;
            }
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }
}
