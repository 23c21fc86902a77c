//! What was set, by file and environment.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use scrim_catalog::nearest;
use scrim_server::{OidcProvider, ScimSettings};
use scrim_store::{Location, StoreError};
use toml::de::{DeTable, DeValue};

use super::settings::{Form, SETTINGS, Setting, named};

/// The variables of the environment that are no settings, and belong to commands.
const OTHERS: &[&str] = &["CONFIG", "SEALING_KEY", "URL", "TOKEN", "TOKEN_FILE", "CA_FILE", "ADMIN_URL"];

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigurationError {
    /// A file cannot be read.
    #[error("cannot read `{}`: {cause}", path.display())]
    Read { path: PathBuf, cause: std::io::Error },
    /// The file is no TOML.
    #[error("`{}` is not TOML: {reason}", path.display())]
    Form { path: PathBuf, reason: String },
    /// Nobody knows it.
    #[error("{at}: there is no setting `{name}`{}", near.as_ref().map_or_else(|| "; docs/configuration.md has all of them".to_owned(), |near| format!("; did you mean `{near}`?")))]
    Unknown { at: String, name: String, near: Option<String> },
    /// It is no such value.
    #[error("{at}: `{name}` {reason}")]
    Value { at: String, name: &'static str, reason: String },
    /// The location of the database.
    #[error("{at}: {cause}")]
    Location { at: String, cause: StoreError },
}

/// What was set, and where.
struct Given {
    value: String,
    at: String,
}

/// A configuration in which every value is one.
pub(crate) struct Configuration {
    given: BTreeMap<&'static str, Given>,
    /// What only a file can say.
    pub(crate) tables: Tables,
}

/// Settings with settings of their own; docs/sign-on.md tells them.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Tables {
    /// Providers of OpenID Connect: `[oidc.NAME]`.
    #[serde(default)]
    pub(crate) oidc: BTreeMap<String, OidcProvider>,
    /// Provisioning: `[scim]`.
    #[serde(default)]
    pub(crate) scim: ScimSettings,
}

/// The names of those.
const TABLES: &[&str] = &["oidc", "scim"];

impl Configuration {
    /// Reads the file, if there is one, and the environment.
    pub(crate) fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigurationError> {
        let (mut given, mut tables) = (BTreeMap::new(), Tables::default());
        for setting in SETTINGS {
            given.insert(setting.name, Given { value: setting.default.to_owned(), at: "by default".to_owned() });
        }
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .map_err(|cause| ConfigurationError::Read { path: path.to_owned(), cause })?;
            let form = |error: toml::de::Error| ConfigurationError::Form {
                path: path.to_owned(),
                // Without the line itself, which may hold a password.
                reason: format!(
                    "{} (line {})",
                    error.message(),
                    line(&text, error.span().map_or(0, |span| span.start))
                ),
            };
            let table = DeTable::parse(&text).map_err(form)?;
            from_table(&Place { path, text: &text }, "", table.get_ref(), &mut given)?;
            tables = toml::from_str(&text).map_err(form)?;
        }
        from_environment(environment, &mut given)?;
        Ok(Self { given, tables })
    }

    fn given(&self, name: &str) -> (&str, &str) {
        self.given.get(name).map_or(("", ""), |given| (given.value.as_str(), given.at.as_str()))
    }

    /// A text; nothing where it is not set.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        Some(self.given(name).0).filter(|value| !value.is_empty())
    }

    /// A number: what is no number was refused when it was read.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.given(name).0.parse().unwrap_or(0)
    }

    /// Whether something is to be.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.given(name).0 == "true"
    }

    /// So many seconds.
    pub(crate) fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(self.number(name))
    }

    /// The directory of what the service keeps.
    pub(crate) fn data_dir(&self) -> PathBuf {
        PathBuf::from(self.given("data_dir").0)
    }

    /// The file of the sealing key.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.data_dir().join(self.given("key_file").0)
    }

    /// The metadata database.
    pub(crate) fn location(&self) -> Result<Location, ConfigurationError> {
        let (mut text, mut at) = (self.given("database").0.to_owned(), self.given("database").1.to_owned());
        if let Some(path) = self.text("database_file") {
            let path = PathBuf::from(path);
            text = std::fs::read_to_string(&path)
                .map_err(|cause| ConfigurationError::Read { path: path.clone(), cause })?
                .trim()
                .to_owned();
            at = path.display().to_string();
        }
        if let Some(path) = sqlite(&text) {
            return Ok(Location::file(self.data_dir().join(path)));
        }
        Location::parse(&text).map_err(|cause| ConfigurationError::Location { at, cause })
    }

    /// The file of the metadata database, where it is one.
    pub(crate) fn database_path(&self) -> Option<PathBuf> {
        if self.text("database_file").is_some() {
            return None;
        }
        sqlite(self.given("database").0).map(|path| self.data_dir().join(path))
    }

    /// Everything that holds, as a file would have it; without the password of a URL.
    pub(crate) fn print(&self) -> String {
        let mut text = String::new();
        let mut section = "";
        let plain_first = SETTINGS.iter().filter(|s| !s.name.contains('.'));
        for setting in plain_first.chain(SETTINGS.iter().filter(|s| s.name.contains('.'))) {
            let (table, key) = setting.name.split_once('.').unwrap_or(("", setting.name));
            if table != section {
                let _ = write!(text, "\n[{table}]\n");
                section = table;
            }
            let (value, at) = self.given(setting.name);
            let shown = match (setting.name, self.location()) {
                ("database", Ok(location)) if value.starts_with("postgres") => location.to_string(),
                _ => value.to_owned(),
            };
            let _ = writeln!(text, "# {}", setting.about);
            let shown = if setting.form == Form::Text { serde_json::Value::from(shown).to_string() } else { shown };
            let comment = if value.is_empty() { "# " } else { "" };
            let _ = writeln!(text, "{comment}{key} = {shown}  # {at}");
        }
        text
    }
}

/// The path of an SQLite database; an absolute one stays where it is.
fn sqlite(text: &str) -> Option<&str> {
    let path = text.strip_prefix("sqlite:")?;
    Some(path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.is_empty() && *path != ":memory:")
}

struct Place<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Place<'_> {
    fn at(&self, offset: usize) -> String {
        format!("{}:{}", self.path.display(), line(self.text, offset))
    }
}

fn line(text: &str, offset: usize) -> usize {
    text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1)
}

fn from_table(
    place: &Place<'_>,
    above: &str,
    table: &DeTable<'_>,
    given: &mut BTreeMap<&'static str, Given>,
) -> Result<(), ConfigurationError> {
    for (key, value) in table {
        let name = format!("{above}{}", key.get_ref());
        let at = place.at(key.span().start);
        let known = named(&name);
        let value = match (known, value.get_ref()) {
            (None, DeValue::Table(inner)) if SETTINGS.iter().any(|s| s.name.starts_with(&format!("{name}."))) => {
                from_table(place, &format!("{name}."), inner, given)?;
                continue;
            }
            (None, DeValue::Table(_)) if TABLES.contains(&name.as_str()) => continue,
            (None, _) => return Err(unknown(at, name)),
            (Some(_), DeValue::String(text)) => text.to_string(),
            (Some(_), DeValue::Integer(number)) => number.to_string(),
            (Some(_), DeValue::Boolean(flag)) => flag.to_string(),
            (Some(setting), _) => {
                let reason = "is one value: a text, a number, or true or false".to_owned();
                return Err(ConfigurationError::Value { at, name: setting.name, reason });
            }
        };
        if let Some(setting) = known {
            put(setting, value, at, given)?;
        }
    }
    Ok(())
}

fn from_environment(
    environment: impl Iterator<Item = (String, String)>,
    given: &mut BTreeMap<&'static str, Given>,
) -> Result<(), ConfigurationError> {
    for (variable, value) in environment {
        let Some(rest) = variable.strip_prefix("SCRIM_") else { continue };
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == variable) {
            put(setting, value, format!("${variable}"), given)?;
            continue;
        }
        // Kubernetes tells of a service named `scrim` in variables of these names.
        let foreign = rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_");
        if !foreign && !OTHERS.contains(&rest) {
            let variables: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
            let near = nearest(rest, variables.iter().filter_map(|variable| variable.strip_prefix("SCRIM_")));
            let near = near.map(|near| format!("SCRIM_{near}"));
            return Err(ConfigurationError::Unknown { at: "in the environment".to_owned(), name: variable, near });
        }
    }
    Ok(())
}

fn unknown(at: String, name: String) -> ConfigurationError {
    let near = nearest(&name, SETTINGS.iter().map(|setting| setting.name)).map(str::to_owned);
    ConfigurationError::Unknown { at, name, near }
}

fn put(
    setting: &'static Setting,
    value: String,
    at: String,
    given: &mut BTreeMap<&'static str, Given>,
) -> Result<(), ConfigurationError> {
    let wrong = |reason: String| Err(ConfigurationError::Value { at: at.clone(), name: setting.name, reason });
    match setting.form {
        Form::Number(least, most) if !value.parse().is_ok_and(|number| (least..=most).contains(&number)) => {
            return wrong(format!("is a whole number from {least} to {most}, and not `{value}`"));
        }
        Form::Flag if value != "true" && value != "false" => {
            return wrong(format!("is true or false, and not `{value}`"));
        }
        Form::Text if value.is_empty() && !setting.default.is_empty() => return wrong("is empty".to_owned()),
        _ => {}
    }
    if setting.name == "log.format" && value != "text" && value != "json" {
        return wrong(format!("is `text` or `json`, and not `{value}`"));
    }
    given.insert(setting.name, Given { value, at });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Configuration, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("scrim.toml");
        std::fs::write(&path, text).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let place = format!("{}/", directory.path().display());
        Configuration::read(Some(&path), environment).map_err(|error| error.to_string().replace(&place, ""))
    }

    #[test]
    fn the_environment_goes_before_the_file_and_the_file_before_the_default() {
        let text = "listen = \"0.0.0.0:1\"\n[log]\nlevel = \"debug\"\n[limits]\nrequest_seconds = 5\n";
        let configuration =
            read(text, &[("SCRIM_LOG_LEVEL", "warn"), ("SCRIM_PORT_7474_TCP", "x"), ("HOME", "/")]).unwrap();
        assert_eq!(configuration.text("listen"), Some("0.0.0.0:1"));
        assert_eq!(configuration.text("log.level"), Some("warn"));
        assert_eq!(configuration.seconds("limits.request_seconds"), Duration::from_secs(5));
        assert_eq!(configuration.number("proxies"), 0);
        assert_eq!(configuration.text("tls.key"), None);
    }

    #[test]
    fn what_nobody_knows_is_refused_with_its_place() {
        let cases = [
            ("listn = \"x\"\n", "scrim.toml:1: there is no setting `listn`; did you mean `listen`?"),
            ("\n[log]\nlevl = \"x\"\n", "scrim.toml:3: there is no setting `log.levl`; did you mean `log.level`?"),
            ("proxies = -1\n", "scrim.toml:1: `proxies` is a whole number from 0 to 16, and not `-1`"),
            ("metrics = \"yes\"\n", "scrim.toml:1: `metrics` is true or false, and not `yes`"),
            ("listen = [ \"x\" ]\n", "scrim.toml:1: `listen` is one value: a text, a number, or true or false"),
            ("[log]\nformat = \"xml\"\n", "scrim.toml:2: `log.format` is `text` or `json`, and not `xml`"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text, &[]).err().as_deref(), Some(expected));
        }
        let error = read("", &[("SCRIM_LISTN", "x")]).err().unwrap();
        assert_eq!(error, "in the environment: there is no setting `SCRIM_LISTN`; did you mean `SCRIM_LISTEN`?");
        let error = read("database = postgresql://u:hunter2@h/d\n", &[]).err().unwrap();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn what_is_printed_can_be_read_and_holds_no_password() {
        let environment = [("SCRIM_DATABASE", "postgresql://u:hunter2@h:5432/d"), ("SCRIM_DATA_DIR", "/x\"y")];
        let printed = read("", &environment).unwrap().print();
        assert!(!printed.contains("hunter2") && printed.contains("postgresql://u@h:5432/d"), "{printed}");
        let again = read(&printed, &[]).unwrap();
        assert_eq!(again.text("data_dir"), Some("/x\"y"));
        assert_eq!(again.number("limits.request_bytes"), 4 << 20);
    }
}
