//! Where integrations may say that their password is. The service reads it on its own machine, and sends it to a host that the
//! same document names: whoever writes one must not have it read, and sent, whatever they like.

use std::path::{Component, Path, PathBuf};

use scrim_catalog::documents::Secret;
use scrim_catalog::{Catalog, Change, Document, Kind};

use crate::{App, FieldError, Problem};

/// What may be read. Nothing by default.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Files in these directories and below.
    pub directories: Vec<PathBuf>,
    /// Variables of the environment whose names begin so.
    pub variables: Vec<String>,
}

impl Secrets {
    fn allows(&self, secret: &Secret) -> bool {
        match secret {
            Secret::File(path) => {
                let path = Path::new(path);
                let plain = path.components().all(|part| !matches!(part, Component::ParentDir));
                plain && self.directories.iter().any(|directory| path.starts_with(directory))
            }
            Secret::Env(name) => {
                self.variables.iter().any(|prefix| !prefix.is_empty() && name.starts_with(prefix.as_str()))
            }
        }
    }
}

/// Refuses integrations whose password is somewhere else than where it stood, and where none may be.
///
/// # Errors
/// When there is one.
pub(crate) fn check(app: &App, before: &Catalog, changes: &[Change]) -> Result<(), Problem> {
    for change in changes {
        let Change::Put(Document::Integration(integration)) = change else { continue };
        let (name, Some(secret)) = (integration.name.value(), &integration.password) else { continue };
        let same = before.integrations.get(name).is_some_and(|known| known.password.as_ref() == Some(secret));
        if !same && !app.settings().secrets.allows(secret) {
            return Err(Problem::invalid(vec![FieldError {
                document: (changes.len() > 1).then(|| format!("{}/{name}", Kind::Integration.plural())),
                pointer: "/password".to_owned(),
                detail: "the service reads no password there".to_owned(),
                help: Some("name a file or a variable where its settings `secrets.…` allow one".to_owned()),
            }]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_may_be_read() {
        let secrets = Secrets { directories: vec!["/run/secrets".into()], variables: vec!["WAREHOUSE_".to_owned()] };
        let file = |path: &str| secrets.allows(&Secret::File(path.to_owned()));
        assert!(file("/run/secrets/w") && file("/run/secrets/of/w"));
        for other in ["/run/secrets2/w", "/run/secrets/../../etc/shadow", "run/secrets/w", "w", "/etc/shadow", ""] {
            assert!(!file(other), "{other}");
        }
        let variable = |name: &str| secrets.allows(&Secret::Env(name.to_owned()));
        assert!(variable("WAREHOUSE_PASSWORD") && !variable("SCRIM_SEALING_KEY") && !variable("AWS_SECRET_ACCESS_KEY"));
        assert!(!Secrets::default().allows(&Secret::Env("ANY".to_owned())));
        assert!(
            !Secrets { variables: vec![String::new()], ..Secrets::default() }.allows(&Secret::Env("ANY".to_owned()))
        );
    }
}
