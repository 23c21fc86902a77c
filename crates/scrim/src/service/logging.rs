//! The log, on standard error, and the spans that a collector is sent.

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::configuration::{Configuration, ConfigurationError};

/// What sends spans until it is dropped, where they are sent anywhere.
#[cfg(feature = "otel")]
pub(crate) type Sending = Option<super::traces::Traces>;
/// What sends spans: nothing in a build without that.
#[cfg(not(feature = "otel"))]
pub(crate) type Sending = Option<std::convert::Infallible>;

/// Starts it.
pub(crate) fn start(configuration: &Configuration) -> Result<Sending, ConfigurationError> {
    let level = configuration.text("log.level").unwrap_or("info");
    let filter = EnvFilter::try_new(level).map_err(|error| ConfigurationError::Value {
        at: "the configuration".to_owned(),
        name: "log.level",
        reason: format!("is not understood: {error}"),
    })?;
    // A line that cannot be written is lost. That it was would be told on standard error, too, and fail with a panic of
    // whoever had something to log: of what writes the audit trail, for one, which was gone then until the next start.
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let log: Box<dyn Layer<Registry> + Send + Sync> = match configuration.text("log.format") {
        Some("json") => log.json().flatten_event(true).with_filter(filter).boxed(),
        _ => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_filter(filter).boxed(),
    };
    let sending = sending(configuration)?;
    let registry = tracing_subscriber::registry().with(log);
    #[cfg(feature = "otel")]
    let registry = registry.with(sending.as_ref().map(super::traces::Traces::layer));
    // Where it was started already, by a test, it goes on there.
    let _ = registry.try_init();
    Ok(sending)
}

#[cfg(feature = "otel")]
fn sending(configuration: &Configuration) -> Result<Sending, ConfigurationError> {
    configuration.text("traces.endpoint").map(super::traces::Traces::to).transpose()
}

#[cfg(not(feature = "otel"))]
fn sending(configuration: &Configuration) -> Result<Sending, ConfigurationError> {
    match configuration.text("traces.endpoint") {
        None => Ok(None),
        Some(_) => Err(ConfigurationError::Value {
            at: "the configuration".to_owned(),
            name: "traces.endpoint",
            reason: "needs a build with it: `cargo build -p scrim --release --features otel`".to_owned(),
        }),
    }
}
