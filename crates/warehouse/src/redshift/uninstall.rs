//! Taking the system objects and the views away, once, as an administrator: first what is in the database of the views,
//! which is one transaction, then privileges in each database, then that database, and the users last. Stopped anywhere,
//! the next one goes on from there.

mod survey;

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::TableName;
use scrim_catalog::documents::{Integration, Layout};
use scrim_sql::calls::redshift::DATABASES;
use scrim_sql::system::redshift::uninstall as sql;
use secrecy::SecretString;
use tokio_postgres::error::SqlState;

use super::session::{Failed, Session};
use super::while_doing;
use crate::change::{ATTEMPTS, pause};
use crate::error::WarehouseError;
use crate::removal::{Removal, count, several};
use survey::{Contents, Database, first, pair};

/// The database that a cluster begins with.
const FIRST_DATABASE: &str = "dev";

pub(crate) async fn uninstall(
    integration: &Integration,
    tables: &[TableName],
    url: &SecretString,
    really: bool,
) -> Result<Removal, WarehouseError> {
    let data = Session::of_administrator(integration, url, &integration.database);
    let looking = "looking at what there is to remove";
    if data.rows(sql::SUPERUSER).await.map_err(while_doing(looking))?.concat() != [Some("1".to_owned())] {
        return Err(WarehouseError::AdminUrl(
            "is not of a superuser: a superuser must uninstall Scrim, for it drops what others own, and users"
                .to_owned(),
        ));
    }
    let rows = data.rows(DATABASES).await.map_err(while_doing(looking))?;
    let kinds: BTreeMap<String, String> = rows
        .into_iter()
        .filter_map(pair)
        .map(|(name, kind)| (name.trim_end().to_owned(), kind.trim_end().to_owned()))
        .collect();
    let users = data.rows(&sql::users(integration)).await.map_err(while_doing(looking))?;
    let mut work = Work {
        integration,
        really,
        users: users.into_iter().filter_map(|mut row| Some((row.first_mut()?.take()?, row.pop()?))).collect(),
        removal: Removal::default(),
        databases: Vec::new(),
        elsewhere: Vec::new(),
    };
    work.look(url, &kinds).await;
    let home = work.databases.iter().find(|database| database.home);
    let fit = work.fit();
    let contents = match home {
        Some(home) => Contents::look(integration, &home.session, fit).await.map_err(while_doing(looking))?,
        None => Contents::default(),
    };
    if work.in_the_way(&contents) {
        return Ok(work.removal);
    }
    work.home(&contents).await?;
    work.privileges(tables).await;
    work.shared(&data, tables, &kinds).await;
    let dropped = work.database(&data, &contents).await;
    work.drop_users(&data, dropped).await;
    Ok(work.removal)
}

struct Work<'a> {
    integration: &'a Integration,
    really: bool,
    /// Which of the two users are there, and why one is not to be dropped.
    users: BTreeMap<String, Option<String>>,
    removal: Removal,
    databases: Vec<Database>,
    /// What else the owner is the owner of, or may be: then it keeps its right to read tables.
    elsewhere: Vec<String>,
}

impl Work<'_> {
    fn owner(&self) -> &str {
        &self.integration.owner_role
    }

    /// Whether the owner is there and is no more than Scrim would have made it.
    fn fit(&self) -> bool {
        self.users.get(self.owner()).is_some_and(Option::is_none)
    }

    async fn look(&mut self, url: &SecretString, kinds: &BTreeMap<String, String>) {
        let home = self.integration.home().to_ascii_lowercase();
        for (name, _) in kinds.iter().filter(|(name, kind)| *kind == "local" && !sql::NOT_OURS.contains(&name.as_str()))
        {
            match Database::look(self.integration, url, name, *name == home).await {
                Ok(database) => {
                    let owned = database.owned.iter().filter(|(user, _)| user == self.owner());
                    let owned: Vec<String> = owned.map(|(_, what)| format!("{what} in the database {name}")).collect();
                    self.elsewhere.extend(owned);
                    self.databases.push(database);
                }
                Err(failed) => {
                    let error = failed.into_error("the warehouse refused");
                    self.elsewhere.push(format!("something in the database {name}"));
                    let reason = format!("it could not be looked at: {error}; it may hold something of Scrim's");
                    self.removal.remains(format!("database {name}"), reason);
                }
            }
        }
    }

    /// Whether nothing can be dropped because somebody else has built among it, or on it.
    fn in_the_way(&mut self, contents: &Contents) -> bool {
        for stranger in &contents.strangers {
            self.removal.stranger(stranger);
        }
        for (dependent, on) in &contents.dependents {
            self.removal.dependent(dependent, on);
        }
        let owner = &self.integration.owner_role;
        for (schema, found) in &contents.apart {
            let unfit = self.users.get(owner.as_str()).and_then(Option::as_deref);
            self.removal.apart(schema, found, owner, unfit);
        }
        !contents.strangers.is_empty() || !contents.dependents.is_empty()
    }

    /// All of Scrim's objects, or none.
    async fn home(&mut self, contents: &Contents) -> Result<(), WarehouseError> {
        let Some(home) = self.databases.iter().find(|database| database.home) else { return Ok(()) };
        let Contents { schemas, governed, views, tables, .. } = contents;
        let mut statements = Vec::new();
        if !schemas.is_empty() {
            statements = sql::drop_objects(self.integration, governed, views, tables, schemas);
        }
        if self.fit() {
            statements.push(sql::revoke_languages(self.integration));
        }
        if self.really {
            home.session.transaction(&statements).await.map_err(|failed| match failed.code() {
                Some(&SqlState::QUERY_CANCELED) => WarehouseError::Locked("Scrim could not be uninstalled"),
                _ => failed.into_error("the uninstallation was refused, and nothing was changed"),
            })?;
        }
        let views_schema = self.integration.views.schema.to_ascii_lowercase();
        self.removal.removed.extend(governed.iter().rev().map(|name| format!("view {views_schema}.{name}")));
        let system = self.integration.system_schema().to_ascii_lowercase();
        self.removal.removed.extend(schemas.iter().map(|schema| match *schema == system {
            true => {
                format!("schema {schema}, with {} and {}", count(tables.len(), "table"), count(views.len(), "view"))
            }
            false if *schema == views_schema => format!("schema {schema}"),
            false => format!("schema {schema}, with its routines"),
        }));
        Ok(())
    }

    /// What the owner was given to read the data, and the readers for late-binding views.
    async fn privileges(&mut self, tables: &[TableName]) {
        let (integration, really) = (self.integration, self.really);
        let (owner, fit) = (self.owner().to_owned(), self.fit());
        let home = integration.home().to_ascii_lowercase();
        let others: BTreeSet<String> = self.databases.iter().flat_map(|database| database.others.clone()).collect();
        let others: Vec<String> = others.into_iter().collect();
        let removal = &mut self.removal;
        for database in &self.databases {
            let at = &database.name;
            let mut schemas: BTreeSet<String> = tables
                .iter()
                .filter(|table| table.database.as_ref().map_or(home.clone(), |name| name.to_ascii_lowercase()) == *at)
                .map(|table| table.schema.to_ascii_lowercase())
                .collect();
            let (mut statements, mut told) = (Vec::new(), Vec::new());
            for grant in database.granted.iter().filter(|grant| fit && grant.user == owner) {
                let (statement, on) = match (grant.kind.as_str(), grant.privilege.as_str(), &grant.name) {
                    ("table", "SELECT", Some(name)) => (
                        sql::revoke_table(integration, &grant.schema, name),
                        format!("table {at}.{}.{name}", grant.schema),
                    ),
                    ("default", "SELECT", Some(maker)) => (
                        sql::revoke_promised(integration, &grant.schema, maker),
                        format!("tables that {maker} will make in {at}.{}", grant.schema),
                    ),
                    ("schema", "USAGE", _) => {
                        schemas.insert(grant.schema.clone());
                        (sql::revoke_schema(integration, &grant.schema), format!("schema {at}.{}", grant.schema))
                    }
                    _ => continue,
                };
                let what = format!("{} of {owner} on {on}", grant.privilege);
                if let Some(thing) = self.elsewhere.first() {
                    let reason =
                        format!("`{owner}` owns {thing}, whose views may read it; `{statement}` takes it back");
                    removal.stays(what, reason);
                } else {
                    statements.push(statement);
                    told.push(what);
                }
            }
            let readable = match database.readers(integration, &others).await {
                Ok(readable) => readable,
                Err(failed) => {
                    let reason = format!("it could not be looked at: {}", failed.into_error("the warehouse refused"));
                    removal.remains(format!("USAGE of {} on schemas of {at}", integration.readers), reason);
                    BTreeMap::new()
                }
            };
            for (schema, used) in readable.iter().filter(|(schema, _)| schemas.contains(*schema)) {
                let statement = sql::revoke_readers(integration, schema);
                let what = format!("USAGE of {} on schema {at}.{schema}", integration.readers);
                if !database.external.contains(schema) {
                    let reason = "whether it was granted before Scrim cannot be told, and it gives no access to tables";
                    removal.stays(what, format!("{reason}; `{statement}` in the database {at} takes it back"));
                } else if *used || !self.elsewhere.is_empty() {
                    let reason = "views of another installation read it";
                    removal.stays(what, format!("{reason}; `{statement}` in the database {at} takes it back"));
                } else {
                    statements.push(statement);
                    told.push(what);
                }
            }
            let done = if really { database.session.transaction(&statements).await } else { Ok(()) };
            match done {
                Ok(()) => removal.removed.extend(told),
                Err(failed) => {
                    let reason = format!("it could not be taken back: {}", failed.into_error("the warehouse refused"));
                    told.into_iter().for_each(|what| removal.remains(what, reason.clone()));
                }
            }
        }
    }

    /// Databases that another cluster shares.
    async fn shared(&mut self, data: &Session, tables: &[TableName], kinds: &BTreeMap<String, String>) {
        let names: BTreeSet<String> = tables
            .iter()
            .filter_map(|table| table.database.as_ref().map(|name| name.to_ascii_lowercase()))
            .filter(|name| kinds.get(name).is_some_and(|kind| kind != "local"))
            .collect();
        if !self.fit() {
            return;
        }
        let others = self.databases.iter().any(|database| !database.others.is_empty());
        for name in names {
            let what = format!("USAGE of {} and {} on the database {name}", self.owner(), self.integration.readers);
            let statements = sql::revoke_database(self.integration, &name);
            if others || !self.elsewhere.is_empty() {
                let reason =
                    format!("views of another installation may read it; `{}` takes it back", statements.join("`, `"));
                self.removal.stays(what, reason);
                continue;
            }
            let done = if self.really { data.transaction(&statements).await } else { Ok(()) };
            match done {
                Ok(()) => self.removal.removed.push(what),
                Err(failed) => {
                    let error = failed.into_error("the warehouse refused");
                    self.removal.remains(what, format!("it could not be taken back: {error}"));
                }
            }
        }
    }

    /// The database of the views, where the layout has one of its own; false when it should be gone, and is not.
    async fn database(&mut self, data: &Session, contents: &Contents) -> bool {
        let integration = self.integration;
        let name = integration.home().to_ascii_lowercase();
        let among_data = |other: &str| other.eq_ignore_ascii_case(&name);
        let Some(at) = self.databases.iter().position(|database| database.home) else { return true };
        let known = !contents.schemas.is_empty() || self.fit();
        if integration.layout() != Layout::Central || !known {
            return true;
        }
        let object = format!("database {name}");
        if among_data(&integration.database) || integration.databases.iter().any(|other| among_data(other)) {
            self.removal.stays(object, "it is one of the databases of the data");
            return true;
        }
        if among_data(FIRST_DATABASE) {
            self.removal.stays(object, "it is the one that a cluster begins with");
            return true;
        }
        let Some(home) = self.databases.get(at) else { return true };
        let statement = sql::drop_database(integration);
        match home.session.rows(&sql::foreign(integration)).await {
            Ok(foreign) if foreign.is_empty() => {}
            Ok(foreign) => {
                let foreign: Vec<String> = foreign.into_iter().filter_map(first).collect();
                let reason =
                    format!("it holds what Scrim did not make: {}; `{statement}` drops all of it", several(&foreign));
                self.removal.stays(object, reason);
                return true;
            }
            Err(failed) => {
                let error = failed.into_error("the warehouse refused");
                self.removal.remains(object, format!("it could not be looked at: {error}"));
                return false;
            }
        }
        // Nobody may be connected to it.
        self.databases.remove(at);
        let done = if self.really { drop_database(data, &statement).await } else { Ok(()) };
        match done {
            Ok(()) => self.removal.removed.push(object),
            Err(failed) => {
                let error = failed.into_error("the warehouse refused");
                self.removal.remains(
                    object,
                    format!("it could not be dropped ({error}): try again when nobody is connected to it"),
                );
                return false;
            }
        }
        true
    }

    /// The users, the login first. While the database of the views is there that should not be, the owner stays: it tells
    /// that the database was Scrim's.
    async fn drop_users(&mut self, data: &Session, dropped: bool) {
        let integration = self.integration;
        for (what, name) in [("login", integration.user.as_str()), ("owner", integration.owner_role.as_str())] {
            let Some(unfit) = self.users.get(name) else { continue };
            let object = format!("{what} {name}");
            if let Some(reason) = unfit {
                self.removal.stays(object, format!("it {reason}"));
                continue;
            }
            let bars = self.bars(name);
            if !bars.is_empty() {
                self.removal.stays(object, format!("it still owns or may use {}", several(&bars)));
            } else if what == "owner" && !dropped {
                self.removal.remains(object, "it is kept until the database of the views is dropped");
            } else if !self.really {
                self.removal.removed.push(object);
            } else {
                match data.rows(&sql::drop_user(name)).await {
                    Ok(_) => self.removal.removed.push(object),
                    Err(failed) => {
                        let error = failed.into_error("the warehouse refused");
                        self.removal.remains(object, format!("it could not be dropped: {error}"));
                    }
                }
            }
        }
    }

    /// What else a user owns or may, wherever it was looked.
    fn bars(&self, name: &str) -> Vec<String> {
        let owner = name == self.owner();
        let mut bars = if owner { self.elsewhere.clone() } else { Vec::new() };
        for database in &self.databases {
            let at = &database.name;
            let owned = database.owned.iter().filter(|(user, _)| user == name && !owner);
            bars.extend(owned.map(|(_, what)| format!("{what} in the database {at}")));
            // Those of the owner were taken back, but for what Scrim never gave.
            let given = |kind: &str, privilege: &str| {
                matches!((kind, privilege), ("table" | "default", "SELECT") | ("schema", "USAGE"))
            };
            let granted = database.granted.iter();
            let granted =
                granted.filter(|grant| grant.user == name && !(owner && given(&grant.kind, &grant.privilege)));
            bars.extend(granted.map(|grant| {
                let object =
                    grant.name.as_ref().map_or(grant.schema.clone(), |name| format!("{}.{name}", grant.schema));
                format!("{} {object} in the database {at} ({})", grant.kind, grant.privilege)
            }));
        }
        bars
    }
}

/// A connection that was just closed may still be counted for a moment.
async fn drop_database(data: &Session, statement: &str) -> Result<(), Failed> {
    let mut attempt = 0;
    loop {
        match data.rows(statement).await {
            Err(failed) if attempt + 1 < ATTEMPTS && failed.code() == Some(&SqlState::OBJECT_IN_USE) => {
                pause(attempt).await
            }
            done => return done.map(|_| ()),
        }
        attempt += 1;
    }
}
