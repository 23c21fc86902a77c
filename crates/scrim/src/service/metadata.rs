//! Opening the metadata database, with the key that secrets are sealed with.

use std::path::Path;

use scrim_store::{Location, SealingKey, Store, StoreError};

use super::configuration::Configuration;
use crate::failure::Failure;

/// The variable that may hold the sealing key.
const KEY: &str = "SCRIM_SEALING_KEY";

/// Opens the database of a service that starts: what is missing is made, the directory, a key, the database.
pub(crate) async fn open_or_make(configuration: &Configuration) -> Result<Store, Failure> {
    let location = configuration.location()?;
    directory(&configuration.data_dir())?;
    if std::env::var_os(KEY).is_some() {
        return Ok(Store::open(&location, SealingKey::from_env(KEY)?).await?);
    }
    let file = configuration.key_file();
    if file.exists() {
        return Ok(Store::open(&location, SealingKey::from_file(&file)?).await?);
    }
    let key = SealingKey::generate()?;
    // First the file: a database whose key was never written down would keep its secrets for ever.
    key.write_new(&file)?;
    match Store::open(&location, key).await {
        Ok(store) => {
            tracing::info!(file = %file.display(), "a sealing key was made: keep a copy, apart from those of the database");
            Ok(store)
        }
        Err(error) => {
            // It is the key of nothing.
            let _ = std::fs::remove_file(&file);
            Err(match error {
                StoreError::OtherKey { at } => Failure::KeyIsGone { file, at },
                error => error.into(),
            })
        }
    }
}

/// Opens a database that is there.
pub(crate) async fn open(configuration: &Configuration) -> Result<Store, Failure> {
    let location = configuration.location()?;
    if let Some(file) = configuration.database_path().filter(|file| !file.exists()) {
        return Err(Failure::NoDatabase(file));
    }
    Ok(Store::open(&location, key(configuration)?).await?)
}

/// Opens a copy of the database, which is a file.
pub(crate) async fn open_copy(configuration: &Configuration, file: &Path) -> Result<Store, Failure> {
    Ok(Store::open(&Location::file(file), key(configuration)?).await?)
}

fn key(configuration: &Configuration) -> Result<SealingKey, StoreError> {
    match std::env::var_os(KEY) {
        Some(_) => SealingKey::from_env(KEY),
        None => SealingKey::from_file(&configuration.key_file()),
    }
}

/// Makes a directory that only its owner may look into. One that is there stays as it is.
fn directory(path: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| Failure::Make { path: path.to_owned(), cause })
}
