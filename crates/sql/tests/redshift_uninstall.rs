//! What takes an installation away from Redshift: every statement passes the gate, and names stay in their quotes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::Integration;
use scrim_catalog::{SourceFile, assemble};
use scrim_redshift_gate::{StatementKind, check_own};
use scrim_sql::system::redshift::uninstall as sql;

fn integration(more: &str) -> Integration {
    let text =
        format!("{{ kind: integration, name: w, engine: redshift, database: d{more} }}\n---\n{{ kind: tag, name: T }}");
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text };
    let catalog = assemble(&[file]).into_result().map_err(|problems| format!("{problems:#?}")).unwrap().0;
    catalog.integrations.values().next().unwrap().item.clone()
}

const HOSTILE: &str = ", system_prefix: 'Pre\"; DROP', user: 'sys\"; --', owner_role: 'own''er {user}{others}{ours}\\', \
    readers: 'read\" er''s', views: { schema: 'Gov\"er''ned' }, system_database: 'Cen\"tr''al'";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn questions(integration: &Integration) -> Vec<String> {
    let mut all = vec![
        sql::SUPERUSER.to_owned(),
        sql::schemas(integration),
        sql::users(integration),
        sql::relations(integration),
        sql::recorded(integration),
        sql::strangers(integration),
        sql::foreign(integration),
    ];
    for home in [false, true] {
        all.extend([
            sql::owned(integration, home),
            sql::granted(integration, home),
            sql::installations(integration, home),
            sql::readers(integration, home, &[]),
            sql::readers(integration, home, &names(&["a'b", "c\"b"])),
        ]);
    }
    all
}

fn changes(integration: &Integration) -> Vec<String> {
    let schemas = names(&["pre\"; drop_system", "pre\"; drop_functions", "pre\"; drop_procedures", "immuta_functions"]);
    let mut all = sql::drop_objects(
        integration,
        &names(&["tag", "a\"; DROP TABLE x; --"]),
        &names(&["user_tables", "user_profile"]),
        &names(&["profile"]),
        &schemas,
    );
    all.extend([
        sql::revoke_languages(integration),
        sql::revoke_table(integration, "h\"r", "st'aff"),
        sql::revoke_schema(integration, "h\"r"),
        sql::revoke_readers(integration, "h\"r"),
        sql::drop_database(integration),
        sql::drop_user("sys\"; --"),
    ]);
    all.extend(sql::revoke_database(integration, "sha\"red"));
    all
}

#[test]
fn every_statement_passes_the_gate() {
    for more in ["", ", readers: Analysts", HOSTILE] {
        let integration = integration(more);
        for sql in questions(&integration) {
            assert_eq!(check_own(&sql), Ok(StatementKind::Select), "{sql}");
            assert!(more == HOSTILE || !sql.contains('{'), "{sql}");
        }
        for sql in changes(&integration) {
            let kind = check_own(&sql);
            assert!(kind.is_ok(), "{:?}\n{sql}", kind.err());
            assert!(more == HOSTILE || !sql.contains('{'), "{sql}");
        }
    }
}

#[test]
fn only_schemas_of_routines_go_with_what_is_in_them() {
    let all = changes(&integration(HOSTILE));
    let cascading: Vec<&String> = all.iter().filter(|sql| sql.contains("CASCADE")).collect();
    let expected =
        ["functions", "procedures"].map(|name| format!("DROP SCHEMA IF EXISTS \"pre\"\"; drop_{name}\" CASCADE"));
    assert_eq!(cascading, expected.iter().collect::<Vec<_>>());
    assert!(all.contains(
        &"DROP VIEW IF EXISTS \"gov\"\"er'ned\".\"tag\", \"gov\"\"er'ned\".\"a\"\"; DROP TABLE x; --\"".to_owned()
    ));
    assert!(all.contains(&"DROP DATABASE \"cen\"\"tr'al\"".to_owned()));
    assert!(all.contains(&"REVOKE USAGE ON SCHEMA \"h\"\"r\" FROM ROLE \"read\"\" er's\"".to_owned()));
    // Made sure of before anything is dropped.
    let first = all.iter().position(|sql| sql.starts_with("DROP VIEW")).unwrap();
    assert!(all[..first].contains(&"CALL scrim_uninstall.guard()".to_owned()));
}
