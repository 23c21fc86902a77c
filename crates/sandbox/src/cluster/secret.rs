//! Passwords.

use std::io::Read;

use secrecy::SecretString;

use crate::SandboxError;

/// A password for a sandbox: 192 bits from the operating system, as hexadecimal digits.
///
/// # Errors
/// When the operating system gives none.
pub fn random_password() -> Result<SecretString, SandboxError> {
    let mut bytes = [0_u8; 24];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(SandboxError::system("read /dev/urandom"))?;
    Ok(SecretString::from(hex::encode(bytes)))
}
