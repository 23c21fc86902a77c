//! Passwords of local accounts, kept as argon2id hashes.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use secrecy::{ExposeSecret, SecretString};

use crate::Problem;

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// The longest, in bytes: hashing takes longer for longer ones.
const LONGEST: usize = 1024;

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

/// Hashing takes a processor for a while: not one that answers requests.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}
