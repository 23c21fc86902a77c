//! Showing who one is: passwords, sessions, tokens.

pub(crate) mod password;
pub(crate) mod session;
pub(crate) mod throttle;
pub(crate) mod token;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use secrecy::SecretString;

/// A new secret of 256 bits, as text, behind a prefix that tells what it is to whoever finds it.
pub(crate) fn secret(prefix: &str) -> SecretString {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    SecretString::from(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}
