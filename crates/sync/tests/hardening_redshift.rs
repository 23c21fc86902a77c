//! Known ways in, on Redshift, tried through the double: as a reader, as somebody with Scrim's login, as somebody who changes
//! things by hand.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_testkit::{Governed, Target, literal};
use scrim_warehouse::{Warehouse, WarehouseError};

const CATALOG: &str = "
{ kind: group, name: hr }
---
{ kind: user, name: ann, groups: [ hr ] }
---
{ kind: user, name: bob }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
{ kind: data-source, name: staff, integration: w, table: hr.staff, columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ] }
---
{ kind: data-policy, name: ssn, where: all, rules: [ { mask: { columns: { tag: SSN }, with: hash }, except: { group: hr } } ] }
";

fn pushed(target: Target, more: &str) -> (Governed, scrim_catalog::Catalog) {
    let governed = Governed::on(target);
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123'), (2, '456');
         CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE eve LOGIN; CREATE ROLE analysts; GRANT analysts TO ann",
    );
    let catalog = scrim_testkit::catalog(&format!("{}{CATALOG}", governed.integration(more)));
    governed.install(&catalog);
    governed.push(&catalog);
    (governed, catalog)
}

/// Only the views, `user_profile` and `user_tables` can be read, and nothing can be called; salts stand in no view's text.
fn readers_reach_nothing_else(target: Target) {
    let (governed, _) = pushed(target, "");
    for relation in [
        "profile",
        "profile_stage",
        "gate",
        "salt",
        "salt_stage",
        "statistics",
        "released",
        "unmasked",
        "tables",
        "object_state",
        "lease",
        "leader",
        "state",
        "salted",
        "counted",
    ] {
        assert_eq!(governed.refused("bob", &format!("SELECT 1 FROM immuta_system.{relation}")), "42501", "{relation}");
    }
    let table = governed.table("hr.staff");
    assert_eq!(governed.refused("bob", &format!("SELECT ssn FROM {table}")), "42501");
    let long = format!("'x', 'x', 'x', 'id', {}, 1, 'h', 's', NULL, '[]', '{{}}', '[]'", ["''"; 8].join(", "));
    for call in [
        "claim(0)",
        "hold(1)",
        "apply_profiles(1, 1)",
        "close_source(1, 's', 'r')",
        "drop_view(1, 's')",
        "refresh(1, 'k')",
        "stale('k', 0)",
        "look('d', 's', 't', '', '')",
        "unintended('')",
        "fingerprint('v', '')",
        "installed('')",
        "record()",
        "system_fingerprint('')",
        "one_query('q', 'p')",
        "define_statistic(1, 's', 'k', 'q', 'c')",
        "resolve('s', '', 's', 't', 'c', 't', 'a', 'b', 'r', NULL)",
        &format!("apply_view(1, {long})"),
    ] {
        assert_eq!(governed.refused("bob", &format!("CALL immuta_procedures.{call}")), "42501", "{call}");
    }
    let definition = governed.cell("SELECT pg_get_viewdef('governed.staff'::regclass)").unwrap();
    let salts = governed.salts();
    assert!(salts.values().all(|salt| salt.len() == 64 && !definition.contains(salt)) && salts.len() == 1);
}

/// Bodies of SQL functions are resolved under the path of whoever calls: functions of a reader's own, called like built-in
/// ones, stand before those, and must not be found. (That late-binding views are resolved so, too, the double cannot imitate:
/// the gate refuses functions without a schema in them.)
fn a_readers_own_functions_are_never_found(target: Target) {
    let (governed, _) = pushed(target, "");
    let text = format!("{}{CATALOG}", governed.integration("")).replace("with: hash", "with: format_preserving");
    governed.push(&scrim_testkit::catalog(&text));
    let masked = "SELECT ssn FROM governed.staff ORDER BY id";
    let before = governed.seen("bob", masked).unwrap();
    assert_ne!(before[0], [Some("123".to_owned())]);
    governed.run_at_home("CREATE SCHEMA bob AUTHORIZATION bob");
    for function in [
        "ascii(text) RETURNS integer IMMUTABLE AS $$ SELECT 32 $$",
        "length(text) RETURNS integer IMMUTABLE AS $$ SELECT 0 $$",
        "substring(text, integer, integer) RETURNS varchar(9) IMMUTABLE AS $$ SELECT $1 $$",
        "sha2(text, integer) RETURNS varchar(64) IMMUTABLE AS $$ SELECT $1 $$",
        "strtol(text, integer) RETURNS bigint IMMUTABLE AS $$ SELECT 0::bigint $$",
        "chr(integer) RETURNS varchar(9) IMMUTABLE AS $$ SELECT 'x' $$",
    ] {
        governed.seen("bob", &format!("CREATE FUNCTION bob.{function} LANGUAGE sql")).unwrap();
        let after = governed.seen("bob", &format!("SET search_path TO bob, pg_catalog; {masked}")).unwrap();
        assert_eq!(after, before, "{function}");
    }
}

/// Whoever stole Scrim's login may define views, and nothing else by it.
fn one_call_makes_one_view(target: Target) {
    let (governed, _) = pushed(target, "");
    let epoch = governed.cell("SELECT epoch FROM immuta_system.lease").unwrap();
    let table = governed.table("hr.staff");
    let call = |parts: &[&str]| {
        let mut all: Vec<String> = parts.iter().map(|part| literal(part).replace('\\', "' || CHR(92) || '")).collect();
        all.resize(8, "''".to_owned());
        format!(
            "CALL immuta_procedures.apply_view({epoch}, 'x', 'x', 'x', 'id', {}, 1, 'h', 's', NULL, '[]', '{{}}', '[]')",
            all.join(", ")
        )
    };
    let refused = |sql: &str| match governed.seen("scrim_system", sql) {
        Ok(_) => panic!("{sql}"),
        Err(error) => error.as_db_error().unwrap().message().to_owned(),
    };
    let query = format!("SELECT t.id FROM {table} AS t");
    for more in [
        "; GRANT ALL ON ALL TABLES IN SCHEMA immuta_system TO scrim_system",
        ";",
        " WHERE '' = 'a\\'' ; DROP VIEW governed.staff; --'",
        " -- '\n; DROP VIEW governed.staff; --'",
        " /* ' */ ; DROP VIEW governed.staff /* ' */",
        " WHERE '' = $x$ ' $x$; DROP VIEW governed.staff",
        " WHERE '' = '",
        " WHERE t.\"",
    ] {
        let message = refused(&call(&[&format!("{query}{more}")]));
        assert!(message.starts_with("SC007"), "{more}: {message}");
    }
    // Nor across the parts that it comes in.
    for parts in [
        [query.as_str(), " WHERE '' = '", "'; DROP VIEW governed.staff", ""],
        [&query, " -", "- '", ""],
        [&query, " /", "* */", ""],
        [&query, "", ";", ""],
    ] {
        let message = refused(&call(&parts));
        assert!(message.starts_with("SC007"), "{parts:?}: {message}");
    }
    for (query, count) in [
        ("SELECT 1; DROP VIEW x", "SELECT 1 AS n"),
        ("SELECT 'x' AS combination", "SELECT 1 AS n;"),
        ("SELECT '", "SELECT 1 AS n"),
    ] {
        let message = refused(&format!(
            "CALL immuta_procedures.define_statistic({epoch}, 's', 'k', {}, {})",
            literal(query),
            literal(count)
        ));
        assert!(message.starts_with("SC007"), "{query}: {message}");
    }
    // What counts is a part of a query, and can be nothing else.
    let define = format!(
        "CALL immuta_procedures.define_statistic({epoch}, 's', 'k', 'SELECT 1 AS combination', 'DROP VIEW governed.staff')"
    );
    governed.seen("scrim_system", &define).unwrap();
    assert!(governed.seen("scrim_system", &format!("CALL immuta_procedures.refresh({epoch}, 'k')")).is_err());
    governed.seen("bob", "SELECT * FROM governed.staff").unwrap();
    // Literals and names may hold all of it.
    governed.run("ALTER TABLE hr.staff ADD COLUMN \"o\\ddity; --\" integer");
    let odd = format!(
        "{query} WHERE ';--/*$' <> 'it''s ;' AND 'a' || t.\"id\"::varchar(9) <> ';' AND t.\"o\\ddity; --\" IS NULL"
    );
    governed.seen("scrim_system", &call(&[&odd])).unwrap();
    let (one, other) = odd.split_at(odd.find(";--").unwrap());
    governed.seen("scrim_system", &call(&[one, other])).unwrap();
}

/// What everything else relies on must be what was installed.
fn system_objects_that_were_changed_by_hand_are_not_relied_on(target: Target) {
    let (governed, catalog) = pushed(target, "");
    let integration = &catalog.integrations.values().next().unwrap().item;
    for change in [
        "CREATE OR REPLACE VIEW immuta_system.user_profile AS SELECT immuta__userid, kind, key, value, expires FROM immuta_system.profile",
        "ALTER PROCEDURE immuta_procedures.hold(bigint) SECURITY INVOKER",
        "CREATE FUNCTION immuta_procedures.more() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
        "CREATE OR REPLACE FUNCTION immuta_functions.f_hash(varchar, varchar) RETURNS varchar LANGUAGE sql AS $$ SELECT $1 $$",
    ] {
        governed.run_at_home(change);
        let refused = governed.wait(Warehouse::connect(integration));
        assert!(matches!(refused, Err(WarehouseError::Changed(_))), "{change}");
        governed.install(&catalog);
        assert!(!governed.push(&catalog).changes_anything(), "{change}");
    }
}

/// What somebody granted by hand is told by drift and by every push, and keeps an installation from being taken for safe.
fn grants_by_hand_are_found(target: Target) {
    let (governed, catalog) = pushed(target, "");
    let integration = &catalog.integrations.values().next().unwrap().item;
    for (grant, object) in [
        ("SELECT ON immuta_system.salt", "immuta_system.salt"),
        ("SELECT (salt) ON immuta_system.salt", "immuta_system.salt.salt"),
        ("USAGE ON SCHEMA immuta_procedures", "immuta_procedures"),
        ("EXECUTE ON PROCEDURE immuta_procedures.claim(bigint)", "immuta_procedures.claim"),
    ] {
        governed.run_at_home(&format!("GRANT {grant} TO eve"));
        let warehouse = governed.connect(&catalog);
        let found =
            governed.wait(scrim_sync::differences(&warehouse, &catalog, integration, chrono::Utc::now())).unwrap();
        assert!(found.iter().any(|one| one.object == object && one.difference.starts_with("eve has ")), "{found:?}");
        let report = governed.push(&catalog);
        assert!(report.warnings.iter().any(|warning| warning.contains(object)), "{report:?}");
        // The schema of procedures is made anew.
        if !object.starts_with("immuta_procedures") {
            let refused = governed.try_install(&catalog).unwrap_err().to_string();
            assert!(refused.contains("more is granted than intended: eve has"), "{refused}");
        }
        governed.run_at_home(&format!("REVOKE {grant} FROM eve"));
    }
    governed.install(&catalog);
    assert!(!governed.push(&catalog).changes_anything());
}

/// A push that hangs holds the lease until its session is ended: looking needs none.
fn whoever_hangs_in_a_push_holds_up_nobody_who_looks(target: Target) {
    let (governed, catalog) = pushed(target, "");
    let integration = &catalog.integrations.values().next().unwrap().item;
    governed.run_at_home("BEGIN; LOCK TABLE immuta_system.lease IN ACCESS EXCLUSIVE MODE");
    let warehouse = governed.connect(&catalog);
    let found = governed.wait(scrim_sync::differences(&warehouse, &catalog, integration, chrono::Utc::now())).unwrap();
    assert_eq!(found, []);
    governed.run_at_home("ROLLBACK");
    assert!(!governed.push(&catalog).changes_anything());
}

/// With one role as readers, others may not even ask.
fn readers_may_be_one_role(target: Target) {
    let (governed, _) = pushed(target, ", readers: analysts");
    assert_eq!(
        governed.seen("ann", "SELECT ssn FROM governed.staff WHERE id = 1").unwrap(),
        [[Some("123".to_owned())]]
    );
    for relation in ["governed.staff", "immuta_system.user_profile"] {
        assert_eq!(governed.refused("bob", &format!("SELECT 1 FROM {relation}")), "42501", "{relation}");
    }
}

/// A late-binding view looks up its names as the reader: without USAGE of the schemas in it, it cannot be read at all. The
/// installation grants it, and that opens no table.
fn a_reader_needs_usage_and_gets_nothing_more_by_it(target: Target) {
    let (governed, _) = pushed(target, "");
    governed.run("REVOKE USAGE ON SCHEMA hr FROM PUBLIC");
    assert_eq!(governed.refused("ann", "SELECT * FROM governed.staff"), "42501");
    governed.run("GRANT USAGE ON SCHEMA hr TO PUBLIC");
    assert_eq!(governed.seen("ann", "SELECT * FROM governed.staff").unwrap().len(), 2);
}

scrim_testkit::on_redshift! {
    readers_reach_nothing_else
    a_readers_own_functions_are_never_found
    one_call_makes_one_view
    system_objects_that_were_changed_by_hand_are_not_relied_on
    grants_by_hand_are_found
    whoever_hangs_in_a_push_holds_up_nobody_who_looks
    readers_may_be_one_role
    a_reader_needs_usage_and_gets_nothing_more_by_it
}
