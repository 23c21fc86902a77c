//! Spans of requests and pushes, for whoever collects them by OpenTelemetry's protocol.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::registry::LookupSpan;

use super::configuration::ConfigurationError;

/// What sends spans; once dropped, nothing more is sent.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends them to this address, from a thread of its own.
    pub(crate) fn to(endpoint: &str) -> Result<Self, ConfigurationError> {
        let exporter =
            SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary).with_endpoint(endpoint).build();
        let exporter = exporter.map_err(|error| ConfigurationError::Value {
            at: "the configuration".to_owned(),
            name: "traces.endpoint",
            reason: format!("cannot be sent to: {error}"),
        })?;
        let resource = Resource::builder().with_service_name("scrim").build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What notes the spans of the log.
    pub(crate) fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        // Whatever the log is told: requests and pushes.
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("scrim")).with_filter(LevelFilter::INFO)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}
