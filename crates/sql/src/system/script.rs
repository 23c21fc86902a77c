//! What an administrator runs by hand, in the order and in the databases in which it is to be run.

use std::collections::BTreeMap;

use scrim_catalog::TableName;
use scrim_catalog::documents::{Engine, Integration, Layout};

use super::redshift::Home;
use super::{postgresql, redshift};

/// Statements that are run in one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The database to connect to.
    pub database: String,
    /// What they are for, a line each.
    pub about: Vec<String>,
    /// Whether they are one transaction; otherwise each stands for itself, and one that fails stops no other.
    pub whole: bool,
    /// The statements.
    pub statements: Vec<String>,
}

/// The whole script for an integration and the tables that its views read. Where a table is, nobody can tell without the
/// warehouse: they are taken for local ones.
pub fn script(integration: &Integration, tables: &[TableName]) -> Vec<Section> {
    let home = integration.home().to_string();
    let about = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    if integration.engine == Engine::Postgresql {
        let mut statements = postgresql::install(integration, tables);
        statements.extend(tables.iter().map(|table| postgresql::reads(integration, table)));
        return vec![Section {
            database: home,
            about: about(&["All of Scrim's objects: all, or nothing."]),
            whole: true,
            statements,
        }];
    }
    let mut sections = Vec::new();
    if integration.layout() == Layout::Central {
        sections.push(Section {
            database: integration.database.to_string(),
            about: about(&["The database of the views; no transaction takes it. Where it is there already this fails, and does no harm."]),
            whole: false,
            statements: vec![redshift::create_database(integration)],
        });
    }
    sections.push(Section {
        database: home.clone(),
        about: about(&["All of Scrim's objects: all, or nothing."]),
        whole: true,
        statements: redshift::install(integration, tables),
    });
    let mut reads: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in tables {
        let database = table.database.as_ref().map_or_else(|| home.clone(), ToString::to_string);
        let statements = reads.entry(database).or_default();
        for statement in redshift::reads(integration, table, Home::Local) {
            if !statements.contains(&statement) {
                statements.push(statement);
            }
        }
    }
    for database in super::databases(integration) {
        let statements = reads.entry(database.unwrap_or_else(|| home.clone())).or_default();
        for schema in redshift::watched_by_name(integration) {
            statements.extend(redshift::watch(integration, &schema, []));
        }
    }
    reads.retain(|_, statements| !statements.is_empty());
    sections.extend(reads.into_iter().map(|(database, statements)| Section {
        database,
        about: about(&[
            "What the views read. A table that is not there yet fails, and the others are granted all the same.",
            "Tables of an external schema have no privileges of their own: leave their GRANT SELECT out.",
            "For tables that somebody makes later in a monitored schema, run ALTER DEFAULT PRIVILEGES FOR USER (who makes them) as `install` does.",
        ]),
        whole: false,
        statements,
    }));
    sections
}
