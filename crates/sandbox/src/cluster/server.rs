//! Creating a cluster's files and running its server.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::account;
use super::guard::Guard;
use super::place::Place;
use super::{HOST, Options, settings};
use crate::SandboxError;

/// How many ports are tried.
const ATTEMPTS: usize = 10;
/// How long the server may take to accept connections.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long the server may take to stop at once before it is killed: it gives its own children five seconds.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How often the server's state is looked at.
const PAUSE: Duration = Duration::from_millis(5);
/// How many lines of a log an error quotes.
const LOG_LINES: usize = 20;

/// Runs `initdb`. The password reaches it in a file that is removed afterwards.
pub(super) fn initialise(
    programs: &Path,
    place: &Place,
    guard: &mut Guard,
    superuser: &str,
    password: &str,
    options: &Options,
) -> Result<(), SandboxError> {
    let program = programs.join("initdb");
    let password_file = place.directory().join("password");
    place.write(&password_file, &format!("{password}\n"))?;
    let mut command = account::command(&program, place.account(), place.directory());
    command.arg("--pgdata").arg(place.data()).arg("--username").arg(superuser);
    let method = settings::password_method(options);
    command.args(["--encoding=UTF8", "--locale=C"]);
    command.args([format!("--auth-host={method}"), format!("--auth-local={method}")]);
    command.arg("--pwfile").arg(&password_file);
    if !options.durable {
        command.arg("--no-sync");
    }
    let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().and_then(|process| {
        guard.initdb_is(Some(process.id()));
        process.wait_with_output()
    });
    guard.initdb_is(None);
    let removed = std::fs::remove_file(&password_file);
    let output = output.map_err(SandboxError::system(format!("run {}", program.display())))?;
    removed.map_err(SandboxError::system(format!("remove {}", password_file.display())))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(SandboxError::Initialise { output: last_lines(&String::from_utf8_lossy(&said)) })
}

/// A running server. Its parent must have it told to stop before it waits for it.
#[derive(Debug)]
pub(super) struct Server {
    process: Child,
    port: u16,
}

/// How a start went.
enum Start {
    Ready,
    Ended(ExitStatus),
    TimedOut,
}

impl Server {
    /// Starts the server on a free port and waits until it accepts connections.
    pub(super) fn start(
        programs: &Path,
        place: &Place,
        guard: &mut Guard,
        options: &Options,
    ) -> Result<Server, SandboxError> {
        Server::start_on(free_port, programs, place, guard, options)
    }

    /// Starts the server on the first of the ports chosen that is still free when the server wants it.
    fn start_on(
        mut choose: impl FnMut() -> Result<u16, SandboxError>,
        programs: &Path,
        place: &Place,
        guard: &mut Guard,
        options: &Options,
    ) -> Result<Server, SandboxError> {
        for _ in 0..ATTEMPTS {
            let port = choose()?;
            place.write(&place.data().join("postgresql.conf"), &settings::file(options, port, place.directory()))?;
            let mut process = spawn(&programs.join("postgres"), place)?;
            guard.server_is(Some(process.id()));
            let start = wait_until_ready(&mut process, place);
            if matches!(start, Ok(Start::Ready)) {
                return Ok(Server { process, port });
            }
            kill(&mut process);
            guard.server_is(None);
            let log = log(place);
            match start.map_err(SandboxError::system("wait for PostgreSQL to start"))? {
                Start::TimedOut => return Err(SandboxError::TimedOut { seconds: START_LIMIT.as_secs(), log }),
                Start::Ended(status) if !says_port_taken(&log) => {
                    return Err(SandboxError::Died { status: status.to_string(), log });
                }
                Start::Ended(_) | Start::Ready => {}
            }
        }
        Err(SandboxError::NoPort { attempts: ATTEMPTS })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the server has stopped, and kills it if it will not.
    pub(super) fn wait(&mut self) {
        let limit = Instant::now() + STOP_LIMIT;
        while Instant::now() < limit {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(PAUSE),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        kill(&mut self.process);
    }
}

/// A port nobody listens on now; somebody may by the time the server does.
fn free_port() -> Result<u16, SandboxError> {
    let listener = TcpListener::bind((HOST, 0)).and_then(|listener| listener.local_addr());
    Ok(listener.map_err(SandboxError::system(format!("find a free port on {HOST}")))?.port())
}

fn spawn(program: &Path, place: &Place) -> Result<Child, SandboxError> {
    place.write(&place.log(), "")?;
    let log = File::options().append(true).open(place.log());
    let log = log.and_then(|log| Ok((log.try_clone()?, log)));
    let (output, errors) = log.map_err(SandboxError::system(format!("open {}", place.log().display())))?;
    let mut command = account::command(program, place.account(), place.directory());
    command.arg("-D").arg(place.data()).stdout(output).stderr(errors);
    command.spawn().map_err(SandboxError::system(format!("run {}", program.display())))
}

fn wait_until_ready(process: &mut Child, place: &Place) -> std::io::Result<Start> {
    let state = place.data().join("postmaster.pid");
    let limit = Instant::now() + START_LIMIT;
    while Instant::now() < limit {
        if let Some(status) = process.try_wait()? {
            return Ok(Start::Ended(status));
        }
        if std::fs::read_to_string(&state).is_ok_and(|text| says_ready(&text, process.id())) {
            return Ok(Start::Ready);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(Start::TimedOut)
}

/// Whether `postmaster.pid` says that the server of this process id accepts connections: its first line is the process
/// id, its eighth the state, as `pg_ctl` reads them.
fn says_ready(text: &str, process: u32) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    lines.next() == Some(&process.to_string()) && lines.nth(6) == Some("ready")
}

fn says_port_taken(log: &str) -> bool {
    log.contains("Address already in use") || log.contains("could not create any TCP/IP sockets")
}

fn log(place: &Place) -> String {
    last_lines(&std::fs::read(place.log()).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default())
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    lines.get(from..).unwrap_or_default().join("\n")
}

/// The server's children notice its death by themselves.
fn kill(process: &mut Child) {
    // Both fail only when the process has already ended.
    let _ = process.kill();
    let _ = process.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_file_counts_only_when_it_is_this_servers_and_says_ready() {
        let text = |state| format!("41\n/data\n1700000000\n4000\n/tmp\n127.0.0.1\n  123  456\n{state}\n");
        assert!(says_ready(&text("ready   "), 41));
        assert!(!says_ready(&text("starting"), 41));
        assert!(!says_ready(&text("ready   "), 42));
        assert!(!says_ready("41\n/data\n", 41));
    }

    #[test]
    fn a_port_that_somebody_took_in_the_meantime_is_given_up_for_another() {
        let programs = super::super::find_postgresql().unwrap();
        let place = Place::create().unwrap();
        let mut guard = Guard::start(&place).unwrap();
        initialise(&programs, &place, &mut guard, "postgres", "secret", &Options::default()).unwrap();
        let somebody = TcpListener::bind((HOST, 0)).unwrap();
        let taken = somebody.local_addr().unwrap().port();
        let none = Server::start_on(|| Ok(taken), &programs, &place, &mut guard, &Options::default()).unwrap_err();
        assert!(matches!(none, SandboxError::NoPort { .. }), "{none}");
        let free = free_port().unwrap();
        let mut ports = [taken, free].into_iter();
        let next = || Ok(ports.next().unwrap());
        let mut server = Server::start_on(next, &programs, &place, &mut guard, &Options::default()).unwrap();
        assert_eq!(server.port(), free);
        guard.stop();
        server.wait();
    }

    #[test]
    fn a_quoted_log_is_its_end() {
        let text: String = (1..=LOG_LINES + 5).map(|number| format!("line {number}\n")).collect();
        let quoted = last_lines(&text);
        assert_eq!(quoted.lines().next(), Some("line 6"));
        assert_eq!(quoted.lines().last(), Some("line 25"));
        assert_eq!(last_lines(""), "");
    }
}
