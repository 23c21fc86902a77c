//! Ways in that were found by attacking the design, and what shuts them. Where it can be done, a test first shows
//! that the attack fails, then takes the measure away and shows that it would have worked.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use scrim_testkit::Governed;

const CATALOG: &str = "
{ kind: user, name: ann }
---
{ kind: user, name: eve }
---
{ kind: subscription-policy, name: everybody, where: all, access: anyone }
---
kind: data-source
name: staff
integration: w
table: hr.staff
columns: [ { name: id }, { name: ssn, tags: [ SSN ] } ]
---
kind: data-policy
name: ssn
where: { column_tag: SSN }
rules: [ { mask: { columns: { tag: SSN }, with: hash } } ]
";

fn prepared() -> Governed {
    let governed = Governed::start();
    governed.run(
        "CREATE SCHEMA hr; CREATE TABLE hr.staff (id integer, ssn varchar(11)); INSERT INTO hr.staff VALUES (1, '123-45');
         CREATE ROLE ann LOGIN; CREATE ROLE eve LOGIN; CREATE SCHEMA eve AUTHORIZATION eve",
    );
    governed
}

fn pushed() -> Governed {
    let governed = prepared();
    let catalog = governed.catalog(CATALOG);
    governed.install(&catalog);
    governed.push(&catalog);
    governed
}

/// A function that is inlined from a text is parsed again by the search path of whoever reads the view: the
/// reader's own `convert_to` would be given salt and plaintext.
#[test]
fn a_readers_own_functions_never_stand_in_for_those_of_a_mask() {
    let governed = pushed();
    governed.seen("eve", "CREATE TABLE eve.heard (what text)").unwrap();
    governed
        .seen(
            "eve",
            "CREATE FUNCTION eve.convert_to(text, name) RETURNS bytea LANGUAGE plpgsql AS \
             $$ BEGIN INSERT INTO eve.heard VALUES ($1); RETURN pg_catalog.convert_to($1, $2); END $$",
        )
        .unwrap();
    let read = "SET search_path = eve, pg_catalog; SELECT ssn FROM governed.staff; RESET search_path";
    assert_eq!(governed.seen("eve", read).unwrap()[0][0].as_ref().unwrap().len(), 64);
    assert_eq!(governed.seen("eve", "SELECT what FROM eve.heard").unwrap().len(), 0);
    governed.run(
        "CREATE OR REPLACE FUNCTION immuta_functions.f_hash(value text, salt text) RETURNS text LANGUAGE sql STABLE AS \
         $$ SELECT encode(sha256(convert_to(salt || rtrim(value), 'UTF8')), 'hex') $$",
    );
    governed.seen("eve", read).unwrap();
    let heard = governed.seen("eve", "SELECT what FROM eve.heard").unwrap();
    assert!(heard[0][0].as_ref().unwrap().ends_with("123-45"), "the attack is not one any more");
}

/// The planner asks a reader's own operator about the values it has in its statistics of a table, with the rights of the
/// view's owner, unless the view is a barrier.
#[test]
fn planner_statistics_are_shown_to_nobody() {
    let governed = prepared();
    governed.run("INSERT INTO hr.staff SELECT 7000 + n % 5, 'x' FROM generate_series(1, 1000) AS n; ANALYZE hr.staff");
    let catalog = governed.catalog(&CATALOG.replace("access: anyone", "access: { conditions: { user: ann } }"));
    governed.install(&catalog);
    governed.push(&catalog);
    for sql in [
        "CREATE TABLE eve.heard (what integer)",
        "CREATE FUNCTION eve.spy(integer, integer) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO eve.heard VALUES ($1); RETURN true; END $$",
        "CREATE OPERATOR eve.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = eve.spy, RESTRICT = eqsel)",
    ] {
        governed.seen("eve", sql).unwrap();
    }
    let ask = "EXPLAIN SELECT * FROM governed.staff WHERE id OPERATOR(eve.<<<) 5";
    governed.seen("eve", ask).unwrap();
    assert_eq!(governed.seen("eve", "SELECT what FROM eve.heard").unwrap().len(), 0);
    governed.run("ALTER VIEW governed.staff RESET (security_barrier)");
    governed.seen("eve", ask).unwrap();
    assert_ne!(governed.seen("eve", "SELECT what FROM eve.heard").unwrap().len(), 0, "the attack is not one any more");
}

/// Whoever stole Scrim's login may define views, and nothing else by it.
#[test]
fn one_call_makes_one_view() {
    let governed = pushed();
    let (epoch, oid) = (
        governed.cell("SELECT epoch FROM immuta_system.lease").unwrap(),
        governed.cell("SELECT 'hr.staff'::regclass::oid").unwrap(),
    );
    let call = |query: &str| {
        format!(
            "CALL immuta_procedures.apply_view({epoch}, 'x', 'x', 'x', ARRAY['id'], false, $q${query}$q$, '', NULL, '{{}}', '{{}}', '{{}}', '{{}}', {oid}, 'postgres', '{{}}', '{{}}', '[]')"
        )
    };
    let query = "SELECT t.id FROM hr.staff AS t";
    for more in [
        "; GRANT ALL ON ALL TABLES IN SCHEMA immuta_system TO scrim_system",
        "; SELECT 1",
        ";",
        " WHERE '' = E'a\\'' ; DROP VIEW governed.staff; --'",
        " WHERE '' = U&'a' ; DROP VIEW governed.staff",
        " -- '\n; DROP VIEW governed.staff; --'",
        " /* ' */ ; DROP VIEW governed.staff /* ' */",
        " WHERE '' = $x$ ' $x$; DROP VIEW governed.staff; SELECT $x$ ' $x$",
    ] {
        assert_eq!(governed.refused("scrim_system", &call(&format!("{query}{more}"))), "SC005", "{more}");
    }
    // Nothing in it is run while the view is made.
    governed.run("GRANT USAGE ON SCHEMA eve TO PUBLIC");
    let spy = "CREATE FUNCTION eve.run() RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$";
    governed.seen("eve", spy).unwrap();
    governed.seen("scrim_system", &call(&format!("{query} WHERE t.id = eve.run()"))).unwrap();
    assert_eq!(governed.refused("scrim_system", "SELECT * FROM immuta_system.salt"), "42501");
    governed.seen("scrim_system", &call(query)).unwrap();
}

/// Whoever may become a role of Scrim's may all that it may.
#[test]
fn members_of_scrims_roles_are_found_and_refused() {
    let governed = pushed();
    let catalog = governed.catalog(CATALOG);
    governed.run("GRANT scrim_owner TO eve");
    let warehouse = governed.connect(&catalog);
    let found = governed.wait(warehouse.unintended()).unwrap();
    assert_eq!(
        (found[0].grantee.as_str(), found[0].privilege.as_str(), found[0].object.as_str()),
        ("eve", "MEMBER", "scrim_owner")
    );
    let refused = governed.try_install(&catalog).unwrap_err().to_string();
    assert!(refused.contains("eve is a member of scrim_owner"), "{refused}");
}

/// PostgreSQL lets everybody execute new routines, and default privileges may open more.
#[test]
fn default_privileges_open_nothing() {
    let governed = prepared();
    let mut generous = String::from("CREATE ROLE scrim_owner NOLOGIN;");
    for whose in ["", "FOR ROLE scrim_owner"] {
        for (what, whom) in
            [("TABLES", "PUBLIC"), ("TABLES", "eve"), ("FUNCTIONS", "eve"), ("SCHEMAS", "PUBLIC"), ("SCHEMAS", "eve")]
        {
            generous += &format!("ALTER DEFAULT PRIVILEGES {whose} GRANT ALL ON {what} TO {whom};");
        }
    }
    governed.run(&generous);
    let catalog = governed.catalog(CATALOG);
    governed.install(&catalog);
    governed.push(&catalog);
    let warehouse = governed.connect(&catalog);
    assert_eq!(governed.wait(warehouse.unintended()).unwrap(), []);
    for relation in
        ["salt", "profile", "profile_stage", "gate", "tables", "object_state", "lease", "state", "privileges"]
    {
        assert_eq!(governed.refused("eve", &format!("SELECT * FROM immuta_system.{relation}")), "42501", "{relation}");
    }
    for call in [
        "CALL immuta_procedures.claim(0)",
        "CALL immuta_procedures.drop_view(1, 's')",
        "SELECT immuta_procedures.installed()",
    ] {
        assert_eq!(governed.refused("eve", call), "42501", "{call}");
    }
    let privileges = "SELECT DISTINCT a.grantee || ' ' || a.privilege_type FROM pg_class AS c, aclexplode(c.relacl) AS a \
                      WHERE c.oid = 'governed.staff'::regclass AND a.grantee <> c.relowner";
    assert_eq!(governed.seen("postgres", privileges).unwrap(), [[Some("0 SELECT".to_owned())]]);
    assert_eq!(governed.refused("eve", "CREATE TABLE governed.mine (a int)"), "42501");
    governed.run("GRANT EXECUTE ON PROCEDURE immuta_procedures.claim TO eve");
    assert_eq!(governed.wait(warehouse.unintended()).unwrap().len(), 1, "a grant by hand is found");
}

/// What runs as its owner must not find other people's functions.
#[test]
fn procedures_that_run_as_their_owner_have_a_search_path_of_their_own() {
    let governed = pushed();
    let without = "SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'immuta_procedures'::regnamespace AND p.prosecdef \
                   AND NOT ('search_path=pg_catalog, pg_temp' = ANY (COALESCE(p.proconfig, '{}')))";
    assert_eq!(governed.seen("postgres", without).unwrap().len(), 0);
    governed.run(
        "CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO PUBLIC;
         CREATE FUNCTION evil.gen_random_uuid() RETURNS uuid LANGUAGE sql AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$",
    );
    let apply = |source: &str| {
        let epoch = governed.cell("SELECT epoch FROM immuta_system.lease").unwrap();
        let oid = governed.cell("SELECT 'hr.staff'::regclass::oid").unwrap();
        let call = format!(
            "SET search_path = evil, pg_catalog; CALL immuta_procedures.apply_view({epoch}, '{source}', '{source}', '{source}', \
             ARRAY['id'], false, 'SELECT t.id FROM hr.staff AS t', '', NULL, ARRAY['{source}'], ARRAY['c'], '{{}}', '{{}}', {oid}, 'postgres', '{{}}', '{{}}', '[]'); RESET search_path"
        );
        governed.seen("scrim_system", &call).unwrap();
        governed
            .cell(&format!("SELECT salt FROM immuta_system.salt WHERE source = '{source}' AND column_name = 'c'"))
            .unwrap()
    };
    assert_ne!(apply("one"), "0".repeat(64));
    governed.run("ALTER PROCEDURE immuta_procedures.apply_view RESET search_path");
    assert_eq!(apply("two"), "0".repeat(64), "the attack is not one any more");
}

/// The owner of everything cannot log in and is nobody special; the login of Scrim calls procedures and no more.
#[test]
fn the_roles_of_scrim_are_no_more_than_they_need_to_be() {
    let governed = pushed();
    let roles = "SELECT rolname FROM pg_roles WHERE rolname IN ('scrim_owner', 'scrim_system') \
                 AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR (rolcanlogin AND rolname = 'scrim_owner'))";
    assert_eq!(governed.seen("postgres", roles).unwrap().len(), 0);
    let owners = "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_class WHERE relnamespace IN ('immuta_system'::regnamespace, 'governed'::regnamespace)";
    assert_eq!(governed.seen("postgres", owners).unwrap(), [[Some("scrim_owner".to_owned())]]);
    for sql in [
        "SELECT * FROM immuta_system.salt",
        "SELECT * FROM hr.staff",
        "INSERT INTO immuta_system.profile VALUES ('eve', 'group', '', 'g')",
        "UPDATE immuta_system.gate SET min_version = 0",
        "SET ROLE scrim_owner",
        "CREATE VIEW governed.other AS SELECT 1",
        "DROP VIEW governed.staff",
    ] {
        assert_eq!(governed.refused("scrim_system", sql), "42501", "{sql}");
    }
}

#[test]
fn an_installation_on_unsafe_ground_is_refused_and_changes_nothing() {
    for (ground, part) in [
        ("CREATE ROLE scrim_owner SUPERUSER", "scrim_owner is a superuser"),
        ("CREATE ROLE scrim_system BYPASSRLS LOGIN", "scrim_system is a superuser, or may bypass"),
        (
            "CREATE ROLE scrim_owner; GRANT pg_read_all_data TO scrim_owner",
            "scrim_owner is a member of pg_read_all_data",
        ),
        ("CREATE ROLE scrim_owner; ALTER TABLE hr.staff OWNER TO scrim_owner", "own hr.staff"),
        ("CREATE SCHEMA governed AUTHORIZATION eve", "the schema governed exists and does not belong"),
        ("CREATE SCHEMA immuta_system", "the schema immuta_system exists"),
    ] {
        let governed = prepared();
        governed.run(ground);
        let refused = governed.try_install(&governed.catalog(CATALOG)).unwrap_err().to_string();
        assert!(refused.contains(part) && refused.contains("nothing was changed"), "{ground}: {refused}");
        assert_eq!(governed.cell("SELECT to_regnamespace('immuta_procedures')"), None);
    }
    let governed = prepared();
    let with = |more: &str| scrim_testkit::catalog(&format!("{}{CATALOG}", governed.integration(more)));
    let refused = governed.try_install(&with(", readers: analysts")).unwrap_err().to_string();
    assert!(
        refused.contains("the role analysts, which the integration names as its readers, does not exist"),
        "{refused}"
    );
}

/// What everything else relies on must be what was installed.
#[test]
fn system_objects_that_were_changed_by_hand_are_not_relied_on() {
    let governed = pushed();
    let catalog = governed.catalog(CATALOG);
    let integration = &catalog.integrations.values().next().unwrap().item;
    for change in [
        "ALTER VIEW immuta_system.user_profile RESET (security_barrier)",
        "CREATE OR REPLACE VIEW immuta_system.user_profile AS SELECT immuta__userid, kind, key, value, expires FROM immuta_system.profile",
        "ALTER PROCEDURE immuta_procedures.apply_view RESET search_path",
        "CREATE FUNCTION immuta_procedures.more() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
        "ALTER FUNCTION immuta_functions.f_hash OWNER TO postgres",
    ] {
        governed.run(change);
        let refused = governed.wait(scrim_warehouse::Warehouse::connect(integration));
        assert!(matches!(refused, Err(scrim_warehouse::WarehouseError::Changed(_))), "{change}");
        if change.contains("more()") {
            governed.run("DROP FUNCTION immuta_procedures.more()");
        }
        if change.contains("OWNER") {
            governed.run("ALTER FUNCTION immuta_functions.f_hash OWNER TO scrim_owner");
        }
        governed.install(&catalog);
        assert!(!governed.push(&catalog).changes_anything(), "{change}");
    }
}

/// With one role as readers, others may not even ask.
#[test]
fn readers_may_be_one_role() {
    let governed = prepared();
    governed.run("CREATE ROLE \"the analysts\"; GRANT \"the analysts\" TO ann");
    let catalog = scrim_testkit::catalog(&format!("{}{CATALOG}", governed.integration(", readers: the analysts")));
    governed.install(&catalog);
    governed.push(&catalog);
    assert_eq!(governed.seen("ann", "SELECT ssn FROM governed.staff").unwrap().len(), 1);
    for sql in [
        "SELECT ssn FROM governed.staff",
        "SELECT * FROM immuta_system.user_profile",
        "SELECT immuta_functions.f_hash('a', 'b')",
    ] {
        assert_eq!(governed.refused("eve", sql), "42501", "{sql}");
    }
    let warehouse = governed.connect(&catalog);
    assert_eq!(governed.wait(warehouse.unintended()).unwrap(), []);
}

/// The installation may be run again, by another version or for other settings, and by an administrator who is no
/// superuser.
#[test]
fn an_installation_may_be_repeated_and_needs_no_superuser() {
    let governed = prepared();
    governed.run("CREATE ROLE keeper LOGIN CREATEROLE PASSWORD 'k'; ALTER DATABASE postgres OWNER TO keeper; ALTER SCHEMA hr OWNER TO keeper; ALTER TABLE hr.staff OWNER TO keeper");
    let catalog = governed.catalog(CATALOG);
    let integration = &catalog.integrations.values().next().unwrap().item;
    let tables = scrim_sync::tables(&catalog, integration);
    let url = governed.user_url("keeper", "k").into();
    for _ in 0..2 {
        governed.wait(scrim_warehouse::install(integration, &tables, &url)).unwrap();
    }
    governed.push(&catalog);
    governed.install(&catalog);
    assert!(!governed.push(&catalog).changes_anything());
    assert_eq!(governed.refused("keeper", "SELECT * FROM immuta_system.salt"), "42501");
    // An earlier version had less, and left what is not there any more.
    governed.run(
        "ALTER TABLE immuta_system.object_state DROP COLUMN lookups CASCADE; ALTER TABLE immuta_system.lease DROP COLUMN fingerprint CASCADE;
         CREATE OR REPLACE FUNCTION immuta_procedures.installed() RETURNS text LANGUAGE sql AS $$ SELECT 'earlier' $$;
         ALTER FUNCTION immuta_procedures.installed() OWNER TO scrim_owner",
    );
    governed.install(&catalog);
    governed.push(&catalog);
    assert!(!governed.push(&catalog).changes_anything());
    let other = scrim_testkit::catalog(&format!("{}{CATALOG}", governed.integration(", readers: ann")));
    let refused = governed.wait(scrim_warehouse::Warehouse::connect(&other.integrations.values().next().unwrap().item));
    assert!(matches!(refused, Err(scrim_warehouse::WarehouseError::OtherInstallation(_))));
}
