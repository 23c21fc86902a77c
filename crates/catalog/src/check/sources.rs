//! Integrations and data sources.

use std::collections::{BTreeMap, HashMap};

use super::Checker;
use crate::documents::{Engine, Integration, Layout, Owner};
use crate::{At, Kind, Name, Problem, TableName, Where};

/// PostgreSQL cuts names after 63 bytes without a word, and the system schemas add up to 11 to the prefix.
const LONGEST_NAME: usize = 63;

pub(super) fn integrations(checker: &mut Checker<'_>) {
    for integration in checker.catalog.integrations.values() {
        let file = &integration.file;
        super::iam::iam(checker, integration);
        if integration.impersonation.enabled {
            let message = "impersonation is not supported by this version of scrim".to_owned();
            checker.error(file, &integration.name, message, "remove `impersonation`");
        }
        if integration.engine == Engine::Postgresql && integration.layout() == Layout::Central {
            let message = "PostgreSQL cannot read another database: `layout: central` is for Redshift".to_owned();
            checker.error(file, &integration.name, message, "use `layout: per-database`");
        }
        for role in [&integration.user, &integration.owner_role, &integration.readers] {
            let system = role.to_ascii_lowercase().starts_with("pg_") || role.eq_ignore_ascii_case("postgres");
            if role.contains('$') {
                checker.error(file, role, format!("the role `{role}` contains `$`"), "choose a name without it");
            }
            if system && role.value() != integration.readers.value() {
                checker.error(
                    file,
                    role,
                    format!("`{role}` is a role of the warehouse itself"),
                    "choose a name of your own",
                );
            }
        }
        for name in [&integration.user, &integration.owner_role, &integration.readers, &integration.views.schema] {
            if name.len() > LONGEST_NAME {
                let message = format!("the name `{name}` is longer than {LONGEST_NAME} bytes");
                checker.error(file, name, message, "PostgreSQL would cut it, and two such names could be one");
            }
        }
        let scanner = integration.scanner_role();
        if integration.engine == Engine::Postgresql && scanner.len() > LONGEST_NAME {
            let message =
                format!("the name `{scanner}`, of the role that reads tables, is longer than {LONGEST_NAME} bytes");
            checker.error(file, &integration.owner_role, message, "choose a shorter `owner_role`");
        }
        if [&integration.user, &integration.readers].iter().any(|role| role.as_str() == scanner) {
            let message = format!("`{scanner}` is the role that reads tables, and nobody else's");
            checker.error(file, &integration.owner_role, message, "choose another name");
        }
        // These names stand inside the bodies of procedures, between dollar quotes.
        for name in [&integration.system_prefix, &integration.views.schema] {
            if name.contains('$') {
                checker.error(file, name, format!("the schema name `{name}` contains `$`"), "choose a name without it");
            }
        }
        let own = [integration.system_schema(), integration.functions_schema(), integration.procedures_schema()];
        if own.iter().any(|schema| schema.eq_ignore_ascii_case(&integration.views.schema)) {
            let message = format!("the schema `{}` is one of Scrim's own", integration.views.schema);
            checker.error(file, &integration.views.schema, message, "views need a schema of their own");
        }
        if [&integration.user, &integration.owner_role].iter().any(|role| role.value() == integration.readers.value()) {
            let message = format!("the readers are `{}`, a role of Scrim's own", integration.readers);
            checker.error(file, &integration.readers, message, "name a role of the people who read, or PUBLIC");
        }
        if integration.user.value() == integration.owner_role.value() {
            let message = format!("`user` and `owner_role` are both `{}`", integration.user);
            checker.error(file, &integration.user, message, "the owner cannot log in, so it must be another role");
        }
        if integration.system_prefix.len() > LONGEST_NAME - 11 {
            let message = format!("the prefix `{}` is too long for schema names", integration.system_prefix);
            checker.error(file, &integration.system_prefix, message, "use at most 52 bytes");
        }
    }
}

/// Whether a schema is the warehouse's or Scrim's own: the system account could read there what nobody may.
pub(super) fn system_schema(integration: &Integration, schema: &str) -> bool {
    let schema = schema.to_lowercase();
    schema == "information_schema"
        || schema.starts_with("pg_")
        || schema == integration.views.schema.to_lowercase()
        || [integration.system_schema(), integration.functions_schema(), integration.procedures_schema()]
            .iter()
            .any(|own| own.to_lowercase() == schema)
}

/// The schema and name of a data source's view; none when the integration's pattern makes no valid name.
pub fn view_of(integration: &Integration, view: Option<&TableName>, table: &TableName) -> Option<TableName> {
    if let Some(view) = view {
        return Some(view.clone());
    }
    let database = table.database.as_ref().unwrap_or(integration.database.value());
    let name = integration.views.name.replace("{table}", &table.table).replace("{schema}", &table.schema);
    let name = Name::new(name.replace("{database}", database)).ok()?;
    Some(TableName { database: None, schema: integration.views.schema.value().clone(), table: name })
}

pub(super) fn data_sources(checker: &mut Checker<'_>) {
    let catalog = checker.catalog;
    let (mut tables, mut views) = (HashMap::new(), HashMap::new());
    for source in catalog.data_sources.values() {
        let file = &source.file;
        checker.document(file, &[Kind::Integration], &source.integration, &catalog.integrations);
        for owner in &source.owners {
            match owner {
                Owner::User(name) => checker.user(file, &placed(name, &source.name)),
                Owner::Group(name) => checker.group(file, name),
            }
        }
        columns(checker, source);
        for policy in &source.policies {
            checker.policy(file, policy);
            let scope = catalog.data_policies.get(policy.value()).map(|p| &p.scope);
            let scope = scope.or_else(|| catalog.subscription_policies.get(policy.value()).map(|p| &p.scope));
            let mut choosable = false;
            if let Some(scope) = scope {
                scope.walk(&mut |part| choosable |= *part == Where::ChosenByOwner);
                if !choosable {
                    let message = format!("the policy `{policy}` is not one that owners choose");
                    checker.error(file, policy, message, "only policies with `where: chosen_by_owner` are");
                }
            }
        }
        for out in &source.without_policies {
            let data = catalog.data_policies.get(out.name.value()).map(|p| p.owners_may_disable);
            let allowed =
                data.or_else(|| catalog.subscription_policies.get(out.name.value()).map(|p| p.owners_may_disable));
            match allowed {
                None => {
                    checker.policy(file, &out.name);
                }
                Some(false) => {
                    let message = format!("owners may not switch off the policy `{}`", out.name);
                    checker.error(file, &out.name, message, "it would have to say `owners_may_disable: true`");
                }
                Some(true) => {}
            }
        }
        let Some(integration) = catalog.integrations.get(source.integration.value()) else { continue };
        let database = source.table.database.as_ref().unwrap_or(integration.database.value());
        let governed =
            integration.databases.iter().any(|d| d.value() == database) || database == integration.database.value();
        if !governed {
            let message =
                format!("the database `{database}` is not one that the integration `{}` reads", integration.name);
            checker.problems.push(Problem::error(file, source.table.mark(), message).help("add it to `databases`"));
        }
        if integration.layout() == Layout::PerDatabase && database != integration.database.value() {
            let message = format!(
                "the table is in the database `{database}`, and with `layout: per-database` the views of `{}` read tables of `{}` only",
                integration.name, integration.database
            );
            let help = match integration.engine {
                Engine::Redshift => "write `layout: central`, or an integration for that database",
                Engine::Postgresql => "write an integration for that database: PostgreSQL reads no other one",
            };
            checker.problems.push(Problem::error(file, source.table.mark(), message).help(help));
        }
        if system_schema(integration, &source.table.schema) {
            let message = format!("`{}` is a system schema", source.table.schema);
            checker
                .problems
                .push(Problem::error(file, source.table.mark(), message).help("register a table of your own"));
        }
        // Redshift folds quoted names too, so that two spellings are one table there.
        let folded = format!("{database}.{}.{}", source.table.schema, source.table.table).to_lowercase();
        clash(checker, &mut tables, (integration.name.value().clone(), folded), source, "table");
        match view_of(integration, source.view.as_ref().map(At::value), &source.table) {
            // Under another database it would be the same view, and pass for another one.
            Some(view) if view.database.is_some() => {
                let message = format!("the view `{view}` names a database");
                let mark = source.view.as_ref().map_or(source.name.mark(), At::mark);
                let help = "views stand in the integration's own: write `schema.view`";
                checker.problems.push(Problem::error(file, mark, message).help(help));
            }
            Some(view) if view.schema == *integration.views.schema.value() => {
                if view.table.len() > LONGEST_NAME {
                    let message = format!("the view's name `{}` is longer than {LONGEST_NAME} bytes", view.table);
                    checker.error(file, &source.name, message, "name it with `view:`");
                }
                clash(
                    checker,
                    &mut views,
                    (integration.name.value().clone(), view.to_string().to_lowercase()),
                    source,
                    "view",
                );
            }
            Some(view) => {
                let message = format!(
                    "the view `{view}` is not in `{}`, the integration's schema for views",
                    integration.views.schema
                );
                let mark = source.view.as_ref().map_or(source.name.mark(), At::mark);
                checker.problems.push(Problem::error(file, mark, message).help("Scrim makes views in no other schema"));
            }
            None => {
                checker.error(file, &source.name, "the view's name cannot be made".to_owned(), "name it with `view:`")
            }
        }
    }
}

fn columns(checker: &mut Checker<'_>, source: &crate::catalog::Stored<crate::documents::DataSource>) {
    let mut seen: BTreeMap<String, &At<Name>> = BTreeMap::new();
    for column in &source.columns {
        if seen.insert(column.name.to_lowercase(), &column.name).is_some() {
            let message = format!("the column `{}` is written twice", column.name);
            checker.error(&source.file, &column.name, message, "names that differ only in case are one on Redshift");
        }
        if column.name.len() > LONGEST_NAME {
            let message = format!("the column name `{}` is longer than {LONGEST_NAME} bytes", column.name);
            checker.error(&source.file, &column.name, message, "PostgreSQL cannot have such a column");
        }
    }
}

fn clash(
    checker: &mut Checker<'_>,
    seen: &mut HashMap<(Name, String), Name>,
    key: (Name, String),
    source: &crate::catalog::Stored<crate::documents::DataSource>,
    what: &str,
) {
    let shown = key.1.clone();
    if let Some(other) = seen.insert(key, source.name.value().clone()) {
        let message = format!("the {what} `{shown}` already belongs to the data source `{other}`");
        checker.error(&source.file, &source.name, message, "one data source per table, one view per data source");
    }
}

/// A bare word has no place of its own: the document's name stands in.
fn placed(name: &At<Name>, near: &At<Name>) -> At<Name> {
    if name.mark().line > 0 { name.clone() } else { name.clone().placed(near.mark()) }
}
