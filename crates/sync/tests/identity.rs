//! For whom the warehouse takes a reader: for the user of the session, whatever the session was told. Impersonation, which would
//! be another way, is refused by this version (`crates/catalog/tests/forms.rs`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_testkit::{Governed, Target};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: eve }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ] }
---
{ kind: data-policy, name: ssn, where: all, rules: [ { mask: { columns: { tag: SSN }, with: hash }, except: { group: hr } } ] }
";

fn pushed(target: Target) -> Governed {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123-45');
         CREATE ROLE ann LOGIN; CREATE ROLE eve LOGIN PASSWORD 'x'",
    );
    let catalog = governed.catalog(CATALOG);
    governed.install(&catalog);
    governed.push(&catalog);
    governed
}

/// A session of Eve's own: one that an administrator turned into hers could turn back.
fn eve(governed: &Governed) -> Client {
    governed.wait(async {
        let (client, connection) = tokio_postgres::connect(&governed.user_url("eve", "x"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    })
}

/// Whose profile a session sees, and what it sees of Ann's.
fn seen(governed: &Governed, session: &Client) -> Vec<String> {
    governed.wait(async {
        let mut cells = Vec::new();
        for sql in ["SELECT DISTINCT immuta__userid FROM immuta_system.user_profile", "SELECT ssn FROM governed.staff"]
        {
            for message in session.simple_query(sql).await.unwrap() {
                if let SimpleQueryMessage::Row(row) = message {
                    cells.push(row.get(0).unwrap_or("NULL").to_owned());
                }
            }
        }
        cells
    })
}

/// The settings of a session that its user may write: every one there is, and those that somebody might have thought of.
fn settings(governed: &Governed) -> Vec<String> {
    let known = governed.seen("eve", "SELECT name FROM pg_settings WHERE context = 'user'");
    let mut all: Vec<String> = known.unwrap_or_default().into_iter().flatten().flatten().collect();
    let thought_of =
        ["scrim.user", "immuta.user", "immuta.userid", "immuta.impersonated", "app_context.user_id", "my.user"];
    all.extend(thought_of.map(str::to_owned));
    all.extend(["application_name", "query_group", "search_path", "role", "session_authorization"].map(str::to_owned));
    all
}

fn no_setting_of_a_session_makes_somebody_else_of_its_user(target: Target) {
    let governed = pushed(target);
    let session = eve(&governed);
    let before = seen(&governed, &session);
    assert_eq!((before[0].as_str(), before[1].len()), ("eve", 64));
    let settings = settings(&governed);
    let tried = |session: &Client| {
        let mut taken = 0;
        for name in &settings {
            // Most are nothing of the kind, and refuse a name; what is refused changes nothing.
            let sql = if target == Target::Postgresql {
                format!("SELECT pg_catalog.set_config('{name}', 'ann', false)")
            } else {
                format!("SET {name} TO 'ann'")
            };
            taken += usize::from(governed.wait(session.batch_execute(&sql)).is_ok());
        }
        for sql in ["SET ROLE ann", "SET SESSION AUTHORIZATION ann", "SET SESSION AUTHORIZATION 'ann'"] {
            assert!(governed.wait(session.batch_execute(sql)).is_err(), "{sql}");
        }
        taken
    };
    assert!(tried(&session) > 3);
    assert_eq!(seen(&governed, &session), before);
    if target != Target::Postgresql {
        return;
    }
    governed.run(
        "CREATE OR REPLACE VIEW immuta_system.user_profile WITH (security_barrier = true) AS SELECT * FROM immuta_system.profile AS p
         WHERE p.immuta__userid = COALESCE(NULLIF(pg_catalog.current_setting('scrim.user', true), ''), current_user)",
    );
    assert_eq!(seen(&governed, &session), ["ann", "123-45"], "the attack is not one any more");
}

/// What readers may call are functions of masks, which run as who calls them; nothing in which a reader could leave word of who
/// they would like to be.
#[test]
fn readers_may_call_the_functions_of_masks_and_nothing_else() {
    let governed = pushed(Target::Postgresql);
    let callable = "SELECT n.nspname, p.proname, p.prosecdef FROM pg_catalog.pg_proc AS p
        INNER JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname LIKE 'immuta@_%' ESCAPE '@' AND has_schema_privilege('eve', n.oid, 'USAGE')
          AND has_function_privilege('eve', p.oid, 'EXECUTE') ORDER BY 2";
    let callable: Vec<String> = governed
        .seen("postgres", callable)
        .unwrap()
        .into_iter()
        .map(|row| row.into_iter().flatten().collect::<Vec<_>>().join(" "))
        .collect();
    let functions = ["f_digest", "f_draw", "f_format", "f_hash", "f_iban", "f_luhn", "f_sum", "f_table_state"];
    assert_eq!(callable, functions.map(|name| format!("immuta_functions {name} f")));
    let writable = "SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.relnamespace = 'immuta_system'::regnamespace
        AND has_table_privilege('eve', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')";
    assert_eq!(governed.seen("postgres", writable).unwrap(), [[None; 0]; 0]);
}

scrim_testkit::everywhere! { no_setting_of_a_session_makes_somebody_else_of_its_user }
