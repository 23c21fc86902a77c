//! Statements: what is refused, what is rewritten, and the state of the transaction afterwards.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod stand;

use stand::Stand;

/// One double for all of it: to start one takes longer than the rest.
#[test]
fn statements() {
    let stand = Stand::start();
    calls_itself_redshift(&stand);
    refuses_what_only_postgresql_knows(&stand);
    a_refusal_aborts_the_transaction(&stand);
    places(&stand);
    the_catalog_stands_apart(&stand);
    names(&stand);
    literals(&stand);
    parameters(&stand);
    tables(&stand);
    functions(&stand);
    views(&stand);
    procedures(&stand);
    users(&stand);
    the_extended_protocol(&stand);
}

fn calls_itself_redshift(stand: &Stand) {
    let admin = stand.connect("postgres");
    assert!(admin.rows("SELECT version()")[0].contains("Redshift"), "{:?}", admin.rows("SELECT version()"));
    assert_eq!(admin.rows("SHOW server_version"), ["8.0.2"]);
    assert_eq!(admin.rows("SELECT 1; SELECT 2"), ["1", "2"]);
}

fn refuses_what_only_postgresql_knows(stand: &Stand) {
    let admin = stand.connect("postgres");
    for (sql, code) in [
        ("CREATE INDEX i ON t (a)", "0A000"),
        ("SELECT a FROM t FOR UPDATE", "0A000"),
        ("SAVEPOINT s", "0A000"),
        ("COPY t FROM STDIN", "0A000"),
        ("SELECT pg_advisory_lock(1)", "42601"),
        ("SELECT a[1] FROM t", "0A000"),
        ("SELECT string_agg(a, ',') FROM t", "42601"),
        ("SELECT current_user()", "42601"),
        ("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", "0A000"),
        ("SELECT FROM WHERE", "42601"),
        ("SELECT E'a'", "42601"),
    ] {
        let error = admin.refused(sql);
        assert!(error.starts_with(code) && error.contains("Rule of the Redshift gate"), "{sql}: {error}");
    }
    // Nothing of a script runs when one statement of it is refused.
    admin.refused("CREATE TABLE never (a integer); CREATE INDEX i ON never (a)");
    assert!(admin.refused("SELECT 1 FROM never").starts_with("42P01"));
}

fn a_refusal_aborts_the_transaction(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE TABLE kept (a integer)");
    admin.run("BEGIN; INSERT INTO kept VALUES (1)");
    admin.refused("CREATE INDEX i ON kept (a)");
    assert!(admin.refused("SELECT 1").starts_with("25P02"));
    admin.run("COMMIT");
    assert_eq!(admin.rows("SELECT COUNT(*) FROM kept"), ["0"]);
    // Outside of one, all goes on.
    admin.refused("CREATE INDEX i ON kept (a)");
    assert_eq!(admin.rows("SELECT 1"), ["1"]);
    admin.run("DROP TABLE kept");
}

fn places(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE TABLE emptied (a integer); INSERT INTO emptied VALUES (1)");
    let error = admin.refused("BEGIN; TRUNCATE emptied");
    assert!(error.starts_with("25001 TRUNCATE would commit"), "{error}");
    admin.run("ROLLBACK");
    assert_eq!(admin.rows("SELECT a FROM emptied"), ["1"]);
    admin.run("TRUNCATE emptied");
    admin.run("BEGIN");
    assert!(admin.refused("CREATE DATABASE nowhere").starts_with("25001"));
    admin.run("ROLLBACK");
    admin.run("DROP TABLE emptied");
    let arguments = vec!["1"; 33].join(", ");
    for procedure in ["p", "public.p"] {
        assert!(admin.refused(&format!("CALL {procedure}({arguments})")).starts_with("54023"));
    }
    let error = admin.refused(&format!("SELECT '{}'", "x".repeat(65_536)));
    assert!(error.starts_with("22001"), "{error}");
    assert_eq!(admin.rows(&format!("SELECT LEN('{}')", "x".repeat(65_535))), ["65535"]);
}

fn the_catalog_stands_apart(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE SCHEMA apart; CREATE TABLE apart.t (a VARCHAR(20))");
    assert!(
        admin
            .refused("SELECT c.relname FROM pg_class AS c INNER JOIN apart.t ON t.a = c.relname")
            .contains("not supported on Redshift tables")
    );
    assert!(admin.refused("INSERT INTO apart.t SELECT c.relname FROM pg_catalog.pg_class AS c").starts_with("0A000"));
    assert_eq!(admin.rows("SELECT n.nspname FROM pg_catalog.pg_namespace AS n INNER JOIN pg_class AS c ON c.relnamespace = n.oid WHERE c.relname = 't'"), ["apart"]);
    assert_eq!(admin.refused("SELECT rolname FROM pg_roles"), "42P01 relation \"pg_roles\" does not exist");
    admin.run("CREATE DATABASE \"My Data\"; ");
    admin.run("DROP SCHEMA apart CASCADE");
    assert_eq!(stand.connect("my data").rows("SELECT 1"), ["1"]);
    admin.run("DROP DATABASE \"My Data\"");
}

fn names(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE SCHEMA \"Fold\"; CREATE TABLE fold.\"T\" (\"Über A\" integer)");
    assert_eq!(admin.rows("SELECT \"ÜBER a\" FROM \"FOLD\".t").len(), 0, "only ASCII letters are folded");
}

fn literals(stand: &Stand) {
    let admin = stand.connect("postgres");
    assert_eq!(admin.rows(r"SELECT 'a\'b\\c'"), [r"a'b\c"]);
    assert_eq!(admin.rows(r"SELECT quote_literal('a\'b\\c')"), [r"'a''b\\c'"]);
}

fn parameters(stand: &Stand) {
    let admin = stand.connect("postgres");
    assert_eq!(admin.rows("SHOW enable_case_sensitive_identifier"), ["off"]);
    admin.run("SET enable_case_sensitive_identifier TO true");
    assert_eq!(admin.rows("SELECT current_setting('enable_case_sensitive_identifier')"), ["on"]);
    admin.run("CREATE TABLE \"Kept\" (a integer)");
    assert_eq!(admin.rows("SELECT a FROM \"Kept\"").len(), 0);
    admin.run("DROP TABLE \"Kept\"; RESET enable_case_sensitive_identifier");
    admin.run("BEGIN; SET enable_case_sensitive_identifier TO on");
    admin.run("CREATE TABLE \"Gone\" (a integer)");
    admin.run("ROLLBACK");
    assert_eq!(admin.rows("SHOW enable_case_sensitive_identifier"), ["off"]);
    admin.run("CREATE TABLE \"Gone\" (a integer)");
    admin.run("DROP TABLE gone");
    admin.run("SET query_group TO 'scrim'; SET wlm_query_slot_count TO 3; SET enable_result_cache_for_session TO off");
    assert_eq!(admin.rows("SHOW query_group"), ["scrim"]);
    for name in ["lock_timeout", "row_security", "bytea_output", "intervalstyle", "idle_in_transaction_session_timeout"]
    {
        for sql in [format!("SET {name} TO '1'"), format!("SHOW {name}"), format!("RESET {name}")] {
            assert_eq!(admin.refused(&sql), format!("42704 unrecognized configuration parameter \"{name}\""));
        }
    }
    admin.run("SET statement_timeout TO 60000; SET search_path TO fold, public; SET extra_float_digits TO 2");
    assert!(admin.refused("SET extra_float_digits TO 3").contains("3 is outside the valid range"));
}

fn tables(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run(
        "CREATE TABLE fold.all_sorts (id BIGINT IDENTITY(1, 2) DISTKEY, a TEXT ENCODE zstd, b VARCHAR, c VARCHAR(MAX) SORTKEY, d INTEGER PRIMARY KEY,
           PRIMARY KEY (id), UNIQUE (a)) BACKUP NO DISTSTYLE KEY",
    );
    admin.run("INSERT INTO fold.all_sorts (a, b, d) VALUES ('x', 'y', 1); INSERT INTO fold.all_sorts (a, b, d) VALUES ('x', 'y', 1)");
    assert_eq!(admin.rows("SELECT id FROM fold.all_sorts ORDER BY id"), ["1", "3"]);
    assert_eq!(
        admin.rows("SELECT column_name, data_type, character_maximum_length FROM svv_all_columns WHERE table_name = 'all_sorts' AND column_name IN ('a', 'b', 'c') ORDER BY 1"),
        ["a|character varying|256", "b|character varying|256", "c|character varying|65535"]
    );
    admin.run("ALTER TABLE fold.all_sorts ADD COLUMN e TEXT ENCODE zstd");
    admin.run("CREATE TABLE fold.copied DISTSTYLE ALL SORTKEY (a) AS SELECT a, d FROM fold.all_sorts");
    admin.run("CREATE TEMP TABLE mine (a VARCHAR) DISTSTYLE EVEN; DROP TABLE mine");
}

fn functions(stand: &Stand) {
    let admin = stand.connect("postgres");
    for (sql, shown) in [
        ("NVL(NULL, NULL, 'x')", "x"),
        ("CONCAT('a', NULL)", "NULL"),
        ("LEN('abc')", "3"),
        ("REGEXP_REPLACE('aXbX', 'X', '-')", "a-b-"),
        ("DATEADD(day, 1, CAST('2024-02-28' AS DATE))", "2024-02-29 00:00:00"),
        ("DATEDIFF(month, CAST('2024-01-31' AS DATE), CAST('2024-03-01' AS DATE))", "2"),
        ("STRTOL('ff', 16)", "255"),
        ("SHA2('a', 256)", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("GETDATE() <= SYSDATE", "t"),
        ("current_user_id > 0", "t"),
    ] {
        assert_eq!(admin.rows(&format!("SELECT {sql}")), [shown], "{sql}");
    }
    admin.run("CREATE TABLE fold.l (a VARCHAR(9)); INSERT INTO fold.l VALUES ('b'), ('a')");
    assert_eq!(admin.rows("SELECT LISTAGG(a, ',') WITHIN GROUP (ORDER BY a) FROM fold.l"), ["a,b"]);
    admin.run("CREATE FUNCTION fold.f_twice(VARCHAR) RETURNS VARCHAR IMMUTABLE AS $$ SELECT NVL($1, '') || $1 $$ LANGUAGE sql");
    assert_eq!(admin.rows("SELECT fold.f_twice('a')"), ["aa"]);
}

fn views(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE VIEW fold.v AS SELECT a, d FROM fold.all_sorts; GRANT SELECT ON fold.v TO PUBLIC");
    admin.run("CREATE OR REPLACE VIEW fold.v AS SELECT a, d FROM fold.all_sorts WHERE d = 1");
    for query in ["a, d, b", "a", "d, a", "a, CAST(d AS BIGINT) AS d", "CAST(a AS VARCHAR(9)) AS a, d"] {
        let error = admin.refused(&format!("CREATE OR REPLACE VIEW fold.v AS SELECT {query} FROM fold.all_sorts"));
        assert!(error.starts_with("42P16"), "{query}: {error}");
    }
    let error = admin.refused("CREATE VIEW fold.late AS SELECT a FROM all_sorts WITH NO SCHEMA BINDING");
    assert!(error.contains("late-binding-name"), "{error}");
    admin.run("DROP VIEW fold.v");
}

fn procedures(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run(
        "CREATE PROCEDURE fold.run(p_sql VARCHAR(65535), p_out INOUT VARCHAR(65535)) AS $$
         DECLARE v \"VARCHAR\"(99);
         BEGIN
           EXECUTE p_sql INTO p_out;
         END; $$ LANGUAGE plpgsql"
            .replace("\"VARCHAR\"", "VARCHAR")
            .as_str(),
    );
    assert_eq!(admin.rows("CALL fold.run('SELECT NVL(NULL, \\'x\\') || \\'\\\\\\\\\\'', '')"), ["x\\"]);
    // What is executed is seen, and refused where Redshift would.
    assert!(
        stand.double.seen().iter().any(|sql| sql.starts_with("SELECT NVL(NULL, 'x')")),
        "{:?}",
        stand.double.seen()
    );
    for (sql, code) in [
        ("SELECT string_agg(a, \\'\\') FROM fold.l", "42601"),
        ("CREATE INDEX i ON fold.l (a)", "0A000"),
        ("TRUNCATE fold.l", "25001"),
        ("SET lock_timeout TO 1", "42704"),
        ("SELECT 1; SELECT 2", "42601"),
        ("", "42601"),
    ] {
        let error = admin.refused(&format!("CALL fold.run('{sql}', '')"));
        assert!(error.starts_with(code), "{sql}: {error}");
    }
    admin.run(
        "CREATE PROCEDURE fold.make(p_columns VARCHAR(999)) AS $$
         BEGIN
           EXECUTE 'CREATE OR REPLACE VIEW fold.made AS SELECT ' || p_columns || ' FROM fold.all_sorts WITH NO SCHEMA BINDING';
           IF p_columns = 'a, d' THEN
             CREATE USER \"Made\" PASSWORD DISABLE;
           END IF;
         END; $$ LANGUAGE plpgsql",
    );
    admin.run("CALL fold.make('a, d')");
    assert!(admin.refused("CALL fold.make('a, d, b')").starts_with("42P16"));
    assert_eq!(admin.rows("SELECT usename FROM pg_user WHERE usename LIKE '_ade'"), ["Made"]);
    // What a procedure catches is thrown again.
    admin.run(
        "CREATE PROCEDURE fold.caught() AS $$
         BEGIN EXECUTE 'SELECT nothing';
         EXCEPTION WHEN OTHERS THEN
           IF 1 = (CASE WHEN 1 = 1 THEN 1 ELSE 2 END) THEN RAISE INFO 'caught'; END IF;
         END; $$ LANGUAGE plpgsql",
    );
    assert!(admin.refused("CALL fold.caught()").starts_with("42703"));
    // Procedures are for nobody else at first.
    admin.run("CREATE USER stranger PASSWORD 'Secret1'; GRANT USAGE ON SCHEMA fold TO stranger");
    let stranger = stand.login("stranger", "postgres");
    assert!(stranger.refused("CALL fold.make('a')").starts_with("42501"));
    // What stands before EXECUTE gives nobody anything.
    assert!(stranger.refused("SELECT pg_catalog.redshift_double_ask('SELECT 1')").starts_with("42601"));
    let straight = stand.double.backend_url("postgres").replace("postgres:", "stranger:");
    let (head, tail) = straight.split_once("stranger:").unwrap();
    let straight = stand.open(&format!("{head}stranger:Secret1@{}", tail.split_once('@').unwrap().1)).unwrap();
    for sql in [
        "SELECT * FROM redshift_double.control",
        "SELECT redshift_double.dblink_connect('x')",
        "SELECT * FROM redshift_double.dblink('redshift_double', 'x') AS t(a text)",
    ] {
        assert!(straight.refused(sql).starts_with("42501"), "{sql}");
    }
    admin.run("DROP VIEW fold.made; DROP USER \"Made\"");
}

fn users(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE USER \"Ann\" PASSWORD 'Secret1' CREATEUSER SYSLOG ACCESS UNRESTRICTED CONNECTION LIMIT UNLIMITED SESSION TIMEOUT 60");
    assert_eq!(admin.rows("SELECT superuser FROM svv_user_info WHERE user_name = 'Ann'"), ["t"]);
    admin.run("ALTER USER \"Ann\" NOCREATEUSER; ALTER USER \"Ann\" SET query_group TO 'ann'");
    let ann = stand.login("Ann", "postgres");
    assert_eq!(ann.rows("SHOW query_group"), ["ann"]);
    admin.run(
        "CREATE ROLE \"Analysts\" EXTERNALID 'x'; GRANT ROLE analysts TO \"Ann\"; CREATE GROUP \"G\" WITH USER \"Ann\"",
    );
    assert_eq!(admin.rows("SELECT user_name, role_name FROM svv_user_grants"), ["Ann|analysts"]);
    admin.run("GRANT SELECT ON TABLE fold.l TO ROLE \"Analysts\"; GRANT SELECT ON TABLE fold.l TO GROUP g; GRANT INSERT ON fold.l TO \"Ann\"");
    assert_eq!(
        admin.rows("SELECT identity_name, identity_type, privilege_type FROM svv_relation_privileges WHERE relation_name = 'l' AND identity_name <> 'postgres' ORDER BY 1"),
        ["Ann|user|INSERT", "analysts|role|SELECT", "g|group|SELECT"]
    );
    admin.run("REVOKE SELECT ON TABLE fold.l FROM ROLE analysts; REVOKE SELECT ON TABLE fold.l FROM GROUP g; REVOKE ALL ON fold.l FROM \"Ann\"");
    admin.run(
        "CREATE SCHEMA anns AUTHORIZATION \"Ann\" QUOTA 5 GB; ALTER SCHEMA anns OWNER TO postgres; DROP SCHEMA anns",
    );
    admin.run("REVOKE ROLE analysts FROM \"Ann\"; DROP ROLE analysts FORCE; DROP GROUP g; DROP USER \"Ann\"");
    admin.run("CREATE DATABASE other WITH OWNER \"stranger\" CONNECTION LIMIT UNLIMITED COLLATE CASE_SENSITIVE ISOLATION LEVEL SNAPSHOT");
    assert_eq!(
        admin.rows("SELECT database_name, database_type FROM svv_redshift_databases ORDER BY 1"),
        ["other|local", "postgres|local"]
    );
    admin.run("DROP DATABASE other FORCE");
}

fn the_extended_protocol(stand: &Stand) {
    let admin = stand.connect("postgres");
    admin.run("CREATE TABLE fold.x (a INTEGER, b VARCHAR(9))");
    let runtime = &stand.runtime;
    let inserted = runtime
        .block_on(admin.client.execute("INSERT INTO fold.x VALUES ($1, NVL($2, 'none'))", &[&1_i32, &None::<&str>]));
    assert_eq!(inserted.unwrap(), 1);
    let row = runtime.block_on(admin.client.query_one("SELECT \"B\" FROM fold.x WHERE a = $1", &[&1_i32])).unwrap();
    assert_eq!(row.get::<_, &str>(0), "none");
    assert!(admin.executed("SELECT string_agg(b, '') FROM fold.x").unwrap_err().starts_with("42601"));
    assert_eq!(admin.executed("SELECT a FROM fold.x").unwrap(), 1);
    admin.run("BEGIN");
    assert!(admin.executed("TRUNCATE fold.x").unwrap_err().starts_with("25001"));
    assert!(admin.refused("SELECT 1").starts_with("25P02"));
    admin.run("ROLLBACK");
    assert_eq!(admin.executed("SELECT a FROM fold.x").unwrap(), 1);
}
