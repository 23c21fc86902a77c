//! The process that outlives the program by a moment, to stop the server and remove its directory.
//!
//! A shell waits for the end of its standard input, a pipe only this program holds the other end of. The pipe closes
//! when the program says so or when it ends, in whatever way: on panic, Ctrl-C, SIGKILL. A signal on the parent's
//! death would do less (it leaves the directory) and would come too early: it is sent when the *thread* that started
//! the server ends.

use std::io::Write;
use std::process::{Child, ChildStdin, Stdio};

use super::account;
use super::place::Place;
use crate::SandboxError;

/// The shell reads lines: `initdb` and `server`, each with a process id or, once that process has ended, without; and
/// `keep`. `initdb` is left to finish, because it leaves shared memory behind when its files vanish; the server is told
/// to stop at once. A process that has ended may stay a zombie, for as long as nobody waits for it.
const SCRIPT: &str = r#"
initdb= server=
while read -r word process; do
    case "$word" in
        initdb) initdb=$process ;;
        server) server=$process ;;
        keep) exit 0 ;;
    esac
done
ended() {
    ! kill -0 "$1" 2>/dev/null || grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}
await() {
    tries=0
    until ended "$1" || [ "$tries" -ge 1500 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
}
if [ -n "$initdb" ]; then
    await "$initdb"
fi
if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null
    await "$server"
fi
tries=0
until rm -rf "$1" 2>/dev/null || [ "$tries" -ge 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
"#;

/// The waiting shell.
#[derive(Debug)]
pub(super) struct Guard {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// Starts watching over `place`, before there is a server in it.
    pub(super) fn start(place: &Place) -> Result<Guard, SandboxError> {
        let mut command = account::command("/bin/sh", place.account(), "/".as_ref());
        command.arg("-c").arg(SCRIPT).arg("scrim-sandbox-guard").arg(place.directory()).stdin(Stdio::piped());
        let mut shell = command.spawn().map_err(SandboxError::system("run /bin/sh"))?;
        let pipe = shell.stdin.take();
        Ok(Guard { shell, pipe })
    }

    /// Tells the process that is creating the cluster, or that it has ended.
    pub(super) fn initdb_is(&mut self, process: Option<u32>) {
        self.tell("initdb", process);
    }

    /// Tells the process to stop in the end, or that it has ended.
    pub(super) fn server_is(&mut self, process: Option<u32>) {
        self.tell("server", process);
    }

    /// Has the server stopped and the directory removed; returns at once.
    pub(super) fn stop(&mut self) {
        self.pipe = None;
    }

    /// Waits until what [`Guard::stop`] began is done.
    pub(super) fn wait(&mut self) {
        // Fails only when the shell has been waited for already.
        let _ = self.shell.wait();
    }

    /// Ends the watch and leaves everything as it is.
    pub(super) fn release(&mut self) {
        self.tell("keep", None);
        self.stop();
        self.wait();
    }

    fn tell(&mut self, word: &str, process: Option<u32>) {
        let line = format!("{word} {}\n", process.map(|process| process.to_string()).unwrap_or_default());
        if let Some(pipe) = &mut self.pipe {
            // Fails only when somebody killed the shell, and then nothing is left to be told.
            let _ = pipe.write_all(line.as_bytes());
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.stop();
        self.wait();
    }
}
