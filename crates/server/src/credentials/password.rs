//! Passwords of local accounts, kept as argon2id hashes.

use std::time::Duration;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::Problem;

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// The longest, in bytes: hashing takes longer for longer ones.
const LONGEST: usize = 1024;

/// How many passwords are hashed at a time.
const AT_ONCE: usize = 4;
/// How long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes a password, unless it is too short to be one.
///
/// # Errors
/// When it is too short or too long, or hashing fails.
pub(crate) async fn hash(password: SecretString) -> Result<String, Problem> {
    if password.expose_secret().chars().count() < SHORTEST {
        return Err(Problem::malformed(format!("a password has at least {SHORTEST} characters")));
    }
    if password.expose_secret().len() > LONGEST {
        return Err(Problem::malformed(format!("a password has at most {LONGEST} bytes")));
    }
    blocking(move || {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| Problem::internal(&error))
    })
    .await?
}

/// Whether it is the password of a hash. Without one it takes as long, and is not: who has an account is not told by time.
pub(crate) async fn matches(password: SecretString, hash: Option<String>) -> Result<bool, Problem> {
    if password.expose_secret().len() > LONGEST {
        return Ok(false);
    }
    blocking(move || {
        let known = hash.is_some();
        let Ok(text) = hash.map_or_else(nobody, Ok) else { return false };
        let Ok(hash) = PasswordHash::new(&text) else { return false };
        let same = Argon2::default().verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
        known && same
    })
    .await
}

/// A hash that is nobody's.
fn nobody() -> Result<String, argon2::password_hash::Error> {
    use std::sync::OnceLock;
    static NOBODY: OnceLock<String> = OnceLock::new();
    if let Some(hash) = NOBODY.get() {
        return Ok(hash.clone());
    }
    let hash = Argon2::default().hash_password(b"nobody")?.to_string();
    Ok(NOBODY.get_or_init(|| hash).clone())
}

/// Hashing takes a processor for a while: not one that answers requests. It also takes 19 MiB: few do it at a time, whoever
/// and however many ask for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);
    let busy = || Problem::unavailable("too many passwords are being looked at: try again in a moment");
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())?;
    // Kept until it is done, also when nobody waits for it any more.
    let work = move || {
        let done = work();
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::{AT_ONCE, blocking};

    #[tokio::test(flavor = "multi_thread")]
    async fn few_hash_at_a_time() {
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let hash = |_| {
            blocking(|| {
                MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(20));
                NOW.fetch_sub(1, Ordering::SeqCst);
            })
        };
        let all = futures_util::future::join_all((0..AT_ONCE * 5).map(hash)).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(MOST.load(Ordering::SeqCst), AT_ONCE);
    }
}
