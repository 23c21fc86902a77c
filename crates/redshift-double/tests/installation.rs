//! The system objects of an integration, every statement as it is, and what they are for.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use std::path::PathBuf;
use std::sync::Arc;

use scrim_catalog::documents::Integration;
use scrim_catalog::{SourceFile, assemble};
use scrim_sql::system::redshift;
use stand::Stand;

fn integration(more: &str) -> Integration {
    let text =
        format!("{{ kind: integration, name: w, engine: redshift, database: d{more} }}\n---\n{{ kind: tag, name: T }}");
    let file = SourceFile { path: Arc::new(PathBuf::from("t.yaml")), text };
    let catalog = assemble(&[file]).into_result().map_err(|problems| format!("{problems:#?}")).unwrap().0;
    catalog.integrations.values().next().unwrap().item.clone()
}

#[test]
fn an_integration_is_installed_twice() {
    let stand = Stand::start();
    let admin = stand.connect("postgres");
    admin.run("CREATE ROLE analysts; CREATE USER ann PASSWORD 'Secret1'; GRANT ROLE analysts TO ann");
    let hostile = ", system_prefix: 'Pre\"; DROP', user: 'sys\"; --', owner_role: 'own''er {user}', \
        readers: 'read\" er''s', views: { schema: 'Gov\"er''ned' }";
    admin.run("CREATE ROLE \"read\"\" er's\"");
    for more in ["", ", readers: Analysts", hostile] {
        admin.try_run("DROP DATABASE central").unwrap_or_default();
        for user in ["scrim_owner", "scrim_system"] {
            admin.try_run(&format!("DROP USER {user}")).unwrap_or_default();
        }
        admin.run("CREATE DATABASE central");
        let session = stand.connect("central");
        for _ in 0..2 {
            session.run("BEGIN");
            for sql in redshift::install(&integration(more), &[]) {
                session.run(&sql);
            }
            session.run("COMMIT");
        }
        drop(session);
    }
    assert!(stand.double.seen().iter().any(|sql| sql == "CREATE SCHEMA scrim_install"));
}

/// From a profile and a table to what one reader sees and another does not.
#[test]
fn a_view_is_applied_and_read() {
    let stand = Stand::start();
    let integration = integration(", readers: Analysts");
    let admin = stand.connect("postgres");
    admin.run("CREATE ROLE analysts");
    for user in ["ann", "eve"] {
        admin.run(&format!("CREATE USER {user} PASSWORD 'Secret1'; GRANT ROLE analysts TO {user}"));
    }
    admin.run("CREATE SCHEMA src; CREATE TABLE src.staff (id INTEGER, region VARCHAR(9)); INSERT INTO src.staff VALUES (1, 'eu'), (2, 'us')");
    admin.run("BEGIN");
    for sql in redshift::install(&integration, &[]) {
        admin.run(&sql);
    }
    admin.run("COMMIT");
    for sql in redshift::reads(&integration, &"src.staff".parse().unwrap(), redshift::Home::Local) {
        admin.run(&sql);
    }
    admin.run(&format!("ALTER USER {} PASSWORD 'Secret1'", *integration.user));
    let service = stand.login(&integration.user, "postgres");
    assert_eq!(service.rows("CALL immuta_procedures.claim(0)"), ["1"]);
    service.run(
        "BEGIN; CALL immuta_procedures.hold(1);
         INSERT INTO immuta_system.profile_stage (batch, added, immuta__userid, kind, key, value) VALUES (1, true, 'ann', 'attribute', 'region', 'eu');
         CALL immuta_procedures.apply_profiles(1, 1); COMMIT",
    );
    let apply = |version: i64, query: &str, columns: &str| {
        let none = None::<&str>;
        let sql = "CALL immuta_procedures.apply_view($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
        let done = stand.runtime.block_on(service.client.execute(
            sql,
            &[
                &1_i64, &"s_1", &"staff", &"staff", &columns, &query, &none, &none, &none, &none, &none, &none, &none,
                &version, &"h", &"shape", &"a_1", &"[]", &columns, &"[]",
            ],
        ));
        done.map_err(|error| stand::said(&error))
    };
    let query =
        "SELECT t.id, t.region FROM src.staff AS t INNER JOIN immuta_system.user_profile AS p ON p.value = t.region";
    apply(1, query, "id\nregion").unwrap();
    let select = "SELECT id, region FROM governed.staff";
    let (ann, eve) = (stand.login("ann", "postgres"), stand.login("eve", "postgres"));
    assert_eq!(ann.rows(select), ["1|eu"]);
    assert_eq!(eve.rows(select).len(), 0);
    assert!(ann.refused("SELECT id FROM src.staff").starts_with("42501"));
    assert!(eve.refused("SELECT value FROM immuta_system.profile").starts_with("42501"));
    // What a procedure puts together is gated, too.
    let error = apply(1, "SELECT t.id, string_agg(t.region, '') FROM src.staff AS t", "id\nregion").unwrap_err();
    assert!(error.starts_with("42601"), "{error}");
    let error = apply(1, "SELECT t.id, t.region FROM staff AS t", "id\nregion").unwrap_err();
    assert!(error.contains("late-binding-name"), "{error}");
    // Without USAGE of the schema below, the names in the view are not found for the reader.
    admin.run("REVOKE USAGE ON SCHEMA src FROM ROLE analysts");
    assert_eq!(ann.refused(select), "42501 permission denied for schema src");
    assert_eq!(ann.executed(select).unwrap_err(), "42501 permission denied for schema src");
    admin.run("CREATE VIEW src.above AS SELECT id FROM governed.staff; GRANT SELECT ON src.above TO ROLE analysts");
    admin.run("GRANT USAGE ON SCHEMA src TO ROLE analysts");
    assert_eq!(ann.rows(select), ["1|eu"]);
    assert_eq!(stand.runtime.block_on(ann.client.query(select, &[])).unwrap().len(), 1);
}
