//! The key that secrets are sealed with, and where it comes from.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::StoreError;

const LENGTH: usize = 32;

/// The master key of a database: 32 bytes, kept outside of it. Wiped from memory when dropped; it cannot be shown.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; LENGTH]>);

impl SealingKey {
    /// A new key, from the random numbers of the operating system.
    ///
    /// # Errors
    /// [`StoreError::NoRandomness`].
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| StoreError::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Reads a key, in base64 or 64 hexadecimal digits, from a file that only its owner may read.
    ///
    /// # Errors
    /// [`StoreError::Key`] when the file cannot be read, others may read it (on Unix), or it holds no such key.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        let refused = |reason: String| StoreError::Key { from: path.display().to_string(), reason };
        let file = File::open(path).map_err(|error| refused(error.to_string()))?;
        // Of the file that was opened, not of whatever has its name by now.
        if let Some(mode) = exposed(&file).map_err(|error| refused(error.to_string()))? {
            return Err(refused(format!(
                "others may read it (its mode is {mode:o}): run `chmod 600` on it, and think of changing the key"
            )));
        }
        let text = Zeroizing::new(std::io::read_to_string(file).map_err(|error| refused(error.to_string()))?);
        Self::decode(&text).ok_or_else(|| refused(FORM.to_owned()))
    }

    /// Reads a key, in base64 or 64 hexadecimal digits, from an environment variable.
    ///
    /// # Errors
    /// [`StoreError::Key`] when the variable is not set or holds no such key.
    pub fn from_env(variable: &str) -> Result<Self, StoreError> {
        let refused = |reason: &str| StoreError::Key { from: format!("${variable}"), reason: reason.to_owned() };
        let text = Zeroizing::new(std::env::var(variable).map_err(|_| refused("it is not set"))?);
        Self::decode(&text).ok_or_else(|| refused(FORM))
    }

    /// The key in base64, to be kept outside of the database.
    pub fn encode(&self) -> SecretString {
        SecretString::from(STANDARD.encode(self.0.as_slice()))
    }

    /// Writes the key to a new file that only its owner may read.
    ///
    /// # Errors
    /// [`StoreError::File`] when there is such a file already, or it cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), StoreError> {
        let failed = || StoreError::file("write the sealing key to", path);
        let mut file = private_file(path).map_err(failed())?;
        file.write_all(self.encode().expose_secret().as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(|reason| {
                // A half-written key must not look like one.
                let _ = fs::remove_file(path);
                failed()(reason)
            })
    }

    pub(crate) fn bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    fn decode(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut bytes = Zeroizing::new([0; LENGTH]);
        let decoded = Zeroizing::new(match text.len() {
            64 => hex::decode(text).ok()?,
            _ => STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok()?,
        });
        if decoded.len() != LENGTH {
            return None;
        }
        bytes.copy_from_slice(&decoded);
        Some(Self(bytes))
    }
}

const FORM: &str =
    "it must hold 32 bytes, in base64 or as 64 hexadecimal digits; `openssl rand -base64 32` makes such a key";

/// A file that was not there, which only its owner may read and write.
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn exposed(file: &File) -> std::io::Result<Option<u32>> {
    let mode = std::os::unix::fs::MetadataExt::mode(&file.metadata()?) & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
fn exposed(_: &File) -> std::io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_file_and_only_from_a_private_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let key = SealingKey::generate().unwrap();
        key.write_new(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(SealingKey::from_file(&path).unwrap().bytes() == key.bytes());
        assert!(matches!(key.write_new(&path), Err(StoreError::File { .. })), "it is not overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SealingKey::from_file(&path).err().unwrap().to_string();
        assert!(error.contains("others may read it (its mode is 640)"), "{error}");
    }

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        let bytes = [7; LENGTH];
        let padded = STANDARD.encode(bytes);
        for text in
            [hex::encode(bytes), padded.clone(), padded.trim_end_matches('=').to_owned(), format!(" {padded}\n")]
        {
            assert!(SealingKey::decode(&text).is_some_and(|key| key.bytes() == &bytes), "{text}");
        }
        for text in ["", "abc", &STANDARD.encode([7; 31]), &"g".repeat(64), &hex::encode([7; 33])] {
            assert!(SealingKey::decode(text).is_none(), "{text}");
        }
    }
}
