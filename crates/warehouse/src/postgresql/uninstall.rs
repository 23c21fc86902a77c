//! Taking the system objects and the views away, once, as an administrator.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use scrim_catalog::documents::Integration;
use scrim_sql::system::postgresql::uninstall as sql;
use secrecy::SecretString;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, SimpleQueryMessage, Transaction};

use super::SETTINGS;
use crate::connect::{administrator, open};
use crate::error::{WarehouseError, describe};
use crate::removal::{Removal, count, several};

type Row = Vec<Option<String>>;

/// Everything in one transaction, or nothing; unless it is `really` to be done, the transaction is given up at its end.
pub(crate) async fn uninstall(
    integration: &Integration,
    url: &SecretString,
    really: bool,
) -> Result<Removal, WarehouseError> {
    let mut config = administrator(integration, url, &integration.database)?;
    config.options(SETTINGS);
    let (mut client, _) = open(integration, config).await?;
    for pause in [1, 2, 4] {
        let transaction = client.transaction().await.map_err(refused)?;
        match remove(transaction, integration, really).await {
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                tokio::time::sleep(Duration::from_secs(pause)).await;
            }
            done => return done.map_err(refused),
        }
    }
    Err(WarehouseError::Locked("Scrim could not be uninstalled"))
}

fn refused(error: Error) -> WarehouseError {
    let what = "the uninstallation was refused, and nothing was changed";
    // Here the details are names of objects, and say which.
    let details = error.as_db_error().filter(|told| told.code() == &SqlState::DEPENDENT_OBJECTS_STILL_EXIST);
    match details.and_then(|told| told.detail()) {
        Some(detail) => WarehouseError::Statement { what, reason: format!("{} ({detail})", describe(&error)) },
        None => WarehouseError::statement(what)(error),
    }
}

/// What stands in the schemas.
#[derive(Default)]
struct Contents {
    governed: Vec<String>,
    system_views: Vec<String>,
    routines: BTreeMap<String, Vec<String>>,
    tables: Vec<String>,
    strangers: Vec<String>,
}

async fn remove(transaction: Transaction<'_>, integration: &Integration, really: bool) -> Result<Removal, Error> {
    let mut removal = Removal::default();
    transaction.batch_execute(sql::HURRY).await?;
    let superuser = rows(&transaction, sql::SUPERUSER).await?.concat() == [Some("t".to_owned())];
    let owner = integration.owner_role.as_str();
    let roles: BTreeMap<String, Option<String>> =
        rows(&transaction, &sql::roles(integration)).await?.into_iter().filter_map(pair).collect();
    // An owner that Scrim would not have made owns nothing of Scrim's.
    let unfit = roles.get(owner).and_then(Option::as_deref);
    let fit = roles.contains_key(owner) && unfit.is_none();
    let member = !superuser && fit;
    if member {
        transaction.batch_execute(&sql::join(integration)).await?;
    }
    let mut schemas = Vec::new();
    for (name, found) in rows(&transaction, &sql::schemas(integration)).await?.into_iter().filter_map(pair) {
        match found {
            Some(found) if found == owner && fit => schemas.push(name),
            found => removal.apart(&name, &found.unwrap_or_default(), owner, unfit),
        }
    }
    if !schemas.is_empty() {
        let contents = contents(&transaction, integration, member).await?;
        for stranger in &contents.strangers {
            removal.stranger(stranger);
        }
        for (dependent, on) in rows(&transaction, &sql::dependents(integration)).await?.into_iter().filter_map(pair) {
            removal.dependent(dependent, &on.unwrap_or_default());
        }
        if !removal.complete() {
            return Ok(removal);
        }
        removal.removed = contents.told(integration, &schemas);
        if really {
            drop_objects(&transaction, integration, &contents, &schemas, member).await?;
        }
    }
    // A role that is something else, too, and of which there is no installation here, has its rights for that.
    if !schemas.is_empty() || fit && !bars(&transaction, integration, true).await?.contains_key(owner) {
        privileges(&transaction, integration, really, &mut removal).await?;
    }
    let left = drop_roles(&transaction, integration, &roles, really, &mut removal).await?;
    if really {
        if member && left {
            transaction.batch_execute(&sql::leave(integration)).await?;
        }
        transaction.commit().await?;
    }
    Ok(removal)
}

async fn contents(transaction: &Transaction<'_>, integration: &Integration, member: bool) -> Result<Contents, Error> {
    let found = rows(transaction, &sql::contents(integration)).await?;
    let system = integration.system_schema();
    let record = |row: &Row| match row.as_slice() {
        [Some(schema), Some(kind), Some(name), ..] => {
            kind == "table" && *schema == system && name.ends_with(".object_state")
        }
        _ => false,
    };
    let mut recorded = BTreeSet::new();
    if found.iter().any(record) {
        if member {
            transaction.batch_execute(&sql::be_owner(integration)).await?;
        }
        recorded.extend(rows(transaction, &sql::recorded(integration)).await?.concat().into_iter().flatten());
        if member {
            transaction.batch_execute(sql::BE_ONESELF).await?;
        }
    }
    let mut contents = Contents::default();
    for row in found {
        let [Some(schema), Some(kind), Some(name), Some(id), owned] = row.as_slice() else { continue };
        let owned = owned.as_deref() == Some("t");
        let of = |name: String| *schema == name;
        let routines = of(integration.functions_schema()) || of(integration.procedures_schema());
        match kind.as_str() {
            "view" if *schema == integration.views.schema.as_str() && recorded.contains(id) => {
                contents.governed.push(name.clone());
            }
            "view" if owned && *schema == system => contents.system_views.push(name.clone()),
            "table" if owned && *schema == system => contents.tables.push(name.clone()),
            "function" | "procedure" if owned && (routines || *schema == system) => {
                contents.routines.entry(schema.clone()).or_default().push(name.clone());
            }
            _ => contents.strangers.push(format!("{kind} {name}")),
        }
    }
    Ok(contents)
}

impl Contents {
    /// What goes, for people.
    fn told(&self, integration: &Integration, schemas: &[String]) -> Vec<String> {
        let mut told: Vec<String> = self.governed.iter().map(|name| format!("view {name}")).collect();
        told.extend(schemas.iter().map(|schema| {
            let inside = if *schema == integration.system_schema() {
                format!(", with {} and {}", count(self.tables.len(), "table"), count(self.system_views.len(), "view"))
            } else {
                let routines = self.routines.get(schema).map_or(0, Vec::len);
                if routines > 0 { format!(", with {}", count(routines, "routine")) } else { String::new() }
            };
            format!("schema {schema}{inside}")
        }));
        told
    }
}

async fn drop_objects(
    transaction: &Transaction<'_>,
    integration: &Integration,
    contents: &Contents,
    schemas: &[String],
    member: bool,
) -> Result<(), Error> {
    if member {
        transaction.batch_execute(&sql::be_owner(integration)).await?;
    }
    let views = [contents.governed.as_slice(), &contents.system_views].concat();
    let routines: Vec<String> = contents.routines.values().flatten().cloned().collect();
    for statement in sql::drop_objects(&views, &routines, &contents.tables, schemas) {
        transaction.batch_execute(&statement).await?;
    }
    if member {
        transaction.batch_execute(sql::BE_ONESELF).await?;
    }
    Ok(())
}

/// What the owner was given to read the data.
async fn privileges(
    transaction: &Transaction<'_>,
    integration: &Integration,
    really: bool,
    removal: &mut Removal,
) -> Result<(), Error> {
    let held = sql::held(integration);
    let owner = integration.owner_role.as_str();
    let told = |row: &Row| match row.as_slice() {
        [Some(kind), Some(privilege), Some(object), ..] => {
            Some(format!("{privilege} of {owner} on {} {object}", kind.to_lowercase()))
        }
        _ => None,
    };
    let before = rows(transaction, &held).await?;
    let mut left = Vec::new();
    if really {
        transaction.batch_execute(&sql::revoke(integration)).await?;
        left = rows(transaction, &held).await?;
    }
    removal.removed.extend(before.iter().filter(|row| !left.contains(row)).filter_map(told));
    for row in &left {
        let grantor = row.get(3).cloned().flatten().unwrap_or_default();
        let reason = format!("it was granted by `{grantor}`, who must take it back, or a superuser");
        removal.remains(told(row).unwrap_or_default(), reason);
    }
    Ok(())
}

/// What keeps the roles from being dropped.
async fn bars(
    transaction: &Transaction<'_>,
    integration: &Integration,
    before: bool,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let mut bars: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (role, what) in rows(transaction, &sql::bars(integration, before)).await?.into_iter().filter_map(pair) {
        bars.entry(role).or_default().extend(what);
    }
    Ok(bars)
}

/// The roles, login first; whether the owner is still there.
async fn drop_roles(
    transaction: &Transaction<'_>,
    integration: &Integration,
    roles: &BTreeMap<String, Option<String>>,
    really: bool,
    removal: &mut Removal,
) -> Result<bool, Error> {
    let bars = bars(transaction, integration, !really).await?;
    let mut left = false;
    let scanner = integration.scanner_role();
    let names = [("login", integration.user.as_str()), ("role", &scanner), ("role", integration.owner_role.as_str())];
    for (what, name) in names {
        let Some(unfit) = roles.get(name) else { continue };
        left = true;
        let object = format!("{what} {name}");
        if let Some(reason) = unfit {
            removal.stays(object, format!("it {reason}"));
        } else if let Some(bars) = bars.get(name) {
            removal.stays(object, format!("it still owns or may use {}", several(bars)));
        } else if !really {
            removal.removed.push(object);
        } else {
            // Only whoever made a role, or was given it to administer, drops it.
            transaction.batch_execute("SAVEPOINT scrim_role").await?;
            match transaction.batch_execute(&sql::drop_role(name)).await {
                Ok(()) => {
                    transaction.batch_execute("RELEASE SAVEPOINT scrim_role").await?;
                    removal.removed.push(object);
                    left = false;
                }
                Err(error) if error.as_db_error().is_some() => {
                    transaction.batch_execute("ROLLBACK TO SAVEPOINT scrim_role").await?;
                    removal.remains(object, format!("it could not be dropped: {}", describe(&error)));
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(left)
}

fn pair(row: Row) -> Option<(String, Option<String>)> {
    let mut row = row.into_iter();
    Some((row.next()??, row.next().flatten()))
}

async fn rows(transaction: &Transaction<'_>, sql: &str) -> Result<Vec<Row>, Error> {
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
        _ => None,
    };
    Ok(transaction.simple_query(sql).await?.into_iter().filter_map(row).collect())
}
