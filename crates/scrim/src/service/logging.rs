//! The log, on standard error.

use tracing_subscriber::EnvFilter;

use super::configuration::{Configuration, ConfigurationError};

/// Starts it.
pub(crate) fn start(configuration: &Configuration) -> Result<(), ConfigurationError> {
    let level = configuration.text("log.level").unwrap_or("info");
    let filter = EnvFilter::try_new(level).map_err(|error| ConfigurationError::Value {
        at: "the configuration".to_owned(),
        name: "log.level",
        reason: format!("is not understood: {error}"),
    })?;
    // A line that cannot be written is lost. That it was would be told on standard error, too, and fail with a panic of
    // whoever had something to log: of what writes the audit trail, for one, which was gone then until the next start.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    // Where it was started already, by a test, it goes on there.
    let _ = match configuration.text("log.format") {
        Some("json") => log.json().flatten_event(true).try_init(),
        _ => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
    };
    Ok(())
}
