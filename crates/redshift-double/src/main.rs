//! The double as a program: for trying things out with `psql` and other clients.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is what a program does")]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use scrim_redshift_double::{Double, DoubleError, Fault, Options, Tls, Trouble};

/// A PostgreSQL that is spoken to, and answers, as if it were Amazon Redshift: for tests.
///
/// It starts a private PostgreSQL, listens on 127.0.0.1, prints how to connect, and runs until Ctrl-C. Whatever Redshift
/// would refuse is refused, with an error that says why.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    /// The port to listen on; any free one unless given.
    #[arg(long, default_value_t = 0, value_name = "N")]
    port: u16,
    /// The certificate for TLS, a PEM file. Without one no TLS is offered.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A user who is asked for a password as only Redshift's own drivers are (may be given several times).
    #[arg(long, value_name = "USER")]
    digest_user: Vec<String>,
    /// Lets every N-th statement fail with error 1023, a serializable isolation violation.
    #[arg(long, default_value_t = 0, value_name = "N")]
    fail_every: u64,
    /// Delays every answer by so many milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    slow: u64,
    /// Lets the first statement that holds this text fail with error 1023 (may be given several times).
    #[arg(long, value_name = "TEXT")]
    fail: Vec<String>,
    /// Runs the first statement that holds this text and closes its connection before it is answered (may be given
    /// several times).
    #[arg(long, value_name = "TEXT")]
    drop_after: Vec<String>,
    /// Closes the connection before the first statement that holds this text is run (may be given several times).
    #[arg(long, value_name = "TEXT")]
    drop_before: Vec<String>,
    /// Starts by creating this database (may be given several times).
    #[arg(long, value_name = "NAME")]
    database: Vec<String>,
    /// Prints every distinct statement that came by when it ends.
    #[arg(long)]
    print_seen: bool,
    /// Ends after so many seconds without waiting for Ctrl-C.
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u64>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), DoubleError> {
    let tls = arguments.tls_cert.clone().zip(arguments.tls_key.clone());
    let double = Double::start(&Options {
        port: arguments.port,
        tls: tls.map(|(certificate, key)| Tls { certificate, key }),
        digest_users: arguments.digest_user.clone(),
        fail_every: arguments.fail_every,
        slow: arguments.slow,
    })?;
    for name in &arguments.database {
        double.create_database(name)?;
    }
    for (texts, what) in [
        (&arguments.fail, Trouble::Serialization),
        (&arguments.drop_after, Trouble::DropAfter),
        (&arguments.drop_before, Trouble::DropBefore),
    ] {
        for text in texts {
            double.inject(Fault { when: text.clone(), what: what.clone(), times: 1 });
        }
    }
    let (user, password) = double.administrator();
    let database = arguments.database.first().map_or("postgres", String::as_str);
    println!("A Redshift double listens on 127.0.0.1:{}. Connect with", double.port());
    println!("  PGPASSWORD={password} psql -h 127.0.0.1 -p {} -U {user} {database}", double.port());
    println!("End it with Ctrl-C.");
    wait(arguments.seconds.map(Duration::from_secs))?;
    if arguments.print_seen {
        for statement in double.seen() {
            println!("{statement};");
        }
    }
    Ok(())
}

/// Until Ctrl-C, or until the time is over.
fn wait(limit: Option<Duration>) -> Result<(), DoubleError> {
    let system = |doing| move |source| DoubleError::System { doing, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start a runtime"))?.block_on(async {
        let interrupted = tokio::signal::ctrl_c();
        match limit {
            Some(limit) => tokio::time::timeout(limit, interrupted).await.unwrap_or(Ok(())),
            None => interrupted.await,
        }
        .map_err(system("wait for Ctrl-C"))
    })
}
