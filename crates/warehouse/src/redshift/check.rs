//! Who gets around the views of Amazon Redshift.

use std::collections::{BTreeMap, BTreeSet};

use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration};
use scrim_sql::calls::redshift::{Calls, DATABASES};
use scrim_sql::check::redshift as ask;
use scrim_sql::check::{self, Grantee};
use scrim_sql::system::redshift::{self as system, Home};
use secrecy::SecretString;
use tokio_postgres::error::SqlState;

use super::session::{Row, Session};
use super::while_doing;
use crate::connect::place;
use crate::error::WarehouseError;
use crate::finding::{Finding, Findings, Subjects};

/// Roles of the system that see or change what views decide by.
const SYSTEM_ROLES: [(&str, &str); 4] = [
    ("sys:superuser", "may what a superuser may"),
    ("sys:dba", "makes and changes objects of any schema"),
    ("sys:secadmin", "makes users and roles, and grants"),
    ("sys:operator", "reads the system's tables, with the texts of everybody's queries"),
];

/// What readers of views over one table cannot be kept from.
const NO_BARRIER: &str = "Redshift has no security barrier: where rows are hidden, a reader's own predicate can show by \
    an error that a hidden row exists; masked columns are safe (docs/security.md)";

/// Looks, as the administrator, and changes nothing.
pub(crate) async fn check(
    integration: &Integration,
    subjects: &Subjects<'_>,
    url: &SecretString,
) -> Result<Vec<Finding>, WarehouseError> {
    let mut looking = Looking { integration, superusers: BTreeSet::new(), findings: Findings::new() };
    let data = Session::of_administrator(integration, url, &integration.database);
    looking.people(&data, subjects).await?;
    let databases = databases(&data).await?;
    let home = integration.home().to_ascii_lowercase();
    let mut tables: BTreeMap<String, Vec<&TableName>> = BTreeMap::from([(home.clone(), vec![])]);
    for table in subjects.tables {
        let database = table.database.as_ref().map_or_else(|| home.clone(), |name| name.to_ascii_lowercase());
        tables.entry(database).or_default().push(table);
    }
    for (database, tables) in tables {
        match databases.get(&database).map(String::as_str) {
            None if database == home => {}
            None => tables.iter().for_each(|table| looking.findings.missing(table)),
            Some("local") => {
                let session = Session::of_administrator(integration, url, &database);
                looking.database(&session, &database, &tables).await?;
            }
            Some(_) => tables.iter().for_each(|table| looking.bypass(Home::Shared, table)),
        }
    }
    let at = place(integration, &home);
    if databases.contains_key(&home) {
        looking.installation(&Session::of_administrator(integration, url, &home), &at).await?;
    } else {
        looking.findings.not_installed(&at);
    }
    for source in subjects.sources {
        looking.findings.note(&format!("data source {source}"), NO_BARRIER);
    }
    Ok(looking.findings.into_list())
}

async fn databases(session: &Session) -> Result<BTreeMap<String, String>, WarehouseError> {
    let rows = session.rows(DATABASES).await.map_err(looking())?;
    let known = |row: &Row| Some((cell(row, 0)?.trim_end().to_owned(), cell(row, 1)?.trim_end().to_owned()));
    Ok(rows.iter().filter_map(known).collect())
}

fn looking() -> impl Fn(super::Failed) -> WarehouseError {
    while_doing("looking at who gets around the views")
}

fn cell(row: &Row, at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref)
}

/// A cell that names something; none is an empty one.
fn text(row: &Row, at: usize) -> &str {
    cell(row, at).unwrap_or_default().trim_end()
}

/// A name as it is kept.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn has_capitals(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase())
}

struct Looking<'a> {
    integration: &'a Integration,
    superusers: BTreeSet<String>,
    findings: Findings,
}

impl Looking<'_> {
    /// Who logs in, who sees everything, and what names their sessions keep.
    async fn people(&mut self, session: &Session, subjects: &Subjects<'_>) -> Result<(), WarehouseError> {
        let asker = session.rows(ask::ASKER).await.map_err(looking())?;
        if let Some(row) = asker.first().filter(|row| text(row, 1) != "1") {
            let what = "is no superuser: what others were granted is not all told to it, and this check sees a part";
            self.findings.warning("", &format!("user {}", text(row, 0)), what.to_owned(), None);
        }
        let mut known: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        for row in session.rows(ask::USERS).await.map_err(looking())? {
            let (name, superuser) = (text(&row, 0).to_owned(), text(&row, 1) == "1");
            if superuser {
                self.findings.note(&format!("user {name}"), "is a superuser, and sees everything");
                self.superusers.insert(name.clone());
            }
            let setting = text(&row, 2).to_ascii_lowercase();
            let sensitive = setting.split(',').any(|one| {
                let value = one.split_once("enable_case_sensitive_identifier=").map(|(_, value)| value);
                value.is_some_and(|value| ["on", "true", "1", "yes"].contains(&value))
            });
            if sensitive {
                self.case_sensitive(&format!("user {name}"), "sessions of this user keep capitals in names");
            }
            known.insert(name, (superuser, true));
        }
        self.findings.people(subjects, |login| known.get(login).copied());
        session.rows(ask::RESET_CASE).await.map_err(looking())?;
        let case = session.rows(ask::CASE).await.map_err(looking())?;
        if case.first().is_some_and(|row| ["on", "true"].contains(&text(row, 0))) {
            self.case_sensitive(
                "enable_case_sensitive_identifier",
                "sessions keep capitals in names unless told otherwise",
            );
        }
        self.system_roles(session).await
    }

    fn case_sensitive(&mut self, object: &str, what: &str) {
        let what = format!(
            "{what} (enable_case_sensitive_identifier): tables that are made so cannot be governed, and names in views \
             may be read otherwise than meant; set it to false"
        );
        self.findings.warning("", object, what, None);
    }

    /// Users that have a role of the system, be it by way of others.
    async fn system_roles(&mut self, session: &Session) -> Result<(), WarehouseError> {
        let mut above: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in session.rows(ask::ROLE_ROLES).await.map_err(looking())? {
            above.entry(text(&row, 0).to_owned()).or_default().insert(text(&row, 1).to_owned());
        }
        for row in session.rows(ask::USER_ROLES).await.map_err(looking())? {
            let (user, role) = (text(&row, 0), text(&row, 1));
            let mut reached = BTreeSet::from([role.to_owned()]);
            let mut ahead = vec![role.to_owned()];
            while let Some(role) = ahead.pop() {
                let more = above.get(&role).into_iter().flatten();
                ahead.extend(more.filter(|role| reached.insert((*role).clone())).cloned().collect::<Vec<_>>());
            }
            for (system, may) in SYSTEM_ROLES.iter().filter(|(system, _)| reached.contains(*system)) {
                let way = if role == *system { String::new() } else { format!(" by way of `{role}`") };
                self.findings.note(&format!("user {user}"), format!("has the role {system}{way}: {may}"));
            }
        }
        Ok(())
    }

    /// One database: who may read its tables, and what may be made there.
    async fn database(
        &mut self,
        session: &Session,
        database: &str,
        tables: &[&TableName],
    ) -> Result<(), WarehouseError> {
        let external = session.rows(system::EXTERNAL_SCHEMAS).await.map_err(looking())?;
        let external: BTreeSet<String> = external.iter().map(|row| folded(text(row, 0))).collect();
        let (far, near): (Vec<&TableName>, Vec<&TableName>) =
            tables.iter().partition(|table| external.contains(&folded(&table.schema)));
        far.iter().for_each(|table| self.bypass(Home::External, table));
        let wanted: BTreeMap<(String, String), &TableName> =
            near.iter().map(|table| ((folded(&table.schema), folded(&table.table)), *table)).collect();
        let schemas: BTreeSet<String> = wanted.keys().map(|(schema, _)| schema.clone()).collect();
        let schemas: Vec<String> = schemas.into_iter().collect();
        if !schemas.is_empty() {
            let owners = self.relations(session, &schemas, &wanted).await?;
            self.grants(session, database, &schemas, &owners).await?;
        }
        self.scoped(session, database, &schemas).await?;
        for row in session.rows(ask::DEFAULTS).await.map_err(looking())? {
            let (maker, schema) = (text(&row, 0), cell(&row, 1).map(str::trim_end).filter(|name| !name.is_empty()));
            let grantee = Grantee::told(text(&row, 2), text(&row, 3));
            let ours = schema.is_none_or(|schema| schemas.contains(&folded(schema)));
            if ours && !schemas.is_empty() && !self.may(&grantee, maker) {
                self.findings.opens_new(Engine::Redshift, database, maker, schema, &grantee);
            }
        }
        Ok(())
    }

    /// The tables that are there under the names that are governed, and their owners.
    async fn relations<'t>(
        &mut self,
        session: &Session,
        schemas: &[String],
        wanted: &BTreeMap<(String, String), &'t TableName>,
    ) -> Result<BTreeMap<(String, String), (String, &'t TableName)>, WarehouseError> {
        let mut owners = BTreeMap::new();
        let mut of: BTreeMap<String, usize> = BTreeMap::new();
        let mut capital: BTreeSet<String> = BTreeSet::new();
        for row in session.rows(&ask::relations(schemas)).await.map_err(looking())? {
            let (schema, name, owner) = (text(&row, 0), text(&row, 1), text(&row, 2));
            let Some(table) = wanted.get(&(folded(schema), folded(name))) else { continue };
            if has_capitals(schema) || has_capitals(name) {
                let what = format!(
                    "`{schema}.{name}` is kept with capitals, by which nothing finds it unless told to: it cannot be governed"
                );
                self.findings.warning("", &table.to_string(), what, None);
                capital.insert(table.to_string());
                // What is granted on it is asked for all the same.
            } else {
                *of.entry(owner.to_owned()).or_default() += 1;
            }
            owners.insert((schema.to_owned(), name.to_owned()), (owner.to_owned(), *table));
        }
        for (key, table) in wanted {
            if !owners.contains_key(key) && !capital.contains(&table.to_string()) {
                self.findings.missing(table);
            }
        }
        for (owner, count) in of.into_iter().filter(|(owner, _)| !self.superusers.contains(owner)) {
            let tables = if count == 1 { "a governed table".to_owned() } else { format!("{count} governed tables") };
            self.findings.note(&format!("user {owner}"), format!("owns {tables}: an owner reads its tables"));
        }
        for row in session.rows(&ask::capitals(schemas)).await.map_err(looking())? {
            if let Some((_, table)) = owners.get(&(text(&row, 0).to_owned(), text(&row, 1).to_owned())) {
                let what = format!(
                    "the column `{}` is kept with capitals, by which no view finds it: it cannot be governed",
                    text(&row, 2)
                );
                self.findings.warning("", &table.to_string(), what, None);
            }
        }
        Ok(owners)
    }

    /// Whether somebody may read tables of `owner` and is to: the owner, the owner of the views, superusers.
    fn may(&self, grantee: &Grantee, owner: &str) -> bool {
        match grantee {
            Grantee::User(name) => {
                name == owner || name == self.integration.owner_role.as_str() || self.superusers.contains(name)
            }
            _ => false,
        }
    }

    async fn grants(
        &mut self,
        session: &Session,
        database: &str,
        schemas: &[String],
        owners: &BTreeMap<(String, String), (String, &TableName)>,
    ) -> Result<(), WarehouseError> {
        let mut columns: BTreeMap<(&(String, String), Grantee), Vec<String>> = BTreeMap::new();
        for row in session.rows(&ask::grants(schemas)).await.map_err(looking())? {
            let name = (text(&row, 0).to_owned(), text(&row, 1).to_owned());
            let Some((name, (owner, table))) = owners.get_key_value(&name) else { continue };
            let grantee = Grantee::told(text(&row, 3), text(&row, 4));
            if self.may(&grantee, owner) {
                continue;
            }
            match cell(&row, 2) {
                Some(column) => columns.entry((name, grantee)).or_default().push(column.to_owned()),
                None => {
                    let mend = check::revoke("SELECT", &name.0, &name.1, &[], &grantee);
                    let what = format!("{grantee} may SELECT the table itself");
                    self.findings.open(database, &table.to_string(), what, mend);
                }
            }
        }
        for ((name, grantee), columns) in columns {
            let Some((_, table)) = owners.get(name) else { continue };
            let mend = check::revoke("SELECT", &name.0, &name.1, &columns, &grantee);
            let what = format!("{grantee} may SELECT columns of the table itself: {}", columns.join(", "));
            self.findings.open(database, &table.to_string(), what, mend);
        }
        Ok(())
    }

    /// Rights on all that schemas or the database hold, and who may make objects.
    async fn scoped(&mut self, session: &Session, database: &str, schemas: &[String]) -> Result<(), WarehouseError> {
        for row in session.rows(ask::SCHEMAS).await.map_err(looking())? {
            let (schema, privilege) = (text(&row, 0), text(&row, 1));
            let grantee = Grantee::told(text(&row, 2), text(&row, 3));
            if privilege == "CREATE" && (grantee == Grantee::Public || self.readers(&grantee)) {
                self.findings.creates(database, schema, &grantee);
            }
            if privilege == "SELECT" && schemas.contains(&folded(schema)) && !self.may(&grantee, "") {
                let what = format!("{grantee} may SELECT all tables of the schema, and those to come");
                let mend = check::revoke_scoped(database, Some(schema), &grantee);
                self.findings.open(database, &format!("schema {schema}"), what, mend);
            }
        }
        // Scrim's own tables, salts among them, are in the one of the views.
        let ours = !schemas.is_empty() || folded(self.integration.home()) == database;
        for row in session.rows(ask::DATABASES).await.map_err(looking())? {
            let grantee = Grantee::told(text(&row, 1), text(&row, 2));
            if folded(text(&row, 0)) == database && ours && !self.may(&grantee, "") {
                let what = format!("{grantee} may SELECT all tables of the database, and those to come");
                let mend = check::revoke_scoped(database, None, &grantee);
                self.findings.open(database, &format!("database {database}"), what, mend);
            }
        }
        Ok(())
    }

    fn readers(&self, grantee: &Grantee) -> bool {
        matches!(grantee, Grantee::Role(name) if name.eq_ignore_ascii_case(&self.integration.readers))
    }

    fn bypass(&mut self, home: Home, table: &TableName) {
        if let Some(what) = home.bypass(table) {
            self.findings.warning("", &table.to_string(), what, None);
        }
    }

    async fn installation(&mut self, home: &Session, at: &str) -> Result<(), WarehouseError> {
        match home.rows(&Calls::of(self.integration).installed()).await {
            Ok(rows) => {
                if rows.first().map(|row| text(row, 0)) != Some(system::installation(self.integration).as_str()) {
                    self.findings.other_installation(at);
                }
            }
            Err(failed) => match failed.code() {
                Some(&SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_FUNCTION) => {
                    self.findings.not_installed(at);
                    return Ok(());
                }
                Some(&SqlState::INSUFFICIENT_PRIVILEGE) => self.findings.unseen(at),
                _ => return Err(failed.into_error("looking for the installation")),
            },
        }
        for row in home.rows(&ask::unintended(self.integration)).await.map_err(looking())? {
            self.findings.unintended(self.integration, text(&row, 0), text(&row, 1), text(&row, 2));
        }
        Ok(())
    }
}
