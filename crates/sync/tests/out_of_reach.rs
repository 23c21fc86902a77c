//! What views cannot do anything about is as the documentation says (docs/security.md, "What is not claimed"): where this changes,
//! it is to be said there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_testkit::{Governed, Target};
use tokio_postgres::{Client, NoTls};

const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: eve }
---
{ kind: subscription-policy, name: hr, where: all, access: { conditions: { group: hr } } }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn } ] }
";

fn pushed() -> Governed {
    let governed = Governed::on(Target::Postgresql);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123-45');
         CREATE ROLE ann LOGIN PASSWORD 'x'; CREATE ROLE eve LOGIN; CREATE SCHEMA ann AUTHORIZATION ann; GRANT USAGE ON SCHEMA ann TO PUBLIC",
    );
    let catalog = governed.catalog(CATALOG);
    governed.install(&catalog);
    governed.push(&catalog);
    governed
}

fn ann(governed: &Governed) -> Client {
    governed.wait(async {
        let (client, connection) = tokio_postgres::connect(&governed.user_url("ann", "x"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    })
}

/// Ann is in the group no more.
fn withdrawn(governed: &Governed) {
    let report = governed.push(&governed.catalog(&CATALOG.replace("groups: [ hr ]", "groups: []")));
    assert_eq!(report.profiles.written, 1);
    assert_eq!(governed.seen("ann", "SELECT ssn FROM governed.staff").unwrap().len(), 0);
}

#[test]
fn copies_stay_what_they_are() {
    let governed = pushed();
    governed
        .seen("ann", "CREATE TABLE ann.copy AS SELECT * FROM governed.staff; GRANT SELECT ON ann.copy TO PUBLIC")
        .unwrap();
    withdrawn(&governed);
    for user in ["ann", "eve"] {
        assert_eq!(governed.seen(user, "SELECT ssn FROM ann.copy").unwrap(), [[Some("123-45".to_owned())]]);
    }
}

#[test]
fn a_colleagues_function_shows_what_the_colleague_sees_for_as_long() {
    let governed = pushed();
    let made = "CREATE FUNCTION ann.show() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS $$ SELECT ssn FROM governed.staff $$";
    governed.seen("ann", made).unwrap();
    assert_eq!(governed.seen("eve", "SELECT ssn FROM governed.staff").unwrap().len(), 0);
    assert_eq!(governed.seen("eve", "SELECT ann.show()").unwrap(), [[Some("123-45".to_owned())]]);
    withdrawn(&governed);
    assert_eq!(governed.seen("eve", "SELECT ann.show()").unwrap().len(), 0);
}

#[test]
fn a_snapshot_that_is_open_shows_what_it_showed_until_it_ends() {
    let governed = pushed();
    let session = ann(&governed);
    let rows = || governed.wait(session.query("SELECT ssn FROM governed.staff", &[])).unwrap().len();
    governed.wait(session.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")).unwrap();
    assert_eq!(rows(), 1);
    withdrawn(&governed);
    assert_eq!(rows(), 1);
    governed.wait(session.batch_execute("COMMIT")).unwrap();
    assert_eq!(rows(), 0);
}

#[test]
fn superusers_see_the_tables() {
    let governed = pushed();
    assert_eq!(governed.seen("postgres", "SELECT ssn FROM hr.staff").unwrap().len(), 1);
}
