//! Installing the system objects, once, as an administrator.

use std::collections::BTreeMap;

use postgres_protocol::password::md5;
use scrim_catalog::TableName;
use scrim_catalog::documents::{Integration, Layout};
use scrim_sql::calls::redshift::DATABASES;
use scrim_sql::system::databases;
use scrim_sql::system::redshift::uninstall::SUPERUSER;
use scrim_sql::system::redshift::{self as system, Home};
use secrecy::{ExposeSecret, SecretString};

use super::session::{Failed, Session};
use super::while_doing;
use crate::credentials::password;
use crate::error::{WarehouseError, describe};

/// The database of the views where the layout has one of its own, the system objects in one transaction, a password for
/// Scrim's login, and the right to read the tables.
pub(crate) async fn install(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
) -> Result<Vec<String>, WarehouseError> {
    let secret = password(integration)?;
    let refused = while_doing("the installation was refused, and nothing was changed");
    let data = Session::of_administrator(integration, url, &integration.database);
    if data.rows(SUPERUSER).await.map_err(&refused)?.concat() != [Some("1".to_owned())] {
        return Err(WarehouseError::AdminUrl(
            "is not of a superuser: a superuser must install Scrim, for it makes users and acts as one of them"
                .to_owned(),
        ));
    }
    let kinds: BTreeMap<String, String> = data
        .rows(DATABASES)
        .await
        .map_err(&refused)?
        .into_iter()
        .filter_map(|row| match row.as_slice() {
            [Some(name), Some(kind)] => Some((name.trim_end().to_owned(), kind.trim_end().to_owned())),
            _ => None,
        })
        .collect();
    let home = integration.home().to_ascii_lowercase();
    if integration.layout() == Layout::Central && !kinds.contains_key(&home) {
        // No transaction takes it.
        data.rows_once(&system::create_database(integration)).await.map_err(&refused)?;
    }
    let system = Session::of_administrator(integration, url, &home);
    let objects = while_doing("the installation was refused: no object was made, but for the database of the views");
    system.transaction(&system::install(integration, tables)).await.map_err(objects)?;
    if let Some(secret) = secret {
        // Only a hash leaves this process: statements are logged.
        let hash = md5(secret.expose_secret().as_bytes(), &integration.user);
        let told = while_doing("the system objects are installed, but the password of Scrim's login could not be set");
        system.rows(&system::set_password(integration, &hash)).await.map_err(told)?;
    }
    let mut warnings = Vec::new();
    let external = |rows: Vec<Vec<Option<String>>>| -> Vec<String> {
        rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    };
    let mut sessions: BTreeMap<String, (Session, Vec<String>)> = BTreeMap::new();
    for table in tables {
        let database = table.database.as_ref().map_or_else(|| home.clone(), |name| name.to_ascii_lowercase());
        let kind = kinds.get(&database).map(String::as_str);
        let shared = !matches!(kind, None | Some("local"));
        // A database of a datashare is named from the one of the views.
        let at = if shared { home.clone() } else { database.clone() };
        if !sessions.contains_key(&at) {
            let session = Session::of_administrator(integration, url, &at);
            let schemas =
                session.rows(system::EXTERNAL_SCHEMAS).await.map_err(while_doing("looking at external schemas"));
            match schemas {
                Ok(rows) => sessions.insert(at.clone(), (session, external(rows))),
                Err(error) => {
                    warnings.push(format!("{table}: {error}"));
                    continue;
                }
            };
        }
        let Some((session, schemas)) = sessions.get(&at) else { continue };
        let place = match () {
            () if shared => Home::Shared,
            () if schemas.iter().any(|name| name.eq_ignore_ascii_case(&table.schema)) => Home::External,
            () => Home::Local,
        };
        warnings.extend(place.bypass(table));
        for statement in system::reads(integration, table, place) {
            match session.rows(&statement).await {
                Ok(_) => {}
                Err(Failed::Statement(error)) => {
                    warnings.push(format!("{table}: {}", describe(&error)));
                    break;
                }
                Err(failed) => return Err(failed.into_error("letting the views read a table")),
            }
        }
    }
    for database in databases(integration) {
        let database = database.unwrap_or_else(|| home.clone());
        if kinds.get(&database).is_some_and(|kind| kind == "local") {
            watch(integration, url, &database, &mut warnings).await?;
        }
    }
    Ok(warnings)
}

/// Lets the owner read what stands in the schemas of a database that are watched, and what will.
async fn watch(
    integration: &Integration,
    url: &SecretString,
    database: &str,
    warnings: &mut Vec<String>,
) -> Result<(), WarehouseError> {
    let Some(watched) = system::watched(integration) else { return Ok(()) };
    let session = Session::of_administrator(integration, url, database);
    let rows = session.rows(&watched).await.map_err(while_doing("looking at the monitored schemas"))?;
    let mut makers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        if let [Some(schema), Some(maker)] = row.as_slice() {
            makers.entry(schema.clone()).or_default().push(maker.clone());
        }
    }
    for (schema, makers) in makers {
        for statement in system::watch(integration, &schema, makers.iter().map(String::as_str)) {
            match session.rows(&statement).await {
                Ok(_) => {}
                Err(Failed::Statement(error)) => {
                    warnings.push(format!("the monitored schema {database}.{schema}: {}", describe(&error)));
                }
                Err(failed) => return Err(failed.into_error("letting the views read a monitored schema")),
            }
        }
    }
    Ok(())
}
