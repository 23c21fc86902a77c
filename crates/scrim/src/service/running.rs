//! The service, from its start to its end.

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use scrim_notify::{Notifier, Smtp, SmtpTls, Targets};
use scrim_reconciler::Reconciler;
use scrim_registry::Registry;
use scrim_server::{App, Secrets, Settings, first_admin, router_with};

use super::configuration::{Configuration, ConfigurationError};
use super::connections::Connections;
use super::metadata;
use crate::failure::Failure;

/// Runs the service until it is told to stop.
pub(crate) async fn run(configuration: &Configuration) -> Result<(), Failure> {
    let address = address(configuration)?;
    let tls = tls(configuration).await?;
    // Before anything else: a second service by mistake touches nothing.
    let refused = |cause| Failure::Listen { address: address.to_string(), cause };
    let listener = TcpListener::bind(address).map_err(refused)?;
    let store = metadata::open_or_make(configuration).await?;
    let registry = Registry::open(store.clone()).await?;
    let settings = settings(configuration)?;
    let (notifier, telling) = Notifier::start(Arc::clone(&registry), settings.notify.clone())?;
    let (reconciler, driving) = Reconciler::start(Arc::clone(&registry), sync(configuration));
    let app = App::new(registry, Arc::clone(&reconciler), settings);
    if let Some(token) = first_admin(&app, &configuration.data_dir()).await? {
        tracing::info!(file = %token.file.display(), "nobody administers yet: the token for the first administrator is in this file");
    }
    let handle = Handle::new();
    let patience = configuration.seconds("shutdown_seconds");
    let stopping = tokio::spawn(stop(handle.clone(), Arc::clone(&reconciler), patience));
    tokio::spawn(tell(handle.clone(), store.location().to_string(), tls.is_some()));
    if let (Some(tls), Some(files)) = (&tls, certificate(configuration)?) {
        tokio::spawn(renew(tls.clone(), files));
    }
    let routes = router_with(app.clone(), scrim_console::pages);
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let connections = Connections::new(configuration);
    let server = axum_server::from_tcp(listener).map_err(refused)?.handle(handle);
    let server = patient(server, configuration.seconds("limits.head_seconds"));
    let served = match tls {
        // Counted before the handshake: that is what a stranger may make last.
        Some(tls) => server.acceptor(RustlsAcceptor::new(tls).acceptor(connections)).serve(service).await,
        None => server.acceptor(connections).serve(service).await,
    };
    stopping.abort();
    reconciler.stop();
    notifier.stop();
    served.map_err(refused)?;
    let patience = patience.max(Duration::from_secs(1));
    if tokio::time::timeout(patience, driving).await.is_err() {
        tracing::warn!("a push did not come to its end: the next start finishes it");
    }
    if tokio::time::timeout(patience, telling).await.is_err() {
        tracing::warn!("messages to webhooks are on their way: they may be sent again after the next start");
    }
    app.written().await;
    store.close().await?;
    tracing::info!("stopped");
    Ok(())
}

/// The server, which does not wait for long for what a client began to ask for: each such connection is an open file.
fn patient(mut server: Server<SocketAddr>, head: Duration) -> Server<SocketAddr> {
    server.http_builder().http1().header_read_timeout(head);
    server.http_builder().http2().keep_alive_interval(head).keep_alive_timeout(head);
    server.first_request_timeout(head)
}

/// Says where it listens, once it does.
async fn tell(handle: Handle<SocketAddr>, database: String, tls: bool) {
    if let Some(address) = handle.listening().await {
        let scheme = if tls { "https" } else { "http" };
        tracing::info!(url = format!("{scheme}://{address}"), database, "listening");
    }
}

/// Waits until it is told to stop: nothing new is accepted then, and what is under way has some time to end.
async fn stop(handle: Handle<SocketAddr>, reconciler: Arc<Reconciler>, patience: Duration) {
    let interrupted = async { tokio::signal::ctrl_c().await.is_ok() };
    #[cfg(unix)]
    let told = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await.is_some(),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let told = std::future::pending::<bool>();
    tokio::select! {
        _ = interrupted => {}
        _ = told => {}
    }
    tracing::info!("stopping");
    reconciler.stop();
    handle.graceful_shutdown(Some(patience));
}

/// The files of a certificate and its key.
type Certificate = (String, String);

/// Reads the certificate again at SIGHUP: whoever renews it need not stop the service.
async fn renew(tls: RustlsConfig, (certificate, key): Certificate) {
    #[cfg(unix)]
    {
        let Ok(mut told) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) else { return };
        while told.recv().await.is_some() {
            match tls.reload_from_pem_file(&certificate, &key).await {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::error!(%error, "the new certificate cannot be read: the old one stays"),
            }
        }
    }
    #[cfg(not(unix))]
    drop((tls, certificate, key));
}

fn address(configuration: &Configuration) -> Result<SocketAddr, Failure> {
    let listen = configuration.text("listen").unwrap_or_default();
    let found = listen.to_socket_addrs().ok().and_then(|mut all| all.next());
    found.ok_or_else(|| {
        let reason = format!("is an address and a port, as `127.0.0.1:7474`, and not `{listen}`");
        ConfigurationError::Value { at: "the configuration".to_owned(), name: "listen", reason }.into()
    })
}

fn certificate(configuration: &Configuration) -> Result<Option<Certificate>, ConfigurationError> {
    match (configuration.text("tls.certificate"), configuration.text("tls.key")) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some((certificate.to_owned(), key.to_owned()))),
        (one, _) => {
            let name = if one.is_some() { "tls.key" } else { "tls.certificate" };
            let reason = "must be set, too: a certificate and its key go together".to_owned();
            Err(ConfigurationError::Value { at: "the configuration".to_owned(), name, reason })
        }
    }
}

async fn tls(configuration: &Configuration) -> Result<Option<RustlsConfig>, Failure> {
    let Some((certificate, key)) = certificate(configuration)? else { return Ok(None) };
    match RustlsConfig::from_pem_file(&certificate, &key).await {
        Ok(tls) => Ok(Some(tls)),
        Err(cause) => Err(Failure::Certificate { certificate, key, cause }),
    }
}

fn sync(configuration: &Configuration) -> scrim_reconciler::Settings {
    scrim_reconciler::Settings {
        compare_every: configuration.seconds("sync.compare_seconds"),
        lease: configuration.seconds("sync.lease_seconds"),
        look_every: configuration.seconds("sync.look_seconds"),
    }
}

fn settings(configuration: &Configuration) -> Result<Settings, Failure> {
    let minutes = |name: &str| configuration.seconds(name) * 60;
    let size = |name: &str| usize::try_from(configuration.number(name)).unwrap_or(usize::MAX);
    let count = |name: &str| u32::try_from(configuration.number(name)).unwrap_or(u32::MAX);
    Ok(Settings {
        session_idle: minutes("session.idle_minutes"),
        session_longest: minutes("session.longest_minutes"),
        secure_cookies: configuration.flag("session.secure_cookies"),
        largest_request: size("limits.request_bytes"),
        longest_request: configuration.seconds("limits.request_seconds"),
        requests_per_second: count("limits.requests_per_second"),
        sign_ins_per_minute: count("limits.sign_ins_per_minute"),
        metrics: if configuration.flag("metrics") { Some(metrics()?) } else { None },
        notify: notify(configuration)?,
        secrets: secrets(configuration)?,
        proxies: size("proxies"),
        oidc: configuration.tables.oidc.clone(),
        scim: configuration.tables.scim.clone(),
    })
}

/// Where the passwords of integrations may be.
fn secrets(configuration: &Configuration) -> Result<Secrets, Failure> {
    let named = configuration.text("secrets.directory").map(|path| configuration.data_dir().join(path));
    let directories = named.map(std::path::absolute).transpose()?.into_iter().collect();
    let variables = configuration.text("secrets.variables").unwrap_or("").split(',').map(str::trim);
    let variables = variables.filter(|prefix| !prefix.is_empty()).map(str::to_owned).collect();
    Ok(Secrets { directories, variables })
}

/// How webhooks and people are told.
fn notify(configuration: &Configuration) -> Result<scrim_notify::Settings, Failure> {
    let wrong = |name, reason: String| ConfigurationError::Value { at: "the configuration".to_owned(), name, reason };
    let list = configuration.text("webhooks.targets").unwrap_or("");
    let listed = list.split(',').map(str::trim).filter(|target| !target.is_empty());
    let targets =
        Targets::parse(listed).map_err(|error| wrong("webhooks.targets", format!("is not right: {error}")))?;
    let tls = match configuration.text("mail.tls") {
        Some("always") => SmtpTls::Always,
        Some("starttls") | None => SmtpTls::StartTls,
        Some("none") => SmtpTls::None,
        Some(other) => {
            return Err(wrong("mail.tls", format!("is `starttls`, `always` or `none`, and not `{other}`")).into());
        }
    };
    let own = |name| configuration.text(name).map(str::to_owned);
    let smtp = match (own("mail.host"), own("mail.from")) {
        (None, _) => None,
        (Some(_), None) => return Err(wrong("mail.from", "must be set, too: mail is from somebody".to_owned()).into()),
        (Some(host), Some(from)) => Some(Smtp {
            host,
            port: u16::try_from(configuration.number("mail.port")).unwrap_or(587),
            tls,
            user: own("mail.user"),
            password_file: own("mail.password_file").map(Into::into),
            from,
            attribute: own("mail.attribute").unwrap_or_else(|| "email".to_owned()),
        }),
    };
    let authorities = own("webhooks.authorities").map(Into::into);
    Ok(scrim_notify::Settings { targets, authorities, smtp, ..scrim_notify::Settings::default() })
}

fn metrics() -> Result<PrometheusHandle, Failure> {
    let handle = PrometheusBuilder::new().install_recorder().map_err(|error| Failure::Metrics(error.to_string()))?;
    let kept = handle.clone();
    tokio::spawn(async move {
        // What times were measured is put together now and then, or it would be kept one by one.
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            kept.run_upkeep();
        }
    });
    Ok(handle)
}
