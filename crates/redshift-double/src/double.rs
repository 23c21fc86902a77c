//! A running double.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use scrim_sandbox::{Cluster, random_password};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio_postgres::{Config, NoTls};
use tokio_rustls::TlsAcceptor;

use crate::ask;
use crate::control::{Control, failed};
use crate::error::DoubleError;
use crate::fault::Fault;
use crate::options::{Options, Tls};
use crate::rewrite::{ident, literal, redshift_parameters};
use crate::session;
use crate::shared::Shared;

/// The address it listens on: never one that other machines can reach.
const HOST: &str = "127.0.0.1";

/// What Redshift has and PostgreSQL has not, made in every database.
const SHIMS: [&str; 3] =
    [include_str!("shims/10_functions.sql"), include_str!("shims/20_system.sql"), include_str!("shims/30_views.sql")];

/// A running double, with its PostgreSQL. Dropping it stops both.
pub struct Double {
    port: u16,
    shared: Arc<Shared>,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // Last: it goes when nobody uses it any more.
    cluster: Cluster,
}

impl Double {
    /// Starts a private PostgreSQL and the relay before it: about two seconds. Blocks; in asynchronous code, call it
    /// where blocking is allowed.
    ///
    /// # Errors
    ///
    /// When PostgreSQL does not start or lacks its extensions `dblink` and `postgres_fdw`, the port is taken, or the
    /// certificate cannot be used.
    pub fn start(options: &Options) -> Result<Self, DoubleError> {
        let tls = options.tls.as_ref().map(acceptor).transpose()?;
        let cluster = Cluster::start(&sandbox())?;
        let secret = random_password()?.expose_secret().to_owned();
        let listener = std::net::TcpListener::bind((HOST, options.port))
            .map_err(|source| DoubleError::Listen { port: options.port, source })?;
        let system = |doing| move |source| DoubleError::System { doing, source };
        let port = listener.local_addr().map_err(system("find out the port"))?.port();
        listener.set_nonblocking(true).map_err(system("listen without blocking"))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(system("start a runtime"))?;

        let mut config = Config::new();
        config.host(HOST).port(cluster.port()).user(cluster.superuser()).password(cluster.password().expose_secret());
        let addresses = [
            format!("host={HOST} port={port} user={} password={secret} sslmode=disable", ask::USER),
            format!(
                "host={HOST} port={} user={} password={}",
                cluster.port(),
                cluster.superuser(),
                cluster.password().expose_secret()
            ),
        ];
        for database in ["template1", "postgres"] {
            runtime.block_on(install(&config, database, &addresses))?;
        }
        let backend = SocketAddr::from(([127, 0, 0, 1], cluster.port()));
        let shared = Arc::new(Shared::new(options.clone(), backend, secret, Control::new(config)));
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("redshift-double".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    () = listen(listener, serving, tls) => {}
                }
            });
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        });
        let thread = thread.map_err(system("start a thread"))?;
        Ok(Self { port, shared, handle, stop: Some(stop), thread: Some(thread), cluster })
    }

    /// The port it listens on, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A connection string for the superuser `postgres`, through the double. It holds the password: not for logs.
    pub fn admin_url(&self, database: &str) -> String {
        self.through(&self.cluster.admin_url(database))
    }

    /// A connection string for a user, through the double. It holds the password: not for logs.
    pub fn user_url(&self, user: &str, password: &str, database: &str) -> String {
        self.through(&self.cluster.user_url(user, password, database))
    }

    /// A connection string for the superuser, straight to PostgreSQL, past everything that the double does. What is
    /// changed there in other databases is noticed only when something is changed through the double.
    pub fn backend_url(&self, database: &str) -> String {
        self.cluster.admin_url(database)
    }

    /// The name and the password of the superuser.
    pub fn administrator(&self) -> (&str, &str) {
        (self.cluster.superuser(), self.cluster.password().expose_secret())
    }

    fn through(&self, url: &str) -> String {
        url.replace(&format!("@{HOST}:{}/", self.cluster.port()), &format!("@{HOST}:{}/", self.port))
    }

    /// Has something go wrong when a statement comes by.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Has nothing go wrong any more that has not gone wrong yet.
    pub fn clear(&self) {
        self.shared.faults.clear();
    }

    /// Every distinct statement that came by so far, also those that procedures executed, in the order of their first
    /// coming.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen()
    }

    /// Has what was changed past the double noticed: tables and privileges of one database are mirrored in others.
    pub fn changed(&self) {
        self.shared.changed();
    }

    /// Creates a database, which is the superuser's.
    ///
    /// # Errors
    ///
    /// When there is one of this name.
    pub fn create_database(&self, name: &str) -> Result<(), DoubleError> {
        self.administer("create a database", "postgres", format!("CREATE DATABASE {}", ident(name)))
    }

    /// Declares a schema that is there to be an external one, as the catalog views tell it.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub fn declare_external(&self, database: &str, schema: &str) -> Result<(), DoubleError> {
        let sql =
            format!("INSERT INTO redshift_double.external_schema VALUES ({}) ON CONFLICT DO NOTHING", literal(schema));
        self.administer("declare an external schema", database, sql)
    }

    /// Declares a database to have come from elsewhere: the catalog views tell it, and nobody connects to it any more.
    ///
    /// # Errors
    ///
    /// When there is no such database.
    pub fn declare_datashare(&self, database: &str) -> Result<(), DoubleError> {
        let sql = format!("COMMENT ON DATABASE {} IS 'redshift double: a datashare'", ident(database));
        self.administer("declare a datashare", "postgres", sql)?;
        if let Ok(mut datashares) = self.shared.datashares.lock() {
            datashares.push(database.to_owned());
        }
        Ok(())
    }

    fn administer(&self, doing: &str, database: &str, sql: String) -> Result<(), DoubleError> {
        let (shared, database) = (Arc::clone(&self.shared), database.to_owned());
        let done = self.wait(async move {
            let done = shared.control.lock().await.run(&database, &sql).await;
            shared.changed();
            done
        })?;
        done.map_err(|answer| DoubleError::Control { doing: doing.to_owned(), reason: answer.message })
    }

    /// Waits for something that runs where connections are served.
    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, DoubleError> {
        let (sender, receiver) = mpsc::channel();
        self.handle.spawn(async move {
            // Nobody waits any more when the double was dropped meanwhile.
            let _ = sender.send(work.await);
        });
        receiver.recv().map_err(|_| DoubleError::Stopped)
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Double {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Double").field("port", &self.port).finish_non_exhaustive()
    }
}

fn sandbox() -> scrim_sandbox::Options {
    let setting = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut settings = vec![
        // A backslash is an escape in every literal.
        setting("standard_conforming_strings", "off"),
        setting("escape_string_warning", "off"),
        setting("backslash_quote", "on"),
        setting("max_connections", "200"),
        setting("redshift_double.late", ""),
    ];
    settings.extend(redshift_parameters());
    scrim_sandbox::Options { settings, md5: true, ..Default::default() }
}

async fn install(config: &Config, database: &str, addresses: &[String; 2]) -> Result<(), DoubleError> {
    let doing = || format!("make the functions and views of Redshift in {database}");
    let refused = |error| DoubleError::Control { doing: doing(), reason: failed(&error).message };
    let mut config = config.clone();
    let (client, connection) = config.dbname(database).connect(NoTls).await.map_err(refused)?;
    let connection = tokio::spawn(connection);
    for sql in SHIMS {
        client.batch_execute(sql).await.map_err(refused)?;
    }
    let [double, postgresql] = addresses;
    let sql = format!("INSERT INTO redshift_double.control VALUES ({}, {})", literal(double), literal(postgresql));
    client.batch_execute(&sql).await.map_err(refused)?;
    drop(client);
    // Databases are copied from this one: nobody may be connected to it.
    let _ = connection.await;
    Ok(())
}

async fn listen(listener: std::net::TcpListener, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((socket, _)) => {
                let (shared, tls) = (Arc::clone(&shared), tls.clone());
                // How a connection ends is its client's business.
                tokio::spawn(async move { drop(session::serve(shared, socket, tls).await) });
            }
            // Out of file descriptors, say: some will be closed.
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
}

fn acceptor(tls: &Tls) -> Result<TlsAcceptor, DoubleError> {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let wrong = |reason: String| DoubleError::Certificate {
        certificate: tls.certificate.clone(),
        key: tls.key.clone(),
        reason,
    };
    let certificates: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_file_iter(&tls.certificate).map_err(|error| wrong(error.to_string()))?.collect();
    let certificates = certificates.map_err(|error| wrong(error.to_string()))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|error| wrong(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
        .map_err(|error| wrong(error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
