//! Where a metadata database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::StoreError;

/// Where a metadata database is. Shown without its password, also when debugging.
#[derive(Clone)]
pub struct Location(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl Location {
    /// An SQLite file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::Sqlite(path.into()))
    }

    /// Reads `sqlite:PATH` or a PostgreSQL URL (`postgresql://` or `postgres://`, with `sslmode` and `sslrootcert` among
    /// its parameters; a pooler between must keep a connection for a client as long as that has it).
    ///
    /// # Errors
    /// [`StoreError::Location`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let refused = |reason: &str| StoreError::Location(reason.to_owned());
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(refused("names no file")),
                // Each connection would have a database of its own.
                ":memory:" => Err(refused("is in memory, where it would not last")),
                _ => Ok(Self::file(path)),
            };
        }
        if !text.starts_with("postgresql://") && !text.starts_with("postgres://") {
            return Err(refused("begins with neither `sqlite:` nor `postgresql://`"));
        }
        // The reason is one of the URL's form, and repeats nothing of the URL.
        let options = PgConnectOptions::from_str(text).map_err(|_| refused("is not a PostgreSQL URL"))?;
        Ok(Self(Place::Postgres(Box::new(options.application_name("scrim")))))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(options) => {
                let (user, host, port) = (options.get_username(), options.get_host(), options.get_port());
                write!(f, "postgresql://{user}@{host}:{port}/{}", options.get_database().unwrap_or(user))
            }
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let location = Location::parse("postgresql://scrim:hunter2@db:5433/meta?sslmode=require").unwrap();
        assert_eq!(location.to_string(), "postgresql://scrim@db:5433/meta");
        assert_eq!(format!("{location:?}"), "Location(postgresql://scrim@db:5433/meta)");
        for wrong in ["postgresql://u:hunter2@db:notaport/x", "mysql://u:hunter2@db/x", "postgresql://u:hunter2@[db/x"]
        {
            let error = Location::parse(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn files_are_named_in_either_way() {
        for (text, shown) in
            [("sqlite:a/b.db", "sqlite:a/b.db"), ("sqlite:///a.db", "sqlite:/a.db"), ("sqlite:/a.db", "sqlite:/a.db")]
        {
            assert_eq!(Location::parse(text).unwrap().to_string(), shown);
        }
        for wrong in ["sqlite:", "sqlite://", "sqlite::memory:", "", "a.db"] {
            assert!(matches!(Location::parse(wrong), Err(StoreError::Location(_))), "{wrong}");
        }
    }
}
