//! Who gets around the views of PostgreSQL.

use std::collections::BTreeMap;

use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration};
use scrim_sql::calls::postgresql::Calls;
use scrim_sql::check::postgresql as ask;
use scrim_sql::check::{self, Grantee};
use scrim_sql::system;
use secrecy::SecretString;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, Row};

use super::SETTINGS;
use crate::connect::{administrator, open, place};
use crate::error::WarehouseError;
use crate::finding::{Finding, Findings, Subjects};

/// Looks, as the administrator, and changes nothing.
pub(crate) async fn check(
    integration: &Integration,
    subjects: &Subjects<'_>,
    url: &SecretString,
) -> Result<Vec<Finding>, WarehouseError> {
    let mut config = administrator(integration, url, &integration.database)?;
    config.options(format!("{SETTINGS} -c default_transaction_read_only=on"));
    let (client, _) = open(integration, config).await?;
    let looking = Looking {
        client,
        integration,
        subjects,
        schemas: subjects.tables.iter().map(|table| table.schema.as_str()).collect(),
        names: subjects.tables.iter().map(|table| table.table.as_str()).collect(),
        logins: subjects.people.iter().filter_map(|(_, login)| login.as_deref()).collect(),
        findings: Findings::new(),
    };
    looking.all().await.map_err(WarehouseError::statement("looking at who gets around the views"))
}

struct Looking<'a> {
    client: Client,
    integration: &'a Integration,
    subjects: &'a Subjects<'a>,
    schemas: Vec<&'a str>,
    names: Vec<&'a str>,
    logins: Vec<&'a str>,
    findings: Findings,
}

impl Looking<'_> {
    async fn all(mut self) -> Result<Vec<Finding>, Error> {
        self.installation().await?;
        self.tables().await?;
        self.people().await?;
        self.schemas().await?;
        Ok(self.findings.into_list())
    }

    async fn rows(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Error> {
        self.client.query(sql, values).await
    }

    fn database(&self) -> &str {
        self.integration.database.as_str()
    }

    async fn installation(&mut self) -> Result<(), Error> {
        let calls = Calls::of(self.integration);
        let at = place(self.integration, self.database());
        let installed = match self.client.query_one(&calls.installed, &[]).await {
            Ok(row) => row.try_get::<_, String>(0)?,
            Err(error) => {
                match error.code() {
                    Some(&SqlState::INVALID_SCHEMA_NAME | &SqlState::UNDEFINED_FUNCTION) => {
                        self.findings.not_installed(&at);
                    }
                    Some(&SqlState::INSUFFICIENT_PRIVILEGE) => self.findings.unseen(&at),
                    _ => return Err(error),
                }
                return Ok(());
            }
        };
        if installed == system::postgresql::CHANGED {
            self.findings.changed(&at);
        } else if installed != system::postgresql::installation(self.integration) {
            self.findings.other_installation(&at);
        }
        match self.client.query(&calls.unintended, &[]).await {
            Ok(rows) => {
                for row in rows {
                    let (grantee, privilege, object) = (text(&row, 0)?, text(&row, 1)?, text(&row, 2)?);
                    self.findings.unintended(self.integration, &grantee, &privilege, &object);
                }
            }
            // Of another version: what it was made for is told already.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => {}
            Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => self.findings.unseen(&at),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn tables(&mut self) -> Result<(), Error> {
        for row in self.rows(ask::MISSING, &[&self.schemas, &self.names]).await? {
            let at: i64 = row.try_get(0)?;
            if let Some(table) = usize::try_from(at - 1).ok().and_then(|at| self.subjects.tables.get(at)) {
                self.findings.missing(table);
            }
        }
        let owner = self.integration.owner_role.as_str();
        for row in self.rows(ask::GRANTS, &[&self.schemas, &self.names, &owner]).await? {
            let (schema, table, grantee) = (text(&row, 0)?, text(&row, 1)?, grantee(&row, 2)?);
            let (privilege, columns): (String, Vec<String>) = (text(&row, 3)?, row.try_get(4)?);
            let reaches: bool = row.try_get(5)?;
            self.grant(&schema, &table, &grantee, &privilege, &columns, reaches);
        }
        let mut views: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
        for row in self.rows(ask::VIEWS, &[&self.schemas, &self.names, &owner]).await? {
            let (_, over) = views.entry(named(&text(&row, 0)?, &text(&row, 1)?)).or_insert((text(&row, 2)?, vec![]));
            over.push(named(&text(&row, 3)?, &text(&row, 4)?));
        }
        for (view, (owner, over)) in views {
            let what = format!(
                "is a view that `{owner}` made over {}, and others may read it: it shows what `{owner}` may see, and no \
                 policy of that table applies to it",
                over.join(", ")
            );
            self.findings.note(&view, what);
        }
        Ok(())
    }

    fn grant(
        &mut self,
        schema: &str,
        table: &str,
        grantee: &Grantee,
        privilege: &str,
        columns: &[String],
        reaches: bool,
    ) {
        let (object, database) = (named(schema, table), self.integration.database.as_str());
        if privilege == "TRIGGER" {
            let what =
                format!("{grantee} may make triggers on the table, and a trigger is handed every row that is written");
            self.findings.warning(database, &object, what, Some(check::revoke("TRIGGER", schema, table, &[], grantee)));
            return;
        }
        let mend = check::revoke("SELECT", schema, table, columns, grantee);
        let what = if columns.is_empty() {
            format!("{grantee} may SELECT the table itself")
        } else {
            format!("{grantee} may SELECT columns of the table itself: {}", columns.join(", "))
        };
        if reaches {
            self.findings.open(database, &object, what, mend);
        } else {
            let what = format!("{what}, but for USAGE of the schema, which they lack: the day they get it, it is open");
            self.findings.mendable(database, &object, what, mend);
        }
    }

    async fn people(&mut self) -> Result<(), Error> {
        for row in self.rows(ask::PEOPLE, &[&self.schemas, &self.names, &self.logins]).await? {
            let (kind, name, detail) = (text(&row, 0)?, text(&row, 1)?, row.try_get::<_, Option<String>>(2)?);
            let detail = detail.unwrap_or_default();
            let what = match kind.as_str() {
                "superuser" => "is a superuser, and sees everything".to_owned(),
                "bypassrls" => "bypasses row security".to_owned(),
                "createrole" => {
                    "may give itself every role that is no superuser's, and so see as anybody (CREATEROLE)".to_owned()
                }
                "owner" => format!("owns {detail}: an owner reads its tables"),
                "member" => format!("is a member of `{detail}`: {}", of_the_server(&detail)),
                _ => format!("may become `{detail}` by SET ROLE, and see what that sees"),
            };
            self.findings.note(&format!("role {name}"), what);
        }
        let mut known: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        for row in self.rows(ask::LOGINS, &[&self.logins]).await? {
            known.insert(text(&row, 0)?, (row.try_get(1)?, row.try_get(2)?));
        }
        self.findings.people(self.subjects, |login| known.get(login).copied());
        Ok(())
    }

    async fn schemas(&mut self) -> Result<(), Error> {
        let (readers, owner) = (self.integration.readers.as_str(), self.integration.owner_role.as_str());
        for row in self.rows(ask::PATH, &[&readers]).await? {
            self.findings.creates(self.integration.database.as_str(), &text(&row, 0)?, &grantee(&row, 1)?);
        }
        for row in self.rows(ask::DEFAULTS, &[&self.schemas, &owner]).await? {
            let (maker, schema, grantee) = (text(&row, 0)?, row.try_get::<_, Option<String>>(1)?, grantee(&row, 2)?);
            self.findings.opens_new(
                Engine::Postgresql,
                self.integration.database.as_str(),
                &maker,
                schema.as_deref(),
                &grantee,
            );
        }
        Ok(())
    }
}

/// What the members of a role of the server's own may do.
fn of_the_server(role: &str) -> &'static str {
    match role {
        "pg_read_all_data" => "reads every table",
        "pg_write_all_data" => "writes every table, Scrim's own included, by which views decide",
        "pg_read_server_files" => "reads the server's files, and tables are files",
        _ => "runs programs as the server, which reads everything",
    }
}

fn text(row: &Row, at: usize) -> Result<String, Error> {
    row.try_get(at)
}

/// A role, or everybody.
fn grantee(row: &Row, at: usize) -> Result<Grantee, Error> {
    Ok(row.try_get::<_, Option<String>>(at)?.map_or(Grantee::Public, Grantee::User))
}

/// A table as it is written in files.
fn named(schema: &str, table: &str) -> String {
    match (scrim_catalog::Name::new(schema), scrim_catalog::Name::new(table)) {
        (Ok(schema), Ok(table)) => TableName { database: None, schema, table }.to_string(),
        _ => format!("{schema}.{table}"),
    }
}
